"""Figures of estimates and of pairs of numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import seaborn as sns

from msfresearch.report import style
from msfresearch.report.figure import Figure, check, check_range, finish, take
from msfresearch.report.svg import to_svg
from msfresearch.report.wording import clean, count, interval, number, say

LEFT = 2.15  # inches for the labels of a forest


def forest(
    table: pd.DataFrame,
    label: str,
    estimate: str,
    low: str,
    high: str,
    group: str,
    *,
    null_value: float | None = 0.0,
    digits: int = 2,
    xlabel: str | None = None,
    title: str,
    caption: str,
    status: str = "real",
    lang: str = "en",
) -> Figure:
    """Estimates with intervals, the views of each outcome below one another.

    Parameters
    ----------
    table : DataFrame
        One row per outcome and view.
    label, estimate, low, high, group : str
        Columns: outcome, estimate, ends of its interval, and the view (for instance rows taken
        as independent, clustered by country, aggregated to the plan). Views have their own
        marker and colour and are named beside each interval. A missing estimate is printed as
        such.
    null_value : float, optional
        Value of no difference, drawn as a line; None where there is none, as for means.
    digits : int
        Decimals of the printed estimates.
    xlabel : str, optional
        Name of the axis, with the unit.
    title, caption, status, lang
        As in `share_bars`.

    Returns
    -------
    Figure
    """
    data = take(table, [label, group], [estimate, low, high])
    check(status, lang, len(data))
    check_range(data.assign(width=data[high] - data[low]), "width", 0, np.inf)
    views = list(data[group].unique())
    outcomes = list(data[label].unique())
    data = data.assign(
        _outcome=data[label].map(outcomes.index), _view=data[group].map(views.index)
    ).sort_values(["_outcome", "_view"], kind="stable", ignore_index=True)
    shown = [
        interval(
            *data.loc[y, [estimate, low, high]],
            digits=digits,
            level=None,
            null_value=0.0 if null_value is None else null_value,
            lang=lang,
        )
        for y in range(len(data))
    ]
    with style.house():
        row, head, gap = 0.52, 0.34, 0.16
        height = len(data) * row + len(outcomes) * (head + gap)
        drawing, axes = style.frame(
            title=title,
            xlabel=say("estimate axis", lang) if xlabel is None else xlabel,
            height=height,
            left=LEFT,
            status=status,
            lang=lang,
        )
        axes.set_ylim(height, 0)
        y, place = 0.0, -1
        for i in range(len(data)):
            if data["_outcome"][i] != place:
                y += gap if place >= 0 else 0.0
                place = data["_outcome"][i]
                head_text = style.wrap(outcomes[place], style.WIDTH - 0.1, weight="bold", lines=1)
                axes.annotate(
                    head_text[0],
                    (-LEFT / (style.WIDTH - LEFT - 0.15), y + 0.6 * head),
                    xycoords=axes.get_yaxis_transform(),
                    va="center_baseline",
                    weight="bold",
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
                )
                y += head
            middle, view = y + row / 2, int(data["_view"][i])
            view_text = style.wrap(data[group][i], LEFT - 0.15, size=style.SMALL, lines=1)
            style.row_label(axes, middle, view_text, shown[i])
            colour = style.COLOURS[view % len(style.COLOURS)]
            marker = style.MARKERS[view % len(style.MARKERS)]
            if null_value is not None:
                # Row by row, so that the line does not run through the names of the outcomes.
                axes.vlines(null_value, y, y + row, color=style.INK, lw=1.2)
            axes.hlines(middle, data[low][i], data[high][i], color=colour, lw=2.4)
            axes.plot(data[estimate][i], middle, marker, color=colour, ms=8.5, mec="white")
            y += row
        svg = to_svg(drawing)
    entries = [f"{data[label][i]}, {data[group][i]}: {shown[i]}" for i in range(len(data))]
    limit = 12
    if len(entries) > limit:
        entries = [*entries[:limit], say("and more", lang, n=len(entries) - limit)]
    alt = say("alt forest", lang, title=title, entries="; ".join(entries))
    if null_value is not None:
        zero = int(((data[low] <= null_value) & (data[high] >= null_value)).sum())
        alt += " " + say("alt null", lang, zero=zero, all=len(data), null=f"{null_value:g}")
    data = data.drop(columns=["_outcome", "_view"])
    return finish(svg, alt, caption, data, status=status, lang=lang)


def scatter(
    table: pd.DataFrame,
    x: str,
    y: str,
    label: str | None = None,
    *,
    group: str | None = None,
    xlabel: str | None = None,
    ylabel: str | None = None,
    named: int = 6,
    title: str,
    caption: str,
    status: str = "real",
    lang: str = "en",
) -> Figure:
    """Two numbers of each unit, one mark per unit.

    Parameters
    ----------
    table : DataFrame
        One row per unit; units that lack a number are left out and counted in the alt text.
    x, y : str
        Columns of numbers.
    label : str, optional
        Column of names; the `named` units furthest from the middle carry theirs.
    group : str, optional
        Column of at most six groups, told apart by marker and colour and named in a key.
    xlabel, ylabel : str, optional
        Names of the axes; else the names of the columns.
    title, caption, status, lang
        As in `share_bars`.

    Returns
    -------
    Figure
    """
    texts = [name for name in (label, group) if name]
    taken = take(table, texts, [x, y])
    check(status, lang, 1)
    data = taken.dropna(subset=[x, y], ignore_index=True)
    x_name, y_name = clean(xlabel or x), clean(ylabel or y)
    with style.house():
        groups = list(data[group].unique()) if group else []
        drawing, axes = style.frame(
            title=title,
            xlabel=x_name,
            height=3.4,
            left=0.75,
            above=0.32 + (0.27 * len(groups)),
            status=status,
            lang=lang,
        )
        axes.tick_params(axis="y", labelleft=True)
        axes.grid(visible=True, axis="y", color=style.GRID, linewidth=0.8)
        colours = [style.COLOURS[i % len(style.COLOURS)] for i in range(max(1, len(groups)))]
        for i, name in enumerate(groups or [None]):
            part = data if name is None else data[data[group] == name]
            sns.scatterplot(
                x=part[x],
                y=part[y],
                ax=axes,
                color=colours[i],
                marker=style.MARKERS[i % len(style.MARKERS)],
                s=46,
                alpha=0.75,
                linewidth=0.6,
                legend=False,
            )
        axes.set(xlabel="", ylabel="")
        style.above_plot(drawing, axes, y_name, groups, colours)
        if label:
            for i in _apart(data, x, y, _furthest(data, x, y, named)):
                style.point_label(axes, data[x][i], data[y][i], data[label][i])
        svg = to_svg(drawing)
    rank = data[x].rank().corr(data[y].rank())
    alt = say(
        "alt scatter",
        lang,
        title=title,
        points=count(len(data), "point", lang),
        x=x_name,
        x_low=_short(data[x].min(), lang),
        x_high=_short(data[x].max(), lang),
        y=y_name,
        y_low=_short(data[y].min(), lang),
        y_high=_short(data[y].max(), lang),
        rank=number(rank, 2, lang),
    )
    if len(taken) > len(data):
        left_out = count(len(taken) - len(data), "point", lang)
        alt += " " + say("alt left out", lang, points=left_out)
    return finish(svg, alt, caption, data, status=status, lang=lang)


def _short(value: float, lang: str) -> str:
    whole = float(value).is_integer()
    return number(value, 0 if whole else 2, lang)


def _furthest(data: pd.DataFrame, x: str, y: str, n: int) -> list[int]:
    spread = data[[x, y]].std().replace(0, 1).fillna(1)
    away = (((data[[x, y]] - data[[x, y]].mean()) / spread) ** 2).sum(axis=1)
    return list(away.sort_values(ascending=False, kind="stable").index[:n])


def _apart(data: pd.DataFrame, x: str, y: str, chosen: list[int]) -> list[int]:
    """The chosen marks whose names would not lie on one another, the first come first."""
    wide, tall = (float(np.ptp(data[name])) or 1.0 for name in (x, y))
    kept: list[int] = []
    for i in chosen:
        near = (
            abs(data[x][i] - data[x][k]) < 0.4 * wide and abs(data[y][i] - data[y][k]) < 0.07 * tall
            for k in kept
        )
        if not any(near):
            kept.append(i)
    return kept
