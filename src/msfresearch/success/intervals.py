"""Quantiles and p-values against t or, without degrees of freedom, the normal distribution."""

from __future__ import annotations

from msfresearch.survey.fieldwork.interval import quantile

__all__ = ["minimal_detectable", "one_sided", "p_value", "quantile"]


def one_sided(probability: float, df: float | None) -> float:
    """The value below which that probability lies."""
    from scipy import stats

    return float(stats.norm.ppf(probability) if df is None else stats.t.ppf(probability, df))


def p_value(statistic: float, df: float | None) -> float:
    """Two-sided p-value of an estimate divided by its standard error."""
    from scipy import stats

    size = abs(statistic)
    return float(2 * (stats.norm.sf(size) if df is None else stats.t.sf(size, df)))


def minimal_detectable(
    se: float, df: float | None, *, level: float = 0.95, power: float = 0.8
) -> float:
    """The smallest true effect that a two-sided test would find with the given power.

    Parameters
    ----------
    se : float
        Standard error, on the scale of the estimate.
    df : float or None
        Degrees of freedom of t; None for the normal distribution.
    level, power : float
        One minus the size of the test; the probability to find the effect.

    Returns
    -------
    float
        ``(t[(1 + level) / 2] + t[power]) * se``, in the unit of `se` (Bloom 1995,
        *Evaluation Review* 19).
    """
    return (quantile(level, df) + one_sided(power, df)) * se
