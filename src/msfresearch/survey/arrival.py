"""A survey's own export: found where it was put, and known again by its fingerprint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from msfresearch.errors import SourceError
from msfresearch.files import sha256_of, write_bytes
from msfresearch.survey.manifest import Manifest
from msfresearch.survey.source import Sha256, Strict
from msfresearch.yamlfile import load_model

#: Files of a wave's folder that are ours, not the platform's.
OWN = ("wave.yml", "received.yml")
RECEIVED = "received.yml"
REHEARSED = "rehearsal.json"
#: What programs leave in a folder that somebody looked into.
_LEFT_BY_PROGRAMS = ("desktop.ini", "thumbs.db")


class Received(Strict):
    """``received.yml``: which file was first taken for the wave's export."""

    file: str
    sha256: Sha256


@dataclass(frozen=True)
class Arrival:
    """An export that was put into its wave's folder.

    Attributes
    ----------
    file
        The export.
    structure
        The survey's structure beside it (LimeSurvey's ``.lss``), where there is one.
    sha256
        The export's fingerprint: the one that was recorded, or that of the file now.
    recorded
        Whether the fingerprint was recorded before.
    """

    file: Path
    structure: Path | None
    sha256: str
    recorded: bool


def find_arrival(folder: Path) -> Arrival | None:
    """The export in a wave's folder; None while it is awaited.

    Raises
    ------
    SourceError
        When there is more than one, or it cannot be read, or the recorded one is gone.
    """
    files = [
        path
        for path in sorted(folder.iterdir())
        if path.name not in OWN and not left_by_program(path.name)
    ]
    structures = [path for path in files if path.suffix.lower() == ".lss"]
    exports = [path for path in files if path not in structures]
    record = folder / RECEIVED
    known = load_model(record, Received, SourceError) if record.exists() else None
    for what, found in (("exports", exports), ("structures", structures)):
        if len(found) > 1:
            raise SourceError(
                f"more than one file: which of these {what} is meant is not guessed",
                file=folder,
                found=", ".join(path.name for path in found),
                expected="one export, and beside it at most one .lss",
                action="keep the one that is meant here and put the others elsewhere",
            )
    if known is not None and [path.name for path in exports] != [known.file]:
        raise SourceError(
            "the export that was received is gone",
            file=folder / known.file,
            found=", ".join(path.name for path in exports) or "no export",
            expected=f"SHA-256 {known.sha256}",
            action=f"put it back; if another export is meant, take {RECEIVED} away",
        )
    if not exports:
        return None
    return Arrival(
        exports[0],
        structures[0] if structures else None,
        known.sha256 if known is not None else _fingerprint(exports[0]),
        known is not None,
    )


def left_by_program(name: str) -> bool:
    """Whether a file is nobody's: hidden, or the lock that Office puts beside what it has open."""
    return name.startswith((".", "~$")) or name.casefold() in _LEFT_BY_PROGRAMS


def _fingerprint(path: Path) -> str:
    if path.name.encode("utf-8", "replace").decode("utf-8") != path.name:
        raise SourceError(
            "a file name that is no text, and cannot be told of",
            file=path,
            action="give the export another name; its content stays as it came",
        )
    if path.is_dir():
        raise SourceError(
            "a folder where the export itself should lie",
            file=path,
            expected="one file, and beside it at most one .lss",
            action=f"put the export into {path.parent.name}/ and the folder elsewhere",
        )
    try:
        return sha256_of(path)
    except OSError as wrong:
        raise SourceError(
            "the export cannot be read",
            file=path,
            found=wrong.strerror,
            action="put the file itself here, with the right to read it",
        ) from None


def record_arrival(arrival: Arrival) -> Path:
    """Write down an export's fingerprint, so that a later change of it stops the run.

    Returns
    -------
    Path
        ``received.yml``; to take another export, take this file away.
    """
    path = arrival.file.parent / RECEIVED
    kept = {"file": arrival.file.name, "sha256": arrival.sha256}
    # In ASCII and quoted: a name may hold whatever a platform or a file system put into it.
    text = yaml.safe_dump(kept, default_style='"', sort_keys=False, width=float("inf"))
    write_bytes(path, text.encode("ascii"))
    return path


def find_rehearsal(folder: Path) -> Arrival | None:
    """The simulated export in a wave's folder of rehearsals; None where there is no whole one.

    What is simulated can be made anew at any time, so half of it is nothing.
    """
    try:
        kept = json.loads((folder / REHEARSED).read_text(encoding="utf-8"))
        file, structure = folder / kept["file"], kept["structure"]
        found = Arrival(file, folder / structure if structure else None, str(kept["sha256"]), True)
    except (OSError, ValueError, LookupError, TypeError):
        return None
    there = [path for path in (found.file, found.structure) if path is not None]
    return found if all(path.is_file() for path in there) else None


def with_export(manifest: Manifest, file: Path, sha256: str, status: str) -> Manifest:
    """The manifest of an awaited wave, once there is an export: real, or that of a rehearsal."""
    source = manifest.sources[0].model_copy(update={"file": file.name, "sha256": sha256})
    return manifest.model_copy(update={"status": status, "sources": (source,)})
