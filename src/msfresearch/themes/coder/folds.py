"""Which coded answers are held out together, so that no text teaches its own code."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from msfresearch.errors import AnswerError
from msfresearch.themes.coder.arrays import Bools, Floats, Ints


def assign_folds(
    texts: Sequence[str],
    marks: Floats,
    *,
    groups: Sequence[Hashable] | None = None,
    folds: int = 5,
    seed: int = 0,
) -> Ints:
    """Deal answers into folds of about the same size, whole groups at a time.

    Groups are dealt rarest theme first, each to the fold that has the fewest answers with that
    theme, then the fewest answers: a theme of few answers is not held out all at once (after the
    iterative stratification of Sechidis, Tsoumakas and Vlahavas 2011, one pass).

    Parameters
    ----------
    texts : sequence of str
        Folded text of each answer.
    marks : array of float, shape (answers, themes)
        1, 0, or NaN where no person coded.
    groups : sequence, optional
        What is held out together, such as the member. Without it, identical texts are.
    folds : int
        At least 2; fewer are made where there are fewer groups.
    seed : int
        Of the order among groups that are otherwise alike.

    Returns
    -------
    array of int, shape (answers,)
        Number of the fold in which each answer is held out, from 0. With ``groups`` the same
        text may be in several folds: see `training_rows`.

    Raises
    ------
    AnswerError
        When there are not two groups.
    ValueError
        When ``folds`` is below 2.
    """
    if folds < 2:
        raise ValueError(f"folds is {folds}, and must be at least 2")
    numbers = _numbers(texts if groups is None else groups)
    n_groups = int(numbers.max(initial=-1)) + 1
    if n_groups < 2:
        raise AnswerError(
            "coded answers cannot be parted into folds",
            found=f"{n_groups} groups",
            expected="at least 2 different texts, or members",
            action="code more answers",
        )
    folds = min(folds, n_groups)
    sizes = np.bincount(numbers)
    positives = np.zeros((n_groups, marks.shape[1]))
    np.add.at(positives, numbers, np.nan_to_num(marks))
    rarity = np.where(positives > 0, positives.sum(axis=0), np.inf)
    # Without a theme, a group has only its size to balance.
    rarest = np.argmin(rarity, axis=1) if rarity.shape[1] else np.zeros(n_groups, dtype=int)
    order = np.random.Generator(np.random.PCG64(seed)).permutation(n_groups)
    frequency = rarity.min(axis=1, initial=np.inf)
    order = order[np.lexsort((-sizes[order], frequency[order]))]
    held = np.zeros((folds, marks.shape[1]))
    filled = np.zeros(folds)
    fold_of = np.zeros(n_groups, dtype=np.int64)
    for group in order:
        theme = rarest[group]
        with_theme = held[:, theme] if np.isfinite(frequency[group]) else np.zeros(folds)
        chosen = int(np.lexsort((filled, with_theme))[0])
        fold_of[group] = chosen
        held[chosen] += positives[group]
        filled[chosen] += sizes[group]
    return fold_of[numbers]


def training_rows(texts: Sequence[str], fold_of: Ints, fold: int) -> Bools:
    """Rows that may teach while a fold is held out: outside of it, and with none of its texts."""
    numbers = _numbers(texts)
    outside = fold_of != fold
    return np.asarray(outside & ~np.isin(numbers, numbers[~outside]))


def _numbers(values: Sequence[Hashable]) -> Ints:
    """Number the distinct values in their sorted order, whatever the order of the rows."""
    known = {value: at for at, value in enumerate(sorted(set(values), key=lambda v: (str(v),)))}
    return np.array([known[value] for value in values], dtype=np.int64)
