"""How far coders agree, as tables: coefficients with intervals, and the raw counts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from msfresearch.themes.agreement.coders import Coded, read_marks
from msfresearch.themes.agreement.resampling import Floats, Resampling
from msfresearch.themes.agreement.schemas import AGREEMENT, ALL, COUNTS, KINDS
from msfresearch.themes.agreement.sets import set_coefficients
from msfresearch.themes.agreement.yesno import (
    Pair,
    count_first_only,
    count_patterns,
    group_coefficients,
    overall_f1,
    pair_coefficients,
)
from msfresearch.themes.schemas import table

#: Decimals told: sums of the same numbers in another order differ far below.
DECIMALS = 10


@dataclass(frozen=True)
class _Measured:
    """Coefficients of the themes (replicates + 1, themes) or of all of them (replicates + 1, 1)."""

    levels: tuple[str, ...]
    n_answers: np.ndarray[tuple[int], np.dtype[np.int64]]
    coefficients: dict[str, Floats]


def agreement_table(
    marks_by_coder: Mapping[str, pd.DataFrame],
    languages: pd.Series | None = None,
    clusters: pd.Series | None = None,
    *,
    machines: Collection[str] = (),
    replicates: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Agreement of people with each other and with machines, per theme and language.

    Compared are all people together (where there are three or more), each two people, and each
    person with each machine. Only answers that two of the compared coders saw count. Where answers
    were chosen because the machine was in doubt, agreement on them is lower than on all: give the
    answers drawn at random when the figure is to stand for all.

    Parameters
    ----------
    marks_by_coder : mapping of coder to DataFrame
        Wide: index ``answer_id``, one column per theme in the order of the codebook; 1, 0, missing
        where the coder did not decide. The same columns for all; the answers may differ.
    languages : Series, optional
        Language by ``answer_id``; where given, every language is told beside all of them.
    clusters : Series, optional
        What answers come in (the member) by ``answer_id``: drawn as a whole by the bootstrap.
    machines : collection of str
        Which of the coders are no people.
    replicates, seed : int
        Bootstrap resamples, and the seed that gives the same ones each time.
    level : float
        Coverage of the percentile intervals.

    Returns
    -------
    DataFrame
        ``level`` (a theme or ``all``), ``language`` (or ``all``), ``kind``, ``coders`` (joined by
        ``|``, the reference first), ``coefficient``, ``value``, ``low``, ``high``, ``n_answers``
        (seen by two of the coders), ``n_units`` (clusters or answers that the bootstrap draws
        from), ``n_coders``, ``reason`` (why a value or an interval is missing or has no width,
        empty otherwise). Shares are told from 0 to 1. Per theme: ``percent_agreement``, ``alpha``,
        ``fleiss``, ``ac1``, for two coders ``cohen`` and ``f1``, for a machine ``precision`` and
        ``recall``; for all themes: ``alpha_masi``, ``alpha_jaccard``, ``percent_identical``,
        for two coders ``f1_micro`` and ``f1_macro``.

    Raises
    ------
    AnswerError
        When there is no person, a mark is not 1, 0 or missing, an answer stands twice, or lacks a
        language or cluster.
    CodebookError
        When coders' themes differ.
    """
    coded = read_marks(marks_by_coder, machines, languages, clusters)
    resampling = Resampling(replicates, seed, level)
    columns: dict[str, list[object]] = {name: [] for name in AGREEMENT.columns}
    for language, part in coded.per_language():
        for kind, group in part.groups():
            n_units = len(np.unique(group.units))
            for measured in _measure(kind, group, resampling):
                for row in _rows(measured, group, n_units, resampling):
                    values = {
                        "language": language,
                        "kind": kind,
                        "coders": "|".join(group.names),
                        "n_units": n_units,
                        "n_coders": len(group.names),
                        **row,
                    }
                    for column, told in values.items():
                        columns[column].append(told)
    return table(AGREEMENT, columns)


