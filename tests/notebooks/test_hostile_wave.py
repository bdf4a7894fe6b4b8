"""A wave of which every open answer is an attack: it runs well, and its pages say none of it."""

from __future__ import annotations

import base64
import csv
import html
import io
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from msfresearch.batch.run import Outcome, run
from msfresearch.home import Home
from msfresearch.wave import open_wave
from tests.batch.once import once
from tests.batch.tiny import add_wave
from tests.conftest import INSTRUMENT
from tests.notebooks.checkout import STAGES, Page, copy_checkout, read_pages
from tests.report.sample import payloads
from tests.report.test_hostile import body, naughty, seen

pytestmark = pytest.mark.notebooks
COUNTRIES = ("FRA", "ESP", "GBR", "NAM", "CHL", "GHA", "ITA", "KEN", "PER", "USA", "CAN", "HRV")
# Words of themes around a payload: it is found, counted, and its evidence kept.
ABOUT = "The government gives no feedback and {} there is a lack of funding for small NGOs {}."
SHORTEST = 12


def strings(shared: Path | None) -> list[str]:
    texts = payloads()
    texts += [ABOUT.format(text, text) for text in payloads()]
    texts += naughty(shared) if shared else []
    return list(dict.fromkeys(text for text in texts if text.strip()))


def raw_file(texts: list[str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["id", "country", "agree", "why"])
    names = [f"{number} {text}" for number, text in enumerate(payloads())]
    for number, text in enumerate(texts):
        name = names[number] if number < len(names) else f"n{number}"
        country = COUNTRIES[number % len(COUNTRIES)]
        writer.writerow([name, country, str(number % 5 + 1), text])
    return out.getvalue().encode("utf-8")


def _run(folder: Path, texts: list[str]) -> Outcome:
    home = copy_checkout(folder)
    text = yaml.safe_dump(INSTRUMENT, allow_unicode=True)
    (home.codebook / "questionnaires" / "small.yml").write_text(text, encoding="utf-8")
    add_wave(home, "hostile", raw_file(texts))
    [outcome] = run(home, ["hostile"], to="report")
    return outcome


@pytest.fixture(scope="module")
def ran(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, Outcome]:
    """The payloads of the repository always, the naughty strings where they are at hand."""
    try:
        shared = request.getfixturevalue("shared")
    except pytest.skip.Exception:
        shared = None
    texts = strings(shared)
    folder, outcome = once(tmp_path_factory, "hostile-run", lambda root: _run(root, texts))
    return Home(folder), outcome


@pytest.fixture(scope="module")
def outcome(ran: tuple[Home, Outcome]) -> Outcome:
    return ran[1]


@pytest.fixture(scope="module")
def home(ran: tuple[Home, Outcome]) -> Home:
    return ran[0]


@pytest.fixture(scope="module")
def pages(home: Home) -> dict[str, Page]:
    return read_pages(home, "hostile")


def test_every_notebook_runs_well(outcome: Outcome, pages: dict[str, Page]) -> None:
    assert outcome.error is None
    assert tuple(pages) == STAGES


def test_every_answer_went_in_and_came_out_as_it_was(home: Home) -> None:
    raw = (home.raw / "hostile" / "answers.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(raw, newline="")))
    found = open_wave("hostile", home).table("clean", "answers")
    kept = [text for text in found["why"] if pd.notna(text)]
    missing = set(INSTRUMENT["missing"])
    assert kept == [row["why"] for row in rows if row["why"] not in missing]
    assert list(found["row_id"]) == [row["id"] for row in rows]
    assert len(kept) >= 2 * len(payloads())


def test_themes_were_found_in_them_and_drawn(pages: dict[str, Page]) -> None:
    page = pages["2-themes"]
    shares = page.table("Every theme of the frame").rows
    assert max(int(cells["Answers"].replace(",", "") or 0) for cells in shares) >= len(payloads())
    assert page.markup.count("<figure") >= 2


@pytest.mark.parametrize("stage", STAGES)
def test_a_page_holds_only_listed_markup(pages: dict[str, Page], stage: str) -> None:
    reader = seen(body(pages[stage].markup))
    assert reader.wrong == []
    assert all(
        address.startswith(("data:image/svg+xml;base64,", "#")) for address in reader.addresses
    )


def drawings(markup: str) -> list[str]:
    found = re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', markup)
    return [base64.b64decode(content).decode("utf-8") for content in found]


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("stage", STAGES)
def test_no_answer_can_be_read_on_a_page(home: Home, pages: dict[str, Page], stage: str) -> None:
    markup = pages[stage].markup
    told = one_line(" ".join([html.unescape(markup), pages[stage].text, *drawings(markup)]))
    assert "window.ran" not in told
    raw = (home.raw / "hostile" / "answers.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(raw, newline="")))
    texts = {one_line(row[column]) for row in rows for column in ("id", "why")}
    long = {text for text in texts if len(text) >= SHORTEST}
    assert len(long) >= 2 * len(payloads())
    assert [text for text in long if text in told] == []


def test_the_naughty_strings_were_among_them(home: Home, shared: Path) -> None:
    found = set(open_wave("hostile", home).table("clean", "answers")["why"].dropna())
    assert len(found) > 500
    assert set(naughty(shared)) - set(INSTRUMENT["missing"]) <= found
