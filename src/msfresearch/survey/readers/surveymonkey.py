"""SurveyMonkey: questions over their blocks, options below; or one row of coded headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msfresearch.survey.readers.columns import key, unique, with_markup, words
from msfresearch.survey.readers.export import Column, Export, Step
from msfresearch.survey.readers.roles import in_form
from msfresearch.survey.readers.text import Rows, read_rows
from msfresearch.survey.respondents import Role
from msfresearch.survey.source import ExportOptions, Layout

#: The platform's own columns (see ``columns.key``). The vendor documents the English names; the
#: Spanish and French ones are taken in every form in which they have been seen.
OWN: dict[str, Role] = {
    **dict.fromkeys(
        (
            "respondent id",
            "respondentid",
            "id de encuestado",
            "id del encuestado",
            "identificador del encuestado",
            "id du repondant",
            "identifiant du repondant",
        ),
        "response_id",
    ),
    **dict.fromkeys(
        (
            "collector id",
            "collectorid",
            "id del recopilador",
            "identificador del recopilador",
            "id du collecteur",
            "identifiant du collecteur",
        ),
        "collector",
    ),
    **dict.fromkeys(
        ("start date", "startdate", "date created", "fecha de inicio", "date de debut"), "started"
    ),
    **dict.fromkeys(
        (
            "end date",
            "enddate",
            "date modified",
            "fecha de finalizacion",
            "fecha de fin",
            "date de fin",
        ),
        "submitted",
    ),
    **dict.fromkeys(("ip address", "direccion ip", "adresse ip"), "ip"),
    **dict.fromkeys(
        (
            "email address",
            "direccion de correo electronico",
            "correo electronico",
            "adresse e mail",
            "adresse email",
        ),
        "email",
    ),
    **dict.fromkeys(("first name", "nombre", "prenom"), "first_name"),
    **dict.fromkeys(("last name", "apellido", "apellidos", "nom de famille", "nom"), "last_name"),
}
#: Values that came with the list of addresses. They may be shared by many people (a country), so
#: they tell nobody apart and are not taken for a reference of one person.
_CUSTOM = re.compile(r"(?:custom data|datos personalizados|donnees personnalisees)(?: [0-9]+)?")
#: A heading of the coded form: question, and option or "other".
CODED = re.compile(r"(q[0-9]{4})(?:_([0-9]{4}|other\w*))?", re.I)
#: Below a question with a single column: that its cells are the answers.
_WHOLE = (
    "response",
    "open ended response",
    "respuesta",
    "respuesta abierta",
    "reponse",
    "reponse ouverte",
)


@dataclass(frozen=True)
class _Place:
    """Where a column stands: wording of its question, its part, and the number of its block."""

    question: str
    part: str
    block: int


def read_surveymonkey(
    path: Path, options: ExportOptions, layout: Layout | None = None, structure: Path | None = None
) -> Export:
    """Read an export of SurveyMonkey, CSV or workbook.

    The wording of a question stands over the first column of its block and is carried to the
    others. In the condensed form a question is one column, headed "Response" below; in the
    expanded form it has a column per answer, and a cell holds the answer's words or nothing; both
    may end with "Other (please specify)". A file with one header row of codes (q0004_0001) has no
    wordings: "Not selected" stays in its cells as it is.

    Parameters
    ----------
    path : Path
        The file. Older exports are Windows-1252, which the manifest has to say.
    options : ExportOptions
        ``sheet`` and ``day_first`` are used.
    layout : Layout, optional
        Encoding and delimiter of a CSV file.
    structure : Path, optional
        Not used: the platform writes none.

    Returns
    -------
    Export
        ``name`` is the wording, with the part behind it in brackets where a question has several
        columns, and "(2)" behind a wording that two questions share; ``group`` is the wording.

    Raises
    ------
    SourceError
        When the file cannot be read, or its times leave day and month in doubt.
    """
    del structure
    rows = read_rows(path, layout, options.sheet)
    return surveymonkey_export(rows, options, "the manifest says SurveyMonkey")


def surveymonkey_export(rows: Rows, options: ExportOptions, reason: str) -> Export:
    """The export that rows of SurveyMonkey are; see :func:`read_surveymonkey`."""
    above = rows.header(0)
    two = _has_two(rows)
    below = rows.header(1) if two else [""] * len(above)
    columns, filled, renamed = _two_rows(above, below) if two else _coded(above)
    roles = {column.name: column.role for column in columns if column.role is not None}
    names = [column.name for column in columns]
    table = rows.answers(2 if two else 1).set_axis(names, axis=1)
    table, formed = in_form(table, roles, rows.file, options)
    steps = (
        Step("header rows read", 2 if two else 1),
        Step("headers freed of markup", with_markup([*above, *below])),
        Step("wordings carried over their block", filled),
        Step("headers made unique by their position", len(renamed), ", ".join(renamed)),
        *formed,
    )
    return Export("surveymonkey", reason, table, columns, (*rows.account, *steps), rows.unread)


def _has_two(rows: Rows) -> bool:
    """Whether options stand below the questions: then nothing stands below the platform's own."""
    above, below = rows.header(0), rows.header(1)
    own = [low for name, low in zip(above, below, strict=False) if _own(words(name)) is not None]
    coded = sum(CODED.fullmatch(name) is not None for name in above)
    return bool(own) and not any(own) and any(below) and coded < len(above) / 2


