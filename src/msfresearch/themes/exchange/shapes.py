"""What an export starts from, what an import gives, and what is said of both."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.schemas import CODINGS, DECISIONS, HITS, table

#: The user whose codings are hits of patterns and no person's.
MACHINE = "patterns"

#: What was changed, merged or not taken: where, and why.
REMARKS = pa.DataFrameSchema(
    {"place": pa.Column(str), "reason": pa.Column(str)},
    strict=True,
)
#: Codes as another program has them, with the theme that each was matched to.
CODES = pa.DataFrameSchema(
    {
        "guid": pa.Column(str),
        "name": pa.Column(str),
        "parent": pa.Column(str),
        "description": pa.Column(str),
        "theme": pa.Column(str),
        "matched_by": pa.Column(str, pa.Check.isin(["", "guid", "id", "label"])),
    },
    strict=True,
)


@dataclass(frozen=True)
class Material:
    """What may be exported, checked; made by `gather`.

    Attributes
    ----------
    answers : DataFrame
        ``answer_id``, ``text``, ``language`` and the columns of ``variables``.
    codebook : Codebook
        The frame of the codings.
    codings : DataFrame
        As ``CODINGS``.
    decisions : DataFrame
        As ``DECISIONS``; ``at`` is empty where no date is known.
    hits : DataFrame
        As ``HITS``: exported as the codings of a user of their own.
    variables : tuple of str
        Columns of ``answers`` that go along with each answer.
    """

    answers: pd.DataFrame
    codebook: Codebook
    codings: pd.DataFrame
    decisions: pd.DataFrame
    hits: pd.DataFrame
    variables: tuple[str, ...]


@dataclass(frozen=True)
class Exported:
    """A file as it was written.

    Attributes
    ----------
    path : Path
        The file.
    answers, codings : int
        How many of each it holds.
    remarks : DataFrame
        As ``REMARKS``: what was changed, merged or left out on the way, and what another program
        may not show.
    """

    path: Path
    answers: int
    codings: int
    remarks: pd.DataFrame


@dataclass(frozen=True)
class Imported:
    """What a file of another program says, in our terms.

    Attributes
    ----------
    codings : DataFrame
        As ``CODINGS``, by answer, coder, theme and place; those of the machine included.
    log : DataFrame
        As ``LOG``, one line per answer and person with ``draw`` imported; none of the machine.
    codes : DataFrame
        As ``CODES``: every code of the file; ``theme`` is empty where none was matched, and ``-``
        for the code that says that no theme is there.
    left : DataFrame
        As ``REMARKS``: everything that was not taken, or taken otherwise than it stood.
    """

    codings: pd.DataFrame
    log: pd.DataFrame
    codes: pd.DataFrame
    left: pd.DataFrame


class Remarks:
    """A list of remarks that grows while a file is written or read."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str]] = []

    def add(self, place: str, reason: str) -> None:
        """Note one."""
        self._rows.append((place, reason))

    def table(self) -> pd.DataFrame:
        """All of them, in order, each once."""
        rows = list(dict.fromkeys(self._rows))
        return table(
            REMARKS,
            {"place": [place for place, _ in rows], "reason": [reason for _, reason in rows]},
        )


def gather(
    answers: pd.DataFrame,
    codebook: Codebook,
    codings: pd.DataFrame | None = None,
    decisions: pd.DataFrame | None = None,
    hits: pd.DataFrame | None = None,
    variables: Sequence[str] = (),
) -> Material:
    """Check what is to be exported and put it in one order.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id`` (unique), ``text``, ``language`` and whatever ``variables`` names.
    codebook : Codebook
        The frame.
    codings : DataFrame, optional
        As ``CODINGS``.
    decisions : DataFrame, optional
        As ``DECISIONS``: says which answers a coder saw without giving a code. Without it the
        coders saw what they coded, no more.
    hits : DataFrame, optional
        As ``HITS``.
    variables : sequence of str
        Further columns that go along; ``language`` always does.

    Raises
    ------
    AnswerError
        For an id that is empty, repeated or holds control signs, a coding or hit of an unknown
        answer, a span outside its answer, a coder without a decision.
    CodebookError
        For a code that the frame does not have.
    """
    wanted = tuple(dict.fromkeys(["language", *variables]))
    _check_answers(answers, wanted)
    codings = CODINGS.validate(_none(CODINGS) if codings is None else codings)
    hits = HITS.validate(_none(HITS) if hits is None else hits)
    lengths = dict(zip(answers["answer_id"], answers["text"].map(len), strict=True))
    for name, rows in (("codings", codings), ("hits", hits)):
        _check_spans(rows, name, lengths, codebook)
    if MACHINE in set(codings["coder"]) and len(hits):
        raise AnswerError(
            f"codings of {MACHINE} beside hits of patterns",
            column="coder",
            action="export either the hits or what was made of them before",
        )
    if decisions is None:
        decisions = _decisions_of(codings, codebook)
    else:
        _check_decisions(DECISIONS.validate(decisions), codings, lengths)
    return Material(answers, codebook, codings, decisions, hits, wanted)


