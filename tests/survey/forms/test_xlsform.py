"""The form of the next wave: accepted elsewhere, answered in the questionnaire's codes."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pyxform.xls2xform import convert

from msfresearch.errors import QuestionnaireError
from msfresearch.survey.forms.labels import all_countries, country_label
from msfresearch.survey.forms.xlsform import (
    LANGUAGES,
    Form,
    form_bytes,
    is_asked,
    question_name,
    xlsform,
)
from msfresearch.survey.items import Item
from msfresearch.survey.matching import match
from msfresearch.survey.questionnaire import Questionnaire, load_questionnaire
from msfresearch.survey.readers import read_export
from msfresearch.survey.source import ExportOptions, Source
from tests.survey.forum import small_forum

FRAME = ("CAN", "FRA", "CIV")
X = {"x": "http://www.w3.org/2002/xforms", "h": "http://www.w3.org/1999/xhtml"}
WORDS = {"en": "words", "es": "palabras", "fr": "mots"}


def instruments() -> list[Path]:
    folder = Path(__file__).resolve().parents[3] / "codebook" / "questionnaires"
    return sorted(folder.glob("msf-*.yml"))


def changed(**changes: dict[str, Any]) -> Questionnaire:
    """The small questionnaire with keys of some items replaced."""
    whole = small_forum().model_dump(exclude_unset=True)
    for item in whole["tables"]["answers"]["items"]:
        item.update(changes.get(item["id"], {}))
    return Questionnaire.model_validate(whole)


def row(form: Form, name: str) -> dict[str, str]:
    [found] = [one for one in form.survey if one.get("name") == name]
    return found


def choices(form: Form, question: str) -> list[str]:
    name = row(form, question)["type"].split(" ")[1]
    return [choice["name"] for choice in form.choices if choice["list_name"] == name]


@pytest.fixture(scope="module")
def form() -> Form:
    return xlsform(small_forum(), "answers", FRAME)


def accepted(form: Form) -> ET.Element:
    result = convert(form_bytes(form))
    assert result.warnings == []
    return ET.fromstring(result.xform)


def test_pyxform_accepts_the_form_in_three_languages(form: Form) -> None:
    tree = accepted(form)
    told = {one.get("lang"): one for one in tree.iter(f"{{{X['x']}}}translation")}
    assert set(told) == set(LANGUAGES.values())
    for lang, name in LANGUAGES.items():
        texts = {value.text for value in told[name].iter(f"{{{X['x']}}}value")}
        for item in small_forum().tables["answers"].items:
            if is_asked(item):
                assert item.label.in_language(lang) in texts
        for scale in small_forum().scales.values():
            assert {level.label.in_language(lang) for level in scale.levels} <= texts | {
                level.label.in_language(lang) for level in small_forum().scales["language"].levels
            }
    ids = [{text.get("id") for text in one.iter(f"{{{X['x']}}}text")} for one in told.values()]
    assert ids[0] == ids[1] == ids[2]


@pytest.mark.parametrize("path", instruments(), ids=lambda path: path.stem)
def test_pyxform_accepts_the_real_instruments(path: Path) -> None:
    questionnaire = load_questionnaire(path)
    form = xlsform(questionnaire, "answers", all_countries())
    tree = accepted(form)
    asked = [item for item in questionnaire.tables["answers"].items if is_asked(item)]
    bound = {one.get("nodeset", "").rpartition("/")[2] for one in tree.iter(f"{{{X['x']}}}bind")}
    assert {question_name(item) for item in asked} <= bound


def test_the_workbook_read_back_is_what_was_meant(form: Form) -> None:
    book = openpyxl.load_workbook(io.BytesIO(form_bytes(form)))
    assert book.sheetnames == ["survey", "choices", "settings"]
    for name, rows in (
        ("survey", form.survey),
        ("choices", form.choices),
        ("settings", (form.settings,)),
    ):
        cells = list(book[name].iter_rows(values_only=True))
        head = [str(cell) for cell in cells[0]]
        read = [
            {column: cell for column, cell in zip(head, line, strict=True) if cell is not None}
            for line in cells[1:]
        ]
        assert read == [{k: v for k, v in one.items() if v} for one in rows]


def test_no_cell_of_the_workbook_is_a_formula_a_link_or_a_number() -> None:
    live = {"en": '=HYPERLINK("https://x.org")', "es": "+1", "fr": "https://x.org"}
    form = xlsform(changed(ot_barriers={"label": live}), "answers", FRAME)
    book = openpyxl.load_workbook(io.BytesIO(form_bytes(form)))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    assert {*live.values()} <= {cell.value for cell in cells}


def test_one_questionnaire_gives_one_file_and_a_changed_word_another_version(form: Form) -> None:
    again = xlsform(small_forum(), "answers", FRAME)
    assert form_bytes(again) == form_bytes(form)
    other = xlsform(changed(trust={"label": WORDS}), "answers", FRAME)
    assert other.settings["version"] != form.settings["version"]
    assert {**other.settings, "version": ""} == {**form.settings, "version": ""}


def test_consent_is_asked_first_and_without_it_nothing_else(form: Form) -> None:
    questions = [one for one in form.survey if one.get("label::English (en)")]
    assert questions[0]["name"] == "CONSENT"
    assert questions[0]["required"] == "yes"
    depth = 0
    for one in form.survey[form.survey.index(questions[0]) + 1 :]:
        if depth == 0 and one["type"] != "end_group":
            assert one["relevant"] == "${CONSENT} = '1'"
        depth += {"begin_group": 1, "end_group": -1}.get(one["type"], 0)
    assert depth == 0


def test_items_without_a_section_wait_for_consent_too() -> None:
    form = xlsform(changed(trust={"section": None}, decide={"section": None}), "answers", FRAME)
    assert row(form, "TRUST")["relevant"] == "${CONSENT} = '1'"
    assert row(form, "MSF_DECIDE")["relevant"] == "${CONSENT} = '1' and ${MSF_EXISTS} = '1'"
    groups = [one["name"] for one in form.survey if one["type"] == "begin_group"]
    assert groups == ["section_id", "section_forum", "section_forum_2", "section_open"]
    accepted(form)


def test_what_the_platform_notes_and_what_is_derived_is_not_asked(form: Form) -> None:
    names = {one.get("name", "") for one in form.survey}
    assert not any(name.startswith("_") for name in names)
    assert not names & {"member", "resp_id", "lang"}
    assert [one["type"] for one in form.survey[:3]] == ["start", "end", "today"]


def test_an_export_of_the_form_speaks_the_questionnaires_columns_and_codes() -> None:
    for questionnaire in [small_forum(), *map(load_questionnaire, instruments())]:
        table = questionnaire.tables["answers"]
        form = xlsform(questionnaire, "answers", FRAME)
        questions = {one["name"] for one in form.survey if "name" in one}
        for item in table.items:
            if not is_asked(item):
                continue
            if item.scale:
                codes = [level.code for level in questionnaire.levels(item)]
                assert choices(form, question_name(item)) == [*codes, *item.offers]
                assert set(item.offers) <= set(questionnaire.missing_codes(item))
            if item.options:
                # KoBo names the column of a box "question/choice".
                name = question_name(item)
                assert choices(form, name) == [option.id for option in item.options]
                assert all(one.column.startswith(f"{name}_") for one in item.options)
            elif item.column:
                assert item.column in questions
            if item.other:
                assert item.other.column in questions
            if item.type == "country":
                assert choices(form, question_name(item)) == ["CAN", "CIV", "FRA"]


def exported(form: Form, grouped: bool) -> tuple[list[str], list[str]]:
    """Header and one line of what KoBo exports: first choices, the first two boxes, words."""
    group, line = "", {}
    for one in form.survey:
        kind = one["type"].split(" ")[0]
        if kind in ("begin_group", "end_group"):
            group = f"{one['name']}/" if kind == "begin_group" and grouped else ""
            continue
        name = f"{group}{one['name']}"
        offered = choices(form, one["name"]) if kind.startswith("select") else []
        if kind == "select_multiple":
            line[name] = " ".join(offered[:2])
            line |= {f"{name}/{code}": str(int(code in offered[:2])) for code in offered}
        else:
            line[name] = {
                "start": "2019-04-05T10:00:00.000+02:00",
                "end": "2019-04-05T10:09:00.000+02:00",
                "today": "2019-04-05",
                "select_one": "".join(offered[:1]),
                "decimal": "5",
            }.get(kind, "12")
    line |= {"_id": "1", "_uuid": "7f6c2b1e", "_submission_time": "2019-04-05T08:09:30"}
    line |= {"_validation_status": "", "_submitted_by": "", "__version__": "v", "_index": "1"}
    return list(line), list(line.values())


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("path", instruments(), ids=lambda path: path.stem)
def test_every_item_meets_its_column_in_an_export_of_the_form(
    tmp_path: Path, path: Path, grouped: bool
) -> None:
    questionnaire = load_questionnaire(path)
    table = questionnaire.tables["answers"]
    form = xlsform(questionnaire, "answers", FRAME)
    file = tmp_path / "export.csv"
    lines = [";".join(f'"{cell}"' for cell in cells) for cells in exported(form, grouped)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    source = Source(table="answers", file=file.name, sha256="0" * 64, licence="x", citation="y")
    export = read_export(file, ExportOptions())
    [raw] = match(export, table, questionnaire, source, file).raw.to_dict("records")
    for item in table.items:
        if not is_asked(item):
            continue
        if item.options:
            ticked = [raw[option.column] for option in item.options]
            assert ticked == ["1", "1", *["0"] * (len(ticked) - 2)]
        elif item.scale:
            assert raw[item.column] == questionnaire.levels(item)[0].code
        elif item.type == "country":
            assert raw[item.column] == "CAN"
        if item.other:
            assert raw[item.other.column] == "12"


def test_routing_becomes_relevance(form: Form) -> None:
    assert row(form, "MSF_DECIDE")["relevant"] == "${MSF_EXISTS} = '1'"
    assert row(form, "MSF_DECIDE_other")["relevant"] == "${MSF_DECIDE} = 'other'"
    assert row(form, "TOPICS_other")["relevant"] == "selected(${TOPICS}, 'other')"
    several = changed(
        trust={"asked_if": {"msf_exists": ["0", "97"], "topics": ["access", "budget"]}}
    )
    # Depends on a later question: allowed, the form shows it as soon as that is answered.
    assert row(xlsform(several, "answers", FRAME), "TRUST")["relevant"] == (
        "(${MSF_EXISTS} = '0' or ${MSF_EXISTS} = '97')"
        " and (selected(${TOPICS}, 'access') or selected(${TOPICS}, 'budget'))"
    )


def _fits(form: Form, question: str, answer: str) -> bool:
    """A form's constraint on one answer, in the few functions of XPath that ours use."""
    rule = row(form, question)["constraint"]
    rule = re.sub(r"regex\(\., '([^']*)'\)", r"bool(re.search(r'\1', dot))", rule)
    rule = rule.replace("number(.)", "number(dot)")
    if "regex" in row(form, question)["constraint"]:
        rule = re.sub(r"(^|[( ])\. = ", r"\1dot == ", rule)
    else:
        rule = re.sub(r"(^|[( ])\. ([<>]?=)", r"\1number(dot) \2", rule)
        rule = re.sub(r"(?<![<>=])= ", "== ", rule)

    def number(text: str) -> float:
        return float(text) if re.fullmatch(r"-?[0-9.]+", text) else float("nan")

    return bool(eval(rule, {"re": re, "number": number, "dot": answer, "bool": bool}))


