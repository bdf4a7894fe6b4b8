"""Themes together, whether enough was read, and quotes: counted by hand, released by name."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable

import pandas as pd
import pytest

from msfresearch.errors import ReleaseError
from msfresearch.release.quotes import Quote, Released
from msfresearch.report.chapters import looking, themes
from msfresearch.report.chapters.themes import Coded
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose
from msfresearch.report.tables import Table
from msfresearch.themes import Codebook
from msfresearch.wave import Wave
from tests.report.chapters.bypeople import (
    PAYLOAD,
    funding,
    inert,
    nothing,
    training,
    with_label,
)
from tests.report.chapters.conftest import MakeWave, keep, rows

#: One answer for each of many themes: what the frame's patterns find in each.
VARIED = (
    "There is no funding.",
    "Our officials need training.",
    "There is no political will.",
    "The deadlines are too tight.",
    "Consultation is mere window-dressing.",
    "Nobody in the village has internet access.",
    "We are short of staff.",
    "Only the capital is heard.",
    "The forum has no mandate.",
    "There was no feedback to our comments.",
)
Why = Callable[[int], str]


def coded(make_wave: MakeWave, codebook: Codebook, n: int, why: Why) -> tuple[Coded, Wave]:
    wave = make_wave(rows(n, why=why))
    keep(wave)
    return themes.code(wave, wave.open_answers(), codebook, "en"), wave


def quote(answer: str, passage: str, wave: str = "small") -> Quote:
    return Quote(
        wave=wave,
        answer=answer,
        text=passage,
        approved_by="the reader",
        approved_on=datetime.date(2019, 9, 30),
    )


def together(i: int) -> str:
    """Funding and training in the first dozen, each alone in a few more."""
    if i < 12:
        return f"{funding(i)} {training(i)}"
    return funding(i) if i < 16 else training(i) if i < 20 else nothing(i)


def test_a_pair_is_told_with_its_counts_and_its_odds(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    found, _ = coded(make_wave, codebook, 60, together)
    pairs = looking.pairs(found)
    words, table = looking.pairs_shown(pairs, found, "real", "en")
    assert isinstance(table, Table)
    [row] = table.data.to_dict("records")
    assert row["pair"] == "Funding + skills and training"
    assert (row["both"], row["expected"]) == (12, pytest.approx(16 * 16 / 60))
    odds = 12.5 * 40.5 / (4.5 * 4.5)
    assert row["odds"].startswith(f"{odds:.1f} (")
    assert isinstance(words, Prose)
    n = len(codebook.themes)
    every = math.comb(n, 2)
    assert f"told: 1 of {every}. More often together than by chance: 1;" in words.sentences[0]
    assert "not adjusted for the number of pairs" in words.sentences[0]


def test_pairs_that_are_held_back_are_counted(make_wave: MakeWave, codebook: Codebook) -> None:
    found, _ = coded(make_wave, codebook, 60, lambda i: together(i) if i > 8 else nothing(i))
    pairs = looking.pairs(found)
    assert pairs["suppressed"].all()
    [told] = looking.pairs_shown(pairs, found, "real", "en")
    assert isinstance(told, Prose)
    assert told.sentences[0] == f"{looking.NO_PAIR} Looked at were {len(pairs)} pairs."
    assert "0 pairs" not in told.sentences[0]


def test_the_three_ways_a_pair_can_fall_add_up(make_wave: MakeWave, codebook: Codebook) -> None:
    def why(i: int) -> str:
        said = (VARIED[0] * (i % 2), VARIED[1] * (i % 3 == 0), VARIED[2] * (i % 2 or i % 5 == 0))
        return " ".join(filter(None, said)) or nothing(i)

    found, _ = coded(make_wave, codebook, 140, why)
    drawn, words, table = looking.pairs_shown(looking.pairs(found), found, "rehearsal", "en")
    assert isinstance(words, Prose)
    numbers = [int(part.split(";")[0].split(".")[0]) for part in words.sentences[0].split(": ")[2:]]
    assert sum(numbers) == 3
    assert isinstance(table, Table)
    assert len(table.data) == 3
    assert isinstance(drawn, Figure)
    assert drawn.alt.startswith("Rehearsal, simulated answers.")
    assert "not yet checked by people" in drawn.caption


def test_where_everybody_says_the_same_enough_was_read(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    found, _ = coded(make_wave, codebook, 60, funding)
    told = looking.curve_words(looking.curve(found), found, "en")
    assert told.startswith(f"1 of {len(codebook.themes)} themes are found.")
    assert "the last 6 answers bring 0.0 new themes on average" in told
    assert told.endswith("would hardly bring another theme of the frame.")


def test_where_each_says_something_else_more_would_have_been_found(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    found, _ = coded(make_wave, codebook, 20, lambda i: VARIED[i] if i < 10 else nothing(i))
    assert found.study is not None
    codes = found.study.codes
    known = int((codes.sum() > 0).sum())
    once = int((codes.sum() == 1).sum())
    assert known >= 8
    # Two of twenty are read last: a theme of one answer is among them in one order of ten.
    expected = once * 2 / 20 + (known - once) * (2 * 1) / (20 * 19)
    told = looking.curve_words(looking.curve(found), found, "en")
    assert told.startswith(f"{known} of {len(codebook.themes)} themes are found, {once} of them in")
    assert f"the last 2 answers bring {expected:.1f} new themes on average" in told
    assert told.endswith("more answers would have brought more themes of the frame.")


def test_too_few_answers_have_no_curve(make_wave: MakeWave, codebook: Codebook) -> None:
    found, _ = coded(make_wave, codebook, 8, funding)
    curve = looking.curve(found)
    assert looking.curve_words(curve, found, "en") == themes.TOO_FEW
    assert isinstance(looking.curve_figure(curve, found, "real", "en"), Prose)


def test_where_nobody_approved_a_quote_none_is_shown(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    found, wave = coded(make_wave, codebook, 40, lambda i: funding(i) if i < 20 else nothing(i))
    passed = looking.gate(found, wave, ())
    assert passed.quotes.empty
    assert passed.withheld > 0
    told = looking.quoted(passed, "en")
    assert told.sentences[0].startswith("Answers that stand in the middle of their theme")
    assert f"be quoted: {passed.withheld}. None is shown" in told.sentences[0]
    assert "say" not in told.sentences[0]


def test_one_approved_passage_is_shown_and_nothing_else(
    make_wave: MakeWave, codebook: Codebook
) -> None:
    found, wave = coded(make_wave, codebook, 40, lambda i: funding(i) if i < 20 else nothing(i))
    assert found.study is not None
    middle = looking.typical(found.study.codes, found.answers)["answer_id"].dropna()
    first = str(middle.iloc[0])
    others = [
        quote(str(found.answers["answer_id"].iloc[-1]), "Blue skies over green hills"),
        quote(first, "There is no funding", wave="another"),
    ]
    passed = looking.gate(found, wave, (quote(first, "no funding for the forum"), *others))
    told = looking.quoted(passed, "en")
    assert told.sentences == (
        "“no funding for the forum” (en)",
        f"Held back, because nobody approved them: {len(set(middle)) - 1}.",
    )


@pytest.mark.parametrize(
    ("passage", "fault"),
    [
        ("There is plenty of funding", "does not stand in its answer"),
        ("write to ana@example.org", "tells how to reach somebody"),
    ],
)
def test_a_passage_that_may_not_be_shown_stops_the_run_without_its_words(
    make_wave: MakeWave, codebook: Codebook, passage: str, fault: str
) -> None:
    def why(i: int) -> str:
        return f"{funding(i)} Please write to ana@example.org today." if i < 20 else nothing(i)

    found, wave = coded(make_wave, codebook, 40, why)
    assert found.study is not None
    first = str(looking.typical(found.study.codes, found.answers)["answer_id"].dropna().iloc[0])
    with pytest.raises(ReleaseError, match=fault) as raised:
        looking.gate(found, wave, (quote(first, passage),))
    assert passage not in str(raised.value)


def test_a_hostile_passage_is_shown_as_words(make_wave: MakeWave, codebook: Codebook) -> None:
    def why(i: int) -> str:
        return f"{funding(i)} {PAYLOAD}" if i < 20 else nothing(i)

    found, wave = coded(make_wave, codebook, 40, why)
    assert found.study is not None
    first = str(looking.typical(found.study.codes, found.answers)["answer_id"].dropna().iloc[0])
    told = looking.quoted(looking.gate(found, wave, (quote(first, PAYLOAD),)), "en")
    assert told.sentences[0] == f"“{PAYLOAD}” (en)"
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in told._repr_html_()
    foreign = pd.DataFrame({"answer_id": ["a"], "text": ["word"], "language": [PAYLOAD]})
    inert(told, looking.quoted(Released(foreign, 0), "en"))


def test_hostile_labels_are_words_and_no_markup(make_wave: MakeWave, codebook: Codebook) -> None:
    frame = with_label(codebook, "funding", PAYLOAD)

    def why(i: int) -> str:
        return " ".join(VARIED[:3]) if i < 40 else VARIED[i % 3] if i < 100 else nothing(i)

    found, _ = coded(make_wave, frame, 140, why)
    curve = looking.curve(found)
    shown = looking.pairs_shown(looking.pairs(found), found, "real", "en")
    assert len(shown) == 3
    inert(*shown, looking.curve_figure(curve, found, "real", "en"))
    table = shown[-1]
    assert isinstance(table, Table)
    assert "&lt;script&gt;" in table.markup
