"""What may stand in the cells of a closed item, and which code it means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from msfresearch.errors import SourceError
from msfresearch.survey.items import Item
from msfresearch.survey.matching.proposal import NEAR, UNDECIDED, nearest, quoted
from msfresearch.survey.matching.wording import normalise, spellings
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.source import ExportOptions, Platform, Text

DECLARED = "cells read as the manifest says"
BY_LABEL = "answers in words read as codes"
BY_FILE = "codes of the file read by the words it gives them"
RENUMBERED = "codes that mean another answer in the file, read by its words"
WRITTEN = "codes written another way"
OTHER_MARK = "the platform's mark of another answer read as other"
OTHER_WORDS = "text behind the word for other, kept beside it"
TYPED = "text in place of an answer, kept as other"

BOTH = "a cell that is the code of one answer and the words of another"
#: From this likeness on, a text is rather an answer that was reworded than one that was typed.
_REWORDED = 0.8
#: What LimeSurvey writes for "other", whatever words the form has for it.
_OTHER_MARK = "-oth-"
_WHOLE_NUMBER = re.compile(r"([+-]?[0-9]+)[.,]0+")
_SPECIFY = (
    r"(?:\s*[(,:\-–]?\s*(?:please\s+|por\s+favor,?\s+|veuillez\s+|merci\s+de\s+)?"
    r"(?:specify|specifier|especifi\w+|précise\w*|preciser)\s*\)?)?"
)
_OTHER = ("Other", "Otro", "Otra", "Otros", "Otras", "Autre", "Autres")


@dataclass(frozen=True)
class Circumstances:
    """What the reading of cells needs to know beside the item."""

    questionnaire: Questionnaire
    options: ExportOptions
    platform: Platform
    file: Path


@dataclass(frozen=True)
class Meaning:
    """What a cell means.

    Attributes
    ----------
    code
        The questionnaire's code; None where the cell is no answer.
    rule
        By what it was understood; empty where the code stands there as it is.
    typed
        Text that belongs beside "other".
    why
        What is wrong with a cell that is no answer, where that is not plain.
    """

    code: str | None
    rule: str = ""
    typed: str = ""
    why: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """Codes and words of one item with a scale, or of the options of one multi-select item.

    Attributes
    ----------
    answers
        Codes of the levels, or ids of the options.
    codes
        What may stand for a code, to the code: itself, its letters in another case, a spelling
        that the questionnaire declares, the name of an option's column.
    words
        Normalised words to the codes they mean: one, unless languages collide.
    declared
        What the manifest says of a cell, by the cell and by its normalised words.
    other
        The code of "other".
    other_words
        The words of "other", as a pattern with what is typed behind them.
    """

    answers: frozenset[str]
    codes: Mapping[str, str]
    words: Mapping[str, frozenset[str]]
    declared: Mapping[str, str]
    other: str | None
    other_words: re.Pattern[str]

    def code_of(self, cell: str) -> str | None:
        """The code that stands in a cell; None where none does."""
        for written in (cell, number_of(cell), normalise(cell)):
            if written in self.codes:
                return self.codes[written]
        return None

    def by_words(self, words: str) -> str | None:
        """The one code that words mean; None for no code or for more than one."""
        meant = self.words.get(normalise(words), frozenset())
        return next(iter(meant)) if len(meant) == 1 else None

    def declared_for(self, cell: str) -> str | None:
        """What the manifest says of a cell; None where it says nothing."""
        code = self.declared.get(cell)
        return self.declared.get(normalise(cell)) if code is None and cell else code

    def other_text(self, cell: str) -> str | None:
        """What is typed behind the word for "other"; None where the cell begins otherwise."""
        found = self.other_words.fullmatch(cell) if self.other is not None else None
        return (found["typed"] or "").strip() if found else None

    def nearest(self, cell: str, likeness: float = NEAR) -> str | None:
        """The code whose words are nearest to a cell, None where none are near."""
        near = nearest([cell], {words: min(codes) for words, codes in self.words.items()}, likeness)
        return near[0] if near else None

    def reworded(self, cell: str) -> bool:
        """Whether a cell is so like an answer that it is hardly one of the person's own."""
        return self.nearest(cell, _REWORDED) is not None


