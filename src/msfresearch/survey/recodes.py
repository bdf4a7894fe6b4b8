"""Texts beside "other", recoded by a table that a person has reviewed; all others stay.

``codebook/recodes/<instrument>.csv`` has one row per item and text: which code of the item the text
amounts to, who decided so and when. Nothing is guessed: a text that is not in the table stays
under "other" and is counted.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import SourceError
from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.readers.delimited import decode, read_delimited

COLUMNS = ("item", "text", "code", "reviewer", "date")
#: What became of the texts of an item.
RECODED = "recoded"
KEPT = "reviewed, stays other"
OPEN = "not reviewed, stays other"
BESIDE = "beside another answer, not looked at"
UNUSED = "in the table, written by nobody"
WHAT = (RECODED, KEPT, OPEN, BESIDE, UNUSED)

RECODES = pa.DataFrameSchema(
    {
        "item": pa.Column(str),
        "text": pa.Column(str),
        "code": pa.Column(str),
        "reviewer": pa.Column(str),
        "date": pa.Column(str),
    },
    strict=True,
)
COUNTS = pa.DataFrameSchema(
    {
        "item": pa.Column(str),
        "what": pa.Column(str, pa.Check.isin(WHAT)),
        "n": pa.Column("Int64", pa.Check.ge(0)),
    },
    strict=True,
)


def folded(text: str) -> str:
    """A text without what does not make it another: case, spaces, the way letters are composed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def load_recodes(path: Path, table: Table, questionnaire: Questionnaire) -> pd.DataFrame:
    """Read and check a table of recodes.

    Parameters
    ----------
    path : Path
        UTF-8, comma-separated. Where nothing has been reviewed, the header alone or no file.
    table : Table
        Whose items have the texts.
    questionnaire : Questionnaire
        The codes of the items.

    Returns
    -------
    DataFrame
        As ``RECODES``: the text as folded by :func:`folded`. The index is the line in the file.

    Raises
    ------
    SourceError
        With line and column. It does not repeat the text: a respondent wrote it.
    """
    raw = _read(path) if path.exists() else _nothing(COLUMNS)
    if tuple(raw.columns) != COLUMNS:
        raise SourceError(
            "not the columns of a table of recodes",
            file=path,
            row=1,
            found=", ".join(raw.columns),
            expected=", ".join(COLUMNS),
            action="name the columns so, in that order",
        )
    for column in COLUMNS:
        raw[column] = raw[column].str.strip()
    raw["text"] = raw["text"].map(folded).astype("str")
    with_other = {item.id: item for item in table.items if item.other is not None}
    known = {one: _codes(item, questionnaire) for one, item in with_other.items()}
    for line, row in zip(raw.index, raw.to_dict("records"), strict=True):
        wrong = _fault(row, known)
        if wrong is not None:
            column, expected = wrong
            raise _error(path, int(line), column, expected)
    twice = raw[raw.duplicated(["item", "text"])]
    if len(twice):
        raise _error(path, int(twice.index[0]), "text", "every text of an item once")
    return RECODES.validate(raw)


def _read(path: Path) -> pd.DataFrame:
    """The table as text; that of an instrument without recodes is its header alone."""
    lines = decode(path, "utf-8").splitlines()
    if [line for line in lines[1:] if line.strip()]:
        return read_delimited(path)
    return _nothing(next(csv.reader(io.StringIO(lines[0]))))


def _nothing(columns: Sequence[str]) -> pd.DataFrame:
    lines = pd.Index([], name="line", dtype="int64")
    return pd.DataFrame(columns=list(columns), index=lines, dtype="str")


def _fault(row: dict[Any, Any], known: dict[str, list[str]]) -> tuple[str, str] | None:
    """The column of a row that is wrong and what it should hold; None where all is well."""
    if row["item"] not in known:
        return "item", "an item with a text beside other: " + (", ".join(known) or "there is none")
    if not row["text"]:
        return "text", "what a respondent wrote"
    if row["code"] not in known[row["item"]]:
        return "code", f"a code of {row['item']}: {', '.join(known[row['item']])}"
    if not row["reviewer"]:
        return "reviewer", "who decided so"
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", row["date"]) or not _is_day(row["date"]):
        return "date", "the day of the decision, such as 2019-09-30"
    return None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _codes(item: Item, questionnaire: Questionnaire) -> list[str]:
    levels = [level.code for level in questionnaire.levels(item)]
    return levels or [option.id for option in item.options]


def _error(path: Path, line: int, column: str, expected: str) -> SourceError:
    return SourceError(
        "a recode that cannot be used",
        file=path,
        row=line,
        column=column,
        expected=expected,
        action=f"correct the row in {path.name}",
    )


def recode(
    raw: pd.DataFrame, recodes: pd.DataFrame, table: Table
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply a reviewed table to the texts beside "other".

    In a single choice the code takes the place of "other". In a multi-select item the box of the
    option is ticked and that of "other" is not any longer, for the text was all it stood for; a
    reviewer who finds more in a text than one option leaves it under "other", by giving it that
    code. What was written stays in its own column, whatever becomes of the answer.

    Parameters
    ----------
    raw : DataFrame
        A canonical raw table: the questionnaire's columns, cells of text in its codes.
    recodes : DataFrame
        As ``RECODES``.
    table : Table
        The items.

    Returns
    -------
    recoded : DataFrame
        A copy of ``raw`` with the answers recoded.
    counts : DataFrame
        As ``COUNTS``: for every item with a text, how many texts met with what, zeros included.
    """
    recoded = raw.copy()
    counts: list[tuple[str, str, int]] = []
    for item in table.items:
        if item.other is None:
            continue
        decided = recodes[recodes["item"] == item.id].set_index("text")["code"]
        texts = raw[item.other.column]
        fold = {text: folded(text) for text in texts.unique()}
        texts = texts.map(fold).astype("str")
        written = texts != ""
        columns = {option.id: option.column for option in item.options}
        own = columns.get(item.other.code)
        under_other = raw[own] == "1" if own else raw[str(item.column)] == item.other.code
        codes = texts.where(written & under_other).map(decided)
        moved = codes.notna() & (codes != item.other.code)
        if own:
            recoded.loc[moved, own] = "0"
            for option, column in columns.items():
                recoded.loc[moved & (codes == option), column] = "1"
        else:
            recoded.loc[moved, str(item.column)] = codes[moved]
        used = set(texts[written & under_other])
        numbers = (
            int(moved.sum()),
            int((codes.notna() & ~moved).sum()),
            int((written & under_other & codes.isna()).sum()),
            int((written & ~under_other).sum()),
            sum(text not in used for text in decided.index),
        )
        counts += [(item.id, what, n) for what, n in zip(WHAT, numbers, strict=True)]
    listed = pd.DataFrame(counts, columns=["item", "what", "n"]).astype(
        {"item": "str", "what": "str", "n": "Int64"}
    )
    return recoded, COUNTS.validate(listed)
