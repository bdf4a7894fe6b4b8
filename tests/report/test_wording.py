from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import MsfResearchError
from msfresearch.report import wording

finite = st.floats(-1e6, 1e6)


def test_an_estimate_reads_with_its_interval() -> None:
    assert wording.interval(0.224, -0.06, 0.5) == "0.22 (95% interval −0.06 to 0.50)"


@pytest.mark.parametrize(
    ("p", "text"),
    [(2.1e-7, "< 0.001"), (0.115, "0.115"), (0.9999, "> 0.999"), (math.nan, "not estimated")],
)
def test_a_p_value_has_a_sign_only_at_its_ends(p: float, text: str) -> None:
    assert wording.p_value(p) == text


def test_counts_are_written_with_their_noun() -> None:
    assert wording.count(1, "plan") == "1 action plan"
    assert wording.count(1461, "country") == "1,461 countries"
    assert wording.share_of(17, 46) == "17 of 46 (37%)"
    assert wording.share_of(0, 0) == "0 of 0 (no value)"


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (8 / 1927, 0, "<1%"),
        (0.0, 0, "0%"),
        (0.004, 1, "0.4%"),
        (0.0004, 1, "<0.1%"),
        (1918 / 1927, 0, ">99%"),
        (0.9996, 1, ">99.9%"),
        (1.0, 0, "100%"),
        (0.006, 0, "1%"),
        (1.004, 0, "100%"),
        (-0.001, 0, "0%"),
    ],
)
def test_none_and_all_are_said_of_none_and_all_alone(share: float, digits: int, text: str) -> None:
    assert wording.percent(share, digits) == text


def test_a_count_of_few_is_no_share_of_nought() -> None:
    assert wording.share_of(8, 1927) == "8 of 1,927 (<1%)"
    assert wording.share_of(0, 1927) == "0 of 1,927 (0%)"
    assert wording.share_of(1926, 1927) == "1,926 of 1,927 (>99%)"


def test_an_unknown_noun_is_not_guessed() -> None:
    with pytest.raises(MsfResearchError, match="noun without a plural"):
        wording.count(2, "sheep")


def test_a_null_is_called_a_null() -> None:
    text = wording.verdict(0.22, -0.06, 0.5, outcome="specificity", comparison="with a forum")
    assert text.startswith("With a forum, no clear difference in specificity: 0.22")
    assert "neither a difference nor its absence" in text


def test_a_difference_is_called_by_its_direction() -> None:
    assert "Impact is lower" in wording.verdict(-0.2, -0.3, -0.1, outcome="impact")
    assert "Impact is higher" in wording.verdict(1.4, 1.1, 1.8, outcome="impact", null_value=1)
    assert "not estimated" in wording.verdict(math.nan, 0, 1, outcome="impact")


@given(low=finite, width=st.floats(0, 1e6))
def test_what_is_printed_never_contradicts_the_verdict(low: float, width: float) -> None:
    low, high = round(low, 5), round(low + width, 5)
    shown = wording.interval((low + high) / 2, low, high, level=None)
    bounds = (
        shown.split("(")[1].rstrip(")").replace(wording.MINUS, "-").replace(",", "").split(" to ")
    )
    printed_low, printed_high = map(float, bounds)
    assert (printed_low <= 0 <= printed_high) == (low <= 0 <= high)


@given(st.floats(allow_nan=True, allow_infinity=True), st.integers(0, 4))
def test_no_number_is_written_as_minus_zero_or_nan(value: float, digits: int) -> None:
    text = wording.number(value, digits)
    assert "nan" not in text
    assert "inf" not in text
    assert not text.startswith("-")
    assert text.strip(wording.MINUS + "0.,") != "" or wording.MINUS not in text


@given(st.text(st.characters(codec=None), max_size=40))
def test_clean_text_can_be_written_to_any_file(text: str) -> None:
    cleaned = wording.clean(text)
    assert len(cleaned) == len(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in cleaned)


@pytest.mark.parametrize("lang", ["es", "fr", "de", ""])
def test_a_language_that_is_not_offered_is_an_error(lang: str) -> None:
    with pytest.raises(MsfResearchError, match="language"):
        wording.percent(0.5, lang=lang)
