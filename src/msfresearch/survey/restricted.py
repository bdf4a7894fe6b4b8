"""Personal data on disk: encrypted, and out of reach of the stages that do not need them."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import StageError
from msfresearch.files import refusing_half_writes
from msfresearch.survey.secret import Secret

#: What is kept apart: whose it is, the line of the export, what it is, and its words.
RESTRICTED = pa.DataFrameSchema(
    {
        "respondent": pa.Column(str),
        "line": pa.Column("int64"),
        "kind": pa.Column(str),
        "value": pa.Column(str),
    },
    strict=True,
)
_HEAD = b"msfresearch restricted 1\n"
_PURPOSE = "restricted file"
_PATHS = frozenset(
    {
        "open",
        "os.listdir",
        "os.scandir",
        "os.rename",
        "os.link",
        "os.symlink",
        "os.chmod",
        "os.remove",
        "os.truncate",
        "shutil.copyfile",
        "shutil.move",
        "sqlite3.connect",
    }
)


def write_restricted(path: Path, frame: pd.DataFrame, secret: Secret) -> None:
    """Keep personal data so that only the key's holder reads them.

    AES-SIV (RFC 5297) with a key made of the secret by HKDF. It is deterministic: the same rows
    and the same secret give the same bytes, and a changed byte is noticed on reading. The file
    tells its length, and whether two files are equal; nothing else.

    Parameters
    ----------
    path : Path
        The file (mode 0600), replaced at once or not at all; its folder (mode 0700) is made.
    frame : DataFrame
        See :data:`RESTRICTED`; the index is not kept.
    secret : Secret
        The wave's key.

    Raises
    ------
    StageError
        When the disk is full or the folder cannot be written.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    rows = RESTRICTED.validate(frame)
    content = json.dumps({name: rows[name].tolist() for name in rows}, separators=(",", ":"))
    sealed = AESSIV(secret.derived(_PURPOSE, 64)).encrypt(content.encode("ascii"), [_HEAD])
    with refusing_half_writes(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_HEAD + sealed)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(0o600)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def read_restricted(path: Path, secret: Secret) -> pd.DataFrame:
    """Read what :func:`write_restricted` kept.

    Raises
    ------
    StageError
        When the file is absent, was changed, or was written with another secret.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise StageError(
            "there are no restricted data here", file=path, action="run the stage clean again"
        ) from None
    try:
        if not content.startswith(_HEAD):
            raise InvalidTag
        cipher = AESSIV(secret.derived(_PURPOSE, 64))
        plain = json.loads(cipher.decrypt(content[len(_HEAD) :], [_HEAD]))
    except InvalidTag:
        raise StageError(
            "restricted data that do not open",
            file=path,
            found=f"a file that the secret {secret.fingerprint} (its fingerprint) does not open",
            expected="a file written with this secret, and not changed since",
            action="use the secret it was written with, or run the stage clean again",
        ) from None
    return RESTRICTED.validate(
        pd.DataFrame(plain).astype(
            {"respondent": "str", "line": "int64", "kind": "str", "value": "str"}
        )
    )


def forbid(paths: Sequence[Path]) -> None:
    """Forbid this process, for good, to open some files and folders or to list or move them.

    An audit hook of Python (PEP 578): it sees ``open``, ``os.open``, ``os.listdir`` and their
    kind, by whatever name or link a path is reached, and cannot be taken out again. It keeps
    notebooks from reading personal data by mistake. It does not hold against intent: libraries
    that open files in C (pyarrow) and other programs pass it unseen. What those find of
    restricted data is encrypted, and stays so as long as they do not go for the secret as well.

    Parameters
    ----------
    paths : sequence of Path
        Files, or folders with all that is in them. They need not exist.

    Raises
    ------
    StageError
        Not here, but in the process, at every attempt.
    """
    # All that the hook uses is bound here: it runs until the interpreter has shut down, when
    # the names of modules may be gone.
    realpath, fspath, separator, events, error = (
        os.path.realpath,
        os.fspath,
        os.sep,
        _PATHS,
        StageError,
    )
    shut = tuple(realpath(path) for path in paths)
    beneath = tuple(path.rstrip(separator) + separator for path in shut)

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event not in events:
            return
        for argument in arguments[:2]:
            if not isinstance(argument, str | bytes | os.PathLike):
                continue
            named = fspath(argument)
            place = realpath(named if isinstance(named, str) else named.decode("utf-8", "replace"))
            if place in shut or place.startswith(beneath):
                raise error(
                    "personal data and the secret are closed to this stage",
                    file=place,
                    found=event,
                    action="use the cleaned tables; only the first stage reads respondents' data",
                )

    sys.addaudithook(refuse)
