"""A survey's structure as LimeSurvey exports it: questions, boxes and answers in every language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

from msfresearch.survey.items import Item
from msfresearch.survey.rehearsal.filled import Filled
from msfresearch.survey.rehearsal.platforms.columns import stem

_SURVEY = "481516"
_LANGUAGES = ("en", "es", "fr")
_TYPES = {"text": "T", "numeric": "N", "multi": "M", "country": "S", "date": "D", "id": "S"}
Row = Mapping[str, str]
Codes = Callable[[Filled, Item], Mapping[str, str]]


def structure(filled: Filled, codes_of: Codes) -> bytes:
    """The ``.lss`` of a form.

    Parameters
    ----------
    filled : Filled
        The form; its answers are not looked at.
    codes_of : callable
        The questionnaire's codes of an item to the platform's.

    Returns
    -------
    bytes
        XML in UTF-8, the sections as release 5 writes them: groups, questions, subquestions and
        answers with their words apart from them, one row per language.
    """
    sections: dict[str, list[Row]] = {
        name: []
        for name in (
            "answers",
            "answer_l10ns",
            "groups",
            "group_l10ns",
            "questions",
            "subquestions",
            "question_l10ns",
        )
    }
    groups = {
        part: str(n) for n, part in enumerate(dict.fromkeys(i.section for i in filled.items), 1)
    }
    for section, number in groups.items():
        sections["groups"].append({"gid": number, "sid": _SURVEY, "group_order": number})
        for language in _LANGUAGES:
            heading = filled.questionnaire.sections.get(section or "")
            name = heading.in_language(language) if heading else "…"
            sections["group_l10ns"].append(
                {
                    "id": _next(sections["group_l10ns"]),
                    "gid": number,
                    "group_name": name,
                    "language": language,
                }
            )
    for place, item in enumerate(filled.items, start=1):
        _question(filled, item, str(place), groups[item.section], sections, codes_of)
    parts = [_languages(filled), *(_section(name, rows) for name, rows in sections.items())]
    body = "\n".join(parts)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<document>\n'
        " <LimeSurveyDocType>Survey</LimeSurveyDocType>\n <DBVersion>493</DBVersion>\n"
        f"{body}\n</document>\n"
    )
    return text.encode("utf-8")


def _question(
    filled: Filled,
    item: Item,
    number: str,
    group: str,
    sections: dict[str, list[Row]],
    codes_of: Codes,
) -> None:
    kind = _TYPES.get(item.type, "L")
    common = {"sid": _SURVEY, "gid": group, "mandatory": "N", "scale_id": "0", "relevance": "1"}
    sections["questions"].append(
        {
            "qid": number,
            "parent_qid": "0",
            "type": kind,
            "title": _plain(stem(item)),
            "other": "Y" if item.other else "N",
            "question_order": number,
            **common,
        }
    )
    _words(sections, number, {one: filled.question(item, one) for one in _LANGUAGES})
    other = item.other.code if item.other else None
    for place, option in enumerate(item.options, start=1):
        if option.id == other:
            continue
        own = f"{number}{place:03d}"
        sections["subquestions"].append(
            {
                "qid": own,
                "parent_qid": number,
                "type": "T",
                "title": _plain(option.id)[:20],
                "other": "N",
                "question_order": str(place),
                **common,
            }
        )
        _words(sections, own, {one: option.label.in_language(one) for one in _LANGUAGES})
    if not item.scale:
        return
    for place, (code, coded) in enumerate(codes_of(filled, item).items(), start=1):
        if code == other:
            continue
        own = f"{number}{place:03d}"
        sections["answers"].append(
            {
                "aid": own,
                "qid": number,
                "code": coded,
                "sortorder": str(place),
                "assessment_value": "0",
                "scale_id": "0",
            }
        )
        for language in _LANGUAGES:
            sections["answer_l10ns"].append(
                {
                    "id": _next(sections["answer_l10ns"]),
                    "aid": own,
                    "answer": filled.words(item, language)[code],
                    "language": language,
                }
            )


def _words(sections: dict[str, list[Row]], number: str, words: Mapping[str, str]) -> None:
    for language, text in words.items():
        sections["question_l10ns"].append(
            {
                "id": _next(sections["question_l10ns"]),
                "qid": number,
                "question": text,
                "help": "",
                "language": language,
            }
        )


def _plain(code: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", code)


def _next(rows: Sequence[Row]) -> str:
    return str(len(rows) + 1)


def _languages(filled: Filled) -> str:
    others = [one for one in _LANGUAGES if one != filled.language]
    listed = "".join(f"  <language>{one}</language>\n" for one in (filled.language, *others))
    return f" <languages>\n{listed} </languages>"


def _section(name: str, rows: Sequence[Row]) -> str:
    names = list(rows[0]) if rows else []
    fields = "".join(f"   <fieldname>{one}</fieldname>\n" for one in names)
    filled = "".join(
        "   <row>\n"
        + "".join(
            f"    <{key}>{_text(value)}</{key}>\n" if value else f"    <{key}/>\n"
            for key, value in row.items()
        )
        + "   </row>\n"
        for row in rows
    )
    return f" <{name}>\n  <fields>\n{fields}  </fields>\n  <rows>\n{filled}  </rows>\n </{name}>"


def _text(value: str) -> str:
    return f"<![CDATA[{value}]]>" if "]]>" not in value else escape(value)
