"""The answers as the coders saw them: what a code stands for, whatever cleaning does later."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pandera.errors import SchemaError

from msfresearch.errors import SourceError
from msfresearch.files import write_bytes
from msfresearch.themes.schemas import SEEN

NAME = "seen.parquet"


def read_seen(folder: Path) -> pd.DataFrame:
    """The answers that have been coded, as they were shown.

    Parameters
    ----------
    folder : Path
        A wave's folder of logs.

    Returns
    -------
    DataFrame
        ``answer_id``, ``language``, ``text``; no rows before anything was coded.

    Raises
    ------
    SourceError
        When the file cannot be read.
    """
    path = folder / NAME
    if not path.exists():
        return pd.DataFrame({name: pd.Series(dtype="str") for name in SEEN.columns})
    try:
        return SEEN.validate(pd.read_parquet(path, columns=list(SEEN.columns)))
    except (OSError, ValueError, LookupError, pa.ArrowException, SchemaError) as wrong:
        raise SourceError(
            "not the table of answers as coders saw them",
            file=path,
            found=type(wrong).__name__,
            expected="Parquet with answer_id, language, text",
            action="put back a copy; it is written by `msfresearch themes collect`",
        ) from None


def keep_seen(folder: Path, answers: pd.DataFrame) -> int:
    """Keep answers beside the logs; those already kept stay as they are.

    Parameters
    ----------
    folder : Path
        A wave's folder of logs.
    answers : DataFrame
        ``answer_id``, ``language``, ``text`` of what was coded now.

    Returns
    -------
    int
        How many answers are new. The file's bytes do not depend on the order of the calls.
    """
    kept = read_seen(folder)
    new = answers.loc[~answers["answer_id"].isin(kept["answer_id"]), list(SEEN.columns)]
    if new.empty:
        return 0
    every = pd.concat([kept, new.astype("str")], ignore_index=True)
    every = every.sort_values("answer_id", kind="stable").reset_index(drop=True)
    content = io.BytesIO()
    SEEN.validate(every).to_parquet(content, index=False)
    write_bytes(folder / NAME, content.getvalue())
    return len(new)


def changed(answers: pd.DataFrame, seen: pd.DataFrame) -> set[str]:
    """Ids of answers whose text is not the one that was coded.

    A code says nothing about another text: such answers are to be coded again.
    """
    now = answers.set_index("answer_id")["text"]
    then = seen.set_index("answer_id")["text"]
    both = now.index.intersection(then.index)
    return set(both[(now[both] != then[both]).to_numpy(dtype=bool)])
