"""A wave of 100,000 answers: read, cleaned and weighted, step by step, beside plain pandas.

``python benchmarks/survey.py [--answers N] [--repeat N] [PLATFORM:FORMAT …]`` from the checkout,
with limesurvey:csv, qualtrics:csv and kobo:xlsx by default. cso-2019 is rehearsed as an export of
each platform in a folder of its own, which is not timed. Then one process reads, matches, recodes,
parts from personal data, screens, cleans, weighs and estimates it, as the notebooks do; another
reads the same file with pandas and converts its columns (``read_csv`` or ``read_excel``, all cells
text; ``astype`` and ``to_numeric``), and rakes the same answers to the same margins with a few
lines of numpy. Prints wall and processor seconds of each step, those of processes it starts
included, and the largest memory; of several runs the fastest. The aim is 20 s and 2 GB.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.files import sha256_of
from msfresearch.home import Home
from msfresearch.survey.arrival import Arrival, with_export
from msfresearch.survey.fieldwork import Raked, estimates, weigh
from msfresearch.survey.frame import units
from msfresearch.survey.source import ExportOptions
from msfresearch.wave import Wave, open_wave

HOME = Home(Path(__file__).resolve().parent.parent)
WAVE = "cso-2019"
SECONDS, GIGABYTES = 20, 2.0
EXPORTS = ("limesurvey:csv", "qualtrics:csv", "kobo:xlsx")
#: A column of text with at most so many different cells is one of answers to choose from.
FEW = 60


class Clock:
    """Seconds of steps, wall and processor, and what a process and its children took of memory."""

    def __init__(self) -> None:
        self.steps: dict[str, tuple[float, float]] = {}

    def run(self, step: str, call: Callable[[], Any]) -> Any:
        """What a call returns, its seconds written down."""
        wall, processor = time.perf_counter(), _processor()
        made = call()
        self.steps[step] = (time.perf_counter() - wall, _processor() - processor)
        return made

    def watch(self, module: ModuleType, name: str, step: str) -> None:
        """Write down the seconds of a function of a module whenever it is called from there."""
        call = getattr(module, name)
        setattr(module, name, lambda *given, **named: self.run(step, lambda: call(*given, **named)))

    def less(self, whole: str) -> None:
        """Take from a step those that were written down within it."""
        wall, processor = self.steps.pop(whole)
        parts = list(zip(*self.steps.values(), strict=True))
        self.steps[whole] = (wall - sum(parts[0]), processor - sum(parts[1]))

    def told(self) -> dict[str, Any]:
        """The seconds of each step, and the largest memory so far."""
        most = max(
            resource.getrusage(who).ru_maxrss
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        return {"steps": self.steps, "gigabytes": most * 1024 / 1e9}


def _processor() -> float:
    """Processor seconds of this process and of those that it started and that have ended."""
    own, others = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def rehearse(folder: Path, platform: str, file_format: str, answers: str) -> dict[str, Any]:
    """Write the export, and beside it what a manifest says of it."""
    from msfresearch.survey.rehearsal import rehearse as simulate

    wave = open_wave(WAVE, HOME)
    made = simulate(
        wave.questionnaire,
        wave.manifest,
        units(wave.members()),
        folder,
        seed=2019,
        answers=int(answers),
        platform=platform,
        file_format=file_format,
    )
    about = {
        "file": made.file.name,
        "structure": made.structure.name if made.structure else None,
        "export": made.facts["export"],
        "rows": made.facts["rows"],
        "bytes": made.file.stat().st_size,
    }
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    return about


def measured(folder: Path) -> dict[str, Any]:
    """A wave cleaned by :meth:`Wave.clean`, as a notebook calls it, then weighed and estimated."""
    from msfresearch.survey import cleaning, matching, privacy, readers, recodes, screening

    wave, _ = _wave(folder)
    name = wave.manifest.sources[0].table
    table = wave.questionnaire.tables[name]
    frame = units(wave.members())
    clock = Clock()
    clock.watch(readers, "read_export", "read")
    clock.watch(matching, "match", "match")
    clock.watch(recodes, "recode", "recode")
    clock.watch(privacy, "split_personal", "part from personal data")
    clock.watch(screening, "screen", "screen")
    clock.watch(cleaning, "clean", "clean")
    cleaned = clock.run("between these steps", wave.clean)
    clock.less("between these steps")
    answers = cleaned.tables[name]
    answers = answers[answers["member"].notna()].reset_index(drop=True)
    weighed = clock.run("weigh", lambda: weigh(answers, frame))
    clock.run("estimate", lambda: estimates(answers, table, wave.questionnaire, weighed.raked))
    told = clock.told()
    plain = Clock()
    weights = plain.run("rake in numpy", lambda: raked_plainly(weighed.raked))
    free = plain.run("weigh, no cap", lambda: weigh(answers, frame, cap=None)).raked.weights
    off = float(np.max(np.abs(weights / free.to_numpy() - 1)))
    return {**told, "kept": len(answers), "raking": plain.steps, "off": off}


def plainly(folder: Path) -> dict[str, Any]:
    """The same file with pandas alone: all cells as text, then a type for each column."""
    _, about = _wave(folder)
    path = folder / about["file"]
    clock = Clock()
    text = {"dtype": "str", "na_filter": False}
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig") as file:
            head = file.readline()
        divider = max(",;", key=head.count)
        table = clock.run("read_csv", lambda: pd.read_csv(path, sep=divider, **text))
    else:
        table = clock.run("read_excel", lambda: pd.read_excel(path, engine="calamine", **text))
    clock.run("astype", lambda: {name: _typed(table[name]) for name in table.columns})
    return clock.told()


def _typed(cells: pd.Series[Any]) -> pd.Series[Any]:
    if cells.nunique() > FEW:
        return cells
    numbers = pd.to_numeric(cells.where(cells != ""), errors="coerce")
    return numbers if numbers.notna().sum() == (cells != "").sum() else cells.astype("category")


def raked_plainly(raked: Raked, tolerance: float = 1e-10) -> np.ndarray[Any, Any]:
    """Iterative proportional fitting over the answers themselves, one margin after the other."""
    weights = raked.start.to_numpy(dtype="float64").copy()
    margins = []
    for variable in raked.groups.columns:
        codes, names = pd.factorize(raked.groups[variable])
        own = raked.margins[raked.margins["variable"] == variable].set_index("category")
        margins.append((codes, own["target"].reindex(names).to_numpy(dtype="float64")))
    for _ in range(5000):
        off = 0.0
        for codes, target in margins:
            factor = target / np.bincount(codes, weights, len(target))
            weights *= factor[codes]
            off = max(off, float(np.max(np.abs(factor - 1))))
        if off < tolerance:
            break
    return weights


def _wave(folder: Path) -> tuple[Wave, dict[str, Any]]:
    """The wave with the rehearsal's export, and what the rehearsal tells of it in its manifest."""
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    wave = open_wave(WAVE, HOME)
    (source,) = wave.manifest.sources
    source = source.model_copy(update={"export": ExportOptions(**about["export"])})
    manifest = wave.manifest.model_copy(update={"sources": (source,)})
    file = folder / about["file"]
    structure = folder / about["structure"] if about["structure"] else None
    arrival = Arrival(file, structure, sha256_of(file), recorded=True)
    return Wave(with_export(manifest, file, arrival.sha256, "rehearsal"), HOME, arrival), about


