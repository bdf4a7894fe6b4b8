"""Cells that no spreadsheet program takes for a formula, and the text they came from.

An answer that begins with ``=`` is computed when a table is opened, and may call a program or an
address. A program decides by the first sign of a cell, so an apostrophe before it is enough; the
apostrophe is taken off again when the table comes back.

A table of text has one more hole: opened where the semicolon separates (as in Spanish and French
settings), a comma-separated line is cut at other places than it was joined, and a formula inside
a text becomes a cell of its own. `defuse_delimited` guards these places as well.

Both follow OWASP's page on CSV injection, widened to signs that programs drop or fold.
"""

from __future__ import annotations

import re

#: Signs that begin a formula: their full-width and small forms are folded to them by some programs.
_BEGINS = "=+\\-@\t\r\n＝＋－＠﹦﹢﹣﹫−"
#: Signs that may stand before it and are dropped by one program or another: blanks, quotes,
#: control signs, marks of direction and of byte order.
_DROPPED = "\\s'\"\x00-\x1f\x7f-\x9f\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
_RISKY = f"(?=[{_DROPPED}]*?[{_BEGINS}])"
#: Where a line may be cut by another separator than its own, or by a line end within a cell.
_CUT = "(?:\\A|(?<=[;,|\t\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]))"

_START = re.compile(f"\\A{_RISKY}")
_START_BACK = re.compile(f"\\A'{_RISKY}")
_PLACES = re.compile(f"{_CUT}{_RISKY}")
_PLACES_BACK = re.compile(f"{_CUT}'{_RISKY}")


def defuse(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would compute.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text itself, or with one apostrophe before it; `restore` gives back the text.
    """
    return _START.sub("'", text)


def restore(text: str) -> str:
    """Take off the apostrophe that `defuse` put on; the exact inverse of it."""
    return _START_BACK.sub("", text)


def defuse_delimited(text: str) -> str:
    """Guard a cell of a text table (CSV), also where another separator would cut it.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        With an apostrophe at its start, and after each separator or line end, where a formula
        would begin; `restore_delimited` gives back the text.
    """
    return _PLACES.sub("'", text)


def restore_delimited(text: str) -> str:
    """Take off the apostrophes that `defuse_delimited` put on; the exact inverse of it."""
    return _PLACES_BACK.sub("", text)
