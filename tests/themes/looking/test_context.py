"""Words in context: cut from the original, shown as plain text that hides and moves nothing."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import AnswerError
from msfresearch.themes.looking.context import concordance, word_concordance
from msfresearch.themes.looking.lines import KEEP_IN, visible
from tests.themes.plain import answers

HOSTILE = [
    "<script>alert(1)</script> no funding <img src=x onerror=alert(2)>",
    "‮gnidnuf on‬ no funding\x00\x1b[31m\ud800",
    "no funding\n\n</pre><b>bold</b>",
    "سلام no funding שלום",
    "z̴̡̢̛͓̦a no funding",
]


THEMES = {"no funding": "funding", "jargon": "technical_complexity"}


def hits_in(table: pd.DataFrame) -> pd.DataFrame:
    """Each place of the phrases, as a matcher would tell it."""
    rows = [
        (answer_id, theme, found.start(), found.end(), phrase, phrase)
        for answer_id, text in zip(table["answer_id"], table["text"], strict=True)
        for phrase, theme in THEMES.items()
        for found in re.finditer(phrase, text)
    ]
    names = ["answer_id", "theme", "start", "end", "words", "pattern"]
    return pd.DataFrame(rows, columns=names)


def made(texts: list[str]) -> pd.DataFrame:
    return answers(texts).assign(member=[f"m{at % 3}" for at in range(len(texts))])


def test_left_words_and_right_are_cut_from_the_answer() -> None:
    table = made(["Since 2016 there is no funding for travel to the capital", "jargon"])
    shown = concordance(hits_in(table), table, width=16)
    first = shown.lines.iloc[0]
    text = table["text"].iloc[0]
    assert first["words"] == "no funding"
    assert text[first["start"] : first["end"]] == "no funding"
    assert first["left"] == " 2016 there is "
    assert first["right"] == " for travel to "
    assert (first["cut_left"], first["cut_right"]) == (True, True)
    second = shown.lines.iloc[1]
    assert (second["left"], second["words"], second["right"]) == ("", "jargon", "")
    assert (len(shown), shown.n_found) == (2, 2)


def test_only_the_theme_or_the_pattern_asked_for() -> None:
    table = made(["no funding and jargon"])
    hits = hits_in(table)
    assert set(hits["theme"]) == {"funding", "technical_complexity"}
    assert concordance(hits, table, theme="funding").lines["theme"].tolist() == ["funding"]
    assert concordance(hits, table, pattern="jargon").lines["words"].tolist() == ["jargon"]
    assert len(concordance(hits, table, theme="language_access")) == 0


def test_lines_are_spread_over_members_before_one_has_a_second() -> None:
    table = made(["no funding, no funding, no funding", "no funding", "no funding", "jargon"])
    shown = concordance(hits_in(table), table, per=3, theme="funding")
    assert shown.lines["member"].tolist() == ["m0", "m1", "m2"]
    assert shown.n_found == 5
    assert "3 of 5 places" in repr(shown)


def test_what_is_shown_says_that_it_must_not_leave_the_building() -> None:
    table = made(["no funding"])
    shown = concordance(hits_in(table), table)
    assert KEEP_IN in repr(shown)
    assert KEEP_IN in html.unescape(shown._repr_html_())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_not_obeyed(text: str) -> None:
    table = made([text])
    shown = concordance(hits_in(table), table)
    assert len(shown) == 1
    for view in (repr(shown), shown._repr_html_()):
        assert not re.search(
            "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", view
        )
        view.encode("utf-8")
    page = shown._repr_html_()
    assert (
        re.sub('</?(?:pre|bdi)(?: dir="ltr" style="white-space: pre")?>', "", page).count("<") == 0
    )
    # The table itself holds what was written.
    assert shown.lines["left"].iloc[0] in text


def test_accents_without_end_do_not_pile_up() -> None:
    assert visible("é" + "\u0301" * 50).count("\u0301") == 2
    assert visible("a\u0301") == "a\u0301"


@given(st.text(st.characters()))
def test_what_is_visible_is_one_printable_line(text: str) -> None:
    assert visible(text).isprintable()


@given(
    st.text(st.characters(), max_size=80),
    st.text(st.characters(), max_size=80),
    st.integers(1, 30),
)
def test_context_is_what_stands_there_and_no_wider_than_asked(
    before: str, after: str, width: int
) -> None:
    text = before + "funding" + after
    start, end = len(before), len(before) + 7
    hits = pd.DataFrame(
        {
            "answer_id": ["a0"],
            "theme": ["funding"],
            "pattern": ["funding"],
            "start": [start],
            "end": [end],
            "words": ["funding"],
        }
    )
    line = concordance(hits, made([text]), width=width).lines.iloc[0]
    assert before.endswith(line["left"])
    assert after.startswith(line["right"])
    assert max(len(line["left"]), len(line["right"])) <= width
    assert line["cut_left"] == (len(line["left"]) < len(before))
    assert line["cut_right"] == (len(line["right"]) < len(after))


def test_a_hit_of_another_text_is_refused() -> None:
    table = made(["no funding"])
    hits = hits_in(table)
    with pytest.raises(AnswerError, match="match the answers again") as told:
        concordance(hits, table.assign(text="nothing here"))
    assert "nothing here" not in str(told.value)


def test_any_word_is_found_with_its_case_and_accents_folded() -> None:
    table = made(["Participación. PARTICIPACION", "participaciones", "partición"])
    table["language"] = "es"
    shown = word_concordance(table, "participacion", "es")
    assert shown.lines["words"].tolist() == ["Participación", "PARTICIPACION"]
    assert shown.lines["theme"].isna().all()


def test_words_of_one_stem_are_found_together_in_their_language_only() -> None:
    table = made(["funding funded", "FUNDS", "refund", "funds"])
    table.loc[3, "language"] = "fr"
    shown = word_concordance(table, "funding", "en", stems=True)
    assert shown.lines["words"].tolist() == ["funding", "funded", "FUNDS"]


def test_more_than_one_word_an_unknown_language_and_no_width_are_refused() -> None:
    table = made(["funding"])
    with pytest.raises(AnswerError, match="not one word"):
        word_concordance(table, "no funding", "en")
    with pytest.raises(AnswerError, match="en, es, fr"):
        word_concordance(table, "funding", "pt")
    with pytest.raises(ValueError, match="at least 1"):
        word_concordance(table, "funding", "en", width=0)
    with pytest.raises(AnswerError, match="repeats"):
        word_concordance(pd.concat([table, table]), "funding", "en")
    with pytest.raises(AnswerError, match="member"):
        word_concordance(table.drop(columns="member"), "funding", "en")
