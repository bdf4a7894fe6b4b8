"""Delimited text, read strictly: a file that is not what it should be is refused by line."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

import pandas as pd

from msfresearch.errors import SourceError
from msfresearch.survey.source import Layout

LONGEST_ANSWER = 10_000_000
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_delimited(path: Path, layout: Layout | None = None) -> pd.DataFrame:
    """Read a CSV file as text, exactly.

    Quoted delimiters, quotes and line ends inside an answer, a byte order mark and any mix of
    line ends are read as RFC 4180 means them. Wholly empty lines between rows are passed over.

    Parameters
    ----------
    path : Path
        The file; its first line is the header.
    layout : Layout, optional
        Encoding and delimiter; UTF-8 with commas by default.

    Returns
    -------
    DataFrame
        Columns of ``str``, no missing values, index ``line``.

    Raises
    ------
    SourceError
        When the file is absent, empty, truncated, in another encoding, or has a header twice or
        without a name, or a row with more or fewer fields than the header.
    """
    layout = layout or Layout()
    csv.field_size_limit(LONGEST_ANSWER)
    text = decode(path, layout.encoding)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True, doublequote=True
    )
    header: list[str] | None = None
    rows: list[list[str]] = []
    lines: list[int] = []
    start = 1
    try:
        for record in reader:
            line, start = start, reader.line_num + 1
            if not record:
                continue
            if header is None:
                header = _checked_header(record, path, line)
            elif len(record) != len(header):
                raise wrong_width(path, line, record, header)
            else:
                rows.append(record)
                lines.append(line)
    except csv.Error as wrong:
        raise SourceError(
            "not a readable table",
            file=path,
            row=start,
            found=str(wrong),
            expected=f"fields divided by {layout.delimiter!r}, quotes closed",
            action="the file may be cut short or edited: export it again",
        ) from None
    if header is None:
        raise SourceError("an empty file", file=path, expected="a header and rows")
    if not rows:
        raise SourceError(
            "a header without rows", file=path, found="0 rows", expected="at least one row"
        )
    return pd.DataFrame(rows, columns=header, index=pd.Index(lines, name="line"), dtype="str")


def decode(path: Path, encoding: str) -> str:
    """Decode a file in the encoding its manifest declares, or refuse it by line.

    Raises
    ------
    SourceError
        When the bytes are not in that encoding.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(
            "no such file", file=path, action="put the export there, or fetch the wave"
        ) from None
    if not content.strip():
        raise SourceError(
            "an empty file", file=path, found=f"{len(content)} bytes", expected="a header and rows"
        )
    declared = codecs.lookup(encoding).name
    if declared == "utf-8":
        if content.startswith(_UTF16) or b"\x00" in content[1:2]:
            raise SourceError(
                "UTF-16, not UTF-8",
                file=path,
                row=1,
                found="the byte order mark or the zero bytes of UTF-16",
                expected="UTF-8",
                action="write `encoding: utf-16` under the source's layout in wave.yml",
            )
        content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode(encoding, errors="strict")
    except UnicodeDecodeError as wrong:
        before = content[: wrong.start]
        raise SourceError(
            f"not {encoding}",
            file=path,
            row=before.count(b"\n") + 1,
            found=f"byte {content[wrong.start]:#04x}",
            expected=encoding,
            action="write the file's true encoding under the source's layout in wave.yml",
        ) from None


def _checked_header(record: list[str], path: Path, line: int) -> list[str]:
    for name in record:
        if not name.strip():
            raise SourceError(
                "a column without a name",
                file=path,
                row=line,
                column=str(record.index(name) + 1),
                expected="a name for every column",
                action="name the column in the export",
            )
        if record.count(name) > 1:
            raise SourceError(
                "a header stands twice",
                file=path,
                row=line,
                column=name,
                found=f"{record.count(name)} columns of that name",
                expected="one",
                action="tell them apart in the export; which one is meant is not guessed",
            )
    return record


def wrong_width(path: Path, line: int, record: list[str], header: list[str]) -> SourceError:
    """The error for a row that has more or fewer fields than the header."""
    more = len(record) > len(header)
    return SourceError(
        "a row with an extra field" if more else "a row that is cut short",
        file=path,
        row=line,
        column=header[-1] if more else header[len(record)],
        found=f"{len(record)} fields",
        expected=f"{len(header)} fields",
        action="look for an unquoted delimiter or line end in this row",
    )
