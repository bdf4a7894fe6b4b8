"""What to paste into the manifest: a whole ``export:`` block, readable and ready to use."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from msfresearch.errors import AnswerError, SourceError, printable
from msfresearch.survey.matching.wording import normalise
from msfresearch.survey.source import ExportOptions

IGNORE = "ignore"
#: Stands where only a person can tell the code; a manifest that still says so is refused.
UNDECIDED = "?"
#: Cells that a proposal lists at most; the next run proposes the rest.
MOST_CELLS = 60
#: Likeness (0 to 1) from which a name is proposed for another.
NEAR = 0.6
_LONGEST_SHOWN = 40
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(:[a-z_]+)?")
_MEANS_SOMETHING = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_PERSONAL = re.compile(r"@|[0-9](?:[ ().\-]{0,2}[0-9]){5}")


class MatchError(SourceError):
    """Columns and items that do not meet.

    Attributes
    ----------
    proposal : str
        YAML to paste into the manifest in place of the source's ``export:``; empty where
        nothing can be proposed. An error's own text is cut; this is whole.
    """

    def __init__(self, problem: str, *, proposal: str = "", **told: Any) -> None:
        super().__init__(problem, **told)
        self.proposal = proposal


class CellError(AnswerError):
    """Cells of a closed item that are none of its answers.

    Attributes
    ----------
    proposal : str
        As in :class:`MatchError`.
    """

    def __init__(self, problem: str, *, proposal: str = "", **told: Any) -> None:
        super().__init__(problem, **told)
        self.proposal = proposal


@dataclass(frozen=True)
class Unknown:
    """A cell that is no answer of its item.

    Attributes
    ----------
    item, column
        Id of the item, name of the column.
    cell
        What stands there, trimmed.
    line, count
        The first line with it, and in how many rows it stands.
    expected
        What could stand there, in words.
    near
        The code that is proposed; None where nothing is near.
    why
        What is wrong with the cell.
    """

    item: str
    column: str
    cell: str
    line: int
    count: int
    expected: str
    near: str | None = None
    why: str = "a cell that is none of its item's answers"


@dataclass(frozen=True)
class Proposal:
    """What a manifest would have to say beside what it says already.

    Attributes
    ----------
    columns, wording, values
        As in ``ExportOptions``; what the manifest has is kept.
    cells
        What ``cells`` should be, None to leave it.
    absent
        Items that the form seems not to have had.
    notes
        Remarks by key of ``columns``, ``wording`` or ``item: cell``.
    remarks
        Lines that stand above the whole.
    instead
        YAML to choose in place of a part, commented out behind the whole.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    wording: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    cells: str | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()

    def text(self, table: str, options: ExportOptions) -> str:
        """The YAML: the source's whole ``export:``, with what it held before."""
        export: dict[str, Any] = options.model_dump(exclude_defaults=True)
        for part in ("columns", "wording"):
            added = dict(getattr(self, part))
            if added:
                export[part] = {**export.get(part, {}), **added}
        for item, cells in ((item, cells) for item, cells in self.values.items() if cells):
            values = export.setdefault("values", {})
            values[item] = {**values.get(item, {}), **cells}
        if self.absent:
            export["absent"] = [*export.get("absent", ()), *self.absent]
        if self.cells is not None:
            export["cells"] = self.cells
        lines = [f"# wave.yml: the source of the table {table}, in place of its export:"]
        lines += [f"# {remark}" for remark in self.remarks]
        lines += _block({"export": export}, self.notes)
        return "\n".join([*lines, *(f"  # {line}" for line in self.instead)]) + "\n"


def _block(mapping: Mapping[str, Any], notes: Mapping[str, str], way: str = "") -> list[str]:
    """A mapping as lines of YAML; a remark stands behind the key it is about."""
    lines: list[str] = []
    indent = "  " * way.count("\n")
    for key, value in mapping.items():
        parent = way.rstrip("\n").rpartition("\n")[2]
        note = notes.get(f"{parent}: {key}", "")
        if isinstance(value, Mapping):
            lines.append(f"{indent}{quoted(key)}:" + (f"  # {note}" if note else ""))
            lines += _block(value, notes, f"{way}{key}\n")
        elif isinstance(value, list | tuple):
            lines.append(f"{indent}{quoted(key)}: [{', '.join(quoted(str(one)) for one in value)}]")
        else:
            shown = str(value).lower() if isinstance(value, bool) else quoted(str(value))
            note = note or notes.get(key, "")
            lines.append(f"{indent}{quoted(key)}: {shown}" + (f"  # {note}" if note else ""))
    return lines


