"""What the comparison of government and civil society shows and says; no member is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from msfresearch.errors import PlanError
from msfresearch.report import figures, tables
from msfresearch.report.chapters.common import listing, status_of
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose, paragraph
from msfresearch.report.wording import count, interval, number, p_value, percent
from msfresearch.success.gaps import MINIMUM_DYADS, MINIMUM_DYADS_KAPPA, eye_to_eye, gaps
from msfresearch.success.plan import Plan
from msfresearch.success.plan_sides import Sides
from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Questionnaire
from msfresearch.wave import Wave

NAMES = {"government": "government", "civil_society": "civil society"}


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
    return (
        f"Members with at least one answer: {told}. In {number(len(both), 0, lang)} both sides "
        f"answered; only these can be compared. An item is told where at least {MINIMUM_DYADS} "
        "members have an answer to it from both sides. No member is named here, since a single "
        "Point of Contact speaks for each."
    )


def _members(one: Faced) -> dict[str, set[str]]:
    return {side: set(frame["member"].dropna()) for side, frame in one.answers.items()}


def _shown(one: Faced) -> pd.DataFrame:
    return one.found[one.found["status"] == "estimated"]


def _scales(one: Faced) -> pd.DataFrame:
    """Items that can be told and have a scale."""
    rows = _shown(one)
    return rows[~rows["item"].isin(_numbers(one))]


def _numbers(one: Faced) -> list[str]:
    return [name for name in one.sides.items if one.item(name).type == "numeric"]


def few(one: Faced, lang: str) -> str:
    """Items that cannot be told, and why."""
    rows = one.found[one.found["status"] != "estimated"]
    if not len(rows):
        return "Every planned item has enough members."
    # How many members each has is not told: an item on which all gaps are alike would stand out.
    names = listing((_quoted(one, name, lang) for name in rows["item"]), 20)
    return (
        f"Not told, for fewer than {MINIMUM_DYADS} members with answers from both sides or no "
        f"difference among their gaps: {names}."
    )


def _label(one: Faced, item: str, lang: str) -> str:
    return one.item(item).label.in_language(lang)


def _quoted(one: Faced, item: str, lang: str) -> str:
    """A label as it stands within a sentence: most are questions."""
    return f"“{_label(one, item, lang)}”"


def gap_figure(one: Faced, lang: str) -> Figure | Prose:
    """The mean gap of each scale item, in parts of its scale."""
    rows = _scales(one)
    if not len(rows):
        return paragraph("No item has enough members for a gap to be drawn.")
    width = pd.Series(
        [_width(one.item(name), one.questionnaire) for name in rows["item"]], index=rows.index
    )
    data = pd.DataFrame(
        {
            "item": [_label(one, name, lang) for name in rows["item"]],
            "side": "mean gap",
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
        "95% intervals that count members. To the right of zero government is the rosier side.",
        status=one.status,
        lang=lang,
    )


def _width(item: Item, questionnaire: Questionnaire) -> float:
    values = _values(item, questionnaire)
    return values[-1] - values[0]


def gap_table(one: Faced, lang: str) -> tables.Table | Prose:
    """Every item that can be told: both means, the gap, and how far the two agree."""
    rows = _shown(one)
    if not len(rows):
        return paragraph("No item has enough members to be tabled.")
    shown = pd.DataFrame(
        {
            "item": [_label(one, name, lang) for name in rows["item"]],
            "dyads": rows["dyads"],
            "government": rows["mean_government"],
            "civil_society": rows["mean_civil_society"],
            "gap": _intervals(rows, "gap", "low", "high", lang),
            "wilcoxon": [p_value(p, lang) for p in rows["p_wilcoxon"]],
            "adjusted": [p_value(p, lang) for p in rows["p_adjusted"]],
            "superiority": _intervals(
                rows, "superiority", "superiority_low", "superiority_high", lang, 0.5
            ),
            "kappa": _intervals(rows, "kappa", "kappa_low", "kappa_high", lang),
        }
    )
    return tables.table(
        shown,
        "The two sides item by item",
        stub="item",
        columns={
            "item": "Item",
            "dyads": "Members",
            "government": "Mean, government",
            "civil_society": "Mean, civil society",
            "gap": "Gap (95% interval)",
            "wilcoxon": "p, signed ranks",
            "adjusted": "p of the gap, adjusted",
            "superiority": "Probability that government says more",
            "kappa": "Weighted kappa",
        },
        notes=(
            "Each member counts once. Gap: mean difference, Student's t over members. Signed "
            "ranks: Wilcoxon's test of the members' gaps. Adjusted: Benjamini and Hochberg over "
            "the items. Probability that an answer of government lies above one of its civil "
            "society, ties counting half: 0.5 is no difference. Kappa with squared weights: 1 is "
            "full agreement, 0 what chance would give; it is not told of fewer than "
            f"{MINIMUM_DYADS_KAPPA} members. Intervals over members.",
        ),
        layout="records",
        lang=lang,
    )


def _intervals(
    rows: pd.DataFrame, value: str, low: str, high: str, lang: str, null: float = 0.0
) -> list[str]:
    return [
        interval(*bounds, level=None, null_value=null, lang=lang)
        for bounds in zip(rows[value], rows[low], rows[high], strict=True)
    ]


def face_to_face(one: Faced, lang: str) -> list[Figure | tables.Table | Prose]:
    """How both sides' answers are spread in the members where both answered.

    The item on which they agree least is drawn; all stand in a table, a row for each. An item
    that can be told has at least ``MINIMUM_DYADS`` answers from either side.
    """
    scales = _scales(one)
    if not len(scales):
        return [paragraph("No item has enough members for its answers to be laid side by side.")]
    held = len(one.found) - len(_numbers(one)) - len(scales)
    table = tables.table(
        pd.DataFrame(
            {"item": _label(one, name, lang)} | _shares(one, name, lang) for name in scales["item"]
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
        title=f"Least agreed on: {_label(one, name, lang)}",
        caption="Answers of the members in which both sides answered; n counts answers.",
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


def eye_to_eye_words(one: Faced, lang: str) -> list[str]:
    """On what the sides agree most and least, and where government is clearly rosier."""
    most, least = eye_to_eye(_shown(one))
    kappa = one.found.set_index("item")["kappa"]

    def told(names: list[str]) -> str:
        return listing(
            f"{_quoted(one, name, lang)} ({number(kappa[name], 2, lang)})" for name in names
        )

    said: list[str] = []
    if most:
        said.append(f"The two sides see most eye to eye on: {told(most)} (weighted kappa).")
    if least:
        said.append(f"They see least eye to eye on: {told(least)}.")
    return said or ["Too few members have answers from both sides to say on what they agree."]


def headlines(one: Faced, lang: str) -> list[str]:
    """What the comparison found, a sentence each."""
    rows = _shown(one)
    scales = _scales(one)
    rosier, darker = scales[scales["low"] > 0], scales[scales["high"] < 0]
    both = len(set.intersection(*_members(one).values()))
    said = [
        f"Both sides answered in {count(both, 'member', lang)}; {number(len(rows), 0, lang)} of "
        f"{number(len(one.found), 0, lang)} planned items have enough of them to be told."
    ]
    if len(scales):
        width = [_width(one.item(name), one.questionnaire) for name in scales["item"]]
        place = int((scales["gap"] / width).abs().to_numpy().argmax())
        row = scales.to_dict("records")[place]
        said += [
            f"Government's answers are clearly higher on {number(len(rosier), 0, lang)} of "
            f"{count(len(scales), 'item', lang)} with a scale and clearly lower on "
            f"{number(len(darker), 0, lang)}; on the others the interval of the gap holds zero, "
            "which shows neither a gap nor its absence.",
            f"The widest gap: {_quoted(one, row['item'], lang)}, "
            f"{interval(row['gap'], row['low'], row['high'], lang=lang)} on its scale; in "
            f"{percent(row['superiority'], 0, lang)} of pairs government says more, ties counting "
            "half.",
        ]
    return [*said, *eye_to_eye_words(one, lang)]
