"""A plan for the small wave, and answers that a forum lifts or does not."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from msfresearch.report.chapters import success
from msfresearch.success.plan import Plan, load_plan
from msfresearch.wave import Wave
from tests.report.chapters.conftest import MakeWave, Row, keep, text


def plan_of(
    model: str = "logit", predictors: tuple[str, ...] = (), **analysis: Any
) -> dict[str, Any]:
    """A plan for the small wave: the answer `agree` against a regular forum."""
    outcome = {
        "id": "meets",
        "item": "agree",
        "label": text("Meets"),
        "model": model,
        "valid": {"range": [1, 5]},
    }
    if model == "logit":
        outcome["success"] = {"at_least": 4}
    return {
        "version": 1,
        "date": "2026-01-01",
        "waves": {
            "small": {
                "written": "after data",
                "note": "made up",
                "analyses": [
                    {
                        "id": "forum",
                        "question": text("Does a forum help?"),
                        "table": "answers",
                        "exposure": {
                            "item": "regular",
                            "label": text("Regular forum"),
                            "contrast": text("with a forum against without"),
                        },
                        "predictors": [{"item": p, "label": text(p.title())} for p in predictors],
                        "units": {"row": "row_id", "member": "country"},
                        "views": ["naive", "clustered"],
                        "family": "exploratory",
                        "evidence": "none",
                        "outcomes": [outcome],
                        **analysis,
                    }
                ],
            }
        },
    }


def noisy(lift: float, seed: int = 1) -> Callable[[int], object]:
    """An answer of 1 to 5 that a regular forum (odd rows) lifts by so much on average."""
    drawn = random.Random(seed)
    return lambda i: max(1, min(5, round(3 + lift * (i % 2) + drawn.gauss(0, 1))))


def analysed(
    make_wave: MakeWave, given: list[Row], plan: dict[str, Any]
) -> tuple[list[success.Analysed], Wave]:
    wave = make_wave(given, plan=plan)
    keep(wave)
    found = success.planned(read(wave), wave)
    assert found is not None
    return success.analyse(wave, found, "en"), wave


def read(wave: Wave) -> Plan:
    return load_plan(wave.home.codebook / "plan.yml")
