"""The committed wave, run through all its notebooks once for the whole session."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from msfresearch.batch.run import Outcome, run
from msfresearch.home import Home
from tests.batch.once import once
from tests.batch.tiny import snapshot
from tests.notebooks.checkout import copy_checkout


@dataclass(frozen=True)
class Twice:
    """A wave's run and its repetition: what became of it, and a hash of every file it left."""

    outcomes: tuple[Outcome, Outcome]
    files: tuple[dict[str, str], dict[str, str]]


def _hashes(home: Home) -> dict[str, str]:
    found = {
        f"{folder.name}/{name}": content
        for folder in (home.processed, home.reports)
        for name, content in snapshot(folder).items()
    }
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


def _run_twice(folder: Path) -> Twice:
    home = copy_checkout(folder)
    [first] = run(home, ["irm-2016"], to="report")
    files = _hashes(home)
    [second] = run(home, ["irm-2016"], to="report", force=True)
    return Twice((first, second), (files, _hashes(home)))


@pytest.fixture(scope="session")
def irm_twice(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    """What two runs of irm-2016 left, the second one forced."""
    return once(tmp_path_factory, "irm-2016-run", _run_twice)[1]


@pytest.fixture(scope="session")
def irm_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The repository in which irm-2016 ran: to be read only."""
    return Home(once(tmp_path_factory, "irm-2016-run", _run_twice)[0])