def quoted(text: str) -> str:
    """A text as a YAML scalar that is read back as that text, whatever it holds."""
    if _PLAIN.fullmatch(text) and text.lower() not in _MEANS_SOMETHING:
        return text
    shown = yaml.dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return shown.rstrip("\n")


def nearest(
    texts: Iterable[str], candidates: Mapping[str, str], likeness: float = NEAR
) -> tuple[str, float] | None:
    """The candidate whose words are most like one of the texts.

    Parameters
    ----------
    texts : iterable of str
        What a column or cell says, in its several ways.
    candidates : dict of str
        Normalised words to the name that stands for them.
    likeness : float
        What is less alike is not near.

    Returns
    -------
    (str, float) or None
        Name and likeness, the share of characters in common (Ratcliff and Obershelp, as in
        ``difflib``); None where nothing is near.
    """
    best: tuple[str, float] | None = None
    known = list(candidates)
    for text in filter(None, map(normalise, texts)):
        for words in difflib.get_close_matches(text, known, n=1, cutoff=likeness):
            score = difflib.SequenceMatcher(None, words, text).ratio()
            if best is None or score > best[1]:
                best = (candidates[words], score)
    return best


def may_be_personal(cell: str) -> bool:
    """Whether a cell had better not be repeated: contacts, long numbers, long texts."""
    return len(cell) > 2 * _LONGEST_SHOWN or bool(_PERSONAL.search(cell))


def masked(cell: str) -> str:
    """A cell as an error may show it: short, without digits and signs that make a contact."""
    shown = re.sub(r"[@0-9]", "#", cell) if may_be_personal(cell) or "@" in cell else cell
    return shown if len(shown) <= _LONGEST_SHOWN else shown[: _LONGEST_SHOWN - 1] + "…"


def in_comment(text: str) -> str:
    """A text of a file as a remark may show it: one printable line, short, masked."""
    return printable(masked(" ".join(text.split())))


def refuse_cells(
    unknown: Sequence[Unknown], table: str, options: ExportOptions, file: Path
) -> CellError:
    """The error for cells that are no answers, with the ``values`` that would read them all."""
    values: dict[str, dict[str, str]] = {}
    notes: dict[str, str] = {}
    shown = [one for one in unknown if not may_be_personal(one.cell)]
    for one in shown[:MOST_CELLS]:
        values.setdefault(one.item, {})[one.cell] = UNDECIDED if one.near is None else one.near
        where = f"{one.count} rows, first on line {one.line}"
        if one.near is None:
            notes[f"values: {one.item}"] = " ".join(one.expected.split())
        notes[f"{one.item}: {one.cell}"] = (
            f"{where}: which answer is it?" if one.near is None else f"{where}; the nearest"
        )
    remarks = ["what a cell says, to the code that is meant; check every line"]
    if any(one.near is None for one in shown[:MOST_CELLS]):
        remarks.append(f'put a code in place of each "{UNDECIDED}", or "" to read it as blank')
    if len(shown) > MOST_CELLS:
        remarks.append(f"{len(shown) - MOST_CELLS} more such cells are proposed by the next run")
    for one in unknown:
        if may_be_personal(one.cell):
            remarks.append(
                f"{one.item}: the cell on line {one.line} is not repeated here, "
                "since it may tell of a person"
            )
    first = unknown[0]
    more = len(unknown) - 1
    return CellError(
        first.why + (f" (and {more} more)" if more else ""),
        file=file,
        row=first.line,
        column=first.column,
        found=f"{masked(first.cell)!r} ({first.count} such cells)",
        expected=first.expected,
        action=f"say under export: values: of the source in wave.yml what is meant by it for the "
        f"item {first.item}; a proposal to paste comes with this error",
        proposal=Proposal(values=values, notes=notes, remarks=tuple(remarks)).text(table, options)
        if values
        else "",
    )
