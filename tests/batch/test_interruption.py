"""A run that is killed leaves the earlier report, and nothing that the next run minds."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from msfresearch.batch.run import run
from msfresearch.files import recover
from msfresearch.home import HOME_VARIABLE, Home
from tests.batch.tiny import CODE, snapshot, write_notebook

pytestmark = pytest.mark.notebooks
# The notebook tells its process, and waits where it is told to.
WAIT = """
import os, time
gate = w.home.root / "gate"
if gate.exists():
    gate.write_text(str(os.getpid()))
    time.sleep(600)
"""
COMMAND = [sys.executable, "-c", "from msfresearch.cli import main; main()"]


def until(what: Callable[[], bool], seconds: int = 60) -> bool:
    """Whether something comes true; far more time than it needs."""
    for _ in range(seconds * 20):
        if what():
            return True
        time.sleep(0.05)
    return what()


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a command on a home; what a killed one leaves among temporary files goes at the end."""
    with tempfile.TemporaryDirectory(prefix="t") as temporary:

        def popen(home: Home, *arguments: str) -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                [*COMMAND, *arguments],
                env={**os.environ, HOME_VARIABLE: str(home.root), "TMPDIR": temporary},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

        yield popen


def waiting_kernel(home: Home) -> int:
    gate = home.root / "gate"
    assert until(lambda: gate.read_text("utf-8") != "")
    return int(gate.read_text("utf-8"))


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*")]


@pytest.mark.parametrize("stage", ["clean", "themes"])
def test_a_killed_run_leaves_the_earlier_report_and_the_next_run_is_whole(
    ran_home: Home, start: Callable[..., subprocess.Popen[bytes]], stage: str
) -> None:
    write_notebook(ran_home, stage, CODE[stage] + WAIT)
    run(ran_home, ["small"])
    before = snapshot(ran_home.reports)
    (ran_home.root / "gate").touch()
    running = start(ran_home, "run", "small", "--to", "themes", "--force")
    try:
        kernel = waiting_kernel(ran_home)
    finally:
        running.kill()
        running.wait()
    after = snapshot(ran_home.reports)
    assert {name: after[name] for name in before} == before
    assert [name for name in hidden(ran_home.reports) if ".new." in name] != []
    assert until(lambda: not psutil.pid_exists(kernel))

    (ran_home.root / "gate").unlink()
    [outcome] = run(ran_home, ["small"], to="themes", force=True)
    assert outcome.error is None
    assert snapshot(ran_home.reports) == before
    assert hidden(ran_home.reports) == []
    assert hidden(ran_home.processed) == []


def test_a_run_that_is_told_to_stop_ends_its_kernel(
    ran_home: Home, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    before = snapshot(ran_home.reports)
    write_notebook(ran_home, "clean", CODE["clean"] + WAIT)
    (ran_home.root / "gate").touch()
    running = start(ran_home, "run", "small", "--to", "clean")
    try:
        kernel = waiting_kernel(ran_home)
        running.terminate()
        assert until(lambda: running.poll() is not None)
    finally:
        running.kill()
        running.wait()
    assert running.returncode != 0
    assert until(lambda: not psutil.pid_exists(kernel))
    after = snapshot(ran_home.reports)
    assert {name: after[name] for name in before} == before


HOLD = """
import sys, time
from pathlib import Path
from msfresearch.files import staged_folder
with staged_folder(Path(sys.argv[1])) as staging:
    (staging / "a.txt").write_text("being written")
    print(staging, flush=True)
    time.sleep(600)
"""


def test_the_staging_folder_of_a_living_run_is_left_and_that_of_a_dead_one_removed(
    tmp_path: Path,
) -> None:
    target = tmp_path / "pages"
    writing = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(target)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert writing.stdout is not None
        staging = Path(writing.stdout.readline().strip())
        recover(target)
        assert (staging / "a.txt").exists()
    finally:
        writing.kill()
        writing.wait()
    recover(target)
    assert not staging.exists()
    assert not target.exists()
