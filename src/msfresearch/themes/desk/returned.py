"""A coding sheet that came back, as rows of text: whatever program saved it, whatever was moved.

A fault in one row is that row's alone. The whole file is refused only where nothing in it can be
tied to an answer, or where it may not be opened at all.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path

from msfresearch.errors import AnswerError, printable
from msfresearch.survey.readers.guards import WORKBOOKS, check_text, expect
from msfresearch.survey.readers.workbook import read_workbook
from msfresearch.themes.desk.sheet import is_own
from msfresearch.themes.safecells import restore_delimited

#: Columns without which no row can be tied to an answer.
TIES = ("id", "sheet", "check")
#: Rows from the top among which the headings stand.
_TOP = 20
_LONGEST_CELL = 10_000_000
#: Characters that may be read and taken back, a line's end counted as so many.
_MOST_IN_VAIN, _LINE_COSTS = 200_000_000, 50
_DELIMITERS = ",;\t"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_KEY = re.compile(r"\[\s*([a-z0-9_]+)\s*\]\s*$")


@dataclass(frozen=True)
class Row:
    """One row: its page (blank in a text table), its line there, and the cells of each column.

    A column that stands twice has two cells. ``broken`` says why a row has no cells.
    """

    page: str
    line: int
    cells: dict[str, tuple[str, ...]]
    broken: str = ""


@dataclass(frozen=True)
class Returned:
    """A sheet that came back.

    Attributes
    ----------
    rows : tuple of Row
        All but the wholly blank ones.
    columns : frozenset of str
        Keys of the columns that every page with answers has.
    ignored : tuple of str
        Headings of columns that are none of ours.
    account : tuple of str
        How the file was read: encoding, delimiter, pages.
    """

    rows: tuple[Row, ...]
    columns: frozenset[str]
    ignored: tuple[str, ...]
    account: tuple[str, ...]


def read_returned(path: Path, known: Collection[str]) -> Returned:
    """Read a coding sheet.

    Parameters
    ----------
    path : Path
        A workbook, or a text table in UTF-8, UTF-16 with its mark, or Windows-1252, parted by
        comma, semicolon or tab. What it is, is told by its content.
    known : collection of str
        Keys of the columns that are ours.

    Returns
    -------
    Returned

    Raises
    ------
    SourceError
        For a file that may not be opened: see `msfresearch.survey.readers.guards`.
    AnswerError
        When no page has the columns that tie a row to an answer.
    """
    if expect(path, ("text", *WORKBOOKS)) in WORKBOOKS:
        book = read_workbook(path)
        pages = [
            (name, [(at, list(row)) for at, row in enumerate(cells.itertuples(False, None), 1)])
            for name, cells in book.sheets.items()
        ]
        account = ["a workbook", *(f"{one.rule}: {one.count}" for one in book.account)]
    else:
        records, account = _table(path)
        pages = [("", records)]
    found = [page for name, records in pages if (page := _page(name, records, known)) is not None]
    if not found:
        raise AnswerError(
            "no coding sheet",
            file=path,
            found="no row with the headings " + ", ".join(f"[{key}]" for key in TIES),
            expected="a sheet as it was given out, these three columns among its columns",
            action="give back the sheet itself; a column that was renamed or deleted is taken "
            "from the sheet that was given out",
        )
    columns = frozenset.intersection(*(page.columns for page in found))
    ignored = tuple(dict.fromkeys(heading for page in found for heading in page.ignored))
    rows = tuple(row for page in found for row in page.rows)
    pages_read = ", ".join(printable(name, 40) for name, _ in pages if name)
    account += [f"pages: {pages_read}"] if pages_read else []
    return Returned(rows, columns, ignored, tuple(account))


def _page(
    name: str, records: Sequence[tuple[int, list[str]]], known: Collection[str]
) -> Returned | None:
    """The rows of a page with answers; None where it has no headings of ours."""
    head = next((at for at, (_, record) in enumerate(records[:_TOP]) if _is_head(record)), None)
    if head is None:
        return None
    record = records[head][1]
    keys = [_key(cell, known) for cell in record]
    ignored = tuple(
        printable(cell.strip(), 60)
        for cell, key in zip(record, keys, strict=True)
        if key is None and cell.strip() and not is_own(_key_of(cell))
    )
    rows = tuple(
        _row(name, line, cells, keys)
        for line, cells in records[head + 1 :]
        if any(map(str.strip, cells))
    )
    return Returned(rows, frozenset(key for key in keys if key), ignored, ())


def _key(heading: str, known: Collection[str]) -> str | None:
    """The column that a heading means: the word in brackets at its end, or itself."""
    key = _key_of(heading)
    return key if key in known else None


def _key_of(heading: str) -> str:
    heading = heading.strip().casefold()
    found = _KEY.search(heading)
    return found[1] if found else heading


def _row(page: str, line: int, record: list[str], keys: Sequence[str | None]) -> Row:
    if len(record) < len(keys) or any(cell.strip() for cell in record[len(keys) :]):
        broken = f"{len(record)} cells, or a quote that is not closed"
        return Row(page, line, {}, broken)
    cells: dict[str, tuple[str, ...]] = {}
    for key, cell in zip(keys, record, strict=False):
        if key is not None:
            cells[key] = (*cells.get(key, ()), cell)
    return Row(page, line, cells)


def _table(path: Path) -> tuple[list[tuple[int, list[str]]], list[str]]:
    check_text(path)
    text, encoding = _decoded(path.read_bytes())
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for delimiter in _DELIMITERS:
        if any(_is_head(record) for _, record in islice(_records(lines, delimiter), _TOP)):
            break
    records = [
        (line, [restore_delimited(cell) for cell in record])
        for line, record in _records(lines, delimiter)
    ]
    return records, [f"encoding {encoding}", f"delimiter {delimiter!r}"]


def _is_head(record: Sequence[str]) -> bool:
    keys = [_key(cell, TIES) for cell in record]
    return all(tie in keys for tie in TIES)


def _decoded(content: bytes) -> tuple[str, str]:
    """The text, and its encoding: that of the mark, else UTF-8, else that of older programs."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return content.decode(encoding, errors="replace"), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "cp1252"


def _records(lines: Sequence[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the line on which each begins.

    A quote that is not closed swallows the rows below it. A record that spans lines and has not
    as many cells as the headings, or a line end in what ties it to an answer, is therefore taken
    back: its first line stands alone as a broken record, and reading goes on with the next line.
    Where that was done too often, no record may span lines any more.
    """
    csv.field_size_limit(_LONGEST_CELL)
    sizes = list(accumulate((len(line) + _LINE_COSTS for line in lines), initial=0))
    start, width, in_vain = 0, 0, 0
    ties: list[int] = []
    while start < len(lines):
        first = start
        last = len(lines) if in_vain < _MOST_IN_VAIN else first + 1
        rest = (lines[at] + "\n" for at in range(first, last))
        reader = csv.reader(rest, delimiter=delimiter)
        try:
            for record in reader:
                end = first + reader.line_num
                torn = len(record) != width or any("\n" in record[at].strip() for at in ties)
                if width and end > start + 1 and torn:
                    break
                if record:
                    if not width and _is_head(record):
                        width = len(record)
                        ties = [at for at, cell in enumerate(record) if _key(cell, TIES)]
                    yield start + 1, record
                start = end
            else:
                continue
        except csv.Error:
            pass
        in_vain += sizes[first + reader.line_num] - sizes[start]
        yield start + 1, [lines[start]]
        start += 1
