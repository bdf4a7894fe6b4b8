"""Answers whose themes are drawn with known probabilities, for thresholds to be tried on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class World:
    """Answers with the coder's probabilities, the truth, a language and a member each."""

    probabilities: pd.DataFrame
    marks: pd.DataFrame
    languages: pd.Series
    members: pd.Series

    def split(self, n: int) -> tuple[World, World]:
        """The first answers, and the others."""
        first, others = (
            World(*(part.iloc[rows] for part in vars(self).values()))
            for rows in (slice(None, n), slice(n, None))
        )
        return first, others


def draw(
    n: int,
    seed: int,
    *,
    base: tuple[float, ...] = (-0.5, -2.5),
    slope: float = 3.0,
    per_member: int = 1,
    member_sd: float = 0.0,
    confidence: float = 1.0,
    french: float = 0.0,
) -> World:
    """Draw answers; log odds are base + slope times a normal, and a member's own shift.

    The coder does not know the shift, and multiplies log odds by its confidence.
    """
    rng = np.random.default_rng([17, seed])
    themes = [f"theme_{at}" for at in range(len(base))]
    ids = [f"a{at:05d}" for at in range(n)]
    member = np.arange(n) // per_member
    shift = rng.normal(0, member_sd, (n, len(base)))[member]
    odds = np.array(base) + slope * rng.normal(size=(n, len(base)))
    truth = rng.random((n, len(base))) < 1 / (1 + np.exp(-odds - shift))
    seen = 1 / (1 + np.exp(-odds * confidence))
    return World(
        pd.DataFrame(seen, index=ids, columns=themes),
        pd.DataFrame(truth.astype(float), index=ids, columns=themes),
        pd.Series(np.where(rng.random(n) < french, "fr", "en"), index=ids),
        pd.Series([f"m{at}" for at in member], index=ids),
    )


def draw_exclusive(n: int, seed: int, *, sharpness: float = 4.0) -> World:
    """Draw answers with one of four themes each, from the probabilities of a calibrated coder."""
    rng = np.random.default_rng([19, seed])
    odds = np.exp(sharpness * rng.normal(size=(n, 4)))
    shares = odds / odds.sum(axis=1, keepdims=True)
    chosen = (rng.random((n, 1)) > shares.cumsum(axis=1)[:, :3]).sum(axis=1)
    world = draw(n, seed, base=(0.0,) * 4, french=0.3)
    ids, themes = world.marks.index, world.marks.columns
    return World(
        pd.DataFrame(shares, index=ids, columns=themes),
        pd.DataFrame(np.eye(4)[chosen], index=ids, columns=themes),
        world.languages,
        world.members,
    )


def errors(
    decided: pd.DataFrame, marks: pd.DataFrame, no_among: str = "carriers"
) -> tuple[np.ndarray, np.ndarray]:
    """Per theme: share of wrong among "yes"; of wrong "no" among carriers, or among the "no"."""
    yes = decided.eq(1).fillna(False).to_numpy(dtype=bool)
    no = decided.eq(0).fillna(False).to_numpy(dtype=bool)
    truth = marks.to_numpy() == 1
    whole = truth if no_among == "carriers" else no
    return (
        (yes & ~truth).sum(axis=0) / np.maximum(1, yes.sum(axis=0)),
        (no & truth).sum(axis=0) / np.maximum(1, whole.sum(axis=0)),
    )
