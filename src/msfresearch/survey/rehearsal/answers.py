"""Answers drawn from the laws of the world, in the questionnaire's codes, routing respected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from msfresearch.survey.items import Item
from msfresearch.survey.rehearsal.grammar import Said, compose
from msfresearch.survey.rehearsal.numbers import NumberLaw
from msfresearch.survey.rehearsal.people import People
from msfresearch.survey.rehearsal.sentences import OTHERS
from msfresearch.survey.rehearsal.world import (
    BLANK,
    BLANK_OTHERS,
    LATER,
    RESPONDENT_SD,
    Array,
    Law,
    World,
)

#: Share of open answers that are in another language than the form's.
ANOTHER_LANGUAGE = 0.04
Words = NDArray[np.object_]


@dataclass(frozen=True)
class Drawn:
    """What respondents would answer if each went through to the end.

    Attributes
    ----------
    codes : DataFrame of str
        One column per clean column of an item that the form asks, ``country`` and the like
        included; "" is blank. ISO 3166 alpha-3 codes stand for countries.
    written : list of str
        The language each respondent writes in.
    said : dict
        Open item to what each respondent said, blank or not.
    """

    codes: pd.DataFrame
    written: list[str]
    said: Mapping[str, list[Said]]


def draw(world: World, people: People, government: bool, rng: np.random.Generator) -> Drawn:
    """Draw the answers of everybody who answered.

    Parameters
    ----------
    world : World
        The laws by which items are answered.
    people : People
        Who answered.
    government : bool
        Whether these are the government's people.
    rng : Generator

    Returns
    -------
    Drawn
    """
    who = people.respondents
    n = len(who)
    units = people.units.iloc[who.unit.to_numpy()]
    view = (units.systematic + units.state).to_numpy(dtype="float64")
    view = view + RESPONDENT_SD * rng.standard_normal(n) + LATER * (who.window.to_numpy() > 1)
    written = _written(who.language.tolist(), rng)
    cells: dict[str, Words] = {}
    for name, part in world.given.items():
        cells[name] = _given(world, name, part, units, n)
    left_blank = _left_blank(world, n, rng)
    said: dict[str, list[Said]] = {}
    for place, item in enumerate(_in_order_of_routing(world)):
        if item.type == "text":
            said[item.id] = compose(item, written, rng)
        for column, words in _item(world, item, view, government, people, written, said, rng):
            shown = asked(world, item, cells) & ~left_blank[:, place]
            cells[column] = np.where(shown, words, "")
    order = [
        column
        for item in world.table.items
        for column in ([c for c, _ in item.columns()] if item.id not in world.given else [item.id])
        if column in cells
    ]
    return Drawn(pd.DataFrame({c: cells[c] for c in order}, dtype="str"), written, said)


def asked(world: World, item: Item, cells: Mapping[str, Words] | pd.DataFrame) -> NDArray[np.bool_]:
    """To whom an item was put: every condition of its ``asked_if`` holds in the given cells."""
    n = len(next(iter(cells.values()))) if isinstance(cells, Mapping) else len(cells)
    shown = np.ones(n, dtype=bool)
    for other, codes in item.asked_if.items():
        governing = world.table.item(other)
        if governing.options:
            ticked = [
                np.asarray(cells[f"{other}__{o.id}"]) == "1"
                for o in governing.options
                if o.id in codes
            ]
            shown &= np.any(ticked, axis=0)
        else:
            shown &= np.isin(np.asarray(cells[other], dtype="str"), list(codes))
    return shown


def sample(law: Law, view: Array, rng: np.random.Generator) -> NDArray[np.int64]:
    """Which answer each respondent gives, as a place in the law's codes."""
    shares = law.probabilities(view).cumsum(axis=1)
    return np.asarray((shares[:, :-1] < rng.random(len(view))[:, None]).sum(axis=1))


def _in_order_of_routing(world: World) -> list[Item]:
    """Items such that each comes after those on which it depends, else as the form has them."""
    placed: list[Item] = []

    def place(item: Item) -> None:
        if item in placed:
            return
        for other in item.asked_if:
            if other not in world.given:
                place(world.table.item(other))
        placed.append(item)

    for item in world.asked:
        place(item)
    return placed


def _given(world: World, name: str, part: str, units: pd.DataFrame, n: int) -> Words:
    """Consent, country or level: settled by who answers."""
    if part == "consent":
        assert world.table.respondents is not None
        assert world.table.respondents.consent is not None
        return np.full(n, world.table.respondents.consent.given, dtype=object)
    if part == "country":
        return units.country.to_numpy(dtype=object)
    levels = world.questionnaire.levels(world.table.item(name))
    codes = {str(level.value): level.code for level in levels}
    return units.level.map(codes).to_numpy(dtype=object)


