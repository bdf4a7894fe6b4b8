"""Margins of the frame that answers are raked to, and what is done where too few answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import StageError

COLLAPSED = pa.DataFrameSchema(
    {
        "variable": pa.Column(str),
        "category": pa.Column(str),
        "answers": pa.Column(int, pa.Check.ge(0)),
        "target": pa.Column(float, pa.Check.ge(0)),
        "rule": pa.Column(str, pa.Check.isin(["merged", "dropped"])),
        "into": pa.Column(str, nullable=True),
    },
    strict=True,
)
#: Between the categories that were merged into one.
JOINT = " + "


@dataclass(frozen=True)
class Margin:
    """One variable whose distribution in the frame is known.

    Attributes
    ----------
    variable
        Column of the answers.
    targets
        Category to its total in the frame.
    order
        Categories in a line in which neighbours are alike; needed to merge.
    least
        Answers that a category needs to stand alone.
    when_short
        What becomes of a category with fewer: the run stops; the category is merged with its
        neighbour in ``order``; or, where nobody answered, it is dropped, so that the other
        categories stand for the whole.
    """

    variable: str
    targets: Mapping[str, float]
    order: tuple[str, ...] = ()
    least: int = 1
    when_short: Literal["stop", "merge", "drop"] = "stop"

    def __post_init__(self) -> None:
        """Refuse a margin that contradicts itself."""
        if not self.targets or min(self.targets.values()) < 0 or sum(self.targets.values()) <= 0:
            raise ValueError(f"margin {self.variable}: totals of a frame are positive")
        if self.when_short == "merge" and set(self.order) != set(self.targets):
            raise ValueError(f"margin {self.variable}: the order must list every category once")
        if self.least < 1 or (self.when_short == "drop" and self.least > 1):
            raise ValueError(f"margin {self.variable}: only what nobody answered can be dropped")


@dataclass(frozen=True)
class Collapsed:
    """A margin in which every category has answers.

    Attributes
    ----------
    variable
        The margin's variable.
    group_of
        Category to the group it is raked in; dropped categories are not in it.
    targets
        Group to its total.
    account
        The categories that were merged or dropped, in the columns of ``COLLAPSED``.
    """

    variable: str
    group_of: Mapping[str, str]
    targets: Mapping[str, float]
    account: tuple[Mapping[str, object], ...] = field(default=())


def frame_margins(
    frame: pd.DataFrame,
    orders: Mapping[str, Sequence[str]],
    *,
    count: str | None = None,
    least: int = 1,
) -> tuple[Margin, ...]:
    """Margins of a frame, one per variable, merged by the declared orders where need be.

    Parameters
    ----------
    frame : DataFrame
        One row per unit.
    orders : dict
        Variable to its categories in line; a variable with none is not merged: a category
        without answers then stops the run. Categories that the frame does not hold are passed
        over.
    count : str, optional
        Column with the members that a unit stands for; without it each unit counts once.
    least : int
        Answers that a category needs to stand alone.

    Raises
    ------
    StageError
        When the frame holds a category that the order does not, or does not tell a unit's.
    """
    weights = pd.Series(1.0, index=frame.index) if count is None else frame[count].astype(float)
    found = []
    for variable, order in orders.items():
        if frame[variable].isna().any():
            raise StageError(
                "the frame does not tell a margin of every unit",
                column=variable,
                found=f"{int(frame[variable].isna().sum())} units without it",
                action="complete codebook/members.csv, or leave the margin out",
            )
        totals = weights.groupby(frame[variable].astype("str")).sum()
        strange = [str(name) for name in totals.index if order and name not in order]
        if strange:
            raise StageError(
                "a category of the frame has no place in the declared order",
                column=variable,
                found=", ".join(strange),
                expected=", ".join(order),
            )
        found.append(
            Margin(
                variable,
                {str(name): float(total) for name, total in totals.items()},
                tuple(name for name in order if name in totals.index),
                least if order else 1,
                "merge" if order else "stop",
            )
        )
    return tuple(found)


def collapse(margin: Margin, answers: Mapping[str, int]) -> Collapsed:
    """Apply the margin's rule to the categories with too few answers.

    Parameters
    ----------
    margin : Margin
        Targets and rule.
    answers : dict
        Category to its number of answers; 0 where it is left out.

    Returns
    -------
    Collapsed

    Raises
    ------
    StageError
        When answers are in a category without a target, or a category is short and the rule is
        to stop.
    """
    n = {name: int(answers.get(name, 0)) for name in margin.targets}
    strange = [name for name, k in answers.items() if k and not margin.targets.get(name)]
    if strange:
        raise StageError(
            "answers in a category that the frame does not hold",
            column=margin.variable,
            found=f"{', '.join(strange)} ({answers[strange[0]]} answers)",
            expected=", ".join(margin.targets),
            action="rake without these answers, or correct the frame",
        )
    short = [name for name, k in n.items() if k < margin.least and margin.targets[name] > 0]
    if short and margin.when_short == "stop":
        raise StageError(
            f"the margin {margin.variable} has a cell without answers to rake",
            column=margin.variable,
            found=f"{short[0]}: {n[short[0]]} answers, {margin.targets[short[0]]:g} in the frame",
            expected=f"at least {margin.least} in each category",
            action="declare an order in which its categories may be merged, or drop the category",
        )
    if margin.when_short == "merge":
        group_of = merge(n, margin.order, margin.least)
    else:
        group_of = {name: name for name in margin.targets if n[name]}
    kept = sum(margin.targets[name] for name in group_of)
    scale = sum(margin.targets.values()) / kept if kept else 0.0
    targets: dict[str, float] = {}
    for name, group in group_of.items():
        targets[group] = targets.get(group, 0.0) + margin.targets[name] * scale
    account = [
        {
            "variable": margin.variable,
            "category": name,
            "answers": n[name],
            "target": float(margin.targets[name]),
            "rule": "merged" if name in group_of else "dropped",
            "into": group_of.get(name),
        }
        for name in margin.targets
        if group_of.get(name) != name and (margin.targets[name] > 0 or n[name])
    ]
    return Collapsed(margin.variable, group_of, targets, tuple(account))


def merge(n: Mapping[str, int], order: Sequence[str], least: int) -> dict[str, str]:
    """Join categories to their neighbours until each group has enough.

    The group with the fewest answers joins the neighbour in line that has fewer (the earlier
    one where they are equal), until no group is short or one is left.

    Parameters
    ----------
    n : dict
        Category to its number of answers.
    order : sequence of str
        The categories in line.
    least : int
        Answers that a group needs.

    Returns
    -------
    dict
        Category to the name of its group: its own, or the names of all in the group.
    """
    groups = [[name] for name in order]
    sizes = [n[name] for name in order]
    while len(groups) > 1 and min(sizes) < least:
        at = sizes.index(min(sizes))
        sides = [k for k in (at - 1, at + 1) if 0 <= k < len(groups)]
        to = min(sides, key=lambda k: sizes[k])
        first = min(at, to)
        groups[first : first + 2] = [groups[first] + groups[first + 1]]
        sizes[first : first + 2] = [sizes[first] + sizes[first + 1]]
    return {name: JOINT.join(group) for group in groups for name in group}


def account_of(collapsed: Sequence[Collapsed]) -> pd.DataFrame:
    """What was merged or dropped over all margins: a table of ``COLLAPSED``, empty if nothing."""
    rows: list[dict[str, Any]] = [dict(row) for one in collapsed for row in one.account]
    types = {"variable": "str", "category": "str", "answers": "int64", "target": "float64"}
    table = pd.DataFrame(rows, columns=list(COLLAPSED.columns))
    return COLLAPSED.validate(table.astype(types | {"rule": "str", "into": "str"}))
