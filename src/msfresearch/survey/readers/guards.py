"""What a file really is, and whether it may be opened: place, size, content, markup.

A raw file comes from outside and its name is no evidence: it may be a pipe, a page that was saved
in place of an export, or XML whose entities multiply. All of this is looked at before anything
reads the file as a table; what is refused is refused with a ``SourceError``, in little memory.
What an archive unpacks to is looked at by ``archive``.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
from pathlib import Path
from typing import Any, Literal

from msfresearch.errors import SourceError

Kind = Literal[
    "xlsx",
    "xlsm",
    "xlsb",
    "ods",
    "zip",
    "xls",
    "encrypted workbook",
    "ole",
    "sav",
    "zsav",
    "html",
    "xml",
    "pdf",
    "gzip",
    "binary",
    "text",
    "empty",
]
#: What a kind is called in an error.
NAMES: dict[Kind, str] = {
    "xlsx": "an Excel workbook (.xlsx)",
    "xlsm": "an Excel workbook with macros (.xlsm)",
    "xlsb": "a binary Excel workbook (.xlsb)",
    "ods": "an OpenDocument spreadsheet (.ods)",
    "zip": "a zip archive that is no workbook",
    "xls": "an old Excel workbook (.xls)",
    "encrypted workbook": "a workbook that is locked with a password",
    "ole": "an old Office file that is no workbook",
    "sav": "an SPSS file (.sav)",
    "zsav": "a compressed SPSS file (.zsav)",
    "html": "an HTML page",
    "xml": "an XML file",
    "pdf": "a PDF",
    "gzip": "a gzip archive",
    "binary": "binary data of no known kind",
    "text": "text",
    "empty": "an empty file",
}
WORKBOOKS: tuple[Kind, ...] = ("xlsx", "xlsm", "xls")

#: Bytes of the largest file that is opened at all.
LARGEST_FILE = 1_000_000_000
#: Bytes of the longest line of text.
LONGEST_LINE = 20_000_000
_STEP = 4_000_000
_END = re.compile(rb"[\r\n]")
#: Signs that text does not have, and the share of them that makes a file binary.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BINARY_FROM = 0.05
#: Most files in an archive, and bytes of the list of them that stands at its end.
MOST_MEMBERS = 10_000
_LONGEST_LIST = 5_000_000


def check_file(path: Path) -> int:
    """Refuse what is no ordinary file of a sensible size; its size in bytes.

    Raises
    ------
    SourceError
        For a link, a folder, a pipe, a device, an absent, empty or huge file.
    """
    try:
        state = path.lstat()
    except FileNotFoundError:
        raise SourceError(
            "no such file", file=path, action="put the export there, or fetch the wave"
        ) from None
    except OSError as wrong:
        raise SourceError(
            "a file that cannot be looked at", file=path, found=wrong.strerror
        ) from None
    mode = state.st_mode
    if not stat.S_ISREG(mode):
        what = {
            stat.S_IFLNK: "a symbolic link",
            stat.S_IFDIR: "a folder",
            stat.S_IFIFO: "a pipe",
            stat.S_IFSOCK: "a socket",
        }.get(stat.S_IFMT(mode), "a device")
        raise SourceError(
            "not an ordinary file",
            file=path,
            found=what,
            expected="the export itself",
            action="put a copy of the file there",
        )
    if not os.access(path, os.R_OK):
        raise SourceError(
            "a file that may not be read", file=path, action="give yourself leave to read it"
        )
    if state.st_size > LARGEST_FILE:
        raise SourceError(
            "a file that is too large",
            file=path,
            found=f"{state.st_size:,} bytes",
            expected=f"at most {LARGEST_FILE:,} bytes",
            action="an export of answers is far smaller: is this the right file?",
        )
    return int(state.st_size)


def sniff(path: Path) -> Kind:
    """What a file is by its content; its name does not count."""
    check_file(path)
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        return "empty"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _archive_kind(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_kind(path)
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<body")):
        return "html"
    if text.startswith(b"<?xml") or re.match(rb"<(?:document|workbook|\w+:workbook)[\s>]", text):
        return "html" if b"<html" in text else "xml"
    if b"\x00" in head[:2]:
        return "text"  # UTF-16 without its mark, which the reader of text knows how to refuse.
    signs = len(_CONTROL.findall(head))
    return "binary" if b"\x00" in head or signs > _BINARY_FROM * len(head) else "text"


_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"$FL2", "sav"),
    (b"$FL3", "zsav"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "binary"),
    (b"Rar!", "binary"),
    # BIFF as it was before it stood in an OLE file.
    (b"\x09\x08\x10\x00", "binary"),
    (b"\x09\x04\x06\x00", "binary"),
)


def expect(path: Path, kinds: tuple[Kind, ...]) -> Kind:
    """What a file is, if it is one of these; else it is refused by what it is.

    Raises
    ------
    SourceError
        Naming both, and what to do about it.
    """
    kind = sniff(path)
    if kind in kinds:
        return kind
    todo = {
        "empty": "export it again",
        "encrypted workbook": "open it with its password and save it without one",
        "xlsb": "save it as .xlsx",
        "ods": "save it as .xlsx",
        "gzip": "unpack it",
        "zip": "unpack it and take the export out of it",
        "html": "a page was saved in place of the export: download the export again",
    }
    raise SourceError(
        f"not what it is taken for: {NAMES[kind]}",
        file=path,
        found=f"{NAMES[kind]}, named {path.suffix or 'without an ending'}",
        expected=" or ".join(NAMES[one] for one in kinds),
        action=todo.get(kind, "export it again in the format that is expected"),
    )


def check_text(path: Path) -> None:
    """Refuse text with a line that no row of answers is as long as.

    A reader that goes line by line holds one whole line: a quote that opens a file of hundreds
    of megabytes and never closes would be held many times over before it is refused.

    Raises
    ------
    SourceError
        With the line.
    """
    expect(path, ("text",))
    line, held = 1, 0
    with path.open("rb") as file:
        while piece := file.read(_STEP):
            end = _END.search(piece)
            held += end.start() if end else len(piece)
            if held > LONGEST_LINE:
                raise SourceError(
                    "a line that is too long",
                    file=path,
                    row=line,
                    found=f"more than {LONGEST_LINE:,} bytes without an end of line",
                    expected="a row of answers",
                    action="the file may be damaged, or no table: export it again",
                )
            if end:
                held = len(piece) - max(piece.rfind(b"\n"), piece.rfind(b"\r")) - 1
            line += piece.count(b"\n")


def parse_xml(path: Path) -> Any:
    """The root of an XML file that defines no entities and refers to nothing outside.

    Raises
    ------
    SourceError
        For markup that is not well formed or not safe, by line.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import parse

    if check_file(path) > LARGEST_FILE // 10:
        raise SourceError(
            "an XML file that is too large", file=path, found=f"{path.stat().st_size:,} bytes"
        )
    try:
        return parse(path, forbid_dtd=True).getroot()
    except DefusedXmlException:
        raise SourceError(
            "XML that defines entities of its own",
            file=path,
            found="a DOCTYPE or ENTITY",
            expected="none: no survey platform writes them",
            action="do not open this file; ask where it comes from",
        ) from None
    except (ParseError, ValueError, LookupError) as wrong:
        line = getattr(wrong, "position", (None, 0))[0]
        raise SourceError(
            "not well-formed XML",
            file=path,
            row=line,
            expected="a whole file",
            action="the file may be cut short or edited: export it again",
        ) from None


