"""A clean table described for other programs: the Table Schema of the Data Package standard.

Written to version 2 of https://datapackage.org/standard/table-schema/, with categories. What the
standard has no word for stands under names of our own, which it allows: ``item``,
``sourceColumn``, ``missingReasons``, ``evidence``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from msfresearch.survey.forms.labels import LINE, OTHER_TEXT, REASONS, ROW, TICKED
from msfresearch.survey.items import Item, Level
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.source import Language

PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"

_JOINED = {"en": "Row of {units}", "es": "Fila de {units}", "fr": "Ligne de {units}"}


def table_schema(questionnaire: Questionnaire, name: str, lang: Language = "en") -> dict[str, Any]:
    """The schema of one clean table.

    Parameters
    ----------
    questionnaire : Questionnaire
        The instrument.
    name : str
        One of its tables.
    lang : str
        Language of titles and labels.

    Returns
    -------
    dict
        One field per column in the order of the clean table: ``row_id``, ``line``, then items,
        options and texts beside "other", last what a join takes over. A missing answer is an
        empty cell; why it is missing stands in the same cell of the table ``<name>_missing``.
        What the codes of the raw file mean there is said by ``missingReasons``.
    """
    table = questionnaire.tables[name]
    fields = [
        {
            "name": "row_id",
            "type": "string",
            "title": ROW.in_language(lang),
            "constraints": {"required": True, "unique": True},
        },
        {
            "name": "line",
            "type": "integer",
            "title": LINE.in_language(lang),
            "constraints": {"required": True, "minimum": 1},
        },
    ]
    for item in table.items:
        fields += _fields(item, table, questionnaire, lang)
    schema: dict[str, Any] = {
        "$schema": PROFILE,
        "title": f"{questionnaire.title.in_language(lang)}: {table.units.in_language(lang)}",
        "fields": fields,
        "missingValues": [{"value": "", "label": REASONS["blank"].in_language(lang)}],
        "primaryKey": list(table.key),
    }
    if table.join is not None:
        other = questionnaire.tables[table.join.table]
        title = _JOINED[lang].format(units=other.units.in_language(lang))
        fields.insert(1, {"name": table.join.id, "type": "string", "title": title})
        for one in table.join.take:
            taken = other.item(one)
            fields += [
                {**field, "constraints": _unforced(field)}
                for field in _fields(taken, other, questionnaire, lang)
                if field["name"] == one
            ]
    schema["fields"] = [{k: v for k, v in field.items() if v not in ({}, None)} for field in fields]
    return schema


def schema_bytes(schema: dict[str, Any]) -> bytes:
    """The schema as a file."""
    return (json.dumps(schema, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def has_time(item: Item) -> bool:
    """Whether a date is one with the time of day."""
    return any(part in item.date_format for part in ("%H", "%I", "%X", "%c", "%s"))


def _fields(
    item: Item, table: Table, questionnaire: Questionnaire, lang: Language
) -> list[dict[str, Any]]:
    """One field per clean column of an item."""
    title = item.label.in_language(lang)
    common = {
        "description": " ".join(part for part in (item.note, item.source_note) if part) or None,
        "item": item.id,
        "evidence": item.evidence,
    }
    headers = dict(item.columns())
    found: list[dict[str, Any]] = []
    field: dict[str, Any]
    for option in item.options:
        name = f"{item.id}__{option.id}"
        field = {
            "name": name,
            "type": "integer",
            "title": f"{title}: {option.label.in_language(lang)}",
            "categories": [
                {"value": value, "label": label.in_language(lang)}
                for value, label in TICKED.items()
            ],
            "categoriesOrdered": False,
            "constraints": {"enum": [0, 1]},
            "sourceColumn": headers[name],
            "missingReasons": _reasons(item, questionnaire),
        }
        found.append({**field, **common})
    if not item.options:
        field = {
            "name": item.id,
            "title": title,
            **_type(item, questionnaire, lang),
            "sourceColumn": headers.get(item.id),
            "missingReasons": _reasons(item, questionnaire),
        }
        required = {"required": True} if item.id in table.key else {}
        field["constraints"] = {**required, **field.get("constraints", {})}
        found.append({**field, **common})
    if item.other is not None:
        field = {
            "name": f"{item.id}_other",
            "type": "string",
            "title": f"{title}: {OTHER_TEXT.in_language(lang)}",
            "sourceColumn": item.other.column,
        }
        found.append({**field, **common})
    return found


def _type(item: Item, questionnaire: Questionnaire, lang: Language) -> dict[str, Any]:
    levels = questionnaire.levels(item)
    if levels:
        return _categories(levels, item, lang)
    if item.type == "numeric":
        low, high = _number(item.minimum), _number(item.maximum)
        bounds = {"minimum": low, "maximum": high}
        return {
            "type": "integer" if item.whole else "number",
            "constraints": {name: bound for name, bound in bounds.items() if bound is not None},
        }
    if item.type == "date":
        return {"type": "datetime" if has_time(item) else "date"}
    if item.type == "country":
        return {"type": "string", "constraints": {"pattern": "[A-Z]{3}"}}
    return {"type": "string", "constraints": {"pattern": item.pattern} if item.pattern else {}}


def _categories(levels: Sequence[Level], item: Item, lang: Language) -> dict[str, Any]:
    labels = [level.label.in_language(lang) for level in levels]
    # The standard wants labels to differ; two levels with one label keep their codes in it.
    told = [
        f"{label} ({level.code})" if labels.count(label) > 1 else label
        for level, label in zip(levels, labels, strict=True)
    ]
    return {
        "type": "integer" if isinstance(levels[0].value, int) else "string",
        "categories": [
            {"value": level.value, "label": label}
            for level, label in zip(levels, told, strict=True)
        ],
        "categoriesOrdered": item.type == "ordinal",
        "constraints": {"enum": [level.value for level in levels]},
    }


def _reasons(item: Item, questionnaire: Questionnaire) -> dict[str, str] | None:
    """Codes of the raw file that mean no answer, each with its reason."""
    return None if item.derived else dict(sorted(questionnaire.missing_codes(item).items()))


def _unforced(field: dict[str, Any]) -> dict[str, Any]:
    """Constraints of an item of another table: a row without a partner has none of its values."""
    constraints: dict[str, Any] = field.get("constraints", {})
    return {name: bound for name, bound in constraints.items() if name != "required"}


def _number(value: float | None) -> int | float | None:
    return int(value) if value is not None and float(value).is_integer() else value
