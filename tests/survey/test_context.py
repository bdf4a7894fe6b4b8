"""Context tables are joined on country and year, and the join says what it reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from msfresearch.errors import AnswerError
from msfresearch.survey.context import join_context, tidy
from msfresearch.survey.countries import load_countries
from msfresearch.survey.manifest import ContextSource
from tests.conftest import HOME

COUNTRIES = load_countries(HOME / "codebook" / "countries.yml")
FILE = Path("table.csv")


def source(**holds: Any) -> ContextSource:
    return ContextSource.model_validate(
        {
            "table": "wealth",
            "file": "table.csv",
            "sha256": "0" * 64,
            "url": "https://example.org/table.csv",
            "licence": "none",
            "citation": "nobody",
            "holds": holds,
        }
    )


def tidied(table: pd.DataFrame, **holds: Any) -> pd.DataFrame:
    return tidy(source(**holds), table, COUNTRIES, FILE)[0]


def raw(columns: dict[str, list[str]]) -> pd.DataFrame:
    table = pd.DataFrame(columns, dtype="str")
    return table.set_index(pd.Index(range(2, len(table) + 2), name="line"))


def test_names_codes_and_aggregates_meet_on_iso_3166() -> None:
    table = raw({"c": ["ADO", "FRA", "ROM"], "y": ["2014"] * 3, "v": ["1", "2", ""]})
    found = tidied(table, country="c", codes="wgi", year="y", values={"v": "x"})
    assert found["country"].tolist() == ["AND", "FRA", "ROU"]
    assert found["x"].isna().tolist() == [False, False, True]
    table = raw({"c": ["WLD", "FRA", "XKX"], "y": ["2014"] * 3, "v": ["1", "2", "3"]})
    found = tidied(table, country="c", codes="iso3", year="y", values={"v": "x"})
    assert found["country"].tolist() == ["FRA", "XKX"]
    one = source(country="c", codes="iso3", year="y", values={"v": "x"})
    assert tidy(one, table, COUNTRIES, FILE)[1] == ("WLD",)


def test_local_members_are_not_their_nations() -> None:
    table = raw({"c": ["ESP", "ESMD"], "y": ["2019"] * 2, "v": ["1", "1"]})
    found = tidied(table, country="c", codes="member", year="y", values={"v": "x"})
    assert found["country"].tolist() == ["ESP"]


def test_years_in_columns_become_rows() -> None:
    table = raw({"c": ["FRA"], "2013": ["1.5"], "2014": [""]})
    found = tidied(table, country="c", codes="iso3", values={"value": "x"})
    assert found["year"].tolist() == [2013, 2014]
    assert found["x"].tolist()[0] == 1.5


def test_two_spellings_of_a_country_in_a_year_are_refused() -> None:
    table = raw({"c": ["Turkey", "Türkiye"], "y": ["2014"] * 2, "v": ["1", "2"]})
    with pytest.raises(AnswerError, match=r"stand twice(.|\n)*TUR 2014"):
        tidied(table, country="c", codes="name", year="y", values={"v": "x"})


def test_a_word_where_a_number_stands_is_refused_by_line() -> None:
    table = raw({"c": ["FRA", "ESP"], "y": ["2014"] * 2, "v": ["1", "many"]})
    with pytest.raises(AnswerError, match=r"table\.csv:3: not a number(.|\n)*many"):
        tidied(table, country="c", codes="iso3", year="y", values={"v": "x"})


def test_the_join_keeps_every_row_and_reports_coverage() -> None:
    rows = pd.DataFrame(
        {
            "row_id": ["a", "b", "c"],
            "country": ["FRA", "FRA", "ESP"],
            "year": pd.array([2014, None, 2014], dtype="Int64"),
        }
    )
    wealth = pd.DataFrame(
        {
            "country": ["FRA"],
            "year": pd.array([2014], dtype="Int64"),
            "x": pd.array([1.0], dtype="Float64"),
        }
    )
    joined, coverage = join_context(rows, {"wealth": (wealth, ("WLD",))}, {"trust": "not here"})
    assert joined["row_id"].tolist() == ["a", "b", "c"]
    assert joined["x"].notna().tolist() == [True, False, False]
    first, second = coverage.to_dict("records")
    assert (first["joined"], first["countries_joined"], first["without"]) == (1, 1, "ESP")
    assert first["left_out"] == "WLD"
    assert (second["joined"], second["without"]) == (0, "not here")
