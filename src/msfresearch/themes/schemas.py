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
        "include": pa.Column(str),
        "exclude": pa.Column(str),
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

#: What differs between two versions of a frame.
CHANGES = pa.DataFrameSchema(
    {
        "theme": pa.Column(str),
        "language": pa.Column(str),
        "part": pa.Column(str),
        "change": pa.Column(str, pa.Check.isin(["added", "removed", "changed", "renamed"])),
        "before": pa.Column(str),
        "after": pa.Column(str),
    },
    strict=True,
)
#: Answers that a new version of the frame codes otherwise.
RECODED = pa.DataFrameSchema(
    {
        "answer_id": pa.Column(str),
        "theme": pa.Column(str),
        "change": pa.Column(str, pa.Check.isin(["gains", "loses"])),
    },
    strict=True,
)
#: One line of a coder's log: a decision about one answer, whatever was decided before.
LOG = pa.DataFrameSchema(
    {
        "at": pa.Column(str, pa.Check.str_matches(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
        "coder": pa.Column(str, pa.Check.str_matches(r"^[a-z][a-z0-9_-]{0,31}$")),
        "codebook": pa.Column(str),
        "draw": pa.Column(str, pa.Check.isin(["random", "chosen", "adjudication", "imported"])),
        "answer_id": pa.Column(str),
        "codes": pa.Column(str),
    },
    strict=True,
)
#: Answers as coders saw them.
SEEN = pa.DataFrameSchema(
    {
        "answer_id": pa.Column(str, unique=True),
        "language": pa.Column(str),
        "text": pa.Column(str),
    },
    strict=True,
)
#: The latest decision of each coder about each answer.
DECISIONS = pa.DataFrameSchema(
    {
        "answer_id": pa.Column(str),
        "coder": pa.Column(str),
        "at": pa.Column(str),
        "codebook": pa.Column(str),
        "draw": pa.Column(str),
    },
    strict=True,
    unique=["answer_id", "coder"],
)
#: The codes of these decisions; a code of the whole answer has no start and end.
CODINGS = pa.DataFrameSchema(
    {
        "answer_id": pa.Column(str),
        "coder": pa.Column(str),
        "theme": pa.Column(str),
        "start": pa.Column("Int64", pa.Check.ge(0), nullable=True),
        "end": pa.Column("Int64", pa.Check.gt(0), nullable=True),
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
