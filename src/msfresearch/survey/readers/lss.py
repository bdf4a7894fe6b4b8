"""LimeSurvey's structure files (.lss): what was asked, of what parts, with which answers.

The layout is that of LimeSurvey's own writer and of its code for headings: tables of questions,
subquestions and answers, with their texts in tables of their own since version 4 and in the same
rows before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msfresearch.errors import SourceError
from msfresearch.survey.readers.columns import words
from msfresearch.survey.readers.guards import expect, parse_xml

Texts = Mapping[str, str]

#: Answers that LimeSurvey knows without a table of them, by type of question.
_YES = {"en": "Yes", "es": "Sí", "fr": "Oui"}
_NO = {"en": "No", "es": "No", "fr": "Non"}
_BUILT_IN: dict[str, dict[str, Texts]] = {
    "Y": {"Y": _YES, "N": _NO},
    "M": {"Y": _YES, "N": _NO},
    "P": {"Y": _YES, "N": _NO},
    "C": {
        "Y": _YES,
        "U": {"en": "Uncertain", "es": "Indeciso", "fr": "Incertain"},
        "N": _NO,
    },
    "G": {
        "F": {"en": "Female", "es": "Femenino", "fr": "Féminin"},
        "M": {"en": "Male", "es": "Masculino", "fr": "Masculin"},
    },
    "E": {
        "I": {"en": "Increase", "es": "Aumentar", "fr": "Augmenter"},
        "S": {"en": "Same", "es": "Igual", "fr": "Sans changement"},
        "D": {"en": "Decrease", "es": "Disminuir", "fr": "Diminuer"},
    },
}
OTHER_CODE = "-oth-"
_OTHER: Texts = {"en": "Other", "es": "Otro", "fr": "Autre"}
_COMMENT: Texts = {"en": "Comment", "es": "Comentario", "fr": "Commentaire"}
#: Types whose answers are chosen, not typed.
_CLOSED = frozenset("YMPCGEL!OFHARB51")
_WITH_ROWS = frozenset("ABCEFHKQMP;:1")


@dataclass(frozen=True)
class Field:
    """One column that LimeSurvey makes of a question.

    Attributes
    ----------
    code
        Heading as a code: ``Q1``, ``Q1[SQ001]``, ``Q1[other]``.
    question
        Code of the question.
    text, parts
        Wording of the question, and of each part in brackets, by language.
    labels
        Answer code to its words, by language; empty where answers are typed.
    closed
        Whether the answer is chosen from a list.
    """

    code: str
    question: str
    text: Texts
    parts: tuple[Texts, ...] = ()
    labels: Mapping[str, Texts] = field(default_factory=dict)
    closed: bool = False


@dataclass(frozen=True)
class Structure:
    """A survey's structure.

    Attributes
    ----------
    language
        The base language of the survey.
    languages
        All of them, the base language first.
    fields
        Columns of the questions in the order of the form.
    """

    language: str
    languages: tuple[str, ...]
    fields: tuple[Field, ...]

    def words(self, texts: Texts, language: str = "") -> str:
        """A text in a language, or in the base language where it has none in that."""
        return texts.get(language) or texts.get(self.language) or next(iter(texts.values()), "")


def read_structure(path: Path) -> Structure:
    """Read a LimeSurvey structure file.

    Raises
    ------
    SourceError
        When it is not one, is damaged, or defines entities.
    """
    expect(path, ("xml",))
    root = parse_xml(path)
    kind = (root.findtext("LimeSurveyDocType") or "").strip()
    if root.tag != "document" or kind != "Survey":
        raise SourceError(
            "not a LimeSurvey structure file",
            file=path,
            found=f"<{root.tag}> {kind}".strip(),
            expected="<document> with the LimeSurveyDocType Survey",
            action="in LimeSurvey: Display/Export, Survey structure (.lss)",
        )
    listed = [(one.text or "").strip() for one in root.findall("languages/language")]
    survey = next(_rows(root, "surveys"), {})
    base = survey.get("language") or (listed[0] if listed else "en")
    languages = tuple(dict.fromkeys([base, *(one for one in listed if one)]))
    return Structure(base, languages, tuple(_fields(root, base)))


def _rows(root: Any, table: str) -> Iterator[dict[str, str]]:
    for row in root.findall(f"{table}/rows/row"):
        yield {cell.tag: (cell.text or "").strip() for cell in row}


def _texts(root: Any, table: str, key: str, text: str, base: str) -> dict[str, dict[str, str]]:
    """Texts by id and language, from the table itself and from its table of translations."""
    found: dict[str, dict[str, str]] = {}
    for one in (table, f"{table.removesuffix('s')}_l10ns", "question_l10ns"):
        for row in _rows(root, one):
            said = words(row.get(text, ""))
            if said and key in row:
                found.setdefault(row[key], {})[row.get("language") or base] = said
    return found


def _fields(root: Any, base: str) -> Iterator[Field]:
    """Columns of every question, as LimeSurvey's own writer makes their headings."""
    asked = _texts(root, "questions", "qid", "question", base)
    rows_text = _texts(root, "subquestions", "qid", "question", base)
    groups = {row["gid"]: _number(row.get("group_order")) for row in _rows(root, "groups")}
    questions = {row["qid"]: row for row in _rows(root, "questions")}
    parts = {row["qid"]: row for row in _rows(root, "subquestions")}
    # Early files keep subquestions among the questions.
    parts |= {qid: row for qid, row in questions.items() if row.get("parent_qid", "0") != "0"}
    answers = _answers(root, base)
    other = {
        row["qid"]: {row.get("language") or base: words(row.get("value", ""))}
        for row in _rows(root, "question_attributes")
        if row.get("attribute") == "other_replace_text" and row.get("value")
    }
    ordered = sorted(
        (row for qid, row in questions.items() if qid not in parts),
        key=lambda row: (groups.get(row["gid"], 0), _number(row.get("question_order"))),
    )
    for row in ordered:
        qid = row["qid"]
        mine = sorted(
            (part for part in parts.values() if part.get("parent_qid") == qid),
            key=lambda part: _number(part.get("question_order")),
        )
        yield from _columns(
            row,
            [[part for part in mine if part.get("scale_id", "0") == axis] for axis in "01"],
            asked.get(qid, {}),
            {**asked, **rows_text},
            answers.get(qid, {}),
            {**_OTHER, **other.get(qid, {})},
        )


