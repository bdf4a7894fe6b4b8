"""SPSS files: values and labels as the file has them, missing codes kept, damage contained."""

from __future__ import annotations

import csv
import datetime
import random
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import SourceError
from msfresearch.survey.readers import spss
from msfresearch.survey.readers.apart import read_apart
from msfresearch.survey.readers.export import Export
from msfresearch.survey.readers.spss import as_text, read_spss
from msfresearch.survey.source import ExportOptions
from tests.survey.readers.hostile import read_within_limits


def read(path: Path, **options: object) -> Export:
    return read_spss(path, ExportOptions.model_validate(options))


def written(path: Path, cells: dict[str, object], **meta: object) -> Path:
    pyreadstat.write_sav(pd.DataFrame(cells), str(path), **meta)  # type: ignore[arg-type]
    return path


def expected(path: Path) -> list[list[str]]:
    """The table that stands beside a sample, in the forms of a reader's export."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = []
    for row in rows:
        cells = []
        for name, cell in row.items():
            text = "" if cell == "#NULL!" else cell
            if name in ("mynum", "mylabl", "myord") and text:
                number = float(text)
                text = str(int(number)) if number.is_integer() else repr(number)
            if name in ("dtime", "mytime"):
                text = text.removesuffix(".000000")
            if name == "mytime" and text:
                text = text.zfill(8)
            cells.append(text)
        found.append(cells)
    return found


@pytest.mark.parametrize("folder", ["exports", "bad"])
def test_the_sample_with_user_missing_codes_is_the_expected_table(
    shared: Path, folder: str
) -> None:
    path = (
        shared
        / {
            "exports": "exports/spss_pyreadstat_sample_missing.sav",
            "bad": "bad/spss/sample_missing.sav",
        }[folder]
    )
    found = read(path)
    wanted = expected(shared / "exports" / "spss_pyreadstat_sample_missing_user.expected.csv")
    assert found.table.values.tolist() == wanted
    assert found.table.index.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert set(map(str, found.table.dtypes)) == {"str"}


def test_codes_declared_missing_are_those_that_are_blank_without_them(shared: Path) -> None:
    found = read(shared / "exports" / "spss_pyreadstat_sample_missing.sav")
    without = expected(shared / "exports" / "spss_pyreadstat_sample_missing.expected.csv")
    kept = sum(
        cell != there
        for row, other in zip(found.table.values.tolist(), without, strict=True)
        for cell, there in zip(row, other, strict=True)
    )
    steps = [
        step for step in found.account if step.rule == "values declared missing, kept as codes"
    ]
    assert sum(step.count for step in steps) == kept == 5
    assert steps[0].detail == (
        "mynum: declared 2000 to 3000, -1; found -1 (no label): 1, 2500 (no label): 1"
    )
    assert "found -1 (undetermined): 1" in steps[1].detail


@pytest.mark.parametrize(
    "name", ["exports/spss_pyreadstat_sample.sav", "bad/spss/sample.sav", "bad/spss/sample.zsav"]
)
def test_the_sample_has_its_labels(shared: Path, name: str) -> None:
    found = read(shared / name)
    wanted = expected(shared / "exports" / "spss_pyreadstat_sample_missing.expected.csv")[:5]
    assert found.table.values.tolist() == wanted
    assert [(one.name, one.question) for one in found.columns] == [
        ("mychar", "character"),
        ("mynum", "numeric"),
        ("mydate", "date"),
        ("dtime", "datetime"),
        ("mylabl", "labeled"),
        ("myord", "ordinal"),
        ("mytime", "time"),
    ]
    assert found.column("mylabl").labels == {"1": "Male", "2": "Female"}
    assert found.column("myord").labels == {"1": "low", "2": "medium", "3": "high"}


def test_a_date_beyond_pythons_calendar_is_read(shared: Path) -> None:
    found = read(shared / "exports" / "spss_haven_datetime.sav")
    assert found.table.values.tolist() == [
        ["2014-09-22", "201416-09-22T00:00:00", "12:11:10.09"],
        ["2014-09-23", "2014-09-23T15:59:20", "15:59:20.01"],
    ]


def test_a_labelled_number_is_its_code(shared: Path) -> None:
    found = read(shared / "exports" / "spss_haven_labelled-num.sav")
    assert found.table.values.tolist() == [["1"]]
    assert found.column("VAR00002").labels == {"1": "This is one"}


def test_all_types_and_multiple_response_sets_are_read(shared: Path) -> None:
    found = read(shared / "bad" / "spss" / "simple_alltypes.sav")
    assert found.table.loc[4].tolist() == [
        "4",
        "1776-07-04",
        "999",
        "NA",
        "0",
        "0",
        "0",
        "b",
        "b",
        "b",
        "2014-12-15",
        "2014-10-01",
    ]
    boxes = [found.column(f"bool{n}") for n in (1, 2, 3)]
    assert {one.group for one in boxes} == {"mymrset"}
    assert {one.question for one in boxes} == {"My multiple response set"}
    assert [one.part for one in boxes] == ["Response #1", "Response #2", "Response #3"]
    assert {step.rule: step.count for step in found.account}["multiple-response sets"] == 2


def test_names_and_texts_of_every_script_are_read(shared: Path) -> None:
    hebrew = read(shared / "bad" / "spss" / "hebrews.sav")
    assert (list(hebrew.table.columns), len(hebrew.table)) == (["ותק_ב"], 99)
    telugu = read(shared / "bad" / "spss" / "tegulu.sav")
    assert telugu.table.iloc[0].tolist()[1].startswith("నేను గతంలో")
    assert telugu.column("record").question == "record : Record number"


def test_every_small_valid_file_is_read(shared: Path) -> None:
    shapes = {
        path.name: read(path).table.shape for path in sorted((shared / "bad" / "spss").glob("*sav"))
    }
    assert shapes == {
        "hebrews.sav": (99, 1),
        "missing_char.sav": (2, 1),
        "missing_test.sav": (2, 1),
        "ordered_category.sav": (4, 1),
        "sample.sav": (5, 7),
        "sample.zsav": (5, 7),
        "sample_missing.sav": (7, 7),
        "simple_alltypes.sav": (6, 12),
        "tegulu.sav": (1, 2),
    }


@pytest.mark.parametrize("ending", ["sav", "zsav"])
def test_what_pyreadstat_writes_comes_back(tmp_path: Path, ending: str) -> None:
    path = written(
        tmp_path / f"wave.{ending}",
        {
            "ResponseId": ["R_1", "R_2", "R_3"],
            "agree": [1.0, 99.0, np.nan],
            "share": [0.1, 1e-7, 12345678.5],
            "when": [datetime.date(2019, 4, 3), None, datetime.date(1999, 12, 31)],
            "why": ["because", "", "é ñ 漢"],
        },
        column_labels={"agree": "Do you <b>agree</b>?", "why": "Why?"},
        variable_value_labels={"agree": {1.0: "Yes", 99.0: "Not applicable"}},
        missing_ranges={"agree": [{"lo": 97.0, "hi": 99.0}]},
        compress=ending == "zsav",
    )
    found = read(path)
    assert found.table.to_dict("list") == {
        "ResponseId": ["R_1", "R_2", "R_3"],
        "agree": ["1", "99", ""],
        "share": ["0.1", "1e-07", "12345678.5"],
        "when": ["2019-04-03", "", "1999-12-31"],
        "why": ["because", "", "é ñ 漢"],
    }
    assert found.column("ResponseId").role == "response_id"
    assert found.column("agree").question == "Do you agree?"
    assert found.column("agree").labels == {"1": "Yes", "99": "Not applicable"}
    step = next(one for one in found.account if one.rule.startswith("values declared missing"))
    assert (step.count, step.detail) == (
        1,
        "agree: declared 97 to 99; found 99 (Not applicable): 1",
    )


def test_a_platforms_own_columns_get_their_roles_and_forms(tmp_path: Path) -> None:
    path = written(
        tmp_path / "wave.sav",
        {
            "StartDate": [datetime.datetime(2019, 4, 3, 9, 0, 5)],
            "RecordedDate": [datetime.datetime(2019, 4, 3, 10, 0, 0)],
            "Status": [1.0],
            "Finished": [1.0],
            "UserLanguage": ["ES-ES"],
            "IPAddress": ["192.0.2.1"],
        },
        variable_value_labels={"Status": {0.0: "IP Address", 1.0: "Survey Preview"}},
    )
    found = read(path)
    assert found.table.loc[1].tolist() == [
        "2019-04-03T09:00:05",
        "2019-04-03T10:00:00",
        "preview",
        "1",
        "es",
        "192.0.2.1",
    ]
    assert [one.role for one in found.columns] == [
        "started",
        "submitted",
        "status",
        "finished",
        "language",
        "ip",
    ]


def test_of_two_times_of_the_end_the_first_counts_and_both_mails_stay_personal(
    tmp_path: Path,
) -> None:
    path = written(
        tmp_path / "wave.sav",
        {
            "EndDate": ["2019-04-03 10:00:00"],
            "RecordedDate": ["2019-04-03 10:00:01"],
            "RecipientEmail": ["a@example.org"],
            "email_address": ["b@example.org"],
        },
    )
    assert [one.role for one in read(path).columns] == [
        "submitted",
        "administrative",
        "email",
        "email",
    ]


CELLS = st.lists(
    st.one_of(
        st.none(),
        st.integers(-(10**9), 10**9).map(float),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    min_size=1,
    max_size=20,
)


@given(CELLS)
def test_a_number_is_told_without_loss(cells: list[float | None]) -> None:
    texts, untimed = as_text(cells, "F8.2")
    assert untimed == 0
    assert [None if text == "" else float(text) for text in texts] == cells
    assert not any(text.endswith(".0") for text in texts)


@given(CELLS, st.sampled_from(["DATE11", "ADATE10", "DATETIME20", "TIME8", "MOYR8", "DTIME20"]))
def test_no_number_breaks_a_date(cells: list[float | None], form: str) -> None:
    texts, untimed = as_text(cells, form)
    assert [text == "" for text in texts] == [cell is None for cell in cells]
    assert 0 <= untimed <= len(cells)


@given(st.datetimes(datetime.datetime(1583, 1, 1), datetime.datetime(9999, 12, 31)))
def test_a_moment_is_told_as_iso(moment: datetime.datetime) -> None:
    plain = moment.replace(microsecond=0)
    seconds = (plain - datetime.datetime(1582, 10, 14)).total_seconds()
    assert as_text([seconds], "DATETIME20")[0] == (plain.isoformat(),)
    assert as_text([seconds], "DATE11")[0][0].startswith(plain.date().isoformat())


def test_a_duration_may_have_more_than_a_day_and_be_below_zero() -> None:
    assert as_text([97_210.5, -61.0, 0.0, None], "TIME11.2")[0] == (
        "27:00:10.5",
        "-00:01:01",
        "00:00:00",
        "",
    )


@pytest.mark.parametrize(
    ("seed", "mutations"),
    [(1, 30), pytest.param(2, 200, marks=pytest.mark.slow)],
)
def test_mutations_are_read_or_refused_and_never_end_the_process(
    shared: Path, tmp_path: Path, seed: int, mutations: int
) -> None:
    names = ("sample_missing.sav", "sample.zsav")
    good = [(shared / "bad" / "spss" / name).read_bytes() for name in names]
    chance = random.Random(seed)
    paths = []
    for number in range(mutations):
        content = bytearray(good[number % 2])
        for _ in range(chance.choice([1, 1, 3, 10])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        if chance.random() < 0.2:
            content = content[: chance.randrange(100, len(content))]
        paths.append(tmp_path / f"{number}.sav")
        paths[-1].write_bytes(content)
    said = read_within_limits("spss", *paths).lines
    refused = [line for line in said if line.startswith("refused")]
    assert len(said) == mutations
    assert mutations / 10 < len(refused) < mutations
    assert all(".sav: " in line for line in refused)


def test_a_file_that_claims_two_billion_cases_is_refused(shared: Path, tmp_path: Path) -> None:
    content = bytearray((shared / "bad" / "spss" / "sample.sav").read_bytes())
    content[80:84] = struct.pack("<i", 2**31 - 1)
    path = tmp_path / "huge.sav"
    path.write_bytes(content)
    said = read_within_limits("spss", path).refused
    assert "5 cases" in said
    assert "the 2,147,483,647 that its header tells" in said


@pytest.mark.parametrize(
    "variables",
    [
        [["variable", None, "", "F8.2", [], [], [1.0]]],
        [["variable", "a", "", "F8.2", [], [], [1.0, 2.0]]],
        [["variable", "a", "", "F8.2", [], [], [1.0]]] * 2,
        [["variable", "a", "", "A8", [], [], ["\ud800"]]],
        [["variable", "a", "", "F8.2", [["x", "one"]], None, ["b", 1.0]]],
    ],
)
def test_variables_that_are_read_to_nonsense_are_a_damaged_file(
    shared: Path, monkeypatch: pytest.MonkeyPatch, variables: list[list[object]]
) -> None:
    pieces = [["about", 1, "UTF-8", {}], *variables]
    monkeypatch.setattr(spss, "read_apart", lambda *_: iter(pieces))
    with pytest.raises(SourceError, match="does not fit together"):
        read(shared / "bad" / "spss" / "tegulu.sav")


def test_a_file_that_is_cut_short_is_refused(shared: Path, tmp_path: Path) -> None:
    good = (shared / "bad" / "spss" / "sample.sav").read_bytes()
    path = tmp_path / "cut.sav"
    for length in (4, 60, 500, len(good) - 40):
        path.write_bytes(good[:length])
        with pytest.raises(SourceError, match=r"cut short|a damaged file"):
            read(path)


def test_a_file_of_another_kind_is_refused_by_its_content(shared: Path, tmp_path: Path) -> None:
    path = tmp_path / "table.sav"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SourceError, match="not what it is taken for: text"):
        read(path)
    for name in ("sample.dta", "sample.por"):
        copy = tmp_path / f"{name}.sav"
        copy.write_bytes((shared / "bad" / "spss" / name).read_bytes())
        with pytest.raises(SourceError, match="not what it is taken for"):
            read(copy)


def test_a_reader_that_hits_its_limit_of_memory_is_an_error_of_the_file(shared: Path) -> None:
    path = shared / "bad" / "spss" / "sample.sav"
    pytest.importorskip("resource")
    with pytest.raises(SourceError, match="did not come to an end") as error:
        list(read_apart(path, "sav", 30_000_000, 10))
    assert error.value.file == str(path)


def test_reading_that_is_given_up_leaves_no_process(shared: Path) -> None:
    pieces = read_apart(shared / "bad" / "spss" / "hebrews.sav", "sav", 10**9, 10)
    assert next(pieces)[0] == "about"
    pieces.close()  # type: ignore[attr-defined]
    with pytest.raises(StopIteration):
        next(pieces)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60), min_size=1, max_size=5
    )
)
def test_open_answers_come_back_but_for_spaces_at_their_end(
    tmp_path_factory: pytest.TempPathFactory, answers: list[str]
) -> None:
    path = tmp_path_factory.mktemp("open") / "open.sav"
    written(path, {"why": answers, "n": list(range(len(answers)))})
    assert read(path).table["why"].tolist() == [one.rstrip(" ") for one in answers]
