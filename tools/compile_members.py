"""Compile ``codebook/members.csv``: the members of the partnership by year, as a frame.

Run it as ``python tools/compile_members.py [MIRROR]``, with the folder that holds copies of the
registered context tables (by default the one that ``MSFRESEARCH_MIRROR`` names). Membership by
year and civil society participation come from those tables, whose fingerprints
``data/raw/context/sources.yml`` holds. Regions and income groups are the World Bank's and stand
below; so do the names of the local members, of which the membership table gives only codes.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from msfresearch.errors import MsfResearchError, SourceError
from msfresearch.files import write_bytes
from msfresearch.home import Home
from msfresearch.survey.context import tidy
from msfresearch.survey.countries import Countries, country_name, load_countries
from msfresearch.survey.fetch import verify
from msfresearch.survey.manifest import ContextSource
from msfresearch.survey.readers.delimited import read_delimited
from msfresearch.wave import load_context

HOME = Home(Path(__file__).resolve().parent.parent)
TARGET = HOME.codebook / "members.csv"
COLUMNS = (
    *("member", "country", "level", "name", "region", "income"),
    *("from_year", "to_year", "cspart"),
)
PARTICIPATING = "OGP Participating"
#: Civil society participation is taken from the year before the surveys.
CSPART_YEAR = 2018

#: Code of a local member to its country and name. The membership table lists members in the
#: order of their English names, and each of these names fits its code and its place in that order.
LOCAL: Mapping[str, tuple[str, str]] = {
    "ARBA": ("ARG", "Buenos Aires"),
    "BRSP": ("BRA", "São Paulo"),
    "CAON": ("CAN", "Ontario"),
    "CONR": ("COL", "Nariño"),
    "ESMD": ("ESP", "Madrid"),
    "ESPV": ("ESP", "Basque Country"),
    "FRPA": ("FRA", "Paris"),
    "GBSC": ("GBR", "Scotland"),
    "GETB": ("GEO", "Tbilisi"),
    "GHST": ("GHA", "Sekondi-Takoradi"),
    "IDBO": ("IDN", "Bojonegoro"),
    "KEEM": ("KEN", "Elgeyo Marakwet"),
    "KRSE": ("KOR", "Seoul"),
    "MXJL": ("MEX", "Jalisco"),
    "NGKD": ("NGA", "Kaduna"),
    "PELL": ("PER", "La Libertad"),
    "PHSC": ("PHL", "South Cotabato"),
    "ROIS": ("ROU", "Iași"),
    "TZKG": ("TZA", "Kigoma"),
    "USAU": ("USA", "Austin"),
}

#: The World Bank's regions, as of 24 January 2023. Read from the help files of wbopendata,
#: repository jpazvd/wbopendata, commit 00ec6ba; the regions of the Open Data Barometer 2014 agree.
REGIONS: Mapping[str, str] = {
    "east_asia_pacific": "AUS IDN KOR MNG NZL PHL PNG",
    "europe_central_asia": (
        "ALB ARM AZE BGR BIH CZE DEU DNK ESP EST FIN FRA GBR GEO GRC HRV IRL ITA KGZ LTU LUX LVA "
        "MDA MKD MNE NLD NOR PRT ROU SRB SVK SWE UKR"
    ),
    "latin_america_caribbean": (
        "ARG BRA CHL COL CRI DOM ECU GTM HND JAM MEX PAN PER PRY SLV TTO URY"
    ),
    "middle_east_north_africa": "ISR JOR MAR MLT TUN",
    "north_america": "CAN USA",
    "south_asia": "AFG LKA PAK",
    "sub_saharan_africa": "BFA CIV CPV GHA KEN LBR MWI NGA SEN SLE SYC TZA ZAF",
}
#: The World Bank's income groups from July 2019 on (by income of 2018), as its interface gave them
#: on 13 April 2020: same repository, commit bc8c792.
INCOME: Mapping[str, str] = {
    "low": "AFG BFA LBR MWI SLE TZA",
    "lower_middle": ("CIV CPV GHA HND IDN KEN KGZ MAR MDA MNG NGA PAK PHL PNG SEN SLV TUN UKR"),
    "upper_middle": (
        "ALB ARG ARM AZE BGR BIH BRA COL CRI DOM ECU GEO GTM JAM JOR LKA MEX MKD MNE PER PRY ROU "
        "SRB ZAF"
    ),
    "high": (
        "AUS CAN CHL CZE DEU DNK ESP EST FIN FRA GBR GRC HRV IRL ISR ITA KOR LTU LUX LVA MLT NLD "
        "NOR NZL PAN PRT SVK SWE SYC TTO URY USA"
    ),
}


def members(membership: pd.DataFrame, cspart: Mapping[str, float]) -> list[list[str]]:
    """One row per member that the table has in any year.

    Parameters
    ----------
    membership : DataFrame
        The membership table as text: country code, year and whether it participated (0 or 1).
    cspart : mapping
        Country (ISO 3166 alpha-3) to its index of civil society participation, 0 to 1.

    Returns
    -------
    list of rows
        In the order of ``COLUMNS``; ``to_year`` is blank for a member of the table's last year.

    Raises
    ------
    SourceError
        When a code is no member's, membership was interrupted, or a group is not known.
    """
    years = membership["Year"].astype(int)
    rows = []
    for code, taking_part in years[membership[PARTICIPATING] == "1"].groupby(
        membership["Country Code"]
    ):
        first, last = int(taking_part.min()), int(taking_part.max())
        if len(taking_part) != last - first + 1:
            raise SourceError(
                "a membership that was interrupted",
                column=PARTICIPATING,
                found=f"{code}: {', '.join(map(str, taking_part))}",
                expected="years in a row",
                action="decide which years count before the frame is made",
            )
        local = str(code) in LOCAL
        country, name = LOCAL[str(code)] if local else (str(code), country_name(str(code)))
        level = "local" if local else "national"
        rows.append(
            [
                ":".join([country, level, *([_slug(name)] if local else [])]),
                *(country, level, name),
                *(_group(country, groups) for groups in (REGIONS, INCOME)),
                *(str(first), "" if last == years.max() else str(last)),
                f"{cspart[country]:g}" if country in cspart else "",
            ]
        )
    return sorted(rows)


def _group(country: str, groups: Mapping[str, str]) -> str:
    found = [group for group, countries in groups.items() if country in countries.split()]
    if len(found) != 1:
        raise SourceError(
            "a country without its group", found=country, expected=" or ".join(groups)
        )
    return found[0]


def _slug(name: str) -> str:
    """A name in lower-case letters without accents, words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z]+", "-", plain.lower()).strip("-")


