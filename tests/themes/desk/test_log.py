"""The log: only ever longer, read line by line or not at all, and the latest line counts."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import AnswerError
from msfresearch.themes.desk import log as desk_log
from msfresearch.themes.desk.codes import Code, format_codes, parse_codes
from msfresearch.themes.desk.log import append, codings, decisions, marks, outside, read_log
from msfresearch.themes.schemas import CODINGS, DECISIONS, LOG
from tests.themes.desk.small import FRAME, frame, lines, logged

SPANS = st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)).map(lambda s: (s[0], s[0] + s[1]))
CODES = st.lists(
    st.builds(
        lambda theme, span: Code(theme, *(span or (None, None))),
        st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True),
        st.none() | SPANS,
    )
)
SIGNS = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
IDS = st.text(SIGNS, min_size=1, max_size=12).filter(desk_log.is_name)


@given(CODES)
def test_codes_come_back_as_they_were_written(codes: list[Code]) -> None:
    written = format_codes(codes)
    assert set(parse_codes(written)) == set(codes)
    assert format_codes(parse_codes(written)) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a  b",
        "a a",
        "a[3-3]",
        "a[4-3]",
        "a[-1-3]",
        "a[1-]",
        "A",
        "a[01-2]",
        "- a",
        "a[1-2",
        "a[١-٢]",
        "a\n",
        "a[1-2] a[1-2]",
    ],
)
def test_what_is_no_decision_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"token|span"):
        parse_codes(text)


@settings(max_examples=30)
@given(st.lists(st.tuples(IDS, CODES), min_size=1, max_size=8))
def test_what_is_appended_is_read_back_whatever_the_ids(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, list[Code]]]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    wanted = lines(*((answer_id, format_codes(codes)) for answer_id, codes in rows))
    append(folder / "ana.csv", wanted)
    latest = {str(row.answer_id): str(row.codes) for row in wanted.itertuples()}
    log = read_log(folder)
    assert dict(zip(log["answer_id"], log["codes"], strict=True)) == latest
    again = lines(*latest.items())
    assert append(folder / "ana.csv", again) == 0


def test_what_stands_in_the_log_is_never_rewritten(tmp_path: Path) -> None:
    logged(tmp_path, ("a1", "trust"), ("a2", "-"))
    before = (tmp_path / "ana.csv").read_bytes()
    assert logged(tmp_path, ("a1", "funding"), ("a2", "-"), ("a3", "trust[0-4]")) == 2
    after = (tmp_path / "ana.csv").read_bytes()
    assert after.startswith(before)
    assert after.removeprefix(before).count(b"\n") == 2


def test_the_same_decision_on_another_day_adds_nothing(tmp_path: Path) -> None:
    logged(tmp_path, ("a1", "trust funding"))
    again = lines(("a1", "funding trust")).assign(at="2020-01-01")
    assert append(tmp_path / "ana.csv", again) == 0


def test_the_same_codes_by_another_version_of_the_frame_are_a_decision(tmp_path: Path) -> None:
    logged(tmp_path, ("a1", "trust"))
    assert logged(tmp_path, ("a1", "trust", "random", "2.0")) == 1


def test_the_latest_line_is_the_decision_and_the_earlier_ones_stay(tmp_path: Path) -> None:
    logged(tmp_path, ("a1", "trust"))
    logged(tmp_path, ("a1", "-"))
    log = read_log(tmp_path)
    assert len(log) == 2
    assert codings(log).empty
    assert decisions(log)["answer_id"].tolist() == ["a1"]
    assert marks(log, FRAME, "ana").to_numpy().tolist() == [[0, 0, 0, 0]]


def test_a_randomly_drawn_answer_that_is_looked_at_again_stays_in_the_sample(
    tmp_path: Path,
) -> None:
    logged(tmp_path, ("a1", "trust"), ("a2", "trust", "chosen"), ("a3", "-", "chosen"))
    assert logged(tmp_path, ("a1", "trust", "chosen")) == 0
    logged(tmp_path, ("a1", "funding", "chosen"), ("a2", "trust", "random"))
    found = decisions(read_log(tmp_path)).set_index("answer_id")["draw"].to_dict()
    assert found == {"a1": "random", "a2": "random", "a3": "chosen"}


def test_decisions_and_codings_do_not_depend_on_the_order_of_coders(tmp_path: Path) -> None:
    logged(tmp_path, ("a2", "trust[3-5] trust"), ("a1", "-"))
    logged(tmp_path, ("a1", "funding"), coder="ben")
    log = read_log(tmp_path)
    turned = pd.concat([log[log["coder"] == "ben"], log[log["coder"] == "ana"]])
    for made, schema in ((decisions, DECISIONS), (codings, CODINGS)):
        schema.validate(made(log))
        pd.testing.assert_frame_equal(made(log), made(turned))
    assert codings(log)["start"].tolist() == [pd.NA, pd.NA, 3]


def test_marks_of_a_theme_that_the_version_did_not_have_are_unknown_not_zero(
    tmp_path: Path,
) -> None:
    logged(tmp_path, ("a1", "trust", "random", "0.9"), ("a2", "trust"))
    wide = marks(read_log(tmp_path), FRAME, "ana", {"0.9": ["trust", "funding"]})
    assert list(wide.columns) == list(FRAME.themes)
    assert np.isnan(wide.loc["a1", ["tokenism", "outreach"]]).all()
    assert wide.loc["a1", ["funding", "trust"]].tolist() == [0, 1]
    assert wide.loc["a2"].tolist() == [0, 0, 0, 1]


def test_a_code_outside_the_frame_is_listed_not_lost(tmp_path: Path) -> None:
    logged(tmp_path, ("a1", "gone trust"), ("a2", "gone[0-2] gone[3-4]"), ("a3", "trust"))
    log = read_log(tmp_path)
    found = outside(log, FRAME)
    assert found.to_numpy().tolist() == [["gone", "ana", "1.0", 2]]
    assert (codings(log)["theme"] == "gone").sum() == 3
    assert outside(log, frame(gone="f", trust="f")).empty


DAMAGED = {
    "a cut end": (b"2019-08-31,ana,1.0,random,a2,tr", 3, None),
    "a date": (b"31.08.2019,ana,1.0,random,a2,trust\n", 3, "at"),
    "a date in other digits": ("٢٠١٩-08-31,ana,1.0,random,a2,trust\n".encode(), 3, "at"),
    "another coder": (b"2019-08-31,ben,1.0,random,a2,trust\n", 3, "coder"),
    "an unknown draw": (b"2019-08-31,ana,1.0,lottery,a2,trust\n", 3, "draw"),
    "no answer": (b"2019-08-31,ana,1.0,random,,trust\n", 3, "answer_id"),
    "no code": (b"2019-08-31,ana,1.0,random,a2,Trust me\n", 3, "codes"),
    "a field too many": (b"2019-08-31,ana,1.0,random,a2,trust,more\n", 3, None),
    "a field too few": (b"2019-08-31,ana,1.0,random,a2\n", 3, None),
    "an open quote": (b'2019-08-31,ana,1.0,random,"a2,trust\n', 3, None),
    "bytes that are no text": (b"2019-08-31,ana,1.0,random,a\xff2,trust\n", 3, None),
}


@pytest.mark.parametrize("damage", sorted(DAMAGED))
def test_a_damaged_line_is_named_and_nothing_is_written(tmp_path: Path, damage: str) -> None:
    content, row, column = DAMAGED[damage]
    logged(tmp_path, ("a1", "trust"))
    path = tmp_path / "ana.csv"
    path.write_bytes(path.read_bytes() + content)
    before = path.read_bytes()
    for act in (lambda: read_log(tmp_path), lambda: logged(tmp_path, ("a9", "trust"))):
        with pytest.raises(AnswerError) as wrong:
            act()
        assert (wrong.value.file, wrong.value.row) == (str(path), row)
        assert wrong.value.column == column
        assert wrong.value.action
    assert path.read_bytes() == before


def test_a_log_without_its_headings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ana.csv").write_bytes(b"2019-08-31,ana,1.0,random,a2,trust\n")
    with pytest.raises(AnswerError, match="no log of decisions"):
        read_log(tmp_path)


def test_a_table_that_is_no_coders_log_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "Sheet of Ana.csv").write_bytes(b"x\n")
    with pytest.raises(AnswerError, match="no coder's"):
        read_log(tmp_path)


def test_a_row_of_another_coder_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(AnswerError, match="row 1 of those to add"):
        append(tmp_path / "ana.csv", lines(("a1", "trust"), coder="ben"))
    assert not (tmp_path / "ana.csv").exists()


@pytest.mark.parametrize("one", ["", " ", "a\r", "a\nb", "a\x00", "\ud800", "a\u2028b", "\x85"])
def test_an_id_that_a_line_cannot_hold_is_refused(tmp_path: Path, one: str) -> None:
    row = lines(("a1", "-")).astype("object")
    row["answer_id"] = pd.Series([one], dtype="object")
    with pytest.raises(AnswerError) as wrong:
        append(tmp_path / "ana.csv", row)
    assert wrong.value.column == "answer_id"
    assert not (tmp_path / "ana.csv").exists()


def test_an_absent_folder_is_an_empty_log(tmp_path: Path) -> None:
    log = read_log(tmp_path / "nowhere")
    LOG.validate(log)
    assert log.empty
    assert decisions(log).empty
    assert marks(log, FRAME, "ana").shape == (0, 4)


def test_an_id_that_a_spreadsheet_would_compute_is_harmless_in_the_file(tmp_path: Path) -> None:
    logged(tmp_path, ('=HYPERLINK("x")', "trust"), ("a;=1+1", "-"))
    text = (tmp_path / "ana.csv").read_text(encoding="utf-8")
    assert ",=" not in text
    assert ";=" not in text
    assert read_log(tmp_path)["answer_id"].tolist() == ['=HYPERLINK("x")', "a;=1+1"]


def test_two_who_write_at_once_lose_nothing(tmp_path: Path) -> None:
    def write(first: int) -> None:
        for at in range(first, first + 10):
            logged(tmp_path, (f"a{at}", "trust"))

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 10, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(read_log(tmp_path)["answer_id"]) == {f"a{at}" for at in range(30)}


def test_a_folder_that_another_holds_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from msfresearch.errors import StageError
    from msfresearch.files import held

    monkeypatch.setattr(desk_log, "_PATIENCE", 0.05)
    with held(tmp_path) as mine:
        if not mine:
            pytest.skip("no locks on this file system")
        with pytest.raises(StageError, match="another process"):
            logged(tmp_path, ("a1", "trust"))
    assert not list(tmp_path.glob("*.csv"))
