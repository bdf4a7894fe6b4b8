"""Canonical raw tables of the small survey of forums, as a matched export hands them on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from msfresearch.survey.questionnaire import Table
from msfresearch.survey.screening import Screened, screen
from msfresearch.survey.source import ExportOptions
from tests.survey.forum import small_forum, small_manifest

QUESTIONNAIRE = small_forum()
TABLE: Table = QUESTIONNAIRE.tables["answers"]
COLUMNS = tuple(column for column in TABLE.columns() if not column.startswith("_"))
#: A complete answer of somebody from Canada.
COMPLETE = {
    "CONSENT": "1",
    "COUNTRY": "Canada",
    "LEVEL": "national",
    "MSF_EXISTS": "1",
    "INFORMED": "4",
    "AMBITION": "3",
    "TRUST": "5",
    "MSF_DECIDE": "consensus",
    "TOPICS_access": "1",
    "TOPICS_budget": "0",
    "TOPICS_other_ticked": "0",
    "MSF_SHARE_NG": "50",
    "OT_BARRIERS": "Civil servants have no time for the forum",
}
#: Consent and a member, and nothing else.
HOLLOW = dict.fromkeys(COMPLETE, "") | {
    "CONSENT": "1",
    "COUNTRY": "Canada",
    "LEVEL": "national",
}


def canonical(rows: Sequence[dict[str, str]]) -> pd.DataFrame:
    """A raw table of complete answers, each changed as its row says; lines 2, 3, 4 …"""
    names = [*COLUMNS, *dict.fromkeys(name for row in rows for name in row if name not in COLUMNS)]
    return pd.DataFrame(
        [{name: {**COMPLETE, **row}.get(name, "") for name in names} for row in rows],
        columns=names,
        index=pd.RangeIndex(2, len(rows) + 2, name="line"),
        dtype="str",
    )


def split(rows: Sequence[dict[str, str]]) -> pd.DataFrame:
    """The same as if personal data had left: every row with its pseudonym ``r1``, ``r2`` …"""
    table = canonical(rows)
    own = {
        "_respondent": [f"r{n}" for n in range(1, len(rows) + 1)],
        "_person": "",
        "_place": "",
        "_test": "0",
    }
    missing = {name: value for name, value in own.items() if name not in table}
    return table.assign(**missing).astype("str")


def screened(*rows: dict[str, str], table: Table = TABLE, **manifest: Any) -> Screened:
    """Rows screened, with another table or manifest where one is given."""
    changed = small_manifest().model_copy(update=manifest)
    questionnaire = QUESTIONNAIRE.model_copy(update={"tables": {"answers": table}})
    return screen(split(rows), table, questionnaire, changed)


def asking(**changes: Any) -> Table:
    """The table with other rules for its respondents."""
    assert TABLE.respondents is not None
    return TABLE.model_copy(update={"respondents": TABLE.respondents.model_copy(update=changes)})


def zoned(zone: str) -> dict[str, Any]:
    """An export whose times are of a zone."""
    (source,) = small_manifest().sources
    return {"sources": (source.model_copy(update={"export": ExportOptions(timezone=zone)}),)}


def noted(found: Screened, column: str) -> list[str]:
    """What was noted in a column, row by row."""
    return list(found.raw[column])


def n_of(found: Screened, rule: str) -> int:
    """How many rows a rule met."""
    (row,) = found.log[found.log["rule"] == rule].itertuples()
    return int(row.n)


def aside(found: Screened, rule: str) -> list[int]:
    """Lines that a rule set aside."""
    return list(found.set_aside.loc[found.set_aside["rule"] == rule, "line"])


def listed(found: Screened, rule: str) -> list[int]:
    """Lines that a rule listed."""
    return list(found.listed.loc[found.listed["rule"] == rule, "line"])
