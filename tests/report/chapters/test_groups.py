"""Groups of answers: small ones are counted and not shown, and differences may be chance."""

from __future__ import annotations

from typing import Any

from msfresearch.report.chapters import groups, themes
from msfresearch.report.prose import Prose
from msfresearch.report.tables import Table
from msfresearch.themes import Codebook
from msfresearch.wave import Wave
from tests.report.chapters.conftest import MakeWave, keep, rows, text

FUNDING = "There is no funding."
NOTHING = "Blue skies over green hills."
BANDS = {"0-2": [0, 2], "3-4": [3, 4], "5-6": [5, 6]}


def banded(made: dict[str, Any]) -> None:
    made["tables"]["answers"]["groups"] = [
        {"item": "steps", "label": text("Steps"), "bands": BANDS}
    ]


def named(made: dict[str, Any]) -> None:
    made["tables"]["answers"]["groups"] = [{"item": "regular", "label": text("Forum")}]


def coded(
    make_wave: MakeWave, codebook: Codebook, given: list, change: Any
) -> tuple[themes.Coded, Wave]:
    wave = make_wave(given, change)
    keep(wave)
    return themes.code(wave, wave.open_answers(), codebook, "en"), wave


def test_a_suppressed_group_is_counted_and_not_shown(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = rows(40, regular=lambda i: int(i < 9), why=lambda _: FUNDING)
    found, wave = coded(make_wave, codebook, given, named)
    [shown] = groups.group_tables(found, wave, "en")
    assert isinstance(shown, Table)
    assert list(shown.data.columns) == ["label", "no (n=31)"]
    assert "1 of 2 groups are not shown: fewer than 10 answers or 5 countries." in shown.markup


def test_a_group_of_few_members_is_suppressed_however_many_its_answers(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = rows(40, members=8, regular=lambda i: int(i % 8 < 4), why=lambda _: FUNDING)
    found, wave = coded(make_wave, codebook, given, named)
    [shown] = groups.group_tables(found, wave, "en")
    assert isinstance(shown, Prose)


def test_where_every_group_is_suppressed_that_is_said(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    found, wave = coded(make_wave, codebook, rows(12, why=lambda _: FUNDING), banded)
    [shown] = groups.group_tables(found, wave, "en")
    assert isinstance(shown, Prose)
    assert shown.sentences == ("No group of “Steps” has enough answers to be shown.",)
    assert groups.group_figures(found, wave, "real", "en") == []
    assert groups.group_words(found, wave, "en") == []


def test_answers_without_a_group_stand_under_no_answer(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = rows(40, regular=lambda i: "NR" if i % 2 else 1, why=lambda _: FUNDING)
    found, wave = coded(make_wave, codebook, given, named)
    [shown] = groups.group_tables(found, wave, "en")
    assert isinstance(shown, Table)
    assert list(shown.data.columns) == ["label", "yes (n=20)", "no answer (n=20)"]
    funding = shown.data.set_index("label").loc["Funding"]
    assert funding.tolist() == [100, 100]


def test_a_difference_whose_intervals_part_is_told_apart_from_chance(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = rows(40, steps=lambda i: 6 * (i % 2), why=lambda i: FUNDING if i % 2 else NOTHING)
    found, wave = coded(make_wave, codebook, given, banded)
    [told] = groups.group_words(found, wave, "en")
    assert told.startswith("Between answers with steps 0-2 and 5-6 the theme that differs most is")
    assert "“Funding”: 0% against 100%. Their intervals do not overlap." in told
    assert told.endswith("picked as the largest of many differences, which flatters it.")


def test_a_difference_whose_intervals_overlap_may_be_chance(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    few = (0, 2, 4, 6, 1, 3)
    given = rows(40, steps=lambda i: 6 * (i % 2), why=lambda i: FUNDING if i in few else NOTHING)
    found, wave = coded(make_wave, codebook, given, banded)
    [told] = groups.group_words(found, wave, "en")
    assert "“Funding”: 20% against 10%" in told
    assert "Their intervals overlap, so this may be chance." in told


def test_where_no_share_differs_no_theme_is_said_to_differ_most(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = rows(40, steps=lambda i: 6 * (i % 2), why=lambda _: FUNDING)
    found, wave = coded(make_wave, codebook, given, banded)
    assert groups.group_words(found, wave, "en") == []


def test_a_figure_holds_a_mark_per_band_that_has_answers(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    given = rows(40, steps=lambda i: 6 * (i % 2), why=lambda _: FUNDING)
    found, wave = coded(make_wave, codebook, given, banded)
    [drawn] = groups.group_figures(found, wave, "real", "en")
    assert set(drawn.data["group"]) == {"0-2", "5-6"}
    assert drawn.data["label"].nunique() == 6
    assert "not yet checked by people" in drawn.caption


def test_a_questionnaire_without_groups_is_said_to_name_none(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    found, wave = coded(make_wave, codebook, rows(20, why=lambda _: FUNDING), lambda _: None)
    [shown] = groups.group_tables(found, wave, "en")
    assert isinstance(shown, Prose)
    assert shown.sentences == ("The questionnaire names no groups to compare.",)


def test_one_band_alone_is_compared_with_nothing(make_wave: MakeWave, codebook: Codebook) -> None:
    def one(made: dict[str, Any]) -> None:
        banded(made)
        made["tables"]["answers"]["groups"][0]["bands"] = {"0-6": [0, 6]}

    found, wave = coded(make_wave, codebook, rows(40, why=lambda _: FUNDING), one)
    assert groups.group_words(found, wave, "en") == []
    [shown] = groups.group_tables(found, wave, "en")
    assert isinstance(shown, Table)
    assert "0-6 (n=40)" in shown.data.columns
