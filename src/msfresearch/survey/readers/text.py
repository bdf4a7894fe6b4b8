"""A platform's file into rows of text: CSV in its encoding and with its delimiter, or a sheet."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import pandas as pd

from msfresearch.errors import SourceError
from msfresearch.survey.readers.delimited import LONGEST_ANSWER, decode, wrong_width
from msfresearch.survey.readers.export import Step
from msfresearch.survey.readers.guards import WORKBOOKS, check_text, expect
from msfresearch.survey.readers.workbook import read_workbook, text_columns
from msfresearch.survey.source import Layout

_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DELIMITERS: tuple[str, ...] = get_args(Layout.model_fields["delimiter"].annotation)
#: Text of another encoding that was read as Windows-1252 and saved again, or lost a sign.
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf]|â€|\ufffd")
_BLOCK = 5000
#: Characters of the longest name or wording, and columns of the widest table: a spreadsheet's.
LONGEST_HEADER = 20_000
MOST_COLUMNS = 16_384
#: Rows that show how a file is divided and whose it is.
HEAD = 12


@dataclass(frozen=True)
class Rows:
    """A file as rows of text, before anything is known of its headers.

    Attributes
    ----------
    file
        The file.
    cells
        Columns 0, 1, 2 … of ``str``; the index ``line`` counts from 1 as an editor or a
        spreadsheet does.
    account
        What was done to get there.
    unread
        Other sheets of a workbook: name to number of rows.
    """

    file: Path
    cells: pd.DataFrame
    account: tuple[Step, ...] = ()
    unread: Mapping[str, int] = field(default_factory=dict)

    def header(self, row: int) -> list[str]:
        """The cells of one row, counted from 0; none where the file has no such row.

        Raises
        ------
        SourceError
            When the first row, which is a header always, holds what no question is as long as.
        """
        found: list[str] = [] if row >= len(self.cells) else self.cells.iloc[row].tolist()
        if row == 0 and max(map(len, found), default=0) > LONGEST_HEADER:
            raise SourceError(
                "a header that is too long",
                file=self.file,
                row=int(self.cells.index[0]),
                found=f"more than {LONGEST_HEADER:,} characters",
                expected="the name or the wording of a question",
                action="the file may be damaged, or no export: export it again",
            )
        return found

    def answers(self, header_rows: int) -> pd.DataFrame:
        """The rows below the headers.

        Raises
        ------
        SourceError
            When there are none.
        """
        below = self.cells.iloc[header_rows:]
        if below.empty:
            raise SourceError(
                "a header without answers",
                file=self.file,
                found="0 rows",
                expected=f"at least one row below {header_rows} header row(s)",
                action="export the answers again",
            )
        return below


def read_rows(
    path: Path, layout: Layout | None = None, sheet: str | None = None, limit: int | None = None
) -> Rows:
    """Read a file as rows of text.

    Parameters
    ----------
    path : Path
        CSV, in UTF-8, in UTF-16 with its mark, or in the encoding of ``layout``; or a workbook.
    layout : Layout, optional
        What the manifest says of a CSV file. A delimiter it does not name is the one that
        divides the first rows evenly.
    sheet : str, optional
        The sheet of a workbook; the first by default.
    limit : int, optional
        Rows after which reading stops.

    Raises
    ------
    SourceError
        When the file is absent, empty, damaged, in another encoding, or a row has more or fewer
        fields than the first.
    """
    if expect(path, ("text", *WORKBOOKS)) in WORKBOOKS:
        return _sheet(path, sheet, limit)
    check_text(path)
    encoding = _encoding(path, layout)
    told = "delimiter" in layout.model_fields_set if layout else False
    delimiter = layout.delimiter if layout and told else _divider(path, encoding)
    odd = 0
    blocks: list[pd.DataFrame] = []
    with _refused(path, encoding):
        records = _records(path, encoding, delimiter)
        if limit is not None:
            records = itertools.islice(records, limit)
        head = next(records, None)
        if head is None:
            raise SourceError("an empty file", file=path, expected="a header and rows")
        _check_width(path, *head)
        first = head[1]
        records = itertools.chain([head], records)
        while block := list(itertools.islice(records, _BLOCK)):
            for line, record in block:
                if len(record) != len(first):
                    raise wrong_width(path, line, record, _named(first))
            lines = pd.Index([line for line, _ in block], name="line")
            blocks.append(text_columns(zip(*(row for _, row in block), strict=True), lines))
            odd += _wrongly_decoded([row for _, row in block])
    how = "the manifest" if told else "the first rows are divided evenly by it"
    steps = [
        Step("encoding of the file", 1, encoding),
        Step("delimiter of the file", 1, f"{delimiter!r}: {how}"),
        Step("rows that look wrongly decoded (mojibake)", odd),
    ]
    return _without_empty(Rows(path, pd.concat(blocks), tuple(steps)))


def _wrongly_decoded(rows: list[list[str]]) -> int:
    """Rows that look like mojibake; most blocks have none, which one search of it all tells."""
    texts = ["\n".join(row) for row in rows]
    if _MOJIBAKE.search("\n".join(texts)) is None:
        return 0
    return sum(_MOJIBAKE.search(text) is not None for text in texts)


def _check_width(path: Path, line: int, first: list[str]) -> None:
    if len(first) > MOST_COLUMNS:
        raise SourceError(
            "more columns than a survey has",
            file=path,
            row=line,
            found=f"{len(first):,} columns",
            expected=f"at most {MOST_COLUMNS:,}",
            action="the file may be damaged, or no export: export it again",
        )


def _sheet(path: Path, sheet: str | None, limit: int | None) -> Rows:
    workbook = read_workbook(path)
    sheets = workbook.sheets
    name = sheet if sheet is not None else next(iter(sheets), None)
    if name is None or name not in sheets:
        raise SourceError(
            "no such sheet",
            file=path,
            found=", ".join(sheets) or "no sheet",
            expected=sheet or "a sheet",
            action="write the sheet's name as `export: {sheet: …}` in wave.yml",
        )
    cells = sheets[name]
    if cells.empty:
        raise SourceError("an empty sheet", file=path, column=name, expected="a header and rows")
    cells = cells.set_axis(range(cells.shape[1]), axis=1).rename_axis("line")
    unread = {other: len(table) for other, table in sheets.items() if other != name}
    steps = (*workbook.account, Step("sheets of the workbook read", 1, name))
    return _without_empty(Rows(path, cells.iloc[:limit], steps, unread))


def _without_empty(rows: Rows) -> Rows:
    """The rows without those, and without those last columns, in which nothing is written."""
    filled = rows.cells != ""
    last = int(filled.any(axis=0).to_numpy().nonzero()[0].max(initial=-1)) + 1
    kept = filled.any(axis=1)
    if not last:
        raise SourceError("an empty file", file=rows.file, expected="a header and rows")
    steps = (
        Step("empty rows passed over", int((~kept).sum())),
        Step("empty columns passed over", rows.cells.shape[1] - last),
    )
    cells = rows.cells.loc[kept, range(last)]
    return Rows(rows.file, cells, (*rows.account, *steps), rows.unread)


def _encoding(path: Path, layout: Layout | None) -> str:
    """The encoding that is declared, else the one that the file's first bytes mark."""
    if layout is not None and "encoding" in layout.model_fields_set:
        return layout.encoding if layout.encoding.casefold() != "utf-8" else "utf-8-sig"
    with path.open("rb") as file:
        start = file.read(4)
    if b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        likely = "utf-16-be" if start.startswith(b"\x00") else "utf-16-le"
        raise SourceError(
            "UTF-16 without its mark",
            file=path,
            row=1,
            found="zero bytes between the letters",
            expected="UTF-8, or UTF-16 with its mark",
            action=f"write `layout: {{encoding: {likely}}}` under the source in wave.yml",
        )
    return next((name for mark, name in _MARKS.items() if start.startswith(mark)), "utf-8")


