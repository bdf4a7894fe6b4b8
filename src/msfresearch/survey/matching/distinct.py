"""Cells by what they say: each distinct cell is looked at once, however many rows have it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from msfresearch.survey.readers.export import Step

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Distinct:
    """The distinct cells of a column.

    Attributes
    ----------
    values
        What stands in them, in the order of first appearance.
    counts
        In how many rows each stands.
    lines
        The first line with each.
    codes
        Per row the position in ``values``.
    index
        Lines of the file.
    """

    values: tuple[str, ...]
    counts: Counts
    lines: Counts
    codes: Counts
    index: pd.Index[Any]

    def column(self, values: Iterable[str]) -> pd.Series[str]:
        """A column in which each distinct cell says something else."""
        meant = np.array(list(values), dtype=object)
        cells = meant[self.codes] if len(meant) else np.array([], dtype=object)
        return pd.Series(cells, index=self.index, dtype="str")


def distinct(cells: pd.Series[str]) -> Distinct:
    """The distinct cells of a column of text."""
    codes, values = pd.factorize(cells)
    codes = codes.astype(np.int64)
    firsts = np.full(len(values), len(codes), dtype=np.int64)
    np.minimum.at(firsts, codes, np.arange(len(codes)))
    return Distinct(
        tuple(map(str, values)),
        np.bincount(codes, minlength=len(values)).astype(np.int64),
        np.asarray(cells.index, dtype=np.int64)[firsts],
        codes,
        cells.index,
    )


class Tally:
    """Counts of what was done, by rule and item, in the order in which it first happened."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, rule: str, item: str, count: int) -> None:
        """Count cells; no rule and nothing done are not written down."""
        if rule and count:
            self._counts[rule, item] = self._counts.get((rule, item), 0) + int(count)

    def steps(self) -> tuple[Step, ...]:
        """The counts as an account, rule by rule."""
        rules = dict.fromkeys(rule for rule, _ in self._counts)
        return tuple(
            Step(rule, count, item)
            for wanted in rules
            for (rule, item), count in self._counts.items()
            if rule == wanted
        )
