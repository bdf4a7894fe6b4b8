"""How often the intervals of theme shares hold the truth of simulated respondents and coders.

``python -m benchmarks.coding [--seeds N] [--first SEED] [--processes P] [--themes]`` from the
checkout. Each seed is a rehearsal of poc-2019 and cso-2019: the survey simulated, exported and
cleaned, two coders and an adjudicator simulated on a random sample, and both waves studied by
`msfresearch.themes.study.study` with its defaults, each taught by the other wave's people too.

What the shares are shares of. An answer carries a theme where people, adjudicated, would code it:
what both coders say where they agree on the whole answer, errors that they share included, and the
truth where they differ. Three figures are held against each interval:

expected
    What that share comes to on the average over rehearsals: over members such as these, which is
    what the intervals are intervals for. From ``--worlds`` further rehearsals.
coded
    The share among the answers of this rehearsal, had the same coders coded all of them.
stated
    The share among the answers of this rehearsal that respondents meant to state.

Intervals hold the last two too often where they are right: half of the answers and more are in the
sample, and the members are those that are there.

Printed are coverage, the mean error in standard deviations and the median gain over people alone;
``patterns`` and ``learned`` are the machines' own shares with intervals that know of members and
not of errors. Then what the machine decides by itself and how wrong that is, beside the error
allowed; and the agreement of the two coders beside what their rates of error imply.

Corrected shares of families come out .3 of their standard deviations too high, which costs hardly
any coverage: answers that nobody coded are scored by a coder taught with all that people coded,
those that people coded by coders taught with four fifths of it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from benchmarks.coverage import HOME, setting

from msfresearch.files import sha256_of
from msfresearch.home import Home
from msfresearch.survey.answers import open_answers
from msfresearch.survey.arrival import Arrival, with_export
from msfresearch.survey.rehearsal import rehearse, simulate
from msfresearch.themes import Codebook, load_codebook, theme_shares
from msfresearch.themes.agreement import agreement_table
from msfresearch.themes.desk.log import marks
from msfresearch.themes.rehearsal import (
    CODERS,
    IMAGINED,
    MISREAD,
    OVERLOOKED,
    Simulated,
    rehearse_coders,
    simulated_codes,
    stated_themes,
)
from msfresearch.themes.study import Study, study
from msfresearch.wave import Wave

DAY = "2019-08-31"
#: First seed of the rehearsals that tell what is expected; no interval is made of these.
APART = 100_000
#: Below this is the share of a theme that simulated respondents never state: none but 0 to hold.
NEVER = 0.001
KEY = ["wave", "level", "theme"]


@dataclass(frozen=True)
class Rehearsal:
    """One wave rehearsed: its open answers, and what is true of them."""

    answers: pd.DataFrame
    truth: pd.DataFrame
    codes: Simulated


@dataclass(frozen=True)
class Found:
    """Intervals, decisions of the machine, agreement of the coders."""

    shares: pd.DataFrame
    decisions: pd.DataFrame
    agreement: pd.DataFrame


@cache
def codebook() -> Codebook:
    """The frame."""
    return load_codebook(Home(HOME).codebook / "themes.yml")


def rehearsed(wave: str, seed: int) -> Rehearsal:
    """Simulate a wave, its platform's export and its dirt; clean it; let two coders read it."""
    asked, manifest, n = setting().waves[wave]
    assert manifest.rehearsal is not None
    with tempfile.TemporaryDirectory() as folder:
        made = rehearse(
            asked,
            manifest,
            setting().frame,
            Path(folder),
            seed=seed,
            answers=n,
            platform=manifest.rehearsal.platform,
        )
        arrival = Arrival(made.file, made.structure, sha256_of(made.file), recorded=True)
        manifest = with_export(manifest, made.file, arrival.sha256, "rehearsal")
        tables = Wave(manifest, Home(HOME), arrival).clean().tables
        truth = pd.read_csv(made.truth / "themes.csv", dtype="str", keep_default_na=False)
    name = manifest.sources[0].table
    answers = open_answers(tables, asked, manifest)
    answers = answers[answers["member"].notna()].reset_index(drop=True)
    stated = stated_themes(truth, tables[name], name)
    return Rehearsal(answers, stated, simulated_codes(answers, stated, codebook(), seed))


