"""LimeSurvey's export of responses: CSV or a workbook, with or without the survey's structure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from msfresearch.errors import SourceError
from msfresearch.survey.readers.columns import key, unique
from msfresearch.survey.readers.export import Column, Export, Step
from msfresearch.survey.readers.guards import WORKBOOKS, check_text, expect
from msfresearch.survey.readers.headings import Form, Meaning, code_of, form_of, meanings
from msfresearch.survey.readers.lss import Structure, read_structure
from msfresearch.survey.readers.roles import in_form
from msfresearch.survey.readers.text import Rows, read_rows
from msfresearch.survey.respondents import Role
from msfresearch.survey.source import ExportOptions, Layout

#: LimeSurvey's own columns by code, in the order in which it writes them.
OWN: dict[str, Role] = {
    "id": "response_id",
    "submitdate": "submitted",
    "lastpage": "last_page",
    "startlanguage": "language",
    "seed": "administrative",
    "token": "token",
    "startdate": "started",
    "datestamp": "administrative",
    "ipaddr": "ip",
    "refurl": "administrative",
    "interviewtime": "duration",
}
#: Columns of the table of participants, which come along when answers are linked to it.
PARTICIPANTS: dict[str, Role] = {
    "firstname": "first_name",
    "lastname": "last_name",
    "email": "email",
    "participant_id": "external_ref",
    **dict.fromkeys(
        (
            "tid",
            "emailstatus",
            "language",
            "blacklisted",
            "sent",
            "remindersent",
            "remindercount",
            "completed",
            "usesleft",
            "validfrom",
            "validuntil",
            "mpid",
        ),
        "administrative",
    ),
}
#: What the columns above are called where headings are texts, in the languages of the forum.
SAID: dict[str, tuple[str, ...]] = {
    "id": ("response id", "id de respuesta", "id de la reponse", "id de reponse"),
    "submitdate": ("date submitted", "fecha de envio", "date de soumission"),
    "lastpage": ("last page", "ultima pagina", "derniere page"),
    "startlanguage": (
        "start language",
        "lenguaje inicial",
        "idioma inicial",
        "langue de depart",
        "langue initiale",
    ),
    "seed": ("seed", "semilla", "tete de serie", "graine"),
    "token": (
        "token",
        "access code",
        "codigo de acceso",
        "contrasena",
        "code d acces",
        "invitation",
    ),
    "startdate": ("date started", "fecha de inicio", "date de lancement", "date de debut"),
    "datestamp": (
        "date last action",
        "fecha de la ultima accion",
        "date de la derniere action",
    ),
    "ipaddr": ("ip address", "direccion ip", "adresse ip"),
    "refurl": ("referrer url", "url referida", "url de referencia", "url de renvoi"),
    "interviewtime": ("total time", "tiempo total", "temps total", "duree totale"),
    "firstname": ("first name", "nombre", "prenom"),
    "lastname": ("last name", "apellido", "apellidos", "nom"),
    "email": ("email address", "email", "correo electronico", "adresse electronique"),
}
_CODE_OF = {said: code for code, all_said in SAID.items() for said in all_said}
_TIMING = re.compile(r"(?:groupTime[0-9]+|[A-Za-z][A-Za-z0-9_]*Time)")
_TIMING_SAID = re.compile(r"(?:group time|question time|tiempo de|temps (?:de|du|pour))\b.*")
#: What LimeSurvey writes as the time of submission where a survey does not keep times.
_NO_TIME = re.compile(r"1980-01-01[ T]00:00(?::00)?")
_NOT_SHOWN = ("N/A", "N.A.", "N/D")
#: A column with at most so many different answers, none longer, is one of choices.
_FEW, _SHORT = 25, 100


def read_limesurvey(
    path: Path,
    options: ExportOptions,
    layout: Layout | None = None,
    structure: Path | None = None,
) -> Export:
    """Read LimeSurvey's export of responses.

    Headings may be codes (``Q1[SQ001]``), texts whole or cut short, or both; answers may be codes
    or words. A blank time of submission is an answer that was not finished: ``finished`` is a
    column made from it. Where the time of the last action is there, it stands in for the time of
    submission of such an answer. "N/A", which LimeSurvey writes for a closed question that was
    not shown, is read as blank. ``-oth-`` stays, with the words of that option as its label.

    Parameters
    ----------
    path : Path
        CSV (divided by commas, semicolons or tabs) or a workbook.
    options : ExportOptions
        Sheet, order of day and month.
    layout : Layout, optional
        Encoding and delimiter, where the manifest says them.
    structure : Path, optional
        The survey's structure (.lss): questions, parts and answers in all its languages.

    Returns
    -------
    Export

    Raises
    ------
    SourceError
        When it is no such export, or the file is damaged.
    """
    if expect(path, ("text", *WORKBOOKS)) == "text":
        check_text(path)
    return limesurvey_export(read_rows(path, layout, options.sheet), options, structure)


def limesurvey_export(rows: Rows, options: ExportOptions, structure: Path | None = None) -> Export:
    """Read rows of text as LimeSurvey's export; see :func:`read_limesurvey`."""
    headings = rows.header(0)
    known = read_structure(structure) if structure is not None else None
    form = form_of(headings)
    own = own_columns(headings, form, known)
    _check(own, headings, rows, options)
    said = meanings([one for i, one in enumerate(headings) if i not in own], form, known)
    names, renamed = unique(headings)
    table = rows.answers(1).set_axis(list(names), axis=1)
    columns = _columns(names, headings, own, said)
    steps = [
        *rows.account,
        Step("header rows read", 1, f"headings as {form}"),
        Step("headings that stood twice or were blank, told apart", len(renamed)),
        *_structure_steps(known, said),
    ]
    table, not_shown = _without_not_shown(table, columns, said)
    steps += not_shown
    table, columns, finished = _with_finished(table, columns, own, names)
    steps += finished
    roles = {one.name: one.role for one in columns if one.role not in (None, "finished")}
    table, formed = in_form(table, {k: v for k, v in roles.items() if v}, rows.file, options)
    platform = "the manifest says so" if options.platform else _reason(own)
    return Export("limesurvey", platform, table, columns, (*steps, *formed), dict(rows.unread))


