"""The R-indicator: how much the propensity to be heard varies over the frame, and by what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import StageError
from msfresearch.survey.fieldwork.arrays import Array, dummies
from msfresearch.survey.fieldwork.interval import quantile
from msfresearch.survey.fieldwork.margins import merge

PARTIALS = pa.DataFrameSchema(
    {
        "variable": pa.Column(str, unique=True),
        "unconditional_unadjusted": pa.Column(float),
        "unconditional": pa.Column(float, nullable=True),
        "conditional_unadjusted": pa.Column(float),
        "conditional": pa.Column(float, nullable=True),
    },
    strict=True,
)
CATEGORIES = pa.DataFrameSchema(
    {
        "variable": pa.Column(str),
        "category": pa.Column(str),
        "n": pa.Column(int),
        "responded": pa.Column(int),
        "mean_propensity": pa.Column(float),
        "unconditional": pa.Column(float),
        "conditional": pa.Column(float),
    },
    strict=True,
)


@dataclass(frozen=True)
class Representativeness:
    """How representative a response is, by variables that are known of the whole frame.

    Attributes
    ----------
    n, responded
        Units of the frame, and those that are heard.
    merged : dict
        ``variable: category`` that was heard wholly or not at all, to the group it was merged in.
    propensities : Series
        Fitted propensity of each unit, on the frame's index.
    r, r_unadjusted
        R-indicator, with and without the adjustment for the bias of small frames: 1 is a
        response that does not depend on the variables, 0 one that wholly does. The adjusted one
        is missing where the fitted variation is no larger than chance makes it; nothing then
        speaks against a representative response.
    se
        Standard error of R.
    low, high
        Interval of the adjusted R, cut at 0 and 1.
    bias_factor
        By what the adjustment multiplies the variance of the propensities.
    cv, cv_se
        Variation of the propensities by their mean (unadjusted), the largest bias in standard
        deviations that a mean over the respondents can have from these variables; its error.
    variables : DataFrame
        Partial indicators by variable: ``unconditional`` (variation between its categories) and
        ``conditional`` (variation that remains within the cells of all the others), adjusted
        and not.
    categories : DataFrame
        Partial indicators by category, unadjusted: an ``unconditional`` one below 0 marks a
        category that is heard too little, and a large ``conditional`` one says that the category
        adds to what the others explain.
    """

    n: int
    responded: int
    merged: Mapping[str, str]
    propensities: pd.Series[Any]
    r: float
    r_unadjusted: float
    se: float
    low: float
    high: float
    bias_factor: float
    cv: float
    cv_se: float
    variables: pd.DataFrame
    categories: pd.DataFrame


def r_indicator(
    frame: pd.DataFrame,
    responded: pd.Series[Any],
    variables: Sequence[str],
    orders: Mapping[str, Sequence[str]] | None = None,
    level: float = 0.95,
) -> Representativeness:
    """Estimate how representative the response is.

    Response is fitted by a logistic regression on the categories of the variables, for a frame
    of which every unit is known (so that there is no sampling error in the auxiliary part).
    R, its adjustment and its error are those of Shlomo, Skinner and Schouten (2012, *Journal of
    Statistical Planning and Inference* 142), the partial indicators those of Schouten, Shlomo
    and Skinner (2011, *Journal of Official Statistics* 27), as the RISQ project computes them.

    Parameters
    ----------
    frame : DataFrame
        One row per unit, with the variables; each is taken as categories.
    responded : Series of bool
        Whether the unit is heard, on the frame's index.
    variables : sequence of str
        Columns of the frame.
    orders : dict, optional
        Variable to its categories in a line in which neighbours are alike: a category that is
        heard wholly or not at all is merged with its neighbour. Without it such a category is an
        error.
    level : float
        Coverage of the interval.

    Returns
    -------
    Representativeness

    Raises
    ------
    StageError
        When a variable has a missing value, all or none responded, or a category is heard wholly
        or not at all, so that the propensities have no finite fit.
    """
    y = responded.reindex(frame.index).to_numpy(dtype=float)
    named = frame[list(variables)]
    if named.isna().any().any():
        column = str(named.columns[named.isna().any()][0])
        raise StageError(
            "the frame does not tell a variable of every unit",
            column=column,
            found=f"{int(named[column].isna().sum())} units without it",
            action="complete codebook/members.csv, or leave the variable out",
        )
    grouped = {name: _merged(named[name], y, (orders or {}).get(name)) for name in variables}
    codes = {name: pd.Categorical(values) for name, values in grouped.items()}
    _check_fit(y, codes)
    x = dummies([code.codes.astype(int) for code in codes.values()])
    p, information = _logistic(x, y)
    n, inverse = len(y), np.linalg.inv(information)
    spread = float(p.var(ddof=1))
    slopes = x * (p * (1 - p))[:, None]
    bias = float(np.trace(inverse @ slopes.T @ slopes)) / n
    factor = (spread - bias) / spread if spread > 0 else np.nan
    shrink = float(np.sqrt(factor)) if factor > 0 else np.nan
    centred = slopes - slopes.mean(axis=0)
    first, second = centred.T @ (p - p.mean()) / n, centred.T @ centred / n
    variance = 4 * first @ inverse @ first + 2 * np.trace(second @ inverse @ second @ inverse)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = float(np.sqrt(variance / p.var()))
    mean = float(p.mean())
    cv_se = float(np.sqrt(se**2 / (4 * mean**2) + spread / mean**4 * spread / n))
    r = 1 - 2 * float(np.sqrt(spread)) * shrink
    reach = quantile(level, None) * se
    by_variable, by_category = _partials(p, y, codes, shrink)
    return Representativeness(
        n=n,
        responded=int(y.sum()),
        merged={
            f"{name}: {old}": new
            for name, values in grouped.items()
            for old, new in sorted(set(zip(named[name].astype("str"), values, strict=True)))
            if old != new
        },
        propensities=pd.Series(p, index=frame.index),
        r=r,
        r_unadjusted=1 - 2 * float(np.sqrt(spread)),
        se=se,
        low=max(r - reach, 0.0) if r == r else np.nan,
        high=min(r + reach, 1.0) if r == r else np.nan,
        bias_factor=factor,
        cv=float(np.sqrt(spread)) / mean,
        cv_se=cv_se,
        variables=by_variable,
        categories=by_category,
    )


def _merged(values: pd.Series[Any], y: Array, order: Sequence[str] | None) -> pd.Series[Any]:
    """Categories in which some are heard and some are not, by the declared order."""
    text = values.astype("str")
    if order is None:
        return text
    table = pd.crosstab(text, y).reindex(columns=[0.0, 1.0], fill_value=0)
    strange = sorted(set(table.index) - set(order))
    if strange:
        raise StageError(
            "a category of the frame has no place in the declared order",
            column=str(values.name),
            found=", ".join(strange),
            expected=", ".join(order),
        )
    scarce = {str(name): int(n) for name, n in table.min(axis=1).items()}
    return text.map(merge(scarce, [name for name in order if name in scarce], 1))


def _check_fit(y: Array, codes: dict[str, Any]) -> None:
    if np.isnan(y).any() or y.min() == y.max():
        raise StageError(
            "no propensities can be fitted",
            found=f"{int(np.nansum(y))} of {len(y)} units heard",
            expected="some that are and some that are not",
        )
    for name, code in codes.items():
        shares = np.bincount(code.codes, y) / np.bincount(code.codes)
        alone = np.flatnonzero((shares == 0) | (shares == 1))
        if len(alone):
            category = code.categories[alone[0]]
            raise StageError(
                f"every unit of {category} is heard" if shares[alone[0]] else "nobody is heard",
                column=name,
                found=f"{int(np.bincount(code.codes)[alone[0]])} units of {category}",
                expected="categories in which some are heard and some are not",
                action="merge the category with its neighbour before the indicator is computed",
            )


def _logistic(x: Array, y: Array) -> tuple[Array, Array]:
    """Propensities and information of a logistic regression.

    Iteratively reweighted least squares with the start and the stopping rule of R's ``glm``, and
    like there the information is that of the last step's weights: the reference was made so.
    """
    p = (y + 0.5) / 2
    eta = np.log(p / (1 - p))
    before = _deviance(y, p)
    for _ in range(50):
        weights = p * (1 - p)
        information = x.T @ (x * weights[:, None])
        try:
            beta = np.linalg.solve(information, x.T @ (weights * eta + y - p))
        except np.linalg.LinAlgError:
            break
        eta = x @ beta
        p = 1 / (1 + np.exp(-eta))
        after = _deviance(y, p)
        if abs(after - before) / (abs(after) + 0.1) < 1e-8:
            # Propensities of 0 or 1 converge too, to a fit that does not exist.
            if np.min(p * (1 - p)) < 1e-7 or np.linalg.cond(information) > 1e12:
                break
            return p, information
        before = after
    raise StageError(
        "the propensities have no finite fit",
        found="variables that foretell the response of some units wholly, or each other",
        action="merge categories, or leave a variable out",
    )


def _deviance(y: Array, p: Array) -> float:
    inside = np.clip(np.where(y == 1, p, 1 - p), 1e-300, 1.0)
    return float(-2 * np.log(inside).sum())


def _partials(
    p: Array, y: Array, codes: dict[str, Any], shrink: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    n = len(p)
    variables: list[tuple[object, ...]] = []
    categories: list[tuple[object, ...]] = []
    for name, code in codes.items():
        sizes = np.bincount(code.codes)
        means = np.bincount(code.codes, p) / sizes
        between = np.sqrt(sizes / n) * (means - p.mean())
        others = [other.codes for other_name, other in codes.items() if other_name != name]
        cells = pd.DataFrame(np.transpose([np.zeros(n), *others])).groupby(
            list(range(len(others) + 1))
        )
        cell = cells.ngroup().to_numpy()
        within = (p - (np.bincount(cell, p) / np.bincount(cell))[cell]) ** 2
        own = np.bincount(code.codes, within) / n
        pu, pc = float(np.sqrt((between**2).sum())), float(np.sqrt(own.sum()))
        variables.append((name, pu, pu * shrink, pc, pc * shrink))
        heard = np.bincount(code.codes, y).astype(int)
        for k, category in enumerate(code.categories):
            row = (name, str(category), int(sizes[k]), int(heard[k]), float(means[k]))
            categories.append((*row, float(between[k]), float(np.sqrt(own[k]))))
    by_variable = pd.DataFrame(variables, columns=list(PARTIALS.columns))
    by_category = pd.DataFrame(categories, columns=list(CATEGORIES.columns))
    text = {"variable": "str", "category": "str"}
    return (
        PARTIALS.validate(by_variable.astype({"variable": "str"})),
        CATEGORIES.validate(by_category.astype(text)),
    )
