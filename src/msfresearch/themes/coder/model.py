"""The learned coder: what people coded becomes a probability per theme for every answer."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.themes.coder import vectors as sentence
from msfresearch.themes.coder.arrays import Floats, Ints
from msfresearch.themes.coder.combination import Combination, combine, fluent_in
from msfresearch.themes.coder.folds import assign_folds, training_rows
from msfresearch.themes.coder.members import Member, Seen, VectorMember, scores_of, teach
from msfresearch.themes.coder.rows import Rows, fired, marks_of, rows_of
from msfresearch.themes.coder.threads import one_thread
from msfresearch.themes.coder.words import Counts, count

MIN_TEXTS = 5
"""Different texts that must carry a theme, and must not, before it is learned."""
FOLDS = 5
LACK = (
    f"the extra {sentence.EXTRA}: without sentence vectors, what is coded in one language is "
    "hardly known in another, nor is what is said in other words"
)
_READING = ("language", "n_answers", "n_coded", "reads", "mean")


@dataclass(frozen=True)
class Account:
    """What a coder was taught, and what it could not be.

    Attributes
    ----------
    coded, texts : int
        Answers that people coded and that hold a word, and the different texts among them.
    by_language : mapping
        Coded answers per language.
    untrained : mapping
        Per theme without probabilities, why.
    lacks : tuple of str
        What would make the coder better and is not installed.
    uncoded : int
        Answers given at the fit that no person coded.
    wordless : int
        Coded answers without a visible character; they taught nothing.
    cut : int
        Coded answers of which the sentence vector covers the beginning only.
    folds : int
        Parts that were held out in turn for the calibration; 0 where nothing was learned.
    """

    coded: int
    texts: int
    by_language: Mapping[str, int]
    untrained: Mapping[str, str]
    lacks: tuple[str, ...]
    uncoded: int
    wordless: int
    cut: int
    folds: int


@dataclass(frozen=True)
class FittedCoder:
    """A coder that people's codes have taught. Never stored: it is fitted again.

    Attributes
    ----------
    themes : tuple of str
        Columns of the marks, in their order.
    account : Account
    held_out : DataFrame
        Wide probabilities of the coded answers, each by members that were not taught its text.
        What `out_of_fold` returns for the same arguments.
    """

    themes: tuple[str, ...]
    account: Account
    held_out: pd.DataFrame = field(repr=False)
    _learned: _Learned | None = field(repr=False)

    def probabilities(
        self, answers: pd.DataFrame, *, hits: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Probability that a person would find each theme in each answer.

        Parameters
        ----------
        answers : DataFrame
            ``answer_id``, ``text``, ``language``. An answer in a language that was never coded is
            read by its sentence vector alone, from which the mean of such answers here is taken.
        hits : DataFrame, optional
            Pattern hits in these answers; needed where the coder was taught with hits.

        Returns
        -------
        DataFrame
            Wide: index ``answer_id`` as given, a column per theme, 0 to 1. NaN in the column of a
            theme that was not learned. 0 for an answer without a visible character.

        Raises
        ------
        AnswerError
            When answers are not as they must be, or hits are needed and not given, or not needed.
        """
        rows = rows_of(answers)
        found = np.full((len(rows.ids), len(self.themes)), np.nan)
        if self._learned is not None and len(rows.ids):
            with one_thread():
                found[:, self._learned.places] = self._learned.read(rows, hits)
        return _wide(found, rows, self.themes).reindex(list(answers["answer_id"]))

    def reading(self, answers: pd.DataFrame) -> pd.DataFrame:
        """Tell how answers of each language are read.

        Parameters
        ----------
        answers : DataFrame
            ``answer_id``, ``text``, ``language``.

        Returns
        -------
        DataFrame
            Per language of the answers: ``language``, ``n_answers``, ``n_coded`` (at the fit),
            ``reads`` (``words and vectors``, ``vectors``, ``words`` or ``nothing``), ``mean``
            (where the mean taken from the vectors comes from: ``coded answers``,
            ``these answers``, or nothing where there are no vectors).
        """
        rows = rows_of(answers)
        lines = []
        for language in sorted(set(rows.languages)):
            reads, mean = ("nothing", "") if self._learned is None else self._learned.told(language)
            coded = self.account.by_language.get(language, 0)
            lines.append((language, rows.languages.count(language), coded, reads, mean))
        return pd.DataFrame(lines, columns=list(_READING))


