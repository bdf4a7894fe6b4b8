"""Whatever stands in an export ends in a clean table, or in an error that says where and what."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from msfresearch.errors import AnswerError, ManifestError, MsfResearchError, SourceError
from msfresearch.home import Home
from msfresearch.survey import contacts
from msfresearch.survey.cleaning import Cleaned
from msfresearch.survey.matching import CellError, MatchError
from msfresearch.survey.screening import rules
from msfresearch.wave import open_wave
from tests.survey.arrived import FORUM, forum_home, write_secret
from tests.survey.canonical import COMPLETE

NAMES = {
    "answer": "role:response_id",
    "sent": "role:submitted",
    "begun": "role:started",
    "seconds": "role:duration",
    "tongue": "role:language",
    "kind": "role:status",
    "address": "role:ip",
    "mail": "role:email",
}
COLUMNS = (*NAMES, *COMPLETE, "MSF_DECIDE_other", "TOPICS_other")
OPEN = ("OT_BARRIERS", "MSF_DECIDE_other", "TOPICS_other")
LONG = 30_000


def export(n: int = 3, **cells: str) -> pd.DataFrame:
    """Complete answers of different people, with a column changed throughout."""
    rows = [
        {
            **dict.fromkeys(COLUMNS, ""),
            **COMPLETE,
            "answer": f"A{one:05}",
            "sent": "2019-04-03T10:20:00Z",
            "begun": "2019-04-03T10:00:00Z",
            "seconds": "1200",
            "tongue": "en",
            "mail": f"person.{one}@example.org",
            **cells,
        }
        for one in range(n)
    ]
    return pd.DataFrame(rows, dtype="str")


def written(table: pd.DataFrame) -> bytes:
    """As a careful program writes CSV; what is no character is written as a question mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.to_numpy().tolist())
    return text.getvalue().encode("utf-8", "replace")


@dataclass(frozen=True)
class Forum:
    """A home with the small survey, whose export is put in and taken out again."""

    home: Home

    @property
    def folder(self) -> Path:
        return self.home.raw / FORUM

    @property
    def file(self) -> Path:
        return self.folder / "export.csv"

    def says(self, **changes: Any) -> None:
        """Write the manifest; ``export`` is added to what it says of the columns."""
        manifest = yaml.safe_load((Path(__file__).parent / "forum" / "wave.yml").read_text("utf-8"))
        told = {"platform": "plain", "cells": "codes", "columns": NAMES}
        manifest["sources"][0]["export"] = told | changes.pop("export", {})
        text = yaml.safe_dump(manifest | changes, allow_unicode=True)
        (self.folder / "wave.yml").write_text(text, encoding="utf-8")

    def cleaned(self, content: pd.DataFrame | bytes) -> Cleaned:
        """The wave cleaned, with this export."""
        given = content if isinstance(content, bytes) else written(content)
        self.file.write_bytes(given)
        return open_wave(FORUM, self.home).clean()

    def refused(self, content: pd.DataFrame | bytes, kind: type[MsfResearchError]) -> Any:
        """The error that the export ends in; it names the file and says what to do."""
        with pytest.raises(kind) as caught:
            self.cleaned(content)
        assert Path(str(caught.value.file)) == self.file
        assert caught.value.action or caught.value.expected
        return caught.value


@pytest.fixture(scope="module")
def one_forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    folder = tmp_path_factory.mktemp("forum")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MSFRESEARCH_SECRET_FILE", str(write_secret(folder / "secret")))
        yield Forum(forum_home(folder / "home"))


@pytest.fixture
def forum(one_forum: Forum) -> Forum:
    one_forum.says()
    return one_forum


def rows(found: Cleaned) -> pd.DataFrame:
    return found.tables["answers"]


def aside(found: Cleaned) -> list[str]:
    return sorted(found.intake["answers"].set_aside["rule"])


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
        ("costa  de marfil".title().replace(" De ", " de "), "CIV"),
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


# Open answers.


