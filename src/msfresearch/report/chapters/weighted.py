"""What the cleaning notebook shows and says of how well the answers stand for their frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.report import tables
from msfresearch.report.chapters.answered import CATEGORIES
from msfresearch.report.chapters.common import listing
from msfresearch.report.chapters.fieldwork import Study
from msfresearch.report.prose import Prose, bullets, paragraph
from msfresearch.report.wording import count, interval, number, p_value, share_of
from msfresearch.survey.fieldwork.design import kish

NAMES = {"region": "Region", "income": "Income group", "level": "Level of government"}
#: Answers and members that a weighted figure needs to be printed.
FEWEST_ANSWERS, FEWEST_MEMBERS = 10, 5


def response_words(made: Study, lang: str) -> list[Prose | tables.Table]:
    """How far the members heard are a picture of the frame: R-indicator and its parts."""
    found = made.response
    if isinstance(found, str):
        return [paragraph(f"The R-indicator could not be computed: {found}.")]
    # Rounded, it is 1 where the fitted variation is no larger than chance makes it.
    told = (
        f"R-indicator by region, income group and level: "
        f"{interval(found.r, found.low, found.high, null_value=1.0, lang=lang)}; 1 is a response "
        "that does not depend on them."
        if np.isfinite(found.r)
        else "Response varies no more between regions, income groups and levels than chance would "
        f"make it (R-indicator without adjustment {number(found.r_unadjusted, 2, lang)})."
    )
    merged = (
        f" Groups merged because all or none of them were heard: "
        f"{listing(_merged(key, value) for key, value in found.merged.items())}."
        if found.merged
        else ""
    )
    largest = (
        f" Relative to its spread, a mean over those heard can be off by at most "
        f"{number(found.cv, 2, lang)} standard deviations because of these three."
    )
    rows = found.variables
    return [
        paragraph(told + merged + largest),
        tables.table(
            pd.DataFrame(
                {
                    "variable": rows["variable"].map(NAMES),
                    "alone": rows["unconditional_unadjusted"],
                    "beside": rows["conditional_unadjusted"],
                }
            ),
            "Which of the three makes the response uneven",
            stub="variable",
            formats={"alone": "3dp", "beside": "3dp"},
            columns={
                "variable": "Known of every member",
                "alone": "Alone",
                "beside": "Beside the others",
            },
            notes="Standard deviation of the fitted propensities between the groups, and within "
            "the cells of the other two; 0 is none. Not adjusted for the small frame.",
            lang=lang,
        ),
    ]


def _merged(key: str, value: str) -> str:
    variable, _, category = key.partition(": ")
    parts = [CATEGORIES.get(part.strip(), part.strip()) for part in value.split(" + ")]
    return f"{NAMES[variable]} {CATEGORIES.get(category, category)} (with {listing(parts)})"


def relaunch_words(made: Study, lang: str) -> list[Prose | tables.Table]:
    """Answers before and after the relaunch: do late ones differ."""
    found = made.relaunch
    if found is None:
        return [paragraph("There was one window of fieldwork: no late answers to compare.")]
    told = (
        f"{count(found.early, 'answer', lang)} came before the relaunch "
        f"({count(found.early_members, 'member', lang)}) and {number(found.late, 0, lang)} after "
        f"it ({count(found.late_members, 'member', lang)}). "
    )
    if found.p is None:
        return [paragraph(told + "Too few to compare.")]
    told += (
        f"Over {number(found.compared, 0, lang)} comparisons the largest difference has a joint p "
        f"of {p_value(found.p, lang)}: "
        + (
            "late answers differ from early ones. "
            if found.p < 0.05
            else "no difference is shown, nor its absence. "
        )
        + found.reading.in_language(lang)
    )
    rows = found.table.dropna(subset=["p_joint"]).sort_values("p_joint", kind="stable").head(10)
    labels = {item.id: item.label.in_language(lang) for item in made.table.items}
    return [
        paragraph(told),
        tables.table(
            pd.DataFrame(
                {
                    "item": [_named(row, labels, made, lang) for row in rows.to_dict("records")],
                    "early": rows["early"].astype("float64"),
                    "late": rows["late"].astype("float64"),
                    "difference": [
                        interval(row["difference"], row["low"], row["high"], level=None, lang=lang)
                        for row in rows.to_dict("records")
                    ],
                    "p": rows["p_joint"].astype("float64"),
                }
            ),
            "The ten largest differences between late and early answers",
            stub="item",
            formats={"p": "p"},
            columns={
                "item": "Item",
                "early": "Before",
                "late": "After",
                "difference": "After less before (95% interval)",
                "p": "Joint p",
            },
            notes="Means of scales and numbers, shares of other answers. The joint p holds for all "
            "comparisons together; each interval stands for itself and counts members.",
            layout="records",
            lang=lang,
        ),
    ]


def _named(row: Mapping[Any, Any], labels: dict[str, str], made: Study, lang: str) -> str:
    item, level = str(row["item"]), row["level"]
    if not isinstance(level, str):
        return labels[item]
    asked = made.table.item(item)
    words = {option.id: option.label.in_language(lang) for option in asked.options}
    words |= {
        key: one.label.in_language(lang)
        for one in made.wave.questionnaire.levels(asked)
        for key in (one.code, str(one.value))
    }
    return f"{labels[item]}: {words.get(level, level)}"


def weight_words(made: Study, lang: str) -> list[Prose | tables.Table]:
    """How the answers were weighted to the frame, and what that costs."""
    if isinstance(made.weighed, str) or made.weights is None:
        return [paragraph(f"The answers could not be weighted to the frame: {made.weighed}.")]
    raked = made.weighed.raked
    cost = kish(made.weights)
    told = [
        "Answers are raked to the frame's members by region, income group and level: every member "
        "counts once before raking, however many answered for it.",
        f"Groups with fewer than {number(made.weighed.least, 0, lang)} answers are merged with a "
        f"neighbour: {number(len(raked.collapsed), 0, lang)} were.",
        f"The margins are met to {raked.off:.0e} of their targets; "
        f"{count(raked.trimmed, 'answer', lang)} are held down at "
        + (f"{number(raked.cap, 1, lang)} times the mean weight." if raked.cap else "no cap."),
        f"Kish's design effect is {number(cost.deff, 2, lang)}: "
        f"{number(len(made.weights), 0, lang)} weighted answers tell as much as "
        f"{number(cost.n_eff, 0, lang)} equal ones.",
    ]
    rows = made.balance
    return [
        bullets(*told),
        tables.table(
            pd.DataFrame(
                {
                    "category": rows["category"].map(CATEGORIES).fillna(rows["variable"]),
                    **{
                        name: rows[name].astype("float64")
                        for name in ("frame", "unweighted", "weighted")
                    },
                    "difference": rows["difference"].astype("float64"),
                    "after": rows["weighted_difference"].astype("float64"),
                }
            ),
            "The answers beside the frame, before and after weighting",
            stub="category",
            formats={"frame": "share", "unweighted": "share", "weighted": "share"},
            columns={
                "category": "Group of members",
                "frame": "Frame",
                "unweighted": "Answers",
                "weighted": "Weighted",
                "difference": "Difference before",
                "after": "after",
            },
            notes="Differences in standard deviations of the frame; beyond 0.1 is commonly called "
            "imbalance. Groups that were merged stay apart here, so a difference may remain.",
            lang=lang,
        ),
    ]


def estimate_table(made: Study, lang: str) -> list[tables.Table | Prose]:
    """Weighted figures beside unweighted ones."""
    rows = made.estimates
    yes_no = rows["level"].isin(["1"]) & (rows["measure"] == "share")
    told = rows[(rows["measure"] == "mean") | yes_no]
    # An item with a mean has its levels in the stored table; here its mean is enough.
    means = set(rows.loc[rows["measure"] == "mean", "item"])
    told = told[(told["measure"] == "mean") | ~told["item"].isin(means)]
    enough = (told["n"] >= FEWEST_ANSWERS) & (told["members"] >= FEWEST_MEMBERS)
    kept = told[enough]
    if not len(kept):
        return [paragraph("No item has enough answers for a figure that stands for the frame.")]
    labels = {item.id: item.label.in_language(lang) for item in made.table.items}
    names = {"unweighted": ("low", "high"), "weighted": ("weighted_low", "weighted_high")}
    return [
        tables.table(
            pd.DataFrame(
                {
                    "item": [_named(row, labels, made, lang) for row in kept.to_dict("records")],
                    "n": kept["n"],
                    **{
                        name: [
                            interval(
                                _float(row[name]),
                                _float(row[low]),
                                _float(row[high]),
                                level=None,
                                lang=lang,
                            )
                            for row in kept.to_dict("records")
                        ]
                        for name, (low, high) in names.items()
                    },
                }
            ),
            "Answers as they came, and weighted to the frame",
            stub="item",
            columns={
                "item": "Item",
                "n": "n",
                "unweighted": "Unweighted (95% interval)",
                "weighted": "Weighted (95% interval)",
            },
            notes="Means of scales and numbers; of yes/no items the share of yes. Intervals count "
            f"members. Not printed, with fewer than {FEWEST_ANSWERS} answers or {FEWEST_MEMBERS} "
            f"members: {number(int((~enough).sum()), 0, lang)}.",
            layout="records",
            lang=lang,
        )
    ]


def _float(value: Any) -> float:
    return float("nan") if pd.isna(value) else float(value)


def found(made: Study, lang: str) -> list[str]:
    """What the fieldwork amounts to, in a sentence or two."""
    whole = made.coverage.table.iloc[0]
    said = [
        f"Answers come from {share_of(int(whole['covered']), int(whole['units']), lang)} members."
    ]
    if made.weights is not None:
        cost = kish(made.weights)
        said.append(
            f"Weighted to the frame, {number(len(made.weights), 0, lang)} answers tell as much as "
            f"{number(cost.n_eff, 0, lang)}."
        )
    return said
