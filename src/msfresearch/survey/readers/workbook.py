"""Workbooks as tables of text: .xlsx, .xlsm and the old .xls, every sheet, nothing run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from msfresearch.errors import SourceError
from msfresearch.survey.readers.apart import GIGABYTE, read_apart
from msfresearch.survey.readers.archive import Contents, look_through
from msfresearch.survey.readers.export import Step
from msfresearch.survey.readers.guards import WORKBOOKS, expect

#: Bytes of the largest .xls: the format holds 65,536 rows.
LARGEST_OLD = 100_000_000


@dataclass(frozen=True)
class Workbook:
    """A workbook as text.

    Attributes
    ----------
    sheets
        Name to cells, in the workbook's order: columns counted from 0, index ``line`` counted
        from 1 as the spreadsheet counts, no header taken, a blank cell "".
    hidden
        Sheets that the workbook hides; they are read like the others.
    account
        Formulas whose stored results were taken, formulas without one, errors, macros.
    """

    sheets: dict[str, pd.DataFrame]
    hidden: tuple[str, ...]
    account: tuple[Step, ...]


def read_sheets(path: Path) -> dict[str, pd.DataFrame]:
    """The sheets of a workbook as text; see ``read_workbook``, which also tells what was met."""
    return read_workbook(path).sheets


def read_workbook(path: Path) -> Workbook:
    """Read every sheet of a workbook as text.

    Numbers are written without loss and without ".0", dates as ISO 8601, a percentage or an
    amount of money as its value, a truth value as TRUE or FALSE. A formula is not computed: the
    result that the spreadsheet program stored is taken. Macros are not looked at.

    Parameters
    ----------
    path : Path
        The file; what it is, is told by its content.

    Returns
    -------
    Workbook

    Raises
    ------
    SourceError
        For what is no workbook, is locked or damaged, or unpacks to more than it should.
    """
    kind = expect(path, WORKBOOKS)
    size = path.stat().st_size
    if kind == "xls":
        if size > LARGEST_OLD:
            raise SourceError(
                "an old workbook that is too large",
                file=path,
                found=f"{size:,} bytes",
                expected=f"at most {LARGEST_OLD:,} bytes",
                action="save it as .xlsx",
            )
        found, memory, seconds = Contents(), GIGABYTE, 10
    else:
        found = look_through(path)
        # A table takes some multiple of its own markup, so that limits grow with it alone.
        memory = 300_000_000 + 10 * found.unpacked
        seconds = 8 + found.unpacked // 20_000_000
    sheets: dict[str, pd.DataFrame] = {}
    hidden: list[str] = []
    name, width, rows = "", 0, _Columns(0)
    for what in read_apart(path, "workbook", memory, seconds):
        if what[0] == "sheet":
            if name:
                sheets[name] = rows.table()
            name, width = what[1], what[3]
            hidden += [name] if what[2] else []
            rows = _Columns(width)
        else:
            rows.add(what[1])
    if name:
        sheets[name] = rows.table()
    if not sheets:
        raise SourceError("a workbook without a sheet", file=path, expected="a sheet with answers")
    return Workbook(sheets, tuple(hidden), _account(found, hidden))


def text_columns(columns: Iterable[Sequence[str]], index: pd.Index[Any]) -> pd.DataFrame:
    """A table of ``str``, one column per sequence, counted from 0."""
    return _table([[cells] for cells in _arrays(columns)], index)


def _arrays(columns: Iterable[Sequence[str]]) -> list[Any]:
    import pyarrow

    # Several times faster than to hand pandas a list of rows.
    return [pyarrow.array(cells, "string") for cells in columns]


def _table(columns: Sequence[Sequence[Any]], index: pd.Index[Any]) -> pd.DataFrame:
    """A table of columns that come in parts."""
    import pyarrow

    made = {
        i: pd.array(pyarrow.chunked_array(parts, "string"), dtype="str")
        for i, parts in enumerate(columns)
    }
    return pd.DataFrame(made, index=index)


class _Columns:
    """Rows as they come, kept as columns of text."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.parts: list[list[Any]] = []
        self.rows = 0

    def add(self, rows: list[list[str]]) -> None:
        if not rows:
            return
        self.parts.append(_arrays(zip(*rows, strict=True)))
        self.rows += len(rows)

    def table(self) -> pd.DataFrame:
        index = pd.RangeIndex(1, self.rows + 1, name="line")
        columns = list(zip(*self.parts, strict=True)) if self.parts else [()] * self.width
        return _table(columns, index)


def _account(found: Contents, hidden: Sequence[str]) -> tuple[Step, ...]:
    steps = [
        Step("formulas: their stored results taken", found.formulas - found.without_result),
        Step("formulas without a stored result: read as blank", found.without_result),
        Step("cells with an error of the spreadsheet: read as blank", found.errors),
        Step("macro projects left alone", int(found.macros)),
        Step("hidden sheets read too", len(hidden), ", ".join(hidden)),
    ]
    return tuple(step for step in steps if step.count)
