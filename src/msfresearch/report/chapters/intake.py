"""What the cleaning notebook shows of a survey's own export: how it was read, who is set aside."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from msfresearch.report import tables
from msfresearch.report.chapters.common import listing
from msfresearch.report.prose import Prose, bullets, paragraph
from msfresearch.report.wording import number
from msfresearch.survey.cleaning import Cleaned
from msfresearch.survey.intake import Intake
from msfresearch.survey.privacy import UNKNOWN_TEST

PLATFORMS = {
    "plain": "a plain table",
    "qualtrics": "Qualtrics",
    "surveymonkey": "SurveyMonkey",
    "limesurvey": "LimeSurvey",
    "kobo": "KoBoToolbox or ODK",
    "google_forms": "Google Forms",
    "spss": "SPSS",
}
#: Personal data by what they are called where they are counted.
KINDS = {
    "response_id": "the platform's ids of answers",
    "ip": "addresses of the internet",
    "email": "e-mail addresses",
    "first_name": "first names",
    "last_name": "last names",
    "phone": "telephone numbers",
    "token": "tokens",
    "external_ref": "references to other files",
    "username": "names of users",
    "latitude": "latitudes",
    "longitude": "longitudes",
    "e-mail address": "e-mail addresses within answers",
    "web address": "web addresses within answers",
    "handle": "handles within answers",
    "telephone number": "telephone numbers within answers",
    "number": "numbers within answers that may name somebody",
}
#: Items of a step that a line still names.
MOST_DETAILS = 4
#: What a wave that is no survey says in the place of these tables.
NO_EXPORT = (
    "This wave is no survey of people: its file was compiled or published by others, column by "
    "column as the questionnaire names them, and no row of it is a person's answer."
)


def reading(cleaned: Cleaned, lang: str) -> list[tables.Table | Prose]:
    """By what each export was recognised, and what reading and matching did to it."""
    if not cleaned.intake:
        return [paragraph(NO_EXPORT)]
    shown: list[tables.Table | Prose] = []
    for intake in cleaned.intake.values():
        platform = PLATFORMS[intake.platform]
        reason = intake.reason.removesuffix(f": {platform}")
        shown.append(paragraph(f"The file was read as an export of {platform}: {reason}."))
        steps = pd.DataFrame(
            {
                "rule": [step.rule for step in intake.account],
                "n": [step.count for step in intake.account],
                "detail": [step.detail for step in intake.account],
            }
        )
        if len(steps):
            shown.append(
                tables.table(
                    _summed(steps[steps["n"] > 0] if (steps["n"] > 0).any() else steps, lang),
                    "What reading the file and matching its columns did",
                    stub="rule",
                    columns={"rule": "What was done", "n": "How often", "detail": "Which"},
                    notes=[*_idle(steps), "Each step with its item: table reading of stage clean."],
                    layout="records",
                    lang=lang,
                )
            )
        shown += [
            paragraph(
                f"Not read, since the questionnaire asks for nothing there: the sheet {name} with "
                f"{number(rows, 0, lang)} rows."
            )
            for name, rows in intake.unread.items()
        ]
    return shown


def _summed(steps: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Steps of one kind in one line, with the items where they are few; all stand in a table."""
    rows: list[dict[str, object]] = []
    for rule, part in steps.groupby("rule", sort=False):
        details = [one for one in part["detail"] if one]
        many = len(details) > MOST_DETAILS
        rows.append(
            {
                "rule": rule,
                "n": int(part["n"].sum()),
                "detail": f"{number(len(details), 0, lang)} items" if many else ", ".join(details),
            }
        )
    return pd.DataFrame(rows)


def _idle(steps: pd.DataFrame) -> list[str]:
    idle = list(dict.fromkeys(steps.loc[steps["n"] == 0, "rule"]))
    return [f"Looked for and not met: {listing(idle, 12)}."] if idle else []


def matched(cleaned: Cleaned, lang: str) -> list[tables.Table | Prose]:
    """How the columns of each export met the items, summed up by the way they did."""
    shown: list[tables.Table | Prose] = []
    for intake in cleaned.intake.values():
        by_way = intake.pairs.groupby("how", sort=False).size().rename("n").reset_index()
        shown.append(
            tables.table(
                by_way,
                "How the columns of the file met the items of the questionnaire",
                stub="how",
                columns={"how": "By", "n": "Columns"},
                notes="Each column with its item stands in table matching of stage clean.",
                lang=lang,
            )
        )
    return shown


