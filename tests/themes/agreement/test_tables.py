"""Tables of agreement: which coders are compared, on which answers, and why a value is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.agreement import agreement_table, raw_table, verdict

THEMES = ["funding", "timelines"]


def marks(*rows: tuple[float, float], first: int = 0) -> pd.DataFrame:
    ids = [f"a{at:03d}" for at in range(first, first + len(rows))]
    return pd.DataFrame(list(rows), index=ids, columns=THEMES, dtype=float)


def random_marks(seed: int, n: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    truth = np.random.default_rng(99).random((n, 2)) < 0.3
    seen = np.where(rng.random((n, 2)) < 0.8, truth, rng.random((n, 2)) < 0.3)
    return marks(*map(tuple, seen.astype(float)))


def row_of(table: pd.DataFrame, **where: str) -> pd.Series:
    for column, value in where.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


@pytest.fixture(scope="module")
def three() -> dict[str, pd.DataFrame]:
    return {"ana": random_marks(1), "ben": random_marks(2), "machine": random_marks(3)}


def test_people_are_compared_with_people_and_each_with_the_machine(three: dict[str, pd.DataFrame]):
    found = agreement_table(three, machines=["machine"], replicates=20)
    kinds = found.groupby("coders")["kind"].unique().map(list).to_dict()
    assert kinds == {
        "ana|ben": ["human-human"],
        "ana|machine": ["human-machine"],
        "ben|machine": ["human-machine"],
    }
    assert set(found.loc[found["coders"] == "ana|ben", "coefficient"]).isdisjoint(
        {"precision", "recall"}
    )


def test_three_people_are_compared_together_and_two_by_two(three: dict[str, pd.DataFrame]):
    found = agreement_table(three, replicates=20)
    assert list(dict.fromkeys(found["coders"])) == [
        "ana|ben|machine",
        "ana|ben",
        "ana|machine",
        "ben|machine",
    ]
    together = found[found["coders"] == "ana|ben|machine"]
    assert set(together["coefficient"]).isdisjoint({"cohen", "f1", "f1_micro"})
    assert (together["n_coders"] == 3).all()


def test_the_value_lies_in_its_interval_and_the_truth_is_told_per_language(
    three: dict[str, pd.DataFrame],
):
    ids = three["ana"].index
    languages = pd.Series(["en"] * 150 + ["fr"] * 50, index=ids)
    found = agreement_table(three, languages, machines=["machine"], replicates=200)
    told = found.dropna(subset=["low"])
    assert len(told) == len(found)
    assert ((told["low"] <= told["value"]) & (told["value"] <= told["high"])).all()
    alone = agreement_table(
        {coder: frame.iloc[150:] for coder, frame in three.items()},
        machines=["machine"],
        replicates=200,
    )
    french = found[found["language"] == "fr"].drop(columns="language").reset_index(drop=True)
    pd.testing.assert_frame_equal(french, alone.drop(columns="language"))
    assert set(found.loc[found["language"] == "en", "n_answers"]) == {150}


def test_the_same_call_gives_the_same_table(three: dict[str, pd.DataFrame]):
    one, again = (agreement_table(three, replicates=50, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(one, again, check_exact=True)


def test_only_answers_that_both_saw_count():
    machine = random_marks(3)
    person = random_marks(1).iloc[:40]
    found = agreement_table(
        {"machine": machine, "ana": person}, machines=["machine"], replicates=50
    )
    assert (
        row_of(found, level="funding", coefficient="ac1", coders="ana|machine")["n_answers"] == 40
    )
    same = agreement_table(
        {"ana": person, "machine": machine.iloc[:40]}, machines=["machine"], replicates=50
    )
    pd.testing.assert_frame_equal(found, same)


def test_a_machine_that_abstains_is_not_counted_as_saying_no():
    person = marks((1, 0), (0, 1), (1, 1), (0, 0))
    machine = person.astype("Int8")
    machine.loc["a000", "funding"] = pd.NA
    found = agreement_table({"ana": person, "m": machine}, machines=["m"], replicates=20)
    row = row_of(found, level="funding", coefficient="recall", coders="ana|m")
    assert row["value"] == 1
    assert row["n_answers"] == 3


def test_where_all_agree_on_one_category_alpha_is_missing_with_a_reason_and_ac1_is_not():
    same = marks(*[(0, 1)] * 6)
    found = agreement_table({"ana": same, "ben": same}, replicates=30)
    alpha = row_of(found, level="funding", coefficient="alpha")
    assert np.isnan(alpha["value"])
    assert alpha["reason"].startswith("not defined")
    ac1 = row_of(found, level="funding", coefficient="ac1")
    assert ac1["value"] == 1
    assert "no width" in ac1["reason"]


def test_one_coder_gives_rows_without_values_and_says_why():
    found = agreement_table({"ana": random_marks(1)}, replicates=10)
    assert found["value"].isna().all()
    assert set(found["reason"]) == {"fewer than two coders"}


def test_coders_who_saw_no_answer_in_common_give_a_reason():
    apart = {"ana": marks((1, 0), (0, 0)), "ben": marks((1, 0), (0, 0), first=5)}
    found = agreement_table(apart, replicates=10)
    assert set(found["reason"]) == {"no answer seen by two coders"}
    assert (found["n_answers"] == 0).all()


def test_nothing_coded_at_all_gives_a_reason():
    empty = marks((np.nan, np.nan), (np.nan, np.nan))
    found = agreement_table({"ana": empty, "ben": empty}, replicates=10)
    assert set(found["reason"]) == {"no answer seen by two coders"}


def test_one_cluster_has_no_interval(three: dict[str, pd.DataFrame]):
    clusters = pd.Series("KE", index=three["ana"].index)
    found = agreement_table(three, clusters=clusters, replicates=10)
    assert found["low"].isna().all()
    assert found["value"].notna().all()
    assert set(found["reason"]) == {"no interval: one cluster only"}
    assert (found["n_units"] == 1).all()


def test_a_theme_so_rare_that_resamples_miss_it_has_no_interval():
    rare = marks(*[(float(at == 0), 0.0) for at in range(20)])
    found = agreement_table({"ana": rare, "ben": rare}, replicates=100)
    alpha = row_of(found, level="funding", coefficient="alpha")
    assert alpha["value"] == 1
    assert np.isnan(alpha["low"])
    assert "of 100 resamples" in alpha["reason"]


def test_the_raw_table_counts_every_answer_that_both_saw_once(three: dict[str, pd.DataFrame]):
    three = three | {"ben": three["ben"].iloc[:120]}
    found = raw_table(three, machines=["machine"])
    cells = found[["both", "first_only", "second_only", "neither"]].sum(axis=1)
    assert cells[found["second"] == "ben"].eq(120).all()
    assert cells[(found["first"] == "ana") & (found["second"] == "machine")].eq(200).all()
    one = found[(found["theme"] == "funding") & (found["second"] == "ben")].iloc[0]
    first, second = (three[coder]["funding"] for coder in ("ana", "ben"))
    assert one["first_only"] == ((first.iloc[:120] == 1) & (second == 0)).sum()


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"a": marks((1, 0)), "b": marks((1, 0))[THEMES[::-1]]}, CodebookError, "one codebook"),
        ({"a": pd.concat([marks((1, 0))] * 2)}, AnswerError, "marked twice"),
        ({"a": marks((1, 2))}, AnswerError, "1, 0 or missing"),
        ({}, AnswerError, "at least one person"),
    ],
    ids=["other order", "twice", "a two", "nobody"],
)
def test_marks_that_do_not_fit_are_refused(given: dict, error: type[Exception], says: str):
    with pytest.raises(error, match=says):
        agreement_table(given, replicates=10)


def test_an_answer_without_a_language_is_refused(three: dict[str, pd.DataFrame]):
    with pytest.raises(AnswerError, match="have no language"):
        agreement_table(three, pd.Series({"a000": "en"}), replicates=10)


@pytest.mark.parametrize(
    ("low", "says"),
    [
        (0.8, "reliable"),
        (0.7999, "tentative"),
        (0.667, "tentative"),
        (0.6669, "unreliable"),
        (-0.2, "unreliable"),
        (float("nan"), "undefined"),
    ],
)
def test_the_lower_bound_decides_what_alpha_is_good_for(low: float, says: str):
    assert verdict(low) == says


def test_independent_coin_flips_are_told_as_no_agreement():
    flips = {
        f"c{at}": marks(*map(tuple, (np.random.default_rng([at, 8]).random((600, 2)) < 0.4) * 1.0))
        for at in range(3)
    }
    found = agreement_table(flips, replicates=400)
    chance = found[found["coefficient"].isin(["alpha", "fleiss", "cohen", "alpha_masi"])]
    assert len(chance) == 2 * 2 + 3 * 2 * 3 + 4
    assert (chance["value"].abs() < 0.12).all()
    together = chance[chance["coders"] == "c0|c1|c2"]
    assert ((together["low"] <= 0) & (together["high"] >= 0)).all()
