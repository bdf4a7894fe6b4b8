"""What figures of rows share: heights, axes of counts, numbers at the end of bars, lists."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from msfresearch.report import style
from msfresearch.report.wording import say

LEFT = 2.0  # inches for the labels


def row_height(labels: Sequence[Sequence[str]], note: bool) -> float:
    """Inches for all rows, each as tall as the tallest label."""
    tallest = max(len(lines) for lines in labels) + note
    return len(labels) * max(0.4, tallest * style.LINE + 0.16)


def number_axis(axes: Axes, largest: float) -> None:
    """An axis of counts from zero."""
    axes.set_xlim(0, 1.02 * largest if largest > 0 else 1)
    axes.xaxis.set_major_locator(style.whole_numbers())


def end_text(axes: Axes, x: float, y: float, text: str) -> None:
    """The number at the end of a bar."""
    axes.annotate(
        text,
        (x, y),
        xytext=(4, 0),
        textcoords="offset points",
        va="center_baseline",
        weight="bold",
        annotation_clip=False,
    )


def some(entries: Sequence[str], limit: int, lang: str) -> str:
    """The first entries, and how many more there are."""
    more = len(entries) - limit
    rest = [say("and more", lang, n=more)] if more > 0 else []
    return "; ".join([*entries[:limit], *rest])
