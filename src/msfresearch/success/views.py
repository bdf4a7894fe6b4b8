"""Three views of one comparison: rows as if independent, rows by member, plans by member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.success.fits import Fit, FitModel, Refusal, fit
from msfresearch.success.intervals import p_value, quantile
from msfresearch.success.plan import Analysis, Outcome, View
from msfresearch.success.rows import Rows, prepare

Scale = Literal["points", "log odds"]

VIEWS = pa.DataFrameSchema(
    {
        "analysis": pa.Column("str"),
        "outcome": pa.Column("str"),
        "label": pa.Column("str"),
        "sensitivity_of": pa.Column("str", nullable=True),
        "view": pa.Column("str", pa.Check.isin(["naive", "clustered", "aggregated"])),
        "model": pa.Column("str", pa.Check.isin(["OLS", "logit", "fractional logit"])),
        "scale": pa.Column("str", pa.Check.isin(["points", "log odds"])),
        "estimate": pa.Column("float64", nullable=True),
        "se": pa.Column("float64", pa.Check.gt(0), nullable=True),
        "low": pa.Column("float64", nullable=True),
        "high": pa.Column("float64", nullable=True),
        "p": pa.Column("float64", pa.Check.in_range(0, 1), nullable=True),
        "p_reference": pa.Column("float64", pa.Check.in_range(0, 1), nullable=True),
        "df": pa.Column("float64", pa.Check.gt(0), nullable=True),
        "n_rows": pa.Column("int64", pa.Check.ge(0)),
        "n_plans": pa.Column("Int64", nullable=True),
        "n_members": pa.Column("int64", pa.Check.ge(0)),
        "n_exposed_plans": pa.Column("Int64", nullable=True),
        "predictors": pa.Column("str", nullable=True),
        "refused": pa.Column("str", nullable=True),
        "status": pa.Column("str"),
        "converged": pa.Column("boolean", nullable=True),
        "note": pa.Column("str"),
    },
    checks=pa.Check(
        lambda table: table["estimate"].notna() == (table["status"] == "estimated"),
        error="a number without a fit, or a fit without a number",
    ),
    strict=True,
    ordered=True,
    coerce=True,
)

_NOTE_AGGREGATED = "each plan weighs the same: the average plan, not the average row"


@dataclass(frozen=True)
class ViewFit:
    """One view of one outcome: the fit, or why there is none.

    Attributes
    ----------
    unit
        What the rows of the fit are named by: ``row`` or ``plan``.
    data
        One line per unit: ``row`` or ``plan``, ``member``, ``outcome``, ``exposure`` …
    """

    outcome: Outcome
    view: View
    model: FitModel
    scale: Scale
    data: pd.DataFrame
    rows: Rows
    result: Fit | Refusal


def fit_views(frame: pd.DataFrame, analysis: Analysis, *, language: str = "en") -> pd.DataFrame:
    """Fit every outcome of an analysis in every declared view.

    Parameters
    ----------
    frame : DataFrame
        The clean table that the analysis names: one row per unit, one column per item.
    analysis : Analysis
        From the plan.
    language : {"en", "es", "fr"}
        Language of the column ``label``.

    Returns
    -------
    DataFrame
        Columns of ``VIEWS``, one row per outcome and view. ``estimate`` is the difference with
        the exposure (or per step of it) in points of the outcome or in log odds; ``low`` and
        ``high`` bound the interval at the plan's level; ``df`` is missing where the reference
        is normal. ``p`` goes with that interval; ``p_reference`` is the p-value of statsmodels'
        default, which refers clustered fits to the normal distribution. ``converged`` is
        missing where nothing was fitted. Without an estimate ``status`` says why.

    Raises
    ------
    PlanError
        When the table does not fit the analysis.

    Notes
    -----
    naive: rows as if independent. It is shown to be distrusted: the exposure is one value per
    plan, so rows of a plan repeat one piece of information.
    clustered: the same estimate, sandwich covariance by member, t with G-1.
    aggregated: plan means by OLS, or plan shares by fractional logit, every plan with the same
    weight, clustered by member. The estimand changes from the average row to the average plan.
    """
    lines = [_line(one, analysis, language) for one in view_fits(frame, analysis)]
    return VIEWS.validate(pd.DataFrame(lines))


def view_fits(frame: pd.DataFrame, analysis: Analysis) -> tuple[ViewFit, ...]:
    """Fit as `fit_views`, and keep the fits for what is derived from them."""
    fits: list[ViewFit] = []
    for outcome in analysis.outcomes:
        rows = prepare(frame, analysis, outcome)
        fits += [_view(view, rows, analysis, outcome) for view in analysis.views]
    return tuple(fits)


def _view(view: View, rows: Rows, analysis: Analysis, outcome: Outcome) -> ViewFit:
    model: FitModel = "OLS" if outcome.model == "linear" else "logit"
    data = rows.data
    if view == "aggregated":
        data = plan_means(data)
        model = "OLS" if model == "OLS" else "fractional logit"
    clusters = None if view == "naive" else data["member"]
    result: Fit | Refusal | None = _too_little(data, rows, analysis, clustered=clusters is not None)
    if result is None:
        design = pd.DataFrame({"intercept": 1.0, analysis.exposure.item: data["exposure"]})
        design = pd.concat([design, data[list(rows.predictors)]], axis=1)
        result = fit(data["outcome"].to_numpy(), design, model, clusters)
    return ViewFit(
        outcome=outcome,
        view=view,
        model=model,
        scale="points" if model == "OLS" else "log odds",
        data=data,
        rows=rows,
        result=result,
    )


def plan_means(data: pd.DataFrame) -> pd.DataFrame:
    """Mean of outcome, exposure and predictors per plan, in order of plan."""
    return data.drop(columns="row").groupby(["plan", "member"], as_index=False, sort=True).mean()


def _too_little(
    data: pd.DataFrame, rows: Rows, analysis: Analysis, *, clustered: bool
) -> Refusal | None:
    """What makes a fit pointless or its interval wrong, before it is tried."""
    policy = analysis.policy
    if len(data) == 0:
        return Refusal("no rows", "no row has both outcome and exposure")
    varies = data["outcome"].nunique() > 1 and data["exposure"].nunique() > 1
    if varies and rows.limit.allowed == 0:
        return Refusal("too few events", rows.limit.explanation)
    if not clustered:
        return None
    members = data["member"].nunique()
    if members < policy.minimum_clusters:
        return Refusal(
            "few clusters",
            f"{members} members; an interval by member needs {policy.minimum_clusters}",
        )
    if varies and analysis.exposure.kind == "binary":
        sides = [data.loc[data["exposure"] == side, "member"].nunique() for side in (0, 1)]
        if min(sides) < policy.minimum_clusters_per_side:
            return Refusal(
                "few clusters per side",
                f"{sides[1]} members with the exposure and {sides[0]} without; "
                f"an interval by member needs {policy.minimum_clusters_per_side} of each",
            )
    return None


def _line(one: ViewFit, analysis: Analysis, language: str) -> dict[str, object]:
    data, result = one.data, one.result
    plans = analysis.units.plan is not None
    exposed = plans and analysis.exposure.kind == "binary"
    line: dict[str, object] = {
        "analysis": analysis.id,
        "outcome": one.outcome.id,
        "label": one.outcome.label.in_language(language),
        "sensitivity_of": one.outcome.sensitivity_of,
        "view": one.view,
        "model": one.model,
        "scale": one.scale,
        **_numbers(result, analysis.policy.level),
        "n_rows": len(data),
        "n_plans": data["plan"].nunique() if plans else pd.NA,
        "n_members": data["member"].nunique(),
        "n_exposed_plans": data.loc[data["exposure"] == 1, "plan"].nunique() if exposed else pd.NA,
        "predictors": "; ".join(one.rows.predictors) or pd.NA,
        "refused": "; ".join(one.rows.limit.refused) or pd.NA,
    }
    if isinstance(result, Refusal):
        converged = False if result.status == "not converged" else pd.NA
        return line | {"status": result.status, "converged": converged, "note": result.note}
    note = _NOTE_AGGREGATED if one.view == "aggregated" else ""
    return line | {"status": "estimated", "converged": True, "note": note}


def _numbers(result: Fit | Refusal, level: float) -> dict[str, object]:
    names = ("estimate", "se", "low", "high", "p", "p_reference", "df")
    if isinstance(result, Refusal):
        return dict.fromkeys(names, np.nan)
    estimate, se = float(result.params[1]), float(np.sqrt(result.cov[1, 1]))
    reach = quantile(level, result.df) * se
    p = p_value(estimate / se, result.df)
    # statsmodels refers everything to the normal but an OLS of independent rows.
    default = None if result.clustered else result.df
    return {
        "estimate": estimate,
        "se": se,
        "low": estimate - reach,
        "high": estimate + reach,
        "p": p,
        "p_reference": p_value(estimate / se, default),
        "df": np.nan if result.df is None else result.df,
    }
