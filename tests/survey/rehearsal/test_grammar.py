from __future__ import annotations

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.survey.contacts import mask
from msfresearch.survey.rehearsal import sentences
from msfresearch.survey.rehearsal.grammar import THEMES, compose, themes_for
from tests.survey.forum import small_forum

BARRIERS = small_forum().tables["answers"].item("ot_barriers")


#: Themes of the frame that no simulated respondent states yet.
UNSAID = {"absent_dialogue", "digital_participation", "legal_basis"}


def test_the_themes_of_the_grammar_are_those_of_the_code_frame_but_for_three(home):
    known = yaml.safe_load((home / "codebook" / "themes.yml").read_text(encoding="utf-8"))["themes"]
    assert set(THEMES) == set(known) - UNSAID
    assert set(sentences.NEGATED) <= set(known)


def test_every_theme_can_be_said_in_every_language_and_differently_in_each():
    for theme, words in THEMES.items():
        assert set(words) == {"en", "es", "fr"}, theme
        said = [one for choices in words.values() for one in choices]
        assert len(set(said)) == len(said) >= 6, theme


def test_a_question_about_barriers_is_answered_with_barriers():
    assert set(themes_for(BARRIERS)) == set(sentences.BARRIERS)


@given(st.integers(0, 2**31), st.sampled_from(["en", "es", "fr"]))
def test_an_answer_states_or_denies_what_its_truth_says(seed, language):
    (said,) = compose(BARRIERS, [language], np.random.default_rng(seed))
    assert said.text.strip()
    assert not (said.stated and said.denied)
    if said.manner == "plain":
        folded = said.text.casefold()
        for theme in said.stated:
            assert any(one.casefold() in folded for one in THEMES[theme][language])
        for theme in said.denied:
            assert any(one.casefold() in folded for one in sentences.NEGATED[theme][language])


@given(st.integers(0, 2**31), st.sampled_from(["en", "es", "fr"]))
def test_no_answer_holds_a_contact_of_itself(seed, language):
    (said,) = compose(BARRIERS, [language], np.random.default_rng(seed))
    assert mask(said.text)[0] == said.text


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_a_contact_that_is_planted_is_what_masking_masks(language):
    for written, masked in sentences.CONTACTS[language]:
        assert mask(f"Words before.{written}")[0] == f"Words before.{masked}"
        assert written != masked


def test_there_are_answers_with_two_themes_with_none_denied_in_capitals_and_with_a_typo():
    said = compose(BARRIERS, ["fr"] * 2000, np.random.default_rng(1))
    assert {len(one.stated) for one in said} == {0, 1, 2}
    assert any(one.denied for one in said)
    assert {one.manner for one in said} == {"plain", "capitals", "typo", "emoji"}
    assert any(one.text.isupper() for one in said)
