"""Learn then test: a threshold is taken only where held-out codes reject that it errs too often."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

#: Each threshold tried takes in this many times the answers of the one before.
STEP = 1.1
#: The first threshold tried is one that the machine's own probabilities would pass at this part
#: of the level.
CLEAR = 1 / 20


@dataclass(frozen=True)
class Certified:
    """A threshold that passed.

    Attributes
    ----------
    threshold : float
        A score of the held-out answers.
    n, wrong : int
        Held-out cases that count at this threshold, and how many of them err.
    """

    threshold: float
    n: int
    wrong: int


def binomial_tail(wrong: Floats, n: Floats, limit: float) -> Floats:
    """Probability of at most ``wrong`` errors in ``n`` cases that err with probability ``limit``.

    The exact p-value against "errs more often than ``limit``"; by way of the incomplete beta
    function, so that effective numbers need not be whole.
    """
    from scipy.special import betainc

    failed = np.asarray(wrong >= n)
    right = np.where(failed, 1.0, n - wrong)
    return np.where(failed, 1.0, betainc(right, wrong + 1, 1 - limit))


def fewest(limit: float, delta: float) -> int:
    """Cases without any error from which on the limit can be certified: 29 for .1 and .05."""
    return math.ceil(math.log(delta) / math.log1p(-limit))


def intra_cluster(residuals: Floats, clusters: Ints) -> float:
    """Correlation of two residuals of one cluster, between 0 and 1.

    The mean product over all pairs within clusters, divided by the mean square: large clusters
    weigh as much as they do in the variance of a total. Residuals are taken as they are and not
    about their mean, so that a machine whose errors all lean to one side counts as less sure.

    Returns
    -------
    float
        0 where no cluster has two cases, or nothing varies.
    """
    sizes = np.bincount(clusters).astype(float)
    totals = np.bincount(clusters, weights=residuals)
    pairs = float((sizes * (sizes - 1)).sum())
    squares = float((residuals**2).sum())
    if pairs == 0 or squares == 0:
        return 0.0
    products = (float((totals**2).sum()) - squares) / pairs
    return float(np.clip(products / (squares / len(residuals)), 0, 1))


def design_effects(clusters: Ints, correlation: float) -> Floats:
    """Kish's design effect of the first case, the first two, … of a list.

    ``1 + (m - 1) * correlation`` with ``m`` the mean size of the cluster that a case is in: that
    many cases tell as much as one drawn alone.

    References
    ----------
    Kish, L. (1965). Survey Sampling, section 8.2.
    """
    earlier = pd.Series(clusters).groupby(clusters).cumcount().to_numpy()
    mean_size = np.cumsum(2.0 * earlier + 1) / np.arange(1, len(clusters) + 1)
    return np.asarray(1 + (mean_size - 1) * correlation)


def _spread(excess: Floats, clusters: Ints) -> Floats:
    """Sum over clusters of the squared total, of the first case, the first two, … of a list."""
    after = pd.Series(excess).groupby(clusters).cumsum().to_numpy()
    return np.asarray(np.cumsum(after**2 - (after - excess) ** 2))


def _accepting_effects(wrong: Floats, clusters: Ints, limit: float, kish: Floats) -> Floats:
    """Design effect at each threshold: the largest of 1, Kish's, and that of the error rate.

    The last is the variance of ``wrong - limit * n`` over clusters as they are, beside that of the
    binomial (Rao and Scott 1992). It tells of large clusters that are right throughout: another
    sample may lack them. Kish's tells of what few errors cannot show.
    """
    n = np.arange(1, len(wrong) + 1)
    seen = _spread(wrong - limit, clusters) / (n * limit * (1 - limit))
    return np.asarray(np.maximum(np.maximum(seen, kish), 1.0))


def certify_accepted(
    scores: Floats,
    wrong: Bools,
    expected: Floats,
    clusters: Ints,
    *,
    limit: float,
    delta: float,
    correlation: float,
    batch: float = math.inf,
) -> Certified | None:
    """The lowest score from which on at most ``limit`` of what is accepted is wrong.

    Thresholds are tested in a fixed sequence, each at level ``delta``, and the first that fails
    ends it (Angelopoulos et al. 2021, section 3). The sequence is fixed by the scores alone: it
    begins at the strictest threshold that the machine's own expectation passes clearly, and each
    next one accepts 1.1 times as many. So no choice is made by looking at the codes, and beginning
    where there is room for some errors does not stop at a first unlucky one. A wrong expectation
    costs accepted answers and not the guarantee.

    The guarantee: with probability at least ``1 - delta`` over the held-out answers the share of
    wrong among what is accepted is at most ``limit``. It is exact for answers drawn alone (given
    the score that follows, those above it are a sample of all above it) where a higher score does
    not mean a lower chance to be right. With clusters, and for a batch of limited size, it is
    approximate: numbers are divided by the design effect before the tail is taken.

    Parameters
    ----------
    scores : array, shape (n,)
        Accepted from a threshold upwards.
    wrong : array of bool, shape (n,)
        Whether accepting the case would be an error.
    expected : array, shape (n,)
        What the machine thinks of that: its probability of an error.
    clusters : array of int, shape (n,)
        Cases of one cluster may err together.
    limit, delta : float
        Largest share of errors, and how sure not to be.
    correlation : float
        Of residuals within a cluster, see `intra_cluster`.
    batch : float
        How many times the held-out answers the answers are that the promise is about: their own
        chance variation comes on top. Infinite: the error to be expected, of any number.

    Returns
    -------
    Certified or None
        None where nothing passes.

    References
    ----------
    Angelopoulos, A. N., Bates, S., Candes, E. J., Jordan, M. I., Lei, L. (2021). Learn then Test:
    Calibrating Predictive Algorithms to Achieve Risk Control. arXiv 2110.01052.
    Rao, J. N. K., Scott, A. J. (1992). A simple method for the analysis of clustered binary data.
    Biometrics 48(2).
    """
    if len(scores) == 0:
        return None
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    together = clusters[order]
    kish = design_effects(together, correlation)
    at = _path(ranked, np.arange(1, len(ranked) + 1) / kish, fewest(limit, delta))
    if len(at) == 0:
        return None

    def tails(errors: Floats) -> Floats:
        effect = _accepting_effects(errors, together, limit, kish)[at] * (1 + 1 / batch)
        return binomial_tail(np.cumsum(errors)[at] / effect, (at + 1) / effect, limit)

    foreseen = tails(expected[order])
    clear = foreseen <= delta * CLEAR
    start = int(np.argmax(clear) if clear.any() else np.argmin(foreseen))
    passed = tails(wrong[order].astype(float)) <= delta
    passed, at = passed[start:], at[start:]
    errors = np.cumsum(wrong[order])
    if not passed[0]:
        return None
    last = int(at[-1] if passed.all() else at[int(np.argmin(passed)) - 1])
    return Certified(float(ranked[last]), last + 1, int(errors[last]))


def certify_missed(
    scores: Floats,
    clusters: Ints,
    *,
    limit: float,
    delta: float,
    correlation: float,
    batch: float = math.inf,
) -> Certified | None:
    """The highest score up to which at most ``limit`` of those that carry a theme are missed.

    The share missed grows with the threshold, so testing from below, each at level ``delta``, ends
    at the largest number of carriers that the binomial allows; the threshold lies at the last of
    them. For carriers drawn alone this is the exact one-sided tolerance limit of Wilks (1941).

    Parameters
    ----------
    scores : array, shape (n,)
        Of the held-out answers that carry the theme.
    clusters : array of int, shape (n,)
        Carriers of one cluster may be missed together.
    limit, delta, correlation, batch : float
        As in `certify_accepted`.

    Returns
    -------
    Certified or None
        ``threshold``: everything at or below may be decided "no"; ``n``: carriers; ``wrong``:
        carriers missed. None where there are too few carriers, or not one may be missed.
    """
    if len(scores) == 0:
        return None
    order = np.argsort(scores, kind="stable")
    ranked, n = scores[order], len(scores)
    missed = np.arange(n)
    kish = float(design_effects(clusters, correlation)[-1])
    effect = _missing_effects(clusters[order], limit, kish) * (1 + 1 / batch)
    passed = binomial_tail(missed / effect, n / effect, limit) <= delta
    if not passed[0]:
        return None
    # Not one missed, then one more each: the first number that fails ends it; all never pass.
    most = int(np.argmin(passed)) - 1 if not passed.all() else n - 1
    # Below the first carrier that may no longer be missed, with all its ties.
    threshold = float(np.nextafter(ranked[most], -np.inf))
    return Certified(threshold, n, int((ranked <= threshold).sum()))


def _missing_effects(clusters: Ints, limit: float, kish: float) -> Floats:
    """Design effect of the share missed when none, the first, the first two, … carriers are.

    As for what is accepted; here the carriers are always all there, and more of them are missed.
    """
    n = len(clusters)
    sizes = np.bincount(clusters)
    before = pd.Series(clusters).groupby(clusters).cumcount().to_numpy() - limit * sizes[clusters]
    start = float((limit * sizes) @ (limit * sizes))
    spread = start + np.concatenate([[0.0], np.cumsum(2 * before + 1)[:-1]])
    return np.asarray(np.maximum(np.maximum(spread / (n * limit * (1 - limit)), kish), 1.0))


def _path(ranked: Floats, n: Floats, least: int) -> Ints:
    """Places in the ranking to test at: ends of ties, a step apart, from enough cases on."""
    ends = np.nonzero(np.append(ranked[1:] != ranked[:-1], True))[0]
    ends = ends[n[ends] >= least]
    if len(ends) == 0:
        return ends
    steps = np.arange(math.ceil(math.log(len(ranked) / (ends[0] + 1)) / math.log(STEP)) + 1)
    wanted = np.minimum((ends[0] + 1) * STEP**steps, len(ranked)) - 1
    return np.unique(ends[np.minimum(np.searchsorted(ends, np.ceil(wanted)), len(ends) - 1)])