@pytest.mark.parametrize(
    ("changes", "kind", "good", "bad"),
    [
        ({}, "decimal", ["0", "37.5", "100"], ["-1", "100.5", "997"]),
        ({"whole": True}, "integer", ["0", "99"], ["-1", "101"]),
        ({"maximum": 50, "offers": ("97",)}, "decimal", ["50", "97"], ["51", "98"]),
        # 97 can be a percentage: it cannot be told from "don't know" by its number.
        ({"offers": ("97",)}, "text", ["12.5", "100", "97"], ["101", "x", "-2", "1e3", ""]),
        ({"whole": True, "maximum": None, "offers": ("98",)}, "text", ["4000"], ["1.5", "-1"]),
    ],
)
def test_a_number_is_held_to_its_range(
    changes: dict[str, Any], kind: str, good: list[str], bad: list[str]
) -> None:
    questionnaire = changed(share_ng={"maximum": 100, "missing": {}, **changes})
    form = xlsform(questionnaire, "answers", FRAME)
    assert row(form, "MSF_SHARE_NG")["type"] == kind
    assert [answer for answer in good if not _fits(form, "MSF_SHARE_NG", answer)] == []
    assert [answer for answer in bad if _fits(form, "MSF_SHARE_NG", answer)] == []
    for code in changes.get("offers", ()):
        for lang, name in LANGUAGES.items():
            label = questionnaire.missing_labels[code].in_language(lang)
            hint = row(form, "MSF_SHARE_NG")[f"hint::{name}"]
            assert code in hint
            assert label in hint
    accepted(form)


