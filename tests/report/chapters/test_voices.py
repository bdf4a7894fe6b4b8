"""Both sides' themes side by side: compared only where they were coded alike."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest
import yaml
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from msfresearch.errors import PlanError
from msfresearch.home import Home
from msfresearch.report.chapters import evidence, themes, voices
from msfresearch.report.chapters.voices import Voices
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose
from msfresearch.report.tables import Table
from msfresearch.success.plan import load_plan
from msfresearch.themes import Codebook
from msfresearch.wave import Wave, open_wave
from tests.conftest import HOME
from tests.report.chapters.bypeople import (
    PAYLOAD,
    by_two,
    funding,
    inert,
    nothing,
    training,
    with_label,
)
from tests.report.chapters.conftest import COLUMNS, Row, instrument, keep, rows

Sides = dict[str, Wave]
MakeSides = Callable[..., Sides]


def mostly(often: Callable[[int], str], n: int) -> list[Row]:
    """Half of the answers speak of one theme, a tenth of another."""
    return rows(n, why=lambda i: often(i) if i % 2 else training(i) if i % 10 == 0 else nothing(i))


@pytest.fixture
def make_sides(small_home: Callable[..., Home]) -> MakeSides:
    """Two waves of one home, their stage of themes run; people coded so many answers of each."""

    def make(
        codebook: Codebook,
        given: Mapping[str, list[Row]],
        coded: Mapping[str, int] | None = None,
        absent: tuple[str, ...] = (),
        **manifest: Any,
    ) -> Sides:
        made: Sides = {}
        for side, answers in given.items():
            frame = pd.DataFrame(answers, columns=list(COLUMNS))
            name = side.replace("_", "-")
            home = small_home(frame.to_csv(index=False).encode(), wave=name, **manifest)
            path = home.codebook / "questionnaires" / "small.yml"
            path.write_text(yaml.safe_dump(instrument()), encoding="utf-8")
            made[side] = wave = open_wave(name, home)
            keep(wave)
            if side in absent:
                continue
            if (coded or {}).get(side):
                by_two(wave, codebook, (coded or {})[side])
            found = themes.code(wave, wave.open_answers(), codebook, "en")
            wave.save("themes", themes.results(found, evidence.unseen(found)), themes.facts(found))
        return made

    return make


def unlike(n: int = 140) -> dict[str, list[Row]]:
    """Civil society writes of funding, government of nothing like it."""
    return {"government": mostly(nothing, n), "civil_society": mostly(funding, n)}


def said(found: Voices) -> str:
    gaps = voices.differences(found)
    return " ".join([*voices.introduction(found, "en"), *voices.words(gaps, "en")])


def test_a_difference_is_that_of_the_shares_with_its_own_interval(
    make_sides: MakeSides, codebook: Codebook
) -> None:
    sides = make_sides(codebook, unlike())
    found = voices.voices(sides, codebook, "en")
    gaps = voices.differences(found).set_index("theme")
    ends = {}
    for side, wave in sides.items():
        shares = wave.table("themes", "shares").set_index("theme").loc["funding"]
        ends[side] = (float(shares["share"]), float(shares["n_eff"]))
    apart = ends["civil_society"][0] - ends["government"][0]
    assert apart == pytest.approx(0.5)
    assert gaps.at["funding", "difference"] == pytest.approx(apart)
    half = 1.959964 * math.sqrt(sum(p * (1 - p) / n for p, n in ends.values()))
    assert gaps.at["funding", "low"] == pytest.approx(apart - half)
    assert gaps.at["funding", "high"] == pytest.approx(apart + half)
    told = said(found)
    assert f"Civil society writes more often of funding, by {100 * apart:.0f} points (95%" in told
    assert "Open answers: 140 of government and 140 of civil society." in told


def test_it_is_said_of_government_where_government_writes_more(
    make_sides: MakeSides, codebook: Codebook
) -> None:
    given = unlike()
    turned = {"government": given["civil_society"], "civil_society": given["government"]}
    told = said(voices.voices(make_sides(codebook, turned), codebook, "en"))
    assert re.search(
        r"Government writes more often of funding, by 50 points \(95% interval \d", told
    )
    assert "Civil society writes more" not in told


def test_p_values_are_adjusted_over_all_themes_told(
    make_sides: MakeSides, codebook: Codebook
) -> None:
    gaps = voices.differences(voices.voices(make_sides(codebook, unlike()), codebook, "en"))
    assert set(gaps["theme"]) == {"funding", "skills_training"}
    se = (gaps["high"] - gaps["low"]) / (2 * 1.959964)
    p = 2 * norm.sf((gaps["difference"].abs() / se).astype(float))
    assert list(gaps["p_adjusted"]) == pytest.approx(list(multipletests(p, method="fdr_bh")[1]))


def test_sides_that_write_alike_give_a_null_that_says_what_it_cannot_exclude(
    make_sides: MakeSides, codebook: Codebook
) -> None:
    same = {side: mostly(funding, 140) for side in ("government", "civil_society")}
    found = voices.voices(make_sides(codebook, same), codebook, "en")
    gaps = voices.differences(found)
    reach = 100 * float(gaps[["low", "high"]].abs().max(axis=None))
    [told] = voices.words(gaps, "en")
    assert told.startswith("Of 2 themes none shows a difference between the sides")
    assert "That is no proof that the sides write alike" in told
    assert f"differences of up to {reach:.0f} points would fit" in told


def test_hits_are_called_hits_on_both_sides(make_sides: MakeSides, codebook: Codebook) -> None:
    found = voices.voices(make_sides(codebook, unlike()), codebook, "en")
    assert found.comparable
    assert "No person has coded them: shares are of answers in which a pattern fires." in said(
        found
    )


def test_two_sides_that_people_coded_are_compared_as_corrected(
    make_sides: MakeSides, codebook: Codebook
) -> None:
    coded = {"government": 80, "civil_society": 80}
    sides = make_sides(codebook, unlike(), coded)
    found = voices.voices(sides, codebook, "en")
    assert found.corrected == {"government": True, "civil_society": True}
    told = said(found)
    assert "Shares are corrected by what people coded on each side." in told
    assert "Civil society writes more often of funding" in told
    stored = sides["civil_society"].table("themes", "shares").set_index("theme")["share"]
    mine = found.shares[found.shares["side"] == "civil_society"].set_index("theme")["share"]
    pd.testing.assert_series_equal(mine, stored)


def test_a_side_that_people_coded_is_not_compared_with_one_that_they_did_not(
    make_sides: MakeSides, codebook: Codebook
) -> None:
    sides = make_sides(codebook, unlike(), {"civil_society": 80})
    found = voices.voices(sides, codebook, "en")
    assert not found.comparable
    gaps = voices.differences(found)
    assert gaps.empty
    told = said(found)
    assert "People coded those of one side only, so the shares are not alike" in told
    assert "Of no theme can it be told" in told
    for shown in (
        voices.figure(found, "families", "en"),
        voices.figure(found, "themes", "en"),
        voices.table(gaps, "en"),
    ):
        assert isinstance(shown, Prose)
        assert "%" not in shown.sentences[0]


@pytest.mark.parametrize("absent", [("government",), ("government", "civil_society")])
def test_a_side_that_was_not_coded_is_named(
    make_sides: MakeSides, codebook: Codebook, absent: tuple[str, ...]
) -> None:
    found = voices.voices(make_sides(codebook, unlike(), absent=absent), codebook, "en")
    names = " and ".join(side.replace("_", " ") for side in absent)
    [told] = voices.introduction(found, "en")
    assert told == (
        f"The open answers of {names} were not coded, so nothing can be laid side by side."
    )
    assert isinstance(voices.figure(found, "themes", "en"), Prose)
    assert voices.differences(found).empty


def test_a_side_with_too_few_answers_is_not_told(make_sides: MakeSides, codebook: Codebook) -> None:
    given = {"government": mostly(funding, 8), "civil_society": mostly(funding, 140)}
    found = voices.voices(make_sides(codebook, given), codebook, "en")
    assert voices.differences(found).empty
    assert set(found.shares.dropna(subset=["share"])["side"]) == {"civil_society"}
    assert "Of no theme can it be told" in said(found)


def test_figures_and_table_show_both_sides_and_no_answer(
    make_sides: MakeSides, codebook: Codebook
) -> None:
    sides = make_sides(codebook, unlike())
    found = voices.voices(sides, codebook, "en")
    drawn = voices.figure(found, "themes", "en")
    assert isinstance(drawn, Figure)
    assert set(drawn.data["side"]) == {"government", "civil society"}
    assert drawn.data["label"].nunique() == voices.DRAWN
    table = voices.table(voices.differences(found), "en")
    assert isinstance(table, Table)
    row = table.data.set_index("label").loc["Funding"]
    assert (row["government"], row["civil_society"]) == (0, pytest.approx(50))
    shown = table.markup + drawn.alt + drawn.caption
    assert not any(text in shown for wave in sides.values() for text in wave.open_answers()["text"])


def test_hostile_labels_are_words_and_no_markup(make_sides: MakeSides, codebook: Codebook) -> None:
    frame = with_label(codebook, "funding", PAYLOAD)
    found = voices.voices(make_sides(frame, unlike()), frame, "en")
    gaps = voices.differences(found)
    table = voices.table(gaps, "en")
    inert(
        voices.figure(found, "families", "en"),
        voices.figure(found, "themes", "en"),
        table,
        Prose(tuple(voices.words(gaps, "en")), "findings"),
    )
    assert isinstance(table, Table)
    assert "&lt;script&gt;" in table.markup


def test_sides_come_from_the_plan(make_sides: MakeSides, codebook: Codebook) -> None:
    sides = make_sides(codebook, unlike(20))
    plan = load_plan(HOME / "codebook" / "plan.yml")
    with pytest.raises(PlanError, match="no two sides of these waves"):
        voices.sides_of(plan, list(sides.values()))
    [declared, *_] = plan.sides
    opened = [open_wave(name, Home(HOME)) for name in (declared.civil_society, declared.government)]
    found = voices.sides_of(plan, opened)
    assert {side: wave.id for side, wave in found.items()} == {
        "government": declared.government,
        "civil_society": declared.civil_society,
    }
