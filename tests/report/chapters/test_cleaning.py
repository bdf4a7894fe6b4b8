"""What the cleaning chapter says follows from what cleaning did."""

from __future__ import annotations

from typing import Any

import pytest

from msfresearch.report.chapters import cleaning
from msfresearch.report.prose import Prose
from msfresearch.report.tables import Table
from msfresearch.survey.answers import distributions, missingness
from msfresearch.wave import Wave
from tests.report.chapters.conftest import MakeWave, keep, rows, text


def spread_of(wave: Wave) -> Any:
    return distributions(wave.clean().tables, wave.questionnaire)


def levels_of(wave: Wave) -> Table | Prose:
    return cleaning.level_table(spread_of(wave), wave.questionnaire, "en")


def said(wave: Wave) -> list[str]:
    cleaned = wave.clean()
    return cleaning.found(cleaned, missingness(cleaned.reasons, wave.questionnaire), wave, "en")


def with_words(made: dict[str, Any]) -> None:
    """A second item that says in words what `agree` says in numbers."""
    items = made["tables"]["answers"]["items"]
    items[2]["agrees_with"] = {"item": "why", "expect": {f"w{n}": n for n in range(1, 6)}}


def test_every_rule_of_the_log_is_a_row_of_the_table(make_wave: MakeWave) -> None:
    cleaned = make_wave(rows(4, agree=lambda _: "five ")).clean()
    shown = cleaning.log_table(cleaned, "en")
    assert len(shown.data) == len(cleaned.log)
    assert "spelling made one [agree]" in shown.markup
    assert shown.data["cells_changed"].sum() == cleaned.log["cells_changed"].sum() > 0


def test_rows_read_and_kept_are_told_with_their_numbers(make_wave: MakeWave) -> None:
    wave = make_wave(rows(17))
    told = cleaning.account(wave.clean(), wave.questionnaire, "en")
    assert told == ["17 answers were read and 17 kept; no answer stands twice."]


def test_cells_that_contradict_themselves_are_counted_by_item(make_wave: MakeWave) -> None:
    agreeing = rows(5, why=lambda i: f"w{i % 5 + 1}")
    wave = make_wave(agreeing, with_words)
    assert cleaning.contradiction(wave.clean(), "en").endswith("it stands the same twice.")
    shown = cleaning.disagreement_table(wave.clean(), wave.questionnaire, "en")
    assert isinstance(shown, Prose)
    assert shown.sentences == ("Nowhere in this wave do code and words disagree.",)


def test_a_contradiction_is_told_and_listed(make_wave: MakeWave) -> None:
    wave = make_wave(rows(5, why=lambda i: "w1" if i < 3 else f"w{i % 5 + 1}"), with_words)
    told = cleaning.contradiction(wave.clean(), "en")
    assert told.startswith("2 cells contradict themselves (2 in agree).")
    shown = cleaning.disagreement_table(wave.clean(), wave.questionnaire, "en")
    assert isinstance(shown, Table)
    assert shown.data["size"].sum() == 2
    assert set(shown.data["item"]) == {"Meets"}


@pytest.mark.parametrize(("often", "share"), [(12, "60%"), (18, "90%")])
def test_the_most_one_sided_item_changes_with_the_answers(
    make_wave: MakeWave, often: int, share: str
) -> None:
    wave = make_wave(rows(20, agree=lambda i: 4 if i < often else 1))
    told = cleaning.extremes(spread_of(wave), "en")
    assert told == f"The most one-sided item is “Meets”: {share} of its 20 answers are “often”."


def test_fewer_than_ten_answers_make_no_item_one_sided(make_wave: MakeWave) -> None:
    told = cleaning.extremes(spread_of(make_wave(rows(9))), "en")
    assert told.startswith("No item of this wave has an ordered scale with at least ten")


def test_a_share_of_yes_carries_its_interval(make_wave: MakeWave) -> None:
    wave = make_wave(rows(40, regular=lambda i: int(i < 10)))
    shown = cleaning.yes_table(wave.clean().tables, wave.questionnaire, "en")
    assert isinstance(shown, Table)
    [row] = shown.data.to_dict("records")
    assert (row["label"], row["n"], row["share"]) == ("Regular forum", 40, 0.25)
    assert 0 < row["low"] < 0.25 < row["high"] < 1


