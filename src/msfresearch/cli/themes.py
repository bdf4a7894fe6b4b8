"""``msfresearch themes …``: the code frame, the coders' sheets, and what goes to other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from msfresearch.errors import MsfResearchError, ParameterError, printable

if TYPE_CHECKING:
    import pandas as pd

    from msfresearch.wave import Wave

app = typer.Typer(
    help="Code open answers: the frame, the coders, the exchange.", no_args_is_help=True
)
WaveId = Annotated[str, typer.Argument(help="Id, as `msfresearch waves` lists.")]
#: Rows told on the terminal; the rest is counted.
TOLD = 20


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="An earlier version of themes.yml.")],
    new: Annotated[
        Path | None, typer.Argument(help="A later one; codebook/themes.yml by default.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV for every answer that changes code, all waves.")
    ] = None,
) -> None:
    """Say what changed between two versions of the frame, and which answers change code."""
    from msfresearch.home import find_home
    from msfresearch.themes import load_codebook
    from msfresearch.themes.changes import changes, recoded
    from msfresearch.wave import list_waves, open_wave

    home = find_home()
    before, after = load_codebook(old), load_codebook(new or home.codebook / "themes.yml")
    found = changes(before, after)
    for row in found.to_dict("records"):
        place = " ".join(part for part in (row["theme"], row["language"]) if part)
        words = {
            "added": row["after"],
            "removed": row["before"],
        }.get(str(row["change"]), f"{row['before']} -> {row['after']}")
        typer.echo(f"{place or 'the frame'}: {row['part']} {row['change']}: {printable(words)}")
    typer.echo(f"{len(found)} differences")
    moved: list[pd.DataFrame] = []
    for wave_id in list_waves(home):
        wave = open_wave(wave_id, home)
        if "clean" not in wave.stages():
            typer.echo(f"{wave_id}: not cleaned yet, so its answers were not looked at")
            continue
        answers = wave.open_answers()
        if answers.empty:
            continue
        other = recoded(answers, before, after).assign(wave=wave_id)
        moved.append(other)
        typer.echo(
            f"{wave_id}: {other['answer_id'].nunique()} of {len(answers)} answers change code"
        )
        counts = other.groupby(["theme", "change"], as_index=False, sort=True).size()
        for row in counts.to_dict("records"):
            done = "gained" if row["change"] == "gains" else "lost"
            typer.echo(f"  {row['theme']}: {row['size']} {done}")
    if out is not None:
        _write_csv(moved, out)


@app.command()
def code(
    source: Annotated[Path, typer.Argument(help="Parquet: answer_id, text, language.")],
    target: Annotated[Path, typer.Argument(help="Parquet for the hits, each with its evidence.")],
    frame: Annotated[
        Path | None, typer.Option(help="The frame; codebook/themes.yml by default.")
    ] = None,
    strict: Annotated[
        bool, typer.Option(help="Stop at an answer in a language that the frame lacks.")
    ] = False,
) -> None:
    """Find the patterns of the frame in a file of any length, and write where they stand."""
    from msfresearch.home import find_home
    from msfresearch.themes import load_codebook
    from msfresearch.themes.matching.stream import code_file

    codebook = load_codebook(frame or find_home().codebook / "themes.yml")
    account = code_file(source, target, codebook, strict=strict)
    typer.echo(
        f"{account.answers} answers, {account.coded} of them with a hit, {account.hits} hits, "
        f"{account.blank} without text"
    )
    for language, n in sorted(account.unread.items()):
        typer.echo(f"  {n} not read: the frame lacks their language, {printable(language) or '-'}")
    typer.echo(f"Written: {target}")


@app.command()
def sheet(
    wave: WaveId,
    coder: Annotated[str, typer.Option(help="Who codes: lower-case letters, digits, - and _.")],
    n: Annotated[
        int, typer.Option("-n", min=1, help="Size of the random sample in all; chosen: how many.")
    ] = 100,
    draw: Annotated[
        str, typer.Option(help="random (for estimates) or chosen (what the machine doubts).")
    ] = "random",
    lang: Annotated[str, typer.Option(help="Language of the sheet: en, es or fr.")] = "en",
    reads: Annotated[
        str | None, typer.Option(help="Languages that the coder reads: en,es. All by default.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="CSV in place of a workbook.")] = False,
) -> None:
    """Write a coding sheet for one coder: blind, with the frame as its second page."""
    from msfresearch.themes.rounds import hand_out

    if draw not in ("random", "chosen"):
        raise ParameterError("no such draw", found=draw, expected="random or chosen")
    languages = None if reads is None else [one.strip() for one in reads.split(",")]
    opened = _open(wave)
    handed = hand_out(
        opened,
        coder,
        n,
        draw="random" if draw == "random" else "chosen",
        lang=lang,
        languages=languages,
        as_csv=csv,
    )
    typer.echo(f"{handed.rows} answers for {coder}, drawn: {draw}")
    if handed.done:
        typer.echo(f"  {handed.done} of the draw were decided by {coder} before")
    if handed.left_out:
        typer.echo(f"  {handed.left_out} in languages that {coder} does not read are left out")
    typer.echo(f"Written: {handed.path}")
    typer.echo("It holds what people wrote: pass it to this coder only.")
    _tell_rehearsal(opened)


@app.command()
def adjudicate(
    wave: WaveId,
    lang: Annotated[str, typer.Option(help="Language of the sheet: en, es or fr.")] = "en",
    csv: Annotated[bool, typer.Option("--csv", help="CSV in place of a workbook.")] = False,
) -> None:
    """Write a sheet of the answers on which coders differ, without their names."""
    from msfresearch.themes.rounds import hand_to_adjudicator

    opened = _open(wave)
    handed = hand_to_adjudicator(opened, lang=lang, as_csv=csv)
    typer.echo(f"{handed.rows} answers on which coders differ\nWritten: {handed.path}")
    _tell_rehearsal(opened)


@app.command()
def collect(
    wave: WaveId,
    sheets: Annotated[list[Path], typer.Argument(help="Sheets as they came back.")],
    coder: Annotated[
        list[str] | None, typer.Option(help="A coder who was handed no sheet here.")
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="Day of the decisions, 2019-08-31; today by default.")
    ] = None,
    frame: Annotated[
        Path | None, typer.Option(help="The frame that the sheets were made with, if an earlier.")
    ] = None,
) -> None:
    """Take coding sheets back: good rows into the log, bad cells into a list beside the sheet."""
    from msfresearch.themes.folders import NOTES, coding_folder
    from msfresearch.themes.rounds import answers_of, take_back

    opened = _open(wave)
    answers_of(opened)  # a wave that cannot be coded is told once, not for every sheet
    good = True
    for sheet_ in sheets:
        # A sheet that cannot be read at all does not keep the others back.
        try:
            [taken] = take_back(opened, [sheet_], coder or (), on, frame)
        except MsfResearchError as wrong:
            typer.echo(str(wrong), err=True)
            good = False
            continue
        good &= not taken.bad_rows
        typer.echo(
            f"{taken.sheet.name}: {taken.appended} decisions taken, {taken.unchanged} known "
            f"before, {taken.blank} rows not coded, {taken.repeated} repeated, {taken.absent} did "
            f"not come back, {taken.bad_rows} cannot be read"
        )
        if len(taken.notes):
            typer.echo(f"  {len(taken.notes)} notes, kept in {NOTES}/ beside the log")
        if taken.ignored:
            typer.echo(f"  columns not read: {printable(', '.join(taken.ignored))}")
        for row in taken.bad.head(TOLD).to_dict("records"):
            typer.echo(
                f"  {printable(str(row['page']))} row {row['row']}, {printable(str(row['column']))}"
                f": found {printable(str(row['found']), 60)}; expected {row['expected']}"
            )
        if taken.bad_file is not None:
            typer.echo(f"  all of them: {taken.bad_file}; mend the sheet and collect it again")
    typer.echo(f"Log: {coding_folder(opened)}")
    _tell_rehearsal(opened)
    if not good:
        raise typer.Exit(1)


@app.command()
def agreement(wave: WaveId) -> None:
    """Say how far coders agree with each other, and the machines with them."""
    from msfresearch.themes.rounds import study_of

    opened = _open(wave)
    studied = study_of(opened)
    found = studied.agreement()
    if found.empty:
        typer.echo(f"{wave}: nobody has coded an answer; see: msfresearch themes sheet --help")
        return
    for name, n in studied.people.gold.counts.items():
        typer.echo(f"{n} answers {name}")
    whole = found[(found["level"] == "all") & (found["language"] == "all")]
    for row in whole.to_dict("records"):
        if row["reason"] and row["value"] != row["value"]:
            told = str(row["reason"])
        else:
            told = f"{row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
        typer.echo(f"{row['coders']}: {row['coefficient']} {told}, {row['n_answers']} answers")
    _tell_rehearsal(opened)


@app.command()
def export(
    wave: WaveId,
    to: Annotated[str, typer.Option(help="qdc, qdpx, csv, xlsx, matrix, sav or taguette.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    lang: Annotated[str, typer.Option(help="Language of labels: en, es or fr.")] = "en",
    hits: Annotated[
        bool, typer.Option(help="Also the patterns' hits, as codings of a user of their own.")
    ] = False,
    created: Annotated[
        str | None, typer.Option(help="Day that the file bears, 2019-08-31; today by default.")
    ] = None,
) -> None:
    """Write answers and codes for another tool. The file holds what people wrote."""
    import datetime

    from msfresearch.themes.exchange.formats import FORMATS, write
    from msfresearch.themes.transfer import outgoing

    opened = _open(wave)
    known = next((one for one in FORMATS if one == to), None)
    if known is None:
        raise ParameterError("no such format", found=to, expected=", ".join(FORMATS))
    found = outgoing(opened, hits=hits)
    day = created or datetime.date.today().isoformat()
    done = write(known, out, found.material, lang, day)
    typer.echo(f"{done.answers} answers, {done.codings} codings")
    for n, what in (
        (found.changed, "coded answers whose text is another now"),
        (found.gone, "coded answers that are no longer there"),
        (found.outside, "decisions that name a theme which the frame does not have"),
    ):
        if n:
            typer.echo(f"  left out: {n} {what}")
    _tell_remarks(done.remarks)
    typer.echo(f"Written: {done.path}")
    _tell_rehearsal(opened)


@app.command("import")
def take_in(
    wave: WaveId,
    file: Annotated[Path, typer.Argument(help="A .qdpx, .qdc, .csv or .xlsx of another tool.")],
    coder: Annotated[
        list[str] | None, typer.Option(help="Their user's name and ours: 'Ana Ruiz=ana'.")
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="Day of codings without one, 2019-08-31; today by default.")
    ] = None,
    random: Annotated[
        bool, typer.Option("--random", help="Their answers were a random draw of all.")
    ] = False,
) -> None:
    """Take codes of another tool into the logs; what cannot be taken is listed."""
    import datetime

    from msfresearch.themes.exchange.formats import read
    from msfresearch.themes.rounds import answers_of, codebook_of
    from msfresearch.themes.transfer import take_imported

    opened = _open(wave)
    names = dict(one.split("=", 1) for one in coder or () if "=" in one)
    if len(names) < len(coder or ()):
        raise ParameterError("not a pair of names", expected="theirs=ours, such as 'Ana Ruiz=ana'")
    day = on or datetime.date.today().isoformat()
    found = read(file, answers_of(opened), codebook_of(opened), day, names)
    log = found.log.assign(draw="random") if random else found.log
    for taken in take_imported(opened, log):
        typer.echo(
            f"{taken.coder}: {taken.appended} decisions taken, {taken.known} known before"
            + (f", {taken.older} older than the log's and not taken" if taken.older else "")
        )
    if len(log) and not random:
        typer.echo(
            "They teach the machine and enter no share: nothing says that their answers were drawn "
            "at random. Where they were, import with --random."
        )
    unknown = found.codes[found.codes["theme"] == ""]
    typer.echo(f"{len(found.codes)} codes, {len(unknown)} of them in no theme of the frame")
    for name in unknown["name"].head(TOLD):
        typer.echo(f"  {printable(str(name))}")
    _tell_remarks(found.left)
    _tell_rehearsal(opened)


def _tell_remarks(remarks: pd.DataFrame) -> None:
    for row in remarks.head(TOLD).to_dict("records"):
        typer.echo(f"  {printable(str(row['place']))}: {printable(str(row['reason']))}")
    if len(remarks) > TOLD:
        typer.echo(f"  and {len(remarks) - TOLD} more")


def _tell_rehearsal(wave: Wave) -> None:
    if wave.manifest.status == "rehearsal":
        typer.echo(
            f"{wave.id} is a rehearsal: its answers are simulated and what is decided about them "
            "is an exercise, which is lost when they are simulated anew."
        )


def _open(wave: str) -> Wave:
    from msfresearch.wave import open_wave

    return open_wave(wave)


def _write_csv(parts: list[pd.DataFrame], out: Path) -> None:
    """One table as CSV that no spreadsheet program computes."""
    import pandas as pd

    from msfresearch.files import write_bytes
    from msfresearch.themes.safecells import defuse_delimited
    from msfresearch.themes.schemas import RECODED

    none = pd.DataFrame(columns=[*RECODED.columns, "wave"], dtype="str")
    every = pd.concat([none, *parts], ignore_index=True)
    safe = every.map(lambda cell: defuse_delimited(cell) if isinstance(cell, str) else cell)
    write_bytes(out, safe.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    typer.echo(f"Written: {out}")
