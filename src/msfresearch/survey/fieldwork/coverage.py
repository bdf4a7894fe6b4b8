"""Which members of the frame are heard at least once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa

from msfresearch.survey.fieldwork.interval import quantile, wilson

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
