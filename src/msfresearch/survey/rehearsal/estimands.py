"""What is true of the simulated world, integrated numerically and not taken from a sample."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from msfresearch.survey.items import Item
from msfresearch.survey.manifest import Manifest
from msfresearch.survey.rehearsal.numbers import NumberLaw
from msfresearch.survey.rehearsal.people import window_shares
from msfresearch.survey.rehearsal.world import (
    LATER,
    MEMBER_SD,
    RESPONDENT_SD,
    Array,
    World,
)

#: Columns of the table of estimands. ``statistic`` is mean (of a number, or of the values of an
#: ordinal item's levels) or share (of those who answered, by level or option).
COLUMNS = (
    "item",
    "level",
    "statistic",
    "truth",
    "these_members",
    "expected_unweighted",
    "other_side",
    "gap",
)
#: Points at which a normal distribution is integrated.
NODES = 25


def estimands(
    world: World, manifest: Manifest, units: pd.DataFrame, government: bool
) -> pd.DataFrame:
    """Means and shares of every item with a scale, means of numbers, shares of every option.

    All are conditional on the item being asked and answered, as a survey's own figures are, and
    average over early and late respondents as they come.

    Parameters
    ----------
    world : World
        The laws by which items are answered.
    manifest : Manifest
        How many windows there are.
    units : DataFrame
        See :class:`msfresearch.survey.rehearsal.people.People`.
    government : bool
        Whether the wave asks the government.

    Returns
    -------
    DataFrame
        With ``COLUMNS``. ``truth``: over the members of the frame, each counting once, members'
        own states and respondents' views integrated out: what an estimate weighted to the
        frame's region, income and level is an estimate of, members being drawn from a wider
        world. ``these_members``: the same given the states that this seed drew.
        ``expected_unweighted``: what the plain mean comes to, given who answers. ``other_side``:
        ``truth`` as the other side sees it. ``gap``: government minus civil society, over the
        same members; what members in which both sides answered come to is told by
        :func:`msfresearch.survey.rehearsal.dyads.dyad_estimands`.
    """
    cells, weight, answers = _cells(units)
    whole = np.sqrt(MEMBER_SD**2 + RESPONDENT_SD**2)
    wide = View(cells, whole, manifest)
    fixed = View(units[["systematic", "state"]].sum(axis=1).to_numpy(), RESPONDENT_SD, manifest)
    members = units.n_members.to_numpy(dtype="float64")
    rows: list[dict[str, object]] = []
    for item in world.asked:
        mine = figures(world, item, wide, government)
        theirs = figures(world, item, wide, not government)
        here = figures(world, item, fixed, government)
        for (level, statistic), (top, base) in mine.items():
            truth = _ratio(top, base, weight)
            other = _ratio(*theirs[level, statistic], weight)
            rows.append(
                {
                    "item": item.id,
                    "level": level,
                    "statistic": statistic,
                    "truth": truth,
                    "these_members": _ratio(*here[level, statistic], members),
                    "expected_unweighted": _ratio(top, base, answers),
                    "other_side": other,
                    "gap": truth - other if government else other - truth,
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


class View:
    """Latent views and their weights: cells, windows and nodes of a normal distribution."""

    def __init__(self, centres: Array, spread: float, manifest: Manifest) -> None:
        node, mass = np.polynomial.hermite_e.hermegauss(NODES)
        windows = window_shares(manifest)
        shift = LATER * (np.arange(len(windows)) > 0)
        self.values = np.asarray(
            centres[:, None, None] + shift[None, :, None] + spread * node[None, None, :]
        )
        self.mass = windows[None, :, None] * mass[None, None, :] / mass.sum()


def _cells(units: pd.DataFrame) -> tuple[Array, Array, Array]:
    """Distinct systematic views, with the members and the expected answers of each."""
    expected = units.places * units.chance
    table = pd.DataFrame(
        {"view": units.systematic.round(12), "members": units.n_members, "answers": expected}
    )
    summed = table.groupby("view").sum()
    return (
        summed.index.to_numpy(dtype="float64"),
        summed.members.to_numpy(dtype="float64"),
        summed.answers.to_numpy(dtype="float64"),
    )


def _ratio(top: Array, base: Array, weight: Array) -> float:
    return float((top * weight).sum() / (base * weight).sum())


def figures(
    world: World, item: Item, view: View, government: bool
) -> Mapping[tuple[str, str], tuple[Array, Array]]:
    """What is expected of an item in each cell of a view.

    Returns
    -------
    dict
        Level ("" of a mean) and statistic to the expected sum of what is averaged, and the
        expected answers in all, by cell; both up to one factor that is the same in every cell.
    """
    if not item.scale and not item.options and item.type != "numeric":
        return {}
    put = _put(world, item, view.values, government) * view.mass
    base = put.sum(axis=(1, 2))
    if item.options:
        ticks = {
            option.id: _law(world, f"{item.id}__{option.id}", view.values, government)[..., 1]
            for option in item.options
        }
        any_tick = 1 - np.prod([1 - tick for tick in ticks.values()], axis=0)
        return {
            (option, "share"): ((put * tick / any_tick).sum(axis=(1, 2)), base)
            for option, tick in ticks.items()
        }
    if item.type == "numeric":
        # Both sides read one calendar: a number has no rosier side.
        said = NumberLaw.of(item, world.questionnaire).mean(view.values)
        return {("", "mean"): ((put * said).sum(axis=(1, 2)), base)}
    law = world.laws[item.id]
    by_level = (_law(world, item.id, view.values, government) * put[..., None]).sum(axis=(1, 2))
    found = {(code, "share"): (by_level[:, place], base) for place, code in enumerate(law.codes)}
    if item.type == "ordinal":
        values = np.array([float(value) for value in law.values])
        found["", "mean"] = ((by_level * values).sum(axis=1), base)
    return found


def _law(world: World, name: str, values: Array, government: bool) -> Array:
    law = world.laws[name]
    return law.probabilities(values + government * law.rosier)


def _put(world: World, item: Item, values: Array, government: bool) -> Array:
    """Chance that an item is put to a respondent of a view, up to a factor that is constant.

    Items are independent given the view, so that conditions multiply; those of the items on
    which the conditions themselves depend belong to them.
    """
    needed: dict[str, set[str]] = {}

    def collect(one: Item) -> None:
        for other, codes in one.asked_if.items():
            if other in world.given:
                continue
            seen = needed.get(other)
            needed[other] = set(codes) if seen is None else seen & set(codes)
            collect(world.table.item(other))

    collect(item)
    chance = np.ones_like(values)
    for other, codes in needed.items():
        governing = world.table.item(other)
        if governing.options:
            ticks = [
                _law(world, f"{other}__{o.id}", values, government)[..., 1]
                for o in governing.options
            ]
            none = np.prod([1 - tick for tick in ticks], axis=0)
            chosen = [t for t, o in zip(ticks, governing.options, strict=True) if o.id in codes]
            chance = chance * (1 - np.prod([1 - tick for tick in chosen], axis=0)) / (1 - none)
            continue
        law = world.laws[other]
        offered = world.missing(governing)
        share = _law(world, other, values, government)
        within = sum((share[..., law.codes.index(c)] for c in codes if c in law.codes), 0 * values)
        chance = chance * (
            within * (1 - sum(offered.values())) + sum(offered.get(code, 0.0) for code in codes)
        )
    return np.asarray(chance)
