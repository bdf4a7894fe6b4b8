"""What is estimated of each closed item: means of what has an order, shares of every answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from msfresearch.survey.fieldwork.arrays import Array
from msfresearch.survey.fieldwork.funnel import asked_items
from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Questionnaire, Table


@dataclass(frozen=True)
class Quantity:
    """One column to take the mean of.

    Attributes
    ----------
    item
        The item's id.
    level
        The answer or option whose share it is; None for a mean.
    measure
        ``mean`` or ``share``.
    """

    item: str
    level: str | None
    measure: Literal["mean", "share"]


def closed_items(table: Table) -> tuple[Item, ...]:
    """Items that the form asks and whose answers can be counted or averaged."""
    asked = asked_items(table)
    return tuple(item for item in asked if item.scale or item.type in ("multi", "numeric"))


def quantities(
    answers: pd.DataFrame,
    table: Table,
    questionnaire: Questionnaire,
    items: Sequence[str] | None = None,
    *,
    brief: bool = False,
) -> Iterator[tuple[tuple[Quantity, ...], Array]]:
    """The columns of each closed item, item by item.

    Parameters
    ----------
    answers : DataFrame
        The clean table.
    table, questionnaire
        The form.
    items : sequence of str, optional
        Ids of items; all closed ones that the form asks by default.
    brief : bool
        One column where one tells the item: the mean alone of an ordinal item, the share of 1
        alone of an item stored as 0 and 1.

    Yields
    ------
    tuple
        The quantities, and an array of shape (answers, quantities), NaN where the item has no
        answer.
    """
    chosen = closed_items(table) if items is None else tuple(table.item(one) for one in items)
    for item in chosen:
        named = tuple(
            _of_options(answers, item)
            if item.type == "multi"
            else _of_column(answers[item.id], item, questionnaire, brief)
        )
        if named:
            yield tuple(one for one, _ in named), np.column_stack([column for _, column in named])


def _of_options(answers: pd.DataFrame, item: Item) -> Iterator[tuple[Quantity, Array]]:
    for option in item.options:
        yield Quantity(item.id, option.id, "share"), _numbers(answers[f"{item.id}__{option.id}"])


def _of_column(
    column: pd.Series[Any], item: Item, questionnaire: Questionnaire, brief: bool
) -> Iterator[tuple[Quantity, Array]]:
    if item.type in ("numeric", "ordinal"):
        yield Quantity(item.id, None, "mean"), _numbers(column)
        if brief:
            return
    values = [level.value for level in questionnaire.levels(item)]
    if not values:
        return
    # Positions of the answers on the scale, -1 where there is none.
    position = pd.Index(values).get_indexer(pd.Index(column.astype(object)))
    nothing = np.where(position < 0, np.nan, 0.0)
    for at, value in enumerate(values):
        if not (brief and values == [0, 1] and value == 0):
            yield Quantity(item.id, str(value), "share"), (position == at) + nothing


def _numbers(column: pd.Series[Any]) -> Array:
    return column.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
