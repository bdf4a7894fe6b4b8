"""A questionnaire as an XLSForm: the next wave is fielded from the file the last one is read by.

The form is that of https://xlsform.org, as KoBoToolbox and ODK read it. What stands in its column
``name`` are the columns the questionnaire declares, and the names of its choices are the
questionnaire's codes: an export of the form meets the items without a map.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from msfresearch.errors import QuestionnaireError
from msfresearch.survey.forms import words
from msfresearch.survey.forms.labels import country_label
from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.source import Text

#: How each language is called in the headers of the form.
LANGUAGES = {"en": "English (en)", "es": "Español (es)", "fr": "Français (fr)"}
#: What a device notes without being asked; nothing of it tells who answers.
METADATA = ("start", "end", "today")

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_CODE = re.compile(r"[A-Za-z0-9_.-]+")
_CODE_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
Row = dict[str, str]


@dataclass(frozen=True)
class Form:
    """The three sheets of an XLSForm.

    Attributes
    ----------
    survey, choices : tuple of dict
        Rows in order: column to cell; a column that a row does not have is empty there.
    settings : dict
        The one row of the sheet ``settings``.
    """

    survey: tuple[Row, ...]
    choices: tuple[Row, ...]
    settings: Row


class _Context(NamedTuple):
    """What the rows of one form have in common."""

    questionnaire: Questionnaire
    name: str
    table: Table
    lists: dict[str, tuple[Row, ...]]


def xlsform(questionnaire: Questionnaire, table: str, countries: Sequence[str]) -> Form:
    """The form that asks a table's items.

    Parameters
    ----------
    questionnaire : Questionnaire
        The instrument.
    table : str
        A table whose rows are people's answers.
    countries : sequence of str
        ISO 3166 alpha-3 codes that an item of type country offers.

    Returns
    -------
    Form
        Consent comes first, and without it nothing else is asked. Items that the platform notes
        itself (columns that begin with "_") or that are made of others are not asked.

    Raises
    ------
    QuestionnaireError
        When a table is not answered by people, two questions have one name, a name or a code
        cannot stand in a form, or a question depends on one that the form does not ask.
    """
    context = _Context(questionnaire, table, questionnaire.tables[table], {})
    if context.table.respondents is None:
        raise QuestionnaireError(
            "a table that nobody is asked to fill in",
            column=f"tables.{table}",
            expected="a table with the key respondents",
            action="a form is made only where each row is a person's answer",
        )
    rows = [{"type": kind, "name": kind} for kind in METADATA]
    asked = [item for item in context.table.items if is_asked(item)]
    consent = context.table.respondents.consent
    gate = ""
    if consent is not None:
        item = context.table.item(consent.item)
        rows += _question(item, context, "")
        gate = f"${{{question_name(item)}}} = '{consent.given}'"
        asked = [other for other in asked if other.id != item.id]
    met: dict[str, int] = {}
    for section, items in groupby(asked, key=lambda item: item.section):
        if section is None:
            for item in items:
                rows += _question(item, context, gate)
            continue
        met[section] = met.get(section, 0) + 1
        again = f"_{met[section]}" if met[section] > 1 else ""
        rows.append(
            {
                "type": "begin_group",
                "name": f"section_{section}{again}",
                **_told("label", questionnaire.sections[section]),
                "relevant": gate,
                "appearance": "field-list",
            }
        )
        for item in items:
            rows += _question(item, context, "")
        rows.append({"type": "end_group"})
    choices = [
        {"list_name": name, **choice}
        for name, content in _with_countries(context, countries).items()
        for choice in content
    ]
    _check_names(rows, context)
    return Form(tuple(rows), tuple(choices), _settings(rows, choices, context))


def is_asked(item: Item) -> bool:
    """Whether a form asks the item: not what the platform notes, nor what is made of others."""
    return not item.derived and not (item.column or "").startswith("_")


def question_name(item: Item) -> str:
    """Name of an item's question in the form.

    A question with one column is called as its column. The boxes of a question with several share
    the beginning of theirs: TOPICS for TOPICS_budget and TOPICS_other.
    """
    if item.column:
        return item.column
    starts = {option.column[: len(item.id)] for option in item.options}
    start = starts.pop()
    return start if not starts and start.casefold() == item.id else item.id


def form_bytes(form: Form) -> bytes:
    """The form as an XLSX workbook, the same bytes for the same form.

    Every cell is text: none is a formula, a link or a number, whatever it begins with.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": datetime(2019, 1, 1)})
    head, cell = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    sheets: Mapping[str, Sequence[Row]] = {
        "survey": form.survey,
        "choices": form.choices,
        "settings": (form.settings,),
    }
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        for place, column in enumerate(columns):
            sheet.set_column(place, place, 40 if "::" in column else 18)
            sheet.write_string(0, place, column, head)
        for line, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                if row.get(column):
                    sheet.write_string(line, place, row[column], cell)
        sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def _question(item: Item, context: _Context, gate: str) -> list[Row]:
    """The row of an item, and that of the text beside "other"."""
    name = question_name(item)
    conditions = [gate, *_conditions(item, context)]
    row = {
        "type": _type(item, context),
        "name": name,
        **_told("label", item.label),
        **_told("hint", _hint(item, context.questionnaire)),
        **_required(item, context.table),
        "relevant": " and ".join(condition for condition in conditions if condition),
        **_constraint(item),
        "appearance": {"country": "minimal autocomplete", "text": "multiline"}.get(item.type, ""),
    }
    if item.other is None:
        return [row]
    chosen = _is(item, name, (item.other.code,))
    beside = {
        "type": "text",
        "name": item.other.column,
        **_told("label", words.OTHER),
        "relevant": chosen,
    }
    return [row, beside]


