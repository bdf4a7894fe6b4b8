"""A run that goes wrong says where, keeps what a person needs, and harms nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from msfresearch.batch.provenance import provenance
from msfresearch.batch.run import Outcome, run
from msfresearch.files import held
from msfresearch.home import Home
from msfresearch.report.page import Provenance
from msfresearch.wave import Wave
from tests.batch.tiny import CLEAN, CODE, PARAMETERS, add_wave, snapshot, write_notebook

pytestmark = pytest.mark.notebooks
FAILING = "good = 1\nfine = 2\nraise ValueError('the reviewers disagree')"


def failure(outcome: Outcome) -> str:
    assert outcome.error is not None
    return outcome.error


@pytest.mark.usefixtures("no_kernel")
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (None, ["needs one parameters cell", "0 cells tagged"]),
        ('wave: str = "small"', ["no such parameter", "column:   lang"]),
        ('wave: str = "small"\nlang: int = 3', ["wrong type", "column:   lang", "'en' (str)"]),
        ('wave: str = "small"\nlang = "en"', ["declares no typed parameter", 'lang = "en"']),
    ],
)
def test_wrong_parameters_of_the_last_notebook_stop_before_the_first_kernel(
    new_home: Home, parameters: str | None, words: list[str], force: bool
) -> None:
    write_notebook(new_home, "report", parameters=parameters)
    [outcome, *_] = run(new_home, ["small"], force=force)
    for word in ["4-report.ipynb", *words]:
        assert word in failure(outcome)
    assert not new_home.processed.exists()
    assert snapshot(new_home.reports) == {}


@pytest.mark.usefixtures("no_kernel")
@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"{}", b"\xff"])
def test_a_notebook_that_is_none_is_named(new_home: Home, content: bytes | None) -> None:
    path = new_home.notebooks / "2-themes.ipynb"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    [outcome, *_] = run(new_home, ["small"])
    assert "2-themes.ipynb: not a readable notebook" in failure(outcome)


def test_a_failing_cell_is_told_by_notebook_cell_and_line(ran_home: Home) -> None:
    before = snapshot(ran_home.reports / "small" / "en")
    path = write_notebook(ran_home, "success", FAILING)
    assert (
        "reviewers" in nbformat.read(path, 4).cells[2].source
    )  # the third cell as a person counts
    [outcome, *_] = run(ran_home, ["small"])
    for words in ("3-success.ipynb", "cell 3 failed at its line 3", "ValueError: the reviewers"):
        assert words in failure(outcome)
    assert outcome.skipped == ("clean", "themes")
    assert snapshot(ran_home.reports / "small" / "en") == before

    failed = ran_home.processed / "small" / "failed"
    assert {path.name for path in failed.iterdir()} == {"3-success.ipynb", "error.txt"}
    assert failure(outcome) in (failed / "error.txt").read_text("utf-8")
    kept = nbformat.read(failed / "3-success.ipynb", 4)
    errors = [o for c in kept.cells for o in c.get("outputs", []) if o.output_type == "error"]
    assert [error.evalue for error in errors] == ["the reviewers disagree"]


def test_a_cell_of_bad_syntax_is_told_by_its_line(new_home: Home) -> None:
    write_notebook(new_home, "clean", "good = 1\nbad = = 2")
    [outcome] = run(new_home, ["small"], to="clean")
    assert "cell 3 failed at its line 2" in failure(outcome)
    assert "SyntaxError" in failure(outcome)


def test_a_killed_kernel_is_told_with_the_likely_reason(new_home: Home) -> None:
    write_notebook(new_home, "clean", "import os\nos.kill(os.getpid(), 9)")
    [outcome] = run(new_home, ["small"], to="clean")
    assert "1-clean.ipynb" in failure(outcome)
    assert "too little memory" in failure(outcome)
    assert (new_home.processed / "small" / "failed" / "error.txt").exists()


def test_the_next_good_run_removes_what_was_kept_of_the_failure(ran_home: Home) -> None:
    before = snapshot(ran_home.reports)
    write_notebook(ran_home, "themes", FAILING)
    run(ran_home, ["small"])
    assert (ran_home.processed / "small" / "failed").exists()
    write_notebook(ran_home, "themes")
    [outcome, *_] = run(ran_home, ["small"])
    assert outcome.error is None
    assert snapshot(ran_home.reports) == before


def test_the_other_waves_go_on(new_home: Home) -> None:
    for wave in ("bad", "worse"):
        add_wave(new_home, wave)
    (new_home.raw / "worse" / "answers.csv").write_bytes(b"changed")
    write_notebook(new_home, "clean", "if wave == 'bad':\n    raise ValueError(wave)\n" + CLEAN)
    bad, small, worse = run(new_home, ["bad", "small", "worse"], to="clean", jobs=1)
    assert "cell 3 failed at its line 2" in failure(bad)
    assert "the raw file changed" in failure(worse)
    assert (small.ran, small.error) == (("clean",), None)
    assert (new_home.reports / "small" / "en" / "1-clean.html").exists()


def test_a_raw_file_that_changes_during_the_run_publishes_nothing(ran_home: Home) -> None:
    before = snapshot(ran_home.reports)
    code = CODE["themes"] + "\nw.path(w.source('answers')).write_bytes(b'id,country,agree,why')"
    write_notebook(ran_home, "themes", code)
    [outcome, *_] = run(ran_home, ["small"])
    assert "the raw file changed" in failure(outcome)
    assert "answers.csv" in failure(outcome)
    assert snapshot(ran_home.reports) == before


def test_a_page_that_tells_how_to_reach_somebody_is_refused(ran_home: Home) -> None:
    before = snapshot(ran_home.reports / "small" / "en")
    code = CODE["themes"] + "\nprint('write to ana.ruiz@example.org')"
    write_notebook(ran_home, "themes", code)
    [outcome, *_] = run(ran_home, ["small"])
    assert "tell how to reach somebody" in failure(outcome)
    assert "e-mail address" in failure(outcome)
    assert "ana.ruiz" not in failure(outcome)
    assert snapshot(ran_home.reports / "small" / "en") == before
    assert (ran_home.processed / "small" / "failed" / "2-themes.ipynb").exists()


LIMITED = """
import resource, signal, sys
from pathlib import Path
from msfresearch.batch.run import run
from msfresearch.home import Home
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
outcomes = run(Home(Path(sys.argv[1])), ["other", "small"], to="themes", jobs=1)
print(*[outcome.error for outcome in outcomes], sep="\\n")
sys.exit(sum(outcome.error is not None for outcome in outcomes))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a file's size are of POSIX")
@pytest.mark.parametrize(
    "limit", [pytest.param(15_000, id="the notebook"), pytest.param(60_000, id="the page")]
)
def test_a_disk_without_room_leaves_the_earlier_pages(ran_home: Home, limit: int) -> None:
    before = snapshot(ran_home.reports)
    add_wave(ran_home, "other")
    # As it is printed a page needs more room than its notebook: every sign is escaped there.
    code = CODE["themes"] + "\nif wave == 'small':\n    print('&' * 20_000)"
    write_notebook(ran_home, "themes", code)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(ran_home.root), str(limit)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 1, done.stderr + done.stdout
    assert "cannot be written" in done.stdout
    assert "make room" in done.stdout
    after = snapshot(ran_home.reports)
    assert {name: after[name] for name in before} == before
    assert "other/en/2-themes.html" in after
    assert not list((ran_home.reports / "small").glob(".*"))


