"""Means, totals and errors agree with R's survey package."""

import json
from itertools import islice

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import StageError
from msfresearch.survey.fieldwork import kish
from msfresearch.survey.fieldwork.calibrate import calibrate, poststratify, trim_weights
from msfresearch.survey.fieldwork.design import Design, OfMargins, OfRegression, mean, total
from msfresearch.survey.fieldwork.rake import sweep

#: Totals of the calibration example: a constant, two types of school, and last year's score.
TOTALS = np.array([6194.0, 755.0, 1018.0, 3914069.0])


@pytest.fixture(scope="module")
def expected(shared):
    return json.loads((shared / "reference/expected/survey_api.json").read_text())


@pytest.fixture(scope="module")
def clustered(shared):
    return pd.read_csv(shared / "reference/input/apiclus1.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def stratified(shared):
    return pd.read_csv(shared / "reference/input/apistrat.csv", keep_default_na=False)


def _codes(column: pd.Series) -> np.ndarray:
    return pd.factorize(column, sort=True)[0]


def _agree(data: pd.DataFrame, design: Design, wanted: dict) -> None:
    for item in ("api00", "enroll"):
        found = mean(data[item].to_numpy(dtype=float), design)
        assert found.value == pytest.approx(wanted["mean"][item], rel=1e-8)
        assert found.se == pytest.approx(wanted["se"][item], rel=1e-8)
        assert found.deff == pytest.approx(wanted["deff"][item], rel=1e-8)
    found = total(data["enroll"].to_numpy(dtype=float), design)
    assert found.value == pytest.approx(wanted["total_enroll"], rel=1e-8)
    assert found.se == pytest.approx(wanted["total_se"], rel=1e-8)


def _of_clusters(data: pd.DataFrame, weights: np.ndarray, residual=None) -> Design:
    fpc = data["fpc"].to_numpy(dtype=float)
    return Design(weights, _codes(data["dnum"]), population=fpc, residual=residual)


def test_clusters_with_a_finite_population(clustered, expected):
    design = _of_clusters(clustered, clustered["pw"].to_numpy())
    _agree(clustered, design, expected["apiclus1_clustered"])


def test_strata_with_finite_populations(stratified, expected):
    design = Design(
        stratified["pw"].to_numpy(),
        strata=_codes(stratified["stype"]),
        population=stratified["fpc"].to_numpy(dtype=float),
    )
    _agree(stratified, design, expected["apistrat_stratified"])


def test_weights_alone(stratified, expected):
    _agree(stratified, Design(stratified["pw"].to_numpy()), expected["apistrat_weights_only"])


def _raked(data: pd.DataFrame, population: dict, passes: int) -> tuple[list, tuple]:
    """The reference stops after a few passes: its weights are those of that pass."""
    names = ("stype", "sch.wide")
    codes = [_codes(data[name]) for name in names]
    targets = [
        np.array([population[name][key] for key in sorted(population[name])]) for name in names
    ]
    stages = next(islice(sweep(codes, targets, data["pw"].to_numpy()), passes - 1, None))
    return codes, stages


def test_raked_clusters(clustered, expected):
    wanted = expected["rake_apiclus1"]
    codes, stages = _raked(clustered, expected["population"], 4)
    assert stages[-1] == pytest.approx(np.array(wanted["weights"]), rel=1e-12)
    residual = OfMargins(codes, stages, clustered["pw"].to_numpy())
    _agree(clustered, _of_clusters(clustered, stages[-1], residual), wanted)


def test_raked_weights(stratified, expected):
    wanted = expected["rake_apistrat"]
    codes, stages = _raked(stratified, expected["population"], 3)
    assert stages[-1] == pytest.approx(np.array(wanted["weights"]), rel=1e-12)
    residual = OfMargins(codes, stages, np.ones(len(stratified)))
    _agree(stratified, Design(stages[-1], residual=residual), wanted)


def test_the_effective_number_of_answers(expected):
    wanted = expected["rake_apistrat"]
    found = kish(np.array(wanted["weights"]))
    assert found.deff == pytest.approx(wanted["kish_deff"], rel=1e-12)
    assert found.n_eff == pytest.approx(wanted["kish_neff"], rel=1e-12)


def test_poststratified_clusters(clustered, expected):
    wanted, start = expected["poststrat_apiclus1"], clustered["pw"].to_numpy()
    weights = poststratify(clustered["stype"], expected["population"]["stype"], start)
    assert weights == pytest.approx(np.array(wanted["weights"]), rel=1e-12)
    residual = OfMargins([_codes(clustered["stype"])], [weights], start)
    _agree(clustered, _of_clusters(clustered, weights, residual), wanted)


@pytest.mark.parametrize(("distance", "rel"), [("linear", 1e-11), ("raking", 1e-7)])
def test_calibrated_clusters(clustered, expected, distance, rel):
    wanted, start = expected[f"calibrate_{distance}_apiclus1"], clustered["pw"].to_numpy()
    types = clustered["stype"]
    x = np.column_stack([np.ones(len(types)), types == "H", types == "M", clustered["api99"]])
    weights = calibrate(x.astype(float), TOTALS, start, distance)
    assert weights == pytest.approx(np.array(wanted["weights"]), rel=rel)
    for item in ("api00", "enroll"):
        design = _of_clusters(clustered, weights, OfRegression(x.astype(float), start))
        found = mean(clustered[item].to_numpy(dtype=float), design)
        assert found.value == pytest.approx(wanted["mean"][item], abs=1e-6)
        assert found.se == pytest.approx(wanted["se"][item], abs=1e-6)
        assert found.deff == pytest.approx(wanted["deff"][item], rel=1e-6)


def test_trimmed_weights(expected):
    example = expected["trim_example"]
    found = trim_weights(
        np.array(expected["rake_apistrat"]["weights"]), example["lower"], example["upper"]
    )
    assert found == pytest.approx(np.array(example["weights"]), rel=1e-12)


@given(st.lists(st.floats(0.1, 20), min_size=2, max_size=30), st.floats(1.05, 4))
def test_strict_trimming_keeps_the_total_and_the_bounds(values, factor):
    weights = np.array(values)
    bound = factor * weights.mean()
    found = trim_weights(weights, upper=bound, strict=True)
    assert found.sum() == pytest.approx(weights.sum())
    assert found.max() <= bound * (1 + 1e-9)


def test_bounds_that_cannot_hold_the_total_are_refused():
    with pytest.raises(StageError, match="cannot hold"):
        trim_weights(np.array([1.0, 2.0]), upper=1.0, strict=True)


def test_residuals_of_converged_margins_are_those_of_the_regression_on_them():
    rng = np.random.default_rng(5)
    codes = [rng.integers(0, 3, 80), rng.integers(0, 4, 80)]
    weights, start = rng.uniform(1, 4, 80), rng.uniform(1, 2, 80)
    x = np.hstack([(code[:, None] == np.arange(code.max() + 1)).astype(float) for code in codes])
    scores = rng.normal(size=(80, 2))
    one = OfMargins(codes, [weights, weights], start).of(scores)
    other = OfRegression(x, start).of(scores)
    assert one == pytest.approx(other, abs=1e-10)


def test_equal_weights_cost_nothing():
    found = kish(np.full(40, 2.5))
    assert (found.deff, found.n_eff) == pytest.approx((1, 40))


def test_one_cluster_says_nothing_of_the_variance():
    found = mean(np.arange(4.0), Design(np.ones(4), np.zeros(4, dtype=int)))
    assert np.isnan(found.se)


def test_totals_that_no_weights_meet_are_refused():
    x = np.column_stack([np.ones(4), np.arange(4.0)])
    with pytest.raises(StageError, match="no weights meet"):
        calibrate(x, np.array([4.0, 40.0]), np.ones(4), "raking")


def test_strata_of_answers_and_of_the_frame_must_be_the_same():
    with pytest.raises(StageError, match="differ"):
        poststratify(np.array(["a", "b"]), {"a": 1.0, "c": 2.0}, np.ones(2))


def test_where_nothing_is_left_to_sample_there_is_no_design_effect():
    assert np.isnan(mean(np.arange(6.0), Design(np.ones(6))).deff)
