"""Do two columns go together, and do two groups differ: one row per member, n always given."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import PlanError
from msfresearch.success.fits import FloatArray
from msfresearch.success.intervals import quantile

ASSOCIATION = pa.DataFrameSchema(
    {
        "first": pa.Column("str"),
        "second": pa.Column("str"),
        "statistic": pa.Column("str", pa.Check.isin(["Spearman", "Kendall tau-b"])),
        "estimate": pa.Column("float64", pa.Check.in_range(-1, 1), nullable=True),
        "low": pa.Column("float64", pa.Check.in_range(-1, 1), nullable=True),
        "high": pa.Column("float64", pa.Check.in_range(-1, 1), nullable=True),
        "p": pa.Column("float64", pa.Check.in_range(0, 1), nullable=True),
        "n": pa.Column("int64", pa.Check.ge(0)),
        "n_missing": pa.Column("int64", pa.Check.ge(0)),
        "status": pa.Column(
            "str", pa.Check.isin(["estimated", "few pairs", "constant", "perfect"])
        ),
    },
    strict=True,
    ordered=True,
    coerce=True,
)
DIFFERENCE = pa.DataFrameSchema(
    {
        "value": pa.Column("str"),
        "group": pa.Column("str"),
        "base": pa.Column("str"),
        "other": pa.Column("str"),
        "mean_base": pa.Column("float64", nullable=True),
        "mean_other": pa.Column("float64", nullable=True),
        "difference": pa.Column("float64", nullable=True),
        "low": pa.Column("float64", nullable=True),
        "high": pa.Column("float64", nullable=True),
        "df": pa.Column("float64", nullable=True),
        "p": pa.Column("float64", pa.Check.in_range(0, 1), nullable=True),
        "p_permutation": pa.Column("float64", pa.Check.in_range(0, 1), nullable=True),
        "draws": pa.Column("int64", pa.Check.ge(0)),
        "n_base": pa.Column("int64", pa.Check.ge(0)),
        "n_other": pa.Column("int64", pa.Check.ge(0)),
        "n_left_out": pa.Column("int64", pa.Check.ge(0)),
        "status": pa.Column("str", pa.Check.isin(["estimated", "few rows", "constant"])),
    },
    strict=True,
    ordered=True,
    coerce=True,
)

MINIMUM_PAIRS = 10
MINIMUM_PER_GROUP = 3
_BLOCK = 2000


def rank_association(
    frame: pd.DataFrame, first: str, second: str, *, unit: str, level: float = 0.95
) -> pd.DataFrame:
    """Rank correlation of two columns, in two ways.

    Parameters
    ----------
    frame : DataFrame
        One row per `unit`, usually the member.
    first, second : str
        Columns: numbers, or ordered categories.
    unit : str
        Column that names the rows; a unit that stands twice is an error.
    level : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        Columns of ``ASSOCIATION``, one row for Spearman's rho, one for Kendall's tau-b. With
        fewer than 10 pairs or a constant column nothing is estimated. A perfect correlation
        (exactly 1 or -1) is given without interval, for which the method has none.

    Raises
    ------
    PlanError
        When a column is absent, a unit repeats or a column holds unordered words.

    Notes
    -----
    Intervals on Fisher's z: standard error sqrt((1 + rho²/2) / (n - 3)) for rho (Bonett and
    Wright 2000, *Psychometrika* 65) and sqrt(0.437 / (n - 4)) for tau (Fieller, Hartley and
    Pearson 1957, *Biometrika* 44). Many ties make both approximate.
    """
    from scipy import stats

    _check_units(frame, unit, (first, second))
    pairs = pd.DataFrame({"x": _ordered(frame, first), "y": _ordered(frame, second)})
    missing = int(pairs.isna().any(axis=1).sum())
    pairs = pairs.dropna()
    n = len(pairs)
    common = {"first": first, "second": second, "n": n, "n_missing": missing}
    lines: list[dict[str, object]] = []
    for statistic in ("Spearman", "Kendall tau-b"):
        line = common | {"statistic": statistic}
        if n < MINIMUM_PAIRS:
            lines.append(line | {"status": "few pairs"})
            continue
        if (pairs.nunique() < 2).any():
            lines.append(line | {"status": "constant"})
            continue
        if statistic == "Spearman":
            found = stats.spearmanr(pairs["x"], pairs["y"])
            se = np.sqrt((1 + float(found.statistic) ** 2 / 2) / (n - 3))
        else:
            found = stats.kendalltau(pairs["x"], pairs["y"], variant="b")
            se = np.sqrt(0.437 / (n - 4))
        estimate = float(np.clip(found.statistic, -1, 1))
        line |= {"estimate": estimate, "p": float(found.pvalue), "status": "estimated"}
        if 1 - abs(estimate) < 1e-12:
            lines.append(line | {"status": "perfect"})
            continue
        z, reach = np.arctanh(estimate), quantile(level, None) * se
        lines.append(line | {"low": np.tanh(z - reach), "high": np.tanh(z + reach)})
    return ASSOCIATION.validate(pd.DataFrame(lines, columns=list(ASSOCIATION.columns)))


def group_difference(
    frame: pd.DataFrame,
    value: str,
    group: str,
    *,
    unit: str,
    base: object,
    other: object,
    seed: np.random.SeedSequence,
    draws: int = 9999,
    level: float = 0.95,
) -> pd.DataFrame:
    """Difference of two group means, with Welch's interval and a permutation check.

    Parameters
    ----------
    frame : DataFrame
        One row per `unit`.
    value, group : str
        A column of numbers, and the column that says the group.
    unit : str
        Column that names the rows; a unit that stands twice is an error.
    base, other
        The two groups; the difference is `other` minus `base`. Rows of further groups and rows
        without a value are left out and counted.
    seed : SeedSequence
        Makes the permutations; the same seed gives the same p-value.
    draws : int
        Number of permutations.
    level : float
        Coverage of the interval.

    Returns
    -------
    DataFrame
        One row, columns of ``DIFFERENCE``. With fewer than 3 rows in a group nothing is
        estimated.

    Raises
    ------
    PlanError
        When a column is absent, a unit repeats, the values are no numbers or no row is of a
        group.

    Notes
    -----
    Welch (1947), *Biometrika* 34. The permutations compare Welch's t, so that unequal variances
    do not pass for unequal means (Janssen 1997, *Statistics and Probability Letters* 36); the
    p-value counts the data as one of the draws.
    """
    from scipy import stats

    _check_units(frame, unit, (value, group))
    values = _ordered(frame, value).to_numpy(dtype="float64")
    chosen = [(frame[group] == name).fillna(False).to_numpy(dtype=bool) for name in (base, other)]
    first, second = (
        np.asarray(values[mask & ~np.isnan(values)], dtype=np.float64) for mask in chosen
    )
    for name, mask in zip((base, other), chosen, strict=True):
        if not mask.any():
            raise PlanError(
                "no row is of this group",
                column=group,
                found=name,
                expected="one of: " + ", ".join(sorted(map(str, frame[group].dropna().unique()))),
            )
    line: dict[str, object] = {
        "value": value,
        "group": group,
        "base": str(base),
        "other": str(other),
        "draws": 0,
        "n_base": len(first),
        "n_other": len(second),
        "n_left_out": len(frame) - len(first) - len(second),
        "status": "estimated",
    }
    if min(len(first), len(second)) < MINIMUM_PER_GROUP:
        line["status"] = "few rows"
    elif np.ptp(first) == 0 and np.ptp(second) == 0:
        line["status"] = "constant"
    else:
        welch = stats.ttest_ind(second, first, equal_var=False)
        interval = welch.confidence_interval(level)
        line |= {
            "mean_base": first.mean(),
            "mean_other": second.mean(),
            "difference": second.mean() - first.mean(),
            "low": interval.low,
            "high": interval.high,
            "df": welch.df,
            "p": welch.pvalue,
            "p_permutation": _permutation_p(first, second, float(welch.statistic), seed, draws),
            "draws": draws,
        }
    return DIFFERENCE.validate(pd.DataFrame([line], columns=list(DIFFERENCE.columns)))


def _permutation_p(
    first: FloatArray,
    second: FloatArray,
    observed: float,
    seed: np.random.SeedSequence,
    draws: int,
) -> float:
    pooled, cut = np.concatenate([first, second]), len(first)
    random = np.random.default_rng(seed)
    as_far = 0
    for start in range(0, draws, _BLOCK):
        size = min(_BLOCK, draws - start)
        mixed = random.permuted(np.broadcast_to(pooled, (size, len(pooled))), axis=1)
        a, b = mixed[:, :cut], mixed[:, cut:]
        spread = a.var(axis=1, ddof=1) / cut + b.var(axis=1, ddof=1) / (len(pooled) - cut)
        # Both groups constant is as far apart as a permutation can be.
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = np.abs(b.mean(axis=1) - a.mean(axis=1)) / np.sqrt(spread)
        statistic = np.nan_to_num(statistic, nan=0.0, posinf=np.inf)
        as_far += int((statistic >= abs(observed) * (1 - 1e-12)).sum())
    return (1 + as_far) / (1 + draws)


def _check_units(frame: pd.DataFrame, unit: str, columns: tuple[str, ...]) -> None:
    for column in (unit, *columns):
        if column not in frame.columns:
            raise PlanError(
                "the table has no such column",
                column=column,
                found=", ".join(map(str, frame.columns)),
            )
    twice = frame[unit].duplicated() | frame[unit].isna()
    if twice.any():
        raise PlanError(
            "a row without a unit of its own",
            column=unit,
            found=frame.loc[twice, unit].iloc[0],
            expected="one row per unit: rows of one member are not independent",
            action="sum the table up to one row per unit first",
        )


def _ordered(frame: pd.DataFrame, column: str) -> pd.Series[float]:
    """The column as numbers; an ordered category as its rank."""
    values = frame[column]
    if isinstance(values.dtype, pd.CategoricalDtype):
        if not values.cat.ordered:
            raise PlanError("categories without an order have no ranks", column=column)
        ranks = values.cat.codes.astype("float64")
        return ranks.where(ranks >= 0)
    try:
        numbers = pd.to_numeric(values, errors="raise")
    except (TypeError, ValueError) as wrong:
        raise PlanError(
            "a column that is needed as numbers holds text", column=column, found=wrong
        ) from None
    return numbers.astype("Float64").astype("float64")
