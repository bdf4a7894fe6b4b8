"""How an answer was given: when, how far, how fast, in which language."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import AnswerError
from msfresearch.survey.manifest import Rules
from msfresearch.survey.screening import rules, screen
from msfresearch.survey.screening.clock import first_day, last_day, moments
from tests.survey.canonical import (
    HOLLOW,
    QUESTIONNAIRE,
    TABLE,
    aside,
    asking,
    listed,
    n_of,
    noted,
    screened,
    split,
    zoned,
)
from tests.survey.forum import small_manifest

SPANISH = "Los funcionarios no tienen tiempo para el foro y la sociedad civil está dividida"


# When.


@pytest.mark.parametrize(
    ("cell", "zone", "late"),
    [
        ("2019-08-31T23:59:59+00:00", "UTC", "0"),
        ("2019-09-01T00:00:00Z", "UTC", "1"),
        ("2019-09-01T05:59:59+00:00", "America/Mexico_City", "1"),
        ("2019-09-01T04:59:59+00:00", "America/Mexico_City", "0"),
        ("2019-08-31T23:30:00", "America/Mexico_City", "0"),
        ("2019-08-31 22:30:00+00:00", "Europe/Paris", "1"),
        ("2019-08-31", "Pacific/Auckland", "0"),
        ("2019-09-01", "America/Mexico_City", "1"),
        ("", "UTC", ""),
    ],
)
def test_the_last_window_ends_with_its_last_day_in_the_export_s_zone(
    cell: str, zone: str, late: str
) -> None:
    found = screened({"role:submitted": cell}, rules=Rules(late="keep"), **zoned(zone))
    assert noted(found, "_late") == [late]
    assert n_of(found, rules.LATE) == (late == "1")


def test_late_answers_are_set_aside_unless_the_wave_keeps_them() -> None:
    late = {"role:submitted": "2019-09-03"}
    assert aside(screened(late), rules.LATE) == [2]
    assert noted(screened(late, rules=Rules(late="keep")), "_window") == ["2"]


def test_an_answer_that_was_never_sent_is_late_if_it_was_begun_late() -> None:
    found = screened({"role:submitted": "", "role:started": "2019-09-03T10:00:00Z"})
    assert aside(found, rules.LATE) == [2]


def test_a_late_repetition_does_not_take_the_place_of_a_timely_answer() -> None:
    found = screened(
        {"_person": "p", "role:submitted": "2019-05-01"},
        {"_person": "p", "role:submitted": "2019-09-09"},
    )
    assert aside(found, rules.LATE) == [3]
    assert list(found.raw.index) == [2]


@pytest.mark.parametrize(
    ("day", "window"),
    [("2019-03-31", ""), ("2019-04-01", "1"), ("2019-06-30", "1"), ("2019-07-15", "2"), ("", "")],
)
def test_a_day_belongs_to_the_latest_window_that_had_begun(day: str, window: str) -> None:
    found = screened({"role:submitted": day})
    assert noted(found, "_window") == [window]
    assert listed(found, rules.EARLY) == ([2] if day == "2019-03-31" else [])


def test_a_window_s_date_may_be_a_month_or_a_year() -> None:
    assert (first_day("2019"), last_day("2019")) == (
        pd.Timestamp("2019-01-01"),
        pd.Timestamp("2019-12-31"),
    )
    assert last_day("2020-02") == pd.Timestamp("2020-02-29")
    assert first_day("2019-04") == pd.Timestamp("2019-04-01")
    assert first_day("2019-04-09") == last_day("2019-04-09") == pd.Timestamp("2019-04-09")


def test_the_day_of_an_answer_is_the_day_in_utc() -> None:
    cells = [
        "2019-04-01T23:30:00-05:00",
        "2019-04-02T00:30:00+02:00",
        "2019-04-01",
        "",
        "2019-07-01T23:30",
    ]
    found = screened(*({"role:submitted": one} for one in cells), **zoned("America/Mexico_City"))
    assert noted(found, "_submitted") == [
        "2019-04-02",
        "2019-04-01",
        "2019-04-01",
        "",
        "2019-07-02",
    ]


@pytest.mark.parametrize(
    "cell",
    ["01/04/2019", "2019-02-30", "2019-13-01", "2019-04-01T25:00:00", "yesterday", "1554112800"],
)
def test_a_time_that_cannot_be_read_stops_the_run_and_is_not_repeated(cell: str) -> None:
    with pytest.raises(AnswerError, match="cannot be read") as wrong:
        screened({}, {"role:submitted": cell})
    assert (wrong.value.row, wrong.value.column) == (3, "role:submitted")
    assert cell not in str(wrong.value)


@given(st.datetimes(timezones=st.timezones(), allow_imaginary=False))
def test_any_moment_with_an_offset_is_read_as_python_reads_it(moment: Any) -> None:
    from datetime import UTC, timedelta

    offset = moment.utcoffset()
    if offset.seconds % 60 or abs(offset) >= timedelta(hours=24):
        return
    try:
        there = moment.astimezone(UTC)
    except OverflowError:
        return
    (row,) = moments(pd.Series([moment.isoformat()], dtype="str"), ZoneInfo("UTC")).itertuples()
    assert row.utc.to_pydatetime() == there
    assert row.utc_day.to_pydatetime().date() == there.date()


def test_hours_that_a_clock_shows_twice_or_never_are_read() -> None:
    cells = pd.Series(["2019-10-27T02:30:00", "2019-03-31T02:30:00"], dtype="str")
    found = moments(cells, ZoneInfo("Europe/Paris"))["utc"]
    assert list(found.dt.strftime("%m-%dT%H:%M")) == ["10-27T00:30", "03-31T01:00"]


# How.


def test_a_share_of_the_items_asked_makes_an_answer_complete_partial_or_broken_off() -> None:
    few = HOLLOW | {"MSF_EXISTS": "0", "INFORMED": "97"}
    found = screened(
        {},
        {"TRUST": "97", "AMBITION": "98"},
        {"TRUST": "", "AMBITION": "", "INFORMED": "", "OT_BARRIERS": ""},
        few,
    )
    assert noted(found, "_disposition") == ["complete", "complete", "partial", "partial"]
    assert noted(screened(HOLLOW | {"TRUST": "4"}), "_disposition") == ["break_off"]
    assert n_of(found, "disposition: partial") == 2


def test_an_item_that_was_not_asked_is_not_missed() -> None:
    # Asked if there is a forum: who says there is none misses neither of the two.
    none = {"MSF_EXISTS": "0", "MSF_DECIDE": "", "MSF_SHARE_NG": "", "OT_BARRIERS": ""}
    assert noted(screened(none), "_disposition") == ["complete"]
    there = none | {"MSF_EXISTS": "1"}
    assert noted(screened(there), "_disposition") == ["partial"]


def test_an_answer_that_was_not_sent_is_partial_however_full() -> None:
    found = screened({"role:finished": "0"}, {"role:finished": "1"}, {"role:finished": ""})
    assert noted(found, "_disposition") == ["partial", "complete", "complete"]


def test_to_have_reached_the_end_does_not_make_an_answer_complete() -> None:
    found = screened(HOLLOW | {"TRUST": "4", "role:finished": "1"})
    assert noted(found, "_disposition") == ["break_off"]


@pytest.mark.parametrize(
    ("informed", "ambition", "trust", "flag"),
    [
        ("3", "3", "3", "1"),
        ("3", "3", "4", "0"),
        ("3", "3", "", ""),
        ("97", "97", "97", ""),
        ("3", "3", "97", ""),
        (" 3", "3", "3 ", "1"),
    ],
)
def test_one_answer_down_a_battery_is_flagged_and_dont_know_is_none(
    informed: str, ambition: str, trust: str, flag: str
) -> None:
    found = screened({"INFORMED": informed, "AMBITION": ambition, "TRUST": trust})
    assert noted(found, "_straight_lined") == [flag]
    assert n_of(found, rules.STRAIGHT) == (flag == "1")


def test_a_battery_with_enough_answers_is_judged_without_the_rest() -> None:
    table = asking(battery_answers=2)
    found = screened({"INFORMED": "3", "AMBITION": "3", "TRUST": "97"}, table=table)
    assert noted(found, "_straight_lined") == ["1"]
    assert noted(screened({}, table=asking(batteries=())), "_straight_lined") == [""]


def test_quick_complete_answers_are_flagged_against_the_median_of_complete_ones() -> None:
    rows = [{"role:duration": str(60 * minutes)} for minutes in (10, 10, 10, 12, 3, 2.9)]
    found = screened(*rows, HOLLOW | {"TRUST": "4", "role:duration": "5"}, {"role:duration": ""})
    assert noted(found, "_speeding") == ["0", "0", "0", "0", "0", "1", "", ""]
    assert n_of(found, rules.SPEEDING) == 1


def test_without_a_time_nobody_is_quick() -> None:
    assert noted(screened({}), "_speeding") == [""]


@pytest.mark.parametrize(
    ("duration", "submitted", "minutes"),
    [
        ("90", "", "1.5"),
        ("90", "2019-04-01T10:30:00Z", "1.5"),
        ("", "2019-04-01T10:30:00Z", "30.0"),
        ("n/a", "2019-04-01T10:30:00Z", "30.0"),
        ("-5", "2019-04-01T09:00:00Z", ""),
        ("", "2019-04-01", ""),
        ("", "", ""),
    ],
)
def test_minutes_are_the_platform_s_or_from_start_to_end(
    duration: str, submitted: str, minutes: str
) -> None:
    row = {"role:duration": duration, "role:submitted": submitted}
    found = screened(row | {"role:started": "2019-04-01T10:00:00Z"})
    assert noted(found, "_minutes") == [minutes]


# In which language.


@pytest.mark.parametrize(
    ("cell", "language"), [("es", "es"), ("ES-419", "es"), ("fr_CA", "fr"), ("de", ""), ("", "")]
)
def test_the_form_s_language_is_one_of_the_three_or_unknown(cell: str, language: str) -> None:
    assert noted(screened({"role:language": cell, "OT_BARRIERS": ""}), "_language") == [language]


def test_a_wave_in_one_language_needs_no_column_for_it() -> None:
    assert noted(screened({"OT_BARRIERS": ""}, languages=("fr",)), "_language") == ["fr"]
    assert noted(screened({"OT_BARRIERS": ""}), "_language") == [""]


def test_an_answer_in_another_language_than_the_form_s_is_kept_and_counted() -> None:
    found = screened(
        {"role:language": "en", "OT_BARRIERS": SPANISH},
        {"role:language": "fr", "OT_BARRIERS": "non"},
    )
    assert noted(found, "_written_in") == ["es", "fr"]
    assert noted(found, "_language") == ["en", "fr"]
    assert n_of(found, rules.OTHER_LANGUAGE) == 1
    assert n_of(found, rules.NO_FORM_LANGUAGE) == 0


def test_a_table_without_items_that_were_not_asked_keeps_its_zone() -> None:
    fewer = TABLE.model_copy(update={"items": TABLE.items[:-1]})
    manifest = small_manifest().model_copy(update=zoned("America/Mexico_City"))
    raw = split([{"role:submitted": "2019-04-01T23:30"}]).drop(columns="OT_BARRIERS")
    fewer = fewer.model_copy(
        update={"respondents": fewer.respondents.model_copy(update={"substance": ("trust",)})}
    )
    found = screen(raw, fewer, QUESTIONNAIRE, manifest)
    assert noted(found, "_submitted") == ["2019-04-02"]
