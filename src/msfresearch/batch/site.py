"""The list of reports: one page that says what there is, and what was left out and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msfresearch.batch.graph import ACROSS, STAGES
from msfresearch.errors import MsfResearchError
from msfresearch.files import write_bytes
from msfresearch.home import Home
from msfresearch.report.chapters.common import status_of
from msfresearch.report.index import IndexEntry, LeftOut, render_index
from msfresearch.wave import Wave, list_waves, open_wave

TITLES = {
    "clean": "Data and cleaning",
    "fieldwork": "Who answered",
    "themes": "Themes of open answers",
    "success": "What goes with success",
    "report": "Brief",
}


def write_index(home: Home, lang: str) -> Path:
    """Write ``reports/index.html`` from the pages that are there.

    Returns
    -------
    Path
        The page.
    """
    entries: list[IndexEntry] = []
    left_out: list[LeftOut] = []
    for wave_id in list_waves(home):
        try:
            wave = open_wave(wave_id, home)
        except MsfResearchError:
            command = f"msfresearch check {wave_id}"
            left_out.append(
                LeftOut(wave_id, wave_id, "its wave.yml or its folder has a fault", command)
            )
            continue
        if (home.reports / wave_id / lang / "manifest.json").exists():
            entries.append(_entry(wave, lang))
        else:
            left_out.append(_left_out(wave, lang))
    across: list[tuple[str, str, str]] = []
    for one in ACROSS:
        page_of = home.reports / one.stage.name / lang / f"{one.stage.notebook}.html"
        if page_of.exists():
            address = page_of.relative_to(home.reports).as_posix()
            across.append((one.title, address, _status(one.waves, home)))
    page = render_index(entries, left_out, across=across, lang=lang)
    path = home.reports / "index.html"
    write_bytes(path, page.encode("utf-8"))
    return path


def _entry(wave: Wave, lang: str) -> IndexEntry:
    pages = {
        stage.name: f"{wave.id}/{lang}/{stage.notebook}.html"
        for stage in STAGES
        if (wave.home.reports / wave.id / lang / f"{stage.notebook}.html").exists()
    }
    facts = wave.facts("clean")
    return IndexEntry(
        wave=wave.id,
        title=wave.manifest.title.in_language(lang),
        population=wave.manifest.population,
        status=wave.manifest.status,
        fieldwork="; ".join(
            window.start if window.start == window.end else f"{window.start} to {window.end}"
            for window in wave.manifest.fieldwork
        ),
        n=int(facts["rows"][facts["first_table"]]),
        unit=wave.questionnaire.tables[facts["first_table"]].units.in_language(lang),
        brief=pages.pop("report", None),
        pages=tuple((TITLES[name], address) for name, address in pages.items()),
    )


def _left_out(wave: Wave, lang: str) -> LeftOut:
    missing = () if wave.awaits_export else wave.missing_files()
    return LeftOut(
        wave=wave.id,
        title=wave.manifest.title.in_language(lang),
        reason=f"its data are not here: {', '.join(missing)}" if missing else "not run yet",
        command=f"msfresearch fetch {wave.id}" if missing else f"msfresearch run {wave.id}",
    )


def _status(waves: Sequence[str], home: Home) -> str:
    """The status of a page over several waves; of one that cannot be opened, the cautious one."""
    try:
        return status_of(open_wave(wave, home) for wave in waves)
    except MsfResearchError:
        return "rehearsal"
