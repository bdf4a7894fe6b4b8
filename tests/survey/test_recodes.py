"""Texts beside "other" get a code from a reviewed table, and from nothing else."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import SourceError
from msfresearch.survey.questionnaire import load_questionnaire
from msfresearch.survey.recodes import (
    BESIDE,
    COLUMNS,
    KEPT,
    OPEN,
    RECODED,
    UNUSED,
    folded,
    load_recodes,
    recode,
)
from tests.conftest import HOME
from tests.survey.forum import small_forum

FORUM = small_forum()
TABLE = FORUM.tables["answers"]
HEADER = ",".join(COLUMNS) + "\n"


def written(folder: Path, *rows: str) -> Path:
    path = folder / "small-forum.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def raw(**cells: list[str]) -> pd.DataFrame:
    """A canonical raw table of the items with a text beside "other"."""
    rows = len(next(iter(cells.values())))
    names = ("MSF_DECIDE", "MSF_DECIDE_other", "TOPICS_access", "TOPICS_budget")
    names += ("TOPICS_other_ticked", "TOPICS_other")
    lines = pd.Index(range(2, rows + 2), name="line")
    return pd.DataFrame({n: cells.get(n, [""] * rows) for n in names}, index=lines, dtype="str")


def counted(counts: pd.DataFrame, item: str) -> dict[str, int]:
    mine = counts[counts["item"] == item]
    return {str(what): int(n) for what, n in zip(mine["what"], mine["n"], strict=True)}


def test_a_reviewed_text_takes_the_place_of_other(tmp_path: Path) -> None:
    path = written(tmp_path, "decide,By  show of HANDS,vote,A. Reader,2019-09-30")
    table = raw(
        MSF_DECIDE=["other", "other", "consensus", "other"],
        MSF_DECIDE_other=["by show of hands ", "by lot", "", ""],
    )
    done, counts = recode(table, load_recodes(path, TABLE, FORUM), TABLE)
    assert list(done["MSF_DECIDE"]) == ["vote", "other", "consensus", "other"]
    assert list(done["MSF_DECIDE_other"]) == list(table["MSF_DECIDE_other"])
    assert counted(counts, "decide") == {RECODED: 1, KEPT: 0, OPEN: 1, BESIDE: 0, UNUSED: 0}


def test_a_reviewed_text_ticks_its_option_and_no_longer_other(tmp_path: Path) -> None:
    path = written(tmp_path, "topics,audits,budget,A. Reader,2019-09-30")
    table = raw(
        TOPICS_access=["1", "0"],
        TOPICS_budget=["0", "0"],
        TOPICS_other_ticked=["1", "1"],
        TOPICS_other=["Audits", "parks"],
    )
    done, counts = recode(table, load_recodes(path, TABLE, FORUM), TABLE)
    assert list(done["TOPICS_budget"]) == ["1", "0"]
    assert list(done["TOPICS_other_ticked"]) == ["0", "1"]
    assert list(done["TOPICS_access"]) == ["1", "0"]
    assert counted(counts, "topics") == {RECODED: 1, KEPT: 0, OPEN: 1, BESIDE: 0, UNUSED: 0}


def test_a_text_can_be_reviewed_and_stay_other(tmp_path: Path) -> None:
    path = written(tmp_path, "decide,by lot,other,A. Reader,2019-09-30")
    table = raw(MSF_DECIDE=["other"], MSF_DECIDE_other=["By lot"])
    done, counts = recode(table, load_recodes(path, TABLE, FORUM), TABLE)
    assert done.equals(table)
    assert counted(counts, "decide")[KEPT] == 1
    assert counted(counts, "decide")[OPEN] == 0


def test_a_text_beside_another_answer_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "decide,by lot,vote,A. Reader,2019-09-30")
    table = raw(MSF_DECIDE=["consensus", ""], MSF_DECIDE_other=["by lot", "by lot"])
    done, counts = recode(table, load_recodes(path, TABLE, FORUM), TABLE)
    assert done.equals(table)
    assert counted(counts, "decide") == {RECODED: 0, KEPT: 0, OPEN: 0, BESIDE: 2, UNUSED: 1}


def test_the_table_given_is_left_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, "decide,by lot,vote,A. Reader,2019-09-30")
    table = raw(MSF_DECIDE=["other"], MSF_DECIDE_other=["by lot"])
    before = table.copy()
    done, _ = recode(table, load_recodes(path, TABLE, FORUM), TABLE)
    assert table.equals(before)
    assert not done.equals(before)


@pytest.mark.parametrize("exists", [True, False])
def test_nothing_reviewed_means_that_every_text_stays_and_is_counted(
    tmp_path: Path, exists: bool
) -> None:
    path = written(tmp_path) if exists else tmp_path / "none.csv"
    table = raw(MSF_DECIDE=["other"], MSF_DECIDE_other=["by lot"])
    done, counts = recode(table, load_recodes(path, TABLE, FORUM), TABLE)
    assert done.equals(table)
    assert counted(counts, "decide")[OPEN] == 1


@pytest.mark.parametrize("wave", ["poc", "cso"])
def test_nothing_has_been_reviewed_for_2019_yet(wave: str) -> None:
    questionnaire = load_questionnaire(
        HOME / "codebook" / "questionnaires" / f"msf-{wave}-2019.yml"
    )
    path = HOME / "codebook" / "recodes" / f"{questionnaire.id}.csv"
    assert path.read_text(encoding="utf-8") == HEADER
    assert load_recodes(path, questionnaire.tables["answers"], questionnaire).empty


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("ambition,secret words,vote,A. Reader,2019-09-30", "item"),
        ("decide,,vote,A. Reader,2019-09-30", "text"),
        ("decide,secret words,budget,A. Reader,2019-09-30", "code"),
        ("topics,secret words,vote,A. Reader,2019-09-30", "code"),
        ("decide,secret words,vote,,2019-09-30", "reviewer"),
        ("decide,secret words,vote,A. Reader,30.9.2019", "date"),
        ("decide,secret words,vote,A. Reader,2019-09-31", "date"),
        ("decide, BY lot,consensus,B. Reader,2019-10-01", "text"),
    ],
)
def test_a_wrong_row_is_named_without_repeating_what_was_written(
    tmp_path: Path, row: str, column: str
) -> None:
    path = written(tmp_path, "decide,by lot,vote,A. Reader,2019-09-30", row)
    with pytest.raises(SourceError) as wrong:
        load_recodes(path, TABLE, FORUM)
    assert (wrong.value.row, wrong.value.column) == (3, column)
    assert "secret words" not in str(wrong.value)


@pytest.mark.parametrize("content", ["item,text,code\n", "item,text,code\ndecide,by lot,vote\n"])
def test_other_columns_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "small-forum.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match="not the columns of a table of recodes"):
        load_recodes(path, TABLE, FORUM)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["consensus", "vote", "other", ""]),
            st.sampled_from(["", "by lot", "BY  LOT", "by hand", "otherwise"]),
        ),
        min_size=1,
    )
)
def test_every_text_is_counted_once_and_only_other_is_ever_changed(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    path = written(
        tmp_path_factory.mktemp("recodes"),
        "decide,by lot,vote,A. Reader,2019-09-30",
        "decide,otherwise,other,A. Reader,2019-09-30",
    )
    table = raw(MSF_DECIDE=[c for c, _ in cells], MSF_DECIDE_other=[t for _, t in cells])
    done, counts = recode(table, load_recodes(path, TABLE, FORUM), TABLE)
    numbers = counted(counts, "decide")
    texts = sum(bool(text) for _, text in cells)
    assert sum(numbers[what] for what in (RECODED, KEPT, OPEN, BESIDE)) == texts
    changed = done["MSF_DECIDE"] != table["MSF_DECIDE"]
    assert int(changed.sum()) == numbers[RECODED]
    assert set(table.loc[changed, "MSF_DECIDE"]) <= {"other"}
