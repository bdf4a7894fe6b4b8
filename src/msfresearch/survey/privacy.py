"""Who answered is split off from what was answered, as soon as a file is read."""

from __future__ import annotations

import ipaddress
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import SourceError
from msfresearch.survey.contacts import MASKS, mask
from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Table
from msfresearch.survey.respondents import PERSONAL, SAME_PERSON
from msfresearch.survey.restricted import RESTRICTED
from msfresearch.survey.secret import Secret

#: Columns that screening needs and that go no further.
HELPERS = ("_person", "_place", "_test")
COUNTS = pa.DataFrameSchema(
    {"kind": pa.Column(str), "column": pa.Column(str), "n": pa.Column("int64")}, strict=True
)
SEARCHED = "cells searched"
UNKNOWN_TEST = "id of a test answer that no row has"
# Pseudonyms begin with a letter: a spreadsheet takes "12e4567890" for a number.
_LETTERS = {"respondent": "r", "person": "p", "place": "w"}
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


@dataclass(frozen=True)
class Split:
    """A raw table without personal data, and the personal data.

    Attributes
    ----------
    raw : DataFrame
        The raw table without the personal columns and the platform's ids, contacts in its texts
        masked, with ``_respondent`` (a pseudonym for every row), ``_person`` and ``_place``
        (the same for the same person or place, "" where unknown) and ``_test`` ("1" for an
        answer whose id is known to be a test's).
    restricted : DataFrame
        What left: see :data:`msfresearch.survey.restricted.RESTRICTED`. The kind is a role
        (``email``) or ``text of <column>``: the whole cell as it was before it was masked.
    counts : DataFrame
        ``kind``, ``column``, ``n``: cells that left, cells that were searched for contacts, and
        what was masked in them, by kind.
    """

    raw: pd.DataFrame
    restricted: pd.DataFrame
    counts: pd.DataFrame


def split_personal(
    raw: pd.DataFrame,
    table: Table,
    secret: Secret,
    wave_id: str,
    tests: Collection[str] = (),
) -> Split:
    """Take the personal data out of a raw table.

    The platform's own columns about the person leave. Every cell that is left is searched for
    e-mail addresses, telephone numbers, handles, web addresses and numbers of identity papers
    (:func:`msfresearch.survey.contacts.mask`), since people write them into any field. Only a
    date where one belongs, and a number within the bounds of an item that declares a maximum,
    are what they seem to be.

    Names of persons in an answer are **not** found: tools made for it find about half of them.
    A text that went through here has still to be read by a person before it is shown to anybody.

    Parameters
    ----------
    raw : DataFrame
        Canonical raw table: index ``line``, the columns the items read, and ``role:<role>``.
    table : Table
        What the columns hold.
    secret : Secret
        Key of the pseudonyms.
    wave_id : str
        Part of every pseudonym: one respondent has different ones in two waves.
    tests : collection of str
        Ids of answers that are known to be tests (``rules.tests`` of the manifest).

    Returns
    -------
    Split

    Raises
    ------
    SourceError
        In the case, to be expected once in a billion waves, that two rows get one pseudonym.
    """
    counts: list[tuple[str, str, int]] = []
    leaving: list[pd.DataFrame] = []
    respondent = pd.Series(_respondents(raw, secret, wave_id), index=raw.index, dtype="str")
    _refuse_collisions(respondent)

    personal = [f"role:{role}" for role in ("response_id", *PERSONAL) if f"role:{role}" in raw]
    for column in personal:
        role = column.removeprefix("role:")
        kept = _leave(raw[column][raw[column].str.strip() != ""], respondent, role)
        counts.append((role, column, len(kept)))
        leaving.append(kept)

    left = raw.drop(columns=personal)
    items = {item.column: item for item in table.items}
    masked: dict[str, pd.Series[Any]] = {}
    for column in left.columns:
        masked[column], found = _masked(left[column], _seems(column, items.get(column)))
        changed = left[column][masked[column] != left[column]]
        leaving.append(_leave(changed, respondent, f"text of {column}"))
        counts += [(kind, column, n) for kind, n in found.items() if n or kind == SEARCHED]
    clean = pd.DataFrame(masked, index=raw.index)

    ids = raw["role:response_id"].str.strip() if "role:response_id" in raw else None
    listed = {one.strip() for one in tests}
    unknown = listed - set(ids) if ids is not None else listed
    if listed:
        counts.append((UNKNOWN_TEST, "role:response_id", len(unknown)))
    clean["_respondent"] = respondent
    clean["_person"] = _persons(raw, secret, wave_id)
    clean["_place"] = _places(raw, secret, wave_id)
    clean["_test"] = "0" if ids is None else ids.isin(listed).map({True: "1", False: "0"})
    return Split(
        clean.astype("str"),
        RESTRICTED.validate(_stacked(leaving)),
        COUNTS.validate(pd.DataFrame(counts, columns=list(COUNTS.columns)).astype({"n": "int64"})),
    )


def _pseudonyms(
    purpose: str, values: Iterable[str], secret: Secret, wave_id: str
) -> dict[str, str]:
    letter = _LETTERS[purpose]
    return {one: letter + secret.pseudonym(purpose, wave_id, one) for one in set(values)}


