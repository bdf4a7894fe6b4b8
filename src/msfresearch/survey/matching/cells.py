"""Cells of items with a scale meet its codes: by code, by words, by what the manifest says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from msfresearch.survey.items import Item
from msfresearch.survey.matching.boxes import TICKED, UNTICKED
from msfresearch.survey.matching.distinct import Distinct, Tally, distinct
from msfresearch.survey.matching.proposal import Unknown
from msfresearch.survey.matching.vocabulary import (
    OTHER_WORDS,
    TYPED,
    Circumstances,
    Meaning,
    Vocabulary,
    codes_in_words,
    contradicts,
    meaning,
    number_of,
    vocabulary,
)
from msfresearch.survey.matching.wording import normalise
from msfresearch.survey.readers.export import Column
from msfresearch.survey.source import Platform

SPACES = "spaces around an answer left out"
NUMBERS = "whole numbers taken for the questionnaire's codes, as the manifest says"
SPREAD = "one column per answer brought into one"
BESIDE = "text beside an empty answer, read as other"
ALONGSIDE = "text for other beside another answer, kept"
#: Platforms that number the answers of a question in an order of their own.
NUMBERING: tuple[Platform, ...] = ("qualtrics", "surveymonkey", "google_forms", "plain", "spss")
#: Platforms where what is typed for "other" stands in place of the answer's words.
TYPED_IN_PLACE: tuple[Platform, ...] = ("google_forms", "plain")
_WHOLE = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True)
class Numbered:
    """A column of bare numbers of which nothing says whose they are."""

    item: str
    column: str
    cells: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Read:
    """What the cells of an item mean.

    Attributes
    ----------
    columns
        Column of the raw table to its cells.
    unknown
        Cells that are no answers.
    numbered
        Columns of bare numbers that may be the platform's own.
    """

    columns: Mapping[str, pd.Series[str]]
    unknown: tuple[Unknown, ...] = ()
    numbered: tuple[Numbered, ...] = ()


def trimmed(cells: pd.Series[str], item: Item, tally: Tally) -> pd.Series[str]:
    """Cells without the space around them, counted."""
    bare = cells.str.strip()
    tally.add(SPACES, item.id, int((bare != cells).sum()))
    return bare


def read_scale(
    cells: pd.Series[str],
    column: Column,
    item: Item,
    text: pd.Series[str] | None,
    circumstances: Circumstances,
    tally: Tally,
) -> Read:
    """Read the one column of an item with a scale.

    Parameters
    ----------
    cells : Series of str
        As the file has them, index ``line``.
    column : Column
        What the reader knows of the column; its ``labels`` translate codes of the file.
    item : Item
        The item.
    text : Series of str, optional
        The text beside "other", where it has a column of its own.
    circumstances : Circumstances
        Questionnaire, platform and manifest.
    tally : Tally
        Where every recode is counted.

    Returns
    -------
    Read
        The item's column and, where it has one, its text beside "other".
    """
    known = vocabulary(item, circumstances.questionnaire, circumstances.options)
    bare = distinct(trimmed(cells, item, tally))
    if _numbering(bare, column, known, circumstances):
        shown = tuple(sorted(filter(None, bare.values)))
        first = next(i for i, value in enumerate(bare.values) if value)
        return Read({}, numbered=(Numbered(item.id, column.name, shown, int(bare.lines[first])),))
    strange = contradicts(column.labels, known)
    labelled = {number_of(cell) for cell in column.labels}
    found: list[Meaning] = []
    for value in bare.values:
        one = meaning(value, known, column.labels, circumstances)
        if (
            strange
            and one.code in known.answers
            and one.rule == ""
            and (number_of(value) not in labelled)
        ):
            one = Meaning(
                None, why="a code without words, in a file that numbers the answers otherwise"
            )
        if one.code is None and item.other is not None and not one.why:
            one = _typed(value, known, text is not None, circumstances.platform)
        found.append(one)
    _count(bare, found, item, known, column, circumstances, tally)
    codes = bare.column(one.code or "" for one in found)
    unknown = _unknown(bare, found, item, column, known, circumstances)
    if item.other is None:
        return Read({str(item.column): codes}, unknown)
    written = bare.column(one.typed for one in found) if text is None else text
    codes = _with_text(codes, written, item, tally)
    return Read({str(item.column): codes, item.other.column: written}, unknown)


def read_spread(
    columns: Sequence[tuple[Column, str, pd.Series[str]]],
    item: Item,
    text: pd.Series[str] | None,
    circumstances: Circumstances,
    tally: Tally,
) -> Read:
    """Read a single choice that has one column per answer.

    Parameters
    ----------
    columns : sequence of (Column, str, Series of str)
        Each column, the code of its answer, and its cells: a tick or the answer's words.
    item, text, circumstances, tally
        As in :func:`read_scale`.

    Returns
    -------
    Read
        With an unknown cell for each row that has two answers.
    """
    known = vocabulary(item, circumstances.questionnaire, circumstances.options)
    chosen: pd.Series[str] = pd.Series("", index=columns[0][2].index, dtype="str")
    unknown: list[Unknown] = []
    for column, code, cells in columns:
        bare = distinct(trimmed(cells, item, tally))
        ticks: list[str] = []
        for value, count, line in zip(bare.values, bare.counts, bare.lines, strict=True):
            words = normalise(column.labels.get(value, value))
            if words in TICKED or known.by_words(words) == code:
                ticks.append("1")
            else:
                ticks.append("")
                if words and words not in UNTICKED:
                    expected = f"a tick, or the words of the answer {code}"
                    unknown.append(
                        Unknown(item.id, column.name, value, int(line), int(count), expected)
                    )
        mine = bare.column(ticks) == "1"
        twice = mine & (chosen != "")
        if twice.any():
            line = int(twice.index[int(twice.to_numpy().argmax())])
            unknown.append(
                Unknown(
                    item.id,
                    column.name,
                    str(cells.loc[line]).strip(),
                    line,
                    int(twice.sum()),
                    "one answer",
                    why="two answers to a single choice",
                )
            )
        chosen = chosen.mask(mine & ~twice, code)
    tally.add(SPREAD, item.id, int((chosen != "").sum()))
    if item.other is None:
        return Read({str(item.column): chosen}, tuple(unknown))
    written = text if text is not None else pd.Series("", index=chosen.index, dtype="str")
    chosen = _with_text(chosen, written, item, tally)
    return Read({str(item.column): chosen, item.other.column: written}, tuple(unknown))


def _numbering(
    bare: Distinct, column: Column, known: Vocabulary, circumstances: Circumstances
) -> bool:
    """Whether all cells are numbers, and may be numbers of the platform's own.

    Qualtrics and its like number the answers 1, 2, … as the form shows them, whatever they mean:
    a scale that begins with 0 would shift by one without a sign.
    """
    if circumstances.options.cells is not None or circumstances.platform not in NUMBERING:
        return False
    cells = [
        number_of(value)
        for value in bare.values
        if value and known.declared_for(value) is None and known.by_words(value) is None
    ]
    answers = [
        cell for cell in cells if cell not in known.codes or known.codes[cell] in known.answers
    ]
    return (
        bool(answers)
        and not column.labels
        and all(_WHOLE.fullmatch(cell) for cell in cells)
        and any(code.lstrip("-").isdecimal() for code in known.answers)
        and not any(value and known.by_words(value) is not None for value in bare.values)
    )


def _typed(value: str, known: Vocabulary, apart: bool, platform: Platform) -> Meaning:
    """A cell that is no answer, of an item with a text beside "other"."""
    text = known.other_text(value)
    if text == "" or (text is not None and not apart):
        return Meaning(known.other, OTHER_WORDS, text)
    if not apart and platform in TYPED_IN_PLACE and not _WHOLE.fullmatch(value):
        if not known.reworded(value):
            return Meaning(known.other, TYPED, value)
        return Meaning(None, why="a text that is nearly, but not quite, one of the answers")
    return Meaning(None)


def _with_text(
    codes: pd.Series[str], text: pd.Series[str], item: Item, tally: Tally
) -> pd.Series[str]:
    """Who wrote a text for "other" and chose nothing has chosen "other"."""
    other = item.other.code if item.other else ""
    wrote = text.str.strip() != ""
    beside = wrote & (codes == "")
    tally.add(BESIDE, item.id, int(beside.sum()))
    tally.add(ALONGSIDE, item.id, int((wrote & (codes != "") & (codes != other)).sum()))
    return codes.mask(beside, other)


def _count(
    bare: Distinct,
    found: Sequence[Meaning],
    item: Item,
    known: Vocabulary,
    column: Column,
    circumstances: Circumstances,
    tally: Tally,
) -> None:
    for value, one, count in zip(bare.values, found, bare.counts, strict=True):
        tally.add(one.rule, item.id, int(count))
        if (
            one.code in known.answers
            and one.rule == ""
            and not column.labels
            and circumstances.options.cells == "codes"
            and _WHOLE.fullmatch(value)
        ):
            tally.add(NUMBERS, item.id, int(count))


def _unknown(
    bare: Distinct,
    found: Sequence[Meaning],
    item: Item,
    column: Column,
    known: Vocabulary,
    circumstances: Circumstances,
) -> tuple[Unknown, ...]:
    expected = codes_in_words(item, circumstances.questionnaire)
    return tuple(
        Unknown(
            item.id,
            column.name,
            value,
            int(line),
            int(count),
            expected,
            known.nearest(column.labels.get(value, value)),
            one.why or "a cell that is none of its item's answers",
        )
        for value, one, count, line in zip(bare.values, found, bare.counts, bare.lines, strict=True)
        if one.code is None
    )