def figures(seed: int) -> Found:
    """Intervals, decisions and agreement of one seed; each wave is taught by the other too."""
    made = {wave: rehearsed(wave, seed) for wave in setting().waves}
    shares, decisions, agreement = [], [], []
    with tempfile.TemporaryDirectory() as root:
        folders = {wave: Path(root) / wave for wave in made}
        for wave, one in made.items():
            rehearse_coders(one.answers, one.truth, codebook(), folders[wave], at=DAY, seed=seed)
        for wave, one in made.items():
            others = {other: folders[other] for other in made if other != wave}
            studied = study(one.answers, codebook(), folders[wave], others)
            told = _intervals(studied).merge(_finite(one.codes), on=["level", "theme"])
            shares.append(told.assign(wave=wave, seed=seed))
            decisions.append(_decisions(one, studied).assign(wave=wave, seed=seed))
            agreement.append(_agreement(one, studied).assign(wave=wave, seed=seed))
    return Found(pd.concat(shares), pd.concat(decisions), pd.concat(agreement))


def expected(seed: int) -> pd.DataFrame:
    """Answers of one further rehearsal, and those of them that carry a theme, would people code.

    Simulated in memory: neither the export nor its dirt changes what people mean to say.
    """
    found = []
    for wave, (asked, manifest, n) in setting().waves.items():
        made = simulate(asked, manifest, setting().frame, seed, n)
        written = made.people["written_in"]
        ids, stated = [], []
        for item, said in made.said.items():
            for row in np.flatnonzero(made.codes[item] != ""):
                answer_id = f"{row}:{item}"
                ids.append((answer_id, written[row]))
                stated += [(answer_id, theme, 1) for theme in said[row].stated]
                stated += [(answer_id, theme, 0) for theme in said[row].denied]
        answers = pd.DataFrame(ids, columns=["answer_id", "language"])
        truth = pd.DataFrame(stated, columns=["answer_id", "theme", "stated"])
        finite = _finite(simulated_codes(answers, truth, codebook(), seed))
        carriers = finite["coded"] * len(answers)
        found.append(finite.assign(wave=wave, n=len(answers), carriers=carriers))
    return pd.concat(found)


def rehearsals(seeds: Sequence[int], worlds: Sequence[int], processes: int = 1) -> Found:
    """Many rehearsals, each interval beside the figures that it should hold.

    Parameters
    ----------
    seeds : sequence of int
        Rehearsals of which intervals are made.
    worlds : sequence of int
        Seeds of those that tell what is expected.
    processes : int
        How many work at once.

    Returns
    -------
    Found
        ``shares`` has ``KEY``, ``method``, ``seed``, ``value``, ``low``, ``high``, ``gain``,
        ``coded``, ``stated``, ``expected``, and ``held`` for the last.
    """
    if processes == 1:
        made, apart = list(map(figures, seeds)), list(map(expected, worlds))
    else:
        # Threads of the linear algebra would only get into each other's way.
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
            os.environ.setdefault(name, "1")
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            made, apart = pool.map(figures, seeds, 1), pool.map(expected, worlds, 5)
    sums = pd.concat(apart).groupby(KEY, as_index=False)[["carriers", "n"]].sum()
    truth = sums[KEY].assign(expected=sums["carriers"] / sums["n"])
    truth = truth[truth["expected"] > NEVER]
    shares = pd.concat([one.shares for one in made], ignore_index=True)
    shares = shares.merge(truth, on=KEY, validate="many_to_one")
    return Found(
        shares.assign(held=_holds(shares, "expected")),
        pd.concat([one.decisions for one in made], ignore_index=True),
        pd.concat([one.agreement for one in made], ignore_index=True),
    )


