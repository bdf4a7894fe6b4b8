"""The commands for a survey tell what a person has to do next, and write only what they say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from msfresearch.home import HOME_VARIABLE, Home
from msfresearch.survey.secret import SECRET_VARIABLE
from msfresearch.wave import open_wave
from tests.batch.tiny import snapshot, write_notebook
from tests.conftest import HOME, Call, Said
from tests.survey.arrived import FORUM, forum_home, put, simulated, write_secret

HEAD = (
    "To paste into wave.yml in place of the source's `export:`, or as its last key, "
    "below `citation:`:\n"
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose survey awaits its export; there is no secret."""
    home = forum_home(tmp_path / "checkout")
    monkeypatch.setenv(HOME_VARIABLE, str(home.root))
    monkeypatch.setenv(SECRET_VARIABLE, str(tmp_path / "keys" / "secret"))
    monkeypatch.delenv("MSFRESEARCH_MIRROR", raising=False)
    for variable in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE"):
        monkeypatch.delenv(variable, raising=False)
    return home


def drop(here: Home, tmp_path: Path, platform: str = "kobo") -> Path:
    made = simulated(here, FORUM, tmp_path / "made", platform)  # type: ignore[arg-type]
    return put(here, FORUM, made)


def line_of(said: Said, wave: str) -> str:
    return next(line for line in said.out.splitlines() if line.startswith(wave))


# waves


def test_a_survey_is_listed_as_awaited_then_rehearsed_then_real(
    here: Home, call: Call, tmp_path: Path
) -> None:
    awaited = line_of(call("waves"), FORUM)
    assert "awaited" in awaited
    assert f"msfresearch rehearse {FORUM}, or put its export there" in awaited
    assert call("rehearse", FORUM).code == 0
    stood_in = line_of(call("waves"), FORUM)
    assert stood_in.split()[-4:] == ["rehearsal", "rehearsal", "stands", "in"]
    drop(here, tmp_path)
    assert line_of(call("waves"), FORUM).split()[-2:] == ["real", "here"]


def test_two_exports_are_a_fault_of_their_wave_alone(
    here: Home, call: Call, tmp_path: Path
) -> None:
    drop(here, tmp_path)
    (here.raw / FORUM / "second.csv").write_bytes(b"x")
    said = call("waves")
    assert said.code == 1
    assert "not guessed" in said.err
    assert "second.csv" in said.err


# check


def test_an_awaited_export_is_told_with_where_it_belongs(here: Home, call: Call) -> None:
    before = snapshot(here.root)
    said = call("check", FORUM)
    assert said.code == 1
    assert str(here.raw / FORUM) in said.out
    assert f"msfresearch rehearse {FORUM}" in said.out
    assert snapshot(here.root) == before


def test_a_good_export_is_told_step_by_step_and_nothing_is_written(
    here: Home, call: Call, tmp_path: Path
) -> None:
    call("secret")
    drop(here, tmp_path, "qualtrics")
    before = snapshot(here.root)
    said = call("check", FORUM)
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].startswith("answers: qualtrics: ")
    assert lines[-1] == f"{FORUM}: good"
    for told in ("columns met by: ", "split off: email", "rows in, ", "split off: ip"):
        assert any(told in line for line in lines), told
    assert "@example.org" not in said.out
    assert snapshot(here.root) == before


def test_a_proposal_is_printed_whole_and_reads_as_the_export_of_a_source(
    here: Home, call: Call, tmp_path: Path
) -> None:
    call("secret")
    export = drop(here, tmp_path, "plain")
    rows = export.read_text(encoding="utf-8").splitlines(keepends=True)
    extra = [f"a column of nobody {number} {'x' * 40}" for number in range(40)]
    rows[0] = rows[0].rstrip("\r\n") + "," + ",".join(extra) + "\r\n"
    (here.raw / FORUM / export.name).write_text(
        rows[0] + "".join(_longer(rows[1:], len(extra))), encoding="utf-8"
    )
    said = call("check", FORUM)
    assert said.code == 1
    told, proposal = said.err.split(HEAD)
    assert "a column that meets no item" in told
    columns = yaml.safe_load(proposal)["export"]["columns"]
    assert set(extra) <= set(columns)
    assert {columns[name] for name in extra} == {"ignore"}


def _longer(rows: list[str], more: int) -> list[str]:
    """Rows of a CSV with empty cells at their end; a quoted line end is not the row's."""
    longer, quotes = [], 0
    for row in rows:
        quotes += row.count('"')
        end = row.rstrip("\r\n")
        whole = quotes % 2 == 0 and end != ""
        longer.append(end + "," * more + row[len(end) :] if whole else row)
    return longer


@pytest.mark.parametrize(
    ("content", "mode", "problem"),
    [
        (None, 0, "msfresearch secret"),
        (bytes(range(32)), 0o644, "others can read the secret"),
        (b"x" * 32, 0o600, "does not hold a secret"),
    ],
)
def test_a_real_export_is_not_read_without_a_secret_of_its_owner(
    here: Home, call: Call, tmp_path: Path, content: bytes | None, mode: int, problem: str
) -> None:
    drop(here, tmp_path)
    if content is not None:
        path = tmp_path / "keys" / "secret"
        path.parent.mkdir()
        path.write_bytes(content)
        path.chmod(mode)
    for command in (("check", FORUM), ("run", FORUM, "--to", "clean")):
        _no_notebooks(here)
        said = call(*command)
        assert said.code == 1
        assert problem in said.out + said.err
        assert command[0] == "check" or f"FAILED; msfresearch check {FORUM}" in said.err
        assert not here.processed.exists() or not open_wave(FORUM, here).stages()
        assert not here.restricted.exists()


