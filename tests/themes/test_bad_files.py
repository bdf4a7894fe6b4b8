"""Sheets, logs and projects of a hostile mind: every good row in, every bad one listed, no more."""

from __future__ import annotations

import csv
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.desk import returned
from msfresearch.themes.desk.log import codings, read_log
from msfresearch.themes.desk.sheetfiles import write_csv, write_xlsx
from msfresearch.themes.exchange import package
from msfresearch.themes.exchange.formats import read, write
from msfresearch.themes.exchange.names import guid
from msfresearch.themes.exchange.positions import choose, readings
from msfresearch.themes.exchange.shapes import gather
from tests.themes.desk.small import FRAME, change_csv, columns, fill, logged, marked, sheet, take
from tests.themes.exchange import frames
from tests.themes.test_bad_input import state, told

AT = "2026-01-31"
ANSWER = frames.answers({"a": "one two"})


def workbook(path: Path, change: Callable[[Any], object]) -> Path:
    """A workbook of six answers, the first coded as trust, then changed."""
    fill(write_xlsx(path, sheet(), FRAME), {0: ["trust"]})
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def _contradict(book: Any) -> None:
    copy = book.copy_worksheet(book.worksheets[0])
    copy.cell(2, columns(copy)["trust"]).value = None
    copy.cell(2, columns(copy)["none"]).value = 1


def _as_date(book: Any) -> None:
    page = book.worksheets[0]
    page.cell(2, columns(page)["trust"]).number_format = "yyyy-mm-dd"


def _hide(book: Any) -> None:
    page = book.worksheets[0]
    page.column_dimensions["E"].hidden = page.row_dimensions[2].hidden = True
    page.sheet_state = "hidden"


@pytest.mark.parametrize(
    ("change", "appended", "bad"),
    [
        (lambda book: book.move_sheet(book.worksheets[1], -1), 1, 0),
        (lambda book: book.copy_worksheet(book.worksheets[0]), 1, 0),
        (lambda book: book.worksheets[0].merge_cells("A1:C1"), 1, 0),
        (_hide, 1, 0),
        (_contradict, 0, 2),
        (_as_date, 0, 1),
    ],
    ids=["pages moved", "a page copied", "merged", "hidden", "a copy that differs", "a date"],
)
def test_what_a_spreadsheet_program_does_to_a_sheet_is_read_or_listed(
    tmp_path: Path, change: Callable[[Any], object], appended: int, bad: int
) -> None:
    found = take(workbook(tmp_path / "s.xlsx", change), tmp_path / "log")
    assert (found.appended, found.bad_rows, found.absent) == (appended, bad, 0)
    assert (tmp_path / "log").exists() == bool(appended)


def test_macros_are_left_alone_and_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", str)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 not run")
    found = take(path.rename(tmp_path / "s.xlsm"), tmp_path / "log")
    assert found.appended == 1
    assert any("macro" in line for line in found.account)


@pytest.mark.parametrize("at", ["", "31.8.2019", "2019-02-30", "2019-08-31T10:00", "tomorrow"])
def test_a_day_that_is_none_leaves_the_sheet_and_the_log_alone(tmp_path: Path, at: str) -> None:
    path = workbook(tmp_path / "s.xlsx", str)
    before = state(tmp_path)
    with pytest.raises(AnswerError, match="not a date"):
        take(path, tmp_path / "log", at=at)
    assert state(tmp_path) == before


def contradictory(rows: list[list[str]]) -> list[list[str]]:
    """Ten thousand rows about one answer, every other one of another mind."""
    trust, funding = (
        next(at for at, head in enumerate(rows[0]) if head.endswith(f"[{theme}]"))
        for theme in ("trust", "funding")
    )
    one, other = rows[1].copy(), rows[1].copy()
    one[trust] = other[funding] = "1"
    return [rows[0], *[one, other] * 5_000]


def test_thousands_of_rows_about_one_answer_are_all_bad_and_name_a_few_others(
    tmp_path: Path,
) -> None:
    path, *_ = write_csv(tmp_path / "s.csv", sheet(), FRAME)
    found = take(change_csv(path, contradictory), tmp_path / "log")
    assert (found.appended, found.bad_rows, found.absent) == (0, 10_000, 5)
    assert found.bad["found"].iloc[0] == "another decision on row 3, 4, 5, 6, 7, …"
    assert found.bad["found"].iloc[-1] == "another decision on row 2, 3, 4, 5, 6, …"


@pytest.mark.parametrize("most", [0, 200_000_000])
def test_quotes_that_never_close_cost_their_rows_alone_however_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(returned, "_MOST_IN_VAIN", most)
    path, *_ = write_csv(tmp_path / "s.csv", sheet(), FRAME)
    change_csv(path, marked({0: {"trust"}, 5: set()}))
    head, *rows = path.read_text("utf-8-sig").splitlines(keepends=True)
    path.write_text("".join([head, *rows[:3], *['x","\n'] * 2_000, *rows[3:]]), "utf-8")
    found = take(path, tmp_path / "log")
    assert (found.appended, found.bad_rows, found.absent) == (2, 2_000, 0)


