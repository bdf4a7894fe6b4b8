"""Columns of the tables that the themes folder makes."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

FRAME = pa.DataFrameSchema(
    {
        "family": pa.Column(str),
        "theme": pa.Column(str, unique=True),
        "label": pa.Column(str),
        "definition": pa.Column(str),
        "n_patterns": pa.Column(int, pa.Check.gt(0)),
    },
    strict=True,
)
HITS = pa.DataFrameSchema(
    {
        "answer_id": pa.Column(str),
        "family": pa.Column(str),
        "theme": pa.Column(str),
        "start": pa.Column(int, pa.Check.ge(0)),
        "end": pa.Column(int, pa.Check.gt(0)),
        "words": pa.Column(str),
        "pattern": pa.Column(str),
        "language": pa.Column(str),
    },
    strict=True,
)
SHARES = pa.DataFrameSchema(
    {
        "family": pa.Column(str),
        "theme": pa.Column(str),
        "group": pa.Column(str, nullable=True),
        "n_answers": pa.Column(int),
        "n_members": pa.Column(int),
        "n_coded": pa.Column("Int64", nullable=True),
        "share": pa.Column("Float64", pa.Check.in_range(0, 1), nullable=True),
        "low": pa.Column("Float64", pa.Check.in_range(0, 1), nullable=True),
        "high": pa.Column("Float64", pa.Check.in_range(0, 1), nullable=True),
        "n_eff": pa.Column("Float64", nullable=True),
        "suppressed": pa.Column(bool),
    },
    strict=True,
)
STEMS = pa.DataFrameSchema(
    {
        "side": pa.Column(str, pa.Check.isin(["uncoded", "coded"])),
        "stem": pa.Column(str),
        "n_uncoded": pa.Column(int),
        "n_coded": pa.Column(int),
        "n_members": pa.Column(int),
        "log_odds": pa.Column(float),
        "z": pa.Column(float),
    },
    strict=True,
)
PATTERN_COUNTS = pa.DataFrameSchema(
    {
        "theme": pa.Column(str),
        "language": pa.Column(str),
        "pattern": pa.Column(str),
        "n_hits": pa.Column(int),
        "n_answers": pa.Column(int),
        "n_members": pa.Column(int),
    },
    strict=True,
)

_DTYPES = {"string": "str", "str": "str", "int64": "int64", "float64": "float64", "bool": "bool"}


def table(schema: pa.DataFrameSchema, columns: dict[str, list[object]]) -> pd.DataFrame:
    """Make a table of a schema from its columns; an empty one keeps its types."""
    typed = {
        name: pd.Series(columns[name], dtype=_DTYPES.get(str(column.dtype), str(column.dtype)))
        for name, column in schema.columns.items()
    }
    return schema.validate(pd.DataFrame(typed))
