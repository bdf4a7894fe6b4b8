"""Ways to reach a person, or to name one by a number: found in a text, and masked in an answer."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

#: How often a text is searched before the rest of it is masked.
_MOST_SEARCHES = 12
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
#: What stands in the place of what was masked.
MASKS = {
    "e-mail address": "[e-mail]",
    "web address": "[web address]",
    "handle": "[handle]",
    "telephone number": "[telephone]",
    "number": "[number]",
}


@dataclass(frozen=True)
class Contact:
    """One way to reach somebody, found in a text."""

    kind: str
    start: int
    end: int
    words: str


def find_contacts(text: str, allowed: Collection[str] = ()) -> Iterator[Contact]:
    """Find e-mail addresses, telephone numbers, handles and web addresses.

    Detection can flag, never clear: names of persons are not found here. The patterns are narrow
    enough for a page full of figures; an answer is searched with :func:`mask`.

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


def mask(text: str) -> tuple[str, tuple[str, ...]]:
    """Put a word in brackets wherever a text tells how to reach or identify somebody.

    Wider than :func:`find_contacts`, since what is masked is kept elsewhere: whatever is joined
    to an @, telephone numbers in any grouping, addresses spelled out ("arroba", "dot"), addresses
    of machines, accounts, and numbers as identity papers have them. Digits and signs of other
    scripts and widths, and characters without a width, do not hide a number. Years, dates,
    decimals and amounts with their thousands set apart are left; a word of seven characters
    with six digits in a row is masked, though it may have been an amount. Where contacts are
    joined without end, so that each is seen only when the one before it is gone, what follows the
    first dozen is masked whole.

    **Names of persons are not found**, nor anything else that words alone tell: an answer that
    passed here is safer, never safe.

    Parameters
    ----------
    text : str
        An answer.

    Returns
    -------
    text : str
        With the words of :data:`MASKS`; searched again, nothing more is found in it.
    kinds : tuple of str
        The kind of each thing masked.
    """
    kinds: list[str] = []
    searches = 0
    # What stood beside a contact may be one itself once its neighbour is gone.
    while spans := _spans(text):
        searches += 1
        if searches > _MOST_SEARCHES:
            start, _, kind = spans[0]
            spans = [(start, len(text), kind)]
        parts: list[str] = []
        last = 0
        for start, end, kind in spans:
            parts += [text[last:start], MASKS[kind]]
            kinds.append(kind)
            last = end
        text = "".join(parts) + text[last:]
    return text, tuple(kinds)


def _spans(text: str) -> list[tuple[int, int, str]]:
    """What to mask: start, end and kind, in order and without overlap."""
    if not _may_hold_contact(text):
        return []
    folded, place = _fold(text)
    found = [(*span, kind) for kind, find in _FINDERS for span in find(folded)]
    merged: list[tuple[int, int, str]] = []
    longest = 0
    for start, end, kind in sorted(found, key=lambda one: one[:2]):
        if merged and start < merged[-1][1]:
            first, last, before = merged[-1]
            merged[-1] = (first, max(last, end), kind if end - start > longest else before)
            longest = max(longest, end - start)
        else:
            merged.append((start, end, kind))
            longest = end - start
    return [(place[start], place[end - 1] + 1, kind) for start, end, kind in merged]


def _may_hold_contact(text: str) -> bool:
    """A quick look that errs on the side of yes: most answers hold none."""
    words = text.lower()
    for word in _WORDS:
        if word in words:
            return True
    if _SIGN.search(text) is None:
        return False
    return _SIGNS.search(text) is not None or any(word in words for word in _PAPERS)


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """Digits, signs and spaces made plain, characters without width taken out; and their places."""
    plain = text if text.isascii() else text.translate(_plain_characters())
    if _WIDTHLESS.search(plain) is None:
        return plain, range(len(plain))
    kept = [n for n, one in enumerate(plain) if _WIDTHLESS.match(one) is None]
    return "".join(plain[n] for n in kept), kept


