"""Shares of pattern hits: known by hand, clustered by member, suppressed where few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes import theme_shares
from msfresearch.themes.shares.hits import cluster_share

THEMES = pd.DataFrame({"family": ["f", "f"], "theme": ["said", "silent"]})


def made(members: int, each: int, coded: list[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = [f"a{at}" for at in range(members * each)]
    answers = pd.DataFrame(
        {"answer_id": ids, "member": [f"m{at // each}" for at in range(members * each)]}
    )
    hits = pd.DataFrame({"answer_id": [ids[at] for at in coded], "theme": "said"})
    return answers, hits


def test_a_share_known_by_hand_counts_answers_not_hits() -> None:
    answers, hits = made(10, 1, [0, 0, 0, 1, 2])
    row = theme_shares(answers, hits, THEMES).iloc[0]
    assert (row["n_answers"], row["n_members"], row["n_coded"]) == (10, 10, 3)
    assert row["share"] == 0.3
    # One answer per member: Wilson with t(9) = 2.262157 and n_eff = .3*.7*81/(9*2.1) = 9.
    t, n = 2.2621571628, 9.0
    centre = (0.3 + t**2 / (2 * n)) / (1 + t**2 / n)
    half = t / (1 + t**2 / n) * (0.21 / n + t**2 / (4 * n**2)) ** 0.5
    assert row["n_eff"] == pytest.approx(n)
    assert (row["low"], row["high"]) == pytest.approx((centre - half, centre + half))


def test_members_that_always_say_the_same_count_once() -> None:
    alike, hits = made(10, 6, list(range(18)))
    single, one = made(10, 1, [0, 1, 2])
    many = theme_shares(alike, hits, THEMES).iloc[0]
    few = theme_shares(single, one, THEMES).iloc[0]
    assert many[["share", "low", "high", "n_eff"]].tolist() == pytest.approx(
        few[["share", "low", "high", "n_eff"]].tolist()
    )


def test_a_theme_that_never_fires_is_there_with_an_upper_bound() -> None:
    answers, hits = made(20, 3, [0])
    row = theme_shares(answers, hits, THEMES).iloc[1]
    assert (row["share"], row["low"]) == (0, 0)
    assert 0.1 < row["high"] < 0.25
    assert row["n_eff"] == 20


def test_a_small_group_is_suppressed_and_counted() -> None:
    answers, hits = made(12, 2, [0, 20])
    answers["region"] = ["big"] * 16 + ["few"] * 8
    answers.loc[16:, "region"] = ["few members"] * 8
    shares = theme_shares(answers, hits, THEMES, by="region")
    few = shares[shares["group"] == "few members"]
    assert few["suppressed"].all()
    assert few["n_answers"].tolist() == [8, 8]
    assert few["n_members"].tolist() == [4, 4]
    assert few[["n_coded", "share", "low", "high", "n_eff"]].isna().all(axis=None)
    assert not shares.loc[shares["group"] == "big", "suppressed"].any()


@pytest.mark.parametrize(("members", "each"), [(4, 50), (9, 1)])
def test_four_members_or_nine_answers_are_too_few(members: int, each: int) -> None:
    answers, hits = made(members, each, [0])
    assert theme_shares(answers, hits, THEMES)["suppressed"].all()


def test_answers_without_a_group_make_the_last_group() -> None:
    answers, hits = made(20, 2, [0])
    answers["score"] = [2.0] * 20 + [None] * 20
    groups = theme_shares(answers, hits, THEMES, by="score")["group"]
    assert groups.iloc[0] == "2.0"
    assert groups.iloc[-1] is None or pd.isna(groups.iloc[-1])


def test_groups_keep_the_order_of_their_categories() -> None:
    answers, hits = made(20, 2, [0])
    answers["level"] = pd.Categorical(
        ["low", "high"] * 20, categories=["low", "high", "none"], ordered=True
    )
    groups = theme_shares(answers, hits, THEMES, by="level")["group"]
    assert list(dict.fromkeys(groups)) == ["low", "high"]


def test_what_does_not_fit_together_is_refused() -> None:
    answers, hits = made(10, 2, [0])
    with pytest.raises(AnswerError, match="no answer"):
        theme_shares(answers.iloc[1:], hits, THEMES)
    with pytest.raises(CodebookError, match="no theme"):
        theme_shares(answers, hits, THEMES.iloc[1:])
    with pytest.raises(AnswerError, match="no member"):
        theme_shares(answers.assign(member=[None] + ["m"] * 19), hits, THEMES)
    with pytest.raises(AnswerError, match="region"):
        theme_shares(answers, hits, THEMES, by="region")
    with pytest.raises(AnswerError, match="repeats"):
        theme_shares(pd.concat([answers, answers]), hits, THEMES)
    with pytest.raises(ValueError, match="between 0 and 1"):
        theme_shares(answers, hits, THEMES, level=95)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.booleans()), min_size=2, max_size=60))
def test_the_interval_holds_the_share_and_stays_between_0_and_1(
    drawn: list[tuple[int, bool]],
) -> None:
    members, of_member = np.unique([member for member, _ in drawn], return_inverse=True)
    if len(members) < 2:
        return
    found = cluster_share(np.array([fired for _, fired in drawn]), of_member)
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert 0 < found.n_eff <= len(drawn)


def coverage(share: float, alike: float, members: int, repeats: int, seed: int) -> float:
    """How often a 95% interval holds the truth; beta-binomial members of 1 to 11 answers."""
    rng = np.random.default_rng(seed)
    strength = (1 - alike) / alike
    held = 0
    for _ in range(repeats):
        own = rng.beta(share * strength, (1 - share) * strength, size=members)
        of_member = np.repeat(np.arange(members), rng.integers(1, 12, size=members))
        found = cluster_share(rng.random(len(of_member)) < own[of_member], of_member)
        held += found.low <= share <= found.high
    return held / repeats


def test_intervals_cover_what_they_say() -> None:
    assert 0.92 <= coverage(0.2, 0.1, 40, 600, seed=1) <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("members", [20, 40, 80])
@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
@pytest.mark.parametrize("alike", [0.05, 0.15])
def test_coverage_is_93_to_97_for_20_to_80_members(
    members: int, share: float, alike: float
) -> None:
    # Two standard errors of a simulation of 3,000.
    assert 0.93 - 0.008 <= coverage(share, alike, members, 3000, seed=2) <= 0.97 + 0.008


@pytest.mark.slow
@pytest.mark.parametrize("members", [20, 40, 80])
def test_rare_themes_of_very_alike_members_are_covered_90_times(members: int) -> None:
    assert 0.90 <= coverage(0.05, 0.3, members, 3000, seed=3) <= 0.97
