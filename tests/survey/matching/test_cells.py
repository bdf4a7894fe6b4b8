"""Cells of closed items meet codes; what is in doubt stops with the line."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from msfresearch.errors import SourceError
from msfresearch.survey.items import Level, Scale
from msfresearch.survey.matching import CellError, MatchError
from msfresearch.survey.matching.wording import normalise
from msfresearch.survey.readers.export import Column
from msfresearch.survey.source import Platform, Text
from tests.survey.matching import (
    ANSWER,
    QUESTIONNAIRE,
    declared,
    done,
    export_of,
    matched,
    replaced,
)

AGREEMENT = QUESTIONNAIRE.scales["agreement"].levels
#: What is known beside the codes.
WORDS = {
    normalise(label.in_language(language))
    for label in (
        *(level.label for level in AGREEMENT),
        *QUESTIONNAIRE.missing_labels.values(),
    )
    for language in ("en", "es", "fr")
}
#: Everything in words, as platforms export it that number answers in an order of their own.
IN_WORDS = {
    "CONSENT": "Yes",
    "LEVEL": "National",
    "MSF_EXISTS": "Yes",
    "INFORMED": "Agree",
    "AMBITION": "Disagree",
    "TRUST": "Don't know",
    "MSF_DECIDE": "By consensus",
}


def codes(column: str, cells: Sequence[str], **options: object) -> list[str]:
    return list(matched(declared({column: cells}), options).raw[column])


def words(changes: dict[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Answers in words, with what is changed, as many as the changed columns have."""
    n = max([len(cells) for cells in changes.values()], default=1)
    return {**{name: [cell] * n for name, cell in IN_WORDS.items()}, **changes}


@pytest.mark.parametrize("level", AGREEMENT, ids=lambda level: level.code)
def test_a_code_and_its_words_in_three_languages_mean_the_same(level: Level) -> None:
    cells = [level.code, level.label.en, level.label.es, level.label.fr, level.label.en.upper()]
    assert codes("INFORMED", cells) == [level.code] * 5
    found = matched(declared({"INFORMED": cells}))
    assert done(found, "answers in words read as codes") == {"informed": 4}


def test_words_for_no_answer_are_read_as_codes_whether_offered_or_not() -> None:
    cells = ["Don't know", "Prefer not to say", "Sans objet", "No aplica", "98", ""]
    assert codes("INFORMED", cells) == ["97", "98", "99", "99", "98", ""]


def test_a_code_of_the_scale_is_known_by_its_letters() -> None:
    assert codes("MSF_DECIDE", ["consensus", "CONSENSUS", " vote ", "Otra"]) == [
        "consensus",
        "consensus",
        "vote",
        "other",
    ]
    found = matched(declared({"MSF_DECIDE": ["consensus", " vote ", "vote"]}))
    assert done(found, "spaces around an answer left out") == {"decide": 1}


def test_a_whole_number_of_a_spreadsheet_is_the_code_without_its_decimals() -> None:
    assert codes("INFORMED", ["1.0", "97.00", "5,0", "3"]) == ["1", "97", "5", "3"]
    found = matched(declared({"INFORMED": ["1.0", "97.00", "3"]}))
    assert done(found, "codes written another way") == {"informed": 2}


@pytest.mark.parametrize("cell", ["6", "1.5", "Agreed", "Strongly agree, mostly", "-1", "４2"])
def test_a_cell_that_is_no_answer_stops_with_its_line(cell: str) -> None:
    with pytest.raises(CellError, match="none of its item's answers") as refused:
        matched(declared({"INFORMED": ["4", cell, cell]}))
    assert refused.value.row == 3
    assert refused.value.column == "INFORMED"
    assert "2 such cells" in str(refused.value.found)
    assert "5 (Strongly agree); no answer: 97, 98, 99" in str(refused.value.expected)


def test_what_a_person_typed_is_not_repeated_by_the_error() -> None:
    typed = "write to ana.perez@example.org or 555 0100 200, I have told all of you before"
    with pytest.raises(CellError) as refused:
        matched(declared({"INFORMED": [typed]}))
    assert "@" not in str(refused.value)
    assert "0100" not in str(refused.value)
    assert "ana.perez" not in refused.value.proposal
    assert len(str(refused.value.found)) < 70


