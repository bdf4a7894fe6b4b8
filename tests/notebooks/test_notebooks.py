"""The notebooks as they are kept: thin, without outputs, and each able to run alone."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from msfresearch.batch.engine import LocalKernelManager, kernel_environment
from msfresearch.batch.graph import ACROSS, STAGES
from msfresearch.batch.parameters import declared
from msfresearch.home import HOME_VARIABLE, Home
from tests.batch.tiny import snapshot
from tests.conftest import HOME
from tests.notebooks.checkout import copy_checkout

NOTEBOOKS = sorted((HOME / "notebooks").glob("*.ipynb"))
LONGEST_CELL = 15
DATA_FILES = (".csv", ".json", ".parquet", ".sav", ".txt", ".xlsx", ".html", ".png", ".svg")
READERS = ("open", "exec", "eval", "Path", "read_text", "read_bytes", "write_text", "savefig")

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells_of(path: Path, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cells"]
    return [cell for cell in found if cell["cell_type"] == kind]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def is_tagged(cell: dict[str, Any]) -> bool:
    return "parameters" in cell["metadata"].get("tags", [])


def test_the_notebooks_are_those_of_the_batch_and_one_for_a_person() -> None:
    batch = {stage.notebook for stage in (*STAGES, *(one.stage for one in ACROSS))}
    assert {path.stem for path in NOTEBOOKS} == batch | {"explore"}


@each_notebook
def test_a_notebook_is_stored_without_outputs_and_with_an_id_for_every_cell(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    ids = [cell["id"] for cell in json.loads(path.read_text("utf-8"))["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in cells_of(path, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
        assert source(cell).strip()
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags"}


@each_notebook
def test_the_title_of_a_notebook_is_one_question(path: Path) -> None:
    lines = [line for cell in cells_of(path, "markdown") for line in source(cell).splitlines()]
    titles = [line for line in lines if line.startswith("# ")]
    assert len(titles) == 1
    assert titles[0].endswith("?")
    assert source(cells_of(path, "markdown")[0]).startswith(titles[0])
    assert json.loads(path.read_text("utf-8"))["cells"][0]["cell_type"] == "markdown"


@each_notebook
def test_only_a_notebook_of_the_batch_has_parameters_and_all_are_typed(path: Path) -> None:
    tagged = [cell for cell in cells_of(path, "code") if is_tagged(cell)]
    if path.stem == "explore":
        assert tagged == []
        return
    assert source(tagged[0]) == source(cells_of(path, "code")[0])
    parameters = declared(json.loads(path.read_text("utf-8"))["cells"], path)
    assert {"lang", "waves" if path.stem.startswith("5-") else "wave"} <= set(parameters)


@each_notebook
def test_a_notebook_holds_no_path_and_reads_no_file_itself(path: Path) -> None:
    for cell in cells_of(path, "code"):
        for node in ast.walk(ast.parse(source(cell))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not set(node.value) & {"/", "\\", "~"}, node.value
                assert not node.value.endswith(DATA_FILES), node.value
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
                name = name.id if isinstance(name, ast.Name) else name
                assert name not in READERS, ast.unparse(node)
                assert not str(name).startswith(("read_", "to_")), ast.unparse(node)


@each_notebook
def test_a_cell_is_short_and_defines_nothing(path: Path) -> None:
    for cell in cells_of(path, "code"):
        assert len(source(cell).splitlines()) <= LONGEST_CELL
        for node in ast.walk(ast.parse(source(cell))):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.While)


@each_notebook
def test_a_notebook_reads_from_heading_to_finding(path: Path) -> None:
    code = [source(cell) for cell in cells_of(path, "code")]
    assert len(cells_of(path, "markdown")) >= 3
    if path.stem != "explore" and not path.stem.startswith("5-"):
        assert sum("prose.findings(" in text for text in code) == 1


@pytest.mark.notebooks
def test_explore_runs_from_top_to_bottom_in_a_fresh_kernel(tmp_path: Path) -> None:
    home = copy_checkout(tmp_path / "checkout")
    before = snapshot(home.root)
    notebook = nbformat.read(home.notebooks / "explore.ipynb", as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        kernel_manager_class=LocalKernelManager,
        resources={"metadata": {"path": str(home.notebooks)}},
        timeout=300,
    )
    client.execute(env=kernel_environment(home, "clean"))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert [output for output in outputs if output.output_type in {"error", "stream"}] == []
    assert "irm-2016" in str(outputs[0])
    assert sum("text/html" in output.get("data", {}) for output in outputs) >= 3
    assert snapshot(home.root) == before


@pytest.mark.notebooks
@pytest.mark.parametrize(
    "stage",
    [stage for stage in STAGES if stage.needs and not stage.only_surveys],
    ids=lambda stage: stage.name,
)
def test_a_notebook_runs_alone_by_papermills_command_line_given_what_it_needs(
    irm_home: Home, tmp_path: Path, stage: Any
) -> None:
    home = copy_checkout(tmp_path / "checkout")
    for need in stage.needs:
        folder = Path("irm-2016") / need
        shutil.copytree(irm_home.processed / folder, home.processed / folder)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "papermill", "--no-progress-bar"),
            *(f"notebooks/{stage.notebook}.ipynb", "alone.ipynb", "-p", "wave", "irm-2016"),
        ],
        cwd=home.root,
        env={**os.environ, HOME_VARIABLE: str(home.root)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    alone = nbformat.read(home.root / "alone.ipynb", as_version=4)
    in_batch = nbformat.read(
        irm_home.reports / "irm-2016" / "en" / "notebooks" / f"{stage.notebook}.ipynb", as_version=4
    )
    assert [c.get("outputs") for c in alone.cells if not injected(c)] == [
        c.get("outputs") for c in in_batch.cells if not injected(c)
    ]
    left = home.processed / "irm-2016" / stage.name
    assert snapshot(left) == snapshot(irm_home.processed / "irm-2016" / stage.name)


def injected(cell: Any) -> bool:
    return "injected-parameters" in cell.metadata.get("tags", [])
