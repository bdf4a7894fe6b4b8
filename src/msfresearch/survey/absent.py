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
    gone = {*absent, *clean_names(table, absent)}
    items = tuple(_asked(item, gone) for item in table.items if not _is_gone(item, gone))
    rules = table.respondents
    if rules is not None:
        left = tuple(one for one in rules.substance if one not in gone)
        batteries = (tuple(i for i in row if i not in gone) for row in rules.batteries)
        rules = rules.model_copy(
            update={
                "consent": None if rules.consent and rules.consent.item in gone else rules.consent,
                "substance": left,
                "batteries": tuple(row for row in batteries if len(row) > 1),
            }
        )
    return table.model_copy(update={"items": items, "respondents": rules})


def _is_gone(item: Item, gone: Collection[str]) -> bool:
    return not item.derived and all(column in gone for column, _ in item.columns())


def _asked(item: Item, gone: Collection[str]) -> Item:
    """The item without options, text and conditions that the form did not have."""
    options = tuple(one for one in item.options if f"{item.id}__{one.id}" not in gone)
    other = None if f"{item.id}_other" in gone else item.other
    changed = {"options": options, "other": other, "asked_if": conditions_left(item, gone)}
    return item.model_copy(update=changed)


def conditions_left(item: Item, gone: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The conditions under which a form could ask an item, though it had not all the questions.

    Parameters
    ----------
    item : Item
        Of the whole questionnaire.
    gone : collection of str
        Clean columns of what the form did not have; see :func:`clean_names`.

    Returns
    -------
    dict
        As ``asked_if``: without the items, and without the options of multi-select items, that
        nobody could answer.
    """
    left = {
        other: tuple(code for code in codes if f"{other}__{code}" not in gone)
        for other, codes in item.asked_if.items()
        if other not in gone
    }
    return {other: codes for other, codes in left.items() if codes}


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
    """Clean columns of what was not asked.

    Where an item is absent all of its columns are, and so they are where each of its options is;
    the text beside an option that is absent goes with it.
    """
    names: list[str] = []
    for item in table.items:
        options = [f"{item.id}__{option.id}" for option in item.options]
        whole = item.id in absent or (options and all(one in absent for one in options))
        text = item.other is not None and f"{item.id}__{item.other.code}" in absent
        names += [
            column
            for column, _ in item.columns()
            if whole or column in absent or (text and column == f"{item.id}_other")
        ]
    return tuple(names)
