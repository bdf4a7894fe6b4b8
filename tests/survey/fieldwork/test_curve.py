import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.survey.fieldwork import curve, window_of
from msfresearch.survey.manifest import Window

WINDOWS = (
    Window(start="2019-04-08", end="2019-05-15"),
    Window(start="2019-07-15", end="2019-08", note="relaunch"),
)


def _days(*days: str | None) -> pd.Series:
    return pd.Series(pd.to_datetime(pd.Series(days, dtype="str")))


def test_a_day_without_answers_is_a_day_with_zero():
    daily = curve(_days("2019-04-08", "2019-04-11"), WINDOWS).daily.set_index("date")["n"]
    assert list(daily.iloc[:4]) == [1, 0, 0, 1]
    assert (daily.index.to_series().diff().dropna() == pd.Timedelta(days=1)).all()


def test_the_curve_reaches_to_the_end_of_the_last_window():
    daily = curve(_days("2019-04-08"), WINDOWS).daily
    assert daily["date"].iloc[-1] == pd.Timestamp("2019-08-31")


def test_only_the_first_day_of_a_later_window_is_a_relaunch():
    daily = curve(_days("2019-04-08"), WINDOWS).daily
    assert list(daily.loc[daily["relaunch"], "date"]) == [pd.Timestamp("2019-07-15")]
    assert list(daily.loc[daily["begins"], "date"].dt.month) == [4, 7]
    assert not daily.set_index("date").loc["2019-06-01", "open"]


def test_an_answer_between_two_windows_belongs_to_the_first_and_came_after_its_end():
    windows = curve(_days("2019-05-15", "2019-06-20", "2019-07-15"), WINDOWS).windows
    assert list(windows["n"]) == [2, 1]
    assert list(windows["n_after_end"]) == [1, 0]
    assert list(windows["days"]) == [38, 48]


def test_answers_without_a_date_and_before_the_first_window_are_counted_apart():
    found = curve(_days("2019-04-01", None, "2019-04-09"), WINDOWS)
    assert (found.undated, found.before, found.daily["n"].sum()) == (1, 1, 2)
    assert found.daily["window"].isna().sum() == 7


def test_a_wave_without_answers_has_a_flat_curve():
    found = curve(_days(), WINDOWS)
    assert found.daily["n"].sum() == 0
    assert found.windows["share"].isna().all()


def test_a_month_stands_for_all_of_its_days():
    found = curve(_days("2019-01-31"), [Window(start="2019-01", end="2019-01")])
    assert found.windows.loc[0, "days"] == 31
    assert found.windows.loc[0, "n_after_end"] == 0


def test_times_with_a_zone_are_counted_by_their_day_in_utc():
    late = pd.Series(pd.to_datetime(["2019-04-08T23:30:00-05:00"], utc=True))
    daily = curve(late, WINDOWS).daily
    assert list(daily.loc[daily["n"] == 1, "date"]) == [pd.Timestamp("2019-04-09")]


@given(st.lists(st.none() | st.dates(dt.date(2018, 1, 1), dt.date(2020, 12, 31)), min_size=1))
def test_every_answer_is_in_the_curve_or_undated(days):
    submitted = pd.Series(pd.to_datetime(pd.Series(days, dtype="object")))
    found = curve(submitted, WINDOWS)
    assert found.daily["n"].sum() + found.undated == len(days)
    assert found.daily["cumulative"].iloc[-1] == found.daily["n"].sum()
    assert found.windows["n"].sum() + found.before + found.undated == len(days)


@pytest.mark.parametrize(
    ("day", "window"),
    [("2019-04-07", None), ("2019-04-08", 1), ("2019-07-14", 1), ("2019-09-30", 2)],
)
def test_the_window_of_a_day_is_the_latest_that_had_begun(day, window):
    found = window_of(_days(day), WINDOWS).iloc[0]
    assert pd.isna(found) if window is None else found == window
