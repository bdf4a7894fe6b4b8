"""The two members of the coder: one reads words, one reads meaning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from msfresearch.themes.coder.arrays import Bools, Floats
from msfresearch.themes.coder.landmarks import Landmarks, choose_landmarks
from msfresearch.themes.coder.linear import Linear, fit_dense, fit_sparse
from msfresearch.themes.coder.rows import Rows
from msfresearch.themes.coder.vectors import Centre, learn_centre
from msfresearch.themes.coder.words import Counts, Weights, weigh

#: Inverse ridge penalties, chosen by cross-validation on the training parts of public sets.
STRENGTH_WORDS = 30.0
STRENGTH_VECTORS = 60.0


@dataclass(frozen=True)
class Seen:
    """What the members see of some answers.

    Attributes
    ----------
    rows : Rows
    counts : Counts
    vectors : array of float, shape (answers, 512), optional
        As encoded, before any mean is taken away.
    fires : array of float, shape (answers, themes)
        Pattern hits as features; no columns where the coder does not use them.
    """

    rows: Rows
    counts: Counts
    vectors: Floats | None
    fires: Floats

    def where(self, chosen: Bools) -> Seen:
        """The same of some of the answers."""
        kept = None if self.vectors is None else self.vectors[chosen]
        return Seen(self.rows.where(chosen), self.counts.rows(chosen), kept, self.fires[chosen])


@dataclass(frozen=True)
class WordMember:
    """Reads words and letters; knows the languages it was taught in and hardly any other."""

    weights: Weights
    linear: Linear

    def scores(self, seen: Seen) -> Floats:
        """Log odds before calibration, shape (answers, themes)."""
        return self.linear.scores(_words(self.weights, seen))


@dataclass(frozen=True)
class VectorMember:
    """Reads sentence vectors; what it was taught in one language it knows in the others."""

    centre: Centre
    landmarks: Landmarks
    linear: Linear

    def scores(self, seen: Seen) -> Floats:
        """Log odds before calibration, shape (answers, themes)."""
        likeness = [self.landmarks.likeness(row) for row in _meaning(self.centre, seen)]
        alike = np.array(likeness).reshape(len(likeness), len(self.landmarks.points))
        return self.linear.scores(np.hstack([alike, seen.fires]))


Member = WordMember | VectorMember


def teach(seen: Seen, marks: Floats) -> tuple[Member, ...]:
    """Fit the members on coded answers: the reader of vectors first, where there are vectors.

    Parameters
    ----------
    seen : Seen
    marks : array of float, shape (answers, themes)

    Returns
    -------
    tuple of Member
    """
    members: list[Member] = []
    if seen.vectors is not None:
        centre = learn_centre(seen.vectors, seen.rows.languages, seen.rows.folded)
        moved = _meaning(centre, seen)
        landmarks = choose_landmarks(moved, seen.rows.folded)
        alike = landmarks.features(moved)
        fitted = fit_dense(np.hstack([alike, seen.fires]), marks, STRENGTH_VECTORS)
        size = alike.shape[1]
        # Whitened once, in the weights: an answer to code needs its likeness alone.
        own = np.vstack([landmarks.whitening @ fitted.weights[:size], fitted.weights[size:]])
        members.append(VectorMember(centre, landmarks, Linear(own, fitted.intercepts)))
    weights = weigh(seen.counts)
    members.append(WordMember(weights, fit_sparse(_words(weights, seen), marks, STRENGTH_WORDS)))
    return tuple(members)


def scores_of(members: Iterable[Member], seen: Seen) -> Floats:
    """Scores of each member, shape (members, answers, themes)."""
    return np.stack([member.scores(seen) for member in members])


def _words(weights: Weights, seen: Seen) -> Any:
    from scipy import sparse

    weighed = weights.apply(seen.counts)
    if not seen.fires.shape[1]:
        return weighed
    return sparse.hstack([weighed, sparse.csr_array(seen.fires)], format="csr")


def _meaning(centre: Centre, seen: Seen) -> Floats:
    assert seen.vectors is not None
    return centre.apply(seen.vectors, seen.rows.languages, seen.rows.folded)
