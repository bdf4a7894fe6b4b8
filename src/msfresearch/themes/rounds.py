"""A round of coding a wave: sheets go out, decisions come back, what differs is adjudicated."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from msfresearch.errors import AnswerError, StageError
from msfresearch.themes.codebook import Codebook, load_codebook
from msfresearch.themes.desk.chosen import choose
from msfresearch.themes.desk.collect import Collected, collect
from msfresearch.themes.desk.draw import draw_random, proportional
from msfresearch.themes.desk.frames import keep_frame
from msfresearch.themes.desk.gold import adjudication_sheet
from msfresearch.themes.desk.log import RANDOM, alone, decisions, read_log
from msfresearch.themes.desk.seen import keep_seen
from msfresearch.themes.desk.sheet import Sheet, make_sheet
from msfresearch.themes.desk.sheetfiles import write_csv, write_xlsx
from msfresearch.themes.exchange.decided import check_date
from msfresearch.themes.exchange.shapes import MACHINE
from msfresearch.themes.folders import (
    SHEETS,
    coding_folder,
    handed_to,
    keep_notes,
    note_handed,
    other_coding_folders,
)
from msfresearch.themes.rehearsal import DRAW_SEED
from msfresearch.themes.study import Study, study
from msfresearch.themes.teaching import people_of
from msfresearch.wave import Wave, list_waves, open_wave

Draw = Literal["random", "chosen"]


@dataclass(frozen=True)
class Handed:
    """A sheet that was written.

    Attributes
    ----------
    path : Path
        The file that goes to the coder.
    rows : int
        Answers on it.
    left_out : int
        Answers drawn but in a language that the coder does not read.
    done : int
        Answers of the draw that the coder has decided already.
    """

    path: Path
    rows: int
    left_out: int
    done: int


def codebook_of(wave: Wave) -> Codebook:
    """The code frame of the repository."""
    return load_codebook(wave.home.codebook / "themes.yml")


def answers_of(wave: Wave) -> pd.DataFrame:
    """The wave's open answers that belong to a member, as its first stage left them.

    Raises
    ------
    StageError
        When the wave was not cleaned yet, or when what was cleaned is a rehearsal and the real
        export is there now: nobody is to code the one for the other.
    AnswerError
        When nobody answered openly.
    """
    cleaned = "clean" in wave.stages()
    status = wave.manifest.status
    if not cleaned or wave.facts("clean").get("status", status) != status:
        raise StageError(
            "what was cleaned is not the wave's present export"
            if cleaned
            else "the wave was not cleaned yet",
            file=wave.processed_folder,
            found=str(wave.facts("clean")["status"]) if cleaned else None,
            expected=status if cleaned else None,
            action=f"msfresearch run {wave.id} --to clean",
        )
    answers = wave.open_answers()
    answers = answers[answers["member"].notna()].reset_index(drop=True)
    if answers.empty:
        raise AnswerError("a wave without open answers", found=wave.id)
    return answers


def study_of(wave: Wave, error: float = 0.1) -> Study:
    """A wave's open answers studied whole; see `msfresearch.themes.study.study`."""
    return study(
        answers_of(wave),
        codebook_of(wave),
        coding_folder(wave),
        other_coding_folders(wave),
        error=error,
    )


def with_answers() -> tuple[str, ...]:
    """Ids of the waves whose open answers were cleaned."""
    opened = [open_wave(wave_id) for wave_id in list_waves()]
    return tuple(w.id for w in opened if "clean" in w.stages() and len(w.open_answers()))


def hand_out(
    wave: Wave,
    coder: str,
    n: int,
    *,
    draw: Draw = "random",
    lang: str = "en",
    languages: Collection[str] | None = None,
    as_csv: bool = False,
) -> Handed:
    """Write a coding sheet for one coder.

    Parameters
    ----------
    wave : Wave
        Cleaned.
    coder : str
        Name of the coder, as the log will be called.
    n : int
        Of a random draw, its size in all: who was given 100 answers before and is now given 150
        gets the 50 that are new, and every coder the same. Of a chosen draw, how many to add.
    draw : str
        ``random``, for estimates; ``chosen``, the answers that the machine doubts most.
    lang : str
        Language of the sheet.
    languages : collection of str, optional
        Languages that the coder reads; all by default.
    as_csv : bool
        CSV in place of a workbook.

    Returns
    -------
    Handed
    """
    _check_name(coder)
    answers, codebook = answers_of(wave), codebook_of(wave)
    log = read_log(coding_folder(wave))
    if draw == RANDOM:
        ids = _drawn(answers, n)
        # An answer that was decided for another reason is asked again: the sample is coded whole.
        mine = decisions(log[log["coder"] == coder])
        done = set(mine.loc[mine["draw"] == RANDOM, "answer_id"])
    else:
        studied = study_of(wave)
        if studied.probabilities is None:
            raise AnswerError(
                "nothing to choose by: the machine has not been taught",
                found=f"no coded answer of {wave.id}",
                action="code a random sample first: --draw random",
            )
        done = set(log["answer_id"])
        ids = list(choose(answers, studied.probabilities, done, n, DRAW_SEED)["answer_id"])
    todo = [one for one in ids if one not in done]
    if not todo:
        raise AnswerError(
            "no answer to hand out",
            found=f"{len(ids)} drawn of {len(answers)}, all of them decided before",
            expected="an answer that is open",
            action="draw more of them, if there are any",
        )
    sheet = make_sheet(
        answers.set_index("answer_id").loc[todo].reset_index(),
        codebook,
        wave=wave.id,
        coder=coder,
        draw=draw,
        seed=DRAW_SEED,
        lang=lang,
        languages=languages,
    )
    return _written(wave, sheet, codebook, as_csv, done=len(ids) - len(todo))


