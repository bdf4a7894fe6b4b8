"""Where the logs of a wave's coders are, and those of waves that may teach its coder."""

from __future__ import annotations

from pathlib import Path

from msfresearch.wave import Wave


def coding_folder(wave: Wave) -> Path:
    """Folder of the coders' logs; those of a rehearsal are simulated as its answers are."""
    if wave.manifest.status == "rehearsal":
        return wave.home.rehearsals / wave.id / "coding"
    return wave.home.coding / wave.id


def other_coding_folders(wave: Wave) -> dict[str, Path]:
    """Wave to folder of logs, of all that may teach this one's learned coder.

    Simulated people teach rehearsals, real people real waves.
    """
    if wave.manifest.status == "rehearsal":
        found = {path.parent.name: path for path in wave.home.rehearsals.glob("*/coding")}
    else:
        found = {path.name: path for path in wave.home.coding.glob("*")}
    return {name: found[name] for name in sorted(found) if name != wave.id}
