"""What the chapter on themes says follows from the answers, and a frame that fits few says so."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from msfresearch.report.chapters import evidence, theme_tables, themes
from msfresearch.report.prose import Prose
from msfresearch.report.tables import Table
from msfresearch.themes import Codebook
from tests.report.chapters.conftest import MakeWave, keep, rows

FUNDING = "There is no funding."
NOTHING = "Blue skies over green hills."


def coded(make_wave: MakeWave, codebook: Codebook, given: list) -> tuple:
    wave = make_wave(given)
    keep(wave)
    return themes.code(wave, wave.open_answers(), codebook, "en"), wave


@pytest.mark.parametrize("n", [12, 30])
def test_how_far_the_frame_reaches_changes_with_the_answers(
    make_wave: MakeWave, codebook: Codebook, n: int
) -> None:
    found, wave = coded(make_wave, codebook, rows(40, why=lambda i: FUNDING if i < n else NOTHING))
    told = themes.reach(found, wave, "en")
    assert told.startswith(
        f"In {n} of 40 ({100 * n // 40}%) open answers at least one pattern fires"
    )
    assert "40 countries; intervals count these, not answers" in told
    top = themes.theme_words(found, "en")
    assert f"“Funding”, in {100 * n // 40}% of the answers (95% interval" in top
    n_themes = len(codebook.themes)
    assert f"{n_themes - 1} of {n_themes} themes are never found" in top


def test_a_frame_that_fits_few_answers_is_said_not_to_fit(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    few, wave = coded(make_wave, codebook, rows(40, why=lambda i: FUNDING if i < 19 else NOTHING))
    told = " ".join(themes.found(few, wave, "en"))
    assert "It finds something in only 48% of these answers" in told
    assert "not thereby rare" in told


def test_a_frame_that_fits_most_answers_is_not_said_to_miss_them(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    most, wave = coded(make_wave, codebook, rows(40, why=lambda i: FUNDING if i < 20 else NOTHING))
    told = " ".join(themes.found(most, wave, "en"))
    assert "It finds something in only" not in told
    assert codebook.status in told


def test_shares_of_families_are_told_with_their_intervals(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    found, wave = coded(make_wave, codebook, rows(40, why=lambda _: FUNDING))
    told = themes.found(found, wave, "en")[2]
    assert told.startswith("By family, in per cent of the answers with 95% intervals:")
    assert "capacity gaps in 100.0 (100.0 to 100.0)" not in told
    assert "100.0 (" in told


def test_too_few_answers_give_no_share(make_wave: MakeWave, codebook: Codebook) -> None:
    found, wave = coded(make_wave, codebook, rows(9, why=lambda _: FUNDING))
    for told in (
        themes.nothing(found, wave),
        themes.family_figure(found, "real", "en"),
        themes.theme_figure(found, "real", "en"),
    ):
        assert isinstance(told, Prose)
        assert told.sentences == (themes.TOO_FEW,)
    assert themes.theme_words(found, "en") == themes.TOO_FEW
    ended = themes.found(found, wave, "en")
    assert ended[:2] == ["9 open answers are too few to say what is in them.", themes.TOO_FEW]
    assert "%" not in " ".join(ended)


def test_a_wave_without_open_answers_ends_well(make_wave: MakeWave, codebook: Codebook) -> None:
    found, wave = coded(make_wave, codebook, rows(12))
    assert themes.found(found, wave, "en") == [
        "This wave holds no open answers: there was nothing to code."
    ]
    stems = evidence.unseen(found)
    wave.save("themes", themes.results(found, stems), themes.facts(found))
    again = themes.stored(wave, codebook, "en")
    assert (len(again.answers), len(again.hits)) == (0, 0)
    assert themes.facts(found)["answers"] == 0


def test_a_part_with_nothing_to_tell_says_whether_anything_was_asked(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    silent, wave = coded(make_wave, codebook, rows(12))
    told = themes.nothing(silent, wave)
    assert isinstance(told, Prose)
    assert told.sentences == ("Nobody answered openly.",)

    def closed(made: dict) -> None:
        table = made["tables"]["answers"]
        table["items"] = [item for item in table["items"] if item["type"] != "text"]
        table["ignore"], table["ignore_reason"] = ["why"], "not of this test"

    unasked = make_wave(rows(12), closed)
    keep(unasked)
    empty = themes.code(unasked, unasked.open_answers(), codebook, "en")
    told = themes.nothing(empty, unasked)
    assert isinstance(told, Prose)
    assert told.sentences == ("Nothing was asked openly.",)
    full, spoken = coded(make_wave, codebook, rows(20, why=lambda _: FUNDING))
    assert themes.nothing(full, spoken) is None


def test_a_rare_theme_is_told_with_a_decimal(make_wave: MakeWave, codebook: Codebook) -> None:
    given = rows(400, why=lambda i: FUNDING if i == 0 else NOTHING)
    found, _ = coded(make_wave, codebook, given)
    told = themes.theme_words(found, "en")
    assert "“Funding”, in 0.2% of the answers (95% interval <0.1%" in told


def test_what_is_stored_says_the_same_without_a_word_of_an_answer(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    found, wave = coded(make_wave, codebook, rows(40, why=lambda i: FUNDING if i < 25 else NOTHING))
    wave.save("themes", themes.results(found, evidence.unseen(found)), themes.facts(found))
    again = themes.stored(wave, codebook, "en")
    assert themes.found(again, wave, "en") == themes.found(found, wave, "en")
    assert "text" not in again.answers
    assert themes.facts(again) == wave.facts("themes")


def test_every_theme_of_the_frame_is_in_the_table(make_wave: MakeWave, codebook: Codebook) -> None:
    found, _ = coded(make_wave, codebook, rows(20, why=lambda _: FUNDING))
    shown = theme_tables.theme_table(found, "en")
    assert len(shown.data) == len(codebook.themes)
    assert themes.CAUTION in shown.markup.replace("&#x27;", "'")
    assert shown.data["label"].iloc[0] == "Funding"


def test_a_pattern_that_few_members_use_is_counted_and_not_printed(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    def why(i: int) -> str:
        return FUNDING if i < 10 else "No political will." if i < 14 else NOTHING

    found, _ = coded(make_wave, codebook, rows(30, why=why))
    shown = evidence.pattern_table(found, "en")
    assert isinstance(shown, Table)
    assert set(shown.data["theme"]) == {"Funding"}
    assert "Not printed, because fewer than 5 countries use them: 1." in shown.markup
    few, _ = coded(make_wave, codebook, rows(30, why=lambda i: FUNDING if i < 4 else NOTHING))
    shown = evidence.pattern_table(few, "en")
    assert isinstance(shown, Prose)
    assert shown.sentences == ("No pattern is used by enough members to be printed.",)


def test_stems_that_few_members_use_are_not_printed(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = rows(40, why=lambda i: FUNDING if i < 20 else NOTHING)
    found, _ = coded(make_wave, codebook, given)
    shown = evidence.unseen_table(evidence.unseen(found), "en")
    assert isinstance(shown, Table)
    assert {"blue", "sky", "hill"} & set(shown.data["stem"])
    assert (shown.data["n_members"] >= evidence.FEWEST_MEMBERS).all()
    few, _ = coded(make_wave, codebook, rows(40, why=lambda i: FUNDING if i < 35 else NOTHING))
    assert isinstance(evidence.unseen_table(evidence.unseen(few), "en"), Prose)


def test_clusters_are_called_what_they_are(make_wave: MakeWave, codebook: Codebook) -> None:
    found, wave = coded(make_wave, codebook, rows(12, why=lambda _: FUNDING))
    assert themes.cluster_word(wave) == "countries"
    table = wave.questionnaire.tables["answers"].model_copy(update={"member": "id"})
    other = wave.questionnaire.model_copy(update={"tables": {"answers": table}})
    changed = dataclasses.replace(wave)
    changed.__dict__["questionnaire"] = other
    assert themes.cluster_word(changed) == "words"
    assert len(found.answers) == 12


def test_a_rehearsal_is_one_in_every_figure(make_wave: MakeWave, codebook: Codebook) -> None:
    found, _ = coded(make_wave, codebook, rows(20, why=lambda _: FUNDING))
    for drawn in (
        themes.family_figure(found, "rehearsal", "en"),
        themes.theme_figure(found, "rehearsal", "en"),
    ):
        assert drawn.alt.startswith("Rehearsal, simulated answers.")
        assert "not yet checked by people" in drawn.caption
        assert isinstance(drawn.data, pd.DataFrame)
