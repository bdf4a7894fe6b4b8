"""The wave: the one object that notebooks and people start from."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msfresearch.errors import ManifestError, SourceError
from msfresearch.home import STAGE_VARIABLE, Home, find_home
from msfresearch.results import Results
from msfresearch.survey.arrival import Arrival, find_arrival, find_rehearsal, with_export
from msfresearch.survey.fetch import Fetched, fetch, verify
from msfresearch.survey.manifest import (
    WAVE_ID,
    ContextManifest,
    Manifest,
    load_manifest,
)
from msfresearch.survey.questionnaire import Questionnaire, load_questionnaire
from msfresearch.survey.source import Source
from msfresearch.yamlfile import load_model

if TYPE_CHECKING:
    import pandas as pd

    from msfresearch.survey.cleaning import Cleaned
    from msfresearch.survey.countries import Countries
    from msfresearch.survey.intake import Intake
    from msfresearch.survey.secret import Secret

CONTEXT = "context"
#: The stage of the batch that reads exports; later ones see what it left.
FIRST_STAGE = "clean"
#: What this process can no longer open.
_shut: set[Path] = set()


@dataclass(frozen=True, repr=False)
class Wave:
    """One wave of one survey: what it is, its raw data, and what each stage made of them.

    Attributes
    ----------
    manifest : Manifest
        ``wave.yml``, checked.
    home : Home
        The repository.
    arrival : Arrival, optional
        For a survey: its own export, or that of the rehearsal that stands in for it; None while
        there is neither.
    """

    manifest: Manifest
    home: Home
    arrival: Arrival | None = None

    @property
    def id(self) -> str:
        """The wave's id."""
        return self.manifest.id

    @cached_property
    def questionnaire(self) -> Questionnaire:
        """The instrument: items, scales, codes."""
        return load_questionnaire(
            self.home.codebook / "questionnaires" / f"{self.manifest.instrument}.yml"
        )

    @property
    def raw_folder(self) -> Path:
        """Folder of ``wave.yml`` and the raw files."""
        return self.home.raw / self.id

    @property
    def processed_folder(self) -> Path:
        """Folder of the stages' results."""
        return self.home.processed / self.id

    def source(self, table: str) -> Source:
        """The source that fills a table."""
        for source in self.manifest.sources:
            if source.table == table:
                return source
        raise SourceError(
            "no such table",
            file=self.raw_folder / "wave.yml",
            found=table,
            expected=", ".join(s.table for s in self.manifest.sources),
        )

    def path(self, source: Source) -> Path:
        """Where a source's file lies, or would lie."""
        return self.arrival.file if self.arrival else self.raw_folder / source.name

    @property
    def awaits_export(self) -> bool:
        """Whether neither the real export is there nor a rehearsal."""
        return self.manifest.status == "awaited"

    def missing_files(self) -> tuple[str, ...]:
        """Raw files that are not here."""
        return tuple(s.name for s in self.manifest.sources if not self.path(s).exists())

    def fetch(self, *, mirror: Path | None, download: bool) -> tuple[Fetched, ...]:
        """Bring the wave's registered sources here; see :func:`msfresearch.survey.fetch.fetch`."""
        return tuple(
            fetch(source, self.raw_folder, mirror=mirror, download=download)
            for source in self.manifest.sources
            if source.file is not None and self.arrival is None
        )

    def raw(self, table: str | None = None) -> pd.DataFrame:
        """A raw table as text, its file checked against its fingerprint.

        Parameters
        ----------
        table : str, optional
            Name of the table; the wave's first by default.

        Returns
        -------
        DataFrame
            Columns of ``str``; the index ``line`` is the line in the file.
        """
        from msfresearch.survey.readers import read_source

        source = self.source(table or self.manifest.sources[0].table)
        verify(source, self.path(source))
        return read_source(source, self.path(source))

    def clean(self) -> Cleaned:
        """The raw tables cleaned by the questionnaire's rules, nothing written."""
        from msfresearch.survey.cleaning import clean
        from msfresearch.survey.countries import load_countries

        tables = [source.table for source in self.manifest.sources]
        self._check_tables(tables)
        surveys = [table for table in tables if self.questionnaire.tables[table].respondents]
        countries = load_countries(self.home.codebook / "countries.yml")
        intake = {table: self._take_in(self.source(table), countries) for table in surveys}
        cleaned = clean(
            {t: intake[t].raw if t in intake else self.raw(t) for t in tables},
            {table: self.path(self.source(table)) for table in tables},
            self.questionnaire,
            countries,
            {table: one.absent for table, one in intake.items()},
        )
        return replace(cleaned, intake=intake)

    def _take_in(self, source: Source, countries: Countries) -> Intake:
        """A survey's own export, read, matched, parted from personal data and screened."""
        from msfresearch.survey.intake import take_in

        verify(source, self.path(source))
        return take_in(
            source,
            self.path(source),
            self.arrival.structure if self.arrival else None,
            self.home.codebook / "recodes" / f"{self.manifest.instrument}.csv",
            self.questionnaire,
            self.manifest,
            self.secret(),
            countries,
        )

    def secret(self) -> Secret:
        """The key of this wave's pseudonyms; a rehearsal, whose people are made up, needs none."""
        from msfresearch.survey.secret import load_secret

        return load_secret(self.home, self.id, self.manifest.status)

    def members(self) -> pd.DataFrame | None:
        """The frame's members, one row each; None where the frame is of another kind."""
        from msfresearch.survey.frame import frame_of, load_members

        year = self.manifest.frame.members_of
        if year is None:
            return None
        return frame_of(load_members(self.home.codebook / "members.csv"), year)

    def keep_restricted(self, cleaned: Cleaned) -> tuple[Path, ...]:
        """Write the personal data that were split off, encrypted, where no later stage reads.

        Returns
        -------
        tuple of Path
            One file per survey table.
        """
        from msfresearch.survey.restricted import write_restricted

        written: list[Path] = []
        for table, intake in cleaned.intake.items():
            path = self.home.restricted / self.id / f"{table}.sealed"
            write_restricted(path, intake.restricted, self.secret())
            written.append(path)
        return tuple(written)

    def clean_tables(self) -> dict[str, pd.DataFrame]:
        """The wave's clean tables as stage ``clean`` left them, by name."""
        return {s.table: self.table("clean", s.table) for s in self.manifest.sources}

    def open_answers(self) -> pd.DataFrame:
        """Every open answer that was given; see :func:`msfresearch.survey.answers.open_answers`."""
        from msfresearch.survey.answers import open_answers

        return open_answers(self.clean_tables(), self.questionnaire, self.manifest)

    def _check_tables(self, tables: list[str]) -> None:
        unknown = [table for table in tables if table not in self.questionnaire.tables]
        if unknown:
            raise ManifestError(
                "a source fills a table that the instrument does not have",
                file=self.raw_folder / "wave.yml",
                column="sources.table",
                found=unknown[0],
                expected=", ".join(self.questionnaire.tables),
            )

    def context(self, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Join the registered context tables on country and year.

        Parameters
        ----------
        rows : DataFrame
            ``row_id``, ``country`` (ISO 3166 alpha-3) and ``year``.

        Returns
        -------
        joined, coverage : DataFrame
            See :func:`msfresearch.survey.context.join_context`.
        """
        from msfresearch.survey.context import join_context, tidy
        from msfresearch.survey.countries import load_countries
        from msfresearch.survey.readers import read_source

        countries = load_countries(self.home.codebook / "countries.yml")
        tables: dict[str, tuple[pd.DataFrame, tuple[str, ...]]] = {}
        absent: dict[str, str] = {}
        for source in load_context(self.home).sources:
            path = self.home.raw / CONTEXT / source.name
            if path.exists():
                try:
                    verify(source, path)
                except SourceError as wrong:
                    absent[source.table] = f"not used: {wrong.problem}"
                    continue
                tables[source.table] = tidy(source, read_source(source, path), countries, path)
            else:
                absent[source.table] = "not here: msfresearch fetch context"
        return join_context(rows, tables, absent)

    @property
    def results(self) -> Results:
        """What the stages made of the wave."""
        return Results(self.processed_folder, self.id)

    def save(
        self,
        stage: str,
        tables: Mapping[str, pd.DataFrame],
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep a stage's results; see :meth:`msfresearch.results.Results.save`."""
        self.results.save(stage, tables, facts)

    def stages(self) -> tuple[str, ...]:
        """Stages that have results."""
        return self.results.stages()

    def tables(self, stage: str) -> tuple[str, ...]:
        """Names of a stage's tables."""
        return self.results.tables(stage)

    def table(self, stage: str, name: str) -> pd.DataFrame:
        """One table of a stage's results; see :meth:`msfresearch.results.Results.table`."""
        return self.results.table(stage, name)

    def facts(self, stage: str) -> dict[str, Any]:
        """Single values of a stage's results."""
        return self.results.facts(stage)

    def __repr__(self) -> str:
        return f"<Wave {self.id}, {self.manifest.status}: {self.manifest.title.en}>"

    def _repr_html_(self) -> str:
        manifest = self.manifest
        facts = {
            "Status": manifest.status,
            "Population": manifest.population,
            "Fieldwork": "; ".join(f"{w.start} to {w.end}" for w in manifest.fieldwork),
            "Languages": ", ".join(manifest.languages),
            "Frame": manifest.frame.description,
            "Standards": manifest.standards or "none of the partnership's",
            "Raw tables": ", ".join(
                source.table + ("" if self.path(source).exists() else " (not here)")
                for source in manifest.sources
            ),
            "Results": "; ".join(f"{s}: {', '.join(self.tables(s))}" for s in self.stages())
            or "none yet",
        }
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(name)}</th>'
            f'<td style="text-align:left">{html.escape(value)}</td></tr>'
            for name, value in facts.items()
        )
        title = html.escape(f"{manifest.id}: {manifest.title.en}")
        return f"<table><caption><strong>{title}</strong></caption><tbody>{rows}</tbody></table>"


