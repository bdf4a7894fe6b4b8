"""How often each theme's patterns fire, with intervals that know that answers come by member."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.schemas import SHARES, table

MIN_MEMBERS = 5
"""Fewer members than this make a group a list of persons: its shares are suppressed."""
EVERYONE = "all"


@dataclass(frozen=True)
class Share:
    """A share of answers with its interval and the effective number of answers behind it."""

    share: float
    low: float
    high: float
    n_eff: float


def theme_shares(
    answers: pd.DataFrame,
    hits: pd.DataFrame,
    themes: pd.DataFrame,
    by: str | None = None,
    cluster: str = "member",
    level: float = 0.95,
    min_n: int = 10,
) -> pd.DataFrame:
    """Shares of answers in which a pattern of a theme fires at least once.

    They describe pattern hits, not codes that a person has validated: a pattern misses what is
    said in other words and fires where the words mean something else.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id``, the column ``cluster`` and, where given, the column ``by``.
    hits : DataFrame
        From `msfresearch.themes.match` on the same answers.
    themes : DataFrame
        ``family`` and ``theme``: the frame, so that a theme which never fires is there too.
    by : str, optional
        Column of groups; without it there is one group, ``all``. Answers without a group make a
        group of their own, with a missing name, that comes last. The order is that of the
        categories of a categorical column, otherwise of the values.
    cluster : str
        Column of what the answers are drawn by: the member, the respondent, the proposal.
    level : float
        Coverage of the intervals.
    min_n : int
        Groups with fewer answers, or with fewer than 5 clusters, are suppressed.

    Returns
    -------
    DataFrame
        One row per group and theme: ``family``, ``theme``, ``group``, ``n_answers``,
        ``n_members`` (clusters with an answer in the group), ``n_coded`` (answers with a hit),
        ``share``, ``low``, ``high``, ``n_eff``, ``suppressed``. Where suppressed, sizes are
        given and everything that would tell the share is missing.

    Raises
    ------
    AnswerError
        When a column or a cluster is missing, an id repeats, or a hit belongs to no answer.
    CodebookError
        When a hit belongs to no theme of ``themes``.
    ValueError
        When ``level`` is not between 0 and 1.

    See Also
    --------
    cluster_share : the interval and its sources.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, and must lie between 0 and 1")
    _check(answers, hits, themes, by, cluster)
    coded = {theme: set(part["answer_id"]) for theme, part in hits.groupby("theme", observed=True)}
    columns: dict[str, list[object]] = {name: [] for name in SHARES.columns}
    for name, part in _groups(answers, by):
        members, of_member = np.unique(part[cluster].to_numpy(dtype=object), return_inverse=True)
        suppressed = len(part) < min_n or len(members) < MIN_MEMBERS
        for family, theme in zip(themes["family"], themes["theme"], strict=True):
            fired = part["answer_id"].isin(coded.get(theme, set())).to_numpy(dtype=bool)
            found = None if suppressed else cluster_share(fired, of_member, level)
            row = {
                "family": family,
                "theme": theme,
                "group": name,
                "n_answers": len(part),
                "n_members": len(members),
                "n_coded": pd.NA if found is None else int(fired.sum()),
                "share": pd.NA if found is None else found.share,
                "low": pd.NA if found is None else found.low,
                "high": pd.NA if found is None else found.high,
                "n_eff": pd.NA if found is None else found.n_eff,
                "suppressed": suppressed,
            }
            for column, value in row.items():
                columns[column].append(value)
    return table(SHARES, columns)


