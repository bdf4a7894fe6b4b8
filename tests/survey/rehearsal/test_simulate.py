from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from msfresearch.errors import ManifestError
from msfresearch.survey.rehearsal import simulate
from msfresearch.survey.rehearsal.answers import asked
from tests.survey.forum import small_forum, small_manifest
from tests.survey.rehearsal import small_frame

FORUM = small_forum()
SOCIETY = small_manifest()
GOVERNMENT = SOCIETY.model_copy(update={"id": "small-poc", "population": "government"})


def _simulated(seed=1, answers=200, manifest=SOCIETY, copies=40):
    return simulate(FORUM, manifest, small_frame(copies), seed, answers)


def test_one_seed_is_one_wave_and_another_is_another():
    one, same, other = _simulated(1), _simulated(1), _simulated(2)
    pd.testing.assert_frame_equal(one.codes, same.codes)
    pd.testing.assert_frame_equal(one.people, same.people)
    assert not one.codes.equals(other.codes)


def test_the_truth_is_the_world_s_and_not_the_seed_s():
    one, other = _simulated(1).estimands, _simulated(2).estimands
    pd.testing.assert_series_equal(one["truth"], other["truth"])
    assert not np.allclose(one["these_members"], other["these_members"])


def test_both_sides_speak_of_the_same_members_and_the_government_sees_them_rosier():
    society, government = _simulated(), _simulated(manifest=GOVERNMENT)
    pd.testing.assert_series_equal(society.population.state, government.population.state)
    ours, theirs = society.estimands, government.estimands
    np.testing.assert_allclose(ours["gap"], theirs["gap"])
    np.testing.assert_allclose(ours["other_side"], theirs["truth"])
    seen = (ours.statistic == "mean") & ours["item"].isin(["trust", "informed"])
    assert (ours.loc[seen, "gap"] > 0).all()


def test_a_member_s_state_does_not_hang_on_the_order_of_the_frame():
    frame = small_frame()
    turned = frame.iloc[::-1]
    one = simulate(FORUM, SOCIETY, frame, 5, 30).population.set_index("member")["state"]
    other = simulate(FORUM, SOCIETY, turned, 5, 30).population.set_index("member")["state"]
    pd.testing.assert_series_equal(one, other[one.index])


def test_as_many_answer_as_were_asked_for_on_the_average():
    numbers = [len(_simulated(seed, 60).codes) for seed in range(40)]
    assert abs(np.mean(numbers) - 60) < 4
    assert len(set(numbers)) > 5
    units = _simulated(1, 60).population
    assert (units.places * units.chance).sum() == pytest.approx(60, abs=1e-6)


def test_response_depends_on_civic_space_and_the_view_does_not():
    units = _simulated().population
    same = units[(units.region == "south") & (units.income == "high") & (units.level == "national")]
    assert same.chance.nunique() == len(same) == 2
    assert same.systematic.nunique() == 1


@pytest.mark.parametrize("manifest", [SOCIETY, GOVERNMENT])
def test_plain_means_and_shares_come_to_what_was_integrated(manifest):
    waves = [_simulated(seed, 300, manifest) for seed in range(60)]
    expected = waves[0].estimands.set_index(["item", "level"])["expected_unweighted"]
    for item, level, column in (
        ("trust", "", "trust"),
        ("informed", "", "informed"),
        ("msf_exists", "1", "msf_exists"),
        ("topics", "budget", "topics__budget"),
    ):
        cells = [pd.to_numeric(wave.codes[column]) for wave in waves]
        given = [one[one.notna() & (one < 90)] for one in cells]
        top = np.array([one.sum() for one in given])
        base = np.array([len(one) for one in given])
        share = top.sum() / base.sum()
        error = (top - share * base).std() * np.sqrt(len(waves)) / base.sum()
        assert abs(share - expected[item, level]) < 4 * error


def test_a_question_behind_another_is_answered_where_it_was_put_only():
    wave = _simulated(answers=2000)
    shown = asked(wave.world, wave.world.table.item("decide"), wave.codes)
    assert (wave.codes.loc[~shown, ["decide", "decide_other", "share_ng"]] == "").all(axis=None)
    assert (wave.codes.loc[shown, "decide"] != "").mean() > 0.8


def test_every_cell_is_a_code_of_its_item():
    codes = _simulated(answers=2000).codes
    assert set(codes["trust"]) == {"", "1", "2", "3", "4", "5", "97", "99"}
    assert set(codes["decide"]) == {"", "consensus", "vote", "other", "97"}
    assert ((codes["decide"] == "other") == (codes["decide_other"] != "")).all()
    boxes = codes[["topics__access", "topics__budget", "topics__other"]]
    answered = (boxes != "").all(axis=1)
    assert (boxes[~answered] == "").all(axis=None)
    assert (boxes[answered] == "1").any(axis=1).all()


def test_a_number_is_never_one_that_reads_as_no_answer():
    numbers = set(_simulated(answers=5000).codes["share_ng"]) - {""}
    assert not numbers & {"97", "98", "99"}
    assert all(0 <= float(one) <= 100 for one in numbers)


def test_who_stops_on_the_way_leaves_the_end_blank():
    wave = _simulated(answers=2000)
    stopped = wave.codes[wave.people.disposition != "complete"]
    assert len(stopped) > 50
    assert (stopped["ot_barriers"] == "").all()


def test_the_typed_answers_are_the_codes_values():
    wave = _simulated(answers=300)
    assert str(wave.answers["trust"].dtype) == "Int64"
    assert wave.answers["trust"].isna().equals(wave.codes["trust"].isin(["", "97", "99"]))
    assert list(wave.answers["member"]) == list(wave.people["member"])


def test_a_frame_without_a_column_is_refused():
    with pytest.raises(ManifestError, match="not a frame of members"):
        simulate(FORUM, SOCIETY, small_frame().drop(columns="cspart"), 1, 30)
