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
from msfresearch.survey.fieldwork.balance import ORDERS
from msfresearch.survey.fieldwork.design import kish
from msfresearch.survey.fieldwork.margins import JOINT
from msfresearch.survey.fieldwork.rake import Raked

NAMES = {"region": "Region", "income": "Income group", "level": "Level of government"}
#: Answers and members that a weighted figure needs to be printed.
FEWEST_ANSWERS, FEWEST_MEMBERS = 10, 5


def response_words(made: Study, lang: str) -> list[Prose | tables.Table]:
    """How far the members heard are a picture of the frame: R-indicator and its parts."""
    found = made.response
    whole = made.coverage.table.iloc[0]
    if whole["covered"] == whole["units"]:
        return [paragraph("Every member of the frame is heard: none of any kind is missing.")]
    if isinstance(found, str):
        return [paragraph(f"The R-indicator could not be computed: {found}.")]
    merged = dict.fromkeys((key.partition(":")[0], into) for key, into in found.merged.items())
    if sum(map(_whole, merged)) == len(NAMES):
        return [paragraph("Too few members are heard to tell which kinds of them are missing.")]
    # Rounded, it is 1 where the fitted variation is no larger than chance makes it.
    told = (
        f"R-indicator by region, income group and level: "
        f"{interval(found.r, found.low, found.high, null_value=1.0, lang=lang)}, standard error "
        f"{number(found.se, 2, lang)}; 1 is a response that does not depend on them."
        if np.isfinite(found.r)
        else "Response varies no more between regions, income groups and levels than chance would "
        f"make it: the R-indicator adjusted for that is not told. Without adjustment it is "
        f"{number(found.r_unadjusted, 2, lang)}, standard error {number(found.se, 2, lang)}, where "
        "1 is a response that does not depend on them."
    )
    together = "".join(f" {_together(one)}" for one in merged)
    largest = (
        f" Relative to its spread, a mean over those heard can be off by at most "
        f"{number(found.cv, 2, lang)} standard deviations because of these three."
    )
    rows = found.variables
    return [
        paragraph(told + together + largest),
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


def _whole(merged: tuple[str, str]) -> bool:
    """Whether a group holds every category of its variable."""
    variable, group = merged
    return set(group.split(JOINT)) == set(ORDERS[variable])


def _together(merged: tuple[str, str]) -> str:
    variable, group = merged
    if _whole(merged):
        return f"{NAMES[variable]} is left out: too few members are heard to compare its groups."
    parts = [CATEGORIES[part] for part in group.split(JOINT)]
    which = "one" if len(parts) == 2 else "some"
    return f"{listing(parts)} stand together, because all or none of {which} were heard."


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
    if found.undated:
        told += f"On neither side of it: {count(found.undated, 'answer', lang)}. "
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
    compared = found.table.dropna(subset=["p_joint"])
    enough = compared[["n_early", "n_late"]].min(axis=1) >= FEWEST_ANSWERS
    rows = compared[enough].sort_values("p_joint", kind="stable").head(10)
    if not len(rows):
        return [paragraph(told)]
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
            "The largest differences between late and early answers, ten at most",
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
            "comparisons together; each interval stands for itself and counts members. Not "
            f"printed, with fewer than {FEWEST_ANSWERS} answers before or after: "
            f"{number(int((~enough).sum()), 0, lang)}.",
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
        str(one.value): one.label.in_language(lang) for one in made.wave.questionnaire.levels(asked)
    }
    return f"{labels[item]} – {words[level]}"


def _all_merged(raked: Raked) -> bool:
    """Whether each margin has one group left: such weights are of no frame."""
    return raked.margins["variable"].is_unique


def weight_words(made: Study, lang: str) -> list[Prose | tables.Table]:
    """How the answers were weighted to the frame, and what that costs."""
    if isinstance(made.weighed, str):
        return [paragraph(f"The answers could not be weighted to the frame: {made.weighed}.")]
    raked = made.weighed.raked
    if _all_merged(raked):
        return [
            paragraph(
                "There are too few answers to weight them to the frame: all groups of every margin "
                "had to be merged, so that every member counts the same."
            )
        ]
    cost = kish(raked.weights)
    told = [
        "Answers are raked to the frame's members by region, income group and level: every member "
        "counts once before raking, however many answered for it.",
        f"Groups with fewer than {number(made.weighed.least, 0, lang)} answers are merged with a "
        f"neighbour; merged: {number(len(raked.collapsed), 0, lang)}.",
        f"The margins are met to {raked.off:.0e} of their targets. "
        + (
            f"Held down at {number(raked.cap, 1, lang)} times the mean weight: "
            f"{count(raked.trimmed, 'answer', lang)}."
            if raked.cap
            else "No weight is held down."
        ),
        f"Kish's design effect is {number(cost.deff, 2, lang)}: "
        f"{count(len(raked.weights), 'answer', lang)} with these weights can tell as much "
        f"as {number(cost.n_eff, 0, lang)} with equal ones.",
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
    rows = made.estimates[made.estimates["item"] != made.consent]
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
    heads = {
        "unweighted": "Unweighted (95% interval)",
        "weighted": "Weighted (95% interval)",
    }
    if made.weights is None:
        del names["weighted"], heads["weighted"]
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
            "Answers as they came"
            + ("" if made.weights is None else ", and weighted to the frame"),
            stub="item",
            columns={"item": "Item", "n": "n", **heads},
            notes="Means of scales and numbers; of other items the share of the answer that is "
            "named. Intervals count members. Not printed, with fewer than "
            f"{FEWEST_ANSWERS} answers or {FEWEST_MEMBERS} members: "
            f"{number(int((~enough).sum()), 0, lang)}. Every answer of every item stands in table "
            "estimates of stage fieldwork.",
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
        f"Members with an answer: {share_of(int(whole['covered']), int(whole['units']), lang)}."
    ]
    if not isinstance(made.weighed, str) and not _all_merged(made.weighed.raked):
        weights = made.weighed.raked.weights
        said.append(
            f"Weighted to the frame, {count(len(weights), 'answer', lang)} can tell as much "
            f"as {number(kish(weights).n_eff, 0, lang)} with equal weights."
        )
    return said
