"""Which answers are most like the others of their theme: ids, for the release gate to judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.themes.looking.jackknife import checked
from msfresearch.themes.looking.schemas import TYPICAL, Reason
from msfresearch.themes.matching.fold import fold
from msfresearch.themes.matching.sentences import stemmer, words
from msfresearch.themes.schemas import table
from msfresearch.themes.shares.hits import MIN_MEMBERS

MIN_WORDS, MAX_WORDS = 8, 60
"""Words of an answer that may stand for others: fewer say little, more do not fit a page."""
TOO_ALIKE = 0.7
"""Cosine above which an answer adds nothing to one already chosen."""


def typical(
    marks: pd.DataFrame,
    answers: pd.DataFrame,
    top: int = 3,
    *,
    min_words: int = MIN_WORDS,
    max_words: int = MAX_WORDS,
    min_members: int = MIN_MEMBERS,
) -> pd.DataFrame:
    """Answers in the middle of their theme, each of another member.

    Answers are compared by their stems, weighted so that rare ones count more (TF-IDF over the
    theme's answers of one language) and long answers no more than short ones. The first is the
    medoid, the answer with the highest mean cosine to all; the next is the next highest of a
    member not chosen yet that is no near copy of one chosen.

    Parameters
    ----------
    marks : DataFrame
        Index answer_id, one column per theme: 1, 0, or missing.
    answers : DataFrame
        ``answer_id``, ``text``, ``language``, ``member`` of these answers.
    top : int
        Answers per theme and language, at most.
    min_words, max_words : int
        Length of an answer that may be chosen; all others count in the middle.
    min_members : int
        Themes of fewer members in a language are told by their size alone.

    Returns
    -------
    DataFrame
        ``TYPICAL``: ``theme``, ``language``, ``n_answers``, ``n_members``, ``rank``,
        ``answer_id``, ``member``, ``likeness`` (mean cosine to the theme's answers),
        ``suppressed``, ``reason``. No words: these pass the release gate first, or not at all.

    Raises
    ------
    AnswerError
        Where the tables do not fit together or a language has no stemmer.
    ValueError
        When ``top`` is below 1 or ``min_members`` is too small.
    """
    if top < 1 or min_members < MIN_MEMBERS:
        raise ValueError(f"top must be at least 1 and min_members at least {MIN_MEMBERS}")
    for column in ("answer_id", "text", "language", "member"):
        if column not in answers.columns:
            raise AnswerError("answers lack a column", column=column)
    known = answers.set_index("answer_id")
    codes, _ = checked(marks, known["member"], level=0.5)
    known = known.reindex(marks.index)
    coded = (codes == 1).any(axis=1)
    stemmers = {language: stemmer(language) for language in sorted(set(known["language"]))}
    stems = [
        _stems(text, stemmers[language]) if any_code else []
        for text, language, any_code in zip(known["text"], known["language"], coded, strict=True)
    ]
    columns: dict[str, list[object]] = {name: [] for name in TYPICAL.columns}
    for k, theme in enumerate(map(str, marks.columns)):
        for language in stemmers:
            at = np.flatnonzero((codes[:, k] == 1) & (known["language"] == language).to_numpy())
            if not len(at):
                continue
            members = known["member"].iloc[at].astype("str").tolist()
            few = len(set(members)) < min_members
            fits = [min_words <= len(stems[place]) <= max_words for place in at]
            ids = marks.index[at].tolist()
            chosen = [] if few else _middle([stems[p] for p in at], ids, members, fits, top)
            size = {
                "theme": theme,
                "language": language,
                "n_answers": len(at),
                "n_members": len(set(members)),
                "suppressed": few or not chosen,
                "reason": Reason.FEW_MEMBERS if few else None if chosen else Reason.FEW_ANSWERS,
            }
            for rank, (place, likeness) in enumerate(chosen, start=1):
                told = {"rank": rank, "answer_id": ids[place], "member": members[place]}
                _append(columns, {**size, **told, "likeness": likeness})
            if not chosen:
                _append(columns, size)
    return table(TYPICAL, columns)


def _middle(
    stems: list[list[str]], ids: list[str], members: list[str], fits: list[bool], top: int
) -> list[tuple[int, float]]:
    """Places of the chosen answers and their likeness, the most alike first."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(stems):
        return []
    made = TfidfVectorizer(analyzer=list, sublinear_tf=True, dtype=np.float64)
    weights = made.fit_transform(stems)
    # The mean of all cosines is the cosine to the mean: no table of all pairs is needed.
    centre = np.asarray(weights.mean(axis=0)).ravel()
    likeness = np.clip(np.asarray(weights @ centre).ravel(), 0, 1)
    # Rounded, so that answers of the same words are in the order of their ids on any computer.
    order = sorted(range(len(ids)), key=lambda at: (-round(float(likeness[at]), 10), ids[at]))
    chosen: list[int] = []
    for at in order:
        if not fits[at] or members[at] in {members[one] for one in chosen}:
            continue
        if any(_cosine(weights, at, one) > TOO_ALIKE for one in chosen):
            continue
        chosen.append(at)
        if len(chosen) == top:
            break
    return [(at, round(float(likeness[at]), 10)) for at in chosen]


def _cosine(weights: Any, one: int, other: int) -> float:
    return float((weights[one] @ weights[other].T).sum())


def _stems(text: str, stem: Callable[[str], str]) -> list[str]:
    return [fold(stem(text[start:end].lower())).text for start, end in words(text)]


def _append(columns: dict[str, list[object]], row: dict[str, object]) -> None:
    for name, values in columns.items():
        values.append(row.get(name, pd.NA))
