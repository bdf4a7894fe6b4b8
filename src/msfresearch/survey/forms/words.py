"""What a form says beside its questions, in three languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msfresearch.survey.items import Item
from msfresearch.survey.source import Text

OTHER = Text(en="Please specify", es="Por favor, especifique", fr="Veuillez préciser")
SEVERAL = Text(
    en="Choose all that apply.",
    es="Elija todas las opciones que correspondan.",
    fr="Choisissez toutes les réponses qui conviennent.",
)
REQUIRED = Text(
    en="Please answer this question.",
    es="Por favor, responda a esta pregunta.",
    fr="Veuillez répondre à cette question.",
)
ALONE = Text(
    en="This answer cannot be combined with others.",
    es="Esta respuesta no puede combinarse con otras.",
    fr="Cette réponse ne peut pas être combinée avec d'autres.",
)
PATTERN = Text(
    en="This is not written as expected.",
    es="No está escrito como se espera.",
    fr="Ce n'est pas écrit comme attendu.",
)
_NUMBER = {
    True: Text(en="A whole number", es="Un número entero", fr="Un nombre entier"),
    False: Text(en="A number", es="Un número", fr="Un nombre"),
}
_BETWEEN = Text(en=" from {low} to {high}", es=" de {low} a {high}", fr=" de {low} à {high}")
_FROM = Text(en=", {low} or more", es=", {low} o más", fr=", {low} ou plus")
_TO = Text(en=", {high} or less", es=", {high} o menos", fr=", {high} ou moins")
_WRITE = Text(en="Write {code} for: {label}.", es="Escriba {code} para: {label}.",
              fr="Écrivez {code} pour : {label}.")  # fmt: skip


def in_range(item: Item) -> Text:
    """Which numbers an item takes, in a sentence."""
    if item.minimum is None and item.maximum is None:
        span = None
    elif item.maximum is None:
        span = _FROM
    else:
        span = _TO if item.minimum is None else _BETWEEN
    bounds = {"low": _plain(item.minimum), "high": _plain(item.maximum)}

    def told(language: str) -> str:
        kind = _NUMBER[item.whole].in_language(language)
        return kind + (span.in_language(language).format(**bounds) if span else "") + "."

    return _each(told)


def number_hint(item: Item, offered: Mapping[str, Text]) -> Text:
    """Which numbers an item takes, and what to write instead of one."""
    numbers = in_range(item)

    def told(language: str) -> str:
        instead = [
            _WRITE.in_language(language).format(code=code, label=label.in_language(language))
            for code, label in offered.items()
        ]
        return " ".join([numbers.in_language(language), *instead])

    return _each(told)


def _each(told: Callable[[str], str]) -> Text:
    return Text(en=told("en"), es=told("es"), fr=told("fr"))


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
