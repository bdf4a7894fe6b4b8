"""Each writer against the vendor's layout, read with nothing but csv, openpyxl and pyreadstat."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET

import openpyxl
import pyreadstat
import pytest

from msfresearch.errors import ParameterError
from msfresearch.survey.rehearsal import rehearse
from msfresearch.survey.rehearsal.platforms import vendor
from tests.survey.forum import small_forum, small_manifest
from tests.survey.rehearsal import small_frame

FORUM = small_forum()
LABEL = FORUM.tables["answers"].item("topics").label


def _written(folder, platform, file_format=None, **more):
    return rehearse(
        FORUM, small_manifest(), small_frame(), folder, seed=3, answers=60, platform=platform,
        file_format=file_format, **more,
    )  # fmt: skip


def _rows(made, delimiter=","):
    text = made.file.read_text(encoding="utf-8-sig")
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]


def test_qualtrics_has_names_wording_and_import_ids(tmp_path):
    names, wording, ids, *rows = _rows(_written(tmp_path, "qualtrics"))
    assert names[:3] == ["StartDate", "EndDate", "Status"]
    assert json.loads(ids[0]) == {"ImportId": "startDate", "timeZone": "UTC"}
    place = names.index("TOPICS_2")
    assert wording[place] == f"{LABEL.en} - Selected Choice - Budget, spending and audit"
    assert json.loads(ids[place])["choiceId"] == "2"
    assert "MSF_DECIDE_3_TEXT" in names
    assert wording[names.index("MSF_DECIDE_3_TEXT")].endswith(" - Other - Text")
    status = {row[names.index("Status")] for row in rows}
    assert status == {"IP Address", "Survey Preview", "Survey Test"}
    assert any(row[names.index("INFORMED")] == "-99" for row in rows)


def test_a_question_that_was_not_put_is_not_seen_but_unanswered_in_qualtrics(tmp_path):
    names, _, _, *rows = _rows(_written(tmp_path, "qualtrics"))
    exists, decide = names.index("MSF_EXISTS"), names.index("MSF_DECIDE")
    unasked = [row for row in rows if row[exists] == "No"]
    assert unasked
    assert {row[decide] for row in unasked} == {""}


def test_old_qualtrics_has_two_header_rows_and_a_mark(tmp_path):
    made = _written(tmp_path, "qualtrics", "csv-legacy")
    assert made.file.read_bytes().startswith(b"\xef\xbb\xbf")
    names, wording, first, *_ = _rows(made)
    assert names[0] == wording[0] == "ResponseID"
    assert first[0].startswith("R_")
    assert not any("ImportId" in cell for cell in first)


def test_surveymonkey_says_a_question_once_over_its_block(tmp_path):
    questions, parts, *_ = _rows(_written(tmp_path, "surveymonkey"))
    place = questions.index(LABEL.en)
    assert questions[place + 1 : place + 3] == ["", ""]
    assert parts[place : place + 3] == [
        "Access to information",
        "Budget, spending and audit",
        "Other",
    ]
    assert parts[questions.index("I feel informed")] == "Response"
    expanded = _rows(_written(tmp_path, "surveymonkey", "csv-expanded"))
    at = expanded[0].index("I feel informed")
    assert expanded[1][at] == "Strongly disagree"
    assert {row[at] for row in expanded[2:]} == {"", "Strongly disagree"}


def test_limesurvey_has_a_mark_its_own_codes_and_an_empty_last_line(tmp_path):
    made = _written(tmp_path, "limesurvey")
    content = made.file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n\r\n")
    names, *rows = _rows(made)
    assert names[:4] == ["id", "submitdate", "lastpage", "startlanguage"]
    assert {"MSFEXISTS", "MSFDECIDE[other]", "TOPICS[budget]", "TOPICS[other]"} <= set(names)
    assert all(row[names.index("MSFDECIDE")] in ("", "A1", "A2", "-oth-", "A4") for row in rows)
    assert {row[names.index("TOPICS[budget]")] for row in rows} == {"", "Y"}
    unfinished = [row for row in rows if row[1] == ""]
    assert unfinished
    assert all(row[names.index("datestamp")] for row in unfinished)


def test_limesurvey_tells_a_box_that_was_not_shown_from_one_left_empty(tmp_path):
    names, *rows = _rows(_written(tmp_path, "limesurvey", "csv-full", language="fr"), ";")
    assert names[0] == "Response ID"
    place = names.index("Thématiques de travail [Budget, dépenses et audit]")
    assert {row[place] for row in rows} == {"Oui", "Non"}


def test_the_structure_of_limesurvey_says_every_code_in_three_languages(tmp_path):
    made = _written(tmp_path, "limesurvey")
    assert made.structure is not None
    root = ET.parse(made.structure).getroot()
    titles = {row.findtext("title"): row.findtext("qid") for row in root.find("questions/rows")}
    decide = titles["MSFDECIDE"]
    answers = {
        row.findtext("code"): row.findtext("aid")
        for row in root.find("answers/rows")
        if row.findtext("qid") == decide
    }
    words = {
        (row.findtext("aid"), row.findtext("language")): row.findtext("answer")
        for row in root.find("answer_l10ns/rows")
    }
    assert words[answers["A2"], "es"] == "Por votación, tras debate"
    assert words[answers["A4"], "fr"] == "Ne sait pas"
    assert "A3" not in answers  # "other" is the question's own switch


def test_kobo_has_groups_codes_and_both_ways_of_boxes(tmp_path):
    names, *rows = _rows(_written(tmp_path, "kobo"), ";")
    joined, box = names.index("forum/TOPICS"), names.index("forum/TOPICS/budget")
    for row in rows:
        assert row[box] == ("" if not row[joined] else str(int("budget" in row[joined].split())))
    assert {row[names.index("forum/MSF_DECIDE")] for row in rows} <= {
        *("", "consensus", "vote", "other", "97")
    }
    assert all(row[names.index("start")].endswith("+00:00") for row in rows)


def test_a_kobo_workbook_says_what_the_text_says(tmp_path):
    text = _rows(_written(tmp_path, "kobo"), ";")
    sheet = openpyxl.load_workbook(_written(tmp_path, "kobo", "xlsx").file).active
    read = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    assert read == text
    assert not any(cell.data_type == "f" for row in sheet.rows for cell in row)


def test_google_forms_joins_boxes_by_commas_and_writes_other_in_the_cell(tmp_path):
    names, *rows = _rows(_written(tmp_path, "google_forms"))
    assert names[:2] == ["Timestamp", "Email Address"]
    topics = {row[names.index(LABEL.en)] for row in rows}
    assert "Access to information, Budget, spending and audit" in topics
    decide = {row[names.index("How are decisions taken?")] for row in rows}
    assert decide - {"", "By consensus", "By vote, after debate", "Don't know"}
    assert "Other" not in decide


def test_spss_has_words_for_values_and_user_missing_codes(tmp_path):
    made = _written(tmp_path, "spss", "zsav", language="es")
    frame, meta = pyreadstat.read_sav(made.file, user_missing=True)
    assert meta.column_names_to_labels["TRUST"] == "El proceso aumentó la confianza"
    assert meta.variable_value_labels["TRUST"][4.0] == "De acuerdo"
    assert [one["lo"] for one in meta.missing_ranges["TRUST"]] == [97.0, 99.0]
    assert frame["EndDate"].dt.year.unique().tolist() == [2019]


@pytest.mark.parametrize(
    ("platform", "file_format"),
    [
        (platform, file_format)
        for platform in (
            *("qualtrics", "surveymonkey", "limesurvey", "kobo", "google_forms", "spss", "plain"),
        )
        for file_format in vendor(platform).formats
    ],
)
def test_every_format_is_the_same_bytes_each_time(tmp_path, platform, file_format):
    one = _written(tmp_path / "one", platform, file_format)
    two = _written(tmp_path / "two", platform, file_format)
    for path in sorted(one.file.parent.rglob("*")):
        if path.is_file():
            other = two.file.parent / path.relative_to(one.file.parent)
            assert path.read_bytes() == other.read_bytes(), path.name


def test_a_format_that_the_platform_does_not_have_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="no such format"):
        _written(tmp_path, "kobo", "sav")
