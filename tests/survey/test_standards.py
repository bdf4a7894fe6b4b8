"""The standards are data: versioned, checked against the instruments, never guessed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from msfresearch.errors import ManifestError, ParameterError
from msfresearch.survey.questionnaire import load_questionnaire
from msfresearch.survey.standards import MET, Rule, Standards, Version, load_standards, met
from tests.conftest import HOME, WORDS

CODEBOOK = HOME / "codebook"
POC = load_questionnaire(CODEBOOK / "questionnaires" / "msf-poc-2019.yml")
CSO = load_questionnaire(CODEBOOK / "questionnaires" / "msf-cso-2019.yml")
IRM = load_questionnaire(CODEBOOK / "questionnaires" / "irm-2016.yml")
STANDARDS = load_standards(CODEBOOK / "standards.yml", [POC, CSO])


def clean(**items: list[Any]) -> pd.DataFrame:
    """A clean table with the items that are given; what is not given is missing."""
    rows = len(next(iter(items.values())))
    table: dict[str, Any] = {
        "row_id": [f"r{n}" for n in range(rows)],
        "member": ["CAN:national"] * rows,
    }
    for item in POC.tables["answers"].items:
        if item.options or item.derived or item.id in ("row_id", "member"):
            continue
        kind = "Float64" if item.type == "numeric" else "Int64"
        words = any(isinstance(level.value, str) for level in POC.levels(item))
        values = items.get(item.id, [None] * rows)
        table[item.id] = pd.array(values, dtype="str" if words else kind)
    for item in POC.tables["answers"].items:
        for option in item.options:
            name = f"{item.id}__{option.id}"
            table[name] = pd.array(items.get(name, [None] * rows), dtype="Int64")
    return pd.DataFrame(table)


def said(answers: pd.DataFrame, rule: str, version: str = "2016") -> list[int | None]:
    table = met(answers, STANDARDS, version, POC)
    values = table.loc[table["rule"] == rule, "met"]
    return [None if pd.isna(value) else int(value) for value in values]


def test_quarterly_in_2016_has_become_six_monthly_in_2021() -> None:
    answers = clean(msf_exists=[1] * 5, msf_freq=[0, 1, 2, 3, 4])
    assert said(answers, "1b") == [0, 0, 0, 1, 1]
    assert said(answers, "1.meetings", "2021") == [0, 0, 1, 1, 1]


def test_where_there_is_no_forum_it_does_not_meet() -> None:
    answers = clean(msf_exists=[0, 2, None, 1], msf_freq=[None, None, None, None])
    assert said(answers, "1b") == [0, 0, None, None]


def test_a_forum_that_is_being_set_up_can_have_a_joint_remit() -> None:
    answers = clean(msf_exists=[2, 2, 0], msf_remit=[1, None, None])
    assert said(answers, "1c") == [1, None, 0]
    assert said(answers, "1a") == [0, 0, 0]


def test_a_mixed_selection_tells_neither_way() -> None:
    answers = clean(msf_exists=[1] * 3, msf_select=["open_call", "invitation", "mixed"])
    assert said(answers, "2c") == [1, 0, None]


def test_parity_is_a_range_of_shares() -> None:
    answers = clean(msf_exists=[1] * 6, msf_share_ng=[39.9, 40, 50, 60, 60.1, None])
    assert said(answers, "2b") == [0, 1, 1, 1, 0, None]


def test_below_involve_in_development_is_contrary_to_process() -> None:
    answers = clean(iap2_dev=[0, 1, 2, 3, 4, 5, None])
    assert said(answers, "contrary.development") == [0, 0, 0, 1, 1, 1, None]
    assert said(clean(iap2_imp=[0, 1, 5]), "contrary.implementation") == [0, 1, 1]


def test_every_answer_is_held_against_every_rule_that_is_asked() -> None:
    answers = clean(msf_exists=[1, 0, 2, None])
    table = met(answers, STANDARDS, "2016", POC)
    asked = [rule.id for rule in STANDARDS.version("2016").rules if rule.item]
    assert list(table["rule"].unique()) == asked
    assert len(table) == 4 * len(asked)
    assert (table["member"] == "CAN:national").all()
    MET.validate(table)


def test_a_table_without_the_items_of_a_rule_says_nothing_of_it() -> None:
    plans = pd.DataFrame({"row_id": ["a"], "country": ["CAN"]})
    table = met(plans, STANDARDS, "2016", IRM, table="plans")
    assert table.empty
    MET.validate(table)


def test_a_row_without_a_member_is_told_all_the_same() -> None:
    answers = clean(msf_exists=[1, 0]).assign(member=pd.array([None, "CAN:local"], dtype="str"))
    assert said(answers, "1a") == [1, 0]


def test_what_the_surveys_do_not_ask_is_listed_and_not_counted() -> None:
    silent = [rule.id for rule in STANDARDS.version("2016").rules if rule.item is None]
    assert {"4a-4d", "5a", "contrary.plan"} <= set(silent)
    table = met(clean(msf_exists=[1]), STANDARDS, "2016", POC)
    assert not set(silent) & set(table["rule"])


def test_versions_do_not_overlap_in_time() -> None:
    first, second = STANDARDS.versions.values()
    assert first.ends is not None
    assert first.ends < second.starts
    assert second.starts == "2022-01-01"


def test_a_rule_says_whether_it_was_found_or_recalled() -> None:
    assert {rule.evidence for rule in STANDARDS.version("2021").rules} == {"found"}
    recalled = {r.id for r in STANDARDS.version("2016").rules if r.evidence == "recalled"}
    assert {"1b", "2b", "4e"} <= recalled
    assert not any(one.startswith("contrary") for one in recalled)


def test_labels_are_in_three_languages() -> None:
    for version in STANDARDS.versions.values():
        for text in (version.title, *(rule.label for rule in version.rules)):
            assert len({text.en, text.es, text.fr}) == 3
            assert not re.search(r"\b(the|of|and|is)\b", text.es + " " + text.fr)


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(ParameterError, match="no such version") as wrong:
        STANDARDS.version("2030")
    assert wrong.value.expected == "2016, 2021"


def file_of(folder: Path, **rule: Any) -> Path:
    content = {
        "versions": {
            "2016": {
                "title": WORDS,
                "starts": "2017-01-01",
                "evidence": "found",
                "source_note": "here",
                "rules": [{"id": "1a", "label": WORDS, "evidence": "found", **rule}],
            }
        }
    }
    path = folder / "standards.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"item": "msf_exist", "equals": ["1"]}, "msf_exist"),
        ({"item": "msf_exists", "equals": ["3"]}, "'3'"),
        ({"item": "msf_exists", "at_least": "1"}, "at_least or at_most of msf_exists"),
        ({"item": "msf_freq", "at_least": "9"}, "'9'"),
        ({"item": "msf_share_ng", "equals": ["50"]}, "50"),
        ({"item": "msf_share_ng", "at_least": "half"}, "half"),
        ({"item": "msf_freq", "at_least": "3", "fails_if": {"msf_exists": ["7"]}}, "'7'"),
        ({"item": "msf_functions", "equals": ["monitoring"]}, "'monitoring'"),
    ],
)
def test_a_rule_that_no_questionnaire_can_answer_is_refused(
    tmp_path: Path, rule: dict[str, Any], words: str
) -> None:
    with pytest.raises(ManifestError, match="no questionnaire can answer") as wrong:
        load_standards(file_of(tmp_path, **rule), [POC, CSO])
    assert words in str(wrong.value)
    assert "versions.2016.rules.1a" in str(wrong.value)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"item": "msf_exists"}, "needs equals, or at_least or at_most"),
        ({"item": "msf_freq", "equals": ["1"], "at_least": "1"}, "needs equals, or at_least"),
        ({"equals": ["1"]}, "but of no item"),
        ({"item": "msf_exists", "equals": ["1"], "leave_out": ["1"]}, "both meets it and"),
        ({"item": "msf_exists", "equals": ["1"], "evidence": "guessed"}, "found"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(
    tmp_path: Path, rule: dict[str, Any], words: str
) -> None:
    with pytest.raises(ManifestError) as wrong:
        load_standards(file_of(tmp_path, **rule))
    assert words in str(wrong.value)


def test_an_option_of_a_multi_item_can_meet_a_rule(tmp_path: Path) -> None:
    path = file_of(tmp_path, item="msf_functions", equals=["monitor"])
    standards = load_standards(path, [POC, CSO])
    answers = clean(msf_exists=[1, 1, 1], msf_functions__monitor=[1, 0, None])
    table = met(answers, standards, "2016", POC)
    assert [None if pd.isna(one) else int(one) for one in table["met"]] == [1, 0, None]


@pytest.mark.parametrize("model", [Rule, Version, Standards])
def test_every_key_of_the_file_is_documented(model: Any) -> None:
    text = (CODEBOOK / "README.md").read_text("utf-8")
    part = text[text.index("## `standards.yml`") :]
    absent = {name for name in model.model_fields if not re.search(rf"\b{name}\b", part)}
    assert absent - {"versions"} == set()
