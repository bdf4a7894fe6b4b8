"""The embedded default wave: compiled facts only, every trap of the real files met and counted."""

from __future__ import annotations

import csv
import importlib.util
import io
import shutil
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import SourceError
from msfresearch.survey.cleaning import Cleaned, clean
from msfresearch.survey.countries import load_countries
from msfresearch.survey.manifest import load_manifest
from msfresearch.survey.questionnaire import load_questionnaire
from msfresearch.survey.readers import read_source

HOME = Path(__file__).resolve().parents[2]
RAW = HOME / "data" / "raw" / "irm-2016"
STEPS = [
    "step_timeline",
    "step_notice",
    "step_awareness",
    "step_online",
    "step_in_person",
    "step_summary",
]


def _load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "compile_irm_2016", HOME / "tools" / "compile_irm_2016.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


script = _load_script()


def _cells(table: str) -> list[list[str]]:
    with (RAW / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


@pytest.fixture(scope="module")
def cleaned() -> Cleaned:
    manifest = load_manifest(RAW / "wave.yml")
    files = {source.table: RAW / source.file for source in manifest.sources}
    return clean(
        {source.table: read_source(source, files[source.table]) for source in manifest.sources},
        files,
        load_questionnaire(HOME / "codebook" / "questionnaires" / "irm-2016.yml"),
        load_countries(HOME / "codebook" / "countries.yml"),
    )


@pytest.fixture(scope="module")
def plans(cleaned: Cleaned) -> pd.DataFrame:
    return cleaned.tables["plans"]


@pytest.fixture(scope="module")
def commitments(cleaned: Cleaned) -> pd.DataFrame:
    return cleaned.tables["commitments"]


def _logged(cleaned: Cleaned, table: str, rule: str) -> dict[str, int]:
    log = cleaned.log
    rows = log[(log["table"] == table) & (log["rule"] == rule)]
    return dict(zip(rows["item"], rows["cells_changed"], strict=True))


# What is compiled


def test_the_script_makes_the_committed_bytes_again(shared: Path, tmp_path: Path) -> None:
    assert script.main([str(shared / "data"), "--into", str(tmp_path)]) == 0
    for name in ("plans.csv", "commitments.csv"):
        assert (tmp_path / name).read_bytes() == (RAW / name).read_bytes()


def test_what_is_left_out_is_printed_with_its_reason(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.main([str(shared / "data"), "--into", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "plans.csv: 116 rows, 52 columns" in printed
    assert "commitments.csv: 1927 rows, 75 columns" in printed
    assert "left out, header rows: 2" in printed
    for published in (script.PLANS, script.COMMITMENTS):
        assert published.sha256 not in printed
        for names in published.left_out.values():
            assert ", ".join(names) in printed


@pytest.mark.parametrize("table", ["plans", "commitments"])
def test_only_coded_facts_are_committed(table: str) -> None:
    header, *rows = _cells(table)
    for row in rows:
        for cell in row:
            assert len(cell) <= 60, cell
            assert not any(mark in cell for mark in ("http", "<br", "@", "\n")), cell
    assert not any(mark in name.lower() for name in header for mark in ("link", "title", "contact"))
    assert b"\r" not in (RAW / f"{table}.csv").read_bytes()


def test_faults_of_the_published_files_are_still_there() -> None:
    plans = Counter(cell for row in _cells("plans") for cell in row)
    commitments = Counter(cell for row in _cells("commitments") for cell in row)
    assert plans["Yes "] == 2
    assert commitments["a. Not Started"] == 8
    assert commitments["UK"] == 62
    assert commitments["USA"] == 53
    assert plans["United Kingdom"] == 2
    assert plans["United States"] == 2


def test_another_version_of_a_published_file_is_refused_and_nothing_is_written(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    for published in (script.PLANS, script.COMMITMENTS):
        shutil.copyfile(shared / "data" / published.mirror_file, mirror / published.mirror_file)
    with (mirror / script.COMMITMENTS.mirror_file).open("ab") as handle:
        handle.write(b"\n")
    assert script.main([str(mirror), "--into", str(tmp_path / "out")]) == 1
    assert "not the published file" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_absent_file_is_named_with_its_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main([str(tmp_path), "--into", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert script.PLANS.mirror_file in said
    assert script.COMMIT in said
    assert not (tmp_path / "out").exists()


SMALL = script.Published(
    table="small",
    mirror_file="small.csv",
    path="small.csv",
    sha256="0" * 64,
    header_record=1,
    unit_column="Unit",
    left_out={"links": ("Link",)},
    numbered=True,
)
SMALL_HEADER = ["Unit", "A", "Link", "B", ""]
anything = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
codes = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0\r\n<>@.:"), max_size=60
)


@given(st.lists(st.tuples(codes, anything, codes), min_size=1, max_size=5))
def test_a_kept_cell_comes_out_as_it_went_in(rows: list[tuple[str, str, str]]) -> None:
    records = [SMALL_HEADER, *(["Chile", a, link, b, ""] for a, link, b in rows)]
    content = script.compile_table(SMALL, records, "small.csv").content.decode("utf-8")
    assert list(csv.reader(io.StringIO(content, newline=""), strict=True)) == [
        ["Unit", "A", "source_row", "B"],
        *(["Chile", a, str(number), b] for number, (a, _, b) in enumerate(rows, start=2)),
    ]


@pytest.mark.parametrize(
    "cell", ["two\nlines", "one\r", "http://example.org", "a<br/>b", "a@b.org", "x" * 61]
)
def test_a_cell_that_is_no_code_is_refused_with_its_place(cell: str) -> None:
    records = [SMALL_HEADER, ["Chile", "1", "", "0", ""], ["Chile", cell, "", "0", ""]]
    with pytest.raises(SourceError) as wrong:
        script.compile_table(SMALL, records, "small.csv")
    assert (wrong.value.row, wrong.value.column) == (3, "A")


def test_header_rows_and_empty_rows_are_dropped_and_counted() -> None:
    records = [
        SMALL_HEADER,
        ["0", "1", "2", "3", "4"],
        ["", "group", "", "", ""],
        [""] * 5,
        SMALL_HEADER,
        ["Chile", "NR", "x", "1", ""],
    ]
    made = script.compile_table(SMALL, records, "small.csv")
    assert made.content == b"Unit,A,source_row,B\nChile,NR,6,1\n"
    assert made.left_out["header rows"] == "2"
    assert made.left_out["rows of group headings"] == "1"
    assert made.left_out["empty rows"] == "1"
    assert made.left_out["the row of column numbers"] == "1"
    assert made.left_out["without a name, every cell blank"] == "1 columns"


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (["Unit", "A", "Link", "A", ""], "a header stands twice"),
        (["Unit", "A", "B", "C", ""], "a column is missing"),
    ],
)
def test_a_header_that_is_not_what_it_was_is_refused(header: list[str], problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        script.compile_table(SMALL, [header, ["Chile", "1", "2", "3", ""]], "small.csv")


# What cleaning makes of it


def test_every_row_stays(plans: pd.DataFrame, commitments: pd.DataFrame) -> None:
    assert len(plans) == 116
    assert len(commitments) == 1927
    assert plans["country"].nunique() == 61
    assert set(plans["country"]) == set(commitments["country"])


def test_the_spellings_of_two_files_meet_in_one_country(
    plans: pd.DataFrame, commitments: pd.DataFrame
) -> None:
    for code, n in (("GBR", 62), ("USA", 53), ("MKD", 86)):
        assert (commitments["country"] == code).sum() == n
        assert code in set(plans["country"])


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("plans", {"not_reviewed": 1793, "not_applicable": 403, "unclear": 3}),
        (
            "commitments",
            {"no_data": 14076, "not_reviewed": 9897, "not_applicable": 2, "unclear": 7},
        ),
    ],
)
def test_missing_reasons_are_counted_apart_and_none_is_lost(
    cleaned: Cleaned, table: str, expected: dict[str, int]
) -> None:
    header, *rows = _cells(table)
    codes = {"NR": "not_reviewed", "NA": "not_applicable", "ND": "no_data", "": "blank"}
    raw = Counter(codes[cell] for row in rows for cell in row if cell in codes)
    answers = {"Completion (progress report)", "Completion (end of term)"}
    raw["unclear"] = sum(
        cell == "Unclear" and name not in answers
        for row in rows
        for name, cell in zip(header, row, strict=True)
    )
    assert +raw == expected
    reasons = cleaned.reasons[table].drop(columns="row_id")
    taken_or_derived = [
        "starred",
        *(
            ["regular_forum", "iap2_development", "iap2_implementation", "number_of_steps"]
            if table == "commitments"
            else []
        ),
    ]
    own = reasons.drop(columns=[c for c in taken_or_derived if c in reasons])
    found = Counter(own.stack().dropna())
    if table == "plans":
        found["not_reviewed"] -= 8  # the steps of the next test but one
    assert found == expected


def test_a_trailing_space_is_removed_and_counted(cleaned: Cleaned, plans: pd.DataFrame) -> None:
    logged = _logged(cleaned, "plans", "spaces around a code removed")
    changed = {item: cells for item, cells in logged.items() if cells}
    assert (changed, len(logged)) == ({"all_commitments_covered": 2}, 52)
    assert (plans["all_commitments_covered"] == "yes").sum() == 56


def test_two_spellings_of_not_started_are_one_and_counted(
    cleaned: Cleaned, commitments: pd.DataFrame
) -> None:
    assert _logged(cleaned, "commitments", "spelling made one") == {
        "completion_words": 1,
        "end_completion_words": 7,
    }
    assert (commitments["completion_words"] == "not_started").sum() == 192
    assert (commitments["end_completion_words"] == "not_started").sum() == 7


def test_a_zero_that_sums_six_unreviewed_steps_is_no_answer(
    cleaned: Cleaned, plans: pd.DataFrame
) -> None:
    rule = "a sum of which every part is missing"
    assert _logged(cleaned, "plans", rule) == {"number_of_steps": 8}
    reviewed = plans[STEPS].notna().any(axis=1)
    assert reviewed.sum() == 84
    assert plans["number_of_steps"].notna().equals(reviewed)
    assert (plans["number_of_steps"] == 0).sum() == 8
    sums = plans.loc[reviewed, STEPS].sum(axis=1)
    assert (sums == plans.loc[reviewed, "number_of_steps"]).all()


def test_none_is_a_level_and_not_a_gap(commitments: pd.DataFrame) -> None:
    assert (commitments["specificity_words"] == "none").sum() == 46
    assert (commitments["potential_impact_words"] == "none").sum() == 102


def test_unclear_progress_is_an_answer_and_unclear_impact_is_not(
    cleaned: Cleaned, commitments: pd.DataFrame
) -> None:
    assert (commitments["completion_words"] == "unclear").sum() == 49
    reasons = cleaned.reasons["commitments"]["potential_impact_words"]
    assert (reasons == "unclear").sum() == 7


def test_every_commitment_finds_its_plan_or_is_listed(
    cleaned: Cleaned, plans: pd.DataFrame, commitments: pd.DataFrame
) -> None:
    assert plans["row_id"].is_unique
    assert commitments["row_id"].is_unique
    matched = commitments["plan_id"].isin(plans["row_id"])
    assert matched.sum() == 1919
    assert len(cleaned.unmatched) == 8
    assert set(cleaned.unmatched["looked_for"]) == {"LTU-2"}
    assert set(cleaned.unmatched["row_id"]) == set(commitments.loc[~matched, "row_id"])


def test_a_row_number_points_to_the_record_of_the_published_file(
    shared: Path, commitments: pd.DataFrame
) -> None:
    with (shared / "data" / script.COMMITMENTS.mirror_file).open(
        encoding="utf-8", newline=""
    ) as handle:
        records = list(csv.reader(handle))
    for row in commitments.iloc[[0, 700, 1926]].itertuples():
        record = records[int(row.source_row) - 1]
        assert record[1] == str(row.plan_number)
        assert record[69] == ("NR" if pd.isna(row.specificity) else str(row.specificity))


def test_a_regular_forum_is_coded_for_77_plans(
    plans: pd.DataFrame, commitments: pd.DataFrame
) -> None:
    coded = commitments[commitments["regular_forum"].notna()]
    assert plans["regular_forum"].notna().sum() == 77
    assert coded["plan_id"].nunique() == 77
    assert coded["country"].nunique() == 52
    assert len(coded) == 1461
    assert coded["completion"].between(1, 5).sum() == 1445
    assert coded["starred"].notna().sum() == 1432


def test_iap2_is_coded_for_46_plans_in_development_and_30_in_implementation(
    plans: pd.DataFrame,
) -> None:
    assert dict(plans["iap2_development"].value_counts()) == {
        "Consult": 26,
        "Collaborate": 9,
        "Involve": 8,
        "Inform": 3,
    }
    assert plans["iap2_implementation"].notna().sum() == 30


def test_a_star_is_taken_from_the_first_formula_that_was_applied(
    cleaned: Cleaned, commitments: pd.DataFrame
) -> None:
    log = cleaned.log[cleaned.log["rule"] == "first available value"]
    assert log["detail"].tolist() == [
        "590 from starred_current, 277 from starred_2015, 792 from starred_pre_2014"
    ]
    assert commitments["starred"].notna().sum() == 1659
    current = commitments["starred_current"].dropna()
    assert commitments.loc[current.index, "starred"].equals(current.rename("starred"))


def test_codes_and_words_that_disagree_are_listed_and_kept(
    cleaned: Cleaned, commitments: pd.DataFrame
) -> None:
    listed = cleaned.disagreements
    assert dict(listed["item"].value_counts()) == {
        "potential_impact": 20,
        "specificity": 19,
        "completion": 4,
    }
    four = listed[listed["item"] == "completion"]
    assert four["row_id"].tolist() == ["1233", "1234", "1235", "1236"]
    assert four["value"].tolist() == ["2"] * 4
    kept = commitments.set_index("row_id").loc[four["row_id"], "completion"]
    assert (kept == 2).all()
    low = listed[(listed["item"] == "specificity") & (listed["other_value"] == "None")]
    assert low["value"].tolist() == ["1"] * 13
