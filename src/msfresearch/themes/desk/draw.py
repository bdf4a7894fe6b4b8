"""Which answers people code so that they may stand for all: drawn by permanent random numbers.

Every answer has a number that the seed and its id give (Ohlsson 1995, *Coordination of samples
using permanent random numbers*). The sample of n answers of a stratum is the n with the smallest
numbers: a simple random sample without replacement, the same for every coder, in any order of
the table; and n + m answers are those n and m others.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import AnswerError
from msfresearch.themes.desk.keyed import number

DRAWN = pa.DataFrameSchema(
    {
        "answer_id": pa.Column(str, unique=True),
        "stratum": pa.Column(str),
        "number": pa.Column(float, pa.Check.in_range(0, 1, include_max=False)),
        "inclusion": pa.Column(float, pa.Check.in_range(0, 1)),
        "drawn": pa.Column(bool),
    },
    strict=True,
)
ASSIGNED = pa.DataFrameSchema(
    {
        "answer_id": pa.Column(str),
        "coder": pa.Column(str, nullable=True),
        "role": pa.Column(str, pa.Check.isin(["first", "second"])),
    },
    strict=True,
)
#: Name of the only stratum where the sample has none.
ALL = "all"


def draw_random(
    answers: pd.DataFrame, allocation: int | Mapping[str, int], seed: str, by: str | None = None
) -> pd.DataFrame:
    """Draw answers at random, in strata where wanted.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id`` (unique) and the column ``by``.
    allocation : int or mapping
        Answers to draw; with ``by`` one number for every stratum, 0 where nothing is to be drawn.
    seed : str
        Key of the random numbers. One seed for all samples of a wave: then they nest.
    by : str, optional
        Column whose values are the strata, such as ``language``.

    Returns
    -------
    DataFrame
        All answers in the order of their numbers: ``answer_id``, ``stratum``, ``number``,
        ``inclusion`` (probability to be drawn: sample over answers of the stratum) and ``drawn``.

    Raises
    ------
    AnswerError
        When an id repeats, the column is missing or holds nothing, a stratum has no number or a
        number no stratum, or more answers are wanted than there are.
    """
    ids = _ids(answers)
    strata = _strata(answers, by)
    wanted = _allocation(allocation, strata, by)
    numbers = [number(seed, answer_id) for answer_id in ids]
    order = sorted(range(len(ids)), key=lambda at: (numbers[at], ids[at]))
    sizes = pd.Series(strata, dtype="str").value_counts()
    left = dict(wanted)
    drawn: list[bool] = []
    for at in order:
        left[strata[at]] -= 1
        drawn.append(left[strata[at]] >= 0)
    return DRAWN.validate(
        pd.DataFrame(
            {
                "answer_id": pd.Series([ids[at] for at in order], dtype="str"),
                "stratum": pd.Series([strata[at] for at in order], dtype="str"),
                "number": pd.Series([numbers[at] for at in order], dtype="float64"),
                "inclusion": pd.Series(
                    [wanted[strata[at]] / sizes[strata[at]] for at in order], dtype="float64"
                ),
                "drawn": pd.Series(drawn, dtype="bool"),
            }
        )
    )


def proportional(answers: pd.DataFrame, by: str, n: int, at_least: int = 0) -> dict[str, int]:
    """Share a number of answers out over strata by their size, by largest remainder.

    Parameters
    ----------
    answers : DataFrame
        With the column ``by``.
    by : str
        The strata.
    n : int
        Answers in all, at most as many as there are.
    at_least : int
        Answers of every stratum, or all of it where it has fewer; may take the sum beyond ``n``.

    Returns
    -------
    dict
        Stratum to number of answers, by name.
    """
    sizes = pd.Series(_strata(answers, by), dtype="str").value_counts().sort_index()
    total = int(sizes.sum())
    if not 0 <= n <= total:
        raise _too_many(n, total)
    exact = {str(name): n * int(size) / max(total, 1) for name, size in sizes.items()}
    shared = {name: int(value) for name, value in exact.items()}
    remainders = sorted(exact, key=lambda name: (shared[name] - exact[name], name))
    for name in remainders[: n - sum(shared.values())]:
        shared[name] += 1
    return {name: max(share, min(at_least, int(sizes[name]))) for name, share in shared.items()}


def assign(
    answers: pd.DataFrame,
    coders: Sequence[str],
    overlap: float,
    seed: str,
    languages: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Share answers out among coders, some of them to two.

    Where a sample is extended, only the answers that are new are shared out: who codes the
    others is settled.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id``, ``language``: those to be coded.
    coders : sequence of str
        At least one; at least two where answers overlap.
    overlap : float
        Share of the answers that a second coder gets too, 0 to 1, rounded up within what the
        coders' languages allow. Which ones is random by the seed, and the answers of a smaller
        share are among those of a larger one.
    seed : str
        Key of the order.
    languages : mapping, optional
        Coder to the languages that they read; who is not named reads all.

    Returns
    -------
    DataFrame
        ``answer_id``, ``coder``, ``role`` (first, second). Missing where nobody reads the
        language: such answers are listed, not left out.
    """
    if not coders or len(set(coders)) < len(coders) or not 0 <= overlap <= 1:
        raise AnswerError(
            "answers cannot be shared out so",
            found=f"{len(coders)} coders, overlap {overlap}",
            expected="different coders, and an overlap from 0 to 1",
        )
    ids = _ids(answers)
    spoken = dict(zip(ids, answers["language"], strict=True))
    order = sorted(ids, key=lambda one: (number(seed, "second coder", one), one))
    read = {coder: None if languages is None else languages.get(coder) for coder in coders}
    able = {
        one: [c for c, tongues in read.items() if tongues is None or spoken[one] in tongues]
        for one in order
    }
    twice = math.ceil(round(overlap * len(order), 6))
    load = dict.fromkeys(coders, 0)
    rows: list[tuple[str, str | None, str]] = []
    for one in order:
        free = sorted(able[one], key=lambda coder: (load[coder], coders.index(coder)))
        seats = ["first", "second"] if twice > 0 else ["first"]
        if len(free) >= 2:
            twice -= len(seats) - 1
        else:
            seats = ["first"]
        rows += [(one, coder, role) for role, coder in zip(seats, free, strict=False)]
        rows += [] if free else [(one, None, "first")]
        for coder in free[: len(seats)]:
            load[coder] += 1
    frame = pd.DataFrame(rows, columns=list(ASSIGNED.columns)).astype("str")
    return ASSIGNED.validate(frame)


