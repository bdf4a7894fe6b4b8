"""Whether one group speaks of a theme more than another, by the corrected shares."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.themes.schemas import table
from msfresearch.themes.shares.adjusted import Method, adjusted
from msfresearch.themes.shares.coded import (
    MIN_HUMAN_MEMBERS,
    MIN_HUMANS,
    check_limits,
    counts,
    number,
    read_coded,
    reason,
)
from msfresearch.themes.shares.correction import Array, difference, estimate
from msfresearch.themes.shares.schemas import DIFFERENCES

REST = "rest"
"""What all other groups together are called."""


def corrected_differences(
    machine: pd.DataFrame,
    marks: pd.DataFrame,
    themes: pd.DataFrame,
    probability: pd.Series[Any],
    clusters: pd.Series[Any],
    groups: pd.Series[Any],
    *,
    against: Literal["rest", "each"] = "rest",
    level: float = 0.95,
    min_humans: int = MIN_HUMANS,
    min_members: int = MIN_HUMAN_MEMBERS,
    method: Method = "fdr_bh",
) -> pd.DataFrame:
    """Differences between groups in the shares of answers that carry a theme.

    Members with answers in both groups are compared with themselves as far as they have any:
    their answers are alike, which narrows the interval. Answers without a group are left out.

    Parameters
    ----------
    machine, marks, themes, probability, clusters, groups, level, min_humans, min_members
        As in `msfresearch.themes.shares.corrected.corrected_shares`; the limits hold for each of
        the two groups.
    against : str
        ``rest``: each group against all other answers; ``each``: each against each. Of two
        groups, the first against the second either way.
    method : str
        How ``p_adjusted`` is adjusted over all comparisons of the call: ``fdr_bh`` (Benjamini and
        Hochberg) or ``holm``.

    Returns
    -------
    DataFrame
        ``DIFFERENCES``, one row per pair and theme: ``family``, ``theme``, ``group``, ``other``,
        sizes of both (``n_members_both``: members with answers in both), ``machine`` (difference
        of the uncorrected mean scores, for comparison), ``difference`` (the group's corrected
        share minus the other's), ``low``, ``high``, ``se``, ``p``, ``p_adjusted``, ``n_tests``
        (comparisons adjusted for), ``power``, ``human_difference``, ``human_low``,
        ``human_high``, ``gain``, ``suppressed``, ``reason``.

    Raises
    ------
    AnswerError, CodebookError
        Where the tables do not fit together, or there are fewer than two groups.
    ValueError
        When ``level`` is not between 0 and 1, or a limit is too small.
    """
    check_limits(level, min_humans, min_members)
    coded = read_coded(machine, marks, themes, probability, clusters, groups)
    names = [name for name in coded.names if name is not None]
    if len(names) < 2:
        raise AnswerError(
            "fewer than two groups to compare",
            column="groups",
            found=", ".join(names) or "none",
        )
    tuning = coded.totals()
    totals = tuning.of_groups(len(names))
    scored, said = (sums[:, : len(names)] for sums in coded.machine_sums())
    pairs = list(combinations(range(len(names)), 2))
    if against == "rest" and len(names) > 2:
        pairs = [(g, len(names) + g) for g in range(len(names))]
        names += [REST] * len(names)
        totals = totals.with_rests()
        scored, said = (np.hstack([v, v.sum(1, keepdims=True) - v]) for v in (scored, said))
    corrected = estimate(totals, tuning=tuning)
    human = estimate(totals, power=0)
    naive = scored / np.where(said > 0, said, np.nan)
    sizes = counts(totals)
    columns: dict[str, list[object]] = {name: [] for name in DIFFERENCES.columns}
    for a, b in pairs:
        ours, theirs = difference(corrected, a, b, level), difference(human, a, b, level)
        told: dict[str, Array] = {
            "machine": naive[:, a] - naive[:, b],
            "difference": ours.value,
            "low": ours.low,
            "high": ours.high,
            "se": ours.se,
            "p": ours.p,
            "power": corrected.power,
            "human_difference": theirs.value,
            "human_low": theirs.low,
            "human_high": theirs.high,
            "gain": (theirs.high - theirs.low) / (ours.high - ours.low),
        }
        both = int(((totals.answers[0, a] > 0) & (totals.answers[0, b] > 0)).sum())
        for k, (family, theme) in enumerate(coded.themes.itertuples(index=False)):
            whys = (
                reason(sizes.humans[k, g], sizes.human_members[k, g], min_humans, min_members)
                for g in (a, b)
            )
            why = next(filter(None, whys), None)
            row: dict[str, object] = {
                "family": family,
                "theme": theme,
                "group": names[a],
                "other": names[b],
                "n_answers": int(sizes.answers[a]),
                "n_answers_other": int(sizes.answers[b]),
                "n_members": int(sizes.members[a]),
                "n_members_other": int(sizes.members[b]),
                "n_members_both": both,
                "n_human": int(sizes.humans[k, a]),
                "n_human_other": int(sizes.humans[k, b]),
                **{n: pd.NA if why else number(v[k]) for n, v in told.items()},
                "suppressed": why is not None,
                "reason": why,
            }
            for column, value in row.items():
                columns[column].append(value)
    columns["p_adjusted"], tested = adjusted(columns["p"], method)
    columns["n_tests"] = [tested] * len(columns["p"])
    return table(DIFFERENCES, columns)