def _registered(table: str, mirror: Path) -> tuple[ContextSource, pd.DataFrame, Path]:
    (source,) = (source for source in load_context(HOME).sources if source.table == table)
    path = mirror / (source.mirror_file or source.name)
    verify(source, path)
    return source, read_delimited(path, source.layout), path


def _cspart(mirror: Path, countries: Countries) -> dict[str, float]:
    table, _ = tidy(*_registered("vdem", mirror)[:2], countries, mirror)
    year = table[table["year"] == CSPART_YEAR].set_index("country")
    return {str(k): float(v) for k, v in year["vdem_civil_society_participation"].dropna().items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Compile the frame; returns the exit code."""
    parser = argparse.ArgumentParser(description="Compile codebook/members.csv.")
    parser.add_argument(
        "mirror",
        nargs="?",
        default=os.environ.get("MSFRESEARCH_MIRROR") or None,
        type=Path,
        help="folder with copies of the context tables (default: MSFRESEARCH_MIRROR)",
    )
    parser.add_argument("--into", type=Path, default=TARGET, help="file to write")
    options = parser.parse_args(arguments)
    if options.mirror is None:
        parser.error("no folder given and MSFRESEARCH_MIRROR is not set")
    try:
        countries = load_countries(HOME.codebook / "countries.yml")
        _, membership, _ = _registered("membership", options.mirror)
        rows = members(membership, _cspart(options.mirror, countries))
        stream = io.StringIO(newline="")
        csv.writer(stream, lineterminator="\n").writerows([COLUMNS, *rows])
        write_bytes(options.into, stream.getvalue().encode("utf-8"))
    except MsfResearchError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    local = sum(row[2] == "local" for row in rows)
    print(f"{options.into.name}: {len(rows)} members, {local} of them local")
    return 0


if __name__ == "__main__":
    sys.exit(main())
