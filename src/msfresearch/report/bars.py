"""Figures of shares and counts: one row per label, the label at the left, the number in words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import seaborn as sns

from msfresearch.report import style
from msfresearch.report.figure import Figure, check, check_range, finish, take
from msfresearch.report.rows import LEFT, end_text, number_axis, row_height, some
from msfresearch.report.svg import to_svg
from msfresearch.report.wording import count, number, percent, say


def share_bars(
    table: pd.DataFrame,
    label: str,
    share: str,
    low: str | None = None,
    high: str | None = None,
    n: str | None = None,
    *,
    title: str,
    caption: str,
    xlabel: str | None = None,
    sort: bool = True,
    status: str = "real",
    lang: str = "en",
) -> Figure:
    """Shares as dots on a scale from 0 to 100%, with their intervals.

    Parameters
    ----------
    table : DataFrame
        One row per label; `share`, `low` and `high` between 0 and 1, `n` the base of each share.
    label, share, low, high, n : str
        Names of the columns; a missing share is drawn as a row that says so.
    title, caption : str
        Heading inside the drawing and sentence below it.
    xlabel : str, optional
        Name of the axis.
    sort : bool
        Largest share first; False keeps the order of the table.
    status, lang : str
        ``rehearsal`` stamps the drawing; language of our own words.

    Returns
    -------
    Figure
    """
    given = [name for name in (low, high, n) if name]
    data = take(table, [label], [share, *given])
    check(status, lang, len(data))
    for name in (share, low, high):
        if name:
            check_range(data, name, 0, 1)
    if sort:
        data = data.sort_values(share, ascending=False, kind="stable", ignore_index=True)
    with style.house():
        labels = [style.wrap(text, LEFT - 0.15) for text in data[label]]
        notes = [say("n", lang, n=number(base, 0, lang)) for base in data[n]] if n else []
        height = row_height(labels, bool(n))
        drawing, axes = style.frame(
            title=title,
            xlabel=say("share axis", lang) if xlabel is None else xlabel,
            height=height,
            left=LEFT,
            right=0.62,
            status=status,
            lang=lang,
        )
        top, ticks = _scale(data[[name for name in (share, high) if name]].max().max())
        digits = 0 if top == 100 else 1
        axes.set_xlim(0, top)
        axes.set_xticks(ticks)
        axes.set_ylim(len(data) - 0.5, -0.5)
        for y in range(len(data)):
            style.row_label(axes, y, labels[y], notes[y] if notes else "")
            value = data[share][y]
            axes.text(
                1.01 * top,
                y,
                percent(value, digits, lang) if pd.notna(value) else "–",
                va="center_baseline",
                weight="bold",
            )
            if pd.isna(value):
                continue
            if low and high:
                axes.hlines(
                    y, 100 * data[low][y], 100 * data[high][y], color=style.COLOURS[0], lw=3
                )
            else:
                axes.hlines(y, 0, 100 * value, color=style.GRID, lw=3)
            axes.plot(100 * value, y, "o", color=style.COLOURS[0], ms=9, mec="white", clip_on=False)
        svg = to_svg(drawing)
    values = [
        say("bare interval", lang, **dict(zip(("estimate", "low", "high"), shown, strict=True)))
        if low and high and pd.notna(data[share][y])
        else percent(data[share][y], digits, lang)
        for y in range(len(data))
        for shown in [[percent(data[name][y], digits, lang) for name in (share, low, high) if name]]
    ]
    alt = _alt_bars(title, data[label], data[share], values, lang)
    if n:
        alt += " " + _alt_base(data[n], lang)
    return finish(svg, alt, caption, data, status=status, lang=lang)


def _scale(largest: float) -> tuple[int, list[int]]:
    """The axis of shares: from 0 to the whole, or to a part of it when all shares are small."""
    for top, step in ((10, 5), (25, 5), (50, 10)):
        if 100 * largest <= top:
            return top, list(range(0, top + 1, step))
    return 100, [0, 25, 50, 75, 100]


def count_bars(
    table: pd.DataFrame,
    label: str,
    n: str,
    *,
    title: str,
    caption: str,
    xlabel: str | None = None,
    sort: bool = False,
    status: str = "real",
    lang: str = "en",
) -> Figure:
    """Counts as bars from zero, the number at the end of each; parameters as in `share_bars`."""
    data = take(table, [label], [n])
    check(status, lang, len(data))
    check_range(data, n, 0, float("inf"))
    if sort:
        data = data.sort_values(n, ascending=False, kind="stable", ignore_index=True)
    with style.house():
        labels = [style.wrap(text, LEFT - 0.15) for text in data[label]]
        drawing, axes = style.frame(
            title=title,
            xlabel=say("number axis", lang) if xlabel is None else xlabel,
            height=row_height(labels, False),
            left=LEFT,
            right=0.62,
            status=status,
            lang=lang,
        )
        rows = list(range(len(data)))
        sns.barplot(
            x=data[n],
            y=rows,
            orient="y",
            errorbar=None,
            color=style.COLOURS[0],
            saturation=1,
            width=0.6,
            ax=axes,
        )
        axes.set(xlabel="", ylabel="")
        number_axis(axes, float(data[n].max()))
        for y in rows:
            style.row_label(axes, y, labels[y])
            value = data[n][y]
            text = number(value, 0, lang) if pd.notna(value) else "–"
            end_text(axes, value if pd.notna(value) else 0, y, text)
        svg = to_svg(drawing)
    shown = [number(v, 0, lang) if pd.notna(v) else say("no value", lang) for v in data[n]]
    alt = _alt_bars(title, data[label], data[n], shown, lang)
    return finish(svg, alt, caption, data, status=status, lang=lang)


def _alt_bars(
    title: str, labels: pd.Series, values: pd.Series, shown: Sequence[str], lang: str
) -> str:
    entries = [f"{label} {text}" for label, text in zip(labels, shown, strict=True)]
    if len(entries) == 1:
        return say("alt one", lang, title=title, label=labels[0], value=shown[0])
    if len(entries) <= 8 or values.notna().sum() < 2:
        return say("alt few", lang, title=title, entries=some(entries, 8, lang))
    order = values.dropna().sort_values(kind="stable").index
    high, low = order[-1], order[0]
    alt = say(
        "alt many",
        lang,
        title=title,
        count=count(int(values.notna().sum()), "bar", lang),
        high_label=labels[high],
        high=shown[high],
        low_label=labels[low],
        low=shown[low],
    )
    if values.isna().any():
        without = some(list(labels[values.isna()]), 8, lang)
        alt += " " + say("alt without", lang, labels=without)
    return alt


def _alt_base(bases: pd.Series, lang: str) -> str:
    low, high = number(bases.min(), 0, lang), number(bases.max(), 0, lang)
    if low == high:
        return say("alt n same", lang, n=low)
    return say("alt n", lang, low=low, high=high)
