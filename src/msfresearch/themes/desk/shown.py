"""A respondent's text as a person may see it: nothing that breaks a file or hides from the eye."""

from __future__ import annotations

import re

#: UTF-16 units that a spreadsheet's cell holds.
CELL = 32_767
#: Controls (line end and tab apart), marks that turn the order of letters round, lone surrogates,
#: and code points that XML does not have.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def visible(text: str) -> str:
    """The text with line ends alike and a visible sign for each code point that no file may hold.

    Controls become their pictures (``␀``), the rest ``�``. It is for the eye: spans and hits are
    of the text as it was written.
    """
    return _UNSEEN.sub(_picture, text.replace("\r\n", "\n").replace("\r", "\n"))


def pieces(text: str, size: int = CELL) -> list[str]:
    """Cut a text into parts that fit a cell; joined they are the text again.

    A spreadsheet counts UTF-16 units: code points beyond the first 65,536 take two.
    """
    parts: list[str] = []
    start = 0
    while start < len(text):
        part = text[start : start + size]
        over = len(part.encode("utf-16-le", "surrogatepass")) // 2 - size
        # Each code point let go frees one unit or two: cut until it fits.
        while over > 0:
            part = part[: len(part) - (over + 1) // 2]
            over = len(part.encode("utf-16-le", "surrogatepass")) // 2 - size
        parts.append(part)
        start += len(part)
    return parts or [""]


def short(text: str, limit: int) -> str:
    """The beginning of a text in at most so many UTF-16 units."""
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 <= limit:
        return text
    return pieces(text, limit - 1)[0] + "…"


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "�"
