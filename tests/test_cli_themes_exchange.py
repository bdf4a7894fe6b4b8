"""Codes go to other tools and come back; a rehearsal is known for one wherever it goes."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from msfresearch.batch.standin import ready
from msfresearch.home import HOME_VARIABLE, Home
from msfresearch.report.chapters import cleaning
from msfresearch.themes.desk.log import codings, read_log
from msfresearch.themes.exchange.formats import FORMATS
from msfresearch.themes.folders import coding_folder
from msfresearch.wave import Wave, open_wave
from tests.batch.tiny import snapshot
from tests.conftest import Call
from tests.survey.arrived import FORUM, forum_home, put, simulated
from tests.themes import rounds
from tests.themes.desk.small import fill
from tests.themes.rounds import refused, written

GIVEN = rounds.answers(60)
IDS = GIVEN["answer_id"].tolist()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return rounds.plain_home(tmp_path / "checkout", monkeypatch)


@pytest.fixture
def wave(home: Home) -> Wave:
    return rounds.clean(home, "small", GIVEN)


@pytest.fixture
def coded(wave: Wave) -> Wave:
    return rounds.coded_by_two(wave)


# export and import


@pytest.mark.parametrize("to", FORMATS)
def test_every_format_is_written_the_same_each_time(
    coded: Wave, call: Call, tmp_path: Path, to: str
) -> None:
    for name in ("one", "two"):
        said = call(
            *("themes", "export", "small", "--to", to, "--out", str(tmp_path / name)),
            *("--lang", "es", "--hits", "--created", "2019-09-01"),
        )
        assert (said.code, said.err) == (0, "")
        assert written(said) == tmp_path / name
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    log = read_log(coding_folder(coded))
    codes = len(codings(log)) + 16
    if to == "qdpx":  # where "no theme" is a code as well
        codes += int((log["codes"] == "-").sum())
    of_answers = f"{len(GIVEN)} answers, {codes} codings"
    assert said.out.startswith("0 answers" if to in ("qdc", "taguette") else of_answers)


@pytest.mark.parametrize("to", ["qdpx", "csv", "xlsx"])
def test_what_was_exported_comes_back_as_the_same_decisions(
    coded: Wave, call: Call, tmp_path: Path, to: str
) -> None:
    path = tmp_path / f"codes.{to}"
    call("themes", "export", "small", "--to", to, "--out", str(path))
    folder = coding_folder(coded)
    before, log = snapshot(folder), read_log(folder)
    said = call("themes", "import", "small", str(path))
    assert (said.code, said.err) == (0, "")
    assert "ana: 0 decisions taken, 30 known before" in said.out
    assert snapshot(folder) == before
    shutil.rmtree(folder)
    said = call("themes", "import", "small", str(path), "--coder", "zoe=eve", "--on", "2019-09-01")
    assert "eve: 30 decisions taken, 0 known before" in said.out
    again = read_log(folder).replace({"coder": {"eve": "zoe"}})
    columns = ["coder", "answer_id", "at", "codebook", "codes"]
    order = ["coder", "answer_id"]
    pd.testing.assert_frame_equal(
        again[columns].sort_values(order, ignore_index=True),
        log[columns].sort_values(order, ignore_index=True),
    )
    assert set(again["draw"]) == {"imported"}


@pytest.mark.usefixtures("wave")
@pytest.mark.parametrize("to", FORMATS)
def test_what_nobody_coded_is_exported_as_well(call: Call, tmp_path: Path, to: str) -> None:
    said = call("themes", "export", "small", "--to", to, "--out", str(tmp_path / "out"))
    assert (said.code, said.err) == (0, "")
    assert "0 codings" in said.out


@pytest.mark.usefixtures("coded")
def test_a_matrix_comes_back_as_csv(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "matrix.csv"
    call("themes", "export", "small", "--to", "matrix", "--out", str(path))
    said = call("themes", "import", "small", str(path), "--on", "2019-12-01")
    assert "zoe: 0 decisions taken, 30 known before" in said.out


@pytest.mark.usefixtures("coded")
def test_codes_of_no_theme_are_named_on_import(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text(f"answer_id,coder,theme\n{IDS[9]},bo,gossip\n{IDS[9]},bo,trust\n", "utf-8")
    said = call("themes", "import", "small", str(path))
    assert "2 codes, 1 of them in no theme of the frame\n  gossip\n" in said.out
    assert "bo: 1 decisions taken" in said.out
    assert "row 2: no theme of the frame: not taken" in said.out


@pytest.mark.usefixtures("coded")
def test_decisions_that_hold_no_more_are_counted_when_they_are_left_out(
    home: Home, call: Call, tmp_path: Path
) -> None:
    rounds.clean(home, "small", GIVEN.assign(text=["New.", *GIVEN["text"][1:]])[:20])
    out = str(tmp_path / "codes.csv")
    said = call("themes", "export", "small", "--to", "csv", "--out", out)
    assert "left out: 1 coded answers whose text is another now" in said.out
    assert "left out: 10 coded answers that are no longer there" in said.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--to", "doc"), "qdc, qdpx, csv"),
        (("--to", "qdc", "--lang", "de"), "de"),
        (("--to", "csv", "--created", "today"), "today"),
    ],
)
@pytest.mark.usefixtures("coded")
def test_an_export_that_cannot_be_is_told(
    call: Call, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    out = tmp_path / "out"
    refused(call("themes", "export", "small", "--out", str(out), *arguments), told)
    assert not out.exists()


@pytest.mark.parametrize(
    ("name", "content", "arguments", "told"),
    [
        ("codes.doc", b"x", (), "no known format"),
        ("codes.qdpx", b"x", (), "codes.qdpx"),
        ("codes.csv", b"a,b\n1,2\n", (), "column that is needed"),
        ("codes.csv", b"answer_id,coder,theme\n", ("--coder", "Ana"), "not a pair of names"),
        ("codes.csv", b"answer_id,coder,theme\n", ("--on", "today"), "today"),
        ("none.csv", None, (), "none.csv"),
    ],
)
@pytest.mark.usefixtures("wave")
def test_an_import_that_cannot_be_is_told_and_writes_nothing(
    home: Home,
    call: Call,
    tmp_path: Path,
    name: str,
    content: bytes | None,
    arguments: tuple[str, ...],
    told: str,
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    refused(call("themes", "import", "small", str(tmp_path / name), *arguments), told)
    assert not home.coding.exists()


# rehearsals


@pytest.fixture(scope="module")
def simulated_forum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small survey of forums, simulated and cleaned, its simulated coders with it."""
    home = forum_home(tmp_path_factory.mktemp("forum") / "checkout")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("msfresearch.batch.standin.environment", lambda _: "fixed")
        wave = ready(open_wave(FORUM, home))
    cleaned = wave.clean()
    wave.save("clean", cleaned.tables, cleaning.facts(cleaned, wave))
    return home.root


