"""Intervals hold the truth where the machine errs by group, and the machine's own do not."""

from __future__ import annotations

import pandas as pd
import pytest
from benchmarks.shares import World, simulated, summary, sure_worlds, worlds

#: One of each kind, none at the edges that the benchmark tells of.
FEW = [
    World(50, 4, 200, (0.30, 0.20), 0.15, nested=False, scored=False),
    World(50, 4, 200, (0.50, 0.60), 0.05, nested=True, scored=True),
    World(80, 3, 300, (0.10, 0.10), 0.15, nested=False, scored=True),
    World(80, 3, 300, (0.30, 0.20), 0.30, nested=True, scored=False),
]

#: A machine that claims nothing wrongly and misses some: its misses are often not among the coded.
SURE = [
    World(
        members, questions, humans, (share, share), 0.05, False, False, (found,) * 2, (right,) * 2
    )
    for members, questions, humans, share, found, right in [
        (50, 4, 100, 0.03, 0.6, 1.0),
        (80, 3, 100, 0.09, 0.8, 1.0),
        (80, 3, 150, 0.03, 0.6, 0.999),
        (20, 10, 150, 0.03, 0.6, 1.0),
    ]
]


def test_corrected_intervals_cover_and_the_machines_do_not() -> None:
    told = simulated(FEW, draws=400, seed=5)
    held = summary(told).set_index("interval")
    # Four Monte Carlo errors of 400 draws beside 93-97%.
    assert held.loc[["corrected share", "corrected difference"], "lowest"].min() > 0.91
    assert held.loc[["corrected share", "corrected difference"], "highest"].max() < 0.99
    assert held.loc["naive share", "mean"] < 0.7
    assert held.loc["naive difference", "mean"] < 0.7
    gains = told[["gain share 1", "gain share 2", "gain difference"]]
    assert (gains.median() > 1).all()
    assert gains["gain difference"].min() > 1.05


def test_a_machine_whose_errors_no_person_saw_is_not_taken_at_its_word() -> None:
    told = simulated(SURE, draws=600, seed=3)
    ours = [name for name in told.columns if name.startswith("corrected")]
    assert (told[ours] >= 0.93).all(axis=None)
    assert (told["gain whole"] > 1).all()


@pytest.mark.slow
def test_all_worlds_keep_within_what_the_benchmark_says() -> None:
    told: pd.DataFrame = simulated(list(worlds()), draws=300, seed=9)
    held = summary(told).set_index("interval")
    for kind in ("corrected share", "corrected difference"):
        assert 0.94 < held.loc[kind, "mean"] < 0.965
        assert held.loc[kind, "lowest"] > 0.87
    gains = told[["gain share 1", "gain share 2", "gain difference"]]
    assert (gains.median() > 1).all()


@pytest.mark.slow
def test_all_worlds_of_a_machine_that_rarely_errs_are_covered() -> None:
    held = summary(simulated(list(sure_worlds()), draws=300, seed=9)).set_index("interval")
    for kind in ("corrected share", "corrected difference", "corrected whole"):
        assert held.loc[kind, "mean"] > 0.95
        # Four Monte Carlo errors of 300 draws below 93%.
        assert held.loc[kind, "lowest"] > 0.87
