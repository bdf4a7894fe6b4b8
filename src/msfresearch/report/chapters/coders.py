"""Who coded the open answers, how far they agree, and what the machine is trusted with."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from msfresearch.report import tables
from msfresearch.report.chapters.common import listing
from msfresearch.report.chapters.themes import Coded
from msfresearch.report.prose import Prose, bullets, paragraph
from msfresearch.report.wording import interval, number, percent, say, sentence, share_of
from msfresearch.themes.agreement import verdict
from msfresearch.themes.decision.schemas import SCOPES
from msfresearch.themes.decision.testing import fewest
from msfresearch.themes.decision.thresholds import ENOUGH
from msfresearch.themes.desk.log import ADJUDICATOR
from msfresearch.themes.rehearsal import CODERS as SIMULATED_CODERS
from msfresearch.themes.shares.coded import MIN_HUMAN_MEMBERS, MIN_HUMANS
from msfresearch.themes.study import LEARNED, PATTERNS, TOGETHER, Study

NOBODY = (
    "No person has coded these answers. What follows is what patterns find: it tells where words "
    "of the frame stand, not how many answers carry a theme. To code a random sample: "
    "msfresearch themes sheet."
)
SIMULATED = "These coders are simulated as the answers are, and err at rates that are known."
_KINDS = {
    PATTERNS: "the patterns",
    LEARNED: "the learned coder, where it has learned the theme,",
}
_VERDICTS = {
    "reliable": "reliable",
    "tentative": "enough for tentative conclusions only",
    "unreliable": "too little to rely on",
    "undefined": "not told",
}
_HOW = {
    "agreed": "on {n} the coders agreed in every theme",
    "adjudicated": "{n} were decided by an adjudicator",
    "single": "{n} were seen by one coder only",
    "open": "{n} are still open, so that one decision about each, drawn by lot, stands for it",
}


def who(coded: Coded, lang: str) -> list[str]:
    """Sentences: who coded what, by whom the machine was taught, what it lacks."""
    study = _study(coded)
    if study.people.log.empty:
        return [NOBODY]
    people = study.people
    standing, counts = people.gold.answers, people.gold.counts
    names = [name for name in people.coders if name != ADJUDICATOR]
    decided = people.holds.drop_duplicates(["coder", "answer_id"])["coder"].value_counts()
    each = listing(
        f"coder {chr(ord('A') + at)} {number(int(decided.get(name, 0)), 0, lang)}"
        for at, name in enumerate(names)
    )
    told = [_HOW[how].format(n=number(counts[how], 0, lang)) for how in _HOW if counts[how]]
    said = [
        f"People coded {number(len(standing), 0, lang)} of {number(len(study.answers), 0, lang)} "
        f"answers: {each}." + (f" Of these, {listing(told)}." if told else "")
    ]
    drawn = f"{number(len(study.sample), 0, lang)} of them were drawn at random"
    least = (
        f"{number(MIN_HUMANS, 0, lang)}, from {number(MIN_HUMAN_MEMBERS, 0, lang)} {coded.counts},"
    )
    said.append(
        f"{drawn}: these alone stand for all the others."
        if coded.corrected
        else f"{drawn}, and {least} are needed to correct a share: all shares that follow are hits "
        "of patterns."
    )
    if names and set(names) <= set(SIMULATED_CODERS):
        said.append(SIMULATED)
    if study.coder is not None:
        said.append(_learned(study, lang))
        said += [f"It works without {lack}." for lack in study.coder.account.lacks]
    faults = (
        (people.changed, "coded answers whose text is another now than the coders saw"),
        (people.gone, "coded answers that are no longer among the answers"),
        (len(people.outside), "codes that this version of the frame does not have"),
    )
    lost = [f"{what}, {number(n, 0, lang)}" for n, what in faults if n]
    if lost:
        said.append(f"Not counted are: {'; '.join(lost)}.")
    if study.unreached and len(study.sample):
        said.append(
            f"In {listing(study.unreached)} nobody coded an answer of the random draw: the shares "
            "leave these languages out."
        )
    return said


def _learned(study: Study, lang: str) -> str:
    """How many themes the machine learned, from how many answers of which waves."""
    assert study.coder is not None  # asked only where somebody coded
    account, n = study.coder.account, len(study.codebook.themes)
    others = listing(
        f"{name} ({number(n, 0, lang)} answers)" for name, n in sorted(study.taught.items())
    )
    source = f"{number(account.coded, 0, lang)} coded answers" + (
        f", those of {others} among them" if others else ""
    )
    if len(account.untrained) == n:
        return f"From {source} no theme could be learned: too few different answers carry each."
    rest = (
        "; for the others, which too few answers carry, the patterns speak"
        if account.untrained
        else ""
    )
    learned = number(n - len(account.untrained), 0, lang)
    return f"A machine learned {learned} of {n} themes from {source}{rest}."


def agreement_words(agreement: pd.DataFrame, lang: str) -> list[str]:
    """How far people agree with each other, and the machines with them, each with its interval."""
    said = []
    whole = agreement[(agreement["level"] == "all") & (agreement["language"] == "all")]
    for row in whole[whole["coefficient"].isin(["alpha_masi", "f1_micro"])].to_dict("records"):
        pair = str(row["coders"]).split("|")
        human = row["kind"] == "human-human"
        if (row["coefficient"] == "alpha_masi") != human or pd.isna(row["value"]):
            continue
        base = f"{number(row['n_answers'], 0, lang)} answers"
        if pd.isna(row["low"]):
            told = f"{number(row['value'], 2, lang)} ({base}, no interval: {row['reason']})"
        else:
            low, high = (number(row[end], 2, lang) for end in ("low", "high"))
            told = f"{number(row['value'], 2, lang)} (95% interval {low} to {high}, {base})"
        if human:
            said.append(
                f"{sentence(listing(pair))} agree with an alpha of {told}, where 1 is always and 0 "
                "is as by chance. By the lower end of the interval that is "
                f"{_VERDICTS[verdict(float(row['low']))]}."
            )
        else:
            said.append(
                f"{sentence(_KINDS[pair[1]])} against {TOGETHER}: F1 {told}, where 1 is to find "
                "all that people found and nothing else."
            )
    return said


def agreement_shown(coded: Coded, agreement: pd.DataFrame, lang: str) -> list[tables.Table | Prose]:
    """Who coded, and, where anybody did, how far they agree in words and per theme."""
    shown: list[tables.Table | Prose] = [paragraph(*who(coded, lang))]
    words = agreement_words(agreement, lang)
    if words:
        shown.append(bullets(*words))
    if len(agreement):
        shown.append(agreement_table(coded, agreement, lang))
    return shown


def agreement_table(coded: Coded, agreement: pd.DataFrame, lang: str) -> tables.Table | Prose:
    """Per theme: how far people agree, and how well the machines find what people found."""
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    mine = agreement[(agreement["language"] == "all") & (agreement["level"] != "all")]
    columns = {
        "people": mine[(mine["kind"] == "human-human") & (mine["coefficient"] == "alpha")],
        **{
            name: mine[mine["coders"].str.endswith(f"|{name}") & (mine["coefficient"] == "f1")]
            for name in (PATTERNS, LEARNED)
        },
    }
    shown = pd.DataFrame({"label": labels})
    for name, rows in columns.items():
        one = rows.drop_duplicates("level").dropna(subset=["value"])
        told = {str(row["level"]): _bare(row, lang) for row in one.to_dict("records")}
        shown[name] = [told.get(str(theme)) for theme in shown.index]
    if shown[list(columns)].isna().all(axis=None):
        return paragraph("Too few answers were coded twice, or at all, to tell how far one agrees.")
    return tables.table(
        shown.reset_index(drop=True),
        "How far people agree per theme, and how well the machines find what people found",
        stub="label",
        columns={
            "label": "Theme",
            "people": "Two people (alpha)",
            PATTERNS: "Patterns (F1)",
            LEARNED: "Learned coder (F1)",
        },
        notes=[
            "Krippendorff's alpha is 1 where people always agree and 0 where they agree as by "
            "chance; from .800 on it counts as reliable, from .667 as tentative. F1 is 1 where a "
            "machine finds all that people found and nothing else. 95% bootstrap intervals that "
            f"draw {coded.counts}; without one where too few answers carry the theme. A dash: "
            "nobody used the code, nothing varies, or the machine has not learned the theme.",
            "The learned coder was judged on answers that it had not been taught.",
        ],
        layout="records",
        lang=lang,
    )


def _bare(row: Mapping[Hashable, Any], lang: str) -> str:
    """A coefficient with its interval, or with the word that there is none."""
    value, low, high = (float(row[part]) for part in ("value", "low", "high"))
    if math.isnan(low):
        return f"{number(value, 2, lang)} (no interval)"
    return interval(value, low, high, level=None, lang=lang)


def coverage_shown(coded: Coded, lang: str) -> list[tables.Table | Prose]:
    """What the machine decides: in words, and as a table where it decides anything."""
    table = coverage_table(coded, lang)
    return [paragraph(coverage_words(coded, lang)), *([] if table is None else [table])]


def coverage_words(coded: Coded, lang: str) -> str:
    """How much the machine decides by itself at the error rate allowed; if nothing, why."""
    study = _study(coded)
    found = study.coverage()
    if found is None:
        why = (
            "nobody has coded an answer" if study.people.log.empty else "no coded answer is settled"
        )
        return f"Nothing is decided by machine, because {why}."
    error = percent(study.error, 0, lang)
    asked = (
        f"The reader allows {error} of errors on either side: of the answers that the machine says "
        f"carry a theme at most {error} do not, and of those that carry it at most {error} are "
        "missed. "
    )
    cells = _learned_cells(study, found)
    cells = cells[cells["language"] == "all"]
    decided = int((cells["n_yes"] + cells["n_no"]).sum())
    if not decided:
        return asked + _why_nothing(study, lang)
    whole = found[(found["theme"] == "all") & (found["language"] == "all")].iloc[0]
    n, left = int(whole["n_answers"]), int(whole["n_person"])
    known, rest = len(cells), len(study.codebook.themes) - len(cells)
    return (
        f"{asked}At that, {percent(decided / float(cells['n_answers'].sum()), 0, lang)} of all "
        f"decisions about {number(known, 0, lang)} themes that the machine has learned, one per "
        "answer and theme, are made by machine."
        + (f" About the other {number(rest, 0, lang)} themes people decide all." if rest else "")
        + (
            f" {share_of(n - left, n, lang)} answers are decided in every theme."
            if left < n
            else ""
        )
        + f" {_resting(study, lang)}"
    )


def _learned_cells(study: Study, found: pd.DataFrame) -> pd.DataFrame:
    """Rows of the coverage that are about a theme which the machine has learned."""
    untrained = {} if study.coder is None else study.coder.account.untrained
    return found[(found["theme"] != "all") & ~found["theme"].isin(list(untrained))]


def _resting(study: Study, lang: str) -> str:
    """On whose codes the promise rests: themes of their own, or all taken together."""
    assert study.thresholds is not None  # asked only where somebody coded
    rows = study.thresholds.table
    scopes = rows.melt("theme", ["scope_yes", "scope_no"], value_name="scope")
    pooled = set(scopes.loc[scopes["scope"] == SCOPES[3], "theme"])
    alone = set(scopes.loc[scopes["scope"].isin(SCOPES[:2]), "theme"]) - pooled
    if not pooled:
        return "The promise holds for each theme that the machine decides about."
    if not alone:
        return (
            "No theme is carried by enough coded answers to promise this of it alone: the promise "
            "holds on the average of these themes."
        )
    return (
        f"The promise holds for each of {number(len(alone), 0, lang)} themes alone; for the others "
        "it holds on the average of these themes, because too few coded answers carry them."
    )


def _why_nothing(study: Study, lang: str) -> str:
    """Why no threshold passed, and how many coded answers would be needed."""
    assert study.thresholds is not None  # asked only where somebody coded
    known = list(dict.fromkeys(_learned_cells(study, study.thresholds.table)["theme"]))
    if not known:
        return "The machine decides nothing by itself: it has learned no theme."
    carried = int(study.sample[known].sum().sum())
    least = ENOUGH * fewest(study.error, study.thresholds.delta)
    held = (
        f"The machine decides nothing by itself. In the {number(len(study.sample), 0, lang)} "
        f"answers that were drawn at random people found a theme that it has learned "
        f"{number(carried, 0, lang)} times"
    )
    reasons = study.thresholds.table[["reason_yes", "reason_no"]].stack()
    if not reasons.str.startswith("too few").any():
        return f"{held}, and on these it erred too often, however sure it was."
    needed = (
        f"; at least {number(least, 0, lang)} times are needed to know how often it errs, and more "
        "where answers of one member are alike"
    )
    if 0 < carried < least:
        size = math.ceil(least * len(study.sample) / carried)
        needed += f": at this rate some {number(size, 0, lang)} coded answers or more"
    return f"{held}{needed}. Until then every answer goes to a person."


def coverage_table(coded: Coded, lang: str) -> tables.Table | None:
    """Per theme: decided yes, decided no, left to a person; None where nothing is decided."""
    study = _study(coded)
    found = study.coverage()
    if found is None:
        return None
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    learned = _learned_cells(study, found)
    cells = learned[learned["language"] == "all"]
    if not (cells["n_yes"] + cells["n_no"]).any():
        return None
    spoken = learned[(learned["language"] != "all") & (learned["n_answers"] > 0)]
    counts = spoken.groupby("language")[["n_answers", "n_person"]].sum()
    languages = listing(
        f"{language} {percent(1 - row['n_person'] / row['n_answers'], 0, lang)}"
        for language, row in counts.iterrows()
    )
    return tables.table(
        cells.assign(label=cells["theme"].map(labels))[
            ["label", "share_automatic", "n_yes", "n_no", "n_person"]
        ],
        "What the machine decides, and what it leaves to a person",
        stub="label",
        columns={
            "label": "Theme",
            "share_automatic": "Decided by machine",
            "n_yes": "Answers with it",
            "n_no": "Answers without it",
            "n_person": "To a person",
        },
        formats={"share_automatic": "share"},
        notes=f"Decisions that are made by machine, by language: {languages}. Shares of themes do "
        "not rest on these decisions; they are corrected by what people coded.",
        layout="records",
        lang=lang,
    )


def facts(coded: Coded, agreement: pd.DataFrame) -> dict[str, object]:
    """Single numbers about who coded, for later pages."""
    study = _study(coded)
    return {
        "human_coded": len(study.people.gold.answers),
        "human_sample": len(study.sample),
        "coders": len([name for name in study.people.coders if name != ADJUDICATOR]),
        "agreement_rows": len(agreement),
        "lacks": [] if study.coder is None else list(study.coder.account.lacks),
    }


def _study(coded: Coded) -> Study:
    assert coded.study is not None, say("no value", "en")  # only the stage that codes asks
    return coded.study
