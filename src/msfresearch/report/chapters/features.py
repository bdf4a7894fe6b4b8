"""What themes go with: a score that an expert gave, a feature of the forum, trust."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from msfresearch.report import figures, tables
from msfresearch.report.chapters.common import listing, lower_first, table_or_words
from msfresearch.report.chapters.themes import FEWEST_ANSWERS, Coded, how
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose, paragraph
from msfresearch.report.wording import interval, number
from msfresearch.survey.questionnaire import Feature
from msfresearch.themes.looking.features import by_feature
from msfresearch.themes.looking.schemas import BY_FEATURE
from msfresearch.wave import Wave

#: Adjusted p below which an association is said to be shown.
SHOWN = 0.05
#: Themes drawn per feature.
DRAWN = 6
Kind = Literal["binary", "ordinal", "number"]
_MEANS = {
    "binary": "share of answers with the theme where it holds, less where it does not",
    "ordinal": "how much more often answers with the theme have the higher value (−1 to 1)",
    "number": "mean where the theme is written of, less where it is not",
}
_AXES = {
    "binary": "Difference in shares",
    "ordinal": "Somers' D",
    "number": "Difference in means",
}


@dataclass(frozen=True)
class Held:
    """One feature held against every theme.

    Attributes
    ----------
    table, feature
        Where it stands.
    kind : str
        binary, ordinal or number.
    ids : tuple of str
        Answers looked at.
    found : DataFrame
        As ``BY_FEATURE``.
    """

    table: str
    feature: Feature
    kind: Kind
    ids: tuple[str, ...]
    found: pd.DataFrame

    def label(self, lang: str) -> str:
        """The feature's label."""
        return self.feature.label.in_language(lang)

    @property
    def told(self) -> pd.DataFrame:
        """Themes with a value, the clearest first."""
        rows = self.found.dropna(subset=["value", "p"])
        return rows.sort_values(["p", "theme"], kind="stable")


def held(coded: Coded, wave: Wave) -> list[Held]:
    """Hold every feature that the questionnaire declares against every theme."""
    assert coded.study is not None  # only the stage that codes asks
    clean = wave.clean_tables()
    made: list[Held] = []
    for table, declared in wave.questionnaire.tables.items():
        mine = coded.answers[coded.answers["table"] == table].set_index("answer_id")
        for feature in declared.features:
            if mine.empty:
                continue
            rows = clean[table].set_index("row_id")
            for item, code in feature.only.items():
                rows = rows[rows[item] == _value(wave, table, item, code)]
            ids = mine.index[mine["row_id"].isin(rows.index)]
            values = mine.loc[ids, "row_id"].map(rows[feature.item])
            item_type = declared.item(feature.item).type
            kind: Kind = "number" if item_type == "numeric" else "ordinal"
            if feature.equals is not None:
                kind = "binary"
                target = _value(wave, table, feature.item, feature.equals)
                values = (values == target).astype("Float64").where(values.notna())
            series = values.astype("Float64").rename(feature.item)
            found = by_feature(
                coded.study.codes.loc[ids],
                series,
                kind,
                mine.loc[ids, "member"],
                coded.frame[["family", "theme"]],
            )
            made.append(Held(table, feature, kind, tuple(ids), found))
    return made


def _value(wave: Wave, table: str, item: str, code: str) -> object:
    """What a code of an item became in the clean table."""
    levels = wave.questionnaire.levels(wave.questionnaire.tables[table].item(item))
    return next((level.value for level in levels if level.code == code), code)


def shown(made: list[Held], coded: Coded, status: str, lang: str) -> list[Figure | Prose]:
    """The first feature's figure, and of each that looks at some answers only what these write of.

    The others are told in words and in the table: a figure for each would be a long page of nulls.
    """
    drawn: list[Figure | Prose] = []
    for at, one in enumerate(made):
        if one.feature.only:
            drawn.append(focus_figure(one, coded, status, lang))
        if one.feature.only or at == 0:
            drawn.append(figure(one, coded, status, lang))
    return drawn


