"""SPSS: one variable per column, words as value labels, codes for no answer as user-missing.

Words of answers are those of the form; where the questionnaire's code is no number, answers are
numbered in its order, as SPSS users do.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from msfresearch.survey.items import Item
from msfresearch.survey.rehearsal.filled import Filled, Vendor, Written
from msfresearch.survey.rehearsal.platforms.columns import note, texts
from msfresearch.survey.source import ExportOptions

#: Variable to the role that the manifest gives it.
ROLES = {
    "ResponseId": "response_id",
    "EndDate": "submitted",
    "StartDate": "started",
    "Duration": "duration",
    "Finished": "finished",
    "UserLanguage": "language",
    "Status": "status",
    "IPAddress": "ip",
    "RecipientEmail": "email",
}
_WHOLE = re.compile(r"-?[0-9]+")
#: Where the header keeps the day and the time of writing (date 9 bytes, time 8).
_MADE = (92, b"01 Jan 1912:00:00")


def _write(filled: Filled, name: str, file_format: str) -> Written:
    import pyreadstat

    frame: dict[str, Any] = {
        "ResponseId": note(filled, "id"),
        "EndDate": filled.notes["sent"].astype("datetime64[ns]"),
        "StartDate": filled.notes["started"].astype("datetime64[ns]"),
        "Duration": filled.notes["seconds"].astype("float64").to_numpy(),
        "Finished": filled.notes["finished"].astype("float64").to_numpy(),
        "UserLanguage": note(filled, "language"),
        "Status": note(filled, "status"),
        "IPAddress": note(filled, "ip"),
        "RecipientEmail": note(filled, "email"),
    }
    words: dict[str, str] = {variable: variable for variable in frame}
    labels: dict[str, dict[float, str]] = {}
    missing: dict[str, list[int | float | str | Any]] = {}
    for item in filled.items:
        _variables(filled, item, frame, words, labels, missing)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.{file_format}"
        pyreadstat.write_sav(
            pd.DataFrame(frame),
            path,
            column_labels=list(words.values()),
            variable_value_labels=labels,
            missing_ranges=missing,
            row_compress=file_format == "sav",
            compress=file_format == "zsav",
            variable_format={"EndDate": "DATETIME20", "StartDate": "DATETIME20"},
        )
        content = bytearray(path.read_bytes())
    at, made = _MADE
    content[at : at + len(made)] = made
    lines = [place + 1 for place in range(len(filled.notes))]
    options = ExportOptions(columns={head: f"role:{role}" for head, role in ROLES.items()})
    return Written(path.name, {path.name: bytes(content)}, lines, options=options)


def _variables(
    filled: Filled,
    item: Item,
    frame: dict[str, Any],
    words: dict[str, str],
    labels: dict[str, dict[float, str]],
    missing: dict[str, list[int | float | str | Any]],
) -> None:
    question = filled.question(item)
    for option in item.options:
        cells = filled.cells[f"{item.id}__{option.id}"]
        frame[option.column] = pd.to_numeric(cells.replace("", None)).astype("float64").to_numpy()
        words[option.column] = f"{question}: {option.label.in_language(filled.language)}"
        labels[option.column] = {0.0: "Not selected", 1.0: "Selected"}
    if item.column and item.scale:
        said = filled.words(item)
        numbers = _numbers(list(said))
        cells = filled.cells[item.id].map({code: numbers[code] for code in said})
        frame[item.column] = cells.astype("float64").to_numpy()
        labels[item.column] = {numbers[code]: label for code, label in said.items()}
        missing[item.column] = [numbers[code] for code in item.offers]
    elif item.column and item.type == "numeric":
        codes = filled.words(item)
        # A word such as "Unclear" is no number: it becomes one that no answer has.
        numbers = {code: -1.0 - place for place, code in enumerate(codes)}
        cells = filled.cells[item.id]
        plain = cells.where(~cells.isin(list(codes)), "")
        found = pd.to_numeric(plain.replace("", None)).fillna(cells.map(numbers))
        frame[item.column] = found.astype("float64").to_numpy()
        labels[item.column] = {numbers[code]: label for code, label in codes.items()}
        missing[item.column] = list(numbers.values())
    elif item.column:
        frame[item.column] = texts(filled, item.id)
    if item.column:
        words[item.column] = question
    if item.other is not None:
        frame[item.other.column] = texts(filled, f"{item.id}_other")
        words[item.other.column] = f"{question}: {_other_words(filled, item)}"


def _other_words(filled: Filled, item: Item) -> str:
    assert item.other is not None
    boxes = {option.id: option.label.in_language(filled.language) for option in item.options}
    return {**filled.words(item), **boxes}[item.other.code]


def _numbers(codes: list[str]) -> dict[str, float]:
    """The codes themselves where all are numbers, else their place in the order, from 1."""
    if all(_WHOLE.fullmatch(code) for code in codes):
        return {code: float(code) for code in codes}
    whole = {code: float(code) for code in codes if _WHOLE.fullmatch(code)}
    others = [code for code in codes if code not in whole]
    return {**{code: place + 1.0 for place, code in enumerate(others)}, **whole}


_TELLS = frozenset({"status", "person", "place", "language", "duration", "unsent", "names"})
VENDOR = Vendor(
    "spss",
    ("sav", "zsav"),
    {"sav": _TELLS, "zsav": _TELLS},
    lambda place, _: f"S{place + 1:05d}",
    _write,
)
