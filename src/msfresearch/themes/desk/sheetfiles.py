"""Coding sheets as files: a workbook with drop-downs and locked cells, or text tables."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

from msfresearch.files import write_bytes
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.sheet import Sheet
from msfresearch.themes.desk.shown import short, visible
from msfresearch.themes.desk.words import DELIMITERS, instructions, word
from msfresearch.themes.safecells import defuse_delimited

#: The codebook's page: its columns, and how wide they are, in characters.
_PAGE = {
    "family": 22,
    "theme": 34,
    "definition": 50,
    "include": 50,
    "exclude": 50,
    "examples": 60,
}
_WIDTHS = {"id": 17, "language": 9, "text": 70, "decision": 34, "note": 30, "sheet": 8, "check": 8}
_THEME_WIDTH = 6.5
#: Light grounds that tell families apart; black text on each has a contrast above 15 to 1.
_GROUNDS = ("#E3EEF9", "#FBEFD9", "#E6F4E1", "#F3E6F5", "#EEEEEE")
_LONGEST_TITLE, _LONGEST_MESSAGE = 32, 255
# A workbook carries a date of its making; ours carries none that would change its bytes.
_MADE = datetime(2000, 1, 1)


def write_xlsx(path: Path, sheet: Sheet, codebook: Codebook) -> Path:
    """Write a sheet as a workbook: answers, codebook, instructions.

    Every cell is text, none a formula or a link, whatever a respondent wrote. Only the cells that
    a coder fills are unlocked; the protection has no password and keeps from slips alone.

    Parameters
    ----------
    path : Path
        The file; replaced where it is there.
    sheet : Sheet
        From `make_sheet`.
    codebook : Codebook
        The frame of that sheet.

    Returns
    -------
    Path
        The file written. The same sheet gives the same bytes.

    Raises
    ------
    StageError
        When it cannot be written.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"created": _MADE, "title": f"{sheet.ticket.wave}, {sheet.ticket.coder}"})
    _answers_page(book, sheet, codebook)
    _codebook_page(book, sheet.lang, codebook)
    _instructions_page(book, sheet.lang)
    book.close()
    write_bytes(path, buffer.getvalue())
    return path


def write_csv(path: Path, sheet: Sheet, codebook: Codebook) -> tuple[Path, Path, Path]:
    """Write a sheet as text tables: answers, and beside them the codebook and the instructions.

    UTF-8 with its mark, as spreadsheet programs need it; parted by a semicolon in Spanish and
    French. A cell that a program would compute has an apostrophe before it.

    Parameters
    ----------
    path : Path
        The file of answers; ``<stem>.codebook.csv`` and ``<stem>.txt`` are written beside it.
    sheet : Sheet
        From `make_sheet`.
    codebook : Codebook
        The frame of that sheet.

    Returns
    -------
    tuple of Path
        Answers, codebook, instructions.

    Raises
    ------
    StageError
        When they cannot be written.
    """
    rows = [[row.get(key, "") for key in sheet.headings] for row in sheet.rows]
    beside = path.with_name(f"{path.stem}.codebook.csv"), path.with_name(f"{path.stem}.txt")
    write_bytes(path, csv_bytes([list(sheet.headings.values()), *rows], DELIMITERS[sheet.lang]))
    page = csv_bytes(_codebook_rows(codebook, sheet.lang), DELIMITERS[sheet.lang])
    write_bytes(beside[0], page)
    text = "\n".join(f"- {line}" for line in instructions(sheet.lang)) + "\n"
    write_bytes(beside[1], text.encode("utf-8-sig"))
    return path, *beside


