"""What follows from other answers: items made of others, and questions that were not asked."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd
import pandera.pandas as pa

from msfresearch.survey.absent import conditions_left
from msfresearch.survey.items import Item
from msfresearch.survey.joins import stack
from msfresearch.survey.log import ABSENT, FIRST, HOLLOW, JOINED_ITEMS, NOT_ASKED, note
from msfresearch.survey.questionnaire import Questionnaire, Table

LISTED = pa.DataFrameSchema(
    {
        "table": pa.Column(str),
        "row_id": pa.Column(str),
        "line": pa.Column(int),
        "item": pa.Column(str),
        "value": pa.Column(str, nullable=True),
        "other_item": pa.Column(str),
        "other_value": pa.Column(str, nullable=True),
    },
    strict=True,
)


def derive(
    name: str,
    values: pd.DataFrame,
    why: pd.DataFrame,
    table: Table,
    log: list[dict[str, object]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add the items that are made of others, and put all in the questionnaire's order.

    Parameters
    ----------
    name : str
        The table's name, for the log.
    values, why : DataFrame
        Answers and reasons, one row per row of the file.
    table : Table
        Items and rules.
    log : list
        Gets a line per rule and item.

    Returns
    -------
    values, why : DataFrame
    """
    for item in table.items:
        if item.joined_of:
            values[item.id], why[item.id] = _joined(values, why, item)
            given = int(values[item.id].notna().sum())
            note(log, name, JOINED_ITEMS, len(values), (0, given), given, item.id)
        if item.first_of:
            first = values[item.first_of[0]].copy()
            reason = why[item.first_of[0]].copy()
            used = {item.first_of[0]: int(first.notna().sum())}
            for other in item.first_of[1:]:
                fill = first.isna() & values[other].notna()
                used[other] = int(fill.sum())
                first[fill] = values.loc[fill, other]
                reason[fill] = pd.NA
            values[item.id], why[item.id] = first, reason
            detail = ", ".join(f"{n} from {source}" for source, n in used.items())
            note(
                log,
                name,
                FIRST,
                len(values),
                (0, int(first.notna().sum())),
                int(first.notna().sum()),
                item.id,
                detail,
            )
    for item in table.items:
        if item.unless_all_missing:
            parts = list(item.unless_all_missing)
            before = int(values[item.id].notna().sum())
            hollow = values[parts].isna().all(axis=1) & values[item.id].notna()
            same = why.loc[hollow, parts].nunique(axis=1) == 1
            taken = why.loc[hollow, parts[0]].where(same, "unclear")
            values.loc[hollow, item.id] = pd.NA
            why.loc[hollow, item.id] = taken
            note(
                log,
                name,
                HOLLOW,
                len(values),
                (before, before - int(hollow.sum())),
                int(hollow.sum()),
                item.id,
                f"parts: {', '.join(parts)}",
            )
    order = [
        column
        for item in table.items
        for column in ([own for own, _ in item.columns()] or [item.id])
    ]
    return values[order], why[order]


def _joined(
    values: pd.DataFrame, why: pd.DataFrame, item: Item
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Values of several items in one, such as CAN:national; missing where any of them is."""
    parts = list(item.joined_of)
    whole = values[parts].notna().all(axis=1)
    joined, first = values[parts[0]].astype("str"), why[parts[0]]
    for part in parts[1:]:
        joined = joined.str.cat(values[part].astype("str"), sep=":")
        first = first.fillna(why[part])
    return joined.where(whole).astype("str"), first.where(~whole).astype("str")


def route(
    name: str,
    values: pd.DataFrame,
    why: pd.DataFrame,
    table: Table,
    questionnaire: Questionnaire,
    log: list[dict[str, object]],
    absent: Collection[str] = (),
) -> pd.DataFrame:
    """Tell questions that were not asked from questions that were not answered.

    An empty cell of an item whose ``asked_if`` does not hold gets the reason ``not_asked``; an
    answer there is kept and listed. Columns of items that the form did not have (``absent``) get
    the same reason. ``why`` is changed in place.

    Returns
    -------
    DataFrame
        Answers to questions that were not asked, in the form of ``LISTED``.
    """
    listed: list[pd.DataFrame] = []
    for column in absent:
        why[column] = "not_asked"
        note(log, name, ABSENT, len(values), (0, 0), len(values), column)
    for whole in table.items:
        conditions = conditions_left(whole, absent)
        if not conditions or all(column in absent for column, _ in whole.columns()):
            continue
        item = whole.model_copy(update={"asked_if": conditions})
        unasked = ~_asked(values, why, item, table, questionnaire)
        governing = ", ".join(item.asked_if)
        for column, _ in item.columns():
            empty = unasked & (why[column] == "blank")
            why.loc[empty, column] = "not_asked"
            given = unasked & values[column].notna()
            if item.options and column != f"{item.id}_other":
                given &= values[column] == 1
            note(
                log,
                name,
                NOT_ASKED,
                len(values),
                (int(unasked.sum()), int(unasked.sum())),
                int(empty.sum()),
                column,
                f"{int(given.sum())} answered all the same; kept and listed",
            )
            rows = values.loc[given]
            listed.append(
                pd.DataFrame(
                    {
                        "table": name,
                        "row_id": "",
                        "line": rows.index.astype("int64"),
                        "item": column,
                        "value": rows[column].astype("str"),
                        "other_item": governing,
                        "other_value": _said(values, why, item).loc[rows.index],
                    }
                )
            )
    return stack(listed, LISTED)


def _asked(
    values: pd.DataFrame,
    why: pd.DataFrame,
    item: Item,
    table: Table,
    questionnaire: Questionnaire,
) -> pd.Series[bool]:
    """Rows to which the item was put: every condition of its ``asked_if`` holds."""
    asked = pd.Series(True, index=values.index)
    for other, codes in item.asked_if.items():
        governing = table.item(other)
        if governing.options:
            ticked = [f"{other}__{option.id}" for option in governing.options if option.id in codes]
            asked &= (values[ticked] == 1).any(axis=1)
            continue
        said = {level.value for level in questionnaire.levels(governing) if level.code in codes}
        reasons = {questionnaire.missing_codes(governing).get(code) for code in codes} - {None}
        asked &= values[other].isin(said) | why[other].isin(reasons)
    return asked


def _said(values: pd.DataFrame, why: pd.DataFrame, item: Item) -> pd.Series[str]:
    """What the items say on which the question depends."""
    parts = [
        values[other].astype("str").fillna(why[other])
        if other in values
        else pd.Series("none of its options", index=values.index)
        for other in item.asked_if
    ]
    said = parts[0]
    for part in parts[1:]:
        said = said.str.cat(part, sep=", ")
    return said.astype("str")
