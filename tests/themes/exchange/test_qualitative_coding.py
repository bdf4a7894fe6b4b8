"""qualitative-coding itself takes our project: codes, coders and lines are those we wrote."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from pathlib import Path

import pytest
import yaml

from msfresearch.themes import Codebook
from msfresearch.themes.exchange.names import source_names
from msfresearch.themes.exchange.qda import write_qdpx
from msfresearch.themes.exchange.qda_in import read_qdpx
from msfresearch.themes.exchange.shapes import Material, gather
from tests.themes.exchange import frames

AT = "2026-01-31"
TEXTS = {
    "odb/1": "No funding at all.\r\nTrust grows 👩\u200d🔬.\r\n\r\nNo staff.",
    "a.b": "We trust them\nfunding too",
    "A.B": "Nothing",
}
SPANS = (
    ("odb/1", "ana", "funding", 3, 10),
    ("odb/1", "ana", "trust", 20, 25),
    ("odb/1", "ben", "staff_time", 42, 47),
    ("a.b", "ana", "funding", 14, 21),
    ("a.b", "ben", "trust", None, None),
)


@pytest.fixture(scope="module")
def program(home: Path) -> Path:
    found = home / ".venv-qualitative-coding" / "bin" / "qc"
    if not found.exists():
        pytest.skip("no qualitative-coding here: python3 tools/peers.py qualitative-coding")
    return found


@pytest.fixture(scope="module")
def material() -> Material:
    decided = frames.decisions(
        *(("odb/1", "ana"), ("odb/1", "ben"), ("a.b", "ana"), ("a.b", "ben"), ("A.B", "ana"))
    )
    hits = frames.hits(("a.b", "trust", 3, 8, "trust"))
    answers = frames.answers(TEXTS, wave="odb-2014")
    return gather(answers, frames.frame(), frames.codings(*SPANS), decided, hits, ("wave",))


@pytest.fixture(scope="module")
def folder(program: Path, material: Material, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of qualitative-coding with our project in it."""
    made = tmp_path_factory.mktemp("qc")
    inside = made / "project"
    inside.mkdir()
    write_qdpx(made / "ours.qdpx", material, "fr", AT)
    run(program, inside, "init", "--import", str(made / "ours.qdpx"))
    return inside


def run(program: Path, folder: Path, *arguments: str) -> None:
    # Version 1.7.8 stops in a debugger at every text that it takes; this tells it not to.
    surroundings = {**os.environ, "PYTHONBREAKPOINT": "0", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [str(program), *arguments],
        cwd=folder,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]


def rows(folder: Path, query: str) -> set[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "qualitative_coding.sqlite3")
    try:
        return set(connection.execute(query).fetchall())
    finally:
        connection.close()


def test_coders_and_codes_are_ours(folder: Path, small: Codebook) -> None:
    assert rows(folder, "select name from coder") == {("ana",), ("ben",), ("patterns",)}
    labels = {(theme.labels["fr"],) for theme in small.themes.values()}
    families = {("Lacunes",), ("Facteurs",)}
    expected = labels | families | {("Aucun thème de la grille",)}
    assert rows(folder, "select name from code") == expected
    tree = yaml.safe_load((folder / "codebook.yaml").read_text(encoding="utf-8"))
    nested = {
        name: set(below) for one in tree if isinstance(one, dict) for name, below in one.items()
    }
    assert nested == {
        "Lacunes": {"Financement", "Personnel et temps"},
        "Facteurs": {"Confiance"},
    }


def test_texts_are_ours(folder: Path) -> None:
    names = source_names(TEXTS)
    for answer_id, text in TEXTS.items():
        there = (folder / "corpus" / f"{names[answer_id]}.txt").read_bytes()
        assert there == text.replace("\r\n", "\n").encode()


def test_every_code_stands_on_the_line_of_its_words(folder: Path, small: Codebook) -> None:
    names = source_names(TEXTS)
    query = """select document_index.document_id, coded_line.coder_id, coded_line.code_id,
        coded_line.line from coded_line
        join coded_line_location_association a on a.coded_line_id = coded_line.id
        join location on location.id = a.location_id
        join document_index on document_index.id = location.document_index_id"""

    def line(answer_id: str, coder: str, theme: str, start: int | None) -> tuple[object, ...]:
        label = small.themes[theme].labels["fr"]
        number = TEXTS[answer_id][: start or 0].count("\n")
        return (f"{names[answer_id]}.txt", coder, label, number)

    expected = {line(answer, coder, theme, start) for answer, coder, theme, start, _ in SPANS}
    expected.add(line("a.b", "patterns", "trust", 3))
    expected.add((f"{names['A.B']}.txt", "ana", "Aucun thème de la grille", 0))
    assert {row[3] for row in expected} == {0, 1, 3}
    assert rows(folder, query) == expected


def test_we_take_the_project_that_it_writes(
    program: Path, folder: Path, material: Material, small: Codebook
) -> None:
    run(program, folder, "export", "../theirs.qdpx")
    found = read_qdpx(folder.parent / "theirs.qdpx", material.answers, small, AT)
    got = set(found.codings[["answer_id", "coder", "theme"]].itertuples(index=False, name=None))
    assert got == {span[:3] for span in SPANS} | {("a.b", "patterns", "trust")}
    assert ["A.B", "-"] in found.log[["answer_id", "codes"]].values.tolist()
