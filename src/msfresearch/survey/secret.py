"""The key by which respondents get their pseudonyms: a file outside the repository."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from pathlib import Path
from typing import NoReturn

from msfresearch.errors import StageError
from msfresearch.home import Home

SECRET_VARIABLE = "MSFRESEARCH_SECRET_FILE"
SHORTEST = 32
LONGEST = 4096
#: Fewer different bytes than this are not random: 32 random ones have about thirty.
_FEWEST_BYTES = 8
_MAKE_ONE = "run: msfresearch secret"
# Digits and consonants that are not mistaken for one another, as the digits of base 32, by pairs.
_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(first + second for first in _SIGNS for second in _SIGNS)
_BITS = (50, 40, 30, 20, 10, 0)


class Secret:
    """A key that is used and never shown.

    Neither its text, nor a pickle, nor an error of it holds the key.

    Parameters
    ----------
    key : bytes
        At least 32 bytes.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) < SHORTEST:
            raise ValueError(f"a key needs {SHORTEST} bytes or more")
        self._key = key

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change with the key and tell nothing of it."""
        return self._digest("fingerprint").hex()[:12]

    def pseudonym(self, purpose: str, *parts: str) -> str:
        """Twelve characters that stand for some text: HMAC-SHA256 in base 32, 60 bits of it.

        The same text gives the same characters with the same key, and cannot be had back
        from them, nor tried out, without it.

        Parameters
        ----------
        purpose : str
            What the pseudonym is for: the same text has another one elsewhere.
        parts : str
            The text; how it is divided into parts matters.

        Returns
        -------
        str
            Digits and lower-case letters without i, l, o and u.
        """
        number = int.from_bytes(self._digest(purpose, *parts)[:8], "big") >> 4
        return "".join([_PAIRS[number >> bits & 1023] for bits in _BITS])

    def derived(self, purpose: str, length: int) -> bytes:
        """A key for one purpose: HKDF with SHA-256 (RFC 5869)."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        info = f"msfresearch {purpose}".encode()
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(self._key)

    def _digest(self, purpose: str, *parts: str) -> bytes:
        # Lengths are part of the text: ("ab", "c") and ("a", "bc") are two things.
        encoded = [
            part.encode("utf-8", "surrogatepass") for part in ("msfresearch", purpose, *parts)
        ]
        text = b"".join([b"%d:%b" % (len(part), part) for part in encoded])
        return hmac.digest(self._key, text, "sha256")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._key, other._key)

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        return "<Secret>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere: load it where it is needed")


def secret_path() -> Path:
    """Where the key's file is, or would be.

    The environment variable ``MSFRESEARCH_SECRET_FILE`` decides; otherwise it is
    ``msfresearch/secret`` in the folder of a person's settings (``XDG_CONFIG_HOME``, by default
    ``~/.config``).
    """
    named = os.environ.get(SECRET_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    settings = os.environ.get("XDG_CONFIG_HOME", "")
    # A relative path is to be passed over, as the specification of these folders says.
    folder = Path(settings) if Path(settings).is_absolute() else Path.home() / ".config"
    return folder / "msfresearch" / "secret"


def load_secret(home: Home, wave_id: str, status: str) -> Secret:
    """The key for a wave.

    Parameters
    ----------
    home : Home
        The repository, in which the key must not lie.
    wave_id, status : str
        The wave's. A ``rehearsal`` has simulated respondents and takes
        :func:`rehearsal_secret`; no file is looked at.

    Returns
    -------
    Secret

    Raises
    ------
    StageError
        When the file is absent, lies in the repository, can be read by others, or does not
        hold a key.
    """
    if status == "rehearsal":
        return rehearsal_secret(wave_id)
    path = secret_path()
    _refuse_inside(path, home)
    key = _read(path)
    if not SHORTEST <= len(key) <= LONGEST or len(set(key)) < _FEWEST_BYTES:
        raise StageError(
            "the file does not hold a secret",
            file=path,
            found=f"{'more than ' if len(key) > LONGEST else ''}{min(len(key), LONGEST)} bytes, "
            f"{len(set(key))} of them different",
            expected=f"{SHORTEST} to {LONGEST} random bytes",
            action=f"take the file away and {_MAKE_ONE}",
        )
    return Secret(key)


def _read(path: Path) -> bytes:
    """The bytes of a file that is nobody else's to read: what was checked is what is read."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise StageError(
            "there is no secret yet, by which respondents get their pseudonyms",
            file=path,
            expected=f"a file with {SHORTEST} random bytes or more",
            action=f"{_MAKE_ONE}; if another machine has the file, take it over from there: with "
            "another secret the same respondents get other pseudonyms",
        ) from None
    except OSError as wrong:
        raise StageError("the secret cannot be read", file=path, found=wrong.strerror) from None
    try:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise StageError("the secret is no file", file=path, action=_MAKE_ONE)
        if os.name == "posix" and about.st_mode & 0o077:
            raise StageError(
                "others can read the secret",
                file=path,
                found=f"mode {stat.S_IMODE(about.st_mode):04o}",
                expected="mode 0600",
                action=f"chmod 600 {path}; whoever may have read it can undo pseudonyms",
            )
        return os.read(handle, LONGEST + 1)
    finally:
        os.close(handle)


def make_secret(home: Home) -> Path:
    """Write a new key where :func:`secret_path` says; one that is there stays.

    Raises
    ------
    StageError
        When a file is there already, the place is in the repository, or it cannot be written.
    """
    path = secret_path()
    _refuse_inside(path, home)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(os.urandom(SHORTEST))
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise StageError(
            "there is a secret already, and it stays",
            file=path,
            action="keep it: with another one the same respondents get other pseudonyms",
        ) from None
    except OSError as wrong:
        raise StageError("the secret cannot be written", file=path, found=wrong.strerror) from None
    return path


def rehearsal_secret(wave_id: str) -> Secret:
    """The key of a rehearsal, which protects nobody: anybody can work it out.

    Its respondents are simulated and there is nothing to hide; what is wanted is that a
    rehearsal comes out the same everywhere, without anything to set up.
    """
    return Secret(hashlib.sha256(f"rehearsal of {wave_id}, nothing secret".encode()).digest())


def _refuse_inside(path: Path, home: Home) -> None:
    root = home.root.resolve()
    for place in (path.absolute(), path.resolve()):
        if place.is_relative_to(root) or place.is_relative_to(home.root.absolute()):
            raise StageError(
                "the secret lies in the repository, from where it would be shared",
                file=path,
                expected="a place outside the repository",
                action=f"move it, and set {SECRET_VARIABLE} to where it is",
            )
