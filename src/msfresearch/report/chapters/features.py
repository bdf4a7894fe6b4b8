"""What themes go with: a score that an expert gave, a feature of the forum, trust."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from msfresearch.errors import QuestionnaireError
from msfresearch.report import figures, tables
from msfresearch.report.chapters.common import listing, lower_first, table_or_words
from msfresearch.report.chapters.themes import Coded, how
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose, paragraph
from msfresearch.report.wording import interval, number, percent
from msfresearch.survey.items import Level
from msfresearch.survey.questionnaire import Feature
from msfresearch.survey.source import Text
from msfresearch.themes.looking.features import by_feature
from msfresearch.themes.looking.schemas import BY_FEATURE
from msfresearch.themes.shares.hits import theme_shares
from msfresearch.wave import Wave

#: Adjusted p below which an association is said to be shown.
SHOWN = 0.05
#: Themes drawn per feature.
DRAWN = 6
Kind = Literal["binary", "ordinal", "number"]
#: Themes drawn of the answers that a feature looks at, and named in a sentence.
FOCUS_DRAWN, NAMED = 10, 4
_MEANS = {
    "binary": "share of answers with the theme where it holds, less where it does not",
    "ordinal": "how much more often answers with the theme have the higher value than the lower "
    "(Somers' D, −1 to 1)",
    "number": "mean where the theme is written of, less where it is not",
}
_MEASURES = {"binary": "difference in shares", "ordinal": "Somers' D", "number": "points apart"}
_UNITS = {"binary": "", "ordinal": "Somers' D ", "number": ""}
#: What a value is multiplied by for a sentence, and its decimals there.
_SIZES = {"binary": (100, 0), "ordinal": (1, 2), "number": (1, 1)}
_GOES = {
    ("binary", True): "Where {label} holds, answers speak more often of ",
    ("binary", False): "Where {label} holds, answers speak less often of ",
    ("ordinal", True): "{label} is higher where answers speak of ",
    ("ordinal", False): "{label} is lower where answers speak of ",
    ("number", True): "{label} is higher on average where answers speak of ",
    ("number", False): "{label} is lower on average where answers speak of ",
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
    only : tuple of Text
        What these answers are about, where not all are looked at.
    ends : tuple of float, optional
        Ends of the scale of a number, where it has any.
    found : DataFrame
        As ``BY_FEATURE``.
    """

    table: str
    feature: Feature
    kind: Kind
    ids: tuple[str, ...]
    only: tuple[Text, ...]
    ends: tuple[float | None, float | None]
    found: pd.DataFrame

    def label(self, lang: str) -> str:
        """The feature's label."""
        return self.feature.label.in_language(lang)

    def about(self, lang: str) -> str:
        """What the answers looked at are about; nothing where all are looked at."""
        return listing(f"“{text.in_language(lang)}”" for text in self.only)

    @property
    def told(self) -> pd.DataFrame:
        """Themes with a value, the clearest first."""
        rows = self.found.dropna(subset=["value", "p"])
        return rows.sort_values(["p", "theme"], kind="stable")

    @property
    def clear(self) -> pd.DataFrame:
        """Themes that go with it once their number is allowed for."""
        return self.told[self.told["p_adjusted"] < SHOWN]


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
            for name, code in feature.only.items():
                rows = rows[rows[name] == _level(wave, table, name, code).value]
            ids = mine.index[mine["row_id"].isin(rows.index)]
            values = mine.loc[ids, "row_id"].map(rows[feature.item])
            item = declared.item(feature.item)
            kind: Kind = "number" if item.type == "numeric" else "ordinal"
            if feature.equals is not None:
                kind = "binary"
                target = _level(wave, table, feature.item, feature.equals).value
                values = (values == target).astype("Float64").where(values.notna())
            series = values.astype("Float64").rename(feature.item)
            found = by_feature(
                coded.study.codes.loc[ids],
                series,
                kind,
                mine.loc[ids, "member"],
                coded.frame[["family", "theme"]],
            )
            only = tuple(_level(wave, table, *one).label for one in feature.only.items())
            ends = (item.minimum, item.maximum)
            made.append(Held(table, feature, kind, tuple(ids), only, ends, found))
    return made


