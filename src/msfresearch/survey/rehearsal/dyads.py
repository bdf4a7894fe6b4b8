"""What is true of the gap between the two sides, among members in which both answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from msfresearch.survey.items import Item
from msfresearch.survey.rehearsal.estimands import NODES, View, figures
from msfresearch.survey.rehearsal.simulate import Simulated
from msfresearch.survey.rehearsal.world import (
    BLANK,
    BLANK_OTHERS,
    MEMBER_SD,
    RESPONDENT_SD,
    Array,
    World,
)

#: Columns of the table of gaps.
COLUMNS = ("item", "dyads", "government", "civil_society", "gap", "superiority", "kappa")


@dataclass(frozen=True)
class _Side:
    """One side's answers to an item, by unit and by state of the member (last axis).

    Attributes
    ----------
    heard
        Chance that at least one answer to the item comes from the unit.
    mean
        Expected answer, given that there is one.
    shares
        Chance of each value, in ascending order and in a first axis; none of a number.
    """

    heard: Array
    mean: Array
    shares: Array


def dyad_estimands(
    government: Simulated, civil_society: Simulated, items: Sequence[str]
) -> pd.DataFrame:
    """Gaps that two simulated waves of one seed are to find.

    Both sides of a member see one state of it, and whether an item is put to somebody hangs on
    that state where the item lies behind another. The gap that is found in members where both
    sides answered is therefore not the difference of the two sides' own truths: it is the mean
    of the members' gaps, each member and state weighted by the chance that both sides are heard
    there and answer the item. The member's state is integrated out, so that these figures are of
    members such as these and do not hang on the seed.

    That some stop on the way is left out: it lowers the chance to be heard everywhere by nearly
    the same factor.

    Parameters
    ----------
    government, civil_society : Simulated
        Of one frame; only their laws and chances are used, and not their answers.
    items : sequence of str
        Items with a number or with numbers for levels, asked of both sides.

    Returns
    -------
    DataFrame
        With ``COLUMNS``, a row per item: expected number of members in which both answered, the
        mean of each side over them and the mean gap; the probability that a government's answer
        is above one of its civil society (ties count half) and the quadratically weighted kappa
        of the two, each member with a weight of one; both missing for a number that is no scale.
    """
    node, mass = np.polynomial.hermite_e.hermegauss(NODES)
    mass = mass / mass.sum()
    rows: list[tuple[str | float, ...]] = []
    for name in items:
        mine, theirs = (_side(one, name, node) for one in (government, civil_society))
        weight = mine.heard * theirs.heard * mass
        total = float(weight.sum())
        means = [float((weight * side.mean).sum() / total) for side in (mine, theirs)]
        table = np.einsum("ius,jus,us->ij", mine.shares, theirs.shares, weight) / total
        rows.append((name, total, *means, means[0] - means[1], *agreement(table)))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"item": "str"})


def _side(simulated: Simulated, name: str, node: Array) -> _Side:
    units = simulated.population
    item = simulated.world.table.item(name)
    centres, cell = np.unique(units["systematic"].round(12), return_inverse=True)
    states = (centres[:, None] + MEMBER_SD * node).ravel()
    view = View(states, RESPONDENT_SD, simulated.manifest)
    found = figures(simulated.world, item, view, simulated.government)

    def by_unit(column: Array) -> Array:
        return np.asarray(column.reshape(len(centres), len(node))[cell])

    base = next(iter(found.values()))[1]
    answered = _answered(simulated.world, item) * by_unit(base)
    chance = units["chance"].to_numpy()[:, None] * answered
    heard = 1 - (1 - chance) ** units["places"].to_numpy(dtype="float64")[:, None]
    if item.type == "numeric":
        mean = by_unit(found["", "mean"][0] / base)
        return _Side(heard, mean, np.empty((0, *mean.shape)))
    law = simulated.world.laws[name]
    ascending = sorted(zip(law.values, law.codes, strict=True))
    shares = np.stack([by_unit(found[code, "share"][0] / base) for _, code in ascending])
    values = np.array([float(value) for value, _ in ascending])
    return _Side(heard, np.einsum("i,ius->us", values, shares), shares)


def _answered(world: World, item: Item) -> float:
    """The factor that :func:`figures` leaves out: that nothing on the way was passed over."""
    passed = [item, *_behind(world, item).values()]
    chances = [1 - BLANK.get(one.type, BLANK_OTHERS) for one in passed]
    return float(np.prod(chances)) * (1 - sum(world.missing(item).values()))


def _behind(world: World, item: Item) -> dict[str, Item]:
    """The items behind which an item lies, each once."""
    found: dict[str, Item] = {}
    for other in item.asked_if:
        if other not in world.given:
            governing = world.table.item(other)
            found |= {other: governing, **_behind(world, governing)}
    return found


def agreement(table: Array) -> tuple[float, float]:
    """Probability of superiority and weighted kappa of a table of shares."""
    k = len(table)
    if not k:
        return np.nan, np.nan
    place = np.arange(k)
    above = np.sign(place[:, None] - place[None, :])
    distance = (place[:, None] - place[None, :]) ** 2
    chance = table.sum(axis=1)[:, None] * table.sum(axis=0)[None, :]
    superiority = float((table * (1 + above)).sum() / 2)
    return superiority, 1 - float((table * distance).sum() / (chance * distance).sum())
