"""A plain table: the questionnaire's own columns and codes, moments with their zone."""

from __future__ import annotations

from msfresearch.survey.rehearsal.filled import Filled, Vendor, Written
from msfresearch.survey.rehearsal.platforms.columns import Columns, choose, note, texts
from msfresearch.survey.rehearsal.platforms.tables import table
from msfresearch.survey.source import ExportOptions

#: Header to the role that the manifest gives it.
ROLES = {
    "answer": "response_id",
    "sent": "submitted",
    "begun": "started",
    "seconds": "duration",
    "through": "finished",
    "tongue": "language",
    "kind": "status",
    "address": "ip",
    "mail": "email",
    "given_name": "first_name",
    "surname": "last_name",
}


def _write(filled: Filled, name: str, file_format: str) -> Written:
    columns = Columns()
    moment = "%Y-%m-%dT%H:%M:%S"
    for head, cells in (
        ("answer", note(filled, "id")),
        ("sent", [f"{one}Z" for one in filled.notes["sent"].dt.strftime(moment)]),
        ("begun", [f"{one}Z" for one in filled.notes["started"].dt.strftime(moment)]),
        ("seconds", note(filled, "seconds")),
        ("through", choose(filled.notes["finished"].to_numpy(dtype=bool), "1", "0")),
        ("tongue", note(filled, "language")),
        ("kind", note(filled, "status")),
        ("address", note(filled, "ip")),
        ("mail", note(filled, "email")),
        ("given_name", note(filled, "first_name")),
        ("surname", note(filled, "last_name")),
    ):
        columns.add((head,), cells)
    for item in filled.items:
        for clean, header in item.columns():
            columns.add((header,), texts(filled, clean))
    file, content, lines = table(name, file_format, columns.header(), columns.rows(), line_end="\n")
    options = ExportOptions(
        platform="plain",
        columns={head: f"role:{role}" for head, role in ROLES.items()},
        cells="codes",
    )
    return Written(file, {file: content}, lines, options=options)


_TELLS = frozenset({"status", "person", "place", "language", "duration", "unsent", "names"})
VENDOR = Vendor(
    "plain",
    ("csv", "xlsx"),
    {"csv": _TELLS, "xlsx": _TELLS},
    lambda place, _: f"A{place + 1:05d}",
    _write,
)
