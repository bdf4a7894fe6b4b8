"""What a value of alpha is good for, in the words of the field."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

Verdict: TypeAlias = Literal["reliable", "tentative", "unreliable", "undefined"]
RELIABLE = 0.800
TENTATIVE = 0.667


def verdict(low: float) -> Verdict:
    """Read Krippendorff's alpha by the lower bound of its interval.

    Data are ``reliable`` where alpha is at least .800, and allow ``tentative`` conclusions from
    .667 on. The lower bound is asked for: a point estimate above a limit may be luck. The limits
    are for alpha (of one theme or of sets), not for percent agreement, AC1 or F1.

    Parameters
    ----------
    low : float
        Lower bound of alpha; NaN where it is not known.

    References
    ----------
    Krippendorff, K. (2004). Content Analysis, 2nd edition, section 11.4.2.
    """
    if math.isnan(low):
        return "undefined"
    if low >= RELIABLE:
        return "reliable"
    return "tentative" if low >= TENTATIVE else "unreliable"
