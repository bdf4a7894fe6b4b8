"""Files that are either the old state or the new one, never between; and their fingerprints."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msfresearch.errors import StageError

_REFUSALS = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.EIO,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.ENAMETOOLONG,
    errno.ELOOP,
)
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old bytes or the new ones.

    Raises
    ------
    StageError
        When the disk is full or the folder cannot be written; the old file is untouched.
    """
    with refusing_half_writes(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@contextmanager
def refusing_half_writes(target: Path) -> Iterator[None]:
    """Turn an operating system's refusal to write into an error that says what to do."""
    try:
        yield
    except OSError as wrong:
        if wrong.errno not in _REFUSALS:
            raise
        raise StageError(
            "cannot be written",
            file=target,
            found=os.strerror(wrong.errno),
            expected="room on the disk and the right to write",
            action="make room or choose another folder; what stood there before is untouched",
        ) from wrong


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """Fill a new folder beside the target, then put it in the target's place at once.

    Parameters
    ----------
    target : Path
        The folder to make or replace.

    Yields
    ------
    Path
        An empty folder on the same file system. When the block ends well it takes the
        target's place; when it does not, it is removed and the target stays as it was.
    """
    with refusing_half_writes(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        recover(target)
        staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.new."))
        try:
            staging.chmod(0o755)
            with held(staging):
                yield staging
                for path in sorted(p for p in staging.rglob("*") if p.is_file()):
                    _flush(path)
                _swap(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def recover(target: Path) -> None:
    """Put back the folder that a killed run had moved aside, where that happened."""
    aside = _aside(target)
    if aside.exists():
        if target.exists():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.rename(target)
    for left in target.parent.glob(f".{target.name}.new.*"):
        if not _in_use(left):
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def held(folder: Path) -> Iterator[bool | None]:
    """Lock a folder, until the process dies at the latest.

    Yields True when the lock is ours, False when another process has it, None where the file
    system or the operating system knows no such locks.
    """
    if sys.platform == "win32":
        yield None
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        except OSError:
            yield None
        else:
            yield True
    finally:
        os.close(handle)


def _in_use(staging: Path) -> bool:
    """Whether a staging folder may belong to a living run: locked, or new where locks fail."""
    with suppress(OSError), held(staging) as free:
        return not free if free is not None else time.time() - staging.stat().st_mtime < 3600
    return True


def _aside(target: Path) -> Path:
    return target.parent / f".{target.name}.old"


def _flush(path: Path) -> None:
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def _swap(staging: Path, target: Path) -> None:
    if not target.exists():
        staging.rename(target)
        return
    if _exchange(staging, target):
        return
    aside = _aside(target)
    target.rename(aside)
    staging.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step where the operating system can."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(
        rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0
    )
