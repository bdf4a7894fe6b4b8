import numpy as np
import pandas as pd
import pytest

from msfresearch.errors import AnswerError
from msfresearch.survey.fieldwork import Margin, estimates, per_member, rake, weigh
from msfresearch.survey.fieldwork.design import Design, OfMargins, mean
from tests.survey.fieldwork import form, frame_2019, simulate

FORM = form()
TABLE = FORM.tables["answers"]


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    n = 240
    table = pd.DataFrame(
        {
            "member": pd.Series([f"m{k}" for k in rng.integers(0, 40, n)], dtype="str"),
            "exists": pd.array(rng.integers(0, 2, n), dtype="Int64"),
            "rating": pd.array(rng.integers(1, 6, n), dtype="Int64"),
            "decide": pd.Series(rng.choice(["consensus", "vote"], n), dtype="str"),
            "topics__budget": pd.array(rng.integers(0, 2, n), dtype="Int64"),
            "topics__access": pd.array(np.zeros(n, dtype=int), dtype="Int64"),
            "days": pd.array(rng.gamma(2, 9, n), dtype="Float64"),
            "place": pd.Series(rng.choice(["n", "w"], n, p=[0.7, 0.3]), dtype="str"),
            "size": pd.Series(rng.choice(["s", "l"], n), dtype="str"),
        }
    ).set_axis(np.arange(n) * 3, axis=0)
    table.loc[rng.random(n) < 0.2, "rating"] = pd.NA
    return table


@pytest.fixture(scope="module")
def raked(answers):
    margins = [Margin("place", {"n": 50, "w": 50}), Margin("size", {"s": 30, "l": 70})]
    return rake(answers, margins, per_member(answers["member"]))


@pytest.fixture(scope="module")
def found(answers, raked):
    return estimates(answers, TABLE, FORM, raked).set_index(["item", "level"])


def test_every_closed_item_has_a_mean_or_its_shares(found):
    kinds = found.reset_index().groupby("item", sort=False)["measure"].agg(list).to_dict()
    assert kinds == {
        "exists": ["share"] * 2,
        "rating": ["mean"] + ["share"] * 5,
        "decide": ["share"] * 2,
        "topics": ["share"] * 2,
        "days": ["mean"],
    }


def test_unweighted_figures_are_plain_means_of_those_who_answered(found, answers):
    rating = answers["rating"].dropna()
    row = found.loc[("rating", np.nan)]
    assert row["n"] == len(rating)
    assert row["unweighted"] == pytest.approx(rating.mean())
    assert found.loc[("rating", "4"), "unweighted"] == pytest.approx((rating == 4).mean())
    assert found.loc[("decide", "vote"), "unweighted"] == pytest.approx(
        (answers["decide"] == "vote").mean()
    )
    assert found.loc[("topics", "budget"), "unweighted"] == pytest.approx(
        answers["topics__budget"].mean()
    )


def test_weighted_figures_are_means_by_the_weights(found, answers, raked):
    there = answers["rating"].notna()
    wanted = np.average(answers["rating"][there].astype(float), weights=raked.weights[there])
    assert found.loc[("rating", np.nan), "weighted"] == pytest.approx(wanted)


def test_shares_of_an_item_add_up_to_one(found):
    shares = found[found["measure"] == "share"].drop(index="topics", level="item")
    sums = shares.groupby("item")[["unweighted", "weighted"]].sum()
    assert np.allclose(sums.astype(float), 1)


def test_errors_are_those_of_the_design_for_each_answer_by_itself(found, answers, raked):
    """Answers alike are added up first; one row per answer must give the same variance."""
    weights, codes = raked.weights.to_numpy(), pd.factorize(answers["member"])[0]
    margins = [pd.factorize(raked.groups[name])[0] for name in raked.groups]
    residual = OfMargins(margins, [weights, weights], raked.start.to_numpy())
    members, parameters = 40, 3
    for item, design, spent, names in (
        ("days", Design(np.ones(len(answers)), codes), 1, ("low", "high")),
        (
            "days",
            Design(weights, codes, residual=residual),
            parameters,
            ("weighted_low", "weighted_high"),
        ),
    ):
        from scipy.stats import t

        se = mean(answers[item].to_numpy(dtype=float), design).se
        reach = t.ppf(0.975, members - spent) * se * np.sqrt((members - 1) / (members - spent))
        row = found.loc[(item, np.nan)]
        assert (row[names[1]] - row[names[0]]) / 2 == pytest.approx(reach, rel=1e-9)


