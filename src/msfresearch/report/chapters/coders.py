"""Who coded the open answers, how far they agree, and what the machine is trusted with."""

from __future__ import annotations

import pandas as pd

from msfresearch.report import tables
from msfresearch.report.chapters.common import listing
from msfresearch.report.chapters.themes import Coded
from msfresearch.report.prose import Prose, paragraph
from msfresearch.report.wording import interval, number, percent, say, sentence
from msfresearch.themes.agreement import verdict
from msfresearch.themes.desk.log import ADJUDICATOR
from msfresearch.themes.study import LEARNED, PATTERNS, TOGETHER, Study

NOBODY = (
    "No person has coded these answers. What follows is what patterns find: it tells where words "
    "of the frame stand, not how many answers carry a theme. To code a random sample: "
    "msfresearch themes sheet."
)
_NAMES = {"alpha_masi": "alpha (sets of themes, MASI)", "f1_micro": "F1 over all themes"}
_KINDS = {PATTERNS: "patterns", LEARNED: "the learned coder"}


def who(coded: Coded, lang: str) -> list[str]:
    """Sentences: who coded what, by whom the machine was taught, what it lacks."""
    study = _study(coded)
    if study.coder is None:
        return [NOBODY]
    log, counts = study.people.log, study.people.gold.counts
    names = [name for name in study.people.coders if name != ADJUDICATOR]
    decided = log.drop_duplicates(["coder", "answer_id"])["coder"].value_counts()
    each = listing(
        f"coder {chr(ord('A') + at)} {number(int(decided[name]), 0, lang)}"
        for at, name in enumerate(names)
    )
    said = [
        f"People coded {number(len(study.people.gold.answers), 0, lang)} answers, "
        f"{number(len(study.sample), 0, lang)} of them drawn at random and settled: {each}. On "
        f"{number(counts['agreed'], 0, lang)} the coders agreed in every theme, "
        f"{number(counts['adjudicated'], 0, lang)} were decided by an adjudicator, "
        f"{number(counts['single'], 0, lang)} were seen by one coder only, and "
        f"{number(counts['open'], 0, lang)} are still open and count nowhere."
    ]
    account = study.coder.account
    others = listing(
        f"{name} ({number(n, 0, lang)} answers)" for name, n in sorted(study.taught.items())
    )
    learned = len(study.codebook.themes) - len(account.untrained)
    said.append(
        f"A coder learned {number(learned, 0, lang)} of {len(study.codebook.themes)} themes from "
        f"{number(account.coded, 0, lang)} coded answers"
        + (f", those of {others} among them" if others else "")
        + "; for the others, which too few answers carry, it has the patterns only."
    )
    said += [f"It works without {lack}." for lack in account.lacks]
    people = study.people
    faults = (
        (
            "coded answers have another text now than the coders saw, and count nowhere",
            study.people.changed,
        ),
        ("coded answers are no longer among the answers", people.gone),
        ("codes are not in this version of the frame", len(people.outside)),
    )
    said += [f"{number(n, 0, lang)} {what}." for what, n in faults if n]
    if study.unreached:
        said.append(
            f"In {listing(study.unreached)} nobody coded an answer: the shares leave these out."
        )
    return said


def agreement_words(agreement: pd.DataFrame, lang: str) -> list[str]:
    """How far people agree with each other, and the machines with them, each with its interval."""
    said = []
    whole = agreement[(agreement["level"] == "all") & (agreement["language"] == "all")]
    for row in whole[whole["coefficient"].isin(list(_NAMES))].to_dict("records"):
        pair = str(row["coders"]).split("|")
        human = row["kind"] == "human-human"
        if (row["coefficient"] == "alpha_masi") != human or pd.isna(row["value"]):
            continue
        told = interval(row["value"], row["low"], row["high"], digits=2, lang=lang)
        subject = (
            f"{sentence(listing(pair))} agree"
            if human
            else f"{sentence(_KINDS[pair[1]])} against {TOGETHER}"
        )
        judged = f": {verdict(float(row['low']))} by the lower end of the interval" if human else ""
        said.append(
            f"{subject}, {_NAMES[row['coefficient']]}: {told}, on "
            f"{number(row['n_answers'], 0, lang)} answers{judged}."
        )
    return said


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
        told = {
            str(row["level"]): interval(
                *(float(row[part]) for part in ("value", "low", "high")), level=None, lang=lang
            )
            for row in one.to_dict("records")
        }
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
            f"draw {coded.counts}. A dash: nobody used the code, or nothing varies.",
            "The learned coder was judged on answers that it had not been taught.",
        ],
        lang=lang,
    )


def coverage_words(coded: Coded, lang: str) -> str:
    """How much the machine decides by itself at the error rate allowed."""
    study = _study(coded)
    found = study.coverage()
    if found is None:
        return "Nothing is decided by machine, because nobody has coded an answer."
    whole = found[(found["theme"] == "all") & (found["language"] == "all")].iloc[0]
    cells = found[(found["theme"] != "all") & (found["language"] == "all")]
    automatic = float((cells["n_yes"] + cells["n_no"]).sum() / cells["n_answers"].sum())
    return (
        f"Allowed are {percent(study.error, 0, lang)} of wrong decisions on either side: among the "
        "answers that the machine says carry a theme, and among those that carry it. At that, "
        f"{percent(automatic, 0, lang)} of all decisions about a theme and an answer are made by "
        f"machine; in {percent(float(whole['share_automatic']), 0, lang)} of the answers that is "
        f"every one. The other {number(int(whole['n_person']), 0, lang)} answers go to a person "
        "for at least one theme."
    )


def coverage_table(coded: Coded, lang: str) -> tables.Table | Prose:
    """Per theme: decided yes, decided no, left to a person."""
    found = _study(coded).coverage()
    if found is None:
        return paragraph(NOBODY)
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    cells = found[(found["theme"] != "all") & (found["language"] == "all")]
    per_language = found[(found["theme"] == "all") & (found["language"] != "all")]
    languages = listing(
        f"{row['language']} {percent(float(row['share_automatic']), 0, lang)}"
        for row in per_language.to_dict("records")
        if row["n_answers"]
    )
    return tables.table(
        cells.assign(label=cells["theme"].map(labels))[
            ["label", "n_yes", "n_no", "n_person", "share_automatic"]
        ],
        "What the machine decides, and what it leaves to a person",
        stub="label",
        columns={
            "label": "Theme",
            "n_yes": "Yes",
            "n_no": "No",
            "n_person": "To a person",
            "share_automatic": "Decided by machine",
        },
        formats={"share_automatic": "share"},
        notes=f"Answers that are decided whole, by language: {languages}. Shares of themes do not "
        "rest on these decisions; they are corrected by what people coded.",
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
