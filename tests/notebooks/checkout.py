"""A copy of the checkout to run notebooks in, and its pages as a reader sees them."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from msfresearch.home import Home
from tests.conftest import HOME

STAGES = ("1-clean", "2-themes", "3-success", "4-report")


def copy_checkout(root: Path) -> Home:
    """Codebook, notebooks, manifests and the committed raw files; nothing made from them."""
    for name in ("codebook", "notebooks"):
        shutil.copytree(HOME / name, root / name, ignore=shutil.ignore_patterns(".*"))
    for manifest in (HOME / "data" / "raw").glob("*/*.yml"):
        folder = root / "data" / "raw" / manifest.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(manifest, folder)
    for file in (HOME / "data" / "raw" / "irm-2016").glob("*.csv"):
        shutil.copy(file, root / "data" / "raw" / "irm-2016")
    return Home(root)


@dataclass
class Table:
    """A table of a page: caption, and rows from header to cell."""

    caption: str = ""
    head: list[str] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collect what is seen and what is structure."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.headings: list[tuple[str, str]] = []
        self.tables: list[Table] = []
        self._open: list[str] = []
        self._row: list[str] = []
        self._text = ""

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self._open.append(tag)
        if tag == "table":
            self.tables.append(Table())
        if tag == "tr":
            self._row = []
        if tag in {"caption", "th", "td", "h1", "h2", "h3"}:
            self._text = ""

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass
        words = " ".join(self._text.split())
        if tag in {"h1", "h2", "h3"}:
            self.headings.append((tag, words))
        elif tag == "caption":
            self.tables[-1].caption = words
        elif tag in {"th", "td"}:
            self._row.append(words)
        elif tag == "tr" and self.tables:
            self._end_row(self.tables[-1])

    def _end_row(self, table: Table) -> None:
        if "thead" in self._open:
            table.head = self._row
        elif "tbody" in self._open:
            table.rows.append(dict(zip(table.head, self._row, strict=True)))

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.parts.append(data)
            self._text += data


class Page:
    """A page, read without a browser."""

    def __init__(self, path: Path) -> None:
        self.markup = path.read_text(encoding="utf-8")
        reader = _Reader()
        reader.feed(self.markup)
        reader.close()
        self.text = re.sub(r"\s+", " ", " ".join(reader.parts))
        self.headings = reader.headings
        self.tables = reader.tables

    def table(self, caption: str) -> Table:
        """The first table whose caption begins so."""
        return next(table for table in self.tables if table.caption.startswith(caption))


def read_pages(home: Home, owner: str) -> dict[str, Page]:
    """The pages of a wave, by name without ending."""
    folder = home.reports / owner / "en"
    return {path.stem: Page(path) for path in sorted(folder.glob("*.html"))}
