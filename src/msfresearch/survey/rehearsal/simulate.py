"""A wave simulated in memory: answers, the people who gave them, and what is true of them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.survey.items import Item
from msfresearch.survey.manifest import Manifest
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.rehearsal.answers import Drawn, draw
from msfresearch.survey.rehearsal.estimands import estimands
from msfresearch.survey.rehearsal.grammar import Said
from msfresearch.survey.rehearsal.partial import cut
from msfresearch.survey.rehearsal.people import checked_frame, generator, people_of, units_of
from msfresearch.survey.rehearsal.world import World


@dataclass(frozen=True)
class Simulated:
    """A simulated wave.

    Attributes
    ----------
    codes : DataFrame of str
        One row per answer, one column per clean column that the form asks, in the
        questionnaire's codes; "" is blank. Countries are ISO 3166 alpha-3 codes.
    people : DataFrame
        The same rows: ``member``, ``region``, ``income``, ``window``, ``day``, ``language``,
        ``written_in``, ``disposition``.
    said : dict
        Open item to what each respondent said, rows as in ``codes``.
    population : DataFrame
        One row per unit of the frame, with its latent view and its chance to answer.
    world : World
        The laws.
    manifest : Manifest
        The wave.
    """

    codes: pd.DataFrame
    people: pd.DataFrame
    said: Mapping[str, list[Said]]
    population: pd.DataFrame
    world: World
    manifest: Manifest

    @property
    def government(self) -> bool:
        """Whether the wave asks the government."""
        return self.manifest.population == "government"

    @cached_property
    def estimands(self) -> pd.DataFrame:
        """What is true of this world; see :func:`msfresearch.survey.rehearsal.estimands`."""
        return estimands(self.world, self.manifest, self.population, self.government)

    @cached_property
    def answers(self) -> pd.DataFrame:
        """The answers as cleaning would leave them: values of the questionnaire, typed.

        ``row_id``, ``line``, ``member`` and the items; no column for an item that the platform
        alone can tell.
        """
        table = self.world.table
        columns: dict[str, Any] = {
            "row_id": pd.Series([f"a{n:06d}" for n in range(len(self.codes))], dtype="str"),
            "line": pd.Series(np.arange(2, len(self.codes) + 2), dtype="int64"),
        }
        for item in table.items:
            for clean, _ in item.columns():
                if clean in self.codes:
                    columns[clean] = typed(self.codes[clean], clean, item, self.world.questionnaire)
        columns[table.member] = self.people.member
        return pd.DataFrame(columns)


def simulate(
    questionnaire: Questionnaire,
    manifest: Manifest,
    frame: pd.DataFrame,
    seed: int,
    answers: int,
) -> Simulated:
    """Simulate a wave from its questionnaire.

    Members of the frame see their forum as better or worse: a sum of what their region, income
    group and level have in common, and of their own state, which two waves with one seed share.
    Respondents within a member scatter about it; the government's side sees the same forum
    systematically rosier, by a figure of each item's own. An ordinal item is answered by
    thresholds of that latent view plus a standard normal, the others by a logit. Whether anybody
    answers depends on region and civic space, and not on the view beyond them.

    Parameters
    ----------
    questionnaire, manifest : Questionnaire, Manifest
        The instrument and the wave; the table that the wave's one source fills is simulated.
    frame : DataFrame
        One row per unit: ``member``, ``country``, ``level``, ``region``, ``income``, ``cspart``
        and ``n_members``.
    seed : int
        The same seed gives the same wave, on every machine.
    answers : int
        How many are expected; the number itself is drawn.

    Returns
    -------
    Simulated
    """
    world = World(questionnaire, table_of(questionnaire, manifest))
    units = units_of(manifest, checked_frame(frame), seed, answers)
    people = people_of(manifest, units, seed)
    government = manifest.population == "government"
    drawn: Drawn = draw(world, people, government, generator(seed, manifest.id, "answers"))
    codes, disposition = cut(world, drawn.codes, generator(seed, manifest.id, "cut"))
    who = people.respondents
    its = units.iloc[who.unit.to_numpy()]
    described = pd.DataFrame(
        {
            "member": its.member.to_numpy(),
            "region": its.region.to_numpy(),
            "income": its.income.to_numpy(),
            "window": who.window,
            "day": who.day,
            "language": who.language,
            "written_in": pd.Series(drawn.written, dtype="str"),
            "disposition": pd.Series(disposition, dtype="str"),
        }
    )
    return Simulated(codes, described, drawn.said, units, world, manifest)


def table_of(questionnaire: Questionnaire, manifest: Manifest) -> Table:
    """The table that the wave's first source fills."""
    return questionnaire.tables[manifest.sources[0].table]


def typed(
    codes: pd.Series[Any], clean: str, item: Item, questionnaire: Questionnaire
) -> pd.Series[Any]:
    """Codes of one clean column as the values that cleaning stores, missing where none is."""
    if clean == f"{item.id}_other" or item.type in ("text", "id", "country"):
        return codes.where(codes != "").astype("str")
    answered = codes.where(~codes.isin(list(questionnaire.missing_codes(item))))
    levels = questionnaire.levels(item)
    if levels:
        answered = answered.map({level.code: level.value for level in levels})
    if item.type == "multi" or (levels and isinstance(levels[0].value, int)):
        return answered.astype("Float64").astype("Int64")
    if item.type == "numeric":
        return answered.astype("Float64").astype("Int64" if item.whole else "Float64")
    if item.type == "date":
        return pd.to_datetime(answered, format=item.date_format)
    return answered.astype("str")
