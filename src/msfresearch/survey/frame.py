"""The frame: which members the partnership had in a year, and where their answers meet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import ParameterError, SourceError
from msfresearch.survey.readers.delimited import read_delimited

#: The World Bank's regions and income groups, under the values that ``odb-2014`` has for them.
REGIONS = (
    "east_asia_pacific",
    "europe_central_asia",
    "latin_america_caribbean",
    "middle_east_north_africa",
    "north_america",
    "south_asia",
    "sub_saharan_africa",
)
INCOME = ("low", "lower_middle", "upper_middle", "high")
LEVELS = ("national", "local")

_GROUPS = {
    "country": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{3}$")),
    "level": pa.Column(str, pa.Check.isin(LEVELS)),
    "region": pa.Column(str, pa.Check.isin(REGIONS)),
    "income": pa.Column(str, pa.Check.isin(INCOME)),
    "cspart": pa.Column("Float64", pa.Check.in_range(0, 1), nullable=True),
}
#: Members, as in ``codebook/members.csv``. ``to_year`` is missing for a member that has not left;
#: ``cspart`` is V-Dem's civil society participation of the country (0 to 1).
MEMBERS = pa.DataFrameSchema(
    {
        "member": pa.Column(str, unique=True),
        "name": pa.Column(str),
        "from_year": pa.Column("Int64"),
        "to_year": pa.Column("Int64", nullable=True),
        **_GROUPS,
    },
    strict=True,
)
#: Units: a country's national government, or all of its local members.
UNITS = pa.DataFrameSchema(
    {
        "member": pa.Column(str, unique=True),
        "n_members": pa.Column("Int64", pa.Check.ge(1)),
        **_GROUPS,
    },
    strict=True,
)
_COLUMNS = (
    *("member", "country", "level", "name", "region", "income"),
    *("from_year", "to_year", "cspart"),
)
_YEAR = "(19|20)[0-9]{2}"


def load_members(path: Path) -> pd.DataFrame:
    """Read ``codebook/members.csv``.

    Parameters
    ----------
    path : Path
        UTF-8, comma-separated, one row per member.

    Returns
    -------
    DataFrame
        As ``MEMBERS``, in the order of the file.

    Raises
    ------
    SourceError
        With line and column, when a column is missing or a cell is not what its column holds.
    """
    raw = read_delimited(path)
    if tuple(raw.columns) != _COLUMNS:
        raise SourceError(
            "not the columns of a frame",
            file=path,
            row=1,
            found=", ".join(raw.columns),
            expected=", ".join(_COLUMNS),
            action="name the columns so, in that order",
        )
    rules: dict[str, tuple[str, str]] = {
        "country": ("[A-Z]{3}", "an ISO 3166 code of three letters"),
        "level": ("|".join(LEVELS), " or ".join(LEVELS)),
        "name": (r".*\S.*", "a name"),
        "region": ("|".join(REGIONS), ", ".join(REGIONS)),
        "income": ("|".join(INCOME), ", ".join(INCOME)),
        "from_year": (_YEAR, "a year"),
        "to_year": (f"({_YEAR})?", "a year, or nothing for a member that has not left"),
        "cspart": (r"(0(\.[0-9]+)?|1(\.0+)?)?", "a number from 0 to 1, or nothing"),
    }
    for column, (pattern, expected) in rules.items():
        _check(raw[column], raw[column].str.fullmatch(f"({pattern})"), expected, path)
    unit = raw["country"] + ":" + raw["level"]
    local = raw["level"] == "local"
    owner = raw["member"].str.replace(r":[a-z]+(-[a-z]+)*$", "", regex=True)
    named = (~local & (raw["member"] == unit)) | (local & (raw["member"] != unit) & (owner == unit))
    _check(raw["member"], named, "such as CAN:national, or CAN:local:ontario", path)
    _check(raw["member"], ~raw["member"].duplicated(), "every member once", path)
    ends = raw["to_year"].where(raw["to_year"] != "", raw["from_year"])
    _check(raw["to_year"], ends >= raw["from_year"], "no year before from_year", path)
    for column in ("region", "income"):
        first = raw.groupby("country")[column].transform("first")
        _check(raw[column], raw[column] == first, "the same in every row of the country", path)
    members = raw.reset_index(drop=True)
    numbers = {"from_year": "Int64", "to_year": "Int64", "cspart": "Float64"}
    for column in numbers:
        members[column] = pd.to_numeric(members[column].replace("", pd.NA))
    return MEMBERS.validate(members.astype(numbers))


def _check(cells: pd.Series[Any], sound: pd.Series[Any], expected: str, path: Path) -> None:
    """Refuse the first cell that is not sound, by line and column."""
    wrong = cells[~sound.astype(bool)]
    if len(wrong):
        raise SourceError(
            "a cell that its column does not allow",
            file=path,
            row=int(wrong.index[0]),
            column=str(cells.name),
            found=f"{wrong.iloc[0]!r}" + (f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""),
            expected=expected,
            action=f"correct it in {path.name}",
        )


def frame_of(members: pd.DataFrame, year: int) -> pd.DataFrame:
    """The members of a year.

    Parameters
    ----------
    members : DataFrame
        As ``MEMBERS``.
    year : int
        Such as 2019.

    Returns
    -------
    DataFrame
        As ``MEMBERS``: one row per member, national and local.

    Raises
    ------
    ParameterError
        When nobody was a member that year.
    """
    there = (members["from_year"] <= year) & (
        members["to_year"].isna() | (members["to_year"] >= year)
    )
    frame = members[there].reset_index(drop=True)
    if frame.empty:
        raise ParameterError(
            "no members in that year",
            column="frame.members_of",
            found=str(year),
            expected=f"{members['from_year'].min()} or later",
            action="name another year in wave.yml, or complete codebook/members.csv",
        )
    return MEMBERS.validate(frame)


def units(frame: pd.DataFrame) -> pd.DataFrame:
    """The units in which answers of governments and of civil society meet.

    The surveys ask for the country and for national or local, not for the name of a local
    government: the local members of a country are therefore one unit.

    Parameters
    ----------
    frame : DataFrame
        As ``MEMBERS``, of one year.

    Returns
    -------
    DataFrame
        As ``UNITS``, by ``member``: the same key as the item ``member`` of the clean table
        ("CAN:national", "CAN:local"), with the number of members it stands for.
    """
    unit = frame["country"] + ":" + frame["level"]
    table = frame[list(_GROUPS)].groupby(unit.rename("member")).first()
    table["n_members"] = unit.value_counts().astype("Int64")
    return UNITS.validate(table.reset_index())
