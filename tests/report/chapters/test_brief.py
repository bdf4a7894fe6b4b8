"""The brief shows the shares that the questionnaire marks, and none that would point at a few."""

from __future__ import annotations

from typing import Any

import pytest

from msfresearch.report.chapters import brief, themes
from msfresearch.themes import Codebook
from tests.report.chapters.conftest import MakeWave, keep, rows, text
from tests.report.chapters.planned import analysed, noisy, plan_of


def marking(item: str, **mark: Any) -> Any:
    def change(made: dict[str, Any]) -> None:
        made["tables"]["answers"]["highlights"] = [
            {"item": item, "label": text(f"Marked {item}"), **mark}
        ]

    return change


def share(make_wave: MakeWave, given: list, item: str, **mark: Any) -> Any:
    wave = make_wave(given, marking(item, **mark))
    keep(wave)
    found = brief.highlights(wave, "en").to_dict("records")
    return found[0] if found else None


@pytest.mark.parametrize(
    ("item", "mark", "yes"),
    [
        ("agree", {"at_least": "4"}, 8),
        ("agree", {"at_least": "1"}, 20),
        ("agree", {"at_least": "5"}, 4),
        ("agree", {"equals": "5"}, 4),
        ("regular", {}, 10),
        ("regular", {"equals": "1"}, 10),
        ("regular", {"equals": "0"}, 10),
        ("steps", {"at_least": "5"}, 5),
        ("steps", {"at_least": "6"}, 2),
    ],
)
def test_a_share_counts_the_answers_that_its_mark_names(
    make_wave: MakeWave, item: str, mark: dict[str, str], yes: int
) -> None:
    found = share(make_wave, rows(20), item, **mark)
    assert (found["yes"], found["n"], found["of"], found["n_members"]) == (yes, 20, 20, 20)
    assert found["share"] == yes / 20
    assert found["low"] <= found["share"] <= found["high"]


def test_an_answer_that_is_left_out_is_no_part_of_the_base_and_is_told(
    make_wave: MakeWave,
) -> None:
    wave = make_wave(rows(20), marking("agree", at_least="4", leave_out=["1"]))
    keep(wave)
    shares = brief.highlights(wave, "en")
    [found] = shares.to_dict("records")
    assert (found["yes"], found["n"], found["left_out"], found["of"]) == (8, 16, 4, 20)
    [told] = brief.highlight_words(shares, wave, "en")
    assert told.endswith("4 of 20 have an answer that is no part of the base.")
    assert "have none" not in told


def test_rows_without_an_answer_or_a_member_are_no_base(make_wave: MakeWave) -> None:
    given = rows(
        20,
        regular=lambda i: "NR" if i < 4 else 1,
        country=lambda i: "" if i > 17 else ("FR", "DE", "ES", "IT", "KE")[i % 5],
    )
    found = share(make_wave, given, "regular")
    assert (found["n"], found["of"], found["yes"]) == (14, 20, 14)


@pytest.mark.parametrize(
    ("n", "members", "there"), [(9, 9, 0), (10, 10, 1), (40, 4, 0), (40, 5, 1)]
)
def test_fewer_than_ten_rows_or_five_members_are_left_out(
    make_wave: MakeWave, n: int, members: int, there: int
) -> None:
    wave = make_wave(rows(n, members=members), marking("regular"))
    keep(wave)
    found = brief.highlights(wave, "en")
    assert len(found) == there
    assert len(brief.highlight_figures(found, wave, "en")) == there
    assert len(brief.highlight_words(found, wave, "en")) == there


def test_a_marked_share_is_told_with_base_interval_and_what_was_not_coded(
    make_wave: MakeWave,
) -> None:
    given = rows(40, regular=lambda i: "NR" if i < 20 else int(i < 25))
    wave = make_wave(given, marking("regular"))
    keep(wave)
    [told] = brief.highlight_words(brief.highlights(wave, "en"), wave, "en")
    assert told.startswith("Marked regular: 5 of the 20 answers with an answer on it (25%; ")
    assert told.endswith("20 of 40 are without an answer.")
    full = make_wave(rows(20), marking("regular"))
    keep(full)
    [told] = brief.highlight_words(brief.highlights(full, "en"), full, "en")
    assert "have none" not in told


