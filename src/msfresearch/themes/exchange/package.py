"""Files of other programs, opened without trust: nothing is unpacked to the disk, or grows.

A project is a zip archive with XML inside, and comes from outside: entries may point out of
their folder, unpack to gigabytes or be locked, and the XML may define entities that multiply.
All that is refused as a whole, before anything is taken from it.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from msfresearch.errors import AnswerError
from msfresearch.survey.readers.guards import check_file

#: Files in an archive, bytes of them all, and bytes of its XML.
MOST_ENTRIES = 200_000
LARGEST_UNPACKED = 500_000_000
LARGEST_XML = 100_000_000
#: An archive that unpacks beyond this many bytes may do so this many times its size.
SMALL_UNPACKED = 20_000_000
LARGEST_RATIO = 200
#: Bytes of one text.
LARGEST_TEXT = 20_000_000
#: Elements within elements; codes of a frame are a handful deep.
DEEPEST = 100
_PROJECT = "project.qde"


@dataclass(frozen=True)
class Package:
    """A project: its XML, and its texts by their path in lower case.

    Attributes
    ----------
    root : Element
        The project, as it is written in the XML.
    entries : dict
        Path of an entry in lower case to the entry.
    """

    path: Path
    root: ET.Element
    entries: dict[str, str]

    def texts(self, wanted: list[str]) -> Iterator[bytes | None]:
        """The bytes of texts in ``sources/``, whatever the case; None for what is not there."""
        read = 0
        try:
            with zipfile.ZipFile(self.path) as archive:
                for name in wanted:
                    entry = self.entries.get(f"sources/{name.lower()}")
                    if entry is None or archive.getinfo(entry).file_size > LARGEST_TEXT:
                        yield None
                    else:
                        read += archive.getinfo(entry).file_size
                        if read > LARGEST_UNPACKED:
                            raise _too_much(self.path, "one text that many sources share")
                        yield archive.read(entry)
        except _DAMAGE as wrong:
            raise _damaged(self.path) from wrong


_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


def open_project(path: Path) -> Package:
    """Look through a project and read its XML.

    Raises
    ------
    AnswerError
        For what is no zip archive, is damaged or locked; entries that leave their folder, are
        links or stand twice; contents that are too large or unpack too far; XML that is not well
        formed or defines entities; no project in it.
    SourceError
        For what is no ordinary file.
    """
    check_file(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _checked(archive, path)
            project = entries.get(_PROJECT)
            if project is None:
                raise AnswerError(
                    "an archive without a project",
                    file=path,
                    expected=f"{_PROJECT} in it",
                    action="export the project again, as a REFI-QDA project (.qdpx)",
                )
            if archive.getinfo(project).file_size > LARGEST_XML:
                raise _too_much(path, f"XML of {archive.getinfo(project).file_size:,} bytes")
            content = archive.read(project)
    except _DAMAGE as wrong:
        raise _damaged(path) from wrong
    return Package(path, parse(content, path, "Project"), entries)


def open_codebook(path: Path) -> ET.Element:
    """Read the XML of a codebook; raises as `open_project`."""
    if check_file(path) > LARGEST_XML:
        raise _too_much(path, f"XML of {path.stat().st_size:,} bytes")
    return parse(path.read_bytes(), path, "CodeBook")


def parse(content: bytes, path: Path, expected: str) -> ET.Element:
    """The root of XML that defines no entities, refers to nothing outside and is not deep."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(forbid_dtd=True, target=_Shallow())
    try:
        parser.feed(content)
        root: ET.Element = parser.close()
    except DefusedXmlException:
        raise AnswerError(
            "XML that defines entities of its own",
            file=path,
            found="a DOCTYPE or ENTITY",
            expected="none: no program for coding writes them",
            action="do not open this file; ask where it comes from",
        ) from None
    except _TooDeep:
        raise AnswerError(
            "XML that is nested too deeply",
            file=path,
            expected=f"at most {DEEPEST} elements within each other",
            action="ask where this file comes from",
        ) from None
    except (ET.ParseError, ValueError, LookupError) as wrong:
        raise AnswerError(
            "not well-formed XML",
            file=path,
            row=getattr(wrong, "position", (None, 0))[0],
            expected="a whole file",
            action="export it again",
        ) from None
    if local(root) != expected:
        raise AnswerError(
            "XML of another kind",
            file=path,
            found=local(root),
            expected=expected,
            action="export it as a REFI-QDA codebook (.qdc) or project (.qdpx)",
        )
    return root


def local(element: ET.Element) -> str:
    """Name of an element without its namespace: programs write several."""
    return str(element.tag).rpartition("}")[2]


class _TooDeep(Exception):  # noqa: N818
    pass


class _Shallow(ET.TreeBuilder):
    """Builds a tree that is not deep: one that is would exhaust whoever walks through it."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _TooDeep
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag)


def _checked(archive: zipfile.ZipFile, path: Path) -> dict[str, str]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise _too_much(path, f"{len(entries):,} files in one archive")
    names: dict[str, str] = {}
    for entry in entries:
        # The reader of archives ends a name at NUL and turns separators; the file has the name.
        name = entry.orig_filename
        parts = name.split("/")
        outside = name.startswith("/") or ".." in parts or "\\" in name or "\0" in name
        if outside or ":" in parts[0]:
            raise AnswerError(
                "an archive with a path that leaves its folder",
                file=path,
                found=name,
                expected="names within the archive",
                action="do not open this file; ask where it comes from",
            )
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise AnswerError(
                "an archive with a link in it",
                file=path,
                found=name,
                expected="files",
                action="do not open this file; ask where it comes from",
            )
        if entry.flag_bits & 1:
            raise AnswerError(
                "an archive that is locked with a password",
                file=path,
                action="export the project again without one",
            )
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _damaged(path)
        if name.lower() in names:
            raise AnswerError(
                "an archive with two files of one name",
                file=path,
                found=name,
                action="export the project again",
            )
        names[name.lower()] = entry.filename
    told = sum(entry.file_size for entry in entries)
    packed = max(path.stat().st_size, 1)
    if told > LARGEST_UNPACKED or (told > SMALL_UNPACKED and told / packed > LARGEST_RATIO):
        raise _too_much(path, f"{packed:,} bytes that unpack to {told:,}")
    return names


def _too_much(path: Path, found: str) -> AnswerError:
    return AnswerError(
        "more than a project holds",
        file=path,
        found=found,
        expected=f"at most {LARGEST_UNPACKED:,} bytes, {LARGEST_XML:,} of them XML",
        action="export fewer texts at once; or ask where this file comes from",
    )


def _damaged(path: Path) -> AnswerError:
    return AnswerError(
        "not a whole zip archive",
        file=path,
        expected="a REFI-QDA project (.qdpx)",
        action="export or download it again",
    )
