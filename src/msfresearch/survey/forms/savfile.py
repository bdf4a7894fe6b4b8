"""Variables with labels written as a file that SPSS opens, within what the format can hold."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

#: What the format holds, in bytes: a name, a label, the label of a value, a text, a line of notes.
NAME, LABEL, VALUE_LABEL, TEXT, NOTE, TITLE = 64, 256, 120, 32_767, 80, 64

_RESERVED = {"ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"}
# The header says when a file was made: one fixed moment, so that a table always gives the same
# bytes. Place and length are those of the format's general header.
_STAMP, _MOMENT = 92, b"01 Jan 7000:00:00"
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# A cell that begins so may be run by a spreadsheet.
_LIVE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Measure = Literal["nominal", "ordinal", "scale"]


@dataclass(frozen=True)
class Value:
    """A labelled value: as it stands in the file, in the questionnaire and in the clean table.

    ``reason`` is that of a missing answer, empty for an answer.
    """

    value: int | str
    label: str
    code: str = ""
    stored: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Variable:
    """One variable.

    Attributes
    ----------
    name
        In the file.
    column
        Of the clean table.
    label
        In full; the file holds what fits.
    measure, format
        Level of measurement; how SPSS prints it.
    values
        Those with a label, answers first.
    missing
        Lowest and highest user-missing code.
    source
        Column of the raw file.
    """

    name: str
    column: str
    label: str
    measure: Measure
    format: str | None = None
    values: tuple[Value, ...] = ()
    missing: tuple[int, int] | None = None
    source: str = ""


@dataclass(frozen=True)
class Sav:
    """A table for SPSS: columns are the variables' names, numbers, dates and texts."""

    data: pd.DataFrame
    variables: tuple[Variable, ...]
    title: str
    notes: tuple[str, ...] = ()


def spss_names(wanted: Iterable[str]) -> list[str]:
    """A name that SPSS accepts for each name that is wanted.

    Parameters
    ----------
    wanted : iterable of str
        Names of columns.

    Returns
    -------
    list of str
        ASCII, at most 64 characters, beginning with a letter, none a reserved word, all different
        whatever the case. A wanted name that is such a name is kept; one that is too long, or
        there already, ends in a part of a hash.
    """
    found: list[str] = []
    taken: set[str] = set()
    for seed in wanted:
        name = re.sub(r"[^A-Za-z0-9_.]", "_", seed).rstrip(".")
        if not re.match(r"[A-Za-z]", name) or name.upper() in _RESERVED:
            name = f"v_{name}"
        while len(name) > NAME or name.casefold() in taken:
            seed = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()
            name = f"{name[: NAME - 9]}_{seed[:8]}"
        taken.add(name.casefold())
        found.append(name)
    return found


def cut(text: str, limit: int) -> str:
    """One line of at most ``limit`` bytes of UTF-8; what was cut ends in an ellipsis."""
    line = " ".join(text.split())
    encoded = line.encode("utf-8")
    if len(encoded) <= limit:
        return line
    return encoded[: limit - 3].decode("utf-8", "ignore").rstrip() + "…"


def sav_bytes(sav: Sav) -> bytes:
    """The file, the same bytes for the same table.

    Labels that are longer than the format allows end in an ellipsis; :func:`label_bytes` has them
    in full.
    """
    import pyreadstat

    labels: dict[str, dict[Any, str]] = {
        one.name: {value.value: cut(value.label, VALUE_LABEL) for value in one.values}
        for one in sav.variables
        if one.values
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.sav"
        pyreadstat.write_sav(
            sav.data,
            path,
            file_label=cut(sav.title, TITLE),
            column_labels={one.name: cut(one.label, LABEL) for one in sav.variables},
            row_compress=True,
            note=[cut(line, NOTE) for line in sav.notes],
            variable_value_labels=labels,
            missing_ranges={
                one.name: [{"lo": one.missing[0], "hi": one.missing[1]}]
                for one in sav.variables
                if one.missing
            },
            variable_measure={one.name: one.measure for one in sav.variables},
            variable_format={one.name: one.format for one in sav.variables if one.format},
        )
        content = bytearray(path.read_bytes())
    content[_STAMP : _STAMP + len(_MOMENT)] = _MOMENT
    return bytes(content)


def label_bytes(sav: Sav) -> bytes:
    """Every variable and every labelled value in full, as CSV that a spreadsheet opens safely.

    One row per labelled value, one for a variable without any: its name in the file, the column
    of the clean table and that of the raw file, its label; the value, the questionnaire's code,
    what the clean table holds, the label, and the reason of a missing answer.
    """
    head = [
        *("variable", "column", "source_column", "label"),
        *("value", "code", "stored", "value_label", "missing_reason"),
    ]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(head)
    for one in sav.variables:
        start = [one.name, one.column, one.source, one.label]
        for value in one.values or (Value("", ""),):
            row = [*start, value.value, value.code, value.stored, value.label, value.reason]
            writer.writerow([_safe(str(cell)) for cell in row])
    return buffer.getvalue().encode("utf-8-sig")


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_LIVE) and not _NUMBER.fullmatch(cell) else cell
