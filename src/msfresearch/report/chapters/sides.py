"""The gap between government and civil society, shown and said; no member is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from msfresearch.errors import PlanError
from msfresearch.report import figures, tables
from msfresearch.report.chapters.common import listing, status_of
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose, paragraph
from msfresearch.report.wording import count, interval, number, p_value, percent, say
from msfresearch.success.gaps import MINIMUM_DYADS, gaps
from msfresearch.success.plan import Plan
from msfresearch.success.plan_sides import Sides
from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Questionnaire
from msfresearch.wave import Wave

NAMES = {"government": "government", "civil_society": "civil society"}
#: Adjusted p below which a gap is said to be shown.
SHOWN = 0.05


@dataclass(frozen=True)
class Faced:
    """The two sides of a comparison, read and paired.

    Attributes
    ----------
    sides : Sides
        What the plan declares.
    waves : dict of Wave
        By id.
    answers : dict of DataFrame
        Clean answers of ``government`` and ``civil_society``.
    found : DataFrame
        From :func:`msfresearch.success.gaps.gaps`.
    """

    sides: Sides
    waves: dict[str, Wave]
    answers: dict[str, pd.DataFrame]
    found: pd.DataFrame

    @property
    def questionnaire(self) -> Questionnaire:
        """The government's questionnaire; shared items are the same in both."""
        return self.waves[self.sides.government].questionnaire

    @property
    def status(self) -> str:
        """Real, or rehearsal when any of the waves is one."""
        return status_of(self.waves.values())

    def item(self, item: str) -> Item:
        """An item that both sides were asked."""
        return self.questionnaire.tables[self.sides.table].item(item)

    def label(self, item: str, lang: str) -> str:
        """An item's label."""
        return self.item(item).label.in_language(lang)

    def quoted(self, item: str, lang: str) -> str:
        """A label as it stands within a sentence: most are questions."""
        return f"“{self.label(item, lang)}”"

    @property
    def shown(self) -> pd.DataFrame:
        """Items that can be told."""
        return self.found[self.found["status"] == "estimated"]

    @property
    def numbers(self) -> list[str]:
        """Planned items that are numbers without a scale."""
        return [name for name in self.sides.items if self.item(name).type == "numeric"]

    @property
    def scales(self) -> pd.DataFrame:
        """Items that can be told and have a scale."""
        return self.shown[~self.shown["item"].isin(self.numbers)]


def declared(plan: Plan, waves: Sequence[Wave]) -> Sides:
    """The two sides that the plan declares for these waves.

    Raises
    ------
    PlanError
        When it declares none.
    """
    asked = {wave.id for wave in waves}
    for sides in plan.sides:
        if set(sides.waves()) == asked:
            return sides
    raise PlanError(
        "the plan sets no two sides of these waves face to face",
        found=", ".join(sorted(asked)),
        expected="; ".join(", ".join(sides.waves()) for sides in plan.sides),
        action="declare them under `sides` in codebook/plan.yml",
    )


def faced(sides: Sides, waves: Sequence[Wave]) -> Faced:
    """Read both sides' clean answers and pair them on the member.

    Raises
    ------
    PlanError
        When an item was not asked of both sides, or is neither a number nor ordered.
    """
    by_id = {wave.id: wave for wave in waves}
    answers = {
        "government": by_id[sides.government].table("clean", sides.table),
        "civil_society": by_id[sides.civil_society].table("clean", sides.table),
    }
    questionnaire = by_id[sides.government].questionnaire
    other = by_id[sides.civil_society].questionnaire
    values: dict[str, list[float]] = {}
    for name in sides.items:
        mine = questionnaire.tables[sides.table].item(name)
        theirs = other.tables[sides.table].item(name)
        if questionnaire.levels(mine) != other.levels(theirs) or mine.label != theirs.label:
            raise PlanError(
                "the two sides were not asked the same",
                column=name,
                expected="one item with one scale, written once among the shared items",
                action="take it out of `sides` in codebook/plan.yml",
            )
        values[name] = _values(mine, questionnaire)
    found = gaps(answers["government"], answers["civil_society"], values)
    return Faced(sides, by_id, answers, found)


