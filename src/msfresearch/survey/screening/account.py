"""The rows that are left while rules are applied, and the account of all that was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pandera.pandas as pa

SET_ASIDE = pa.DataFrameSchema(
    {
        "line": pa.Column("int64"),
        "respondent": pa.Column(str),
        "rule": pa.Column(str),
        "kept": pa.Column(str),
        "kept_line": pa.Column("Int64", nullable=True),
    },
    strict=True,
)
LISTED = pa.DataFrameSchema(
    {
        "rule": pa.Column(str),
        "line": pa.Column("int64"),
        "respondent": pa.Column(str),
        "other": pa.Column(str),
        "other_line": pa.Column("Int64", nullable=True),
        "share": pa.Column("Float64", nullable=True),
        "detail": pa.Column(str),
    },
    strict=True,
)
LOG = pa.DataFrameSchema(
    {
        "rule": pa.Column(str),
        "rows_in": pa.Column("int64"),
        "rows_out": pa.Column("int64"),
        "n": pa.Column("int64"),
        "detail": pa.Column(str),
    },
    strict=True,
)


@dataclass
class Account:
    """Rows that are left, and what was written down of every rule.

    Attributes
    ----------
    respondent : Series of str
        Pseudonyms of the rows that are left; the index is the line.
    """

    respondent: pd.Series[Any]
    _aside: list[pd.DataFrame] = field(default_factory=list)
    _listed: list[pd.DataFrame] = field(default_factory=list)
    _log: list[tuple[str, int, int, int, str]] = field(default_factory=list)

    @property
    def left(self) -> pd.Index[Any]:
        """Lines of the rows that are left."""
        return self.respondent.index

    def set_aside(self, rule: str, lines: pd.Index[Any], detail: str = "") -> None:
        """Take rows away."""
        self._take(rule, pd.Series(pd.NA, index=lines, dtype="Int64"), detail)

    def keep_one(self, rule: str, kept: pd.Series[Any], detail: str = "") -> None:
        """Take duplicates away: the index of the Series, for the row that each names."""
        self._take(rule, kept.astype("Int64"), detail)

    def _take(self, rule: str, kept: pd.Series[Any], detail: str) -> None:
        self._aside.append(
            pd.DataFrame(
                {
                    "line": kept.index,
                    "respondent": self.respondent[kept.index].to_numpy(),
                    "rule": rule,
                    "kept": kept.map(self.respondent).fillna("").to_numpy(),
                    "kept_line": kept.to_numpy(),
                }
            )
        )
        before = len(self.respondent)
        self.respondent = self.respondent.drop(index=kept.index)
        self._log.append((rule, before, len(self.respondent), len(kept), detail))

    def list_rows(self, rule: str, rows: pd.DataFrame, detail: str = "") -> None:
        """Write down rows that stay and are worth a look.

        Parameters
        ----------
        rule : str
            Why.
        rows : DataFrame
            Index: the rows. Columns, all of them optional: ``other`` (a line), ``share``,
            ``detail``.
        detail : str
            For the log.
        """
        other = rows.get("other", pd.Series(pd.NA, index=rows.index)).astype("Int64")
        self._listed.append(
            pd.DataFrame(
                {
                    "rule": rule,
                    "line": rows.index,
                    "respondent": self.respondent[rows.index].to_numpy(),
                    "other": other.map(self.respondent).fillna("").to_numpy(),
                    "other_line": other.to_numpy(),
                    "share": rows.get("share", pd.Series(pd.NA, index=rows.index)).to_numpy(),
                    "detail": rows.get("detail", pd.Series("", index=rows.index)).to_numpy(),
                }
            )
        )
        self.note(rule, len(rows), "; ".join(one for one in ("kept and listed", detail) if one))

    def note(self, rule: str, n: int, detail: str = "") -> None:
        """Write down how many rows something is true of."""
        self._log.append((rule, len(self.respondent), len(self.respondent), n, detail))

    def aside(self) -> pd.DataFrame:
        """Rows that were set aside, see :data:`SET_ASIDE`."""
        return _stacked(self._aside, SET_ASIDE, ["line"])

    def listed(self) -> pd.DataFrame:
        """Rows that were listed, see :data:`LISTED`."""
        return _stacked(self._listed, LISTED, ["rule", "line"])

    def log(self) -> pd.DataFrame:
        """Every rule, see :data:`LOG`."""
        return LOG.validate(pd.DataFrame(self._log, columns=list(LOG.columns)))


def _stacked(
    parts: list[pd.DataFrame], schema: pa.DataFrameSchema, order: list[str]
) -> pd.DataFrame:
    types = {name: str(column.dtype) for name, column in schema.columns.items()}
    full = [part.astype(types) for part in parts if len(part)]
    if not full:
        return schema.validate(pd.DataFrame(columns=list(types)).astype(types))
    stacked = pd.concat(full, ignore_index=True)
    return schema.validate(stacked.sort_values(order, kind="stable", ignore_index=True))
