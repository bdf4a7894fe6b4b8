"""A wave gives what its stages left, or says what to run; results come all at once or not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml

import msfresearch
from msfresearch import files
from msfresearch.errors import ManifestError, MsfResearchError, SourceError, StageError
from msfresearch.home import HOME_VARIABLE, Home, find_home
from msfresearch.wave import Wave, list_waves, load_context, open_wave
from tests.conftest import GOOD, WORDS

MakeHome = Callable[..., Home]
TABLE = pd.DataFrame(
    {
        "row_id": pd.array(["1", "2"], dtype="str"),
        "agree": pd.array([5, pd.NA], dtype="Int64"),
        "why": pd.array(["=1+1", None], dtype="str"),
    }
)


@pytest.fixture
def wave(small_home: MakeHome) -> Wave:
    return open_wave("small", small_home())


def test_what_a_stage_saves_is_what_the_next_one_gets(wave: Wave) -> None:
    wave.save("clean", {"answers": TABLE}, {"rows": {"answers": 2}, "word": "é"})
    pd.testing.assert_frame_equal(wave.table("clean", "answers"), TABLE)
    assert wave.facts("clean") == {"rows": {"answers": 2}, "word": "é"}
    assert wave.stages() == ("clean",)
    assert wave.tables("clean") == ("answers",)


def test_a_stage_without_tables_or_facts_has_still_run(wave: Wave) -> None:
    wave.save("success", {})
    assert wave.stages() == ("success",)
    assert wave.tables("success") == ()
    assert wave.facts("success") == {}


def test_the_same_results_are_the_same_bytes(wave: Wave) -> None:
    def saved() -> dict[str, bytes]:
        wave.save("clean", {"answers": TABLE, "log": TABLE}, {"b": 1, "a": 2})
        folder = wave.processed_folder / "clean"
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    first = saved()
    assert first == saved()
    assert set(first) == {"answers.parquet", "log.parquet", "facts.json", "manifest.json"}


def test_a_stage_that_did_not_run_says_what_to_run(wave: Wave) -> None:
    with pytest.raises(StageError) as told:
        wave.table("clean", "answers")
    assert told.value.action == "run: msfresearch run small --to clean"
    assert told.value.found == "no stage"


def test_a_table_that_is_not_there_is_told_beside_those_that_are(wave: Wave) -> None:
    wave.save("clean", {"answers": TABLE})
    for name in ("nothing", "../clean/answers", "answers.parquet"):
        with pytest.raises(StageError, match="no such result") as told:
            wave.table("clean", name)
        assert "answers.parquet" in str(told.value.expected)


@pytest.mark.parametrize("harm", ["changed", "cut short", "gone"])
@pytest.mark.parametrize("file", ["answers.parquet", "facts.json"])
def test_a_result_that_changed_after_its_stage_is_refused(wave: Wave, harm: str, file: str) -> None:
    wave.save("clean", {"answers": TABLE}, {"rows": 2})
    path = wave.processed_folder / "clean" / file
    if harm == "gone":
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(content + b" " if harm == "changed" else content[:-1])
    ask = {
        "facts.json": lambda: wave.facts("clean"),
        "answers.parquet": lambda: wave.table("clean", "answers"),
    }
    with pytest.raises(StageError, match="gone or was changed") as told:
        ask[file]()
    assert told.value.file == str(path)
    assert told.value.action == "run: msfresearch run small --force"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"outputs": 1}', "\xff"])
def test_a_damaged_list_of_results_is_refused(wave: Wave, content: str) -> None:
    wave.save("clean", {"answers": TABLE})
    path = wave.processed_folder / "clean" / "manifest.json"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(StageError) as told:
        wave.table("clean", "answers")
    assert told.value.action == "run: msfresearch run small --force"


def test_a_table_that_cannot_be_written_leaves_the_earlier_results(wave: Wave) -> None:
    wave.save("clean", {"answers": TABLE}, {"rows": 2})
    mixed = pd.DataFrame({"a": pd.Series([1, "x"], dtype="object")})
    with pytest.raises(Exception, match=r"Expected|Could not convert|int"):
        wave.save("clean", {"answers": TABLE.head(1), "mixed": mixed}, {"rows": 1})
    assert wave.facts("clean") == {"rows": 2}
    assert wave.tables("clean") == ("answers",)
    assert len(wave.table("clean", "answers")) == 2
    assert [path.name for path in wave.processed_folder.iterdir()] == ["clean"]


def test_a_fact_that_is_no_number_leaves_the_earlier_results(wave: Wave) -> None:
    wave.save("clean", {"answers": TABLE}, {"rows": 2})
    with pytest.raises(ValueError, match="not JSON compliant"):
        wave.save("clean", {"answers": TABLE}, {"mean": float("nan")})
    assert wave.facts("clean") == {"rows": 2}


def test_a_save_that_is_killed_at_the_last_step_leaves_the_earlier_results(
    wave: Wave, monkeypatch: pytest.MonkeyPatch
) -> None:
    wave.save("clean", {"answers": TABLE}, {"rows": 2})

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "_swap", killed)
    with pytest.raises(KeyboardInterrupt):
        wave.save("clean", {}, {"rows": 0})
    assert wave.facts("clean") == {"rows": 2}
    assert wave.tables("clean") == ("answers",)


def test_a_stage_that_saves_again_leaves_nothing_of_before(wave: Wave) -> None:
    wave.save("clean", {"answers": TABLE, "old": TABLE})
    wave.save("clean", {"answers": TABLE.head(1)})
    assert wave.tables("clean") == ("answers",)
    assert not (wave.processed_folder / "clean" / "old.parquet").exists()


def test_saving_one_stage_leaves_the_others(wave: Wave) -> None:
    wave.save("clean", {"answers": TABLE})
    wave.save("themes", {"hits": TABLE})
    assert wave.stages() == ("clean", "themes")


def test_a_hostile_title_is_escaped_where_a_notebook_shows_the_wave(
    small_home: MakeHome,
) -> None:
    script = "<script>alert(1)</script>"
    quote = "\"><img src=x onerror='alert(1)'>"
    home = small_home(
        title={"en": script, "es": script, "fr": script}, frame={"description": quote}
    )
    shown = open_wave("small", home)._repr_html_()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script" not in shown
    assert "<img" not in shown


def test_a_wave_shows_its_state_before_and_after_a_stage(wave: Wave) -> None:
    assert "none yet" in wave._repr_html_()
    wave.save("clean", {"answers": TABLE})
    assert "clean: answers" in wave._repr_html_()
    wave.path(wave.manifest.sources[0]).unlink()
    assert "answers (not here)" in wave._repr_html_()
    assert wave.missing_files() == ("answers.csv",)


def test_the_raw_table_is_text_with_the_line_of_each_row(wave: Wave) -> None:
    raw = wave.raw()
    assert raw.index.tolist() == [2, 3, 4]
    assert raw.loc[4].tolist() == ["3", "NA", "NR", "NA"]
    with pytest.raises(SourceError) as told:
        wave.raw("nothing")
    assert told.value.expected == "answers"


def test_a_source_for_a_table_the_instrument_lacks_is_told(small_home: MakeHome) -> None:
    home = small_home()
    path = home.raw / "small" / "wave.yml"
    path.write_text(path.read_text().replace("table: answers", "table: questions"))
    with pytest.raises(ManifestError, match="does not have") as told:
        open_wave("small", home).clean()
    assert (told.value.found, told.value.expected) == ("questions", "answers")


def test_open_wave_is_what_the_package_gives(home: Path) -> None:
    assert msfresearch.open_wave is open_wave
    assert msfresearch.Wave is Wave
    assert msfresearch.list_waves is list_waves
    assert {"open_wave", "list_waves", "Wave", "__version__"} == set(msfresearch.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = msfresearch.nothing
    assert msfresearch.open_wave("irm-2016", Home(home)).id == "irm-2016"


@pytest.mark.parametrize(
    "wave_id", ["../small", "small/../small", "Small", "", ".", "a" * 33, "small\n", "-a", "é"]
)
def test_what_is_no_id_opens_nothing(small_home: MakeHome, wave_id: str) -> None:
    with pytest.raises(ManifestError, match="not a wave's id"):
        open_wave(wave_id, small_home())


def test_an_unknown_wave_is_told_beside_the_known_ones(small_home: MakeHome) -> None:
    with pytest.raises(ManifestError, match="no such wave") as told:
        open_wave("large", small_home())
    assert told.value.expected == "small"


def test_a_wave_in_anothers_folder_is_refused(small_home: MakeHome) -> None:
    home = small_home()
    (home.raw / "small").rename(home.raw / "other")
    with pytest.raises(ManifestError, match="not its folder's name"):
        open_wave("other", home)


def test_waves_are_the_folders_with_a_manifest_in_order(small_home: MakeHome) -> None:
    home = small_home()
    for name in ("zebra", "alpha"):
        (home.raw / name).mkdir()
    (home.raw / "zebra" / "wave.yml").touch()
    assert list_waves(home) == ("small", "zebra")


def test_the_context_tables_are_listed(home: Path) -> None:
    assert len(load_context(Home(home)).sources) > 1


def test_context_tables_that_are_not_here_are_counted_as_absent(
    small_home: MakeHome, home: Path
) -> None:
    made = small_home()
    (made.raw / "context").mkdir()
    text = (home / "data" / "raw" / "context" / "sources.yml").read_text(encoding="utf-8")
    (made.raw / "context" / "sources.yml").write_text(text, encoding="utf-8")
    rows = pd.DataFrame({"row_id": ["1"], "country": ["FRA"], "year": [2014]})
    joined, coverage = open_wave("small", made).context(rows)
    assert len(joined) == 1
    assert coverage["variable"].isna().all()
    assert set(coverage["source"]) == {s["table"] for s in yaml.safe_load(text)["sources"]}


def test_the_variable_decides_where_the_repository_is(
    small_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = small_home()
    monkeypatch.setenv(HOME_VARIABLE, str(made.root))
    assert find_home().root == made.root.resolve()
    assert list_waves() == ("small",)
    assert open_wave("small").home == find_home()


def test_without_the_variable_the_nearest_folder_above_is_taken(
    small_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = small_home()
    below = made.raw / "small" / "deep" / "er"
    below.mkdir(parents=True)
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    monkeypatch.chdir(below)
    assert find_home().root == made.root.resolve()


def test_away_from_any_checkout_the_installed_one_is_taken(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert find_home().root == home


def test_a_variable_that_names_no_checkout_is_told_and_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    with pytest.raises(MsfResearchError, match="no checkout") as told:
        find_home()
    assert told.value.file == str(tmp_path)
    assert HOME_VARIABLE in str(told.value.action)


def test_the_folders_of_a_home_lie_under_its_root(tmp_path: Path) -> None:
    made = Home(tmp_path)
    folders = (made.raw, made.processed, made.codebook, made.notebooks, made.reports)
    assert len(set(folders)) == 5
    assert all(folder.is_relative_to(tmp_path) for folder in folders)


@pytest.mark.parametrize("module", ["msfresearch", "msfresearch.cli", "msfresearch.wave"])
def test_a_quick_start_pays_for_no_heavy_package(module: str) -> None:
    heavy = ("pandas", "papermill", "nbconvert", "statsmodels", "matplotlib", "nltk", "pyarrow")
    script = f"import sys, {module}; print([n for n in {heavy!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ},
    )
    assert done.stdout.strip() == "[]"


def test_the_small_wave_is_read_as_it_stands(wave: Wave) -> None:
    assert wave.path(wave.source("answers")).read_text() == GOOD
    assert wave.manifest.title.in_language("fr") == WORDS["fr"]
