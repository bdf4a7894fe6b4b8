"""The commands of `msfresearch themes`: what each says, writes, and refuses without a traceback."""

from __future__ import annotations

import csv
import io
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from msfresearch.home import Home
from msfresearch.themes.desk.log import read_log
from msfresearch.themes.folders import coding_folder
from msfresearch.wave import Wave
from tests.conftest import Call
from tests.themes import rounds
from tests.themes.desk.small import fill
from tests.themes.rounds import by_word, filled, refused, written

COMMANDS = ("diff", "code", "sheet", "collect", "adjudicate", "agreement", "export", "import")
GIVEN = rounds.answers(60)
IDS = GIVEN["answer_id"].tolist()
LIVE = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return rounds.plain_home(tmp_path / "checkout", monkeypatch)


@pytest.fixture
def wave(home: Home) -> Wave:
    return rounds.clean(home, "small", GIVEN)


@pytest.fixture
def coded(wave: Wave) -> Wave:
    return rounds.coded_by_two(wave)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(call: Call, command: str) -> None:
    said = call("themes", command, "--help")
    assert (said.code, said.err) == (0, "")
    assert len(said.out) > 200
    assert command in call("themes", "--help").out


@pytest.mark.parametrize("command", [one for one in COMMANDS if one not in ("diff", "code")])
def test_a_wave_that_is_none_or_not_cleaned_is_told(
    home: Home, call: Call, tmp_path: Path, command: str
) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(b"answer_id,coder,theme\n")
    more = {
        "sheet": ("--coder", "ana"),
        "collect": (str(file),),
        "export": ("--to", "csv", "--out", str(tmp_path / "out.csv")),
        "import": (str(file),),
    }.get(command, ())
    refused(call("themes", command, "nothing", *more), "no such wave")
    refused(call("themes", command, "raw-alone", *more), "msfresearch run raw-alone --to clean")
    assert not home.coding.exists()
    assert not (tmp_path / "out.csv").exists()


# diff


@pytest.fixture
def old_frame(home: Home, tmp_path: Path) -> Path:
    """An earlier version, in which other words suggest trust."""
    text = (home.codebook / "themes.yml").read_text(encoding="utf-8")
    earlier = text.replace("pattern: trust", "pattern: weather").replace(
        "version: '1.0'", "version: '0.9'"
    )
    assert earlier.count("weather") == 3
    path = tmp_path / "old.yml"
    path.write_text(earlier, encoding="utf-8")
    return path


def test_a_changed_frame_is_told_with_the_answers_that_change_code(
    wave: Wave, call: Call, old_frame: Path, tmp_path: Path
) -> None:
    out = tmp_path / "moved.csv"
    said = call("themes", "diff", str(old_frame), "--out", str(out))
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert "the frame: version changed: 0.9 -> 1.0" in lines
    assert "trust en: pattern added: trust" in lines
    assert "trust fr: pattern removed: weather" in lines
    assert "7 differences" in lines
    assert "raw-alone: not cleaned yet, so its answers were not looked at" in lines
    assert f"small: 16 of {len(GIVEN)} answers change code" in lines
    assert "  trust: 4 gained" in lines
    assert "  trust: 12 lost" in lines
    moved = pd.read_csv(out, dtype="str")
    assert list(moved) == ["answer_id", "theme", "change", "wave"]
    assert moved["change"].value_counts().to_dict() == {"loses": 12, "gains": 4}
    assert set(moved["wave"]) == {wave.id}


def test_the_list_of_a_diff_is_safe_in_a_spreadsheet(
    home: Home, call: Call, old_frame: Path, tmp_path: Path
) -> None:
    hostile = GIVEN.assign(answer_id=[f"answers:=cmd(){at};@x:why" for at in range(len(GIVEN))])
    rounds.clean(home, "small", hostile)
    call("themes", "diff", str(old_frame), "--out", str(tmp_path / "moved.csv"))
    text = (tmp_path / "moved.csv").read_text(encoding="utf-8")
    assert "cmd()" in text
    for separator in ",;\t|":
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            assert not [cell for cell in row if cell[:1] in LIVE]


