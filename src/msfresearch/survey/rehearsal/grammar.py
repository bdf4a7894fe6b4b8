"""Open answers composed from a grammar, each with the themes that it states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from msfresearch.survey.items import Item
from msfresearch.survey.rehearsal.sentences import (
    BARRIERS,
    CAPACITY,
    CLOSERS,
    EMOJI,
    ENABLERS,
    JOINTS,
    NEGATED,
    NOTHING,
    OPENERS,
    Sentences,
)

#: Every theme the grammar can state; the ids are those of ``codebook/themes.yml``.
THEMES: Mapping[str, Sentences] = {**BARRIERS, **CAPACITY, **ENABLERS}
#: Which themes a question calls for, by a part of its id; all of them where none fits.
_CALLED_FOR: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("barrier", tuple(BARRIERS)),
    ("capac", tuple(CAPACITY)),
    ("success", tuple(ENABLERS)),
)
_KINDS = ("one", "two", "negated", "none")
_SHARES = (0.58, 0.22, 0.08, 0.12)
_MANNERS = ("plain", "capitals", "typo", "emoji")
_MANNER_SHARES = (0.84, 0.04, 0.08, 0.04)


@dataclass(frozen=True)
class Said:
    """One open answer.

    Attributes
    ----------
    text
        As the respondent wrote it.
    stated
        Themes that it states.
    denied
        Themes that it names to say that they are no matter.
    manner
        plain, capitals, typo or emoji.
    """

    text: str
    stated: tuple[str, ...]
    denied: tuple[str, ...]
    manner: str


def themes_for(item: Item) -> tuple[str, ...]:
    """Themes that answers to an item may state."""
    return next((t for part, t in _CALLED_FOR if part in item.id), tuple(THEMES))


def compose(item: Item, languages: list[str], rng: np.random.Generator) -> list[Said]:
    """Compose an answer to an open item for each respondent.

    Parameters
    ----------
    item : Item
        Its id says which themes it calls for.
    languages : list of str
        In which language each respondent writes: en, es or fr.
    rng : Generator

    Returns
    -------
    list of Said
        One per respondent, in order.
    """
    themes = themes_for(item)
    n = len(languages)
    kinds = rng.choice(len(_KINDS), size=n, p=_SHARES)
    manners = rng.choice(len(_MANNERS), size=n, p=_MANNER_SHARES)
    # Ten draws per answer, taken at once: a wave of 100,000 has 400,000 open answers.
    draws = rng.integers(0, 2**31, size=(n, 10)).tolist()
    return [
        _one(themes, language, _KINDS[kind], _MANNERS[manner], draw)
        for language, kind, manner, draw in zip(
            languages, kinds.tolist(), manners.tolist(), draws, strict=True
        )
    ]


def _one(themes: tuple[str, ...], language: str, kind: str, manner: str, draw: list[int]) -> Said:
    first = themes[draw[0] % len(themes)]
    stated: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    if kind == "none":
        words = _pick(NOTHING[language], draw[1])
    elif kind == "negated":
        refused = tuple(NEGATED)[draw[2] % len(NEGATED)]
        denied = (refused,)
        words = _pick(NEGATED[refused][language], draw[1])
    else:
        stated = (first,)
        words = _pick(THEMES[first][language], draw[1])
        second = themes[draw[2] % len(themes)]
        if kind == "two" and second != first:
            stated = (first, second)
            # The second begins a sentence only after a full stop; elsewhere it goes on.
            joint = _pick(JOINTS[language], draw[3])
            more = _pick(THEMES[second][language], draw[4])
            words += joint + (more if joint == ". " else _lowered(more))
    opener = _pick(OPENERS[language], draw[5])
    text = (opener + _lowered(words) if opener else words) + _pick(CLOSERS[language], draw[6])
    return Said(_in_manner(text, manner, draw[7:]), stated, denied, manner)


def _in_manner(text: str, manner: str, draw: list[int]) -> str:
    if manner == "capitals":
        return text.upper()
    if manner == "emoji":
        return f"{text} {_pick(EMOJI, draw[0])}"
    if manner == "typo":
        # Two letters of one word change places, as fingers do.
        inner = [
            at
            for at in range(1, len(text) - 2)
            if text[at - 1 : at + 3].isalpha() and text[at] != text[at + 1]
        ]
        if inner:
            at = inner[draw[1] % len(inner)]
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text


def _pick(choices: tuple[str, ...], draw: int) -> str:
    return choices[draw % len(choices)]


def _lowered(sentence: str) -> str:
    """The sentence as it goes on after a beginning; a name in capitals stays."""
    return sentence if sentence[:2].isupper() else sentence[0].lower() + sentence[1:]
