"""The marks of several coders as one array, and the groups of coders that are compared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.agreement.resampling import Floats, Ints, units_of
from msfresearch.themes.agreement.schemas import ALL, KINDS


@dataclass(frozen=True)
class Coded:
    """What several coders marked.

    Attributes
    ----------
    values : array, shape (coders, answers, themes)
        1, 0, NaN where the coder did not see the answer.
    names, themes : tuple of str
        Coders and themes, in the order of the array.
    machines : frozenset of str
        Coders that are no people.
    languages : array of str, shape (answers,), optional
        Where given, coefficients are told per language too.
    units : array of int, shape (answers,)
        What each answer is drawn with.
    """

    values: Floats
    names: tuple[str, ...]
    themes: tuple[str, ...]
    machines: frozenset[str]
    languages: pd.Series | None
    units: Ints

    def per_language(self) -> Iterator[tuple[str, Coded]]:
        """Everything, then each language in order."""
        yield ALL, self
        if self.languages is None:
            return
        for language in sorted(set(self.languages)):
            yield language, self._rows((self.languages == language).to_numpy())

    def groups(self) -> Iterator[tuple[str, Coded]]:
        """Kind, and the coders compared: all people, each two people, each person and machine.

        Of a group only the answers stay that two of its coders saw; a person comes before a
        machine, and is its reference.
        """
        people = [at for at, name in enumerate(self.names) if name not in self.machines]
        machines = [at for at, name in enumerate(self.names) if name in self.machines]
        if len(people) != 2:
            yield KINDS[0], self._together(people)
        for pair in combinations(people, 2):
            yield KINDS[0], self._together(pair)
        for person in people:
            for machine in machines:
                yield KINDS[1], self._together((person, machine))

    def _together(self, chosen: Collection[int]) -> Coded:
        values = self.values[list(chosen)]
        seen = (~np.isnan(values)).any(axis=2).sum(axis=0)
        group = replace(self, values=values, names=tuple(self.names[at] for at in chosen))
        return group._rows(seen >= 2)

    def _rows(self, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Coded:
        return replace(
            self,
            values=self.values[:, rows],
            languages=None if self.languages is None else self.languages[rows],
            units=np.unique(self.units[rows], return_inverse=True)[1].astype(np.int64),
        )


def read_marks(
    marks_by_coder: Mapping[str, pd.DataFrame],
    machines: Collection[str],
    languages: pd.Series | None,
    clusters: pd.Series | None,
) -> Coded:
    """Bring the frames of several coders together; see `agreement_table` for what they hold."""
    if not set(marks_by_coder) - set(machines) or not set(machines) <= set(marks_by_coder):
        raise AnswerError(
            "nobody to compare with",
            found=f"coders {sorted(marks_by_coder)}, machines {sorted(machines)}",
            expected="at least one person, and every machine among the coders",
        )
    themes = tuple(next(iter(marks_by_coder.values())).columns)
    for coder, marks in marks_by_coder.items():
        _check(coder, marks, themes)
    ids = pd.Index(sorted(set().union(*(marks.index for marks in marks_by_coder.values()))))
    frames = [marks.reindex(ids).astype("Float64") for marks in marks_by_coder.values()]
    values = np.array([frame.to_numpy(dtype=float, na_value=np.nan) for frame in frames])
    cluster = _along(clusters, ids, "cluster")
    return Coded(
        values.reshape(len(frames), len(ids), len(themes)),
        tuple(marks_by_coder),
        themes,
        frozenset(machines),
        _along(languages, ids, "language"),
        units_of(None if cluster is None else cluster.to_numpy(dtype=object), len(ids)),
    )


def _check(coder: str, marks: pd.DataFrame, themes: tuple[str, ...]) -> None:
    if tuple(marks.columns) != themes:
        raise CodebookError(
            "coders' themes differ",
            column=coder,
            found=", ".join(map(str, marks.columns)),
            expected=", ".join(map(str, themes)),
            action="give every coder's marks for the themes of one codebook, in its order",
        )
    if marks.index.has_duplicates:
        raise AnswerError(
            "an answer is marked twice by one coder",
            column=coder,
            found=marks.index[marks.index.duplicated()][0],
            expected="one row per answer",
        )
    for theme in themes:
        strange = marks[theme].dropna()
        strange = strange[~strange.isin([0, 1])]
        if len(strange):
            raise AnswerError(
                f"{len(strange)} marks are no marks",
                column=f"{coder}, {theme}",
                found=f"{strange.iloc[0]} for answer {strange.index[0]}",
                expected="1, 0 or missing",
            )


def _along(values: pd.Series | None, ids: pd.Index, what: str) -> pd.Series | None:
    if values is None:
        return None
    if values.index.has_duplicates:
        raise AnswerError(f"an answer has more than one {what}", column="answer_id")
    found = values.reindex(ids)
    if found.isna().any():
        raise AnswerError(
            f"{int(found.isna().sum())} answers have no {what}",
            column=what,
            found=f"answer {found.index[found.isna()][0]}",
            expected="a value for every answer that is coded",
        )
    return found
