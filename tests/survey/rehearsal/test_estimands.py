from __future__ import annotations

import numpy as np
import pytest

from msfresearch.success.gaps import superiority, weighted_kappa
from msfresearch.survey.rehearsal import simulate
from msfresearch.survey.rehearsal.dyads import agreement, dyad_estimands
from msfresearch.survey.rehearsal.numbers import NumberLaw
from tests.survey.forum import small_forum, small_manifest
from tests.survey.rehearsal import small_frame

FORUM = small_forum()
SOCIETY = small_manifest()
GOVERNMENT = SOCIETY.model_copy(update={"id": "small-poc", "population": "government"})
CODES = frozenset({97, 98, 99})
DAYS = NumberLaw(0.0, 400.0, True, True, CODES)
PER_CENT = NumberLaw(0.0, 100.0, False, False, CODES)


def _sides(frame, answers=(6, 12)):
    return [
        simulate(FORUM, manifest, frame, 1, n)
        for manifest, n in zip((GOVERNMENT, SOCIETY), answers, strict=True)
    ]


@pytest.mark.parametrize("law", [DAYS, PER_CENT])
@pytest.mark.parametrize("view", [-1.5, 0.0, 2.0])
def test_the_mean_of_a_number_is_what_draws_come_to(law, view):
    n = 200_000
    drawn = law.draw(np.full(n, view), np.random.default_rng(3)).astype("float64")
    error = drawn.std() / np.sqrt(n)
    assert law.mean(np.array([view]))[0] == pytest.approx(drawn.mean(), abs=4 * error)
    assert not np.isin(drawn, list(CODES)).any()


def test_a_number_has_a_mean_among_the_estimands():
    wave = simulate(FORUM, SOCIETY, small_frame(), 1, 12)
    row = wave.estimands.set_index(["item", "statistic"]).loc[("share_ng", "mean")]
    assert 20 < row["truth"] < 80


def test_members_all_alike_have_the_gap_of_the_two_sides_truths():
    frame = small_frame().query("member in ['ARG:national', 'CHL:national']")
    frame = frame.assign(cspart=frame["cspart"].iloc[0])
    sides = _sides(frame, (1, 4))
    plain = sides[1].estimands.query("statistic == 'mean'").set_index("item")["gap"]
    found = dyad_estimands(*sides, ["trust", "ambition"]).set_index("item")
    np.testing.assert_allclose(found["gap"], plain[found.index], atol=1e-9)
    assert (found["gap"] == found["government"] - found["civil_society"]).all()


def test_who_is_put_a_question_by_the_state_of_the_forum_tells_of_better_forums():
    """An item behind another is answered by both where both say yes: in members seen better."""
    sides = _sides(small_frame())
    found = dyad_estimands(*sides, ["share_ng"]).iloc[0]
    for side, one in zip(("government", "civil_society"), sides, strict=True):
        own = one.estimands.set_index(["item", "statistic"]).loc[("share_ng", "mean")]
        assert found[side] > own["expected_unweighted"]


def test_more_answers_are_more_members_in_which_both_answered():
    few, many = (
        dyad_estimands(*_sides(small_frame(), n), ["trust"])["dyads"].item()
        for n in ((4, 8), (8, 40))
    )
    assert 0 < few < many < len(small_frame())


def testagreement_is_what_the_comparison_of_the_sides_estimates():
    table = np.random.default_rng(2).dirichlet(np.ones(16)).reshape(4, 4)
    above, kappa = agreement(table)
    # Members that are all the same have the value of each.
    assert above == pytest.approx(superiority(np.stack([table] * 3)).value)
    assert kappa == pytest.approx(weighted_kappa(table[None]).value)
