"""The part of the plan that sets government and civil society of one member face to face."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from msfresearch.survey.manifest import WaveId
from msfresearch.survey.source import Identifier, Strict, Text


class Witness(Strict):
    """A third, independent view of the same members: where it stands, and what it says.

    Attributes
    ----------
    wave, table
        Where the view stands.
    country
        Its item with the country; it speaks of the national member.
    order
        Item by which the latest row of a country is known.
    items
        Item of the two sides to the item that says the same here. Both are yes/no, or have the
        same levels in the same order.
    note
        What keeps the views from being the same question.
    """

    wave: WaveId
    table: Identifier
    country: Identifier
    order: Identifier
    items: dict[Identifier, Identifier] = Field(min_length=1)
    note: str


class Sides(Strict):
    """Which answers of the two sides are paired, and with what third view.

    Attributes
    ----------
    items
        Items that both sides were asked, in the order of the page: numbers, ordinal items or
        items whose answers are 0 and 1.
    standards
        Versions of the standards by which each side's answers are read.
    """

    id: Identifier
    question: Text
    evidence: str
    government: WaveId
    civil_society: WaveId
    table: Identifier
    items: tuple[Identifier, ...] = Field(min_length=1)
    standards: tuple[str, ...] = ("2016", "2021")
    witness: Witness | None = None

    @model_validator(mode="after")
    def _two_sides(self) -> Self:
        if self.government == self.civil_society:
            raise ValueError("the two sides are one wave")
        if len(set(self.items)) < len(self.items):
            raise ValueError("an item stands twice")
        return self

    def waves(self) -> tuple[str, ...]:
        """Every wave that is read."""
        two = (self.government, self.civil_society)
        return (*two, self.witness.wave) if self.witness else two
