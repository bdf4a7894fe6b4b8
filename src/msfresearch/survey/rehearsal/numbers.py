"""The law of items that ask for a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Questionnaire
from msfresearch.survey.rehearsal.world import Array

#: A number with a wider range than this one is of the order of ten, whatever its limit.
WIDE = 400.0
#: Log of a number without a near limit: centre, what the latent view adds, the single answer's sd.
LOG = (2.3, 0.4, 0.6)
#: The same on the normal scale of the share of a range.
PROBIT = (0.0, 0.5, 0.7)
#: Share of the answers, where halves are allowed, that end in one half.
HALVES = 0.1


@dataclass(frozen=True)
class NumberLaw:
    """How a number is answered given the latent view: rounded down, and never a missing code.

    Attributes
    ----------
    low
        Smallest number.
    width
        Largest less smallest.
    wide
        Whether the law is lognormal; otherwise the number is a share of the range.
    whole
        Whether halves are no answer.
    codes
        Numbers that the questionnaire reads as no answer: 97 days would be "don't know", so that
        nobody here means it and says the next lower number that is none of them.
    """

    low: float
    width: float
    wide: bool
    whole: bool
    codes: frozenset[int]

    @classmethod
    def of(cls, item: Item, questionnaire: Questionnaire) -> NumberLaw:
        """The law of an item."""
        low = 0.0 if item.minimum is None else item.minimum
        wide = item.maximum is None or item.maximum - low > WIDE
        width = WIDE if item.maximum is None else min(item.maximum - low, WIDE)
        codes = (code for code in questionnaire.missing_codes(item) if code.lstrip("-").isdigit())
        return cls(low, width, wide, item.whole, frozenset(int(code) for code in codes))

    def draw(self, view: Array, rng: np.random.Generator) -> NDArray[np.object_]:
        """A number for each respondent, as text."""
        from scipy.special import ndtr

        centre, slope, sd = LOG if self.wide else PROBIT
        found = centre + slope * view + sd * rng.standard_normal(len(view))
        part = np.minimum(np.exp(found), self.width) if self.wide else self.width * ndtr(found)
        whole = self._meant(np.floor(self.low + part).astype("int64"))
        words = whole.astype(str).astype(object)
        if not self.whole:
            half = (rng.random(len(view)) < HALVES) & (whole > self.low)
            words = np.where(half, (whole - 1).astype(str).astype(object) + ".5", words)
        return words

    def mean(self, view: Array) -> Array:
        """Expected number given the latent view, added up over all numbers that can be said."""
        from scipy.special import ndtr, ndtri

        centre, slope, sd = LOG if self.wide else PROBIT
        first = int(np.floor(self.low))
        steps = np.arange(first, int(np.floor(self.low + self.width)) + 1)
        part = (steps[1:] - self.low) / (1.0 if self.wide else self.width)
        bounds = np.log(part) if self.wide else ndtri(part)
        # Chance of at least each number, and none of more than the largest.
        reached = ndtr((centre + slope * view[..., None] - bounds) / sd)
        edge = np.ones((*view.shape, 1))
        chance = -np.diff(np.concatenate([edge, reached, 0 * edge], axis=-1), axis=-1)
        said = self._meant(steps).astype("float64")
        if not self.whole:
            said = said - 0.5 * HALVES * (said > self.low)
        return np.asarray(chance @ said)

    def _meant(self, whole: NDArray[np.int64]) -> NDArray[np.int64]:
        """Numbers with those that read as no answer lowered."""
        while np.isin(whole, list(self.codes)).any():
            whole = np.where(np.isin(whole, list(self.codes)), whole - 1, whole)
        return whole
