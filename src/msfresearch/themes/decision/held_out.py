"""Held-out codes as one flat list of cases: an answer with a theme, or with its top code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.decision.schemas import ALL
from msfresearch.themes.decision.testing import Bools, Floats, Ints


@dataclass(frozen=True)
class HeldOut:
    """Probabilities and human marks of the same answers.

    Attributes
    ----------
    probabilities, marks : array, shape (answers, themes)
        Marks are 1, 0, NaN; a probability is NaN where the coder has not learned the theme.
    themes, languages : tuple of str
        Names; one language, ``all``, where none are told apart.
    language, cluster : array of int, shape (answers,)
        Number of the language and of the cluster.
    """

    probabilities: Floats
    marks: Floats
    themes: tuple[str, ...]
    languages: tuple[str, ...]
    language: Ints
    cluster: Ints

    def unread(self, theme: int | None, language: int) -> int:
        """Answers of a language that a person decided and the coder has no probability of."""
        rows = self.language == language
        chosen = slice(None) if theme is None else slice(theme, theme + 1)
        decided = ~np.isnan(self.marks[rows, chosen]).all(axis=1)
        return int((decided & np.isnan(self.probabilities[rows, chosen]).all(axis=1)).sum())


@dataclass(frozen=True)
class Cells:
    """Cases that both a person and the coder judged, each an array of one value per case.

    Attributes
    ----------
    probability : array of float
        Of the theme, or of the most probable one.
    carries : array of bool
        Whether the person gave the answer that theme.
    theme, language, cluster : array of int
        Numbers.
    """

    probability: Floats
    carries: Bools
    theme: Ints
    language: Ints
    cluster: Ints

    def where(self, chosen: Bools) -> Cells:
        """Only some of the cases."""
        return Cells(
            self.probability[chosen],
            self.carries[chosen],
            self.theme[chosen],
            self.language[chosen],
            self.cluster[chosen],
        )

    @property
    def residual(self) -> Floats:
        """What the person decided less what the machine expected."""
        return np.asarray(self.carries - self.probability)

    @property
    def cluster_of_theme(self) -> Ints:
        """Number of cluster and theme together."""
        both = np.stack([self.theme, self.cluster])
        return np.unique(both, axis=1, return_inverse=True)[1].ravel().astype(np.int64)


def theme_cells(held: HeldOut) -> Cells:
    """One case per answer and theme that a person decided and the coder has a probability of."""
    answer, theme = np.nonzero(~np.isnan(held.marks) & ~np.isnan(held.probabilities))
    return Cells(
        held.probabilities[answer, theme],
        held.marks[answer, theme] == 1,
        theme,
        held.language[answer],
        held.cluster[answer],
    )


def exclusive_cells(held: HeldOut) -> Cells:
    """One case per answer: its most probable theme, or that it carries none.

    Raises
    ------
    AnswerError
        When an answer that a person decided carries more than one theme, or is half decided.
    """
    decided = ~np.isnan(held.marks).any(axis=1)
    half = ~decided & ~np.isnan(held.marks).all(axis=1)
    several = np.nansum(held.marks, axis=1) > 1
    if half.any() or several.any():
        raise AnswerError(
            f"{int((half | several).sum())} answers do not exclude the other themes",
            expected="with exclusive codes at most one theme is 1 and all others are 0",
            action="code them again, or do without exclusive",
        )
    top, highest = top_code(held.probabilities)
    answer = np.nonzero(decided & ~np.isnan(highest))[0]
    with_none = np.column_stack([held.marks, 1 - held.marks.sum(axis=1)])
    return Cells(
        highest[answer],
        with_none[answer, top[answer]] == 1,
        np.zeros(len(answer), dtype=np.int64),
        held.language[answer],
        held.cluster[answer],
    )


def top_code(probabilities: Floats) -> tuple[Ints, Floats]:
    """The most probable of exclusive codes, and its probability.

    Returns
    -------
    place : array of int, shape (answers,)
        Column, the first where two are alike; the number of columns where "no theme" (what the
        probabilities lack to 1) is more probable than each.
    highest : array of float, shape (answers,)
        NaN for an answer without any probability.
    """
    known = np.nan_to_num(probabilities)
    with_none = np.column_stack([known, 1 - known.sum(axis=1)])
    place = with_none.argmax(axis=1)
    highest = with_none[np.arange(len(known)), place]
    unread = np.isnan(probabilities).all(axis=1)
    return place.astype(np.int64), np.where(unread, np.nan, highest)


def read_held_out(
    probabilities: pd.DataFrame,
    marks: pd.DataFrame,
    languages: pd.Series | None,
    clusters: pd.Series | None,
) -> HeldOut:
    """Bring probabilities and marks together; see `choose` for what they hold."""
    check_probabilities(probabilities)
    if list(marks.columns) != list(probabilities.columns):
        raise CodebookError(
            "the themes of probabilities and marks differ",
            found=", ".join(map(str, marks.columns)),
            expected=", ".join(map(str, probabilities.columns)),
            action="give both for the themes of one codebook, in its order",
        )
    if marks.index.has_duplicates:
        raise AnswerError(
            "an answer has two rows of marks",
            column="answer_id",
            found=marks.index[marks.index.duplicated()][0],
        )
    values = marks.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    if not np.isin(values[~np.isnan(values)], [0, 1]).all():
        raise AnswerError("a mark is no mark", expected="1, 0 or missing")
    lacking = marks.index.difference(probabilities.index)
    if len(lacking):
        raise AnswerError(
            f"{len(lacking)} coded answers have no probabilities",
            column="answer_id",
            found=lacking[0],
            action="let the coder judge them held out of its training",
        )
    language = numbered(languages, marks.index, "language")
    # Themes of one answer belong together even where answers do not.
    cluster = numbered(clusters, marks.index, "cluster")
    return HeldOut(
        probabilities.loc[marks.index].to_numpy(dtype=float),
        values,
        tuple(marks.columns),
        (ALL,) if language is None else language[1],
        np.zeros(len(marks), dtype=np.int64) if language is None else language[0],
        np.arange(len(marks)) if cluster is None else cluster[0],
    )


def check_probabilities(probabilities: pd.DataFrame) -> None:
    """Raise AnswerError unless every answer has one row of numbers between 0 and 1, or missing."""
    if probabilities.index.has_duplicates:
        raise AnswerError(
            "an answer has two rows of probabilities",
            column="answer_id",
            found=probabilities.index[probabilities.index.duplicated()][0],
        )
    inside = (probabilities.ge(0) & probabilities.le(1)) | probabilities.isna()
    outside = ~inside.all(axis=1)
    if outside.any():
        raise AnswerError(
            f"{int(outside.sum())} answers have probabilities that are none",
            column="answer_id",
            found=f"answer {probabilities.index[outside][0]}",
            expected="a number from 0 to 1 for each theme, or missing",
        )


def numbered(
    values: pd.Series | None, ids: pd.Index, what: str
) -> tuple[Ints, tuple[str, ...]] | None:
    """Number the values of the answers; None where there are none.

    Raises
    ------
    AnswerError
        When an answer has no value, or more than one.
    """
    if values is None:
        return None
    if values.index.has_duplicates:
        raise AnswerError(f"an answer has more than one {what}", column="answer_id")
    along = values.reindex(ids)
    if along.isna().any():
        raise AnswerError(
            f"{int(along.isna().sum())} answers have no {what}",
            column=what,
            found=f"answer {along.index[along.isna()][0]}",
            expected="a value for every answer",
        )
    names, numbers = np.unique(along.to_numpy(dtype=object).astype(str), return_inverse=True)
    return numbers.astype(np.int64), tuple(map(str, names))
