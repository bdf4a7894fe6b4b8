"""Answers that were given twice are found, whoever comes first in the file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.survey.screening import duplicates
from msfresearch.survey.screening.duplicates import (
    exact,
    near,
    same_person,
    same_text,
    standing,
)

LONG = "Los funcionarios no tienen tiempo para el foro y nadie responde"


def text(values: Sequence[str]) -> pd.Series[str]:
    return pd.Series(values, index=range(2, len(values) + 2), dtype="str")


def ranked(*order: int) -> pd.Series[int]:
    """Ranks: the place of each row in the order of preference."""
    return pd.Series(order, index=range(2, len(order) + 2), dtype="int64")


# Which one stays.


def first_choice(rows: list[tuple[bool, str, int]]) -> int:
    frame = pd.DataFrame(rows, columns=["complete", "moment", "answered"])
    names = pd.Series([f"r{n}" for n in range(len(rows))], dtype="str")
    rank = standing(
        frame["complete"], pd.to_datetime(frame["moment"], utc=True), frame["answered"], names
    )
    assert sorted(rank) == list(range(len(rows)))
    return int(rank.idxmin())


def test_the_latest_complete_answer_stays() -> None:
    rows = [(True, "2019-04-01", 9), (True, "2019-04-03", 8), (False, "2019-04-05", 7)]
    assert first_choice(rows) == 1


def test_of_partial_answers_the_fullest_stays_then_the_latest() -> None:
    assert first_choice([(False, "2019-04-09", 3), (False, "2019-04-01", 5)]) == 1
    assert first_choice([(False, "2019-04-01", 5), (False, "2019-04-02", 5)]) == 1


def test_an_unknown_moment_is_before_all_others() -> None:
    assert first_choice([(True, "", 9), (True, "2019-04-01", 8)]) == 1


def test_what_is_equal_is_settled_by_the_pseudonym() -> None:
    assert first_choice([(True, "2019-04-01", 9), (True, "2019-04-01", 9)]) == 0


# The same answers.


def cells(*rows: str) -> pd.DataFrame:
    return pd.DataFrame([list(row) for row in rows], index=range(2, len(rows) + 2), dtype="str")


def test_equal_answers_of_one_person_or_one_place_are_one() -> None:
    same = cells("123", "123", "123", "124", "123")
    person = text(["p", "p", "", "p", ""])
    place = text(["", "w", "w", "w", ""])
    kept = exact(same, person, place, ranked(1, 2, 0, 3, 4))
    assert dict(kept) == {2: 4, 3: 4}


def test_equal_answers_of_nobody_in_particular_stay() -> None:
    nobody = text(["", ""])
    assert len(exact(cells("123", "123"), nobody, nobody, ranked(0, 1))) == 0
    assert len(exact(cells("12", "12"), text(["p", "q"]), text(["v", "w"]), ranked(0, 1))) == 0


def test_a_cell_cannot_pretend_to_be_two() -> None:
    frame = pd.DataFrame({"a": ["x\x1f", "x"], "b": ["y", "\x1fy"]}, index=[2, 3], dtype="str")
    assert len(exact(frame, text(["p", "p"]), text(["", ""]), ranked(0, 1))) == 0


def test_a_long_answer_word_for_word_from_one_place_is_one() -> None:
    texts = pd.DataFrame(
        {"why": [LONG, f"  {LONG.upper()}\n", LONG, "corto", "corto", LONG]},
        index=range(2, 8),
        dtype="str",
    )
    place = text(["w", "w", "v", "w", "w", "w"])
    member = text(["a", "a", "a", "a", "a", "b"])
    kept = same_text(texts, place, member, ranked(0, 1, 2, 3, 4, 5))
    assert dict(kept) == {3: 2}
    assert len(same_text(texts[[]], place, member, ranked(0, 1, 2, 3, 4, 5))) == 0


# The same person.


def test_one_person_gives_one_answer_about_a_member() -> None:
    person = text(["p", "p", "q", "", ""])
    aside, elsewhere = same_person(person, text(["a"] * 5), ranked(1, 0, 2, 3, 4))
    assert dict(aside) == {2: 3}
    assert len(elsewhere) == 0


def test_one_person_about_two_members_gives_two_answers_which_are_listed() -> None:
    aside, elsewhere = same_person(text(["p", "p", "p"]), text(["a", "b", "a"]), ranked(2, 1, 0))
    assert dict(aside) == {2: 4}
    assert dict(elsewhere) == {3: 4}


def test_a_row_that_names_no_member_goes_with_the_person_s_first_choice() -> None:
    person = text(["p", "p", "p"])
    aside, elsewhere = same_person(person, text(["", "b", "a"]), ranked(0, 1, 2))
    assert set(aside) <= {2, 3}
    assert len(aside) == 1
    assert set(elsewhere.index) == {4}
    aside, elsewhere = same_person(person, text(["", "", ""]), ranked(2, 0, 1))
    assert dict(aside) == {2: 3, 4: 3}
    assert len(elsewhere) == 0


# Nearly the same.


def pairs(rows: list[str], member: list[str], share: float = 0.9) -> dict[int, tuple[int, float]]:
    frame = cells(*rows).replace("-", "")
    names = text([f"r{n:03}" for n in range(len(rows))])
    found, _ = near(frame, text(member), names, share)
    return {int(n): (int(row["other"]), float(row["share"])) for n, row in found.iterrows()}


def test_nearly_equal_answers_of_one_member_are_listed_with_their_likeness() -> None:
    rows = ["1234512345", "1234512344", "5432154321", "1234512345"]
    assert pairs(rows, ["a"] * 4) == {2: (5, 1.0), 3: (2, 0.9), 5: (2, 1.0)}
    assert pairs(rows, ["a", "a", "a", "b"]) == {2: (3, 0.9), 3: (2, 0.9)}
    assert pairs(rows, ["a"] * 4, 0.95) == {2: (5, 1.0), 5: (2, 1.0)}


def test_rows_of_no_member_and_few_answers_are_not_compared() -> None:
    assert pairs(["1234512345"] * 2, ["", ""]) == {}
    assert pairs(["123451234-"] * 2, ["a", "a"]) == {}
    assert pairs(["1234512345-", "12345123451"], ["a", "a"]) == {2: (3, 1.0), 3: (2, 1.0)}


def test_a_member_with_too_many_answers_is_counted_and_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(duplicates, "MOST_ANSWERS", 2)
    names = text(["r1", "r2", "r3"])
    found, unsearched = near(cells(*["1234512345"] * 3), text(["a"] * 3), names, 0.9)
    assert (len(found), unsearched) == (0, 3)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.text("12-", min_size=12, max_size=12), min_size=2, max_size=30),
    st.sampled_from([0.6, 0.75, 0.9, 1.0]),
)
def test_the_search_finds_what_comparing_every_two_rows_finds(
    rows: list[str], share: float
) -> None:
    table = np.array([list(row) for row in rows])
    expected: dict[int, float] = {}
    for n in range(len(rows)):
        both = (table != "-") & (table[n] != "-")
        equal = (both & (table == table[n])).sum(axis=1)
        count = both.sum(axis=1)
        like = np.where(count >= 10, equal / np.maximum(count, 1), 0)
        like[n] = 0
        if like.max() >= share:
            expected[n + 2] = float(like.max())
    found = pairs(rows, ["a"] * len(rows), share)
    assert set(found) == set(expected)
    for line, (_, likeness) in found.items():
        assert likeness == pytest.approx(expected[line])


def test_blocks_and_many_levels_do_not_change_what_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(7)
    rows = ["".join(rng.choice(list("12345"), 12)) for _ in range(40)] * 2
    whole = pairs(rows, ["a"] * 80, 0.8)
    monkeypatch.setattr(duplicates, "_BLOCK", 7)
    monkeypatch.setattr(duplicates, "_LEVELS", 5)
    assert pairs(rows, ["a"] * 80, 0.8) == whole
    assert len(whole) == 80


@pytest.mark.parametrize("columns", [0, 6, 20])
def test_rows_are_sifted_by_any_cells_without_losing_one(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(11)
    rows = ["".join(rng.choice(list("1234-"), 14)) for _ in range(60)]
    rows += [row[:n] + "9" + row[n + 1 :] for n, row in enumerate(rows[:12])]
    whole = pairs(rows, ["a"] * len(rows), 0.8)
    monkeypatch.setattr(duplicates, "_SIEVE", columns)
    assert pairs(rows, ["a"] * len(rows), 0.8) == whole
    assert len(whole) > 12