def _respondents(raw: pd.DataFrame, secret: Secret, wave_id: str) -> list[str]:
    """A pseudonym per row, from the platform's id or, where that fails, from the whole row.

    A row without an id of its own gets the pseudonym of its content. Among rows that are equal
    in everything, which is which does not matter, and they are numbered.
    """
    ids = _ids(raw)
    known = ((ids != "") & ~ids.duplicated(keep=False)).to_numpy()
    names = np.empty(len(raw), dtype="object")
    by_id = _pseudonyms("respondent", ids[known], secret, wave_id)
    names[known] = [by_id[one] for one in ids[known]]
    if not known.all():
        rows = raw.loc[~known, sorted(raw.columns)].to_numpy().tolist()
        # As JSON: no cell can pretend to be two.
        content = pd.Series([json.dumps(row) for row in rows], dtype="str")
        nth = content.groupby(content).cumcount()
        numbered = [f"{n} {row}" for n, row in zip(nth, content, strict=True)]
        by_row = _pseudonyms("respondent", numbered, secret, wave_id)
        names[~known] = [by_row[one] for one in numbered]
    return [str(name) for name in names]


def _ids(raw: pd.DataFrame) -> pd.Series[Any]:
    if "role:response_id" in raw:
        return raw["role:response_id"].str.strip()
    return pd.Series("", index=raw.index, dtype="str")


def _refuse_collisions(respondent: pd.Series[Any]) -> None:
    twice = respondent[respondent.duplicated(keep=False)]
    if len(twice):
        raise SourceError(
            "two rows would get one pseudonym",
            row=int(twice.index[0]),
            found=f"the lines {', '.join(str(line) for line in twice.index[:5])}",
            expected="a pseudonym for every row",
            action="make another secret: msfresearch secret",
        )


def _persons(raw: pd.DataFrame, secret: Secret, wave_id: str) -> pd.Series[Any]:
    """The same for rows of the same person, as far as the platform tells; "" where it does not.

    The first that is given of the roles by which a person is known; an id that the platform
    gives to several rows is one, too.
    """
    known = pd.Series("", index=raw.index, dtype="str")
    for role in SAME_PERSON:
        if f"role:{role}" in raw:
            given = raw[f"role:{role}"].map(_mailbox if role == "email" else _folded)
            use = (known == "") & (given != "")
            known = known.mask(use, f"{role} " + given)
    ids = _ids(raw)
    known = known.mask((known == "") & (ids != "") & ids.duplicated(keep=False), "id " + ids)
    return known.map(_pseudonyms("person", known[known != ""], secret, wave_id) | {"": ""})


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _mailbox(text: str) -> str:
    """An e-mail address without what does not change the box: case, space, and a +tag."""
    local, at, domain = _folded(text).removeprefix("mailto:").rpartition("@")
    return f"{local.split('+', 1)[0] or local}{at}{domain}"


def _places(raw: pd.DataFrame, secret: Secret, wave_id: str) -> pd.Series[Any]:
    """The same for rows from the same address of the internet; "" where it is not known."""
    if "role:ip" not in raw:
        return pd.Series("", index=raw.index, dtype="str")
    cells = raw["role:ip"]
    known = cells.map({cell: address_of(cell) for cell in cells.unique()})
    return known.map(_pseudonyms("place", known[known != ""], secret, wave_id) | {"": ""})


def address_of(cell: str) -> str:
    """An address of the internet in its one form; "" for what is none.

    An address of version 4 in the dress of version 6 is the one of version 4; brackets, a port
    and a zone are left out. An address that many machines have (unspecified, loopback, link) says
    nothing of the place.
    """
    text = unicodedata.normalize("NFKC", cell).strip()
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::[0-9]{1,5})?", text)
    text = bracketed[1] if bracketed else re.sub(r"^([0-9.]+):[0-9]{1,5}$", r"\1", text)
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    try:
        if ":" in text:
            newer = ipaddress.IPv6Address(text.split("%", 1)[0])
            address = newer.ipv4_mapped or newer
        else:
            address = ipaddress.IPv4Address(text.split("%", 1)[0])
    except ValueError:
        return ""
    common = address.is_unspecified or address.is_loopback or address.is_link_local
    return "" if common else address.compressed


def _seems(column: str, item: Item | None) -> Callable[[str], bool]:
    """Whether a cell of a column is the date or the number that belongs there."""
    if column in ("role:submitted", "role:started") or (item is not None and item.type == "date"):
        return lambda cell: _TIME.fullmatch(cell) is not None
    if item is not None and item.type == "numeric" and item.maximum is not None:
        low = float("-inf") if item.minimum is None else item.minimum
        high = item.maximum
        return lambda cell: _NUMBER.fullmatch(cell) is not None and low <= float(cell) <= high
    return lambda _: False


def _masked(
    cells: pd.Series[Any], seems: Callable[[str], bool]
) -> tuple[pd.Series[Any], dict[str, int]]:
    """A column with what was found masked, and how many of each kind."""
    times = cells.value_counts(sort=False)
    counts = dict.fromkeys((SEARCHED, *MASKS), 0)
    changed: dict[str, str] = {}
    for cell, n in zip(times.index, times.to_numpy().tolist(), strict=True):
        if not cell.strip() or seems(cell.strip()):
            continue
        counts[SEARCHED] += n
        text, kinds = mask(cell)
        for kind in kinds:
            counts[kind] += n
        if kinds:
            changed[cell] = text
    if not changed:
        return cells, counts
    return cells.map(lambda cell: changed.get(cell, cell)).astype("str"), counts


def _leave(values: pd.Series[Any], respondent: pd.Series[Any], kind: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "respondent": respondent[values.index],
            "line": values.index.astype("int64"),
            "kind": kind,
            "value": values,
        }
    )


def _stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    types = {"respondent": "str", "line": "int64", "kind": "str", "value": "str"}
    return pd.concat([pd.DataFrame(columns=list(types)).astype(types), *parts], ignore_index=True)
