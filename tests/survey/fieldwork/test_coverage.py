import pandas as pd
import pytest

from msfresearch.errors import CodebookError
from msfresearch.survey.fieldwork import coverage, load_layout, tiles
from msfresearch.survey.frame import load_members, units
from tests.conftest import HOME
from tests.survey.fieldwork import frame_2019

LAYOUT = HOME / "codebook" / "tiles.csv"


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


def test_every_member_there_ever_was_has_a_tile_of_its_own():
    frame = units(load_members(HOME / "codebook" / "members.csv"))
    found = tiles(_answers("CAN:national", "CAN:national"), frame, load_layout(LAYOUT))
    assert len(found) == len(frame)
    assert not found.duplicated(["row", "column"]).any()
    canada = found.set_index("member").loc["CAN:national"]
    assert (canada["answers"], bool(canada["covered"])) == (2, True)
    assert found["covered"].sum() == 1


def test_local_members_stand_below_all_national_ones():
    layout = load_layout(LAYOUT)
    rows = layout.groupby("level")["row"]
    assert rows.min()["local"] > rows.max()["national"] + 1


def test_the_grid_keeps_west_and_east_north_and_south():
    layout = load_layout(LAYOUT)
    place = layout[layout["level"] == "national"].set_index("country")
    for west, east in (("USA", "FRA"), ("FRA", "UKR"), ("UKR", "MNG"), ("CHL", "ZAF")):
        assert place.loc[west, "column"] < place.loc[east, "column"]
    for north, south in (("CAN", "USA"), ("NOR", "ITA"), ("ITA", "TUN"), ("TUN", "ZAF")):
        assert place.loc[north, "row"] < place.loc[south, "row"]


def test_a_member_without_a_tile_is_named():
    layout = load_layout(LAYOUT)
    with pytest.raises(CodebookError, match="CAN:national"):
        tiles(_answers(), frame_2019(), layout[layout["country"] != "CAN"])


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("CAN,national,1,1\nCAN,national,2,2\n", "a member stands twice", 3),
        ("CAN,national,1,1\nFRA,national,1,1\n", "two members on one place", 3),
        ("CAN,national,0,1\n", "no place on the grid", 2),
        ("CAN,national,1,x\n", "no place on the grid", 2),
        ("CAN,national,1,٣\n", "no place on the grid", 2),
        ("CAN,city,1,1\n", "no level of a member", 2),
        ("Canada,national,1,1\n", "no country", 2),
    ],
)
def test_a_faulty_layout_is_refused_by_line(tmp_path, text, problem, line):
    path = tmp_path / "tiles.csv"
    path.write_text("country,level,row,column\n" + text, encoding="utf-8")
    with pytest.raises(CodebookError, match=problem) as wrong:
        load_layout(path)
    assert wrong.value.row == line


def test_a_layout_with_other_columns_is_refused(tmp_path):
    path = tmp_path / "tiles.csv"
    path.write_text("country,row,column\nCAN,1,1\n", encoding="utf-8")
    with pytest.raises(CodebookError, match="not a layout"):
        load_layout(path)
