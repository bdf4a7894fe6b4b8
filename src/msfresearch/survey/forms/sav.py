"""A clean table for SPSS: values with labels, missing answers with their reasons.

- An item with a scale, and a box to tick, is a number with value labels. The numbers are the
  questionnaire's codes where all of them are whole numbers, else the levels' places, from 1.
- A missing answer keeps its reason as a user-missing code: 97 don't know, 98 refused, 99 not
  applicable, as in the questionnaires, and 96 not asked, 95 unclear, 94 no data, 93 not reviewed,
  92 withdrawn. Not answered is system-missing. Where 92 to 99 could be answers, all of them move
  to 992 to 999, and so on; where an item has no highest answer they are -99 to -92. What an item
  gets follows from its questionnaire alone, so that the files of two waves can be joined.
- Texts, ids, countries and dates cannot hold such codes: where an answer to them can be missing
  for another reason than not being given, a variable ``<name>_missing`` says which.
- A text longer than SPSS can hold (32,767 bytes) goes on in ``<name>_2``, and so on. Blanks at the
  end of a text are lost to the format, which fills texts up with them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.survey.forms.labels import (
    CONTINUED,
    LINE,
    OTHER_TEXT,
    REASONS,
    REHEARSAL,
    ROW,
    TICKED,
    WHY_MISSING,
    country_label,
)
from msfresearch.survey.forms.savfile import TEXT, Sav, Value, Variable, spss_names
from msfresearch.survey.forms.tableschema import has_time
from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.source import Language

#: Reason to user-missing code; an answer that was not given is system-missing.
CODES: Mapping[str, int] = {
    "withdrawn": 92,
    "not_reviewed": 93,
    "no_data": 94,
    "unclear": 95,
    "not_asked": 96,
    "dont_know": 97,
    "refused": 98,
    "not_applicable": 99,
}
#: In a variable that says why a text is missing, "not answered" has a number too.
BLANK = 91

_WHOLE = re.compile(r"-?[0-9]{1,9}")
Made = tuple[Variable, "pd.Series[Any]"]


@dataclass(frozen=True)
class _Column:
    """A column of the clean table: its item, its words, and how it is to be told."""

    name: str
    item: Item
    label: str
    source: str
    questionnaire: Questionnaire
    lang: Language
    is_text: bool = False


def to_sav(
    table: pd.DataFrame,
    reasons: pd.DataFrame,
    questionnaire: Questionnaire,
    name: str,
    *,
    lang: Language = "en",
    rehearsal: bool = False,
) -> Sav:
    """Make a clean table ready for SPSS.

    Parameters
    ----------
    table, reasons : DataFrame
        A clean table, and for the same rows why an answer is missing.
    questionnaire : Questionnaire
        The instrument.
    name : str
        The table's name in it.
    lang : str
        Language of labels.
    rehearsal : bool
        Whether the answers are simulated; title and notes then say so.

    Returns
    -------
    Sav

    Raises
    ------
    AnswerError
        When a value is none of its item's, or a text holds a null character.
    """
    columns = _columns(questionnaire, questionnaire.tables[name], lang)
    made: list[Made] = []
    for column in table.columns:
        if column == "line":
            line = Variable("line", "line", LINE.in_language(lang), "scale", "F8.0")
            made.append((line, table["line"].astype("float64")))
        elif column in columns:
            why = reasons[column] if column in reasons else pd.Series(index=table.index, dtype=str)
            made += _variables(columns[column], table[column], why, table["line"])
        else:
            row = Variable(column, column, ROW.in_language(lang), "nominal")
            made.append((row, table[column].astype("str").fillna("")))
    names = spss_names(variable.name for variable, _ in made)
    variables = tuple(
        replace(variable, name=named, label=" ".join(variable.label.split()))
        for named, (variable, _) in zip(names, made, strict=True)
    )
    data = pd.concat([series for _, series in made], axis=1)
    data.columns = pd.Index([variable.name for variable in variables])
    title = questionnaire.title.in_language(lang)
    mark = REHEARSAL.in_language(lang)
    if not rehearsal:
        return Sav(data, variables, title, (title,))
    return Sav(data, variables, f"{mark}: {title}", (mark, title))


def missing_codes(item: Item, numbers: Sequence[float] = ()) -> dict[str, int]:
    """The user-missing code of each reason, for one item.

    Parameters
    ----------
    item : Item
        Of type numeric, unless ``numbers`` are given.
    numbers : sequence of float
        The numbers of its levels.

    Returns
    -------
    dict
        Reason to code; no answer that the item allows lies between the lowest and the highest.
    """
    least, most = (min(numbers), max(numbers)) if numbers else (item.minimum, item.maximum)
    if most is None:
        return {reason: -code for reason, code in CODES.items()}
    low, high = min(CODES.values()), max(CODES.values())
    step = next(
        step
        for step in (10**digits - 100 for digits in itertools.count(2))
        if most < low + step or (least is not None and least > high + step)
    )
    return {reason: code + step for reason, code in CODES.items()}


def _columns(questionnaire: Questionnaire, table: Table, lang: Language) -> dict[str, _Column]:
    """What each column of a clean table is told as."""
    items = list(table.items)
    if table.join is not None:
        other = questionnaire.tables[table.join.table]
        items += [other.item(one) for one in table.join.take]
    found: dict[str, _Column] = {}
    for item in items:
        label = item.label.in_language(lang)
        sources = dict(item.columns())
        named = {f"{item.id}__{one.id}": one.label.in_language(lang) for one in item.options}
        for column, words in (named or {item.id: ""}).items():
            told = f"{label}: {words}" if words else label
            source = sources.get(column, "")
            found[column] = _Column(column, item, told, source, questionnaire, lang)
        if item.other is not None:
            column, told = f"{item.id}_other", f"{label}: {OTHER_TEXT.in_language(lang)}"
            source = item.other.column
            found[column] = _Column(column, item, told, source, questionnaire, lang, is_text=True)
    return found


def _variables(
    column: _Column, answers: pd.Series[Any], why: pd.Series[Any], lines: pd.Series[Any]
) -> list[Made]:
    """The variables that one column becomes."""
    item = column.item
    if column.is_text or item.type in ("text", "id", "country"):
        return [*_texts(column, answers, lines), *_companion(column, answers, why)]
    if item.type == "date":
        return [_date(column, answers), *_companion(column, answers, why)]
    if item.type == "numeric":
        numbers = answers.astype("float64")
        form = "F12.0" if item.whole else "F12.4"
        variable = Variable(column.name, column.name, column.label, "scale", form)
        return [_with_reasons(column, variable, numbers, why, missing_codes(item), lines)]
    values = _values(column)
    places = {value.stored: float(value.value) for value in values}
    numbers = answers.astype("str").map(places).astype("float64")
    _refuse(answers.notna() & numbers.isna(), "a value outside its scale", column, lines)
    variable = Variable(
        column.name,
        column.name,
        column.label,
        "ordinal" if item.type == "ordinal" else "nominal",
        "F8.0",
        values,
    )
    codes = missing_codes(item, [*places.values()])
    return [_with_reasons(column, variable, numbers, why, codes, lines)]


def _values(column: _Column) -> tuple[Value, ...]:
    """The labelled answers of an item with a scale, or of a box."""
    levels = column.questionnaire.levels(column.item)
    if not levels:
        return tuple(
            Value(number, label.in_language(column.lang), str(number), str(number))
            for number, label in TICKED.items()
        )
    codes = [level.code for level in levels]
    own = all(_WHOLE.fullmatch(code) for code in codes) and len(set(map(int, codes))) == len(codes)
    return tuple(
        Value(
            int(level.code) if own else place,
            level.label.in_language(column.lang),
            level.code,
            str(level.value),
        )
        for place, level in enumerate(levels, start=1)
    )


def _with_reasons(
    column: _Column,
    variable: Variable,
    numbers: pd.Series[Any],
    why: pd.Series[Any],
    codes: Mapping[str, int],
    lines: pd.Series[Any],
) -> Made:
    """Numbers, and where there is none the code of the reason; blank stays without a number."""
    low, high = min(codes.values()), max(codes.values())
    _refuse(numbers.between(low, high), "an answer among its missing codes", column, lines)
    whole = numbers.where(numbers.notna(), why.map(codes).astype("float64"))
    missing = tuple(
        _reason(column, reason, codes[reason]) for reason in codes if _possible(column, reason, why)
    )
    told = replace(
        variable,
        source=column.source,
        values=variable.values + missing,
        missing=(low, high),
    )
    return told, whole


def _companion(column: _Column, answers: pd.Series[Any], why: pd.Series[Any]) -> list[Made]:
    """A variable that says why a text or a date is missing, where that can have several reasons."""
    possible = [reason for reason in CODES if _possible(column, reason, why)]
    if not possible:
        return []
    codes = {"blank": BLANK, **CODES}
    variable = Variable(
        f"{column.name}_missing",
        column.name,
        f"{WHY_MISSING.in_language(column.lang)}: {column.label}",
        "nominal",
        "F8.0",
        tuple(_reason(column, reason, codes[reason]) for reason in ["blank", *possible]),
        source=column.source,
    )
    return [(variable, why.where(answers.isna()).map(codes).astype("float64"))]


def _possible(column: _Column, reason: str, why: pd.Series[Any]) -> bool:
    """Whether an answer can be missing for a reason: by the questionnaire, or since one is."""
    item = column.item
    declared = {} if item.derived else column.questionnaire.missing_codes(item)
    known = set() if column.is_text else set(declared.values())
    known |= {"not_asked"} if item.asked_if else set()
    return reason in known or bool((why == reason).any())


def _reason(column: _Column, reason: str, code: int) -> Value:
    declared = column.questionnaire.missing_codes(column.item)
    written = ", ".join(one for one, meant in declared.items() if meant == reason and one)
    words = {str(name): text for name, text in REASONS.items()}
    return Value(code, words[reason].in_language(column.lang), written, reason=reason)


def _date(column: _Column, answers: pd.Series[Any]) -> Made:
    moments = pd.to_datetime(answers)
    if moments.dt.tz is not None:
        moments = moments.dt.tz_convert("UTC").dt.tz_localize(None)
    form = "DATETIME20" if has_time(column.item) else "SDATE10"
    variable = Variable(column.name, column.name, column.label, "scale", form, source=column.source)
    return variable, moments


def _texts(column: _Column, answers: pd.Series[Any], lines: pd.Series[Any]) -> list[Made]:
    """A text, and what of it does not fit into one variable in those that follow."""
    texts = answers.astype("str").fillna("")
    _refuse(texts.str.contains("\0", regex=False), "a null character in a text", column, lines)
    values: tuple[Value, ...] = ()
    if column.item.type == "country" and not column.is_text:
        values = tuple(
            Value(code, country_label(code).in_language(column.lang), code, code)
            for code in sorted(set(texts) - {""})
        )
    first = Variable(
        column.name, column.name, column.label, "nominal", None, values, source=column.source
    )
    parts = _parts(texts)
    more = CONTINUED.in_language(column.lang)
    rest = [
        replace(first, name=f"{column.name}_{place}", label=f"{column.label} ({more} {place})")
        for place in range(2, len(parts) + 1)
    ]
    return list(zip([first, *rest], parts, strict=True))


def _parts(texts: pd.Series[str]) -> list[pd.Series[str]]:
    """Texts in pieces that fit into a variable each; a single one where all do."""
    # A character is four bytes at most: only texts that may be too long are counted in bytes.
    if not len(texts) or int(texts.str.len().max()) * 4 <= TEXT:
        return [texts]
    pieces = texts.map(_pieces)
    return [
        pieces.map(lambda one, place=place: one[place] if place < len(one) else "").astype("str")
        for place in range(int(pieces.map(len).max()))
    ]


def _pieces(text: str) -> list[str]:
    found: list[str] = []
    rest = text.encode("utf-8")
    while len(rest) > TEXT:
        piece = rest[:TEXT].decode("utf-8", "ignore")
        # A piece that ended in a blank would lose it.
        piece = piece.rstrip() or piece
        found.append(piece)
        rest = rest[len(piece.encode("utf-8")) :]
    return [*found, rest.decode("utf-8")]


def _refuse(wrong: pd.Series[bool], problem: str, column: _Column, lines: pd.Series[Any]) -> None:
    """Stop at the first row that is wrong; what it holds may be personal and is not told."""
    if not wrong.any():
        return
    raise AnswerError(
        problem,
        row=int(lines[wrong].iloc[0]),
        column=column.name,
        found=f"{int(wrong.sum())} such rows",
        expected="what the item allows",
        action=f"see item {column.item.id} in the questionnaire {column.questionnaire.id}",
    )
