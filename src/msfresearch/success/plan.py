"""The analysis plan: what is compared with what, declared in a file and checked before a fit."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812  (pydantic needs the type beside a field `date`)
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from msfresearch.errors import PlanError
from msfresearch.success.plan_sides import Sides
from msfresearch.survey.manifest import WaveId
from msfresearch.survey.source import Identifier, Strict, Text
from msfresearch.yamlfile import load_model

Model = Literal["linear", "logit"]
View = Literal["naive", "clustered", "aggregated"]

_RESERVED = frozenset({"row", "plan", "member", "outcome", "exposure", "intercept"})


class Policy(Strict):
    """How much a model may be asked, given how little there is.

    Attributes
    ----------
    units_per_predictor
        Plans (members, where there are no plans) that one predictor costs.
    events_per_predictor
        Successes or failures, whichever are fewer, that one predictor of a logit costs.
    most_predictors
        Never more than this, whatever the two rules allow.
    minimum_clusters
        Members below which no cluster interval is given.
    minimum_clusters_per_side
        The same for the members with, and the members without, a yes/no exposure.
    level
        Coverage of the intervals.
    """

    units_per_predictor: int = Field(default=15, ge=1)
    events_per_predictor: int = Field(default=10, ge=1)
    most_predictors: int = Field(default=4, ge=1)
    minimum_clusters: int = Field(default=10, ge=3)
    minimum_clusters_per_side: int = Field(default=5, ge=2)
    level: float = Field(default=0.95, gt=0.5, lt=1)


class Valid(Strict):
    """Which answers enter: a range of whole numbers, or words in ascending order."""

    range: tuple[int, int] | None = None
    levels: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.range is None) == (not self.levels):
            raise ValueError("needs either a range [lowest, highest] or levels, in order")
        if self.range is not None and self.range[0] >= self.range[1]:
            raise ValueError(f"the range {list(self.range)} does not ascend")
        if len(set(self.levels)) < len(self.levels) or len(self.levels) == 1:
            raise ValueError("needs at least two levels, none of them twice")
        return self

    def holds(self, value: int | str) -> bool:
        """Whether the answer enters."""
        if self.range is None:
            return value in self.levels
        return isinstance(value, int) and self.range[0] <= value <= self.range[1]


class Success(Strict):
    """The rule that turns an answer into yes or no."""

    at_least: int | str


class Predictor(Strict):
    """A further predictor that the analysis asks for; the limit may refuse it."""

    item: Identifier
    label: Text


class Exposure(Strict):
    """What is thought to make the difference.

    Attributes
    ----------
    kind
        binary: 0 or 1; numeric: one step of the item's own unit.
    contrast
        The comparison in words, as it stands in a sentence.
    """

    item: Identifier
    label: Text
    kind: Literal["binary", "numeric"] = "binary"
    contrast: Text


class Outcome(Strict):
    """What may differ.

    Attributes
    ----------
    sensitivity_of
        The outcome that this one repeats with one choice made otherwise; it is no finding of
        its own and is not counted in the family.
    """

    id: Identifier
    item: Identifier
    label: Text
    model: Model
    valid: Valid
    success: Success | None = None
    sensitivity_of: Identifier | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _rule_fits_model(self) -> Self:
        if (self.model == "logit") != (self.success is not None):
            raise ValueError(f"outcome {self.id}: a logit, and no other, needs a success rule")
        if self.model == "linear" and self.valid.levels:
            raise ValueError(f"outcome {self.id}: a linear model needs a range of numbers")
        if self.success is not None:
            threshold = self.success.at_least
            lowest = self.valid.range[0] if self.valid.range else self.valid.levels[0]
            if not self.valid.holds(threshold):
                raise ValueError(f"outcome {self.id}: {threshold!r} is not among valid answers")
            if threshold == lowest:
                raise ValueError(f"outcome {self.id}: every valid answer is at least {threshold!r}")
        return self


class Units(Strict):
    """Items that name a row, the plan it belongs to (if any) and the member: the cluster."""

    row: Identifier
    plan: Identifier | None = None
    member: Identifier


class Analysis(Strict):
    """One question to one table of a wave."""

    id: Identifier
    question: Text
    table: Identifier
    exposure: Exposure
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    predictors: tuple[Predictor, ...] = ()
    units: Units
    views: tuple[View, ...] = Field(default=("naive", "clustered", "aggregated"), min_length=1)
    family: Literal["confirmatory", "exploratory"]
    evidence: str
    policy: Policy = Policy()

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        ids = [outcome.id for outcome in self.outcomes]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"analysis {self.id}: two outcomes are called {', '.join(twice)}")
        main = {outcome.id for outcome in self.outcomes if outcome.sensitivity_of is None}
        for outcome in self.outcomes:
            if outcome.sensitivity_of is not None and outcome.sensitivity_of not in main:
                raise ValueError(
                    f"outcome {outcome.id}: sensitivity of {outcome.sensitivity_of}, "
                    "which is no main outcome of this analysis"
                )
        used = [self.exposure.item, *(one.item for one in self.predictors)]
        used += sorted({outcome.item for outcome in self.outcomes})
        twice = sorted({one for one in used if used.count(one) > 1})
        if twice:
            raise ValueError(f"analysis {self.id}: {', '.join(twice)} stands on both sides")
        taken = sorted(_RESERVED.intersection(used))
        if taken:
            raise ValueError(f"analysis {self.id}: no item may be called {', '.join(taken)}")
        if len(set(self.views)) < len(self.views):
            raise ValueError(f"analysis {self.id}: a view is declared twice")
        if "aggregated" in self.views and self.units.plan in (None, self.units.row):
            raise ValueError(f"analysis {self.id}: rows are not within plans: nothing to aggregate")
        return self

    def outcome(self, outcome_id: str) -> Outcome:
        """The outcome of that id.

        Raises
        ------
        PlanError
            When the analysis declares none.
        """
        for outcome in self.outcomes:
            if outcome.id == outcome_id:
                return outcome
        raise PlanError(
            f"the analysis {self.id} declares no such outcome",
            found=outcome_id,
            expected=", ".join(outcome.id for outcome in self.outcomes),
        )


class WavePlan(Strict):
    """The analyses of one wave, and whether its data were known when they were written."""

    written: Literal["before data", "after data"]
    note: str
    analyses: tuple[Analysis, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _honest(self) -> Self:
        ids = [analysis.id for analysis in self.analyses]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"two analyses are called {', '.join(twice)}")
        for analysis in self.analyses:
            if self.written == "after data" and analysis.family == "confirmatory":
                raise ValueError(
                    f"analysis {analysis.id}: written after the data, so it cannot be confirmatory"
                )
        return self


class Measure(Strict):
    """One number or level per member, taken from a wave.

    Attributes
    ----------
    reduce
        How rows become one per member: ``only`` (there is one row each), ``last`` (the last row
        with a value, by ``order``), ``share`` (of the rows whose value is from ``valid``, those
        of at least ``at_least``).
    """

    id: Identifier
    wave: WaveId
    table: Identifier
    item: Identifier
    label: Text
    reduce: Literal["only", "last", "share"]
    order: Identifier | None = None
    at_least: int | None = None
    valid: tuple[int, int] | None = None

    @model_validator(mode="after")
    def _whole_measure(self) -> Self:
        if (self.reduce == "last") != (self.order is not None):
            raise ValueError(f"measure {self.id}: reduce `last`, and no other, needs an order")
        if (self.reduce == "share") != (self.at_least is not None and self.valid is not None):
            raise ValueError(
                f"measure {self.id}: reduce `share`, and no other, needs at_least and valid"
            )
        return self


class Comparison(Strict):
    """Waves side by side: measures by member, and the pairs of them that are compared."""

    id: Identifier
    question: Text
    evidence: str
    measures: tuple[Measure, ...] = Field(min_length=2)
    pairs: tuple[tuple[Identifier, Identifier], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _pairs_exist(self) -> Self:
        known = {measure.id for measure in self.measures}
        for pair in self.pairs:
            for one in pair:
                if one not in known:
                    raise ValueError(f"pairs: no measure is called {one}")
        return self

    def measure(self, measure: str) -> Measure:
        """One measure by its id."""
        return next(one for one in self.measures if one.id == measure)


class Plan(Strict):
    """The analysis plan of every wave, and of waves side by side."""

    version: int = Field(ge=1)
    date: Date
    waves: dict[WaveId, WavePlan] = Field(min_length=1)
    comparisons: tuple[Comparison, ...] = ()
    sides: tuple[Sides, ...] = ()

    def wave(self, wave: str) -> WavePlan:
        """What is planned for a wave.

        Raises
        ------
        PlanError
            When nothing is.
        """
        if wave not in self.waves:
            raise PlanError(
                "no analysis is planned for this wave",
                found=wave,
                expected="one of: " + ", ".join(self.waves),
                action="add the wave to codebook/plan.yml before its data are analysed",
            )
        return self.waves[wave]

    def analysis(self, wave: str, analysis: str) -> Analysis:
        """One analysis of a wave.

        Raises
        ------
        PlanError
            When the plan does not declare it.
        """
        analyses = self.wave(wave).analyses
        for one in analyses:
            if one.id == analysis:
                return one
        raise PlanError(
            f"the plan of {wave} declares no such analysis",
            found=analysis,
            expected="one of: " + ", ".join(one.id for one in analyses),
            action="declare it in codebook/plan.yml, or report it as not planned",
        )


def load_plan(path: Path) -> Plan:
    """Read and check an analysis plan.

    Parameters
    ----------
    path : Path
        UTF-8 YAML; in this project ``codebook/plan.yml``.

    Returns
    -------
    Plan

    Raises
    ------
    PlanError
        With file, line, key, what was found and what was expected.
    """
    return load_model(path, Plan, PlanError)