def test_the_manifest_says_what_cells_mean() -> None:
    values = {"informed": {"Fully": "5", "no idea": "97", "-": "", "4": "2"}}
    cells = ["fully", "No idea", "-", "4", "5"]
    found = matched(declared({"INFORMED": cells}), {"values": values})
    assert list(found.raw["INFORMED"]) == ["5", "97", "", "2", "5"]
    assert done(found, "cells read as the manifest says") == {"informed": 4}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"informed": {"Fully": "6"}}, "informed"),
        ({"infromed": {"Fully": "5"}}, "infromed"),
        ({"ot_barriers": {"none": ""}}, "ot_barriers"),
        ({"member": {"x": "y"}}, "member"),
        ({"topics": {"Parks": "parks"}}, "topics"),
    ],
)
def test_what_the_manifest_says_of_cells_has_to_be_possible(
    values: dict[str, dict[str, str]], named: str
) -> None:
    with pytest.raises(SourceError) as refused:
        matched(declared(), {"values": values})
    assert refused.value.column == named


def test_a_cell_that_is_one_answer_s_code_and_another_s_words_is_refused_until_decided() -> None:
    label = {"es": "dos", "fr": "deux"}
    levels = (
        Level(code="1", value=1, label=Text(en="2", **label)),
        Level(code="2", value=2, label=Text(en="1", es="uno", fr="un")),
    )
    scales = {**QUESTIONNAIRE.scales, "agreement": Scale(levels=levels)}
    on = QUESTIONNAIRE.model_copy(update={"scales": scales})
    export = declared({"INFORMED": ["1"], "AMBITION": ["uno"], "TRUST": ["97"]})
    with pytest.raises(CellError, match="the code of one answer and the words of another"):
        matched(export, on=on)
    assert matched(export, {"cells": "codes"}, on=on).raw.loc[2, "INFORMED"] == "1"


def test_where_the_manifest_says_labels_a_code_is_no_answer() -> None:
    export = declared(words({"INFORMED": ["Agree"]}), "qualtrics")
    assert matched(export, {"cells": "labels"}).raw.loc[2, "INFORMED"] == "4"
    with pytest.raises(CellError):
        matched(declared(words({"INFORMED": ["4"]}), "qualtrics"), {"cells": "labels"})


# Numbers of the platform's own


@pytest.mark.parametrize("platform", ["qualtrics", "surveymonkey", "google_forms", "plain", "spss"])
def test_bare_numbers_of_a_platform_that_numbers_by_itself_are_refused(
    platform: Platform,
) -> None:
    export = declared(words({"INFORMED": ["", "4", "5", "97"]}), platform)
    with pytest.raises(MatchError, match="bare numbers") as refused:
        matched(export)
    assert refused.value.row == 3
    assert refused.value.column == "INFORMED"
    assert "cells: codes" in refused.value.proposal
    assert "informed" in refused.value.proposal
    found = matched(export, {"cells": "codes"})
    assert list(found.raw["INFORMED"]) == ["", "4", "5", "97"]
    rule = "whole numbers taken for the questionnaire's codes, as the manifest says"
    assert done(found, rule) == {"informed": 2}


@pytest.mark.parametrize("platform", ["kobo", "limesurvey"])
def test_where_the_author_of_a_form_sets_the_codes_numbers_are_taken(platform: Platform) -> None:
    assert matched(declared(platform=platform)).raw.loc[2, "INFORMED"] == "4"


def test_numbers_outside_the_scale_are_refused_as_numbers_first() -> None:
    # Qualtrics numbers No and Yes as 1 and 2: the 2 shows it, and the 1 would be wrong.
    with pytest.raises(MatchError, match="bare numbers"):
        matched(declared(words({"MSF_EXISTS": ["1", "2"]}), "qualtrics"))


def test_numbers_among_words_are_codes() -> None:
    export = declared(words({"INFORMED": ["Agree", "97"]}), "qualtrics")
    assert list(matched(export).raw["INFORMED"]) == ["4", "97"]


def test_codes_for_no_answer_alone_are_not_taken_for_the_platform_s_numbers() -> None:
    export = declared(words({"INFORMED": ["97", ""]}), "qualtrics")
    assert list(matched(export).raw["INFORMED"]) == ["97", ""]


# Words that the file gives its codes


