"""The gate of words: nothing passes that nobody approved."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from msfresearch.errors import ReleaseError
from msfresearch.release.quotes import NAME, load_quotes, released

ANSWERS = pd.DataFrame(
    {
        "answer_id": ["a:1:why", "a:2:why"],
        "text": ["The forum never met. Call me at ana@example.org.", "Nobody asked us."],
        "language": ["en", "en"],
    }
)
ENTRY = """\
quotes:
  - wave: {wave}
    answer: "{answer}"
    text: {text}
    approved_by: the data steward
    approved_on: 2026-01-31
"""


def gate(folder: Path, wave: str = "w", answer: str = "a:1:why", text: str = "never met") -> Path:
    (folder / NAME).write_text(ENTRY.format(wave=wave, answer=answer, text=text), encoding="utf-8")
    return folder


def test_without_a_list_nothing_passes(tmp_path: Path) -> None:
    passed = released(ANSWERS, "w", load_quotes(tmp_path))
    assert passed.quotes.empty
    assert passed.withheld == 2


def test_only_the_approved_passage_passes(tmp_path: Path) -> None:
    passed = released(ANSWERS, "w", load_quotes(gate(tmp_path)))
    assert passed.quotes.to_dict("records") == [
        {"answer_id": "a:1:why", "text": "never met", "language": "en"}
    ]
    assert passed.withheld == 1


def test_an_approval_for_another_wave_lets_nothing_through(tmp_path: Path) -> None:
    assert released(ANSWERS, "v", load_quotes(gate(tmp_path))).quotes.empty


def test_words_that_do_not_stand_in_the_answer_stop_the_run(tmp_path: Path) -> None:
    quotes = load_quotes(gate(tmp_path, text="always met"))
    with pytest.raises(ReleaseError, match="a:1:why") as caught:
        released(ANSWERS, "w", quotes)
    assert "always met" not in str(caught.value)


def test_an_approved_contact_stops_the_run_and_is_not_repeated(tmp_path: Path) -> None:
    quotes = load_quotes(gate(tmp_path, text="Call me at ana@example.org"))
    with pytest.raises(ReleaseError, match="reach somebody") as caught:
        released(ANSWERS, "w", quotes)
    assert "ana@" not in str(caught.value)


def test_an_approval_without_a_name_is_refused_with_its_line(tmp_path: Path) -> None:
    path = gate(tmp_path) / NAME
    path.write_text(path.read_text("utf-8").replace("    approved_by: the data steward\n", ""))
    with pytest.raises(ReleaseError, match="approved_by") as caught:
        load_quotes(tmp_path)
    assert caught.value.row == 2
