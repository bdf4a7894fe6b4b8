"""Coding sheets: blind, safe to open, whole in any length, the same bytes each time."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.desk.sheet import Ticket, read_ticket
from msfresearch.themes.desk.sheetfiles import write_csv, write_xlsx
from msfresearch.themes.desk.shown import CELL, pieces, short, visible
from tests.themes.desk.small import FRAME, LANGUAGES, THEMES, answers, columns, frame, sheet

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    ' "=1',
    "'=1",
    '=HYPERLINK("https://example.org","x")',
    "a;=1+1",
    "https://example.org/",
    "mailto:a@example.org",
    "internal:Sheet1!A1",
]


def cells(path: Path) -> list[list[str]]:
    """All cells of the first page."""
    page = openpyxl.load_workbook(path).worksheets[0]
    return [[str(cell.value or "") for cell in row] for row in page.iter_rows()]


def table(path: Path, delimiter: str = ",") -> list[list[str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@given(st.text(), st.integers(2, 30))
def test_pieces_are_the_text_and_fit_a_cell(text: str, size: int) -> None:
    parts = pieces(text, size)
    assert "".join(parts) == text
    assert all(len(part.encode("utf-16-le", "surrogatepass")) // 2 <= size for part in parts)
    assert all(parts) or parts == [""]


@given(st.text(), st.integers(3, 30))
def test_a_short_text_is_its_beginning(text: str, limit: int) -> None:
    cut = short(text, limit)
    assert len(cut.encode("utf-16-le", "surrogatepass")) // 2 <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


@given(st.text(alphabet=st.characters() | st.characters(categories=["Cs", "Cc"])))
def test_a_visible_text_can_be_written_and_keeps_its_letters(text: str) -> None:
    seen = visible(text)
    seen.encode("utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", seen)
    assert [c for c in seen if c.isalnum()] == [c for c in text if c.isalnum()]
    assert visible(seen) == seen


def test_a_sheet_is_blind(tmp_path: Path) -> None:
    made = sheet(answers(6))
    write_xlsx(tmp_path / "s.xlsx", made, FRAME)
    paths = write_csv(tmp_path / "s.csv", made, FRAME)
    with zipfile.ZipFile(tmp_path / "s.xlsx") as book:
        written = b"".join(book.read(name) for name in book.namelist())
    for content in (written, *(path.read_bytes() for path in paths)):
        # The ids of these answers and the column member tell the country.
        assert b"NARNIA" not in content
    assert b"Answer number 5" in written
    assert set(made.headings) == {
        "id",
        "language",
        "text",
        *THEMES,
        "none",
        "note",
        "sheet",
        "check",
    }


def test_two_coders_see_the_same_answers_under_the_same_ids() -> None:
    ana, ben = sheet(coder="ana"), sheet(coder="ben")
    assert [row["id"] for row in ana.rows] == [row["id"] for row in ben.rows]
    assert not {row["check"] for row in ana.rows} & {row["check"] for row in ben.rows}
    assert ana.ticket.sheet != ben.ticket.sheet


def test_only_the_cells_of_a_decision_are_unlocked_and_offer_one_or_blank(tmp_path: Path) -> None:
    made = sheet(answers(4))
    page = openpyxl.load_workbook(write_xlsx(tmp_path / "s.xlsx", made, FRAME)).worksheets[0]
    assert page.protection.sheet
    assert page.protection.password is None
    assert page.freeze_panes == "D2"
    offered = {
        str(area): choice
        for choice in page.data_validations.dataValidation
        for area in choice.sqref.ranges
    }
    for key, at in columns(page).items():
        letter = openpyxl.utils.get_column_letter(at)
        column = [page.cell(row, at) for row in range(2, 6)]
        open_ = key in (*THEMES, "none", "note")
        assert [cell.protection.locked for cell in column] == [not open_] * 4
        assert page.cell(1, at).protection.locked
        choice = offered.pop(f"{letter}2:{letter}5", None)
        assert (choice is not None) == (key in (*THEMES, "none"))
        if choice is not None:
            assert (choice.type, choice.formula1, choice.allowBlank) == ("list", '"1"', True)
        if key in THEMES:
            assert choice.prompt.startswith(f"What {key} is.")
            assert len(choice.prompt) <= 255
    assert not offered
    assert all(cell.alignment.wrap_text for cell in page["C"][1:])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_second_page_is_the_codebook_in_the_coders_language(tmp_path: Path, lang: str) -> None:
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "s.xlsx", sheet(lang=lang), FRAME))
    answers_page, codebook_page, instructions_page = book.worksheets
    rows = [[cell.value for cell in row] for row in codebook_page.iter_rows(min_row=2)]
    assert len(rows) == len(THEMES)
    family, theme, definition, include, exclude, examples = rows[0]
    assert (family, theme) == (f"barriers ({lang})", f"Tokenism ({lang}) [tokenism]")
    assert definition.endswith(f"({lang})")
    assert (include, exclude) == (f"tokenism in ({lang})", f"tokenism out ({lang})")
    assert examples == "One.\nTwo."
    assert instructions_page.max_row >= 5
    assert all(page.protection.sheet for page in book.worksheets)
    assert f"Funding ({lang})" in str(answers_page.cell(1, columns(answers_page)["funding"]).value)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula_or_a_link(tmp_path: Path, text: str) -> None:
    made = sheet(answers(1, {0: text}), codebook=frame(a="f"))
    path = write_xlsx(tmp_path / "s.xlsx", made, frame(a="f"))
    with zipfile.ZipFile(path) as book:
        names = book.namelist()
        first = book.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in first
    assert b"hyperlink" not in first
    assert not [name for name in names if "_rels/sheet" in name or "external" in name.lower()]
    page = openpyxl.load_workbook(path).worksheets[0]
    assert page["C2"].data_type == "s"
    assert page["C2"].value == text.replace("\r", "\n")
    assert page["C2"].quotePrefix

    written = table(write_csv(tmp_path / "s.csv", made, frame(a="f"))[0])
    content = (tmp_path / "s.csv").read_bytes().decode("utf-8-sig")
    for cell in [*written[1], *re.split("[;,\n\r\t]", content)]:
        assert not re.match(r"[\s'\"]*[=+@＝]", cell) or re.match(r"[\s\"]*'", cell)


def test_an_answer_of_a_hundred_thousand_characters_is_whole(tmp_path: Path) -> None:
    long = "".join(chr(0x61 + at % 26) for at in range(99_990)) + "😀" * 10
    astral = "😀" * 50_000
    made = sheet(answers(3, {0: long, 1: astral}))
    path = write_xlsx(tmp_path / "s.xlsx", made, FRAME)
    page = openpyxl.load_workbook(path).worksheets[0]
    place = columns(page)
    texts = [key for key in place if key.startswith("text")]
    assert texts == ["text", "text_2", "text_3", "text_4"]
    for row, text in ((2, long), (3, astral), (4, "Answer number 2")):
        parts = [str(page.cell(row, place[key]).value or "") for key in texts]
        assert "".join(parts) == text
        assert max(len(part.encode("utf-16-le")) // 2 for part in parts) <= CELL
    written = table(write_csv(tmp_path / "s.csv", made, FRAME)[0])
    assert "".join(written[1][2:6]) == long


def test_signs_that_no_file_may_hold_are_shown_and_break_nothing(tmp_path: Path) -> None:
    hostile = "a\x00b\ud800c\x1bd\ufffee\x85f _x0041_ </t><script>"
    made = sheet(answers(2, {0: hostile}))
    seen = "a␀b�c␛d�e�f _x0041_ </t><script>"
    path = write_xlsx(tmp_path / "s.xlsx", made, FRAME)
    assert openpyxl.load_workbook(path).worksheets[0]["C2"].value.replace("_x005F", "") == seen
    assert table(write_csv(tmp_path / "s.csv", made, FRAME)[0])[1][2] == seen


def test_an_empty_answer_has_its_row(tmp_path: Path) -> None:
    made = sheet(answers(2, {0: ""}))
    assert len(cells(write_xlsx(tmp_path / "s.xlsx", made, FRAME))) == 3


def test_the_same_sheet_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_xlsx(tmp_path / f"{name}.xlsx", sheet(), FRAME)
        write_csv(tmp_path / f"{name}.csv", sheet(), FRAME)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_another_text_or_order_is_another_sheet() -> None:
    whole = answers()
    names = {
        sheet(whole).ticket.sheet,
        sheet(whole[::-1]).ticket.sheet,
        sheet(answers(6, {3: "x"})).ticket.sheet,
        sheet(whole, seed="8").ticket.sheet,
    }
    assert len(names) == 4


@pytest.mark.parametrize(("lang", "delimiter"), [("en", ","), ("es", ";"), ("fr", ";")])
def test_a_text_table_opens_where_the_comma_is_a_decimal_mark(
    tmp_path: Path, lang: str, delimiter: str
) -> None:
    paths = write_csv(tmp_path / "s.csv", sheet(lang=lang), FRAME)
    rows = table(paths[0], delimiter)
    assert len({len(row) for row in rows}) == 1
    assert len(rows[0]) == 11
    assert all(path.read_bytes().startswith(b"\xef\xbb\xbf") for path in paths)
    assert len(table(paths[1], delimiter)) == len(THEMES) + 1


def test_answers_in_languages_a_coder_does_not_read_are_left_out_and_counted() -> None:
    made = sheet(answers(7), languages=["es", "fr"])
    assert [row["language"] for row in made.rows] == ["es", "fr", "es", "fr"]
    assert made.left_out == 3
    assert made.ticket.rows == 4


TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@settings(max_examples=40)
@given(TEXTS, TEXTS, TEXTS, TEXTS, st.integers(0, 10**6))
def test_what_a_row_says_of_its_sheet_is_read_back(
    wave: str, a: str, b: str, c: str, n: int
) -> None:
    ticket = Ticket(wave, a, b, "random", c, n, "abc")
    assert read_ticket(str(ticket)) == ticket
    assert str(ticket).isascii()
    assert not re.search(r"[;,\t|\"']", str(ticket))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"coder": "Ana Maria"}, "not a coder's name"),
        ({"coder": "adjudicator"}, "do not fit"),
        ({"draw": "adjudication"}, "do not fit"),
        ({"draw": "lottery"}, "do not fit"),
        ({"languages": []}, "no answer to code"),
        ({"lang": "de"}, "language"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(changes: dict[str, str], problem: str) -> None:
    with pytest.raises((AnswerError, CodebookError), match=problem):
        sheet(**changes)


def test_a_theme_called_like_a_column_is_refused() -> None:
    with pytest.raises(CodebookError, match="like a column"):
        sheet(codebook=frame(note="f", text_2="f"))


def test_an_id_that_stands_twice_or_cannot_be_written_is_refused() -> None:
    twice = answers(2).assign(answer_id="a")
    with pytest.raises(AnswerError, match="twice"):
        sheet(twice)
    with pytest.raises(AnswerError, match="no log can hold"):
        sheet(answers(1).assign(answer_id="a\nb"))