def _columns(
    row: dict[str, str],
    axes: list[list[dict[str, str]]],
    text: Texts,
    texts: Mapping[str, Texts],
    answers: Mapping[str, Mapping[str, Texts]],
    other: Texts,
) -> Iterator[Field]:
    code, kind = row["title"], row["type"]
    labels = dict(_BUILT_IN.get(kind, {})) or dict(answers.get("0", {}))
    has_other = row.get("other") == "Y"
    closed = kind in _CLOSED

    def made(name: str, *parts: Texts, choices: Mapping[str, Texts] | None = None) -> Field:
        chosen = labels if choices is None else choices
        return Field(name, code, text, parts, chosen, closed and choices is None)

    if kind in _WITH_ROWS:
        for part in axes[0]:
            name, said = part["title"], texts.get(part["qid"], {})
            if kind in ";:":
                for across in axes[1]:
                    over = texts.get(across["qid"], {})
                    yield made(f"{code}[{name}_{across['title']}]", said, over)
            elif kind == "1":
                for scale in ("0", "1"):
                    mark = {"en": f"Scale {int(scale) + 1}"}
                    yield Field(
                        f"{code}[{name}][{int(scale) + 1}]",
                        code,
                        text,
                        (said, mark),
                        answers.get(scale, {}),
                        closed=True,
                    )
            else:
                yield made(f"{code}[{name}]", said)
            if kind == "P":
                yield made(f"{code}[{name}comment]", said, _COMMENT, choices={})
        if has_other:
            yield made(f"{code}[other]", other, choices={})
            if kind == "P":
                yield made(f"{code}[othercomment]", other, _COMMENT, choices={})
    elif kind == "R":
        for rank in range(1, max(len(labels), len(axes[0])) + 1):
            mark = {"en": f"Rank {rank}", "es": f"Posición {rank}", "fr": f"Rang {rank}"}
            yield made(f"{code}[{rank}]", mark)
    else:
        if kind in "L!" and has_other:
            labels[OTHER_CODE] = other
        yield made(code)
        if kind in "L!" and has_other:
            yield made(f"{code}[other]", other, choices={})
        if kind == "O":
            yield made(f"{code}[comment]", _COMMENT, choices={})
        if kind == "|":
            yield made(f"{code}[filecount]", {"en": "filecount"}, choices={})


def _answers(root: Any, base: str) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    """Question id to scale to answer code to its words by language."""
    translated = _texts(root, "answers", "aid", "answer", base)
    found: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    for row in _rows(root, "answers"):
        scale = found.setdefault(row["qid"], {}).setdefault(row.get("scale_id") or "0", {})
        said = scale.setdefault(row["code"], {})
        if "answer" in row:
            said[row.get("language") or base] = words(row["answer"])
        else:
            said.update(translated.get(row.get("aid", ""), {}))
    return found


def _number(text: str | None) -> int:
    return int(text) if text and text.lstrip("-").isdigit() else 0
