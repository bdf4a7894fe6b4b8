"""The two sides against the standards, and beside the reviewers' view; no member is named."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from msfresearch.report import figures, tables
from msfresearch.report.chapters.common import listing
from msfresearch.report.chapters.sides import NAMES, Faced
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose, paragraph
from msfresearch.report.wording import number, percent
from msfresearch.success.gaps import MINIMUM_DYADS
from msfresearch.success.intervals import quantile
from msfresearch.success.witness import against, against_table, latest
from msfresearch.survey.standards import Standards, met

#: A code that readers find in the standards ("1a", "4a-4d", "2"), and no key of our own.
_CODE = re.compile(r"\d[a-z]?(-\d[a-z])?")


def standards_met(one: Faced, standards: Standards) -> pd.DataFrame:
    """Share of members that meet each rule, as each side says it.

    Returns
    -------
    DataFrame
        ``version``, ``rule``, ``side``, ``members`` (with an answer that tells), ``share`` (mean
        over members of the share of their answers that say so), ``low``, ``high`` (Student's t
        over members, cut at 0 and 1).
    """
    sides = {"government": one.sides.government, "civil_society": one.sides.civil_society}
    rows: list[dict[str, object]] = []
    for version in one.sides.standards:
        for side, wave in sides.items():
            told = met(
                one.answers[side],
                standards,
                version,
                one.waves[wave].questionnaire,
                one.sides.table,
            ).dropna(subset=["met", "member"])
            for rule, part in told.groupby("rule", sort=False):
                share = part.groupby("member")["met"].mean().astype("float64")
                rows.append({"version": version, "rule": rule, "side": side} | _mean(share))
    columns = ["version", "rule", "side", "members", "share", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def _mean(share: pd.Series[float]) -> dict[str, object]:
    n = len(share)
    if n < MINIMUM_DYADS:
        return {"members": n, "share": np.nan, "low": np.nan, "high": np.nan}
    mean = float(share.mean())
    reach = quantile(0.95, n - 1) * float(share.std(ddof=1)) / np.sqrt(n)
    low, high = max(0.0, mean - reach), min(1.0, mean + reach)
    return {"members": n, "share": mean, "low": low, "high": high}


def _rules(standards: Standards, version: str, lang: str) -> dict[str, str]:
    """Each rule's label, after its code where the standards themselves give it one."""
    told: dict[str, str] = {}
    for rule in standards.version(version).rules:
        label = rule.label.in_language(lang)
        told[rule.id] = f"{rule.id} {label}" if _CODE.fullmatch(rule.id) else label
    return told


def standards_shown(
    one: Faced, shares: pd.DataFrame, standards: Standards, lang: str
) -> list[Figure | tables.Table]:
    """Each rule as either side sees it: the first version drawn, every version in a table."""
    made: list[Figure | tables.Table] = []
    for version, part in shares.dropna(subset=["share"]).groupby("version", sort=False):
        rules = _rules(standards, str(version), lang)
        order = {rule: place for place, rule in enumerate(rules)}
        rows = part.sort_values("rule", key=lambda rule: rule.map(order), kind="stable")
        if not made:
            made.append(_figure(one, rows, rules, str(version), lang))
        made.append(_table(rows, rules, str(version), lang))
    return made


def _figure(
    one: Faced, rows: pd.DataFrame, rules: dict[str, str], version: str, lang: str
) -> Figure:
    return figures.forest(
        pd.DataFrame(
            {
                "rule": rows["rule"].map(rules),
                "side": rows["side"].map(NAMES),
                "share": 100 * rows["share"],
                "low": 100 * rows["low"],
                "high": 100 * rows["high"],
            }
        ),
        "rule",
        "share",
        "low",
        "high",
        "side",
        null_value=None,
        digits=0,
        xlabel="Members that meet the rule (%)",
        title=f"The standards of {version}, as each side sees them",
        caption="Share of members whose answers say that the rule is met, with 95% "
        "intervals that count members; a member with several answers counts once.",
        status=one.status,
        lang=lang,
    )


def _table(rows: pd.DataFrame, rules: dict[str, str], version: str, lang: str) -> tables.Table:
    told = {
        (row["rule"], row["side"]): f"{percent(row['share'], 0, lang)} "
        f"({percent(row['low'], 0, lang)} to {percent(row['high'], 0, lang)}; "
        f"{number(row['members'], 0, lang)} members)"
        for row in rows.to_dict("records")
    }
    names = list(dict.fromkeys(rows["rule"]))
    return tables.table(
        pd.DataFrame(
            {
                "rule": [rules[name] for name in names],
                **{side: [told.get((name, side), "") for name in names] for side in NAMES},
            }
        ),
        f"Members that meet each rule of {version}, by side (95% interval)",
        stub="rule",
        columns={"rule": "Rule", **{side: NAMES[side].capitalize() for side in NAMES}},
        layout="records",
        lang=lang,
    )


def _asked(one: Faced, standards: Standards, version: str) -> list[str]:
    """Rules that an item of either survey asks about."""
    items = {
        item.id
        for wave in (one.sides.government, one.sides.civil_society)
        for item in one.waves[wave].questionnaire.tables[one.sides.table].items
    }
    return [rule.id for rule in standards.version(version).rules if rule.item in items]


