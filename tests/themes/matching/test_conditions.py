"""What must and must not stand beside a hit."""

from __future__ import annotations

from typing import Any

import pytest

from msfresearch.themes import match
from tests.themes.matching.frames import frame
from tests.themes.plain import answers


def fires(entry: dict[str, Any], text: str, **more: Any) -> list[str]:
    one = frame({"t": {"en": [entry], "fr": ["x"]}}, **more)
    return match(answers([text]), one)["words"].tolist()


TRUST = {"pattern": "trust*", "negation": "cancel"}
FUNDS = {"pattern": "funds", "negation": "require"}
REPORT = {"pattern": "report*", "near": ["late", "without answer*"], "within": 2}


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("no trust", True),
        ("No  TRUST", True),
        ("no one two three trust", True),
        ("no one two three four trust", False),
        ("lack of trust", True),
        ("hardly any trust", True),
        ("trust, not", False),
        ("not here, not there: trust", False),
        ("no, trust", True),
        ("no. trust", False),
        ("no! trust", False),
        ("no? trust", False),
        ("no; trust", False),
        ("no… trust", False),
        ("no\ntrust", False),
        ("no\u2028trust", False),
        ("no (3.5) trust", False),
        ("nobody trust", False),
        ("https://no.org trust", False),
        ("https://x.org/no trust", False),
    ],
)
def test_a_negator_in_the_same_sentence_cancels_or_is_required(text: str, negated: bool) -> None:
    assert bool(fires(TRUST, text)) is not negated
    assert bool(fires(FUNDS, text.replace("trust", "funds").replace("TRUST", "funds"))) is negated


def test_the_window_of_negation_is_that_of_the_frame() -> None:
    assert fires(TRUST, "no one trust", negation_within=1) == []
    assert fires(TRUST, "no one trust", negation_within=0) == ["trust"]
    assert fires(TRUST, "no trust", negation_within=0) == []


def test_a_negator_of_the_answer_before_negates_nothing() -> None:
    one = frame({"t": {"en": [TRUST], "fr": ["x"]}})
    assert match(answers(["we have no", "trust"]), one)["words"].tolist() == ["trust"]


def test_a_negator_is_one_of_the_language_of_the_pattern() -> None:
    one = frame({"t": {"en": [TRUST], "fr": [{"pattern": "accord", "negation": "cancel"}]}})
    hits = match(answers(["pas trust. no accord"]), one, languages=["fr"])
    assert hits["words"].tolist() == ["trust", "accord"]
    assert match(answers(["no trust. pas accord"]), one, languages=["fr"]).empty


def test_a_negator_within_the_hit_is_not_before_it() -> None:
    assert fires({"pattern": "no trust", "negation": "cancel"}, "no trust") == ["no trust"]


def test_the_pattern_says_otherwise_than_its_theme() -> None:
    entries = ["trust", {"pattern": "accord", "negation": "ignore"}]
    one = frame({"t": {"en": entries, "fr": ["x"]}})
    theme = one.themes["t"].model_copy(update={"negation": "cancel"})
    one = one.model_copy(update={"themes": {"t": theme}})
    assert match(answers(["no trust. no accord."]), one)["words"].tolist() == ["accord"]


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("late report", True),
        ("late-reports", True),
        ("report late", True),
        ("reports one two late", True),
        ("reports one two three late", False),
        ("late one two reports", True),
        ("late one two three reports", False),
        ("without answers, a report", True),
        ("late. report", False),
        ("report: late", False),
        ("report\nlate", False),
        ("later report", False),
        ("report", False),
        ("late late one one one report", False),
    ],
)
def test_a_neighbour_stands_within_the_window_on_either_side(text: str, beside: bool) -> None:
    assert bool(fires(REPORT, text)) is beside


def test_a_pattern_is_no_neighbour_of_itself() -> None:
    entry = {"pattern": "report*", "near": ["late report", "report*"], "within": 2}
    assert fires(entry, "late report") == []
    assert fires(entry, "report on reports") == ["report", "reports"]


def test_an_exception_cancels_what_it_overlaps_and_nothing_else() -> None:
    entry = {"pattern": "guinea", "not": ["guinea-bissau", "papua new guin*"]}
    assert fires(entry, "Guinea-Bissau, Guinea and Papua New Guinea") == ["Guinea"]
    assert fires(entry, "Guinea. Bissau") == ["Guinea"]
    assert fires({"pattern": "new guinea", "not": ["papua new"]}, "papua new guinea") == []
    assert (
        fires({"pattern": "guinea", "not": ["papua new guinea", "new"]}, "papua new guinea") == []
    )


def test_conditions_hold_together() -> None:
    entry = {**REPORT, "not": ["report card"], "negation": "cancel"}
    assert fires(entry, "late report") == ["report"]
    assert fires(entry, "late report card") == []
    assert fires(entry, "no late report") == []
