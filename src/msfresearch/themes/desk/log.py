"""The log of decisions: who decided what about which answer, when, by which code frame.

One append-only file per coder. A decision is never taken away, only replaced by a later line:
were answers of a random sample to leave it again, those that stay would be no random sample.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError, StageError
from msfresearch.files import held, write_bytes
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.codes import parse_codes
from msfresearch.themes.safecells import defuse_delimited, restore_delimited
from msfresearch.themes.schemas import CODINGS, DECISIONS, LOG, table

#: Who decides where coders differ.
ADJUDICATOR = "adjudicator"
#: The draw whose answers may stand for all; a later look at such an answer does not undo it.
RANDOM = "random"
DRAWS = (RANDOM, "chosen", "adjudication", "imported")
CODER = re.compile(r"[a-z][a-z0-9_-]{0,31}")

_NO_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_COLUMNS = tuple(LOG.columns)
#: Characters of a cell: a decision may name as many spans as a long answer has.
_LONGEST_CELL = 10_000_000
#: Seconds to wait for another who writes into the same folder.
_PATIENCE = 20.0
_MEND = "mend this line by hand from a copy of the file, or put the copy in its place"


def read_log(folder: Path) -> pd.DataFrame:
    """Read the logs of all coders.

    Parameters
    ----------
    folder : Path
        Holds ``<coder>.csv`` and no other CSV file; an absent folder is an empty log.

    Returns
    -------
    DataFrame
        As ``LOG``, by coder, each coder's lines in their order.

    Raises
    ------
    AnswerError
        For a damaged line, with file, row, column and what to do; for a CSV file that is no log.
    """
    found = sorted(path for path in folder.glob("*.csv") if not path.name.startswith("."))
    rows = [row for path in found for row in _read(path)]
    return _log(rows)


def append(path: Path, rows: pd.DataFrame) -> int:
    """Add decisions to a coder's log.

    The lines that stand there are read and checked first and stay as they are, byte by byte. The
    file is the old one or the new one at any moment. A decision that repeats the latest one about
    its answer (same codes, same version of the frame, no new draw) adds nothing.

    Parameters
    ----------
    path : Path
        ``<folder>/<coder>.csv``; made where absent.
    rows : DataFrame
        As ``LOG``, all of this coder.

    Returns
    -------
    int
        Lines added; the rest of ``rows`` repeated what stood there.

    Raises
    ------
    AnswerError
        For a row that is no line of this log, or a damaged line in the file.
    StageError
        When the folder cannot be written, or another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with alone(path.parent):
        known = _read(path) if path.exists() else []
        state = _State()
        for row in known:
            state.add(row)
        fresh = []
        for at, values in enumerate(rows[list(_COLUMNS)].itertuples(index=False), start=1):
            row = dict(zip(_COLUMNS, map(str, values), strict=True))
            _check(row, path, None, f"row {at} of those to add")
            if state.add(row):
                fresh.append(row)
        if fresh:
            old = path.read_bytes() if known else _line(_COLUMNS)
            write_bytes(path, old + b"".join(_line(_guarded(row)) for row in fresh))
    return len(fresh)


def decisions(log: pd.DataFrame) -> pd.DataFrame:
    """The latest decision of each coder about each answer.

    Returns
    -------
    DataFrame
        As ``DECISIONS``, by answer and coder. ``draw`` is ``random`` from the line on that says
        so: who looks at a randomly drawn answer again does not take it out of the sample.
    """
    latest = _latest(log)
    return table(DECISIONS, {name: [row[name] for row in latest] for name in DECISIONS.columns})


def codings(log: pd.DataFrame) -> pd.DataFrame:
    """The codes of the latest decisions, as ``CODINGS``, by answer, coder, theme and place.

    Themes that no code frame has any more are there as well; see `outside`.
    """
    columns: dict[str, list[object]] = {name: [] for name in CODINGS.columns}
    for row in _latest(log):
        for code in parse_codes(row["codes"]):
            for name, value in zip(
                CODINGS.columns, (row["answer_id"], row["coder"], *code), strict=True
            ):
                columns[name].append(value)
    return table(CODINGS, columns)


