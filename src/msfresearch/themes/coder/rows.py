"""Answers and marks as they come in: checked, sorted, made into arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.themes.coder.arrays import Bools, Floats
from msfresearch.themes.matching.fold import fold


@dataclass(frozen=True)
class Rows:
    """Answers sorted by text, so that their order in the file changes no rounding.

    Attributes
    ----------
    ids, texts, folded, languages : tuple of str
        Per answer; ``folded`` is without case and accents.
    worded : array of bool, shape (answers,)
        Whether the answer holds a single visible character.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    folded: tuple[str, ...]
    languages: tuple[str, ...]
    worded: Bools

    def where(self, chosen: Bools) -> Rows:
        """Some of the answers, in the same order."""
        at = np.flatnonzero(chosen)
        return Rows(
            tuple(self.ids[row] for row in at),
            tuple(self.texts[row] for row in at),
            tuple(self.folded[row] for row in at),
            tuple(self.languages[row] for row in at),
            self.worded[at],
        )


def rows_of(answers: pd.DataFrame) -> Rows:
    """Check answers and sort them.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id`` (text, unique), ``text`` (text, may be empty or any length), ``language``.

    Returns
    -------
    Rows

    Raises
    ------
    AnswerError
        When a column or a value is missing, or an id repeats.
    """
    for column in ("answer_id", "text", "language"):
        if column not in answers.columns:
            raise AnswerError(
                "answers lack a column", column=column, found=", ".join(map(str, answers.columns))
            )
        strays = [at for at, value in enumerate(answers[column]) if not isinstance(value, str)]
        if strays:
            raise AnswerError(
                f"{len(strays)} answers have no text here",
                row=strays[0] + 1,
                column=column,
                found=type(answers[column].iloc[strays[0]]).__name__,
                expected="text in every row; an empty answer is an empty text",
                action="leave these rows out and say so",
            )
    repeated = answers.loc[answers["answer_id"].duplicated(), "answer_id"]
    if len(repeated):
        raise AnswerError("an id repeats", column="answer_id", found=repeated.iloc[0])
    lines = sorted(zip(answers["text"], answers["language"], answers["answer_id"], strict=True))
    texts = tuple(text for text, _, _ in lines)
    folded = tuple(fold(text).text for text in texts)
    return Rows(
        ids=tuple(answer_id for _, _, answer_id in lines),
        texts=texts,
        folded=folded,
        languages=tuple(language for _, language, _ in lines),
        worded=np.array([_has_word(text) for text in folded], dtype=bool),
    )


def marks_of(marks: pd.DataFrame, rows: Rows, *, exclusive: bool) -> Floats:
    """Check what people coded and bring it into the order of the rows.

    Parameters
    ----------
    marks : DataFrame
        Wide: index ``answer_id``, a column per theme, 1, 0 or NaN.
    rows : Rows
        All answers; those without marks were not coded.
    exclusive : bool
        Whether an answer carries one theme at most: then one mark of 1 says 0 of the others.

    Returns
    -------
    array of float, shape (answers, themes)

    Raises
    ------
    AnswerError
        When an id or a theme repeats, an id belongs to no answer, a mark is not 0, 1 or NaN, or
        an answer has two themes that exclude each other.
    """
    if not marks.index.is_unique or not marks.columns.is_unique:
        raise AnswerError(
            "an answer or a theme stands twice in the marks",
            expected="one row per answer_id and one column per theme",
        )
    place = {answer_id: at for at, answer_id in enumerate(rows.ids)}
    strays = [answer_id for answer_id in marks.index if answer_id not in place]
    if strays:
        raise AnswerError(
            f"{len(strays)} coded answers are not among the answers",
            column="answer_id",
            found=str(strays[0]),
            action="give the answers that people coded, or leave these marks out",
        )
    values = marks.to_numpy(dtype=float, na_value=np.nan)
    wrong = ~np.isnan(values) & (values != 0) & (values != 1)
    if wrong.any():
        row, theme = np.argwhere(wrong)[0]
        raise AnswerError(
            f"{int(wrong.sum())} marks say neither yes nor no",
            column=str(marks.columns[theme]),
            found=f"{values[row, theme]} for answer {marks.index[row]}",
            expected="1, 0, or nothing where no person coded",
        )
    twice = (values == 1).sum(axis=1) > 1
    if exclusive and twice.any():
        raise AnswerError(
            f"{int(twice.sum())} answers carry several themes that exclude each other",
            column="answer_id",
            found=str(marks.index[int(np.flatnonzero(twice)[0])]),
            action="adjudicate these answers, or do not call the frame exclusive",
        )
    placed = np.full((len(rows.ids), marks.shape[1]), np.nan)
    placed[[place[answer_id] for answer_id in marks.index]] = values
    if exclusive:
        sure = (placed == 1).any(axis=1)
        placed[sure] = np.nan_to_num(placed[sure])
    return placed


def fired(hits: pd.DataFrame, rows: Rows, themes: tuple[str, ...]) -> Floats:
    """Which theme's patterns fire in which answer, shape (answers, themes); 1 or 0."""
    found = set(zip(hits["answer_id"], hits["theme"], strict=True))
    fires = [[(answer_id, theme) in found for theme in themes] for answer_id in rows.ids]
    return np.array(fires, dtype=float).reshape(len(rows.ids), len(themes))


def _has_word(text: str) -> bool:
    return any(letter.isprintable() and not letter.isspace() for letter in text)
