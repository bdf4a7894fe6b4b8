"""The last look at a page before it leaves: what it holds is on the list, or it does not leave."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser

from msfresearch.errors import ReleaseError
from msfresearch.report.sanitize import ATTRIBUTES, TAGS, safe_image, safe_link

LIMIT = 400_000  # bytes
PLACEHOLDER = "No description has been provided"

_SHELL_TAGS = frozenset(
    {
        *("html", "head", "meta", "title", "link", "style"),
        *("body", "header", "nav", "main", "footer", "div"),
    }
)
_SHELL_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "class", "lang", "dir", "aria-label", "aria-labelledby", "role", "tabindex"},
    "meta": {"charset", "name", "content", "http-equiv"},
    "link": {"rel", "href"},
    "a": {"rel"},
    "table": {"aria-describedby"},
    "td": {"data-label"},
}


def policy(style: str) -> str:
    """The content security policy of a page with this one style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def check_page(html: str) -> None:
    """Raise where a page must not leave the building.

    Parameters
    ----------
    html : str
        The whole page.

    Raises
    ------
    ReleaseError
        If the page is over 400 kB; holds an element, attribute, address or script that is not on
        the list; an image without its own alternative text; not exactly one first-level heading,
        or a level skipped; a table without header scopes; or a policy that does not fit its style.
    """
    size = len(html.encode("utf-8"))
    if size > LIMIT:
        raise ReleaseError(
            "a page too large to send",
            found=f"{size:,} bytes",
            expected=f"at most {LIMIT:,} bytes",
            action="show fewer or smaller figures, or split the notebook",
        )
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.finish()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._level = 0
        self._ones = 0
        self._tables: list[bool] = []
        self._style: list[str] | None = None
        self._styles: list[str] = []
        self._policies: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        row, _ = self.getpos()
        if tag not in TAGS | _SHELL_TAGS:
            raise ReleaseError("an element that a page may not hold", row=row, found=f"<{tag}>")
        values: dict[str, str] = {}
        allowed = {"class", "id"}.union(
            *(names.get(key, ()) for names in (ATTRIBUTES, _SHELL_ATTRIBUTES) for key in ("*", tag))
        )
        for name, value in attrs:
            if name not in allowed or name in values:
                raise ReleaseError(
                    "an attribute that a page may not hold", row=row, found=f"<{tag} {name}>"
                )
            values[name] = value or ""
        self._check_addresses(tag, values, row)
        self._check_structure(tag, values, row)

    def _check_addresses(self, tag: str, values: dict[str, str], row: int) -> None:
        if tag == "img":
            if not safe_image(values.get("src", "")):
                raise ReleaseError(
                    "an image from outside the page", row=row, found=values.get("src", "")[:80]
                )
            alt = values.get("alt", "").strip()
            if not alt or alt.startswith(PLACEHOLDER):
                raise ReleaseError(
                    "an image without alternative text",
                    row=row,
                    found=alt or "none",
                    expected="what the image shows",
                    action="draw it with msfresearch.report.figures",
                )
        elif tag == "link" and (values.get("rel"), values.get("href")) != ("icon", "data:,"):
            raise ReleaseError(
                "a link to a file outside the page", row=row, found=values.get("href")
            )
        elif tag == "a" and "href" in values:
            target = values["href"]
            beside = target
            while beside.startswith("../"):
                beside = beside[3:]
            if not safe_link(beside):
                raise ReleaseError("a link that a page may not hold", row=row, found=target)
        elif tag == "meta" and "http-equiv" in values:
            if values["http-equiv"] != "Content-Security-Policy":
                raise ReleaseError(
                    "a page may not instruct the browser", row=row, found=values["http-equiv"]
                )
            self._policies.append(values.get("content", ""))

    def _check_structure(self, tag: str, values: dict[str, str], row: int) -> None:
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            level = int(tag[1])
            if level > 1 and not self._ones:
                raise _no_title(0)
            if level > self._level + 1:
                raise ReleaseError(
                    "a heading level is skipped",
                    row=row,
                    found=tag,
                    expected=f"h{self._level + 1} or higher",
                    action="mend the headings of the notebook",
                )
            self._level = level
            self._ones += level == 1
        elif tag == "table":
            self._tables.append(False)
        elif tag == "th":
            if not values.get("scope"):
                raise ReleaseError("a table header without scope", row=row)
            if self._tables:
                self._tables[-1] = True
        elif tag == "style":
            self._style = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._tables and not self._tables.pop():
            raise ReleaseError(
                "a table without headers",
                row=self.getpos()[0],
                action="show it with msfresearch.report.tables",
            )
        if tag == "style" and self._style is not None:
            self._styles.append("".join(self._style))
            self._style = None

    def handle_data(self, data: str) -> None:
        if self._style is not None:
            self._style.append(data)

    def finish(self) -> None:
        if self._ones != 1:
            raise _no_title(self._ones)
        if len(self._styles) != 1 or self._policies != [policy(self._styles[0])]:
            raise ReleaseError(
                "the page's policy does not fit its style",
                found="; ".join(self._policies) or "none",
                expected="one style element and its hash",
            )


def _no_title(found: int) -> ReleaseError:
    return ReleaseError(
        "a page needs exactly one heading of the first level, before all others",
        found=found,
        expected=1,
        action="begin the notebook with one # heading, and use ## below it",
    )
