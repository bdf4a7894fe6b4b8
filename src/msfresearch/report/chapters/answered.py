"""What the cleaning notebook shows and says of who answered a survey and who did not."""

from __future__ import annotations

from string import ascii_uppercase

import numpy as np
import pandas as pd

from msfresearch.report import figures, tables
from msfresearch.report.chapters.common import listing
from msfresearch.report.chapters.fieldwork import Study
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose, bullets, paragraph
from msfresearch.report.wording import count, number, percent, share_of

CATEGORIES = {
    "east_asia_pacific": "East Asia and Pacific",
    "europe_central_asia": "Europe and Central Asia",
    "latin_america_caribbean": "Latin America and the Caribbean",
    "middle_east_north_africa": "Middle East and North Africa",
    "north_america": "North America",
    "south_asia": "South Asia",
    "sub_saharan_africa": "Sub-Saharan Africa",
    "low": "Low income",
    "lower_middle": "Lower middle income",
    "upper_middle": "Upper middle income",
    "high": "High income",
    "national": "National members",
    "local": "Local members",
}
#: A tile of civil society is filled from so many answers on: fewer could be found.
FEWEST_ON_TILE = 3
#: Members that a group needs for its coverage to be told: of fewer it nearly names them.
FEWEST_MEMBERS = 5


def participated(made: Study, lang: str) -> Prose:
    """How many answered, for how many members, and the rates where there is a denominator."""
    part = made.participation
    whole = part[part["group"].isna()].set_index("measure")["n"]
    groups = part[part["group"].notna() & (part["measure"] == "answers")]
    forms = listing(
        f"{row['group']} {number(row['n'], 0, lang)}" for row in groups.to_dict("records")
    )
    first = made.coverage.table.iloc[0]
    said = [
        f"Analysed: {count(int(whole['answers']), 'answer', lang)}, from "
        f"{count(int(first['covered']), 'member', lang)} of the frame's "
        f"{number(int(first['units']), 0, lang)}; a member is a country at a level here, since "
        "answers do not tell one local government of a country from another.",
    ]
    if forms:
        said.append(f"By language of the form: {forms}.")
    for words, n in (
        ("Without a member", int(whole["answers_without_member"])),
        ("From a country that is no member", made.coverage.outside),
    ):
        if n:
            said.append(f"{words}: {count(n, 'answer', lang)}.")
    if made.rates is None:
        said.append(
            "How many people could have answered is not known: there is a number of answers and a "
            "coverage of members, and no rate of response."
        )
    return bullets(*said)


def rate_table(made: Study, lang: str) -> list[tables.Table]:
    """Outcome rates where the manifest tells of those who did not answer."""
    known = made.wave.manifest.denominator
    if made.rates is None or known is None:
        return []
    return [
        tables.table(
            made.rates[["rate", "label", "value", "low", "high"]],
            "Outcome rates by the Standard Definitions of the AAPOR",
            stub="rate",
            formats={"value": "share", "low": "share", "high": "share"},
            columns={
                "rate": "Rate",
                "label": "Name",
                "value": "Share",
                "low": "95% from",
                "high": "to",
            },
            notes=f"Those who did not answer are counted as the manifest tells: {known.source}",
            lang=lang,
        )
    ]


def curve_figure(made: Study, lang: str) -> list[Figure | Prose]:
    """Answers day by day, and what became of the relaunch."""
    windows = made.curve.windows
    told = [
        f"window {row['window']} ({row['start']:%Y-%m-%d} to {row['end']:%Y-%m-%d}): "
        f"{count(int(row['n']), 'answer', lang)}"
        + (f", {number(row['n_after_end'], 0, lang)} of them later" if row["n_after_end"] else "")
        for row in windows.to_dict("records")
    ]
    told += [
        f"{words}: {count(n, 'answer', lang)}"
        for words, n in (
            ("before the first window", made.curve.before),
            ("without a date", made.curve.undated),
        )
        if n
    ]
    said = paragraph(f"Answers by window: {'; '.join(told)}.")
    if not made.curve.daily["n"].any():
        return [said]
    return [
        figures.day_bars(
            made.curve.daily,
            "date",
            "n",
            windows=[(row["start"], row["end"]) for row in windows.to_dict("records")],
            title="When the answers came",
            caption="Analysed answers by day; windows of fieldwork are shaded.",
            status=made.wave.manifest.status,
            lang=lang,
        ),
        said,
    ]


