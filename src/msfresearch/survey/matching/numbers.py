"""Numbers and dates as people and spreadsheets write them, where there is one way to read them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pandas as pd

from msfresearch.survey.items import Item
from msfresearch.survey.matching.distinct import Tally, distinct
from msfresearch.survey.matching.proposal import Unknown
from msfresearch.survey.matching.vocabulary import DECLARED, Circumstances
from msfresearch.survey.matching.wording import normalise, spellings
from msfresearch.survey.readers.export import Column

NUMBER = "numbers written with a comma, spaces between thousands or a unit"
DATE = "dates written another way"
MISSING = "reasons for no answer read by their words"

_AS_IT_IS = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_UNIT = re.compile(r"(?P<number>[^a-z%]*[0-9])\s*(?P<unit>%|[^\W\d_][^0-9]*)", re.IGNORECASE)
#: Signs of a grouping that can be no decimal mark: two groups, or a space between them.
_SPACED = re.compile(r"[+-]?[0-9]{1,3}([ \u00a0\u2009\u202f'’][0-9]{3})+(?P<part>[.,][0-9]+)?")
_GROUPED = (
    re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3}){2,}(?P<part>\.[0-9]+)?"),
    re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(?P<part>\.[0-9]+)"),
    re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3}){2,}(?P<part>,[0-9]+)?"),
    re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(?P<part>,[0-9]+)"),
)
# Three digits behind one comma may be thousandths or a thousand.
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,([0-9]{1,2}|[0-9]{4,})")
_PERCENT = {"%", "percent", "per cent", "por ciento", "pour cent", "porcentaje"}
_MIDNIGHT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(:00(\.0+)?)?(Z|\+00:?00)?")
_SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


def read_numbers(
    cells: pd.Series[str], column: Column, item: Item, circumstances: Circumstances, tally: Tally
) -> tuple[pd.Series[str], tuple[Unknown, ...]]:
    """Read the cells of a numeric item.

    Parameters
    ----------
    cells : Series of str
        As the file has them.
    column : Column
        The column; its ``labels`` may name missing codes.
    item : Item
        The item.
    circumstances : Circumstances
        Questionnaire, platform and manifest.
    tally : Tally
        Where every change is counted.

    Returns
    -------
    cells : Series of str
        Numbers with a decimal point, codes for missing answers, "".
    unknown : tuple of Unknown
        Cells that are neither.
    """
    missing = _missing(item, circumstances)
    declared = circumstances.options.values.get(item.id, {})
    found = distinct(cells.str.strip())
    read: list[str] = []
    unknown: list[Unknown] = []
    for value, count, line in zip(found.values, found.counts, found.lines, strict=True):
        told = normalise(column.labels.get(value, ""))
        if value in declared:
            code, rule = declared[value], DECLARED
        elif told in missing:
            code, rule = missing[told], MISSING
        elif not value or _AS_IT_IS.fullmatch(value):
            code, rule = value, ""
        elif normalise(value) in missing:
            code = missing[normalise(value)]
            rule = "" if code == value else MISSING
        else:
            number = as_number(value, item)
            code, rule = number or "", NUMBER
            if number is None:
                near = re.findall(r"[0-9]+", value)
                unknown.append(
                    Unknown(
                        item.id,
                        column.name,
                        value,
                        int(line),
                        int(count),
                        "a number, or: " + ", ".join(filter(None, dict.fromkeys(missing.values()))),
                        near[0] if len(near) == 1 else None,
                        "a cell that cannot be read as one number",
                    )
                )
        tally.add(rule, item.id, int(count))
        read.append(code)
    return found.column(read), tuple(unknown)


def as_number(cell: str, item: Item) -> str | None:
    """A number that is written in another way, where it can be read in one way alone.

    ``12,5`` and ``1 234,5`` and ``1.234.567`` have one reading; ``1,234`` has two, and none here.
    A percent sign is left out of shares, and a unit of which the question itself speaks.

    Parameters
    ----------
    cell : str
        Trimmed.
    item : Item
        Its question tells the unit.

    Returns
    -------
    str or None
        Digits with a decimal point.
    """
    unit = _UNIT.fullmatch(cell)
    if unit is not None:
        if not _own_unit(unit["unit"], item):
            return None
        cell = unit["number"].strip()
    if _AS_IT_IS.fullmatch(cell):
        return cell
    if _DECIMAL_COMMA.fullmatch(cell):
        return cell.replace(",", ".")
    for pattern in (_SPACED, *_GROUPED):
        found = pattern.fullmatch(cell)
        if found is not None:
            part = found["part"] or ""
            whole = re.sub(r"[^0-9+-]", "", cell[: len(cell) - len(part)])
            return whole + part.replace(",", ".")
    return None


def _own_unit(unit: str, item: Item) -> bool:
    words = normalise(unit)
    question = " ".join(sorted(spellings(item.label)))
    if words in _PERCENT:
        return "%" in question or any(one in question for one in ("porcentaje", "percent"))
    said = set(re.findall(r"[^\W\d_]+", question))
    return bool(words) and bool({words, words + "s", words.removesuffix("s")} & said)


def _missing(item: Item, circumstances: Circumstances) -> dict[str, str]:
    """Normalised words and codes of an item's missing answers, to the code."""
    questionnaire = circumstances.questionnaire
    found: dict[str, str] = {}
    for code in questionnaire.missing_codes(item):
        label = questionnaire.missing_labels.get(code)
        for words in (*(spellings(label) if label else ()), normalise(code)):
            if words:
                found.setdefault(words, code)
    return found


