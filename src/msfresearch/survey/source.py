"""Where a raw file comes from: its fingerprint, licence and citation, and how it is laid out."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Language = Literal["en", "es", "fr"]
Platform = Literal[
    "plain", "qualtrics", "surveymonkey", "limesurvey", "kobo", "google_forms", "spss"
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Strict(BaseModel):
    """A part of a file that people edit: an unknown key is an error, a value stays as read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Strict):
    """The same words in the three languages of the forum surveys."""

    en: str = Field(min_length=1)
    es: str = Field(min_length=1)
    fr: str = Field(min_length=1)

    def in_language(self, language: str) -> str:
        """The words in one of the three languages."""
        return str(getattr(self, language))


class Layout(Strict):
    """How a delimited file is laid out; what the file itself cannot be trusted to tell."""

    encoding: str = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] = ","


class ExportOptions(Strict):
    """What cannot be told from a platform's export alone; all of it is optional.

    Attributes
    ----------
    platform
        Which platform wrote the file; recognised, with the reason said, when None.
    sheet
        The sheet of a workbook; the first by default.
    columns
        Column of the export to the item it answers (``msf_exists``, ``topics__budget``), to a
        role of the platform's own (``role:email``), or to ``ignore``.
    cells
        What stands in the cells of items with a scale: the questionnaire's codes, or labels.
        A platform that numbers answers in its own order must not be taken at its numbers
        unless someone says here that they are the questionnaire's.
    values
        Per item: what a cell says, to the questionnaire's code that is meant.
    wording
        Per item: a question text that differs from the questionnaire's and is accepted.
    absent
        Items, or options of a multi-select item (``topics__budget``), that this form did not
        have: their answers are missing because nobody was asked.
    day_first
        How a timestamp with slashes is to be read; None where the file leaves no doubt.
    timezone
        Zone of timestamps that have none.
    """

    platform: Platform | None = None
    sheet: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    cells: Literal["codes", "labels"] | None = None
    values: dict[Identifier, dict[str, str]] = Field(default_factory=dict)
    wording: dict[Identifier, str] = Field(default_factory=dict)
    absent: tuple[Identifier, ...] = ()
    day_first: bool | None = None
    timezone: str = "UTC"

    @model_validator(mode="after")
    def _known_zone(self) -> ExportOptions:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"no time zone is called {self.timezone!r}") from None
        return self


class Source(Strict):
    """One raw file of a wave, or of the context tables.

    Attributes
    ----------
    table
        Name of the table of the questionnaire (or context table) that the file fills.
    file
        Name of the file in the wave's raw folder.
    sha256
        Fingerprint of the file as it is read here. File and fingerprint are both left out for
        an export that is awaited: then they are those of the file that is put into the folder.
    committed
        True when the file is part of the repository; False when it is registered only and
        has to be fetched.
    mirror_file
        Name of the file in a mirror folder, when it is another.
    url
        The published file, pinned to a revision; None for an export that is nowhere published.
    changed_since_published
        How the file read here differs from the one at the URL; None when it is the same.
        A changed file cannot be downloaded, only taken from a mirror.
    export
        For a survey's own export: what its reader has to know.
    """

    table: Identifier
    file: FileName | None = None
    layout: Layout | None = None
    sha256: Sha256 | None = None
    committed: bool = False
    mirror_file: FileName | None = None
    url: str | None = Field(default=None, pattern=r"^https://")
    changed_since_published: str | None = None
    licence: str
    citation: str
    export: ExportOptions = ExportOptions()

    @model_validator(mode="after")
    def _known_encoding(self) -> Source:
        if self.layout is not None:
            try:
                "".encode(self.layout.encoding)
            except LookupError:
                raise ValueError(f"no encoding is called {self.layout.encoding!r}") from None
        return self

    @model_validator(mode="after")
    def _file_and_fingerprint(self) -> Source:
        if (self.file is None) != (self.sha256 is None):
            raise ValueError("file and sha256 go together: both, or neither for an awaited export")
        return self

    @property
    def name(self) -> str:
        """Name of the file; of one that is awaited, what it will be."""
        return self.file or f"export of {self.table}"
