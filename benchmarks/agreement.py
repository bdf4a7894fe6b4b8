"""Agreement of coders with bootstrap intervals, beside the package krippendorff.

``python benchmarks/agreement.py [--answers N] [--coders M] [--themes T] [--replicates B]`` from the
checkout. Times the whole table: per theme and for sets of codes, all coders together and two by
two, with intervals. Where the package krippendorff is installed, times too what its own bootstrap
takes for alpha of the themes alone (a loop over resamples; a few of them are timed and the rest
reckoned), and prints the ratio.
"""

from __future__ import annotations

import argparse
import importlib
import time

import numpy as np
import pandas as pd

from msfresearch.themes.agreement import agreement_table

#: Resamples of the peer that are timed.
TIMED = 3


def simulated(answers: int, coders: int, themes: int) -> dict[str, pd.DataFrame]:
    """Coders who each find four in five of rare themes, and miss a tenth of the answers."""
    rng = np.random.default_rng(1)
    truth = rng.random((answers, themes)) < rng.beta(1.2, 18, themes)
    ids = [f"a{at:06d}" for at in range(answers)]
    frames = {}
    for coder in range(coders):
        marks = (rng.random(truth.shape) < np.where(truth, 0.8, 0.01)).astype(float)
        marks[rng.random(answers) < 0.1] = np.nan
        columns = [f"theme_{at}" for at in range(themes)]
        frames[f"coder_{coder}"] = pd.DataFrame(marks, index=ids, columns=columns)
    return frames


def peer_seconds(frames: dict[str, pd.DataFrame], replicates: int) -> float | None:
    """Seconds of processor that the peer would take for alpha of every theme in every resample."""
    try:
        peer = importlib.import_module("krippendorff")
    except ImportError:
        return None
    values = np.array([frame.to_numpy() for frame in frames.values()])
    rng = np.random.default_rng(2)
    start = time.process_time()
    for _ in range(TIMED):
        rows = rng.integers(0, values.shape[1], values.shape[1])
        for theme in range(values.shape[2]):
            peer.alpha(reliability_data=values[:, rows, theme], level_of_measurement="nominal")
    return (time.process_time() - start) / TIMED * replicates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--answers", type=int, default=10_000)
    parser.add_argument("--coders", type=int, default=3)
    parser.add_argument("--themes", type=int, default=30)
    parser.add_argument("--replicates", type=int, default=1000)
    asked = parser.parse_args()
    frames = simulated(asked.answers, asked.coders, asked.themes)
    start, busy = time.perf_counter(), time.process_time()
    table = agreement_table(frames, replicates=asked.replicates)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    print(
        f"{asked.answers} answers x {asked.coders} coders x {asked.themes} themes, "
        f"{asked.replicates} resamples: {len(table)} coefficients with intervals in "
        f"{busy:.1f} s of processor ({seconds:.1f} s by the clock)"
    )
    peer = peer_seconds(frames, asked.replicates)
    if peer is None:
        print("krippendorff is not installed: no comparison")
    else:
        print(f"krippendorff, alpha of the themes alone: {peer:.0f} s, {peer / busy:.0f} times")


if __name__ == "__main__":
    main()
