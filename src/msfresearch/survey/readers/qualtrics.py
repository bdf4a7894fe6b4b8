"""Qualtrics: names, question texts and ImportIds above the answers; older files lack the third."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from msfresearch.survey.readers.columns import key, unique, with_markup, words
from msfresearch.survey.readers.export import Column, Export, Step
from msfresearch.survey.readers.qualtrics_questions import Question, questions
from msfresearch.survey.readers.roles import in_form
from msfresearch.survey.readers.text import Rows, read_rows
from msfresearch.survey.respondents import Role
from msfresearch.survey.source import ExportOptions, Layout

#: What an option of the export writes for a question that was seen and not answered.
SEEN = "-99"
_ROLES: dict[str, Role] = {
    "startdate": "started",
    "enddate": "submitted",
    "status": "status",
    "ipaddress": "ip",
    "progress": "progress",
    "duration": "duration",
    "duration in seconds": "duration",
    "finished": "finished",
    "recordeddate": "administrative",
    "recordid": "response_id",
    "responseid": "response_id",
    "responseset": "administrative",
    "recipientlastname": "last_name",
    "recipientfirstname": "first_name",
    "recipientemail": "email",
    "emailaddress": "email",
    "externalreference": "external_ref",
    "externaldatareference": "external_ref",
    "locationlatitude": "latitude",
    "locationlongitude": "longitude",
    "locationaccuracy": "administrative",
    "distributionchannel": "collector",
    "userlanguage": "language",
}
#: Fields that the platform sets, and the order in which blocks were shown.
_FIELD = re.compile(r"Q_.*|[BF]L_.*_DO", re.S)
_TELLING_ID = 0.5
_ANSWER_ID = re.compile(r"R_[A-Za-z0-9]+")
#: Marks of the numeric Status, which add up: 9 is a preview that looks like spam.
_PREVIEW, _TEST, _IMPORTED, _SPAM, _OFFLINE, _SYNTHETIC = 1, 2, 4 | 128, 8, 16, 256
#: The same as choice text, in the languages of an account; the first that is met counts.
_STATUS_WORDS: tuple[tuple[str, str], ...] = (
    (r"preview|vorschau|vista previa|apercu|previsualizacion|visualizacao|anteprima", "preview"),
    (r"\btest|prueba|\bteste\b|synthetic", "test"),
    (r"\bspam\b", "spam"),
    (r"import", "imported"),
    (r"offline|hors ligne|sin conexion", "offline"),
    (r"\bip\b|\bex\b", ""),
)


@dataclass(frozen=True)
class Headers:
    """The header rows of a file: their number, what they hold, and by what they were known."""

    count: int
    names: tuple[str, ...]
    texts: tuple[str, ...]
    ids: tuple[Mapping[str, object], ...]
    reason: str
    with_markup: int


def read_qualtrics(
    path: Path, options: ExportOptions, layout: Layout | None = None, structure: Path | None = None
) -> Export:
    """Read an export of Qualtrics: CSV, TSV (UTF-16) or a workbook.

    Three header rows hold the export tags, the wording and, as JSON, the ImportIds; the legacy
    export has two, the wording sometimes cut off with "…"; files whose second or third row was
    deleted are read by what is left. Test and preview answers stay, with their status.

    -99, by which an option of the export tells "seen but unanswered" from "not shown", becomes
    blank in question columns, counted. It stays in a column that holds other negative numbers,
    where it may be an answer, and in all of them when ``options.values`` gives "-99" a meaning.

    Parameters
    ----------
    path : Path
        The file.
    options : ExportOptions
        ``sheet``, ``day_first`` and ``values`` are used.
    layout : Layout, optional
        Encoding and delimiter of a delimited file.
    structure : Path, optional
        Not used: the file itself holds the wording.

    Returns
    -------
    Export
        ``name`` is the export tag (Q5_1), ``group`` what the tags of a question share (Q5).
        Times carry an offset where the ImportIds name a zone.

    Raises
    ------
    SourceError
        When the file cannot be read, has no header of Qualtrics, or a time is none.
    """
    del structure
    rows = read_rows(path, layout, options.sheet)
    return qualtrics_export(rows, options, "the manifest says Qualtrics")


def qualtrics_export(rows: Rows, options: ExportOptions, reason: str) -> Export:
    """The export that rows of Qualtrics are; see :func:`read_qualtrics`."""
    header = headers_of(rows) or _one_row(rows)
    names, changed = unique(header.names)
    table = rows.answers(header.count).set_axis(list(names), axis=1)
    asked = questions(names, header.texts, header.ids)
    roles = _roles(names, header, asked)
    columns = tuple(
        _column(name, text, asked, roles) for name, text in zip(names, header.texts, strict=True)
    )
    of_questions = [
        name for name in names if name not in roles and (name in asked or not header.ids)
    ]
    table, unanswered = _without_seen(table, of_questions, options)
    table, formed = in_form(table, roles, rows.file, options, _zones(names, header, roles))
    table, told = _with_status(table, roles)
    steps = (
        Step("header rows read", header.count),
        Step("headers freed of markup", header.with_markup),
        Step(
            "headers made unique by their position",
            len(changed),
            ", ".join(names[position] for position in changed),
        ),
        *unanswered,
        *formed,
        *told,
    )
    return Export("qualtrics", reason, table, columns, (*rows.account, *steps), rows.unread)


def headers_of(rows: Rows) -> Headers | None:
    """The header rows, known by what they hold; None where they are not those of Qualtrics."""
    first, second = rows.header(0), rows.header(1)
    for count in (3, 2):
        ids = [_import_id(cell) for cell in rows.header(count - 1)]
        if ids and sum(map(bool, ids)) >= _TELLING_ID * len(ids):
            texts = second if count == 3 else [""] * len(first)
            reason = f"{'three' if count == 3 else 'two'} header rows, the last of ImportIds"
            return _headers(count, first, texts, ids, f"{reason}: Qualtrics")
    keys, below = {key(name) for name in first}, {key(name) for name in second}
    legacy = {"responseid", "responseset"}
    if legacy <= keys:
        reason = "two header rows with ResponseID and ResponseSet: Qualtrics, legacy"
        return _headers(2, first, second, [], reason)
    if legacy <= below:
        # Fields of the platform are called V1, V2 … above, and by their name below.
        own = [bool(re.fullmatch(r"V[0-9]+", name)) for name in first]
        names = [low if mine else name for name, low, mine in zip(first, second, own, strict=True)]
        texts = ["" if mine else low for low, mine in zip(second, own, strict=True)]
        reason = "ResponseID and ResponseSet in the second of two header rows: Qualtrics, legacy"
        return _headers(2, names, texts, [], reason)
    if {"responseid", "startdate"} <= keys:
        at = [key(name) for name in first].index("responseid")
        answer = bool(second) and _ANSWER_ID.fullmatch(second[at].strip()) is not None
        count = 1 if answer else 2
        texts = [""] * len(first) if answer else second
        reason = f"columns StartDate and ResponseId, {count} header row(s), no ImportIds: Qualtrics"
        return _headers(count, first, texts, [], reason)
    return None


def _one_row(rows: Rows) -> Headers:
    first = rows.header(0)
    return _headers(1, first, [""] * len(first), [], "one header row")


def _headers(
    count: int,
    names: Sequence[str],
    texts: Sequence[str],
    ids: Sequence[Mapping[str, object]],
    reason: str,
) -> Headers:
    named = tuple(name.strip() for name in names)
    said = tuple(words(text) for text in texts)
    return Headers(count, named, said, tuple(ids), reason, with_markup(texts))


def _import_id(cell: str) -> Mapping[str, object]:
    """The JSON of a header cell, empty where it is no ImportId."""
    if "ImportId" not in cell or len(cell) > 10_000:
        return {}
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and "ImportId" in found else {}


def _roles(names: Sequence[str], header: Headers, asked: Mapping[str, Question]) -> dict[str, Role]:
    """The platform's own columns; a file with ImportIds is taken at those, not at its names."""
    found: dict[str, Role] = {}
    for position, name in enumerate(names):
        told = str(header.ids[position].get("ImportId", "")) if header.ids else name
        role = _ROLES.get(key(told))
        if role is not None and role not in found.values():
            found[name] = role
        elif role is not None or _FIELD.fullmatch(told) or _administrative(asked.get(name)):
            found[name] = "administrative"
    if "submitted" not in found.values():
        recorded = next((name for name in names if key(name) == "recordeddate"), None)
        found |= {recorded: "submitted"} if recorded else {}
    return found


