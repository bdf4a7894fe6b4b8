"""What the cleaning notebook shows and says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.report import figures, tables
from msfresearch.report.chapters.common import listing, table_or_words
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose
from msfresearch.report.wording import number, percent, share_of
from msfresearch.survey.answers import numbers
from msfresearch.survey.cleaning import Cleaned
from msfresearch.survey.questionnaire import Questionnaire
from msfresearch.themes.shares import Share, cluster_share
from msfresearch.wave import Wave

REASONS = {
    "blank": "left blank",
    "not_reviewed": "not reviewed",
    "not_applicable": "not applicable",
    "no_data": "no data",
    "unclear": "unclear",
    "dont_know": "don't know",
    "refused": "refused",
    "withdrawn": "withdrawn",
}


def card(wave: Wave, lang: str) -> tables.Table:
    """What the wave is, by its manifest."""
    manifest = wave.manifest
    windows = listing(f"{w.start} to {w.end}" for w in manifest.fieldwork)
    rows = {
        "Wave": manifest.id,
        "Asked": manifest.asked.in_language(lang).strip(),
        "Population": manifest.population,
        "Status": manifest.status,
        "Fieldwork": windows,
        "Languages": ", ".join(manifest.languages),
        "Frame": manifest.frame.description.strip(),
        "Raw files": ", ".join(source.file for source in manifest.sources),
    }
    return tables.table(
        pd.DataFrame({"what": list(rows), "value": list(rows.values())}),
        manifest.title.in_language(lang),
        stub="what",
        columns={"what": "Of the wave", "value": "In its manifest"},
        lang=lang,
    )


def log_table(cleaned: Cleaned, lang: str) -> tables.Table:
    """Every rule of cleaning with what it changed."""
    log = cleaned.log
    what = log["rule"] + (" [" + log["item"] + "]").fillna("") + (": " + log["detail"]).fillna("")
    return tables.table(
        log.assign(what=what)[["what", "table", "rows_in", "rows_out", "cells_changed"]],
        "Every rule of cleaning, the rows before and after it, and the cells it changed",
        stub="what",
        columns={
            "what": "Rule",
            "table": "Table",
            "rows_in": "Rows in",
            "rows_out": "Rows out",
            "cells_changed": "Cells changed",
        },
        lang=lang,
    )


def account(cleaned: Cleaned, questionnaire: Questionnaire, lang: str) -> list[str]:
    """Rows in and out, and rows without a partner, a sentence each."""
    said: list[str] = []
    for name, frame in cleaned.tables.items():
        unit = questionnaire.tables[name].units.in_language(lang)
        log = cleaned.log
        read = log[(log["rule"] == "rows read") & (log["table"] == name)].iloc[0]
        said.append(
            f"{number(read['rows_in'], 0, lang)} {unit} were read and "
            f"{number(len(frame), 0, lang)} kept; no {_one(questionnaire, name, lang)} "
            "stands twice."
        )
    for (source, target), rows in cleaned.unmatched.groupby(["table", "looked_in"]):
        whole = len(cleaned.tables[str(source)])
        units = questionnaire.tables[str(source)].units.in_language(lang)
        said.append(
            f"{share_of(len(rows), whole, lang)} {units} found no partner among the "
            f"{questionnaire.tables[str(target)].units.in_language(lang)}: they belong to "
            f"{listing(sorted(rows['looked_for'].unique()))} and are kept, without the items "
            "that would have come from there."
        )
    return said


def _one(questionnaire: Questionnaire, table: str, lang: str) -> str:
    return questionnaire.tables[table].unit.in_language(lang)


def disagreement_table(
    cleaned: Cleaned, questionnaire: Questionnaire, lang: str
) -> tables.Table | Prose:
    """How often which code stands beside which words."""
    labels = {
        item.id: item.label.in_language(lang)
        for table in questionnaire.tables.values()
        for item in table.items
    }
    counts = (
        cleaned.disagreements.fillna("no answer")
        .replace({"other_value": REASONS})
        .groupby(["item", "value", "other_value"], as_index=False, sort=False)
        .size()
    )
    counts["item"] = counts["item"].map(labels)
    return table_or_words(
        counts,
        "Codes that do not say what the words beside them say",
        "Nowhere in this wave do code and words disagree.",
        columns={"item": "Item", "value": "Code", "other_value": "Words", "size": "Rows"},
        lang=lang,
    )


def contradiction(cleaned: Cleaned, lang: str) -> str:
    """How many cells the source contradicts."""
    n = len(cleaned.disagreements)
    if not n:
        return "Where a fact stands twice, it stands the same twice."
    where = cleaned.disagreements["item"].value_counts()
    parts = listing(f"{count} in {item}" for item, count in where.items())
    return (
        f"{number(n, 0, lang)} cells contradict themselves ({parts}). The code is kept; "
        "notebook 3 shows what happens where this could matter."
    )


def level_figures(
    spread: pd.DataFrame, questionnaire: Questionnaire, status: str, lang: str
) -> list[Figure]:
    """One figure per table and scale that at least two ordered items share."""
    drawn: list[Figure] = []
    for name, table in questionnaire.tables.items():
        twins = _twins(questionnaire)
        ordered = [i for i in table.items if i.type == "ordinal" and (name, i.id) not in twins]
        for scale in dict.fromkeys(item.scale for item in ordered):
            items = [item.id for item in ordered if item.scale == scale]
            rows = spread[(spread["table"] == name) & spread["item"].isin(items)]
            if len(items) < 2 or not rows["answered"].sum():
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
                    status=status,
                    lang=lang,
                )
            )
    return drawn


def _twins(questionnaire: Questionnaire) -> set[tuple[str, str]]:
    """Items that only say in words what another says in a code, by table."""
    return {
        (name, item.agrees_with.item)
        for name, table in questionnaire.tables.items()
        for item in table.items
        if item.agrees_with
    }


def level_table(
    spread: pd.DataFrame, questionnaire: Questionnaire, lang: str
) -> tables.Table | Prose:
    """Every scaled item with more than two levels, level by level, codes rather than words."""
    twins = _twins(questionnaire)
    pairs = zip(spread["table"], spread["item"], strict=True)
    own = pd.Series([pair not in twins for pair in pairs], index=spread.index, dtype="bool")
    wide = spread[own & (spread.groupby(["table", "item"])["n"].transform("size") > 2)]
    return table_or_words(
        wide[["table", "label", "level", "n", "share"]],
        "Answers at each level of every item with more than two",
        "No item of this wave has more than two levels.",
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


def yes_table(
    cleaned_tables: Mapping[str, pd.DataFrame], questionnaire: Questionnaire, lang: str
) -> tables.Table | Prose:
    """How many say yes to each item with a code of 0 or 1, intervals clustered by member."""
    rows: list[dict[str, Any]] = []
    for name, frame in cleaned_tables.items():
        table = questionnaire.tables[name]
        for item in table.items:
            if [level.value for level in questionnaire.levels(item)] != [0, 1]:
                continue
            given = frame[frame[item.id].notna() & frame[table.member].notna()]
            if given.empty:
                continue
            yes, members = np.asarray(given[item.id] == 1), pd.factorize(given[table.member])[0]
            # One member tells nothing of how members differ: a share without an interval.
            alone = Share(float(yes.mean()), np.nan, np.nan, 1.0)
            found = cluster_share(yes, members) if members.any() else alone
            rows.append(
                {
                    "table": name,
                    "label": item.label.in_language(lang),
                    "n": len(given),
                    "share": found.share,
                    "low": found.low,
                    "high": found.high,
                }
            )
    return table_or_words(
        pd.DataFrame(rows),
        "Share coded yes, of the rows with an answer, with the 95% interval clustered by member",
        "No item of this wave is coded yes or no.",
        formats=dict.fromkeys(("share", "low", "high"), "share"),
        columns={
            "table": "Table",
            "label": "Item",
            "n": "Answers",
            "share": "Yes",
            "low": "From",
            "high": "To",
        },
        lang=lang,
    )


def extremes(spread: pd.DataFrame, lang: str) -> str:
    """The ordered item whose answers pile up most on one level."""
    levels = spread.groupby(["table", "item"])["n"].transform("size")
    wide = spread[(spread["answered"] >= 10) & (levels > 2)]
    if wide.empty:
        return "No item of this wave has an ordered scale with at least ten answers."
    top = wide.sort_values("share", kind="stable").to_dict("records")[-1]
    return (
        f"The most one-sided item is “{top['label']}”: "
        f"{percent(top['share'], 0, lang)} of its {number(top['answered'], 0, lang)} answers are "
        f"“{top['level']}”."
    )


def number_table(cleaned: Cleaned, questionnaire: Questionnaire, lang: str) -> tables.Table | Prose:
    """Numeric items: answers, mean, standard deviation and quartiles."""
    found = numbers(cleaned.tables, questionnaire, lang).drop(columns="item")
    return table_or_words(
        found,
        "Numeric items: answers, mean, standard deviation and quartiles",
        "This wave asked for no number.",
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


def facts(cleaned: Cleaned, wave: Wave) -> dict[str, Any]:
    """Single numbers that later pages quote."""
    tables_ = wave.questionnaire.tables
    return {
        "first_table": next(iter(cleaned.tables)),
        "rows": {name: len(frame) for name, frame in cleaned.tables.items()},
        "members": {
            name: int(frame[tables_[name].member].nunique())
            for name, frame in cleaned.tables.items()
        },
        "unmatched": len(cleaned.unmatched),
        "disagreements": len(cleaned.disagreements),
        "cells_changed": int(
            cleaned.log.loc[
                ~cleaned.log["rule"].str.startswith(("joined", "column left out")),
                "cells_changed",
            ].sum()
        ),
    }


def results(
    cleaned: Cleaned,
    spread: pd.DataFrame,
    missing: pd.DataFrame,
    context: pd.DataFrame,
    coverage: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Every table that later notebooks read, by the name it is stored under."""
    return {
        **cleaned.tables,
        **{f"{name}_missing": frame for name, frame in cleaned.reasons.items()},
        "log": cleaned.log,
        "disagreements": cleaned.disagreements,
        "unmatched": cleaned.unmatched,
        "distributions": spread,
        "missingness": missing,
        "context": context,
        "coverage": coverage,
    }


def found(cleaned: Cleaned, missing: pd.DataFrame, wave: Wave, lang: str) -> list[str]:
    """What the notebook found, a sentence each."""
    lacking = int(missing.loc[missing["reason"] != "answered", "n"].sum())
    cells = int(missing["n"].sum())
    sizes = listing(
        f"{number(len(frame), 0, lang)} {wave.questionnaire.tables[name].units.in_language(lang)}"
        for name, frame in cleaned.tables.items()
    )
    changed = facts(cleaned, wave)["cells_changed"]
    return [
        f"The clean wave holds {sizes}. No row was dropped.",
        f"{percent(lacking / cells, 0, lang)} of all cells are without an answer, each with its "
        "reason.",
        f"Rules changed or derived {number(changed, 0, lang)} cells; "
        f"{number(len(cleaned.disagreements), 0, lang)} cells in which the source contradicts "
        "itself were kept and listed.",
    ]
