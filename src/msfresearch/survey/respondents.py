"""What a questionnaire and a manifest declare about rows that are people's answers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from msfresearch.survey.source import Identifier, Strict

#: What the platform itself notes of an answer. The reader gives each such column its role.
Role = Literal[
    "response_id",
    "submitted",
    "started",
    "finished",
    "progress",
    "last_page",
    "duration",
    "language",
    "status",
    "collector",
    "ip",
    "email",
    "first_name",
    "last_name",
    "phone",
    "token",
    "external_ref",
    "username",
    "latitude",
    "longitude",
    "administrative",
]
#: Roles that tell who answered: they leave the data when the file is read.
PERSONAL: tuple[Role, ...] = (
    "ip",
    "email",
    "first_name",
    "last_name",
    "phone",
    "token",
    "external_ref",
    "username",
    "latitude",
    "longitude",
)
#: Roles by which two answers are known to be one person's, the surest first.
SAME_PERSON: tuple[Role, ...] = ("token", "email", "external_ref")
#: Columns that screening adds for the items of a questionnaire to read: what is known of how an
#: answer was given, in codes.
PARADATA = (
    "_respondent",
    "_submitted",
    "_language",
    "_written_in",
    "_window",
    "_disposition",
    "_minutes",
    "_straight_lined",
    "_speeding",
    "_late",
)


class Consent(Strict):
    """The item in which a respondent agrees to take part, and the code that says yes."""

    item: Identifier
    given: str


class Respondents(Strict):
    """How rows that are people's answers are screened; every rule is counted.

    Attributes
    ----------
    consent
        Who did not agree is set aside; None where the form did not ask.
    substance
        Items of which at least one has to be answered, lest the row be set aside as empty.
    complete_from, partial_from
        Share of the items that a respondent was asked, from which an answer counts as complete
        or as partial; below, it broke off. All three are kept.
    batteries
        Items asked in a row on one scale: the same answer to all of them is flagged.
    battery_answers
        Answers a battery needs before it can be flagged.
    speeding_below
        Share of the median time of complete answers below which an answer is flagged.
    near_duplicate_from
        Share of equal cells from which two answers of one member are listed as nearly the same,
        though nothing says that one person gave both. They are listed, not set aside.
    """

    consent: Consent | None = None
    substance: tuple[Identifier, ...] = Field(min_length=1)
    complete_from: float = Field(default=0.8, gt=0, le=1)
    partial_from: float = Field(default=0.5, gt=0, le=1)
    batteries: tuple[tuple[Identifier, ...], ...] = ()
    battery_answers: int = Field(default=3, ge=2)
    speeding_below: float = Field(default=0.3, gt=0, lt=1)
    near_duplicate_from: float = Field(default=0.95, gt=0.5, le=1)


class Rules(Strict):
    """What a wave decides about its own rows.

    Attributes
    ----------
    late
        What becomes of an answer after the last window of fieldwork.
    tests
        Ids of answers that are known to be tests and that the platform does not mark.
    """

    late: Literal["set aside", "keep"] = "set aside"
    tests: tuple[str, ...] = ()


class Denominator(Strict):
    """How those who did not answer are distributed, in the codes of the AAPOR.

    Attributes
    ----------
    refusals, noncontacts, other, unknown_eligibility, unknown_other, not_eligible
        Cases beside complete and partial answers, which the data tell themselves.
    eligible
        Share of the unknown cases that is thought eligible (e); from the known ones by default.
    """

    refusals: int = Field(ge=0)
    noncontacts: int = Field(ge=0)
    other: int = Field(default=0, ge=0)
    unknown_eligibility: int = Field(default=0, ge=0)
    unknown_other: int = Field(default=0, ge=0)
    not_eligible: int = Field(default=0, ge=0)
    eligible: float | None = Field(default=None, ge=0, le=1)
    source: str


class Rehearsal(Strict):
    """How a wave is simulated while its real file is awaited."""

    seed: int = Field(ge=0)
    answers: int = Field(ge=10)
    platform: Literal[
        "qualtrics", "surveymonkey", "limesurvey", "kobo", "google_forms", "spss", "plain"
    ]
