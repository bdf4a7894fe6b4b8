"""Which members speak for an answer, by its language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from msfresearch.themes.coder.arrays import Floats
from msfresearch.themes.coder.calibration import Calibration, calibrate

FLUENT = 50
"""Different coded texts in a language before its words count beside its sentence vectors."""


@dataclass(frozen=True)
class Combination:
    """Calibrations of all members together, and of the sentence vectors alone.

    Attributes
    ----------
    together, alone : Calibration
        ``alone`` is for languages whose words were not taught.
    fluent : frozenset of str
        Languages whose words were.
    """

    together: Calibration
    alone: Calibration
    fluent: frozenset[str]

    def probabilities(self, scores: Floats, languages: Sequence[str]) -> Floats:
        """Probabilities, shape (answers, themes), of scores, (members, answers, themes)."""
        if len(scores) == 1:
            return self.alone.probabilities(scores)
        both = self.together.probabilities(scores)
        one = self.alone.probabilities(scores[:1])
        known = np.array([language in self.fluent for language in languages], dtype=bool)
        return np.where(known[:, None], both, one)


def combine(
    scores: Floats,
    marks: Floats,
    languages: Sequence[str],
    fluent: frozenset[str],
    *,
    exclusive: bool,
) -> Combination:
    """Calibrate on held-out scores.

    Parameters
    ----------
    scores : array of float, shape (members, answers, themes)
        The reader of sentence vectors first where there are two.
    marks : array of float, shape (answers, themes)
    languages : sequence of str
    fluent : frozenset of str
        Languages in which all members speak.
    exclusive : bool
        Whether each answer has exactly one of the themes.

    Returns
    -------
    Combination
    """
    alone = calibrate(scores[:1], marks, exclusive=exclusive)
    if len(scores) == 1:
        return Combination(alone, alone, fluent)
    known = np.array([language in fluent for language in languages], dtype=bool)
    together = calibrate(scores[:, known], marks[known], exclusive=exclusive)
    return Combination(together, alone, fluent)


def fluent_in(languages: Sequence[str], texts: Sequence[str]) -> frozenset[str]:
    """Languages with at least `FLUENT` different texts."""
    pairs = set(zip(languages, texts, strict=True))
    per_language = [language for language, _ in pairs]
    return frozenset(name for name in per_language if per_language.count(name) >= FLUENT)