def funnel_figure(made: Study, lang: str) -> list[Figure | Prose | tables.Table]:
    """How many of those who were asked answered each item, in the order of the form.

    Consent is left out: who did not give it is no answer here, so that all have answered it.
    """
    rows = made.funnel.items
    labels = {item.id: item.label.in_language(lang) for item in made.table.items}
    told = rows[(rows["asked"] > 0) & (rows["item"] != made.consent)]
    if not len(told):
        return [paragraph("No question was asked of anybody whose answer is analysed.")]
    hardest = told.sort_values("share", kind="stable").to_dict("records")[0]
    off = rows.sort_values("broke_off", ascending=False, kind="stable").to_dict("records")[0]
    broken = int(rows["broke_off"].sum())
    sections = made.wave.questionnaire.sections
    parts = {one: words.in_language(lang) for one, words in sections.items()}
    began = len(made.reasons)
    shown = pd.DataFrame(
        {
            "label": told["item"].map(labels),
            "section": told["section"].map(parts).fillna(""),
            "reached": told["reached"] / began,
            "share": told["share"].astype("float64"),
        }
    )
    letters = listing(
        (
            f"{letter} {part}"
            for letter, part in zip(ascii_uppercase, dict.fromkeys(shown["section"]), strict=False)
        ),
        len(ascii_uppercase),
    )
    return [
        figures.completion(
            shown,
            "label",
            "section",
            "reached",
            "share",
            title="The way through the form",
            caption=f"Parts of the form: {letters}. An answer is one other than don't know, "
            "refused or not applicable.",
            status=made.wave.manifest.status,
            lang=lang,
        ),
        tables.table(
            pd.DataFrame(
                {
                    "label": shown["label"],
                    "asked": told["asked"],
                    "share": shown["share"],
                    "off": told["broke_off"],
                }
            ),
            "Questions in the order of the form",
            stub="label",
            formats={"share": "share"},
            columns={
                "label": "Question",
                "asked": "Asked",
                "share": "Answered",
                "off": "Stopped after it",
            },
            layout="records",
            lang=lang,
        ),
        paragraph(
            f"Least often answered: “{labels[hardest['item']]}” "
            f"({percent(hardest['share'], 0, lang)} of {number(hardest['asked'], 0, lang)}). "
            + (
                f"{count(broken, 'answer', lang)} stopped before the end, most often after "
                f"“{labels[off['item']]}” ({number(off['broke_off'], 0, lang)})."
                if broken
                else "No answer stopped before the end."
            )
        ),
    ]


def coverage_figures(made: Study, lang: str) -> list[Figure | Prose]:
    """Members with an answer: by group, and one by one where that gives nobody away."""
    rows = made.coverage.table
    groups = rows[rows["variable"].notna() & (rows["units"] >= FEWEST_MEMBERS)]
    small = [CATEGORIES[name] for name in rows["category"].dropna().drop(groups.index)]
    left_out = f" Left out, with fewer than {FEWEST_MEMBERS} members: {listing(small)}."
    return [
        figures.share_bars(
            pd.DataFrame(
                {
                    "label": groups["category"].map(CATEGORIES),
                    "share": groups["share"].astype("float64"),
                    "low": groups["low"].astype("float64"),
                    "high": groups["high"].astype("float64"),
                    "n": groups["units"],
                }
            ),
            "label",
            "share",
            "low",
            "high",
            "n",
            title="Share of members with an answer",
            caption="Members (country and level) with at least one answer, of those in the frame "
            "(n). The share is counted; the 95% interval is Wilson's, for telling groups apart."
            + (left_out if small else ""),
            sort=False,
            status=made.wave.manifest.status,
            lang=lang,
        ),
        _tiles(made, lang),
        paragraph(_covered(made, lang)),
    ]


def _tiles(made: Study, lang: str) -> Figure:
    """A tile per member; of civil society only members with several answers are marked."""
    answers = made.units["member"].map(made.answers["member"].value_counts()).fillna(0)
    people = made.wave.manifest.population != "government"
    least = FEWEST_ON_TILE if people else 1
    groups = (
        [f"fewer than {least} answers", f"{least} or more"] if people else ["no answer", "answered"]
    )
    local = made.units["level"] == "local"
    shown = pd.DataFrame(
        {
            "label": made.units["country"],
            "region": made.units["region"].map(CATEGORIES).mask(local, CATEGORIES["local"]),
            "shown": np.where(answers >= least, groups[1], groups[0]),
            "local": local,
        }
    ).sort_values(["local", "region", "label"], kind="stable")
    held = (
        "Which members have only one or two answers is not shown: who gave them could be found."
        if people
        else "That a government's Point of Contact answered is shown; what they said is not."
    )
    return figures.tile_grid(
        shown.drop(columns="local"),
        "label",
        "region",
        "shown",
        groups=groups,
        title="Members heard, by region",
        caption=f"ISO codes of countries; behind each region the filled tiles of all. {held}",
        status=made.wave.manifest.status,
        lang=lang,
    )


def _covered(made: Study, lang: str) -> str:
    rows = made.coverage.table
    whole = rows.iloc[0]
    regions = rows[(rows["variable"] == "region") & (rows["units"] >= FEWEST_MEMBERS)]
    ordered = regions.sort_values("share", kind="stable").to_dict("records")
    told = f"Members with an answer: {share_of(int(whole['covered']), int(whole['units']), lang)}."
    if ordered and ordered[0]["share"] < ordered[-1]["share"]:
        low, high = ordered[0], ordered[-1]
        told += (
            f" Among regions with {FEWEST_MEMBERS} members or more, coverage runs from "
            f"{percent(low['share'], 0, lang)} in {CATEGORIES[low['category']]} to "
            f"{percent(high['share'], 0, lang)} in {CATEGORIES[high['category']]}."
        )
    return told
