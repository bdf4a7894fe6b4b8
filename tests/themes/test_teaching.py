"""What people coded counts as long as it is about the same words, and teaches its own kind."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from msfresearch.themes.folders import coding_folder, other_coding_folders
from msfresearch.themes.rounds import study_of
from msfresearch.themes.teaching import people_of, teaching
from tests.themes import rounds
from tests.themes.desk.small import FRAME, frame
from tests.themes.rounds import decide, first

GIVEN = rounds.answers(40)
IDS = GIVEN["answer_id"].tolist()


def reworded(n: int) -> pd.DataFrame:
    """The answers, the first ones with a text that is another now."""
    texts = [f"{text} Really." if at < n else text for at, text in enumerate(GIVEN["text"])]
    return GIVEN.assign(text=texts)


def test_answers_whose_text_changed_count_nowhere_and_are_counted(tmp_path: Path) -> None:
    decide(tmp_path, GIVEN, "ana", first(GIVEN, 12))
    people = people_of(tmp_path, reworded(3), FRAME)
    assert (people.changed, people.gone) == (3, 0)
    assert set(people.gold.marks.index) == set(IDS[3:12])
    assert set(people.holds["answer_id"]) == set(IDS[3:12])
    assert len(people.log) == 12  # nothing is lost: they are back when their text is
    assert people_of(tmp_path, GIVEN, FRAME).changed == 0
    taught = teaching(people, reworded(3), FRAME, {})
    assert set(taught.marks.index) == set(IDS[3:12])


def test_answers_that_are_gone_count_nowhere_and_are_counted(tmp_path: Path) -> None:
    decide(tmp_path, GIVEN, "ana", first(GIVEN, 12))
    people = people_of(tmp_path, GIVEN[5:], FRAME)
    assert (people.changed, people.gone) == (0, 5)
    assert set(people.gold.marks.index) == set(IDS[5:12])


def test_codes_that_the_frame_does_not_have_are_counted(tmp_path: Path) -> None:
    decide(tmp_path, GIVEN, "ana", {IDS[0]: ["trust", "funding"], IDS[1]: ["funding"]})
    people = people_of(tmp_path, GIVEN, frame(trust="help"))
    assert people.outside[["theme", "n_answers"]].to_numpy().tolist() == [["funding", 2]]
    assert people.gold.marks["trust"].to_dict() == {IDS[0]: 1.0, IDS[1]: 0.0}


def test_a_folder_that_is_not_there_is_nobodys_code(tmp_path: Path) -> None:
    people = people_of(tmp_path / "none", GIVEN, FRAME)
    assert people.coders == ()
    assert people.gold.marks.empty
    assert (people.changed, people.gone) == (0, 0)


def test_answers_of_other_waves_teach_as_their_coders_saw_them_their_ids_led_by_the_wave(
    tmp_path: Path,
) -> None:
    decide(tmp_path / "mine", GIVEN, "ana", first(GIVEN, 10))
    decide(tmp_path / "theirs", reworded(40), "ben", first(GIVEN, 6))
    people = people_of(tmp_path / "mine", GIVEN, FRAME)
    found = teaching(people, GIVEN, FRAME, {"old": tmp_path / "theirs", "new": tmp_path / "none"})
    assert found.others == {"old": 6}
    led = [f"old/{one}" for one in IDS[:6]]
    assert list(found.answers["answer_id"]) == [*IDS, *led]
    assert list(found.answers["text"][40:]) == list(reworded(40)["text"][:6])
    assert set(found.marks.index) == {*IDS[:10], *led}
    assert found.marks.loc[led[2], "funding"] == 1


def test_what_others_left_open_or_lost_the_text_of_teaches_nothing(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    decide(theirs, GIVEN, "ben", first(GIVEN, 4))
    decide(theirs, GIVEN, "eve", {IDS[0]: ["trust", "funding"]})
    decide(theirs, GIVEN[:0], "ben", {IDS[9]: ["trust"]})  # no text of it is kept
    people = people_of(tmp_path / "mine", GIVEN, FRAME)
    found = teaching(people, GIVEN, FRAME, {"old": theirs})
    assert set(found.marks.index) == {f"old/{one}" for one in IDS[1:4]}


@pytest.mark.usefixtures("words_alone")
def test_a_real_wave_is_taught_by_real_waves_and_a_rehearsal_by_rehearsals(tmp_path: Path) -> None:
    home = rounds.make_home(tmp_path, "now", "real", "played")
    real, played = (rounds.clean(home, name, GIVEN) for name in ("real", "played"))
    rounds.code_wave(real, "ana", first(GIVEN, 20))
    rounds.code_wave(rounds.as_rehearsal(played), "simulated-a", first(GIVEN, 24))
    now = rounds.clean(home, "now", GIVEN)
    rounds.code_wave(now, "ana", first(GIVEN, 20))
    assert list(other_coding_folders(now)) == ["real"]
    assert study_of(now).taught == {"real": 20}
    rehearsed = rounds.as_rehearsal(now)
    rounds.code_wave(rehearsed, "simulated-a", first(GIVEN, 20))
    assert list(other_coding_folders(rehearsed)) == ["played"]
    assert study_of(rehearsed).taught == {"played": 24}
    assert coding_folder(now) != coding_folder(rehearsed)
    assert coding_folder(rehearsed).is_relative_to(home.rehearsals)
    assert study_of(rehearsed).people.coders == ("simulated-a",)
