"""The published comparison of regular forums comes out of fit_views to the digits shown."""

import pandas as pd
import pytest

from msfresearch.success.effects import average_effects
from msfresearch.success.findings import findings
from msfresearch.success.rows import accounting, prepare
from msfresearch.success.views import fit_views

SHOWN = {
    "specificity": (1461, "+0.224", "2.1e-07", "0.115"),
    "potential_impact": (1461, "-0.107", "0.014", "0.206"),
    "completion": (1445, "+0.125", "0.236", "0.479"),
    "starred": (1432, "-0.229", "0.117", "0.470"),
}


@pytest.fixture(scope="module")
def table(commitments, forum) -> pd.DataFrame:
    return fit_views(commitments, forum)


def _cell(table: pd.DataFrame, outcome: str, view: str) -> pd.Series:
    found = table[(table["outcome"] == outcome) & (table["view"] == view)]
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize("outcome", SHOWN)
def test_every_figure_of_the_published_table_is_reproduced(table, outcome):
    n, estimate, naive_p, clustered_p = SHOWN[outcome]
    naive, clustered = _cell(table, outcome, "naive"), _cell(table, outcome, "clustered")
    digits = ".1e" if "e" in naive_p else ".3f"
    assert naive["n_rows"] == clustered["n_rows"] == n
    assert f"{naive['estimate']:+.3f}" == f"{clustered['estimate']:+.3f}" == estimate
    assert f"{naive['p']:{digits}}" == naive_p
    assert f"{clustered['p_reference']:.3f}" == clustered_p


def test_the_comparison_has_77_plans_of_52_countries_36_with_a_forum(table):
    row = _cell(table, "specificity", "clustered")
    assert (row["n_plans"], row["n_members"], row["n_exposed_plans"]) == (77, 52, 36)
    assert row["df"] == 51


def test_our_p_is_larger_than_the_reference_because_it_refers_to_t(table):
    clustered = table[table["view"] == "clustered"]
    assert (clustered["p"] > clustered["p_reference"]).all()


def test_without_unclear_progress_1405_commitments_remain(table):
    row = _cell(table, "completion_without_unclear", "clustered")
    assert row["n_rows"] == 1405
    assert row["sensitivity_of"] == "completion"
    assert f"{row['p_reference']:.3f}" == "0.561"


def test_order_of_the_rows_does_not_change_a_bit(commitments, forum, table):
    shuffled = commitments.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(fit_views(shuffled, forum), table, check_exact=True)


def test_rows_manufacture_two_findings_that_clustering_takes_back(table, forum):
    found = findings(table, forum).set_index("outcome")
    assert set(found["evidence"]) == {"null"}
    assert found["manufactured"].to_dict() == {
        "specificity": True,
        "potential_impact": True,
        "completion": False,
        "starred": False,
        "completion_without_unclear": False,
    }
    assert found.loc["specificity", "se_ratio"] > 3


def test_plans_counted_alike_the_specificity_interval_leaves_zero_out(table, forum):
    """The two honest views disagree here, so a report may not call it a plain null."""
    found = findings(table, forum).set_index("outcome").loc["specificity"]
    assert (found["evidence"], found["plan_evidence"]) == ("null", "positive")
    assert found["plan_p"] < 0.05 < found["plan_p_adjusted"]


def test_accounting_goes_from_1927_rows_to_the_fitted_ones_with_reasons(
    commitments, forum, reasons, table
):
    steps = accounting(commitments, forum, reasons=reasons)
    for outcome, part in steps.groupby("outcome"):
        assert part["n_rows"].iloc[0] == 1927
        assert part["n_rows"].iloc[0] - part["dropped"].sum() == part["n_rows"].iloc[-1]
        assert part["n_rows"].iloc[-1] == _cell(table, outcome, "naive")["n_rows"]
    completion = steps[steps["outcome"] == "completion"]
    assert list(zip(completion["step"], completion["reason"], completion["dropped"], strict=True))[
        1:-1
    ] == [
        ("missing", "not_reviewed", 458),
        ("missing", "reason not given", 8),
        ("missing", "not_reviewed", 6),
        ("not valid", "0", 10),
    ]


def test_involve_bears_one_predictor_and_refuses_steps_and_year(plans, plan):
    analysis = plan.analysis("irm-2016", "involve")
    table = fit_views(plans, analysis)
    assert list(table["n_rows"]) == [39, 39]
    assert list(table["refused"]) == ["number_of_steps; year"] * 2
    assert table["predictors"].isna().all()
    limit = prepare(plans, analysis, analysis.outcomes[0]).limit
    assert (limit.allowed, limit.n_events, limit.binding) == (1, 15, "events")


def test_involve_in_probabilities_is_four_of_17_plans_against_eleven_of_22(plans, plan):
    effects = average_effects(plans, plan.analysis("irm-2016", "involve"))
    row = effects.set_index("view").loc["clustered"]
    assert row["p_unexposed"] == pytest.approx(4 / 17)
    assert row["p_exposed"] == pytest.approx(11 / 22)
    assert row["low"] < 0 < row["high"]


def test_the_expert_scores_of_2014_are_one_row_per_country(countries, plan):
    table = fit_views(countries, plan.analysis("odb-2014", "civil_society"))
    row = table.set_index("view").loc["clustered"]
    assert (row["n_rows"], row["n_members"]) == (86, 86)
    assert pd.isna(row["n_plans"])
    assert round(row["estimate"], 3) == 0.461
    assert average_effects(countries, plan.analysis("odb-2014", "civil_society")).empty
