"""In which language an open answer is written, beside the language of the form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

import numpy as np
import pandas as pd
import pandera.pandas as pa
from numpy.typing import NDArray

from msfresearch.survey.contacts import MASKS
from msfresearch.survey.source import Language

#: A text with fewer letters is not judged, nor one that is less likely to be in its language.
FEWEST_LETTERS = 20
LEAST_PROBABLE = 0.8
#: Characters after which a text is not read on.
_ENOUGH = 120
#: Texts that are read side by side.
_BATCH = 8192
FORM_LANGUAGES: tuple[str, ...] = get_args(Language)
#: Languages of the partnership's members, and their neighbours that are taken for one of the three.
_CANDIDATES = (
    "ar az bg bs ca cs da de el en es et fa fi fr ga gl he hr hu hy id it ja ka ko ky lt lv mk mn "
    "ms mt ne nl nn no pl ps pt ro ru si sk sl sq sr sv sw ta tl tr uk ur vi zh"
)
_NO_WORDS = re.compile(
    "|".join([r"[a-z]{2,10}://\S+", r"www\.\S+", "<[^<>]{0,200}>", *map(re.escape, MASKS.values())])
)
DETECTED = pa.DataFrameSchema(
    {
        "stated": pa.Column(str),
        "detected": pa.Column(str),
        "written": pa.Column(str),
        "sure": pa.Column(bool),
    },
    strict=True,
)


def detect(texts: pd.Series[Any], stated: pd.Series[Any]) -> pd.DataFrame:
    """Tell the language of texts, where they are long enough to tell it.

    Offline, by py3langid (Lui and Baldwin 2012: naive Bayes over sequences of bytes), among the
    languages of the partnership's members. A text is judged from 20 letters on, and when its
    language has a probability of 0.8 or more; addresses and masks are no part of it.

    Measured on 64,417 texts whose language is known: comments of Madrid (es) and Lille (fr),
    justifications of the Open Data Barometer (en), SIB-200 sentences (en, es, fr), and beginnings
    of all of them, cut at 10 to 100 characters. "Right" is without the two bounds, the other
    columns with them:

    ===========  =======  ======  =============
    letters      right    sure    right if sure
    ===========  =======  ======  =============
    under 10     .55      not     judged
    10 to 19     .85      not     judged
    20 to 29     .959     .671    .9999
    30 to 39     .981     .792    .9998
    40 to 59     .996     .927    .9999
    60 to 99     .9995    .990    .9998
    100 to 199   1.000    .996    1.000
    200 and on   .999     .997    .9997
    ===========  =======  ======  =============

    The comments of Madrid are sure in 92% and never wrong then, those of Lille in 95% and never
    wrong, the justifications in 98%, with one wrong. Of 36,956 sure answers 6 are in another
    language than they should; five of these are French words quoted in English. How sure it is of
    other languages than the three was not measured.

    Parameters
    ----------
    texts : Series of str
        What a respondent wrote; "" for nothing.
    stated : Series of str
        The language of the form, "" where unknown; the same index.

    Returns
    -------
    DataFrame
        ``stated``; ``detected`` (ISO 639, "" for a text that is too short to be judged);
        ``sure``; ``written``: what was detected, if that is sure and one of en, es and fr, else
        what was stated. The index of ``texts``.
    """
    place, distinct = pd.factorize(texts)
    language, probability = classify([_words(text) for text in distinct])
    detected = pd.Series(np.array(language, dtype="object")[place], index=texts.index, dtype="str")
    sure = pd.Series(probability[place] >= LEAST_PROBABLE, index=texts.index)
    written = stated.mask(sure & detected.isin(FORM_LANGUAGES), detected)
    return DETECTED.validate(
        pd.DataFrame(
            {
                "stated": stated.astype("str"),
                "detected": detected.astype("str"),
                "written": written.astype("str"),
                "sure": sure,
            },
            index=texts.index,
        )
    )


def _words(text: str) -> str:
    """What of a text is read; "" if it has too few letters to be judged."""
    words = text[: 4 * _ENOUGH]
    if any(sign in words for sign in ("://", "www.", "<", "[")):
        words = _NO_WORDS.sub(" ", words)
    words = words[:_ENOUGH]
    # Capitals alone are other bytes than the model learned most of its words by.
    words = words.lower() if sum(map(str.isupper, words)) > sum(map(str.islower, words)) else words
    return words if sum(map(str.isalpha, words)) >= FEWEST_LETTERS else ""


def classify(texts: Sequence[str]) -> tuple[list[str], NDArray[np.float64]]:
    """Language and probability of each text, all of them at once; "" and 0 for an empty one.

    The same as py3langid's ``classify`` one by one, which would take most of the time of a
    large wave: its automaton is run over all the texts side by side, a byte at a time. It reads
    the model's own tables; a test holds the two to the same answers.
    """
    from scipy.sparse import coo_array

    model = _model()
    languages = [""] * len(texts)
    probability = np.zeros(len(texts))
    asked = np.flatnonzero([bool(text) for text in texts])
    for start in range(0, len(asked), _BATCH):
        batch = asked[start : start + _BATCH]
        encoded = [model.encode(texts[n]) for n in batch]
        row, feature = _features(encoded, model)
        shape = (len(batch), len(model.weights))
        # Adding up entries of one place counts how often a feature occurs in a text.
        counts = coo_array(
            (np.ones(len(row), dtype="float32"), (row, feature)), shape=shape
        ).tocsr()
        counts.data = np.log1p(counts.data)
        scores = counts @ model.weights
        # A text in which nothing is known is as likely in one language as in another.
        scores += np.where(np.diff(counts.indptr)[:, None] > 0, model.prior, 0)
        scores /= np.sqrt([[len(one)] for one in encoded])
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        for first, alias in model.aliases:
            likely[:, first] += likely[:, alias]
            likely[:, alias] = 0
        best = likely.argmax(axis=1)
        probability[batch] = likely[np.arange(len(batch)), best]
        for n, one in zip(batch, best, strict=True):
            languages[n] = model.languages[one]
    return languages, probability


def _features(encoded: list[bytes], model: _Model) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Text and feature, once for every time that a feature ends at some byte of a text."""
    lengths = np.array([len(one) for one in encoded])
    padded = np.zeros((len(encoded), int(lengths.max())), dtype="uint8")
    for n, one in enumerate(encoded):
        padded[n, : len(one)] = np.frombuffer(one, dtype="uint8")
    state = np.zeros(len(encoded), dtype="int64")
    rows: list[NDArray[np.intp]] = []
    features: list[NDArray[np.intp]] = []
    for place in range(padded.shape[1]):
        state = model.next_state[model.base[state] + padded[:, place]].astype("int64")
        feature = model.feature[state]
        here = np.flatnonzero((feature >= 0) & (place < lengths))
        rows.append(here)
        features.append(feature[here])
    return np.concatenate(rows), np.concatenate(features)