def test_members_with_answers_all_alike_leave_as_many_answers_as_members():
    answers = pd.DataFrame(
        {"member": pd.Series(np.repeat([f"m{k}" for k in range(20)], 10), dtype="str")}
    )
    answers["exists"] = pd.array(np.repeat([0, 1], 100), dtype="Int64")
    row = estimates(answers, TABLE, FORM, items=["exists"]).iloc[1]
    assert row["n_eff"] == pytest.approx(20, rel=0.06)


def test_what_nobody_says_has_an_interval_by_members(found):
    row = found.loc[("topics", "access")]
    assert (row["unweighted"], row["low"]) == (0, 0)
    assert 0.05 < row["high"] < 0.15
    assert row["n_eff"] == 40


def test_bounds_of_shares_stay_between_0_and_1(found):
    shares = found[found["measure"] == "share"]
    for low, value, high in (
        ("low", "unweighted", "high"),
        ("weighted_low", "weighted", "weighted_high"),
    ):
        assert ((shares[low] >= 0) & (shares[low] <= shares[value] + 1e-12)).all()
        assert ((shares[high] <= 1) & (shares[high] >= shares[value] - 1e-12)).all()


def test_without_weights_the_weighted_columns_are_empty(answers):
    found = estimates(answers, TABLE, FORM, items=["rating"])
    assert found["weighted"].isna().all()
    assert (found["weighted_n"] == 0).all()


def test_an_answer_without_a_weight_counts_unweighted_only(answers):
    inside = answers.iloc[:200]
    margins = [Margin("place", {"n": 50, "w": 50})]
    row = estimates(answers, TABLE, FORM, rake(inside, margins), items=["exists"]).iloc[0]
    assert (row["n"], row["weighted_n"]) == (240, 200)


def test_weights_of_other_answers_are_refused(answers, raked):
    with pytest.raises(AnswerError, match="belong to no answer"):
        estimates(answers.iloc[:10], TABLE, FORM, raked)


def test_too_few_members_have_no_interval(answers):
    few = answers[answers["member"].isin(["m1", "m2"])]
    row = estimates(few, TABLE, FORM, rake(few, [Margin("size", {"s": 1, "l": 1})])).iloc[0]
    assert pd.notna(row["low"])
    assert pd.isna(row["weighted_low"])
    alone = answers[answers["member"] == "m1"]
    assert estimates(alone, TABLE, FORM)["low"].isna().all()


def test_an_item_nobody_answered_is_there_without_figures(answers):
    empty = answers.assign(rating=pd.array([pd.NA] * len(answers), dtype="Int64"))
    row = estimates(empty, TABLE, FORM, items=["rating"]).iloc[0]
    assert (row["n"], row["members"]) == (0, 0)
    assert pd.isna(row["unweighted"])
    assert pd.isna(row["low"])


def test_an_answer_of_no_member_is_refused(answers):
    with pytest.raises(AnswerError, match="1 answers belong to no member"):
        estimates(answers.assign(member=[None, *answers["member"][1:]]), TABLE, FORM)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "alike", "single"),
    [(110, 0.3, False), (75, 0.3, True), (75, 0.6, True), (40, 0.3, False)],
)
def test_raked_intervals_cover_what_is_true_in_92_to_98_of_100(n, alike, single):
    frame = frame_2019()
    rating, exists, bias = [], [], []
    for seed in range(200):
        drawn = simulate(frame, n, alike, single, seed)
        raked = weigh(drawn.answers, frame).raked
        table = estimates(drawn.answers, TABLE, FORM, raked, items=["rating", "exists"])
        rows = table.set_index(["item", "level"])
        mean_row, share_row = rows.loc[("rating", np.nan)], rows.loc[("exists", "1")]
        rating.append(mean_row["weighted_low"] <= drawn.rating <= mean_row["weighted_high"])
        exists.append(share_row["weighted_low"] <= drawn.exists <= share_row["weighted_high"])
        bias.append((mean_row["unweighted"] - drawn.rating, mean_row["weighted"] - drawn.rating))
    assert 0.92 <= np.mean(rating) <= 0.98
    assert 0.92 <= np.mean(exists) <= 0.98
    unweighted, weighted = np.mean(bias, axis=0)
    assert abs(weighted) < unweighted / 2
