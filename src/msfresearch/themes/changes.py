"""What changed between two versions of a code frame, and which answers it moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from msfresearch.themes.codebook import Codebook, Pattern, Theme
from msfresearch.themes.matching.matcher import match
from msfresearch.themes.schemas import CHANGES, RECODED, table

_TEXTS = ("labels", "definition", "include", "exclude", "examples")


def changes(old: Codebook, new: Codebook) -> pd.DataFrame:
    """Everything that differs between two versions of a frame.

    Parameters
    ----------
    old, new : Codebook
        The versions.

    Returns
    -------
    DataFrame
        One row per difference, in the order of the new frame, what is gone last: ``theme`` (""
        for the frame itself), ``language`` ("" where it has none), ``part`` (theme, family,
        label, pattern, …), ``change`` (added, removed, changed, renamed), ``before``, ``after``.
        A theme counts as renamed where an id is gone and a new one has its family and all its
        patterns. No rows for equal frames.
    """
    rows: list[tuple[str, str, str, str, str, str]] = []
    for name in ("version", "status", "nested", "negation_within"):
        rows += _changed("", "", name, getattr(old, name), getattr(new, name))
    rows += _listed("", "", "language", old.languages, new.languages)
    for name in ("negators", "common_words"):
        rows += _per_language("", name, getattr(old, name), getattr(new, name))
    for family in [*new.families, *(f for f in old.families if f not in new.families)]:
        before, after = old.families.get(family), new.families.get(family)
        if before is None or after is None:
            change = "removed" if after is None else "added"
            rows.append(("", "", "family", change, family if after is None else "", family))
        else:
            rows += _per_language("", f"label of {family}", before, after)
    renamed = _renamed(old, new)
    for theme_id, theme in new.themes.items():
        if theme_id in renamed:
            rows.append((theme_id, "", "theme", "renamed", renamed[theme_id], theme_id))
        before_id = renamed.get(theme_id, theme_id)
        if before_id in old.themes:
            rows += _theme(theme_id, old.themes[before_id], theme)
        else:
            rows.append((theme_id, "", "theme", "added", "", theme_id))
    gone = [t for t in old.themes if t not in new.themes and t not in renamed.values()]
    rows += [(theme_id, "", "theme", "removed", theme_id, "") for theme_id in gone]
    columns = list(CHANGES.columns)
    return table(CHANGES, {name: [row[at] for row in rows] for at, name in enumerate(columns)})


def recoded(answers: pd.DataFrame, old: Codebook, new: Codebook) -> pd.DataFrame:
    """Answers whose patterns fire for other themes under the new version.

    Parameters
    ----------
    answers : DataFrame
        As :func:`msfresearch.themes.match` takes them. Answers in a language that one of the two
        frames lacks have no code there.
    old, new : Codebook
        The versions. A renamed theme is the same theme.

    Returns
    -------
    DataFrame
        ``answer_id``, ``theme`` (the new id, where it was renamed), ``change`` (gains, loses), by
        answer in the order given.
    """
    names = {before: after for after, before in _renamed(old, new).items()}
    before = _codes(answers, old, names)
    after = _codes(answers, new, {})
    rows = [
        (answer_id, theme, change)
        for answer_id in answers["answer_id"]
        for change, themes in (
            ("gains", after.get(answer_id, set()) - before.get(answer_id, set())),
            ("loses", before.get(answer_id, set()) - after.get(answer_id, set())),
        )
        for theme in sorted(themes)
    ]
    columns = list(RECODED.columns)
    return table(RECODED, {name: [row[at] for row in rows] for at, name in enumerate(columns)})


def _codes(
    answers: pd.DataFrame, codebook: Codebook, names: Mapping[str, str]
) -> dict[str, set[str]]:
    spoken = answers[answers["language"].isin(codebook.languages)]
    found: dict[str, set[str]] = {}
    hits = match(spoken, codebook)
    for answer_id, theme in zip(hits["answer_id"], hits["theme"], strict=True):
        found.setdefault(answer_id, set()).add(names.get(theme, theme))
    return found


def _theme(theme_id: str, old: Theme, new: Theme) -> Iterator[tuple[str, str, str, str, str, str]]:
    for name in ("family", "negation"):
        yield from _changed(theme_id, "", name, getattr(old, name), getattr(new, name))
    for name in _TEXTS:
        yield from _per_language(theme_id, name, getattr(old, name), getattr(new, name))
    for language in dict.fromkeys([*new.patterns, *old.patterns]):
        before = {one.pattern: one for one in old.patterns.get(language, ())}
        after = {one.pattern: one for one in new.patterns.get(language, ())}
        yield from _listed(theme_id, language, "pattern", before, after)
        for pattern in after.keys() & before.keys():
            yield from _changed(
                theme_id, language, "pattern", _told(before[pattern]), _told(after[pattern])
            )


def _renamed(old: Codebook, new: Codebook) -> dict[str, str]:
    """New ids of themes that are there under another id: new to old."""
    gone = {t: theme for t, theme in old.themes.items() if t not in new.themes}
    found: dict[str, str] = {}
    for theme_id, theme in new.themes.items():
        if theme_id in old.themes:
            continue
        for before, was in gone.items():
            same = was.patterns == theme.patterns and was.family == theme.family
            if same and before not in found.values():
                found[theme_id] = before
                break
    return found


def _per_language(
    theme: str, part: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, str, str, str]]:
    for language in dict.fromkeys([*new, *old]):
        before, after = old.get(language, ""), new.get(language, "")
        if isinstance(before, tuple) or isinstance(after, tuple):
            yield from _listed(theme, language, part, before or (), after or ())
        else:
            yield from _changed(theme, language, part, before, after)


def _listed(
    theme: str, language: str, part: str, old: Any, new: Any
) -> Iterator[tuple[str, str, str, str, str, str]]:
    """What a list gained and lost; its order counts for nothing."""
    yield from ((theme, language, part, "added", "", one) for one in new if one not in old)
    yield from ((theme, language, part, "removed", one, "") for one in old if one not in new)


def _changed(
    theme: str, language: str, part: str, old: object, new: object
) -> Iterator[tuple[str, str, str, str, str, str]]:
    if old != new:
        change = "changed" if old != "" and new != "" else "added" if new != "" else "removed"
        yield (theme, language, part, change, str(old), str(new))


def _told(entry: Pattern) -> str:
    """A pattern with its conditions, as one line."""
    said = [entry.pattern]
    said += [f"not {phrase}" for phrase in entry.not_]
    if entry.near:
        said.append(f"within {entry.within} of {' | '.join(entry.near)}")
    if entry.negation:
        said.append(f"negation {entry.negation}")
    return "; ".join(said)
