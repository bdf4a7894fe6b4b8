"""A small survey of forums with an item of every kind, for tests of the parts that read it."""

from __future__ import annotations

from pathlib import Path

from msfresearch.errors import ManifestError
from msfresearch.survey.manifest import Manifest
from msfresearch.survey.questionnaire import Questionnaire, load_questionnaire
from msfresearch.yamlfile import load_model

FOLDER = Path(__file__).parent


def small_forum() -> Questionnaire:
    """The questionnaire."""
    return load_questionnaire(FOLDER / "small-forum.yml")


def small_manifest() -> Manifest:
    """The manifest of a wave of it, whose export is awaited."""
    return load_model(FOLDER / "wave.yml", Manifest, ManifestError)
