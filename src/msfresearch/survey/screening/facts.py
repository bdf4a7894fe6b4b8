"""What can be said of each row alone: its times, its member, how far it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from msfresearch.survey import languages
from msfresearch.survey.manifest import Manifest
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.respondents import Respondents
from msfresearch.survey.screening import flags
from msfresearch.survey.screening.cells import asked_items, asked_of, codes, member_of
from msfresearch.survey.screening.clock import last_day, minutes_taken, moments, windows_begun


@dataclass(frozen=True)
class Facts:
    """What each row tells by itself.

    Attributes
    ----------
    rows : DataFrame
        The columns of PARADATA that need no other row, and ``member`` (as written), ``given``
        (the moment of the answer as far as it is known), ``late`` (boolean, missing where
        unknown), ``minutes`` (float), ``answered`` (items answered).
    cells : DataFrame
        One column per item asked: its code, "" where unanswered.
    """

    rows: pd.DataFrame
    cells: pd.DataFrame


def facts(
    raw: pd.DataFrame,
    table: Table,
    questionnaire: Questionnaire,
    manifest: Manifest,
    rules: Respondents,
) -> Facts:
    """Read what each row tells by itself."""
    zone = _zone(table, questionnaire, manifest)
    submitted = moments(role(raw, "submitted"), zone)
    started = moments(role(raw, "started"), zone)
    # An answer that was never sent was given when it was begun, as far as anybody knows.
    day = submitted["day"].fillna(started["day"])
    given = submitted["utc"].fillna(submitted["utc_day"].dt.tz_localize("UTC"))
    late = (day > max(last_day(window.end) for window in manifest.fieldwork)).astype("boolean")
    late = late.mask(day.isna())
    duration = role(raw, "duration") if "role:duration" in raw else None
    minutes = minutes_taken(duration, started["utc"], submitted["utc"])
    cells = codes(raw, asked_items(table))
    answered = cells != ""
    asked = asked_of(raw, table, cells)
    rows = pd.DataFrame(
        {
            "_respondent": raw["_respondent"],
            "_submitted": submitted["utc_day"].dt.strftime("%Y-%m-%d").fillna(""),
            "_language": _language(raw, manifest),
            "_window": windows_begun(day, manifest.fieldwork),
            "_disposition": flags.dispositions(answered, asked, role(raw, "finished"), rules),
            "_minutes": minutes.round(2).astype("str").fillna(""),
            "_straight_lined": flags.straight_lined(cells, table, questionnaire, rules),
            "_late": late.map({True: "1", False: "0"}).astype("str").fillna(""),
            "member": member_of(raw, table),
            "given": given.fillna(started["utc"]),
            "late": late,
            "minutes": minutes,
            "answered": answered.sum(axis=1),
        }
    )
    return Facts(rows, cells)


def role(raw: pd.DataFrame, name: str) -> pd.Series[Any]:
    """What the platform notes of each row; "" throughout where it has no such column."""
    column = f"role:{name}"
    if column in raw:
        return raw[column].str.strip()
    return pd.Series("", index=raw.index, name=column, dtype="str")


def _zone(table: Table, questionnaire: Questionnaire, manifest: Manifest) -> ZoneInfo:
    """The zone of the export that fills the table, which may lack items that were not asked."""
    asked = {item.id for item in table.items}
    names = [
        name
        for name, one in questionnaire.tables.items()
        if asked <= {item.id for item in one.items}
    ]
    zones = [source.export.timezone for source in manifest.sources if source.table in names]
    return ZoneInfo(zones[0] if zones else "UTC")


def _language(raw: pd.DataFrame, manifest: Manifest) -> pd.Series[Any]:
    """Language of the form: what the platform says, or the only one there was."""
    if "role:language" not in raw and len(manifest.languages) == 1:
        return pd.Series(manifest.languages[0], index=raw.index, dtype="str")
    stated = role(raw, "language").str.lower().str.extract("^([a-z]+)", expand=False).fillna("")
    return stated.where(stated.isin(languages.FORM_LANGUAGES), "")
