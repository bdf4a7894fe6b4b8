"""What the corrected shares are made from: the machine's codes, people's, and how they were drawn.

People's codes must be those of the random draw alone. Answers that were chosen because the machine
doubted them, or because they looked telling, would tilt every share.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.shares.correction import Array, Totals
from msfresearch.themes.shares.hits import EVERYONE, MIN_MEMBERS
from msfresearch.themes.shares.schemas import Reason

MIN_HUMANS = 30
"""Human-coded answers of a group below which no share is told."""
MIN_HUMAN_MEMBERS = 10
"""Members with a human-coded answer below which no share is told: no fewer were simulated."""


@dataclass(frozen=True)
class Coded:
    """Checked codes of all answers, as arrays.

    Attributes
    ----------
    themes : DataFrame
        ``family`` and ``theme``.
    names : list
        Of the groups; a missing name comes last.
    group, member : array of int, shape (answers,)
        Place of the answer's group and member.
    n_members : int
        Members in all.
    machine : array, shape (answers, themes)
        f; NaN where the machine abstained.
    human : array, shape (answers, themes)
        0, 1, or NaN where no person coded.
    weight : array, shape (answers,)
        1 / pi.
    """

    themes: pd.DataFrame
    names: list[str | None]
    group: np.ndarray[tuple[int], np.dtype[np.intp]]
    member: np.ndarray[tuple[int], np.dtype[np.intp]]
    n_members: int
    machine: Array
    human: Array
    weight: Array

    def totals(self) -> Totals:
        """Sums per theme, group and member: arrays of the shape (themes, groups, members)."""
        return _totals(self)

    def abstained(self) -> Array:
        """Answers per theme and group of which the machine said nothing."""
        return self._per_group(np.isnan(self.machine))

    def machine_sums(self) -> tuple[Array, Array]:
        """Per theme and group the sum of the machine's scores, and how many it gave."""
        said = ~np.isnan(self.machine)
        return self._per_group(np.where(said, self.machine, 0)), self._per_group(said)

    def _per_group(self, values: np.ndarray[Any, np.dtype[Any]]) -> Array:
        columns = range(values.shape[1])
        found = [np.bincount(self.group, values[:, k], len(self.names)) for k in columns]
        return np.array(found, dtype=np.float64).reshape(len(found), len(self.names))


@dataclass(frozen=True)
class Counts:
    """Sizes of the groups: arrays of int, shape (groups,) or (themes, groups)."""

    answers: np.ndarray[Any, np.dtype[np.int64]]
    members: np.ndarray[Any, np.dtype[np.int64]]
    humans: np.ndarray[Any, np.dtype[np.int64]]
    human_members: np.ndarray[Any, np.dtype[np.int64]]


def read_coded(
    machine: pd.DataFrame,
    marks: pd.DataFrame,
    themes: pd.DataFrame,
    probability: pd.Series[Any],
    clusters: pd.Series[Any],
    groups: pd.Series[Any] | None,
) -> Coded:
    """Check the tables against each other and put them in one order: that of ``machine``.

    Parameters
    ----------
    machine, marks, themes, probability, clusters, groups
        As `msfresearch.themes.shares.corrected.corrected_shares` has them.

    Raises
    ------
    AnswerError
        When an answer is twice in a table or not in ``machine``, has no member or no probability
        of being drawn above 0, or a score or a mark is out of its range.
    CodebookError
        When a theme has no column.
    """
    ids = machine.index
    indexes = {"marks": marks.index, "probability": probability.index, "clusters": clusters.index}
    if groups is not None:
        indexes["groups"] = groups.index
    _once("machine", ids)
    for name, index in indexes.items():
        _once(name, index)
        _known(name, index, ids)
    for name, wide in (("machine", machine), ("marks", marks)):
        for theme in themes["theme"]:
            if theme not in wide.columns:
                raise CodebookError(f"{name}: no column for a theme", column=theme)
    columns = list(themes["theme"])
    score = _floats(machine[columns])
    mark = _floats(marks[columns].reindex(ids))
    _within(score, ids, columns, (score >= 0) & (score <= 1), "a score from 0 to 1")
    _within(mark, ids, columns, (mark == 0) | (mark == 1), "1, 0, or nothing")
    pi = _floats(probability.reindex(ids).to_frame())[:, 0]
    wrong = ~((pi > 0) & (pi <= 1))
    if wrong.any():
        raise AnswerError(
            f"{int(wrong.sum())} answers could not be drawn",
            column="probability",
            found=f"answer {ids[wrong][0]}: {pi[wrong][0]}",
            expected="for every answer a probability above 0 and at most 1",
            action="leave out the answers that the random draw could not reach, and say so",
        )
    member = clusters.reindex(ids)
    if member.isna().any():
        raise AnswerError(
            f"{int(member.isna().sum())} answers belong to no member",
            column="clusters",
            found=f"answer {ids[member.isna()][0]}",
            expected="a value for every answer",
            action="leave these answers out and say so, or cluster by another column",
        )
    place, whose = pd.factorize(member, sort=False)
    at, names = _groups(groups, ids)
    return Coded(
        themes=themes[["family", "theme"]].reset_index(drop=True),
        names=names,
        group=at,
        member=place.astype(np.intp),
        n_members=len(whose),
        machine=score,
        human=mark,
        weight=1 / pi,
    )