@dataclass(frozen=True)
class _Model:
    """The tables of py3langid: an automaton over bytes, and weights of features by language."""

    encode: Callable[[str], bytes]
    next_state: NDArray[Any]
    base: NDArray[np.int64]
    feature: NDArray[np.intp]
    weights: NDArray[np.float32]
    prior: NDArray[np.float32]
    languages: tuple[str, ...]
    aliases: tuple[tuple[int, int], ...]


@cache
def _model() -> _Model:
    """The model, read once."""
    one = identifier()
    return _Model(
        one._encode,
        np.asarray(one.tk_nextmove),
        np.asarray(one._rowbase, dtype="int64"),
        np.asarray(one.tk_output, dtype="intp"),
        np.asarray(one.nb_ptc, dtype="float32"),
        np.asarray(one.nb_pc, dtype="float32"),
        tuple(one.nb_classes),
        tuple(one._alias_pairs),
    )


@cache
def identifier() -> Any:
    """py3langid's own identifier, restricted to the languages of the partnership's members."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages(_CANDIDATES.split())
    return found


def joined(texts: pd.DataFrame) -> pd.Series[Any]:
    """Everything that a respondent wrote, one answer per line."""
    columns: Iterable[list[str]] = (texts[name].tolist() for name in texts.columns)
    rows = zip(*columns, strict=True) if len(texts.columns) else (("",) for _ in texts.index)
    return pd.Series(
        ["\n".join(one for one in row if one) for row in rows], index=texts.index, dtype="str"
    )