def labelled(cells: Sequence[str], labels: dict[str, str], **options: object) -> list[str]:
    export = declared({"INFORMED": cells}, "spss")
    others = [
        Column(name, labels={ANSWER[name]: IN_WORDS[name]}) for name in IN_WORDS if name != "TRUST"
    ]
    columns = [*others, Column("TRUST", labels={"97": "Don't know"})]
    export = replaced(export, *columns, Column("INFORMED", labels=labels))
    return list(matched(export, options).raw["INFORMED"])


def test_a_code_of_the_file_is_read_by_the_words_the_file_gives_it() -> None:
    labels = {"1": "Strongly agree", "2": "De acuerdo", "A3": "Neither", "9": "Don't know"}
    assert labelled(["1", "2.0", "A3", "9", ""], labels) == ["5", "4", "3", "97", ""]


def test_a_code_that_means_another_answer_in_the_file_is_counted() -> None:
    export = replaced(
        declared({"INFORMED": ["1", "1", "3"]}),
        Column("INFORMED", labels={"1": "Strongly agree", "3": "Neither"}),
    )
    found = matched(export)
    assert list(found.raw["INFORMED"]) == ["5", "5", "3"]
    rule = "codes that mean another answer in the file, read by its words"
    assert done(found, rule) == {"informed": 2}


def test_a_code_without_words_is_no_answer_in_a_file_that_numbers_otherwise() -> None:
    assert labelled(["97", "2"], {"2": "Disagree"}) == ["97", "2"]
    assert labelled(["4", "2"], {"2": "Disagree"}) == ["4", "2"]
    with pytest.raises(CellError, match="numbers the answers otherwise"):
        labelled(["4", "1"], {"1": "Strongly agree"})
    assert labelled(["97", "1"], {"1": "Strongly agree"}) == ["97", "5"]


def test_words_of_the_file_that_are_none_of_ours_stop() -> None:
    with pytest.raises(CellError, match="whose words in the file") as refused:
        labelled(["1", "4"], {"1": "Strongly opposed", "4": "Agree"})
    assert refused.value.row == 2


@given(st.permutations([level.code for level in AGREEMENT]))
def test_however_a_file_numbers_the_answers_its_words_decide(order: list[str]) -> None:
    labels = {
        str(number): next(one.label.fr for one in AGREEMENT if one.code == code)
        for number, code in enumerate(order, start=1)
    }
    assert labelled(list(labels), labels) == order


# Text beside "other"


def test_what_is_typed_for_other_stands_in_the_same_cell_or_in_its_own() -> None:
    apart = declared({"MSF_DECIDE": ["other", "vote"], "MSF_DECIDE_other": ["By lot", ""]})
    found = matched(apart)
    assert list(found.raw["MSF_DECIDE"]) == ["other", "vote"]
    assert list(found.raw["MSF_DECIDE_other"]) == ["By lot", ""]
    cells = ["Other: by lot", "Otra - sorteo", "Other (please specify)", "Autre (précisez) : X"]
    found = matched(declared({"MSF_DECIDE": cells}))
    assert list(found.raw["MSF_DECIDE"]) == ["other"] * 4
    assert list(found.raw["MSF_DECIDE_other"]) == ["by lot", "sorteo", "", "X"]
    assert done(found, "text behind the word for other, kept beside it") == {"decide": 4}


def test_google_forms_has_what_is_typed_in_place_of_the_answer() -> None:
    changes = {"MSF_DECIDE": ["By lot", "By consensus", "by lot ", "Nous tirons au sort"]}
    found = matched(declared(words(changes), "google_forms"))
    assert list(found.raw["MSF_DECIDE"]) == ["other", "consensus", "other", "other"]
    assert list(found.raw["MSF_DECIDE_other"]) == ["By lot", "", "by lot", "Nous tirons au sort"]
    assert done(found, "text in place of an answer, kept as other") == {"decide": 3}


def test_an_answer_that_was_reworded_is_not_taken_for_one_that_was_typed() -> None:
    with pytest.raises(CellError, match="nearly, but not quite") as refused:
        matched(declared(words({"MSF_DECIDE": ["By vote after a debate"]}), "google_forms"))
    assert '"By vote after a debate": vote' in refused.value.proposal


