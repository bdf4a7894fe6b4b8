"""How many predictors a model may have."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.success.limits import allowed_predictors

FOUR = ("forum", "steps", "year", "region")


@pytest.mark.parametrize(("plans", "allowed"), [(46, 3), (60, 4), (77, 4), (14, 0), (15, 1)])
def test_46_to_77_plans_bear_three_to_four_predictors(plans, allowed):
    assert allowed_predictors(FOUR, model="linear", n_units=plans).allowed == allowed


def test_a_logit_is_bound_by_its_smaller_class():
    limit = allowed_predictors(FOUR[:3], model="logit", n_units=39, n_events=15)
    assert limit.kept == ("forum",)
    assert limit.refused == ("steps", "year")
    assert limit.binding == "events"
    assert "15 rows in the smaller class bear 1" in limit.explanation
    assert "refused steps, year" in limit.explanation


def test_many_rows_do_not_buy_predictors_that_few_plans_cannot_bear():
    limit = allowed_predictors(FOUR, model="logit", n_units=30, n_events=700)
    assert (limit.allowed, limit.binding) == (2, "units")


def test_a_logit_without_its_events_is_an_error():
    with pytest.raises(ValueError, match="smaller class"):
        allowed_predictors(FOUR, model="logit", n_units=77)


@settings(deadline=None)
@given(
    requested=st.lists(st.text(min_size=1), unique=True, max_size=8),
    units=st.integers(0, 500),
    events=st.integers(0, 500),
)
def test_kept_and_refused_are_the_request_in_its_order(requested, units, events):
    limit = allowed_predictors(requested, model="logit", n_units=units, n_events=events)
    assert limit.kept + limit.refused == tuple(requested)
    assert len(limit.kept) == min(limit.allowed, len(requested))
    assert limit.allowed <= min(units / 15, events / 10, 4)
