"""How often the 95% intervals of a report hold what is true of the simulated world.

``python benchmarks/coverage.py [--seeds N] [--first SEED] [--processes P] [--items]`` from the
checkout. Each seed is a rehearsal of poc-2019 and cso-2019 with their own instruments, frame and
expected numbers of answers; the intervals are those that the pages show, made by the same calls.
Prints, for each kind of interval, the share that holds the truth with its Monte Carlo error over
seeds, the mean error of the estimate in its own standard deviations, and the single figures whose
share is outside 92-98%.

What each interval is an interval for:

unweighted
    The mean or share over the answers that this frame and this way of answering bring on the
    average: ``expected_unweighted`` of :mod:`msfresearch.survey.rehearsal.estimands`.
weighted
    The mean or share over the members of the frame: ``truth`` there. Raking to region, income and
    level takes most of the difference to ``unweighted`` away and not all: regions with fewer than
    five answers are merged.
gap, superiority, kappa
    The same over members in which both sides answered the item:
    :mod:`msfresearch.survey.rehearsal.dyads`.

All are of members such as these: each seed draws their states anew. Intervals of small shares hold
the truth a little too often (Wilson's, with Student's t), those of kappa among a dozen members too
seldom (the jackknife's); means and gaps are where they should be.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from msfresearch.home import Home
from msfresearch.success.gaps import gaps
from msfresearch.success.plan import load_plan
from msfresearch.survey.fieldwork import estimates, weigh
from msfresearch.survey.frame import frame_of, load_members, units
from msfresearch.survey.manifest import Manifest, load_manifest
from msfresearch.survey.questionnaire import Questionnaire, load_questionnaire
from msfresearch.survey.rehearsal import Simulated, simulate
from msfresearch.survey.rehearsal.dyads import dyad_estimands

HOME = Path(__file__).resolve().parent.parent
#: What a figure is known by: one of these has one truth.
KEY = ["kind", "wave", "item", "level", "measure"]
LOW, HIGH = 0.92, 0.98


@dataclass(frozen=True)
class Setting:
    """What the rehearsals are made of."""

    waves: dict[str, tuple[Questionnaire, Manifest, int]]
    frame: pd.DataFrame
    faced: tuple[str, ...]

    def simulated(self, seed: int) -> list[Simulated]:
        """The government's wave and civil society's."""
        return [simulate(q, m, self.frame, seed, n) for q, m, n in self.waves.values()]


@cache
def setting() -> Setting:
    """Instruments, manifests, frame and the items that the plan sets face to face."""
    home = Home(HOME)
    (sides,) = load_plan(home.codebook / "plan.yml").sides
    waves = {}
    for wave in (sides.government, sides.civil_society):
        manifest = load_manifest(home.raw / wave / "wave.yml")
        asked = load_questionnaire(home.codebook / "questionnaires" / f"{manifest.instrument}.yml")
        assert manifest.rehearsal is not None
        waves[wave] = (asked, manifest, manifest.rehearsal.answers)
    frame = units(frame_of(load_members(home.codebook / "members.csv"), 2019))
    return Setting(waves, frame, sides.items)


def intervals(seed: int, items: Sequence[str] | None = None) -> pd.DataFrame:
    """Every estimate of one rehearsal with its interval: ``KEY``, value, low, high, seed."""
    made = setting()
    found: list[pd.DataFrame] = []
    both = made.simulated(seed)
    for wave, one in zip(made.waves, both, strict=True):
        table, asked = one.world.table, one.world.questionnaire
        own = None if items is None else [n for n in items if n in {i.id for i in table.items}]
        raked = weigh(one.answers, made.frame).raked
        whole = estimates(one.answers, table, asked, raked, own).fillna({"level": ""})
        for kind, columns in (
            ("unweighted", ["unweighted", "low", "high"]),
            ("weighted", ["weighted", "weighted_low", "weighted_high"]),
        ):
            part = whole[[*KEY[2:], *columns]].set_axis([*KEY[2:], "value", "low", "high"], axis=1)
            found.append(part.assign(kind=kind, wave=wave))
    pair = gaps(both[0].answers, both[1].answers, {n: _values(both[0], n) for n in _faced(items)})
    for kind in ("gap", "superiority", "kappa"):
        bounds = ["low", "high"] if kind == "gap" else [f"{kind}_low", f"{kind}_high"]
        part = pair[["item", kind, *bounds]].set_axis(["item", "value", "low", "high"], axis=1)
        found.append(part.assign(kind=kind, wave="both", level="", measure="mean"))
    numbers = {"value": "float64", "low": "float64", "high": "float64"}
    return pd.concat([one.astype(numbers) for one in found]).assign(seed=seed)


def truths(items: Sequence[str] | None = None) -> pd.DataFrame:
    """What each figure is an estimate of: ``KEY`` and ``truth``; no seed comes into it."""
    made = setting()
    both = made.simulated(0)
    found: list[pd.DataFrame] = []
    for wave, one in zip(made.waves, both, strict=True):
        whole = one.estimands.rename(columns={"statistic": "measure"})
        values = {
            (item.id, level.code): str(level.value)
            for item in one.world.asked
            for level in one.world.questionnaire.levels(item)
        }
        pairs = zip(whole["item"], whole["level"], strict=True)
        whole["level"] = [values.get(pair, pair[1]) for pair in pairs]
        for kind, column in (("unweighted", "expected_unweighted"), ("weighted", "truth")):
            part = whole[[*KEY[2:], column]].set_axis([*KEY[2:], "truth"], axis=1)
            found.append(part.assign(kind=kind, wave=wave))
    pair = dyad_estimands(both[0], both[1], _faced(items))
    for kind in ("gap", "superiority", "kappa"):
        part = pair[["item", kind]].set_axis(["item", "truth"], axis=1)
        found.append(part.assign(kind=kind, wave="both", level="", measure="mean"))
    return pd.concat(found).dropna(subset="truth")


def rehearsals(
    seeds: Sequence[int], items: Sequence[str] | None = None, processes: int = 1
) -> pd.DataFrame:
    """Intervals of many rehearsals beside the truth: ``held`` says whether they hold it.

    Parameters
    ----------
    seeds : sequence of int
    items : sequence of str, optional
        Only these items; all by default.
    processes : int
        How many work at once.

    Returns
    -------
    DataFrame
        ``KEY``, ``value``, ``low``, ``high``, ``seed``, ``truth``, ``held``: intervals that were
        told, of figures that have a truth. Country, level and consent are settled by who answers
        and have none.
    """
    jobs = [(seed, items) for seed in seeds]
    if processes == 1:
        made = [intervals(*job) for job in jobs]
    else:
        # Threads of the linear algebra would only get into each other's way.
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
            os.environ.setdefault(name, "1")
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            made = pool.starmap(intervals, jobs, chunksize=5)
    told = pd.concat(made, ignore_index=True).merge(truths(items), on=KEY, validate="many_to_one")
    told = told.dropna(subset=["low", "high"])
    return told.assign(held=(told["low"] <= told["truth"]) & (told["truth"] <= told["high"]))


def pooled(told: pd.DataFrame) -> pd.DataFrame:
    """Coverage by kind, wave and measure, and of each kind in all.

    Returns
    -------
    DataFrame
        ``figures`` and ``intervals``; ``held`` (share) with ``error`` (Monte Carlo, seeds being
        what was drawn); ``bias`` (mean over figures of the estimates' mean error, in their
        standard deviations); ``outside`` (figures whose own share is not in 92-98%), the
        ``least`` and the ``most`` of those shares.
    """
    rows: list[dict[str, object]] = []
    whole = told.assign(wave="all", measure="all")
    for (kind, wave, measure), part in pd.concat([told, whole]).groupby(
        ["kind", "wave", "measure"], sort=False
    ):
        seeds = part.groupby("seed")["held"].agg(["sum", "size"])
        share = float(part["held"].mean())
        off = seeds["sum"] - share * seeds["size"]
        each = singles(told[told["kind"] == kind] if wave == "all" else part)
        rows.append(
            {
                "kind": kind,
                "wave": wave,
                "measure": measure,
                "figures": len(each),
                "intervals": len(part),
                "held": share,
                "error": float(off.std() * len(seeds) ** 0.5 / seeds["size"].sum()),
                "bias": float(each["bias"].mean()),
                "outside": int(((each["held"] < LOW) | (each["held"] > HIGH)).sum()),
                "least": float(each["held"].min()),
                "most": float(each["held"].max()),
            }
        )
    return pd.DataFrame(rows).sort_values(["kind", "wave", "measure"], ignore_index=True)


def singles(told: pd.DataFrame) -> pd.DataFrame:
    """Coverage and bias of each figure: ``KEY``, truth, estimate, sd, bias, intervals, held."""
    by = told.groupby(KEY, sort=False)
    each = by.agg(
        truth=("truth", "first"),
        estimate=("value", "mean"),
        sd=("value", "std"),
        intervals=("held", "size"),
        held=("held", "mean"),
    ).reset_index()
    return each.assign(bias=(each["estimate"] - each["truth"]) / each["sd"])


def _faced(items: Sequence[str] | None) -> list[str]:
    return [name for name in setting().faced if items is None or name in items]


def _values(one: Simulated, name: str) -> list[float]:
    levels = one.world.questionnaire.levels(one.world.table.item(name))
    return sorted(float(level.value) for level in levels)


def main() -> None:
    """Rehearse and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--items", action="store_true", help="print every single figure")
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.seeds)
    told = rehearsals(seeds, processes=given.processes)
    print(f"{len(seeds)} rehearsals, seeds {seeds.start} to {seeds.stop - 1}")
    print(pooled(told).round(4).to_string(index=False))
    each = singles(told)
    outside = each[(each["held"] < LOW) | (each["held"] > HIGH)]
    print("\nEvery figure" if given.items else f"\n{len(outside)} of {len(each)} outside 92-98%")
    print((each if given.items else outside).round(4).to_string(index=False))


if __name__ == "__main__":
    main()