def _own(name: str) -> Role | None:
    word = key(name)
    return "administrative" if _CUSTOM.fullmatch(word) else OWN.get(word)


def _two_rows(
    above: Sequence[str], below: Sequence[str]
) -> tuple[tuple[Column, ...], int, tuple[str, ...]]:
    """Columns of two header rows; how many took over a wording, and which were renamed."""
    places, roles, filled = _places(above, below)
    sizes = Counter(place.block for place in places)
    blocks = list(dict.fromkeys(place.block for place in places))
    wording = {place.block: place.question for place in reversed(places)}
    groups = dict(zip(blocks, unique([wording[block] for block in blocks])[0], strict=True))
    wanted = [
        f"{groups[place.block]} [{place.part}]"
        if place.part and sizes[place.block] > 1
        else groups[place.block]
        for place in places
    ]
    names, changed = unique(wanted)
    twice = [name for block, name in groups.items() if name != wording[block]]
    columns = tuple(
        Column(
            name,
            question=place.question,
            part=place.part,
            group=groups[place.block] if sizes[place.block] > 1 else name,
            role=role,
        )
        for name, place, role in zip(names, places, roles, strict=True)
    )
    return columns, filled, (*twice, *(names[position] for position in changed))


def _places(
    above: Sequence[str], below: Sequence[str]
) -> tuple[list[_Place], list[Role | None], int]:
    places: list[_Place] = []
    roles: list[Role | None] = []
    question, block, filled, own = "", 0, 0, True
    for position, (high, low) in enumerate(zip(above, below, strict=True)):
        text, part = words(high), words(low)
        role = _own(text) if not low else None
        if text:
            question, block, own = text, position, role is not None
        elif own or not part:
            # A column that nothing heads: the index that a program put there.
            question, block, role, own = "", position, "administrative", True
        else:
            filled += 1
        places.append(_Place(question, "" if key(part) in _WHOLE else part, block))
        roles.append(role)
    return places, roles, filled


def _coded(above: Sequence[str]) -> tuple[tuple[Column, ...], int, tuple[str, ...]]:
    """Columns of a single header row: codes of questions, and what was added to the file."""
    headers = [words(name) for name in above]
    names, changed = unique(headers)
    match = {name: CODED.fullmatch(name) for name in names}
    sizes = Counter(found[1] for found in match.values() if found)
    found: list[Column] = []
    for name, header in zip(names, headers, strict=True):
        code = match[name]
        if code and sizes[code[1]] > 1:
            found.append(Column(name, part=code[2] or "", group=code[1]))
        else:
            role: Role | None = _own(header) if header else "administrative"
            wording = "" if code or not header else header
            found.append(Column(name, question=wording, group=name, role=role))
    return tuple(found), 0, tuple(names[position] for position in changed)