def _no_notebooks(here: Home) -> None:
    """Notebooks that read nothing: a run has to stop before it starts one."""
    here.notebooks.mkdir(exist_ok=True)
    write_notebook(here, "clean", "1 / 0")
    (here.raw / "context").mkdir(exist_ok=True)
    shutil.copy(HOME / "data" / "raw" / "context" / "sources.yml", here.raw / "context")


def test_a_rehearsal_needs_no_secret(here: Home, call: Call) -> None:
    call("rehearse", FORUM)
    assert call("check", FORUM).code == 0
    assert not here.restricted.exists()


# rehearse


def test_a_rehearsal_says_where_it_is_and_takes_its_options(here: Home, call: Call) -> None:
    said = call("rehearse", FORUM, "--seed", "4", "--n", "20", "--platform", "kobo")
    assert (said.code, said.err) == (0, "")
    assert said.out == f"{FORUM}: simulated in data/rehearsal/{FORUM}\n"
    folder = here.rehearsals / FORUM
    assert (folder / f"{FORUM}_kobo.csv").is_file()
    first = snapshot(folder)
    assert call("rehearse", FORUM, "--seed", "4", "--n", "20", "--platform", "kobo").code == 0
    assert snapshot(folder) == first
    call("rehearse", FORUM, "--seed", "5", "--n", "20", "--platform", "kobo")
    assert snapshot(folder) != first


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--n", "9"), 2, "--n"),
        (("--seed", "-1"), 2, "--seed"),
        (("--seed", "x"), 2, "--seed"),
        (("--platform", "paper"), 1, "qualtrics, surveymonkey"),
        (("--platform", "../plain"), 1, "no such platform"),
    ],
)
def test_a_wrong_option_is_told_and_leaves_nothing(
    here: Home, call: Call, arguments: tuple[str, ...], code: int, told: str
) -> None:
    said = call("rehearse", FORUM, *arguments)
    assert said.code == code
    assert told in said.err
    assert not here.rehearsals.exists()


def test_a_wave_that_is_no_survey_is_not_rehearsed(here: Home, call: Call) -> None:
    (here.raw / "irm-2016").mkdir()
    text = (HOME / "data" / "raw" / "irm-2016" / "wave.yml").read_text(encoding="utf-8")
    (here.raw / "irm-2016" / "wave.yml").write_text(text, encoding="utf-8")
    said = call("rehearse", "irm-2016")
    assert said.code == 1
    assert "does not say how the wave is rehearsed" in said.err
    assert call("rehearse", "nothing").code == 1
    assert not here.rehearsals.exists()


def test_beside_the_real_export_a_rehearsal_says_that_it_is_not_read(
    here: Home, call: Call, tmp_path: Path
) -> None:
    drop(here, tmp_path)
    before = snapshot(here.raw)
    said = call("rehearse", FORUM)
    assert said.code == 0
    assert "runs read that, not the rehearsal" in said.out
    assert snapshot(here.raw) == before
    assert open_wave(FORUM, here).manifest.status == "real"


# questionnaire


def test_what_was_asked_is_written_as_files_that_are_told_and_no_report(
    here: Home, call: Call
) -> None:
    said = call("questionnaire", FORUM)
    assert (said.code, said.err) == (0, "")
    folder = here.processed / FORUM / "questionnaire"
    names = {Path(line).name for line in said.out.splitlines()}
    assert names == {"codebook.html", "small-forum.xlsx", "answers.schema.json"}
    assert names == {path.name for path in folder.iterdir()}
    assert not here.reports.exists()
    assert "<html" in (folder / "codebook.html").read_text(encoding="utf-8")


def test_of_clean_data_there_is_a_file_for_spss(here: Home, call: Call) -> None:
    call("rehearse", FORUM)
    wave = open_wave(FORUM, here)
    cleaned = wave.clean()
    tables = {"answers": cleaned.tables["answers"], "answers_missing": cleaned.reasons["answers"]}
    wave.save("clean", tables)
    said = call("questionnaire", FORUM, "--out", str(here.root / "asked"), "--lang", "fr")
    assert said.code == 0
    found = {path.name for path in (here.root / "asked").iterdir()}
    assert {"answers.sav", "answers.labels.csv"} <= found
    labels = pd.read_csv(here.root / "asked" / "answers.labels.csv", dtype=str)
    assert len(labels) > 10
    assert not here.reports.exists()


def test_a_language_that_is_none_writes_nothing(here: Home, call: Call) -> None:
    said = call("questionnaire", FORUM, "--lang", "de")
    assert said.code == 1
    assert "en, es, fr" in said.err
    assert not here.processed.exists()


# secret


def test_a_secret_is_made_once_for_its_owner_and_never_written_over(
    here: Home, call: Call, tmp_path: Path
) -> None:
    path = tmp_path / "keys" / "secret"
    said = call("secret")
    assert said.code == 0
    assert str(path) in said.out
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    key = path.read_bytes()
    assert len(key) >= 32
    assert key.hex() not in said.out
    again = call("secret")
    assert again.code == 1
    assert "it stays" in again.err
    assert path.read_bytes() == key
    assert not list(here.root.rglob("secret"))


def test_a_secret_is_not_made_in_the_repository(
    here: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, str(here.root / "secret"))
    said = call("secret")
    assert said.code == 1
    assert "in the repository" in said.err
    assert not (here.root / "secret").exists()


def test_an_export_is_read_the_same_with_the_same_secret_and_not_with_another(
    here: Home, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(here, tmp_path)

    def ids() -> list[str]:
        return list(open_wave(FORUM, here).clean().tables["answers"]["resp_id"])

    call("secret")
    first = ids()
    assert ids() == first
    monkeypatch.setenv(SECRET_VARIABLE, str(write_secret(tmp_path / "other")))
    assert not set(ids()) & set(first)