def _type(item: Item, context: _Context) -> str:
    if item.type == "country":
        context.lists.setdefault("country__list", ())
        return "select_one country__list"
    if item.scale or item.options:
        kind = "select_multiple" if item.options else "select_one"
        return f"{kind} {_list(item, context)}"
    if item.type == "numeric" and not _as_text(item):
        return "integer" if item.whole else "decimal"
    return "date" if item.type == "date" else "text"


def _list(item: Item, context: _Context) -> str:
    """Name of the item's list of choices: its scale or options, and the missing codes offered."""
    questionnaire = context.questionnaire
    own = [(level.code, level.label) for level in questionnaire.levels(item)]
    own += [(option.id, option.label) for option in item.options]
    own += [(code, questionnaire.missing_labels[code]) for code in item.offers]
    wrong = [code for code, _ in own if not _CODE.fullmatch(code)]
    if wrong:
        raise _unfit(item, context, f"the code {wrong[0]!r}", "letters, digits, _ . and - alone")
    content = tuple({"name": code, **_told("label", label)} for code, label in own)
    name = "__".join([item.scale or item.id, *(["options"] if item.options else []), *item.offers])
    # Lists of one name and other content would be mixed by the form.
    while context.lists.get(name, content) != content:
        name += "_"
    context.lists[name] = content
    return name


def _with_countries(context: _Context, countries: Sequence[str]) -> Mapping[str, tuple[Row, ...]]:
    """The lists of choices, that of the countries filled in where an item needs it."""
    if "country__list" not in context.lists:
        return context.lists
    named = {code: country_label(code) for code in countries}
    offered = sorted(named, key=lambda code: (named[code].en, code))
    listed = tuple({"name": code, **_told("label", named[code])} for code in offered)
    return {**context.lists, "country__list": listed}


def _conditions(item: Item, context: _Context) -> list[str]:
    """When the item is asked, as XPath, one condition per item it depends on."""
    found: list[str] = []
    for other, codes in item.asked_if.items():
        governing = context.table.item(other)
        if not is_asked(governing):
            raise _unfit(item, context, f"asked_if: {other}", "an item that the form itself asks")
        found.append(_is(governing, question_name(governing), codes))
    return found


def _is(item: Item, name: str, codes: Sequence[str]) -> str:
    """That an item has one of these codes."""
    form = "selected(${{{}}}, '{}')" if item.options else "${{{}}} = '{}'"
    tests = [form.format(name, code) for code in codes]
    return tests[0] if len(tests) == 1 else f"({' or '.join(tests)})"


def _as_text(item: Item) -> bool:
    """Whether a number has to be asked as text, since a code for no answer could be one.

    A code that is a number and outside the item's range can be told from an answer.
    """
    for code in item.offers:
        if not _CODE_NUMBER.fullmatch(code) or item.maximum is None:
            return True
        low = float("-inf") if item.minimum is None else item.minimum
        if low <= float(code) <= item.maximum:
            return True
    return False


