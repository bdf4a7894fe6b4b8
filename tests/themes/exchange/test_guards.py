"""Files that would leave their folder, multiply or lie are refused; nothing is written."""

from __future__ import annotations

import io
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import MsfResearchError
from msfresearch.themes import Codebook
from msfresearch.themes.exchange import package
from msfresearch.themes.exchange.formats import read, write
from msfresearch.themes.exchange.shapes import gather
from tests.themes.exchange import frames

AT = "2026-01-31"
PROJECT = b'<Project xmlns="urn:QDA-XML:project:1.0" name="p"/>'
ANSWERS = frames.answers({"a": "b"})
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">'
    b"]><Project>&b;</Project>"
)
OUTSIDE = b'<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/hostname">]><Project name="p">&x;</Project>'


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries:
            file.writestr(name, content)
    return stream.getvalue()


def refused(folder: Path, content: bytes, problem: str, name: str = "p.qdpx") -> None:
    path = folder / name
    path.write_bytes(content)
    with pytest.raises(MsfResearchError, match=problem) as wrong:
        read(path, ANSWERS, frames.frame(), AT)
    assert wrong.value.file == str(path)
    assert [one.name for one in folder.rglob("*")] == [name]


@pytest.mark.parametrize(
    "name",
    ["../out.txt", "sources/../../out.txt", "/etc/out.txt", "sources\\..\\out.txt", "C:/out.txt"],
)
def test_a_path_that_leaves_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    refused(tmp_path, archive(("project.qde", PROJECT), (name, b"x")), "leaves its folder")


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("sources/link.txt")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    refused(tmp_path, archive(("project.qde", PROJECT), (link, b"/etc/passwd")), "a link in it")


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    content = archive(("project.qde", PROJECT), ("Project.QDE", PROJECT))
    refused(tmp_path, content, "two files of one name")


def test_a_locked_archive_is_refused(tmp_path: Path) -> None:
    content = bytearray(archive(("project.qde", PROJECT)))
    at = content.index(b"PK\x01\x02") + 8
    content[at : at + 2] = struct.pack("<H", 1)
    refused(tmp_path, bytes(content), "locked with a password")


def test_an_archive_packed_in_an_unusual_way_is_refused(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("project.qde")
    entry.compress_type = zipfile.ZIP_LZMA
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr(entry, PROJECT)
    refused(tmp_path, stream.getvalue(), "not a whole zip archive")


def test_an_archive_that_unpacks_too_far_is_refused(tmp_path: Path) -> None:
    bomb = archive(("project.qde", PROJECT), ("sources/a.txt", b"a" * 30_000_000))
    assert len(bomb) < 100_000
    refused(tmp_path, bomb, "more than a project holds")


def test_an_archive_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    content = bytearray(archive(("project.qde", PROJECT.ljust(5_000))))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<I", 40)
    refused(tmp_path, bytes(content), "not a whole zip archive")


def test_too_much_xml_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "LARGEST_XML", 40)
    refused(tmp_path, archive(("project.qde", PROJECT)), "more than a project holds")
    (tmp_path / "p.qdpx").unlink()
    refused(tmp_path, PROJECT, "more than a project holds", "b.qdc")


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_ENTRIES", 2)
    entries = [(f"sources/{at}.txt", b"") for at in range(3)]
    refused(tmp_path, archive(*entries), "more than a project holds")


@pytest.mark.parametrize("content", [LAUGHS, OUTSIDE], ids=["bomb", "outside"])
def test_xml_that_defines_entities_is_refused(tmp_path: Path, content: bytes) -> None:
    refused(tmp_path, archive(("project.qde", content)), "defines entities")
    (tmp_path / "p.qdpx").unlink()
    refused(tmp_path, content, "defines entities", "b.qdc")


@pytest.mark.parametrize("depth", [200, 100_000])
def test_xml_that_is_nested_too_deeply_is_refused(tmp_path: Path, depth: int) -> None:
    deep = b"<CodeBook><Codes>" + b'<Code guid="x">' * depth + b"</Code>" * depth
    refused(tmp_path, deep + b"</Codes></CodeBook>", "nested too deeply", "b.qdc")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (archive(("project.qde", b"<Project")), "not well-formed"),
        (archive(("project.qde", b"")), "not well-formed"),
        (archive(("project.qde", b"<CodeBook/>")), "another kind"),
        (archive(("other.xml", PROJECT)), "without a project"),
        (archive(("project.qde", PROJECT))[:-30], "not a whole zip archive"),
        (b"PK\x03\x04", "not a whole zip archive"),
        (b"no archive", "not a whole zip archive"),
        (b"", "not a whole zip archive"),
    ],
)
def test_what_is_no_project_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    refused(tmp_path, content, problem)


def test_a_link_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(archive(("project.qde", PROJECT)))
    (tmp_path / "p.qdpx").symlink_to(tmp_path / "real")
    with pytest.raises(MsfResearchError, match="not an ordinary file"):
        read(tmp_path / "p.qdpx", ANSWERS, frames.frame(), AT)


def test_an_ending_of_no_format_is_refused(tmp_path: Path, small: Codebook) -> None:
    with pytest.raises(MsfResearchError, match="no known format"):
        read(tmp_path / "codes.doc", ANSWERS, small, AT)


@pytest.mark.parametrize("at", ["31.1.2026", "2026-1-31", "", "٢٠٢٦-01-31"])
def test_a_date_that_is_none_is_refused(tmp_path: Path, small: Codebook, at: str) -> None:
    with pytest.raises(MsfResearchError, match="not a date"):
        write("csv", tmp_path / "t.csv", gather(ANSWERS, small), "en", at)
    assert not list(tmp_path.iterdir())


@settings(max_examples=50)
@given(st.data())
def test_a_damaged_project_is_read_or_refused_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "p.qdpx"
    coded = frames.codings(("a", "ana", "trust", None, None))
    write("qdpx", path, gather(ANSWERS, frames.frame(), coded), "en", AT)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    # Any other error fails the test.
    with suppress(MsfResearchError):
        read(path, ANSWERS, frames.frame(), AT)
