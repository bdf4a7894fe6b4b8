"""KoBo and ODK: names or labels, select_multiple both ways, repeats apart, their own columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from msfresearch.errors import SourceError
from msfresearch.survey.readers.export import Export
from msfresearch.survey.readers.kobo import read_kobo
from msfresearch.survey.readers.kobo_columns import own_roles
from msfresearch.survey.readers.xlsform import read_xlsform
from msfresearch.survey.source import ExportOptions

SAMPLES = ("ml_default", "ml_en", "ml_fr", "sm", "sm_label")
#: What KoBo adds after the questions.
ADDED = [
    "_id",
    "_uuid",
    "_submission_time",
    "_validation_status",
    "_notes",
    "_status",
    "_submitted_by",
    "__version__",
    "_tags",
    "_index",
]


def added(number: int, verdict: str = "") -> list[str]:
    return [
        str(1000 + number),
        f"0000-{number}",
        f"2019-04-0{number}T10:00:00",
        verdict,
        "",
        "submitted_via_web",
        "",
        "v1",
        "",
        str(number),
    ]


def written(folder: Path, rows: Sequence[Sequence[str]], delimiter: str = ";") -> Path:
    """A CSV as KoBo writes it: semicolons, every cell quoted."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    path = folder / "forum_-_all_versions_-_labels_-_2019-09-01.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path


