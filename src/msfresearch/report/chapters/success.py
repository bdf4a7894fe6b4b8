"""What the notebook on success shows and says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from msfresearch.report import figures, tables
from msfresearch.report.chapters.cleaning import REASONS
from msfresearch.report.chapters.common import listing, lower_first
from msfresearch.report.figure import Figure
from msfresearch.report.wording import interval, number
from msfresearch.success.effects import average_effects
from msfresearch.success.findings import findings
from msfresearch.success.plan import Analysis, Plan, WavePlan
from msfresearch.success.rows import accounting, prepare
from msfresearch.success.views import fit_views
from msfresearch.wave import Wave

VIEWS = {
    "naive": "rows as if independent",
    "clustered": "rows, clustered by country",
    "aggregated": "plans, clustered by country",
}
#: The views that a brief shows, in plain words.
PLAIN_VIEWS = {
    "clustered": "each row counts once",
    "aggregated": "each plan counts once",
}
#: Scales that a reader of a brief knows; log odds are told as percentage points there.
PLAIN_SCALES = {"points": "Difference in points"}
SCALES = {"points": "Difference in points", "log odds": "Difference in log odds"}


RESULTS = ("views", "effects", "findings", "accounting", "limits")


@dataclass(frozen=True)
class Analysed:
    """One analysis of the plan with everything that was estimated for it."""

    analysis: Analysis
    views: pd.DataFrame
    effects: pd.DataFrame
    findings: pd.DataFrame
    accounting: pd.DataFrame
    limits: pd.DataFrame


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
                _limits(frame, analysis, lang),
            )
        )
    return done


def _limits(frame: pd.DataFrame, analysis: Analysis, lang: str) -> pd.DataFrame:
    """Predictors asked for and refused, per outcome, with the size that set the limit."""
    asked = {one.item: one.label.in_language(lang) for one in analysis.predictors}
    rows = []
    for outcome in analysis.outcomes:
        limit = prepare(frame, analysis, outcome).limit
        # Where not even the exposure may enter, nothing is fitted: its verdict says so.
        refused = [lower_first(asked[item]) for item in limit.refused] if limit.allowed else []
        rows.append(
            {
                "analysis": analysis.id,
                "outcome": outcome.id,
                "label": outcome.label.in_language(lang),
                "allowed": limit.allowed,
                "entered": len(limit.kept),
                "refused": listing(refused) or None,
                "n_units": limit.n_units,
                "n_events": limit.n_events,
            }
        )
    return pd.DataFrame(rows).astype({"refused": "str", "n_events": "Int64"})


def stored(wave: Wave, plan: WavePlan | None) -> list[Analysed]:
    """The analyses as stage ``success`` left them."""
    if plan is None:
        return []
    kept = {name: wave.table("success", name) for name in RESULTS}
    return [
        Analysed(
            analysis,
            *(
                kept[name][kept[name]["analysis"] == analysis.id].reset_index(drop=True)
                for name in RESULTS
            ),
        )
        for analysis in plan.analyses
    ]


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


def effect_figure(one: Analysed, status: str, lang: str) -> list[Figure]:
    """Logit outcomes as differences in percentage points; none where there are none."""
    rows = one.effects[
        one.effects["view"].isin(list(PLAIN_VIEWS))
        & one.effects["sensitivity_of"].isna()
        & (one.effects["status"] == "estimated")
    ]
    if rows.empty:
        return []
    points = {name: 100 * rows[name] for name in ("effect", "low", "high")}
    return [
        figures.forest(
            rows.assign(view=rows["view"].map(PLAIN_VIEWS), **points),
            "label",
            "effect",
            "low",
            "high",
            "view",
            digits=1,
            xlabel="Difference in percentage points",
            title=f"{one.analysis.exposure.label.in_language(lang)}: difference in percentage "
            "points by outcome",
            caption="95% intervals that count countries. The line at 0 is no difference.",
            status=status,
            lang=lang,
        )
    ]


def forests(
    one: Analysed,
    status: str,
    lang: str,
    views: Mapping[str, str] = VIEWS,
    scales: Mapping[str, str] = SCALES,
) -> list[Figure]:
    """One figure per scale: points and log odds do not share an axis."""
    drawn: list[Figure] = []
    for scale, xlabel in scales.items():
        rows = one.views[(one.views["scale"] == scale) & one.views["sensitivity_of"].isna()]
        rows = rows[rows["view"].isin(list(views))]
        if rows["estimate"].notna().any():
            drawn.append(
                figures.forest(
                    rows.assign(view=rows["view"].map(views)),
                    "label",
                    "estimate",
                    "low",
                    "high",
                    "view",
                    xlabel=xlabel,
                    title=f"{one.analysis.exposure.label.in_language(lang)}: "
                    f"{lower_first(xlabel)} by outcome and view",
                    caption="95% intervals. The line at 0 is no difference. "
                    + (
                        "Rows of one plan share its forum: taken as independent they count it "
                        "many times."
                        if one.analysis.units.plan and "naive" in views
                        else "Intervals count countries."
                    ),
                    status=status,
                    lang=lang,
                )
            )
    return drawn


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
        for name in RESULTS
    }