@pytest.fixture
def played(simulated_forum: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wave:
    monkeypatch.setattr("msfresearch.batch.standin.environment", lambda _: "fixed")
    shutil.copytree(simulated_forum, tmp_path / "forum")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "forum"))
    return open_wave(FORUM, Home(tmp_path / "forum"))


def test_of_a_rehearsal_every_command_says_that_it_is_one_and_every_export_bears_the_word(
    played: Wave, call: Call, tmp_path: Path
) -> None:
    said = [call("themes", "sheet", FORUM, "--coder", "ana", "-n", "4")]
    path = fill(written(said[0]), dict.fromkeys(range(4), ("none",)))
    assert path.is_relative_to(played.home.rehearsals)
    assert path.name.endswith(".rehearsal.xlsx")
    said.append(call("themes", "collect", FORUM, str(path)))
    for to in ("csv", "matrix", "sav", "xlsx", "qdpx"):
        out = tmp_path / f"codes.{to}"
        said.append(call("themes", "export", FORUM, "--to", to, "--out", str(out)))
    assert [one.code for one in said] == [0] * 7
    for one in said:
        assert f"{FORUM} is a rehearsal: its answers are simulated" in one.out
    for to in ("csv", "matrix"):
        assert set(pd.read_csv(tmp_path / f"codes.{to}")["status"]) == {"rehearsal"}
    assert set(pd.read_excel(tmp_path / "codes.xlsx", engine="openpyxl")["status"]) == {"rehearsal"}
    assert set(pd.read_spss(tmp_path / "codes.sav")["status"]) == {"rehearsal"}
    project = zipfile.ZipFile(tmp_path / "codes.qdpx").read("project.qde").decode()
    assert "<TextValue>rehearsal</TextValue>" in project
    assert not played.home.coding.exists()


@pytest.mark.usefixtures("played")
def test_agreement_of_simulated_coders_is_told_as_such(call: Call) -> None:
    said = call("themes", "agreement", FORUM)
    assert (said.code, said.err) == (0, "")
    assert "coder A|coder B: alpha_masi 0." in said.out
    assert said.out.splitlines()[-1].startswith(f"{FORUM} is a rehearsal")


def test_what_is_decided_about_a_rehearsal_outlives_the_next_run(played: Wave, call: Call) -> None:
    """A run simulates anew what is damaged; to code it is no damage."""
    said = call("themes", "sheet", FORUM, "--coder", "ana", "-n", "100")
    path = written(said)
    texts = int(said.out.split()[0])
    fill(path, dict.fromkeys(range(texts), ("none",)))
    assert call("themes", "collect", FORUM, str(path)).code == 0
    before = snapshot(coding_folder(played))
    assert len(pd.read_parquet(coding_folder(played) / "seen.parquet")) == texts
    ready(open_wave(FORUM, played.home))
    assert snapshot(coding_folder(played)) == before
    (coding_folder(played) / "simulated-a.csv").unlink()
    ready(open_wave(FORUM, played.home))
    assert (coding_folder(played) / "simulated-a.csv").exists()


def test_when_the_real_export_is_there_no_simulated_answer_is_handed_out(
    played: Wave, call: Call, tmp_path: Path
) -> None:
    put(played.home, FORUM, simulated(played.home, FORUM, tmp_path / "made", "kobo"))
    said = call("themes", "sheet", FORUM, "--coder", "ana")
    refused(said, f"msfresearch run {FORUM} --to clean")
    assert not played.home.coding.exists()
