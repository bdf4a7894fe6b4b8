"""Words and letters of an answer as weights: TF-IDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from msfresearch.themes.coder.arrays import Bools, Floats

WORDS_IN_A_ROW = (1, 2)
LETTERS_IN_A_ROW = (3, 5)


@dataclass(frozen=True)
class Counts:
    """How often each word, pair of words and run of letters stands in each text.

    Attributes
    ----------
    blocks : tuple of sparse array
        Counts of words, and of runs of letters within words; one row per text.
    counters : tuple
        What counts the same terms in other texts, one per block.
    """

    blocks: tuple[Any, ...]
    counters: tuple[Any, ...] = field(repr=False)

    def of(self, texts: Sequence[str]) -> Counts:
        """Count the terms of these counts in other texts; their other words are not counted."""
        blocks = tuple(counter.transform(texts) for counter in self.counters)
        return Counts(blocks, self.counters)

    def rows(self, chosen: Bools) -> Counts:
        """Counts of some of the texts."""
        return Counts(tuple(block[chosen] for block in self.blocks), self.counters)

    def without_rows(self) -> Counts:
        """Counts of no text, to count the same terms elsewhere."""
        return self.rows(np.zeros(self.blocks[0].shape[0], dtype=bool))


def count(texts: Sequence[str]) -> Counts:
    """Count words and runs of letters.

    Parameters
    ----------
    texts : sequence of str
        Folded texts, lone surrogates and NUL included.

    Returns
    -------
    Counts
        Terms in alphabetical order: the same whatever the order of the texts.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    counters = []
    blocks = []
    for options in (
        {"ngram_range": WORDS_IN_A_ROW, "token_pattern": r"(?u)\b\w+\b"},
        {"ngram_range": LETTERS_IN_A_ROW, "analyzer": "char_wb"},
    ):
        counter = CountVectorizer(lowercase=False, dtype=np.float64, **options)
        try:
            blocks.append(counter.fit_transform(texts))
        except ValueError:  # the library's word for texts without a single term
            counter = CountVectorizer(lowercase=False, dtype=np.float64, vocabulary={"": 0})
            blocks.append(counter.transform(texts))
        counters.append(counter)
    return Counts(tuple(blocks), tuple(counters))


@dataclass(frozen=True)
class Weights:
    """Inverse document frequencies of the terms that some texts have.

    A term of no such text has the weight 0.
    """

    frequencies: tuple[Floats, ...]

    def apply(self, counts: Counts) -> Any:
        """Weigh counts: ``(1 + log count) * idf``, each block scaled to length 1 per text.

        Returns
        -------
        sparse array, shape (texts, terms)
        """
        from scipy import sparse
        from sklearn.preprocessing import normalize

        weighed = []
        for block, idf in zip(counts.blocks, self.frequencies, strict=True):
            values = block.copy()
            values.data = (1 + np.log(values.data)) * idf[values.indices]
            values.eliminate_zeros()
            weighed.append(normalize(values, copy=False))
        return sparse.hstack(weighed, format="csr")


def weigh(counts: Counts) -> Weights:
    """Learn the weights from texts: ``log((1 + n) / (1 + df)) + 1`` (Salton; scikit-learn)."""
    frequencies = []
    for block in counts.blocks:
        n_texts = block.shape[0]
        texts_with = np.bincount(block.indices, minlength=block.shape[1])
        idf = np.log((1 + n_texts) / (1 + texts_with)) + 1
        frequencies.append(np.where(texts_with > 0, idf, 0.0))
    return Weights(tuple(frequencies))
