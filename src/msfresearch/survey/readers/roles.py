"""What a platform notes of an answer, in the one form that each role has (see ``Column.role``)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from msfresearch.errors import SourceError
from msfresearch.survey.readers.columns import key
from msfresearch.survey.readers.export import Export, Step
from msfresearch.survey.readers.timestamps import to_iso
from msfresearch.survey.respondents import Role
from msfresearch.survey.source import ExportOptions

_TIMES: tuple[Role, ...] = ("submitted", "started")
_MAPPED = "role:"
_FINISHED = {
    **dict.fromkeys(("1", "true", "yes", "wahr", "ja", "verdadero", "si", "vrai", "oui"), "1"),
    **dict.fromkeys(("0", "false", "no", "falsch", "nein", "falso", "faux", "non"), "0"),
}
_LANGUAGES = {
    **dict.fromkeys(("eng", "english", "ingles", "anglais", "englisch"), "en"),
    **dict.fromkeys(("spa", "spanish", "espanol", "espagnol", "spanisch", "castellano"), "es"),
    **dict.fromkeys(("fra", "fre", "french", "frances", "francais", "franzosisch"), "fr"),
}


def in_form(
    table: pd.DataFrame,
    roles: Mapping[str, Role],
    file: Path,
    options: ExportOptions,
    zones: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, tuple[Step, ...]]:
    """Bring the columns of a platform into the form of their role.

    Parameters
    ----------
    table : DataFrame of str
        Cells as the platform writes them.
    roles : dict
        Column to its role; columns that are not named stay as they are.
    file : Path
        For errors.
    options : ExportOptions
        ``day_first`` decides how timestamps are read.
    zones : dict, optional
        Column of timestamps to the zone that the file names for it.

    Returns
    -------
    table : DataFrame of str
        A new table.
    account : tuple of Step

    Raises
    ------
    SourceError
        When a timestamp is none, or cannot be read for certain.
    """
    times = {name: table[name] for name, role in roles.items() if role in _TIMES}
    made: dict[str, pd.Series[Any]] = {}
    account: list[Step] = []
    if times:
        made, steps = to_iso(times, file, day_first=options.day_first, zones=zones)
        account += steps
    for name, role in roles.items():
        one = _ONE.get(role)
        if one is None:
            continue
        meaning = {text: one(text) for text in table[name].unique()}
        unread = [text for text, said in meaning.items() if text.strip() and not said]
        made[name] = table[name].map(meaning).astype("str")
        lost = int(table[name].isin(unread).sum())
        account.append(Step(f"cells of {role} that say nothing known, left empty", lost, name))
    return table.assign(**made), tuple(account)


def with_mapped_roles(export: Export, options: ExportOptions, file: Path) -> Export:
    """Give the columns that the manifest maps to a role that role, and its form.

    Raises
    ------
    SourceError
        When the manifest names a role that there is not, or a timestamp is none.
    """
    wanted = {
        name: target.removeprefix(_MAPPED)
        for name, target in options.columns.items()
        if target.startswith(_MAPPED) and name in set(export.table.columns)
    }
    for name, role in wanted.items():
        if role not in get_args(Role):
            raise SourceError(
                "no such role",
                file=file,
                column=name,
                found=f"role:{role}",
                expected=", ".join(f"role:{one}" for one in get_args(Role)),
                action="correct `export: columns:` in wave.yml",
            )
    roles: dict[str, Role] = {
        column.name: role
        for column in export.columns
        for role in get_args(Role)
        if wanted.get(column.name) == role and column.role != role
    }
    if not roles:
        return export
    table, steps = in_form(export.table, roles, file, options)
    columns = tuple(
        dataclasses.replace(column, role=roles.get(column.name, column.role))
        for column in export.columns
    )
    mapped = Step("columns given a role by the manifest", len(roles), ", ".join(roles))
    account = (*export.account, mapped, *steps)
    return dataclasses.replace(export, table=table, columns=columns, account=account)


def _finished(text: str) -> str:
    return _FINISHED.get(key(text), "")


def _number(text: str) -> str:
    match = re.fullmatch(r"\s*([0-9]+)(?:\.[0-9]*)?\s*%?\s*", text)
    return str(int(match[1])) if match else ""


def _language(text: str) -> str:
    word = key(text)
    first = word.partition(" ")[0]
    named = _LANGUAGES.get(word) or _LANGUAGES.get(first)
    return named or (first if re.fullmatch(r"[a-z]{2,3}", first) else "")


_ONE: Mapping[Role, Any] = {
    "finished": _finished,
    "progress": _number,
    "duration": _number,
    "language": _language,
}
