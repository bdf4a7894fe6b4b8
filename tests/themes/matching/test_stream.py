"""A file of answers coded batch by batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from msfresearch.errors import AnswerError, CodebookError, StageError
from msfresearch.themes import match
from msfresearch.themes.matching import ids, parquet
from msfresearch.themes.matching.stream import Account, code_file
from msfresearch.themes.schemas import HITS
from tests.themes.matching.frames import FRAME
from tests.themes.plain import answers

TEXTS = ["guinea and trust", "no trust", "Lack of  capacité\u0301", "funds", "no funds, guinea"]


def written(folder: Path, table: pd.DataFrame, **options: Any) -> Path:
    path = folder / "answers.parquet"
    table.to_parquet(path, index=False, **options)
    return path


def some(repeat: int = 7) -> pd.DataFrame:
    return answers(TEXTS * repeat).astype("str")


def test_the_file_holds_what_match_finds(tmp_path: Path) -> None:
    source = written(tmp_path, some().assign(member="m", row_id=3), row_group_size=9)
    target = tmp_path / "new" / "hits.parquet"
    account = code_file(source, target, FRAME, batch_rows=4)
    expected = match(some(), FRAME)
    hits = HITS.validate(pd.read_parquet(target)).astype(expected.dtypes)
    pd.testing.assert_frame_equal(hits, expected)
    assert account == Account(
        answers=35,
        coded=expected["answer_id"].nunique(),
        hits=len(expected),
        blank=0,
        unread={},
    )
    assert pq.read_schema(target).metadata[b"msfresearch.codebook"] == b"1"
    assert [path.name for path in target.parent.iterdir()] == ["hits.parquet"]


def test_the_bytes_do_not_depend_on_the_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "_GROUP_ROWS", 10)
    source = written(tmp_path, some())
    made = set()
    for rows in (1, 3, 35, 1_000):
        code_file(source, tmp_path / "hits.parquet", FRAME, batch_rows=rows)
        made.add((tmp_path / "hits.parquet").read_bytes())
    assert len(made) == 1
    groups = pq.ParquetFile(tmp_path / "hits.parquet").metadata
    sizes = [groups.row_group(at).num_rows for at in range(groups.num_row_groups)]
    assert len(sizes) > 2
    assert set(sizes[:-1]) == {10}


def test_what_is_not_read_is_counted(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "answer_id": list("abcdefgh"),
            "text": ["guinea", "", " \n", None, "guinea", "guinea", "guinea", None],
            "language": ["en", "en", "fr", "en", "pt", "pt", None, "pt"],
        }
    )
    target = tmp_path / "hits.parquet"
    account = code_file(written(tmp_path, table), target, FRAME)
    assert account == Account(answers=8, coded=1, hits=1, blank=4, unread={"": 1, "pt": 2})
    assert pd.read_parquet(target)["answer_id"].tolist() == ["a"]


def test_a_strict_reader_stops_at_a_language_that_the_frame_lacks(tmp_path: Path) -> None:
    source = written(tmp_path, some(1).assign(language=["en", "fr", "en", "pt", "de"]))
    target = tmp_path / "hits.parquet"
    with pytest.raises(AnswerError, match=r"answer 4 .*\n.*language\n.*pt") as caught:
        code_file(source, target, FRAME, strict=True, batch_rows=3)
    assert "answers.parquet" in str(caught.value.file)
    assert [path.name for path in tmp_path.iterdir()] == ["answers.parquet"]


def test_patterns_of_other_languages_are_tried_where_asked_for(tmp_path: Path) -> None:
    source = written(tmp_path, answers(["guinea, guinée"]).astype("str"))
    target = tmp_path / "hits.parquet"
    assert code_file(source, target, FRAME, languages=["fr"]).hits == 2
    with pytest.raises(CodebookError, match="pt"):
        code_file(source, target, FRAME, languages=["pt"])


def test_no_answers_give_no_hits_with_their_types(tmp_path: Path) -> None:
    target = tmp_path / "hits.parquet"
    account = code_file(written(tmp_path, some(0)), target, FRAME)
    assert account == Account(answers=0, coded=0, hits=0, blank=0, unread={})
    hits = HITS.validate(pd.read_parquet(target))
    assert hits.empty
    assert pq.read_schema(target).field("start").type == pa.int64()


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_text_of_any_kind_is_read(tmp_path: Path, kind: pa.DataType) -> None:
    table = pa.Table.from_pandas(some(), preserve_index=False)
    table = table.cast(pa.schema([(name, kind) for name in table.column_names]))
    pq.write_table(table, tmp_path / "answers.parquet")
    account = code_file(tmp_path / "answers.parquet", tmp_path / "hits.parquet", FRAME)
    assert account.hits == len(match(some(), FRAME))


@pytest.mark.parametrize("apart", [1, 34])
@pytest.mark.parametrize("at_once", [3, 4_000_000])
def test_an_id_that_stands_twice_is_told_however_far_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apart: int, at_once: int
) -> None:
    monkeypatch.setattr(ids, "_AT_ONCE", at_once)
    table = some()
    table.loc[apart, "answer_id"] = "a0"
    target = tmp_path / "hits.parquet"
    target.write_bytes(b"old")
    with pytest.raises(AnswerError, match=f"answer {apart + 1} repeats an id") as caught:
        code_file(written(tmp_path, table), target, FRAME, batch_rows=2)
    assert caught.value.found == "a0"
    assert target.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2


def test_ids_that_merely_share_a_hash_are_no_repetition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ids._hashed
    monkeypatch.setattr(ids, "_hashed", lambda given: whole(given) % 2)
    account = code_file(written(tmp_path, some()), tmp_path / "hits.parquet", FRAME, batch_rows=4)
    assert account.answers == 35


@pytest.mark.parametrize("missing", [None, ""])
def test_an_answer_without_an_id_is_refused(tmp_path: Path, missing: str | None) -> None:
    table = some().astype("object")
    table.loc[9, "answer_id"] = missing
    with pytest.raises(AnswerError, match="answer 10 has no id"):
        code_file(written(tmp_path, table), tmp_path / "hits.parquet", FRAME, batch_rows=4)


@pytest.mark.parametrize("change", [{"text": 3}, {"language": 1.5}, {"answer_id": 7}])
def test_a_column_that_is_no_text_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    source = written(tmp_path, some().assign(**change))
    with pytest.raises(AnswerError, match=next(iter(change))):
        code_file(source, tmp_path / "hits.parquet", FRAME)


def test_a_missing_column_names_those_there(tmp_path: Path) -> None:
    source = written(tmp_path, some().drop(columns="text"))
    with pytest.raises(AnswerError, match="text") as caught:
        code_file(source, tmp_path / "hits.parquet", FRAME)
    assert caught.value.found == "answer_id, language"


def test_a_file_that_is_not_there_or_no_parquet_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "hits.parquet"
    with pytest.raises(AnswerError, match="no such file"):
        code_file(tmp_path / "none.parquet", target, FRAME)
    (tmp_path / "text.csv").write_text("answer_id,text\n", encoding="utf-8")
    with pytest.raises(AnswerError, match="cannot be read as Parquet"):
        code_file(tmp_path / "text.csv", target, FRAME)
    assert not target.exists()


def test_a_damaged_file_leaves_the_old_hits(tmp_path: Path) -> None:
    source = written(tmp_path, some(500), row_group_size=100)
    content = bytearray(source.read_bytes())
    content[len(content) // 3 : len(content) // 2] = bytes(len(content) // 2 - len(content) // 3)
    source.write_bytes(content)
    target = tmp_path / "hits.parquet"
    target.write_bytes(b"old")
    with pytest.raises(AnswerError, match=r"answers\.parquet"):
        code_file(source, target, FRAME)
    assert target.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2


def test_the_hits_never_take_the_place_of_the_answers(tmp_path: Path) -> None:
    source = written(tmp_path, some())
    before = source.read_bytes()
    (tmp_path / "link").symlink_to(source)
    for target in (source, tmp_path / "link"):
        with pytest.raises(StageError, match="another file"):
            code_file(source, target, FRAME)
    assert source.read_bytes() == before


def test_a_column_that_holds_no_languages_does_not_fill_the_memory(tmp_path: Path) -> None:
    table = some(400).assign(language=lambda of: of["answer_id"])
    with pytest.raises(AnswerError, match="more than 1000 languages"):
        code_file(written(tmp_path, table), tmp_path / "hits.parquet", FRAME)