def _values(item: Item, questionnaire: Questionnaire) -> list[float]:
    """Values of an item in ascending order; none for a number that is no scale."""
    levels = [level.value for level in questionnaire.levels(item)]
    numeric = [float(value) for value in levels if isinstance(value, int)]
    if item.type == "numeric":
        return []
    if item.type != "ordinal" and sorted(numeric) != [0.0, 1.0]:
        raise PlanError(
            "answers that are neither numbers nor ordered",
            column=item.id,
            found=item.type,
            expected="a numeric or ordinal item, or one whose answers are 0 and 1",
            action="take it out of `sides` in codebook/plan.yml",
        )
    return sorted(numeric)


def overlap(one: Faced, lang: str) -> str:
    """How many members each side has, and in how many both answered."""
    here = _members(one)
    both = set.intersection(*here.values())
    told = listing(
        f"{NAMES[side]} of {number(len(members), 0, lang)}" for side, members in here.items()
    )
    manifests = [wave.manifest for wave in one.waves.values()]
    each = "; ".join(
        f"{m.population} ({m.id}): {say(f'status {m.status}', lang)}" for m in manifests
    )
    mixed = len({m.status for m in manifests}) > 1
    return (
        f"Members with at least one answer: {told}. In {number(len(both), 0, lang)} both sides "
        f"answered; only these can be compared. An item is told where at least {MINIMUM_DYADS} "
        "members have an answer to it from both sides. No member is named here, since a single "
        "Point of Contact speaks for each."
        + (f" Not all waves are alike: {each}." if mixed else "")
    )


def _members(one: Faced) -> dict[str, set[str]]:
    return {side: set(frame["member"].dropna()) for side, frame in one.answers.items()}


def few(one: Faced, lang: str) -> str:
    """Items that cannot be told, and why."""
    rows = one.found[one.found["status"] != "estimated"]
    if not len(rows):
        return "Every planned item has enough members."
    # How many members each has is not told: an item on which all gaps are alike would stand out.
    names = listing((one.quoted(name, lang) for name in rows["item"]), 20)
    return (
        f"Not told, for fewer than {MINIMUM_DYADS} members with answers from both sides or no "
        f"difference among their gaps: {names}."
    )


def gap_figure(one: Faced, lang: str) -> Figure | Prose:
    """The mean gap of each scale item, in parts of its scale."""
    rows = one.scales
    if not len(rows):
        return paragraph("No item has enough members for a gap to be drawn.")
    width = pd.Series(
        [_width(one.item(name), one.questionnaire) for name in rows["item"]], index=rows.index
    )
    data = pd.DataFrame(
        {
            "item": [one.label(name, lang) for name in rows["item"]],
            "side": "per cent of the scale",
            "gap": 100 * rows["gap"] / width,
            "low": 100 * rows["low"] / width,
            "high": 100 * rows["high"] / width,
        }
    )
    return figures.forest(
        data,
        "item",
        "gap",
        "low",
        "high",
        "side",
        digits=0,
        xlabel="Gap in per cent of the scale's width",
        title="How far government's answers lie above those of civil society",
        caption="Mean over members of government's answer less the mean of civil society's, with "
        "95% intervals that count members; every number is in per cent of the scale's width. To "
        "the right of zero government is the rosier side.",
        status=one.status,
        lang=lang,
    )


def _width(item: Item, questionnaire: Questionnaire) -> float:
    values = _values(item, questionnaire)
    return values[-1] - values[0]


