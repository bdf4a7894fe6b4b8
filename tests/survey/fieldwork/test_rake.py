import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from msfresearch.errors import StageError
from msfresearch.survey.fieldwork import Margin, frame_margins, per_member, rake
from msfresearch.survey.fieldwork.calibrate import calibrate
from msfresearch.survey.fieldwork.margins import merge
from msfresearch.survey.fieldwork.rake import NoConvergenceError
from tests.survey.fieldwork import frame_2019

SAMPLE = pd.DataFrame({"size": list("sssslll"), "place": list("nnwwnww")})
SIZE = Margin("size", {"s": 40.0, "l": 60.0})
PLACE = Margin("place", {"n": 30.0, "w": 70.0})


@pytest.fixture(scope="module")
def population(shared):
    text = (shared / "reference/expected/survey_api.json").read_text()
    return json.loads(text)["population"]


@pytest.mark.parametrize("sample", ["apiclus1", "apistrat"])
def test_the_references_margins_are_met_to_a_hundred_millionth(shared, population, sample):
    data = pd.read_csv(shared / f"reference/input/{sample}.csv", keep_default_na=False)
    margins = [Margin(name, population[name]) for name in ("stype", "sch.wide")]
    found = rake(data, margins, data["pw"])
    assert found.off < 1e-8
    assert (found.margins["after"] / found.margins["target"] - 1).abs().max() < 1e-8
    reached = found.weights.groupby(data["stype"]).sum()
    assert reached.to_dict() == pytest.approx(population["stype"], rel=1e-8)


def test_raking_is_calibration_by_the_raking_distance():
    x = np.column_stack([np.ones(7), SAMPLE["size"] == "l", SAMPLE["place"] == "w"]).astype(float)
    wanted = calibrate(x, np.array([100.0, 60, 70]), np.ones(7), "raking")
    assert rake(SAMPLE, [SIZE, PLACE]).weights.tolist() == pytest.approx(wanted.tolist(), rel=1e-9)


def test_the_order_of_margins_and_of_rows_does_not_matter():
    one = rake(SAMPLE, [SIZE, PLACE]).weights
    other = rake(SAMPLE.iloc[::-1], [PLACE, SIZE]).weights
    pd.testing.assert_series_equal(one, other.sort_index(), rtol=1e-9)


def test_weights_to_begin_with_keep_their_ratio_within_a_cell():
    start = pd.Series([1.0, 3.0, 1, 1, 1, 1, 2])
    weights = rake(SAMPLE, [SIZE, PLACE], start).weights
    assert weights[1] / weights[0] == pytest.approx(3)
    assert weights[6] / weights[5] == pytest.approx(2)


def test_each_member_counts_once_before_raking():
    start = per_member(pd.Series(["a", "b", "a", "a"], dtype="str"))
    assert start.tolist() == pytest.approx([1 / 3, 1, 1 / 3, 1 / 3])


def test_a_category_without_answers_stops_the_run_and_is_named():
    margin = Margin("size", {"s": 40.0, "l": 50.0, "xl": 10.0})
    with pytest.raises(StageError, match="the margin size has a cell without answers") as wrong:
        rake(SAMPLE, [margin, PLACE])
    assert "xl" in str(wrong.value)


def test_a_category_without_answers_joins_its_neighbour_in_the_declared_order():
    margin = Margin(
        "size", {"s": 40.0, "xl": 10.0, "l": 50.0}, ("s", "l", "xl"), when_short="merge"
    )
    found = rake(SAMPLE, [margin, PLACE])
    sums = found.weights.groupby(SAMPLE["size"]).sum()
    assert sums.to_dict() == pytest.approx({"s": 40, "l": 60})
    assert set(found.collapsed["category"]) == {"l", "xl"}
    assert set(found.collapsed["into"]) == {"l + xl"}
    assert found.collapsed.set_index("category").loc["xl", "target"] == 10


def test_a_dropped_category_leaves_its_weight_to_the_others_and_is_reported():
    margin = Margin("size", {"s": 40.0, "l": 50.0, "xl": 10.0}, when_short="drop")
    found = rake(SAMPLE, [margin, PLACE])
    sums = found.weights.groupby(SAMPLE["size"]).sum()
    assert sums.to_dict() == pytest.approx({"s": 100 * 40 / 90, "l": 100 * 50 / 90})
    assert found.collapsed[["category", "rule"]].to_numpy().tolist() == [["xl", "dropped"]]


def test_too_few_answers_are_merged_as_well_as_none():
    margin = Margin("size", {"s": 40.0, "l": 60.0}, ("s", "l"), least=4, when_short="merge")
    found = rake(SAMPLE, [margin, PLACE])
    assert found.groups["size"].unique().tolist() == ["s + l"]


def test_nothing_merged_is_an_empty_account():
    assert len(rake(SAMPLE, [SIZE, PLACE]).collapsed) == 0


def test_answers_the_frame_does_not_hold_stop_the_run():
    with pytest.raises(StageError, match="the frame does not hold"):
        rake(SAMPLE, [Margin("size", {"s": 100.0}), PLACE])
    with pytest.raises(StageError, match="1 answers without a category"):
        rake(SAMPLE.assign(size=["s", None, *"ssslll"][:7]), [SIZE, PLACE])


