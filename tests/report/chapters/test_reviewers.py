"""Waves side by side in words: a null is one, and what may be chance is not called a finding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from msfresearch.errors import PlanError
from msfresearch.home import Home
from msfresearch.report.chapters import reviewers
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose
from msfresearch.success.plan import Comparison, Plan, load_plan
from msfresearch.wave import Wave, open_wave
from tests.conftest import HOME
from tests.report.chapters.conftest import COUNTRIES, MakeWave, keep, rows, text

SEED = 2016


def comparison(**changes: Any) -> Comparison:
    measure = {"wave": "small", "table": "answers", "reduce": "only"}
    plain = {
        "id": "both",
        "question": text("Do they agree?"),
        "evidence": "two views",
        "measures": [
            measure | {"id": "forum", "item": "regular", "label": text("Regular forum")},
            measure | {"id": "engaged", "item": "steps", "label": text("Engagement")},
            measure
            | {
                "id": "done",
                "item": "agree",
                "label": text("Share done"),
                "reduce": "share",
                "at_least": 4,
                "valid": (1, 5),
            },
        ],
        "pairs": [("forum", "engaged"), ("done", "engaged")],
    }
    return Comparison.model_validate(plain | changes)


def pair(**changes: Any) -> dict[str, Any]:
    return {
        "first": "forum",
        "second": "engaged",
        "statistic": "difference in means",
        "estimate": 1.5,
        "low": 0.4,
        "high": 2.6,
        "p": 0.01,
        "p_adjusted": 0.02,
        "n": 40,
        "status": "estimated",
        **changes,
    }


def told(**changes: Any) -> str:
    [sentence] = reviewers.said(pd.DataFrame([pair(**changes)]), comparison(), "en")
    return sentence


def table(n: int = 40) -> pd.DataFrame:
    random = np.random.default_rng(1)
    forum = np.arange(n) % 2
    return pd.DataFrame(
        {
            "member": COUNTRIES[:n],
            "forum": pd.array(forum, dtype="Float64"),
            "engaged": pd.array(forum * 2 + random.integers(0, 5, n), dtype="Float64"),
            "done": pd.array(random.random(n), dtype="Float64"),
        }
    )


def test_a_pair_that_goes_together_is_told_with_interval_p_and_countries() -> None:
    assert told() == (
        "Regular forum and engagement: they go together (difference in means 1.50 (95% interval "
        "0.40 to 2.60), p 0.020 adjusted, 40 countries)."
    )
    assert "they go against each other" in told(estimate=-1.5, low=-2.6, high=-0.4)


@pytest.mark.parametrize(("low", "high"), [(-0.4, 2.6), (0.0, 2.6), (-1.0, 0.0)])
def test_a_null_pair_is_called_one(low: float, high: float) -> None:
    sentence = told(low=low, high=high, p=0.2, p_adjusted=0.3)
    assert "neither a connection nor its absence is shown" in sentence
    assert "they go" not in sentence


def test_a_pair_significant_only_before_adjustment_is_not_called_a_finding() -> None:
    sentence = told(p=0.03, p_adjusted=0.12)
    assert "they seem to go together, but with several pairs tried this may be chance" in sentence
    assert "p 0.120 adjusted" in sentence
    assert "may be chance" not in told(p=0.03, p_adjusted=0.049)


def test_a_pair_that_could_not_be_estimated_says_why() -> None:
    nothing = dict.fromkeys(("estimate", "low", "high", "p", "p_adjusted"), float("nan"))
    sentence = told(**nothing, status="few pairs")
    assert sentence == "Regular forum and engagement: not estimated (few pairs)."


def test_every_declared_pair_is_told_in_its_order() -> None:
    found = reviewers.pairs(table(), comparison(), SEED)
    sentences = reviewers.said(found, comparison(), "en")
    assert [sentence.partition(":")[0] for sentence in sentences] == [
        "Regular forum and engagement",
        "Share done and engagement",
    ]
    shown = reviewers.pair_table(found, comparison(), "en")
    assert shown.data["n"].tolist() == [40, 40]


def test_the_same_seed_gives_the_same_pairs() -> None:
    once, again = (reviewers.pairs(table(), comparison(), SEED) for _ in range(2))
    pd.testing.assert_frame_equal(once, again)


def test_a_scatter_is_drawn_for_shares_only_and_counts_its_countries() -> None:
    given = table()
    given.loc[:4, "done"] = pd.NA
    [drawn] = reviewers.pair_figures(given, comparison(), "rehearsal", "en")
    assert len(drawn.data) == 35
    assert drawn.data["done"].max() > 1
    assert "35 in all" in drawn.caption
    assert drawn.alt.startswith("Rehearsal")


def test_means_are_drawn_with_their_base_for_levels_of_three_countries_and_more() -> None:
    given = table()
    given["forum"] = pd.array([0.0] * 38 + [1.0] * 2, dtype="Float64")
    drawn = reviewers.group_figure(given, comparison(), "real", "en")
    assert isinstance(drawn, Figure)
    assert drawn.data["level"].tolist() == ["no (n=38)"]
    assert "fewer than 3" in drawn.caption


def test_where_no_level_has_three_countries_that_is_said() -> None:
    drawn = reviewers.group_figure(table(4), comparison(), "real", "en")
    assert isinstance(drawn, Prose)


def test_countries_are_named_and_yes_and_no_are_words() -> None:
    given = table()
    given.loc[0, "done"] = pd.NA
    given.loc[1, "engaged"] = pd.NA
    shown = reviewers.country_table(given, comparison(), "en").data
    assert len(shown) == 39
    assert set(shown["forum"]) == {"yes", "no"}
    assert shown["name"].is_monotonic_increasing


def small_plan(plan: Plan) -> Plan:
    return plan.model_copy(update={"comparisons": (comparison(),)})


@pytest.fixture
def plan() -> Plan:
    return load_plan(HOME / "codebook" / "plan.yml")


def test_the_comparison_is_the_one_that_the_plan_declares_for_these_waves(
    make_wave: MakeWave, plan: Plan
) -> None:
    wave = make_wave(rows(3))
    assert reviewers.declared(small_plan(plan), [wave]).id == "both"
    real = [open_wave(name, Home(HOME)) for name in ("odb-2014", "irm-2016")]
    assert reviewers.declared(plan, real).id == "forum_and_engagement"


def test_waves_without_a_declared_comparison_are_refused(make_wave: MakeWave, plan: Plan) -> None:
    with pytest.raises(PlanError, match="no comparison of these waves") as wrong:
        reviewers.declared(plan, [make_wave(rows(3))])
    assert wrong.value.found == "small"
    assert "irm-2016, odb-2014" in str(wrong.value.expected)


def test_measures_of_a_wave_meet_on_the_member(make_wave: MakeWave) -> None:
    wave: Wave = make_wave(rows(12, agree=lambda i: "NR" if i == 0 else i % 5 + 1))
    keep(wave)
    found = reviewers.joined(comparison(), [wave])
    assert len(found) == 12
    assert found["member"].is_monotonic_increasing
    assert found["done"].isna().sum() == 1
    words = reviewers.overlap(found, comparison(), [wave], "en")
    assert words.startswith("Countries with at least one measure: 12 in small;")
