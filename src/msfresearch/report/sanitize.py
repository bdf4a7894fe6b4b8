"""What a page may hold: an allow-list for markup, and what every table and heading needs."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

import nh3

from msfresearch.report.wording import say

TAGS = frozenset(
    {
        *("h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "dl", "dt", "dd", "hr", "br"),
        *("strong", "em", "b", "i", "sup", "sub", "abbr", "span", "bdi", "code", "pre"),
        *("a", "img", "figure", "figcaption", "blockquote", "details", "summary"),
        *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    }
)
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "abbr": {"title"},
    "span": {"aria-hidden"},
}
_CELL = {"gt_left", "gt_right", "gt_center", "gt_stub"}
CLASSES: dict[str, set[str]] = {
    "table": {"gt_table", "records"},
    "th": _CELL,
    "td": _CELL,
    "p": {"table-note"},
    "blockquote": {"findings"},
    "span": {"hidden-text", "caption-text"},
}
# Their text is code or a fallback, not something to read.
_DROPPED = {"script", "style", "iframe", "object", "embed", "template", "noscript", "svg", "math"}
_IMAGE = re.compile(r"data:image/(?:png|jpeg|svg\+xml);base64,[A-Za-z0-9+/=\s]+")
_WEB = re.compile(r"https?://\S+|#\S*")
_BESIDE = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./-]*\.html(?:#[A-Za-z0-9_-]*)?")
_VOID = {"br", "hr", "img"}
_HEADINGS = {f"h{level}" for level in range(1, 7)}
# Browsers forget that a table is one where it is laid out as blocks, unless its parts say so.
_ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}


@dataclass(frozen=True)
class Heading:
    """A heading of the page: its level, its anchor and its text."""

    level: int
    anchor: str
    text: str


def safe_image(source: str) -> bool:
    """Whether the source of an image lies in the page itself."""
    return _IMAGE.fullmatch(source) is not None


def safe_link(target: str) -> bool:
    """Whether a link leads to the web, to a place in the page or to a page beside it."""
    return bool(_WEB.fullmatch(target) or _BESIDE.fullmatch(target))


def clean_output(markup: str) -> str:
    """What a cell displayed, without links and headings: it may hold what respondents wrote."""
    return _rewrite(_cleaner(links=False).clean(markup), outputs=True).text


def clean_body(markup: str, lang: str) -> tuple[str, list[Heading]]:
    """The body of a page and its headings, each with an anchor.

    Tables get header scopes where they lack them and stand in a region that scrolls by itself,
    their notes below it; cells of records get the label of their column; the first block quotation
    becomes the box of findings.
    """
    rewriter = _rewrite(_cleaner(links=True).clean(markup), outputs=False, lang=lang)
    return rewriter.text, rewriter.headings


@lru_cache(maxsize=2)
def _cleaner(*, links: bool) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS if links else TAGS - {"a"}),
        clean_content_tags=set(_DROPPED),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items() if links or tag != "a"},
        attribute_filter=_filter,
        allowed_classes=CLASSES,
        url_schemes={"http", "https", "data"},
    )


def _filter(_tag: str, name: str, value: str) -> str | None:
    if name == "src":
        return value if safe_image(value) else None
    if name == "href":
        return value if safe_link(value) else None
    if name == "scope":
        return value if value in {"col", "row", "colgroup", "rowgroup"} else None
    if name in {"colspan", "rowspan", "width", "height", "start"}:
        return value if re.fullmatch(r"[0-9]{1,4}", value) else None
    return value


@dataclass
class _Table:
    start: int
    values: dict[str, str]
    caption: str = ""
    head: bool = False
    depth: int = 1
    labels: list[str] = field(default_factory=list)
    column: int = 0

    @property
    def records(self) -> bool:
        return self.depth == 1 and "records" in self.values.get("class", "").split()


@dataclass
class _Pass:
    """What one pass over the markup has seen so far."""

    headings: list[Heading] = field(default_factory=list)
    anchors: set[str] = field(default_factory=lambda: {"main", "provenance"})
    labels: set[str] = field(default_factory=set)
    tables: int = 0
    found: bool = False


class _Rewriter(HTMLParser):
    """Writes the markup of nh3 out again: canonical input, so the standard parser is enough."""

    def __init__(self, *, outputs: bool, lang: str) -> None:
        super().__init__(convert_charrefs=True)
        self._outputs = outputs
        self._lang = lang
        self._out: list[str] = []
        self._seen = _Pass()
        self._table: _Table | None = None
        self._noted: _Table | None = None  # the table just closed: notes that follow are its own
        self._in_note = False
        self._capture: list[str] | None = None
        self._mark = 0

    @property
    def text(self) -> str:
        return "".join(self._out)

    @property
    def headings(self) -> list[Heading]:
        return self._seen.headings

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "img" and not values.get("src"):
            self.handle_data(values.get("alt", ""))
            return
        if self._outputs:
            self._out.append(_start("p" if tag in _HEADINGS else tag, values))
            return
        self._describe(tag, values)
        if tag in _HEADINGS or tag == "caption":
            self._mark, self._capture = len(self._out), []
        elif tag == "blockquote" and not self._seen.found:
            values["class"], self._seen.found = "findings", True
        elif tag == "table":
            self._open_table(values)
        elif self._table and tag in {"thead", "tbody"}:
            self._table.head = tag == "thead"
        elif self._table and tag == "th":
            values.setdefault("scope", "col" if self._table.head else "row")
        if self._table and self._table.records:
            self._label(self._table, tag, values)
        self._out.append(_start(tag, values))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self._outputs:
            self._out.append("</p>" if tag in _HEADINGS else f"</{tag}>")
            return
        self._in_note = self._in_note and tag != "p"
        heads = tag == "th" and self._table and self._table.records and self._table.head
        if tag == "th" and self._out[-1].startswith("<th"):  # a corner that heads nothing
            self._out[-1] = "<td>"
            tag = "td"
        self._out.append(f"</{tag}>")
        if heads and self._table:
            self._table.labels.append(_words(self._capture))
            self._capture = None
        if tag in _HEADINGS:
            self._close_heading(int(tag[1]))
        elif tag == "caption" and self._table:
            self._table.caption, self._capture = _words(self._capture), None
        elif tag == "table":
            self._close_table()

    def handle_data(self, data: str) -> None:
        if self._capture is not None:
            self._capture.append(data)
        if data.strip() and not self._in_note:
            self._noted = None
        self._out.append(html.escape(data, quote=False))

    def _close_heading(self, level: int) -> None:
        text, self._capture = _words(self._capture), None
        anchor = _unique(_slug(text), self._seen.anchors, "{}-{}")
        self._out[self._mark] = _start(f"h{level}", {"id": anchor})
        self._seen.headings.append(Heading(level, anchor, text))

    def _open_table(self, values: dict[str, str]) -> None:
        if self._table:
            self._table.depth += 1
        else:
            self._table = _Table(len(self._out), values)
            self._out.append("")

    def _label(self, table: _Table, tag: str, values: dict[str, str]) -> None:
        """Roles and labels of the parts of a table whose rows may stand as blocks."""
        if tag == "tr":
            table.column = 0
        if tag in _ROLES:
            values["role"] = _ROLES[tag]
        elif tag == "th":
            values["role"] = "columnheader" if table.head else "rowheader"
            if table.head:
                self._capture = []
        if tag in {"td", "th"} and not table.head:
            if tag == "td" and table.column < len(table.labels):
                values["data-label"] = table.labels[table.column]
            table.column += 1

    def _describe(self, tag: str, values: dict[str, str]) -> None:
        """Tie a note to the table that it follows."""
        self._in_note = tag == "p" and values.get("class") == "table-note"
        if not self._in_note:
            self._noted = None
        elif self._noted:
            values["id"] = _unique("table-note", self._seen.anchors, "{}-{}")
            known = self._noted.values
            ids = [known[name] for name in ["aria-describedby"] if name in known]
            known["aria-describedby"] = " ".join([*ids, values["id"]])
            self._out[self._noted.start + 1] = _start("table", known)

    def _close_table(self) -> None:
        table = self._table
        if table is None:
            return
        table.depth -= 1
        if table.depth:
            return
        self._seen.tables += 1
        label = table.caption or say("table", self._lang, number=self._seen.tables)
        values = {
            "class": "scroll",
            "role": "region",
            "tabindex": "0",
            "aria-label": _unique(label, self._seen.labels, "{} ({})"),
        }
        self._out[table.start] = _start("div", values)
        self._out.append("</div>")
        self._table, self._noted = None, table


def _rewrite(markup: str, *, outputs: bool, lang: str = "en") -> _Rewriter:
    rewriter = _Rewriter(outputs=outputs, lang=lang)
    rewriter.feed(markup)
    rewriter.close()
    return rewriter


def _start(tag: str, values: dict[str, str]) -> str:
    written = "".join(f' {name}="{html.escape(text)}"' for name, text in values.items())
    return f"<{tag}{written}>"


def _words(parts: list[str] | None) -> str:
    return " ".join("".join(parts or []).split())


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "section"


def _unique(text: str, taken: set[str], pattern: str) -> str:
    candidate, number = text, 1
    while candidate in taken:
        number += 1
        candidate = pattern.format(text, number)
    taken.add(candidate)
    return candidate


def alternatives(markup: str) -> list[str]:
    """The alternative texts of all images."""
    reader = _Images()
    reader.feed(markup)
    reader.close()
    return reader.found


class _Images(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append(dict(attrs).get("alt") or "")
