"""A figure of fieldwork: answers day by day, with its windows and the relaunch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from msfresearch.report import style
from msfresearch.report.figure import Figure, check, finish, take
from msfresearch.report.svg import to_svg
from msfresearch.report.wording import number, say

HEIGHT = 2.3


def day_bars(
    table: pd.DataFrame,
    day: str,
    n: str,
    *,
    windows: Sequence[tuple[pd.Timestamp, pd.Timestamp]],
    title: str,
    caption: str,
    status: str = "real",
    lang: str = "en",
) -> Figure:
    """Answers per day as bars, the days of each window shaded, each begin after the first marked.

    Parameters
    ----------
    table : DataFrame
        One row per day without gaps.
    day, n : str
        Columns: the day, and the answers of that day.
    windows : sequence of (first day, last day)
        Windows of fieldwork in order.
    title, caption, status, lang
        As in `share_bars`.

    Returns
    -------
    Figure
    """
    data = take(table.assign(**{day: table[day].dt.strftime("%Y-%m-%d")}), [day], [n])
    check(status, lang, 1)
    places = pd.to_datetime(data[day])
    first = places.min()
    at = (places - first).dt.days
    with style.house():
        drawing, axes = style.frame(
            title=title,
            xlabel=say("day axis", lang),
            height=HEIGHT,
            left=0.45,
            status=status,
            lang=lang,
        )
        axes.tick_params(axis="y", labelleft=True)
        axes.grid(visible=False, axis="x")
        axes.grid(visible=True, axis="y", color=style.GRID, linewidth=0.8)
        top = max(1.0, 1.12 * float(data[n].max()))
        for index, (start, end) in enumerate(windows):
            left, right = (start - first).days - 0.5, (end - first).days + 0.5
            axes.axvspan(left, right, color=style.COLOURS[0], alpha=0.1, lw=0)
            if index:
                axes.axvline(left, color=style.INK, lw=1.2, ls=(0, (4, 2)))
                near_end = left > 0.7 * (at.max() + 1)
                axes.annotate(
                    say("relaunch", lang),
                    (left, top),
                    xytext=(-4 if near_end else 4, -2),
                    textcoords="offset points",
                    ha="right" if near_end else "left",
                    va="top",
                    size=style.SMALL,
                )
        # One outline for all bars: a path for each would make a long fieldwork a heavy page.
        edges = np.arange(len(data) + 1) - 0.5
        axes.stairs(data[n], edges, fill=True, color=style.COLOURS[0], linewidth=0)
        axes.set_xlim(-0.7, float(at.max()) + 0.7)
        axes.set_ylim(0, top)
        axes.yaxis.set_major_locator(style.whole_numbers())
        axes.set_xticks(*_ticks(first, int(at.max())))
        svg = to_svg(drawing)
    busiest = int(data[n].to_numpy().argmax())
    alt = say(
        "alt days",
        lang,
        title=title,
        total=number(data[n].sum(), 0, lang),
        first=data[day].iloc[0],
        last=data[day].iloc[-1],
        most=number(data[n][busiest], 0, lang),
        day=data[day][busiest],
        windows="; ".join(f"{a:%Y-%m-%d} – {b:%Y-%m-%d}" for a, b in windows),
    )
    return finish(svg, alt, caption, data, status=status, lang=lang)


def _ticks(first: pd.Timestamp, days: int) -> tuple[list[int], list[str]]:
    """At most six days to name: firsts of months over a long time, evenly over a short one."""
    every = pd.date_range(first, periods=days + 1, freq="D")
    named = every[every.day == 1] if days > 62 else every[:: max(1, -(-(days + 1) // 5))]
    named = named[:: max(1, -(-len(named) // 6))]
    form = "%Y-%m" if days > 62 else "%m-%d"
    return [(one - first).days for one in named], [f"{one:{form}}" for one in named]
