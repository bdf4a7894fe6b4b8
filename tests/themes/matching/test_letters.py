"""Texts as a row of bytes, and the way back."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.themes.matching.fold import fold
from msfresearch.themes.matching.letters import Letters
from msfresearch.themes.matching.phrases import parse
from tests.themes.matching.frames import ANY, TEXTS

LETTERS = Letters("abcdefghijklmnopqrstuvwxyzœ")


@settings(deadline=None)
@given(st.lists(ANY | TEXTS, max_size=5))
def test_every_word_leads_back_to_the_text_it_stands_in(texts: list[str]) -> None:
    row = LETTERS.row(texts)
    at = row.text_at(row.word_starts)
    starts = row.original(row.word_starts, at)
    ends = row.original(row.word_ends, at)
    found: list[list[str]] = [[] for _ in texts]
    for text, start, end in zip(at, starts, ends, strict=True):
        assert 0 <= start < end <= len(texts[text])
        found[text].append(fold(texts[text][start:end]).text)
    for text, words in zip(texts, found, strict=True):
        if "://" not in text and "www" not in fold(text).text:
            folded = fold(text).text
            parted = "".join(one if one.isalnum() or one == "_" else " " for one in folded)
            assert words == parted.split()


def test_a_phrase_is_spelt_as_it_stands_in_a_row() -> None:
    row = LETTERS.row(["so, Lack\n OF-trust!"])
    assert LETTERS.spell(parse("lack of trust")) in row.codes.tobytes()
    assert LETTERS.spell(parse("ack of")) not in row.codes.tobytes()


def test_places_left_out_are_found_again() -> None:
    row = LETTERS.row(["a  b   c\u0301\u0301 d"])
    places = np.flatnonzero(row.codes >= 128)
    assert row.gaps.back(places).tolist() == row.word_starts.tolist()
    assert row.original(row.word_starts, np.zeros(4, dtype=np.int64)).tolist() == [0, 3, 7, 11]


def test_a_row_of_no_texts_is_an_edge() -> None:
    row = LETTERS.row([])
    assert len(row.codes) == 1
    assert len(row.word_starts) == 0