@contextmanager
def _refused(path: Path, encoding: str) -> Iterator[None]:
    """Bytes that are not text of the encoding end in an error that names their line."""
    try:
        yield
    except UnicodeError as wrong:
        row, found = None, str(wrong)
        name = "utf-8" if encoding == "utf-8-sig" else encoding
        try:
            # Reads the file whole, and so knows the line.
            decode(path, name)
        except SourceError as by_line:
            row, found = by_line.row, by_line.found or found
        raise SourceError(
            f"not {name}",
            file=path,
            row=row,
            found=found,
            expected=name,
            action="write the file's true encoding as `layout: {encoding: …}` under the source in "
            "wave.yml: cp1252 for older exports of Windows, mac_roman for those of a Mac, "
            "utf-16-le for UTF-16 without a mark",
        ) from None


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the line on which each begins, line by line, so that a file is never whole."""
    csv.field_size_limit(LONGEST_ANSWER)
    start = 1
    with path.open("rb") as file:
        lines = io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="")
        reader = csv.reader(
            _without_zeros(lines), delimiter=delimiter, strict=True, doublequote=True
        )
        try:
            for record in reader:
                line, start = start, reader.line_num + 1
                if record:
                    yield line, record
        except csv.Error as wrong:
            raise SourceError(
                "not a readable table",
                file=path,
                row=start,
                found=str(wrong),
                expected=f"text, fields divided by {delimiter!r}, quotes closed",
                action="the file may be cut short or edited: export it again",
            ) from None


def _without_zeros(lines: Iterable[str]) -> Iterator[str]:
    """Lines, up to one that is no text."""
    for line in lines:
        if "\x00" in line:
            raise csv.Error("a zero byte")
        yield line


def _divider(path: Path, encoding: str) -> str:
    """The delimiter that divides the first rows evenly into most fields; else into most at all."""
    even: dict[str, int] = {}
    ever: dict[str, int] = {}
    with _refused(path, encoding):
        for delimiter in _DELIMITERS:
            widths: list[int] = []
            whole = True
            try:
                head = itertools.islice(_records(path, encoding, delimiter), HEAD)
                widths.extend(len(row) for _, row in head)
            except SourceError:
                # A quote that is not closed: reading with this delimiter will say so.
                whole = False
            ever[delimiter] = widths[0] if widths else 0
            even[delimiter] = widths[0] if whole and len(set(widths)) == 1 else 0
    widest = even if max(even.values(), default=0) > 1 else ever
    return max(widest, key=lambda one: widest[one], default=",")


def _named(header: list[str]) -> list[str]:
    """Headers for an error; those without a name by their position."""
    return [name or f"column {position + 1}" for position, name in enumerate(header)]