@dataclass(frozen=True)
class _Learned:
    """Members and their combination; ``places`` are the columns of the themes they know."""

    places: Ints
    members: tuple[Member, ...]
    combination: Combination
    counts: Counts
    hit_themes: tuple[str, ...]

    def read(self, rows: Rows, hits: pd.DataFrame | None) -> Floats:
        """Probabilities of the themes learned, shape (answers, themes learned)."""
        fires = _fires(hits, rows, self.hit_themes)
        semantic = isinstance(self.members[0], VectorMember)
        vectors = sentence.encode(rows.texts) if semantic else None
        seen = Seen(rows, self.counts.of(rows.folded), vectors, fires)
        found = self.combination.probabilities(scores_of(self.members, seen), rows.languages)
        return np.where(rows.worded[:, None], found[:, : len(self.places)], 0.0)

    def told(self, language: str) -> tuple[str, str]:
        """What is read in a language, and where the mean comes from."""
        first = self.members[0]
        if not isinstance(first, VectorMember):
            return "words", ""
        mean = "coded answers" if language in first.centre.means else "these answers"
        fluent = language in self.combination.fluent
        return ("words and vectors" if fluent else "vectors"), mean


def fit(
    answers: pd.DataFrame,
    marks: pd.DataFrame,
    *,
    exclusive: bool = False,
    seed: int = 0,
    hits: pd.DataFrame | None = None,
    groups: pd.Series | None = None,
    folds: int = FOLDS,
    semantic: bool | None = None,
) -> FittedCoder:
    """Learn from what people coded, across waves and languages.

    A logistic regression per theme on TF-IDF of words and letters, another on sentence vectors
    with each language's mean taken away; both are combined and calibrated on held-out answers
    (`msfresearch.themes.coder.calibration.calibrate`).

    Parameters
    ----------
    answers : DataFrame
        ``answer_id``, ``text``, ``language``; also answers that nobody coded.
    marks : DataFrame
        Wide: index ``answer_id``, a column per theme, 1, 0 or NaN where no person coded.
    exclusive : bool
        Whether an answer carries one theme at most: then its probabilities sum to 1 or less.
    seed : int
        Of the folds.
    hits : DataFrame, optional
        Pattern hits (`msfresearch.themes.schemas.HITS`) as further features.
    groups : Series, optional
        Index ``answer_id``: answers held out together, such as those of a member, beside those of
        the same text.
    folds : int
        Parts that are held out in turn.
    semantic : bool, optional
        Whether to read sentence vectors; without it, where the extra ``semantic`` is installed.

    Returns
    -------
    FittedCoder
        The same to the byte whatever the order of the rows and the number of threads. With no
        coded answers it knows no theme, and says so.

    Raises
    ------
    AnswerError
        When answers, marks or groups do not fit together.
    StageError
        When ``semantic`` is asked for and the extra is not installed.
    """
    rows = rows_of(answers)
    themes = tuple(map(str, marks.columns))
    placed = marks_of(marks, rows, exclusive=exclusive)
    coded = ~np.isnan(placed).all(axis=1)
    taught = coded & rows.worded
    reads = sentence.available() if semantic is None else semantic
    own, values = rows.where(taught), placed[taught]
    untrained = _untrained(themes, own, values)
    places = np.array([at for at, name in enumerate(themes) if name not in untrained], dtype=int)
    held_out = np.full(placed.shape, np.nan)
    held_out[coded] = 0.0
    held_out[taught] = np.nan
    learned, n_folds = None, 0
    if len(places):
        targets = _targets(values, places, own, exclusive=exclusive)
        hit_themes = () if hits is None else themes
        with one_thread():
            vectors = sentence.encode(own.texts) if reads else None
            seen = Seen(own, count(own.folded), vectors, _fires(hits, own, hit_themes))
            together = None if groups is None else _groups(groups, own)
            fold_of = assign_folds(own.folded, targets, groups=together, folds=folds, seed=seed)
            n_folds = int(fold_of.max()) + 1
            combination, found = _held_out(seen, targets, fold_of, exclusive=exclusive)
            members = teach(seen, targets)
        learned = _Learned(places, members, combination, seen.counts.without_rows(), hit_themes)
        held_out[np.ix_(taught, places)] = found[:, : len(places)]
    held_out[:, [at for at, name in enumerate(themes) if name in untrained]] = np.nan
    account = Account(
        coded=int(taught.sum()),
        texts=len(set(own.folded)),
        by_language={name: own.languages.count(name) for name in sorted(set(own.languages))},
        untrained=untrained,
        lacks=() if reads else (LACK,),
        uncoded=int((~coded).sum()),
        wordless=int((coded & ~rows.worded).sum()),
        cut=sum(len(text) > sentence.LONGEST for text in own.texts) if reads else 0,
        folds=n_folds,
    )
    by_people = set(np.array(rows.ids, dtype=object)[coded])
    order = [answer_id for answer_id in answers["answer_id"] if answer_id in by_people]
    return FittedCoder(themes, account, _wide(held_out, rows, themes).reindex(order), learned)


