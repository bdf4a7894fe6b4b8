"""The two surveys of 2019 with answers written by hand, cleaned as real ones would be."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from msfresearch.home import Home
from msfresearch.report.chapters import answered, fieldwork, sides, weighted
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose
from msfresearch.report.tables import Table
from msfresearch.success.plan import load_plan
from msfresearch.survey.cleaning import clean
from msfresearch.survey.countries import load_countries
from msfresearch.survey.frame import units
from msfresearch.wave import Wave, open_wave
from tests.conftest import HOME

GOVERNMENT, CIVIL_SOCIETY, REVIEWERS = "poc-2019", "cso-2019", "irm-2016"
Row = Mapping[str, str]
Shown = Figure | Table | Prose | str
#: All that the page of the fieldwork shows, in its order.
STUDIED: tuple[Callable[[fieldwork.Study, str], Shown | Iterable[Shown]], ...] = (
    *(answered.participated, answered.rate_table, answered.curve_figure, answered.funnel_figure),
    *(answered.coverage_figures, weighted.response_words, weighted.relaunch_words),
    *(weighted.weight_words, weighted.estimate_table, weighted.found),
)


def surveys_home(root: Path) -> Home:
    """The codebook and the manifests of the two surveys and the reviewers; no answer."""
    shutil.copytree(HOME / "codebook", root / "codebook")
    for wave in (GOVERNMENT, CIVIL_SOCIETY, REVIEWERS):
        folder = root / "data" / "raw" / wave
        folder.mkdir(parents=True)
        shutil.copy(HOME / "data" / "raw" / wave / "wave.yml", folder)
    return Home(root)


def arrived(home: Home, wave: str, status: str = "real", **manifest: Any) -> Wave:
    """A survey with an export of no content where a real or a simulated one would lie."""
    path = home.raw / wave / "wave.yml"
    if manifest:
        told = yaml.safe_load(path.read_text(encoding="utf-8")) | manifest
        path.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    folder = home.raw / wave if status == "real" else home.rehearsals / wave
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "export.csv").write_bytes(b"")
    if status == "rehearsal":
        record = {"file": "export.csv", "sha256": "0" * 64, "structure": None}
        (folder / "rehearsal.json").write_text(json.dumps(record), encoding="utf-8")
    return open_wave(wave, home)


def answer(country: str = "CAN", level: str = "national", **codes: str) -> Row:
    """A complete answer in the questionnaire's codes, by clean column."""
    return {
        "submit_dt": "2019-01-10",
        "lang": "en",
        "disposition": "complete",
        "consent": "1",
        "country": country,
        "level": level,
        "msf_exists": "1",
        **codes,
    }


def keep_answers(wave: Wave, rows: Sequence[Row]) -> Wave:
    """Clean answers, and keep them as the first notebook does."""
    table = wave.questionnaire.tables["answers"]
    columns = {clean: column for item in table.items for clean, column in item.columns()}
    asked = list(enumerate(rows, 2))
    raw = pd.DataFrame(
        {
            column: [{"resp_id": f"respondent{line}", **row}.get(name, "") for line, row in asked]
            for name, column in columns.items()
        },
        index=pd.RangeIndex(2, len(rows) + 2, name="line"),
        dtype="str",
    )
    cleaned = clean(
        {"answers": raw},
        {"answers": wave.raw_folder / "export.csv"},
        wave.questionnaire,
        load_countries(wave.home.codebook / "countries.yml"),
    )
    wave.save(
        "clean",
        {"answers": cleaned.tables["answers"], "answers_missing": cleaned.reasons["answers"]},
    )
    return wave


def frame_members(wave: Wave) -> list[tuple[str, str]]:
    """Country and level of every unit of the wave's frame."""
    members = wave.members()
    assert members is not None
    return [(row.country, row.level) for row in units(members).itertuples()]


def keep_plans(home: Home, rows: Iterable[tuple[str, int, str]] = ()) -> None:
    """What reviewers coded: country, regular forum, level of the public's influence."""
    plans = pd.DataFrame(list(rows), columns=["country", "regular_forum", "iap2_development"])
    plans = plans.assign(plan_number=1, iap2_implementation=plans["iap2_development"])
    open_wave(REVIEWERS, home).save("clean", {"plans": plans})


def two_sides(
    home: Home,
    government: Sequence[Row],
    civil_society: Sequence[Row],
    statuses: tuple[str, str] = ("real", "real"),
) -> sides.Faced:
    """Government and civil society face to face, as the plan declares."""
    for wave, rows, status in zip(
        (GOVERNMENT, CIVIL_SOCIETY), (government, civil_society), statuses, strict=True
    ):
        keep_answers(arrived(home, wave, status), rows)
    return read_sides(home)


def read_sides(home: Home) -> sides.Faced:
    """The two sides from what is kept."""
    opened = [open_wave(wave, home) for wave in (GOVERNMENT, CIVIL_SOCIETY, REVIEWERS)]
    return sides.faced(sides.declared(load_plan(home.codebook / "plan.yml"), opened), opened)


def flat(shown: Shown | Iterable[Shown]) -> list[Shown]:
    """One thing or several, as a list."""
    return [shown] if isinstance(shown, Figure | Table | Prose | str) else list(shown)


def markup(shown: Shown | Iterable[Shown]) -> str:
    """What is shown as a page would hold it, and the data behind its figures."""
    parts: list[str] = []
    for one in flat(shown):
        if isinstance(one, str):
            parts.append(one)
            continue
        parts.append(one._repr_html_())
        if isinstance(one, Figure):
            parts += [one.svg, one.data.to_csv()]
    return "\n".join(parts)


def pictures(shown: Shown | Iterable[Shown]) -> list[Figure]:
    """The figures among what is shown."""
    return [one for one in flat(shown) if isinstance(one, Figure)]


def words(shown: Shown | Iterable[Shown]) -> str:
    """The sentences among what is shown."""
    told = [
        one if isinstance(one, str) else " ".join(one.sentences)
        for one in flat(shown)
        if isinstance(one, str | Prose)
    ]
    return " ".join(told)


def grid(shown: Shown | Iterable[Shown], caption: str = "") -> Table:
    """The one table among what is shown whose caption begins so."""
    [found] = [
        one for one in flat(shown) if isinstance(one, Table) and one.caption.startswith(caption)
    ]
    return found


def all_of(made: fieldwork.Study) -> list[Shown]:
    """All that the page of the fieldwork shows."""
    return [one for chapter in STUDIED for one in flat(chapter(made, "en"))]
