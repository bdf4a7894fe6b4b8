"""The evidence follows from the intervals, and from nothing else."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.success.findings import findings
from msfresearch.success.intervals import p_value, quantile
from msfresearch.success.plan import Analysis, Plan
from msfresearch.success.views import VIEWS


def _views(analysis: Analysis, estimates: list[float], naive_se: float, se: float) -> pd.DataFrame:
    """A table of views with the given estimates, in the order of the outcomes."""
    lines = []
    for outcome, estimate in zip(analysis.outcomes, estimates, strict=True):
        for view, error, df in (("naive", naive_se, None), ("clustered", se, 51.0)):
            reach = quantile(0.95, df) * error
            lines.append(
                {
                    "analysis": analysis.id,
                    "outcome": outcome.id,
                    "label": outcome.label.en,
                    "sensitivity_of": outcome.sensitivity_of,
                    "view": view,
                    "model": "OLS",
                    "scale": "points",
                    "estimate": estimate,
                    "se": error,
                    "low": estimate - reach,
                    "high": estimate + reach,
                    "p": p_value(estimate / error, df),
                    "df": df,
                    "n_rows": 100,
                    "n_members": 52,
                    "status": "estimated",
                    "converged": True,
                    "note": "",
                }
            )
    return VIEWS.validate(pd.DataFrame(lines, columns=list(VIEWS.columns)))


def test_direction_null_and_manufactured_significance(forum):
    views = _views(forum, [1.0, -1.0, 0.3, 0.05, 0.3], naive_se=0.1, se=0.2)
    found = findings(views, forum)
    assert list(found["evidence"]) == ["positive", "negative", "null", "null", "null"]
    assert list(found["manufactured"]) == [False, False, True, False, True]
    assert found["plan_evidence"].isna().all()
    assert list(found["se_ratio"]) == pytest.approx([2.0] * 5)
    assert list(found["mde"]) == pytest.approx([(2.00758 + 0.84892) * 0.2] * 5, rel=1e-4)


def test_a_sensitivity_is_not_counted_in_the_family(forum):
    views = _views(forum, [0.5, 0.4, 0.3, 0.2, 0.3], naive_se=0.1, se=0.2)
    found = findings(views, forum).set_index("outcome")
    main = found.drop(index="completion_without_unclear")
    assert pd.isna(found.loc["completion_without_unclear", "p_adjusted"])
    # Benjamini-Hochberg by hand: smallest of p_(j) * 4 / j over the larger ones.
    p = np.sort(main["p"].to_numpy())
    by_hand = np.minimum.accumulate((p * 4 / np.arange(1, 5))[::-1])[::-1]
    assert np.sort(main["p_adjusted"]) == pytest.approx(by_hand)


@pytest.mark.parametrize(("family", "method"), [("exploratory", "BH"), ("confirmatory", "holm")])
def test_adjusted_p_agree_with_r(shared, forum, family, method):
    expected = json.loads((shared / "reference" / "expected" / "misc_stats.json").read_text())
    expected = expected["p_adjust"]
    outcome = forum.model_dump(mode="json")["outcomes"][0]
    wide = Analysis.model_validate(
        forum.model_dump(mode="json")
        | {
            "family": family,
            "outcomes": [outcome | {"id": f"o{at}"} for at in range(len(expected["p"]))],
        }
    )
    views = _views(wide, [0.1] * len(expected["p"]), 0.1, 0.1)
    views.loc[views["view"] == "clustered", "p"] = expected["p"]
    place = expected["methods"].index(method)
    assert list(findings(views, wide)["p_adjusted"]) == pytest.approx(
        [line[place] for line in expected["adjusted"]], abs=1e-10
    )


def test_an_outcome_without_a_fit_is_neither_null_nor_positive(forum):
    views = _views(forum, [1.0] * 5, naive_se=0.1, se=0.2)
    numbers = ["estimate", "se", "low", "high", "p", "df"]
    gone = (views["outcome"] == "starred") & (views["view"] == "clustered")
    views.loc[gone, numbers] = np.nan
    views.loc[gone, "status"] = "separated"
    found = findings(views, forum).set_index("outcome").loc["starred"]
    assert (found["evidence"], found["status"]) == ("not estimated", "separated")
    assert pd.isna(found["manufactured"])
    assert pd.isna(found["mde"])


def test_views_of_another_analysis_are_refused(forum, plan: Plan):
    views = _views(forum, [1.0] * 5, naive_se=0.1, se=0.2)
    with pytest.raises(ValueError, match="needs the views of involve"):
        findings(views, plan.analysis("irm-2016", "involve"))
    with pytest.raises(ValueError, match="clustered"):
        findings(views[views["view"] == "naive"], forum)


@settings(max_examples=40, deadline=None)
@given(estimate=st.floats(-3, 3), se=st.floats(0.01, 2))
def test_evidence_is_null_exactly_when_the_interval_holds_zero(plan, estimate, se):
    analysis = plan.analysis("odb-2014", "civil_society")
    found = findings(_views(analysis, [estimate], 0.1, se), analysis).iloc[0]
    assert (found["evidence"] == "null") == (found["low"] <= 0 <= found["high"])
    assert found["manufactured"] == (found["naive_p"] < 0.05 <= found["p"])
