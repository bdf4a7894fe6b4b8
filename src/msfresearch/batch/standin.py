"""Waves made ready to run: files fetched, an export recorded, or a rehearsal that stands in."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, get_args

from msfresearch.batch.store import environment
from msfresearch.errors import ManifestError, MsfResearchError, ParameterError
from msfresearch.files import sha256_of, staged_folder
from msfresearch.home import Home
from msfresearch.survey.arrival import REHEARSED, Arrival, record_arrival, with_export
from msfresearch.survey.fetch import Fetched, fetch, mirror_folder
from msfresearch.survey.respondents import Rehearsal
from msfresearch.wave import CONTEXT, Wave, load_context, open_wave

PLATFORMS: tuple[str, ...] = get_args(Rehearsal.model_fields["platform"].annotation)


def ready(wave: Wave) -> Wave:
    """A wave as it can be run.

    The fingerprint of a real export is written down when it is first seen, so that a later change
    of it stops the run. Where the real export is awaited, a rehearsal is simulated in its place;
    it is made anew when what it depends on has changed.
    """
    if wave.arrival is None and not wave.awaits_export:
        return wave
    if wave.manifest.status == "real" and wave.arrival is not None:
        if not wave.arrival.recorded:
            record_arrival(wave.arrival)
        return open_wave(wave.id, wave.home)
    kept = _record(wave.home.rehearsals / wave.id)
    given = dict(kept.get("given", {}))
    if kept.get("key") == _key(wave, _declared(wave) | given) and _whole(wave, kept):
        return wave
    return _rehearse(wave, given)


def rehearse(
    wave: Wave,
    *,
    seed: int | None = None,
    answers: int | None = None,
    platform: str | None = None,
) -> Wave:
    """Simulate a wave anew, with the parameters of its ``wave.yml`` unless others are given.

    Parameters
    ----------
    wave : Wave
        One whose export is awaited, whether or not it has arrived.
    seed, answers, platform
        Over those of ``wave.yml``; kept for later runs until the next rehearsal.

    Returns
    -------
    Wave
        With the rehearsal in place; with the real export, where that is there.

    Raises
    ------
    ManifestError
        When the wave's manifest does not say how it is rehearsed.
    ParameterError
        When no such platform is known, or the number of answers is too small.
    """
    named = {"seed": seed, "answers": answers, "platform": platform}
    given = {name: value for name, value in named.items() if value is not None}
    asked = _declared(wave) | given
    if asked["platform"] not in PLATFORMS:
        raise ParameterError(
            "no such platform", found=str(asked["platform"]), expected=", ".join(PLATFORMS)
        )
    if int(asked["answers"]) < 10 or int(asked["seed"]) < 0:
        raise ParameterError(
            "a rehearsal cannot be that small",
            found=f"{asked['answers']} answers, seed {asked['seed']}",
            expected="10 answers or more, a seed of 0 or more",
        )
    return _rehearse(wave, given)


def _declared(wave: Wave) -> dict[str, Any]:
    how = wave.manifest.rehearsal
    if how is None or wave.manifest.frame.members_of is None:
        raise ManifestError(
            "the manifest does not say how the wave is rehearsed",
            file=wave.raw_folder / "wave.yml",
            column="rehearsal" if how is None else "frame.members_of",
            expected="rehearsal: {seed, answers, platform} and a frame of members",
        )
    return how.model_dump()


def _rehearse(wave: Wave, given: dict[str, Any]) -> Wave:
    from msfresearch.survey.frame import units
    from msfresearch.survey.rehearsal import rehearse as simulate

    asked = _declared(wave) | given
    members = wave.members()
    assert members is not None  # _declared refused a wave without them
    folder = wave.home.rehearsals / wave.id
    with staged_folder(folder) as staging:
        made = simulate(wave.questionnaire, wave.manifest, units(members), staging, **asked)
        uncoded = _rehearse_coders(wave, made.file, made.structure, staging)
        files = {
            path.relative_to(staging).as_posix(): sha256_of(path)
            for path in sorted(staging.rglob("*"))
            if path.is_file()
        }
        record = {
            "file": made.file.name,
            "structure": made.structure.name if made.structure else None,
            "sha256": files[made.file.name],
            "files": files,
            "given": given,
            "uncoded": uncoded,
            "key": _key(wave, asked),
        }
        text = json.dumps(record, indent=1, sort_keys=True) + "\n"
        (staging / REHEARSED).write_text(text, encoding="utf-8")
    return open_wave(wave.id, wave.home)


def _rehearse_coders(wave: Wave, file: Path, structure: Path | None, folder: Path) -> str | None:
    """Let simulated coders code the open answers of an export that was just simulated.

    Returns
    -------
    str, optional
        Why nobody coded. An export that has to be matched by hand first is simulated all the same.
    """
    if wave.manifest.status == "real":
        return "the real export is there"
    try:
        _code_rehearsed(wave, file, structure, folder)
    except MsfResearchError as wrong:
        return wrong.problem
    return None


def _code_rehearsed(wave: Wave, file: Path, structure: Path | None, folder: Path) -> None:
    import pandas as pd

    from msfresearch.survey.answers import open_answers
    from msfresearch.survey.screening.clock import last_day
    from msfresearch.themes import load_codebook
    from msfresearch.themes.rehearsal import rehearse_coders, stated_themes

    arrival = Arrival(file, structure, sha256_of(file), recorded=True)
    manifest = with_export(wave.manifest, file, arrival.sha256, "rehearsal")
    staged = Wave(manifest, wave.home, arrival)
    cleaned = staged.clean()
    answers = open_answers(cleaned.tables, staged.questionnaire, manifest)
    if answers.empty:
        return
    truth = pd.read_csv(folder / "truth" / "themes.csv", dtype="str", keep_default_na=False)
    name = manifest.sources[0].table
    stated = stated_themes(truth, cleaned.tables[name], name)
    codebook = load_codebook(wave.home.codebook / "themes.yml")
    at = f"{last_day(manifest.fieldwork[-1].end):%Y-%m-%d}"
    rehearse_coders(answers, stated, codebook, folder / "coding", at=at)


def _key(wave: Wave, asked: dict[str, Any]) -> str:
    """What a rehearsal depends on: equal keys mean the same bytes."""
    instrument = wave.home.codebook / "questionnaires" / f"{wave.manifest.instrument}.yml"
    files = [
        wave.raw_folder / "wave.yml",
        instrument,
        *sorted((instrument.parent / "shared").glob("*.yml")),
        wave.home.codebook / "members.csv",
        wave.home.codebook / "themes.yml",
    ]
    root = wave.home.root
    seen = {path.relative_to(root).as_posix(): sha256_of(path) for path in files if path.is_file()}
    content = [environment(root), seen, asked]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("ascii")).hexdigest()


def _record(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / REHEARSED).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _whole(wave: Wave, kept: dict[str, Any]) -> bool:
    """Whether everything simulated is there as it was written; to its logs people may add."""
    folder = wave.home.rehearsals / wave.id
    files = {folder / name: sha256 for name, sha256 in kept.get("files", {}).items()}
    return bool(files) and all(
        p.is_file() and (p.parent == folder / "coding" or sha256_of(p) == files[p]) for p in files
    )


def absence(wave: Wave) -> str | None:
    """Why a wave cannot run; takes registered files from the mirror folder when there is one."""
    fetched = wave.fetch(mirror=mirror_folder(), download=False)
    absent = [one for one in fetched if one.how == "absent"]
    if not absent:
        return None
    return f"{', '.join(one.file for one in absent)} not here; msfresearch fetch {wave.id}"


def take_context(home: Home) -> tuple[Fetched, ...]:
    """Take the registered context tables from the mirror folder, where there is one."""
    return tuple(
        fetch(source, home.raw / CONTEXT, mirror=mirror_folder(), download=False)
        for source in load_context(home).sources
    )
