"""The log of cleaning: what every rule did to every item, and the same summed up by rule."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

LOG = pa.DataFrameSchema(
    {
        "table": pa.Column(str),
        "rule": pa.Column(str),
        "item": pa.Column(str, nullable=True),
        "rows_in": pa.Column(int),
        "rows_out": pa.Column(int),
        "cells_in": pa.Column(int),
        "cells_out": pa.Column(int),
        "cells_changed": pa.Column(int),
        "detail": pa.Column(str, nullable=True),
    },
    strict=True,
)
SPACES = "spaces around a code removed"
SPELLING = "spelling made one"
ALIAS = "country known by an alias only"
FIRST = "first available value"
HOLLOW = "a sum of which every part is missing"
#: Rules after which a cell says something else than the file, in order of their application.
MENDING = (SPACES, SPELLING, ALIAS, FIRST, HOLLOW)
JOINED_ITEMS = "made of other items"
NOT_ASKED = "not asked, as another answer says"
ABSENT = "no part of this form"
REASON = "code read as a reason for no answer"
READ = "read as"
AGAINST_WORDS = "code against words"
LEFT_OUT = "column left out"
JOINED = "joined to"
ROWS = "rows read"
_ORDER = (
    *(ROWS, LEFT_OUT, *MENDING[:3], REASON, READ, ABSENT, NOT_ASKED, JOINED_ITEMS),
    *(*MENDING[3:], AGAINST_WORDS, JOINED),
)


def note(
    log: list[dict[str, object]],
    table: str,
    rule: str,
    rows: int,
    cells: tuple[int, int],
    changed: int,
    item: str | None = None,
    detail: str | None = None,
) -> None:
    """Write down what a rule did to a table; no rule drops a row.

    Parameters
    ----------
    rows : int
        Rows before and after.
    cells : (int, int)
        Cells with something in them before and after the rule, of those it looked at.
    changed : int
        Cells that the rule changed.
    """
    log.append(
        {
            "table": table,
            "rule": rule,
            "item": item,
            "rows_in": rows,
            "rows_out": rows,
            "cells_in": cells[0],
            "cells_out": cells[1],
            "cells_changed": changed,
            "detail": detail,
        }
    )


def whole_log(log: list[dict[str, object]]) -> pd.DataFrame:
    """What was written down, as a checked table."""
    frame = pd.DataFrame(log, columns=list(LOG.columns))
    return LOG.validate(frame.astype({"item": "str", "detail": "str"}))


def mended(log: pd.DataFrame) -> int:
    """Changes by rules after which a cell says something else than the file."""
    return int(log.loc[log["rule"].isin(MENDING), "cells_changed"].sum())


def by_rule(log: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The log by table and rule, the items that a rule changed summed up.

    Returns
    -------
    rules : DataFrame
        ``table``, ``rule``, ``items`` (their ids, in order; empty for a rule of the whole table),
        rows and cells as in the log, ``detail`` (where there is a single one). Rules of a whole
        table are always there, rules of items where they changed something.
    idle : int
        Pairs of a rule and an item in which nothing was changed.
    """
    whole = log["item"].isna()
    idle = ~whole & (log["cells_changed"] == 0)
    place = [next(i for i, r in enumerate(_ORDER) if x.startswith(r)) for x in log["rule"]]
    tables = log["table"].map({name: i for i, name in enumerate(log["table"].unique())})
    order = log.assign(_table=tables, _place=place).sort_values(["_table", "_place"], kind="stable")
    shown = log.loc[order.index[~idle.loc[order.index]]]
    rows: list[dict[str, object]] = []
    for (table, rule), part in shown.groupby(["table", "rule"], sort=False):
        rows.append(
            {
                "table": table,
                "rule": rule,
                "items": tuple(part["item"].dropna()),
                "rows_in": part["rows_in"].iloc[0],
                "rows_out": part["rows_out"].iloc[0],
                "cells_in": part["cells_in"].sum(),
                "cells_out": part["cells_out"].sum(),
                "cells_changed": part["cells_changed"].sum(),
                "detail": part["detail"].iloc[0] if len(part) == 1 else None,
            }
        )
    names = ["table", "rule", "items", *list(LOG.columns)[3:]]
    return pd.DataFrame(rows, columns=names), int(idle.sum())
