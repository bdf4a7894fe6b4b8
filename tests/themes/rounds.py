"""A repository whose waves hold a few open answers, and people who code them."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from msfresearch.home import HOME_VARIABLE, Home
from msfresearch.themes.desk.codes import Code, format_codes
from msfresearch.themes.desk.seen import keep_seen
from msfresearch.themes.folders import coding_folder
from msfresearch.themes.study import Study, study
from msfresearch.wave import Wave, open_wave
from tests.conftest import GOOD, HOME, INSTRUMENT, WORDS, Said, manifest_of
from tests.themes.desk.small import FRAME, LANGUAGES, THEMES, fill, logged

#: Per theme the word that its pattern knows, and others that mean the same.
SAID = {
    "tokenism": ("tokenism", "decoration", "ornament"),
    "outreach": ("outreach", "leaflets", "posters"),
    "funding": ("funding", "money", "purse"),
    "trust": ("trust", "faith", "confidence"),
}
PLACES = ("north", "south", "east", "west", "coast", "hills", "river")
Codes = Mapping[str, Iterable[str]]


def answers(n: int = 90, members: int = 16) -> pd.DataFrame:
    """Answers of one theme each, every fifth of none; each text its own."""
    return pd.DataFrame(
        {
            "answer_id": [f"answers:r{at}:why" for at in range(n)],
            "text": [_text(at) for at in range(n)],
            "language": [LANGUAGES[at % 3] for at in range(n)],
            "member": [f"M{at % members}" for at in range(n)],
        }
    )


def meant(given: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """What a coder who reads well finds, by answer."""
    texts = zip(given["answer_id"], given["text"], strict=True)
    return {
        answer_id: tuple(
            theme for theme, words in SAID.items() if any(word in text for word in words)
        )
        for answer_id, text in texts
    }


def _text(at: int) -> str:
    theme = at % 5
    word = "weather" if theme == 4 else SAID[list(THEMES)[theme]][at // 5 % 3]
    return f"In the {PLACES[at % 7]} we saw the {word} of item{at}."


def decide(
    folder: Path, given: pd.DataFrame, coder: str, codes: Codes, draw: str = "random"
) -> None:
    """Write a coder's decisions, and keep the answers as the coder saw them."""
    rows = [(one, format_codes(map(Code, found))) for one, found in codes.items()]
    if rows:
        logged(folder, *rows, coder=coder, draw=draw)
    keep_seen(folder, given[given["answer_id"].isin(list(codes))])


def first(given: pd.DataFrame, n: int, step: int = 1) -> dict[str, tuple[str, ...]]:
    """What is meant by every so-manieth answer, ``n`` of them."""
    return dict(list(meant(given).items())[::step][:n])


def studied(folder: Path, given: pd.DataFrame) -> Study:
    return study(given, FRAME, folder, {})


def make_home(root: Path, *waves: str) -> Home:
    """A repository with the small frame, and waves of a small instrument in three languages."""
    home = Home(root)
    (home.codebook / "questionnaires").mkdir(parents=True)
    (home.codebook / "themes.yml").write_text(
        yaml.safe_dump(FRAME.model_dump(mode="json", by_alias=True)), encoding="utf-8"
    )
    (home.codebook / "countries.yml").write_bytes((HOME / "codebook/countries.yml").read_bytes())
    instrument = copy.deepcopy(INSTRUMENT)
    levels = [{"code": one, "value": one, "label": WORDS} for one in LANGUAGES]
    instrument["scales"]["language"] = {"levels": levels}
    *items, why = instrument["tables"]["answers"]["items"]
    lang = {"id": "lang", "type": "single", "scale": "language", "label": WORDS, "column": "lang"}
    why = {name: value for name, value in why.items() if name != "language"}
    items += [lang, why | {"language_item": "lang"}]
    instrument["tables"]["answers"]["items"] = items
    (home.codebook / "questionnaires" / "small.yml").write_text(
        yaml.safe_dump(instrument), encoding="utf-8"
    )
    for wave in waves:
        folder = home.raw / wave
        folder.mkdir(parents=True)
        manifest = manifest_of(GOOD.encode(), wave, languages=list(LANGUAGES))
        (folder / "wave.yml").write_text(yaml.safe_dump(manifest), encoding="utf-8")
        (folder / "answers.csv").write_bytes(GOOD.encode())
    return home


def clean(home: Home, wave: str, given: pd.DataFrame) -> Wave:
    """A wave whose first stage left these answers."""
    opened = open_wave(wave, home)
    table = pd.DataFrame(
        {
            "row_id": given["answer_id"].str.split(":").str[1],
            "country": given["member"],
            "lang": given["language"],
            "why": given["text"],
        }
    )
    opened.save("clean", {"answers": table}, {"status": opened.manifest.status})
    return opened


def as_rehearsal(wave: Wave) -> Wave:
    """The same wave, were its answers simulated."""
    told = replace(wave, manifest=wave.manifest.model_copy(update={"status": "rehearsal"}))
    told.save("clean", wave.clean_tables(), {"status": "rehearsal"})
    return told


def code_wave(wave: Wave, coder: str, codes: Codes, draw: str = "random") -> None:
    decide(coding_folder(wave), wave.open_answers(), coder, codes, draw)


def filled(path: Path, decided: Callable[[str], Iterable[str]]) -> Path:
    """Fill in a workbook as a coder would who decides by the text of each answer."""
    import openpyxl

    page = openpyxl.load_workbook(path).worksheets[0]
    texts = [str(row[2].value) for row in page.iter_rows(min_row=2)]
    return fill(path, {at: tuple(decided(text)) or ("none",) for at, text in enumerate(texts)})


def by_word(text: str) -> tuple[str, ...]:
    """What a coder who reads well finds in a text."""
    return tuple(theme for theme, words in SAID.items() if any(word in text for word in words))


def written(said: Said) -> Path:
    """The file that a command says it wrote."""
    found = re.search(r"^Written: (.+)$", said.out, re.MULTILINE)
    assert found is not None
    return Path(found[1])


def refused(said: Said, told: str) -> None:
    """Check that a command told an error and did nothing else."""
    assert said.code == 1
    assert told in said.err
    assert said.out == ""


def plain_home(root: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A repository that commands find; the coder quick, what they print without colours."""
    home = make_home(root, "small", "raw-alone")
    monkeypatch.setenv(HOME_VARIABLE, str(home.root))
    monkeypatch.setattr("msfresearch.themes.coder.vectors.available", lambda: False)
    for variable in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE"):
        monkeypatch.delenv(variable, raising=False)
    return home


def coded_by_two(wave: Wave) -> Wave:
    """Let two people code thirty answers and differ on the first two."""
    given = wave.open_answers()
    code_wave(wave, "ana", first(given, 30))
    one, other, *_ = given["answer_id"]
    code_wave(wave, "zoe", first(given, 30) | {one: [], other: ["trust"]})
    return wave
