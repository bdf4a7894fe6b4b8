"""KoBoToolbox: the form's names under their groups, codes or words, ``;`` between cells.

What the form's author has set: question names are the questionnaire's columns, choice names its
codes, groups its sections. A question with boxes stands twice: all in one cell divided by blanks,
and one column per box. The platform keeps neither the language nor the address of who answers, and
only answers that were sent.
"""

from __future__ import annotations

import hashlib

from msfresearch.survey.items import Item
from msfresearch.survey.rehearsal.filled import Filled, Vendor, Written
from msfresearch.survey.rehearsal.platforms.columns import (
    Columns,
    answered,
    choose,
    note,
    stem,
    texts,
    ticked,
)
from msfresearch.survey.rehearsal.platforms.tables import delimited, workbook

_VERSION = "vKoRehearsal0000000001"


def _write(filled: Filled, name: str, file_format: str) -> Written:
    columns = Columns()
    moment = "%Y-%m-%dT%H:%M:%S.000+00:00"
    n = len(filled.notes)
    sent = filled.notes["sent"]
    columns.add(("start",), list(filled.notes["started"].dt.strftime(moment)))
    columns.add(("end",), list(sent.dt.strftime(moment)))
    columns.add(("today",), list(sent.dt.strftime("%Y-%m-%d")))
    for item in filled.items:
        group = f"{item.section}/" if item.section else ""
        _question(filled, item, group, columns)
    numbers = note(filled, "id")
    for head, cells in (
        ("_id", numbers),
        ("_uuid", [_uuid(number) for number in numbers]),
        ("_submission_time", list(sent.dt.strftime("%Y-%m-%dT%H:%M:%S"))),
        ("_validation_status", [""] * n),
        ("_notes", [""] * n),
        ("_status", ["submitted_via_web"] * n),
        ("_submitted_by", [""] * n),
        ("__version__", [_VERSION] * n),
        ("_tags", [""] * n),
        ("_index", [str(place + 1) for place in range(n)]),
    ):
        columns.add((head,), cells)
    if file_format == "xlsx":
        content, lines = workbook("Survey", columns.header(), columns.rows())
    else:
        content, lines = delimited(
            columns.header(), columns.rows(), delimiter=";", quote_all=True, line_end="\n"
        )
    file = f"{name}.{file_format}"
    return Written(file, {file: content}, lines)


def _question(filled: Filled, item: Item, group: str, columns: Columns) -> None:
    name = f"{group}{stem(item)}"
    if item.options:
        given = answered(filled, item)
        marks = [ticked(filled, item, option.id) for option in item.options]
        joined = [
            " ".join(option.id for option, mark in zip(item.options, row, strict=True) if mark)
            for row in zip(*marks, strict=True)
        ]
        columns.add((name,), joined)
        for option, mark in zip(item.options, marks, strict=True):
            columns.add((f"{name}/{option.id}",), choose(given, choose(mark, "1", "0")))
    else:
        columns.add((name,), texts(filled, item.id))
    if item.other is not None:
        columns.add((f"{group}{item.other.column}",), texts(filled, f"{item.id}_other"))


def _uuid(number: str) -> str:
    made = hashlib.blake2b(number.encode(), digest_size=16).hexdigest()
    return "-".join((made[:8], made[8:12], made[12:16], made[16:20], made[20:]))


_TELLS = frozenset({"duration"})
VENDOR = Vendor(
    "kobo",
    ("csv", "xlsx"),
    {"csv": _TELLS, "xlsx": _TELLS},
    lambda place, drawn: str(17_000_000 + 100 * place + drawn % 100),
    _write,
)
