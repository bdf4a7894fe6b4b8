"""Compile the embedded default wave from the two files published for the IRM Explorer.

Run it as ``python tools/compile_irm_2016.py [MIRROR]``, with the folder that holds copies of the
two files (by default the one that ``MSFRESEARCH_MIRROR`` names). It checks each copy against its
SHA-256 and writes ``plans.csv`` and ``commitments.csv`` to ``data/raw/irm-2016``: the coded facts
and nothing else. Cells stay as they are, faults included; mending them is the work of the
questionnaire, where every change is counted. What is left out is printed with its reason.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msfresearch.errors import MsfResearchError, SourceError
from msfresearch.files import sha256_of, write_bytes

HOME = Path(__file__).resolve().parent.parent
TARGET = HOME / "data" / "raw" / "irm-2016"
REPOSITORY = "Vizzuality/ogp"
COMMIT = "69d32715baa422d62f8c19fdecd1a61d39ce511a"
ROW_COLUMN = "source_row"
LONGEST_CODE = 60
NO_CODE = re.compile(r"[\r\n<>@]|https?:|www\.")


@dataclass(frozen=True)
class Published:
    """One published file and what of it is kept.

    Attributes
    ----------
    table
        The table of the wave that it fills.
    mirror_file
        Name of the copy in a mirror folder.
    path
        Where it stands in the repository at the commit.
    sha256
        Fingerprint of the copy.
    header_record
        Which record holds the names of the columns, counted from 1.
    unit_column
        A column that names the unit: without it a record is no row of data.
    left_out
        Reason to the columns that are left out for it; every other named column is kept.
    numbered
        Whether a row gets the number of its record in the published file, because the file
        has no identifier that is unique.
    """

    table: str
    mirror_file: str
    path: str
    sha256: str
    header_record: int
    unit_column: str
    left_out: dict[str, tuple[str, ...]]
    numbered: bool


PLANS = Published(
    table="plans",
    mirror_file="ogp_process_2016_raw.csv",
    path=(
        "explorer/data/latest_data/"
        "ogp_irm__OGP_Process_Database_July_2016__VERSION_TWO__modified_by_miska_04.csv"
    ),
    sha256="e0a0310577cbfb116ceda27881a6812757709583b8125016e1f679db33751da1",
    header_record=3,
    unit_column="Country name",
    left_out={
        "links, and sentences in place of links": (
            "Timeline: links",
            "Awareness-raising activities: Links",
            "Online consultations: Link",
            "Summary of comments: Link",
        ),
    },
    numbered=False,
)
COMMITMENTS = Published(
    table="commitments",
    mirror_file="ogp_irm_commitments_2016_raw.csv",
    path="explorer/data/latest_data/ogpirm_live_data.csv",
    sha256="a6a0bfcf69a406f769acaa675bd59a9726f37ed8cf1dc71f0e04b9b1569d1b33",
    header_record=2,
    unit_column="Country",
    left_out={
        "titles and full text": (
            "Theme",
            "Commitment Title",
            "Short Title",
            "Full Text",
        ),
        "numbers that repeat or mix numbers with titles": ("Comm No", "Cluster"),
        "dates in free form": ("Start Date", "End Date"),
        "names of institutions": ("Lead Institution", "Supporting Institution(s)"),
        "contacts (every cell NR)": (
            "Contact Name",
            "Contact Position",
            "Contact Email",
            "Contact Telephone",
        ),
        "the same in every row": ("Comm Dummy",),
        "coded in no row (every cell NR)": ("Marginalized Communities",),
        "sums and marks of the file's own bookkeeping": ("Checksum", "Compound"),
        "marked for deletion by its editors": ("PoC Specified? (Delete?)",),
        "working groups: abbreviations that the file does not explain, NR in 1,053 rows": (
            "ODWG",
            "FOWG",
            "LOWG",
            "ATWG",
            "ONRWG",
        ),
    },
    numbered=True,
)


@dataclass(frozen=True)
class Compiled:
    """A table of coded facts and what was left out of it.

    Attributes
    ----------
    content
        The CSV file: UTF-8, LF, quotes only where a cell needs them.
    rows, columns
        Its size, the header not counted.
    left_out
        Reason to the number of records, or the names of the columns, left out for it.
    """

    content: bytes
    rows: int
    columns: int
    left_out: dict[str, str]


def published_records(published: Published, mirror: Path) -> list[list[str]]:
    """The records of a published file.

    Raises
    ------
    SourceError
        When the copy is absent or is not the one this script was written for.
    """
    path = mirror / published.mirror_file
    url = f"https://github.com/{REPOSITORY}/blob/{COMMIT}/{published.path}"
    if not path.exists():
        raise SourceError(
            "no such file",
            file=path,
            expected=f"a copy of {url}",
            action="give the folder that holds it as the argument",
        )
    found = sha256_of(path)
    if found != published.sha256:
        raise SourceError(
            "not the published file",
            file=path,
            found=f"SHA-256 {found}",
            expected=f"SHA-256 {published.sha256}",
            action=f"take the copy of {url}",
        )
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle, strict=True))


def compile_table(published: Published, records: Sequence[Sequence[str]], file: str) -> Compiled:
    """Keep the coded facts of a published file.

    Parameters
    ----------
    published : Published
        What is kept.
    records : sequence of records
        The whole file, header records included.
    file : str
        Its name, for errors.

    Returns
    -------
    Compiled

    Raises
    ------
    SourceError
        When a column stands twice, one that is to be left out is absent, or a cell that would
        be kept holds a sentence, a link or a line end and so is no code.
    """
    header = list(records[published.header_record - 1])
    named = [name for name in header if name]
    away = [name for names in published.left_out.values() for name in names]
    for name in named:
        if named.count(name) > 1:
            raise SourceError(
                "a header stands twice",
                file=file,
                row=published.header_record,
                column=name,
                action="give the two columns different names before they are kept",
            )
    for name in (*away, published.unit_column):
        if name not in named:
            raise SourceError(
                "a column is missing", file=file, row=published.header_record, column=name
            )
    kept = [i for i, name in enumerate(header) if name and name not in away]
    unit = header.index(published.unit_column)
    reasons = {
        number: _no_data(record, header, unit) for number, record in enumerate(records, start=1)
    }
    table = [[header[i] for i in kept]]
    for number, record in enumerate(records, start=1):
        if reasons[number] is None:
            table.append([_code(record[i], header[i], number, file) for i in kept])
    if published.numbered:
        numbers = [str(number) for number, reason in reasons.items() if reason is None]
        table = [
            [*row[:2], number, *row[2:]]
            for row, number in zip(table, [ROW_COLUMN, *numbers], strict=True)
        ]
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerows(table)
    return Compiled(
        content=stream.getvalue().encode("utf-8"),
        rows=len(table) - 1,
        columns=len(table[0]),
        left_out=_left_out(published, header, [r for r in reasons.values() if r is not None]),
    )


def _no_data(record: Sequence[str], header: Sequence[str], unit: int) -> str | None:
    """Why a record is no row of data; None when it is one."""
    if list(record) == [str(i) for i in range(len(record))]:
        return "the row of column numbers"
    if list(record) == list(header):
        return "header rows"
    if not any(record):
        return "empty rows"
    if not record[unit]:
        return "rows of group headings"
    return None


def _code(cell: str, column: str, record: int, file: str) -> str:
    """A cell unchanged, when it is short enough and plain enough to be a code."""
    if len(cell) > LONGEST_CODE or NO_CODE.search(cell):
        raise SourceError(
            "a cell that is no code",
            file=file,
            row=record,
            column=column,
            found=cell,
            expected=f"a code of at most {LONGEST_CODE} characters",
            action="leave the column out, with its reason",
        )
    return cell


def _left_out(
    published: Published, header: Sequence[str], dropped: Sequence[str]
) -> dict[str, str]:
    counts = {reason: str(dropped.count(reason)) for reason in dict.fromkeys(dropped)}
    columns = {
        reason: f"{len(names)} columns: {', '.join(names)}"
        for reason, names in published.left_out.items()
    }
    nameless = sum(not name for name in header)
    if nameless:
        columns["without a name, every cell blank"] = f"{nameless} columns"
    return {**counts, **columns}


def main(arguments: Sequence[str] | None = None) -> int:
    """Compile both tables; returns the exit code."""
    parser = argparse.ArgumentParser(description="Compile data/raw/irm-2016 from published files.")
    parser.add_argument(
        "mirror",
        nargs="?",
        default=os.environ.get("MSFRESEARCH_MIRROR") or None,
        type=Path,
        help="folder with copies of the published files (default: MSFRESEARCH_MIRROR)",
    )
    parser.add_argument("--into", type=Path, default=TARGET, help="folder to write to")
    options = parser.parse_args(arguments)
    if options.mirror is None:
        parser.error("no folder given and MSFRESEARCH_MIRROR is not set")
    try:
        compiled = [
            (
                published,
                compile_table(
                    published, published_records(published, options.mirror), published.mirror_file
                ),
            )
            for published in (PLANS, COMMITMENTS)
        ]
        for published, table in compiled:
            write_bytes(options.into / f"{published.table}.csv", table.content)
    except MsfResearchError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    for published, table in compiled:
        print(f"{published.table}.csv: {table.rows} rows, {table.columns} columns")
        print(f"  from {REPOSITORY} at {COMMIT}: {published.path}")
        print(f"  SHA-256 {hashlib.sha256(table.content).hexdigest()}")
        for reason, what in table.left_out.items():
            print(f"  left out, {reason}: {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
