"""A batch: every wave's notebooks in order, waves side by side, old pages whole until new are."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msfresearch.batch.graph import ACROSS, Stage, check_language, stages_to
from msfresearch.batch.parameters import checked, declared
from msfresearch.batch.standin import absence, ready
from msfresearch.batch.store import inputs, stage_key
from msfresearch.errors import MsfResearchError, SourceError, StageError
from msfresearch.files import (
    held,
    recover,
    sha256_of,
    staged_folder,
    write_bytes,
)
from msfresearch.home import Home
from msfresearch.survey.fetch import verify
from msfresearch.wave import Wave, list_waves, open_wave

if TYPE_CHECKING:
    from nbformat import NotebookNode

Step = Literal["start", "run", "ran", "skip", "done", "failed", "left out"]
Tell = Callable[[str, Step, str], None]


@dataclass(frozen=True)
class Job:
    """Pages that are made and replaced together: one wave, or the comparison of several."""

    owner: str
    waves: tuple[Wave, ...]
    stages: tuple[Stage, ...]
    lang: str
    given: Mapping[str, object]

    @property
    def home(self) -> Home:
        """The repository."""
        return self.waves[0].home

    @property
    def lock(self) -> Path:
        """Folder that is locked while the job runs: nothing is written to it."""
        return self.waves[0].raw_folder if len(self.waves) == 1 else self.home.raw

    @property
    def failed(self) -> Path:
        """Folder of a failed notebook and its error: not among the pages that are passed on."""
        return self.home.processed / self.owner / "failed"

    @property
    def target(self) -> Path:
        """Folder of the pages."""
        return self.home.reports / self.owner / self.lang


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes
    ----------
    ran, skipped : tuple of str
        Stages whose notebook ran, and those that were up to date.
    left_out : str, optional
        Why nothing could be run.
    error : str, optional
        What went wrong; the earlier pages then stand as they were.
    """

    owner: str
    ran: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    left_out: str | None = None
    error: str | None = None


@dataclass
class _Progress:
    ran: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def run(
    home: Home,
    waves: Sequence[str],
    *,
    to: str | None = None,
    lang: str = "en",
    force: bool = False,
    jobs: int | None = None,
    tell: Tell = lambda *_: None,
) -> list[Outcome]:
    """Run the notebooks of waves, then the comparison, then write the index.

    Parameters
    ----------
    home : Home
        The repository.
    waves : sequence of str
        Ids of the waves.
    to : str, optional
        Last stage to run; all by default, and then the comparison.
    lang : str
        Language of the pages.
    force : bool
        Run also what is up to date.
    jobs : int, optional
        Waves at a time; the number of processors, at most 4, by default.
    tell : callable
        Gets owner, step and text as work goes on; called from several threads.

    Returns
    -------
    list of Outcome
        One per wave, in order, and one for the comparison when it was due.
    """
    check_language(lang)
    stages_to(to, survey=False)  # an unknown stage stops before anything runs
    waves = tuple(dict.fromkeys(waves))
    known = list_waves(home)
    todo: list[Job] = []
    outcomes: dict[str, Outcome] = {}
    for wave_id in waves:
        try:
            wave = ready(open_wave(wave_id, home))
            reason = absence(wave)
        except MsfResearchError as wrong:
            if wave_id not in known:
                raise
            tell(wave_id, "failed", str(wrong))
            outcomes[wave_id] = Outcome(wave_id, error=str(wrong))
            continue
        if reason is None:
            stages = stages_to(to, survey=wave.arrival is not None)
            todo.append(Job(wave.id, (wave,), stages, lang, {"wave": wave.id, "lang": lang}))
        else:
            tell(wave.id, "left out", reason)
            outcomes[wave.id] = Outcome(wave.id, left_out=reason)
    if todo:
        _warm_up()
    workers = jobs or min(4, os.cpu_count() or 1)
    pool = ThreadPoolExecutor(max_workers=workers)
    try:
        for outcome in pool.map(lambda job: run_job(job, force=force, tell=tell), todo):
            outcomes[outcome.owner] = outcome
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    results = [outcomes[wave_id] for wave_id in waves]
    if to is None:
        results += _across(home, lang, force, tell)
    return results


def _warm_up() -> None:
    """Import what every thread needs before there are threads: imports are not theirs to race."""
    import msfresearch.batch.engine
    import msfresearch.report.page  # noqa: F401


