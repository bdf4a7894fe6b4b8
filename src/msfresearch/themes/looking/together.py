"""Which themes are spoken of in the same answer, more or less often than by chance."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.themes.looking.jackknife import checked, interval
from msfresearch.themes.looking.schemas import TOGETHER, Reason
from msfresearch.themes.schemas import table
from msfresearch.themes.shares.hits import MIN_MEMBERS

MIN_BOTH = 5
"""Answers with both themes below which a pair is not told."""
_Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def together(
    marks: pd.DataFrame,
    clusters: pd.Series[Any],
    *,
    level: float = 0.95,
    min_both: int = MIN_BOTH,
    min_members: int = MIN_MEMBERS,
) -> pd.DataFrame:
    """Count and measure themes that stand in the same answer.

    The figures describe the codes given, a person's or a pattern's; of a machine's codes they are
    as good as the machine.

    Parameters
    ----------
    marks : DataFrame
        Index answer_id, one column per theme: 1, 0, or missing; a pair is measured on answers
        where neither is missing.
    clusters : Series
        Index answer_id: the answer's member.
    level : float
        Coverage of the interval.
    min_both, min_members : int
        A pair in fewer answers, or in answers of fewer members, is not told.

    Returns
    -------
    DataFrame
        ``TOGETHER``, one row per pair in the order of the columns: ``n_answers``, ``n_members``,
        ``n_first``, ``n_second``, ``n_both`` (answers), ``n_members_both``, ``expected`` (answers
        with both, if the themes had nothing to do with each other), ``lift`` (``n_both`` over
        ``expected``), ``phi``, ``log_odds`` (natural logarithm of the odds ratio, half an answer
        added to each of the four cells: Haldane 1956) with ``low`` and ``high`` from the
        jackknife over members, with Student's t on the members of the smallest of the four cells
        that has any; ``suppressed``, ``reason``. ``lift`` and ``phi`` say how strong,
        the interval of ``log_odds`` whether it could be chance.

    Raises
    ------
    AnswerError
        Where the tables do not fit together.
    ValueError
        When ``level`` is not between 0 and 1 or ``min_members`` is too small.
    """
    if min_members < MIN_MEMBERS:
        raise ValueError(f"min_members is {min_members}, and must be at least {MIN_MEMBERS}")
    codes, member = checked(marks, clusters, level)
    names = [str(name) for name in marks.columns]
    columns: dict[str, list[object]] = {name: [] for name in TOGETHER.columns}
    for a, b in combinations(range(len(names)), 2):
        known = ~np.isnan(codes[:, [a, b]]).any(axis=1)
        whose, of = np.unique(member[known], return_inverse=True)
        cells = _cells(codes[known, a], codes[known, b], of, len(whose))
        n, both = int(cells.sum()), int(cells[0].sum())
        members_both = int((cells[0] > 0).sum())
        why = None
        if members_both < min_members:
            why = Reason.FEW_MEMBERS
        elif both < min_both:
            why = Reason.FEW_ANSWERS
        told = {} if why else _measures(cells, level)
        row: dict[str, object] = {
            "first": names[a],
            "second": names[b],
            "n_answers": n,
            "n_members": len(whose),
            **({} if why else {"n_both": both, "n_members_both": members_both}),
            **told,
            "suppressed": why is not None,
            "reason": why,
        }
        for name in columns:
            columns[name].append(row.get(name, pd.NA))
    return table(TOGETHER, columns)


def _cells(
    a: _Array, b: _Array, member: np.ndarray[Any, np.dtype[np.intp]], members: int
) -> _Array:
    """Answers of each member with both, the first only, the second only, neither."""
    cell = (2 * (1 - a) + (1 - b)).astype(np.intp)
    counted = np.bincount(cell * members + member, minlength=4 * members)
    return counted.reshape(4, members).astype(np.float64)


def _measures(cells: _Array, level: float) -> dict[str, object]:
    both, first, second, neither = (float(one) for one in cells.sum(axis=1))
    n = both + first + second + neither
    n_first, n_second = both + first, both + second
    expected = n_first * n_second / n
    spread = float(np.sqrt(n_first * (n - n_first) * n_second * (n - n_second)))
    value = float(_log_odds(cells.sum(axis=1)))
    without = _log_odds(cells.sum(axis=1, keepdims=True) - cells)
    found = interval(value, without, cells, level)
    return {
        "n_first": int(n_first),
        "n_second": int(n_second),
        "expected": expected,
        "lift": both / expected,
        "phi": (both * neither - first * second) / spread if spread else pd.NA,
        "log_odds": value,
        "low": pd.NA if np.isnan(found.low) else found.low,
        "high": pd.NA if np.isnan(found.high) else found.high,
    }


def _log_odds(cells: _Array) -> Any:
    both, first, second, neither = np.log(cells + 0.5)
    return both + neither - first - second
