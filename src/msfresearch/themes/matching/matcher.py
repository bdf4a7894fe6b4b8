"""Which patterns of the code frame stand where in which answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.matching.conditions import Conditions
from msfresearch.themes.matching.letters import Places
from msfresearch.themes.matching.lookup import Lists, Lookup
from msfresearch.themes.matching.nesting import longest
from msfresearch.themes.matching.phrases import parse
from msfresearch.themes.matching.rules import Phrase, Rule, rules_of
from msfresearch.themes.schemas import HITS, table

#: Letters read at once: enough that the cost of a step does not count, few enough for the cache.
_AT_ONCE = 400_000


@dataclass(frozen=True)
class Fired:
    """Where rules fired: parallel arrays, by text, place and rule.

    Attributes
    ----------
    text : array of int
        Number of the text, from 0.
    start, end : array of int
        Code points of the original text, from 0, end exclusive.
    rule : array of int
        Rank of the rule: its place in ``Matcher.rules``.
    """

    text: Places
    start: Places
    end: Places
    rule: Places

    def __len__(self) -> int:
        return len(self.text)


class Matcher:
    """All patterns of a frame, compiled once, looked up in one pass over many texts.

    An Aho-Corasick automaton finds where a phrase of the frame may stand, in all texts at once;
    word boundaries, conditions and overlaps are then settled for all places together. The time
    grows with the length of the texts and no faster, whatever the texts.

    Parameters
    ----------
    codebook : Codebook
        The frame.
    languages : iterable of str, optional
        Languages whose patterns are tried on every text beside those of its own language.

    Attributes
    ----------
    rules : tuple of Rule
        Every pattern of the frame, in the order of its file.

    Raises
    ------
    CodebookError
        When ``languages`` names one that is not in the frame.
    """

    def __init__(self, codebook: Codebook, languages: Iterable[str] | None = None) -> None:
        wider = tuple(dict.fromkeys(languages or ()))
        for language in wider:
            codebook.check_language(language)
        self.rules = tuple(rules_of(codebook))
        negators = {
            language: tuple(dict.fromkeys(map(parse, codebook.negators[language])))
            for language in codebook.languages
        }
        numbers: dict[Phrase, int] = {}
        firing: list[list[int]] = []
        for rule in self.rules:
            if numbers.setdefault(rule.words, len(firing)) == len(firing):
                firing.append([])
            firing[numbers[rule.words]].append(rule.rank)
        self._firing = Lists(firing)
        self._lookup = Lookup(list(numbers))
        self._conditions = Conditions(self.rules, negators, codebook.negation_within)
        self._languages = {language: at for at, language in enumerate(codebook.languages)}
        tried = np.eye(len(self._languages), dtype=bool)
        tried[:, [self._languages[language] for language in wider]] = True
        self._tried = tried
        self._language = np.array([self._languages[rule.language] for rule in self.rules])
        themes = {theme: at for at, theme in enumerate(codebook.themes)}
        whole = codebook.nested == "frame"
        self._group = np.array([0 if whole else themes[rule.theme] for rule in self.rules])

    def find_in(self, texts: Sequence[str], spoken: Sequence[str]) -> Fired:
        """Find every place where a rule fires.

        Parameters
        ----------
        texts : sequence of str
            Anything, lone surrogates included.
        spoken : sequence of str
            The language of each, one of the frame's.

        Returns
        -------
        Fired
        """
        own = np.fromiter((self._languages[one] for one in spoken), np.int64, count=len(texts))
        parts = [
            self._find(texts[first:last], own[first:last], first)
            for first, last in _portions(texts)
        ]
        columns = [
            np.concatenate([getattr(part, name) for part in parts]) if parts else _NO_PLACES
            for name in ("text", "start", "end", "rule")
        ]
        return Fired(*columns)

    def _find(self, texts: Sequence[str], own: Places, first: int) -> Fired:
        row = self._lookup.letters.row(texts)
        found = self._lookup.find(row, texts)
        at, rule = self._firing.of(found.phrase)
        start, end = found.start[at], found.end[at]
        text = row.text_at(start)
        kept = self._tried[own[text], self._language[rule]]
        rule, start, end, text = rule[kept], start[kept], end[kept], text[kept]
        kept = self._conditions.hold(rule, start, end, row, texts)
        rule, start, end, text = rule[kept], start[kept], end[kept], text[kept]
        kept = longest(self._group[rule], rule, start, end)
        rule, start, end, text = rule[kept], start[kept], end[kept], text[kept]
        order = np.lexsort((rule, end, start))
        rule, start, end, text = rule[order], start[order], end[order], text[order]
        return Fired(text + first, row.original(start, text), row.original(end, text), rule)


_NO_PLACES = np.zeros(0, dtype=np.int64)


def _portions(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Cut texts into runs of about so many letters as are read at once."""
    first = size = 0
    for at, text in enumerate(texts):
        size += len(text)
        if size >= _AT_ONCE:
            yield first, at + 1
            first, size = at + 1, 0
    if first < len(texts):
        yield first, len(texts)


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
        Hits of one theme do not overlap, the longest is kept; different themes may, unless the
        frame says ``nested: frame``.

    Raises
    ------
    AnswerError
        When an id repeats, a text or an id is missing, or a language is not in the frame.
    CodebookError
        When ``languages`` names one that is not in the frame.
    """
    ids, texts, spoken = _checked(answers, codebook)
    matcher = Matcher(codebook, languages)
    fired = matcher.find_in(texts, spoken)
    return table(HITS, hit_columns(fired, matcher.rules, ids, texts))


def hit_columns(
    fired: Fired, rules: Sequence[Rule], ids: Sequence[str], texts: Sequence[str]
) -> dict[str, list[object]]:
    """Columns of the table of hits.

    Parameters
    ----------
    fired : Fired
        What a matcher found in the texts.
    rules : sequence of Rule
        The rules of that matcher.
    ids, texts : sequence of str
        The answers.

    Returns
    -------
    dict of list
        The columns of `msfresearch.themes.schemas.HITS`.
    """
    at, start, end = fired.text.tolist(), fired.start.tolist(), fired.end.tolist()
    rule = [rules[rank] for rank in fired.rule.tolist()]
    return {
        "answer_id": [ids[text] for text in at],
        "family": [one.family for one in rule],
        "theme": [one.theme for one in rule],
        "start": start,
        "end": end,
        "words": [texts[text][a:b] for text, a, b in zip(at, start, end, strict=True)],
        "pattern": [one.pattern for one in rule],
        "language": [one.language for one in rule],
    }


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