@cache
def _plain_characters() -> dict[int, str]:
    """Other forms of a digit, a space, a hyphen or a sign of ASCII, each to the plain one."""
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    for code in range(0x80, 0x20000):
        category = unicodedata.category(chr(code))
        if category == "Nd":
            table[code] = str(unicodedata.digit(chr(code)))
        elif category == "Zs":
            table[code] = " "
        elif category == "Pd":
            table[code] = "-"
    return table | {0x2212: "-", 0xFE6B: "@"}


def _by_pattern(pattern: re.Pattern[str]) -> _Finder:
    def find(text: str) -> Iterator[_Span]:
        return (match.span() for match in pattern.finditer(text))

    return find


def _joined_to_at(local: bool) -> _Finder:
    """What is joined to an @: an address where something stands before it, else a handle."""

    def find(text: str) -> Iterator[_Span]:
        for match in _AT_SIGN.finditer(text) if "@" in text else ():
            words = match.group()
            if words.startswith("@") != local and not _BOTH_GENDERS.fullmatch(words):
                yield match.start(), match.start() + len(words.rstrip(".!?'*_"))

    return find


def _grouped_digits(text: str) -> Iterator[_Span]:
    return (m.span() for m in _GROUPS.finditer(text) if _may_be_telephone(m.group()))


def _may_be_telephone(words: str) -> bool:
    """Whether digits in groups may be a telephone number, and are not years, dates or amounts."""
    if words.startswith(("+", "00")):
        return True
    if all(_HARMLESS.fullmatch(part) for part in re.split(r"\s+[-/]\s+|\s{2,}", words)):
        return False
    if words.startswith(("0", "(")):
        return True
    groups = [len(group) for group in re.findall("[0-9]+", words)]
    return len(groups) > 1 and max(groups) >= 3 and (sum(groups) >= 8 or "-" in words)


def _machine_addresses(text: str) -> Iterator[_Span]:
    """Addresses of the internet's sixth version; times of day are made of the same signs."""
    for match in _COLONS.finditer(text) if text.count(":") > 1 else ():
        words = match.group()
        for length in {len(words), len(words.rstrip(":"))}:
            if words.strip(":.") and _is_address(words[:length]):
                yield match.start(), match.start() + length


def _is_address(words: str) -> bool:
    try:
        ipaddress.IPv6Address(words)
    except ValueError:
        return False
    return True