def _administrative(one: Question | None) -> bool:
    return one is not None and one.administrative


def _column(
    name: str, text: str, asked: Mapping[str, Question], roles: Mapping[str, Role]
) -> Column:
    one = asked.get(name)
    if name in roles or one is None:
        return Column(name, question=text, group=name, role=roles.get(name))
    return Column(name, question=one.question, part=one.part, group=one.group)


def _zones(names: Sequence[str], header: Headers, roles: Mapping[str, Role]) -> dict[str, str]:
    """The zone of the times; an export has one, and may name it over one column alone."""
    told = {str(one["timeZone"]) for one in header.ids if one.get("timeZone")}
    times = [name for name in names if roles.get(name) in ("started", "submitted")]
    return dict.fromkeys(times, told.pop()) if len(told) == 1 else {}


def _without_seen(
    table: pd.DataFrame, asked: Sequence[str], options: ExportOptions
) -> tuple[pd.DataFrame, tuple[Step, ...]]:
    """Question columns with -99 read as blank, where it can mean nothing else."""
    holding = {name: cells for name in asked if (cells := table[name].eq(SEEN)).any()}
    meant = any(SEEN in values for values in options.values.values())
    kept = [
        name
        for name in holding
        if meant or table[name][~holding[name]].str.fullmatch(r"-[0-9]+(\.[0-9]+)?").any()
    ]
    made = {
        name: table[name].mask(cells, "") for name, cells in holding.items() if name not in kept
    }
    blanked = sum(int(holding[name].sum()) for name in made)
    left = sum(int(holding[name].sum()) for name in kept)
    why = "the manifest gives it a meaning" if meant else ", ".join(kept)
    return table.assign(**made), (
        Step("cells of -99 (seen but unanswered) read as blank", blanked, f"{len(made)} columns"),
        Step("cells of -99 kept, as it may be an answer", left, why if kept else ""),
    )


