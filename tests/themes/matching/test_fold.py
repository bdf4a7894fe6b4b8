"""Folding: case and accents go, offsets stay."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.themes.matching.fold import fold, fold_character

ANY = st.text(st.characters(exclude_categories=[]))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ação ÉLÈVE Ñandú", "acao eleve nandu"),
        ("l’Œuvre", "l’œuvre"),
        ("Straße İstanbul", "straße istanbul"),
        ("한국 СЪЁМКА", "한국 съемка"),
        ("“naïve” – 5 €", "“naive” – 5 €"),
    ],
)
def test_case_and_accents_go_and_other_letters_stay(text: str, folded: str) -> None:
    assert fold(text).text == folded
    assert fold(text).offsets is None


@pytest.mark.parametrize("hidden", ["\u0301", "\u00ad", "\u200d", "\u202e", "\ufeff", "\u0336"])
def test_what_no_reader_sees_as_a_letter_hides_no_word(hidden: str) -> None:
    text = "the capa" + hidden + "city"
    folded = fold(text)
    assert folded.text == "the capacity"
    start, end = folded.original(4, 12)
    assert text[start:end] == "capa" + hidden + "city"


def test_a_combining_accent_belongs_to_the_letter_before_it() -> None:
    text = unicodedata.normalize("NFD", "è là")
    assert text[slice(*fold(text).original(0, 1))] == unicodedata.normalize("NFD", "è")


def test_a_zero_width_space_still_parts_words() -> None:
    assert fold("no\u200bfunds").text == "no\u200bfunds"


def test_every_code_point_folds_to_one_code_point_and_folding_again_changes_nothing() -> None:
    for code in range(0x30000):
        once = fold_character(chr(code))
        assert len(once) == 1
        assert fold_character(once) == once, hex(code)


@settings(deadline=None)
@given(ANY)
def test_the_way_back_covers_the_whole_text_in_order(text: str) -> None:
    folded = fold(text)
    if folded.offsets is None:
        assert len(folded.text) == len(text)
    else:
        assert len(folded.offsets) == len(folded.text) + 1
        assert list(folded.offsets) == sorted(set(folded.offsets))
        assert folded.offsets[-1] == len(text)


@settings(deadline=None)
@given(ANY)
def test_the_fast_way_and_the_plain_way_agree(text: str) -> None:
    seen = (
        character
        for character in text
        if character == "\u200b" or unicodedata.category(character) not in {"Mn", "Me", "Cf"}
    )
    assert fold(text).text == "".join(map(fold_character, seen))
