"""Themes compared between the groups that a questionnaire names."""

from __future__ import annotations

from msfresearch.report import figures, tables
from msfresearch.report.chapters.common import clusters, lower_first, table_or_words
from msfresearch.report.chapters.themes import DRAWN, FEWEST_ANSWERS, Coded, how, labelled
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose, paragraph
from msfresearch.report.wording import percent
from msfresearch.themes.shares.coded import MIN_HUMAN_MEMBERS, MIN_HUMANS
from msfresearch.themes.shares.hits import MIN_MEMBERS
from msfresearch.wave import Wave


def group_tables(coded: Coded, wave: Wave, lang: str) -> list[tables.Table | Prose]:
    """For each grouping item: the most frequent themes, one column per group."""
    made: list[tables.Table | Prose] = []
    top = labelled(coded.shares, coded, lang).nlargest(DRAWN, "share", keep="first")
    for table, declared in wave.questionnaire.tables.items():
        for group in declared.groups:
            shares = coded.by_group[f"{table}_{group.item}"]
            names = _group_names(wave, table, group.item, lang)
            shares = shares.assign(
                group=[names.get(str(g), str(g)) for g in shares["group"].fillna("no answer")]
            )
            wide = 100 * shares.pivot(index="theme", columns="group", values="share")
            order = list(dict.fromkeys(shares["group"]))
            sizes = shares.drop_duplicates("group").set_index("group")["n_answers"]
            kept = [name for name in order if wide[name].notna().any()]
            shown = wide.loc[top["theme"], kept]
            shown.columns = [f"{name} (n={sizes[name]})" for name in kept]
            shown.insert(0, "label", top["label"].to_numpy())
            hidden = shares[shares["suppressed"]].drop_duplicates("group")
            label = group.label.in_language(lang)
            made.append(
                table_or_words(
                    shown.reset_index(drop=True) if kept else shown.head(0),
                    f"The {DRAWN} most frequent themes by: {label} (per cent of answers)",
                    f"No group of “{label}” has enough answers to be shown.",
                    stub="label",
                    formats={name: "1dp" for name in shown.columns if name != "label"},
                    columns={"label": "Theme"},
                    notes=f"{len(hidden)} of {len(order)} groups are not shown: fewer than "
                    f"{_least(coded, clusters(declared, lang))}."
                    if len(hidden)
                    else None,
                    lang=lang,
                )
            )
    return made or [paragraph("The questionnaire names no groups to compare.")]


def _least(coded: Coded, counted: str) -> str:
    """What a group needs at least to be shown, in words."""
    if coded.corrected:
        return f"{MIN_HUMANS} answers that people coded, or from {MIN_HUMAN_MEMBERS} {counted}"
    return f"{FEWEST_ANSWERS} answers or {MIN_MEMBERS} {counted}"


def _group_names(wave: Wave, table: str, item: str, lang: str) -> dict[str, str]:
    """Labels of a grouping item's values, where it has a scale; own or joined."""
    for name in (table, *wave.questionnaire.tables):
        for one in wave.questionnaire.tables[name].items:
            if one.id == item:
                levels = wave.questionnaire.levels(one)
                return {str(level.value): level.label.in_language(lang) for level in levels}
    return {}


def group_figures(coded: Coded, wave: Wave, status: str, lang: str) -> list[Figure]:
    """For each item cut into bands: the six most frequent themes with their intervals."""
    made: list[Figure] = []
    top = list(coded.shares.nlargest(6, "share", keep="first")["theme"])
    for table, declared in wave.questionnaire.tables.items():
        for group in declared.groups:
            if not group.bands:
                continue
            shares = coded.by_group[f"{table}_{group.item}"].dropna(subset=["share", "group"])
            shown = labelled(shares[shares["theme"].isin(top)], coded, lang)
            if shown.empty:
                continue
            shown = shown.sort_values(
                ["theme", "group"],
                key=lambda s: (
                    s.map({t: i for i, t in enumerate(top)}).fillna(0) if s.name == "theme" else s
                ),
                kind="stable",
            )
            label = group.label.in_language(lang)
            shown = shown.assign(
                group=shown["group"],
                **{n: 100 * shown[n].astype("float64") for n in ("share", "low", "high")},
            )
            made.append(
                figures.forest(
                    shown,
                    "label",
                    "share",
                    "low",
                    "high",
                    "group",
                    digits=0,
                    null_value=None,
                    xlabel="Share of answers (%)",
                    title=f"The six most frequent themes by: {lower_first(label)}",
                    caption="Share of the group's answers with the theme; 95% intervals that "
                    f"count {clusters(declared, lang)}. {how(coded)}",
                    status=status,
                    lang=lang,
                )
            )
    return made


def group_words(coded: Coded, wave: Wave, lang: str) -> list[str]:
    """For each item cut into bands: the theme whose share moves most from first to last band."""
    said: list[str] = []
    for table, declared in wave.questionnaire.tables.items():
        for group in declared.groups:
            if len(group.bands) < 2:
                continue
            first, *_, last = group.bands
            shares = coded.by_group[f"{table}_{group.item}"].dropna(subset=["share", "group"])
            keyed = labelled(shares, coded, lang).set_index("label")
            lower = keyed[keyed["group"] == first]
            upper = keyed[keyed["group"] == last]
            if lower.empty or upper.empty:
                continue
            moved = (upper["share"] - lower["share"]).abs().astype("float64")
            if not moved.max() > 0:
                continue
            name = str(moved.sort_values(kind="stable").index[-1])
            a, b = (part.loc[[name]].to_dict("records")[0] for part in (lower, upper))
            apart = b["low"] > a["high"] or a["low"] > b["high"]
            score = lower_first(group.label.in_language(lang))
            said.append(
                f"Between answers with {score} {first} and {last} the theme "
                f"that differs most is “{name}”: "
                f"{percent(a['share'], 0, lang)} against "
                f"{percent(b['share'], 0, lang)}. "
                + (
                    "Their intervals do not overlap."
                    if apart
                    else "Their intervals overlap, so this may be chance."
                )
                + " It was picked as the largest of many differences, which flatters it."
            )
    return said