def standards_words(one: Faced, shares: pd.DataFrame, standards: Standards, lang: str) -> list[str]:
    """Per version: what each side sees most and least, how far apart they are, what is not told."""
    said: list[str] = []
    for version in one.sides.standards:
        rules = _rules(standards, version, lang)
        part = shares[shares["version"] == version]
        told = part.dropna(subset=["share"])
        asked = _asked(one, standards, version)
        sides = told["rule"].value_counts()
        unasked = [name for rule, name in rules.items() if rule not in asked]
        few = [rules[rule] for rule in asked if sides.get(rule, 0) < len(NAMES)]
        wide = told.pivot(index="rule", columns="side", values="share")
        wide = wide.reindex(columns=list(NAMES)).dropna()
        gap = (wide["government"] - wide["civil_society"]).abs()
        if (gap > 0).any():
            rule, row = str(gap.idxmax()), wide.to_dict("records")[int(gap.to_numpy().argmax())]
            said.append(
                f"Standards of {version}: the sides are furthest apart on "
                f"“{rules[rule]}”: {percent(row['government'], 0, lang)} of members by "
                f"government, {percent(row['civil_society'], 0, lang)} by civil society."
            )
        if few:
            said.append(
                f"Not told of both sides ({version}), for fewer than {MINIMUM_DYADS} members whose "
                f"answers tell: {listing((f'“{name}”' for name in few), 20)}."
            )
        starts = standards.version(version).starts
        if starts > "2019-12-31":
            said.append(
                f"The standards of {version} came into force on {starts}, after both surveys: they "
                "are read back onto answers that were not given under them."
            )
        if unasked:
            said.append(
                f"Not asked by either survey and so not judged ({version}): "
                f"{listing((f'“{name}”' for name in unasked), 20)}."
            )
    recalled = sum(
        rule.evidence == "recalled"
        for version in one.sides.standards
        for rule in standards.version(version).rules
    )
    if recalled:
        said.append(
            f"{number(recalled, 0, lang)} of these rules are written down from memory of the "
            "published standards and were not checked against them."
        )
    return said


def witnessed(one: Faced) -> pd.DataFrame:
    """How each side's answers stand to the third view: columns of ``witness.AGAINST``."""
    witness = one.sides.witness
    if witness is None:
        return against_table([])
    wave = one.waves[witness.wave]
    frame = wave.table("clean", witness.table)
    theirs = wave.questionnaire.tables[witness.table]
    rows = []
    for item, seen_item in witness.items.items():
        seen_levels = wave.questionnaire.levels(theirs.item(seen_item))
        levels = sorted(
            (level.value for level in one.questionnaire.levels(one.item(item))), key=int
        )
        # Both scales run from the lowest up; a level only one side offers has no partner.
        levels = levels[: len(seen_levels)]
        seen = latest(
            frame,
            seen_item,
            country=witness.country,
            order=witness.order,
            levels=[level.value for level in seen_levels],
        )
        rows += [against(one.answers[side], seen, item, side, levels=levels) for side in NAMES]
    return against_table(rows)


def witness_table(one: Faced, lang: str) -> tables.Table | Prose:
    """Each side beside the reviewers, national members only."""
    found = witnessed(one)
    if not len(found):
        return paragraph("The plan names no third view.")
    return tables.table(
        pd.DataFrame(
            {
                "item": [one.item(name).label.in_language(lang) for name in found["item"]],
                "side": found["side"].map(NAMES),
                **{name: found[name] for name in ("members", "below", "same", "above")},
                "interval": [
                    f"{percent(row['same_low'], 0, lang)} to {percent(row['same_high'], 0, lang)}"
                    if pd.notna(row["same"])
                    else ""
                    for row in found.to_dict("records")
                ],
            }
        ),
        "Each side against the independent reviewers, national members",
        columns={
            "item": "Item",
            "side": "Side",
            "members": "Members",
            "below": "Says less",
            "same": "Says the same",
            "above": "Says more",
            "interval": "95% interval of the same",
        },
        formats={"below": "share", "same": "share", "above": "share"},
        notes="A member's middle answer against the latest coded plan. Members whose answers are "
        f"evenly divided are left out: {number(int(found['tied'].sum()), 0, lang)} comparisons. "
        f"Below {MINIMUM_DYADS} members only their number is told.",
        lang=lang,
    )


def witness_words(one: Faced) -> list[str]:
    """What keeps the third view from being the same question."""
    return [one.sides.witness.note] if one.sides.witness else []


def found(one: Faced, lang: str) -> list[str]:
    """Which side is nearer to the reviewers, item by item, in a sentence."""
    rows = witnessed(one).dropna(subset=["same"])
    wide = rows.pivot(index="item", columns="side", values="same").dropna()
    if len(wide.columns) < len(NAMES) or not len(wide):
        return ["Too few members are coded by the reviewers and answered by both sides."]
    told = listing(
        f"“{one.item(str(name)).label.in_language(lang)}” "
        f"({percent(row['government'], 0, lang)} and {percent(row['civil_society'], 0, lang)})"
        for name, row in wide.iterrows()
    )
    return [
        "Share of members in which government's and civil society's answers say the same as the "
        f"reviewers of an earlier plan: {told}."
    ]
