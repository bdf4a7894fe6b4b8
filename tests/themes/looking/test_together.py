"""Themes in the same answer: counted, set against chance, silent about few members."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from msfresearch.errors import AnswerError
from msfresearch.themes.looking.schemas import Reason
from msfresearch.themes.looking.together import together


def made(cells: tuple[int, int, int, int], members: int = 20) -> tuple[pd.DataFrame, pd.Series]:
    """So many answers with both, the first, the second, neither."""
    rows = [(1, 1)] * cells[0] + [(1, 0)] * cells[1] + [(0, 1)] * cells[2] + [(0, 0)] * cells[3]
    ids = pd.Index([f"a{at}" for at in range(len(rows))])
    whose = pd.Series([f"m{at % members}" for at in range(len(rows))], index=ids)
    return pd.DataFrame(rows, index=ids, columns=["one", "two"], dtype=float), whose


def test_a_pair_known_by_hand() -> None:
    row = together(*made((30, 10, 20, 40))).iloc[0]
    assert (row["n_first"], row["n_second"], row["n_both"]) == (40, 50, 30)
    assert row["expected"] == pytest.approx(20)
    assert row["lift"] == pytest.approx(1.5)
    assert row["phi"] == pytest.approx((30 * 40 - 10 * 20) / math.sqrt(40 * 60 * 50 * 50))
    assert row["log_odds"] == pytest.approx(math.log(30.5 * 40.5 / (10.5 * 20.5)))
    assert row["low"] < row["log_odds"] < row["high"]


def test_with_one_answer_each_the_interval_is_that_of_the_textbook() -> None:
    row = together(*made((60, 40, 40, 60), members=200)).iloc[0]
    # Woolf's standard error, 2.02 being Student's t on the 39 of the smallest cell.
    half = 2.02 * math.sqrt(1 / 60 + 1 / 40 + 1 / 40 + 1 / 60)
    assert row["high"] - row["log_odds"] == pytest.approx(half, rel=0.03)


def test_members_that_repeat_themselves_count_once() -> None:
    marks, whose = made((30, 10, 20, 40), members=100)
    again = pd.concat([marks.rename(lambda i, k=k: f"{i}-{k}") for k in range(5)])
    five = pd.concat([whose.rename(lambda i, k=k: f"{i}-{k}") for k in range(5)])
    one, many = together(marks, whose).iloc[0], together(again, five).iloc[0]
    assert many["n_both"] == 150
    assert many["high"] - many["low"] == pytest.approx(one["high"] - one["low"], rel=0.06)


def test_pairs_of_few_members_or_answers_tell_only_how_many_were_read() -> None:
    marks, whose = made((8, 10, 20, 62))
    whose.iloc[:8] = ["m1", "m2", "m3", "m4"] * 2
    row = together(marks, whose).iloc[0]
    assert row["reason"] == Reason.FEW_MEMBERS
    assert row[["n_first", "n_second", "n_both", "expected", "lift", "phi", "low"]].isna().all()
    assert (row["n_answers"], row["suppressed"]) == (100, True)
    assert together(*made((8, 10, 20, 62)), min_both=9).iloc[0]["reason"] == Reason.FEW_ANSWERS


def test_each_pair_stands_once_and_missing_codes_are_left_out() -> None:
    marks, whose = made((30, 10, 20, 40))
    marks["three"] = marks["one"].where(np.arange(100) % 2 == 0)
    told = together(marks, whose)
    assert list(zip(told["first"], told["second"], strict=True)) == [
        ("one", "two"),
        ("one", "three"),
        ("two", "three"),
    ]
    assert told["n_answers"].tolist() == [100, 50, 50]


def test_a_theme_that_all_carry_has_no_phi_and_stands_by_chance() -> None:
    marks, whose = made((50, 0, 50, 0))
    row = together(marks, whose).iloc[0]
    assert row["lift"] == 1
    assert pd.isna(row["phi"])


@pytest.mark.parametrize(
    ("change", "told"), [("code", "out of range"), ("twice", "repeats"), ("member", "no member")]
)
def test_tables_that_do_not_fit_are_refused(change: str, told: str) -> None:
    marks, whose = made((30, 10, 20, 40))
    if change == "code":
        marks.iloc[0, 0] = 2
    elif change == "twice":
        marks = pd.concat([marks, marks])
    else:
        whose.iloc[3] = None
    with pytest.raises(AnswerError, match=told):
        together(marks, whose)
    with pytest.raises(ValueError, match="at least 5"):
        together(*made((30, 10, 20, 40)), min_members=4)
