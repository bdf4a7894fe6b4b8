"""Where the repository is, and where in it things lie."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from msfresearch.errors import MsfResearchError

HOME_VARIABLE = "MSFRESEARCH_HOME"
#: Set in the kernels of a batch to the stage that they run.
STAGE_VARIABLE = "MSFRESEARCH_STAGE"


@dataclass(frozen=True)
class Home:
    """The folders of the repository, by what they hold."""

    root: Path

    @property
    def raw(self) -> Path:
        """Raw data: one folder per wave, never written by a stage."""
        return self.root / "data" / "raw"

    @property
    def processed(self) -> Path:
        """What the stages made: one folder per wave."""
        return self.root / "data" / "processed"

    @property
    def rehearsals(self) -> Path:
        """Simulated exports of waves whose real one is awaited, and the truth behind them."""
        return self.root / "data" / "rehearsal"

    @property
    def coding(self) -> Path:
        """What people coded: one folder per wave, one log per coder; made by no stage."""
        return self.root / "data" / "coding"

    @property
    def restricted(self) -> Path:
        """Personal data, encrypted: one folder per wave, opened by no later stage."""
        return self.root / "data" / "restricted"

    @property
    def codebook(self) -> Path:
        """What was asked and how answers are read."""
        return self.root / "codebook"

    @property
    def notebooks(self) -> Path:
        """The notebooks as researchers edit them."""
        return self.root / "notebooks"

    @property
    def reports(self) -> Path:
        """Pages for readers: one folder per wave and language."""
        return self.root / "reports"


def find_home() -> Home:
    """Find the repository.

    The environment variable ``MSFRESEARCH_HOME`` decides; otherwise the nearest folder above the
    working directory that has ``codebook/`` and ``data/raw/``; otherwise the checkout that
    this package was installed from.

    Raises
    ------
    MsfResearchError
        When none of these is a checkout.
    """
    named = os.environ.get(HOME_VARIABLE)
    here = Path.cwd()
    checkout = Path(__file__).resolve().parents[2]
    for folder in [Path(named)] if named else [here, *here.parents, checkout]:
        if (folder / "codebook").is_dir() and (folder / "data" / "raw").is_dir():
            return Home(folder.resolve())
    raise MsfResearchError(
        "no checkout of msfresearch here",
        file=named or here,
        expected="a folder with codebook/ and data/raw/",
        action=f"go to the repository, or set {HOME_VARIABLE} to it",
    )
