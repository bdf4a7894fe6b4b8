"""The key of a stage: another one for all that it reads, the same for all else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from msfresearch.batch import store
from msfresearch.batch.graph import ACROSS, STAGES, Stage
from msfresearch.batch.store import environment, inputs, stage_key
from msfresearch.home import Home
from msfresearch.wave import open_wave
from tests.batch.tiny import add_wave, write_notebook

BY_NAME = {stage.name: stage for stage in STAGES if not stage.only_surveys}
PARAMETERS: dict[str, object] = {"wave": "small", "lang": "en"}


@pytest.fixture
def home(new_home: Home) -> Home:
    """A home in which every stage left results."""
    wave = open_wave("small", new_home)
    for stage in ("clean", "themes", "success"):
        wave.save(stage, {}, {"from": stage})
    (new_home.root / "requirements.lock").write_text("pandas==3.0.0\n", encoding="utf-8")
    return new_home


def key_of(
    stage: Stage,
    owner: str,
    instruments: list[str],
    given: dict[str, object],
    home: Home,
) -> str:
    return stage_key(stage, given, inputs(stage, owner, instruments, given, home), home)


def keys(home: Home, **parameters: object) -> dict[str, str]:
    environment.cache_clear()
    given = {**PARAMETERS, **parameters}
    return {name: key_of(stage, "small", ["small"], given, home) for name, stage in BY_NAME.items()}


def append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def changed_by(home: Home, change: Callable[[], object]) -> set[str]:
    """Stages whose key another is after a change."""
    before = keys(home)
    change()
    after = keys(home)
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize("stage", BY_NAME)
def test_a_changed_notebook_changes_the_key_of_its_stage_alone(home: Home, stage: str) -> None:
    assert changed_by(home, lambda: write_notebook(home, stage, "1")) == {stage}


def test_any_parameter_changes_every_key(home: Home) -> None:
    assert not set(keys(home).items()) & set(keys(home, lang="es").items())
    assert not set(keys(home).items()) & set(keys(home, n=1).items())


def test_a_raw_file_changes_the_key_of_the_stage_that_reads_it(home: Home) -> None:
    raw = home.raw / "small" / "answers.csv"
    assert changed_by(home, lambda: append(raw)) == {"clean"}
    assert changed_by(home, raw.unlink) == {"clean"}


def test_the_manifest_changes_every_key(home: Home) -> None:
    assert changed_by(home, lambda: append(home.raw / "small" / "wave.yml")) == set(BY_NAME)


@pytest.mark.parametrize(
    ("file", "readers"),
    [
        ("codebook/questionnaires/small.yml", {"clean", "themes", "success", "report"}),
        ("codebook/countries.yml", {"clean"}),
        ("codebook/themes.yml", {"themes", "report"}),
        ("codebook/plan.yml", {"success", "report"}),
        ("data/raw/context/sources.yml", {"clean"}),
    ],
)
def test_a_file_of_the_codebook_changes_the_keys_of_its_readers(
    home: Home, file: str, readers: set[str]
) -> None:
    assert changed_by(home, lambda: append(home.root / file)) == readers


def test_a_context_table_that_arrives_changes_the_key_of_its_reader(home: Home) -> None:
    table = home.raw / "context" / "gdp.csv"
    assert changed_by(home, lambda: table.write_text("a,b\n", encoding="utf-8")) == {"clean"}


@pytest.mark.parametrize(
    ("stage", "readers"),
    [
        ("clean", {"themes", "success", "report"}),
        ("themes", {"report"}),
        ("success", {"report"}),
    ],
)
def test_the_results_of_a_stage_change_the_keys_of_those_that_read_them(
    home: Home, stage: str, readers: set[str]
) -> None:
    wave = open_wave("small", home)
    assert changed_by(home, lambda: wave.save(stage, {}, {"from": stage})) == set()
    assert changed_by(home, lambda: wave.save(stage, {}, {"from": "elsewhere"})) == readers


def test_the_lock_changes_every_key(home: Home) -> None:
    lock = home.root / "requirements.lock"
    assert changed_by(home, lambda: append(lock)) == set(BY_NAME)
    assert changed_by(home, lock.unlink) == set(BY_NAME)


def test_any_file_of_the_package_changes_every_key(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "package"
    shutil.copytree(Path(store.__file__).parents[1], package)
    monkeypatch.setattr(store, "__file__", str(package / "batch" / "store.py"))
    for file in ("wave.py", "report/templates/page.css", "success/plan.py"):
        assert changed_by(home, lambda file=file: append(package / file)) == set(BY_NAME)
    stale = package / "__pycache__" / "wave.cpython-311.pyc"
    stale.parent.mkdir(exist_ok=True)
    assert changed_by(home, lambda: stale.write_bytes(b"other")) == set()


def test_what_people_coded_changes_the_key_of_the_themes_alone(home: Home) -> None:
    log = home.coding / "other" / "ana.csv"
    log.parent.mkdir(parents=True)
    assert changed_by(home, lambda: log.write_text("at\n", encoding="utf-8")) == {"themes"}
    sheets = log.parent / "sheets"
    sheets.mkdir()
    sheet = sheets / "ana.random.1.xlsx"
    assert changed_by(home, lambda: sheet.write_bytes(b"PK")) == set()


def test_no_coder_is_named_among_the_inputs(home: Home) -> None:
    for name in ("ana.csv", "bo.csv"):
        (home.coding / "small").mkdir(parents=True, exist_ok=True)
        (home.coding / "small" / name).write_text(f"{name}\n", encoding="utf-8")
    found = inputs(BY_NAME["themes"], "small", ["small"], PARAMETERS, home)
    assert [name for name in found if "coding" in name] == [
        "data/coding/small, file 1",
        "data/coding/small, file 2",
    ]


def test_simulated_coders_change_no_real_wave(home: Home) -> None:
    log = home.rehearsals / "other" / "coding" / "simulated-a.csv"
    log.parent.mkdir(parents=True)
    assert changed_by(home, lambda: log.write_text("at\n", encoding="utf-8")) == set()
    before = inputs(BY_NAME["themes"], "small", ["small"], PARAMETERS, home, rehearsed=["small"])
    assert "data/rehearsal/other/coding, file 1" in before


def test_an_optional_package_changes_every_key(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "EXTRAS", ())
    before = keys(home)
    monkeypatch.setattr(store, "EXTRAS", ("no-such-package",))
    assert not set(before.items()) & set(keys(home).items())


def test_the_version_of_python_changes_every_key(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keys(home)
    monkeypatch.setattr(store.platform, "python_version", lambda: "3.99.0")
    assert not set(before.items()) & set(keys(home).items())


def test_a_files_date_changes_no_key(home: Home) -> None:
    files = [path for path in home.root.rglob("*") if path.is_file()]
    assert len(files) > 15
    assert changed_by(home, lambda: [os.utime(path, (1, 1)) for path in files]) == set()


def test_files_that_no_stage_reads_change_no_key(home: Home) -> None:
    def change() -> None:
        add_wave(home, "other")
        open_wave("other", home).save("clean", {}, {"from": "other"})
        for name in ("README.md", "notebooks/explore.ipynb", "codebook/questionnaires/other.yml"):
            (home.root / name).write_text("x", encoding="utf-8")
        (home.processed / "small" / "clean" / "stray.txt").write_text("x", encoding="utf-8")
        home.reports.mkdir()
        (home.reports / "index.html").write_text("x", encoding="utf-8")

    assert changed_by(home, change) == set()


def test_the_place_of_the_repository_changes_no_key(home: Home, tmp_path: Path) -> None:
    shutil.copytree(home.root, tmp_path / "elsewhere")
    assert keys(home) == keys(Home(tmp_path / "elsewhere"))


def test_the_comparison_hangs_on_clean_data_and_questionnaire_of_every_wave_and_on_no_raw_file(
    home: Home,
) -> None:
    def key() -> str:
        given: dict[str, object] = {"waves": ["small", "other"], "lang": "en"}
        return key_of(ACROSS[-1].stage, "reviewers", ["small", "other"], given, home)

    raw = add_wave(home, "other")
    questionnaire = home.codebook / "questionnaires" / "other.yml"
    questionnaire.write_text("id: other\n", encoding="utf-8")
    seen = [key()]
    for wave in ("small", "other"):
        open_wave(wave, home).save("clean", {}, {"from": f"{wave}, again"})
        seen.append(key())
    for file in (home.raw / "other" / "wave.yml", questionnaire, home.codebook / "plan.yml"):
        append(file)
        seen.append(key())
    assert len(set(seen)) == 6
    append(raw)
    assert key() == seen[-1]


def test_equal_parameters_in_another_order_give_one_key(home: Home) -> None:
    stage: Stage = BY_NAME["clean"]
    one = key_of(stage, "small", ["small"], {"wave": "small", "lang": "en"}, home)
    assert one == key_of(stage, "small", ["small"], {"lang": "en", "wave": "small"}, home)
