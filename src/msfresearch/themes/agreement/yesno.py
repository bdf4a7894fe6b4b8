"""One theme at a time, yes or no: every coefficient is a function of a few counts of answers.

Of an answer it matters only how many coders saw it and how many of them said yes. The counts of
these patterns are whole numbers and add up over answers, so a bootstrap is one product of matrices,
exact in any order of summation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from msfresearch.themes.agreement.resampling import Floats, Ints, Resampling, ratio


@dataclass(frozen=True)
class Patterns:
    """Counts of answers by pattern.

    Attributes
    ----------
    counts : array, shape (replicates + 1, themes, patterns)
        The sample itself first.
    seen, yes : array, shape (patterns,)
        Coders who saw an answer of the pattern, and how many of them said yes.
    """

    counts: Floats
    seen: Floats
    yes: Floats

    @property
    def n_paired(self) -> Floats:
        """Answers that at least two coders saw, shape (replicates + 1, themes)."""
        return np.asarray(self.counts[..., self.seen >= 2].sum(axis=-1))

    def total(self, per_answer: Floats) -> Floats:
        """Sum over answers of a quantity that depends on the pattern only."""
        return np.asarray(self.counts @ per_answer)


def count_patterns(values: Floats, units: Ints, resampling: Resampling) -> Patterns:
    """Count answers by pattern, in the sample and in each resample.

    Parameters
    ----------
    values : array, shape (coders, answers, themes)
        1, 0, NaN where the coder did not see the answer.
    units : array of int, shape (answers,)
        What each answer is drawn with, from 0 without gaps.
    resampling : Resampling
        Replicates and seed.
    """
    n_coders, _, n_themes = values.shape
    seen = (~np.isnan(values)).sum(axis=0)
    yes = np.nansum(values, axis=0).astype(np.int64)
    shapes = [(r, y) for r in range(1, n_coders + 1) for y in range(r + 1)]
    width = n_themes * len(shapes)
    # Patterns stand by number of coders, then by number of yes.
    place = seen * (seen + 1) // 2 - 1 + yes
    cell = units[:, None] * width + np.arange(n_themes) * len(shapes) + place
    n_units = int(units.max()) + 1 if len(units) else 0
    parts = np.bincount(cell[seen > 0], minlength=n_units * width).reshape(n_units, width)
    counts = resampling.totals(parts.astype(float))
    r, y = np.array(shapes, dtype=float).reshape(-1, 2).T
    return Patterns(counts.reshape(-1, n_themes, len(shapes)), r, y)


def count_first_only(values: Floats, units: Ints, resampling: Resampling) -> Floats:
    """Of two coders: answers where the first said yes and the second no.

    Returns
    -------
    array, shape (replicates + 1, themes)
    """
    n_units = int(units.max()) + 1 if len(units) else 0
    parts = np.zeros((n_units, values.shape[2]))
    np.add.at(parts, units, ((values[0] == 1) & (values[1] == 0)).astype(float))
    return resampling.totals(parts)


def group_coefficients(patterns: Patterns) -> dict[str, Floats]:
    """Coefficients of any number of coders, per theme.

    ``percent_agreement``
        Share (0 to 1) of pairs of coders of the same answer who agree, averaged over answers.
    ``alpha``
        Krippendorff's, nominal. Undefined where all said the same of every answer.
    ``fleiss``
        Fleiss's kappa, as Gwet extends it to answers that not every coder saw: chance agreement
        from the mean share of yes of all answers seen by anyone.
    ``ac1``
        Gwet's AC1 with the same shares. Stays defined, and high, where a theme is rare or absent.

    Parameters
    ----------
    patterns : Patterns
        From `count_patterns`.

    Returns
    -------
    dict of array, shape (replicates + 1, themes)
        NaN where a coefficient is not defined.

    References
    ----------
    Krippendorff (2011); Fleiss (1971), Psychological Bulletin 76(5); Gwet (2008), British Journal
    of Mathematical and Statistical Psychology 61; Gwet (2014), Handbook of Inter-Rater
    Reliability, 4th edition, chapter 2.
    """
    r, y = patterns.seen, patterns.yes
    paired = r >= 2
    others = np.where(paired, r - 1, 1)
    agreeing = np.where(paired, (y * (y - 1) + (r - y) * (r - y - 1)) / (r * others), 0)
    observed = ratio(patterns.total(agreeing), patterns.n_paired)
    share = ratio(patterns.total(y / r), patterns.counts.sum(axis=-1))
    n_yes, n_no = patterns.total(y * paired), patterns.total((r - y) * paired)
    crossed = patterns.total(np.where(paired, y * (r - y) / others, 0))
    return {
        "percent_agreement": observed,
        "alpha": 1 - ratio((n_yes + n_no - 1) * crossed, n_yes * n_no),
        "fleiss": _beyond_chance(observed, share**2 + (1 - share) ** 2),
        "ac1": _beyond_chance(observed, 2 * share * (1 - share)),
    }


@dataclass(frozen=True)
class Pair:
    """The 2 x 2 counts of two coders over the answers that both saw, per theme.

    Each has the shape (replicates + 1, themes).
    """

    both: Floats
    first_only: Floats
    second_only: Floats
    neither: Floats

    @classmethod
    def of(cls, patterns: Patterns, first_only: Floats) -> Pair:
        """From the patterns of two coders; the last three are seen by both."""
        neither, one, both = (patterns.counts[..., at] for at in (-3, -2, -1))
        return cls(both, first_only, one - first_only, neither)


def pair_coefficients(pair: Pair) -> dict[str, Floats]:
    """Coefficients of two coders, per theme; the first is the reference.

    ``cohen`` is Cohen's kappa; ``precision`` the share of the second coder's yes that the
    reference confirms, ``recall`` the share of the reference's yes that the second coder found,
    ``f1`` their harmonic mean, the same whoever is the reference.

    Returns
    -------
    dict of array, shape (replicates + 1, themes)
        NaN where a coefficient is not defined.
    """
    first, second = pair.both + pair.first_only, pair.both + pair.second_only
    wrong = pair.first_only + pair.second_only
    n = first + pair.second_only + pair.neither
    return {
        "cohen": 1 - ratio(n * wrong, first * (n - second) + (n - first) * second),
        "precision": ratio(pair.both, second),
        "recall": ratio(pair.both, first),
        "f1": ratio(2 * pair.both, 2 * pair.both + wrong),
    }


def overall_f1(pair: Pair) -> dict[str, Floats]:
    """F1 over all themes: ``f1_micro`` of the summed counts, ``f1_macro`` the mean of the themes.

    A theme that neither coder used has no F1 and is left out of the mean.

    Returns
    -------
    dict of array, shape (replicates + 1,)
    """
    wrong = (pair.first_only + pair.second_only).sum(axis=1)
    both = pair.both.sum(axis=1)
    each = pair_coefficients(pair)["f1"]
    used = ~np.isnan(each)
    return {
        "f1_micro": ratio(2 * both, 2 * both + wrong),
        "f1_macro": ratio(np.where(used, each, 0).sum(axis=1), used.sum(axis=1).astype(float)),
    }


def _beyond_chance(observed: Floats, chance: Floats) -> Floats:
    room = 1 - chance
    # A share of exactly 0 or 1 leaves no room; rounding must not make some.
    return ratio(observed - chance, np.where(room > 1e-12, room, 0.0))
