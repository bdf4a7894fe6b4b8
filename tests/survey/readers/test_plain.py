"""Plain tables: the first row is the header, the manifest gives roles."""

from __future__ import annotations

from pathlib import Path

import pytest

from msfresearch.errors import SourceError
from msfresearch.survey.readers import Export, read_export
from msfresearch.survey.source import ExportOptions


def read(folder: Path, text: str, **options: object) -> Export:
    path = folder / "table.csv"
    path.write_bytes(text.encode("utf-8"))
    return read_export(path, ExportOptions.model_validate(options))


def test_a_sound_header_without_a_platforms_columns_is_a_plain_table(tmp_path: Path) -> None:
    found = read(tmp_path, "country,<b>Why?</b>\nNA,007\n\nFrance,\n")
    assert found.platform == "plain"
    assert "2 names, none empty or twice" in found.reason
    assert found.table.to_dict("list") == {"country": ["NA", "France"], "<b>Why?</b>": ["007", ""]}
    assert found.table.index.tolist() == [2, 4]
    assert (found.columns[1].question, found.columns[1].group) == ("Why?", "<b>Why?</b>")


def test_semicolons_and_tabs_are_seen(tmp_path: Path) -> None:
    for mark in (";", "\t", "|"):
        found = read(tmp_path, f'a, b{mark}c\n"1{mark}2",5{mark}x\n'.replace('",5', '"'))
        assert found.table.to_dict("list") == {"a, b": [f"1{mark}2"], "c": ["x"]}


def test_columns_that_the_manifest_maps_to_a_role_get_its_form(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "sent,lang,mail,done,why\n23/4/2019 8:00,Français,a@example.org,oui,x\n",
        columns={
            "sent": "role:submitted",
            "lang": "role:language",
            "mail": "role:email",
            "done": "role:finished",
            "why": "barriers",
        },
    )
    assert found.table.iloc[0].tolist() == ["2019-04-23T08:00:00", "fr", "a@example.org", "1", "x"]
    assert [one.role for one in found.columns] == [
        "submitted",
        "language",
        "email",
        "finished",
        None,
    ]


def test_a_role_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such role"):
        read(tmp_path, "a,b\n1,2\n", columns={"a": "role:mail"})


def test_a_cell_of_a_role_that_says_nothing_known_is_emptied_and_counted(tmp_path: Path) -> None:
    found = read(tmp_path, "a,b\nmaybe,2\ntrue,3\n", columns={"a": "role:finished"})
    assert found.table["a"].tolist() == ["", "1"]
    step = next(step for step in found.account if "say nothing known" in step.rule)
    assert (step.count, step.detail) == (1, "a")


def test_a_header_twice_is_plain_only_when_the_manifest_says_so(tmp_path: Path) -> None:
    text = "Why?,Why?\na,b\n"
    with pytest.raises(SourceError, match="no platform is recognised"):
        read(tmp_path, text)
    found = read(tmp_path, text, platform="plain")
    assert found.reason == "the manifest says so"
    assert found.table.to_dict("list") == {"Why?": ["a"], "Why? (2)": ["b"]}


def test_a_column_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as wrong:
        read(tmp_path, "a,,c\n1,2,3\n", platform="plain")
    assert (wrong.value.problem, wrong.value.column) == ("a column without a name", "2")


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["note"])
    sheet = book.create_sheet("Answers")
    sheet.append(["a", "b"])
    sheet.append([1, None])
    book.save(tmp_path / "table.xlsx")
    found = read_export(tmp_path / "table.xlsx", ExportOptions(sheet="Answers"))
    assert found.table.to_dict("list") == {"a": ["1"], "b": [""]}
    with pytest.raises(SourceError) as wrong:
        read_export(tmp_path / "table.xlsx", ExportOptions(sheet="answers"))
    assert (wrong.value.problem, wrong.value.found) == ("no such sheet", "Sheet, Answers")
