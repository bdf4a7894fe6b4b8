"""A column of an export and what it was found to be."""

from __future__ import annotations

from dataclasses import dataclass

from msfresearch.survey.matching.targets import Kind, Target
from msfresearch.survey.readers.export import Column

BY_MAP = "map of the manifest"
BY_PLATFORM = "the platform's own"
BY_NAME = "declared name"
BY_FOLD = "declared name, spelled otherwise"
BY_PART = "declared name and words of the answer"
BY_TEXT = "question text"
BY_GROUP = "the one text of a question that is met"
BY_QUESTIONNAIRE = "left out by the questionnaire"
PASSED_OVER = "passed over: every box has a column of its own"
IGNORED = "ignored"


@dataclass(frozen=True)
class Meeting:
    """A column of the export and what it meets.

    Attributes
    ----------
    column
        The column.
    target
        The place of an item; None for a role and for what is left out.
    meets
        Name in the clean table, ``role:email`` or ``ignored``.
    how
        By what it was met.
    """

    column: Column
    target: Target | None
    meets: str
    how: str

    def fills(self, kind: Kind) -> bool:
        """Whether the column fills a place of that kind."""
        return self.target is not None and self.target.kind == kind
