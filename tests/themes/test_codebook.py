"""The code frame: what it holds, and what a faulty one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from msfresearch.errors import CodebookError
from msfresearch.themes import Codebook, load_codebook, match
from tests.themes.plain import answers

SMALL = """\
version: "1"
status: inferred
languages: [en, es]
negators: {en: [no, without], es: [sin]}
common_words: {en: [the, of], es: [de, la]}
families:
  gaps: {en: Gaps, es: Brechas}
themes:
  funding:
    family: gaps
    labels: {en: Funding, es: Dinero}
    definition: {en: Money is missing., es: Falta dinero.}
    include: {en: Lost grants., es: Subvenciones perdidas.}
    exclude: {en: Lack of staff., es: Falta de personal.}
    examples:
      en: [No funds came., Our funding ended.]
      es: [Nos quedamos sin plata., Nadie paga.]
    patterns:
      en: [no funds, "fund*"]
      es:
        - sin fondos
        - financiación
"""
FAULTS = {
    "a family that is not declared": ("family: gaps", "family: gap", 10, "gaps"),
    "a language without labels": (", es: Dinero", "", 11, "no es"),
    "a language that the file does not declare": ("Dinero}", "Dinero, fr: A}", 11, "fr"),
    "a pattern written twice": ("financiación", "Sin Fondos", 22, "sin fondos"),
    "two spellings of one pattern": ("- financiación", "- sin-fóndos", 22, "sin fondos"),
    "an empty list": ('[no funds, "fund*"]', "[]", 19, "an empty list"),
    "a lone star": ("- financiación", '- "*"', 22, "*"),
    "a star after two letters": ("- financiación", '- "fi*"', 22, "at least 3 letters"),
    "a star within a word": ("- financiación", '- "fi*cion"', 22, "fi*cion"),
    "a mark that no word has": ("- financiación", '- "¿fondos?"', 22, "letters and digits"),
    "a pattern of blanks": ("- financiación", '- "  "', 22, "at least one word"),
    "an unreadable exception": (
        "- financiación",
        '- {pattern: fondos, not: ["*"]}',
        22,
        "*",
    ),
    "a pattern that matches everything": ("- financiación", "- de la", 22, "match everything"),
    "an unreadable neighbour": ("- financiación", '- {pattern: fondos, near: ["?"]}', 22, "?"),
    "a window too wide": (
        "- financiación",
        "- {pattern: fondos, near: [no], within: 99}",
        22,
        "30",
    ),
    "another use of negation": ("- financiación", "- {pattern: x, negation: off}", 22, "cancel"),
    "a single example": ("[Nos quedamos sin plata., Nadie paga.]", "[Nada.]", 17, "2"),
    "a language without examples": (
        "      en: [No funds came., Our funding ended.]\n",
        "",
        15,
        "no en",
    ),
    "a theme as its own family": ("family: gaps", "family: funding", 10, "gaps"),
    "a missing key": ("    family: gaps\n", "", 9, "family"),
    "an unknown key": ("family: gaps", "family: gaps\n    colour: red", 11, "colour"),
    "an id with blanks": ("  funding:", "  the funding:", 9, "the funding"),
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
            "include": "Subvenciones perdidas.",
            "exclude": "Falta de personal.",
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


def test_a_list_that_holds_itself_is_refused(tmp_path: Path) -> None:
    looped = SMALL.replace("- financiación", "- &loop [*loop]")
    with pytest.raises(CodebookError):
        load_codebook(write(tmp_path, looped))


def test_negators_of_an_unknown_language_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="negators"):
        load_codebook(write(tmp_path, SMALL.replace("es: [sin]", "es: [sin], fr: [sans]")))


def test_a_language_that_the_frame_has_not_is_refused(codebook: Codebook) -> None:
    with pytest.raises(CodebookError, match="en, es, fr"):
        codebook.frame("pt")


def test_the_frame_has_its_families_and_at_least_thirty_themes(codebook: Codebook) -> None:
    sizes = codebook.frame("en").groupby("family", sort=False).size()
    assert list(sizes.index) == ["co_creation_barriers", "capacity_gaps", "enablers"]
    assert (sizes >= [14, 7, 9]).all()
    assert "not yet validated" in codebook.status


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_theme_is_worked_out_in_every_language(codebook: Codebook, language: str) -> None:
    frame = codebook.frame(language)
    for column in ("label", "definition", "include", "exclude"):
        assert frame[column].is_unique, column
    for column in ("definition", "include", "exclude"):
        assert frame[column].str.endswith(".").all(), column
    assert (frame["n_patterns"] >= 8).all()


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_example_carries_its_theme(codebook: Codebook, language: str) -> None:
    examples = [
        (theme_id, example)
        for theme_id, theme in codebook.themes.items()
        for example in theme.examples[language]
    ]
    hits = match(answers([example for _, example in examples], language), codebook)
    found = {name: set(part["theme"]) for name, part in hits.groupby("answer_id")}
    silent = [one for at, one in enumerate(examples) if one[0] not in found.get(f"a{at}", set())]
    assert silent == []


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_pattern_fires_on_a_sentence_made_from_it(codebook: Codebook, language: str) -> None:
    entries = [
        (theme_id, theme, entry)
        for theme_id, theme in codebook.themes.items()
        for entry in theme.patterns[language]
    ]
    sentences = []
    for _, theme, entry in entries:
        required = (entry.negation or theme.negation) == "require"
        before = [codebook.negators[language][0]] if required else []
        sentences.append(" ".join([*before, spoken(entry.pattern), *map(spoken, entry.near[:1])]))
    hits = match(answers(sentences, language), codebook)
    fired = {name: set(part["theme"]) for name, part in hits.groupby("answer_id")}
    silent = [
        entry.pattern
        for at, (theme_id, _, entry) in enumerate(entries)
        if theme_id not in fired.get(f"a{at}", set())
    ]
    assert silent == []


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_exception_cancels_its_pattern(codebook: Codebook, language: str) -> None:
    entries = [one for t in codebook.themes.values() for one in t.patterns[language] if one.not_]
    assert entries
    cases = [(entry, exception) for entry in entries for exception in entry.not_]
    sentences = [" ".join(map(spoken, [x, *entry.near[:1]])) for entry, x in cases]
    hits = match(answers(sentences, language), codebook)
    fired = {name: set(part["pattern"]) for name, part in hits.groupby("answer_id")}
    awake = [
        sentence
        for at, ((entry, _), sentence) in enumerate(zip(cases, sentences, strict=True))
        if entry.pattern in fired.get(f"a{at}", set())
    ]
    assert awake == []


def spoken(phrase: str) -> str:
    """A phrase as somebody might write it: every star stands for a letter."""
    return phrase.replace("*", "x").upper()