def counts(totals: Totals) -> Counts:
    """How many answers, members, human codes and members with one each group has."""
    answers, humans = totals.answers[:1].sum(axis=(0, -1)), totals.humans.sum(-1)
    members = (totals.answers[:1] > 0).sum(axis=(0, -1))
    return Counts(
        answers.astype(np.int64),
        members.astype(np.int64),
        humans.astype(np.int64),
        (totals.humans > 0).sum(-1).astype(np.int64),
    )


def reason(humans: int, human_members: int, min_humans: int, min_members: int) -> Reason | None:
    """Why nothing is told of a group, if so."""
    if humans == 0:
        return Reason.NO_HUMAN
    if human_members < min_members:
        return Reason.FEW_MEMBERS
    return Reason.FEW_HUMAN if humans < min_humans else None


def check_limits(level: float, min_humans: int, min_members: int) -> None:
    """Raise ValueError where a limit is out of its range."""
    if not 0 < level < 1:
        raise ValueError(f"level is {level}, and must lie between 0 and 1")
    if min_humans < 1:
        raise ValueError(f"min_humans is {min_humans}, and must be at least 1")
    if min_members < MIN_MEMBERS:
        raise ValueError(f"min_members is {min_members}, and must be at least {MIN_MEMBERS}")


def number(value: float) -> object:
    """A number for a nullable column."""
    return pd.NA if np.isnan(value) else float(value)


def _totals(coded: Coded) -> Totals:
    """Sums; where the machine abstained, its score counts as the mean of those that it gave.

    Any constant would do: what the machine does not say the human codes say. A mean keeps the
    abstentions from making the score less like the code.
    """
    cells = len(coded.names) * coded.n_members
    at = coded.group * coded.n_members + coded.member
    shape = (len(coded.themes), len(coded.names), coded.n_members)
    kept = {name: np.zeros(shape) for name in Totals.__dataclass_fields__}
    sizes = np.bincount(at, minlength=cells).reshape(shape[1:])
    for k in range(shape[0]):
        f, y = coded.machine[:, k], coded.human[:, k]
        said = ~np.isnan(f)
        f = np.where(said, f, f[said].mean() if said.any() else 0.0)
        seen = np.flatnonzero(~np.isnan(y))
        here, fs, ys, w = at[seen], f[seen], y[seen], coded.weight[seen]
        sums = {"machine": np.bincount(at, f, cells), "humans": np.bincount(here, minlength=cells)}
        products = {"w": w, "wy": w * ys, "wf": w * fs, "wyf": w * ys * fs, "wff": w * fs * fs}
        sums |= {name: np.bincount(here, each, cells) for name, each in products.items()}
        for name, values in sums.items():
            kept[name][k] = values.reshape(shape[1:])
    kept["answers"][:] = sizes
    return Totals(**kept)


def _groups(
    groups: pd.Series[Any] | None, ids: pd.Index[Any]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], list[str | None]]:
    if groups is None:
        return np.zeros(len(ids), dtype=np.intp), [EVERYONE]
    aligned = groups.reindex(ids)
    if isinstance(aligned.dtype, pd.CategoricalDtype):
        present = [value for value in aligned.cat.categories if (aligned == value).any()]
    else:
        present = sorted(aligned.dropna().unique())
    places: dict[Hashable, int] = {value: at for at, value in enumerate(present)}
    names: list[str | None] = [str(value) for value in present]
    missing = aligned.isna().to_numpy()
    if missing.any():
        names.append(None)
    at = [len(present) if gone else places[v] for v, gone in zip(aligned, missing, strict=True)]
    return np.array(at, dtype=np.intp), names


def _floats(table: pd.DataFrame) -> Array:
    return table.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)


def _once(name: str, ids: pd.Index[Any]) -> None:
    if ids.has_duplicates:
        raise AnswerError(
            f"{name}: an id repeats", column="answer_id", found=ids[ids.duplicated()][0]
        )


def _known(name: str, ids: pd.Index[Any], all_ids: pd.Index[Any]) -> None:
    strays = ids[~ids.isin(all_ids)]
    if len(strays):
        raise AnswerError(
            f"{name}: {len(strays)} answers that the machine did not code",
            column="answer_id",
            found=strays[0],
            action="code these answers by machine too, or leave them out",
        )


def _within(
    values: Array,
    ids: pd.Index[Any],
    columns: list[str],
    good: np.ndarray[Any, np.dtype[np.bool_]],
    expected: str,
) -> None:
    bad = np.argwhere(~good & ~np.isnan(values))
    if len(bad):
        row, column = bad[0]
        raise AnswerError(
            f"{len(bad)} codes out of range",
            column=columns[column],
            found=f"answer {ids[row]}: {values[row, column]}",
            expected=expected,
        )
