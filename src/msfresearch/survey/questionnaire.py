"""A questionnaire: what was asked, how it was answered, and how a cell is read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from msfresearch.errors import QuestionnaireError
from msfresearch.survey.source import FileName, Identifier, Language, Strict, Text
from msfresearch.yamlfile import load_model

MissingReason = Literal[
    "blank",
    "not_reviewed",
    "not_applicable",
    "no_data",
    "unclear",
    "dont_know",
    "refused",
    "withdrawn",
]
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
        homes = [bool(self.column), bool(self.first_of), bool(self.options)]
        if sum(homes) != 1:
            raise ValueError(f"item {self.id}: needs one of column, options, first_of")
        return self


class Join(Strict):
    """Items of another table that this table's rows take over, found by shared items.

    ``id`` names the column that then holds the other table's row id.
    """

    table: Identifier
    id: Identifier
    on: tuple[Identifier, ...] = Field(min_length=1)
    take: tuple[Identifier, ...] = Field(min_length=1)


class Group(Strict):
    """How open answers are told apart when their themes are compared.

    ``bands`` cuts a numeric item: each name with its lowest and highest value.
    """

    item: Identifier
    label: Text
    bands: dict[str, tuple[float, float]] = Field(default_factory=dict)


class Highlight(Strict):
    """An item whose share the brief shows.

    Attributes
    ----------
    at_least
        For an ordinal item a code, for a numeric one a number: what is counted, and all above.
    equals
        For a nominal item: the code that is counted. An item stored as 0 and 1 needs neither:
        its 1 is counted.
    leave_out
        Codes that are no part of the base, such as "withdrawn".
    """

    item: Identifier
    at_least: str | None = None
    equals: str | None = None
    leave_out: tuple[str, ...] = ()
    label: Text


class Table(Strict):
    """One table of a wave: its unit, its key, its items.

    Attributes
    ----------
    unit, units
        What a row is, in words, one and many: plan and plans.
    key
        Items that together name a row; a repeated key is an error.
    member
        Item that says which member (or other group) a row belongs to: the cluster of every
        interval.
    respondent
        Item that says who answered, where the file tells.
    groups
        Items, own or joined, by which the themes of open answers are compared.
    highlights
        Items whose share the brief shows, the most telling first.
    """

    unit: Text
    units: Text
    key: tuple[Identifier, ...] = Field(min_length=1)
    member: Identifier
    respondent: Identifier | None = None
    ignore: tuple[str, ...] = ()
    ignore_reason: str | None = None
    join: Join | None = None
    groups: tuple[Group, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    items: tuple[Item, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _items_fit(self) -> Self:
        ids = [item.id for item in self.items]
        ids += [f"{i.id}__{o.id}" for i in self.items for o in i.options]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"two items are called {', '.join(twice)}")
        known = set(ids)
        marked = tuple(highlight.item for highlight in self.highlights)
        for role, names in (
            ("key", self.key),
            ("member", (self.member,)),
            ("highlights", marked),
        ):
            for name in names:
                if name not in known:
                    raise ValueError(f"{role}: no item is called {name}")
        joined = {*self.join.take, self.join.id} if self.join else set()
        for group in self.groups:
            if group.item not in known | joined:
                raise ValueError(f"groups: no item is called {group.item}")
        for item in self.items:
            others = [*item.first_of, *item.unless_all_missing]
            others += [item.agrees_with.item] if item.agrees_with else []
            for name in others:
                if name not in known:
                    raise ValueError(f"item {item.id}: no item is called {name}")
        return self

    def item(self, item_id: str) -> Item:
        """The item of that id.

        Raises
        ------
        QuestionnaireError
            When the table has none.
        """
        for item in self.items:
            if item.id == item_id:
                return item
        raise QuestionnaireError(
            "no such item", column=item_id, expected=", ".join(item.id for item in self.items)
        )

    def columns(self) -> tuple[str, ...]:
        """Every column of the file that an item reads."""
        return tuple(
            column
            for item in self.items
            for column in ([item.column] if item.column else [o.column for o in item.options])
        )


class Questionnaire(Strict):
    """One instrument."""

    id: FileName
    title: Text
    missing: dict[str, MissingReason]
    scales: dict[Identifier, Scale] = Field(default_factory=dict)
    tables: dict[Identifier, Table] = Field(min_length=1)

    @model_validator(mode="after")
    def _scales_exist(self) -> Self:
        for name, table in self.tables.items():
            for item in table.items:
                if item.scale is not None and item.scale not in self.scales:
                    raise ValueError(f"table {name}, item {item.id}: no scale {item.scale}")
                if item.language_item is not None and not self._tells_language(item, table):
                    raise ValueError(
                        f"table {name}, item {item.id}: language_item {item.language_item} must "
                        "be an item of the table whose scale has the values en, es and fr, or some"
                    )
            for mark in table.highlights:
                wrong = self._why_not_shown(mark, table)
                if wrong:
                    raise ValueError(f"table {name}, highlights, {mark.item}: {wrong}")
            if table.join is not None:
                other = self.tables.get(table.join.table)
                if other is None:
                    raise ValueError(f"table {name}: joins no table {table.join.table}")
                for one in (*table.join.on, *table.join.take):
                    other.item(one)
        return self

    def _why_not_shown(self, mark: Highlight, table: Table) -> str | None:
        """Why a highlight cannot be counted, None when it can."""
        item = next((one for one in table.items if one.id == mark.item), None)
        if item is not None and item.type == "numeric":
            number = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", mark.at_least or "")
            return None if number and not mark.equals else "a numeric item needs at_least: a number"
        levels = self.levels(item) if item is not None else ()
        if item is None or not levels:
            return "a highlight is an item with a scale or a number"
        codes = [level.code for level in levels]
        named = [code for code in (mark.at_least, mark.equals, *mark.leave_out) if code is not None]
        unknown = [code for code in named if code not in codes]
        if unknown:
            return f"no answer has the code {unknown[0]!r}; its codes are {', '.join(codes)}"
        if mark.at_least is not None and mark.equals is not None:
            return "at_least or equals, not both"
        if mark.at_least is not None and item.type != "ordinal":
            return "its answers have no order: use equals"
        yes_no = [level.value for level in levels] == [0, 1]
        if mark.at_least is None and mark.equals is None and not yes_no:
            return "say which answer is counted: at_least for an ordinal item, equals for a nominal"
        return None

    def _tells_language(self, item: Item, table: Table) -> bool:
        """Whether the language item of an item is there, and can hold languages alone."""
        other = next((one for one in table.items if one.id == item.language_item), None)
        levels = self.levels(other) if other is not None and other.scale in self.scales else ()
        return bool(levels) and all(level.value in get_args(Language) for level in levels)

    def missing_codes(self, item: Item) -> dict[str, str]:
        """Code to missing reason for one item.

        Text, id and country items take only the empty cell for missing unless they say
        otherwise: an answer may well be the word "NA", and NA is Namibia's code.
        """
        free = item.type in ("text", "id", "country")
        base = {"": "blank"} if free else dict(self.missing)
        for code, reason in item.missing.items():
            if reason is None:
                base.pop(code, None)
            else:
                base[code] = reason
        return {code: str(reason) for code, reason in base.items()}

    def levels(self, item: Item) -> tuple[Level, ...]:
        """The levels of an item's scale, in order; none for an item without a scale."""
        return self.scales[item.scale].levels if item.scale else ()


def load_questionnaire(path: Path) -> Questionnaire:
    """Read and check a questionnaire.

    Raises
    ------
    QuestionnaireError
        With file, line, item, what was found and what was expected.
    """
    questionnaire = load_model(path, Questionnaire, QuestionnaireError)
    if questionnaire.id != path.stem:
        raise QuestionnaireError(
            "the questionnaire's id is not its file's name",
            file=path,
            column="id",
            found=questionnaire.id,
            expected=path.stem,
            action="rename the file or the id",
        )
    return questionnaire