# Lookbehinds and bounds keep every search linear: an answer may be a megabyte without a space.
_AT_SIGN = re.compile(
    r"(?<![^\s<>()\[\]\",;:|])"
    r"(?:\"[^\"\n]{1,64}\")?[^\s<>()\[\]\",;:|@]*"
    r"@(?:\[[0-9a-f:.]{2,45}\]|[^\s<>()\[\]\",;|]*\w[^\s<>()\[\]\",;|]*)",
    re.IGNORECASE,
)
#: "tod@s", "ciudadan@s/vecin@s": Spanish writes both genders so.
_BOTH_GENDERS = re.compile(r"(?:[^\W\d_]+@s?[-/.!?…]*)+")
_SPELLED_OUT = re.compile(
    r"(?<![\w.+%-])[\w.+%-]+(?:"
    r"\s?[\[({]\s?(?:at|arroba|arobase)\s?[\])}]\s?[\w-]{1,63}(?:\.[\w-]{1,63})*"
    r"|\s{1,3}(?:arroba|arobase)\s{1,3}[\w-]{1,63}"
    r"(?:(?:\.|\s{1,3}(?:dot|punto|point)\s{1,3})[\w-]{2,63})+"
    r"|\s{1,3}at\s{1,3}[\w-]{1,63}(?:\s{1,3}dot\s{1,3}[\w-]{2,63})+"
    r"|(?:\s@\s?|\s?@\s)[\w-]{1,63}(?:\.[\w-]{1,63})+)",
    re.IGNORECASE,
)
_WEB = re.compile(
    r"(?:\b[a-z][a-z0-9+]{1,9}://|www\.)[^\s<>\"')\]]+"
    r"|(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}/[^\s<>\"')\]]+",
    re.IGNORECASE,
)
_GROUPS = re.compile(r"(?<!\w)\+?\(?[0-9](?:[ ().\-/]{0,3}[0-9]){6,18}(?!\w)")
_HARMLESS = re.compile(
    r"(?:(?:19|20)[0-9]{2}(?:[ ./-]{1,2}|$))+"  # years
    r"|(?:19|20)[0-9]{2}[-/][0-9]{2}"  # a year and the next
    r"|(?:[0-9]{1,2}([./-])[0-9]{1,2}\1(?:[0-9]{2}){1,2}(?: [0-9]{1,2})?(?: |$))+"  # dates
    r"|(?:[0-9]{4}([./-])[0-9]{1,2}\2[0-9]{1,2}(?: [0-9]{1,2})?(?: |$))+"
    r"|[0-9]{1,3}([ .])[0-9]{3}(?:\3[0-9]{3})*"  # an amount
    r"|(?:[0-9]{1,3}\.[0-9]+(?: |$))+"  # decimals
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3}"  # the address of a machine, which is found as such
    r"|[0-9]{1,6}"
)
_COLONS = re.compile(r"(?<![\w:.])[0-9a-f:]{2,45}(?:(?<=:)[0-9]{1,3}(?:\.[0-9]{1,3}){3})?", re.I)
_NUMBER = re.compile(
    r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?!\.?[0-9])"  # the address of a machine
    r"|(?<!\w)(?-i:[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?)(?!\w)"  # IBAN
    r"|(?<!\w)[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-?[0-9a-z](?!\w)"  # identity papers, with dots
    r"|(?<!\w)(?<![0-9][.,])(?=\w*[0-9]{6})\w{7,}"  # a word with six digits in a row
    r"|(?<!\w)(?:(?-i:DNI|NI[EF]|CUI[TL]|RU[TN]|RFC|CURP|CPF|SSN)"
    r"|c[eé]dula|passport|pasaporte|passeport)"
    r"(?:\s?(?:no|nº|n°|num|núm|number|número|numéro))?[\s.:#º°-]{1,4}"
    r"(?=[\w.-]{0,12}[0-9])[\w.-]{4,24}",
    re.IGNORECASE,
)
_WIDTHLESS = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u20e3\ufe00-\ufe0f\ufeff]"
)
#: A character without which, or a word, there is no contact; and what it takes more.
_SIGN = re.compile(r"[@\d:/\uff01-\uff5e\ufe6b" + _WIDTHLESS.pattern[1:])
_SIGNS = re.compile(
    r"[@\uff01-\uff5e\ufe6b]|\d(?:\D{0,3}\d){5}|\d\.\d{1,3}\.\d|:[:/]|:[0-9a-fA-F]{1,4}:"
    r"|\.[a-zA-Z]{2,24}/|\b(?:DNI|NI[EF]|CUI[TL]|RU[TN]|RFC|CURP|CPF|SSN)\b|" + _WIDTHLESS.pattern
)
_WORDS = ("www.", "roba", "arobase", " dot ", "at)", "at]", "at}", "at )", "at ]", "at }")
_PAPERS = ("dula", "passport", "pasaporte", "passeport")
_Span = tuple[int, int]
_Finder = Callable[[str], Iterator[_Span]]
#: Where two find the same words, the first one names them.
_FINDERS: tuple[tuple[str, _Finder], ...] = (
    ("e-mail address", _joined_to_at(local=True)),
    ("e-mail address", _by_pattern(_SPELLED_OUT)),
    ("web address", _by_pattern(_WEB)),
    ("handle", _joined_to_at(local=False)),
    ("telephone number", _by_pattern(_KINDS["telephone number"])),
    ("telephone number", _grouped_digits),
    ("number", _by_pattern(_NUMBER)),
    ("number", _machine_addresses),
)
