"""Whatever stands in an export ends in a clean table, or in an error that says where and what."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from msfresearch.errors import AnswerError, ManifestError, SourceError
from msfresearch.survey.matching import MatchError
from msfresearch.survey.screening import rules
from tests.survey.exported import NAMES, Forum, a_forum, aside, export, rows, written


@pytest.fixture(scope="module")
def one_forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    yield from a_forum(tmp_path_factory)


@pytest.fixture
def forum(one_forum: Forum) -> Forum:
    one_forum.says()
    return one_forum


# Files with nothing in them.


@pytest.mark.parametrize("content", [b"", b"\n\n \n", b"\xef\xbb\xbf", b",,\n,,\n"])
def test_a_file_with_nothing_in_it_is_refused(forum: Forum, content: bytes) -> None:
    forum.refused(content, SourceError)


def test_a_header_without_answers_is_refused(forum: Forum) -> None:
    error = forum.refused(export().iloc[:0], SourceError)
    assert error.found == "0 rows"


def test_a_single_answer_makes_a_table(forum: Forum) -> None:
    assert len(rows(forum.cleaned(export(1)))) == 1


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"kind": "test"}, rules.TEST),
        ({"kind": "Preview"}, rules.TEST),
        ({"CONSENT": "0"}, rules.REFUSED),
        ({"CONSENT": "98"}, rules.REFUSED),
        ({"CONSENT": " "}, rules.UNANSWERED),
        ({"sent": "2019-09-01T00:00:00Z"}, rules.LATE),
    ],
)
def test_a_file_of_which_no_row_is_left_makes_an_empty_table_with_all_columns(
    forum: Forum, cells: dict[str, str], rule: str
) -> None:
    whole = rows(forum.cleaned(export()))
    found = forum.cleaned(export(**cells))
    assert len(rows(found)) == 0
    assert list(rows(found).dtypes.items()) == list(whole.dtypes.items())
    assert aside(found) == [rule] * 3


# Who answered.


def test_of_one_person_s_answers_one_is_left_and_the_others_are_accounted_for(
    forum: Forum,
) -> None:
    table = export(12, mail="one@example.org")
    found = forum.cleaned(table)
    assert len(rows(found)) == 1
    assert aside(found) == [rules.EXACT] * 11


def test_equal_answers_of_people_who_are_not_known_all_stay(forum: Forum) -> None:
    assert len(rows(forum.cleaned(export(12, mail="")))) == 12


@pytest.mark.parametrize("ids", ["", "1", " "])
def test_rows_without_an_id_of_their_own_get_pseudonyms_of_their_own(
    forum: Forum, ids: str
) -> None:
    found = rows(forum.cleaned(export(5, answer=ids)))
    assert found["resp_id"].nunique() == 5


def test_an_export_without_the_platform_s_columns_is_read(forum: Forum) -> None:
    forum.says(export={"columns": {}})
    found = forum.cleaned(export(4).drop(columns=list(NAMES)))
    assert len(rows(found)) == 4
    assert rows(found)["submit_dt"].isna().all()


def test_thousands_of_answers_of_one_member_are_compared_and_kept(forum: Forum) -> None:
    table = export(3000)
    table["OT_BARRIERS"] = [f"The {n}th committee has no time" for n in range(len(table))]
    found = forum.cleaned(table)
    assert len(rows(found)) == 3000
    listed = found.intake["answers"].listed
    assert set(listed["rule"]) <= {rules.NEAR}


# Where, when, in which language.


def test_an_answer_that_names_no_country_has_no_member_and_stays(forum: Forum) -> None:
    found = forum.cleaned(export(COUNTRY="  "))
    assert rows(found)["member"].isna().all()
    assert set(found.reasons["answers"]["member"]) == {"blank"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Côte d’Ivoire", "CIV"),
        (unicodedata.normalize("NFD", "Côte d'Ivoire"), "CIV"),
        ("Costa  de Marfil", "CIV"),
        (" CAN", "CAN"),
        ("NA", "NAM"),
        ("Túnez", "TUN"),
        ("Trinidad & Tobago", "TTO"),
        ("royaume-uni", "GBR"),
    ],
)
def test_a_country_is_known_however_it_was_typed(forum: Forum, name: str, code: str) -> None:
    assert set(rows(forum.cleaned(export(COUNTRY=name)))["country"]) == {code}


@pytest.mark.parametrize("name", ["Atlantis", "<b>Canada</b>", "n/a", "0", "=A1", "加"])
def test_an_unknown_country_is_refused_with_its_line(forum: Forum, name: str) -> None:
    table = export()
    table.loc[1, "COUNTRY"] = name
    error = forum.refused(table, AnswerError)
    assert (error.row, error.column) == (3, "COUNTRY")
    assert name in error.found


def test_answers_without_a_time_stay_and_have_no_day(forum: Forum) -> None:
    found = forum.cleaned(export(sent="", begun=""))
    assert len(rows(found)) == 3
    assert rows(found)["submit_dt"].isna().all()


def test_times_of_several_zones_and_forms_are_the_days_that_they_are(forum: Forum) -> None:
    times = {
        "2019-04-03T23:30:00-05:00": "2019-04-04",
        "2019-04-03 00:30:00+02:00": "2019-04-02",
        "2019-04-03T10:00:00Z": "2019-04-03",
        "2019-04-03T10:00:00.123456Z": "2019-04-03",
        "2019-04-03": "2019-04-03",
        "3.4.2019 10:00": "2019-04-03",
        "4/25/2019 3:04 PM": "2019-04-25",
        "2019-10-27T02:30:00+02:00": "",
    }
    found = forum.cleaned(export(len(times)).assign(sent=list(times)))
    days = rows(found)["submit_dt"].dt.strftime("%Y-%m-%d").tolist()
    assert days == [day for day in times.values() if day]
    assert aside(found) == [rules.LATE]


@pytest.mark.parametrize(
    "time",
    [
        *("2019-02-30 10:00:00", "2019-04-03T24:00:00", "2019-04-03T23:59:60", "99999-01-01"),
        *("43558.5", "not a date", "1556000000", "2019-04-03T10:00:00+99:00", "3/4"),
        *("2019-04-03T10:00:00 XYZ", "0000-01-01", "'2019-04-03", "-1"),
    ],
)
@pytest.mark.parametrize("column", ["sent", "begun"])
def test_what_is_no_time_is_refused_with_its_line(forum: Forum, time: str, column: str) -> None:
    table = export()
    table.loc[2, column] = time
    error = forum.refused(table, SourceError)
    assert (error.row, error.column) == (4, column)


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "1066-10-14", "1969-12-31T23:59:59Z"])
def test_a_time_long_before_the_survey_is_listed_and_kept(forum: Forum, time: str) -> None:
    found = forum.cleaned(export(sent=time))
    assert len(rows(found)) == 3
    assert list(found.intake["answers"].listed["rule"]) == [rules.EARLY] * 3


def test_a_time_long_after_the_survey_is_late(forum: Forum) -> None:
    assert aside(forum.cleaned(export(sent="9999-12-31T23:59:59Z"))) == [rules.LATE] * 3


def test_of_a_wave_that_lies_in_the_future_every_answer_is_early(forum: Forum) -> None:
    forum.says(fieldwork=[{"start": "9998", "end": "9999"}])
    found = forum.cleaned(export())
    assert len(rows(found)) == 3
    assert list(found.intake["answers"].listed["rule"]) == [rules.EARLY] * 3


@pytest.mark.parametrize("day", ["2019-02-30", "2019-13", "2019-00", "0000", "2019-04-31"])
@pytest.mark.parametrize("end", ["start", "end"])
def test_a_window_that_is_not_on_the_calendar_is_refused(forum: Forum, day: str, end: str) -> None:
    forum.says(fieldwork=[{"start": "0001", "end": "9999", end: day}])
    with pytest.raises(ManifestError, match="calendar") as refused:
        forum.cleaned(export())
    assert Path(str(refused.value.file)) == forum.folder / "wave.yml"


@pytest.mark.parametrize(
    ("tongue", "language"),
    [
        *(("EN", "en"), ("fr_FR", "fr"), ("es-419", "es"), ("Español", "es")),
        *(("de", ""), ("xx", ""), ("", ""), ("日本語", ""), ("🇫🇷", "")),
    ],
)
def test_a_language_that_is_none_of_the_form_s_is_no_language(
    forum: Forum, tongue: str, language: str
) -> None:
    found = rows(forum.cleaned(export(tongue=tongue)))
    assert set(found["lang"].fillna("")) == {language}


# Files that are damaged, and columns that are not what they were.


@pytest.mark.parametrize("wrong", [b"\x00", b"\xff\xfe", b"\x80", b"\xed\xa0\x80"])
def test_bytes_that_are_no_text_are_refused(forum: Forum, wrong: bytes) -> None:
    forum.refused(written(export()).replace(b"Civil", b"Civ" + wrong + b"il"), SourceError)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 0.99])
def test_a_file_that_is_cut_short_is_refused_with_its_line(forum: Forum, share: float) -> None:
    content = written(export(30))
    error = forum.refused(content[: int(len(content) * share)], SourceError)
    assert error.row


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"<html><table><tr><td>1</td></tr></table></html>",
        b'{"answers": [1, 2, 3]}\n' * 20,
        b"a\n1\n",
        b"PK\x03\x04" + bytes(200),
    ],
)
def test_another_file_is_refused(forum: Forum, content: bytes) -> None:
    forum.refused(content, SourceError)


def test_the_order_and_the_delimiter_of_columns_change_nothing(forum: Forum) -> None:
    table = export(6)
    whole = rows(forum.cleaned(table))
    turned = table[sorted(table.columns, reverse=True)]
    pd.testing.assert_frame_equal(rows(forum.cleaned(turned)), whole)
    for mark in (";", "\t"):
        content = table.to_csv(index=False, sep=mark, lineterminator="\r\n")
        pd.testing.assert_frame_equal(rows(forum.cleaned(content.encode("utf-16"))), whole)


def test_columns_that_nobody_knows_are_refused_and_may_be_left_out(forum: Forum) -> None:
    extra = {f"Extra {n}": "x" for n in range(300)}
    error = forum.refused(export(**extra), MatchError)
    assert "299 more" in error.problem
    forum.says(export={"columns": NAMES | dict.fromkeys(extra, "ignore")})
    assert len(rows(forum.cleaned(export(**extra)))) == 3


def test_a_column_that_is_gone_or_stands_twice_is_refused(forum: Forum) -> None:
    assert "trust" in forum.refused(export().drop(columns="TRUST"), MatchError).problem
    assert "maps a column" in forum.refused(export().drop(columns="sent"), SourceError).problem
    twice = written(export(CONSENT2="1")).replace(b"CONSENT2", b"CONSENT")
    assert "CONSENT" in forum.refused(twice, MatchError).column