def open_desk(
    wave: Wave,
    coder: str,
    n: int,
    *,
    lang: str = "en",
    languages: Collection[str] | None = None,
) -> Any:
    """A coding desk in a notebook, on the answers of the random draw.

    Parameters
    ----------
    wave : Wave
        Cleaned.
    coder : str
        Name of the coder, as the log will be called.
    n : int
        Size of the random draw in all: the same answers for every coder.
    lang : str
        Language of the desk.
    languages : collection of str, optional
        Languages that the coder reads; all by default.

    Returns
    -------
    Desk
        As the last line of a cell it shows itself.

    Raises
    ------
    AnswerError
        When no answer of the draw is in these languages, or the name is no coder's.
    """
    from msfresearch.themes.desk.lab import desk

    _check_name(coder)
    answers, folder = answers_of(wave), coding_folder(wave)
    mine = answers.set_index("answer_id").loc[_drawn(answers, n)].reset_index()
    if languages is not None:
        mine = mine[mine["language"].isin(list(languages))]
    codebook = codebook_of(wave)
    shown = desk(mine, codebook, folder, coder, lang)
    _keep_seen(folder, mine)
    keep_frame(folder, codebook)
    return shown


def hand_to_adjudicator(wave: Wave, *, lang: str = "en", as_csv: bool = False) -> Handed:
    """Write the sheet of answers on which coders differ, without their names.

    Raises
    ------
    AnswerError
        When they differ on none.
    """
    answers, codebook = answers_of(wave), codebook_of(wave)
    log = people_of(coding_folder(wave), answers, codebook).holds
    sheet = adjudication_sheet(answers, codebook, log, wave=wave.id, seed=DRAW_SEED, lang=lang)
    return _written(wave, sheet, codebook, as_csv, done=0)


def take_back(
    wave: Wave,
    paths: Sequence[Path],
    coders: Collection[str] = (),
    at: str | None = None,
    frame: Path | None = None,
) -> list[Collected]:
    """Take sheets into the log, each as far as it can be read.

    A coder is known who was handed a sheet here (which is noted when it is written, whatever
    becomes of its file), who has a log, or who is named. Rows of anybody else are listed as bad,
    and nothing of them is taken.

    Parameters
    ----------
    wave : Wave
        Cleaned.
    paths : sequence of Path
        The sheets.
    coders : collection of str
        Coders beside those who are known.
    at : str, optional
        Day of the decisions, YYYY-MM-DD; today by default.
    frame : Path, optional
        The code frame that the sheets were made with, where that is an earlier version.

    Returns
    -------
    list of Collected
        One per sheet, in order.

    Raises
    ------
    AnswerError
        For a day that is none, a sheet that is none, a damaged log. What sheets before it brought
        is kept.
    """
    answers = answers_of(wave)
    codebook = codebook_of(wave) if frame is None else load_codebook(frame)
    folder = coding_folder(wave)
    keep_frame(folder, codebook)
    known = {*coders, *handed_to(folder), *read_log(folder)["coder"]}
    at = check_date(at or datetime.date.today().isoformat())
    taken = []
    for path in paths:
        ids = set(answers["answer_id"])
        one = collect(path, folder, codebook, ids, wave=wave.id, coders=known, at=at)
        keep_coded(folder, answers)
        keep_notes(folder, one.notes, at)
        taken.append(one)
    return taken


def keep_coded(folder: Path, answers: pd.DataFrame) -> None:
    """Keep the answers that were coded beside their logs, as they were shown."""
    coded = set(read_log(folder)["answer_id"])
    _keep_seen(folder, answers[answers["answer_id"].isin(coded)])


def _drawn(answers: pd.DataFrame, n: int) -> list[str]:
    """The first ``n`` answers of the wave's random draw, in its order."""
    allocation = proportional(answers, "language", min(n, len(answers)))
    drawn = draw_random(answers, allocation, DRAW_SEED, "language")
    return list(drawn.loc[drawn["drawn"], "answer_id"])


def _keep_seen(folder: Path, answers: pd.DataFrame) -> None:
    if len(answers):
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder):
            keep_seen(folder, answers)


def _check_name(coder: str) -> None:
    """Refuse what is no person in exports; other names are checked where they are written."""
    if coder == MACHINE:
        raise AnswerError(
            "not a coder's name",
            found=coder,
            expected="another name: exports call the hits of patterns so",
        )


def _written(wave: Wave, sheet: Sheet, codebook: Codebook, as_csv: bool, done: int) -> Handed:
    ticket, folder = sheet.ticket, coding_folder(wave)
    told = [ticket.coder, ticket.draw, ticket.sheet]
    # Who is sent the file sees by its name that it is an exercise.
    told += ["rehearsal"] if wave.manifest.status == "rehearsal" else []
    path = folder / SHEETS / ".".join([*told, "csv" if as_csv else "xlsx"])
    keep_frame(folder, codebook)
    if as_csv:
        write_csv(path, sheet, codebook)
    else:
        write_xlsx(path, sheet, codebook)
    note_handed(folder, ticket)
    return Handed(path, len(sheet.rows), sheet.left_out, done)
