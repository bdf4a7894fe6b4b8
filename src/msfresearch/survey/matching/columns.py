"""Columns meet items: by the manifest's map, by declared name, by the question's text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

from msfresearch.errors import SourceError
from msfresearch.survey.items import Item
from msfresearch.survey.matching.boxes import looks_like_boxes
from msfresearch.survey.matching.changed import changed_wordings
from msfresearch.survey.matching.meeting import (
    BY_FOLD,
    BY_GROUP,
    BY_MAP,
    BY_NAME,
    BY_PART,
    BY_PLATFORM,
    BY_QUESTIONNAIRE,
    BY_TEXT,
    IGNORED,
    PASSED_OVER,
    Meeting,
)
from msfresearch.survey.matching.proposal import IGNORE
from msfresearch.survey.matching.targets import (
    Directory,
    Target,
    asked,
    directory,
    folded,
    question_texts,
    text_stem,
    without_path,
)
from msfresearch.survey.matching.trouble import Trouble
from msfresearch.survey.matching.wording import normalise, without_number
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.readers.export import Column, Export
from msfresearch.survey.respondents import Role
from msfresearch.survey.source import ExportOptions


def pair(
    export: Export,
    table: Table,
    questionnaire: Questionnaire,
    options: ExportOptions,
    source_table: str,
    file: Path,
) -> tuple[Meeting, ...]:
    """Find what every column of an export is.

    Parameters
    ----------
    export : Export
        As its reader hands it on.
    table : Table
        The table of the questionnaire that the export fills.
    questionnaire : Questionnaire
        Scales and labels.
    options : ExportOptions
        What the manifest says of the export.
    source_table : str
        The table's name, for the proposal.
    file : Path
        The export's file, for errors.

    Returns
    -------
    tuple of Meeting
        One per column, in the export's order.

    Raises
    ------
    MatchError
        When a column meets nothing or two things, an item finds no column or two, or the text
        of a question is none under which its item is known. It proposes what to paste.
    SourceError
        When the manifest maps a column that is not there, or to something that is not there.
    """
    known = directory(table, questionnaire, options.wording)
    _check_manifest(export, table, options, file)
    found = [_met(column, export, table, options, known) for column in export.columns]
    found = _texts_by_group(export.columns, found, known)
    met, twice = _one_column_each(one[0] for one in found if len(one) == 1)
    trouble = Trouble(
        unmatched=[column for column, one in zip(export.columns, found, strict=True) if not one],
        torn=[one for one in found if len(one) > 1],
        twice=twice,
        changed=changed_wordings(met, known, options, export.platform),
        absent=_without_column(table, [one.target for one in met if one.target is not None]),
    )
    if trouble:
        raise trouble.error(source_table, options, file)
    return tuple(met)


def _check_manifest(export: Export, table: Table, options: ExportOptions, file: Path) -> None:
    """What the manifest names is there."""
    names = {column.name for column in export.columns}
    places = {target.meets for target in _places(table)}
    roles = {f"role:{role}" for role in get_args(Role)}
    for name, meets in options.columns.items():
        if name not in names:
            raise SourceError(
                "the manifest maps a column that the file does not have",
                file=file,
                column=name,
                expected=", ".join(column.name for column in export.columns),
                action="correct the name under export: columns: in wave.yml",
            )
        if meets != IGNORE and meets not in places | roles:
            raise SourceError(
                "the manifest maps a column to nothing that is known",
                file=file,
                column=name,
                found=meets,
                expected=f"{IGNORE}, role:<role>, or one of {', '.join(sorted(places))}",
                action="correct it under export: columns: in wave.yml",
            )
    for name in options.wording:
        if name not in places:
            raise SourceError(
                "the manifest accepts a wording of an item that is not there",
                file=file,
                column=name,
                expected=", ".join(sorted(places)),
                action="correct the id under export: wording: in wave.yml",
            )


def _places(table: Table) -> list[Target]:
    """Every place that a column may be mapped to."""
    found: list[Target] = []
    for item in asked(table):
        found.append(Target(item, "joined" if item.type == "multi" else "item"))
        found += [Target(item, "option", option.id) for option in item.options]
        found += [Target(item, "other")] if item.other else []
    return found


def _met(
    column: Column, export: Export, table: Table, options: ExportOptions, known: Directory
) -> list[Meeting]:
    """What a column meets: one thing, none, or several that it cannot be told from."""
    mapped = options.columns.get(column.name)
    if mapped is not None:
        if mapped == IGNORE:
            return [Meeting(column, None, IGNORED, BY_MAP)]
        if mapped.startswith("role:"):
            return [Meeting(column, None, mapped, BY_MAP)]
        target = next(one for one in _places(table) if one.meets == mapped)
        if target.kind == "item" and column.part:
            # One column of several of a single choice is mapped with the others to their item.
            inner = known.within(target.item, column.part, column.name, boxes=True)
            target = inner if inner is not None and inner.kind == "answer" else target
        return [Meeting(column, target, mapped, BY_MAP)]
    if column.role is not None:
        return [Meeting(column, None, f"role:{column.role}", BY_PLATFORM)]
    if column.name in table.ignore:
        return [Meeting(column, None, IGNORED, BY_QUESTIONNAIRE)]
    boxes = looks_like_boxes(export.table[column.name], column.part)
    named = _by_name(column, boxes, known)
    if named is not None:
        return [Meeting(column, named[0], named[0].meets, named[1])]
    return [
        Meeting(column, target, target.meets, how) for target, how in _by_text(column, boxes, known)
    ]


def _by_name(column: Column, boxes: bool | None, known: Directory) -> tuple[Target, str] | None:
    names = list(without_path(column.name))
    for name in names:
        # A name that the columns of a question share tells the question, its part the place.
        if name in known.by_name and not (column.part and name in known.stems):
            return known.by_name[name], BY_NAME
    for name in names:
        item = known.stems.get(text_stem(name) or "")
        if item is not None and item.other is not None:
            return Target(item, "other"), BY_NAME
    for name in (*without_path(column.group), *names):
        item = known.stems.get(name) or _beginning(name, known)
        if item is None or not column.part:
            continue
        target = known.within(item, column.part, column.name, boxes=boxes)
        if target is not None:
            return target, BY_NAME if target.kind in ("item", "joined") else BY_PART
    for name in names:
        if name in known.by_name:
            return known.by_name[name], BY_NAME
    for name in names:
        alike = [known.by_name[one] for one in known.by_fold.get(folded(name), ())]
        if len({target.meets for target in alike}) > 1:
            # The text and the box beside "other" may differ by their separator alone.
            alike = [one for one in alike if (one.kind == "other") == (boxes is False)]
        if len({target.meets for target in alike}) == 1:
            return alike[0], BY_FOLD
    return None


def _beginning(name: str, known: Directory) -> Item | None:
    """The item whose columns' common name a column's begins with, the longest such name."""
    for base in sorted(known.stems, key=len, reverse=True):
        if name.startswith(base) and name[len(base) : len(base) + 1] in tuple("_/[.:-"):
            return known.stems[base]
    return None


def _by_text(column: Column, boxes: bool | None, known: Directory) -> list[tuple[Target, str]]:
    """What a column is by its question: the whole, a row of a matrix, or question and part."""
    question = column.question or column.name

    def at(item: Item, part: str) -> Target | None:
        return known.within(item, part, column.name, boxes=boxes)

    whole, *rows = question_texts(question)
    tries = [(whole, column.part), (without_number(question), column.part)]
    tries += [(row, "") for row in (*rows, column.part) if row]
    for text, part in tries:
        found: dict[str, tuple[Target, str]] = {}
        for item, whence in known.by_text.get(normalise(text), ()):
            target = at(item, part)
            if target is not None:
                found.setdefault(target.meets, (target, f"{BY_TEXT} ({whence})"))
        if found:
            return list(found.values())
    for item, whence, beyond in known.beginnings(question):
        target = at(item, beyond) if beyond else None
        if target is not None:
            return [(target, f"{BY_TEXT} ({whence})")]
    return []


def _texts_by_group(
    columns: Sequence[Column], found: Sequence[list[Meeting]], known: Directory
) -> list[list[Meeting]]:
    """The one text of a question whose other columns are met is the text beside "other".

    So it is where Qualtrics's form has other words for that answer than the questionnaire, and
    no more than one text: which answer a second one stands beside, nothing tells.
    """
    items: dict[str, set[str]] = {}
    targets: dict[str, Target] = {}
    texts: dict[str, list[int]] = {}
    for place, (column, met) in enumerate(zip(columns, found, strict=True)):
        for one in met:
            if one.target is not None:
                items.setdefault(column.group, set()).add(one.target.item.id)
                targets[column.group] = one.target
        if text_stem(column.name) is not None:
            texts.setdefault(column.group, []).append(place)
    done = list(found)
    for group, places in texts.items():
        if len(places) > 1 or found[places[0]] or len(items.get(group, ())) != 1:
            continue
        column, item = columns[places[0]], targets[group].item
        beside = known.beside(item, column.part or column.question)
        if item.other is not None and group != column.name and beside is None:
            target = Target(item, "other")
            done[places[0]] = [Meeting(column, target, target.meets, BY_GROUP)]
    return done


def _one_column_each(
    met: Iterable[Meeting],
) -> tuple[list[Meeting], list[list[Meeting]]]:
    """Where all boxes of a question have columns, the one that joins them is passed over.

    Returns
    -------
    met : list of Meeting
        With what is passed over marked so.
    twice : list of list of Meeting
        Places that more than one column would fill.
    """
    there = list(met)
    boxes = {
        (one.target.item.id, one.target.code)
        for one in there
        if one.target and one.target.kind == "option"
    }
    texts = {one.target.item.id for one in there if one.target and one.target.kind == "other"}
    for place, one in enumerate(there):
        if one.target is None or one.target.kind not in ("joined", "option"):
            continue
        item = one.target.item
        needed = {
            option.id
            for option in item.options
            if not (item.id in texts and item.other and option.id == item.other.code)
        }
        whole = all((item.id, option) in boxes for option in needed)
        if one.target.kind == "joined" and whole:
            there[place] = Meeting(one.column, None, IGNORED, PASSED_OVER)
    filled: dict[tuple[str, str], list[Meeting]] = {}
    for one in there:
        if one.target is not None:
            filled.setdefault(one.target.place, []).append(one)
    for (meets, code), columns in list(filled.items()):
        # One column for the whole answer beside a column for each of its answers.
        if code and (meets, "") in filled:
            filled[meets, ""] += columns
    return there, [columns for columns in filled.values() if len(columns) > 1]


def _without_column(table: Table, targets: list[Target]) -> list[Target]:
    """Places of the questionnaire that no column of the export fills."""
    filled = {target.meets for target in targets}
    joined = {target.item.id for target in targets if target.kind == "joined"}
    absent: list[Target] = []
    for item in asked(table):
        if item.type != "multi":
            absent += [] if item.id in filled else [Target(item, "item")]
            continue
        if item.id in joined:
            continue
        for option in item.options:
            by_text = item.other is not None and option.id == item.other.code
            if f"{item.id}__{option.id}" in filled or (by_text and f"{item.id}_other" in filled):
                continue
            absent.append(Target(item, "option", option.id))
    return absent
