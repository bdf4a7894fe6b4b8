"""One guarded fit: statsmodels estimates, and what it would hide is refused with a reason."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.discrete.discrete_model import Logit
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import OLS
from statsmodels.tools.sm_exceptions import ConvergenceWarning, HessianInversionWarning

FitModel = Literal["OLS", "logit", "fractional logit"]
Status = Literal[
    "estimated",
    "no rows",
    "too few events",
    "constant outcome",
    "constant exposure",
    "collinear",
    "separated",
    "few clusters",
    "few clusters per side",
    "not converged",
    "degenerate",
]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """Coefficients with the covariance that goes with the view.

    Attributes
    ----------
    params, cov : array
        Shapes (k,) and (k, k), in the order of the design.
    df : float or None
        Degrees of freedom of the t reference; None for the normal one.
    clustered : bool
        Whether the covariance is by cluster.
    design : DataFrame, shape (n, k)
        First column the intercept, second the exposure.
    """

    model: FitModel
    params: FloatArray
    cov: FloatArray
    df: float | None
    clustered: bool
    design: pd.DataFrame


@dataclass(frozen=True)
class Refusal:
    """Why there is no estimate."""

    status: Status
    note: str


def fit(
    outcome: FloatArray,
    design: pd.DataFrame,
    model: FitModel,
    clusters: pd.Series[str] | None = None,
) -> Fit | Refusal:
    """Fit a linear, logistic or fractional logistic model.

    Parameters
    ----------
    outcome : array, shape (n,)
        Numbers; 0/1 for the logit; shares from 0 to 1 for the fractional logit.
    design : DataFrame, shape (n, k)
        First column the intercept, second the exposure; nothing missing.
    model : {"OLS", "logit", "fractional logit"}
    clusters : Series, optional
        Cluster of each row. Without it the covariance is that of independent rows.

    Returns
    -------
    Fit or Refusal
        A refusal where the outcome or exposure is constant, columns are collinear, the data
        are separated, the optimiser stopped short, or a variance is zero.

    Raises
    ------
    ValueError
        When something is missing: statsmodels would give a missing cluster a standard error.

    Notes
    -----
    Cluster covariance: the sandwich with the factor G/(G-1) (n-1)/(n-k) (CR1S; the default of
    statsmodels and Stata), t reference with G-1 degrees of freedom (Cameron and Miller 2015,
    *Journal of Human Resources* 50). Independent rows: t with n-k for OLS, normal for the logit.
    Fractional logit: Papke and Wooldridge (1996), *Journal of Applied Econometrics* 11, each
    row with the same weight; it needs clusters, as its own covariance assumes 0/1 draws.
    """
    if design.isna().any(axis=None) or np.isnan(outcome).any():
        raise ValueError("an outcome or predictor is missing")
    if clusters is not None and (clusters.isna().any() or len(clusters) != len(design)):
        raise ValueError("a cluster is missing")
    if model == "fractional logit" and clusters is None:
        raise ValueError("a fractional logit needs clusters")
    refused = _unfit(outcome, design, model)
    if refused is not None:
        return refused
    with warnings.catch_warnings():
        # Convergence is read from the result, so the warning would only say it twice.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", HessianInversionWarning)
        result, converged = _estimate(outcome, design, model, clusters)
    if not converged:
        return Refusal("not converged", "the optimiser stopped before the maximum")
    cov = np.asarray(result.cov_params(), dtype="float64")
    if not np.isfinite(cov).all() or (np.diag(cov) <= 0).any():
        return Refusal("degenerate", "a variance is zero or not finite")
    df: float | None = None
    if clusters is not None:
        df = float(clusters.nunique() - 1)
    elif model == "OLS":
        df = float(len(design) - design.shape[1])
    params = np.asarray(result.params, dtype="float64")
    return Fit(model, params, cov, df, clusters is not None, design)


def _estimate(
    outcome: FloatArray,
    design: pd.DataFrame,
    model: FitModel,
    clusters: pd.Series[str] | None,
) -> tuple[Any, bool]:
    matrix = design.to_numpy(dtype="float64")
    how: dict[str, Any] = {}
    if clusters is not None:
        codes, _ = pd.factorize(clusters, sort=True)
        how = {"cov_type": "cluster", "cov_kwds": {"groups": codes}}
    if model == "OLS":
        return OLS(outcome, matrix).fit(**how), True
    if model == "logit":
        result = Logit(outcome, matrix).fit(disp=0, maxiter=100, **how)
        return result, bool(result.mle_retvals["converged"])
    result = GLM(outcome, matrix, family=Binomial()).fit(tol=1e-12, maxiter=100, **how)
    return result, bool(result.converged)


def _unfit(outcome: FloatArray, design: pd.DataFrame, model: FitModel) -> Refusal | None:
    if len(outcome) == 0:
        return Refusal("no rows", "no row has both outcome and exposure")
    if np.ptp(outcome) == 0:
        return Refusal("constant outcome", f"the outcome is {outcome[0]:g} in every row")
    exposure = design.iloc[:, 1].to_numpy(dtype="float64")
    if np.ptp(exposure) == 0:
        return Refusal("constant exposure", f"the exposure is {exposure[0]:g} in every row")
    scaled = _scaled(design)
    if len(outcome) <= design.shape[1] or np.linalg.matrix_rank(scaled) < design.shape[1]:
        return Refusal("collinear", "the predictors determine one another, or rows are too few")
    if model == "OLS":
        rest = outcome - scaled @ np.linalg.lstsq(scaled, outcome, rcond=None)[0]
        if float(rest @ rest) < 1e-18 * float(np.sum((outcome - outcome.mean()) ** 2)):
            return Refusal("degenerate", "the predictors give the outcome exactly")
        return None
    if is_separated(outcome, scaled):
        return Refusal("separated", "a predictor splits the outcomes: no finite coefficient fits")
    return None


def _scaled(design: pd.DataFrame) -> FloatArray:
    """Columns centred and scaled, so that a year does not drown the others; intercept kept."""
    matrix = design.to_numpy(dtype="float64").copy()
    rest = matrix[:, 1:]
    spread = rest.std(axis=0)
    matrix[:, 1:] = (rest - rest.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return matrix


def is_separated(outcome: FloatArray, matrix: FloatArray) -> bool:
    """Whether a logit has no finite maximum, completely or quasi-completely.

    Parameters
    ----------
    outcome : array, shape (n,)
        From 0 to 1; shares strictly between bind the linear predictor from both sides.
    matrix : array, shape (n, k)

    Notes
    -----
    Albert and Anderson (1984), *Biometrika* 71: separated when some direction never lowers the
    likelihood and for some row raises it. Found as a linear programme (Konis 2007).
    """
    from scipy.optimize import linprog

    side = np.where(outcome == 1, 1.0, np.where(outcome == 0, -1.0, 0.0))
    inner = side == 0
    signed = np.unique(matrix[~inner] * side[~inner, None], axis=0)
    if len(signed) == 0:
        return False
    between = np.unique(matrix[inner], axis=0)
    found = linprog(
        -signed.sum(axis=0),
        A_ub=-signed,
        b_ub=np.zeros(len(signed)),
        A_eq=between if len(between) else None,
        b_eq=np.zeros(len(between)) if len(between) else None,
        bounds=[(-1.0, 1.0)] * matrix.shape[1],
        method="highs",
    )
    if found.status != 0:
        raise ArithmeticError(f"the separation test failed: {found.message}")
    return bool(-found.fun > 1e-7)
