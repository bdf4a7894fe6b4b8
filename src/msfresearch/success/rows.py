"""From a clean table to the rows one fit uses, every row left out counted with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import PlanError
from msfresearch.success.limits import PredictorLimit, allowed_predictors
from msfresearch.success.plan import Analysis, Outcome

ACCOUNTING = pa.DataFrameSchema(
    {
        "analysis": pa.Column("str"),
        "outcome": pa.Column("str"),
        "step": pa.Column("str", pa.Check.isin(["all rows", "missing", "not valid", "fitted"])),
        "item": pa.Column("str", nullable=True),
        "reason": pa.Column("str", nullable=True),
        "dropped": pa.Column("int64", pa.Check.ge(0)),
        "n_rows": pa.Column("int64", pa.Check.ge(0)),
        "n_plans": pa.Column("Int64", nullable=True),
        "n_members": pa.Column("int64", pa.Check.ge(0)),
    },
    strict=True,
    ordered=True,
    coerce=True,
)

UNGIVEN = "reason not given"


@dataclass(frozen=True)
class Rows:
    """What one fit uses.

    Attributes
    ----------
    data
        Columns ``row``, ``plan`` (missing where the analysis has none), ``member``, ``outcome``,
        ``exposure`` and one per predictor kept; in order of ``row``, nothing missing.
    predictors
        The kept predictors after the exposure, in the order of the plan.
    limit
        What was asked for and what was refused.
    accounting
        One row per step, from all rows to the fitted ones: see `accounting`.
    """

    data: pd.DataFrame
    predictors: tuple[str, ...]
    limit: PredictorLimit
    accounting: pd.DataFrame


def accounting(
    frame: pd.DataFrame, analysis: Analysis, *, reasons: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Count the rows from all of them down to the fitted ones, per outcome.

    Parameters
    ----------
    frame : DataFrame
        The clean table that the analysis names.
    analysis : Analysis
    reasons : DataFrame, optional
        Same index and items: why an answer is missing. Without it the reason reads
        "reason not given".

    Returns
    -------
    DataFrame
        Columns of ``ACCOUNTING``: what a step dropped, and rows, plans and members after it.

    Raises
    ------
    PlanError
        When the table does not fit the analysis.
    """
    parts = [
        prepare(frame, analysis, outcome, reasons=reasons).accounting
        for outcome in analysis.outcomes
    ]
    return ACCOUNTING.validate(pd.concat(parts, ignore_index=True))


def prepare(
    frame: pd.DataFrame,
    analysis: Analysis,
    outcome: Outcome,
    *,
    reasons: pd.DataFrame | None = None,
) -> Rows:
    """Choose and score the rows of one outcome.

    Parameters
    ----------
    frame, analysis, reasons
        As in `accounting`.
    outcome : Outcome
        One outcome of the analysis.

    Returns
    -------
    Rows

    Raises
    ------
    PlanError
        When a column is absent, a key is missing or repeated, a plan lies in two members, an
        exposure is not what the plan says, or (with the aggregated view) it varies in a plan.
    """
    _check_keys(frame, analysis)
    columns = {
        "exposure": _exposure(frame, analysis),
        "outcome": _scored(frame, outcome),
        **{one.item: _number(frame, one.item) for one in analysis.predictors},
    }
    data = pd.DataFrame({**_keys(frame, analysis), **columns}, index=frame.index)
    usable = data[["exposure", "outcome"]].notna().all(axis=1)
    limit = _limit(data[usable], analysis, outcome)
    while True:
        kept = [item for item in limit.kept if item != analysis.exposure.item]
        fitted = usable & data[kept].notna().all(axis=1)
        # Rows without a kept predictor go; what is left may bear fewer predictors.
        again = _limit(data[fitted], analysis, outcome)
        if again.allowed >= len(limit.kept):
            break
        limit = again
    steps = [analysis.exposure.item, outcome.item, *kept]
    left_out = list(_left_out(frame, data, steps, analysis, outcome, reasons))
    used = data.loc[fitted, ["row", "plan", "member", "outcome", "exposure", *kept]]
    used = used.sort_values("row", kind="stable").reset_index(drop=True)
    if "aggregated" in analysis.views:
        _check_constant_in_plan(used, analysis)
    return Rows(used, tuple(kept), limit, _table(data, left_out, analysis, outcome))


def _keys(frame: pd.DataFrame, analysis: Analysis) -> dict[str, object]:
    units = analysis.units
    return {
        "row": frame[units.row].astype("str"),
        "plan": pd.NA if units.plan is None else frame[units.plan].astype("str"),
        "member": frame[units.member].astype("str"),
    }


def _check_keys(frame: pd.DataFrame, analysis: Analysis) -> None:
    units = analysis.units
    items = [units.row, units.member, analysis.exposure.item]
    items += [units.plan] if units.plan is not None else []
    items += [outcome.item for outcome in analysis.outcomes]
    items += [predictor.item for predictor in analysis.predictors]
    for item in items:
        if item not in frame.columns:
            raise PlanError(
                f"analysis {analysis.id}: the table {analysis.table} has no such item",
                column=item,
                found=", ".join(map(str, frame.columns)),
                action="name an item of the questionnaire in codebook/plan.yml",
            )
    for key in dict.fromkeys((units.row, units.plan, units.member)):
        if key is not None and frame[key].isna().any():
            raise PlanError(
                f"analysis {analysis.id}: rows without the unit they belong to",
                column=key,
                found=f"{int(frame[key].isna().sum())} of {len(frame)} rows",
                expected="a value in every row: a cluster of its own for them would be made up",
            )
    if frame[units.row].duplicated().any():
        raise PlanError(
            f"analysis {analysis.id}: a row stands twice",
            column=units.row,
            found=frame.loc[frame[units.row].duplicated(), units.row].iloc[0],
            expected="every row once",
        )
    if units.plan is not None:
        members = frame.groupby(units.plan)[units.member].nunique()
        if (members > 1).any():
            raise PlanError(
                f"analysis {analysis.id}: a plan belongs to two members",
                column=units.plan,
                found=members.index[members > 1][0],
                expected="every plan within one member, or clustering by member is wrong",
            )


