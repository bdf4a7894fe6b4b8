"""Many texts as one row of bytes, a byte for a letter, for a search that never crosses a text.

Every code point becomes one byte: its folded letter where a pattern uses it, otherwise the kind of
thing that it is. The first letter of a word has a byte of its own, so that a search for a word
finds no other word that merely ends so. Three things make positions in the row differ from those
in the texts: each text is preceded by one mark, code points that no reader sees are left out, and
a run of blanks, hyphens and apostrophes becomes one. Each is written down, and leads back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from msfresearch.themes.matching.fold import fold_character, is_unseen
from msfresearch.themes.matching.phrases import LONGEST_GAP, MARKS, Word

Places: TypeAlias = "npt.NDArray[np.int64]"
Codes: TypeAlias = "npt.NDArray[np.uint8]"

# What is no letter. From GAP to _LINE are gaps, from _LINE to _EDGE the ends of sentences. Once
# links and sentences are found all gaps are GAP, and all else that is no letter is OTHER.
_UNKNOWN, _UNSEEN, OTHER, GAP, _MARK, _LINE, _PERIOD, _COLON, _STOP, _EDGE, _SLASH = range(11)
LETTER = 16
"""Bytes from here on are letters; this one is any letter that has no byte of its own."""
INITIAL = 128
"""Added to the first letter of a word."""
_MOST_LETTERS = INITIAL - LETTER - 1
_LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_GAP_OR_OTHER = bytes(
    code if code >= LETTER else GAP if GAP <= code <= _LINE else OTHER for code in range(256)
)
_STOPS = {".": _PERIOD, ":": _COLON, "/": _SLASH, **dict.fromkeys("!?;…", _STOP)}
_FAMILIAR = (*range(0x250), *range(0x2000, 0x2070), 0x20AC)
_OF_LINKS = "htpsw"
_LINK_END = re.compile(b"[" + re.escape(bytes([GAP, _LINE, _EDGE])) + b"]")


@dataclass(frozen=True)
class Removed:
    """Which places of a row were left out, and the way back."""

    shifted: Places

    @classmethod
    def of(cls, places: Places) -> Removed:
        """Note the places left out, in order."""
        return cls(places - np.arange(len(places)))

    def back(self, places: Places) -> Places:
        """Places before the removal that places after it come from."""
        if not len(self.shifted):
            return places
        return places + np.searchsorted(self.shifted, places, side="right")


@dataclass(frozen=True)
class Row:
    """Some texts as bytes.

    Attributes
    ----------
    codes : array of uint8
        What is searched; gaps count one.
    gaps : Removed
        From places in ``codes`` to places in the folded texts, which all below are counted in.
    word_starts, word_ends : array of int
        Where words begin, and end (exclusive).
    sentence_ends : array of int
        Where sentences end: at ``. ! ? ; : …``, at a line break, at either end of a text.
    texts : array of int
        Where each text begins.
    unseen : Removed
        From places in the folded texts to places in the originals.
    originals : array of int
        Where each original begins.
    """

    codes: Codes
    gaps: Removed
    word_starts: Places
    word_ends: Places
    sentence_ends: Places
    texts: Places
    unseen: Removed
    originals: Places

    def text_at(self, places: Places) -> Places:
        """The number of the text that a place of the folded texts lies in."""
        return np.searchsorted(self.texts, places, side="right") - 1

    def original(self, places: Places, texts: Places) -> Places:
        """Places in the original texts, each counted from the beginning of its own text."""
        return self.unseen.back(places) - self.originals[texts]


class Letters:
    """The letters that the patterns of a frame use, a byte for each.

    Parameters
    ----------
    used : iterable of str
        Folded letters of all phrases. The first 111 of them in alphabetical order get a byte of
        their own, more than the patterns of several Latin, Greek and Cyrillic languages use;
        the others share the byte of unknown letters.
    """

    def __init__(self, used: Iterable[str]) -> None:
        own = dict.fromkeys((*_OF_LINKS, *sorted(set(used))))
        self._code = {
            letter: LETTER + 1 + at for at, letter in enumerate(list(own)[:_MOST_LETTERS])
        }
        self._table = np.zeros(0x110000, dtype=np.uint8)
        self._learn(_FAMILIAR)
        self._web = self._bytes_of("www") + bytes([_PERIOD])
        self._scheme = bytes([_COLON, _SLASH, _SLASH])
        self._http = self._bytes_of("http")
        self._https = self._bytes_of("https")

    def tells_apart(self, words: Iterable[Word]) -> bool:
        """Whether every letter of a phrase has a byte of its own."""
        return all(letter in self._code for word in words for letter in word.letters)

    def spell(self, words: Sequence[Word]) -> bytes:
        """A phrase, or a part of one, as it stands in a row; an open word without its end."""
        spelled = bytearray()
        for word in words:
            letters = bytearray(self._bytes_of(word.letters))
            letters[0] += INITIAL
            spelled += (bytes([GAP]) if spelled else b"") + letters
        return bytes(spelled)

    def row(self, texts: Sequence[str]) -> Row:
        """Write texts, lone surrogates and all, as one row."""
        # A line break before, between and after: each becomes an edge, whatever the texts hold.
        points = np.frombuffer(
            "\n".join(("", *texts, "")).encode("utf-32-le", "surrogatepass"), dtype="<u4"
        )
        codes = self._table.take(points)
        if not codes.all():
            self._learn(np.unique(points[codes == _UNKNOWN]).tolist())
            codes = self._table.take(points)
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        originals = np.concatenate(([0], np.cumsum(lengths + 1))) + 1
        codes[originals - 1] = _EDGE
        unseen = np.flatnonzero(codes == _UNSEEN)
        starts = originals - np.searchsorted(unseen, originals)
        if len(unseen):
            codes = np.delete(codes, unseen)
        self._blot_links(codes)
        return _row(codes, starts, Removed.of(unseen), originals)

    def _blot_links(self, codes: Codes) -> None:
        """Put a slash for every letter of a link: nobody said what an address spells."""
        data = codes.tobytes()
        for start in self._links(data):
            if codes[start] == _SLASH:  # within the link before
                continue
            end = _LINK_END.search(data, start)
            codes[start : end.start() if end else len(data)] = _SLASH

    def _links(self, data: bytes) -> list[int]:
        starts = []
        at = data.find(self._scheme)
        while at >= 0:
            for name in (self._https, self._http):
                if data.endswith(name, 0, at):
                    starts.append((at - len(name), at + len(self._scheme)))
            at = data.find(self._scheme, at + 1)
        at = data.find(self._web)
        while at >= 0:
            starts.append((at, at + len(self._web)))
            at = data.find(self._web, at + 1)
        return sorted(at for at, rest in starts if data[rest] not in (GAP, _LINE, _EDGE))

    def _bytes_of(self, letters: str) -> bytes:
        return bytes(self._code.get(letter, LETTER) for letter in letters)

    def _learn(self, points: Iterable[int]) -> None:
        for point in points:
            self._table[point] = self._kind(chr(point))

    def _kind(self, character: str) -> int:
        # Whatever has no case and no accent, as most of what is no letter, folds to itself.
        if is_unseen(character):
            return _UNSEEN
        folded = fold_character(character)
        if folded in self._code:
            return self._code[folded]
        if folded in MARKS:
            return _MARK
        if folded.isspace():
            return _LINE if folded in _LINE_BREAKS else GAP
        if folded.isalnum() or folded == "_":
            return LETTER
        return _STOPS.get(folded, OTHER)


def _row(codes: Codes, texts: Places, unseen: Removed, originals: Places) -> Row:
    """Find words and sentences, mark the first letters, and make every gap one byte."""
    is_letter = codes >= LETTER
    # The row begins and ends with an edge: beginnings and ends of words take turns.
    turns = np.flatnonzero(is_letter[1:] != is_letter[:-1]) + 1
    codes[turns[0::2]] += INITIAL
    sentence_ends = np.flatnonzero((codes >= _LINE) & (codes <= _EDGE))
    gap = (codes >= GAP) & (codes <= _LINE)
    codes = np.frombuffer(bytearray(codes.tobytes().translate(_GAP_OR_OTHER)), dtype=np.uint8)
    doubled = np.flatnonzero(gap[1:] & gap[:-1]) + 1
    if len(doubled):
        _close_long_gaps(codes, doubled)
        codes = np.delete(codes, doubled)
    return Row(
        codes=codes,
        gaps=Removed.of(doubled),
        word_starts=turns[0::2],
        word_ends=turns[1::2],
        sentence_ends=sentence_ends,
        texts=texts,
        unseen=unseen,
        originals=originals,
    )


def _close_long_gaps(codes: Codes, doubled: Places) -> None:
    """Let no phrase pass a gap that is longer than any within a phrase."""
    begins = np.flatnonzero(np.diff(doubled, prepend=-1) != 1)
    lengths = np.diff(begins, append=len(doubled)) + 1
    codes[doubled[begins[lengths > LONGEST_GAP]] - 1] = OTHER
