"""What the cleaning notebook says of missing answers and of the context tables."""

from __future__ import annotations

import pandas as pd

from msfresearch.report import figures, tables
from msfresearch.report.chapters.cleaning import REASONS
from msfresearch.report.chapters.common import listing, table_or_words
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose
from msfresearch.report.wording import number, percent, share_of
from msfresearch.survey.cleaning import Cleaned
from msfresearch.survey.countries import country_name
from msfresearch.wave import Wave

MOST_ITEMS = 12


def missing_figures(missing: pd.DataFrame, status: str, lang: str) -> list[Figure]:
    """One figure per table: items that lack answers, by reason."""
    drawn: list[Figure] = []
    for name, rows in missing.groupby("table", sort=False):
        lacking = rows[(rows["reason"] != "answered") & (rows["n"] > 0)]
        if lacking.empty:
            continue
        worst = lacking.groupby("label")["n"].sum().sort_values(ascending=False, kind="stable")
        shown = worst.index[:MOST_ITEMS]
        chosen = lacking[lacking["label"].isin(shown)].copy()
        chosen["reason"] = chosen["reason"].map(REASONS)
        chosen["_order"] = chosen["label"].map({label: i for i, label in enumerate(shown)})
        chosen = chosen.sort_values(["_order", "reason"], kind="stable")
        beyond = len(worst) - len(shown)
        more = f" {beyond} items with fewer missing answers are not drawn." if beyond else ""
        drawn.append(
            figures.missing_bars(
                chosen,
                "label",
                "reason",
                "n",
                title=f"Missing answers in {name}, by reason",
                caption=f"Of {number(int(rows['rows'].iloc[0]), 0, lang)} rows.{more}",
                status=status,
                lang=lang,
            )
        )
    return drawn


def missing_table(missing: pd.DataFrame, lang: str) -> tables.Table | Prose:
    """Every item that lacks an answer, by reason: none is left out."""
    lacking = missing[(missing["reason"] != "answered") & (missing["n"] > 0)]
    reasons = [reason for reason in REASONS if reason in set(lacking["reason"])]
    wide = lacking.pivot(index=["table", "item"], columns="reason", values="n")
    wide = wide.reindex(columns=reasons).fillna(0).astype("int64")
    items = missing.drop_duplicates(["table", "item"])[["table", "item", "label", "rows"]]
    shown = items.merge(wide.reset_index(), on=["table", "item"])
    rest = len(items) - len(shown)
    return table_or_words(
        shown.drop(columns="item"),
        "Every item that lacks answers: rows of its table, and cells without an answer by reason",
        "Every item was answered in every row.",
        columns={
            "table": "Table",
            "label": "Item",
            "rows": "Rows",
            **{reason: REASONS[reason].capitalize() for reason in reasons},
        },
        notes=f"{number(rest, 0, lang)} items were answered in every row." if rest else None,
        lang=lang,
    )


def missing_words(missing: pd.DataFrame, lang: str) -> str:
    """Which reason is the most frequent."""
    lacking = missing[missing["reason"] != "answered"]
    total = int(lacking["n"].sum())
    if not total:
        return "No answer is missing."
    by_reason = lacking.groupby("reason")["n"].sum().sort_values(ascending=False, kind="stable")
    cells = int(missing["n"].sum())
    reason = REASONS[str(by_reason.index[0])]
    return (
        f"Of {number(cells, 0, lang)} cells, {number(total, 0, lang)} "
        f"({percent(total / cells, 0, lang)}) hold no answer; the most frequent reason is "
        f"“{reason}” ({share_of(int(by_reason.iloc[0]), total, lang)}). "
        "Every reason is stored beside its empty cell."
    )


def join_context(wave: Wave, cleaned: Cleaned) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join the context tables to the wave's smallest table that knows its countries.

    Returns
    -------
    joined, coverage : DataFrame
        As :meth:`msfresearch.wave.Wave.context`; both without rows when no table has countries.
    """
    found = [
        (len(frame), name, item.id)
        for name, frame in cleaned.tables.items()
        for item in wave.questionnaire.tables[name].items
        if item.type == "country"
    ]
    if not found:
        from msfresearch.survey.context import COVERAGE

        nothing = pd.DataFrame({"row_id": [], "country": [], "year": []}, dtype="str")
        return nothing, pd.DataFrame({column: [] for column in COVERAGE.columns})
    _, name, country = min(found)
    rows = cleaned.tables[name]
    rows = pd.DataFrame(
        {
            "row_id": rows["row_id"],
            "country": rows[country],
            "year": rows["year"] if "year" in rows else int(wave.manifest.fieldwork[-1].end[:4]),
        }
    )
    return wave.context(rows)


def coverage_table(coverage: pd.DataFrame, lang: str) -> tables.Table | Prose:
    """The reach of every join to a context variable."""
    here = coverage[coverage["variable"].notna()].drop(columns=["without"])
    here = here.assign(left_out=[len(_parts(cell)) for cell in here["left_out"]])
    return table_or_words(
        here,
        "Reach of the join to each context variable",
        "This wave holds no countries to join."
        if coverage.empty
        else "No context table is on this computer.",
        columns={
            "source": "Table",
            "variable": "Variable",
            "rows": "Rows",
            "joined": "Joined",
            "countries": "Countries",
            "countries_joined": "Countries joined",
            "left_out": "Codes not matched to ISO 3166",
        },
        notes="Codes that match no country of ISO 3166 are those of groups of countries and of "
        "local members; a variable that joined no row has no value for these years."
        if len(here)
        else None,
        lang=lang,
    )


def _parts(cell: object) -> list[str]:
    """The codes or names that a cell of the coverage lists."""
    return cell.split(", ") if isinstance(cell, str) else []


def coverage_words(coverage: pd.DataFrame) -> str:
    """How far the context tables reach, and which countries they do not, in sentences."""
    if coverage.empty:
        return "Without countries there is nothing to join."
    here = coverage[coverage["variable"].notna()]
    absent = coverage.loc[coverage["variable"].isna(), "source"]
    empty = here.loc[here["joined"] == 0, "variable"]
    filled = here[here["joined"] > 0]
    said = []
    if len(filled):
        share = filled["countries_joined"] / filled["countries"]
        worst = filled.loc[share.sort_values(kind="stable").index].to_dict("records")[0]
        said.append(
            f"The join that reaches least is {worst['variable']}: {worst['countries_joined']} of "
            f"{worst['countries']} countries."
        )
    for cell, rows in filled[filled["without"].notna()].groupby("without", sort=False):
        missed = [country_name(code) for code in _parts(cell)]
        said.append(
            f"Countries without {listing(rows['variable'])}: {len(missed)} ({listing(missed)})."
        )
    if len(empty):
        said.append(f"{listing(empty)}: no value for these years.")
    if len(absent):
        said.append(
            f"{listing(absent)}: registered but not on this computer, so left out; "
            "msfresearch fetch context brings them."
        )
    return " ".join(said)
