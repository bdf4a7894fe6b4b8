import pandas as pd

from msfresearch.survey.fieldwork import funnel
from tests.survey.fieldwork import form

TABLE = form().tables["answers"]
COLUMNS = ("exists", "rating", "decide", "topics__budget", "topics__access", "days", "why")


def _tables(*rows: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One letter per column: a answered, b blank, n not asked, k does not know."""
    why = {"a": None, "b": "blank", "n": "not_asked", "k": "dont_know"}
    reasons = pd.DataFrame(
        [[why[letter] for letter in row] for row in rows], columns=list(COLUMNS), dtype="str"
    )
    answers = pd.DataFrame({column: reasons[column].isna() for column in COLUMNS})
    return answers.astype("boolean").where(answers), reasons


def test_items_stand_in_the_order_of_the_form_without_what_the_platform_notes():
    items = funnel(*_tables("aaaaaaa"), TABLE).items
    assert list(items["item"]) == ["exists", "rating", "decide", "topics", "days", "why"]
    assert list(items["position"]) == [1, 2, 3, 4, 5, 6]


def test_who_was_not_asked_is_no_part_of_the_share():
    items = funnel(*_tables("anaaaaa", "aaaaaaa", "abaaaaa"), TABLE).items.set_index("item")
    assert items.loc["rating", "asked"] == 2
    assert items.loc["rating", "share"] == 0.5


def test_dont_know_is_a_response_and_no_answer():
    items = funnel(*_tables("akbbbbb"), TABLE).items.set_index("item")
    assert (items.loc["rating", "responded"], items.loc["rating", "answered"]) == (1, 0)
    assert items.loc["rating", "last"] == 1


def test_a_respondent_breaks_off_at_the_last_item_with_a_response():
    answers, reasons = _tables("aabbbbb", "aaaaabb", "aaaaaaa")
    complete = pd.Series([False, False, True])
    items = funnel(answers, reasons, TABLE, complete).items.set_index("item")
    assert items.loc["rating", "broke_off"] == 1
    assert items.loc["topics", "broke_off"] == 1
    assert items.loc["why", ["last", "broke_off"]].tolist() == [1, 0]


def test_whoever_responds_later_has_reached_what_was_left_out_before():
    items = funnel(*_tables("abbbbab", "abbbbbb"), TABLE).items.set_index("item")
    assert items.loc["decide", "reached"] == 1
    assert items.loc["decide", "responded"] == 0


def test_missing_answers_are_counted_by_reason():
    missing = funnel(*_tables("akbaaaa", "abbaaaa", "anaaaaa"), TABLE).missing
    counts = missing.set_index(["item", "reason"])["n"]
    assert counts["rating", "dont_know"] == counts["rating", "blank"] == 1
    assert counts["rating", "not_asked"] == 1
    assert counts["decide", "blank"] == 2


def test_one_ticked_box_answers_a_question_of_boxes():
    items = funnel(*_tables("aaaabaa"), TABLE).items.set_index("item")
    assert items.loc["topics", "answered"] == 1


def test_rows_without_any_response_are_counted_apart():
    found = funnel(*_tables("bbbbbbb", "aaaaaaa"), TABLE)
    assert found.none == 1
    assert found.items["last"].sum() == 1
