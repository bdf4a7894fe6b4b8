"""Invented answers about four themes, and numbers with a known probability."""

from __future__ import annotations

import pandas as pd

#: Per language, what is said of each theme, and in which circumstances.
SAID = {
    "en": {
        "funding": [
            "there is no money for it",
            "the budget is too small",
            "we lack funds",
            "grants have ended",
        ],
        "technology": [
            "the internet is slow",
            "we have no computers",
            "the website is broken",
            "nobody has a telephone",
        ],
        "time": [
            "we are too busy",
            "the deadline is too short",
            "meetings take all day",
            "there are not enough hours",
        ],
        "trust": [
            "we do not believe them",
            "they lied to us",
            "promises are broken",
            "nobody trusts the ministry",
        ],
    },
    "fr": {
        "funding": [
            "il n'y a pas d'argent",
            "le budget est trop petit",
            "nous manquons de fonds",
            "les subventions sont finies",
        ],
        "technology": [
            "l'internet est lent",
            "nous n'avons pas d'ordinateurs",
            "le site web est en panne",
            "personne n'a de téléphone",
        ],
        "time": [
            "nous sommes trop occupés",
            "le délai est trop court",
            "les réunions prennent la journée",
            "il n'y a pas assez d'heures",
        ],
        "trust": [
            "nous ne les croyons pas",
            "ils nous ont menti",
            "les promesses sont rompues",
            "personne ne fait confiance au ministère",
        ],
    },
}
WHERE = {
    "en": ["in our town", "this year", "for small groups", "outside the capital", "as I said"],
    "fr": [
        "dans notre ville",
        "cette année",
        "pour les petits groupes",
        "hors de la capitale",
        "comme je l'ai dit",
    ],
}
THEMES = tuple(SAID["en"])


def invented(language: str) -> pd.DataFrame:
    """Eighty answers of a language, twenty of each theme, with the column ``theme``."""
    lines = [
        (f"{language}-{theme}-{what}-{where}", f"{said}, {place}", language, theme)
        for theme, sayings in SAID[language].items()
        for what, said in enumerate(sayings)
        for where, place in enumerate(WHERE[language])
    ]
    return pd.DataFrame(lines, columns=["answer_id", "text", "language", "theme"])


def marks_of(answers: pd.DataFrame) -> pd.DataFrame:
    """Marks of answers with one theme each."""
    marks = {theme: (answers["theme"] == theme).astype(float).to_numpy() for theme in THEMES}
    return pd.DataFrame(marks, index=pd.Index(answers["answer_id"], name="answer_id"))
