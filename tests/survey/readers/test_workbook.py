"""Workbooks come as text: values without loss, dates as ISO, nothing computed, nothing hidden."""

from __future__ import annotations

import datetime
import random
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlrd
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import SourceError
from msfresearch.survey.readers.workbook import read_sheets, read_workbook
from tests.survey.readers.hostile import read_within_limits


def test_cells_are_written_as_what_they_are_not_as_they_look(tmp_path: Path) -> None:
    path = tmp_path / "kinds.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("kinds")
        form = {
            name: book.add_format({"num_format": pattern})
            for name, pattern in {
                "date": "dd/mm/yyyy",
                "moment": "yyyy-mm-dd hh:mm:ss",
                "clock": "hh:mm",
                "share": "0%",
                "money": "€#,##0.00",
                "long": "[h]:mm:ss",
            }.items()
        }
        sheet.write_string(1, 0, "007")
        sheet.write_number(1, 1, 3)
        sheet.write_number(1, 2, 0.1)
        sheet.write_boolean(1, 3, True)
        sheet.write_datetime(1, 4, datetime.date(2019, 4, 3), form["date"])
        sheet.write_datetime(1, 5, datetime.datetime(2019, 4, 3, 15, 4, 5), form["moment"])
        sheet.write_datetime(1, 6, datetime.time(3, 4), form["clock"])
        sheet.write_number(1, 7, 0.25, form["share"])
        sheet.write_number(1, 8, 12.5, form["money"])
        sheet.write_number(1, 9, 1.5, form["long"])
        sheet.write_number(1, 10, -2.0)
        sheet.write_number(1, 11, 123456789012)
        sheet.write_string(1, 12, "NA")
        sheet.write_string(1, 13, " two\nlines ")
    table = read_sheets(path)["kinds"]
    assert table.index.tolist() == [1, 2]
    assert table.index.name == "line"
    assert set(map(str, table.dtypes)) == {"str"}
    assert table.loc[1].tolist() == [""] * 14
    assert table.loc[2].tolist() == [
        "007",
        "3",
        "0.1",
        "TRUE",
        "2019-04-03",
        "2019-04-03T15:04:05",
        "03:04:00",
        "0.25",
        "12.5",
        "36:00:00",
        "-2",
        "123456789012",
        "NA",
        " two\nlines ",
    ]


def test_rows_and_columns_keep_their_place_where_a_table_begins_late(tmp_path: Path) -> None:
    path = tmp_path / "late.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write(2, 1, "here")
    assert read_sheets(path)["Sheet1"].values.tolist() == [["", ""], ["", ""], ["", "here"]]


def test_every_sheet_is_read_and_hidden_ones_are_told(tmp_path: Path) -> None:
    path = tmp_path / "sheets.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("réponses").write(0, 0, "é")
        book.add_worksheet("empty")
        hidden = book.add_worksheet("aside")
        hidden.write(0, 0, "x")
        hidden.hide()
    found = read_workbook(path)
    assert [(name, sheet.shape) for name, sheet in found.sheets.items()] == [
        ("réponses", (1, 1)),
        ("empty", (0, 0)),
        ("aside", (1, 1)),
    ]
    assert found.hidden == ("aside",)
    assert [step.rule for step in found.account] == ["hidden sheets read too"]


def test_a_formula_gives_its_stored_result_and_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "formulas.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_formula(0, 0, "=1+1", None, 2)
        sheet.write_formula(0, 1, '="a"&"b"', None, "ab")
        sheet.write_formula(0, 2, "=NA()", None, "#N/A")
    found = read_workbook(path)
    assert found.sheets["Sheet1"].loc[1].tolist() == ["2", "ab", ""]
    assert {step.rule: step.count for step in found.account} == {
        "formulas: their stored results taken": 3,
        "cells with an error of the spreadsheet: read as blank": 1,
    }


