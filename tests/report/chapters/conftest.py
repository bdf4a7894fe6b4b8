"""A small wave with an item of every kind that a chapter tells of, made from a few rows."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import pycountry
import pytest
import yaml

from msfresearch.home import Home
from msfresearch.report.chapters import cleaning
from msfresearch.survey.answers import distributions, missingness
from msfresearch.survey.cleaning import Cleaned
from msfresearch.themes import Codebook, load_codebook
from msfresearch.wave import Wave, open_wave
from tests.conftest import HOME, INSTRUMENT

COUNTRIES = tuple(country.alpha_3 for country in pycountry.countries)[20:90]
COLUMNS = ("id", "country", "agree", "regular", "steps", "why")
Row = Mapping[str, object]
MakeWave = Callable[..., Wave]


def text(words: str) -> dict[str, str]:
    """The same words for every language."""
    return dict.fromkeys(("en", "es", "fr"), words)


def instrument() -> dict[str, Any]:
    """The small instrument with told-apart labels, a yes/no item and a number."""
    made = copy.deepcopy(INSTRUMENT)
    levels = ("never", "rarely", "sometimes", "often", "always")
    made["scales"] = {
        "agreement": {
            "levels": [
                {"code": str(n), "value": n, "label": text(word)}
                for n, word in enumerate(levels, start=1)
            ]
        },
        "yesno": {
            "levels": [
                {"code": "0", "value": 0, "label": text("no")},
                {"code": "1", "value": 1, "label": text("yes")},
            ]
        },
    }
    table = made["tables"]["answers"]
    by_id = {item["id"]: item for item in table["items"]}
    by_id["agree"]["label"] = text("Meets")
    by_id["why"]["label"] = text("Reason")
    table["items"] = [
        *(by_id[name] for name in ("id", "country", "agree")),
        {
            "id": "regular",
            "type": "single",
            "scale": "yesno",
            "label": text("Regular forum"),
            "column": "regular",
        },
        {
            "id": "steps",
            "type": "numeric",
            "whole": True,
            "minimum": 0,
            "maximum": 6,
            "label": text("Steps followed"),
            "column": "steps",
        },
        by_id["why"],
    ]
    return made


def rows(n: int, members: int | None = None, **columns: Callable[[int], object]) -> list[Row]:
    """Rows with plain answers, from so many countries; a column by a rule of the row's number."""
    plain: dict[str, Callable[[int], object]] = {
        "id": lambda i: i + 1,
        "country": lambda i: COUNTRIES[i % (members or len(COUNTRIES))],
        "agree": lambda i: i % 5 + 1,
        "regular": lambda i: i % 2,
        "steps": lambda i: i % 7,
        "why": lambda _: "",
    }
    return [{name: rule(i) for name, rule in (plain | columns).items()} for i in range(n)]


@pytest.fixture
def make_wave(small_home: Callable[..., Home]) -> MakeWave:
    """Make a wave of rows, its instrument changed by a function, its plan replaced."""

    def make(
        given: Sequence[Row],
        change: Callable[[dict[str, Any]], None] = lambda _: None,
        plan: Mapping[str, Any] | None = None,
        **manifest: Any,
    ) -> Wave:
        frame = pd.DataFrame(given, columns=list(COLUMNS))
        home = small_home(frame.to_csv(index=False).encode(), **manifest)
        made = instrument()
        change(made)
        path = home.codebook / "questionnaires" / "small.yml"
        path.write_text(yaml.safe_dump(made), encoding="utf-8")
        if plan is not None:
            (home.codebook / "plan.yml").write_text(yaml.safe_dump(dict(plan)), encoding="utf-8")
        return open_wave("small", home)

    return make


def keep(wave: Wave) -> Cleaned:
    """Clean a wave and keep what the first notebook keeps, but for the context tables."""
    cleaned = wave.clean()
    spread = distributions(cleaned.tables, wave.questionnaire)
    missing = missingness(cleaned.reasons, wave.questionnaire)
    nothing = pd.DataFrame({"source": pd.Series(dtype="str")})
    wave.save(
        "clean",
        cleaning.results(cleaned, spread, missing, nothing, nothing),
        cleaning.facts(cleaned, wave),
    )
    return cleaned


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return load_codebook(HOME / "codebook" / "themes.yml")
