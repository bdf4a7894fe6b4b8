"""A platform's export into rows of answers: read, matched, parted from personal data, screened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from msfresearch.survey.absent import asked_table, clean_names, with_absent
from msfresearch.survey.countries import Countries
from msfresearch.survey.manifest import Manifest
from msfresearch.survey.questionnaire import Questionnaire, Table
from msfresearch.survey.readers.export import Step
from msfresearch.survey.respondents import PARADATA
from msfresearch.survey.source import Platform, Source

if TYPE_CHECKING:
    from msfresearch.survey.secret import Secret


@dataclass(frozen=True)
class Intake:
    """What became of an export before its cells were converted.

    Attributes
    ----------
    platform, reason
        Who wrote the file, and by what that was recognised.
    raw : DataFrame
        Rows that are kept, in the questionnaire's codes, without personal data.
    absent : tuple of str
        Clean columns of items that this form did not have; they are empty in ``raw``.
    pairs : DataFrame
        Which column met which item, and how.
    account : tuple of Step
        What reading and matching did.
    unread
        Tables of the file that no questionnaire asks for: name to rows.
    masked : DataFrame
        Personal data that were split off: kind, column, number.
    recoded : DataFrame
        Texts beside "other" that a reviewed table gave a code.
    set_aside : DataFrame
        Rows that are not analysed: line, respondent, rule, detail.
    listed : DataFrame
        Rows that are kept though something about them is odd.
    screened : DataFrame
        The rules of screening with rows before and after.
    restricted : DataFrame
        The personal data themselves; they go into the restricted file and nowhere else. Those of
        people who did not agree to take part are not among them.
    """

    platform: Platform
    reason: str
    raw: pd.DataFrame
    absent: tuple[str, ...]
    pairs: pd.DataFrame
    account: tuple[Step, ...]
    unread: dict[str, int]
    masked: pd.DataFrame
    recoded: pd.DataFrame
    set_aside: pd.DataFrame
    listed: pd.DataFrame
    screened: pd.DataFrame
    restricted: pd.DataFrame


def take_in(
    source: Source,
    path: Path,
    structure: Path | None,
    recodes: Path,
    questionnaire: Questionnaire,
    manifest: Manifest,
    secret: Secret,
    countries: Countries,
) -> Intake:
    """Take an export in.

    Parameters
    ----------
    source : Source
        What the manifest says of it.
    path, structure : Path
        The export, and the survey's structure beside it where there is one.
    recodes : Path
        The reviewed table of texts beside "other".
    questionnaire, manifest, secret
        Of the wave.
    countries
        Spellings of countries.

    Raises
    ------
    SourceError
        When the file cannot be read, or its columns do not meet the items.
    AnswerError
        When a cell is no answer of its item.
    """
    from msfresearch.survey.matching import match
    from msfresearch.survey.privacy import split_personal
    from msfresearch.survey.readers import read_export
    from msfresearch.survey.recodes import load_recodes, recode
    from msfresearch.survey.screening import forget_refused, screen

    whole = questionnaire.tables[source.table]
    absent = source.export.absent
    table = asked_table(whole, absent, path)
    export = read_export(path, source.export, source.layout, structure)
    matched = match(export, table, questionnaire, source, path)
    reviewed = load_recodes(recodes, table, questionnaire)
    raw, recoded = recode(matched.raw, reviewed, table)
    raw, named = _by_code(raw, table, countries)
    split = split_personal(raw, table, secret, manifest.id, manifest.rules.tests)
    screened = screen(split.raw, table, questionnaire, manifest)
    return Intake(
        platform=export.platform,
        reason=export.reason,
        raw=with_absent(_read_by_items(screened.raw, whole), whole),
        absent=clean_names(whole, absent),
        pairs=matched.pairs,
        account=(*export.account, *matched.account, named),
        unread=dict(export.unread),
        masked=split.counts,
        recoded=recoded,
        set_aside=screened.set_aside,
        listed=screened.listed,
        screened=screened.log,
        restricted=forget_refused(split.restricted, screened),
    )


def _by_code(raw: pd.DataFrame, table: Table, countries: Countries) -> tuple[pd.DataFrame, Step]:
    """Countries by their ISO code: a member spelt in two ways is one when rows are compared.

    A name that nobody knows stays: cleaning refuses it by its line.
    """
    made = 0
    for column in (str(item.column) for item in table.items if item.type == "country"):
        names = raw[column].str.strip()
        known = {name: code for name, code in countries.by_name(names.unique()).items() if code}
        codes = names.map(known).astype("str").fillna(raw[column])
        made += int((codes != raw[column]).sum())
        raw = raw.assign(**{column: codes.astype("str")})
    return raw, Step("country names written as ISO 3166 codes", made)


def _read_by_items(raw: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The rows without what is known of an answer and no item of the questionnaire asks for."""
    return raw.drop(columns=[name for name in PARADATA if name not in table.columns()])
