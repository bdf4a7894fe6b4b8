"""Files whose readers are written in C or Rust are read in a process of their own.

Such a reader can crash, hang, or take all memory over a file made for it: of mutated ``.sav``
files some crash ReadStat or make it ask for gigabytes, and a cell far from the others makes a
sheet of billions. A process of its own, with limits on memory and time, turns each of these into
an error that names the file, and the kernel or the batch run that asked goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from msfresearch.errors import SourceError

_CHILD = Path(__file__).with_name("child.py")
GIGABYTE = 1_000_000_000


def read_apart(
    path: Path, kind: Literal["workbook", "sav"], memory: int, seconds: int
) -> Iterator[list[Any]]:
    """What another process reads of a file.

    Parameters
    ----------
    path : Path
        The file, already looked at by the guards.
    kind : {"workbook", "sav"}
        What it is read as.
    memory : int
        Bytes of address space that the process may take.
    seconds : int
        Processor time that it may take.

    Yields
    ------
    list
        A word that tells what follows, and what follows; see ``child``.

    Raises
    ------
    SourceError
        When the process is refused the file, crashes, or comes to its limits. Limits are those of
        POSIX systems; elsewhere a crash is still contained, but not a file that takes all memory.
    """
    command = [sys.executable, "-P", str(_CHILD), kind, str(path), str(memory), str(seconds)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        pipe = process.stdout
        assert pipe is not None
        done = False
        try:
            for line in pipe:
                try:
                    what = json.loads(line.decode("utf-8", "surrogatepass"))
                except ValueError:
                    break  # The process died in the middle of a line.
                if what[0] == "refused":
                    raise _refused(path, what[1], memory)
                done = what[0] == "done"
                if not done:
                    yield what
        finally:
            if process.poll() is None and not done:
                process.kill()
        code = process.wait()
    if not done or code:
        raise _died(path, code, memory, seconds)


def _refused(path: Path, why: str, memory: int) -> SourceError:
    if why == "password":
        return SourceError(
            "a workbook that is locked with a password",
            file=path,
            action="open it with its password and save it without one",
        )
    if why == "memory":
        return _died(path, 0, memory, 0)
    return SourceError(
        "a damaged file",
        file=path,
        found=why,
        action="download or export it again",
    )


def _died(path: Path, code: int, memory: int, seconds: int) -> SourceError:
    reasons = {
        -24: f"more than {seconds} seconds of processor time",
        -9: f"more than {seconds} seconds of processor time, or all memory",
    }
    return SourceError(
        "a damaged or hostile file: its reader did not come to an end",
        file=path,
        found=reasons.get(code, f"a crash, or more than {memory:,} bytes of memory"),
        expected="a file that is read within these limits",
        action="download or export it again; if it comes back the same, ask where it comes from",
    )
