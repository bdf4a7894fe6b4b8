"""A wave whose four notebooks take a second each: what a batch does, without the statistics."""

from __future__ import annotations

from pathlib import Path

import nbformat
import yaml

from msfresearch.home import Home
from msfresearch.wave import open_wave
from tests.conftest import GOOD, HOME, INSTRUMENT, manifest_of

NOTEBOOKS = {"clean": "1-clean", "themes": "2-themes", "success": "3-success", "report": "4-report"}
PARAMETERS = 'wave: str = "small"\nlang: str = "en"'
BEGIN = "from msfresearch import open_wave\n\nw = open_wave(wave)\n"
CLEAN = BEGIN + (
    'size = len(w.path(w.source("answers")).read_bytes())\n'
    'facts = {"rows": {"answers": 3}, "first_table": "answers", "size": size}\n'
    'w.save("clean", {}, facts)\n'
    "size"
)
LATER = BEGIN + 'size = w.facts("clean")["size"]\nw.save("{stage}", {{}}, {{"size": size}})\nsize'
REPORT = BEGIN + '[w.facts(stage)["size"] for stage in ("clean", "themes", "success")]'
CODE = {
    "clean": CLEAN,
    "themes": LATER.format(stage="themes"),
    "success": LATER.format(stage="success"),
    "report": REPORT,
}


def write_notebook(
    home: Home, stage: str, code: str | None = None, parameters: str | None = PARAMETERS
) -> Path:
    """Write the notebook of a stage; code in its third cell, none for the stage's own."""
    notebook = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        }
    )
    cells = [nbformat.v4.new_markdown_cell(f"# What does {stage} find?")]
    if parameters is not None:
        cells.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    cells.append(nbformat.v4.new_code_cell(CODE[stage] if code is None else code))
    for number, cell in enumerate(cells):
        cell["id"] = f"{stage}-{number}"
    notebook.cells = cells
    path = home.notebooks / f"{NOTEBOOKS[stage]}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def add_wave(home: Home, wave: str, content: bytes = GOOD.encode()) -> Path:
    """Add a wave of the small instrument; the path of its raw file."""
    folder = home.raw / wave
    folder.mkdir(parents=True)
    text = yaml.safe_dump(manifest_of(content, wave))
    (folder / "wave.yml").write_text(text, encoding="utf-8")
    (folder / "answers.csv").write_bytes(content)
    return folder / "answers.csv"


def change_raw(home: Home, content: bytes, wave: str = "small") -> None:
    """Replace a wave's raw file, and its hash in the manifest."""
    (home.raw / wave / "answers.csv").write_bytes(content)
    text = yaml.safe_dump(manifest_of(content, wave))
    (home.raw / wave / "wave.yml").write_text(text, encoding="utf-8")


def make_home(root: Path) -> Home:
    """A repository with one small wave, the codebook and four quick notebooks."""
    home = Home(root)
    (home.codebook / "questionnaires").mkdir(parents=True)
    text = yaml.safe_dump(INSTRUMENT, allow_unicode=True)
    (home.codebook / "questionnaires" / "small.yml").write_text(text, encoding="utf-8")
    for name in ("countries.yml", "plan.yml", "themes.yml"):
        (home.codebook / name).write_bytes((HOME / "codebook" / name).read_bytes())
    context = home.raw / "context"
    context.mkdir(parents=True)
    (context / "sources.yml").write_bytes((HOME / "data/raw/context/sources.yml").read_bytes())
    add_wave(home, "small")
    for stage in NOTEBOOKS:
        write_notebook(home, stage)
    return home


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def size_in(home: Home, stage: str = "clean", wave: str = "small") -> int:
    """The number that the stage's notebook left."""
    return int(open_wave(wave, home).facts(stage)["size"])
