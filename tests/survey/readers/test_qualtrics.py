"""Qualtrics: header rows, marks of the platform, and what a cell of -99 means."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from msfresearch.errors import SourceError
from msfresearch.survey.readers import Export, read_export
from msfresearch.survey.readers.qualtrics import read_qualtrics
from msfresearch.survey.source import ExportOptions, Layout

NONE = ExportOptions()
#: Export tag, wording, ImportId: as the platform writes them for one question of each kind.
FORM: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("StartDate", "Fecha de inicio", {"ImportId": "startDate", "timeZone": "America/Denver"}),
    ("EndDate", "Fecha final", {"ImportId": "endDate", "timeZone": "America/Denver"}),
    ("Status", "Tipo de respuesta", {"ImportId": "status"}),
    ("Finished", "Terminado", {"ImportId": "finished"}),
    ("ResponseId", "ID de respuesta", {"ImportId": "_recordId"}),
    ("RecipientEmail", "Correo", {"ImportId": "recipientEmail"}),
    ("DistributionChannel", "Canal", {"ImportId": "distributionChannel"}),
    ("UserLanguage", "Idioma", {"ImportId": "userLanguage"}),
    ("msf_exists", "Is there a forum?", {"ImportId": "QID1"}),
    ("topics_1", "Which topics? - Budget", {"ImportId": "QID2", "choiceId": "1"}),
    ("topics_2", "Which topics? - Health - rural", {"ImportId": "QID2", "choiceId": "2"}),
    ("topics_9", "Which topics? - Other", {"ImportId": "QID2", "choiceId": "9"}),
    ("topics_9_TEXT", "Which topics? - Other - Text", {"ImportId": "QID2_9_TEXT"}),
    ("decide", "Who decides? - Selected Choice", {"ImportId": "QID3"}),
    ("decide_4_TEXT", "Who decides? - Other - Text", {"ImportId": "QID3_4_TEXT"}),
    ("trust_gov", "How far do you trust … - the ministry", {"ImportId": "QID4_1"}),
    ("trust_cso", "How far do you trust … - the others", {"ImportId": "QID4_2"}),
    ("days", "How many days?", {"ImportId": "QID5_TEXT"}),
    ("days_First Click", "Timing - First Click", {"ImportId": "QID6_FIRST_CLICK"}),
    ("topics_DO", "Which topics? - Display Order", {"ImportId": "QID2_DO"}),
    ("Q_RecaptchaScore", "Q_RecaptchaScore", {"ImportId": "Q_RecaptchaScore"}),
    ("member", "member", {"ImportId": "member"}),
)
ANSWER = {
    "StartDate": "2019-04-03 08:00:00",
    "EndDate": "2019-04-03 08:12:30",
    "Status": "0",
    "Finished": "1",
    "ResponseId": "R_1",
    "DistributionChannel": "anonymous",
    "UserLanguage": "ES-ES",
}


def table_of(answers: list[dict[str, str]], rows: int = 3) -> list[list[str]]:
    headers = [
        [name for name, _, _ in FORM],
        [text for _, text, _ in FORM],
        [json.dumps(told, separators=(",", ":")) for _, _, told in FORM],
    ][:rows]
    return headers + [
        [{**ANSWER, **answer}.get(name, "") for name, _, _ in FORM] for answer in answers
    ]


def write(path: Path, table: list[list[str]], encoding: str = "utf-8", mark: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=mark, lineterminator="\r\n").writerows(table)
    return path


def read(
    folder: Path, answers: list[dict[str, str]], options: ExportOptions = NONE, rows: int = 3
) -> Export:
    return read_export(write(folder / "export.csv", table_of(answers, rows)), options)


def count(export: Export, rule: str) -> int:
    return next(step.count for step in export.account if rule in step.rule)


def test_the_german_sample_is_read_as_it_stands(shared: Path) -> None:
    path = shared / "exports" / "qualtrics_sample_3header_de.csv"
    found = read_export(path, NONE)
    with path.open(encoding="utf-8", newline="") as file:
        names, texts, _, answer = csv.reader(file)

    assert found.platform == "qualtrics"
    assert found.reason == "three header rows, the last of ImportIds: Qualtrics"
    assert list(found.table.columns) == names
    assert found.table.index.tolist() == [4]
    expected = dict(zip(names, answer, strict=True)) | {
        "StartDate": "2017-07-18T08:28:09",
        "EndDate": "2017-07-18T08:28:48",
        "Status": "",
        "UserLanguage": "de",
    }
    assert found.table.iloc[0].to_dict() == expected
    assert [column.question for column in found.columns] == texts
    assert {column.name: column.role for column in found.columns} == {
        "StartDate": "started",
        "EndDate": "submitted",
        "Status": "status",
        "IPAddress": "ip",
        "Progress": "progress",
        "Duration (in seconds)": "duration",
        "Finished": "finished",
        "RecordedDate": "administrative",
        "ResponseId": "response_id",
        "RecipientLastName": "last_name",
        "RecipientFirstName": "first_name",
        "RecipientEmail": "email",
        "ExternalReference": "external_ref",
        "LocationLatitude": "latitude",
        "LocationLongitude": "longitude",
        "DistributionChannel": "collector",
        "UserLanguage": "language",
        "Q1": None,
        "Q2": None,
        "Q2 - Topics": "administrative",
    }


def test_columns_of_one_question_share_its_wording_and_what_their_tags_share(
    tmp_path: Path,
) -> None:
    found = {column.name: column for column in read(tmp_path, [{}]).columns}
    said = {name: (one.group, one.question, one.part) for name, one in found.items()}
    assert said["msf_exists"] == ("msf_exists", "Is there a forum?", "")
    assert said["topics_1"] == ("topics", "Which topics?", "Budget")
    assert said["topics_2"] == ("topics", "Which topics?", "Health - rural")
    assert said["topics_9_TEXT"] == ("topics", "Which topics?", "Other - Text")
    assert said["decide"] == ("decide", "Who decides?", "")
    assert said["decide_4_TEXT"] == ("decide", "Who decides?", "Other - Text")
    assert said["trust_cso"] == ("trust", "How far do you trust …", "the others")
    administrative = [name for name, one in found.items() if one.role == "administrative"]
    assert administrative == ["days_First Click", "topics_DO", "Q_RecaptchaScore"]
    assert found["member"].role is None


def test_the_zone_that_the_import_ids_name_is_in_the_times(tmp_path: Path) -> None:
    found = read(tmp_path, [{}, {"EndDate": "2019-01-03 08:12:30"}])
    assert found.table["StartDate"].tolist() == ["2019-04-03T08:00:00-06:00"] * 2
    assert found.table["EndDate"].iloc[1] == "2019-01-03T08:12:30-07:00"


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("0", ""),
        ("IP Address", ""),
        ("IP-Adresse", ""),
        ("Dirección IP", ""),
        ("1", "preview"),
        ("Survey Preview", "preview"),
        ("Vista previa de la encuesta", "preview"),
        ("Aperçu de l'enquête", "preview"),
        ("9", "preview"),
        ("17", "preview"),
        ("2", "test"),
        ("Survey Test", "test"),
        ("Prueba de encuesta", "test"),
        ("256", "test"),
        ("4", "imported"),
        ("12", "spam"),
        ("Spam", "spam"),
        ("16", "offline"),
        ("32", ""),
        ("Something new", "Something new"),
    ],
)
def test_no_status_drops_a_row(tmp_path: Path, written: str, status: str) -> None:
    found = read(tmp_path, [{"Status": written}, {}])
    assert found.table["Status"].tolist() == [status, ""]
    assert count(found, "status of their own") == bool(status)


def test_an_answer_by_the_channel_of_the_preview_is_a_preview(tmp_path: Path) -> None:
    found = read(tmp_path, [{"DistributionChannel": "preview"}, {"Status": "2"}])
    assert found.table["Status"].tolist() == ["preview", "test"]
    assert count(found, "by their channel alone") == 1


def test_seen_but_unanswered_is_blank_in_questions_and_counted(tmp_path: Path) -> None:
    seen = {"msf_exists": "-99", "topics_9_TEXT": "-99", "member": "-99", "days": "-99"}
    found = read(tmp_path, [seen, {"msf_exists": "1", "days": "12"}])
    assert found.table["msf_exists"].tolist() == ["", "1"]
    assert found.table["topics_9_TEXT"].tolist() == ["", ""]
    assert found.table["days"].tolist() == ["", "12"]
    assert found.table["member"].tolist() == ["-99", ""]
    assert count(found, "read as blank") == 3


def test_minus_99_stays_where_other_numbers_are_negative(tmp_path: Path) -> None:
    found = read(tmp_path, [{"days": "-99", "msf_exists": "-99"}, {"days": "-3"}])
    assert found.table["days"].tolist() == ["-99", "-3"]
    assert found.table["msf_exists"].tolist() == ["", ""]
    assert (count(found, "read as blank"), count(found, "may be an answer")) == (1, 1)


def test_minus_99_stays_where_the_manifest_gives_it_a_meaning(tmp_path: Path) -> None:
    options = ExportOptions(values={"msf_exists": {"-99": "98"}})
    found = read(tmp_path, [{"msf_exists": "-99"}], options)
    assert found.table["msf_exists"].tolist() == ["-99"]
    assert count(found, "read as blank") == 0


def test_the_legacy_export_has_two_header_rows_and_a_mark(tmp_path: Path) -> None:
    own = ["ResponseID", "ResponseSet", "StartDate", "EndDate", "ExternalDataReference", "Status"]
    wordings = [
        "Does the multi-stakeholder forum discuss:-the budget",
        "Does the multi-stakeholder forum discuss:-Other",
        "Does the multi-stakeholder forum discuss:-Other-TEXT",
        "Where does the multi-stakeholder forum meet?",
        "A long wording that the platform cut off after a hundred characters, which it does...",
    ]
    times = ["2016-04-08 12:04:00", "2016-04-08 12:14:00"]
    table = [
        [*own, "topics_1", "topics_2", "topics_2_TEXT", "place", "Q9", "LocationLatitude"],
        [*own, *wordings, "LocationLatitude"],
        ["R_1", "Default Response Set", *times, "", "4", "1", "-99", "roads", "here", "x", "1.5"],
    ]
    path = write(tmp_path / "legacy.csv", table, "utf-8-sig")
    found = read_export(path, NONE)
    assert "legacy" in found.reason
    assert found.table.iloc[0].tolist() == [
        *("R_1", "Default Response Set", "2016-04-08T12:04:00", "2016-04-08T12:14:00", ""),
        *("imported", "1", "", "roads", "here", "x", "1.5"),
    ]
    question = "Does the multi-stakeholder forum discuss:"
    places = [(one.group, one.question, one.part) for one in found.columns if one.role is None]
    assert places == [
        ("topics", question, "the budget"),
        ("topics", question, "Other"),
        ("topics", question, "Other-TEXT"),
        ("place", "Where does the multi-stakeholder forum meet?", ""),
        ("Q9", wordings[-1], ""),
    ]


def test_fields_called_v1_in_the_oldest_files_go_by_the_second_row(tmp_path: Path) -> None:
    table = [
        ["V1", "V2", "V8", "Q1"],
        ["ResponseID", "ResponseSet", "StartDate", "Is there a forum?"],
        ["R_1", "Default Response Set", "2016-04-08 12:04:00", "1"],
    ]
    found = read_export(write(tmp_path / "old.csv", table), NONE)
    assert list(found.table.columns) == ["ResponseID", "ResponseSet", "StartDate", "Q1"]
    assert found.column("Q1").question == "Is there a forum?"
    assert found.column("StartDate").role == "started"


@pytest.mark.parametrize("rows", [1, 2])
def test_a_file_whose_lower_header_rows_were_deleted_is_read_by_the_rest(
    tmp_path: Path, rows: int
) -> None:
    found = read(tmp_path, [{"msf_exists": "1"}, {"msf_exists": "2"}], rows=rows)
    assert found.table["msf_exists"].tolist() == ["1", "2"]
    assert found.column("ResponseId").role == "response_id"
    assert found.column("msf_exists").question == ("Is there a forum?" if rows == 2 else "")


def test_a_tab_separated_file_in_utf_16_and_a_workbook_say_the_same(tmp_path: Path) -> None:
    import openpyxl

    answers = [{"msf_exists": "Sí", "days": "línea\nsegunda", "Finished": "True"}, {}]
    plain = read(tmp_path, answers)
    tabs = write(tmp_path / "export.tsv", table_of(answers), "utf-16", "\t")
    book = openpyxl.Workbook()
    for row in table_of(answers):
        book.active.append([cell or None for cell in row])
    book.save(tmp_path / "export.xlsx")
    assert plain.table["Finished"].tolist() == ["1", "1"]
    for path in (tabs, tmp_path / "export.xlsx"):
        found = read_export(path, NONE)
        assert found.platform == "qualtrics"
        assert found.columns == plain.columns
        assert found.table.reset_index(drop=True).equals(plain.table.reset_index(drop=True))


def test_a_header_may_be_in_any_language_and_carry_markup(tmp_path: Path) -> None:
    table = table_of([{}])
    at = table[0].index("msf_exists")
    table[1][at] = "<strong>Existe-t-il&nbsp;un forum&nbsp;?</strong><br/>(une réponse)"
    found = read_export(write(tmp_path / "fr.csv", table), NONE)
    assert found.column("msf_exists").question == "Existe-t-il un forum ? (une réponse)"
    assert count(found, "freed of markup") == 1


def test_a_cell_that_only_looks_like_an_import_id_is_an_answer(tmp_path: Path) -> None:
    found = read(tmp_path, [{"days": '{"ImportId":"QID5"}'}, {}])
    assert found.table["days"].tolist() == ['{"ImportId":"QID5"}', ""]


def test_a_zone_that_is_unknown_is_refused(tmp_path: Path) -> None:
    table = table_of([{}])
    table[2] = [cell.replace("America/Denver", "Nowhere/Town") for cell in table[2]]
    with pytest.raises(SourceError, match="a time zone that is not known"):
        read_export(write(tmp_path / "zone.csv", table), NONE)


def test_headers_without_answers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="a header without answers"):
        read_qualtrics(write(tmp_path / "none.csv", table_of([])), NONE, Layout())
