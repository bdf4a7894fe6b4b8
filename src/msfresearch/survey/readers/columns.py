"""Headers as people typed them: into words, apart from each other, and what platforms call what."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence

_NOTE_MARK = re.compile(r"<sup\b[^<>]*>.{0,20}?</sup>|(?<=[\s?!.:)])[*†‡§¹²³⁴-⁹]+\s*$", re.I | re.S)
_BREAK = re.compile(r"</?(?:br|p|div|li|ul|ol|tr|td|h[1-6])\b[^<>]*>", re.I)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.I)
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


def words(header: str) -> str:
    """Wording of a header: no markup, no entities, no mark of a footnote, single spaces.

    A sign that is no tag stays: "< 18" is an answer.
    """
    text = _TAG.sub("", _BREAK.sub(" ", _NOTE_MARK.sub("", header)))
    return " ".join(_UNSEEN.sub("", html.unescape(text)).split())


def key(header: str) -> str:
    """What two spellings of a header have in common: case, accents and punctuation aside."""
    plain = unicodedata.normalize("NFKD", words(header).casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]+", " ", letters.replace("_", " ")).split())


def with_markup(headers: Iterable[str]) -> int:
    """How many headers say the same only after markup, entities or a footnote's mark are off."""
    return sum(words(header) != " ".join(header.split()) for header in headers)


def unique(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Names that stay apart: the second "x" becomes "x (2)", a blank one "unnamed column 3".

    Returns
    -------
    names : tuple of str
        One per name given, in order, none twice.
    changed : tuple of int
        Positions, counted from 0, of the names that were changed.
    """
    taken = {name for name in names if name}
    seen: set[str] = set()
    found: list[str] = []
    for position, name in enumerate(names):
        base = name or f"unnamed column {position + 1}"
        one, turn = base, 1
        while one in seen or (one != name and one in taken):
            turn += 1
            one = f"{base} ({turn})"
        seen.add(one)
        found.append(one)
    changed = tuple(i for i, (old, new) in enumerate(zip(names, found, strict=True)) if old != new)
    return tuple(found), changed