def test_a_notebooks_own_parameter_keeps_its_default(new_home: Home) -> None:
    write_notebook(
        new_home, "clean", CLEAN + "\nprint('depth', depth)", PARAMETERS + "\ndepth: int = 3"
    )
    [outcome] = run(new_home, ["small"], to="clean")
    assert outcome.error is None
    page = Path(new_home.reports / "small" / "en" / "1-clean.html").read_text("utf-8")
    assert "depth 3" in page
    assert "depth: <code>3</code>" in page


def test_a_second_run_of_a_wave_at_the_same_time_says_so_and_changes_nothing(
    ran_home: Home,
) -> None:
    before = snapshot(ran_home.reports / "small")
    with held(ran_home.raw / "small"):
        outcome = run(ran_home, ["small"], force=True)[0]
    assert "another run of small is at work" in failure(outcome)
    assert snapshot(ran_home.reports / "small") == before
    assert run(ran_home, ["small"])[0].error is None


def test_a_fault_of_ours_is_kept_with_its_trace_and_other_waves_go_on(
    ran_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_wave(ran_home, "other")
    before = snapshot(ran_home.reports / "small" / "en")

    def refuse(
        waves: tuple[Wave, ...], parameters: dict[str, object], files: dict[str, str]
    ) -> Provenance:
        if waves[0].id == "small":
            raise ZeroDivisionError("a bug")
        return provenance(waves, parameters, files)

    monkeypatch.setattr("msfresearch.batch.provenance.provenance", refuse)
    outcomes = {one.owner: one for one in run(ran_home, ["small", "other"], force=True)}
    assert "a fault in msfresearch: ZeroDivisionError: a bug" in failure(outcomes["small"])
    kept = (ran_home.processed / "small" / "failed" / "error.txt").read_text("utf-8")
    assert "Traceback" in kept
    assert snapshot(ran_home.reports / "small" / "en") == before
    assert outcomes["other"].error is None


def test_a_contact_in_an_output_that_the_page_leaves_out_is_refused_too(ran_home: Home) -> None:
    code = CLEAN + "\nimport sys\nprint('ask ana@ong.org', file=sys.stderr)"
    write_notebook(ran_home, "clean", code)
    outcome = run(ran_home, ["small"])[0]
    assert "1-clean.ipynb: a page would tell how to reach somebody" in failure(outcome)
    assert "ana" not in failure(outcome)


def test_a_file_of_the_repository_that_is_gone_is_a_failure_not_an_absence(ran_home: Home) -> None:
    path = ran_home.raw / "small" / "wave.yml"
    path.write_text(path.read_text("utf-8").replace("table:", "committed: true\n  table:"), "utf-8")
    (ran_home.raw / "small" / "answers.csv").unlink()
    outcome = run(ran_home, ["small"])[0]
    assert outcome.left_out is None
    assert "a file of the repository is missing" in failure(outcome)


def test_a_wrong_file_in_the_mirror_is_a_failure(
    ran_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ran_home.raw / "small" / "answers.csv").unlink()
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "answers.csv").write_bytes(b"junk")
    monkeypatch.setenv("MSFRESEARCH_MIRROR", str(mirror))
    assert "the raw file changed" in failure(run(ran_home, ["small"])[0])
