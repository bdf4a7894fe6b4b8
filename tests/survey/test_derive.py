"""Questions that were not asked are told from those not answered; items are made of others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from msfresearch.survey.cleaning import Cleaned, clean
from msfresearch.survey.countries import load_countries
from msfresearch.survey.items import Item
from msfresearch.survey.log import FIRST, HOLLOW, JOINED_ITEMS, NOT_ASKED
from msfresearch.survey.questionnaire import Questionnaire, Table
from tests.conftest import HOME
from tests.survey.canonical import QUESTIONNAIRE, TABLE, canonical

COUNTRIES = load_countries(HOME / "codebook" / "countries.yml")
OWN = {"_submitted": "2019-04-02", "_language": "en", "_written_in": "en"}
#: A respondent who knows of no forum, and was asked nothing about it.
NO_FORUM = {"MSF_EXISTS": "0", "MSF_DECIDE": "", "MSF_SHARE_NG": ""}
NOTHING = {"MSF_DECIDE": "", "MSF_SHARE_NG": ""}


def cleaned(*rows: dict[str, str], table: Table = TABLE) -> Cleaned:
    """Rows of the small survey cleaned; their ids are r1, r2 …"""
    raw = canonical(rows).assign(**OWN)
    raw["_respondent"] = [f"r{n}" for n in range(1, len(rows) + 1)]
    asked = QUESTIONNAIRE.model_copy(update={"tables": {"answers": table}})
    raw = raw[[*table.columns()]].astype("str")
    return clean({"answers": raw}, {"answers": Path("export.csv")}, asked, COUNTRIES)


def asking(name: str, **changes: Any) -> Table:
    """The table with one item changed."""
    items = tuple(
        item.model_copy(update=changes) if item.id == name else item for item in TABLE.items
    )
    return TABLE.model_copy(update={"items": items})


def adding(**item: Any) -> Table:
    """The table with one more item."""
    words = {"en": "words", "es": "palabras", "fr": "mots"}
    return TABLE.model_copy(update={"items": (*TABLE.items, Item(label=words, **item))})


def why(found: Cleaned, column: str) -> list[str]:
    """The reasons of a column, "" where it is answered."""
    return list(found.reasons["answers"][column].fillna(""))


def values(found: Cleaned, column: str) -> list[Any]:
    return list(found.tables["answers"][column].astype("object").where(lambda one: one.notna(), ""))


def listed(found: Cleaned) -> list[tuple[str, ...]]:
    """Answers to questions that were not asked: row, item, answer, what the other item says."""
    frame = found.disagreements
    columns = ("row_id", "item", "value", "other_item", "other_value")
    return [tuple(row) for row in frame[list(columns)].itertuples(index=False)]


def logged(found: Cleaned, rule: str, item: str) -> Mapping[str, Any]:
    (row,) = found.log[(found.log["rule"] == rule) & (found.log["item"] == item)].to_dict("records")
    return row


# Routing.


def test_an_empty_cell_is_not_asked_where_the_condition_fails_and_blank_where_it_holds() -> None:
    found = cleaned({}, NOTHING, NO_FORUM)
    for column in ("decide", "share_ng"):
        assert why(found, column) == ["", "blank", "not_asked"]
    assert why(found, "decide_other") == ["blank", "blank", "not_asked"]
    assert logged(found, NOT_ASKED, "share_ng")["cells_changed"] == 1
    assert listed(found) == []


@pytest.mark.parametrize("governing", ["", "97"])
def test_who_did_not_answer_the_governing_question_was_not_asked(governing: str) -> None:
    found = cleaned({**NOTHING, "MSF_EXISTS": governing})
    assert why(found, "share_ng") == ["not_asked"]


def test_an_answer_to_a_question_that_was_not_asked_is_kept_and_listed_with_its_row() -> None:
    found = cleaned({}, {"MSF_EXISTS": "0", "MSF_DECIDE": ""}, {**NO_FORUM, "MSF_DECIDE": "vote"})
    assert values(found, "share_ng") == [50, 50, ""]
    assert values(found, "decide") == ["consensus", "", "vote"]
    assert listed(found) == [
        ("r3", "decide", "vote", "msf_exists", "0"),
        ("r2", "share_ng", "50.0", "msf_exists", "0"),
    ]
    assert list(found.disagreements["line"]) == [4, 3]
    detail = logged(found, NOT_ASKED, "share_ng")["detail"]
    assert detail.startswith("1 answered all the same")


def test_a_code_for_no_answer_is_no_blank_and_stays_where_nobody_asked() -> None:
    found = cleaned({**NO_FORUM, "MSF_DECIDE": "97"})
    assert why(found, "decide") == ["dont_know"]


def test_a_condition_may_be_a_code_for_no_answer() -> None:
    table = asking("share_ng", asked_if={"msf_exists": ("97",)})
    found = cleaned(
        {**NOTHING, "MSF_EXISTS": "97"},
        {**NOTHING, "MSF_EXISTS": "98"},
        NOTHING,
        {"MSF_EXISTS": "97", "MSF_DECIDE": ""},
        table=table,
    )
    assert why(found, "share_ng") == ["blank", "not_asked", "not_asked", ""]
    assert listed(found) == []


def test_a_code_for_no_answer_and_a_level_make_one_condition() -> None:
    table = asking("share_ng", asked_if={"msf_exists": ("1", "97")})
    rows = [{**NOTHING, "MSF_EXISTS": code} for code in ("1", "97", "0", "")]
    assert why(cleaned(*rows, table=table), "share_ng") == [
        "blank",
        "blank",
        "not_asked",
        "not_asked",
    ]


def test_all_of_several_conditions_have_to_hold() -> None:
    table = asking("share_ng", asked_if={"msf_exists": ("1",), "informed": ("4", "5")})
    rows = [
        {**NOTHING, "MSF_EXISTS": exists, "INFORMED": informed}
        for exists in "10"
        for informed in "41"
    ]
    found = cleaned(*rows, {"INFORMED": "1"}, table=table)
    assert why(found, "share_ng") == ["blank", "not_asked", "not_asked", "not_asked", ""]
    assert listed(found) == [("r5", "share_ng", "50.0", "msf_exists, informed", "1, 1")]


def test_a_ticked_option_is_a_condition() -> None:
    table = asking("share_ng", asked_if={"topics": ("budget", "other")})
    boxes = {"TOPICS_access": "1", "TOPICS_budget": "0", "TOPICS_other_ticked": "0"}
    found = cleaned(
        {**NOTHING, **boxes},
        {**NOTHING, **boxes, "TOPICS_budget": "1"},
        {**NOTHING, **boxes, "TOPICS_other_ticked": "1"},
        {**NOTHING, **dict.fromkeys(boxes, "")},
        boxes,
        table=table,
    )
    assert why(found, "share_ng") == ["not_asked", "blank", "blank", "not_asked", ""]
    assert listed(found) == [("r5", "share_ng", "50.0", "topics", "none of its options")]


def test_boxes_of_a_question_that_was_not_asked_are_listed_where_they_are_ticked() -> None:
    table = asking("topics", asked_if={"msf_exists": ("1",)})
    empty = dict.fromkeys(("TOPICS_access", "TOPICS_budget", "TOPICS_other_ticked"), "")
    found = cleaned({**NO_FORUM, **empty}, NO_FORUM, empty, table=table)
    assert why(found, "topics__access") == ["not_asked", "", "blank"]
    assert why(found, "topics_other") == ["not_asked", "not_asked", "blank"]
    assert listed(found) == [("r2", "topics__access", "1", "msf_exists", "0")]


def test_a_text_beside_other_is_routed_with_its_question() -> None:
    found = cleaned({"MSF_EXISTS": "0", "MSF_DECIDE": "other", "MSF_DECIDE_other": "by lot"})
    assert values(found, "decide_other") == ["by lot"]
    assert ("r1", "decide_other", "by lot", "msf_exists", "0") in listed(found)


# Texts beside "other".


def test_a_text_beside_other_stands_in_a_column_of_its_own_as_it_was_written() -> None:
    found = cleaned({"MSF_DECIDE": "other", "MSF_DECIDE_other": " 97 "}, {})
    assert values(found, "decide_other") == [" 97 ", ""]
    assert why(found, "decide_other") == ["", "blank"]
    columns = list(found.tables["answers"].columns)
    assert columns.index("decide_other") == columns.index("decide") + 1
    assert columns[columns.index("topics__other") + 1] == "topics_other"


# Items made of others.


def test_a_member_is_the_country_and_the_level() -> None:
    found = cleaned({}, {"COUNTRY": "NA", "LEVEL": "local"})
    assert values(found, "member") == ["CAN:national", "NAM:local"]
    assert logged(found, JOINED_ITEMS, "member")["cells_changed"] == 2


def test_without_one_part_there_is_no_whole_and_the_first_reason_says_why() -> None:
    found = cleaned({"LEVEL": "98"}, {"COUNTRY": ""}, {"COUNTRY": "", "LEVEL": "99"}, {})
    assert values(found, "member") == ["", "", "", "CAN:national"]
    assert why(found, "member") == ["refused", "blank", "blank", ""]


def test_three_parts_are_joined_in_their_order() -> None:
    table = asking("member", joined_of=("level", "country", "msf_exists"))
    found = cleaned({}, {"MSF_EXISTS": "97"}, table=table)
    assert values(found, "member") == ["national:CAN:1", ""]
    assert why(found, "member") == ["", "dont_know"]


def test_the_first_item_that_has_a_value_gives_it() -> None:
    table = adding(id="best", type="ordinal", scale="agreement", first_of=("trust", "ambition"))
    found = cleaned(
        {}, {"TRUST": "97"}, {"TRUST": "", "AMBITION": "98"}, {"TRUST": "99"}, table=table
    )
    assert values(found, "best") == [5, 3, "", 3]
    assert why(found, "best") == ["", "", "blank", ""]
    assert logged(found, FIRST, "best")["detail"] == "1 from trust, 2 from ambition"


def test_a_sum_of_which_every_part_is_missing_is_missing_for_the_same_reason() -> None:
    table = asking("trust", unless_all_missing=("informed", "ambition"))
    found = cleaned(
        {},
        {"INFORMED": "97", "AMBITION": "97"},
        {"INFORMED": "97", "AMBITION": ""},
        {"INFORMED": "97"},
        {"INFORMED": "", "AMBITION": "", "TRUST": "98"},
        table=table,
    )
    assert values(found, "trust") == [5, "", "", 5, ""]
    assert why(found, "trust") == ["", "dont_know", "unclear", "", "refused"]
    assert logged(found, HOLLOW, "trust")["cells_changed"] == 2


def test_the_columns_follow_the_questionnaire_whatever_they_are_made_of() -> None:
    found = cleaned({})
    order = [
        column
        for item in TABLE.items
        for column in ([own for own, _ in item.columns()] or [item.id])
    ]
    assert list(found.tables["answers"].columns) == ["row_id", "line", *order]
    assert list(found.reasons["answers"].columns) == ["row_id", *order]


def test_every_cell_has_a_value_or_a_reason_and_never_both() -> None:
    found = cleaned({}, NO_FORUM, NOTHING, {"TRUST": "97", "COUNTRY": ""}, {"MSF_EXISTS": ""})
    table, reasons = found.tables["answers"], found.reasons["answers"]
    columns = [name for name in reasons.columns if name != "row_id"]
    assert (table[columns].notna() != reasons[columns].notna()).all(axis=None)


def test_the_questionnaire_of_these_tests_has_an_item_of_every_kind() -> None:
    assert isinstance(QUESTIONNAIRE, Questionnaire)
    assert {item.type for item in TABLE.items} == {
        *("id", "date", "single", "country", "ordinal", "multi", "numeric", "text")
    }
