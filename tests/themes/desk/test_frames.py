"""Of a theme that a version of the frame did not have nobody was asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from msfresearch.errors import CodebookError, SourceError
from msfresearch.themes import Codebook
from msfresearch.themes.desk.frames import NAME, keep_frame, read_frames
from msfresearch.themes.desk.gold import gold
from msfresearch.themes.desk.log import marks
from msfresearch.themes.schemas import LOG, table
from tests.themes.test_changes import FRAME, version

NEW = {**FRAME, "version": "2", "themes": {**FRAME["themes"], "time": FRAME["themes"]["staff"]}}


def newer() -> Codebook:
    return Codebook.model_validate(NEW)


def test_the_order_of_versions_does_not_change_the_bytes(tmp_path: Path) -> None:
    for name, order in (("a", (version(), newer())), ("b", (newer(), version(), newer()))):
        for frame in order:
            keep_frame(tmp_path / name, frame)
    assert (tmp_path / "a" / NAME).read_bytes() == (tmp_path / "b" / NAME).read_bytes()
    assert {v: set(ids) for v, ids in read_frames(tmp_path / "a").items()} == {
        "1": {"funding", "staff"},
        "2": {"funding", "staff", "time"},
    }


def test_other_themes_under_the_same_version_are_refused(tmp_path: Path) -> None:
    keep_frame(tmp_path, version())
    same = Codebook.model_validate({**NEW, "version": "1"})
    with pytest.raises(CodebookError, match="version"):
        keep_frame(tmp_path, same)
    assert set(read_frames(tmp_path)["1"]) == {"funding", "staff"}


@pytest.mark.parametrize("text", ["", "[]", '{"1": "funding"}', '{"1": [1]}', "{"])
def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=NAME):
        read_frames(tmp_path)


def test_a_theme_that_came_later_was_not_denied(tmp_path: Path) -> None:
    for frame in (version(), newer()):
        keep_frame(tmp_path, frame)
    rows = {
        "at": ["2020-01-01"] * 2,
        "coder": ["ana"] * 2,
        "codebook": ["1", "2"],
        "draw": ["random"] * 2,
        "answer_id": ["a", "b"],
        "codes": ["staff", "staff"],
    }
    log = table(LOG, rows)
    asked = read_frames(tmp_path)
    for found in (
        marks(log, newer(), "ana", asked),
        gold(log, newer(), asked).marks,
    ):
        assert found["staff"].tolist() == [1, 1]
        assert found["funding"].tolist() == [0, 0]
        assert found["time"].isna().tolist() == [True, False]
