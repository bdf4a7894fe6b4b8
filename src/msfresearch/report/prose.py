"""Sentences with computed numbers, safe to display: the text is escaped, never read as markup."""

from __future__ import annotations

import html
from dataclasses import dataclass

from msfresearch.errors import MsfResearchError
from msfresearch.report.wording import clean


@dataclass(frozen=True)
class Prose:
    """A paragraph, a list, or a box of findings, to display in a notebook or on a page."""

    sentences: tuple[str, ...]
    kind: str

    def _repr_html_(self) -> str:
        texts = [html.escape(clean(text), quote=False) for text in self.sentences]
        if self.kind == "paragraph":
            return f"<p>{texts[0]}</p>"
        items = "<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>"
        return (
            f'<blockquote class="findings">{items}</blockquote>'
            if self.kind == "findings"
            else items
        )


def findings(*sentences: str) -> Prose:
    """The findings box: one line per finding."""
    return _prose("findings", sentences)


def paragraph(*sentences: str) -> Prose:
    """One paragraph of the sentences, set one after the other."""
    return _prose("paragraph", (" ".join(sentences),) if sentences else ())


def bullets(*sentences: str) -> Prose:
    """A plain list, one line per sentence."""
    return _prose("bullets", sentences)


def _prose(kind: str, sentences: tuple[str, ...]) -> Prose:
    if not any(text.strip() for text in sentences):
        raise MsfResearchError("a paragraph of nothing", expected="at least one sentence")
    return Prose(sentences, kind)