def out_of_fold(
    answers: pd.DataFrame,
    marks: pd.DataFrame,
    *,
    groups: pd.Series | None = None,
    folds: int = FOLDS,
    exclusive: bool = False,
    seed: int = 0,
    hits: pd.DataFrame | None = None,
    semantic: bool | None = None,
) -> pd.DataFrame:
    """Probabilities of coded answers, each by a coder that was not taught its text or group.

    Members never saw the fold's texts and groups; the calibration of a fold is fitted on the
    held-out scores of the other folds. See `fit` for the parameters.

    Returns
    -------
    DataFrame
        Wide: index ``answer_id`` of the coded answers in the order of ``answers``. NaN where a
        theme was not learned, or not without the fold; 0 for an answer without a visible
        character.
    """
    return fit(
        answers,
        marks,
        exclusive=exclusive,
        seed=seed,
        hits=hits,
        groups=groups,
        folds=folds,
        semantic=semantic,
    ).held_out


def _held_out(
    seen: Seen, targets: Floats, fold_of: Ints, *, exclusive: bool
) -> tuple[Combination, Floats]:
    """Combination learned from every held-out score, and probabilities of the held-out answers."""
    texts, languages = seen.rows.folded, seen.rows.languages
    fluent = fluent_in(languages, texts)
    parts = [training_rows(texts, fold_of, fold) for fold in range(int(fold_of.max()) + 1)]
    n_members = 1 if seen.vectors is None else 2
    scores = np.full((n_members, *targets.shape), np.nan)
    for fold, part in enumerate(parts):
        held = fold_of == fold
        members = teach(seen.where(part), targets[part])
        scores[:, held] = scores_of(members, seen.where(held))
    found = np.full(targets.shape, np.nan)
    for fold, part in enumerate(parts):
        held = fold_of == fold
        spoken = seen.rows.where(part).languages
        own = combine(scores[:, part], targets[part], spoken, fluent, exclusive=exclusive)
        found[held] = own.probabilities(scores[:, held], seen.rows.where(held).languages)
    return combine(scores, targets, languages, fluent, exclusive=exclusive), found


def _untrained(themes: tuple[str, ...], rows: Rows, marks: Floats) -> dict[str, str]:
    """Themes that too few different texts carry, or that too few do not, with the reason."""
    reasons = {}
    for at, theme in enumerate(themes):
        for mark, verb in ((1, "carry"), (0, "do not carry")):
            texts = {rows.folded[row] for row in np.flatnonzero(marks[:, at] == mark)}
            if len(texts) < MIN_TEXTS:
                reasons[theme] = f"{len(texts)} different texts {verb} it, of {MIN_TEXTS} needed"
                break
    return reasons


def _targets(marks: Floats, places: Ints, rows: Rows, *, exclusive: bool) -> Floats:
    """Marks of the themes to learn; in an exclusive frame, what is none of them is a theme too."""
    wanted = marks[:, places]
    if not exclusive:
        return wanted
    nothing = np.where(np.isnan(wanted).any(axis=1), np.nan, 1.0)
    nothing[(wanted == 1).any(axis=1)] = 0.0
    if len({rows.folded[row] for row in np.flatnonzero(nothing == 1)}) < MIN_TEXTS:
        return wanted
    return np.column_stack([wanted, nothing])


def _fires(hits: pd.DataFrame | None, rows: Rows, themes: tuple[str, ...]) -> Floats:
    if (hits is None) == bool(themes):
        raise AnswerError(
            "a coder reads pattern hits always or never",
            found="hits" if themes == () else "no hits",
            expected="what it was taught with",
            action="match the answers with the same codebook" if themes else "leave the hits out",
        )
    return np.zeros((len(rows.ids), 0)) if hits is None else fired(hits, rows, themes)


def _groups(groups: pd.Series, rows: Rows) -> list[Hashable]:
    lost = [answer_id for answer_id in rows.ids if answer_id not in groups.index]
    if lost or not groups.index.is_unique or groups.isna().any():
        raise AnswerError(
            "groups do not say to which each coded answer belongs",
            column="answer_id",
            found=f"{len(lost)} answers without a group" if lost else "a repeated or missing value",
            expected="one group per answer_id",
        )
    of = groups.to_dict()
    return [of[answer_id] for answer_id in rows.ids]


def _wide(values: Floats, rows: Rows, themes: tuple[str, ...]) -> pd.DataFrame:
    index = pd.Index(rows.ids, name="answer_id", dtype="str")
    return pd.DataFrame(values, index=index, columns=list(themes))
