"""Learn then test: what passes, and what must not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from msfresearch.themes.decision.testing import (
    binomial_tail,
    certify_accepted,
    certify_missed,
    design_effects,
    fewest,
    intra_cluster,
)

LIMITS = {"limit": 0.1, "delta": 0.05, "correlation": 0.0}


def alone(n: int) -> np.ndarray:
    return np.arange(n)


@given(st.integers(1, 300), st.integers(0, 300), st.floats(0.01, 0.6))
def test_the_tail_is_that_of_the_binomial(n: int, wrong: int, limit: float):
    wrong = min(wrong, n)
    found = binomial_tail(np.array([float(wrong)]), np.array([float(n)]), limit)
    assert found[0] == pytest.approx(binom.cdf(wrong, n, limit), abs=1e-10)


@pytest.mark.parametrize(("limit", "delta"), [(0.1, 0.05), (0.05, 0.05), (0.2, 0.01)])
def test_fewest_is_the_first_number_that_passes_without_error(limit: float, delta: float):
    n = fewest(limit, delta)
    assert (1 - limit) ** n <= delta < (1 - limit) ** (n - 1)


def test_without_errors_everything_is_accepted_and_with_too_few_cases_nothing():
    scores, none = np.linspace(0.5, 1, 40), np.zeros(40)
    found = certify_accepted(scores, none > 0, none, alone(40), **LIMITS)
    assert (found.threshold, found.n, found.wrong) == (0.5, 40, 0)
    few = slice(0, 28)
    assert certify_accepted(scores[few], none[few] > 0, none[few], alone(28), **LIMITS) is None
    assert certify_accepted(scores[:0], none[:0] > 0, none[:0], alone(0), **LIMITS) is None


def test_the_threshold_ends_where_errors_begin():
    scores = np.linspace(1, 0, 400)
    wrong = np.arange(400) >= 200
    found = certify_accepted(scores, wrong, 1 - scores, alone(400), **LIMITS)
    assert 150 < found.n < 222
    assert found.wrong == max(0, found.n - 200)
    assert binom.cdf(found.wrong, found.n, 0.1) <= 0.05


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=200))
def test_what_is_accepted_passes_its_own_test_with_all_its_ties(cases: list[tuple[int, bool]]):
    scores = np.array([score / 20 for score, _ in cases])
    wrong = np.array([bad for _, bad in cases])
    found = certify_accepted(scores, wrong, 1 - scores, alone(len(cases)), **LIMITS)
    if found is not None:
        taken = scores >= found.threshold
        assert (taken.sum(), wrong[taken].sum()) == (found.n, found.wrong)
        assert binom.cdf(found.wrong, found.n, 0.1) <= 0.05


@given(st.lists(st.integers(0, 50), min_size=1, max_size=200))
def test_no_more_carriers_are_missed_than_the_binomial_allows(scores: list[int]):
    values = np.array(scores) / 50
    found = certify_missed(values, alone(len(values)), **LIMITS)
    if len(values) < 29:
        assert found is None
        return
    assert found.wrong == (values <= found.threshold).sum()
    assert binom.cdf(found.wrong, len(values), 0.1) <= 0.05
    # The next higher score would miss too many.
    higher = values[values > found.threshold].min()
    assert binom.cdf((values <= higher).sum(), len(values), 0.1) > 0.05


def test_a_small_batch_to_come_makes_the_threshold_stricter():
    rng = np.random.default_rng(1)
    scores = rng.random(2000)
    wrong = rng.random(2000) > scores**0.2
    taken = [
        certify_accepted(scores, wrong, 1 - scores**0.2, alone(2000), batch=batch, **LIMITS).n
        for batch in (0.2, 1.0, math.inf)
    ]
    assert taken[0] <= taken[1] <= taken[2]
    assert taken[0] < taken[2]


def test_cases_that_err_together_count_as_one():
    rng = np.random.default_rng(2)
    shared = np.repeat(rng.normal(size=100), 5)
    clusters = np.repeat(np.arange(100), 5)
    assert intra_cluster(shared, clusters) == pytest.approx(1, abs=1e-9)
    assert intra_cluster(rng.normal(size=500), clusters) < 0.1
    assert intra_cluster(shared, np.arange(500)) == 0
    assert design_effects(clusters, 1.0)[-1] == pytest.approx(5)
    assert (design_effects(clusters, 0.0) == 1).all()


def test_one_large_cluster_that_is_right_throughout_does_not_vouch_for_the_rest():
    scores = np.linspace(1, 0.5, 300)
    wrong = np.arange(300) % 10 == 9
    wrong[:200] = False
    clusters = np.concatenate([np.zeros(200, dtype=int), np.arange(1, 101)])
    foreseen = np.full(300, 0.03)
    assert certify_accepted(scores, wrong, foreseen, np.arange(300), **LIMITS).n > 200
    assert certify_accepted(scores, wrong, foreseen, clusters, **LIMITS) is None


def test_with_uninformative_scores_and_an_error_at_the_limit_little_passes():
    passed = 0
    for seed in range(200):
        rng = np.random.default_rng([4, seed])
        scores, wrong = rng.random(500), rng.random(500) < 0.1001
        found = certify_accepted(scores, wrong, 1 - scores, alone(500), **LIMITS)
        passed += found is not None
    assert passed <= 0.05 * 200 + 6
