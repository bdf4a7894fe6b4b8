"""Tables as bytes: delimited text with the line of each row, and workbooks without a clock."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath

Rows = Sequence[Sequence[str]]
#: When every workbook says it was made: the same bytes on each run.
MADE = datetime(2019, 1, 1)


def delimited(
    header: Rows,
    rows: Rows,
    *,
    delimiter: str = ",",
    quote_all: bool = False,
    line_end: str = "\r\n",
    mark: bool = False,
) -> tuple[bytes, list[int]]:
    """Delimited text in UTF-8.

    Parameters
    ----------
    header, rows
        Header rows and rows.
    delimiter, quote_all, line_end
        As the vendor writes them.
    mark
        Whether the file begins with a byte order mark.

    Returns
    -------
    bytes
        The file.
    list of int
        The line at which each row begins, counted from 1.
    """
    stream = io.StringIO()
    writer = csv.writer(
        stream,
        delimiter=delimiter,
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
        lineterminator=line_end,
    )
    line, lines = 1, []
    for place, row in enumerate([*header, *rows]):
        if place >= len(header):
            lines.append(line)
        writer.writerow(row)
        line += 1 + sum(cell.count("\n") for cell in row)
    text = stream.getvalue()
    return (b"\xef\xbb\xbf" if mark else b"") + text.encode("utf-8"), lines


def workbook(sheet: str, header: Rows, rows: Rows) -> tuple[bytes, list[int]]:
    """A workbook with one sheet whose cells are all text.

    Returns
    -------
    bytes
        The file.
    list of int
        The spreadsheet row of each row, counted from 1.
    """
    import xlsxwriter

    stream = io.BytesIO()
    # Text that looks like a formula, a number or a link stays the text that was typed.
    book = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties({"created": MADE})
    page = book.add_worksheet(sheet)
    for number, row in enumerate([*header, *rows]):
        for column, cell in enumerate(row):
            if cell:
                page.write_string(number, column, cell)
    book.close()
    return stream.getvalue(), [len(header) + 1 + number for number in range(len(rows))]


def table(
    name: str, file_format: str, header: Rows, rows: Rows, **as_text: bool | str
) -> tuple[str, bytes, list[int]]:
    """A table as CSV or XLSX: file name, bytes and lines."""
    if file_format.startswith("xlsx"):
        return (f"{name}.xlsx", *workbook("Sheet", header, rows))
    content, lines = delimited(header, rows, **as_text)  # type: ignore[arg-type]
    return f"{PurePath(name)}.csv", content, lines
