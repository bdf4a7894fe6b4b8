"""Forms as they were filled in: what every platform writes, each in its own layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.source import ExportOptions, Platform

#: What a platform may note of an answer beside the answer itself.
TELLS = ("status", "person", "place", "language", "duration", "unsent", "names")


@dataclass(frozen=True)
class Filled:
    """The rows of an export before a platform writes them.

    Attributes
    ----------
    questionnaire, table
        The instrument.
    cells : DataFrame of str
        One column per clean column that the form asks, in the questionnaire's codes, countries
        as respondents wrote them; "" is blank. Rows in the order of the export.
    shown : DataFrame of bool
        The same rows, one column per item: whether the question was put.
    seen : DataFrame of bool
        The same: whether it was put before the respondent stopped.
    notes : DataFrame
        The same rows: ``id``, ``started`` and ``sent`` (moments of universal time), ``seconds``,
        ``finished`` (bool), ``progress`` (0 to 100), ``language``, ``status`` (of the platform's
        own words, "" for an ordinary answer), ``ip``, ``email``, ``first_name``, ``last_name``,
        ``token``.
    language
        In which the form's own words are exported.
    timezone
        Of timestamps that carry none.
    """

    questionnaire: Questionnaire
    table: Table
    cells: pd.DataFrame
    shown: pd.DataFrame
    seen: pd.DataFrame
    notes: pd.DataFrame
    language: str
    timezone: str

    @property
    def items(self) -> tuple[Item, ...]:
        """Items that stand in the form, in its order."""
        return tuple(item for item in self.table.items if item.id in self.shown.columns)

    def words(self, item: Item, language: str | None = None) -> dict[str, str]:
        """Words of each code of an item's scale and of the codes it offers."""
        language = language or self.language
        offered = {
            code: self.questionnaire.missing_labels[code].in_language(language)
            for code in item.offers
        }
        levels = self.questionnaire.levels(item)
        return {**{level.code: level.label.in_language(language) for level in levels}, **offered}

    def question(self, item: Item, language: str | None = None) -> str:
        """The question's words."""
        return item.label.in_language(language or self.language)

    def local(self, moments: pd.Series[Any], form: str) -> list[str]:
        """Moments as a clock on the wall showed them, in a form of strftime."""
        shown = moments.dt.tz_localize("UTC").dt.tz_convert(self.timezone)
        return [str(one) for one in shown.dt.strftime(form)]


@dataclass(frozen=True)
class Written:
    """What a platform's writer wrote.

    Attributes
    ----------
    file, structure
        Names of the files.
    contents
        File name to bytes.
    lines
        The row of the file in which each row of the forms stands, as an editor or a spreadsheet
        counts.
    options
        What a manifest has to say of the file, beyond the platform's habits.
    """

    file: str
    contents: Mapping[str, bytes]
    lines: list[int]
    structure: str | None = None
    options: ExportOptions = field(default_factory=ExportOptions)


@dataclass(frozen=True)
class Vendor:
    """A platform as the rehearsal plays it.

    Attributes
    ----------
    platform
        Its name.
    formats
        File formats, the usual one first.
    tells
        By format, what its export notes of an answer, of ``TELLS``: ``status`` (tests and
        previews are marked), ``person`` (an e-mail or a token), ``place`` (an IP address),
        ``language`` (of the form), ``duration`` (how long it took), ``unsent`` (answers that were
        never sent off, with the moment of their last change), ``names`` (a country is written by
        hand, not chosen).
    number
        The platform's own id of an answer, from its number in the order of the export and a
        random figure; None where the platform gives none.
    write
        The writer: forms, stem of the file name, format.
    """

    platform: Platform
    formats: tuple[str, ...]
    tells: Mapping[str, frozenset[str]]
    number: Callable[[int, int], str] | None
    write: Callable[[Filled, str, str], Written]
