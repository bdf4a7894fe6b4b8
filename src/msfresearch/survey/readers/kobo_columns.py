"""Columns of a KoBo or ODK export: the platform's own, ticks beside their question, wording."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from msfresearch.survey.readers.columns import key, words
from msfresearch.survey.readers.export import Column
from msfresearch.survey.readers.xlsform import Question
from msfresearch.survey.respondents import Role

#: Columns that the platforms add, and what a form's own metadata questions are called.
OWN: dict[str, Role] = {
    "_submission_time": "submitted",
    "SubmissionDate": "submitted",
    "start": "started",
    "username": "username",
    "_submitted_by": "username",
    "SubmitterName": "username",
    # A device may be an interviewer's: it tells who, but two answers of it are not one person's.
    "deviceid": "username",
    "DeviceID": "username",
    "simserial": "username",
    "subscriberid": "username",
    "phonenumber": "phone",
    "_geolocation": "latitude",
    **dict.fromkeys(
        (
            "end",
            "today",
            "uuid",
            "audit",
            "instanceID",
            "instanceName",
            "deprecatedID",
            "rootUuid",
            "background-audio",
            "meta/instanceID",
            "meta/instanceName",
            "meta/deprecatedID",
            "meta/rootUuid",
            "meta/audit",
            "meta-instanceID",
            "meta-instanceName",
            "formhub/uuid",
            "__version__",
            "_version_",
            "_index",
            "_parent_index",
            "_parent_table_name",
            "_status",
            "_tags",
            "_notes",
            "_validation_status",
            "_attachments",
            "_bamboo_dataset_id",
            "_xform_id_string",
            "_uuid",
            "_id",
        ),
        "administrative",
    ),
}
#: Columns of ODK alone, whose names are too plain to be taken for metadata without its key.
_OF_ODK = dict.fromkeys(
    (
        "KEY",
        "SubmitterID",
        "AttachmentsPresent",
        "AttachmentsExpected",
        "Status",
        "ReviewState",
        "Edits",
        "FormVersion",
        "isValidated",
        "instanceID",
    ),
    "administrative",
)
#: By which an answer is known, the first that is there.
_IDS = ("_id", "KEY", "_uuid", "meta/instanceID", "meta-instanceID", "instanceID", "uuid")
_POINT = {"latitude": "latitude", "longitude": "longitude"}
_VERSION = re.compile(r"(?:__version__|_version_)(?:_?[0-9]+)?")
_NAME = re.compile(r"[A-Za-z_][\w.-]*(?:[/:][A-Za-z0-9_][\w.-]*)*")
_TICKED = ("1", "1.0", "TRUE", "True")
_TICKS = frozenset((*_TICKED, "0", "0.0", "FALSE", "False", ""))


@dataclass(frozen=True)
class Tick:
    """A column of ticks: the header of its question, and which answer it is of."""

    parent: str
    option: str


def own_roles(names: Sequence[str]) -> dict[str, Role]:
    """Columns that the platform adds, to their roles; exactly one of them is the id."""
    odk = "KEY" in names or "SubmissionDate" in names
    known: Mapping[str, str] = {**OWN, **_OF_ODK} if odk else OWN
    roles: dict[str, Role] = {}
    for name in names:
        if name in known or _VERSION.fullmatch(name) or name.startswith("_submission__"):
            roles[name] = known.get(name, "administrative")  # type: ignore[assignment]
    for name in names:
        # A point on the map comes as itself and as columns of its parts.
        point = re.fullmatch(r"(.*/)?_(.+)_(latitude|longitude|altitude|precision)", name)
        if point and (whole := f"{point[1] or ''}{point[2]}") in names:
            roles[whole] = "latitude"
            roles[name] = _POINT.get(point[3], "administrative")  # type: ignore[assignment]
    for name in _IDS:
        if name in roles:
            roles[name] = "response_id"
            break
    return roles


def find_ticks(
    table: pd.DataFrame, asked: Sequence[str], form: Sequence[Question]
) -> dict[str, Tick]:
    """Columns of ticks, to their question.

    ``pets/cat`` belongs to ``pets`` where that is a column or, by the form, a select_multiple, or
    where, without a form, all that begins with ``pets/`` is ticks. ``pets_cat`` belongs to a
    column ``pets`` only where a row has a tick when, and only when, it has an answer there, and
    no more ticks than words: names have underscores of their own.

    Parameters
    ----------
    table : DataFrame of str
        The answers.
    asked : sequence of str
        Columns that are not the platform's own.
    form : sequence of Question
        The form, where it is there.
    """
    cells = {name: frozenset(table[name].unique()) for name in asked}
    ticked = {name for name in asked if cells[name] <= _TICKS}
    children: dict[str, list[str]] = {}
    for name in asked:
        if "/" in name:
            children.setdefault(name.rpartition("/")[0], []).append(name)
    found: dict[str, Tick] = {}
    for parent, all_of in children.items():
        mine = [name for name in all_of if name in ticked]
        some = sum(bool(cells[name] - {""}) for name in mine)
        question, _ = _asked(parent, form)
        multiple = question is not None and question.kind == "select_multiple"
        if parent in cells or multiple or (not form and len(mine) == len(all_of) and some > 1):
            found.update((name, Tick(parent, name.rpartition("/")[2])) for name in mine)
    for parent in asked:
        mine = [name for name in ticked - set(found) if name.startswith(f"{parent}_")]
        if len(mine) > 1 and parent not in ticked and _agree(table, parent, mine):
            found.update((name, Tick(parent, name.removeprefix(f"{parent}_"))) for name in mine)
    return found


def _agree(table: pd.DataFrame, parent: str, mine: Sequence[str]) -> bool:
    """Whether ticks say the same as the column with all answers, as far as can be seen."""
    ticks = sum(table[name].isin(_TICKED).astype(int) for name in mine)
    texts = table[parent].unique()
    count = {text: len(re.split(r"[ |]+", text)) if text else 0 for text in texts}
    answers = table[parent].map(count)
    return bool((((ticks > 0) == (answers > 0)) & (ticks <= answers)).all())


def described(
    names: Sequence[str],
    roles: Mapping[str, Role],
    ticks: Mapping[str, Tick],
    form: Sequence[Question],
) -> tuple[Column, ...]:
    """Every column with its wording, part, group, role and labels, as far as they are known."""
    wholes = {name: ticks[name].parent if name in ticks else name for name in names}
    asked = {whole for name, whole in wholes.items() if name not in roles}
    # What stands before a stroke in several labels is the name of their group.
    groups = Counter(whole[: m.start()] for whole in asked for m in re.finditer("/", whole))
    found = []
    for name in names:
        if name in roles:
            found.append(Column(name, group=name, role=roles[name]))
            continue
        whole, tick = wholes[name], ticks.get(name)
        question, text = _asked(whole, form)
        if question is not None:
            found.append(_as_asked(name, whole, tick, question, text))
        else:
            text = "" if _NAME.fullmatch(whole) else words(_without_groups(whole, groups))
            found.append(Column(name, text, tick.option if tick else "", whole))
    return tuple(found)


def _asked(whole: str, form: Sequence[Question]) -> tuple[Question | None, str]:
    """The question of a header and its wording: by path, by name, or by label in any language."""
    last = re.split(r"[/:-]", whole)[-1]
    for one in form:
        if whole == one.path or whole.replace("-", "/") == one.path:
            return one, _first(one.label)
    for one in form:
        if last == one.name:
            return one, _first(one.label)
    ends = {key(whole[at:]) for at in (0, *(m.end() for m in re.finditer("/", whole)))}
    for one in form:
        for label in one.label.values():
            if key(label) in ends:
                return one, label
    return None, ""


def _as_asked(name: str, whole: str, tick: Tick | None, one: Question, text: str) -> Column:
    labels = {choice: _first(said) or choice for choice, said in one.choices.items()}
    if one.kind == "note":
        # A note is shown, not asked; its column is there all the same.
        return Column(name, text, group=whole, role="administrative")
    if tick is None:
        return Column(name, text, "", whole, None, labels)
    return Column(name, text, labels.get(tick.option, tick.option), whole)


def _first(texts: Mapping[str, str]) -> str:
    return next(iter(texts.values()), "")


def _without_groups(label: str, groups: Mapping[str, int]) -> str:
    """A label without those of the groups around it; a stroke of its own stays."""
    ends = [m.start() for m in re.finditer("/", label) if groups[label[: m.start()]] > 1]
    return label[ends[-1] + 1 :] if ends else label
