"""Thresholds: whose codes they rest on, and what goes to a person for want of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.decision import Limits, choose, decide
from tests.themes.decision.simulated import draw, draw_exclusive, errors

LARGE = 1e9


def row(table: pd.DataFrame, theme: str, language: str = "all") -> pd.Series:
    return table[(table["theme"] == theme) & (table["language"] == language)].iloc[0]


def test_each_theme_and_language_has_its_own_threshold_where_there_are_codes_enough():
    world = draw(3000, 1, base=(0.0, -0.5), french=0.5)
    found = choose(world.probabilities, world.marks, languages=world.languages, batch=LARGE).table
    assert len(found) == 4
    assert (found["scope_yes"] == "theme and language").all()
    assert (found["lo"] < found["hi"]).all()
    assert found["n_held_out"].groupby(found["theme"]).sum().eq(3000).all()


def test_a_language_with_few_codes_borrows_those_of_all_languages_and_says_so():
    world = draw(1500, 2, base=(0.0,), french=0.05)
    found = choose(world.probabilities, world.marks, languages=world.languages).table
    french, english = row(found, "theme_0", "fr"), row(found, "theme_0", "en")
    assert english["scope_yes"] == "theme and language"
    assert (french["scope_yes"], french["scope_no"]) == ("theme", "theme")
    assert french["n_yes"] > french["n_held_out"]


def test_a_rare_theme_borrows_the_codes_of_all_themes_and_says_so():
    world = draw(800, 3, base=(0.0, -0.5, -6.0), slope=2.5)
    found = choose(world.probabilities, world.marks, batch=LARGE).table
    rare = row(found, "theme_2")
    assert rare["n_carriers"] < 87
    assert rare["scope_yes"] == rare["scope_no"] == "everything"


def test_enough_codes_that_pass_no_test_do_not_borrow_from_others():
    good, noise = draw(1000, 4, base=(0.0, -0.5)), draw(1000, 5, base=(0.0,), slope=0.0)
    probabilities = good.probabilities.assign(noise=noise.probabilities["theme_0"])
    marks = good.marks.assign(noise=noise.marks["theme_0"])
    found = row(choose(probabilities, marks).table, "noise")
    assert np.isnan(found["hi"])
    assert found["scope_yes"] == "none"
    assert found["reason_yes"] == "no threshold of this scope passes: theme and language"


def test_with_hardly_any_codes_everything_goes_to_a_person():
    world = draw(40, 6)
    thresholds = choose(world.probabilities, world.marks)
    assert thresholds.table[["lo", "hi"]].isna().all(axis=None)
    assert thresholds.table["reason_yes"].str.startswith("too few held-out codes").all()
    assert decide(world.probabilities, thresholds).isna().all(axis=None)


def test_a_theme_that_was_not_learned_goes_to_a_person_and_its_codes_are_counted():
    world = draw(1500, 7)
    unread = world.probabilities.assign(theme_1=np.nan)
    thresholds = choose(unread, world.marks)
    found = row(thresholds.table, "theme_1")
    assert found["n_unread"] == 1500
    assert found["n_held_out"] == 0
    assert found["reason_yes"] == "no held-out code of this theme has a probability"
    decided = decide(unread, thresholds)
    assert decided["theme_1"].isna().all()
    assert decided["theme_0"].notna().any()


def test_a_language_of_which_nothing_was_coded_goes_to_a_person():
    world = draw(1500, 8, french=0.3)
    marks = world.marks.mask(world.languages == "fr")
    thresholds = choose(world.probabilities, marks, languages=world.languages)
    assert set(thresholds.table.loc[thresholds.table["language"] == "fr", "reason_no"]) == {
        "no held-out codes in this language"
    }
    decided = decide(world.probabilities, thresholds, world.languages)
    assert decided[world.languages == "fr"].isna().all(axis=None)
    assert decided[world.languages == "en"].notna().any(axis=None)


def test_a_stricter_limit_leaves_more_to_people():
    world = draw(4000, 9)
    shares = [
        decide(world.probabilities, choose(world.probabilities, world.marks, error=error))
        .notna()
        .to_numpy()
        .mean()
        for error in (0.02, 0.1, 0.2)
    ]
    assert 0 < shares[0] < shares[1] < shares[2]


def test_saying_no_to_everything_is_a_small_error_of_the_no_and_a_large_one_of_the_carriers():
    world = draw(2000, 10, base=(-4.0,), slope=1.0)
    assert 0.01 < world.marks["theme_0"].mean() < 0.09
    among_no = choose(world.probabilities, world.marks, error=Limits(0.1, 0.1, no_among="decided"))
    missed_by = errors(decide(world.probabilities, among_no), world.marks)[1]
    assert missed_by[0] == 1
    default = choose(world.probabilities, world.marks)
    assert errors(decide(world.probabilities, default), world.marks)[1][0] <= 0.1


def test_clusters_that_err_together_leave_more_to_people():
    world = draw(3000, 11, base=(-0.5,), per_member=10, member_sd=2.0)
    taken = [
        choose(world.probabilities, world.marks, clusters=clusters).table["n_yes"].iloc[0]
        for clusters in (None, world.members)
    ]
    assert taken[1] < taken[0]


def test_the_same_call_gives_the_same_table():
    world = draw(800, 12, french=0.4)
    one, again = (
        choose(world.probabilities, world.marks, languages=world.languages).table for _ in range(2)
    )
    pd.testing.assert_frame_equal(one, again, check_exact=True)


def test_exclusive_codes_have_one_threshold_per_language():
    world = draw_exclusive(2000, 1)
    thresholds = choose(world.probabilities, world.marks, languages=world.languages, exclusive=True)
    assert list(thresholds.table["theme"]) == ["all", "all"]
    assert thresholds.table["hi"].notna().all()
    assert thresholds.table["lo"].isna().all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda p, m: (p, m.assign(theme_0=2.0)), "1, 0 or missing"),
        (lambda p, m: (p.assign(theme_0=1.5), m), "from 0 to 1"),
        (lambda p, m: (p.iloc[1:], m), "have no probabilities"),
        (lambda p, m: (pd.concat([p, p]), m), "two rows of probabilities"),
        (lambda p, m: (p, pd.concat([m, m])), "two rows of marks"),
    ],
    ids=["a two", "above one", "an answer lacks", "twice", "coded twice"],
)
def test_frames_that_do_not_fit_are_refused(change, says: str):
    world = draw(50, 13)
    with pytest.raises(AnswerError, match=says):
        choose(*change(world.probabilities, world.marks))


def test_other_themes_are_refused():
    world = draw(50, 14)
    with pytest.raises(CodebookError, match="one codebook"):
        choose(world.probabilities, world.marks[["theme_1", "theme_0"]])


def test_two_exclusive_codes_of_one_answer_are_refused():
    world = draw_exclusive(50, 2)
    with pytest.raises(AnswerError, match="at most one theme"):
        choose(world.probabilities, world.marks + (world.marks == 0), exclusive=True)


def test_an_answer_without_a_language_or_cluster_is_refused():
    world = draw(50, 15)
    with pytest.raises(AnswerError, match="have no language"):
        choose(world.probabilities, world.marks, languages=world.languages.iloc[1:])
    with pytest.raises(AnswerError, match="have no cluster"):
        choose(world.probabilities, world.marks, clusters=world.members.iloc[1:])


@pytest.mark.parametrize(
    "rates",
    [
        {"error": 0.0},
        {"error": 1.0},
        {"delta": 0.0},
        {"delta": 1.5},
        {"batch": 0},
        {"batch": float("nan")},
    ],
)
def test_rates_that_cannot_be_asked_for_are_refused(rates: dict[str, float]):
    world = draw(50, 16)
    with pytest.raises(ValueError, match="must"):
        choose(world.probabilities, world.marks, **rates)


def test_an_unknown_side_of_the_no_is_refused():
    with pytest.raises(ValueError, match="carriers or decided"):
        Limits(no_among="everyone")
