"""Columns of the shares and differences that people's codes have corrected."""

from __future__ import annotations

from enum import StrEnum

import pandera.pandas as pa

_SHARE = pa.Check.in_range(0, 1)
_CHANGE = pa.Check.in_range(-1, 1)


class Reason(StrEnum):
    """Why a group has no share of a theme; the first that holds."""

    NO_HUMAN = "no human codes"
    FEW_HUMAN = "too few human codes"
    FEW_MEMBERS = "too few members with human codes"


def _number(check: pa.Check | None = None) -> pa.Column:
    return pa.Column("Float64", check, nullable=True)


_SUPPRESSED = {
    "suppressed": pa.Column(bool),
    "reason": pa.Column(str, pa.Check.isin(list(Reason)), nullable=True),
}
#: One row per group and theme. ``machine`` stands beside ``share`` and never alone.
CORRECTED = pa.DataFrameSchema(
    {
        "family": pa.Column(str),
        "theme": pa.Column(str),
        "group": pa.Column(str, nullable=True),
        "n_answers": pa.Column(int),
        "n_members": pa.Column(int),
        "n_human": pa.Column(int),
        "n_human_members": pa.Column(int),
        "n_abstained": pa.Column(int),
        "machine": _number(_SHARE),
        "share": _number(_SHARE),
        "low": _number(_SHARE),
        "high": _number(_SHARE),
        "se": _number(pa.Check.ge(0)),
        "power": _number(_SHARE),
        "human_share": _number(_SHARE),
        "human_low": _number(_SHARE),
        "human_high": _number(_SHARE),
        "gain": _number(pa.Check.gt(0)),
        **_SUPPRESSED,
    },
    strict=True,
)
#: One row per pair of groups and theme: the first group's share minus the other's.
DIFFERENCES = pa.DataFrameSchema(
    {
        "family": pa.Column(str),
        "theme": pa.Column(str),
        "group": pa.Column(str),
        "other": pa.Column(str),
        "n_answers": pa.Column(int),
        "n_answers_other": pa.Column(int),
        "n_members": pa.Column(int),
        "n_members_other": pa.Column(int),
        "n_members_both": pa.Column(int),
        "n_human": pa.Column(int),
        "n_human_other": pa.Column(int),
        "machine": _number(_CHANGE),
        "difference": _number(_CHANGE),
        "low": _number(_CHANGE),
        "high": _number(_CHANGE),
        "se": _number(pa.Check.ge(0)),
        "p": _number(_SHARE),
        "p_adjusted": _number(_SHARE),
        "n_tests": pa.Column(int),
        "power": _number(_SHARE),
        "human_difference": _number(_CHANGE),
        "human_low": _number(_CHANGE),
        "human_high": _number(_CHANGE),
        "gain": _number(pa.Check.gt(0)),
        **_SUPPRESSED,
    },
    strict=True,
)
