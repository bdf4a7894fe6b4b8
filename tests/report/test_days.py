"""The figure of fieldwork shows every day, every window and every relaunch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

import pandas as pd
import pytest

from msfresearch.errors import MsfResearchError
from msfresearch.report import figures

STAMP = "#8a3b00"
SHADED, MARKED = "opacity:0.1", "stroke-dasharray"


def drawn(
    n: Sequence[int],
    *windows: tuple[int, int],
    status: str = "real",
    caption: str = "Analysed answers.",
) -> figures.Figure:
    """Answers from 28 March 2019 on, with windows of the days of these numbers."""
    days = pd.date_range("2019-03-28", periods=len(n))
    return figures.day_bars(
        pd.DataFrame({"date": days, "n": n}),
        "date",
        "n",
        windows=[(days[first], days[last]) for first, last in windows],
        title="When the answers came",
        caption=caption,
        status=status,
    )


@pytest.mark.parametrize("windows", [[(0, 9)], [(0, 3), (6, 9)], [(0, 2), (3, 5), (7, 9)]])
def test_each_window_is_shaded_and_each_begin_after_the_first_marked(
    windows: list[tuple[int, int]],
) -> None:
    figure = drawn([1, 0, 4, 2, 0, 0, 3, 3, 1, 0], *windows)
    assert figure.svg.count(SHADED) == len(windows)
    assert figure.svg.count(MARKED) == len(windows) - 1


def test_the_alt_text_tells_total_span_busiest_day_and_windows() -> None:
    alt = drawn([1, 0, 4, 2], (0, 1), (3, 3)).alt
    assert "7 answers from 2019-03-28 to 2019-03-31, most on 2019-03-30 (4)." in alt
    assert "Windows: 2019-03-28 – 2019-03-29; 2019-03-31 – 2019-03-31." in alt


def test_the_data_behind_the_figure_are_the_days_as_given() -> None:
    data = drawn([1, 0, 4], (0, 2)).data
    assert data["date"].tolist() == ["2019-03-28", "2019-03-29", "2019-03-30"]
    assert data["n"].tolist() == [1, 0, 4]


def test_a_bar_stands_on_every_day_with_an_answer_and_on_no_other() -> None:
    """The outline of the bars rises to each day's number, in equal steps to the right."""
    n = [2, 0, 4, 1]
    svg = drawn(n, (0, 3)).svg
    [outline] = re.findall(r'<path d="([^"]*)"[^>]*style="fill:#0173b2"', svg)
    points = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", outline)]
    ground = max(y for _, y in points)
    unit = (ground - min(y for _, y in points)) / max(n)
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    for day, answers in enumerate(n):
        begin = left + (right - left) * day / len(n)
        end = left + (right - left) * (day + 1) / len(n)
        top = {round((ground - y) / unit) for x, y in points if abs(x - begin) < 0.5} & {
            round((ground - y) / unit) for x, y in points if abs(x - end) < 0.5
        }
        assert answers in top


@pytest.mark.parametrize("status", ["real", "rehearsal"])
def test_only_a_rehearsal_is_stamped(status: str) -> None:
    figure = drawn([1, 2], (0, 1), status=status)
    assert (STAMP in figure.svg) is (status == "rehearsal")
    assert figure.alt.startswith("Rehearsal, simulated answers. ") is (status == "rehearsal")


@pytest.mark.parametrize("n", [[1], [0], [0] * 30, [3] * 62, [1] * 63, [2] * 400])
def test_one_day_no_answer_and_a_long_fieldwork_can_be_drawn(n: list[int]) -> None:
    figure = drawn(n, (0, len(n) - 1))
    ElementTree.fromstring(figure.svg)
    assert f"{sum(n):,} answers" in figure.alt


def test_a_year_of_fieldwork_weighs_little_more_than_a_week() -> None:
    busy = [day % 7 for day in range(365)]
    assert len(drawn(busy, (0, 364)).svg) < len(drawn(busy[:7], (0, 6)).svg) + 20_000


def test_the_same_answers_give_the_same_bytes() -> None:
    assert drawn([1, 2, 3], (0, 2)).svg == drawn([1, 2, 3], (0, 2)).svg


def test_nothing_to_draw_is_an_error_that_says_so() -> None:
    with pytest.raises(MsfResearchError, match="no rows"):
        drawn([])


def test_words_that_look_like_markup_stay_words() -> None:
    markup = drawn([1], (0, 0), caption="<script>ran()</script>")._repr_html_()
    assert "<script" not in markup
    assert "&lt;script&gt;" in markup
