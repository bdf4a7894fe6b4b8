"""XLSForms: the names of a KoBo or ODK form, to its questions and answers in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from msfresearch.errors import SourceError
from msfresearch.survey.readers.columns import words
from msfresearch.survey.readers.workbook import read_sheets

Texts = Mapping[str, str]

_SELECT = re.compile(
    r"(?:select|add|select all)[ _](one|1|multiple|that apply)(?: from)? (\S+)(?: .*)?", re.I
)


@dataclass(frozen=True)
class Question:
    """One question of a form.

    Attributes
    ----------
    name
        Name in the form.
    path
        Names of the groups around it and its own, joined by a stroke.
    kind
        ``select_one``, ``select_multiple``, ``note``, ``text`` …
    label
        Wording by language; the key of a label without one is "".
    choices
        Choice name to its words by language.
    """

    name: str
    path: str
    kind: str
    label: Texts
    choices: Mapping[str, Texts] = field(default_factory=dict)


def read_xlsform(path: Path) -> tuple[Question, ...]:
    """Read the survey and choices sheets of an XLSForm.

    Raises
    ------
    SourceError
        When the workbook has no such sheets.
    """
    sheets = {name.casefold().strip(): sheet for name, sheet in read_sheets(path).items()}
    if "survey" not in sheets or sheets["survey"].empty:
        raise SourceError(
            "not an XLSForm",
            file=path,
            found=", ".join(sheets) or "no sheet",
            expected="a sheet named survey, and one named choices",
            action="in KoBo: FORM, Download XLS",
        )
    survey = _headed(sheets["survey"])
    lists: dict[str, dict[str, Texts]] = {}
    for row in _headed(sheets["choices"]) if "choices" in sheets else ():
        name = row.get("list_name") or row.get("list name", "")
        lists.setdefault(name, {})[row.get("name", "")] = _labels(row)
    found: list[Question] = []
    groups: list[str] = []
    for row in survey:
        kind, chosen = _kind(row.get("type", ""))
        if kind in ("begin group", "begin repeat"):
            groups.append(row.get("name", ""))
        elif kind in ("end group", "end repeat"):
            groups = groups[:-1]
        elif kind and row.get("name"):
            name = row["name"]
            whole = "/".join([*groups, name])
            found.append(Question(name, whole, kind, _labels(row), lists.get(chosen, {})))
    return tuple(found)


def _kind(text: str) -> tuple[str, str]:
    """Type of a row in one spelling, and the list of choices it names."""
    plain = " ".join(text.split())
    match = _SELECT.fullmatch(plain)
    if match:
        many = match[1].casefold() not in ("one", "1")
        return "select_multiple" if many else "select_one", match[2]
    return plain.casefold().replace("_", " "), ""


def _headed(sheet: pd.DataFrame) -> list[dict[str, str]]:
    """Rows by the names in the first row, blank rows left out."""
    if sheet.empty:
        return []
    header = [str(name).strip().casefold() for name in sheet.iloc[0]]
    return [
        {name: str(cell).strip() for name, cell in zip(header, row, strict=True) if name}
        for row in sheet.iloc[1:].itertuples(index=False)
        if any(row)
    ]


def _labels(row: Mapping[str, str]) -> Texts:
    """Labels by what follows the colons: "label::English (en)" is "english (en)"."""
    return {
        name.partition(":")[2].strip(": "): words(text)
        for name, text in row.items()
        if name.partition(":")[0].strip() == "label" and text
    }
