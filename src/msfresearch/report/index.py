"""The list of waves: what there is to read, and what is missing and how to get it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msfresearch.report.check import check_page
from msfresearch.report.page import render_template
from msfresearch.report.wording import check_lang, check_status, clean, number, say


@dataclass(frozen=True)
class IndexEntry:
    """A wave with pages.

    Attributes
    ----------
    wave, title, population, status : str
        As in its manifest.
    fieldwork : str
        When the data are from, in words: "2016" or "April to August 2019".
    n : int
        Number of units that answered or were coded.
    unit : str
        What is counted, in words: "action plans".
    brief : str, optional
        Relative address of the brief.
    pages : tuple of (title, address)
        The other pages, in the order of the stages.
    """

    wave: str
    title: str
    population: str
    status: str
    fieldwork: str
    n: int
    unit: str = ""
    brief: str | None = None
    pages: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """A registered wave without pages: why, and the command that changes it."""

    wave: str
    title: str
    reason: str
    command: str


def render_index(
    entries: Sequence[IndexEntry],
    left_out: Sequence[LeftOut] = (),
    *,
    across: Sequence[tuple[str, str, str]] = (),
    lang: str = "en",
) -> str:
    """The page that lists all waves.

    Parameters
    ----------
    entries : sequence of IndexEntry
        Waves with pages, in the order to list them.
    left_out : sequence of LeftOut
        Registered waves without pages.
    across : sequence of (title, address, status)
        Pages over several waves.
    lang : str
        Language of the page.

    Returns
    -------
    str
        HTML, checked by `check_page`.
    """
    check_lang(lang)
    rows = [
        {
            "title": clean(entry.title),
            "wave": clean(entry.wave),
            "population": _population(entry.population, lang),
            "rehearsal": check_status(entry.status) == "rehearsal",
            "status": say(f"status {entry.status}", lang),
            "fieldwork": clean(entry.fieldwork),
            "n": f"{number(entry.n, 0, lang)} {clean(entry.unit)}".strip(),
            "brief": entry.brief,
            "pages": [(clean(title), address) for title, address in entry.pages],
        }
        for entry in entries
    ]
    page = render_template(
        "index.html.j2",
        lang,
        title=say("index title", lang),
        rows=rows,
        across=[
            (clean(title), address, check_status(status) == "rehearsal")
            for title, address, status in across
        ],
        left_out=[
            {name: clean(getattr(entry, name)) for name in ("wave", "title", "reason", "command")}
            for entry in left_out
        ],
    )
    check_page(page)
    return page


def _population(population: str, lang: str) -> str:
    try:
        return say(f"population {population.replace('_', ' ')}", lang)
    except KeyError:
        return clean(population)
