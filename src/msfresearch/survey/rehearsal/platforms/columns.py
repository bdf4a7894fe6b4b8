"""Columns of an export, filled by one writer after another."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from msfresearch.survey.items import Item
from msfresearch.survey.rehearsal.filled import Filled


@dataclass
class Columns:
    """Columns in order, each with its header cells from top to bottom."""

    heads: list[tuple[str, ...]] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)

    def add(self, head: tuple[str, ...], cells: list[str]) -> None:
        """Add a column."""
        self.heads.append(head)
        self.cells.append(cells)

    def header(self) -> list[list[str]]:
        """Header rows."""
        return [list(row) for row in zip(*self.heads, strict=True)]

    def rows(self) -> list[list[str]]:
        """Rows."""
        return [list(row) for row in zip(*self.cells, strict=True)]


def texts(filled: Filled, clean: str) -> list[str]:
    """Cells of a clean column as they are."""
    return [str(cell) for cell in filled.cells[clean]]


def worded(filled: Filled, item: Item, language: str | None = None) -> list[str]:
    """Cells of an item with the words of its codes; what is no code stays."""
    words = filled.words(item, language)
    return [words.get(cell, cell) for cell in texts(filled, item.id)]


def note(filled: Filled, name: str) -> list[str]:
    """One of the platform's own columns as text."""
    return ["" if pd.isna(cell) else str(cell) for cell in filled.notes[name]]


def ticked(filled: Filled, item: Item, option: str) -> np.ndarray:
    """Whether a box was ticked."""
    return np.asarray(filled.cells[f"{item.id}__{option}"] == "1")


def answered(filled: Filled, item: Item) -> np.ndarray:
    """Whether anything of a multi-select question was answered."""
    boxes = [f"{item.id}__{option.id}" for option in item.options]
    return np.asarray((filled.cells[boxes] != "").any(axis=1))


def stem(item: Item) -> str:
    """The name a survey's author gives a question: its column, or what its boxes' have alike."""
    if item.column:
        return item.column
    names = [option.column for option in item.options]
    first, last = min(names), max(names)
    length = next(
        (n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first)
    )
    return first[:length].rstrip("_") or item.id.upper()


def choose(condition: np.ndarray, yes: str | list[str], no: str | list[str] = "") -> list[str]:
    """Cell by cell one text or the other."""
    return [str(one) for one in np.where(condition, yes, no).tolist()]
