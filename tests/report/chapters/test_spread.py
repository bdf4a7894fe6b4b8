"""Every item stands in the table of its kind, and what few people answered stands in none."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from msfresearch.report.chapters import spread
from msfresearch.report.prose import Prose
from msfresearch.report.tables import Table
from msfresearch.survey.answers import distributions
from msfresearch.wave import Wave, open_wave
from tests.report.chapters.conftest import MakeWave, rows, text

PEOPLE = ("government", "civil society", "citizens")
PUBLISHED = ("independent reviewers", "experts")


def levels_of(wave: Wave) -> pd.DataFrame:
    return distributions(wave.clean().tables, wave.questionnaire)


def based(wave: Wave) -> spread.Bases:
    return spread.bases(wave.clean(), wave, "en")


def all_tables(wave: Wave) -> list[Table | Prose]:
    bases = based(wave)
    return [
        spread.level_table(levels_of(wave), bases, "en"),
        spread.pair_table(bases, "en"),
        spread.number_table(bases, "en"),
        spread.plain_table(bases, "en"),
    ]


@pytest.mark.parametrize(("often", "share"), [(12, "60%"), (18, "90%")])
def test_the_most_one_sided_item_changes_with_the_answers(
    make_wave: MakeWave, often: int, share: str
) -> None:
    wave = make_wave(rows(20, agree=lambda i: 4 if i < often else 1))
    told = spread.extremes(levels_of(wave), based(wave), "en")
    assert told == f"The most one-sided item is “Meets”: {share} of its 20 answers are “often”."


def test_fewer_than_ten_answers_make_no_item_one_sided(make_wave: MakeWave) -> None:
    wave = make_wave(rows(9), population="experts")
    told = spread.extremes(levels_of(wave), based(wave), "en")
    assert told == "No item with more than two levels has 10 answers."


def test_a_share_of_yes_carries_its_interval(make_wave: MakeWave) -> None:
    wave = make_wave(rows(40, regular=lambda i: int(i < 10)))
    shown = spread.pair_table(based(wave), "en")
    assert isinstance(shown, Table)
    [row] = shown.data.to_dict("records")
    assert (row["label"], row["n"], row["share"]) == ("Regular forum", 40, 0.25)
    assert 0 < row["low"] < 0.25 < row["high"] < 1


def test_a_share_from_one_member_has_no_interval(make_wave: MakeWave) -> None:
    wave = make_wave(rows(12, members=1), population="experts")
    shown = spread.pair_table(based(wave), "en")
    assert isinstance(shown, Table)
    assert shown.data["share"].tolist() == [0.5]
    assert shown.data[["low", "high"]].isna().all(axis=None)


def test_rows_without_a_member_or_an_answer_are_no_base_of_a_share(make_wave: MakeWave) -> None:
    given = rows(
        12, regular=lambda i: "NR" if i < 2 else 1, country=lambda i: "" if i > 9 else "FR"
    )
    wave = make_wave(given, population="experts")
    shown = spread.pair_table(based(wave), "en")
    assert isinstance(shown, Table)
    assert shown.data["n"].tolist() == [8]


def test_items_with_one_label_are_drawn_side_by_side_when_they_share_a_scale(
    make_wave: MakeWave,
) -> None:
    def twice(made: dict[str, Any]) -> None:
        items = made["tables"]["answers"]["items"]
        items[4] = items[2] | {"id": "again", "column": "steps", "label": text("Meets again")}

    wave = make_wave(rows(20, steps=lambda i: i % 3 + 1), twice)
    [drawn] = spread.level_figures(levels_of(wave), based(wave), "en")
    assert {"Meets", "Meets again"} == set(drawn.data["label"])
    assert "n = 20" in drawn.alt
    alone = make_wave(rows(20))
    assert spread.level_figures(levels_of(alone), based(alone), "en") == []


def test_levels_nobody_chose_stand_in_the_table(make_wave: MakeWave) -> None:
    wave = make_wave(rows(12, agree=lambda _: 5))
    shown = spread.level_table(levels_of(wave), based(wave), "en")
    assert isinstance(shown, Table)
    assert shown.data["n"].tolist() == [0, 0, 0, 0, 12]


def test_numbers_are_told_with_their_base(make_wave: MakeWave) -> None:
    wave = make_wave(rows(8, steps=lambda i: "NR" if i == 0 else 4), population="experts")
    shown = spread.number_table(based(wave), "en")
    assert isinstance(shown, Table)
    assert shown.data[["answered", "mean", "sd"]].iloc[0].tolist() == [7, 4, 0]


def bare(made: dict[str, Any]) -> None:
    table = made["tables"]["answers"]
    table["items"] = [i for i in table["items"] if i["id"] not in ("regular", "steps", "agree")]
    table["ignore"] = ["regular", "steps", "agree"]
    table["ignore_reason"] = "not of this test"


def test_a_wave_that_did_not_ask_says_that_it_did_not(make_wave: MakeWave) -> None:
    told = all_tables(make_wave(rows(20), bare))
    assert [one.sentences[0] for one in told if isinstance(one, Prose)] == [
        "No item of this wave has more than two levels.",
        "No item of this wave has two answers.",
        "This wave asked for no number.",
    ]


@pytest.mark.parametrize("population", PEOPLE)
@pytest.mark.parametrize(("n", "members"), [(9, 9), (20, 4)])
def test_what_few_people_answered_is_held_back_and_counted(
    make_wave: MakeWave, population: str, n: int, members: int
) -> None:
    wave = make_wave(rows(n, members=members), population=population)
    told = all_tables(wave)
    assert [one.sentences for one in told[:3] if isinstance(one, Prose)] == [
        ("1 item is left out: fewer than 10 answers or 5 countries.",)
    ] * 3
    assert isinstance(told[3], Prose)
    assert "items are left out" in told[3].sentences[0]
    assert spread.level_figures(levels_of(wave), based(wave), "en") == []


@pytest.mark.parametrize("population", PUBLISHED)
def test_coding_that_is_published_is_held_back_nowhere(
    make_wave: MakeWave, population: str
) -> None:
    told = all_tables(make_wave(rows(9, members=2), population=population))
    assert all(isinstance(one, Table) for one in told)
    assert not any("left out" in one.markup for one in told if isinstance(one, Table))


def test_an_item_held_back_beside_others_is_noted_below_them(make_wave: MakeWave) -> None:
    def second(made: dict[str, Any]) -> None:
        items = made["tables"]["answers"]["items"]
        items[5] = items[3] | {"id": "again", "column": "why", "label": text("Again")}

    wave = make_wave(rows(20, why=lambda i: 1 if i < 9 else "NR"), second)
    shown = spread.pair_table(based(wave), "en")
    assert isinstance(shown, Table)
    assert shown.data["label"].tolist() == ["Regular forum"]
    assert "1 item is left out: fewer than 10 answers or 5 countries." in shown.markup


def test_words_for_yes_other_pairs_and_boxes_stand_beside_codes(make_wave: MakeWave) -> None:
    def pairs(made: dict[str, Any]) -> None:
        levels = [
            {"code": "1", "value": "invited", "label": text("By invitation")},
            {"code": "2", "value": "open", "label": text("Open to all")},
        ]
        made["scales"]["openness"] = {"levels": levels}
        items = made["tables"]["answers"]["items"]
        items[2] = {
            "id": "open",
            "type": "single",
            "scale": "openness",
            "label": text("Participation"),
            "column": "agree",
        }
        items[5] = {
            "id": "tags",
            "type": "multi",
            "label": text("Tags"),
            "options": [{"id": "aid", "column": "why", "label": text("Aid")}],
        }

    given = rows(40, agree=lambda i: 1 + (i < 30), why=lambda i: int(i < 4))
    shown = spread.pair_table(based(make_wave(given, pairs)), "en")
    assert isinstance(shown, Table)
    found = shown.data.set_index("label")
    assert found["level"].to_dict() == {
        "Participation": "Open to all",
        "Regular forum": "yes",
        "Tags: Aid": "ticked",
    }
    assert found["share"].to_dict() == {
        "Participation": 0.75,
        "Regular forum": 0.5,
        "Tags: Aid": 0.1,
    }
    assert (found["low"] < found["share"]).all()
    assert (found["share"] < found["high"]).all()
    assert "95% intervals that count countries" in shown.caption


def test_names_dates_and_texts_are_counted(make_wave: MakeWave) -> None:
    def dated(made: dict[str, Any]) -> None:
        items = made["tables"]["answers"]["items"]
        items[2] = {"id": "day", "type": "date", "label": text("Day"), "column": "agree"}

    given = rows(20, members=10, agree=lambda i: f"2019-05-{i + 1:02}", why=lambda _: "words")
    shown = spread.plain_table(based(make_wave(given, dated)), "en")
    assert isinstance(shown, Table)
    found = shown.data.set_index("type")
    assert found.loc["date", ["first", "last"]].tolist() == ["2019-05-01", "2019-05-20"]
    assert found["different"].to_dict() == {"id": 20, "country": 10, "date": 20, "text": 1}
    assert "words" not in shown.markup.replace(">words<", "")


def test_every_item_of_the_committed_wave_stands_in_one_table_or_repeats_a_code(home: Any) -> None:
    from msfresearch.home import Home

    wave = open_wave("irm-2016", Home(home))
    bases = based(wave)
    assert bases.items["shown"].all()
    shown = [one.data for one in all_tables(wave) if isinstance(one, Table)]
    listed = sum(len(frame) for frame in shown[1:]) + shown[0].groupby(["table", "label"]).ngroups
    assert listed == len(bases.items)
    columns = sum(
        max(1, len(item.options)) for t in wave.questionnaire.tables.values() for item in t.items
    )
    assert columns - len(bases.items) == 13
    assert "13 items that only repeat a code in words" in spread.left_out(wave)
    tags = bases.items["item"].str.startswith("tag").sum()
    assert tags == 0 or tags == 42
