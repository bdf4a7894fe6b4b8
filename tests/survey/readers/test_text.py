"""Files as rows: encodings, delimiters, damaged tables."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from msfresearch.errors import SourceError
from msfresearch.survey.readers.delimited import read_delimited
from msfresearch.survey.readers.text import read_rows
from msfresearch.survey.source import Layout

CELL = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters='\n\r\t",;|'), max_size=8
)


def write(folder: Path, content: bytes) -> Path:
    path = folder / "export.csv"
    path.write_bytes(content)
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=2, max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
def test_a_table_is_read_back_as_it_was_written(
    tmp_path: Path, table: list[list[str]], encoding: str, delimiter: str
) -> None:
    # Filled corners, so that no row or column is empty and passed over.
    table = [["x", *row, "x"] for row in table]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(table)
    path = write(tmp_path, text.getvalue().encode(encoding))
    layout = Layout.model_validate({"delimiter": delimiter})
    assert read_rows(path, layout).cells.to_numpy().tolist() == table


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_that_divides_evenly_is_taken_and_said(
    tmp_path: Path, delimiter: str
) -> None:
    text = f'"Why, or; why not"{delimiter}b\n1{delimiter}"x, y"\n'
    found = read_rows(write(tmp_path, text.encode()))
    assert found.cells.to_numpy().tolist() == [["Why, or; why not", "b"], ["1", "x, y"]]
    step = next(step for step in found.account if step.rule == "delimiter of the file")
    assert step.detail.startswith(repr(delimiter))


def test_a_declared_delimiter_is_not_second_guessed(tmp_path: Path) -> None:
    found = read_rows(write(tmp_path, b"a;b\n1;2\n"), Layout(delimiter=","))
    assert found.cells.shape == (2, 1)


def test_lines_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    found = read_rows(write(tmp_path, b'a,b\r\n"1\n1",2\r\n\r\n,\r\n3,4\r\n'))
    assert found.cells.index.tolist() == [1, 2, 6]
    assert [step.count for step in found.account if "empty rows" in step.rule] == [1]


def test_an_empty_last_column_is_passed_over(tmp_path: Path) -> None:
    found = read_rows(write(tmp_path, b"a,b,,\n1,,,\n"))
    assert found.cells.to_numpy().tolist() == [["a", "b"], ["1", ""]]
    assert [step.count for step in found.account if "empty columns" in step.rule] == [2]


def test_wrongly_decoded_rows_are_counted(tmp_path: Path) -> None:
    twice = "a,b\nacción,é\nSão,x\n".encode().decode("cp1252").encode()
    found = read_rows(write(tmp_path, twice))
    assert [step.count for step in found.account if "mojibake" in step.rule] == [2]
    fine = read_rows(write(tmp_path, "a,b\nacción,NÃO É\n".encode()))
    assert [step.count for step in fine.account if "mojibake" in step.rule] == [0]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a,b\n1\n", "a row that is cut short"),
        (b"a,b\n1,2,3\n", "a row with an extra field"),
        (b'a,b\n1,"2\n', "not a readable table"),
        (b"\n\n", "an empty file"),
        (b",,\n,,\n", "an empty file"),
        (b"a,b\n\xe9,2\n", "not utf-8"),
        ("a,b\n1,2\n".encode("utf-16-le"), "UTF-16 without its mark"),
        ("a,b\n1,2\n".encode("utf-16-be"), "UTF-16 without its mark"),
        (b"PK\x03\x04 no archive", "a damaged archive"),
        (b"%PDF-1.4", "not what it is taken for"),
        (b"a," * 16_384 + b"a\n", "more columns than a survey has"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        read_rows(write(tmp_path, content))


def test_a_header_of_many_brackets_is_refused_at_once(tmp_path: Path) -> None:
    rows = read_rows(write(tmp_path, b'Timestamp,"' + b"[ " * 500_000 + b'"\n2019-01-01,1\n'))
    with pytest.raises(SourceError, match="a header that is too long"):
        rows.header(0)


def test_bytes_far_below_the_header_are_refused_by_their_line(tmp_path: Path) -> None:
    path = write(tmp_path, b"a,b\n" + b"1,2\n" * 20_000 + b"\xe9,2\n")
    with pytest.raises(SourceError) as wrong:
        read_rows(path)
    assert (wrong.value.row, wrong.value.found) == (20_002, "byte 0xe9")
    assert read_rows(path, limit=5).cells.shape == (5, 2)


def test_utf_16_without_its_mark_is_read_when_declared(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b\né,2\n".encode("utf-16-le"))
    found = read_rows(path, Layout(encoding="utf-16-le"))
    assert found.cells.to_numpy().tolist() == [["a", "b"], ["é", "2"]]
    with pytest.raises(SourceError, match="not utf-16"):
        read_rows(path, Layout(encoding="utf-16"))


def test_awkward_csv_files_are_read_as_registered_sources_are(shared: Path) -> None:
    files = sorted((shared / "bad" / "csv-spectrum" / "csvs").glob("*.csv"))
    assert len(files) == 12
    for path in files:
        expected = read_delimited(path)
        found = read_rows(path, Layout(delimiter=","))
        assert found.header(0) == list(expected.columns), path.name
        assert found.answers(1).to_numpy().tolist() == expected.to_numpy().tolist(), path.name
