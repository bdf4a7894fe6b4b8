"""Surveys' homes, and simulated exports put into them as a researcher puts the real ones."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from msfresearch.home import Home
from msfresearch.survey.frame import units
from msfresearch.survey.rehearsal import Rehearsed, rehearse
from msfresearch.survey.source import Platform
from msfresearch.wave import open_wave
from tests.conftest import HOME
from tests.survey.forum import FOLDER

FORUM = "small-2019"
AWKWARD = "Réponses du 12 août (définitif)"


def forum_home(root: Path) -> Home:
    """A home with the small survey of forums, whose export is awaited."""
    home = survey_home(root)
    shutil.copy(FOLDER / "small-forum.yml", home.codebook / "questionnaires")
    (home.raw / FORUM).mkdir()
    shutil.copy(FOLDER / "wave.yml", home.raw / FORUM)
    return home


def survey_home(root: Path, *waves: str) -> Home:
    """A home with the codebook and the manifests of some waves; no data."""
    home = Home(root)
    shutil.copytree(HOME / "codebook", home.codebook, ignore=shutil.ignore_patterns(".*"))
    home.raw.mkdir(parents=True)
    for wave in waves:
        (home.raw / wave).mkdir()
        shutil.copy(HOME / "data" / "raw" / wave / "wave.yml", home.raw / wave)
    return home


def simulated(
    home: Home,
    wave: str,
    folder: Path,
    platform: Platform,
    file_format: str | None = None,
    answers: int = 30,
    seed: int = 7,
) -> Rehearsed:
    """An export of a wave as its platform would give it, in a folder outside the home."""
    opened = open_wave(wave, home)
    members = opened.members()
    assert members is not None
    return rehearse(
        opened.questionnaire,
        opened.manifest,
        units(members),
        folder,
        seed=seed,
        answers=answers,
        platform=platform,
        file_format=file_format,
    )


def put(home: Home, wave: str, made: Rehearsed, stem: str = AWKWARD) -> Path:
    """Copy an export, and the structure beside it, into the wave's folder under another name."""
    for path in (made.structure, made.file):
        if path is not None:
            shutil.copy(path, home.raw / wave / f"{stem}{path.suffix}")
    return home.raw / wave / f"{stem}{made.file.suffix}"


def write_secret(path: Path) -> Path:
    """A key that only its owner can read."""
    path.write_bytes(os.urandom(32))
    path.chmod(0o600)
    return path
