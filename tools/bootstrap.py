"""Make the environment in .venv from the lock files, with nothing but Python and pip.

Run by the Makefile: ``python3 tools/bootstrap.py run`` installs what the notebooks need,
``dev`` adds what the tests need. uv does the same faster where it is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
VENV = HOME / ".venv"
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}


def python_in_venv() -> Path:
    """Path of the environment's interpreter."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def call(*command: str | Path) -> None:
    """Run a command, and stop with its exit code when it fails."""
    done = subprocess.run([str(c) for c in command], cwd=HOME, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def main(which: str) -> None:
    """Create the environment if it is absent and install one lock file into it."""
    # Run by whatever python3 is on the path, before anything has checked its version.
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.exit(
            f"Python {sys.version.split()[0]} found, 3.11 or newer expected. "
            "Point make at a newer one: make report PYTHON=python3.12"
        )
    uv = shutil.which("uv")
    if not python_in_venv().exists():
        print(f"Setting up .venv with Python {sys.version.split()[0]} (once) …", flush=True)
        if uv:
            call(uv, "venv", "--quiet", "--python", sys.executable, VENV)
        else:
            call(sys.executable, "-m", "venv", VENV)
    pip: list[str | Path] = (
        [uv, "pip", "install", "--quiet", "--python", python_in_venv()]
        if uv
        else [python_in_venv(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    )
    call(*pip, "--require-hashes", "-r", LOCKS[which])
    if which == "run":
        call(*pip, "--no-deps", "--no-build-isolation", "-e", ".")
    (VENV / f".ready-{which}").touch()


if __name__ == "__main__":
    main(sys.argv[1])
