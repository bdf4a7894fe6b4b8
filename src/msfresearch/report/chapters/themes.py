"""What the themes notebook shows and says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from msfresearch.report import figures
from msfresearch.report.chapters.common import clusters, listing, lower_first
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose, paragraph
from msfresearch.report.wording import interval, number, percent, share_of
from msfresearch.survey.answers import group_of
from msfresearch.survey.questionnaire import Table
from msfresearch.themes import (
    Codebook,
    theme_shares,
)
from msfresearch.themes.folders import coding_folder, other_coding_folders
from msfresearch.themes.shares.hits import MIN_MEMBERS
from msfresearch.themes.study import Study, study
from msfresearch.wave import Wave

DRAWN = 12
FEWEST_ANSWERS = 10
#: Shares below this are told with a decimal.
RARE = 0.05
#: Below this share of answers with any theme, the frame is said not to fit the answers.
FITS = 0.5
TOO_FEW = (
    f"Too few answers to give a share: fewer than {FEWEST_ANSWERS}, or from fewer than "
    f"{MIN_MEMBERS} of those whom the intervals count."
)
CAUTION = (
    "These are shares of answers in which a pattern of the frame fires. No person has checked "
    "them: a pattern misses what is said in other words, and fires where the words mean "
    "something else."
)
CORRECTION = (
    "These are shares of answers as people would code them: the machine coded every answer, and "
    "what it gets wrong is known from the answers that were drawn at random and coded by people. "
    "The machine's own share stands beside it for comparison only."
)


OF_FAMILIES = (
    "The families first. An answer may speak of several, so the shares do not add up to a whole."
)


@dataclass(frozen=True)
class Coded:
    """A wave's open answers and what the frame found in them.

    Attributes
    ----------
    answers, hits : DataFrame
        One row per answer; one row per place where a pattern fires, with its evidence.
    frame : DataFrame
        The themes, with labels.
    shares : DataFrame
        Per theme, over all answers.
    families : DataFrame
        Per family, over all answers.
    by_group : dict of DataFrame
        Per grouping item of the questionnaire: per group and theme.
    left_out : int
        Answers that belong to no member, so that no interval can count them.
    counts : str
        What the intervals count, in words: countries, respondents.
    corrected : bool
        Whether the shares are corrected by people's codes; otherwise they are pattern hits.
    study : Study, optional
        Patterns, people and machine; absent where the results were read from files.
    """

    codebook: Codebook
    answers: pd.DataFrame
    hits: pd.DataFrame
    frame: pd.DataFrame
    shares: pd.DataFrame
    families: pd.DataFrame
    by_group: dict[str, pd.DataFrame]
    left_out: int
    counts: str
    corrected: bool
    study: Study | None = None

    @property
    def coded_ids(self) -> set[str]:
        """Answers in which at least one pattern fires."""
        return set(self.hits["answer_id"])


def code(
    wave: Wave, answers: pd.DataFrame, codebook: Codebook, lang: str, error: float = 0.1
) -> Coded:
    """Find the frame in a wave's open answers, and count it over all and by group.

    Parameters
    ----------
    wave : Wave
        For the groups that its questionnaire declares, and for what people coded.
    answers : DataFrame
        As :meth:`msfresearch.wave.Wave.open_answers` gives them; may be empty.
    codebook : Codebook
        The frame.
    lang : str
        Language of labels.
    error : float
        Share of wrong decisions that the reader allows the machine.
    """
    everyone = len(answers)
    answers = answers[answers["member"].notna()]
    others = other_coding_folders(wave)
    studied = study(answers, codebook, coding_folder(wave), others, error=error)
    hits, shares = studied.hits, studied.shares() if len(studied.sample) else None
    # A few coded answers correct nothing: what is known then are the hits of patterns.
    corrected = shares is not None and bool(shares["share"].notna().any())
    frame = codebook.frame(lang)
    as_families = pd.DataFrame({"family": frame["family"], "theme": frame["family"]})
    by_group: dict[str, pd.DataFrame] = {}
    clean = wave.clean_tables()
    for table, declared in wave.questionnaire.tables.items():
        for group in declared.groups:
            name = f"{table}_{group.item}"
            mine = answers[answers["table"] == table].copy()
            mine[name] = group_of(mine, clean, group, table)
            if corrected:
                by_group[name] = studied.shares(mine.set_index("answer_id")[name])
            else:
                found = hits[hits["answer_id"].isin(mine["answer_id"])]
                by_group[name] = theme_shares(mine, found, frame, by=name)
    return Coded(
        codebook,
        answers,
        hits,
        frame,
        shares if shares is not None and corrected else theme_shares(answers, hits, frame),
        studied.families()
        if corrected
        else theme_shares(
            answers, hits.assign(theme=hits["family"]), as_families.drop_duplicates("theme")
        ),
        by_group,
        everyone - len(answers),
        cluster_word(wave, lang),
        corrected,
        studied,
    )


def stored(wave: Wave, codebook: Codebook, lang: str) -> Coded:
    """What stage ``themes`` left, without the words of the answers."""
    groups = {
        name.removeprefix("shares_by_"): wave.table("themes", name)
        for name in wave.tables("themes")
        if name.startswith("shares_by_")
    }
    return Coded(
        codebook,
        answers=wave.table("themes", "answers"),
        hits=wave.table("themes", "hits"),
        frame=codebook.frame(lang),
        shares=wave.table("themes", "shares"),
        families=wave.table("themes", "families"),
        by_group=groups,
        left_out=int(wave.facts("themes")["left_out"]),
        counts=cluster_word(wave, lang),
        corrected=bool(wave.facts("themes")["corrected"]),
    )


def reach(coded: Coded, wave: Wave, lang: str) -> str:
    """How many answers carry at least one theme."""
    n = len(coded.answers)
    members = coded.answers["member"].nunique()
    cut = int((coded.answers["cut"] > 0).sum())
    if suppressed(coded):
        return f"{number(n, 0, lang)} open answers are too few to say what is in them."
    return (
        f"In {share_of(len(coded.coded_ids), n, lang)} open answers at least one pattern fires; "
        f"{number(len(coded.hits), 0, lang)} places in them are kept as evidence, each with its "
        f"words and their position. The answers come from {number(members, 0, lang)} "
        f"{cluster_word(wave, lang)}; intervals count these, not answers."
        + (
            f" The sources that {number(cut, 0, lang)} of the answers list were not searched."
            if cut
            else ""
        )
        + (
            f" Left out are {number(coded.left_out, 0, lang)} answers that say no member."
            if coded.left_out
            else ""
        )
    )


def cluster_word(wave: Wave, lang: str = "en") -> str:
    """What the intervals of the open answers count: countries, respondents, proposals."""
    return listing(dict.fromkeys(clusters(table, lang) for table in _asked(wave)))


def _asked(wave: Wave) -> list[Table]:
    """The tables that hold open answers."""
    asked = wave.questionnaire.tables.values()
    return [table for table in asked if any(item.type == "text" for item in table.items)]


def suppressed(coded: Coded) -> bool:
    """Whether there are too few answers, or too few who gave them, to print any share."""
    return bool(coded.shares["share"].isna().all())


def nothing(coded: Coded, wave: Wave) -> Prose | None:
    """A sentence for each part of the chapter when there is nothing to tell; None when there is."""
    if len(coded.answers):
        return paragraph(TOO_FEW) if suppressed(coded) else None
    return paragraph("Nobody answered openly." if _asked(wave) else "Nothing was asked openly.")


def labelled(shares: pd.DataFrame, coded: Coded, lang: str) -> pd.DataFrame:
    """Shares with the labels of theme and family."""
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    families = {key: family[lang] for key, family in coded.codebook.families.items()}
    return shares.assign(
        label=shares["theme"].map(labels), family_label=shares["family"].map(families)
    )


def family_figure(coded: Coded, status: str, lang: str) -> Figure | Prose:
    """Share of answers per family of themes; a sentence where too few answered."""
    if suppressed(coded):
        return paragraph(TOO_FEW)
    families = {key: family[lang] for key, family in coded.codebook.families.items()}
    shown = coded.families.assign(label=coded.families["theme"].map(families))
    return figures.share_bars(
        shown,
        "label",
        "share",
        "low",
        "high",
        title="Share of open answers that touch each family of themes",
        caption=f"Of {number(len(coded.answers), 0, lang)} open answers; one may touch several. "
        f"95% intervals that count {coded.counts}. {how(coded)}",
        status=status,
        lang=lang,
    )


def theme_figure(coded: Coded, status: str, lang: str) -> Figure | Prose:
    """Share of answers per theme, the most frequent ones; a sentence where too few answered."""
    if suppressed(coded):
        return paragraph(TOO_FEW)
    shown = labelled(coded.shares, coded, lang).nlargest(DRAWN, "share", keep="first")
    return figures.share_bars(
        shown,
        "label",
        "share",
        "low",
        "high",
        title=f"The {DRAWN} most frequent themes",
        caption=f"Share of {number(len(coded.answers), 0, lang)} open answers. 95% intervals that "
        f"count {coded.counts}. {how(coded)}",
        status=status,
        lang=lang,
    )


def how(coded: Coded) -> str:
    """What the shares are made from, in a few words for a caption."""
    if coded.corrected:
        return "Coded by machine, corrected by answers that people coded."
    return "Pattern hits, not yet checked by people."


def percent_of(row: Mapping[Any, Any], lang: str) -> str | None:
    """A share with its interval in per cent, None where it is suppressed."""
    if pd.isna(row["share"]):
        return None
    parts = (100 * float(row[name]) for name in ("share", "low", "high"))
    return interval(*parts, digits=1, level=None, lang=lang)


def theme_words(coded: Coded, lang: str) -> str:
    """The most frequent theme, and how many never occur."""
    rows = labelled(coded.shares, coded, lang).dropna(subset=["share"])
    if rows.empty:
        return TOO_FEW
    top = rows.sort_values("share", ascending=False, kind="stable").to_dict("records")[0]
    never = 0 if coded.corrected else int((rows["n_coded"] == 0).sum())
    digits = 1 if top["share"] < RARE else 0
    share, low, high = (percent(top[name], digits, lang) for name in ("share", "low", "high"))
    return (
        (
            "As people would code them, the most frequent theme is "
            if coded.corrected
            else "By hits of patterns, which no person has checked, the most frequent theme is "
        )
        + f"“{top['label']}”, in {share} of the answers (95% interval {low} to {high})."
        + (
            f" {never} of {len(rows)} themes are never found; what nobody was asked about, nobody "
            "mentions."
            if never
            else ""
            if coded.corrected
            else " Every theme is found at least once."
        )
    )


def results(coded: Coded, stems: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table that later notebooks read."""
    return {
        "answers": coded.answers.drop(columns="text"),
        "hits": coded.hits,
        "shares": coded.shares,
        "families": coded.families,
        "stems": stems,
        **{f"shares_by_{name}": table for name, table in coded.by_group.items()},
    }


