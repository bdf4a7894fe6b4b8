"""Boxes of a multi-select item: a column each, or all that were ticked joined in one cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from msfresearch.survey.items import Item
from msfresearch.survey.matching.distinct import Tally, distinct
from msfresearch.survey.matching.proposal import Unknown
from msfresearch.survey.matching.targets import answer_words
from msfresearch.survey.matching.vocabulary import (
    Circumstances,
    Vocabulary,
    codes_in_words,
    number_of,
    vocabulary,
)
from msfresearch.survey.matching.wording import normalise
from msfresearch.survey.readers.export import Column
from msfresearch.survey.source import Platform

TICKS = "boxes read as ticked or not by their words"
UNTICKED_EMPTY = "empty boxes of an answered question read as not ticked"
BY_TEXT = "box for other ticked by its text"
WITHOUT_TICK = "text for other beside an unticked box, kept"
JOINED = "answers joined in one cell taken apart"
LEFT_OVER = "text joined to the answers, kept as other"

NOTHING_TICKED = "questions with no box ticked, read as not answered"
#: Platforms that write "not ticked" into every box of a question that was shown: there, nothing
#: tells who left it out from who ticked nothing.
FILLING: tuple[Platform, ...] = ("qualtrics", "surveymonkey", "limesurvey", "google_forms")

TICKED = frozenset(
    [
        *("1", "y", "yes", "true", "x", "checked", "selected", "ticked", "quoted"),
        *("si", "sí", "verdadero", "marcado", "seleccionado"),
        *("oui", "vrai", "coché", "sélectionné"),
    ]
)
UNTICKED = frozenset(
    [
        *("0", "n", "no", "false", "unchecked", "unselected", "falso", "non", "faux"),
        *("not selected", "not checked", "not ticked", "not quoted"),
        *("no seleccionado", "no marcado", "non sélectionné", "non coché"),
    ]
)
#: What joins answers in one cell; the space that joins codes is tried after these.
_JOINT = re.compile(r"\s*[|;,\n]\s*")
_SPACE = re.compile(r"\s+")
#: Distinct cells beyond which a column holds no ticks.
_MOST_FORMS = 50
#: Parts of a cell, and of an option's words, beyond which nothing is taken apart.
_MOST_PARTS = 200
_LONGEST_OPTION = 40
_MOST_SEEN = 10_000
_EXPECTED = "a tick (1 or 0, yes or no) or the option's words"


@dataclass(frozen=True)
class ReadBoxes:
    """Cells of the options' columns and of the text beside "other"; cells that are none."""

    columns: Mapping[str, pd.Series[str]]
    unknown: tuple[Unknown, ...] = ()


def looks_like_boxes(cells: pd.Series[str], part: str = "") -> bool | None:
    """Whether every cell is a tick or the words of the column; None where all are empty."""
    said = cells.unique()
    if len(said) > _MOST_FORMS:
        return False
    words = {normalise(cell) for cell in said} - {""}
    return words <= {*TICKED, *UNTICKED, *answer_words(part)} if words else None


def read_boxes(
    columns: Mapping[str, tuple[Column, pd.Series[str]]],
    item: Item,
    text: pd.Series[str] | None,
    circumstances: Circumstances,
    tally: Tally,
) -> ReadBoxes:
    """Read a multi-select item that has a column per option.

    An empty box of a question in which something is ticked, written or said not to be ticked is
    not ticked; in a question of which nothing is answered every box stays empty. So it does
    where nothing is ticked and the platform fills the boxes of whoever saw the question.

    Parameters
    ----------
    columns : dict of (Column, Series of str)
        Per option: its column and its cells. The option for "other" may be absent where its
        text is there.
    item : Item
        The item.
    text : Series of str, optional
        The text beside "other".
    circumstances : Circumstances
        Questionnaire, platform and manifest.
    tally : Tally
        Where every recode is counted.

    Returns
    -------
    ReadBoxes
        "1", "0", "" or a code for a missing answer per box.
    """
    known = vocabulary(item, circumstances.questionnaire, circumstances.options)
    unknown: list[Unknown] = []
    read: dict[str, pd.Series[str]] = {}
    for option, (column, cells) in columns.items():
        found = distinct(cells.str.strip())
        ticks: list[str] = []
        for value, count, line in zip(found.values, found.counts, found.lines, strict=True):
            tick = _tick(value, option, column, known)
            if tick is None:
                unknown.append(
                    Unknown(item.id, column.name, value, int(line), int(count), _EXPECTED)
                )
            elif tick != value:
                tally.add(TICKS, item.id, int(count))
            ticks.append(tick or "")
        read[option] = found.column(ticks)
    return ReadBoxes(_filled(read, item, text, circumstances, tally), tuple(unknown))