def vocabulary(item: Item, questionnaire: Questionnaire, options: ExportOptions) -> Vocabulary:
    """Codes and words of an item with a scale or with options."""
    labels = {level.code: level.label for level in questionnaire.levels(item)}
    labels |= {option.id: option.label for option in item.options}
    answers = frozenset(labels)
    words: dict[str, set[str]] = {}
    for code, label in labels.items():
        for spelling in spellings(label):
            words.setdefault(spelling, set()).add(code)
    missing = questionnaire.missing_codes(item)
    for code in missing:
        # An answer of the scale may well be "Don't know": then its words are the answer's.
        label_of = questionnaire.missing_labels.get(code)
        for spelling in spellings(label_of) if label_of else ():
            if not words.get(spelling, set()) & answers:
                words.setdefault(spelling, set()).add(code)
    codes = {code: code for code in (*answers, *missing)} | dict(item.spelling)
    codes |= {option.column: option.id for option in item.options}
    for code in list(codes):
        # NATIONAL and "unclear" are the codes that they are spelled like.
        codes.setdefault(normalise(code), codes[code])
    declared: dict[str, str] = {}
    for cell, code in options.values.get(item.id, {}).items():
        declared.setdefault(normalise(cell), code)
        declared[cell.strip()] = code
    return Vocabulary(
        answers,
        codes,
        {spelling: frozenset(found) for spelling, found in words.items() if spelling},
        declared,
        item.other.code if item.other else None,
        _other_words(labels.get(item.other.code) if item.other else None),
    )


def _other_words(label: Text | None) -> re.Pattern[str]:
    """The words of "other" in three languages, "please specify", and what is typed behind."""
    own = [label.en, label.es, label.fr] if label else []
    names = "|".join(re.escape(word) for word in sorted({*own, *_OTHER}, key=len, reverse=True))
    return re.compile(
        rf"\s*(?:{names}){_SPECIFY}\s*(?:[:\-–—,]\s*(?P<typed>.*))?", re.IGNORECASE | re.DOTALL
    )


def number_of(cell: str) -> str:
    """A whole number as a spreadsheet may write it ("1.0") without its decimals."""
    found = _WHOLE_NUMBER.fullmatch(cell)
    return found[1] if found else cell


def meaning(
    cell: str, known: Vocabulary, labels: Mapping[str, str], circumstances: Circumstances
) -> Meaning:
    """What one cell of an item with a scale means.

    The manifest is asked first, then the words that the file gives a code, then the
    questionnaire's own codes and words. Nothing is guessed.

    Parameters
    ----------
    cell : str
        Trimmed.
    known : Vocabulary
        Codes and words of the item.
    labels : dict of str
        Where the file tells them: what stands in a cell, to the words of that answer.
    circumstances : Circumstances
        Platform and manifest.
    """
    if not cell:
        return Meaning("")
    declared = known.declared_for(cell)
    if declared is not None:
        return Meaning(declared, DECLARED)
    if cell == _OTHER_MARK and known.other is not None:
        return Meaning(known.other, OTHER_MARK)
    mode = circumstances.options.cells
    code = known.code_of(cell) if mode != "labels" else None
    told = labels.get(cell, labels.get(number_of(cell)))
    if told is not None and normalise(told) != normalise(cell):
        return _told(code, known.by_words(told), mode)
    by_words = known.by_words(cell)
    if code is not None and by_words is not None and by_words != code and mode != "codes":
        return Meaning(None, why=BOTH)
    if code is not None and (code == cell or by_words is None or mode == "codes"):
        return Meaning(code, "" if code == cell else WRITTEN)
    if by_words is not None:
        return Meaning(by_words, BY_LABEL)
    return Meaning(None)


