"""How our figures look: colours, marks, text that fits, one frame for all."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.transforms import blended_transform_factory

from msfresearch.report.wording import clean, say

# A narrow drawing with 12-point text: at the width of a phone the text is still 11 pixels high.
WIDTH = 5.2
TEXT = 12.0
SMALL = 10.5
LINE = 0.205  # inches from one line of text to the next
INK = "#1d2733"
MUTED = "#4a5763"
GRID = "#d9e0e7"
ALARM = "#8a3b00"
COLOURS: tuple[str, ...] = tuple(sns.color_palette("colorblind").as_hex()[i] for i in (0, 3, 2, 4))
MARKERS = ("o", "s", "D", "^", "v", "P")
HATCHES = ("", "///", "\\\\\\", "---", "|||", "xxx", "+++")  # lines: a dotted one is 100 kB of SVG


@contextmanager
def house() -> Iterator[None]:
    """Our style inside the block, the caller's settings untouched after it."""
    settings: dict[Any, Any] = {
        **sns.axes_style("white"),
        "font.family": "DejaVu Sans",  # comes with matplotlib: the same glyphs on every machine
        "font.size": TEXT,
        "text.color": INK,
        "text.parse_math": False,  # a label may hold a dollar sign
        "axes.labelcolor": INK,
        "axes.edgecolor": MUTED,
        "axes.labelsize": SMALL,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "hatch.linewidth": 0.7,
        "svg.fonttype": "path",
        "svg.hashsalt": "msfresearch",
    }
    with mpl.rc_context(settings), warnings.catch_warnings():
        # A letter outside the font is drawn as a box; the alt text and the data still hold it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def levels_palette(n: int) -> list[str]:
    """Colours of an ordinal scale, light to dark, so that order survives a grey printer."""
    return list(sns.color_palette("blend:#d3e3f2,#0b3c6f", n).as_hex())


