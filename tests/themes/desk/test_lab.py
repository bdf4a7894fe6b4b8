"""The desk in JupyterLab: what a step does, and that no text is ever more than text."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import ipywidgets
import pandas as pd
import pytest

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.desk.lab import Desk, desk
from msfresearch.themes.desk.log import read_log
from msfresearch.themes.desk.pile import Pile
from msfresearch.themes.folders import coding_folder
from msfresearch.themes.rounds import open_desk
from tests.themes import rounds
from tests.themes.desk.small import FRAME, THEMES, answers, logged

GIVEN = answers(3)
IDS = GIVEN["answer_id"].tolist()
HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<b>bold</b> & <a href='javascript:alert(1)'>link</a>",
    r"$$\href{javascript:alert(1)}{x}$$ \(x\)",
    "</textarea><script>alert(1)</script>",
    "\ud800\x00\x1b[31m",
    "\u202eturned round\u2066",
]


def pile(folder: Path, given: pd.DataFrame = GIVEN, **changes: Any) -> Pile:
    today = lambda: datetime.date(2019, 8, 31)  # noqa: E731
    return Pile(given, FRAME, folder, "ana", today=today, **changes)


def widgets_of(widget: Any) -> list[Any]:
    return [
        widget,
        *(one for child in getattr(widget, "children", ()) for one in widgets_of(child)),
    ]


def test_a_decision_is_in_the_log_before_the_next_answer_is_shown(tmp_path: Path) -> None:
    at = pile(tmp_path)
    assert (at.text, at.language, at.coded, at.total) == ("Answer number 0", "en", 0, 3)
    at.save(["trust", "funding"], none=False)
    assert read_log(tmp_path).to_numpy().tolist() == [
        ["2019-08-31", "ana", "1.0", "random", IDS[0], "funding trust"]
    ]
    assert (at.text, at.coded) == ("Answer number 1", 1)


def test_back_shows_what_was_decided_and_another_decision_is_another_line(tmp_path: Path) -> None:
    at = pile(tmp_path)
    at.save(["trust"], none=False)
    at.back()
    assert at.decision == {"trust"}
    at.save([], none=True)
    assert read_log(tmp_path)["codes"].tolist() == ["trust", "-"]
    assert at.text == "Answer number 1"
    at.back()
    at.back()
    at.back()
    assert (at.at, at.decision) == (0, frozenset())


def test_a_coder_goes_on_where_he_stopped(tmp_path: Path) -> None:
    logged(tmp_path, (IDS[0], "trust"), (IDS[2], "-"))
    logged(tmp_path, (IDS[1], "trust"), coder="ben")
    at = pile(tmp_path)
    assert at.text == "Answer number 1"
    at.save([], none=True)
    assert (at.done, at.text, at.coded) == (True, "", 3)
    with pytest.raises(AnswerError, match="no answer is left"):
        at.save(["trust"], none=False)
    at.back()
    assert at.decision == frozenset()


def test_a_random_answer_that_was_once_chosen_is_coded_again(tmp_path: Path) -> None:
    logged(tmp_path, (IDS[0], "trust", "chosen"), (IDS[1], "trust"))
    assert pile(tmp_path).coded == 1
    assert pile(tmp_path, draw="chosen").coded == 2


@pytest.mark.parametrize(("themes", "none"), [([], False), (["trust"], True), (["unknown"], False)])
def test_what_is_no_decision_is_not_written(tmp_path: Path, themes: list[str], none: bool) -> None:
    at = pile(tmp_path)
    with pytest.raises(AnswerError, match="not a decision"):
        at.save(themes, none)
    assert read_log(tmp_path).empty
    assert at.at == 0


def test_answers_that_cannot_be_a_pile_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AnswerError, match="one by one"):
        pile(tmp_path, GIVEN[:0])
    with pytest.raises(AnswerError, match="one by one"):
        pile(tmp_path, GIVEN.assign(answer_id="a"))
    with pytest.raises(AnswerError, match="is none"):
        Pile(GIVEN, FRAME, tmp_path, "../ana")
    with pytest.raises(AnswerError, match="is none"):
        pile(tmp_path, draw="adjudication")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_respondents_text_is_shown_by_a_plain_text_area_and_nothing_else(
    tmp_path: Path, text: str
) -> None:
    at = Desk(pile(tmp_path, answers(2, {0: text})), FRAME, "en")
    shown = [one for one in widgets_of(at.box) if getattr(one, "value", None) == at.text.value]
    assert shown == [at.text]
    assert isinstance(at.text, ipywidgets.Textarea)
    at.text.value = "what somebody typed"
    assert at.text.value == at._pile.text
    at.text.value.encode("utf-8")
    assert not set(at.text.value) & set("\x00\x1b\u202e\u2066")
    for one in widgets_of(at.box):
        # These render mark-up; nothing on the desk does, and no description may.
        assert not isinstance(one, ipywidgets.HTML | ipywidgets.HTMLMath | ipywidgets.Output)
        assert not getattr(one, "description_allow_html", False)
        if one is not at.text:
            said = " ".join(str(value) for value in one.get_state().values())
            assert "alert" not in said
            assert "href" not in said


def test_the_desk_shows_nothing_but_text_and_boxes(tmp_path: Path) -> None:
    box = desk(GIVEN, FRAME, tmp_path, "ana", lang="fr").box
    said = " ".join(str(one.get_state()) for one in widgets_of(box))
    assert "NARNIA" not in said
    boxes = [one for one in widgets_of(box) if isinstance(one, ipywidgets.Checkbox)]
    labels = [one.description for one in boxes]
    numbered = [f"{at} {theme.title()} (fr)" for at, theme in enumerate(THEMES, start=1)]
    assert labels == [*numbered, "0 Aucun thème"]
    assert boxes[0].tooltip.startswith("What tokenism is.")


def test_the_notebook_keeps_no_word_of_an_answer(tmp_path: Path) -> None:
    bundle = desk(GIVEN, FRAME, tmp_path, "ana")._repr_mimebundle_()
    assert bundle["text/plain"] == "<coding desk of ana>"
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "Answer number" not in str(bundle)


def test_a_click_saves_and_goes_on_and_back_ticks_what_was_decided(tmp_path: Path) -> None:
    at = Desk(pile(tmp_path), FRAME, "en")
    assert at.back.disabled
    at.themes["trust"].value = True
    at.save.click()
    assert at.text.value == "Answer number 1"
    assert not any(box.value for box in at.themes.values())
    assert at.progress.value == "answer 2 of 3, 1 coded"
    at.back.click()
    assert at.themes["trust"].value
    at.themes["trust"].value = False
    at.none.value = True
    at.save.click()
    assert read_log(tmp_path)["codes"].tolist() == ["trust", "-"]


def test_a_click_without_a_decision_says_so_and_writes_nothing(tmp_path: Path) -> None:
    at = Desk(pile(tmp_path), FRAME, "es")
    at.save.click()
    assert at.message.value.startswith("Marque")
    at.none.value = at.themes["trust"].value = True
    at.save.click()
    assert at.message.value.startswith("Marque")
    assert read_log(tmp_path).empty


def test_numbers_that_are_typed_tick_what_they_name_and_nothing_else(tmp_path: Path) -> None:
    at = Desk(pile(tmp_path), FRAME, "en")
    first, *others = at.themes
    at.themes[others[-1]].value = True
    at.numbers.value = "1, 2"
    assert [theme for theme, box in at.themes.items() if box.value] == [first, others[0]]
    assert at.numbers.value == ""
    at.save.click()
    at.numbers.value = "0"
    at.save.click()
    assert read_log(tmp_path)["codes"].tolist() == [" ".join(sorted([first, others[0]])), "-"]


@pytest.mark.parametrize("typed", ["77", "1 77", "one", "1;2", "-1", "１", "0x1"])
def test_a_number_that_no_theme_has_ticks_nothing_and_keeps_from_saving(
    tmp_path: Path, typed: str
) -> None:
    logged(tmp_path, *((one, "trust") for one in IDS))
    at = Desk(pile(tmp_path), FRAME, "en")
    at.back.click()
    at.numbers.value = typed
    assert "No theme has this number" in at.message.value
    assert [theme for theme, box in at.themes.items() if box.value] == ["trust"]
    at.save.click()
    assert at.numbers.value == typed
    assert read_log(tmp_path)["codes"].tolist() == ["trust"] * 3


def test_a_theme_that_is_ticked_is_explained_and_one_from_the_log_is_not(tmp_path: Path) -> None:
    at = Desk(pile(tmp_path), FRAME, "en")
    at.themes["trust"].value = True
    lines = at.meaning.value.split("\n")
    assert lines[0] == FRAME.themes["trust"].labels["en"]
    assert lines[1:] == [
        f"Definition: {FRAME.themes['trust'].definition['en']}",
        f"Include: {FRAME.themes['trust'].include['en']}",
        f"Exclude: {FRAME.themes['trust'].exclude['en']}",
    ]
    at.save.click()
    assert at.meaning.value == ""
    at.back.click()
    assert at.themes["trust"].value
    assert at.meaning.value == ""


def test_beyond_the_last_answer_only_back_is_left(tmp_path: Path) -> None:
    at = Desk(pile(tmp_path), FRAME, "en")
    for _ in range(3):
        at.none.value = True
        at.save.click()
    assert at.save.disabled
    assert not at.back.disabled
    assert at.text.value == ""
    assert at.message.value.startswith("All answers")
    at.back.click()
    assert at.text.value == "Answer number 2"
    assert not at.save.disabled


def test_a_log_that_is_damaged_meanwhile_is_told_at_the_desk(tmp_path: Path) -> None:
    at = Desk(pile(tmp_path), FRAME, "en")
    (tmp_path / "ana.csv").write_bytes(b"torn")
    at.none.value = True
    at.save.click()
    assert "cut off" in at.message.value
    assert at.text.value == "Answer number 0"


def test_a_language_that_the_desk_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="language"):
        desk(GIVEN, FRAME, tmp_path, "ana", lang="de")


def test_answers_that_a_coder_does_not_read_are_not_asked_of_him(tmp_path: Path) -> None:
    given = rounds.answers(30)
    wave = rounds.clean(rounds.make_home(tmp_path / "checkout", "small"), "small", given)
    at = open_desk(wave, "ana", 30, languages=["fr"])
    spoken = dict(zip(given["text"], given["language"], strict=True))
    shown = []
    while not at.save.disabled:
        shown.append(spoken[at.text.value])
        at.none.value = True
        at.save.click()
    assert shown == ["fr"] * 10
    with pytest.raises(AnswerError, match="one by one"):
        open_desk(wave, "ana", 30, languages=["de"])


def test_a_name_that_is_none_leaves_nothing_behind(tmp_path: Path) -> None:
    given = rounds.answers(9)
    wave = rounds.clean(rounds.make_home(tmp_path / "checkout", "small"), "small", given)
    with pytest.raises(AnswerError, match="coder"):
        open_desk(wave, "Ana Ruiz", 9)
    assert not coding_folder(wave).exists()
