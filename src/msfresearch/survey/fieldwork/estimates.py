"""Estimates of every closed item, unweighted beside weighted, with intervals by member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import AnswerError
from msfresearch.survey.fieldwork.arrays import Array, Codes, Flags, adder, dummies
from msfresearch.survey.fieldwork.design import Design, OfMargins
from msfresearch.survey.fieldwork.interval import quantile, wilson
from msfresearch.survey.fieldwork.quantities import quantities
from msfresearch.survey.fieldwork.rake import Raked
from msfresearch.survey.questionnaire import Questionnaire, Table

_NUMBER = pa.Column("Float64", nullable=True)
ESTIMATES = pa.DataFrameSchema(
    {
        "item": pa.Column(str),
        "level": pa.Column(str, nullable=True),
        "measure": pa.Column(str, pa.Check.isin(["mean", "share"])),
        "n": pa.Column(int, pa.Check.ge(0)),
        "members": pa.Column(int, pa.Check.ge(0)),
        "unweighted": _NUMBER,
        "low": _NUMBER,
        "high": _NUMBER,
        "n_eff": _NUMBER,
        "weighted_n": pa.Column(int, pa.Check.ge(0)),
        "weighted": _NUMBER,
        "weighted_low": _NUMBER,
        "weighted_high": _NUMBER,
        "weighted_n_eff": _NUMBER,
    },
    strict=True,
)


def estimates(
    answers: pd.DataFrame,
    table: Table,
    questionnaire: Questionnaire,
    raked: Raked | None = None,
    items: Sequence[str] | None = None,
    cluster: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Means and shares of closed items, unweighted and weighted.

    Variances are linearised with members as clusters; those of raked weights are of the
    residuals after the margins. Raking to p independent margin totals uses up as many members as
    a regression on them would: the variance is multiplied by (G-1)/(G-p) and Student's t has G-p
    degrees of freedom, G being the members with an answer to the item and p = 1 without raking.
    In simulations with 30 to 75 members and 6 to 11 such totals a 95% interval that leaves this
    out covers 90 to 95 times in 100, and with it 93 to 96 (deleting one member at a time and
    raking again: 94 to 98, at sixty times the work).
    No correction is made for the finite frame: the intervals are for members such as these; for
    the very members of a frame of which most are heard they cover 95 to 99 times in 100.

    The interval of a mean is symmetric; that of a share is Wilson's with the effective number of
    answers (Korn and Graubard 1998, *Survey Methodology* 24), taken as no larger than the number
    of answers, and as the number of members where nobody or everybody says so.

    Parameters
    ----------
    answers : DataFrame
        The clean table.
    table, questionnaire
        The form.
    raked : Raked, optional
        Weights of the answers or of some of them; answers without a weight count in the
        unweighted columns only.
    items : sequence of str, optional
        Ids of items; all closed ones that the form asks by default.
    cluster : str, optional
        Column of what the answers are drawn by; the table's member by default.
    level : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        Per item its mean where it is ordinal or numeric (``level`` missing), and the share of
        each answer: ``n`` answers of ``members``, ``unweighted`` with ``low``, ``high`` and the
        effective number of answers ``n_eff``, and the same ``weighted``. Intervals are missing
        where the members are too few to tell.

    Raises
    ------
    AnswerError
        When an answer belongs to no member.
    """
    cluster = cluster or table.member
    if answers[cluster].isna().any():
        raise AnswerError(
            f"{int(answers[cluster].isna().sum())} answers belong to no member",
            column=cluster,
            expected="a value in every row",
            action="leave these answers out and say so, or cluster by another column",
        )
    plain = _plain(answers[cluster])
    weighted = None if raked is None else _weighted(answers[cluster], raked)
    rows: list[pd.DataFrame] = []
    for named, values in quantities(answers, table, questionnaire, items):
        part = pd.DataFrame(
            {
                "item": [one.item for one in named],
                "level": [one.level for one in named],
                "measure": [one.measure for one in named],
            }
        )
        shares = (part["measure"] == "share").to_numpy()
        for side, names in ((plain, _UNWEIGHTED), (weighted, _WEIGHTED)):
            found = _estimate(values, shares, side, level)
            for name, column in zip(names, found, strict=True):
                part[name] = column
        rows.append(part)
    if not rows:
        return ESTIMATES.validate(
            pd.DataFrame({name: pd.Series(dtype=_dtype(name)) for name in ESTIMATES.columns})
        )
    whole = pd.concat(rows, ignore_index=True)[list(ESTIMATES.columns)]
    return ESTIMATES.validate(whole.astype({name: _dtype(name) for name in ESTIMATES.columns}))


_UNWEIGHTED = ("n", "members", "unweighted", "low", "high", "n_eff")
_WEIGHTED = ("weighted_n", "_", "weighted", "weighted_low", "weighted_high", "weighted_n_eff")


