"""The figures of our reports: each takes a table and gives a `Figure` to display."""

from __future__ import annotations

from msfresearch.report.bars import count_bars, share_bars
from msfresearch.report.completion import completion
from msfresearch.report.curves import growth_curve
from msfresearch.report.days import day_bars
from msfresearch.report.figure import Figure
from msfresearch.report.levels import missing_bars, stacked_levels
from msfresearch.report.points import forest, scatter
from msfresearch.report.tiles import tile_grid

__all__ = [
    "Figure",
    "completion",
    "count_bars",
    "day_bars",
    "forest",
    "growth_curve",
    "missing_bars",
    "scatter",
    "share_bars",
    "stacked_levels",
    "tile_grid",
]
