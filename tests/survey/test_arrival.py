"""An export is found where it was put, known again, and never mistaken for another."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from msfresearch.batch.standin import ready
from msfresearch.errors import SourceError
from msfresearch.home import Home
from msfresearch.survey.arrival import RECEIVED, find_arrival, find_rehearsal, record_arrival
from msfresearch.survey.fetch import verify
from msfresearch.wave import Wave, open_wave
from tests.batch.tiny import snapshot
from tests.survey.arrived import FORUM, forum_home, put, simulated

NAMES = [
    "Réponses (versión 2).csv",
    'the "last" one, it\'s final.csv',
    "two\nlines\tand a tab.csv",
    "📋 export \u202e.csv",
    "- list: {a: b}.csv",
    "#1 %20 &amp; <b>.csv",
    "null",
    "\x7f\x85.csv",
    f"{'x' * 240}.csv",
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return forum_home(tmp_path / "checkout")


@pytest.fixture
def folder(home: Home) -> Path:
    return home.raw / FORUM


def opened(home: Home) -> Wave:
    return open_wave(FORUM, home)


def check(wave: Wave) -> None:
    [source] = wave.manifest.sources
    verify(source, wave.path(source))


def test_a_folder_with_its_manifest_alone_awaits_an_export(home: Home, folder: Path) -> None:
    assert find_arrival(folder) is None
    wave = opened(home)
    assert (wave.manifest.status, wave.awaits_export, wave.arrival) == ("awaited", True, None)


@pytest.mark.parametrize(
    "name",
    [".DS_Store", ".~lock.answers.xlsx#", "~$answers.xlsx", ".answers.csv.swp", "Thumbs.db"],
)
def test_what_programs_leave_is_no_export(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"x")
    assert find_arrival(folder) is None
    (folder / "answers.xlsx").write_bytes(b"y")
    found = find_arrival(folder)
    assert found is not None
    assert found.file.name == "answers.xlsx"


@pytest.mark.parametrize("name", NAMES)
def test_an_export_makes_its_wave_real_and_is_known_again_whatever_it_is_called(
    home: Home, folder: Path, name: str
) -> None:
    (folder / name).write_bytes(b"id\n1\n")
    first = opened(home)
    assert first.manifest.status == "real"
    assert first.arrival is not None
    assert not first.arrival.recorded
    assert [path.name for path in folder.iterdir() if path.name == RECEIVED] == []
    record_arrival(first.arrival)
    again = opened(home).arrival
    assert again is not None
    assert (again.recorded, again.file) == (True, folder / name)
    assert again.sha256 == hashlib.sha256(b"id\n1\n").hexdigest()
    assert (folder / RECEIVED).read_text(encoding="ascii").count("\n") == 2


def test_a_name_that_is_no_text_is_refused_before_it_is_written_anywhere(
    home: Home, folder: Path
) -> None:
    (folder / "answers\udcff.csv").write_bytes(b"x")
    with pytest.raises(SourceError, match="no text") as told:
        opened(home)
    assert str(told.value).encode("utf-8").isascii()


def test_an_error_about_a_file_stays_on_its_lines_whatever_its_name(folder: Path) -> None:
    (folder / "one\n\x1b[2J.csv").symlink_to(folder / "nowhere")
    with pytest.raises(SourceError) as told:
        find_arrival(folder)
    assert all(line.isprintable() for line in str(told.value).splitlines())
    assert len(str(told.value).splitlines()) == 3


def test_of_two_exports_none_is_taken_and_both_are_told(home: Home, folder: Path) -> None:
    for name in ("a.csv", "b.xlsx"):
        (folder / name).write_bytes(b"x")
    with pytest.raises(SourceError, match="not guessed") as told:
        opened(home)
    assert told.value.found == "a.csv, b.xlsx"
    (folder / "b.xlsx").unlink()
    assert opened(home).manifest.status == "real"


def test_a_structure_lies_beside_its_export_and_is_none_itself(folder: Path) -> None:
    (folder / "survey_1.LSS").write_bytes(b"x")
    assert find_arrival(folder) is None
    (folder / "results.csv").write_bytes(b"y")
    found = find_arrival(folder)
    assert found is not None
    assert (found.file.name, found.structure) == ("results.csv", folder / "survey_1.LSS")
    (folder / "survey_2.lss").write_bytes(b"z")
    with pytest.raises(SourceError, match="which of these structures"):
        find_arrival(folder)


def test_a_folder_is_no_export_and_does_not_hide_that_one_is_awaited(folder: Path) -> None:
    (folder / "unpacked").mkdir()
    with pytest.raises(SourceError, match="a folder where the export itself should lie"):
        find_arrival(folder)


def test_a_link_to_nothing_is_told_as_a_file_that_cannot_be_read(folder: Path) -> None:
    (folder / "answers.csv").symlink_to(folder / "nowhere.csv")
    with pytest.raises(SourceError, match="cannot be read") as told:
        find_arrival(folder)
    assert told.value.found == "No such file or directory"


def test_the_first_run_writes_the_fingerprint_down_and_a_look_does_not(
    home: Home, folder: Path
) -> None:
    (folder / "answers.csv").write_bytes(b"id\n1\n")
    before = snapshot(home.root)
    opened(home)
    assert snapshot(home.root) == before
    assert ready(opened(home)).arrival.recorded  # type: ignore[union-attr]
    after = snapshot(home.root)
    assert set(after) - set(before) == {f"data/raw/{FORUM}/{RECEIVED}"}
    ready(opened(home))
    assert snapshot(home.root) == after


def test_a_changed_export_is_refused_and_the_way_out_works(home: Home, folder: Path) -> None:
    (folder / "answers.csv").write_bytes(b"id\n1\n")
    check(ready(opened(home)))
    (folder / "answers.csv").write_bytes(b"id\n2\n")
    with pytest.raises(SourceError, match="the raw file changed") as told:
        check(ready(opened(home)))
    assert told.value.action == f"restore the file; if the new one is meant, take {RECEIVED} away"
    (folder / RECEIVED).unlink()
    check(ready(opened(home)))
    assert hashlib.sha256(b"id\n2\n").hexdigest() in (folder / RECEIVED).read_text()


@pytest.mark.parametrize("other", [None, "renamed.csv"])
def test_an_export_that_is_gone_or_renamed_is_missed(
    home: Home, folder: Path, other: str | None
) -> None:
    (folder / "answers.csv").write_bytes(b"id\n1\n")
    ready(opened(home))
    away = folder / other if other else home.root / "elsewhere.csv"
    (folder / "answers.csv").rename(away)
    with pytest.raises(SourceError, match="the export that was received is gone") as told:
        opened(home)
    assert told.value.found == (other or "no export")
    assert RECEIVED in str(told.value.action)
    away.rename(folder / "answers.csv")
    check(ready(opened(home)))


@pytest.mark.parametrize("content", [b"", b"file: answers.csv\n", b"file: [\n", b"\xff", b"- a\n"])
def test_a_damaged_record_stops_with_its_name(home: Home, folder: Path, content: bytes) -> None:
    (folder / "answers.csv").write_bytes(b"id\n1\n")
    (folder / RECEIVED).write_bytes(content)
    with pytest.raises(SourceError) as told:
        opened(home)
    assert str(told.value.file).endswith(RECEIVED)


def test_the_real_file_takes_the_place_of_the_rehearsal_and_gives_it_back(
    home: Home, folder: Path, tmp_path: Path
) -> None:
    stood_in = ready(opened(home))
    assert stood_in.manifest.status == "rehearsal"
    assert stood_in.path(stood_in.source("answers")).is_relative_to(home.rehearsals)
    kept = snapshot(home.rehearsals)
    export = put(home, FORUM, simulated(home, FORUM, tmp_path / "made", "kobo"))
    real = ready(opened(home))
    assert real.manifest.status == "real"
    assert real.path(real.source("answers")) == export
    assert real.source("answers").sha256 == hashlib.sha256(export.read_bytes()).hexdigest()
    assert snapshot(home.rehearsals) == kept
    for path in (export, folder / RECEIVED):
        path.unlink()
    assert opened(home).manifest.status == "rehearsal"


def test_the_same_bytes_are_real_where_the_export_belongs_and_a_rehearsal_where_that_does(
    home: Home, folder: Path
) -> None:
    stood_in = ready(opened(home))
    file, structure = stood_in.arrival.file, stood_in.arrival.structure  # type: ignore[union-attr]
    assert structure is not None
    for path in (file, structure):
        shutil.copy(path, folder)
    real = opened(home)
    assert (stood_in.manifest.status, real.manifest.status) == ("rehearsal", "real")
    assert real.source("answers").sha256 == stood_in.source("answers").sha256
    assert real.arrival.structure == folder / structure.name  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "record",
    [
        None,
        "",
        "[]",
        "{}",
        '{"file": "gone.csv", "sha256": "0", "structure": null}',
        '{"file": "a.csv", "sha256": "0", "structure": "gone.lss"}',
        '{"file": null, "sha256": "0", "structure": null}',
    ],
)
def test_half_a_rehearsal_is_none(tmp_path: Path, record: str | None) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    if record is not None:
        (tmp_path / "rehearsal.json").write_text(record, encoding="utf-8")
    assert find_rehearsal(tmp_path) is None
