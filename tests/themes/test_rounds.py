"""A round of coding: sheets nest, come back in any order, and only what holds is counted."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from msfresearch.errors import AnswerError, SourceError, StageError
from msfresearch.home import Home
from msfresearch.themes.desk.log import decisions, read_log
from msfresearch.themes.desk.seen import read_seen
from msfresearch.themes.folders import (
    coding_folder,
    handed_to,
    keep_notes,
    read_notes,
)
from msfresearch.themes.rounds import (
    Handed,
    answers_of,
    hand_out,
    hand_to_adjudicator,
    open_desk,
    study_of,
    take_back,
    with_answers,
)
from msfresearch.wave import Wave
from tests.batch.tiny import snapshot
from tests.themes import rounds
from tests.themes.desk.small import FRAME, LANGUAGES, fill
from tests.themes.rounds import by_word, code_wave, filled, first, meant

pytestmark = pytest.mark.usefixtures("words_alone")
GIVEN = rounds.answers(90)
IDS = dict(zip(GIVEN["text"], GIVEN["answer_id"], strict=True))
DAY = "2019-09-01"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return rounds.make_home(tmp_path / "checkout", "small", "other")


@pytest.fixture
def wave(home: Home) -> Wave:
    return rounds.clean(home, "small", GIVEN)


def given_out(handed: Handed) -> list[str]:
    """Texts on a sheet, in order."""
    import openpyxl

    page = openpyxl.load_workbook(handed.path).worksheets[0]
    texts = [str(row[2].value) for row in page.iter_rows(min_row=2)]
    assert len(texts) == handed.rows
    return texts


def decided(wave: Wave) -> pd.DataFrame:
    return decisions(read_log(coding_folder(wave)))


# handing out


def test_a_larger_draw_holds_the_smaller_and_gives_what_is_new(wave: Wave) -> None:
    small = hand_out(wave, "ana", 10)
    texts = given_out(small)
    before_coding = hand_out(wave, "ana", 15)
    assert set(texts) < set(given_out(before_coding))
    take_back(wave, [filled(small.path, by_word)], at=DAY)
    large = hand_out(wave, "ana", 15)
    assert (large.rows, large.done) == (5, 10)
    assert set(given_out(large)) == set(given_out(before_coding)) - set(texts)


def test_every_coder_gets_the_same_answers_whoever_coded_before(wave: Wave) -> None:
    first_sheet = hand_out(wave, "ana", 12)
    take_back(wave, [filled(first_sheet.path, by_word)], at=DAY)
    assert given_out(hand_out(wave, "ben", 12)) == given_out(first_sheet)


def test_the_draw_is_shared_out_over_the_languages(wave: Wave) -> None:
    spoken = dict(zip(GIVEN["text"], GIVEN["language"], strict=True))
    texts = given_out(hand_out(wave, "ana", 30))
    assert {one: [spoken[text] for text in texts].count(one) for one in LANGUAGES} == {
        "en": 10, "es": 10, "fr": 10
    }  # fmt: skip
    handed = hand_out(wave, "ana", 30, languages=["en", "es"])
    assert (handed.rows, handed.left_out) == (20, 10)
    assert set(given_out(handed)) == {text for text in texts if spoken[text] != "fr"}


def test_no_more_is_handed_out_than_there_is(wave: Wave) -> None:
    handed = hand_out(wave, "ana", 1000)
    assert handed.rows == len(GIVEN)
    take_back(wave, [filled(handed.path, by_word)], at=DAY)
    with pytest.raises(AnswerError, match="no answer to hand out"):
        hand_out(wave, "ana", 1000)


def test_chosen_answers_are_those_that_nobody_coded(wave: Wave) -> None:
    with pytest.raises(AnswerError, match="has not been taught"):
        hand_out(wave, "ana", 10, draw="chosen")
    assert not coding_folder(wave).exists()
    code_wave(wave, "ana", first(GIVEN, 40))
    handed = hand_out(wave, "ben", 20, draw="chosen")
    chosen = {IDS[text] for text in given_out(handed)}
    assert handed.rows == 20
    assert not chosen & set(first(GIVEN, 40))
    take_back(wave, [filled(handed.path, by_word)], at=DAY)
    assert set(decided(wave).query("coder == 'ben'")["draw"]) == {"chosen"}
    again = {IDS[text] for text in given_out(hand_out(wave, "ana", 20, draw="chosen"))}
    assert not again & (chosen | set(first(GIVEN, 40)))


def test_an_answer_that_was_once_chosen_is_asked_again_at_random(wave: Wave) -> None:
    """Without it the random sample would lack just those about which the machine was in doubt."""
    texts = given_out(hand_out(wave, "ana", 10))
    code_wave(wave, "ana", {IDS[text]: ["trust"] for text in texts[:4]}, "chosen")
    handed = hand_out(wave, "ana", 10)
    assert given_out(handed) == texts
    take_back(wave, [filled(handed.path, by_word)], at=DAY)
    assert set(study_of(wave).sample.index) == {IDS[text] for text in texts}


@pytest.mark.parametrize("coder", ["adjudicator", "patterns", "Ana", "../ana", "a b", ""])
def test_what_is_no_coder_gets_no_sheet(wave: Wave, coder: str) -> None:
    with pytest.raises(AnswerError, match="coder"):
        hand_out(wave, coder, 5)
    assert not coding_folder(wave).exists()


def test_a_sheet_as_text_lies_with_the_frame_and_the_instructions(wave: Wave) -> None:
    handed = hand_out(wave, "ana", 5, as_csv=True, lang="fr")
    stem = handed.path.name.removesuffix(".csv")
    assert re.fullmatch(r"ana\.random\.[a-z]{14}", stem)
    names = {path.name for path in handed.path.parent.iterdir()}
    assert names == {f"{stem}.csv", f"{stem}.codebook.csv", f"{stem}.txt"}


def test_the_desk_shows_the_answers_of_the_sheet(wave: Wave) -> None:
    texts = given_out(hand_out(wave, "ana", 6))
    desk = open_desk(wave, "ben", 6)
    shown = []
    for _ in texts:
        shown.append(desk.text.value)
        desk.none.value = True
        desk.save.click()
    assert shown == texts
    assert set(decided(wave)["answer_id"]) == {IDS[text] for text in texts}
    assert set(read_seen(coding_folder(wave))["text"]) == set(texts)
    with pytest.raises(AnswerError, match="coder"):
        open_desk(wave, "patterns", 6)


# taking back


def test_two_sheets_in_any_order_leave_the_same_bytes_in_every_file(
    wave: Wave, tmp_path: Path
) -> None:
    sheets = {
        "ana": filled(hand_out(wave, "ana", 20).path, by_word),
        "ben": filled(hand_out(wave, "ben", 30).path, lambda text: by_word(text)[:0]),
    }
    for at, path in enumerate(sheets.values()):
        fill(path, {at: {"note": "-1, of two\nlines"}})
    folder, kept = coding_folder(wave), tmp_path / "before"
    shutil.copytree(folder, kept)
    found = []
    for order in (["ana", "ben"], ["ben", "ana"]):
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
        take_back(wave, [sheets[name] for name in order], at=DAY)
        found.append(snapshot(folder))
    assert found[0] == found[1]
    assert {"ana.csv", "ben.csv", "seen.parquet", "notes/ana.csv", "notes/ben.csv"} <= set(found[0])
    taken = take_back(wave, list(sheets.values()), at="2020-01-01")
    assert [one.appended for one in taken] == [0, 0]
    assert snapshot(folder) == found[0]


def test_a_damaged_sheet_gives_what_is_good_and_keeps_the_words_that_were_coded(
    wave: Wave,
) -> None:
    handed = hand_out(wave, "ana", 8)
    texts = given_out(handed)
    fill(filled(handed.path, by_word), {2: {"trust": "perhaps"}, 5: {"id": "x"}})
    [taken] = take_back(wave, [handed.path], at=DAY)
    assert (taken.appended, taken.bad_rows) == (6, 2)
    assert taken.bad_file is not None
    assert {*taken.bad["row"]} == {4, 7}
    kept = read_seen(coding_folder(wave))
    assert set(kept["text"]) == {text for at, text in enumerate(texts) if at not in (2, 5)}


def test_what_was_taken_stays_where_the_next_file_is_no_sheet(wave: Wave, tmp_path: Path) -> None:
    good = filled(hand_out(wave, "ana", 5).path, by_word)
    (tmp_path / "list.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(AnswerError, match="no coding sheet"):
        take_back(wave, [good, tmp_path / "list.csv"], at=DAY)
    assert len(decided(wave)) == len(read_seen(coding_folder(wave))) == 5
    with pytest.raises(SourceError):
        take_back(wave, [tmp_path / "nothing.xlsx"], at=DAY)


def test_a_coder_is_known_wherever_the_sheet_went(wave: Wave, tmp_path: Path) -> None:
    handed = hand_out(wave, "ana", 5)
    sent = shutil.move(handed.path, tmp_path / "by mail (1).xlsx")
    shutil.rmtree(handed.path.parent)
    [taken] = take_back(wave, [filled(Path(sent), by_word)], at=DAY)
    assert (taken.appended, taken.bad_rows) == (5, 0)


def test_who_was_handed_nothing_here_is_no_coder_until_named(home: Home, wave: Wave) -> None:
    handed = hand_out(wave, "eve", 5)
    path = filled(handed.path, by_word)
    shutil.copy(path, path.with_name("eve.is.known.xlsx"))  # a name alone makes nobody a coder
    shutil.rmtree(coding_folder(wave) / "handed")
    [taken] = take_back(wave, [path], at=DAY)
    assert (taken.appended, taken.bad_rows) == (0, 5)
    assert "coder eve" in set(taken.bad["found"])
    assert decided(wave).empty
    [taken] = take_back(wave, [path], ["eve"], at=DAY)
    assert taken.appended == 5
    assert taken.bad_file is None
    assert handed_to(coding_folder(wave)) == set()
    [taken] = take_back(wave, [path], at=DAY)  # and now has a log
    assert taken.unchanged == 5
    assert not (home.coding / "other").exists()


def test_a_sheet_of_another_wave_is_listed_row_by_row(home: Home, wave: Wave) -> None:
    other = rounds.clean(home, "other", GIVEN)
    path = filled(hand_out(other, "ana", 5).path, by_word)
    hand_out(wave, "ana", 5)
    [taken] = take_back(wave, [path], at=DAY)
    assert (taken.appended, taken.bad_rows) == (0, 5)
    assert set(taken.bad["do"]) == {"collect it with the wave other"}
    assert decided(wave).empty
    assert decided(other).empty


def test_a_day_that_is_none_takes_nothing(wave: Wave) -> None:
    path = filled(hand_out(wave, "ana", 5).path, by_word)
    with pytest.raises(AnswerError, match="day"):
        take_back(wave, [path], at="yesterday")
    assert decided(wave).empty


# adjudication


def test_what_coders_differ_on_is_open_until_it_is_settled(wave: Wave) -> None:
    codes = first(GIVEN, 20)
    code_wave(wave, "ana", codes)
    turned = list(codes)[:6]
    code_wave(wave, "zoe", {one: [] if one in turned else said for one, said in codes.items()})
    differ = [one for one in turned if codes[one]]
    assert 0 < len(differ) < 6
    assert study_of(wave).people.gold.counts["open"] == len(differ)
    handed = hand_to_adjudicator(wave)
    assert handed.rows == len(differ)
    import openpyxl

    cells = {
        str(cell.value)
        for page in openpyxl.load_workbook(handed.path).worksheets
        for row in page.iter_rows()
        for cell in row
    }
    assert not [cell for cell in cells if re.search(r"\b(ana|zoe)\b", cell)]
    take_back(wave, [filled(handed.path, by_word)], at=DAY)
    people = study_of(wave).people
    assert people.gold.counts == {"adjudicated": len(differ), "agreed": 20 - len(differ),
                                  "single": 0, "open": 0}  # fmt: skip
    found = people.gold.marks
    assert {one: {*found.columns[found.loc[one] == 1]} for one in codes} == {
        one: set(said) for one, said in codes.items()
    }
    with pytest.raises(AnswerError, match="nothing to adjudicate"):
        hand_to_adjudicator(wave)


def test_answers_whose_text_changed_are_not_adjudicated(home: Home, wave: Wave) -> None:
    one, other = list(GIVEN["answer_id"][:2])
    code_wave(wave, "ana", {one: ["trust"], other: ["trust"]})
    code_wave(wave, "zoe", {one: [], other: []})
    rounds.clean(home, "small", GIVEN.assign(text=["Quite new.", *GIVEN["text"][1:]]))
    assert hand_to_adjudicator(wave).rows == 1


# notes


def test_notes_are_kept_beside_the_log_and_safe_in_a_spreadsheet(wave: Wave) -> None:
    handed = hand_out(wave, "ana", 5)
    texts = given_out(handed)
    fill(handed.path, {1: {"note": "@see, =1"}, 3: {"trust": 1, "note": "unsure; @see 2"}})
    [taken] = take_back(wave, [handed.path], at=DAY)
    assert taken.appended == 1
    folder = coding_folder(wave)
    kept = read_notes(folder).set_index("answer_id")
    assert kept["note"].to_dict() == {IDS[texts[1]]: "@see, =1", IDS[texts[3]]: "unsure; @see 2"}
    assert set(kept["coder"]) == {"ana"}
    assert set(kept["at"]) == {DAY}
    with (folder / "notes" / "ana.csv").open(encoding="utf-8", newline="") as file:
        assert not [cell for row in csv.reader(file) for cell in row if cell[:1] in "=+-@"]
    assert set(read_log(folder)["answer_id"]) == {IDS[texts[3]]}


def test_a_note_is_kept_once_and_a_changed_one_beside_it(tmp_path: Path) -> None:
    def keep(note: str, at: str) -> int:
        rows = {"answer_id": ["a1"], "coder": ["ana"], "note": [note]}
        return keep_notes(tmp_path, pd.DataFrame(rows), at)

    assert [keep("one", "2019-09-02"), keep("one", "2019-09-05"), keep("two", "2019-09-01")] == [
        1, 0, 1
    ]  # fmt: skip
    assert read_notes(tmp_path)[["at", "note"]].to_numpy().tolist() == [
        ["2019-09-01", "two"],
        ["2019-09-02", "one"],
    ]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"answer_id,at,note\n1\n", b"\xff\xfe"])
def test_damaged_notes_are_told_and_stay_as_they_are(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes" / "ana.csv"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(AnswerError, match="cannot be read"):
        keep_notes(
            tmp_path, pd.DataFrame({"answer_id": ["a"], "coder": ["ana"], "note": ["n"]}), DAY
        )
    assert path.read_bytes() == content


# what is coded


def test_before_the_first_stage_nothing_can_be_coded(home: Home) -> None:
    from msfresearch.wave import open_wave

    with pytest.raises(StageError, match="not cleaned yet"):
        hand_out(open_wave("small", home), "ana", 5)


def test_simulated_answers_are_never_coded_as_the_real_ones_that_arrived_since(
    home: Home, wave: Wave
) -> None:
    rehearsed = rounds.as_rehearsal(wave)
    assert len(answers_of(rehearsed)) == len(GIVEN)
    with pytest.raises(StageError, match="present export") as told:
        hand_out(wave, "ana", 5)
    assert "msfresearch run small --to clean" in str(told.value)
    assert not (home.coding / "small").exists()


def test_answers_without_a_member_are_not_coded(home: Home) -> None:
    wave = rounds.clean(home, "small", GIVEN.assign(member=[None, *GIVEN["member"][1:]]))
    assert len(answers_of(wave)) == len(GIVEN) - 1
    silent = rounds.clean(home, "small", GIVEN.assign(text=None))
    with pytest.raises(AnswerError, match="without open answers"):
        answers_of(silent)


def test_waves_with_answers_are_those_that_were_cleaned(
    home: Home, wave: Wave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MSFRESEARCH_HOME", str(home.root))
    assert with_answers() == (wave.id,)


def test_sheets_of_a_rehearsal_bear_the_word_and_lie_with_it(home: Home, wave: Wave) -> None:
    rehearsed = rounds.as_rehearsal(wave)
    handed = hand_out(rehearsed, "ana", 5)
    assert handed.path.name.endswith(".rehearsal.xlsx")
    assert handed.path.is_relative_to(home.rehearsals / "small" / "coding")
    take_back(rehearsed, [filled(handed.path, by_word)], at=DAY)
    assert not home.coding.exists()
    code_wave(rehearsed, "ben", meant(GIVEN))
    assert study_of(rehearsed).people.coders == ("ana", "ben")


def test_the_frame_of_these_tests_is_read_back_from_its_file(wave: Wave) -> None:
    from msfresearch.themes.rounds import codebook_of

    assert codebook_of(wave) == FRAME
