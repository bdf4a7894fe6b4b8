"""One logistic regression per theme: does an answer carry it or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from msfresearch.themes.coder.arrays import Bools, Floats

_ITERATIONS = 300


@dataclass(frozen=True)
class Linear:
    """Weights of features per theme.

    Attributes
    ----------
    weights : array of float, shape (features, themes)
    intercepts : array of float, shape (themes,)
        NaN for a theme that could not be learned: it was never there, or always.
    """

    weights: Floats
    intercepts: Floats

    def scores(self, features: Any) -> Floats:
        """Log odds before calibration, shape (answers, themes); each depends on its row alone."""
        if isinstance(features, np.ndarray):
            # Row by row: a matrix product rounds by the number of rows it is given.
            products = [np.ascontiguousarray(row) @ self.weights for row in features]
            product = np.array(products).reshape(len(features), len(self.intercepts))
        else:
            product = np.asarray(features @ self.weights)
        return product + self.intercepts


def learnable(marks: Floats) -> Bools:
    """Per theme, whether people found it at least once and missed it at least once."""
    return np.asarray((marks == 1).any(axis=0) & (marks == 0).any(axis=0))


def fit_sparse(features: Any, marks: Floats, strength: float) -> Linear:
    """Fit logistic regressions on a sparse matrix (Fan et al. 2008, LIBLINEAR, dual).

    Parameters
    ----------
    features : sparse array, shape (answers, features)
    marks : array of float, shape (answers, themes)
        1, 0, or NaN where no person coded: then the row does not count for the theme.
    strength : float
        Inverse of the ridge penalty.

    Returns
    -------
    Linear
    """
    from sklearn.linear_model import LogisticRegression

    weights = np.zeros((marks.shape[1], features.shape[1]))
    intercepts = np.full(marks.shape[1], np.nan)
    for theme in np.flatnonzero(learnable(marks)):
        coded = ~np.isnan(marks[:, theme])
        rows = features if coded.all() else features[coded]
        model = LogisticRegression(
            C=strength, solver="liblinear", dual=True, max_iter=_ITERATIONS, random_state=0
        )
        model.fit(rows, marks[coded, theme].astype(int))
        weights[theme] = model.coef_[0]
        intercepts[theme] = model.intercept_[0]
    return Linear(weights.T, intercepts)


def fit_dense(features: Floats, marks: Floats, strength: float) -> Linear:
    """Fit logistic regressions on a dense matrix, all themes in one search (L-BFGS).

    Their losses share no parameter, so that the search for all is one product of matrices per
    step. The intercept has no penalty.

    Parameters
    ----------
    features : array of float, shape (answers, features)
    marks : array of float, shape (answers, themes)
        1, 0, or NaN where no person coded: then the row does not count for the theme.
    strength : float
        Inverse of the ridge penalty.

    Returns
    -------
    Linear
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    able = learnable(marks)
    weights = np.zeros((features.shape[1], marks.shape[1]))
    intercepts = np.full(marks.shape[1], np.nan)
    if not able.any():
        return Linear(weights, intercepts)
    targets = marks[:, able]
    counted = ~np.isnan(targets)
    signs = np.where(targets == 1, 1.0, -1.0)
    shape = (features.shape[1] + 1, int(able.sum()))

    def loss(flat: Floats) -> tuple[float, Floats]:
        found = flat.reshape(shape)
        margins = signs * (features @ found[:-1] + found[-1])
        value = strength * (np.logaddexp(0, -margins) * counted).sum() + (found[:-1] ** 2).sum() / 2
        slope = -strength * signs * expit(-margins) * counted
        gradient = np.vstack([features.T @ slope + found[:-1], slope.sum(axis=0)])
        return float(value), gradient.ravel()

    start = np.zeros(shape)
    share = np.nansum(targets, axis=0) / counted.sum(axis=0)
    start[-1] = np.log(share / (1 - share))
    options = {"maxiter": _ITERATIONS, "ftol": 1e-5, "gtol": 1e-4}
    best = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options=options)
    weights[:, able] = best.x.reshape(shape)[:-1]
    intercepts[able] = best.x.reshape(shape)[-1]
    return Linear(weights, intercepts)