def _across(home: Home, lang: str, force: bool, tell: Tell) -> list[Outcome]:
    """Run the notebooks across waves whose waves all have clean data."""
    known = list_waves(home)
    outcomes: list[Outcome] = []
    for one in ACROSS:
        owner = one.stage.name
        waves = tuple(open_wave(wave, home) for wave in one.waves if wave in known)
        clean = [wave.id for wave in waves if "clean" in wave.stages()]
        lacking = [wave for wave in one.waves if wave not in clean]
        if lacking:
            reason = f"no clean data of {', '.join(lacking)}"
            tell(owner, "left out", reason)
            outcomes.append(Outcome(owner, left_out=reason))
            continue
        given = {"waves": list(one.waves), "lang": lang}
        job = Job(owner, waves, (one.stage,), lang, given)
        outcomes.append(run_job(job, force=force, tell=tell))
    return outcomes


def run_job(job: Job, *, force: bool, tell: Tell) -> Outcome:
    """Run one job; its pages are replaced together at the end, or not at all."""
    progress = _Progress()
    tell(job.owner, "start", "")
    try:
        with held(job.lock) as free:
            if free is False:
                raise StageError(
                    f"another run of {job.owner} is at work",
                    file=job.lock,
                    action="wait until it has ended, then run again",
                )
            _run_held(job, force, progress, tell)
    except MsfResearchError as wrong:
        tell(job.owner, "failed", str(wrong))
        return Outcome(job.owner, tuple(progress.ran), tuple(progress.skipped), error=str(wrong))
    except Exception as wrong:  # noqa: BLE001 - a fault of ours must not end the other waves
        told = f"a fault in msfresearch: {type(wrong).__name__}: {wrong}"
        trace = "".join(traceback.format_exception(wrong))
        failed = job.failed
        write_bytes(failed / "error.txt", f"{told}\n\n{trace}".encode())
        tell(job.owner, "failed", told)
        return Outcome(job.owner, tuple(progress.ran), tuple(progress.skipped), error=told)
    tell(job.owner, "done", "")
    return Outcome(job.owner, tuple(progress.ran), tuple(progress.skipped))


def _run_held(job: Job, force: bool, progress: _Progress, tell: Tell) -> None:
    """Check everything, then run what is not up to date; the caller holds the folder's lock."""
    failed = job.failed
    for stage in job.stages:
        _parameters(job, stage)  # a wrong one in the last notebook stops before the first
    for wave in job.waves:
        for source in wave.manifest.sources:
            verify(source, wave.path(source))
    recover(job.target)
    previous = _read_record(job.target)
    if not force and _all_fresh(job, previous):
        progress.skipped += [stage.name for stage in job.stages]
    else:
        _run_stages(job, previous, force, failed, progress, tell)
    if failed.exists():
        shutil.rmtree(failed)


def _run_stages(
    job: Job,
    previous: dict[str, Any],
    force: bool,
    failed: Path,
    progress: _Progress,
    tell: Tell,
) -> None:
    with staged_folder(job.target) as staging:
        (staging / "notebooks").mkdir()
        record: dict[str, Any] = {"stages": {}}
        for stage in job.stages:
            key = _key(job, stage)
            if not force and _fresh(job, stage, key, previous):
                tell(job.owner, "skip", stage.name)
                for name in _files(stage):
                    shutil.copy2(job.target / name, staging / name)
                progress.skipped.append(stage.name)
            else:
                tell(job.owner, "run", stage.name)
                _run_stage(job, stage, staging, failed)
                tell(job.owner, "ran", stage.name)
                progress.ran.append(stage.name)
            record["stages"][stage.name] = {
                "key": key,
                "outputs": {name: sha256_of(staging / name) for name in _files(stage)},
                "results": _results(job, stage),
            }
        for stage in _later(job, previous):
            for name in _files(stage):
                shutil.copy2(job.target / name, staging / name)
            record["stages"][stage.name] = previous["stages"][stage.name]
        for wave in job.waves:
            for source in wave.manifest.sources:
                verify(source, wave.path(source))
        text = json.dumps(record, indent=1, sort_keys=True) + "\n"
        (staging / "manifest.json").write_text(text, encoding="utf-8")