def screening(cleaned: Cleaned, lang: str) -> list[tables.Table | Prose]:
    """The rules by which answers are set aside or flagged, with rows before and after."""
    shown: list[tables.Table | Prose] = []
    for intake in cleaned.intake.values():
        shown.append(
            tables.table(
                intake.screened[["rule", "n", "rows_in", "rows_out", "detail"]],
                "Rules of screening, in the order of their application",
                stub="rule",
                columns={
                    "rule": "Rule",
                    "n": "Rows it met",
                    "rows_in": "Rows in",
                    "rows_out": "Rows out",
                    "detail": "More of it",
                },
                notes="A row that was set aside is not lost: it stands with its line and the rule "
                "in table set_aside of stage clean.",
                layout="records",
                lang=lang,
            )
        )
    return shown


def kept(cleaned: Cleaned, lang: str) -> str:
    """How many answers came in, were set aside and are analysed."""
    if not cleaned.intake:
        return "No row is a person's answer: none is screened, all are kept."
    parts: list[str] = []
    for intake in cleaned.intake.values():
        aside, left = len(intake.set_aside), len(intake.raw)
        parts.append(
            f"Rows in the file: {number(aside + left, 0, lang)}; set aside: "
            f"{number(aside, 0, lang)}; analysed: {number(left, 0, lang)}."
        )
        why = intake.listed["rule"].value_counts(sort=False)
        if len(why):
            odd = "; ".join(f"{rule}: {number(n, 0, lang)}" for rule, n in why.items())
            parts.append(f"Analysed and listed, since something about them is odd: {odd}.")
    return " ".join(parts)


def personal(cleaned: Cleaned, lang: str) -> Prose:
    """What personal data the file held, in numbers, and where they went."""
    if not cleaned.intake:
        return paragraph("The file holds no respondent: nothing of a person had to be split off.")
    said: list[str] = []
    for intake in cleaned.intake.values():
        said += _split_off(intake, lang)
    return bullets(
        *said,
        "What was split off lies encrypted in a folder of its own, which only the first stage "
        "opens; answers are known by a keyed pseudonym. Names of persons within open answers are "
        "not found by any rule here: open answers stay personal until someone has read them.",
    )


def _split_off(intake: Intake, lang: str) -> list[str]:
    by_kind = intake.masked.groupby("kind", sort=False)["n"].sum()
    found = {KINDS[kind]: int(by_kind[kind]) for kind in KINDS if by_kind.get(kind, 0)}
    kinds = listing((f"{kind} ({number(n, 0, lang)})" for kind, n in found.items()), len(KINDS))
    said = [
        f"Split off on reading: {kinds}."
        if found
        else "No e-mail address, telephone number, name or address was in the file."
    ]
    unknown = int(by_kind.get(UNKNOWN_TEST, 0))
    if unknown:
        said.append(f"Ids that wave.yml names as tests and no row has: {number(unknown, 0, lang)}.")
    return said


def results(cleaned: Cleaned) -> dict[str, pd.DataFrame]:
    """Tables of the intake that later readers need; never the personal data."""
    made: dict[str, pd.DataFrame] = {}
    for intake in cleaned.intake.values():
        made |= {
            "reading": pd.DataFrame(
                {
                    "rule": [step.rule for step in intake.account],
                    "n": [step.count for step in intake.account],
                    "detail": [step.detail for step in intake.account],
                }
            ),
            "matching": intake.pairs,
            "screening": intake.screened,
            "set_aside": intake.set_aside,
            "listed": intake.listed,
            "split_off": intake.masked,
            "recoded": intake.recoded,
        }
    return made


def facts(cleaned: Cleaned) -> Mapping[str, object]:
    """Single values of the intake that other pages quote."""
    return {
        name: {
            "platform": intake.platform,
            "set_aside": len(intake.set_aside),
            "analysed": len(intake.raw),
        }
        for name, intake in cleaned.intake.items()
    }
