"""Parquet read and written in portions, so that the size of a file does not matter."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from msfresearch.errors import AnswerError
from msfresearch.files import refusing_half_writes
from msfresearch.themes.schemas import HITS

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile, ParquetWriter

Cells: TypeAlias = list[str | None]
_GROUP_ROWS = 100_000
"""Hits of a row group: the same bytes however the hits come in."""
_BUFFER = 1 << 20
_AT_ONCE = 16_000_000
"""Bytes of text handed on at once, where a row is no longer."""


@contextmanager
def opened(source: Path, columns: Sequence[str]) -> Iterator[ParquetFile]:
    """Open a Parquet file that has these columns, all of them text.

    Raises
    ------
    AnswerError
        When it is no such file.
    """
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    if source.exists() and not source.is_file():
        raise AnswerError(
            "not an ordinary file",  # one would wait for a pipe for ever
            file=source,
            expected="Parquet with the columns " + ", ".join(columns),
        )
    try:
        # Not read ahead: a file written in one go may have all its answers in one row group.
        file = ParquetFile(source, buffer_size=_BUFFER, pre_buffer=False)
    except FileNotFoundError:
        raise AnswerError("no such file", file=source, action="name the file of answers") from None
    except (pa.ArrowException, OSError) as wrong:
        raise AnswerError(
            "cannot be read as Parquet",
            file=source,
            found=_first_line(wrong),
            expected="Parquet with the columns " + ", ".join(columns),
        ) from None
    with file:
        for column in columns:
            at = file.schema_arrow.get_all_field_indices(column)
            kind = file.schema_arrow.field(at[0]).type if at else None
            if len(at) != 1 or not _is_text(kind):
                raise AnswerError(
                    "answers lack a column",
                    file=source,
                    column=column,
                    found=", ".join(map(str, file.schema_arrow.names)) if kind is None else kind,
                    expected="one column of text",
                    action="give answer_id, text and language",
                )
        yield file


def batches(
    file: ParquetFile, source: Path, columns: Sequence[str], rows: int
) -> Iterator[tuple[int, list[Cells]]]:
    """Read columns in portions of so many rows, fewer where their texts are long.

    Yields
    ------
    tuple of int and list of list
        The number of the first row, from 1, and the cells of each column.

    Raises
    ------
    AnswerError
        When the file is damaged.
    """
    import pyarrow as pa

    first = 1
    portions = file.iter_batches(batch_size=rows, columns=list(columns))
    while True:
        try:
            batch = next(portions, None)
            if batch is None:
                return
            read = [batch.column(name).cast(pa.string()) for name in columns]
            # A file may say many times in few bytes what takes gigabytes once it is read.
            parts = 1 + sum(column.nbytes for column in read) // _AT_ONCE
            size = max(1, -(-batch.num_rows // parts))
            for at in range(0, batch.num_rows, size):
                yield first + at, [column.slice(at, size).to_pylist() for column in read]
        except (pa.ArrowException, OSError, UnicodeDecodeError) as wrong:
            raise AnswerError(
                f"cannot be read from answer {first} on",
                file=source,
                found=_first_line(wrong),
                action="write the file again: it is damaged",
            ) from None
        first += batch.num_rows


class HitsFile:
    """A table of hits being written, row group by row group.

    Parameters
    ----------
    writer : ParquetWriter
        Open, with the schema from `hits_schema`.
    """

    def __init__(self, writer: ParquetWriter) -> None:
        self._writer = writer
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def add(self, columns: dict[str, list[Any]]) -> None:
        """Take hits: the columns of `msfresearch.themes.schemas.HITS`."""
        import pyarrow as pa

        table = pa.table(columns, schema=self._writer.schema)
        self._waiting.append(table)
        self._rows += table.num_rows
        if self._rows >= _GROUP_ROWS:
            self._write(least=_GROUP_ROWS)

    def finish(self) -> None:
        """Write what is left."""
        self._write(least=1)

    def _write(self, least: int) -> None:
        import pyarrow as pa

        if not self._waiting:
            return
        table = pa.concat_tables(self._waiting)
        while table.num_rows >= least:
            self._writer.write_table(table.slice(0, _GROUP_ROWS))
            table = table.slice(_GROUP_ROWS)
        self._waiting, self._rows = [table], table.num_rows


@contextmanager
def hits_file(target: Path, codebook: str) -> Iterator[HitsFile]:
    """Write a table of hits that appears at the end, whole, or not at all.

    Parameters
    ----------
    target : Path
        The file to make or replace.
    codebook : str
        Version of the frame, for the metadata.

    Raises
    ------
    StageError
        When it cannot be written; what stood there before is untouched.
    """
    from pyarrow.parquet import ParquetWriter

    with refusing_half_writes(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                with ParquetWriter(stream, hits_schema(codebook), compression="zstd") as writer:
                    hits = HitsFile(writer)
                    yield hits
                    hits.finish()
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def hits_schema(codebook: str) -> pa.Schema:
    """Types of the columns of a file of hits, with the version of the frame."""
    import pyarrow as pa

    kinds = {"int64": pa.int64()}
    fields = [
        pa.field(name, kinds.get(str(column.dtype), pa.string()), nullable=False)
        for name, column in HITS.columns.items()
    ]
    return pa.schema(fields, metadata={"msfresearch.codebook": codebook})


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return any(
        is_kind(kind)
        for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )


def _first_line(wrong: BaseException) -> str:
    return (str(wrong).splitlines() or [type(wrong).__name__])[0]
