"""What the notebook on success shows and says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from msfresearch.report import figures, prose, tables
from msfresearch.report.chapters.cleaning import REASONS
from msfresearch.report.chapters.common import Question, listing
from msfresearch.report.figure import Figure
from msfresearch.report.wording import interval, number, p_value, verdict
from msfresearch.success.effects import average_effects
from msfresearch.success.findings import findings
from msfresearch.success.plan import Analysis, Plan, WavePlan
from msfresearch.success.rows import accounting
from msfresearch.success.views import fit_views
from msfresearch.wave import Wave

VIEWS = {
    "naive": "rows as if independent",
    "clustered": "rows, clustered by country",
    "aggregated": "plans, clustered by country",
}
SCALES = {"points": "Difference in points", "log odds": "Difference in log odds"}


@dataclass(frozen=True)
class Analysed:
    """One analysis of the plan with everything that was estimated for it."""

    analysis: Analysis
    views: pd.DataFrame
    effects: pd.DataFrame
    findings: pd.DataFrame
    accounting: pd.DataFrame


def planned(plan: Plan, wave: Wave) -> WavePlan | None:
    """What the plan declares for a wave, None when it declares nothing."""
    return plan.waves.get(wave.id)


def analyse(wave: Wave, plan: WavePlan, lang: str) -> list[Analysed]:
    """Estimate every analysis that the plan declares for a wave."""
    done: list[Analysed] = []
    for analysis in plan.analyses:
        frame = wave.table("clean", analysis.table)
        reasons = wave.table("clean", f"{analysis.table}_missing")
        views = fit_views(frame, analysis, language=lang)
        done.append(
            Analysed(
                analysis,
                views,
                average_effects(frame, analysis, language=lang),
                findings(views, analysis),
                accounting(frame, analysis, reasons=reasons),
            )
        )
    return done


def stored(wave: Wave, plan: WavePlan | None) -> list[Analysed]:
    """The analyses as stage ``success`` left them."""
    if plan is None:
        return []
    names = ("views", "effects", "findings", "accounting")
    kept = {name: wave.table("success", name) for name in names}
    return [
        Analysed(
            analysis,
            *(
                kept[name][kept[name]["analysis"] == analysis.id].reset_index(drop=True)
                for name in names
            ),
        )
        for analysis in plan.analyses
    ]


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


def account_table(one: Analysed, lang: str) -> tables.Table:
    """From all rows to those fitted, a line per outcome."""
    rows: list[dict[str, Any]] = []
    for outcome in one.analysis.outcomes:
        steps = one.accounting[one.accounting["outcome"] == outcome.id].to_dict("records")
        last = steps[-1]
        left_out = [
            f"{number(step['dropped'], 0, lang)} {_why(step)}" for step in steps if step["dropped"]
        ]
        rows.append(
            {
                "outcome": outcome.label.in_language(lang),
                "before": steps[0]["n_rows"],
                "left_out": "; ".join(left_out),
                "n_rows": last["n_rows"],
                "n_plans": last["n_plans"],
                "n_members": last["n_members"],
            }
        )
    labels = {
        "outcome": "Outcome",
        "before": "All rows",
        "left_out": "Left out, and why",
        "n_rows": "Fitted",
        "n_plans": "Plans",
        "n_members": "Countries",
    }
    if one.analysis.units.plan is None:
        del labels["n_plans"]
    return tables.table(
        pd.DataFrame(rows)[list(labels)],
        "From all rows to those that were fitted",
        stub="outcome",
        columns=labels,
        lang=lang,
    )


def _why(step: Mapping[Any, Any]) -> str:
    if step["step"] == "not valid":
        return f"with {step['item']} coded {step['reason']}, which the plan leaves out"
    return f"without {step['item']} ({REASONS.get(str(step['reason']), step['reason'])})"


def view_table(one: Analysed, lang: str) -> tables.Table:
    """Every view of every outcome in numbers."""
    rows = one.views
    shown = pd.DataFrame(
        {
            "label": rows["label"],
            "view": rows["view"].map(VIEWS) + ", " + rows["model"],
            "estimate": [
                interval(row["estimate"], row["low"], row["high"], digits=3, level=None, lang=lang)
                for row in rows.to_dict("records")
            ],
            "p": rows["p"],
            "p_reference": rows["p_reference"],
            "n_rows": rows["n_rows"],
            "n_plans": rows["n_plans"],
            "n_members": rows["n_members"],
        }
    )
    notes = [
        "p uses Student's t with one degree of freedom less than there are countries in the "
        "clustered views; p (normal) is the default of statsmodels, for comparison with published "
        "figures."
    ]
    notes += [
        f"{row['label']}, {VIEWS[row['view']]}: not estimated, {row['note']}"
        for row in rows[rows["status"] != "estimated"].to_dict("records")
    ]
    labels = {
        "label": "Outcome",
        "view": "View and model",
        "estimate": "Estimate (95% interval)",
        "p": "p",
        "p_reference": "p (normal)",
        "n_rows": "Rows",
        "n_plans": "Plans",
        "n_members": "Countries",
    }
    if one.analysis.units.plan is None:
        del labels["n_plans"]
    return tables.table(
        shown[list(labels)],
        f"The same comparison seen {'three' if rows['view'].nunique() > 2 else 'two'} ways",
        stub="label",
        formats=dict.fromkeys(("p", "p_reference"), "p"),
        columns=labels,
        notes=notes,
        lang=lang,
    )


def effect_table(one: Analysed, lang: str) -> tables.Table:
    """Logit results said as percentages."""
    rows = one.effects
    shown = rows.assign(
        view=rows["view"].map(VIEWS),
        mde=100 * rows["mde"],
        difference=[
            interval(
                100 * row["effect"],
                100 * row["low"],
                100 * row["high"],
                digits=1,
                level=None,
                lang=lang,
            )
            for row in rows.to_dict("records")
        ],
    )
    return tables.table(
        shown[["label", "view", "p_unexposed", "p_exposed", "difference", "mde"]],
        "The same in percentage points",
        stub="label",
        formats={**dict.fromkeys(("p_unexposed", "p_exposed"), "share"), "mde": "1dp"},
        columns={
            "label": "Outcome",
            "view": "View",
            "p_unexposed": "Without",
            "p_exposed": "With",
            "difference": "Difference in points (95% interval)",
            "mde": "Smallest detectable",
        },
        notes="Average difference in probability, delta method. Smallest detectable: the true "
        "difference that would be found with a power of 80%.",
        lang=lang,
    )


def forests(one: Analysed, status: str, lang: str) -> list[Figure]:
    """One figure per scale: points and log odds do not share an axis."""
    drawn: list[Figure] = []
    for scale, xlabel in SCALES.items():
        rows = one.views[(one.views["scale"] == scale) & one.views["sensitivity_of"].isna()]
        if rows["estimate"].notna().any():
            drawn.append(
                figures.forest(
                    rows.assign(view=rows["view"].map(VIEWS)),
                    "label",
                    "estimate",
                    "low",
                    "high",
                    "view",
                    xlabel=xlabel,
                    title=f"{one.analysis.exposure.label.in_language(lang)}: "
                    f"{xlabel.lower()} by outcome and view",
                    caption="95% intervals. The line at 0 is no difference. Commitments of one "
                    "plan share its forum, so the first view counts the same forum many times."
                    if one.analysis.units.plan
                    else "95% intervals. The line at 0 is no difference.",
                    status=status,
                    lang=lang,
                )
            )
    return drawn


def said(one: Analysed, lang: str) -> list[str]:
    """What the views amount to, a bullet per outcome."""
    return [sentence_of(row, one, lang) for row in one.findings.to_dict("records")] + limits(one)


def sentence_of(row: Mapping[Any, Any], one: Analysed, lang: str) -> str:
    """One outcome in words: the verdict by country, what rows would have claimed, the plans."""
    label = str(row["label"])
    if row["evidence"] == "not estimated":
        return f"{label}: not estimated ({row['status']})."
    effect = _effect(one, row)
    if effect is not None:
        parts = [
            verdict(
                100 * effect["effect"],
                100 * effect["low"],
                100 * effect["high"],
                outcome=f"{label} (percentage points)",
                digits=1,
                lang=lang,
            )
        ]
        mde = f"{number(100 * effect['mde'], 0, lang)} percentage points"
    else:
        parts = [verdict(row["estimate"], row["low"], row["high"], outcome=label, lang=lang)]
        mde = f"{number(row['mde'], 2, lang)} points"
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


def limits(one: Analysed) -> list[str]:
    """Predictors that the data could not bear."""
    refused = one.views.dropna(subset=["refused"]).drop_duplicates("outcome")
    told = []
    for row in refused.to_dict("records"):
        asked = {p.item: p.label.en.lower() for p in one.analysis.predictors}
        names = listing(asked.get(name.strip(), name) for name in str(row["refused"]).split(","))
        told.append(
            f"{row['label']}: {names} were asked for as further predictors and refused; "
            f"{row['n_rows']} rows bear no more than were kept. The comparison is not adjusted "
            "for them."
        )
    return told


def facts(analysed: list[Analysed], plan: WavePlan | None) -> dict[str, Any]:
    """Single values that the brief quotes."""
    return {
        "planned": plan is not None,
        "written": plan.written if plan else None,
        "note": plan.note if plan else None,
        "analyses": [one.analysis.id for one in analysed],
    }


def results(analysed: list[Analysed]) -> dict[str, pd.DataFrame]:
    """Every table that the brief reads, over all analyses."""
    if not analysed:
        return {}
    return {
        name: pd.concat([getattr(one, name) for one in analysed], ignore_index=True)
        for name in ("views", "effects", "findings", "accounting")
    }


def found(analysed: list[Analysed], lang: str) -> list[str]:
    """What the notebook found: one sentence per analysis, then how sure it is."""
    said_: list[str] = []
    for one in analysed:
        main = one.findings[one.findings["sensitivity_of"].isna()]
        null = main[main["evidence"] == "null"]
        clear = main[main["evidence"].isin(["positive", "negative"])]
        question = one.analysis.question.in_language(lang)
        answer = []
        if len(clear):
            parts = listing(
                f"{row['label']} ({'more' if row['evidence'] == 'positive' else 'less'})"
                for row in clear.to_dict("records")
            )
            answer.append(f"Clustered by country a difference is seen for {parts}.")
        if len(null):
            answer.append(
                f"For {listing(null['label'])} neither a difference nor its absence is shown."
            )
        said_.append(f"{question} {' '.join(answer)}")
        fooled = int((main["manufactured"] == True).sum())  # noqa: E712 - a nullable boolean
        if fooled:
            said_.append(
                f"{fooled} of {len(main)} outcomes would have passed for a difference if rows had "
                "been taken as independent."
            )
    return said_
