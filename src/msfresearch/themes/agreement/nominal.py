"""Coefficients for one code per unit: Krippendorff's alpha, and kappa of a table of two coders."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from msfresearch.errors import AnswerError

Scale: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]
Floats: TypeAlias = NDArray[np.float64]


def krippendorff_alpha(codes: ArrayLike, scale: Scale = "nominal") -> float:
    """Krippendorff's alpha of any number of coders, with missing codes.

    Parameters
    ----------
    codes : array, shape (coders, units)
        Numbers of categories, or values; NaN where a coder did not see a unit.
    scale : str
        What a difference between two codes means: ``nominal``, ``ordinal``, ``interval``,
        ``ratio``.

    Returns
    -------
    float
        1 is perfect, 0 what chance gives. NaN where it is not defined: no unit seen by two
        coders, or one category only.

    Raises
    ------
    AnswerError
        When the array does not have two dimensions, or a code is infinite.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability.
    """
    given = np.asarray(codes, dtype=float)
    if given.ndim != 2 or np.isinf(given).any():
        raise AnswerError(
            "codes cannot be compared",
            found=f"an array of shape {given.shape}",
            expected="coders x units, finite numbers, NaN where not seen",
        )
    values, category = np.unique(given[~np.isnan(given)], return_inverse=True)
    unit = np.nonzero(~np.isnan(given))[1]
    counts = np.zeros((given.shape[1], len(values)))
    np.add.at(counts, (unit, category), 1)
    counts = counts[counts.sum(axis=1) >= 2]
    totals = counts.sum(axis=0)
    pairs = (counts / (counts.sum(axis=1, keepdims=True) - 1)).T @ counts
    pairs -= np.diag((counts / (counts.sum(axis=1, keepdims=True) - 1)).sum(axis=0))
    distance = _distances(values, totals, scale)
    expected = float(totals @ distance @ totals)
    if expected <= 0:
        return float("nan")
    return float(1 - (totals.sum() - 1) * (pairs * distance).sum() / expected)


def _distances(values: Floats, totals: Floats, scale: Scale) -> Floats:
    one, other = values[:, None], values[None, :]
    if scale == "nominal":
        return np.asarray(one != other, dtype=float)
    if scale == "interval":
        return np.asarray((one - other) ** 2)
    if scale == "ratio":
        both = one + other
        parts = np.divide(one - other, both, out=np.zeros_like(both), where=both != 0)
        return np.asarray(parts**2)
    # Codes between the two count whole, the two themselves by half.
    middle = totals.cumsum() - totals / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2)


def kappa_of_table(table: ArrayLike, disagreement: ArrayLike | None = None) -> float:
    """Cohen's kappa of two coders, weighted where weights are given.

    Parameters
    ----------
    table : array, shape (categories, categories)
        Counts or shares: first coder by row, second by column.
    disagreement : array of the same shape, optional
        How bad each confusion is, 0 on the diagonal; without it all are alike.

    Returns
    -------
    float
        NaN where chance alone would leave no disagreement: one category only, or no unit.

    Raises
    ------
    AnswerError
        When the table is not square, has a negative entry, or the weights do not fit it.

    References
    ----------
    Cohen, J. (1968). Weighted kappa. Psychological Bulletin 70(4), 213-220.
    """
    shares = np.asarray(table, dtype=float)
    square = shares.ndim == 2 and shares.shape[0] == shares.shape[1]
    weights = (
        1 - np.eye(len(shares)) if disagreement is None else np.asarray(disagreement, dtype=float)
    )
    if not square or weights.shape != shares.shape or not (shares >= 0).all():
        raise AnswerError(
            "no table of two coders",
            found=f"shapes {shares.shape} and {weights.shape}",
            expected="categories x categories, none negative, weights of the same shape",
        )
    total = shares.sum()
    chance = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    expected = float((weights * chance).sum())
    if expected <= 0:
        return float("nan")
    return float(1 - total * (weights * shares).sum() / expected)
