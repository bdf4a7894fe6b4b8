"""Thousands of phrases looked up at once in a row of texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from msfresearch.themes.matching.fold import fold
from msfresearch.themes.matching.letters import GAP, LETTER, OTHER, Letters, Places, Row
from msfresearch.themes.matching.phrases import Word, phrase_regex, spellings

Flags: TypeAlias = "npt.NDArray[np.bool_]"
_NOWHERE = -1
_WORD_REST = re.compile(rb"[\x%02x-\xff]*+" % LETTER)


@dataclass(frozen=True)
class Found:
    """Where phrases stand: parallel arrays, in the places of a row's folded texts.

    Attributes
    ----------
    phrase : array of int
        Number of the phrase.
    start, end : array of int
        Where it stands, end exclusive; whole words.
    """

    phrase: Places
    start: Places
    end: Places

    def where(self, chosen: Flags) -> Found:
        """Some of them."""
        return Found(self.phrase[chosen], self.start[chosen], self.end[chosen])


class Lists:
    """For each of some numbers a list of others, looked up for many at once.

    Parameters
    ----------
    lists : sequence of sequence of int
        The list of each number from 0.
    """

    def __init__(self, lists: Sequence[Sequence[int]]) -> None:
        self._lengths = np.array([len(one) for one in lists], dtype=np.int64)
        self._starts = np.cumsum(self._lengths) - self._lengths
        self._values = np.array(list(chain.from_iterable(lists)), dtype=np.int64)

    def of(self, numbers: Places) -> tuple[Places, Places]:
        """Every value of the lists of these numbers, and the place of its number among them."""
        lengths = self._lengths[numbers]
        rows = np.repeat(np.arange(len(numbers)), lengths)
        before = np.cumsum(lengths) - lengths
        return rows, self._values[np.arange(len(rows)) + (self._starts[numbers] - before)[rows]]


class Lookup:
    """Phrases in one automaton (Aho and Corasick 1975, Communications of the ACM 18).

    It finds what a phrase begins with: all of it up to its first ``*``, otherwise to its end and
    whatever follows it that is no letter. Where a word that may go on does end, and what follows
    such a word in a phrase, is settled afterwards.

    Parameters
    ----------
    phrases : sequence of tuple of Word
        Each once; their places are their numbers.
    """

    def __init__(self, phrases: Sequence[tuple[Word, ...]]) -> None:
        import ahocorasick_rs

        # With o and e, which œ is spelt with too.
        used = set("oe").union(*(word.letters for words in phrases for word in words))
        self.letters = Letters(used)
        keys: dict[bytes, list[int]] = {}
        phrase: list[int] = []
        self._tails: list[_Tail] = []
        for number, words in enumerate(phrases):
            for spelled in spellings(words):
                head, *others = _parts(spelled)
                begin = self.letters.spell(head)
                for after in (b"",) if head[-1].open else (bytes([GAP]), bytes([OTHER])):
                    keys.setdefault(begin + after, []).append(len(phrase))
                phrase.append(number)
                tail = tuple(bytes([GAP]) + self.letters.spell(part) for part in others)
                self._tails.append(_Tail(head[-1].open, tail, spelled[-1].open))
        self._phrase = np.array(phrase, dtype=np.int64)
        self._open = np.array([tail.after_open for tail in self._tails], dtype=bool)
        self._goes_on = np.array([bool(tail.parts) for tail in self._tails], dtype=bool)
        self._spelled = Lists(list(keys.values()))
        self._automaton = ahocorasick_rs.BytesAhoCorasick(
            list(keys), implementation=ahocorasick_rs.Implementation.DFA
        )
        self._unsure = {
            number: re.compile(phrase_regex(words))
            for number, words in enumerate(phrases)
            if not self.letters.tells_apart(words)
        }

    def find(self, row: Row, texts: Sequence[str]) -> Found:
        """Find every place of every phrase, overlapping ones included.

        Parameters
        ----------
        row : Row
            From ``letters`` of this lookup.
        texts : sequence of str
            What the row was written from.

        Returns
        -------
        Found
            In no particular order.
        """
        key, start, end = self._keys(row)
        rows, spelled = self._spelled.of(key)
        start, end = start[rows], end[rows]
        is_open, goes_on = self._open[spelled], self._goes_on[spelled]
        # Without a star the byte after the phrase was looked for too.
        ends = row.gaps.back(end - ~is_open)
        last = is_open & ~goes_on
        ends[last] = row.word_ends[np.searchsorted(row.word_ends, ends[last])]
        ends[goes_on] = self._after_stars(row, spelled[goes_on], end[goes_on])
        kept = ends != _NOWHERE
        found = Found(self._phrase[spelled[kept]], row.gaps.back(start[kept]), ends[kept])
        return self._sure(found, row, texts) if self._unsure else found

    def _after_stars(self, row: Row, spelled: Places, places: Places) -> Places:
        """Where phrases end whose first word with a star stands there, or nowhere."""
        codes = row.codes.tobytes() if len(spelled) else b""
        pairs = zip(spelled.tolist(), places.tolist(), strict=True)
        ends = np.array([self._tails[one].end(codes, at) for one, at in pairs], dtype=np.int64)
        return np.where(ends == _NOWHERE, _NOWHERE, row.gaps.back(ends))

    def _keys(self, row: Row) -> tuple[Places, Places, Places]:
        matches = self._automaton.find_matches_as_indexes(row.codes.data, overlapping=True)
        flat = np.fromiter(chain.from_iterable(matches), np.int64, count=3 * len(matches))
        return flat[0::3], flat[1::3], flat[2::3]

    def _sure(self, found: Found, row: Row, texts: Sequence[str]) -> Found:
        """Read again what holds a letter without a byte of its own."""
        kept = np.ones(len(found.phrase), dtype=bool)
        unsure = np.flatnonzero(np.isin(found.phrase, list(self._unsure)))
        text = row.text_at(found.start[unsure])
        start = row.original(found.start[unsure], text)
        end = row.original(found.end[unsure], text)
        for at, number, first, last in zip(unsure, text, start, end, strict=True):
            words = fold(texts[number][first:last]).text
            kept[at] = self._unsure[int(found.phrase[at])].fullmatch(words) is not None
        return found.where(kept)


@dataclass(frozen=True)
class _Tail:
    """What follows the first open word of a phrase, as bytes of a row."""

    after_open: bool
    parts: tuple[bytes, ...]
    is_open: bool

    def end(self, codes: bytes, at: int) -> int:
        """Where the phrase ends whose first part ends at a place, or nowhere."""
        for part in self.parts:
            at = _word_end(codes, at)
            if not codes.startswith(part, at):
                return _NOWHERE
            at += len(part)
        end = _word_end(codes, at)
        return end if self.is_open or end == at else _NOWHERE


def _word_end(codes: bytes, at: int) -> int:
    rest = _WORD_REST.match(codes, at)
    return at if rest is None else rest.end()


def _parts(words: tuple[Word, ...]) -> list[tuple[Word, ...]]:
    """A phrase cut behind each of its open words."""
    cuts = [0, *(at + 1 for at, word in enumerate(words[:-1]) if word.open), len(words)]
    return [words[first:last] for first, last in pairwise(cuts)]
