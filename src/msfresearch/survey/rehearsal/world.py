"""The invented world: fixed effects of regions, items and sides, the same for every seed.

Nothing in it is estimated from data. Each figure is drawn once from the name of what it belongs
to, so that the truth of a wave does not depend on the seed and two waves describe one world:
a seed draws people, not laws.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Questionnaire, Table

Array = NDArray[np.float64]

#: Standard deviation of what members, and of what respondents within one, have in common
#: over all items, where the single answer has 1.
MEMBER_SD = 0.5
RESPONDENT_SD = 0.4
#: The government sees the same forum that much better, on that scale; by item a little more or
#: less.
ROSIER = 0.45
#: Answers of a later window differ by that much.
LATER = -0.15
#: How often an item is left blank, or answered with one of the codes it offers.
BLANK = {"text": 0.25, "numeric": 0.06}
BLANK_OTHERS = 0.025
OFFERED = {"dont_know": 0.06, "not_applicable": 0.02, "refused": 0.01}
OFFERED_OTHERS = 0.03


def normal(*name: str) -> float:
    """A standard normal figure that belongs to a name, always the same."""
    digest = hashlib.blake2b("/".join(name).encode(), digest_size=8).digest()
    share = (int.from_bytes(digest, "big") + 0.5) / 2**64
    # Within two deviations: one odd draw would rule an item, for every seed.
    return max(-2.0, min(2.0, NormalDist().inv_cdf(share)))


def region_effect(region: str) -> float:
    """What answers from a region have in common."""
    return 0.28 * normal("region", region)


def income_effect(income: str) -> float:
    """What answers from an income group have in common."""
    return 0.18 * normal("income", income)


def level_effect(level: str) -> float:
    """What answers from national or local members have in common."""
    return 0.12 * normal("level", level)


@dataclass(frozen=True)
class Law:
    """How one item, or one option of a multi-select item, is answered given the latent view.

    Attributes
    ----------
    codes, values
        The answers, in order, as the questionnaire writes and stores them.
    ordered
        Whether answers come from thresholds of a latent normal; otherwise from a multinomial
        logit.
    slope
        How strongly the answer depends on the latent view.
    rosier
        By how much the government's view of this item is the better one.
    cuts
        Thresholds of an ordered item; utilities of the others.
    tilt
        For the others: what the latent view adds to each utility.
    """

    codes: tuple[str, ...]
    values: tuple[int | str, ...]
    ordered: bool
    slope: float
    rosier: float
    cuts: tuple[float, ...]
    tilt: tuple[float, ...] = ()

    def probabilities(self, view: Array) -> Array:
        """Probability of each answer, in a last axis, given the latent view."""
        from scipy.special import ndtr

        if self.ordered:
            below = ndtr(np.asarray(self.cuts) - self.slope * view[..., None])
            edge = np.ones((*view.shape, 1))
            return np.diff(np.concatenate([0 * edge, below, edge], axis=-1), axis=-1)
        utility = np.asarray(self.cuts) + self.slope * view[..., None] * np.asarray(self.tilt)
        weight = np.exp(utility - utility.max(axis=-1, keepdims=True))
        return np.asarray(weight / weight.sum(axis=-1, keepdims=True))


@dataclass(frozen=True)
class World:
    """The laws of one table of a questionnaire.

    Attributes
    ----------
    questionnaire, table
        The instrument.
    """

    questionnaire: Questionnaire
    table: Table

    @cached_property
    def given(self) -> dict[str, str]:
        """Items whose answer is settled by who answers: consent, country, level; item to part."""
        member = self.table.item(self.table.member)
        parts = [self.table.item(one) for one in member.joined_of or (member.id,)]
        known = {item.id: "country" if item.type == "country" else "level" for item in parts}
        consent = self.table.respondents.consent if self.table.respondents else None
        return {**known, consent.item: "consent"} if consent else known

    @cached_property
    def asked(self) -> tuple[Item, ...]:
        """Items that the form asks and whose answers are drawn, in its order."""
        return tuple(
            item
            for item in self.table.items
            if not item.derived
            and item.id not in self.given
            and not (item.column or "").startswith("_")
        )

    @cached_property
    def routes(self) -> dict[str, set[str]]:
        """Item to the codes on which another item depends."""
        routed: dict[str, set[str]] = {}
        for item in self.asked:
            for other, codes in item.asked_if.items():
                routed.setdefault(other, set()).update(codes)
        return routed

    @cached_property
    def laws(self) -> Mapping[str, Law]:
        """The law of each item with a scale, by id, and of each option, as ``item__option``."""
        found: dict[str, Law] = {}
        for item in self.asked:
            if item.scale:
                found[item.id] = self._scaled(item)
            for option in item.options:
                name = f"{item.id}__{option.id}"
                rare = -2.2 if item.other and option.id == item.other.code else -0.3
                found[name] = _yes_no(name, ("0", "1"), (0, 1), rare)
        return found

    def missing(self, item: Item) -> dict[str, float]:
        """How often each code the item offers is chosen for no answer."""
        reasons = self.questionnaire.missing_codes(item)
        typed = {
            code: OFFERED_OTHERS
            for code, reason in item.missing.items()
            if reason is not None and code and item.type == "numeric"
        }
        offered = {code: OFFERED.get(reasons[code], OFFERED_OTHERS) for code in item.offers}
        return {**typed, **offered}

    def _scaled(self, item: Item) -> Law:
        levels = self.questionnaire.levels(item)
        codes = tuple(level.code for level in levels)
        values = tuple(level.value for level in levels)
        # Forms lead on: most forums exist, so that the questions about them are answered.
        on = self.routes.get(item.id, set())
        if item.type == "ordinal":
            shares = np.arange(1, len(codes)) / len(codes)
            middle = 0.35 * normal("middle", item.id) - (0.8 if set(codes[1:]) <= on else 0)
            cuts = [middle + 1.25 * NormalDist().inv_cdf(float(share)) for share in shares]
            slope = 0.75 + 0.15 * normal("slope", item.id)
            return Law(codes, values, True, slope, _rosier(item.id), tuple(cuts))
        if set(values) == {0, 1}:
            start = 1.5 if codes[values.index(1)] in on else 0.0
            return _yes_no(item.id, codes, values, start)
        other = item.other.code if item.other else ""
        cuts = [
            0.6 * normal("utility", item.id, code) + 1.8 * (code in on) - 1.2 * (code == other)
            for code in codes
        ]
        tilt = [normal("tilt", item.id, code) for code in codes]
        return Law(codes, values, False, 0.5, _rosier(item.id), tuple(cuts), tuple(tilt))


def _yes_no(name: str, codes: tuple[str, ...], values: tuple[Any, ...], start: float) -> Law:
    slope = 1.0 + 0.2 * normal("slope", name)
    cuts = tuple(start + 0.7 * normal("utility", name) if one == 1 else 0.0 for one in values)
    tilt = tuple(1.0 if one == 1 else 0.0 for one in values)
    return Law(codes, values, False, slope, _rosier(name), cuts, tilt)


def _rosier(name: str) -> float:
    return ROSIER + 0.2 * normal("rosier", name)
