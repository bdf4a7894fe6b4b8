"""Answers by day of fieldwork, with its windows and the relaunch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pandera.pandas as pa

from msfresearch.survey.manifest import Window

DAILY = pa.DataFrameSchema(
    {
        "date": pa.Column("datetime64[us]", unique=True),
        "n": pa.Column(int, pa.Check.ge(0)),
        "cumulative": pa.Column(int, pa.Check.ge(0)),
        "window": pa.Column("Int64", nullable=True),
        "open": pa.Column(bool),
        "begins": pa.Column(bool),
        "relaunch": pa.Column(bool),
    },
    strict=True,
)
WINDOWS = pa.DataFrameSchema(
    {
        "window": pa.Column(int, unique=True),
        "start": pa.Column("datetime64[us]"),
        "end": pa.Column("datetime64[us]"),
        "days": pa.Column(int, pa.Check.gt(0)),
        "n": pa.Column(int),
        "n_after_end": pa.Column(int),
        "share": pa.Column("Float64", nullable=True),
    },
    strict=True,
)


@dataclass(frozen=True)
class Curve:
    """When the answers came.

    Attributes
    ----------
    daily : DataFrame
        One row per day without gaps, from the first window's first day (or the first answer) to
        the last window's last day (or the last answer): ``date``, ``n``, ``cumulative``,
        ``window`` (the latest that had begun; missing before the first), ``open`` (whether that
        day lies in a window), ``begins`` (a window's first day) and ``relaunch`` (the first day
        of a window after the first).
    windows : DataFrame
        ``window``, ``start``, ``end``, ``days``, ``n`` (answers since it began and before the
        next one did), ``n_after_end`` (those of them that came after its end) and ``share`` of
        the dated answers.
    undated
        Answers without a date.
    before
        Answers dated before the first window.
    """

    daily: pd.DataFrame
    windows: pd.DataFrame
    undated: int
    before: int


def bounds(window: Window) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day of a window; a month or a year is taken whole."""
    end = pd.Period(window.end).end_time.normalize()
    return pd.Timestamp(window.start).as_unit("us"), end.as_unit("us")


def window_of(submitted: pd.Series[Any], fieldwork: Sequence[Window]) -> pd.Series[Any]:
    """The number of the latest window that had begun, from 1.

    Parameters
    ----------
    submitted : Series of datetime
        Day of the answer; missing where it is not known.
    fieldwork : sequence of Window
        From the manifest.

    Returns
    -------
    Series of Int64
        Missing where the day is, or lies before the first window.
    """
    starts = pd.Series(sorted(bounds(window)[0] for window in fieldwork))
    days = _days(submitted)
    begun = pd.Series(starts.searchsorted(days, side="right"), index=submitted.index)
    return begun.astype("Int64").mask(days.isna() | (begun == 0))


def curve(submitted: pd.Series[Any], fieldwork: Sequence[Window]) -> Curve:
    """Answers by day, by window and in all.

    Parameters
    ----------
    submitted : Series of datetime
        Day of each answer, one row per answer.
    fieldwork : sequence of Window
        From the manifest, in any order.

    Returns
    -------
    Curve
    """
    limits = sorted(bounds(window) for window in fieldwork)
    days = _days(submitted)
    dated = days.dropna()
    first = min([limits[0][0], *([dated.min()] if len(dated) else [])])
    last = max([max(end for _, end in limits), *([dated.max()] if len(dated) else [])])
    every = pd.Series(pd.date_range(first, last, freq="D", unit="us"))
    n = dated.value_counts().reindex(every, fill_value=0).astype("int64").to_numpy()
    starts = [start for start, _ in limits]
    opened = pd.Series(False, index=every.index)
    for start, end in limits:
        opened |= every.between(start, end)
    daily = pd.DataFrame(
        {
            "date": every,
            "n": n,
            "cumulative": n.cumsum(),
            "window": window_of(every, fieldwork),
            "open": opened,
            "begins": every.isin(starts),
            "relaunch": every.isin(starts[1:]),
        }
    )
    numbers = window_of(days, fieldwork)
    rows = []
    for number, (start, end) in enumerate(limits, 1):
        own = days[(numbers == number).fillna(False)]
        rows.append(
            {
                "window": number,
                "start": start,
                "end": end,
                "days": (end - start).days + 1,
                "n": len(own),
                "n_after_end": int((own > end).sum()),
                "share": len(own) / len(dated) if len(dated) else pd.NA,
            }
        )
    windows = pd.DataFrame(rows).astype({"share": "Float64"})
    for column in ("start", "end"):
        windows[column] = windows[column].astype("datetime64[us]")
    return Curve(
        DAILY.validate(daily),
        WINDOWS.validate(windows),
        undated=int(days.isna().sum()),
        before=int((dated < starts[0]).sum()),
    )


def _days(submitted: pd.Series[Any]) -> pd.Series[Any]:
    moments = pd.to_datetime(submitted)
    if moments.dt.tz is not None:
        moments = moments.dt.tz_convert("UTC").dt.tz_localize(None)
    return moments.dt.normalize().astype("datetime64[us]")
