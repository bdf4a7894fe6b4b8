"""A survey's own export: found where it was put, and known again by its fingerprint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from msfresearch.errors import SourceError
from msfresearch.files import sha256_of, write_bytes
from msfresearch.survey.manifest import Manifest
from msfresearch.survey.source import Sha256, Strict
from msfresearch.yamlfile import load_model

#: Files of a wave's folder that are ours, not the platform's.
OWN = ("wave.yml", "received.yml")
RECEIVED = "received.yml"
REHEARSED = "rehearsal.json"


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
        When there is more than one, or the recorded one is gone.
    """
    files = [
        path
        for path in sorted(folder.iterdir())
        if path.name not in OWN and not path.name.startswith((".", "~$"))
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
        known.sha256 if known is not None else sha256_of(exports[0]),
        known is not None,
    )


def record_arrival(arrival: Arrival) -> Path:
    """Write down an export's fingerprint, so that a later change of it stops the run.

    Returns
    -------
    Path
        ``received.yml``; to take another export, take this file away.
    """
    path = arrival.file.parent / RECEIVED
    # JSON strings are YAML strings: a name may hold whatever a platform put into it.
    text = f"file: {json.dumps(arrival.file.name)}\nsha256: {arrival.sha256}\n"
    write_bytes(path, text.encode("utf-8"))
    return path


def find_rehearsal(folder: Path) -> Arrival | None:
    """The simulated export in a wave's folder of rehearsals; None where none was made.

    Raises
    ------
    SourceError
        When the record beside it does not name a file that is there.
    """
    record = folder / REHEARSED
    if not record.exists():
        return None
    try:
        kept = json.loads(record.read_text(encoding="utf-8"))
        file, sha256, structure = kept["file"], kept["sha256"], kept["structure"]
    except (ValueError, LookupError, TypeError):
        file = ""
    if not file or not (folder / file).is_file():
        raise SourceError(
            "a rehearsal without its export",
            file=record,
            action=f"take the folder away; msfresearch rehearse {folder.name} makes it anew",
        )
    return Arrival(folder / file, folder / structure if structure else None, sha256, True)


def with_export(manifest: Manifest, file: Path, sha256: str, status: str) -> Manifest:
    """The manifest of an awaited wave, once there is an export: real, or that of a rehearsal."""
    source = manifest.sources[0].model_copy(update={"file": file.name, "sha256": sha256})
    return manifest.model_copy(update={"status": status, "sources": (source,)})
