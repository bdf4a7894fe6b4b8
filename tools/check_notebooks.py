"""Refuse notebooks that hold outputs or were left run out of order.

``python tools/check_notebooks.py [--strip] FILE …``; exit code 1 and a line for each fault.
With ``--strip`` outputs and counts are removed instead.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def faults(notebook: dict[str, Any], name: str) -> list[str]:
    """What keeps a notebook from being committed, a line each."""
    found: list[str] = []
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    counts = [cell["execution_count"] for cell in code if cell["execution_count"] is not None]
    if counts != list(range(1, len(counts) + 1)):
        found.append(f"{name}: cells were run out of order ({counts}): restart and run all")
    for number, cell in enumerate(notebook["cells"], start=1):
        if cell.get("outputs") or cell.get("execution_count") is not None:
            found.append(f"{name}: cell {number} holds output: strip it")
        if cell["cell_type"] == "code" and not "".join(cell["source"]).strip():
            found.append(f"{name}: cell {number} is empty: remove it")
        if "id" not in cell:
            found.append(f"{name}: cell {number} has no id: save it with a current JupyterLab")
    return found


def stripped(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook without outputs, counts and traces of who ran it."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        tags = cell["metadata"].get("tags")
        cell["metadata"] = {"tags": tags} if tags else {}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook["metadata"] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return notebook


def main(arguments: list[str]) -> int:
    """Check or strip each file; 1 when a fault is left."""
    strip = "--strip" in arguments
    left: list[str] = []
    for name in (one for one in arguments if one != "--strip"):
        path = Path(name)
        notebook = json.loads(path.read_text(encoding="utf-8"))
        if strip:
            text = json.dumps(stripped(notebook), indent=1, ensure_ascii=False) + "\n"
            path.write_text(text, encoding="utf-8")
        left += faults(notebook, name)
    print("\n".join(left))
    return bool(left)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
