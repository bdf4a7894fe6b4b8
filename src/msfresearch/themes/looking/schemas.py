"""Columns of the tables that the ways of looking make."""

from __future__ import annotations

from enum import StrEnum

import pandera.pandas as pa

_SHARE = pa.Check.in_range(0, 1)


class Reason(StrEnum):
    """Why a row tells only sizes; the first that holds."""

    FEW_MEMBERS = "too few members"
    FEW_ANSWERS = "too few answers"
    NO_VARIATION = "no variation"


def _number(check: pa.Check | None = None) -> pa.Column:
    return pa.Column("Float64", check, nullable=True)


_COUNT = pa.Column("Int64", pa.Check.ge(0), nullable=True)
_SUPPRESSED = {
    "suppressed": pa.Column(bool),
    "reason": pa.Column(str, pa.Check.isin(list(Reason)), nullable=True),
}
#: Words in their context: respondents' own, so never for a report.
LINES = pa.DataFrameSchema(
    {
        "answer_id": pa.Column(str),
        "member": pa.Column(str),
        "language": pa.Column(str),
        "theme": pa.Column(str, nullable=True),
        "pattern": pa.Column(str, nullable=True),
        "start": pa.Column(int, pa.Check.ge(0)),
        "end": pa.Column(int, pa.Check.gt(0)),
        # As objects: an answer may hold lone surrogates, which a column of text may not.
        "left": pa.Column(object),
        "words": pa.Column(str),
        "right": pa.Column(object),
        "cut_left": pa.Column(bool),
        "cut_right": pa.Column(bool),
    },
    strict=True,
)
#: One row per pair of themes, each pair once.
TOGETHER = pa.DataFrameSchema(
    {
        "first": pa.Column(str),
        "second": pa.Column(str),
        "n_answers": pa.Column(int),
        "n_members": pa.Column(int),
        "n_first": _COUNT,
        "n_second": _COUNT,
        "n_both": _COUNT,
        "n_members_both": _COUNT,
        "expected": _number(pa.Check.ge(0)),
        "lift": _number(pa.Check.ge(0)),
        "phi": _number(pa.Check.in_range(-1, 1)),
        "log_odds": _number(),
        "low": _number(),
        "high": _number(),
        **_SUPPRESSED,
    },
    strict=True,
)
#: How many codes are known after so many answers or members, in any order of reading.
CURVE = pa.DataFrameSchema(
    {
        "unit": pa.Column(str, pa.Check.isin(["answer", "member"])),
        "n_read": pa.Column(int, pa.Check.gt(0), unique=True),
        "expected": pa.Column(float, pa.Check.ge(0)),
        "low": pa.Column(float, pa.Check.ge(0)),
        "high": pa.Column(float, pa.Check.ge(0)),
        "share": pa.Column(float, _SHARE, nullable=True),
    },
    strict=True,
)
#: What the last units read have brought.
LAST = pa.DataFrameSchema(
    {
        "unit": pa.Column(str, pa.Check.isin(["answer", "member"])),
        "n_read": pa.Column(int),
        "n_codes": pa.Column(int),
        "n_codes_once": pa.Column(int),
        "last": pa.Column(int),
        "new_in_last": pa.Column(int),
        "expected_in_last": pa.Column(float),
    },
    strict=True,
)
#: Ids of answers that are most like the others of their theme; never their words.
TYPICAL = pa.DataFrameSchema(
    {
        "theme": pa.Column(str),
        "language": pa.Column(str),
        "n_answers": pa.Column(int),
        "n_members": pa.Column(int),
        "rank": pa.Column("Int64", pa.Check.gt(0), nullable=True),
        "answer_id": pa.Column(str, nullable=True),
        "member": pa.Column(str, nullable=True),
        "likeness": _number(_SHARE),
        **_SUPPRESSED,
    },
    strict=True,
)
#: A theme against something known of the answers.
BY_FEATURE = pa.DataFrameSchema(
    {
        "family": pa.Column(str),
        "theme": pa.Column(str),
        "feature": pa.Column(str),
        "measure": pa.Column(
            str, pa.Check.isin(["share difference", "Somers' D", "mean difference"])
        ),
        "n_answers": pa.Column(int),
        "n_members": pa.Column(int),
        "n_missing": pa.Column(int),
        "n_with": _COUNT,
        "value": _number(),
        "low": _number(),
        "high": _number(),
        "se": _number(pa.Check.ge(0)),
        "p": _number(_SHARE),
        "p_adjusted": _number(_SHARE),
        "n_tests": pa.Column(int),
        **_SUPPRESSED,
    },
    strict=True,
)
