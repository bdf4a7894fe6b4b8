"""A quick home, as new and after a good run; and a batch that may start no kernel."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from msfresearch.batch.run import run
from msfresearch.home import Home
from tests.batch.once import once
from tests.batch.tiny import make_home


@pytest.fixture(autouse=True)
def _no_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mirror folder set for the whole session is no part of these tests."""
    monkeypatch.delenv("MSFRESEARCH_MIRROR", raising=False)


@pytest.fixture
def new_home(tmp_path: Path) -> Home:
    """A home whose notebooks have not run."""
    return make_home(tmp_path / "checkout")


def _run_all(folder: Path) -> None:
    home = make_home(folder / "checkout")
    [outcome, *_] = run(home, ["small"])
    assert outcome.error is None
    assert outcome.ran == ("clean", "themes", "success", "report")


@pytest.fixture
def ran_home(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Home:
    """A home whose four notebooks ran well: a copy for each test, at another place.

    The package's fingerprint is fixed, so that an edit while the tests run makes nothing stale;
    that any edit changes every key is held in test_store.py.
    """
    monkeypatch.setattr("msfresearch.batch.store.environment", lambda _: "fixed")
    folder, _ = once(tmp_path_factory, "tiny-run", _run_all)
    shutil.copytree(folder / "checkout", tmp_path / "copy")
    return Home(tmp_path / "copy")


@pytest.fixture
def no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting a kernel fails the test."""

    def refuse(*_: object) -> None:
        raise AssertionError("a kernel was to be started")

    monkeypatch.setattr("msfresearch.batch.engine.execute", refuse)
