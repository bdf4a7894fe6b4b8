"""Whatever stands in a cell is kept, or refused with its line; nothing else happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from msfresearch.errors import AnswerError, MsfResearchError
from msfresearch.survey import contacts
from msfresearch.survey.matching import CellError
from msfresearch.survey.screening import rules
from tests.survey.canonical import COMPLETE
from tests.survey.exported import COLUMNS, Forum, a_forum, aside, export, rows, written

OPEN = ("OT_BARRIERS", "MSF_DECIDE_other", "TOPICS_other")
LONG = 30_000


@pytest.fixture(scope="module")
def one_forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    yield from a_forum(tmp_path_factory)


@pytest.fixture
def forum(one_forum: Forum) -> Forum:
    one_forum.says()
    return one_forum


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
