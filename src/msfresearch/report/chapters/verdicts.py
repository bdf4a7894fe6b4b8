"""The results of a comparison in sentences: a null says that it is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from msfresearch.report import prose
from msfresearch.report.chapters.common import Question, listing, lower_first
from msfresearch.report.chapters.success import (
    Analysed,
    account_table,
    effect_table,
    forests,
    view_table,
)
from msfresearch.report.wording import interval, number, p_value, verdict

ONE_IN_TWENTY = 0.05


def pages(analysed: list[Analysed], status: str, lang: str) -> list[Any]:
    """Every analysis in order: question, rows, views, figures, and what they say."""
    shown: list[Any] = []
    for one in analysed:
        analysis = one.analysis
        shown.append(Question(analysis.question.in_language(lang)))
        shown.append(
            prose.paragraph(
                f"Compared: {analysis.exposure.contrast.in_language(lang)}. "
                f"The analysis is {analysis.family}. {analysis.evidence.strip()}"
            )
        )
        shown.append(account_table(one, lang))
        shown += forests(one, status, lang)
        shown.append(view_table(one, lang))
        if len(one.effects):
            shown.append(effect_table(one, lang))
        shown.append(prose.bullets(*said(one, lang)))
    return shown


def said(one: Analysed, lang: str) -> list[str]:
    """What the views amount to, a bullet per outcome."""
    return [sentence_of(row, one, lang) for row in one.findings.to_dict("records")] + limits(
        one, lang
    )


def sentence_of(row: Mapping[Any, Any], one: Analysed, lang: str) -> str:
    """One outcome in words: the verdict by country, what rows would have claimed, the plans."""
    label = str(row["label"])
    if row["evidence"] == "not estimated":
        return f"{label}: not estimated ({row['status']})."
    effect = _effect(one, row)
    if effect is not None and _judged(effect) == row["evidence"]:
        parts = [
            verdict(
                100 * effect["effect"],
                100 * effect["low"],
                100 * effect["high"],
                outcome=f"{label} (percentage points)",
                comparison=_per_step(one, lang),
                digits=1,
                lang=lang,
            )
        ]
        mde = f"{number(100 * effect['mde'], 0, lang)} percentage points"
    else:
        parts = [
            verdict(
                row["estimate"],
                row["low"],
                row["high"],
                outcome=label if row["scale"] == "points" else f"{label} (log odds)",
                comparison=_per_step(one, lang),
                lang=lang,
            )
        ]
        mde = f"{number(row['mde'], 2, lang)} {row['scale']}"
    if row["manufactured"] is True:
        parts.append(
            "Rows taken as independent would have called this a difference "
            f"(p {_p(row['naive_p'], lang)}); clustered by country p is {_p(row['p'], lang)}, with "
            f"a standard error {number(row['se_ratio'], 1, lang)} times as large."
        )
    if row["evidence"] == "null":
        parts.append(f"The smallest difference that would be found 4 times in 5 is {mde}.")
    parts += _plans_disagree(row, lang)
    return " ".join(parts)


def _judged(effect: Mapping[Any, Any]) -> str:
    """What an effect's own interval says; at the edge it may differ from that on log odds."""
    if effect["low"] > 0:
        return "positive"
    return "negative" if effect["high"] < 0 else "null"


def _effect(one: Analysed, row: Mapping[Any, Any]) -> Mapping[Any, Any] | None:
    rows = one.effects[
        (one.effects["outcome"] == row["outcome"])
        & (one.effects["view"] == "clustered")
        & (one.effects["status"] == "estimated")
    ]
    return rows.to_dict("records")[0] if len(rows) else None