def test_a_figure_of_marked_shares_names_its_base(make_wave: MakeWave) -> None:
    wave = make_wave(rows(20), marking("regular"), status="rehearsal")
    keep(wave)
    [drawn] = brief.highlight_figures(brief.highlights(wave, "en"), wave, "en")
    assert drawn.data["n"].tolist() == [20]
    assert "out of 20" in drawn.caption
    assert drawn.alt.startswith("Rehearsal")


def test_a_wave_of_which_nothing_is_marked_planned_or_open_says_so(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    wave = make_wave(rows(12))
    keep(wave)
    coded = themes.code(wave, wave.open_answers(), codebook, "en")
    shares = brief.highlights(wave, "en")
    assert shares.empty
    assert brief.highlight_figures(shares, wave, "en") == []
    assert brief.headlines(wave, shares, coded, [], "en") == [
        "This wave has data, but nothing in it is marked as a finding."
    ]


def test_headlines_hold_shares_verdicts_and_themes_each_with_its_uncertainty(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = rows(60, agree=noisy(0), why=lambda _: "There is no funding.")
    done, wave = analysed(make_wave, given, plan_of())
    keep(wave)
    coded = themes.code(wave, wave.open_answers(), codebook, "en")
    told = brief.headlines(wave, brief.highlights(wave, "en"), coded, done, "en")
    assert len(told) == 3
    assert "95% intervals" in told[0]
    assert "intervals count these, not answers" in told[1]
    assert "95% interval" in told[2]


def test_shares_that_are_all_held_back_are_not_said_to_be_unmarked(make_wave: MakeWave) -> None:
    few = make_wave(rows(9), marking("regular"))
    keep(few)
    assert "held back" in brief.base(few, brief.highlights(few, "en"), "en")
    none = make_wave(rows(12))
    keep(none)
    assert "marks no share" in brief.base(none, brief.highlights(none, "en"), "en")


def test_what_weakens_a_comparison_is_told_among_what_is_not_known(make_wave: MakeWave) -> None:
    done, wave = analysed(make_wave, rows(60, agree=noisy(0)), plan_of())
    keep(wave)
    told = " ".join(brief.unknown(wave, done, "en"))
    assert done[0].analysis.evidence.strip() in told


def test_who_answered_counts_rows_and_members(make_wave: MakeWave) -> None:
    wave = make_wave(rows(30, members=12))
    keep(wave)
    shown = brief.who(wave, "en")
    assert shown.data[["units", "rows", "members"]].to_numpy().tolist() == [["Answers", 30, 12]]
    assert "Frame: nobody in particular" in shown.markup
    assert shown.caption == "Who answered: civil society"


def test_when_answers_were_given_is_told_with_their_languages(make_wave: MakeWave) -> None:
    told = brief.when(make_wave(rows(3), languages=["en", "fr"]))
    assert "2019-04 to 2019-08-31" in told
    assert "Languages: English and French." in told


def test_limits_and_gaps_are_told_with_their_numbers(make_wave: MakeWave) -> None:
    wave = make_wave(rows(10, steps=lambda _: "NR", agree=lambda _: "97"), limits=["Few answered."])
    keep(wave)
    told = brief.unknown(wave, [], "en")
    assert told[0] == "Few answered."
    assert told[1].startswith("50% of all cells hold no answer.")
    assert len(told) == 2


def test_contradictions_and_rows_without_a_partner_are_told(make_wave: MakeWave) -> None:
    def worded(made: dict[str, Any]) -> None:
        items = made["tables"]["answers"]["items"]
        items[2]["agrees_with"] = {"item": "why", "expect": {f"w{n}": n for n in range(1, 6)}}

    wave = make_wave(rows(10, why=lambda _: "w1"), worded)
    keep(wave)
    told = brief.unknown(wave, [], "en")
    assert told[-1].startswith("In 8 cells the source contradicts itself")


def test_sources_are_listed_with_licence_and_what_was_changed(make_wave: MakeWave) -> None:
    shown = brief.sources(make_wave(rows(3)), "en")
    assert shown.data.iloc[0].tolist() == ["answers.csv", "nobody", "none", "as published"]
