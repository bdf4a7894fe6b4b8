"""Places in an answer and in the text file made of it, exactly, both ways.

A text file of a project has LF line ends, no byte order mark and only what UTF-8 can hold; our
spans count the code points of the answer as it came. Only CRLF changes the count: every other
sign that is replaced is replaced by one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

_LONE = re.compile("[\ud800-\udfff]")
_PAIR = re.compile("\r\n")
#: Stands in for a byte order mark that begins an answer: as wide, as invisible, never stripped.
_JOINER = "\u2060"
#: Blanks beyond one each that words in a text may have between them.
_MOST_BLANKS = 100


@dataclass(frozen=True)
class TextFile:
    """An answer and the text of its file.

    Attributes
    ----------
    original : str
        The answer.
    text : str
        What stands in the file.
    replaced : int
        Signs that the file cannot hold: lone surrogates became U+FFFD, a byte order mark at the
        start U+2060.
    """

    original: str
    text: str
    replaced: int

    @classmethod
    def of(cls, answer: str) -> TextFile:
        """The file's text of an answer."""
        text = answer.replace("\r\n", "\n").replace("\r", "\n")
        text, replaced = _LONE.subn("\ufffd", text)
        if text.startswith("\ufeff"):
            text, replaced = _JOINER + text[1:], replaced + 1
        return cls(answer, text, replaced)

    @cached_property
    def _pairs(self) -> list[int]:
        """Where a CRLF begins in the answer."""
        return [pair.start() for pair in _PAIR.finditer(self.original)]

    @cached_property
    def _pairs_in_file(self) -> list[int]:
        return [start - before for before, start in enumerate(self._pairs)]

    def to_file(self, start: int, end: int) -> tuple[int, int]:
        """The place in the file of a span of the answer; one that cuts a CRLF takes it whole."""
        start -= self._cuts_pair(start)
        end += self._cuts_pair(end)
        return start - self._before(start), end - self._before(end)

    def from_file(self, start: int, end: int) -> tuple[int, int]:
        """The widest span of the answer that stands at a place of the file."""
        return self._back(start), self._back(end)

    def candidates(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Every span of the answer that `to_file` puts there, the widest first."""
        first, last = self.from_file(start, end)
        for low in (first, first + 1):
            for high in (last, last - 1):
                # Zero wide only where nothing was taken off.
                if (low < high or (low, high) == (first, last)) and self.to_file(low, high) == (
                    start,
                    end,
                ):
                    yield low, high

    def _before(self, place: int) -> int:
        """Pairs that end at or before a place of the answer."""
        return bisect_left(self._pairs, place - 1)

    def _cuts_pair(self, place: int) -> int:
        at = bisect_left(self._pairs, place - 1)
        return int(at < len(self._pairs) and self._pairs[at] == place - 1)

    def _back(self, place: int) -> int:
        return place + bisect_left(self._pairs_in_file, place)


@dataclass(frozen=True)
class Reading:
    """One way in which a program may have counted the places of a text file.

    Attributes
    ----------
    name : str
        What is counted, in words.
    places : tuple of int
        Count at each code point of the text with LF line ends, and at its end.
    """

    name: str
    places: tuple[int, ...]

    def find(self, start: int, end: int) -> tuple[int, int] | None:
        """A counted span in code points, where it begins and ends between signs."""
        low, high = bisect_left(self.places, start), bisect_left(self.places, end)
        if max(low, high) >= len(self.places):
            return None
        exact = self.places[low] == start and self.places[high] == end and start <= end
        return (low, high) if exact else None


def readings(raw: str, marked: bool) -> list[Reading]:
    """The ways to count a file's text, the usual one first, none that counts like one before it.

    Parameters
    ----------
    raw : str
        The file's text as it stands, without its byte order mark.
    marked : bool
        Whether the file began with one.
    """
    found: list[Reading] = []
    # Others than the first of each count alike where nothing is wide and no line ends in a pair.
    wide = max(raw, default="") > "\uffff"
    units = (("code points", _one), ("UTF-16 units", _wide))[: 1 + wide]
    line_ends = (("line ends as one", 1), ("line ends as they stand", 2))[: 1 + ("\r\n" in raw)]
    for unit, size in units:
        for ends, pair in line_ends:
            for mark in (0, 1) if marked else (0,):
                places = _places(raw, size, pair, mark)
                if all(places != one.places for one in found):
                    name = f"{unit}, {ends}" + (", the byte order mark as one" if mark else "")
                    found.append(Reading(name, places))
    return found


def choose(
    ways: Sequence[Reading], text: str, spans: Sequence[tuple[int, int, str]]
) -> tuple[Reading, bool]:
    """The way to count that fits the spans best, and whether another fits as well.

    A span fits where its words are those that the file tells of it, and where it begins and ends
    between words.

    Parameters
    ----------
    ways : sequence of Reading
        From `readings`.
    text : str
        The text with LF line ends.
    spans : sequence of (start, end, told)
        As the file counts them, with the words that it tells, which may be something else.
    """
    if len(ways) == 1 or not spans:
        return ways[0], False
    scores = [
        sum(_fit(way.find(start, end), text, told) for start, end, told in spans) for way in ways
    ]
    best = max(scores)
    chosen = ways[scores.index(best)]
    rivals = [way for way, score in zip(ways, scores, strict=True) if score == best]
    told_apart = {tuple(way.find(start, end) for start, end, _ in spans) for way in rivals}
    return chosen, len(told_apart) > 1


def _fit(span: tuple[int, int] | None, text: str, told: str) -> int:
    if span is None:
        return -10
    start, end = span
    words = told.split()
    # What is far longer than these words is not read: many places may each be the whole text.
    near = end - start <= 2 * len(told) + _MOST_BLANKS
    said = 4 * int(bool(words) and near and text[start:end].split() == words)
    return said + sum(not _inside_word(text, place) for place in span)


def _inside_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


def _one(_: str) -> int:
    return 1


def _wide(sign: str) -> int:
    return 2 if ord(sign) > 0xFFFF else 1


def _places(raw: str, size: Callable[[str], int], pair: int, mark: int) -> tuple[int, ...]:
    if size is _one and "\r\n" not in raw:
        return tuple(range(mark, mark + len(raw) + 1))
    places = []
    count = mark
    after_cr = False
    for sign in raw:
        if after_cr and sign == "\n":
            # The pair is one sign of the text with LF line ends; its second half may count.
            count += pair - 1
            after_cr = False
            continue
        places.append(count)
        count += size(sign)
        after_cr = sign == "\r"
    places.append(count)
    return tuple(places)
