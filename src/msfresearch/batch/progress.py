"""How a batch is told: a bar per wave in a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from msfresearch.batch.run import Step, Tell


@contextmanager
def progress(console: Console | None = None) -> Iterator[Tell]:
    """Give a function that tells of steps as they happen.

    Parameters
    ----------
    console : Console, optional
        Where to; standard output by default.

    Yields
    ------
    callable
        Takes owner, step and text; safe to call from several threads.
    """
    console = console or Console()
    if not console.is_terminal:
        yield lambda owner, step, text: _line(console, owner, step, text)
        return
    columns = (
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description:<14}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[doing]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(owner: str, step: Step, text: str) -> None:
            if owner not in tasks:
                total = 1 if owner == "compare" else 4
                tasks[owner] = bars.add_task(owner, total=total, doing="")
            task = tasks[owner]
            match step:
                case "run":
                    bars.update(task, doing=text)
                case "ran" | "skip":
                    bars.update(task, advance=1, doing=text)
                case "done":
                    bars.update(task, total=1, completed=1, doing="done")
                case "left out" | "failed":
                    bars.update(task, doing=step)
                    bars.stop_task(task)
                    _line(console, owner, step, text)

        yield tell


def _line(console: Console, owner: str, step: Step, text: str) -> None:
    said = f"{owner}: {step}" + (f" {text}" if text else "")
    console.print(said, markup=False, highlight=False, soft_wrap=True)