def cluster_share(
    fired: np.ndarray[tuple[int], np.dtype[np.bool_]],
    cluster: np.ndarray[tuple[int], np.dtype[np.intp]],
    level: float = 0.95,
) -> Share:
    """Share of answers in which something holds, with an interval clustered by member.

    The share is a ratio of totals over G members; its variance is that of the delete-one-member
    jackknife, ``(G-1)/G * sum((p_without_g - p)**2)`` (Wolter 2007, chapter 4), and gives the
    effective number of answers ``p(1-p)/variance``, never taken as larger than the number of
    answers. That number enters Wilson's interval in place of the number of answers, with the
    quantile of Student's t on G-1 degrees of freedom (Korn and Graubard 1998 for the effective
    size and its degrees of freedom; Dean and Pagano 2015 and Franco et al. 2019 for Wilson's
    interval with it). Where the share is 0 or 1 nothing can be learned about how alike a member's
    answers are, and each member counts as one answer.

    In simulations with 20 to 80 members of 1 to 11 answers a 95% interval covers 93 to 97 times
    in 100; with shares of 5 to 10% and an intra-member correlation of 0.3 it falls to 91.

    Parameters
    ----------
    fired : array of bool, shape (n,)
        Per answer.
    cluster : array of int, shape (n,)
        Number of the answer's member, from 0 without gaps; at least two members.
    level : float
        Coverage.

    Returns
    -------
    Share
    """
    from scipy.stats import t as student

    n = len(fired)
    sizes = np.bincount(cluster)
    totals = np.bincount(cluster, weights=fired)
    g = len(sizes)
    p = float(totals.sum() / n)
    without = (totals.sum() - totals) / (n - sizes)
    variance = (g - 1) / g * float(((without - p) ** 2).sum())
    if p in (0.0, 1.0):
        n_eff = float(g)
    else:
        n_eff = float(n) if variance == 0 else min(float(n), p * (1 - p) / variance)
    quantile = float(student.ppf((1 + level) / 2, g - 1))
    low, high = _wilson(p, n_eff, quantile)
    return Share(p, low, high, n_eff)


def _wilson(p: float, n: float, z: float) -> tuple[float, float]:
    shrink = 1 + z**2 / n
    centre = (p + z**2 / (2 * n)) / shrink
    half = z / shrink * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    # At 0 and 1 the bound is exact; rounding must not leave a hair.
    return (
        0.0 if p == 0 else max(0.0, centre - half),
        1.0 if p == 1 else min(1.0, centre + half),
    )


def _groups(answers: pd.DataFrame, by: str | None) -> Iterator[tuple[str | None, pd.DataFrame]]:
    if by is None:
        yield EVERYONE, answers
        return
    for value, part in answers.groupby(by, observed=True, dropna=False, sort=True):
        yield (None if pd.isna(value) else str(value)), part


def _check(
    answers: pd.DataFrame, hits: pd.DataFrame, themes: pd.DataFrame, by: str | None, cluster: str
) -> None:
    for column in ("answer_id", cluster, *([] if by is None else [by])):
        if column not in answers.columns:
            raise AnswerError(
                "answers lack a column", column=column, found=", ".join(map(str, answers.columns))
            )
    if answers["answer_id"].duplicated().any():
        repeated = answers.loc[answers["answer_id"].duplicated(), "answer_id"].iloc[0]
        raise AnswerError("an id repeats", column="answer_id", found=repeated)
    homeless = answers.loc[answers[cluster].isna(), "answer_id"]
    if len(homeless):
        raise AnswerError(
            f"{len(homeless)} answers belong to no member",
            column=cluster,
            found=f"answer {homeless.iloc[0]}",
            expected="a value in every row",
            action="leave these answers out and say so, or cluster by another column",
        )
    strays = hits.loc[~hits["answer_id"].isin(answers["answer_id"]), "answer_id"]
    if len(strays):
        raise AnswerError(
            f"{len(strays)} hits belong to no answer",
            column="answer_id",
            found=strays.iloc[0],
            action="match these answers again",
        )
    unknown = hits.loc[~hits["theme"].isin(themes["theme"]), "theme"]
    if len(unknown):
        raise CodebookError(
            f"{len(unknown)} hits belong to no theme of the frame",
            column="theme",
            found=unknown.iloc[0],
            action="match again with this frame",
        )
