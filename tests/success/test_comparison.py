"""Waves side by side: one value per member, nobody dropped, every pair with its number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from msfresearch.errors import PlanError
from msfresearch.success.comparison import PAIRS, by_member, compare_pairs, side_by_side
from msfresearch.success.plan import Comparison, Measure, load_plan

LABEL = {"en": "x", "es": "x", "fr": "x"}
LEVELS = ("Inform", "Consult", "Involve")
SEED = np.random.SeedSequence(2016)


def measure(**changes: Any) -> Measure:
    plain = {
        "id": "m",
        "wave": "one",
        "table": "plans",
        "item": "forum",
        "label": LABEL,
        "reduce": "only",
    }
    return Measure.model_validate(plain | changes)


def comparison(*pairs: tuple[str, str], names: str = "abcd") -> Comparison:
    measures = [
        {"id": n, "wave": "one", "table": "t", "item": n, "label": LABEL, "reduce": "only"}
        for n in names
    ]
    return Comparison.model_validate(
        {"id": "c", "question": LABEL, "evidence": "none", "measures": measures, "pairs": pairs}
    )


def plans(*rows: tuple[str | None, int, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["country", "number", "forum"]).astype(
        {"country": "str", "forum": "Int64"}
    )


def test_the_only_row_of_a_member_is_taken() -> None:
    found = by_member(plans(("B", 1, 1), ("A", 1, 0)), measure(), member="country")
    assert found.to_dict() == {"A": 0.0, "B": 1.0}
    assert found.name == "m"


def test_the_last_row_with_a_value_is_taken_whatever_the_order_in_the_file() -> None:
    frame = plans(("A", 3, None), ("A", 2, 1), ("A", 1, 0), ("B", 1, 0), ("B", 2, 1))
    last = measure(reduce="last", order="number")
    assert by_member(frame, last, member="country").to_dict() == {"A": 1.0, "B": 1.0}
    assert by_member(frame[::-1], last, member="country").to_dict() == {"A": 1.0, "B": 1.0}


def test_a_share_counts_valid_values_only() -> None:
    rows = [("A", 1, value) for value in (0, 1, 3, 4, 5, 9, None)] + [("B", 1, 0), ("B", 1, 9)]
    share = measure(reduce="share", at_least=4, valid=(1, 5))
    found = by_member(plans(*rows), share, member="country")
    assert found["A"] == pytest.approx(2 / 4)
    assert pd.isna(found["B"])


def test_a_member_without_a_value_stays_and_rows_without_a_member_go() -> None:
    found = by_member(plans(("A", 1, None), (None, 1, 1)), measure(), member="country")
    assert list(found.index) == ["A"]
    assert found.isna().all()


def test_two_rows_of_a_member_are_refused_where_one_is_expected() -> None:
    frame = plans(("A", 1, 1), ("A", 2, None), ("B", 1, 0), ("B", 2, 1))
    with pytest.raises(PlanError, match="more than one row of a member") as told:
        by_member(frame, measure(), member="country")
    assert told.value.found == "B"
    assert "reduce: last" in str(told.value.expected)


@pytest.mark.parametrize("absent", ["forum", "country", "number"])
def test_an_absent_column_names_the_measure_and_the_plan(absent: str) -> None:
    last = measure(reduce="last", order="number")
    with pytest.raises(PlanError, match="no such column") as told:
        by_member(plans(("A", 1, 1)).drop(columns=absent), last, member="country")
    assert told.value.column == absent
    assert told.value.action == "mend measure m in codebook/plan.yml"


def test_words_keep_the_order_of_their_scale() -> None:
    frame = pd.DataFrame({"country": ["A", "B", "C"], "forum": ["Involve", "Inform", None]})
    found = by_member(frame, measure(), member="country", levels=LEVELS)
    assert found.cat.ordered
    assert list(found.cat.categories) == list(LEVELS)
    assert (found.sort_values().index == ["B", "A", "C"]).all()
    assert pd.isna(found["C"])


def test_every_member_of_any_measure_has_a_row_and_what_is_missing_stays_missing() -> None:
    one = pd.Series([1, 0], index=["A", "B"], dtype="Float64")
    two = pd.Series(pd.Categorical(["Inform", None], LEVELS, ordered=True), index=["B", "C"])
    table = side_by_side({"one": one, "two": two})
    assert table["member"].tolist() == ["A", "B", "C"]
    assert table["one"].isna().tolist() == [False, False, True]
    assert table["two"].isna().tolist() == [True, False, True]
    assert table["two"].cat.ordered


def table_of(n: int = 40) -> pd.DataFrame:
    random = np.random.default_rng(1)
    a = np.arange(n) % 2
    return pd.DataFrame(
        {
            "member": [f"m{i:02}" for i in range(n)],
            "a": pd.array(a, dtype="Float64"),
            "b": pd.array(a + random.normal(size=n), dtype="Float64"),
            "c": pd.array(random.normal(size=n), dtype="Float64"),
            "d": pd.Categorical(random.choice(LEVELS, n), LEVELS, ordered=True),
        }
    )


def test_a_yes_or_no_is_compared_by_means_and_the_rest_by_ranks() -> None:
    table = table_of()
    found = compare_pairs(table, comparison(("a", "b"), ("c", "b"), ("d", "b")), seed=SEED)
    assert found["statistic"].tolist() == ["difference in means"] + ["Spearman's rho"] * 2
    welch = stats.ttest_ind(table["b"][1::2], table["b"][::2], equal_var=False)
    assert found["estimate"][0] == pytest.approx(table["b"][1::2].mean() - table["b"][::2].mean())
    assert found["p"][0] == pytest.approx(welch.pvalue)
    rho = stats.spearmanr(table["c"], table["b"])
    assert found.loc[1, ["estimate", "p"]].tolist() == pytest.approx([rho.statistic, rho.pvalue])


def test_only_members_with_both_values_are_counted() -> None:
    table = table_of()
    table.loc[:4, "a"] = pd.NA
    table.loc[3:9, "b"] = pd.NA
    table.loc[10:11, "c"] = pd.NA
    found = compare_pairs(table, comparison(("a", "b"), ("c", "b"), ("a", "c")), seed=SEED)
    assert found["n"].tolist() == [30, 31, 33]


def test_p_values_are_adjusted_over_all_pairs_that_were_tested() -> None:
    table = table_of()
    table["few"] = pd.array([1.0] * 5 + [None] * 35, dtype="Float64")
    asked = comparison(
        ("a", "b"), ("c", "b"), ("few", "b"), ("d", "b"), names=("a", "b", "c", "d", "few")
    )
    found = compare_pairs(table, asked, seed=SEED)
    assert found["status"].tolist() == ["estimated", "estimated", "few pairs", "estimated"]
    tested = found[found["status"] == "estimated"].sort_values("p")
    by_hand = np.minimum.accumulate((tested["p"].to_numpy() * 3 / np.arange(1, 4))[::-1])[::-1]
    assert tested["p_adjusted"].tolist() == pytest.approx(list(np.minimum(by_hand, 1)))
    assert found.loc[2, ["estimate", "p", "p_adjusted"]].isna().all()


def test_the_same_seed_gives_the_same_table() -> None:
    pairs = comparison(("a", "b"), ("a", "c"))
    once = compare_pairs(table_of(), pairs, seed=np.random.SeedSequence(7))
    again = compare_pairs(table_of(), pairs, seed=np.random.SeedSequence(7))
    pd.testing.assert_frame_equal(once, again)
    assert list(once.columns) == list(PAIRS.columns)


@pytest.mark.parametrize(
    ("values", "status"),
    [([None] * 40, "few pairs"), ([1.0] * 40, "constant"), ([0.0] * 40, "constant")],
)
def test_a_measure_that_tells_nobody_apart_is_not_estimated(
    values: list[float | None], status: str
) -> None:
    table = table_of().assign(a=pd.array(values, dtype="Float64"))
    [row] = compare_pairs(table, comparison(("a", "b")), seed=SEED).to_dict("records")
    assert row["status"] == status
    assert pd.isna(row["estimate"])


def test_a_yes_that_hardly_anyone_has_is_not_estimated() -> None:
    table = table_of().assign(a=pd.array([1.0, 1.0] + [0.0] * 38, dtype="Float64"))
    [row] = compare_pairs(table, comparison(("a", "b")), seed=SEED).to_dict("records")
    assert (row["status"], row["n"]) == ("few rows", 40)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ({"reduce": "last"}, "needs an order"),
        ({"reduce": "share"}, "needs at_least and valid"),
        ({"order": "number"}, "needs an order"),
        ({"reduce": "mean"}, "'only', 'last' or 'share'"),
        ({"wave": "../one"}, "match pattern"),
        ({"unknown": 1}, "not permitted"),
    ],
)
def test_a_fault_in_a_measure_names_the_file_and_the_line(
    home: Path, tmp_path: Path, harm: dict[str, Any], said: str
) -> None:
    plan = yaml.safe_load((home / "codebook" / "plan.yml").read_text(encoding="utf-8"))
    plan["date"] = str(plan["date"])
    plan["comparisons"] = [
        comparison(("a", "b")).model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    ]
    plan["comparisons"][0]["measures"][1] |= harm
    path = tmp_path / "plan.yml"
    path.write_text(yaml.safe_dump(plan, sort_keys=False), encoding="utf-8")
    with pytest.raises(PlanError, match=said) as told:
        load_plan(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines.index("  - id: b")
    end = lines.index("  - id: c")
    assert told.value.file == str(path)
    assert told.value.row is not None
    assert start < told.value.row <= end


def test_a_pair_of_no_measure_is_refused() -> None:
    with pytest.raises(ValueError, match="no measure is called z"):
        comparison(("a", "z"))
