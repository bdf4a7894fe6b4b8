"""Questions whose text changed: met by name, but worded as the item is not known to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msfresearch.survey.items import Item
from msfresearch.survey.matching.meeting import BY_FOLD, BY_NAME, BY_PART, Meeting
from msfresearch.survey.matching.targets import (
    BETWEEN,
    Directory,
    Target,
    folded,
    question_texts,
)
from msfresearch.survey.matching.wording import cut_off, known_wordings, normalise
from msfresearch.survey.readers.export import Column
from msfresearch.survey.source import ExportOptions


@dataclass(frozen=True)
class Changed:
    """A text that is none under which its item or option is known.

    Attributes
    ----------
    meeting
        The column and what its name says it is.
    key
        The item's id, or the option's name in the clean table, as the manifest's ``wording`` has
        it.
    words
        The text.
    belongs
        The item that is known by that text, where there is one.
    """

    meeting: Meeting
    key: str
    words: str
    belongs: Item | None = None


def changed_wordings(
    met: Iterable[Meeting], known: Directory, options: ExportOptions, platform: str
) -> list[Changed]:
    """Columns met by name whose question or option has another text than the questionnaire's.

    What the manifest maps has been looked at; a text beside "other" has no wording of its own.
    """
    found: dict[str, Changed] = {}
    for one in met:
        target, column = one.target, one.column
        if target is None or target.kind == "other" or one.how not in (BY_NAME, BY_FOLD, BY_PART):
            continue
        wordings = known_wordings(target.item, options.wording.get(target.item.id))
        own = {w for w, code in known.answers[target.item.id].items() if code == target.code}
        if not _says(column, target, wordings, own, platform):
            words = _without_option(column.question, own)
            owners = known.by_text.get(normalise(column.question), ())
            belongs = owners[0][0] if owners else None
            found.setdefault(target.item.id, Changed(one, target.item.id, words, belongs))
        elif target.kind == "option" and not _names_option(column, target, known):
            found.setdefault(target.meets, Changed(one, target.meets, column.part))
    return list(found.values())


def _says(
    column: Column, target: Target, wordings: Mapping[str, str], own: set[str], platform: str
) -> bool:
    """Whether the text of a column is one of its item's, or no text at all."""
    words = normalise(column.question)
    names = {folded(column.name), folded(column.group), folded(target.item.id)}
    if not words or folded(column.question) in names:
        return True
    texts = (column.part, *question_texts(column.question))
    if any(normalise(text) in wordings for text in texts if text):
        return True
    # SPSS and labelled headers have the option's words alone, or behind the question's.
    if words in own or normalise(_without_option(words, own)) in wordings:
        return True
    return cut_off(column.question, wordings, platform)


def _without_option(question: str, own: Iterable[str]) -> str:
    """A question without the words of the option that stand behind it."""
    for words in sorted(own, key=len, reverse=True):
        end = question.rstrip(BETWEEN)
        if words and end.casefold().endswith(words):
            return end[: len(end) - len(words)].rstrip(BETWEEN)
    return question


def _names_option(column: Column, target: Target, known: Directory) -> bool:
    """Whether the words of a box are the option's; a code of the platform's is no word."""
    meant = known.answer(target.item, column.part)
    if meant is not None:
        return meant == target.code
    return " " not in column.part.strip() or folded(column.part) in folded(column.name)
