"""Whether reading on would bring new codes: how many are known after so many answers or members."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.themes.looking.schemas import CURVE, LAST
from msfresearch.themes.schemas import table

Unit: TypeAlias = Literal["answer", "member"]
_Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
_Places = np.ndarray[tuple[int], np.dtype[np.intp]]


def found_themes(marks: pd.DataFrame) -> pd.DataFrame:
    """Codes found, from a wide table.

    Parameters
    ----------
    marks : DataFrame
        Index answer_id, one column per theme: 1, 0, or missing.

    Returns
    -------
    DataFrame
        ``answer_id`` and ``code``: the theme, for each 1.
    """
    long = marks.rename_axis(index="answer_id").reset_index()
    long = long.melt("answer_id", var_name="code", value_name="mark")
    return long.loc[(long["mark"] == 1).fillna(False), ["answer_id", "code"]].reset_index(drop=True)


def found_evidence(hits: pd.DataFrame) -> pd.DataFrame:
    """Themes with their evidence, from ``HITS``: one code per theme, language and pattern."""
    code = hits["theme"] + ": " + hits["language"] + " " + hits["pattern"]
    return pd.DataFrame({"answer_id": hits["answer_id"], "code": code}).drop_duplicates()


def saturation(
    found: pd.DataFrame,
    answers: pd.DataFrame,
    unit: Unit = "answer",
    *,
    points: int = 60,
    orders: int = 500,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Codes known after reading so many answers, or all answers of so many members.

    Parameters
    ----------
    found : DataFrame
        ``answer_id`` and ``code``.
    answers : DataFrame
        ``answer_id`` and ``member`` of all answers that were coded, those without a code too.
    unit : str
        What is read: ``answer`` or ``member``. Answers of a member are alike, so that a curve of
        answers flatters a set in which few members wrote much.
    points : int
        Places at which the curve is told, from 1 to all, evenly spread.
    orders : int
        Orders of reading that are drawn for ``low`` and ``high``.
    level : float
        Share of the orders between ``low`` and ``high``.
    seed : int
        Of these orders.

    Returns
    -------
    DataFrame
        ``CURVE``: ``unit``, ``n_read``, ``expected`` (mean over all orders of reading, exact:
        Hurlbert 1971 and Coleman 1981), ``low``, ``high`` (quantiles over the orders drawn: how
        much is luck in the order), ``share`` (of all codes found in the end).

    Raises
    ------
    AnswerError
        When a code stands at no answer, an id repeats, or there is nothing to read.
    ValueError
        When ``points``, ``orders`` or ``level`` is out of range.
    """
    if not 0 < level < 1 or points < 2 or orders < 2:
        raise ValueError("level lies between 0 and 1; points and orders are at least 2")
    n, code, place = _incidence(found, answers, unit)
    often = np.bincount(code) if len(code) else np.zeros(0, dtype=np.intp)
    read = np.unique(np.linspace(1, n, min(points, n)).round().astype(int))
    expected = _expected(often, n, read)
    rng = np.random.Generator(np.random.Philox(seed))
    known = np.empty((orders, len(read)))
    for row in range(orders):
        first = np.full(len(often), n)
        np.minimum.at(first, code, rng.permutation(n)[place])
        known[row] = np.searchsorted(np.sort(first), read, side="left")
    tail = (1 - level) / 2
    low, high = np.quantile(known, [tail, 1 - tail], axis=0, method="inverted_cdf")
    # Where nearly every order knows all codes, the mean lies a hair beyond the quantile.
    low, high = np.minimum(low, expected), np.maximum(high, expected)
    return table(
        CURVE,
        {
            "unit": [unit] * len(read),
            "n_read": read.tolist(),
            "expected": expected.tolist(),
            "low": low.tolist(),
            "high": high.tolist(),
            "share": (expected / len(often)).tolist() if len(often) else [math.nan] * len(read),
        },
    )


