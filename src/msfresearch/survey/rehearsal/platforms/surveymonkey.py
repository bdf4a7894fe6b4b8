"""SurveyMonkey: two header rows, the question over the first column of its block only.

The platform keeps no names of questions: columns meet items by their wording, so the survey's
author has typed the questionnaire's own. ``csv`` has one column per single choice and one per box
of a multiple choice; ``csv-expanded`` one per choice throughout; ``csv-condensed`` one per
question.
"""

from __future__ import annotations

from msfresearch.survey.items import Item
from msfresearch.survey.rehearsal.filled import Filled, Vendor, Written
from msfresearch.survey.rehearsal.platforms.columns import (
    Columns,
    choose,
    note,
    texts,
    ticked,
    worded,
)
from msfresearch.survey.rehearsal.platforms.tables import table

_COLLECTOR = "231450987"


def _write(filled: Filled, name: str, file_format: str) -> Written:
    clock = "%m/%d/%Y %I:%M:%S %p"
    n = len(filled.notes)
    columns = Columns()
    for head, cells in (
        ("Respondent ID", note(filled, "id")),
        ("Collector ID", [_COLLECTOR] * n),
        ("Start Date", filled.local(filled.notes["started"], clock)),
        ("End Date", filled.local(filled.notes["sent"], clock)),
        ("IP Address", note(filled, "ip")),
        ("Email Address", note(filled, "email")),
        ("First Name", note(filled, "first_name")),
        ("Last Name", note(filled, "last_name")),
        ("Custom Data 1", [""] * n),
    ):
        columns.add((head, ""), cells)
    for item in filled.items:
        block = _block(filled, item, file_format)
        for place, (part, cells) in enumerate(block):
            columns.add((filled.question(item) if place == 0 else "", part), cells)
    file, content, lines = table(name, file_format, columns.header(), columns.rows(), line_end="\n")
    return Written(file, {file: content}, lines)


def _block(filled: Filled, item: Item, file_format: str) -> list[tuple[str, list[str]]]:
    if item.options:
        return _boxes(filled, item, file_format)
    if not item.scale:
        return [
            ("Open-Ended Response", worded(filled, item) if item.offers else texts(filled, item.id))
        ]
    words = filled.words(item)
    if file_format == "csv-expanded":
        code = filled.cells[item.id]
        other = item.other.code if item.other else None
        block = [
            (label, choose((code == own).to_numpy(), label))
            for own, label in words.items()
            if own != other
        ]
    else:
        block = [("Response", worded(filled, item))]
    if item.other is not None:
        block.append((words[item.other.code], texts(filled, f"{item.id}_other")))
    return block


def _boxes(filled: Filled, item: Item, file_format: str) -> list[tuple[str, list[str]]]:
    other = item.other.code if item.other else None
    labels = {o.id: o.label.in_language(filled.language) for o in item.options}
    own = [
        (labels[option.id], choose(ticked(filled, item, option.id), labels[option.id]))
        for option in item.options
        if option.id != other
    ]
    if file_format == "csv-condensed":
        joined = [
            ", ".join(cell for cell in cells if cell)
            for cells in zip(*(cells for _, cells in own), strict=True)
        ]
        own = [("Response", joined)]
    if other is not None:
        # The box of "other" has no column but that of its text.
        own.append((labels[other], texts(filled, f"{item.id}_other")))
    return own


def _number(place: int, drawn: int) -> str:
    return str(10_500_000_000 + 1_000 * place + drawn % 1_000)


_TELLS = frozenset({"person", "place", "duration", "unsent", "names"})
_FORMATS = ("csv", "csv-expanded", "csv-condensed", "xlsx")
VENDOR = Vendor("surveymonkey", _FORMATS, dict.fromkeys(_FORMATS, _TELLS), _number, _write)
