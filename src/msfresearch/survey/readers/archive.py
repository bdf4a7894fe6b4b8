"""What a workbook's archive unpacks to, before anything reads it as a workbook.

A small archive may unpack to gigabytes and a sheet with two cells may span billions. Every member
is unpacked once here, in pieces that are let go, and counted. The patterns are those of the
markup that spreadsheet programs write; what is written otherwise and slips through still meets
the limits of the process that reads the workbook (see ``apart``).
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from msfresearch.errors import SourceError
from msfresearch.survey.readers.guards import MOST_MEMBERS, damaged

#: Bytes of the largest workbook once it is unpacked; 100,000 rows by 60 columns take a third.
LARGEST_UNPACKED = 500_000_000
#: An archive that unpacks beyond ``SMALL_UNPACKED`` bytes may do so this many times its size.
LARGEST_RATIO = 200
SMALL_UNPACKED = 20_000_000
#: A sheet may span this many cells, or ``SPARSEST`` times as many as it fills.
SMALL_AREA = 4_000_000
SPARSEST = 20
#: Bytes of the longest tag or text between tags.
LONGEST_MARKUP = 16_000_000
_STEP = 4_000_000

#: A cell that holds something, however it is written; and, several times faster, cells and rows
#: as every spreadsheet program writes them.
_CELL = re.compile(
    rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r\s*=\s*[\"']([A-Za-z]+)([0-9]+)[\"'][^<>]*(?<!/)>"
)
_USUAL_COLUMN = re.compile(rb'<c r="([A-Z]+)[0-9]')
_USUAL_ROW = re.compile(rb'<row r="([0-9]+)')
_FORMULA = re.compile(rb"<(?:\w+:)?f(?=[\s/>])")
_NO_RESULT = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f(?:\s[^<>]*)?/>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERROR = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\bt\s*=\s*[\"']e[\"']")
_DEFINES = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


@dataclass
class Contents:
    """What a look through a workbook's archive found.

    Attributes
    ----------
    unpacked
        Bytes of all its members.
    cells, formulas, without_result, errors
        Cells that are filled; of them with a formula, with a formula but no stored result, and
        with an error of the spreadsheet such as #N/A for a value.
    macros
        Whether it carries a macro project.
    """

    unpacked: int = 0
    cells: int = 0
    formulas: int = 0
    without_result: int = 0
    errors: int = 0
    macros: bool = False


def look_through(path: Path) -> Contents:
    """Look through the archive of an .xlsx before it is read as one.

    Every member is unpacked once, in pieces that are let go: what the archive says of its own
    sizes is compared with what comes out.

    Raises
    ------
    SourceError
        For an archive that is damaged, locked, or unpacks to too much; for XML that defines
        entities or is not UTF-8; and for a sheet that spans far more cells than it fills.
    """
    found = Contents()
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            _check_sizes(archive, path)
            for member in archive.infolist():
                found.macros |= member.filename.lower().endswith("vbaproject.bin")
                rows, columns, cells = _look_at(file, member, path, found)
                if _is_sparse(rows, columns, cells):
                    # Rows and cells that are only formatted count for nothing.
                    rows, columns, cells = _corner(_texts(file, member, path))
                if _is_sparse(rows, columns, cells):
                    raise _far_corner(path, member.filename, rows, columns, cells)
                found.cells += cells
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, OSError, RuntimeError):
        raise damaged(path) from None
    return found


def _is_sparse(rows: int, columns: int, cells: int) -> bool:
    return rows * columns > max(SMALL_AREA, SPARSEST * cells)


def _check_sizes(archive: zipfile.ZipFile, path: Path) -> None:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise _too_much(path, f"{len(members):,} files in one archive")
    if len({member.filename for member in members}) < len(members):
        raise _too_much(path, "two files of one name in the archive")
    if any(member.flag_bits & 1 for member in members):
        raise SourceError(
            "an archive that is locked with a password",
            file=path,
            action="open it with its password and save it without one",
        )
    told = sum(member.file_size for member in members)
    packed = max(path.stat().st_size, 1)
    if told > LARGEST_UNPACKED or (told > SMALL_UNPACKED and told / packed > LARGEST_RATIO):
        raise _too_much(path, f"{packed:,} bytes that unpack to {told:,}")


def _unpacked(file: IO[bytes], member: zipfile.ZipInfo, path: Path) -> Iterator[bytes]:
    """Pieces of one member as they come out, whatever size the archive tells."""
    file.seek(member.header_offset)
    head = file.read(30)
    if head[:4] != b"PK\x03\x04":
        raise damaged(path)
    name, extra = struct.unpack("<HH", head[26:30])
    file.seek(member.header_offset + 30 + name + extra)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise damaged(path)
    packed = member.compress_type == zipfile.ZIP_DEFLATED
    inflate = zlib.decompressobj(-15)
    left, total = member.compress_size, 0
    while left > 0:
        piece = file.read(min(left, 65536))
        if not piece:
            raise damaged(path)
        left -= len(piece)
        while piece:
            out = inflate.decompress(piece, _STEP) if packed else piece
            piece = inflate.unconsumed_tail if packed else b""
            total += len(out)
            if total > member.file_size:
                raise _too_much(path, "a member that unpacks to more than the archive tells")
            if out:
                yield out


def _look_at(
    file: IO[bytes], member: zipfile.ZipInfo, path: Path, found: Contents
) -> tuple[int, int, int]:
    """Count what one member holds; the last row, last column and number of cells of a sheet."""
    tail, unusual = b"", False
    rows = columns = cells = 0
    for text in _texts(file, member, path):
        found.unpacked += len(text)
        letters = _USUAL_COLUMN.findall(text)
        columns = max(columns, max(map(column_number, set(letters)), default=0))
        rows = max(rows, max(map(int, _USUAL_ROW.findall(text)), default=0))
        here = text.count(b"<c ")
        unusual |= here != len(letters) or b":sheetData" in text
        cells += here
        formulas = len(_FORMULA.findall(text)) if b"<f" in text else 0
        found.formulas += formulas
        if formulas or b"<f" in tail:
            ends = (match.end() for match in _NO_RESULT.finditer(tail + text))
            found.without_result += sum(end > len(tail) for end in ends)
        if b'="e"' in text:
            found.errors += len(_ERROR.findall(text))
        tail = text[-200:]
    return _corner(_texts(file, member, path)) if unusual else (rows, columns, cells)


def _corner(texts: Iterator[bytes]) -> tuple[int, int, int]:
    """Last row and column of the cells that hold something, and how many there are."""
    rows = columns = cells = 0
    for text in texts:
        for letters, row in _CELL.findall(text):
            rows, columns = max(rows, int(row)), max(columns, column_number(letters))
            cells += 1
    return rows, columns, cells


def _texts(file: IO[bytes], member: zipfile.ZipInfo, path: Path) -> Iterator[bytes]:
    """The markup of one member in pieces that end with a tag; nothing of other members."""
    rest, markup = b"", None
    for piece in _gathered(_unpacked(file, member, path)):
        if markup is None:
            start = piece.removeprefix(b"\xef\xbb\xbf").lstrip()
            markup = start.startswith(b"<")
            xml = member.filename.lower().endswith((".xml", ".rels"))
            if xml and (not markup or b'encoding="utf-16' in start[:200].lower()):
                raise SourceError(
                    "a workbook whose parts are no XML in UTF-8",
                    file=path,
                    column=member.filename,
                    action="open it in a spreadsheet program and save it as .xlsx",
                )
        if not markup:
            continue
        text = rest + piece
        cut = text.rfind(b">") + 1
        whole, rest = text[:cut], text[cut:]
        if len(rest) > LONGEST_MARKUP:
            raise _too_much(path, f"a text of more than {LONGEST_MARKUP:,} bytes in one cell")
        if _DEFINES.search(whole):
            raise SourceError(
                "XML that defines entities of its own",
                file=path,
                column=member.filename,
                found="a DOCTYPE or ENTITY",
                expected="none: no spreadsheet program writes them",
                action="do not open this file; ask where it comes from",
            )
        yield whole


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces joined to some megabytes, so that the search below is not called for crumbs."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _STEP:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def column_number(letters: bytes) -> int:
    """Number of a spreadsheet's column, counted from 1: A is 1, XFD 16384."""
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + letter - 64
    return number


def _far_corner(path: Path, sheet: str, rows: int, columns: int, cells: int) -> SourceError:
    return SourceError(
        "a sheet with a cell far from the others",
        file=path,
        column=sheet,
        found=f"{rows:,} rows by {columns:,} columns, {cells:,} cells filled",
        expected="a table",
        action="delete what stands far below or to the right of the table, and save",
    )


def _too_much(path: Path, found: str) -> SourceError:
    return SourceError(
        "a file that unpacks to more than a survey can hold",
        file=path,
        found=found,
        expected=f"at most {LARGEST_UNPACKED:,} bytes and {LARGEST_RATIO} times its size",
        action="do not open this file; ask where it comes from",
    )
