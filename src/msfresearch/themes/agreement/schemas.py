"""Columns of the tables of agreement."""

from __future__ import annotations

import pandera.pandas as pa

KINDS = ("human-human", "human-machine")
ALL = "all"

#: One coefficient of one group of coders, at one level.
AGREEMENT = pa.DataFrameSchema(
    {
        "level": pa.Column(str),
        "language": pa.Column(str),
        "kind": pa.Column(str, pa.Check.isin(KINDS)),
        "coders": pa.Column(str),
        "coefficient": pa.Column(str),
        "value": pa.Column(float, nullable=True),
        "low": pa.Column(float, nullable=True),
        "high": pa.Column(float, nullable=True),
        "n_answers": pa.Column(int, pa.Check.ge(0)),
        "n_units": pa.Column(int, pa.Check.ge(0)),
        "n_coders": pa.Column(int, pa.Check.ge(1)),
        "reason": pa.Column(str),
    },
    strict=True,
    unique=["level", "language", "coders", "coefficient"],
)

#: The 2 x 2 counts of two coders for one theme, over the answers that both saw.
COUNTS = pa.DataFrameSchema(
    {
        "theme": pa.Column(str),
        "language": pa.Column(str),
        "kind": pa.Column(str, pa.Check.isin(KINDS)),
        "first": pa.Column(str),
        "second": pa.Column(str),
        "both": pa.Column(int, pa.Check.ge(0)),
        "first_only": pa.Column(int, pa.Check.ge(0)),
        "second_only": pa.Column(int, pa.Check.ge(0)),
        "neither": pa.Column(int, pa.Check.ge(0)),
    },
    strict=True,
    unique=["theme", "language", "first", "second"],
)