def load_context(home: Home) -> ContextManifest:
    """The registered context tables."""
    return load_model(home.raw / CONTEXT / "sources.yml", ContextManifest, ManifestError)


def list_waves(home: Home | None = None) -> tuple[str, ...]:
    """Ids of the waves that have a manifest, in order."""
    home = home or find_home()
    return tuple(sorted(path.parent.name for path in home.raw.glob("*/wave.yml")))


def open_wave(wave: str, home: Home | None = None) -> Wave:
    """Open a wave by its id.

    Parameters
    ----------
    wave : str
        Such as ``irm-2016``: lower-case letters, digits, hyphen and underscore, 32 at most.
    home : Home, optional
        The repository; found from the working directory by default.

    Returns
    -------
    Wave

    Raises
    ------
    ManifestError
        When the id is not one, no wave has it, or its manifest has a fault.
    SourceError
        When a survey's folder holds more than one export.
    """
    if not WAVE_ID.fullmatch(wave):
        raise ManifestError(
            "not a wave's id",
            found=wave,
            expected="lower-case letters, digits, - and _, 32 at most",
            action="see: msfresearch waves",
        )
    home = home or find_home()
    known = list_waves(home)
    if wave not in known:
        raise ManifestError(
            "no such wave",
            found=wave,
            expected=", ".join(known) or "a folder with a wave.yml in data/raw",
            action="see: msfresearch waves",
        )
    opened = _opened(load_manifest(home.raw / wave / "wave.yml"), home)
    if os.environ.get(STAGE_VARIABLE, FIRST_STAGE) != FIRST_STAGE:
        _close_personal_data(opened)
    return opened


def _opened(manifest: Manifest, home: Home) -> Wave:
    if manifest.status != "awaited":
        return Wave(manifest, home)
    arrival, status = find_arrival(home.raw / manifest.id), "real"
    if arrival is None:
        arrival, status = find_rehearsal(home.rehearsals / manifest.id), "rehearsal"
    if arrival is None:
        return Wave(manifest, home)
    return Wave(with_export(manifest, arrival.file, arrival.sha256, status), home, arrival)


def _close_personal_data(wave: Wave) -> None:
    """Forbid this kernel of a later stage what tells of persons: the export, the sealed, the key.

    A person at work in JupyterLab, and the command line, run no stage and are not hindered.
    """
    from msfresearch.survey.restricted import forbid
    from msfresearch.survey.secret import secret_path

    shut = {wave.home.restricted, secret_path()}
    if wave.arrival is not None:
        shut |= {wave.arrival.file, wave.arrival.structure or wave.arrival.file}
    forbid(sorted(shut - _shut))
    _shut.update(shut)
