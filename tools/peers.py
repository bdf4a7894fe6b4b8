"""Make an environment for each program that the tests exchange files with, from its lock file.

``python3 tools/peers.py`` makes both, ``python3 tools/peers.py taguette`` one, and
``python3 tools/peers.py lock`` renews the lock files (needs uv). The two programs need different
versions of one library, so each has an environment of its own, apart from the project's. The
tests that run them skip where these are absent.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
#: What is installed, by the name of its environment and lock file.
PEERS = {
    # One of its libraries imports pkg_resources, which later setuptools no longer have.
    "taguette": "taguette==1.5.2\nsetuptools<81",
    "qualitative-coding": "qualitative-coding==1.7.8",
}


def environment(peer: str) -> Path:
    """Folder of a program's environment."""
    return HOME / f".venv-{peer}"


def lock_file(peer: str) -> Path:
    """The file that names every version and hash of it."""
    return HOME / f"requirements-{peer}.lock"


def call(*command: str | Path, **told: str) -> None:
    """Run a command, and stop with its exit code when it fails."""
    text = told.get("stdin")
    done = subprocess.run([str(c) for c in command], cwd=HOME, input=text, text=True, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def install(peer: str) -> None:
    """Create a program's environment if it is absent and install its lock file into it."""
    folder = environment(peer)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    uv = shutil.which("uv")
    if not python.exists():
        print(f"Setting up {folder.name} with Python {sys.version.split()[0]} (once) …", flush=True)
        if uv:
            call(uv, "venv", "--quiet", "--python", sys.executable, folder)
        else:
            call(sys.executable, "-m", "venv", folder)
    if uv:
        call(
            *(uv, "pip", "install", "--quiet", "--python", python),
            *("--require-hashes", "-r", lock_file(peer)),
        )
    else:
        call(
            *(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "-r", lock_file(peer)),
        )


def lock(peer: str) -> None:
    """Write a program's lock file anew."""
    call(
        *("uv", "pip", "compile", "-", "--universal", "--generate-hashes", "--no-header"),
        *("--python-version", "3.11", "-q", "-o", lock_file(peer)),
        stdin=PEERS[peer],
    )


def main(wanted: list[str]) -> None:
    """Install the programs named, all where none is; or renew the lock files."""
    # Run by whatever python3 is on the path, before anything has checked its version.
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.exit(f"Python {sys.version.split()[0]} found, 3.11 or newer expected")
    task = lock if wanted == ["lock"] else install
    names = list(PEERS) if wanted in ([], ["lock"]) else wanted
    if unknown := [name for name in names if name not in PEERS]:
        sys.exit(f"{unknown[0]}: no such program here; known: {', '.join(PEERS)}, or lock")
    for peer in names:
        task(peer)


if __name__ == "__main__":
    main(sys.argv[1:])
