r"""The syntax of a pattern: words, phrases, and ``*`` at the end of a word.

``capacit*`` stands for every word that begins so; ``lack of trust`` for these words in this order.
Case and accents do not count, and ``œ`` stands for ``oe`` too. Between the words of a phrase
blanks, apostrophes and hyphens are all alike (``follow up``, ``follow-up``; ``manque d'argent``).
A word begins and ends where Unicode word characters do. Nothing is looked for in a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from msfresearch.themes.fold import fold

MIN_STEM = 3
"""Letters before a ``*``: with fewer it would catch half a dictionary."""

_MARKS = "'’‘ʼ´`\\-‐‑"
# Bounded and possessive: a phrase is left at once where its words stand apart.
GAP = rf"[\s{_MARKS}]{{1,8}}+"
LINK = re.compile(r"(?:https?://|www\.)\S+")
_SPLIT = re.compile(rf"[\s{_MARKS}]+")
_WORD = re.compile(r"\w+\*?")


@dataclass(frozen=True)
class Word:
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
    return GAP.join(word.regex for word in words)


def spellings(words: Iterable[Word]) -> set[tuple[Word, ...]]:
    """The phrase with every ``œ`` as one letter, and as two."""
    return set(
        product(*({word, Word(word.letters.replace("œ", "oe"), word.open)} for word in words))
    )


def trie_regex(phrases: Iterable[tuple[Word, ...]]) -> str:
    """One regular expression for many phrases, each shared beginning written once.

    It matches where at least one of them stands, whatever their number in one look at the text.
    Its end is not a boundary: the caller adds one.
    """
    root: _Node = {}
    for words in phrases:
        node = root
        for at, word in enumerate(words):
            edges = [re.escape(letter) for letter in word.letters]
            for edge in [GAP] * (at > 0) + edges + [_OPEN] * word.open:
                node = node.setdefault(edge, {})
        node[_END] = {}
    return _branch(root)


_Node: TypeAlias = "dict[str, _Node]"
_OPEN, _END = r"\w*+", ""


def _branch(node: _Node) -> str:
    branches = [edge + _branch(below) for edge, below in sorted(node.items()) if edge != _END]
    if not branches:
        return ""
    inner = branches[0] if len(branches) == 1 else "(?:" + "|".join(branches) + ")"
    return f"(?:{inner})?" if _END in node else inner