def _archive_kind(path: Path) -> Kind:
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, 65_557), os.SEEK_END)
        ending = file.read()
    at = ending.rfind(b"PK\x05\x06")
    # The list of members is held whole by whoever opens an archive.
    if at < 0 or len(ending) < at + 16 or _list_size(ending, at) > _LONGEST_LIST:
        raise damaged(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename.lstrip("/").lower() for member in members[:MOST_MEMBERS]}
    except (zipfile.BadZipFile, ValueError, OSError, struct.error):
        raise damaged(path) from None
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(re.fullmatch(r"xl/workbook[0-9]*\.xml", name) for name in names):
        return "xlsm" if any(name.endswith("vbaproject.bin") for name in names) else "xlsx"
    return "ods" if {"mimetype", "content.xml"} <= names else "zip"


def _list_size(ending: bytes, at: int) -> int:
    return int(struct.unpack("<I", ending[at + 12 : at + 16])[0])


def _ole_kind(path: Path) -> Kind:
    """An old workbook, a locked new one, or another Office file, by the names of its streams."""
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE // 10)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "encrypted workbook"
    if any(name.encode("utf-16-le") + b"\x00\x00" in content for name in ("Workbook", "Book")):
        return "xls"
    return "ole"


def damaged(path: Path) -> SourceError:
    """The error for an archive that cannot be read as one."""
    return SourceError(
        "a damaged archive",
        file=path,
        expected="a whole workbook",
        action="download or export it again; if it comes back damaged, save it as .csv",
    )
