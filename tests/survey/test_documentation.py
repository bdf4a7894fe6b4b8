"""What codebook/README.md says of the files is true of the files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from msfresearch.survey.items import Item, Level, Option, OtherText
from msfresearch.survey.manifest import Frame, Manifest, Window
from msfresearch.survey.questionnaire import (
    Questionnaire,
    SharedItems,
    Table,
    load_questionnaire,
)
from msfresearch.survey.respondents import Consent, Denominator, Rehearsal, Respondents, Rules
from msfresearch.survey.source import ExportOptions, Layout, Source
from tests.conftest import HOME

TEXT = (HOME / "codebook" / "README.md").read_text("utf-8")
MODELS = (
    *(Manifest, Window, Frame, Rules, Denominator, Rehearsal, Source, Layout, ExportOptions),
    *(Questionnaire, SharedItems, Table, Respondents, Consent, Item, Option, Level, OtherText),
)


def test_the_example_of_a_questionnaire_is_one(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    path = tmp_path / "forum-survey.yml"
    path.write_text(example, encoding="utf-8")
    assert set(load_questionnaire(path).tables) == {"answers"}


@pytest.mark.parametrize("model", MODELS)
def test_every_key_is_documented(model: type[BaseModel]) -> None:
    absent = {name for name in model.model_fields if not re.search(rf"\b{name}\b", TEXT)}
    assert not absent


def test_every_missing_reason_and_item_type_is_documented() -> None:
    from typing import get_args

    from msfresearch.survey.items import ItemType, MissingReason

    for name in (*get_args(MissingReason), *get_args(ItemType)):
        assert re.search(rf"\b{name}\b", TEXT), name
