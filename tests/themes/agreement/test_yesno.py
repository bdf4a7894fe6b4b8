"""Coefficients of one theme: against their definitions, and where they are not defined."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from msfresearch.themes.agreement import kappa_of_table, krippendorff_alpha
from msfresearch.themes.agreement.resampling import Resampling
from msfresearch.themes.agreement.yesno import (
    Pair,
    count_first_only,
    count_patterns,
    group_coefficients,
    overall_f1,
    pair_coefficients,
)

NAN = float("nan")
ONCE = Resampling(replicates=1)
MARKS = hnp.arrays(
    float,
    st.tuples(st.integers(2, 5), st.integers(1, 8), st.integers(1, 3)),
    elements=st.sampled_from([0.0, 1.0, 1.0, NAN]),
)


def measured(values: np.ndarray) -> dict[str, np.ndarray]:
    """The sample's own values, per theme."""
    units = np.arange(values.shape[1])
    found = group_coefficients(count_patterns(values, units, ONCE))
    if len(values) == 2:
        found |= pair_coefficients(pair_of(values))
    return {name: value[0] for name, value in found.items()}


def pair_of(values: np.ndarray) -> Pair:
    units = np.arange(values.shape[1])
    return Pair.of(count_patterns(values, units, ONCE), count_first_only(values, units, ONCE))


def one_theme(*coders: list[float]) -> np.ndarray:
    return np.array(coders, dtype=float)[:, :, None]


@given(MARKS)
def test_alpha_of_a_theme_is_the_nominal_alpha_of_its_marks(values: np.ndarray):
    found = measured(values)["alpha"]
    expected = [krippendorff_alpha(values[:, :, at]) for at in range(values.shape[2])]
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)


@given(MARKS)
def test_percent_agreement_is_the_mean_share_of_agreeing_pairs(values: np.ndarray):
    found = measured(values)["percent_agreement"]
    for at in range(values.shape[2]):
        shares = []
        for unit in values[:, :, at].T:
            pairs = list(combinations(unit[~np.isnan(unit)], 2))
            if pairs:
                shares.append(np.mean([a == b for a, b in pairs]))
        expected = np.mean(shares) if shares else NAN
        assert found[at] == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_cohen_is_kappa_of_the_table():
    first = [1] * 20 + [1] * 5 + [0] * 10 + [0] * 15
    second = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    found = measured(one_theme(first, second))
    assert found["cohen"][0] == pytest.approx(kappa_of_table([[20, 5], [10, 15]]), abs=1e-12)
    assert found["cohen"][0] == pytest.approx(0.4, abs=1e-12)
    assert found["precision"][0] == pytest.approx(20 / 30)
    assert found["recall"][0] == pytest.approx(20 / 25)
    assert found["f1"][0] == pytest.approx(40 / 55)


def test_fleiss_of_complete_marks_is_its_formula():
    yes = np.array([0, 1, 3, 2, 3, 0, 0, 1])
    values = one_theme(*[[float(at < y) for y in yes] for at in range(3)])
    share = yes.mean() / 3
    observed = np.mean((yes * (yes - 1) + (3 - yes) * (2 - yes)) / 6)
    chance = share**2 + (1 - share) ** 2
    found = measured(values)
    assert found["fleiss"][0] == pytest.approx((observed - chance) / (1 - chance), abs=1e-12)
    gwet = 2 * share * (1 - share)
    assert found["ac1"][0] == pytest.approx((observed - gwet) / (1 - gwet), abs=1e-12)


def test_an_answer_seen_by_one_coder_enters_the_shares_of_fleiss_and_ac1_only():
    without = measured(one_theme([1, 0, 1, 0], [1, 0, 0, 0]))
    beside = measured(one_theme([1, 0, 1, 0, 1], [1, 0, 0, 0, NAN]))
    assert beside["alpha"] == without["alpha"]
    assert beside["percent_agreement"] == without["percent_agreement"]
    share = (1 + 0 + 0.5 + 0 + 1) / 5
    chance = 2 * share * (1 - share)
    assert beside["ac1"][0] == pytest.approx((0.75 - chance) / (1 - chance))
    assert beside["ac1"][0] != without["ac1"][0]


def test_where_nobody_uses_a_theme_alpha_is_undefined_and_ac1_is_one():
    found = measured(one_theme([0, 0, 0, 0], [0, 0, 0, 0]))
    assert np.isnan([found[name][0] for name in ("alpha", "fleiss", "cohen", "f1")]).all()
    assert found["ac1"][0] == 1
    assert found["percent_agreement"][0] == 1


def test_under_skew_ac1_stays_high_where_kappa_breaks_down():
    found = measured(one_theme([1, 0] + [0] * 98, [0, 1] + [0] * 98))
    assert found["percent_agreement"][0] == 0.98
    assert found["cohen"][0] < 0
    assert found["ac1"][0] > 0.97


@pytest.mark.parametrize(
    "values",
    [one_theme([1, 0, 1]), one_theme([1, NAN], [NAN, 0]), one_theme([NAN, NAN], [NAN, NAN])],
    ids=["one coder", "no overlap", "nothing seen"],
)
def test_without_two_coders_of_an_answer_nothing_is_defined(values: np.ndarray):
    assert all(np.isnan(value).all() for value in measured(values).values())


def test_micro_f1_sums_counts_and_macro_f1_leaves_out_what_nobody_used():
    first = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=float)
    second = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 0]], dtype=float)
    found = overall_f1(pair_of(np.array([first, second])))
    assert found["f1_micro"][0] == pytest.approx(2 * 2 / (2 * 2 + 2))
    assert found["f1_macro"][0] == pytest.approx((1 + 0) / 2)


@pytest.mark.parametrize("seed", range(8))
def test_coin_flips_agree_no_better_than_chance(seed: int):
    rng = np.random.default_rng([7, seed])
    values = (rng.random((3, 1000, 1)) < [0.5, 0.3, 0.1, 0.5][seed % 4]).astype(float)
    values[rng.random(values.shape) < 0.1] = NAN
    found = group_coefficients(count_patterns(values, np.arange(1000), Resampling(400, seed)))
    for name in ("alpha", "fleiss"):
        assert abs(found[name][0, 0]) < 0.08
