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
from msfresearch.themes.desk.gold import adjudication_sheet
from msfresearch.themes.desk.log import decisions, read_log
from msfresearch.themes.desk.seen import keep_seen
from msfresearch.themes.desk.sheet import Sheet, make_sheet
from msfresearch.themes.desk.sheetfiles import write_csv, write_xlsx
from msfresearch.themes.folders import coding_folder, other_coding_folders
from msfresearch.themes.rehearsal import DRAW_SEED
from msfresearch.themes.study import Study, study
from msfresearch.wave import Wave, list_waves, open_wave

SHEETS = "sheets"
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
        When the wave was not cleaned yet.
    AnswerError
        When nobody answered openly.
    """
    if "clean" not in wave.stages():
        raise StageError(
            "the wave was not cleaned yet",
            file=wave.processed_folder,
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
    answers, codebook = answers_of(wave), codebook_of(wave)
    log = read_log(coding_folder(wave))
    mine = set(log.loc[log["coder"] == coder, "answer_id"])
    if draw == "random":
        drawn = draw_random(
            answers, proportional(answers, "language", min(n, len(answers))), DRAW_SEED, "language"
        )
        ids = list(drawn.loc[drawn["drawn"], "answer_id"])
    else:
        studied = study_of(wave)
        if studied.probabilities is None:
            raise AnswerError(
                "nothing to choose by: the machine has not been taught",
                found=f"no coded answer of {wave.id}",
                action="code a random sample first: --draw random",
            )
        coded = set(log["answer_id"])
        ids = list(choose(answers, studied.probabilities, coded, n, DRAW_SEED)["answer_id"])
    todo = [one for one in ids if one not in mine]
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


def open_desk(wave: Wave, coder: str, n: int, *, lang: str = "en") -> Any:
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

    Returns
    -------
    ipywidgets.VBox
    """
    from msfresearch.themes.desk.lab import desk

    answers, folder = answers_of(wave), coding_folder(wave)
    drawn = draw_random(
        answers, proportional(answers, "language", min(n, len(answers))), DRAW_SEED, "language"
    )
    ids = drawn.loc[drawn["drawn"], "answer_id"]
    mine = answers.set_index("answer_id").loc[ids].reset_index()
    keep_seen(folder, mine)
    return desk(mine, codebook_of(wave), folder, coder, lang)


def hand_to_adjudicator(wave: Wave, *, lang: str = "en", as_csv: bool = False) -> Handed:
    """Write the sheet of answers on which coders differ, without their names.

    Raises
    ------
    AnswerError
        When they differ on none.
    """
    answers, codebook = answers_of(wave), codebook_of(wave)
    log = read_log(coding_folder(wave))
    log = log[log["answer_id"].isin(set(answers["answer_id"]))]
    sheet = adjudication_sheet(answers, codebook, log, wave=wave.id, seed=DRAW_SEED, lang=lang)
    return _written(wave, sheet, codebook, as_csv, done=0)


def take_back(
    wave: Wave, paths: Sequence[Path], coders: Collection[str] = (), at: str | None = None
) -> list[Collected]:
    """Take sheets into the log, each as far as it can be read.

    Parameters
    ----------
    wave : Wave
        Cleaned.
    paths : sequence of Path
        The sheets.
    coders : collection of str
        Coders beside those who were handed a sheet here or have a log.
    at : str, optional
        Day of the decisions, YYYY-MM-DD; today by default.

    Returns
    -------
    list of Collected
        One per sheet, in order.
    """
    answers, codebook = answers_of(wave), codebook_of(wave)
    folder = coding_folder(wave)
    known = {*coders, *_handed_to(folder), *read_log(folder)["coder"]}
    at = at or datetime.date.today().isoformat()
    taken = [
        collect(
            path, folder, codebook, set(answers["answer_id"]), wave=wave.id, coders=known, at=at
        )
        for path in paths
    ]
    coded = set(decisions(read_log(folder))["answer_id"])
    keep_seen(folder, answers[answers["answer_id"].isin(coded)])
    return taken


def _written(wave: Wave, sheet: Sheet, codebook: Codebook, as_csv: bool, done: int) -> Handed:
    ticket = sheet.ticket
    ending = "csv" if as_csv else "xlsx"
    name = f"{ticket.coder}.{ticket.draw}.{ticket.sheet}.{ending}"
    path = coding_folder(wave) / SHEETS / name
    if as_csv:
        write_csv(path, sheet, codebook)
    else:
        write_xlsx(path, sheet, codebook)
    return Handed(path, len(sheet.rows), sheet.left_out, done)


def _handed_to(folder: Path) -> set[str]:
    """Who was handed a sheet; its name begins with the coder's."""
    return {path.name.split(".")[0] for path in (folder / SHEETS).glob("*.*.*.*")}