def _none(schema: pa.DataFrameSchema) -> pd.DataFrame:
    return table(schema, {name: [] for name in schema.columns})


def _check_answers(answers: pd.DataFrame, wanted: Sequence[str]) -> None:
    for column in ("answer_id", "text", *wanted):
        if column not in answers.columns:
            raise AnswerError(
                "answers lack a column", column=column, found=", ".join(map(str, answers.columns))
            )
    seen: set[str] = set()
    rows = zip(answers["answer_id"], answers["text"], strict=True)
    for row, (answer_id, text) in enumerate(rows, start=1):
        if not isinstance(answer_id, str) or not _is_plain(answer_id):
            raise AnswerError(
                f"answer {row} of the table has an id that no other program can hold",
                column="answer_id",
                found=answer_id,
                expected="text without control signs, not empty",
            )
        if answer_id in seen:
            raise AnswerError(
                f"answer {row} of the table repeats an id", column="answer_id", found=answer_id
            )
        seen.add(answer_id)
        if not isinstance(text, str):
            raise AnswerError(
                f"answer {row} of the table has no text",
                column="text",
                found=type(text).__name__,
                expected="text",
                action="leave out unanswered questions",
            )


def _is_plain(text: str) -> bool:
    return bool(text) and not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text)


def _check_spans(
    rows: pd.DataFrame, name: str, lengths: Mapping[str, int], codebook: Codebook
) -> None:
    columns = (rows[column] for column in ("answer_id", "theme", "start", "end"))
    for row, (answer_id, theme, start, end) in enumerate(zip(*columns, strict=True), start=1):
        if answer_id not in lengths:
            raise AnswerError(
                f"row {row} of the {name} belongs to no answer",
                column="answer_id",
                found=answer_id,
                action="export these answers as well",
            )
        if theme not in codebook.themes:
            raise CodebookError(
                f"row {row} of the {name} has a code that the frame has not",
                column="theme",
                found=theme,
                action="take the frame that was coded with, or leave these codes out",
            )
        whole = pd.isna(start)
        if whole and pd.isna(end):
            continue
        if whole or pd.isna(end) or not 0 <= start < end <= lengths[answer_id]:
            raise AnswerError(
                f"row {row} of the {name} has a span outside its answer",
                column="start, end",
                found=f"{start}-{end}",
                expected=f"a span within 0-{lengths[answer_id]}, or none",
            )


def _decisions_of(codings: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    pairs = codings[["answer_id", "coder"]].drop_duplicates()
    return pairs.assign(at="", codebook=codebook.version, draw="imported").reset_index(drop=True)


def _check_decisions(
    decisions: pd.DataFrame, codings: pd.DataFrame, lengths: Mapping[str, int]
) -> None:
    strange = decisions.loc[~decisions["answer_id"].isin(list(lengths)), "answer_id"]
    if len(strange):
        raise AnswerError(
            f"{len(strange)} decisions belong to no answer",
            column="answer_id",
            found=strange.iloc[0],
            action="export these answers as well",
        )
    known = set(zip(decisions["answer_id"], decisions["coder"], strict=True))
    for pair in zip(codings["answer_id"], codings["coder"], strict=True):
        if pair not in known:
            raise AnswerError(
                "a coding without a decision",
                column="answer_id, coder",
                found=f"{pair[0]}, {pair[1]}",
                action="give the decisions of the same log",
            )
