"""``wave.yml``: what a wave is, checked before anything of it is read."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from msfresearch.errors import ManifestError
from msfresearch.survey.respondents import Denominator, Rehearsal, Rules
from msfresearch.survey.source import FileName, Language, Source, Strict, Text
from msfresearch.yamlfile import load_model

WAVE_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
#: Names of folders in data/raw or reports that are no waves.
RESERVED = ("compare", "voices", "reviewers", "context")
WaveId = Annotated[str, StringConstraints(pattern=rf"^{WAVE_ID.pattern}$")]
PartialDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
Population = Literal["government", "civil society", "independent reviewers", "experts", "citizens"]


class Window(Strict):
    """A period of fieldwork; a date may be a year, a month or a day."""

    start: PartialDate
    end: PartialDate
    note: str | None = None

    @model_validator(mode="after")
    def _on_the_calendar(self) -> Window:
        for day in (self.start, self.end):
            try:
                date.fromisoformat("-".join([*day.split("-"), "01", "01"][:3]))
            except ValueError:
                raise ValueError(f"there is no {day} on the calendar") from None
        return self

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        width = min(len(self.start), len(self.end))
        if self.start[:width] > self.end[:width]:
            raise ValueError(f"the window ends ({self.end}) before it starts ({self.start})")
        return self


class Frame(Strict):
    """Whom the wave could have reached.

    Attributes
    ----------
    size
        How many, where a source says so.
    members_of
        The year whose members, of ``codebook/members.csv``, are the frame.
    """

    description: str
    size: int | None = Field(default=None, gt=0)
    members_of: int | None = Field(default=None, ge=2011, le=2100)


class Manifest(Strict):
    """One wave of one survey.

    Attributes
    ----------
    status
        ``awaited`` stands in the file while the real export is not there; an opened wave is
        ``real`` when it is, and ``rehearsal`` while a simulated one stands in.
    limits, limits_awaited
        What the wave cannot tell; and what it cannot tell while its export is awaited.
    """

    id: WaveId
    title: Text
    asked: Text
    population: Population
    instrument: FileName
    fieldwork: tuple[Window, ...] = Field(min_length=1)
    languages: tuple[Language, ...] = Field(min_length=1)
    frame: Frame
    standards: Literal["2016", "2021"] | None = None
    status: Literal["real", "rehearsal", "awaited"]
    rules: Rules = Rules()
    denominator: Denominator | None = None
    rehearsal: Rehearsal | None = None
    limits: tuple[str, ...] = ()
    limits_awaited: tuple[str, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _id_is_free(self) -> Manifest:
        if self.id in RESERVED:
            raise ValueError(f"{self.id} is no wave's id: it names something else here")
        return self

    @model_validator(mode="after")
    def _one_file_per_table(self) -> Manifest:
        tables = [source.table for source in self.sources]
        twice = sorted({table for table in tables if tables.count(table) > 1})
        if twice:
            raise ValueError(f"more than one source fills the table {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def _awaited_together(self) -> Manifest:
        awaited = [source.table for source in self.sources if source.file is None]
        if self.status == "awaited" and (len(self.sources) != 1 or self.rehearsal is None):
            raise ValueError("an awaited wave has one source, and says how it is rehearsed")
        if awaited and self.status != "awaited":
            raise ValueError(f"the source of {awaited[0]} names no file: is the wave awaited?")
        return self


class ContextTable(Strict):
    """A table by country and year that is joined to a wave.

    Attributes
    ----------
    country
        Column with the country.
    codes
        What that column holds: names, ISO 3166 alpha-3 codes, the World Bank's governance
        codes (which differ from ISO in places), or the partnership's member codes.
    year
        Column with the year; None when years stand in columns of their own.
    values
        Column in the file to the name it gets here; with years in columns, one name under any
        key.
    """

    country: str
    codes: Literal["name", "iso3", "wgi", "member"]
    year: str | None = None
    values: dict[str, str] = Field(min_length=1)


class ContextSource(Source):
    """A registered context table."""

    holds: ContextTable


class ContextManifest(Strict):
    """``data/raw/context/sources.yml``: the context tables that waves are joined to."""

    sources: tuple[ContextSource, ...] = Field(min_length=1)


def load_manifest(path: Path) -> Manifest:
    """Read and check a ``wave.yml``; its id must be its folder's name.

    Raises
    ------
    ManifestError
        With file, line, key, what was found and what was expected.
    """
    manifest = load_model(path, Manifest, ManifestError)
    if manifest.id != path.parent.name:
        raise ManifestError(
            "the wave's id is not its folder's name",
            file=path,
            column="id",
            found=manifest.id,
            expected=path.parent.name,
            action="rename the folder or the id",
        )
    return manifest
