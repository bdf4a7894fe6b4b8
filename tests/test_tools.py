"""The scripts in tools/ find the faults they are for, and say what to do."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import HOME


def load_tool(name: str) -> ModuleType:
    """A script of tools/ as a module."""
    spec = importlib.util.spec_from_file_location(name, HOME / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_file_over_the_limit_is_found(tmp_path: Path) -> None:
    tool = load_tool("check_size")
    large, small = tmp_path / "large.bin", tmp_path / "small.bin"
    large.write_bytes(b"0" * (tool.LIMIT + 1))
    small.write_bytes(b"0" * tool.LIMIT)
    [found] = tool.too_large([str(large), str(small), str(tmp_path / "gone")])
    assert "large.bin: 1000001 bytes" in found
    script = str(HOME / "tools" / "check_size.py")
    for path, code in ((large, 1), (small, 0)):
        done = subprocess.run([sys.executable, script, str(path)], check=False, capture_output=True)
        assert done.returncode == code


def notebook(**changes: Any) -> dict[str, Any]:
    """A notebook as it may be committed, with one cell changed."""
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Why?"]},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {"tags": ["parameters"]},
            "source": ["x = 1"],
            "outputs": [],
            "execution_count": None,
        }
        | changes,
        {
            "cell_type": "code",
            "id": "c",
            "metadata": {},
            "source": "x",
            "outputs": [],
            "execution_count": None,
        },
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def test_the_notebooks_are_stripped_and_in_order() -> None:
    tool = load_tool("check_notebooks")
    notebooks = sorted((HOME / "notebooks").glob("*.ipynb"))
    assert len(notebooks) == 9
    for path in notebooks:
        assert tool.faults(json.loads(path.read_text(encoding="utf-8")), path.name) == []
    assert tool.faults(notebook(), "good.ipynb") == []


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ({"outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}]}, "holds output"),
        ({"execution_count": 1}, "holds output"),
        ({"execution_count": 2}, "run out of order"),
        ({"source": ["  \n"]}, "is empty"),
        ({"source": []}, "is empty"),
    ],
)
def test_a_planted_fault_in_a_notebook_is_found_with_its_cell(
    fault: dict[str, Any], found: str
) -> None:
    told = load_tool("check_notebooks").faults(notebook(**fault), "bad.ipynb")
    assert any(found in line for line in told)
    assert all(line.startswith("bad.ipynb: ") for line in told)
    assert any("cell 2" in line for line in told)


def test_a_cell_without_an_id_is_found() -> None:
    bad = notebook()
    del bad["cells"][1]["id"]
    [told] = load_tool("check_notebooks").faults(bad, "bad.ipynb")
    assert "cell 2 has no id" in told


def test_stripping_takes_what_running_left_and_keeps_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tool = load_tool("check_notebooks")
    ran = notebook(
        outputs=[{"output_type": "stream", "name": "stdout", "text": "jane"}],
        execution_count=7,
        metadata={"tags": ["parameters"], "execution": {"iopub.status.busy": "2026-01-01"}},
    )
    ran["metadata"] = {"language_info": {"version": "3.12.1"}, "papermill": {"x": "jane"}}
    path = tmp_path / "ran.ipynb"
    path.write_text(json.dumps(ran), encoding="utf-8")
    assert tool.main([str(path)]) == 1
    assert "out of order" in capsys.readouterr().out
    assert tool.main(["--strip", str(path)]) == 0
    kept = path.read_text(encoding="utf-8")
    assert "jane" not in kept
    assert "2026" not in kept
    assert [cell["source"] for cell in json.loads(kept)["cells"]] == [["# Why?"], ["x = 1"], "x"]
    assert json.loads(kept)["cells"][1]["metadata"] == {"tags": ["parameters"]}
    assert tool.main([str(path)]) == 0
    tool.main(["--strip", str(path)])
    assert path.read_text(encoding="utf-8") == kept


def test_an_old_python_is_refused_with_what_to_do_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tool = load_tool("bootstrap")
    called: list[object] = []
    monkeypatch.setattr(tool, "call", lambda *command: called.append(command))
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    monkeypatch.setattr(sys, "version", "3.10.4 (main)")
    with pytest.raises(SystemExit) as told:
        tool.main("run")
    assert called == []
    assert "Python 3.10.4 found, 3.11 or newer expected" in str(told.value)
    assert "PYTHON=" in str(told.value)


def test_an_old_python_can_read_the_script_that_refuses_it() -> None:
    source = (HOME / "tools" / "bootstrap.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))


@pytest.mark.parametrize("uv", [None, "uv"])
def test_the_environment_is_made_from_the_hashed_lock_and_without_a_second_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uv: str | None
) -> None:
    tool = load_tool("bootstrap")
    called: list[tuple[str, ...]] = []
    monkeypatch.setattr(tool, "VENV", tmp_path)
    monkeypatch.setattr(tool, "call", lambda *command: called.append(tuple(map(str, command))))
    monkeypatch.setattr(tool.shutil, "which", lambda _: uv)
    tool.main("run")
    made, locked, package = called
    assert "venv" in made
    assert locked[-3:] == ("--require-hashes", "-r", "requirements.lock")
    assert {"--no-deps", "--no-build-isolation"} <= set(package)
    assert (tmp_path / ".ready-run").exists()
    assert not any("index" in part for command in called for part in command)


def test_a_failed_step_stops_the_script_with_its_code() -> None:
    with pytest.raises(SystemExit) as left:
        load_tool("bootstrap").call(sys.executable, "-c", "raise SystemExit(7)")
    assert left.value.code == 7
