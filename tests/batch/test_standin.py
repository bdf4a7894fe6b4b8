"""A rehearsal stands in until the real export is there: the same each time, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from msfresearch.batch.run import run
from msfresearch.batch.standin import ready, rehearse
from msfresearch.errors import ManifestError, ParameterError
from msfresearch.home import HOME_VARIABLE, Home
from msfresearch.survey.secret import SECRET_VARIABLE
from msfresearch.wave import Wave, open_wave
from tests.batch.tiny import make_home, snapshot, write_notebook
from tests.survey.arrived import FORUM, forum_home, put, simulated, write_secret

SIZE_OF_EXPORT = (
    "from msfresearch import open_wave\n\nw = open_wave(wave)\n"
    'size = len(w.path(w.source("answers")).read_bytes())\n'
    'facts = {"rows": {"answers": 1}, "first_table": "answers", "status": w.manifest.status}\n'
    'w.save("clean", {}, facts)\nsize'
)


@pytest.fixture(autouse=True)
def _fixed_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit of the package while the tests run makes nothing stale."""
    monkeypatch.setattr("msfresearch.batch.store.environment", lambda _: "fixed")
    monkeypatch.setattr("msfresearch.batch.standin.environment", lambda _: "fixed")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return forum_home(tmp_path / "checkout")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The parameters of every simulation, as they were asked for."""
    import msfresearch.survey.rehearsal as package

    asked: list[dict[str, Any]] = []
    simulate = package.rehearse

    def noted(*arguments: Any, **named: Any) -> Any:
        asked.append(named)
        return simulate(*arguments, **named)

    monkeypatch.setattr(package, "rehearse", noted)
    return asked


def opened(home: Home) -> Wave:
    return open_wave(FORUM, home)


def record(home: Home) -> dict[str, Any]:
    path = home.rehearsals / FORUM / "rehearsal.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def edit(home: Home, **changes: Any) -> None:
    path = home.raw / FORUM / "wave.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8")) | changes
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def test_a_rehearsal_is_the_same_bytes_in_every_home(home: Home, tmp_path: Path) -> None:
    other = forum_home(tmp_path / "another place")
    for one in (home, other):
        assert ready(opened(one)).manifest.status == "rehearsal"
    first = snapshot(home.rehearsals)
    assert first == snapshot(other.rehearsals)
    assert f"{FORUM}/truth/clean.parquet" in first
    shutil.rmtree(home.rehearsals)
    ready(opened(home))
    assert snapshot(home.rehearsals) == first


def test_what_is_up_to_date_is_not_made_again(home: Home, made: list[dict[str, Any]]) -> None:
    for _ in range(3):
        ready(opened(home))
    assert made == [{"seed": 2019, "answers": 60, "platform": "limesurvey"}]


@pytest.mark.parametrize(
    "file",
    [
        "codebook/questionnaires/small-forum.yml",
        "codebook/members.csv",
        f"data/raw/{FORUM}/wave.yml",
    ],
)
def test_a_change_of_what_it_is_made_from_makes_it_anew(
    home: Home, made: list[dict[str, Any]], file: str
) -> None:
    ready(opened(home))
    before = record(home)["key"]
    path = home.root / file
    if path.suffix == ".yml":
        path.write_text(path.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    else:
        *most, _ = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(most), encoding="utf-8")
    ready(opened(home))
    assert len(made) == 2
    assert record(home)["key"] != before


def test_another_seed_in_the_manifest_gives_another_rehearsal(
    home: Home, made: list[dict[str, Any]]
) -> None:
    ready(opened(home))
    before = snapshot(home.rehearsals)
    edit(home, rehearsal={"seed": 5, "answers": 45, "platform": "kobo"})
    ready(opened(home))
    assert made[1] == {"seed": 5, "answers": 45, "platform": "kobo"}
    assert snapshot(home.rehearsals) != before
    files = {path.name for path in (home.rehearsals / FORUM).iterdir()}
    # Nothing of the old one; what simulated coders decided beside what they were given.
    assert files == {f"{FORUM}_kobo.csv", "rehearsal.json", "truth", "coding"}


def test_an_export_that_cannot_be_read_as_it_is_is_simulated_without_coders(home: Home) -> None:
    edit(home, rehearsal={"seed": 5, "answers": 45, "platform": "plain"})
    ready(opened(home))
    record = json.loads((home.rehearsals / FORUM / "rehearsal.json").read_text("utf-8"))
    assert record["uncoded"]
    assert not (home.rehearsals / FORUM / "coding").exists()


def test_parameters_of_a_person_hold_until_the_next_rehearsal_over_those_of_the_manifest(
    home: Home, made: list[dict[str, Any]]
) -> None:
    rehearse(opened(home), seed=9)
    ready(opened(home))
    assert len(made) == 1
    edit(home, rehearsal={"seed": 5, "answers": 45, "platform": "kobo"})
    ready(opened(home))
    assert made[1] == {"seed": 9, "answers": 45, "platform": "kobo"}
    rehearse(opened(home))
    assert made[2] == {"seed": 5, "answers": 45, "platform": "kobo"}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no record": lambda folder: (folder / "rehearsal.json").unlink(),
    "half a record": lambda folder: cut(folder / "rehearsal.json"),
    "no export": lambda folder: (folder / f"{FORUM}_limesurvey.csv").unlink(),
    "half an export": lambda folder: cut(folder / f"{FORUM}_limesurvey.csv"),
    "no structure": lambda folder: (folder / f"{FORUM}_limesurvey.lss").unlink(),
    "half a structure": lambda folder: cut(folder / f"{FORUM}_limesurvey.lss"),
    "no truth": lambda folder: shutil.rmtree(folder / "truth"),
    "an edited truth": lambda folder: cut(folder / "truth" / "dirt.csv"),
    "nothing": lambda folder: [path.unlink() for path in folder.rglob("*") if path.is_file()],
}


@pytest.mark.parametrize("damage", list(DAMAGE))
def test_half_a_rehearsal_is_made_whole_by_the_next_run(home: Home, damage: str) -> None:
    ready(opened(home))
    whole = snapshot(home.rehearsals)
    DAMAGE[damage](home.rehearsals / FORUM)
    assert snapshot(home.rehearsals) != whole
    assert ready(opened(home)).manifest.status == "rehearsal"
    assert snapshot(home.rehearsals) == whole


def test_a_simulation_that_fails_leaves_the_old_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(opened(home))
    before = snapshot(home.rehearsals)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patched:
        patched.setattr("msfresearch.survey.rehearsal.write.truth.write_json", fail)
        with pytest.raises(RuntimeError):
            rehearse(opened(home), seed=3)
    assert snapshot(home.rehearsals) == before


KILLED = f"""
import os, signal
from msfresearch.batch.standin import rehearse
from msfresearch.survey.rehearsal.write import truth
from msfresearch.wave import open_wave
truth.write_json = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
rehearse(open_wave("{FORUM}"), seed=3)
"""


def test_killed_in_the_middle_it_leaves_the_old_one_and_the_next_clears_up(home: Home) -> None:
    ready(opened(home))
    before = snapshot(home.rehearsals / FORUM)
    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        check=False,
        env={**os.environ, HOME_VARIABLE: str(home.root)},
    )
    assert done.returncode == -signal.SIGKILL
    left = {path.name for path in home.rehearsals.iterdir()}
    assert len(left) == 2  # what was begun lies hidden beside it
    assert opened(home).manifest.status == "rehearsal"
    assert snapshot(home.rehearsals / FORUM) == before
    rehearse(opened(home))
    assert [path.name for path in home.rehearsals.iterdir()] == [FORUM]
    assert snapshot(home.rehearsals / FORUM).keys() == before.keys()


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"platform": "paper"}, "no such platform"),
        ({"answers": 9}, "cannot be that small"),
        ({"seed": -1}, "cannot be that small"),
    ],
)
def test_what_cannot_be_rehearsed_is_refused_and_leaves_no_folder(
    home: Home, asked: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ParameterError, match=problem):
        rehearse(opened(home), **asked)
    assert not home.rehearsals.exists()


def test_a_wave_without_a_frame_of_members_is_not_rehearsed(home: Home) -> None:
    edit(home, frame={"description": "Members."})
    with pytest.raises(ManifestError, match="does not say how the wave is rehearsed"):
        ready(opened(home))
    assert not home.rehearsals.exists()


@pytest.mark.notebooks
def test_a_run_makes_the_rehearsal_by_itself_and_begins_again_when_the_real_file_comes(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = make_home(tmp_path / "quick")
    write_notebook(quick, "clean", SIZE_OF_EXPORT)
    shutil.copytree(quick.notebooks, home.notebooks)
    (home.raw / "context").mkdir()
    shutil.copy(quick.raw / "context" / "sources.yml", home.raw / "context")
    monkeypatch.setenv(SECRET_VARIABLE, str(write_secret(tmp_path / "secret")))

    def ran() -> tuple[str, ...]:
        [outcome] = run(home, [FORUM], to="clean")
        assert outcome.error is None
        return outcome.ran

    assert not home.rehearsals.exists()
    assert [ran(), ran()] == [("clean",), ()]
    assert opened(home).facts("clean")["status"] == "rehearsal"
    page = home.reports / FORUM / "en" / "1-clean.html"
    assert "data/rehearsal/" in page.read_text(encoding="utf-8")
    (home.raw / FORUM / "~$lock.xlsx").write_bytes(b"x")
    assert ran() == ()
    put(home, FORUM, simulated(home, FORUM, tmp_path / "made", "kobo"))
    assert [ran(), ran()] == [("clean",), ()]
    assert opened(home).facts("clean")["status"] == "real"
    assert "data/rehearsal/" not in page.read_text(encoding="utf-8")
    rehearse(opened(home), seed=3)  # nobody reads it now
    assert ran() == ()
    monkeypatch.setenv(SECRET_VARIABLE, str(write_secret(tmp_path / "other secret")))
    assert ran() == ("clean",)
