"""Answers before the relaunch against answers after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import AnswerError
from msfresearch.survey.fieldwork.arrays import Array, Codes, Flags, adder
from msfresearch.survey.fieldwork.interval import quantile
from msfresearch.survey.fieldwork.quantities import quantities
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.source import Text

_NUMBER = pa.Column("Float64", nullable=True)
DIFFERENCES = pa.DataFrameSchema(
    {
        "item": pa.Column(str),
        "level": pa.Column(str, nullable=True),
        "measure": pa.Column(str, pa.Check.isin(["mean", "share"])),
        "n_early": pa.Column(int),
        "n_late": pa.Column(int),
        "early": _NUMBER,
        "late": _NUMBER,
        "difference": _NUMBER,
        "low": _NUMBER,
        "high": _NUMBER,
        "standardised": _NUMBER,
        "p_joint": _NUMBER,
    },
    strict=True,
)
#: What such a comparison can say, and what it cannot.
READING = Text(
    en="Those who answered only after the relaunch stand in for those who never did. That is an "
    "assumption and cannot be checked here: where late and early answers differ, the silent may "
    "differ further in the same direction; where they do not, the silent may differ all the same.",
    es="Quienes respondieron solo después del relanzamiento representan aquí a quienes nunca "
    "respondieron. Es un supuesto que no puede comprobarse con estos datos: si las respuestas "
    "tardías difieren de las tempranas, quienes callan pueden diferir más en el mismo sentido; "
    "si no difieren, quienes callan pueden diferir de todos modos.",
    fr="Les personnes qui n'ont répondu qu'après la relance tiennent lieu de celles qui n'ont "
    "jamais répondu. C'est une hypothèse, que ces données ne permettent pas de vérifier : si les "
    "réponses tardives diffèrent des premières, les personnes silencieuses peuvent différer "
    "davantage dans le même sens ; sinon, elles peuvent différer malgré tout.",
)


@dataclass(frozen=True)
class Relaunch:
    """Early against late answers.

    Attributes
    ----------
    table : DataFrame
        Per item (ordinal and numeric: mean; otherwise share of each answer): ``early``,
        ``late``, ``difference`` (late minus early) with its interval, ``standardised`` by the
        standard deviation of all answers, and ``p_joint``, which holds for all rows together.
    early, late, undated
        Answers.
    early_members, late_members
        Members with such an answer.
    compared, uncompared
        Rows with an interval; and without, for want of answers or of variation.
    p
        The joint statement: how often differences as large as the largest of all, by its error,
        would come about if late and early answers did not differ. None where nothing could be
        compared.
    reading
        What it can say of those who did not answer, in words.
    """

    table: pd.DataFrame
    early: int
    late: int
    undated: int
    early_members: int
    late_members: int
    compared: int
    uncompared: int
    p: float | None
    reading: Text = READING


def relaunch(
    answers: pd.DataFrame,
    table: Table,
    questionnaire: Questionnaire,
    late: pd.Series[Any],
    items: Sequence[str] | None = None,
    cluster: str | None = None,
    *,
    level: float = 0.95,
    least: int = 5,
    draws: int = 4999,
    seed: int = 2019,
) -> Relaunch:
    """Compare answers before and after the relaunch, item by item and over all.

    Errors are linearised with members as clusters, a member that answered both before and after
    counting in both; Student's t has the members less 2 for degrees of freedom. The joint
    p-values are those of the largest of all t statistics when the sign of each member's score is
    drawn at random (a multiplier bootstrap: Chernozhukov, Chetverikov and Kato 2013, *Annals of
    Statistics* 41): they keep the dependence between items and hold for all of them together.

    Parameters
    ----------
    answers : DataFrame
        The clean table.
    table, questionnaire
        The form.
    late : Series of boolean
        Whether the answer came after the relaunch, missing where its day is not known; see
        :func:`~msfresearch.survey.fieldwork.window_of`.
    items : sequence of str, optional
        Ids of items; all closed ones that the form asks by default.
    cluster : str, optional
        Column of what the answers are drawn by; the table's member by default.
    level : float
        Coverage of each interval by itself.
    least : int
        Answers that an item needs before and after to be compared.
    draws, seed : int
        Of the signs.

    Returns
    -------
    Relaunch

    Raises
    ------
    AnswerError
        When an answer belongs to no member.
    """
    members = answers[cluster or table.member]
    if members.isna().any():
        raise AnswerError(
            f"{int(members.isna().sum())} answers belong to no member",
            column=cluster or table.member,
            expected="a value in every row",
            action="leave these answers out and say so, or cluster by another column",
        )
    dated = late.notna().to_numpy(dtype=bool)
    after = late.fillna(False).to_numpy(dtype=bool)
    before = dated & ~after
    code = pd.factorize(members)[0]
    rows: list[tuple[object, ...]] = []
    scores: list[Array] = []
    ses: list[float] = []
    for named, values in quantities(answers, table, questionnaire, items, brief=True):
        found = _compare(values, before, after, code, level, least)
        for one, (row, score, se) in zip(named, found, strict=True):
            rows.append((one.item, one.level, one.measure, *row, np.nan))
            scores.append(score)
            ses.append(se)
    frame = pd.DataFrame(rows, columns=list(DIFFERENCES.columns))
    numbers = dict.fromkeys(list(DIFFERENCES.columns)[5:], "Float64")
    whole = {"n_early": "int64", "n_late": "int64"}
    words = dict.fromkeys(("item", "level", "measure"), "str")
    frame = frame.astype({**words, **whole, **numbers})
    usable = np.isfinite(ses)
    p = None
    if usable.any():
        errors = np.array(ses)[usable]
        t = frame.loc[usable, "difference"].to_numpy(dtype=float) / errors
        joint = _joint(t, np.column_stack(scores)[:, usable], errors, draws, seed)
        frame.loc[usable, "p_joint"] = joint
        p = float(joint.min())
    return Relaunch(
        DIFFERENCES.validate(frame),
        early=int(before.sum()),
        late=int(after.sum()),
        undated=int((~dated).sum()),
        early_members=int(members[before].nunique()),
        late_members=int(members[after].nunique()),
        compared=int(usable.sum()),
        uncompared=int((~usable).sum()),
        p=p,
    )


def _compare(
    values: Array,
    before: Flags,
    after: Flags,
    code: Codes,
    level: float,
    least: int,
) -> list[tuple[tuple[object, ...], Array, float]]:
    """Per column: what its row says, each member's score, and the standard error."""
    there = ~np.isnan(values)
    filled = np.where(there, values, 0.0)
    sides = [there & one[:, None] for one in (before, after)]
    sizes = [side.sum(axis=0) for side in sides]
    with np.errstate(divide="ignore", invalid="ignore"):
        early, late = (
            (filled * side).sum(axis=0) / n for side, n in zip(sides, sizes, strict=True)
        )
        parts = [
            np.where(side, values - centre, 0.0) / n
            for side, centre, n in zip(sides, (early, late), sizes, strict=True)
        ]
    either = sides[0] | sides[1]
    add = adder(code)
    scores = np.asarray(add @ (parts[1] - parts[0]))
    members = (np.asarray(add @ (either * 1.0)) > 0).sum(axis=0)
    found: list[tuple[tuple[object, ...], Array, float]] = []
    for k in range(values.shape[1]):
        n_early, n_late, g = int(sizes[0][k]), int(sizes[1][k]), int(members[k])
        own = values[either[:, k], k]
        sd = float(own.std(ddof=1)) if len(own) > 1 else np.nan
        difference = float(late[k] - early[k])
        se = np.nan
        if min(n_early, n_late) >= least and g > 2:
            se = float(np.sqrt(g / (g - 2) * (scores[:, k] ** 2).sum()))
            se = se if se > 1e-12 * max(sd, 1e-300) else np.nan
        reach = quantile(level, g - 2) * se if g > 2 else np.nan
        row = (n_early, n_late, float(early[k]), float(late[k]), difference)
        bounds = (difference - reach, difference + reach, difference / sd if sd > 0 else np.nan)
        found.append(((*row, *bounds), np.nan_to_num(scores[:, k]), se))
    return found


def _joint(t: Array, scores: Array, ses: Array, draws: int, seed: int) -> Array:
    """How often the largest of all statistics is as large as each, under random signs."""
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, len(scores)))
    largest = np.abs(signs @ (scores / ses)).max(axis=1)
    # A hair of tolerance: the draw that leaves every sign as it is must count as equal.
    above = (largest[:, None] >= np.abs(t)[None, :] * (1 - 1e-12)).sum(axis=0)
    return np.asarray((1 + above) / (draws + 1))
