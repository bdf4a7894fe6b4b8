"""What is an answer, and what is none: every rule counted, whatever the order of the rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import QuestionnaireError
from msfresearch.survey.manifest import Manifest
from msfresearch.survey.privacy import split_personal
from msfresearch.survey.respondents import PARADATA
from msfresearch.survey.screening import duplicates, forget_refused, rules, screen
from msfresearch.survey.secret import rehearsal_secret
from tests.survey.canonical import (
    COLUMNS,
    HOLLOW,
    QUESTIONNAIRE,
    TABLE,
    aside,
    asking,
    canonical,
    listed,
    n_of,
    screened,
    split,
)
from tests.survey.forum import small_manifest

SPANISH = "Los funcionarios no tienen tiempo para el foro y la sociedad civil está dividida"


# The account.


def test_the_rows_that_stay_have_the_items_columns_and_the_paradata() -> None:
    found = screened({"role:email": "x", "role:status": ""}, {})
    assert list(found.raw.columns) == [*COLUMNS, *PARADATA]
    assert list(found.raw.index) == [2, 3]
    assert not found.raw.isna().any().any()


def test_every_rule_is_told_even_where_it_met_nothing() -> None:
    found = screened({})
    told = set(found.log["rule"])
    assert {
        rules.TEST,
        rules.REFUSED,
        rules.UNANSWERED,
        rules.EMPTY,
        rules.LATE,
        rules.EXACT,
        rules.SAME_TEXT,
        rules.SAME_PERSON,
        rules.ELSEWHERE,
        rules.NEAR,
        rules.EARLY,
        rules.MARKED,
        rules.SPEEDING,
        rules.STRAIGHT,
        rules.OTHER_LANGUAGE,
        rules.NO_FORM_LANGUAGE,
    } <= told
    assert found.log["rule"].is_unique
    assert list(found.log["rows_in"].iloc[1:]) == list(found.log["rows_out"].iloc[:-1])
    assert len(found.set_aside) == len(found.listed) == 0


def test_rows_in_less_rows_set_aside_are_the_rows_that_stay() -> None:
    found = screened(
        {"_test": "1"},
        {"CONSENT": "0"},
        {"CONSENT": ""},
        HOLLOW,
        {},
        {"_person": "p"},
        {"_person": "p"},
    )
    assert found.log["rows_in"].iloc[0] == 7
    assert found.log["rows_out"].iloc[-1] == len(found.raw) == 2
    assert len(found.set_aside) == 5
    assert (found.log["rows_in"] - found.log["rows_out"]).sum() == 5


def test_a_table_that_does_not_say_how_is_not_screened() -> None:
    table = TABLE.model_copy(update={"respondents": None})
    with pytest.raises(QuestionnaireError, match="respondents"):
        screen(split([{}]), table, QUESTIONNAIRE, small_manifest())


# Who is set aside.


def test_tests_and_previews_are_set_aside_and_other_words_of_the_platform_listed() -> None:
    found = screened(
        {"role:status": "test"},
        {"role:status": "Preview"},
        {"_test": "1"},
        {"role:status": "spam"},
        {"role:status": ""},
    )
    assert aside(found, rules.TEST) == [2, 3, 4]
    assert listed(found, rules.MARKED) == [5]
    assert "spam 1" in found.log.set_index("rule").loc[rules.MARKED, "detail"]


def test_who_did_not_consent_is_set_aside_with_nothing_of_what_they_said() -> None:
    found = screened(
        {"CONSENT": "0", "OT_BARRIERS": "secret words"}, {"CONSENT": ""}, {"CONSENT": " 1 "}
    )
    assert aside(found, rules.REFUSED) == [2]
    assert aside(found, rules.UNANSWERED) == [3]
    assert list(found.raw.index) == [4]
    assert "secret" not in found.set_aside.to_csv() + found.listed.to_csv() + found.log.to_csv()


def test_personal_data_of_who_did_not_consent_are_forgotten() -> None:
    raw = canonical(
        [
            {"role:email": "ana@ong.org", "CONSENT": "0"},
            {"role:email": "eva@ong.org", "CONSENT": "1"},
        ]
    )
    parted = split_personal(raw, TABLE, rehearsal_secret("w"), "w")
    found = screen(parted.raw, TABLE, QUESTIONNAIRE, small_manifest())
    assert list(forget_refused(parted.restricted, found)["value"]) == ["eva@ong.org"]


def test_a_form_without_consent_sets_nobody_aside_for_it() -> None:
    found = screened({"CONSENT": ""}, table=asking(consent=None))
    assert len(found.raw) == 1
    assert found.log.set_index("rule").loc[rules.REFUSED, "detail"] == "the form did not ask"


def test_a_row_without_any_answer_of_substance_is_set_aside() -> None:
    found = screened(HOLLOW, HOLLOW | {"MSF_SHARE_NG": "50"}, HOLLOW | {"TRUST": "97"})
    assert aside(found, rules.EMPTY) == [2, 3]


def test_a_box_left_empty_beside_a_ticked_one_is_an_answer() -> None:
    ticked = {"TOPICS_access": "1", "TOPICS_budget": "0", "TOPICS_other_ticked": "0"}
    assert aside(screened(HOLLOW | ticked), rules.EMPTY) == []


# Twice.


def test_a_repetition_is_set_aside_and_what_stayed_is_named() -> None:
    early = {"_person": "p", "role:submitted": "2019-04-02T10:00:00Z"}
    found = screened(early, early | {"role:submitted": "2019-04-03T10:00:00Z", "TRUST": "1"}, {})
    (row,) = found.set_aside.itertuples()
    assert (row.line, row.rule, row.kept, row.kept_line) == (2, rules.SAME_PERSON, "r2", 3)


def test_equal_answers_of_one_place_are_one_and_unequal_ones_stay() -> None:
    found = screened(
        {"_place": "w"}, {"_place": "w"}, {"_place": "w", "TRUST": "1", "OT_BARRIERS": "x"}
    )
    assert len(aside(found, rules.EXACT)) == 1
    assert len(found.raw) == 2


def test_one_person_may_answer_about_two_members() -> None:
    found = screened({"_person": "p"}, {"_person": "p", "LEVEL": "local"})
    assert len(found.raw) == 2
    assert len(listed(found, rules.ELSEWHERE)) == 1


def test_a_complete_answer_stays_before_a_later_partial_one() -> None:
    found = screened(
        {"_person": "p", "role:submitted": "2019-04-02"},
        HOLLOW | {"_person": "p", "role:submitted": "2019-04-05", "TRUST": "4"},
    )
    assert aside(found, rules.SAME_PERSON) == [3]


def test_nearly_equal_answers_of_one_member_are_listed_and_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The small form has eight items beside the member's and consent.
    rows = [{}, {"TRUST": "1"}, {"COUNTRY": "Kenya"}, {"TRUST": "1", "AMBITION": "1", "LEVEL": ""}]
    assert listed(screened(*rows), rules.NEAR) == []
    monkeypatch.setattr(duplicates, "FEWEST_CELLS", 8)
    found = screened(*rows, table=asking(near_duplicate_from=0.85))
    assert len(found.raw) == 4
    near = found.listed[found.listed["rule"] == rules.NEAR]
    assert list(zip(near["respondent"], near["other"], strict=True)) == [("r1", "r2"), ("r2", "r1")]
    assert list(near["share"]) == [0.875, 0.875]


# Whatever the order.

ROW = st.fixed_dictionaries(
    {
        "_person": st.sampled_from(["", "p", "q"]),
        "_place": st.sampled_from(["", "v", "w"]),
        "_test": st.sampled_from(["0", "0", "0", "1"]),
        "CONSENT": st.sampled_from(["1", "1", "1", "0", ""]),
        "COUNTRY": st.sampled_from(["Canada", "Kenya", ""]),
        "TRUST": st.sampled_from(["1", "5", "97", ""]),
        "MSF_EXISTS": st.sampled_from(["1", "0", ""]),
        "OT_BARRIERS": st.sampled_from(["", SPANISH]),
        "role:submitted": st.sampled_from(["", "2019-04-02", "2019-08-01", "2019-09-09"]),
        "role:duration": st.sampled_from(["", "60", "600"]),
        "role:status": st.sampled_from(["", "", "spam"]),
    }
)


@settings(deadline=None, max_examples=40)
@given(st.lists(ROW, min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_shuffled_rows_are_screened_the_same(rows: list[dict[str, str]], chance: Any) -> None:
    table = split(rows)
    lines = list(table.index)
    chance.shuffle(lines)
    wide: Manifest = small_manifest()
    one = screen(table, TABLE, QUESTIONNAIRE, wide)
    other = screen(table.loc[lines], TABLE, QUESTIONNAIRE, wide)
    pd.testing.assert_frame_equal(other.raw.sort_index(), one.raw)
    pd.testing.assert_frame_equal(other.set_aside, one.set_aside)
    pd.testing.assert_frame_equal(other.listed, one.listed)
    pd.testing.assert_frame_equal(other.log, one.log)
    assert set(one.raw.index) | set(one.set_aside["line"]) == set(table.index)
    assert not set(one.raw.index) & set(one.set_aside["line"])


def test_a_form_that_asked_nothing_of_substance_sets_nobody_aside_for_it() -> None:
    found = screened(HOLLOW, table=asking(substance=()))
    assert len(found.raw) == 1
    assert n_of(found, rules.EMPTY) == 0
