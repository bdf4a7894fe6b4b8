"""Papermill, made fit for a batch: quiet kernels that do not race, and no trace of the clock."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook
from traitlets import default

from msfresearch.errors import MsfResearchError, NotebookError
from msfresearch.files import refusing_half_writes
from msfresearch.home import HOME_VARIABLE, STAGE_VARIABLE, Home

ENGINE = "msfresearch"
CELL_TIMEOUT_SECONDS = 900
_LINE = re.compile(r"Cell In\[\d+\], line (\d+)")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class LocalKernelManager(AsyncKernelManager):
    """A kernel on sockets of its own: ports race when several kernels start at once."""

    @default("transport")
    def _ipc_where_there_is_any(self) -> str:
        return "ipc" if os.name == "posix" else "tcp"

    @default("connection_file")
    def _own_folder(self) -> str:
        return str(Path(tempfile.mkdtemp(prefix="msf-")) / "kernel.json")

    def cleanup_resources(self, restart: bool = False) -> Any:
        """Remove the sockets' folder with the kernel."""
        done = super().cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(Path(self.connection_file).parent, ignore_errors=True)
        return done


class Engine(NBClientEngine):  # type: ignore[misc]
    """Papermill's own engine with :class:`LocalKernelManager` and an immediate shutdown."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, env: Mapping[str, str], **_: Any
    ) -> Any:
        """Run the notebook; papermill's switches for logging are not used here."""
        client = PapermillNotebookClient(
            nb_man,
            kernel_name=kernel_name,
            kernel_manager_class=LocalKernelManager,
            timeout=CELL_TIMEOUT_SECONDS,
            startup_timeout=120,
            shutdown_kernel="immediate",
            record_timing=False,
            log_output=False,
        )
        return client.execute(env=dict(env))


papermill_engines.register(ENGINE, Engine)


def kernel_environment(home: Home, stage: str) -> dict[str, str]:
    """Environment of a kernel: where the repository is, which stage it runs, one BLAS thread.

    Several BLAS threads sum in another order and move the last bits of an estimate.
    """
    one = dict.fromkeys(
        ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
        "1",
    )
    return {
        **os.environ,
        **one,
        "PYTHONHASHSEED": "0",
        HOME_VARIABLE: str(home.root),
        STAGE_VARIABLE: stage,
        "TZ": "UTC",
    }


def execute(
    notebook: Path, output: Path, parameters: Mapping[str, object], home: Home, stage: str
) -> NotebookNode:
    """Run a notebook in a fresh kernel.

    Parameters
    ----------
    notebook, output : Path
        The notebook, and where the executed one is written.
    parameters : dict
        Checked parameters.
    home : Home
        The repository that the kernel works on.
    stage : str
        Name of the stage: only the first may open personal data.

    Returns
    -------
    NotebookNode
        The executed notebook, with nothing in it of the clock or of this computer.

    Raises
    ------
    NotebookError
        When a cell fails, with notebook, cell and line; the failed notebook is at ``output``.
    """
    try:
        with refusing_half_writes(output):
            done = execute_notebook(
                notebook,
                output,
                parameters=dict(parameters),
                engine_name=ENGINE,
                kernel_name="python3",
                progress_bar=False,
                autosave_cell_every=0,
                env=kernel_environment(home, stage),
            )
    except PapermillExecutionError as wrong:
        raise _failed(notebook, wrong) from None
    except MsfResearchError:
        raise
    except Exception as wrong:  # a dead kernel and a timeout have no common ancestor
        raise NotebookError(
            "the notebook stopped without a failing cell",
            file=notebook,
            found=f"{type(wrong).__name__}: {wrong}",
            action="a killed kernel mostly means too little memory",
        ) from wrong
    finally:
        _strip(output)
    return without_traces(done)


def _strip(written: Path) -> None:
    """Take the traces out of a written notebook; half a one, left by a full disk, is removed."""
    import nbformat

    if not written.exists():
        return
    try:
        left = without_traces(nbformat.reads(written.read_text("utf-8"), as_version=4))
    except ValueError:
        written.unlink()
        return
    written.write_text(nbformat.writes(left), encoding="utf-8")


def without_traces(notebook: NotebookNode) -> NotebookNode:
    """Take out what differs from run to run: times, paths, random ids."""
    notebook.metadata.pop("papermill", None)
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"injected-{number}"
    return notebook


def _failed(notebook: Path, wrong: PapermillExecutionError) -> NotebookError:
    plain = _ANSI.sub("", "\n".join(wrong.traceback or []))
    lines = _LINE.findall(plain)
    return NotebookError(
        f"cell {_number(notebook, wrong.cell_index)} failed"
        + (f" at its line {lines[0]}" if lines else ""),
        file=notebook,
        found=f"{wrong.ename}: {wrong.evalue}",
        action="the failed notebook is kept beside the error: open it in JupyterLab",
    )


def _number(notebook: Path, index: int) -> int:
    """Number of a cell as a reader of the notebook counts, who sees no injected parameters."""
    import nbformat

    cells = nbformat.read(notebook, as_version=4).cells
    tagged = [n for n, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", [])]
    return index + 1 - (bool(tagged) and index > tagged[0])