@pytest.mark.parametrize(
    "text",
    [
        "x" * LONG,
        "word " * (LONG // 5),
        "." * LONG,
        "👩‍👩‍👧" * (LONG // 5),
        "e" + "\u0301" * LONG,
        "line\n" * (LONG // 5),
        '"' * LONG,
        "هذا منتدى متعدد الأطراف مع الحكومة والمجتمع المدني",
        "\u202eabc\u2066def",
        "a\ufeffb\u200bc",
        "a\rb\r\nc\x0bd\x0ce\x85f\u2028g",
        "\x01\x02\x1b[31mred\x7f",
        "=cmd|' /c calc'!A1",
        "<script>alert(1)</script>",
        "NA",
        "97",
        "null",
    ],
)
def test_an_open_answer_is_kept_as_it_was_written(forum: Forum, text: str) -> None:
    table = export()
    for column in OPEN:
        table.loc[1, column] = text
    found = rows(forum.cleaned(table))
    for column in ("ot_barriers", "decide_other", "topics_other"):
        assert found[column].tolist()[1] == text


@pytest.mark.parametrize("text", [" " * LONG, "\n" * 9, "\t", "\u00a0\u3000"])
def test_space_alone_is_no_answer_of_substance(forum: Forum, text: str) -> None:
    hollow = dict.fromkeys([one for one in COMPLETE if one not in ("CONSENT", "COUNTRY")], "")
    found = forum.cleaned(export(**{**hollow, "OT_BARRIERS": text}))
    assert aside(found) == [rules.EMPTY] * 3


@pytest.mark.parametrize(
    "text",
    [
        *("1 " * LONG, "@" * LONG, "a@" * LONG, ":" * LONG, "a:" * LONG, "1-" * LONG),
        *("(1" * LONG, ",1234561" * 4000, "www." * 7500, "http://" * 4000, "1.2.3.4+" * 4000),
        *("\u200b1" * LONG, "ES12" + "1234" * 7000, "1234567 " * 4000, "at dot " * 4000),
    ],
    ids=range(15),
)
def test_a_text_made_of_beginnings_of_contacts_is_searched_a_few_times(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches: list[int] = []
    search: Callable[[str], Any] = contacts._spans

    def counted(part: str) -> Any:
        searches.append(len(part))
        return search(part)

    monkeypatch.setattr(contacts, "_spans", counted)
    masked, _ = contacts.mask(text)
    assert len(searches) < 20
    assert contacts.mask(masked) == (masked, ())


def test_every_naughty_string_is_an_open_answer(forum: Forum, shared: Path) -> None:
    (file,) = (shared / "bad" / "blns").glob("*.json")
    texts = [text for text in json.loads(file.read_text("utf-8")) if "\x00" not in text]
    table = export(len(texts))
    for column in OPEN:
        table[column] = texts
    found = rows(forum.cleaned(table))
    assert len(found) == len(texts) > 400
    for column in ("ot_barriers", "decide_other", "topics_other"):
        for text, kept in zip(texts, found[column].fillna("").tolist(), strict=True):
            assert kept == contacts.mask(text.encode("utf-8", "replace").decode())[0]


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


# Closed answers.


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1,5", 1.5), ("50%", 50), ("50.", 50), (".5", 0.5), ("1e2", 100), ("00050", 50), ("+7", 7)],
)
def test_a_number_that_can_be_read_in_one_way_is_read(
    forum: Forum, cell: str, number: float
) -> None:
    assert set(rows(forum.cleaned(export(MSF_SHARE_NG=cell)))["share_ng"]) == {number}


@pytest.mark.parametrize(
    "cell",
    [
        *("1 5", "½", "fifty", "1_000", "0x10", "NaN", "inf", "50€", "−5", "٥٠", "=1+1", "1,2,3"),
        *("101", "-1", "1e999", "1.000,5", "1e-400x", "--1"),
    ],
)
def test_a_number_that_is_none_or_cannot_be_is_refused_with_its_line(
    forum: Forum, cell: str
) -> None:
    table = export()
    table.loc[1, "MSF_SHARE_NG"] = cell
    error = forum.refused(table, AnswerError)
    assert (error.row, error.column) == (3, "MSF_SHARE_NG")


@pytest.mark.parametrize("column", ["CONSENT", "LEVEL", "TRUST", "MSF_DECIDE", "TOPICS_budget"])
@pytest.mark.parametrize("cell", ["maybe", "7", "1.5", "<1>", "yes/no", "1;2", "NaN"])
def test_what_is_no_answer_of_an_item_is_refused_with_its_line(
    forum: Forum, column: str, cell: str
) -> None:
    table = export()
    table.loc[1, column] = cell
    error = forum.refused(table, CellError)
    assert (error.row, error.column) == (3, column)


any_of_forty = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def ends_well(forum: Forum, content: pd.DataFrame | bytes) -> int | None:
    """Rows that are accounted for; None where the export is refused, by its file."""
    try:
        found = forum.cleaned(content)
    except MsfResearchError as error:
        return None if Path(str(error.file)) == forum.file else -1
    return len(rows(found)) + len(aside(found))


@any_of_forty
@given(
    column=st.sampled_from(COLUMNS),
    cells=st.lists(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from(["", " ", "1", "0", "97", "NA", "-oth-", "2019-04-03", "a@b.org"]),
        ),
        min_size=3,
        max_size=3,
    ),
)
def test_any_text_in_any_column_ends_in_a_whole_table_or_in_an_error_of_ours(
    forum: Forum, column: str, cells: list[str]
) -> None:
    assert ends_well(forum, export().assign(**{column: cells})) in (3, None)


@any_of_forty
@given(place=st.integers(0, 2000), wrong=st.binary(min_size=1, max_size=6), insert=st.booleans())
def test_any_damage_ends_in_a_table_or_in_an_error_of_ours(
    forum: Forum, place: int, wrong: bytes, insert: bool
) -> None:
    content = written(export(4))
    place %= len(content)
    end = place if insert else place + len(wrong)
    assert ends_well(forum, content[:place] + wrong + content[end:]) != -1