def test_a_share_from_one_member_has_no_interval(make_wave: MakeWave) -> None:
    wave = make_wave(rows(12, members=1))
    shown = cleaning.yes_table(wave.clean().tables, wave.questionnaire, "en")
    assert isinstance(shown, Table)
    assert shown.data["share"].tolist() == [0.5]
    assert shown.data[["low", "high"]].isna().all(axis=None)


def test_rows_without_a_member_or_an_answer_are_no_base_of_a_share(make_wave: MakeWave) -> None:
    given = rows(
        12, regular=lambda i: "NR" if i < 2 else 1, country=lambda i: "" if i > 9 else "FR"
    )
    wave = make_wave(given)
    shown = cleaning.yes_table(wave.clean().tables, wave.questionnaire, "en")
    assert isinstance(shown, Table)
    assert shown.data["n"].tolist() == [8]


def test_items_with_one_label_are_drawn_side_by_side_when_they_share_a_scale(
    make_wave: MakeWave,
) -> None:
    def twice(made: dict[str, Any]) -> None:
        items = made["tables"]["answers"]["items"]
        items[4] = items[2] | {"id": "again", "column": "steps", "label": text("Meets again")}

    wave = make_wave(rows(20, steps=lambda i: i % 3 + 1), twice)
    [drawn] = cleaning.level_figures(spread_of(wave), wave.questionnaire, "real", "en")
    assert {"Meets", "Meets again"} == set(drawn.data["label"])
    assert "n = 20" in drawn.alt
    alone = make_wave(rows(20))
    assert cleaning.level_figures(spread_of(alone), alone.questionnaire, "real", "en") == []


def test_levels_nobody_chose_stand_in_the_table(make_wave: MakeWave) -> None:
    shown = levels_of(make_wave(rows(12, agree=lambda _: 5)))
    assert isinstance(shown, Table)
    assert shown.data["n"].tolist() == [0, 0, 0, 0, 12]


def test_numbers_are_told_with_their_base(make_wave: MakeWave) -> None:
    wave = make_wave(rows(8, steps=lambda i: "NR" if i == 0 else 4))
    shown = cleaning.number_table(wave.clean(), wave.questionnaire, "en")
    assert isinstance(shown, Table)
    assert shown.data[["answered", "mean", "sd"]].iloc[0].tolist() == [7, 4, 0]


def test_a_wave_without_numbers_or_yes_and_no_says_so(make_wave: MakeWave) -> None:
    def bare(made: dict[str, Any]) -> None:
        table = made["tables"]["answers"]
        table["items"] = [i for i in table["items"] if i["id"] not in ("regular", "steps", "agree")]
        table["ignore"] = ["regular", "steps", "agree"]
        table["ignore_reason"] = "not of this test"

    wave = make_wave(rows(3), bare)
    cleaned = wave.clean()
    told = [
        cleaning.number_table(cleaned, wave.questionnaire, "en"),
        cleaning.yes_table(cleaned.tables, wave.questionnaire, "en"),
        levels_of(wave),
    ]
    assert [one.sentences[0] for one in told if isinstance(one, Prose)] == [
        "This wave asked for no number.",
        "No item of this wave is coded yes or no.",
        "No item of this wave has more than two levels.",
    ]


def test_what_was_found_changes_with_the_rows(make_wave: MakeWave) -> None:
    full = said(make_wave(rows(10, why=lambda _: "x")))
    assert full[0] == "The clean wave holds 10 answers. No row was dropped."
    assert full[1].startswith("0% of all cells")
    hollow = said(make_wave(rows(6, agree=lambda _: "NR", steps=lambda _: "97")))
    assert hollow[0].startswith("The clean wave holds 6 answers.")
    assert hollow[1].startswith("50% of all cells are without an answer")


def test_left_out_columns_and_joins_are_no_changed_cells(make_wave: MakeWave) -> None:
    def ignoring(made: dict[str, Any]) -> None:
        table = made["tables"]["answers"]
        table["items"] = [item for item in table["items"] if item["id"] != "steps"]
        table["ignore"], table["ignore_reason"] = ["steps"], "not of this test"

    wave = make_wave(rows(5, agree=lambda i: "five" if i else "5"), ignoring)
    cleaned = keep(wave)
    assert cleaning.facts(cleaned, wave)["cells_changed"] == 4
    assert wave.facts("clean")["rows"] == {"answers": 5}


def test_the_card_of_a_rehearsal_says_that_it_is_one(make_wave: MakeWave) -> None:
    card = cleaning.card(make_wave(rows(3), status="rehearsal"), "en")
    assert dict(zip(card.data["what"], card.data["value"], strict=True))["Status"] == "rehearsal"
