"""Answers with a machine's codes and a random draw of people's, made for tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

THEMES = pd.DataFrame({"family": ["f", "f"], "theme": ["said", "rare"]})


@dataclass
class Drawn:
    """What the corrected shares take, to be changed by a test and passed as ``**vars(drawn)``."""

    machine: pd.DataFrame
    marks: pd.DataFrame
    themes: pd.DataFrame
    probability: pd.Series[Any]
    clusters: pd.Series[Any]
    groups: pd.Series[Any]


def drawn(members: int = 40, each: int = 10, humans: int = 120, seed: int = 1) -> Drawn:
    """Answers in two groups, ``a`` and ``b``; every member has answers in both."""
    rng = np.random.Generator(np.random.PCG64(seed))
    n = members * each
    ids = pd.Index([f"a{at}" for at in range(n)], name="answer_id")
    truth = rng.random((n, 2)) < np.array([0.4, 0.1])
    machine = np.where(truth, rng.random((n, 2)) < 0.8, rng.random((n, 2)) < 0.1).astype(float)
    coded = np.zeros(n, dtype=bool)
    coded[rng.permutation(n)[:humans]] = True
    names = list(THEMES["theme"])
    return Drawn(
        machine=pd.DataFrame(machine, index=ids, columns=names),
        marks=pd.DataFrame(np.where(coded[:, None], truth, np.nan), index=ids, columns=names),
        themes=THEMES,
        probability=pd.Series(humans / n, index=ids),
        clusters=pd.Series([f"m{at // each}" for at in range(n)], index=ids),
        groups=pd.Series(["a" if at % 2 else "b" for at in range(n)], index=ids),
    )
