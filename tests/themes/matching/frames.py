"""Small frames, one by hand and many by chance, and texts of the words that they look for."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from msfresearch.themes import Codebook
from msfresearch.themes.matching.phrases import key

LANGUAGES = ["en", "fr"]
NEGATORS = {"en": ["no", "not", "lack of", "hard*"], "fr": ["pas", "sans", "n"]}


def frame(themes: dict[str, dict[str, list[Any]]], **more: Any) -> Codebook:
    """A frame of themes with the patterns of two languages."""
    both = dict.fromkeys(LANGUAGES, "words")
    return Codebook.model_validate(
        {
            "version": "1",
            "status": "made for tests",
            "languages": LANGUAGES,
            "negators": NEGATORS,
            "common_words": {"en": ["the"], "fr": ["le"]},
            "families": {"f": both},
            "themes": {
                theme: {
                    "family": "f",
                    "labels": both,
                    "definition": both,
                    "include": both,
                    "exclude": both,
                    "examples": {language: ["one", "two"] for language in LANGUAGES},
                    "patterns": patterns,
                }
                for theme, patterns in themes.items()
            },
            **more,
        }
    )


FRAME = frame(
    {
        "capacity": {
            "en": ["capacit*", "lack of capacity", "capacity building", "a b", "b a a"],
            "fr": ["capacit*", "mise en œuvre", "manque d'argent"],
        },
        "places": {
            "en": [
                {"pattern": "guinea", "not": ["guinea-bissau", "papua new guin*"]},
                "lack of",
                "open capacit* build*",
            ],
            "fr": ["guinée"],
        },
        "trust": {
            "en": [
                {"pattern": "trust*", "negation": "cancel"},
                {"pattern": "funds", "negation": "require"},
                {"pattern": "report*", "near": ["late", "one* reads"], "within": 2},
            ],
            "fr": [{"pattern": "confiance", "negation": "cancel"}],
        },
    }
)
#: Words that the frame looks for, stumbles over, or must not see.
WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        """a b capacity Capacité capacite\u0301 building lack of open œuvre oeuvre mise en manque d
        argent guinea Guinea bissau papua new guinea's https://capacity.org www.a no NOT hardly
        trust trusted funds report reports late one ones reads confiance pas n ß İ trustß""",
    )
)
GAPS = st.sampled_from(
    [
        *("", " ", " ", " ", "  ", "\n", "-", "'", "’", "ʼ", "\u00a0", "\u2028", " - ", ", "),
        *(". ", "…", ".", "; ", "\u0301", "\u200b", "\u00ad", "\ud800", "\x00", " " * 8, " " * 9),
    ]
)
TEXTS = st.lists(st.tuples(WORDS, GAPS)).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
ANY = st.text(st.characters(exclude_categories=[]))

_PIECES = st.sampled_from(["aa", "aab", "aab*", "aabb", "b", "boe", "bœ", "no", "Äää*", "жук"])
_PHRASES = st.lists(_PIECES, min_size=1, max_size=3).map(" ".join)
_PATTERNS = st.lists(
    st.fixed_dictionaries(
        {"pattern": _PHRASES},
        optional={
            "not": st.lists(_PHRASES, max_size=2),
            "near": st.lists(_PHRASES, max_size=2),
            "within": st.integers(0, 3),
            "negation": st.sampled_from(["ignore", "cancel", "require"]),
        },
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda entry: key(str(entry["pattern"])),
)
_THEMES = st.fixed_dictionaries({"en": _PATTERNS, "fr": _PATTERNS})
#: Frames that share words, phrases and conditions as no frame made by hand does.
FRAMES = st.builds(
    lambda themes, nested, within: frame(
        {f"t{at}": theme for at, theme in enumerate(themes)}, nested=nested, negation_within=within
    ),
    st.lists(_THEMES, min_size=1, max_size=3),
    st.sampled_from(["theme", "frame"]),
    st.integers(0, 2),
)
FRAME_TEXTS = st.lists(
    st.tuples(
        st.sampled_from(["aa", "aab", "aabc", "AABB", "b", "boe", "bœ", "no", "ääẞ", "жук", "x"]),
        st.sampled_from([" ", " ", " ", "-", "  ", "\n", ". ", ", ", "", "\u0301 "]),
    )
).map(lambda parts: "".join(word + gap for word, gap in parts))
