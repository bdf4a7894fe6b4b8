"""From coders' decisions to one: what they agree on, and what the adjudicator decided.

The adjudicator sees the decisions that differ as A, B, …, in an order that changes from answer to
answer, so that no coder is believed for his name. What nobody has decided between is no gold.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa

from msfresearch.errors import AnswerError
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.keyed import number
from msfresearch.themes.desk.log import ADJUDICATOR, DRAWS, RANDOM, codings, decisions
from msfresearch.themes.desk.sheet import Sheet, make_sheet
from msfresearch.themes.desk.words import check_language, word

HOW = ("adjudicated", "agreed", "single", "open")
STANDING = pa.DataFrameSchema(
    {
        "answer_id": pa.Column(str, unique=True),
        "how": pa.Column(str, pa.Check.isin(HOW)),
        "draw": pa.Column(str, pa.Check.isin(DRAWS)),
        "n_coders": pa.Column(int, pa.Check.ge(0)),
    },
    strict=True,
)


@dataclass(frozen=True)
class Gold:
    """The decisions that count.

    Attributes
    ----------
    marks : DataFrame of float
        Index ``answer_id``, one column per theme in codebook order, 1 and 0, NaN where the
        theme was not asked; answers that are open are not there.
    answers : DataFrame
        As ``STANDING``, every answer that anyone decided on, by id: ``how`` it came to its marks
        (adjudicated; agreed by all of its coders; single, where only one coded it; open, where
        they differ), ``draw`` (random where any coder had it from the random draw), ``n_coders``
        (the adjudicator not counted).
    """

    marks: pd.DataFrame
    answers: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Answers by how they came to their marks; the open ones have none."""
        found = self.answers["how"].value_counts()
        return {how: int(found.get(how, 0)) for how in HOW}


def gold(
    log: pd.DataFrame, codebook: Codebook, asked: Mapping[str, Collection[str]] | None = None
) -> Gold:
    """Take the decisions that count out of the log.

    A theme is there if it was coded for the whole answer or any span of it. Coders agree where
    they coded the same themes, those that the frame no longer has included.

    Parameters
    ----------
    log : DataFrame
        As ``LOG``.
    codebook : Codebook
        Gives the columns.
    asked : mapping, optional
        Version of the frame to the ids of its themes. A theme that a version of the decisions did
        not have was not decided on: NaN. A version that is not named counts as having all themes.

    Returns
    -------
    Gold
    """
    themes = list(codebook.themes)
    place = {theme: at for at, theme in enumerate(themes)}
    rows: list[tuple[str, str, str, int]] = []
    kept: list[tuple[str, frozenset[str]]] = []
    draws = _draws(log)
    for answer_id, said in _sets(log).items():
        people = [coder for coder in said if coder != ADJUDICATOR]
        sets = {said[coder] for coder in people}
        if ADJUDICATOR in said:
            how, codes = "adjudicated", said[ADJUDICATOR]
        elif len(sets) == 1:
            how, codes = ("agreed" if len(people) > 1 else "single"), sets.pop()
        else:
            how, codes = "open", frozenset()
        rows.append((answer_id, how, draws[answer_id], len(people)))
        if how != "open":
            kept.append((answer_id, codes))
    wide = np.zeros((len(kept), len(themes)))
    for at, (_, codes) in enumerate(kept):
        wide[at, [place[theme] for theme in codes if theme in place]] = 1.0
    if asked is not None:
        versions = _versions(log)
        for at, (answer_id, codes) in enumerate(kept):
            unasked = {
                theme
                for version in versions[answer_id]
                if version in asked
                for theme in themes
                if theme not in asked[version]
            }
            wide[at, [place[theme] for theme in unasked - codes]] = np.nan
    index = pd.Index([answer_id for answer_id, _ in kept], name="answer_id", dtype="str")
    answers = pd.DataFrame(rows, columns=list(STANDING.columns)).astype(
        {"answer_id": "str", "how": "str", "draw": "str", "n_coders": "int64"}
    )
    return Gold(
        pd.DataFrame(wide, index=index, columns=pd.Index(themes, name="theme")),
        STANDING.validate(answers),
    )


