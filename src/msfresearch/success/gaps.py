"""Government and civil society of one member face to face: never persons, only members, paired.

A member counts once, however many of its people answered: each side's answers of a member are
averaged (means) or all pairs of them are formed and share the member's weight of one
(superiority, kappa). Every interval therefore counts members.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa

from msfresearch.success.intervals import p_value, quantile

FloatArray = npt.NDArray[np.float64]

SIDES = ("government", "civil_society")
#: Dyads below which nothing is estimated: an average of fewer members would nearly name them.
MINIMUM_DYADS = 10
#: Dyads below which kappa is not told: with 13 to 15 its 95% interval held the truth in only 82 to
#: 91 of 100 simulated surveys where an item has two answers (benchmarks/coverage.py).
MINIMUM_DYADS_KAPPA = 20

DYADS = pa.DataFrameSchema(
    {
        "member": pa.Column("str", unique=True),
        "government": pa.Column("float64"),
        "civil_society": pa.Column("float64"),
        "n_government": pa.Column("int64", pa.Check.ge(1)),
        "n_civil_society": pa.Column("int64", pa.Check.ge(1)),
    },
    strict=True,
    ordered=True,
    coerce=True,
)
GAPS = pa.DataFrameSchema(
    {
        "item": pa.Column("str", unique=True),
        "dyads": pa.Column("int64", pa.Check.ge(0)),
        "n_government": pa.Column("int64"),
        "n_civil_society": pa.Column("int64"),
        "mean_government": pa.Column("float64", nullable=True),
        "mean_civil_society": pa.Column("float64", nullable=True),
        "gap": pa.Column("float64", nullable=True),
        "low": pa.Column("float64", nullable=True),
        "high": pa.Column("float64", nullable=True),
        "p": pa.Column("float64", nullable=True),
        "p_wilcoxon": pa.Column("float64", nullable=True),
        "superiority": pa.Column("float64", nullable=True),
        "superiority_low": pa.Column("float64", nullable=True),
        "superiority_high": pa.Column("float64", nullable=True),
        "kappa": pa.Column("float64", nullable=True),
        "kappa_low": pa.Column("float64", nullable=True),
        "kappa_high": pa.Column("float64", nullable=True),
        "p_adjusted": pa.Column("float64", nullable=True),
        "status": pa.Column("str", pa.Check.isin(["estimated", "few dyads", "constant"])),
    },
    strict=True,
    ordered=True,
    coerce=True,
)


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval; not a number where it cannot be told."""

    value: float
    low: float
    high: float


_NONE = Estimate(np.nan, np.nan, np.nan)


def dyads(
    government: pd.DataFrame, civil_society: pd.DataFrame, item: str, *, member: str = "member"
) -> pd.DataFrame:
    """Members of which both sides answered an item, with each side's mean.

    Parameters
    ----------
    government, civil_society : DataFrame
        Answers of the two sides, one row per respondent; rows without member or answer are
        passed over.
    item : str
        Column with a number.
    member : str
        Column that says the member.

    Returns
    -------
    DataFrame
        Columns of ``DYADS``, in the order of the members' names.
    """
    sides: dict[str, pd.Series[Any]] = {}
    for side, frame in zip(SIDES, (government, civil_society), strict=True):
        given = frame.dropna(subset=[member, item])
        values = given[item].astype("float64").groupby(given[member])
        sides[side] = values.mean()
        sides[f"n_{side}"] = values.size()
    both = pd.concat(sides, axis=1, join="inner").sort_index()
    both = both.rename_axis("member").reset_index()
    return DYADS.validate(both[list(DYADS.columns)])


def mean_gap(pairs: pd.DataFrame, *, level: float = 0.95) -> tuple[Estimate, float]:
    """Mean of the members' gaps, government less civil society.

    Returns
    -------
    gap : Estimate
        Interval by Student's t with one degree of freedom less than there are members.
    p : float
        Against a gap of zero.
    """
    gap = (pairs["government"] - pairs["civil_society"]).to_numpy("float64")
    n = len(gap)
    spread = float(gap.std(ddof=1)) if n > 1 else np.nan
    centre = float(gap.mean()) if n else np.nan
    if not spread > 0:
        return Estimate(centre, np.nan, np.nan), np.nan
    se = spread / np.sqrt(n)
    reach = quantile(level, n - 1) * se
    return Estimate(centre, centre - reach, centre + reach), p_value(centre / se, n - 1)


