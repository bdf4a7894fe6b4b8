"""Tables of a wave joined to one another; rows without a partner are kept and listed."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import AnswerError
from msfresearch.survey.log import JOINED, note
from msfresearch.survey.questionnaire import Questionnaire

UNMATCHED = pa.DataFrameSchema(
    {
        "table": pa.Column(str),
        "row_id": pa.Column(str),
        "line": pa.Column(int),
        "looked_in": pa.Column(str),
        "looked_for": pa.Column(str),
    },
    strict=True,
)


def stack(frames: list[pd.DataFrame], schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Tables of one schema below one another; an empty one keeps its types."""
    types = {
        name: "int64" if "int" in str(column.dtype) else "str"
        for name, column in schema.columns.items()
    }
    kept = [frame for frame in frames if len(frame)]
    if not kept:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})
    return pd.concat(kept, ignore_index=True).astype(types)


def join_table(
    name: str,
    tables: dict[str, pd.DataFrame],
    reasons: dict[str, pd.DataFrame],
    questionnaire: Questionnaire,
    log: list[dict[str, object]],
) -> pd.DataFrame:
    """Take items over from another table; both tables keep every row they had."""
    join = questionnaire.tables[name].join
    assert join is not None
    mine = tables[name]
    wanted = mine[list(join.on)].astype("str").agg("-".join, axis=1)
    other = tables[join.table].set_index(
        tables[join.table][list(join.on)].astype("str").agg("-".join, axis=1)
    )
    if other.index.has_duplicates:
        raise AnswerError(
            "a join on a key that is not unique",
            column=", ".join(join.on),
            found=str(other.index[other.index.duplicated()][0]),
            expected=f"one row of {join.table} per key",
        )
    why = reasons[join.table].set_index(other.index)
    matched = wanted.isin(other.index)
    mine.insert(1, join.id, wanted.astype("str"))
    for column in join.take:
        mine[column] = other[column].reindex(wanted).to_numpy(dtype=object)
        mine[column] = mine[column].astype(other[column].dtype)
        reason = why[column].reindex(wanted).set_axis(mine.index)
        reasons[name][column] = reason.where(matched, "no_data").where(mine[column].isna())
        reasons[name][column] = reasons[name][column].astype("str")
    filled = int(mine[list(join.take)].notna().to_numpy().sum())
    without = int((~other.index.isin(wanted)).sum())
    note(
        log,
        name,
        f"{JOINED} {join.table}",
        len(mine),
        (0, filled),
        filled,
        None,
        f"{int(matched.sum())} rows matched, {int((~matched).sum())} found no partner (kept, "
        f"listed); {without} of {len(other)} {join.table} have no row here",
    )
    rows = mine.loc[~matched]
    return pd.DataFrame(
        {
            "table": name,
            "row_id": rows["row_id"],
            "line": rows["line"],
            "looked_in": join.table,
            "looked_for": rows[join.id],
        }
    )
