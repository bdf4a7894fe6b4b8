"""REFI-QDA files as they are written: a codebook (.qdc) and a project with its texts (.qdpx).

The format is REFI's QDA-XML 1.0 (qdasoftware.org, 2019). Its schemas leave open what programs do
with a file; the choices here are those that the programs in use read whole, without a crash or
a loss.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pandas as pd

from msfresearch.files import write_bytes
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.codes import NO_THEME
from msfresearch.themes.exchange.names import (
    SHOWN_WHOLE,
    code_names,
    description,
    guid,
    no_theme,
    one_line,
    source_names,
    xml_text,
)
from msfresearch.themes.exchange.positions import TextFile
from msfresearch.themes.exchange.shapes import MACHINE, Exported, Material, Remarks

ORIGIN = "msfresearch"
_NAMESPACE = "urn:QDA-XML:{}:1.0"
#: One colour per family, told apart by readers who see no red or no green (Okabe and Ito 2008).
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
_NO_DATE = (1980, 1, 1, 0, 0, 0)


class Selection(NamedTuple):
    """One code of one coder on one place of a text file."""

    start: int
    end: int
    rank: int
    coder: str
    theme: str
    at: str
    span: tuple[int, int] | None
    note: str


def coding_guid(answer_id: str, coder: str, theme: str, span: tuple[int, int] | None) -> str:
    """The identifier of a coding: tells a span of our own counting from the whole answer."""
    return guid("coding", answer_id, coder, theme, *(span or ("whole",)))


def write_qdc(path: Path, codebook: Codebook, lang: str) -> Exported:
    """Write the code frame as a REFI-QDA codebook.

    Families are codes that cannot be assigned, their themes stand below them, and one more code
    says that no theme is there, so that whoever codes elsewhere can say so.

    Parameters
    ----------
    path : Path
        File to write, ``.qdc``.
    codebook : Codebook
        The frame.
    lang : str
        Language of names and descriptions.

    Raises
    ------
    CodebookError
        When the frame does not have the language.
    StageError
        When the file cannot be written.
    """
    codebook.check_language(lang)
    remarks = Remarks()
    root = ET.Element("CodeBook", {"xmlns": _NAMESPACE.format("codebook"), "origin": ORIGIN})
    root.append(_codes(codebook, lang, remarks))
    write_bytes(path, _bytes_of(root))
    return Exported(path, 0, 0, remarks.table())


def write_qdpx(path: Path, material: Material, lang: str, created: str) -> Exported:
    """Write answers, codes and codings as a REFI-QDA project.

    Every answer is a text of its own; a code of the whole answer is a selection of all of it; a
    decision that no theme is there is a selection with the code for that. An empty answer has
    nothing to select and is left out.

    Parameters
    ----------
    path : Path
        File to write, ``.qdpx``.
    material : Material
        From `gather`.
    lang : str
        Language of the codes' names and descriptions.
    created : str
        Date of the file, as ``2026-01-31``; also that of decisions without one.

    Raises
    ------
    CodebookError
        When the frame does not have the language.
    StageError
        When the file cannot be written.
    """
    material.codebook.check_language(lang)
    remarks = Remarks()
    texts = {
        answer_id: TextFile.of(text)
        for answer_id, text in zip(
            material.answers["answer_id"], material.answers["text"], strict=True
        )
    }
    selections = _selections(material, texts, created, remarks)
    root = _project(material, lang, created, remarks)
    kept = [answer_id for answer_id, file in texts.items() if file.text]
    names = source_names(kept)
    sources = ET.SubElement(root, "Sources") if kept else root
    rows = material.answers.set_index("answer_id", drop=False)
    values = {column: rows[column].to_dict() for column in material.variables}
    files: dict[str, bytes] = {}
    first = _users(material)[0]
    for answer_id in kept:
        source = _source(sources, answer_id, names[answer_id], first, created)
        for one in selections.get(answer_id, ()):
            _append_selection(source, answer_id, texts[answer_id], one)
        told = {"answer_id": answer_id}
        told |= {f"column {column}": values[column][answer_id] for column in material.variables}
        for column, value in told.items():
            _append_value(source, column, value)
        files[f"sources/{guid('answer', answer_id)}.txt"] = texts[answer_id].text.encode()
        if texts[answer_id].replaced:
            n = texts[answer_id].replaced
            remarks.add(f"answer {answer_id}", f"{n} signs that a text file cannot hold replaced")
    for answer_id in texts.keys() - set(kept):
        remarks.add(f"answer {answer_id}", "empty: left out with its codes")
    write_bytes(path, _archive({"project.qde": _bytes_of(root), **dict(sorted(files.items()))}))
    return Exported(
        path, len(kept), sum(len(selections.get(one, ())) for one in kept), remarks.table()
    )


def _codes(codebook: Codebook, lang: str, remarks: Remarks) -> ET.Element:
    names = code_names(codebook, lang)
    codes = ET.Element("Codes")
    for at, family in enumerate(codebook.families):
        colour = _COLOURS[at % len(_COLOURS)]
        parent = _code(codes, guid("family", family), names[family], colour, codable=False)
        for theme_id, theme in codebook.themes.items():
            if theme.family == family:
                name = names[f"theme {theme_id}"]
                code = _code(parent, guid("theme", theme_id), name, colour, codable=True)
                ET.SubElement(code, "Description").text = description(theme, lang)
    none = _code(codes, guid("theme", NO_THEME), names[NO_THEME], "#999999", codable=True)
    ET.SubElement(none, "Description").text = no_theme(lang)[1]
    for name in names.values():
        if len(name) > SHOWN_WHOLE:
            remarks.add(
                f"code {name[:30]}…",
                f"a name of {len(name)} characters: some programs show {SHOWN_WHOLE}",
            )
    return codes


def _code(parent: ET.Element, code: str, name: str, colour: str, *, codable: bool) -> ET.Element:
    told = {"guid": code, "name": name, "isCodable": str(codable).lower(), "color": colour}
    return ET.SubElement(parent, "Code", told)


def _users(material: Material) -> list[str]:
    """Who coded, the machine last; a project without codings has the one who made it."""
    people = sorted(set(material.decisions["coder"]) - {MACHINE})
    machine = len(material.hits) or MACHINE in set(material.decisions["coder"])
    return [*people, *([MACHINE] if machine else [])] or [ORIGIN]


def _project(material: Material, lang: str, created: str, remarks: Remarks) -> ET.Element:
    users = _users(material)
    root = ET.Element(
        "Project",
        {
            "xmlns": _NAMESPACE.format("project"),
            "name": ORIGIN,
            "origin": ORIGIN,
            "creatingUserGUID": guid("user", users[0]),
            "creationDateTime": _moment(created),
        },
    )
    folder = ET.SubElement(root, "Users")
    for user in users:
        ET.SubElement(folder, "User", {"guid": guid("user", user), "name": user})
    book = ET.SubElement(root, "CodeBook")
    book.append(_codes(material.codebook, lang, remarks))
    variables = ET.SubElement(root, "Variables")
    for key in ("answer_id", *(f"column {column}" for column in material.variables)):
        kind = "Text"
        if key != "answer_id":
            kind = _kind(material.answers[key.removeprefix("column ")])
        name = one_line(key.removeprefix("column "))
        told = {"guid": guid("variable", key), "name": name, "typeOfVariable": kind}
        ET.SubElement(variables, "Variable", told)
    return root


def _selections(
    material: Material, texts: dict[str, TextFile], created: str, remarks: Remarks
) -> dict[str, list[Selection]]:
    """Per answer, one selection per place, code and coder; what meets another is told."""
    found: dict[tuple[str, int, int, str, str], Selection] = {}
    for answer_id, one in _all_selections(material, texts, created):
        key = (answer_id, one.start, one.end, one.theme, one.coder)
        if key in found:
            remarks.add(
                f"answer {answer_id}, {one.coder}, {one.theme}",
                "two codings of one place in the file: written once",
            )
            # Of the whole answer and all of its signs, the whole answer is what was meant.
            if one.span is not None:
                continue
        found[key] = one
    grouped: dict[str, list[Selection]] = {}
    for (answer_id, *_), one in found.items():
        grouped.setdefault(answer_id, []).append(one)
    order = attrgetter("start", "end", "rank", "coder")
    return {answer_id: sorted(some, key=order) for answer_id, some in grouped.items()}


def _all_selections(
    material: Material, texts: dict[str, TextFile], created: str
) -> Iterator[tuple[str, Selection]]:
    ranks = {theme: at for at, theme in enumerate([*material.codebook.themes, NO_THEME])}
    decisions = material.decisions
    pairs = list(zip(decisions["answer_id"], decisions["coder"], strict=True))
    dates = dict(zip(pairs, decisions["at"], strict=True))
    coded = set()
    codings = material.codings
    for answer_id, coder, theme, start, end in codings.itertuples(index=False):
        coded.add((answer_id, coder))
        at = dates[answer_id, coder] or created
        span = None if pd.isna(start) else (int(start), int(end))
        yield answer_id, _place(texts[answer_id], span, ranks[theme], coder, theme, at)
    for answer_id, coder in pairs:
        if (answer_id, coder) not in coded:
            at = dates[answer_id, coder] or created
            file = texts[answer_id]
            yield answer_id, _place(file, None, ranks[NO_THEME], coder, NO_THEME, at)
    hits = material.hits
    columns = ("answer_id", "theme", "start", "end", "pattern", "language")
    for answer_id, theme, start, end, pattern, language in zip(
        *(hits[column] for column in columns), strict=True
    ):
        span = (int(start), int(end))
        note = f"{pattern} ({language})"
        yield answer_id, _place(texts[answer_id], span, ranks[theme], MACHINE, theme, created, note)


def _place(
    file: TextFile,
    span: tuple[int, int] | None,
    rank: int,
    coder: str,
    theme: str,
    at: str,
    note: str = "",
) -> Selection:
    start, end = (0, len(file.text)) if span is None else file.to_file(*span)
    return Selection(start, end, rank, coder, theme, at, span, note)


def _source(sources: ET.Element, answer_id: str, name: str, user: str, created: str) -> ET.Element:
    source = guid("answer", answer_id)
    told = {
        "guid": source,
        "name": name,
        "plainTextPath": f"internal://{source}.txt",
        "creatingUser": guid("user", user),
        "creationDateTime": _moment(created),
    }
    return ET.SubElement(sources, "TextSource", told)


def _append_selection(source: ET.Element, answer_id: str, file: TextFile, one: Selection) -> None:
    coding = coding_guid(answer_id, one.coder, one.theme, one.span)
    user, moment = guid("user", one.coder), _moment(one.at)
    made = {"creatingUser": user, "creationDateTime": moment}
    selection = ET.SubElement(
        source,
        "PlainTextSelection",
        {
            "guid": guid("selection", coding),
            # One reader keeps codes by line, and takes the line from here.
            "name": f"line:{file.text.count(chr(10), 0, one.start)}",
            "startPosition": str(one.start),
            "endPosition": str(one.end),
            **made,
        },
    )
    if one.note:
        ET.SubElement(selection, "Description").text = xml_text(one.note)
    element = ET.SubElement(selection, "Coding", {"guid": coding, **made})
    ET.SubElement(element, "CodeRef", {"targetGUID": guid("theme", one.theme)})


def _kind(values: pd.Series[Any]) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "Boolean"
    if pd.api.types.is_integer_dtype(values):
        return "Integer"
    return "Float" if pd.api.types.is_float_dtype(values) else "Text"


def _append_value(source: ET.Element, key: str, value: object) -> None:
    """Repeat a column on the answer; a missing value is no value."""
    if pd.isna(value):  # type: ignore[call-overload]
        return
    if isinstance(value, str):
        kind, text = "TextValue", xml_text(value)
    elif pd.api.types.is_bool(value):
        kind, text = "BooleanValue", str(value).lower()
    elif pd.api.types.is_integer(value):
        kind, text = "IntegerValue", str(value)
    elif isinstance(value, float) and math.isfinite(value):
        kind, text = "FloatValue", format(Decimal(repr(float(value))), "f")
    else:
        kind, text = "TextValue", xml_text(str(value))
    element = ET.SubElement(source, "VariableValue")
    ET.SubElement(element, "VariableRef", {"targetGUID": guid("variable", key)})
    ET.SubElement(element, kind).text = text


def _moment(date: str) -> str:
    return f"{date}T00:00:00Z"


def _bytes_of(root: ET.Element) -> bytes:
    ET.indent(root, "")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _archive(files: dict[str, bytes]) -> bytes:
    """A zip archive, the same bytes for the same files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return stream.getvalue()
