"""Where the logs of a wave's coders are, what is kept beside them, and who may teach a wave.

Beside the logs lie folders that no reader of logs looks into: ``sheets`` as they were written,
``handed`` (per coder, which sheets these were), and ``notes`` (per coder, what was written beside
answers). Nothing in them changes a figure.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.files import write_bytes
from msfresearch.themes.desk.log import CODER, alone
from msfresearch.themes.desk.sheet import Ticket
from msfresearch.themes.safecells import defuse_delimited, restore_delimited
from msfresearch.wave import Wave

SHEETS, HANDED, NOTES = "sheets", "handed", "notes"
_TICKET = ("sheet", "draw", "rows")
_NOTE = ("answer_id", "at", "note")


def coding_folder(wave: Wave) -> Path:
    """Folder of the coders' logs; those of a rehearsal are simulated as its answers are."""
    if wave.manifest.status == "rehearsal":
        return wave.home.rehearsals / wave.id / "coding"
    return wave.home.coding / wave.id


def other_coding_folders(wave: Wave) -> dict[str, Path]:
    """Wave to folder of logs, of all that may teach this one's learned coder.

    Simulated people teach rehearsals, real people real waves.
    """
    if wave.manifest.status == "rehearsal":
        found = {path.parent.name: path for path in wave.home.rehearsals.glob("*/coding")}
    else:
        found = {path.name: path for path in wave.home.coding.glob("*")}
    return {name: found[name] for name in sorted(found) if name != wave.id}


def note_handed(folder: Path, ticket: Ticket) -> None:
    """Note that a sheet was written for a coder, whatever becomes of its file."""
    line = (ticket.sheet, ticket.draw, str(ticket.rows))
    _add(folder / HANDED / f"{ticket.coder}.csv", _TICKET, [line])


def handed_to(folder: Path) -> set[str]:
    """Coders for whom a sheet was written here."""
    names = (path.stem for path in (folder / HANDED).glob("*.csv"))
    return {name for name in names if CODER.fullmatch(name)}


def keep_notes(folder: Path, notes: pd.DataFrame, at: str) -> int:
    """Keep what coders wrote beside answers; a note that is there already keeps its day.

    Parameters
    ----------
    folder : Path
        A wave's folder of logs.
    notes : DataFrame
        ``answer_id``, ``coder``, ``note``.
    at : str
        Day, YYYY-MM-DD.

    Returns
    -------
    int
        How many are new. The files' bytes do not depend on the order of the calls of a day.

    Raises
    ------
    AnswerError
        For a file of notes that cannot be read; it stays as it is.
    StageError
        When the folder cannot be written, or another process holds it.
    """
    new = 0
    for coder, part in notes.groupby("coder", sort=True):
        said = zip(part["answer_id"], part["note"], strict=True)
        lines = [(str(answer_id), at, str(note)) for answer_id, note in said]
        new += _add(folder / NOTES / f"{coder}.csv", _NOTE, lines)
    return new


def read_notes(folder: Path) -> pd.DataFrame:
    """What coders wrote beside answers: ``coder``, ``answer_id``, ``at``, ``note``, by coder."""
    rows = [
        (path.stem, *line)
        for path in sorted((folder / NOTES).glob("*.csv"))
        if CODER.fullmatch(path.stem)
        for line in _lines(path, _NOTE)
    ]
    return pd.DataFrame(rows, columns=["coder", *_NOTE], dtype="str")


def _add(path: Path, columns: tuple[str, ...], lines: Collection[tuple[str, ...]]) -> int:
    """Add lines to a sorted table; one that differs in its day alone is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with alone(path.parent):
        kept = {_same(line, columns): line for line in _lines(path, columns)}
        before = len(kept)
        for line in lines:
            kept.setdefault(_same(line, columns), line)
        if len(kept) > before:
            out = io.StringIO(newline="")
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(map(defuse_delimited, line) for line in sorted(kept.values()))
            write_bytes(path, out.getvalue().encode("utf-8"))
    return len(kept) - before


def _same(line: tuple[str, ...], columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cell for name, cell in zip(columns, line, strict=True) if name != "at")


def _lines(path: Path, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    if not path.exists():
        return []
    try:
        text = path.read_bytes().decode("utf-8")
        head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (ValueError, csv.Error):
        head, rows = [], []
    if tuple(head) != columns or any(len(row) != len(columns) for row in rows):
        raise AnswerError(
            "a table beside the logs that cannot be read",
            file=path,
            expected=",".join(columns) + ", as UTF-8",
            action="put back a copy, or put the file elsewhere",
        )
    return [tuple(map(restore_delimited, row)) for row in rows]
