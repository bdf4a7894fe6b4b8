"""Google Forms: a local timestamp and questions as headers."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from msfresearch.errors import SourceError
from msfresearch.survey.readers import Export, read_export
from msfresearch.survey.source import ExportOptions

NONE = ExportOptions()


def read(folder: Path, *table: list[str], options: ExportOptions = NONE) -> Export:
    path = folder / "form.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    return read_export(path, options)


@pytest.mark.parametrize(
    ("first", "second", "role"),
    [
        ("Timestamp", "Email Address", "email"),
        ("Timestamp", "Username", "username"),
        ("Marca temporal", "Dirección de correo electrónico", "email"),
        ("Marca temporal", "Nombre de usuario", "username"),
        ("Horodateur", "Adresse e-mail", "email"),
        ("Horodateur", "Nom d'utilisateur", "username"),
    ],
)
def test_the_form_is_known_by_its_first_column_in_three_languages(
    tmp_path: Path, first: str, second: str, role: str
) -> None:
    found = read(tmp_path, [first, second, "¿Qué?"], ["2019-04-03 8:00:00", "x", "y"])
    assert found.platform == "google_forms"
    assert first in found.reason
    assert [column.role for column in found.columns] == ["submitted", role, None]
    assert found.table.iloc[0].tolist() == ["2019-04-03T08:00:00", "x", "y"]


def test_one_late_day_tells_the_order_for_the_whole_column(tmp_path: Path) -> None:
    month = read(tmp_path, ["Timestamp", "Q"], ["4/3/2019 8:00:00", ""], ["4/23/2019 18:05:09", ""])
    assert month.table["Timestamp"].tolist() == ["2019-04-03T08:00:00", "2019-04-23T18:05:09"]
    day = read(
        tmp_path, ["Horodateur", "Q"], ["03/04/2019 08:00:00", ""], ["23/04/2019 18:05:09", ""]
    )
    assert day.table["Horodateur"].tolist() == ["2019-04-03T08:00:00", "2019-04-23T18:05:09"]


def test_a_column_in_doubt_is_refused_until_the_manifest_says(tmp_path: Path) -> None:
    rows = [["Timestamp", "Q"], ["4/3/2019 8:00:00", "a"], ["5/6/2019 9:00:00", "b"]]
    with pytest.raises(SourceError) as wrong:
        read(tmp_path, *rows)
    assert wrong.value.column == "Timestamp"
    assert "day_first" in str(wrong.value.action)
    for day_first, month in ((True, ["03", "06"]), (False, ["04", "05"])):
        found = read(tmp_path, *rows, options=ExportOptions(day_first=day_first))
        assert found.table["Timestamp"].str[5:7].tolist() == month


def test_the_forms_own_download_tells_the_zone(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        ["Timestamp", "Q"],
        ["2019/04/03 3:04:05 PM GMT+2", "a"],
        ["2019/04/03 12:04:05 AM EST", "b"],
    )
    assert found.table["Timestamp"].tolist() == [
        "2019-04-03T15:04:05+02:00",
        "2019-04-03T00:04:05-05:00",
    ]


def test_ticked_boxes_stay_one_cell_as_written(tmp_path: Path) -> None:
    cell = "Budget, taxes and debt, Health, Other: roads"
    found = read(tmp_path, ["Timestamp", "Which topics?"], ["2019-04-03 8:00:00", cell])
    assert found.table["Which topics?"].tolist() == [cell]


def test_two_questions_of_one_wording_stay_apart_and_that_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, ["Timestamp", "Why?", "Why?", "Why? (2)"], ["2019-04-03", "a", "b", "c"])
    assert list(found.table.columns) == ["Timestamp", "Why?", "Why? (3)", "Why? (2)"]
    assert [column.question for column in found.columns[1:]] == ["Why?", "Why?", "Why? (2)"]
    step = next(step for step in found.account if "unique" in step.rule)
    assert (step.count, step.detail) == (1, "Why? (3)")


def test_rows_of_a_grid_are_parts_of_their_question(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        ["Timestamp", "Do you agree? [It meets]", "Do you agree? [It decides]", "Days [a number]"],
        ["2019-04-03", "Agree", "Disagree", "3"],
    )
    assert [(one.group, one.part) for one in found.columns[1:]] == [
        ("Do you agree?", "It meets"),
        ("Do you agree?", "It decides"),
        ("Days [a number]", ""),
    ]


def test_a_score_is_the_platforms_own_only_where_it_is_points(tmp_path: Path) -> None:
    quiz = read(tmp_path, ["Timestamp", "Score", "Q"], ["2019-04-03", "3 / 5", "a"])
    asked = read(tmp_path, ["Horodateur", "Note", "Q"], ["2019-04-03", "très bien", "a"])
    assert quiz.column("Score").role == "administrative"
    assert asked.column("Note").role is None


def test_an_address_that_the_form_asks_for_later_is_an_answer(tmp_path: Path) -> None:
    found = read(tmp_path, ["Timestamp", "A", "B", "Email address"], ["2019-04-03", "", "", "x"])
    assert found.column("Email address").role is None
