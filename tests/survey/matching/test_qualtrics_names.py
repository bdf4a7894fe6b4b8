"""Under Qualtrics's own names the text beside "other" is known by its header alone."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from msfresearch.survey.matching import MatchError
from msfresearch.survey.readers import read_export
from msfresearch.survey.readers.export import Export
from msfresearch.survey.source import ExportOptions
from tests.survey.matching import matched

#: Questions of the form that have neither options nor a text beside one.
PLAIN = {
    "OGP member (country)": "Canada",
    "National or local?": "National",
    "Is there a forum?": "Yes",
    "I feel informed": "Agree",
    "The commitments are ambitious": "Disagree",
    "The process increased trust": "Agree",
    "Share of non-government members (%)": "50",
    "What are the main barriers?": "Too few people",
}


def qualtrics(tmp_path: Path, decide: str, topics: str, extra: str = "") -> Export:
    """An export whose columns have Qualtrics's default names, as the platform writes it."""
    asked = [
        ("Q1", "Do you agree to take part?", "QID1", "Yes"),
        *((f"C{n}", name, f"QID{n + 20}", cell) for n, (name, cell) in enumerate(PLAIN.items())),
        ("Q4", "How are decisions taken? - Selected Choice", "QID4", "Other"),
        ("Q4_6_TEXT", f"How are decisions taken? - {decide} - Text", "QID4_6_TEXT", "by lot"),
        ("Q5_1", "Topics you work on - Selected Choice - Access to information", "QID5", ""),
        ("Q5_2", "Topics you work on - Selected Choice - Budget, spending and audit", "QID5", ""),
        ("Q5_8", "Topics you work on - Selected Choice - Other", "QID5", "Other"),
        ("Q5_8_TEXT", f"Topics you work on - {topics} - Text", "QID5_8_TEXT", "health"),
    ]
    if extra:
        asked.append(("Q4_2_TEXT", f"How are decisions taken? - {extra} - Text", "QID4_2_TEXT", ""))
    rows = [
        [name for name, *_ in asked],
        [text for _, text, *_ in asked],
        [json.dumps({"ImportId": key}) for *_, key, _ in asked],
        [cell for *_, cell in asked],
    ]
    path = tmp_path / "answers.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return read_export(path, ExportOptions(platform="qualtrics"))


@pytest.mark.parametrize("words", ["Other", "Otra", "Another type"])
def test_a_text_beside_other_is_met_under_the_platform_s_default_name(
    tmp_path: Path, words: str
) -> None:
    found = matched(qualtrics(tmp_path, words, words)).raw
    assert list(found.loc[4, ["MSF_DECIDE", "MSF_DECIDE_other"]]) == ["other", "by lot"]
    assert list(found.loc[4, ["TOPICS_other_ticked", "TOPICS_other"]]) == ["1", "health"]


def test_a_text_beside_another_answer_is_not_taken_for_other(tmp_path: Path) -> None:
    with pytest.raises(MatchError, match="meets no item"):
        matched(qualtrics(tmp_path, "By consensus", "Other"))


def test_of_two_texts_beside_answers_in_unknown_words_none_is_taken(tmp_path: Path) -> None:
    with pytest.raises(MatchError, match="and 1 more"):
        matched(qualtrics(tmp_path, "Another type", "Other", extra="A further type"))
