"""The matcher: what fires, where, and that it says the same as a plain loop."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes import Codebook, match
from tests.themes.plain import answers, plain_match

FRAME = Codebook.model_validate(
    {
        "version": "1",
        "status": "made for tests",
        "languages": ["en", "fr"],
        "families": {"f": {"en": "F", "fr": "F"}},
        "themes": {
            "capacity": {
                "family": "f",
                "labels": {"en": "C", "fr": "C"},
                "definition": {"en": "C", "fr": "C"},
                "patterns": {
                    "en": ["capacit*", "lack of capacity", "capacity building", "a b", "b a a"],
                    "fr": ["capacit*", "mise en œuvre", "manque d'argent"],
                },
            },
            "places": {
                "family": "f",
                "labels": {"en": "P", "fr": "P"},
                "definition": {"en": "P", "fr": "P"},
                "patterns": {
                    "en": [
                        {"pattern": "guinea", "not": ["guinea-bissau", "papua new guin*"]},
                        "lack of",
                        "open capacit* build*",
                    ],
                    "fr": ["guinée"],
                },
            },
        },
    }
)
WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        """a b capacity Capacité capacite\u0301 building lack of open œuvre oeuvre mise en manque d
        argent guinea Guinea bissau papua new guinea's https://capacity.org www.a""",
    )
)
GAPS = st.sampled_from(
    ["", " ", " ", "  ", "\n", "-", "'", "’", "\u00a0", ", ", "\u0301", "\u200b"]
)
SENTENCES = st.lists(st.tuples(WORDS, GAPS)).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
ANY = st.text(st.characters(exclude_categories=[]))


def found(text: str, language: str = "en") -> list[tuple[str, str, str]]:
    hits = match(answers([text], language), FRAME)
    return list(zip(hits["theme"], hits["pattern"], hits["words"], strict=True))


def same_as_plain(texts: list[str], frame: Codebook, language: str) -> int:
    table = answers(texts, language)
    hits = match(table, frame)
    columns = ["theme", "pattern", "start", "end", "words"]
    of = dict(iter(hits.groupby("answer_id", sort=False)))
    for answer_id, text in zip(table["answer_id"], texts, strict=True):
        fast = of.get(answer_id, hits.head(0))[columns].itertuples(index=False, name=None)
        assert list(fast) == plain_match(text, frame, {language})
    return len(hits)


def test_a_hit_says_where_in_the_original_text() -> None:
    hits = match(answers(["¡La Capacité!"], "fr"), FRAME)
    assert hits.to_dict("records") == [
        {
            "answer_id": "a0",
            "family": "f",
            "theme": "capacity",
            "start": 4,
            "end": 12,
            "words": "Capacité",
            "pattern": "capacit*",
            "language": "fr",
        }
    ]


def test_within_a_theme_the_longest_wins_and_themes_may_overlap() -> None:
    assert found("Lack of capacity.") == [
        ("places", "lack of", "Lack of"),
        ("capacity", "lack of capacity", "Lack of capacity"),
    ]
    assert found("a b a a") == [("capacity", "b a a", "b a a")]


def test_an_exception_cancels_only_what_it_overlaps() -> None:
    assert found("Guinea-Bissau, Guinea and Papua New Guinea") == [("places", "guinea", "Guinea")]


@pytest.mark.parametrize(
    "text", ["incapacity", "guinea2", "guinea_x", "lack. of", "capacit\u200by"]
)
def test_a_word_begins_and_ends_at_word_characters(text: str) -> None:
    assert "guinea" not in {pattern for _, pattern, _ in found(text)}
    assert all(words != "capacity" for _, _, words in found(text))
    assert ("places", "lack of", "lack. of") not in found(text)


@pytest.mark.parametrize("text", ["mise en œuvre", "Mise-en-OEUVRE", "mise en\u00a0\nŒuvre"])
def test_the_joined_letter_and_the_marks_between_words_do_not_matter(text: str) -> None:
    assert found(text, "fr") == [("capacity", "mise en œuvre", text)]


def test_an_address_is_not_what_somebody_said() -> None:
    assert found("see https://x.org/capacity-building and WWW.capacity.org") == []