def focus_figure(one: Held, coded: Coded, status: str, lang: str) -> Figure | Prose:
    """What is written of where the feature stands: shares of themes in these answers alone."""
    from msfresearch.themes.shares.hits import theme_shares

    mine = coded.answers[coded.answers["answer_id"].isin(one.ids)]
    hits = coded.hits[coded.hits["answer_id"].isin(one.ids)]
    if len(mine) < FEWEST_ANSWERS:
        return paragraph(f"Fewer than {FEWEST_ANSWERS} answers: no share is told.")
    shares = theme_shares(mine, hits, coded.frame)
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    shown = shares.assign(label=shares["theme"].map(labels))
    shown = shown[shown["n_coded"] > 0].nlargest(10, "share", keep="first")
    if shown.empty:
        return paragraph("No pattern of the frame fires in these answers.")
    return figures.share_bars(
        shown,
        "label",
        "share",
        "low",
        "high",
        title=f"{one.label(lang)}: what is written of",
        caption=f"Share of {number(len(mine), 0, lang)} answers in which a pattern of the theme "
        f"fires. 95% intervals that count {coded.counts}. No person has checked these hits.",
        status=status,
        lang=lang,
    )


def figure(one: Held, coded: Coded, status: str, lang: str) -> Figure | Prose:
    """The themes that go most clearly with a feature, each with its interval."""
    shown = one.told.head(DRAWN)
    if shown.empty:
        return paragraph(
            f"{one.label(lang)}: too few answers, or too little variation, to hold a theme against."
        )
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    return figures.forest(
        shown.assign(label=shown["theme"].map(labels), view="95% interval"),
        "label",
        "value",
        "low",
        "high",
        "view",
        title=f"Which themes go with: {lower_first(one.label(lang))}",
        caption=f"The {len(shown)} themes that go most clearly with it, of "
        f"{number(len(one.told), 0, lang)} that can be told: {_MEANS[one.kind]}. Intervals count "
        f"{coded.counts}. {how(coded) if not coded.corrected else ''}".strip(),
        xlabel=_AXES[one.kind],
        status=status,
        lang=lang,
    )


def words(one: Held, coded: Coded, lang: str) -> str:
    """Which themes go with a feature once their number is allowed for; a null says so."""
    rows = one.told
    label = f"“{one.label(lang)}”"
    if rows.empty:
        return f"With {label} nothing can be told: too few answers or no variation."
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    clear = rows[rows["p_adjusted"] < SHOWN]
    tested = f"{number(len(rows), 0, lang)} themes"
    if clear.empty:
        first = rows.iloc[0]
        return (
            f"With {label} no theme goes clearly, of {tested} held against it; nearest is "
            f"{lower_first(labels[str(first['theme'])])} "
            f"({_told(first.to_dict(), lang)}, adjusted p {float(first['p_adjusted']):.2f})."
        )
    parts = [
        f"{lower_first(labels[str(row['theme'])])} ({_told(row, lang)})"
        for row in clear.head(4).to_dict("records")
    ]
    return (
        f"With {label} go, of {tested} and their number allowed for: {listing(parts)}. "
        f"The figures are: {_MEANS[one.kind]}."
    )


def _told(row: Mapping[Hashable, Any], lang: str) -> str:
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    return interval(value, low, high, level=None, lang=lang)


def table(made: list[Held], coded: Coded, lang: str) -> tables.Table | Prose:
    """Every association that is shown, over all features."""
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    rows = [
        {
            "feature": one.label(lang),
            "theme": labels[str(row["theme"])],
            "n": int(row["n_answers"]),
            "value": _told(row, lang),
            "p": float(row["p_adjusted"]),
        }
        for one in made
        for row in one.told[one.told["p_adjusted"] < SHOWN].to_dict("records")
    ]
    tested = sum(len(one.told) for one in made)
    return table_or_words(
        pd.DataFrame(rows),
        "Themes that go with a feature, their number allowed for",
        f"None of {number(tested, 0, lang)} pairs of a theme and a feature shows an association "
        "once the number of themes is allowed for.",
        columns={
            "feature": "Feature",
            "theme": "Theme",
            "n": "Answers",
            "value": "Value (95% interval)",
            "p": "Adjusted p",
        },
        formats={"p": "p"},
        notes="Adjusted by Benjamini and Hochberg over the themes of each feature. Nobody planned "
        "these comparisons: they are to be read as questions.",
        lang=lang,
    )


def results(made: list[Held]) -> pd.DataFrame:
    """Every association as one table for later stages."""
    parts = [
        one.found.assign(
            table=one.table,
            only=" ".join(f"{item}={code}" for item, code in one.feature.only.items()),
        )
        for one in made
    ]
    columns = [*BY_FEATURE.columns, "table", "only"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
