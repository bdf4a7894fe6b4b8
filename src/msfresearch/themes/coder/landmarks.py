"""Likeness of sentence vectors to some of those that people coded, as features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from msfresearch.themes.coder.arrays import Floats

MOST = 1_000
SHARPNESS = 0.5
_HAIR = 1e-6


@dataclass(frozen=True)
class Landmarks:
    """A Gaussian kernel through landmarks (Nyström; Williams and Seeger 2001).

    With all coded texts as landmarks a linear model on the features is the kernel's own; themes
    may then be bounded by curves.

    Attributes
    ----------
    points : array of float, shape (landmarks, 512)
        Of length 1 each.
    whitening : array of float, shape (landmarks, landmarks)
        Makes the products of features the kernel between landmarks.
    """

    points: Floats
    whitening: Floats

    def likeness(self, vectors: Floats) -> Floats:
        """Kernel between vectors of length 1 and the landmarks, shape (texts, landmarks)."""
        return np.asarray(np.exp(-2 * SHARPNESS * (1 - vectors @ self.points.T)))

    def features(self, vectors: Floats) -> Floats:
        """Features of vectors, shape (texts, landmarks)."""
        return np.asarray(self.likeness(vectors) @ self.whitening)


def choose_landmarks(vectors: Floats, texts: Sequence[str]) -> Landmarks:
    """Take different texts as landmarks: all, or `MOST` drawn with a fixed seed.

    Parameters
    ----------
    vectors : array of float, shape (texts, 512)
        Of length 1 each, sorted by text.
    texts : sequence of str
        Folded.

    Returns
    -------
    Landmarks
    """
    from scipy.linalg import solve_triangular

    first = list({text: at for at, text in reversed(list(enumerate(texts)))}.values())[::-1]
    if len(first) > MOST:
        drawn = np.random.Generator(np.random.PCG64(0)).choice(len(first), MOST, replace=False)
        first = [first[at] for at in np.sort(drawn)]
    points = np.ascontiguousarray(vectors[first])
    kernel = Landmarks(points, np.eye(len(points))).likeness(points)
    # A hair on the diagonal: texts that differ in one comma are nearly the same point.
    root = np.linalg.cholesky(kernel + _HAIR * np.eye(len(points)))
    return Landmarks(points, solve_triangular(root, np.eye(len(points)), lower=True).T)
