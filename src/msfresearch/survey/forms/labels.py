"""Words in three languages that no questionnaire holds: countries, and why there is no answer."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from typing import Any

from msfresearch.survey.items import MissingReason
from msfresearch.survey.source import Text


def _text(en: str, es: str, fr: str) -> Text:
    return Text(en=en, es=es, fr=fr)


#: Why an answer is missing, in words.
REASONS: Mapping[MissingReason, Text] = {
    "blank": _text("Not answered", "Sin respuesta", "Sans réponse"),
    "not_reviewed": _text("Not reviewed", "No revisado", "Non examiné"),
    "not_applicable": _text("Not applicable", "No aplica", "Sans objet"),
    "no_data": _text("No data", "Sin datos", "Pas de données"),
    "unclear": _text("Unclear", "Poco claro", "Peu clair"),
    "dont_know": _text("Don't know", "No sabe", "Ne sait pas"),
    "refused": _text("Refused", "Se negó a contestar", "Refus de répondre"),
    "withdrawn": _text("Withdrawn", "Retirado", "Retiré"),
    "not_asked": _text("Not asked", "No se preguntó", "Question non posée"),
}
#: What the two values of a box to tick mean.
TICKED: Mapping[int, Text] = {
    0: _text("Not ticked", "No marcada", "Non cochée"),
    1: _text("Ticked", "Marcada", "Cochée"),
}
#: Columns of a clean table that are no item's.
ROW = _text("Row", "Fila", "Ligne")
LINE = _text("Line of the raw file", "Línea del archivo original", "Ligne du fichier d'origine")
OTHER_TEXT = _text("other, in words", "otro, en palabras", "autre, en toutes lettres")
WHY_MISSING = _text("Why missing", "Por qué falta", "Raison de l'absence")
CONTINUED = _text("continued", "continuación", "suite")
REHEARSAL = _text(
    "Rehearsal, simulated answers", "Ensayo, respuestas simuladas", "Répétition, réponses simulées"
)
#: Names that ISO 3166 does not have, that its translation misspells, or that are lists.
_NAMES: Mapping[str, Text] = {
    "BES": _text("Caribbean Netherlands", "Caribe Neerlandés", "Pays-Bas caribéens"),
    "BFA": _text("Burkina Faso", "Burkina Faso", "Burkina Faso"),
    "CIV": _text("Côte d'Ivoire", "Costa de Marfil", "Côte d'Ivoire"),
    "SHN": _text("Saint Helena", "Santa Elena", "Sainte-Hélène"),
    "TUN": _text("Tunisia", "Túnez", "Tunisie"),
    "VGB": _text(
        "British Virgin Islands", "Islas Vírgenes Británicas", "Îles Vierges britanniques"
    ),
    "VIR": _text(
        "U.S. Virgin Islands", "Islas Vírgenes de los Estados Unidos", "Îles Vierges américaines"
    ),
    "XKX": _text("Kosovo", "Kosovo", "Kosovo"),
}


def country_label(code: str) -> Text:
    """Name of a country in three languages.

    Parameters
    ----------
    code : str
        ISO 3166 alpha-3, or XKX.

    Returns
    -------
    Text
        The code itself where it is no country's.
    """
    import pycountry

    if code in _NAMES:
        return _NAMES[code]
    country = pycountry.countries.get(alpha_3=code)
    if country is None:
        return _text(code, code, code)
    name = str(getattr(country, "common_name", country.name))
    spanish, french = (_translations(language).gettext(name) for language in ("es", "fr"))
    return _text(_upright(name), _upright(spanish), _upright(french))


def all_countries() -> tuple[str, ...]:
    """Every ISO 3166 alpha-3 code, in alphabetical order."""
    import pycountry

    return tuple(sorted(str(country.alpha_3) for country in pycountry.countries))


@cache
def _translations(language: str) -> Any:
    import pycountry

    return gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])


def _upright(name: str) -> str:
    """A name as it is spoken: "Iran, République islamique d'" is told from its end."""
    short, comma, long = name.partition(", ")
    return f"{long}{'' if long.endswith(chr(39)) else ' '}{short}" if comma else name
