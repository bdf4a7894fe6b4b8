"""How an answer was given: how far it went, how fast, and whether it went down one column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.respondents import Respondents

COMPLETE, PARTIAL, BREAK_OFF = "complete", "partial", "break_off"


def dispositions(
    answered: pd.DataFrame, asked: pd.DataFrame, finished: pd.Series[Any], rules: Respondents
) -> pd.Series[Any]:
    """Complete, partial or broken off, by the share of the items asked that were answered.

    The AAPOR's Standard Definitions leave the shares to the survey, and ask that they be declared;
    the questionnaire does, in ``complete_from`` and ``partial_from``. "Don't know", "prefer not to
    say" and "not applicable" are answers. To have reached the end of the form is not enough for
    a complete answer, and an answer that is known not to have been sent is partial at most.

    Parameters
    ----------
    answered, asked : DataFrame of bool
        Rows by items.
    finished : Series of str
        "1", "0", or "" where the platform does not tell.
    rules : Respondents
        The shares.

    Returns
    -------
    Series of str
        ``complete``, ``partial`` or ``break_off``.
    """
    share = share_answered(answered, asked)
    found = pd.Series(BREAK_OFF, index=share.index, dtype="str")
    # Shares are of small whole numbers: 4 of 5 is the 0.8 that was declared, whatever the rounding.
    found = found.mask(share >= rules.partial_from - 1e-9, PARTIAL)
    complete = (share >= rules.complete_from - 1e-9) & (finished != "0")
    return found.mask(complete, COMPLETE)


def share_answered(answered: pd.DataFrame, asked: pd.DataFrame) -> pd.Series[Any]:
    """Share of the items asked that were answered; 0 where nothing was asked."""
    number = asked.sum(axis=1)
    return ((answered & asked).sum(axis=1) / number.where(number > 0)).fillna(0.0)


def straight_lined(
    cells: pd.DataFrame, table: Table, questionnaire: Questionnaire, rules: Respondents
) -> pd.Series[Any]:
    """Whether all answers to some battery are the same: "1", "0", or "" where it cannot be told.

    "Don't know" and its kind are no place on the scale and do not count as answers here: who
    knows nothing of a forum says so of everything. A battery with fewer answers than
    ``battery_answers`` is not judged.
    """
    flag = pd.Series("", index=cells.index, dtype="str")
    for battery in rules.batteries:
        names = [name for name in battery if name in cells]
        if not names:
            continue
        own = cells[names].copy()
        for name in names:
            missing = list(questionnaire.missing_codes(table.item(name)))
            own[name] = own[name].where(~own[name].isin(missing), "")
        places, _ = pd.factorize(own.to_numpy().ravel())
        places = places.reshape(own.shape)
        given = own.to_numpy() != ""
        lowest = np.where(given, places, np.iinfo(places.dtype).max).min(axis=1)
        highest = np.where(given, places, -1).max(axis=1)
        judged = given.sum(axis=1) >= rules.battery_answers
        flag = flag.mask(judged & (flag == ""), "0").mask(judged & (lowest == highest), "1")
    return flag


def speeding(
    minutes: pd.Series[Any], disposition: pd.Series[Any], rules: Respondents
) -> tuple[pd.Series[Any], float]:
    """Which complete answers took less than a share of the median time of complete answers.

    Only complete answers are judged: who broke off was quick because they stopped.

    Returns
    -------
    flag : Series of str
        "1", "0", or "" where it cannot be told.
    bound : float
        The minutes below which an answer is flagged; nan where no complete answer has a time.
    """
    judged = (disposition == COMPLETE) & minutes.notna()
    bound = float(minutes[judged].median() * rules.speeding_below) if judged.any() else float("nan")
    flag = pd.Series("", index=minutes.index, dtype="str")
    return flag.mask(judged, "0").mask(judged & (minutes < bound), "1"), bound
