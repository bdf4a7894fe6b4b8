"""What a view may say, and what it refuses to say."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

from msfresearch.errors import PlanError
from msfresearch.success.fits import Fit, Refusal, fit, is_separated
from msfresearch.success.plan import Analysis
from msfresearch.success.views import fit_views, plan_means

LABEL = {"en": "x", "es": "x", "fr": "x"}


@pytest.fixture
def analysis() -> Analysis:
    return Analysis.model_validate(
        {
            "id": "a",
            "question": LABEL,
            "table": "commitments",
            "exposure": {"item": "regular_forum", "label": LABEL, "contrast": LABEL},
            "units": {"row": "commitment_id", "plan": "plan_id", "member": "member"},
            "family": "exploratory",
            "evidence": "made up",
            "outcomes": [
                {
                    "id": "points",
                    "item": "specificity",
                    "label": LABEL,
                    "model": "linear",
                    "valid": {"range": [0, 3]},
                },
                {
                    "id": "done",
                    "item": "completion",
                    "label": LABEL,
                    "model": "logit",
                    "valid": {"range": [1, 5]},
                    "success": {"at_least": 4},
                },
            ],
        }
    )


def _cell(table: pd.DataFrame, outcome: str, view: str) -> pd.Series:
    return table.set_index(["outcome", "view"]).loc[(outcome, view)]


def test_plan_shares_agree_with_a_fractional_logit_by_hand(make_commitments, analysis):
    frame = make_commitments(1)
    frame["y"] = (frame["completion"] >= 4).astype(float)
    plans = frame.groupby(["plan_id", "member"], as_index=False)[["y", "regular_forum"]].mean()
    codes = plans["member"].astype("category").cat.codes
    by_hand = sm.GLM(
        plans["y"],
        sm.add_constant(plans["regular_forum"].astype(float)),
        family=sm.families.Binomial(),
    ).fit(cov_type="cluster", cov_kwds={"groups": codes})
    row = _cell(fit_views(frame, analysis), "done", "aggregated")
    assert row["estimate"] == pytest.approx(by_hand.params.iloc[1], abs=1e-8)
    assert row["se"] == pytest.approx(by_hand.bse.iloc[1], rel=1e-6)
    # With one yes/no predictor the coefficient is the difference of the two mean log odds.
    mean = plans.groupby("regular_forum")["y"].mean()
    odds = np.log(mean / (1 - mean))
    assert row["estimate"] == pytest.approx(odds.loc[1] - odds.loc[0], abs=1e-8)


def test_plan_means_agree_with_ols_on_the_means(make_commitments, analysis):
    frame = make_commitments(2)
    plans = frame.astype({"specificity": float, "regular_forum": float})
    plans = plans.groupby(["plan_id", "member"], as_index=False)[
        ["specificity", "regular_forum"]
    ].mean()
    by_hand = smf.ols("specificity ~ regular_forum", plans).fit(
        cov_type="cluster", cov_kwds={"groups": plans["member"].astype("category").cat.codes}
    )
    row = _cell(fit_views(frame, analysis), "points", "aggregated")
    assert row["estimate"] == pytest.approx(by_hand.params["regular_forum"])
    assert row["se"] == pytest.approx(by_hand.bse["regular_forum"])
    assert row["n_rows"] == row["n_plans"] == len(plans)


def test_interval_and_p_of_a_clustered_view_speak_with_one_voice(make_commitments, analysis):
    for seed in range(20):
        table = fit_views(make_commitments(seed), analysis)
        leaves_zero_out = (table["low"] > 0) | (table["high"] < 0)
        assert (leaves_zero_out == (table["p"] < 0.05)).all()


def test_a_row_without_a_member_stops_the_analysis(make_commitments, analysis):
    frame = make_commitments(3)
    frame.loc[4, "member"] = None
    with pytest.raises(PlanError, match=r"(?s)without the unit.*member.*1 of"):
        fit_views(frame, analysis)


def test_a_missing_cluster_never_gets_a_standard_error():
    design = pd.DataFrame({"intercept": 1.0, "x": [0.0, 1.0, 0.0, 1.0]})
    members = pd.Series(["a", "b", None, "c"])
    with pytest.raises(ValueError, match="cluster is missing"):
        fit(np.array([1.0, 2.0, 3.0, 5.0]), design, "OLS", members)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.drop(columns="regular_forum"), "no such item"),
        (lambda f: pd.concat([f, f.head(1)]), "stands twice"),
        (lambda f: f.assign(member=f["commitment_id"]), "two members"),
        (lambda f: f.assign(regular_forum=2), "another value"),
        (lambda f: f.assign(regular_forum=np.arange(len(f)) % 2), "varies within a plan"),
        (lambda f: f.assign(specificity="high"), "holds text"),
    ],
)
def test_a_table_that_does_not_fit_the_analysis_is_refused(
    make_commitments, analysis, change, said
):
    with pytest.raises(PlanError, match=said):
        fit_views(change(make_commitments(4)), analysis)


def _all_done_with_forum(frame):
    return frame.assign(completion=frame["completion"].mask(frame["regular_forum"] == 1, 5))


@pytest.mark.parametrize(
    ("change", "outcome", "status"),
    [
        (lambda f: f.assign(specificity=2), "points", "constant outcome"),
        (lambda f: f.assign(regular_forum=1), "points", "constant exposure"),
        (lambda f: f.assign(specificity=f["regular_forum"]), "points", "degenerate"),
        (
            lambda f: f.assign(completion=pd.array([pd.NA] * len(f), dtype="Int64")),
            "done",
            "no rows",
        ),
        (_all_done_with_forum, "done", "separated"),
        (lambda f: f.assign(completion=np.where(f.index < 4, 5, 1)), "done", "too few events"),
    ],
)
def test_what_cannot_be_estimated_has_no_number_and_a_reason(
    make_commitments, analysis, change, outcome, status
):
    row = _cell(fit_views(change(make_commitments(5)), analysis), outcome, "clustered")
    assert row["status"] == status
    assert row["note"]
    assert row[["estimate", "se", "low", "high", "p", "p_reference"]].isna().all()


def test_nine_members_give_no_interval_by_member(make_commitments, analysis):
    table = fit_views(make_commitments(6, members=9, plans=20), analysis)
    by_view = table.set_index(["outcome", "view"])["status"]
    assert by_view[("points", "clustered")] == "few clusters"
    assert by_view[("points", "naive")] == "estimated"


def test_three_members_with_a_forum_give_no_interval_by_member(make_commitments, analysis):
    frame = make_commitments(7, members=30, plans=30)
    frame["regular_forum"] = frame["member"].isin(["m000", "m001", "m002"]).astype("Int64")
    row = _cell(fit_views(frame, analysis), "points", "clustered")
    assert row["status"] == "few clusters per side"
    assert "3 members with" in row["note"]


def test_an_optimiser_that_stops_short_gives_no_number(monkeypatch):
    from statsmodels.discrete.discrete_model import Logit

    full = Logit.fit
    monkeypatch.setattr(Logit, "fit", lambda self, **how: full(self, **how | {"maxiter": 1}))
    random = np.random.default_rng(0)
    design = pd.DataFrame({"intercept": 1.0, "x": random.normal(size=200)})
    outcome = (random.random(200) < 1 / (1 + np.exp(-3 * design["x"]))).to_numpy(dtype=float)
    found = fit(outcome, design, "logit")
    assert isinstance(found, Refusal)
    assert found.status == "not converged"


def test_two_columns_that_say_the_same_are_collinear():
    x = np.arange(12.0)
    design = pd.DataFrame({"intercept": 1.0, "x": x, "twice": 2 * x + 2010})
    found = fit(np.sin(x), design, "OLS")
    assert isinstance(found, Refusal)
    assert found.status == "collinear"


@pytest.mark.parametrize(
    ("outcome", "x", "separated"),
    [
        ([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6], True),
        ([0, 0, 1, 0, 1, 1], [1, 2, 3, 3, 5, 6], True),
        ([0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6], False),
        ([0.5, 0.5, 1, 1], [0, 0, 1, 1], True),
        ([0, 0.5, 0.5, 1], [0, 0, 1, 1], False),
        ([0.2, 0.5, 0.5, 1], [0, 0, 1, 2], False),
        ([0, 0.5, 1, 0.4], [0, 0, 1, 1], False),
    ],
    ids=["complete", "quasi", "overlap", "all ones", "both ends", "shares bind", "shares overlap"],
)
def test_separation_is_found_for_outcomes_and_shares(outcome, x, separated):
    matrix = np.column_stack([np.ones(len(x)), np.asarray(x, dtype=float)])
    assert is_separated(np.asarray(outcome, dtype=float), matrix) is separated


def test_a_predictor_the_limit_allows_enters_and_its_missing_rows_are_counted(
    make_commitments, analysis
):
    from msfresearch.success.rows import accounting

    frame = make_commitments(8)
    frame["year"] = pd.array(2011 + frame.index % 4, dtype="Int64")
    frame.loc[:9, "year"] = pd.NA
    wider = Analysis.model_validate(
        analysis.model_dump(mode="json") | {"predictors": [{"item": "year", "label": LABEL}]}
    )
    row = _cell(fit_views(frame, wider), "points", "clustered")
    plain = frame.dropna().astype({"specificity": float, "regular_forum": float, "year": float})
    by_hand = smf.ols("specificity ~ regular_forum + year", plain).fit(
        cov_type="cluster", cov_kwds={"groups": plain["member"].astype("category").cat.codes}
    )
    assert row["predictors"] == "year"
    assert row["estimate"] == pytest.approx(by_hand.params["regular_forum"])
    assert row["se"] == pytest.approx(by_hand.bse["regular_forum"])
    steps = accounting(frame, wider)
    assert steps.loc[steps["item"] == "year", "dropped"].tolist() == [10, 10]


def test_every_plan_weighs_the_same_in_the_aggregate():
    data = pd.DataFrame(
        {
            "row": list("abcd"),
            "plan": ["p", "p", "p", "q"],
            "member": ["m", "m", "m", "n"],
            "outcome": [0.0, 0.0, 1.0, 1.0],
            "exposure": [0.0, 0.0, 0.0, 1.0],
        }
    )
    means = plan_means(data)
    assert means["outcome"].tolist() == [pytest.approx(1 / 3), 1.0]


def test_cluster_covariance_agrees_with_clubsandwich(shared):
    import json

    expected = json.loads(
        (shared / "reference" / "expected" / "clubsandwich_chickweight.json").read_text("utf-8")
    )
    data = pd.read_csv(shared / "reference" / "input" / "chickweight.csv", dtype={"Chick": "str"})
    # The same model as the reference's, in the form with an intercept: Diet 1 against Diet 2.
    design = pd.DataFrame({"intercept": 1.0, "diet2": (data["Diet"] == 2).astype(float)})
    for diet in (3, 4):
        design[f"diet{diet}"] = (data["Diet"] == diet).astype(float)
    for diet in (1, 2, 3, 4):
        design[f"time{diet}"] = data["Time"] * (data["Diet"] == diet)
    found = fit(data["weight"].to_numpy(dtype=float), design, "OLS", data["Chick"])
    assert isinstance(found, Fit)
    se = np.sqrt(np.diag(found.cov))
    for diet in (1, 2, 3, 4):
        place = list(design.columns).index(f"time{diet}")
        name = f"Diet{diet}:Time"
        assert found.params[place] == pytest.approx(expected["coef"][name], abs=1e-5)
        assert se[place] == pytest.approx(expected["CR1S"]["se"][name], abs=1e-4)
    assert se[0] == pytest.approx(expected["CR1S"]["se"]["Diet1"], abs=1e-4)


def _rejections(make_commitments, analysis, draws: int) -> dict[str, float]:
    only_points = Analysis.model_validate(
        analysis.model_dump(mode="json")
        | {"outcomes": analysis.model_dump(mode="json")["outcomes"][:1]}
    )
    told = {"naive": 0, "clustered": 0, "aggregated": 0}
    for seed in range(draws):
        table = fit_views(make_commitments(10_000 + seed), only_points)
        for view, p in zip(table["view"], table["p"], strict=True):
            told[view] += p < 0.05
    return {view: count / draws for view, count in told.items()}


def test_under_a_null_by_member_rows_find_effects_and_clusters_do_not(make_commitments, analysis):
    rate = _rejections(make_commitments, analysis, 200)
    assert rate["naive"] > 0.3
    assert 0.02 <= rate["clustered"] <= 0.10
    assert 0.02 <= rate["aggregated"] <= 0.10


@pytest.mark.slow
def test_the_clustered_view_keeps_its_size_in_a_thousand_draws(make_commitments, analysis):
    rate = _rejections(make_commitments, analysis, 1000)
    assert rate["naive"] > 0.3
    assert 0.03 <= rate["clustered"] <= 0.08
    assert 0.03 <= rate["aggregated"] <= 0.08