def test_a_code_for_no_answer_cannot_be_ticked_beside_others() -> None:
    form = xlsform(changed(topics={"offers": ("97", "99")}), "answers", FRAME)
    assert choices(form, "TOPICS") == ["access", "budget", "other", "97", "99"]
    assert row(form, "TOPICS")["constraint"] == (
        "not(selected(., '97') or selected(., '99')) or count-selected(.) = 1"
    )
    accepted(form)


def test_only_consent_and_what_names_the_member_must_be_answered(form: Form) -> None:
    needed = [one["name"] for one in form.survey if one.get("required")]
    assert needed == ["CONSENT", "COUNTRY", "LEVEL"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"trust": {"column": "Q 7"}}, "cannot stand in a form"),
        ({"trust": {"column": "7"}}, "cannot stand in a form"),
        ({"trust": {"column": "informed"}}, "have one name"),
        ({"trust": {"column": "start"}}, "have one name"),
        ({"trust": {"asked_if": {"lang": ["en"]}}}, "cannot ask"),
    ],
)
def test_what_a_form_cannot_ask_is_said(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionnaireError, match=message):
        xlsform(changed(**changes), "answers", FRAME)


def test_a_code_with_a_blank_cannot_be_a_choice() -> None:
    whole = small_forum().model_dump(exclude_unset=True)
    whole["scales"]["decisions"]["levels"][0]["code"] = "by consensus"
    with pytest.raises(QuestionnaireError, match="by consensus"):
        xlsform(Questionnaire.model_validate(whole), "answers", FRAME)


