"""Words in context as a person at work in JupyterLab may see them: plain text and nothing else."""

from __future__ import annotations

import html
import unicodedata
from dataclasses import dataclass

import pandas as pd

KEEP_IN = (
    "Respondents' own words, not passed by the release gate: they must not leave the building."
)
_SIGNS = {"\n": "⏎", "\r": "⏎", "\t": "⇥"}
_MARKS_IN_A_ROW = 2


@dataclass(frozen=True, repr=False)
class Concordance:
    """Lines of words in context, shown as escaped plain text.

    Attributes
    ----------
    lines : DataFrame
        ``LINES`` of `msfresearch.themes.looking.schemas`; its texts are as they were written.
    n_found : int
        Places found, of which ``len(lines)`` are kept.
    width : int
        Code points of context on each side, at most.
    """

    lines: pd.DataFrame
    n_found: int
    width: int

    def __len__(self) -> int:
        return len(self.lines)

    def __repr__(self) -> str:
        return "\n".join([*self._head(), *("".join(parts) for parts in self._shown())])

    def _repr_html_(self) -> str:
        # Each part is isolated: text that runs from right to left stays where it is.
        lines = [html.escape(line) for line in self._head()]
        lines += ["".join(f"<bdi>{html.escape(p)}</bdi>" for p in parts) for parts in self._shown()]
        # Lines stay whole, whatever the page does with others: the words stand below each other.
        return '<pre dir="ltr" style="white-space: pre">' + "\n".join(lines) + "</pre>"

    def _head(self) -> list[str]:
        return [KEEP_IN, f"{len(self)} of {self.n_found} places", ""]

    def _shown(self) -> list[list[str]]:
        rows = []
        for row in self.lines.to_dict("records"):
            left = "…" * row["cut_left"] + visible(row["left"])
            right = visible(row["right"]) + "…" * row["cut_right"]
            who = f"{visible(row['answer_id'])}  "
            rows.append([who, left.rjust(self.width + 1), f" [{visible(row['words'])}] ", right])
        longest = max((len(row[0]) for row in rows), default=0)
        return [[row[0].ljust(longest), *row[1:]] for row in rows]


def visible(text: str) -> str:
    """One line in which nothing hides, moves other text or is not a character.

    Line ends and tabs become signs; controls, direction marks, lone surrogates and other code
    points without a picture are named, as ``‹U+202E›``; so is every accent after the second on
    one letter.
    """
    shown = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if character in _SIGNS:
            shown.append(_SIGNS[character])
        elif not character.isprintable() or marks > _MARKS_IN_A_ROW:
            shown.append(" " if character == "\xa0" else f"‹U+{ord(character):04X}›")
        else:
            shown.append(character)
    return "".join(shown)
