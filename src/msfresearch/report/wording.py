"""Every word and every number format of our own: one place, one language at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping

from msfresearch.errors import MsfResearchError

MINUS = "\N{MINUS SIGN}"
STATUSES = ("real", "rehearsal")

_NOUNS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": {
        "answer": ("answer", "answers"),
        "bar": ("bar", "bars"),
        "cell": ("cell", "cells"),
        "code": ("code", "codes"),
        "commitment": ("commitment", "commitments"),
        "country": ("country", "countries"),
        "item": ("item", "items"),
        "justification": ("justification", "justifications"),
        "member": ("member", "members"),
        "outcome": ("outcome", "outcomes"),
        "plan": ("action plan", "action plans"),
        "point": ("point", "points"),
        "region": ("region", "regions"),
        "respondent": ("respondent", "respondents"),
        "row": ("row", "rows"),
        "wave": ("wave", "waves"),
    }
}

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        # numbers
        "no value": "no value",
        "yes": "yes",
        "no": "no",
        "interval": "{estimate} ({level}% interval {low} to {high})",
        "bare interval": "{estimate} ({low} to {high})",
        "not estimated": "not estimated",
        "of": "{part} of {whole} ({percent})",
        "p below": "< 0.001",
        "p above": "> 0.999",
        # verdicts
        "higher": "{outcome} is higher: {interval}; the interval excludes {null}.",
        "lower": "{outcome} is lower: {interval}; the interval excludes {null}.",
        "no difference": "no clear difference in {outcome}: {interval}; the interval includes "
        "{null}, so these data show neither a difference nor its absence.",
        "no estimate": "{outcome}: not estimated from these data.",
        "comparison": "{comparison}, {verdict}",
        # figures
        "rehearsal stamp": "REHEARSAL: simulated answers",
        "rehearsal mark": "REHEARSAL",
        "rehearsal alt": "Rehearsal, simulated answers. {alt}",
        "n": "n = {n}",
        "alt one": "{title}. {label}: {value}.",
        "alt few": "{title}. {entries}.",
        "alt many": "{title}. {count}, from {high_label} ({high}) down to {low_label} ({low}).",
        "alt n": "Base: {low} to {high} per bar.",
        "alt n same": "Base: {n} per bar.",
        "alt without": "Without a value: {labels}.",
        "alt levels": "{title}. Levels from {first} to {last}. {entries}.",
        "alt levels row": "{item} (n = {n}): {parts}",
        "alt missing": "{title}. {total} without an answer over {items}; most in {item} ({n}). "
        "By reason: {reasons}.",
        "alt forest": "{title}. {entries}.",
        "alt null": "{zero} of {all} intervals include {null}.",
        "alt scatter": "{title}. {points}: {x} from {x_low} to {x_high}, {y} from {y_low} to "
        "{y_high}. Rank correlation {rank}.",
        "alt left out": "{points} without both values not shown.",
        "alt days": "{title}. {total} answers from {first} to {last}, most on {day} ({most}). "
        "Windows: {windows}.",
        "alt curve": "{title}. {xlabel}: after {half}, {at_half} are found on average; after all "
        "{all}, {found} (95% interval {low} to {high}) of {ceiling}.",
        "curve ceiling": "all {n}",
        "alt tiles": "{title}. {n} tiles: {groups}.",
        "alt completion": "{title}. {n} questions in the order of the form; {last} of those who "
        "began came to the last. Least often answered: {question} ({share} of those asked).",
        "completion axis": "Question of the form (1 to {n})",
        "completion reached": "still there, of all who began",
        "completion answered": "answered, of those who were asked",
        "day axis": "Day of the answer (UTC)",
        "relaunch": "relaunch",
        "share axis": "Share (%)",
        "number axis": "Number",
        "estimate axis": "Estimate and 95% interval",
        "and more": "and {n} more",
        # tables
        "table": "Table {number}",
        "rows shown": "{shown} of {total} rows shown.",
        # page
        "skip": "Skip to the content",
        "contents": "Contents",
        "home": "All waves",
        "rehearsal banner": "This is a rehearsal, simulated answers: no number on this page is a "
        "finding.",
        "page title": "{heading} · {wave}",
        "rehearsal title": "Rehearsal, simulated answers: {heading} · {wave}",
        "status real": "real answers",
        "status rehearsal": "rehearsal, simulated answers",
        "provenance": "How this page was made",
        "provenance wave": "Wave",
        "provenance status": "Status",
        "provenance inputs": "Input files",
        "provenance input": "{rows}, SHA-256",
        "provenance no rows": "SHA-256",
        "provenance package": "Package",
        "provenance commit": "Commit",
        "provenance no commit": "not recorded",
        "provenance parameters": "Parameters",
        "provenance seeds": "Seeds",
        "provenance versions": "Versions",
        "provenance code": "Code",
        "provenance none": "none",
        "provenance left out": "Left out of this page",
        "left out streams": "messages of programs: {n} (they stand in the executed notebook)",
        "left out outputs": "outputs that a page cannot hold: {n} (they stand in the executed "
        "notebook)",
        # index
        "index title": "Multi-stakeholder forums: reports by wave",
        "index lead": "One line per wave of data. The brief comes first; the other pages show how "
        "it was reached.",
        "index waves": "Waves with a report",
        "index wave": "Wave",
        "index population": "Population",
        "index fieldwork": "Data from",
        "index n": "n",
        "index pages": "Pages",
        "index brief": "Brief",
        "index across": "Across waves",
        "index none": "No wave has a report yet.",
        "index left out": "Waves without a report",
        "index reason": "Why",
        "index command": "To get it",
        "population government": "government",
        "population civil society": "civil society",
        "population independent reviewers": "independent reviewers",
        "population experts": "experts",
        "population citizens": "citizens",
    }
}

LANGUAGES = tuple(_WORDS)


def check_lang(lang: str) -> str:
    """Return the language, or raise `MsfResearchError` where it is not offered."""
    if lang not in _WORDS:
        raise MsfResearchError(
            "a language that reports are not written in",
            found=lang,
            expected="one of: " + ", ".join(LANGUAGES),
            action="choose another language, or add its words to report/wording.py",
        )
    return lang


def check_status(status: str) -> str:
    """Return the status of a wave, or raise `MsfResearchError` where it is neither of the two."""
    if status not in STATUSES:
        raise MsfResearchError("an unknown status", found=status, expected=" or ".join(STATUSES))
    return status


def say(key: str, lang: str = "en", **values: object) -> str:
    """Our own words for `key`, with `values` set in; values are never read as templates."""
    return _WORDS[check_lang(lang)][key].format(**values)


def clean(value: object) -> str:
    """Text that every file format can hold: no control characters, no half code points."""
    return "".join(_safe(character) for character in str(value))


def _safe(character: str) -> str:
    code = ord(character)
    if character in "\n\t\r":
        return " "
    if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code <= 0xDFFF or code & 0xFFFE == 0xFFFE:
        return "\N{REPLACEMENT CHARACTER}"
    return character


def sentence(text: str) -> str:
    """The text with a capital first letter; the rest as it stands."""
    return text[:1].upper() + text[1:]


def count(n: int, noun: str, lang: str = "en") -> str:
    """A number with its noun in the right form: ``count(1, "plan")`` is "1 action plan".

    Raises
    ------
    MsfResearchError
        For a noun this module does not know: a plural is not guessed.
    """
    nouns = _NOUNS[check_lang(lang)]
    if noun not in nouns:
        raise MsfResearchError(
            "a noun without a plural", found=noun, expected="one of: " + ", ".join(nouns)
        )
    one, many = nouns[noun]
    return f"{number(n, 0, lang)} {one if n == 1 else many}"


def number(value: float | None, digits: int = 2, lang: str = "en") -> str:
    """A number with a true minus sign, thousands apart, and never "−0.00"."""
    check_lang(lang)
    if value is None or not math.isfinite(value):
        return say("not estimated", lang)
    text = f"{value:,.{digits}f}"
    if text.startswith("-"):
        bare = text[1:]
        return MINUS + bare if any(digit in "123456789" for digit in bare) else bare
    return text


def percent(share: float | None, digits: int = 0, lang: str = "en") -> str:
    """A share between 0 and 1 as a percentage: ``percent(0.37)`` is "37%".

    None and all are said of none and all alone: what rounding would move there is "<1%" or ">99%".
    """
    if share is None or not math.isfinite(share):
        return say("no value", lang)
    step = 10.0**-digits
    rounded = round(100 * share, digits)
    if rounded == 0 and share > 0:
        return "<" + number(step, digits, lang) + "%"
    if rounded == 100 and share < 1:
        return ">" + number(100 - step, digits, lang) + "%"
    return number(100 * share, digits, lang) + "%"


def share_of(part: int, whole: int, lang: str = "en") -> str:
    """A count with its base: ``share_of(17, 46)`` is "17 of 46 (37%)"."""
    share = part / whole if whole else None
    return say(
        "of",
        lang,
        part=number(part, 0, lang),
        whole=number(whole, 0, lang),
        percent=percent(share, 0, lang),
    )


def p_value(p: float | None, lang: str = "en") -> str:
    """A p-value to three digits, with its sign only at the ends: "0.115", "< 0.001"."""
    if p is None or not math.isfinite(p):
        return say("not estimated", lang)
    if p < 0.001:
        return say("p below", lang)
    return say("p above", lang) if p > 0.999 else number(p, 3, lang)


def interval(
    estimate: float,
    low: float,
    high: float,
    *,
    digits: int = 2,
    level: int | None = 95,
    null_value: float = 0.0,
    lang: str = "en",
) -> str:
    """An estimate with its interval: "0.22 (95% interval −0.06 to 0.50)".

    A bound that rounding would move onto `null_value` gets more digits, so that what is printed
    never contradicts what was found. `level` None leaves out the words "95% interval".
    """
    if not all(math.isfinite(value) for value in (estimate, low, high)):
        return say("not estimated", lang)
    digits = _digits(low, high, null_value, digits)
    values = {
        "estimate": number(estimate, digits, lang),
        "low": number(low, digits, lang),
        "high": number(high, digits, lang),
    }
    if level is None:
        return say("bare interval", lang, **values)
    return say("interval", lang, level=level, **values)


def _digits(low: float, high: float, null_value: float, digits: int) -> int:
    while digits < 6 and any(
        bound != null_value and round(bound - null_value, digits) == 0 for bound in (low, high)
    ):
        digits += 1
    return digits


def verdict(
    estimate: float,
    low: float,
    high: float,
    *,
    outcome: str,
    comparison: str | None = None,
    null_value: float = 0.0,
    digits: int = 2,
    level: int = 95,
    lang: str = "en",
) -> str:
    """One sentence that says what an interval allows, and calls a null a null.

    Parameters
    ----------
    estimate, low, high : float
        The estimate and its interval, in the unit of the estimand.
    outcome : str
        What was compared, as it stands in a sentence: "specificity".
    comparison : str, optional
        What was compared with what: "with a regular forum".
    null_value : float
        The value of no difference: 0 for differences and log odds, 1 for ratios.
    digits, level : int
        Decimals, and the level of the interval in per cent.
    lang : str
        Language of the sentence.

    Returns
    -------
    str
        A sentence with estimate and interval. Where the interval holds `null_value`, it says
        that neither a difference nor its absence is shown.
    """
    if not all(math.isfinite(value) for value in (estimate, low, high)):
        return sentence(say("no estimate", lang, outcome=outcome))
    if low > null_value:
        key = "higher"
    elif high < null_value:
        key = "lower"
    else:
        key = "no difference"
    shown = interval(
        estimate, low, high, digits=digits, level=level, null_value=null_value, lang=lang
    )
    text = say(key, lang, outcome=outcome, interval=shown, null=f"{null_value:g}")
    if comparison:
        text = say("comparison", lang, comparison=comparison, verdict=text)
    return sentence(text)
