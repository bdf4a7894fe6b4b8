"""A slow, plain reading of a code frame, to hold the fast one against."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import pandas as pd

from msfresearch.themes import Codebook, Pattern

Found = tuple[str, str, int, int, str]


def answers(texts: list[str], language: str = "en") -> pd.DataFrame:
    """Answers with ids a0, a1, …; text as objects, for strings that are not valid Unicode."""
    return pd.DataFrame(
        {
            "answer_id": [f"a{at}" for at in range(len(texts))],
            "text": pd.Series(texts, dtype="object"),
            "language": language,
        }
    )


def plain_fold(text: str) -> tuple[str, list[int]]:
    """Fold letter by letter, with the place of each."""
    letters, places = [], []
    for place, character in enumerate(text):
        if character != "\u200b" and unicodedata.category(character) in {"Mn", "Me", "Cf"}:
            continue
        parts = unicodedata.normalize("NFD", character)
        base = parts[0] if all(map(unicodedata.combining, parts[1:])) else character
        lower = base.lower() if len(base.lower()) == 1 else base
        letters.append("’" if lower == "ʼ" else lower)
        places.append(place)
    return "".join(letters), [*places, len(text)]


@cache
def regex_of(phrase: str) -> re.Pattern[str]:
    """The phrase as one regular expression that consumes nothing."""
    gap = r"[\s'’‘ʼ´`\-‐‑]{1,8}"
    words = [word for word in re.split(r"[\s'’‘ʼ´`\-‐‑]+", plain_fold(phrase)[0]) if word]
    regex = gap.join(
        re.escape(word.rstrip("*")).replace("œ", "(?:œ|oe)") + r"\w*" * word.endswith("*")
        for word in words
    )
    return re.compile(rf"(?<!\w)(?=({regex})(?!\w))")


def spans(phrase: str, text: str) -> list[tuple[int, int]]:
    """Every place of a phrase in folded text, overlapping ones included."""
    return [found.span(1) for found in regex_of(phrase).finditer(text)]


def beside(text: str, end: int, start: int, within: int) -> bool:
    """Whether at most so many words, and no end of a sentence, lie between two places."""
    between = text[end:start]
    ended = re.search(r"[.!?;:…\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", between)
    return end <= start and not ended and len(re.findall(r"\w+", between)) <= within


def counts(
    text: str,
    span: tuple[int, int],
    entry: Pattern,
    negation: str,
    negators: list[tuple[int, int]],
    within: int,
) -> bool:
    """Whether a place where a pattern fires is a hit, by what stands beside it."""
    start, end = span
    barred = [other for phrase in entry.not_ for other in spans(phrase, text)]
    if any(low < end and start < high for low, high in barred):
        return False
    near = [other for phrase in entry.near for other in spans(phrase, text)]
    if entry.near and not any(
        beside(text, end, low, entry.within) or beside(text, high, start, entry.within)
        for low, high in near
    ):
        return False
    negated = any(beside(text, high, start, within) for _, high in negators)
    return {"ignore": True, "cancel": not negated, "require": negated}[negation]


def plain_match(text: str, codebook: Codebook, languages: set[str]) -> list[Found]:
    """Theme, pattern, start, end and words of every hit, one pattern and one place at a time."""
    folded, places = plain_fold(text)
    folded = re.sub(r"(?:https?://|www\.)\S+", lambda link: "/" * len(link[0]), folded)
    order = {theme: at for at, theme in enumerate(codebook.themes)}
    hits = []
    for theme_id, theme in codebook.themes.items():
        for language in codebook.languages:
            phrases = codebook.negators[language]
            negators = [span for phrase in phrases for span in spans(phrase, folded)]
            for entry in theme.patterns[language] if language in languages else ():
                negation = entry.negation or theme.negation
                hits += [
                    (start - end, start, len(hits), end, theme_id, entry.pattern)
                    for start, end in spans(entry.pattern, folded)
                    if counts(
                        folded, (start, end), entry, negation, negators, codebook.negation_within
                    )
                ]
    found: list[Found] = []
    taken: list[tuple[int, int, str]] = []
    for _, start, _, end, theme_id, pattern in sorted(hits):
        group = theme_id if codebook.nested == "theme" else ""
        if not any(low < end and start < high for low, high, of in taken if of == group):
            taken.append((start, end, group))
            first, last = places[start], places[end]
            found.append((theme_id, pattern, first, last, text[first:last]))
    return sorted(found, key=lambda hit: (hit[2], hit[3], order[hit[0]]))