def _told(code: str | None, by_words: str | None, mode: str | None) -> Meaning:
    """A cell whose words the file tells."""
    if by_words is None:
        unknown = "a code whose words in the file are none of its item's answers"
        return Meaning(code) if mode == "codes" and code is not None else Meaning(None, why=unknown)
    if code == by_words:
        return Meaning(code)
    return Meaning(by_words, BY_FILE if code is None else RENUMBERED)


def contradicts(labels: Mapping[str, str], known: Vocabulary) -> bool:
    """Whether the file numbers an answer of the item otherwise than the questionnaire."""
    pairs = ((known.code_of(cell), known.by_words(words)) for cell, words in labels.items())
    return any(code is not None and meant not in (None, code) for code, meant in pairs)


def check_values(table: Table, circumstances: Circumstances) -> None:
    """What the manifest says of cells is said of closed items, in codes they have.

    Raises
    ------
    SourceError
        With the item and the code that is none of its own.
    """
    for item_id, cells in circumstances.options.values.items():
        item = next((one for one in table.items if one.id == item_id), None)
        if item is None or item.derived or item.type in ("text", "id"):
            closed = (one.id for one in table.items if one.type not in ("text", "id"))
            raise SourceError(
                "the manifest says what cells mean of no item that has codes",
                file=circumstances.file,
                column=item_id,
                expected=", ".join(closed),
                action="correct the id under export: values: in wave.yml",
            )
        open_still = [cell for cell, code in cells.items() if code.strip() == UNDECIDED]
        if open_still:
            more = len(open_still) - 1
            raise SourceError(
                "the manifest leaves open what a cell means"
                + (f" (and {more} more of its item)" if more else ""),
                file=circumstances.file,
                column=item_id,
                found=f"{open_still[0]!r}: {UNDECIDED!r}",
                expected=codes_in_words(item, circumstances.questionnaire) or "a number or a date",
                action=f'replace the "{UNDECIDED}" under export: values: in wave.yml by a code, '
                'or by "" to read the cell as blank',
            )
        if not (item.scale or item.options):
            continue
        known = vocabulary(item, circumstances.questionnaire, ExportOptions())
        wrong = [code for code in cells.values() if code and code not in known.codes.values()]
        if wrong:
            raise SourceError(
                "the manifest gives cells a code that their item does not have",
                file=circumstances.file,
                column=item_id,
                found=wrong[0],
                expected=codes_in_words(item, circumstances.questionnaire),
                action="correct it under export: values: in wave.yml",
            )


def numbers_to_fill_in(items: Iterable[Item], questionnaire: Questionnaire) -> tuple[str, ...]:
    """YAML of ``values`` with the codes of items, for a person who knows the file's numbers.

    A key that is not filled in is a cell that no file has: its number stays refused.
    """
    lines = [
        "in place of cells: codes, if the numbers are the platform's own: take the # off, and put",
        "the platform's number in place of what stands before each colon",
        "values:",
    ]
    for item in items:
        lines.append(f"  {quoted(item.id)}:")
        labels = {level.code: level.label.en for level in questionnaire.levels(item)}
        for code in questionnaire.missing_codes(item):
            label = questionnaire.missing_labels.get(code)
            if code and label is not None:
                labels.setdefault(code, label.en)
        lines += [
            f"    {quoted(f'number of {code}, {label}')}: {quoted(code)}"
            for code, label in labels.items()
        ]
    return tuple(lines)


def codes_in_words(item: Item, questionnaire: Questionnaire) -> str:
    """The codes of an item with their words in English, and its missing codes."""
    pairs: Iterable[tuple[str, str]] = [
        *((level.code, level.label.en) for level in questionnaire.levels(item)),
        *((option.id, option.label.en) for option in item.options),
    ]
    missing = [code for code in questionnaire.missing_codes(item) if code]
    shown = ", ".join(f"{code} ({label})" for code, label in pairs)
    return shown + (f"; no answer: {', '.join(missing)}" if missing else "")
