"""An interval from what a figure becomes when one member after the other is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError


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
    sizes: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    level: float,
) -> Interval:
    """Interval of a figure over members.

    Parameters
    ----------
    value : float
        The figure.
    without : array, shape (members,)
        The figure without each member; members of whom it has no answer are not in it.
    sizes : array, shape (members,)
        Answers of each. Degrees of freedom are the members, as many as if all had the same number
        of answers, less 1.
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
    df = max(float(sizes.sum() ** 2 / (sizes**2).sum()) - 1, 1.0)
    half = float(student.ppf((1 + level) / 2, df)) * se
    return Interval(value - half, value + half, se, float(2 * student.sf(abs(value) / se, df)))


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
