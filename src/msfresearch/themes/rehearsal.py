"""Coders of a rehearsal: simulated people who code a random sample, with known rates of error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.codes import Code, format_codes
from msfresearch.themes.desk.draw import draw_random, proportional
from msfresearch.themes.desk.frames import keep_frame
from msfresearch.themes.desk.log import ADJUDICATOR, append
from msfresearch.themes.desk.seen import keep_seen
from msfresearch.themes.schemas import LOG, table

#: What a simulated coder overlooks, sees where it is not, and takes a denied theme for.
OVERLOOKED, IMAGINED, MISREAD = 0.10, 0.004, 0.15
#: Answers that are coded; half of them where there are fewer than twice as many.
SAMPLE = 240
CODERS = ("simulated-a", "simulated-b")
#: Every sample of a wave is drawn by this key, so that a later, larger one holds the earlier.
DRAW_SEED = "coding"
_Marks = np.ndarray[tuple[int, int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Simulated:
    """What simulated coders decide, or would decide, about all answers.

    Attributes
    ----------
    ids : tuple of str
        The answers; those of the random sample first.
    n : int
        Size of the sample.
    meant : array of int, shape (answers, themes)
        1 where the answer states the theme, -1 where it denies it, else 0.
    decided : mapping
        Coder to an array of bool of the same shape.
    """

    ids: tuple[str, ...]
    n: int
    meant: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    decided: Mapping[str, _Marks]

    @property
    def differ(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Answers about which the coders differ."""
        first, *others = self.decided.values()
        return np.asarray(np.any([(first != other).any(axis=1) for other in others], axis=0))

    @property
    def settled(self) -> _Marks:
        """What counts: what coders agree on, errors included; the truth where they differ."""
        agreed = next(iter(self.decided.values()))
        return np.asarray(np.where(self.differ[:, None], self.meant == 1, agreed))


def stated_themes(truth: pd.DataFrame, clean: pd.DataFrame, table_name: str) -> pd.DataFrame:
    """Which answers state, or deny, which themes.

    Parameters
    ----------
    truth : DataFrame
        ``truth/themes.csv`` of a rehearsal: line, item, theme ("" for none), stated (1 or 0).
    clean : DataFrame
        The clean table, with ``line`` and ``row_id``.
    table_name : str
        Its name.

    Returns
    -------
    DataFrame
        ``answer_id``, ``theme``, ``stated``; a row per pair that is not "".
    """
    rows = dict(zip(clean["line"].astype(int), clean["row_id"], strict=True))
    known = truth[truth["line"].astype(int).isin(rows) & (truth["theme"] != "")]
    row_ids = known["line"].astype(int).map(rows).astype("str")
    return pd.DataFrame(
        {
            "answer_id": table_name + ":" + row_ids + ":" + known["item"],
            "theme": known["theme"].to_numpy(),
            "stated": known["stated"].astype(int).to_numpy(),
        }
    )


def simulated_codes(
    answers: pd.DataFrame, truth: pd.DataFrame, codebook: Codebook, seed: int = 0
) -> Simulated:
    """Let two simulated coders code all answers, erring independently of each other.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id``, ``language``.
    truth : DataFrame
        From :func:`stated_themes`.
    codebook : Codebook
        The frame they code by.
    seed : int
        Other errors, by the same rates.

    Returns
    -------
    Simulated
    """
    n = min(SAMPLE, len(answers) // 2)
    drawn = draw_random(answers, proportional(answers, "language", n), DRAW_SEED, "language")
    # The sample first: its codes are the same however many answers follow it.
    ids = tuple(drawn.sort_values("drawn", ascending=False, kind="stable")["answer_id"])
    place = {theme: index for index, theme in enumerate(codebook.themes)}
    at_row = {answer_id: index for index, answer_id in enumerate(ids)}
    meant = np.zeros((len(ids), len(place)), dtype=np.int64)
    for answer_id, theme, stated in truth.itertuples(index=False):
        if answer_id in at_row and theme in place:
            meant[at_row[answer_id], place[theme]] = 1 if stated else -1
    chance = np.select([meant == 1, meant == -1], [1 - OVERLOOKED, MISREAD], IMAGINED)
    # One stream per coder, keyed by name: a coder more changes nothing for the others.
    streams = {
        coder: np.random.Generator(np.random.Philox(key=(seed << 64) + index))
        for index, coder in enumerate(CODERS)
    }
    decided = {coder: rng.random(chance.shape) < chance for coder, rng in streams.items()}
    return Simulated(ids, n, meant, decided)


def rehearse_coders(
    answers: pd.DataFrame,
    truth: pd.DataFrame,
    codebook: Codebook,
    folder: Path,
    *,
    at: str,
    seed: int = 0,
) -> Mapping[str, int]:
    """Write the logs of two simulated coders and of who decided where they differ.

    Both code the same random sample and err independently of each other; the adjudicator, who
    sees the answers on which they differ, decides by the truth.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id``, ``text``, ``language``.
    truth : DataFrame
        From :func:`stated_themes`.
    codebook : Codebook
        The frame they code by.
    folder : Path
        Where their logs are put.
    at : str
        Day of every decision, YYYY-MM-DD.
    seed : int
        Of the coders' errors; see :func:`simulated_codes`.

    Returns
    -------
    dict
        Coder to the number of decisions.
    """
    made = simulated_codes(answers, truth, codebook, seed)
    themes, ids = list(codebook.themes), list(made.ids[: made.n])
    counts = {
        coder: _write(folder, coder, "random", ids, marks[: made.n], themes, codebook.version, at)
        for coder, marks in made.decided.items()
    }
    differ = made.differ[: made.n]
    open_ids = [answer_id for answer_id, is_open in zip(ids, differ, strict=True) if is_open]
    counts[ADJUDICATOR] = _write(
        folder, ADJUDICATOR, "adjudication", open_ids, made.meant[: made.n][differ] == 1, themes,
        codebook.version, at,
    )  # fmt: skip
    keep_seen(folder, answers[answers["answer_id"].isin(ids)])
    keep_frame(folder, codebook)
    return counts


def _write(
    folder: Path,
    coder: str,
    draw: str,
    ids: list[str],
    marks: _Marks,
    themes: list[str],
    version: str,
    at: str,
) -> int:
    codes = [format_codes(Code(themes[i]) for i in np.flatnonzero(row)) for row in marks]
    n = len(ids)
    rows: dict[str, list[object]] = {
        "at": [at] * n,
        "coder": [coder] * n,
        "codebook": [version] * n,
        "draw": [draw] * n,
        "answer_id": list(ids),
        "codes": list(codes),
    }
    return append(folder / f"{coder}.csv", table(LOG, rows))