def last_read(
    found: pd.DataFrame, answers: pd.DataFrame, last: Iterable[int], unit: Unit = "answer"
) -> pd.DataFrame:
    """Codes that the last answers, or members, read have brought.

    Parameters
    ----------
    found, answers, unit
        As in `saturation`; ``answers`` in the order in which they were read, and members in the
        order of their first answer.
    last : iterable of int
        Numbers of last units; those of more than there are, are read as all.

    Returns
    -------
    DataFrame
        ``LAST``: ``unit``, ``n_read``, ``n_codes``, ``n_codes_once`` (codes found in one unit
        only: the more, the more are likely to be missing still), ``last``, ``new_in_last`` (in
        the order of reading), ``expected_in_last`` (mean over all orders).

    Raises
    ------
    AnswerError
        As in `saturation`.
    ValueError
        When a number of last units is below 1.
    """
    n, code, place = _incidence(found, answers, unit)
    often = np.bincount(code) if len(code) else np.zeros(0, dtype=np.intp)
    first = np.full(len(often), n)
    np.minimum.at(first, code, place)
    columns: dict[str, list[object]] = {name: [] for name in LAST.columns}
    for asked in last:
        if asked < 1:
            raise ValueError(f"last is {asked}, and must be at least 1")
        before = n - min(asked, n)
        row = {
            "unit": unit,
            "n_read": n,
            "n_codes": len(often),
            "n_codes_once": int((often == 1).sum()),
            "last": n - before,
            "new_in_last": int((first >= before).sum()),
            "expected_in_last": float(len(often) - _expected(often, n, np.array([before]))[0]),
        }
        for name, value in row.items():
            columns[name].append(value)
    return table(LAST, columns)


def answers_needed(prevalence: float, chance: float = 0.95) -> int:
    """Answers, each of another member, to see a theme at least once with a given chance.

    Parameters
    ----------
    prevalence : float
        Share of answers with the theme, above 0.
    chance : float
        Above 0 and below 1.

    Returns
    -------
    int
        The smallest n with ``1 - (1 - prevalence)**n >= chance``. Answers of one member are alike:
        of these more are needed.

    Raises
    ------
    ValueError
        When a number is out of range.
    """
    if not 0 < prevalence <= 1 or not 0 < chance < 1:
        raise ValueError("prevalence lies above 0 and up to 1, chance between 0 and 1")
    if prevalence == 1:
        return 1
    n = max(1, math.ceil(math.log1p(-chance) / math.log1p(-prevalence)))
    # Rounding may have gone one too far where the power meets the chance exactly.
    while n > 1 and 1 - (1 - prevalence) ** (n - 1) >= chance:
        n -= 1
    return n


def _incidence(
    found: pd.DataFrame, answers: pd.DataFrame, unit: Unit
) -> tuple[int, _Places, _Places]:
    """Number of units; and per code and unit that has it, both as numbers."""
    for column in ("answer_id", "member"):
        if column not in answers.columns:
            raise AnswerError("answers lack a column", column=column)
    ids = pd.Index(answers["answer_id"])
    if ids.has_duplicates:
        raise AnswerError("an id repeats", column="answer_id", found=ids[ids.duplicated()][0])
    if not len(ids):
        raise AnswerError("no answers to read", column="answer_id", found="none")
    answer = ids.get_indexer(pd.Index(found["answer_id"]))
    if (answer < 0).any():
        raise AnswerError(
            f"{int((answer < 0).sum())} codes stand at no answer",
            column="answer_id",
            found=found["answer_id"].iloc[int(np.argmax(answer < 0))],
        )
    units = np.arange(len(ids)) if unit == "answer" else pd.factorize(answers["member"])[0]
    if (units < 0).any():
        gone = ids[units < 0][0]
        raise AnswerError("an answer belongs to no member", column="member", found=gone)
    n = int(units.max()) + 1
    code = pd.factorize(found["code"], sort=True)[0]
    pairs = np.unique(code.astype(np.int64) * n + units[answer])
    return n, (pairs // n).astype(np.intp), (pairs % n).astype(np.intp)


def _expected(often: _Places, n: int, read: _Places) -> _Array:
    """Hurlbert's mean number of codes in ``read`` of ``n`` units drawn without replacement."""
    from scipy.special import gammaln

    without = n - often[:, None]
    # Chance that none of the units read has the code: C(n - often, read) / C(n, read).
    with np.errstate(invalid="ignore"):
        log = (
            gammaln(without + 1)
            - gammaln(without - read + 1)
            - gammaln(n + 1)
            + gammaln(n - read + 1)
        )
    missed = np.where(read > without, 0.0, np.exp(np.minimum(log, 0)))
    return np.asarray((1 - missed).sum(axis=0))