def gap_table(one: Faced, lang: str) -> tables.Table | Prose:
    """Every item that can be told: both means, the gap and its p."""
    rows = one.shown
    if not len(rows):
        return paragraph("No item has enough members to be tabled.")
    shown = pd.DataFrame(
        {
            "item": [one.label(name, lang) for name in rows["item"]],
            "dyads": rows["dyads"],
            "government": rows["mean_government"],
            "civil_society": rows["mean_civil_society"],
            "gap": intervals(rows, "gap", "low", "high", lang),
            "wilcoxon": [p_value(p, lang) for p in rows["p_wilcoxon"]],
            "adjusted": [p_value(p, lang) for p in rows["p_adjusted"]],
        }
    )
    return tables.table(
        shown,
        "The gap between the two sides, item by item",
        stub="item",
        columns={
            "item": "Item",
            "dyads": "n",
            "government": "Mean, government",
            "civil_society": "Mean, civil society",
            "gap": "Gap (95% interval)",
            "wilcoxon": "p, signed ranks",
            "adjusted": "p of gap, adjusted",
        },
        notes=(
            "n: members with answers from both sides; each counts once. Gap: mean difference, "
            "Student's t over members. Signed ranks: Wilcoxon's test of the members' gaps. "
            "Adjusted: Benjamini and Hochberg over "
            "the items. Intervals over members.",
        ),
        layout="records",
        lang=lang,
    )


def intervals(
    rows: pd.DataFrame, value: str, low: str, high: str, lang: str, null: float = 0.0
) -> list[str]:
    """Estimates with their bounds, a row each; "null" is the value of no difference."""
    return [
        interval(*bounds, level=None, null_value=null, lang=lang)
        for bounds in zip(rows[value], rows[low], rows[high], strict=True)
    ]


def headlines(one: Faced, lang: str) -> list[str]:
    """What the comparison found, a sentence each."""
    rows = one.shown
    scales = one.scales
    both = len(set.intersection(*_members(one).values()))
    said = [
        f"Both sides answered in {count(both, 'member', lang)}; {number(len(rows), 0, lang)} of "
        f"{number(len(one.found), 0, lang)} planned items have enough of them to be told."
    ]
    if len(scales):
        width = [_width(one.item(name), one.questionnaire) for name in scales["item"]]
        parts = scales["gap"] / width
        place = int(parts.abs().to_numpy().argmax())
        row = scales.to_dict("records")[place]
        zero = (
            " The interval holds zero: not even this gap is shown to be one."
            if row["low"] <= 0 <= row["high"]
            else ""
        )
        said += [
            _higher_lower(rows, scales, lang),
            f"The widest gap: {one.quoted(row['item'], lang)}, "
            f"{interval(row['gap'], row['low'], row['high'], lang=lang)} in steps of its scale, "
            f"which is {number(100 * parts.iloc[place], 0, lang)} per cent of the scale; in "
            f"{percent(row['superiority'], 0, lang)} of pairs government says more, ties counting "
            f"half.{zero}",
        ]
    return said


def _higher_lower(rows: pd.DataFrame, scales: pd.DataFrame, lang: str) -> str:
    """On how many items a gap is shown, by the p adjusted over all items that are told."""
    apart = scales["p_adjusted"] < SHOWN
    higher, lower = (int((apart & side).sum()) for side in (scales["gap"] > 0, scales["gap"] < 0))
    alone = ((scales["low"] > 0) | (scales["high"] < 0)) & ~apart
    chance = (
        f" Taken one by one, the intervals of {number(int(alone.sum()), 0, lang)} more leave out "
        "zero, which so many items would bring about by chance now and then."
        if alone.any()
        else ""
    )
    return (
        f"By the p adjusted over the {count(len(rows), 'item', lang)} told (below {SHOWN:g}), "
        f"government's answers are higher on {number(higher, 0, lang)} of "
        f"{count(len(scales), 'item', lang)} with a scale and lower on {number(lower, 0, lang)}."
        f"{chance} Where an interval holds zero, neither a gap nor its absence is shown."
    )
