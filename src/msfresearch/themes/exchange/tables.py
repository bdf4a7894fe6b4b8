"""Codings as tables: CSV, workbook, 0/1 matrix, SPSS, and the codebook as Taguette reads it.

Every cell is text or a number, none a formula: see `msfresearch.themes.safecells`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.files import write_bytes
from msfresearch.survey.forms.savfile import (
    TEXT,
    Sav,
    Value,
    Variable,
    cut,
    sav_bytes,
    spss_names,
)
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.codes import NO_THEME
from msfresearch.themes.exchange.names import code_names, description, no_theme, one_line, xml_text
from msfresearch.themes.exchange.shapes import MACHINE, Exported, Material, Remarks
from msfresearch.themes.safecells import defuse, defuse_delimited

#: Columns of the long table: what `Imported` is made of again, and words for the eye.
LONG = (
    *("answer_id", "coder", "at", "codebook", "draw"),
    *("family", "theme", "start", "end", "words"),
)
#: A cell of a workbook holds 32,767 UTF-16 units.
LONGEST_WORDS = 16_000
_YES_NO = {"en": ("no", "yes"), "es": ("no", "sí"), "fr": ("non", "oui")}
_CREATED = datetime(2019, 1, 1)


def long_table(material: Material, remarks: Remarks) -> pd.DataFrame:
    """One row per coding, in the order of the answers; one with ``-`` where no theme is there.

    Returns
    -------
    DataFrame
        The columns of ``LONG``; ``start`` and ``end`` are missing for a code of the whole
        answer; ``words`` are those of the span, signs that no file holds replaced, cut at
        ``LONGEST_WORDS``. After these the columns of ``variables``, the language apart.
    """
    texts = dict(zip(material.answers["answer_id"], material.answers["text"], strict=True))
    order = {answer_id: at for at, answer_id in enumerate(texts)}
    ranks = {theme: at for at, theme in enumerate([*material.codebook.themes, NO_THEME])}
    coded: dict[tuple[str, str], list[tuple[str, Any, Any]]] = {}
    for answer_id, coder, theme, start, end in material.codings.itertuples(index=False):
        coded.setdefault((answer_id, coder), []).append((theme, start, end))
    rows = []
    for answer_id, coder, at, version, draw in material.decisions[
        ["answer_id", "coder", "at", "codebook", "draw"]
    ].itertuples(index=False):
        for theme, start, end in coded.get((answer_id, coder), [(NO_THEME, pd.NA, pd.NA)]):
            rows.append((answer_id, coder, at, version, draw, theme, start, end))
    hits = material.hits
    for answer_id, theme, start, end in hits[["answer_id", "theme", "start", "end"]].itertuples(
        index=False
    ):
        version = material.codebook.version
        rows.append((answer_id, MACHINE, "", version, "", theme, start, end))
    rows.sort(
        key=lambda row: (
            *(order[row[0]], row[1] == MACHINE, row[1]),
            *(-1 if pd.isna(row[6]) else row[6], ranks[row[5]]),
        )
    )
    told = []
    for answer_id, coder, at, version, draw, theme, start, end in rows:
        words = "" if pd.isna(start) else texts[answer_id][int(start) : int(end)]
        if len(words) > LONGEST_WORDS:
            remarks.add(f"answer {answer_id}, {theme}", f"words cut at {LONGEST_WORDS:,} signs")
        family = "" if theme == NO_THEME else material.codebook.themes[theme].family
        head = (answer_id, coder, at, version, draw)
        told.append((*head, family, theme, start, end, shown(words)))
    table = pd.DataFrame(told, columns=list(LONG)).astype({"start": "Int64", "end": "Int64"})
    further = [name for name in material.variables if name not in (*LONG, "language")]
    return table.join(material.answers.set_index("answer_id")[further], on="answer_id")


def shown(words: str) -> str:
    """Words as a cell holds them: cut, control signs replaced, LF line ends."""
    return xml_text(words[:LONGEST_WORDS])


def matrix_table(material: Material) -> pd.DataFrame:
    """One row per answer and coder, one 0/1 column per theme in the frame's order.

    Returns
    -------
    DataFrame
        ``answer_id``, ``coder``, the columns of ``variables``, then the themes. The machine is a
        coder who saw every answer, where hits are given.
    """
    themes = list(material.codebook.themes)
    pairs = list(zip(material.decisions["answer_id"], material.decisions["coder"], strict=True))
    marks = set(
        material.codings[["answer_id", "coder", "theme"]].itertuples(index=False, name=None)
    )
    if len(material.hits):
        pairs += [(answer_id, MACHINE) for answer_id in material.answers["answer_id"]]
        hit = material.hits[["answer_id", "theme"]].itertuples(index=False, name=None)
        marks |= {(answer_id, MACHINE, theme) for answer_id, theme in hit}
    order = {answer_id: at for at, answer_id in enumerate(material.answers["answer_id"])}
    pairs.sort(key=lambda pair: (order[pair[0]], pair[1] == MACHINE, pair[1]))
    rows = [[*pair, *(int((*pair, theme) in marks) for theme in themes)] for pair in pairs]
    found = pd.DataFrame(rows, columns=["answer_id", "coder", *themes])
    clash = set(material.variables) & set(found.columns)
    # A column `theme` would make it the long table for whoever reads it.
    clash |= {"answer_id", "coder", "theme"} & set(themes)
    if clash:
        raise AnswerError(
            "a column or a theme named like another column of the matrix",
            column=sorted(clash)[0],
            action="rename it before the export",
        )
    told = material.answers.set_index("answer_id")[list(material.variables)]
    found = found.join(told, on="answer_id")
    return found[["answer_id", "coder", *material.variables, *themes]].astype(
        dict.fromkeys(themes, "int64")
    )


def write_csv(path: Path, material: Material) -> Exported:
    """Write the long table as CSV: UTF-8 without a mark, LF, guarded cells."""
    remarks = Remarks()
    found = long_table(material, remarks)
    write_bytes(path, _delimited(found.columns, found.itertuples(index=False)))
    return _exported(path, material, remarks)


def write_matrix(path: Path, material: Material) -> Exported:
    """Write the 0/1 matrix as CSV: UTF-8 without a mark, LF, guarded cells."""
    found = matrix_table(material)
    write_bytes(path, _delimited(found.columns, found.itertuples(index=False)))
    return _exported(path, material, Remarks())


def write_taguette(path: Path, codebook: Codebook, lang: str) -> Exported:
    """Write the codebook as CSV for Taguette's import: one tag per theme, with its description.

    Begins with a byte order mark, without which Taguette guesses the encoding.

    Raises
    ------
    CodebookError
        When the frame does not have the language.
    """
    codebook.check_language(lang)
    names = code_names(codebook, lang)
    rows = [
        # Taguette shows a description in a field of one line, which drops line ends.
        (names[f"theme {theme_id}"], one_line(description(theme, lang)))
        for theme_id, theme in codebook.themes.items()
    ]
    rows.append(no_theme(lang))
    content = _delimited(("tag", "description"), rows)
    write_bytes(path, b"\xef\xbb\xbf" + content)
    return Exported(path, 0, 0, Remarks().table())


def write_xlsx(path: Path, material: Material, lang: str) -> Exported:
    """Write the long table and the codebook as a workbook with two sheets.

    Raises
    ------
    CodebookError
        When the frame does not have the language.
    """
    material.codebook.check_language(lang)
    remarks = Remarks()
    found = long_table(material, remarks)
    columns = ["family", "theme", "label", "definition", "include", "exclude"]
    book = material.codebook.frame(lang)[columns]
    write_bytes(path, _workbook({"codings": found, "codebook": book}))
    return _exported(path, material, remarks)


def write_sav(path: Path, material: Material, lang: str) -> Exported:
    """Write the 0/1 matrix for SPSS, with labels of themes and values in one language.

    Raises
    ------
    CodebookError
        When the frame does not have the language.
    """
    material.codebook.check_language(lang)
    remarks = Remarks()
    found = matrix_table(material)
    themes = material.codebook.themes
    names = spss_names(found.columns)
    no, yes = _YES_NO.get(lang, _YES_NO["en"])
    variables = []
    data: dict[str, pd.Series[Any]] = {}
    for name, column in zip(names, found.columns, strict=True):
        theme = themes.get(column)
        if name != column:
            remarks.add(f"column {column}", f"called {name} for SPSS")
        label = column if theme is None else xml_text(theme.labels[lang])
        values = () if theme is None else (Value(0, no), Value(1, yes))
        if theme is None:
            data[name] = _for_spss(found[column], remarks)
        else:
            data[name] = found[column]
        measure: Any = "nominal"
        form = "F1.0" if theme is not None else None
        variables.append(Variable(name, column, label, measure, format=form, values=values))
    write_bytes(path, sav_bytes(Sav(pd.DataFrame(data), tuple(variables), title="msfresearch")))
    return _exported(path, material, remarks)


def _for_spss(values: pd.Series[Any], remarks: Remarks) -> pd.Series[Any]:
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values.astype("float64")
    told = ["" if pd.isna(value) else xml_text(str(value)) for value in values]
    long = sum(len(value.encode()) > TEXT for value in told)
    if long:
        remarks.add(f"column {values.name}", f"{long} texts cut at {TEXT:,} bytes")
        told = [value if len(value.encode()) <= TEXT else cut(value, TEXT) for value in told]
    return pd.Series(told, index=values.index, dtype="object")


def _exported(path: Path, material: Material, remarks: Remarks) -> Exported:
    n = len(material.codings) + len(material.hits)
    return Exported(path, len(material.answers), n, remarks.table())


def _delimited(header: Iterable[str], rows: Iterable[Sequence[Any]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([_cell(str(name)) for name in header])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return stream.getvalue().encode("utf-8")


def _cell(value: object) -> object:
    if isinstance(value, str):
        # No control signs, which make a file binary; no CR, which the writer would leave bare.
        return defuse_delimited(xml_text(value))
    return "" if pd.isna(value) else value  # type: ignore[call-overload]


def _workbook(sheets: dict[str, pd.DataFrame]) -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    # A fixed moment, so that a table always gives the same bytes.
    book.set_properties({"created": _CREATED})
    bold = book.add_format({"bold": True})
    for name, table in sheets.items():
        sheet = book.add_worksheet(name)
        for column, head in enumerate(table.columns):
            sheet.write_string(0, column, head, bold)
        for line, row in enumerate(table.itertuples(index=False), start=1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    if value:
                        sheet.write_string(line, column, defuse(xml_text(value)))
                elif not pd.isna(value):
                    sheet.write_number(line, column, value)
        sheet.freeze_panes(1, 0)
    book.close()
    return stream.getvalue()
