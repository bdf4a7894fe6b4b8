"""A third, independent view beside the two sides: do they see what outsiders saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pandera.pandas as pa

from msfresearch.success.gaps import MINIMUM_DYADS

AGAINST = pa.DataFrameSchema(
    {
        "item": pa.Column("str"),
        "side": pa.Column("str"),
        "members": pa.Column("int64", pa.Check.ge(0)),
        "tied": pa.Column("int64", pa.Check.ge(0)),
        "below": pa.Column("float64", nullable=True),
        "same": pa.Column("float64", nullable=True),
        "same_low": pa.Column("float64", nullable=True),
        "same_high": pa.Column("float64", nullable=True),
        "above": pa.Column("float64", nullable=True),
    },
    strict=True,
    ordered=True,
    coerce=True,
)


def latest(
    frame: pd.DataFrame, item: str, *, country: str, order: str, levels: Sequence[object]
) -> pd.Series[Any]:
    """The latest value of an item per country, as its place among the levels.

    Parameters
    ----------
    frame : DataFrame
        One row per plan.
    item, country, order : str
        Columns.
    levels : sequence
        Values from lowest to highest; a value that is none of them is no answer here.

    Returns
    -------
    Series of int
        Index: ISO 3166 alpha-3 code.
    """
    place = {level: i for i, level in enumerate(levels)}
    given = frame[[country, order]].assign(value=frame[item].map(place)).dropna()
    given = given.sort_values([country, order], kind="stable")
    return given.groupby(country)["value"].last().astype("int64")


def against(
    answers: pd.DataFrame,
    seen: pd.Series[Any],
    item: str,
    side: str,
    *,
    levels: Sequence[object],
    country: str = "country",
    level: str = "level",
) -> dict[str, object]:
    """How one side's answers stand to what the third view saw, national members only.

    Parameters
    ----------
    answers : DataFrame
        Clean answers of the side.
    seen : Series
        From :func:`latest`.
    item : str
        The side's item.
    side : str
        Its name.
    levels : sequence
        Values of the side's item from lowest to highest, as many as the third view has.

    Returns
    -------
    dict
        A row of ``AGAINST``: members compared; members whose own answers are split evenly
        (left out); shares of members that say less, the same, more than the third view, with
        Wilson's interval for the same. Below ``MINIMUM_DYADS`` members only their number.
    """
    from statsmodels.stats.proportion import proportion_confint

    place = {value: i for i, value in enumerate(levels)}
    rows = answers[answers[level] == "national"]
    said = rows[item].map(place).astype("Float64").groupby(rows[country]).median().dropna()
    both = pd.concat({"said": said, "seen": seen}, axis=1, join="inner").dropna()
    whole = both[both["said"] % 1 == 0]
    n = len(whole)
    row: dict[str, object] = {
        "item": item,
        "side": side,
        "members": n,
        "tied": len(both) - n,
    }
    if n >= MINIMUM_DYADS:
        same = int((whole["said"] == whole["seen"]).sum())
        low, high = proportion_confint(same, n, method="wilson")
        row |= {
            "below": float((whole["said"] < whole["seen"]).mean()),
            "same": same / n,
            "same_low": float(low),
            "same_high": float(high),
            "above": float((whole["said"] > whole["seen"]).mean()),
        }
    return row


def against_table(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Rows of :func:`against` as a checked table."""
    return AGAINST.validate(pd.DataFrame(list(rows), columns=list(AGAINST.columns)))
