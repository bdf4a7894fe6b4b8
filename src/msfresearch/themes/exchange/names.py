"""Names and identifiers that every program reads alike, the same each time."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable

from msfresearch.themes.codebook import Codebook, Theme

#: Under this all identifiers are made: the same theme has the same one in every file.
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:msfresearch:exchange")
#: Signs that XML 1.0 cannot hold, not even as a reference.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_NAME = 80
#: The longest name of a code that the known programs show whole.
SHOWN_WHOLE = 63

#: What the parts of a description are called.
_PARTS = {
    "en": ("Include", "Exclude"),
    "es": ("Incluye", "Excluye"),
    "fr": ("Inclure", "Exclure"),
}
#: The code for none, and what it means.
_NONE = {
    "en": ("No theme of the frame", "The answer was read and carries no theme of the frame."),
    "es": ("Ningún tema del marco", "La respuesta se leyó y no contiene ningún tema del marco."),
    "fr": (
        "Aucun thème de la grille",
        "La réponse a été lue et ne porte aucun thème de la grille.",
    ),
}


def guid(*parts: object) -> str:
    """The identifier of a thing, from what it is: ``guid("theme", "funding")``.

    A version 5 UUID (RFC 9562) of the parts, unambiguous whatever stands in them.
    """
    return str(uuid.uuid5(_SPACE, json.dumps(parts)))


def xml_text(text: str) -> str:
    """The text with signs that XML cannot hold replaced and line ends as XML has them."""
    return _NO_XML.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str) -> str:
    """The text on one line, with signs that XML cannot hold replaced."""
    return " ".join(xml_text(text).split())


def no_theme(lang: str) -> tuple[str, str]:
    """Name and meaning of the code with which a coder says that no theme is there."""
    return _NONE.get(lang, _NONE["en"])


def code_names(codebook: Codebook, lang: str) -> dict[str, str]:
    """A name for every family and theme, and for none (``-``), no two alike whatever the case.

    Readers know a code by its name: where a label is there already, the id follows it.
    """
    names: dict[str, str] = {}
    taken = {no_theme(lang)[0].casefold()}
    labels = {family: labels[lang] for family, labels in codebook.families.items()}
    labels |= {f"theme {theme}": entry.labels[lang] for theme, entry in codebook.themes.items()}
    ids = {key: key.removeprefix("theme ") for key in labels}
    for key, label in labels.items():
        name = one_line(label)
        if name.casefold() in taken:
            name = f"{name} ({ids[key]})"
        while name.casefold() in taken:
            name += "*"
        taken.add(name.casefold())
        names[key] = name
    return {**names, "-": no_theme(lang)[0]}


def description(theme: Theme, lang: str) -> str:
    """What a coder has to know of a theme: definition, include, exclude, each its own paragraph."""
    include, exclude = _PARTS.get(lang, _PARTS["en"])
    return "\n".join(
        [
            one_line(theme.definition[lang]),
            f"{include}: {one_line(theme.include[lang])}",
            f"{exclude}: {one_line(theme.exclude[lang])}",
        ]
    )


def source_names(answer_ids: Iterable[str]) -> dict[str, str]:
    """A name for each answer that is a file name everywhere, no two alike whatever the case.

    Readers make files of these names: no separators, no dots (one reader takes what follows for
    an ending), not long. What had to be changed, or differs in case alone, ends in a part of
    the identifier.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for answer_id in answer_ids:
        name = re.sub(r"[^\w-]", "_", answer_id)[:_LONGEST_NAME].strip("_-") or "answer"
        if name != answer_id or name.casefold() in taken or name.casefold() in _DEVICES:
            name = f"{name}-{guid('answer', answer_id)[:13]}"
        taken.add(name.casefold())
        names[answer_id] = name
    return names


#: Names that one operating system keeps for itself.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))}
