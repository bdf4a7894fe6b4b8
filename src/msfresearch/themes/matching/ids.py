"""Whether an id stands twice among more ids than memory holds."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, TypeAlias

import numpy as np
import numpy.typing as npt

from msfresearch.files import refusing_half_writes

Hashes: TypeAlias = "npt.NDArray[np.uint64]"
_AT_ONCE = 4_000_000
"""Hashes sorted at once: 32 MB."""
_SUSPECTS = 10_000


def repeated_id(
    portions: Callable[[], Iterable[tuple[int, list[str]]]], folder: Path
) -> tuple[str, int] | None:
    """Find an id that stands twice.

    The ids are read once, and their 64-bit hashes (8 bytes an id) written to a nameless file.
    These are sorted part by part, each part holding all hashes with the same remainder. Only
    where two are alike, which by chance happens about once in a million files of five million
    ids, the ids are read again, and those compared.

    Parameters
    ----------
    portions : callable
        Gives the ids from the first, in portions: the number of a portion's first row, its ids.
    folder : Path
        Where the file of hashes finds room.

    Returns
    -------
    tuple of str and int, optional
        The first id found that stands twice, and the row in which it does so; None where every
        id stands once.

    Raises
    ------
    StageError
        When the folder cannot be written.
    """
    with refusing_half_writes(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            count = 0
            for _, ids in portions():
                count += len(ids)
                file.write(_hashed(ids).tobytes())
            suspects = _alike(file, count)
    if not len(suspects):
        return None
    seen: set[str] = set()
    for first, ids in portions():
        for at in np.flatnonzero(np.isin(_hashed(ids), suspects)).tolist():
            if ids[at] in seen:
                return ids[at], first + at
            seen.add(ids[at])
    return None


def _hashed(ids: list[str]) -> Hashes:
    from pandas.util import hash_array

    return hash_array(np.array(ids, dtype=object), categorize=False)


def _alike(file: IO[bytes], count: int) -> Hashes:
    """Hashes that stand twice, some of them where there are many."""
    parts = -(-count // _AT_ONCE)
    for part in range(parts):
        own = np.sort(np.concatenate([one[one % parts == part] for one in _blocks(file)]))
        alike = np.unique(own[1:][own[1:] == own[:-1]])
        if len(alike):
            return alike[:_SUSPECTS]
    return np.zeros(0, dtype=np.uint64)


def _blocks(file: IO[bytes]) -> Iterator[Hashes]:
    file.seek(0)
    while block := file.read(8 * _AT_ONCE):
        yield np.frombuffer(block, dtype=np.uint64)
