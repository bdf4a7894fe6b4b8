"""What a batch runs, what it leaves alone, and what stands there afterwards."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from msfresearch.batch.run import run
from msfresearch.batch.site import write_index
from msfresearch.errors import ManifestError, ParameterError
from msfresearch.home import Home
from tests.batch.tiny import (
    CLEAN,
    CODE,
    NOTEBOOKS,
    add_wave,
    change_raw,
    size_in,
    snapshot,
    write_notebook,
)

pytestmark = pytest.mark.notebooks
ALL = tuple(NOTEBOOKS)
LONGER = b"id,country,agree,why\n1,UK,5,because\n2,France,4,it was so\n"


def pages(home: Home, wave: str = "small") -> dict[str, bytes]:
    return snapshot(home.reports / wave)


def test_a_run_leaves_a_page_and_an_executed_notebook_per_stage(ran_home: Home) -> None:
    expected = {f"en/{name}.html" for name in NOTEBOOKS.values()}
    expected |= {f"en/notebooks/{name}.ipynb" for name in NOTEBOOKS.values()}
    assert set(pages(ran_home)) == expected | {"en/manifest.json"}
    assert b"What does report find?" in pages(ran_home)["en/4-report.html"]
    assert b"[60, 60, 60]" in pages(ran_home)["en/4-report.html"]


def test_an_executed_notebook_tells_nothing_of_clock_computer_or_papermill(ran_home: Home) -> None:
    for name, content in pages(ran_home).items():
        text = content.decode("utf-8")
        if name.endswith(".ipynb"):
            notebook = json.loads(text)
            assert "papermill" not in text
            assert {"kernelspec", "language_info"} == set(notebook["metadata"])
            assert all("execution" not in cell["metadata"] for cell in notebook["cells"])
            ids = [cell["id"] for cell in notebook["cells"]]
            assert ids[2] == "injected-2"
            assert len(set(ids)) == len(ids)
        assert not re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d|\d\d:\d\d:\d\d", text), name
        assert str(ran_home.root.parent) not in text
        assert not re.search(r"(?<![\w:<./])/(?:\w+/)+\w", re.sub(r"base64,[^\"]*", "", text)), name


@pytest.mark.usefixtures("no_kernel")
def test_a_second_run_has_nothing_to_do_and_starts_no_kernel(ran_home: Home) -> None:
    before = snapshot(ran_home.root)
    [outcome, *_] = run(ran_home, ["small"])
    assert outcome.ran == ()
    assert outcome.skipped == ALL
    assert snapshot(ran_home.root) == before


def test_force_runs_again_and_gives_the_same_bytes(ran_home: Home) -> None:
    before = snapshot(ran_home.root)
    [outcome] = run(ran_home, ["small"], to="themes", force=True)
    assert outcome.ran == ("clean", "themes")
    assert snapshot(ran_home.root) == before


def test_other_words_in_a_notebook_run_that_notebook_alone(ran_home: Home) -> None:
    before = pages(ran_home)
    write_notebook(ran_home, "success", CODE["success"] + "\nprint('said otherwise')")
    [outcome, *_] = run(ran_home, ["small"])
    assert outcome.ran == ("success",)
    assert outcome.skipped == ("clean", "themes", "report")
    changed = {name for name, content in pages(ran_home).items() if before[name] != content}
    assert changed == {"en/3-success.html", "en/notebooks/3-success.ipynb", "en/manifest.json"}
    assert b"said otherwise" in pages(ran_home)["en/3-success.html"]


def test_what_reads_the_results_of_a_changed_notebook_follows_it(ran_home: Home) -> None:
    write_notebook(ran_home, "success", CODE["success"].replace('"size": size', '"size": 7'))
    [outcome, *_] = run(ran_home, ["small"])
    assert outcome.ran == ("success", "report")
    assert outcome.skipped == ("clean", "themes")
    assert b"[60, 60, 7]" in pages(ran_home)["en/4-report.html"]


def test_a_new_raw_file_with_its_new_hash_runs_all(ran_home: Home) -> None:
    change_raw(ran_home, LONGER)
    [outcome, *_] = run(ran_home, ["small"])
    assert outcome.ran == ALL
    size = len(LONGER)
    assert f"[{size}, {size}, {size}]".encode() in pages(ran_home)["en/4-report.html"]


def test_results_that_were_deleted_come_back_byte_for_byte(ran_home: Home) -> None:
    before = snapshot(ran_home.root)
    for path in (ran_home.processed / "small" / "clean").iterdir():
        path.unlink()
    (ran_home.reports / "small" / "en" / "3-success.html").unlink()
    [outcome, *_] = run(ran_home, ["small"])
    assert outcome.ran == ("clean", "success")
    assert snapshot(ran_home.root) == before


def test_to_runs_no_further_than_asked(new_home: Home) -> None:
    outcomes = run(new_home, ["small"], to="clean")
    assert [(o.owner, o.ran, o.error) for o in outcomes] == [("small", ("clean",), None)]
    assert set(pages(new_home)) == {
        "en/1-clean.html",
        "en/notebooks/1-clean.ipynb",
        "en/manifest.json",
    }
    assert [path.name for path in (new_home.processed / "small").iterdir()] == ["clean"]


def test_to_keeps_later_pages_that_still_hold_and_no_others(ran_home: Home) -> None:
    write_notebook(ran_home, "themes", CODE["themes"].replace('"size": size', '"size": 7'))
    [outcome] = run(ran_home, ["small"], to="themes")
    assert (outcome.skipped, outcome.ran) == (("clean",), ("themes",))
    left = {name for name in pages(ran_home) if name.endswith(".html")}
    # The brief was written from other themes; the comparisons do not read them.
    assert left == {"en/1-clean.html", "en/2-themes.html", "en/3-success.html"}


@pytest.mark.usefixtures("no_kernel")
def test_a_stage_or_language_or_wave_that_is_none_is_refused(new_home: Home) -> None:
    with pytest.raises(ParameterError, match=r"no such stage\n.*cleen\n.*clean, fieldwork, themes"):
        run(new_home, ["small"], to="cleen")
    with pytest.raises(ParameterError, match=r"not made in that language\n.*xx\n.*en"):
        run(new_home, ["small"], lang="xx")
    for wave in ("smal", "../small", "small/../small", "Small", ""):
        with pytest.raises(ManifestError, match=r"no such wave|not a wave's id"):
            run(new_home, ["small", wave])
    assert not new_home.reports.exists()
    assert not new_home.processed.exists()


@pytest.mark.usefixtures("no_kernel")
def test_a_wave_without_data_is_left_out_with_the_reason(new_home: Home) -> None:
    add_wave(new_home, "absent").unlink()
    told: list[tuple[str, str, str]] = []
    [outcome] = run(
        new_home, ["absent"], to="clean", tell=lambda *said: told.append((said[0], *said[1:]))
    )
    assert outcome.error is None
    assert outcome.left_out is not None
    assert "answers.csv" in outcome.left_out
    assert "msfresearch fetch absent" in outcome.left_out
    assert told == [("absent", "left out", outcome.left_out)]
    assert not new_home.reports.exists()
    index = write_index(new_home, "en").read_text("utf-8")
    assert "msfresearch fetch absent" in index


def test_waves_with_data_run_beside_one_without(new_home: Home) -> None:
    add_wave(new_home, "absent").unlink()
    add_wave(new_home, "more", LONGER)
    outcomes = run(new_home, ["absent", "more", "small"], to="clean", jobs=2)
    assert [(o.owner, o.ran) for o in outcomes] == [
        ("absent", ()),
        ("more", ("clean",)),
        ("small", ("clean",)),
    ]
    assert size_in(new_home, wave="more") == len(LONGER)
    index = write_index(new_home, "en").read_text("utf-8")
    assert "small/en/1-clean.html" in index
    assert "more/en/1-clean.html" in index


@pytest.mark.usefixtures("no_kernel")
def test_a_repository_without_the_compared_waves_leaves_the_comparisons_out(
    ran_home: Home,
) -> None:
    [_, *comparisons] = run(ran_home, ["small"])
    assert {one.owner: one.left_out for one in comparisons} == {
        "compare": "no clean data of poc-2019, cso-2019, irm-2016",
        "voices": "no clean data of poc-2019, cso-2019",
        "reviewers": "no clean data of irm-2016, odb-2014",
    }
    assert not (ran_home.reports / "compare").exists()
    assert not (ran_home.reports / "reviewers").exists()


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short path: a socket's name may have about a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_no_process_and_no_socket_is_left_after_good_and_bad_runs(
    new_home: Home, temporary: Path
) -> None:
    note = "\nimport ipykernel\n(w.home.root / 'note').write_text(ipykernel.get_connection_file())"
    write_notebook(new_home, "clean", CLEAN + note)
    write_notebook(new_home, "themes", "raise ValueError('no')")
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    [good] = run(new_home, ["small"], to="clean")
    [bad] = run(new_home, ["small"], to="themes")
    assert (good.ran, bad.ran) == (("clean",), ())
    assert bad.error is not None
    assert {child.pid for child in psutil.Process().children(recursive=True)} == before
    connection = Path((new_home.root / "note").read_text("utf-8"))
    assert connection.is_relative_to(temporary)
    assert not connection.parent.exists()
    assert [path.name for path in temporary.iterdir() if path.name.startswith("msf-")] == []


def test_a_kernel_works_on_the_home_it_is_given_with_one_thread_of_arithmetic(
    new_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "8")
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    code = CLEAN + (
        "\nimport os, time\n"
        "names = 'OPENBLAS_NUM_THREADS OMP_NUM_THREADS PYTHONHASHSEED'.split()\n"
        "assert w.home.root.name == 'checkout'\n"
        "print(*[os.environ[name] for name in names], time.tzname[0])"
    )
    write_notebook(new_home, "clean", code)
    [outcome] = run(new_home, ["small"], to="clean")
    assert outcome.error is None
    assert b"1 1 0 UTC" in pages(new_home)["en/1-clean.html"]
