"""A small frame, answers that no format likes, and random codings of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from msfresearch.themes import Codebook
from msfresearch.themes.schemas import CODINGS, DECISIONS, HITS, table

LANGUAGES = ("en", "es", "fr")
THEMES = {
    "funding": ("gaps", "Funding", "Financiación", "Financement"),
    "staff_time": ("gaps", "Staff & time", "Personal y tiempo", "Personnel et temps"),
    "trust": ("enablers", "Trust <and> cooperation", "Confianza", "Confiance"),
}
AT = "2020-02-03"
Row = tuple[str, str, str, int | None, int | None]


def theme(family: str, *labels: str) -> dict[str, Any]:
    def told(what: str) -> dict[str, str]:
        return {one: f"{what} of {label}" for one, label in zip(LANGUAGES, labels, strict=True)}

    return {
        "family": family,
        "labels": dict(zip(LANGUAGES, labels, strict=True)),
        "definition": told("Definition"),
        "include": told("What counts"),
        "exclude": told("What does not count"),
        "examples": dict.fromkeys(LANGUAGES, ("one", "two")),
        "patterns": dict.fromkeys(LANGUAGES, ("made up words",)),
    }


def frame(**changes: Any) -> Codebook:
    """Three themes in two families."""
    content = {
        "version": "1.2.0",
        "status": "made up",
        "languages": LANGUAGES,
        "negators": dict.fromkeys(LANGUAGES, ()),
        "common_words": dict.fromkeys(LANGUAGES, ()),
        "families": {
            "gaps": {"en": "Gaps", "es": "Brechas", "fr": "Lacunes"},
            "enablers": {"en": "Enablers", "es": "Factores", "fr": "Facteurs"},
        },
        "themes": {name: theme(*parts) for name, parts in THEMES.items()},
    }
    return Codebook.model_validate(content | changes)


def answers(texts: dict[str, str], **columns: Sequence[Any]) -> pd.DataFrame:
    found = pd.DataFrame(
        {
            "answer_id": pd.Series(list(texts), dtype="str"),
            "text": pd.Series(list(texts.values()), dtype="object"),
            "language": "en",
        }
    )
    return found.assign(**columns)


def codings(*rows: Row) -> pd.DataFrame:
    return table(CODINGS, _columns(CODINGS.columns, rows))


def decisions(*rows: tuple[str, str]) -> pd.DataFrame:
    full = [(*row, AT, "1.2.0", "random") for row in rows]
    return table(DECISIONS, _columns(DECISIONS.columns, full))


def hits(*rows: tuple[str, str, int, int, str]) -> pd.DataFrame:
    full = [
        (answer, THEMES[theme][0], theme, start, end, words, "fund*", "en")
        for answer, theme, start, end, words in rows
    ]
    return table(HITS, _columns(HITS.columns, full))


def _columns(names: Any, rows: Sequence[Sequence[Any]]) -> dict[str, list[object]]:
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


#: Letters of every length in UTF-8, what joins with them, line ends, what XML cannot hold, and
#: what begins a formula.
SIGNS = st.sampled_from(
    [
        *"aé;,=+-@'\" .<&]>\r\n\t\u0301\u200d𝒜",
        *("\r\n", "👩\u200d🔬", "🇲🇽", "_x0041_"),
        *"\x00\x0b\x1b\x85\u2028\ufeff\ufffe\uffff\ud83d\udc00",
    ]
) | st.characters(codec=None)
TEXTS = st.lists(SIGNS, max_size=30).map("".join)
IDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("./\\:aA =_"),
    min_size=1,
    max_size=12,
)
CODERS = ("ana", "ben-2", "adjudicator")


@st.composite
def coded(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Answers, codings and decisions as our own logs hold them."""
    texts = draw(st.dictionaries(IDS, TEXTS, min_size=1, max_size=4))
    rows: set[Row] = set()
    pairs = set()
    for answer_id, text in texts.items():
        for coder in draw(st.sets(st.sampled_from(CODERS))):
            pairs.add((answer_id, coder))
            for name in draw(st.lists(st.sampled_from(list(THEMES)), max_size=3)):
                start = draw(st.integers(0, len(text)))
                end = draw(st.integers(start, len(text)))
                whole = start == end
                rows.add((answer_id, coder, name, *((None, None) if whole else (start, end))))
    ordered = sorted(rows, key=lambda row: (row[:3], row[3] or -1, row[4] or -1))
    return answers(texts), codings(*ordered), decisions(*sorted(pairs))