def _dtype(name: str) -> str:
    if name in ("item", "level", "measure"):
        return "str"
    return "int64" if name in ("n", "members", "weighted_n") else "Float64"


@dataclass(frozen=True)
class _Side:
    """One way to weight: rows of the same member, margins and weight are one kind.

    Attributes
    ----------
    rows
        Positions of the answers that have a weight.
    add
        Sparse matrix that adds up those rows by kind.
    size, weight
        Per kind: its rows, and the weight of each of them.
    members
        Per kind: its member, from 0.
    design
        Of the kinds.
    parameters
        Independent totals that the weights meet; 1 without raking.
    """

    rows: Codes
    add: Any
    size: Array
    weight: Array
    members: Codes
    design: Design
    parameters: int


def _plain(members: pd.Series[Any]) -> _Side:
    code = pd.factorize(members)[0]
    size = np.bincount(code).astype(float)
    every = np.arange(len(size))
    design = Design(size, every)
    return _Side(np.arange(len(code)), adder(code), size, np.ones(len(size)), every, design, 1)


def _weighted(members: pd.Series[Any], raked: Raked) -> _Side:
    rows = members.index.get_indexer(raked.weights.index)
    if (rows < 0).any():
        raise AnswerError(f"{int((rows < 0).sum())} weights belong to no answer of the table")
    member = pd.factorize(members.iloc[rows])[0]
    groups = [pd.factorize(raked.groups[name])[0] for name in raked.groups.columns]
    kinds = pd.DataFrame(np.transpose([member, *groups, raked.start.to_numpy()])).groupby(
        list(range(len(groups) + 2)), sort=True
    )
    kind = kinds.ngroup().to_numpy()
    first = np.unique(kind, return_index=True)[1]
    size = np.bincount(kind).astype(float)
    weight = raked.weights.to_numpy()[first]
    own: list[Codes] = [group[first] for group in groups]
    residual = OfMargins(own, [size * weight] * len(own), size * raked.start.to_numpy()[first])
    design = Design(size * weight, member[first], residual=residual)
    parameters = int(np.linalg.matrix_rank(np.unique(dummies(own), axis=0)))
    return _Side(rows, adder(kind), size, weight, member[first], design, parameters)


def _estimate(values: Array, shares: Flags, side: _Side | None, level: float) -> tuple[Any, ...]:
    """Answers, members, estimate, bounds and effective number of answers of each column."""
    k = values.shape[1]
    nothing = np.full(k, np.nan)
    if side is None:
        return (np.zeros(k, dtype=np.int64), np.zeros(k), *[nothing] * 4)
    if len(side.rows) < len(values):
        values = values[side.rows]
    there = ~np.isnan(values)
    filled = np.where(there, values, 0.0)
    squares = sums = side.add @ filled
    if not shares.all():
        squares = side.add @ filled**2
    # The columns of one question are answered together; only boxes need not be.
    together = bool((there == there[:, :1]).all())
    counts = side.add @ (there[:, :1] if together else there).astype(float)
    counts = np.broadcast_to(counts, sums.shape)
    weight = side.weight[:, None]
    n = there.sum(axis=0)
    base = (weight * counts).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = (weight * sums).sum(axis=0) / base
        scores = np.nan_to_num((sums - means * counts) / base) / side.size[:, None]
        spread = (weight * squares).sum(axis=0) / base - means**2
        members = (np.asarray(adder(side.members) @ counts) > 0).sum(axis=0)
        drawn = int(side.members.max(initial=0)) + 1
        left = (members - side.parameters).astype(float)
        adjust = (drawn - 1) / drawn * members / np.where(left > 0, left, np.nan)
        variance = side.design.variance(scores) * adjust
        spread = np.where(shares, means * (1 - means), np.maximum(spread, 0.0) * n / (n - 1))
        n_eff = np.where(variance > 1e-12 * spread, spread / variance, n)
    # An answer that all or none give says nothing of how alike a member's answers are.
    n_eff = np.where(spread > 1e-12, np.minimum(n_eff, n), np.minimum(members, n)).astype(float)
    n_eff = np.where(np.isnan(variance), np.nan, n_eff)
    t = np.array([quantile(level, df) if df > 0 else np.nan for df in left])
    low, high = _bounds(means, n_eff, np.sqrt(variance), t, shares)
    return n, members, means, low, high, n_eff


def _bounds(means: Array, n_eff: Array, se: Array, t: Array, shares: Flags) -> tuple[Array, Array]:
    low, high = means - t * se, means + t * se
    for column in np.flatnonzero(shares):
        p = float(np.clip(means[column], 0.0, 1.0))
        p = 0.0 if p < 1e-12 else 1.0 if p > 1 - 1e-12 else p
        if np.isnan(t[column]):
            continue
        low[column], high[column] = wilson(p, n_eff[column], float(t[column]))
    return low, high