@pytest.mark.usefixtures("wave")
def test_two_frames_alike_differ_in_nothing_and_the_list_has_its_head(
    home: Home, call: Call, tmp_path: Path
) -> None:
    frame, out = str(home.codebook / "themes.yml"), tmp_path / "moved.csv"
    said = call("themes", "diff", frame, frame, "--out", str(out))
    assert (said.code, said.out.splitlines()[0]) == (0, "0 differences")
    assert out.read_text(encoding="utf-8") == "answer_id,theme,change,wave\n"


def test_frames_that_cannot_be_read_are_told(call: Call, tmp_path: Path) -> None:
    refused(call("themes", "diff", str(tmp_path / "none.yml")), "none.yml")
    (tmp_path / "bad.yml").write_text("version: 1\nthemes: [", encoding="utf-8")
    refused(call("themes", "diff", str(tmp_path / "bad.yml")), "bad.yml")


# code


def test_a_file_of_answers_is_coded_and_accounted_for(call: Call, tmp_path: Path) -> None:
    more = pd.DataFrame({"answer_id": ["x", "y"], "text": ["", "trust"], "language": ["en", "pt"]})
    source, target = tmp_path / "answers.parquet", tmp_path / "hits.parquet"
    columns = ["answer_id", "text", "language"]
    pd.concat([GIVEN[columns], more]).to_parquet(source, index=False)
    said = call("themes", "code", str(source), str(target))
    assert (said.code, said.err) == (0, "")
    assert "62 answers, 16 of them with a hit, 16 hits, 1 without text" in said.out
    assert "1 not read: the frame lacks their language, pt" in said.out
    hits = pd.read_parquet(target)
    assert len(hits) == 16
    assert set(hits["words"]) == set(rounds.SAID)
    target.unlink()
    refused(call("themes", "code", str(source), str(target), "--strict"), "language")
    assert not target.exists()


def test_what_is_no_file_of_answers_is_told(call: Call, tmp_path: Path) -> None:
    source, target = tmp_path / "answers.parquet", tmp_path / "hits.parquet"
    refused(call("themes", "code", str(source), str(target)), "answers.parquet")
    source.write_bytes(b"PAR1")
    refused(call("themes", "code", str(source), str(target)), "answers.parquet")
    pd.DataFrame({"text": ["a"]}).to_parquet(source)
    refused(call("themes", "code", str(source), str(target)), "answer_id")
    assert not target.exists()


# sheet and collect


def test_a_sheet_goes_out_comes_back_and_is_known_the_second_time(wave: Wave, call: Call) -> None:
    said = call("themes", "sheet", "small", "--coder", "ana", "-n", "10")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0] == "10 answers for ana, drawn: random"
    assert "pass it to this coder only" in said.out
    assert "rehearsal" not in said.out
    path = fill(filled(written(said), by_word), {3: {"note": "two readings"}})
    said = call("themes", "collect", "small", str(path), "--on", "2019-09-01")
    assert (said.code, said.err) == (0, "")
    assert "10 decisions taken, 0 known before" in said.out
    assert "1 notes, kept in notes/ beside the log" in said.out
    assert f"Log: {coding_folder(wave)}" in said.out
    assert "0 decisions taken, 10 known before" in call("themes", "collect", "small", str(path)).out
    said = call("themes", "sheet", "small", "--coder", "ana", "-n", "15", "--csv", "--reads", "en")
    assert "10 of the draw were decided by ana before" in said.out
    assert "in languages that ana does not read are left out" in said.out
    assert written(said).suffix == ".csv"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--coder", "Ana"), 1, "not a coder's name"),
        (("--coder", "adjudicator"), 1, "coder and draw do not fit"),
        (("--coder", "ana", "--draw", "best"), 1, "random or chosen"),
        (("--coder", "ana", "--draw", "chosen"), 1, "--draw random"),
        (("--coder", "ana", "--lang", "de"), 1, "de"),
        (("--coder", "ana", "--reads", "pt"), 1, "no answer to code"),
        (("--coder", "ana", "-n", "0"), 2, "-n"),
        ((), 2, "--coder"),
    ],
)
@pytest.mark.usefixtures("wave")
def test_a_sheet_that_cannot_be_is_told_and_nothing_is_written(
    home: Home, call: Call, arguments: tuple[str, ...], code: int, told: str
) -> None:
    said = call("themes", "sheet", "small", *arguments)
    assert said.code == code
    assert told in said.err
    assert not home.coding.exists()


