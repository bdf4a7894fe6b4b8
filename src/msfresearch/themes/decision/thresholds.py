"""From which probability on the machine decides, per theme and language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from msfresearch.themes.decision.held_out import Cells, exclusive_cells, read_held_out, theme_cells
from msfresearch.themes.decision.schemas import ALL, SCOPES, THRESHOLDS
from msfresearch.themes.decision.testing import (
    Certified,
    certify_accepted,
    certify_missed,
    design_effects,
    fewest,
    intra_cluster,
)
from msfresearch.themes.schemas import table

#: Held-out cases must be this many times those that could pass without any error.
ENOUGH = 3


@dataclass(frozen=True)
class Limits:
    """The errors that a user allows.

    Attributes
    ----------
    yes : float
        Of the answers decided "yes", the largest share that does not carry the theme.
    no : float
        The largest share of wrong "no".
    no_among : str
        What ``no`` is a share of. ``carriers``: of the answers that carry the theme, those decided
        "no". ``decided``: of the answers decided "no", those that carry the theme.
    """

    yes: float = 0.1
    no: float = 0.1
    no_among: Literal["carriers", "decided"] = "carriers"

    def __post_init__(self) -> None:
        for name, value in (("yes", self.yes), ("no", self.no)):
            _check_share(name, value)
        if self.no_among not in ("carriers", "decided"):
            raise ValueError(f"no_among is {self.no_among!r}, and must be carriers or decided")


@dataclass(frozen=True, eq=False)
class Thresholds:
    """What was chosen, and on what evidence.

    Attributes
    ----------
    table : DataFrame
        Per theme and language: ``lo``, ``hi`` (missing where nothing passed), ``n_held_out``,
        ``n_carriers``, ``n_unread`` (coded answers without a probability, not counted before; such
        go to a person); for "yes" and for "no" each ``scope`` (whose codes the threshold rests on:
        a wider one than theme and language means that the error is held on the average of that
        scope), ``n`` and ``wrong`` (held-out cases at the threshold, and errors among them),
        ``reason`` (why there is none).
    themes : tuple of str
        In the order of the codebook.
    by_language : bool
        Whether languages have their own rows.
    exclusive : bool
        One code per answer: the rows have the theme ``all``, and no ``lo``.
    limits : Limits
        The errors asked for.
    delta : float
        Chance that the held-out answers mislead, per row and side.
    """

    table: pd.DataFrame
    themes: tuple[str, ...]
    by_language: bool
    exclusive: bool
    limits: Limits
    delta: float


def choose(
    probabilities: pd.DataFrame,
    marks: pd.DataFrame,
    *,
    languages: pd.Series | None = None,
    clusters: pd.Series | None = None,
    error: float | Limits = 0.1,
    delta: float = 0.05,
    batch: float | None = None,
    exclusive: bool = False,
) -> Thresholds:
    """Choose thresholds on held-out human codes for an error rate that a user states.

    **Which error.** Most themes are rare. Then a machine that says "no" to everything is wrong in
    few answers and useless: an error rate over all decisions is no promise. So each side has its
    own: of the answers decided "yes" at most ``error`` are wrong (the precision is at least
    ``1 - error``), and of the answers that carry the theme at most ``error`` are decided "no" (the
    others are found, or seen by a person). Both together keep the errors among all decisions of a
    theme below ``error * (yes + carriers) / decided``, for a rare theme far below ``error``. Where
    a wrong "no" matters as a share of the "no", say ``Limits(no_among="decided")``; the default is
    stricter for themes rarer than one half.

    **How sure.** With probability ``1 - delta``, per theme, language and side; over a hundred of
    these about ``100 * delta`` may be above. The promise is about the error that new answers show:
    as many as the held-out ones, unless ``batch`` says how many will come. A large batch varies
    less by chance, and more of it can be left to the machine; with an infinite one the promise is
    about the error to be expected. See `msfresearch.themes.decision.testing` for the tests and
    their source.

    **Too few codes.** A language with fewer than 3 times as many effective carriers as could pass
    without any error (for .1 and .05: 87) borrows those of all languages; a theme that has too few
    in all languages borrows those of all themes, and its errors are then held on the average of
    themes only. A language without any held-out code, and a theme for which even that is too
    little, goes to a person. Where there are enough and no threshold passes, it goes to a person
    too: others' codes do not excuse it. The table tells the scope of every threshold.

    **Clusters.** Answers of one member err alike. Numbers are divided by Kish's design effect with
    the correlation, within members, of what people coded less what the machine expected, estimated
    from all held-out answers of all themes at once: errors at one threshold of a rare theme are
    too few to tell. Where all themes are pooled, the themes of one answer are of one cluster too.

    Parameters
    ----------
    probabilities : DataFrame
        Wide: index ``answer_id``, one column per theme, 0 to 1, missing where a theme was not
        learned; from a coder that has not been trained on these answers (nor on others of the same
        text or cluster).
    marks : DataFrame
        Wide, the same columns: 1, 0, missing where no person decided. Only answers drawn at random
        tell of all answers: leave out those chosen because the machine was in doubt. Each answer
        must have probabilities.
    languages, clusters : Series, optional
        By ``answer_id``, for every answer of ``marks``.
    error : float or Limits
        Largest error; a number stands for both sides.
    delta : float
        How sure not to be.
    batch : float, optional
        New answers that the promise is about; may be infinite. By default as many as were coded.
    exclusive : bool
        One code per answer: the most probable theme is accepted where its probability reaches the
        threshold of the language; of those accepted at most ``error`` (``Limits.yes``) are wrong.
        What the probabilities lack to 1 is that of no theme, and may be accepted too.

    Returns
    -------
    Thresholds

    Raises
    ------
    AnswerError
        When the frames do not fit, a value is out of range, an answer has no language or cluster,
        or ``exclusive`` and an answer carries two themes.
    CodebookError
        When the themes of the two frames differ.
    ValueError
        When a rate does not lie between 0 and 1, or ``batch`` is not above 0.
    """
    limits = error if isinstance(error, Limits) else Limits(error, error)
    _check_share("delta", delta)
    if batch is not None and not batch > 0:
        raise ValueError(f"batch is {batch}, and must be above 0")
    held = read_held_out(probabilities, marks, languages, clusters)
    names = (ALL,) if exclusive else held.themes
    n_coded = int((~np.isnan(held.marks)).any(axis=1).sum())
    times = 1.0 if batch is None else batch / max(1, n_coded)
    cells = exclusive_cells(held) if exclusive else theme_cells(held)
    chooser = _Chooser(cells, limits, delta, times, exclusive)
    columns: dict[str, list[object]] = {name: [] for name in THRESHOLDS.columns}
    for at, theme in enumerate(names):
        for of_language, language in enumerate(held.languages):
            row = {
                "theme": theme,
                "language": language,
                "n_unread": held.unread(None if exclusive else at, of_language),
                **chooser.row(at, of_language),
            }
            for column, value in row.items():
                columns[column].append(value)
    return Thresholds(
        table(THRESHOLDS, columns), held.themes, languages is not None, exclusive, limits, delta
    )


class _Chooser:
    """Tests of one call; what is pooled over all themes is tested once."""

    def __init__(
        self, cells: Cells, limits: Limits, delta: float, times: float, exclusive: bool
    ) -> None:
        self._cells, self._limits, self._delta, self._times = cells, limits, delta, times
        self._exclusive = exclusive
        self._within_themes = intra_cluster(cells.residual, cells.cluster_of_theme)
        self._over_themes = intra_cluster(cells.residual, cells.cluster)
        self._pooled: dict[str, tuple[Certified | None, str]] = {}

    def row(self, theme: int, language: int) -> dict[str, object]:
        of_theme = self._cells.where(self._cells.theme == theme)
        own = of_theme.where(of_theme.language == language)
        # A language nobody coded in shares nothing with the pool that could be checked, and of a
        # theme that was not learned there is nothing to decide by.
        told = "no held-out codes in this language"
        judged = bool((self._cells.language == language).any())
        if not len(of_theme.probability):
            judged, told = False, "no held-out code of this theme has a probability"
        chosen: dict[str, object] = {
            "n_held_out": len(own.probability),
            "n_carriers": int(own.carries.sum()),
        }
        scopes = {SCOPES[2]: own} if self._exclusive else {SCOPES[0]: own, SCOPES[1]: of_theme}
        found: dict[str, Certified | None] = {}
        for side in ("yes", "no"):
            passed, scope, reason = None, SCOPES[4], "one code per answer"
            if side == "yes" or not self._exclusive:
                passed, scope, reason = (
                    self._side(side, scopes) if judged else (None, SCOPES[4], told)
                )
            found[side] = passed
            chosen |= {
                f"scope_{side}": scope,
                f"n_{side}": passed.n if passed else 0,
                f"wrong_{side}": passed.wrong if passed else 0,
                f"reason_{side}": reason,
            }
        hi = found["yes"].threshold if found["yes"] else float("nan")
        lo = found["no"].threshold if found["no"] else float("nan")
        # Where both would decide, "yes" does: it is the better tested claim about an answer.
        return chosen | {"lo": float(np.nextafter(hi, -np.inf)) if lo >= hi else lo, "hi": hi}

    def _side(self, side: str, scopes: dict[str, Cells]) -> tuple[Certified | None, str, str]:
        for scope, cells in scopes.items():
            if self._enough(side, cells, self._within_themes):
                passed = self._test(side, cells, self._within_themes)
                return passed, *_told(passed, scope)
        if side not in self._pooled:
            correlation = self._within_themes if self._exclusive else self._over_themes
            if self._enough(side, self._cells, correlation):
                passed = self._test(side, self._cells, correlation)
                self._pooled[side] = passed, _told(passed, SCOPES[3])[1]
            else:
                self._pooled[side] = None, "too few held-out codes, all themes and languages taken"
        passed, reason = self._pooled[side]
        return passed, SCOPES[3] if passed else SCOPES[4], reason

    def _enough(self, side: str, cells: Cells, correlation: float) -> bool:
        """Whether the scope has carriers (or answers) to judge by, whatever they say."""
        answers = self._exclusive or (side == "no" and self._limits.no_among == "decided")
        judged = cells if answers else cells.where(cells.carries)
        if len(judged.probability) == 0:
            return False
        effect = design_effects(judged.cluster, correlation)[-1]
        limit = self._limits.yes if side == "yes" else self._limits.no
        return bool(len(judged.probability) / effect >= ENOUGH * fewest(limit, self._delta))

    def _test(self, side: str, cells: Cells, correlation: float) -> Certified | None:
        if side == "yes":
            return certify_accepted(
                cells.probability,
                ~cells.carries,
                1 - cells.probability,
                cells.cluster,
                limit=self._limits.yes,
                delta=self._delta,
                correlation=correlation,
                batch=self._times,
            )
        if self._limits.no_among == "carriers":
            carriers = cells.where(cells.carries)
            return certify_missed(
                carriers.probability,
                carriers.cluster,
                limit=self._limits.no,
                delta=self._delta,
                correlation=correlation,
                batch=self._times,
            )
        passed = certify_accepted(
            -cells.probability,
            cells.carries,
            cells.probability,
            cells.cluster,
            limit=self._limits.no,
            delta=self._delta,
            correlation=correlation,
            batch=self._times,
        )
        return passed and Certified(-passed.threshold, passed.n, passed.wrong)


def _told(passed: Certified | None, scope: str) -> tuple[str, str]:
    return (scope, "") if passed else (SCOPES[4], f"no threshold of this scope passes: {scope}")


def _check_share(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}, and must lie between 0 and 1")
