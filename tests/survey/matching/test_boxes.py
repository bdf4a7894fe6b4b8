"""Boxes in columns of their own or joined in one cell come to the same table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.survey.matching import CellError, Matched
from msfresearch.survey.readers.export import Column
from msfresearch.survey.source import Platform
from tests.survey.matching import ANSWER, QUESTIONNAIRE, declared, done, export_of, matched

TOPICS = QUESTIONNAIRE.tables["answers"].item("topics")
BOXES = [option.column for option in TOPICS.options]


def boxes(*rows: Sequence[str], text: Sequence[str] | None = None) -> Matched:
    """Answers with one column per option."""
    changes: dict[str, Sequence[str]] = dict(zip(BOXES, zip(*rows, strict=True), strict=True))
    if text is not None:
        changes["TOPICS_other"] = text
    return matched(declared(changes))


def joined(
    cells: Sequence[str],
    labels: Mapping[str, str] | None = None,
    text: Sequence[str] | None = None,
) -> Matched:
    """Answers with all ticked options in one column."""
    kept = {name: cell for name, cell in ANSWER.items() if not name.startswith("TOPICS")}
    columns = [*map(Column, kept), Column("TOPICS", labels=labels or {})]
    columns += [Column("TOPICS_other")] if text is not None else []
    rows = [
        [*kept.values(), cell, *([text[n]] if text is not None else [])]
        for n, cell in enumerate(cells)
    ]
    return matched(export_of(columns, rows))


def table(found: Matched) -> list[str]:
    """Per row: its boxes in one word, its text behind."""
    raw: pd.DataFrame = found.raw
    return [
        "".join(row[BOXES]) + (f" {row['TOPICS_other']}" if row["TOPICS_other"] else "")
        for _, row in raw.iterrows()
    ]


@pytest.mark.parametrize(
    ("ticked", "not_ticked"),
    [
        ("1", "0"),
        ("Y", "N"),
        ("Yes", "No"),
        ("Sí", "No"),
        ("Oui", "Non"),
        ("TRUE", "FALSE"),
        ("1.0", "0.0"),
        ("Checked", "Unchecked"),
        ("Budget, spending and audit", "Not selected"),
        ("budget", ""),
        ("Budget, dépenses et audit", ""),
    ],
)
def test_a_tick_is_known_in_every_form_that_platforms_give_it(ticked: str, not_ticked: str) -> None:
    assert table(boxes([not_ticked, ticked, not_ticked])) == ["010"]


def test_an_empty_box_is_not_ticked_where_the_question_was_answered_and_empty_where_not() -> None:
    found = boxes(["1", "", ""], ["", "", ""], ["0", "0", "0"], ["0", "", ""])
    assert table(found) == ["100", "", "000", "000"]
    assert done(found, "empty boxes of an answered question read as not ticked") == {"topics": 4}


@pytest.mark.parametrize("platform", ["limesurvey", "surveymonkey", "qualtrics"])
def test_where_a_platform_fills_the_boxes_of_whoever_saw_them_no_tick_is_no_answer(
    platform: Platform,
) -> None:
    cells = [["No", "No", "No"], ["No", "Yes", "No"]]
    words = {"CONSENT": ["Yes"] * 2, "MSF_EXISTS": ["Yes"] * 2, "INFORMED": ["Agree"] * 2}
    words |= {"AMBITION": ["Agree"] * 2, "TRUST": ["Agree"] * 2}
    ticks = dict(zip(BOXES, zip(*cells, strict=True), strict=True))
    found = matched(declared({**words, **ticks}, platform))
    assert table(found) == ["", "010"]
    rule = "questions with no box ticked, read as not answered"
    assert done(found, rule) == {"topics": 1}


def test_a_text_beside_other_answers_the_question_and_ticks_its_empty_box() -> None:
    found = boxes(["", "", ""], ["1", "", "0"], ["", "", ""], text=["Parks", "Parks", " "])
    assert table(found) == ["001 Parks", "100 Parks", "  "]
    assert done(found, "box for other ticked by its text") == {"topics": 1}
    assert done(found, "text for other beside an unticked box, kept") == {"topics": 1}


def test_the_file_s_words_for_a_box_are_read() -> None:
    kept = {name: cell for name, cell in ANSWER.items() if not name.startswith("TOPICS")}
    labels = {"1": "Yes", "2": "No"}
    columns = [*map(Column, kept), *(Column(name, labels=labels) for name in BOXES)]
    assert table(matched(export_of(columns, [[*kept.values(), "1", "2", "2"]]))) == ["100"]


def test_a_reason_for_no_answer_stays_in_every_box() -> None:
    assert table(boxes(["97", "97", "97"])) == ["979797"]
    assert table(joined(["Don't know", "97"])) == ["979797", "979797"]


@pytest.mark.parametrize("cell", ["2", "maybe", "Access to information"])
def test_a_cell_of_a_box_that_is_no_tick_stops_with_its_line(cell: str) -> None:
    with pytest.raises(CellError, match="none of its item's answers") as refused:
        boxes(["1", "", ""], ["1", cell, ""])
    assert refused.value.row == 3
    assert refused.value.column == "TOPICS_budget"


@pytest.mark.parametrize("joint", [", ", ",", "; ", ";", "|", " | ", "\n", " "])
def test_options_that_hold_the_joining_sign_are_taken_apart(joint: str) -> None:
    cell = joint.join(["Access to information", "Budget, spending and audit"])
    found = joined([cell, "Budget, spending and audit", ""])
    assert table(found) == ["110", "010", ""]
    assert done(found, "answers joined in one cell taken apart") == {"topics": 2}


@pytest.mark.parametrize("joint", [" ", ",", ";"])
def test_joined_codes_are_taken_apart(joint: str) -> None:
    assert table(joined([joint.join(["budget", "access"])])) == ["110"]


def test_joined_codes_of_the_file_go_by_its_words() -> None:
    labels = {"1": "Budget, spending and audit", "2": "Access to information", "3": "Other"}
    assert table(joined(["1 2", "3", "1,3"], labels)) == ["110", "001", "011"]


def test_text_left_over_of_a_joined_cell_is_what_was_typed_for_other() -> None:
    cells = [
        "Access to information, Parks, and lakes",
        "Parks",
        "Budget, spending and audit, Other: parks",
        "Budget, of course",
        "Other",
    ]
    found = joined(cells)
    assert table(found) == [
        "101 Parks, and lakes",
        "001 Parks",
        "011 parks",
        "001 Budget, of course",
        "001",
    ]
    assert done(found, "text joined to the answers, kept as other") == {"topics": 4}


def test_text_left_over_stops_where_other_has_a_column_of_its_own() -> None:
    assert table(joined(["Other"], text=["Parks"])) == ["001 Parks"]
    cells = ["Access to information", "", "Access to information"]
    assert table(joined(cells, text=["Parks", "Parks", ""])) == ["101 Parks", "001 Parks", "100"]
    with pytest.raises(CellError, match="none of its item's answers") as refused:
        joined(["Access to information", "Access to information, Parks"], text=["", ""])
    assert refused.value.row == 3
    assert "Parks" in str(refused.value.found)


def test_text_left_over_that_is_nearly_an_option_stops() -> None:
    with pytest.raises(CellError) as refused:
        joined(["Access to informations, Other"])
    assert '"Access to informations": access' in refused.value.proposal


def test_don_t_know_beside_an_option_stops() -> None:
    with pytest.raises(CellError):
        joined(["Don't know, Access to information"])


@given(
    st.lists(st.sampled_from(TOPICS.options), unique_by=lambda option: option.id, max_size=3),
    st.sampled_from(["en", "es", "fr"]),
    st.sampled_from([", ", ";", "|", " | ", "\n"]),
    st.text(alphabet="abcxyz ,;", max_size=12).map(str.strip),
)
def test_joined_and_separate_boxes_come_to_the_same_table(
    options: list[object], language: str, joint: str, typed: str
) -> None:
    ids = {option.id for option in options}  # type: ignore[attr-defined]
    said = [option.label.in_language(language) for option in options]  # type: ignore[attr-defined]
    apart = boxes(["1" if option.id in ids else "" for option in TOPICS.options])
    assert table(joined([joint.join(said)])) == table(apart)
    # What is typed behind the options changes none of them.
    if typed.strip(" ,;"):
        found = joined([joint.join([*said, typed])]).raw.loc[2]
        assert all(
            found[option.column] == ("1" if option.id in ids else "0")
            for option in TOPICS.options
            if option.id != "other"
        )
        assert found["TOPICS_other_ticked"] == "1"
