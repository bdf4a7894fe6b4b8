"""What the machine decides, what goes to a person, and how much of each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.decision.held_out import check_probabilities, numbered, top_code
from msfresearch.themes.decision.schemas import ALL, COVERAGE, ROUTE
from msfresearch.themes.decision.testing import Bools
from msfresearch.themes.decision.thresholds import Thresholds
from msfresearch.themes.schemas import table


def decide(
    probabilities: pd.DataFrame, thresholds: Thresholds, languages: pd.Series | None = None
) -> pd.DataFrame:
    """Apply thresholds.

    Parameters
    ----------
    probabilities : DataFrame
        Wide: index ``answer_id``, one column per theme of the thresholds in their order, 0 to 1,
        missing where the coder has not learned a theme.
    thresholds : Thresholds
        From `choose`.
    languages : Series, optional
        By ``answer_id``; needed where the thresholds are told per language. An answer in a
        language without thresholds goes to a person.

    Returns
    -------
    DataFrame
        Of the same shape, Int8: 1 where the probability is at least ``hi``, 0 where it is at most
        ``lo``, missing between and without a probability: a person decides. With exclusive codes
        an accepted answer has a 1 at its most probable theme and 0 elsewhere (0 throughout where
        no theme is the most probable), another is missing throughout.

    Raises
    ------
    AnswerError
        When a probability is none, or languages are needed and not all there.
    CodebookError
        When the themes are not those of the thresholds.
    """
    check_probabilities(probabilities)
    if tuple(probabilities.columns) != thresholds.themes:
        raise CodebookError(
            "the thresholds are for other themes",
            found=", ".join(map(str, probabilities.columns)),
            expected=", ".join(thresholds.themes),
            action="choose thresholds for this codebook",
        )
    if thresholds.by_language and languages is None:
        raise AnswerError(
            "the thresholds are told per language, and the answers' languages are not given",
            column="language",
            action="give decide() the language of each answer",
        )
    values = probabilities.to_numpy(dtype=float)
    yes, no = np.zeros(values.shape, dtype=bool), np.zeros(values.shape, dtype=bool)
    first, highest = top_code(values)
    top: Bools = np.asarray(np.arange(values.shape[1]) == first[:, None])
    for language, rows in _by_language(probabilities.index, thresholds, languages):
        chosen = thresholds.table[thresholds.table["language"] == language].set_index("theme")
        if thresholds.exclusive:
            accepted: Bools = np.asarray(highest >= chosen["hi"].to_numpy(dtype=float)[0])
            yes[rows] = (top & accepted[:, None])[rows]
            no[rows] = (~top & accepted[:, None])[rows]
        else:
            bounds = chosen.loc[list(thresholds.themes)]
            yes[rows] = values[rows] >= bounds["hi"].to_numpy()
            no[rows] = values[rows] <= bounds["lo"].to_numpy()
    decided = pd.DataFrame(
        np.where(yes, 1, 0), index=probabilities.index, columns=probabilities.columns
    ).astype("Int8")
    return decided.where(yes | no)


def _by_language(
    ids: pd.Index, thresholds: Thresholds, languages: pd.Series | None
) -> Iterator[tuple[str, Bools]]:
    known = set(thresholds.table["language"])
    named = numbered(languages if thresholds.by_language else None, ids, "language")
    if named is None:
        yield ALL, np.ones(len(ids), dtype=bool)
        return
    for at, language in enumerate(named[1]):
        if language in known:
            yield language, named[0] == at


def coverage(decided: pd.DataFrame, languages: pd.Series | None = None) -> pd.DataFrame:
    """Count what the machine decided and what it left to a person.

    Parameters
    ----------
    decided : DataFrame
        From `decide`.
    languages : Series, optional
        By ``answer_id``; where given, each language is told beside all of them.

    Returns
    -------
    DataFrame
        Per theme and language: ``n_answers``, ``n_yes``, ``n_no``, ``n_person``,
        ``share_automatic`` (0 to 1; missing where there is no answer). The theme ``all`` counts
        whole answers: decided in every theme, with and without a "yes", and those of which a
        person has at least one theme to decide.
    """
    named = numbered(languages, decided.index, "language")
    groups: list[tuple[str, Bools]] = [(ALL, np.ones(len(decided), dtype=bool))]
    if named is not None:
        groups += [(language, named[0] == at) for at, language in enumerate(named[1])]
    missing = np.asarray(decided.isna(), dtype=bool)
    yes = decided.eq(1).fillna(False).to_numpy(dtype=bool)
    whole: Bools = np.asarray(~missing.any(axis=1))
    columns: dict[str, list[object]] = {name: [] for name in COVERAGE.columns}
    with_yes: Bools = np.asarray(whole & yes.any(axis=1))
    for language, rows in groups:
        n = int(rows.sum())
        counted = [
            (theme, int(yes[rows, at].sum()), int(missing[rows, at].sum()))
            for at, theme in enumerate(decided.columns)
        ]
        n_whole = int(whole[rows].sum())
        counted.append((ALL, int(with_yes[rows].sum()), n - n_whole))
        for theme, n_yes, n_person in counted:
            row = {
                "theme": theme,
                "language": language,
                "n_answers": n,
                "n_yes": n_yes,
                "n_no": n - n_yes - n_person,
                "n_person": n_person,
                "share_automatic": (n - n_person) / n if n else float("nan"),
            }
            for column, value in row.items():
                columns[column].append(value)
    return table(COVERAGE, columns)


def to_person(decided: pd.DataFrame) -> pd.DataFrame:
    """List the answers that a person has to look at.

    Parameters
    ----------
    decided : DataFrame
        From `decide`.

    Returns
    -------
    DataFrame
        In the order given: ``answer_id``, ``n_themes`` (left open), ``themes`` (their ids,
        blank-separated).
    """
    missing = np.asarray(decided.isna(), dtype=bool)
    rows = np.nonzero(missing.any(axis=1))[0].tolist()
    names = np.array(decided.columns, dtype=object)
    columns: dict[str, list[object]] = {
        "answer_id": [decided.index[row] for row in rows],
        "n_themes": [int(missing[row].sum()) for row in rows],
        "themes": [" ".join(names[missing[row]]) for row in rows],
    }
    return table(ROUTE, columns)
