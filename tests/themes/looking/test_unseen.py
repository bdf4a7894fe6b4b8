"""What the frame does not catch, and how much its patterns catch."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from msfresearch.errors import AnswerError
from msfresearch.themes import Codebook, distinctive_stems, match, pattern_counts
from tests.themes.plain import answers


def made(coded: int = 30, uncoded: int = 30) -> pd.DataFrame:
    texts = ["Funding was missing here"] * coded + ["Elections delayed everything here"] * uncoded
    return answers(texts).assign(member=[f"m{at % 15}" for at in range(coded + uncoded)])


def test_stems_of_uncoded_answers_come_first() -> None:
    table = made()
    stems = distinctive_stems(table, set(table["answer_id"][:30]), "en", min_members=10)
    uncoded = stems[stems["side"] == "uncoded"]
    assert set(uncoded["stem"]) == {"elect", "delay", "everyth"}
    assert (uncoded["z"] > 1).all()
    assert uncoded[["n_uncoded", "n_coded", "n_members"]].iloc[0].tolist() == [30, 0, 15]
    assert set(stems["stem"]) - set(uncoded["stem"]) == {"fund", "was", "miss", "here"}
    assert abs(stems.set_index("stem").loc["here", "z"]) < 0.5


def test_a_stem_of_few_members_is_not_told() -> None:
    table = made()
    secret = table["member"].isin([f"m{at}" for at in range(9)]) & (table.index >= 30)
    table.loc[secret, "text"] = "whistleblower"
    stems = distinctive_stems(table, set(table["answer_id"][:30]), "en", min_members=10)
    assert "whistleblow" not in set(stems["stem"])
    fewer = distinctive_stems(table, set(table["answer_id"][:30]), "en", min_members=9)
    assert "whistleblow" in set(fewer["stem"])


def test_the_log_odds_are_those_of_the_paper() -> None:
    table = answers(["fund fund here"] * 20 + ["fund here here"] * 20).assign(
        member=[f"m{at}" for at in range(40)]
    )
    row = distinctive_stems(table, set(table["answer_id"][:20]), "en").set_index("stem").loc["fund"]
    # Prior 1000 words, half of them this stem; 20 of 60 words without, 40 of 60 with a code.
    assert row["log_odds"] == pytest.approx(math.log(520 / 540) - math.log(540 / 520))
    assert row["z"] == pytest.approx(row["log_odds"] / (1 / 520 + 1 / 540) ** 0.5)


def test_answers_are_counted_once_and_links_and_short_words_not_at_all() -> None:
    table = made()
    table.loc[30:, "text"] = "delay delay delay an https://delay.org/corruption"
    stems = distinctive_stems(table, set(table["answer_id"][:30]), "en")
    assert stems.loc[stems["side"] == "uncoded", "stem"].tolist() == ["delay"]
    assert stems.iloc[0]["n_uncoded"] == 30


@pytest.mark.parametrize(("language", "word"), [("es", "participación"), ("fr", "concertations")])
def test_other_languages_are_stemmed_and_kept_apart(language: str, word: str) -> None:
    spoken = made().assign(language=language)
    spoken.loc[30:, "text"] = word
    other = made().assign(answer_id=lambda table: "x" + table["answer_id"])
    stems = distinctive_stems(
        pd.concat([spoken, other], ignore_index=True), set(spoken["answer_id"][:30]), language
    )
    assert stems.iloc[0]["stem"] in {"particip", "concert"}
    assert "elect" not in set(stems["stem"])


@pytest.mark.parametrize("coded", [0, 60])
def test_with_one_side_empty_there_is_nothing_to_compare(coded: int) -> None:
    table = made()
    assert distinctive_stems(table, set(table["answer_id"][:coded]), "en").empty


def test_with_one_stem_only_there_is_nothing_to_compare() -> None:
    table = made().assign(text="delay")
    assert distinctive_stems(table, set(table["answer_id"][:30]), "en").empty


def test_no_more_than_asked_for_per_side() -> None:
    table = made()
    stems = distinctive_stems(table, set(table["answer_id"][:30]), "en", top=1)
    assert stems["side"].tolist() == ["uncoded", "coded"]


def test_a_language_without_stemmer_and_a_table_without_members_are_refused() -> None:
    with pytest.raises(AnswerError, match="en, es, fr"):
        distinctive_stems(made(), set(), "pt")
    with pytest.raises(AnswerError, match="member"):
        distinctive_stems(made().drop(columns="member"), set(), "en")


def test_patterns_are_counted_by_hits_answers_and_members() -> None:
    table = answers(["no funding, no funding", "no funding", "jargon", ""]).assign(
        member=["m1", "m1", "m2", "m3"]
    )
    hits = pd.DataFrame(
        {
            "answer_id": ["a0", "a0", "a1", "a2"],
            "theme": ["funding"] * 3 + ["technical_complexity"],
            "language": "en",
            "pattern": ["no funding"] * 3 + ["jargon"],
        }
    )
    counts = pattern_counts(hits, table)
    assert counts.to_dict("records") == [
        {
            "theme": "funding",
            "language": "en",
            "pattern": "no funding",
            "n_hits": 3,
            "n_answers": 2,
            "n_members": 1,
        },
        {
            "theme": "technical_complexity",
            "language": "en",
            "pattern": "jargon",
            "n_hits": 1,
            "n_answers": 1,
            "n_members": 1,
        },
    ]


def test_with_the_frame_silent_patterns_are_listed_too(codebook: Codebook) -> None:
    table = answers(["jargon"]).assign(member="m")
    counts = pattern_counts(match(table, codebook), table, codebook)
    assert len(counts) == codebook.frame("en")["n_patterns"].sum()
    assert counts["n_hits"].sum() == 1
    assert counts.loc[counts["n_hits"] == 1, "pattern"].tolist() == ["jargon"]


def test_hits_of_other_answers_are_refused(codebook: Codebook) -> None:
    table = answers(["jargon"]).assign(member="m")
    hits = match(table, codebook)
    with pytest.raises(AnswerError, match="no answer"):
        pattern_counts(hits, table.assign(answer_id="other"))
