"""Case and accents folded away, with every offset still pointing into the original text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

_CODEC = "cp1252"
_ZERO_WIDTH_SPACE = 0x200B
# Unicode counts the modifier letter apostrophe as a letter; whoever types it means an apostrophe.
_LETTER_APOSTROPHE, _APOSTROPHE = "\u02bc", "\u2019"


@dataclass(frozen=True)
class Folded:
    """A folded text and the way back to the original.

    Attributes
    ----------
    text : str
        Lower case, without accents.
    offsets : sequence of int, optional
        Position in the original of every code point of ``text``, then the original's length.
        Absent where both have the same positions, as in nearly every text.
    """

    text: str
    offsets: Sequence[int] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Span of the original text, end exclusive, that a span of the folded text stands for."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end]


def fold_character(character: str) -> str:
    """One code point for one: its base letter in lower case.

    A code point whose lower case or decomposition is longer than one letter and its accents
    (``ß``, ``œ``, a Hangul syllable) stays as it is. The apostrophe that Unicode counts among the
    letters becomes the one that it does not.
    """
    if character == _LETTER_APOSTROPHE:
        return _APOSTROPHE
    parts = unicodedata.normalize("NFD", character)
    accented = all(unicodedata.combining(mark) for mark in parts[1:])
    base = parts[0] if accented else character
    lower = base.lower()
    return lower if len(lower) == 1 else base


def fold(text: str) -> Folded:
    """Fold case and accents.

    Letters are translated one for one. Code points that a reader does not see as a letter of
    their own (combining accents as some systems type them, soft hyphens, joiners, direction
    marks) are left out of the folded text, so that they hide no word; then ``offsets`` leads back.

    Parameters
    ----------
    text : str
        Anything, lone surrogates included.

    Returns
    -------
    Folded
    """
    if text.isascii():
        return Folded(text.lower())
    if "\xad" not in text:
        try:
            western = text.encode(_CODEC)
        except UnicodeEncodeError:
            pass
        else:
            return Folded(western.translate(_western_table()).decode(_CODEC))
    folded = text.translate(_table())
    if _unseen().search(folded) is None:
        return Folded(folded)
    kept = [at for at, character in enumerate(folded) if not is_unseen(character)]
    return Folded("".join(folded[at] for at in kept), [*kept, len(text)])


def is_unseen(character: str) -> bool:
    """Whether a reader sees no letter here: combining accents, soft hyphens, joiners and the like.

    A zero width space parts words in some scripts: it stays, and is no letter.
    """
    return (
        unicodedata.category(character) in {"Mn", "Me", "Cf"}
        and ord(character) != _ZERO_WIDTH_SPACE
    )


@cache
def _western_table() -> bytes:
    """Translation of the single-byte code that holds nearly all text in en, es and fr."""
    table = bytearray(range(256))
    for byte in range(256):
        try:
            character = bytes([byte]).decode(_CODEC)
        except UnicodeDecodeError:
            continue
        table[byte] = fold_character(character).encode(_CODEC)[0]
    return bytes(table)


@cache
def _table() -> dict[int, int]:
    # Beyond the third plane no code point has case or a decomposition.
    changed = ((code, ord(fold_character(chr(code)))) for code in range(0x30000))
    return {code: folded for code, folded in changed if folded != code}


@cache
def _unseen() -> re.Pattern[str]:
    codes = (code for code in range(0x110000) if is_unseen(chr(code)))
    return re.compile("[" + "".join(f"\\U{code:08x}" for code in codes) + "]")
