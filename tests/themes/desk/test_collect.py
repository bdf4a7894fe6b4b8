"""Sheets taken back: every good row in, every bad row listed, whatever happened to the sheet."""

from __future__ import annotations

import csv
import io
import random as dice
import shutil
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from msfresearch.errors import AnswerError, MsfResearchError, SourceError
from msfresearch.themes.desk.collect import bad_file_of
from msfresearch.themes.desk.log import codings, decisions, read_log
from msfresearch.themes.desk.reading import NO, YES
from msfresearch.themes.desk.sheetfiles import csv_bytes, write_csv, write_xlsx
from msfresearch.themes.desk.shown import visible
from tests.themes.desk.small import (
    FRAME,
    THEMES,
    answers,
    change_csv,
    columns,
    fill,
    frame,
    marked,
    sheet,
    take,
)

IDS = answers(30)["answer_id"].tolist()


@pytest.fixture
def given_out(tmp_path: Path) -> Path:
    """A workbook of six answers."""
    return write_xlsx(tmp_path / "ana.xlsx", sheet(answers(6)), FRAME)


def decided(folder: Path) -> dict[str, set[str]]:
    log = read_log(folder)
    found: dict[str, set[str]] = {one: set() for one in decisions(log)["answer_id"]}
    for row in codings(log).itertuples():
        found[str(row.answer_id)].add(str(row.theme))
    return found


def test_a_filled_workbook_becomes_decisions(given_out: Path, tmp_path: Path) -> None:
    fill(given_out, {0: ["trust", "funding"], 2: ["none"], 3: {"note": "not sure @all"}})
    found = take(given_out, tmp_path / "log")
    assert (found.appended, found.unchanged, found.blank, found.absent) == (2, 0, 4, 0)
    assert found.bad.empty
    assert found.bad_file is None
    assert decided(tmp_path / "log") == {IDS[0]: {"trust", "funding"}, IDS[2]: set()}
    log = read_log(tmp_path / "log")
    assert log[["at", "coder", "codebook", "draw"]].drop_duplicates().to_numpy().tolist() == [
        ["2019-09-01", "ana", "1.0", "random"]
    ]
    assert found.notes.to_numpy().tolist() == [[IDS[3], "ana", "not sure @all"]]


def test_what_is_collected_twice_is_in_the_log_once(given_out: Path, tmp_path: Path) -> None:
    fill(given_out, {0: ["trust"], 1: ["none"]})
    take(given_out, tmp_path / "log")
    before = (tmp_path / "log" / "ana.csv").read_bytes()
    again = take(given_out, tmp_path / "log", at="2020-01-01")
    assert (again.appended, again.unchanged) == (0, 2)
    assert (tmp_path / "log" / "ana.csv").read_bytes() == before


