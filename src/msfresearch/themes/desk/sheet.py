"""A coding sheet for one coder: the answers, a column per theme, and nothing that would sway them.

A sheet is blind. It holds the text of an answer and its language; no code of the machine or of
another coder, nothing about who wrote it, not even the answer's own id, which may name a country:
a token of letters stands for it. Each row says of which sheet it is, so that a row that was moved,
copied or pasted elsewhere is still known, and one that was changed is found out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

import pandas as pd

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.keyed import token
from msfresearch.themes.desk.log import ADJUDICATOR, CODER, DRAWS, is_name
from msfresearch.themes.desk.shown import pieces, visible
from msfresearch.themes.desk.words import check_language, word

#: Columns that are no theme's; a coder writes into ``none`` and ``note``.
OWN = ("id", "language", "text", "decision", "none", "note", "sheet", "check")
WRITTEN = ("none", "note")


@dataclass(frozen=True)
class Ticket:
    """What every row says of its sheet.

    Attributes
    ----------
    wave, coder, codebook : str
        Wave, coder, and version of the code frame.
    draw : str
        How its answers came to be on it: random, chosen or adjudication.
    seed : str
        Of that draw.
    rows : int
        Answers on the sheet when it was given out.
    sheet : str
        Token of the whole content.
    """

    wave: str
    coder: str
    codebook: str
    draw: str
    seed: str
    rows: int = 0
    sheet: str = ""

    def __str__(self) -> str:
        facts = (
            ("wave", self.wave),
            ("coder", self.coder),
            ("codebook", self.codebook),
            ("draw", self.draw),
            ("seed", self.seed),
            ("rows", str(self.rows)),
            ("sheet", self.sheet),
        )
        return " ".join(f"{name}={quote(value, safe='.')}" for name, value in facts)


_TICKET = re.compile(
    r"wave=(\S*) coder=(\S*) codebook=(\S*) draw=(\S*) seed=(\S*) rows=([0-9]{1,9}) sheet=([a-z]+)"
)


def read_ticket(text: str) -> Ticket | None:
    """What a row says of its sheet; None where it does not say it as a sheet does."""
    found = _TICKET.fullmatch(text.strip())
    if found is None:
        return None
    *told, rows, sheet = found.groups()
    wave, coder, codebook, draw, seed = map(unquote, told)
    return Ticket(wave, coder, codebook, draw, seed, int(rows), sheet)


@dataclass(frozen=True)
class Sheet:
    """A coding sheet before it is a file.

    Attributes
    ----------
    ticket : Ticket
        Wave, coder, version, draw.
    lang : str
        Language of headings, codebook and instructions.
    headings : mapping
        Key of each column in order to what its first cell says, which ends with the key.
    rows : tuple of mapping
        Per answer: key to cell; a column that is not named is blank.
    left_out : int
        Answers in languages that the coder does not read.
    """

    ticket: Ticket
    lang: str
    headings: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]
    left_out: int

    def editable(self, key: str) -> bool:
        """Whether a coder writes into this column."""
        return key in WRITTEN or not is_own(key)


def make_sheet(
    answers: pd.DataFrame,
    codebook: Codebook,
    *,
    wave: str,
    coder: str,
    draw: str,
    seed: str,
    lang: str,
    languages: Collection[str] | None = None,
    shown: Mapping[str, Sequence[str]] | None = None,
) -> Sheet:
    """Make a coding sheet.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id`` (text, unique), ``text``, ``language``, in the order in which they are to be
        coded; other columns are not read.
    codebook : Codebook
        The frame.
    wave, coder : str
        Id of the wave; name of the coder as his log is called.
    draw, seed : str
        How the answers were drawn.
    lang : str
        Language of everything but the answers.
    languages : collection of str, optional
        Languages that the coder reads; answers in others are left out and counted.
    shown : mapping, optional
        For the adjudicator alone: answer id to the decisions that differ, in words.

    Returns
    -------
    Sheet

    Raises
    ------
    AnswerError
        When an id repeats or cannot be written, a coder's name is none, the draw is unknown, or
        no answer is left.
    CodebookError
        When the frame lacks the language, or a theme is called like a column of the sheet.
    """
    check_language(lang)
    codebook.check_language(lang)
    check_themes(codebook)
    _check_coder(coder, draw, shown)
    kept = answers if languages is None else answers[answers["language"].isin(list(languages))]
    ids = [str(one) for one in kept["answer_id"]]
    _check_ids(ids)
    texts = [pieces(visible(str(text))) for text in kept["text"]]
    spoken = [str(one) for one in kept["language"]]
    told = {one: tuple(visible(said) for said in (shown or {}).get(one, ())) for one in ids}
    content = [part for row in zip(ids, spoken, texts, strict=True) for part in _flat(row, told)]
    bare = Ticket(wave, coder, codebook.version, draw, seed, len(ids))
    ticket = replace(bare, sheet=token("sheet", str(bare), *content))
    n_texts, n_told = max(map(len, texts)), max(map(len, told.values()))
    rows = tuple(
        {
            "id": id_token(wave, one),
            "language": language,
            **dict(zip(_numbered("text", n_texts), parts, strict=False)),
            **dict(zip(_numbered("decision", n_told), told[one], strict=False)),
            "sheet": str(ticket),
            "check": check_token(str(ticket), id_token(wave, one)),
        }
        for one, language, parts in zip(ids, spoken, texts, strict=True)
    )
    headings = _headings(codebook, lang, n_texts, n_told)
    return Sheet(ticket, lang, headings, rows, len(answers) - len(kept))


def id_token(wave: str, answer_id: str) -> str:
    """What stands for an answer on every sheet of a wave."""
    return token("answer", wave, answer_id)


def check_token(ticket: str, answer: str) -> str:
    """Ties an answer to its sheet, from the other end of the row."""
    return token("row", ticket, answer)


def is_own(key: str) -> bool:
    """Whether a column is the sheet's own, and no theme's."""
    return re.sub(r"_[0-9]+$", "", key) in OWN


def check_themes(codebook: Codebook) -> None:
    """Raise CodebookError where a theme is called like a column of a sheet."""
    for theme in codebook.themes:
        if is_own(theme):
            raise CodebookError(
                "a theme is called like a column of a coding sheet",
                column=f"themes.{theme}",
                found=theme,
                expected="another id than " + ", ".join(OWN),
                action="call the theme otherwise",
            )


def _headings(codebook: Codebook, lang: str, n_texts: int, n_told: int) -> dict[str, str]:
    names = {"id": word("id", lang), "language": word("language", lang)}
    for at, key in enumerate(_numbered("text", n_texts)):
        names[key] = word("text_more" if at else "text", lang)
    for at, key in enumerate(_numbered("decision", n_told)):
        names[key] = f"{word('decision', lang)} {chr(ord('A') + at)}"
    names |= {theme_id: theme.labels[lang] for theme_id, theme in codebook.themes.items()}
    names |= {key: word(key, lang) for key in ("none", "note", "sheet", "check")}
    return {key: f"{visible(name)} [{key}]" for key, name in names.items()}


def _numbered(key: str, n: int) -> list[str]:
    """Keys of columns that continue each other: ``text``, ``text_2``, ``text_3``."""
    return [key if at == 0 else f"{key}_{at + 1}" for at in range(n)]


def _flat(row: tuple[str, str, list[str]], told: Mapping[str, Sequence[str]]) -> list[str]:
    one, language, parts = row
    return [one, language, "".join(parts), *told[one]]


def _check_coder(coder: str, draw: str, shown: object) -> None:
    if not CODER.fullmatch(coder):
        raise AnswerError(
            "not a coder's name",
            found=coder,
            expected="lower-case letters, digits, - and _, 32 at most",
        )
    adjudicates = (coder == ADJUDICATOR, draw == "adjudication", shown is not None)
    if draw not in DRAWS or len(set(adjudicates)) > 1:
        raise AnswerError(
            "coder and draw do not fit",
            found=f"{coder}, {draw}",
            expected=f"the draw adjudication for {ADJUDICATOR}, random or chosen for a coder",
        )


def _check_ids(ids: Sequence[str]) -> None:
    if not ids:
        raise AnswerError(
            "no answer to code",
            expected="at least one answer",
            action="draw answers first, in languages that the coder reads",
        )
    if len(set(ids)) < len(ids):
        raise AnswerError(
            "an id stands twice among the answers",
            column="answer_id",
            found=f"{len(ids) - len(set(ids))} repeated",
            expected="every answer once",
        )
    for at, one in enumerate(ids, start=1):
        if not is_name(one):
            raise AnswerError(
                "an id that no log can hold",
                row=at,
                column="answer_id",
                expected="text, not blank, without control signs and lone surrogates",
            )
