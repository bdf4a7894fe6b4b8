"""The table of all themes, and what the stage leaves: corrected where people coded."""

from __future__ import annotations

import pandas as pd
import pytest

from msfresearch.report.chapters import (
    evidence,
    features,
    groups,
    looking,
    theme_tables,
    themes,
)
from msfresearch.report.chapters.themes import Coded
from msfresearch.report.figure import Figure
from msfresearch.themes import Codebook
from msfresearch.wave import Wave
from tests.report.chapters.bypeople import (
    PAYLOAD,
    coded_by_two,
    coffers,
    funding,
    inert,
    nothing,
    with_label,
)
from tests.report.chapters.conftest import MakeWave, Row, keep, rows


def half_hidden(n: int) -> list[Row]:
    """Four answers in ten are about funding; patterns find it in half of these."""

    def why(i: int) -> str:
        return funding(i) if i % 10 < 2 else coffers(i) if i % 10 < 4 else nothing(i)

    return rows(n, why=why)


def kept(coded: Coded, wave: Wave) -> None:
    """Leave what the notebook leaves."""
    assert coded.study is not None
    made = features.held(coded, wave)
    theme_tables.keep(
        wave,
        coded,
        evidence.unseen(coded),
        coded.study.agreement(),
        made,
        looking.pairs(coded),
        looking.curve(coded),
    )


def test_with_human_codes_the_share_is_what_people_would_code(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    coded = coded_by_two(make_wave(half_hidden(200)), codebook, 100)
    assert coded.corrected
    table = theme_tables.theme_table(coded, "en")
    by_label = table.data.set_index("label")
    assert table.data["label"].iloc[0] == "Funding"
    share, rest = by_label.at["Funding", "percent"].split(" (")
    low, high = (float(end) for end in rest.rstrip(")").split(" to "))
    assert low < 40 < high
    assert float(share) == pytest.approx(40, abs=4)
    assert coded.study is not None
    machine = 100 * float(coded.study.scores["funding"].mean())
    assert by_label.at["Funding", "machine"] == pytest.approx(machine)
    assert len(table.data) == len(codebook.themes)
    notes = " ".join(table.notes)
    assert themes.CORRECTION in notes
    assert "People coded 100 answers that were drawn at random." in notes
    assert "for comparison only" in notes
    assert themes.CAUTION not in notes


def test_without_human_codes_the_table_counts_hits_and_says_that_nobody_checked(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    wave = make_wave(half_hidden(200))
    keep(wave)
    coded = themes.code(wave, wave.open_answers(), codebook, "en")
    table = theme_tables.theme_table(coded, "en")
    by_label = table.data.set_index("label")
    assert by_label.at["Funding", "n_coded"] == 40
    assert by_label.at["Funding", "percent"].startswith("20.0 (")
    assert "machine" not in table.data
    assert themes.CAUTION in table.notes
    told = " ".join(themes.found(coded, wave, "en"))
    assert "By hits of patterns, which no person has checked, the most frequent" in told
    assert "As people would code" not in told
    drawn = themes.theme_figure(coded, "real", "en")
    assert isinstance(drawn, Figure)
    assert drawn.caption.endswith("Pattern hits, not yet checked by people.")


def test_corrected_findings_name_the_first_theme_of_the_table(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    wave = make_wave(half_hidden(200))
    coded = coded_by_two(wave, codebook, 100)
    told = themes.found(coded, wave, "en")
    assert told[1].startswith(
        "As people would code them, the most frequent theme is “Funding”, in "
    )
    assert "never found" not in " ".join(told)
    for drawn in (
        themes.family_figure(coded, "real", "en"),
        themes.theme_figure(coded, "real", "en"),
    ):
        assert isinstance(drawn, Figure)
        assert drawn.caption.endswith("Coded by machine, corrected by answers that people coded.")


def test_of_themes_that_are_alike_the_table_and_the_words_name_the_same(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    wave = make_wave(rows(40, why=lambda _: "There is no funding. There is no political will."))
    keep(wave)
    coded = themes.code(wave, wave.open_answers(), codebook, "en")
    first = theme_tables.theme_table(coded, "en").data["label"].iloc[0]
    assert f"“{first}”" in themes.theme_words(coded, "en")


def test_groups_without_human_codes_are_counted_and_not_shown(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    def grouped(made: dict) -> None:
        made["tables"]["answers"]["groups"] = [
            {"item": "regular", "label": dict.fromkeys(("en", "es", "fr"), "Regular forum")}
        ]

    given = [{**row, "regular": int(at >= 160)} for at, row in enumerate(half_hidden(200))]
    coded = coded_by_two(make_wave(given, grouped), codebook, 100)
    wave = make_wave(given, grouped)
    [table] = groups.group_tables(coded, wave, "en")
    assert "1 of 2 groups are not shown: fewer than 30 answers that people coded" in " ".join(
        table.notes  # type: ignore[union-attr]
    )


def test_what_is_left_tells_the_same_and_holds_no_answer(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    wave = make_wave(half_hidden(200))
    coded = coded_by_two(wave, codebook, 100, differ=4, settled=2)
    kept(coded, wave)
    again = themes.stored(wave, codebook, "en")
    assert again.corrected
    assert themes.found(again, wave, "en") == themes.found(coded, wave, "en")
    fresh, stored = (theme_tables.theme_table(one, "en") for one in (coded, again))
    assert stored.markup == fresh.markup
    facts = wave.facts("themes")
    assert (facts["human_coded"], facts["human_sample"], facts["coders"]) == (100, 100, 2)
    texts = set(wave.open_answers()["text"])
    names = set(wave.tables("themes"))
    assert {"agreement", "features", "pairs", "curve", "coverage"} <= names
    for name in names:
        table = wave.table("themes", name)
        words = {str(value) for column in table for value in table[column]}
        assert not texts & words
        assert not {"ana", "bruno"} & words


def test_without_human_codes_no_coverage_is_left(make_wave: MakeWave, codebook: Codebook) -> None:
    wave = make_wave(half_hidden(60))
    keep(wave)
    coded = themes.code(wave, wave.open_answers(), codebook, "en")
    kept(coded, wave)
    assert "coverage" not in wave.tables("themes")
    assert wave.facts("themes")["human_coded"] == 0
    again = themes.stored(wave, codebook, "en")
    assert not again.corrected
    assert theme_tables.theme_table(again, "en").markup == (
        theme_tables.theme_table(coded, "en").markup
    )


@pytest.mark.parametrize("n_coded", [0, 60])
def test_hostile_labels_are_words_and_no_markup(
    make_wave: MakeWave, codebook: Codebook, n_coded: int
) -> None:
    frame = with_label(codebook, "funding", PAYLOAD)
    wave = make_wave(half_hidden(100))
    coded = coded_by_two(wave, frame, n_coded)
    assert coded.corrected == bool(n_coded)
    table = theme_tables.theme_table(coded, "en")
    inert(
        table,
        themes.family_figure(coded, "real", "en"),
        themes.theme_figure(coded, "real", "en"),
    )
    assert "&lt;script&gt;" in table.markup
    assert isinstance(table.data, pd.DataFrame)
