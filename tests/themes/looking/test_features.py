"""Themes by a feature: known by hand, equal to the library, of members and not of answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import somersd

from msfresearch.errors import AnswerError
from msfresearch.themes.looking.features import by_feature
from msfresearch.themes.looking.schemas import Reason

THEMES = pd.DataFrame({"family": ["f"], "theme": ["t"]})


def made(
    members: int = 60, each: int = 1, seed: int = 1
) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """A theme that goes with a member's score of 1 to 5."""
    rng = np.random.Generator(np.random.PCG64(seed))
    ids = pd.Index([f"a{at}" for at in range(members * each)])
    score = np.repeat(rng.integers(1, 6, members), each).astype(float)
    theme = rng.random(len(ids)) < score / 6
    whose = pd.Series([f"m{at // each}" for at in range(len(ids))], index=ids)
    return (
        pd.DataFrame({"t": theme.astype(float)}, index=ids),
        pd.Series(score, index=ids, name="score"),
        whose,
    )


@pytest.mark.parametrize("each", [1, 4])
def test_somers_d_is_that_of_scipy_and_leaves_members_out_exactly(each: int) -> None:
    marks, score, whose = made(30, each)
    row = by_feature(marks, score, "ordinal", whose, THEMES).iloc[0]
    assert row["value"] == pytest.approx(somersd(marks["t"], score).statistic)
    without = np.array(
        [somersd(marks["t"][whose != one], score[whose != one]).statistic for one in whose.unique()]
    )
    assert row["se"] == pytest.approx((29 / 30 * ((without - without.mean()) ** 2).sum()) ** 0.5)
    assert row["measure"] == "Somers' D"


def test_a_difference_of_means_is_that_of_welch_where_all_answer_once() -> None:
    marks, score, whose = made(200)
    row = by_feature(marks, score, "number", whose, THEMES).iloc[0]
    one, other = score[marks["t"] == 1], score[marks["t"] == 0]
    assert row["value"] == pytest.approx(one.mean() - other.mean())
    error = (one.var() / len(one) + other.var() / len(other)) ** 0.5
    assert row["se"] == pytest.approx(error, rel=0.02)
    assert row["n_with"] == len(one)


def test_a_difference_of_shares_is_that_of_the_two_kinds_of_answers() -> None:
    marks, score, whose = made(200)
    high = (score > 3).astype("Int64").rename("high")
    row = by_feature(marks, high, "binary", whose, THEMES).iloc[0]
    one, other = marks["t"][score > 3], marks["t"][score <= 3]
    assert row["value"] == pytest.approx(one.mean() - other.mean())
    error = (one.var() / len(one) + other.var() / len(other)) ** 0.5
    assert row["se"] == pytest.approx(error, rel=0.02)
    assert 0 < row["low"] < row["value"] < row["high"] <= 1
    assert row["p"] < 0.001


@pytest.mark.parametrize("kind", ["binary", "ordinal", "number"])
def test_members_that_repeat_themselves_count_once(kind: str) -> None:
    marks, score, whose = made(80)
    score = (score > 3).astype(float).rename("score") if kind == "binary" else score
    again = [
        pd.concat([one.rename(lambda i, k=k: f"{i}-{k}") for k in range(6)])
        for one in (marks, score, whose)
    ]
    if kind != "binary":
        again[1].name = "score"
    again[1].name = "score"
    once = by_feature(marks, score, kind, whose, THEMES).iloc[0]
    many = by_feature(again[0], again[1], kind, again[2], THEMES).iloc[0]
    assert many["n_answers"] == 6 * once["n_answers"]
    assert many[["value", "se", "p"]].tolist() == pytest.approx(once[["value", "se", "p"]].tolist())


def test_p_is_adjusted_over_the_themes_tested_and_their_number_told() -> None:
    marks, score, whose = made(100)
    marks["noise"] = (np.arange(100) % 2).astype(float)
    marks["never"] = 0.0
    themes = pd.DataFrame({"family": "f", "theme": ["t", "noise", "never"]})
    told = by_feature(marks, score, "ordinal", whose, themes, method="holm").set_index("theme")
    assert told["n_tests"].tolist() == [2, 2, 2]
    assert told.loc["t", "p_adjusted"] == pytest.approx(2 * told.loc["t", "p"])
    assert told.loc["never", "reason"] == Reason.FEW_MEMBERS
    assert told.loc["never", ["value", "low", "p", "p_adjusted", "n_with"]].isna().all()


def test_answers_without_the_feature_are_left_out_and_counted() -> None:
    marks, score, whose = made(60)
    row = by_feature(marks, score.iloc[10:], "ordinal", whose, THEMES).iloc[0]
    assert (row["n_answers"], row["n_missing"]) == (50, 10)


