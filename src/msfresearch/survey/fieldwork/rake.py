"""Weights that give answers the margins of the frame, with trimming."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import StageError
from msfresearch.survey.fieldwork.arrays import Array, Codes, Flags
from msfresearch.survey.fieldwork.margins import Collapsed, Margin, account_of, collapse

MARGINS = pa.DataFrameSchema(
    {
        "variable": pa.Column(str),
        "category": pa.Column(str),
        "answers": pa.Column(int, pa.Check.gt(0)),
        "target": pa.Column(float),
        "before": pa.Column(float),
        "after": pa.Column(float),
    },
    strict=True,
)


class NoConvergenceError(StageError):
    """Margins that contradict each other where answers are few."""


#: By how much a cap that cannot be held is raised before it is tried again.
RAISE = 1.1


@dataclass(frozen=True)
class Raked:
    """Raked weights and how they came about.

    Attributes
    ----------
    weights : Series
        On the answers' index; they add up to the frame.
    start : Series
        Weights before raking.
    groups : DataFrame
        Per answer and margin: the group it was raked in.
    margins : DataFrame
        ``variable``, ``category`` (after merging), ``answers``, ``target``, and the weighted
        totals ``before`` (scaled to the frame) and ``after``.
    collapsed : DataFrame
        Categories that were merged or dropped for want of answers.
    sweeps
        Passes over all margins.
    off
        Largest deviation of a margin from its target, as a share of the target.
    cap_asked, cap
        Largest weight as a multiple of the mean weight: as asked for, and as held; the second
        is larger where the margins cannot be met under the first. None without trimming.
    trimmed
        Answers whose weight is held down by the cap.
    """

    weights: pd.Series[Any]
    start: pd.Series[Any]
    groups: pd.DataFrame
    margins: pd.DataFrame
    collapsed: pd.DataFrame
    sweeps: int
    off: float
    cap_asked: float | None
    cap: float | None
    trimmed: int


def rake(
    answers: pd.DataFrame,
    margins: Sequence[Margin],
    start: pd.Series[Any] | None = None,
    *,
    cap: float | None = None,
    tolerance: float = 1e-10,
    most_sweeps: int = 5000,
) -> Raked:
    """Rake answers to margins by iterative proportional fitting (Deming and Stephan 1940).

    With a cap, weights above it are set to it and the others are raked again to what is left of
    the margins, until no weight is above; where the margins cannot be met under the cap, it is
    raised by a tenth and tried again, and both caps are returned.

    Parameters
    ----------
    answers : DataFrame
        The margins' variables, one row per answer, none missing.
    margins : sequence of Margin
        All with the same total.
    start : Series of float, optional
        Positive weights to begin with; 1 by default. See :func:`per_member`.
    cap : float, optional
        Largest weight as a multiple of the mean weight, at least 1.
    tolerance : float
        Deviation of every margin, as a share of its target, at which raking ends.
    most_sweeps : int
        Passes after which it has failed.

    Returns
    -------
    Raked

    Raises
    ------
    StageError
        When there are no answers, a category is missing or without answers and its rule is to
        stop, or margins have different totals.
    NoConvergenceError
        When the margins cannot all be met: margin and category are named.
    """
    begun = pd.Series(1.0, index=answers.index) if start is None else start.astype("float64")
    collapsed, groups = _groups(answers, margins, begun)
    total = sum(collapsed[0].targets.values())
    codes, targets = _coded(groups, collapsed)
    # Answers alike in every margin and in their start keep the same weight: rake the kinds.
    kinds = pd.DataFrame(np.transpose([*codes, begun.to_numpy()])).groupby(
        list(range(len(codes) + 1)), sort=True
    )
    kind = kinds.ngroup().to_numpy()
    size = np.bincount(kind).astype(float)
    first = np.unique(kind, return_index=True)[1]
    own = [code[first] for code in codes]
    base = begun.to_numpy()[first]
    problem = _Problem(own, targets, size, base, tolerance, most_sweeps, collapsed)
    held, limit = cap, np.inf
    if cap is not None and cap < 1:
        raise ValueError(f"cap is {cap}: no weight can be held below the mean")
    fitted = problem.fit()
    while held is not None:
        limit = held * total / len(answers)
        within = problem.trimmed(fitted[0], limit)
        if within is not None:
            fitted = within
            break
        held *= RAISE
    factor, sweeps = fitted
    weights = pd.Series(factor[kind], index=answers.index)
    after = [np.bincount(code, weights) for code in codes]
    before = [np.bincount(code, begun) * total / begun.sum() for code in codes]
    rows = [
        (one.variable, name, int(n), float(target), float(b), float(a))
        for one, code, was, now in zip(collapsed, codes, before, after, strict=True)
        for (name, target), n, b, a in zip(
            one.targets.items(), np.bincount(code), was, now, strict=True
        )
    ]
    table = pd.DataFrame(rows, columns=list(MARGINS.columns))
    return Raked(
        weights=weights,
        start=begun,
        groups=groups,
        margins=MARGINS.validate(table.astype({"variable": "str", "category": "str"})),
        collapsed=account_of(collapsed),
        sweeps=sweeps,
        off=max(float(abs(a / t - 1).max()) for a, t in zip(after, targets, strict=True)),
        cap_asked=cap,
        cap=held,
        trimmed=int((weights >= limit).sum()),
    )


def per_member(members: pd.Series[Any]) -> pd.Series[float]:
    """Start weights under which every member counts once, however many answered for it."""
    return 1.0 / members.map(members.value_counts()).astype("float64")


def sweep(
    codes: Sequence[Codes], targets: Sequence[Array], weights: Array
) -> Iterator[tuple[Array, ...]]:
    """Pass over the margins again and again.

    Parameters
    ----------
    codes : sequence of array of int, shape (n,)
        Per margin: the category of each row, from 0 without gaps.
    targets : sequence of array, shape (categories,)
        Per margin: its totals.
    weights : array, shape (n,)
        To begin with.

    Yields
    ------
    tuple of array, shape (n,)
        The weights after each margin of a pass; the last of them meets the last margin.
    """
    while True:
        stages = []
        for code, target in zip(codes, targets, strict=True):
            sums = np.bincount(code, weights, minlength=len(target))
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = np.where(target > 0, target / sums, 0.0)
            weights = weights * ratio[code]
            stages.append(weights)
        yield tuple(stages)


@dataclass(frozen=True)
class _Problem:
    """Kinds of answers, and the margins they are raked to."""

    codes: Sequence[Codes]
    targets: Sequence[Array]
    size: Array
    base: Array
    tolerance: float
    most_sweeps: int
    collapsed: Sequence[Collapsed]

    def fit(self) -> tuple[Array, int]:
        """Weight of one answer of each kind, and the number of passes."""
        weights, passes, off = self._passes(self.targets, np.ones(len(self.size), dtype=bool))
        if off is None:
            return weights, passes
        which, category, short = off
        one = self.collapsed[which]
        name = list(one.targets)[category]
        raise NoConvergenceError(
            f"raking does not converge: the margin {one.variable} stays off",
            column=one.variable,
            found=f"{name}: off by {short:.2g} of its target after {passes} passes",
            expected=f"every margin met to {self.tolerance:g}",
            action="margins contradict each other where answers are few: merge categories with a "
            "larger `least`, or leave a margin out",
        )

    def trimmed(self, weights: Array, limit: float) -> tuple[Array, int] | None:
        """The same with no weight above a limit; None where the margins forbid it."""
        held = np.zeros(len(self.size), dtype=bool)
        passes = 0
        while True:
            over = ~held & (weights > limit * (1 + 1e-9))
            if not over.any():
                return np.where(held, limit, weights), passes
            held |= over
            left = []
            for code, target in zip(self.codes, self.targets, strict=True):
                taken = np.bincount(code[held], self.size[held] * limit, len(target))
                free = np.bincount(code[~held], minlength=len(target)) > 0
                rest = target - taken
                # What the cap leaves must be borne by someone, and never be negative.
                if (rest < -self.tolerance * target).any() or (
                    ~free & (rest > self.tolerance * target)
                ).any():
                    return None
                left.append(np.where(free, np.maximum(rest, 0.0), 0.0))
            if not (~held).any() or any(
                (r <= 0)[c[~held]].any() for r, c in zip(left, self.codes, strict=True)
            ):
                return None
            weights, more, off = self._passes(left, ~held)
            passes += more
            if off is not None:
                return None

    def _passes(
        self, targets: Sequence[Array], free: Flags
    ) -> tuple[Array, int, tuple[int, int, float] | None]:
        """Rake the free kinds; say which margin and category is off where it fails."""
        codes = [code[free] for code in self.codes]
        begin = self.size[free] * self.base[free]
        worst: tuple[int, int, float] | None = None
        for passes, stages in enumerate(sweep(codes, targets, begin), 1):
            off = [
                _off(np.bincount(code, stages[-1], minlength=len(target)), target)
                for code, target in zip(codes, targets, strict=True)
            ]
            which = int(np.argmax([one.max() for one in off]))
            worst = which, int(np.argmax(off[which])), float(off[which].max())
            if worst[2] <= self.tolerance or passes >= self.most_sweeps:
                weights = np.zeros(len(self.size))
                weights[free] = stages[-1] / self.size[free]
                return weights, passes, None if worst[2] <= self.tolerance else worst
        raise AssertionError


def _off(sums: Array, target: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(target > 0, abs(sums / target - 1), 0.0)


def _groups(
    answers: pd.DataFrame, margins: Sequence[Margin], start: pd.Series[Any]
) -> tuple[list[Collapsed], pd.DataFrame]:
    """The margins after merging, and each answer's group in them."""
    if not len(answers) or not margins:
        raise StageError("nothing to rake", found=f"{len(answers)} answers, {len(margins)} margins")
    sound = np.isfinite(start) & (start > 0)
    if not sound.all():
        raise StageError(
            "a weight to begin with is not positive",
            found=f"{int((~sound).sum())} such answers",
            expected="a positive number for each",
        )
    totals = {m.variable: sum(m.targets.values()) for m in margins}
    if max(totals.values()) - min(totals.values()) > 1e-9 * max(totals.values()):
        raise StageError(
            "margins of one frame with different totals",
            found=", ".join(f"{name} {total:g}" for name, total in totals.items()),
            expected="the same total in each",
        )
    collapsed, groups = [], {}
    for margin in margins:
        values = answers[margin.variable].astype("str")
        if values.isna().any():
            raise StageError(
                "answers that no margin holds",
                column=margin.variable,
                found=f"{int(values.isna().sum())} answers without a category",
                action="rake without the answers whose member is not in the frame",
            )
        counts = {str(name): int(n) for name, n in values.value_counts().items()}
        one = collapse(margin, counts)
        collapsed.append(one)
        groups[margin.variable] = values.map(dict(one.group_of))
    return collapsed, pd.DataFrame(groups, index=answers.index)


def _coded(groups: pd.DataFrame, collapsed: Sequence[Collapsed]) -> tuple[list[Codes], list[Array]]:
    codes: list[Codes] = []
    targets: list[Array] = []
    for one in collapsed:
        names = list(one.targets)
        codes.append(pd.Categorical(groups[one.variable], categories=names).codes.astype(np.int64))
        targets.append(np.array([one.targets[name] for name in names]))
    return codes, targets
