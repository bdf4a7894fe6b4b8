"""The command line: thin, and quick to start."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from msfresearch.cli.themes import app as themes_app
from msfresearch.errors import MsfResearchError, SourceError, printable

if TYPE_CHECKING:
    from msfresearch.batch.run import Outcome
    from msfresearch.survey.intake import Intake

app = typer.Typer(
    name="msfresearch",
    help="How multi-stakeholder forums perform: surveys in, one reproducible report out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(themes_app, name="themes")
WaveIds = Annotated[list[str] | None, typer.Argument(help="Ids, as `msfresearch waves` lists.")]
_TO_PASTE = (
    "To paste into wave.yml in place of the source's `export:`, or as its last key, "
    "below `citation:`:"
)
WaveId = Annotated[str, typer.Argument(help="Id, as `msfresearch waves` lists.")]


def main() -> None:
    """Run the command line; an error of ours is told without a traceback, exit code 1."""
    try:
        app()
    except MsfResearchError as wrong:
        typer.echo(str(wrong), err=True)
        proposal = getattr(wrong, "proposal", "")
        if proposal:
            typer.echo(f"\n{_TO_PASTE}\n{textwrap.indent(proposal, '    ')}", err=True)
        sys.exit(1)


@app.command()
def waves() -> None:
    """List the waves: what they are, and whether their data are here."""
    from rich.console import Console
    from rich.table import Table

    from msfresearch.wave import list_waves, open_wave

    # Titles are text: rich must find no markup in them, and no line of a pipe is broken.
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = 1000
    table = Table("wave", "title", "population", "status", "data", box=None, pad_edge=False)
    faults: list[MsfResearchError] = []
    for wave_id in list_waves():
        try:
            wave = open_wave(wave_id)
        except MsfResearchError as wrong:
            faults.append(wrong)
            continue
        missing = wave.missing_files()
        manifest = wave.manifest
        data = "here" if not missing else f"msfresearch fetch {wave_id}"
        if manifest.status == "rehearsal":
            data = "rehearsal stands in"
        if wave.awaits_export:
            data = f"msfresearch rehearse {wave_id}, or put its export there"
        title = printable(manifest.title.en)
        table.add_row(wave_id, title, manifest.population, manifest.status, data)
    console.print(table)
    for fault in faults:
        typer.echo(str(fault), err=True)
    if faults:
        raise typer.Exit(1)


@app.command()
def check(wave: WaveId) -> None:
    """Read and clean a wave without writing anything: what is wrong, or what would come out."""
    from msfresearch.survey.log import by_rule
    from msfresearch.wave import open_wave

    opened = open_wave(wave)
    if opened.awaits_export:
        typer.echo(f"{wave}: its export is awaited in {opened.raw_folder}")
        typer.echo(f"  to try with simulated answers: msfresearch rehearse {wave}")
        raise typer.Exit(1)
    cleaned = opened.clean()
    for name, intake in cleaned.intake.items():
        _tell_intake(name, intake)
    for name, table in cleaned.tables.items():
        missing = int(cleaned.reasons[name].drop(columns="row_id").notna().sum().sum())
        typer.echo(f"{name}: {len(table)} rows, {missing} missing answers, each with its reason")
    rules, idle = by_rule(cleaned.log)
    for row in rules.to_dict("records"):
        what = f"{row['table']}: {row['rule']}"
        items = row["items"]
        what += f" [{', '.join(items[:3])}{', …' if len(items) > 3 else ''}]" if items else ""
        what += f": {row['cells_changed']} cells" if row["cells_changed"] else ""
        what += f" ({printable(row['detail'])})" if isinstance(row["detail"], str) else ""
        typer.echo(f"  {what}")
    typer.echo(f"  {idle} pairs of a rule and an item changed nothing")
    for row in cleaned.unmatched.to_dict("records"):
        place = f"{row['table']} line {row['line']}"
        typer.echo(f"  {place}: no {printable(row['looked_for'])} in {row['looked_in']}")
    typer.echo(f"{wave}: good")


def _tell_intake(table: str, intake: Intake) -> None:
    """What became of an export before its cells were converted."""
    from msfresearch.survey.privacy import SEARCHED

    typer.echo(f"{table}: {intake.platform}: {printable(intake.reason)}")
    for step in intake.account:
        told = f" ({printable(step.detail)})" if step.detail else ""
        typer.echo(f"  {step.rule}: {step.count}{told}")
    for sheet, rows in intake.unread.items():
        typer.echo(f"  not read: {printable(sheet)}, {rows} rows")
    for row in intake.masked[intake.masked["kind"] != SEARCHED].to_dict("records"):
        typer.echo(f"  split off: {row['kind']} [{printable(row['column'])}]: {row['n']}")
    for row in intake.screened.to_dict("records"):
        told = f" ({printable(row['detail'])})" if row["detail"] else ""
        typer.echo(f"  {row['rule']}: {row['rows_in']} rows in, {row['rows_out']} out{told}")


@app.command()
def rehearse(
    wave: WaveId,
    seed: Annotated[int | None, typer.Option(min=0, help="Another seed.")] = None,
    n: Annotated[int | None, typer.Option(min=10, help="Another number of answers.")] = None,
    platform: Annotated[str | None, typer.Option(help="Another platform's layout.")] = None,
) -> None:
    """Simulate a survey's export, dirt included, with the truth beside it; nothing in it is real.

    The parameters of wave.yml hold unless others are given; they are kept for later runs.
    """
    from msfresearch.batch.standin import rehearse as simulate
    from msfresearch.wave import open_wave

    opened = simulate(open_wave(wave), seed=seed, answers=n, platform=platform)
    folder = opened.home.rehearsals / opened.id
    typer.echo(f"{wave}: simulated in {folder.relative_to(opened.home.root)}")
    if opened.manifest.status == "real":
        typer.echo("  the real export is there: runs read that, not the rehearsal")


@app.command()
def questionnaire(
    wave: WaveId,
    out: Annotated[
        Path | None, typer.Option(help="Folder; data/processed/<wave>/questionnaire by default.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the page: en, es or fr.")] = "en",
) -> None:
    """Write what was asked: a page, an XLSForm, a Table Schema, and the clean data for SPSS."""
    from msfresearch.report.codebook import write_questionnaire
    from msfresearch.wave import open_wave

    opened = open_wave(wave)
    folder = out or opened.processed_folder / "questionnaire"
    for path in write_questionnaire(opened, folder, lang):
        typer.echo(path)


@app.command()
def secret() -> None:
    """Make the key of the pseudonyms, outside the repository, readable by you alone."""
    from msfresearch.home import find_home
    from msfresearch.survey.secret import make_secret

    typer.echo(f"Written: {make_secret(find_home())}. Keep a copy where you keep passwords.")


@app.command()
def fetch(
    wave: Annotated[str, typer.Argument(help="Id of a wave, or `context` for the tables by year.")],
    offline: Annotated[bool, typer.Option(help="Use the mirror folder only.")] = False,
) -> None:
    """Bring a registered wave's files here, each checked against its SHA-256."""
    from msfresearch.home import find_home
    from msfresearch.survey.fetch import fetch as fetch_source
    from msfresearch.survey.fetch import mirror_folder
    from msfresearch.wave import CONTEXT, load_context, open_wave

    mirror = mirror_folder()
    if wave == CONTEXT:
        home = find_home()
        fetched = tuple(
            fetch_source(s, home.raw / CONTEXT, mirror=mirror, download=not offline)
            for s in load_context(home).sources
        )
    else:
        fetched = open_wave(wave).fetch(mirror=mirror, download=not offline)
    for one in fetched:
        typer.echo(f"{one.file}: {one.how}" + (f": {one.reason}" if one.reason else ""))
    if any(one.how == "absent" for one in fetched):
        raise typer.Exit(1)


