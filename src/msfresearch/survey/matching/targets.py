"""What a column of an export may be called when it belongs to an item of the questionnaire."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from msfresearch.survey.items import Item, Option
from msfresearch.survey.matching.wording import (
    known_wordings,
    normalise,
    spellings,
)
from msfresearch.survey.questionnaire import Questionnaire, Table

Kind = Literal["item", "option", "other", "joined", "answer"]

#: What a platform writes where a question has a single column, in the languages of its forms.
_WHOLE = {
    "",
    "selected choice",
    "response",
    "open-ended response",
    "respuesta",
    "respuesta abierta",
    "réponse",
    "réponse ouverte",
    "réponse libre",
}
_OTHER = re.compile(r"(other|otr[oa]s?|autres?)\b")
_ASKS_FOR_TEXT = re.compile(r"specify|especif|précis|\b(text|texto|texte)$")
_TEXT_PART = re.compile(r" - (text|texto|texte)$")
_TEXT_NAME = re.compile(r"(?P<stem>.+?)(_[0-9]+)?_TEXT", re.IGNORECASE)
#: What may stand between a question and its part in one header.
BETWEEN = " -–—:/|[](){}.?*_"
_SEPARATOR = re.compile(r"(?<![0-9])[\W_]+|[\W_]+(?![0-9])")


@dataclass(frozen=True)
class Target:
    """A place that a column of the export may fill.

    Attributes
    ----------
    item
        The item it belongs to.
    kind
        ``item``: the item's one column; ``option``: one box of a multi-select item; ``other``:
        the text beside "other"; ``joined``: all boxes of a multi-select item in one cell;
        ``answer``: one answer of a single choice that has a column per answer.
    code
        Id of the option, or code of the answer.
    """

    item: Item
    kind: Kind
    code: str = ""

    @property
    def meets(self) -> str:
        """The name of the place in the clean table."""
        if self.kind == "option":
            return f"{self.item.id}__{self.code}"
        return f"{self.item.id}_other" if self.kind == "other" else self.item.id

    @property
    def place(self) -> tuple[str, str]:
        """What two columns may not share."""
        return (self.meets, self.code if self.kind == "answer" else "")


def asked(table: Table) -> tuple[Item, ...]:
    """Items that stand in a file: neither made of others nor known without asking."""
    return tuple(
        item for item in table.items if not item.derived and not (item.column or "").startswith("_")
    )


def stem(item: Item) -> str:
    """What the columns of one question have in common: ``TOPICS`` of ``TOPICS_budget``."""
    if item.type != "multi":
        return str(item.column)
    stems = {
        option.column.removesuffix(option.id).rstrip("_[/.:-")
        for option in item.options
        if option.column.endswith(option.id)
    }
    if len(stems) == 1 and "" not in stems:
        return stems.pop()
    return item.id


def folded(name: str) -> str:
    """A name without case and separators; one between two digits stays: Q1_1 is not Q11."""
    return _SEPARATOR.sub("", name.casefold()).strip()


@dataclass(frozen=True)
class Directory:
    """Everything by which the columns of a table are known.

    Attributes
    ----------
    by_name
        Declared names, and the forms platforms make of them.
    by_fold
        The same without case and separators; more than one place where they fall together.
    stems
        The name that all columns of a question share, to its item.
    by_text
        Normalised wording, the longest first, to the items that have it and where it is known
        from.
    answers
        Per item: the normalised words of each answer or option, to its code.
    """

    by_name: Mapping[str, Target]
    by_fold: Mapping[str, frozenset[str]]
    stems: Mapping[str, Item]
    by_text: Mapping[str, tuple[tuple[Item, str], ...]]
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def within(self, item: Item, part: str, name: str, *, boxes: bool | None) -> Target | None:
        """The place of an item that a part of the question is.

        Parameters
        ----------
        item : Item
            The item that the question is.
        part : str
            What the platform says of the part.
        name : str
            Name of the column.
        boxes : bool, optional
            Whether the column's cells are those of a box, and are no text; None where all are
            empty.
        """
        words = normalise(part)
        if words in _WHOLE:
            return Target(item, "joined" if item.type == "multi" else "item")
        code = self.answer(item, part)
        other = item.other.code if item.other else None
        for_text = bool(
            _TEXT_NAME.fullmatch(name)
            or name.casefold().endswith("[other]")
            or _ASKS_FOR_TEXT.search(words)
        )
        if other is not None and (code == other or (code is None and _OTHER.match(words))):
            # Nobody chose it: then it is a box where the question has boxes.
            empty_text = boxes is None and item.type != "multi"
            if for_text or boxes is False or empty_text:
                return Target(item, "other")
            code = other
        if code is None:
            beside = self.beside(item, part)
            return Target(item, "other") if beside is not None and beside == other else None
        return Target(item, "option" if item.type == "multi" else "answer", code)

    def answer(self, item: Item, part: str) -> str | None:
        """The answer or option of an item that a part of the question is in words."""
        known = self.answers[item.id]
        return next((known[words] for words in answer_words(part) if words in known), None)

    def beside(self, item: Item, part: str) -> str | None:
        """The answer of an item that a text stands beside: Qualtrics's ``Answer - Text``."""
        words = normalise(part)
        bare = _TEXT_PART.sub("", words)
        return self.answer(item, bare) if bare != words else None

    def beginnings(self, question: str) -> Iterator[tuple[Item, str, str]]:
        """Items with a wording that a question begins with, the longest first.

        Yields
        ------
        (Item, str, str)
            The item, where the wording is known from, and what the question says beyond it.
        """
        words = normalise(question)
        for wording, known in self.by_text.items():
            if words.startswith(wording):
                for item, whence in known:
                    yield item, whence, words[len(wording) :].strip(BETWEEN)


