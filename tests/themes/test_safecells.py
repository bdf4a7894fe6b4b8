"""No cell is a formula, and every cell gives its text back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.themes.safecells import (
    defuse,
    defuse_delimited,
    restore,
    restore_delimited,
)

BEGINNINGS = [*"=+-@\t\r\n", *"＝＋－＠"]
ANY = st.text(alphabet=st.characters(codec=None) | st.sampled_from("=+-@\t\r\n;,|'\" ＝"))


@pytest.mark.parametrize("sign", BEGINNINGS)
def test_a_text_that_begins_a_formula_gets_an_apostrophe(sign: str) -> None:
    assert defuse(f"{sign}1+1") == f"'{sign}1+1"
    assert defuse_delimited(f"{sign}1+1").startswith("'")


@pytest.mark.parametrize("before", [" ", "\u00a0", "\u200b", "\ufeff", '"', "\x00", " \u202e"])
def test_what_a_program_drops_before_a_formula_does_not_hide_it(before: str) -> None:
    assert defuse(f"{before}=1+1") == f"'{before}=1+1"


def test_an_ordinary_text_stays_as_it_is() -> None:
    for text in ("", "forum", "2019 - 2021", "'quoted'", "a;b", "no; yes"):
        assert defuse(text) == text
        assert defuse_delimited(text) == text


def test_a_list_with_hyphens_inside_a_text_is_left_alone_in_a_workbook() -> None:
    assert defuse("Two things:\n- time\n- money") == "Two things:\n- time\n- money"


@pytest.mark.parametrize("cut", [";", ",", "|", "\t", "\n", "\r"])
def test_a_formula_after_another_separator_is_guarded_in_a_text_table(cut: str) -> None:
    guarded = defuse_delimited(f'a{cut}"=1+1')
    assert guarded == f"a{cut}'\"=1+1"
    assert all(part[:1] not in BEGINNINGS for part in guarded.split(cut))


@given(ANY)
def test_restoring_gives_back_any_text(text: str) -> None:
    assert restore(defuse(text)) == text
    assert restore_delimited(defuse_delimited(text)) == text


@given(ANY)
def test_what_is_guarded_begins_no_formula_in_any_cut(text: str) -> None:
    assert defuse(text).lstrip(' \u00a0"')[:1] not in BEGINNINGS
    for part in defuse_delimited(text).split(";"):
        assert part.lstrip(' \u00a0"')[:1] not in BEGINNINGS


def test_a_hundred_thousand_separators_take_no_time_that_grows_with_their_square() -> None:
    text = ";  '" * 100_000 + "="
    assert restore_delimited(defuse_delimited(text)) == text