def test_margins_of_different_frames_are_refused():
    with pytest.raises(StageError, match="different totals"):
        rake(SAMPLE, [SIZE, Margin("place", {"n": 30.0, "w": 71.0})])


def test_margins_that_contradict_each_other_are_named():
    sample = pd.DataFrame({"size": list("sssl"), "place": list("nnnw")})
    with pytest.raises(NoConvergenceError, match=r"the margin (size|place) stays off"):
        rake(sample, [SIZE, PLACE], most_sweeps=50)


def test_no_answers_cannot_be_raked():
    with pytest.raises(StageError, match="nothing to rake"):
        rake(SAMPLE.head(0), [SIZE, PLACE])


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan])
def test_a_weight_to_begin_with_must_be_positive(wrong):
    with pytest.raises(StageError, match="not positive"):
        rake(SAMPLE, [SIZE, PLACE], pd.Series([wrong, *[1.0] * 6]))


def _lopsided() -> tuple[pd.DataFrame, list[Margin]]:
    sample = pd.DataFrame({"size": ["s"] * 95 + ["l"] * 5, "place": (["n"] + ["w"] * 3) * 25})
    return sample, [
        Margin("size", {"s": 70.0, "l": 30.0}),
        Margin("place", {"n": 40.0, "w": 60.0}),
    ]


def test_a_cap_holds_the_largest_weight_down_and_the_margins_still_hold():
    sample, margins = _lopsided()
    free, held = rake(sample, margins), rake(sample, margins, cap=6.5)
    assert free.weights.max() > 6.5
    assert held.weights.max() <= 6.5 * (1 + 1e-9)
    assert held.cap == held.cap_asked == 6.5
    assert held.trimmed == (held.weights > 6.49).sum() > 0
    assert held.off < 1e-8


def test_a_cap_the_margins_forbid_is_raised_and_both_are_told():
    sample, margins = _lopsided()
    found = rake(sample, margins, cap=2.0)
    assert found.cap_asked == 2.0
    # Five answers stand for thirty in a hundred: six times the mean is the least there is.
    assert found.cap > 6
    assert found.weights.max() <= found.cap * (1 + 1e-9)
    assert found.off < 1e-8


def test_a_cap_above_every_weight_changes_nothing():
    sample, margins = _lopsided()
    pd.testing.assert_series_equal(
        rake(sample, margins, cap=50).weights, rake(sample, margins).weights
    )


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy")), min_size=6, max_size=40),
    st.tuples(*[st.floats(0.05, 1)] * 3),
    st.floats(0.05, 0.95),
    st.none() | st.floats(1.5, 6),
)
def test_margins_hold_or_the_run_stops(rows, first, second, cap):
    sample = pd.DataFrame(rows, columns=["one", "two"])
    total = sum(first)
    margins = [
        Margin("one", dict(zip("abc", (f / total for f in first), strict=True)), when_short="drop"),
        Margin("two", {"x": second, "y": 1 - second}, when_short="drop"),
    ]
    try:
        found = rake(sample, margins, cap=cap, most_sweeps=300)
    except NoConvergenceError:
        assume(False)
    assert (found.weights > 0).all()
    assert found.off <= 1e-8
    assert found.weights.sum() == pytest.approx(1)
    if cap is not None:
        assert found.weights.max() <= found.cap / len(sample) * (1 + 1e-6)


@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=8),
    st.integers(1, 10),
)
def test_merging_keeps_neighbours_together_until_all_have_enough(counts, least):
    order = [f"c{k}" for k in range(len(counts))]
    n = dict(zip(order, counts, strict=True))
    groups = merge(n, order, least)
    sizes = pd.Series(n).groupby(pd.Series(groups)).sum()
    assert len(sizes) == 1 or sizes.min() >= least
    names = [groups[name] for name in order]
    assert all(names.index(name) + names.count(name) > k for k, name in enumerate(names))


def test_margins_of_the_frame_count_units_or_members():
    frame = frame_2019()
    units = frame_margins(frame, {"level": ("national", "local")})[0].targets
    members = frame_margins(frame, {"level": ("national", "local")}, count="n_members")[0].targets
    assert units == {"national": 78, "local": 19}
    assert members == {"national": 78, "local": 20}


def test_a_category_of_the_frame_outside_the_declared_order_stops_the_run():
    with pytest.raises(StageError, match="no place in the declared order"):
        frame_margins(frame_2019(), {"level": ("national",)})


def test_a_margin_that_contradicts_itself_is_refused():
    with pytest.raises(ValueError, match="every category once"):
        Margin("size", {"s": 1.0, "l": 2.0}, ("s",), when_short="merge")
    with pytest.raises(ValueError, match="positive"):
        Margin("size", {"s": 0.0})
    with pytest.raises(ValueError, match="only what nobody answered"):
        Margin("size", {"s": 1.0}, least=3, when_short="drop")
    with pytest.raises(ValueError, match="below the mean"):
        rake(SAMPLE, [SIZE, PLACE], cap=0.5)