def _with_status(
    table: pd.DataFrame, roles: Mapping[str, Role]
) -> tuple[pd.DataFrame, tuple[Step, ...]]:
    """Status in its form; an answer that came by the preview's channel is a preview."""
    status = next((name for name, role in roles.items() if role == "status"), None)
    channel = next((name for name, role in roles.items() if role == "collector"), None)
    if status is None:
        return table, ()
    said = table[status].map({text: _status(text) for text in table[status].unique()})
    by_channel = 0
    if channel is not None:
        previewed = table[channel].str.strip().str.casefold().eq("preview") & said.eq("")
        by_channel = int(previewed.sum())
        said = said.mask(previewed, "preview")
    counts = said[said != ""].value_counts().sort_index()
    return table.assign(**{status: said.astype("str")}), (
        Step(
            "answers with a status of their own, all kept",
            int(counts.sum()),
            ", ".join(f"{word}: {number}" for word, number in counts.items()),
        ),
        Step("previews known by their channel alone", by_channel),
    )


def _status(text: str) -> str:
    """Blank for an ordinary answer, else test, preview, spam, imported, offline or as written."""
    word = key(text)
    if word.isdecimal() and word.isascii():
        marks = int(word)
        table = (
            (_PREVIEW, "preview"),
            (_TEST | _SYNTHETIC, "test"),
            (_SPAM, "spam"),
            (_IMPORTED, "imported"),
            (_OFFLINE, "offline"),
        )
        return next((said for mark, said in table if marks & mark), "")
    return next((said for form, said in _STATUS_WORDS if re.search(form, word)), text.strip())
