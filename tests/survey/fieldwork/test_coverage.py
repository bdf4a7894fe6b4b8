import pandas as pd
import pytest

from msfresearch.survey.fieldwork import coverage
from tests.survey.fieldwork import frame_2019


def _answers(*members: str | None) -> pd.DataFrame:
    return pd.DataFrame({"member": pd.Series(members, dtype="str")})


def test_a_member_with_many_answers_is_covered_once():
    found = coverage(_answers("CAN:national", "CAN:national", "FRA:national"), frame_2019())
    whole = found.table.iloc[0]
    assert (whole["units"], whole["covered"], whole["answers"]) == (97, 2, 3)
    assert whole["share"] == pytest.approx(2 / 97)


def test_members_nobody_answered_for_are_in_the_table():
    found = coverage(_answers(), frame_2019()).table
    assert (found["covered"] == 0).all()
    assert found.loc[found["variable"] == "region", "units"].sum() == 97
    assert (found["low"] == 0).all()
    assert (found["high"] > 0).all()


def test_each_variable_adds_up_to_the_frame():
    found = coverage(_answers("CAN:local", "KEN:national"), frame_2019()).table
    sums = found.dropna(subset=["variable"]).groupby("variable")[["units", "covered", "answers"]]
    assert (sums.sum() == [97, 2, 2]).all(axis=None)


def test_answers_from_outside_the_frame_are_counted_and_named():
    found = coverage(_answers("CHN:national", "CHN:national", None, "CAN:national"), frame_2019())
    assert (found.outside, found.outside_members, found.unknown) == (2, ("CHN:national",), 1)
    assert found.table["covered"].iloc[0] == 1


def test_the_interval_is_wilsons():
    frame = frame_2019().head(10)
    found = coverage(_answers(*frame["member"].head(5)), frame, by=()).table.iloc[0]
    assert found[["low", "high"]].tolist() == pytest.approx([0.236593, 0.763407], abs=1e-6)