def _tick(cell: str, option: str, column: Column, known: Vocabulary) -> str | None:
    """One box: "1", "0", "", the code of a missing answer, or None for what is none of these."""
    if not cell:
        return ""
    declared = known.declared_for(cell)
    if declared is not None:
        return "1" if declared == option else None if declared in known.answers else declared
    words = normalise(column.labels.get(cell, number_of(cell)))
    if words in TICKED:
        return "1"
    if words in UNTICKED:
        return "0"
    code = known.code_of(words) or known.by_words(words)
    if code == option:
        return "1"
    return code if code is not None and code not in known.answers else None


def read_joined(
    cells: pd.Series[str],
    column: Column,
    item: Item,
    text: pd.Series[str] | None,
    circumstances: Circumstances,
    tally: Tally,
) -> ReadBoxes:
    """Read a multi-select item whose ticked options stand joined in one cell.

    Options may hold the sign that joins them: of all ways to take a cell apart, the one that
    leaves the least text over counts, and of these the one with the longest options.

    Parameters
    ----------
    cells : Series of str
        As the file has them.
    column, item, text, circumstances, tally
        As in :func:`read_boxes`.

    Returns
    -------
    ReadBoxes
        What is left over of a cell is the text beside "other", where the item has one and that
        text has no column of its own; else the cell is unknown.
    """
    known = vocabulary(item, circumstances.questionnaire, circumstances.options)
    found = distinct(cells.str.strip())
    joined = _Joined(column.labels, known)
    ids = [option.id for option in item.options]
    ticked: dict[str, list[str]] = {option: [] for option in ids}
    typed: list[str] = []
    unknown: list[Unknown] = []
    for value, count, line in zip(found.values, found.counts, found.lines, strict=True):
        codes, left = joined.apart(value)
        other = _left_over(left, known) if left and text is None else None
        missing = [code for code in codes if code not in ticked]
        if (left and other is None) or (missing and len(codes) > 1):
            unknown.append(
                Unknown(
                    item.id,
                    column.name,
                    left or value,
                    int(line),
                    int(count),
                    codes_in_words(item, circumstances.questionnaire),
                    known.nearest(left) if left else None,
                )
            )
        if other is not None and known.other is not None:
            codes = [*codes, known.other]
            tally.add(LEFT_OVER, item.id, int(count) if other else 0)
        tally.add(JOINED, item.id, int(count) if value else 0)
        typed.append(other or "")
        empty = missing[0] if missing else "0" if codes else ""
        for option in ids:
            # A text in a column of its own may yet tell that its box was ticked.
            open_still = text is not None and option == known.other and empty == "0"
            ticked[option].append("1" if option in codes else "" if open_still else empty)
    read = {option: found.column(ticks) for option, ticks in ticked.items()}
    written = found.column(typed) if text is None and item.other is not None else text
    return ReadBoxes(_filled(read, item, written, circumstances, tally), tuple(unknown))