def _number(frame: pd.DataFrame, item: str) -> pd.Series[float]:
    try:
        values = pd.to_numeric(frame[item], errors="raise")
    except (TypeError, ValueError) as wrong:
        raise PlanError(
            "an item that a model needs as numbers holds text", column=item, found=wrong
        ) from None
    return values.astype("Float64").astype("float64")


def _exposure(frame: pd.DataFrame, analysis: Analysis) -> pd.Series[float]:
    values = _number(frame, analysis.exposure.item)
    if analysis.exposure.kind == "binary":
        other = values[values.notna() & ~values.isin([0, 1])]
        if len(other):
            raise PlanError(
                f"analysis {analysis.id}: a yes/no exposure has another value",
                column=analysis.exposure.item,
                found=other.iloc[0],
                expected="0, 1 or missing",
            )
    return values


def _scored(frame: pd.DataFrame, outcome: Outcome) -> pd.Series[float]:
    """The outcome as the model takes it; missing where it is missing or not valid."""
    threshold: int | str | float | None = outcome.success.at_least if outcome.success else None
    if outcome.valid.range is not None:
        values = _number(frame, outcome.item)
        lowest, highest = outcome.valid.range
        values = values.where(values.between(lowest, highest))
    else:
        rank = {level: float(place) for place, level in enumerate(outcome.valid.levels)}
        words = frame[outcome.item].astype("str")
        values = words.map(rank).astype("float64")
        threshold = None if threshold is None else rank[str(threshold)]
    if threshold is None:
        return values
    return (values >= float(threshold)).astype("float64").where(values.notna())


def _limit(data: pd.DataFrame, analysis: Analysis, outcome: Outcome) -> PredictorLimit:
    unit = "member" if analysis.units.plan is None else "plan"
    events = int(data["outcome"].sum()) if outcome.model == "logit" else None
    return allowed_predictors(
        [analysis.exposure.item, *(one.item for one in analysis.predictors)],
        model=outcome.model,
        n_units=data[unit].nunique(),
        n_events=None if events is None else min(events, len(data) - events),
        policy=analysis.policy,
    )


def _left_out(
    frame: pd.DataFrame,
    data: pd.DataFrame,
    items: list[str],
    analysis: Analysis,
    outcome: Outcome,
    reasons: pd.DataFrame | None,
) -> Iterator[tuple[str, str, str, npt.NDArray[np.bool_]]]:
    """Each step, item and reason with the rows it takes, in order; a row counts once."""
    left = np.ones(len(frame), dtype=bool)
    names = {analysis.exposure.item: "exposure", outcome.item: "outcome"}
    for item in items:
        gone = left & data[names.get(item, item)].isna().to_numpy()
        left &= ~gone
        empty = frame[item].isna()
        why = frame[item].astype("str")
        why = why.where(~empty, _reasons(reasons, frame, item))
        for step, mask in (("missing", empty.to_numpy()), ("not valid", ~empty.to_numpy())):
            for reason in sorted(why[gone & mask].unique()):
                yield step, item, reason, gone & mask & (why == reason).to_numpy()


def _reasons(reasons: pd.DataFrame | None, frame: pd.DataFrame, item: str) -> pd.Series[str] | str:
    if reasons is None or item not in reasons.columns:
        return UNGIVEN
    if not reasons.index.equals(frame.index):
        raise PlanError(
            "the reasons for missing answers are of other rows than the answers",
            column=item,
            found=f"{len(reasons)} rows of reasons",
            expected=f"the {len(frame)} rows of the table, with its index",
        )
    return reasons[item].astype("str").fillna(UNGIVEN)


def _table(
    data: pd.DataFrame,
    left_out: list[tuple[str, str, str, npt.NDArray[np.bool_]]],
    analysis: Analysis,
    outcome: Outcome,
) -> pd.DataFrame:
    left = np.ones(len(data), dtype=bool)
    lines: list[dict[str, object]] = []

    def note(step: str, item: str | None, reason: str | None, dropped: int) -> None:
        rest = data[left]
        lines.append(
            {
                "analysis": analysis.id,
                "outcome": outcome.id,
                "step": step,
                "item": item,
                "reason": reason,
                "dropped": dropped,
                "n_rows": len(rest),
                "n_plans": pd.NA if analysis.units.plan is None else rest["plan"].nunique(),
                "n_members": rest["member"].nunique(),
            }
        )

    note("all rows", None, None, 0)
    for step, item, reason, rows in left_out:
        left &= ~rows
        note(step, item, reason, int(rows.sum()))
    note("fitted", None, None, 0)
    return pd.DataFrame(lines, columns=list(ACCOUNTING.columns))


def _check_constant_in_plan(data: pd.DataFrame, analysis: Analysis) -> None:
    values = data.groupby("plan")["exposure"].nunique()
    if (values > 1).any():
        raise PlanError(
            f"analysis {analysis.id}: the exposure varies within a plan",
            column=analysis.exposure.item,
            found=f"{int((values > 1).sum())} plans, the first {values.index[values > 1][0]}",
            expected="one value per plan, or the rows cannot be summed up to plans",
        )
