"""What stands beside a hit: exceptions that cancel it, neighbours it needs, negators before it.

A sentence ends at each of ``. ! ? ; : …`` and at each line break, wherever it stands, and with the
answer: a rule that anybody can check by eye. It ends too early in ``3.5`` or after ``e.g.``; then
a negator or a neighbour beyond that place does not count.

Words between two phrases are the words that begin after the one and before the other. A neighbour
or a negator overlaps no hit that it belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from msfresearch.themes.matching.letters import Places, Row
from msfresearch.themes.matching.lookup import Flags, Found, Lists, Lookup
from msfresearch.themes.matching.rules import Phrase, Rule

_NONE = -1


class Conditions:
    """What the rules of a frame demand of the words beside their hits.

    The phrases of conditions are far more frequent than those of patterns (think of ``no``), and
    few texts hold a pattern with conditions. So these have a lookup of their own, and only such
    texts are read by it.

    Parameters
    ----------
    rules : sequence of Rule
        All rules, by rank.
    negators : dict of tuple of Phrase
        Per language.
    negation_within : int
        Words that may lie between a negator and a hit.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        negators: dict[str, tuple[Phrase, ...]],
        negation_within: int,
    ) -> None:
        sets: dict[tuple[Phrase, ...], int] = {}
        self._not = _set_of([rule.exceptions for rule in rules], sets)
        self._near = _set_of([rule.near for rule in rules], sets)
        self._within = np.array([rule.within for rule in rules], dtype=np.int64)
        negation = [() if rule.negation == "ignore" else negators[rule.language] for rule in rules]
        self._negation = _set_of(negation, sets)
        self._negation_within = negation_within
        self._require = np.array([rule.negation == "require" for rule in rules], dtype=bool)
        self._any = (self._not != _NONE) | (self._near != _NONE) | (self._negation != _NONE)
        phrases = {phrase: at for at, phrase in enumerate(dict.fromkeys(chain(*sets)))}
        member: list[list[int]] = [[] for _ in phrases]
        for number, one in enumerate(sets):
            for phrase in one:
                member[phrases[phrase]].append(number)
        self._sets = Lists(member)
        self._n_sets = len(sets)
        self._lookup = Lookup(list(phrases))

    def hold(
        self, rule: Places, start: Places, end: Places, row: Row, texts: Sequence[str]
    ) -> Flags:
        """Tell for each place where a rule fires whether the words beside it let it.

        Parameters
        ----------
        rule, start, end : array of int
            The rule and its place in the folded texts.
        row : Row
            The texts.
        texts : sequence of str
            What the row was written from.

        Returns
        -------
        array of bool
        """
        hold = np.ones(len(rule), dtype=bool)
        asked = np.flatnonzero(self._any[rule])
        if not len(asked):
            return hold
        text = row.text_at(start[asked])
        chosen, of = np.unique(text, return_inverse=True)
        some = [texts[at] for at in chosen.tolist()]
        part = self._lookup.letters.row(some)
        found = self._lookup.find(part, some)
        others = _Others.of(found, self._sets, self._wanted(rule[asked]), part)
        shift = part.texts[of] - row.texts[text]
        hold[asked] = self._hold(rule[asked], start[asked] + shift, end[asked] + shift, others)
        return hold

    def _wanted(self, rule: Places) -> Flags:
        """Which sets these rules ask for."""
        # One more than there are sets: the last one takes those that are none.
        wanted = np.zeros(self._n_sets + 1, dtype=bool)
        for sets in (self._not, self._near, self._negation):
            wanted[sets[rule]] = True
        return wanted

    def _hold(self, rule: Places, start: Places, end: Places, others: _Others) -> Flags:
        hold = np.ones(len(rule), dtype=bool)
        asked = np.flatnonzero(self._not[rule] != _NONE)
        hold[asked] = ~others.overlap(self._not[rule[asked]], start[asked], end[asked])
        asked = np.flatnonzero(hold & (self._near[rule] != _NONE))
        sets, within = self._near[rule[asked]], self._within[rule[asked]]
        hold[asked] = others.before(sets, start[asked], within)
        hold[asked] |= others.after(sets, end[asked], within)
        asked = np.flatnonzero(hold & (self._negation[rule] != _NONE))
        within = np.full(len(asked), self._negation_within)
        negated = others.before(self._negation[rule[asked]], start[asked], within)
        hold[asked] = negated == self._require[rule[asked]]
        return hold


def _set_of(wanted: Sequence[tuple[Phrase, ...]], sets: dict[tuple[Phrase, ...], int]) -> Places:
    """Number of each set of phrases, alike ones together; none for an empty set."""
    numbers = [sets.setdefault(one, len(sets)) if one else _NONE for one in wanted]
    return np.array(numbers, dtype=np.int64)


@dataclass(frozen=True)
class _Others:
    """Places of the phrases of each set, in one order for all: by set, then place.

    A place in a set is one number, ``set * width + place`` with a width beyond every place, so
    that one binary search serves questions about many sets.
    """

    row: Row
    width: int
    starts: Places
    ends: Places
    #: With each of ``starts``, the furthest end of this and those before it in the set.
    reach: Places

    @classmethod
    def of(cls, found: Found, sets: Lists, wanted: Flags, row: Row) -> _Others:
        at, number = sets.of(found.phrase)
        at, number = at[wanted[number]], number[wanted[number]]
        width = int(row.sentence_ends[-1]) + 2
        starts = number * width + found.start[at]
        ends = number * width + found.end[at]
        order = np.argsort(starts, kind="stable")
        reach = np.maximum.accumulate(ends[order])
        return cls(row, width, starts[order], np.sort(ends), reach)

    def overlap(self, sets: Places, start: Places, end: Places) -> Flags:
        """Whether a phrase of the set overlaps the place."""
        last = np.searchsorted(self.starts, sets * self.width + end) - 1
        return (last >= 0) & (self._at(self.reach, last) > sets * self.width + start)

    def before(self, sets: Places, start: Places, within: Places) -> Flags:
        """Whether a phrase of the set ends at most so many words before a place."""
        # The nearest has the fewest words between, and the fewest ends of sentences.
        last = np.searchsorted(self.ends, sets * self.width + start, side="right") - 1
        end = self._at(self.ends, last) - sets * self.width
        return (last >= 0) & (end >= 0) & self._beside(end, start, within)

    def after(self, sets: Places, end: Places, within: Places) -> Flags:
        """Whether a phrase of the set begins at most so many words after a place."""
        first = np.searchsorted(self.starts, sets * self.width + end)
        start = self._at(self.starts, first) - sets * self.width
        there = (first < len(self.starts)) & (start < self.width)
        return there & self._beside(end, start, within)

    def _beside(self, end: Places, start: Places, within: Places) -> Flags:
        words = np.searchsorted(self.row.word_starts, start) - np.searchsorted(
            self.row.word_starts, end
        )
        stops = np.searchsorted(self.row.sentence_ends, start) - np.searchsorted(
            self.row.sentence_ends, end
        )
        beside: Flags = (words <= within) & (stops == 0)
        return beside

    def _at(self, values: Places, places: Places) -> Places:
        """Values at these places; at a place that is none, one that its asker leaves out."""
        if not len(values):
            return np.zeros(len(places), dtype=np.int64)
        return values[np.clip(places, 0, len(values) - 1)]
