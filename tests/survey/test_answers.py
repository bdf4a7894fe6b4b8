"""Clean tables as a researcher asks: nobody is counted twice, and nobody is lost."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import yaml

from msfresearch.errors import QuestionnaireError
from msfresearch.home import Home
from msfresearch.survey.answers import (
    OPEN,
    distributions,
    group_of,
    missingness,
    numbers,
    open_answers,
)
from msfresearch.survey.cleaning import Cleaned
from msfresearch.survey.questionnaire import Group
from msfresearch.wave import Wave, open_wave
from tests.conftest import INSTRUMENT, WORDS

Make = Callable[..., tuple[Wave, Cleaned]]
CSV = (
    "id,country,agree,why,also,n,boxa,boxb\n"
    "1,UK,5,because,yes,1,1,0\n"
    "2,FR,97,,oui,2.5,0,1\n"
    "3,NA,NR,NA,,NR,NR,0\n"
    '4,KE,5,=1+1," ",4,1,1\n'
)


def extended() -> dict[str, Any]:
    made = copy.deepcopy(INSTRUMENT)
    made["tables"]["answers"]["items"] += [
        {"id": "also", "type": "text", "language": "fr", "label": WORDS, "column": "also"},
        {"id": "n", "type": "numeric", "label": WORDS, "column": "n"},
        {
            "id": "box",
            "type": "multi",
            "label": WORDS,
            "options": [
                {"id": "a", "column": "boxa", "label": {**WORDS, "en": "box a"}},
                {"id": "b", "column": "boxb", "label": {**WORDS, "en": "box b"}},
            ],
        },
    ]
    return made


@pytest.fixture
def make(small_home: Callable[..., Home]) -> Make:
    def wave_of(
        csv: str = CSV, change: Callable[[dict[str, Any]], None] = lambda _: None, **manifest: Any
    ) -> tuple[Wave, Cleaned]:
        home = small_home(csv.encode(), **manifest)
        made = extended()
        change(made)
        path = home.codebook / "questionnaires" / "small.yml"
        path.write_text(yaml.safe_dump(made), encoding="utf-8")
        wave = open_wave("small", home)
        return wave, wave.clean()

    return wave_of


def test_every_open_answer_that_was_given_is_there_once_as_it_was_written(make: Make) -> None:
    wave, cleaned = make()
    found = open_answers(cleaned.tables, wave.questionnaire, wave.manifest)
    assert dict(zip(found["answer_id"], found["text"], strict=True)) == {
        "answers:1:why": "because",
        "answers:3:why": "NA",
        "answers:4:why": "=1+1",
        "answers:1:also": "yes",
        "answers:2:also": "oui",
        "answers:4:also": " ",
    }
    assert found["member"].tolist() == ["GBR", "NAM", "KEN", "GBR", "FRA", "KEN"]


def unsaid(made: dict[str, Any]) -> None:
    del made["tables"]["answers"]["items"][3]["language"]


def respondents(made: dict[str, Any]) -> None:
    """The item `agree` holds the language in which a respondent wrote."""
    made["scales"]["languages"] = {
        "levels": [
            {"code": code, "value": value, "label": WORDS}
            for code, value in (("1", "en"), ("5", "es"), ("3", "fr"))
        ]
    }
    items = made["tables"]["answers"]["items"]
    items[2] |= {"type": "single", "scale": "languages", "spelling": {}}
    items[3]["language_item"] = "agree"


def test_an_answer_has_the_language_of_its_item_else_the_only_one_of_its_wave(make: Make) -> None:
    wave, cleaned = make(change=unsaid, languages=["es"])
    found = open_answers(cleaned.tables, wave.questionnaire, wave.manifest)
    assert found.groupby("item")["language"].unique().map(list).to_dict() == {
        "why": ["es"],
        "also": ["fr"],
    }


def test_of_several_languages_none_is_guessed(make: Make) -> None:
    wave, cleaned = make(change=unsaid, languages=["es", "en"])
    with pytest.raises(QuestionnaireError) as wrong:
        open_answers(cleaned.tables, wave.questionnaire, wave.manifest)
    for words in ("tables.answers.items.why", "3 answers", "es, en", "language_item", "small"):
        assert words in str(wrong.value)


def test_the_respondents_own_language_goes_before_that_of_the_item(make: Make) -> None:
    wave, cleaned = make(change=respondents, languages=["es", "en"])
    found = open_answers(cleaned.tables, wave.questionnaire, wave.manifest)
    languages = dict(zip(found["answer_id"], found["language"], strict=True))
    assert languages["answers:1:why"] == languages["answers:4:why"] == "es"
    assert languages["answers:3:why"] == "en"
    assert languages["answers:1:also"] == "fr"


def test_a_respondent_whose_language_is_missing_needs_that_of_the_item(make: Make) -> None:
    def both(made: dict[str, Any]) -> None:
        respondents(made)
        unsaid(made)

    wave, cleaned = make(change=both, languages=["es", "en"])
    with pytest.raises(QuestionnaireError, match="1 answers of small"):
        open_answers(cleaned.tables, wave.questionnaire, wave.manifest)


@pytest.mark.parametrize("other", ["agree", "country", "nowhere"])
def test_a_language_item_that_can_hold_no_language_is_refused_at_loading(
    make: Make, other: str
) -> None:
    def wrong_item(made: dict[str, Any]) -> None:
        made["tables"]["answers"]["items"][3]["language_item"] = other

    with pytest.raises(QuestionnaireError, match=f"language_item {other}"):
        make(change=wrong_item)


def test_what_stands_after_the_end_of_an_answer_is_counted_and_not_searched(make: Make) -> None:
    def ending(made: dict[str, Any]) -> None:
        made["tables"]["answers"]["items"][3]["ends_at"] = "^Sources:"

    csv = CSV.replace("because", '"Because.\nSources: none\n"').replace("=1+1", "no Sources: x")
    wave, cleaned = make(csv, ending)
    found = open_answers(cleaned.tables, wave.questionnaire, wave.manifest).set_index("answer_id")
    assert found.loc["answers:1:why", ["text", "cut"]].tolist() == ["Because.\n", 14]
    assert found.loc["answers:4:why", ["text", "cut"]].tolist() == ["no Sources: x", 0]
    assert found["cut"].sum() == 14


def test_a_wave_without_open_items_or_answers_gives_an_empty_table_of_the_same_columns(
    make: Make,
) -> None:
    def closed(made: dict[str, Any]) -> None:
        table = made["tables"]["answers"]
        table["items"] = [item for item in table["items"] if item["type"] != "text"]
        table["ignore"], table["ignore_reason"] = ["why", "also"], "not of this test"

    wave, cleaned = make(change=closed)
    none = open_answers(cleaned.tables, wave.questionnaire, wave.manifest)
    silent, kept = make("id,country,agree,why,also,n,boxa,boxb\n1,UK,5,,,1,1,0\n")
    empty = open_answers(kept.tables, silent.questionnaire, silent.manifest)
    for found in (none, empty):
        assert len(found) == 0
        assert list(found.columns) == list(OPEN.columns)
        assert set(found.drop(columns="cut").dtypes.astype(str)) == {"str"}
        assert found["cut"].dtype == "int64"


def test_an_answer_without_a_member_is_kept_with_none(make: Make) -> None:
    wave, cleaned = make(CSV.replace("1,UK", "1,"))
    found = open_answers(cleaned.tables, wave.questionnaire, wave.manifest)
    assert found["member"].isna().sum() == 2
    assert len(found) == 6


def group(item: str, bands: dict[str, tuple[float, float]] | None = None) -> Group:
    return Group.model_validate({"item": item, "label": WORDS, "bands": bands or {}})


def test_answers_are_grouped_by_the_value_of_their_row(make: Make) -> None:
    wave, cleaned = make()
    answers = open_answers(cleaned.tables, wave.questionnaire, wave.manifest)
    found = group_of(answers, cleaned.tables, group("agree"), "answers")
    assert found.index.equals(answers.index)
    assert found.fillna("none").tolist() == ["5", "none", "5", "5", "none", "5"]


def test_bands_hold_their_ends_and_what_is_in_none_has_no_group(make: Make) -> None:
    wave, cleaned = make()
    answers = open_answers(cleaned.tables, wave.questionnaire, wave.manifest)
    bands = {"low": (1, 2), "high": (3, 4)}
    found = group_of(answers, cleaned.tables, group("n", bands), "answers")
    by_answer = dict(zip(answers["answer_id"], found.fillna("none"), strict=True))
    assert by_answer["answers:1:why"] == "low"
    assert by_answer["answers:2:also"] == "none"
    assert by_answer["answers:3:why"] == "none"
    assert by_answer["answers:4:why"] == "high"


def test_answers_of_another_table_have_no_group(make: Make) -> None:
    wave, cleaned = make()
    answers = open_answers(cleaned.tables, wave.questionnaire, wave.manifest)
    answers.loc[0, "table"] = "elsewhere"
    found = group_of(answers, cleaned.tables, group("agree"), "answers")
    assert pd.isna(found[0])
    assert found[2] == "5"


def test_levels_nobody_chose_are_rows_with_zero(make: Make) -> None:
    wave, cleaned = make()
    found = distributions(cleaned.tables, wave.questionnaire)
    assert found["item"].unique().tolist() == ["agree"]
    assert found["n"].tolist() == [0, 0, 0, 0, 2]
    assert found["answered"].tolist() == [2] * 5
    assert found["share"].tolist() == [0, 0, 0, 0, 1]
    assert found["position"].tolist() == [0, 1, 2, 3, 4]


def test_an_item_that_nobody_answered_has_no_shares(make: Make) -> None:
    wave, cleaned = make(CSV.replace(",5,", ",98,"))
    found = distributions(cleaned.tables, wave.questionnaire)
    assert found["n"].sum() == 0
    assert found["share"].isna().all()


def test_numbers_are_of_those_who_answered(make: Make) -> None:
    wave, cleaned = make()
    [row] = numbers(cleaned.tables, wave.questionnaire).to_dict("records")
    assert (row["item"], row["answered"], row["median"]) == ("n", 3, 2.5)
    assert row["mean"] == pytest.approx(2.5)
    assert row["sd"] == pytest.approx(1.5)
    wave, cleaned = make("id,country,agree,why,also,n,boxa,boxb\n1,UK,5,,,NR,1,0\n")
    [row] = numbers(cleaned.tables, wave.questionnaire).to_dict("records")
    assert row["answered"] == 0
    assert all(pd.isna(row[name]) for name in ("mean", "sd", "q25", "median", "q75"))


def test_answered_and_missing_sum_to_the_rows_for_every_item_and_box(make: Make) -> None:
    wave, cleaned = make()
    found = missingness(cleaned.reasons, wave.questionnaire)
    sums = found.groupby("item")["n"].sum()
    assert (sums == 4).all()
    assert set(sums.index) == {"id", "country", "agree", "why", "also", "n", "box__a", "box__b"}
    counts = found.set_index(["item", "reason"])["n"]
    assert counts["agree", "dont_know"] == 1
    assert counts["agree", "not_reviewed"] == 1
    assert counts["agree", "answered"] == 2
    assert counts["why", "blank"] == 1
    assert counts["box__a", "not_reviewed"] == 1
    assert dict(zip(found["item"], found["label"], strict=True))["box__b"] == "box b"


def test_an_item_that_nobody_answered_has_zero_answers_and_not_no_row(make: Make) -> None:
    wave, cleaned = make(CSV.replace(",5,", ",98,"))
    found = missingness(cleaned.reasons, wave.questionnaire).set_index(["item", "reason"])["n"]
    assert found["agree", "answered"] == 0
    assert found["agree", "refused"] == 2


def test_what_was_asked_of_the_real_wave_adds_up(home: Any) -> None:
    wave = open_wave("irm-2016", Home(home))
    cleaned = wave.clean()
    found = missingness(cleaned.reasons, wave.questionnaire)
    sums = found.groupby(["table", "item"])[["n", "rows"]].agg({"n": "sum", "rows": "first"})
    assert (sums["n"] == sums["rows"]).all()
    spread = distributions(cleaned.tables, wave.questionnaire)
    given = found[found["reason"] == "answered"].set_index(["table", "item"])["n"]
    for (table, item), rows in spread.groupby(["table", "item"]):
        assert rows["n"].sum() == given[table, item]