def test_an_answer_is_read_by_its_own_language_unless_told_otherwise() -> None:
    table = answers(["guinea", "guinée mise en oeuvre"])
    assert set(match(table, FRAME)["pattern"]) == {"guinea"}
    wider = match(table, FRAME, languages=["fr"])
    assert set(wider["pattern"]) == {"guinea", "guinée", "mise en œuvre"}
    assert set(wider["language"]) == {"en", "fr"}


def test_no_answers_and_no_hits_give_an_empty_table_with_its_types() -> None:
    empty = match(answers([]), FRAME)
    assert empty.dtypes.equals(match(answers(["guinea"]), FRAME).dtypes)
    assert match(answers([""]), FRAME).empty


def test_hits_follow_the_order_of_the_answers() -> None:
    table = answers(["guinea"] * 12).iloc[::-1]
    assert match(table, FRAME)["answer_id"].tolist() == table["answer_id"].tolist()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"answer_id": ["x", "x"]}, "answer 2"),
        ({"text": ["a", None]}, "answer 2"),
        ({"text": ["a", 3]}, "text"),
        ({"language": ["en", "pt"]}, "en, fr"),
    ],
)
def test_a_table_that_is_not_answers_is_refused(change: dict[str, list[object]], told: str) -> None:
    table = answers(["a", "b"]).astype("object").assign(**change)
    with pytest.raises(AnswerError, match=told):
        match(table, FRAME)


def test_a_missing_column_and_an_unknown_language_are_refused() -> None:
    with pytest.raises(AnswerError, match="language"):
        match(answers(["a"]).drop(columns="language"), FRAME)
    with pytest.raises(CodebookError, match="pt"):
        match(answers(["a"]), FRAME, languages=["pt"])


@settings(deadline=None)
@given(st.lists(SENTENCES, max_size=4), st.sampled_from(["en", "fr"]))
def test_hits_equal_those_of_a_plain_loop(texts: list[str], language: str) -> None:
    same_as_plain(texts, FRAME, language)


@settings(deadline=None)
@given(ANY)
def test_any_text_is_safe_and_every_span_gives_its_words(text: str) -> None:
    text = f"guinea{text}capacity {text}lack of"
    hits = match(answers([text]), FRAME)
    for start, end, words in zip(hits["start"], hits["end"], hits["words"], strict=True):
        assert text[start:end] == words
    same_as_plain([text], FRAME, "en")


def test_naughty_strings_are_safe_and_hide_no_word(shared: Path, codebook: Codebook) -> None:
    naughty = json.loads((shared / "bad" / "blns" / "blns.json").read_text(encoding="utf-8"))
    texts = [*naughty, *(f"{text} lack of funds {text}" for text in naughty)]
    assert len(naughty) > 500
    assert same_as_plain(texts, codebook, "en") >= len(naughty)


@pytest.mark.parametrize(
    "text",
    [
        "capacity" * 125_000,
        "lack of " * 125_000,
        "lack " + " " * 1_000_000 + "of",
        "a b " * 250_000,
        "guinea-bissau " * 70_000,
        "\u0301" * 1_000_000,
        "capacit" + "\u0301y" * 500_000,
        "\ud800" * 1_000_000,
        "\x00" * 1_000_000,
        "https://" * 125_000,
        "open capacit" + "y" * 1_000_000 + " builder",
    ],
    ids=lambda text: ascii(text[:9]),
)
def test_a_million_hostile_letters_are_read_through(text: str) -> None:
    hits = match(answers([text + " guinea"]), FRAME)
    assert hits["end"].max() == len(text) + len(" guinea") or text.startswith("https")


def test_the_frame_reads_real_text_like_a_plain_loop(
    corpus: pd.DataFrame, codebook: Codebook
) -> None:
    sample = corpus.sample(n=60, random_state=1)
    same_as_plain(sample["text"].tolist(), codebook, sample["language"].iloc[0])


def test_no_theme_fires_on_a_quarter_of_real_answers(
    corpus: pd.DataFrame, codebook: Codebook
) -> None:
    hits = match(corpus, codebook)
    shares = hits.groupby("theme")["answer_id"].nunique() / len(corpus)
    assert len(shares) >= 10
    assert shares.max() < 0.25
