"""A place in an answer and its place in the text file say each other exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.themes.exchange.positions import TextFile, choose, readings
from tests.themes.exchange.frames import TEXTS


def spans(text: str) -> st.SearchStrategy[tuple[int, int]]:
    places = st.integers(0, len(text))
    return st.tuples(places, places).map(lambda both: (min(both), max(both)))


def test_a_text_file_has_lf_alone_and_keeps_what_utf_8_holds() -> None:
    file = TextFile.of("\ufeffa\r\nb\rc\x00\ud800\u0301𝒜")
    assert file.text == "\u2060a\nb\nc\x00\ufffd\u0301𝒜"
    assert file.replaced == 2
    assert file.text.encode("utf-8")[:3] != b"\xef\xbb\xbf"


def test_a_place_after_a_crlf_moves_by_one_for_each() -> None:
    file = TextFile.of("a\r\nb\r\nc")
    assert file.to_file(3, 4) == (2, 3)
    assert file.to_file(6, 7) == (4, 5)
    assert file.from_file(4, 5) == (6, 7)


@given(st.data())
def test_the_words_at_a_place_are_those_of_the_file(data: st.DataObject) -> None:
    text = data.draw(TEXTS)
    file = TextFile.of(text)
    start, end = data.draw(spans(text))
    low, high = file.to_file(start, end)
    cut = TextFile.of(text[start:end])
    told = file.text[low:high]
    # A span that cuts a CRLF takes it whole: one line end more or the same.
    assert told.strip("\n").removeprefix("\u2060") == cut.text.strip("\n").removeprefix("\u2060")


@given(st.data())
def test_every_span_of_an_answer_is_among_those_of_its_place_in_the_file(
    data: st.DataObject,
) -> None:
    text = data.draw(TEXTS)
    file = TextFile.of(text)
    start, end = data.draw(spans(text).filter(lambda span: span[0] < span[1]))
    found = list(file.candidates(*file.to_file(start, end)))
    assert (start, end) in found
    assert len(found) <= 4


@given(TEXTS)
def test_a_place_in_the_file_comes_back_to_itself(text: str) -> None:
    file = TextFile.of(text)
    for place in range(len(file.text) + 1):
        assert file.to_file(*file.from_file(place, place)) == (place, place)


@given(TEXTS)
def test_the_usual_count_is_that_of_our_own_files(text: str) -> None:
    file = TextFile.of(text)
    usual = readings(file.text, marked=False)[0]
    assert usual.places == tuple(range(len(file.text) + 1))


@pytest.mark.parametrize(
    ("raw", "marked", "span", "told", "name"),
    [
        ("one\ntwo", False, (4, 7), "two", "code points, line ends as one"),
        ("one\r\ntwo", False, (4, 7), "two", "code points, line ends as one"),
        ("one\r\ntwo", False, (5, 8), "two", "code points, line ends as they stand"),
        ("a 👩 two", False, (5, 8), "two", "UTF-16 units, line ends as one"),
        ("a 👩\r\ntwo", False, (6, 9), "two", "UTF-16 units, line ends as they stand"),
        ("one two", True, (5, 8), "two", "code points, line ends as one, the byte order mark"),
    ],
)
def test_the_count_that_fits_the_words_is_found(
    raw: str, marked: bool, span: tuple[int, int], told: str, name: str
) -> None:
    text = raw.replace("\r\n", "\n")
    way, doubtful = choose(readings(raw, marked), text, [(*span, told)])
    assert way.name.startswith(name)
    assert not doubtful
    low, high = way.find(*span) or (0, 0)
    assert text[low:high] == told


def test_the_edges_of_words_tell_the_count_where_no_words_are_told() -> None:
    raw = "first line\r\nsecond line\r\nthird"
    way, doubtful = choose(readings(raw, marked=False), raw.replace("\r\n", "\n"), [(25, 30, "")])
    assert way.name == "code points, line ends as they stand"
    assert not doubtful


def test_two_counts_that_fit_alike_are_said() -> None:
    raw = "a\r\n- - - b"
    _, doubtful = choose(readings(raw, marked=False), raw.replace("\r\n", "\n"), [(4, 5, "")])
    assert doubtful


def test_a_place_within_a_sign_of_two_units_is_none() -> None:
    wide = next(way for way in readings("𝒜b", marked=False) if way.name.startswith("UTF-16"))
    assert wide.find(1, 3) is None
    assert wide.find(2, 3) == (1, 2)
    assert wide.find(0, 9) is None
