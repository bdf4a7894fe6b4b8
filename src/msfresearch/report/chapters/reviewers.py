"""What the comparison of waves shows and says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.errors import PlanError
from msfresearch.report import figures, tables
from msfresearch.report.chapters.common import listing, lower_first
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose, paragraph
from msfresearch.report.wording import interval, number, p_value
from msfresearch.success.comparison import by_member, compare_pairs, side_by_side
from msfresearch.success.plan import Comparison, Plan
from msfresearch.survey.countries import country_name
from msfresearch.wave import Wave


def declared(plan: Plan, waves: Sequence[Wave]) -> Comparison:
    """The comparison that the plan declares for these waves.

    Raises
    ------
    PlanError
        When it declares none.
    """
    asked = {wave.id for wave in waves}
    for comparison in plan.comparisons:
        if {measure.wave for measure in comparison.measures} == asked:
            return comparison
    raise PlanError(
        "the plan declares no comparison of these waves",
        found=", ".join(sorted(asked)),
        expected="; ".join(
            ", ".join(sorted({m.wave for m in c.measures})) for c in plan.comparisons
        ),
        action="declare it under `comparisons` in codebook/plan.yml",
    )


def joined(comparison: Comparison, waves: Sequence[Wave]) -> pd.DataFrame:
    """Every measure by member: a row for each member of any wave."""
    by_id = {wave.id: wave for wave in waves}
    measures: dict[str, pd.Series[Any]] = {}
    for measure in comparison.measures:
        wave = by_id[measure.wave]
        table = wave.questionnaire.tables[measure.table]
        item = table.item(measure.item)
        levels = [
            level.value for level in wave.questionnaire.levels(item) if isinstance(level.value, str)
        ]
        frame = wave.table("clean", measure.table)
        measures[measure.id] = by_member(frame, measure, member=table.member, levels=levels)
    return side_by_side(measures)


def pairs(table: pd.DataFrame, comparison: Comparison, seed: int) -> pd.DataFrame:
    """How the declared pairs go together, with a seed that the page prints."""
    return compare_pairs(table, comparison, seed=np.random.SeedSequence(seed))


def overlap(table: pd.DataFrame, comparison: Comparison, waves: Sequence[Wave], lang: str) -> str:
    """How many members each wave has, and how many all of them."""
    present = {
        wave.id: table[[m.id for m in comparison.measures if m.wave == wave.id]].notna().any(axis=1)
        for wave in waves
    }
    everywhere = pd.concat(present, axis=1).all(axis=1)
    sizes = listing(
        f"{number(int(here.sum()), 0, lang)} in {name}" for name, here in present.items()
    )
    return (
        f"Countries with at least one measure: {sizes}; "
        f"{number(int(everywhere.sum()), 0, lang)} in both. Only these can be compared, and they "
        "are no sample of the others."
    )


def older(comparison: Comparison, waves: Sequence[Wave], lang: str) -> list[str]:
    """For how many members the last value is not of their last row, a sentence per measure."""
    by_id = {wave.id: wave for wave in waves}
    told: list[str] = []
    for measure in comparison.measures:
        if measure.order is None:
            continue
        wave = by_id[measure.wave]
        member = wave.questionnaire.tables[measure.table].member
        frame = wave.table("clean", measure.table).sort_values(measure.order, kind="stable")
        last = frame.groupby(member)[measure.item].last()
        latest = frame.groupby(member).tail(1)
        uncoded = latest.loc[latest[measure.item].isna(), member]
        behind = int(last.reindex(uncoded).notna().sum())
        if behind:
            told.append(
                f"{measure.label.in_language(lang)}: for {number(behind, 0, lang)} of "
                f"{number(int(last.notna().sum()), 0, lang)} countries this is an earlier plan, "
                "because the latest has no code."
            )
    return told


def _labels(comparison: Comparison, lang: str) -> dict[str, str]:
    return {measure.id: measure.label.in_language(lang) for measure in comparison.measures}


def pair_table(found: pd.DataFrame, comparison: Comparison, lang: str) -> tables.Table:
    """Every pair with its estimate."""
    labels = _labels(comparison, lang)
    shown = pd.DataFrame(
        {
            "first": found["first"].map(labels),
            "second": found["second"].map(labels),
            "statistic": found["statistic"],
            "estimate": [
                interval(row["estimate"], row["low"], row["high"], level=None, lang=lang)
                for row in found.to_dict("records")
            ],
            "p": found["p"],
            "p_adjusted": found["p_adjusted"],
            "n": found["n"],
        }
    )
    return tables.table(
        shown,
        "How the two views go together, country by country",
        stub="first",
        formats={"p": "p", "p_adjusted": "p"},
        columns={
            "first": "Measure",
            "second": "With",
            "statistic": "Statistic",
            "estimate": "Estimate (95% interval)",
            "p": "p",
            "p_adjusted": "p, adjusted",
            "n": "Countries",
        },
        notes=[
            "Adjusted over the pairs (Benjamini-Hochberg).",
            *(
                f"{labels[row['first']]}: p {p_value(row['p_permutation'], lang)} when the groups "
                "are drawn anew by chance, as a check of Welch's p."
                for row in found.to_dict("records")
                if pd.notna(row["p_permutation"])
            ),
        ],
        lang=lang,
    )


def pair_figures(
    table: pd.DataFrame, comparison: Comparison, status: str, lang: str
) -> list[Figure]:
    """A scatter for the pairs whose first measure is a share: the others have few levels."""
    labels = _labels(comparison, lang)
    drawn: list[Figure] = []
    for first, second in comparison.pairs:
        if comparison.measure(first).reduce != "share":
            continue
        shown = table.dropna(subset=[first, second]).copy()
        shown["name"] = [country_name(code) for code in shown["member"]]
        shown[first] = 100 * shown[first].astype("float64")
        drawn.append(
            figures.scatter(
                shown,
                first,
                second,
                "name",
                xlabel=f"{labels[first]} (%)",
                ylabel=labels[second],
                title=f"{labels[second]}, by the share on the other side",
                caption=f"One mark per country, {len(shown)} in all; those furthest from the "
                "middle are named. Scores are whole numbers, so marks may lie on one another.",
                status=status,
                lang=lang,
            )
        )
    return drawn


def group_figure(
    table: pd.DataFrame, comparison: Comparison, status: str, lang: str
) -> Figure | Prose:
    """The mean of the second measure by each first measure that has levels."""
    labels = _labels(comparison, lang)
    rows: list[dict[str, Any]] = []
    second = comparison.pairs[0][1]
    for first, other in comparison.pairs:
        if other != second or comparison.measure(first).reduce == "share":
            continue
        given = table.dropna(subset=[first, second])
        for level, part in given.groupby(first, observed=True, sort=True):
            values = part[second].astype("float64")
            if len(values) < 3:
                continue
            half = _half_width(values)
            rows.append(
                {
                    "outcome": labels[first],
                    "level": f"{_level(level)} (n={len(values)})",
                    "mean": values.mean(),
                    "low": values.mean() - half,
                    "high": values.mean() + half,
                }
            )
    if not rows:
        return paragraph("No level has enough countries to give a mean.")
    return figures.forest(
        pd.DataFrame(rows),
        "outcome",
        "mean",
        "low",
        "high",
        "level",
        digits=1,
        null_value=None,
        xlabel=labels[second],
        title=f"{labels[second]}: mean by what the reviewers coded",
        caption="Mean of countries with 95% intervals (Student's t). Levels with fewer than 3 "
        "countries are not drawn.",
        status=status,
        lang=lang,
    )


def _level(value: object) -> str:
    return (
        {0.0: "no", 1.0: "yes"}.get(value, str(value)) if isinstance(value, float) else str(value)
    )


def _half_width(values: pd.Series[float]) -> float:
    from scipy import stats

    return float(stats.t.ppf(0.975, len(values) - 1) * values.std() / np.sqrt(len(values)))


def said(found: pd.DataFrame, comparison: Comparison, lang: str) -> list[str]:
    """Every pair in a sentence; a null says that it is one."""
    labels = _labels(comparison, lang)
    told: list[str] = []
    for row in found.to_dict("records"):
        pair = f"{labels[row['first']]} and {lower_first(labels[row['second']])}"
        if row["status"] != "estimated":
            told.append(f"{pair}: not estimated ({row['status']}).")
            continue
        shown = interval(row["estimate"], row["low"], row["high"], lang=lang)
        way = "together" if row["estimate"] > 0 else "against each other"
        if row["low"] <= 0 <= row["high"]:
            reading = "neither a connection nor its absence is shown"
        elif row["p_adjusted"] >= 0.05:
            reading = f"they seem to go {way}, but with several pairs tried this may be chance"
        else:
            reading = f"they go {way}"
        told.append(
            f"{pair}: {reading} ({row['statistic']} {shown}, p {p_value(row['p_adjusted'], lang)} "
            f"adjusted, {row['n']} countries)."
        )
    return told


def country_table(table: pd.DataFrame, comparison: Comparison, lang: str) -> tables.Table:
    """Every country that all waves know, with its measures."""
    ids = [measure.id for measure in comparison.measures]
    shown = table.dropna(subset=[comparison.pairs[0][1]]).dropna(subset=ids, thresh=len(ids) - 1)
    shown = shown.assign(name=[country_name(code) for code in shown["member"]])
    for measure in comparison.measures:
        if measure.reduce == "share":
            shown[measure.id] = shown[measure.id].astype("float64")
        elif set(table[measure.id].dropna().unique()) <= {0, 1}:
            shown[measure.id] = [
                None if pd.isna(v) else _level(float(v)) for v in shown[measure.id]
            ]
    return tables.table(
        shown.sort_values("name")[["name", *ids]],
        "Countries in both waves with at most one measure missing",
        stub="name",
        formats={m.id: "share" for m in comparison.measures if m.reduce == "share"},
        columns={"name": "Country", **_labels(comparison, lang)},
        lang=lang,
    )
