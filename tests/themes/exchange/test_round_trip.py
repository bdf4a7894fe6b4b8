"""What we export comes back as it was: codings, decisions, codes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import Phase, given, settings

from msfresearch.themes import Codebook, match
from msfresearch.themes.desk.log import codings as codings_of
from msfresearch.themes.desk.log import decisions as decisions_of
from msfresearch.themes.exchange.formats import Format, read, write
from msfresearch.themes.exchange.positions import TextFile
from msfresearch.themes.exchange.shapes import gather
from tests.themes.exchange import frames

Coded = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
AT = "2026-01-31"


def back(
    to: Format, ending: str, coded: Coded, folder: Path
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    answers, codings, decisions = coded
    path = folder / f"file{ending}"
    written = write(to, path, gather(answers, frames.frame(), codings, decisions), "fr", AT)
    found = read(path, answers, frames.frame(), AT)
    assert len(found.codings) <= written.codings
    return found.codings, found.log, found.left


def told_apart(coded: Coded) -> Coded:
    """Without empty answers, and with one coding for each place of the text file."""
    answers, codings, decisions = coded
    texts = dict(zip(answers["answer_id"], answers["text"], strict=True))
    full = {answer_id for answer_id, text in texts.items() if text}
    keep, seen = [], set()
    for row in codings.sort_values("start", na_position="first").itertuples():
        file = TextFile.of(texts[row.answer_id])
        whole = pd.isna(row.start)
        place = (0, len(file.text)) if whole else file.to_file(row.start, row.end)
        key = (row.answer_id, row.coder, row.theme, place)
        if row.answer_id in full and key not in seen:
            seen.add(key)
            keep.append(row.Index)
    return (
        answers,
        codings.loc[sorted(keep)].reset_index(drop=True),
        decisions[decisions["answer_id"].isin(full)].reset_index(drop=True),
    )


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    columns = ["answer_id", "coder", "theme", "start", "end"]
    order = expected.sort_values(columns, na_position="first")[columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        found.sort_values(columns, na_position="first").reset_index(drop=True), order
    )


@settings(max_examples=40, phases=[Phase.generate])
@given(frames.coded())
def test_a_project_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, coded: Coded
) -> None:
    coded = told_apart(coded)
    codings, log, left = back("qdpx", ".qdpx", coded, tmp_path_factory.mktemp("q"))
    same(codings, coded[1])
    same(codings_of(log), coded[1])
    expected = coded[2].assign(draw="imported")
    order = expected.sort_values(["answer_id", "coder"])
    assert decisions_of(log).values.tolist() == order.values.tolist()
    assert left.empty


@settings(max_examples=40, phases=[Phase.generate])
@given(frames.coded())
def test_a_table_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, coded: Coded
) -> None:
    comes_back("csv", ".csv", coded, tmp_path_factory.mktemp("t"))


# A workbook is read by a process of its own: few examples, and none made smaller.
@settings(max_examples=6, phases=[Phase.generate])
@given(frames.coded())
def test_a_workbook_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, coded: Coded
) -> None:
    comes_back("xlsx", ".xlsx", coded, tmp_path_factory.mktemp("t"))


def comes_back(to: Format, ending: str, coded: Coded, folder: Path) -> None:
    codings, log, left = back(to, ending, coded, folder)
    assert left.values.tolist() == []
    same(codings, coded[1].drop_duplicates())
    expected = coded[2].assign(draw="imported")
    order = expected.sort_values(["answer_id", "coder"])
    assert decisions_of(log).values.tolist() == order.values.tolist()
    assert left.empty


@settings(max_examples=25, phases=[Phase.generate])
@given(frames.coded())
def test_a_matrix_comes_back_with_the_themes_of_each_answer(
    tmp_path_factory: pytest.TempPathFactory, coded: Coded
) -> None:
    codings, log, _ = back("matrix", ".csv", coded, tmp_path_factory.mktemp("m"))
    columns = ["answer_id", "coder", "theme"]
    expected = coded[1][columns].drop_duplicates()
    assert set(codings[columns].itertuples(index=False, name=None)) == set(
        expected.itertuples(index=False, name=None)
    )
    assert codings["start"].isna().all()
    assert len(log) == len(coded[2])


def test_hits_come_back_as_the_codings_of_no_person(tmp_path: Path, small: Codebook) -> None:
    answers = frames.answers({"a": "No funding\r\nno trust"})
    hits = frames.hits(("a", "funding", 3, 10, "funding"), ("a", "trust", 15, 20, "trust"))
    for to, ending in (("qdpx", ".qdpx"), ("csv", ".csv"), ("xlsx", ".xlsx")):
        path = tmp_path / f"file{ending}"
        write(to, path, gather(answers, small, hits=hits), "en", AT)  # type: ignore[arg-type]
        found = read(path, answers, small, AT)
        assert found.codings.values.tolist() == [
            ["a", "patterns", "funding", 3, 10],
            ["a", "patterns", "trust", 15, 20],
        ]
        assert found.log.empty
        assert "no person's" in found.left["reason"].iloc[0]


def test_naughty_strings_come_back_from_every_format(
    tmp_path: Path, shared: Path, small: Codebook
) -> None:
    naughty = json.loads((shared / "bad" / "blns" / "blns.json").read_text(encoding="utf-8"))
    texts = {f"n{at}": text for at, text in enumerate(naughty) if text}
    assert len(texts) > 500
    answers = frames.answers(texts)
    rows = [(one, "ana", "trust", 0, len(text) - 1 or 1) for one, text in texts.items()]
    rows += [(one, "ben", "funding", None, None) for one in texts]
    for to, ending in (("qdpx", ".qdpx"), ("csv", ".csv"), ("xlsx", ".xlsx")):
        path = tmp_path / f"file{ending}"
        write(to, path, gather(answers, small, frames.codings(*rows)), "en", AT)  # type: ignore[arg-type]
        found = read(path, answers, small, AT)
        assert found.left.values.tolist() == []
        same(found.codings, frames.codings(*rows))


def test_the_hits_of_a_real_corpus_come_back_with_their_words(
    tmp_path: Path, corpus: pd.DataFrame, codebook: Codebook
) -> None:
    fired = match(corpus.head(20_000), codebook)
    answers = corpus[corpus["answer_id"].isin(fired["answer_id"].unique()[:300])]
    hits = fired[fired["answer_id"].isin(answers["answer_id"])]
    assert len(hits) > 20
    path = tmp_path / "file.qdpx"
    write("qdpx", path, gather(answers, codebook, hits=hits, variables=("member",)), "en", AT)
    found = read(path, answers, codebook, AT)
    assert list(found.left["place"]) == ["user patterns"]
    columns = ["answer_id", "theme", "start", "end"]
    expected = set(hits[columns].itertuples(index=False, name=None))
    assert set(found.codings[columns].itertuples(index=False, name=None)) == expected


@pytest.mark.parametrize("lang", frames.LANGUAGES)
def test_a_codebook_comes_back_with_every_theme_matched(
    tmp_path: Path, small: Codebook, lang: str
) -> None:
    path = tmp_path / "book.qdc"
    write("qdc", path, gather(frames.answers({"a": "b"}), small), lang, AT)
    found = read(path, frames.answers({}), small, AT)
    assert found.left.empty
    assert list(found.codes["theme"]) == ["", "funding", "staff_time", "", "trust", "-"]
    assert set(found.codes.loc[found.codes["theme"] != "", "matched_by"]) == {"guid"}
    gaps = small.families["gaps"][lang]
    assert list(found.codes["parent"])[:3] == ["", gaps, gaps]
