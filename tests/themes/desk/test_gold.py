"""One decision out of several: agreed, adjudicated or open, and never for a coder's name."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from msfresearch.errors import AnswerError
from msfresearch.themes.desk.gold import STANDING, adjudication_sheet, gold
from msfresearch.themes.desk.log import read_log
from msfresearch.themes.desk.sheetfiles import write_csv, write_xlsx
from tests.themes.desk.small import FRAME, answers, change_csv, columns, fill, logged, marked, take

GIVEN = answers(30)
IDS = GIVEN["answer_id"].tolist()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two coders who agree on 0 and 1, differ on 2 and 3; 4 and 5 one of them has coded alone."""
    log = tmp_path / "log"
    logged(log, (IDS[0], "trust"), (IDS[1], "-"), (IDS[2], "trust funding"), (IDS[3], "gone trust"))
    logged(log, (IDS[4], "funding", "chosen"))
    logged(
        log, (IDS[0], "trust[0-3]"), (IDS[1], "-"), (IDS[2], "-"), (IDS[3], "trust"), coder="ben"
    )
    logged(log, (IDS[5], "-"), coder="ben")
    return log


def how(folder: Path) -> dict[str, str]:
    found = gold(read_log(folder), FRAME).answers
    STANDING.validate(found)
    return dict(zip(found["answer_id"], found["how"], strict=True))


def test_what_coders_agree_on_is_gold_and_what_is_open_is_none(folder: Path) -> None:
    found = gold(read_log(folder), FRAME)
    assert how(folder) == {
        IDS[0]: "agreed",
        IDS[1]: "agreed",
        IDS[2]: "open",
        IDS[3]: "open",
        IDS[4]: "single",
        IDS[5]: "single",
    }
    assert found.counts == {"adjudicated": 0, "agreed": 2, "single": 2, "open": 2}
    assert set(found.marks.index) == {IDS[0], IDS[1], IDS[4], IDS[5]}
    assert found.marks.loc[IDS[0]].to_dict() == {
        "tokenism": 0,
        "outreach": 0,
        "funding": 0,
        "trust": 1,
    }
    draws = found.answers.set_index("answer_id")["draw"]
    assert draws[IDS[4]] == "chosen"
    assert (draws.drop(IDS[4]) == "random").all()


def test_the_adjudicator_sees_both_decisions_and_no_name(folder: Path, tmp_path: Path) -> None:
    made = adjudication_sheet(GIVEN, FRAME, read_log(folder), wave="w-1", seed="7", lang="es")
    path = write_xlsx(tmp_path / "adjudicator.xlsx", made, FRAME)
    page = openpyxl.load_workbook(path).worksheets[0]
    place = columns(page)
    assert page.max_row == 3
    shown = [
        {page.cell(row, place[key]).value for key in ("decision", "decision_2")} for row in (2, 3)
    ]
    assert shown == [
        {"Funding (es)\nTrust (es)", "Ningún tema"},
        {"Trust (es)\n[gone]", "Trust (es)"},
    ]
    assert str(page.cell(1, place["decision"]).value).startswith("Decisión A")
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert "ana" not in str(cell.value).split()
                assert "ben" not in str(cell.value).split()


def test_which_coder_comes_first_changes_from_answer_to_answer(tmp_path: Path) -> None:
    for coder, codes in (("ana", "trust"), ("ben", "funding")):
        logged(tmp_path, *((one, codes) for one in IDS), coder=coder)
    made = adjudication_sheet(GIVEN, FRAME, read_log(tmp_path), wave="w-1", seed="7", lang="en")
    first = [row["decision"] for row in made.rows]
    assert 5 < first.count("Trust (en)") < 25
    again = adjudication_sheet(GIVEN, FRAME, read_log(tmp_path), wave="w-1", seed="7", lang="en")
    assert again == made
    other = adjudication_sheet(GIVEN, FRAME, read_log(tmp_path), wave="w-1", seed="8", lang="en")
    assert [row["decision"] for row in other.rows] != first


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_what_the_adjudicator_decides_is_gold(folder: Path, tmp_path: Path, kind: str) -> None:
    made = adjudication_sheet(GIVEN, FRAME, read_log(folder), wave="w-1", seed="7", lang="en")
    path = tmp_path / f"back.{kind}"
    if kind == "xlsx":
        fill(write_xlsx(path, made, FRAME), {0: ["funding"]})
    else:
        write_csv(path, made, FRAME)
        change_csv(path, marked({0: {"funding"}}))
    found = take(path, folder)
    assert (found.appended, found.blank, found.bad_rows) == (1, 1, 0)
    assert (folder / "adjudicator.csv").exists()
    standing = gold(read_log(folder), FRAME)
    assert how(folder)[IDS[2]] == "adjudicated"
    assert standing.marks.loc[IDS[2]].tolist() == [0, 0, 1, 0]
    row = standing.answers.set_index("answer_id").loc[IDS[2]]
    assert (row["draw"], row["n_coders"]) == ("random", 2)
    left = adjudication_sheet(GIVEN, FRAME, read_log(folder), wave="w-1", seed="7", lang="en")
    assert len(left.rows) == 1


def test_three_coders_agree_only_where_all_do(tmp_path: Path) -> None:
    for coder, codes in (("ana", "trust"), ("ben", "trust"), ("eve", "funding")):
        logged(tmp_path, (IDS[0], codes), coder=coder)
    made = adjudication_sheet(GIVEN, FRAME, read_log(tmp_path), wave="w-1", seed="7", lang="en")
    assert {"decision", "decision_2", "decision_3"} < set(made.headings)
    assert how(tmp_path) == {IDS[0]: "open"}


def test_where_nothing_is_open_there_is_no_sheet(tmp_path: Path, folder: Path) -> None:
    logged(tmp_path, (IDS[0], "trust"))
    with pytest.raises(AnswerError, match="nothing to adjudicate"):
        adjudication_sheet(GIVEN, FRAME, read_log(tmp_path), wave="w-1", seed="7", lang="en")
    with pytest.raises(AnswerError, match="are not here"):
        adjudication_sheet(GIVEN[3:], FRAME, read_log(folder), wave="w-1", seed="7", lang="en")


def test_gold_of_an_empty_log_is_empty(tmp_path: Path) -> None:
    found = gold(read_log(tmp_path), FRAME)
    assert found.marks.shape == (0, 4)
    assert found.counts == {"adjudicated": 0, "agreed": 0, "single": 0, "open": 0}
    pd.testing.assert_index_equal(found.marks.columns, pd.Index(list(FRAME.themes), name="theme"))
