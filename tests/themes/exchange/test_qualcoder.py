"""Our project read by the rules of QualCoder's importer, which has no command line to run.

The rules were read off its source: what it keeps unique, which dates it cannot do without, where
it looks for texts, coders and values. A reader of that kind is written down here, plainly.
"""

from __future__ import annotations

import io
import sqlite3
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from hypothesis import given, settings

from msfresearch.themes import Codebook
from msfresearch.themes.exchange.positions import TextFile
from msfresearch.themes.exchange.qda import write_qdpx
from msfresearch.themes.exchange.shapes import gather
from tests.themes.exchange import frames

NS = "{urn:QDA-XML:project:1.0}"
AT = "2026-01-31"
TABLES = """
create table code_cat (name text unique, above text);
create table code_name (guid text unique, name text unique, category text);
create table source (guid text unique, name text unique collate nocase, fulltext text, owner text);
create table code_text (code text, source text, seltext text, pos0 integer, pos1 integer,
    owner text, memo text, date text, unique (code, source, pos0, pos1, owner));
create table attribute (name text, value text, source text);
"""


def qualcoder(path: Path) -> sqlite3.Connection:
    """Take a project; anything that it would drop or crash on is an error here."""
    database = sqlite3.connect(":memory:")
    database.executescript(TABLES)
    with zipfile.ZipFile(path) as archive:
        root = ET.fromstring(archive.read("project.qde").decode("utf8"))
        users = {user.get("guid"): user.attrib["name"] for user in root.iter(f"{NS}User")}
        for code in root.find(f"{NS}CodeBook/{NS}Codes") or ():
            take_code(database, code, None)
        variables = {one.get("guid"): one.attrib["name"] for one in root.iter(f"{NS}Variable")}
        for source in root.find(f"{NS}Sources") or ():
            take_source(database, archive, source, users, variables)
    return database


def take_code(database: sqlite3.Connection, code: ET.Element, above: str | None) -> None:
    below = code.findall(f"{NS}Code")
    if below or code.get("isCodable") == "false":
        database.execute("insert into code_cat values (?, ?)", (code.attrib["name"], above))
        assert code.get("isCodable") == "false"
        for one in below:
            take_code(database, one, code.attrib["name"])
        return
    # A leaf with anything but one description is passed over.
    assert [one.tag for one in code] == [f"{NS}Description"]
    row = (code.attrib["guid"], code.attrib["name"], above)
    database.execute("insert into code_name values (?, ?, ?)", row)


def take_source(
    database: sqlite3.Connection,
    archive: zipfile.ZipFile,
    source: ET.Element,
    users: dict[str | None, str],
    variables: dict[str | None, str],
) -> None:
    place = "sources" + source.attrib["plainTextPath"].split("internal:/")[1]
    # Opened as text: CRLF and CR become LF; what is no UTF-8 becomes something else.
    with archive.open(place) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="strict").read()
    guid = source.attrib["guid"]
    owner = users[source.get("creatingUser")]
    assert source.attrib["creationDateTime"].replace("T", " ")
    # The file is copied under this name into a folder.
    assert not set(source.attrib["name"]) & set('/\\:*?"<>|.')
    row = (guid, source.attrib["name"], text, owner)
    database.execute("insert into source values (?, ?, ?, ?)", row)
    for one in source.findall(f"{NS}PlainTextSelection"):
        start, end = int(one.attrib["startPosition"]), int(one.attrib["endPosition"])
        for coding in one.findall(f"{NS}Coding"):
            row_of_code = (
                *(coding[0].attrib["targetGUID"], guid, text[start:end], start, end),
                *(users[one.get("creatingUser")], one.findtext(f"{NS}Description") or ""),
                one.attrib["creationDateTime"],
            )
            marks = ", ".join("?" * len(row_of_code))
            database.execute(f"insert into code_text values ({marks})", row_of_code)
    for value in source.findall(f"{NS}VariableValue"):
        told = (variables[value[0].get("targetGUID")], value[1].text or "", guid)
        database.execute("insert into attribute values (?, ?, ?)", told)


QUERY = """select source.name, code_text.owner, code_name.name, seltext, memo from code_text
    join code_name on code_name.guid = code_text.code
    join source on source.guid = code_text.source"""


def test_every_coding_has_its_words_coder_and_code(tmp_path: Path, small: Codebook) -> None:
    text = "No funding\r\nfor 👩\u200d🔬 and no trust"
    answers = frames.answers({"a-1": text, "a-2": "none"}, side="government")
    start = text.index("trust")
    material = gather(
        answers,
        small,
        frames.codings(
            ("a-1", "ana", "funding", 3, 10),
            ("a-1", "ben", "funding", 3, 10),
            ("a-1", "ana", "trust", start, start + 5),
            ("a-1", "ana", "staff_time", None, None),
        ),
        frames.decisions(("a-1", "ana"), ("a-1", "ben"), ("a-2", "ana")),
        frames.hits(("a-1", "funding", 3, 10, "funding")),
        ("side",),
    )
    write_qdpx(tmp_path / "p.qdpx", material, "es", AT)
    database = qualcoder(tmp_path / "p.qdpx")
    assert set(database.execute(QUERY)) == {
        ("a-1", "ana", "Financiación", "funding", ""),
        ("a-1", "ben", "Financiación", "funding", ""),
        ("a-1", "patterns", "Financiación", "funding", "fund* (en)"),
        ("a-1", "ana", "Confianza", "trust", ""),
        ("a-1", "ana", "Personal y tiempo", text.replace("\r\n", "\n"), ""),
        ("a-2", "ana", "Ningún tema del marco", "none", ""),
    }
    assert set(database.execute("select name, above from code_cat")) == {
        ("Brechas", None),
        ("Factores", None),
    }
    told = """select a.name, a.value from attribute a join source s on s.guid = a.source
        where s.name = ?"""
    assert set(database.execute(told, ("a-1",))) == {
        ("answer_id", "a-1"),
        ("language", "en"),
        ("side", "government"),
    }


@settings(max_examples=25)
@given(frames.coded())
def test_nothing_is_dropped_of_any_answers_and_codings(
    tmp_path_factory: pytest.TempPathFactory,
    coded: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> None:
    path = tmp_path_factory.mktemp("any") / "p.qdpx"
    answers, codings, decisions = coded
    written = write_qdpx(path, gather(answers, frames.frame(), codings, decisions), "en", AT)
    database = qualcoder(path)
    (count,) = database.execute("select count(*) from code_text").fetchone()
    assert count == written.codings
    texts = [text for (text,) in database.execute("select fulltext from source order by rowid")]
    assert texts == [TextFile.of(text).text for text in answers["text"] if text]
