"""Every format by its name: write one, read one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.exchange.decided import check_date
from msfresearch.themes.exchange.qda import write_qdc, write_qdpx
from msfresearch.themes.exchange.qda_in import read_qdc, read_qdpx
from msfresearch.themes.exchange.shapes import Exported, Imported, Material
from msfresearch.themes.exchange.tables import (
    write_csv,
    write_matrix,
    write_sav,
    write_taguette,
    write_xlsx,
)
from msfresearch.themes.exchange.tables_in import read_table

Format = Literal["qdc", "qdpx", "csv", "xlsx", "matrix", "sav", "taguette"]
FORMATS: tuple[Format, ...] = get_args(Format)


def write(to: Format, path: Path, material: Material, lang: str, created: str) -> Exported:
    """Write answers, codes and codings in one format.

    Parameters
    ----------
    to : str
        One of ``FORMATS``: a REFI-QDA codebook or project; codings as CSV or workbook; a 0/1
        matrix as CSV or for SPSS; the codebook as CSV for Taguette.
    path : Path
        File to write; replaced as a whole or not at all.
    material : Material
        From `msfresearch.themes.exchange.shapes.gather`.
    lang : str
        Language of names, descriptions and labels.
    created : str
        Date of the file, as ``2026-01-31``; the clock is not asked.

    Raises
    ------
    AnswerError
        For an unknown format, or a date that is none.
    CodebookError
        When the frame does not have the language.
    StageError
        When the file cannot be written.
    """
    check_date(created)
    if to == "qdc":
        return write_qdc(path, material.codebook, lang)
    if to == "qdpx":
        return write_qdpx(path, material, lang, created)
    if to == "csv":
        return write_csv(path, material)
    if to == "xlsx":
        return write_xlsx(path, material, lang)
    if to == "matrix":
        return write_matrix(path, material)
    if to == "sav":
        return write_sav(path, material, lang)
    if to == "taguette":
        return write_taguette(path, material.codebook, lang)
    raise AnswerError("no such format", found=to, expected="one of: " + ", ".join(FORMATS))


def read(
    path: Path,
    answers: pd.DataFrame,
    codebook: Codebook,
    at: str,
    coders: Mapping[str, str] | None = None,
) -> Imported:
    """Read codes and codings of another program, or a table of ours that comes back.

    Parameters
    ----------
    path : Path
        ``.qdc``, ``.qdpx``, ``.csv`` or ``.xlsx``, by its ending.
    answers : DataFrame
        ``answer_id``, ``text``: the answers that were exported.
    codebook : Codebook
        The frame.
    at : str
        Date of codings for which the file tells none, as ``2026-01-31``.
    coders : mapping, optional
        Name of a user in the file to our name of the coder.

    Raises
    ------
    AnswerError
        For an ending that is none of these, and whatever the reader of the format refuses.
    CodebookError
        For codes that cannot be told apart.
    SourceError
        For what is no ordinary file.
    """
    ending = path.suffix.lower()
    if ending == ".qdc":
        return read_qdc(path, codebook)
    if ending == ".qdpx":
        return read_qdpx(path, answers, codebook, at, coders)
    if ending in (".csv", ".xlsx"):
        return read_table(path, answers, codebook, at, coders)
    raise AnswerError(
        "a file of no known format",
        file=path,
        found=ending or "no ending",
        expected=".qdc, .qdpx, .csv or .xlsx",
        action="export it from the other program as one of these",
    )
