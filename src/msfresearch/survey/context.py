"""What is known of a country in a year from elsewhere, joined to a wave, coverage reported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import AnswerError
from msfresearch.survey.countries import Countries
from msfresearch.survey.manifest import ContextSource

COVERAGE = pa.DataFrameSchema(
    {
        "source": pa.Column(str),
        "variable": pa.Column(str, nullable=True),
        "rows": pa.Column(int),
        "joined": pa.Column(int),
        "countries": pa.Column(int),
        "countries_joined": pa.Column(int),
        "without": pa.Column(str, nullable=True),
        "left_out": pa.Column(str, nullable=True),
    },
    strict=True,
)


def tidy(
    source: ContextSource, raw: pd.DataFrame, countries: Countries, file: Path
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A context table as one row per country and year.

    Parameters
    ----------
    source : ContextSource
        What its columns hold.
    raw : DataFrame
        The file as text, index ``line``.
    countries : Countries
        Spellings and codes.
    file : Path
        For errors.

    Returns
    -------
    table : DataFrame
        ``country`` (ISO 3166 alpha-3), ``year`` and one Float64 column per variable.
    left_out : tuple of str
        What the source counts beside countries: aggregates, territories, local members.

    Raises
    ------
    AnswerError
        When a country and year stand twice, or a value is not a number.
    """
    holds = source.holds
    match holds.codes:
        case "name":
            code = countries.by_name(raw[holds.country])
        case "member":
            code = countries.by_member(raw[holds.country])
        case _:
            code = countries.by_code(raw[holds.country])
    table = raw.assign(country=raw[holds.country].map(code).astype("str"))
    left_out = tuple(sorted(set(raw.loc[table["country"].isna(), holds.country])))
    table = table[table["country"].notna()]
    if holds.year is None:
        years = [column for column in raw.columns if column.isdigit()]
        (name,) = holds.values.values()
        table = table.melt(["country"], years, "year", name, ignore_index=False)
    else:
        table = table.rename(columns={holds.year: "year", **holds.values})
    names = list(holds.values.values())
    tidied = table[["country", "year", *names]].copy()
    for column in ("year", *names):
        tidied[column] = _numbers(tidied[column], column, file)
    tidied["year"] = tidied["year"].astype("Int64")
    twice = tidied.duplicated(["country", "year"])
    if twice.any():
        row = tidied[twice].iloc[0]
        raise AnswerError(
            "a country and year stand twice",
            file=file,
            row=int(tidied.index[twice][0]),
            found=f"{row['country']} {row['year']}",
            expected="one row each",
            action="declare which spelling is meant in codebook/countries.yml",
        )
    return tidied.reset_index(drop=True), left_out


def _numbers(cells: pd.Series[str], column: str, file: Path) -> pd.Series[float]:
    blank = cells.str.strip().isin(["", ".."])
    numbers = pd.to_numeric(cells.mask(blank), errors="coerce").astype("Float64")
    wrong = numbers.isna() & ~blank
    if wrong.any():
        raise AnswerError(
            "not a number",
            file=file,
            row=int(cells.index[wrong][0]),
            column=column,
            found=repr(cells[wrong].iloc[0]),
            expected="a number or an empty cell",
        )
    return numbers


def join_context(
    rows: pd.DataFrame,
    tables: Mapping[str, tuple[pd.DataFrame, tuple[str, ...]]],
    absent: Mapping[str, str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join context tables on country and year.

    Parameters
    ----------
    rows : DataFrame
        Has ``row_id``, ``country`` and ``year`` (either may be missing in a row).
    tables : dict
        Context tables as :func:`tidy` makes them, with what it left out, by name.
    absent : dict of str
        Tables that are registered but not here, with the reason.

    Returns
    -------
    joined : DataFrame
        ``row_id``, ``country``, ``year`` and every variable; as many rows as came in.
    coverage : DataFrame
        Per variable: rows and countries in all, and how many the join filled; the countries
        it did not. A table that is not here has a row without a variable that says so.
    """
    joined = rows[["row_id", "country", "year"]].copy()
    joined["year"] = joined["year"].astype("Int64")
    report: list[dict[str, object]] = []
    everyone = set(rows["country"].dropna())
    for name, (table, left_out) in tables.items():
        variables = [column for column in table.columns if column not in ("country", "year")]
        joined = joined.merge(table, on=["country", "year"], how="left", validate="m:1")
        for variable in variables:
            filled = joined[variable].notna()
            reached = set(joined.loc[filled, "country"])
            report.append(
                {
                    "source": name,
                    "variable": variable,
                    "rows": len(joined),
                    "joined": int(filled.sum()),
                    "countries": len(everyone),
                    "countries_joined": len(reached),
                    "without": ", ".join(sorted(everyone - reached)) or None,
                    "left_out": ", ".join(left_out) or None,
                }
            )
    for name, reason in absent.items():
        report.append(
            {
                "source": name,
                "variable": None,
                "rows": len(rows),
                "joined": 0,
                "countries": len(everyone),
                "countries_joined": 0,
                "without": reason,
                "left_out": None,
            }
        )
    coverage = pd.DataFrame(report, columns=list(COVERAGE.columns)).astype(
        {"variable": "str", "without": "str", "left_out": "str"}
    )
    return joined, COVERAGE.validate(coverage)
