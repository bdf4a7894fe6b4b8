"""Who answered stays in the export and in a sealed file: no later stage and no output has it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from msfresearch.batch.run import Outcome, run
from msfresearch.errors import StageError
from msfresearch.home import HOME_VARIABLE, STAGE_VARIABLE, Home
from msfresearch.survey.arrival import RECEIVED
from msfresearch.survey.restricted import read_restricted
from msfresearch.survey.secret import SECRET_VARIABLE, load_secret, rehearsal_secret
from msfresearch.wave import open_wave
from tests.batch.once import once
from tests.batch.tiny import write_notebook
from tests.notebooks.checkout import copy_checkout
from tests.survey.arrived import put, simulated, told, write_secret

WAVE = "poc-2019"
STEM = "answers as they came"
#: A person beside an answer, in a cell where an answer of the questionnaire belongs.
STRAY = "ask nadie.nunca@example.org or +56 2 2555 0198"

pytestmark = pytest.mark.notebooks


def _run_all(folder: Path) -> Outcome:
    home = copy_checkout(folder / "checkout")
    put(home, WAVE, simulated(home, WAVE, folder / "made", "qualtrics", answers=60), STEM)
    with pytest.MonkeyPatch.context() as patched:
        _fix_package(patched)
        patched.setenv(SECRET_VARIABLE, str(write_secret(folder / "secret")))
        [outcome] = run(home, [WAVE], to="report")
    return outcome


def _fix_package(patched: pytest.MonkeyPatch) -> None:
    """An edit of the package while the tests run makes nothing stale."""
    patched.setattr("msfresearch.batch.store.environment", lambda _: "fixed")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A real wave, run through all its notebooks: folder and outcome."""
    return once(tmp_path_factory, "restricted-run", _run_all)


@pytest.fixture
def home(ran: tuple[Path, Outcome], monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv(SECRET_VARIABLE, str(ran[0] / "secret"))
    _fix_package(monkeypatch)
    return Home(ran[0] / "checkout")


def planted(home: Home, made: Path) -> set[str]:
    """Everything in the export that tells of a person, by its columns and by its looks."""
    [export] = (home.raw / WAVE).glob(f"{STEM}*")
    text = export.read_text(encoding="utf-8-sig")
    known = pd.read_csv(made / "truth" / "personal.csv", dtype=str)
    rows = pd.read_csv(export, dtype=str, keep_default_na=False).iloc[2:]
    found = {one for one in known["value"] if one in text}
    found |= set(re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text))
    found |= set(re.findall(r"\+?[0-9][0-9 ().-]*555[0-9 .-]*[0-9]", text))
    for column in ("ResponseId", "IPAddress", "RecipientEmail"):
        found |= set(rows[column]) - {""}
    return found | {
        f"{first} {last}"
        for first, last in zip(rows["RecipientFirstName"], rows["RecipientLastName"], strict=True)
        if first and last
    }


def spoken(home: Home) -> dict[str, str]:
    """All files of a home but for its raw data, by name, with what they say."""
    return {
        path.relative_to(home.root).as_posix(): told(path)
        for path in sorted(home.root.rglob("*"))
        if path.is_file() and not path.is_relative_to(home.raw)
    }


def test_every_stage_of_a_real_wave_runs(ran: tuple[Path, Outcome]) -> None:
    assert ran[1].error is None
    assert ran[1].ran == ("clean", "fieldwork", "themes", "success", "report")


def test_no_page_of_a_real_wave_calls_its_answers_simulated(home: Home) -> None:
    pages = {path.name: told(path) for path in (home.reports / WAVE).glob("*/*.html")}
    assert len(pages) == 5
    assert {
        (name, word)
        for name, page in pages.items()
        for word in ("rehears", "simulat")
        if word in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).lower()
    } == set()


def test_nobody_who_answered_stands_in_anything_that_a_run_makes(
    home: Home, ran: tuple[Path, Outcome]
) -> None:
    people = planted(home, ran[0] / "made")
    assert len([one for one in people if "@" in one]) > 60
    assert len([one for one in people if re.match(r"R_|192\.0\.2\.|2001:db8", one)]) > 60
    assert any("555" in one for one in people)
    said = spoken(home)
    folders = {name.split("/")[0] + "/" + name.split("/")[1] for name in said}
    assert {"data/processed", "data/restricted", f"reports/{WAVE}"} <= folders
    assert sum(name.endswith(".parquet") for name in said) > 10
    assert sum(name.endswith(".ipynb") and name.startswith("reports/") for name in said) == 5
    wrong = {(name, person) for name, text in said.items() for person in people if person in text}
    assert wrong == set()


def test_what_was_split_off_is_sealed_for_its_owner(home: Home) -> None:
    folder = home.restricted / WAVE
    [sealed] = folder.iterdir()
    assert sealed.name == "answers.sealed"
    assert (folder.stat().st_mode & 0o777, sealed.stat().st_mode & 0o777) == (0o700, 0o600)
    secret = load_secret(home, WAVE, "real")
    kept = read_restricted(sealed, secret)
    assert {"email", "ip", "first_name", "last_name", "response_id"} <= set(kept["kind"])
    clean = open_wave(WAVE, home).table("clean", "answers")
    assert set(clean["resp_id"]) <= set(kept["respondent"])
    with pytest.raises(StageError, match="do not open"):
        read_restricted(sealed, rehearsal_secret(WAVE))


def test_the_export_stays_as_it_came(home: Home, ran: tuple[Path, Outcome]) -> None:
    [made] = (ran[0] / "made").glob("*.csv")
    [export] = (home.raw / WAVE).glob(f"{STEM}*")
    assert export.read_bytes() == made.read_bytes()
    assert {path.name for path in (home.raw / WAVE).iterdir()} == {
        export.name, "wave.yml", RECEIVED,
    }  # fmt: skip