def signed_rank(pairs: pd.DataFrame) -> float:
    """P of Wilcoxon's signed rank test of the members' gaps.

    Members without a gap are left out, as Wilcoxon does. Exact where no two gaps are of one size
    and there are at most 50 (as R decides), else by the normal approximation with continuity
    correction.
    """
    from scipy import stats

    gap = (pairs["government"] - pairs["civil_society"]).to_numpy("float64")
    gap = np.round(gap[gap != 0], 12)
    if not len(gap):
        return np.nan
    ties = len(np.unique(np.abs(gap))) < len(gap)
    exact = not ties and len(gap) < 50
    found = stats.wilcoxon(gap, method="exact" if exact else "approx", correction=not exact)
    return float(found.pvalue)


def crossed(
    government: pd.DataFrame,
    civil_society: pd.DataFrame,
    item: str,
    values: Sequence[float],
    *,
    member: str = "member",
) -> FloatArray:
    """Every pair of answers within each member, each member with a weight of one.

    Parameters
    ----------
    government, civil_society, item, member
        As for :func:`dyads`.
    values : sequence of float
        The item's values in ascending order.

    Returns
    -------
    ndarray, shape (members, len(values), len(values))
        Share of the member's pairs in which government says the row's value and civil society
        the column's; members in the order of their names.
    """
    tables = []
    for frame in (government, civil_society):
        given = frame.dropna(subset=[member, item])
        counts = pd.crosstab(given[member], given[item].astype("float64"))
        tables.append(counts.reindex(columns=list(values), fill_value=0))
    both = tables[0].index.intersection(tables[1].index).sort_values()
    left, right = (t.loc[both].to_numpy("float64") for t in tables)
    left, right = (side / side.sum(axis=1, keepdims=True) for side in (left, right))
    return np.asarray(np.einsum("mi,mj->mij", left, right), dtype="float64")


def superiority(cells: FloatArray, *, level: float = 0.95) -> Estimate:
    """Probability that a government's answer is above its civil society's, ties counting half.

    Parameters
    ----------
    cells : ndarray, shape (members, k, k)
        From :func:`crossed`.

    Returns
    -------
    Estimate
        Interval over members by Student's t on the logit scale; without one where all members
        say the same.
    """
    k = cells.shape[1]
    above = np.tril(np.ones((k, k)), -1) + np.eye(k) / 2
    each = np.asarray((cells * above).sum(axis=(1, 2)), dtype="float64")
    n = len(each)
    value = float(each.mean())
    se = float(each.std(ddof=1)) / np.sqrt(n)
    if not se > 0 or not 0 < value < 1:
        return Estimate(value, np.nan, np.nan)
    # On the logit scale the interval stays between 0 and 1.
    centre = np.log(value / (1 - value))
    reach = quantile(level, n - 1) * se / (value * (1 - value))
    low, high = (1 / (1 + np.exp(-(centre + sign * reach))) for sign in (-1, 1))
    return Estimate(value, float(low), float(high))


def weighted_kappa(
    cells: FloatArray, *, disagreement: FloatArray | None = None, level: float = 0.95
) -> Estimate:
    """Agreement of the two sides beyond chance, near misses counting less (Cohen 1968).

    Parameters
    ----------
    cells : ndarray, shape (members, k, k)
        From :func:`crossed`; a single table of shares may be given as one member.
    disagreement : ndarray, shape (k, k), optional
        Weight of each disagreement; the squared distance of the levels by default.

    Returns
    -------
    Estimate
        Interval by the jackknife over members with Student's t.
    """
    k = cells.shape[1]
    if disagreement is None:
        place = np.arange(k, dtype="float64")
        disagreement = (place[:, None] - place[None, :]) ** 2
    total = cells.sum(axis=0)
    n = len(cells)
    value = float(_kappa(total[None], disagreement)[0])
    if n < 3 or np.isnan(value):
        return Estimate(value, np.nan, np.nan)
    without = _kappa(total[None] - cells, disagreement)
    if np.isnan(without).any():
        return Estimate(value, np.nan, np.nan)
    se = float(np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2)))
    reach = quantile(level, n - 1) * se
    return Estimate(value, max(-1.0, value - reach), min(1.0, value + reach))


