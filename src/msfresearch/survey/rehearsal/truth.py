"""The truth beside a rehearsed export, and how a cleaned table is held against it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from msfresearch.survey.items import Item
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.rehearsal.dirt import Ground

#: Clean columns that no rule can restore to the letter: a pseudonym has a key, a language that
#: is detected in a short text is a guess.
INEXACT = ("_respondent", "_written_in")


def clean_truth(ground: Ground, lines: list[int]) -> pd.DataFrame:
    """The table that cleaning has to restore, as codes.

    Parameters
    ----------
    ground : Ground
        The rows in the order of the export.
    lines : list of int
        The line of each in the file.

    Returns
    -------
    DataFrame of str
        One row per answer kept: ``line`` (a number), ``id`` (the platform's own), then the clean
        columns of the table in the questionnaire's codes ("" where there is none), those that are
        read from what the platform notes included, but for the pseudonym.
    """
    kept = ground.notes["kept"].astype(bool).to_numpy()
    table = ground.simulated.world.table
    known = _paradata(ground)
    columns: dict[str, Any] = {
        "line": pd.Series(lines, dtype="int64"),
        "id": ground.notes["id"].astype("str"),
    }
    for item in table.items:
        for clean, header in item.columns():
            if header in known and header != "_respondent":
                columns[clean] = known[header]
            elif clean in ground.truth:
                columns[clean] = ground.truth[clean]
        if item.joined_of:
            parts = [ground.truth[one] for one in item.joined_of if one in ground.truth]
            if len(parts) == len(item.joined_of):
                joined = [":".join(row) for row in zip(*parts, strict=True)]
                columns[item.id] = pd.Series(joined, dtype="str")
    return pd.DataFrame(columns)[kept].reset_index(drop=True)


def as_codes(
    answers: pd.DataFrame, reasons: pd.DataFrame, table: Table, questionnaire: Questionnaire
) -> pd.DataFrame:
    """A cleaned table back in the questionnaire's codes.

    Parameters
    ----------
    answers, reasons : DataFrame
        Clean values, and why one is missing, as :mod:`msfresearch.survey.cleaning` leaves them.
    table, questionnaire : Table, Questionnaire
        What they were cleaned by.

    Returns
    -------
    DataFrame of str
        ``line`` and the clean columns; "" where an answer is blank or was not asked for.
    """
    columns: dict[str, Any] = {"line": answers["line"].astype("int64")}
    for item in table.items:
        for clean in [own for own, _ in item.columns()] or [item.id]:
            cells = _written(answers[clean], clean, item, questionnaire)
            by_reason = {
                reason: code
                for code, reason in reversed(list(questionnaire.missing_codes(item).items()))
                if code
            }
            why = reasons[clean].astype("object").map(by_reason).astype("str")
            columns[clean] = cells.fillna(why).fillna("").astype("str")
    return pd.DataFrame(columns)


def differences(
    truth: pd.DataFrame,
    answers: pd.DataFrame,
    reasons: pd.DataFrame,
    table: Table,
    questionnaire: Questionnaire,
) -> pd.DataFrame:
    """Where a cleaned table is not what it has to be.

    Returns
    -------
    DataFrame
        ``line``, ``column``, ``truth``, ``found``: a cell that differs, or a row (column "")
        that is there and should not be, or the other way round. Columns that no rule can
        restore to the letter (``INEXACT``) are left out.
    """
    found = as_codes(answers, reasons, table, questionnaire).set_index("line")
    meant = truth.set_index("line")
    rows: list[tuple[int, str, str, str]] = []
    rows += [(int(line), "", "kept", "set aside") for line in meant.index.difference(found.index)]
    rows += [(int(line), "", "set aside", "kept") for line in found.index.difference(meant.index)]
    both = meant.index.intersection(found.index)
    inexact = {item.id for item in table.items if item.column in INEXACT}
    for column in meant.columns:
        if column in inexact or column not in found:
            continue
        mine, theirs = meant.loc[both, column], found.loc[both, column]
        rows += [
            (int(line), str(column), mine[line], theirs[line]) for line in both[mine != theirs]
        ]
    return pd.DataFrame(rows, columns=["line", "column", "truth", "found"])


def themes(ground: Ground, lines: list[int]) -> pd.DataFrame:
    """Themes of the open answers that are kept.

    Returns
    -------
    DataFrame
        ``line``, ``item``, ``language``, ``theme`` ("" where the answer has none), ``stated`` (1;
        0 where the theme is named to say that it is no matter), ``manner``.
    """
    rows: list[tuple[object, ...]] = []
    source = ground.notes["source"].tolist()
    written = ground.notes["written_in"].tolist()
    for name, said in ground.simulated.said.items():
        cells = ground.truth[name].tolist()
        for row, kept in enumerate(ground.notes["kept"].tolist()):
            if not kept or not cells[row]:
                continue
            one = said[source[row]]
            marks = [(theme, 1) for theme in one.stated] + [(theme, 0) for theme in one.denied]
            rows += [
                (lines[row], name, written[row], theme, stated, one.manner)
                for theme, stated in marks or [("", 1)]
            ]
    columns = ["line", "item", "language", "theme", "stated", "manner"]
    return pd.DataFrame(rows, columns=columns).sort_values(["line", "item"], kind="stable")


def straight_lined(ground: Ground) -> pd.Series[Any]:
    """Whether all places on the scale in some battery are the same; "" where too few are given."""
    world = ground.simulated.world
    flag = pd.Series("", index=ground.truth.index, dtype="str")
    rules = world.table.respondents
    for battery in rules.batteries if rules else ():
        assert rules is not None
        places = [
            [code for code in row if code]
            for row in zip(
                *(
                    ground.truth[one].where(ground.truth[one].isin(world.laws[one].codes), "")
                    for one in battery
                ),
                strict=True,
            )
        ]
        told = [
            "" if len(row) < rules.battery_answers else "1" if len(set(row)) == 1 else "0"
            for row in places
        ]
        flag = flag.where(flag > pd.Series(told, dtype="str"), pd.Series(told, dtype="str"))
    return flag


def write_json(path: Path, content: object) -> None:
    """A JSON file with sorted keys."""
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _paradata(ground: Ground) -> dict[str, pd.Series[Any]]:
    notes, tells = ground.notes, ground.tells
    sent = notes["sent"].dt.strftime("%Y-%m-%d")
    complete = notes["disposition"] == "complete"
    timed = "duration" in tells
    speed = notes["speeding"].map({True: "1", False: "0"}).where(complete & timed, "")
    minutes = (notes["seconds"].astype("float64") / 60).map(lambda one: f"{one:g}")
    return {
        "_respondent": notes["id"].astype("str"),
        "_submitted": sent.astype("str"),
        "_language": notes["language"].where(pd.Series("language" in tells, notes.index), ""),
        "_written_in": notes["written_in"].astype("str"),
        "_window": notes["window"].astype("str"),
        "_disposition": notes["disposition"].astype("str"),
        "_minutes": minutes.where(pd.Series(timed, notes.index), "").astype("str"),
        "_straight_lined": straight_lined(ground),
        "_speeding": speed.astype("str"),
        "_late": notes["late"].astype("str"),
    }


def _written(
    values: pd.Series[Any], clean: str, item: Item, questionnaire: Questionnaire
) -> pd.Series[Any]:
    """Clean values as codes, missing where there is none."""
    levels = {level.value: level.code for level in questionnaire.levels(item)}
    if clean == f"{item.id}_other" or not (levels or item.type in ("multi", "numeric", "date")):
        return values.astype("str")
    if item.type == "date":
        return pd.Series(values.dt.strftime(item.date_format)).astype("str")
    if item.type == "numeric":
        return values.map(lambda one: f"{one:g}", na_action="ignore").astype("str")
    codes = levels or {0: "0", 1: "1"}
    return values.map(codes, na_action="ignore").astype("str")
