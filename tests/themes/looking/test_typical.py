"""Typical answers: the middle of a theme, different members, ids and never words."""

from __future__ import annotations

import pandas as pd
import pytest

from msfresearch.errors import AnswerError
from msfresearch.themes.looking.schemas import TYPICAL, Reason
from msfresearch.themes.looking.typical import typical
from tests.themes.plain import answers

COMMON = "the ministry gave no money for travel so small organisations stayed at home"
TEXTS = [
    COMMON,
    "the ministry gave no money and small organisations stayed at home again",
    "no money for travel, the small organisations could not come to the ministry",
    "money money money",
    "bees collect pollen in spring while the beekeeper paints another wooden hive",
    "small organisations had no money to travel from home to meetings at the ministry",
    COMMON,
]


def made(texts: list[str] = TEXTS) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = answers(texts).assign(member=[f"m{at}" for at in range(len(texts))])
    ids = pd.Index(table["answer_id"])
    return pd.DataFrame({"funding": 1.0, "silent": 0.0}, index=ids), table


def test_answers_in_the_middle_come_first_and_near_copies_once() -> None:
    told = typical(*made())
    assert told["rank"].tolist() == [1, 2, 3]
    chosen = told["answer_id"].tolist()
    assert "a4" not in chosen, "what is unlike the others"
    assert "a3" not in chosen, "three words"
    assert len({"a0", "a6"} & set(chosen)) == 1
    assert told["likeness"].is_monotonic_decreasing
    assert told[["n_answers", "n_members"]].iloc[0].tolist() == [7, 7]


def test_a_member_is_chosen_once() -> None:
    marks, table = made()
    table["member"] = ["m0", "m0", "m0", "m1", "m2", "m3", "m4"]
    told = typical(marks, table, top=7)
    assert told["member"].is_unique


def test_no_column_holds_words() -> None:
    told = typical(*made())
    assert set(told.columns) == set(TYPICAL.columns)
    shown = told.to_csv()
    assert not any(word in shown for word in ("money", "ministry", "organis"))


def test_few_members_are_told_by_their_number_alone() -> None:
    marks, table = made()
    table["member"] = ["m0", "m1", "m2", "m3", "m0", "m1", "m2"]
    told = typical(marks, table)
    assert told["reason"].tolist() == [Reason.FEW_MEMBERS]
    assert told[["rank", "answer_id", "member", "likeness"]].isna().all(axis=None)


def test_answers_that_are_all_too_short_are_told_as_such() -> None:
    told = typical(*made(["no money"] * 6))
    assert told["reason"].tolist() == [Reason.FEW_ANSWERS]
    assert typical(*made(["..."] * 6))["reason"].tolist() == [Reason.FEW_ANSWERS]


def test_languages_are_kept_apart_and_the_order_of_rows_does_not_matter() -> None:
    marks, table = made(
        [*TEXTS, *["le ministère ne donne pas d'argent pour le voyage des petits"] * 5]
    )
    table.loc[7:, "language"] = "fr"
    told = typical(marks, table)
    assert told["language"].tolist() == ["en"] * 3 + ["fr"]
    mixed = typical(marks.iloc[::-1], table.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(told, mixed)


def test_tables_that_do_not_fit_are_refused() -> None:
    marks, table = made()
    with pytest.raises(AnswerError, match="no member"):
        typical(marks, table.iloc[1:])
    with pytest.raises(AnswerError, match="language"):
        typical(marks, table.drop(columns="language"))
    with pytest.raises(ValueError, match="top"):
        typical(marks, table, top=0)
