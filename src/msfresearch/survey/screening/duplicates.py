"""Answers that were given twice: the same row, the same person, or nearly the same cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

#: An open answer that two people give word for word has fewer characters than this.
LONG_TEXT = 40
#: Cells that two answers must both have before their likeness says anything.
FEWEST_CELLS = 10
#: A member with more answers is not searched for near duplicates: the work grows as the square.
MOST_ANSWERS = 20_000
_BLOCK = 1024
_LEVELS = 512
#: Columns by which answers are sifted before they are compared whole.
_SIEVE = 160
#: What the rounding of single precision may take from a share.
_ROUNDING = 1e-6


def standing(
    complete: pd.Series[Any],
    moment: pd.Series[Any],
    answered: pd.Series[Any],
    respondent: pd.Series[Any],
) -> pd.Series[Any]:
    """Which of several answers is the one to keep: rank 0 is the first choice.

    The latest complete answer; where none is complete, the one with the most cells answered, of
    those the latest. What is still equal is settled by the pseudonym, so that the order of the
    rows in the file decides nothing.

    Parameters
    ----------
    complete : Series of bool
    moment : Series of datetime
        When it was submitted; an unknown moment is before all others.
    answered : Series of int
        Items answered.
    respondent : Series of str

    Returns
    -------
    Series of int
        A rank without ties.
    """
    whole = complete.to_numpy(dtype=bool)
    time = moment.rank(method="dense").fillna(0).to_numpy()
    cells = answered.to_numpy(dtype="float64")
    # The last key is the first one that counts.
    order = np.lexsort(
        (
            respondent.to_numpy(dtype="object"),
            -np.where(whole, cells, time),
            -np.where(whole, time, cells),
            ~whole,
        )
    )
    rank = np.empty(len(order), dtype="int64")
    rank[order] = np.arange(len(order))
    return pd.Series(rank, index=respondent.index)


def exact(
    cells: pd.DataFrame, person: pd.Series[Any], place: pd.Series[Any], rank: pd.Series[Any]
) -> pd.Series[Any]:
    """Rows that are equal to another in every answer and come from its person or its place.

    Equal answers alone are no duplicate: two people may well agree.

    Parameters
    ----------
    cells : DataFrame of str
        Every answer, those beside "other" too.
    person, place : Series of str
        Pseudonyms, "" where unknown.
    rank : Series of int
        See :func:`standing`.

    Returns
    -------
    Series
        The row to set aside to the row that is kept, both as in the index.
    """
    # Only rows that share their person or their place with another are looked at.
    some = cells[_shared(person) | _shared(place)]
    columns = [some[name].tolist() for name in some.columns]
    content = pd.Series(pd.factorize(_tuples(columns, len(some)))[0], index=some.index)
    content = content.astype("str").reindex(cells.index, fill_value="")
    return _keep_one([_key(content, person), _key(content, place)], rank)


def same_text(
    texts: pd.DataFrame, place: pd.Series[Any], member: pd.Series[Any], rank: pd.Series[Any]
) -> pd.Series[Any]:
    """Rows that share a long open answer, word for word, with a row of one place and member.

    Space and case are passed over, and an answer under 40 characters is not looked at. Returns
    as :func:`exact` does.
    """
    some = texts[_shared(place)]
    keys = []
    for name in some.columns:
        words = some[name].str.split().str.join(" ").str.casefold()
        long = words.where(words.str.len() >= LONG_TEXT, "").reindex(texts.index, fill_value="")
        keys.append(_key(long, place, member))
    return _keep_one(keys, rank)


def same_person(
    person: pd.Series[Any], member: pd.Series[Any], rank: pd.Series[Any]
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Rows of one person about one member, and rows of one person about several.

    One person may answer about two members and be meant to; both answers stay, and are listed. A
    row that names no member goes with the person's first choice.

    Returns
    -------
    aside : Series
        As :func:`exact` returns.
    elsewhere : Series
        A row that stays to the person's first choice, which is about another member.
    """
    known = person[person != ""]
    first = rank[known.index].groupby(known).transform("min")
    choice = pd.Series(rank.index, index=rank.to_numpy())
    named = member[known.index]
    ranked = rank[known.index].where(named != "")
    best = ranked.groupby(known).transform("min")
    filled = named.mask((named == "") & best.notna(), best.map(choice).map(member))
    aside = _keep_one([_key(known, "=" + filled).reindex(rank.index, fill_value="")], rank)
    stays = known.index.difference(aside.index, sort=False)
    # Of the rows that stay, a person's first choice is the first of all: nobody outranks it.
    other = stays[(rank[stays] != first[stays]).to_numpy()]
    return aside, first[other].map(choice)


