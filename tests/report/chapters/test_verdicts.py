"""The words of a verdict change with its numbers, and a null says that it is a null."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from msfresearch.report.chapters import brief, verdicts
from msfresearch.report.chapters.success import Analysed
from msfresearch.report.prose import Prose
from msfresearch.report.tables import Table
from msfresearch.success.effects import EFFECTS
from msfresearch.success.findings import FINDINGS
from msfresearch.success.plan import Plan
from tests.report.chapters.conftest import text
from tests.report.chapters.planned import plan_of

NULL = {"evidence": "null", "estimate": 0.22, "low": -0.06, "high": 0.5, "p": 0.115}
HIGHER = {"evidence": "positive", "estimate": 0.4, "low": 0.1, "high": 0.7, "p": 0.01}
LOWER = {"evidence": "negative", "estimate": -0.4, "low": -0.7, "high": -0.1, "p": 0.01}
NOTHING = {"evidence": "not estimated", "status": "few clusters"}
LIMITS = pd.DataFrame(
    {
        "label": pd.Series(dtype="str"),
        "refused": pd.Series(dtype="str"),
        "allowed": pd.Series(dtype="int64"),
        "n_units": pd.Series(dtype="int64"),
        "n_events": pd.Series(dtype="Int64"),
    }
)


def made(
    *rows: dict[str, Any],
    effects: list[dict[str, Any]] | None = None,
    limits: list[dict[str, Any]] | None = None,
    kind: str = "binary",
) -> Analysed:
    """An analysis with so many outcomes, its findings written down by hand."""
    plan = plan_of("linear")
    [analysis] = plan["waves"]["small"]["analyses"]
    [outcome] = analysis["outcomes"]
    names = [f"o{at}" for at in range(len(rows))]
    analysis["outcomes"] = [outcome | {"id": name} for name in names]
    analysis["exposure"] |= {"kind": kind, "contrast": text("one step more")}
    plain = {
        "analysis": "forum",
        "label": "Specificity",
        "family": "exploratory",
        "scale": "points",
        "mde": 0.39,
        "manufactured": False,
        "n_rows": 100,
        "n_members": 50,
        "status": "estimated",
    }
    findings = pd.DataFrame(
        [plain | {"outcome": name} | row for name, row in zip(names, rows, strict=True)],
        columns=list(FINDINGS.columns),
    )
    return Analysed(
        analysis=Plan.model_validate(plan).analysis("small", "forum"),
        views=pd.DataFrame(),
        effects=EFFECTS.validate(pd.DataFrame(effects or [], columns=list(EFFECTS.columns))),
        findings=FINDINGS.validate(findings),
        accounting=pd.DataFrame(),
        limits=pd.DataFrame(limits) if limits else LIMITS,
    )


def effect(**changes: Any) -> dict[str, Any]:
    """Percentage points of the first outcome, clustered."""
    return {
        "analysis": "forum",
        "outcome": "o0",
        "label": "Specificity",
        "view": "clustered",
        "effect": 0.03,
        "low": -0.06,
        "high": 0.12,
        "mde": 0.13,
        "status": "estimated",
        **changes,
    }


def test_a_null_is_told_with_its_interval_and_the_smallest_detectable_difference() -> None:
    [told] = verdicts.said(made(NULL), "en")
    assert told.startswith("No clear difference in Specificity: 0.22 (95% interval −0.06 to 0.50)")
    assert "neither a difference nor its absence" in told
    assert told.endswith("The smallest difference that would be found 4 times in 5 is 0.39 points.")


@pytest.mark.parametrize(("row", "way"), [(HIGHER, "higher"), (LOWER, "lower")])
def test_a_difference_is_told_with_its_direction_and_nothing_of_detection(
    row: dict[str, Any], way: str
) -> None:
    [told] = verdicts.said(made(row), "en")
    assert f"Specificity is {way}:" in told
    assert "the interval excludes 0" in told
    assert "no clear difference" not in told.lower()
    assert "4 times in 5" not in told


def test_a_logit_is_told_in_percentage_points() -> None:
    one = made(NULL, effects=[effect(), effect(view="naive", effect=0.5)])
    [told] = verdicts.said(one, "en")
    assert "Specificity (percentage points): 3.0 (95% interval −6.0 to 12.0)" in told
    assert told.endswith("is 13 percentage points.")
    assert "3 (−6 to 12) percentage points" in verdicts.found([one], "en")[0]


def test_percentage_points_that_were_not_estimated_are_not_told() -> None:
    [told] = verdicts.said(made(NULL, effects=[effect(status="few clusters")]), "en")
    assert "0.22 (95% interval" in told


def test_a_difference_that_only_rows_would_claim_is_called_out() -> None:
    fooled = NULL | {"manufactured": True, "naive_p": 2.1e-7, "se_ratio": 3.26}
    one = made(fooled, NULL, HIGHER)
    told = verdicts.said(one, "en")
    assert "Rows taken as independent would have called this a difference (p < 0.001)" in told[0]
    assert "clustered by country p is 0.115, with a standard error 3.3 times as large" in told[0]
    assert "No clear difference in Specificity" in told[0]
    assert not any("taken as independent" in other for other in told[1:])
    assert "1 of the 3 would have passed for a difference" in verdicts.found([one], "en")[0]


def test_it_is_called_out_as_well_after_it_was_stored(tmp_path: Path) -> None:
    one = made(NULL | {"manufactured": True, "naive_p": 0.001, "se_ratio": 2.0})
    one.findings.to_parquet(tmp_path / "findings.parquet")
    again = Analysed(**(vars(one) | {"findings": pd.read_parquet(tmp_path / "findings.parquet")}))
    assert verdicts.said(again, "en") == verdicts.said(one, "en")
    assert "would have passed for a difference" in verdicts.found([again], "en")[0]


def test_where_rows_make_no_claim_nothing_is_called_out() -> None:
    assert "taken as independent" not in " ".join(verdicts.found([made(NULL, HIGHER)], "en"))
    unknown = NULL | {"manufactured": pd.NA}
    assert "taken as independent" not in " ".join(verdicts.said(made(unknown), "en"))


def test_where_plans_and_rows_disagree_both_are_told() -> None:
    plans = {
        "plan_evidence": "positive",
        "plan_estimate": 0.31,
        "plan_low": 0.02,
        "plan_high": 0.6,
        "plan_p": 0.036,
        "plan_p_adjusted": 0.145,
    }
    [told] = verdicts.said(made(NULL | plans), "en")
    assert "No clear difference in Specificity: 0.22" in told
    assert "the estimate is 0.31 (95% interval 0.02 to 0.60), p 0.036, and 0.145 after" in told
    assert "the answer hangs on what is counted, and is no finding by itself" in told


@pytest.mark.parametrize("plans", ["null", "not estimated", None])
def test_where_plans_say_the_same_or_nothing_rows_are_told_alone(plans: str | None) -> None:
    [told] = verdicts.said(made(NULL | {"plan_evidence": plans, "plan_estimate": 0.2}), "en")
    assert "hangs on what is counted" not in told


def test_what_was_not_estimated_says_why_and_no_number() -> None:
    one = made(NOTHING)
    assert verdicts.said(one, "en") == ["Specificity: not estimated (few clusters)."]
    [told] = verdicts.found([one], "en")
    assert told == "Does a forum help? Not estimated: Specificity (few clusters)."


def test_refused_predictors_are_named_with_what_the_data_bear() -> None:
    limit = {"label": "Involve", "refused": "steps and year", "allowed": 1, "n_units": 39}
    events = made(NULL, limits=[limit | {"n_events": 15}])
    assert "steps and year were asked for" in verdicts.limits(events, "en")[0]
    assert "15 cases in the smaller class bear 1 in all" in verdicts.limits(events, "en")[0]
    units = made(NULL, limits=[limit | {"n_events": pd.NA}])
    assert "39 plans or countries bear 1 in all" in verdicts.limits(units, "en")[0]
    assert verdicts.limits(made(NULL, limits=[limit | {"refused": None}]), "en") == []


def test_a_sensitivity_is_told_and_is_no_finding() -> None:
    one = made(HIGHER, NULL | {"sensitivity_of": "o0", "label": "Without unclear"})
    assert len(verdicts.said(one, "en")) == 2
    [told] = verdicts.found([one], "en")
    assert "unclear" not in told
    assert "No clear difference" not in told


def test_nulls_and_differences_of_one_analysis_are_told_apart() -> None:
    [told] = verdicts.found([made(HIGHER | {"label": "Starred"}, NULL, NULL)], "en")
    assert told.startswith(
        "Does a forum help? A difference is seen in starred: 0.40 (0.10 to 0.70)"
    )
    assert "No clear difference is seen in specificity: 0.22" in told
    assert "Each interval holds 0" in told
    [alone] = verdicts.found([made(NULL)], "en")
    assert "The interval holds 0" in alone


def test_an_interval_that_just_misses_zero_is_not_printed_as_if_it_held_it() -> None:
    [told] = verdicts.said(made(HIGHER | {"low": 0.0004}), "en")
    assert "0.0004" in told
    assert "excludes 0" in told


def test_a_numeric_exposure_is_told_per_step() -> None:
    assert "for one step more" in verdicts.said(made(NULL, kind="numeric"), "en")[0].lower()
    assert "for one step more" not in verdicts.said(made(NULL), "en")[0].lower()
    assert "for one step more" in verdicts.found([made(HIGHER, kind="numeric")], "en")[0]


def test_the_brief_lists_each_main_outcome_once_and_reads_it_as_the_verdict_does() -> None:
    one = made(
        NULL,
        HIGHER | {"label": "Starred", "p_adjusted": 0.04},
        LOWER | {"label": "Impact"},
        NOTHING | {"label": "Completion"},
        HIGHER | {"label": "Again", "sensitivity_of": "o0"},
    )
    shown = brief.success_table([one], "en")
    assert isinstance(shown, Table)
    assert dict(zip(shown.data["label"], shown.data["reading"], strict=True)) == {
        "Specificity": "no difference shown",
        "Starred": "higher",
        "Impact": "lower",
    }


def test_a_brief_without_a_plan_says_so() -> None:
    shown = brief.success_table([], "en")
    assert isinstance(shown, Prose)
    assert shown.sentences == ("No comparison is planned for this wave.",)
