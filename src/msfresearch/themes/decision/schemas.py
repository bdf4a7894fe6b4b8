"""Columns of the tables of the decision."""

from __future__ import annotations

import pandera.pandas as pa

ALL = "all"
#: Whose held-out codes a threshold rests on, narrowest first; none where there is no threshold.
SCOPES = ("theme and language", "theme", "language", "everything", "none")

#: What was chosen for one theme and language.
THRESHOLDS = pa.DataFrameSchema(
    {
        "theme": pa.Column(str),
        "language": pa.Column(str),
        "lo": pa.Column(float, nullable=True),
        "hi": pa.Column(float, nullable=True),
        "n_held_out": pa.Column(int, pa.Check.ge(0)),
        "n_carriers": pa.Column(int, pa.Check.ge(0)),
        "n_unread": pa.Column(int, pa.Check.ge(0)),
        "scope_yes": pa.Column(str, pa.Check.isin(SCOPES)),
        "n_yes": pa.Column(int, pa.Check.ge(0)),
        "wrong_yes": pa.Column(int, pa.Check.ge(0)),
        "reason_yes": pa.Column(str),
        "scope_no": pa.Column(str, pa.Check.isin(SCOPES)),
        "n_no": pa.Column(int, pa.Check.ge(0)),
        "wrong_no": pa.Column(int, pa.Check.ge(0)),
        "reason_no": pa.Column(str),
    },
    strict=True,
    unique=["theme", "language"],
)

#: What became of the answers, per theme and language.
COVERAGE = pa.DataFrameSchema(
    {
        "theme": pa.Column(str),
        "language": pa.Column(str),
        "n_answers": pa.Column(int, pa.Check.ge(0)),
        "n_yes": pa.Column(int, pa.Check.ge(0)),
        "n_no": pa.Column(int, pa.Check.ge(0)),
        "n_person": pa.Column(int, pa.Check.ge(0)),
        "share_automatic": pa.Column(float, pa.Check.in_range(0, 1), nullable=True),
    },
    strict=True,
    unique=["theme", "language"],
)

#: The answers that a person decides, and on which themes.
ROUTE = pa.DataFrameSchema(
    {
        "answer_id": pa.Column(str, unique=True),
        "n_themes": pa.Column(int, pa.Check.gt(0)),
        "themes": pa.Column(str),
    },
    strict=True,
)