def _left_blank(world: World, n: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Questions passed over, no more of them than a complete answer may have."""
    items = _in_order_of_routing(world)
    rates = np.array([BLANK.get(item.type, BLANK_OTHERS) for item in items])
    chance = rng.random((n, len(items)))
    passed = chance < rates
    rules = world.table.respondents
    always = sum(1 for item in items if not item.asked_if and item.type != "text")
    most = int((1 - rules.complete_from) * always) if rules else len(items)
    # A question that others hang on is answered first of all, then those it is likelier for.
    rank = np.where(passed, chance / rates, 2.0).argsort(axis=1).argsort(axis=1)
    return np.asarray(passed & (rank < most))


def _item(
    world: World,
    item: Item,
    view: Array,
    government: bool,
    people: People,
    written: list[str],
    said: Mapping[str, list[Said]],
    rng: np.random.Generator,
) -> list[tuple[str, Words]]:
    """The columns of one item, answered by all as if it was put to all."""
    n = len(view)
    other = rng.integers(0, len(OTHERS["en"]), size=n).tolist()
    beside = [OTHERS[language][pick] for language, pick in zip(written, other, strict=True)]
    if item.options:
        return _multi(world, item, view, government, np.array(beside, dtype=object), rng)
    if item.type == "text":
        words = np.array([one.text for one in said[item.id]], dtype=object)
        return [(item.id, words)]
    if item.scale:
        law = world.laws[item.id]
        picked = sample(law, view + government * law.rosier, rng)
        words = np.array(law.codes, dtype=object)[picked]
    elif item.type == "numeric":
        words = NumberLaw.of(item, world.questionnaire).draw(view, rng)
    else:
        words = _others(item, people, rng)
    chance = rng.random(n)
    for code, rate in world.missing(item).items():
        words = np.where((chance >= 0) & (chance < rate), code, words)
        chance = chance - rate
    columns = [(item.id, words)]
    if item.other is not None:
        text = np.where(words == item.other.code, np.array(beside, dtype=object), "")
        columns.append((f"{item.id}_other", text))
    return columns


def _multi(
    world: World, item: Item, view: Array, government: bool, beside: Words, rng: np.random.Generator
) -> list[tuple[str, Words]]:
    """Boxes ticked, at least one by each respondent."""
    laws = [world.laws[f"{item.id}__{option.id}"] for option in item.options]
    chances = np.column_stack(
        [law.probabilities(view + government * law.rosier)[:, 1] for law in laws]
    )
    ticked = rng.random(chances.shape) < chances
    empty = ~ticked.any(axis=1)
    while empty.any():
        ticked[empty] = rng.random((int(empty.sum()), len(laws))) < chances[empty]
        empty = ~ticked.any(axis=1)
    columns: list[tuple[str, Words]] = [
        (f"{item.id}__{option.id}", np.where(ticked[:, place], "1", "0").astype(object))
        for place, option in enumerate(item.options)
    ]
    if item.other is not None:
        boxes = [option.id for option in item.options]
        its = ticked[:, boxes.index(item.other.code)] if item.other.code in boxes else empty
        columns.append((f"{item.id}_other", np.where(its, beside, "")))
    return columns


def _others(item: Item, people: People, rng: np.random.Generator) -> Words:
    """Dates, countries and ids that the form asks for beside the usual ones."""
    n = len(people.respondents)
    if item.type == "date":
        before = rng.integers(1, 400, size=n).tolist()
        days = people.respondents.day.tolist()
        return np.array(
            [
                (day - timedelta(days=back)).strftime(item.date_format)
                for day, back in zip(days, before, strict=True)
            ],
            dtype=object,
        )
    if item.type == "country":
        return np.asarray(
            people.units.country.to_numpy(dtype=object)[people.respondents.unit.to_numpy()]
        )
    return np.array([str(number + 1) for number in range(n)], dtype=object)


def _written(languages: list[str], rng: np.random.Generator) -> list[str]:
    another = rng.random(len(languages)) < ANOTHER_LANGUAGE
    pick = rng.integers(0, 2, size=len(languages))
    return [
        [other for other in ("en", "es", "fr") if other != language][place] if changes else language
        for language, changes, place in zip(languages, another.tolist(), pick.tolist(), strict=True)
    ]
