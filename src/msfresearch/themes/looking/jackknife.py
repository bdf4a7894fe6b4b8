"""What a figure owes to its members: leaving each out, exchanging them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError

_AT_ONCE = 1_000_000
"""Exchanged values held in memory at once."""


@dataclass(frozen=True)
class Interval:
    """An interval with Student's t; missing (NaN) where leaving out a member changes nothing."""

    low: float
    high: float
    se: float
    p: float


def interval(
    value: float,
    without: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    sides: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    level: float,
) -> Interval:
    """Interval of a figure over members.

    Parameters
    ----------
    value : float
        The figure.
    without : array, shape (members,)
        The figure without each member; members of whom it has no answer are not in it.
    sides : array, shape (sides, members)
        Answers of each member on each side of the comparison. Degrees of freedom are those of the
        side with the fewest members, counted as if all had the same number of answers there, less
        1: a difference is known no better than its smaller side. Empty sides are left out.
    level : float
        Coverage.

    Returns
    -------
    Interval
        Variance ``(G-1)/G * sum((without - mean)**2)`` (Wolter 2007, chapter 4); ``p`` for a true
        value of 0.
    """
    from scipy.stats import t as student

    members = len(without)
    change = without - without.mean()
    se = float(np.sqrt((members - 1) / members * (change**2).sum()))
    if not np.isfinite(se) or se <= 1e-12:
        return Interval(np.nan, np.nan, np.nan, np.nan)
    told = sides[sides.any(axis=1)]
    effective = told.sum(axis=1) ** 2 / (told**2).sum(axis=1)
    df = max(float(effective.min()) - 1, 1.0)
    half = float(student.ppf((1 + level) / 2, df)) * se
    return Interval(value - half, value + half, se, float(2 * student.sf(abs(value) / se, df)))


def exchanged(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    weights: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    member: np.ndarray[tuple[int], np.dtype[np.intp]],
    draws: int,
    seed: int,
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Test by permuting members whether sums of weighted values could be 0 in truth.

    Each member is given the values of another one drawn at random, whole and in their order from
    a random one on: again from the first where it has more answers, and cut where it has fewer.
    What answers of one member share is kept. Exact where a member's values are all the same or
    members have the same number of answers, near it otherwise.

    Parameters
    ----------
    values : array, shape (answers,)
        What is exchanged.
    weights : array, shape (answers, tests)
        What the values are multiplied by and summed; each column sums to 0.
    member : array of int, shape (answers,)
        The answer's member, numbered from 0 without gaps.
    draws, seed : int
        Number of permutations, and where they start; they are the same for every test.

    Returns
    -------
    array, shape (tests,)
        Two-sided p, at least ``1 / (draws + 1)``.
    """
    order = np.argsort(member, kind="stable")
    values, weights, member = values[order], weights[order], member[order]
    size = np.bincount(member)
    start = np.cumsum(size) - size
    place = np.arange(len(values)) - start[member]
    # Sums of the same size count as such although rounding parts them.
    least = np.abs(values @ weights) * (1 - 1e-9)
    reached = np.zeros(weights.shape[1])
    rng = np.random.Generator(np.random.PCG64(seed))
    step = max(1, _AT_ONCE // max(1, len(values)))
    for begun in range(0, draws, step):
        shape = (min(step, draws - begun), len(size))
        other = rng.permuted(np.broadcast_to(np.arange(len(size)), shape), axis=1)
        turn = rng.integers(0, size[other])
        of = other[:, member]
        drawn = values[start[of] + (place + turn[:, member]) % size[of]]
        reached += (np.abs(drawn @ weights) >= least).sum(axis=0)
    p: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = (1 + reached) / (1 + draws)
    return p


def checked(
    marks: pd.DataFrame, clusters: pd.Series[Any], level: float
) -> tuple[
    np.ndarray[tuple[int, ...], np.dtype[np.float64]], np.ndarray[tuple[int], np.dtype[np.intp]]
]:
    """Check codes and members of answers.

    Parameters
    ----------
    marks : DataFrame
        Index answer_id, one column per theme: 1, 0, or missing.
    clusters : Series
        Index answer_id: the answer's member.
    level : float
        Coverage.

    Returns
    -------
    codes : array, shape (answers, themes)
        1, 0, or NaN.
    member : array of int, shape (answers,)
        Number of the answer's member.

    Raises
    ------
    AnswerError
        When an id repeats, a code is out of range or an answer belongs to no member.
    ValueError
        When ``level`` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, and must lie between 0 and 1")
    for name, index in (("marks", marks.index), ("clusters", clusters.index)):
        if index.has_duplicates:
            twice = index[index.duplicated()][0]
            raise AnswerError(f"{name}: an id repeats", column="answer_id", found=twice)
    codes = marks.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.argwhere(~(np.isnan(codes) | (codes == 0) | (codes == 1)))
    if len(wrong):
        row, column = wrong[0]
        raise AnswerError(
            f"{len(wrong)} codes out of range",
            column=str(marks.columns[column]),
            found=f"answer {marks.index[row]}: {codes[row, column]}",
            expected="1, 0, or nothing",
        )
    member = clusters.reindex(marks.index)
    if member.isna().any():
        raise AnswerError(
            f"{int(member.isna().sum())} answers belong to no member",
            column="clusters",
            found=f"answer {marks.index[member.isna()][0]}",
            expected="a value for every answer",
            action="leave these answers out and say so, or cluster by another column",
        )
    return codes, pd.factorize(member, sort=False)[0].astype(np.intp)
