"""Missing answers are told by reason, and the reach of the context tables by variable."""

from __future__ import annotations

from typing import get_args

import pandas as pd

from msfresearch.report.chapters import missing
from msfresearch.report.chapters.cleaning import REASONS
from msfresearch.report.prose import Prose
from msfresearch.report.tables import Table
from msfresearch.survey.answers import missingness
from msfresearch.survey.context import COVERAGE
from msfresearch.survey.items import MissingReason
from tests.report.chapters.conftest import MakeWave, rows

CODES = ("NR", "97", "98", "99", "")


def lacking(make_wave: MakeWave, given: list) -> pd.DataFrame:
    wave = make_wave(given)
    return missingness(wave.clean().reasons, wave.questionnaire)


def coverage(**changes: object) -> pd.DataFrame:
    row = {
        "source": "gdp",
        "variable": "gdp",
        "rows": 10,
        "joined": 9,
        "countries": 5,
        "countries_joined": 4,
        "without": "XKX",
        "left_out": None,
    }
    return COVERAGE.validate(pd.DataFrame([row | changes]).astype({"left_out": "str"}))


def test_every_reason_has_words_of_its_own() -> None:
    assert set(REASONS) == set(get_args(MissingReason))
    assert len(set(REASONS.values())) == len(REASONS)


def test_the_most_frequent_reason_is_told_with_its_share(make_wave: MakeWave) -> None:
    given = rows(8, agree=lambda i: "97" if i < 3 else "NR" if i < 5 else 1, why=lambda _: "x")
    told = missing.missing_words(lacking(make_wave, given), "en")
    assert told.startswith("Of 48 cells, 5 (10%) hold no answer;")
    assert "“don't know” (3 of 5 (60%))" in told
    assert told.count("reason") == 2


def test_where_nothing_is_missing_that_is_said(make_wave: MakeWave) -> None:
    found = lacking(make_wave, rows(3, why=lambda _: "x"))
    assert missing.missing_words(found, "en") == "No answer is missing."
    assert missing.missing_figures(found, "real", "en") == []


def test_a_figure_counts_every_missing_answer_by_item_and_reason(make_wave: MakeWave) -> None:
    given = rows(10, agree=lambda i: CODES[i % 5], steps=lambda _: "NR", why=lambda _: "x")
    [drawn] = missing.missing_figures(lacking(make_wave, given), "real", "en")
    assert drawn.data["n"].sum() == 20
    assert set(drawn.data["reason"]) == {
        REASONS[r] for r in ("not_reviewed", "dont_know", "refused", "not_applicable", "blank")
    }
    assert "20 cells without an answer over 2 items" in drawn.alt
    assert drawn.caption == "Of 10 rows."


def test_the_table_holds_every_item_that_lacks_answers_by_every_reason(
    make_wave: MakeWave,
) -> None:
    given = rows(10, agree=lambda i: CODES[i % 5], steps=lambda _: "NR", why=lambda _: "x")
    found = lacking(make_wave, given)
    shown = missing.missing_table(found, "en")
    assert isinstance(shown, Table)
    cells = shown.data.set_index("label")
    assert cells.loc["Meets", ["blank", "not_reviewed", "refused"]].tolist() == [2, 2, 2]
    assert cells.loc["Steps followed", ["not_reviewed", "blank"]].tolist() == [10, 0]
    reasons = [column for column in cells if column in REASONS]
    assert cells[reasons].to_numpy().sum() == found.loc[found["reason"] != "answered", "n"].sum()
    assert "4 items were answered in every row." in shown.markup


def test_items_of_one_label_keep_their_own_row_in_the_table() -> None:
    both = pd.DataFrame(
        {
            "table": "answers",
            "item": ["a", "b"],
            "label": "Same",
            "reason": "blank",
            "n": [1, 2],
            "rows": 9,
        }
    )
    shown = missing.missing_table(both, "en")
    assert isinstance(shown, Table)
    assert shown.data["blank"].tolist() == [1, 2]