def directory(table: Table, questionnaire: Questionnaire, accepted: Mapping[str, str]) -> Directory:
    """Everything by which the columns of a table may be known.

    Parameters
    ----------
    table : Table
        The table of the questionnaire.
    questionnaire : Questionnaire
        Its scales and missing codes.
    accepted : dict of str
        Per item: a wording that the manifest accepts.
    """
    names: dict[str, Target] = {}
    stems: dict[str, Item] = {}
    texts: dict[str, list[tuple[Item, str]]] = {}
    answers: dict[str, dict[str, str]] = {}
    items = asked(table)
    # Declared names first: what a platform makes of one item's name may be declared for another.
    for item in items:
        for name, target in _declared(item):
            names.setdefault(name, target)
    for item in items:
        for name, target in _made_of(item):
            names.setdefault(name, target)
        stems.setdefault(stem(item), item)
        for wording, known in known_wordings(item, accepted.get(item.id)).items():
            texts.setdefault(wording, []).append((item, known))
        answers[item.id] = _answers(item, questionnaire, accepted)
    folds: dict[str, set[str]] = {}
    for name in names:
        folds.setdefault(folded(name), set()).add(name)
    return Directory(
        names,
        {key: frozenset(found) for key, found in folds.items()},
        stems,
        {wording: tuple(texts[wording]) for wording in sorted(texts, key=len, reverse=True)},
        answers,
    )


def _declared(item: Item) -> Iterator[tuple[str, Target]]:
    if item.column:
        yield item.column, Target(item, "item")
    for option in item.options:
        yield option.column, Target(item, "option", option.id)
    if item.other:
        yield item.other.column, Target(item, "other")


def _made_of(item: Item) -> Iterator[tuple[str, Target]]:
    """Names that platforms make of a declared one."""
    base = stem(item)
    if item.type == "multi":
        yield base, Target(item, "joined")
        yield item.id, Target(item, "joined")
    if item.other:
        # LimeSurvey writes the text, and has no box of its own for it.
        yield f"{base}[other]", Target(item, "other")
    for option in item.options:
        for name in _option_names(base, option):
            yield name, Target(item, "option", option.id)


def _option_names(base: str, option: Option) -> Iterable[str]:
    own = option.column.removeprefix(base).strip("_[]/.:-")
    for word in dict.fromkeys((option.id, own)):
        if word:
            yield from (f"{base}/{word}", f"{base}[{word}]", f"{base}_{word}")


def _answers(
    item: Item, questionnaire: Questionnaire, accepted: Mapping[str, str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for option in item.options:
        for words in (*spellings(option.label), normalise(option.id), normalise(option.column)):
            found.setdefault(words, option.id)
        wording = accepted.get(f"{item.id}__{option.id}")
        if wording is not None:
            found.setdefault(normalise(wording), option.id)
    for level in questionnaire.levels(item):
        # A number alone may be the platform's own, and names no answer.
        own = () if level.code.isdecimal() else (normalise(level.code),)
        for words in (*spellings(level.label), *own):
            found.setdefault(words, level.code)
    if item.scale:
        for code in questionnaire.missing_codes(item):
            label = questionnaire.missing_labels.get(code)
            for words in spellings(label) if label else ():
                found.setdefault(words, code)
    return found


def without_path(name: str) -> Iterator[str]:
    """A name, then what is left of it without the groups a form has it in, outermost first.

    KoBo writes ``group/NAME``, ODK Central ``group-NAME``; a header with spaces is no path.
    """
    yield name
    if any(sign.isspace() for sign in name):
        return
    for separator in ("/", "-"):
        rest = name
        while separator in rest:
            rest = rest.partition(separator)[2]
            if rest:
                yield rest


def answer_words(part: str) -> tuple[str, str]:
    """The words of a part, normalised: all of them, and those behind the last dash.

    Qualtrics sets words of its own before those of an answer: ``Selected Choice - Answer``.
    """
    words = normalise(part)
    return words, words.rpartition(" - ")[2]


def text_stem(name: str) -> str | None:
    """The question's name in Qualtrics's name for a text beside an answer, ``Q5_7_TEXT``."""
    found = _TEXT_NAME.fullmatch(name)
    return found["stem"] if found else None


def question_texts(question: str) -> Iterator[str]:
    """Ways in which the words of one question may stand within a header, the whole first.

    A row of a matrix comes last in its header: ``Question - Row``, ``Question [Row]``.
    """
    yield question
    bracketed = re.fullmatch(r".*\[([^\[\]]+)\]\s*", question, re.DOTALL)
    if bracketed:
        yield bracketed[1]
    for dash in (" - ", " – ", " — "):
        if dash in question:
            yield question.rpartition(dash)[2]
