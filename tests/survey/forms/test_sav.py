"""A table for SPSS: what a second reader finds in the file is what was meant."""

from __future__ import annotations

import csv
import io
import math
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import AnswerError
from msfresearch.survey.forms.sav import BLANK, CODES, missing_codes, to_sav
from msfresearch.survey.forms.savfile import (
    LABEL,
    NAME,
    TEXT,
    VALUE_LABEL,
    Sav,
    Value,
    Variable,
    cut,
    label_bytes,
    sav_bytes,
    spss_names,
)
from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Questionnaire
from tests.survey.forum import small_forum

WORDS = {"en": "words", "es": "palabras", "fr": "mots"}
REASON = st.sampled_from([None, "blank", *CODES])
LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40).map(
    lambda text: text.rstrip(" ")
)


def read(content: bytes, folder: Path) -> tuple[pd.DataFrame, Any]:
    path = folder / "read.sav"
    path.write_bytes(content)
    return pyreadstat.read_sav(path, user_missing=True)


def columns() -> list[str]:
    items = small_forum().tables["answers"].items
    return [column for item in items for column, _ in item.columns() or [(item.id, "")]]


def clean_tables(rows: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A clean table and its reasons: a cell of a row is a value, or a reason as ("blank",)."""
    names = ["row_id", "line", *columns()]
    values: dict[str, list[Any]] = {name: [] for name in names}
    why: dict[str, list[Any]] = {name: [] for name in names}
    for number, row in enumerate(rows):
        whole = {"row_id": f"r{number}", "line": number + 2, **row}
        for name in names:
            cell = whole.get(name, ("blank",))
            values[name].append(None if isinstance(cell, tuple) else cell)
            why[name].append(cell[0] if isinstance(cell, tuple) else None)
    table, reasons = pd.DataFrame(values), pd.DataFrame(why).drop(columns="line").astype("str")
    whole_numbers = ["informed", "ambition", "trust", "consent", "msf_exists"]
    for name in names:
        if name in whole_numbers or name.startswith("topics__"):
            table[name] = table[name].astype("Int64")
        elif name == "share_ng":
            table[name] = table[name].astype("Float64")
        elif name == "submit_dt":
            table[name] = pd.to_datetime(table[name])
        elif name != "line":
            table[name] = table[name].astype("str")
    return table, reasons


def sav(rows: list[dict[str, Any]], **options: Any) -> Sav:
    return to_sav(*clean_tables(rows), small_forum(), "answers", **options)


def variable(made: Sav, name: str) -> Variable:
    [found] = [one for one in made.variables if one.name == name]
    return found


ROW: dict[str, Any] = {
    "resp_id": "a1", "submit_dt": "2019-04-02", "lang": "fr", "written_in": "es", "consent": 1,
    "country": "CAN", "level": "local", "member": "CAN:local", "msf_exists": 1, "informed": 4,
    "ambition": ("dont_know",), "trust": ("not_applicable",), "decide": "other",
    "decide_other": "by lot", "topics__access": 1, "topics__budget": 0, "topics__other": 0,
    "share_ng": 97.5, "ot_barriers": "=1+1 ça",
}  # fmt: skip
UNASKED: dict[str, Any] = {
    **ROW, "resp_id": "a2", "msf_exists": 0, "decide": ("not_asked",),
    "decide_other": ("not_asked",), "share_ng": ("not_asked",), "ot_barriers": ("blank",),
    "ambition": ("blank",),
}  # fmt: skip


def test_values_labels_missing_ranges_and_measures_are_read_back(tmp_path: Path) -> None:
    made = sav([ROW, UNASKED])
    table, meta = read(sav_bytes(made), tmp_path)
    first, second = table.to_dict("records")
    assert first["ambition"] == 97
    assert first["trust"] == 99
    assert math.isnan(second["ambition"])
    assert second["decide"] == 96
    assert first["decide"] == 3
    assert first["level"] == 2
    assert first["share_ng"] == 97.5
    # 96 could be a share: the missing codes of the item stand above all shares.
    assert second["share_ng"] == 996
    assert meta.missing_ranges["share_ng"] == [{"lo": 992.0, "hi": 999.0}]
    assert meta.missing_ranges["decide"] == [{"lo": 92.0, "hi": 99.0}]
    assert str(first["submit_dt"]) == "2019-04-02"
    assert meta.original_variable_types["submit_dt"] == "SDATE10"
    assert first["ot_barriers"] == "=1+1 ça"
    assert second["decide_other_missing"] == 96
    assert math.isnan(first["decide_other_missing"])
    assert meta.variable_value_labels["informed"] == {
        1: "Strongly disagree", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Strongly agree",
        97: "Don't know", 98: "Refused", 99: "Not applicable"}  # fmt: skip
    assert meta.variable_value_labels["country"] == {"CAN": "Canada"}
    assert meta.variable_value_labels["topics__access"][1] == "Ticked"
    measures = meta.variable_measure
    assert (measures["informed"], measures["decide"]) == ("ordinal", "nominal")
    assert (measures["share_ng"], measures["submit_dt"]) == ("scale", "scale")
    assert meta.column_names_to_labels["topics__budget"].endswith(": Budget, spending and audit")
    assert meta.file_label == "Small survey of forums"


def test_nothing_missing_is_lost_and_nothing_answered_is_missing(tmp_path: Path) -> None:
    reasons = ["blank", *CODES]
    rows = [{**ROW, "informed": (reason,), "submit_dt": (reason,)} for reason in reasons]
    made = sav([*rows, ROW])
    table, meta = read(sav_bytes(made), tmp_path)
    answered = pyreadstat.read_sav(tmp_path / "read.sav")[0]
    assert answered["informed"].tolist()[-1] == 4
    assert answered["informed"].notna().sum() == 1
    for reason, code, why in zip(
        reasons, table["informed"], table["submit_dt_missing"], strict=False
    ):
        assert math.isnan(code) if reason == "blank" else code == CODES[reason]
        assert why == (BLANK if reason == "blank" else CODES[reason])
    assert set(meta.variable_value_labels["informed"]) == {1, 2, 3, 4, 5, *CODES.values()}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "informed": st.integers(1, 5) | REASON.map(lambda reason: (reason or "blank",)),
                "decide": st.sampled_from(["consensus", "vote", "other", ("not_asked",)]),
                "share_ng": st.floats(0, 100) | st.just(("refused",)),
                "submit_dt": st.dates(date(1700, 1, 1)).map(str) | st.just(("no_data",)),
                "ot_barriers": LINES.filter(bool) | st.just(("blank",)),
                "topics__budget": st.sampled_from([0, 1, ("blank",)]),
            }
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_table_is_read_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    made = sav([{**ROW, **row} for row in rows])
    table, meta = read(sav_bytes(made), tmp_path_factory.mktemp("sav"))
    assert list(table.columns) == [one.name for one in made.variables]
    for one in made.variables:
        name = one.name
        if name == "submit_dt":
            meant = [None if pd.isna(day) else day.date() for day in made.data[name]]
            assert [None if pd.isna(day) else day for day in table[name]] == meant
        elif str(made.data[name].dtype) == "float64":
            pd.testing.assert_series_equal(table[name], made.data[name], check_exact=True)
        else:
            assert table[name].tolist() == made.data[name].tolist()
        assert meta.variable_measure[name] == one.measure
        assert meta.column_names_to_labels[name] == cut(one.label, LABEL)
        told = {value.value: cut(value.label, VALUE_LABEL) for value in one.values}
        assert meta.variable_value_labels.get(name, {}) == told
        if one.missing:
            low, high = one.missing
            assert meta.missing_ranges[name] == [{"lo": low, "hi": high}]


def test_one_table_gives_the_same_bytes() -> None:
    assert sav_bytes(sav([ROW, UNASKED])) == sav_bytes(sav([ROW, UNASKED]))


def test_a_rehearsal_says_so_in_title_and_notes(tmp_path: Path) -> None:
    for lang, mark in (("en", "Rehearsal, simulated"), ("fr", "Répétition, réponses simulées")):
        _, meta = read(sav_bytes(sav([ROW], lang=lang, rehearsal=True)), tmp_path)
        assert meta.file_label.startswith(mark)
        assert meta.notes[0].startswith(mark)
    _, meta = read(sav_bytes(sav([ROW])), tmp_path)
    assert "Rehearsal" not in "".join([meta.file_label, *meta.notes])


def test_a_table_without_rows_keeps_its_variables(tmp_path: Path) -> None:
    made = sav([])
    table, meta = read(sav_bytes(made), tmp_path)
    assert len(table) == 0
    assert list(table.columns) == [one.name for one in made.variables]
    assert meta.variable_value_labels["informed"][5] == "Strongly agree"


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["x", "é", "語", "😀", " "]), st.integers(1, 40_000)), max_size=3
    )
)
def test_a_long_text_goes_on_in_further_variables(
    tmp_path_factory: pytest.TempPathFactory, runs: list[tuple[str, int]]
) -> None:
    text = "".join(letter * times for letter, times in runs).rstrip(" ") or "x"
    made = sav([{**ROW, "ot_barriers": text}, ROW])
    parts = [one.name for one in made.variables if one.column == "ot_barriers"]
    table, _ = read(sav_bytes(made), tmp_path_factory.mktemp("long"))
    assert "".join(table[parts].iloc[0]) == text
    assert "".join(table[parts].iloc[1]) == ROW["ot_barriers"]
    assert all(len(part.encode()) <= TEXT for part in table[parts].iloc[0])
    assert len(parts) >= len(text.encode()) / TEXT


def test_a_text_with_a_null_character_is_refused_without_being_told() -> None:
    with pytest.raises(AnswerError, match="null character") as caught:
        sav([ROW, {**ROW, "ot_barriers": "secret\0words"}])
    assert caught.value.row == 3
    assert "secret" not in str(caught.value)


def test_a_value_outside_its_scale_is_refused() -> None:
    with pytest.raises(AnswerError, match="outside its scale") as caught:
        sav([{**ROW, "decide": "by lot"}])
    assert caught.value.column == "decide"
    assert "by lot" not in str(caught.value)


def test_an_answer_among_the_missing_codes_is_refused() -> None:
    whole = small_forum().model_dump(exclude_unset=True)
    for item in whole["tables"]["answers"]["items"]:
        if item["id"] == "share_ng":
            item.update(minimum=None, maximum=None)
    questionnaire = Questionnaire.model_validate(whole)
    tables = clean_tables([{**ROW, "share_ng": -97.0}])
    with pytest.raises(AnswerError, match="among its missing codes"):
        to_sav(*tables, questionnaire, "answers")


def item(**changes: Any) -> Item:
    return Item.model_validate(
        {"id": "n", "type": "numeric", "column": "N", "label": WORDS, **changes}
    )


@given(st.floats(-1e6, 1e6) | st.none(), st.floats(-1e6, 1e6) | st.none(), st.floats(-1e7, 1e7))
def test_no_answer_in_range_lies_among_the_missing_codes(
    low: float | None, high: float | None, answer: float
) -> None:
    if low is not None and high is not None and low > high:
        low, high = high, low
    codes = missing_codes(item(minimum=low, maximum=high))
    fits = (low is None or answer >= low) and (high is None or answer <= high)
    bounded = high is not None or (low is not None and low > -92)
    assert len(set(codes.values())) == len(CODES)
    if fits and bounded:
        assert not min(codes.values()) <= answer <= max(codes.values())


@pytest.mark.parametrize(
    ("numbers", "expected"), [([1, 5], 97), ([0, 97], 997), ([-1, 1], 97), ([100, 2000], 97)]
)
def test_codes_of_levels_move_the_missing_codes_where_they_meet(
    numbers: list[float], expected: int
) -> None:
    assert missing_codes(item(), numbers)["dont_know"] == expected


@given(st.lists(st.text(max_size=90), max_size=12))
def test_any_columns_get_names_that_spss_takes(wanted: list[str]) -> None:
    names = spss_names(wanted)
    assert len({name.casefold() for name in names}) == len(names) == len(wanted)
    for name in names:
        assert name.isascii()
        assert len(name) <= NAME
        assert name[0].isalpha()
        assert not name.endswith(".")
        assert name.upper() not in {"ALL", "AND", "BY", "EQ", "NOT", "OR", "TO", "WITH"}


def test_a_name_that_fits_is_kept_and_a_cut_one_is_told_from_its_like() -> None:
    long = "budget_" * 12
    names = spss_names(["row_id", "topics__budget", "to", f"{long}a", f"{long}b", "Row_id"])
    assert names[:3] == ["row_id", "topics__budget", "v_to"]
    assert len({*names}) == 6
    assert all(name.startswith("budget_budget") for name in names[3:5])


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(3, 60))
def test_a_cut_label_fits_and_shows_that_it_was_cut(text: str, limit: int) -> None:
    line = " ".join(text.split())
    shown = cut(text, limit)
    assert len(shown.encode()) <= limit
    assert shown == line or (shown.endswith("…") and line.startswith(shown[:-1]))


def test_the_label_table_has_in_full_what_the_file_had_to_cut(tmp_path: Path) -> None:
    whole = small_forum().model_dump(exclude_unset=True)
    question, answer = "Quelle part ? " * 40, "ça dépend " * 30
    for one in whole["tables"]["answers"]["items"]:
        if one["id"] == "decide":
            one["label"] = {"en": question, "es": question, "fr": question}
    level = whole["scales"]["decisions"]["levels"][1]
    level["label"] = {"en": answer, "es": answer, "fr": answer}
    made = to_sav(*clean_tables([ROW]), Questionnaire.model_validate(whole), "answers")
    _, meta = read(sav_bytes(made), tmp_path)
    assert meta.column_names_to_labels["decide"].endswith("…")
    assert meta.variable_value_labels["decide"][2].endswith("…")
    rows = list(csv.DictReader(io.StringIO(label_bytes(made).decode("utf-8-sig"))))
    [told] = [one for one in rows if one["variable"] == "decide" and one["value"] == "2"]
    assert told["label"] == question.strip()
    assert told["value_label"] == answer
    assert (told["code"], told["stored"], told["source_column"]) == ("vote", "vote", "MSF_DECIDE")
    reasons = {one["value"]: (one["code"], one["missing_reason"]) for one in rows
               if one["variable"] == "informed" and one["missing_reason"]}  # fmt: skip
    assert reasons["97"] == ("97", "dont_know")


def test_the_label_table_holds_no_live_cell() -> None:
    value = Value(-1, "=cmd()", "-1", "-1")
    one = Variable("a", "@a", "+1 question", "nominal", values=(value,))
    content = label_bytes(Sav(pd.DataFrame({"a": [1.0]}), (one,), "t")).decode("utf-8-sig")
    [told] = list(csv.DictReader(io.StringIO(content)))
    assert (told["column"], told["label"], told["value_label"]) == (
        "'@a",
        "'+1 question",
        "'=cmd()",
    )
    assert (told["value"], told["code"]) == ("-1", "-1")
