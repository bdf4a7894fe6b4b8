"""A figure of what comes with reading more: a line that rises, with its interval."""

from __future__ import annotations

import numpy as np
import pandas as pd

from msfresearch.errors import MsfResearchError
from msfresearch.report import style
from msfresearch.report.figure import Figure, check, finish, take
from msfresearch.report.svg import to_svg
from msfresearch.report.wording import number, say

HEIGHT = 2.4
#: Points beyond this are left out evenly: a line of a thousand points is a heavy page.
MOST_POINTS = 120


def growth_curve(
    table: pd.DataFrame,
    x: str,
    y: str,
    low: str,
    high: str,
    *,
    ceiling: int,
    title: str,
    caption: str,
    xlabel: str,
    status: str = "real",
    lang: str = "en",
) -> Figure:
    """What has been found after so much was read, as a line with its interval.

    Parameters
    ----------
    table : DataFrame
        One row per amount read, in rising order.
    x, y, low, high : str
        Columns: what was read, what was found on average, and its interval.
    ceiling : int
        All that there is to find: drawn as a line.
    title, caption, xlabel, status, lang
        As in `share_bars`.

    Returns
    -------
    Figure
        Its ``data`` hold the points that are drawn.

    Raises
    ------
    MsfResearchError
        When the amounts do not rise.
    """
    data = take(table, [], [x, y, low, high])
    check(status, lang, 1)
    if not data[x].is_monotonic_increasing:
        raise MsfResearchError("amounts that do not rise", column=x, action="sort the table")
    if len(data) > MOST_POINTS:
        kept = np.unique(np.linspace(0, len(data) - 1, MOST_POINTS).round().astype(int))
        data = data.iloc[kept].reset_index(drop=True)
    with style.house():
        drawing, axes = style.frame(
            title=title, xlabel=xlabel, height=HEIGHT, left=0.45, status=status, lang=lang
        )
        axes.tick_params(axis="y", labelleft=True)
        axes.grid(visible=False, axis="x")
        axes.grid(visible=True, axis="y", color=style.GRID, linewidth=0.8)
        axes.fill_between(data[x], data[low], data[high], color=style.COLOURS[0], alpha=0.2, lw=0)
        axes.plot(data[x], data[y], color=style.COLOURS[0], lw=2)
        axes.axhline(ceiling, color=style.INK, lw=1, ls=(0, (4, 2)))
        axes.annotate(
            say("curve ceiling", lang, n=number(ceiling, 0, lang)),
            (float(data[x].iloc[0]), ceiling),
            xytext=(2, 2),
            textcoords="offset points",
            va="bottom",
            size=style.SMALL,
        )
        axes.set_xlim(min(0.0, float(data[x].min())), float(data[x].max()))
        axes.set_ylim(0, 1.15 * max(float(ceiling), float(data[high].max())))
        axes.yaxis.set_major_locator(style.whole_numbers())
        svg = to_svg(drawing)
    half = data[data[y] >= data[y].iloc[-1] / 2].iloc[0]
    alt = say(
        "alt curve",
        lang,
        title=title,
        xlabel=xlabel,
        half=number(half[x], 0, lang),
        at_half=number(half[y], 1, lang),
        all=number(data[x].iloc[-1], 0, lang),
        found=number(data[y].iloc[-1], 1, lang),
        low=number(data[low].iloc[-1], 1, lang),
        high=number(data[high].iloc[-1], 1, lang),
        ceiling=number(ceiling, 0, lang),
    )
    return finish(svg, alt, caption, data, status=status, lang=lang)
