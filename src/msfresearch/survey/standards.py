"""``codebook/standards.yml``: what the partnership asks of a forum, and which answers meet it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pandas as pd
import pandera.pandas as pa
from pydantic import Field, StringConstraints, model_validator

from msfresearch.errors import ManifestError, ParameterError
from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Questionnaire
from msfresearch.survey.source import Identifier, Strict, Text
from msfresearch.yamlfile import load_model

RuleId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z.-]*$")]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

#: One row per answer and rule. ``met`` is 1 or 0, missing where the answer does not tell.
MET = pa.DataFrameSchema(
    {
        "row_id": pa.Column(str),
        "member": pa.Column(str, nullable=True),
        "rule": pa.Column(str),
        "item": pa.Column(str),
        "met": pa.Column("Int64", pa.Check.isin([0, 1]), nullable=True),
    },
    strict=True,
)


class Rule(Strict):
    """One thing that is asked of a forum.

    Attributes
    ----------
    evidence
        Where the rule comes from: ``found`` in a public source, or ``recalled`` and not verified.
    item
        Item whose answer tells whether the rule is met; None where no item does.
    equals
        Codes of the item that meet the rule (a multi item: its options, one of them ticked).
    at_least, at_most
        For an ordinal item a code, for a numeric one a number: the range that meets the rule.
    leave_out
        Codes that do not tell either way.
    fails_if
        Item to codes: where the rule's own item has no answer and one of these items has one of
        these codes, the rule is not met. Without a forum, none meets every quarter.
    note
        What in the reading of the rule is our own.
    """

    id: RuleId
    label: Text
    evidence: Literal["found", "recalled"]
    item: Identifier | None = None
    equals: tuple[str, ...] = ()
    at_least: str | None = None
    at_most: str | None = None
    leave_out: tuple[str, ...] = ()
    fails_if: dict[Identifier, tuple[str, ...]] = Field(default_factory=dict)
    note: str | None = None

    @model_validator(mode="after")
    def _one_reading(self) -> Self:
        ranged = self.at_least is not None or self.at_most is not None
        if self.item is None and (self.equals or ranged or self.leave_out or self.fails_if):
            raise ValueError(f"rule {self.id}: says what meets it, but of no item")
        if self.item is not None and bool(self.equals) == ranged:
            raise ValueError(f"rule {self.id}: needs equals, or at_least or at_most")
        both = sorted(set(self.equals) & set(self.leave_out))
        if both:
            raise ValueError(f"rule {self.id}: {both[0]!r} both meets it and is left out")
        return self


class Version(Strict):
    """The rules of a time.

    Attributes
    ----------
    starts, ends
        First and last day on which the rules are in force; no last day while they are.
    """

    title: Text
    starts: Day
    ends: Day | None = None
    evidence: Literal["found", "recalled"]
    source_note: str
    rules: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole_version(self) -> Self:
        ids = [rule.id for rule in self.rules]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"two rules are called {twice[0]}")
        if self.ends is not None and self.ends < self.starts:
            raise ValueError(f"ends ({self.ends}) before it starts ({self.starts})")
        return self


class Standards(Strict):
    """The standards of the partnership, by version."""

    versions: dict[str, Version] = Field(min_length=1)

    def version(self, name: str) -> Version:
        """The rules of one version.

        Raises
        ------
        ParameterError
            When there is no such version.
        """
        if name not in self.versions:
            raise ParameterError(
                "no such version of the standards",
                column="standards",
                found=name,
                expected=", ".join(self.versions),
                action="name one of these in wave.yml, or add it to codebook/standards.yml",
            )
        return self.versions[name]


def load_standards(path: Path, questionnaires: Sequence[Questionnaire] = ()) -> Standards:
    """Read and check ``codebook/standards.yml``.

    Parameters
    ----------
    path : Path
        The file.
    questionnaires : sequence of Questionnaire, optional
        Instruments that ask about the rules. Every item of a rule has to be in one of them, and
        in each that has it, with the codes that the rule names.

    Raises
    ------
    ManifestError
        With the rule, what was found and what was expected.
    """
    standards = load_model(path, Standards, ManifestError)
    for name, version in standards.versions.items():
        for rule in version.rules:
            wrong = _why_not_asked(rule, questionnaires) if questionnaires else None
            if wrong is not None:
                raise ManifestError(
                    "a rule that no questionnaire can answer",
                    file=path,
                    column=f"versions.{name}.rules.{rule.id}",
                    found=wrong[0],
                    expected=wrong[1],
                    action=f"mend {path.name} and run again",
                )
    return standards


def _why_not_asked(rule: Rule, questionnaires: Sequence[Questionnaire]) -> tuple[str, str] | None:
    """What a rule asks for in vain, and what there is; None when all of it is there."""
    asked: list[tuple[str, tuple[str, ...], bool]] = [
        (item, codes, False) for item, codes in rule.fails_if.items()
    ]
    if rule.item is not None:
        bounds = [code for code in (rule.at_least, rule.at_most) if code is not None]
        asked.append((rule.item, (*rule.equals, *rule.leave_out, *bounds), bool(bounds)))
    for name, codes, ranged in asked:
        found = [
            (questionnaire, item)
            for questionnaire in questionnaires
            for table in questionnaire.tables.values()
            for item in table.items
            if item.id == name
        ]
        if not found:
            return name, "an item of one of the questionnaires"
        for questionnaire, item in found:
            known = _codes(item, questionnaire)
            if item.type == "numeric":
                wrong = [code for code in codes if not _NUMBER.fullmatch(code)]
                if wrong or not ranged:
                    return ", ".join(wrong or codes), f"{name}: a number under at_least or at_most"
            elif ranged and item.type != "ordinal":
                return f"at_least or at_most of {name}", "equals: its answers have no order"
            else:
                wrong = [code for code in codes if code not in known]
                if wrong:
                    return f"{name}: {wrong[0]!r}", f"{questionnaire.id}: {', '.join(known)}"
    return None


def _codes(item: Item, questionnaire: Questionnaire) -> list[str]:
    levels = [level.code for level in questionnaire.levels(item)]
    return levels + [option.id for option in item.options]


def met(
    answers: pd.DataFrame,
    standards: Standards,
    version: str,
    questionnaire: Questionnaire,
    table: str = "answers",
) -> pd.DataFrame:
    """Which rules each answer says are met.

    Parameters
    ----------
    answers : DataFrame
        A clean table of the questionnaire: ``row_id`` and its items.
    standards : Standards
        The rules.
    version : str
        Which of them: "2016" or "2021".
    questionnaire : Questionnaire
        The instrument: which value stands for a code, and which item is the member.
    table : str, optional
        The table of the questionnaire that ``answers`` is.

    Returns
    -------
    DataFrame
        As ``MET``, rule by rule in the order of the file: the rules whose item the table has.

    Raises
    ------
    ParameterError
        When there is no such version.
    """
    asked = questionnaire.tables[table]
    items = {item.id: item for item in asked.items}
    parts = []
    for rule in standards.version(version).rules:
        if rule.item is None or rule.item not in items:
            continue
        says = _says(answers, items[rule.item], rule, questionnaire)
        for gate, codes in rule.fails_if.items():
            if gate in items:
                closed = _has(answers, items[gate], codes, questionnaire) == 1
                says = says.mask(closed.fillna(False) & _unanswered(answers, items[rule.item]), 0)
        parts.append(
            pd.DataFrame(
                {
                    "row_id": answers["row_id"],
                    "member": answers[asked.member],
                    "rule": rule.id,
                    "item": rule.item,
                    "met": says,
                }
            )
        )
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in MET.columns}).astype(
            {"met": "Int64"}
        )
    return MET.validate(pd.concat(parts, ignore_index=True))


def _says(
    answers: pd.DataFrame, item: Item, rule: Rule, questionnaire: Questionnaire
) -> pd.Series[Any]:
    """1 where the item's answer meets the rule, 0 where not, missing where it does not tell."""
    if item.type == "numeric":
        values = answers[item.id].astype("Float64")
        low = float("-inf") if rule.at_least is None else float(rule.at_least)
        high = float("inf") if rule.at_most is None else float(rule.at_most)
        return values.ge(low).astype("Int64") * values.le(high).astype("Int64")
    codes = rule.equals or _from_to(rule, _codes(item, questionnaire))
    says = _has(answers, item, codes, questionnaire)
    if rule.leave_out:
        undecided = _has(answers, item, rule.leave_out, questionnaire) == 1
        says = says.mask(undecided.fillna(False) & (says != 1).fillna(False))
    return says


def _from_to(rule: Rule, codes: list[str]) -> tuple[str, ...]:
    """Codes of an ordinal item within the rule's range."""
    first = 0 if rule.at_least is None else codes.index(rule.at_least)
    last = len(codes) - 1 if rule.at_most is None else codes.index(rule.at_most)
    return tuple(codes[first : last + 1])


def _has(
    answers: pd.DataFrame, item: Item, codes: Sequence[str], questionnaire: Questionnaire
) -> pd.Series[Any]:
    """1 where an item with levels or options has one of the codes, missing where not answered."""
    if item.options:
        ticked = answers[[f"{item.id}__{code}" for code in codes]].max(axis=1)
        return ticked.astype("Int64")
    values = [level.value for level in questionnaire.levels(item) if level.code in codes]
    cells = answers[item.id]
    return cells.isin(values).astype("Int64").mask(cells.isna())


def _unanswered(answers: pd.DataFrame, item: Item) -> pd.Series[Any]:
    names = [f"{item.id}__{option.id}" for option in item.options] or [item.id]
    return answers[names].isna().all(axis=1)
