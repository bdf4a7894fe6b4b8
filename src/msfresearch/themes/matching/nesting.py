"""Of hits that overlap, the longest."""

from __future__ import annotations

import numpy as np

from msfresearch.themes.matching.letters import Places
from msfresearch.themes.matching.lookup import Flags


def longest(group: Places, rank: Places, start: Places, end: Places) -> Flags:
    """Choose hits so that those of one group do not overlap.

    The longest is taken first, among hits of one length the first in the text, then by rank; each
    that overlaps one already taken is left out.

    Parameters
    ----------
    group : array of int
        Hits of different groups may overlap.
    rank : array of int
        Breaks ties between hits in one place.
    start, end : array of int
        Places, end exclusive.

    Returns
    -------
    array of bool
        The hits taken.
    """
    kept = np.ones(len(group), dtype=bool)
    if not len(group):
        return kept
    width = int(end.max()) + 1
    order = np.argsort(group * width + start, kind="stable")
    begins = (group * width + start)[order]
    reach = np.maximum.accumulate((group * width + end)[order])
    # Where nothing before reaches into a hit, a new heap of overlapping hits begins.
    heaps = np.flatnonzero(np.concatenate(([True], begins[1:] >= reach[:-1])))
    for first, last in zip(heaps, np.append(heaps[1:], len(order)), strict=True):
        if last - first > 1:
            _settle(order[first:last], rank, start, end, kept)
    return kept


def _settle(heap: Places, rank: Places, start: Places, end: Places, kept: Flags) -> None:
    """Take the hits of one heap, the longest first."""
    offset = int(start[heap].min())
    taken = np.zeros(int(end[heap].max()) - offset, dtype=bool)
    by_length = np.lexsort((rank[heap], start[heap], start[heap] - end[heap]))
    for hit in heap[by_length].tolist():
        first, last = int(start[hit]) - offset, int(end[hit]) - offset
        # A hit no longer than those taken overlaps one only with its first or last letter.
        if taken[first] or taken[last - 1]:
            kept[hit] = False
        else:
            taken[first:last] = True
