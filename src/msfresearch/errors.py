"""The one family of errors: each says where, what was found, what was expected, what to do."""

from __future__ import annotations

import reprlib
from pathlib import Path

#: Lists and mappings are told in part: aliases let a small file stand for billions of entries.
_PARTS = reprlib.Repr()
_PARTS.maxlevel = 3
_LONGEST_PATH = 4096


class MsfResearchError(Exception):
    """Something a person can mend, told so that they can.

    Parameters
    ----------
    problem : str
        What is wrong, in one clause.
    file : path or str, optional
        The file it is wrong in.
    row : int, optional
        Line of the file, counted from 1 as an editor counts.
    column : str, optional
        Column, key or item.
    found, expected : str, optional
        What stands there, and what should.
    action : str, optional
        What to do now.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: Path | str | None = None,
        row: int | None = None,
        column: str | None = None,
        found: object = None,
        expected: object = None,
        action: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = None if file is None else str(file)
        self.row = row
        self.column = column
        self.found = _told(found)
        self.expected = _told(expected)
        self.action = action
        super().__init__(self._text())

    def _text(self) -> str:
        where = printable(self.file, _LONGEST_PATH) if self.file else ""
        if self.row is not None:
            where += f":{self.row}" if where else f"row {self.row}"
        lines = [f"{where}: {self.problem}" if where else self.problem]
        for label, value in (
            ("column", self.column),
            ("found", self.found),
            ("expected", self.expected),
            ("do", self.action),
        ):
            if value is not None:
                lines.append(f"  {label + ':':<10}{printable(value)}")
        return "\n".join(lines)


def _told(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return _PARTS.repr(value) if isinstance(value, list | tuple | dict | set) else str(value)


def printable(value: str, limit: int = 300) -> str:
    """One printable line of at most ``limit`` characters: text must not take over a terminal."""
    line = value.encode("unicode_escape").decode("ascii") if not value.isprintable() else value
    return line if len(line) <= limit else line[: limit - 1] + "…"


class ManifestError(MsfResearchError):
    """A ``wave.yml`` or ``sources.yml`` that does not hold what it must."""


class QuestionnaireError(MsfResearchError):
    """A questionnaire whose items do not fit together."""


class CodebookError(MsfResearchError):
    """A code frame with a fault."""


class PlanError(MsfResearchError):
    """An analysis plan with a fault, or an analysis it does not allow."""


class SourceError(MsfResearchError):
    """A raw file that is absent, changed, damaged or not what the manifest says."""


class AnswerError(MsfResearchError):
    """An answer outside what its item allows."""


class ParameterError(MsfResearchError):
    """A notebook parameter that is unknown, mistyped or missing."""


class StageError(MsfResearchError):
    """A stage whose results are absent, stale or cannot be written."""


class NotebookError(MsfResearchError):
    """A notebook that stopped."""


class ReleaseError(MsfResearchError):
    """Something that must not leave the building."""
