"""The whole code frame looked up in the Madrid comments, beside what is used elsewhere.

``python benchmarks/matcher.py [--comments FILE] [--codebook FILE] [--repeat N] [--slice N]`` from
the checkout. Comments come from ``MSFRESEARCH_MIRROR`` (``../shared/data`` by default). All texts
are in memory; ours and each peer look for the patterns of all three languages, in turn, in one
process. Printed are words (between blanks) a second of processor time, of several runs the
fastest, and the ratio of ours to each peer. Compiling is not in it, but is printed.

NLTK tokenises, stems (Snowball) and, pattern by pattern, compares the stems at each place, which
gives places as ours does; a second line only asks whether the stems stand anywhere, by substring.
spaCy's PhraseMatcher (``blank("es")``, attribute LOWER, tokenising included) knows no ``*`` and no
conditions: there ours looks for the same phrases, those without, and nothing else. It folds no
accents, and ours does. spaCy is no dependency: ``pip install spacy`` into the environment, or that
line says that it is absent. ``re`` has one alternation per theme, ``*`` included and conditions
not, on text folded before (as the patterns are). NLTK and ``re`` read the first comments only,
``--slice`` of them. The aims are 3 million words a second, 200 times NLTK, 8 times spaCy.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from msfresearch.themes import Codebook, load_codebook, match
from msfresearch.themes.matching.fold import fold
from msfresearch.themes.matching.matcher import Matcher
from msfresearch.themes.matching.phrases import parse, phrase_regex

HOME = Path(__file__).resolve().parent.parent
MIRROR = Path(os.environ.get("MSFRESEARCH_MIRROR") or HOME.parent / "shared" / "data")
COMMENTS = "es_decide_madrid_comments.csv"
SPEED, NLTK, SPACY = 3e6, 200, 8


def patterns_of(codebook: Codebook) -> list[tuple[str, str]]:
    """Theme and pattern, of all languages."""
    return [
        (theme_id, entry.pattern)
        for theme_id, theme in codebook.themes.items()
        for entries in theme.patterns.values()
        for entry in entries
    ]


def only_phrases(codebook: Codebook) -> Codebook:
    """The frame without patterns that hold a star, and without conditions."""
    themes = {}
    for theme_id, theme in codebook.themes.items():
        patterns = {
            language: tuple(
                entry.model_copy(update={"not_": (), "near": (), "negation": "ignore"})
                for entry in entries
                if "*" not in entry.pattern
            )
            for language, entries in theme.patterns.items()
        }
        themes[theme_id] = theme.model_copy(update={"patterns": patterns})
    return codebook.model_copy(update={"themes": themes})


def ours(codebook: Codebook, texts: Sequence[str]) -> Callable[[], int]:
    matcher = Matcher(codebook, codebook.languages)
    spoken = ["es"] * len(texts)
    return lambda: len(matcher.find_in(texts, spoken))


def by_nltk(codebook: Codebook, texts: Sequence[str], places: bool) -> Callable[[], int]:
    from nltk.stem.snowball import SnowballStemmer
    from nltk.tokenize import TreebankWordTokenizer

    tokenize, stem = TreebankWordTokenizer().tokenize, SnowballStemmer("spanish").stem
    phrases = [
        [stem(word) for word in tokenize(pattern.replace("*", "").lower())]
        for _, pattern in patterns_of(codebook)
    ]
    joined = [f" {' '.join(stems)} " for stems in phrases]

    def run() -> int:
        hits = 0
        for text in texts:
            stems = [stem(word) for word in tokenize(text.lower())]
            if places:
                for phrase in phrases:
                    length = len(phrase)
                    for at in range(len(stems) - length + 1):
                        hits += stems[at : at + length] == phrase
            else:
                whole = f" {' '.join(stems)} "
                hits += sum(phrase in whole for phrase in joined)
        return hits

    return run


def by_re(codebook: Codebook, texts: Sequence[str]) -> Callable[[], int]:
    themes: dict[str, list[str]] = {}
    for theme, pattern in patterns_of(codebook):
        themes.setdefault(theme, []).append(phrase_regex(parse(pattern)))
    compiled = [
        re.compile(rf"(?<!\w)(?:{'|'.join(sorted(own, key=len, reverse=True))})(?!\w)")
        for own in themes.values()
    ]

    def run() -> int:
        folded = [fold(text).text for text in texts]
        return sum(1 for one in compiled for text in folded for _ in one.finditer(text))

    return run


def by_spacy(codebook: Codebook, texts: Sequence[str]) -> Callable[[], int] | None:
    try:
        import spacy
        from spacy.matcher import PhraseMatcher
    except ImportError:
        return None
    language = spacy.blank("es")
    matcher = PhraseMatcher(language.vocab, attr="LOWER")
    for theme, pattern in patterns_of(codebook):
        matcher.add(theme, [language.make_doc(pattern)])
    return lambda: sum(len(matcher(one)) for one in language.tokenizer.pipe(texts))


def fastest(runs: list[Callable[[], int]], repeat: int) -> list[tuple[float, int]]:
    """Processor seconds of each, of several runs in turn the fastest, and what it found."""
    best = [(float("inf"), 0)] * len(runs)
    for _ in range(repeat):
        for at, run in enumerate(runs):
            begun = time.process_time()
            found = run()
            best[at] = min(best[at], (time.process_time() - begun, found))
    return best


def words_in(texts: Sequence[str]) -> int:
    return sum(len(text.split()) for text in texts)


def show(name: str, texts: Sequence[str], told: tuple[float, int]) -> float:
    """Print one line, and give words a second."""
    seconds, found = told
    speed = words_in(texts) / seconds
    print(f"  {name:<44}{len(texts):>7,}{seconds:>10.3f}{speed:>14,.0f}{found:>9,}")
    return speed


def verdict(name: str, ratio: float, aim: float) -> None:
    print(f"  {name:<44}{ratio:>10,.1f}   {'reached' if ratio >= aim else 'UNDER'}: aim {aim:g}")


def main() -> None:
    """Compile, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=Path, default=MIRROR / COMMENTS)
    parser.add_argument("--codebook", type=Path, default=HOME / "codebook" / "themes.yml")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--slice", type=int, default=200)
    given: Any = parser.parse_args()
    table = pd.read_csv(given.comments, dtype="str", keep_default_na=False)
    texts = [text for text in table["text"].tolist() if text.strip()]
    few = texts[: given.slice]
    codebook = load_codebook(given.codebook)
    phrases = only_phrases(codebook)
    begun = time.process_time()
    Matcher(codebook)
    compiled = time.process_time() - begun
    print(f"{len(patterns_of(codebook)):,} patterns, compiled in {compiled:.2f} s; ", end="")
    print(f"{len(texts):,} comments, {words_in(texts):,} words")
    print(f"  {'':<44}{'texts':>7}{'seconds':>10}{'words/s':>14}{'hits':>9}")

    answers = pd.DataFrame({"answer_id": map(str, range(len(texts))), "text": texts})
    answers["language"] = "es"
    whole = lambda: len(match(answers, codebook, codebook.languages))  # noqa: E731
    plain, with_table = fastest([ours(codebook, texts), whole], given.repeat)
    speed = show("ours", texts, plain)
    show("ours, compiling and the table of hits included", texts, with_table)
    again = show("ours, phrases alone", texts, *fastest([ours(phrases, texts)], given.repeat))
    spacy = by_spacy(phrases, texts)
    spacy_speed = 0.0
    if spacy is None:
        print("  spaCy: absent; pip install spacy into this environment")
    else:
        once = fastest([spacy], min(given.repeat, 3))
        spacy_speed = show("spaCy PhraseMatcher, phrases alone", texts, *once)
    loop, substring, alternation = fastest(
        [by_nltk(codebook, few, True), by_nltk(codebook, few, False), by_re(codebook, few)], 1
    )
    nltk = show("NLTK tokenise, stem, loop", few, loop)
    by_substring = show("NLTK tokenise, stem, substring", few, substring)
    by_alternation = show("re, one alternation per theme", few, alternation)

    print("\n  ours, and ours / peer")
    verdict("million words a second", speed / 1e6, SPEED / 1e6)
    verdict("NLTK tokenise, stem, loop", speed / nltk, NLTK)
    if spacy_speed:
        verdict("spaCy PhraseMatcher", again / spacy_speed, SPACY)
    print(f"  {'NLTK tokenise, stem, substring':<44}{speed / by_substring:>10,.1f}")
    print(f"  {'re, one alternation per theme':<44}{speed / by_alternation:>10,.1f}")


if __name__ == "__main__":
    main()
