"""The patterns of a frame as rules: what fires, what must and must not stand beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from msfresearch.themes.codebook import Codebook, Negation
from msfresearch.themes.matching.phrases import Word, parse

Phrase = tuple[Word, ...]


@dataclass(frozen=True)
class Rule:
    """One pattern of one theme and language.

    Attributes
    ----------
    rank : int
        Place in the codebook, by theme, language and pattern: breaks ties.
    words : tuple of Word
        The pattern.
    exceptions : tuple of tuple of Word
        Phrases that cancel a hit which they overlap.
    near : tuple of tuple of Word
        Phrases of which one has to stand beside a hit; none where that does not matter.
    within : int
        Words that may lie between a hit and the nearest of them.
    negation : str
        What a negator before a hit does: ``ignore``, ``cancel``, ``require``.
    """

    rank: int
    family: str
    theme: str
    language: str
    pattern: str
    words: Phrase
    exceptions: tuple[Phrase, ...]
    near: tuple[Phrase, ...]
    within: int
    negation: Negation


def rules_of(codebook: Codebook) -> Iterator[Rule]:
    """Read every pattern of a frame, in the order of its file."""
    read = cache(parse)  # the same neighbours stand beside many patterns
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
                    words=read(entry.pattern),
                    exceptions=tuple(dict.fromkeys(map(read, entry.not_))),
                    near=tuple(dict.fromkeys(map(read, entry.near))),
                    within=entry.within,
                    negation=entry.negation or theme.negation,
                )
                rank += 1
