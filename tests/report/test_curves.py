"""The curve of what reading more brings shows its interval, its ceiling and where it ends."""

from __future__ import annotations

import pandas as pd
import pytest

from msfresearch.errors import MsfResearchError
from msfresearch.report import figures
from msfresearch.report.curves import MOST_POINTS


def curve(n: int = 10, status: str = "real") -> figures.Figure:
    read = pd.Series(range(1, n + 1))
    return figures.growth_curve(
        pd.DataFrame({"read": read, "found": read / 2, "low": read / 4, "high": read * 0.75}),
        "read",
        "found",
        "low",
        "high",
        ceiling=30,
        title="After how many answers is nothing new read",
        caption="Themes.",
        xlabel="Answers read",
        status=status,
    )


def test_the_alt_text_tells_half_way_end_interval_and_ceiling() -> None:
    assert curve().alt == (
        "After how many answers is nothing new read. Answers read: after 5, 2.5 are found on "
        "average; after all 10, 5.0 (95% interval 2.5 to 7.5) of 30."
    )


def test_a_long_curve_keeps_both_ends_and_few_points() -> None:
    data = curve(5000).data
    assert len(data) == MOST_POINTS
    assert (data["read"].iloc[0], data["read"].iloc[-1]) == (1, 5000)


def test_a_rehearsal_is_stamped_in_drawing_and_alt_text() -> None:
    figure = curve(status="rehearsal")
    assert figure.alt.startswith("Rehearsal")
    assert figure.svg != curve().svg


def test_amounts_that_do_not_rise_are_refused() -> None:
    table = pd.DataFrame({"x": [2, 1], "y": [1, 1], "a": [1, 1], "b": [1, 1]})
    with pytest.raises(MsfResearchError, match="rise"):
        figures.growth_curve(
            table, "x", "y", "a", "b", ceiling=3, title="T", caption="C", xlabel="X"
        )


def test_equal_data_give_equal_bytes() -> None:
    assert curve().svg == curve().svg
