"""Who coded, how far they agree and what the machine may decide: told as the logs have it."""

from __future__ import annotations

import dataclasses
import re

import pandas as pd
import pytest

from msfresearch.report.chapters import coders, themes
from msfresearch.report.chapters.themes import Coded
from msfresearch.report.prose import Prose
from msfresearch.report.tables import Table
from msfresearch.themes import Codebook
from msfresearch.themes.desk.log import marks
from msfresearch.themes.rehearsal import CODERS
from tests.report.chapters.bypeople import (
    PAYLOAD,
    by_two,
    coded_by_two,
    decide,
    funding,
    inert,
    meant,
    nothing,
    training,
    with_label,
)
from tests.report.chapters.conftest import MakeWave, keep, rows


def spoken(n: int, of_ten: int = 2) -> list:
    """Answers of which two in ten, or more, speak of funding and one of training."""

    def why(i: int) -> str:
        return funding(i) if i % 10 < of_ten else training(i) if i % 10 == 9 else nothing(i)

    return rows(n, why=why)


def read(coded: Coded) -> tuple[str, pd.DataFrame]:
    assert coded.study is not None
    return " ".join(coders.who(coded, "en")), coded.study.agreement()


def test_where_nobody_coded_the_page_says_so_and_shows_no_agreement(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    wave = make_wave(spoken(40))
    keep(wave)
    coded = themes.code(wave, wave.open_answers(), codebook, "en")
    told, agreement = read(coded)
    assert not coded.corrected
    assert told == coders.NOBODY
    assert agreement.empty
    assert coders.agreement_words(agreement, "en") == []
    assert "nobody has coded an answer" in coders.coverage_words(coded, "en")
    assert coders.coverage_table(coded, "en") is None
    for shown in (
        coders.agreement_shown(coded, agreement, "en"),
        coders.coverage_shown(coded, "en"),
    ):
        assert [type(one) for one in shown] == [Prose]
    assert isinstance(coders.agreement_table(coded, agreement, "en"), Prose)
    assert coders.facts(coded, agreement)["human_coded"] == 0


def test_decisions_add_up_to_the_answers_that_were_coded(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    wave = make_wave(spoken(120))
    keep(wave)
    by_two(wave, codebook, 60, differ=7, settled=4)
    more = dict(list(meant(wave.open_answers()).items())[60:65])
    decide(wave, codebook, "ana", more)
    coded = themes.code(wave, wave.open_answers(), codebook, "en")
    told, _ = read(coded)
    assert "People coded 65 of 120 answers: coder A 65 and coder B 60." in told
    assert "on 53 the coders agreed in every theme, 4 were decided by an adjudicator" in told
    assert "5 were seen by one coder only and 3 are still open" in told
    assert 53 + 4 + 5 + 3 == 65
    assert "65 of them were drawn at random: these alone stand for all the others." in told
    assert coded.study is not None
    assert len(coded.study.sample) == 65


def test_coders_are_letters_and_never_names(make_wave: MakeWave, codebook: Codebook) -> None:
    wave = make_wave(spoken(120))
    coded = coded_by_two(wave, codebook, 60, differ=3, settled=1)
    told, agreement = read(coded)
    shown = (
        *coders.agreement_shown(coded, agreement, "en"),
        *coders.coverage_shown(coded, "en"),
    )
    said = " ".join([told, *(one._repr_html_() for one in shown)])
    for name in ("ana", "bruno", "adjudicator"):
        assert re.search(rf"\b{name}\b(?!\.)", said.replace("an adjudicator", "")) is None
    assert not agreement["coders"].str.contains("ana|bruno").any()


def test_agreement_is_told_with_interval_and_verdict(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    wave = make_wave(spoken(120))
    coded = coded_by_two(wave, codebook, 80, differ=30, settled=30)
    _, agreement = read(coded)
    row = agreement[
        (agreement["coefficient"] == "alpha_masi")
        & (agreement["level"] == "all")
        & (agreement["language"] == "all")
        & (agreement["kind"] == "human-human")
    ].iloc[0]
    people, patterns, learned = coders.agreement_words(agreement, "en")
    assert f"an alpha of {row['value']:.2f}" in people
    assert f"(95% interval {row['low']:.2f} to {row['high']:.2f}, 80 answers)" in people
    assert row["low"] < 0.667
    assert people.endswith("too little to rely on.")
    assert patterns.startswith("The patterns against people: F1 1.00")
    assert learned.startswith("The learned coder, where it has learned the theme, against people")


def test_two_who_always_agree_are_called_reliable(make_wave: MakeWave, codebook: Codebook) -> None:
    coded = coded_by_two(make_wave(spoken(120)), codebook, 80)
    _, agreement = read(coded)
    assert coders.agreement_words(agreement, "en")[0].endswith("that is reliable.")


def test_a_theme_that_the_machine_has_not_learned_is_not_credited_to_it(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    def why(i: int) -> str:
        return training(i) if i in (3, 4) else funding(i) if i % 4 == 0 else nothing(i)

    coded = coded_by_two(make_wave(rows(120, why=why)), codebook, 80)
    told, agreement = read(coded)
    shown = coders.agreement_table(coded, agreement, "en")
    assert isinstance(shown, Table)
    by_label = shown.data.set_index("label")
    assert pd.isna(by_label.at["Skills and training", "learned coder"])
    assert by_label.at["Skills and training", "patterns"].startswith("1.00")
    assert by_label.at["Funding", "learned coder"].startswith("1.00")
    assert f"A machine learned 1 of {len(codebook.themes)} themes from 80 coded answers" in told


def test_too_few_codes_leave_all_to_people_and_say_how_many_are_needed(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    coded = coded_by_two(make_wave(spoken(120)), codebook, 60)
    assert coded.study is not None
    carried = int(coded.study.sample.sum().sum())
    assert carried == 18
    told = coders.coverage_words(coded, "en")
    assert "at most 10% do not" in told
    assert "The machine decides nothing by itself" in told
    assert "people found a theme that it has learned 18 times; at least 87 times are" in told
    assert "at this rate some 290 coded answers or more" in told
    assert coders.coverage_table(coded, "en") is None
    [only] = coders.coverage_shown(coded, "en")
    assert isinstance(only, Prose)


def test_with_enough_codes_the_table_counts_every_answer_once_per_theme(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    coded = coded_by_two(make_wave(spoken(420, of_ten=6)), codebook, 400)
    table = coders.coverage_table(coded, "en")
    assert isinstance(table, Table)
    counts = table.data[["n_yes", "n_no", "n_person"]].sum(axis=1)
    assert set(table.data["label"]) == {"Funding", "Skills and training"}
    assert (counts == 420).all()
    told = coders.coverage_words(coded, "en")
    decided = float((table.data["n_yes"] + table.data["n_no"]).sum() / counts.sum())
    assert decided > 0.5
    words = "100%" if decided == 1 else f"{100 * decided:.0f}%"
    assert f"{words} of all decisions about 2 themes that the machine has learned" in told
    assert f"About the other {len(codebook.themes) - 2} themes people decide all." in told
    assert "promise holds" in told


@pytest.mark.parametrize("error", [0.05, 0.2])
def test_the_error_that_a_reader_allows_is_the_one_that_is_told(
    make_wave: MakeWave, codebook: Codebook, error: float
) -> None:
    wave = make_wave(spoken(120))
    keep(wave)
    by_two(wave, codebook, 60)
    coded = themes.code(wave, wave.open_answers(), codebook, "en", error)
    told = coders.coverage_words(coded, "en")
    assert f"The reader allows {100 * error:.0f}% of errors on either side" in told


def test_answers_that_changed_since_they_were_coded_are_told_and_count_nowhere(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    wave = make_wave(spoken(120))
    keep(wave)
    by_two(wave, codebook, 60)
    answers = wave.open_answers()
    answers.loc[:2, "text"] = "Another text than the coders saw."
    coded = themes.code(wave, answers.drop(index=[10]), codebook, "en")
    told, _ = read(coded)
    assert "whose text is another now than the coders saw, 3" in told
    assert "that are no longer among the answers, 1" in told
    assert "People coded 56 of 119 answers: coder A 56 and coder B 56." in told


def test_a_language_that_nobody_coded_is_named_and_left_out_of_the_shares(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    wave = make_wave(spoken(120))
    keep(wave)
    by_two(wave, codebook, 60)
    answers = wave.open_answers()
    answers.loc[100:, "language"] = "fr"
    coded = themes.code(wave, answers, codebook, "en")
    told, _ = read(coded)
    assert "In fr nobody coded an answer of the random draw" in told
    assert set(coded.shares["n_answers"]) == {100}


def test_answers_that_were_chosen_correct_no_share(make_wave: MakeWave, codebook: Codebook) -> None:
    wave = make_wave(spoken(120))
    keep(wave)
    decide(wave, codebook, "ana", dict(list(meant(wave.open_answers()).items())[:60]), "chosen")
    coded = themes.code(wave, wave.open_answers(), codebook, "en")
    told, _ = read(coded)
    assert not coded.corrected
    assert "People coded 60 of 120 answers" in told
    assert "0 of them were drawn at random, and 30, from 10 countries, are needed" in told
    assert "machine decides nothing by itself" in coders.coverage_words(coded, "en")


def test_coders_who_differ_on_everything_are_not_called_nobody(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    coded = coded_by_two(make_wave(spoken(60)), codebook, 20, differ=20)
    told, _ = read(coded)
    assert not coded.corrected
    assert "People coded 20 of 60 answers" in told
    assert "20 are still open" in told
    assert "all shares that follow are hits of patterns" in told
    assert coders.NOBODY not in told
    assert coders.coverage_words(coded, "en").endswith("because no coded answer is settled.")


def test_a_few_coded_answers_correct_nothing_and_hide_nothing(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    wave = make_wave(spoken(120))
    coded = coded_by_two(wave, codebook, 20)
    assert not coded.corrected
    assert themes.nothing(coded, wave) is None
    assert "By hits of patterns" in themes.theme_words(coded, "en")
    told, agreement = read(coded)
    assert "20 of them were drawn at random, and 30, from 10 countries, are needed" in told
    who, words, table = coders.agreement_shown(coded, agreement, "en")
    assert isinstance(who, Prose)
    assert isinstance(words, Prose)
    assert "20 answers" in words.sentences[0]
    assert isinstance(table, Table)


def test_simulated_coders_are_called_simulated(make_wave: MakeWave, codebook: Codebook) -> None:
    wave = make_wave(spoken(80))
    keep(wave)
    first, second = CODERS
    by_two(wave, codebook, 40, coders=(first, second))
    told, _ = read(themes.code(wave, wave.open_answers(), codebook, "en"))
    assert coders.SIMULATED in told
    by_two(wave, codebook, 40)
    told, _ = read(themes.code(wave, wave.open_answers(), codebook, "en"))
    assert coders.SIMULATED not in told


def test_hostile_labels_and_languages_are_words_and_no_markup(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    frame = with_label(codebook, "funding", PAYLOAD)
    wave = make_wave(spoken(420, of_ten=6))
    coded = coded_by_two(wave, frame, 400)
    _, agreement = read(coded)
    assert coded.study is not None
    answers = coded.study.answers.copy()
    answers.loc[410:, "language"] = PAYLOAD
    foreign = dataclasses.replace(coded, study=dataclasses.replace(coded.study, answers=answers))
    told = [Prose((said,), "paragraph") for said in coders.who(foreign, "en")]
    assert any(PAYLOAD in one.sentences[0] for one in told)
    inert(
        *told,
        *coders.agreement_shown(coded, agreement, "en"),
        *coders.coverage_shown(foreign, "en"),
    )
    shown = coders.coverage_table(coded, "en")
    assert isinstance(shown, Table)
    assert "&lt;script&gt;" in shown.markup


def test_agreement_is_that_of_the_logs_recounted(make_wave: MakeWave, codebook: Codebook) -> None:
    wave = make_wave(spoken(120))
    coded = coded_by_two(wave, codebook, 80, differ=5, settled=5)
    assert coded.study is not None
    log = coded.study.people.log
    one, other = (marks(log, codebook, name) for name in ("ana", "bruno"))
    same = float((one == other).all(axis=1).mean())
    agreement = coded.study.agreement()
    found = agreement[
        (agreement["coefficient"] == "percent_identical") & (agreement["kind"] == "human-human")
    ]
    assert set(found["value"].round(6)) == {round(same, 6)}
    assert same == 75 / 80
