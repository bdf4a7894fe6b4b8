"""What a logit says in probabilities: the average difference, with the interval of its view."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.success.fits import Fit, FloatArray
from msfresearch.success.intervals import minimal_detectable, p_value, quantile
from msfresearch.success.plan import Analysis
from msfresearch.success.views import view_fits

EFFECTS = pa.DataFrameSchema(
    {
        "analysis": pa.Column("str"),
        "outcome": pa.Column("str"),
        "label": pa.Column("str"),
        "sensitivity_of": pa.Column("str", nullable=True),
        "view": pa.Column("str"),
        "p_unexposed": pa.Column("float64", pa.Check.in_range(0, 1), nullable=True),
        "p_exposed": pa.Column("float64", pa.Check.in_range(0, 1), nullable=True),
        "effect": pa.Column("float64", nullable=True),
        "se": pa.Column("float64", pa.Check.gt(0), nullable=True),
        "low": pa.Column("float64", nullable=True),
        "high": pa.Column("float64", nullable=True),
        "p": pa.Column("float64", pa.Check.in_range(0, 1), nullable=True),
        "df": pa.Column("float64", nullable=True),
        "mde": pa.Column("float64", nullable=True),
        "status": pa.Column("str"),
    },
    strict=True,
    ordered=True,
    coerce=True,
)


def average_effects(
    frame: pd.DataFrame, analysis: Analysis, *, language: str = "en"
) -> pd.DataFrame:
    """Average difference in probability for every logit view of an analysis.

    Parameters
    ----------
    frame, analysis, language
        As in `msfresearch.success.views.fit_views`.

    Returns
    -------
    DataFrame
        Columns of ``EFFECTS``; none where the analysis has no logit. ``effect``, its standard
        error and interval are probabilities (0.05 is five percentage points): with the exposure
        minus without, or per step of a numeric exposure. ``p_unexposed`` and ``p_exposed`` are
        the predicted probabilities, missing for a numeric exposure. ``mde`` is the smallest
        true effect found with a power of 80%.

    Raises
    ------
    PlanError
        When the table does not fit the analysis.
    """
    lines: list[dict[str, object]] = []
    for one in view_fits(frame, analysis):
        if one.scale != "log odds":
            continue
        line: dict[str, object] = {
            "analysis": analysis.id,
            "outcome": one.outcome.id,
            "label": one.outcome.label.in_language(language),
            "sensitivity_of": one.outcome.sensitivity_of,
            "view": one.view,
        }
        if isinstance(one.result, Fit):
            numbers = average_effect(one.result, analysis.exposure.kind, analysis.policy.level)
            lines.append(line | dict(numbers) | {"status": "estimated"})
        else:
            lines.append(line | {"status": one.result.status})
    return EFFECTS.validate(pd.DataFrame(lines, columns=list(EFFECTS.columns)))


def average_effect(
    fit: Fit, kind: Literal["binary", "numeric"], level: float = 0.95
) -> dict[str, float]:
    """Average effect of the exposure on the probability, with a delta-method interval.

    Parameters
    ----------
    fit : Fit
        A logit or fractional logit; the exposure is the second column of its design.
    kind : {"binary", "numeric"}
        binary: mean over the rows of the prediction at 1 minus the prediction at 0.
        numeric: mean derivative.
    level : float
        Coverage of the interval.

    Returns
    -------
    dict
        p_unexposed, p_exposed, effect, se, low, high, p, df, mde. The covariance is that of the
        fit, so a clustered fit gives a clustered interval, on the same degrees of freedom.

    Raises
    ------
    ValueError
        For a linear model, whose coefficient is the effect.
    """
    if fit.model == "OLS":
        raise ValueError("the coefficient of a linear model is its average effect")
    matrix = fit.design.to_numpy(dtype="float64")
    without = with_it = np.nan
    if kind == "binary":
        off, on = matrix.copy(), matrix.copy()
        off[:, 1], on[:, 1] = 0.0, 1.0
        p_off, p_on = _inverse_logit(off @ fit.params), _inverse_logit(on @ fit.params)
        without, with_it = float(p_off.mean()), float(p_on.mean())
        effect = with_it - without
        slopes = (p_on * (1 - p_on))[:, None] * on - (p_off * (1 - p_off))[:, None] * off
        gradient = slopes.mean(axis=0)
    else:
        p = _inverse_logit(matrix @ fit.params)
        slope = p * (1 - p)
        effect = float(slope.mean() * fit.params[1])
        gradient = fit.params[1] * ((slope * (1 - 2 * p))[:, None] * matrix).mean(axis=0)
        gradient[1] += slope.mean()
    se = float(np.sqrt(gradient @ fit.cov @ gradient))
    reach = quantile(level, fit.df) * se
    return {
        "p_unexposed": without,
        "p_exposed": with_it,
        "effect": effect,
        "se": se,
        "low": effect - reach,
        "high": effect + reach,
        "p": p_value(effect / se, fit.df),
        "df": np.nan if fit.df is None else fit.df,
        "mde": minimal_detectable(se, fit.df, level=level),
    }


def _inverse_logit(values: FloatArray) -> FloatArray:
    from scipy.special import expit

    return np.asarray(expit(values), dtype="float64")
