"""Who answered a survey, when, how far, and how far that is from its frame: computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from msfresearch.errors import ManifestError, MsfResearchError
from msfresearch.survey.fieldwork.balance import ORDERS, Weighed, balance, weigh
from msfresearch.survey.fieldwork.coverage import Coverage, coverage
from msfresearch.survey.fieldwork.curve import Curve, curve, window_of
from msfresearch.survey.fieldwork.design import kish
from msfresearch.survey.fieldwork.estimates import estimates
from msfresearch.survey.fieldwork.funnel import Funnel, funnel
from msfresearch.survey.fieldwork.rates import cases_of, outcome_rates, participation
from msfresearch.survey.fieldwork.relaunch import Relaunch, relaunch
from msfresearch.survey.fieldwork.response import Representativeness, r_indicator
from msfresearch.survey.frame import units
from msfresearch.survey.questionnaire import Table
from msfresearch.wave import Wave

#: Variables of the frame by which answers and members are compared.
VARIABLES = tuple(ORDERS)


@dataclass(frozen=True)
class Study:
    """The fieldwork of one survey table; what could not be computed is a sentence that says why.

    Attributes
    ----------
    wave, name, table
        The wave, and the table of its answers.
    answers, reasons : DataFrame
        Clean answers that name a member of some frame, and why answers are missing.
    unplaced
        Answers without a member: they are in no figure that counts members.
    units : DataFrame
        The frame: one row per country and level.
    """

    wave: Wave
    name: str
    table: Table
    answers: pd.DataFrame
    reasons: pd.DataFrame
    unplaced: int
    units: pd.DataFrame
    curve: Curve
    funnel: Funnel
    participation: pd.DataFrame
    rates: pd.DataFrame | None
    coverage: Coverage
    response: Representativeness | str
    relaunch: Relaunch | None
    weighed: Weighed | str
    balance: pd.DataFrame
    estimates: pd.DataFrame

    @property
    def consent(self) -> str | None:
        """Item in which respondents agreed to take part; None where the form has none."""
        asked = self.table.respondents
        return asked.consent.item if asked and asked.consent else None

    @property
    def weights(self) -> pd.Series[float] | None:
        """Weight per answer; None where the answers could not be weighted."""
        return None if isinstance(self.weighed, str) else self.weighed.raked.weights


def study(wave: Wave) -> Study:
    """The fieldwork of a survey, from what stage clean left.

    Raises
    ------
    ManifestError
        When the wave is no survey of people, or its manifest names no frame of members.
    """
    members = wave.members()
    surveys = [name for name, one in wave.questionnaire.tables.items() if one.respondents]
    if members is None or not surveys:
        raise ManifestError(
            "no survey of members of a frame",
            file=wave.raw_folder / "wave.yml",
            column="frame.members_of",
            expected="a table with `respondents`, and the year of the frame",
        )
    name = surveys[0]
    table = wave.questionnaire.tables[name]
    everyone = wave.table("clean", name)
    reasons = wave.table("clean", f"{name}_missing")
    frame = units(members)
    placed = everyone["member"].notna()
    answers = everyone[placed].reset_index(drop=True)
    weighed = _weighed(answers, frame)
    raked = None if isinstance(weighed, str) else weighed.raked
    windows = wave.manifest.fieldwork
    late = window_of(answers["submit_dt"], windows) > 1
    return Study(
        wave=wave,
        name=name,
        table=table,
        answers=answers,
        reasons=reasons,
        unplaced=int((~placed).sum()),
        units=frame,
        curve=curve(everyone["submit_dt"], windows),
        funnel=funnel(everyone, reasons, table, everyone["disposition"] == "complete"),
        participation=participation(everyone, by="lang"),
        rates=_rates(everyone, wave),
        coverage=coverage(everyone, frame, by=VARIABLES),
        response=_response(answers, frame),
        relaunch=relaunch(answers, table, wave.questionnaire, late) if len(windows) > 1 else None,
        weighed=weighed,
        balance=balance(answers, frame, VARIABLES, raked),
        estimates=estimates(answers, table, wave.questionnaire, raked),
    )


def _weighed(answers: pd.DataFrame, frame: pd.DataFrame) -> Weighed | str:
    try:
        return weigh(answers, frame)
    except MsfResearchError as wrong:
        return _why(wrong)


def _response(answers: pd.DataFrame, frame: pd.DataFrame) -> Representativeness | str:
    heard = frame["member"].isin(answers["member"])
    try:
        return r_indicator(frame, heard, VARIABLES, ORDERS)
    except MsfResearchError as wrong:
        return _why(wrong)


def _why(wrong: MsfResearchError) -> str:
    return f"{wrong.problem} ({wrong.found})" if wrong.found else wrong.problem


def _rates(everyone: pd.DataFrame, wave: Wave) -> pd.DataFrame | None:
    known = wave.manifest.denominator
    if known is None:
        return None
    return outcome_rates(cases_of(everyone["disposition"], known), known.eligible)


def results(made: Study) -> dict[str, pd.DataFrame]:
    """Tables of the fieldwork that later stages and readers take up."""
    found = {
        "daily": made.curve.daily,
        "windows": made.curve.windows,
        "funnel": made.funnel.items,
        "participation": made.participation,
        "member_coverage": made.coverage.table,
        "balance": made.balance,
        "estimates": made.estimates,
    }
    if made.rates is not None:
        found["rates"] = made.rates
    if made.relaunch is not None:
        found["relaunch"] = made.relaunch.table
    if not isinstance(made.response, str):
        found["partial_by_variable"] = made.response.variables
        found["partial_by_category"] = made.response.categories
    if made.weights is not None:
        ids = made.answers["row_id"].reindex(made.weights.index)
        found["weights"] = pd.DataFrame({"row_id": ids, "weight": made.weights})
    return found


def facts(made: Study) -> Mapping[str, object]:
    """Single values of the fieldwork that other pages quote."""
    whole = made.coverage.table.iloc[0]
    weights = made.weights
    return {
        "answers": len(made.answers) + made.unplaced,
        "members": int(whole["covered"]),
        "frame": int(whole["units"]),
        "deff": None if weights is None else float(kish(weights).deff),
        "n_eff": None if weights is None else float(kish(weights).n_eff),
    }
