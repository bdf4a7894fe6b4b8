"""Which patterns of the code frame stand where in which answer."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.fold import fold
from msfresearch.themes.phrases import GAP, LINK, Word, parse, phrase_regex, spellings, trie_regex
from msfresearch.themes.schemas import HITS, table

_BEFORE, _AFTER = r"(?<!\w)", r"(?!\w)"


@dataclass(frozen=True)
class Rule:
    """One pattern of one theme and language, ready to match.

    Attributes
    ----------
    rank : int
        Place in the codebook, by theme, language and pattern: breaks ties.
    words : tuple of Word
        The pattern.
    exceptions : tuple of tuple of Word
        Phrases that cancel a hit which they overlap.
    """

    rank: int
    family: str
    theme: str
    language: str
    pattern: str
    words: tuple[Word, ...]
    exceptions: tuple[tuple[Word, ...], ...]

    # Most phrases of a frame never meet their first word: compiled when first needed.
    @cached_property
    def rest(self) -> re.Pattern[str] | None:
        """What follows the first word, boundary included; none for a single word."""
        if len(self.words) == 1:
            return None
        return re.compile(GAP + phrase_regex(self.words[1:]) + _AFTER)

    @cached_property
    def nots(self) -> tuple[re.Pattern[str], ...]:
        """The exceptions; each matches where it begins, without consuming."""
        return tuple(
            re.compile(f"{_BEFORE}(?=({phrase_regex(words)}){_AFTER})") for words in self.exceptions
        )


@dataclass(frozen=True)
class Hit:
    """A rule that fired on a span of the folded text, end exclusive."""

    start: int
    end: int
    rule: Rule


class Matcher:
    """All patterns of some languages, looked up in one pass over a text.

    One regular expression, a trie of all patterns, finds the words at which one begins; only there
    each pattern is tried. Every part is bounded or possessive, so the time grows with the length
    of the text and no faster, whatever the text.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._closed: dict[str, list[Rule]] = {}
        self._open: dict[str, list[Rule]] = {}
        phrases: set[tuple[Word, ...]] = set()
        for rule in rules:
            spelled = spellings(rule.words)
            phrases |= spelled
            for first in {words[0] for words in spelled}:
                shelf = self._open if first.open else self._closed
                shelf.setdefault(first.letters, []).append(rule)
        self._longest_stem = max(map(len, self._open), default=0)
        self._finder = re.compile(f"{_BEFORE}(?=(?:{trie_regex(phrases)}){_AFTER})\\w++")

    def find(self, text: str) -> list[Hit]:
        """Find hits in a folded text: per theme the longest where patterns overlap.

        Parameters
        ----------
        text : str
            Folded by `msfresearch.themes.fold.fold`.

        Returns
        -------
        list of Hit
            By start, end and rank.
        """
        hits = _uncancelled(self._candidates(_without_links(text)), text)
        if len(hits) > 1:
            hits = _longest_per_theme(hits)
            hits.sort(key=lambda hit: (hit.start, hit.end, hit.rule.rank))
        return hits

    def _candidates(self, text: str) -> Iterator[Hit]:
        for first in self._finder.finditer(text):
            start, end = first.span()
            for rule in self._rules_of(first[0]):
                if rule.rest is None:
                    yield Hit(start, end, rule)
                elif rest := rule.rest.match(text, end):
                    yield Hit(start, rest.end(), rule)

    def _rules_of(self, word: str) -> Iterator[Rule]:
        yield from self._closed.get(word, ())
        for length in range(1, min(len(word), self._longest_stem) + 1):
            yield from self._open.get(word[:length], ())


