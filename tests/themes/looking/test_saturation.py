"""Saturation: the exact mean over all orders of reading, and what the last answers brought."""

from __future__ import annotations

from itertools import permutations
from statistics import mean

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import AnswerError
from msfresearch.themes.looking.saturation import (
    answers_needed,
    found_evidence,
    found_themes,
    last_read,
    saturation,
)

CODES = [{"x"}, {"x", "y"}, set(), {"x"}, {"z"}, {"y", "x"}]


def made(codes: list[set[str]] = CODES) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [(f"a{at}", code) for at, said in enumerate(codes) for code in sorted(said)]
    answers = pd.DataFrame(
        {
            "answer_id": [f"a{at}" for at in range(len(codes))],
            "member": [f"m{at // 2}" for at in range(len(codes))],
        }
    )
    return pd.DataFrame(rows, columns=["answer_id", "code"], dtype="str"), answers


@given(st.lists(st.sets(st.sampled_from("wxyz")), min_size=1, max_size=6))
def test_the_expected_curve_is_the_mean_over_every_order(codes: list[set[str]]) -> None:
    curve = saturation(*made(codes), orders=2)
    for read, expected in zip(curve["n_read"], curve["expected"], strict=True):
        seen = [len(set().union(*order[:read])) for order in permutations(codes)]
        assert expected == pytest.approx(mean(seen))


def test_the_curve_rises_to_all_codes_and_its_band_holds_it() -> None:
    codes = [{f"t{at % 9}", f"u{at % 40}"} for at in range(200)]
    curve = saturation(*made(codes), points=20)
    assert curve["n_read"].iloc[[0, -1]].tolist() == [1, 200]
    assert len(curve) == 20
    assert curve["expected"].is_monotonic_increasing
    assert curve["share"].iloc[-1] == 1
    assert (curve["low"] <= curve["expected"]).all()
    assert (curve["expected"] <= curve["high"]).all()
    middle = curve.iloc[5]
    assert 1 < middle["high"] - middle["low"] < 12
    assert curve[["low", "high"]].iloc[-1].tolist() == [49, 49]


def test_the_same_seed_gives_the_same_band() -> None:
    codes = [{f"t{at % 30}"} for at in range(100)]
    once, again = saturation(*made(codes), seed=3), saturation(*made(codes), seed=3)
    pd.testing.assert_frame_equal(once, again)
    other = saturation(*made(codes), seed=4, orders=20)
    assert not once[["low", "high"]].equals(other[["low", "high"]])
    assert once["expected"].equals(other["expected"])


def test_members_are_read_whole() -> None:
    curve = saturation(*made(), unit="member")
    assert curve["n_read"].tolist() == [1, 2, 3]
    # {x, y}, {x}, {z, y, x}
    assert curve["expected"].tolist() == pytest.approx([2, (2 + 3 + 3) / 3, 3])


def test_what_the_last_answers_brought_is_told_in_the_order_of_reading() -> None:
    told = last_read(*made(), last=[1, 2, 100])
    assert told["new_in_last"].tolist() == [0, 1, 3]
    assert told["last"].tolist() == [1, 2, 6]
    assert told["n_codes_once"].tolist() == [1, 1, 1]
    # x stands in 4 of 6 answers, y in 2, z in 1: only z can be new in one last answer.
    assert told["expected_in_last"].tolist() == pytest.approx([1 / 6, 2 / 6 + 1 / 15, 3])


def test_without_any_code_the_curve_is_flat() -> None:
    curve = saturation(*made([set(), set()]))
    assert curve["expected"].tolist() == [0, 0]
    assert curve["share"].isna().all()
    assert last_read(*made([set()]), last=[5])["new_in_last"].tolist() == [0]


def test_a_code_counts_once_per_answer() -> None:
    found, answers = made()
    pd.testing.assert_frame_equal(
        saturation(pd.concat([found, found]), answers), saturation(found, answers)
    )


@pytest.mark.parametrize(
    ("prevalence", "chance", "n"),
    [
        (0.05, 0.95, 59),
        (0.1, 0.95, 29),
        (0.5, 0.5, 1),
        (0.5, 0.875, 3),
        (1, 0.95, 1),
        (0.01, 0.95, 299),
    ],
)
def test_answers_needed_to_see_a_theme_once(prevalence: float, chance: float, n: int) -> None:
    assert answers_needed(prevalence, chance) == n


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_one_answer_fewer_would_not_do(prevalence: float, chance: float) -> None:
    n = answers_needed(prevalence, chance)
    assert 1 - (1 - prevalence) ** n >= chance - 1e-12
    assert n == 1 or 1 - (1 - prevalence) ** (n - 1) < chance


def test_wide_codes_and_hits_become_codes() -> None:
    wide = pd.DataFrame({"x": [1.0, 0], "y": [None, 1]}, index=pd.Index(["a0", "a1"]))
    assert found_themes(wide).to_numpy().tolist() == [["a0", "x"], ["a1", "y"]]
    hits = pd.DataFrame(
        {"answer_id": ["a0"] * 2, "theme": "x", "language": "en", "pattern": ["p", "p"]}
    )
    assert found_evidence(hits)["code"].tolist() == ["x: en p"]


def test_codes_without_answers_and_no_answers_are_refused() -> None:
    found, answers = made()
    with pytest.raises(AnswerError, match="stand at no answer"):
        saturation(found, answers.iloc[1:])
    with pytest.raises(AnswerError, match="no answers"):
        saturation(found.iloc[:0], answers.iloc[:0])
    with pytest.raises(AnswerError, match="repeats"):
        saturation(found, pd.concat([answers, answers]))
    for wrong in (0, 1.2):
        with pytest.raises(ValueError, match="prevalence"):
            answers_needed(wrong)
    with pytest.raises(ValueError, match="at least 1"):
        last_read(found, answers, last=[0])
