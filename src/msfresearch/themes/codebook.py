"""The code frame: families, themes, and the patterns that suggest a theme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from msfresearch.errors import CodebookError
from msfresearch.themes.matching.phrases import key, parse
from msfresearch.themes.schemas import FRAME
from msfresearch.yamlfile import load_model

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Line = Annotated[str, Field(min_length=1)]
Negation = Literal["ignore", "cancel", "require"]
_Found = Iterator[InitErrorDetails]


_PER_LANGUAGE = ("labels", "definition", "include", "exclude", "examples", "patterns")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pattern(_Strict):
    """Words that suggest a theme; in the file a plain text, or a mapping where it has conditions.

    Attributes
    ----------
    pattern : str
        Words, phrases and globs: see `msfresearch.themes.matching.phrases`.
    not_ : tuple of str
        In the file ``not``: phrases that cancel the pattern where they overlap it.
    near : tuple of str
        Phrases of which one has to stand within ``within`` words of the pattern, in the same
        sentence, for it to count.
    within : int
        Words that may stand between the pattern and the nearest word of ``near``.
    negation : str, optional
        What a negator before the pattern does: ``ignore``, ``cancel`` the hit, or ``require``:
        without a negator there is none. The theme's by default.
    """

    pattern: Line
    not_: tuple[Line, ...] = Field(default=(), alias="not")
    near: tuple[Line, ...] = ()
    within: Annotated[int, Field(ge=0, le=30)] = 6
    negation: Negation | None = None

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
    include, exclude : dict
        Per language: what is coded so, and what is not although it looks alike, with the theme
        that it belongs to.
    examples : dict
        Per language: at least two answers that carry the theme, all invented.
    patterns : dict
        Per language: what suggests the theme.
    negation : str
        What a negator before a pattern does, where the pattern itself does not say.
    """

    family: Id
    labels: dict[str, Line]
    definition: dict[str, Line]
    include: dict[str, Line]
    exclude: dict[str, Line]
    examples: dict[str, Annotated[tuple[Line, ...], Field(min_length=2)]]
    patterns: dict[str, tuple[Pattern, ...]]
    negation: Negation = "ignore"


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
    nested : str
        Where hits overlap the longest counts: among those of one ``theme``, or of the whole
        ``frame``.
    negators : dict
        Per language: words and phrases that negate what follows.
    negation_within : int
        Words that may stand between a negator and the pattern, in the same sentence.
    common_words : dict
        Per language: words so common that a pattern of these alone would match everything.
    families : dict
        Per family id: labels per language.
    themes : dict of Theme
        Per theme id.
    """

    version: Line
    status: Line
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    nested: Literal["theme", "frame"] = "theme"
    negators: dict[str, tuple[Line, ...]]
    negation_within: Annotated[int, Field(ge=0, le=10)] = 3
    common_words: dict[str, tuple[Line, ...]]
    families: dict[Id, dict[str, Line]]
    themes: Annotated[dict[Id, Theme], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Codebook:
        wrong = list(self._faults())
        if wrong:
            raise ValidationError.from_exception_data(type(self).__name__, wrong)
        return self

    def _faults(self) -> _Found:
        if self.version != self.version.strip() or not self.version.isprintable():
            # Every decision is logged with it, and a line of the log holds no such text.
            expected = "a line of text without control signs, and no blanks at its ends"
            yield _fault(expected, ("version",), self.version)
        if len(set(self.languages)) < len(self.languages):
            yield _fault("each language once", ("languages",), list(self.languages))
        common = {}
        for name in ("negators", "common_words"):
            yield from self._languages_of(getattr(self, name), (name,))
            for language, phrases in getattr(self, name).items():
                for at, phrase in enumerate(phrases):
                    yield from _phrase_faults((phrase,), (name, language, at))
        for language, words in self.common_words.items():
            common[language] = {key(word) for word in words if _readable(word)}
        for family, labels in self.families.items():
            yield from self._languages_of(labels, ("families", family))
        for theme_id, theme in self.themes.items():
            here = ("themes", theme_id)
            if theme.family not in self.families:
                known = ", ".join(self.families)
                yield _fault(f"a family of this file: {known}", (*here, "family"), theme.family)
            for name in _PER_LANGUAGE:
                yield from self._languages_of(getattr(theme, name), (*here, name))
            for language, patterns in theme.patterns.items():
                loc = (*here, "patterns", language)
                yield from _pattern_faults(patterns, loc, common.get(language, set()))

    def _languages_of(self, values: dict[str, Any], loc: tuple[str, ...]) -> _Found:
        expected = "one entry per language: " + ", ".join(self.languages)
        for language in self.languages:
            if language not in values:
                yield _fault(expected, loc, f"no {language}")
        for language, value in values.items():
            if language not in self.languages:
                yield _fault(expected, (*loc, language), language)
            if isinstance(value, str) and not value.strip():
                yield _fault("words, not blanks alone", (*loc, language), value)

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
            ``definition``, ``include``, ``exclude``, ``n_patterns``.

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
                theme.include[lang],
                theme.exclude[lang],
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


def _pattern_faults(
    patterns: tuple[Pattern, ...], loc: tuple[str, ...], common: set[str]
) -> _Found:
    if not patterns:
        yield _fault("at least one pattern", loc, "an empty list")
    seen: dict[str, str] = {}
    for at, entry in enumerate(patterns):
        unread = list(_phrase_faults((entry.pattern, *entry.not_, *entry.near), (*loc, at)))
        yield from unread
        if unread:
            continue
        folded = key(entry.pattern)
        if common.issuperset(folded.split()) or _begins_any(folded, common):
            yield _fault("a pattern that does not match everything", (*loc, at), entry.pattern)
        if folded in seen:
            yield _fault(f"no other spelling of {seen[folded]!r}", (*loc, at), entry.pattern)
        seen.setdefault(folded, entry.pattern)


def _begins_any(folded: str, common: set[str]) -> bool:
    """Whether a word with a star, alone, stands for a common word too."""
    return folded.endswith("*") and any(word.startswith(folded[:-1]) for word in common)


def _phrase_faults(phrases: tuple[str, ...], loc: tuple[str | int, ...]) -> _Found:
    """The first phrase that cannot be read, if any."""
    for phrase in phrases:
        try:
            parse(phrase)
        except ValueError as wrong:
            yield _fault(str(wrong), loc, phrase)
            return


def _readable(phrase: str) -> bool:
    return not any(_phrase_faults((phrase,), ()))


def _fault(expected: str, loc: tuple[str | int, ...], found: object) -> InitErrorDetails:
    kind = PydanticCustomError("codebook", "{expected}", {"expected": expected})
    return InitErrorDetails(type=kind, loc=loc, input=found)
