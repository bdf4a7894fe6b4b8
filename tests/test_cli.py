"""The command line tells what it did or what to mend, and its exit code says which."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from typer.testing import CliRunner

from msfresearch.cli import app
from msfresearch.home import HOME_VARIABLE, Home
from msfresearch.survey.fetch import MIRROR_VARIABLE
from tests.batch.tiny import CLEAN, add_wave, make_home, snapshot, write_notebook
from tests.conftest import GOOD, Call, manifest_of

COMMANDS = (*("waves", "check", "rehearse", "questionnaire", "secret", "fetch", "run", "explore"),)
KERNEL = pytest.mark.notebooks


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A small home that the command line works on; no mirror folder."""
    home = make_home(tmp_path / "checkout")
    monkeypatch.setenv(HOME_VARIABLE, str(home.root))
    monkeypatch.delenv(MIRROR_VARIABLE, raising=False)
    for variable in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE"):
        monkeypatch.delenv(variable, raising=False)
    return home


def manifest(home: Home, wave: str = "small", **changes: Any) -> None:
    """Change keys of a wave's manifest."""
    path = home.raw / wave / "wave.yml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changes), encoding="utf-8")


def raw(home: Home, content: bytes) -> None:
    """Another raw file, registered as it is."""
    (home.raw / "small" / "answers.csv").write_bytes(content)
    manifest(home, sources=manifest_of(content)["sources"])


def registered(home: Home, **source: Any) -> None:
    """The wave's file is known by its hash and not here."""
    (home.raw / "small" / "answers.csv").rename(home.root / "answers.csv")
    [one] = manifest_of(GOOD.encode())["sources"]
    manifest(home, sources=[one | source])


def test_the_help_lists_every_command_and_what_it_does() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    for command in COMMANDS:
        assert re.search(rf"\b{command}\b.*\w{{3,}}", shown.output), command
    assert {command.name or command.callback.__name__ for command in app.registered_commands} == (
        set(COMMANDS)
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])
    assert (shown.exit_code, "Usage" in shown.output) == (0, True)


def test_waves_are_listed_a_line_each_with_the_state_of_their_data(here: Home, call: Call) -> None:
    add_wave(here, "other")
    (here.raw / "other" / "answers.csv").unlink()
    said = call("waves")
    assert said.code == 0
    lines = [line.split() for line in said.out.splitlines()]
    assert lines[1:] == [
        ["other", "words", "civil", "society", "real", "msfresearch", "fetch", "other"],
        ["small", "words", "civil", "society", "real", "here"],
    ]


@pytest.mark.parametrize(
    "title", ["[/red] [bold]", ":warning: [es]", "x" * 250, "\x1b[31mred\x1b[0m\x07"]
)
def test_a_title_is_text_and_no_markup(here: Home, call: Call, title: str) -> None:
    manifest(here, title=dict.fromkeys(("en", "es", "fr"), title))
    said = call("waves")
    assert (said.code, len(said.out.splitlines())) == (0, 2)
    assert title in said.out if title.isprintable() else "red" in said.out
    assert "\x1b" not in said.out


def test_a_wave_with_a_fault_hides_no_other(here: Home, call: Call) -> None:
    add_wave(here, "broken")
    manifest(here, "broken", unknown=1)
    said = call("waves")
    assert said.code == 1
    assert "small" in said.out
    assert "an unknown key" in said.err
    assert "Traceback" not in said.err


def test_a_good_wave_is_checked_and_nothing_is_written(here: Home, call: Call) -> None:
    before = snapshot(here.root)
    said = call("check", "small")
    assert (said.code, said.err) == (0, "")
    assert "answers: 3 rows, 3 missing answers, each with its reason" in said.out
    assert said.out.splitlines()[-1] == "small: good"
    assert snapshot(here.root) == before


