"""Differences in probability, and the smallest effect that could have been seen."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit
from statsmodels.discrete.discrete_model import Logit

from msfresearch.success.effects import average_effect
from msfresearch.success.fits import Fit, fit
from msfresearch.success.intervals import minimal_detectable, p_value, quantile


def _fit(seed: int, model: str = "logit") -> tuple[Fit, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    members = np.repeat(np.arange(40), 8)
    x = (members % 2).astype(float)
    z = random.normal(size=320)
    p = expit(-0.4 + 0.6 * x + 0.5 * z + random.normal(size=40)[members] * 0.5)
    y = p if model == "fractional logit" else (random.random(320) < p).astype(float)
    design = pd.DataFrame({"intercept": 1.0, "x": x, "z": z})
    found = fit(y, design, model, pd.Series(members.astype(str)))
    assert isinstance(found, Fit)
    return found, y, members


@pytest.mark.parametrize("kind", ["binary", "numeric"])
def test_the_average_effect_and_its_error_are_those_of_statsmodels(kind):
    found, y, members = _fit(1)
    theirs = Logit(y, found.design).fit(disp=0, cov_type="cluster", cov_kwds={"groups": members})
    margins = theirs.get_margeff(dummy=kind == "binary")
    ours = average_effect(found, kind)
    assert ours["effect"] == pytest.approx(margins.margeff[0], rel=1e-6)
    assert ours["se"] == pytest.approx(margins.margeff_se[0], rel=1e-4)


@pytest.mark.parametrize("model", ["logit", "fractional logit"])
@pytest.mark.parametrize("kind", ["binary", "numeric"])
def test_the_delta_method_agrees_with_numeric_derivatives(kind, model):
    found, _, _ = _fit(2, model)

    def effect(params):
        moved = Fit(found.model, params, found.cov, found.df, True, found.design)
        return average_effect(moved, kind)["effect"]

    step = 1e-6 * np.eye(3)
    gradient = np.array(
        [(effect(found.params + h) - effect(found.params - h)) / 2e-6 for h in step]
    )
    assert average_effect(found, kind)["se"] == pytest.approx(
        np.sqrt(gradient @ found.cov @ gradient), rel=1e-6
    )


def test_the_delta_interval_is_close_to_a_bootstrap_of_members():
    found, y, members = _fit(3)
    random = np.random.default_rng(5)
    effects = []
    for _ in range(300):
        drawn = random.integers(0, 40, 40)
        rows = np.concatenate([np.flatnonzero(members == one) for one in drawn])
        again = fit(y[rows], found.design.iloc[rows].reset_index(drop=True), "logit")
        assert isinstance(again, Fit)
        effects.append(average_effect(again, "binary")["effect"])
    assert np.std(effects) == pytest.approx(average_effect(found, "binary")["se"], rel=0.15)


def test_with_one_yes_no_exposure_the_effect_is_the_difference_of_shares():
    y = np.repeat([0.0, 1.0, 0.0, 1.0], [30, 10, 20, 20])
    design = pd.DataFrame({"intercept": 1.0, "x": np.repeat([0.0, 1.0], 40)})
    found = fit(y, design, "logit")
    assert isinstance(found, Fit)
    effect = average_effect(found, "binary")
    assert effect["p_unexposed"] == pytest.approx(0.25)
    assert effect["p_exposed"] == pytest.approx(0.5)
    # Independent rows: the textbook error of a difference of two shares.
    assert effect["se"] == pytest.approx(np.sqrt(0.25 * 0.75 / 40 + 0.5 * 0.5 / 40), rel=1e-4)


def test_a_linear_model_needs_no_average_effect():
    design = pd.DataFrame({"intercept": 1.0, "x": [0.0, 1.0, 0.0, 1.0]})
    found = fit(np.array([1.0, 2.0, 0.0, 5.0]), design, "OLS")
    assert isinstance(found, Fit)
    with pytest.raises(ValueError, match="is its average effect"):
        average_effect(found, "binary")


@pytest.mark.parametrize("df", [None, 51.0])
def test_a_true_effect_of_that_size_is_found_in_four_of_five_studies(df):
    effect = minimal_detectable(0.14, df)
    reach = quantile(0.95, df)
    beyond = stats.norm.sf if df is None else lambda x: stats.t.sf(x, df)
    assert beyond(reach - effect / 0.14) == pytest.approx(0.8)


def test_an_interval_that_just_touches_zero_has_p_of_five_percent():
    for df in (None, 9.0, 51.0):
        assert p_value(quantile(0.95, df), df) == pytest.approx(0.05)
        assert p_value(-quantile(0.95, df), df) == pytest.approx(0.05)
