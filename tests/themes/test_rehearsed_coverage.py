"""Intervals of theme shares hold what simulated people would code as often as they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from benchmarks.coding import APART, Found, covered, decided, rehearsals

from msfresearch.themes.desk.gold import gold
from msfresearch.themes.desk.log import marks, read_log
from msfresearch.themes.rehearsal import CODERS, rehearse_coders, simulated_codes
from tests.themes import rounds
from tests.themes.desk.small import FRAME

GIVEN = rounds.answers(60)
STATED = pd.DataFrame(
    [(one, theme, 1) for one, found in rounds.meant(GIVEN).items() for theme in found],
    columns=["answer_id", "theme", "stated"],
)
#: Limits for six rehearsals: three of their Monte Carlo errors.
FEW = {"theme": (0.91, 0.985), "family": (0.83, 1.0)}


def shares(**changes: object) -> pd.DataFrame:
    """Two intervals of one theme, the first of which holds what is expected."""
    return pd.DataFrame(
        {
            "method": "corrected",
            "wave": "poc-2019",
            "level": "theme",
            "theme": "funding",
            "seed": [1, 2],
            "value": [0.1, 0.3],
            "low": [0.05, 0.25],
            "high": [0.15, 0.35],
            "gain": [1.2, 1.4],
            "coded": 0.14,
            "stated": 0.3,
            "expected": 0.1,
            "held": [True, False],
            **changes,
        }
    )


def test_the_log_holds_the_sample_of_what_coders_would_code(tmp_path: Path) -> None:
    rehearse_coders(GIVEN, STATED, FRAME, tmp_path, at="2019-08-31", seed=7)
    log, whole = read_log(tmp_path), simulated_codes(GIVEN, STATED, FRAME, 7)
    assert sorted(whole.ids) == sorted(GIVEN["answer_id"])
    sample = list(whole.ids[: whole.n])
    assert 0 < whole.differ[: whole.n].sum() < whole.n == 30
    for coder in CODERS:
        wide = marks(log, FRAME, coder).loc[sample].to_numpy() == 1
        np.testing.assert_array_equal(wide, whole.decided[coder][: whole.n])
    counted = gold(log, FRAME).marks.loc[sample].to_numpy() == 1
    np.testing.assert_array_equal(counted, whole.settled[: whole.n])


def test_another_seed_gives_other_errors_and_the_same_one_the_same() -> None:
    one, other = (simulated_codes(GIVEN, STATED, FRAME, seed) for seed in (1, 2))
    again = simulated_codes(GIVEN, STATED, FRAME, 1)
    assert one.ids == other.ids
    for coder in CODERS:
        assert (one.decided[coder] != other.decided[coder]).any()
        np.testing.assert_array_equal(one.decided[coder], again.decided[coder])


def test_coverage_counts_what_holds_each_of_the_three_truths() -> None:
    (row,) = covered(shares()).query("wave == 'both'").to_dict("records")
    assert (row["intervals"], row["expected"], row["coded"], row["stated"]) == (2, 0.5, 0.5, 0.5)
    assert (row["width"], row["gain"]) == (pytest.approx(0.1), pytest.approx(1.3))
    assert row["bias"] == pytest.approx(0.1 / np.sqrt(0.02))
    (row,) = covered(shares(coded=0.12)).query("wave == 'both'").to_dict("records")
    assert row["coded"] == 0.5
    assert covered(shares(stated=0.5))["stated"].tolist() == [0, 0]


def test_a_decision_is_wrong_where_people_would_not_give_it() -> None:
    counts = pd.DataFrame(
        {
            "wave": "poc-2019",
            "seed": [1, 2],
            "allowed": 0.1,
            "cells": 100,
            "yes": [10, 0],
            "wrong": [2, 0],
            "no": [60, 30],
            "carriers": [10, 10],
            "missed": [0, 3],
        }
    )
    (row,) = decided(counts).to_dict("records")
    assert row["automatic"] == 0.5
    assert (row["wrong_yes"], row["missed"]) == (0.2, 0.15)
    assert (row["above_yes"], row["above_missed"]) == (0.5, 0.5)


@pytest.fixture(scope="module")
def few() -> Found:
    return rehearsals(range(1, 7), range(APART, APART + 50))


def _held(found: Found, method: str, level: str) -> float:
    table = covered(found.shares).query("wave == 'both'").set_index(["method", "level"])
    return float(table.loc[(method, level), "expected"])


@pytest.mark.slow
@pytest.mark.parametrize("level", ["theme", "family"])
def test_corrected_shares_of_a_few_rehearsals_hold_what_people_would_code(few, level):
    low, high = FEW[level]
    for method in ("corrected", "people"):
        assert low < _held(few, method, level) <= high
    told = few.shares.query("method == 'corrected' and level == @level")
    assert told["gain"].median() > 1.15
    # The limits would notice intervals of half the length.
    off = 2 * (told["expected"] - told["value"]) + told["value"]
    assert ((told["low"] <= off) & (off <= told["high"])).mean() < low


@pytest.mark.slow
def test_what_machines_say_of_families_is_mostly_wrong_and_too_sure(few):
    assert _held(few, "patterns", "family") < 0.5
    assert _held(few, "learned", "family") < 0.9


@pytest.mark.slow
def test_what_the_machine_decides_is_within_the_error_allowed(few):
    table = decided(few.decisions)
    assert (table["wrong_yes"] <= table["allowed"]).all()
    assert (table["missed"] <= table["allowed"]).all()
    assert (table["automatic"] > 0).any()


@pytest.mark.slow
def test_the_coders_agree_as_far_as_their_errors_let_them(few):
    told = few.agreement.groupby("wave")[["alpha", "implied"]].mean()
    assert (told["alpha"] - told["implied"]).abs().max() < 0.05
