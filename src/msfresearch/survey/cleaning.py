"""Raw tables into clean ones: every rule declared, every change counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from msfresearch.errors import AnswerError, SourceError
from msfresearch.survey.convert import Reading, convert
from msfresearch.survey.countries import Countries
from msfresearch.survey.derive import LISTED, derive, route
from msfresearch.survey.intake import Intake
from msfresearch.survey.items import Item
from msfresearch.survey.joins import UNMATCHED, join_table, stack
from msfresearch.survey.log import AGAINST_WORDS, LEFT_OUT, ROWS, note, whole_log
from msfresearch.survey.questionnaire import Questionnaire, Table


@dataclass(frozen=True)
class Cleaned:
    """What cleaning made of a wave.

    Attributes
    ----------
    tables : dict of DataFrame
        Per table: ``row_id``, ``line`` (of the raw file), then one column per item.
    reasons : dict of DataFrame
        The same rows and items: why an answer is missing, missing where there is one.
    log : DataFrame
        One row per rule and item, also where nothing was changed: rows and cells in, out and
        changed.
    disagreements : DataFrame
        Cells whose code and words say different things, and answers to questions that were not
        asked; kept as they are, listed.
    unmatched : DataFrame
        Rows that found no partner in a join.
    intake : dict of Intake
        For tables of respondents: what became of the export before its cells were converted.
    """

    tables: Mapping[str, pd.DataFrame]
    reasons: Mapping[str, pd.DataFrame]
    log: pd.DataFrame
    disagreements: pd.DataFrame
    unmatched: pd.DataFrame
    intake: Mapping[str, Intake] = field(default_factory=dict)


def clean(
    raw: Mapping[str, pd.DataFrame],
    files: Mapping[str, Path],
    questionnaire: Questionnaire,
    countries: Countries,
    absent: Mapping[str, Collection[str]] | None = None,
) -> Cleaned:
    """Apply a questionnaire's rules to a wave's raw tables.

    Parameters
    ----------
    raw : dict of DataFrame
        Tables of text, index ``line``.
    files : dict of Path
        The file of each table, for errors.
    questionnaire : Questionnaire
        Items, codes and rules.
    countries : Countries
        Spellings of countries.
    absent : dict, optional
        Per table: clean columns of items that were not part of this wave's form.

    Returns
    -------
    Cleaned

    Raises
    ------
    SourceError
        When a column is unknown or missing.
    AnswerError
        When an answer is outside its scale, a key repeats or a country is unknown.
    """
    tables: dict[str, pd.DataFrame] = {}
    reasons: dict[str, pd.DataFrame] = {}
    log: list[dict[str, object]] = []
    listed: list[pd.DataFrame] = []
    unmatched: list[pd.DataFrame] = []
    for name in raw:
        table = questionnaire.tables[name]
        reading = Reading(questionnaire, countries, files[name])
        _check_columns(raw[name], table, files[name])
        values, why = _convert_all(name, raw[name], table, reading, log)
        left_out = (absent or {}).get(name, ())
        routed = route(name, values, why, table, questionnaire, log, left_out)
        values, why = derive(name, values, why, table, log)
        ids = _row_ids(values, table, files[name])
        cells = int(raw[name].size)
        note(log, name, ROWS, len(raw[name]), (cells, cells), 0)
        values.insert(0, "row_id", ids)
        values.insert(1, "line", values.index.astype("int64"))
        why.insert(0, "row_id", ids)
        listed.append(routed.assign(row_id=ids.reindex(routed["line"]).to_numpy()))
        listed.append(_disagreements(name, values, why, table, questionnaire, log))
        tables[name] = values.reset_index(drop=True)
        reasons[name] = why.reset_index(drop=True)
    for name in raw:
        join = questionnaire.tables[name].join
        if join is not None and join.table in tables:
            unmatched.append(join_table(name, tables, reasons, questionnaire, log))
    return Cleaned(
        tables,
        reasons,
        whole_log(log),
        LISTED.validate(stack(listed, LISTED)),
        UNMATCHED.validate(stack(unmatched, UNMATCHED)),
    )


def _check_columns(raw: pd.DataFrame, table: Table, file: Path) -> None:
    """Every column is read by an item or declared as left out, and every item has its column."""
    there = set(raw.columns)
    absent = [column for column in table.columns() if column not in there]
    if absent:
        raise SourceError(
            "a column is missing",
            file=file,
            row=1,
            column=absent[0],
            found=", ".join(raw.columns),
            expected=", ".join(table.columns()),
            action="name the column as the file does under `column:` in the questionnaire",
        )
    known = {*table.columns(), *table.ignore}
    unknown = [column for column in raw.columns if column not in known]
    if unknown:
        raise SourceError(
            "an unknown column",
            file=file,
            row=1,
            column=unknown[0],
            found=", ".join(unknown),
            expected="a column that an item reads",
            action="give it an item in the questionnaire, or list it under `ignore:`",
        )


def _convert_all(
    name: str,
    raw: pd.DataFrame,
    table: Table,
    reading: Reading,
    log: list[dict[str, object]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    values: dict[str, pd.Series[Any]] = {}
    why: dict[str, pd.Series[Any]] = {}
    for item in table.items:
        for column, header in item.columns():
            answers = convert(raw[header], _as_read(item, column), header, reading)
            values[column], why[column] = answers.values, answers.reasons
            for rule, before, after, changed in answers.changes:
                note(log, name, rule, len(raw), (before, after), changed, column)
    if table.ignore:
        note(
            log,
            name,
            LEFT_OUT,
            len(raw),
            (len(raw) * len(table.ignore), 0),
            len(raw) * len(table.ignore),
            None,
            f"{', '.join(table.ignore)}: {table.ignore_reason}",
        )
    return pd.DataFrame(values), pd.DataFrame(why)


def _as_read(item: Item, column: str) -> Item:
    """The item as one of its columns is read: beside "other" there is text, whatever it asks."""
    if column != f"{item.id}_other":
        return item
    return Item(id=column, type="text", label=item.label, column=column)


def _row_ids(values: pd.DataFrame, table: Table, file: Path) -> pd.Series[Any]:
    keys = values[list(table.key)]
    hollow = keys.isna().any(axis=1)
    if hollow.any():
        line = int(keys.index[hollow][0])
        raise AnswerError(
            "a row without its key",
            file=file,
            row=line,
            column=", ".join(table.key),
            found="a missing value",
            expected="every part of the key",
            action="the row cannot be told from others: correct the export",
        )
    # Column by column: joined row by row, a large wave would wait for this alone.
    ids = keys[table.key[0]].astype("str")
    for name in table.key[1:]:
        ids = ids.str.cat(keys[name].astype("str"), sep="-")
    # Compared as tuples: parts that hold the hyphen could join to one id and be two keys.
    twice = keys.duplicated(keep=False) | ids.duplicated(keep=False)
    if twice.any():
        first = ids[twice].iloc[0]
        lines = [int(line) for line in ids.index[ids == first]]
        raise AnswerError(
            "a duplicate id",
            file=file,
            row=lines[1],
            column=", ".join(table.key),
            found=f"{first} on lines {', '.join(map(str, lines))}; "
            f"{int(twice.sum())} such rows in all",
            expected="every key once",
            action="decide which row is meant and say so in the export or the key",
        )
    return ids


def _disagreements(
    name: str,
    values: pd.DataFrame,
    why: pd.DataFrame,
    table: Table,
    questionnaire: Questionnaire,
    log: list[dict[str, object]],
) -> pd.DataFrame:
    found: list[pd.DataFrame] = []
    for item in table.items:
        agreement = item.agrees_with
        if agreement is None:
            continue
        words = {
            str(level.value): level.code
            for level in questionnaire.levels(table.item(agreement.item))
        }
        other = values[agreement.item].astype("str").replace(words)
        said = other.fillna(why[agreement.item])
        expected = other.map({k: str(v) for k, v in agreement.expect.items()})
        mine = values[item.id].astype("str")
        given = int(values[item.id].notna().sum())
        wrong = ~((mine == expected) | (mine.isna() & expected.isna()))
        note(
            log,
            name,
            AGAINST_WORDS,
            len(values),
            (given, given),
            0,
            item.id,
            f"{int(wrong.sum())} rows disagree with {agreement.item}; kept and listed",
        )
        rows = values.loc[wrong]
        found.append(
            pd.DataFrame(
                {
                    "table": name,
                    "row_id": rows["row_id"],
                    "line": rows["line"],
                    "item": item.id,
                    "value": mine[wrong],
                    "other_item": agreement.item,
                    "other_value": said[wrong],
                }
            )
        )
    return stack(found, LISTED)
