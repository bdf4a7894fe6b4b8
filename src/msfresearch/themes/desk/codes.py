"""A decision as one line of text: ``tokenism funding[12-34]``, or ``-`` where no theme is there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

#: The decision that no theme of the frame is there.
NO_THEME = "-"
_CODE = re.compile(r"([a-z][a-z0-9_]*)(?:\[(0|[1-9][0-9]{0,8})-([1-9][0-9]{0,8})\])?")


class Code(NamedTuple):
    """One theme of the whole answer, or of a span of it.

    Attributes
    ----------
    theme : str
        Id of the theme.
    start, end : int, optional
        Code points of the answer, from 0, end exclusive; both absent for the whole answer.
    """

    theme: str
    start: int | None = None
    end: int | None = None

    def __str__(self) -> str:
        return self.theme if self.start is None else f"{self.theme}[{self.start}-{self.end}]"


def parse_codes(text: str) -> tuple[Code, ...]:
    """Read a decision.

    Parameters
    ----------
    text : str
        Tokens with single blanks between them, each once, or ``-``.

    Returns
    -------
    tuple of Code
        In order of theme and place; empty for ``-``.

    Raises
    ------
    ValueError
        Saying what is wrong, without the text.
    """
    if text == NO_THEME:
        return ()
    codes: set[Code] = set()
    for at, part in enumerate(text.split(" "), start=1):
        found = _CODE.fullmatch(part)
        if found is None:
            raise ValueError(f"token {at} is no theme, theme[start-end] or -")
        theme, start, end = found.groups()
        code = Code(theme) if start is None else Code(theme, int(start), int(end))
        if code.start is not None and code.end is not None and code.start >= code.end:
            raise ValueError(f"the span of token {at} ends before it begins")
        if code in codes:
            raise ValueError(f"token {at} stands twice")
        codes.add(code)
    return _ordered(codes)


def format_codes(codes: Iterable[Code]) -> str:
    """Write a decision; the same codes give the same text.

    Raises
    ------
    ValueError
        When `parse_codes` could not read it again.
    """
    text = " ".join(map(str, _ordered(set(codes)))) or NO_THEME
    parse_codes(text)
    return text


def _ordered(codes: Iterable[Code]) -> tuple[Code, ...]:
    return tuple(sorted(codes, key=lambda code: (code.theme, code.start or -1, code.end or -1)))
