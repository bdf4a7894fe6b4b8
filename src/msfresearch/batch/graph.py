"""The stages of a wave: which notebook each is, and what each reads."""

from __future__ import annotations

from dataclasses import dataclass

from msfresearch.errors import ParameterError


@dataclass(frozen=True)
class Stage:
    """One notebook of the batch.

    Attributes
    ----------
    name
        Also the folder of its results.
    notebook
        Name of the notebook without its ending; also of its page.
    needs
        Stages whose results it reads.
    codebook
        Files of ``codebook/`` that it reads; ``{instrument}`` stands for each wave's.
    survey
        Files of ``codebook/`` that it reads beside those for a survey's wave.
    context
        Whether it reads the registered context tables.
    only_surveys
        Whether it is for waves whose rows are people's answers.
    coding
        Whether it reads what people coded, of this wave and of others.
    """

    name: str
    notebook: str
    needs: tuple[str, ...] = ()
    codebook: tuple[str, ...] = ()
    survey: tuple[str, ...] = ()
    context: bool = False
    only_surveys: bool = False
    coding: bool = False


STAGES = (
    Stage(
        "clean",
        "1-clean",
        codebook=("questionnaires/{instrument}.yml", "countries.yml"),
        survey=("recodes/{instrument}.csv",),
        context=True,
    ),
    Stage(
        "fieldwork",
        "1-fieldwork",
        ("clean",),
        ("questionnaires/{instrument}.yml",),
        ("members.csv",),
        only_surveys=True,
    ),
    Stage(
        "themes",
        "2-themes",
        ("clean",),
        ("themes.yml", "approved-quotes.yml", "questionnaires/{instrument}.yml"),
        coding=True,
    ),
    Stage("success", "3-success", ("clean",), ("plan.yml", "questionnaires/{instrument}.yml")),
    Stage(
        "report",
        "4-report",
        ("clean", "themes", "success"),
        ("plan.yml", "themes.yml", "questionnaires/{instrument}.yml"),
    ),
)


@dataclass(frozen=True)
class Across:
    """One notebook across waves.

    Attributes
    ----------
    stage
        Its notebook; the name is also the folder of its pages.
    waves
        The waves it reads; it runs when all of them have clean data.
    title
        Name of its page in the list of reports.
    """

    stage: Stage
    waves: tuple[str, ...]
    title: str


_ACROSS = ("plan.yml", "questionnaires/{instrument}.yml")
ACROSS = (
    Across(
        Stage("compare", "5-compare", ("clean",), _ACROSS, ("standards.yml",)),
        ("poc-2019", "cso-2019", "irm-2016"),
        "Government and civil society side by side",
    ),
    Across(
        Stage("voices", "5-voices", ("clean", "themes"), (*_ACROSS, "themes.yml")),
        ("poc-2019", "cso-2019"),
        "What government and civil society write of",
    ),
    Across(
        Stage("reviewers", "5-reviewers", ("clean",), _ACROSS),
        ("irm-2016", "odb-2014"),
        "Reviewers and experts side by side",
    ),
)
LANGUAGES = ("en",)


def stages_to(last: str | None, *, survey: bool) -> tuple[Stage, ...]:
    """The stages of a wave up to one of them, all by default.

    Parameters
    ----------
    last : str, optional
        Name of the last stage.
    survey : bool
        Whether the wave's rows are people's answers.

    Raises
    ------
    ParameterError
        When no stage has that name.
    """
    names = [stage.name for stage in STAGES]
    if last is not None and last not in names:
        raise ParameterError("no such stage", found=last, expected=", ".join(names))
    until = STAGES if last is None else STAGES[: names.index(last) + 1]
    return tuple(stage for stage in until if survey or not stage.only_surveys)


def check_language(lang: str) -> str:
    """The language, when reports are made in it.

    Raises
    ------
    ParameterError
        When they are not.
    """
    if lang not in LANGUAGES:
        raise ParameterError(
            "reports are not made in that language", found=lang, expected=", ".join(LANGUAGES)
        )
    return lang
