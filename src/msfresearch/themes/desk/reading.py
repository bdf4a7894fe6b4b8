"""What the rows of a returned sheet say, cell by cell: a decision, nothing yet, or what is wrong.

A row counts as a whole. Where one of its cells cannot be read, none of it is taken: half a
decision is none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import AnswerError, printable
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.codes import Code, format_codes
from msfresearch.themes.desk.log import ADJUDICATOR, DRAWS
from msfresearch.themes.desk.returned import Returned, Row
from msfresearch.themes.desk.sheet import Ticket, check_token, id_token, read_ticket
from msfresearch.themes.desk.shown import short, visible
from msfresearch.themes.schemas import LOG, table

#: What a coder may write for "it is there" and for "it is not", in any case and with blanks
#: around; a blank cell says "not" as well. Truth values are what spreadsheet programs make of
#: them in their own language.
YES = frozenset(
    ["1", "x", "yes", "y", "sí", "si", "s", "oui", "o", "true", "verdadero", "vrai", "✓", "✔"]
)
NO = frozenset(["0", "no", "n", "non", "false", "falso", "faux"])

BAD = pa.DataFrameSchema(
    {
        "page": pa.Column(str),
        "row": pa.Column(int, pa.Check.gt(0)),
        "column": pa.Column(str),
        "id": pa.Column(str),
        "found": pa.Column(str),
        "expected": pa.Column(str),
        "do": pa.Column(str),
    },
    strict=True,
)
NOTES = pa.DataFrameSchema(
    {
        "answer_id": pa.Column(str),
        "coder": pa.Column(str),
        "note": pa.Column(str),
    },
    strict=True,
)
#: Characters of a coder's cell, and of anything else, that the list of bad rows repeats: a cell
#: may hold an answer that slipped into it.
_CELL_SHOWN, _SHOWN = 20, 60
#: Other rows about an answer that the list of bad rows names.
_ROWS_SHOWN = 5
_AS_GIVEN = "take the row as it was on the sheet that was given out"


@dataclass(frozen=True)
class Said:
    """A row that can be tied to an answer: what it decides, None where nothing is marked."""

    row: Row
    ticket: Ticket
    answer_id: str
    codes: str | None


@dataclass
class Reading:
    """What the rows of one sheet say, as they are read."""

    codebook: Codebook
    wave: str
    coders: Collection[str]
    ids: Mapping[str, str]
    blank: int = 0
    repeated: int = 0
    bad: list[dict[str, object]] = field(default_factory=list)
    said: dict[tuple[str, str], list[Said]] = field(default_factory=dict)
    seen: dict[str, tuple[int, set[str]]] = field(default_factory=dict)
    notes: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def read(self, returned: Returned) -> None:
        """Read every row, then look at answers that stand on more than one."""
        missing = [theme for theme in self.codebook.themes if theme not in returned.columns]
        for row in returned.rows:
            found = self._read(row, missing)
            if found is not None:
                self.said.setdefault((found.ticket.coder, found.answer_id), []).append(found)
        for rows in self.said.values():
            marked = [said for said in rows if said.codes is not None]
            if len({(said.codes, said.ticket.draw) for said in marked}) > 1:
                for said in marked:
                    first = [str(o.row.line) for o in marked[: _ROWS_SHOWN + 1] if o is not said]
                    others = ", ".join(first[:_ROWS_SHOWN])
                    others += ", …" if len(marked) - 1 > _ROWS_SHOWN else ""
                    self._bad(
                        said.row,
                        "id",
                        f"another decision on row {others}",
                        "one decision about an answer",
                        "keep the row that holds and delete the other",
                    )
                rows.clear()
                continue
            self.blank += not marked
            self.repeated += len(rows) - 1
            rows[:] = marked[:1]

    def decided(self, at: str) -> dict[str, pd.DataFrame]:
        """Per coder what was decided, as ``LOG``, in order of answers: rows may be sorted."""
        columns: dict[str, dict[str, list[object]]] = {}
        for (coder, answer_id), rows in sorted(self.said.items()):
            for said in rows:
                mine = columns.setdefault(coder, {name: [] for name in LOG.columns})
                version, draw = said.ticket.codebook, said.ticket.draw
                line = (at, coder, version, draw, answer_id, said.codes)
                for name, value in zip(LOG.columns, line, strict=True):
                    mine[name].append(value)
        return {coder: table(LOG, mine) for coder, mine in columns.items()}

    def absent(self) -> int:
        """Rows that were given out and are not among those that came back, good or bad."""
        return sum(max(rows - len(here), 0) for rows, here in self.seen.values())

    def bad_table(self) -> pd.DataFrame:
        """Every bad cell, as ``BAD``, by page and row."""
        order = sorted(self.bad, key=lambda one: (one["page"], one["row"]))
        return table(BAD, {name: [one[name] for one in order] for name in BAD.columns})

    def notes_table(self) -> pd.DataFrame:
        """What coders wrote beside answers, as ``NOTES``, by answer and coder."""
        found = [
            (answer_id, coder, note)
            for (answer_id, coder), notes in sorted(self.notes.items())
            for note in dict.fromkeys(notes)
        ]
        columns = zip(*found, strict=True) if found else ([], [], [])
        return table(
            NOTES, {name: list(cells) for name, cells in zip(NOTES.columns, columns, strict=True)}
        )

    def _read(self, row: Row, missing: list[str]) -> Said | None:
        before = len(self.bad)
        if row.broken:
            self._bad(row, "", row.broken, "a whole row", "close the quotes, or " + _AS_GIVEN)
            return None
        ticket, answer_id = self._tied(row)
        codes = self._codes(row)
        for theme in missing:
            self._bad(
                row,
                theme,
                "no such column",
                f"a column with the heading [{theme}]",
                "put the column back: without it nobody knows what was decided",
            )
        if ticket is None or answer_id is None:
            return None
        for note in row.cells.get("note", ()):
            if note.strip():
                self.notes.setdefault((answer_id, ticket.coder), []).append(visible(note.strip()))
        return Said(row, ticket, answer_id, codes) if len(self.bad) == before else None

    def _tied(self, row: Row) -> tuple[Ticket | None, str | None]:
        """Sheet and answer of a row, where it can be tied to them."""
        told, mark = (self._one(row, key) for key in ("sheet", "id"))
        ticket = read_ticket(told)
        if ticket is None:
            self._bad(row, "sheet", told, "what the sheet says of itself", _AS_GIVEN)
            return None, None
        self.seen.setdefault(ticket.sheet, (ticket.rows, set()))[1].add(mark)
        before = len(self.bad)
        if ticket.wave != self.wave:
            todo = f"collect it with the wave {printable(ticket.wave, _SHOWN)}"
            self._bad(row, "sheet", f"wave {ticket.wave}", f"wave {self.wave}", todo)
        elif self._one(row, "check") != check_token(told, mark) or mark not in self.ids:
            self._bad(row, "id", mark, "the id that belongs to this row's check", _AS_GIVEN)
        if ticket.coder not in self.coders:
            known = ", ".join(sorted(self.coders))
            todo = "add the coder, or give the sheet to the one it was made for"
            self._bad(row, "sheet", f"coder {ticket.coder}", f"one of: {known}", todo)
        elif ticket.draw not in DRAWS or (ticket.draw == DRAWS[2]) != (ticket.coder == ADJUDICATOR):
            self._bad(row, "sheet", f"draw {ticket.draw}", "the draw of this sheet", _AS_GIVEN)
        if ticket.codebook != self.codebook.version:
            self._bad(
                row,
                "sheet",
                f"codebook {ticket.codebook}",
                f"codebook {self.codebook.version}",
                "collect it with the code frame of its own version",
            )
        return (ticket, self.ids[mark]) if len(self.bad) == before else (None, None)

    def _codes(self, row: Row) -> str | None:
        """What a row decides; None where nothing is marked, or what is marked cannot be."""
        there = [theme for theme in self.codebook.themes if self._marked(row, theme)]
        none = self._marked(row, "none")
        if there and none:
            self._bad(
                row,
                "none",
                "1 here and under: " + ", ".join(there),
                "a theme, or no theme",
                "blank one of them",
            )
        if there:
            return format_codes(map(Code, there))
        if none:
            return format_codes(())
        zeros = [self._marked(row, theme) is False for theme in self.codebook.themes]
        if all(zeros):
            return format_codes(())
        if any(zeros):
            self._bad(
                row,
                "none",
                f"{sum(zeros)} of {len(zeros)} themes denied, the others blank",
                "1 under a theme or under [none]",
                "write 1 under [none] if no theme is there; blank the row if it is not coded",
            )
        return None

    def _marked(self, row: Row, key: str) -> bool | None:
        """Whether a cell says yes, no, or nothing; a cell that says anything else is bad."""
        said = {_plain(cell) for cell in row.cells.get(key, ())} - {""}
        if said and said <= YES:
            return True
        if said and said <= NO:
            return False
        if said:
            self._bad(
                row,
                key,
                " and ".join(
                    short(cell.strip(), _CELL_SHOWN) for cell in row.cells[key] if cell.strip()
                ),
                "1 or blank (also: " + ", ".join(sorted((YES | NO) - {"1"})) + ")",
                "write 1 or leave the cell blank",
            )
        return None

    def _one(self, row: Row, key: str) -> str:
        """The cell of a column; where the column stands twice with different cells, none."""
        cells = {cell.strip() for cell in row.cells.get(key, ())}
        return cells.pop() if len(cells) == 1 else ""

    def _bad(self, row: Row, column: str, found: str, expected: str, todo: str) -> None:
        one = {
            "page": row.page,
            "row": row.line,
            "column": column,
            "id": printable(self._one(row, "id"), _SHOWN),
            "found": printable(visible(found.strip()), _SHOWN),
            "expected": expected,
            "do": todo,
        }
        if one not in self.bad[-4:]:
            self.bad.append(one)


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip().casefold()


def by_token(wave: str, answer_ids: Collection[str]) -> dict[str, str]:
    """Token to answer."""
    found = {id_token(wave, answer_id): answer_id for answer_id in answer_ids}
    if len(found) < len(set(answer_ids)):
        raise AnswerError("two answers of the wave have one token", expected="different ids")
    return found
