"""The code frame: what it holds, and what a faulty one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from msfresearch.errors import CodebookError
from msfresearch.themes import Codebook, load_codebook, match
from msfresearch.themes.matcher import rules_of
from tests.themes.plain import answers

SMALL = """\
version: "1"
status: inferred
languages: [en, es]
families:
  gaps: {en: Gaps, es: Brechas}
themes:
  funding:
    family: gaps
    labels: {en: Funding, es: Dinero}
    definition: {en: Money is missing., es: Falta dinero.}
    patterns:
      en: [no funds, "fund*"]
      es:
        - sin fondos
        - financiación
"""
FAULTS = {
    "a family that is not declared": ("family: gaps", "family: gap", 8, "gaps"),
    "a language without labels": (", es: Dinero", "", 9, "no es"),
    "a language that the file does not declare": ("Dinero}", "Dinero, fr: A}", 9, "fr"),
    "a pattern written twice": ("financiación", "Sin Fondos", 15, "sin fondos"),
    "two spellings of one pattern": ("- financiación", "- sin-fóndos", 15, "sin fondos"),
    "an empty list": ('[no funds, "fund*"]', "[]", 12, "an empty list"),
    "a lone star": ("- financiación", '- "*"', 15, "*"),
    "a star after two letters": ("- financiación", '- "fi*"', 15, "at least 3 letters"),
    "a star within a word": ("- financiación", '- "fi*cion"', 15, "fi*cion"),
    "a mark that no word has": ("- financiación", '- "¿fondos?"', 15, "letters and digits"),
    "a pattern of blanks": ("- financiación", '- "  "', 15, "at least one word"),
    "an unreadable exception": (
        "- financiación",
        '- {pattern: fondos, not: ["*"]}',
        15,
        "*",
    ),
    "a missing key": ("    family: gaps\n", "", 7, "family"),
    "an unknown key": ("family: gaps", "family: gaps\n    colour: red", 9, "colour"),
    "an id with blanks": ("  funding:", "  the funding:", 7, "the funding"),
}


def write(folder: Path, text: str) -> Path:
    path = folder / "frame.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_small_frame_is_read(tmp_path: Path) -> None:
    codebook = load_codebook(write(tmp_path, SMALL))
    assert codebook.frame("es").to_dict("records") == [
        {
            "family": "gaps",
            "theme": "funding",
            "label": "Dinero",
            "definition": "Falta dinero.",
            "n_patterns": 2,
        }
    ]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_file_line_and_theme(fault: str, tmp_path: Path) -> None:
    before, after, line, told = FAULTS[fault]
    assert SMALL.count(before) == 1
    with pytest.raises(CodebookError) as caught:
        load_codebook(write(tmp_path, SMALL.replace(before, after)))
    error = caught.value
    assert Path(str(error.file)).name == "frame.yml"
    assert error.row == line
    assert "funding" in str(error.column)
    assert told in str(error)


def test_a_theme_written_twice_is_named_with_its_line(tmp_path: Path) -> None:
    theme = SMALL[SMALL.index("  funding:") :]
    with pytest.raises(CodebookError) as caught:
        load_codebook(write(tmp_path, SMALL + theme))
    assert caught.value.row == len(SMALL.splitlines()) + 1
    assert "funding" in str(caught.value)


def test_all_faults_are_counted(tmp_path: Path) -> None:
    broken = SMALL.replace("family: gaps", "family: gap").replace("[no funds", '["*"')
    with pytest.raises(CodebookError, match="and 1 more"):
        load_codebook(write(tmp_path, broken))


def test_a_language_that_the_frame_has_not_is_refused(codebook: Codebook) -> None:
    with pytest.raises(CodebookError, match="en, es, fr"):
        codebook.frame("pt")


def test_the_frame_has_its_families_and_thirty_themes(codebook: Codebook) -> None:
    frame = codebook.frame("en")
    assert frame.groupby("family", sort=False).size().to_dict() == {
        "co_creation_barriers": 14,
        "capacity_gaps": 7,
        "enablers": 9,
    }
    assert codebook.status == "inferred from the sources, not yet validated by human coders"


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_theme_has_a_name_a_sentence_and_patterns(codebook: Codebook, language: str) -> None:
    frame = codebook.frame(language)
    assert frame["label"].is_unique
    assert frame["definition"].is_unique
    assert frame["definition"].str.endswith(".").all()
    assert frame["n_patterns"].between(8, 40).all()


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_pattern_fires_on_a_sentence_made_from_it(codebook: Codebook, language: str) -> None:
    rules = [rule for rule in rules_of(codebook) if rule.language == language]
    sentences = [
        "¡" + " ".join(word.letters + "x" * word.open for word in rule.words).upper() + "!"
        for rule in rules
    ]
    hits = match(answers(sentences, language), codebook)
    fired = {name: set(part["theme"]) for name, part in hits.groupby("answer_id")}
    silent = [rule.pattern for at, rule in enumerate(rules) if rule.theme not in fired[f"a{at}"]]
    assert silent == []
    # A longer pattern of the same theme may take its place; it must cover it whole.
    whole = hits.groupby("answer_id")["end"].max()
    assert [
        rule.pattern for at, rule in enumerate(rules) if whole[f"a{at}"] < len(sentences[at]) - 1
    ] == []


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_exception_cancels_its_pattern(codebook: Codebook, language: str) -> None:
    rules = [rule for rule in rules_of(codebook) if rule.language == language and rule.exceptions]
    assert rules
    for rule in rules:
        for exception in rule.exceptions:
            sentence = " ".join(word.letters + "x" * word.open for word in exception)
            hits = match(answers([sentence], language), codebook)
            assert rule.pattern not in set(hits["pattern"]), sentence
