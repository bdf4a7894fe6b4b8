"""What people coded, of one wave and of those that can help it: what the coder is taught with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.frames import read_frames
from msfresearch.themes.desk.gold import Gold, gold
from msfresearch.themes.desk.log import outside, read_log
from msfresearch.themes.desk.seen import changed, read_seen


@dataclass(frozen=True)
class People:
    """What people decided about a wave's answers.

    Attributes
    ----------
    log : DataFrame
        As ``LOG``: every decision, also about answers that are no longer there.
    holds : DataFrame
        As ``LOG``: the decisions about answers that are here as they were coded.
    gold : Gold
        Of these, the decisions that count.
    changed : int
        Coded answers whose text is another now: to be coded again.
    gone : int
        Coded answers that are not among the answers any more.
    outside : DataFrame
        Codes that the frame does not have.
    asked : mapping
        Version of the frame to the themes that it had: of others nobody was asked.
    """

    log: pd.DataFrame
    holds: pd.DataFrame
    gold: Gold
    changed: int
    gone: int
    outside: pd.DataFrame
    asked: Mapping[str, tuple[str, ...]]

    @property
    def coders(self) -> tuple[str, ...]:
        """Who coded, the adjudicator among them, by name."""
        return tuple(sorted(set(self.log["coder"])))


@dataclass(frozen=True)
class Teaching:
    """Answers and marks that the learned coder is taught with.

    Attributes
    ----------
    answers : DataFrame
        ``answer_id``, ``text``, ``language``: this wave's answers, then those of other waves as
        their coders saw them, their ids led by the wave's.
    marks : DataFrame of float
        Wide, of all answers that people coded.
    others : mapping
        Other wave to the number of its coded answers.
    """

    answers: pd.DataFrame
    marks: pd.DataFrame
    others: Mapping[str, int]


def people_of(folder: Path, answers: pd.DataFrame, codebook: Codebook) -> People:
    """Read the logs of a wave and keep what still holds.

    Parameters
    ----------
    folder : Path
        The wave's folder of logs; may be absent.
    answers : DataFrame
        ``answer_id``, ``text``: the wave's answers as they are now.
    codebook : Codebook
        The frame.

    Returns
    -------
    People
    """
    log = read_log(folder)
    other = changed(answers, read_seen(folder))
    here = set(answers["answer_id"])
    coded = set(log["answer_id"])
    kept = log[log["answer_id"].isin(here - other)]
    asked = read_frames(folder)
    return People(
        log,
        kept,
        gold(kept, codebook, asked),
        changed=len(coded & other),
        gone=len(coded - here),
        outside=outside(kept, codebook),
        asked=asked,
    )


def teaching(
    people: People, answers: pd.DataFrame, codebook: Codebook, others: Mapping[str, Path]
) -> Teaching:
    """Bring together what people coded of this wave and of others.

    Parameters
    ----------
    people : People
        Of this wave.
    answers : DataFrame
        ``answer_id``, ``text``, ``language`` of this wave.
    codebook : Codebook
        The frame.
    others : mapping of wave to Path
        Folders of logs of other waves. A rehearsal is taught by rehearsals only, and teaches no
        real wave: the caller keeps them apart.

    Returns
    -------
    Teaching
    """
    columns = ["answer_id", "text", "language"]
    texts, marks, counts = [answers[columns]], [people.gold.marks], {}
    for wave, folder in sorted(others.items()):
        seen = read_seen(folder)
        coded = gold(read_log(folder), codebook, read_frames(folder)).marks
        coded = coded[coded.index.isin(set(seen["answer_id"]))]
        if coded.empty:
            continue
        seen = seen[seen["answer_id"].isin(set(coded.index))]
        texts.append(seen.assign(answer_id=f"{wave}/" + seen["answer_id"])[columns])
        marks.append(coded.set_axis([f"{wave}/{one}" for one in coded.index], axis=0))
        counts[wave] = len(coded)
    every = pd.concat(marks)
    every.index.name = "answer_id"
    return Teaching(pd.concat(texts, ignore_index=True), every, counts)
