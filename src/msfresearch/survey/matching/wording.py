"""Two spellings of one text: what a person reads as the same words is the same words here."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable

from msfresearch.survey.items import Item
from msfresearch.survey.source import Text

# A tag begins with a letter, so that "<1 month" is no tag.
_BLOCK = re.compile(r"</?(?:br|p|div|li|ul|ol|td|th|tr|table|h[1-6])\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r" +(?=[?!:;,.%)\]])")
_AFTER_BRACKET = re.compile(r"(?<=[(\[]) +")
_NUMBERED = re.compile(r"^\s*[0-9]{1,3}\s*[.)]\s+")
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ′`´", "'"),
        **dict.fromkeys('“”„«»‹›"¿¡', " "),
        **dict.fromkeys("‐‑‒–—−", "-"),
    }
)
#: From this length on an SPSS variable label may be cut off by the platform that wrote it.
_CUT_FROM = 100


def normalise(text: str) -> str:
    """The words of a text without what differs from file to file.

    Markup, entities, case, compatibility forms, kinds of apostrophes, quotes, dashes and spaces,
    the space that Spanish and French set before a mark, inverted marks, and the marks that close
    a question or make it compulsory (``: * ? .``) make no difference. Accents, numbers, signs
    such as ``<`` and all words do.

    Parameters
    ----------
    text : str
        A question, an option or a cell.

    Returns
    -------
    str
    """
    if "<" in text:
        text = _TAG.sub("", _BLOCK.sub(" ", text))
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SIGNS))
        text = "".join(one for one in text if unicodedata.category(one) != "Cf")
    else:
        text = text.replace('"', " ").replace("`", "'")
    text = _SPACE.sub(" ", text.casefold())
    text = _AFTER_BRACKET.sub("", _BEFORE_MARK.sub("", text))
    return text.strip(" *").rstrip(" :*?.")


def spellings(text: Text) -> frozenset[str]:
    """The words of a label in its three languages, normalised."""
    return frozenset(normalise(text.in_language(language)) for language in ("en", "es", "fr"))


def without_number(text: str) -> str:
    """A question without the number that some platforms set before it."""
    return _NUMBERED.sub("", text)


def known_wordings(item: Item, accepted: str | None = None) -> dict[str, str]:
    """Every wording under which an item is known, normalised, to where it is known from.

    Parameters
    ----------
    item : Item
        Its label in three languages and its further ``wordings``.
    accepted : str, optional
        The wording that the manifest accepts.

    Returns
    -------
    dict
        Normalised wording to "en", "es", "fr", "further wording" or "manifest".
    """
    known: dict[str, str] = {}
    for language in ("en", "es", "fr"):
        known.setdefault(normalise(item.label.in_language(language)), language)
    for wording in item.wordings:
        known.setdefault(normalise(wording), "further wording")
    if accepted is not None:
        known.setdefault(normalise(accepted), "manifest")
    known.pop("", None)
    return known


def cut_off(text: str, known: Iterable[str], platform: str) -> bool:
    """Whether a text is the beginning of a known one, cut by the platform.

    Platforms end a text that they cut with an ellipsis; SPSS cuts a long label without a sign.
    """
    shown = unicodedata.normalize("NFKC", text).rstrip()
    by_sign = shown.endswith("...")
    if not by_sign and not (platform == "spss" and len(shown) >= _CUT_FROM):
        return False
    start = normalise(text)
    return bool(start) and any(one.startswith(start) for one in known)
