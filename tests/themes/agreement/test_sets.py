"""Agreement on sets of codes: MASI and Jaccard."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from msfresearch.themes.agreement import krippendorff_alpha, sets
from msfresearch.themes.agreement.resampling import Resampling
from msfresearch.themes.agreement.sets import jaccard_distance, masi_distance, set_coefficients

NAN = float("nan")
ONCE = Resampling(replicates=1)


def distances(one: set[str], other: set[str]) -> tuple[float, float]:
    sizes = [np.array([float(len(s))]) for s in (one & other, one, other)]
    return float(masi_distance(*sizes)[0]), float(jaccard_distance(*sizes)[0])


@pytest.mark.parametrize(
    ("one", "other", "masi", "jaccard"),
    [
        ({"a", "b"}, {"a", "b"}, 0, 0),
        ({"a"}, {"a", "b"}, 1 - 1 / 2 * 2 / 3, 1 / 2),
        ({"a", "b"}, {"b", "c"}, 1 - 1 / 3 * 1 / 3, 2 / 3),
        ({"a"}, {"b"}, 1, 1),
        (set(), set(), 0, 0),
        (set(), {"a"}, 1, 1),
    ],
)
def test_distances_of_small_sets_are_those_of_the_paper(
    one: set[str], other: set[str], masi: float, jaccard: float
):
    assert distances(one, other) == pytest.approx((masi, jaccard))
    assert distances(other, one) == pytest.approx((masi, jaccard))


def plain(values: np.ndarray, masi: bool) -> float:
    """Alpha over all ordered pairs of codings, one at a time."""
    units = []
    for at in range(values.shape[1]):
        seen = [coder for coder in values[:, at] if not np.isnan(coder).any()]
        if len(seen) > 1:
            units.append([frozenset(np.nonzero(coder)[0].tolist()) for coder in seen])
    apart = [
        sum(distances(a, b)[1 - masi] for a, b in permutations(unit, 2)) / (len(unit) - 1)
        for unit in units
    ]
    every = [coding for unit in units for coding in unit]
    expected = sum(distances(a, b)[1 - masi] for a, b in permutations(every, 2))
    return 1 - (len(every) - 1) * sum(apart) / expected if expected > 0 else NAN


MARKS = hnp.arrays(
    float,
    st.tuples(st.integers(2, 3), st.integers(1, 6), st.integers(1, 4)),
    elements=st.sampled_from([0.0] * 4 + [1.0] * 4 + [NAN]),
)


@given(MARKS)
def test_alpha_of_sets_is_its_definition_pair_by_pair(values: np.ndarray):
    _, found = set_coefficients(values, np.arange(values.shape[1]), ONCE)
    for name, masi in (("alpha_masi", True), ("alpha_jaccard", False)):
        expected = plain(values, masi)
        assert found[name][0] == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_many_distinct_sets_in_blocks_give_the_same(monkeypatch: pytest.MonkeyPatch):
    values = (np.random.default_rng(5).random((3, 60, 5)) < 0.4).astype(float)
    _, whole = set_coefficients(values, np.arange(60), Resampling(20))
    monkeypatch.setattr(sets, "_BLOCK", 4)
    _, blocks = set_coefficients(values, np.arange(60), Resampling(20))
    for name, expected in whole.items():
        assert blocks[name] == pytest.approx(expected, abs=1e-12)


def test_with_one_code_per_answer_both_are_the_nominal_alpha():
    rng = np.random.default_rng(2)
    codes = np.where(rng.random((3, 80)) < 0.6, rng.integers(0, 4, 80), rng.integers(0, 4, (3, 80)))
    codes = np.where(rng.random((3, 80)) < 0.2, NAN, codes)
    values = np.where(np.isnan(codes)[:, :, None], NAN, codes[:, :, None] == np.arange(4))
    _, found = set_coefficients(values.astype(float), np.arange(80), ONCE)
    expected = krippendorff_alpha(codes)
    assert found["alpha_masi"][0] == pytest.approx(expected, abs=1e-12)
    assert found["alpha_jaccard"][0] == pytest.approx(expected, abs=1e-12)


def test_every_resample_is_what_its_own_answers_give():
    values = (np.random.default_rng(9).random((2, 30, 3)) < 0.4).astype(float)
    resampling = Resampling(replicates=5, seed=3)
    _, found = set_coefficients(values, np.arange(30), resampling)
    weights = np.concatenate(list(resampling.weights(30))).astype(int)
    for at, row in enumerate(weights):
        again = np.repeat(values, row, axis=1)
        assert found["alpha_masi"][at] == pytest.approx(plain(again, True), abs=1e-9)


def test_a_coder_who_left_a_theme_open_does_not_count_for_the_set():
    values = np.array([[[1, 0], [1, NAN]], [[1, 0], [1, 1]]], dtype=float)
    n_answers, _ = set_coefficients(values, np.arange(2), ONCE)
    assert n_answers == 1


@pytest.mark.parametrize("seed", range(6))
def test_random_sets_agree_no_better_than_chance(seed: int):
    rng = np.random.default_rng([11, seed])
    values = (rng.random((3, 800, 8)) < 0.2).astype(float)
    resampling = Resampling(300, seed)
    _, found = set_coefficients(values, np.arange(800), resampling)
    assert abs(found["alpha_masi"][0]) < 0.05