def test_a_damaged_sheet_loses_nothing_and_can_be_mended(given_out: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    fill(given_out, {0: ["trust"], 1: {"trust": 7}, 2: ["trust", "none"], 3: ["funding"]})
    found = take(given_out, log)
    assert decided(log) == {IDS[0]: {"trust"}, IDS[3]: {"funding"}}
    assert found.appended == 2
    assert found.bad_rows == 2
    assert found.bad[["row", "column", "found"]].to_numpy().tolist() == [
        [3, "trust", "7"],
        [4, "none", "1 here and under: trust"],
    ]
    assert (found.bad[["expected", "do"]] != "").all(axis=None)
    assert found.bad_file == bad_file_of(given_out)
    listed = list(csv.reader(io.StringIO(found.bad_file.read_text(encoding="utf-8-sig"))))
    assert listed[0] == list(found.bad.columns)
    assert [row[1] for row in listed[1:]] == ["3", "4"]

    fill(given_out, {1: {"trust": 1}, 2: {"none": None}})
    mended = take(given_out, log)
    assert (mended.appended, mended.unchanged, mended.bad_rows) == (2, 2, 0)
    assert not bad_file_of(given_out).exists()


@pytest.mark.parametrize("written", sorted(YES))
def test_every_declared_yes_is_read(given_out: Path, tmp_path: Path, written: str) -> None:
    fill(given_out, {0: {"trust": f" {written.upper()} "}, 1: {"trust": True}})
    take(given_out, tmp_path / "log")
    assert decided(tmp_path / "log") == {IDS[0]: {"trust"}, IDS[1]: {"trust"}}


@pytest.mark.parametrize("written", ["2", "-", "?", "maybe", "10", "1.5", "١", "０", "1 1"])
def test_anything_else_is_a_bad_row(given_out: Path, tmp_path: Path, written: str) -> None:
    fill(given_out, {0: {"trust": "1"}, 1: {"trust": written, "funding": "1"}})
    found = take(given_out, tmp_path / "log")
    assert found.bad["column"].tolist() == ["trust"]
    assert decided(tmp_path / "log") == {IDS[0]: {"trust"}}


def test_a_formula_that_no_program_computed_is_told(given_out: Path, tmp_path: Path) -> None:
    found = take(fill(given_out, {0: {"trust": "=1=1"}}), tmp_path / "log")
    assert found.blank == 6
    assert any("formulas without a stored result" in said for said in found.account)


@pytest.mark.parametrize("written", sorted(NO))
def test_a_written_no_is_no(given_out: Path, tmp_path: Path, written: str) -> None:
    everywhere = dict.fromkeys(THEMES, written)
    rows = {0: {"trust": 1, "funding": written}, 1: everywhere, 2: {"trust": written}}
    found = take(fill(given_out, rows), tmp_path / "log")
    assert decided(tmp_path / "log") == {IDS[0]: {"trust"}, IDS[1]: set()}
    # Only some themes denied: whether the row is coded, nobody knows.
    assert found.bad["row"].tolist() == [4]


def test_the_list_of_bad_rows_computes_nothing(given_out: Path, tmp_path: Path) -> None:
    take(fill(given_out, {0: {"trust": "@SUM(1)"}}), tmp_path / "log")
    assert '"\'@SUM(1)"' in bad_file_of(given_out).read_text(encoding="utf-8")


def test_a_cell_is_never_repeated_whole(given_out: Path, tmp_path: Path) -> None:
    secret = "My minister told me that the forum is a farce."
    found = take(fill(given_out, {0: {"trust": secret}}), tmp_path / "log")
    assert found.bad_rows == 1
    assert secret[:25] not in bad_file_of(given_out).read_text(encoding="utf-8")


def test_columns_may_be_added_moved_and_written_in_another_case(
    given_out: Path, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(fill(given_out, {0: ["trust"], 1: ["none"]}))
    page = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    for row in rows:
        row[:] = [*row[::-1], "mine"]
    rows[0] = [str(head).upper() for head in rows[0]]
    made = openpyxl.Workbook()
    made.active.append(["A title that somebody wrote"])
    for row in rows:
        made.active.append(row)
    made.save(tmp_path / "moved.xlsx")
    found = take(tmp_path / "moved.xlsx", tmp_path / "log")
    assert decided(tmp_path / "log") == {IDS[0]: {"trust"}, IDS[1]: set()}
    assert found.ignored == ("MINE",)
    assert found.bad.empty


def test_a_missing_theme_column_makes_every_decision_unknown(
    given_out: Path, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(fill(given_out, {0: ["trust"]}))
    page = book.worksheets[0]
    page.delete_cols(columns(page)["funding"])
    book.save(given_out)
    found = take(given_out, tmp_path / "log")
    assert found.appended == 0
    assert found.bad_rows == 6
    assert set(found.bad["column"]) == {"funding"}


def test_rows_may_be_sorted_deleted_and_doubled(given_out: Path, tmp_path: Path) -> None:
    fill(given_out, {at: ["trust"] if at % 2 else ["none"] for at in range(6)})
    shutil.copy(given_out, tmp_path / "whole.xlsx")
    book = openpyxl.load_workbook(given_out)
    page = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
    page.delete_rows(2, 6)
    for row in [*reversed(rows[1:]), rows[5]]:
        page.append(row)
    book.save(given_out)
    found = take(given_out, tmp_path / "log")
    assert (found.appended, found.repeated, found.absent, found.bad_rows) == (5, 1, 1, 0)
    take(tmp_path / "whole.xlsx", tmp_path / "log")
    assert len(read_log(tmp_path / "log")) == 6


def test_sorted_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name, order in (("one", 1), ("two", -1)):
        path, *_ = write_csv(tmp_path / f"{name}.csv", sheet(answers(6)), FRAME)
        change_csv(path, marked({at: {"trust"} for at in range(6)}))
        change_csv(path, lambda rows, order=order: [rows[0], *rows[1:][::order]])
        take(path, tmp_path / name)
    assert (tmp_path / "one" / "ana.csv").read_bytes() == (
        tmp_path / "two" / "ana.csv"
    ).read_bytes()


def test_two_decisions_about_one_answer_are_both_bad(given_out: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(fill(given_out, {0: ["trust"], 1: ["trust"]}))
    page = book.worksheets[0]
    copy = [cell.value for cell in page[2]]
    copy[columns(page)["funding"] - 1] = 1
    page.append(copy)
    book.save(given_out)
    found = take(given_out, tmp_path / "log")
    assert found.bad["row"].tolist() == [2, 8]
    assert decided(tmp_path / "log") == {IDS[1]: {"trust"}}


def test_a_changed_id_is_a_bad_row_even_if_another_answer_has_it(
    given_out: Path, tmp_path: Path
) -> None:
    fill(given_out, {at: ["trust"] for at in range(6)})
    rows = sheet(answers(6)).rows
    elsewhere = sheet(answers(30)).rows[20]["id"]
    fill(given_out, {0: {"id": elsewhere}, 1: {"id": rows[2]["id"]}, 3: {"id": "1,5E+10"}})
    found = take(given_out, tmp_path / "log")
    assert found.bad["row"].tolist() == [2, 3, 5]
    assert set(decided(tmp_path / "log")) == {IDS[2], IDS[4], IDS[5]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"wave": "w-2"}, "wave w-2"),
        ({"codebook": frame("2.0")}, "codebook 2.0"),
        ({"coders": ["ben"]}, "one of: adjudicator, ben"),
        ({"ids": IDS[3:]}, "the id that belongs"),
    ],
)
def test_a_sheet_of_something_else_is_listed_not_logged(
    given_out: Path, tmp_path: Path, changes: dict[str, object], expected: str
) -> None:
    fill(given_out, {0: ["trust"], 1: ["none"]})
    found = take(given_out, tmp_path / "log", **changes)
    assert found.appended == 0
    assert expected in found.bad.loc[0, "expected"]
    assert {2, 3} <= set(found.bad["row"])
    assert read_log(tmp_path / "log").empty


def test_a_row_says_of_itself_what_it_is_and_not_otherwise(given_out: Path, tmp_path: Path) -> None:
    ticket = sheet(answers(6)).rows[0]["sheet"]
    fill(
        given_out,
        {
            0: {"trust": 1, "sheet": ticket.replace("coder=ana", "coder=ben")},
            1: {"trust": 1, "sheet": ticket.replace("draw=random", "draw=chosen")},
            2: {"trust": 1, "sheet": "whatever"},
            3: {"trust": 1, "check": None},
            4: {"trust": 1},
        },
    )
    found = take(given_out, tmp_path / "log")
    assert found.bad["row"].tolist() == [2, 3, 4, 5]
    assert decided(tmp_path / "log") == {IDS[4]: {"trust"}}


def test_a_long_answer_comes_back_and_its_further_columns_are_no_strangers(tmp_path: Path) -> None:
    made = sheet(answers(2, {0: "word " * 20_000}))
    path = fill(write_xlsx(tmp_path / "s.xlsx", made, FRAME), {0: ["trust"]})
    found = take(path, tmp_path / "log")
    assert (found.appended, found.blank, found.ignored) == (1, 1, ())


def test_a_page_without_our_columns_is_no_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Id [id]", "Trust [trust]"])
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(AnswerError, match="no coding sheet"):
        take(tmp_path / "other.xlsx", tmp_path / "log")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(AnswerError, match="no coding sheet"):
        take(tmp_path / "other.csv", tmp_path / "log")


def test_a_file_that_may_not_be_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.xlsx").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "s.html").write_bytes(b"<html><table></table></html>")
    for name in ("s.xlsx", "s.html", "nowhere.xlsx"):
        with pytest.raises(SourceError):
            take(tmp_path / name, tmp_path / "log")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_text_table_comes_back_in_any_usual_form(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    given = answers(4, {0: "Sí, señor; más «diálogo»\nen dos líneas, 50 %", 1: "=1+1"})
    path, *_ = write_csv(tmp_path / "s.csv", sheet(given), FRAME)

    def change(rows: list[list[str]]) -> list[list[str]]:
        rows = marked({0: {"trust"}, 1: set()})(rows)
        rows[3][4] = "sí"
        return rows

    change_csv(path, change, delimiter, encoding)
    found = take(path, tmp_path / "log")
    assert found.bad.empty
    assert decided(tmp_path / "log") == {IDS[0]: {"trust"}, IDS[1]: set(), IDS[2]: {"outreach"}}
    assert any("encoding" in said for said in found.account)


def test_a_row_cut_short_or_an_open_quote_costs_its_row_alone(tmp_path: Path) -> None:
    path, *_ = write_csv(tmp_path / "s.csv", sheet(answers(6)), FRAME)
    change_csv(path, marked({at: {"trust"} for at in range(6)}))
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    lines[2] = lines[2].replace("Answer number", '"Answer number', 1)
    lines[4] = lines[4].rsplit(",", 3)[0]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = take(path, tmp_path / "log")
    assert found.bad["row"].tolist() == [3, 5]
    assert set(decided(tmp_path / "log")) == {IDS[0], IDS[2], IDS[4], IDS[5]}
    assert found.absent == 2


def test_a_quote_that_opens_the_last_row_swallows_nothing(tmp_path: Path) -> None:
    path, *_ = write_csv(tmp_path / "s.csv", sheet(answers(3)), FRAME)
    change_csv(path, marked({at: {"trust"} for at in range(3)}))
    with path.open("a", encoding="utf-8") as file:
        file.write('"and\nno\nmore')
    found = take(path, tmp_path / "log")
    assert found.appended == 3
    assert found.bad["row"].tolist() == [5, 6, 7]


def test_two_coders_sheets_in_any_order_give_the_same_log(tmp_path: Path) -> None:
    for coder, marks in (
        ("ana", {0: ["trust"], 3: ["none"]}),
        ("ben", {3: ["trust"], 1: ["funding"]}),
    ):
        path = write_xlsx(tmp_path / f"{coder}.xlsx", sheet(answers(6), coder=coder), FRAME)
        fill(path, marks)
    for order in (("ana", "ben"), ("ben", "ana"), ("ben", "ana", "ben")):
        for coder in order:
            take(tmp_path / f"{coder}.xlsx", tmp_path / "-".join(order))
    folders = [tmp_path / name for name in ("ana-ben", "ben-ana", "ben-ana-ben")]
    contents = [{p.name: p.read_bytes() for p in folder.iterdir()} for folder in folders]
    assert contents[0] == contents[1] == contents[2]
    assert set(contents[0]) == {"ana.csv", "ben.csv"}


def test_a_later_decision_replaces_and_both_stay(given_out: Path, tmp_path: Path) -> None:
    take(fill(given_out, {0: ["trust"]}), tmp_path / "log")
    take(fill(given_out, {0: {"trust": None, "none": 1}}), tmp_path / "log")
    assert decided(tmp_path / "log") == {IDS[0]: set()}
    assert read_log(tmp_path / "log")["codes"].tolist() == ["trust", "-"]


def test_a_row_that_is_blanked_takes_no_decision_away(given_out: Path, tmp_path: Path) -> None:
    take(fill(given_out, {0: ["trust"]}), tmp_path / "log")
    found = take(fill(given_out, {0: {"trust": None}}), tmp_path / "log")
    assert found.blank == 6
    assert decided(tmp_path / "log") == {IDS[0]: {"trust"}}


DECISIONS = st.dictionaries(st.integers(0, 5), st.sets(st.sampled_from(sorted(THEMES))), max_size=6)
TEXTS = st.lists(st.text(max_size=30), min_size=6, max_size=6)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DECISIONS, TEXTS, st.randoms(use_true_random=False), st.sets(st.integers(0, 5), max_size=3))
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_any_decisions_come_back_from_a_shuffled_sheet(
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    marks: dict[int, set[str]],
    texts: list[str],
    random: dice.Random,
    dropped: set[int],
) -> None:
    folder = tmp_path_factory.mktemp("sheets")
    made = sheet(answers(6, dict(enumerate(texts))))
    keys = list(made.headings)
    rows = [[row.get(key, "") for key in keys] for row in made.rows]
    for at, themes in marks.items():
        for theme in themes or {"none"}:
            rows[at][keys.index(theme)] = random.choice(sorted(YES))
    for row, text in zip(rows, texts, strict=True):
        row[keys.index("note")] = visible(text)
    kept = [row for at, row in enumerate(rows) if at not in dropped]
    random.shuffle(kept)
    order = list(range(len(keys)))
    random.shuffle(order)
    table = [[row[at] for at in order] for row in [list(made.headings.values()), *kept]]
    path = folder / f"sheet.{kind}"
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in table:
            book.active.append([f"'{cell}" if cell.startswith("=") else cell for cell in row])
        book.save(path)
    else:
        path.write_bytes(csv_bytes(table, random.choice(",;")))
    found = take(path, folder / "log")
    assert found.bad.empty
    assert found.absent == len(dropped)
    wanted = {IDS[at]: themes for at, themes in marks.items() if at not in dropped}
    assert decided(folder / "log") == wanted
    assert found.appended == len(wanted)
    if kind == "csv":
        notes = dict(zip(found.notes["answer_id"], found.notes["note"], strict=True))
        said = {IDS[at]: visible(text).strip() for at, text in enumerate(texts)}
        assert notes == {one: said[one] for one in notes}
        assert len(notes) == sum(said[IDS[at]] != "" for at in set(range(6)) - dropped)


@settings(max_examples=40)
@given(st.data())
def test_a_text_table_damaged_anyhow_is_refused_or_read_and_never_decides_alone(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    path, *_ = write_csv(folder / "s.csv", sheet(answers(4)), FRAME)
    change_csv(path, marked({0: {"trust"}, 1: set()}))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        end = at + data.draw(st.sampled_from([0, 0, 1, 1, 5, 200]))
        content[at:end] = data.draw(
            st.binary(max_size=3) | st.sampled_from([b'"', b"\n", b",", b"1"])
        )
    path.write_bytes(bytes(content))
    try:
        found = take(path, folder / "log")
    except MsfResearchError:
        assert not (folder / "log").exists()
        return
    log = read_log(folder / "log")
    assert found.appended == len(log)
    assert set(log["answer_id"]) <= set(IDS[:4])
    assert set(log["coder"]) <= {"ana"}
