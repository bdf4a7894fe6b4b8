"""What a wave's questionnaire becomes: a page, a form, schemas and data for SPSS, as files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

from msfresearch import __version__
from msfresearch.errors import ParameterError
from msfresearch.files import sha256_of, write_bytes
from msfresearch.report.codebook_page import LANGUAGES, codebook_page
from msfresearch.report.codebook_words import words
from msfresearch.survey.forms.labels import all_countries
from msfresearch.survey.questionnaire import Questionnaire, load_questionnaire
from msfresearch.survey.source import Language
from msfresearch.wave import Wave

PAGE = "codebook.html"


def write_questionnaire(wave: Wave, folder: Path, lang: str) -> list[Path]:
    """Write what a wave's questionnaire becomes.

    Parameters
    ----------
    wave : Wave
        The wave; its clean data are taken in where there are some.
    folder : Path
        Where the files go; what else is there stays.
    lang : str
        Language of the page and of labels: en, es or fr. The form has all three.

    Returns
    -------
    list of Path
        ``codebook.html``; ``<instrument>.xlsx``, an XLSForm, where people are asked;
        ``<table>.schema.json``; and of clean data ``<table>.sav`` with ``<table>.labels.csv``,
        in which its labels and codes stand in full.

    Raises
    ------
    ParameterError
        When a questionnaire is not written in the language.
    QuestionnaireError
        When the questionnaire has a fault, or asks what a form cannot.

    Notes
    -----
    A ``.sav`` holds single answers: a folder that is published is no place for it.
    """
    language = _language(lang)
    questionnaire = wave.questionnaire
    contents: dict[str, tuple[bytes, str]] = {
        **_forms(wave),
        **_schemas(questionnaire, language),
        **_data(wave, language),
    }
    page = codebook_page(
        questionnaire,
        lang=language,
        status=wave.manifest.status,
        wave_title=wave.manifest.title.in_language(language),
        shared=_elsewhere(wave),
        files=[(name, words(what, language)) for name, (_, what) in contents.items()],
        facts=_facts(wave, language),
        home_link=_home_link(wave, folder),
    )
    written = {PAGE: page.encode("utf-8"), **{name: made for name, (made, _) in contents.items()}}
    for name, content in written.items():
        write_bytes(folder / name, content)
    return [folder / name for name in written]


def _forms(wave: Wave) -> dict[str, tuple[bytes, str]]:
    from msfresearch.survey.forms.xlsform import form_bytes, xlsform

    questionnaire = wave.questionnaire
    asked = [name for name, table in questionnaire.tables.items() if table.respondents is not None]
    found: dict[str, tuple[bytes, str]] = {}
    for name in asked:
        form = xlsform(questionnaire, name, countries_of(wave))
        file = questionnaire.id if len(asked) == 1 else f"{questionnaire.id}.{name}"
        found[f"{file}.xlsx"] = (form_bytes(form), "file form")
    return found


def countries_of(wave: Wave) -> tuple[str, ...]:
    """Countries that a form offers: those of the wave's frame, or all where it has none."""
    members, year = wave.home.codebook / "members.csv", wave.manifest.frame.members_of
    if year is None or not members.exists():
        return all_countries()
    from msfresearch.survey.frame import frame_of, load_members

    return tuple(sorted(set(frame_of(load_members(members), year)["country"])))


def _schemas(questionnaire: Questionnaire, lang: Language) -> dict[str, tuple[bytes, str]]:
    from msfresearch.survey.forms.tableschema import schema_bytes, table_schema

    return {
        f"{name}.schema.json": (
            schema_bytes(table_schema(questionnaire, name, lang)),
            "file schema",
        )
        for name in questionnaire.tables
    }


def _data(wave: Wave, lang: Language) -> dict[str, tuple[bytes, str]]:
    if "clean" not in wave.stages():
        return {}
    from msfresearch.survey.forms.sav import to_sav
    from msfresearch.survey.forms.savfile import label_bytes, sav_bytes

    found: dict[str, tuple[bytes, str]] = {}
    there = wave.tables("clean")
    for name in wave.questionnaire.tables:
        if name in there:
            sav = to_sav(
                wave.table("clean", name),
                wave.table("clean", f"{name}_missing"),
                wave.questionnaire,
                name,
                lang=lang,
                rehearsal=wave.manifest.status == "rehearsal",
            )
            found[f"{name}.sav"] = (sav_bytes(sav), "file sav")
            found[f"{name}.labels.csv"] = (label_bytes(sav), "file labels")
    return found


def _elsewhere(wave: Wave) -> dict[str, list[str]]:
    """Item to the other instruments that take it from the same shared items."""
    mine = wave.questionnaire
    if mine.shared is None:
        return {}
    own = _ids(mine)
    found: dict[str, list[str]] = {}
    for path in sorted((wave.home.codebook / "questionnaires").glob("*.yml")):
        if path.stem == mine.id:
            continue
        other = load_questionnaire(path)
        if other.shared == mine.shared:
            for item in sorted(own & _ids(other)):
                found.setdefault(item, []).append(other.id)
    return found


def _ids(questionnaire: Questionnaire) -> set[str]:
    return {item.id for table in questionnaire.tables.values() for item in table.items}


def _facts(wave: Wave, lang: Language) -> list[tuple[str, str, str]]:
    found = [(words("wave", lang), "", wave.id)]
    folder = wave.home.codebook / "questionnaires"
    sources = [folder / f"{wave.questionnaire.id}.yml"]
    if wave.questionnaire.shared is not None:
        sources.append(folder / "shared" / f"{wave.questionnaire.shared}.yml")
    for path in sources:
        name = path.relative_to(wave.home.root).as_posix()
        found.append((words("source", lang), f"{name}, SHA-256", sha256_of(path)))
    return [*found, (words("package", lang), f"msfresearch {__version__}", "")]


def _home_link(wave: Wave, folder: Path) -> str | None:
    """Relative address of the list of waves, for a page among the reports."""
    reports = wave.home.reports.resolve()
    if not folder.resolve().is_relative_to(reports):
        return None
    return Path(os.path.relpath(reports / "index.html", folder.resolve())).as_posix()


def _language(lang: str) -> Language:
    for one in get_args(Language):
        if one == lang:
            language: Language = one
            return language
    raise ParameterError(
        "a language that questionnaires are not written in",
        column="lang",
        found=lang,
        expected=", ".join(LANGUAGES),
        action="choose one of these",
    )
