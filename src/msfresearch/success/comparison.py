"""Waves side by side: one row per member, and how the measures of two waves go together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import PlanError
from msfresearch.success.association import group_difference, rank_association
from msfresearch.success.plan import Comparison, Measure

PAIRS = pa.DataFrameSchema(
    {
        "first": pa.Column("str"),
        "second": pa.Column("str"),
        "statistic": pa.Column("str"),
        "estimate": pa.Column("float64", nullable=True),
        "low": pa.Column("float64", nullable=True),
        "high": pa.Column("float64", nullable=True),
        "p": pa.Column("float64", nullable=True),
        "p_permutation": pa.Column("float64", nullable=True),
        "p_adjusted": pa.Column("float64", nullable=True),
        "n": pa.Column("int64"),
        "status": pa.Column("str"),
    },
    strict=True,
    ordered=True,
    coerce=True,
)


def by_member(
    frame: pd.DataFrame, measure: Measure, *, member: str, levels: Sequence[object] = ()
) -> pd.Series[Any]:
    """One value of a measure per member.

    Parameters
    ----------
    frame : DataFrame
        The clean table that the measure names.
    measure : Measure
        What to take, and how rows become one per member.
    member : str
        Column that says the member.
    levels : sequence, optional
        Values of an ordinal item from lowest to highest.

    Returns
    -------
    Series
        Index: members with at least one row; missing where no row has a value.

    Raises
    ------
    PlanError
        When a column is absent, or ``only`` finds two rows of one member.
    """
    for column in (member, measure.item, *([measure.order] if measure.order else [])):
        if column not in frame:
            raise PlanError(
                "the table has no such column",
                column=column,
                found=", ".join(frame.columns),
                action=f"mend measure {measure.id} in codebook/plan.yml",
            )
    rows = frame.dropna(subset=[member])
    everyone = pd.Index(sorted(rows[member].unique()), name=member)
    if measure.reduce == "share":
        low, high = measure.valid or (0, 0)
        kept = rows[rows[measure.item].between(low, high).fillna(False)]
        taken = (kept[measure.item] >= measure.at_least).groupby(kept[member]).mean()
    else:
        given = rows.dropna(subset=[measure.item])
        if measure.order:
            given = given.sort_values([member, measure.order], kind="stable")
        elif given[member].duplicated().any():
            raise PlanError(
                "more than one row of a member",
                column=measure.item,
                found=str(given.loc[given[member].duplicated(), member].iloc[0]),
                expected="one row each, or reduce: last",
            )
        taken = given.groupby(member)[measure.item].last()
    found = taken.reindex(everyone).rename(measure.id)
    if len(levels):
        return found.astype(pd.CategoricalDtype(list(levels), ordered=True))
    return found.astype("Float64")


def side_by_side(measures: Mapping[str, pd.Series[Any]]) -> pd.DataFrame:
    """All measures in one table: a row for every member of any of them, missing where it is not.

    Returns
    -------
    DataFrame
        ``member`` and one column per measure.
    """
    everyone = sorted({str(member) for taken in measures.values() for member in taken.index})
    columns = {name: taken.reindex(everyone).array for name, taken in measures.items()}
    return pd.DataFrame({"member": pd.array(everyone, dtype="str"), **columns})


def compare_pairs(
    table: pd.DataFrame, comparison: Comparison, *, seed: np.random.SeedSequence
) -> pd.DataFrame:
    """How the pairs of a comparison go together.

    Parameters
    ----------
    table : DataFrame
        From :func:`side_by_side`.
    comparison : Comparison
        Names the pairs.
    seed : SeedSequence
        For the permutation check of differences of means.

    Returns
    -------
    DataFrame
        Per pair, columns of ``PAIRS``: for a first measure of 0 and 1 the difference in the
        means of the second (Welch's interval); otherwise Spearman's rho (Bonett and Wright's
        interval). ``p_adjusted``: Benjamini-Hochberg over the pairs.
    """
    from statsmodels.stats.multitest import multipletests

    lines: list[dict[str, object]] = []
    for (first, second), child in zip(
        comparison.pairs, seed.spawn(len(comparison.pairs)), strict=True
    ):
        line: dict[str, object] = {"first": first, "second": second}
        if set(table[first].dropna().unique()) == {0, 1}:
            one = group_difference(
                table, second, first, unit="member", base=0, other=1, seed=child
            ).to_dict("records")[0]
            line |= {
                "statistic": "difference in means",
                "estimate": one["difference"],
                "n": one["n_base"] + one["n_other"],
                "p_permutation": one["p_permutation"],
            }
        else:
            one = rank_association(table, first, second, unit="member").to_dict("records")[0]
            line |= {
                "statistic": "Spearman's rho",
                "estimate": one["estimate"],
                "n": one["n"],
                "p_permutation": np.nan,
            }
        lines.append(line | {name: one[name] for name in ("low", "high", "p", "status")})
    found = pd.DataFrame(lines)
    found["p_adjusted"] = np.nan
    tested = found["p"].notna()
    if tested.any():
        found.loc[tested, "p_adjusted"] = multipletests(found.loc[tested, "p"], method="fdr_bh")[1]
    return PAIRS.validate(found[list(PAIRS.columns)])
