"""Codings of a file turned into codings and decisions of ours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msfresearch.errors import AnswerError
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.codes import NO_THEME, Code, format_codes
from msfresearch.themes.desk.log import CODER, is_date
from msfresearch.themes.exchange.codes import Matched
from msfresearch.themes.exchange.shapes import MACHINE, Imported, Remarks
from msfresearch.themes.schemas import CODINGS, LOG, table


class Said(NamedTuple):
    """One coding as a file tells it.

    Attributes
    ----------
    answer_id, coder, theme : str
        Ours; the theme may be ``-``.
    span : (int, int), optional
        Code points of the answer; none for the whole.
    at : str
        Date, or empty.
    """

    answer_id: str
    coder: str
    theme: str
    span: tuple[int, int] | None
    at: str


def check_date(at: str) -> str:
    """The date, if it is one as ``2026-01-31``; else AnswerError."""
    if not is_date(at):
        raise AnswerError("not a date", column="at", found=at, expected="a day, as 2026-01-31")
    return at


def day_of(moment: str | None) -> str:
    """The day of a date with or without a time; empty for what is none."""
    day = (moment or "")[:10]
    return day if is_date(day) else ""


def coder_names(users: Iterable[str], given: Mapping[str, str], remarks: Remarks) -> dict[str, str]:
    """A coder of ours for each user of a file.

    Parameters
    ----------
    users : iterable of str
        As the file names them.
    given : mapping
        User to coder, where the reader knows; else the name is spelled as our logs need it, and
        a name that another has already gets a number.

    Raises
    ------
    AnswerError
        For a given coder whose name our logs do not allow.
    """
    found: dict[str, str] = {}
    users = list(dict.fromkeys(users))
    for user, coder in given.items():
        if not CODER.fullmatch(coder):
            raise AnswerError(
                "a coder's name that the log cannot hold",
                column="coder",
                found=coder,
                expected="a letter, then letters, digits, _ or - in lower case, at most 32",
            )
        if user in users:
            found[user] = coder
    # Names that are ours already keep themselves, whatever the others become.
    found |= {user: user for user in users if user not in found and CODER.fullmatch(user)}
    taken = set(found.values())
    numbers: dict[str, int] = {}
    for user in users:
        if user in found:
            continue
        base = _spelled(user)
        coder, number = base, numbers.get(base, 1)
        while coder in taken:
            number += 1
            coder = f"{base[: 31 - len(str(number))]}_{number}"
        numbers[base] = number
        taken.add(coder)
        found[user] = coder
        remarks.add(f"user {user}", f"called {coder} here")
    return found


def _spelled(user: str) -> str:
    plain = unicodedata.normalize("NFKD", user).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9_-]+", "_", plain).strip("_-")
    return (name if name[:1].isalpha() else f"coder_{name}".rstrip("_"))[:32]


def imported(
    said: Iterable[Said], matched: Matched, codebook: Codebook, at: str, remarks: Remarks
) -> Imported:
    """Put codings together: per answer and coder one decision, in one order.

    Parameters
    ----------
    said : iterable of Said
        In any order; repeated ones count once.
    matched : Matched
        The file's codes.
    codebook : Codebook
        Whose version the log names.
    at : str
        Date of decisions that have none.
    remarks : Remarks
        What was noted while reading.
    """
    decided: dict[tuple[str, str], set[Code]] = {}
    dates: dict[tuple[str, str], str] = {}
    none: set[tuple[str, str]] = set()
    for one in said:
        pair = (one.answer_id, one.coder)
        codes = decided.setdefault(pair, set())
        dates[pair] = max(dates.get(pair, ""), one.at)
        if one.theme == NO_THEME:
            none.add(pair)
        else:
            codes.add(Code(one.theme, *(one.span or (None, None))))
    for answer_id, coder in sorted(pair for pair in none if decided[pair]):
        remarks.add(
            f"answer {answer_id}, {coder}", "a theme and the code for none: the theme was taken"
        )
    rows: dict[str, list[object]] = {name: [] for name in CODINGS.columns}
    log: dict[str, list[object]] = {name: [] for name in LOG.columns}
    machine = 0
    for (answer_id, coder), codes in sorted(decided.items()):
        for code in sorted(codes, key=lambda one: (one.theme, one.start or -1, one.end or -1)):
            for name, value in zip(CODINGS.columns, (answer_id, coder, *code), strict=True):
                rows[name].append(value)
        if coder == MACHINE:
            machine += len(codes)
            continue
        day = dates[answer_id, coder] or at
        line = (day, coder, codebook.version, "imported", answer_id, format_codes(codes))
        for name, value in zip(LOG.columns, line, strict=True):
            log[name].append(value)
    if machine:
        remarks.add(f"user {MACHINE}", f"{machine} codings of patterns: no person's, not logged")
    return Imported(table(CODINGS, rows), table(LOG, log), matched.codes, remarks.table())
