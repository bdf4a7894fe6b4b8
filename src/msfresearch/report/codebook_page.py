"""The codebook page: what was asked, in order, how it is answered, and where each item is from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import get_args

from msfresearch.report.check import check_page
from msfresearch.report.codebook_words import words
from msfresearch.report.page import render_template
from msfresearch.report.wording import clean, sentence
from msfresearch.survey.forms.labels import REASONS
from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.source import Language, Text

LANGUAGES: tuple[str, ...] = get_args(Language)


@dataclass(frozen=True)
class Line:
    """One line of what is told of an item: a code, words, the same words in other languages."""

    text: str
    code: str = ""
    others: tuple[tuple[str, str], ...] = ()
    lang: str | None = None


@dataclass(frozen=True)
class Entry:
    """An item: its question in the page's language, in the others, and what is told of it."""

    anchor: str
    title: str
    others: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, tuple[Line, ...]], ...]


@dataclass(frozen=True)
class Part:
    """A section of the page."""

    anchor: str
    title: str
    paragraphs: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    files: tuple[Line, ...] = ()


def codebook_page(
    questionnaire: Questionnaire,
    *,
    lang: Language,
    status: str,
    wave_title: str,
    shared: Mapping[str, Sequence[str]] | None = None,
    files: Sequence[tuple[str, str]] = (),
    facts: Sequence[tuple[str, str, str]] = (),
    home_link: str | None = None,
) -> str:
    """The page of a questionnaire.

    Parameters
    ----------
    questionnaire : Questionnaire
        What was asked.
    lang : str
        Language of the page; questions and answers stand in the other two below it.
    status : str
        Of the wave; that of a rehearsal is said on the page.
    wave_title : str
        Name of the wave.
    shared : dict, optional
        Item to the other instruments that ask it.
    files : sequence of (name, words)
        What stands beside the page.
    facts : sequence of (term, text, code)
        How the page was made.
    home_link : str, optional
        Relative address of the list of waves.

    Returns
    -------
    str
        HTML without a script or a request, checked by ``check_page``.
    """
    parts = list(_parts(questionnaire, lang, shared or {}))
    if files:
        listed = tuple(Line(clean(text), clean(name)) for name, text in files)
        parts.append(Part("files", words("files", lang), files=listed))
    page = render_template(
        "codebook.html.j2",
        lang,
        title=words("title", lang, title=clean(questionnaire.title.in_language(lang))),
        rehearsal=status == "rehearsal",
        wave_title=clean(wave_title),
        home_link=home_link,
        parts=parts,
        facts=[(term, (Line(clean(text), clean(code)),)) for term, text, code in facts],
        words=lambda key: words(key, lang),
    )
    check_page(page)
    return page


def _parts(
    questionnaire: Questionnaire, lang: Language, shared: Mapping[str, Sequence[str]]
) -> Iterator[Part]:
    yield Part("reading", words("reading", lang), tuple(_reading(questionnaire, lang)))
    number = 0
    for name, table in questionnaire.tables.items():
        several = len(questionnaire.tables) > 1
        of = sentence(table.units.in_language(lang)) if several else ""
        noted = [item for item in table.items if _is_noted(item, table)]
        derived = [item for item in table.items if item.derived]
        asked = [item for item in table.items if item not in (*noted, *derived)]
        paragraphs = tuple(_paragraphs(table, questionnaire, lang))
        for place, (section, items) in enumerate(groupby(asked, key=lambda item: item.section)):
            title = _section(section, questionnaire, lang)
            entries = []
            for item in items:
                number += 1
                count = f"{number}. " if table.respondents else ""
                entries.append(_entry(item, name, questionnaire, lang, shared, count))
            told = paragraphs if place == 0 else ()
            anchor = f"{name}-{place + 1}"
            yield Part(anchor, _title(of, title, lang), told, tuple(entries))
        for key, found in (("noted", noted), ("derived", derived)):
            told_of = tuple(_entry(item, name, questionnaire, lang, shared) for item in found)
            if told_of:
                yield Part(f"{name}-{key}", _title(of, words(key, lang), lang), (), told_of)


def _title(table: str, part: str, lang: Language) -> str:
    part = f"{part[:1].lower()}{part[1:]}" if table else part
    return clean(words("of table", lang, table=table, part=part) if table else part)


def _section(section: str | None, questionnaire: Questionnaire, lang: Language) -> str:
    if section is None:
        return words("items", lang)
    return questionnaire.sections[section].in_language(lang)


def _is_noted(item: Item, table: Table) -> bool:
    """Whether an item of people's answers is known without asking them."""
    return table.respondents is not None and (item.column or "").startswith("_")


def _reading(questionnaire: Questionnaire, lang: Language) -> Iterator[str]:
    yield words("about codes", lang)
    items = {item.id: item for table in questionnaire.tables.values() for item in table.items}
    known = [item.evidence for item in items.values() if item.evidence]
    counts = [
        f"{words(kind, lang)} {known.count(kind)}"
        for kind in ("found", "adapted", "inferred")
        if kind in known
    ]
    if counts:
        yield words("about evidence", lang, counts=", ".join(counts))


