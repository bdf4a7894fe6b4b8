"""Where a raw file comes from: its fingerprint, licence and citation, and how it is laid out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Language = Literal["en", "es", "fr"]
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


class Source(Strict):
    """One raw file of a wave, or of the context tables.

    Attributes
    ----------
    table
        Name of the table of the questionnaire (or context table) that the file fills.
    file
        Name of the file in the wave's raw folder.
    sha256
        Fingerprint of the file as it is read here.
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
    """

    table: Identifier
    file: FileName
    platform: Literal["plain"] = "plain"
    format: Literal["csv"] = "csv"
    layout: Layout = Layout()
    sha256: Sha256
    committed: bool = False
    mirror_file: FileName | None = None
    url: str | None = Field(default=None, pattern=r"^https://")
    changed_since_published: str | None = None
    licence: str
    citation: str

    @model_validator(mode="after")
    def _known_encoding(self) -> Source:
        try:
            "".encode(self.layout.encoding)
        except LookupError:
            raise ValueError(f"no encoding is called {self.layout.encoding!r}") from None
        return self
