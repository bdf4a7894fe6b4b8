"""A questionnaire: its tables, its scales and the codes for no answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Self, get_args

from pydantic import BaseModel, Field, ValidationInfo, model_validator

from msfresearch.errors import QuestionnaireError
from msfresearch.survey.items import Item, Level, MissingReason, Scale
from msfresearch.survey.respondents import Respondents
from msfresearch.survey.source import FileName, Identifier, Language, Strict, Text
from msfresearch.yamlfile import load_model


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


class Feature(Strict):
    """Something known of a row that the themes of its open answers are held against.

    Attributes
    ----------
    equals
        For a nominal item: the code that is held against all others. An ordinal or numeric item
        needs none.
    only
        Item to the code of the rows that are looked at; all of them by default.
    """

    item: Identifier
    equals: str | None = None
    only: dict[Identifier, str] = Field(default_factory=dict)
    label: Text


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
    respondents
        How rows are screened, where each is a person's answer.
    order
        The form at a glance: its items in the order in which they are asked. Those that the
        table does not list itself are taken from the questionnaire's shared items.
    groups
        Items, own or joined, by which the themes of open answers are compared.
    features
        Own items that the themes of open answers are held against.
    highlights
        Items whose share the brief shows, the most telling first.
    """

    unit: Text
    units: Text
    key: tuple[Identifier, ...] = Field(min_length=1)
    member: Identifier
    respondent: Identifier | None = None
    respondents: Respondents | None = None
    order: tuple[Identifier, ...] = ()
    ignore: tuple[str, ...] = ()
    ignore_reason: str | None = None
    join: Join | None = None
    groups: tuple[Group, ...] = ()
    features: tuple[Feature, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    items: tuple[Item, ...] = ()

    @model_validator(mode="after")
    def _items_fit(self, info: ValidationInfo) -> Self:
        if self.order:
            # Items stay at their place in the file until here, so that errors name its lines.
            self.__dict__["items"] = self._ordered(_shared(info))
        if not self.items:
            raise ValueError("a table needs items")
        ids = [item.id for item in self.items]
        ids += [f"{i.id}__{o.id}" for i in self.items for o in i.options]
        ids += [f"{i.id}_other" for i in self.items if i.other]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"two items are called {', '.join(twice)}")
        known = set(ids)
        marked = tuple(highlight.item for highlight in self.highlights)
        for role, names in (
            ("key", self.key),
            ("member", (self.member,)),
            ("highlights", marked),
            ("features", tuple(one for f in self.features for one in (f.item, *f.only))),
        ):
            for name in names:
                if name not in known:
                    raise ValueError(f"{role}: no item is called {name}")
        joined = {*self.join.take, self.join.id} if self.join else set()
        for group in self.groups:
            if group.item not in known | joined:
                raise ValueError(f"groups: no item is called {group.item}")
        asked = self.respondents
        named = [one for battery in asked.batteries for one in battery] if asked else []
        named += [*asked.substance] if asked else []
        named += [asked.consent.item] if asked and asked.consent else []
        for name in named:
            if name not in known:
                raise ValueError(f"respondents: no item is called {name}")
        for item in self.items:
            others = [*item.first_of, *item.unless_all_missing, *item.joined_of, *item.asked_if]
            others += [item.agrees_with.item] if item.agrees_with else []
            for name in others:
                if name not in known:
                    raise ValueError(f"item {item.id}: no item is called {name}")
        return self

    def _ordered(self, shared: Mapping[str, Item]) -> tuple[Item, ...]:
        """The items as the form has them, own ones first looked up, then shared ones."""
        own = {item.id: item for item in self.items}
        for item in self.items:
            if item.id not in self.order:
                raise ValueError(f"order: the item {item.id} is not in it")
            if item.id in shared:
                raise ValueError(f"item {item.id}: written here and among the shared items")
        unknown = [one for one in self.order if one not in own and one not in shared]
        if unknown:
            raise ValueError(f"order: no item is called {unknown[0]}, here or among the shared")
        if len(set(self.order)) < len(self.order):
            raise ValueError("order: an item stands twice")
        return tuple(own.get(one) or shared[one] for one in self.order)

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
        return tuple(column for item in self.items for _, column in item.columns())


