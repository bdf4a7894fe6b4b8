"""Qualtrics: three header rows (names, wording, ImportId) or, in older exports, two and a mark.

What the survey's author has set: question export tags are the questionnaire's columns (for a
question with boxes, what the columns of its boxes begin with); answers are exported as choice
text; seen but unanswered questions are recoded as -99; boxes are split into columns. Qualtrics
numbers boxes and choices in its own order: TOPICS_1, TOPICS_2, MSF_DECIDE_5_TEXT.
"""

from __future__ import annotations

import json

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
    worded,
)
from msfresearch.survey.rehearsal.platforms.tables import table

_STATUS = {"": "IP Address", "preview": "Survey Preview", "test": "Survey Test"}
_CHANNEL = {"": "anonymous", "preview": "preview", "test": "test"}
_UNANSWERED = "-99"
_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _write(filled: Filled, name: str, file_format: str) -> Written:
    legacy = file_format == "csv-legacy"
    columns = Columns()
    for head, cells in (_old if legacy else _new)(filled):
        columns.add(head, cells)
    for number, item in enumerate(filled.items, start=1):
        _question(filled, item, f"QID{number}", columns)
    header = columns.header()[: 2 if legacy else 3]
    file, content, lines = table(
        name, file_format, header, columns.rows(), line_end="\n", mark=legacy
    )
    return Written(file, {file: content}, lines)


def _new(filled: Filled) -> list[tuple[tuple[str, str, str], list[str]]]:
    clock = "%Y-%m-%d %H:%M:%S"
    status = note(filled, "status")
    zone = {"timeZone": filled.timezone}
    end = filled.local(filled.notes["sent"], clock)
    finished = ["True" if one else "False" for one in filled.notes["finished"]]
    blank = [""] * len(end)
    own: list[tuple[str, str, str, list[str], dict[str, str]]] = [
        (
            "StartDate",
            "Start Date",
            "startDate",
            filled.local(filled.notes["started"], clock),
            zone,
        ),
        ("EndDate", "End Date", "endDate", end, zone),
        ("Status", "Response Type", "status", [_STATUS[one] for one in status], {}),
        ("IPAddress", "IP Address", "ipAddress", note(filled, "ip"), {}),
        ("Progress", "Progress", "progress", note(filled, "progress"), {}),
        ("Duration (in seconds)", "Duration (in seconds)", "duration", note(filled, "seconds"), {}),
        ("Finished", "Finished", "finished", finished, {}),
        ("RecordedDate", "Recorded Date", "recordedDate", end, zone),
        ("ResponseId", "Response ID", "_recordId", note(filled, "id"), {}),
        (
            "RecipientLastName",
            "Recipient Last Name",
            "recipientLastName",
            note(filled, "last_name"),
            {},
        ),
        (
            "RecipientFirstName",
            "Recipient First Name",
            "recipientFirstName",
            note(filled, "first_name"),
            {},
        ),
        ("RecipientEmail", "Recipient Email", "recipientEmail", note(filled, "email"), {}),
        ("ExternalReference", "External Data Reference", "externalDataReference", blank, {}),
        ("LocationLatitude", "Location Latitude", "locationLatitude", blank, {}),
        ("LocationLongitude", "Location Longitude", "locationLongitude", blank, {}),
        (
            "DistributionChannel",
            "Distribution Channel",
            "distributionChannel",
            [_CHANNEL[one] for one in status],
            {},
        ),
        (
            "UserLanguage",
            "User Language",
            "userLanguage",
            [one.upper() for one in note(filled, "language")],
            {},
        ),
    ]
    return [((name, words, _import(key, **more)), cells) for name, words, key, cells, more in own]


def _old(filled: Filled) -> list[tuple[tuple[str, str, str], list[str]]]:
    clock = "%Y-%m-%d %H:%M:%S"
    n = len(filled.notes)
    status = {"": "0", "preview": "1", "test": "2"}
    own: list[tuple[str, list[str]]] = [
        ("ResponseID", note(filled, "id")),
        ("ResponseSet", ["Default Response Set"] * n),
        ("IPAddress", note(filled, "ip")),
        ("StartDate", filled.local(filled.notes["started"], clock)),
        ("EndDate", filled.local(filled.notes["sent"], clock)),
        ("RecipientLastName", note(filled, "last_name")),
        ("RecipientFirstName", note(filled, "first_name")),
        ("RecipientEmail", note(filled, "email")),
        ("ExternalDataReference", [""] * n),
        ("Finished", ["1" if one else "0" for one in filled.notes["finished"]]),
        ("Status", [status[one] for one in note(filled, "status")]),
    ]
    return [((name, name, ""), cells) for name, cells in own]


def _question(filled: Filled, item: Item, key: str, columns: Columns) -> None:
    tag, wording = stem(item), filled.question(item)
    choice = f"{wording} - Selected Choice" if item.other else wording
    silent = filled.seen[item.id].to_numpy()
    if item.options:
        any_box = answered(filled, item)
        codes = [option.id for option in item.options]
        for number, option in enumerate(item.options, start=1):
            label = option.label.in_language(filled.language)
            cells = choose(ticked(filled, item, option.id), label)
            cells = choose(silent & ~any_box, _UNANSWERED, cells)
            columns.add(
                (f"{tag}_{number}", f"{choice} - {label}", _import(key, choiceId=str(number))),
                cells,
            )
        labels = {option.id: option.label.in_language(filled.language) for option in item.options}
    else:
        words = worded(filled, item) if item.scale or item.offers else texts(filled, item.id)
        empty = (filled.cells[item.id] == "").to_numpy()
        made = _import(f"{key}_TEXT" if item.type in ("text", "numeric", "country") else key)
        columns.add((tag, choice, made), choose(silent & empty, _UNANSWERED, words))
        labels = filled.words(item)
        codes = list(labels)
    if item.other is not None:
        number = codes.index(item.other.code) + 1
        columns.add(
            (
                f"{tag}_{number}_TEXT",
                f"{wording} - {labels[item.other.code]} - Text",
                _import(f"{key}_{number}_TEXT"),
            ),
            texts(filled, f"{item.id}_other"),
        )


def _import(key: str, **more: str) -> str:
    return json.dumps({"ImportId": key, **more}, separators=(",", ":"))


def _number(_: int, drawn: int) -> str:
    letters = []
    for _step in range(15):
        drawn, rest = divmod(drawn, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return "R_" + "".join(letters)


_ALL = frozenset({"status", "person", "place", "language", "duration", "unsent", "names"})
VENDOR = Vendor(
    "qualtrics",
    ("csv", "xlsx", "csv-legacy"),
    {"csv": _ALL, "xlsx": _ALL, "csv-legacy": _ALL - {"language"}},
    _number,
    _write,
)
