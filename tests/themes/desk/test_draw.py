"""The random draw: coordinated, extendable, with known probabilities; and sharing it out."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import AnswerError
from msfresearch.themes.desk.draw import DRAWN, assign, draw_random, proportional
from msfresearch.themes.desk.keyed import number, token
from tests.themes.desk.small import answers

MANY = answers(300)
NUMBER, TOKEN = 0.41308521003955145, "vfqnkxzjqchvvw"


def drawn(frame: pd.DataFrame) -> list[str]:
    return frame.loc[frame["drawn"], "answer_id"].tolist()


@settings(max_examples=30)
@given(st.integers(0, 300), st.integers(0, 300), st.randoms(use_true_random=False))
def test_a_sample_extends_without_redrawing_in_any_order_of_the_table(
    n: int, m: int, random
) -> None:  # type: ignore[no-untyped-def]
    few, more = sorted((n, m))
    order = list(range(300))
    random.shuffle(order)
    first = drawn(draw_random(MANY, few, "seed"))
    assert drawn(draw_random(MANY.iloc[order], more, "seed"))[:few] == first
    assert len(first) == few


def test_a_sample_stays_where_answers_come_late() -> None:
    early = drawn(draw_random(MANY.head(200), 50, "s"))
    late = drawn(draw_random(MANY, 300, "s"))
    assert [one for one in late if one in set(MANY["answer_id"].head(200))][:50] == early


def test_every_answer_is_drawn_about_as_often_as_it_should() -> None:
    few = MANY.head(20)
    times = dict.fromkeys(few["answer_id"], 0)
    for seed in range(200):
        for one in drawn(draw_random(few, 5, str(seed))):
            times[one] += 1
    assert sum(times.values()) == 200 * 5
    # Binomial with 200 draws of .25: mean 50, standard deviation 6.1.
    assert all(abs(n - 50) < 4 * 6.1 for n in times.values())


def test_strata_are_drawn_as_declared_with_their_probabilities() -> None:
    wanted = {"en": 10, "es": 100, "fr": 0}
    frame = draw_random(MANY, wanted, "s", by="language")
    DRAWN.validate(frame)
    found = frame[frame["drawn"]].groupby("stratum").size().to_dict()
    assert found == {"en": 10, "es": 100}
    assert frame.groupby("stratum")["inclusion"].unique().map(list).to_dict() == {
        "en": [0.1],
        "es": [1.0],
        "fr": [0.0],
    }


@pytest.mark.parametrize(
    ("allocation", "by", "problem"),
    [
        (301, None, "cannot be drawn"),
        (-1, None, "cannot be drawn"),
        (5, "language", "several strata"),
        ({"en": 1, "es": 1}, "language", "do not fit"),
        ({"en": 1, "es": 1, "fr": 1, "de": 1}, "language", "do not fit"),
        ({"en": 101, "es": 1, "fr": 1}, "language", "cannot be drawn"),
        ({"x": 1}, "region", "no column of strata"),
    ],
)
def test_a_draw_that_cannot_be_is_refused(
    allocation: int | dict[str, int], by: str | None, problem: str
) -> None:
    with pytest.raises(AnswerError, match=problem):
        draw_random(MANY, allocation, "s", by=by)


def test_an_answer_that_stands_twice_is_refused() -> None:
    with pytest.raises(AnswerError, match="twice"):
        draw_random(pd.concat([MANY, MANY.head(1)]), 3, "s")


@given(
    st.integers(0, 40),
    st.integers(0, 5),
    st.lists(st.sampled_from("abc"), min_size=40, max_size=60),
)
def test_shares_by_size_add_up_and_fit_their_strata(n: int, least: int, strata: list[str]) -> None:
    frame = pd.DataFrame({"answer_id": range(len(strata)), "s": strata})
    shares = proportional(frame, "s", n, least)
    sizes = frame["s"].value_counts()
    assert set(shares) == set(sizes.index)
    assert all(min(least, sizes[name]) <= share <= sizes[name] for name, share in shares.items())
    if least == 0:
        assert sum(shares.values()) == n
        assert all(abs(share - n * sizes[name] / len(strata)) < 1 for name, share in shares.items())


def test_a_share_goes_to_a_second_coder_and_a_larger_one_holds_the_smaller() -> None:
    seconds = []
    for overlap in (0.0, 0.2, 0.5, 1.0):
        made = assign(MANY, ["ana", "ben", "eve"], overlap, "s")
        assert (made["role"] == "first").sum() == 300
        assert not made.duplicated(["answer_id", "coder"]).any()
        seconds.append(set(made.loc[made["role"] == "second", "answer_id"]))
        load = made.groupby("coder").size()
        assert load.max() - load.min() <= 2
    assert [len(one) for one in seconds] == [0, 60, 150, 300]
    assert all(few <= more for few, more in pairwise(seconds))


def test_who_gets_what_is_drawn_and_no_matter_of_the_order_of_the_table() -> None:
    made = assign(MANY, ["ana", "ben"], 0.2, "s")
    pd.testing.assert_frame_equal(made, assign(MANY[::-1], ["ana", "ben"], 0.2, "s"))
    second = made.loc[made["role"] == "second", "answer_id"]
    places = sorted(MANY["answer_id"].tolist().index(one) for one in second)
    assert places[0] < 60
    assert places[-1] >= 240


def test_two_coders_with_full_overlap_get_the_same_answers() -> None:
    made = assign(MANY, ["ana", "ben"], 1.0, "s")
    per_coder = made.groupby("coder")["answer_id"].apply(set)
    assert per_coder["ana"] == per_coder["ben"] == set(MANY["answer_id"])


def test_a_coder_gets_no_language_he_does_not_read_and_what_nobody_reads_is_listed() -> None:
    languages = {"ana": ["en"], "ben": ["en", "es"]}
    made = assign(MANY, ["ana", "ben"], 0.5, "s", languages)
    spoken = made["answer_id"].map(MANY.set_index("answer_id")["language"])
    assert set(spoken[made["coder"] == "ana"]) == {"en"}
    assert set(spoken[made["coder"] == "ben"]) == {"en", "es"}
    assert set(spoken[made["coder"].isna()]) == {"fr"}
    assert set(spoken[made["role"] == "second"]) == {"en"}
    assert set(made["answer_id"]) == set(MANY["answer_id"])


@pytest.mark.parametrize(("coders", "overlap"), [([], 0.0), (["a", "a"], 0.5), (["a", "b"], 1.1)])
def test_coders_that_cannot_share_are_refused(coders: list[str], overlap: float) -> None:
    with pytest.raises(AnswerError, match="shared out"):
        assign(MANY, coders, overlap, "s")


def test_numbers_and_tokens_are_those_they_always_were() -> None:
    # Samples of past waves rest on these.
    assert number("seed", "a1") == NUMBER
    assert token("answer", "w-1", "a1") == TOKEN
    assert number("seed", "ab", "c") != number("seed", "a", "bc")
