"""Whether a theme goes with something known of the answer: a forum's feature, or a score."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.themes.looking.jackknife import Interval, checked, exchanged, interval
from msfresearch.themes.looking.schemas import BY_FEATURE, Reason
from msfresearch.themes.schemas import table
from msfresearch.themes.shares.adjusted import Method, adjusted
from msfresearch.themes.shares.hits import MIN_MEMBERS

Kind: TypeAlias = Literal["binary", "ordinal", "number"]
MEASURES: dict[Kind, str] = {
    "binary": "share difference",
    "ordinal": "Somers' D",
    "number": "mean difference",
}
MEMBERS_TESTED = 10
"""Members on each side of a comparison below which it is not tested: fewer tell chance from
association too badly, however many answers they gave."""
_Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
_Member = np.ndarray[tuple[int], np.dtype[np.intp]]


def by_feature(
    marks: pd.DataFrame,
    feature: pd.Series[Any],
    kind: Kind,
    clusters: pd.Series[Any],
    themes: pd.DataFrame,
    *,
    level: float = 0.95,
    min_members: int = MEMBERS_TESTED,
    method: Method = "fdr_bh",
    draws: int = 4_999,
    seed: int = 0,
) -> pd.DataFrame:
    """How each theme goes with a feature of the answers or their members.

    The figures describe the codes given. Of a machine's codes, differences between groups that
    allow for its errors are those of `msfresearch.themes.shares.differences`.

    Parameters
    ----------
    marks : DataFrame
        Index answer_id, one column per theme: 1, 0, or missing.
    feature : Series
        Index answer_id, with a name; missing values are left out and counted. 0 and 1 for a
        binary one, numbers or an ordered category otherwise.
    kind : str
        ``binary``: the share of answers with the theme where the feature is 1, minus that where it
        is 0. ``ordinal``: Somers' D of the feature by the theme: how much more often an answer
        with the theme has the higher value than one without, -1 to 1 (Somers 1962; Newson 2006 for
        its jackknife by cluster). ``number``: mean of the feature in answers with the theme minus
        that in answers without.
    clusters : Series
        Index answer_id: the answer's member. Answers of one member are alike, and a member's
        score is one score however often it wrote: intervals are of members.
    themes : DataFrame
        ``family`` and ``theme``.
    level : float
        Coverage.
    min_members : int
        Members that each side of the comparison has at least; of a binary feature also each
        value.
    method : str
        How ``p_adjusted`` is adjusted over the themes tested: ``fdr_bh`` or ``holm``.
    draws, seed : int
        Permutations of members for ``p``.

    Returns
    -------
    DataFrame
        ``BY_FEATURE``, one row per theme: ``n_answers``, ``n_members``, ``n_missing`` (answers
        that were coded and have no feature), ``n_with`` (answers with the theme), ``value``,
        ``low``, ``high``, ``se`` (jackknife by member with Student's t on the members of the
        smaller side), ``p``, ``p_adjusted``, ``n_tests``, ``suppressed``, ``reason``. ``p`` is the
        larger of the jackknife's and that of exchanging members (see
        `msfresearch.themes.looking.jackknife.exchanged`; an ordinal feature by its ranks): the
        first alone is too small where few members write of a theme or values are skewed. So
        where ``p`` is below ``1 - level``, the interval leaves out 0 too.

    Raises
    ------
    AnswerError
        Where the tables do not fit together, or a binary feature is not of 0 and 1.
    ValueError
        When ``level`` is not between 0 and 1 or ``min_members`` is too small.
    """
    if min_members < MIN_MEMBERS:
        raise ValueError(f"min_members is {min_members}, and must be at least {MIN_MEMBERS}")
    names = themes["theme"].tolist()
    for name in names:
        if name not in marks.columns:
            raise AnswerError("no column for a theme", column=name)
    codes, member = checked(marks[names], clusters, level)
    x = _numbers(feature, marks.index, kind)
    columns: dict[str, list[object]] = {name: [] for name in BY_FEATURE.columns}
    jackknifed: dict[int, float] = {}
    for k, (family, theme) in enumerate(themes[["family", "theme"]].itertuples(index=False)):
        coded = ~np.isnan(codes[:, k])
        used = coded & ~np.isnan(x)
        y, value = codes[used, k], x[used]
        whose, of = np.unique(member[used], return_inverse=True)
        sides = _sides(y, value, of, kind)
        why = _too_few(sides, min_members)
        row: dict[str, object] = {
            "family": family,
            "theme": theme,
            "feature": str(feature.name),
            "measure": MEASURES[kind],
            "n_answers": int(used.sum()),
            "n_members": len(whose),
            "n_missing": int((coded & ~used).sum()),
        }
        if why is None:
            figure, found = _measured(y, value, of, kind, sides, level)
            if np.isnan(found.se):
                why = Reason.NO_VARIATION
            else:
                row |= {"n_with": int(y.sum()), "value": figure, **vars(found)}
                jackknifed[k] = found.p
        row |= {"suppressed": why is not None, "reason": why}
        for name, values in columns.items():
            values.append(row.get(name, pd.NA))
    told = list(jackknifed)
    permuted = _permuted(codes[:, told], x, member, kind, draws, seed)
    for k, one in zip(told, permuted.tolist(), strict=True):
        columns["p"][k] = max(jackknifed[k], one)
    columns["p_adjusted"], tested = adjusted(columns["p"], method)
    columns["n_tests"] = [tested] * len(columns["p"])
    return table(BY_FEATURE, columns)


def _numbers(feature: pd.Series[Any], ids: pd.Index[Any], kind: Kind) -> _Array:
    if feature.index.has_duplicates:
        twice = feature.index[feature.index.duplicated()][0]
        raise AnswerError("an id repeats", column=str(feature.name), found=twice)
    if isinstance(feature.dtype, pd.CategoricalDtype):
        if not feature.dtype.ordered or kind == "number":
            raise AnswerError(
                "a category without order, or not a number",
                column=str(feature.name),
                expected="an ordered category and kind ordinal, or numbers",
            )
        feature = feature.cat.codes.where(feature.notna())
    values = feature.reindex(ids).astype("Float64")
    x: _Array = np.array(values.to_numpy(na_value=np.nan), dtype=np.float64)
    wrong = ~(np.isnan(x) | (x == 0) | (x == 1)) if kind == "binary" else np.isinf(x)
    if wrong.any():
        raise AnswerError(
            f"{int(wrong.sum())} values out of range",
            column=str(feature.name),
            found=f"answer {ids[wrong][0]}: {x[wrong][0]}",
            expected="0 or 1" if kind == "binary" else "a finite number",
        )
    return x


def _sides(y: _Array, x: _Array, member: _Member, kind: Kind) -> _Array:
    """Answers of each member with the theme, without it; and of a binary feature with each."""
    sides = [y == 1, y == 0]
    if kind == "binary":
        sides += [x == 1, x == 0]
    members = int(member.max(initial=-1)) + 1
    return np.array([np.bincount(member, side, members) for side in sides], dtype=np.float64)


def _too_few(sides: _Array, least: int) -> Reason | None:
    few = ((sides > 0).sum(axis=1) < least).any()
    return Reason.FEW_MEMBERS if few else None


def _permuted(
    codes: _Array, x: _Array, member: _Member, kind: Kind, draws: int, seed: int
) -> _Array:
    """P of each theme by its covariance with the feature, or its ranks, over exchanged members."""
    from scipy.stats import rankdata

    known = ~np.isnan(x)
    if not codes.shape[1]:
        return np.empty(0)
    y, measured = codes[known], x[known]
    if kind == "ordinal":
        measured = rankdata(measured)
    weights = np.nan_to_num(y - np.nanmean(y, axis=0))
    whose = np.unique(member[known], return_inverse=True)[1]
    return exchanged(measured - measured.mean(), weights, whose, draws, seed)


def _measured(
    y: _Array, x: _Array, member: _Member, kind: Kind, sides: _Array, level: float
) -> tuple[float, Interval]:
    if kind == "ordinal":
        value, without = _somers(y, x, member)
        bounds = (-1.0, 1.0)
    else:
        split, measured = (x, y) if kind == "binary" else (y, x)
        value, without = _mean_difference(split == 1, measured, member)
        bounds = (-1.0, 1.0) if kind == "binary" else (-np.inf, np.inf)
    found = interval(value, without, sides, level)
    low, high = (float(np.clip(one, *bounds)) for one in (found.low, found.high))
    return value, Interval(low, high, found.se, found.p)


def _mean_difference(
    first: np.ndarray[Any, np.dtype[np.bool_]], measured: _Array, member: _Member
) -> tuple[float, _Array]:
    """Mean of the first answers minus that of the others; and without each member."""

    def means(side: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[float, _Array]:
        n, total = np.bincount(member, side), np.bincount(member, np.where(side, measured, 0.0))
        return total.sum() / n.sum(), (total.sum() - total) / (n.sum() - n)

    (one, one_less), (other, other_less) = means(first), means(~first)
    return float(one - other), one_less - other_less


def _somers(y: _Array, x: _Array, member: _Member) -> tuple[float, _Array]:
    """Somers' D of x by y; and without each member."""
    with_theme, without_theme = y == 1, y == 0
    # For each answer: answers of the other kind below it, minus those above.
    placed = np.zeros(len(x))
    placed[with_theme] = _above(x[with_theme], x[without_theme])
    placed[without_theme] = -_above(x[without_theme], x[with_theme])
    members = int(member.max()) + 1
    n1, n0 = np.bincount(member, with_theme), np.bincount(member, without_theme)
    total = placed[with_theme].sum()
    own = np.bincount(member, placed, members)
    # Pairs within the member were taken off twice.
    within = np.zeros(members)
    order = np.argsort(member, kind="stable")
    edges = np.searchsorted(member[order], np.arange(members + 1))
    for g in np.flatnonzero((n1 > 0) & (n0 > 0)):
        mine = order[edges[g] : edges[g + 1]]
        within[g] = _above(x[mine][y[mine] == 1], x[mine][y[mine] == 0]).sum()
    left = (total - own + within) / ((n1.sum() - n1) * (n0.sum() - n0))
    return float(total / (n1.sum() * n0.sum())), left


def _above(values: _Array, others: _Array) -> _Array:
    """For each value the number of others below it minus the number above it."""
    ranked = np.sort(others)
    below = np.searchsorted(ranked, values, side="left")
    above = len(ranked) - np.searchsorted(ranked, values, side="right")
    return np.asarray(below - above, dtype=np.float64)
