"""Tables of ours as they come back: the long one as CSV or workbook, and the 0/1 matrix.

A row that is wrong is listed with its number and the reason, and the others are taken.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.survey.readers.guards import LONGEST_LINE, check_text, sniff
from msfresearch.survey.readers.workbook import read_sheets
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.codes import NO_THEME
from msfresearch.themes.exchange.codes import Code, Matched, match_codes
from msfresearch.themes.exchange.decided import Said, check_date, coder_names, day_of, imported
from msfresearch.themes.exchange.names import guid, xml_text
from msfresearch.themes.exchange.shapes import Imported, Remarks
from msfresearch.themes.exchange.tables import LONG, shown
from msfresearch.themes.safecells import restore, restore_delimited

_PLACE = re.compile(r"0|[1-9][0-9]{0,8}")
_NEEDED = ("answer_id", "coder")


class _Line(NamedTuple):
    """A row by column, and its number in the file as an editor or a spreadsheet counts."""

    number: int
    cells: Mapping[str, str]


def read_table(
    path: Path,
    answers: pd.DataFrame,
    codebook: Codebook,
    at: str,
    coders: Mapping[str, str] | None = None,
) -> Imported:
    """Read a table that `write_csv`, `write_xlsx` or `write_matrix` made, edited or not.

    Columns may stand in any order and others beside them; which table it is, is told by whether
    it has a column ``theme``.

    Parameters
    ----------
    path : Path
        CSV or XLSX, by its content; of a workbook the sheet ``codings``, or its first.
    answers : DataFrame
        ``answer_id``, ``text``: the answers that were exported.
    codebook : Codebook
        The frame.
    at : str
        Date of decisions for which the table tells none.
    coders : mapping, optional
        Coder in the table to our name of the coder.

    Raises
    ------
    AnswerError
        For a file without the columns needed, or a column that stands twice.
    SourceError
        For what is neither text nor a workbook, or must not be opened.
    """
    check_date(at)
    remarks = Remarks()
    header, lines = _workbook(path) if sniff(path) in ("xlsx", "xlsm") else _delimited(path)
    _check_header(header, path)
    texts = dict(zip(answers["answer_id"], answers["text"], strict=True))
    long = "theme" in header
    rows = [one for one in lines if _is_known(one, texts, remarks)]
    called = coder_names((one.cells["coder"] for one in rows), coders or {}, remarks)
    if long:
        names = dict.fromkeys(one.cells["theme"] for one in rows)
    else:
        names = dict.fromkeys(name for name in header if name not in _NEEDED)
    matched = match_codes(
        [Code(guid("column", name), name, "", "") for name in names if name],
        codebook,
        Remarks() if not long else remarks,
    )
    themes = {matched.names[key]: theme for key, theme in matched.themes.items()}
    if long:
        said = list(_long(rows, texts, themes, called, remarks))
        for name in [name for name in header if name not in LONG]:
            remarks.add(f"column {name}", "not read")
    else:
        matched = _themes_only(matched)
        if not any(themes.values()):
            raise AnswerError(
                "a table without a theme",
                file=path,
                found=", ".join(header),
                expected="a column theme, or one column per theme",
                action="export the codes again, or name the columns by theme",
            )
        for name in names:
            if not themes.get(name):
                remarks.add(f"column {name}", "no theme of the frame: not read")
        said = list(_matrix(rows, themes, called, remarks))
    return imported(said, matched, codebook, at, remarks)


def _long(
    rows: Sequence[_Line],
    texts: Mapping[str, str],
    themes: Mapping[str, str],
    coders: Mapping[str, str],
    remarks: Remarks,
) -> Iterator[Said]:
    for number, cells in rows:
        where = f"row {number}"
        answer_id, text = cells["answer_id"], texts[cells["answer_id"]]
        theme = themes.get(cells["theme"], "") if cells["theme"] else ""
        if not theme:
            remarks.add(where, "no theme of the frame: not taken")
            continue
        told = cells.get("start", ""), cells.get("end", "")
        span = None
        if any(told) and theme != NO_THEME:
            if not all(map(_PLACE.fullmatch, told)):
                remarks.add(where, "a place that is no two whole numbers: not taken")
                continue
            span = int(told[0]), int(told[1])
            if not 0 <= span[0] < span[1] <= len(text):
                remarks.add(where, f"a place outside the answer, {span[0]}-{span[1]}: not taken")
                continue
            words = cells.get("words", "")
            if words and _plain(words) != _plain(shown(text[span[0] : span[1]])):
                remarks.add(where, "other words than those at that place: not taken")
                continue
        day = day_of(cells.get("at"))
        yield Said(answer_id, coders[cells["coder"]], theme, span, day)


def _matrix(
    rows: Sequence[_Line],
    themes: Mapping[str, str],
    coders: Mapping[str, str],
    remarks: Remarks,
) -> Iterator[Said]:
    columns = {name: theme for name, theme in themes.items() if theme}
    for number, cells in rows:
        where = f"row {number}"
        marks = {name: cells[name].strip() for name in columns}
        if not any(marks.values()):
            remarks.add(where, "no mark at all: not coded")
            continue
        wrong = [name for name, mark in marks.items() if mark not in ("0", "1")]
        if wrong:
            remarks.add(where, f"neither 0 nor 1 in {', '.join(wrong[:3])}: not taken")
            continue
        found = [columns[name] for name, mark in marks.items() if mark == "1"] or [NO_THEME]
        for theme in found:
            yield Said(cells["answer_id"], coders[cells["coder"]], theme, None, "")


def _themes_only(matched: Matched) -> Matched:
    """Without the columns that are no theme: a matrix carries others of its own."""
    codes = matched.codes
    return Matched(
        codes[codes["theme"] != ""].reset_index(drop=True), matched.themes, matched.names
    )


def _is_known(line: _Line, texts: Mapping[str, str], remarks: Remarks) -> bool:
    if not line.cells["coder"].strip():
        remarks.add(f"row {line.number}", "no coder: not taken")
    elif line.cells["answer_id"] not in texts:
        remarks.add(f"row {line.number}", "none of these answers: not taken")
    else:
        return True
    return False


def _plain(words: str) -> str:
    """Words as every table keeps them: line ends and unprintable signs are not told apart."""
    return " ".join(xml_text(words).split())


def _delimited(path: Path) -> tuple[list[str], list[_Line]]:
    check_text(path)
    csv.field_size_limit(LONGEST_LINE)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [restore_delimited(cell) for cell in next(reader, [])]
            lines = []
            before = reader.line_num
            for row in reader:
                padded = [*row, *[""] * (len(header) - len(row))]
                cells = dict(zip(header, map(restore_delimited, padded), strict=False))
                if any(row):
                    lines.append(_Line(before + 1, cells))
                before = reader.line_num
    except UnicodeDecodeError:
        raise AnswerError("not UTF-8", file=path, action="save it as CSV UTF-8") from None
    except csv.Error as wrong:
        raise AnswerError(
            "not readable as CSV",
            file=path,
            found=str(wrong),
            expected="cells separated by commas",
            action="save it as CSV UTF-8, separated by commas",
        ) from None
    return header, lines


def _workbook(path: Path) -> tuple[list[str], list[_Line]]:
    sheets = read_sheets(path)
    sheet = sheets.get("codings", next(iter(sheets.values())))
    rows = sheet.fillna("").astype("str").values.tolist()
    header = [restore(cell) for cell in rows[0]] if rows else []
    lines = [
        _Line(number, dict(zip(header, map(restore, row), strict=True)))
        for number, row in enumerate(rows[1:], start=2)
        if any(row)
    ]
    return header, lines


def _check_header(header: Sequence[str], path: Path) -> None:
    twice = [name for at, name in enumerate(header) if name and name in header[:at]]
    if twice:
        raise AnswerError(
            "a column that stands twice",
            file=path,
            row=1,
            column=twice[0],
            action="take one of them out",
        )
    for name in _NEEDED:
        if name not in header:
            raise AnswerError(
                "a table without a column that is needed",
                file=path,
                row=1,
                column=name,
                found=", ".join(header[:20]),
                expected=", ".join(LONG),
                action="export the codes again, or put the column in",
            )