def ink_on(colour: str) -> str:
    """Black or white text, whichever stands out more on the colour."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in mpl.colors.to_rgb(colour)
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return INK if luminance > 0.28 else "white"


def text_width(text: str, size: float = TEXT, weight: str = "normal") -> float:
    """Width of a line of text in inches, without kerning."""
    return sum(_advance(character, weight) for character in text) * size / 72


@lru_cache(maxsize=4096)
def _advance(character: str, weight: str) -> float:
    """Width of a character in ems; one outside the font counts as the box drawn for it."""
    prop = font_manager.FontProperties(family="DejaVu Sans", weight=weight)
    font = font_manager.get_font(font_manager.findfont(prop))
    font.set_size(100, 72)
    glyph = font.load_glyph(font.get_char_index(ord(character)))
    return float(glyph.linearHoriAdvance) / 65536 / 100


def wrap(
    value: object, width: float, *, size: float = TEXT, weight: str = "normal", lines: int = 3
) -> list[str]:
    """Lines of text no wider than `width` inches; what does not fit ends in an ellipsis."""
    words = clean(value)[:300].split() or [""]
    out = [""]
    for word in words:
        joined = f"{out[-1]} {word}".strip()
        if text_width(joined, size, weight) <= width:
            out[-1] = joined
        elif out[-1]:
            out.append(_cut(word, width, size, weight))
        else:
            out[-1] = _cut(word, width, size, weight)
    if len(out) > lines:
        out = [*out[: lines - 1], _cut(f"{out[lines - 1]} …", width, size, weight)]
    return out


def _cut(word: str, width: float, size: float, weight: str) -> str:
    if text_width(word, size, weight) <= width:
        return word
    kept = word.rstrip(" …")
    while kept and text_width(kept + "…", size, weight) > width:
        kept = kept[:-1]
    return kept + "…"


def frame(
    *,
    title: str,
    xlabel: str,
    height: float,
    left: float,
    right: float = 0.15,
    above: float = 0.0,
    status: str = "real",
    lang: str = "en",
) -> tuple[Drawing, Axes]:
    """A drawing with its title, stamp and one plot area, laid out in inches.

    Parameters
    ----------
    title, xlabel : str
        Heading of the drawing and name of its horizontal axis.
    height : float
        Height of the plot area.
    left, right : float
        Room for labels beside the plot area.
    above : float
        Room for a key between title and plot area.
    status : str
        ``rehearsal`` stamps the drawing.
    lang : str
        Language of the stamp.

    Returns
    -------
    tuple
        The drawing and its axes.
    """
    head = wrap(title, WIDTH - 0.1, weight="bold", lines=4) if title else []
    stamp = 0.32 if status == "rehearsal" else 0.0
    top = stamp + len(head) * (LINE + 0.02) + (0.14 if head else 0.06) + above
    foot = wrap(xlabel, WIDTH - left - right, size=SMALL, lines=2) if xlabel else []
    bottom = 0.34 + 0.2 * len(foot)
    total = top + height + bottom
    drawing = Drawing(figsize=(WIDTH, total), facecolor="white")
    axes = drawing.add_axes(
        (left / WIDTH, bottom / total, (WIDTH - left - right) / WIDTH, height / total)
    )
    drawing.text(
        0.0,
        1 - stamp / total,
        "\n".join(head),
        va="top",
        weight="bold",
        linespacing=1.25,
    )
    if foot:
        drawing.text(
            left / WIDTH, 0.03 / total, "\n".join(foot), va="bottom", size=SMALL, color=INK
        )
    if stamp:
        drawing.text(
            0.012,
            1 - 0.05 / total,
            say("rehearsal stamp", lang),
            va="top",
            size=SMALL,
            weight="bold",
            color=ALARM,
            bbox={"facecolor": "#fff3cd", "edgecolor": ALARM, "pad": 2.5, "linewidth": 0.8},
        )
        axes.text(
            0.5,
            0.5,
            say("rehearsal mark", lang),
            transform=axes.transAxes,
            ha="center",
            va="center",
            size=26,
            rotation=20,
            weight="bold",
            color=ALARM,
            alpha=0.16,
            zorder=5,
        )
    sns.despine(ax=axes, left=True)
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.tick_params(axis="x", length=3)
    axes.grid(visible=True, axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    return drawing, axes


def row_label(axes: Axes, y: float, lines: Sequence[str], note: str = "") -> None:
    """A label at the left edge of the drawing, level with `y`; `note` below it, quieter."""
    drawing = axes.figure
    place = blended_transform_factory(drawing.transFigure, axes.transData)
    total = len(lines) + bool(note)
    for index, line in enumerate([*lines, *([note] if note else [])]):
        is_note = bool(note) and index == len(lines)
        axes.annotate(
            line,
            (0.0, y),
            xycoords=place,
            xytext=(0, 72 * LINE * ((total - 1) / 2 - index)),
            textcoords="offset points",
            va="center_baseline",
            size=SMALL if is_note else TEXT,
            color=MUTED if is_note else INK,
        )


def whole_numbers() -> Any:
    """Where the ticks of a count stand."""
    return mpl.ticker.MaxNLocator(nbins=5, integer=True)


def swatch(drawing: Drawing, x: float, y: float, colour: str, hatch: str = "") -> None:
    """A patch of a key, `x` and `y` in inches from the lower left."""
    tall = drawing.get_figheight()
    drawing.add_artist(
        mpl.patches.Rectangle(
            (x / WIDTH, (y - 0.07) / tall),
            0.2 / WIDTH,
            0.16 / tall,
            transform=drawing.transFigure,
            facecolor=colour,
            edgecolor=INK if hatch else MUTED,
            linewidth=0.5,
            hatch=hatch,
        )
    )


def above_plot(
    drawing: Drawing, axes: Axes, name: str, groups: Sequence[str], colours: Sequence[str]
) -> None:
    """Name of the vertical axis above the plot, and a key of markers where there are groups."""
    tall = drawing.get_figheight()
    y = axes.get_position().y1 * tall + 0.18
    text = wrap(name, WIDTH - 0.1, size=SMALL, lines=1)[0]
    drawing.text(0, y / tall, text, va="center_baseline", size=SMALL)
    for i, group in enumerate(groups):
        line = y + 0.27 * (len(groups) - i)
        marker = MARKERS[i % len(MARKERS)]
        drawing.add_artist(
            mpl.lines.Line2D(
                [0.1 / WIDTH], [(line + 0.02) / tall], marker=marker, ms=8, color=colours[i], ls=""
            )
        )
        text = wrap(group, WIDTH - 0.4, size=SMALL, lines=1)[0]
        drawing.text(0.25 / WIDTH, line / tall, text, va="center_baseline", size=SMALL)


def point_label(axes: Axes, x: float, y: float, text: str) -> None:
    """The name of a point, on the side where there is room."""
    left, right = axes.get_xlim()
    near_end = x > left + 0.6 * (right - left)
    axes.annotate(
        wrap(text, 1.6, size=SMALL, lines=1)[0],
        (x, y),
        xytext=(-7 if near_end else 7, 0),
        textcoords="offset points",
        ha="right" if near_end else "left",
        va="center_baseline",
        size=SMALL,
    )
