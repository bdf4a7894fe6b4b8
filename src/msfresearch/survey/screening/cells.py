"""Raw cells by item: what was asked of a respondent, and what was answered."""

from __future__ import annotations

from typing import Any

import pandas as pd

from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Table


def asked_items(table: Table) -> tuple[Item, ...]:
    """Items that a respondent is asked: those that stand in a column of the form, consent left out.

    Consent is no answer to the survey, and those who did not give it are no part of it.
    """
    consent = table.respondents.consent if table.respondents else None
    return tuple(
        item
        for item in table.items
        if not item.derived
        and not any(header.startswith("_") for _, header in item.columns())
        and not (consent and item.id == consent.item.split("__")[0])
    )


def codes_of(raw: pd.DataFrame, item: Item) -> pd.Series[Any]:
    """One cell per row for an item: its code as the questionnaire has it, "" where unanswered.

    The options of a multi item are one cell: "1|0|0", so that a question counts once however
    many boxes it has. Text is taken as written, without space around it.
    """
    if item.options:
        columns = [raw[option.column].str.strip() for option in item.options]
        cell = columns[0]
        for column in columns[1:]:
            cell = cell + "|" + column
        return cell.where(cell.str.strip("|") != "", "")
    cells = raw[str(item.column)].str.strip()
    return cells.replace(item.spelling) if item.spelling else cells


def codes(raw: pd.DataFrame, items: tuple[Item, ...]) -> pd.DataFrame:
    """:func:`codes_of` of several items, a column each."""
    return pd.DataFrame({item.id: codes_of(raw, item) for item in items}, index=raw.index)


def column_of(raw: pd.DataFrame, table: Table, name: str) -> pd.Series[Any]:
    """The cells of an item, of one option (``topics__budget``) or of an "other" text."""
    for item in table.items:
        if item.id == name and not item.derived:
            return codes_of(raw, item)
        for clean, header in item.columns():
            if clean == name:
                return raw[header].str.strip()
    # A derived item: answered where one of its parts is.
    item = table.item(name)
    parts = item.first_of or item.joined_of
    joined = pd.Series("", index=raw.index, dtype="str")
    for part in parts:
        joined = joined + column_of(raw, table, part)
    return joined


def asked_of(raw: pd.DataFrame, table: Table, cells: pd.DataFrame) -> pd.DataFrame:
    """Which items each respondent was asked, given the routing of the form.

    An item with a condition was asked where its condition holds, and where it was answered
    all the same. Where the item of the condition was left blank, it was not asked.
    """
    asked = pd.DataFrame(True, index=cells.index, columns=cells.columns)
    for item in asked_items(table):
        if item.asked_if:
            holds = pd.Series(True, index=cells.index)
            for other, wanted in item.asked_if.items():
                holds &= _has(raw, table.item(other), wanted)
            asked[item.id] = holds | (cells[item.id] != "")
    return asked


def _has(raw: pd.DataFrame, item: Item, wanted: tuple[str, ...]) -> pd.Series[Any]:
    if not item.options:
        return codes_of(raw, item).isin(wanted)
    ticked = pd.Series(False, index=raw.index)
    for option in item.options:
        if option.id in wanted:
            ticked |= raw[option.column].str.strip() == "1"
    return ticked


def member_of(raw: pd.DataFrame, table: Table) -> pd.Series[Any]:
    """Which member (country and level, say) a row is about, as written, in lower case.

    "" where a part is not given. Two spellings of one country are two members here: countries
    are told apart when the table is cleaned, after this.
    """
    item = table.item(table.member)
    known = pd.Series(True, index=raw.index)
    name = pd.Series("", index=raw.index, dtype="str")
    if item.first_of:
        for part in item.first_of:
            name = name.mask(name == "", column_of(raw, table, part).str.casefold())
        return name
    for part in item.joined_of or (item.id,):
        cell = column_of(raw, table, part).str.casefold()
        known &= cell != ""
        name = name + ":" + cell
    return name.where(known, "")
