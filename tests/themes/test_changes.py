"""Two versions of a frame: what differs, and which answers it moves."""

from __future__ import annotations

import copy
from typing import Any

import pandas as pd
import pytest

from msfresearch.themes import Codebook
from msfresearch.themes.changes import changes, recoded
from tests.themes.plain import answers

FRAME: dict[str, Any] = {
    "version": "1",
    "status": "made for tests",
    "languages": ["en"],
    "negators": {"en": ["no"]},
    "common_words": {"en": ["the"]},
    "families": {"gaps": {"en": "Gaps"}},
    "themes": {
        theme: {
            "family": "gaps",
            "labels": {"en": theme},
            "definition": {"en": f"{theme}."},
            "include": {"en": f"{theme} so."},
            "exclude": {"en": f"{theme} not so."},
            "examples": {"en": [f"{theme} one", f"{theme} two"]},
            "patterns": {"en": patterns},
        }
        for theme, patterns in {
            "funding": ["fund*", "money"],
            "staff": ["staff", "too few"],
        }.items()
    },
}


def version(change: Any = None) -> Codebook:
    frame = copy.deepcopy(FRAME)
    if change:
        change(frame)
    return Codebook.model_validate(frame)


def rows(found: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(found.drop(columns="language").itertuples(index=False, name=None))


def test_equal_versions_differ_in_nothing() -> None:
    assert changes(version(), version()).empty
    assert recoded(answers(["funds, staff"]), version(), version()).empty


def test_a_pattern_added_and_one_removed_are_told_with_their_theme() -> None:
    new = version(lambda f: f["themes"]["funding"]["patterns"].update(en=["fund*", "budget"]))
    assert rows(changes(version(), new)) == [
        ("funding", "pattern", "added", "", "budget"),
        ("funding", "pattern", "removed", "money", ""),
    ]


def test_a_condition_put_on_a_pattern_is_a_change_of_it() -> None:
    entry = {"pattern": "money", "not": ["no money"], "near": ["lack"], "negation": "ignore"}
    new = version(lambda f: f["themes"]["funding"]["patterns"].update(en=["fund*", entry]))
    told = "money; not no money; within 6 of lack; negation ignore"
    assert rows(changes(version(), new)) == [("funding", "pattern", "changed", "money", told)]


@pytest.mark.parametrize("part", ["labels", "definition", "include", "exclude"])
def test_a_text_in_other_words_is_told(part: str) -> None:
    new = version(lambda f: f["themes"]["staff"][part].update(en="Other words."))
    before = FRAME["themes"]["staff"][part]["en"]
    assert rows(changes(version(), new)) == [("staff", part, "changed", before, "Other words.")]


def test_a_theme_added_and_a_theme_gone_are_told() -> None:
    def change(frame: dict[str, Any]) -> None:
        frame["themes"]["time"] = frame["themes"]["staff"] | {"patterns": {"en": ["hours"]}}
        del frame["themes"]["funding"]

    assert rows(changes(version(), version(change))) == [
        ("time", "theme", "added", "", "time"),
        ("funding", "theme", "removed", "funding", ""),
    ]


def test_a_theme_under_another_id_is_renamed_and_moves_no_answer() -> None:
    def change(frame: dict[str, Any]) -> None:
        frame["themes"] = {"staff": frame["themes"]["staff"], "money": frame["themes"]["funding"]}

    new = version(change)
    assert rows(changes(version(), new)) == [("money", "theme", "renamed", "funding", "money")]
    assert recoded(answers(["no funds here"]), version(), new).empty


def test_the_head_of_the_file_is_compared_too() -> None:
    def change(frame: dict[str, Any]) -> None:
        frame["version"] = "2"
        frame["negators"] = {"en": ["no", "never"]}
        frame["families"]["barriers"] = {"en": "Barriers"}

    assert rows(changes(version(), version(change))) == [
        ("", "version", "changed", "1", "2"),
        ("", "negators", "added", "", "never"),
        ("", "family", "added", "", "barriers"),
    ]


def test_answers_that_gain_or_lose_a_code_are_named() -> None:
    new = version(lambda f: f["themes"]["funding"]["patterns"].update(en=["budget"]))
    texts = ["money and a budget", "money", "staff", "the budget"]
    assert list(recoded(answers(texts), version(), new).itertuples(index=False, name=None)) == [
        ("a1", "funding", "loses"),
        ("a3", "funding", "gains"),
    ]