def _level(wave: Wave, table: str, item: str, code: str) -> Level:
    """The answer that a feature names by its code."""
    levels = wave.questionnaire.levels(wave.questionnaire.tables[table].item(item))
    for level in levels:
        if level.code == code:
            return level
    raise QuestionnaireError(
        "a feature names an answer that its item does not have",
        file=wave.home.codebook / "questionnaires" / f"{wave.manifest.instrument}.yml",
        column=item,
        found=code,
        expected=", ".join(level.code for level in levels) or "an item with a scale",
        action=f"correct features of table {table}",
    )


def shown(made: list[Held], coded: Coded, status: str, lang: str) -> list[Figure | Prose]:
    """The first feature's figure, and of each that looks at some answers only what these write of.

    The others are told in words and in the table: a figure for each would be a long page of nulls.
    """
    drawn: list[Figure | Prose] = []
    for at, one in enumerate(made):
        if one.only:
            drawn.append(paragraph(focus_words(one, coded, lang)))
            drawn.append(focus_figure(one, coded, status, lang))
        if one.only or at == 0:
            drawn.append(figure(one, coded, status, lang))
    return drawn


def _shares(one: Held, coded: Coded, families: bool) -> pd.DataFrame:
    """Shares of themes, or of families, in the answers that a feature looks at."""
    if coded.corrected:
        assert coded.study is not None  # only the stage that codes asks
        ids = coded.answers["answer_id"]
        part = pd.Series(ids.isin(one.ids).map({True: "these", False: "others"}))
        groups = part.set_axis(pd.Index(ids, name="answer_id"))
        found = coded.study.families(groups) if families else coded.study.shares(groups)
        return found[found["group"] == "these"]
    mine = coded.answers[coded.answers["answer_id"].isin(one.ids)]
    hits = coded.hits[coded.hits["answer_id"].isin(one.ids)]
    frame = coded.frame
    if families:
        hits = hits.assign(theme=hits["family"])
        frame = frame.assign(theme=frame["family"]).drop_duplicates("theme")
    return theme_shares(mine, hits, frame)


def focus_words(one: Held, coded: Coded, lang: str) -> str:
    """What is written of in the answers that a feature looks at: families, then themes."""
    mine = coded.answers[coded.answers["answer_id"].isin(one.ids)]
    families = _shares(one, coded, families=True).dropna(subset=["share"])
    themes = _shares(one, coded, families=False).dropna(subset=["share"])
    of = f"{number(len(mine), 0, lang)} answers are about {one.about(lang)}"
    if families.empty:
        return f"{of}: too few to give a share."
    names = {key: family[lang] for key, family in coded.codebook.families.items()}
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    families = families.sort_values("share", ascending=False, kind="stable")
    themes = themes[themes["share"] > 0].sort_values("share", ascending=False, kind="stable")
    of_families = listing(
        f"{lower_first(names[str(row['theme'])])} in {_percent(row, lang)}"
        for row in families.to_dict("records")
    )
    of_themes = listing(
        f"{lower_first(labels[str(row['theme'])])} ({percent(float(row['share']), 0, lang)})"
        for row in themes.head(NAMED).to_dict("records")
    )
    return (
        f"{of}, from {number(mine['member'].nunique(), 0, lang)} {coded.counts}. They touch "
        f"{of_families}."
        + (f" Most often they speak of {of_themes}." if of_themes else "")
        + f" {how(coded)}"
    )


def _percent(row: Mapping[Hashable, Any], lang: str) -> str:
    share, low, high = (percent(float(row[name]), 0, lang) for name in ("share", "low", "high"))
    return f"{share} (95% interval {low} to {high})"


