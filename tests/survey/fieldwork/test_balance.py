import numpy as np
import pandas as pd
import pytest

from msfresearch.errors import StageError
from msfresearch.survey.fieldwork import ORDERS, balance, beside_frame, kish, weigh
from msfresearch.survey.frame import REGIONS
from tests.survey.fieldwork import frame_2019, simulate


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return frame_2019()


@pytest.fixture(scope="module")
def answers(frame) -> pd.DataFrame:
    return simulate(frame, 110, 0.3, False, 4).answers


def test_the_declared_orders_hold_every_category_of_the_frame(frame):
    assert set(ORDERS["region"]) == set(REGIONS)
    for variable, order in ORDERS.items():
        assert set(frame[variable]) <= set(order)


def test_an_answer_from_outside_the_frame_has_nothing_beside_it(frame):
    answers = pd.DataFrame({"member": ["CAN:national", "CHN:national"]}, index=[7, 3])
    found = beside_frame(answers, frame, ["region", "level"])
    assert found.loc[7].tolist() == ["north_america", "national"]
    assert found.loc[3].isna().all()


def test_answers_from_outside_the_frame_have_no_weight_and_are_counted(frame, answers):
    more = pd.concat([answers, pd.DataFrame({"member": ["CHN:national", None]})], ignore_index=True)
    found = weigh(more, frame)
    assert found.outside == 2
    assert len(found.raked.weights) == len(answers)
    assert found.raked.weights.sum() == pytest.approx(len(frame))


def test_weighting_takes_away_the_differences_it_rakes_on(frame, answers):
    # Every category must have its five answers: a merged one is only met with its neighbour.
    raked = weigh(answers, frame, least=1).raked
    found = balance(answers, frame, list(ORDERS), raked)
    assert (found["weighted_difference"].abs() < 1e-8).all()
    assert found["difference"].abs().max() > 0.05


def test_differences_are_in_standard_deviations_of_the_frame(frame):
    answers = pd.DataFrame({"member": frame.loc[frame["level"] == "national", "member"]})
    found = balance(answers, frame, ["level"]).set_index("category")
    p = 78 / 97
    assert found.loc["national", "difference"] == pytest.approx((1 - p) / np.sqrt(p * (1 - p)))
    assert found["weighted"].isna().all()


def test_a_number_of_the_frame_is_compared_by_its_mean(frame, answers):
    found = balance(answers, frame, ["cspart"]).iloc[0]
    known = frame["cspart"].dropna().astype(float)
    assert found["units"] == len(known)
    assert found["frame"] == pytest.approx(known.mean())
    assert pd.isna(found["category"])


def test_a_member_with_many_answers_weighs_no_more_than_one_with_few(frame):
    members = ["CAN:national"] * 30 + frame["member"].tolist()
    answers = pd.DataFrame({"member": members})
    by_member = weigh(answers, frame, each="member", cap=None).raked.weights
    by_answer = weigh(answers, frame, each="answer", cap=None).raked.weights
    own = answers["member"] == "CAN:national"
    assert by_member[own].sum() == pytest.approx(1)
    assert by_answer[own].sum() > 2


def test_margins_that_contradict_each_other_are_merged_further_and_it_is_told(frame):
    # The one local answer is North America's only one: it cannot stand for 4 units and for 19.
    national = frame[(frame["level"] == "national") & (frame["region"] != "north_america")]
    answers = pd.DataFrame({"member": [*national["member"], "CAN:local"]})
    found = weigh(answers, frame, least=1, cap=None)
    assert (found.least_asked, found.least) == (1, 2)
    assert "north_america" in set(found.raked.collapsed["category"])
    assert found.raked.off < 1e-8


def test_weights_never_exceed_the_cap_they_hold(frame, answers):
    found = weigh(answers, frame, cap=2.0).raked
    assert found.weights.max() / found.weights.mean() <= found.cap * (1 + 1e-9)
    assert kish(found.weights).deff < kish(weigh(answers, frame, cap=None).raked.weights).deff


def test_a_wave_without_answers_from_the_frame_cannot_be_weighed(frame):
    with pytest.raises(StageError, match="nothing to rake"):
        weigh(pd.DataFrame({"member": ["CHN:national"]}), frame)


def test_what_counts_once_must_be_named(frame, answers):
    with pytest.raises(ValueError, match="member or answer"):
        weigh(answers, frame, each="country")
