"""Ways to reach a person, in anything that is about to be published, stop the publication."""

from __future__ import annotations

import html
import re
from collections.abc import Collection

from msfresearch.errors import ReleaseError
from msfresearch.survey.contacts import Contact, find_contacts

__all__ = ["Contact", "find_contacts", "refuse_contacts"]

_TAG = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"""\bhref\s*=\s*["']([^"']*)["']""", re.IGNORECASE)


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
