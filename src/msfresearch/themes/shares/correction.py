"""A machine's codes corrected by a random sample of people's: the arithmetic, on totals of members.

The estimator is that of prediction-powered inference with a tuned power (Angelopoulos, Duchi and
Zrnic 2023, "PPI++") and of design-based supervised learning (Egami, Hinck, Stewart and Wei 2023):
the mean of ``power * f + R / pi * (y - power * f)``, where ``f`` is the machine's score, ``y`` the
person's code, ``R`` whether the random draw took the answer and ``pi`` its probability of being
taken. Whatever the machine's errors are, and however they differ between groups, the second part
takes them out on average over draws; a bad machine costs width. A single draw takes out only the
errors that it holds: where none is among n coded answers, as many as 3 in n may still be there.

Four things are ours to say. The second part is divided by the sum of ``R / pi`` (Hájek), as a
group's number of coded answers is random. The power is the slope of ``y`` on ``f`` among the coded
answers within groups, one per theme, held between 0 (people alone) and 1. And the variance is
that of the jackknife which leaves out one member at a time, the power tuned anew each time: it
knows that one member's answers are alike, and that the power was tuned on the same answers. To it
is added, as far as the power trusts the machine, the variance of half an error that the coded
answers did not hold: the jackknife sees seen errors only, and where there are none would take the
machine's word. The half was chosen by simulation, of half or one error, added or as a floor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
_TINY = 1e-9


@dataclass(frozen=True)
class Totals:
    """Sums over the answers of each member in each group.

    Every array has the shape (..., groups, members); what stands before are themes, or draws of a
    simulation. ``w`` is ``R / pi``.

    Attributes
    ----------
    answers, humans : array
        Numbers of answers, and of those that a person coded.
    machine : array
        Sum of f.
    w, wy, wf, wyf, wff : array
        Sums of w and of w times y, f, y f and f f over the coded answers.
    """

    answers: Array
    humans: Array
    machine: Array
    w: Array
    wy: Array
    wf: Array
    wyf: Array
    wff: Array

    def of_groups(self, first: int) -> Totals:
        """The first groups alone."""
        return Totals(*(one[..., :first, :] for one in self._parts()))

    def with_rests(self) -> Totals:
        """The groups, then for each of them all others together."""
        parts = ((one, one.sum(-2, keepdims=True) - one) for one in self._parts())
        return Totals(*(np.concatenate(both, axis=-2) for both in parts))

    def over_members(self) -> Totals:
        """One sum per group, with a last axis of length 1."""
        return Totals(*(one.sum(-1, keepdims=True) for one in self._parts()))

    def without_each(self) -> Totals:
        """What each group's sums are without the member."""
        return Totals(*(one.sum(-1, keepdims=True) - one for one in self._parts()))

    def _parts(self) -> tuple[Array, ...]:
        return (
            *(self.answers, self.humans, self.machine),
            *(self.w, self.wy, self.wf, self.wyf, self.wff),
        )


@dataclass(frozen=True)
class Estimates:
    """Shares of the groups, and what their intervals need.

    Attributes
    ----------
    share : array, shape (..., groups)
        Between 0 and 1; NaN in a group without a human code.
    power : array, shape (...)
        Weight of the machine, 0 to 1.
    change : array, shape (..., groups, members)
        How the share changes when the member is left out; 0 where it has no answer in the group.
    variance : array, shape (..., groups)
        Of the share, by the jackknife, and that of the machine's errors that no person saw; where
        all human codes agree at least that of half an answer more, each member counted as one
        answer.
    excess : array, shape (..., groups)
        What of the variance is not the jackknife's.
    n_eff : array, shape (..., groups)
        Answers of independent members that would tell as much.
    size : array, shape (..., groups, members)
        Answers of the member, if a person coded one of them; otherwise 0.
    """

    share: Array
    power: Array
    change: Array
    variance: Array
    excess: Array
    n_eff: Array
    size: Array


def estimate(totals: Totals, power: float | None = None, tuning: Totals | None = None) -> Estimates:
    """Shares of all groups.

    Parameters
    ----------
    totals : Totals
        Of all groups at once: the power is tuned over them together.
    power : float, optional
        Fixed instead of tuned; 0 leaves the machine out.
    tuning : Totals, optional
        Of the groups that the power is tuned over, where ``totals`` holds unions of them too.

    Returns
    -------
    Estimates
    """
    whole, less = totals.over_members(), totals.without_each()
    tuning = totals if tuning is None else tuning
    tuned = _power(tuning.over_members(), power)
    raw = _share(whole, tuned)
    without = _share(less, _power(tuning.without_each(), power))
    present = totals.answers > 0
    change = np.where(present & np.isfinite(without), without - raw, 0.0)
    members = present.sum(-1)
    jackknife = (members - 1) / np.maximum(members, 1) * (change**2).sum(-1)
    humans, coded = whole.humans[..., 0], (totals.humans > 0).sum(-1)
    share = np.clip(raw[..., 0], 0, 1)
    known = jackknife + tuned[..., 0] * _unseen(totals)
    agree = (whole.wy[..., 0] <= _TINY) | (whole.w - whole.wy <= _TINY)[..., 0]
    variance = np.where(agree, np.maximum(known, _half_an_answer(coded)), known)
    most = humans if power == 0 else whole.answers[..., 0]
    return Estimates(
        share=share,
        power=tuned[..., 0, 0],
        change=change,
        variance=variance,
        excess=variance - jackknife,
        n_eff=_effective(share, known, humans, np.where(agree, np.minimum(coded, most), most)),
        size=np.where(totals.humans > 0, totals.answers, 0.0),
    )


