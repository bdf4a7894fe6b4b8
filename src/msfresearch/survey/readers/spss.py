"""SPSS files (.sav, .zsav): values as written, with their labels, missing codes kept as codes."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.errors import SourceError
from msfresearch.survey.readers.apart import GIGABYTE, read_apart
from msfresearch.survey.readers.columns import key, words
from msfresearch.survey.readers.export import Column, Export, Step
from msfresearch.survey.readers.guards import expect
from msfresearch.survey.readers.roles import in_form
from msfresearch.survey.readers.workbook import text_columns
from msfresearch.survey.respondents import PERSONAL, Role
from msfresearch.survey.source import ExportOptions, Layout

#: Names under which platforms write their own columns into SPSS files, case aside.
OWN: dict[str, Role] = {
    **dict.fromkeys(("responseid", "respondent_id", "respondentid", "_id"), "response_id"),
    **dict.fromkeys(
        (
            "enddate",
            "recordeddate",
            "submitdate",
            "datesubmitted",
            "submissiondate",
            "_submission_time",
        ),
        "submitted",
    ),
    **dict.fromkeys(("startdate", "datestarted"), "started"),
    **dict.fromkeys(("duration__in_seconds_", "interviewtime"), "duration"),
    **dict.fromkeys(("userlanguage", "startlanguage"), "language"),
    **dict.fromkeys(("ipaddress", "ipaddr", "ip_address"), "ip"),
    **dict.fromkeys(("recipientemail", "email_address"), "email"),
    **dict.fromkeys(("recipientfirstname", "first_name"), "first_name"),
    **dict.fromkeys(("recipientlastname", "last_name"), "last_name"),
    **dict.fromkeys(("externalreference", "externaldatareference"), "external_ref"),
    **dict.fromkeys(("collectorid", "collector_id", "distributionchannel"), "collector"),
    **dict.fromkeys(("_submitted_by", "submittername"), "username"),
    **dict.fromkeys(("_uuid", "_index", "seed", "refurl", "datestamp"), "administrative"),
    "token": "token",
    "lastpage": "last_page",
    "locationlatitude": "latitude",
    "locationlongitude": "longitude",
    "finished": "finished",
    "progress": "progress",
    "status": "status",
}
#: Status words of ordinary answers.
_ORDINARY = ("", "0", "ip address", "imported", "spam")
_DATES = re.compile(r"(?:[AEJS]?DATE|QYR|MOYR|WKYR)[0-9.]*")
_MOMENTS = re.compile(r"(?:DATETIME|YMDHMS)[0-9.]*")
_TIMES = re.compile(r"(?:D?TIME|MTIME)[0-9.]*")
#: SPSS counts seconds from the beginning of the Gregorian calendar.
_EPOCH = np.datetime64("1582-10-14T00:00:00", "us")
#: Seconds that a 64-bit count of microseconds holds on either side of the epoch.
_FARTHEST = 9e12
#: Beyond, Python writes a whole number as a power of ten, and a float skips whole numbers.
_WHOLE = 1e16


@dataclass(frozen=True)
class _Variable:
    """One variable as the file has it."""

    name: str
    label: str
    form: str
    labels: Mapping[str, str]
    missing: Sequence[Mapping[str, Any]]
    cells: tuple[str, ...]
    untimed: int


def read_spss(
    path: Path,
    options: ExportOptions,
    layout: Layout | None = None,  # noqa: ARG001
    structure: Path | None = None,  # noqa: ARG001
) -> Export:
    """Read an SPSS file.

    The file is read by ReadStat (through pyreadstat) in a process of its own: a mutated file can
    crash that library or make it ask for gigabytes (see ``apart``). Values that the file declares
    missing stay as their codes, and are counted; a system-missing value is blank. Numbers are
    written without loss and without ".0", dates and times as ISO 8601.

    Parameters
    ----------
    path : Path
        A .sav or .zsav file.
    options : ExportOptions
        Order of day and month where times are text.
    layout, structure
        Not needed: the file tells its encoding and describes itself.

    Returns
    -------
    Export
        The index ``line`` counts cases from 1, as SPSS does.

    Raises
    ------
    SourceError
        When it is no SPSS file, or a damaged or hostile one.
    """
    expect(path, ("sav", "zsav"))
    cases, encoding, sets, variables = _whole(path)
    index = pd.RangeIndex(1, cases + 1, name="line")
    names = [one.name for one in variables]
    table = text_columns((one.cells for one in variables), index).set_axis(names, axis=1)
    columns = _columns(variables, sets)
    roles = {one.name: one.role for one in columns if one.role is not None}
    table = _statuses(table, columns)
    table, formed = in_form(table, roles, path, options)
    steps = (
        Step("cases read", cases, f"encoding {encoding}" if encoding else ""),
        *_missing_steps(variables),
        Step("dates outside any calendar left as numbers", sum(one.untimed for one in variables)),
        Step("multiple-response sets", len(sets), ", ".join(sets)),
    )
    reason = "the file begins as SPSS's data files do ($FL2 or $FL3)"
    reason = "the manifest says so" if options.platform else reason
    return Export("spss", reason, table, columns, (*steps, *formed))


def _whole(path: Path) -> tuple[int, str, dict[str, Any], list[_Variable]]:
    """What the other process reads of the file, if it fits together and is all there."""
    size = path.stat().st_size
    told = _cases_told(path)
    cases, encoding, sets = 0, "", {}
    variables: list[_Variable] = []
    try:
        for what in read_apart(path, "sav", max(GIGABYTE, 12 * size), 10 + size // 20_000_000):
            if what[0] == "about":
                _, cases, encoding, sets = what
            else:
                variables.append(_variable(*what[1:]))
        # A damaged file can be read to nonsense: names that are none, columns of other lengths.
        names = {one.name.strip() for one in variables}
        fits = len(names) == len(variables) and "" not in names
        fits = fits and all(len(one.cells) == cases for one in variables)
        "".join(cell for one in variables for cell in set(one.cells)).encode()
    except (TypeError, AttributeError, KeyError, ValueError):
        fits = False
    if not fits:
        raise SourceError(
            "a damaged SPSS file: what it says of its variables does not fit together",
            file=path,
            action="download or export it again",
        )
    if told >= 0 and told != cases:
        raise SourceError(
            "an SPSS file that is cut short or damaged",
            file=path,
            found=f"{cases:,} cases",
            expected=f"the {told:,} that its header tells",
            action="download or export it again",
        )
    if not cases or not variables:
        raise SourceError(
            "an SPSS file without answers", file=path, found=f"{cases} cases", expected="answers"
        )
    return cases, encoding or "", sets, variables


def _cases_told(path: Path) -> int:
    """Number of cases in the header; -1 where the program that wrote it did not know."""
    with path.open("rb") as file:
        head = file.read(84)
    if len(head) < 84:
        raise SourceError(
            "an SPSS file that is cut short", file=path, action="download or export it again"
        )
    order = "<" if struct.unpack("<i", head[64:68])[0] in (2, 3) else ">"
    return int(struct.unpack(f"{order}i", head[80:84])[0])


def _variable(
    name: str,
    label: str,
    form: str,
    labels: Sequence[Sequence[Any]],
    missing: Sequence[Mapping[str, Any]],
    cells: Sequence[Any],
) -> _Variable:
    texts, untimed = as_text(cells, form)
    said = {_told(value): words(str(word)) for value, word in labels}
    return _Variable(name, words(label), form, said, missing, texts, untimed)


def as_text(cells: Sequence[Any], form: str) -> tuple[tuple[str, ...], int]:
    """Values of one variable as text, by its print format; and how many dates are none.

    Parameters
    ----------
    cells : sequence of float, str or None
        Values; None is system-missing.
    form : str
        SPSS format such as F8.2, DATETIME20 or A40.
    """
    if all(isinstance(cell, str) or cell is None for cell in cells):
        return tuple(cell or "" for cell in cells), 0
    numbers = np.array([np.nan if cell is None else cell for cell in cells], dtype=float)
    known, where = np.unique(numbers, return_inverse=True)
    kind = form.upper()
    if _DATES.fullmatch(kind) or _MOMENTS.fullmatch(kind):
        texts = [_moment(value, bool(_MOMENTS.fullmatch(kind))) for value in known]
    elif _TIMES.fullmatch(kind):
        texts = [_clock(value) for value in known]
    else:
        return tuple(np.array([_told(value) for value in known], dtype=object)[where]), 0
    none = np.array([text == "" and not np.isnan(v) for text, v in zip(texts, known, strict=True)])
    texts = [text or _told(value) for text, value in zip(texts, known, strict=True)]
    return tuple(np.array(texts, dtype=object)[where]), int(none[where].sum())


def _told(value: Any) -> str:
    """A number as text, without loss and without ".0"."""
    if isinstance(value, str):
        return value.rstrip()
    number = float(value)
    if np.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() and abs(number) < _WHOLE else repr(number)


def _moment(seconds: float, with_clock: bool) -> str:
    """Seconds since the epoch as a date, with the time of day where there is one; else ""."""
    if np.isnan(seconds) or abs(seconds) > _FARTHEST:
        return ""
    moment = _EPOCH + np.timedelta64(round(seconds * 1e6), "us")
    day, _, clock = str(moment).partition("T")
    clock = clock.rstrip("0").rstrip(".") if "." in clock and clock.endswith("0") else clock
    return f"{day}T{clock}" if with_clock or clock != "00:00:00" else day


def _clock(seconds: float) -> str:
    """Seconds as hours, minutes and seconds; a duration may have more than 24 hours."""
    if np.isnan(seconds) or abs(seconds) > _FARTHEST:
        return ""
    whole, part = divmod(round(abs(seconds) * 1_000_000), 1_000_000)
    fraction = f".{part:06d}".rstrip("0") if part else ""
    sign = "-" if seconds < 0 else ""
    return f"{sign}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{fraction}"


def _columns(variables: Sequence[_Variable], sets: Mapping[str, Any]) -> tuple[Column, ...]:
    """Columns; those of a multiple-response set share its group and its label."""
    group = {name: (of, one) for of, one in sets.items() for name in one["variable_list"]}
    taken: set[Role] = set()
    found = []
    for one in variables:
        role = OWN.get(one.name.casefold())
        # Of two that say the same, such as EndDate and RecordedDate, the first counts; what tells
        # who answered stays that.
        role = "administrative" if role in taken and role not in PERSONAL else role
        if role is not None:
            taken.add(role)
            found.append(Column(one.name, one.label, group=one.name, role=role, labels=one.labels))
        elif one.name in group:
            of, about = group[one.name]
            question = words(about.get("label") or "")
            found.append(Column(one.name, question, one.label, of, None, one.labels))
        else:
            found.append(Column(one.name, one.label, "", one.name, None, one.labels))
    return tuple(found)


def _statuses(table: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Status in the form of its role: "" for an ordinary answer, else test, preview or the word."""

    def plain(code: str, labels: Mapping[str, str]) -> str:
        word = key(labels.get(code, code))
        if word in _ORDINARY:
            return ""
        return next((one for one in ("preview", "test") if one in word), word)

    made = {
        one.name: table[one.name].map({c: plain(c, one.labels) for c in table[one.name].unique()})
        for one in columns
        if one.role == "status"
    }
    return table.assign(**{name: cells.astype("str") for name, cells in made.items()})


