"""The matcher: what fires, where, and that it says the same as a plain loop."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes import Codebook, match
from msfresearch.themes.matching import matcher
from msfresearch.themes.matching.matcher import Matcher
from tests.themes.matching.frames import ANY, FRAME, FRAME_TEXTS, FRAMES, LANGUAGES, TEXTS, frame
from tests.themes.plain import answers, plain_match


def found(text: str, language: str = "en") -> list[tuple[str, str, str]]:
    hits = match(answers([text], language), FRAME)
    return list(zip(hits["theme"], hits["pattern"], hits["words"], strict=True))


def same_as_plain(texts: list[str], frame: Codebook, language: str, *wider: str) -> int:
    table = answers(texts, language)
    hits = match(table, frame, wider)
    columns = ["theme", "pattern", "start", "end", "words"]
    of = dict(iter(hits.groupby("answer_id", sort=False)))
    for answer_id, text in zip(table["answer_id"], texts, strict=True):
        fast = of.get(answer_id, hits.head(0))[columns].itertuples(index=False, name=None)
        assert list(fast) == plain_match(text, frame, {language, *wider})
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


def test_a_frame_may_let_the_longest_win_among_all_its_themes() -> None:
    whole = FRAME.model_copy(update={"nested": "frame"})
    hits = match(answers(["Lack of capacity, lack of capacities"]), whole)
    assert hits["words"].tolist() == ["Lack of capacity", "lack of", "capacities"]


def test_what_is_cancelled_hides_nothing_shorter() -> None:
    entries = [{"pattern": "trust fund", "negation": "cancel"}, "fund"]
    one = frame({"t": {"en": entries, "fr": ["x"]}})
    assert match(answers(["no trust fund"]), one)["words"].tolist() == ["fund"]
    assert match(answers(["a trust fund"]), one)["words"].tolist() == ["trust fund"]


def test_a_longer_match_that_ends_within_a_word_hides_nothing_shorter() -> None:
    one = frame({"t": {"en": ["fund", "fund raise"], "fr": ["x"]}})
    assert match(answers(["fund raisers"]), one)["words"].tolist() == ["fund"]


@pytest.mark.parametrize(
    ("pattern", "text", "words"),
    [
        ("capacit* build", "capacity build", ["capacity build"]),
        ("capacit* build", "capacity builder", []),
        ("capacit* build*", "capacit-builder", ["capacit-builder"]),
        ("capacit* of build* it", "capacities of building  it", ["capacities of building  it"]),
        ("capacit* of build* it", "capacities of building its", []),
        ("capacit* of build* it", "capacities of. building it", []),
        ("mise* en œuvre*", "mises en oeuvres", ["mises en oeuvres"]),
    ],
)
def test_a_star_within_a_phrase_ends_with_its_word(
    pattern: str, text: str, words: list[str]
) -> None:
    one = frame({"t": {"en": [pattern], "fr": ["x"]}})
    assert match(answers([text]), one)["words"].tolist() == words


@pytest.mark.parametrize(
    "text", ["incapacity", "guinea2", "guinea_x", "lack. of", "capacit\u200by"]
)
def test_a_word_begins_and_ends_at_word_characters(text: str) -> None:
    assert "guinea" not in {pattern for _, pattern, _ in found(text)}
    assert all(words != "capacity" for _, _, words in found(text))
    assert ("places", "lack of", "lack. of") not in found(text)


@pytest.mark.parametrize(
    "text",
    ["mise en œuvre", "Mise-en-OEUVRE", "mise en\u00a0\nŒuvre", "miseʼen' - -’oeuvre"],
)
def test_the_joined_letter_and_the_marks_between_words_do_not_matter(text: str) -> None:
    assert found(text, "fr") == [("capacity", "mise en œuvre", text)]


@pytest.mark.parametrize(("blanks", "hits"), [(8, 1), (9, 0), (10, 0), (100_000, 0)])
def test_words_more_than_eight_blanks_apart_are_no_phrase(blanks: int, hits: int) -> None:
    assert len(found("mise en" + " " * blanks + "œuvre", "fr")) == hits


def test_an_address_is_not_what_somebody_said() -> None:
    assert found("see https://x.org/capacity-building and WWW.capacity.org") == []
    assert found("http:// capacity, www. capacity") == [("capacity", "capacit*", "capacity")] * 2


def test_an_answer_is_read_by_its_own_language_unless_told_otherwise() -> None:
    table = answers(["guinea", "guinée mise en oeuvre"])
    assert set(match(table, FRAME)["pattern"]) == {"guinea"}
    wider = match(table, FRAME, languages=["fr"])
    assert set(wider["pattern"]) == {"guinea", "guinée", "mise en œuvre"}
    assert set(wider["language"]) == {"en", "fr"}


def test_answers_of_several_languages_are_read_at_once_each_by_its_own() -> None:
    texts = ["guinea mise en œuvre", "guinea mise en œuvre"]
    table = answers(texts).assign(language=["en", "fr"])
    assert match(table, FRAME)["pattern"].tolist() == ["guinea", "mise en œuvre"]


def test_no_phrase_reaches_from_one_answer_into_the_next() -> None:
    assert match(answers(["lack", "of", "lack ", " of", "", "lack\n", "of"]), FRAME).empty


def test_no_answers_and_no_hits_give_an_empty_table_with_its_types() -> None:
    empty = match(answers([]), FRAME)
    assert empty.dtypes.equals(match(answers(["guinea"]), FRAME).dtypes)
    assert match(answers([""]), FRAME).empty
    assert match(answers(["", "guinea", ""]), FRAME)["answer_id"].tolist() == ["a1"]


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


def test_texts_read_in_several_portions_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    table = answers(["guinea and trust", "no trust", "", "lack of capacity", "funds"] * 9)
    whole = match(table, FRAME)
    monkeypatch.setattr(matcher, "_AT_ONCE", 20)
    pd.testing.assert_frame_equal(match(table, FRAME), whole)


def test_a_matcher_compiled_once_serves_many_texts() -> None:
    compiled = Matcher(FRAME, languages=["fr"])
    for text in ("guinée", "x", "une guinée"):
        fired = compiled.find_in([text, ""], ["en", "fr"])
        assert len(fired) == (text != "x")
        assert all(compiled.rules[rank].pattern == "guinée" for rank in fired.rule)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=4), st.sampled_from(LANGUAGES))
def test_hits_equal_those_of_a_plain_loop(texts: list[str], language: str) -> None:
    same_as_plain(texts, FRAME, language)


@settings(deadline=None)
@given(FRAMES, st.lists(FRAME_TEXTS, max_size=3), st.sampled_from(LANGUAGES))
def test_hits_of_any_frame_equal_those_of_a_plain_loop(
    one: Codebook, texts: list[str], language: str
) -> None:
    same_as_plain(texts, one, language)
    same_as_plain(texts, one, language, *LANGUAGES)


@settings(deadline=None)
@given(ANY)
def test_any_text_is_safe_and_every_span_gives_its_words(text: str) -> None:
    text = f"guinea{text}capacity {text}lack of"
    hits = match(answers([text]), FRAME)
    for start, end, words in zip(hits["start"], hits["end"], hits["words"], strict=True):
        assert text[start:end] == words
    same_as_plain([text], FRAME, "en")


def test_a_frame_with_more_letters_than_bytes_is_read_exactly() -> None:
    words = ["".join(map(chr, range(at, at + 4))) for at in range(0x4E00, 0x4E00 + 800, 4)]
    one = frame({"t": {"en": [*words, "жук* 丁", "guinea"], "fr": ["x"]}})
    texts = [*words, words[0][:3] + "x", words[0][:2], "жуки 丁", "жуки 七", "guinea", "guineé"]
    assert same_as_plain(texts, one, "en") == len(words) + 2


def test_every_letter_that_unicode_has_is_read_like_a_plain_loop() -> None:
    beside = {"pattern": "trust*", "near": ["late"], "within": 0}
    one = frame({"t": {"en": [beside, "lack of"], "fr": ["x"]}})
    parts = [f"late{chr(code)}trust{chr(code)} lack{chr(code)}of\n" for code in range(0x11000)]
    texts = ["".join(parts[at : at + 16]) for at in range(0, len(parts), 16)]
    assert same_as_plain(texts, one, "en") > 1000


def test_naughty_strings_are_safe_and_hide_no_word(shared: Path, codebook: Codebook) -> None:
    naughty = json.loads((shared / "bad" / "blns" / "blns.json").read_text(encoding="utf-8"))
    texts = [*naughty, *(f"{text} usual suspects {text}" for text in naughty)]
    assert len(naughty) > 500
    assert same_as_plain(texts, FRAME, "en") == 0
    match(answers(texts), codebook)
    assert same_as_plain([f"{text} guinea {text}" for text in naughty], FRAME, "en") >= len(naughty)


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
        "open capacit " * 70_000,
        "not " * 250_000,
        "late report " * 70_000,
        "no trust " * 70_000,
    ],
    ids=lambda text: ascii(text[:9]),
)
def test_a_million_hostile_letters_are_read_through(text: str) -> None:
    hits = match(answers([text + " guinea"]), FRAME)
    assert hits["end"].max() == len(text) + len(" guinea") or text.startswith("https")


def test_an_answer_of_a_hundred_thousand_letters_is_read_to_its_end() -> None:
    one = "no trust, late reports of a b a a ʼlack  of capacity-\nbuilding; guinea-bissau … "
    hits = match(answers([one * 1_300, one]), FRAME)
    columns = ["pattern", "words", "start"]
    long, short = (hits.loc[hits["answer_id"] == of, columns] for of in ("a0", "a1"))
    expected = [
        (pattern, words, start + at * len(one))
        for at in range(1_300)
        for pattern, words, start in short.itertuples(index=False, name=None)
    ]
    assert list(long.itertuples(index=False, name=None)) == expected
    assert same_as_plain([one], FRAME, "en") == len(short) > 3


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