def own_columns(
    headings: Sequence[str], form: Form, structure: Structure | None = None
) -> dict[int, str]:
    """Positions of LimeSurvey's own columns, to their codes.

    Columns of participants are taken for such only beside a token, and where the structure has
    no question of that code.
    """
    codes: dict[int, str] = {}
    for position, heading in enumerate(headings):
        code = code_of(heading, form) or _CODE_OF.get(key(heading), "")
        if form == "text" and _TIMING_SAID.fullmatch(key(heading)):
            code = "Time"
        codes[position] = code
    asked = {one.code for one in structure.fields} if structure else set()
    linked = "token" in codes.values()
    timed = "interviewtime" in codes.values()
    found: dict[int, str] = {}
    for position, code in codes.items():
        ours = (
            code in OWN
            or (linked and code in PARTICIPANTS)
            or (timed and _TIMING.fullmatch(code) is not None)
            or code == "Time"
        )
        if ours and code not in asked and (code == "Time" or code not in found.values()):
            found[position] = code
    return found


def _check(
    own: dict[int, str], headings: Sequence[str], rows: Rows, options: ExportOptions
) -> None:
    if options.platform != "limesurvey" and not {"submitdate", "lastpage"} & set(own.values()):
        raise SourceError(
            "not an export of LimeSurvey",
            file=rows.file,
            row=int(rows.cells.index[0]),
            found=f"{len(headings)} columns, none of LimeSurvey's own",
            expected="columns such as id, submitdate, lastpage, startlanguage",
            action="export with these columns, or write `export: {platform: limesurvey}`",
        )


def _reason(own: dict[int, str]) -> str:
    seen = [
        code for code in ("id", "submitdate", "lastpage", "startlanguage") if code in own.values()
    ]
    return f"columns {', '.join(seen)}: LimeSurvey"


def _columns(
    names: Sequence[str], headings: Sequence[str], own: dict[int, str], said: Sequence[Meaning]
) -> tuple[Column, ...]:
    rest = iter(said)
    found = []
    for position, name in enumerate(names):
        if position in own:
            code = own[position]
            role = OWN.get(code) or PARTICIPANTS.get(code, "administrative")
            text = "" if headings[position] == code else headings[position]
            found.append(Column(name, question=text, group=name, role=role))
        else:
            one = next(rest)
            found.append(
                Column(name, one.question, one.part, one.group or name, None, dict(one.labels))
            )
    return tuple(found)


def _structure_steps(structure: Structure | None, said: Sequence[Meaning]) -> list[Step]:
    if structure is None:
        return [Step("columns described by a structure file", 0, "no .lss given")]
    known = {one.code for one in said if one.known}
    absent = [one.code for one in structure.fields if one.code not in known]
    return [
        Step("columns described by a structure file", len(known)),
        Step("columns that the structure file does not have", len(said) - len(known)),
        Step("columns of the structure file that the export does not have", len(absent)),
    ]


def _without_not_shown(
    table: pd.DataFrame, columns: Sequence[Column], said: Sequence[Meaning]
) -> tuple[pd.DataFrame, list[Step]]:
    """Blank in place of "N/A" in columns of choices; a person may have typed it elsewhere."""
    made: dict[str, pd.Series[str]] = {}
    cells = 0
    questions = [column for column in columns if column.role is None]
    for column, one in zip(questions, said, strict=True):
        hit = table[column.name].isin(_NOT_SHOWN)
        if hit.any() and _is_closed(table[column.name], one):
            made[column.name] = table[column.name].mask(hit, "")
            cells += int(hit.sum())
    step = Step("cells N/A (question not shown) read as blank", cells, f"{len(made)} columns")
    return table.assign(**made), [step]


def _is_closed(cells: pd.Series[str], one: Meaning) -> bool:
    if one.closed is not None:
        return one.closed
    answers = cells.drop_duplicates()
    return len(answers) <= _FEW and int(answers.str.len().max()) <= _SHORT


def _with_finished(
    table: pd.DataFrame, columns: tuple[Column, ...], own: dict[int, str], names: Sequence[str]
) -> tuple[pd.DataFrame, tuple[Column, ...], list[Step]]:
    """Whether an answer was submitted, told by its time of submission, and when it came in."""
    where = {code: names[position] for position, code in own.items()}
    if "submitdate" not in where:
        return table, columns, []
    times = table[where["submitdate"]].str.strip()
    partial = times == ""
    untimed = times.str.fullmatch(_NO_TIME)
    times = times.mask(untimed, "")
    steps = [
        Step("answers without a time of submission: not finished", int(partial.sum())),
        Step(
            "times of submission of 1980, which stand for none, read as blank", int(untimed.sum())
        ),
    ]
    if "datestamp" in where:
        last = table[where["datestamp"]].str.strip()
        last = last.mask(last.str.fullmatch(_NO_TIME), "")
        taken = (times == "") & (last != "")
        times = times.mask(taken, last)
        steps.append(
            Step("times of submission taken from the last action instead", int(taken.sum()))
        )
    name = unique([*names, f"{where['submitdate']} (finished)"])[0][-1]
    finished = pd.Series("1", index=table.index, dtype="str").mask(partial, "0")
    made = Column(name, group=name, role="finished")
    table = table.assign(**{where["submitdate"]: times.astype("str"), name: finished})
    return table, (*columns, made), steps
