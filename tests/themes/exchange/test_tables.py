"""Tables hold no formula, the same bytes each time, and come back row by row."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes import Codebook
from msfresearch.themes.exchange.formats import FORMATS, Format, read, write
from msfresearch.themes.exchange.shapes import Material, gather
from msfresearch.themes.exchange.tables import LONGEST_WORDS
from tests.themes.exchange import frames

AT = "2026-01-31"
TEXTS = {
    "=a1": '=HYPERLINK("http://example.org";"click") funding',
    "+a2": "none;=1+1\n@SUM(1)",
    "a3": "＝1+1 trust",
}
SPANS = (
    ("=a1", "ana", "funding", 0, 12),
    ("=a1", "ben", "trust", None, None),
    ("+a2", "ana", "staff_time", 0, 17),
    ("a3", "ana", "trust", 0, 5),
)
LIVE = ("=", "+", "-", "@", "\t", "\r", "＝")


@pytest.fixture
def material(small: Codebook) -> Material:
    answers = frames.answers(TEXTS, note=["-1+2", "\tb", "fine"])
    decided = frames.decisions(
        *(("=a1", "ana"), ("=a1", "ben"), ("+a2", "ana"), ("a3", "ana"), ("a3", "ben"))
    )
    return gather(answers, small, frames.codings(*SPANS), decided, variables=("note",))


@pytest.mark.parametrize("to", ["csv", "matrix", "taguette"])
def test_no_cell_of_a_text_table_begins_a_formula_however_it_is_cut(
    tmp_path: Path, material: Material, to: Format
) -> None:
    write(to, tmp_path / "t.csv", material, "en", AT)
    text = (tmp_path / "t.csv").read_bytes().decode("utf-8-sig")
    for separator in ",;\t|":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            assert not [cell for cell in row if cell.lstrip(' "')[:1] in LIVE]


def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path, material: Material) -> None:
    write("xlsx", tmp_path / "t.xlsx", material, "en", AT)
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 2
        for name in sheets:
            assert not re.search(rb"<(\w+:)?f[ >/]", archive.read(name))
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type in "sn" for cell in cells)
    texts = [str(cell.value) for cell in cells if cell.data_type == "s"]
    assert not [text for text in texts if text[:1] in LIVE]
    assert "'=HYPERLINK(" in [text[:12] for text in texts]


@pytest.mark.parametrize("to", FORMATS)
def test_the_same_table_gives_the_same_bytes(
    tmp_path: Path, material: Material, to: Format
) -> None:
    for name in ("one", "two"):
        written = write(to, tmp_path / name, material, "fr", AT)
        assert written.path == tmp_path / name
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_an_unknown_format_is_refused(tmp_path: Path, material: Material) -> None:
    with pytest.raises(AnswerError, match="no such format"):
        write("doc", tmp_path / "t", material, "en", AT)  # type: ignore[arg-type]


@pytest.mark.parametrize("to", [one for one in FORMATS if one not in ("csv", "matrix")])
def test_a_language_that_the_frame_has_not_is_refused(
    tmp_path: Path, material: Material, to: Format
) -> None:
    with pytest.raises(CodebookError, match="language"):
        write(to, tmp_path / "t", material, "de", AT)
    assert not list(tmp_path.iterdir())


def test_the_long_table_says_who_coded_what_where(tmp_path: Path, material: Material) -> None:
    write("csv", tmp_path / "t.csv", material, "en", AT)
    content = (tmp_path / "t.csv").read_bytes()
    assert b"\r\n" not in content
    table = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False)
    assert table[["answer_id", "coder", "theme", "start", "end"]].values.tolist() == [
        ["'=a1", "ana", "funding", "0", "12"],
        ["'=a1", "ben", "trust", "", ""],
        ["'+a2", "ana", "staff_time", "0", "17"],
        ["a3", "ana", "trust", "0", "5"],
        ["a3", "ben", "'-", "", ""],
    ]
    assert table["words"].tolist()[2] == "none;'=1+1\n'@SUM(1)"


def test_a_text_table_has_no_control_signs_and_no_cr(tmp_path: Path, small: Codebook) -> None:
    text = "a\x00b\rc\x1b\ud800\r\nd"
    answers = frames.answers({"a": text}, note=pd.Series([text], dtype="object"))
    coded = frames.codings(("a", "ana", "trust", 0, len(text)))
    for to in ("csv", "matrix"):
        material = gather(answers, small, coded, variables=("note",))
        write(to, tmp_path / "t.csv", material, "en", AT)  # type: ignore[arg-type]
        content = (tmp_path / "t.csv").read_bytes()
        assert not re.search(rb"[\x00-\x09\x0b-\x1f]", content)
        assert "a\ufffdb\nc\ufffd\ufffd\nd" in content.decode()


def test_the_matrix_has_a_row_per_answer_and_coder_and_a_column_per_theme(
    tmp_path: Path, material: Material
) -> None:
    write("matrix", tmp_path / "m.csv", material, "en", AT)
    table = pd.read_csv(tmp_path / "m.csv", keep_default_na=False)
    assert list(table) == ["answer_id", "coder", "language", "note", *frames.THEMES]
    assert table[["coder", *frames.THEMES]].values.tolist() == [
        ["ana", 1, 0, 0],
        ["ben", 0, 0, 1],
        ["ana", 0, 1, 0],
        ["ana", 0, 0, 1],
        ["ben", 0, 0, 0],
    ]


def test_the_machine_saw_every_answer(tmp_path: Path, small: Codebook) -> None:
    answers = frames.answers({"a": "trust", "b": "nothing"})
    material = gather(answers, small, hits=frames.hits(("a", "trust", 0, 5, "trust")))
    write("matrix", tmp_path / "m.csv", material, "en", AT)
    table = pd.read_csv(tmp_path / "m.csv", keep_default_na=False)
    assert table[["answer_id", "coder", "trust"]].values.tolist() == [
        ["a", "patterns", 1],
        ["b", "patterns", 0],
    ]


@pytest.mark.parametrize(
    ("lang", "label", "yes"), [("en", "Funding", "yes"), ("es", "Financiación", "sí")]
)
def test_spss_reads_labels_of_themes_and_of_values(
    tmp_path: Path, material: Material, lang: str, label: str, yes: str
) -> None:
    write("sav", tmp_path / "m.sav", material, lang, AT)
    data, told = pyreadstat.read_sav(tmp_path / "m.sav")
    assert told.column_names_to_labels["funding"] == label
    assert told.variable_value_labels["funding"][1.0] == yes
    assert data[[*frames.THEMES]].astype(int).values.tolist()[:2] == [[1, 0, 0], [0, 0, 1]]
    assert data["answer_id"].tolist()[0] == "=a1"


def test_taguette_gets_its_mark_and_one_tag_per_theme(
    tmp_path: Path, small: Codebook, material: Material
) -> None:
    write("taguette", tmp_path / "t.csv", material, "en", AT)
    content = (tmp_path / "t.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == [
        "tag",
        *(small.themes[theme].labels["en"] for theme in frames.THEMES),
        "No theme of the frame",
    ]


def test_words_too_long_for_a_cell_are_cut_and_said_and_still_checked(
    tmp_path: Path, small: Codebook
) -> None:
    answers = frames.answers({"a": "👩" * 100_000})
    material = gather(answers, small, frames.codings(("a", "ana", "trust", 1, 99_999)))
    for to, name in (("csv", "t.csv"), ("xlsx", "t.xlsx")):
        written = write(to, tmp_path / name, material, "en", AT)  # type: ignore[arg-type]
        assert written.remarks["reason"].tolist() == [f"words cut at {LONGEST_WORDS:,} signs"]
        found = read(tmp_path / name, answers, small, AT)
        assert found.codings[["start", "end"]].values.tolist() == [[1, 99_999]]
        assert found.left.empty


ROWS = [
    ("a,ana,trust,0,5,trust", ""),
    ("zz,ana,trust,0,5,trust", "none of these answers"),
    ("a,,trust,0,5,trust", "no coder"),
    ("a,ana,weather,0,5,trust", "no theme of the frame"),
    ("a,ana,trust,0,99,trust", "outside the answer, 0-99"),
    ("a,ana,trust,5,5,", "outside the answer, 5-5"),
    ("a,ana,trust,0,,trust", "no two whole numbers"),
    ("a,ana,trust,0,٥,trust", "no two whole numbers"),
    ("a,ana,trust,1,6,trust", "other words"),
    ("a,ana", "no theme of the frame"),
]


@pytest.mark.parametrize(("row", "reason"), ROWS)
def test_a_bad_row_is_listed_and_the_others_are_taken(
    tmp_path: Path, small: Codebook, row: str, reason: str
) -> None:
    path = tmp_path / "t.csv"
    text = f"answer_id,coder,theme,start,end,words,mine\nb,ben,Confianza,,,,x\n\n{row}\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    found = read(path, frames.answers({"a": "trust us", "b": "c"}), small, AT)
    assert ["b", "ben", "trust"] in found.codings[["answer_id", "coder", "theme"]].values.tolist()
    assert len(found.codings) == (1 if reason else 2)
    told = found.left[found.left["place"] == "row 4"]["reason"].tolist()
    assert len(told) == (1 if reason else 0)
    assert all(reason in one for one in told)
    assert ["column mine", "not read"] in found.left.values.tolist()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,ana,1,0,0", ""),
        ("a,ana,,,", "no mark at all"),
        ("a,ana,1,,0", "neither 0 nor 1 in staff_time"),
        ("a,ana,2,0,yes", "neither 0 nor 1 in funding, trust"),
        ("zz,ana,1,0,0", "none of these answers"),
    ],
)
def test_a_bad_row_of_a_matrix_is_listed(
    tmp_path: Path, small: Codebook, row: str, reason: str
) -> None:
    path = tmp_path / "m.csv"
    path.write_text(f"answer_id,coder,funding,staff_time,trust\n{row}\nb,ben,0,0,0\n")
    found = read(path, frames.answers({"a": "x", "b": "y"}), small, AT)
    assert ["b", "-"] in found.log[["answer_id", "codes"]].values.tolist()
    assert len(found.log) == (1 if reason else 2)
    assert [reason in one for one in found.left["reason"]] == ([True] if reason else [])


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("answer_id,theme", "a column that is needed"),
        ("coder,theme", "a column that is needed"),
        ("answer_id,coder,theme,theme", "stands twice"),
        ("answer_id,coder,mine", "without a theme"),
        ('answer_id,coder,theme\n"a', "not readable as CSV"),
    ],
)
def test_a_table_that_says_nothing_is_refused(
    tmp_path: Path, small: Codebook, header: str, problem: str
) -> None:
    (tmp_path / "t.csv").write_text(f"{header}\n")
    with pytest.raises(AnswerError, match=problem):
        read(tmp_path / "t.csv", frames.answers({"a": "b"}), small, AT)


def test_a_table_that_is_no_utf_8_is_refused(tmp_path: Path, small: Codebook) -> None:
    (tmp_path / "t.csv").write_bytes("answer_id,coder,theme\né,a,b\n".encode("latin-1"))
    with pytest.raises(AnswerError, match="not UTF-8"):
        read(tmp_path / "t.csv", frames.answers({"a": "b"}), small, AT)
