"""SurveyMonkey: two header rows, blocks of options, coded headings."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from msfresearch.errors import SourceError
from msfresearch.survey.readers import Export, read_export
from msfresearch.survey.source import ExportOptions, Layout

NONE = ExportOptions()
OWN = (
    "Respondent ID",
    "Collector ID",
    "Start Date",
    "End Date",
    "IP Address",
    "Email Address",
    "First Name",
    "Last Name",
    "Custom Data 1",
)
PERSON = (
    *("114000001", "400000001", "04/03/2019 08:00:00 AM", "04/23/2019 01:02:03 PM"),
    *("192.0.2.1", "", "", "", "north"),
)


def raw(path: Path, encoding: str) -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


def write(path: Path, table: list[list[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(table)
    return path


def read(folder: Path, above: list[str], below: list[str], *answers: list[str]) -> Export:
    table = [[*OWN, *above], [""] * len(OWN) + below, *([*PERSON, *one] for one in answers)]
    return read_export(write(folder / "export.csv", table), NONE)


def count(export: Export, rule: str) -> int:
    return next(step.count for step in export.account if rule in step.rule)


def sizes(export: Export) -> list[int]:
    """How many columns each question has, in order."""
    groups = [column.group for column in export.columns]
    return [groups.count(group) for group in dict.fromkeys(groups)]


def test_star_wars_is_read_with_its_wordings_carried_over_their_blocks(shared: Path) -> None:
    path = shared / "exports" / "surveymonkey_StarWars_first121.csv"
    found = read_export(path, NONE, Layout(encoding="mac_roman"))
    above, below, *answers = raw(path, "mac_roman")

    assert (found.platform, found.table.shape) == ("surveymonkey", (121, 38))
    assert found.reason == "the first column is RespondentID: SurveyMonkey"
    assert found.table.to_numpy().tolist() == answers
    assert found.table.index.tolist() == list(range(3, 124))
    assert sizes(found) == [1, 1, 1, 6, 6, 14, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    assert count(found, "carried over their block") == above.count("")
    assert [one.role for one in found.columns] == ["response_id"] + [None] * 37
    empire = found.columns[7]
    question = "Which of the following Star Wars films have you seen? Please select all that apply."
    assert (empire.question, empire.part) == (
        question,
        "Star Wars: Episode V The Empire Strikes Back",
    )
    assert empire.name == f"{empire.group} [{empire.part}]"
    assert [one.part for one in found.columns[15:29]] == below[15:29]
    assert [one.name for one in found.columns[-4:]] == above[-4:]
    assert {one.part for one in found.columns[29:]} == {""}


def test_a_file_that_is_not_utf_8_is_refused_by_line_with_what_to_write(shared: Path) -> None:
    path = shared / "exports" / "surveymonkey_StarWars_first121.csv"
    with pytest.raises(SourceError) as wrong:
        read_export(path, NONE)
    assert (wrong.value.row, wrong.value.found) == (1, "byte 0x8c")
    assert "layout: {encoding:" in str(wrong.value.action)


def test_midwest_is_read_in_its_expanded_form(shared: Path) -> None:
    path = shared / "exports" / "surveymonkey_MIDWEST_first200.csv"
    found = read_export(path, NONE)
    above, below, *answers = raw(path, "utf-8")

    assert (found.platform, found.table.shape) == ("surveymonkey", (200, 53))
    assert found.table.to_numpy().tolist() == answers
    assert sizes(found) == [1, 1, 4, 20, 1, 2, 5, 5, 5, 9]
    assert count(found, "carried over their block") == above.count("")
    age = [one for one in found.columns if one.question == "Age"]
    assert [one.part for one in age] == ["< 18", "18-29", "30-44", "45-60", "> 60"]
    assert [one.part for one in found.columns[2:]] == [
        "" if part == "Open-Ended Response" else " ".join(part.split()) for part in below[2:]
    ]
    # One box of a single choice at most holds the answer's words, or the header would not fit.
    marks = found.table[[one.name for one in age]]
    assert ((marks == "") | (marks == [one.part for one in age])).all(axis=None)
    assert ((marks != "").sum(axis=1) <= 1).all()


def test_the_coded_form_keeps_its_codes_and_its_unticked_boxes(shared: Path) -> None:
    path = shared / "exports" / "surveymonkey_masculinity_coded_first100.csv"
    found = read_export(path, NONE)
    header, *answers = raw(path, "utf-8")

    assert (found.platform, found.table.shape) == ("surveymonkey", (100, 98))
    assert "87 headings like q0001" in found.reason
    assert list(found.table.columns) == ["unnamed column 1", *header[1:]]
    times = ["StartDate", "EndDate"]
    kept = found.table.drop(columns=times).to_numpy().tolist()
    assert kept == [[row[0], *row[3:]] for row in answers]
    # The month stands first: the 13th of May is there.
    assert found.table.loc[2, times].tolist() == ["2018-05-10T04:01:00", "2018-05-10T04:06:00"]
    assert found.table["StartDate"].str[:7].unique().tolist() == ["2018-05"]
    assert count(found, "without AM or PM") == 193
    assert {one.name: one.role for one in found.columns if one.role} == {
        "unnamed column 1": "administrative",
        "StartDate": "started",
        "EndDate": "submitted",
    }
    ticked = found.table[[one.name for one in found.columns if one.group == "q0004"]]
    assert ticked.shape == (100, 6)
    assert ticked.iloc[0].tolist() == [*["Not selected"] * 3, "Pop culture", *["Not selected"] * 2]
    assert found.column("q0007_0011").part == "0011"
    assert (found.column("q0001").group, found.column("q0001").question) == ("q0001", "")


def test_the_platforms_own_columns_have_roles_and_custom_data_tell_nobody(tmp_path: Path) -> None:
    found = read(tmp_path, ["Is there a forum?"], ["Response"], ["Yes"])
    assert [one.role for one in found.columns] == [
        *("response_id", "collector", "started", "submitted", "ip", "email"),
        *("first_name", "last_name", "administrative", None),
    ]
    assert found.table["Start Date"].tolist() == ["2019-04-03T08:00:00"]
    assert found.table["End Date"].tolist() == ["2019-04-23T13:02:03"]


def test_the_condensed_form_has_one_column_and_a_text_beside_it(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        ["Who decides?", "", "<strong>Why</strong>&nbsp;so?*"],
        ["Response", "Other (please specify)", "Open-Ended Response"],
        ["", "by lot", 'so, "quoted"\nand broken'],
    )
    decide, other, why = found.columns[-3:]
    assert (decide.name, decide.group, decide.part) == ("Who decides?", "Who decides?", "")
    assert other.name == "Who decides? [Other (please specify)]"
    assert (other.group, other.question) == ("Who decides?", "Who decides?")
    assert other.part == "Other (please specify)"
    assert (why.name, why.question) == ("Why so?", "Why so?")
    assert found.table[other.name].tolist() == ["by lot"]
    assert found.table["Why so?"].tolist() == ['so, "quoted"\nand broken']


def test_questions_of_the_same_wording_stay_apart(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        ["Why?", "Which?", "", "Why?", "Which?", ""],
        ["Open-Ended Response", "A", "B", "Open-Ended Response", "A", "B"],
        ["one", "A", "", "two", "", "B"],
    )
    asked = found.columns[len(OWN) :]
    assert [one.name for one in asked] == [
        *("Why?", "Which? [A]", "Which? [B]", "Why? (2)", "Which? (2) [A]", "Which? (2) [B]")
    ]
    assert [one.group for one in asked] == [
        *("Why?", "Which?", "Which?", "Why? (2)", "Which? (2)", "Which? (2)")
    ]
    assert {one.question for one in asked} == {"Why?", "Which?"}
    assert found.table[[one.name for one in asked]].iloc[0].tolist() == [
        "one",
        "A",
        "",
        "two",
        "",
        "B",
    ]
    assert count(found, "unique by their position") == 2


def test_a_block_of_contact_details_is_a_question_of_the_form(tmp_path: Path) -> None:
    found = read(tmp_path, ["Contact", ""], ["Name", "Email Address"], ["A", "a@example.org"])
    assert [(one.question, one.part, one.role) for one in found.columns[-2:]] == [
        ("Contact", "Name", None),
        ("Contact", "Email Address", None),
    ]


def test_an_index_that_a_program_put_first_is_no_question(tmp_path: Path) -> None:
    table = [
        ["", "Respondent ID", "Is there a forum?"],
        ["", "", "Response"],
        ["0", "114000001", "Yes"],
    ]
    found = read_export(write(tmp_path / "a.csv", table), ExportOptions(platform="surveymonkey"))
    assert [one.role for one in found.columns] == ["administrative", "response_id", None]
    assert found.table.iloc[0].tolist() == ["0", "114000001", "Yes"]


def test_spanish_and_french_names_of_its_columns_are_known(tmp_path: Path) -> None:
    for name in ("ID del encuestado", "ID du répondant"):
        path = write(tmp_path / "a.csv", [[name, "¿Hay un foro?"], ["", "Respuesta"], ["1", "Sí"]])
        found = read_export(path, NONE)
        assert found.platform == "surveymonkey"
        assert found.columns[1].part == ""
        assert found.table.iloc[0].tolist() == ["1", "Sí"]


def test_a_declared_encoding_is_used(tmp_path: Path) -> None:
    table = [["Respondent ID", "Pourquoi ?"], ["", "Réponse"], ["1", "l’accès — œuvre"]]
    path = write(tmp_path / "a.csv", table, "cp1252")
    found = read_export(path, NONE, Layout(encoding="cp1252"))
    assert found.table["Pourquoi ?"].tolist() == ["l’accès — œuvre"]


def test_a_workbook_is_read_like_the_csv(tmp_path: Path) -> None:
    import openpyxl

    table = [["Respondent ID", "Which?", ""], ["", "A", "B"], ["114000001", "A", ""]]
    book = openpyxl.Workbook()
    for row in table:
        book.active.append([cell or None for cell in row])
    book.create_sheet("Notes").append(["nothing"])
    book.save(tmp_path / "a.xlsx")
    found = read_export(tmp_path / "a.xlsx", NONE)
    assert found.columns == read_export(write(tmp_path / "a.csv", table), NONE).columns
    assert found.table.iloc[0].tolist() == ["114000001", "A", ""]
    assert found.unread == {"Notes": 1}
