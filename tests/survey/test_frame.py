"""The frame: members by year, and the units in which two surveys meet."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import ParameterError, SourceError
from msfresearch.survey.countries import load_countries
from msfresearch.survey.frame import INCOME, REGIONS, frame_of, load_members, units
from msfresearch.survey.manifest import load_manifest
from msfresearch.survey.questionnaire import load_questionnaire
from tests.conftest import HOME

PATH = HOME / "codebook" / "members.csv"
HEADER = "member,country,level,name,region,income,from_year,to_year,cspart\n"
CANADA = "CAN:national,CAN,national,Canada,north_america,high,2011,,0.96\n"
ONTARIO = "CAN:local:ontario,CAN,local,Ontario,north_america,high,2016,,0.96\n"


@pytest.fixture(scope="module")
def members() -> pd.DataFrame:
    return load_members(PATH)


def written(folder: Path, *rows: str) -> Path:
    path = folder / "members.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def test_in_2019_there_are_98_members_of_which_20_are_local(members: pd.DataFrame) -> None:
    frame = frame_of(members, 2019)
    assert dict(frame["level"].value_counts()) == {"national": 78, "local": 20}


def test_each_year_has_the_members_that_the_membership_table_has(
    members: pd.DataFrame, shared: Path
) -> None:
    table = pd.read_csv(
        shared / "data" / "ogp_membership_2011_2019.csv", dtype="str", keep_default_na=False
    )
    there = table[table["OGP Participating"] == "1"]
    for year, codes in there.groupby("Year")["Country Code"]:
        frame = frame_of(members, int(str(year)))
        national = {code for code in codes if len(code) == 3}
        assert set(frame.loc[frame["level"] == "national", "country"]) == national
        assert len(frame) == len(codes)


def test_who_has_left_is_in_the_frame_of_its_own_years_only(members: pd.DataFrame) -> None:
    left = members[members["to_year"].notna()]
    assert list(left["member"]) == ["TTO:national"]
    assert "TTO:national" in set(frame_of(members, 2012)["member"])
    assert "TTO:national" not in set(frame_of(members, 2013)["member"])


def test_a_year_before_the_partnership_is_refused(members: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="no members in that year"):
        frame_of(members, 2010)


def test_the_local_members_of_a_country_are_one_unit(members: pd.DataFrame) -> None:
    unit = units(frame_of(members, 2019)).set_index("member")
    assert len(unit) == 97
    assert unit["n_members"].sum() == 98
    assert unit.loc["ESP:local", "n_members"] == 2
    assert (unit.drop(index="ESP:local")["n_members"] == 1).all()
    assert unit.loc["TZA:local", "country"] == "TZA"
    assert "TZA:national" not in unit.index


def test_units_bear_the_key_of_the_item_member(members: pd.DataFrame) -> None:
    questionnaire = load_questionnaire(HOME / "codebook" / "questionnaires" / "msf-cso-2019.yml")
    table = questionnaire.tables["answers"]
    assert table.item("member").joined_of == ("country", "level")
    levels = {level.value for level in questionnaire.levels(table.item("level"))}
    unit = units(frame_of(members, 2019))
    assert set(unit["level"]) == levels
    assert (unit["member"] == unit["country"] + ":" + unit["level"]).all()


def test_groups_are_those_of_the_barometer() -> None:
    scales = load_questionnaire(HOME / "codebook" / "questionnaires" / "odb-2014.yml").scales
    assert set(REGIONS) == {level.value for level in scales["region"].levels}
    assert list(INCOME) == [level.value for level in scales["income"].levels]


def test_groups_agree_with_those_of_2014_but_for_two_countries_that_moved(
    members: pd.DataFrame, shared: Path
) -> None:
    scales = load_questionnaire(HOME / "codebook" / "questionnaires" / "odb-2014.yml").scales
    codes = {
        what: {level.code: level.value for level in scales[what].levels}
        for what in ("region", "income")
    }
    then = pd.read_csv(
        shared / "data" / "odb2014_ODB-2014-Survey-Ordered.csv", dtype="str", keep_default_na=False
    ).set_index("ISO3")
    now = members[members["level"] == "national"].set_index("country")
    both = now.index.intersection(then.index)
    assert len(both) == 46
    assert (then.loc[both, "Region"].replace(codes["region"]) == now.loc[both, "region"]).all()
    income = then.loc[both, "Income"].replace(codes["income"])
    moved = both[income != now.loc[both, "income"]]
    assert {c: (income[c], now.loc[c, "income"]) for c in moved} == {
        "KEN": ("low", "lower_middle"),
        "TUN": ("upper_middle", "lower_middle"),
    }


def test_every_country_of_the_frame_is_one_of_iso_3166(members: pd.DataFrame) -> None:
    codes = load_countries(HOME / "codebook" / "countries.yml").by_code(members["country"])
    assert [code for code, country in codes.items() if country is None] == []


def test_every_member_has_its_civil_society_participation(members: pd.DataFrame) -> None:
    frame = frame_of(members, 2019)
    assert frame["cspart"].notna().all()
    assert frame.set_index("member").loc["AZE:national", "cspart"] == frame["cspart"].min()


@pytest.mark.parametrize("wave", ["poc-2019", "cso-2019"])
def test_the_waves_of_2019_say_the_size_that_their_frame_has(
    members: pd.DataFrame, wave: str
) -> None:
    frame = load_manifest(HOME / "data" / "raw" / wave / "wave.yml").frame
    assert frame.members_of == 2019
    assert frame.size == len(frame_of(members, frame.members_of))


def test_the_frame_is_what_the_tool_makes_of_the_registered_tables(
    shared: Path, tmp_path: Path
) -> None:
    spec = importlib.util.spec_from_file_location("tool", HOME / "tools" / "compile_members.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.main([str(shared / "data"), "--into", str(tmp_path / "members.csv")]) == 0
    assert (tmp_path / "members.csv").read_bytes() == PATH.read_bytes()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("CAN:national,CAN,federal,Canada,north_america,high,2011,,0.96\n", "level"),
        ("CAN:national,CA,national,Canada,north_america,high,2011,,0.96\n", "country"),
        ("CAN:national,CAN,national, ,north_america,high,2011,,0.96\n", "name"),
        ("CAN:national,CAN,national,Canada,North America,high,2011,,0.96\n", "region"),
        ("CAN:national,CAN,national,Canada,north_america,lower,2011,,0.96\n", "income"),
        ("CAN:national,CAN,national,Canada,north_america,high,,,0.96\n", "from_year"),
        ("CAN:national,CAN,national,Canada,north_america,high,2011,still,0.96\n", "to_year"),
        ("USA:national,USA,national,US,north_america,high,2011,2010,0.96\n", "to_year"),
        ("CAN:national,CAN,national,Canada,north_america,high,2011,,1.96\n", "cspart"),
        ("USA:national,CAN,national,Canada,north_america,high,2011,,0.96\n", "member"),
        ("CAN:local,CAN,local,Ontario,north_america,high,2011,,0.96\n", "member"),
        (ONTARIO.replace("CAN:local:ontario", "USA:local:ontario"), "member"),
        (CANADA, "member"),
        (ONTARIO.replace("high", "low"), "income"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column(tmp_path: Path, row: str, column: str) -> None:
    with pytest.raises(SourceError) as wrong:
        load_members(written(tmp_path, CANADA, row))
    assert wrong.value.row == 3
    assert wrong.value.column == column


def test_a_frame_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_text("member,country\nCAN:national,CAN\n", encoding="utf-8")
    with pytest.raises(SourceError, match="not the columns of a frame"):
        load_members(path)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ESP", "FRA", "NAM"]),
            st.one_of(st.none(), st.text("abcdefg", min_size=1, max_size=3)),
            st.integers(2011, 2020),
            st.one_of(st.none(), st.integers(0, 5)),
        ),
        min_size=1,
        unique_by=lambda one: one[:2],
    ),
    st.integers(2009, 2027),
)
def test_members_of_a_year_are_those_whose_years_include_it(
    tmp_path_factory: pytest.TempPathFactory,
    drawn: list[tuple[str, str | None, int, int | None]],
    year: int,
) -> None:
    rows, expected = [], set()
    for country, name, start, stay in drawn:
        level = "local" if name else "national"
        member = f"{country}:{level}" + (f":{name}" if name else "")
        end = "" if stay is None else str(start + stay)
        rows.append(f"{member},{country},{level},A,south_asia,low,{start},{end},\n")
        if start <= year and (stay is None or year <= start + stay):
            expected.add(member)
    members = load_members(written(tmp_path_factory.mktemp("frame"), *rows))
    if expected:
        frame = frame_of(members, year)
        assert set(frame["member"]) == expected
        assert units(frame)["n_members"].sum() == len(expected)
    else:
        with pytest.raises(ParameterError):
            frame_of(members, year)
