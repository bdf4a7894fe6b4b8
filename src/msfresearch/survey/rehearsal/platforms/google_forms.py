"""Google Forms: the wording as header, a local timestamp, boxes joined by commas.

A form has one language, so that its words are in that one whatever respondents speak; whoever
answers "other" has the text in the cell itself. Only answers that were sent off are there.
"""

from __future__ import annotations

from msfresearch.survey.items import Item
from msfresearch.survey.rehearsal.filled import Filled, Vendor, Written
from msfresearch.survey.rehearsal.platforms.columns import Columns, choose, note, texts, worded
from msfresearch.survey.rehearsal.platforms.tables import delimited
from msfresearch.survey.source import ExportOptions

_STAMP = {
    "en": ("Timestamp", "Email Address"),
    "es": ("Marca temporal", "Dirección de correo electrónico"),
    "fr": ("Horodateur", "Adresse e-mail"),
}


def _write(filled: Filled, name: str, file_format: str) -> Written:
    day_first = filled.language != "en"
    stamp, address = _STAMP[filled.language]
    columns = Columns()
    columns.add((stamp,), _stamps(filled, day_first))
    columns.add((address,), note(filled, "email"))
    for item in filled.items:
        columns.add((filled.question(item),), _cells(filled, item))
    content, lines = delimited(columns.header(), columns.rows(), line_end="\r\n")
    file = f"{name}.{file_format}"
    return Written(file, {file: content}, lines, options=ExportOptions(day_first=day_first))


def _stamps(filled: Filled, day_first: bool) -> list[str]:
    moments = filled.notes["sent"].dt.tz_localize("UTC").dt.tz_convert(filled.timezone)
    return [
        f"{m.day:02d}/{m.month:02d}/{m.year} {m:%H:%M:%S}"
        if day_first
        else f"{m.month}/{m.day}/{m.year} {m.hour}:{m:%M:%S}"
        for m in moments
    ]


def _cells(filled: Filled, item: Item) -> list[str]:
    if not item.options:
        cells = worded(filled, item) if item.scale or item.offers else texts(filled, item.id)
        if item.other is None:
            return cells
        written = texts(filled, f"{item.id}_other")
        return choose((filled.cells[item.id] == item.other.code).to_numpy(), written, cells)
    other = item.other.code if item.other else None
    boxes = []
    for option in item.options:
        ticks = (filled.cells[f"{item.id}__{option.id}"] == "1").to_numpy()
        words = option.label.in_language(filled.language)
        said = texts(filled, f"{item.id}_other") if option.id == other else words
        boxes.append(choose(ticks, said))
    return [", ".join(cell for cell in row if cell) for row in zip(*boxes, strict=True)]


VENDOR = Vendor("google_forms", ("csv",), {"csv": frozenset({"person", "names"})}, None, _write)
