"""A small wave whose open answers people coded, as their logs would hold it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping

import pandas as pd

from msfresearch.report.chapters import themes
from msfresearch.report.chapters.themes import Coded
from msfresearch.themes import Codebook
from msfresearch.themes.desk.codes import Code, format_codes
from msfresearch.themes.desk.log import append
from msfresearch.themes.desk.seen import keep_seen
from msfresearch.themes.folders import coding_folder
from msfresearch.themes.schemas import LOG, table
from msfresearch.wave import Wave
from tests.report.chapters.conftest import keep

#: Words that a reader takes for a theme, whatever patterns make of them.
MEANT = {"funding": "funding", "coffers": "funding", "training": "skills_training"}
PAYLOAD = "<img src=x onerror=alert(1)><script>alert(2)</script>"
Codes = Mapping[str, Iterable[str]]


def funding(i: int) -> str:
    """An answer that people and patterns find the theme in."""
    return f"There is no funding for the forum in our town, say {i} of us."


def coffers(i: int) -> str:
    """An answer that people find the theme in and patterns do not."""
    return f"Empty coffers keep the forum of our town small, say {i} of us."


def training(i: int) -> str:
    """An answer with another theme."""
    return f"Our officials need training in dialogue, say {i} of us."


def nothing(i: int) -> str:
    """An answer without a theme."""
    return f"Blue skies over green hills, say {i} of us."


def meant(answers: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """What a coder who reads well finds, by answer."""
    texts = zip(answers["answer_id"], answers["text"], strict=True)
    return {
        answer_id: tuple(theme for word, theme in MEANT.items() if word in text)
        for answer_id, text in texts
    }


def decide(wave: Wave, codebook: Codebook, coder: str, codes: Codes, draw: str = "random") -> None:
    """Write a coder's decisions, and keep the answers as the coder saw them."""
    rows: dict[str, list[object]] = {
        "at": ["2019-08-31"] * len(codes),
        "coder": [coder] * len(codes),
        "codebook": [codebook.version] * len(codes),
        "draw": [draw] * len(codes),
        "answer_id": list(codes),
        "codes": [format_codes(Code(theme) for theme in found) for found in codes.values()],
    }
    folder = coding_folder(wave)
    append(folder / f"{coder}.csv", table(LOG, rows))
    answers = wave.open_answers()
    keep_seen(folder, answers[answers["answer_id"].isin(list(codes))])


def by_two(
    wave: Wave,
    codebook: Codebook,
    n: int,
    differ: int = 0,
    settled: int = 0,
    coders: tuple[str, str] = ("ana", "bruno"),
) -> None:
    """Two people code ``n`` answers and differ on the first ones, some of these settled."""
    first = dict(list(meant(wave.open_answers()).items())[:n])
    second = {
        answer_id: (*found, "timelines") if at < differ else found
        for at, (answer_id, found) in enumerate(first.items())
    }
    decide(wave, codebook, coders[0], first)
    decide(wave, codebook, coders[1], second)
    if settled:
        decide(wave, codebook, "adjudicator", dict(list(first.items())[:settled]), "adjudication")


def coded_by_two(
    wave: Wave, codebook: Codebook, n: int, differ: int = 0, settled: int = 0
) -> Coded:
    """The wave cleaned, coded by two people, and studied."""
    keep(wave)
    by_two(wave, codebook, n, differ, settled)
    return themes.code(wave, wave.open_answers(), codebook, "en")


def with_label(codebook: Codebook, theme_id: str, label: str) -> Codebook:
    """The frame with another label of a theme, and of its family."""
    theme = codebook.themes[theme_id]
    labels = dict.fromkeys(codebook.languages, label)
    changed = codebook.themes | {theme_id: theme.model_copy(update={"labels": labels})}
    families = codebook.families | {theme.family: labels}
    return codebook.model_copy(update={"themes": changed, "families": families})


def inert(*shown: object) -> None:
    """Assert that nothing of the payload is markup where it is shown, nor within a drawing."""
    for one in shown:
        markup = one._repr_html_()  # type: ignore[attr-defined]
        drawn = re.findall(r"data:image/svg\+xml;base64,([^\"]*)", markup)
        for part in (markup, *(base64.b64decode(svg).decode() for svg in drawn)):
            assert "<img src=x" not in part
            assert "<script" not in part
