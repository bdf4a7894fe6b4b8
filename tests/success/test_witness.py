"""The third view: the latest row of a country, met by each side's middle answer."""

from __future__ import annotations

import pandas as pd
import pytest

from msfresearch.success.gaps import MINIMUM_DYADS
from msfresearch.success.witness import against, against_table, latest

LEVELS = ["Inform", "Consult", "Involve"]


def plans(rows: list[tuple[str, int, str | None]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["country", "plan_number", "iap2"]).astype({"iap2": "str"})


def said(values: list[int], level: str = "national") -> pd.DataFrame:
    codes = [f"C{i:02d}" for i in range(len(values))]
    frame = pd.DataFrame({"country": codes, "level": level, "iap2_dev": values})
    return frame.astype({"iap2_dev": "Int64"})


def test_the_latest_coded_row_of_a_country_is_taken() -> None:
    frame = plans([("CAN", 1, "Inform"), ("CAN", 3, None), ("CAN", 2, "Involve"), ("PER", 1, "?")])
    seen = latest(frame, "iap2", country="country", order="plan_number", levels=LEVELS)
    assert seen.to_dict() == {"CAN": 2}


def test_shares_below_same_and_above_count_members_once() -> None:
    n = MINIMUM_DYADS
    seen = pd.Series({f"C{i:02d}": 1 for i in range(n)})
    answers = said([0] * 2 + [1] * (n - 5) + [2] * 3)
    doubled = pd.concat([answers, answers.head(4)], ignore_index=True)
    for frame in (answers, doubled):
        row = against(frame, seen, "iap2_dev", "government", levels=[0, 1, 2])
        assert (row["below"], row["same"], row["above"]) == (
            pytest.approx(2 / n),
            pytest.approx((n - 5) / n),
            pytest.approx(3 / n),
        )
        assert row["same_low"] < row["same"] < row["same_high"]


def test_a_member_divided_in_itself_is_left_out_and_counted() -> None:
    n = MINIMUM_DYADS + 1
    seen = pd.Series({f"C{i:02d}": 1 for i in range(n)})
    answers = pd.concat([said([1] * n), said([2])], ignore_index=True)
    row = against(answers, seen, "iap2_dev", "civil_society", levels=[0, 1, 2])
    assert (row["members"], row["tied"]) == (n - 1, 1)


def test_local_members_are_not_taken_for_their_nation() -> None:
    seen = pd.Series({f"C{i:02d}": 1 for i in range(12)})
    row = against(said([1] * 12, "local"), seen, "iap2_dev", "government", levels=[0, 1, 2])
    assert row["members"] == 0


def test_few_members_are_only_counted() -> None:
    n = MINIMUM_DYADS - 1
    seen = pd.Series({f"C{i:02d}": 1 for i in range(n)})
    row = against(said([1] * n), seen, "iap2_dev", "government", levels=[0, 1, 2])
    (told,) = against_table([row]).to_dict("records")
    assert told["members"] == n
    assert pd.isna([told["same"], told["below"], told["above"], told["same_low"]]).all()
