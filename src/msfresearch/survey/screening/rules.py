"""The rules, in order: which rows are set aside, which are listed, what is noted of the others."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from msfresearch.errors import QuestionnaireError
from msfresearch.survey.languages import FORM_LANGUAGES, detect, joined
from msfresearch.survey.manifest import Manifest
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.respondents import PARADATA, Respondents
from msfresearch.survey.screening import duplicates
from msfresearch.survey.screening.account import Account
from msfresearch.survey.screening.cells import column_of
from msfresearch.survey.screening.facts import Facts, facts, role
from msfresearch.survey.screening.flags import BREAK_OFF, COMPLETE, PARTIAL, speeding

TEST = "test and preview answers"
REFUSED = "consent not given"
UNANSWERED = "consent not answered"
EMPTY = "nothing of substance answered"
LATE = "after the last window"
EXACT = "same answers, same person or place"
SAME_TEXT = "same open answer from one place"
SAME_PERSON = "same person, same member"
ELSEWHERE = "same person, another member"
NEAR = "nearly the same answers"
EARLY = "before the first window"
MARKED = "marked by the platform"
SPEEDING = "quick answers"
STRAIGHT = "same answer down a battery"
OTHER_LANGUAGE = "written in another language than the form's"
NO_FORM_LANGUAGE = "written in none of the form's languages"


@dataclass(frozen=True)
class Screened:
    """What screening made of a raw table.

    Attributes
    ----------
    raw : DataFrame
        The rows that stay: the columns that items read, and those of
        :data:`msfresearch.survey.respondents.PARADATA`.
    set_aside : DataFrame
        The others: ``line``, ``respondent``, ``rule``, and for a duplicate the one ``kept``, with
        its line. Nothing that they answered.
    listed : DataFrame
        Rows that stay and that somebody should look at: ``rule``, ``line``, ``respondent``, the
        ``other`` row it goes with, the ``share`` of equal cells, ``detail``.
    log : DataFrame
        ``rule``, ``rows_in``, ``rows_out``, ``n`` (the rows it met), ``detail``; rules that met
        none are there, too.
    """

    raw: pd.DataFrame
    set_aside: pd.DataFrame
    listed: pd.DataFrame
    log: pd.DataFrame


def screen(
    raw: pd.DataFrame, table: Table, questionnaire: Questionnaire, manifest: Manifest
) -> Screened:
    """Tell answers from what is none, and note how each was given.

    Rows are set aside in this order: tests and previews; no consent; nothing of substance
    answered; after the last window, if the manifest says so; duplicates. Late rows go before
    duplicates are looked for: else a late repetition would take the place of a timely answer, and
    both be lost. Rows from before the first window stay and are listed, though some may be trials
    of the form: a date alone, which a manifest may give as a month, does not make an answer
    void; the ids of trials go under ``rules.tests``. Rows that the platform marks as something
    else than a test ("spam") stay and are listed, too.

    Everything depends on the rows, and nothing on their order.

    Parameters
    ----------
    raw : DataFrame
        As :func:`msfresearch.survey.privacy.split_personal` leaves it.
    table, questionnaire : Table, Questionnaire
        A table whose rows are people's answers.
    manifest : Manifest
        Windows of fieldwork, zone of the export, rules of the wave.

    Returns
    -------
    Screened

    Raises
    ------
    QuestionnaireError
        When the table does not say how its respondents are screened.
    AnswerError
        When a timestamp cannot be read.
    """
    rules = table.respondents
    if rules is None:
        raise QuestionnaireError(
            "a table whose rows are not said to be people's answers",
            column="respondents",
            action="write `respondents:` under the table in the questionnaire",
        )
    account = Account(raw["_respondent"])
    known = facts(raw, table, questionnaire, manifest, rules)
    _tests(account, raw)
    _consent(account, raw, table, rules)
    _empty(account, raw, table, rules)
    _late(account, known, manifest)
    _duplicates(account, raw, table, known)
    _near_duplicates(account, table, known, rules)
    _early_and_marked(account, raw, known)
    left = raw.loc[account.left]
    rows = known.rows.loc[account.left]
    noted = rows.assign(
        _speeding=_speeding(account, rows, rules), _written_in=_written(account, left, rows, table)
    )
    _tell(account, rows, rules)
    own = [name for name in raw.columns if not name.startswith(("role:", "_"))]
    kept = pd.concat([left[own], noted[list(PARADATA)]], axis=1).astype("str")
    return Screened(kept, account.aside(), account.listed(), account.log())


def forget_refused(restricted: pd.DataFrame, screened: Screened) -> pd.DataFrame:
    """Restricted data without those of people who did not agree to take part."""
    aside = screened.set_aside
    refused = aside.loc[aside["rule"].isin((REFUSED, UNANSWERED)), "respondent"]
    return restricted[~restricted["respondent"].isin(refused)].reset_index(drop=True)


def _tests(account: Account, raw: pd.DataFrame) -> None:
    marked = role(raw, "status").str.lower().isin(("test", "preview"))
    named = raw["_test"] == "1"
    detail = f"{int(marked.sum())} marked by the platform, {int(named.sum())} named in wave.yml"
    account.set_aside(TEST, raw.index[marked | named], detail)


def _consent(account: Account, raw: pd.DataFrame, table: Table, rules: Respondents) -> None:
    if rules.consent is None:
        account.note(REFUSED, 0, "the form did not ask")
        return
    consent = column_of(raw, table, rules.consent.item)[account.left]
    account.set_aside(REFUSED, consent.index[~consent.isin(["", rules.consent.given])])
    account.set_aside(UNANSWERED, consent.index[consent == ""])


def _empty(account: Account, raw: pd.DataFrame, table: Table, rules: Respondents) -> None:
    if not rules.substance:
        account.note(EMPTY, 0, "the form asked none of the items of substance")
        return
    left = raw.loc[account.left]
    answered = pd.Series(False, index=left.index)
    for name in rules.substance:
        answered |= column_of(left, table, name) != ""
    account.set_aside(EMPTY, left.index[~answered], f"none of {', '.join(rules.substance)}")


def _late(account: Account, known: Facts, manifest: Manifest) -> None:
    late = known.rows.loc[account.left, "late"]
    lines = late.index[late.fillna(False)]
    detail = f"{int(late.isna().sum())} rows have no date"
    if manifest.rules.late == "set aside":
        account.set_aside(LATE, lines, detail)
    else:
        account.note(LATE, len(lines), f"kept and flagged; {detail}")


def _duplicates(account: Account, raw: pd.DataFrame, table: Table, known: Facts) -> None:
    left = known.rows.loc[account.left]
    person, place = raw["_person"], raw["_place"]
    rank = duplicates.standing(
        left["_disposition"] == COMPLETE, left["given"], left["answered"], left["_respondent"]
    )
    unknown = int((person[account.left] == "").sum())
    answers = [name for name in table.columns() if not name.startswith("_")]
    texts = [str(item.column) for item in table.items if item.type == "text" and item.column]

    now = account.left
    kept = duplicates.exact(raw.loc[now, answers], person[now], place[now], rank[now])
    account.keep_one(EXACT, kept, f"of {unknown} rows it is not known whose they are")
    now = account.left
    kept = duplicates.same_text(raw.loc[now, texts], place[now], left.loc[now, "member"], rank[now])
    account.keep_one(SAME_TEXT, kept, f"{duplicates.LONG_TEXT} characters or more, word for word")
    now = account.left
    kept, elsewhere = duplicates.same_person(person[now], left.loc[now, "member"], rank[now])
    account.keep_one(SAME_PERSON, kept, "the latest complete one stays, else the fullest")
    account.list_rows(ELSEWHERE, elsewhere.to_frame("other"))


def _near_duplicates(account: Account, table: Table, known: Facts, rules: Respondents) -> None:
    parts = {table.member, *table.item(table.member).joined_of}
    cells = known.cells.loc[account.left, [one for one in known.cells if one not in parts]]
    pairs, unsearched = duplicates.near(
        cells, known.rows.loc[account.left, "member"], account.respondent, rules.near_duplicate_from
    )
    account.list_rows(
        NEAR,
        pairs,
        f"{rules.near_duplicate_from:.0%} or more of {duplicates.FEWEST_CELLS} or more cells; "
        f"{unsearched} rows not compared (more than {duplicates.MOST_ANSWERS} of one member)",
    )


def _early_and_marked(account: Account, raw: pd.DataFrame, known: Facts) -> None:
    left = known.rows.loc[account.left]
    early = left[left["given"].notna() & (left["_window"] == "")]
    account.list_rows(EARLY, early[["_submitted"]].set_axis(["detail"], axis=1))
    words = role(raw, "status")[account.left]
    words = words[words != ""]
    account.list_rows(MARKED, words.to_frame("detail"), _tally(words))


def _speeding(account: Account, rows: pd.DataFrame, rules: Respondents) -> pd.Series[str]:
    flag, bound = speeding(rows["minutes"], rows["_disposition"], rules)
    detail = "no complete answer has a time" if bound != bound else f"under {bound:.2f} minutes"
    judged = int((flag != "").sum())
    account.note(SPEEDING, int((flag == "1").sum()), f"{detail}; {judged} complete rows judged")
    return flag


def _written(
    account: Account, left: pd.DataFrame, rows: pd.DataFrame, table: Table
) -> pd.Series[str]:
    """The language that a respondent wrote in, as far as can be told."""
    texts = [str(item.column) for item in table.items if item.type == "text" and item.column]
    found = detect(joined(left[texts]), rows["_language"])
    told = found[found["sure"]]
    judged = f"{len(told)} rows have an open answer long enough to tell"
    other = (told["stated"] != "") & (told["detected"] != told["stated"])
    account.note(OTHER_LANGUAGE, int(other.sum()), judged)
    strange = told.loc[~told["detected"].isin(FORM_LANGUAGES), "detected"]
    account.note(NO_FORM_LANGUAGE, len(strange), _tally(strange) or judged)
    return found["written"]


def _tell(account: Account, rows: pd.DataFrame, rules: Respondents) -> None:
    flag = rows["_straight_lined"]
    judged = f"{int((flag != '').sum())} rows judged"
    account.note(STRAIGHT, int((flag == "1").sum()), judged)
    shares = {
        COMPLETE: f"{rules.complete_from:.0%} or more of the items asked, and sent",
        PARTIAL: f"{rules.partial_from:.0%} or more of the items asked",
        BREAK_OFF: "less",
    }
    for disposition, share in shares.items():
        n = int((rows["_disposition"] == disposition).sum())
        account.note(f"disposition: {disposition}", n, share)


def _tally(words: pd.Series[str]) -> str:
    """Words and how often, by name."""
    return ", ".join(f"{word} {n}" for word, n in words.value_counts().sort_index().items())
