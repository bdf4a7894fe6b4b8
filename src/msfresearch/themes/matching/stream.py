"""A file of answers of any length coded in bounded memory, Parquet in, Parquet out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from msfresearch.errors import AnswerError, StageError
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.matching.ids import repeated_id
from msfresearch.themes.matching.matcher import Matcher, hit_columns
from msfresearch.themes.matching.parquet import Cells, batches, hits_file, opened

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

BATCH_ROWS = 5_000
"""Answers read at once: of 100,000 letters each they take half a gigabyte."""
_NEEDED = ("answer_id", "text", "language")
_MOST_LANGUAGES = 1_000


@dataclass(frozen=True)
class Account:
    """What became of the answers of a file.

    Attributes
    ----------
    answers : int
        All of them.
    coded : int
        Those with at least one hit.
    hits : int
        Hits in all.
    blank : int
        Those with no text, or with nothing but blanks: nothing to read.
    unread : dict of int
        Per language that the frame lacks: how many answers with a text were not read for that
        reason. An answer without a language stands under the empty name.
    """

    answers: int
    coded: int
    hits: int
    blank: int
    unread: dict[str, int]


def code_file(
    source: Path,
    target: Path,
    codebook: Codebook,
    *,
    languages: Iterable[str] | None = None,
    batch_rows: int = BATCH_ROWS,
    strict: bool = False,
) -> Account:
    """Find every place where a pattern of the frame fires in a file of answers.

    The ids are read first, on their own: one that is missing or stands twice stops the run before
    an answer is read. The answers follow in batches. The target appears at the end, whole, or not
    at all; its bytes do not depend on ``batch_rows``.

    Parameters
    ----------
    source : Path
        Parquet with the text columns ``answer_id`` (unique), ``text`` and ``language``; other
        columns are not read.
    target : Path
        Parquet with the columns of `msfresearch.themes.schemas.HITS`, by answer in the order of
        the source, then place. The version of the frame is in its metadata.
    codebook : Codebook
        The frame.
    languages : iterable of str, optional
        Languages whose patterns are tried on every answer beside those of its own language.
    batch_rows : int
        Answers read at once.
    strict : bool
        Stop at the first answer in a language that the frame lacks, instead of counting it.

    Returns
    -------
    Account

    Raises
    ------
    AnswerError
        When the source cannot be read, lacks a column, repeats or lacks an id, or, if ``strict``,
        has an answer in a language that the frame lacks.
    StageError
        When the target is the source, or cannot be written.
    CodebookError
        When ``languages`` names one that is not in the frame.
    """
    matcher = Matcher(codebook, languages)
    if source.exists() and target.exists() and target.samefile(source):
        raise StageError(
            "the hits would take the place of the answers",
            file=target,
            action="choose another file for the hits",
        )
    sums: Counter[str] = Counter()
    unread: Counter[str] = Counter()
    with opened(source, _NEEDED) as file:
        _check_ids(file, source, batch_rows, target.parent)
        with hits_file(target, codebook.version) as hits:
            for first, cells in batches(file, source, _NEEDED, batch_rows):
                portion = _sorted_out(cells, codebook.languages)
                if strict and portion.foreign:
                    raise _not_of_the_frame(source, first, portion.foreign, codebook)
                unread.update(language for _, language in portion.foreign)
                _check_languages(unread, source)
                fired = matcher.find_in(portion.texts, portion.spoken)
                hits.add(hit_columns(fired, matcher.rules, portion.ids, portion.texts))
                sums["answers"] += len(cells[0])
                sums["blank"] += portion.blank
                sums["coded"] += len(np.unique(fired.text))
                sums["hits"] += len(fired)
    return Account(
        answers=sums["answers"],
        coded=sums["coded"],
        hits=sums["hits"],
        blank=sums["blank"],
        unread=dict(sorted(unread.items())),
    )


@dataclass(frozen=True)
class _Portion:
    """Some answers: those to read, and why the others are not read."""

    ids: list[str]
    texts: list[str]
    spoken: list[str]
    blank: int
    #: Row within the portion and language of answers in a language that the frame lacks.
    foreign: list[tuple[int, str]]


def _sorted_out(cells: list[Cells], known: Container[str]) -> _Portion:
    portion = _Portion([], [], [], blank=0, foreign=[])
    blank = 0
    for row, (answer_id, text, language) in enumerate(zip(*cells, strict=True)):
        if not text or text.isspace():
            blank += 1
        elif language is None or language not in known:
            portion.foreign.append((row, language or ""))
        else:
            portion.ids.append(answer_id or "")
            portion.texts.append(text)
            portion.spoken.append(language)
    return replace(portion, blank=blank)


def _check_ids(file: ParquetFile, source: Path, rows: int, folder: Path) -> None:
    def portions() -> Iterator[tuple[int, list[str]]]:
        for first, (cells,) in batches(file, source, _NEEDED[:1], rows):
            ids = [cell for cell in cells if cell]
            if len(ids) < len(cells):
                at = next(at for at, cell in enumerate(cells) if not cell)
                raise AnswerError(
                    f"answer {first + at} has no id",
                    file=source,
                    column="answer_id",
                    expected="an id for every answer",
                )
            yield first, ids

    twice = repeated_id(portions, folder)
    if twice is not None:
        answer_id, row = twice
        raise AnswerError(
            f"answer {row} repeats an id",
            file=source,
            column="answer_id",
            found=answer_id,
            expected="each id once",
            action="give every answer an id of its own",
        )


def _not_of_the_frame(
    source: Path, first: int, foreign: list[tuple[int, str]], codebook: Codebook
) -> AnswerError:
    row, language = foreign[0]
    return AnswerError(
        f"answer {first + row} is in a language that the code frame has not",
        file=source,
        column="language",
        found=language,
        expected="one of: " + ", ".join(codebook.languages),
        action="leave such answers out, or have them counted and not read (strict=False)",
    )


def _check_languages(unread: Counter[str], source: Path) -> None:
    # So many are no languages, and each would stay in memory.
    if len(unread) > _MOST_LANGUAGES:
        raise AnswerError(
            f"more than {_MOST_LANGUAGES} languages",
            file=source,
            column="language",
            found=next(iter(unread)),
            expected="the language of each answer, such as en",
        )
