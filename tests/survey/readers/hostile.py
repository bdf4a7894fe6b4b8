"""Reads a file within 1 GB of memory and 10 s of processor time, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

MEMORY, SECONDS = 1_000_000_000, 10

_READ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
from pathlib import Path
from msfresearch.errors import SourceError
from msfresearch.survey.source import ExportOptions
from msfresearch.survey.readers.{module} import {function}
bad = 0
for name in sys.argv[1:]:
    try:
        {call}
        print("read", name)
    except SourceError as error:
        bad += 1
        print("refused", str(error).replace(chr(10), " | "))
"""


@dataclass(frozen=True)
class Outcome:
    """What became of the files, one line each: "read ..." or "refused ..."."""

    lines: list[str]

    @property
    def refused(self) -> str:
        """The error of the one file; the test fails where it was read."""
        assert len(self.lines) == 1
        assert self.lines[0].startswith("refused"), self.lines[0]
        return self.lines[0]


def read_within_limits(reader: str, *paths: Path) -> Outcome:
    """Read files one after the other; the process must not die, whatever they hold."""
    pytest.importorskip("resource")
    module, function, call = {
        "workbook": ("workbook", "read_sheets", "read_sheets(Path(name))"),
        "limesurvey": ("limesurvey", "read_limesurvey", "read_limesurvey(Path(name), OPTIONS)"),
        "kobo": ("kobo", "read_kobo", "read_kobo(Path(name), OPTIONS)"),
        "spss": ("spss", "read_spss", "read_spss(Path(name), OPTIONS)"),
        "structure": ("lss", "read_structure", "read_structure(Path(name))"),
    }[reader]
    code = _READ.format(
        memory=MEMORY,
        seconds=SECONDS,
        module=module,
        function=function,
        call=call.replace("OPTIONS", "ExportOptions()"),
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return Outcome(done.stdout.splitlines())