def apart(what: str, folder: Path, *rest: str) -> dict[str, Any]:
    """One step in a process of its own; this one stays small, for a child inherits its peak."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", what, str(folder), *rest],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return dict(json.loads(done.stdout))


def total(told: dict[str, Any]) -> tuple[float, float]:
    """Wall and processor seconds of all steps."""
    wall, processor = zip(*told["steps"].values(), strict=True)
    return sum(wall), sum(processor)


def shown(told: dict[str, Any]) -> None:
    for step, (wall, processor) in told["steps"].items():
        print(f"  {step:<26}{wall:7.2f}{processor:10.2f}")


def show(export: str, about: dict[str, Any], ours: dict[str, Any], peer: dict[str, Any]) -> None:
    """Print one platform's figures."""
    (wall, processor), (other, _) = total(ours), total(peer)
    size = about["bytes"] / 1e6
    print(f"\n{export}: {about['rows']:,} rows, {size:.0f} MB; {ours['kept']:,} kept, seconds")
    print(f"  {'step':<26}{'wall':>7}{'processor':>10}")
    shown(ours)
    kept = wall < SECONDS and ours["gigabytes"] < GIGABYTES
    print(f"  {'all':<26}{wall:7.2f}{processor:10.2f}   {ours['gigabytes']:.2f} GB", end="")
    print(f"   {'within' if kept else 'OVER'} {SECONDS} s and {GIGABYTES:g} GB")
    print("  pandas alone")
    shown(peer)
    print(f"  {'all':<26}{other:7.2f}   {peer['gigabytes']:.2f} GB")
    print(f"  ours / pandas alone: {wall / other:.1f}")
    mine, numpy = ours["raking"]["weigh, no cap"][0], ours["raking"]["rake in numpy"][0]
    print(f"  weigh, no cap, / rake in numpy: {mine / numpy:.1f}", end="")
    print(f" ({mine:.2f} s, {numpy:.2f} s; weights equal to {ours['off']:.0e})")


def main() -> None:
    """Rehearse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("exports", nargs="*", default=EXPORTS, metavar="PLATFORM:FORMAT")
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument(
        "--measure", choices=("rehearsal", "ours", "pandas"), help=argparse.SUPPRESS
    )
    given = parser.parse_args()
    if given.measure:
        folder, *rest = given.exports
        measure = {"rehearsal": rehearse, "ours": measured, "pandas": plainly}[given.measure]
        print(json.dumps(measure(Path(folder), *rest)))
        return
    for export in given.exports:
        platform, _, file_format = export.partition(":")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            about = apart("rehearsal", folder, platform, file_format or "csv", str(given.answers))
            runs = [(apart("ours", folder), apart("pandas", folder)) for _ in range(given.repeat)]
            ours = min((one for one, _ in runs), key=total)
            show(export, about, ours, min((other for _, other in runs), key=total))


if __name__ == "__main__":
    main()
