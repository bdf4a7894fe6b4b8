"""A figure of a form: how many of those who began are still there at each question."""

from __future__ import annotations

from string import ascii_uppercase

import pandas as pd

from msfresearch.report import style
from msfresearch.report.figure import Figure, check, check_range, finish, take
from msfresearch.report.svg import to_svg
from msfresearch.report.wording import number, percent, say

HEIGHT = 2.6


def completion(
    table: pd.DataFrame,
    question: str,
    section: str,
    reached: str,
    answered: str,
    *,
    title: str,
    caption: str,
    status: str = "real",
    lang: str = "en",
) -> Figure:
    """The way through a form: a line of who is still there, a mark for who answered.

    Parameters
    ----------
    table : DataFrame
        One row per question, in the order of the form.
    question, section : str
        Columns: the question's words, and the part of the form it stands in; parts follow one
        another and are marked off.
    reached, answered : str
        Columns of shares between 0 and 1: of all respondents those that came as far as the
        question or further; of those who were asked it those that answered.
    title, caption, status, lang
        As in `share_bars`.

    Returns
    -------
    Figure
    """
    data = take(table, [question, section], [reached, answered])
    check(status, lang, 1)
    for name in (reached, answered):
        check_range(data, name, 0, 1)
    n = len(data)
    places = list(range(1, n + 1))
    parts = list(dict.fromkeys(data[section]))
    starts = [int((data[section] == part).to_numpy().argmax()) + 1 for part in parts]
    with style.house():
        keys = [say("completion reached", lang), say("completion answered", lang)]
        drawing, axes = style.frame(
            title=title,
            xlabel=say("completion axis", lang, n=number(n, 0, lang)),
            height=HEIGHT,
            left=0.55,
            above=0.3 * len(keys) + 0.3,
            status=status,
            lang=lang,
        )
        axes.tick_params(axis="y", labelleft=True)
        axes.grid(visible=False, axis="x")
        axes.grid(visible=True, axis="y", color=style.GRID, linewidth=0.8)
        axes.step(places, 100 * data[reached], where="mid", color=style.COLOURS[0], lw=2.2)
        axes.plot(places, 100 * data[answered], color=style.COLOURS[1], ls="", marker="s", ms=4.5)
        for letter, start in zip(ascii_uppercase, starts, strict=False):
            axes.axvline(start - 0.5, color=style.MUTED, lw=0.7, ls=(0, (2, 2)))
            axes.annotate(
                letter,
                (start - 0.5, 0),
                xytext=(3, 3),
                textcoords="offset points",
                size=style.SMALL,
                weight="bold",
            )
        axes.set_xlim(0.4, n + 0.6)
        axes.set_ylim(0, 105)
        axes.set_yticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"])
        axes.xaxis.set_major_locator(style.whole_numbers())
        style.above_plot(drawing, axes, "", keys, style.COLOURS)
        svg = to_svg(drawing)
    hardest = int(data[answered].fillna(2).to_numpy().argmin())
    alt = say(
        "alt completion",
        lang,
        title=title,
        n=number(n, 0, lang),
        last=percent(data[reached].iloc[-1], 0, lang),
        question=data[question][hardest],
        share=percent(data[answered][hardest], 0, lang),
    )
    return finish(svg, alt, caption, data, status=status, lang=lang)
