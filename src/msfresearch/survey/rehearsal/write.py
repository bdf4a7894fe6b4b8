"""A wave rehearsed: the platform's own export, dirt included, and the truth beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from msfresearch.errors import ParameterError
from msfresearch.survey.manifest import Manifest
from msfresearch.survey.questionnaire import Questionnaire
from msfresearch.survey.rehearsal import truth
from msfresearch.survey.rehearsal.answers import asked
from msfresearch.survey.rehearsal.dirt import Ground, rows_added
from msfresearch.survey.rehearsal.filled import Filled, Vendor
from msfresearch.survey.rehearsal.people import generator
from msfresearch.survey.rehearsal.platforms import vendor
from msfresearch.survey.rehearsal.simulate import Simulated, simulate
from msfresearch.survey.rehearsal.traps import cells_disturbed
from msfresearch.survey.source import Language, Platform

#: Minutes that a complete answer takes, about; nobody but a speeder is far from it.
MINUTES = 20
_FIRST = ("Ana", "Luis", "Marie", "Jean", "Grace", "Ben", "Chidi", "Mei", "Sofía", "Zoé")
_LAST = ("Ejemplo", "Muestra", "Exemple", "Modèle", "Sample", "Specimen", "Muster", "Person")
#: Networks that are kept for documentation (RFC 5737): nobody's addresses.
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")


@dataclass(frozen=True)
class Rehearsed:
    """What a rehearsal wrote.

    Attributes
    ----------
    file, structure
        The export, and the survey's structure beside it where the platform has one.
    truth
        Folder: ``clean.parquet``, ``dirt.csv``, ``themes.csv``, ``personal.csv``,
        ``estimands.json``, ``population.parquet``.
    facts
        Wave, seed, platform, format, language, numbers of rows and of each trap, and under
        ``export`` what a manifest has to say of the file.
    """

    file: Path
    structure: Path | None
    truth: Path
    facts: dict[str, Any]


def rehearse(
    questionnaire: Questionnaire,
    manifest: Manifest,
    frame: pd.DataFrame,
    folder: Path,
    *,
    seed: int,
    answers: int,
    platform: Platform,
    file_format: str | None = None,
    language: Language | None = None,
) -> Rehearsed:
    """Write a simulated wave as its platform would export it, and the truth beside it.

    Parameters
    ----------
    questionnaire, manifest, frame, seed, answers
        See :func:`msfresearch.survey.rehearsal.simulate.simulate`.
    folder : Path
        Gets the export; its subfolder ``truth`` gets the truth.
    platform : str
        Whose layout.
    file_format : str, optional
        One of the platform's formats; the usual one by default.
    language : str, optional
        Of the form's own words in the export; English where the wave has it.

    Returns
    -------
    Rehearsed

    Raises
    ------
    ParameterError
        When the platform has no such format.
    """
    seller = vendor(platform)
    file_format = file_format or seller.formats[0]
    if file_format not in seller.formats:
        raise ParameterError(
            "no such format",
            column="file_format",
            found=file_format,
            expected=", ".join(seller.formats),
            action=f"choose one of those in which {platform} is rehearsed",
        )
    spoken = language or ("en" if "en" in manifest.languages else manifest.languages[0])
    simulated = simulate(questionnaire, manifest, frame, seed, answers)
    ground = dirtied(simulated, manifest, seller.tells[file_format], seed)
    ground = _in_order(ground, seller, seed)
    filled = _filled(ground, manifest, spoken)
    written = seller.write(filled, f"{manifest.id}_{platform}", file_format)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in written.contents.items():
        (folder / name).write_bytes(content)
    beside = folder / "truth"
    facts = {
        "wave": manifest.id,
        "seed": seed,
        "platform": platform,
        "format": file_format,
        "language": spoken,
        "rows": len(ground.cells),
        "kept": int(ground.notes["kept"].sum()),
        "dirt": _counts(ground),
        "export": written.options.model_dump(exclude_defaults=True),
    }
    _write_truth(beside, ground, written.lines, facts)
    structure = folder / written.structure if written.structure else None
    return Rehearsed(folder / written.file, structure, beside, facts)


def dirtied(simulated: Simulated, manifest: Manifest, tells: frozenset[str], seed: int) -> Ground:
    """A simulated wave with its dirt, before any platform wrote it."""
    rng = generator(seed, manifest.id, "dirt")
    n = len(simulated.codes)
    stranger = _strangers(rng)
    notes = _notes(simulated, rng, "unsent" in tells)
    people = pd.DataFrame([stranger() for _ in range(n)], columns=list(stranger()))
    notes = pd.concat([notes, people], axis=1)
    cells = simulated.codes.reset_index(drop=True)
    ground = Ground(simulated, tells, rng, cells.copy(), cells.copy(), notes)
    cells_disturbed(ground)
    rows_added(ground, manifest, stranger)
    return ground


def _notes(simulated: Simulated, rng: np.random.Generator, unsent: bool) -> pd.DataFrame:
    """What a platform notes of each answer of the simulated wave."""
    people = simulated.people
    n = len(people)
    rules = simulated.world.table.respondents
    slowest = max(0.75, (rules.speeding_below if rules else 0) + 0.1)
    complete = (people.disposition == "complete").to_numpy()
    pace = rng.uniform(slowest, max(2 - slowest, slowest), size=n)
    # Whole tenths of a minute: what is divided by 60 here is not rounded elsewhere.
    seconds = 6 * np.round(10 * MINUTES * np.where(complete, pace, slowest)).astype("int64")
    clock = rng.integers(9 * 3600, 14 * 3600, size=n).tolist()
    sent = [
        datetime.combine(day, time()) + timedelta(seconds=second)
        for day, second in zip(people.day.tolist(), clock, strict=True)
    ]
    finished = complete if unsent else np.ones(n, dtype=bool)
    reached = (simulated.codes != "").mean(axis=1).to_numpy()
    started = [
        one - timedelta(seconds=took) for one, took in zip(sent, seconds.tolist(), strict=True)
    ]
    return pd.DataFrame(
        {
            "source": np.arange(n),
            "kept": True,
            "rule": "",
            "fixed_id": "",
            "status": "",
            "started": pd.Series(started, dtype="datetime64[s]"),
            "sent": pd.Series(sent, dtype="datetime64[s]"),
            "seconds": seconds,
            "finished": finished,
            "progress": np.where(finished, 100, np.clip((100 * reached).astype("int64"), 1, 99)),
            "language": people.language.to_numpy(),
            "written_in": people.written_in.to_numpy(),
            "disposition": people.disposition.to_numpy(),
            "window": people.window.to_numpy(),
            "speeding": False,
            "late": "0",
        }
    )


def _strangers(rng: np.random.Generator) -> Callable[[], dict[str, str]]:
    """Gives people nobody is: names from a list, addresses kept for documentation."""
    met = 0

    def stranger() -> dict[str, str]:
        nonlocal met
        met += 1
        first = _FIRST[int(rng.integers(len(_FIRST)))]
        last = _LAST[int(rng.integers(len(_LAST)))]
        # Every other one has an address of the old kind, as long as there are any: one address
        # for two people would make neighbours of them.
        host, network = divmod(met // 2, len(_NETWORKS))
        if met % 2 and host < 254:
            ip = f"{_NETWORKS[network]}.{host + 1}"
        else:
            ip = f"2001:db8::{met >> 16:x}:{met & 0xFFFF:x}"
        return {
            "ip": ip,
            "email": f"respondent.{met:05d}@example.org",
            "first_name": first,
            "last_name": last,
            "token": f"tk{met:06d}x",
        }

    return stranger


def _in_order(ground: Ground, seller: Vendor, seed: int) -> Ground:
    """Rows by the moment at which they were sent, numbered as the platform numbers them."""
    order = ground.notes.sort_values(["sent", "email"], kind="stable").index.to_numpy()
    place = {int(old): new for new, old in enumerate(order)}
    for name in ("cells", "truth", "notes"):
        setattr(ground, name, getattr(ground, name).iloc[order].reset_index(drop=True))
    ground.planted = sorted(
        (place[row], rule, column, outcome) for row, rule, column, outcome in ground.planted
    )
    fixed = ground.notes["fixed_id"].tolist()
    taken = {one for one in fixed if one}
    drawn = generator(seed, "numbers").integers(0, 2**62, size=len(order)).tolist()
    ids: list[str] = []
    number = 0
    for own, figure in zip(fixed, drawn, strict=True):
        if not own and seller.number is not None:
            own = seller.number(number, figure)
            while own in taken:
                number += 1
                own = seller.number(number, figure)
            number += 1
        ids.append(own)
    ground.notes["id"] = pd.Series(ids, dtype="str")
    return ground


def _filled(ground: Ground, manifest: Manifest, language: str) -> Filled:
    world = ground.simulated.world
    form = [item for item in world.table.items if item.id in world.given or item in world.asked]
    cells = {name: ground.cells[name].to_numpy(dtype=object) for name in ground.cells.columns}
    shown = pd.DataFrame({item.id: asked(world, item, cells) for item in form})
    given = pd.DataFrame(
        {item.id: (ground.cells[[c for c, _ in item.columns()]] != "").any(axis=1) for item in form}
    )
    # Whoever stopped has seen the form as far as the last question they answered.
    last = given.to_numpy()[:, ::-1].argmax(axis=1)
    finished = ground.notes["finished"].to_numpy(dtype=bool)
    reached = np.where(finished, len(form), len(form) - last)
    seen = shown & (np.arange(len(form))[None, :] < reached[:, None])
    return Filled(
        world.questionnaire,
        world.table,
        ground.cells,
        shown,
        seen,
        ground.notes,
        language,
        manifest.sources[0].export.timezone,
    )


def _counts(ground: Ground) -> dict[str, int]:
    rules = [rule for _, rule, _, _ in ground.planted]
    return {rule: rules.count(rule) for rule in sorted(set(rules))}


def _write_truth(beside: Path, ground: Ground, lines: list[int], facts: dict[str, Any]) -> None:
    beside.mkdir(parents=True, exist_ok=True)
    truth.clean_truth(ground, lines).to_parquet(beside / "clean.parquet", index=False)
    ground.simulated.population.to_parquet(beside / "population.parquet", index=False)
    truth.themes(ground, lines).to_csv(beside / "themes.csv", index=False)
    ids = ground.notes["id"].tolist()
    dirt = pd.DataFrame(
        [(lines[row], ids[row], *rest) for row, *rest in ground.planted],
        columns=["line", "id", "rule", "column", "outcome"],
    )
    dirt.to_csv(beside / "dirt.csv", index=False)
    kinds = ("ip", "email", "token") if ground.tells & {"person", "place"} else ()
    personal = pd.DataFrame(
        [(kind, one) for kind in kinds for one in sorted(set(ground.notes[kind]))],
        columns=["kind", "value"],
    )
    personal.to_csv(beside / "personal.csv", index=False)
    found = ground.simulated.estimands
    truth.write_json(beside / "estimands.json", {"items": found.to_dict("records"), "facts": facts})
