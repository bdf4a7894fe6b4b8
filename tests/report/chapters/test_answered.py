"""Who answered a survey and how well they stand for all, as the fieldwork page tells it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from msfresearch.errors import ManifestError, ReleaseError
from msfresearch.report.chapters import answered, fieldwork, weighted
from msfresearch.report.chapters.fieldwork import Study
from msfresearch.survey.fieldwork.margins import JOINT
from msfresearch.wave import open_wave
from tests.report import sample
from tests.report.chapters.surveyed import (
    CIVIL_SOCIETY,
    GOVERNMENT,
    REVIEWERS,
    STUDIED,
    Row,
    all_of,
    answer,
    arrived,
    frame_members,
    grid,
    keep_answers,
    markup,
    pictures,
    surveys_home,
    words,
)

DENOMINATOR = {
    "refusals": 6,
    "noncontacts": 12,
    "unknown_eligibility": 4,
    "source": "The list of those invited, kept by the secretariat.",
}
STAMP = "#8a3b00"
Studied = Callable[..., Study]


@pytest.fixture
def studied(tmp_path: Path) -> Studied:
    """Study a survey whose clean answers are these."""

    def make(
        rows: Iterable[Row], wave: str = CIVIL_SOCIETY, status: str = "real", **manifest: Any
    ) -> Study:
        home = surveys_home(tmp_path / f"checkout{len(list(tmp_path.iterdir()))}")
        opened = arrived(home, wave, status, **manifest)
        return fieldwork.study(keep_answers(opened, list(rows)))

    return make


@pytest.fixture
def units(tmp_path: Path) -> list[tuple[str, str]]:
    """Country and level of every member of 2019."""
    return frame_members(open_wave(CIVIL_SOCIETY, surveys_home(tmp_path / "frame")))


def several(units: list[tuple[str, str]], each: int = 3) -> list[Row]:
    """Answers from two members in three, before the relaunch and after it."""
    return [
        answer(
            *units[i % len(units)],
            submit_dt=("2019-04-10", "2019-08-05")[i % 2],
            lang=("en", "es", "fr")[i % 3],
            trust=str(i % 5 + 1),
            msf_member="1" if i % 4 else "0",
            ot_barriers="words" if i % 2 else "",
        )
        for i in range(each * len(units))
        if i % len(units) % 3
    ]


# Whatever was answered, the page says something.


@pytest.mark.parametrize("wave", [GOVERNMENT, CIVIL_SOCIETY])
@pytest.mark.parametrize("n", [0, 1, 3, 20])
def test_few_answers_or_none_are_told_without_a_fault(
    studied: Studied, units: list[tuple[str, str]], wave: str, n: int
) -> None:
    day = {GOVERNMENT: "2019-01-10", CIVIL_SOCIETY: "2019-04-10"}[wave]
    made = studied((answer(*units[4 * i], submit_dt=day) for i in range(n)), wave)
    for chapter in STUDIED:
        told = markup(chapter(made, "en"))
        assert told or chapter in (answered.rate_table,)
        assert "nan" not in re.sub("<[^>]*>", " ", told).lower().split()
    assert f"Analysed: {n} answer" in words(answered.participated(made, "en"))
    assert fieldwork.facts(made)["answers"] == n
    assert set(fieldwork.results(made)) >= {"daily", "funnel", "member_coverage", "estimates"}


def test_nobody_is_no_figure_but_a_sentence(studied: Studied) -> None:
    made = studied([])
    assert not pictures([*answered.curve_figure(made, "en"), *answered.funnel_figure(made, "en")])
    assert "No question was asked" in words(answered.funnel_figure(made, "en"))
    assert "0 of 97 units heard" in words(weighted.response_words(made, "en"))
    assert "could not be weighted" in words(weighted.weight_words(made, "en"))
    assert "No item has enough answers" in words(weighted.estimate_table(made, "en"))
    assert weighted.found(made, "en") == ["Members with an answer: 0 of 97 (0%)."]


def test_a_frame_that_is_heard_whole_leaves_nothing_for_the_r_indicator(
    studied: Studied, units: list[tuple[str, str]]
) -> None:
    made = studied(answer(*unit, submit_dt="2019-04-10") for unit in units)
    told = weighted.response_words(made, "en")
    assert words(told) == "Every member of the frame is heard: none of any kind is missing."
    assert "97 of 97 (100%)" in words(answered.coverage_figures(made, "en"))
    assert "coverage runs" not in words(answered.coverage_figures(made, "en"))


def test_answers_of_no_member_and_of_no_date_are_counted(studied: Studied) -> None:
    made = studied(
        [
            *(answer("CAN", submit_dt="2019-04-10"), answer("FJI", submit_dt="2019-04-11")),
            *(answer("", submit_dt=""), answer("FRA", submit_dt="2019-03-01")),
            answer("FRA", submit_dt="2019-09-09"),
        ]
    )
    told = words(answered.participated(made, "en"))
    assert "Analysed: 5 answers, from 2 members" in told
    assert "Without a member: 1 answer." in told
    assert "From a country that is no member: 1 answer." in told
    curve = words(answered.curve_figure(made, "en"))
    assert "1 answer, 0" not in curve
    assert "2019-08-31): 1 answer, 1 of them later" in curve
    assert "before the first window: 1 answer" in curve
    assert "without a date: 1 answer" in curve


def test_one_window_has_no_late_answers_to_compare(
    studied: Studied, units: list[tuple[str, str]]
) -> None:
    made = studied((answer(*unit) for unit in units[:30]), GOVERNMENT)
    assert "one window" in words(weighted.relaunch_words(made, "en"))
    [curve] = pictures(answered.curve_figure(made, "en"))
    assert "Windows: 2019-01-01 – 2019-01-31." in curve.alt
    assert "relaunch" not in fieldwork.results(made)


def test_late_answers_are_compared_only_where_both_sides_have_ten(
    studied: Studied, units: list[tuple[str, str]]
) -> None:
    rows = [
        answer(
            *units[i],
            submit_dt="2019-04-10" if i < 30 else "2019-08-05",
            trust=str(i % 5 + 1),
            ambition=str(i % 4 + 1) if i < 39 else "",
        )
        for i in range(60)
    ]
    made = studied(rows)
    compared = grid(weighted.relaunch_words(made, "en"))
    labels = {name: made.table.item(name).label.en for name in ("trust", "ambition")}
    assert labels["trust"] in set(compared.data["item"])
    assert labels["ambition"] not in set(compared.data["item"])
    assert "fewer than 10 answers before or after: 1." in compared.markup


def test_a_wave_that_is_no_survey_is_refused_with_what_to_write(tmp_path: Path) -> None:
    wave = open_wave(REVIEWERS, surveys_home(tmp_path / "checkout"))
    with pytest.raises(ManifestError, match="no survey of members"):
        fieldwork.study(wave)


# Rates.


def test_without_a_denominator_no_response_rate_is_named(
    studied: Studied, units: list[tuple[str, str]]
) -> None:
    made = studied(several(units))
    told = re.sub(r"\s+", " ", markup(all_of(made))).lower()
    assert made.rates is None
    assert "response rate" not in told
    assert "aapor" not in told
    assert answered.rate_table(made, "en") == []
    assert "no rate of response" in words(answered.participated(made, "en"))
    assert "rates" not in fieldwork.results(made)


def test_with_a_denominator_the_rates_stand_with_their_source(
    studied: Studied, units: list[tuple[str, str]]
) -> None:
    rows = [
        answer(*unit, submit_dt="2019-04-10", disposition=("complete", "partial")[i % 4 == 0])
        for i, unit in enumerate(units[:40])
    ]
    made = studied(rows, denominator=DENOMINATOR)
    rates = grid(answered.rate_table(made, "en"))
    told = rates.data.set_index("rate")["value"]
    assert told["RR1"] == pytest.approx(30 / 62)
    assert told["RR6"] == pytest.approx(40 / 58)
    assert {"COOP1", "REF1", "CON1"} <= set(told.index)
    assert "Response rate 1" in rates.markup
    assert str(DENOMINATOR["source"]) in rates.markup
    assert "not known" not in words(answered.participated(made, "en"))


# How far they came.


def test_consent_stands_in_no_figure_and_in_the_table_of_results(
    studied: Studied, units: list[tuple[str, str]]
) -> None:
    made = studied(several(units))
    label = made.table.item("consent").label.en
    everything = markup(all_of(made))
    assert made.consent == "consent"
    assert label not in everything
    assert "consent" in set(made.funnel.items["item"])
    assert "consent" in set(made.estimates["item"])
    [funnel] = pictures(answered.funnel_figure(made, "en"))
    assert funnel.data["label"].iloc[0] == made.table.item("country").label.en


def test_where_most_stopped_is_a_question_in_quotation_marks(
    studied: Studied, units: list[tuple[str, str]]
) -> None:
    rows = [
        answer(*unit, submit_dt="2019-04-10", disposition="break_off" if i < 4 else "complete")
        for i, unit in enumerate(units[:12])
    ]
    made = studied(rows)
    told = words(answered.funnel_figure(made, "en"))
    label = made.table.item("msf_exists").label.en
    assert f"4 answers stopped before the end, most often after “{label}” (4)." in told
    assert "Least often answered: “" in told


# Which members are heard.


def test_a_member_of_civil_society_is_marked_from_three_answers_on(studied: Studied) -> None:
    rows = [answer("CAN"), *[answer("FRA")] * 2, *[answer("MEX")] * 3, *[answer("KEN")] * 5]
    [_, tiles] = pictures(answered.coverage_figures(studied(rows), "en"))
    marked = tiles.data[tiles.data["shown"] == "3 or more"]
    assert sorted(marked["label"]) == ["KEN", "MEX"]
    assert "only one or two answers is not shown" in tiles.caption


def test_of_governments_it_is_shown_who_answered(studied: Studied) -> None:
    made = studied([answer("CAN"), answer("CAN", "local")], GOVERNMENT)
    [_, tiles] = pictures(answered.coverage_figures(made, "en"))
    marked = tiles.data[tiles.data["shown"] == "answered"]
    assert marked[["label", "region"]].to_numpy().tolist() == [
        ["CAN", "North America"],
        ["CAN", "Local members"],
    ]


def test_coverage_of_a_group_of_fewer_than_five_members_is_not_drawn(
    studied: Studied, units: list[tuple[str, str]]
) -> None:
    bars, _ = pictures(answered.coverage_figures(studied(several(units)), "en"))
    assert bars.data["n"].min() >= 5
    assert "South Asia" not in set(bars.data["label"])
    assert "Left out, with fewer than 5 members: North America and South Asia." in bars.caption


def test_every_group_of_the_frame_has_words(units: list[tuple[str, str]], studied: Studied) -> None:
    groups = studied(several(units)).coverage.table["category"].dropna()
    assert set(groups) <= set(answered.CATEGORIES)
    assert set(fieldwork.VARIABLES) == set(weighted.NAMES)


# How well they stand for the frame.


def test_groups_that_stand_together_are_named_once(
    studied: Studied, units: list[tuple[str, str]]
) -> None:
    regions = studied([]).units.set_index(["country", "level"])["region"]
    silent = [unit for unit in units if regions[unit] == "south_asia"]
    silent += [unit for unit in units if regions[unit] == "sub_saharan_africa"][:1]
    others = [unit for unit in units if unit not in silent]
    made = studied(
        answer(*unit, submit_dt="2019-04-10")
        for i, unit in enumerate(others)
        if i % 3 or regions[unit] == "sub_saharan_africa"
    )
    assert not isinstance(made.response, str)
    merged = made.response.merged
    assert merged["region: south_asia"] == JOINT.join(("sub_saharan_africa", "south_asia"))
    told = words(weighted.response_words(made, "en"))
    sentence = (
        "Sub-Saharan Africa and South Asia stand together, because all or none of one were heard."
    )
    assert told.count(sentence) == 1
    assert told.count("South Asia") == 1


def test_few_members_are_said_to_tell_too_little(studied: Studied) -> None:
    one = studied(answer("FRA", submit_dt="2019-04-10") for _ in range(3))
    assert "Too few members are heard" in words(weighted.response_words(one, "en"))
    assert "too few answers to weight" in words(weighted.weight_words(one, "en"))
    assert len(weighted.found(one, "en")) == 1
    three = studied(answer(country, submit_dt="2019-04-10") for country in ("CAN", "FRA", "MEX"))
    told = words(weighted.response_words(three, "en"))
    assert "Level of government is left out: too few members are heard" in told


def test_an_item_and_its_answer_are_parted_by_a_dash(
    studied: Studied, units: list[tuple[str, str]]
) -> None:
    made = studied(several(units))
    labels = {
        name: made.table.item(name).label.en for name in ("msf_exists", "msf_member", "trust")
    }
    told = set(grid(weighted.estimate_table(made, "en")).data["item"])
    assert f"{labels['msf_exists']} – Yes" in told
    assert f"{labels['msf_member']} – Member" in told
    assert labels["trust"] in told
    assert not [item for item in told if "?:" in item]


def test_a_figure_of_few_answers_is_counted_and_not_printed(
    studied: Studied, units: list[tuple[str, str]]
) -> None:
    made = studied(
        answer(*units[i], submit_dt="2019-04-10", trust="4" if i < 9 else "", ambition="3")
        for i in range(40)
    )
    table = grid(weighted.estimate_table(made, "en"))
    label = {name: made.table.item(name).label.en for name in ("trust", "ambition")}
    assert label["trust"] not in set(table.data["item"])
    assert label["ambition"] in set(table.data["item"])
    assert made.estimates.loc[made.estimates["item"] == "trust", "n"].max() == 9
    assert re.search(r"10 answers or 5 members: [1-9]", table.markup)


def test_answers_that_cannot_be_weighted_stand_unweighted(
    studied: Studied, units: list[tuple[str, str]]
) -> None:
    made = studied(answer("FJI", submit_dt="2019-04-10", trust=str(i % 5 + 1)) for i in range(20))
    assert made.weights is None
    assert "could not be weighted" in words(weighted.weight_words(made, "en"))
    assert "weights" not in fieldwork.results(made)
    assert fieldwork.facts(made)["n_eff"] is None
    answers = [
        answer(*units[2 * i], submit_dt="2019-04-10", trust=str(i % 5 + 1)) for i in range(20)
    ]
    fine = dataclasses.replace(studied(answers), weighed="nothing to rake")
    table = grid(weighted.estimate_table(fine, "en"))
    assert table.caption == "Answers as they came"
    assert "weighted" not in table.data
    assert "Weighted" not in table.markup


# Status.


@pytest.mark.parametrize("status", ["real", "rehearsal"])
def test_every_figure_and_page_says_what_it_is_and_nothing_else(
    studied: Studied, units: list[tuple[str, str]], status: str
) -> None:
    made = studied(several(units, 2), status=status)
    drawn = pictures(all_of(made))
    assert len(drawn) == 4
    for figure in drawn:
        assert figure.alt.startswith("Rehearsal, simulated answers. ") is (status == "rehearsal")
        assert (STAMP in figure.svg) is (status == "rehearsal")
        assert len(figure.alt) > 60
    notebook = sample.notebook(sample.markdown("# Who answered?"), sample.shown(*drawn))
    page = re.sub("<style.*?</style>", "", sample.page(notebook, status), flags=re.DOTALL).lower()
    assert ("rehearsal" in page) is (status == "rehearsal")
    assert ("real answers" in page) is (status == "real")


def test_figures_of_a_real_wave_are_refused_on_the_page_of_a_rehearsal(studied: Studied) -> None:
    drawn = pictures(all_of(studied([answer()])))
    notebook = sample.notebook(sample.markdown("# Who answered?"), sample.shown(*drawn))
    with pytest.raises(ReleaseError, match="rehearsal"):
        sample.page(notebook, "rehearsal")


def test_labels_and_sources_that_look_like_markup_stay_words(studied: Studied) -> None:
    made = studied([answer()], denominator=DENOMINATOR | {"source": "<script>ran()</script>"})
    told = markup(answered.rate_table(made, "en"))
    assert "<script>" not in told
    assert "&lt;script&gt;" in told


def test_the_same_answers_give_the_same_page(
    studied: Studied, units: list[tuple[str, str]]
) -> None:
    made = studied(several(units, 1))
    assert markup(all_of(made)) == markup(all_of(fieldwork.study(made.wave)))
