"""What every reader of a platform's export hands on: text, columns with roles, and its account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from msfresearch.survey.respondents import Role
from msfresearch.survey.source import Platform


@dataclass(frozen=True)
class Column:
    """One column of an export.

    Attributes
    ----------
    name
        Name in the table, unique within it: the header as the platform writes it, with a part
        added where the platform leaves several columns without a name of their own.
    question
        Wording of the question as the file has it, without markup; empty where it has none.
    part
        Option, row or subquestion that the column belongs to, in words or as a code; empty for
        a question with a single column.
    group
        Key shared by the columns of one question; the name itself for a question with one.
    role
        What the platform itself notes in the column; None for a question. Cells of some roles
        have one form, whatever the platform: ``submitted`` and ``started`` are ISO 8601, with an
        offset where the file tells one; ``duration`` is in seconds; ``finished`` is "1" or "0";
        ``progress`` is 0 to 100; ``status`` is "" for an ordinary answer, else "test", "preview"
        or the platform's word; ``language`` is a lower-case ISO 639 code such as "en".
    labels
        Where the file tells them: what stands in a cell, to the words of that answer.
    """

    name: str
    question: str = ""
    part: str = ""
    group: str = ""
    role: Role | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One thing a reader did to a file, counted.

    Attributes
    ----------
    rule
        What was done, in a few words that read on a page: "header rows read".
    count
        How many rows, cells or columns it met; 0 is told too.
    detail
        Which, where that helps.
    """

    rule: str
    count: int
    detail: str = ""


@dataclass(frozen=True)
class Export:
    """A platform's export as text.

    Attributes
    ----------
    platform
        Which platform wrote it.
    reason
        By what it was recognised, in a sentence; or that the manifest says so.
    table
        Columns of ``str`` named as in ``columns`` and in their order, no missing values (an
        empty cell is ""); the index ``line`` is the row of the file, counted from 1 as an
        editor or a spreadsheet counts.
    columns
        One per column of the table.
    account
        What the reader did.
    unread
        Tables of the same file that are not answers of the first one (repeats of a form, further
        sheets): name to number of rows.
    """

    platform: Platform
    reason: str
    table: pd.DataFrame
    columns: tuple[Column, ...]
    account: tuple[Step, ...] = ()
    unread: Mapping[str, int] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    def with_role(self, role: Role) -> tuple[Column, ...]:
        """Columns of that role, in order."""
        return tuple(column for column in self.columns if column.role == role)
