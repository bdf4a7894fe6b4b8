"""Keyword in context: each place where a pattern fired or a word stands, with what is around it."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from typing import TypeAlias

import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.themes.looking.lines import Concordance
from msfresearch.themes.looking.schemas import LINES
from msfresearch.themes.matching.fold import fold
from msfresearch.themes.matching.sentences import stemmer, words
from msfresearch.themes.schemas import table

WIDTH = 50
"""Code points of context on each side."""
#: Answer id, start, end, theme, pattern.
_Place: TypeAlias = tuple[str, int, int, str | None, str | None]


def concordance(
    hits: pd.DataFrame,
    answers: pd.DataFrame,
    width: int = WIDTH,
    theme: str | None = None,
    pattern: str | None = None,
    per: int | None = None,
) -> Concordance:
    """Show hits in their context.

    Parameters
    ----------
    hits : DataFrame
        ``HITS``, of these answers.
    answers : DataFrame
        ``answer_id``, ``text``, ``language``, ``member``.
    width : int
        Code points on each side, at most; a word is not cut where a blank is near enough.
    theme, pattern : str, optional
        Only the hits of this theme, of this pattern.
    per : int, optional
        At most so many lines of each theme: of each member one, then of each a second, and so on.

    Returns
    -------
    Concordance
        In the order of the themes' first hits, then of the answers.

    Raises
    ------
    AnswerError
        When a column is missing, an id repeats, or a hit is not in the text that it names.
    ValueError
        When ``width`` or ``per`` is below 1.
    """
    chosen = hits
    if theme is not None:
        chosen = chosen[chosen["theme"] == theme]
    if pattern is not None:
        chosen = chosen[chosen["pattern"] == pattern]
    names = ("answer_id", "start", "end", "theme", "pattern")
    places = list(zip(*(chosen[name] for name in names), strict=True))
    texts = _texts(answers)
    for place, said in zip(places, chosen["words"], strict=True):
        if texts.get(place[0], "")[place[1] : place[2]] != said:
            raise AnswerError(
                "a hit is not in the text of its answer",
                column="answer_id",
                found=place[0],
                expected="hits of these answers as they are now",
                action="match the answers again",
            )
    return _lines(places, answers, width, per)


def word_concordance(
    answers: pd.DataFrame,
    word: str,
    language: str,
    *,
    stems: bool = False,
    width: int = WIDTH,
    per: int | None = None,
) -> Concordance:
    """Show a word in its context wherever it stands, whether a theme knows it or not.

    Found by NLTK's index of a concordance; case and accents do not count.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id``, ``text``, ``language``, ``member``; only those of ``language`` are read.
    word : str
        One word.
    language : str
        ``en``, ``es`` or ``fr``.
    stems : bool
        Whether words of the same stem are found too.
    width, per
        As in `concordance`.

    Returns
    -------
    Concordance
        Without themes and patterns.

    Raises
    ------
    AnswerError
        When a column is missing, ``word`` is not one word, or the language has no stemmer.
    ValueError
        When ``width`` or ``per`` is below 1.
    """
    from nltk.text import ConcordanceIndex

    if words(word) != [(0, len(word))]:
        raise AnswerError("not one word", found=word, expected="letters without blanks")
    stem = stemmer(language)

    def key(token: str) -> str:
        return fold(stem(token.lower()) if stems else token).text

    _texts(answers)
    spoken = answers[answers["language"] == language]
    tokens: list[str] = []
    at: list[tuple[str, int, int]] = []
    for answer_id, text in zip(spoken["answer_id"], spoken["text"], strict=True):
        for start, end in words(text):
            tokens.append(text[start:end])
            at.append((answer_id, start, end))
    index = ConcordanceIndex(tokens, key=key)
    return _lines([(*at[offset], None, None) for offset in index.offsets(word)], spoken, width, per)


def _lines(places: list[_Place], answers: pd.DataFrame, width: int, per: int | None) -> Concordance:
    if width < 1 or (per is not None and per < 1):
        raise ValueError(f"width is {width} and per {per}, and both must be at least 1")
    texts = _texts(answers)
    order = {answer_id: at for at, answer_id in enumerate(texts)}
    first = {theme: at for at, theme in reversed(list(enumerate(place[3] for place in places)))}
    ranked = sorted(places, key=lambda place: (first[place[3]], order[place[0]], place[1:3]))
    member = dict(zip(answers["answer_id"], answers["member"].astype("str"), strict=True))
    kept = ranked if per is None else _spread(ranked, member, per)
    language = dict(zip(answers["answer_id"], answers["language"], strict=True))
    columns: dict[str, list[object]] = {name: [] for name in LINES.columns}
    for answer_id, start, end, theme, pattern in kept:
        text = texts[answer_id]
        begin, stop = _context(text, start, end, width)
        row = {
            "answer_id": answer_id,
            "member": member[answer_id],
            "language": language[answer_id],
            "theme": theme,
            "pattern": pattern,
            "start": start,
            "end": end,
            "left": text[begin:start],
            "words": text[start:end],
            "right": text[end:stop],
            "cut_left": begin > 0,
            "cut_right": stop < len(text),
        }
        for name, value in row.items():
            columns[name].append(value)
    return Concordance(table(LINES, columns), len(places), width)


def _spread(ranked: Iterable[_Place], member: dict[str, str], per: int) -> list[_Place]:
    """At most so many places of each theme, spread over members, in the order they had."""
    of_theme: dict[str | None, list[tuple[int, int, _Place]]] = {}
    seen: dict[tuple[str | None, str], int] = {}
    for at, place in enumerate(ranked):
        whose = (place[3], member[place[0]])
        seen[whose] = seen.get(whose, 0) + 1
        of_theme.setdefault(place[3], []).append((seen[whose], at, place))
    kept = [entry for entries in of_theme.values() for entry in sorted(entries)[:per]]
    return [place for _, _, place in sorted(kept, key=lambda entry: entry[1])]


def _context(text: str, start: int, end: int, width: int) -> tuple[int, int]:
    """Where the context begins and stops: at blanks if it can, never before an accent."""
    begin, stop = max(0, start - width), min(len(text), end + width)
    if begin > 0 and not text[begin - 1].isspace():
        blank = next((at for at in range(begin, start) if text[at].isspace()), None)
        begin = begin if blank is None else blank
    if stop < len(text) and not text[stop].isspace():
        blank = next((at for at in range(stop - 1, end - 1, -1) if text[at].isspace()), None)
        stop = stop if blank is None else blank + 1
    while begin < start and unicodedata.combining(text[begin]):
        begin += 1
    while end < stop < len(text) and unicodedata.combining(text[stop]):
        stop -= 1
    return begin, stop


def _texts(answers: pd.DataFrame) -> dict[str, str]:
    _need(answers, ("answer_id", "text", "language", "member"))
    texts = dict(zip(answers["answer_id"], answers["text"], strict=True))
    if len(texts) < len(answers):
        repeated = answers.loc[answers["answer_id"].duplicated(), "answer_id"].iloc[0]
        raise AnswerError("an id repeats", column="answer_id", found=repeated)
    return texts


def _need(answers: pd.DataFrame, columns: Collection[str]) -> None:
    for column in columns:
        if column not in answers.columns:
            raise AnswerError(
                "answers lack a column", column=column, found=", ".join(map(str, answers.columns))
            )