def _missing_steps(variables: Sequence[_Variable]) -> Iterator[Step]:
    """How many values each variable declares missing; they stay as codes."""
    for one in variables:
        if not one.missing:
            continue
        codes = pd.Series(one.cells, dtype="str").value_counts()
        hit = {code: n for code, n in codes.items() if code and _declared(str(code), one.missing)}
        ranges = ", ".join(_range(part) for part in one.missing)
        said = ", ".join(
            f"{code} ({one.labels.get(str(code), 'no label')}): {n}" for code, n in hit.items()
        )
        detail = f"{one.name}: declared {ranges}" + (f"; found {said}" if said else "")
        yield Step("values declared missing, kept as codes", int(sum(hit.values())), detail)


def _range(part: Mapping[str, Any]) -> str:
    low, high = part["lo"], part["hi"]
    return _told(low) if low == high else f"{_told(low)} to {_told(high)}"


def _declared(code: str, missing: Sequence[Mapping[str, Any]]) -> bool:
    for part in missing:
        low, high = part["lo"], part["hi"]
        if isinstance(low, str) or isinstance(high, str):
            if code in (str(low).rstrip(), str(high).rstrip()):
                return True
        elif re.fullmatch(r"-?[0-9.]+(?:e[+-]?[0-9]+)?", code) and low <= float(code) <= high:
            return True
    return False
