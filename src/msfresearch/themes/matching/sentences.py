"""Sentences, words and stems by NLTK, with nothing to download.

Punkt (Kiss and Strunk 2006, Computational Linguistics 32) ends a sentence at a full stop unless an
abbreviation stands before it. Its trained models would have to be downloaded; here it is told the
abbreviations of administrative prose instead, and learns nothing from the text, so that a
sentence is the same whatever stands in the other answers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from msfresearch.errors import AnswerError
from msfresearch.themes.matching.phrases import LINK

if TYPE_CHECKING:
    from nltk.tokenize import PunktSentenceTokenizer

SNOWBALL = {"en": "english", "es": "spanish", "fr": "french"}
"""Names of the stemmers (Porter 2001, "Snowball: a language for stemming algorithms")."""

# In lower case and without the last full stop, as Punkt wants them.
_EVERYWHERE = "art cf etc ex fig max min nr núm p pp vol vs"
_ABBREVIATIONS = {
    "en": """approx apr assn aug capt co corp dec dept dr e.g est feb gen gov govt hon i.e inc intl
        jan jr jul jun lt ltd mr mrs ms messrs mt nov oct para prof rep rev sen sep sept sr st
        u.k u.n u.s viz""",
    "es": """admón aprox arts av avda c.a cap cía d depto dir dña dpto dr dra dres ed ee.uu ej excmo
        excma fdo gral hnos ilmo ilma izq lic ma mín máx n.º ntra p.ej pág págs pdo p.d prof profa
        prov pza rte s.a s.l sec sr sra sres srta ss sta sto tel telf ud uds vda vid""",
    "fr": """adj al apr av bd bld boul c.-à-d chap circ coll dép dir doc dr éd env env hab i.e janv
        févr juil sept oct nov déc l m me mgr mm mlle mme n° obs p.ex par paragr préf prof qq réf
        resp s.a ste st sté suiv sv tél univ""",
}
_WORD = r"[^\W\d_]+(?:[’'\-‐‑][^\W\d_]+)*|\d+(?:[.,]\d+)*"


def sentences(text: str, language: str) -> list[tuple[int, int]]:
    """Find the sentences of a text.

    Parameters
    ----------
    text : str
        Anything.
    language : str
        ``en``, ``es`` or ``fr``: decides the abbreviations.

    Returns
    -------
    list of (int, int)
        Code points from 0, end exclusive, in order; blanks around a sentence belong to none. A
        line break always ends a sentence.

    Raises
    ------
    AnswerError
        When the language is another.
    """
    tokenizer = _tokenizer(language)
    found = []
    at = 0
    for line in text.splitlines(keepends=True):
        # Punkt would give blanks at the beginning of a line to its first sentence.
        bare = line.lstrip()
        begin = at + len(line) - len(bare)
        found += [(begin + start, begin + end) for start, end in tokenizer.span_tokenize(bare)]
        at += len(line)
    return found


def words(text: str) -> list[tuple[int, int]]:
    """Find the words and numbers of a text.

    Parameters
    ----------
    text : str
        Anything. Links hold no words; an apostrophe or a hyphen between letters is part of a word.

    Returns
    -------
    list of (int, int)
        Code points from 0, end exclusive, in order.
    """
    from nltk.tokenize import RegexpTokenizer

    blotted = LINK.sub(lambda link: " " * len(link[0]), text)
    return list(RegexpTokenizer(_WORD).span_tokenize(blotted))


def stemmer(language: str) -> Callable[[str], str]:
    """Give a function from a word to its stem; each distinct word is stemmed once.

    Parameters
    ----------
    language : str
        ``en``, ``es`` or ``fr``.

    Raises
    ------
    AnswerError
        When the language is another.
    """
    _check(language)
    from nltk.stem.snowball import SnowballStemmer

    stem: Callable[[str], str] = SnowballStemmer(SNOWBALL[language]).stem
    return cache(stem)


@cache
def _tokenizer(language: str) -> PunktSentenceTokenizer:
    _check(language)
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    short = {*_EVERYWHERE.split(), *_ABBREVIATIONS[language].split()}
    if language == "fr":
        # Punkt cuts a word before its apostrophe.
        short |= {article + one for article in ("'", "’") for one in short}
    parameters.abbrev_types = short
    return PunktSentenceTokenizer(parameters)


def _check(language: str) -> None:
    if language not in SNOWBALL:
        raise AnswerError(
            "no sentences and stems for this language",
            column="language",
            found=language,
            expected="one of: " + ", ".join(SNOWBALL),
        )
