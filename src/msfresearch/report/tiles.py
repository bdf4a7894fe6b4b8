"""A figure of members: one tile each, by region."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle

from msfresearch.errors import MsfResearchError
from msfresearch.report import style
from msfresearch.report.figure import Figure, check, finish, take
from msfresearch.report.svg import to_svg
from msfresearch.report.wording import number, say

ACROSS = 11
#: Share of a tile's side that is left empty between tiles, and height of a heading in tiles.
EDGE, HEAD = 0.08, 0.8
FILL = ("#ffffff", style.COLOURS[0])


def tile_grid(
    table: pd.DataFrame,
    label: str,
    region: str,
    shown: str,
    *,
    groups: Sequence[str],
    title: str,
    caption: str,
    status: str = "real",
    lang: str = "en",
) -> Figure:
    """One tile per member below the name of its region, filled or empty.

    Parameters
    ----------
    table : DataFrame
        One row per tile; regions and their tiles keep the order of the table.
    label, region, shown : str
        Columns: the few letters on the tile, the heading it stands under, and the group it
        belongs to.
    groups : sequence of two str
        Names of the groups: that of empty tiles, that of filled ones.
    title, caption, status, lang
        As in `share_bars`.

    Returns
    -------
    Figure
    """
    data = take(table, [label, region, shown], [])
    unknown = sorted(set(data[shown]) - set(groups))
    if unknown or len(groups) != len(FILL):
        raise MsfResearchError(
            "a tile of no group", column=shown, found=unknown, expected=", ".join(groups)
        )
    places, heads, down = _places(data[region])
    check(status, lang, int(down))
    side = style.WIDTH / ACROSS
    filled = data[shown] == groups[1]
    regions = [
        f"{name}: {number(int(own.sum()), 0, lang)} / {number(len(own), 0, lang)}"
        for name, own in filled.groupby(data[region], sort=False)
    ]
    with style.house():
        drawing, axes = style.frame(
            title=title,
            xlabel="",
            height=side * down,
            left=0.0,
            right=0.0,
            above=0.4,
            status=status,
            lang=lang,
        )
        axes.set_xlim(0, ACROSS)
        axes.set_ylim(down, 0)
        axes.axis("off")
        for text, (_, y) in zip(regions, heads, strict=True):
            line = style.wrap(text, style.WIDTH - 0.1, size=style.SMALL, lines=1)[0]
            axes.text(0, y + 0.62 * HEAD, line, va="center_baseline", size=style.SMALL)
        for (x, y), tile in zip(places, data.to_dict("records"), strict=True):
            colour = FILL[list(groups).index(tile[shown])]
            axes.add_patch(
                Rectangle(
                    (x + EDGE / 2, y + EDGE / 2),
                    1 - EDGE,
                    1 - EDGE,
                    facecolor=colour,
                    edgecolor=style.INK,
                    linewidth=0.6,
                )
            )
            axes.text(
                x + 0.5,
                y + 0.52,
                tile[label],
                ha="center",
                va="center",
                size=style.SMALL,
                color=style.ink_on(colour),
            )
        _key(drawing, axes, groups)
        svg = to_svg(drawing)
    counts = data[shown].value_counts()
    told = ", ".join(f"{group} {number(int(counts.get(group, 0)), 0, lang)}" for group in groups)
    # Those who do not see the tiles are told as much of each region as its heading says.
    told = "; ".join([told, *regions])
    alt = say("alt tiles", lang, title=title, n=number(len(data), 0, lang), groups=told)
    return finish(svg, alt, caption, data, status=status, lang=lang)


def _places(
    regions: pd.Series,
) -> tuple[list[tuple[int, float]], list[tuple[str, float]], float]:
    """Where each tile and each heading stands, in tiles from the upper left; height of all."""
    places: dict[object, tuple[int, float]] = {}
    heads: list[tuple[str, float]] = []
    y = 0.0
    for name, own in regions.groupby(regions, sort=False):
        heads.append((str(name), y))
        y += HEAD
        for i, index in enumerate(own.index):
            places[index] = (i % ACROSS, y + i // ACROSS)
        y += -(-len(own) // ACROSS)
    return [places[index] for index in regions.index], heads, y


def _key(drawing: Drawing, axes: Axes, groups: Sequence[str]) -> None:
    tall = drawing.get_figheight()
    top = axes.get_position().y1 * tall + 0.2
    place = 0.05
    for group, colour in zip(groups, FILL, strict=True):
        style.swatch(drawing, place, top, colour)
        drawing.text(
            (place + 0.26) / style.WIDTH, top / tall, group, va="center_baseline", size=style.SMALL
        )
        place += 0.45 + style.text_width(group, style.SMALL)
