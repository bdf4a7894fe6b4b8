"""LimeSurvey: responses as CSV, with codes or with full answers, and the structure as ``.lss``.

The platform allows letters and figures alone in a question's code, and five of them in an
answer's: MSF_EXISTS becomes MSFEXISTS and a code such as ``consensus`` becomes A1, A2 … The
structure beside the export says in every language what they mean, so the survey's author has to
export it too and keep the questionnaire's wording. ``csv`` has codes; ``csv-full`` has the
question's words as heading and the answer's words in the cells, "N/A" where a box
was not displayed.
"""

from __future__ import annotations

import hashlib
import re

from msfresearch.survey.items import Item
from msfresearch.survey.rehearsal.filled import Filled, Vendor, Written
from msfresearch.survey.rehearsal.platforms.columns import (
    Columns,
    answered,
    choose,
    note,
    stem,
    texts,
    ticked,
)
from msfresearch.survey.rehearsal.platforms.lss import structure
from msfresearch.survey.rehearsal.platforms.tables import delimited

_OWN = (
    ("id", "Response ID"),
    ("submitdate", "Date submitted"),
    ("lastpage", "Last page"),
    ("startlanguage", "Start language"),
    ("seed", "Seed"),
    ("token", "Access code"),
    ("startdate", "Date started"),
    ("datestamp", "Date last action"),
    ("ipaddr", "IP address"),
    ("refurl", "Referrer URL"),
)
_YES = {"en": ("Yes", "No"), "es": ("Sí", "No"), "fr": ("Oui", "Non")}
_OTHER = {"en": "Other", "es": "Otro", "fr": "Autre"}
_NOT_SHOWN = "N/A"


def _write(filled: Filled, name: str, file_format: str) -> Written:
    full = file_format == "csv-full"
    columns = Columns()
    for (code, words), cells in zip(_OWN, _own(filled), strict=True):
        columns.add((words if full else code,), cells)
    for item in filled.items:
        for code, words, cells in _question(filled, item, full):
            columns.add((words if full else code,), cells)
    timings = [f"{int(one)}.00" for one in filled.notes["seconds"]]
    columns.add(("Total time" if full else "interviewtime",), timings)
    content, lines = delimited(
        columns.header(),
        columns.rows(),
        delimiter=";" if full else ",",
        quote_all=True,
        mark=True,
    )
    # The platform ends the file with an empty line.
    content += b"\r\n"
    file, form = f"{name}.csv", f"{name}.lss"
    return Written(file, {file: content, form: structure(filled, codes_of)}, lines, form)


def _own(filled: Filled) -> list[list[str]]:
    clock = "%Y-%m-%d %H:%M:%S"
    end = filled.local(filled.notes["sent"], clock)
    pages = len({item.section for item in filled.items})
    last = [str(max(1, round(float(one) / 100 * pages))) for one in filled.notes["progress"]]
    ids = note(filled, "id")
    return [
        ids,
        choose(filled.notes["finished"].to_numpy(dtype=bool), end),
        last,
        note(filled, "language"),
        [str(int(hashlib.blake2b(one.encode(), digest_size=4).hexdigest(), 16)) for one in ids],
        note(filled, "token"),
        filled.local(filled.notes["started"], clock),
        end,
        note(filled, "ip"),
        [""] * len(ids),
    ]


def _question(filled: Filled, item: Item, full: bool) -> list[tuple[str, str, list[str]]]:
    code, words = question_code(item), filled.question(item)
    if item.options:
        return _boxes(filled, item, full, code, words)
    cells = texts(filled, item.id)
    if item.scale:
        answers = codes_of(filled, item)
        said = filled.words(item)
        other = item.other.code if item.other else None
        meant = {own: said[own] if full else coded for own, coded in answers.items()}
        if other is not None:
            meant[other] = _OTHER[filled.language] if full else "-oth-"
        cells = [meant.get(cell, cell) for cell in cells]
    elif full and item.offers:
        said = filled.words(item)
        cells = [said.get(cell, cell) for cell in cells]
    found = [(code, words, cells)]
    if item.other is not None:
        label = f"{words} [{_OTHER[filled.language]}]"
        found.append((f"{code}[other]", label, texts(filled, f"{item.id}_other")))
    return found


def _boxes(
    filled: Filled, item: Item, full: bool, code: str, words: str
) -> list[tuple[str, str, list[str]]]:
    yes, no = _YES[filled.language]
    given = answered(filled, item)
    shown = filled.shown[item.id].to_numpy()
    other = item.other.code if item.other else None
    found: list[tuple[str, str, list[str]]] = []
    for option in item.options:
        label = option.label.in_language(filled.language)
        if option.id == other:
            # The box of "other" has no column but that of its text.
            continue
        mark = ticked(filled, item, option.id)
        cells = choose(mark, "Y")
        if full:
            cells = choose(shown, choose(mark & given, yes, no), _NOT_SHOWN)
        found.append((f"{code}[{option_code(option.id)}]", f"{words} [{label}]", cells))
    if other is not None:
        label = f"{words} [{_OTHER[filled.language]}]"
        found.append((f"{code}[other]", label, texts(filled, f"{item.id}_other")))
    return found


def question_code(item: Item) -> str:
    """A question's code as the platform allows it: letters and figures."""
    return re.sub(r"[^A-Za-z0-9]", "", stem(item))


def option_code(option: str) -> str:
    """A subquestion's code."""
    return re.sub(r"[^A-Za-z0-9]", "", option)[:20]


def codes_of(filled: Filled, item: Item) -> dict[str, str]:
    """The questionnaire's codes of an item to the platform's, of five characters at most."""
    codes = list(filled.words(item))
    if all(re.fullmatch(r"[A-Za-z0-9]{1,5}", code) for code in codes):
        return {code: code for code in codes}
    return {code: f"A{place}" for place, code in enumerate(codes, start=1)}


_TELLS = frozenset({"person", "place", "language", "duration", "unsent", "names"})
VENDOR = Vendor(
    "limesurvey",
    ("csv", "csv-full"),
    {"csv": _TELLS, "csv-full": _TELLS},
    lambda place, _: str(place + 1),
    _write,
)