# The guard

ATTEMPTS = """
import os, pathlib
import pandas as pd
from msfresearch import open_wave
from msfresearch.survey.secret import secret_path

w = open_wave(wave)
open_wave(wave)
export = w.path(w.source("answers"))
sealed = w.home.restricted / wave / "answers.sealed"
tries = {
    "export": lambda: export.read_bytes(),
    "export by pandas": lambda: pd.read_csv(export),
    "export cleaned": lambda: w.clean(),
    "export copied": lambda: os.link(export, export.parent / "copy"),
    "sealed": lambda: open(sealed, "rb"),
    "sealed listed": lambda: list(sealed.parent.iterdir()),
    "sealed written": lambda: sealed.unlink(),
    "secret": lambda: secret_path().read_bytes(),
    "secret used": lambda: w.secret(),
    "clean": lambda: len(w.table("clean", "answers")),
    "members": lambda: len(w.members()),
    "manifest": lambda: len((w.raw_folder / "wave.yml").read_text()),
    "others": lambda: open_wave("irm-2016").raw("plans").shape[0],
}
for name, attempt in tries.items():
    try:
        print(name, "=", attempt())
    except Exception as wrong:
        print(name, "=", type(wrong).__name__, getattr(wrong, "problem", wrong))
"""
CLOSED = "StageError personal data and the secret are closed to this stage"
PARAMETERS = f'wave: str = "{WAVE}"\nlang: str = "en"'


@pytest.fixture
def copied(home: Home, tmp_path: Path) -> Home:
    """The home after its run, to be changed."""
    shutil.copytree(home.root, tmp_path / "copy")
    return Home(tmp_path / "copy")


def test_a_later_notebook_can_open_the_tables_and_nothing_that_tells_of_a_person(
    copied: Home,
) -> None:
    write_notebook(copied, "themes", ATTEMPTS, PARAMETERS)
    [outcome] = run(copied, [WAVE], to="themes")
    assert outcome.error is None
    assert outcome.ran == ("themes",)
    path = copied.reports / WAVE / "en" / "notebooks" / "2-themes.ipynb"
    printed = "".join(
        output["text"]
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream"
    )
    found = dict(line.split(" = ", 1) for line in printed.splitlines())
    closed = {name for name, said in found.items() if said == CLOSED}
    assert closed == {name for name in found if name.split()[0] in ("export", "sealed", "secret")}
    assert len(closed) == 9
    for name in ("clean", "members", "manifest", "others"):
        assert int(found[name]) > 20
    assert (copied.restricted / WAVE / "answers.sealed").exists()


def test_a_notebook_that_opens_the_export_stops_with_what_to_do_instead(copied: Home) -> None:
    code = (
        "from msfresearch import open_wave\n\nw = open_wave(wave)\n"
        'w.path(w.source("answers")).read_text()'
    )
    write_notebook(copied, "themes", code, PARAMETERS)
    [outcome] = run(copied, [WAVE], to="themes")
    assert "personal data and the secret are closed to this stage" in str(outcome.error)
    error = (copied.processed / WAVE / "failed" / "error.txt").read_text(encoding="utf-8")
    assert "failed at its line 4" in error
    assert "use the cleaned tables" in error


def _opens(home: Home, stage: str | None) -> str:
    """What a process of a stage, or of none, finds when it opens the wave and then its export."""
    script = (
        "from msfresearch.wave import open_wave\n"
        f"w = open_wave({WAVE!r})\n"
        "w.secret(), list((w.home.restricted / w.id).iterdir())\n"
        'print(len(w.clean().tables["answers"]))'
    )
    environment = {**os.environ, HOME_VARIABLE: str(home.root)}
    environment.pop(STAGE_VARIABLE, None)
    if stage is not None:
        environment[STAGE_VARIABLE] = stage
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    return done.stdout or done.stderr


@pytest.mark.parametrize("stage", [None, "clean"])
def test_the_first_stage_and_a_person_at_work_are_not_hindered(
    home: Home, stage: str | None
) -> None:
    assert int(_opens(home, stage)) > 40


@pytest.mark.parametrize("stage", ["fieldwork", "themes", "success", "report", "compare", ""])
def test_every_other_stage_is(home: Home, stage: str) -> None:
    assert "closed to this stage" in _opens(home, stage)


# A run that fails


def test_a_cell_that_tells_of_a_person_is_not_repeated_by_a_run_that_fails_on_it(
    copied: Home, ran: tuple[Path, Outcome]
) -> None:
    people = planted(copied, ran[0] / "made")
    [export] = (copied.raw / WAVE).glob(f"{STEM}*")
    table = pd.read_csv(export, dtype=str, keep_default_na=False)
    answered = table.index[(table["TRUST"] != "")][3]
    table.loc[answered, "TRUST"] = STRAY
    table.to_csv(export, index=False, lineterminator="\r\n")
    (copied.raw / WAVE / RECEIVED).unlink()
    lines: list[str] = []
    [outcome] = run(copied, [WAVE], to="clean", tell=lambda *said: lines.append(" ".join(said)))
    assert "none of its item's answers" in str(outcome.error)
    failed = copied.processed / WAVE / "failed"
    assert {path.name for path in failed.iterdir()} == {"1-clean.ipynb", "error.txt"}
    people |= {STRAY, "nadie.nunca@example.org", "2555 0198"}
    said = {**spoken(copied), "the terminal": "\n".join([*lines, str(outcome.error)])}
    wrong = {(name, one) for name, text in said.items() for one in people if one in text}
    assert wrong == set()
