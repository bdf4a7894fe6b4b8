"""Codes of another program: read from its file, matched to the themes of the frame."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pandas as pd

from msfresearch.errors import CodebookError
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.codes import NO_THEME
from msfresearch.themes.exchange.names import code_names, guid, no_theme
from msfresearch.themes.exchange.package import local
from msfresearch.themes.exchange.shapes import CODES, Remarks
from msfresearch.themes.schemas import table

_GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")


class Code(NamedTuple):
    """A code of another program.

    Attributes
    ----------
    guid : str
        In lower case, without braces.
    name : str
        As it stands there.
    parent : str
        Name of the code above it, empty for none.
    description : str
        Empty for none.
    """

    guid: str
    name: str
    parent: str
    description: str


@dataclass(frozen=True)
class Matched:
    """The codes of a file and the theme of each, by its identifier.

    Attributes
    ----------
    codes : DataFrame
        As ``CODES``.
    themes : dict
        Identifier to theme, to ``-`` for none, to "" where nothing was matched.
    names : dict
        Identifier to name.
    """

    codes: pd.DataFrame
    themes: Mapping[str, str]
    names: Mapping[str, str]


def plain_guid(text: str | None) -> str:
    """An identifier in lower case and without braces; empty for what is none."""
    found = _GUID.fullmatch((text or "").strip())
    return found[1].lower() if found else ""


def read_codes(folder: ET.Element | None, path: Path) -> list[Code]:
    """The codes of a codebook, each after the one above it.

    Raises
    ------
    CodebookError
        For a code without identifier or name, an identifier given twice, two codes of one name
        beneath the same code.
    """
    found: list[Code] = []
    # Walked without recursion, in the order of the file.
    todo = [(element, "", "") for element in reversed(_within(folder, "Code"))]
    seen: set[str] = set()
    siblings: set[tuple[str, str]] = set()
    while todo:
        element, above, parent = todo.pop()
        code = plain_guid(element.get("guid"))
        name = " ".join((element.get("name") or "").split())
        if not code or not name:
            raise CodebookError(
                "a code without a name or an identifier",
                file=path,
                column="Code",
                found=f"name {name!r}, guid {element.get('guid')!r}",
                action="export the codebook again",
            )
        if code in seen:
            raise CodebookError(
                "two codes with one identifier",
                file=path,
                column="Code",
                found=code,
                action="export the codebook again; the file does not say which of them is meant",
            )
        if (above, name.casefold()) in siblings:
            raise CodebookError(
                "two codes of one name in one place",
                file=path,
                column="Code",
                found=name,
                action="rename one of them in the program and export again",
            )
        seen.add(code)
        siblings.add((above, name.casefold()))
        told = next((child.text or "" for child in _within(element, "Description")), "")
        found.append(Code(code, name, parent, told.strip()))
        todo += [(child, code, name) for child in reversed(_within(element, "Code"))]
    return found


def match_codes(codes: Iterable[Code], codebook: Codebook, remarks: Remarks) -> Matched:
    """Find the theme of each code: by identifier, then by id, then by label in any language.

    A label that several themes share matches none of them.
    """
    by_guid = {guid("theme", theme): theme for theme in (*codebook.themes, NO_THEME)}
    families = {guid("family", family): family for family in codebook.families}
    labels = _labels(codebook)
    family_names = {_key(label) for names in codebook.families.values() for label in names.values()}
    rows: dict[str, list[object]] = {name: [] for name in CODES.columns}
    themes: dict[str, str] = {}
    names: dict[str, str] = {}
    for code in codes:
        theme, by = by_guid.get(code.guid, ""), "guid"
        if not theme and (code.name in codebook.themes or code.name == NO_THEME):
            theme, by = code.name, "id"
        if not theme:
            meant = labels.get(_key(code.name), set())
            theme, by = (next(iter(meant)), "label") if len(meant) == 1 else ("", "")
            family = code.guid in families or _key(code.name) in family_names
            if len(meant) > 1:
                remarks.add(f"code {code.name}", f"the label of {len(meant)} themes: not matched")
            elif not meant and not family:
                remarks.add(f"code {code.name}", "no theme of the frame: not matched")
        themes[code.guid], names[code.guid] = theme, code.name
        for column, value in zip(CODES.columns, (*code, theme, by), strict=True):
            rows[column].append(value)
    return Matched(table(CODES, rows), themes, names)


def _labels(codebook: Codebook) -> dict[str, set[str]]:
    """Every name that a theme may have gone out under, and the themes that it may stand for."""
    labels: dict[str, set[str]] = {}
    for language in codebook.languages:
        for theme_id, theme in codebook.themes.items():
            labels.setdefault(_key(theme.labels[language]), set()).add(theme_id)
        names = code_names(codebook, language)
        for theme_id in codebook.themes:
            # A name that was made different from another's says which theme it is.
            key = _key(names[f"theme {theme_id}"])
            if key not in labels:
                labels[key] = {theme_id}
        labels.setdefault(_key(no_theme(language)[0]), set()).add(NO_THEME)
    return labels


def _key(name: str) -> str:
    """A name as it is compared: case, composed accents, blanks and a theme id's joints aside."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return " ".join(folded.replace("_", " ").split())


def _within(element: ET.Element | None, name: str) -> list[ET.Element]:
    return [] if element is None else [child for child in element if local(child) == name]
