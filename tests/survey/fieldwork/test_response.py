import json

import numpy as np
import pandas as pd
import pytest

from msfresearch.errors import StageError
from msfresearch.survey.fieldwork import ORDERS, r_indicator
from tests.survey.fieldwork import REGION, frame_2019


@pytest.fixture(scope="module")
def expected(shared):
    return json.loads((shared / "reference/expected/r_indicator.json").read_text())


@pytest.fixture(scope="module")
def found(shared):
    data = pd.read_csv(shared / "reference/input/apisrs.csv", keep_default_na=False)
    data["mealcat"] = pd.cut(data["meals"].astype(float), [-1, 25, 50, 75, 100]).astype("str")
    return r_indicator(data, data["comp.imp"] == "Yes", ["stype", "mealcat"])


def test_propensities_are_those_of_the_reference(found, expected):
    assert found.propensities.head(5).tolist() == pytest.approx(
        expected["propensity_first5"], rel=1e-13
    )
    assert found.propensities.mean() == pytest.approx(expected["mean_propensity"], rel=1e-13)
    assert found.propensities.std() == pytest.approx(expected["sd_propensity_n_minus_1"], rel=1e-13)


@pytest.mark.parametrize(
    ("attribute", "key"),
    [
        ("r_unadjusted", "R_unadjusted"),
        ("r", "R_bias_adjusted"),
        ("se", "R_se"),
        ("bias_factor", "bias_factor"),
        ("cv", "CV"),
        ("cv_se", "CV_se"),
    ],
)
def test_the_indicator_is_the_references_to_the_printed_digits(found, expected, attribute, key):
    assert getattr(found, attribute) == pytest.approx(expected[key], rel=1e-13)


def test_partials_by_variable_are_those_of_the_reference(found, expected):
    wanted = expected["partial_by_variable"]
    assert found.variables["variable"].tolist() == wanted["variable"]
    for column, key in (
        ("unconditional_unadjusted", "Pu_unadj"),
        ("unconditional", "Pu"),
        ("conditional_unadjusted", "Pc_unadj"),
        ("conditional", "Pc"),
    ):
        assert found.variables[column].tolist() == pytest.approx(wanted[key], rel=1e-12)


@pytest.mark.parametrize("variable", ["stype", "mealcat"])
def test_partials_by_category_are_those_of_the_reference(found, expected, variable):
    wanted = expected["partial_by_category"][variable]
    rows = found.categories[found.categories["variable"] == variable]
    assert rows["unconditional"].tolist() == pytest.approx(wanted["Pu"], rel=1e-11)
    assert rows["conditional"].tolist() == pytest.approx(wanted["Pc"], rel=1e-11)


def _heard(seed: int, strength: float) -> tuple[pd.DataFrame, pd.Series]:
    frame = frame_2019()
    lean = strength * frame["region"].map(REGION).to_numpy(dtype=float)
    drawn = np.random.default_rng(seed).random(len(frame)) < 1 / (1 + np.exp(-lean))
    return frame, pd.Series(drawn, index=frame.index)


def test_a_category_heard_wholly_or_not_at_all_is_merged_and_named():
    frame, heard = _heard(3, 1.0)
    heard[frame["region"] == "north_america"] = True
    found = r_indicator(frame, heard, ["region", "income", "level"], ORDERS)
    assert "region: north_america" in found.merged
    assert found.categories.loc[found.categories["variable"] == "region", "n"].sum() == len(frame)


def test_without_an_order_such_a_category_stops_the_indicator():
    frame, heard = _heard(3, 1.0)
    heard[frame["region"] == "north_america"] = True
    with pytest.raises(StageError, match="north_america"):
        r_indicator(frame, heard, ["region"])


def test_a_response_that_follows_region_is_less_representative_than_one_that_does_not():
    weak = np.mean([r_indicator(*_heard(s, 0.0), ["level"]).r_unadjusted for s in range(20)])
    strong = np.mean(
        [r_indicator(*_heard(s, 6.0), ["region"], ORDERS).r_unadjusted for s in range(20)]
    )
    assert strong < weak - 0.2


def test_variation_no_larger_than_chance_leaves_the_adjusted_indicator_open():
    frame = pd.DataFrame({"side": ["a"] * 20 + ["b"] * 20})
    heard = pd.Series(([True] * 10 + [False] * 10) * 2)
    found = r_indicator(frame, heard, ["side"])
    assert found.r_unadjusted == pytest.approx(1)
    assert np.isnan(found.r)


def test_a_variable_the_frame_does_not_tell_of_every_unit_stops_the_indicator():
    frame = pd.DataFrame({"side": ["a", None, "b"]})
    with pytest.raises(StageError, match="1 units without it"):
        r_indicator(frame, pd.Series([True, False, True]), ["side"])


def test_nobody_or_everybody_heard_has_no_indicator():
    frame = pd.DataFrame({"side": ["a", "b"]})
    for heard in (True, False):
        with pytest.raises(StageError, match="no propensities"):
            r_indicator(frame, pd.Series([heard, heard]), ["side"])


def test_two_variables_that_foretell_each_other_have_no_fit():
    frame = pd.DataFrame({"one": ["a", "b"] * 20, "two": ["c", "d"] * 20})
    heard = pd.Series(([True] * 3 + [False] * 2) * 8)
    with pytest.raises(StageError, match="no finite fit"):
        r_indicator(frame, heard, ["one", "two"])
