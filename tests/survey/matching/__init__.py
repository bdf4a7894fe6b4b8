"""Exports of the small survey of forums, made by hand, for tests of matching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from msfresearch.survey.matching import Matched, match
from msfresearch.survey.questionnaire import Questionnaire
from msfresearch.survey.readers.export import Column, Export
from msfresearch.survey.source import ExportOptions, Platform, Source
from tests.survey.forum import small_forum

FILE = Path("answers.csv")
QUESTIONNAIRE = small_forum()

#: One column per item of the form, named as the questionnaire declares, answered once in codes.
ANSWER: Mapping[str, str] = {
    "CONSENT": "1",
    "COUNTRY": "Canada",
    "LEVEL": "national",
    "MSF_EXISTS": "1",
    "INFORMED": "4",
    "AMBITION": "2",
    "TRUST": "97",
    "MSF_DECIDE": "consensus",
    "TOPICS_access": "1",
    "TOPICS_budget": "0",
    "TOPICS_other_ticked": "0",
    "MSF_SHARE_NG": "50",
    "OT_BARRIERS": "=too few people",
}


def export_of(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    platform: Platform = "kobo",
    first_line: int = 2,
) -> Export:
    """An export with these columns and rows."""
    table = pd.DataFrame(
        [list(row) for row in rows], columns=[one.name for one in columns], dtype="str"
    )
    table.index = pd.RangeIndex(first_line, first_line + len(table), name="line")
    return Export(platform, "made by hand", table, tuple(columns))


def declared(
    changes: Mapping[str, Sequence[str]] | None = None, platform: Platform = "kobo"
) -> Export:
    """Answers under the declared names: one in codes, or as many as the changed columns have."""
    changes = dict(changes or {})
    n = max([len(cells) for cells in changes.values()], default=1)
    names = [*ANSWER, *(name for name in changes if name not in ANSWER)]
    cells = {name: list(changes.get(name, [ANSWER.get(name, "")] * n)) for name in names}
    rows = [[cells[name][row] for name in names] for row in range(n)]
    return export_of([Column(name, group=name) for name in names], rows, platform)


def replaced(export: Export, *columns: Column, cells: Sequence[Sequence[str]] = ()) -> Export:
    """The same export with the last columns replaced or further ones added, by their names."""
    by_name = {column.name: column for column in columns}
    kept = [by_name.pop(one.name, one) for one in export.columns]
    table = export.table.copy()
    for column, values in zip(by_name.values(), cells, strict=True):
        table[column.name] = pd.Series(list(values), index=table.index, dtype="str")
    return Export(export.platform, export.reason, table, (*kept, *by_name.values()))


def matched(
    export: Export, options: Mapping[str, Any] | None = None, on: Questionnaire = QUESTIONNAIRE
) -> Matched:
    """The export, matched with what a manifest says of it."""
    source = Source(
        table="answers",
        licence="restricted",
        citation="none",
        export=ExportOptions.model_validate(dict(options or {})),
    )
    return match(export, on.tables["answers"], on, source, FILE)


def done(found: Matched, rule: str) -> dict[str, int]:
    """What a rule did, by item."""
    return {step.detail: step.count for step in found.account if step.rule == rule}
