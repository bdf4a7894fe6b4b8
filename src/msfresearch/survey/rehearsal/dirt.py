"""The dirt of a real export, planted so that it is known: rows added and cells disturbed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from msfresearch.survey.manifest import Manifest
from msfresearch.survey.rehearsal.people import last_day
from msfresearch.survey.rehearsal.simulate import Simulated
from msfresearch.survey.respondents import Consent

#: One trap of each kind for so many answers, and one at least.
ONE_IN = 45
#: … and of no kind more than this.
MOST = 60
ASIDE = "set aside"
KEPT = "kept"


@dataclass
class Row:
    """A row that is added: a copy of one that is there, changed.

    Attributes
    ----------
    number
        Its number once it is in the tables.
    cells, truth, notes
        As in :class:`Ground`.
    """

    number: int
    cells: dict[str, str]
    truth: dict[str, str]
    notes: dict[str, Any]

    def answer(self, column: str, code: str) -> None:
        """Change an answer, and what it has to be cleaned to."""
        self.cells[column] = self.truth[column] = code

    def later(self, by: timedelta) -> None:
        """Move it in time."""
        for name in ("started", "sent"):
            self.notes[name] += by

    def stopped(self, progress: int) -> None:
        """Let it end on the way."""
        self.notes |= {"finished": False, "progress": progress, "disposition": "break_off"}


@dataclass
class Ground:
    """Rows on their way to a dirty export.

    Attributes
    ----------
    simulated
        Where they come from.
    tells
        What the platform notes of an answer.
    rng
        Random numbers of the dirt.
    cells
        Codes by clean column, as they will be exported.
    truth
        The same, as cleaning has to leave them.
    notes
        What the platform notes (see :class:`msfresearch.survey.rehearsal.filled.Filled`), and
        ``source`` (row of the simulated wave), ``kept``, ``rule`` (why not), ``written_in``,
        ``disposition``, ``window``, ``speeding`` and ``late`` as they truly are.
    planted
        Every trap: row, rule, column, outcome.
    added
        Rows that are not yet in the tables.
    """

    simulated: Simulated
    tells: frozenset[str]
    rng: np.random.Generator
    cells: pd.DataFrame
    truth: pd.DataFrame
    notes: pd.DataFrame
    planted: list[tuple[int, str, str, str]] = field(default_factory=list)
    added: list[Row] = field(default_factory=list)

    @property
    def many(self) -> int:
        """How many traps of one kind."""
        return min(MOST, max(1, len(self.simulated.codes) // ONE_IN))

    def note(self, row: int, rule: str, column: str, outcome: str) -> None:
        """List a trap."""
        self.planted.append((row, rule, column, outcome))

    def pick(self, rows: NDArray[np.int64], many: int | None = None) -> list[int]:
        """Some of the rows, none twice."""
        some = min(len(rows), self.many if many is None else many)
        return [int(one) for one in self.rng.permutation(rows)[:some]]

    def rows(self, condition: Any) -> NDArray[np.int64]:
        """Rows of the simulated wave that meet a condition and are still kept."""
        return np.flatnonzero(np.asarray(condition) & self.notes["kept"].to_numpy(dtype=bool))

    def cell(self, row: int, column: str) -> str:
        """What a cell says."""
        return str(self.cells.at[row, column])

    def answer(self, row: int, column: str, code: str, truth: str | None = None) -> None:
        """Change an answer, and what it has to be cleaned to."""
        self.cells.at[row, column] = code
        self.truth.at[row, column] = code if truth is None else truth

    def copy(self, row: int, rule: str, outcome: str, **notes: Any) -> Row:
        """Add a copy of a row; it is set aside or kept."""
        kept = outcome == KEPT
        new = Row(
            len(self.cells) + len(self.added),
            {str(name): str(cell) for name, cell in self.cells.loc[row].items()},
            {str(name): str(cell) for name, cell in self.truth.loc[row].items()},
            {
                **{str(k): v for k, v in self.notes.loc[row].items()},
                "kept": kept,
                "rule": "" if kept else rule,
                **notes,
            },
        )
        self.added.append(new)
        self.note(new.number, rule, "", outcome)
        return new

    def settle(self) -> None:
        """Put the rows that were added into the tables."""
        for name in ("cells", "truth", "notes"):
            table: pd.DataFrame = getattr(self, name)
            rows = pd.DataFrame([getattr(row, name) for row in self.added], columns=table.columns)
            joined = pd.concat([table, rows.astype(table.dtypes)], ignore_index=True)
            setattr(self, name, joined)
        self.added.clear()


def rows_added(ground: Ground, manifest: Manifest, stranger: Callable[[], dict[str, str]]) -> None:
    """Add the rows that cleaning has to set aside, and some that look so and are kept.

    Parameters
    ----------
    ground : Ground
        Changed in place.
    manifest : Manifest
        When fieldwork ends, whether late answers are kept, which ids are those of tests.
    stranger : callable
        Gives the platform's notes of a person not met before.
    """
    complete = ground.notes["disposition"] == "complete"
    if ground.tells & {"person", "place"}:
        for row in ground.pick(ground.rows(complete)):
            _sent_twice(ground, row)
    whole = ground.rows(complete)
    if "status" in ground.tells:
        for status in ("preview", "test"):
            for row in ground.pick(whole):
                ground.copy(row, f"{status} answer", ASIDE, status=status, **stranger())
    tests = manifest.rules.tests
    for test, row in zip(tests, ground.pick(whole, len(tests)), strict=False):
        ground.copy(row, "test answer by its id", ASIDE, fixed_id=test, **stranger())
    if "person" in ground.tells:
        for row in ground.pick(whole):
            _came_back(ground, row)
    for row in ground.pick(whole):
        _late(ground, row, manifest, stranger())
    rules = ground.simulated.world.table.respondents
    if rules is not None:
        if rules.consent is not None:
            for row in ground.pick(whole):
                _refused(ground, row, rules.consent, stranger())
        for row in ground.pick(whole):
            new = ground.copy(row, "nothing answered", ASIDE, **stranger())
            new.stopped(3)
            new.cells |= dict.fromkeys(_asked_columns(ground), "")
        for row in _alike_enough(ground, whole, rules.near_duplicate_from)[:1]:
            new = ground.copy(row, "near duplicate", KEPT, **stranger())
            new.later(timedelta(hours=2))
            _disturb(ground, new, 1)
    ground.settle()


def _sent_twice(ground: Ground, row: int) -> None:
    """The same form sent again minutes later: the first is set aside, the latest stays."""
    again = ground.copy(row, "exact duplicate", KEPT)
    again.later(timedelta(minutes=3))
    # What was planted in the first stands in the one that stays as well, and is looked for there.
    ground.planted[:] = [
        (again.number if number == row else number, rule, column, outcome)
        for number, rule, column, outcome in ground.planted[:-1]
    ]
    ground.note(row, "exact duplicate", "", ASIDE)
    ground.notes.at[row, "kept"] = False
    ground.notes.at[row, "rule"] = "exact duplicate"


def _came_back(ground: Ground, row: int) -> None:
    """A person who stopped, and later answered in full: the complete answer stays."""
    first = ground.copy(row, "same person twice", ASIDE)
    first.later(timedelta(minutes=-90))
    given = [column for column in _asked_columns(ground) if first.cells[column]]
    first.stopped(25)
    # As far as something of substance: with less it would be no answer, whosever it is.
    rules = ground.simulated.world.table.respondents
    of_substance = [n for n, one in enumerate(given, 1) if rules and one in rules.substance]
    stop = max(len(given) // 4, min(of_substance, default=1))
    first.cells |= dict.fromkeys(given[stop:], "")


def _late(ground: Ground, row: int, manifest: Manifest, person: dict[str, str]) -> None:
    """Sent after the last window; set aside or kept, as the manifest has decided."""
    outcome = KEPT if manifest.rules.late == "keep" else ASIDE
    new = ground.copy(row, "late answer", outcome, late="1", **person)
    day = last_day(manifest.fieldwork[-1].end) + timedelta(days=int(ground.rng.integers(3, 13)))
    sent = pd.Timestamp(new.notes["sent"])
    new.later(pd.Timestamp(datetime.combine(day, sent.time())) - sent)
    new.notes["window"] = len(manifest.fieldwork)
    # The same answers throughout would pass for a near duplicate as well.
    _disturb(ground, new, 4)


def _refused(ground: Ground, row: int, consent: Consent, person: dict[str, str]) -> None:
    world = ground.simulated.world
    new = ground.copy(row, "no consent", ASIDE, **person)
    codes = [level.code for level in world.questionnaire.levels(world.table.item(consent.item))]
    new.cells |= dict.fromkeys(new.cells, "")
    new.cells[consent.item] = next(code for code in codes if code != consent.given)


def _alike_enough(ground: Ground, rows: NDArray[np.int64], share: float) -> list[int]:
    """Rows with so many answers that one of them may differ and they are still nearly the same."""
    given = np.zeros(len(ground.cells), dtype="int64")
    for item in ground.simulated.world.asked:
        columns = [column for column, _ in item.columns()]
        given += (ground.cells[columns] != "").any(axis=1).to_numpy(dtype="int64")
    enough = rows[(given[rows] - 1) / given[rows] > share]
    return ground.pick(enough, 1)


def _disturb(ground: Ground, row: Row, many: int) -> None:
    """Another answer in some items with a scale on which nothing else hangs."""
    world = ground.simulated.world
    battery = (
        {one for many in world.table.respondents.batteries for one in many}
        if (world.table.respondents)
        else set()
    )
    free = [
        item.id
        for item in world.asked
        if item.scale
        and item.id not in world.routes
        and item.id not in battery
        and item.other is None
        and row.cells[item.id]
    ]
    for place in ground.rng.permutation(len(free))[:many].tolist():
        codes = world.laws[free[place]].codes
        now = row.cells[free[place]]
        other = codes[(codes.index(now) + 1) % len(codes)] if now in codes else codes[0]
        row.answer(free[place], other)


def _asked_columns(ground: Ground) -> list[str]:
    return [column for item in ground.simulated.world.asked for column, _ in item.columns()]
