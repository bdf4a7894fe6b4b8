"""Timestamps as platforms write them, to ISO 8601: the order of day and month is never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from msfresearch.errors import SourceError
from msfresearch.survey.readers.export import Step

_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:(?:T|,? +)(\S.*))?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?:,? +(\S.*))?")
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]+))?)?"
    r"(?: ?(?P<half>[ap])\.? ?m\.?)?"
    r"(?: ?(?P<zone>[+-][0-9]{1,2}(?::?[0-9]{2})?|[a-z]{1,5}(?:[+-][0-9]{1,2}(?::?[0-9]{2})?)?))?",
    re.I,
)
_ISO = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
#: Zones that are named, in minutes from UTC: those of RFC 5322 and of Europe. A name that means
#: two zones (BST, IST) is not here.
_ZONES = {
    **dict.fromkeys(("z", "utc", "gmt", "ut", "wet"), 0),
    **dict.fromkeys(("cet", "west"), 60),
    **dict.fromkeys(("eet", "cest"), 120),
    "eest": 180,
    "edt": -240,
    **dict.fromkeys(("est", "cdt"), -300),
    **dict.fromkeys(("cst", "mdt"), -360),
    **dict.fromkeys(("mst", "pdt"), -420),
    "pst": -480,
}
#: Times without AM or PM, from which on hours of 1 to 12 alone are no accident.
_TELLING = 40


@dataclass(frozen=True)
class _Parts:
    """One timestamp taken apart; day and month of one with slashes in the order of the file."""

    year: int
    numbers: tuple[int, int]
    fixed: bool
    clock: str
    hour: int | None
    whole_day: bool


def to_iso(
    columns: Mapping[str, pd.Series[Any]],
    file: Path,
    *,
    day_first: bool | None = None,
    zones: Mapping[str, str] | None = None,
) -> tuple[dict[str, pd.Series[Any]], tuple[Step, ...]]:
    """Write the timestamps of a file in one form.

    Parameters
    ----------
    columns : dict of Series of str
        Timestamps by column, index ``line``. The columns of one file have one order of day and
        month, so one telling cell in any of them decides for all.
    file : Path
        For errors.
    day_first : bool, optional
        What the manifest says of timestamps like 3/4/2019.
    zones : dict, optional
        Zone of a column's times where the file names one for the column as a whole.

    Returns
    -------
    columns : dict of Series of str
        "2019-04-03T15:04:05", with an offset where the file tells one; a date without a time
        stays a date; an empty cell stays empty.
    account : tuple of Step

    Raises
    ------
    SourceError
        At a cell that is no timestamp, at a day that does not exist, where cells contradict
        each other or the manifest, and where nothing tells the day from the month.
    """
    parts: dict[str, dict[str, _Parts | str]] = {}
    for name, cells in columns.items():
        parts[name] = _taken_apart(name, cells, file)
    order, told = _order(columns, parts, file, day_first)
    made: dict[str, pd.Series[Any]] = {}
    for name, cells in columns.items():
        zone = _zone((zones or {}).get(name), file, name)
        meaning: dict[str, str] = {}
        for text, one in parts[name].items():
            try:
                meaning[text] = _written(one, order, zone)
            except ValueError:
                raise _no_timestamp(name, cells, text, file, order) from None
        made[name] = cells.map(meaning).astype("str") if meaning else cells
    filled = sum(int((cells != "").sum()) for cells in made.values())
    steps = [Step("timestamps written as ISO 8601", filled, told)]
    halves = _half_days(parts)
    if halves:
        steps.append(Step("times of 1 to 12 hours without AM or PM: half a day unsure", halves))
    return made, tuple(steps)


def _taken_apart(name: str, cells: pd.Series[Any], file: Path) -> dict[str, _Parts | str]:
    """Distinct cells, taken apart; the common form is passed as it is."""
    found: dict[str, _Parts | str] = {}
    texts = cells.drop_duplicates()
    iso = texts.str.fullmatch(_ISO)
    # Fast for the form that most platforms write; whether the day exists is checked later.
    found.update((text, text) for text in texts[iso])
    for text in texts[~iso]:
        one = _parts(text)
        if one is None:
            raise _no_timestamp(name, cells, text, file, None)
        found[text] = one
    return found


def _parts(text: str) -> _Parts | str | None:
    """A cell taken apart; "" for an empty one, None for what is no timestamp."""
    plain = " ".join(text.split())
    if not plain:
        return ""
    if match := _YEAR_FIRST.fullmatch(plain):
        year, _, first, second, rest = match.groups()
        numbers, fixed = (int(second), int(first)), True
    elif match := _YEAR_LAST.fullmatch(plain):
        first, mark, second, year, rest = match.groups()
        # Nobody writes the month first with points.
        numbers, fixed = (int(first), int(second)), mark == "."
    else:
        return None
    century = 2000 if len(year) == 2 else 0
    if rest is None:
        return _Parts(century + int(year), numbers, fixed, "", None, True)
    clock = _CLOCK.fullmatch(rest)
    if clock is None:
        return None
    hour, told = int(clock["hour"]), clock["half"]
    if told:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if told in "pP" else 0)
    offset = _offset(clock["zone"])
    if offset is None:
        return None
    second = clock["second"] or "00"
    fraction = f".{clock['part'][:6]}" if clock["part"] else ""
    written = f"T{hour:02d}:{clock['minute']}:{second}{fraction}{offset}"
    return _Parts(
        century + int(year), numbers, fixed, written, None if told else int(clock["hour"]), False
    )


def _offset(zone: str | None) -> str | None:
    """The offset that a zone means, "" for none, None for a zone that is not known."""
    if not zone:
        return ""
    name, sign, digits = re.fullmatch(r"([a-z]*)([+-]?)([0-9:]*)", zone, re.I).groups()  # type: ignore[union-attr]
    if sign:
        if name and name.casefold() not in ("utc", "gmt"):
            return None
        hours, _, minutes = digits.partition(":")
        if not minutes and len(hours) > 2:
            hours, minutes = hours[:-2], hours[-2:]
        return f"{sign}{int(hours):02d}:{minutes or '00'}"
    away = _ZONES.get(name.casefold())
    if away is None:
        return None
    return f"{'-' if away < 0 else '+'}{abs(away) // 60:02d}:{abs(away) % 60:02d}"


def _order(
    columns: Mapping[str, pd.Series[Any]],
    parts: Mapping[str, Mapping[str, _Parts | str]],
    file: Path,
    day_first: bool | None,
) -> tuple[bool, str]:
    """Whether the day stands first, and how that is known."""
    open_ones = [
        (name, text, one)
        for name, texts in parts.items()
        for text, one in texts.items()
        if isinstance(one, _Parts) and not one.fixed
    ]
    if not open_ones:
        return True, "the year or the sign between the numbers tells the order"
    first = next((one for one in open_ones if one[2].numbers[0] > 12), None)
    second = next((one for one in open_ones if one[2].numbers[1] > 12), None)
    if day_first is not None:
        against = second if day_first else first
        if against is not None:
            name, text, _ = against
            raise _no_timestamp(name, columns[name], text, file, day_first)
        return day_first, f"the {'day' if day_first else 'month'} stands first: the manifest"
    if first and second:
        name, text, _ = second
        raise SourceError(
            "timestamps of both orders, day first and month first",
            file=file,
            row=_line(columns[name], text),
            column=name,
            found=f"{_shape(text)} with {second[2].numbers[1]} in second place, and in row "
            f"{_line(columns[first[0]], first[1])} {first[2].numbers[0]} in first place",
            expected="one order for the whole file",
            action="the file was joined or edited: export it again with one date format",
        )
    if not first and not second:
        name, text, _ = open_ones[0]
        raise SourceError(
            "nothing tells the day from the month",
            file=file,
            row=_line(columns[name], text),
            column=name,
            found=f"{_shape(text)}, and no number above 12 in {len(open_ones)} such timestamps",
            expected="a day above the 12th, or a word in the manifest",
            action="write `export: {day_first: true}` or `{day_first: false}` in wave.yml",
        )
    name, text, _ = first or second  # type: ignore[misc]
    line = _line(columns[name], text)
    return bool(first), f"the {'day' if first else 'month'} stands first: row {line} tells"


def _written(one: _Parts | str, day_first: bool, zone: ZoneInfo | None) -> str:
    """ISO 8601 of one timestamp; ValueError where there is no such moment."""
    if isinstance(one, str):
        text = one.replace(" ", "T").replace("Z", "+00:00")
    else:
        day, month = one.numbers if day_first or one.fixed else one.numbers[::-1]
        text = f"{one.year:04d}-{month:02d}-{day:02d}{one.clock}"
    if not text:
        return ""
    moment = datetime.fromisoformat(text)
    if zone is None or moment.tzinfo is not None or (isinstance(one, _Parts) and one.whole_day):
        return text
    return moment.replace(tzinfo=zone).isoformat()


def _zone(name: str | None, file: Path, column: str) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo("UTC" if name == "Z" else name)
    except (ZoneInfoNotFoundError, ValueError):
        raise SourceError(
            "a time zone that is not known",
            file=file,
            column=column,
            found=name,
            expected="a name of the IANA time zone database",
            action="export the file again in UTC",
        ) from None


def _half_days(parts: Mapping[str, Mapping[str, _Parts | str]]) -> int:
    """Distinct times whose hours are 1 to 12 throughout, as when AM and PM were cut off."""
    hours = [
        one.hour
        for texts in parts.values()
        for one in texts.values()
        if isinstance(one, _Parts) and one.hour is not None
    ]
    telling = len(hours) >= _TELLING and min(hours) >= 1 and max(hours) == 12
    return len(hours) if telling else 0


def _no_timestamp(
    name: str, cells: pd.Series[Any], text: str, file: Path, day_first: bool | None
) -> SourceError:
    order = {True: ", the day first", False: ", the month first", None: ""}[day_first]
    return SourceError(
        "not a timestamp",
        file=file,
        row=_line(cells, text),
        column=name,
        found=_shape(text),
        expected=f"a date that exists and a time of day{order}",
        action="look at the cell; day_first and timezone stand under `export:` in wave.yml",
    )


def _shape(text: str) -> str:
    """A cell's form without what it says: it may hold somebody's name."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", text))[:40]


def _line(cells: pd.Series[Any], text: str) -> int:
    return int(cells.index[cells == text][0])