def facts(coded: Coded) -> dict[str, Any]:
    """Single numbers that later pages quote."""
    return {
        "answers": len(coded.answers),
        "left_out": coded.left_out,
        "coded": len(coded.coded_ids),
        "hits": len(coded.hits),
        "members": int(coded.answers["member"].nunique()),
        "frame_version": str(coded.codebook.version),
        "frame_status": coded.codebook.status,
        "corrected": coded.corrected,
    }


def found(coded: Coded, wave: Wave, lang: str) -> list[str]:
    """What the notebook found, a sentence each."""
    if coded.answers.empty:
        return ["This wave holds no open answers: there was nothing to code."]
    if suppressed(coded):
        return [reach(coded, wave, lang), TOO_FEW, f"The frame is {coded.codebook.status}."]
    rows = coded.families.dropna(subset=["share"])
    families = {key: family[lang] for key, family in coded.codebook.families.items()}
    said = [reach(coded, wave, lang), theme_words(coded, lang)]
    if len(rows):
        parts = [
            f"{lower_first(families[row['theme']])} in {percent_of(row, lang)}"
            for row in rows.sort_values("share", ascending=False, kind="stable").to_dict("records")
        ]
        said.append(f"By family, in per cent of the answers with 95% intervals: {listing(parts)}.")
    share = len(coded.coded_ids) / len(coded.answers)
    said.append(
        f"The frame is {coded.codebook.status}."
        + (
            f" It finds something in only {percent(share, 0, lang)} of these answers: it was "
            "written for forums, and a theme it does not find is not thereby rare."
            if share < FITS and not coded.corrected
            else ""
        )
    )
    return said