def csv_bytes(rows: list[list[str]], delimiter: str) -> bytes:
    """A table that a spreadsheet program opens without computing anything in it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([[defuse_delimited(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _answers_page(book: Any, sheet: Sheet, codebook: Codebook) -> None:
    page = book.add_worksheet(word("page_answers", sheet.lang))
    base = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#BBBBBB"}
    # A quoted cell stays text even where somebody opens and leaves it.
    locked = book.add_format({**base, "quote_prefix": True})
    small = book.add_format({**base, "font_size": 6, "font_color": "#777777", "text_wrap": False})
    note = book.add_format({**base, "locked": False, "num_format": "@"})
    mark = book.add_format({**base, "locked": False, "align": "center"})
    head = {"bold": True, "text_wrap": True, "border": 1, "valign": "top"}
    plain = book.add_format(head)
    grounds = {
        family: book.add_format({**head, "rotation": 90, "valign": "bottom", "bg_color": ground})
        for family, ground in zip(
            codebook.families, _GROUNDS * len(codebook.families), strict=False
        )
    }
    no_theme = book.add_format({**head, "rotation": 90, "valign": "bottom"})
    last = len(sheet.rows)
    page.set_row(0, 230)
    for at, (key, heading) in enumerate(sheet.headings.items()):
        theme = codebook.themes.get(key)
        marked = theme is not None or key == "none"
        ground = grounds[theme.family] if theme is not None else plain
        form = no_theme if key == "none" else ground
        page.write_string(0, at, heading.replace(" [", "\n["), form)
        width = _WIDTHS.get(key.split("_")[0], _THEME_WIDTH) if not marked else _THEME_WIDTH
        page.set_column(at, at, width)
        if marked:
            page.data_validation(1, at, last, at, _choice(key, sheet.lang, codebook))
        form = mark if marked else note if key == "note" else locked
        if key in ("sheet", "check"):
            form = small
        for row, cells in enumerate(sheet.rows, start=1):
            if cells.get(key):
                page.write_string(row, at, cells[key], form)
            else:
                page.write_blank(row, at, None, form)
    page.freeze_panes(1, list(sheet.headings).index("text") + 1)
    page.set_landscape()
    page.repeat_rows(0)
    _protect(page)


def _choice(key: str, lang: str, codebook: Codebook) -> dict[str, Any]:
    """The drop-down of a theme's cells, with its definition beside the cell that is chosen."""
    theme = codebook.themes.get(key)
    title = word("none", lang) if theme is None else theme.labels[lang]
    message = word("mark_none", lang) if theme is None else theme.definition[lang]
    return {
        "validate": "list",
        "source": ["1"],
        "ignore_blank": True,
        "input_title": short(visible(title), _LONGEST_TITLE),
        "input_message": short(visible(message), _LONGEST_MESSAGE),
        "error_title": short(word("one_or_blank", lang), _LONGEST_TITLE),
        "error_message": short(word("mark", lang), _LONGEST_MESSAGE),
        "error_type": "stop",
    }


def _codebook_page(book: Any, lang: str, codebook: Codebook) -> None:
    page = book.add_worksheet(word("page_codebook", lang))
    cell = book.add_format({"valign": "top", "text_wrap": True, "border": 1, "quote_prefix": True})
    head = book.add_format({"valign": "top", "bold": True, "border": 1})
    for row, cells in enumerate(_codebook_rows(codebook, lang)):
        for at, text in enumerate(cells):
            page.write_string(row, at, short(text, 32_767), cell if row else head)
    for at, width in enumerate(_PAGE.values()):
        page.set_column(at, at, width)
    page.freeze_panes(1, 2)
    _protect(page)


def _instructions_page(book: Any, lang: str) -> None:
    page = book.add_worksheet(word("page_instructions", lang))
    cell = book.add_format({"valign": "top", "text_wrap": True})
    page.set_column(0, 0, 110)
    for row, line in enumerate(instructions(lang)):
        page.write_string(row, 0, line, cell)
    _protect(page)


def _protect(page: Any) -> None:
    allowed = ("format_columns", "format_rows", "sort", "autofilter")
    page.protect("", {**dict.fromkeys(allowed, True), "select_locked_cells": True})


def _codebook_rows(codebook: Codebook, lang: str) -> list[list[str]]:
    rows = [[word(name, lang) for name in _PAGE]]
    for theme_id, theme in codebook.themes.items():
        rows.append(
            [
                codebook.families[theme.family][lang],
                f"{theme.labels[lang]} [{theme_id}]",
                theme.definition[lang],
                theme.include[lang],
                theme.exclude[lang],
                "\n".join(theme.examples[lang]),
            ]
        )
    return [[visible(cell) for cell in row] for row in rows]
