"""An error says where, what was found, what was expected and what to do, and can be printed."""

from __future__ import annotations

import inspect
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch import errors
from msfresearch.errors import AnswerError, MsfResearchError, SourceError, printable

HOSTILE = (
    "\x1b[2J\x1b[31mred",
    "a\r\nb\tc\x00",
    "\u202eright to left",
    "half a pair \ud800",
    "\u2028line\u2029paragraph",
    "bell \x07 and \x9b8m",
)


def test_every_part_stands_on_a_line_of_its_own() -> None:
    told = SourceError(
        "a header stands twice",
        file="answers.csv",
        row=3,
        column="why",
        found="2 columns",
        expected="one",
        action="tell them apart",
    )
    assert str(told).splitlines() == [
        "answers.csv:3: a header stands twice",
        "  column:   why",
        "  found:    2 columns",
        "  expected: one",
        "  do:       tell them apart",
    ]


def test_what_is_not_known_is_not_told() -> None:
    assert str(MsfResearchError("wrong")) == "wrong"
    assert str(MsfResearchError("wrong", row=7)) == "row 7: wrong"
    assert str(MsfResearchError("wrong", file="a.csv")) == "a.csv: wrong"
    assert str(MsfResearchError("wrong", found=0)) == "wrong\n  found:    0"
    assert str(MsfResearchError("wrong", found="")) == "wrong\n  found:    "


@pytest.mark.parametrize("found", HOSTILE)
@pytest.mark.parametrize("part", ["found", "expected", "column", "action"])
def test_a_hostile_value_is_told_in_printable_characters(found: str, part: str) -> None:
    lines = str(AnswerError("wrong", **{part: found})).split("\n")
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)
    lines[1].encode("utf-8")


def test_words_of_other_languages_are_told_as_they_stand() -> None:
    assert "é ñ 中 ع" in str(AnswerError("wrong", found="é ñ 中 ع"))


@pytest.mark.parametrize("found", ["x" * 10_000, "\x1b" * 10_000])
def test_a_long_value_is_cut_and_the_cut_is_seen(found: str) -> None:
    line = str(AnswerError("wrong", found=found)).splitlines()[1]
    assert line.endswith("…")
    assert len(line) <= 320


def test_a_list_is_told_in_part_however_deep_it_repeats_itself() -> None:
    found: list[object] = ["x"] * 9
    for _ in range(20):
        found = [found] * 9
    told = AnswerError("wrong", found=found)
    assert len(str(told)) < 400
    assert "..." in str(told)


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    line = printable(text, limit=50)
    assert line.isprintable()
    assert len(line) <= 50
    assert not text.isprintable() or len(text) > 50 or line == text


def test_every_error_of_ours_is_of_one_family() -> None:
    ours = [one for _, one in inspect.getmembers(errors, inspect.isclass)]
    ours = [one for one in ours if one.__module__ == "msfresearch.errors"]
    assert len(ours) > 5
    assert all(issubclass(one, MsfResearchError) and one.__doc__ for one in ours)


def test_an_error_keeps_its_parts_between_processes() -> None:
    told = SourceError("wrong", file="a.csv", row=2, found="x", action="mend it")
    again = pickle.loads(pickle.dumps(told))
    assert (str(again), again.row, again.action) == (str(told), 2, "mend it")
