"""What the cleaning notebook shows and says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from msfresearch.report import tables
from msfresearch.report.chapters import intake
from msfresearch.report.chapters.common import listing, names_members, table_or_words
from msfresearch.report.prose import Prose
from msfresearch.report.wording import number, percent, share_of
from msfresearch.survey.cleaning import Cleaned
from msfresearch.survey.log import REASON, ROWS, by_rule, mended
from msfresearch.survey.questionnaire import Questionnaire
from msfresearch.wave import Wave

REASONS = {
    "blank": "left blank",
    "not_reviewed": "not reviewed",
    "not_applicable": "not applicable",
    "no_data": "no data",
    "unclear": "unclear",
    "dont_know": "don't know",
    "refused": "refused",
    "withdrawn": "withdrawn",
    "not_asked": "not asked",
}

LISTED_ITEMS = 3
COUNTED = {
    "cells_changed": "Cells changed",
    "cells_in": "Cells in",
    "cells_out": "Cells out",
    "rows_in": "Rows in",
    "rows_out": "Rows out",
}
NOTHING_TWICE = "Nothing is said twice in this wave: no item repeats another in words."


def card(wave: Wave, lang: str) -> tables.Table:
    """What the wave is, by its manifest."""
    manifest = wave.manifest
    windows = listing(f"{w.start} to {w.end}" for w in manifest.fieldwork)
    rows = {
        "Wave": manifest.id,
        "Asked": manifest.asked.in_language(lang).strip(),
        "Population": manifest.population,
        "Status": manifest.status,
        "Fieldwork": windows,
        "Languages": ", ".join(manifest.languages),
        "Frame": manifest.frame.description.strip(),
        "Raw files": ", ".join(source.name for source in manifest.sources),
    }
    return tables.table(
        pd.DataFrame({"what": list(rows), "value": list(rows.values())}),
        manifest.title.in_language(lang),
        stub="what",
        columns={"what": "Of the wave", "value": "In its manifest"},
        lang=lang,
    )


def log_tables(cleaned: Cleaned, questionnaire: Questionnaire, lang: str) -> list[tables.Table]:
    """Per table: every rule that changed something, its items summed up, and the idle counted."""
    made: list[tables.Table] = []
    for name in cleaned.tables:
        log = cleaned.log[cleaned.log["table"] == name]
        rules, idle = by_rule(log)
        units = questionnaire.tables[name].units.in_language(lang)
        made.append(
            tables.table(
                pd.DataFrame(
                    {
                        "what": [_rule(row, lang) for row in rules.to_dict("records")],
                        **{column: rules[column] for column in COUNTED},
                    }
                ),
                f"Rules that changed something in the {units}: cells changed; cells with something "
                "in them, and rows, before and after",
                stub="what",
                columns={"what": "Rule", **COUNTED},
                notes=f"{number(idle, 0, lang)} pairs of a rule and an item changed nothing. They "
                f"stand with a nought in the whole log ({number(len(log), 0, lang)} lines for this "
                "table): table log of stage clean.",
                lang=lang,
            )
        )
    return made


def _rule(row: Mapping[Any, Any], lang: str) -> str:
    """A rule with its items, where they are few, and what it has to add."""
    code, _, reason = str(row["rule"]).partition(": ")
    said = f"{code}: {REASONS[reason]}" if code == REASON else str(row["rule"])
    items = row["items"]
    if len(items) > LISTED_ITEMS:
        said += f" ({number(len(items), 0, lang)} items)"
    elif items:
        said += f" [{', '.join(items)}]"
    return said + (f"; {row['detail']}" if isinstance(row["detail"], str) else "")


def account(cleaned: Cleaned, wave: Wave, lang: str) -> list[str]:
    """Rows in and out, and rows without a partner, a sentence each.

    The keys of rows without a partner are told where they are countries whose coding is published,
    and never where they may be a person's.
    """
    said: list[str] = []
    questionnaire = wave.questionnaire
    for name, frame in cleaned.tables.items():
        unit = questionnaire.tables[name].units.in_language(lang)
        log = cleaned.log
        read = log[(log["rule"] == ROWS) & (log["table"] == name)].iloc[0]
        if name in cleaned.intake:
            said.append(
                f"{number(len(frame), 0, lang)} {unit} were left by the screening above and "
                "converted; none was dropped here."
            )
            continue
        said.append(
            f"{number(read['rows_in'], 0, lang)} {unit} were read and "
            f"{number(len(frame), 0, lang)} kept; no {_one(questionnaire, name, lang)} "
            "stands twice."
        )
    for (source, target), rows in cleaned.unmatched.groupby(["table", "looked_in"]):
        whole = len(cleaned.tables[str(source)])
        units = questionnaire.tables[str(source)].units.in_language(lang)
        keys = sorted(rows["looked_for"].unique())
        told = f" ({listing(keys)})" if names_members(wave) else ""
        said.append(
            f"{share_of(len(rows), whole, lang)} {units} found no partner among the "
            f"{questionnaire.tables[str(target)].units.in_language(lang)}; what was looked for and "
            f"not found: {number(len(keys), 0, lang)}{told}. They are kept, without the items that "
            "would have come from there."
        )
    return said


def _one(questionnaire: Questionnaire, table: str, lang: str) -> str:
    return questionnaire.tables[table].unit.in_language(lang)


def disagreement_table(
    cleaned: Cleaned, questionnaire: Questionnaire, lang: str
) -> tables.Table | Prose:
    """How often which code stands beside which words."""
    labels = {
        item.id: item.label.in_language(lang)
        for table in questionnaire.tables.values()
        for item in table.items
    }
    counts = (
        cleaned.disagreements.fillna("no answer")
        .replace({"other_value": REASONS})
        .groupby(["item", "value", "other_value"], as_index=False, sort=False)
        .size()
    )
    counts["item"] = counts["item"].map(labels)
    return table_or_words(
        counts,
        "Codes that do not say what the words beside them say",
        NOTHING_TWICE
        if not _says_twice(questionnaire)
        else "Nowhere in this wave do code and words disagree.",
        columns={"item": "Item", "value": "Code", "other_value": "Words", "size": "Rows"},
        lang=lang,
    )


def _says_twice(questionnaire: Questionnaire) -> bool:
    """Whether an item of the questionnaire repeats another in words."""
    return any(i.agrees_with for table in questionnaire.tables.values() for i in table.items)


def contradiction(cleaned: Cleaned, questionnaire: Questionnaire, lang: str) -> str:
    """How many cells the source contradicts."""
    n = len(cleaned.disagreements)
    if not _says_twice(questionnaire):
        return "So the source has no occasion to contradict itself."
    if not n:
        return "Where a fact stands twice, it stands the same twice."
    where = cleaned.disagreements["item"].value_counts()
    parts = listing(f"{number(found, 0, lang)} in {item}" for item, found in where.items())
    verb = "cell contradicts its" if n == 1 else "cells contradict their"
    return (
        f"{number(n, 0, lang)} {verb} words ({parts}). The code is kept, and each such cell stands "
        "with its row and line in table disagreements of stage clean."
    )


def facts(cleaned: Cleaned, wave: Wave) -> dict[str, Any]:
    """Single numbers that later pages quote."""
    tables_ = wave.questionnaire.tables
    return {
        "first_table": next(iter(cleaned.tables)),
        "status": wave.manifest.status,
        "rows": {name: len(frame) for name, frame in cleaned.tables.items()},
        "members": {
            name: int(frame[tables_[name].member].nunique())
            for name, frame in cleaned.tables.items()
        },
        "unmatched": len(cleaned.unmatched),
        "disagreements": len(cleaned.disagreements),
        "cells_changed": mended(cleaned.log),
        "intake": intake.facts(cleaned),
    }


def results(
    cleaned: Cleaned,
    spread: pd.DataFrame,
    missing: pd.DataFrame,
    context: pd.DataFrame,
    coverage: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Every table that later notebooks read, by the name it is stored under."""
    return {
        **cleaned.tables,
        **{f"{name}_missing": frame for name, frame in cleaned.reasons.items()},
        "log": cleaned.log,
        "disagreements": cleaned.disagreements,
        "unmatched": cleaned.unmatched,
        "distributions": spread,
        "missingness": missing,
        "context": context,
        "coverage": coverage,
        **intake.results(cleaned),
    }