def _run_stage(job: Job, stage: Stage, staging: Path, failed: Path) -> None:
    from msfresearch.batch.engine import execute
    from msfresearch.batch.provenance import provenance
    from msfresearch.release.contacts import refuse_contacts
    from msfresearch.report.chapters.common import status_of
    from msfresearch.report.page import render_notebook

    notebook = job.home.notebooks / f"{stage.notebook}.ipynb"
    page, executed = (staging / name for name in _files(stage))
    parameters = _parameters(job, stage)
    try:
        done = execute(notebook, executed, parameters, job.home, stage.name)
        html = render_notebook(
            done,
            lang=job.lang,
            status=status_of(job.waves),
            wave_title=" · ".join(w.manifest.title.in_language(job.lang) for w in job.waves),
            provenance=provenance(job.waves, parameters, _inputs(job, stage)),
            home_link="../../index.html",
        )
        refuse_contacts(html, name=page.name, allowed=_cited(job.waves))
        refuse_contacts(_shown(done), name=executed.name, allowed=_cited(job.waves))
        page.write_text(html, encoding="utf-8")
    except MsfResearchError as wrong:
        if executed.exists():
            write_bytes(failed / executed.name, executed.read_bytes())
        write_bytes(failed / "error.txt", f"{stage.notebook}\n{wrong}\n".encode())
        raise


def _shown(notebook: NotebookNode) -> str:
    """Everything that the cells of an executed notebook put out, as one text."""
    shown: list[str] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            shown.append(str(output.get("text", "")))
            shown += [str(part) for kind, part in output.get("data", {}).items() if "text" in kind]
    return "\n".join(shown)


def _cited(waves: Sequence[Wave]) -> set[str]:
    """Web addresses that a page may hold: those of the sources."""
    return {source.url for wave in waves for source in wave.manifest.sources if source.url}


def _files(stage: Stage) -> tuple[str, str]:
    return f"{stage.notebook}.html", f"notebooks/{stage.notebook}.ipynb"


def _parameters(job: Job, stage: Stage) -> dict[str, object]:
    path = job.home.notebooks / f"{stage.notebook}.ipynb"
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError) as wrong:
        raise SourceError("not a readable notebook", file=path, found=wrong) from None
    return checked(job.given, declared(cells, path), path)


def _key(job: Job, stage: Stage) -> str:
    return stage_key(stage, _parameters(job, stage), _inputs(job, stage), job.home)


def _inputs(job: Job, stage: Stage) -> dict[str, str]:
    """Every file that a stage reads, with its SHA-256."""
    instruments = [wave.manifest.instrument for wave in job.waves]
    surveys = [wave for wave in job.waves if wave.arrival is not None]
    found = inputs(
        stage,
        job.owner,
        instruments,
        _parameters(job, stage),
        job.home,
        survey=bool(surveys),
        rehearsed=[wave.id for wave in surveys if wave.manifest.status == "rehearsal"],
    )
    if not stage.needs:
        # Pseudonyms follow their key: with another one the clean tables are others.
        found |= {
            f"fingerprint of the key of the pseudonyms of {wave.id}": hashlib.sha256(
                wave.secret().fingerprint.encode("ascii")
            ).hexdigest()
            for wave in surveys
        }
    return found


def _results(job: Job, stage: Stage) -> str | None:
    """Fingerprint of the tables that the stage left, None when it leaves none."""
    path = job.home.processed / job.owner / stage.name / "manifest.json"
    return sha256_of(path) if path.exists() else None


def _read_record(target: Path) -> dict[str, Any]:
    path = target / "manifest.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _fresh(job: Job, stage: Stage, key: str, previous: dict[str, Any]) -> bool:
    before = previous.get("stages", {}).get(stage.name)
    if before is None or before["key"] != key or before["results"] != _results(job, stage):
        return False
    return all(
        (job.target / name).exists() and sha256_of(job.target / name) == digest
        for name, digest in before["outputs"].items()
    )


def _all_fresh(job: Job, previous: dict[str, Any]) -> bool:
    return all(_fresh(job, stage, _key(job, stage), previous) for stage in job.stages)


def _later(job: Job, previous: dict[str, Any]) -> list[Stage]:
    """Stages after the last one asked for whose pages still hold; stale ones are not kept."""
    if job.owner in {one.stage.name for one in ACROSS}:
        return []
    survey = job.waves[0].arrival is not None
    after = stages_to(None, survey=survey)[len(job.stages) :]
    there = [stage for stage in after if stage.name in previous.get("stages", {})]
    return [stage for stage in there if _fresh(job, stage, _key(job, stage), previous)]
