"""On what the two sides agree, as the comparison shows and says it; no member is named."""

from __future__ import annotations

import math
from itertools import combinations

import pandas as pd

from msfresearch.report import figures, tables
from msfresearch.report.chapters.sides import NAMES, Faced, intervals
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose, paragraph
from msfresearch.report.wording import count, interval, number, percent
from msfresearch.success.gaps import MINIMUM_DYADS, MINIMUM_DYADS_KAPPA, eye_to_eye


def agreement_table(one: Faced, lang: str) -> tables.Table | Prose:
    """Every item with a scale that can be told: who says more, and how far the two agree."""
    rows = one.scales
    if not len(rows):
        return paragraph("No item has enough members for its agreement to be tabled.")
    bounds = ("superiority", "superiority_low", "superiority_high")
    return tables.table(
        pd.DataFrame(
            {
                "item": [one.label(name, lang) for name in rows["item"]],
                "dyads": rows["dyads"],
                "superiority": intervals(rows, *bounds, lang, 0.5),
                "kappa": intervals(rows, "kappa", "kappa_low", "kappa_high", lang),
            }
        ),
        "The agreement of the two sides, item by item",
        stub="item",
        columns={
            "item": "Item",
            "dyads": "n",
            "superiority": "Probability that government says more (95% interval)",
            "kappa": "Weighted kappa (95% interval)",
        },
        notes=(
            "Probability that an answer of government lies above one of its civil society, ties "
            "counting half: 0.5 is no difference. Kappa with squared weights: 1 is full "
            "agreement, 0 what chance would give; it is not told of fewer than "
            f"{MINIMUM_DYADS_KAPPA} members. n: members with answers from both sides; each "
            "counts once, and intervals are over members.",
        ),
        layout="records",
        lang=lang,
    )


def eye_to_eye_words(one: Faced, lang: str) -> list[str]:
    """On what the sides agree most and least, by weighted kappa with its interval."""
    most, least = eye_to_eye(one.shown)
    rows = one.found.set_index("item")
    bounds = {
        name: (rows["kappa"][name], rows["kappa_low"][name], rows["kappa_high"][name])
        for name in [*most, *least]
    }

    def told(names: list[str]) -> str:
        return "; ".join(
            f"{one.quoted(name, lang)}, {_kappa(*bounds[name], lang)}" for name in names
        )

    said: list[str] = []
    if most:
        said.append(
            f"The two sides see most eye to eye on: {told(most)} (weighted kappa with its 95% "
            "interval)."
        )
    if least:
        said.append(f"They see least eye to eye on: {told(least)}.")
    # An interval that cannot be told sets an item apart from no other.
    if any(
        not (low > other_high or high < other_low)
        for (_, low, high), (_, other_low, other_high) in combinations(bounds.values(), 2)
    ):
        said.append(
            "The order is that of the estimates: of two items whose intervals overlap it is not "
            "shown which is the more agreed on."
        )
    return said or ["Too few members have answers from both sides to say on what they agree."]


def _kappa(value: float, low: float, high: float, lang: str) -> str:
    if math.isnan(low) or math.isnan(high):
        return f"{number(value, 2, lang)} (no interval)"
    return interval(value, low, high, level=None, lang=lang)


def face_to_face(one: Faced, lang: str) -> list[Figure | tables.Table | Prose]:
    """How both sides' answers are spread in the members where both answered.

    The item on which they agree least is drawn; all stand in a table, a row for each. An item
    that can be told has at least ``MINIMUM_DYADS`` answers from either side.
    """
    scales = one.scales
    if not len(scales):
        return [paragraph("No item has enough members for its answers to be laid side by side.")]
    held = len(one.found) - len(one.numbers) - len(scales)
    table = tables.table(
        pd.DataFrame(
            {"item": one.label(name, lang)} | _shares(one, name, lang) for name in scales["item"]
        ),
        "Answers of both sides, item by item",
        stub="item",
        columns={"item": "Item", **{key: _titled(key) for key in NAMES}},
        notes=(
            "Of the answers from members in which both sides answered the item; a member may have "
            "several. Every answer counts the same here, while in the gap every member does.",
            f"Held back, with answers from fewer than {MINIMUM_DYADS} members or no difference "
            f"among their gaps: {count(held, 'item', lang)}.",
        ),
        layout="records",
        lang=lang,
    )
    _, least = eye_to_eye(scales, 1)
    return [*(_faces(one, name, lang) for name in least), table]


def _shares(one: Faced, name: str, lang: str) -> dict[str, str]:
    """Either side's answers to an item: "Very poor 20%, Poor 24%"."""
    counts = _spread(one, name, lang)
    return {
        side: ", ".join(
            f"{level} {percent(n / counts[side].sum(), 0, lang)}"
            for level, n in counts[side].items()
        )
        for side in NAMES
    }


def _titled(side: str) -> str:
    return NAMES[side].capitalize()


def _faces(one: Faced, name: str, lang: str) -> Figure:
    """The answers to one item, a bar for each side."""
    counts = _spread(one, name, lang).rename(columns=_titled)
    return figures.stacked_levels(
        counts.melt(var_name="side", value_name="n", ignore_index=False).reset_index(names="level"),
        "side",
        "level",
        "n",
        levels=list(counts.index),
        title=f"Least agreed on: {one.label(name, lang)}",
        caption="Answers of the members in which both sides answered; n counts answers. "
        "Least by the estimate of weighted kappa alone.",
        status=one.status,
        lang=lang,
    )


def _spread(one: Faced, name: str, lang: str) -> pd.DataFrame:
    """A row per level, lowest first: how many of either side's answers it has."""
    frames = {side: one.answers[side].dropna(subset=["member", name]) for side in NAMES}
    both = set.intersection(*(set(frame["member"]) for frame in frames.values()))
    counts = {
        side: frame.loc[frame["member"].isin(both), name].value_counts()
        for side, frame in frames.items()
    }
    levels = sorted(one.questionnaire.levels(one.item(name)), key=lambda level: level.value)
    return pd.DataFrame(
        {side: [int(counts[side].get(level.value, 0)) for level in levels] for side in NAMES},
        index=[level.label.in_language(lang) for level in levels],
    )
