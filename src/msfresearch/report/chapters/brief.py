"""What the brief for the Steering Committee shows and says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.report import figures, tables
from msfresearch.report.chapters import success, themes, verdicts
from msfresearch.report.chapters.common import clusters, listing, lower_first, table_or_words
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose
from msfresearch.report.wording import interval, number, percent
from msfresearch.success.plan import WavePlan
from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Highlight, Questionnaire
from msfresearch.survey.source import Source
from msfresearch.themes.shares.hits import MIN_MEMBERS, cluster_share
from msfresearch.wave import Wave

#: Shares of fewer rows than this are not shown: they would be about a handful of plans.
FEWEST = 10


def highlights(wave: Wave, lang: str) -> pd.DataFrame:
    """The shares that the questionnaire marks for the brief.

    Returns
    -------
    DataFrame
        ``table``, ``label``, ``n`` (rows with an answer), ``n_members``, ``yes``, ``share``,
        ``low``, ``high`` (95%, clustered by member), ``of`` (rows of the table), ``left_out``
        (rows whose answer is no part of the base). Shares of fewer than 10 rows or 5 members are
        not given.
    """
    rows: list[dict[str, Any]] = []
    for name, table in wave.questionnaire.tables.items():
        if not table.highlights:
            continue
        frame = wave.table("clean", name)
        for mark in table.highlights:
            left_out = _values(mark.leave_out, table.item(mark.item), wave.questionnaire)
            known = frame[mark.item].notna() & ~frame[mark.item].isin(left_out)
            given = frame[known & frame[table.member].notna()]
            if len(given) < FEWEST or given[table.member].nunique() < MIN_MEMBERS:
                continue
            reached = _reached(given[mark.item], table.item(mark.item), mark, wave.questionnaire)
            found = cluster_share(reached, pd.factorize(given[table.member])[0])
            rows.append(
                {
                    "table": name,
                    "label": mark.label.in_language(lang),
                    "n": len(given),
                    "n_members": int(given[table.member].nunique()),
                    "yes": int(reached.sum()),
                    "share": found.share,
                    "low": found.low,
                    "high": found.high,
                    "of": len(frame),
                    "left_out": int(frame[mark.item].isin(left_out).sum()),
                }
            )
    columns = ["table", "label", "n", "n_members", "yes", "share", "low", "high", "of", "left_out"]
    return pd.DataFrame(rows, columns=columns)


def _reached(
    values: pd.Series[Any], item: Item, mark: Highlight, questionnaire: Questionnaire
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if item.type == "numeric":
        return np.asarray(values.astype("float64") >= float(mark.at_least or 0), dtype=np.bool_)
    if mark.at_least is None:
        counted = _values((mark.equals,), item, questionnaire) if mark.equals else [1]
    else:
        codes = [level.code for level in questionnaire.levels(item)]
        counted = _values(tuple(codes[codes.index(mark.at_least) :]), item, questionnaire)
    return np.asarray(values.isin(counted), dtype=np.bool_)


def _values(codes: tuple[str, ...], item: Item, questionnaire: Questionnaire) -> list[int | str]:
    """What the codes of a scale are stored as."""
    return [level.value for level in questionnaire.levels(item) if level.code in codes]


def highlight_figures(shares: pd.DataFrame, wave: Wave, lang: str) -> list[Figure]:
    """One figure per table of the shares that the questionnaire marks."""
    drawn: list[Figure] = []
    for name, rows in shares.groupby("table", sort=False):
        table = wave.questionnaire.tables[str(name)]
        units = table.units.in_language(lang)
        drawn.append(
            figures.share_bars(
                rows,
                "label",
                "share",
                "low",
                "high",
                "n",
                title=f"Share of {units} with each",
                caption=f"Of the {units} with an answer (n), out of "
                f"{number(int(rows['of'].iloc[0]), 0, lang)}. 95% intervals that count "
                f"{clusters(table, lang)}.",
                sort=False,
                status=wave.manifest.status,
                lang=lang,
            )
        )
    return drawn


def highlight_words(shares: pd.DataFrame, wave: Wave, lang: str) -> list[str]:
    """The first marked share of each table, with its base and what was not coded."""
    said: list[str] = []
    for name, rows in shares.groupby("table", sort=False):
        units = wave.questionnaire.tables[str(name)].units.in_language(lang)
        for row in rows.head(2).to_dict("records"):
            said.append(
                f"{row['label']}: {number(row['yes'], 0, lang)} of the {number(row['n'], 0, lang)} "
                f"{units} with an answer on it ({percent(row['share'], 0, lang)}; 95% interval "
                f"{percent(row['low'], 0, lang)} to {percent(row['high'], 0, lang)})."
                + _outside(row, lang)
            )
    return said


def _outside(row: Mapping[Any, Any], lang: str) -> str:
    """How many rows are outside the base of a share, and why."""
    whole = number(row["of"], 0, lang)
    none = row["of"] - row["n"] - row["left_out"]
    said = f" {number(none, 0, lang)} of {whole} are without an answer." if none else ""
    if row["left_out"]:
        left = number(row["left_out"], 0, lang)
        said += f" {left} of {whole} have an answer that is no part of the base."
    return said


def most_and_least(shares: pd.DataFrame) -> list[str]:
    """Per table: what was found most often and what least, a sentence for its figure."""
    said: list[str] = []
    for _, rows in shares.groupby("table", sort=False):
        if len(rows) < 2:
            said.append("One share is marked for this table.")
            continue
        ordered = rows.sort_values("share", kind="stable").to_dict("records")
        most, least = ordered[-1], ordered[0]
        said.append(
            f"Most often: {lower_first(most['label'])} ({percent(most['share'])} of "
            f"{number(most['n'], 0)}). Least often: {lower_first(least['label'])} "
            f"({percent(least['share'])} of {number(least['n'], 0)})."
        )
    return said


def base(wave: Wave, shares: pd.DataFrame, lang: str) -> str:
    """What the shares of the brief are shares of, and what their intervals count."""
    marked = [table for table in wave.questionnaire.tables.values() if table.highlights]
    if not marked:
        return "The questionnaire of this wave marks no share for the brief."
    if shares.empty:
        return (
            f"Every share that the questionnaire marks is held back: fewer than {FEWEST} answers "
            f"or {MIN_MEMBERS} of those who gave them."
        )
    asked = sum(len(t.highlights) for t in marked)
    counted = listing(dict.fromkeys(clusters(table, lang) for table in marked))
    held = (
        f" {asked - len(shares)} of {asked} are held back: too few answers."
        if asked > len(shares)
        else ""
    )
    return (
        "A share is of those with an answer on the point, not of all. Its interval counts "
        f"{counted}, because what comes from one of them resembles itself.{held}"
    )


def headlines(
    wave: Wave,
    shares: pd.DataFrame,
    coded: themes.Coded,
    analysed: list[success.Analysed],
    lang: str,
) -> list[str]:
    """Three to six sentences: what a reader in a hurry takes away, each with its uncertainty."""
    said = highlight_words(shares, wave, lang)[:3]
    said += verdicts.found(analysed, lang)
    if len(coded.answers):
        said += themes.found(coded, wave, lang)[:2]
    return said or ["This wave has data, but nothing in it is marked as a finding."]


def who(wave: Wave, lang: str) -> tables.Table:
    """Who answered: per table the rows, the members, and the frame they come from."""
    facts = wave.facts("clean")
    rows = [
        {
            "units": wave.questionnaire.tables[name].units.in_language(lang).capitalize(),
            "rows": n,
            "members": facts["members"][name],
        }
        for name, n in ((s.table, facts["rows"][s.table]) for s in wave.manifest.sources)
    ]
    counted = [clusters(table, lang) for table in wave.questionnaire.tables.values()]
    return tables.table(
        pd.DataFrame(rows),
        f"Who answered: {wave.manifest.population}",
        stub="units",
        columns={
            "units": "What is counted",
            "rows": "Number",
            "members": listing(dict.fromkeys(counted)).capitalize(),
        },
        notes=f"Frame: {wave.manifest.frame.description.strip()}",
        lang=lang,
    )


def when(wave: Wave) -> str:
    """When the answers were given, and in which languages."""
    windows = listing(f"{w.start} to {w.end}" for w in wave.manifest.fieldwork)
    notes = " ".join(w.note.strip() for w in wave.manifest.fieldwork if w.note)
    names = {"en": "English", "es": "Spanish", "fr": "French"}
    languages = listing(names[code] for code in wave.manifest.languages)
    return f"Fieldwork: {windows}. {notes} Languages: {languages}."


def unknown(wave: Wave, analysed: list[success.Analysed], lang: str) -> list[str]:
    """What this wave cannot tell: its limits, its gaps, and what weakens its comparisons."""
    facts = wave.facts("clean")
    missing = wave.table("clean", "missingness")
    lacking = int(missing.loc[missing["reason"] != "answered", "n"].sum())
    manifest = wave.manifest
    awaited = manifest.limits_awaited if manifest.status == "rehearsal" else ()
    said = [limit.strip() for limit in (*awaited, *manifest.limits)]
    said += [
        f"On “{one.analysis.question.in_language(lang)}”: {one.analysis.evidence.strip()}"
        for one in analysed
    ]
    said.append(
        f"{percent(lacking / int(missing['n'].sum()), 0, lang)} of all cells hold no answer. "
        "Shares are of those that do; nothing was filled in."
    )
    if facts["unmatched"]:
        said.append(
            f"{number(facts['unmatched'], 0, lang)} rows found no partner in a join and are left "
            "out where one is needed."
        )
    if facts["disagreements"]:
        said.append(
            f"In {number(facts['disagreements'], 0, lang)} cells the source contradicts itself; "
            "its code was used."
        )
    return said


def success_table(analysed: list[success.Analysed], lang: str) -> tables.Table | Prose:
    """Every planned comparison in one line each, clustered by country."""
    rows: list[dict[str, Any]] = []
    for one in analysed:
        for row in one.findings.to_dict("records"):
            if isinstance(row["sensitivity_of"], str) or row["evidence"] == "not estimated":
                continue
            rows.append(
                {
                    "label": row["label"],
                    "estimate": interval(
                        row["estimate"], row["low"], row["high"], level=None, lang=lang
                    ),
                    "scale": row["scale"],
                    "reading": {
                        "null": "no difference shown",
                        "positive": "higher",
                        "negative": "lower",
                    }[row["evidence"]],
                    "adjusted": row["p_adjusted"],
                    "rows": row["n_rows"],
                    "plans": row["n_plans"],
                    "members": row["n_members"],
                }
            )
    return table_or_words(
        pd.DataFrame(rows),
        "Every planned comparison, with intervals that count countries",
        "No comparison is planned for this wave.",
        stub="label",
        formats={"adjusted": "p"},
        columns={
            "label": "Outcome",
            "estimate": "Estimate (95% interval)",
            "scale": "Scale",
            "reading": "Reading",
            "adjusted": "p, adjusted",
            "rows": "Rows",
            "plans": "Plans",
            "members": "Countries",
        },
        notes="Adjusted for the outcomes tried in one analysis (Benjamini-Hochberg where "
        "exploratory, Holm where confirmatory).",
        lang=lang,
    )


def plan_words(plan: WavePlan | None) -> str:
    """When the analysis plan was written, and what that means."""
    if plan is None:
        return "The analysis plan declares nothing for this wave."
    when_ = "before the data were known" if plan.written == "before data" else "after the data"
    return f"The analysis plan was written {when_}. {plan.note.strip()}"


def _against_published(source: Source) -> str:
    """How the file read here differs from a published one, if there is any."""
    if source.changed_since_published:
        return source.changed_since_published.strip()
    # A file of the repository was compiled here, and an export of a survey is nowhere published.
    return "as published" if source.url else "published nowhere"


def sources(wave: Wave, lang: str) -> tables.Table:
    """Where the data come from, and under which licence."""
    return tables.table(
        pd.DataFrame(
            {
                "file": [s.name for s in wave.manifest.sources],
                "citation": [s.citation.strip() for s in wave.manifest.sources],
                "licence": [s.licence.strip() for s in wave.manifest.sources],
                "changed": [_against_published(s) for s in wave.manifest.sources],
            }
        ),
        "Sources",
        layout="records",
        stub="file",
        columns={
            "file": "File",
            "citation": "Citation",
            "licence": "Licence",
            "changed": "Against the published file",
        },
        lang=lang,
    )
