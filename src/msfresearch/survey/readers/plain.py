"""Plain tables: one header row, nothing of any platform."""

from __future__ import annotations

from pathlib import Path

from msfresearch.errors import SourceError
from msfresearch.survey.readers.columns import unique, words
from msfresearch.survey.readers.export import Column, Export, Step
from msfresearch.survey.readers.text import Rows, read_rows
from msfresearch.survey.source import ExportOptions, Layout


def read_plain(
    path: Path, options: ExportOptions, layout: Layout | None = None, structure: Path | None = None
) -> Export:
    """Read a plain CSV file or sheet: the first row is the header.

    Parameters
    ----------
    path : Path
        The file.
    options : ExportOptions
        ``sheet`` is used.
    layout : Layout, optional
        Encoding and delimiter of a CSV file.
    structure : Path, optional
        Not used: a plain table has no file beside it.

    Returns
    -------
    Export
        The name of a column is its header; the manifest says which column has a role.

    Raises
    ------
    SourceError
        When the file cannot be read or a column has no name.
    """
    del structure
    return plain_export(read_rows(path, layout, options.sheet), "the manifest says plain")


def plain_export(rows: Rows, reason: str) -> Export:
    """The export that the rows of a plain table are; see :func:`read_plain`."""
    header = [name.strip() for name in rows.header(0)]
    if "" in header:
        raise SourceError(
            "a column without a name",
            file=rows.file,
            row=int(rows.cells.index[0]),
            column=str(header.index("") + 1),
            expected="a name for every column",
            action="name the column in the export",
        )
    names, changed = unique(header)
    table = rows.answers(1).set_axis(list(names), axis=1)
    columns = tuple(
        Column(name, question=words(said), group=name)
        for name, said in zip(names, header, strict=True)
    )
    steps = (
        Step("header rows read", 1),
        Step("headers made unique by their position", len(changed), _which(names, changed)),
    )
    return Export("plain", reason, table, columns, (*rows.account, *steps), rows.unread)


def _which(names: tuple[str, ...], changed: tuple[int, ...]) -> str:
    return ", ".join(names[position] for position in changed)
