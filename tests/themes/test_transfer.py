"""What other tools get of a wave, and what of theirs comes into the logs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from msfresearch.home import Home
from msfresearch.themes.desk.log import codings, decisions, read_log
from msfresearch.themes.desk.seen import read_seen
from msfresearch.themes.exchange.formats import read, write
from msfresearch.themes.folders import coding_folder
from msfresearch.themes.schemas import LOG
from msfresearch.themes.transfer import Taken, outgoing, take_imported
from msfresearch.wave import Wave
from tests.batch.tiny import snapshot
from tests.themes import rounds
from tests.themes.desk.small import FRAME, lines, logged
from tests.themes.rounds import code_wave, first

GIVEN = rounds.answers(30)
IDS = GIVEN["answer_id"].tolist()
DAY = "2019-09-01"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return rounds.make_home(tmp_path / "checkout", "small", "other")


@pytest.fixture
def wave(home: Home) -> Wave:
    """A wave that two people and the adjudicator coded."""
    wave = rounds.clean(home, "small", GIVEN)
    code_wave(wave, "ana", first(GIVEN, 12))
    code_wave(wave, "zoe", {IDS[0]: ["trust"], IDS[4]: []}, "chosen")
    code_wave(wave, "adjudicator", {IDS[0]: ["tokenism"]}, "adjudication")
    return wave


def test_answers_that_changed_or_are_gone_are_left_out_and_counted(home: Home, wave: Wave) -> None:
    """Their codes stand at places of a text that is another now."""
    logged(coding_folder(wave), (IDS[1], "outreach[0-20]"))
    given = GIVEN.assign(text=["New.", "New.", *GIVEN["text"][2:]])[:10]
    found = outgoing(rounds.clean(home, "small", given))
    assert (found.changed, found.gone, found.outside) == (2, 2, 0)
    assert set(found.material.decisions["answer_id"]) == set(IDS[2:10])
    assert set(found.material.codings["answer_id"]) < set(IDS[2:10])


def test_a_decision_that_names_an_unknown_theme_is_left_out_whole_and_counted(
    wave: Wave,
) -> None:
    logged(coding_folder(wave), (IDS[2], "funding forgotten"), (IDS[3], "forgotten"))
    found = outgoing(wave)
    assert found.outside == 2
    mine = found.material.decisions.query("coder == 'ana'")
    assert set(mine["answer_id"]) == set(IDS[:12]) - {IDS[2], IDS[3]}


def test_what_goes_out_says_whether_it_is_real(wave: Wave) -> None:
    real = outgoing(wave).material
    played = outgoing(rounds.as_rehearsal(wave)).material
    assert set(real.answers["status"]) == {"real"}
    assert set(played.answers["status"]) == {"rehearsal"}
    assert "status" in real.variables


def test_the_long_table_tells_the_status_of_each_row_and_is_read_back_without(
    wave: Wave, tmp_path: Path
) -> None:
    path = tmp_path / "codes.csv"
    write("csv", path, outgoing(wave).material, "en", DAY)
    told = pd.read_csv(path, dtype="str", keep_default_na=False)
    assert list(told.columns[-2:]) == ["item", "status"]
    assert set(told["status"]) == {"real"}
    back = read(path, GIVEN, FRAME, DAY)
    assert set(back.left["place"]) == {"column item", "column status"}


def test_what_comes_back_unchanged_leaves_every_byte(wave: Wave, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    write("csv", path, outgoing(wave).material, "en", DAY)
    before = snapshot(coding_folder(wave))
    taken = take_imported(wave, read(path, GIVEN, FRAME, DAY).log)
    assert taken == [
        Taken("adjudicator", 0, 1, 0), Taken("ana", 0, 12, 0), Taken("zoe", 0, 2, 0)
    ]  # fmt: skip
    assert snapshot(coding_folder(wave)) == before


def test_elsewhere_the_same_decisions_come_out_of_it(
    home: Home, wave: Wave, tmp_path: Path
) -> None:
    path = tmp_path / "codes.csv"
    write("csv", path, outgoing(wave).material, "en", DAY)
    other = rounds.clean(home, "other", GIVEN)
    take_imported(other, read(path, GIVEN, FRAME, DAY).log)
    logs = [read_log(coding_folder(one)) for one in (wave, other)]
    pd.testing.assert_frame_equal(codings(logs[0]), codings(logs[1]))
    pd.testing.assert_frame_equal(
        decisions(logs[0]).drop(columns="draw"), decisions(logs[1]).drop(columns="draw")
    )
    assert set(logs[1]["draw"]) == {"imported"}  # no import makes an answer one of the sample
    pd.testing.assert_frame_equal(*(read_seen(coding_folder(one)) for one in (wave, other)))


def test_a_decision_older_than_the_logs_is_not_taken_and_a_later_one_is(wave: Wave) -> None:
    older = lines((IDS[0], "trust"), (IDS[20], "trust")).assign(at="2019-01-01", draw="imported")
    assert take_imported(wave, older) == [Taken("ana", 1, 0, 1)]
    later = lines((IDS[0], "trust")).assign(at="2020-01-01", draw="imported")
    assert take_imported(wave, later) == [Taken("ana", 1, 0, 0)]
    mine = decisions(read_log(coding_folder(wave))).query("coder == 'ana'").set_index("answer_id")
    assert mine.loc[IDS[0], "at"] == "2020-01-01"
    assert mine.loc[IDS[0], "draw"] == "random"
    assert IDS[20] in set(read_seen(coding_folder(wave))["answer_id"])


def test_of_nothing_nothing_comes(home: Home) -> None:
    wave = rounds.clean(home, "other", GIVEN)
    assert take_imported(wave, lines((IDS[0], "-"))[list(LOG.columns)].iloc[:0]) == []
    assert not coding_folder(wave).exists()
