"""Items: what was asked, how it was answered, and how a cell is read."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from msfresearch.survey.source import Identifier, Language, Strict, Text

MissingReason = Literal[
    "blank",
    "not_reviewed",
    "not_applicable",
    "no_data",
    "unclear",
    "dont_know",
    "refused",
    "withdrawn",
    "not_asked",
]
Evidence = Literal["found", "adapted", "inferred"]
ItemType = Literal["single", "multi", "ordinal", "numeric", "date", "text", "country", "id"]


class Level(Strict):
    """One answer of a scale: how the file writes it, what it is stored as, what it means."""

    code: str
    value: int | str
    label: Text


class Scale(Strict):
    """The answers that are allowed, in order where the item is ordinal."""

    levels: tuple[Level, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _codes_differ(self) -> Self:
        for what in ("code", "value"):
            seen = [getattr(level, what) for level in self.levels]
            twice = sorted({str(one) for one in seen if seen.count(one) > 1})
            if twice:
                raise ValueError(f"two levels have the {what} {', '.join(twice)}")
        kinds = {type(level.value) for level in self.levels}
        if len(kinds) > 1:
            raise ValueError("the values mix numbers and words")
        return self


class Option(Strict):
    """One box of a multi-select item, with its own 0/1 column."""

    id: Identifier
    column: str
    label: Text


class OtherText(Strict):
    """What a respondent wrote beside "other", in a column of its own.

    Attributes
    ----------
    column
        Header of that column; the clean table calls it ``<item>_other``.
    code
        The scale's code, or the option's id, that stands for "other".
    """

    column: str
    code: str


class Agreement(Strict):
    """Which value here goes with which words there."""

    item: Identifier
    expect: dict[str, int | str]


class Item(Strict):
    """One question or coded variable.

    Attributes
    ----------
    column
        Header of the source column (for a multi item: see ``options``).
    missing
        Codes of this item alone, over those of the questionnaire; None as the reason takes a
        code of the questionnaire back, so that it is an ordinary answer.
    spelling
        Other spellings of a code, each to the code meant. Every use is counted.
    first_of
        Items whose first available value this one takes (a derived item has no column).
    unless_all_missing
        Items that this one sums up: where all of them are missing, this one is missing too.
    agrees_with
        The item that says the same in words: value here by code there. Rows that disagree are
        listed, not changed.
    pattern
        Regular expression that an id has to match.
    language_item
        For an open answer: the item of the same table, with a scale of the values en, es and fr,
        that says in which language the respondent wrote; ``language`` where it says nothing.
    ends_at
        Regular expression of the line from which on a text only lists its sources: what follows
        is kept, but not searched for themes.
    date_format
        How the file writes a date (strptime); mixed orders are refused, never guessed.
    section
        Part of the form the item stands in.
    evidence
        Where the question comes from: ``found`` in a public source, ``adapted`` from one, or
        ``inferred`` by us; ``source_note`` names it.
    asked_if
        The item is asked when every one of these items has one of these codes (a multi item: one
        of these options is ticked). Where it was not asked, an empty cell says so.
    offers
        Codes of the questionnaire's ``missing`` that the form offers as answers.
    other
        The text beside "other".
    joined_of
        Items whose values, joined by a colon, make this one (a derived item has no column).
    wordings
        Further wordings of the question under which it is known, in any language.
    """

    id: Identifier
    type: ItemType
    label: Text
    column: str | None = None
    scale: Identifier | None = None
    options: tuple[Option, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    language: Language | None = None
    language_item: Identifier | None = None
    missing: dict[str, MissingReason | None] = Field(default_factory=dict)
    spelling: dict[str, str] = Field(default_factory=dict)
    first_of: tuple[Identifier, ...] = ()
    unless_all_missing: tuple[Identifier, ...] = ()
    agrees_with: Agreement | None = None
    pattern: str | None = None
    date_format: str = "%Y-%m-%d"
    ends_at: str | None = None
    note: str | None = None
    section: Identifier | None = None
    evidence: Evidence | None = None
    source_note: str | None = None
    asked_if: dict[Identifier, tuple[str, ...]] = Field(default_factory=dict)
    offers: tuple[str, ...] = ()
    other: OtherText | None = None
    joined_of: tuple[Identifier, ...] = ()
    wordings: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole_item(self) -> Self:
        if self.type in ("single", "ordinal") and self.scale is None:
            raise ValueError(f"item {self.id}: a {self.type} item needs a scale")
        if (self.type == "multi") != bool(self.options):
            raise ValueError(f"item {self.id}: a multi item, and no other, has options")
        for what in (self.pattern, self.ends_at):
            try:
                re.compile(what or "")
            except re.error as wrong:
                raise ValueError(f"item {self.id}: no regular expression: {wrong}") from None
        homes = [
            bool(self.column),
            bool(self.first_of),
            bool(self.joined_of),
            bool(self.options),
        ]
        if sum(homes) != 1:
            raise ValueError(f"item {self.id}: needs one of column, options, first_of, joined_of")
        if self.joined_of and self.type != "id":
            raise ValueError(f"item {self.id}: an item that joins others has the type id")
        return self

    @property
    def derived(self) -> bool:
        """Whether the item is made of others and stands in no column of the file."""
        return bool(self.first_of or self.joined_of)

    def columns(self) -> tuple[tuple[str, str], ...]:
        """Clean column and column of the file, the text beside "other" last; none if derived."""
        if self.derived:
            return ()
        own = [(f"{self.id}__{option.id}", option.column) for option in self.options]
        if self.column:
            own.append((self.id, self.column))
        if self.other is not None:
            own.append((f"{self.id}_other", self.other.column))
        return tuple(own)
