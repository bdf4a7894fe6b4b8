"""Weights that meet known totals of variables: calibration, poststratification, trimming."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from msfresearch.errors import StageError
from msfresearch.survey.fieldwork.arrays import Array


def calibrate(
    x: Array,
    totals: Array,
    weights: Array,
    distance: Literal["linear", "raking"] = "linear",
    tolerance: float = 1e-12,
) -> Array:
    """Change weights as little as can be so that variables have given totals.

    ``linear`` gives the generalised regression estimator, whose weights may be negative;
    ``raking`` multiplies by an exponential, and they may not (Deville and Särndal 1992, *JASA*
    87). For margins of categories it gives the weights of raking.

    Parameters
    ----------
    x : array, shape (n, p)
        The variables, a constant among them.
    totals : array, shape (p,)
        What their weighted sums are to be.
    weights : array, shape (n,)
        Positive weights to begin with.
    distance : str
        ``linear`` or ``raking``.
    tolerance : float
        Deviation of every total, as a share of the largest, at which it ends.

    Returns
    -------
    array, shape (n,)

    Raises
    ------
    StageError
        When no weights meet the totals.
    """
    scale = np.abs(totals).max()
    multipliers = np.zeros(x.shape[1])
    calibrated = weights
    for _ in range(100):
        off = totals - x.T @ calibrated
        if np.abs(off).max() <= tolerance * scale:
            return calibrated
        slope = weights if distance == "linear" else calibrated
        step = np.linalg.lstsq(x.T @ (x * slope[:, None]), off, rcond=None)[0]
        for _halving in range(40):
            reach = x @ (multipliers + step)
            with np.errstate(over="ignore", invalid="ignore"):
                tried = weights * (1 + reach if distance == "linear" else np.exp(reach))
                nearer = np.abs(totals - x.T @ tried).max() < np.abs(off).max()
            if nearer:
                break
            step = step / 2
        else:
            break
        multipliers, calibrated = multipliers + step, tried
    off = totals - x.T @ calibrated
    # Rounding may leave a hair more than the tolerance asks for; more than that is no rounding.
    if np.abs(off).max() <= 1e-9 * scale:
        return calibrated
    raise StageError(
        "no weights meet the totals",
        column=f"variable {int(np.abs(off).argmax()) + 1} of {x.shape[1]}",
        found=f"off by {np.abs(off).max() / scale:.2g} of the largest total",
        action="leave the variable out, or take another distance",
    )


def poststratify(codes: Any, totals: Mapping[Any, float], weights: Array) -> Array:
    """Scale weights so that each stratum has its total.

    Parameters
    ----------
    codes : array, shape (n,)
        Stratum of each row.
    totals : dict
        Stratum to its total.
    weights : array, shape (n,)
        To begin with.

    Returns
    -------
    array, shape (n,)

    Raises
    ------
    StageError
        When a stratum has no rows, or a row no stratum.
    """
    names, code = np.unique(np.asarray(codes), return_inverse=True)
    here = {str(name) for name in names}
    wrong = sorted(here ^ {str(name) for name in totals})
    if wrong:
        raise StageError(
            "strata of the answers and of the frame differ",
            found=wrong[0],
            expected="each stratum in both",
            action="merge the stratum with another",
        )
    target = np.array([totals[name] for name in names], dtype=float)
    return np.asarray(weights * (target / np.bincount(code, weights))[code])


def trim_weights(
    weights: Array, lower: float = -np.inf, upper: float = np.inf, *, strict: bool = False
) -> Array:
    """Cut weights to bounds and share out what that took or added equally among the others.

    The total stays, the margins do not: :func:`msfresearch.survey.fieldwork.rake` with a cap
    keeps both.

    Parameters
    ----------
    weights : array, shape (n,)
    lower, upper : float
        Bounds.
    strict : bool
        Go on until no weight is out of bounds; otherwise sharing out may leave some.

    Returns
    -------
    array, shape (n,)

    Raises
    ------
    StageError
        When strict bounds cannot hold the total.
    """
    n, total = len(weights), float(weights.sum())
    if strict and not lower * n <= total <= upper * n:
        raise StageError(
            "bounds that cannot hold the sum of the weights",
            found=f"a mean weight of {total / n:g}",
            expected=f"a mean between {lower:g} and {upper:g}",
        )
    cut = np.zeros(n, dtype=bool)
    trimmed = weights
    while True:
        out = (trimmed < lower) | (trimmed > upper)
        if not out.any():
            return trimmed
        cut |= out
        trimmed = np.clip(trimmed, lower, upper)
        if cut.all():
            return trimmed
        trimmed = trimmed + np.where(cut, 0.0, (total - trimmed.sum()) / (~cut).sum())
        if not strict:
            return trimmed
