"""Which platform wrote a file, and by what that is seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from msfresearch.errors import SourceError
from msfresearch.survey.readers.columns import key
from msfresearch.survey.readers.google_forms import TIMESTAMP
from msfresearch.survey.readers.guards import sniff
from msfresearch.survey.readers.limesurvey import SAID
from msfresearch.survey.readers.qualtrics import headers_of
from msfresearch.survey.readers.surveymonkey import CODED, OWN
from msfresearch.survey.readers.text import HEAD, Rows, read_rows
from msfresearch.survey.source import Layout, Platform

_KOBO = {
    "_id",
    "_uuid",
    "_submission_time",
    "_validation_status",
    "_index",
    "_submitted_by",
    "_xform_id_string",
    "__version__",
    "_version_",
    "meta/instanceid",
    "meta-instanceid",
    "meta:instanceid",
    "submissiondate",
    "key",
    "instanceid",
}
#: Columns by which LimeSurvey is known; a person's own may stand in any form.
_LIMESURVEY = {
    code: SAID[code] for code in ("id", "submitdate", "lastpage", "startlanguage", "seed")
}
_CODED_AT_LEAST = 3

#: Platform to what is looked for, in words; said where no platform is recognised, or two are.
LOOKED_FOR: dict[Platform, str] = {
    "spss": "first bytes $FL2 or $FL3",
    "qualtrics": "a row of ImportIds, or columns ResponseId and StartDate, or ResponseID and "
    "ResponseSet",
    "surveymonkey": "a first column Respondent ID, or headings like q0004_0001",
    "limesurvey": "columns submitdate, lastpage, startlanguage",
    "kobo": "columns _id, _uuid, _submission_time, or SubmissionDate and KEY",
    "google_forms": "a first column Timestamp, Marca temporal or Horodateur",
}


def recognise(
    path: Path, layout: Layout | None = None, sheet: str | None = None
) -> tuple[Platform, str]:
    """Say which platform wrote a file.

    Parameters
    ----------
    path : Path
        The export.
    layout : Layout, optional
        What the manifest says of a CSV file.
    sheet : str, optional
        The sheet of a workbook; the first by default.

    Returns
    -------
    platform : str
    reason : str
        By what, so that a person can look and see.

    Raises
    ------
    SourceError
        When no platform is recognised, or more than one, with what was looked for.
    """
    return spss(path) or recognise_rows(read_rows(path, layout, sheet, limit=HEAD))


def spss(path: Path) -> tuple[Platform, str] | None:
    """SPSS, if the file begins so; it is no text, so that nothing else need be looked at."""
    if sniff(path) not in ("sav", "zsav"):
        return None
    return "spss", "the file begins as SPSS's data files do, with $FL2 or $FL3"


def recognise_rows(rows: Rows) -> tuple[Platform, str]:
    """Say which platform wrote rows that are read already; see :func:`recognise`."""
    checks: dict[Platform, Callable[[Rows], str]] = {
        "qualtrics": _qualtrics,
        "surveymonkey": _surveymonkey,
        "limesurvey": _limesurvey,
        "kobo": _kobo,
        "google_forms": _google_forms,
    }
    seen = {platform: reason for platform, check in checks.items() if (reason := check(rows))}
    if len(seen) == 1:
        return next(iter(seen.items()))
    if len(seen) > 1:
        raise _undecided("more than one platform could have written this file", rows, seen)
    header = rows.header(0)
    if _sound(header):
        return "plain", (
            f"one header row of {len(header)} names, none empty or twice, and no platform's own "
            "columns: a plain table"
        )
    raise _undecided("no platform is recognised, and the first row is no sound header", rows, seen)


def _qualtrics(rows: Rows) -> str:
    found = headers_of(rows)
    return found.reason if found else ""


def _surveymonkey(rows: Rows) -> str:
    header = rows.header(0)
    ids = [name for name in header if OWN.get(key(name)) == "response_id"]
    if ids and key(header[0]) == key(ids[0]):
        return f"the first column is {ids[0]}: SurveyMonkey"
    coded = [name for name in header if CODED.fullmatch(name)]
    if len(coded) >= _CODED_AT_LEAST:
        return f"{len(coded)} headings like {coded[0]}: SurveyMonkey, coded"
    return ""


def _limesurvey(rows: Rows) -> str:
    # A heading may be a code, words, or both: "submitdate. Date submitted".
    headings = {key(re.sub(r"^\w+\.\s+", "", name)) for name in rows.header(0)}
    headings |= {key(name.partition(".")[0]) for name in rows.header(0)}
    found = [code for code, said in _LIMESURVEY.items() if code in headings or headings & set(said)]
    telling = [code for code in found if code != "id"]
    return f"columns {', '.join(found)}: LimeSurvey" if len(telling) >= 2 else ""


def _kobo(rows: Rows) -> str:
    header = [name.strip().casefold() for name in rows.header(0)]
    found = [name for name in header if name in _KOBO]
    return f"columns {', '.join(found)}: KoBo or ODK" if len(found) >= 2 else ""


def _google_forms(rows: Rows) -> str:
    header = rows.header(0)
    if header and key(header[0]) in TIMESTAMP and len(header) > 1:
        return f"the first column is {header[0]!r} and the others are questions: Google Forms"
    return ""


def _sound(header: Sequence[str]) -> bool:
    return all(name.strip() for name in header) and len(set(header)) == len(header)


def _undecided(problem: str, rows: Rows, seen: dict[Platform, str]) -> SourceError:
    looked = seen or LOOKED_FOR
    return SourceError(
        problem,
        file=rows.file,
        row=int(rows.cells.index[0]),
        found="; ".join(seen.values()) or _first_fault(rows.header(0)),
        expected="; ".join(f"{platform}: {what}" for platform, what in looked.items()),
        action="write `export: {platform: …}` under the source in wave.yml: qualtrics, "
        "surveymonkey, limesurvey, kobo, google_forms, spss or plain",
    )


def _first_fault(header: Sequence[str]) -> str:
    for position, name in enumerate(header):
        if not name.strip():
            return f"no name for column {position + 1} of {len(header)}"
        if name in header[:position]:
            return f"the header of column {position + 1} stands twice"
    return f"{len(header)} columns"
