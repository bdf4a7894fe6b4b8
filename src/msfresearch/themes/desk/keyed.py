"""Numbers and tokens that a key and a name always give: the same on every machine, in any order."""

from __future__ import annotations

import hashlib

#: Consonants alone: no token is a word, a number or a date to a spreadsheet program.
_LETTERS = "bcdfghjklmnpqrstvwxz"
_TOKEN_LENGTH = 14


def number(key: str, *parts: str) -> float:
    """A permanent random number.

    Parameters
    ----------
    key : str
        Seed.
    *parts : str
        What the number belongs to.

    Returns
    -------
    float
        In [0, 1), a multiple of 2**-53; as if uniform over the keys.
    """
    return (int.from_bytes(_digest(key, parts)[:8], "big") >> 11) * 2.0**-53


def token(key: str, *parts: str) -> str:
    """Fourteen letters that stand for something without telling it (about 60 bits)."""
    value = int.from_bytes(_digest(key, parts), "big")
    letters = []
    for _ in range(_TOKEN_LENGTH):
        value, at = divmod(value, len(_LETTERS))
        letters.append(_LETTERS[at])
    return "".join(letters)


def _digest(key: str, parts: tuple[str, ...]) -> bytes:
    secret = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    hashed = hashlib.blake2b(key=secret, digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        # With its length before it, "ab", "c" is not "a", "bc".
        hashed.update(len(data).to_bytes(8, "big") + data)
    return hashed.digest()
