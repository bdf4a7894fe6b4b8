"""Weighted means and totals with their standard errors, and what weighting costs.

Errors are linearised (Taylor): an estimate is a sum of scores, the scores of calibrated weights
are what is left after the calibration's own regression, and the variance is that of the scores'
sums over clusters within strata.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from msfresearch.survey.fieldwork.arrays import Array, Codes, adder


class Residual(Protocol):
    """What calibrated weights leave of the scores."""

    def of(self, scores: Array) -> Array:
        """Residuals of scores, shape (n, columns)."""
        ...


@dataclass(frozen=True)
class OfMargins:
    """Residuals after the means of each margin's categories, taken in turn until they stand.

    Attributes
    ----------
    codes : sequence of array of int, shape (n,)
        Per margin: the category of each row.
    weights : sequence of array, shape (n,)
        Per margin: the weights after it in the last pass of raking; the same for all margins
        once raking has converged.
    regression : array, shape (n,)
        Weights of the means. Those before raking make the residuals those of the generalised
        regression estimator to which raking tends (Deville and Särndal 1992, *JASA* 87); equal
        ones are what R's survey package takes.
    """

    codes: Sequence[Codes]
    weights: Sequence[Array]
    regression: Array

    def of(self, scores: Array) -> Array:
        """Residuals of scores."""
        left = scores * self.weights[-1][:, None]
        size = float(np.abs(left).max(initial=0.0))
        sums = [adder(code) for code in self.codes]
        for _ in range(1000):
            before = left
            for code, weights, total in zip(self.codes, self.weights, sums, strict=True):
                mean = total @ (left / weights[:, None] * self.regression[:, None])
                mean /= np.bincount(code, self.regression)[:, None]
                left = left - weights[:, None] * mean[code]
            if float(np.abs(left - before).max(initial=0.0)) <= 1e-13 * size:
                break
        return left / self.weights[-1][:, None]


@dataclass(frozen=True)
class OfRegression:
    """Residuals after a weighted regression on the variables of a calibration.

    Attributes
    ----------
    x : array, shape (n, p)
        The variables, a constant among them.
    regression : array, shape (n,)
        Weights before the calibration.
    """

    x: Array
    regression: Array

    def of(self, scores: Array) -> Array:
        """Residuals of scores."""
        root = np.sqrt(self.regression)[:, None]
        beta = np.linalg.lstsq(self.x * root, scores * root, rcond=None)[0]
        return np.asarray(scores - self.x @ beta)


@dataclass(frozen=True)
class Design:
    """How rows were drawn and weighted.

    Attributes
    ----------
    weights : array, shape (n,)
        Weight of each row.
    clusters : array of int, shape (n,), optional
        What was drawn: each row by itself when None.
    strata : array of int, shape (n,), optional
        Within what it was drawn; one stratum when None.
    population : array, shape (n,), optional
        Clusters that the row's stratum has in the population, for the finite population
        correction; none is made when None.
    residual : Residual, optional
        For calibrated weights.
    """

    weights: Array
    clusters: Codes | None = None
    strata: Codes | None = None
    population: Array | None = None
    residual: Residual | None = None

    def variance(self, scores: Array) -> Array:
        """Variance of the weighted sums of scores.

        Parameters
        ----------
        scores : array, shape (n, columns)

        Returns
        -------
        array, shape (columns,)
            Missing where a stratum holds a single cluster out of several.
        """
        left = scores if self.residual is None else self.residual.of(scores)
        n = len(self.weights)
        cluster = np.arange(n) if self.clusters is None else self.clusters
        stratum = np.zeros(n, dtype=np.int64) if self.strata is None else self.strata
        pairs = pd.DataFrame({"s": stratum, "c": cluster}).groupby(["s", "c"], sort=True)
        group = pairs.ngroup().to_numpy()
        first = np.unique(group, return_index=True)[1]
        sums = adder(group) @ (left * self.weights[:, None])
        total = np.zeros(scores.shape[1])
        for one in np.unique(stratum):
            rows = stratum[first] == one
            own, g = sums[rows], int(rows.sum())
            drawn = 1.0
            if self.population is not None:
                drawn = 1 - g / float(self.population[first][rows][0])
            if g == 1 and drawn > 0:
                return np.full(scores.shape[1], np.nan)
            if drawn > 0:
                total += drawn * g / (g - 1) * ((own - own.mean(axis=0)) ** 2).sum(axis=0)
        return total


@dataclass(frozen=True)
class Estimate:
    """An estimate.

    Attributes
    ----------
    value
        Mean or total.
    se
        Standard error.
    deff
        Variance by that of a simple random sample without replacement of as many rows; missing
        where the weights add up to no more than the rows, so that nothing was left to sample.
    """

    value: float
    se: float
    deff: float


def mean(values: Array, design: Design) -> Estimate:
    """Weighted mean of a variable without missing values.

    Parameters
    ----------
    values : array, shape (n,)
    design : Design

    Returns
    -------
    Estimate
    """
    weights = design.weights
    value = float(np.average(values, weights=weights))
    variance = float(design.variance(((values - value) / weights.sum())[:, None])[0])
    return Estimate(value, float(np.sqrt(variance)), _ratio(variance, _random(values, weights)))


def total(values: Array, design: Design) -> Estimate:
    """Weighted total of a variable without missing values.

    Parameters
    ----------
    values : array, shape (n,)
    design : Design

    Returns
    -------
    Estimate
    """
    weights = design.weights
    variance = float(design.variance(values[:, None].astype(float))[0])
    random = _random(values, weights) * float(weights.sum()) ** 2
    return Estimate(
        float((weights * values).sum()), float(np.sqrt(variance)), _ratio(variance, random)
    )


def _ratio(variance: float, random: float) -> float:
    return variance / random if random > 0 else float("nan")


def _random(values: Array, weights: Array) -> float:
    """Variance of the mean of a simple random sample of the same size."""
    n, size = len(values), float(weights.sum())
    centre = np.average(values, weights=weights)
    spread = float(np.average((values - centre) ** 2, weights=weights)) * n / (n - 1)
    return spread * (size - n) / (size * n)


@dataclass(frozen=True)
class Kish:
    """What unequal weights cost.

    Attributes
    ----------
    deff
        ``n * sum(w**2) / sum(w)**2``: by what the variance grows if weights have nothing to do
        with the answers (Kish 1965).
    n_eff
        Answers by that number: as many equally weighted ones would tell as much.
    """

    deff: float
    n_eff: float


def kish(weights: Array | pd.Series[Any]) -> Kish:
    """Kish's design effect of weights and the effective number of answers."""
    w = np.asarray(weights, dtype=float)
    deff = float(len(w) * (w**2).sum() / w.sum() ** 2)
    return Kish(deff, len(w) / deff)