class SharedItems(Strict):
    """Items, scales and codes that several questionnaires have in common."""

    missing: dict[str, MissingReason] = Field(default_factory=dict)
    missing_labels: dict[str, Text] = Field(default_factory=dict)
    scales: dict[Identifier, Scale] = Field(default_factory=dict)
    sections: dict[Identifier, Text] = Field(default_factory=dict)
    items: tuple[Item, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        ids = [item.id for item in self.items]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"two items are called {', '.join(twice)}")
        return self


def _shared(info: ValidationInfo) -> Mapping[str, Item]:
    shared: SharedItems | None = (info.context or {}).get("shared")
    return {item.id: item for item in shared.items} if shared else {}


class Questionnaire(Strict):
    """One instrument.

    Attributes
    ----------
    shared
        Name of the file in ``codebook/questionnaires/shared/`` whose scales, codes and items it
        uses; which items, the ``order`` of a table says.
    missing
        Code to the reason why there is no answer.
    missing_labels
        The words of those codes that a form offers as answers.
    sections
        Parts of the form, in order.
    """

    id: FileName
    title: Text
    shared: Identifier | None = None
    missing: dict[str, MissingReason] = Field(default_factory=dict)
    missing_labels: dict[str, Text] = Field(default_factory=dict)
    scales: dict[Identifier, Scale] = Field(default_factory=dict)
    sections: dict[Identifier, Text] = Field(default_factory=dict)
    tables: dict[Identifier, Table] = Field(min_length=1)

    @model_validator(mode="after")
    def _with_what_is_shared(self, info: ValidationInfo) -> Self:
        shared: SharedItems | None = (info.context or {}).get("shared")
        for what in ("missing", "missing_labels", "scales", "sections") if shared else ():
            common, own = getattr(shared, what), getattr(self, what)
            twice = sorted(set(common) & set(own))
            if twice:
                raise ValueError(f"{what}: {twice[0]} is written here and among the shared")
            self.__dict__[what] = {**common, **own}
        return self

    @model_validator(mode="after")
    def _codes_exist(self) -> Self:
        for name, table in self.tables.items():
            for item in table.items:
                for code in item.offers:
                    if code not in self.missing_labels or code not in self.missing_codes(item):
                        raise ValueError(
                            f"table {name}, item {item.id}: offers the code {code!r}, which has no "
                            "reason under missing or no words under missing_labels"
                        )
                if item.section is not None and item.section not in self.sections:
                    raise ValueError(f"table {name}, item {item.id}: no section {item.section}")
                for other, codes in item.asked_if.items():
                    asked = table.item(other)
                    known = [level.code for level in self.levels(asked)]
                    known += [option.id for option in asked.options] + [*asked.offers]
                    wrong = [code for code in codes if code not in known]
                    if wrong:
                        raise ValueError(
                            f"table {name}, item {item.id}: asked_if: {other} has no answer "
                            f"{wrong[0]!r}"
                        )
        return self

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
    shared = _shared_name(path)
    common = path.parent / "shared" / f"{shared}.yml"
    context = {"shared": load_model(common, SharedItems, QuestionnaireError)} if shared else None
    questionnaire = load_model(path, Questionnaire, QuestionnaireError, context)
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


def _shared_name(path: Path) -> str | None:
    """The shared items that a questionnaire names, before it can be checked with them."""
    return load_model(path, _Peek, QuestionnaireError).shared


class _Peek(BaseModel):
    """The one key of a questionnaire that has to be known before the others are checked."""

    shared: Identifier | None = None
