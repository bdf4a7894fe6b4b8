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
from msfresearch.themes.coder.model import FOLDS
from msfresearch.themes.decision import Thresholds, choose, coverage, decide
from msfresearch.themes.desk.keyed import number
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
        guessed.loc[gold.index] = gold.where(gold.notna(), guessed.loc[gold.index])
        return guessed

    @cached_property
    def sample(self) -> pd.DataFrame:
        """Wide marks of the answers drawn at random: the only ones that stand for all.

        Where coders differ and nobody has decided between them, the decision of one of them counts,
        drawn by lot: were these answers left out, only the easy ones would stand for all.
        """
        drawn = self.people.gold.answers
        drawn = drawn[drawn["draw"] == RANDOM]
        gold = self.people.gold.marks
        settled = gold[gold.index.isin(set(drawn["answer_id"]))]
        unsettled = drawn.loc[drawn["how"] == "open", "answer_id"]
        if unsettled.empty:
            return settled
        each = {
            name: marks(self.people.holds, self.codebook, name, self.people.asked)
            for name in self.people.coders
            if name != ADJUDICATOR
        }
        rows = [_by_lot(answer_id, each) for answer_id in unsettled]
        lots = pd.DataFrame(rows, index=pd.Index(unsettled, name="answer_id"))
        return pd.concat([settled, lots[list(settled.columns)]]).sort_index()

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
            f"coder {_letters(at)}": wide[wide.index.isin(ids)]
            for at, name in enumerate(names)
            for wide in [marks(self.people.holds, self.codebook, name, self.people.asked)]
        }
        found = []
        if len(by_coder) > 1:
            seen = known.loc[sorted(set().union(*(wide.index for wide in by_coder.values())))]
            found.append(agreement_table(by_coder, seen["language"], seen["member"]))
        if len(self.sample):
            seen = known.loc[self.sample.index]
            for name, guess in self._guesses().items():
                held = agreement_table(
                    {TOGETHER: self.sample[list(guess.columns)], name: guess},
                    seen["language"],
                    seen["member"],
                    machines=[name],
                )
                # What people decided together agrees with itself: those rows would tell nothing.
                found.append(held[held["coders"] != TOGETHER])
        if not found:
            return table(AGREEMENT, {name: [] for name in AGREEMENT.columns})
        return pd.concat(found, ignore_index=True)

    def _guesses(self) -> dict[str, pd.DataFrame]:
        """What each machine says of the sample: patterns, and the themes that the coder learned."""
        guesses = {PATTERNS: self.fired.loc[self.sample.index]}
        if self.probabilities is not None:
            known = self.probabilities.loc[self.sample.index].dropna(axis=1)
            if len(known.columns):
                guesses[LEARNED] = (known >= 0.5).astype("float64")
        return guesses

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
    coder = fit(
        taught.answers,
        taught.marks,
        hits=match(taught.answers, codebook),
        groups=_held_out_together(taught.answers, people, answers),
    )
    mine = answers[["answer_id", "text", "language"]]
    probabilities = coder.probabilities(mine, hits=hits)
    # Of what people coded the machine must not have been taught: these are its held-out guesses.
    held_out = coder.held_out.loc[coder.held_out.index.isin(probabilities.index)]
    probabilities.loc[held_out.index] = held_out
    learned = replace(bare, taught=taught.others, coder=coder, probabilities=probabilities)
    known = answers.set_index("answer_id")
    # Members err alike, so they are the clusters; and coverage is told of all answers, so these are
    # what the promise is about.
    thresholds = choose(
        probabilities,
        learned.sample,
        languages=known["language"],
        clusters=known["member"],
        error=error,
        batch=len(answers),
    )
    decided = decide(probabilities, thresholds, known["language"])
    return replace(learned, thresholds=thresholds, decided=decided)


def _by_lot(answer_id: str, each: Mapping[str, pd.DataFrame]) -> pd.Series[float]:
    """The decision of one of those who decided on an answer, by a lot that stays the same."""
    names = sorted(name for name, wide in each.items() if answer_id in wide.index)
    chosen = names[int(number("unsettled", answer_id) * len(names))]
    return pd.Series(each[chosen].loc[answer_id].squeeze())


def _held_out_together(
    taught: pd.DataFrame, people: People, answers: pd.DataFrame
) -> pd.Series[str] | None:
    """Answers of one member, so that nobody's words tell how well the machine reads the same one.

    Other waves' answers stand alone: their members are not kept. None where so few members were
    coded that to hold one out would leave little to learn from; then answers are held out by text.
    """
    members = answers.set_index("answer_id")["member"]
    if members[people.gold.marks.index].nunique() < FOLDS:
        return None
    ids = pd.Index(taught["answer_id"])
    return ("member " + members).reindex(ids).fillna(ids.to_series())


def _letters(at: int) -> str:
    """A, B, …, Z, AA, AB, … for 0, 1 and so on."""
    before, last = divmod(at, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
