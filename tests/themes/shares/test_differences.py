"""Differences of corrected shares: paired by member, adjusted for their number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from msfresearch.errors import AnswerError
from msfresearch.themes.shares.corrected import corrected_shares
from msfresearch.themes.shares.differences import REST, corrected_differences
from msfresearch.themes.shares.schemas import Reason
from tests.themes.shares.drawn import drawn


def test_a_difference_is_that_of_the_corrected_shares() -> None:
    made = drawn()
    shares = corrected_shares(**vars(made)).set_index(["theme", "group"])
    told = corrected_differences(**vars(made)).set_index("theme")
    assert (told["group"].tolist(), told["other"].tolist()) == (["a", "a"], ["b", "b"])
    for theme, row in told.iterrows():
        a, b = shares.loc[(theme, "a")], shares.loc[(theme, "b")]
        assert row["difference"] == pytest.approx(a["share"] - b["share"])
        assert row["machine"] == pytest.approx(a["machine"] - b["machine"])
        assert row["human_difference"] == pytest.approx(a["human_share"] - b["human_share"])
        assert row["power"] == pytest.approx(a["power"])
        assert (row["n_answers"], row["n_answers_other"]) == (200, 200)
        assert row["n_members_both"] == 40


def test_what_a_member_says_in_both_groups_cancels() -> None:
    made = drawn(members=60, each=2, humans=120)
    # Whoever says it says it in both groups.
    said = pd.Series(np.arange(120) // 2 % 3 == 0, index=made.machine.index)
    # One member differs, so that there is something to tell.
    said.iloc[0] = False
    made.marks["said"] = said.astype(float)
    paired = corrected_differences(**vars(made)).iloc[0]
    apart = made.clusters + made.groups
    unpaired = corrected_differences(**{**vars(made), "clusters": apart}).iloc[0]
    assert paired["difference"] == pytest.approx(unpaired["difference"])
    assert paired["se"] < unpaired["se"] / 3
    assert (paired["n_members_both"], unpaired["n_members_both"]) == (60, 0)


def test_each_of_three_groups_is_held_against_the_rest() -> None:
    made = drawn(members=60, humans=400)
    made.groups[:] = ["x", "y", "z", "x"] * 150
    told = corrected_differences(**vars(made))
    assert told["group"].unique().tolist() == ["x", "y", "z"]
    assert (told["other"] == REST).all()
    joined = made.groups.where(made.groups == "x", "zz")
    alone = corrected_differences(**{**vars(made), "groups": joined})
    assert told["difference"].iloc[0] == pytest.approx(alone["difference"].iloc[0], abs=0.005)
    assert told["n_answers_other"].iloc[0] == alone["n_answers_other"].iloc[0] == 300
    assert told["human_difference"].iloc[0] == pytest.approx(alone["human_difference"].iloc[0])
    each = corrected_differences(**vars(made), against="each")
    assert list(zip(each["group"], each["other"], strict=True))[::2] == [
        ("x", "y"),
        ("x", "z"),
        ("y", "z"),
    ]


def test_p_values_are_adjusted_over_what_was_tested_only() -> None:
    made = drawn()
    made.marks["rare"] = np.nan
    told = corrected_differences(**vars(made)).set_index("theme")
    assert told.loc["rare", "reason"] == Reason.NO_HUMAN
    assert told.loc["rare", ["difference", "low", "p", "p_adjusted", "gain"]].isna().all()
    assert (told["n_tests"] == 1).all()
    assert told.loc["said", "p_adjusted"] == told.loc["said", "p"]
    both = corrected_differences(**vars(drawn()), method="holm")
    assert both["p_adjusted"].min() == pytest.approx(min(1, 2 * both["p"].min()))


def test_an_interval_that_leaves_out_zero_goes_with_a_small_p() -> None:
    made = drawn()
    made.marks["said"] = made.marks["said"].where(made.groups == "a", made.marks["said"] * 0)
    told = corrected_differences(**vars(made)).iloc[0]
    assert 0 < told["low"] < told["difference"] < told["high"]
    assert told["p"] < 0.05


def test_answers_without_a_group_are_left_out() -> None:
    made = drawn()
    made.groups.iloc[:100] = None
    told = corrected_differences(**vars(made)).iloc[0]
    assert told["n_answers"] + told["n_answers_other"] == 300


def test_one_group_has_nothing_to_compare_with() -> None:
    made = drawn()
    made.groups[:] = "a"
    with pytest.raises(AnswerError, match="fewer than two groups"):
        corrected_differences(**vars(made))
