"""Simulated coders err as they are declared to, and always in the same way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from msfresearch.themes import Codebook
from msfresearch.themes.desk.gold import gold
from msfresearch.themes.desk.log import ADJUDICATOR, RANDOM, marks, read_log
from msfresearch.themes.desk.seen import read_seen
from msfresearch.themes.rehearsal import (
    CODERS,
    IMAGINED,
    MISREAD,
    OVERLOOKED,
    SAMPLE,
    rehearse_coders,
    stated_themes,
)
from tests.batch.tiny import snapshot
from tests.themes import rounds

DAY = "2019-08-31"
N = 600


@pytest.fixture(scope="module")
def given() -> pd.DataFrame:
    return rounds.answers(N)


@pytest.fixture(scope="module")
def truth(given: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Every answer states two themes and denies three others, spread over the whole frame."""
    themes = list(codebook.themes)
    rows = [
        (answer_id, themes[(at * 5 + shift) % len(themes)], int(shift < 2))
        for at, answer_id in enumerate(given["answer_id"])
        for shift in range(5)
    ]
    return pd.DataFrame(rows, columns=["answer_id", "theme", "stated"])


@pytest.fixture(scope="module")
def folder(
    given: pd.DataFrame,
    truth: pd.DataFrame,
    codebook: Codebook,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    made = tmp_path_factory.mktemp("coding")
    rehearse_coders(given, truth, codebook, made, at=DAY)
    return made


@pytest.fixture(scope="module")
def meant(truth: pd.DataFrame, folder: Path, codebook: Codebook) -> pd.DataFrame:
    """1 where a coded answer states a theme, -1 where it denies it, else 0."""
    coded = marks(read_log(folder), codebook, CODERS[0])
    wide = pd.DataFrame(0, index=coded.index, columns=list(codebook.themes))
    for answer_id, theme, stated in truth.itertuples(index=False):
        if answer_id in wide.index:
            wide.loc[answer_id, theme] = 1 if stated else -1
    return wide


def plausible(events: int, cases: int, rate: float) -> bool:
    """Whether so many events are within what 999 of 1,000 draws at that rate give."""
    low, high = binom.ppf([0.0005, 0.9995], cases, rate)
    return bool(low <= events <= high)


@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize(
    ("sign", "wrong", "rate"), [(1, 0, OVERLOOKED), (0, 1, IMAGINED), (-1, 1, MISREAD)]
)
def test_coders_overlook_imagine_and_misread_at_the_declared_rates(
    folder: Path, meant: pd.DataFrame, codebook: Codebook, coder: str, sign: int, wrong: int,
    rate: float,
) -> None:  # fmt: skip
    coded = marks(read_log(folder), codebook, coder).to_numpy()
    cases = (meant == sign).to_numpy()
    errors = int((coded[cases] == wrong).sum())
    assert cases.sum() > 400
    assert errors > 0
    assert plausible(errors, int(cases.sum()), rate)
    assert not plausible(errors, int(cases.sum()), 3 * rate)


def test_coders_err_independently_of_each_other(
    folder: Path, meant: pd.DataFrame, codebook: Codebook
) -> None:
    log = read_log(folder)
    stated = (meant == 1).to_numpy()
    missed = [(marks(log, codebook, coder).to_numpy() == 0)[stated] for coder in CODERS]
    assert plausible(int((missed[0] & missed[1]).sum()), int(stated.sum()), OVERLOOKED**2)


def test_both_code_the_same_random_answers_and_no_more_than_declared(folder: Path) -> None:
    log = read_log(folder)
    both = [set(log.loc[log["coder"] == coder, "answer_id"]) for coder in CODERS]
    assert both[0] == both[1]
    assert len(both[0]) == SAMPLE
    assert set(log.loc[log["coder"].isin(CODERS), "draw"]) == {RANDOM}
    assert set(read_seen(folder)["answer_id"]) == both[0]


def test_the_adjudicator_decides_by_the_truth_where_they_differ_and_nowhere_else(
    folder: Path, meant: pd.DataFrame, codebook: Codebook
) -> None:
    log = read_log(folder)
    one, other = (marks(log, codebook, coder) for coder in CODERS)
    settled = marks(log, codebook, ADJUDICATOR)
    differ = one.index[(one != other).any(axis=1)]
    assert 20 < len(differ) < SAMPLE
    assert sorted(settled.index) == sorted(differ)
    np.testing.assert_array_equal(settled, (meant.loc[settled.index] == 1).astype(float))
    assert gold(log, codebook).counts["open"] == 0


def test_the_same_rehearsal_gives_the_same_bytes_whatever_the_order_of_answers_and_truth(
    given: pd.DataFrame, truth: pd.DataFrame, codebook: Codebook, folder: Path, tmp_path: Path
) -> None:
    rehearse_coders(given.iloc[::-1], truth.iloc[::-1], codebook, tmp_path, at=DAY)
    assert snapshot(tmp_path) == snapshot(folder)
    assert len(snapshot(folder)) == 5


def test_of_few_answers_one_half_is_coded(codebook: Codebook, tmp_path: Path) -> None:
    few = rounds.answers(31)
    none = pd.DataFrame({"answer_id": [], "theme": [], "stated": []})
    counts = rehearse_coders(few, none, codebook, tmp_path, at=DAY)
    assert [counts[coder] for coder in CODERS] == [15, 15]


def test_the_truth_of_lines_and_items_becomes_that_of_answers() -> None:
    truth = pd.DataFrame(
        [
            ("2", "why", "trust", "1"),
            ("2", "how", "funding", "0"),
            ("3", "why", "", "1"),
            ("9", "why", "trust", "1"),
        ],
        columns=["line", "item", "theme", "stated"],
    )
    table = pd.DataFrame({"line": [2, 3], "row_id": ["a", "b"]})
    found = stated_themes(truth, table, "answers")
    assert found.to_numpy().tolist() == [
        ["answers:a:why", "trust", 1],
        ["answers:a:how", "funding", 0],
    ]