def _plans_disagree(row: Mapping[Any, Any], lang: str) -> list[str]:
    plan = row["plan_evidence"]
    if not isinstance(plan, str) or plan == row["evidence"] or plan == "not estimated":
        return []
    shown = interval(row["plan_estimate"], row["plan_low"], row["plan_high"], lang=lang)
    return [
        f"With every plan counted the same instead of every commitment the estimate is {shown}, "
        f"p {_p(row['plan_p'], lang)}, and {_p(row['plan_p_adjusted'], lang)} after allowing for "
        "the outcomes tried: the answer hangs on what is counted, and is no finding by itself."
    ]


def _p(value: float, lang: str) -> str:
    return p_value(value, lang)


def limits(one: Analysed, lang: str) -> list[str]:
    """Predictors that the data could not bear, and why."""
    told = []
    for row in one.limits.dropna(subset=["refused"]).to_dict("records"):
        size = (
            f"{number(row['n_events'], 0, lang)} cases in the smaller class"
            if pd.notna(row["n_events"])
            else f"{number(row['n_units'], 0, lang)} plans or countries"
        )
        told.append(
            f"{row['label']}: {row['refused']} were asked for as further predictors and refused; "
            f"{size} bear {number(row['allowed'], 0, lang)} in all, the exposure included. "
            "The comparison is not adjusted for them."
        )
    return told


def found(analysed: list[Analysed], lang: str) -> list[str]:
    """What the notebook found: one sentence per analysis, and what rows would have claimed."""
    told: list[str] = []
    for one in analysed:
        main = one.findings[one.findings["sensitivity_of"].isna()].to_dict("records")
        clear = [row for row in main if row["evidence"] in ("positive", "negative")]
        null = [row for row in main if row["evidence"] == "null"]
        answer = [one.analysis.question.in_language(lang)]
        step = _per_step(one, lang)
        per = f" {step}" if step else ""
        if clear:
            parts = listing(_estimate(one, row, lang) for row in clear)
            answer.append(f"A difference is seen in {parts} (95% intervals){per}.")
            answer.append(f"{one.analysis.evidence.strip().split('. ')[0].rstrip('.')}.")
            doubtful = [row for row in clear if row["p_adjusted"] >= ONE_IN_TWENTY]
            if doubtful:
                names = listing(lower_first(str(row["label"])) for row in doubtful)
                answer.append(
                    f"After allowing for the {len(main)} outcomes tried, {names} may be chance "
                    f"(p {listing(_p(row['p_adjusted'], lang) for row in doubtful)})."
                )
        if null:
            parts = listing(_estimate(one, row, lang) for row in null)
            holds = "The interval holds" if len(null) == 1 else "Each interval holds"
            answer.append(
                f"No clear difference is seen in {parts} (95% intervals){per}. {holds} 0: "
                "neither a difference nor its absence is shown."
            )
        left = [row for row in main if row["evidence"] == "not estimated"]
        if left:
            parts = listing(f"{row['label']} ({row['status']})" for row in left)
            answer.append(f"Not estimated: {parts}.")
        fooled = sum(row["manufactured"] is True for row in main)
        if fooled:
            answer.append(
                f"{fooled} of the {len(main)} would have passed for a difference if rows of one "
                "country had been taken as independent."
            )
        told.append(" ".join(answer))
    return told


def _per_step(one: Analysed, lang: str) -> str | None:
    """For a numeric exposure, the step that an estimate is for: "for one point more of …"."""
    exposure = one.analysis.exposure
    return f"for {exposure.contrast.in_language(lang)}" if exposure.kind == "numeric" else None


def _estimate(one: Analysed, row: Mapping[Any, Any], lang: str) -> str:
    """An outcome with its estimate: "completion, +3 percentage points (-6 to 12)"."""
    label = lower_first(str(row["label"]))
    effect = _effect(one, row)
    if effect is None:
        shown = interval(row["estimate"], row["low"], row["high"], level=None, lang=lang)
        return f"{label}: {shown}"
    numbers = (100 * float(effect[name]) for name in ("effect", "low", "high"))
    return f"{label}: {interval(*numbers, digits=0, level=None, lang=lang)} percentage points"