@pytest.mark.parametrize("platform", ["limesurvey", "kobo", "qualtrics"])
def test_where_the_text_has_a_column_of_its_own_an_unknown_answer_stops(
    platform: Platform,
) -> None:
    changes = words({"MSF_DECIDE": ["By lot"], "MSF_DECIDE_other": [""]})
    with pytest.raises(CellError, match="none of its item's answers"):
        matched(declared(changes, platform))


@pytest.mark.parametrize("labels", [{}, {"A1": "By consensus", "-oth-": "Something else"}])
def test_the_mark_of_limesurvey_is_other_whatever_the_form_calls_it(labels: dict[str, str]) -> None:
    changes = {"MSF_DECIDE": ["-oth-"], "MSF_DECIDE_other": ["By lot"]}
    export = replaced(declared(changes, "limesurvey"), Column("MSF_DECIDE", labels=labels))
    assert matched(export).raw.loc[2, "MSF_DECIDE"] == "other"


def test_who_wrote_a_text_for_other_and_chose_nothing_has_chosen_other() -> None:
    changes = {"MSF_DECIDE": ["", "vote", ""], "MSF_DECIDE_other": ["By lot", "or so", " "]}
    found = matched(declared(changes))
    assert list(found.raw["MSF_DECIDE"]) == ["other", "vote", ""]
    assert list(found.raw["MSF_DECIDE_other"]) == ["By lot", "or so", " "]
    assert done(found, "text beside an empty answer, read as other") == {"decide": 1}
    assert done(found, "text for other beside another answer, kept") == {"decide": 1}


# A single choice with one column per answer


def spread(rows: Sequence[Sequence[str]], other: str = "Other (please specify)") -> object:
    kept = {name: cell for name, cell in ANSWER.items() if name != "MSF_DECIDE"}
    question = "How are decisions taken?"
    parts = ["By consensus", "By vote, after debate", other]
    columns = [
        *map(Column, kept),
        *(Column(f"{question} ({n})", question, part, "q") for n, part in enumerate(parts)),
    ]
    return matched(export_of(columns, [[*kept.values(), *row] for row in rows])).raw


def test_a_single_choice_spread_over_columns_is_brought_into_one() -> None:
    raw = spread([["By consensus", "", ""], ["", "1", ""], ["", "", "By lot"], ["", "", ""]])
    assert list(raw["MSF_DECIDE"]) == ["consensus", "vote", "other", ""]  # type: ignore[index]
    assert list(raw["MSF_DECIDE_other"]) == ["", "", "By lot", ""]  # type: ignore[index]


def test_two_answers_to_a_single_choice_stop_with_the_line() -> None:
    with pytest.raises(CellError, match="two answers to a single choice") as refused:
        spread([["1", "", ""], ["1", "1", ""]])
    assert refused.value.row == 3


# The rest of the table


def test_open_answers_stay_as_they_were_written() -> None:
    cells = [" =1+1 ", "Yes", "97", "a\nb", ""]
    assert codes("OT_BARRIERS", cells) == cells


def test_countries_are_passed_on_and_read_by_the_words_of_the_file_where_they_are_numbers() -> None:
    assert codes("COUNTRY", ["Canadá", "FRA", "uk"]) == ["Canadá", "FRA", "uk"]
    export = replaced(
        declared({"COUNTRY": ["38", "NAM", "ca"]}),
        Column("COUNTRY", labels={"38": "Canada", "NAM": "Namibia", "ca": "Canada"}),
    )
    assert list(matched(export).raw["COUNTRY"]) == ["Canada", "NAM", "Canada"]
    assert codes("COUNTRY", ["RCI"], values={"country": {"RCI": "CIV"}}) == ["CIV"]


@given(st.text(max_size=30))
@example("²")
@example("４")
def test_whatever_stands_in_a_cell_it_is_a_known_answer_or_it_is_refused(cell: str) -> None:
    export = declared({"INFORMED": [cell]})
    codes = {"", "97", "98", "99", *(level.code for level in AGREEMENT)}
    # A raised or full-width digit is that digit and a mark alone is nothing, as in all words.
    ways = (re.sub(r"[.,]0+$", "", cell.strip()), normalise(cell))
    answer = next((one for one in ways if one in codes), None)
    if answer is not None:
        assert matched(export).raw.loc[2, "INFORMED"] == answer
    elif normalise(cell) not in WORDS:
        with pytest.raises(CellError):
            matched(export)
