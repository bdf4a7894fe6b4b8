"""A wave's codes on their way to other tools, and those that come from there."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.themes.desk.codes import parse_codes
from msfresearch.themes.desk.frames import keep_frame
from msfresearch.themes.desk.log import append, codings, decisions, read_log
from msfresearch.themes.exchange.shapes import Material, gather
from msfresearch.themes.folders import coding_folder
from msfresearch.themes.matching.matcher import match
from msfresearch.themes.rounds import answers_of, codebook_of, keep_coded
from msfresearch.themes.teaching import people_of
from msfresearch.wave import Wave


@dataclass(frozen=True)
class Outgoing:
    """What is exported of a wave, and what is not.

    Attributes
    ----------
    material : Material
        Answers, codes of people, and hits where wanted; each answer with its ``item`` and the
        ``status`` of its wave, so that a rehearsal is known for one in every program.
    changed, gone : int
        Coded answers left out because their text is another now, or because they are not there
        any more.
    outside : int
        Decisions left out because they name a theme that the frame does not have.
    """

    material: Material
    changed: int
    gone: int
    outside: int


def outgoing(wave: Wave, *, hits: bool = False) -> Outgoing:
    """Bring together what other tools may take of a wave: answers, codes, and hits of patterns."""
    answers, codebook = answers_of(wave), codebook_of(wave)
    people = people_of(coding_folder(wave), answers, codebook)
    decided, coded = decisions(people.holds), codings(people.holds)
    strange = coded[~coded["theme"].isin(list(codebook.themes))]
    # Without one of its codes a decision would say what nobody decided.
    lost = set(zip(strange["answer_id"], strange["coder"], strict=True))
    material = gather(
        answers.assign(status=wave.manifest.status),
        codebook,
        _without(coded, lost),
        _without(decided, lost),
        match(answers, codebook) if hits else None,
        ["item", "status"],
    )
    return Outgoing(material, people.changed, people.gone, len(lost))


@dataclass(frozen=True)
class Taken:
    """What one coder's decisions from another tool brought to the log.

    Attributes
    ----------
    coder : str
        Whose.
    appended, known, older : int
        New decisions; those that the log has already; those that are older than what the log
        says of the answer, and are not taken.
    """

    coder: str
    appended: int
    known: int
    older: int


def take_imported(wave: Wave, log: pd.DataFrame) -> list[Taken]:
    """Take decisions that came from another tool into the logs.

    Parameters
    ----------
    wave : Wave
        Cleaned.
    log : DataFrame
        As ``LOG``, of any coders. A decision that says what the log says is not written again,
        so that it stays what it was: one about an answer of the random draw, for instance.

    Returns
    -------
    list of Taken
        Per coder, by name.
    """
    answers, folder = answers_of(wave), coding_folder(wave)
    before = read_log(folder)
    taken = []
    for coder, rows in log.groupby("coder", sort=True):
        mine = before[before["coder"] == coder].drop_duplicates("answer_id", keep="last")
        latest = mine.set_index("answer_id")[["at", "codebook", "codes"]].to_dict("index")
        known = [_says(latest.get(row["answer_id"]), row) for row in rows.to_dict("records")]
        older = [
            not same and one in latest and at < latest[one]["at"]
            for same, one, at in zip(known, rows["answer_id"], rows["at"], strict=True)
        ]
        fresh = rows[~(np.array(known) | np.array(older))]
        new = append(folder / f"{coder}.csv", fresh) if len(fresh) else 0
        taken.append(Taken(str(coder), new, sum(known) + len(fresh) - new, sum(older)))
    keep_coded(folder, answers)
    if any(one.appended for one in taken):
        keep_frame(folder, codebook_of(wave))
    return taken


def _says(before: Mapping[Hashable, Any] | None, row: Mapping[Hashable, Any]) -> bool:
    """Whether a decision says what was decided before, by the same version of the frame."""
    return (
        before is not None
        and before["codebook"] == row["codebook"]
        and parse_codes(before["codes"]) == parse_codes(row["codes"])
    )


def _without(rows: pd.DataFrame, lost: Collection[tuple[str, str]]) -> pd.DataFrame:
    """Rows but those of some answers and coders."""
    pairs = zip(rows["answer_id"], rows["coder"], strict=True)
    kept = np.array([pair not in lost for pair in pairs], dtype=bool)
    return rows[kept].reset_index(drop=True)