def _aside(cleaned: Cleaned, lang: str) -> str:
    """What became of the rows that are not in the clean wave."""
    n = sum(len(intake.set_aside) for intake in cleaned.intake.values())
    if not n:
        return "No row was dropped."
    return f"{number(n, 0, lang)} rows of the file were set aside, each listed with its rule."


def found(cleaned: Cleaned, missing: pd.DataFrame, wave: Wave, lang: str) -> list[str]:
    """What the notebook found, a sentence each."""
    lacking = int(missing.loc[missing["reason"] != "answered", "n"].sum())
    cells = int(missing["n"].sum())
    sizes = listing(
        f"{number(len(frame), 0, lang)} {wave.questionnaire.tables[name].units.in_language(lang)}"
        for name, frame in cleaned.tables.items()
    )
    changed = facts(cleaned, wave)["cells_changed"]
    return [
        f"The clean wave holds {sizes}. {_aside(cleaned, lang)}",
        f"{percent(lacking / cells, 0, lang)} of all cells are without an answer, each with its "
        "reason.",
        f"Rules that mend a cell (spaces, spellings, aliases of countries, first available "
        f"values, sums without parts) made {number(changed, 0, lang)} changes; all others "
        "read codes as the answers or reasons that they stand for, make or take over items of "
        "other items, or leave out whole columns. "
        + (
            f"{number(len(cleaned.disagreements), 0, lang)} cells in which code and words "
            "contradict each other were kept and listed."
            if _says_twice(wave.questionnaire)
            else NOTHING_TWICE
        ),
    ]
