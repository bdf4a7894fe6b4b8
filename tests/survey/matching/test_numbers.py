"""Numbers and dates written in another way are read where there is one way to read them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.survey.items import Item
from msfresearch.survey.matching import CellError
from msfresearch.survey.matching.numbers import as_number
from msfresearch.survey.questionnaire import Questionnaire
from msfresearch.survey.source import Text
from tests.survey.matching import QUESTIONNAIRE, declared, done, matched

SHARE = QUESTIONNAIRE.tables["answers"].item("share_ng")
DAYS = Item(
    id="notice",
    type="numeric",
    column="NOTICE",
    label=Text(en="Days of notice", es="Días de aviso", fr="Nombre de jours de préavis"),
)


def shares(cells: Sequence[str], **options: object) -> list[str]:
    return list(matched(declared({"MSF_SHARE_NG": cells}), options).raw["MSF_SHARE_NG"])


def test_a_number_stays_as_it_stands() -> None:
    cells = ["12", "12.5", "0", "100.0", "-3", "1e2", "", "97"]
    found = matched(declared({"MSF_SHARE_NG": cells}))
    assert list(found.raw["MSF_SHARE_NG"]) == cells
    assert done(found, "numbers written with a comma, spaces between thousands or a unit") == {}


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12,5", "12.5"),
        ("45 %", "45"),
        ("45,5%", "45.5"),
        ("45 percent", "45"),
        ("45 por ciento", "45"),
        ("1 234,5", "1234.5"),
        ("1\u202f234", "1234"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("0,1234", "0.1234"),
    ],
)
def test_a_number_with_one_reading_is_read(cell: str, number: str) -> None:
    assert as_number(cell, SHARE) == number
    found = matched(declared({"MSF_SHARE_NG": [cell]}))
    assert list(found.raw["MSF_SHARE_NG"]) == [number]
    rule = "numbers written with a comma, spaces between thousands or a unit"
    assert done(found, rule) == {"share_ng": 1}


@pytest.mark.parametrize(
    "cell", ["1,234", "30-40", "about 30", "<5", "thirty", "30 days", "5 of 10", "1.2.3", "1/2"]
)
def test_a_number_with_two_readings_or_none_stops_with_its_line(cell: str) -> None:
    with pytest.raises(CellError, match="cannot be read as one number") as refused:
        shares(["50", cell])
    assert refused.value.row == 3
    assert refused.value.column == "MSF_SHARE_NG"


@pytest.mark.parametrize("cell", ["30 days", "30 días", "30 jours", "30 DAYS", "30days"])
def test_a_unit_of_which_the_question_speaks_is_left_out(cell: str) -> None:
    assert as_number(cell, DAYS) == "30"
    assert as_number("1 day", DAYS) == "1"


@pytest.mark.parametrize("cell", ["2 weeks", "30 %", "30 business days", "30 m"])
def test_another_unit_is_not_left_out(cell: str) -> None:
    assert as_number(cell, DAYS) is None


def test_the_manifest_decides_what_cannot_be_read() -> None:
    values = {"share_ng": {"about half": "50", "1,234": "1.234", "?": ""}}
    assert shares(["about half", "1,234", "?"], values=values) == ["50", "1.234", ""]


def test_words_for_no_answer_are_read_as_codes() -> None:
    assert shares(["Don't know", "No aplica"]) == ["97", "99"]
    item = SHARE.model_copy(update={"missing": {"Unclear": "unclear"}})
    items = tuple(
        item if one.id == item.id else one for one in QUESTIONNAIRE.tables["answers"].items
    )
    table = QUESTIONNAIRE.tables["answers"].model_copy(update={"items": items})
    on = QUESTIONNAIRE.model_copy(update={"tables": {"answers": table}})
    found = matched(declared({"MSF_SHARE_NG": ["unclear", "Unclear"]}), on=on)
    assert list(found.raw["MSF_SHARE_NG"]) == ["Unclear", "Unclear"]


@given(
    st.integers(0, 10**9).map(str),
    st.integers(0, 99).map(lambda n: f"{n:02d}"),
    st.sampled_from([("\u202f", ","), (" ", ","), (".", ","), (",", "."), ("'", ".")]),
)
def test_a_grouped_number_is_read_back_or_refused_and_never_another(
    whole: str, part: str, signs: tuple[str, str]
) -> None:
    thousands, decimal = signs
    grouped = f"{int(whole):,}".replace(",", thousands) + decimal + part
    read = as_number(grouped, SHARE)
    assert read is not None
    assert float(read) == float(f"{whole}.{part}")


# Dates


def with_date(cells: Sequence[str], **options: object) -> list[str]:
    label = Text(en="Day of the meeting", es="Día de la reunión", fr="Jour de la réunion")
    item = Item(id="met", type="date", column="MET", label=label)
    table = QUESTIONNAIRE.tables["answers"]
    table = table.model_copy(update={"items": (*table.items, item)})
    on: Questionnaire = QUESTIONNAIRE.model_copy(update={"tables": {"answers": table}})
    return list(matched(declared({"MET": cells}), options, on=on).raw["MET"])


def test_a_date_stays_and_one_at_midnight_loses_its_hour() -> None:
    cells = ["2019-04-02", "2019-04-02 00:00:00", "2019-04-02T00:00:00.000", ""]
    assert with_date(cells) == ["2019-04-02"] * 3 + [""]


def test_a_date_with_slashes_is_read_only_where_the_manifest_says_how() -> None:
    assert with_date(["2/4/2019"], day_first=True) == ["2019-04-02"]
    assert with_date(["2/4/2019"], day_first=False) == ["2019-02-04"]
    for cell in ("2/4/2019", "31/12/2019", "April 2019", "2019-02-30", "2019-04-02 10:00:00"):
        with pytest.raises(CellError, match="cannot be read as one date"):
            with_date([cell])
