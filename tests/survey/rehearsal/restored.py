"""A rehearsed export cleaned as a wave cleans its own, beside what it should come to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from msfresearch.files import sha256_of
from msfresearch.home import Home
from msfresearch.survey.arrival import Arrival, with_export
from msfresearch.survey.frame import units
from msfresearch.survey.intake import Intake
from msfresearch.survey.manifest import load_manifest
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.rehearsal import Rehearsed, rehearse
from msfresearch.survey.rehearsal.truth import differences
from msfresearch.survey.source import ExportOptions, Language, Platform
from msfresearch.wave import Wave


@dataclass(frozen=True)
class Restored:
    """One export: what was planted in it, and what became of it.

    Attributes
    ----------
    made
        The rehearsal.
    truth, dirt
        Its clean table in codes, and its traps.
    intake
        What became of the rows before their cells were converted.
    answers, reasons
        The clean table and why cells are missing, by the line of the export.
    """

    made: Rehearsed
    truth: pd.DataFrame
    dirt: pd.DataFrame
    intake: Intake
    answers: pd.DataFrame
    reasons: pd.DataFrame
    table: Table
    questionnaire: Questionnaire

    def wrong(self) -> pd.DataFrame:
        """Cells and rows that are not what they should be."""
        return differences(
            self.truth.reset_index(),
            self.answers.reset_index(),
            self.reasons,
            self.table,
            self.questionnaire,
        )


def restored(
    home: Path,
    folder: Path,
    wave: str,
    platform: Platform,
    file_format: str,
    language: Language,
    seed: int | None = None,
) -> Restored:
    """Rehearse a wave of the repository and clean what the platform exports."""
    manifest = load_manifest(home / "data" / "raw" / wave / "wave.yml")
    awaited = Wave(manifest, Home(home))
    members = awaited.members()
    assert members is not None
    assert manifest.rehearsal is not None
    made = rehearse(
        awaited.questionnaire,
        manifest,
        units(members),
        folder,
        seed=manifest.rehearsal.seed if seed is None else seed,
        answers=manifest.rehearsal.answers,
        platform=platform,
        file_format=file_format,
        language=language,
    )
    exported = ExportOptions(**made.facts["export"])
    source = manifest.sources[0].model_copy(update={"export": exported})
    arrival = Arrival(made.file, made.structure, sha256_of(made.file), True)
    told = with_export(
        manifest.model_copy(update={"sources": (source,)}),
        made.file,
        arrival.sha256,
        "rehearsal",
    )
    cleaned = Wave(told, Home(home), arrival).clean()
    asked = awaited.questionnaire
    return Restored(
        made=made,
        truth=pd.read_parquet(made.truth / "clean.parquet").set_index("line"),
        dirt=pd.read_csv(made.truth / "dirt.csv", keep_default_na=False, dtype={"id": "str"}),
        intake=cleaned.intake[source.table],
        answers=cleaned.tables[source.table].set_index("line"),
        reasons=cleaned.reasons[source.table],
        table=asked.tables[source.table],
        questionnaire=asked,
    )
