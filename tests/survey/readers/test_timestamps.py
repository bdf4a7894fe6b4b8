"""Timestamps: every form to ISO 8601, and the order of day and month never guessed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import SourceError
from msfresearch.survey.readers.timestamps import to_iso

FILE = Path("export.csv")
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2068, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)


def one(*cells: str, **told: object) -> list[str]:
    column = pd.Series(cells, index=pd.RangeIndex(2, 2 + len(cells), name="line"), dtype="str")
    return to_iso({"when": column}, FILE, **told)[0]["when"].tolist()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("", ""),
        ("2019-04-03 08:00:00", "2019-04-03T08:00:00"),
        ("2019-04-03T08:00:00.123Z", "2019-04-03T08:00:00.123+00:00"),
        ("2019-04-03T08:00:00.000-05:00", "2019-04-03T08:00:00.000-05:00"),
        ("2019-04-03 08:00:00 +0530", "2019-04-03T08:00:00+05:30"),
        ("2019-04-03", "2019-04-03"),
        ("2019-4-3 8:05", "2019-04-03T08:05:00"),
        ("2019/04/03 12:00:01 AM GMT+2", "2019-04-03T00:00:01+02:00"),
        ("2019/04/03 12:00:01 p. m. UTC−".replace("−", ""), "2019-04-03T12:00:01+00:00"),
        ("23/04/2019 3:04:05 p.\u00a0m.", "2019-04-23T15:04:05"),
        ("4/23/19 15:04", "2019-04-23T15:04:00"),
        ("23.04.2019, 15:04", "2019-04-23T15:04:00"),
        ("03.04.2019 15:04:05", "2019-04-03T15:04:05"),
        ("2019-04-03 08:00:00 CEST", "2019-04-03T08:00:00+02:00"),
    ],
)
def test_a_form_of_a_platform_is_read(written: str, iso: str) -> None:
    assert one(written) == [iso]


@pytest.mark.parametrize(
    "written",
    [
        "yesterday",
        "2019-02-30 08:00:00",
        "31/02/2019 08:00",
        "2019-04-03 24:00:01",
        "2019-04-03 13:00 PM",
        "2019-04-03 08:00 BST",
        "13/13/2019",
        "٣/٤/٢٠١٩",
        "2019-04-03 08:00:00 trailing words",
    ],
)
def test_what_is_no_timestamp_is_refused_by_line_without_its_words(written: str) -> None:
    with pytest.raises(SourceError) as wrong:
        one("", written)
    assert (wrong.value.row, wrong.value.column) == (3, "when")
    assert "yesterday" not in str(wrong.value)


def test_a_telling_cell_in_one_column_decides_for_the_other() -> None:
    cells = {
        "started": pd.Series(["4/3/2019 8:00"], dtype="str"),
        "submitted": pd.Series(["4/23/2019 8:00"], dtype="str"),
    }
    made, account = to_iso(cells, FILE)
    assert made["started"].tolist() == ["2019-04-03T08:00:00"]
    assert account[0].count == 2
    assert "the month stands first" in account[0].detail


def test_cells_of_both_orders_are_refused() -> None:
    with pytest.raises(SourceError, match="both orders") as wrong:
        one("23/4/2019", "4/23/2019")
    assert wrong.value.row == 3


def test_a_manifest_that_the_cells_contradict_is_refused() -> None:
    with pytest.raises(SourceError, match="not a timestamp"):
        one("4/23/2019", day_first=True)


def test_hours_of_one_to_twelve_without_am_or_pm_are_told() -> None:
    cells = [f"5/13/2018 {hour}:{minute:02d}" for hour in range(1, 13) for minute in (1, 2, 3, 4)]
    column = pd.Series(cells, dtype="str")
    account = to_iso({"when": column}, FILE)[1]
    assert [step.count for step in account if "half a day" in step.rule] == [48]
    account = to_iso({"when": pd.concat([column, pd.Series(["5/13/2018 13:00"])])}, FILE)[1]
    assert not [step for step in account if "half a day" in step.rule]


@given(st.lists(MOMENTS, min_size=1, max_size=20), st.booleans(), st.booleans())
def test_what_was_written_by_the_clock_is_read_back(
    moments: list[datetime], day_first: bool, half: bool
) -> None:
    clock = "%I:%M:%S %p" if half else "%H:%M:%S"
    form = ("%d/%m/%Y " if day_first else "%m/%d/%Y ") + clock
    made = one(*(moment.strftime(form) for moment in moments), day_first=day_first)
    assert made == [moment.isoformat() for moment in moments]


@given(st.lists(MOMENTS, min_size=1, max_size=20), st.booleans())
def test_the_order_is_found_or_refused_but_never_wrong(
    moments: list[datetime], day_first: bool
) -> None:
    form = "%d/%m/%Y" if day_first else "%m/%d/%Y"
    try:
        made = one(*(moment.strftime(form) for moment in moments))
    except SourceError:
        assert all(moment.day <= 12 for moment in moments)
    else:
        assert made == [moment.date().isoformat() for moment in moments]


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        made = one(text, day_first=True)
    except SourceError:
        return
    assert made == [""] or datetime.fromisoformat(made[0])
