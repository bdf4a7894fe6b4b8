"""Which answers are worth coding first: where the machine is in doubt, spread over the frame.

What is chosen so teaches the learned coder and stands for nothing else: it is no random sample,
and no estimate may use it. Its decisions carry the draw ``chosen``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import zip_longest

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import AnswerError
from msfresearch.themes.desk.keyed import number
from msfresearch.themes.matching.fold import fold

CHOSEN = pa.DataFrameSchema(
    {
        "answer_id": pa.Column(str, unique=True),
        "theme": pa.Column(str),
        "language": pa.Column(str),
        "uncertainty": pa.Column(float, pa.Check.in_range(0, 1, include_min=False)),
    },
    strict=True,
)
#: Share of words in common from which two answers teach the same.
ALIKE = 0.8
_WORD = re.compile(r"\w+")


def choose(
    answers: pd.DataFrame,
    probabilities: pd.DataFrame,
    coded: Collection[str],
    n: int,
    seed: str,
) -> pd.DataFrame:
    """Choose the next answers to be coded by people.

    The doubt about a theme is the entropy of its probability in bits, 1 at one half. Answers are
    taken in turn from every language and, within a language, from every theme, the most doubtful
    first; an answer whose words are nearly those of one that was taken is passed over.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id``, ``text``, ``language``.
    probabilities : DataFrame
        The machine's, index ``answer_id``, one column per theme; answers without a row, and
        themes without a probability (NaN), are not considered.
    coded : collection of str
        Answers that a person has decided on: never chosen.
    n : int
        How many.
    seed : str
        Breaks ties.

    Returns
    -------
    DataFrame
        At most ``n`` rows, in the order in which they should be coded: ``answer_id``, ``theme``
        (about which the doubt is), ``language``, ``uncertainty`` (bits).

    Raises
    ------
    AnswerError
        When an id repeats, or a probability is not between 0 and 1.
    """
    if answers["answer_id"].duplicated().any() or probabilities.index.has_duplicates:
        raise AnswerError("an id stands twice", column="answer_id", expected="every answer once")
    values = probabilities.to_numpy(dtype="float64", na_value=np.nan)
    if ((values < 0) | (values > 1)).any():
        raise AnswerError("a probability that is none", expected="0 to 1, or NaN")
    open_ = answers[
        answers["answer_id"].isin(probabilities.index) & ~answers["answer_id"].isin(set(coded))
    ]
    texts = dict(zip(open_["answer_id"], open_["text"], strict=True))
    doubt = _entropy(values[probabilities.index.get_indexer(pd.Index(open_["answer_id"]))])
    queues = _queues(open_, doubt, list(probabilities.columns), seed)
    rows: list[tuple[str, str, str, float]] = []
    taken: set[str] = set()
    words: list[frozenset[str]] = []
    while queues and len(rows) < n:
        left = []
        for queue in queues:
            for row in queue:
                if row[0] in taken:
                    continue
                taken.add(row[0])
                said = frozenset(_WORD.findall(fold(texts[row[0]]).text))
                if any(_alike(said, other) for other in words):
                    continue
                words.append(said)
                rows.append(row)
                left.append(queue)
                break
            if len(rows) == n:
                break
        queues = left
    frame = pd.DataFrame(rows, columns=list(CHOSEN.columns))
    types = {name: "float64" if name == "uncertainty" else "str" for name in CHOSEN.columns}
    return CHOSEN.validate(frame.astype(types))


def _queues(
    answers: pd.DataFrame, doubt: np.ndarray, themes: list[str], seed: str
) -> list[Iterator[tuple[str, str, str, float]]]:
    """One queue per language and theme, languages in turn, each one's most doubtful theme first."""
    ids = np.array([str(one) for one in answers["answer_id"]], dtype="object")
    languages = np.array([str(one) for one in answers["language"]], dtype="object")
    ties = np.array([number(seed, "chosen", one) for one in ids])
    per_language: list[list[tuple[float, Iterator[tuple[str, str, str, float]]]]] = []
    for language in sorted(set(languages)):
        mine = np.flatnonzero(languages == language)
        found = []
        for at, theme in enumerate(themes):
            order = mine[np.lexsort((ties[mine], -doubt[mine, at]))]
            order = order[doubt[order, at] > 0]
            if len(order):
                rows = _rows(ids, order, doubt[:, at], str(theme), language)
                found.append((float(doubt[order[0], at]), rows))
        found.sort(key=lambda one: -one[0])
        per_language.append(found)
    turns = zip_longest(*per_language)
    return [queue[1] for turn in turns for queue in turn if queue is not None]


def _rows(
    ids: np.ndarray, order: np.ndarray, doubt: np.ndarray, theme: str, language: str
) -> Iterator[tuple[str, str, str, float]]:
    for at in order:
        yield ids[at], theme, language, float(doubt[at])


def _entropy(p: np.ndarray) -> np.ndarray:
    """Entropy of a yes or no in bits; 0 where there is no probability."""
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    known: np.ndarray = np.clip(np.nan_to_num(bits, nan=0.0), 0.0, 1.0)
    return known


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    together = len(one | other)
    return not together or len(one & other) / together >= ALIKE
