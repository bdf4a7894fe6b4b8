"""How a page was made: wave, inputs, code, parameters."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from msfresearch import __version__
from msfresearch.report.chapters.common import status_of
from msfresearch.report.page import Provenance
from msfresearch.wave import Wave

#: Packages whose version can move a number or a picture.
TOLD = ("pandas", "numpy", "scipy", "statsmodels", "nltk", "matplotlib", "nbconvert", "papermill")


def provenance(
    waves: Sequence[Wave], parameters: Mapping[str, object], files: Mapping[str, str]
) -> Provenance:
    """What a page prints of its making.

    Parameters
    ----------
    waves : sequence of Wave
        Whose raw files went in.
    parameters : dict
        Of the notebook, checked; one called ``seed`` is printed as such.
    files : dict
        Every file that the stage read, with its SHA-256.

    Returns
    -------
    Provenance
    """
    raw = {
        wave.path(source).relative_to(wave.home.root).as_posix(): (
            source.sha256 or "",
            _rows(wave, source.table),
        )
        for wave in waves
        for source in wave.manifest.sources
    }
    others = {name: (digest, None) for name, digest in files.items() if name not in raw}
    return Provenance(
        wave=", ".join(wave.id for wave in waves),
        status=status_of(waves),
        inputs=tuple((name, *what) for name, what in {**raw, **others}.items()),
        package_version=__version__,
        commit=commit(waves[0].home.root),
        parameters={name: _written(value) for name, value in parameters.items()},
        seeds={
            name: seed for name, seed in parameters.items() if name == "seed" and type(seed) is int
        },
        versions={"python": platform.python_version(), **_versions()},
    )


def _rows(wave: Wave, table: str) -> int | None:
    """Rows in a table's file, those set aside included; None before the wave was cleaned."""
    if "clean" not in wave.stages():
        return None
    facts = wave.facts("clean")
    taken = facts.get("intake", {}).get(table)
    if taken is not None:
        return int(taken["analysed"]) + int(taken["set_aside"])
    found = facts["rows"].get(table)
    return None if found is None else int(found)


def _written(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _versions() -> dict[str, str]:
    found: dict[str, str] = {}
    for package in TOLD:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def commit(root: Path) -> str:
    """Commit of the checkout, said to be modified when tracked files differ from it."""
    try:
        head = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return "not a git checkout"
    return f"{head[:12]}, with changes not committed" if changed else head[:12]


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments], check=True, capture_output=True, text=True, timeout=20
    )
    return done.stdout.strip()