def adjudication_sheet(
    answers: pd.DataFrame,
    codebook: Codebook,
    log: pd.DataFrame,
    *,
    wave: str,
    seed: str,
    lang: str,
) -> Sheet:
    """A sheet with the answers on which coders differ; `collect` takes it back.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id``, ``text``, ``language``.
    codebook : Codebook
        The frame.
    log : DataFrame
        As ``LOG``.
    wave : str
        The wave's id.
    seed : str
        Key of the order in which an answer's decisions are shown.
    lang : str
        Language of the sheet.

    Returns
    -------
    Sheet
        Open disagreements only: what was adjudicated is not asked again.

    Raises
    ------
    AnswerError
        When nothing is open, or an open answer is not among the answers.
    """
    check_language(lang)
    said = _sets(log)
    standing = gold(log, codebook).answers
    open_ = standing.loc[standing["how"] == "open", "answer_id"].tolist()
    absent = set(open_) - set(answers["answer_id"])
    if absent or not open_:
        raise AnswerError(
            "nothing to adjudicate" if not open_ else "answers to adjudicate are not here",
            column="answer_id",
            found=f"{len(absent)} of {len(open_)} open disagreements are not among the answers",
            expected="open disagreements about these answers",
            action="collect the coders' sheets first" if not open_ else "give the wave's answers",
        )
    shown = {}
    for answer_id in open_:
        coders = [coder for coder in said[answer_id] if coder != ADJUDICATOR]
        order = sorted(coders, key=lambda coder: number(seed, "shown", answer_id, coder))
        shown[answer_id] = [_words(said[answer_id][coder], codebook, lang) for coder in order]
    return make_sheet(
        answers[answers["answer_id"].isin(open_)],
        codebook,
        wave=wave,
        coder=ADJUDICATOR,
        draw="adjudication",
        seed=seed,
        lang=lang,
        shown=shown,
    )


def _words(codes: frozenset[str], codebook: Codebook, lang: str) -> str:
    """A decision in words: labels in codebook order, then ids the frame does not have."""
    known = [theme for theme in codebook.themes if theme in codes]
    gone = sorted(codes - set(known))
    names = [codebook.themes[theme].labels[lang] for theme in known]
    return "\n".join([*names, *(f"[{theme}]" for theme in gone)]) or word("none", lang)


def _sets(log: pd.DataFrame) -> dict[str, dict[str, frozenset[str]]]:
    """Answer to coder to the themes of the latest decision, by answer and coder."""
    latest = decisions(log)
    coded: dict[tuple[str, str], set[str]] = {}
    for row in codings(log).itertuples(index=False):
        coded.setdefault((str(row.answer_id), str(row.coder)), set()).add(str(row.theme))
    found: dict[str, dict[str, frozenset[str]]] = {}
    for answer_id, coder in zip(latest["answer_id"], latest["coder"], strict=True):
        found.setdefault(answer_id, {})[coder] = frozenset(coded.get((answer_id, coder), ()))
    return found


def _versions(log: pd.DataFrame) -> dict[str, set[str]]:
    """Answer to the versions of the frame under which it was decided on; the adjudicator's alone.

    Where nobody adjudicated, what one coder was not asked the coders did not decide together.
    """
    latest = decisions(log)
    settled = set(latest.loc[latest["coder"] == ADJUDICATOR, "answer_id"])
    found: dict[str, set[str]] = {}
    for row in latest.itertuples(index=False):
        if row.answer_id not in settled or row.coder == ADJUDICATOR:
            found.setdefault(str(row.answer_id), set()).add(str(row.codebook))
    return found


def _draws(log: pd.DataFrame) -> Mapping[str, str]:
    """Answer to its draw: random before chosen before imported, adjudication where alone."""
    rank = {RANDOM: 0, "chosen": 1, "imported": 2, "adjudication": 3}
    latest = decisions(log)
    found: dict[str, str] = {}
    for answer_id, draw in zip(latest["answer_id"], latest["draw"], strict=True):
        found[answer_id] = min(draw, found.get(answer_id, draw), key=rank.__getitem__)
    return found
