"""Every theme with its share, and what the stage leaves for later ones."""

from __future__ import annotations

import pandas as pd

from msfresearch.report import tables
from msfresearch.report.chapters import coders, features, themes
from msfresearch.report.chapters.themes import CAUTION, CORRECTION, Coded, labelled, percent_of
from msfresearch.report.wording import number
from msfresearch.wave import Wave


def keep(
    wave: Wave,
    coded: Coded,
    stems: pd.DataFrame,
    agreement: pd.DataFrame,
    made: list[features.Held],
    pairs: pd.DataFrame | None,
    curve: pd.DataFrame | None,
) -> None:
    """Leave everything that the notebook found for later stages; no word of an answer but hits."""
    assert coded.study is not None  # only the stage that codes keeps
    optional = {"pairs": pairs, "curve": curve, "coverage": coded.study.coverage()}
    wave.save(
        "themes",
        {
            **themes.results(coded, stems),
            "agreement": agreement,
            "features": features.results(made),
            **{name: table for name, table in optional.items() if table is not None},
        },
        {**themes.facts(coded), **coders.facts(coded, agreement)},
    )


def theme_table(coded: Coded, lang: str) -> tables.Table:
    """Every theme with its share, those that are never found included."""
    return _corrected_table(coded, lang) if coded.corrected else _hits_table(coded, lang)


def _corrected_table(coded: Coded, lang: str) -> tables.Table:
    shown = labelled(coded.shares, coded, lang).sort_values("share", ascending=False, kind="stable")
    shown["percent"] = [percent_of(row, lang) for row in shown.to_dict("records")]
    shown["machine"] = 100 * shown["machine"].astype("Float64")
    humans = int(coded.shares["n_human"].max())
    gain = coded.shares["gain"].astype("Float64").dropna()
    helped = (
        ""
        if gain.empty
        else " An interval from these alone would be "
        f"{number(float(gain.median()), 2, lang)} times as wide, for the theme in the middle of "
        "all: above 1 the machine helps."
    )
    return tables.table(
        shown[["label", "percent", "machine"]],
        "Every theme of the frame: its share as people would code it, with 95% interval",
        stub="label",
        columns={
            "label": "Theme",
            "percent": "Per cent",
            "machine": "Machine alone (%)",
        },
        formats={"machine": "1dp"},
        notes=[
            CORRECTION,
            f"People coded {number(humans, 0, lang)} answers that were drawn at random.{helped}",
        ],
        lang=lang,
    )


def _hits_table(coded: Coded, lang: str) -> tables.Table:
    shown = labelled(coded.shares, coded, lang).sort_values("share", ascending=False, kind="stable")
    shown["percent"] = [percent_of(row, lang) for row in shown.to_dict("records")]
    return tables.table(
        shown[["label", "n_coded", "percent"]],
        "Every theme of the frame: answers it was found in, and their share with 95% interval",
        stub="label",
        columns={
            "label": "Theme",
            "n_coded": "Answers",
            "percent": "Per cent",
        },
        notes=[
            CAUTION,
            f"Where a theme was never found, the upper end of its interval counts {coded.counts} "
            "only: nothing tells how alike their answers are.",
        ],
        lang=lang,
    )