def test_a_bad_cell_is_told_with_file_row_column_and_what_to_do(here: Home, call: Call) -> None:
    raw(here, GOOD.replace("2,France,97", "2,France,six").encode())
    said = call("check", "small")
    assert (said.code, said.out) == (1, "")
    first, *rest = said.err.splitlines()
    assert first.endswith("answers.csv:3: an answer outside its scale")
    assert [line.split(":")[0].strip() for line in rest] == ["column", "found", "expected", "do"]
    assert "'six'" in rest[1]
    assert "1 | 2 | 3 | 4 | 5" in rest[2]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "an empty file"),
        (b"id,country,agree,why\n", "a header without rows"),
        (b"id,country,agree,why\n1,UK,5\n", "a row that is cut short"),
        (b"id,country,agree,why\n1,UK,5,a,b\n", "a row with an extra field"),
        (b"id,country,agree,agree\n1,UK,5,a\n", "a header stands twice"),
        (b"id,country,agree,why,more\n1,UK,5,a,b\n", "an unknown column"),
        (b"id,country,agree,why\n1,UK,5,a\n1,UK,5,a\n", "a duplicate id"),
        (b"id,country,agree,why\n1,Atlantis,5,a\n", "an unknown country"),
        (b'id,country,agree,why\n1,UK,5,"a\n', "not a readable table"),
        (b"id,country,agree,why\n1,UK,5,\xff\n", "not utf-8"),
        (GOOD.encode("utf-16"), "UTF-16, not UTF-8"),
        (b"id,country,agree,why\n1,UK,\x1b[2J\xe2\x80\xae,a\n", "an answer outside its scale"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_file_is_told_without_a_traceback_and_in_printable_words(
    here: Home, call: Call, content: bytes, problem: str
) -> None:
    raw(here, content)
    said = call("check", "small")
    assert (said.code, said.out) == (1, "")
    assert problem in said.err
    assert "Traceback" not in said.err
    assert all(line.isprintable() for line in said.err.splitlines())


def test_a_raw_file_that_changed_is_told(here: Home, call: Call) -> None:
    (here.raw / "small" / "answers.csv").write_bytes(b"id\n1\n")
    said = call("check", "small")
    assert said.code == 1
    assert "the raw file changed" in said.err
    assert "SHA-256" in said.err


@pytest.mark.parametrize("command", [("check",), ("fetch",), ("run",)])
@pytest.mark.parametrize(
    ("wave", "problem"),
    [("large", "no such wave"), ("../small", "not a wave's id"), ("SMALL", "not a wave's id")],
)
def test_a_wave_that_is_none_is_refused_by_every_command(
    here: Home, call: Call, command: tuple[str], wave: str, problem: str
) -> None:
    before = snapshot(here.root)
    said = call(*command, wave)
    assert said.code == 1
    assert problem in said.err
    assert "msfresearch waves" in said.err
    assert snapshot(here.root) == before


def test_away_from_any_home_the_variable_is_named(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    said = call("waves")
    assert said.code == 1
    assert HOME_VARIABLE in said.err


def test_a_file_comes_from_the_mirror_and_is_checked(
    here: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(here, mirror_file="copy.csv")
    mirror = here.root / "mirror"
    mirror.mkdir()
    monkeypatch.setenv(MIRROR_VARIABLE, str(mirror))
    (mirror / "copy.csv").write_bytes(b"another file")
    refused = call("fetch", "small", "--offline")
    assert refused.code == 1
    assert "the raw file changed" in refused.err
    assert not (here.raw / "small" / "answers.csv").exists()
    shutil.copy(here.root / "answers.csv", mirror / "copy.csv")
    said = call("fetch", "small", "--offline")
    assert (said.code, said.out) == (0, "answers.csv: mirror\n")
    assert call("fetch", "small").out == "answers.csv: present\n"
    assert call("check", "small").code == 0


def test_offline_a_file_that_is_not_here_is_told_in_one_line(here: Home, call: Call) -> None:
    registered(here)
    said = call("fetch", "small", "--offline")
    assert said.code == 1
    assert said.out == "answers.csv: absent: not fetched yet\n"
    assert call("check", "small").code == 1


def test_a_network_that_gives_nothing_is_told_in_one_line(
    here: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise requests.exceptions.ConnectionError("no route")

    monkeypatch.setattr("pooch.retrieve", refuse)
    registered(here)
    said = call("fetch", "small")
    assert (said.code, len(said.out.splitlines())) == (1, 1)
    assert "the network did not give it (ConnectionError)" in said.out
    assert MIRROR_VARIABLE in said.out
    assert list((here.raw / "small").iterdir()) == [here.raw / "small" / "wave.yml"]


def test_context_tables_are_fetched_by_their_name(here: Home, call: Call) -> None:
    said = call("fetch", "context", "--offline")
    assert said.code == 1
    assert [path.name for path in (here.raw / "context").iterdir()] == ["sources.yml"]
    assert all(": absent" in line for line in said.out.splitlines())
    assert len(said.out.splitlines()) > 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--to", "nothing"), "no such stage"),
        (("--to", "compare"), "no such stage"),
        (("--lang", "es"), "not made in that language"),
        (("--lang", "../en"), "not made in that language"),
    ],
)
def test_what_a_run_does_not_offer_is_refused_before_anything_runs(
    here: Home, call: Call, arguments: tuple[str, str], problem: str
) -> None:
    said = call("run", "small", *arguments)
    assert said.code == 1
    assert problem in said.err
    assert arguments[1] in said.err
    assert not here.reports.exists()


@pytest.mark.parametrize("arguments", [("--jobs", "0"), ("--jobs", "x"), ("--unknown",)])
def test_a_wrong_option_is_a_wrong_call(here: Home, call: Call, arguments: tuple[str, ...]) -> None:
    said = call("run", "small", *arguments)
    assert said.code == 2
    assert "Usage" in said.err
    assert not here.reports.exists()


@KERNEL
def test_a_good_run_ends_with_zero_in_plain_lines_and_the_second_does_nothing(
    here: Home, call: Call
) -> None:
    said = call("run", "small", "--to", "clean")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[:4] == ["small: start", "small: run clean", "small: ran clean", "small: done"]
    assert lines[-2:] == ["small: ran clean", "Open reports/index.html"]
    assert "\x1b" not in said.out
    assert (here.reports / "index.html").exists()
    again = call("run", "small", "--to", "clean")
    assert again.code == 0
    assert "small: ran nothing; up to date: clean" in again.out


@KERNEL
def test_a_failed_notebook_ends_with_one_and_the_other_wave_goes_on(here: Home, call: Call) -> None:
    add_wave(here, "other")
    write_notebook(here, "clean", f'assert wave != "other", "no such luck"\n{CLEAN}')
    said = call("run", "small", "other", "--to", "clean")
    assert said.code == 1
    assert "other: FAILED" in said.err
    assert "small: ran clean" in said.out
    assert "failed at its line 1" in said.out + said.err
    assert "no such luck" in said.out + said.err
    assert (here.reports / "small" / "en" / "1-clean.html").exists()
    assert not (here.reports / "other" / "en").exists()
    assert (here.processed / "other" / "failed" / "error.txt").exists()


def test_a_wave_that_is_asked_for_and_has_no_data_ends_with_one(here: Home, call: Call) -> None:
    registered(here)
    said = call("run", "small", "--to", "clean")
    assert said.code == 1
    assert "left out" in said.out
    assert "msfresearch fetch small" in said.out
    assert (here.reports / "index.html").exists()


def test_a_wave_that_nobody_asked_for_and_has_no_data_is_no_failure(here: Home, call: Call) -> None:
    registered(here)
    said = call("run", "--to", "clean")
    assert said.code == 0
    assert "small: left out" in said.out


def test_a_raw_file_that_changed_fails_its_run(here: Home, call: Call) -> None:
    (here.raw / "small" / "answers.csv").write_bytes(b"id\n1\n")
    said = call("run", "small", "--to", "clean")
    assert said.code == 1
    assert "the raw file changed" in said.out + said.err
    assert not (here.reports / "small").exists()


def test_in_a_pipe_the_program_prints_no_colour_and_no_traceback(here: Home) -> None:
    raw(here, b"")
    program = "from msfresearch.cli import main; main()"
    for arguments, code in ((["waves"], 0), (["check", "small"], 1), (["run", "x"], 1)):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "40"},
        )
        assert done.returncode == code, done.stderr
        assert "\x1b" not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_explore_opens_the_notebook_of_this_home(
    here: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def opened(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        asked.update(options, command=command)
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr("msfresearch.cli.subprocess.run", opened)
    said = call("explore")
    assert said.code == 3
    assert any("notebooks/explore.ipynb" in part for part in asked["command"])
    assert asked["cwd"] == here.root
    assert asked["env"][HOME_VARIABLE] == str(here.root)