def test_a_formula_without_a_stored_result_is_blank_and_said(tmp_path: Path) -> None:
    path = tmp_path / "formulas.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["id", "=1+1", '=HYPERLINK("https://example.org")', "end"])
    book.save(path)
    found = read_workbook(path)
    assert found.sheets["Sheet"].loc[1].tolist() == ["id", "", "", "end"]
    assert {step.rule: step.count for step in found.account} == {
        "formulas without a stored result: read as blank": 2
    }


def test_macros_are_left_alone_and_said(tmp_path: Path) -> None:
    path = tmp_path / "macros.xlsm"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write(0, 0, "x")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(100))
    found = read_workbook(path)
    assert found.sheets["Sheet1"].loc[1].tolist() == ["x"]
    assert [(step.rule, step.count) for step in found.account] == [("macro projects left alone", 1)]


def test_an_old_workbook_reads_as_an_independent_reader_reads_it(shared: Path) -> None:
    path = shared / "exports" / "xlsform_pyxform_tutorial.xls"
    book = xlrd.open_workbook(path)
    found = read_sheets(path)
    assert list(found) == book.sheet_names()
    for name, table in found.items():
        sheet = book.sheet_by_name(name)
        expected = [
            [
                str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
                for cell in sheet.row_values(row)
            ]
            for row in range(sheet.nrows)
        ]
        width = table.shape[1]
        assert table.values.tolist() == [row[:width] for row in expected]
        assert not any(cell for row in expected for cell in row[width:])


def test_a_mutated_old_workbook_is_read_or_refused(shared: Path, tmp_path: Path) -> None:
    good = (shared / "exports" / "xlsform_pyxform_tutorial.xls").read_bytes()
    chance = random.Random(2019)
    paths = []
    for number in range(40):
        content = bytearray(good)
        for _ in range(chance.choice([1, 5, 40])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        paths.append(tmp_path / f"{number}.xls")
        paths[-1].write_bytes(content[: chance.randrange(600, len(content) + 1)])
    said = read_within_limits("workbook", *paths).lines
    assert len(said) == len(paths)
    assert any(line.startswith("refused") for line in said)


def test_a_mutated_workbook_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "good.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row in range(20):
            sheet.write_row(row, 0, ["text", row, row / 7])
    chance = random.Random(2019)
    paths = []
    for number in range(40):
        content = bytearray(path.read_bytes())
        for _ in range(chance.choice([1, 5, 40])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        paths.append(tmp_path / f"{number}.xlsx")
        paths[-1].write_bytes(content)
    said = read_within_limits("workbook", *paths).lines
    assert len(said) == len(paths)
    assert any(line.startswith("refused") for line in said)


TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=6))
def test_text_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("text") / "text.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            # A last column keeps the table's corners in place where texts are empty.
            for column, cell in enumerate([*row, "end"]):
                sheet.write_string(number, column, cell)
    assert read_sheets(path)["Sheet1"].values.tolist() == [[*row, "end"] for row in rows]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        # As many digits as a spreadsheet program stores.
        st.one_of(
            st.integers(-(10**14), 10**14),
            st.floats(-1e12, 1e12, allow_nan=False).map(lambda number: float(f"{number:.15g}")),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_a_number_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float]
) -> None:
    path = tmp_path_factory.mktemp("numbers") / "numbers.xlsx"
    book = openpyxl.Workbook()
    book.active.append(numbers)
    book.save(path)
    told = read_sheets(path)["Sheet"].loc[1].tolist()
    assert [float(text) for text in told] == [float(number) for number in numbers]
    assert not any(text.endswith(".0") for text in told)


def test_a_workbook_without_a_sheet_of_cells_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "chart.xlsx"
    with xlsxwriter.Workbook(path) as book:
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=chart!$A$1:$A$2"})
        book.add_chartsheet("chart").set_chart(chart)
    with pytest.raises(SourceError, match="without a sheet"):
        read_sheets(path)
