"""Google Forms: a timestamp, then one column per question headed by the question's words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd

from msfresearch.survey.readers.columns import key, unique, with_markup, words
from msfresearch.survey.readers.export import Column, Export, Step
from msfresearch.survey.readers.roles import in_form
from msfresearch.survey.readers.text import Rows, read_rows
from msfresearch.survey.respondents import Role
from msfresearch.survey.source import ExportOptions, Layout

#: Header of the first column, in the language of the form's owner (see ``columns.key``).
TIMESTAMP = (
    "timestamp",
    "marca temporal",
    "horodateur",
    "carimbo de data hora",
    "zeitstempel",
    "informazioni cronologiche",
)
_PERSON: dict[str, Role] = {
    **dict.fromkeys(
        (
            "email address",
            "direccion de correo electronico",
            "correo electronico",
            "adresse e mail",
            "adresse email",
            "adresse electronique",
        ),
        "email",
    ),
    **dict.fromkeys(("username", "nombre de usuario", "nom d utilisateur"), "username"),
}
_SCORE = ("score", "total score", "puntuacion", "puntuacion total", "note", "score total")
_POINTS = r"[0-9]+(?:[.,][0-9]+)? */ *[0-9]+"
#: The platform's own columns stand before the questions: timestamp, address, score.
_OWN = 3


def read_google_forms(
    path: Path, options: ExportOptions, layout: Layout | None = None, structure: Path | None = None
) -> Export:
    """Read the answers of a Google form, downloaded as CSV or from its sheet.

    A timestamp is written in the manner of the sheet's locale (3/4/2019 15:04:05) or, in the
    form's own download, with its zone (2019/04/03 3:04:05 PM GMT+2). Answers to a question with
    boxes stay one cell, joined by a comma and a space as the form writes them: options that hold
    commas themselves can be told apart only by who knows the options.

    Parameters
    ----------
    path : Path
        CSV or workbook.
    options : ExportOptions
        ``sheet`` and ``day_first`` are used.
    layout : Layout, optional
        Encoding and delimiter of a CSV file.
    structure : Path, optional
        Not used: the platform writes none.

    Returns
    -------
    Export
        A column is named by the words of its question, with "(2)" where two questions have the
        same; "Question [Row]" of a grid is a part of its question.

    Raises
    ------
    SourceError
        When the file cannot be read, or its timestamps leave day and month in doubt.
    """
    del structure
    rows = read_rows(path, layout, options.sheet)
    return google_forms_export(rows, options, "the manifest says Google Forms")


def google_forms_export(rows: Rows, options: ExportOptions, reason: str) -> Export:
    """The export that the rows of a form's answers are; see :func:`read_google_forms`."""
    header = rows.header(0)
    said = [words(name) for name in header]
    names, changed = unique(said)
    table = rows.answers(1).set_axis(list(names), axis=1)
    roles = _roles(said, names, table)
    grids = _grids(said, names, roles)
    columns = tuple(
        Column(name, *grids.get(name, (text, "", name)), role=roles.get(name))
        for name, text in zip(names, said, strict=True)
    )
    table, formed = in_form(table, roles, rows.file, options)
    steps = (
        Step("header rows read", 1),
        Step("headers freed of markup", with_markup(header)),
        Step(
            "headers made unique by their position",
            len(changed),
            ", ".join(names[position] for position in changed),
        ),
        *formed,
    )
    return Export("google_forms", reason, table, columns, (*rows.account, *steps), rows.unread)


def _roles(said: list[str], names: tuple[str, ...], table: pd.DataFrame) -> dict[str, Role]:
    found: dict[str, Role] = {}
    for position, (text, name) in enumerate(zip(said[:_OWN], names, strict=False)):
        word = key(text)
        if position == 0 and word in TIMESTAMP:
            found[name] = "submitted"
        elif word in _PERSON:
            found[name] = _PERSON[word]
        elif word in _SCORE and _all_points(table[name]):
            found[name] = "administrative"
    return found


def _all_points(cells: pd.Series[str]) -> bool:
    """Whether cells are "3 / 5": a quiz's score, and not a question called "Note"."""
    given = cells[cells != ""]
    return bool(len(given)) and bool(given.str.fullmatch(_POINTS).all())


def _grids(
    said: list[str], names: tuple[str, ...], roles: dict[str, Role]
) -> dict[str, tuple[str, str, str]]:
    """Question, part and group of columns "Question [Row]" of which a question has several."""
    split = {
        name: (text[:at].rstrip(), text[at + 1 : -1].strip())
        for name, text in zip(names, said, strict=True)
        if name not in roles and text.endswith("]") and (at := text.rfind("[")) > 0
    }
    rows = Counter(question for question, _ in split.values())
    return {
        name: (question, part, question)
        for name, (question, part) in split.items()
        if rows[question] > 1 and question not in names
    }
