"""The schema of a clean table: what the standard says, and true of the table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

from msfresearch.home import Home
from msfresearch.survey.cleaning import clean
from msfresearch.survey.countries import load_countries
from msfresearch.survey.forms.tableschema import PROFILE, schema_bytes, table_schema
from msfresearch.survey.questionnaire import Questionnaire, load_questionnaire
from msfresearch.wave import open_wave
from tests.survey.forum import small_forum

HOME = Path(__file__).resolve().parents[3]

# What version 2 of the standard says of a schema, as far as ours go: which properties a field of
# each type may carry, and what they hold.
_TEXTS = {"title": {"type": "string"}, "description": {"type": "string"}}
_LABELLED = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["value"],
        "additionalProperties": False,
        "properties": {"value": {}, "label": {"type": "string"}},
    },
}


def _field(kind: str, value: str, *constraints: str, categories: bool = False) -> dict[str, Any]:
    own: dict[str, Any] = {
        "name": {"type": "string", "minLength": 1},
        "type": {"const": kind},
        **_TEXTS,
        "constraints": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "required": {"type": "boolean"},
                "unique": {"type": "boolean"},
                "enum": {"type": "array", "minItems": 1, "uniqueItems": True,
                         "items": {"type": value}},
                **{name: {"type": value} for name in constraints},
            },
        },
        # names of our own, which the standard allows
        "item": {"type": "string"},
        "evidence": {"enum": ["found", "adapted", "inferred"]},
        "sourceColumn": {"type": "string"},
        "missingReasons": {"type": "object", "additionalProperties": {"type": "string"}},
    }  # fmt: skip
    if categories:
        labelled = json.loads(json.dumps(_LABELLED))
        labelled["items"]["properties"]["value"] = {"type": value}
        own |= {"categories": labelled, "categoriesOrdered": {"type": "boolean"}}
    return {
        "type": "object",
        "required": ["name", "type"],
        "additionalProperties": False,
        "properties": own,
    }


STANDARD = {
    "type": "object",
    "required": ["fields"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/tableschema.json"},
        "title": {"type": "string"},
        "fields": {
            "type": "array",
            "minItems": 1,
            "items": {
                "oneOf": [
                    _field("string", "string", "pattern", categories=True),
                    _field("integer", "integer", "minimum", "maximum", categories=True),
                    _field("number", "number", "minimum", "maximum"),
                    _field("date", "string"),
                    _field("datetime", "string"),
                ]
            },
        },
        "missingValues": {**_LABELLED, "items": {**_LABELLED["items"], "properties": {
            "value": {"type": "string"}, "label": {"type": "string"}}}},
        "primaryKey": {"type": "array", "minItems": 1, "items": {"type": "string"}},
    },
}  # fmt: skip


def instruments() -> list[Path]:
    return sorted((HOME / "codebook" / "questionnaires").glob("*.yml"))


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
@pytest.mark.parametrize("path", instruments(), ids=lambda path: path.stem)
def test_every_instrument_gives_schemas_of_the_standard(path: Path, lang: Any) -> None:
    questionnaire = load_questionnaire(path)
    for name, table in questionnaire.tables.items():
        schema = json.loads(schema_bytes(table_schema(questionnaire, name, lang)))
        jsonschema.validate(schema, STANDARD)
        assert schema["$schema"] == PROFILE
        fields = {field["name"]: field for field in schema["fields"]}
        assert len(fields) == len(schema["fields"])
        assert schema["primaryKey"] == list(table.key)
        for key in table.key:
            assert fields[key]["constraints"]["required"]
        for field in fields.values():
            categories = field.get("categories", [])
            for what in ("value", "label"):
                told = [one[what] for one in categories]
                assert len(set(told)) == len(told)
            if categories:
                assert field["constraints"]["enum"] == [one["value"] for one in categories]


def cleaned() -> tuple[Questionnaire, pd.DataFrame]:
    """A clean table of the small questionnaire with each kind of cell."""
    questionnaire = small_forum()
    columns = questionnaire.tables["answers"].columns()
    filled = {
        **dict.fromkeys(columns, "1"),
        "_respondent": "a", "_submitted": "2019-04-02", "_language": "fr", "_written_in": "es",
        "COUNTRY": "Canada", "LEVEL": "local", "MSF_DECIDE": "vote", "MSF_SHARE_NG": "37.5",
    }  # fmt: skip
    empty = {**filled, "_respondent": "b", "INFORMED": "97", "MSF_SHARE_NG": "", "MSF_DECIDE": "97"}
    raw = pd.DataFrame([filled, empty], columns=list(columns), index=pd.Index([2, 3], name="line"))
    done = clean(
        {"answers": raw.astype("str")},
        {"answers": Path("answers.csv")},
        questionnaire,
        load_countries(HOME / "codebook" / "countries.yml"),
    )
    return questionnaire, done.tables["answers"]


KINDS = {
    "integer": ("Int64", "int64"),
    "number": ("Float64",),
    "string": ("str",),
    "date": ("datetime64[us]", "datetime64[ns]", "datetime64[s]"),
}


def test_the_fields_are_the_columns_of_the_clean_table() -> None:
    questionnaire, table = cleaned()
    fields = table_schema(questionnaire, "answers")["fields"]
    assert [field["name"] for field in fields] == list(table.columns)
    for field in fields:
        assert str(table[field["name"]].dtype) in KINDS[field["type"]], field["name"]
        values = table[field["name"]].dropna()
        allowed = field.get("constraints", {}).get("enum")
        assert allowed is None or values.isin(allowed).all()
        if field.get("constraints", {}).get("required"):
            assert len(values) == len(table)


def test_the_coding_of_2016_has_the_columns_of_its_schemas() -> None:
    wave = open_wave("irm-2016", Home(HOME))
    for name, table in wave.clean().tables.items():
        fields = table_schema(wave.questionnaire, name)["fields"]
        assert [field["name"] for field in fields] == list(table.columns)


def test_order_reasons_and_source_are_told() -> None:
    schema = table_schema(small_forum(), "answers", "fr")
    fields = {field["name"]: field for field in schema["fields"]}
    assert fields["informed"]["categoriesOrdered"] is True
    assert fields["decide"]["categoriesOrdered"] is False
    assert fields["informed"]["categories"][4] == {"value": 5, "label": "Tout à fait d'accord"}
    assert fields["informed"]["missingReasons"] == {
        "": "blank", "97": "dont_know", "98": "refused", "99": "not_applicable"}  # fmt: skip
    assert fields["informed"]["sourceColumn"] == "INFORMED"
    assert fields["share_ng"]["constraints"] == {"minimum": 0, "maximum": 100}
    assert fields["topics__budget"]["title"] == "Thématiques de travail: Budget, dépenses et audit"
    assert fields["decide_other"]["sourceColumn"] == "MSF_DECIDE_other"
    assert "sourceColumn" not in fields["member"]
    assert schema["missingValues"] == [{"value": "", "label": "Sans réponse"}]


def test_two_levels_with_one_label_are_told_apart_by_their_codes() -> None:
    whole = small_forum().model_dump(exclude_unset=True)
    for level in whole["scales"]["yes_no"]["levels"]:
        level["label"] = {"en": "words", "es": "palabras", "fr": "mots"}
    schema = table_schema(Questionnaire.model_validate(whole), "answers")
    [field] = [one for one in schema["fields"] if one["name"] == "consent"]
    assert [one["label"] for one in field["categories"]] == ["words (0)", "words (1)"]


def test_items_taken_from_another_table_come_last_and_may_be_missing() -> None:
    questionnaire = load_questionnaire(HOME / "codebook" / "questionnaires" / "irm-2016.yml")
    join = questionnaire.tables["commitments"].join
    assert join is not None
    fields = table_schema(questionnaire, "commitments")["fields"]
    assert fields[1]["name"] == join.id
    taken = fields[-len(join.take) :]
    assert [field["name"] for field in taken] == list(join.take)
    assert not any("required" in field.get("constraints", {}) for field in taken)