def near(
    cells: pd.DataFrame, member: pd.Series[Any], respondent: pd.Series[Any], share: float
) -> tuple[pd.DataFrame, int]:
    """For each row the one of its member that is most like it, if it is nearly the same.

    Likeness is the share of equal cells among the cells that both answered, of which there must
    be ten. Rows that name no member are not compared.

    Parameters
    ----------
    cells : DataFrame of str
        One column per item, "" where unanswered, without those that say which member it is.
    member, respondent : Series of str
    share : float
        From which on a row is listed.

    Returns
    -------
    pairs : DataFrame
        Index: the row; ``other``: the row most like it; ``share``. Of equally like ones the one
        whose pseudonym is first.
    unsearched : int
        Rows of members with more than 20,000 answers, which were not compared.
    """
    coded = np.column_stack(
        [_codes(cells[name]) for name in cells.columns] or [np.zeros(len(cells), dtype="int32")]
    )
    order = np.argsort(respondent.to_numpy(dtype="object"), kind="stable")
    groups = pd.Series(order).groupby(member.to_numpy()[order], sort=False)
    unsearched = 0
    found: list[pd.DataFrame] = []
    for name, rows in groups:
        if not name or len(rows) < 2:
            continue
        if len(rows) > MOST_ANSWERS:
            unsearched += len(rows)
            continue
        here = rows.to_numpy()
        here = here[_may_be_alike(coded[here], share)]
        partner, likeness = _most_alike(coded[here], share)
        like = partner >= 0
        if like.any():
            found.append(
                pd.DataFrame(
                    {"other": cells.index[here[partner[like]]], "share": likeness[like]},
                    index=cells.index[here[like]],
                )
            )
    if not found:
        empty = pd.DataFrame(
            {"other": cells.index[:0], "share": np.zeros(0)}, index=cells.index[:0]
        )
        return empty, unsearched
    return pd.concat(found), unsearched


def _codes(column: pd.Series[Any]) -> NDArray[np.int32]:
    """Cells as numbers: 0 where unanswered."""
    codes, _ = pd.factorize(column.where(column != ""))
    return (codes + 1).astype("int32")


def _may_be_alike(coded: NDArray[np.int32], share: float) -> NDArray[np.bool_]:
    """Rows that some few cells do not tell from all others: no other row is nearly the same.

    Two answers that are nearly the same differ in no more cells than the share leaves room for,
    in those that are looked at here and in all. The most telling cells are looked at, for the
    fewest columns; the answers to an open question would take most of the columns, and time.
    """
    given = coded > 0
    columns = [_indicators(cell[:, None]) for cell in coded.T]
    telling = [
        (given[:, n].sum() ** 2 - (levels.sum(axis=0) ** 2).sum()) / (1 + levels.shape[1])
        for n, levels in enumerate(columns)
    ]
    width, sieve, signs = 0, [], []
    for n in sorted(range(len(columns)), key=lambda n: (-telling[n], n)):
        if width + 1 + columns[n].shape[1] <= _SIEVE:
            width += 1 + columns[n].shape[1]
            sieve += [given[:, n : n + 1], columns[n]]
            signs += [1, *[-1] * columns[n].shape[1]]
    if not sieve:
        return np.ones(len(coded), dtype=bool)
    # Cells that both answered less those that are equal: what is left are the cells that differ.
    right = np.concatenate(sieve, axis=1).astype("float32")
    left = right * np.array(signs, dtype="float32")
    number = given.sum(axis=1)
    room = ((1 - share + _ROUNDING) * number).astype("float32")
    room[number < FEWEST_CELLS] = -1
    alike = np.zeros(len(coded), dtype=bool)
    for start in range(0, len(coded), _BLOCK):
        rows = slice(start, min(start + _BLOCK, len(coded)))
        # Rows before these have been compared with them.
        differ = left[rows] @ right[start:].T
        differ[np.arange(len(differ)), np.arange(len(differ))] = np.inf
        found = differ <= np.minimum.outer(room[rows], room[start:])
        alike[rows] |= found.any(axis=1)
        alike[start:] |= found.any(axis=0)
    return alike


