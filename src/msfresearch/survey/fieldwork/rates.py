"""Outcome rates of the AAPOR where a denominator is known, and what is said where none is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import AnswerError
from msfresearch.survey.fieldwork.interval import quantile, wilson
from msfresearch.survey.respondents import Denominator

RATES = pa.DataFrameSchema(
    {
        "rate": pa.Column(str, unique=True),
        "label": pa.Column(str),
        "numerator": pa.Column(float),
        "denominator": pa.Column(float, nullable=True),
        "value": pa.Column("Float64", pa.Check.in_range(0, 1), nullable=True),
        "low": pa.Column("Float64", pa.Check.in_range(0, 1), nullable=True),
        "high": pa.Column("Float64", pa.Check.in_range(0, 1), nullable=True),
    },
    strict=True,
)
PARTICIPATION = pa.DataFrameSchema(
    {
        "group": pa.Column(str, nullable=True),
        "measure": pa.Column(str),
        "label": pa.Column(str),
        "n": pa.Column(int, pa.Check.ge(0)),
    },
    strict=True,
)
#: Disposition of an answer in the clean table, to the code of the AAPOR: a respondent who broke
#: off refused to go on.
DISPOSITIONS = {"complete": "I", "partial": "P", "break_off": "R"}


@dataclass(frozen=True)
class Cases:
    """Cases by final disposition, counted or weighted.

    Attributes
    ----------
    I, P, R, NC, O
        Complete and partial answers, refusals and break-offs, noncontacts, other eligible cases.
    UH, UO
        Cases of unknown eligibility.
    NE
        Cases that are not eligible.
    weighted
        Whether these are sums of weights: then no rate has an interval.
    """

    I: float  # noqa: E741 - the AAPOR's own codes
    P: float
    R: float
    NC: float
    O: float  # noqa: E741
    UH: float
    UO: float
    NE: float
    weighted: bool = False

    def __post_init__(self) -> None:
        """Refuse what no count can be."""
        for field in fields(self)[:8]:
            value = getattr(self, field.name)
            if not (np.isfinite(value) and value >= 0):
                raise ValueError(f"{field.name} is {value}: cases are counted from 0")

    def eligibility(self) -> float | None:
        """Share of the cases of known eligibility that are eligible.

        Taken as the share among the unknown ones (proportional allocation, CASRO 1982). None
        where no eligibility is known.
        """
        eligible = self.I + self.P + self.R + self.NC + self.O
        return eligible / (eligible + self.NE) if eligible + self.NE else None


def cases(dispositions: pd.Series[Any], weights: pd.Series[Any] | None = None) -> Cases:
    """Count dispositions, or add up their weights.

    Parameters
    ----------
    dispositions : Series of str
        Codes I, P, R, NC, O, UH, UO, NE, one per case.
    weights : Series of float, optional
        One per case, on the same index.

    Returns
    -------
    Cases

    Raises
    ------
    ValueError
        When a code is none of these, or is missing.
    """
    codes = [field.name for field in fields(Cases)[:8]]
    strange = dispositions[~dispositions.isin(codes)]
    if len(strange):
        raise ValueError(f"no disposition is called {strange.iloc[0]!r}; they are {codes}")
    every = pd.Series(1.0, index=dispositions.index) if weights is None else weights
    sums = every.groupby(dispositions).sum()
    return Cases(
        **{code: float(sums.get(code, 0.0)) for code in codes}, weighted=weights is not None
    )


def cases_of(dispositions: pd.Series[Any], denominator: Denominator) -> Cases:
    """The cases of a wave: its answers, and what the manifest knows of the others.

    Parameters
    ----------
    dispositions : Series of str
        ``complete``, ``partial`` or ``break_off``, one per answer.
    denominator : Denominator
        From the manifest. Its refusals are of people who gave no answer at all: break-offs are
        counted from the answers and added to them.

    Returns
    -------
    Cases

    Raises
    ------
    AnswerError
        When an answer has no disposition.
    """
    codes = dispositions.map(DISPOSITIONS)
    if codes.isna().any():
        raise AnswerError(
            f"{int(codes.isna().sum())} answers have no disposition",
            column="disposition",
            expected=", ".join(DISPOSITIONS),
            action="screen the answers before their rates are computed",
        )
    own = codes.value_counts()
    return Cases(
        I=float(own.get("I", 0)),
        P=float(own.get("P", 0)),
        R=float(own.get("R", 0) + denominator.refusals),
        NC=denominator.noncontacts,
        O=denominator.other,
        UH=denominator.unknown_eligibility,
        UO=denominator.unknown_other,
        NE=denominator.not_eligible,
    )


def outcome_rates(found: Cases, eligible: float | None = None, level: float = 0.95) -> pd.DataFrame:
    """The outcome rates of the AAPOR's Standard Definitions (9th edition, 2016).

    Parameters
    ----------
    found : Cases
        Cases by disposition.
    eligible : float, optional
        Share of the cases of unknown eligibility that is thought eligible (e); by default that
        of the known ones.
    level : float
        Coverage of the intervals.

    Returns
    -------
    DataFrame
        ``rate`` (RR1-6, COOP1-4, REF1-3, CON1-3, LOC1-2), ``label``, ``numerator``,
        ``denominator``, ``value``, and Wilson's interval ``low`` to ``high``, which is given
        only where the denominator is a count: not for weighted cases, nor where cases of
        unknown eligibility enter it in part. A rate with nothing in its denominator is missing,
        as is one that needs e where nothing tells it.
    """
    e = found.eligibility() if eligible is None else eligible
    if e is not None and not 0 <= e <= 1:
        raise ValueError(f"e is {e}, and must lie between 0 and 1")
    unknown = found.UH + found.UO
    part = unknown * e if e is not None else (np.nan if unknown else 0.0)
    answered = found.I + found.P
    contacted = answered + found.R + found.O
    known = contacted + found.NC
    parts: Mapping[str, tuple[str, float, float]] = {
        "RR1": ("Response rate 1", found.I, known + unknown),
        "RR2": ("Response rate 2", answered, known + unknown),
        "RR3": ("Response rate 3", found.I, known + part),
        "RR4": ("Response rate 4", answered, known + part),
        "RR5": ("Response rate 5", found.I, known),
        "RR6": ("Response rate 6", answered, known),
        "COOP1": ("Cooperation rate 1", found.I, contacted),
        "COOP2": ("Cooperation rate 2", answered, contacted),
        "COOP3": ("Cooperation rate 3", found.I, answered + found.R),
        "COOP4": ("Cooperation rate 4", answered, answered + found.R),
        "REF1": ("Refusal rate 1", found.R, known + unknown),
        "REF2": ("Refusal rate 2", found.R, known + part),
        "REF3": ("Refusal rate 3", found.R, known),
        "CON1": ("Contact rate 1", contacted, known + unknown),
        "CON2": ("Contact rate 2", contacted, known + part),
        "CON3": ("Contact rate 3", contacted, known),
        "LOC1": ("Location rate 1", known, known + unknown),
        "LOC2": ("Location rate 2", known, known + part),
    }
    z = quantile(level, None)
    rows = []
    for rate, (label, above, below) in parts.items():
        there = below > 0
        value = above / below if there else np.nan
        # A part of the cases of unknown eligibility is an estimate, even when it comes out whole.
        counted = rate[-1] not in _PARTIAL.get(rate[:-1], "") or unknown == 0
        low, high = wilson(value, below, z) if counted and not found.weighted else (np.nan, np.nan)
        rows.append((rate, label, float(above), float(below), value, low, high))
    table = pd.DataFrame(rows, columns=list(RATES.columns))
    types = dict.fromkeys(("value", "low", "high"), "Float64")
    return RATES.validate(table.astype({"rate": "str", "label": "str", **types}))


#: Rates whose denominator holds an estimated part of the cases of unknown eligibility.
_PARTIAL = {"RR": "34", "REF": "2", "CON": "2", "LOC": "2"}


def participation(
    answers: pd.DataFrame, member: str = "member", by: str | None = None
) -> pd.DataFrame:
    """What can be said of an open invitation: how many answered, and for how many members.

    Parameters
    ----------
    answers : DataFrame
        One row per answer, with the columns ``member`` and ``by``.
    member : str
        Column of the member that an answer speaks of.
    by : str, optional
        Column by which both are counted as well, such as the language of the form.

    Returns
    -------
    DataFrame
        ``group`` (missing for all answers), ``measure`` (``answers``, ``members`` or
        ``answers_without_member``), ``label`` and ``n``. There is no denominator, so there is
        no rate.
    """
    groups: list[tuple[str | None, pd.DataFrame]] = [(None, answers)]
    if by is not None:
        named = answers[by].astype("str").fillna("unknown")
        groups += [(str(name), part) for name, part in answers.groupby(named, sort=True)]
    rows = []
    for name, part in groups:
        rows.append((name, "answers", "Answers", len(part)))
        rows.append((name, "members", "Members with an answer", int(part[member].nunique())))
        unknown = int(part[member].isna().sum())
        rows.append((name, "answers_without_member", "Answers that name no member", unknown))
    table = pd.DataFrame(rows, columns=list(PARTICIPATION.columns))
    return PARTICIPATION.validate(
        table.astype({"group": "str", "measure": "str", "label": "str", "n": "int64"})
    )
