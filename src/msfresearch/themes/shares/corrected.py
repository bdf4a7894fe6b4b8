"""How often each theme is spoken of: a machine's codes, corrected by a sample of people's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from msfresearch.themes.schemas import table
from msfresearch.themes.shares.coded import (
    MIN_HUMAN_MEMBERS,
    MIN_HUMANS,
    check_limits,
    counts,
    number,
    read_coded,
    reason,
)
from msfresearch.themes.shares.correction import Array, estimate, share_interval
from msfresearch.themes.shares.schemas import CORRECTED


def corrected_shares(
    machine: pd.DataFrame,
    marks: pd.DataFrame,
    themes: pd.DataFrame,
    probability: pd.Series[Any],
    clusters: pd.Series[Any],
    groups: pd.Series[Any] | None = None,
    *,
    level: float = 0.95,
    min_humans: int = MIN_HUMANS,
    min_members: int = MIN_HUMAN_MEMBERS,
) -> pd.DataFrame:
    """Shares of answers that carry a theme as people would code them.

    The machine's mean score is corrected by how much it and people differ on the answers of a
    random draw; `msfresearch.themes.shares.correction` has the estimator and its sources. The
    answers are taken as a sample of members: intervals tell how much the share would vary with
    other members and another draw. Without human codes nothing is estimated.

    Parameters
    ----------
    machine : DataFrame
        Index answer_id, one column per theme: a probability, a decision 1/0, or whether a pattern
        fired; missing where the machine abstained. For answers that a person coded it must come
        from a machine that did not learn from these codes (out of fold), otherwise the machine
        seems better than it is and the intervals are too narrow.
    marks : DataFrame
        Index answer_id, the same columns: 1 or 0 of the person, missing where none coded. Answers
        of the random draw only; those that were chosen for another reason must be left out.
        Answers without a row were not coded. Of the draw itself, whole or in random order, what
        is not coded yet may be missing.
    themes : DataFrame
        ``family`` and ``theme``: the frame.
    probability : Series
        Index answer_id: chance of the answer to be in the random draw, above 0 for every answer;
        it may differ between strata. Only ratios count: a constant gives the same shares.
    clusters : Series
        Index answer_id: the answer's member.
    groups : Series, optional
        Index answer_id; without it there is one group, ``all``. Answers without a group make the
        last, with a missing name. The order is that of the categories, otherwise of the values.
    level : float
        Coverage of the intervals.
    min_humans, min_members : int
        A group with fewer human-coded answers, or fewer members with one, has no share of the
        theme.

    Returns
    -------
    DataFrame
        ``CORRECTED``, one row per group and theme: ``family``, ``theme``, ``group``,
        ``n_answers``, ``n_members``, ``n_human``, ``n_human_members``, ``n_abstained`` (by the
        machine; its score then counts as its mean), ``machine`` (the uncorrected mean score, for
        comparison), ``share``, ``low``, ``high``, ``se``, ``power`` (weight of the machine, 0 to
        1, tuned over all groups), ``human_share``, ``human_low``, ``human_high`` (from the human
        codes alone, by the same method), ``gain`` (width of the human interval over that of the
        corrected one), ``suppressed``, ``reason``. Where suppressed, only numbers of answers and
        members are told.

    Raises
    ------
    AnswerError, CodebookError
        Where the tables do not fit together: `msfresearch.themes.shares.coded.read_coded`.
    ValueError
        When ``level`` is not between 0 and 1, or a limit is too small.

    Notes
    -----
    In the simulations of ``benchmarks/shares.py`` a 95% interval holds the truth some 96 times in
    100: 91 to 99 in single worlds whose machine errs by group, 92 to 100 in those whose machine
    errs so rarely that people may see no error. The docstring there says where and why.
    """
    check_limits(level, min_humans, min_members)
    coded = read_coded(machine, marks, themes, probability, clusters, groups)
    totals = coded.totals()
    sizes, abstained = counts(totals), coded.abstained()
    corrected, human = estimate(totals), estimate(totals, power=0)
    scored, said = coded.machine_sums()
    low, high = share_interval(corrected, level)
    human_low, human_high = share_interval(human, level)
    told: dict[str, Array] = {
        "machine": scored / np.where(said > 0, said, np.nan),
        "share": corrected.share,
        "low": low,
        "high": high,
        "se": np.sqrt(corrected.variance),
        "power": np.broadcast_to(corrected.power[:, None], low.shape),
        "human_share": human.share,
        "human_low": human_low,
        "human_high": human_high,
        "gain": (human_high - human_low) / (high - low),
    }
    columns: dict[str, list[object]] = {name: [] for name in CORRECTED.columns}
    for g, name in enumerate(coded.names):
        for k, (family, theme) in enumerate(coded.themes.itertuples(index=False)):
            why = reason(sizes.humans[k, g], sizes.human_members[k, g], min_humans, min_members)
            row: dict[str, object] = {
                "family": family,
                "theme": theme,
                "group": name,
                "n_answers": int(sizes.answers[g]),
                "n_members": int(sizes.members[g]),
                "n_human": int(sizes.humans[k, g]),
                "n_human_members": int(sizes.human_members[k, g]),
                "n_abstained": int(abstained[k, g]),
                **{n: pd.NA if why else number(v[k, g]) for n, v in told.items()},
                "suppressed": why is not None,
                "reason": why,
            }
            for column, value in row.items():
                columns[column].append(value)
    return table(CORRECTED, columns)
