"""The code frame: families, themes, and the patterns that suggest a theme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from msfresearch.errors import CodebookError
from msfresearch.themes.phrases import key, parse
from msfresearch.themes.schemas import FRAME
from msfresearch.yamlfile import load_model

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Line = Annotated[str, Field(min_length=1)]
_Found = Iterator[InitErrorDetails]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pattern(_Strict):
    """Words that suggest a theme; in the file a plain text, or a mapping where it has exceptions.

    Attributes
    ----------
    pattern : str
        Words, phrases and globs: see `msfresearch.themes.phrases`.
    not_ : tuple of str
        In the file ``not``: phrases that cancel the pattern where they overlap it.
    """

    pattern: Line
    not_: tuple[Line, ...] = Field(default=(), alias="not")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"pattern": value} if isinstance(value, str) else value


class Theme(_Strict):
    """One code of the frame.

    Attributes
    ----------
    family : str
        Id of the family it belongs to.
    labels, definition : dict
        Per language: a name, and one sentence that says what the code means.
    patterns : dict
        Per language: what suggests the theme.
    """

    family: Id
    labels: dict[str, Line]
    definition: dict[str, Line]
    patterns: dict[str, tuple[Pattern, ...]]


class Codebook(_Strict):
    """A code frame in one or more languages.

    Attributes
    ----------
    version : str
        Changes whenever a code or a pattern does.
    status : str
        How far the frame has been validated, in words.
    languages : tuple of str
        Languages in which every label, definition and pattern list is there.
    families : dict
        Per family id: labels per language.
    themes : dict of Theme
        Per theme id.
    """

    version: Line
    status: Line
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    families: dict[Id, dict[str, Line]]
    themes: Annotated[dict[Id, Theme], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Codebook:
        wrong = list(self._faults())
        if wrong:
            raise ValidationError.from_exception_data(type(self).__name__, wrong)
        return self

    def _faults(self) -> _Found:
        for family, labels in self.families.items():
            yield from self._languages_of(labels, ("families", family))
        for theme_id, theme in self.themes.items():
            here = ("themes", theme_id)
            if theme.family not in self.families:
                known = ", ".join(self.families)
                yield _fault(f"a family of this file: {known}", (*here, "family"), theme.family)
            yield from self._languages_of(theme.labels, (*here, "labels"))
            yield from self._languages_of(theme.definition, (*here, "definition"))
            yield from self._languages_of(theme.patterns, (*here, "patterns"))
            for language, patterns in theme.patterns.items():
                yield from _pattern_faults(patterns, (*here, "patterns", language))

    def _languages_of(self, values: dict[str, Any], loc: tuple[str, ...]) -> _Found:
        expected = "one entry per language: " + ", ".join(self.languages)
        for language in self.languages:
            if language not in values:
                yield _fault(expected, loc, f"no {language}")
        for language in values:
            if language not in self.languages:
                yield _fault(expected, (*loc, language), language)

    def frame(self, lang: str) -> pd.DataFrame:
        """Give the themes as a table.

        Parameters
        ----------
        lang : str
            Language of labels and definitions, and of the patterns counted.

        Returns
        -------
        DataFrame
            One row per theme in the order of the file: ``family``, ``theme``, ``label``,
            ``definition``, ``n_patterns``.

        Raises
        ------
        CodebookError
            When the frame does not have that language.
        """
        self.check_language(lang)
        rows = [
            (
                theme.family,
                theme_id,
                theme.labels[lang],
                theme.definition[lang],
                len(theme.patterns[lang]),
            )
            for theme_id, theme in self.themes.items()
        ]
        return FRAME.validate(pd.DataFrame(rows, columns=list(FRAME.columns)))

    def check_language(self, language: str) -> None:
        """Raise CodebookError unless the frame has the language."""
        if language not in self.languages:
            raise CodebookError(
                "the code frame does not have this language",
                found=language,
                expected="one of: " + ", ".join(self.languages),
                action="choose one of these, or add the language to every theme",
            )


def load_codebook(path: Path) -> Codebook:
    """Read a code frame and check it whole.

    Parameters
    ----------
    path : Path
        YAML file.

    Returns
    -------
    Codebook

    Raises
    ------
    CodebookError
        Naming file, line and theme: an id or a key written twice, a missing language, an empty
        list of patterns, a pattern written twice within theme and language or not readable, an
        unknown family or key.
    """
    return load_model(path, Codebook, CodebookError)


def _pattern_faults(patterns: tuple[Pattern, ...], loc: tuple[str, ...]) -> _Found:
    if not patterns:
        yield _fault("at least one pattern", loc, "an empty list")
    seen: dict[str, str] = {}
    for at, entry in enumerate(patterns):
        for phrase in (entry.pattern, *entry.not_):
            try:
                parse(phrase)
            except ValueError as wrong:
                yield _fault(str(wrong), (*loc, at), phrase)
                break
        else:
            folded = key(entry.pattern)
            if folded in seen:
                yield _fault(f"no other spelling of {seen[folded]!r}", (*loc, at), entry.pattern)
            seen.setdefault(folded, entry.pattern)


def _fault(expected: str, loc: tuple[str | int, ...], found: object) -> InitErrorDetails:
    kind = PydanticCustomError("codebook", "{expected}", {"expected": expected})
    return InitErrorDetails(type=kind, loc=loc, input=found)
