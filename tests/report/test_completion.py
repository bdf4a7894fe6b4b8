"""The way through a form: who is still there at each question, and who answers it."""

from __future__ import annotations

import pandas as pd
import pytest

from msfresearch.errors import MsfResearchError
from msfresearch.report.figures import Figure, completion


def drawn(rows: list[tuple[str, str, float, float]], status: str = "real") -> Figure:
    table = pd.DataFrame(rows, columns=["question", "section", "reached", "answered"])
    return completion(
        table,
        "question",
        "section",
        "reached",
        "answered",
        title="The way",
        caption="Parts.",
        status=status,
    )


FORM = [("One?", "Who", 1.0, 0.9), ("Two?", "Who", 0.9, 0.4), ("Three?", "What", 0.7, 0.7)]


def test_the_alternative_text_tells_the_end_and_the_hardest_question() -> None:
    alt = drawn(FORM).alt
    assert "3 questions" in alt
    assert "70% of those who began came to the last" in alt
    assert "Two? (40% of those asked)" in alt


def test_a_question_nobody_was_asked_has_no_share_and_is_not_the_hardest() -> None:
    alt = drawn([*FORM[:2], ("Three?", "What", 0.7, float("nan"))]).alt
    assert "Two? (40%" in alt


def test_a_rehearsal_is_stamped_and_a_real_wave_is_not() -> None:
    assert drawn(FORM, "rehearsal").alt.startswith("Rehearsal")
    assert not drawn(FORM).alt.startswith("Rehearsal")
    assert len(drawn(FORM, "rehearsal").svg) > len(drawn(FORM).svg)


def test_each_part_of_the_form_is_marked_once() -> None:
    one = drawn([("a", "A", 1.0, 1.0), ("b", "A", 1.0, 1.0)]).svg
    two = drawn([("a", "A", 1.0, 1.0), ("b", "B", 1.0, 1.0)]).svg
    dashed = "stroke-dasharray"
    assert two.count(dashed) == one.count(dashed) + 1


def test_the_same_form_gives_the_same_bytes() -> None:
    assert drawn(FORM).svg == drawn(FORM).svg


def test_a_share_above_one_is_refused() -> None:
    with pytest.raises(MsfResearchError, match="outside its range"):
        drawn([("a", "A", 1.2, 1.0)])