def _ids(answers: pd.DataFrame) -> list[str]:
    ids = [str(one) for one in answers["answer_id"]]
    if len(set(ids)) < len(ids):
        raise AnswerError(
            "an id stands twice among the answers",
            column="answer_id",
            found=f"{len(ids) - len(set(ids))} repeated",
            expected="every answer once",
        )
    return ids


def _strata(answers: pd.DataFrame, by: str | None) -> list[str]:
    if by is None:
        return [ALL] * len(answers)
    if by not in answers.columns or answers[by].isna().any():
        raise AnswerError(
            "no column of strata",
            column=by,
            found="no such column" if by not in answers.columns else "blanks in it",
            expected="a value for every answer",
            action="name another column, or give the answers without one a value of their own",
        )
    return [str(one) for one in answers[by]]


def _allocation(
    allocation: int | Mapping[str, int], strata: list[str], by: str | None
) -> dict[str, int]:
    sizes = dict(Counter(strata))
    if isinstance(allocation, int):
        if by is not None:
            raise AnswerError(
                "one number for several strata",
                column=by,
                found=str(allocation),
                expected="a number for each of: " + ", ".join(sorted(sizes)),
                action="share it out first, for instance by size",
            )
        wanted = {ALL: allocation}
        sizes = sizes or {ALL: 0}
    else:
        wanted = dict(allocation)
    if set(wanted) != set(sizes):
        raise AnswerError(
            "numbers and strata do not fit",
            column=by,
            found=", ".join(sorted(wanted)),
            expected=", ".join(sorted(sizes)),
            action="give every stratum its number, 0 where nothing is to be drawn",
        )
    for name, n in wanted.items():
        if not 0 <= n <= sizes[name]:
            raise _too_many(n, sizes[name], name)
    return wanted


def _too_many(n: int, most: int, stratum: str | None = None) -> AnswerError:
    return AnswerError(
        "so many answers cannot be drawn",
        column=stratum,
        found=str(n),
        expected=f"0 to {most}",
        action="draw fewer, or code all of them",
    )