def share_interval(found: Estimates, level: float) -> tuple[Array, Array]:
    """Wilson's interval with the effective number of answers and Student's t.

    It stays within 0 and 1 and has a width where the share is 0 or 1 (Korn and Graubard 1998;
    Dean and Pagano 2015).
    """
    p, n = found.share, found.n_eff
    z = _quantile(_degrees(found.size), level)
    shrink = 1 + z**2 / n
    centre = (p + z**2 / (2 * n)) / shrink
    half = z / shrink * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low = np.where(p <= 0, 0.0, np.clip(centre - half, 0, 1))
    return low, np.where(p >= 1, 1.0, np.clip(centre + half, 0, 1))


@dataclass(frozen=True)
class Difference:
    """One group's share minus another's; every array has the shape (...)."""

    value: Array
    low: Array
    high: Array
    se: Array
    p: Array


def difference(found: Estimates, one: int, other: int, level: float) -> Difference:
    """Difference of two groups' shares.

    A member with answers in both groups is left out of both at once, so that what is common to
    its answers cancels. Student's t; degrees of freedom by Welch and Satterthwaite, and no more
    than the members of both groups together give.

    Parameters
    ----------
    found : Estimates
    one, other : int
        Places of the groups.
    level : float
        Coverage.
    """
    from scipy.stats import t as student

    change = found.change[..., one, :] - found.change[..., other, :]
    members = ((found.change[..., one, :] != 0) | (found.change[..., other, :] != 0)).sum(-1)
    factor = (members - 1) / np.maximum(members, 1)
    variance = factor * (change**2).sum(-1) + found.excess[..., one] + found.excess[..., other]
    pair, size = found.variance[..., [one, other]], found.size[..., [one, other], :]
    with np.errstate(divide="ignore", invalid="ignore"):
        df = pair.sum(-1) ** 2 / (pair**2 / _degrees(size)).sum(-1)
        df = np.minimum(df, _degrees(size.sum(-2)))
        value = found.share[..., one] - found.share[..., other]
        se = np.sqrt(variance)
        half = _quantile(df, level) * se
        p = 2 * student.sf(np.abs(value) / se, df)
    return Difference(
        value, np.clip(value - half, -1, 1), np.clip(value + half, -1, 1), se, np.asarray(p)
    )


def _power(sums: Totals, power: float | None) -> Array:
    """One for all groups: shape (..., 1, members or 1)."""
    if power is not None:
        return np.full_like(sums.w.sum(-2, keepdims=True), power)
    with np.errstate(divide="ignore", invalid="ignore"):
        with_y = np.where(sums.w > _TINY, sums.wyf - sums.wy * sums.wf / sums.w, 0.0)
        with_f = np.where(sums.w > _TINY, sums.wff - sums.wf**2 / sums.w, 0.0)
        with_y, with_f = with_y.sum(-2, keepdims=True), with_f.sum(-2, keepdims=True)
        # A machine that never varies tells nothing; rounding leaves a hair of the total.
        varies = with_f > _TINY * np.maximum(sums.wff.sum(-2, keepdims=True), 1)
        return np.asarray(np.clip(np.where(varies, with_y / with_f, 0.0), 0, 1))


def _share(sums: Totals, power: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        coded = np.where(sums.w > _TINY, (sums.wy - power * sums.wf) / sums.w, np.nan)
        return power * sums.machine / sums.answers + coded


def _effective(share: Array, variance: Array, humans: Array, most: Array) -> Array:
    """Answers whose binomial variance would be the share's, held between 2 and ``most``."""
    # Where the share is 0 or 1 or nearly, the variance is read as if half an answer were not so.
    edge = 0.5 / np.maximum(humans, 1)
    inner = np.clip(share, edge, 1 - edge)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.clip(inner * (1 - inner) / variance, 2, np.maximum(most, 2)))


def _unseen(totals: Totals) -> Array:
    """Variance of half an error of 1 among the coded answers; none where all answers are coded.

    Coded answers of unlike weight count as fewer, as far as the weight differs between members.
    """
    humans, w = totals.humans, totals.w
    left = 1 - humans.sum(-1) / np.maximum(totals.answers.sum(-1), 1)
    of_one = (w**2 / np.maximum(humans, 1)).sum(-1) / np.maximum(w.sum(-1) ** 2, _TINY)
    return np.asarray(0.5 * left * of_one**2)


def _half_an_answer(coded: Array) -> Array:
    share = 0.5 / (coded + 1)
    return share * (1 - share) / (coded + 1)


def _degrees(size: Array) -> Array:
    """Members that a person coded, as many as if all were of one size, less 1."""
    squares = np.maximum((size**2).sum(-1), _TINY)
    return np.asarray(np.maximum(size.sum(-1) ** 2 / squares - 1, 1.0))


def _quantile(df: Array, level: float) -> Array:
    from scipy.stats import t as student

    return np.asarray(student.ppf((1 + level) / 2, df))
