"""Corrected shares: known by hand, blind to the machine's errors, silent where few were coded."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.shares.corrected import corrected_shares
from msfresearch.themes.shares.correction import Totals, estimate, share_interval
from msfresearch.themes.shares.schemas import Reason
from tests.themes.shares.drawn import THEMES, drawn

TOLD = ["machine", "share", "low", "high", "se", "power", "human_share", "human_low", "gain"]


def one_group(**changes: object) -> pd.DataFrame:
    made = drawn()
    return corrected_shares(**{**vars(made), "groups": None, **changes}).set_index("theme")


def test_a_share_known_by_hand_is_the_human_mean_moved_by_the_machines_surplus() -> None:
    made = drawn()
    row = one_group().loc["said"]
    y = made.marks["said"].dropna()
    f = made.machine.loc[y.index, "said"]
    power = ((y - y.mean()) * (f - f.mean())).sum() / ((f - f.mean()) ** 2).sum()
    assert row["power"] == pytest.approx(power)
    assert row["human_share"] == pytest.approx(y.mean())
    assert row["machine"] == pytest.approx(made.machine["said"].mean())
    assert row["share"] == pytest.approx(
        y.mean() + power * (made.machine["said"].mean() - f.mean())
    )
    assert (row["n_answers"], row["n_members"], row["n_human"]) == (400, 40, 120)
    assert row["low"] < row["share"] < row["high"]
    assert row["gain"] > 1.1


def test_in_the_simple_case_the_error_is_that_of_prediction_powered_inference() -> None:
    # One answer per member, drawn alike: var(f) of the answers without a code and var(y - f) of
    # those with one, each over its number (Angelopoulos et al. 2023), the power being lam * N/M.
    made = drawn(members=2000, each=1, humans=400)
    y = made.marks["said"].dropna().to_numpy()
    coded = made.marks["said"].notna()
    f, rest = made.machine.loc[coded, "said"].to_numpy(), made.machine.loc[~coded, "said"]
    row = one_group(**vars(made) | {"groups": None}).loc["said"]
    power = row["power"] * len(rest) / 2000
    assert row["share"] == pytest.approx(power * rest.mean() + (y - power * f).mean())
    error = (power**2 * rest.var() / len(rest) + (y - power * f).var() / len(y)) ** 0.5
    assert row["se"] == pytest.approx(error, rel=0.03)


def test_a_machine_that_says_the_opposite_or_nothing_is_left_out() -> None:
    alone = one_group().loc["said"]
    for machine in (1 - drawn().machine, drawn().machine * 0 + 0.3):
        row = one_group(machine=machine).loc["said"]
        assert row["power"] == 0
        assert row["share"] == pytest.approx(alone["human_share"])


def test_a_machine_that_is_wrong_everywhere_alike_does_not_move_the_share() -> None:
    shifted = one_group(machine=drawn().machine * 0.5 + 0.4).loc["said"]
    assert shifted["share"] == pytest.approx(one_group().loc["said"]["share"], abs=0.02)
    assert shifted["machine"] > shifted["high"]


def test_strata_that_were_drawn_more_often_do_not_count_more() -> None:
    made = drawn()
    first = made.machine.index[:200]
    dropped = made.marks.loc[first].dropna().index[::2]
    made.marks.loc[dropped] = np.nan
    made.probability.loc[first] /= 2
    row = one_group(marks=made.marks, probability=made.probability, machine=made.machine * 0)
    y = made.marks["said"]
    halves = [y[first].mean(), y.drop(first).mean()]
    weights = [y[first].count() * 2, y.drop(first).count()]
    assert row.loc["said", "share"] == pytest.approx(np.average(halves, weights=weights))


def test_only_ratios_of_the_probabilities_count() -> None:
    pd.testing.assert_frame_equal(one_group(), one_group(probability=drawn().probability * 2))


def test_without_human_codes_nothing_is_estimated_and_the_reason_told() -> None:
    shares = one_group(marks=drawn().marks * np.nan)
    assert (shares["reason"] == Reason.NO_HUMAN).all()
    assert shares["suppressed"].all()
    assert shares[TOLD].isna().all(axis=None)
    assert (shares["n_answers"] == 400).all()
    empty = drawn().marks.iloc[:0]
    pd.testing.assert_frame_equal(one_group(marks=empty), shares)


def test_no_answers_at_all_give_rows_of_nothing() -> None:
    parts = {k: v if k == "themes" else v.iloc[:0] for k, v in vars(drawn()).items()}
    assert corrected_shares(**parts).empty
    alone = corrected_shares(**{**parts, "groups": None})
    assert alone["reason"].tolist() == [Reason.NO_HUMAN] * 2
    assert alone["n_answers"].tolist() == [0, 0]


def test_few_human_codes_or_few_members_give_no_share() -> None:
    made = drawn()
    few = made.marks.dropna().iloc[:29]
    assert (one_group(marks=few)["reason"].isin([Reason.FEW_HUMAN, Reason.FEW_MEMBERS])).all()
    row = one_group(marks=few, min_humans=29, min_members=5)
    assert not row["suppressed"].any()
    spread = made.marks.dropna()
    spread = spread[~made.clusters[spread.index].duplicated()].iloc[:20]
    assert (one_group(marks=spread)["reason"] == Reason.FEW_HUMAN).all()
    nine = made.marks[made.clusters.isin([f"m{at}" for at in range(9)])].fillna(0.0)
    assert (one_group(marks=nine)["reason"] == Reason.FEW_MEMBERS).all()


def test_a_theme_that_people_never_found_has_an_upper_bound() -> None:
    made = drawn()
    row = one_group(marks=made.marks * 0, machine=made.machine * 0).loc["said"]
    assert (row["share"], row["low"], row["human_share"]) == (0, 0, 0)
    assert 0.05 < row["high"] < 0.2
    assert row["se"] > 0


def test_groups_come_in_order_and_answers_without_one_last() -> None:
    made = drawn()
    made.groups.iloc[:100] = None
    shares = corrected_shares(**vars(made))
    assert shares["group"].tolist()[:4:2] == ["a", "b"]
    assert shares["group"].iloc[4:].isna().all()
    assert shares.groupby("theme")["n_answers"].sum().tolist() == [400, 400]
    ordered = made.groups.astype(pd.CategoricalDtype(["b", "c", "a"]))
    again = corrected_shares(**{**vars(made), "groups": ordered})
    assert again["group"].dropna().unique().tolist() == ["b", "a"]


def test_answers_that_the_machine_abstained_from_are_counted_and_still_estimated() -> None:
    made = drawn()
    decided = made.machine.astype("Int8")
    decided.iloc[:50, 0] = pd.NA
    row = one_group(machine=decided).loc["said"]
    assert row["n_abstained"] == 50
    assert row["machine"] == pytest.approx(made.machine["said"].iloc[50:].mean())
    assert row["share"] == pytest.approx(one_group().loc["said"]["share"], abs=0.03)


def test_the_order_of_the_rows_changes_nothing() -> None:
    made = drawn()
    other = made.machine.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(one_group(machine=other), one_group(), rtol=1e-9)


def test_no_error_among_n_coded_answers_leaves_room_for_three_in_n() -> None:
    made = drawn(members=60, each=10, humans=90)
    coded = made.marks["said"].notna()
    said = pd.Series(0.0, index=coded.index)
    said[coded[coded].index[0]] = 1
    row = one_group(
        **vars(made)
        | {"machine": made.machine.assign(said=said), "groups": None}
        | {"marks": made.marks.assign(said=said.where(coded))}
    ).loc["said"]
    assert row["power"] == 1
    assert row["share"] == pytest.approx(1 / 600)
    assert row["share"] + 3 / 90 < row["high"] < row["human_high"]


def test_a_machine_is_believed_where_people_coded_every_answer() -> None:
    made = drawn(members=60, each=10, humans=600)
    row = one_group(
        **vars(made) | {"machine": made.marks, "probability": made.probability, "groups": None}
    ).loc["said"]
    assert (row["share"], row["se"]) == pytest.approx(
        (row["human_share"], np.sqrt(jackknifed(made.marks["said"], made.clusters)))
    )


def jackknifed(y: pd.Series, member: pd.Series) -> float:
    left_out = [y[member != one].mean() for one in member.unique()]
    return (len(left_out) - 1) * float(np.var(left_out))


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"machine": drawn().machine + 0.5}, AnswerError, "score from 0 to 1"),
        ({"marks": drawn().marks * 2}, AnswerError, "1, 0, or nothing"),
        ({"marks": drawn().marks.rename({"a1": "b1"})}, AnswerError, "b1"),
        ({"marks": drawn().marks.rename({"a1": "a2"})}, AnswerError, "repeats"),
        ({"marks": drawn().marks.drop(columns="rare")}, CodebookError, "rare"),
        ({"machine": drawn().machine.drop(columns="rare")}, CodebookError, "rare"),
        ({"probability": drawn().probability * 0}, AnswerError, "could not be drawn"),
        ({"probability": drawn().probability.drop("a1")}, AnswerError, "answer a1"),
        ({"clusters": drawn().clusters.drop("a7")}, AnswerError, "answer a7"),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    change: dict[str, object], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        one_group(**change)


@pytest.mark.parametrize("limits", [{"level": 1}, {"min_members": 4}, {"min_humans": 0}])
def test_limits_out_of_range_are_refused(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        one_group(**limits)


def test_members_that_always_say_the_same_count_once() -> None:
    once = drawn(members=60, each=1, humans=60)
    ten = {
        name: pd.concat([one.rename(lambda i, k=k: f"{i}-{k}") for k in range(10)])
        for name, one in vars(once).items()
        if name not in ("themes", "groups")
    }
    many = corrected_shares(**ten, themes=THEMES).iloc[0]
    few = corrected_shares(**{**vars(once), "groups": None}).iloc[0]
    assert many["se"] == pytest.approx(few["se"])
    assert many["n_human"] == 600


@st.composite
def totals(draw: st.DrawFn) -> Totals:
    members = draw(st.integers(5, 12))
    seed = draw(st.integers(0, 10_000))
    rng = np.random.Generator(np.random.PCG64(seed))
    n = int(draw(st.integers(members, 60)))
    member = np.concatenate([np.arange(members), rng.integers(0, members, n - members)])
    y = (rng.random(n) < draw(st.sampled_from([0, 0.02, 0.5, 1]))).astype(float)
    f = rng.random(n) if draw(st.booleans()) else np.round(0.7 * y + 0.3 * rng.random(n))
    coded = rng.random(n) < 0.7
    coded[:members] = True
    w = coded / 0.7

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(member, values, members)[None, None]

    return Totals(
        *map(
            summed,
            [np.ones(n), coded, f, w, w * y, w * f, w * y * f, w * f * f],
        )
    )


@settings(max_examples=200)
@given(totals(), st.sampled_from([0.5, 0.95, 0.999]))
def test_an_interval_stays_within_0_and_1_and_holds_the_share(made: Totals, level: float) -> None:
    for power in (None, 0, 1):
        found = estimate(made, power)
        low, high = share_interval(found, level)
        assert (low >= 0).all()
        assert (high <= 1).all()
        assert (low <= found.share + 1e-12).all()
        assert (found.share <= high + 1e-12).all()
        assert (high > low).all()
        assert np.isfinite(found.variance).all()
