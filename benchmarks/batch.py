"""The batch of `make report` beside the same notebooks run by papermill's command line.

``python benchmarks/batch.py [--repeat N] [WAVE …]``, with irm-2016 by default. Each way works on
a copy of the checkout of its own and starts from nothing. Three ways are timed in turn: the
batch, which also writes the pages; `papermill` one notebook after the other; and the same with
`jupyter nbconvert` for a page each. Prints the seconds of each, the median, and the ratios.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
STAGES = ("1-clean", "2-themes", "3-success", "4-report")
BIN = Path(sys.executable).parent


def copy_of_home(folder: Path, waves: list[str]) -> Path:
    """A checkout with the waves' raw data and nothing made from them."""
    home = folder / "checkout"
    for name in ("codebook", "notebooks"):
        shutil.copytree(HOME / name, home / name)
    for wave in [*waves, "context"]:
        shutil.copytree(HOME / "data" / "raw" / wave, home / "data" / "raw" / wave)
    shutil.copy(HOME / "requirements.lock", home)
    return home


def call(home: Path, *command: str) -> None:
    """Run a command on a checkout; its failure ends the benchmark."""
    environment = {**os.environ, "MSFRESEARCH_HOME": str(home)}
    subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=home,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def batch(home: Path, waves: list[str]) -> None:
    """What `make report` does, without the comparison."""
    call(home, "msfresearch", "run", *waves, "--to", "report")


def papermill(home: Path, waves: list[str], *, pages: bool = False) -> None:
    """One notebook after the other, each by a command of its own."""
    for wave in waves:
        for stage in STAGES:
            out = f"{wave}-{stage}.ipynb"
            call(home, "papermill", f"notebooks/{stage}.ipynb", out, "-p", "wave", wave)
            if pages:
                call(home, "jupyter", "nbconvert", "--to", "html", "--no-input", out)


def seconds(way: str, waves: list[str]) -> float:
    """Wall time of one way on a fresh copy."""
    with tempfile.TemporaryDirectory() as folder:
        home = copy_of_home(Path(folder), waves)
        start = time.perf_counter()
        if way == "batch":
            batch(home, waves)
        else:
            papermill(home, waves, pages=way == "papermill + nbconvert")
        return time.perf_counter() - start


def main() -> None:
    """Time the three ways in turn and print them side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("waves", nargs="*", default=["irm-2016"])
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    ways = ("batch", "papermill", "papermill + nbconvert")
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(given.repeat):
        for way in ways:
            taken[way].append(seconds(way, given.waves))
    print(f"{', '.join(given.waves)}: {len(STAGES) * len(given.waves)} notebooks, seconds")
    for way in ways:
        runs = "  ".join(f"{value:6.1f}" for value in taken[way])
        print(f"{way:<24}{runs}   median {statistics.median(taken[way]):6.1f}")
    ours = statistics.median(taken["batch"])
    for way in ways[1:]:
        print(f"{way} / batch: {statistics.median(taken[way]) / ours:.2f}")


if __name__ == "__main__":
    main()