@app.command()
def run(
    wave: WaveIds = None,
    to: Annotated[
        str | None, typer.Option(help="Last stage: clean, fieldwork, themes, success or report.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the pages.")] = "en",
    force: Annotated[bool, typer.Option(help="Run also what is up to date.")] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help="Waves at a time.")] = None,
) -> None:
    """Run the notebooks of waves, all that have data by default, and write reports/index.html."""
    from msfresearch.batch.progress import progress
    from msfresearch.batch.run import run as run_batch
    from msfresearch.batch.site import write_index
    from msfresearch.batch.standin import take_context
    from msfresearch.home import find_home
    from msfresearch.wave import list_waves

    home = find_home()
    faults: list[str] = []
    try:
        take_context(home)
    except SourceError as wrong:  # the context is not needed for a report; its fault is told
        faults.append(str(wrong))
    try:
        with progress() as tell:
            outcomes = run_batch(
                home, wave or list_waves(home), to=to, lang=lang, force=force, jobs=jobs, tell=tell
            )
    except KeyboardInterrupt:
        typer.echo("Interrupted: the earlier pages stand as they were.", err=True)
        sys.stderr.flush()
        # Threads wait for their kernels, and kernels end with this process: so it ends at once.
        os._exit(130)
    index = write_index(home, lang)
    asked = set(wave or ())
    bad = [o for o in outcomes if o.error or (o.left_out and o.owner in asked)]
    _summary(outcomes, list_waves(home))
    for fault in faults:
        typer.echo(fault, err=True)
    typer.echo(f"Open {index.relative_to(home.root)}")
    if bad or faults:
        raise typer.Exit(1)


def _summary(outcomes: list[Outcome], known: tuple[str, ...]) -> None:
    for outcome in outcomes:
        if outcome.error:
            unread = outcome.owner in known and not (outcome.ran or outcome.skipped)
            hint = f"; msfresearch check {outcome.owner} tells it whole" if unread else ""
            typer.echo(f"{outcome.owner}: FAILED{hint}", err=True)
        elif outcome.left_out is None:
            ran = ", ".join(outcome.ran) or "nothing"
            same = f"; up to date: {', '.join(outcome.skipped)}" if outcome.skipped else ""
            typer.echo(f"{outcome.owner}: ran {ran}{same}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def explore(context: typer.Context) -> None:
    """Open JupyterLab on notebooks/explore.ipynb; further options go to JupyterLab."""
    from msfresearch.home import HOME_VARIABLE, find_home

    home = find_home()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "jupyterlab",
            f"--ServerApp.root_dir={home.root}",
            "--LabApp.default_url=/lab/tree/notebooks/explore.ipynb",
            *context.args,
        ],
        cwd=home.root,
        env={**os.environ, HOME_VARIABLE: str(home.root)},
        check=False,
    )
    raise typer.Exit(done.returncode)
