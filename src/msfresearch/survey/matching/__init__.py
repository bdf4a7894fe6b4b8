"""Columns meet items, cells meet codes: a platform's export as the questionnaire writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from msfresearch.survey.items import Item
from msfresearch.survey.matching.boxes import read_boxes, read_joined
from msfresearch.survey.matching.cells import Numbered, read_scale, read_spread
from msfresearch.survey.matching.columns import pair
from msfresearch.survey.matching.distinct import Tally
from msfresearch.survey.matching.meeting import IGNORED, Meeting
from msfresearch.survey.matching.numbers import read_countries, read_dates, read_numbers
from msfresearch.survey.matching.proposal import (
    CellError,
    MatchError,
    Proposal,
    Unknown,
    refuse_cells,
)
from msfresearch.survey.matching.targets import asked
from msfresearch.survey.matching.vocabulary import (
    Circumstances,
    check_values,
    numbers_to_fill_in,
)
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.readers.export import Export, Step
from msfresearch.survey.source import Source

__all__ = ["PAIRS", "CellError", "MatchError", "Matched", "match"]

#: What each column of an export was found to be.
PAIRS = pa.DataFrameSchema(
    {
        "column": pa.Column(str, unique=True),
        "question": pa.Column(str),
        "meets": pa.Column(str),
        "how": pa.Column(str),
    },
    strict=True,
)
#: A column of a platform's own that says nothing of an answer is not handed on.
_ADMINISTRATIVE = "role:administrative"


@dataclass(frozen=True)
class Matched:
    """An export as the questionnaire writes it.

    Attributes
    ----------
    raw
        The canonical raw table, index ``line``: one column of ``str`` per column that an item
        of the questionnaire reads in a file, in codes ("" for a blank; a box is "1" or "0", and
        "" in every box of a question that nothing was answered of; texts as they were written),
        then one column ``role:<role>`` per role, as the reader writes it.
    pairs
        As in ``PAIRS``, one row per column of the export, in its order.
    account
        What was done to columns and cells, counted; the detail of a step is the item.
    """

    raw: pd.DataFrame
    pairs: pd.DataFrame
    account: tuple[Step, ...]


def match(
    export: Export, table: Table, questionnaire: Questionnaire, source: Source, file: Path
) -> Matched:
    """Bring a platform's export into the questionnaire's columns and codes.

    Parameters
    ----------
    export : Export
        As its reader hands it on.
    table : Table
        The table of the questionnaire that it fills.
    questionnaire : Questionnaire
        Scales, labels and missing codes.
    source : Source
        What the manifest says of the file; ``source.export`` decides where the file is not
        enough.
    file : Path
        The file, for errors.

    Returns
    -------
    Matched

    Raises
    ------
    MatchError
        When a column or an item is not met, is met twice or has a changed text, or when numbers
        may be the platform's own. Its ``proposal`` can be pasted into the manifest.
    CellError
        When cells of closed items are none of their answers, with a ``proposal`` too.
    SourceError
        When the manifest names a column, an item or a code that is not there.
    """
    options = source.export
    circumstances = Circumstances(questionnaire, options, export.platform, file)
    check_values(table, circumstances)
    met = pair(export, table, questionnaire, options, source.table, file)
    tally = Tally()
    cells: dict[str, pd.Series[str]] = {}
    unknown: list[Unknown] = []
    numbered: list[Numbered] = []
    for item in asked(table):
        columns = [one for one in met if one.target and one.target.item.id == item.id]
        read, strange, bare = _read(item, columns, export, circumstances, tally)
        cells |= read
        unknown += strange
        numbered += bare
    if numbered:
        raise _whose_numbers(numbered, table, circumstances, source)
    if unknown:
        raise refuse_cells(unknown, source.table, options, file)
    roles, counted = _roles(met, export)
    wanted = [name for name in dict.fromkeys(table.columns()) if name in cells]
    raw = pd.DataFrame({name: cells[name] for name in wanted} | roles, index=export.table.index)
    raw.index.name = "line"
    pairs = pd.DataFrame(
        {
            "column": [one.column.name for one in met],
            "question": [one.column.question for one in met],
            "meets": [one.meets for one in met],
            "how": [one.how for one in met],
        },
        dtype="str",
    )
    return Matched(raw, PAIRS.validate(pairs), (*_met(met), *counted, *tally.steps()))


def _read(
    item: Item,
    met: Sequence[Meeting],
    export: Export,
    circumstances: Circumstances,
    tally: Tally,
) -> tuple[Mapping[str, pd.Series[str]], Iterable[Unknown], Iterable[Numbered]]:
    """The columns of the raw table that an item fills."""
    by_kind: dict[str, list[Meeting]] = {}
    for one in met:
        if one.target is not None:
            by_kind.setdefault(one.target.kind, []).append(one)
    text = next((export.table[one.column.name] for one in by_kind.get("other", [])), None)
    if item.type == "multi":
        if "joined" in by_kind:
            column = by_kind["joined"][0].column
            cells = export.table[column.name]
            read = read_joined(cells, column, item, text, circumstances, tally)
        else:
            boxes = {
                one.target.code: (one.column, export.table[one.column.name])
                for one in by_kind["option"]
                if one.target is not None
            }
            read = read_boxes(boxes, item, text, circumstances, tally)
        return read.columns, read.unknown, ()
    if "answer" in by_kind:
        answers = [
            (one.column, one.target.code, export.table[one.column.name])
            for one in by_kind["answer"]
            if one.target is not None
        ]
        spread = read_spread(answers, item, text, circumstances, tally)
        return spread.columns, spread.unknown, ()
    column = by_kind["item"][0].column
    cells = export.table[column.name]
    header = str(item.column)
    if item.scale:
        scaled = read_scale(cells, column, item, text, circumstances, tally)
        return scaled.columns, scaled.unknown, scaled.numbered
    if item.type == "numeric":
        numbers, strange = read_numbers(cells, column, item, circumstances, tally)
        return {header: numbers}, strange, ()
    if item.type == "date":
        dates, strange = read_dates(cells, column, item, circumstances, tally)
        return {header: dates}, strange, ()
    if item.type == "country":
        return {header: read_countries(cells, column, item, circumstances, tally)}, (), ()
    return {header: cells}, (), ()


def _roles(met: Iterable[Meeting], export: Export) -> tuple[dict[str, pd.Series[str]], list[Step]]:
    """One column per role; of two, the first that has something in a row."""
    roles: dict[str, pd.Series[str]] = {}
    steps: list[Step] = []
    for one in met:
        if not one.meets.startswith("role:") or one.meets == _ADMINISTRATIVE:
            continue
        cells = export.table[one.column.name]
        if one.meets in roles:
            first = roles[one.meets]
            differ = int(((first != cells) & (first != "") & (cells != "")).sum())
            steps.append(
                Step(
                    "a second column of one role, used where the first is empty",
                    differ,
                    f"{one.column.name}: rows in which the two differ",
                )
            )
            cells = first.mask(first == "", cells)
        roles[one.meets] = cells
    return roles, steps


def _met(met: Iterable[Meeting]) -> list[Step]:
    """How many columns were met in each way, and which were left out."""
    there = list(met)
    steps = [
        Step(f"columns met by: {how}", count)
        for how, count in Counter(one.how for one in there if one.meets != IGNORED).items()
    ]
    for how, count in Counter(one.how for one in there if one.meets == IGNORED).items():
        names = [one.column.name for one in there if one.meets == IGNORED and one.how == how]
        steps.append(Step(f"columns left out: {how}", count, ", ".join(names)))
    return steps


def _whose_numbers(
    numbered: Sequence[Numbered], table: Table, circumstances: Circumstances, source: Source
) -> MatchError:
    first = numbered[0]
    more = len(numbered) - 1
    return MatchError(
        "cells are bare numbers, and nothing in the file says what they mean"
        + (f" (and {more} more such columns)" if more else ""),
        file=circumstances.file,
        row=first.line,
        column=first.column,
        found=", ".join(first.cells[:10]),
        expected="answers in words, or a manifest that says whose numbers they are",
        action="platforms number the answers of a question in an order of their own: compare an "
        "answer that you know, or the form's own list of codes, with the questionnaire; then "
        "export the answers in words, or paste the proposal",
        proposal=Proposal(
            cells="codes",
            remarks=(
                "only if the numbers are the questionnaire's codes for: "
                + ", ".join(one.item for one in numbered),
                "if they are the platform's own, take the values at the end",
            ),
            instead=numbers_to_fill_in(
                [item for item in table.items if item.id in {one.item for one in numbered}],
                circumstances.questionnaire,
            ),
        ).text(source.table, source.export),
    )
