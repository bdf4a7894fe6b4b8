"""LimeSurvey's headings: a code, a question's text whole or cut short, or both.

The form is one for a whole file (the exporter chooses it); what a heading means is looked up in
the survey's structure where there is one, and read off the heading itself where there is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from msfresearch.survey.readers.columns import words
from msfresearch.survey.readers.lss import Field, Structure, Texts

Form = Literal["code", "code and text", "text"]

_BRACKETS = r"(?:\[[^\[\]]*\]){0,2}"
_CODE = re.compile(rf"[A-Za-z_][A-Za-z0-9_]*{_BRACKETS}")
_CODE_TEXT = re.compile(rf"([A-Za-z_][A-Za-z0-9_]*{_BRACKETS})\s*[.:|]\s+(\S.*)", re.S)
_PARTS = re.compile(r"(.*\S)\s*((?:\[[^\[\]]*\]){1,2})", re.S)
#: How a text is cut short.
_CUT = ".."


@dataclass(frozen=True)
class Meaning:
    """What a heading stands for.

    Attributes
    ----------
    code
        The heading as a code; empty where neither heading nor structure tells it.
    question
        Wording of the question, empty where nothing tells it.
    part
        Words or code of the part in brackets.
    group
        Key of the question: its code, or its wording where no code is known.
    labels
        Answer code to words.
    closed
        Whether answers are chosen; None where no structure tells.
    known
        Whether the structure has it.
    """

    code: str = ""
    question: str = ""
    part: str = ""
    group: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    closed: bool | None = None
    known: bool = False


def form_of(headings: Sequence[str]) -> Form:
    """In which form a file's headings are."""
    if all(_CODE.fullmatch(one.strip()) for one in headings):
        return "code"
    if all(_CODE_TEXT.fullmatch(one.strip()) for one in headings):
        return "code and text"
    return "text"


def code_of(heading: str, form: Form) -> str:
    """The code in a heading; empty where the form has none."""
    if form == "code":
        return heading.strip()
    match = _CODE_TEXT.fullmatch(heading.strip()) if form == "code and text" else None
    return match[1] if match else ""


def meanings(
    headings: Sequence[str], form: Form, structure: Structure | None
) -> tuple[Meaning, ...]:
    """What each heading stands for, in order."""
    if structure is None:
        return tuple(_alone(one, form) for one in headings)
    if form == "text":
        return tuple(_by_text(headings, structure))
    codes = {one.code: one for one in structure.fields}
    # The expression manager's spelling: Q1_SQ001 for Q1[SQ001].
    codes |= {re.sub(r"\[([^\]]*)\]", r"_\1", one.code): one for one in structure.fields}
    found = []
    for heading in headings:
        one = codes.get(code_of(heading, form))
        found.append(_known(one, structure, "") if one else _alone(heading, form))
    return tuple(found)


def _alone(heading: str, form: Form) -> Meaning:
    """What a heading tells by itself."""
    code = code_of(heading, form)
    text = heading
    if form == "code and text":
        match = _CODE_TEXT.fullmatch(heading.strip())
        text = match[2] if match else heading
    stem, _, brackets = code.partition("[")
    if form == "code":
        return Meaning(code, part=_inside("[" + brackets) if brackets else "", group=stem)
    text = words(text)
    match = _PARTS.fullmatch(text) if brackets or not code else None
    question, part = (match[1], _inside(match[2])) if match else (text, "")
    return Meaning(code, question, part, stem or question)


def _inside(brackets: str) -> str:
    return " / ".join(re.findall(r"\[([^\[\]]*)\]", brackets))


def _known(one: Field, structure: Structure, language: str) -> Meaning:
    """What the structure says of a column, in the language of the heading."""
    labels = {code: structure.words(said, language) for code, said in one.labels.items()}
    parts = " / ".join(structure.words(part, language) for part in one.parts)
    text = structure.words(one.text, language)
    return Meaning(one.code, text, parts, one.question, labels, one.closed, known=True)


def _by_text(headings: Sequence[str], structure: Structure) -> Iterator[Meaning]:
    """Look headings of text up, whole first; those cut short by the length that fits most."""
    plain = [_plain(one) for one in headings]
    whole = _spelled(structure, None)
    lengths = Counter(length for one in plain if one not in whole for length in _lengths(one))
    tables = [whole]
    if lengths:
        fits = {n: sum(one in _spelled(structure, n) for one in plain) for n in lengths}
        tables.append(_spelled(structure, max(fits, key=lambda n: fits[n])))
    taken: set[str] = set()
    for heading, text in zip(headings, plain, strict=True):
        found = [hit for table in tables for hit in table.get(text, ())]
        # Two questions may have one wording: each takes its column, in the order of the form.
        hit = next((one for one in found if one[0].code not in taken), None)
        if hit is None:
            yield _alone(heading, "text")
        else:
            taken.add(hit[0].code)
            yield _known(*_with(structure, hit))


def _with(structure: Structure, hit: tuple[Field, str]) -> tuple[Field, Structure, str]:
    return hit[0], structure, hit[1]


def _spelled(structure: Structure, cut: int | None) -> dict[str, list[tuple[Field, str]]]:
    """Headings as LimeSurvey spells them, cut to a length, to the columns they can mean."""
    found: dict[str, list[tuple[Field, str]]] = {}
    for one in structure.fields:
        for language in structure.languages:
            said = _heading(structure, one.text, one.parts, language, cut)
            hits = found.setdefault(_plain(said), [])
            if all(hit[0] is not one for hit in hits):
                hits.append((one, language))
    return found


def _heading(
    structure: Structure, text: Texts, parts: Iterable[Texts], language: str, cut: int | None
) -> str:
    inside = "".join(f"[{_short(structure.words(part, language), cut)}]" for part in parts)
    return f"{_short(structure.words(text, language), cut)} {inside}"


def _short(text: str, cut: int | None) -> str:
    return text if cut is None or len(text) <= cut else f"{text[:cut]}{_CUT} "


def _plain(text: str) -> str:
    return re.sub(r"\s+(?=\])", "", words(text)).casefold()


def _lengths(heading: str) -> Iterator[int]:
    """To which lengths the parts of a heading may have been cut."""
    for match in re.finditer(re.escape(_CUT), heading):
        start = heading.rfind("[", 0, match.start()) + 1
        yield match.start() - start
        # What was cut at a space has lost it here.
        yield match.start() - start + 1
