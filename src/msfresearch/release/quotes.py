"""The gate of words: a respondent's answer is shown only where somebody approved it by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from msfresearch.errors import ReleaseError
from msfresearch.release.contacts import find_contacts
from msfresearch.yamlfile import load_model

NAME = "approved-quotes.yml"


def _told(text: str) -> str:
    if not text.strip():
        raise ValueError("words, not blanks alone")
    return text


_Line = Annotated[str, Field(min_length=1), AfterValidator(_told)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Quote(_Strict):
    """One passage of one answer that may be published.

    Attributes
    ----------
    wave, answer : str
        Where it stands.
    text : str
        The passage, letter for letter.
    approved_by : str
        Who decided, after reading it for what it tells of its writer and of others.
    approved_on : date
        When.
    """

    wave: _Line
    answer: _Line
    text: _Line
    approved_by: _Line
    approved_on: date


class _Approved(_Strict):
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True)
class Released:
    """What passed the gate, and how much did not.

    Attributes
    ----------
    quotes : DataFrame
        ``answer_id``, ``text`` (the approved passage), ``language``.
    withheld : int
        Answers that nobody approved.
    """

    quotes: pd.DataFrame
    withheld: int


def load_quotes(codebook: Path) -> tuple[Quote, ...]:
    """The approved passages; none where the file is not there.

    Parameters
    ----------
    codebook : Path
        The folder of codebooks.

    Raises
    ------
    ReleaseError
        Naming file, line and what is wrong.
    """
    path = codebook / NAME
    return load_model(path, _Approved, ReleaseError).quotes if path.exists() else ()


def released(answers: pd.DataFrame, wave: str, quotes: tuple[Quote, ...]) -> Released:
    """Let through what was approved of these answers, and count the rest.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id``, ``text``, ``language``.
    wave : str
        Their wave.
    quotes : tuple of Quote
        From :func:`load_quotes`.

    Raises
    ------
    ReleaseError
        When an approved passage does not stand in its answer, or tells how to reach somebody.
        Neither the passage nor the answer is repeated.
    """
    written = answers.set_index("answer_id")
    rows: list[tuple[str, str, str]] = []
    for quote in quotes:
        if quote.wave != wave or quote.answer not in written.index:
            continue
        if quote.text not in str(written.at[quote.answer, "text"]):
            raise ReleaseError(
                "an approved passage does not stand in its answer",
                file=NAME,
                column=quote.answer,
                expected="the words of the answer, letter for letter",
                action="copy the passage from the answer, and have it approved again",
            )
        if any(True for _ in find_contacts(quote.text, ())):
            raise ReleaseError(
                "an approved passage tells how to reach somebody",
                file=NAME,
                column=quote.answer,
                expected="no address, number or handle",
                action="approve a passage without it",
            )
        rows.append((quote.answer, quote.text, str(written.at[quote.answer, "language"])))
    found = pd.DataFrame(rows, columns=["answer_id", "text", "language"], dtype="str")
    return Released(found, len(answers) - found["answer_id"].nunique())
