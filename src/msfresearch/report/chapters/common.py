"""What several chapters need."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from msfresearch.report import prose, tables
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.wave import Wave


def show(things: Iterable[Any]) -> None:
    """Display several figures or tables one after the other, as a notebook's cell would one."""
    from IPython.display import display

    for thing in things:
        display(thing)  # type: ignore[no-untyped-call]


def table_or_words(
    frame: pd.DataFrame, caption: str, words: str, **options: Any
) -> tables.Table | prose.Prose:
    """A table, or a sentence where there is nothing to tabulate."""
    return tables.table(frame, caption, **options) if len(frame) else prose.paragraph(words)


def lower_first(words: str) -> str:
    """Words as they stand within a sentence: "IAP2 level" keeps its capitals."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def listing(names: Iterable[str], most: int = 8) -> str:
    """Names in a sentence: "a, b and c", with a count of those beyond ``most``."""
    known = list(names)
    if len(known) > most:
        known = [*known[:most], f"{len(known) - most} more"]
    if len(known) <= 1:
        return "".join(known)
    return f"{', '.join(known[:-1])} and {known[-1]}"


def clusters(table: Table, lang: str) -> str:
    """What the intervals of a table count, in words: countries, respondents, proposals.

    Whatever else a table's member may be is called by its item's label.
    """
    item = table.item(table.member)
    known = {
        "country": "countries",
        "member": "members",
        "respondent": "respondents",
        "proposal": "proposals",
    }
    key = "country" if item.type == "country" else item.id
    if table.respondent == item.id:
        key = "respondent"
    return known.get(key) or lower_first(item.label.in_language(lang))


def counted(questionnaire: Questionnaire, lang: str) -> str:
    """What the intervals of a wave's tables count: "respondents and proposals"."""
    return listing(dict.fromkeys(clusters(table, lang) for table in questionnaire.tables.values()))


def names_members(wave: Wave) -> bool:
    """Whether a wave's rows are about countries whose coding is published, and not of people."""
    return wave.manifest.population in ("independent reviewers", "experts")


@dataclass(frozen=True)
class Question:
    """A question that only the plan or the questionnaire knows, set off from the text.

    No heading: outputs of cells hold none on a page, lest an answer pass for one.
    """

    text: str

    def _repr_html_(self) -> str:
        return f"<p><strong>{html.escape(self.text)}</strong></p>"


def status_of(waves: Iterable[Wave]) -> str:
    """The status of several waves together: a rehearsal among them makes it one."""
    rehearsed = any(wave.manifest.status == "rehearsal" for wave in waves)
    return "rehearsal" if rehearsed else "real"
