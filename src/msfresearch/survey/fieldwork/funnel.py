"""How far respondents came: what was asked, answered and left, item by item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.survey.fieldwork.arrays import Flags
from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Table

FUNNEL = pa.DataFrameSchema(
    {
        "position": pa.Column(int, unique=True),
        "item": pa.Column(str, unique=True),
        "section": pa.Column(str, nullable=True),
        "asked": pa.Column(int, pa.Check.ge(0)),
        "responded": pa.Column(int, pa.Check.ge(0)),
        "answered": pa.Column(int, pa.Check.ge(0)),
        "share": pa.Column("Float64", pa.Check.in_range(0, 1), nullable=True),
        "reached": pa.Column(int, pa.Check.ge(0)),
        "last": pa.Column(int, pa.Check.ge(0)),
        "broke_off": pa.Column(int, pa.Check.ge(0)),
    },
    strict=True,
)
MISSING = pa.DataFrameSchema(
    {"item": pa.Column(str), "reason": pa.Column(str), "n": pa.Column(int, pa.Check.gt(0))},
    strict=True,
)
#: Reasons that nobody chose: the item was passed over, or not asked.
SILENT = ("blank", "not_asked")


@dataclass(frozen=True)
class Funnel:
    """Completion by item, in the order of the form.

    Attributes
    ----------
    items : DataFrame
        ``position``, ``item``, ``section``; rows that were ``asked``; that ``responded`` (an
        answer, or a code such as "don't know" that someone chose); that ``answered``; ``share``
        of the asked that answered; rows that ``reached`` the item (responded to it or to a later
        one); rows whose ``last`` response it was; and those of them that ``broke_off``.
    missing : DataFrame
        ``item``, ``reason``, ``n``: why there is no answer, counted.
    none
        Rows without a response to any item.
    """

    items: pd.DataFrame
    missing: pd.DataFrame
    none: int


def asked_items(table: Table) -> tuple[Item, ...]:
    """Items that the form asks: not made of others, not noted by the platform."""
    return tuple(
        item
        for item in table.items
        if not item.derived and not any(column.startswith("_") for _, column in item.columns())
    )


def funnel(
    answers: pd.DataFrame,
    reasons: pd.DataFrame,
    table: Table,
    complete: pd.Series[Any] | None = None,
) -> Funnel:
    """Count how far respondents came.

    Parameters
    ----------
    answers, reasons : DataFrame
        The clean table and why its answers are missing, row by row.
    table : Table
        The form.
    complete : Series of bool, optional
        Rows that are complete: the last item such a row responded to is no point of break-off.
        Without it, no row counts as broken off.

    Returns
    -------
    Funnel
    """
    items = asked_items(table)
    n = len(answers)
    responded = np.zeros((n, len(items)), dtype=bool)
    rows: list[dict[str, object]] = []
    missing: list[dict[str, object]] = []
    for position, item in enumerate(items):
        given, why = _item(answers, reasons, item)
        counts = why.value_counts().sort_index()
        missing += [{"item": item.id, "reason": str(r), "n": int(k)} for r, k in counts.items()]
        responded[:, position] = given | (why.notna() & ~why.isin(SILENT))
        asked = n - int(counts.get("not_asked", 0))
        rows.append(
            {
                "position": position + 1,
                "item": item.id,
                "section": item.section,
                "asked": asked,
                "responded": int(responded[:, position].sum()),
                "answered": int(given.sum()),
                "share": int(given.sum()) / asked if asked else pd.NA,
            }
        )
    some = responded.any(axis=1)
    last = len(items) - 1 - responded[:, ::-1].argmax(axis=1)
    ends = np.bincount(last[some], minlength=len(items))
    off = some & ~complete.fillna(False).to_numpy(dtype=bool) if complete is not None else ~some
    found = pd.DataFrame(rows).astype({"share": "Float64", "section": "str", "item": "str"})
    found["reached"] = ends[::-1].cumsum()[::-1]
    found["last"] = ends
    found["broke_off"] = np.bincount(last[some & off], minlength=len(items))
    reasons_found = pd.DataFrame(missing, columns=list(MISSING.columns))
    reasons_found = reasons_found.astype({"item": "str", "reason": "str", "n": "int64"})
    return Funnel(FUNNEL.validate(found), MISSING.validate(reasons_found), int((~some).sum()))


def _item(answers: pd.DataFrame, reasons: pd.DataFrame, item: Item) -> tuple[Flags, pd.Series[Any]]:
    """Whether an item was answered, and why not; a multi item by its boxes."""
    columns = [f"{item.id}__{option.id}" for option in item.options] or [item.id]
    given = answers[columns].notna().any(axis=1).to_numpy(dtype=bool)
    # Boxes of one item are missing for one reason; where they differ, the first stands.
    why = reasons[columns[0]].astype("str")
    for column in columns[1:]:
        why = why.fillna(reasons[column])
    return given, why.mask(pd.Series(given, index=why.index))
