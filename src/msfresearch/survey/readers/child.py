"""The other process of ``apart``: reads one file and writes what it holds as lines of JSON.

It is run as a script, imports nothing of this package, and takes the limits on its own memory
and time before it opens the file. What it writes: one list per call of ``say``, the first entry
a word that tells what follows. ``["done"]`` comes last; without it the reading failed.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import sys
from typing import Any

ROWS = 2000
#: Beyond, a float skips whole numbers.
WHOLE = 1e16


def say(*what: Any) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(what, ensure_ascii=False, separators=(",", ":")) + "\n")


def limit(memory: int, seconds: int) -> None:
    """Bound what this process may take; where the system cannot, it runs without."""
    try:
        import resource
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
    ):
        # A limit that was inherited may be lower, and cannot be raised.
        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def told(cell: Any) -> str:
    """A cell of a workbook as text: dates ISO 8601, whole numbers without a point."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < WHOLE else repr(cell)
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        seconds, rest = divmod(round(cell.total_seconds() * 1000), 1000)
        part = f".{rest:03d}" if rest else ""
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{part}"
    return str(cell)


def workbook(path: str) -> None:
    """The sheets of a workbook, row by row."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
    except python_calamine.PasswordError:
        say("refused", "password")
        return
    for about in book.sheets_metadata:
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(about.name)
        hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
        left = sheet.start[1] if sheet.start else 0
        width = left + sheet.width if sheet.start else 0
        say("sheet", about.name, hidden, width)
        margin = [""] * left
        rows: list[list[str]] = []
        for row in sheet.iter_rows():
            cells = [cell if type(cell) is str else told(cell) for cell in row]
            rows.append(margin + cells if margin else cells)
            if len(rows) == ROWS:
                say("rows", rows)
                rows = []
        say("rows", rows)


def sav(path: str) -> None:
    """The variables of an SPSS file: numbers as numbers, system-missing as null."""
    import pyreadstat

    try:
        cells, meta = pyreadstat.read_sav(
            path, user_missing=True, disable_datetime_conversion=True, output_format="dict"
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError) as wrong:
        # The library's messages are its own words, never a part of the file.
        say("refused", str(wrong)[:200])
        return
    names = list(meta.column_names)
    say("about", meta.number_rows, meta.file_encoding, meta.mr_sets or {})
    for name in names:
        say(
            "variable",
            name,
            meta.column_names_to_labels.get(name) or "",
            meta.original_variable_types.get(name) or "",
            list((meta.variable_value_labels.get(name) or {}).items()),
            meta.missing_ranges.get(name) or [],
            list(cells[name]),
        )


def main() -> None:
    """Read what the command line names."""
    kind, path, memory, seconds = sys.argv[1:]
    # A library of many threads reserves memory for each of them.
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    limit(int(memory), int(seconds))
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]
    try:
        {"workbook": workbook, "sav": sav}[kind](path)
    except MemoryError:
        say("refused", "memory")
        return
    say("done")


if __name__ == "__main__":
    main()
