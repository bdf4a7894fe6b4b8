"""What every test may use: the repository, the shared material, a small repository."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from msfresearch.cli import main
from msfresearch.home import Home

# A test that waits for its turn on a busy computer is not wrong.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

HOME = Path(__file__).resolve().parent.parent
WORDS = {"en": "words", "es": "palabras", "fr": "mots"}

#: An instrument with one item of each type.
INSTRUMENT: dict[str, Any] = {
    "id": "small",
    "title": WORDS,
    "missing": {
        "": "blank",
        "NR": "not_reviewed",
        "97": "dont_know",
        "98": "refused",
        "99": "not_applicable",
    },
    "scales": {
        "agreement": {
            "levels": [{"code": str(n), "value": n, "label": WORDS} for n in (1, 2, 3, 4, 5)]
        }
    },
    "tables": {
        "answers": {
            "unit": {"en": "answer", "es": "respuesta", "fr": "réponse"},
            "units": {"en": "answers", "es": "respuestas", "fr": "réponses"},
            "key": ["id"],
            "member": "country",
            "items": [
                {"id": "id", "type": "id", "label": WORDS, "column": "id"},
                {"id": "country", "type": "country", "label": WORDS, "column": "country"},
                {
                    "id": "agree",
                    "type": "ordinal",
                    "scale": "agreement",
                    "label": WORDS,
                    "column": "agree",
                    "spelling": {"five": "5"},
                },
                {
                    "id": "why",
                    "type": "text",
                    "language": "en",
                    "label": WORDS,
                    "column": "why",
                },
            ],
        }
    },
}
GOOD = "id,country,agree,why\n1,UK,5,because\n2,France,97,\n3,NA,NR,NA\n"


def manifest_of(content: bytes, wave: str = "small", **changes: Any) -> dict[str, Any]:
    """A manifest that fits a file's content."""
    return {
        "id": wave,
        "title": WORDS,
        "asked": WORDS,
        "population": "civil society",
        "instrument": "small",
        "fieldwork": [{"start": "2019-04", "end": "2019-08-31"}],
        "languages": ["en"],
        "frame": {"description": "nobody in particular"},
        "standards": "2016",
        "status": "real",
        "sources": [
            {
                "table": "answers",
                "file": "answers.csv",
                "sha256": hashlib.sha256(content).hexdigest(),
                "url": "https://example.org/answers.csv",
                "licence": "none",
                "citation": "nobody",
            }
        ],
        **changes,
    }


@pytest.fixture(scope="session")
def home() -> Path:
    """The repository."""
    return HOME


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with the mirror of public sources, reference results and hostile input."""
    folder = Path(os.environ.get("MSFRESEARCH_SHARED", HOME.parent / "shared"))
    folder = folder if folder.is_absolute() else HOME / folder
    if not folder.is_dir():
        pytest.skip(f"no shared material at {folder.name}: set MSFRESEARCH_SHARED")
    return folder


@pytest.fixture
def small_home(tmp_path: Path) -> Callable[..., Home]:
    """Make a repository with one small wave of the given raw bytes."""

    def make(content: bytes = GOOD.encode(), wave: str = "small", **changes: Any) -> Home:
        root = tmp_path / "checkout"
        raw = root / "data" / "raw" / wave
        raw.mkdir(parents=True, exist_ok=True)
        (raw / "answers.csv").write_bytes(content)
        manifest = yaml.safe_dump(manifest_of(content, wave, **changes))
        (raw / "wave.yml").write_text(manifest, encoding="utf-8")
        questionnaires = root / "codebook" / "questionnaires"
        questionnaires.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(INSTRUMENT, allow_unicode=True)
        (questionnaires / "small.yml").write_text(text, encoding="utf-8")
        for file in (HOME / "codebook").glob("*.yml"):
            shutil.copy(file, root / "codebook" / file.name)
        return Home(root)

    return make


BROWSER_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for a process: a second Playwright beside it would not start."""
    found = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if found is None:
        pytest.skip("no Chromium on this machine: install the package chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=BROWSER_ARGUMENTS)
        yield started
        started.close()


@dataclass(frozen=True)
class Said:
    """What a call printed, and its exit code."""

    code: int
    out: str
    err: str


Call = Callable[..., Said]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["msfresearch", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Said(int(left.value.code or 0), out, err)

    return run
