"""A figure that a page can hold: drawing, alternative text, caption and the data behind it."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from msfresearch.errors import MsfResearchError
from msfresearch.report.wording import check_lang, check_status, clean, say


@dataclass(frozen=True, eq=False)
class Figure:
    """A drawing to display in a notebook or on a page.

    Attributes
    ----------
    svg : str
        The drawing; the same data give the same text.
    alt : str
        What the drawing shows, for those who do not see it; required.
    caption : str
        The sentence below it.
    data : DataFrame
        What was plotted, one row per mark.
    """

    svg: str
    alt: str
    caption: str
    data: pd.DataFrame

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise MsfResearchError(
                "a figure without alternative text",
                expected="a sentence that says what the figure shows",
            )

    def _repr_html_(self) -> str:
        encoded = base64.b64encode(self.svg.encode("utf-8")).decode("ascii")
        width, height = _pixels(self.svg)
        alt = html.escape(clean(self.alt), quote=True)
        caption = html.escape(clean(self.caption), quote=True)
        below = f"<figcaption>{caption}</figcaption>" if caption else ""
        return (
            f'<figure><img src="data:image/svg+xml;base64,{encoded}" alt="{alt}" '
            f'width="{width}" height="{height}">{below}</figure>'
        )


def _pixels(svg: str) -> tuple[int, int]:
    sizes = re.findall(r'\b(?:width|height)="([\d.]+)pt"', svg[: svg.index(">")])
    width, height = (round(float(size) * 4 / 3) for size in sizes)
    return width, height


def finish(
    svg: str, alt: str, caption: str, data: pd.DataFrame, *, status: str, lang: str
) -> Figure:
    """The figure, its alternative text marked where the answers are simulated."""
    if check_status(status) == "rehearsal":
        alt = say("rehearsal alt", lang, alt=alt)
    return Figure(svg, clean(alt), clean(caption), data)


def take(table: pd.DataFrame, texts: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame:
    """The named columns, labels as text and numbers as floats; raises where they do not fit."""
    absent = [name for name in (*texts, *numbers) if name not in table.columns]
    if absent:
        raise MsfResearchError(
            "the table lacks a column",
            column=absent[0],
            found=", ".join(map(str, table.columns)),
            action="name a column that the table has",
        )
    if table.empty:
        raise MsfResearchError(
            "a figure of no rows", action="test whether there is anything to show, and say so"
        )
    out = table[list(dict.fromkeys((*texts, *numbers)))].reset_index(drop=True)
    for name in texts:
        out[name] = [clean(value) for value in out[name]]
    for name in numbers:
        try:
            out[name] = pd.to_numeric(out[name]).astype("float64")
        except (TypeError, ValueError):
            raise MsfResearchError(
                "a column that holds no numbers", column=name, found=out[name].iloc[0]
            ) from None
    return out


def check(status: str, lang: str, rows: int, limit: int = 90) -> None:
    """Raise where status or language is unknown, or a drawing would be taller than a page."""
    check_status(status)
    check_lang(lang)
    if rows > limit:
        raise MsfResearchError(
            "too many rows for one figure",
            found=rows,
            expected=f"at most {limit}",
            action="show a table, or group the rows",
        )


def check_range(table: pd.DataFrame, name: str, low: float, high: float) -> None:
    """Raise where a number lies outside its range; missing numbers pass."""
    wrong = table[(table[name] < low) | (table[name] > high)]
    if len(wrong):
        raise MsfResearchError(
            "a number outside its range",
            row=int(wrong.index[0]) + 1,
            column=name,
            found=wrong[name].iloc[0],
            expected=f"{low:g} to {high:g}",
        )