def test_good_rows_are_taken_bad_ones_listed_and_the_other_sheets_read(
    wave: Wave, call: Call, tmp_path: Path
) -> None:
    damaged, good = (
        filled(written(call("themes", "sheet", "small", "--coder", one, "-n", "8")), by_word)
        for one in ("ana", "ben")
    )
    fill(damaged, {2: {"trust": "perhaps"}})
    strange = tmp_path / "list.csv"
    strange.write_text("a,b\n1,2\n", encoding="utf-8")
    said = call("themes", "collect", "small", str(damaged), str(strange), str(good))
    assert said.code == 1
    assert "7 decisions taken" in said.out
    assert "1 cannot be read" in said.out
    assert "row 4, trust: found perhaps; expected 1 or blank" in said.out
    assert f"all of them: {damaged}.bad.csv" in said.out
    assert "no coding sheet" in said.err
    assert "8 decisions taken" in said.out
    assert len(read_log(coding_folder(wave))) == 15
    fill(damaged, {2: {"trust": None}})
    assert call("themes", "collect", "small", str(damaged)).code == 0
    assert not Path(f"{damaged}.bad.csv").exists()


def test_a_stranger_is_listed_until_named(wave: Wave, call: Call) -> None:
    path = filled(written(call("themes", "sheet", "small", "--coder", "eve", "-n", "3")), by_word)
    shutil.rmtree(coding_folder(wave) / "handed")
    said = call("themes", "collect", "small", str(path))
    assert said.code == 1
    assert "found coder eve; expected one of: adjudicator" in said.out
    assert call("themes", "collect", "small", str(path), "--coder", "eve").code == 0


@pytest.mark.parametrize("day", ["yesterday", "2019-13-45", "31.8.2019"])
def test_a_day_that_is_none_is_told(wave: Wave, call: Call, day: str) -> None:
    path = filled(written(call("themes", "sheet", "small", "--coder", "ana", "-n", "3")), by_word)
    said = call("themes", "collect", "small", str(path), "--on", day)
    assert said.code == 1
    assert day in said.err
    assert read_log(coding_folder(wave)).empty


# adjudicate and agreement


@pytest.mark.usefixtures("coded")
def test_what_differs_is_settled_by_a_sheet_without_names(call: Call) -> None:
    said = call("themes", "adjudicate", "small")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("2 answers on which coders differ\n")
    path = filled(written(said), by_word)
    assert "2 decisions taken" in call("themes", "collect", "small", str(path)).out
    refused(call("themes", "adjudicate", "small"), "nothing to adjudicate")


@pytest.mark.usefixtures("coded")
def test_agreement_is_told_of_coders_without_names(call: Call) -> None:
    said = call("themes", "agreement", "small")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[:4] == ["0 answers adjudicated", "28 answers agreed", "0 answers single",
                         "2 answers open"]  # fmt: skip
    assert re.fullmatch(
        r"coder A\|coder B: alpha_masi 0\.9\d\d \(0\.\d{3} to 1\.000\), 30 answers", lines[4]
    )
    assert any(line.startswith("people|learned coder: f1_micro ") for line in lines)
    assert not re.search(r"\b(ana|zoe)\b|nan", said.out)


@pytest.mark.usefixtures("wave")
def test_where_nobody_coded_agreement_says_what_to_do(call: Call) -> None:
    said = call("themes", "agreement", "small")
    assert said.out == "small: nobody has coded an answer; see: msfresearch themes sheet --help\n"
    assert said.code == 0
