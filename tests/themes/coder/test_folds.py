"""No text stands on both sides of a fold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import AnswerError
from msfresearch.themes.coder.folds import assign_folds, training_rows

rows = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("xyz"), st.booleans()),
    min_size=2,
    max_size=40,
)


@given(rows, st.integers(2, 6), st.integers(0, 9), st.booleans())
def test_no_text_and_no_group_stands_on_both_sides(
    lines: list[tuple[str, str, bool]], folds: int, seed: int, grouped: bool
) -> None:
    texts = [text for text, _, _ in lines]
    groups = [group for _, group, _ in lines]
    marks = np.array([[mark] for _, _, mark in lines], dtype=float)
    together = groups if grouped else texts
    if len(set(together)) < 2:
        with pytest.raises(AnswerError):
            assign_folds(texts, marks, groups=groups if grouped else None, folds=folds, seed=seed)
        return
    fold_of = assign_folds(texts, marks, groups=groups if grouped else None, folds=folds, seed=seed)
    assert set(fold_of) == set(range(min(folds, len(set(together)))))
    for fold in set(fold_of):
        teaches, held = training_rows(texts, fold_of, fold), fold_of == fold
        for values in (texts, together):
            assert not {values[at] for at in np.flatnonzero(teaches)} & {
                values[at] for at in np.flatnonzero(held)
            }
        if not grouped:
            assert (teaches | held).all()


@given(rows, st.randoms())
def test_the_order_of_answers_changes_no_fold(
    lines: list[tuple[str, str, bool]], random: object
) -> None:
    texts = [text for text, _, _ in lines]
    if len(set(texts)) < 2:
        return
    marks = np.array([[mark] for _, _, mark in lines], dtype=float)
    order = list(range(len(lines)))
    random.shuffle(order)  # type: ignore[attr-defined]
    here = assign_folds(texts, marks)
    there = assign_folds([texts[at] for at in order], marks[order])
    assert here[order].tolist() == there.tolist()


def test_a_rare_theme_is_spread_over_the_folds() -> None:
    texts = [f"text {n}" for n in range(500)]
    marks = np.zeros((500, 2))
    marks[:5, 0] = 1
    marks[::2, 1] = 1
    fold_of = assign_folds(texts, marks, seed=4)
    assert sorted(fold_of[:5]) == [0, 1, 2, 3, 4]
    assert np.bincount(fold_of).tolist() == [100] * 5


def test_one_fold_holds_nothing_out() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        assign_folds(["a", "b"], np.zeros((2, 1)), folds=1)
