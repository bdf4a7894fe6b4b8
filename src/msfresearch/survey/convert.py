"""One column of text into values and missing reasons, as its item says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.survey.countries import Countries
from msfresearch.survey.items import Item
from msfresearch.survey.log import ALIAS, READ, REASON, SPACES, SPELLING
from msfresearch.survey.questionnaire import Questionnaire

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_KINDS = {
    "multi": "ticked or not",
    "numeric": "a number",
    "date": "a date",
    "country": "a country of ISO 3166",
    "id": "an id, kept as written",
    "text": "text, kept as written",
}


class Change(NamedTuple):
    """A rule and a column: cells with something in them before and after, and cells changed."""

    rule: str
    before: int
    after: int
    changed: int


@dataclass(frozen=True)
class Column:
    """An item's answers.

    Attributes
    ----------
    values : Series
        Int64, Float64, str or datetime; missing where there is no answer.
    reasons : Series
        Why there is none: a missing reason of the questionnaire, missing where answered.
    changes : tuple of Change
        Every rule that was applied, in order, those that changed nothing included.
    """

    values: pd.Series[Any]
    reasons: pd.Series[Any]
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a conversion needs to know beside the item."""

    questionnaire: Questionnaire
    countries: Countries
    file: Path


def convert(raw: pd.Series[Any], item: Item, header: str, reading: Reading) -> Column:
    """Read one column of text as its item says.

    Parameters
    ----------
    raw : Series of str
        As the file has it; the index is the line.
    item : Item
        What the cells mean.
    header : str
        The column's name in the file, for errors.
    reading : Reading
        The questionnaire, the countries and the file.

    Returns
    -------
    Column
        Values and reasons with the index of ``raw``.

    Raises
    ------
    AnswerError
        At the first cell that is outside what the item allows.
    """
    missing = reading.questionnaire.missing_codes(item)
    free = item.type == "text"
    cells = raw if free else raw.str.strip()
    n = len(raw)
    changes = [] if free else [Change(SPACES, n, n, int((cells != raw).sum()))]
    if item.spelling:
        changes.append(Change(SPELLING, n, n, int(cells.isin(list(item.spelling)).sum())))
        cells = cells.replace(item.spelling)
    if item.type == "country":
        by_alias = int(cells.isin(list(reading.countries.aliases)).sum())
        changes.append(Change(ALIAS, n, n, by_alias))
    reasons = cells.map(missing).astype("str")
    answered = cells[reasons.isna()]
    # What is written, and nothing else, stays as it is: those cells are read, and not changed.
    as_written = item.type in ("text", "id")
    if item.type == "text" or (item.type == "id" and item.pattern is None):
        values = answered.reindex(raw.index)
    else:
        meaning = {code: _one(code, item, reading) for code in answered.unique()}
        wrong = [code for code, value in meaning.items() if value is None]
        if wrong:
            raise _outside(answered, set(wrong), item, header, reading)
        values = answered.map(meaning).reindex(raw.index)
    changes += _emptied(reasons, missing.values())
    kind = "a level of its scale" if item.scale else _KINDS[item.type]
    changes.append(
        Change(f"{READ} {kind}", len(answered), len(answered), 0 if as_written else len(answered))
    )
    return Column(_typed(values, item, reading.questionnaire), reasons, tuple(changes))


def _emptied(reasons: pd.Series[Any], possible: Iterable[str]) -> list[Change]:
    """For each reason that a code of the item may mean: how many cells it takes the answer of."""
    found: list[Change] = []
    left = len(reasons)
    for reason in dict.fromkeys(possible):
        emptied = int((reasons == reason).sum())
        found.append(Change(f"{REASON}: {reason}", left, left - emptied, emptied))
        left -= emptied
    return found


def _one(code: str, item: Item, reading: Reading) -> object | None:
    """The value of one answer, None when the item does not allow it."""
    read: Callable[[str, Item], object | None]
    if item.scale:
        for level in reading.questionnaire.levels(item):
            if level.code == code:
                return level.value
        return None
    if item.type == "multi":
        return {"0": 0, "1": 1}.get(code)
    if item.type == "country":
        return reading.countries.by_name([code])[code]
    read = {"numeric": _number, "date": _date, "id": _identifier}[item.type]
    return read(code, item)


def _identifier(code: str, item: Item) -> str | None:
    return code if item.pattern is None or re.fullmatch(item.pattern, code) else None


def _number(code: str, item: Item) -> float | None:
    if not _NUMBER.fullmatch(code):
        return None
    number = float(code)
    if item.whole and not number.is_integer():
        return None
    low = float("-inf") if item.minimum is None else item.minimum
    high = float("inf") if item.maximum is None else item.maximum
    return number if low <= number <= high else None


def _date(code: str, item: Item) -> datetime | None:
    try:
        moment = datetime.strptime(code, item.date_format)
    except ValueError:
        return None
    return moment if moment.tzinfo is None else moment.astimezone(UTC)


def _typed(values: pd.Series[Any], item: Item, questionnaire: Questionnaire) -> pd.Series[Any]:
    levels = questionnaire.levels(item)
    if item.type == "multi" or (levels and isinstance(levels[0].value, int)):
        return values.astype("Float64").astype("Int64")
    if item.type == "numeric":
        return values.astype("Float64").astype("Int64" if item.whole else "Float64")
    if item.type == "date":
        # The unit, too, where there is no value to tell it.
        return pd.to_datetime(values, utc="%z" in item.date_format).dt.as_unit("us")
    return values.astype("str")


def _outside(
    answered: pd.Series[Any], wrong: set[str], item: Item, header: str, reading: Reading
) -> AnswerError:
    rows = answered[answered.isin(wrong)]
    first = rows.index[0]
    questionnaire = reading.questionnaire
    codes = [level.code for level in questionnaire.levels(item)]
    allowed = {
        "multi": "0 or 1",
        "country": "a country of ISO 3166 or an alias in codebook/countries.yml",
        "date": f"a date written {item.date_format}",
        "id": f"an id like {item.pattern}",
        "numeric": f"a {'whole ' if item.whole else ''}number"
        + (f" from {item.minimum:g}" if item.minimum is not None else "")
        + (f" to {item.maximum:g}" if item.maximum is not None else ""),
    }.get(item.type, " | ".join(codes))
    missing = ", ".join(repr(code) for code in questionnaire.missing_codes(item))
    return AnswerError(
        "an unknown country" if item.type == "country" else "an answer outside its scale",
        file=reading.file,
        row=int(first),
        column=header,
        found=f"{rows.iloc[0]!r} ({len(rows)} such cells)",
        expected=f"{allowed}; missing: {missing}",
        action="add the spelling to codebook/countries.yml, or correct the cell's meaning by a "
        "`spelling` of the item; raw files are never edited"
        if item.type == "country"
        else f"correct the cell's meaning for item {item.id} in the questionnaire "
        f"{questionnaire.id} (scale, missing or spelling); raw files are never edited",
    )
