"""What themes go with: every figure a recount by hand, every null told as one."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product
from statistics import mean
from typing import Any

import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from msfresearch.errors import QuestionnaireError
from msfresearch.report.chapters import features, themes
from msfresearch.report.chapters.features import Held
from msfresearch.report.chapters.themes import Coded
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose
from msfresearch.report.tables import Table
from msfresearch.themes import Codebook
from msfresearch.wave import Wave
from tests.report.chapters.bypeople import (
    PAYLOAD,
    by_two,
    coffers,
    funding,
    inert,
    nothing,
    training,
    with_label,
)
from tests.report.chapters.conftest import COUNTRIES, MakeWave, Row, keep, rows, text

BINARY = {"item": "regular", "equals": "1", "label": text("There is a forum")}
ORDINAL = {"item": "agree", "label": text("It meets")}
NUMBER = {"item": "steps", "label": text("Steps taken")}
REGULAR = {"item": "steps", "only": {"regular": "1"}, "label": text("Steps of forums")}
Change = Callable[[dict[str, Any]], None]


def declared(*named: dict[str, Any]) -> Change:
    def change(made: dict[str, Any]) -> None:
        made["tables"]["answers"]["features"] = list(named)

    return change


def answers_of(seed: int = 1) -> list[Row]:
    """Funding is written of where there is a forum that meets often; training by chance."""
    drawn = random.Random(seed)
    lifted = [bool(i % 2) and drawn.random() < 0.6 for i in range(140)]
    other = [drawn.random() < 0.3 for _ in range(140)]
    noise = [drawn.randint(0, 2) for _ in range(140)]

    def why(i: int) -> str:
        return " ".join([funding(i)] * lifted[i] + [training(i)] * other[i] + [nothing(i)])

    return rows(
        140,
        country=lambda i: COUNTRIES[i // 2],
        why=why,
        agree=lambda i: 3 + noise[i] if lifted[i] else 1 + 2 * noise[i],
        steps=lambda i: 3 * lifted[i] + noise[i],
    )


def held(
    make_wave: MakeWave, codebook: Codebook, given: list[Row], *named: dict[str, Any]
) -> tuple[list[Held], Coded, Wave]:
    wave = make_wave(given, declared(*named))
    keep(wave)
    coded = themes.code(wave, wave.open_answers(), codebook, "en")
    return features.held(coded, wave), coded, wave


def split(given: list[Row], item: str, word: str) -> tuple[list[float], list[float]]:
    """Values of an item in answers with a word and in the others."""
    sides: tuple[list[float], list[float]] = ([], [])
    for row in given:
        sides[0 if word in str(row["why"]) else 1].append(float(str(row[item])))
    return sides


def value(one: Held, theme: str) -> float:
    return float(one.found.set_index("theme").at[theme, "value"])


def test_a_yes_or_no_is_told_as_a_difference_of_shares(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = answers_of()
    [one], coded, _ = held(make_wave, codebook, given, BINARY)
    yes = [("funding" in str(row["why"])) for row in given if row["regular"] == 1]
    no = [("funding" in str(row["why"])) for row in given if row["regular"] == 0]
    assert one.kind == "binary"
    assert value(one, "funding") == pytest.approx(mean(yes) - mean(no))
    points = f"by {100 * (mean(yes) - mean(no)):.0f} points (95% interval"
    told = features.words(one, coded, "en")
    assert told.startswith("Where “There is a forum” holds, answers speak more often of funding, ")
    assert points in told


def test_an_order_is_told_as_somers_d(make_wave: MakeWave, codebook: Codebook) -> None:
    given = answers_of()
    [one], coded, _ = held(make_wave, codebook, given, ORDINAL)
    there, elsewhere = split(given, "agree", "funding")
    signs = [(a > b) - (a < b) for a, b in product(there, elsewhere)]
    assert one.kind == "ordinal"
    assert value(one, "funding") == pytest.approx(mean(signs))
    told = features.words(one, coded, "en")
    assert (
        f"“It meets” is higher where answers speak of funding, Somers' D {mean(signs):.2f}" in told
    )
    assert told.endswith("Somers' D runs from −1, always lower, to 1, always higher.")


def test_a_number_is_told_as_a_difference_of_means_with_its_scale(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = answers_of()
    [one], coded, _ = held(make_wave, codebook, given, NUMBER)
    there, elsewhere = split(given, "steps", "funding")
    apart = mean(there) - mean(elsewhere)
    assert one.kind == "number"
    assert value(one, "funding") == pytest.approx(apart)
    told = features.words(one, coded, "en")
    assert (
        f"“Steps taken” is higher on average where answers speak of funding, by {apart:.1f}" in told
    )
    assert told.endswith("The scale runs from 0 to 6.")


def test_where_the_feature_is_lower_the_sentence_says_lower_by_a_positive_number(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = [{**row, "steps": 6 - int(str(row["steps"]))} for row in answers_of()]
    [one], coded, _ = held(make_wave, codebook, given, NUMBER)
    there, elsewhere = split(given, "steps", "funding")
    apart = mean(elsewhere) - mean(there)
    told = features.words(one, coded, "en")
    assert (
        f"“Steps taken” is lower on average where answers speak of funding, by {apart:.1f}" in told
    )
    assert "−" not in told


def test_only_looks_at_the_answers_that_it_names(make_wave: MakeWave, codebook: Codebook) -> None:
    given = answers_of()
    [one], coded, wave = held(make_wave, codebook, given, REGULAR)
    assert len(one.ids) == 70
    asked = wave.clean_tables()["answers"].set_index("row_id")["regular"]
    here = coded.answers.set_index("answer_id").loc[list(one.ids), "row_id"]
    assert set(asked[here]) == {1}
    there, elsewhere = split([row for row in given if row["regular"] == 1], "steps", "funding")
    assert value(one, "funding") == pytest.approx(mean(there) - mean(elsewhere))
    assert set(one.found["n_answers"]) == {70}
    assert set(features.results([one])["only"]) == {"regular=1"}


def test_what_is_written_of_there_is_told_with_families_and_that_nobody_checked(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = answers_of()
    [one], coded, _ = held(make_wave, codebook, given, REGULAR)
    n = sum("funding" in str(row["why"]) for row in given if row["regular"] == 1)
    [told, tied] = features.story([one], coded, "en")
    assert told.startswith(
        "70 answers are about “yes”, from 70 countries. They touch capacity gaps"
    )
    assert f"funding ({100 * n / 70:.0f}%)" in told
    assert told.endswith("Pattern hits, not yet checked by people.")
    assert tied == features.words(one, coded, "en")
    words, drawn, _ = features.shown([one], coded, "real", "en")
    assert isinstance(words, Prose)
    assert words.sentences == (told,)
    assert isinstance(drawn, Figure)
    assert drawn.data["share"].iloc[0] == pytest.approx(n / 70)
    assert "not yet checked by people" in drawn.caption


def test_where_people_coded_what_is_written_of_there_is_corrected(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = [
        {**row, "why": str(row["why"]).replace(funding(i), (funding, coffers)[i % 4 == 1](i))}
        for i, row in enumerate(answers_of())
    ]
    wave = make_wave(given, declared(REGULAR))
    keep(wave)
    by_two(wave, codebook, 140)
    coded = themes.code(wave, wave.open_answers(), codebook, "en")
    [one] = features.held(coded, wave)
    truth = mean(
        "funding" in str(row["why"]) or "coffers" in str(row["why"])
        for row in given
        if row["regular"] == 1
    )
    drawn = features.focus_figure(one, coded, "real", "en")
    assert isinstance(drawn, Figure)
    assert drawn.data["share"].iloc[0] == pytest.approx(truth)
    fired = mean("funding" in str(row["why"]) for row in given if row["regular"] == 1)
    assert fired < truth - 0.1
    for said in (drawn.caption, features.focus_words(one, coded, "en")):
        assert "corrected by answers that people coded" in said
        assert "not yet checked" not in said


@pytest.mark.parametrize("n_coded", [0, 40])
def test_too_few_answers_there_give_no_share(
    make_wave: MakeWave, codebook: Codebook, n_coded: int
) -> None:
    given = rows(60, regular=lambda i: int(i < 6), why=funding)
    wave = make_wave(given, declared(REGULAR))
    keep(wave)
    if n_coded:
        by_two(wave, codebook, n_coded)
    coded = themes.code(wave, wave.open_answers(), codebook, "en")
    [one] = features.held(coded, wave)
    assert features.focus_words(one, coded, "en") == (
        "6 answers are about “yes”: too few to give a share."
    )
    assert isinstance(features.focus_figure(one, coded, "real", "en"), Prose)
    assert "%" not in " ".join(features.story([one], coded, "en"))


def test_a_feature_that_no_answer_has_is_told_without_figures(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = rows(40, regular=lambda _: 0, why=funding)
    [none, same], coded, _ = held(make_wave, codebook, given, REGULAR, BINARY)
    assert none.ids == ()
    for one in (none, same):
        assert "nothing can be told" in features.words(one, coded, "en")
        assert isinstance(features.figure(one, coded, "real", "en"), Prose)
    assert features.findings([same], coded, "en") == []


def test_p_values_are_adjusted_over_the_themes_of_a_feature(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    made, _, _ = held(make_wave, codebook, answers_of(), BINARY, ORDINAL, NUMBER)
    for one in made:
        assert len(one.told) == 2
        expected = multipletests(one.told["p"].astype(float), method="fdr_bh")[1]
        assert list(one.told["p_adjusted"]) == pytest.approx(list(expected))
        assert set(one.clear["theme"]) == {"funding"}


def test_the_table_holds_what_is_clear_and_the_adjustment(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    made, coded, _ = held(make_wave, codebook, answers_of(), BINARY, ORDINAL, NUMBER)
    table = features.table(made, coded, "en")
    assert isinstance(table, Table)
    assert list(table.data["theme"]) == ["Funding"] * 3
    n = sum("funding" in str(row["why"]) for row in answers_of())
    assert list(table.data["n"]) == [n] * 3
    assert list(table.data["measure"]) == ["difference in shares", "Somers' D", "points apart"]
    assert (table.data["p"] < features.SHOWN).all()
    assert "Benjamini and Hochberg" in " ".join(table.notes)
    assert "hits of patterns that no person has checked" in " ".join(table.notes)


def test_a_null_says_that_it_is_one(make_wave: MakeWave, codebook: Codebook) -> None:
    drawn = random.Random(4)
    mixed = [drawn.choice((funding, training, nothing)) for _ in range(140)]
    given = rows(140, why=lambda i: mixed[i](i))
    made, coded, _ = held(make_wave, codebook, given, BINARY, ORDINAL)
    for one in made:
        told = features.words(one, coded, "en")
        assert told.startswith(f"No theme goes clearly with “{one.label('en')}”: of 2 held against")
        assert f"and {len(codebook.themes) - 2} are too rare to be held" in told
        assert "adjusted p" in told
    [ended] = features.findings(made, coded, "en")
    assert ended.startswith("Of 4 pairs of a theme and a feature none shows")
    assert "that is no proof that they do not" in ended
    table = features.table(made, coded, "en")
    assert isinstance(table, Prose)
    assert table.sentences == (ended,)


def test_every_feature_is_kept_with_every_theme(make_wave: MakeWave, codebook: Codebook) -> None:
    made, _, _ = held(make_wave, codebook, answers_of(), BINARY, ORDINAL, NUMBER, REGULAR)
    kept = features.results(made)
    assert len(kept) == 4 * len(codebook.themes)
    assert list(kept["feature"].unique()) == ["regular", "agree", "steps"]
    assert list(features.results([]).columns) == list(kept.columns)


@pytest.mark.parametrize(
    "wrong",
    [
        {"item": "regular", "equals": "7", "label": text("x")},
        {"item": "steps", "only": {"regular": "7"}, "label": text("x")},
        {"item": "steps", "only": {"steps": "1"}, "label": text("x")},
    ],
)
def test_a_feature_that_names_an_unknown_answer_stops_the_run(
    make_wave: MakeWave, codebook: Codebook, wrong: dict[str, Any]
) -> None:
    with pytest.raises(QuestionnaireError, match="an answer that its item does not have") as raised:
        held(make_wave, codebook, answers_of(), wrong)
    assert "small.yml" in str(raised.value)


def test_hostile_labels_are_words_and_no_markup(make_wave: MakeWave, codebook: Codebook) -> None:
    frame = with_label(codebook, "funding", PAYLOAD)
    named = ({**BINARY, "label": text(PAYLOAD)}, {**REGULAR, "label": text(PAYLOAD)})

    def change(made: dict[str, Any]) -> None:
        declared(*named)(made)
        for level in made["scales"]["yesno"]["levels"]:
            level["label"] = text(PAYLOAD)

    wave = make_wave(answers_of(), change)
    keep(wave)
    coded = themes.code(wave, wave.open_answers(), frame, "en")
    made = features.held(coded, wave)
    inert(
        *features.shown(made, coded, "real", "en"),
        features.table(made, coded, "en"),
        Prose(tuple(features.story(made, coded, "en")), "findings"),
    )
    table = features.table(made, coded, "en")
    assert isinstance(table, Table)
    assert set(table.data["theme"]) == {PAYLOAD}


def test_a_rehearsal_is_one_in_every_figure(make_wave: MakeWave, codebook: Codebook) -> None:
    made, coded, _ = held(make_wave, codebook, answers_of(), BINARY, REGULAR)
    drawn = [
        one for one in features.shown(made, coded, "rehearsal", "en") if isinstance(one, Figure)
    ]
    assert len(drawn) == 3
    assert all(one.alt.startswith("Rehearsal, simulated answers.") for one in drawn)
    assert all(isinstance(one.data, pd.DataFrame) for one in drawn)
