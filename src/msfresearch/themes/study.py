"""A wave's open answers studied whole: patterns, people, the learned coder, and their limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from msfresearch.themes.agreement import agreement_table
from msfresearch.themes.agreement.schemas import AGREEMENT
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.coder import FittedCoder, fit
from msfresearch.themes.decision import Thresholds, choose, coverage, decide
from msfresearch.themes.desk.log import ADJUDICATOR, RANDOM, marks
from msfresearch.themes.matching.matcher import match
from msfresearch.themes.schemas import table
from msfresearch.themes.shares.corrected import corrected_shares
from msfresearch.themes.teaching import People, people_of, teaching

#: What the machines are called in the tables of agreement.
PATTERNS, LEARNED, TOGETHER = "patterns", "learned coder", "people"


@dataclass(frozen=True)
class Study:
    """What is known of a wave's open answers, and by whom.

    Attributes
    ----------
    answers : DataFrame
        Those that belong to a member: ``answer_id``, ``text``, ``language``, ``member``, ….
    codebook : Codebook
        The frame.
    hits : DataFrame
        Where patterns fire.
    people : People
        What people decided.
    taught : mapping
        Other waves that taught the learned coder, with the number of their answers.
    coder : FittedCoder, optional
        The learned coder; None where nobody coded anything.
    probabilities : DataFrame, optional
        Wide, of all answers; of the coded ones by a coder that was not taught them.
    thresholds : Thresholds, optional
        When the learned coder is believed, from the answers of the random draw.
    decided : DataFrame, optional
        Wide, 1, 0, or missing where a person has to decide.
    error : float
        Share of wrong decisions that the reader allows.
    """

    answers: pd.DataFrame
    codebook: Codebook
    hits: pd.DataFrame
    people: People
    taught: Mapping[str, int]
    coder: FittedCoder | None
    probabilities: pd.DataFrame | None
    thresholds: Thresholds | None
    decided: pd.DataFrame | None
    error: float

    @cached_property
    def fired(self) -> pd.DataFrame:
        """Wide: 1 where a pattern of the theme fires, 0 elsewhere."""
        wide = pd.DataFrame(
            0.0, index=pd.Index(self.answers["answer_id"]), columns=list(self.codebook.themes)
        )
        for theme, part in self.hits.groupby("theme", sort=False):
            wide.loc[part["answer_id"].unique(), theme] = 1.0
        return wide

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Wide: the learned coder's probability; where a theme was not learned, the patterns'."""
        if self.probabilities is None:
            return self.fired
        return self.probabilities.where(self.probabilities.notna(), self.fired)

    @cached_property
    def codes(self) -> pd.DataFrame:
        """Wide, 1 and 0: what people decided, elsewhere the machine's best guess."""
        guessed = (self.scores >= 0.5).astype("float64")
        gold = self.people.gold.marks
        guessed.loc[gold.index] = gold
        return guessed

    @cached_property
    def sample(self) -> pd.DataFrame:
        """Wide marks of the answers drawn at random: the only ones that stand for all."""
        drawn = self.people.gold.answers
        ids = set(drawn.loc[drawn["draw"] == RANDOM, "answer_id"])
        gold = self.people.gold.marks
        return gold[gold.index.isin(ids)]

    @cached_property
    def inclusion(self) -> pd.Series[float]:
        """Chance of each answer to be in the coded sample, by language; 0 where none was coded."""
        languages = self.answers.set_index("answer_id")["language"]
        coded = languages[self.sample.index].value_counts()
        shares = (coded / languages.value_counts()).fillna(0.0)
        return languages.map(shares).astype("float64")

    @property
    def unreached(self) -> tuple[str, ...]:
        """Languages of which no answer was coded by people: no corrected share counts them."""
        languages = self.answers.set_index("answer_id")["language"]
        return tuple(sorted(set(languages[self.inclusion == 0])))

    def shares(self, groups: pd.Series[str] | None = None) -> pd.DataFrame:
        """Shares per theme as people would code them; see `corrected_shares`.

        Parameters
        ----------
        groups : Series, optional
            Index ``answer_id``; one group of all by default.
        """
        themes = self.codebook.frame(self.codebook.languages[0])[["family", "theme"]]
        return self._shares(self.scores, self.sample, themes, groups)

    def families(self, groups: pd.Series[str] | None = None) -> pd.DataFrame:
        """Shares of answers with any theme of a family, as `shares` gives them per theme."""
        frame = self.codebook.frame(self.codebook.languages[0])
        of = dict(zip(frame["theme"], frame["family"], strict=True))
        themes = frame[["family"]].drop_duplicates(ignore_index=True)
        return self._shares(
            self.scores.T.groupby(of, sort=False).max().T,
            self.sample.T.groupby(of, sort=False).max().T,
            themes.assign(theme=themes["family"]),
            groups,
        )

    def _shares(
        self,
        scores: pd.DataFrame,
        sample: pd.DataFrame,
        themes: pd.DataFrame,
        groups: pd.Series[str] | None,
    ) -> pd.DataFrame:
        reached = self.inclusion[self.inclusion > 0].index
        if len(reached) == 0:  # nobody coded: the table says so of every theme
            reached, chance = scores.index, pd.Series(1.0, index=scores.index)
        else:
            chance = self.inclusion
        return corrected_shares(
            scores.loc[reached],
            sample,
            themes,
            chance[reached],
            self.answers.set_index("answer_id")["member"][reached],
            None if groups is None else groups[reached],
        )

    def agreement(self) -> pd.DataFrame:
        """Agreement of people with each other, and of the machines with what people decided.

        Over the answers of the random draw; intervals draw members. The machines are held against
        the decisions that count, whoever made them. No rows where nobody coded.

        Returns
        -------
        DataFrame
            As `agreement_table` gives it. Coders are told as ``coder A``, ``coder B``, … .
        """
        known = self.answers.set_index("answer_id")
        drawn = self.people.gold.answers
        ids = set(drawn.loc[drawn["draw"] == RANDOM, "answer_id"])
        names = [name for name in self.people.coders if name != ADJUDICATOR]
        by_coder = {
            f"coder {chr(ord('A') + at)}": wide[wide.index.isin(ids)]
            for at, name in enumerate(names)
            for wide in [marks(self.people.log, self.codebook, name)]
        }
        found = []
        if len(by_coder) > 1:
            seen = known.loc[sorted(set().union(*(wide.index for wide in by_coder.values())))]
            found.append(agreement_table(by_coder, seen["language"], seen["member"]))
        if len(self.sample):
            machines = {PATTERNS: self.fired.loc[self.sample.index]}
            if self.probabilities is not None:
                # Where a theme was not learned the patterns speak for it, as they do elsewhere.
                machines[LEARNED] = (self.scores.loc[self.sample.index] >= 0.5).astype("float64")
            seen = known.loc[self.sample.index]
            found.append(
                agreement_table(
                    {TOGETHER: self.sample, **machines},
                    seen["language"],
                    seen["member"],
                    machines=list(machines),
                )
            )
        if not found:
            return table(AGREEMENT, {name: [] for name in AGREEMENT.columns})
        return pd.concat(found, ignore_index=True)

    def coverage(self) -> pd.DataFrame | None:
        """What the machine decides and what it leaves to people; None where nobody coded."""
        if self.decided is None:
            return None
        return coverage(self.decided, self.answers.set_index("answer_id")["language"])


