"""Ways to reach a person, in anything that is about to be published, stop the publication."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from msfresearch.errors import ReleaseError

_KINDS = {
    "e-mail address": re.compile(
        r"[\w.+%-]+\s?(?:@|[\[(]\s?(?:at|arroba|arobase)\s?[\])])\s?[\w-]+(?:\.[\w-]+)+",
        re.IGNORECASE,
    ),
    "telephone number": re.compile(
        r"(?<![\w.,])(?:\+\d|00\d)(?:[ ().\-]{0,2}\d){7,13}(?!\w)"  # international
        r"|(?<![\w.,])0\d(?:[ .\-]\d\d){4}(?![\w.,]\d)"  # French
        r"|(?<![\w.,])[6789]\d\d[ .\-]\d{3}[ .\-]\d{3}(?!\w)"  # Spanish
        r"|(?<![\w.,])\(\d{3}\)\s?\d{3}-\d{4}(?!\w)"  # North American
    ),
    "handle": re.compile(r"(?<![\w@/.])@\w{2,30}\b"),
    "web address": re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE),
}
_TAG = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"""\bhref\s*=\s*["']([^"']*)["']""", re.IGNORECASE)


@dataclass(frozen=True)
class Contact:
    """One way to reach somebody, found in a text."""

    kind: str
    start: int
    end: int
    words: str


def find_contacts(text: str, allowed: Collection[str] = ()) -> Iterator[Contact]:
    """Find e-mail addresses, telephone numbers, handles and web addresses.

    Detection can flag, never clear: names of persons are not found here.

    Parameters
    ----------
    text : str
        Plain text.
    allowed : collection of str
        Web addresses that may stand there, such as those of the sources cited.

    Yields
    ------
    Contact
        With offsets into ``text`` such that ``text[start:end] == words``.
    """
    for kind, pattern in _KINDS.items():
        for match in pattern.finditer(text):
            words = match.group()
            if kind == "web address" and words.rstrip(".,;:") in allowed:
                continue
            yield Contact(kind, match.start(), match.end(), words)


def refuse_contacts(page: str, *, name: str, allowed: Collection[str] = ()) -> None:
    """Stop a page that would tell how to reach somebody.

    Parameters
    ----------
    page : str
        HTML.
    name : str
        Its name, for the error.
    allowed : collection of str
        Web addresses of the sources cited.

    Raises
    ------
    ReleaseError
        With the kind and the number found; the contact itself is not repeated, since errors
        are kept and shared.
    """
    text = html.unescape(_TAG.sub(" ", page))
    links = " ".join(link for link in map(html.unescape, _LINK.findall(page)) if ":" in link)
    found = [*find_contacts(text, allowed), *find_contacts(links, allowed)]
    if found:
        kinds = sorted({contact.kind for contact in found})
        raise ReleaseError(
            "a page would tell how to reach somebody",
            file=name,
            found=f"{len(found)}: {', '.join(kinds)}",
            expected="none; answers are never quoted without the allow-list",
            action="open the failed notebook, and take out the column or text that holds it",
        )