def focus_figure(one: Held, coded: Coded, status: str, lang: str) -> Figure | Prose:
    """What is written of in the answers that a feature looks at: the most frequent themes."""
    shares = _shares(one, coded, families=False)
    if shares["share"].isna().all():
        return paragraph(f"Too few answers are about {one.about(lang)} to give a share.")
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    shown = shares.assign(label=shares["theme"].map(labels))
    shown = shown[shown["share"] > 0].nlargest(FOCUS_DRAWN, "share", keep="first")
    if shown.empty:
        return paragraph(f"No theme of the frame is found in the answers about {one.about(lang)}.")
    return figures.share_bars(
        shown,
        "label",
        "share",
        "low",
        "high",
        title=f"What is written of {one.about(lang)}",
        caption=f"Share of {number(len(one.ids), 0, lang)} answers, the {len(shown)} most frequent "
        f"themes. 95% intervals that count {coded.counts}. {how(coded)}",
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
    rows, label = one.told, f"“{one.label(lang)}”"
    if rows.empty:
        return f"Of {label} nothing can be told: too few answers or no variation."
    clear = one.clear
    tested, rare = (number(n, 0, lang) for n in (len(rows), len(one.found) - len(rows)))
    if clear.empty:
        nearest = rows.iloc[0].to_dict()
        return (
            f"No theme goes clearly with {label}: of {tested} held against it none does once their "
            f"number is allowed for, and {rare} are too rare to be held. Nearest is "
            f"{_named(one, nearest, coded, lang, signed=True)}, adjusted p "
            f"{number(float(nearest['p_adjusted']), 2, lang)}."
        )
    said = []
    for more, part in ((True, clear[clear["value"] > 0]), (False, clear[clear["value"] < 0])):
        if len(part):
            names = [_named(one, row, coded, lang) for row in part.head(NAMED).to_dict("records")]
            rest = f"; and {number(len(part) - NAMED, 0, lang)} more" if len(part) > NAMED else ""
            said.append(_GOES[one.kind, more].format(label=label) + "; ".join(names) + rest)
    held_against = f"Held against it were {tested} themes; {rare} are too rare."
    return f"{'. '.join(said)}. {held_against}{_scale(one, lang)}"


def _scale(one: Held, lang: str) -> str:
    """What the figures of a sentence are measured on."""
    if one.kind == "ordinal":
        return " Somers' D runs from −1, always lower, to 1, always higher."
    low, high = one.ends
    if one.kind == "binary" or low is None or high is None:
        return ""
    return f" The scale runs from {number(low, 0, lang)} to {number(high, 0, lang)}."


def _named(
    one: Held, row: Mapping[Hashable, Any], coded: Coded, lang: str, *, signed: bool = False
) -> str:
    """A theme and how clearly it goes with the feature, in words."""
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    by = "" if signed or one.kind == "ordinal" else "by "
    if by and value < 0:
        value, low, high = -value, -high, -low
    times, digits = _SIZES[one.kind]
    shown = interval(*(times * part for part in (value, low, high)), digits=digits, lang=lang)
    if one.kind != "ordinal":
        shown = shown.replace(" (", " points (", 1)
    return f"{lower_first(labels[str(row['theme'])])}, {_UNITS[one.kind]}{by}{shown}"


def story(made: list[Held], coded: Coded, lang: str) -> list[str]:
    """What is written of where a feature looks at some answers only, and what goes with it."""
    return [tell(one, coded, lang) for one in made if one.only for tell in (focus_words, words)]


def findings(made: list[Held], coded: Coded, lang: str) -> list[str]:
    """What clearly goes with features of all answers, or that nothing does."""
    every = [one for one in made if not one.only]
    tested = sum(len(one.told) for one in every)
    clear = [words(one, coded, lang) for one in every if len(one.clear)]
    return clear or ([_none(tested, lang)] if tested else [])


def _none(tested: int, lang: str) -> str:
    return (
        f"Of {number(tested, 0, lang)} pairs of a theme and a feature none shows that they go "
        "together once the number of themes is allowed for: that is no proof that they do not."
    )


def table(made: list[Held], coded: Coded, lang: str) -> tables.Table | Prose:
    """Every association that is shown, over all features."""
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    rows = [
        {
            "theme": labels[str(row["theme"])],
            "feature": one.label(lang),
            "n": int(row["n_with"]),
            "value": interval(
                *(float(row[name]) for name in ("value", "low", "high")), level=None, lang=lang
            ),
            "measure": _MEASURES[one.kind],
            "p": float(row["p_adjusted"]),
        }
        for one in made
        for row in one.clear.to_dict("records")
    ]
    tested = sum(len(one.told) for one in made)
    return table_or_words(
        pd.DataFrame(rows),
        "Themes that go with a feature, their number allowed for",
        _none(tested, lang),
        stub="theme",
        columns={
            "theme": "Theme",
            "feature": "Feature",
            "n": "Answers with it",
            "value": "Value (95% interval)",
            "measure": "What the value is",
            "p": "Adjusted p",
        },
        formats={"p": "p"},
        notes="Adjusted by Benjamini and Hochberg over the themes of each feature. Nobody planned "
        "these comparisons: they are to be read as questions. They describe the codes as they "
        + (
            "are, the machine's among them, and are not corrected for its errors."
            if coded.corrected
            else "are: hits of patterns that no person has checked."
        ),
        layout="records",
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
