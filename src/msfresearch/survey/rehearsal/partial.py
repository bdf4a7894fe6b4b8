"""Who stops on the way: answers cut so that their disposition is beyond doubt."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from msfresearch.survey.rehearsal.answers import asked
from msfresearch.survey.rehearsal.world import World

#: Share of the respondents who stop on the way.
PARTIAL = 0.08
BREAK_OFF = 0.06
#: How far a cut answer's share stays from the limits of its disposition.
MARGIN = 0.01


def cut(
    world: World, codes: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Let some respondents stop on the way.

    Parameters
    ----------
    world : World
        Its table says from which share on an answer is complete or partial.
    codes : DataFrame of str
        Complete answers by clean column.
    rng : Generator

    Returns
    -------
    codes : DataFrame
        The same, with what comes after the cut blank.
    disposition : array of str
        complete, partial or break_off.
    """
    n = len(codes)
    disposition = np.full(n, "complete", dtype=object)
    rules = world.table.respondents
    if rules is None:
        return codes, disposition
    wanted = rng.random(n)
    pick = rng.random(n)
    stops = np.full(n, len(world.asked))
    for name, low, high, rows in (
        ("partial", rules.partial_from, rules.complete_from, wanted < PARTIAL),
        (
            "break_off",
            0.0,
            rules.partial_from,
            (wanted >= PARTIAL) & (wanted < PARTIAL + BREAK_OFF),
        ),
    ):
        some = np.flatnonzero(rows)
        places = _places(world, codes.iloc[some], low, high)
        for row, fits in zip(some.tolist(), places, strict=True):
            if len(fits):
                disposition[row] = name
                stops[row] = fits[int(pick[row] * len(fits))]
    left = {
        column: codes[column].where(stops > place, "")
        for place, item in enumerate(world.asked)
        for column, _ in item.columns()
    }
    return codes.assign(**left), disposition


def _places(world: World, codes: pd.DataFrame, low: float, high: float) -> list[NDArray[np.int64]]:
    """For each row the places of the form at which it may stop."""
    items = world.asked
    position = {item.id: place for place, item in enumerate(items)}
    shown = np.column_stack([asked(world, item, codes) for item in items])
    given = np.column_stack(
        [(codes[[c for c, _ in item.columns()]] != "").any(axis=1) for item in items]
    )
    # An item is still put to a respondent who stops later than all it depends on.
    hangs = np.array(
        [max([position.get(o, -1) for o in item.asked_if], default=-1) for item in items]
    )
    before = sum(1 for part in world.given.values() if part != "consent")
    rules = world.table.respondents
    assert rules is not None
    substance = np.array([_of_substance(item.id, rules.substance) for item in items])
    fits = np.zeros((len(codes), len(items)), dtype=bool)
    for place in range(1, len(items)):
        put = shown & (hangs < place)
        answered = given & put & (np.arange(len(items)) < place)
        good = (answered & substance).any(axis=1)
        share = (answered.sum(axis=1) + before) / (put.sum(axis=1) + before)
        fits[:, place] = good & (share >= low + MARGIN * (low > 0)) & (share <= high - MARGIN)
    return [np.flatnonzero(row) for row in fits]


def _of_substance(item: str, substance: tuple[str, ...]) -> bool:
    return any(one == item or one.startswith(f"{item}__") for one in substance)
