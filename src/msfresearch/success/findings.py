"""What the views amount to, as columns: the words for it belong to the report."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.success.intervals import minimal_detectable
from msfresearch.success.plan import Analysis

FINDINGS = pa.DataFrameSchema(
    {
        "analysis": pa.Column("str"),
        "outcome": pa.Column("str"),
        "label": pa.Column("str"),
        "sensitivity_of": pa.Column("str", nullable=True),
        "family": pa.Column("str", pa.Check.isin(["confirmatory", "exploratory"])),
        "scale": pa.Column("str"),
        "evidence": pa.Column(
            "str", pa.Check.isin(["null", "positive", "negative", "not estimated"])
        ),
        "estimate": pa.Column("float64", nullable=True),
        "low": pa.Column("float64", nullable=True),
        "high": pa.Column("float64", nullable=True),
        "p": pa.Column("float64", nullable=True),
        "p_adjusted": pa.Column("float64", nullable=True),
        "adjustment": pa.Column("str", nullable=True),
        "naive_p": pa.Column("float64", nullable=True),
        "manufactured": pa.Column("boolean", nullable=True),
        "se_ratio": pa.Column("float64", nullable=True),
        "mde": pa.Column("float64", nullable=True),
        "plan_evidence": pa.Column("str", nullable=True),
        "plan_estimate": pa.Column("float64", nullable=True),
        "plan_low": pa.Column("float64", nullable=True),
        "plan_high": pa.Column("float64", nullable=True),
        "plan_p": pa.Column("float64", nullable=True),
        "plan_p_adjusted": pa.Column("float64", nullable=True),
        "n_rows": pa.Column("int64"),
        "n_plans": pa.Column("Int64", nullable=True),
        "n_members": pa.Column("int64"),
        "status": pa.Column("str"),
    },
    strict=True,
    ordered=True,
    coerce=True,
)


def findings(views: pd.DataFrame, analysis: Analysis) -> pd.DataFrame:
    """Read the evidence off the views, one row per outcome.

    Parameters
    ----------
    views : DataFrame
        From `msfresearch.success.views.fit_views`, with a clustered view.
    analysis : Analysis
        The same analysis.

    Returns
    -------
    DataFrame
        Columns of ``FINDINGS``. ``evidence`` is judged by the interval clustered by member:
        "null" when it holds zero. ``manufactured``: the naive p is below one minus the plan's
        level and the clustered p is not. ``se_ratio``: clustered over naive standard error.
        ``mde``: the smallest true effect that the clustered view finds with a power of 80%, on
        the scale of the estimate. ``plan_evidence`` and the other ``plan_`` columns: the same in
        the aggregated view, missing where the analysis has none; where the two judgements
        differ, the answer hangs on whether commitments or plans count the same, and a report
        has to say so. ``p_adjusted`` counts the main outcomes of the
        analysis as one family: Holm if confirmatory, Benjamini-Hochberg if exploratory; missing
        for a sensitivity.

    Raises
    ------
    ValueError
        When the views are of another analysis or have no clustered view.
    """
    if set(views["analysis"]) != {analysis.id} or "clustered" not in set(views["view"]):
        raise ValueError(f"needs the views of {analysis.id}, the clustered one among them")
    by_view = {str(name): table.set_index("outcome") for name, table in views.groupby("view")}
    clustered = by_view["clustered"]
    size = 1 - analysis.policy.level
    out = clustered.loc[
        [outcome.id for outcome in analysis.outcomes],
        [column for column in FINDINGS.columns if column in clustered.columns],
    ].copy()
    out["family"] = analysis.family
    out["evidence"] = _evidence(out)
    out["mde"] = [
        minimal_detectable(float(se), float(df), level=analysis.policy.level)
        if np.isfinite(se)
        else np.nan
        for se, df in zip(clustered["se"], clustered["df"], strict=True)
    ]
    out["naive_p"], out["se_ratio"], out["manufactured"] = np.nan, np.nan, pd.NA
    if "naive" in by_view:
        naive = by_view["naive"].loc[out.index]
        both = naive["p"].notna() & out["p"].notna()
        out["naive_p"] = naive["p"]
        out["se_ratio"] = clustered["se"] / naive["se"]
        told = (naive["p"] < size) & (out["p"] >= size)
        out["manufactured"] = told.astype("boolean").where(both)
    out["p_adjusted"], out["adjustment"] = _adjusted(out, analysis)
    for column in FINDINGS.columns:
        if column.startswith("plan_"):
            out[column] = pd.NA if column == "plan_evidence" else np.nan
    if "aggregated" in by_view:
        plans = by_view["aggregated"].loc[out.index]
        out["plan_evidence"] = _evidence(plans)
        for number in ("estimate", "low", "high", "p"):
            out[f"plan_{number}"] = plans[number]
        out["plan_p_adjusted"], _ = _adjusted(plans, analysis)
    out = out.reset_index()[list(FINDINGS.columns)]
    return FINDINGS.validate(out)


def _evidence(views: pd.DataFrame) -> pd.Series[str]:
    words = np.select(
        [views["estimate"].isna(), views["low"] > 0, views["high"] < 0],
        ["not estimated", "positive", "negative"],
        default="null",
    )
    return pd.Series(words, index=views.index, dtype="str")


def _adjusted(out: pd.DataFrame, analysis: Analysis) -> tuple[pd.Series[float], str]:
    from statsmodels.stats.multitest import multipletests

    method = {"confirmatory": "holm", "exploratory": "fdr_bh"}[analysis.family]
    family = out["sensitivity_of"].isna() & out["p"].notna()
    adjusted = pd.Series(np.nan, index=out.index)
    if family.any():
        adjusted[family] = multipletests(out.loc[family, "p"], method=method)[1]
    return adjusted, {"holm": "Holm", "fdr_bh": "Benjamini-Hochberg"}[method]
