"""Hostile files end in an error that names them, within 1 GB and 10 s."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import SourceError
from msfresearch.survey.readers import guards
from msfresearch.survey.readers.archive import LARGEST_UNPACKED, column_number, look_through
from msfresearch.survey.readers.guards import check_text, expect, parse_xml, sniff
from tests.survey.readers.hostile import read_within_limits

SHEET = "xl/worksheets/sheet1.xml"


def workbook(path: Path, rows: int = 3, columns: int = 2) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("answers")
        for row in range(rows):
            sheet.write_row(row, 0, [f"r{row}c{column}" for column in range(columns)])
    return path


def with_member(path: Path, name: str, content: bytes, level: int = 6) -> Path:
    """A workbook with one of its members replaced or added."""
    source = workbook(path.with_suffix(".good"))
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member), zipfile.ZIP_DEFLATED)
        new.writestr(name, content, zipfile.ZIP_DEFLATED, level)
    return path


def sheet_of(cells: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    ).encode()


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">{}</row>'


@pytest.mark.parametrize(
    "far",
    [
        '<c r="XFD1048576"><v>1</v></c>',
        "<c r='XFD1048576'><v>1</v></c>",
        '<c s="1" t="n" r = "XFD1048576"><v>1</v></c>',
    ],
)
def test_a_cell_in_the_far_corner_is_refused_before_a_table_is_made(
    tmp_path: Path, far: str
) -> None:
    path = with_member(tmp_path / "far.xlsx", SHEET, sheet_of(FAR.format(far)))
    assert path.stat().st_size < 10_000
    assert "far from the others" in read_within_limits("workbook", path).refused


def test_a_far_cell_behind_markup_that_no_program_writes_meets_the_limits(tmp_path: Path) -> None:
    hidden = FAR.format('<c s=">" r="XFD1048576"><v>1</v></c>')
    path = with_member(tmp_path / "far.xlsx", SHEET, sheet_of(hidden))
    said = read_within_limits("workbook", path).refused
    assert "far from the others" in said or "did not come to an end" in said


def test_rows_and_cells_that_are_only_formatted_are_no_far_corner(tmp_path: Path) -> None:
    path = with_member(
        tmp_path / "styled.xlsx", SHEET, sheet_of(FAR.format('<c r="XFD1048576" s="0"/>'))
    )
    assert read_within_limits("workbook", path).lines == [f"read {path}"]


def test_one_long_text_in_many_cells_meets_the_limits(tmp_path: Path) -> None:
    path = workbook(tmp_path / "long.xlsx")
    text = "<sst><si><t>" + "a" * 1_000_000 + "</t></si></sst>"
    cells = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, 9000))
    with_member(path, "xl/sharedStrings.xml", text.encode())
    parts = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(parts)) as old, zipfile.ZipFile(path, "w") as new:
        for member in old.namelist():
            content = sheet_of(cells) if member == SHEET else old.read(member)
            new.writestr(member, content, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 100_000
    assert "did not come to an end" in read_within_limits("workbook", path).refused


def test_a_zip_bomb_is_refused_by_what_it_unpacks_to(tmp_path: Path) -> None:
    path = with_member(tmp_path / "bomb.xlsx", SHEET, b" " * 300_000_000, 9)
    assert path.stat().st_size < 1_000_000
    assert "unpacks to more" in read_within_limits("workbook", path).refused


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = with_member(tmp_path / "bomb.xlsx", SHEET, sheet_of("") + b" " * 50_000_000, 9)
    content = bytearray(path.read_bytes())
    true = struct.pack("<I", len(sheet_of("")) + 50_000_000)
    for _ in range(content.count(true)):
        at = content.index(true)
        content[at : at + 4] = struct.pack("<I", 1000)
    path.write_bytes(content)
    assert "more than the archive tells" in read_within_limits("workbook", path).refused


def test_a_zip_of_zips_is_no_workbook(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big", b"0" * 10_000_000)
    path = tmp_path / "nested.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    assert "a zip archive that is no workbook" in read_within_limits("workbook", path).refused


def test_an_archive_of_countless_members_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(90_000):
            archive.writestr(f"{number:060d}", b"")
    assert "a damaged archive" in read_within_limits("workbook", path).refused


def test_an_archive_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "cut.xlsx")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(SourceError, match="a damaged archive"):
        sniff(path)


BOMB = "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)


def test_entities_that_multiply_are_refused_in_a_structure(tmp_path: Path) -> None:
    path = tmp_path / "bomb.lss"
    path.write_text(f'<?xml version="1.0"?>{BOMB}]><document>&j;</document>', encoding="utf-8")
    assert "defines entities" in read_within_limits("structure", path).refused


def test_a_structure_that_fetches_a_file_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden words", encoding="utf-8")
    path = tmp_path / "fetch.lss"
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        "<document><LimeSurveyDocType>&x;</LimeSurveyDocType></document>",
        encoding="utf-8",
    )
    with pytest.raises(SourceError, match="defines entities") as error:
        parse_xml(path)
    assert "hidden words" not in str(error.value)


def test_entities_that_multiply_are_refused_in_a_workbook(tmp_path: Path) -> None:
    content = sheet_of("").replace(b"<worksheet", BOMB.encode() + b"]><worksheet")
    path = with_member(tmp_path / "bomb.xlsx", SHEET, content)
    assert "defines entities" in read_within_limits("workbook", path).refused


def test_a_workbook_in_utf_16_is_refused(tmp_path: Path) -> None:
    content = sheet_of("").decode().replace("UTF-8", "UTF-16").encode("utf-16")
    path = with_member(tmp_path / "wide.xlsx", SHEET, content)
    with pytest.raises(SourceError, match="no XML in UTF-8"):
        look_through(path)


def test_a_quote_that_never_closes_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "quote.csv"
    with path.open("wb") as file:
        file.write(b'id,submitdate,lastpage\n1,2,"')
        for _ in range(50):
            file.write(b"x" * 4_000_000)
    assert "a line that is too long" in read_within_limits("limesurvey", path).refused


def test_200_megabytes_of_quotes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "quotes.csv"
    with path.open("wb") as file:
        for _ in range(50):
            file.write(b'"' * 4_000_000)
    assert "a line that is too long" in read_within_limits("kobo", path).refused


def test_an_open_quote_over_many_lines_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    with path.open("wb") as file:
        file.write(b'id,submitdate,lastpage\n1,2,"')
        for _ in range(50):
            file.write((b"x" * 99_999 + b"\n") * 40)
    assert "not a readable table" in read_within_limits("limesurvey", path).refused


@pytest.mark.parametrize(
    ("content", "named", "said"),
    [
        (b"<!DOCTYPE html><html><table><tr><td>1", "answers.xlsx", "an HTML page"),
        (b"\xef\xbb\xbf\n<html xmlns='x'>", "answers.xls", "an HTML page"),
        (b"id;submitdate\n1;2\n", "answers.xlsx", "text, named .xlsx"),
        (b"%PDF-1.7 ...", "answers.xlsx", "a PDF"),
        (b"\x1f\x8b\x08\x00aaaa", "answers.csv", "a gzip archive"),
        (b"\x7fELF\x00\x00\x01\x02", "answers.csv", "binary data"),
        (b"$FL2@(#) SPSS DATA FILE", "answers.csv", "an SPSS file"),
        (b"\n  \n", "answers.xlsx", "an empty file"),
        (b"", "answers.xlsx", "an empty file"),
    ],
)
def test_a_file_is_what_it_holds_not_what_it_is_called(
    tmp_path: Path, content: bytes, named: str, said: str
) -> None:
    path = tmp_path / named
    path.write_bytes(content)
    with pytest.raises(SourceError, match="not what it is taken for") as error:
        expect(path, guards.WORKBOOKS)
    assert said in str(error.value)


def test_a_zip_named_csv_is_known_for_a_workbook(tmp_path: Path) -> None:
    path = workbook(tmp_path / "answers.xlsx").rename(tmp_path / "answers.csv")
    assert sniff(path) == "xlsx"


def test_a_workbook_that_is_locked_is_told_from_an_old_one(tmp_path: Path) -> None:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    for name, kind in (
        ("EncryptedPackage", "encrypted workbook"),
        ("Workbook", "xls"),
        ("WordDocument", "ole"),
    ):
        path = tmp_path / name
        path.write_bytes(head + name.encode("utf-16-le") + bytes(100))
        assert sniff(path) == kind
    with pytest.raises(SourceError, match="locked with a password") as error:
        expect(tmp_path / "EncryptedPackage", guards.WORKBOOKS)
    assert "save it without one" in str(error.value)


def test_formats_that_are_not_read_say_what_to_save(tmp_path: Path) -> None:
    for member, kind in (("xl/workbook.bin", "xlsb"), ("content.xml", "ods")):
        path = tmp_path / kind
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("mimetype", "x")
            archive.writestr(member, "x")
        with pytest.raises(SourceError, match=r"save it as \.xlsx"):
            expect(path, guards.WORKBOOKS)


def test_only_an_ordinary_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a,b\n", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name, what in (
        (tmp_path / "link", "a symbolic link"),
        (tmp_path / "folder", "a folder"),
        (tmp_path / "pipe", "a pipe"),
        (Path("/dev/zero"), "a device"),
    ):
        with pytest.raises(SourceError, match="not an ordinary file") as error:
            sniff(name)
        assert what in str(error.value)
    with pytest.raises(SourceError, match="no such file"):
        sniff(tmp_path / "nothing")


def test_a_file_of_many_gigabytes_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(guards.LARGEST_FILE + 1)
    with pytest.raises(SourceError, match="too large"):
        sniff(path)


def test_the_limit_on_lines_counts_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "LONGEST_LINE", 20)
    monkeypatch.setattr(guards, "_STEP", 7)
    path = tmp_path / "lines.csv"
    path.write_bytes(b"abc\n" + b"x" * 20 + b"\r\n" + b"y" * 20 + b"\n")
    check_text(path)
    path.write_bytes(b"abc\n\n" + b"x" * 27 + b"\n")
    with pytest.raises(SourceError) as error:
        check_text(path)
    assert error.value.row == 3


@given(st.lists(st.integers(0, 60), max_size=12), st.integers(1, 9))
def test_a_line_is_refused_whatever_the_pieces_it_is_read_in(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], step: int
) -> None:
    path = tmp_path_factory.mktemp("lines") / "lines.csv"
    path.write_bytes(b"a\n" + b"".join(b"x" * length + b"\n" for length in lengths))
    limit = 30
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guards, "LONGEST_LINE", limit)
        patch.setattr(guards, "_STEP", step)
        if max(lengths, default=0) > limit:
            with pytest.raises(SourceError):
                check_text(path)
        elif max(lengths, default=0) <= limit - step:
            check_text(path)


@given(st.binary(max_size=200))
def test_no_content_makes_the_guard_itself_fail(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    for start in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<?xml"):
        path.write_bytes(start + content)
        with contextlib.suppress(SourceError):
            assert sniff(path) in guards.NAMES


def test_columns_are_numbered_as_spreadsheets_do() -> None:
    assert [column_number(one) for one in (b"A", b"Z", b"AA", b"XFD", b"xfd")] == [
        1,
        26,
        27,
        16384,
        16384,
    ]


def test_the_limit_leaves_room_for_a_hundred_thousand_answers() -> None:
    per_cell = len(b'<c r="BH100000" t="s"><v>123456</v></c>')
    assert per_cell * 60 * 100_000 < LARGEST_UNPACKED
