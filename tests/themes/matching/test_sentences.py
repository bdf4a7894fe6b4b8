"""Sentences, words and stems, with nothing to download."""

from __future__ import annotations

import nltk
import pytest
from hypothesis import given, settings

from msfresearch.errors import AnswerError
from msfresearch.themes.matching.sentences import sentences, stemmer, words
from tests.themes.matching.frames import ANY


def cut(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            ["Dr. Ro came in Jan. 2019, e.g. once.", "Why?", "It cost 3.5 in all!", "No.", "So"],
        ),
        ("es", ["El Sr. Pérez no vino.", "¿Por qué?", "¡Nadie!", "Vive en la Avda. de América."]),
        (
            "fr",
            [
                "M. Roy et Mme. Gay, c.-à-d. deux.",
                "Voir l'art. 3, l’art. 4.",
                "Non ?",
                "L'État «dit».",
            ],
        ),
    ],
)
def test_an_abbreviation_ends_no_sentence(language: str, expected: list[str]) -> None:
    assert cut(" ".join(expected), language) == expected


def test_a_line_break_ends_a_sentence_and_blanks_belong_to_none() -> None:
    assert cut("  one two \n\n three\r\n", "en") == ["one two", "three"]
    assert cut("", "fr") == cut(" \n", "es") == []


@settings(deadline=None)
@given(ANY)
def test_sentences_of_any_text_lie_in_order_and_leave_out_only_blanks(text: str) -> None:
    spans = sentences(text, "en")
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    assert all(text[end:start].strip() == "" for end, start in zip(ends, starts, strict=True))
    assert all(start < end for start, end in spans)


@settings(deadline=None)
@given(ANY)
def test_words_of_any_text_lie_in_order_and_hold_no_blanks(text: str) -> None:
    spans = words(text)
    assert spans == sorted(spans)
    assert all(start < end <= len(text) for start, end in spans)
    assert not any(map(str.isspace, "".join(text[start:end] for start, end in spans)))


def test_words_keep_their_apostrophes_and_links_hold_none() -> None:
    text = "l'eau-là, 3,5 % — https://a.org/b don’t"
    assert [text[a:b] for a, b in words(text)] == ["l'eau-là", "3,5", "don’t"]


@pytest.mark.parametrize(
    ("language", "alike"),
    [
        ("en", ["consultation", "consultations"]),
        ("es", ["participación", "participaciones"]),
        ("fr", ["engagement", "engagements"]),
    ],
)
def test_forms_of_a_word_have_one_stem(language: str, alike: list[str]) -> None:
    assert len(set(map(stemmer(language), alike))) == 1


def test_nothing_is_looked_for_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("NLTK looks for data")

    monkeypatch.setattr(nltk.data, "find", refuse)
    monkeypatch.setattr(nltk.data, "load", refuse)
    assert cut("One. Two.", "en") == ["One.", "Two."]
    assert words("one") == [(0, 3)]
    assert stemmer("en")("ones") == "one"


@pytest.mark.parametrize("use", [lambda: sentences("a", "pt"), lambda: stemmer("pt")])
def test_another_language_is_refused(use: object) -> None:
    assert callable(use)
    with pytest.raises(AnswerError, match="en, es, fr"):
        use()
