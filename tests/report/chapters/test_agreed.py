"""The gap and the agreement of two sides: what is claimed of them, and what is only estimated."""

from __future__ import annotations

import dataclasses
import re

from msfresearch.home import Home
from msfresearch.report.chapters import agreed, sides
from msfresearch.report.chapters.sides import Faced
from tests.report.chapters import test_sides
from tests.report.chapters.surveyed import Row, answer, flat, grid, markup, pictures, two_sides
from tests.report.chapters.test_sides import QUALITY, answers, shown, standards_of

home, units = test_sides.home, test_sides.units


def refound(one: Faced, **columns: dict[str, float]) -> Faced:
    """The comparison with some figures of some items set by hand."""
    found = one.found.set_index("item")
    for column, values in columns.items():
        for item, value in values.items():
            found.loc[item, column] = value
    return dataclasses.replace(one, found=found.reset_index()[list(one.found.columns)])


def test_the_widest_gap_is_that_of_the_means_in_parts_of_the_scale(
    home: Home, units: list[tuple[str, str]]
) -> None:
    def given(quality: int, influence: int) -> list[Row]:
        return [
            answer(*unit, proc_quality=str(quality + i % 2), iap2_dev=str(influence + i % 3 % 2))
            for i, unit in enumerate(units[:20])
        ]

    lower = [{**row, "proc_quality": str(1 + i % 3)} for i, row in enumerate(given(1, 2))]
    one = two_sides(
        home, given(4, 3), [{**row, "iap2_dev": str(2 + i % 2)} for i, row in enumerate(lower)]
    )
    told = sides.headlines(one, "en")
    row = one.found.set_index("item").loc["proc_quality"]
    assert row["gap"] > 0
    assert f"The widest gap: “{QUALITY}”, {row['gap']:.2f} (95% interval" in " ".join(told)
    assert "of pairs government says more, ties counting half." in told[2]
    assert "holds zero" not in told[2]
    assert "2 items told (below 0.05), government's answers are higher on 2 of 2 items" in told[1]
    assert "and lower on 0." in told[1]
    assert "Taken one by one" not in told[1]


def test_a_gap_is_called_shown_by_its_adjusted_p_and_not_by_its_own_interval(
    home: Home, units: list[tuple[str, str]]
) -> None:
    one = two_sides(home, answers(units[:30]), answers(units[:30], 1))
    names = one.scales["item"].tolist()
    assert len(names) == 4
    none = dict.fromkeys(names, 0.5)
    one = refound(
        one,
        gap=dict.fromkeys(names, 0.1),
        low=dict.fromkeys(names, -0.1),
        high=dict.fromkeys(names, 0.3),
        p_adjusted=none,
    )
    up, down, alone, other = names[:4]
    some = refound(
        one,
        gap={down: -0.9},
        low={up: 0.1, down: -1.0, alone: 0.05, other: 0.05},
        high={down: -0.7},
        p_adjusted={up: 0.049, down: 0.01, alone: 0.05, other: 0.114},
    )
    told = sides.headlines(some, "en")[1]
    assert f"are higher on 1 of {len(names)} items with a scale and lower on 1." in told
    assert "Taken one by one, the intervals of 2 more leave out zero, which so many" in told
    without = sides.headlines(one, "en")[1]
    assert f"are higher on 0 of {len(names)} items with a scale and lower on 0." in without
    assert "Taken one by one" not in without


def test_the_widest_gap_says_when_its_interval_holds_zero(
    home: Home, units: list[tuple[str, str]]
) -> None:
    one = two_sides(home, answers(units[:30]), answers(units[:30], 1))
    names = one.scales["item"].tolist()
    sure = refound(one, gap={names[0]: 9.0}, low={names[0]: 8.0}, high={names[0]: 10.0})
    unsure = refound(sure, low={names[0]: -1.0})
    assert "not even this gap is shown" not in sides.headlines(sure, "en")[2]
    assert "The interval holds zero: not even this gap is" in sides.headlines(unsure, "en")[2]


def test_every_kappa_of_a_sentence_has_its_interval_and_an_order_is_not_claimed_where_they_overlap(
    home: Home, units: list[tuple[str, str]]
) -> None:
    one = two_sides(home, answers(units[:30]), answers(units[:30], 1))
    names = one.shown.dropna(subset=["kappa"])["item"].tolist()[:4]
    kept = one.found.assign(kappa=one.found["kappa"].where(one.found["item"].isin(names)))
    apart = refound(
        dataclasses.replace(one, found=kept),
        kappa={name: 0.8 - 0.2 * i for i, name in enumerate(names)},
        kappa_low={name: 0.75 - 0.2 * i for i, name in enumerate(names)},
        kappa_high={name: 0.85 - 0.2 * i for i, name in enumerate(names)},
    )
    most, least = agreed.eye_to_eye_words(apart, "en")
    assert f"{one.quoted(names[0], 'en')}, 0.80 (0.75 to 0.85); " in most
    assert f"{one.quoted(names[3], 'en')}, 0.20 (0.15 to 0.25)." in least
    for wide in (0.65, float("nan")):
        overlapping = refound(apart, kappa_low={names[0]: wide - 0.1})
        *_, order = agreed.eye_to_eye_words(overlapping, "en")
        assert "whose intervals overlap it is not shown which is the more agreed on" in order
    assert "0.80 (no interval)" in " ".join(
        agreed.eye_to_eye_words(refound(apart, kappa_low={names[0]: float("nan")}), "en")
    )


def test_the_gap_and_the_agreement_are_two_tables_of_at_most_seven_columns(
    home: Home, units: list[tuple[str, str]]
) -> None:
    one = two_sides(home, answers(units[:30]), answers(units[:30], 1))
    gap, agreement = (grid(made(one, "en")) for made in (sides.gap_table, agreed.agreement_table))
    assert len(gap.data.columns) == 7
    assert list(agreement.data.columns) == ["item", "dyads", "superiority", "kappa"]
    assert len(gap.data) == len(one.shown)
    assert len(agreement.data) == len(one.scales) < len(gap.data)


def test_the_numbers_printed_in_the_gap_figure_name_the_unit_of_the_axis(
    home: Home, units: list[tuple[str, str]]
) -> None:
    one = two_sides(home, answers(units[:30]), answers(units[:30], 1))
    [figure] = pictures(sides.gap_figure(one, "en"))
    assert set(figure.data["side"]) == {"per cent of the scale"}
    assert "per cent of the scale: " in figure.alt
    assert "per cent of the scale's width" in figure.caption


def test_a_rule_shows_its_code_of_the_standards_and_never_a_key_of_the_codebook(
    home: Home, units: list[tuple[str, str]]
) -> None:
    standards = standards_of(home)
    one = two_sides(home, answers(units[:30]), answers(units[:30], 1))
    told = " ".join(markup(thing) for thing in flat(shown(one, standards)))
    assert "1a A forum is established" in told
    assert "The public is at least involved in development" in told
    assert "contrary." not in told
    assert not re.search(r"\b\d\.(space|meetings|rules)", told)