def _kappa(tables: FloatArray, disagreement: FloatArray) -> FloatArray:
    shares = tables / tables.sum(axis=(1, 2), keepdims=True)
    chance = shares.sum(axis=2)[:, :, None] * shares.sum(axis=1)[:, None, :]
    observed = (shares * disagreement).sum(axis=(1, 2))
    expected = (chance * disagreement).sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - observed / expected, np.nan)


def gaps(
    government: pd.DataFrame,
    civil_society: pd.DataFrame,
    items: Mapping[str, Sequence[float]],
    *,
    member: str = "member",
    level: float = 0.95,
) -> pd.DataFrame:
    """Every item that both sides were asked, face to face.

    Parameters
    ----------
    government, civil_society : DataFrame
        Clean answers of the two sides, one row per respondent.
    items : dict
        Item to its values in ascending order; empty for a number that is no scale, which then
        has no superiority and no kappa.
    member : str
        Column that says the member.

    Returns
    -------
    DataFrame
        Columns of ``GAPS``, one row per item, in order. Below ``MINIMUM_DYADS`` members nothing
        but their number is told, below ``MINIMUM_DYADS_KAPPA`` no kappa. ``p_adjusted``:
        Benjamini-Hochberg over the mean gaps.
    """
    from statsmodels.stats.multitest import multipletests

    rows: list[dict[str, object]] = []
    for item, values in items.items():
        pairs = dyads(government, civil_society, item, member=member)
        row: dict[str, object] = {
            "item": item,
            "dyads": len(pairs),
            "n_government": int(pairs["n_government"].sum()),
            "n_civil_society": int(pairs["n_civil_society"].sum()),
            "status": "few dyads",
        }
        if len(pairs) >= MINIMUM_DYADS:
            gap, p = mean_gap(pairs, level=level)
            told = values and len(pairs) >= MINIMUM_DYADS_KAPPA
            cells = crossed(government, civil_society, item, values, member=member)
            row |= {
                "status": "estimated" if not np.isnan(gap.low) else "constant",
                "mean_government": float(pairs["government"].mean()),
                "mean_civil_society": float(pairs["civil_society"].mean()),
                "gap": gap.value,
                "low": gap.low,
                "high": gap.high,
                "p": p,
                "p_wilcoxon": signed_rank(pairs),
            }
            for name, one in (
                ("superiority", superiority(cells, level=level) if values else _NONE),
                ("kappa", weighted_kappa(cells, level=level) if told else _NONE),
            ):
                row |= {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}
        rows.append(row)
    found = pd.DataFrame(rows, columns=list(GAPS.columns))
    tested = found["p"].notna()
    if tested.any():
        raw = found.loc[tested, "p"].astype("float64")
        found.loc[tested, "p_adjusted"] = multipletests(raw, method="fdr_bh")[1]
    return GAPS.validate(found)


def eye_to_eye(found: pd.DataFrame, n: int = 3) -> tuple[list[str], list[str]]:
    """Items on which the sides see most and least eye to eye, by weighted kappa.

    Parameters
    ----------
    found : DataFrame
        From :func:`gaps`.
    n : int
        How many of each; no item stands on both lists.

    Returns
    -------
    most, least : list of str
        The most agreed item first; the least agreed item first.
    """
    known = found.dropna(subset=["kappa"]).sort_values("kappa", ascending=False, kind="stable")
    most = known["item"].head(n).tolist()
    least = [item for item in known["item"].tail(n).tolist()[::-1] if item not in most]
    return most, least