def read_dates(
    cells: pd.Series[str], column: Column, item: Item, circumstances: Circumstances, tally: Tally
) -> tuple[pd.Series[str], tuple[Unknown, ...]]:
    """Read the cells of a date item: as the item writes dates, or as ISO 8601 at midnight.

    Days and months with slashes are read where the manifest says ``day_first``, and nowhere else.
    Parameters and returns are those of :func:`read_numbers`.
    """
    declared = circumstances.options.values.get(item.id, {})
    missing = _missing(item, circumstances)
    found = distinct(cells.str.strip())
    read: list[str] = []
    unknown: list[Unknown] = []
    for value, count, line in zip(found.values, found.counts, found.lines, strict=True):
        code: str | None = value
        rule = ""
        if value in declared:
            code, rule = declared[value], DECLARED
        elif normalise(value) in missing and value:
            code = missing[normalise(value)]
            rule = "" if code == value else MISSING
        elif value and _moment(value, item.date_format) is None:
            moment = _other_date(value, circumstances.options.day_first)
            code = moment.strftime(item.date_format) if moment is not None else None
            rule = DATE
        if code is None:
            unknown.append(
                Unknown(
                    item.id,
                    column.name,
                    value,
                    int(line),
                    int(count),
                    f"a date written {item.date_format}; export: day_first: says how dates with "
                    "slashes are meant",
                    why="a cell that cannot be read as one date",
                )
            )
        else:
            tally.add(rule, item.id, int(count))
        read.append(code or "")
    return found.column(read), tuple(unknown)


def _other_date(cell: str, day_first: bool | None) -> datetime | None:
    midnight = _MIDNIGHT.fullmatch(cell)
    if midnight is not None:
        return _moment(midnight[1], "%Y-%m-%d")
    slashed = _SLASHED.fullmatch(cell)
    if slashed is None or day_first is None:
        return None
    day, month = (1, 2) if day_first else (2, 1)
    return _moment(f"{slashed[3]}-{slashed[month]}-{slashed[day]}", "%Y-%m-%d")


def _moment(cell: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(cell, form)
    except ValueError:
        return None


def read_countries(
    cells: pd.Series[str], column: Column, item: Item, circumstances: Circumstances, tally: Tally
) -> pd.Series[Any]:
    """Countries as they stand; a number of the file by the words that the file gives it."""
    declared = circumstances.options.values.get(item.id, {})
    found = distinct(cells.str.strip())
    read: list[str] = []
    for value, count in zip(found.values, found.counts, strict=True):
        told = column.labels.get(value)
        if value in declared:
            tally.add(DECLARED, item.id, int(count))
            read.append(declared[value])
        elif told is not None and not re.fullmatch(r"[A-Z]{2,3}", value):
            tally.add("countries of the file read by the words it gives them", item.id, int(count))
            read.append(told.strip())
        else:
            read.append(value)
    return found.column(read)
