"""What the cleaning chapter says follows from what cleaning did."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd
import pytest

from msfresearch.report.chapters import cleaning
from msfresearch.report.prose import Prose
from msfresearch.report.tables import Table
from msfresearch.survey.answers import missingness
from msfresearch.wave import Wave
from tests.report.chapters.conftest import MakeWave, keep, rows, text


def said(wave: Wave) -> list[str]:
    cleaned = wave.clean()
    return cleaning.found(cleaned, missingness(cleaned.reasons, wave.questionnaire), wave, "en")


def with_words(made: dict[str, Any]) -> None:
    """A second item that says in words what `agree` says in numbers."""
    items = made["tables"]["answers"]["items"]
    items[2]["agrees_with"] = {"item": "why", "expect": {f"w{n}": n for n in range(1, 6)}}


def test_rules_that_changed_something_are_summed_up_and_the_idle_counted(
    make_wave: MakeWave,
) -> None:
    wave = make_wave(rows(4, agree=lambda _: "five ", regular=lambda _: "NR"))
    cleaned = wave.clean()
    [shown] = cleaning.log_tables(cleaned, wave.questionnaire, "en")
    told = dict(zip(shown.data["what"], shown.data["cells_changed"], strict=True))
    assert told["rows read"] == 0
    assert told["spelling made one [agree]"] == 4
    assert told["code read as a reason for no answer: not reviewed [regular]"] == 4
    assert told["read as a level of its scale [agree]"] == 4
    assert shown.data["cells_changed"].sum() == cleaned.log["cells_changed"].sum()
    idle = (cleaned.log["cells_changed"] == 0) & cleaned.log["item"].notna()
    assert f"{idle.sum()} pairs of a rule and an item changed nothing" in shown.markup
    assert f"whole log ({len(cleaned.log)} lines" in shown.markup


def test_many_items_of_a_rule_are_counted_and_few_are_named(make_wave: MakeWave) -> None:
    def more(made: dict[str, Any]) -> None:
        items = made["tables"]["answers"]["items"]
        items += [
            items[2] | {"id": f"again{n}", "column": column, "label": text("Again")}
            for n, column in enumerate(("steps", "why"))
        ]
        del items[4:6]

    given = rows(4, steps=lambda _: 1, why=lambda _: 1)
    wave = make_wave(given, more)
    [shown] = cleaning.log_tables(wave.clean(), wave.questionnaire, "en")
    told = list(shown.data["what"])
    assert "read as a level of its scale (4 items)" in told
    assert "read as a country of ISO 3166 [country]" in told


def test_rows_read_and_kept_are_told_with_their_numbers(make_wave: MakeWave) -> None:
    wave = make_wave(rows(17))
    told = cleaning.account(wave.clean(), wave, "en")
    assert told == ["17 answers were read and 17 kept; no answer stands twice."]


@pytest.mark.parametrize(
    ("population", "named"),
    [
        ("experts", True),
        ("independent reviewers", True),
        ("citizens", False),
        ("civil society", False),
        ("government", False),
    ],
)
def test_keys_without_a_partner_are_counted_and_named_only_where_they_are_published(
    make_wave: MakeWave, population: str, named: bool
) -> None:
    wave = make_wave(rows(6), population=population)
    cleaned = wave.clean()
    lost = pd.DataFrame(
        {
            "table": "answers",
            "row_id": ["1", "2", "3"],
            "line": [2, 3, 4],
            "looked_in": "answers",
            "looked_for": ["key-of-one", "key-of-two", "key-of-two"],
        }
    )
    told = cleaning.account(dataclasses.replace(cleaned, unmatched=lost), wave, "en")[-1]
    assert told.startswith("3 of 6 (50%) answers found no partner")
    assert "not found: 2" in told
    assert ("key-of-one and key-of-two" in told) is named


def test_where_code_and_words_agree_that_is_said(make_wave: MakeWave) -> None:
    wave = make_wave(rows(5, why=lambda i: f"w{i % 5 + 1}"), with_words)
    told = cleaning.contradiction(wave.clean(), wave.questionnaire, "en")
    assert told == "Where a fact stands twice, it stands the same twice."
    shown = cleaning.disagreement_table(wave.clean(), wave.questionnaire, "en")
    assert isinstance(shown, Prose)
    assert shown.sentences == ("Nowhere in this wave do code and words disagree.",)


def test_a_wave_that_says_nothing_twice_is_not_praised_for_agreeing(make_wave: MakeWave) -> None:
    wave = make_wave(rows(5))
    shown = cleaning.disagreement_table(wave.clean(), wave.questionnaire, "en")
    assert isinstance(shown, Prose)
    assert shown.sentences == (cleaning.NOTHING_TWICE,)
    told = cleaning.contradiction(wave.clean(), wave.questionnaire, "en")
    assert "stands the same twice" not in told
    assert said(wave)[2].endswith(cleaning.NOTHING_TWICE)


def test_a_contradiction_is_told_and_listed(make_wave: MakeWave) -> None:
    wave = make_wave(rows(5, why=lambda i: "w1" if i < 3 else f"w{i % 5 + 1}"), with_words)
    told = cleaning.contradiction(wave.clean(), wave.questionnaire, "en")
    assert told.startswith("2 cells contradict their words (2 in agree).")
    assert "notebook 3" not in told
    shown = cleaning.disagreement_table(wave.clean(), wave.questionnaire, "en")
    assert isinstance(shown, Table)
    assert shown.data["size"].sum() == 2
    assert set(shown.data["item"]) == {"Meets"}


def test_what_was_found_changes_with_the_rows(make_wave: MakeWave) -> None:
    full = said(make_wave(rows(10, why=lambda _: "x")))
    assert full[0] == "The clean wave holds 10 answers. No row was dropped."
    assert full[1].startswith("0% of all cells")
    hollow = said(make_wave(rows(6, agree=lambda _: "NR", steps=lambda _: "97")))
    assert hollow[0].startswith("The clean wave holds 6 answers.")
    assert hollow[1].startswith("50% of all cells are without an answer")


def test_only_mended_and_derived_cells_are_said_to_be_changed(make_wave: MakeWave) -> None:
    def ignoring(made: dict[str, Any]) -> None:
        table = made["tables"]["answers"]
        table["items"] = [item for item in table["items"] if item["id"] != "steps"]
        table["ignore"], table["ignore_reason"] = ["steps"], "not of this test"

    wave = make_wave(
        rows(5, agree=lambda i: "five" if i else "5", regular=lambda _: "NR"), ignoring
    )
    cleaned = keep(wave)
    assert cleaned.log["cells_changed"].sum() > 4
    assert cleaning.facts(cleaned, wave)["cells_changed"] == 4
    assert "made 4 changes" in said(wave)[2]
    assert wave.facts("clean")["rows"] == {"answers": 5}


def test_the_card_of_a_rehearsal_says_that_it_is_one(make_wave: MakeWave) -> None:
    card = cleaning.card(make_wave(rows(3), status="rehearsal"), "en")
    assert dict(zip(card.data["what"], card.data["value"], strict=True))["Status"] == "rehearsal"
