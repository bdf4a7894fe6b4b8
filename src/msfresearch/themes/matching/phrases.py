r"""The syntax of a pattern: words, phrases, and ``*`` at the end of a word.

``capacit*`` stands for every word that begins so; ``lack of trust`` for these words in this order.
Case and accents do not count, and ``œ`` stands for ``oe`` too. Between the words of a phrase
blanks, apostrophes and hyphens are all alike (``follow up``, ``follow-up``; ``manque d'argent``),
up to eight of them. A word begins and ends where Unicode word characters do. Nothing is looked for
in a link. What may be asked of the words beside a pattern is in `conditions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

from msfresearch.themes.matching.fold import fold

MIN_STEM = 3
"""Letters before a ``*``: with fewer it would catch half a dictionary."""

MARKS = "'’‘´`-‐‑"
"""What stands between words of a phrase beside blanks; `fold` makes ʼ one of them."""
LONGEST_GAP = 8
"""Blanks and marks between two words of a phrase, at most: words further apart are no phrase."""
_GAP = rf"[\s{re.escape(MARKS)}]"
LINK = re.compile(r"(?:https?://|www\.)\S+")
_SPLIT = re.compile(rf"{_GAP}+")
_WORD = re.compile(r"\w+\*?")


class Word(NamedTuple):
    """One word of a phrase: its folded letters, and whether others may follow."""

    letters: str
    open: bool

    @property
    def regex(self) -> str:
        """Matches the word to its end."""
        letters = re.escape(self.letters).replace("œ", "(?:œ|oe)")
        return letters + (r"\w*+" if self.open else "")


def parse(phrase: str) -> tuple[Word, ...]:
    """Read a pattern.

    Parameters
    ----------
    phrase : str
        As written in the codebook.

    Returns
    -------
    tuple of Word
        At least one.

    Raises
    ------
    ValueError
        Saying what is wrong with the pattern.
    """
    parts = [part for part in _SPLIT.split(fold(phrase).text) if part]
    if not parts:
        raise ValueError("a pattern holds at least one word")
    for part in parts:
        if not _WORD.fullmatch(part):
            raise ValueError(
                f"{part!r} is no word: letters and digits, and * only as the end of a word"
            )
        if part.endswith("*") and len(part) <= MIN_STEM:
            raise ValueError(f"{part!r} catches too much: at least {MIN_STEM} letters before the *")
    return tuple(Word(part.removesuffix("*"), part.endswith("*")) for part in parts)


def key(phrase: str) -> str:
    """What two spellings of the same pattern have in common."""
    return " ".join(word.letters + "*" * word.open for word in parse(phrase))


def phrase_regex(words: Iterable[Word]) -> str:
    """Regular expression of a whole phrase in folded text, without its boundaries."""
    return f"{_GAP}{{1,{LONGEST_GAP}}}+".join(word.regex for word in words)


def spellings(words: tuple[Word, ...]) -> list[tuple[Word, ...]]:
    """The phrase with every ``œ`` as one letter, and as two."""
    if not any("œ" in word.letters for word in words):
        return [words]
    either = ((word, Word(word.letters.replace("œ", "oe"), word.open)) for word in words)
    return list(dict.fromkeys(product(*either)))