def _most_alike(coded: NDArray[np.int32], share: float) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """For each row the row most like it and how much; -1 where none reaches the share.

    Equal cells are counted by multiplying indicator matrices, in blocks that bound the memory.
    Counts are whole numbers far below 2^24, so that single precision is exact.
    """
    n = len(coded)
    given = (coded > 0).astype("float32")
    indicators = _indicators(coded)
    partner = np.full(n, -1, dtype="int64")
    likeness = np.zeros(n)
    for start in range(0, n, _BLOCK):
        rows = slice(start, min(start + _BLOCK, n))
        both = given[rows] @ given.T
        equal = np.zeros_like(both)
        for first in range(0, indicators.shape[1], _LEVELS):
            part = indicators[:, first : first + _LEVELS].astype("float32")
            equal += part[rows] @ part.T
        both[both < FEWEST_CELLS] = np.inf
        equal[np.arange(equal.shape[0]), np.arange(rows.start, rows.stop)] = 0
        equal /= both
        best = equal.argmax(axis=1)
        most = equal[np.arange(len(best)), best]
        enough = most >= share - _ROUNDING
        partner[rows] = np.where(enough, best, -1)
        likeness[rows] = np.round(most.astype("float64"), 6)
    return partner, likeness


def _indicators(coded: NDArray[np.int32]) -> NDArray[np.bool_]:
    """One column per answer that occurs more than once: no other can be equal to anything."""
    columns = []
    for cell in coded.T:
        values, times = np.unique(cell[cell > 0], return_counts=True)
        columns.append(cell[:, None] == values[times > 1][None, :])
    return np.concatenate(columns, axis=1)


def _tuples(columns: Sequence[list[str]], n: int) -> NDArray[np.object_]:
    rows = np.empty(n, dtype="object")
    rows[:] = list(zip(*columns, strict=True)) if columns else [()] * n
    return rows


def _shared(key: pd.Series[Any]) -> pd.Series[Any]:
    """Rows whose key is known and that of another row, too."""
    return (key != "") & key.duplicated(keep=False)


def _key(first: pd.Series[Any], *others: pd.Series[Any]) -> pd.Series[Any]:
    """Several parts as one, "" where one of them is unknown. No part but the first has a space."""
    key, known = first, first != ""
    for other in others:
        known = known & (other != "")
        key = other + "\x1f" + key
    return key.where(known, "")


def _keep_one(keys: Sequence[pd.Series[Any]], rank: pd.Series[Any]) -> pd.Series[Any]:
    """Of rows that share a key, directly or through others, all but the first to the first."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(rank)
    rows, nodes, width = [np.zeros(0, dtype="int64")], [np.zeros(0, dtype="int64")], n
    for key in keys:
        shared = _shared(key).to_numpy()
        codes, values = pd.factorize(key[shared])
        rows.append(np.flatnonzero(shared))
        nodes.append(codes + width)
        width += len(values)
    row, node = np.concatenate(rows), np.concatenate(nodes)
    graph = coo_array((np.ones(len(row)), (row, node)), shape=(width, width))
    label = connected_components(graph, directed=False)[1][:n]
    first = rank.groupby(label).transform("min")
    aside = rank != first
    choice = pd.Series(rank.index, index=rank.to_numpy())
    return first[aside].map(choice)