def study(
    answers: pd.DataFrame,
    codebook: Codebook,
    folder: Path,
    others: Mapping[str, Path],
    *,
    error: float = 0.1,
) -> Study:
    """Study a wave's open answers.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id``, ``text``, ``language``, ``member`` (never missing).
    codebook : Codebook
        The frame.
    folder : Path
        The wave's folder of logs; may be absent.
    others : mapping of wave to Path
        Folders of other waves that may teach the coder.
    error : float
        Share of wrong decisions that the reader allows among those that the machine makes.

    Returns
    -------
    Study
    """
    people = people_of(folder, answers, codebook)
    hits = match(answers, codebook)
    bare = Study(answers, codebook, hits, people, {}, None, None, None, None, error)
    if people.gold.marks.empty:
        return bare
    taught = teaching(people, answers, codebook, others)
    # Patterns are evidence too: the coder weighs their hits beside the words.
    coder = fit(taught.answers, taught.marks, hits=match(taught.answers, codebook))
    mine = answers[["answer_id", "text", "language"]]
    probabilities = coder.probabilities(mine, hits=hits)
    # Of what people coded the machine must not have been taught: these are its held-out guesses.
    held_out = coder.held_out.loc[coder.held_out.index.isin(probabilities.index)]
    probabilities.loc[held_out.index] = held_out
    learned = replace(bare, taught=taught.others, coder=coder, probabilities=probabilities)
    known = answers.set_index("answer_id")
    thresholds = choose(
        learned.scores,
        learned.sample,
        languages=known["language"],
        clusters=known["member"],
        error=error,
        batch=len(answers),
    )
    decided = decide(learned.scores, thresholds, known["language"])
    return replace(learned, thresholds=thresholds, decided=decided)
