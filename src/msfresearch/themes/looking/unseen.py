"""What the frame does not catch, and how much each of its patterns catches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import cache

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.matching.phrases import LINK
from msfresearch.themes.schemas import PATTERN_COUNTS, STEMS, table

SNOWBALL = {"en": "english", "es": "spanish", "fr": "french"}
PRIOR_WORDS = 1000.0
"""Weight of the prior: as if this many more words of the average kind stood on each side."""

_WORDS = r"[^\W\d_]{3,}"


def distinctive_stems(
    answers: pd.DataFrame,
    coded_ids: Collection[str],
    language: str,
    min_members: int = 10,
    top: int = 20,
) -> pd.DataFrame:
    """Stems that separate the answers without any hit from those with one.

    Log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, "Fightin'
    Words", Political Analysis 16, equations 16 and 22), over words; the prior is the stem's share
    of all words. The z-scores take words as independent, which words of one answer are not: they
    rank stems and test nothing. Words of fewer than three letters and links are left out.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id``, ``text``, ``language``, ``member``; only those of ``language`` are read.
    coded_ids : collection of str
        Answers in which something was found.
    language : str
        ``en``, ``es`` or ``fr``: decides the Snowball stemmer.
    min_members : int
        A stem that fewer distinct members use is left out: it would tell who wrote.
    top : int
        Stems per side.

    Returns
    -------
    DataFrame
        ``side`` (``uncoded`` or ``coded``: where the stem is the more likely), ``stem``,
        ``n_uncoded`` and ``n_coded`` (answers that use it), ``n_members``, ``log_odds`` (above 0
        on the uncoded side), ``z``. The uncoded side first, the most distinctive first. No rows
        where one of the sides has no words.

    Raises
    ------
    AnswerError
        When a column or a member is missing, or the language has no stemmer.
    """
    _need(answers, ("answer_id", "text", "language", "member"))
    if language not in SNOWBALL:
        raise AnswerError(
            "no stemmer for this language",
            column="language",
            found=language,
            expected="one of: " + ", ".join(SNOWBALL),
        )
    spoken = answers[answers["language"] == language]
    if spoken["member"].isna().any():
        raise AnswerError("answers belong to no member", column="member")
    coded = set(coded_ids)
    words: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    users: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    members: dict[str, set[object]] = {}
    stems_of = _stemmer(language)
    for answer_id, text, member in zip(
        spoken["answer_id"], spoken["text"], spoken["member"], strict=True
    ):
        stems = stems_of(text)
        words[answer_id in coded].update(stems)
        users[answer_id in coded].update(set(stems))
        for stem in set(stems):
            members.setdefault(stem, set()).add(member)
    columns: dict[str, list[object]] = {name: [] for name in STEMS.columns}
    if words[True] and words[False]:
        for stem, delta, z in _log_odds(words[False], words[True]):
            if len(members[stem]) >= min_members:
                columns["side"].append("uncoded" if z > 0 else "coded")
                columns["stem"].append(stem)
                columns["n_uncoded"].append(users[False][stem])
                columns["n_coded"].append(users[True][stem])
                columns["n_members"].append(len(members[stem]))
                columns["log_odds"].append(delta)
                columns["z"].append(z)
    found = table(STEMS, columns)
    order = found.assign(side_first=found["side"] != "uncoded", strength=-found["z"].abs())
    order = order.sort_values(["side_first", "strength", "stem"])
    return found.loc[order.index].groupby("side", sort=False).head(top).reset_index(drop=True)


def pattern_counts(
    hits: pd.DataFrame, answers: pd.DataFrame, codebook: Codebook | None = None
) -> pd.DataFrame:
    """How much each pattern catches.

    Parameters
    ----------
    hits : DataFrame
        From `msfresearch.themes.match`.
    answers : DataFrame
        ``answer_id`` and ``member`` of the same answers.
    codebook : Codebook, optional
        With it, patterns that never fire are listed too, in the languages that fired or that the
        answers are in.

    Returns
    -------
    DataFrame
        One row per pattern: ``theme``, ``language``, ``pattern``, ``n_hits``, ``n_answers``,
        ``n_members``; in the order of the codebook where given, otherwise of first appearance
        of the theme, most hits first within theme and language.

    Raises
    ------
    AnswerError
        When a column is missing or a hit belongs to no answer.
    """
    _need(answers, ("answer_id", "member"))
    member = answers.set_index("answer_id")["member"]
    strays = hits.loc[~hits["answer_id"].isin(member.index), "answer_id"]
    if len(strays):
        raise AnswerError(
            f"{len(strays)} hits belong to no answer", column="answer_id", found=strays.iloc[0]
        )
    keys = ["theme", "language", "pattern"]
    counted = (
        hits.assign(member=hits["answer_id"].map(member))
        .groupby(keys, sort=False)
        .agg(
            n_hits=("answer_id", "size"),
            n_answers=("answer_id", "nunique"),
            n_members=("member", "nunique"),
        )
    )
    order = list(counted.sort_values("n_hits", ascending=False, kind="stable").index)
    if codebook is not None:
        spoken = set(hits["language"]) | set(answers.get("language", ()))
        order = [
            (theme_id, language, entry.pattern)
            for theme_id, theme in codebook.themes.items()
            for language, entries in theme.patterns.items()
            if language in spoken
            for entry in entries
        ]
    else:
        themes = list(dict.fromkeys(hits["theme"]))
        order.sort(key=lambda row: (themes.index(row[0]), row[1]))
    columns: dict[str, list[object]] = {
        name: [row[at] for row in order] for at, name in enumerate(keys)
    }
    for name in ("n_hits", "n_answers", "n_members"):
        found = counted[name].to_dict()
        columns[name] = [int(found.get(row, 0)) for row in order]
    return table(PATTERN_COUNTS, columns)


def _stemmer(language: str) -> Callable[[str], list[str]]:
    """Give a function from a text to its stems; each distinct word is stemmed once."""
    from nltk.stem.snowball import SnowballStemmer
    from nltk.tokenize import RegexpTokenizer

    words = RegexpTokenizer(_WORDS)
    stem = cache(SnowballStemmer(SNOWBALL[language]).stem)
    return lambda text: [stem(word) for word in words.tokenize(LINK.sub(" ", text.lower()))]


def _log_odds(here: Counter[str], there: Counter[str]) -> Iterator[tuple[str, float, float]]:
    """Per stem the difference in log-odds and its z-score."""
    stems = sorted(here.keys() | there.keys())
    if len(stems) < 2:  # odds are against all other stems
        return
    a = np.array([here[stem] for stem in stems], dtype=float)
    b = np.array([there[stem] for stem in stems], dtype=float)
    prior = (a + b) / (a + b).sum() * PRIOR_WORDS
    delta = np.log((a + prior) / (a.sum() + PRIOR_WORDS - a - prior)) - np.log(
        (b + prior) / (b.sum() + PRIOR_WORDS - b - prior)
    )
    z = delta / np.sqrt(1 / (a + prior) + 1 / (b + prior))
    yield from zip(stems, delta.tolist(), z.tolist(), strict=True)


def _need(answers: pd.DataFrame, columns: Collection[str]) -> None:
    for column in columns:
        if column not in answers.columns:
            raise AnswerError(
                "answers lack a column", column=column, found=", ".join(map(str, answers.columns))
            )