def match(
    answers: pd.DataFrame, codebook: Codebook, languages: Iterable[str] | None = None
) -> pd.DataFrame:
    """Find every place where a pattern of the frame fires.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id`` (text, unique), ``text`` (text, never missing: an unanswered question is no
        answer), ``language``; other columns are not read.
    codebook : Codebook
        The frame.
    languages : iterable of str, optional
        Languages whose patterns are tried on every answer beside those of its own language.

    Returns
    -------
    DataFrame
        One row per hit, by answer in the order given, then place: ``answer_id``, ``family``,
        ``theme``, ``start``, ``end`` (code points of the original text from 0, end exclusive),
        ``words`` (exactly ``text[start:end]``), ``pattern``, ``language`` (of the pattern).
        Hits of one theme do not overlap, the longest is kept; different themes may.

    Raises
    ------
    AnswerError
        When an id repeats, a text or an id is missing, or a language is not in the frame.
    CodebookError
        When ``languages`` names one that is not in the frame.
    """
    ids, texts, spoken = _checked(answers, codebook)
    wider = tuple(dict.fromkeys(languages or ()))
    for language in wider:
        codebook.check_language(language)
    rules = list(rules_of(codebook))
    matchers: dict[str, Matcher] = {}
    for own in dict.fromkeys(spoken):
        tried = {own, *wider}
        matchers[own] = Matcher([rule for rule in rules if rule.language in tried])
    columns: dict[str, list[object]] = {name: [] for name in HITS.columns}
    for answer_id, text, own in zip(ids, texts, spoken, strict=True):
        folded = fold(text)
        for hit in matchers[own].find(folded.text):
            start, end = folded.original(hit.start, hit.end)
            columns["answer_id"].append(answer_id)
            columns["family"].append(hit.rule.family)
            columns["theme"].append(hit.rule.theme)
            columns["start"].append(start)
            columns["end"].append(end)
            columns["words"].append(text[start:end])
            columns["pattern"].append(hit.rule.pattern)
            columns["language"].append(hit.rule.language)
    return table(HITS, columns)


def rules_of(codebook: Codebook) -> Iterator[Rule]:
    """Read every pattern of a frame, in the order of its file."""
    rank = 0
    for theme_id, theme in codebook.themes.items():
        for language in codebook.languages:
            for entry in theme.patterns[language]:
                yield Rule(
                    rank=rank,
                    family=theme.family,
                    theme=theme_id,
                    language=language,
                    pattern=entry.pattern,
                    words=parse(entry.pattern),
                    exceptions=tuple(parse(phrase) for phrase in entry.not_),
                )
                rank += 1


def _without_links(text: str) -> str:
    """The text with links blotted out, of the same length: nobody said what an address spells."""
    if "://" not in text and "www." not in text:
        return text
    return LINK.sub(lambda link: "/" * len(link[0]), text)


def _uncancelled(candidates: Iterable[Hit], text: str) -> list[Hit]:
    """Leave out the hits that an exception of their pattern overlaps."""
    places: dict[str, _Places] = {}
    kept = []
    for hit in candidates:
        for exception in hit.rule.nots:
            if exception.pattern not in places:
                places[exception.pattern] = _Places.of(exception, text)
            if places[exception.pattern].overlap(hit):
                break
        else:
            kept.append(hit)
    return kept


@dataclass(frozen=True)
class _Places:
    """Where an exception stands: starts in order, and the furthest end up to each."""

    starts: list[int]
    reach: list[int]

    @classmethod
    def of(cls, exception: re.Pattern[str], text: str) -> _Places:
        spans = [at.span(1) for at in exception.finditer(text)]
        return cls([start for start, _ in spans], list(accumulate((end for _, end in spans), max)))

    def overlap(self, hit: Hit) -> bool:
        before = bisect_left(self.starts, hit.end)
        return before > 0 and self.reach[before - 1] > hit.start


def _longest_per_theme(hits: list[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    taken: dict[str, set[int]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, hit.start, hit.rule.rank)):
        places = taken.setdefault(hit.rule.theme, set())
        # A hit no longer than those before it overlaps one only with its first or last letter.
        if hit.start in places or hit.end - 1 in places:
            continue
        places.update(range(hit.start, hit.end))
        kept.append(hit)
    return kept


def _checked(answers: pd.DataFrame, codebook: Codebook) -> tuple[list[str], list[str], list[str]]:
    columns = []
    for name in ("answer_id", "text", "language"):
        if name not in answers.columns:
            raise AnswerError(
                "answers lack a column",
                column=name,
                found=", ".join(map(str, answers.columns)),
                action="give answer_id, text and language",
            )
        values = answers[name].tolist()
        for row, value in enumerate(values):
            if not isinstance(value, str):
                raise AnswerError(
                    f"answer {row + 1} of the table has no text here",
                    column=name,
                    found=value,
                    expected="text",
                    action="leave out unanswered questions before matching",
                )
        columns.append(values)
    ids, texts, spoken = columns
    seen: set[str] = set()
    for row, (answer_id, language) in enumerate(zip(ids, spoken, strict=True)):
        if answer_id in seen:
            raise AnswerError(
                f"answer {row + 1} of the table repeats an id",
                column="answer_id",
                found=answer_id,
                expected="each id once",
            )
        seen.add(answer_id)
        if language not in codebook.languages:
            raise AnswerError(
                f"answer {row + 1} of the table is in a language that the code frame has not",
                column="language",
                found=language,
                expected="one of: " + ", ".join(codebook.languages),
            )
    return ids, texts, spoken
