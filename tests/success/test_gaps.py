"""The two sides of a forum face to face: members are paired, each counts once."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.success import gaps


def side(answers: dict[str, list[float]], item: str = "trust") -> pd.DataFrame:
    rows = [(member, value) for member, values in answers.items() for value in values]
    frame = pd.DataFrame(rows, columns=["member", item]).astype({"member": "str"})
    return frame.astype({item: "Float64"})


def paired(x: list[float], y: list[float]) -> pd.DataFrame:
    members = [f"M{i:03d}:national" for i in range(len(x))]
    return pd.DataFrame(
        {"member": members, "government": x, "civil_society": y, "n_government": 1}
    ).assign(n_civil_society=1)


def cells_of(x: list[float], y: list[float], values: list[float]) -> np.ndarray:
    government = side({f"M{i:03d}": [value] for i, value in enumerate(x)})
    society = side({f"M{i:03d}": [value] for i, value in enumerate(y)})
    return gaps.crossed(government, society, "trust", values)


def test_only_members_where_both_sides_answered_are_dyads() -> None:
    government = side({"CAN": [5], "FRA": [4], "KEN": [np.nan], "PER": [2]})
    society = side({"CAN": [1, 3], "KEN": [2], "PER": [np.nan], "GHA": [4]})
    found = gaps.dyads(government, society, "trust")
    assert found["member"].tolist() == ["CAN"]
    assert found[["government", "civil_society"]].to_numpy().tolist() == [[5, 2]]
    assert found[["n_government", "n_civil_society"]].to_numpy().tolist() == [[1, 2]]


def test_the_signed_rank_test_is_that_of_r(shared: Path) -> None:
    known = json.loads((shared / "reference/expected/misc_stats.json").read_text())
    case = known["wilcoxon_paired_depression"]
    assert gaps.signed_rank(paired(case["x"], case["y"])) == pytest.approx(case["p"], abs=1e-12)


def test_the_weighted_kappa_is_cohens(shared: Path) -> None:
    known = json.loads((shared / "reference/expected/misc_stats.json").read_text())
    case = known["cohen1968_kappa"]
    table = np.array([case["table"]])
    weights = np.array(case["weights_disagreement"], dtype="float64")
    found = gaps.weighted_kappa(table, disagreement=weights)
    assert found.value == pytest.approx(case["weighted_kappa"], abs=1e-12)
    plain = gaps.weighted_kappa(table, disagreement=1 - np.eye(3))
    assert plain.value == pytest.approx(case["kappa"], abs=1e-12)


def test_superiority_is_cliffs_delta_of_the_reference_within_one_member(shared: Path) -> None:
    # One member with all answers forms every pair, as Cliff's delta does.
    case = json.loads((shared / "reference/expected/misc_stats.json").read_text())["likert_pair"]
    government, society = side({"CAN": case["y"]}), side({"CAN": case["x"]})
    cells = gaps.crossed(government, society, "trust", [1, 2, 3, 4, 5])
    each = float((cells * (np.tril(np.ones((5, 5)), -1) + np.eye(5) / 2)).sum())
    assert 2 * each - 1 == pytest.approx(case["cliffs_delta_y_vs_x"][0], abs=1e-12)


def test_a_member_counts_once_however_many_answer() -> None:
    few = {f"M{i:02d}": [1.0 + i % 3] for i in range(20)}
    many = {member: values * (30 if member == "M00" else 1) for member, values in few.items()}
    government = side({f"M{i:02d}": [3.0 + i % 2] for i in range(20)})
    items = {"trust": [1, 2, 3, 4, 5]}
    one = gaps.gaps(government, side(few), items).drop(columns="n_civil_society")
    other = gaps.gaps(government, side(many), items).drop(columns="n_civil_society")
    pd.testing.assert_frame_equal(one, other)


def test_with_few_dyads_nothing_but_their_number_is_told() -> None:
    n = gaps.MINIMUM_DYADS - 1
    government = side({f"M{i}": [4.0 + i % 2] for i in range(n)})
    society = side({f"M{i}": [2.0 + i % 3] for i in range(n)})
    found = gaps.gaps(government, society, {"trust": [1, 2, 3, 4, 5]}).iloc[0]
    assert (found["status"], found["dyads"]) == ("few dyads", n)
    hidden = ["mean_government", "mean_civil_society", "gap", "p", "superiority", "kappa"]
    assert found[hidden].isna().all()


def test_a_number_that_is_no_scale_has_a_gap_but_no_kappa() -> None:
    government = side({f"M{i:02d}": [50.0 + i] for i in range(15)})
    society = side({f"M{i:02d}": [40.0 + i * i % 7] for i in range(15)})
    found = gaps.gaps(government, society, {"trust": []}).iloc[0]
    assert found["status"] == "estimated"
    assert np.isnan(found["kappa"])
    assert np.isnan(found["superiority"])


def test_kappa_is_not_told_of_few_dyads() -> None:
    items = {"trust": [1, 2, 3, 4, 5]}

    def found(n: int) -> pd.Series:
        government = side({f"M{i:02d}": [1.0 + i % 5] for i in range(n)})
        society = side({f"M{i:02d}": [1.0 + i % 3] for i in range(n)})
        return gaps.gaps(government, society, items).iloc[0]

    few, enough = found(gaps.MINIMUM_DYADS_KAPPA - 1), found(gaps.MINIMUM_DYADS_KAPPA)
    assert np.isnan(few["kappa"])
    assert np.isfinite([few["gap"], few["superiority"], enough["kappa"]]).all()


answers = st.lists(st.integers(1, 5), min_size=12, max_size=30)


@given(answers, answers)
def test_exchanging_the_sides_turns_the_gap_round_and_leaves_kappa(
    x: list[int], y: list[int]
) -> None:
    n = min(len(x), len(y))
    values = [1.0, 2.0, 3.0, 4.0, 5.0]
    there, back = cells_of(x[:n], y[:n], values), cells_of(y[:n], x[:n], values)
    assert gaps.superiority(there).value == pytest.approx(1 - gaps.superiority(back).value)
    one, other = gaps.weighted_kappa(there), gaps.weighted_kappa(back)
    np.testing.assert_allclose(
        [one.value, one.low, one.high], [other.value, other.low, other.high], atol=1e-9
    )
    forth = gaps.mean_gap(paired(x[:n], y[:n]))[0]
    again = gaps.mean_gap(paired(y[:n], x[:n]))[0]
    np.testing.assert_allclose(
        [forth.value, forth.low, forth.high], [-again.value, -again.high, -again.low], atol=1e-9
    )


@given(answers)
def test_sides_that_say_the_same_agree_wholly(x: list[int]) -> None:
    values = [1.0, 2.0, 3.0, 4.0, 5.0]
    cells = cells_of(x, x, values)
    assert gaps.superiority(cells).value == 0.5
    kappa = gaps.weighted_kappa(cells).value
    assert np.isnan(kappa) if len(set(x)) == 1 else kappa == pytest.approx(1)
    assert np.isnan(gaps.signed_rank(paired(x, x)))


def test_no_item_is_both_most_and_least_agreed() -> None:
    found = pd.DataFrame({"item": ["a", "b", "c", "d"], "kappa": [0.1, 0.8, 0.4, np.nan]})
    assert gaps.eye_to_eye(found, 2) == (["b", "c"], ["a"])


@pytest.mark.slow
def test_intervals_of_gap_superiority_and_kappa_cover_in_95_of_100_simulated_surveys() -> None:
    rng = np.random.default_rng(7)
    cuts = np.array([-1.2, -0.4, 0.4, 1.2])

    def draw(members: int) -> tuple[pd.DataFrame, np.ndarray]:
        shared_state = rng.normal(size=members)
        x = np.searchsorted(cuts, shared_state + 0.4 + rng.normal(size=members)) + 1.0
        y = np.searchsorted(cuts, shared_state + rng.normal(size=members)) + 1.0
        grid = np.arange(1.0, 6.0)
        cells = (x[:, None, None] == grid[:, None]) & (y[:, None, None] == grid[None, :])
        return paired(x.tolist(), y.tolist()), cells.astype("float64")

    big_pairs, big_cells = draw(400_000)
    truth = (
        gaps.mean_gap(big_pairs)[0].value,
        gaps.superiority(big_cells).value,
        gaps.weighted_kappa(big_cells.sum(axis=0)[None]).value,
    )
    covered = np.zeros(3)
    for _ in range(1000):
        pairs, cells = draw(45)
        found = (gaps.mean_gap(pairs)[0], gaps.superiority(cells), gaps.weighted_kappa(cells))
        covered += [one.low <= true <= one.high for one, true in zip(found, truth, strict=True)]
    assert ((covered >= 920) & (covered <= 980)).all(), covered