def _paragraphs(table: Table, questionnaire: Questionnaire, lang: Language) -> Iterator[str]:
    if table.respondents is not None and table.respondents.consent is not None:
        yield words("about consent", lang)
    if table.join is not None:
        other = questionnaire.tables[table.join.table]
        taken = ", ".join(other.item(one).label.in_language(lang) for one in table.join.take)
        yield clean(words("about join", lang, table=other.units.in_language(lang), items=taken))
    if table.ignore:
        yield clean(words("about left out", lang, columns=", ".join(table.ignore)))


def _entry(
    item: Item,
    table: str,
    questionnaire: Questionnaire,
    lang: Language,
    shared: Mapping[str, Sequence[str]],
    count: str = "",
) -> Entry:
    title, others = _told(item.label, lang)
    facts = [
        ("item", [Line("", item.id)]),
        ("kind", [Line(_kind(item, lang))] if not item.derived else []),
        ("made of", _made_of(item, lang)),
        ("asked", _asked(item, questionnaire.tables[table], questionnaire, lang)),
        ("answers", list(_answers(item, questionnaire, lang))),
        ("beside", [Line("", item.other.column)] if item.other else []),
        ("missing", list(_missing(item, questionnaire, lang))),
        ("column", [Line("", item.column)] if item.column else []),
        ("evidence", _evidence(item, lang)),
        ("note", [Line(clean(item.note), lang="en")] if item.note else []),
        ("shared", [Line("", clean(one)) for one in shared.get(item.id, ())]),
    ]
    told = tuple((words(term, lang), tuple(lines)) for term, lines in facts if lines)
    return Entry(f"item-{table}-{item.id}", f"{count}{title}", others, told)


def _told(text: Text, lang: Language) -> tuple[str, tuple[tuple[str, str], ...]]:
    others = tuple((one, clean(text.in_language(one))) for one in LANGUAGES if one != lang)
    return clean(text.in_language(lang)), others


def _kind(item: Item, lang: Language) -> str:
    kind = words("whole" if item.type == "numeric" and item.whole else item.type, lang)
    if item.minimum is None and item.maximum is None:
        return kind
    span = "from" if item.maximum is None else "to" if item.minimum is None else "between"
    low, high = (
        f"{bound:g}" if bound is not None else "" for bound in (item.minimum, item.maximum)
    )
    return words(span, lang, kind=kind, low=low, high=high)


def _made_of(item: Item, lang: Language) -> list[Line]:
    for how, names in (("first_of", item.first_of), ("joined_of", item.joined_of)):
        if names:
            return [Line(words(how, lang)), *(Line("", name) for name in names)]
    return []


def _answers(item: Item, questionnaire: Questionnaire, lang: Language) -> Iterator[Line]:
    for level in questionnaire.levels(item):
        text, others = _told(level.label, lang)
        yield Line(text, _becomes(level.code, str(level.value)), others)
    for option in item.options:
        text, others = _told(option.label, lang)
        yield Line(text, _becomes(option.column, f"{item.id}__{option.id}"), others)


def _becomes(code: str, value: str) -> str:
    return clean(code if code == value else f"{code} → {value}")


def _missing(item: Item, questionnaire: Questionnaire, lang: Language) -> Iterator[Line]:
    """Codes the form offers, a line each; the others together, for they return with every item."""
    if item.derived:
        return
    for code in item.offers:
        text, others = _told(questionnaire.missing_labels[code], lang)
        yield Line(f"{text} ({words('offered', lang)})", clean(code), others)
    reasons = {str(reason): text.in_language(lang) for reason, text in REASONS.items()}
    rest = [
        f"{clean(code) or words('empty', lang)} = {reasons[reason]}"
        for code, reason in questionnaire.missing_codes(item).items()
        if code not in item.offers
    ]
    if rest:
        yield Line("; ".join(rest))


def _asked(item: Item, table: Table, questionnaire: Questionnaire, lang: Language) -> list[Line]:
    found: list[Line] = []
    for other, codes in item.asked_if.items():
        governing = table.item(other)
        known = {level.code: level.label for level in questionnaire.levels(governing)}
        known |= {option.id: option.label for option in governing.options}
        known |= {code: questionnaire.missing_labels[code] for code in governing.offers}
        answers = words("or", lang).join(known[code].in_language(lang) for code in codes)
        question = governing.label.in_language(lang)
        found.append(Line(clean(words("if", lang, question=question, answers=answers))))
    return found


def _evidence(item: Item, lang: Language) -> list[Line]:
    found = [Line(words(item.evidence, lang))] if item.evidence else []
    return found + ([Line(clean(item.source_note), lang="en")] if item.source_note else [])
