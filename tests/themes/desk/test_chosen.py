"""The answers chosen for the learned coder: in doubt, spread, never twice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import AnswerError
from msfresearch.themes.desk.chosen import CHOSEN, choose
from tests.themes.desk.small import LANGUAGES, THEMES

WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]


def given_answers(n: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(seed)
    ids = [f"a{at}" for at in range(n)]
    texts = [" ".join([*random.permutation(WORDS)[:6], f"only{at}"]) for at in range(n)]
    frame = pd.DataFrame(
        {"answer_id": ids, "text": texts, "language": [LANGUAGES[at % 3] for at in range(n)]}
    )
    p = pd.DataFrame(random.beta(0.5, 2, (n, len(THEMES))), index=ids, columns=list(THEMES))
    return frame, p


def test_what_is_coded_is_never_chosen_and_the_order_of_the_table_does_not_count() -> None:
    frame, p = given_answers(90)
    coded = set(frame["answer_id"].iloc[::2])
    first = choose(frame, p, coded, 20, "s")
    CHOSEN.validate(first)
    assert len(first) == 20
    assert not set(first["answer_id"]) & coded
    turned = choose(frame[::-1], p.sample(frac=1, random_state=1), coded, 20, "s")
    pd.testing.assert_frame_equal(first, turned)


def test_every_language_and_theme_has_its_turn() -> None:
    frame, p = given_answers(300)
    found = choose(frame, p, (), 12, "s")
    assert found.groupby(["language", "theme"]).size().to_dict() == {
        (language, theme): 1 for language in LANGUAGES for theme in THEMES
    }
    assert found["language"].head(3).nunique() == 3


def test_the_first_of_a_language_is_the_one_in_most_doubt() -> None:
    frame, p = given_answers(120)
    found = choose(frame, p, (), 3, "s")
    for row in found.itertuples():
        mine = frame.loc[frame["language"] == row.language, "answer_id"]
        closest = (p.loc[mine] - 0.5).abs().min().min()
        assert abs(p.loc[row.answer_id, row.theme] - 0.5) == pytest.approx(closest)


def test_answers_that_say_the_same_are_chosen_once() -> None:
    frame, p = given_answers(30)
    frame["text"] = ["Nous n'avons pas d'argent.", "NOUS N’AVONS PAS D’ARGENT", "other words"] * 10
    assert len(choose(frame, p, (), 30, "s")) == 2


def test_where_the_machine_is_sure_nothing_is_chosen() -> None:
    frame, p = given_answers(20)
    assert choose(frame, p.round(), (), 5, "s").empty
    assert choose(frame, p * np.nan, (), 5, "s").empty
    assert choose(frame, p.iloc[:0], (), 5, "s").empty


@settings(max_examples=30)
@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 5))
def test_never_more_than_wanted_never_one_twice(n: int, wanted: int, seed: int) -> None:
    frame, p = given_answers(n, seed)
    found = choose(frame, p, frame["answer_id"].head(3), wanted, "s")
    assert len(found) <= wanted
    assert found["answer_id"].is_unique


def test_a_probability_that_is_none_is_refused() -> None:
    frame, p = given_answers(5)
    with pytest.raises(AnswerError, match="probability"):
        choose(frame, p + 1, (), 2, "s")
    with pytest.raises(AnswerError, match="twice"):
        choose(pd.concat([frame, frame]), p, (), 2, "s")