def _constraint(item: Item) -> Row:
    if item.options and item.offers:
        alone = " or ".join(f"selected(., '{code}')" for code in item.offers)
        rule, message = f"not({alone}) or count-selected(.) = 1", words.ALONE
    elif item.type == "numeric" and _as_text(item):
        number = r"[0-9]+" if item.whole else r"[0-9]+([.][0-9]+)?"
        sign = "-?" if item.minimum is None or item.minimum < 0 else ""
        fits = " and ".join([f"regex(., '^{sign}{number}$')", *_bounds(item, "number(.)")])
        rule = " or ".join([f"({fits})", *(f". = '{code}'" for code in item.offers)])
        message = words.in_range(item)
    elif item.type == "numeric" and _bounds(item, "."):
        fits = " and ".join(_bounds(item, "."))
        rule = " or ".join(
            [f"({fits})" if item.offers else fits, *(f". = {c}" for c in item.offers)]
        )
        message = words.in_range(item)
    elif item.type == "id" and item.pattern and "'" not in item.pattern:
        rule, message = f"regex(., '^({item.pattern})$')", words.PATTERN
    else:
        return {}
    return {"constraint": rule, **_told("constraint_message", message)}


def _bounds(item: Item, value: str) -> list[str]:
    bounds = [f"{value} >= {item.minimum:g}"] if item.minimum is not None else []
    return bounds + ([f"{value} <= {item.maximum:g}"] if item.maximum is not None else [])


def _hint(item: Item, questionnaire: Questionnaire) -> Text | None:
    if item.options:
        return words.SEVERAL
    if item.type == "numeric":
        offered = {code: questionnaire.missing_labels[code] for code in item.offers}
        return words.number_hint(item, offered)
    return None


def _required(item: Item, table: Table) -> Row:
    """Consent, and what says whose answer it is; everything else may be left out."""
    consent = table.respondents.consent if table.respondents else None
    needed = {*table.key, table.member, *([consent.item] if consent else [])}
    for whole in [table.item(one) for one in table.key] + [table.item(table.member)]:
        needed.update(whole.joined_of)
    if item.id not in needed:
        return {}
    return {"required": "yes", **_told("required_message", words.REQUIRED)}


def _told(what: str, text: Text | None) -> Row:
    if text is None:
        return {}
    return {f"{what}::{name}": text.in_language(lang) for lang, name in LANGUAGES.items()}


def _settings(rows: Sequence[Row], choices: Sequence[Row], context: _Context) -> Row:
    questionnaire = context.questionnaire
    asked = [t for t in questionnaire.tables.values() if t.respondents is not None]
    written = json.dumps([rows, choices], ensure_ascii=False, sort_keys=True)
    return {
        "form_title": questionnaire.title.en,
        "form_id": questionnaire.id if len(asked) == 1 else f"{questionnaire.id}_{context.name}",
        # The same questions give the same version; a changed word gives another.
        "version": hashlib.sha256(written.encode("utf-8")).hexdigest()[:12],
        "default_language": LANGUAGES["en"],
        "style": "pages",
    }


def _check_names(rows: Sequence[Row], context: _Context) -> None:
    names = [row["name"] for row in rows if "name" in row]
    for name in names:
        if not _NAME.fullmatch(name):
            raise QuestionnaireError(
                "a column whose name cannot stand in a form",
                column=f"tables.{context.name}",
                found=name,
                expected="a letter, then letters, digits, _ . and -",
                action="rename the column in the questionnaire",
            )
    folded = [name.casefold() for name in names]
    twice = [name for name in names if folded.count(name.casefold()) > 1]
    if twice:
        raise QuestionnaireError(
            "two questions of a form have one name",
            column=f"tables.{context.name}",
            found=", ".join(dict.fromkeys(twice)),
            action="rename one of the columns in the questionnaire",
        )


def _unfit(item: Item, context: _Context, found: str, expected: str) -> QuestionnaireError:
    return QuestionnaireError(
        "an item that a form cannot ask",
        column=f"tables.{context.name}, item {item.id}",
        found=found,
        expected=expected,
        action="change the item in the questionnaire",
    )
