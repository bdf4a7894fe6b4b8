"""What the two sides write of: shares of themes side by side, from what each wave's stage left."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from msfresearch.errors import PlanError
from msfresearch.report import figures, tables
from msfresearch.report.chapters import themes
from msfresearch.report.chapters.common import listing, lower_first, status_of, table_or_words
from msfresearch.report.chapters.sides import NAMES, SHOWN
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose, paragraph
from msfresearch.report.wording import interval, number
from msfresearch.success.plan import Plan
from msfresearch.themes import Codebook
from msfresearch.wave import Wave

#: Themes drawn, the most frequent on either side.
DRAWN = 10
#: Themes named in a sentence.
NAMED = 4
#: Quantile of the normal distribution: the intervals of differences are of 95%.
_Z = 1.959964


@dataclass(frozen=True)
class Voices:
    """Shares of themes of both sides.

    Attributes
    ----------
    families, shares : DataFrame
        ``side``, ``theme``, ``label``, ``share``, ``low``, ``high``, ``n_answers``; per family and
        per theme. Shares that are held back are missing.
    corrected : dict
        Side to whether people's codes correct its shares.
    absent : tuple of str
        Sides whose answers were not coded.
    status : str
        Real, or rehearsal when one of the waves is.
    """

    families: pd.DataFrame
    shares: pd.DataFrame
    corrected: Mapping[str, bool]
    absent: tuple[str, ...]
    status: str

    @property
    def comparable(self) -> bool:
        """Whether both sides are there and coded in the same way."""
        return not self.absent and len(set(self.corrected.values())) == 1


def sides_of(plan: Plan, waves: Sequence[Wave]) -> dict[str, Wave]:
    """Side to wave, as the plan sets them face to face.

    Raises
    ------
    PlanError
        When the plan declares no two sides among these waves.
    """
    by_id = {wave.id: wave for wave in waves}
    for sides in plan.sides:
        if {sides.government, sides.civil_society} == set(by_id):
            return {
                "government": by_id[sides.government],
                "civil_society": by_id[sides.civil_society],
            }
    raise PlanError(
        "the plan sets no two sides of these waves face to face",
        found=", ".join(sorted(by_id)),
        expected="; ".join(f"{one.government}, {one.civil_society}" for one in plan.sides),
        action="declare them under `sides` in codebook/plan.yml",
    )


def voices(sides: Mapping[str, Wave], codebook: Codebook, lang: str) -> Voices:
    """Read what stage ``themes`` left of both sides."""
    parts: dict[str, list[pd.DataFrame]] = {"families": [], "shares": []}
    corrected: dict[str, bool] = {}
    absent = tuple(side for side, wave in sides.items() if "themes" not in wave.stages())
    for side, wave in sides.items():
        if side in absent:
            continue
        coded = themes.stored(wave, codebook, lang)
        corrected[side] = coded.corrected
        for name, table in (
            ("families", coded.families.assign(family=coded.families["theme"])),
            ("shares", coded.shares),
        ):
            labels = _labels(codebook, name, lang)
            kept = table[["family", "theme", "share", "low", "high", "n_answers"]]
            kept = kept.assign(label=kept["theme"].map(labels), side=side)
            se = table["se"] if "se" in table else _se(table)
            parts[name].append(kept.assign(se=se.astype("Float64")))
    columns = ["family", "theme", "share", "low", "high", "n_answers", "label", "side", "se"]
    none = pd.DataFrame(columns=columns)
    made = {name: pd.concat(found) if found else none for name, found in parts.items()}
    return Voices(made["families"], made["shares"], corrected, absent, status_of(sides.values()))


def _labels(codebook: Codebook, name: str, lang: str) -> dict[str, str]:
    if name == "families":
        return {key: labels[lang] for key, labels in codebook.families.items()}
    return {key: theme.labels[lang] for key, theme in codebook.themes.items()}


def _se(table: pd.DataFrame) -> pd.Series:
    """Standard error of a share of pattern hits, from its effective number of answers."""
    share, n = table["share"].astype("Float64"), table["n_eff"].astype("Float64")
    return (share * (1 - share) / n) ** 0.5


def introduction(found: Voices, lang: str) -> list[str]:
    """What the shares are, and how many answers stand behind them."""
    if found.absent:
        sides = listing(NAMES[side] for side in found.absent)
        return [f"The open answers of {sides} were not coded, so nothing can be laid side by side."]
    sizes = found.families.drop_duplicates("side").set_index("side")["n_answers"]
    told = listing(f"{number(int(sizes[s]), 0, lang)} of {NAMES[s]}" for s in sizes.index)
    if not found.comparable:
        return [
            f"Open answers: {told}. People coded those of one side only, so the shares are not "
            "alike and are not compared."
        ]
    how = (
        "Shares are corrected by what people coded on each side."
        if all(found.corrected.values())
        else "No person has coded them: shares are of answers in which a pattern fires."
    )
    return [
        f"Open answers: {told}. {how} The two sides were asked the same open questions, but who "
        "answers openly chooses to."
    ]


def figure(found: Voices, which: str, lang: str) -> Figure | Prose:
    """Shares of both sides with their intervals: per family, or the most frequent themes."""
    table = found.families if which == "families" else found.shares
    shown = table.dropna(subset=["share"])
    if not found.comparable or shown.empty:
        return paragraph(introduction(found, lang)[0] if not found.comparable else themes.TOO_FEW)
    top = (
        shown.groupby("theme", sort=False)["share"]
        .max()
        .sort_values(ascending=False, kind="stable")
    )
    order = list(top.index[:DRAWN])
    shown = shown[shown["theme"].isin(order)]
    shown = shown.assign(place=shown["theme"].map({t: i for i, t in enumerate(order)}))
    shown = shown.sort_values(["place", "side"], ascending=[True, False], kind="stable")
    what = "families of themes" if which == "families" else f"the {len(order)} most frequent themes"
    return figures.forest(
        shown.assign(
            side=shown["side"].map(NAMES),
            **{name: 100 * shown[name].astype("Float64") for name in ("share", "low", "high")},
        ),
        "label",
        "share",
        "low",
        "high",
        "side",
        null_value=None,
        digits=0,
        xlabel="Share of open answers (%) and 95% interval",
        title=f"What the two sides write of: {what}",
        caption="Open answers of government and civil society; intervals count members.",
        status=found.status,
        lang=lang,
    )


def differences(found: Voices) -> pd.DataFrame:
    """Share of civil society less that of government per theme, with a 95% interval.

    The two samples are taken as independent; they share members, and what is alike in a member
    makes the true interval the narrower. Nobody planned these comparisons: their p values are
    adjusted over all of them by Benjamini and Hochberg.

    Returns
    -------
    DataFrame
        ``theme``, ``label``, ``government``, ``civil_society``, ``difference``, ``low``,
        ``high``, ``p_adjusted``; themes told on both sides, the largest difference first.
    """
    from scipy.stats import norm
    from statsmodels.stats.multitest import multipletests

    columns = ["theme", "label", "government", "civil_society", "difference", "low", "high", "p"]
    if not found.comparable:
        return pd.DataFrame(columns=[*columns[:-1], "p_adjusted"])
    told = found.shares.dropna(subset=["share", "se"])
    one, other = (
        told[told["side"] == side].set_index("theme") for side in ("government", "civil_society")
    )
    shares, errors = [(one[name], other[name]) for name in ("share", "se")]
    rows = []
    for theme in [t for t in one.index if t in other.index]:
        gap = float(shares[1][theme] - shares[0][theme])
        se = math.hypot(float(errors[0][theme]), float(errors[1][theme]))
        half = _Z * se
        if half == 0:  # never found on either side: nothing to tell how sure that is
            continue
        rows.append(
            (
                theme,
                one.at[theme, "label"],
                shares[0][theme],
                shares[1][theme],
                gap,
                max(-1.0, gap - half),
                min(1.0, gap + half),
                2 * float(norm.sf(abs(gap) / se)),
            )
        )
    made = pd.DataFrame(rows, columns=columns)
    adjusted = multipletests(made["p"], method="fdr_bh")[1] if len(made) else made["p"]
    made = made.assign(p_adjusted=adjusted).drop(columns="p")
    order = made["difference"].abs().sort_values(ascending=False, kind="stable").index
    return made.loc[order].reset_index(drop=True)


def table(gaps: pd.DataFrame, lang: str) -> tables.Table | Prose:
    """Every theme of both sides and the difference."""
    shown = gaps.assign(
        gap=[
            interval(
                *(100 * float(row[k]) for k in ("difference", "low", "high")),
                digits=1,
                level=None,
                lang=lang,
            )
            for row in gaps.to_dict("records")
        ],
        **{name: 100 * gaps[name].astype("Float64") for name in ("government", "civil_society")},
    )
    return table_or_words(
        shown[["label", "government", "civil_society", "gap"]],
        "Shares of themes on both sides, and civil society less government",
        "No theme can be told of both sides.",
        stub="label",
        columns={
            "label": "Theme",
            "government": "Government (%)",
            "civil_society": "Civil society (%)",
            "gap": "Difference in points (95% interval)",
        },
        formats={"government": "1dp", "civil_society": "1dp"},
        layout="records",
        lang=lang,
    )


def words(gaps: pd.DataFrame, lang: str) -> list[str]:
    """The themes that one side writes of more than the other, and how many show no difference."""
    if gaps.empty:
        return ["Of no theme can it be told whether one side writes more of it."]
    clear = gaps[gaps["p_adjusted"] < SHOWN]
    n, rest = number(len(gaps), 0, lang), gaps.drop(clear.index)
    said: list[str] = []
    for side, part in (
        ("Civil society", clear[clear["difference"] > 0]),
        ("Government", clear[clear["difference"] < 0]),
    ):
        if len(part):
            parts = [_gap(row, lang) for row in part.head(NAMED).to_dict("records")]
            more = f"; and {number(len(part) - NAMED, 0, lang)} more" * (len(part) > NAMED)
            said.append(f"{side} writes more often of {'; '.join(parts)}{more}.")
    adjusted = "once the number of themes looked at is allowed for (Benjamini and Hochberg)"
    if rest.empty:
        return [*said, f"All {n} themes show a difference {adjusted}."]
    reach = float((rest[["low", "high"]].abs().max(axis=1)).max())
    said.append(
        (
            f"Of {n} themes none shows a difference between the sides {adjusted}. "
            if clear.empty
            else f"The other {number(len(rest), 0, lang)} of {n} themes show none {adjusted}. "
        )
        + f"That is no proof that the sides write alike: differences of up to "
        f"{number(100 * reach, 0, lang)} points would fit these answers too."
    )
    return said


def _gap(row: Mapping[Hashable, Any], lang: str) -> str:
    """A theme and by how many points the sides are apart, whoever writes more of it."""
    ends = [100 * float(row[name]) for name in ("difference", "low", "high")]
    value, low, high = ends if ends[0] > 0 else (-ends[0], -ends[2], -ends[1])
    shown = interval(value, low, high, digits=0, lang=lang).replace(" (", " points (", 1)
    return f"{lower_first(str(row['label']))}, by {shown}"
