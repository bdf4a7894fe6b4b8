"""Raw files to tables of text: one module per platform, nothing converted, nothing guessed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from msfresearch.survey.readers.delimited import read_delimited
from msfresearch.survey.source import Source

__all__ = ["read_delimited", "read_source"]


def read_source(source: Source, path: Path) -> pd.DataFrame:
    """Read one raw file as text.

    Parameters
    ----------
    source : Source
        What the manifest says of the file.
    path : Path
        The file.

    Returns
    -------
    DataFrame
        One column of ``str`` per header, no missing values; the index ``line`` is the line of
        the file on which a row begins, counted from 1.
    """
    return read_delimited(path, source.layout)
