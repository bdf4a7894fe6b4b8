"""Of hits that overlap, the longest."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.themes.matching.nesting import longest

HITS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 12), st.integers(1, 6)), max_size=25)


def taken(hits: list[tuple[int, int, int]]) -> list[bool]:
    group, start, length = np.array(hits, dtype=np.int64).reshape(-1, 3).T
    return list(longest(group, np.arange(len(hits)), start, start + length))


@given(HITS)
def test_the_longest_are_taken_one_by_one(hits: list[tuple[int, int, int]]) -> None:
    expected = [False] * len(hits)
    for at in sorted(range(len(hits)), key=lambda at: (-hits[at][2], hits[at][1], at)):
        group, start, length = hits[at]
        expected[at] = not any(
            chosen and group == other and low < start + length and start < low + size
            for chosen, (other, low, size) in zip(expected, hits, strict=True)
        )
    assert taken(hits) == expected


def test_hits_side_by_side_are_both_taken() -> None:
    assert taken([(0, 0, 3), (0, 3, 3), (0, 2, 2)]) == [True, True, False]


def test_hits_of_different_groups_do_not_compete() -> None:
    assert taken([(0, 0, 5), (1, 0, 3), (1, 1, 1)]) == [True, True, False]