class _Joined:
    """Takes cells of one column apart; what options are made of is worked out once."""

    def __init__(self, labels: Mapping[str, str], known: Vocabulary) -> None:
        self._labels = labels
        self._known = known
        self._seen: dict[tuple[str, re.Pattern[str]], bool] = {}
        said = [*known.words, *known.codes, *known.declared, *labels]
        self._pieces = {
            joint: {normalise(piece) for words in said for piece in joint.split(words)}
            for joint in (_JOINT, _SPACE)
        }

    def apart(self, cell: str) -> tuple[list[str], str]:
        """The codes in a cell, each once, and as it was written what no option says."""
        if not cell:
            return [], ""
        codes, left = self._cover(cell, _JOINT, self._by_words)
        # Codes, and whatever is joined by spaces, have to be the whole of a cell: a word that a
        # person typed may be a code by chance.
        for joint, code_of in (
            (_JOINT, self._by_code),
            (_SPACE, self._by_code),
            (_SPACE, self._by_words),
        ):
            if left:
                other, rest = self._cover(cell, joint, code_of, whole=True)
                codes, left = (codes, left) if rest else (other, "")
        return list(dict.fromkeys(code for code in codes if code)), left

    def _may_be(self, part: str, joint: re.Pattern[str]) -> bool:
        """Whether a part of a cell is a part of what some option says."""
        seen = self._seen.get((part, joint))
        if seen is None:
            seen = normalise(part) in self._pieces[joint] or self._known.other_text(part) == ""
            if len(self._seen) < _MOST_SEEN:
                self._seen[part, joint] = seen
        return seen

    def _by_words(self, words: str) -> str | None:
        known = self._known
        declared = known.declared_for(words)
        if declared is not None:
            return declared
        code = known.by_words(words)
        return known.other if code is None and known.other_text(words) == "" else code

    def _by_code(self, words: str) -> str | None:
        told = self._labels.get(words)
        return self._known.by_words(told) if told else self._known.code_of(words)

    def _cover(
        self,
        cell: str,
        joint: re.Pattern[str],
        code_of: Callable[[str], str | None],
        *,
        whole: bool = False,
    ) -> tuple[list[str], str]:
        """Take a cell apart at some of its joints so that the least text is left over."""
        spans = _spans(cell, joint)
        parts = [cell[start:end] for start, end in spans]
        n = len(parts)
        if n > _MOST_PARTS or (whole and not all(self._may_be(one, joint) for one in parts)):
            return [], cell
        may_be = [self._may_be(one, joint) for one in parts]
        if not any(may_be):
            return [], cell
        # From the end: per part the least text left over from there on, then the fewest options.
        best: list[tuple[int, int]] = [(0, 0)] * (n + 1)
        step: list[tuple[int, str | None]] = [(n, None)] * n
        for i in range(n - 1, -1, -1):
            best[i] = (best[i + 1][0] + len(parts[i]), best[i + 1][1])
            step[i] = (i + 1, None)
            for j in range(i + 1, min(n, i + _LONGEST_OPTION) + 1):
                if not may_be[j - 1]:
                    break
                code = code_of(cell[spans[i][0] : spans[j - 1][1]])
                if code is not None and (best[j][0], best[j][1] + 1) < best[i]:
                    best[i], step[i] = (best[j][0], best[j][1] + 1), (j, code)
        codes: list[str] = []
        left: list[tuple[int, int]] = []
        at = 0
        while at < n:
            end, code = step[at]
            if code is not None:
                codes.append(code)
            elif left and left[-1][1] == at:
                left[-1] = (left[-1][0], end)
            else:
                left.append((at, end))
            at = end
        texts = (cell[spans[a][0] : spans[b - 1][1]].strip() for a, b in left)
        return codes, ", ".join(filter(None, texts))


def _spans(cell: str, joint: re.Pattern[str]) -> list[tuple[int, int]]:
    """Where the parts between joints begin and end."""
    found = list(joint.finditer(cell))
    starts = [0, *(one.end() for one in found)]
    return list(zip(starts, [*(one.start() for one in found), len(cell)], strict=True))


def _left_over(left: str, known: Vocabulary) -> str | None:
    """The text beside "other" that is left over; None where it cannot be one."""
    if known.other is None or known.reworded(left):
        return None
    text = known.other_text(left)
    return left if text is None else text


def _filled(
    read: Mapping[str, pd.Series[str]],
    item: Item,
    text: pd.Series[str] | None,
    circumstances: Circumstances,
    tally: Tally,
) -> dict[str, pd.Series[str]]:
    """Boxes under the names of the raw table, the empty ones of answered questions not ticked."""
    index = next(iter(read.values())).index if read else text.index if text is not None else None
    cells = {
        option.id: read.get(option.id, pd.Series("", index=index, dtype="str"))
        for option in item.options
    }
    named = {option.id: option.column for option in item.options}
    if item.other is not None:
        text = pd.Series("", index=index, dtype="str") if text is None else text
        wrote = text.str.strip() != ""
        box = cells[item.other.code]
        tally.add(BY_TEXT, item.id, int((wrote & (box == "")).sum()))
        tally.add(WITHOUT_TICK, item.id, int((wrote & (box == "0")).sum()))
        cells[item.other.code] = box.mask(wrote & (box == ""), "1")
    boxes = list(cells.values())
    ticked = np.logical_or.reduce([(box == "1").to_numpy() for box in boxes])
    unticked = np.logical_or.reduce([(box == "0").to_numpy() for box in boxes])
    answered = ticked | unticked
    if circumstances.platform in FILLING:
        nothing = unticked & ~ticked
        tally.add(NOTHING_TICKED, item.id, int(nothing.sum()))
        cells = {option: box.mask(nothing & (box == "0"), "") for option, box in cells.items()}
        answered = ticked
    done: dict[str, pd.Series[str]] = {}
    for option, box in cells.items():
        empty = (box == "") & answered
        tally.add(UNTICKED_EMPTY, item.id, int(empty.sum()))
        done[named[option]] = box.mask(empty, "0")
    if item.other is not None and text is not None:
        done[item.other.column] = text
    return done
