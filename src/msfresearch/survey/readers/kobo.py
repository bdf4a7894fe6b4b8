"""Exports of KoBoToolbox and ODK Central: CSV or a workbook, names or labels, repeats apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from msfresearch.errors import SourceError
from msfresearch.survey.readers.columns import unique
from msfresearch.survey.readers.export import Column, Export, Step
from msfresearch.survey.readers.guards import WORKBOOKS, check_text, expect
from msfresearch.survey.readers.kobo_columns import described, find_ticks, own_roles
from msfresearch.survey.readers.roles import in_form
from msfresearch.survey.readers.text import Rows, read_rows
from msfresearch.survey.readers.xlsform import read_xlsform
from msfresearch.survey.source import ExportOptions, Layout

_TELLING = ("_submission_time", "_uuid", "_id", "SubmissionDate", "KEY", "meta/instanceID")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_IN_WORDS = re.compile(rf"({'|'.join(_MONTHS)}) ([0-9]{{1,2}}), ([0-9]{{4}}),? +(.*)")


def read_kobo(
    path: Path,
    options: ExportOptions,
    layout: Layout | None = None,
    structure: Path | None = None,
) -> Export:
    """Read an export of KoBoToolbox or ODK.

    A select_multiple may come as one column with the answers divided by spaces, as a column of
    ticks per answer, or as both; the columns of one question share a group. Answers stay as they
    are written, names or labels. Repeats and other sheets are counted and not read. The verdict
    of a validation ("Not Approved") stays an administrative column: it sets nothing aside.

    Parameters
    ----------
    path : Path
        CSV (divided by semicolons or commas) or a workbook.
    options : ExportOptions
        Sheet, order of day and month.
    layout : Layout, optional
        Encoding and delimiter, where the manifest says them.
    structure : Path, optional
        The form (XLSForm): questions and answers in words.

    Returns
    -------
    Export

    Raises
    ------
    SourceError
        When it is no such export, or the file is damaged.
    """
    if expect(path, ("text", *WORKBOOKS)) == "text":
        check_text(path)
    return kobo_export(read_rows(path, layout, options.sheet), options, structure)


def kobo_export(rows: Rows, options: ExportOptions, structure: Path | None = None) -> Export:
    """Read rows of text as an export of KoBo or ODK; see :func:`read_kobo`."""
    headings = [one.strip() for one in rows.header(0)]
    names, renamed = unique(headings)
    table = rows.answers(1).set_axis(list(names), axis=1)
    roles = own_roles(names)
    telling = [name for name in _TELLING if name in names]
    if not telling and options.platform != "kobo":
        raise SourceError(
            "not an export of KoBoToolbox or ODK",
            file=rows.file,
            row=int(rows.cells.index[0]),
            found=f"{len(headings)} columns, none of the platforms' own",
            expected="columns such as _id and _submission_time, or SubmissionDate and KEY",
            action="export with these columns, or write `export: {platform: kobo}`",
        )
    form = read_xlsform(structure) if structure is not None else ()
    asked = [name for name in names if name not in roles]
    ticks = find_ticks(table, asked, form)
    columns = described(names, roles, ticks, form)
    table, columns, made = _with_duration(table, columns)
    empty = [name for name in asked if not (table[name] != "").any()]
    steps = [
        *rows.account,
        Step("header rows read", 1),
        Step("headings that stood twice or were blank, told apart", len(renamed)),
        Step("columns of ticks found beside their question", len(ticks)),
        Step("questions in whose column nothing stands", len(empty), ", ".join(empty)),
        *_verdicts(table),
        *_form_steps(columns, structure is not None),
        *made,
        *(Step("rows of other sheets not read", n, name) for name, n in rows.unread.items()),
    ]
    table = _numeric_months(table, columns)
    wanted = {one.name: one.role for one in columns if one.role is not None}
    table, formed = in_form(table, wanted, rows.file, options)
    reason = "the manifest says so" if options.platform else f"columns {', '.join(telling)}"
    return Export("kobo", reason, table, columns, (*steps, *formed), dict(rows.unread))


def _with_duration(
    table: pd.DataFrame, columns: tuple[Column, ...]
) -> tuple[pd.DataFrame, tuple[Column, ...], list[Step]]:
    """Seconds from the start to the end of filling in the form, where it noted both.

    The time of submission will not do: a form filled in offline is sent days later.
    """
    if not {"start", "end"} <= set(table.columns):
        return table, columns, []
    times = {
        one: pd.to_datetime(
            table[one].where(table[one] != ""), utc=True, errors="coerce", format="ISO8601"
        )
        for one in ("start", "end")
    }
    seconds = (times["end"] - times["start"]).dt.total_seconds()
    told = seconds.notna() & (seconds >= 0)
    cells = seconds.where(told, 0).round().astype("int64").astype("str").where(told, "")
    name = unique([*table.columns, "duration (start to end)"])[0][-1]
    column = Column(name, group=name, role="duration")
    step = Step("durations taken from start and end", int(told.sum()))
    return table.assign(**{name: cells.astype("str")}), (*columns, column), [step]


def _verdicts(table: pd.DataFrame) -> list[Step]:
    names = [name for name in ("_validation_status", "ReviewState") if name in table.columns]
    return [
        Step("answers by verdict of the validation, none set aside", int(n), f"{name}: {verdict}")
        for name in names
        for verdict, n in table[name].value_counts().items()
        if verdict
    ]


def _form_steps(columns: Sequence[Column], given: bool) -> list[Step]:
    if not given:
        return [Step("columns described by the form", 0, "no XLSForm given")]
    known = sum(bool(one.question) for one in columns if one.role in (None, "administrative"))
    notes = sum(one.role == "administrative" and bool(one.question) for one in columns)
    return [Step("columns described by the form", known), Step("notes of the form", notes)]


def _numeric_months(table: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Times as ODK Briefcase writes them ("Apr 3, 2019 3:04:05 PM"), with the month a number."""

    def plain(cells: pd.Series[str]) -> pd.Series[str]:
        meaning = {}
        for text in cells.unique():
            match = _IN_WORDS.fullmatch(text.strip())
            if match:
                month, day, year, clock = match.groups()
                meaning[text] = f"{year}-{_MONTHS.index(month) + 1:02d}-{int(day):02d} {clock}"
        return cells.replace(meaning) if meaning else cells

    times = [one.name for one in columns if one.role in ("submitted", "started")]
    return table.assign(**{name: plain(table[name]) for name in times})
