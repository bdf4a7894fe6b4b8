"""Association and difference between members, always with n."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from msfresearch.errors import PlanError
from msfresearch.success.association import group_difference, rank_association


@pytest.fixture
def pairs() -> pd.DataFrame:
    random = np.random.default_rng(4)
    x = random.integers(0, 6, 60)
    return pd.DataFrame(
        {
            "member": [f"m{at}" for at in range(60)],
            "x": pd.array(x, dtype="Int64"),
            "y": x + random.normal(size=60) * 3,
            "side": np.where(np.arange(60) < 20, "b", "a"),
        }
    )


def _two(pairs: pd.DataFrame, **how) -> pd.DataFrame:
    return rank_association(pairs, "x", "y", unit="member", **how).set_index("statistic")


def test_rank_correlations_agree_with_r(shared):
    expected = json.loads((shared / "reference" / "expected" / "misc_stats.json").read_text())
    pair = expected["likert_pair"]
    found = _two(pd.DataFrame({"member": range(10), "x": pair["x"], "y": pair["y"]}))
    assert found.loc["Spearman", "estimate"] == pytest.approx(pair["spearman"])
    assert found.loc["Kendall tau-b", "estimate"] == pytest.approx(pair["kendall_tau_b"])


def test_intervals_are_those_of_the_formulas_by_hand(pairs):
    found = _two(pairs)
    for statistic, error in (
        ("Spearman", lambda r: np.sqrt((1 + r**2 / 2) / 57)),
        ("Kendall tau-b", lambda _: np.sqrt(0.437 / 56)),
    ):
        row = found.loc[statistic]
        z = 0.5 * np.log((1 + row["estimate"]) / (1 - row["estimate"]))
        for end, sign in (("low", -1), ("high", 1)):
            edge = np.exp(2 * (z + sign * 1.959964 * error(row["estimate"])))
            assert row[end] == pytest.approx((edge - 1) / (edge + 1), abs=1e-6)


def test_the_interval_of_rho_covers_in_19_of_20_samples():
    random = np.random.default_rng(8)
    true = 6 / np.pi * np.arcsin(0.5 / 2)  # rho of a normal pair with correlation 0.5
    inside = 0
    for _ in range(200):
        x = random.normal(size=50)
        y = 0.5 * x + np.sqrt(0.75) * random.normal(size=50)
        row = _two(pd.DataFrame({"member": range(50), "x": x, "y": y})).loc["Spearman"]
        inside += row["low"] <= true <= row["high"]
    assert 0.91 <= inside / 200 <= 0.985


def test_missing_pairs_are_counted(pairs):
    pairs.loc[:4, "x"] = pd.NA
    pairs.loc[3:6, "y"] = np.nan
    assert _two(pairs)["n"].tolist() == [53, 53]
    assert _two(pairs)["n_missing"].tolist() == [7, 7]


def test_an_ordered_category_counts_by_its_rank(pairs):
    words = pd.Categorical.from_codes(pairs["x"].to_numpy(dtype=int), list("fedcba"), ordered=True)
    pd.testing.assert_frame_equal(_two(pairs.assign(x=words)), _two(pairs))


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda p: p.head(9), "few pairs"),
        (lambda p: p.assign(x=1), "constant"),
        (lambda p: p.assign(x=p["y"] * 2), "perfect"),
    ],
)
def test_what_has_no_interval_says_why(pairs, change, status):
    found = _two(change(pairs))
    assert list(found["status"]) == [status] * 2
    assert found[["low", "high"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: pd.concat([p, p.head(1)]), "one row per unit"),
        (lambda p: p.drop(columns="y"), "no such column"),
        (lambda p: p.assign(y="many"), "holds text"),
        (lambda p: p.assign(y=p["side"].astype("category")), "without an order"),
    ],
)
def test_a_table_that_is_not_one_row_per_member_of_numbers_is_refused(pairs, change, said):
    with pytest.raises(PlanError, match=said):
        _two(change(pairs))


def _difference(frame: pd.DataFrame, seed: int = 1, **how) -> pd.Series:
    how = {"base": "a", "other": "b"} | how
    return group_difference(
        frame, "y", "side", unit="member", seed=np.random.SeedSequence(seed), **how
    ).iloc[0]


def test_the_difference_is_welchs_and_the_permutations_agree(pairs):
    row = _difference(pairs)
    a, b = (pairs.loc[pairs["side"] == side, "y"] for side in "ab")
    spread = a.var() / 40 + b.var() / 20
    assert row["difference"] == pytest.approx(b.mean() - a.mean())
    df = spread**2 / ((a.var() / 40) ** 2 / 39 + (b.var() / 20) ** 2 / 19)
    reach = stats.t.ppf(0.975, df) * np.sqrt(spread)
    assert (row["low"], row["high"]) == pytest.approx(
        (row["difference"] - reach, row["difference"] + reach)
    )
    assert row["p_permutation"] == pytest.approx(row["p"], abs=0.02)
    assert (row["n_base"], row["n_other"]) == (40, 20)


def test_few_rows_give_the_exact_share_of_all_permutations():
    """With 3 against 3, two of the 20 divisions are as far apart as the observed one."""
    frame = pd.DataFrame({"member": range(6), "y": [1, 2, 3, 10, 11, 12], "side": list("aaabbb")})
    assert _difference(frame)["p_permutation"] == pytest.approx(0.1, abs=0.01)


def test_the_seed_fixes_the_permutation_p(pairs):
    assert _difference(pairs, 7)["p_permutation"] == _difference(pairs, 7)["p_permutation"]
    assert len({_difference(pairs, seed, draws=99)["p_permutation"] for seed in range(9)}) > 1


def test_rows_of_other_groups_are_left_out_and_counted(pairs):
    pairs.loc[50:, "side"] = "c"
    pairs.loc[45, "y"] = np.nan
    row = _difference(pairs)
    assert (row["n_base"], row["n_other"], row["n_left_out"]) == (29, 20, 11)


def test_groups_too_small_or_unknown_give_no_number(pairs):
    pairs.loc[:, "side"] = "a"
    pairs.loc[:1, "side"] = "b"
    row = _difference(pairs)
    assert (row["status"], row["n_other"], row["draws"]) == ("few rows", 2, 0)
    assert pd.isna(row["p"])
    with pytest.raises(PlanError, match="no row is of this group"):
        _difference(pairs, other="z")
