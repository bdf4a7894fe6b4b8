"""The answers as coders saw them stay what a code stands for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from msfresearch.errors import SourceError
from msfresearch.themes.desk.seen import NAME, changed, keep_seen, read_seen
from tests.themes.plain import answers

ONE, TWO = answers(["no funds", "=cmd|' /C calc'!A0"]), answers(["no funds", "b", "c"]).iloc[[2]]


def test_before_anything_was_coded_nothing_was_seen(tmp_path: Path) -> None:
    assert read_seen(tmp_path).empty


def test_the_order_of_calls_does_not_change_the_bytes(tmp_path: Path) -> None:
    for name, order in (("a", (ONE, TWO)), ("b", (TWO, ONE)), ("c", (ONE, TWO, ONE))):
        for part in order:
            keep_seen(tmp_path / name, part)
    written = {(tmp_path / name / NAME).read_bytes() for name in "abc"}
    assert len(written) == 1
    assert list(read_seen(tmp_path / "a")["text"]) == [*ONE["text"], "c"]


def test_what_was_seen_first_stays_and_a_changed_text_is_told(tmp_path: Path) -> None:
    assert keep_seen(tmp_path, ONE) == 2
    later = ONE.assign(text=["no money", ONE["text"][1]])
    assert keep_seen(tmp_path, later) == 0
    assert changed(later, read_seen(tmp_path)) == {"a0"}
    assert changed(ONE, read_seen(tmp_path)) == set()


def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"PAR1")
    with pytest.raises(SourceError, match=NAME):
        read_seen(tmp_path)
    pd.DataFrame({"answer_id": ["a"]}).to_parquet(tmp_path / NAME)
    with pytest.raises(SourceError, match=NAME):
        keep_seen(tmp_path, ONE)
