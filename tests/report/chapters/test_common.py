"""What several chapters need: names for what intervals count, and whom a page may name."""

from __future__ import annotations

from typing import Any

import pytest

from msfresearch.report.chapters.common import clusters, counted, names_members
from msfresearch.wave import open_wave
from tests.report.chapters.conftest import MakeWave, rows, text


@pytest.mark.parametrize(
    ("wave", "words"),
    [
        ("irm-2016", "countries"),
        ("odb-2014", "countries"),
        ("madrid-2019", "proposals"),
        ("lille-2019", "respondents and proposals"),
    ],
)
def test_intervals_count_what_the_questionnaire_says(wave: str, words: str) -> None:
    assert counted(open_wave(wave).questionnaire, "en") == words


def test_a_member_of_another_kind_is_called_by_its_label(make_wave: MakeWave) -> None:
    def grouped(made: dict[str, Any]) -> None:
        table = made["tables"]["answers"]
        table["member"] = "regular"
        table["items"][3]["label"] = text("Kinds of forum")

    table = make_wave(rows(3), grouped).questionnaire.tables["answers"]
    assert clusters(table, "en") == "kinds of forum"


def test_a_country_is_one_whatever_its_item_is_called(make_wave: MakeWave) -> None:
    def renamed(made: dict[str, Any]) -> None:
        table = made["tables"]["answers"]
        table["items"][1]["id"] = table["member"] = "nation"

    assert clusters(make_wave(rows(3), renamed).questionnaire.tables["answers"], "en") == (
        "countries"
    )


def test_who_answered_is_a_respondent(make_wave: MakeWave) -> None:
    def person(made: dict[str, Any]) -> None:
        made["tables"]["answers"] |= {"member": "id", "respondent": "id"}

    table = make_wave(rows(3), person).questionnaire.tables["answers"]
    assert clusters(table, "en") == "respondents"


@pytest.mark.parametrize(
    ("population", "named"),
    [
        ("independent reviewers", True),
        ("experts", True),
        ("government", False),
        ("civil society", False),
        ("citizens", False),
    ],
)
def test_only_countries_whose_coding_is_published_are_named(
    make_wave: MakeWave, population: str, named: bool
) -> None:
    assert names_members(make_wave(rows(3), population=population)) is named
