"""Delimited files are read exactly, or refused by line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import SourceError
from msfresearch.survey.readers import read_delimited
from msfresearch.survey.source import Layout

SPECTRUM = (
    "comma_in_quotes",
    "empty",
    "empty_crlf",
    "escaped_quotes",
    "json",
    "location_coordinates",
    "newlines",
    "newlines_crlf",
    "quotes_and_newlines",
    "simple",
    "simple_crlf",
    "utf8",
)


def write(folder: Path, content: bytes) -> Path:
    path = folder / "answers.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", SPECTRUM)
def test_awkward_files_are_read_exactly(shared: Path, name: str) -> None:
    folder = shared / "bad" / "csv-spectrum"
    expected = json.loads((folder / "json" / f"{name}.json").read_text("utf-8"))
    if name == "location_coordinates":
        # The expected answer is one record, not a list, and its phone number is not the file's.
        expected = [expected | {"Contact Phone Number": "2095257564"}]
    found = read_delimited(folder / "csvs" / f"{name}.csv").to_dict("records")
    assert found == expected


CELLS = st.text(st.characters(codec="utf-8"), max_size=12)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6), st.sampled_from(",;\t|"))
def test_what_a_csv_writer_writes_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], delimiter: str
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    path = write(tmp_path_factory.mktemp("csv"), out.getvalue().encode("utf-8"))
    layout = Layout.model_validate({"delimiter": delimiter})
    found = read_delimited(path, layout)
    assert [tuple(row) for row in found.to_numpy()] == rows


def test_the_index_is_the_line_a_row_begins_on(tmp_path: Path) -> None:
    path = write(tmp_path, b'a,b\n1,"two\nlines"\n\n3,4\n')
    assert list(read_delimited(path).index) == [2, 5]


def test_a_byte_order_mark_is_no_part_of_the_first_header(tmp_path: Path) -> None:
    path = write(tmp_path, b"\xef\xbb\xbfid,b\n1,2\n")
    assert list(read_delimited(path).columns) == ["id", "b"]


def test_the_word_na_and_leading_zeros_stay_text(tmp_path: Path) -> None:
    path = write(tmp_path, b"a,b,c\nNA,007,\n")
    assert read_delimited(path).to_dict("records") == [{"a": "NA", "b": "007", "c": ""}]


def test_utf16_is_read_when_it_is_declared(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b\né,ñ\n".encode("utf-16"))
    found = read_delimited(path, Layout(encoding="utf-16"))
    assert found.to_dict("records") == [{"a": "é", "b": "ñ"}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty file"]),
        (b" \n\n", ["empty file"]),
        (b"a,b\n", ["header without rows"]),
        (b"a,a\n1,2\n", [":1:", "header stands twice", "column:   a"]),
        (b"a,\n1,2\n", [":1:", "without a name", "column:   2"]),
        (b"a,b\n1,2\n3,4,5\n", [":3:", "extra field", "3 fields", "2 fields"]),
        (b"a,b\n1,2\n3\n", [":3:", "cut short", "column:   b"]),
        (b'a,b\n1,2\n3,"4', [":3:", "not a readable table"]),
        (b'a,b\n1,"2" x\n', [":2:", "not a readable table"]),
        (b"a,b\n1,2\n3,caf\xe9\n", [":3:", "not utf-8", "0xe9", "layout in wave.yml"]),
        ("a,b\n1,2\n".encode("utf-16"), ["UTF-16", "encoding: utf-16"]),
        ("a,b\n1,2\n".encode("utf-16-le"), ["UTF-16", "encoding: utf-16"]),
    ],
)
def test_a_damaged_file_is_refused_with_where_what_and_what_to_do(
    tmp_path: Path, content: bytes, words: list[str]
) -> None:
    path = write(tmp_path, content)
    with pytest.raises(SourceError) as wrong:
        read_delimited(path)
    message = str(wrong.value)
    assert "answers.csv" in message
    for word in words:
        assert word in message


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.csv: no such file"):
        read_delimited(tmp_path / "nowhere.csv")


def test_a_wrong_single_byte_encoding_that_decodes_is_read_as_declared(tmp_path: Path) -> None:
    path = write(tmp_path, "a\ncafé\n".encode("cp1252"))
    assert read_delimited(path, Layout(encoding="cp1252")).iloc[0, 0] == "café"
