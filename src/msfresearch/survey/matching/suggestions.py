"""What the columns that meet nothing may be: by likeness, to be looked at by a person."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from msfresearch.survey.matching.proposal import IGNORE, NEAR
from msfresearch.survey.matching.targets import Target, stem
from msfresearch.survey.matching.wording import normalise, spellings
from msfresearch.survey.readers.export import Column

#: Roles as people head such columns; a likeness has to be near for them.
_ROLES = {
    "email": ("email", "e-mail", "email address", "correo electrónico", "adresse e-mail"),
    "first_name": ("first name", "nombre", "prénom"),
    "last_name": ("last name", "surname", "apellido", "nom de famille"),
    "phone": ("phone", "telephone", "teléfono", "téléphone"),
    "ip": ("ip", "ip address", "dirección ip", "adresse ip"),
    "response_id": ("response id", "respondent id", "resp id", "id"),
    "submitted": ("submitted", "submission date", "submit dt", "date submitted", "sent", "sent at"),
    "started": ("started", "start date", "begun", "begun at"),
    "language": ("language", "lang", "idioma", "langue"),
    "duration": ("duration", "duration (seconds)", "seconds", "time taken"),
}
_ROLE_NEAR = 0.8
#: Words of a question that asks for a contact, the surest first.
_CONTACT = (
    ("phone", {"phone", "telephone", "mobile", "whatsapp", "celular", "móvil", "portable"}),
    ("phone", {"teléfono", "telefono", "téléphone"}),
    ("email", {"email", "mail", "correo", "courriel", "mél"}),
    ("first_name", {"name", "names", "nombre", "nombres", "nom", "noms", "prénom"}),
    ("email", {"contact", "contacts", "contacto", "contactos", "contacter", "coordonnées"}),
)
_YOUR = {"your", "tu", "su", "sus", "votre", "vos", "ton"}
_SHORT = 2
#: Columns that are compared with the items; of a file with more, most are another survey's.
_MOST = 100


def suggest(
    unmet: Sequence[Column], absent: Sequence[Target]
) -> tuple[dict[str, str], dict[str, str], list[Target]]:
    """Propose what each column may be.

    Parameters
    ----------
    unmet : sequence of Column
        Columns that meet nothing, or something that another column meets.
    absent : sequence of Target
        Places of the questionnaire that no column fills.

    Returns
    -------
    columns : dict of str
        Name of the column to the place, role or ``ignore`` that is proposed.
    notes : dict of str
        Why, per column.
    left : list of Target
        Places for which nothing is proposed.
    """
    ways = {
        column.name: [words for words in map(normalise, _said(column)) if words]
        for column in unmet[:_MOST]
    }
    places = {target.place: target for target in absent}
    for target in list(places.values()):
        if target.item.type == "multi":
            whole = Target(target.item, "joined")
            places.setdefault(whole.place, whole)
    scored = sorted(
        (
            (-score, number, target.meets)
            for number, column in enumerate(unmet[:_MOST])
            for target in places.values()
            if (score := _likeness(ways[column.name], _names(target))) >= NEAR
        ),
    )
    by_name = {target.meets: target for target in places.values()}
    columns: dict[str, str] = {}
    notes: dict[str, str] = {}
    taken: set[str] = set()
    for score, number, meets in scored:
        name = unmet[number].name
        target = by_name[meets]
        if (
            name in columns
            or meets in taken
            or (target.kind == "option" and (target.item.id in taken))
        ):
            continue
        if target.kind == "joined" and any(one.startswith(f"{meets}__") for one in taken):
            continue
        columns[name] = meets
        notes[name] = f"likeness {-score:.0%}: {target.item.label.en}"
        taken.add(meets)
    for column in unmet:
        if column.name in columns:
            continue
        role = _role(ways.get(column.name, []))
        contact = None if role else _contact(column)
        columns[column.name] = f"role:{role or contact}" if role or contact else IGNORE
        notes[column.name] = (
            "the platform's or a person's own"
            if role
            else "seems to ask who answers: kept apart from the answers"
            if contact
            else "nothing is near"
        )
    left = [
        target for target in absent if target.meets not in taken and target.item.id not in taken
    ]
    ordered = {column.name: columns[column.name] for column in unmet}
    return ordered, notes, left


def _contact(column: Column) -> str | None:
    """The role of a column that seems to ask for a name or a way to reach the person."""
    for text in (f"{column.question} {column.part}".strip() or column.name, column.name):
        words = re.findall(r"[^\W_]+", normalise(text).replace("e-mail", "email"))
        for role, known in _CONTACT:
            if known.isdisjoint(words):
                continue
            # Forums and organisations have names too: that of the person is asked as "your name".
            if role != "first_name" or len(words) <= _SHORT or not _YOUR.isdisjoint(words):
                return role
    return None


def _said(column: Column) -> list[str]:
    texts = [column.name, column.question, column.part]
    return [*texts, f"{column.question} {column.part}" if column.part else ""]


def _names(target: Target) -> tuple[str, ...]:
    item = target.item
    if target.kind == "option":
        option = next(one for one in item.options if one.id == target.code)
        whole = [
            f"{words} {own}" for words in spellings(item.label) for own in spellings(option.label)
        ]
        return (normalise(option.column), *spellings(option.label), *map(normalise, whole))
    names = [normalise(stem(item)), normalise(item.id), *spellings(item.label)]
    return (*names, *map(normalise, item.wordings))


def _likeness(texts: Sequence[str], names: Sequence[str]) -> float:
    best = 0.0
    for name in names:
        matcher = difflib.SequenceMatcher(autojunk=False)
        matcher.set_seq2(name)
        for text in texts:
            matcher.set_seq1(text)
            if matcher.real_quick_ratio() > best and matcher.quick_ratio() > max(best, NEAR):
                best = max(best, matcher.ratio())
    return best


def _role(texts: Sequence[str]) -> str | None:
    known: Mapping[str, str] = {
        normalise(words): role for role, spelled in _ROLES.items() for words in spelled
    }
    for text in texts:
        near = difflib.get_close_matches(text, list(known), n=1, cutoff=_ROLE_NEAR)
        if near:
            return known[near[0]]
    return None
