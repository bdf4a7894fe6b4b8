"""Whole sets of codes per answer: Krippendorff's alpha with the MASI and the Jaccard distance."""

from __future__ import annotations

from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from msfresearch.themes.agreement.resampling import Floats, Ints, Resampling, ratio

Bools: TypeAlias = NDArray[np.bool_]

#: Distinct sets compared with all others at a time.
_BLOCK = 256


def masi_distance(common: Floats, one: Floats, other: Floats) -> Floats:
    """MASI distance of two sets of codes: 1 - Jaccard x monotonicity.

    Monotonicity is 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap, 0
    where they do not. Two empty sets are equal: both coders saw no theme.

    Parameters
    ----------
    common, one, other : array
        Number of codes in both, in the one and in the other; broadcast together.

    References
    ----------
    Passonneau, R. (2006). Measuring Agreement on Set-Valued Items (MASI) for Semantic and
    Pragmatic Annotation. LREC.
    """
    within = np.where(common == np.minimum(one, other), 2 / 3, 1 / 3)
    equal = (common == one) & (common == other)
    return np.asarray(1 - (1 - jaccard_distance(common, one, other)) * np.where(equal, 1, within))


def jaccard_distance(common: Floats, one: Floats, other: Floats) -> Floats:
    """1 - the codes in both as a share of the codes in either; 0 for two empty sets."""
    either = one + other - common
    return np.asarray(1 - np.divide(common, either, out=np.ones_like(either), where=either > 0))


_DISTANCES = {"alpha_masi": masi_distance, "alpha_jaccard": jaccard_distance}


def set_coefficients(
    values: Floats, units: Ints, resampling: Resampling
) -> tuple[int, dict[str, Floats]]:
    """Agreement on the whole set of codes of an answer.

    A coder counts for an answer where every theme has a mark; an answer counts where two coders
    do. ``alpha_masi`` and ``alpha_jaccard`` are Krippendorff's alpha with these distances;
    ``percent_identical`` is the share (0 to 1) of pairs of coders with the very same set, averaged
    over answers. Where every set has one code both alphas are the nominal alpha.

    The expected disagreement is a quadratic form in the counts of the distinct sets, which are
    few: that makes a resample of all pairs a product of matrices.

    Parameters
    ----------
    values : array, shape (coders, answers, themes)
        1, 0, NaN where the coder did not see the answer.
    units : array of int, shape (answers,)
        What each answer is drawn with, from 0 without gaps.
    resampling : Resampling
        Replicates and seed.

    Returns
    -------
    n_answers : int
        Answers that count.
    coefficients : dict of array, shape (replicates + 1,)
        The sample itself first; NaN where a coefficient is not defined.
    """
    seen = ~np.isnan(values).any(axis=2)
    r = seen.sum(axis=0)
    paired = r >= 2
    n_units = int(units.max()) + 1 if len(units) else 0
    totals = resampling.totals(_per_unit(values, seen & paired, units, n_units))
    distinct, of_coding, of_unit = _distinct_sets(values, seen & paired, units)
    counts = _resampled_counts(of_coding, of_unit, len(distinct), n_units, resampling)
    expected = _quadratic_forms(counts, distinct)
    n_codings = counts.sum(axis=1)
    found = {
        name: 1 - ratio((n_codings - 1) * totals[:, at], expected[name])
        for at, name in enumerate(_DISTANCES)
    }
    found["percent_identical"] = ratio(totals[:, -2], totals[:, -1])
    return int(paired.sum()), found


def _per_unit(values: Floats, seen: Bools, units: Ints, n_units: int) -> Floats:
    """Per unit: observed disagreement by each distance, share of identical pairs, answers."""
    r = seen.sum(axis=0)
    # No answer of fewer than two coders is seen here; its divisor is never used.
    others, ordered = np.maximum(r - 1, 1), np.maximum(r * (r - 1), 1)
    marks = np.nan_to_num(values)
    sizes = marks.sum(axis=2)
    per_answer = np.zeros((values.shape[1], len(_DISTANCES) + 2))
    for i, j in combinations(range(len(values)), 2):
        common = np.einsum("nt,nt->n", marks[i], marks[j])
        together = seen[i] & seen[j]
        for at, distance in enumerate(_DISTANCES.values()):
            apart = distance(common, sizes[i], sizes[j])
            per_answer[:, at] += 2 * together * apart / others
        identical = (common == sizes[i]) & (common == sizes[j])
        per_answer[:, -2] += 2 * together * identical / ordered
    per_answer[:, -1] = r >= 2
    parts = np.zeros((n_units, per_answer.shape[1]))
    np.add.at(parts, units, per_answer)
    return parts


def _distinct_sets(values: Floats, seen: Bools, units: Ints) -> tuple[Floats, Ints, Ints]:
    """The distinct sets of codes, the number of each coding's set, and its unit."""
    coder, answer = np.nonzero(seen)
    codings = values[coder, answer] == 1
    packed = np.packbits(codings, axis=1)
    _, first, of_coding = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    return codings[first].astype(float), of_coding.ravel().astype(np.int64), units[answer]


def _resampled_counts(
    of_coding: Ints, of_unit: Ints, n_sets: int, n_units: int, resampling: Resampling
) -> Floats:
    """How often each distinct set stands in the sample and in each resample."""
    rows = [
        np.bincount(of_coding, weights=weights[of_unit], minlength=n_sets)
        for block in resampling.weights(n_units)
        for weights in block
    ]
    return np.array(rows, dtype=float).reshape(resampling.replicates + 1, n_sets)


def _quadratic_forms(counts: Floats, sets: Floats) -> dict[str, Floats]:
    """Sum of distances over all ordered pairs of codings, by distance and resample."""
    sizes = sets.sum(axis=1)
    sums = {name: np.zeros(len(counts)) for name in _DISTANCES}
    for start in range(0, len(sets), _BLOCK):
        block = slice(start, start + _BLOCK)
        # Distances are symmetric: pairs with earlier blocks are counted twice there.
        common = sets[start:] @ sets[block].T
        for name, distance in _DISTANCES.items():
            apart = distance(common, sizes[start:, None], sizes[None, block])
            apart[_BLOCK:] *= 2
            sums[name] += ((counts[:, start:] @ apart) * counts[:, block]).sum(axis=1)
    return sums
