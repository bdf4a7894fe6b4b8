"""Which columns of Qualtrics belong to one question, and which part of it each is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: ImportId of a question, with the number of a loop before it.
_QUESTION = re.compile(r"(?:[0-9]+_)?QID[0-9]+")
#: What the platform adds to a question of itself: order of display, clicks, browser, and the
#: marks of its text analysis (a long hexadecimal number and a name).
_ADDED = re.compile(
    r".*_DO(?:_.*)?|.*_(?:FIRST_CLICK|LAST_CLICK|PAGE_SUBMIT|CLICK_COUNT)"
    r"|.*_(?:BROWSER|VERSION|OS|RESOLUTION)|.*_TEXT_[0-9a-f]{16,}.*",
    re.S,
)
_ADDED_NAME = re.compile(
    r".*_DO(?:_.*)?|.*_(?:First Click|Last Click|Page Submit|Click Count"
    r"|Browser|Version|Operating System|Resolution)",
    re.S,
)
_SUFFIX = re.compile(r"(?:_[0-9]+)*(?:_TEXT)?")
#: Between a question and its option: today, and in the legacy export, whose hyphen must not be
#: one inside a word such as multi-stakeholder.
_SEPARATOR = re.compile(r" - ")
_SEPARATOR_LEGACY = re.compile(r"(?<![^\W\d_A-Z])-|-(?![^\W\d_A-Z])")


@dataclass(frozen=True)
class Question:
    """Where a column belongs: wording, part, shared key; and whether it is no answer at all."""

    question: str
    part: str
    group: str
    administrative: bool = False


def questions(
    names: Sequence[str], texts: Sequence[str], ids: Sequence[Mapping[str, object]]
) -> dict[str, Question]:
    """Sort columns into questions.

    Parameters
    ----------
    names, texts : sequence of str
        Export tags and wordings, one per column.
    ids : sequence of mapping
        The JSON of the ImportIds; empty for a file that has none. Then tags that differ in
        their number alone, with wordings that begin alike, are one question.

    Returns
    -------
    dict
        Column to its question. Where there are ImportIds, embedded data have no entry.
    """
    text_of = dict(zip(names, texts, strict=True))
    if ids:
        keys = {
            name: match[0]
            for name, told in zip(names, ids, strict=True)
            if (match := _QUESTION.match(str(told.get("ImportId", ""))))
        }
        added = {
            name
            for name, told in zip(names, ids, strict=True)
            if name in keys and _ADDED.fullmatch(str(told["ImportId"]))
        }
    else:
        keys = {name: _base(name) for name in names}
        added = {name for name in names if _ADDED_NAME.fullmatch(name)}
    groups: dict[str, list[str]] = {}
    for name, one in keys.items():
        if name not in added:
            groups.setdefault(one, []).append(name)
    found = {name: Question(text_of[name], "", name, administrative=True) for name in added}
    for told, members in groups.items():
        found |= _question(told if ids else None, members, text_of)
    return found


def _base(name: str) -> str:
    """An export tag without the numbers and the TEXT that the platform puts behind it."""
    end = re.search(rf"{_SUFFIX.pattern}$", name)
    return name[: end.start()] or name if end else name


def _question(
    told: str | None, members: list[str], texts: Mapping[str, str]
) -> dict[str, Question]:
    """The columns of one question, or of one tag where nothing says that it is one."""
    if len(members) == 1:
        name = members[0]
        return {name: Question(texts[name], "", name)}
    group = _shared(members) or told or members[0]
    separator = _SEPARATOR if told is not None else _SEPARATOR_LEGACY
    wording = _wording([texts[name] for name in members], texts.get(group), separator)
    if wording is None:
        if told is None and group not in members:
            return {name: Question(texts[name], "", name) for name in members}
        return {name: Question(texts[name], "", group) for name in members}
    return {
        name: Question(wording, "" if name == group else _part(texts[name], wording), group)
        for name in members
    }


def _shared(names: Sequence[str]) -> str:
    """What tags have in common, up to an underscore: Q5 of Q5_1 and Q5_7_TEXT."""
    parts = [name.split("_") for name in names]
    return "_".join(parts[0][: _alike(parts)])


def _alike(several: Sequence[Sequence[str]]) -> int:
    """How far sequences are the same from their start."""
    for position, ones in enumerate(zip(*several, strict=False)):
        if len(set(ones)) > 1:
            return position
    return min(map(len, several))


def _wording(texts: Sequence[str], whole: str | None, separator: re.Pattern[str]) -> str | None:
    """What the wordings of a question's columns have in common; None where they have nothing.

    ``whole`` is the wording of the question's main column, where it has one.
    """
    others = [text for text in texts if text != whole]
    if whole and others and all(_continues(text, whole) for text in others):
        return whole
    if len(set(texts)) == 1:
        return None
    common = _alike(texts)
    ends = [
        match.start()
        for match in separator.finditer(texts[0])
        # In every text: what follows says whether a hyphen stands inside a word.
        if match.end() <= common and all(separator.match(text, match.start()) for text in texts)
    ]
    return texts[0][: ends[-1]].rstrip() if ends and ends[-1] > 0 else None


def _continues(text: str, whole: str) -> bool:
    return text.startswith(whole) and re.match(r" ?-", text[len(whole) :]) is not None


def _part(text: str, wording: str) -> str:
    return re.sub(r"^\s*-\s*", "", text[len(wording) :]).strip()
