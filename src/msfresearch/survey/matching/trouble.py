"""Why columns and items do not meet: one error for all of it, with one proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msfresearch.survey.matching.changed import Changed
from msfresearch.survey.matching.meeting import Meeting
from msfresearch.survey.matching.proposal import IGNORE, MatchError, Proposal, in_comment
from msfresearch.survey.matching.suggestions import suggest
from msfresearch.survey.matching.targets import Target
from msfresearch.survey.readers.export import Column
from msfresearch.survey.source import ExportOptions


@dataclass(frozen=True)
class Trouble:
    """Everything that keeps the columns of an export and the items of a table apart.

    Attributes
    ----------
    unmatched
        Columns that meet nothing.
    torn
        Columns that meet more than one item, with all of them.
    twice
        Columns that meet one place together.
    changed
        Questions with another text.
    absent
        Places that no column fills.
    """

    unmatched: Sequence[Column]
    torn: Sequence[Sequence[Meeting]]
    twice: Sequence[Sequence[Meeting]]
    changed: Sequence[Changed]
    absent: Sequence[Target]

    def __bool__(self) -> bool:
        return bool(self._told())

    def error(self, table: str, options: ExportOptions, file: Path) -> MatchError:
        """The error, with what to paste into the manifest."""
        told = self._told()
        problem, column, found, expected = told[0]
        more = len(told) - 1
        return MatchError(
            problem + (f" (and {more} more)" if more else ""),
            file=file,
            column=column,
            found=found,
            expected=expected,
            action="say under export: of the source in wave.yml what is meant; a proposal to "
            "paste comes with this error",
            proposal=self._proposal(table, options),
        )

    def _told(self) -> list[tuple[str, str, str, str]]:
        """Problem, column, found and expected of each, the ones that explain others first."""
        return [
            *(
                (
                    "a column that meets two items",
                    columns[0].column.name,
                    ", ".join(one.meets for one in columns),
                    "one item",
                )
                for columns in self.torn
            ),
            *(
                (
                    f"two columns for {columns[0].meets}",
                    columns[1].column.name,
                    ", ".join(f"{one.column.name} ({one.how})" for one in columns),
                    "one column",
                )
                for columns in self.twice
            ),
            *(
                (
                    f"a text that is none of those of {one.key}",
                    one.meeting.column.name,
                    one.words,
                    _wordings(one),
                )
                for one in self.changed
            ),
            *(
                (
                    "a column that meets no item",
                    column.name,
                    " / ".join(filter(None, (column.question or column.name, column.part))),
                    "a declared name, or a question in one of its wordings",
                )
                for column in self.unmatched
            ),
            *(
                (
                    f"{target.meets} finds no column",
                    _declared(target),
                    "no column of that name, and no question with its text",
                    target.item.label.en,
                )
                for target in self.absent
            ),
        ]

    def _proposal(self, table: str, options: ExportOptions) -> str:
        unmet = [
            *self.unmatched,
            *(columns[0].column for columns in self.torn),
            *(one.column for columns in self.twice for one in columns[1:]),
        ]
        columns, notes, left = suggest(unmet, self.absent)
        for meetings in self.twice:
            first = meetings[0]
            columns[first.column.name] = first.meets
            notes[first.column.name] = f"{first.how}; the others are left out"
        wording: dict[str, str] = {}
        met = {one.meeting.meets for one in self.changed}
        for one in self.changed:
            name, other = one.meeting.column.name, one.belongs
            if other is None:
                wording[one.key] = one.words
                notes[one.key] = "accepted, if it asks the same"
            elif other.id in met | {target.item.id for target in self.absent}:
                columns[name] = other.id
                notes[name] = f"its text; its name says {one.meeting.meets}"
            else:
                columns[name] = IGNORE
                notes[name] = f"its text is that of {other.id}, which has a column"
        heads = {
            one.name: _head(one)
            for one in (
                *unmet,
                *(columns[0].column for columns in self.twice),
                *(one.meeting.column for one in self.changed),
            )
        }
        notes |= {name: f"{notes[name]}; it says: {heads[name]}" for name in columns if heads[name]}
        absent = tuple(dict.fromkeys(_question(target, left) for target in left))
        if not columns and not wording and not absent:
            return ""
        remarks = ["check every line: what is proposed is only alike"]
        if absent:
            remarks.append("absent: items without a column, if this form did not ask them")
        proposal = Proposal(columns, absent, wording, notes=notes, remarks=tuple(remarks))
        return proposal.text(table, options)


def _question(target: Target, left: Sequence[Target]) -> str:
    """An absent place by its name; the question, where all of its boxes are absent."""
    boxes = [one for one in left if one.item.id == target.item.id]
    whole = target.kind == "option" and len(boxes) == len(target.item.options)
    return target.item.id if whole else target.meets


def _head(column: Column) -> str:
    """The words of a column that its name does not say."""
    words = [in_comment(text) for text in (column.question, column.part) if text != column.name]
    return " / ".join(filter(None, words))


def _wordings(changed: Changed) -> str:
    target = changed.meeting.target
    if target is None:
        return ""
    label = next(
        (o.label for o in target.item.options if changed.key == f"{target.item.id}__{o.id}"),
        target.item.label,
    )
    return " | ".join((label.en, label.es, label.fr))


def _declared(target: Target) -> str:
    options = (one.column for one in target.item.options if one.id == target.code)
    return next(options, target.item.column or target.item.id)