def covered(shares: pd.DataFrame) -> pd.DataFrame:
    """Coverage by method, wave and level.

    Returns
    -------
    DataFrame
        ``intervals``; ``expected`` (share that holds it) with ``error`` (Monte Carlo, over seeds),
        ``coded`` and ``stated``; ``bias`` (mean error of a theme in standard deviations, on the
        average); ``least`` and ``most`` (coverage of one theme); medians of ``width`` and ``gain``.
    """
    rows: list[dict[str, object]] = []
    told = pd.concat([shares.assign(of=shares["wave"]), shares.assign(of="both")])
    for (method, wave, level), part in told.groupby(["method", "of", "level"], sort=False):
        seeds = part.groupby("seed")["held"].agg(["sum", "size"])
        share = float(part["held"].mean())
        off = seeds["sum"] - share * seeds["size"]
        each = singles(part)
        rows.append(
            {
                "method": method,
                "wave": wave,
                "level": level,
                "intervals": len(part),
                "expected": share,
                "error": float(off.std() * len(seeds) ** 0.5 / seeds["size"].sum()),
                "coded": float(_holds(part, "coded").mean()),
                "stated": float(_holds(part, "stated").mean()),
                "bias": float(each["bias"].mean()),
                "least": float(each["held"].min()),
                "most": float(each["held"].max()),
                "width": float((part["high"] - part["low"]).median()),
                "gain": float(part["gain"].median()),
            }
        )
    return pd.DataFrame(rows).sort_values(["level", "method", "wave"], ignore_index=True)


def singles(shares: pd.DataFrame) -> pd.DataFrame:
    """Coverage and bias of each theme: wave, method, theme, expected, estimate, sd, bias, held."""
    by = shares.groupby(["method", *KEY], sort=False)
    each = by.agg(
        expected=("expected", "first"),
        estimate=("value", "mean"),
        sd=("value", "std"),
        intervals=("held", "size"),
        held=("held", "mean"),
    ).reset_index()
    each["bias"] = (each["estimate"] - each["expected"]) / each["sd"].where(each["sd"] > 0)
    return each


def decided(decisions: pd.DataFrame) -> pd.DataFrame:
    """Per wave what the machine decided of answers that nobody coded, and how wrong it was.

    Returns
    -------
    DataFrame
        ``automatic`` (share of decisions), ``yes`` and ``no`` (mean number), ``wrong_yes`` (share
        of the "yes" that people would not give), ``missed`` (share of the carriers decided "no"),
        and the shares of rehearsals in which these, of all themes together, exceed what is allowed.
    """
    rows = []
    for wave, part in decisions.groupby("wave"):
        sums = part.groupby("seed")[["cells", "yes", "wrong", "no", "carriers", "missed"]].sum()
        false_yes = sums["wrong"] / sums["yes"].where(sums["yes"] > 0)
        missed = sums["missed"] / sums["carriers"]
        allowed = float(part["allowed"].iloc[0])
        rows.append(
            {
                "wave": wave,
                "allowed": allowed,
                "automatic": float((sums["yes"] + sums["no"]).sum() / sums["cells"].sum()),
                "yes": float(sums["yes"].mean()),
                "no": float(sums["no"].mean()),
                "wrong_yes": float(sums["wrong"].sum() / max(1, sums["yes"].sum())),
                "missed": float(sums["missed"].sum() / sums["carriers"].sum()),
                "above_yes": float((false_yes > allowed).mean()),
                "above_missed": float((missed > allowed).mean()),
            }
        )
    return pd.DataFrame(rows)


def _intervals(one: Study) -> pd.DataFrame:
    """Every interval of one study: method, level, theme, value, low, high, gain."""
    frame = one.codebook.frame("en")
    answer, theme = np.nonzero(one.scores.to_numpy() >= 0.5)
    guesses = pd.DataFrame(
        {"answer_id": one.scores.index[answer], "theme": one.scores.columns[theme]}
    ).merge(frame, on="theme")
    found = []
    for level, told in (("theme", one.shares()), ("family", one.families())):
        named = frame.assign(theme=frame[level])[["family", "theme"]].drop_duplicates()
        by_method = {
            "corrected": told[["theme", "share", "low", "high", "gain"]],
            "people": told[["theme", "human_share", "human_low", "human_high"]],
            # As if the machines never erred.
            "patterns": theme_shares(one.answers, one.hits.assign(theme=one.hits[level]), named),
            "learned": theme_shares(one.answers, guesses.assign(theme=guesses[level]), named),
        }
        for method, table in by_method.items():
            plain = table.rename(columns=lambda name: name.removeprefix("human_"))
            plain = plain.reindex(columns=["theme", "share", "low", "high", "gain"])
            numbers = dict.fromkeys(["share", "low", "high", "gain"], "float64")
            found.append(plain.astype(numbers).assign(method=method, level=level))
    every = pd.concat(found, ignore_index=True).rename(columns={"share": "value"})
    return every.dropna(subset=["low", "high"])