def test_a_table_of_nothing_missing_is_a_sentence(make_wave: MakeWave) -> None:
    shown = missing.missing_table(lacking(make_wave, rows(3, why=lambda _: "x")), "en")
    assert isinstance(shown, Prose)
    assert shown.sentences == ("Every item was answered in every row.",)


def test_items_beyond_those_drawn_are_counted_in_the_caption() -> None:
    many = pd.DataFrame(
        {
            "table": "answers",
            "item": [f"i{n}" for n in range(15)],
            "label": [f"Item {n:02}" for n in range(15)],
            "reason": "blank",
            "n": range(1, 16),
            "rows": 20,
        }
    )
    [drawn] = missing.missing_figures(many, "real", "en")
    assert drawn.data["label"].nunique() == missing.MOST_ITEMS
    assert "Item 14" in set(drawn.data["label"])
    assert drawn.caption.endswith("3 items with fewer missing answers are not drawn.")


def test_the_join_that_reaches_least_is_named() -> None:
    both = [coverage(), coverage(variable="wgi", countries_joined=2)]
    assert missing.coverage_words(pd.concat(both, ignore_index=True)).startswith(
        "The join that reaches least is wgi: 2 of 5 countries."
    )


def test_countries_out_of_reach_are_named_as_far_as_eight_and_counted() -> None:
    codes = ["ALB", "ARG", "ARM", "AUS", "AUT", "BEL", "BEN", "BOL", "BRA", "CHL"]
    told = missing.coverage_words(coverage(without=", ".join(codes)))
    assert "Countries without gdp: 10 (Albania, Argentina, " in told
    assert told.endswith("Benin, Bolivia and 2 more).")


def test_a_variable_that_joined_nothing_has_no_value_for_these_years() -> None:
    empty = coverage(variable="scores", joined=0, countries_joined=0, without="ALB, ARG")
    told = missing.coverage_words(pd.concat([coverage(), empty], ignore_index=True))
    assert "scores: no value for these years." in told
    assert "reaches least is gdp" in told
    assert "Countries without scores" not in told


def test_codes_that_are_no_country_are_counted_in_the_table_and_not_listed() -> None:
    shown = missing.coverage_table(coverage(left_out="WLD, EUU, ARB"), "en")
    assert isinstance(shown, Table)
    assert shown.data["left_out"].tolist() == [3]
    assert "Codes not matched to ISO 3166" in shown.markup
    assert "WLD" not in shown.markup
    assert "XKX" not in shown.markup


def test_where_no_context_table_is_here_that_is_said() -> None:
    absent = coverage(source="vdem", variable=None).astype({"variable": "str"})
    shown = missing.coverage_table(absent, "en")
    assert isinstance(shown, Prose)
    assert shown.sentences == ("No context table is on this computer.",)


def test_context_tables_that_are_not_here_are_named_with_what_brings_them() -> None:
    absent = coverage(source="vdem", variable=None).astype({"variable": "str"})
    told = missing.coverage_words(pd.concat([coverage(), absent]))
    assert "gdp: 4 of 5" in told
    assert "vdem: registered but not on this computer, so left out; msfresearch fetch" in told


def test_a_wave_without_countries_joins_nothing_and_says_so(make_wave: MakeWave) -> None:
    def placeless(made: dict) -> None:
        made["tables"]["answers"]["items"][1]["type"] = "text"

    wave = make_wave(rows(3), placeless)
    joined, reach = missing.join_context(wave, wave.clean())
    assert (len(joined), len(reach)) == (0, 0)
    assert missing.coverage_words(reach) == "Without countries there is nothing to join."
    shown = missing.coverage_table(reach, "en")
    assert isinstance(shown, Prose)
    assert isinstance(missing.coverage_table(coverage(), "en"), Table)


def test_countries_are_joined_at_the_last_year_of_fieldwork(make_wave: MakeWave, home) -> None:
    wave = make_wave(rows(4))
    folder = wave.home.raw / "context"
    folder.mkdir()
    registered = (home / "data" / "raw" / "context" / "sources.yml").read_bytes()
    (folder / "sources.yml").write_bytes(registered)
    joined, reach = missing.join_context(wave, wave.clean())
    assert joined["year"].tolist() == [2019] * 4
    assert reach["variable"].isna().all()
