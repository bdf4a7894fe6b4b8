"""Items that a survey did not ask: taken out before an export is matched, kept as not asked."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from msfresearch.errors import ManifestError
from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Table


def asked_table(table: Table, absent: Collection[str], file: Path) -> Table:
    """The table as this wave asked it.

    Parameters
    ----------
    table : Table
        Of the questionnaire.
    absent : collection of str
        Items (``capital``) and options (``topics__budget``) that the form did not have.
    file : Path
        For the error: the manifest.

    Returns
    -------
    Table
        Without them, and without rules and routing that speak of them.

    Raises
    ------
    ManifestError
        When the questionnaire has no such item, or the table cannot do without it.
    """
    if not absent:
        return table
    known = {item.id for item in table.items}
    known |= {f"{item.id}__{option.id}" for item in table.items for option in item.options}
    needed = {table.member, *table.key}
    needed |= {part for item in table.items if item.id in needed for part in item.joined_of}
    needed |= {i.id for i in table.items if i.column and i.column.startswith("_")}
    for name in absent:
        if name not in known or name in needed:
            raise ManifestError(
                "no item that a form may leave out",
                file=file,
                column="export.absent",
                found=name,
                expected="an item, or item__option, that the questionnaire asks; not one that "
                f"names the answer ({', '.join(sorted(needed - known) or sorted(needed))})",
                action="take the name out of `absent`",
            )
    items = tuple(_asked(item, absent) for item in table.items if item.id not in absent)
    rules = table.respondents
    if rules is not None:
        left = tuple(one for one in rules.substance if one not in absent)
        batteries = (tuple(i for i in row if i not in absent) for row in rules.batteries)
        rules = rules.model_copy(
            update={
                "consent": None
                if rules.consent and rules.consent.item in absent
                else rules.consent,
                "substance": left,
                "batteries": tuple(row for row in batteries if len(row) > 1),
            }
        )
    return table.model_copy(update={"items": items, "respondents": rules})


def _asked(item: Item, absent: Collection[str]) -> Item:
    """The item without options and conditions that the form did not have."""
    options = tuple(one for one in item.options if f"{item.id}__{one.id}" not in absent)
    conditions = {name: codes for name, codes in item.asked_if.items() if name not in absent}
    return item.model_copy(update={"options": options, "asked_if": conditions})


def with_absent(raw: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The raw table with an empty column for everything that the questionnaire has and it has not.

    Parameters
    ----------
    raw : DataFrame
        Canonical raw table of the items that were asked.
    table : Table
        Of the questionnaire, whole.
    """
    lacking = [name for name in table.columns() if name not in raw]
    empty = pd.DataFrame("", index=raw.index, columns=lacking, dtype="str")
    return pd.concat([raw, empty], axis=1) if lacking else raw


def clean_names(table: Table, absent: Collection[str]) -> tuple[str, ...]:
    """Clean columns of what was not asked."""
    return tuple(
        column
        for item in table.items
        for column, _ in item.columns()
        if item.id in absent or column in absent
    )
