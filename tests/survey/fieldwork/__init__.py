"""Answers of a frame that never was: members whose response depends on who they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.survey.frame import frame_of, load_members, units
from msfresearch.survey.questionnaire import Questionnaire
from tests.conftest import HOME

WORDS = {"en": "words", "es": "palabras", "fr": "mots"}
REGION = {
    "sub_saharan_africa": -0.6,
    "south_asia": -0.3,
    "middle_east_north_africa": -0.3,
    "latin_america_caribbean": 0.2,
    "europe_central_asia": 0.1,
    "east_asia_pacific": 0.0,
    "north_america": 0.6,
}
INCOME = {"low": -0.4, "lower_middle": -0.1, "upper_middle": 0.1, "high": 0.4}


def frame_2019() -> pd.DataFrame:
    """The units of 2019."""
    return units(frame_of(load_members(HOME / "codebook" / "members.csv"), 2019))


def form() -> Questionnaire:
    """An ordinal item, one of yes and no, one with named answers, boxes, a number, a text."""

    def scale(*values: int | str) -> dict[str, Any]:
        return {"levels": [{"code": str(v), "value": v, "label": WORDS} for v in values]}

    def item(name: str, kind: str, **more: Any) -> dict[str, Any]:
        return {"id": name, "type": kind, "label": WORDS, "column": name.upper(), **more}

    return Questionnaire.model_validate(
        {
            "id": "rated-forum",
            "title": WORDS,
            "missing": {"": "blank", "97": "dont_know"},
            "scales": {
                "rating": scale(1, 2, 3, 4, 5),
                "yes_no": scale(0, 1),
                "decisions": scale("consensus", "vote"),
            },
            "tables": {
                "answers": {
                    "unit": WORDS,
                    "units": WORDS,
                    "key": ["resp_id"],
                    "member": "member",
                    "items": [
                        {**item("resp_id", "id"), "column": "_respondent"},
                        {**item("member", "id"), "column": "_member"},
                        item("exists", "single", scale="yes_no"),
                        item("rating", "ordinal", scale="rating", asked_if={"exists": ["1"]}),
                        item("decide", "single", scale="decisions"),
                        {
                            "id": "topics",
                            "type": "multi",
                            "label": WORDS,
                            "options": [
                                {"id": name, "column": f"TOPICS_{name}", "label": WORDS}
                                for name in ("budget", "access")
                            ],
                        },
                        item("days", "numeric"),
                        item("why", "text", language="en"),
                    ],
                }
            },
        }
    )


@dataclass(frozen=True)
class Simulated:
    """Answers and what is true of the members they come from.

    Attributes
    ----------
    answers
        ``member``, ``rating`` (1 to 5) and ``exists`` (0 or 1).
    rating, exists
        Mean over the frame's units, each counted once, expected of units such as these.
    """

    answers: pd.DataFrame
    rating: float
    exists: float


def simulate(frame: pd.DataFrame, n: int, alike: float, single: bool, seed: int) -> Simulated:
    """Draw the answers of a wave.

    Parameters
    ----------
    frame : DataFrame
        The units.
    n : int
        Answers to expect.
    alike : float
        Share of the variance within region, income and level that a unit's answers share.
    single : bool
        One answer per unit at most, as of Points of Contact; else none to six.
    seed : int
    """
    from scipy.stats import norm

    rng = np.random.default_rng(seed)
    centre = (
        frame["region"].map(REGION).to_numpy(dtype=float)
        + frame["income"].map(INCOME).to_numpy(dtype=float)
        - 0.3 * (frame["level"] == "local").to_numpy(dtype=float)
    )
    space = frame["cspart"].astype("Float64").fillna(0.7).to_numpy(dtype=float)
    lean = np.exp(0.5 * frame["region"].map(REGION).to_numpy(dtype=float) + 1.2 * (space - 0.75))
    expected = n * lean / lean.sum()
    if single:
        k = (rng.random(len(frame)) < np.clip(expected, 0.05, 0.95)).astype(int)
    else:
        k = np.minimum(rng.poisson(expected), 6)
    unit = np.repeat(np.arange(len(frame)), k)
    shared = rng.normal(size=len(frame)) * np.sqrt(alike)
    latent = centre[unit] + shared[unit] + rng.normal(size=len(unit)) * np.sqrt(1 - alike)
    cuts = (-1.2, -0.4, 0.3, 1.2)
    answers = pd.DataFrame(
        {
            "member": frame["member"].to_numpy()[unit],
            "rating": np.digitize(latent, cuts) + 1,
            "exists": (latent > 0.2).astype(int),
        }
    ).astype({"rating": "Int64", "exists": "Int64"})
    above = np.mean([norm.sf(cut - centre) for cut in cuts], axis=1)
    return Simulated(answers, float(1 + above.sum()), float(norm.sf(0.2 - centre).mean()))