@pytest.mark.parametrize("key", ["id", "sheet", "check"])
def test_a_quote_that_opens_what_ties_a_row_to_its_answer_swallows_no_other_row(
    tmp_path: Path, key: str
) -> None:
    def opened(rows: list[list[str]]) -> list[list[str]]:
        at = next(at for at, head in enumerate(rows[0]) if head.endswith(f"[{key}]"))
        rows = [[*row[:at], *row[at + 1 :], row[at]] for row in rows]  # the last column
        rows[2][-1] = "OPEN" + rows[2][-1]
        return rows

    path, *_ = write_csv(tmp_path / "s.csv", sheet(), FRAME)
    change_csv(path, marked({0: {"trust"}, 1: {"trust"}, 5: set()}))
    change_csv(path, opened)
    path.write_text(path.read_text("utf-8-sig").replace("OPEN", '"'), "utf-8")
    found = take(path, tmp_path / "log")
    assert (found.appended, found.bad["row"].unique().tolist()) == (2, [3])


def test_a_decision_of_thousands_of_spans_can_be_read_again(tmp_path: Path) -> None:
    spans = " ".join(sorted(f"trust[{at}-{at + 1}]" for at in range(9_000)))
    assert logged(tmp_path, ("a", spans)) == 1
    program = "import sys; from pathlib import Path; from msfresearch.themes.desk import log"
    program += "\nprint(len(log.codings(log.read_log(Path(sys.argv[1])))))"
    # In a process of its own: how long a cell may be is one limit for all who read.
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True)
    assert done.stdout == "9000\n", done.stderr
    assert len(codings(read_log(tmp_path))) == 9_000


def table_of(folder: Path, *rows: str) -> Path:
    path = folder / "t.csv"
    path.write_text("\n".join(["answer_id,coder,theme,at,note", *rows, ""]), encoding="utf-8")
    return path


def test_a_day_that_no_calendar_has_becomes_the_day_of_the_import(tmp_path: Path) -> None:
    found = read(table_of(tmp_path, "a,ana,trust,2026-99-99,"), ANSWER, frames.frame(), AT)
    assert found.log["at"].tolist() == [AT]
    with pytest.raises(AnswerError, match="not a date"):
        write("csv", tmp_path / "out.csv", gather(ANSWER, frames.frame()), "en", "2026-02-30")
    assert not (tmp_path / "out.csv").exists()


def test_a_cell_of_a_million_signs_is_no_reason_to_refuse_a_table(tmp_path: Path) -> None:
    path = table_of(tmp_path, "a,ana,trust,," + "x" * 1_000_000)
    csv.field_size_limit(131_072)  # Python's own, whatever was read before
    assert len(read(path, ANSWER, frames.frame(), AT).log) == 1


def test_thousands_of_users_whose_names_are_spelled_alike_stay_apart(tmp_path: Path) -> None:
    users = [chr(0x4E00 + at) for at in range(20_000)]
    path = table_of(tmp_path, *(f"a,{user},trust,," for user in users))
    assert read(path, ANSWER, frames.frame(), AT).log["coder"].nunique() == len(users)


@pytest.mark.parametrize("theme", ["answer_id", "coder", "theme", "language"])
@pytest.mark.parametrize("to", ["matrix", "sav"])
def test_a_theme_called_like_a_column_of_the_matrix_is_refused(
    tmp_path: Path, theme: str, to: Any
) -> None:
    codebook = frames.frame(themes={theme: frames.theme("gaps", "A", "B", "C")})
    with pytest.raises(AnswerError, match="named like") as caught:
        write(to, tmp_path / "out", gather(ANSWER, codebook), "en", AT)
    assert caught.value.column == theme
    assert not (tmp_path / "out").exists()


def test_a_code_within_itself_is_refused(tmp_path: Path) -> None:
    code = f'<Code guid="{guid("theme", "trust")}" name="trust">'
    path = tmp_path / "b.qdc"
    path.write_text(f"<CodeBook><Codes>{code}{code}</Code></Code></Codes></CodeBook>")
    with pytest.raises(CodebookError, match="two codes with one identifier") as caught:
        read(path, ANSWER, frames.frame(), AT)
    told(caught.value, path)


def test_one_text_that_many_sources_share_is_not_unpacked_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "LARGEST_UNPACKED", 50_000)
    sources = "".join(
        f'<TextSource guid="{uuid.UUID(int=at)}" name="a" plainTextPath="internal://t.txt"/>'
        for at in range(1, 51)
    )
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", f"<Project><Sources>{sources}</Sources></Project>")
        archive.writestr("sources/t.txt", "one two " * 250)
    with pytest.raises(AnswerError, match="many sources share") as caught:
        read(path, ANSWER, frames.frame(), AT)
    told(caught.value, path)
    assert [one.name for one in tmp_path.iterdir()] == ["p.qdpx"]


class Counted(str):
    """A text that counts the signs that are cut out of it."""

    __slots__ = ("cut",)

    def __getitem__(self, key: Any) -> str:
        found = super().__getitem__(key)
        self.cut = getattr(self, "cut", 0) + len(found)
        return found


def test_places_that_are_each_the_whole_text_do_not_read_it_each_time() -> None:
    text = Counted("\U0001f600" + "word " * 20_000)
    ways = readings(str(text), marked=False)
    choose(ways, text, [(0, len(text) - at, "a name") for at in range(1_000)])
    assert text.cut < 20 * len(text)