def outside(log: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Codes of the latest decisions whose theme the frame does not have.

    Returns
    -------
    DataFrame
        ``theme``, ``coder``, ``codebook`` (version that the decision names), ``n_answers``.
    """
    counts: dict[tuple[str, str, str], int] = {}
    for row in _latest(log):
        for theme in {code.theme for code in parse_codes(row["codes"])}:
            if theme not in codebook.themes:
                place = (theme, row["coder"], row["codebook"])
                counts[place] = counts.get(place, 0) + 1
    found = [(*place, n) for place, n in sorted(counts.items())]
    names = ["theme", "coder", "codebook", "n_answers"]
    frame = pd.DataFrame(found, columns=names)
    return frame.astype({**dict.fromkeys(names[:3], "str"), "n_answers": "int64"})


def marks(
    log: pd.DataFrame,
    codebook: Codebook,
    coder: str,
    asked: Mapping[str, Collection[str]] | None = None,
) -> pd.DataFrame:
    """One coder's latest decisions as 0 and 1.

    Parameters
    ----------
    log : DataFrame
        As ``LOG``.
    codebook : Codebook
        Gives the columns.
    coder : str
        Whose decisions.
    asked : mapping, optional
        Version of the frame to the ids of its themes. A theme that the version of a decision did
        not have was not decided on. A version that is not named counts as having all themes.

    Returns
    -------
    DataFrame of float
        Index ``answer_id`` (answers that the coder decided on, in order of id), one column per
        theme in codebook order: 1, 0, NaN where the theme was not asked. Codes outside the frame
        have no column: `outside` lists them.
    """
    rows = [row for row in _latest(log) if row["coder"] == coder]
    themes = list(codebook.themes)
    place = {theme: at for at, theme in enumerate(themes)}
    wide = np.zeros((len(rows), len(themes)))
    for at, row in enumerate(rows):
        if asked is not None and row["codebook"] in asked:
            had = asked[row["codebook"]]
            wide[at, [i for theme, i in place.items() if theme not in had]] = np.nan
        for code in parse_codes(row["codes"]):
            if code.theme in place:
                wide[at, place[code.theme]] = 1.0
    index = pd.Index([row["answer_id"] for row in rows], name="answer_id", dtype="str")
    return pd.DataFrame(wide, index=index, columns=pd.Index(themes, name="theme"))


class _State:
    """What a coder's lines add up to: the latest about each answer."""

    def __init__(self) -> None:
        self.latest: dict[str, dict[str, str]] = {}

    def add(self, row: dict[str, str]) -> bool:
        """Take in a line; whether it says anything new."""
        before = self.latest.get(row["answer_id"])
        draw = row["draw"]
        if before is not None and before["draw"] == RANDOM:
            draw = RANDOM
        now = {**row, "draw": draw}
        if before is not None and all(
            _meant(before, name) == _meant(now, name) for name in ("codes", "codebook", "draw")
        ):
            return False
        self.latest[row["answer_id"]] = now
        return True


def _meant(row: dict[str, str], name: str) -> object:
    return parse_codes(row[name]) if name == "codes" else row[name]


def _latest(log: pd.DataFrame) -> list[dict[str, str]]:
    states: dict[str, _State] = {}
    for values in log[list(_COLUMNS)].itertuples(index=False):
        row = dict(zip(_COLUMNS, values, strict=True))
        states.setdefault(row["coder"], _State()).add(row)
    rows = [row for state in states.values() for row in state.latest.values()]
    return sorted(rows, key=lambda row: (row["answer_id"], row["coder"]))


def _log(rows: list[dict[str, str]]) -> pd.DataFrame:
    return table(LOG, {name: [row[name] for row in rows] for name in _COLUMNS})


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder of logs for one writer at a time; StageError where another keeps it."""
    until = time.monotonic() + _PATIENCE
    while True:
        with held(folder) as free:
            if free is not False:
                yield
                return
        if time.monotonic() > until:
            raise StageError(
                "another process writes here",
                file=folder,
                action="wait until it has ended, then do the same again; nothing was written",
            )
        time.sleep(0.02)


def _read(path: Path) -> list[dict[str, str]]:
    """The lines of one coder's log, each checked."""
    if not CODER.fullmatch(path.stem):
        raise AnswerError(
            "a file in the folder of the logs that is no coder's",
            file=path,
            expected="<coder>.csv: lower-case letters, digits, - and _, 32 at most",
            action="put sheets and lists into another folder",
        )
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as wrong:
        bad = wrong.object[: wrong.start].count(b"\n") + 1
        raise _damaged("not UTF-8", path, bad, None, None, "UTF-8") from None
    if not text.endswith("\n"):
        last = text.count("\n") + 1
        raise _damaged("the last line is cut off", path, last, None, None, "a line end")
    rows: list[dict[str, str]] = []
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for record in reader:
            line, start = start, reader.line_num + 1
            if line == 1:
                if tuple(record) != _COLUMNS:
                    raise _damaged("no log of decisions", path, 1, None, None, ",".join(_COLUMNS))
                continue
            if len(record) != len(_COLUMNS):
                found = f"{len(record)} fields"
                raise _damaged("a damaged line", path, line, None, found, f"{len(_COLUMNS)} fields")
            row = {
                name: restore_delimited(cell) if name in _FREE else cell
                for name, cell in zip(_COLUMNS, record, strict=True)
            }
            _check(row, path, line, "a damaged line")
            rows.append(row)
    except csv.Error as wrong:
        raise _damaged("a damaged line", path, start, None, str(wrong), "quotes closed") from None
    return rows


#: Columns whose text we do not limit, and so guard against spreadsheet programs.
_FREE = ("codebook", "answer_id")


def _check(row: dict[str, str], path: Path, line: int | None, problem: str) -> None:
    wrong = _fault(row, path.stem)
    if wrong is not None:
        column, found, expected = wrong
        raise _damaged(problem, path, line, column, found, expected)


def _fault(row: dict[str, str], coder: str) -> tuple[str, str | None, str] | None:
    """Column, what was found, what was expected: of the first cell that cannot be."""
    if not is_date(row["at"]):
        return "at", row["at"], "a date such as 2019-08-31"
    if row["coder"] != coder:
        return "coder", row["coder"], f"{coder}, as the file is called"
    if row["draw"] not in DRAWS:
        return "draw", row["draw"], " or ".join(DRAWS)
    for name in _FREE:
        if not is_name(row[name]):
            return name, None, "text, not blank, without control signs and lone surrogates"
    try:
        parse_codes(row["codes"])
    except ValueError as wrong:
        return "codes", str(wrong), "theme, theme[start-end], with one blank between; or -"
    return None


def is_date(text: str) -> bool:
    """Whether a text is a day of the calendar as ``2019-08-31``."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_name(text: str) -> bool:
    """Whether a text can be an answer's id: not blank, no control sign, no lone surrogate."""
    return text.strip() != "" and not _NO_NAME.search(text)


def _damaged(
    problem: str,
    path: Path,
    row: int | None,
    column: str | None,
    found: str | None,
    expected: str,
) -> AnswerError:
    action = _MEND if row is not None else "give rows as the log holds them"
    return AnswerError(
        problem, file=path, row=row, column=column, found=found, expected=expected, action=action
    )


def _guarded(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(defuse_delimited(row[name]) if name in _FREE else row[name] for name in _COLUMNS)


def _line(cells: tuple[str, ...]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode("utf-8")
