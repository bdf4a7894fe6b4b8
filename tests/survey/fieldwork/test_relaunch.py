import numpy as np
import pandas as pd
import pytest

from msfresearch.errors import AnswerError
from msfresearch.survey.fieldwork import relaunch
from msfresearch.survey.fieldwork.relaunch import READING
from tests.survey.fieldwork import form

FORM = form()
TABLE = FORM.tables["answers"]
ITEMS = ["exists", "rating", "decide", "topics", "days"]


def _wave(seed: int, shift: float = 0.0, n: int = 120) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    members = rng.integers(0, 50, n)
    shared = rng.normal(size=50)[members]
    late = rng.random(n) < 0.4
    lean = shared + rng.normal(size=n) + shift * late
    table = pd.DataFrame(
        {
            "member": pd.Series(members).map("m{}".format).astype("str"),
            "exists": pd.array((lean > 0).astype(int), dtype="Int64"),
            "rating": pd.array(np.digitize(lean, [-1.5, -0.5, 0.5, 1.5]) + 1, dtype="Int64"),
            "decide": pd.Series(np.where(rng.random(n) < 0.5, "vote", "consensus"), dtype="str"),
            "topics__budget": pd.array(rng.integers(0, 2, n), dtype="Int64"),
            "topics__access": pd.array(np.ones(n, dtype=int), dtype="Int64"),
            "days": pd.array(rng.gamma(2, 9, n), dtype="Float64"),
        }
    )
    return table, pd.Series(late).astype("boolean")


def _compare(table: pd.DataFrame, late: pd.Series, **more: int):
    return relaunch(table, TABLE, FORM, late, ITEMS, draws=799, **more)


def test_each_item_has_its_mean_or_the_share_of_what_was_said():
    rows = _compare(*_wave(1)).table[["item", "level", "measure"]].fillna("").to_numpy().tolist()
    assert rows == [
        ["exists", "1", "share"],
        ["rating", "", "mean"],
        ["decide", "consensus", "share"],
        ["decide", "vote", "share"],
        ["topics", "budget", "share"],
        ["topics", "access", "share"],
        ["days", "", "mean"],
    ]


def test_the_difference_is_late_minus_early():
    table, late = _wave(1)
    row = _compare(table, late).table.set_index("item").loc["rating"]
    after, before = table["rating"][late].mean(), table["rating"][~late].mean()
    assert row["difference"] == pytest.approx(after - before)
    assert row["low"] < row["difference"] < row["high"]


def test_a_shift_is_found_in_the_items_it_moved():
    found = _compare(*_wave(2, shift=2.0))
    by_item = found.table.set_index("item")["p_joint"]
    assert found.p < 0.01
    assert by_item["rating"] < 0.01
    assert by_item["days"] > 0.1


def test_the_joint_p_is_the_smallest_of_all():
    found = _compare(*_wave(3))
    assert found.p == found.table["p_joint"].min()


def test_joint_p_values_are_larger_than_each_by_itself():
    from scipy.stats import norm

    table = _compare(*_wave(4)).table.dropna(subset=["low"])
    half = (table["high"] - table["low"]).astype(float) / 2
    alone = 2 * norm.sf(table["difference"].astype(float).abs() / (half / 1.97))
    assert (table["p_joint"].astype(float) >= alone - 0.05).all()


def test_what_does_not_vary_is_shown_without_an_interval_and_counted():
    found = _compare(*_wave(5))
    row = found.table[found.table["level"] == "access"].iloc[0]
    assert row["difference"] == 0
    assert pd.isna(row["low"])
    assert pd.isna(row["p_joint"])
    assert (found.compared, found.uncompared) == (6, 1)


def test_undated_answers_are_on_neither_side_and_counted():
    table, late = _wave(6)
    late[:10] = pd.NA
    found = _compare(table, late)
    assert found.undated == 10
    assert found.early + found.late == 110
    row = found.table.set_index("item").loc["days"]
    assert row["n_early"] + row["n_late"] == 110


def test_without_late_answers_nothing_is_compared():
    table, late = _wave(7)
    found = _compare(table, late & False)
    assert found.p is None
    assert found.compared == 0
    assert found.table["low"].isna().all()
    assert (found.late, found.late_members) == (0, 0)


def test_the_same_seed_gives_the_same_statement():
    assert _compare(*_wave(8)).p == _compare(*_wave(8)).p


def test_it_says_that_late_answers_only_stand_in_for_the_silent():
    found = _compare(*_wave(9))
    assert found.reading == READING
    for words in (READING.en, READING.es, READING.fr):
        assert len(words) > 200
    assert "cannot be checked" in READING.en


def test_an_answer_of_no_member_is_refused():
    table, late = _wave(10)
    with pytest.raises(AnswerError, match="belong to no member"):
        _compare(table.assign(member=[None, *table["member"][1:]]), late)


@pytest.mark.slow
def test_a_relaunch_that_changed_nothing_is_called_different_in_about_5_of_100():
    found = [_compare(*_wave(seed)) for seed in range(400)]
    assert 0.02 <= np.mean([one.p < 0.05 for one in found]) <= 0.09
    inside = [
        one.table.set_index("item").loc["rating", ["low", "high"]].between(-9, 0).iloc[0]
        and one.table.set_index("item").loc["rating", "high"] >= 0
        for one in found
    ]
    assert 0.92 <= np.mean(inside) <= 0.98
