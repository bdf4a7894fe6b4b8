"""Cells disturbed as real ones are: rows that stay, and what cleaning has to make of them."""

from __future__ import annotations

import gettext
from datetime import timedelta

import numpy as np
import pandas as pd

from msfresearch.survey.rehearsal.dirt import Ground
from msfresearch.survey.rehearsal.sentences import CONTACTS

#: Share of the median time in which a speeder is through, of the share that is flagged.
_FASTER = 0.4
_FORMULAS = ("=", "+", "-")


def cells_disturbed(ground: Ground) -> None:
    """Disturb cells of rows that are kept; ``ground`` is changed in place."""
    _straight(ground)
    if "duration" in ground.tells:
        _fast(ground)
    _texts(ground)
    if "names" in ground.tells:
        _countries(ground)


def _straight(ground: Ground) -> None:
    """One answer throughout a battery."""
    world = ground.simulated.world
    rules = world.table.respondents
    for battery in rules.batteries if rules else ():
        assert rules is not None
        items = [one for one in battery if one in world.laws]
        common = [
            code
            for code in world.laws[items[0]].codes
            if all(code in world.laws[one].codes for one in items)
        ]
        given = (ground.cells[items] != "").sum(axis=1) >= rules.battery_answers
        complete = ground.notes["disposition"] == "complete"
        for row in ground.pick(ground.rows(given & complete)) if common else []:
            code = common[int(ground.rng.integers(len(common)))]
            filled = [one for one in items if ground.cell(row, one)]
            for one in filled:
                ground.answer(row, one, code)
            ground.note(row, "straight-lined", ", ".join(filled), "kept, flagged")


def _fast(ground: Ground) -> None:
    """Through the form in a fraction of the usual time."""
    rules = ground.simulated.world.table.respondents
    if rules is None:
        return
    complete = ground.rows(ground.notes["disposition"] == "complete")
    usual = float(ground.notes.loc[complete, "seconds"].median())
    seconds = max(6, 6 * round(_FASTER * rules.speeding_below * usual / 6))
    for row in ground.pick(complete):
        sent = pd.Timestamp(str(ground.notes.at[row, "sent"]))
        ground.notes.at[row, "seconds"] = seconds
        ground.notes.at[row, "started"] = sent - timedelta(seconds=seconds)
        ground.notes.at[row, "speeding"] = True
        ground.note(row, "speeding", "", "kept, flagged")


def _texts(ground: Ground) -> None:
    """Contacts, formulas, quotes and line ends in open answers; other languages."""
    opens = [item.id for item in ground.simulated.world.asked if item.type == "text"]
    written = ground.notes["written_in"].tolist()
    for number, name in enumerate(opens):
        given = ground.rows(ground.cells[name] != "")
        rows = ground.pick(given, 3 * ground.many)
        for place, row in enumerate(rows):
            said = ground.cell(row, name)
            kind = (place + number) % 3
            if kind == 0:
                choices = CONTACTS[written[row]]
                raw, masked = choices[int(ground.rng.integers(len(choices)))]
                ground.answer(row, name, said + raw, said + masked)
                ground.note(row, "contact in an open answer", name, "masked")
                continue
            if kind == 1:
                said = f"{_FORMULAS[row % len(_FORMULAS)]}{said}"
                rule = "formula-looking cell"
            else:
                said = f'{said}\nOr, as we say: "half; a, half"'
                rule = "line end, quotes and delimiters in a cell"
            ground.answer(row, name, said)
            ground.note(row, rule, name, "kept as written")
    language = ground.notes["language"]
    for row in ground.rows(ground.notes["written_in"] != language).tolist():
        if opens and (ground.cells.loc[row, opens] != "").any():
            ground.note(row, "written in another language", ", ".join(opens), "kept, detected")


def _countries(ground: Ground) -> None:
    """Countries by name, each respondent's in the own language; some by code or in capitals."""
    for name, part in ground.simulated.world.given.items():
        if part != "country":
            continue
        cells = ground.cells[name].tolist()
        language = ground.notes["language"].tolist()
        names = {pair: _spelt(*pair) for pair in set(zip(cells, language, strict=True))}
        ground.cells[name] = pd.Series(
            [names[pair] for pair in zip(cells, language, strict=True)], dtype="str"
        )
        for place, row in enumerate(ground.pick(np.arange(len(cells)), 3 * ground.many)):
            other = _otherwise(cells[row], place)
            ground.cells.at[row, name] = other
            ground.note(row, "country spelt otherwise", name, cells[row])


def _spelt(code: str, language: str) -> str:
    """A country's name in a language; the code itself where ISO 3166 has no such country."""
    import pycountry

    country = pycountry.countries.get(alpha_3=code)
    if country is None:
        return code
    english = str(getattr(country, "common_name", country.name))
    if language == "en":
        return english
    words = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
    return words.gettext(english)


def _otherwise(code: str, place: int) -> str:
    import pycountry

    country = pycountry.countries.get(alpha_3=code)
    if country is None:
        return f" {code} "
    official = str(getattr(country, "official_name", country.name))
    return (code, str(country.alpha_2), str(country.name).upper(), official, f" {country.name} ")[
        place % 5
    ]
