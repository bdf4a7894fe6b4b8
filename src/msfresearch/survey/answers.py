"""Clean tables seen as a researcher asks: distributions, missing answers, open answers."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import QuestionnaireError
from msfresearch.survey.items import Item
from msfresearch.survey.manifest import Manifest
from msfresearch.survey.questionnaire import Group, Questionnaire

OPEN = pa.DataFrameSchema(
    {
        "answer_id": pa.Column(str, unique=True),
        "table": pa.Column(str),
        "row_id": pa.Column(str),
        "item": pa.Column(str),
        "member": pa.Column(str, nullable=True),
        "language": pa.Column(str, pa.Check.isin(["en", "es", "fr"])),
        "text": pa.Column(str),
        "cut": pa.Column(int),
    },
    strict=True,
)


def open_answers(
    tables: Mapping[str, pd.DataFrame], questionnaire: Questionnaire, manifest: Manifest
) -> pd.DataFrame:
    """Every open answer that was given, one row each.

    Returns
    -------
    DataFrame
        ``answer_id`` (table, row and item), ``member`` (the cluster of its interval),
        ``language`` (what the respondent's own item says, else the item's, else the wave's only
        one), ``text`` as it was written up to where its item says that it ends, and ``cut``, the
        characters after that. Empty when the wave asked nothing openly.

    Raises
    ------
    QuestionnaireError
        When nothing says in which of several languages an answer was written.
    """
    parts: list[pd.DataFrame] = []
    for name, frame in tables.items():
        table = questionnaire.tables[name]
        for item in table.items:
            if item.type != "text":
                continue
            given = frame[frame[item.id].notna()]
            parts.append(
                pd.DataFrame(
                    {
                        "answer_id": name + ":" + given["row_id"] + ":" + item.id,
                        "table": name,
                        "row_id": given["row_id"],
                        "item": item.id,
                        "member": given[table.member].astype("str"),
                        "language": _languages(given, name, item, questionnaire, manifest),
                        "text": [_searched(text, item) for text in given[item.id]],
                        "cut": [len(t) - len(_searched(t, item)) for t in given[item.id]],
                    }
                )
            )
    types = {column: "int64" if column == "cut" else "str" for column in OPEN.columns}
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in types.items()})
    return OPEN.validate(pd.concat(parts, ignore_index=True)[list(types)].astype(types))


def _languages(
    given: pd.DataFrame, table: str, item: Item, questionnaire: Questionnaire, manifest: Manifest
) -> pd.Series[str]:
    """The language of each answer to an item; never guessed."""
    single = manifest.languages[0] if len(manifest.languages) == 1 else None
    found = pd.Series(item.language or single, index=given.index, dtype="str")
    if item.language_item is not None:
        found = given[item.language_item].astype("str").fillna(found)
    unsaid = int(found.isna().sum())
    if unsaid:
        raise QuestionnaireError(
            "open answers in no known language",
            column=f"tables.{table}.items.{item.id}",
            found=f"{unsaid} answers of {manifest.id}, a wave in {', '.join(manifest.languages)}",
            expected="a language for every answer",
            action=f"in the questionnaire {questionnaire.id} give the item a `language`, or name "
            "under `language_item` the item that holds each respondent's",
        )
    return found


def _searched(text: str, item: Item) -> str:
    """The part of an answer in which themes are looked for: a prefix, so offsets stay true."""
    found = re.search(item.ends_at, text, re.MULTILINE) if item.ends_at else None
    return text[: found.start()] if found else text


def group_of(
    answers: pd.DataFrame, tables: Mapping[str, pd.DataFrame], group: Group, table: str
) -> pd.Series[str]:
    """The group each open answer of a table belongs to.

    Parameters
    ----------
    answers : DataFrame
        As :func:`open_answers` makes them.
    tables : dict of DataFrame
        The clean tables.
    group : Group
        From the questionnaire's table.
    table : str
        Name of that table; answers of others have no group.

    Returns
    -------
    Series of str
        Index of ``answers``; missing where the item is missing or no band holds its value.
    """
    values = tables[table].set_index("row_id")[group.item]
    found = answers["row_id"].where(answers["table"] == table).map(values)
    if group.bands:
        numbers_ = found.astype("Float64")
        banded = pd.Series(pd.NA, index=answers.index, dtype="str")
        for name, (low, high) in group.bands.items():
            banded[numbers_.between(low, high).fillna(False)] = name
        found = banded
    return found.astype("str")


def distributions(
    tables: Mapping[str, pd.DataFrame], questionnaire: Questionnaire, lang: str = "en"
) -> pd.DataFrame:
    """How the answers to each closed item are spread.

    Returns
    -------
    DataFrame
        ``table``, ``item``, ``label``, ``position``, ``level``, ``n`` (rows with that answer),
        ``answered`` (rows with any) and ``share`` of the answered. Levels nobody chose are
        rows with 0.
    """
    rows: list[dict[str, object]] = []
    for name, frame in tables.items():
        for item in questionnaire.tables[name].items:
            if not item.scale:
                continue
            answered = int(frame[item.id].notna().sum())
            for position, level in enumerate(questionnaire.levels(item)):
                n = int((frame[item.id] == level.value).sum())
                rows.append(
                    {
                        "table": name,
                        "item": item.id,
                        "label": item.label.in_language(lang),
                        "position": position,
                        "level": level.label.in_language(lang),
                        "n": n,
                        "answered": answered,
                        "share": n / answered if answered else float("nan"),
                    }
                )
    return pd.DataFrame(
        rows, columns=["table", "item", "label", "position", "level", "n", "answered", "share"]
    )


def numbers(
    tables: Mapping[str, pd.DataFrame], questionnaire: Questionnaire, lang: str = "en"
) -> pd.DataFrame:
    """Numeric items: how many answered, mean, standard deviation and quartiles."""
    rows: list[dict[str, object]] = []
    for name, frame in tables.items():
        for item in questionnaire.tables[name].items:
            if item.type != "numeric":
                continue
            given = frame[item.id].dropna().astype("float64")
            q25, q50, q75 = given.quantile([0.25, 0.5, 0.75]) if len(given) else [float("nan")] * 3
            rows.append(
                {
                    "table": name,
                    "item": item.id,
                    "label": item.label.in_language(lang),
                    "answered": len(given),
                    "mean": given.mean(),
                    "sd": given.std(),
                    "q25": q25,
                    "median": q50,
                    "q75": q75,
                }
            )
    return pd.DataFrame(
        rows,
        columns=["table", "item", "label", "answered", "mean", "sd", "q25", "median", "q75"],
    )


def missingness(
    reasons: Mapping[str, pd.DataFrame], questionnaire: Questionnaire, lang: str = "en"
) -> pd.DataFrame:
    """How often each item has no answer, by reason.

    Returns
    -------
    DataFrame
        ``table``, ``item``, ``label``, ``reason``, ``n`` and ``rows`` of the table; one row
        with reason "answered" for every column, then one per reason that occurs. Items taken
        over from another table are counted there.
    """
    rows: list[dict[str, object]] = []
    for name, frame in reasons.items():
        labels = _labels(questionnaire.tables[name].items, lang)
        for column in labels:
            counts = frame[column].fillna("answered").value_counts()
            for reason in ["answered", *sorted(set(counts.index) - {"answered"})]:
                rows.append(
                    {
                        "table": name,
                        "item": column,
                        "label": labels[column],
                        "reason": reason,
                        "n": int(counts.get(reason, 0)),
                        "rows": len(frame),
                    }
                )
    return pd.DataFrame(rows, columns=["table", "item", "label", "reason", "n", "rows"])


def _labels(items: tuple[Item, ...], lang: str) -> dict[str, str]:
    labels: dict[str, str] = {}
    for item in items:
        if item.options:
            for option in item.options:
                labels[f"{item.id}__{option.id}"] = option.label.in_language(lang)
        else:
            labels[item.id] = item.label.in_language(lang)
    return labels
