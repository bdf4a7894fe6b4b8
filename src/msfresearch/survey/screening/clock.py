"""When an answer was given: moments, days, windows of fieldwork, minutes."""

from __future__ import annotations

import calendar
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.survey.manifest import Window

_TIMESTAMP = (
    r"^(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)"
    r"\s?(?P<offset>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?$"
)


def moments(cells: pd.Series[Any], zone: ZoneInfo) -> pd.DataFrame:
    """Read timestamps.

    Parameters
    ----------
    cells : Series of str
        ISO 8601: a date, a date and a time, or both with an offset; "" where unknown. The name
        is the column's, for errors.
    zone : ZoneInfo
        The zone of times that have no offset. A time that the clock showed twice, when summer
        time ended, is the first of the two.

    Returns
    -------
    DataFrame
        ``utc``: the moment, missing for a bare date. ``day``: the day there and then, in the zone.
        ``utc_day``: the day in UTC; of a bare date the date itself.

    Raises
    ------
    AnswerError
        At a cell that is something else.
    """
    text = cells.str.strip()
    parts = _extract(text)
    timed = parts["time"] != ""
    naive = pd.to_datetime(
        parts["date"] + ("T" + parts["time"].str.replace(",", ".")).where(timed, ""),
        format="ISO8601",
        errors="coerce",
    ).astype("datetime64[us]")
    wrong = (text != "") & naive.isna()
    if wrong.any():
        raise AnswerError(
            "a time that cannot be read",
            row=int(cells.index[wrong.to_numpy()][0]),
            column=str(cells.name),
            found=f"{int(wrong.sum())} such cells",
            expected="ISO 8601, such as 2019-04-01T10:20:30+02:00",
            action="look at the export's line; say `day_first` or `timezone` under the source's "
            "`export` if the platform writes times in its own way",
        )
    placed = parts["offset"] != ""
    digits = parts["offset"].where(placed & (parts["offset"] != "Z"), "+00").str.replace(":", "")
    minutes = digits.str[1:3].astype(int) * 60 + digits.str[3:5].replace("", "0").astype(int)
    minutes = minutes.mask(digits.str[0] == "-", -minutes)
    shifted = (naive - pd.to_timedelta(minutes, unit="m")).dt.tz_localize("UTC")
    local = naive.dt.tz_localize(
        zone, ambiguous=np.ones(len(naive), dtype=bool), nonexistent="shift_forward"
    )
    utc = shifted.where(placed, local.dt.tz_convert("UTC")).where(timed)
    day = utc.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
    utc_day = utc.dt.tz_localize(None).dt.normalize()
    return pd.DataFrame(
        {"utc": utc, "day": day.where(timed, naive), "utc_day": utc_day.where(timed, naive)}
    )


def _extract(text: pd.Series[Any]) -> pd.DataFrame:
    """Date, time and offset of timestamps, "" where there is none."""
    import pyarrow
    import pyarrow.compute

    # All at once: what pandas extracts, it extracts cell by cell.
    found = pyarrow.compute.extract_regex(pyarrow.array(text, "string"), _TIMESTAMP)
    names = ("date", "time", "offset")
    parts = {name: pyarrow.compute.struct_field(found, name).fill_null("") for name in names}
    made = {name: pd.array(cells, dtype="str") for name, cells in parts.items()}
    return pd.DataFrame(made, index=text.index)


def first_day(date: str) -> pd.Timestamp:
    """The first day of a year, a month or a day, as a manifest writes it."""
    return pd.Timestamp("-".join([*date.split("-"), "01", "01"][:3]))


def last_day(date: str) -> pd.Timestamp:
    """The last day of a year, a month or a day."""
    parts = [int(part) for part in date.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    day = parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1]
    return pd.Timestamp(year, month, day)


def windows_begun(day: pd.Series[Any], windows: tuple[Window, ...]) -> pd.Series[Any]:
    """Number of the latest window that had begun on a day: "1", "2"…; "" before, or unknown."""
    number = pd.Series("", index=day.index, dtype="str")
    for place in sorted(range(len(windows)), key=lambda n: (first_day(windows[n].start), n)):
        number = number.mask(day >= first_day(windows[place].start), str(place + 1))
    return number


def minutes_taken(
    duration: pd.Series[Any] | None, started: pd.Series[Any], submitted: pd.Series[Any]
) -> pd.Series[Any]:
    """Minutes an answer took: the platform's own duration, else from start to end.

    Parameters
    ----------
    duration : Series of str, optional
        Seconds; what is no number, or a negative one, is unknown.
    started, submitted : Series of datetime
        In UTC, missing where unknown.

    Returns
    -------
    Series of float
        Minutes; missing where unknown. Pauses are part of it.
    """
    minutes = (submitted - started).dt.total_seconds() / 60
    if duration is not None:
        seconds = duration.str.strip().where(duration.str.fullmatch(r"\s*[0-9]+(\.[0-9]+)?\s*"))
        minutes = (pd.to_numeric(seconds) / 60).astype("float64").fillna(minutes)
    return minutes.where(minutes >= 0)
