"""p-values adjusted for how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import pandas as pd

Method: TypeAlias = Literal["fdr_bh", "holm"]


def adjusted(raw: Sequence[object], method: Method) -> tuple[list[object], int]:
    """Adjust the p-values that are there.

    Parameters
    ----------
    raw : sequence
        Numbers, or ``pandas.NA`` where nothing was tested.
    method : str
        ``fdr_bh`` (Benjamini and Hochberg 1995: the share of false findings) or ``holm`` (Holm
        1979: the chance of any).

    Returns
    -------
    list
        In the same order, missing where it was.
    int
        How many were tested.
    """
    from statsmodels.stats.multitest import multipletests

    at = [place for place, p in enumerate(raw) if p is not pd.NA]
    found: list[object] = [pd.NA] * len(raw)
    if at:
        for place, p in zip(
            at, multipletests([raw[place] for place in at], method=method)[1], strict=True
        ):
            found[place] = float(p)
    return found, len(at)
