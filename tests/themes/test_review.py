"""What the review of the frame says its patterns find in public texts is what they find."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from msfresearch.themes import Codebook, match
from tests.themes.conftest import CORPORA

#: As the review names a corpus, and as the texts here are named.
WAVES = {"odb-2014": "odb", "madrid-2019": "madrid", "lille-2019": "lille"}
KEY = ["theme", "language", "pattern", "corpus"]
COUNTS = ["hits", "answers"]


@pytest.fixture(scope="session")
def review(home: Path) -> pd.DataFrame:
    return pd.read_csv(home / "codebook" / "themes-review.csv", dtype="str", keep_default_na=False)


def numbers(column: pd.Series) -> pd.Series:
    """Whole numbers; a pattern of which no hit was read has none."""
    assert column.str.fullmatch(r"[0-9]*").all()
    return pd.to_numeric(column.replace("", "0")).astype("int64")


def test_every_row_is_of_a_pattern_of_the_frame(review: pd.DataFrame, codebook: Codebook) -> None:
    known = {
        (theme_id, language, pattern.pattern)
        for theme_id, theme in codebook.themes.items()
        for language, patterns in theme.patterns.items()
        for pattern in patterns
    }
    rows = set(review[["theme", "language", "pattern"]].itertuples(index=False, name=None))
    assert rows - known == set()
    assert not review[KEY].duplicated().any()


def test_a_corpus_is_one_of_the_three_and_in_its_language(review: pd.DataFrame) -> None:
    spoken = {wave: CORPORA[name][0] for wave, name in WAVES.items()}
    assert set(review["corpus"]) == set(spoken)
    assert (review["corpus"].map(spoken) == review["language"]).all()


def test_no_more_hits_are_right_than_were_read(review: pd.DataFrame) -> None:
    assert list(review.columns) == [*KEY, *COUNTS, "read", "right"]
    assert (numbers(review["right"]) <= numbers(review["read"])).all()
    assert ((review["read"] == "") == (review["right"] == "")).all()
    assert (numbers(review["answers"]) <= numbers(review["hits"])).all()
    assert (numbers(review["answers"]) > 0).all()


@pytest.mark.parametrize("wave", WAVES)
def test_hits_and_answers_are_those_of_a_recount(
    review: pd.DataFrame, codebook: Codebook, shared: Path, wave: str
) -> None:
    language, file, text, _ = CORPORA[WAVES[wave]]
    raw = pd.read_csv(shared / "data" / file, dtype="str", keep_default_na=False)
    answers = pd.DataFrame(
        {"answer_id": raw.index.astype("str"), "text": raw[text], "language": language}
    )
    hits = match(answers[answers["text"].str.strip() != ""], codebook)
    recount = hits.groupby(["theme", "pattern"])["answer_id"].agg(hits="size", answers="nunique")
    mine = review[review["corpus"] == wave].set_index(["theme", "pattern"])[COUNTS]
    said = mine.apply(numbers)
    assert len(said) > 30
    pd.testing.assert_frame_equal(
        said.sort_index(), recount[COUNTS].astype("int64").sort_index(), check_index_type=False
    )
