"""Surveys' homes, and simulated exports put into them as a researcher puts the real ones."""

from __future__ import annotations

import base64
import html
import json
import os
import re
import shutil
from pathlib import Path

import pandas as pd
import yaml

from msfresearch.home import Home
from msfresearch.survey.frame import units
from msfresearch.survey.rehearsal import Rehearsed, rehearse
from msfresearch.survey.respondents import PARADATA
from msfresearch.survey.source import Platform
from msfresearch.wave import open_wave
from tests.conftest import HOME
from tests.survey.forum import FOLDER

FORUM = "small-2019"
AWKWARD = "Réponses du 12 août (définitif)"


def forum_home(root: Path) -> Home:
    """A home with the small survey of forums, whose export is awaited."""
    home = survey_home(root)
    text = (FOLDER / "small-forum.yml").read_text(encoding="utf-8")
    asked = yaml.safe_load(text)["tables"]["answers"]["items"]
    unread = sorted({*PARADATA} - {item.get("column") for item in asked})
    # A whole wave is cleaned here, so what screening finds out and no item reads has to be named.
    text = text.replace("    key: [resp_id]\n", f"    key: [resp_id]\n    ignore: {unread}\n")
    (home.codebook / "questionnaires" / "small-forum.yml").write_text(text, encoding="utf-8")
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


def told(path: Path) -> str:
    """All that a file says, in whatever it is packed."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    text = path.read_bytes().decode("utf-8", "replace")
    if path.suffix in (".json", ".ipynb"):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    drawn = [
        base64.b64decode(content).decode("utf-8", "replace")
        for content in re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", text)
    ]
    return "\n".join((text, html.unescape(text), *drawn))
