"""Intervals of proportions, and the quantile that every interval here is made with."""

from __future__ import annotations

from typing import Any

import numpy as np


def quantile(level: float, df: float | None) -> float:
    """How many standard errors an interval reaches to each side.

    Parameters
    ----------
    level : float
        Coverage, e.g. 0.95.
    df : float or None
        Degrees of freedom of Student's t; None for the normal distribution.
    """
    # The functions themselves: scipy.stats takes a second to import.
    from scipy.special import ndtri, stdtrit

    tail = 0.5 + level / 2
    return float(ndtri(tail) if df is None else stdtrit(df, tail))


def wilson(share: Any, n: Any, z: float) -> tuple[Any, Any]:
    """Wilson's score interval of a proportion (Wilson 1927, *JASA* 22).

    Parameters
    ----------
    share : float or array of float
        Between 0 and 1.
    n : float or array of float
        Answers, or the effective number of answers behind the share.
    z : float
        Quantile, from :func:`quantile`.

    Returns
    -------
    tuple
        Lower and upper bound, in the shape of the input; exactly 0 below a share of 0 and
        exactly 1 above a share of 1.
    """
    share, n = np.asarray(share, dtype=float), np.asarray(n, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        shrink = 1 + z**2 / n
        centre = (share + z**2 / (2 * n)) / shrink
        half = z / shrink * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low = np.where(share == 0, 0.0, np.maximum(centre - half, 0.0))
    high = np.where(share == 1, 1.0, np.minimum(centre + half, 1.0))
    unknown = ~(n > 0) | np.isnan(share)
    return np.where(unknown, np.nan, low)[()], np.where(unknown, np.nan, high)[()]