def test_a_table_that_nobody_answers_has_no_form() -> None:
    whole = small_forum().model_dump(exclude_unset=True)
    del whole["tables"]["answers"]["respondents"]
    with pytest.raises(QuestionnaireError, match="respondents"):
        xlsform(Questionnaire.model_validate(whole), "answers", FRAME)


def test_countries_have_their_names_in_three_languages() -> None:
    assert country_label("CIV").model_dump() == {
        "en": "Côte d'Ivoire",
        "es": "Costa de Marfil",
        "fr": "Côte d'Ivoire",
    }
    assert country_label("PSE").fr == "État de Palestine"
    assert country_label("KOR").es == "Corea del Sur"
    assert country_label("ZZZ").en == "ZZZ"
    names = [country_label(code) for code in all_countries()]
    for lang in LANGUAGES:
        told = [name.in_language(lang) for name in names]
        assert len(set(told)) == len(told) > 240
        assert not any("," in name for name in told)


def test_boxes_are_called_by_what_their_columns_begin_with() -> None:
    topics = small_forum().tables["answers"].item("topics")
    assert question_name(topics) == "TOPICS"
    whole = topics.model_dump(exclude_unset=True)
    for place, option in enumerate(whole["options"]):
        option["column"] = f"Q{place}"
    assert question_name(Item.model_validate(whole)) == "topics"
