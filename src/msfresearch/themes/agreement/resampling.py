"""Bootstrap by answer or by cluster: random weights times what each of them adds to a total."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

#: Weights held in memory at a time: 32 megabytes.
_BLOCK = 2**22
#: An interval is not told where more than this share of the resamples has no value.
MAX_UNDEFINED = 0.05


@dataclass(frozen=True)
class Resampling:
    """How intervals are made.

    Attributes
    ----------
    replicates : int
        Resamples drawn.
    seed : int
        Of numpy's PCG64 generator: the same seed gives the same resamples.
    level : float
        Coverage of the intervals, between the percentiles of the replicates.
    """

    replicates: int = 1000
    seed: int = 0
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.replicates < 1 or not 0 < self.level < 1:
            raise ValueError(
                f"{self.replicates} replicates at level {self.level}: "
                "at least 1, and a level between 0 and 1"
            )

    def weights(self, n_units: int) -> Iterator[Floats]:
        """How often each unit is in the sample itself, then in each resample.

        Yields
        ------
        array, shape (b, n_units)
            Blocks of rows, replicates + 1 in all; the first row is all ones.
        """
        yield np.ones((1, n_units))
        rng = np.random.default_rng(self.seed)
        left, block = self.replicates, max(1, _BLOCK // max(1, n_units))
        while left:
            rows = min(left, block)
            drawn = rng.integers(0, n_units, size=(rows, n_units)) if n_units else np.empty((0, 0))
            drawn = drawn + np.arange(rows)[:, None] * n_units if n_units else drawn
            counts = np.bincount(drawn.ravel().astype(np.int64), minlength=rows * n_units)
            yield counts.reshape(rows, n_units).astype(float)
            left -= rows

    def totals(self, parts: Floats) -> Floats:
        """Total over units, in the sample itself and in each resample.

        Parameters
        ----------
        parts : array, shape (units, quantities)
            What each unit adds.

        Returns
        -------
        array, shape (replicates + 1, quantities)
            The sample itself first.
        """
        return np.concatenate([weights @ parts for weights in self.weights(len(parts))])

    def interval(self, values: Floats) -> tuple[Floats, Floats, Ints]:
        """Percentile interval of a coefficient.

        Parameters
        ----------
        values : array, shape (replicates + 1, ...)
            The sample's own value first; NaN where a resample has none.

        Returns
        -------
        low, high : array
            NaN where more than 5% of the resamples have no value, or the sample has none.
        undefined : array of int
            Resamples without a value.
        """
        own, drawn = values[0], values[1:]
        undefined = np.isnan(drawn).sum(axis=0)
        usable = (undefined <= MAX_UNDEFINED * len(drawn)) & ~np.isnan(own)
        tails = [(1 - self.level) / 2, (1 + self.level) / 2]
        filled = np.where(usable, drawn, 0.0)
        low, high = np.nanquantile(filled, tails, axis=0)
        return (
            np.where(usable, low, np.nan),
            np.where(usable, high, np.nan),
            np.asarray(undefined, dtype=np.int64),
        )


def units_of(clusters: NDArray[np.object_] | None, n_answers: int) -> Ints:
    """Number of the unit that each answer is drawn with: its cluster, or itself."""
    if clusters is None:
        return np.arange(n_answers, dtype=np.int64)
    return np.asarray(np.unique(clusters, return_inverse=True)[1], dtype=np.int64)


def ratio(part: Floats, whole: Floats) -> Floats:
    """Divide; NaN where there is nothing to divide by."""
    divided = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    return np.asarray(divided, dtype=float)
