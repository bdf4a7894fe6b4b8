"""Which members of the frame are heard at least once, and where each stands on a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import CodebookError
from msfresearch.survey.fieldwork.interval import quantile, wilson
from msfresearch.survey.readers.delimited import read_delimited

COVERAGE = pa.DataFrameSchema(
    {
        "variable": pa.Column(str, nullable=True),
        "category": pa.Column(str, nullable=True),
        "units": pa.Column(int, pa.Check.ge(0)),
        "covered": pa.Column(int, pa.Check.ge(0)),
        "answers": pa.Column(int, pa.Check.ge(0)),
        "share": pa.Column("Float64", pa.Check.in_range(0, 1), nullable=True),
        "low": pa.Column("Float64", pa.Check.in_range(0, 1), nullable=True),
        "high": pa.Column("Float64", pa.Check.in_range(0, 1), nullable=True),
    },
    strict=True,
)
LAYOUT = pa.DataFrameSchema(
    {
        "country": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{3}$")),
        "level": pa.Column(str, pa.Check.isin(["national", "local"])),
        "row": pa.Column(int, pa.Check.ge(1)),
        "column": pa.Column(int, pa.Check.ge(1)),
    },
    unique=["country", "level"],
    strict=True,
)
TILES = pa.DataFrameSchema(
    {
        "member": pa.Column(str, unique=True),
        "country": pa.Column(str),
        "level": pa.Column(str),
        "row": pa.Column(int),
        "column": pa.Column(int),
        "answers": pa.Column(int, pa.Check.ge(0)),
        "covered": pa.Column(bool),
    },
    unique=["row", "column"],
    strict=True,
)


@dataclass(frozen=True)
class Coverage:
    """Member coverage.

    Attributes
    ----------
    table : DataFrame
        One row for the whole frame (``variable`` missing) and one per category of each variable:
        ``units`` in the frame, units ``covered`` by at least one answer, ``answers`` from them,
        ``share`` covered, with Wilson's interval.
    outside
        Answers whose member is not in the frame.
    outside_members : tuple of str
        Those members.
    unknown
        Answers that name no member.
    """

    table: pd.DataFrame
    outside: int
    outside_members: tuple[str, ...]
    unknown: int


def coverage(
    answers: pd.DataFrame,
    frame: pd.DataFrame,
    by: Sequence[str] = ("region", "income", "level"),
    level: float = 0.95,
) -> Coverage:
    """Units of the frame with at least one answer, over its units.

    A unit is a country at a level: answers do not tell one local member of a country from
    another. The coverage is counted, not estimated: as a statement about this frame it has no
    error. Wilson's interval beside it is for the propensity of such members to be heard, each
    taken as answering on its own, with no correction for the finite frame: it says which
    differences between groups chance would make.

    Parameters
    ----------
    answers : DataFrame
        Column ``member``.
    frame : DataFrame
        One row per unit: ``member`` and the columns named in ``by``.
    by : sequence of str
        Columns of the frame.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Coverage
    """
    counts = answers["member"].value_counts()
    units = frame.assign(answers=frame["member"].map(counts).fillna(0).astype("int64"))
    rows = [_row(None, None, units)]
    for variable in by:
        named = units[variable].astype("str").fillna("unknown")
        for category, part in units.groupby(named, sort=True):
            rows.append(_row(variable, str(category), part))
    table = pd.DataFrame(rows, columns=["variable", "category", "units", "covered", "answers"])
    share = (table["covered"] / table["units"].where(table["units"] > 0)).astype("float64")
    low, high = wilson(share, table["units"], quantile(level, None))
    table = table.assign(share=share, low=low, high=high).astype(
        {"variable": "str", "category": "str", "share": "Float64", "low": "Float64"}
        | {"high": "Float64"}
    )
    elsewhere = counts[~counts.index.isin(frame["member"])]
    return Coverage(
        COVERAGE.validate(table),
        outside=int(elsewhere.sum()),
        outside_members=tuple(sorted(str(member) for member in elsewhere.index)),
        unknown=int(answers["member"].isna().sum()),
    )


def _row(
    variable: str | None, category: str | None, units: pd.DataFrame
) -> tuple[str | None, str | None, int, int, int]:
    heard = units["answers"] > 0
    return variable, category, len(units), int(heard.sum()), int(units["answers"].sum())


def load_layout(path: Path) -> pd.DataFrame:
    """Read ``codebook/tiles.csv``: where each member's tile stands.

    Returns
    -------
    DataFrame
        ``country`` (ISO 3166 alpha-3), ``level``, ``row`` from the top and ``column`` from the
        left, both from 1.

    Raises
    ------
    CodebookError
        When a place is no number, a member stands twice, or two share a place.
    """
    text = read_delimited(path)
    if list(text.columns) != list(LAYOUT.columns):
        raise CodebookError(
            "not a layout of tiles",
            file=path,
            row=1,
            found=", ".join(text.columns),
            expected=", ".join(LAYOUT.columns),
        )
    for what, wrong in (
        ("no place on the grid", ~text[["row", "column"]].map(_place).all(axis=1)),
        ("no country", ~text["country"].str.fullmatch("[A-Z]{3}")),
        ("no level of a member", ~text["level"].isin(["national", "local"])),
        ("a member stands twice", text.duplicated(["country", "level"])),
        ("two members on one place", text.duplicated(["row", "column"])),
    ):
        if wrong.any():
            line = int(text.index[wrong][0])
            raise CodebookError(
                what,
                file=path,
                row=line,
                found=",".join(str(cell) for cell in text.loc[line]),
                expected="country (ISO 3166 alpha-3), level, row and column from 1, each once",
            )
    typed = text.reset_index(drop=True).astype({"row": "int64", "column": "int64"})
    return LAYOUT.validate(typed)


def _place(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and 0 < int(cell[:6]) < 1000 and len(cell) < 5


def tiles(answers: pd.DataFrame, frame: pd.DataFrame, layout: pd.DataFrame) -> pd.DataFrame:
    """One tile per unit of the frame: where it stands and how many answers it has.

    Parameters
    ----------
    answers : DataFrame
        Column ``member``.
    frame : DataFrame
        One row per unit: ``member``, ``country``, ``level``.
    layout : DataFrame
        From :func:`load_layout`.

    Returns
    -------
    DataFrame
        ``member``, ``country``, ``level``, ``row``, ``column``, ``answers``, ``covered``, in
        reading order.

    Raises
    ------
    CodebookError
        When a unit of the frame has no place.
    """
    placed = frame[["member", "country", "level"]].merge(
        layout, on=["country", "level"], how="left", validate="many_to_one"
    )
    lost = placed.loc[placed["row"].isna(), "member"]
    if len(lost):
        raise CodebookError(
            f"{len(lost)} members have no tile",
            file="codebook/tiles.csv",
            found=", ".join(lost.head(5)),
            expected="a row and a column for every country and level of the frame",
            action="add a line for each",
        )
    counts = placed["member"].map(answers["member"].value_counts()).fillna(0).astype("int64")
    placed = placed.assign(answers=counts, covered=counts > 0)
    placed = placed.astype({"row": "int64", "column": "int64"}).sort_values(["row", "column"])
    return TILES.validate(placed.reset_index(drop=True))
