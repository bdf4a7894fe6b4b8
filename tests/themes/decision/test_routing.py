"""What is decided, what goes to a person, and that nothing is lost between."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.decision import Thresholds, choose, coverage, decide, to_person
from tests.themes.decision.simulated import draw, draw_exclusive


@pytest.fixture(scope="module")
def thresholds() -> Thresholds:
    world = draw(2000, 21, french=0.4)
    return choose(world.probabilities, world.marks, languages=world.languages)


@pytest.fixture(scope="module")
def one_code() -> Thresholds:
    world = draw_exclusive(1500, 22)
    return choose(world.probabilities, world.marks, exclusive=True)


@settings(max_examples=40)
@given(st.lists(st.tuples(*[st.one_of(st.floats(0, 1), st.just(np.nan))] * 2), max_size=12))
def test_every_answer_and_theme_is_decided_by_its_threshold_or_left_open(
    thresholds: Thresholds, values: list[tuple[float, float]]
):
    ids = [f"a{at}" for at in range(len(values))]
    given_ = pd.DataFrame(values, index=ids, columns=["theme_0", "theme_1"], dtype=float)
    languages = pd.Series(["fr", "en"] * len(ids), dtype=str).iloc[: len(ids)].set_axis(ids)
    decided = decide(given_, thresholds, languages)
    assert decided.shape == given_.shape
    assert (decided.dtypes == "Int8").all()
    bounds = thresholds.table.set_index(["theme", "language"])
    for answer in ids:
        for theme in given_.columns:
            at = bounds.loc[(theme, languages[answer])]
            p, found = given_.at[answer, theme], decided.at[answer, theme]
            if p >= at["hi"]:
                assert found == 1
            elif p <= at["lo"]:
                assert found == 0
            else:
                assert found is pd.NA
    told = coverage(decided, languages)
    assert (told["n_yes"] + told["n_no"] + told["n_person"] == told["n_answers"]).all()
    assert len(to_person(decided)) == told.iloc[2]["n_person"]


def test_coverage_counts_themes_and_whole_answers_per_language():
    decided = pd.DataFrame(
        {"x": [1, 0, pd.NA, 0], "y": [0, 0, 1, pd.NA]}, index=list("abcd"), dtype="Int8"
    )
    found = coverage(decided, pd.Series(["en", "en", "en", "fr"], index=list("abcd")))
    told = found.set_index(["theme", "language"])
    columns = ["n_answers", "n_yes", "n_no", "n_person"]
    assert told.loc[("x", "all"), columns].tolist() == [4, 1, 2, 1]
    assert told.loc[("all", "all"), columns].tolist() == [4, 1, 1, 2]
    assert told.loc[("all", "en"), "share_automatic"] == pytest.approx(2 / 3)
    assert told.loc[("y", "fr"), "share_automatic"] == 0
    route = to_person(decided)
    assert route.to_dict("list") == {
        "answer_id": ["c", "d"],
        "n_themes": [1, 1],
        "themes": ["x", "y"],
    }


def test_no_answers_give_an_empty_route_and_no_share():
    decided = pd.DataFrame({"x": pd.Series([], dtype="Int8")})
    assert len(to_person(decided)) == 0
    assert coverage(decided)["share_automatic"].isna().all()


def test_an_exclusive_answer_is_decided_in_every_theme_or_in_none(one_code: Thresholds):
    world = draw_exclusive(500, 23)
    decided = decide(world.probabilities, one_code)
    open_ = decided.isna()
    assert (open_.all(axis=1) == open_.any(axis=1)).all()
    accepted = decided[~open_.any(axis=1)]
    assert 0 < len(accepted) < 500
    assert (accepted.sum(axis=1) == 1).all()
    top = world.probabilities.loc[accepted.index].idxmax(axis=1)
    assert (accepted.astype(int).idxmax(axis=1) == top).all()


def test_that_no_theme_fits_may_be_the_most_probable_of_exclusive_codes(one_code: Thresholds):
    columns = list(one_code.themes)
    rows = pd.DataFrame([[0.001] * 4, [np.nan] * 4, [0.999, 0, 0, np.nan]], columns=columns)
    decided = decide(rows.set_axis(["none", "unread", "first"]), one_code)
    assert decided.loc["none"].tolist() == [0, 0, 0, 0]
    assert decided.loc["unread"].isna().all()
    assert decided.loc["first"].tolist() == [1, 0, 0, 0]


def test_a_language_unknown_to_the_thresholds_goes_to_a_person(thresholds: Thresholds):
    answers = pd.DataFrame([[1.0, 0.0]] * 2, index=["a", "b"], columns=["theme_0", "theme_1"])
    decided = decide(answers, thresholds, pd.Series(["en", "pt"], index=["a", "b"]))
    assert decided.loc["a"].tolist() == [1, 0]
    assert decided.loc["b"].isna().all()


def test_thresholds_per_language_ask_for_languages(thresholds: Thresholds):
    answers = pd.DataFrame([[1.0, 0.0]], index=["a"], columns=["theme_0", "theme_1"])
    with pytest.raises(AnswerError, match="language of each answer"):
        decide(answers, thresholds)
    with pytest.raises(AnswerError, match="have no language"):
        decide(answers, thresholds, pd.Series({"b": "en"}))


def test_thresholds_for_other_themes_are_refused(thresholds: Thresholds):
    answers = pd.DataFrame([[1.0, 0.0]], index=["a"], columns=["theme_1", "theme_0"])
    with pytest.raises(CodebookError, match="for this codebook"):
        decide(answers, thresholds, pd.Series({"a": "en"}))


def test_probabilities_that_are_none_are_refused(thresholds: Thresholds):
    answers = pd.DataFrame([[1.1, 0.0]], index=["a"], columns=["theme_0", "theme_1"])
    with pytest.raises(AnswerError, match="from 0 to 1"):
        decide(answers, thresholds, pd.Series({"a": "en"}))
