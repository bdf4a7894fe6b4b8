"""Coding sheets taken back: good rows into the log, bad rows into a list, nothing lost.

The coder mends the cells that the list names and the same sheet is collected again; what is in
the log already adds nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.files import refusing_half_writes, write_bytes
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.log import ADJUDICATOR, append, is_date
from msfresearch.themes.desk.reading import Reading, by_token
from msfresearch.themes.desk.returned import read_returned
from msfresearch.themes.desk.sheet import OWN, check_themes
from msfresearch.themes.desk.sheetfiles import csv_bytes


@dataclass(frozen=True)
class Collected:
    """What a sheet brought.

    Attributes
    ----------
    sheet : Path
        The file.
    appended : int
        Decisions new in the log.
    unchanged : int
        Decisions that the log had already.
    blank : int
        Rows in which nothing is marked: not yet coded.
    repeated : int
        Rows that say again what another row of the sheet says.
    absent : int
        Rows that were given out and did not come back.
    bad : DataFrame
        As ``BAD``: each cell that cannot be read, by page and row, with what was found, what was
        expected and what to do. ``id`` is the token on the sheet. None of these rows counts above.
    bad_file : Path or None
        Where that list was written, beside the sheet; None where no row is bad.
    notes : DataFrame
        As ``NOTES``: what the coder wrote beside answers, also of rows not yet coded.
    ignored : tuple of str
        Headings of columns that are none of the sheet's.
    account : tuple of str
        How the file was read.
    """

    sheet: Path
    appended: int
    unchanged: int
    blank: int
    repeated: int
    absent: int
    bad: pd.DataFrame
    bad_file: Path | None
    notes: pd.DataFrame
    ignored: tuple[str, ...]
    account: tuple[str, ...]

    @property
    def bad_rows(self) -> int:
        """Rows with at least one bad cell."""
        return len(self.bad[["page", "row"]].drop_duplicates())


def collect(
    path: Path,
    folder: Path,
    codebook: Codebook,
    answer_ids: Collection[str],
    *,
    wave: str,
    coders: Collection[str],
    at: str,
) -> Collected:
    """Take a coding sheet, or the adjudicator's, back into the log.

    Parameters
    ----------
    path : Path
        The sheet as it came back: a workbook or a text table, whole or in part, columns and rows
        in any order.
    folder : Path
        Folder of the logs.
    codebook : Codebook
        The frame in the version that the sheet was made with.
    answer_ids : collection of str
        All answers of the wave.
    wave : str
        The wave's id.
    coders : collection of str
        Who may code; the adjudicator may always.
    at : str
        Date of the collection, such as 2019-08-31.

    Returns
    -------
    Collected
        Also written: the log, by coder and in order of answers, and ``<file>.bad.csv`` beside the
        sheet. That list is removed where no row is bad any more.

    Raises
    ------
    SourceError, AnswerError
        For a file that is no coding sheet or may not be opened; for a damaged log; for a day that
        is none.
    StageError
        When the log cannot be written.
    """
    check_themes(codebook)
    if not is_date(at):
        raise AnswerError("not a date", column="at", found=at, expected="a day, as 2026-01-31")
    reading = Reading(codebook, wave, {*coders, ADJUDICATOR}, by_token(wave, answer_ids))
    returned = read_returned(path, {*OWN, *codebook.themes})
    reading.read(returned)
    appended = unchanged = 0
    for coder, rows in sorted(reading.decided(at).items()):
        new = append(folder / f"{coder}.csv", rows)
        appended, unchanged = appended + new, unchanged + len(rows) - new
    bad = reading.bad_table()
    return Collected(
        sheet=path,
        appended=appended,
        unchanged=unchanged,
        blank=reading.blank,
        repeated=reading.repeated,
        absent=reading.absent(),
        bad=bad,
        bad_file=_write_bad(path, bad),
        notes=reading.notes_table(),
        ignored=returned.ignored,
        account=returned.account,
    )


def bad_file_of(sheet: Path) -> Path:
    """Where the bad rows of a sheet are listed."""
    return sheet.with_name(f"{sheet.name}.bad.csv")


def _write_bad(sheet: Path, bad: pd.DataFrame) -> Path | None:
    path = bad_file_of(sheet)
    if bad.empty:
        with refusing_half_writes(path):
            path.unlink(missing_ok=True)
        return None
    rows = [
        list(bad.columns),
        *([str(cell) for cell in row] for row in bad.itertuples(index=False)),
    ]
    write_bytes(path, csv_bytes(rows, ","))
    return path