def test_ordered_categories_are_ranked_by_their_order() -> None:
    marks, score, whose = made(60)
    levels = pd.CategoricalDtype([5.0, 4.0, 3.0, 2.0, 1.0], ordered=True)
    told = by_feature(marks, score.astype(levels), "ordinal", whose, THEMES).iloc[0]
    assert told["value"] == pytest.approx(
        -by_feature(marks, score, "ordinal", whose, THEMES).iloc[0]["value"]
    )


def test_a_theme_that_splits_the_scores_cleanly_has_no_interval_and_is_not_told() -> None:
    marks, score, whose = made(40)
    marks["t"] = (score > 3).astype(float)
    row = by_feature(marks, score, "ordinal", whose, THEMES).iloc[0]
    assert row["reason"] == Reason.NO_VARIATION
    assert pd.isna(row["value"])


def test_features_of_the_wrong_kind_are_refused() -> None:
    marks, score, whose = made()
    with pytest.raises(AnswerError, match="0 or 1"):
        by_feature(marks, score, "binary", whose, THEMES)
    with pytest.raises(AnswerError, match="order"):
        by_feature(marks, score.astype("str").astype("category"), "ordinal", whose, THEMES)
    with pytest.raises(AnswerError, match="finite"):
        by_feature(marks, score * np.inf, "number", whose, THEMES)
    with pytest.raises(AnswerError, match="no column"):
        by_feature(marks.rename(columns={"t": "u"}), score, "number", whose, THEMES)
    with pytest.raises(AnswerError, match="repeats"):
        by_feature(marks, pd.concat([score, score]), "number", whose, THEMES)


def null(rng: np.random.Generator, themes: int) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """80 members of 3 to 13 answers, themes of 6 to 15 members, scores that know nothing of them.

    Scores of one member are alike.
    """
    whose = np.repeat(np.arange(80), rng.integers(3, 14, 80))
    ids = pd.Index([f"a{at}" for at in range(len(whose))])
    marks = np.zeros((len(ids), themes))
    for k in range(themes):
        for member in rng.choice(80, rng.integers(6, 16), replace=False):
            mine = np.flatnonzero(whose == member)
            marks[rng.choice(mine, rng.integers(1, len(mine) // 2 + 1), replace=False), k] = 1
    score = 4 + 2 * rng.normal(size=80)[whose] + 2 * rng.normal(size=len(ids))
    names = [f"t{k}" for k in range(themes)]
    return (
        pd.DataFrame(marks, index=ids, columns=names),
        pd.Series(np.clip(np.round(score), 0, 10), index=ids, name="score"),
        pd.Series(whose, index=ids),
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["number", "binary"])
def test_where_nothing_goes_together_few_themes_of_few_members_seem_to(kind: str) -> None:
    rng = np.random.Generator(np.random.PCG64(7))
    themes = pd.DataFrame({"family": "f", "theme": [f"t{k}" for k in range(4)]})
    p: list[float] = []
    some = []
    for _ in range(300):
        marks, score, whose = null(rng, len(themes))
        if kind == "binary":
            score = (whose % 10 < 3).astype(float).rename("score")
        told = by_feature(marks, score, kind, whose, themes, draws=499)
        p += told["p"].dropna().tolist()
        some.append(bool((told["p_adjusted"].dropna() < 0.05).any()))
    assert len(p) > 400, "themes of 10 members and more are tested"
    assert np.mean(np.array(p) < 0.05) <= 0.08
    assert np.mean(some) <= 0.08


def test_a_theme_of_few_members_is_not_tested_however_many_answers_it_has() -> None:
    marks, score, whose = made(60, 6)
    marks["t"] = (whose.str[1:].astype(int) < 9).astype(float)
    row = by_feature(marks, score, "number", whose, THEMES).iloc[0]
    assert row["reason"] == Reason.FEW_MEMBERS
    marks["t"] = (whose.str[1:].astype(int) < 10).astype(float)
    assert by_feature(marks, score, "number", whose, THEMES)["reason"].isna().all()


def test_p_is_that_of_all_orders_of_members_where_each_has_one_score() -> None:
    marks, score, whose = made(40, 3)
    marks["t"] = (whose.str[1:].astype(int) < 12).astype(float)
    row = by_feature(marks, score, "number", whose, THEMES).iloc[0]
    once = score[::3].to_numpy()
    rng = np.random.Generator(np.random.PCG64(3))
    drawn = np.array([rng.permutation(once)[:12].mean() for _ in range(4_000)]) - once.mean()
    exact = np.mean(np.abs(drawn) >= abs(once[:12].mean() - once.mean()) - 1e-9)
    assert row["p"] >= exact - 0.03


def test_the_same_seed_gives_the_same_p_and_the_interval_agrees_with_it() -> None:
    marks, score, whose = made(60, 3)
    once = by_feature(marks, score, "number", whose, THEMES, seed=3)
    pd.testing.assert_frame_equal(once, by_feature(marks, score, "number", whose, THEMES, seed=3))
    assert once.loc[0, "p"] < 0.05
    assert once.loc[0, "low"] > 0