def in_workbook(folder: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    path = folder / "forum.xlsx"
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def read(path: Path, structure: Path | None = None, **options: object) -> Export:
    return read_kobo(path, ExportOptions.model_validate(options), None, structure)


def questions(found: Export) -> list[tuple[str, str, str, str]]:
    return [
        (one.name, one.question, one.part, one.group) for one in found.columns if one.role is None
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_cell_by_cell(shared: Path, name: str) -> None:
    path = shared / "exports" / f"kobo_robotoolbox_data_{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    found = read(path)
    assert found.platform == "kobo"
    assert found.reason == "columns _submission_time, _uuid, _id"
    assert list(found.table.columns) == [*header, "duration (start to end)"]
    assert [one.name for one in found.columns] == list(found.table.columns)
    assert found.table.index.tolist() == [2, 3, 4, 5, 6]
    times = {"start", "_submission_time"}
    for line, row in zip(found.table.index, rows, strict=True):
        expected = [
            cell.replace(" ", "T") if column in times else cell
            for column, cell in zip(header, row, strict=True)
        ]
        assert found.table.loc[line, header].tolist() == expected
    assert set(map(str, found.table.dtypes)) == {"str"}


def test_the_samples_in_three_languages_differ_in_their_answers_alone(shared: Path) -> None:
    tables = [
        read(shared / "exports" / f"kobo_robotoolbox_data_{name}.csv").table for name in SAMPLES[:3]
    ]
    assert [table["pet_yesno"].tolist() for table in tables] == [
        ["No", "Yes", "No", "Yes", "Yes"],
        ["No", "Yes", "No", "Yes", "Yes"],
        ["Non", "Oui", "Non", "Oui", "Oui"],
    ]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(
            table.drop(columns="pet_yesno"), tables[0].drop(columns="pet_yesno")
        )
    assert tables[0]["full_name"].tolist()[4] == "إبراهيم"
    assert tables[0]["duration (start to end)"].tolist() == ["10", "15", "41", "9", "68"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sm", ["3 4 5", "", "5", "4", "3 4"]),
        ("sm_label", ["dog cat turtle", "", "turtle", "cat", "dog cat"]),
    ],
)
def test_the_samples_of_select_multiple_have_one_question(
    shared: Path, name: str, said: list[str]
) -> None:
    found = read(shared / "exports" / f"kobo_robotoolbox_data_{name}.csv")
    assert questions(found) == [
        ("full_name", "", "", "full_name"),
        ("pet_type", "", "", "pet_type"),
        *((f"pet_type_{n}", "", str(n), "pet_type") for n in range(1, 6)),
    ]
    assert found.table["pet_type"].tolist() == said
    assert found.table["pet_type_3"].tolist() == ["1", "", "0", "0", "1"]
    roles = {one.name: one.role for one in found.columns if one.role is not None}
    assert roles["_id"] == "response_id"
    assert (roles["start"], roles["_submission_time"]) == ("started", "submitted")
    assert roles["_submitted_by"] == "username"
    assert roles["_validation_status"] == roles["uuid"] == roles["end"] == "administrative"


@pytest.mark.parametrize("delimiter", [";", ","])
def test_names_with_groups_are_read(tmp_path: Path, delimiter: str) -> None:
    header = ["start", "end", "today", "consent", "forum/exists", "forum/topics"]
    header += ["forum/topics/budget", "forum/topics/health", *ADDED]
    row = ["2019-04-01T09:00:00.123+02:00", "2019-04-01T09:30:00.500+02:00", "2019-04-01", "yes"]
    row += ["1", "budget health", "1", "1", *added(1, "Not Approved")]
    found = read(written(tmp_path, [header, row], delimiter))
    assert questions(found) == [
        ("consent", "", "", "consent"),
        ("forum/exists", "", "", "forum/exists"),
        ("forum/topics", "", "", "forum/topics"),
        ("forum/topics/budget", "", "budget", "forum/topics"),
        ("forum/topics/health", "", "health", "forum/topics"),
    ]
    assert found.table.loc[2, "start"] == "2019-04-01T09:00:00.123+02:00"
    assert found.table.loc[2, "duration (start to end)"] == "1800"


def test_a_verdict_sets_nothing_aside_and_is_told(tmp_path: Path) -> None:
    rows = [["exists", *ADDED], ["1", *added(1, "Not Approved")], ["0", *added(2)]]
    found = read(written(tmp_path, rows))
    assert found.table["_validation_status"].tolist() == ["Not Approved", ""]
    assert found.column("_validation_status").role == "administrative"
    verdicts = [step for step in found.account if step.rule.startswith("answers by verdict")]
    assert [(step.count, step.detail) for step in verdicts] == [
        (1, "_validation_status: Not Approved")
    ]


def test_ticks_without_a_column_of_all_answers_are_one_question(tmp_path: Path) -> None:
    header = ["forum/topics/budget", "forum/topics/health", "forum/why", *ADDED]
    rows = [header, ["1", "0", "x", *added(1)], ["", "", "", *added(2)]]
    found = read(written(tmp_path, rows))
    assert questions(found)[:2] == [
        ("forum/topics/budget", "", "budget", "forum/topics"),
        ("forum/topics/health", "", "health", "forum/topics"),
    ]
    assert questions(found)[2] == ("forum/why", "", "", "forum/why")


def test_a_group_with_other_answers_is_no_question(tmp_path: Path) -> None:
    header = ["forum/exists", "forum/meets", "forum/often", *ADDED]
    rows = [header, ["1", "0", "4", *added(1)], ["0", "1", "2", *added(2)]]
    found = read(written(tmp_path, rows))
    assert [group for *_, group in questions(found)] == [
        "forum/exists",
        "forum/meets",
        "forum/often",
    ]


def test_a_name_with_an_underscore_is_no_tick_of_another(tmp_path: Path) -> None:
    header = ["consent", "consent_again", "consent_late", *ADDED]
    rows = [header, ["yes", "0", "0", *added(1)], ["no", "1", "0", *added(2)]]
    found = read(written(tmp_path, rows))
    assert [group for *_, group in questions(found)] == ["consent", "consent_again", "consent_late"]


def test_labels_as_headers_are_questions_without_their_groups(tmp_path: Path) -> None:
    header = [
        "The forum/Is there a forum?",
        "The forum/Which topics?",
        "The forum/Which topics?/Budget",
        "The forum/Which topics?/Health and care",
        "The forum/Minutes and/or a summary?",
        "Yes/no: anything else?",
        *ADDED,
    ]
    row = ["Yes", "Budget Health and care", "1", "1", "Yes", "no", *added(1)]
    found = read(written(tmp_path, [header, row]))
    assert [(question, part) for _, question, part, _ in questions(found)] == [
        ("Is there a forum?", ""),
        ("Which topics?", ""),
        ("Which topics?", "Budget"),
        ("Which topics?", "Health and care"),
        ("Minutes and/or a summary?", ""),
        ("Yes/no: anything else?", ""),
    ]
    assert len({group for *_, group in questions(found)[1:4]}) == 1


def test_repeats_in_other_sheets_are_counted_not_read(tmp_path: Path) -> None:
    main = [["exists", "members_count", *ADDED], ["1", 2, *added(1)], ["0", 0, *added(2)]]
    repeat = [["name", "_index", "_parent_table_name", "_parent_index"]]
    repeat += [["a", "1", "forum", "1"], ["b", "2", "forum", "1"]]
    found = read(in_workbook(tmp_path, {"forum": main, "members": repeat}))
    assert found.unread == {"members": 3}
    assert found.table["members_count"].tolist() == ["2", "0"]
    step = next(one for one in found.account if one.rule == "rows of other sheets not read")
    assert (step.count, step.detail) == (3, "members")


def test_a_sheet_that_the_manifest_names_is_read(tmp_path: Path) -> None:
    rows = [["exists", *ADDED], ["1", *added(1)]]
    path = in_workbook(tmp_path, {"notes": [["x"]], "forum": rows})
    assert read(path, sheet="forum").table["exists"].tolist() == ["1"]
    with pytest.raises(SourceError, match="no such sheet"):
        read(path, sheet="forums")


def test_a_workbook_and_a_csv_of_the_same_answers_are_the_same_table(tmp_path: Path) -> None:
    rows = [["exists", "why", *ADDED], ["1", 'because; of\n"this"', *added(1)]]
    tables = [read(written(tmp_path, rows)).table, read(in_workbook(tmp_path, {"f": rows})).table]
    assert tables[0].values.tolist() == tables[1].values.tolist()


def test_people_and_devices_get_personal_roles(tmp_path: Path) -> None:
    header = ["username", "deviceid", "simserial", "phonenumber", "place", "_place_latitude"]
    header += ["_place_longitude", "_place_altitude", "_place_precision", "_geolocation", *ADDED]
    row = ["ana", "dev:1", "sim", "555-0100", "1 2 3 4", "1", "2", "3", "4", "1 2", *added(1)]
    roles = {one.name: one.role for one in read(written(tmp_path, [header, row])).columns}
    assert [roles[name] for name in header[:10]] == [
        "username",
        "username",
        "username",
        "phone",
        "latitude",
        "latitude",
        "longitude",
        "administrative",
        "administrative",
        "latitude",
    ]


def test_odk_centrals_columns_are_known(tmp_path: Path) -> None:
    header = ["SubmissionDate", "start", "forum-exists", "forum-topics", "forum-topics/budget"]
    header += ["meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent"]
    header += ["AttachmentsExpected", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion"]
    row = ["2019-04-03T10:00:00.000Z", "2019-04-03T09:50:00.000Z", "1", "budget", "1"]
    row += ["uuid:1", "uuid:1", "5", "Ana", "0", "0", "", "rejected", "d1", "0", "1"]
    found = read(written(tmp_path, [header, row], ","))
    roles = {one.name: one.role for one in found.columns}
    assert roles["KEY"] == "response_id"
    assert roles["meta-instanceID"] == roles["Status"] == roles["Edits"] == "administrative"
    assert roles["SubmitterName"] == roles["DeviceID"] == "username"
    assert found.table.loc[2, "SubmissionDate"] == "2019-04-03T10:00:00.000+00:00"
    assert [name for name, *_ in questions(found)] == [
        "forum-exists",
        "forum-topics",
        "forum-topics/budget",
    ]


def test_odk_briefcase_writes_months_in_words(tmp_path: Path) -> None:
    rows = [["SubmissionDate", "exists", "KEY"], ["Apr 3, 2019 3:04:05 PM", "1", "uuid:1"]]
    found = read(written(tmp_path, rows, ","))
    assert found.table["SubmissionDate"].tolist() == ["2019-04-03T15:04:05"]


def test_status_is_a_question_where_odk_is_not() -> None:
    assert "Status" not in own_roles(["Status", "_id", "_uuid"])
    assert own_roles(["Status", "KEY"])["Status"] == "administrative"


def test_exactly_one_column_is_the_id() -> None:
    for names in (ADDED, ["KEY", "meta-instanceID"], ["_uuid", "instanceID"]):
        assert list(own_roles(names).values()).count("response_id") == 1


def form(folder: Path) -> Path:
    path = folder / "form.xlsx"
    survey = [
        ["type", "name", "label::English (en)", "label::Español (es)"],
        ["start", "start", "", ""],
        ["begin_group", "forum", "The forum", "El foro"],
        ["note", "hello", "<b>Welcome</b>", "Bienvenida"],
        ["select_one yn", "exists", "Is there a forum?", "¿Hay un foro?"],
        ["select_multiple topics or_other", "topics", "Which topics?", "¿Qué temas?"],
        ["end_group", "", "", ""],
        ["text", "why", "Why?", "¿Por qué?"],
    ]
    choices = [
        ["list_name", "name", "label::English (en)", "label::Español (es)"],
        ["yn", "1", "Yes", "Sí"],
        ["yn", "0", "No", "No"],
        ["topics", "budget", "Budget", "Presupuesto"],
        ["topics", "health", "Health and care", "Salud y cuidados"],
    ]
    with xlsxwriter.Workbook(path) as book:
        for name, rows in (("survey", survey), ("choices", choices)):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write_string(number, column, cell)
    return path


def test_a_form_tells_questions_answers_and_notes(tmp_path: Path) -> None:
    header = ["forum/hello", "forum/exists", "forum/topics", "forum/topics/budget"]
    header += ["forum/topics/health", "why", *ADDED]
    row = ["", "1", "health", "0", "1", "because", *added(1)]
    found = read(written(tmp_path, [header, row]), form(tmp_path))
    assert questions(found) == [
        ("forum/exists", "Is there a forum?", "", "forum/exists"),
        ("forum/topics", "Which topics?", "", "forum/topics"),
        ("forum/topics/budget", "Which topics?", "Budget", "forum/topics"),
        ("forum/topics/health", "Which topics?", "Health and care", "forum/topics"),
        ("why", "Why?", "", "why"),
    ]
    assert found.column("forum/exists").labels == {"1": "Yes", "0": "No"}
    assert found.column("forum/hello").role == "administrative"
    counts = {step.rule: step.count for step in found.account}
    assert counts["notes of the form"] == 1


def test_labels_in_another_language_meet_the_form(tmp_path: Path) -> None:
    header = ["El foro/¿Hay un foro?", "El foro/¿Qué temas?/Presupuesto", "¿Por qué?", *ADDED]
    found = read(written(tmp_path, [header, ["Sí", "1", "x", *added(1)]]), form(tmp_path))
    assert [(question, part) for _, question, part, _ in questions(found)] == [
        ("¿Hay un foro?", ""),
        ("¿Qué temas?", "Presupuesto"),
        ("¿Por qué?", ""),
    ]


def test_the_sample_form_is_read(shared: Path) -> None:
    found = read_xlsform(shared / "exports" / "xlsform_pyxform_tutorial.xls")
    by_name = {one.name: one for one in found}
    assert len(found) == len(by_name) > 5
    assert any(one.kind == "select_one" and one.choices for one in found)
    assert all(any(one.label.values()) for one in found if one.kind == "text")


def test_a_workbook_that_is_no_form_is_refused(tmp_path: Path) -> None:
    path = in_workbook(tmp_path, {"answers": [["a"], ["1"]]})
    with pytest.raises(SourceError, match="not an XLSForm"):
        read_xlsform(path)


def test_questions_that_nobody_answered_are_told(tmp_path: Path) -> None:
    found = read(written(tmp_path, [["exists", "why", *ADDED], ["1", "", *added(1)]]))
    step = next(one for one in found.account if one.rule.startswith("questions in whose"))
    assert (step.count, step.detail) == (1, "why")


def test_a_table_without_kobos_columns_is_refused_unless_the_manifest_says_so(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, [["a", "b"], ["1", "2"]])
    with pytest.raises(SourceError, match="not an export of KoBoToolbox or ODK"):
        read(path)
    assert read(path, platform="kobo").reason == "the manifest says so"