def _finite(codes: Simulated) -> pd.DataFrame:
    """Shares among the answers of one rehearsal: ``coded`` by people, ``stated`` by respondents."""
    frame = codebook().frame("en")
    settled, meant = codes.settled, codes.meant == 1
    rows = []
    for level in ("theme", "family"):
        for name in dict.fromkeys(frame[level]):
            of = (frame[level] == name).to_numpy()
            shares = [float(each[:, of].any(axis=1).mean()) for each in (settled, meant)]
            rows.append((level, name, *shares))
    return pd.DataFrame(rows, columns=["level", "theme", "coded", "stated"])


def _decisions(made: Rehearsal, one: Study) -> pd.DataFrame:
    """Of the answers that nobody coded: cells, "yes", wrong "yes", "no", carriers and missed."""
    fresh = list(made.codes.ids[made.codes.n :])
    assert one.decided is not None
    cells = one.decided.loc[fresh]
    yes = cells.eq(1).fillna(False).to_numpy(dtype=bool)
    no = cells.eq(0).fillna(False).to_numpy(dtype=bool)
    carries = made.codes.settled[made.codes.n :]
    return pd.DataFrame(
        {
            "theme": list(cells.columns),
            "allowed": one.error,
            "cells": len(fresh),
            "yes": yes.sum(axis=0),
            "wrong": (yes & ~carries).sum(axis=0),
            "no": no.sum(axis=0),
            "carriers": carries.sum(axis=0),
            "missed": (no & carries).sum(axis=0),
        }
    )


def _agreement(made: Rehearsal, one: Study) -> pd.DataFrame:
    """The coders' alpha of each theme that they saw, and what their rates of error imply of it."""
    told = agreement_table(
        {name: marks(one.people.log, one.codebook, name) for name in CODERS}, replicates=2
    )
    alpha = told[told["coefficient"] == "alpha"].set_index("level")["value"]
    meant = made.codes.meant[: made.codes.n]
    rates = {1: 1 - OVERLOOKED, 0: IMAGINED, -1: MISREAD}
    shares = {which: (meant == which).mean(axis=0) for which in rates}
    marked = sum(shares[which] * rate for which, rate in rates.items())
    differ = sum(2 * shares[which] * rate * (1 - rate) for which, rate in rates.items())
    themes = list(one.codebook.themes)
    implied = 1 - differ / (2 * marked * (1 - marked))
    return pd.DataFrame(
        {"theme": themes, "alpha": alpha.reindex(themes).to_numpy(), "implied": implied}
    ).dropna()


def _holds(shares: pd.DataFrame, figure: str) -> pd.Series[bool]:
    return (shares["low"] <= shares[figure]) & (shares[figure] <= shares["high"])


def main() -> None:
    """Rehearse and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--themes", action="store_true", help="print every theme")
    given = parser.parse_args()
    began = time.perf_counter()
    seeds = range(given.first, given.first + given.seeds)
    found = rehearsals(seeds, range(APART, APART + given.worlds), given.processes)
    print(f"{len(seeds)} rehearsals, seeds {seeds.start} to {seeds.stop - 1}")
    with pd.option_context("display.width", 200, "display.max_columns", 20):
        print(covered(found.shares).round(3).to_string(index=False))
        print("\nDecided by machine, of answers that nobody coded")
        print(decided(found.decisions).round(3).to_string(index=False))
        told = found.agreement.groupby("wave")[["alpha", "implied"]].mean()
        print("\nAlpha of two coders, mean over themes, and what their errors imply")
        print(told.round(3).to_string())
        if given.themes:
            print("\n" + singles(found.shares).round(4).to_string(index=False))
    print(f"\n{time.perf_counter() - began:.0f} seconds")


if __name__ == "__main__":
    main()
