"""Which patterns fired, and which words mark the answers in which none did."""

from __future__ import annotations

import pandas as pd

from msfresearch.report import tables
from msfresearch.report.chapters.common import table_or_words
from msfresearch.report.chapters.themes import Coded
from msfresearch.report.prose import Prose
from msfresearch.report.wording import sentence
from msfresearch.themes import distinctive_stems, pattern_counts

#: A pattern or stem that fewer members used than this is not printed: it could tell who wrote.
FEWEST_MEMBERS = 10
FEWEST_MEMBERS_PATTERN = 5
OF_PATTERNS = (
    "A theme is as good as its patterns. Those that catch most are listed, for a reader who wants "
    "to doubt them."
)
OF_STEMS = (
    "Stems that are more frequent in answers without any theme than in the others show where the "
    "frame is blind. They are what to read first when it is revised."
)


def pattern_table(coded: Coded, lang: str) -> tables.Table | Prose:
    """The patterns that catch most, and how many are not printed."""
    counts = pattern_counts(coded.hits, coded.answers)
    counts = counts.sort_values("n_answers", ascending=False, kind="stable")
    kept = counts[counts["n_members"] >= FEWEST_MEMBERS_PATTERN]
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    return table_or_words(
        kept.assign(theme=kept["theme"].map(labels)).drop(columns="language").head(20),
        "The patterns that catch most answers, twenty at most",
        "No pattern is used by enough members to be printed.",
        columns={
            "theme": "Theme",
            "pattern": "Pattern",
            "n_hits": "Hits",
            "n_answers": "Answers",
            "n_members": sentence(coded.counts),
        },
        notes=f"Patterns that fire: {len(counts)}. Not printed, because fewer than "
        f"{FEWEST_MEMBERS_PATTERN} {coded.counts} use them: {len(counts) - len(kept)}.",
        lang=lang,
    )


def unseen(coded: Coded) -> pd.DataFrame:
    """Stems that mark the answers without a theme, per language."""
    found = [
        distinctive_stems(
            coded.answers, coded.coded_ids, language, min_members=FEWEST_MEMBERS, top=15
        ).assign(language=language)
        for language in sorted(coded.answers["language"].unique())
    ]
    nothing = distinctive_stems(coded.answers.head(0), set(), "en").assign(language="")
    return pd.concat(found, ignore_index=True) if found else nothing


def unseen_table(stems: pd.DataFrame, lang: str) -> tables.Table | Prose:
    """Stems that mark the answers without a theme."""
    mine = stems[stems["side"] == "uncoded"]
    return table_or_words(
        mine[["language", "stem", "n_uncoded", "n_coded", "n_members", "z"]],
        "Stems that mark the answers in which no theme was found",
        f"No stem that at least {FEWEST_MEMBERS} members use marks the answers without a theme.",
        formats={"z": "1dp"},
        columns={
            "language": "Language",
            "stem": "Stem",
            "n_uncoded": "Answers without a theme",
            "n_coded": "Answers with one",
            "n_members": "Who used it",
            "z": "z",
        },
        lang=lang,
    )
