"""A small code frame and a few answers to code."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from msfresearch.themes import Codebook
from msfresearch.themes.desk.collect import Collected, collect
from msfresearch.themes.desk.log import append
from msfresearch.themes.desk.sheet import Sheet, make_sheet
from msfresearch.themes.schemas import LOG, table

Change = Callable[[list[list[str]]], list[list[str]]]
LANGUAGES = ("en", "es", "fr")
THEMES = {"tokenism": "barriers", "outreach": "barriers", "funding": "capacity", "trust": "help"}


def words(text: str) -> dict[str, str]:
    return {language: f"{text} ({language})" for language in LANGUAGES}


def frame(version: str = "1.0", **themes: str) -> Codebook:
    """A code frame of four themes, or of these (theme to family)."""
    themes = themes or THEMES
    return Codebook.model_validate(
        {
            "version": version,
            "status": "made for tests",
            "languages": LANGUAGES,
            "negators": {language: ["not"] for language in LANGUAGES},
            "common_words": {language: ["the"] for language in LANGUAGES},
            "families": {family: words(family) for family in dict.fromkeys(themes.values())},
            "themes": {
                theme: {
                    "family": family,
                    "labels": words(theme.title()),
                    "definition": words(f"What {theme} is. " + "And so on. " * 40),
                    "include": words(f"{theme} in"),
                    "exclude": words(f"{theme} out"),
                    "examples": {language: ["One.", "Two."] for language in LANGUAGES},
                    "patterns": {language: [theme] for language in LANGUAGES},
                }
                for theme, family in themes.items()
            },
        }
    )


FRAME = frame()


def answers(n: int = 6, texts: Mapping[int, str] | None = None) -> pd.DataFrame:
    """Answers whose ids and members tell a country, in languages by turn."""
    said = [(texts or {}).get(at, f"Answer number {at}") for at in range(n)]
    return pd.DataFrame(
        {
            "answer_id": [f"poc:NARNIA-{at}:why" for at in range(n)],
            "text": pd.Series(said, dtype="object"),
            "language": [LANGUAGES[at % 3] for at in range(n)],
            "member": "NARNIA",
        }
    )


def sheet(given: pd.DataFrame | None = None, **changes: Any) -> Sheet:
    settings = {"wave": "w-1", "coder": "ana", "draw": "random", "seed": "7", "lang": "en"}
    frame_ = changes.pop("codebook", FRAME)
    return make_sheet(answers() if given is None else given, frame_, **(settings | changes))


def take(path: Path, folder: Path, **changes: Any) -> Collected:
    settings = {"wave": "w-1", "coders": ["ana", "ben"], "at": "2019-09-01"}
    ids = changes.pop("ids", answers(30)["answer_id"])
    return collect(path, folder, changes.pop("codebook", FRAME), ids, **(settings | changes))


def fill(path: Path, marks: Mapping[int, Iterable[str] | Mapping[str, object]]) -> Path:
    """Write into a workbook as a coder would: row of the answers (from 0) to what is marked."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    place = columns(page)
    for row, marked in marks.items():
        cells = marked if isinstance(marked, Mapping) else dict.fromkeys(marked, 1)
        for key, value in cells.items():
            page.cell(row + 2, place[key]).value = value
    book.save(path)
    return path


def change_csv(
    path: Path, change: Change, delimiter: str = ",", encoding: str = "utf-8-sig"
) -> Path:
    """Let a function change the rows of a text table, headings first."""
    text = path.read_bytes().decode("utf-8-sig")
    rows = change(list(csv.reader(io.StringIO(text, newline=""))))
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def marked(marks: dict[int, set[str]]) -> Change:
    """Write decisions into the rows of a text table; an empty set is "no theme"."""

    def change(rows: list[list[str]]) -> list[list[str]]:
        place = {head.rsplit("[", 1)[1].rstrip("]"): at for at, head in enumerate(rows[0])}
        for row, themes in marks.items():
            for theme in themes or {"none"}:
                rows[row + 1][place[theme]] = "1"
        return rows

    return change


def columns(page: Any) -> dict[str, int]:
    """Key of a column to its number."""
    heads = [str(cell.value or "") for cell in page[1]]
    return {head.rsplit("[", 1)[-1].rstrip("]"): at for at, head in enumerate(heads, start=1)}


def lines(*rows: tuple[str, ...], coder: str = "ana", draw: str = "random") -> pd.DataFrame:
    """Lines of a log: answer, codes, and optionally draw and version."""
    made = []
    for answer_id, codes, *rest in rows:
        its_draw, version = (*rest, draw, "1.0")[:2] if len(rest) != 1 else (rest[0], "1.0")
        made.append(("2019-08-31", coder, version, its_draw, answer_id, codes))
    columns = zip(*made, strict=True)
    return table(LOG, {name: list(cells) for name, cells in zip(LOG.columns, columns, strict=True)})


def logged(folder: Path, *rows: tuple[str, ...], coder: str = "ana", draw: str = "random") -> int:
    return append(folder / f"{coder}.csv", lines(*rows, coder=coder, draw=draw))
