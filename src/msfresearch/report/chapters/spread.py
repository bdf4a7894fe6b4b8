"""How answers are spread: every item of a wave, in the table that fits its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.report import figures, tables
from msfresearch.report.chapters.common import clusters, counted, listing, names_members
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose, paragraph
from msfresearch.report.wording import count, number, percent
from msfresearch.survey.answers import numbers
from msfresearch.survey.cleaning import Cleaned
from msfresearch.survey.items import Item, Level
from msfresearch.survey.questionnaire import Questionnaire
from msfresearch.themes.shares.hits import MIN_MEMBERS, Share, cluster_share
from msfresearch.wave import Wave

#: Of people, an item that fewer answered is not spread out: its answers could tell who gave them.
FEWEST = 10
TICKED = "ticked"


@dataclass(frozen=True)
class Bases:
    """How many answered each item, and which items may be shown.

    Attributes
    ----------
    wave : Wave
        The wave.
    cleaned : Cleaned
        Its clean tables.
    items : DataFrame
        ``table``, ``item`` (column), ``label``, ``kind`` (levels, pair, number or plain),
        ``answered``, ``members`` and ``shown``. Items that only say in words what another says
        in a code are not there.
    """

    wave: Wave
    cleaned: Cleaned
    items: pd.DataFrame

    def of(self, kind: str) -> pd.DataFrame:
        """The items of a kind that may be shown."""
        return self.items[(self.items["kind"] == kind) & self.items["shown"]]

    def held_back(self, kind: str) -> str | None:
        """How many items of a kind may not be shown, as a note; None where there is none."""
        n = int(((self.items["kind"] == kind) & ~self.items["shown"]).sum())
        if not n:
            return None
        verb = "is" if n == 1 else "are"
        return (
            f"{count(n, 'item')} {verb} left out: fewer than {FEWEST} answers or {MIN_MEMBERS} "
            f"{counted(self.wave.questionnaire, 'en')}."
        )


def bases(cleaned: Cleaned, wave: Wave, lang: str) -> Bases:
    """Count who answered what, and hold back what too few people answered."""
    public = names_members(wave)
    rows: list[dict[str, Any]] = []
    twins = _twins(wave.questionnaire)
    for name, frame in cleaned.tables.items():
        table = wave.questionnaire.tables[name]
        for item in table.items:
            if (name, item.id) in twins:
                continue
            for column, label in _columns(item, lang):
                given = frame.loc[frame[column].notna(), table.member]
                members = int(given.nunique())
                rows.append(
                    {
                        "table": name,
                        "item": column,
                        "label": label,
                        "kind": _kind(item, wave.questionnaire),
                        "answered": len(given),
                        "members": members,
                        "shown": public or (len(given) >= FEWEST and members >= MIN_MEMBERS),
                    }
                )
    return Bases(wave, cleaned, pd.DataFrame(rows))


def _columns(item: Item, lang: str) -> list[tuple[str, str]]:
    label = item.label.in_language(lang)
    boxes = [
        (f"{item.id}__{option.id}", f"{label}: {option.label.in_language(lang)}")
        for option in item.options
    ]
    return boxes or [(item.id, label)]


def _kind(item: Item, questionnaire: Questionnaire) -> str:
    levels = len(questionnaire.levels(item))
    if levels > 2:
        return "levels"
    if levels or item.options:
        return "pair"
    return "number" if item.type == "numeric" else "plain"


def _twins(questionnaire: Questionnaire) -> set[tuple[str, str]]:
    """Items that only say in words what another says in a code, by table."""
    return {
        (name, item.agrees_with.item)
        for name, table in questionnaire.tables.items()
        for item in table.items
        if item.agrees_with
    }


def left_out(wave: Wave) -> str:
    """Which items are spread out nowhere, and why."""
    n = len(_twins(wave.questionnaire))
    if not n:
        return "Every item stands in one of the tables below."
    return (
        f"Every item stands in one of the tables below, but for {count(n, 'item')} that only "
        "repeat a code in words."
    )


def _table_or_words(
    frame: pd.DataFrame, caption: str, none: str, based: Bases, kind: str, **options: Any
) -> tables.Table | Prose:
    """A table; or that nothing of the kind was asked; or that too few answered what was."""
    held = based.held_back(kind)
    if frame.empty:
        return paragraph(held or none)
    notes: Sequence[str] = [*options.pop("notes", ()), *([held] if held else [])]
    return tables.table(frame, caption, notes=notes or None, **options)


def _of_kind(spread: pd.DataFrame, based: Bases) -> pd.DataFrame:
    """The levels of items with more than two that may be shown."""
    return spread.merge(based.of("levels")[["table", "item"]], on=["table", "item"])


def level_figures(spread: pd.DataFrame, based: Bases, lang: str) -> list[Figure]:
    """One figure per table and scale that at least two ordered items share."""
    drawn: list[Figure] = []
    shown = _of_kind(spread, based)
    for name, table in based.wave.questionnaire.tables.items():
        ordered = [i for i in table.items if i.type == "ordinal"]
        for scale in dict.fromkeys(item.scale for item in ordered):
            ids = [item.id for item in ordered if item.scale == scale]
            rows = shown[(shown["table"] == name) & shown["item"].isin(ids)]
            if rows["item"].nunique() < 2 or not rows["answered"].sum():
                continue
            levels = list(rows.sort_values("position", kind="stable")["level"].unique())
            unit = table.units.in_language(lang)
            drawn.append(
                figures.stacked_levels(
                    rows,
                    "label",
                    "level",
                    "n",
                    levels=levels,
                    title=f"Answers for {unit}: {levels[0]} to {levels[-1]}",
                    caption=f"Share of {unit} with an answer at each level; "
                    "their number stands beside each item.",
                    status=based.wave.manifest.status,
                    lang=lang,
                )
            )
    return drawn


def level_table(spread: pd.DataFrame, based: Bases, lang: str) -> tables.Table | Prose:
    """Every scaled item with more than two levels, level by level, codes rather than words."""
    return _table_or_words(
        _of_kind(spread, based)[["table", "label", "level", "n", "share"]],
        "Answers at each level of every item with more than two",
        "No item of this wave has more than two levels.",
        based,
        "levels",
        formats={"share": "share"},
        columns={
            "table": "Table",
            "label": "Item",
            "level": "Level",
            "n": "Answers",
            "share": "Share",
        },
        lang=lang,
    )


def pair_table(based: Bases, lang: str) -> tables.Table | Prose:
    """Every item with two answers, boxes to tick included: the share of one, with its interval."""
    rows: list[dict[str, Any]] = []
    questionnaire = based.wave.questionnaire
    for base in based.of("pair").to_dict("records"):
        table = questionnaire.tables[base["table"]]
        frame = based.cleaned.tables[base["table"]]
        levels = questionnaire.levels(table.item(base["item"].partition("__")[0]))
        given = frame[frame[base["item"]].notna() & frame[table.member].notna()]
        found = _share(given[base["item"]], given[table.member], levels)
        rows.append(
            {
                "table": base["table"],
                "label": base["label"],
                "level": levels[1].label.in_language(lang) if levels else TICKED,
                "n": len(given),
                "share": found.share,
                "low": found.low,
                "high": found.high,
            }
        )
    frame = pd.DataFrame(rows)
    names = dict.fromkeys(clusters(questionnaire.tables[r["table"]], lang) for r in rows)
    return _table_or_words(
        frame,
        "Items with two answers: the share of one of them, of the rows with an answer, with 95% "
        f"intervals that count {listing(names)}",
        "No item of this wave has two answers.",
        based,
        "pair",
        formats=dict.fromkeys(("share", "low", "high"), "share"),
        columns={
            "table": "Table",
            "label": "Item",
            "level": "Answer",
            "n": "Answers",
            "share": "Share",
            "low": "From",
            "high": "To",
        },
        lang=lang,
    )


def _share(values: pd.Series[Any], member: pd.Series[Any], levels: tuple[Level, ...]) -> Share:
    """The share of the second of two answers, or of the ticked."""
    if values.empty:
        return Share(np.nan, np.nan, np.nan, 0.0)
    second = np.asarray(values == (levels[1].value if levels else 1), dtype=np.bool_)
    members = pd.factorize(member)[0]
    if not members.any():
        # One member tells nothing of how members differ: a share without an interval.
        return Share(float(second.mean()), np.nan, np.nan, 1.0)
    return cluster_share(second, members)


def extremes(spread: pd.DataFrame, based: Bases, lang: str) -> str:
    """The item with several levels whose answers pile up most on one of them."""
    wide = _of_kind(spread, based)
    enough = wide[wide["answered"] >= FEWEST]
    if wide.empty:
        return "So none can be called one-sided."
    if enough.empty:
        return f"No item with more than two levels has {FEWEST} answers."
    top = enough.sort_values("share", kind="stable").to_dict("records")[-1]
    return (
        f"The most one-sided item is “{top['label']}”: "
        f"{percent(top['share'], 0, lang)} of its {number(top['answered'], 0, lang)} answers are "
        f"“{top['level']}”."
    )


def number_table(based: Bases, lang: str) -> tables.Table | Prose:
    """Numeric items: answers, mean, standard deviation and quartiles."""
    found = numbers(based.cleaned.tables, based.wave.questionnaire, lang)
    found = found.merge(based.of("number")[["table", "item"]], on=["table", "item"])
    return _table_or_words(
        found.drop(columns="item"),
        "Numeric items: answers, mean, standard deviation and quartiles",
        "This wave asked for no number.",
        based,
        "number",
        columns={
            "table": "Table",
            "label": "Item",
            "answered": "Answers",
            "mean": "Mean",
            "sd": "SD",
            "q25": "First quartile",
            "median": "Median",
            "q75": "Third quartile",
        },
        lang=lang,
    )


def plain_table(based: Bases, lang: str) -> tables.Table | Prose:
    """Items that name, date or tell something: how many answered, and how many answers differ."""
    rows: list[dict[str, Any]] = []
    for base in based.of("plain").to_dict("records"):
        item = based.wave.questionnaire.tables[base["table"]].item(base["item"])
        values = based.cleaned.tables[base["table"]][base["item"]].dropna()
        dated = item.type == "date" and len(values) > 0
        rows.append(
            {
                "table": base["table"],
                "label": base["label"],
                "type": item.type,
                "answered": len(values),
                "different": int(values.nunique()),
                "first": f"{values.min():%Y-%m-%d}" if dated else None,
                "last": f"{values.max():%Y-%m-%d}" if dated else None,
            }
        )
    frame = pd.DataFrame(rows)
    if len(frame) and frame["first"].isna().all():
        frame = frame.drop(columns=["first", "last"])
    titles = {
        "table": "Table",
        "label": "Item",
        "type": "Type",
        "answered": "Answers",
        "different": "Different ones",
        "first": "First",
        "last": "Last",
    }
    return _table_or_words(
        frame,
        "Items that name, date or tell something: answers, and how many of them differ",
        "This wave holds no names, dates or texts.",
        based,
        "plain",
        columns={name: title for name, title in titles.items() if name in frame},
        lang=lang,
    )