def raw_table(
    marks_by_coder: Mapping[str, pd.DataFrame],
    languages: pd.Series | None = None,
    *,
    machines: Collection[str] = (),
) -> pd.DataFrame:
    """Count, per theme and two coders, the answers that both, one or neither of them marked.

    Parameters
    ----------
    marks_by_coder, languages, machines
        As in `agreement_table`.

    Returns
    -------
    DataFrame
        ``theme``, ``language`` (or ``all``), ``kind``, ``first``, ``second``, ``both``,
        ``first_only``, ``second_only``, ``neither``: answers that both coders saw.
    """
    columns: dict[str, list[object]] = {name: [] for name in COUNTS.columns}
    for language, part in read_marks(marks_by_coder, machines, languages, None).per_language():
        for kind, group in part.groups():
            if len(group.names) != 2:
                continue
            one, other = group.values
            for name, of_first, of_second in (
                ("both", 1, 1),
                ("first_only", 1, 0),
                ("second_only", 0, 1),
                ("neither", 0, 0),
            ):
                counts = ((one == of_first) & (other == of_second)).sum(axis=0)
                columns[name].extend(counts.tolist())
            columns["theme"].extend(group.themes)
            for name, told in (
                ("language", language),
                ("kind", kind),
                ("first", group.names[0]),
                ("second", group.names[1]),
            ):
                columns[name].extend([told] * len(group.themes))
    return table(COUNTS, columns)


def _measure(kind: str, group: Coded, resampling: Resampling) -> Iterator[_Measured]:
    patterns = count_patterns(group.values, group.units, resampling)
    per_theme = group_coefficients(patterns)
    n_answers, overall = set_coefficients(group.values, group.units, resampling)
    if len(group.names) == 2:
        first_only = count_first_only(group.values, group.units, resampling)
        pair = Pair.of(patterns, first_only)
        of_pair = pair_coefficients(pair)
        told = ("cohen", "f1") if kind == KINDS[0] else ("cohen", "precision", "recall", "f1")
        per_theme |= {name: of_pair[name] for name in told}
        overall |= overall_f1(pair)
    n_paired = patterns.n_paired[0].astype(np.int64)
    yield _Measured(group.themes, n_paired, per_theme)
    columns = {name: values[:, None] for name, values in overall.items()}
    yield _Measured((ALL,), np.array([n_answers]), columns)


def _rows(
    measured: _Measured, group: Coded, n_units: int, resampling: Resampling
) -> Iterator[dict[str, object]]:
    for name, values in measured.coefficients.items():
        low, high, undefined = resampling.interval(values)
        if n_units < 2:
            low, high = np.full_like(low, np.nan), np.full_like(high, np.nan)
        for at, level in enumerate(measured.levels):
            n_answers = int(measured.n_answers[at])
            value = float(values[0, at])
            bounds = float(low[at]), float(high[at])
            yield {
                "level": level,
                "coefficient": name,
                "value": round(value, DECIMALS),
                "low": round(bounds[0], DECIMALS),
                "high": round(bounds[1], DECIMALS),
                "n_answers": n_answers,
                "reason": _reason(
                    value,
                    bounds,
                    len(group.names),
                    n_answers,
                    n_units,
                    f"no value in {undefined[at]} of {resampling.replicates} resamples",
                ),
            }


def _reason(
    value: float,
    bounds: tuple[float, float],
    n_coders: int,
    n_answers: int,
    n_units: int,
    undefined: str,
) -> str:
    if np.isnan(value):
        if n_coders < 2:
            return "fewer than two coders"
        if n_answers == 0:
            return "no answer seen by two coders"
        return "not defined: no variation, or nobody used the code"
    if np.isnan(bounds[0]):
        return "no interval: one cluster only" if n_units < 2 else f"no interval: {undefined}"
    if bounds[0] == bounds[1]:
        return "the interval has no width: the resamples do not vary"
    return ""
