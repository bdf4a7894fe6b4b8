"""Work that several tests look at, done once for all workers of a test session."""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

Result = TypeVar("Result")


def once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Result]
) -> tuple[Path, Result]:
    """Fill a folder by the first worker that needs it; the others wait and read.

    Returns
    -------
    folder, result
        The folder, which no test may write into, and what ``make`` returned for it.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # each worker has a folder of its own below the session's
    folder, answer = base / name, base / f"{name}.pickle"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answer.exists():
            folder.mkdir()
            result = make(folder)
            answer.write_bytes(pickle.dumps(result))
        return folder, pickle.loads(answer.read_bytes())
