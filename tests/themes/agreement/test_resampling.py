"""The bootstrap: its weights, its clusters, its coverage."""

from __future__ import annotations

import numpy as np
import pytest

from msfresearch.themes.agreement.resampling import Resampling, units_of
from msfresearch.themes.agreement.yesno import count_patterns, group_coefficients


def test_each_resample_draws_as_many_units_as_there_are():
    rows = np.concatenate(list(Resampling(50, seed=1).weights(17)))
    assert rows.shape == (51, 17)
    assert (rows[0] == 1).all()
    assert (rows.sum(axis=1) == 17).all()
    assert len({tuple(row) for row in rows[1:]}) == 50


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not():
    one, again, other = (
        np.concatenate(list(Resampling(20, seed).weights(30))).tobytes() for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other


def test_weights_in_blocks_are_the_weights_in_one(monkeypatch: pytest.MonkeyPatch):
    whole = np.concatenate(list(Resampling(30, seed=4).weights(25)))
    monkeypatch.setattr("msfresearch.themes.agreement.resampling._BLOCK", 60)
    assert (np.concatenate(list(Resampling(30, seed=4).weights(25))) == whole).all()


def test_an_interval_is_not_told_where_many_resamples_have_no_value():
    values = np.array([[0.5, 0.5]] + [[0.4, 0.4]] * 18 + [[np.nan, 0.6]] * 2)
    low, high, undefined = Resampling(20).interval(values)
    assert np.isnan([low[0], high[0]]).all()
    assert undefined.tolist() == [2, 0]
    assert low[1] <= 0.5 <= high[1]


@pytest.mark.parametrize(("replicates", "level"), [(0, 0.95), (10, 1.0), (10, 0.0)])
def test_a_bootstrap_without_sense_is_refused(replicates: int, level: float):
    with pytest.raises(ValueError, match="at least 1"):
        Resampling(replicates, level=level)


def test_answers_that_come_in_clusters_give_wider_intervals():
    rng = np.random.default_rng(6)
    marks = np.repeat((rng.random((2, 60, 1)) < 0.5).astype(float), 10, axis=1)
    clusters = np.repeat(np.arange(60).astype(str), 10).astype(object)
    widths = []
    for units in (units_of(None, 600), units_of(clusters, 600)):
        resampling = Resampling(500)
        alpha = group_coefficients(count_patterns(marks, units, resampling))["alpha"]
        low, high, _ = resampling.interval(alpha)
        widths.append(float((high - low)[0]))
    assert widths[1] > 2.5 * widths[0]


@pytest.mark.parametrize("agreement", [0.0, 0.7])
def test_a_95_percent_interval_holds_the_truth_about_95_times_in_100(agreement: float):
    # Two coders see the truth with the given chance, else flip a coin: alpha is its square.
    held = 0
    for seed in range(200):
        rng = np.random.default_rng([3, seed])
        truth = rng.random(300) < 0.5
        sees = rng.random((2, 300)) < agreement
        values = np.where(sees, truth, rng.random((2, 300)) < 0.5).astype(float)[:, :, None]
        resampling = Resampling(400, seed)
        patterns = count_patterns(values, np.arange(300), resampling)
        low, high, _ = resampling.interval(group_coefficients(patterns)["alpha"])
        held += bool(low[0] <= agreement**2 <= high[0])
    assert 180 <= held <= 199
