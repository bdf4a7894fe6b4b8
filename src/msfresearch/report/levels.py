"""Figures of parts: answers over the levels of a scale, missing answers over their reasons."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from msfresearch.errors import MsfResearchError
from msfresearch.report import style
from msfresearch.report.figure import Figure, check, check_range, finish, take
from msfresearch.report.rows import LEFT, end_text, number_axis, row_height, some
from msfresearch.report.svg import to_svg
from msfresearch.report.wording import count, number, percent, say


def stacked_levels(
    table: pd.DataFrame,
    item: str,
    level: str,
    n: str,
    *,
    levels: Sequence[str] | None = None,
    title: str,
    caption: str,
    status: str = "real",
    lang: str = "en",
) -> Figure:
    """How answers spread over the levels of ordinal items, one row of 100% per item.

    Parameters
    ----------
    table : DataFrame
        Long: one row per item and level, with the number of answers.
    item, level, n : str
        Names of the columns.
    levels : sequence of str, optional
        Levels from lowest to highest; else the categories of an ordered column, else the order
        in which they come. Each level gets a number, which stands in its segment and in the key.
    title, caption, status, lang
        As in `share_bars`.

    Returns
    -------
    Figure
    """
    data = take(table, [item, level], [n])
    check_range(data, n, 0, float("inf"))
    if levels is None:
        kept = table[level]
        ordered = isinstance(kept.dtype, pd.CategoricalDtype)
        levels = list(map(str, kept.cat.categories if ordered else data[level].unique()))
    unknown = sorted(set(data[level]) - set(levels))
    if unknown:
        raise MsfResearchError(
            "a level outside the scale",
            column=level,
            found=unknown[0],
            expected=", ".join(levels),
        )
    wide = data.groupby([item, level], sort=False)[n].sum().unstack(fill_value=0)
    wide = wide.reindex(index=list(data[item].unique()), columns=list(levels), fill_value=0)
    check(status, lang, len(wide))
    svg = _draw_levels(wide, title, status, lang)
    rows = [
        say(
            "alt levels row",
            lang,
            item=name,
            n=number(row.sum(), 0, lang),
            parts=", ".join(
                f"{key} {percent(value / row.sum() if row.sum() else None, 0, lang)}"
                for key, value in row.items()
            ),
        )
        for name, row in wide.iterrows()
    ]
    alt = say(
        "alt levels",
        lang,
        title=title,
        first=levels[0],
        last=levels[-1],
        entries=some(rows, 6, lang),
    )
    return finish(svg, alt, caption, data, status=status, lang=lang)


def _draw_levels(wide: pd.DataFrame, title: str, status: str, lang: str) -> str:
    colours = style.levels_palette(len(wide.columns))
    with style.house():
        labels = [style.wrap(text, LEFT - 0.15) for text in wide.index]
        key = _key([f"{i} {name}" for i, name in enumerate(wide.columns, start=1)])
        above = 0.27 * len(key) + 0.1
        height = row_height(labels, True)
        drawing, axes = style.frame(
            title=title,
            xlabel=say("share axis", lang),
            height=height,
            left=LEFT,
            above=above,
            status=status,
            lang=lang,
        )
        axes.set_xlim(0, 100)
        axes.set_xticks([0, 25, 50, 75, 100])
        axes.set_ylim(len(wide) - 0.5, -0.5)
        for y, (_, row) in enumerate(wide.iterrows()):
            total = float(row.sum())
            style.row_label(axes, y, labels[y], say("n", lang, n=number(total, 0, lang)))
            start = 0.0
            for i, value in enumerate(row):
                width = 100 * value / total if total else 0.0
                axes.barh(y, width, left=start, height=0.66, color=colours[i], ec="white", lw=1.2)
                if width >= 12:
                    middle, ink = start + width / 2, style.ink_on(colours[i])
                    shown = f"{i + 1}\n{percent(width / 100, 0, lang)}"
                    axes.text(
                        middle, y, shown, ha="center", va="center", color=ink, size=style.SMALL
                    )
                start += width
        _draw_key(drawing, axes, key, colours, above)
        return to_svg(drawing)


def missing_bars(
    table: pd.DataFrame,
    item: str,
    reason: str,
    n: str,
    *,
    title: str,
    caption: str,
    status: str = "real",
    lang: str = "en",
) -> Figure:
    """Missing answers per item, stacked by reason; each reason has its colour and its hatch.

    `table` is long: one row per item and reason with the number of answers missing (`n`).
    Items keep the order of the table; other parameters as in `share_bars`.
    """
    data = take(table, [item, reason], [n])
    check_range(data, n, 0, float("inf"))
    wide = data.groupby([item, reason], sort=False)[n].sum().unstack(fill_value=0)
    wide = wide.reindex(index=list(data[item].unique()), columns=list(data[reason].unique()))
    wide = wide.fillna(0)
    check(status, lang, len(wide))
    colours = list(sns.color_palette("colorblind", len(wide.columns)).as_hex())
    with style.house():
        labels = [style.wrap(text, LEFT - 0.15) for text in wide.index]
        key = _key(list(wide.columns))
        above = 0.27 * len(key) + 0.1
        height = row_height(labels, False)
        drawing, axes = style.frame(
            title=title,
            xlabel=say("number axis", lang),
            height=height,
            left=LEFT,
            right=0.62,
            above=above,
            status=status,
            lang=lang,
        )
        axes.set_ylim(len(wide) - 0.5, -0.5)
        totals = wide.sum(axis=1)
        number_axis(axes, float(totals.max()))
        for y, (_, row) in enumerate(wide.iterrows()):
            start = 0.0
            for i, value in enumerate(row):
                hatch = style.HATCHES[i % len(style.HATCHES)]
                axes.barh(
                    y, value, left=start, height=0.6, color=colours[i], hatch=hatch, ec=style.INK
                )
                start += value
            style.row_label(axes, y, labels[y])
            end_text(axes, start, y, number(start, 0, lang))
        _draw_key(drawing, axes, key, colours, above, style.HATCHES)
        svg = to_svg(drawing)
    by_reason = wide.sum().sort_values(ascending=False, kind="stable")
    alt = say(
        "alt missing",
        lang,
        title=title,
        total=count(int(totals.sum()), "cell", lang),
        items=count(len(wide), "item", lang),
        item=totals.idxmax(),
        n=number(totals.max(), 0, lang),
        reasons=", ".join(f"{name} {number(value, 0, lang)}" for name, value in by_reason.items()),
    )
    return finish(svg, alt, caption, data, status=status, lang=lang)


def _key(names: Sequence[str]) -> list[list[tuple[int, str, float]]]:
    """Names set out in lines as wide as the drawing: (position, text, inches from the left)."""
    lines: list[list[tuple[int, str, float]]] = [[]]
    x = 0.0
    for i, name in enumerate(names):
        text = style.wrap(name, style.WIDTH - 0.5, size=style.SMALL, lines=1)[0]
        width = style.text_width(text, style.SMALL) + 0.42
        if lines[-1] and x + width > style.WIDTH:
            lines.append([])
            x = 0.0
        lines[-1].append((i, text, x))
        x += width
    return lines


def _draw_key(
    drawing: Drawing,
    axes: Axes,
    key: Sequence[Sequence[tuple[int, str, float]]],
    colours: Sequence[str],
    above: float,
    hatches: Sequence[str] = ("",),
) -> None:
    tall = drawing.get_figheight()
    top = axes.get_position().y1 * tall + above - 0.14
    for row, entries in enumerate(key):
        y = top - 0.27 * row
        for i, text, x in entries:
            style.swatch(drawing, x, y, colours[i], hatches[i % len(hatches)])
            drawing.text(
                (x + 0.26) / style.WIDTH, y / tall, text, va="center_baseline", size=style.SMALL
            )
