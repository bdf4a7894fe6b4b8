"""A slow, plain reading of a code frame, to hold the fast one against."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import pandas as pd

from msfresearch.themes import Codebook

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
        letters.append(base.lower() if len(base.lower()) == 1 else base)
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


def plain_match(text: str, codebook: Codebook, languages: set[str]) -> list[Found]:
    """Theme, pattern, start, end and words of every hit, one pattern and one place at a time."""
    folded, places = plain_fold(text)
    folded = re.sub(r"(?:https?://|www\.)\S+", lambda link: "/" * len(link[0]), folded)
    order = {theme: at for at, theme in enumerate(codebook.themes)}
    found: list[Found] = []
    for theme_id, theme in codebook.themes.items():
        hits = []
        for language in codebook.languages:
            for entry in theme.patterns[language] if language in languages else ():
                barred = [span for phrase in entry.not_ for span in spans(phrase, folded)]
                hits += [
                    (start - end, start, len(hits), end, entry.pattern)
                    for start, end in spans(entry.pattern, folded)
                    if not any(low < end and start < high for low, high in barred)
                ]
        kept: list[tuple[int, int]] = []
        ranked = sorted((length, start, at, end, p) for length, start, at, end, p in hits)
        for _, start, _, end, pattern in ranked:
            if not any(low < end and start < high for low, high in kept):
                kept.append((start, end))
                first, last = places[start], places[end]
                found.append((theme_id, pattern, first, last, text[first:last]))
    return sorted(found, key=lambda hit: (hit[2], hit[3], order[hit[0]]))
