"""Who answers: members of the frame, how likely each answers, and who did, when, in what tongue."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from msfresearch.errors import ManifestError
from msfresearch.survey.manifest import Manifest
from msfresearch.survey.rehearsal.world import (
    MEMBER_SD,
    Array,
    income_effect,
    level_effect,
    normal,
    region_effect,
)

#: Countries whose respondents write Spanish or French; the others write English.
SPANISH = frozenset(
    {"ARG", "BOL", "CHL", "COL", "CRI", "CUB", "DOM", "ECU", "ESP", "GTM", "HND", "MEX"}
    | {"NIC", "PAN", "PER", "PRY", "SLV", "URY", "VEN"}
)
FRENCH = frozenset(
    {"BEN", "BFA", "BDI", "CAF", "CIV", "CMR", "COD", "COG", "FRA", "GAB", "GIN", "HTI"}
    | {"LUX", "MAR", "MDG", "MLI", "NER", "SEN", "TCD", "TGO", "TUN"}
)
#: Share of the answers that comes in the first window, where there are several.
FIRST_WINDOW = 0.6
#: Answers that one member of a population gives at most, unless more are asked for.
MOST = {"government": 1}
MOST_OTHERS = 6


@dataclass(frozen=True)
class People:
    """The population of a wave and those of it who answered.

    Attributes
    ----------
    units : DataFrame
        One row per unit of the frame: its columns, ``systematic`` (region, income and level on
        the latent scale), ``state`` (the member's own), ``places`` (answers it can give) and
        ``chance`` (that each of them is given).
    respondents : DataFrame
        One row per answer: ``unit`` (row of ``units``), ``window`` (from 1), ``day``, ``language``.
    """

    units: pd.DataFrame
    respondents: pd.DataFrame


def generator(seed: int, *parts: str) -> np.random.Generator:
    """The stream of random numbers of a seed that belongs to a part of the rehearsal."""
    key = tuple(zlib.crc32(part.encode()) for part in parts)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def units_of(manifest: Manifest, frame: pd.DataFrame, seed: int, answers: int) -> pd.DataFrame:
    """The frame with each unit's latent state and its chance to answer.

    Parameters
    ----------
    manifest : Manifest
        Says who is asked.
    frame : DataFrame
        ``member``, ``country``, ``level``, ``region``, ``income``, ``cspart`` (may be missing)
        and ``n_members``; one row per unit.
    seed : int
        Two waves with one seed have members of one state.
    answers : int
        How many are expected.

    Returns
    -------
    DataFrame
        See :class:`People`. The chance depends on region and civic space, the latent view on
        region, income, level and the member, so that margins of the frame can repair what the
        response distorts.
    """
    units = frame.reset_index(drop=True).copy()
    units["systematic"] = [
        region_effect(region) + income_effect(income) + level_effect(level)
        for region, income, level in zip(units.region, units.income, units.level, strict=True)
    ]
    # A stream for each member: the order and the size of the frame change nobody's state.
    units["state"] = [
        MEMBER_SD * float(generator(seed, "member", member).standard_normal())
        for member in units.member
    ]
    most = MOST.get(manifest.population, MOST_OTHERS)
    members = int(units.n_members.sum())
    if answers > 0.9 * most * members:
        most = -(-2 * answers // members)
    units["places"] = units.n_members.astype("int64") * most
    units["chance"] = _chances(units, answers)
    return units


def _chances(units: pd.DataFrame, answers: int) -> Array:
    """Logistic in region and civic space, with the intercept that gives the wanted number."""
    space = pd.Series(units.cspart.to_numpy(dtype="float64", na_value=np.nan))
    spread = float(space.std(ddof=0))
    standard = ((space - space.mean()) / spread if spread > 0 else space * 0).fillna(0.0)
    regions = [2.0 * region_effect(one) + 0.3 * normal("answers", one) for one in units.region]
    drive = np.asarray(regions) + 0.5 * standard.to_numpy()
    places = units.places.to_numpy(dtype="float64")
    low, high = -20.0, 20.0
    for _ in range(80):
        middle = (low + high) / 2
        expected = float((places / (1 + np.exp(-(middle + drive)))).sum())
        low, high = (middle, high) if expected < answers else (low, middle)
    return np.asarray(1 / (1 + np.exp(-(low + drive))))


def window_shares(manifest: Manifest) -> Array:
    """Share of the answers that each window of fieldwork brings."""
    later = len(manifest.fieldwork) - 1
    if not later:
        return np.ones(1)
    return np.array([FIRST_WINDOW, *[(1 - FIRST_WINDOW) / later] * later])


def people_of(manifest: Manifest, units: pd.DataFrame, seed: int) -> People:
    """Draw who answers, in which window and on which day, and in which language."""
    rng = generator(seed, manifest.id, "people")
    counts = rng.binomial(units.places.to_numpy(), units.chance.to_numpy())
    unit = np.repeat(np.arange(len(units)), counts)
    n = len(unit)
    window = rng.choice(len(manifest.fieldwork), size=n, p=window_shares(manifest)) + 1
    # Most answer soon after they are asked.
    soon = rng.beta(1.0, 2.5, size=n)
    starts = np.array([first_day(w.start).toordinal() for w in manifest.fieldwork])
    ends = np.array([last_day(w.end).toordinal() for w in manifest.fieldwork])
    length = ends - starts + 1
    ordinal = starts[window - 1] + np.floor(soon * length[window - 1]).astype("int64")
    spoken = [language_of(country, manifest) for country in units.country]
    # One in twelve prefers a language that is not the usual one of the country.
    other = rng.random(n) < 1 / 12
    drawn = rng.integers(0, len(manifest.languages), size=n)
    language = [
        manifest.languages[pick] if changes else spoken[row]
        for row, changes, pick in zip(unit.tolist(), other.tolist(), drawn.tolist(), strict=True)
    ]
    respondents = pd.DataFrame(
        {
            "unit": unit,
            "window": window,
            "day": [date.fromordinal(int(one)) for one in ordinal],
            "language": pd.Series(language, dtype="str"),
        }
    )
    return People(units, respondents)


def language_of(country: str, manifest: Manifest) -> str:
    """The language in which a country's respondents are addressed."""
    usual = "es" if country in SPANISH else "fr" if country in FRENCH else "en"
    return usual if usual in manifest.languages else manifest.languages[0]


def first_day(partial: str) -> date:
    """The first day of a year, a month or a day as a manifest writes them."""
    parts = [int(part) for part in partial.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)


def last_day(partial: str) -> date:
    """The last day of a year, a month or a day as a manifest writes them."""
    parts = [int(part) for part in partial.split("-")]
    if len(parts) == 3:
        return date(*parts)
    year, month = (parts[0], parts[1]) if len(parts) == 2 else (parts[0], 12)
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def checked_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame, when it has the columns a rehearsal needs.

    Raises
    ------
    ManifestError
        When a column or every row is missing.
    """
    needed = ("member", "country", "level", "region", "income", "cspart", "n_members")
    absent = [name for name in needed if name not in frame.columns]
    if absent or frame.empty:
        raise ManifestError(
            "not a frame of members",
            column=absent[0] if absent else None,
            found=", ".join(map(str, frame.columns)) or "no rows",
            expected=", ".join(needed),
            action="give one row per unit of country and level, as the frame's units are",
        )
    return frame[list(needed)]
