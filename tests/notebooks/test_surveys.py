"""The two surveys and the comparison, from rehearsal to page: whole, marked, and about nobody."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from msfresearch.batch.run import Outcome, run
from msfresearch.batch.site import write_index
from msfresearch.home import Home
from msfresearch.report.wording import say
from msfresearch.wave import open_wave
from tests.batch.once import once
from tests.batch.tiny import snapshot
from tests.browser.test_pages import opened
from tests.conftest import HOME
from tests.notebooks.checkout import copy_checkout
from tests.survey.arrived import told

pytestmark = pytest.mark.notebooks

SURVEYS = ("poc-2019", "cso-2019")
STAGES = ("1-clean", "1-fieldwork", "2-themes", "3-success", "4-report")
PAGES = [
    *((wave, page) for wave in SURVEYS for page in STAGES),
    ("compare", "5-compare"),
    ("voices", "5-voices"),
]
LARGEST = 400_000
MARK = say("rehearsal alt", "en", alt="").strip()
#: The paper of the stamp: letters are drawn as outlines, which nobody can search.
STAMP = "#fff3cd"

each_page = pytest.mark.parametrize(("owner", "name"), PAGES)


def _run_all(folder: Path) -> list[Outcome]:
    home = copy_checkout(folder)
    outcomes = run(home, [*SURVEYS, "irm-2016"])
    write_index(home, "en")
    return outcomes


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[Outcome]]:
    """A checkout in which both surveys, the reviewers' wave and the comparison ran once."""
    folder, outcomes = once(tmp_path_factory, "surveys-run", _run_all)
    return Home(folder), outcomes


@pytest.fixture(scope="module")
def home(ran: tuple[Home, list[Outcome]]) -> Home:
    return ran[0]


def path_of(home: Home, owner: str, name: str) -> Path:
    return home.reports / owner / "en" / f"{name}.html"


def markup(home: Home, owner: str, name: str) -> str:
    return path_of(home, owner, name).read_text(encoding="utf-8")


def figures(text: str) -> list[tuple[str, str]]:
    """Alternative text and drawing of every figure of a page."""
    found = []
    for tag in re.findall(r"<img\b[^>]*>", text):
        alt = re.search(r'\balt="([^"]*)"', tag)
        drawing = re.search(r'\bsrc="data:image/svg\+xml;base64,([^"]*)"', tag)
        assert drawing is not None
        drawn = base64.b64decode(drawing[1]).decode("utf-8")
        found.append((html.unescape(alt[1]) if alt else "", drawn))
    return found


def test_both_surveys_and_the_comparison_run_by_rehearsal(
    ran: tuple[Home, list[Outcome]],
) -> None:
    by_owner = {outcome.owner: outcome for outcome in ran[1]}
    assert [one.error for one in ran[1]] == [None] * len(ran[1])
    for wave in SURVEYS:
        assert by_owner[wave].ran == ("clean", "fieldwork", "themes", "success", "report")
        assert open_wave(wave, ran[0]).manifest.status == "rehearsal"
    assert by_owner["compare"].ran == ("compare",)
    assert by_owner["voices"].ran == ("voices",)


@each_page
def test_a_page_is_there_and_small_enough_to_be_sent(home: Home, owner: str, name: str) -> None:
    size = path_of(home, owner, name).stat().st_size
    assert 10_000 < size < LARGEST


@each_page
def test_a_page_says_rehearsal_in_its_title_and_its_banner(
    home: Home, owner: str, name: str
) -> None:
    text = markup(home, owner, name)
    [banner] = re.findall(r'<p class="rehearsal">(.*?)</p>', text, re.DOTALL)
    assert say("rehearsal banner", "en") in html.unescape(banner)
    [title] = re.findall(r"<title>(.*?)</title>", text, re.DOTALL)
    assert "rehearsal" in title.casefold()


@each_page
def test_every_figure_says_rehearsal_to_those_who_see_it_and_those_who_do_not(
    home: Home, owner: str, name: str
) -> None:
    found = figures(markup(home, owner, name))
    assert len(found) >= 2
    for alt, drawing in found:
        assert alt.startswith(MARK)
        assert len(alt) > len(MARK) + 20
        assert STAMP in drawing


def test_a_real_wave_beside_them_is_not_marked(home: Home) -> None:
    text = markup(home, "irm-2016", "4-report")
    assert 'class="rehearsal"' not in text
    assert not any(alt.startswith(MARK) or STAMP in drawn for alt, drawn in figures(text))


def test_the_list_of_reports_marks_the_rehearsals_and_leads_to_every_page(home: Home) -> None:
    text = (home.reports / "index.html").read_text(encoding="utf-8")
    assert text.count('<strong class="mark">rehearsal') >= 2
    for owner, name in PAGES:
        assert f'href="{owner}/en/{name}.html"' in text


@each_page
def test_no_page_names_a_member_beside_its_answers(home: Home, owner: str, name: str) -> None:
    members = pd.read_csv(home.codebook / "members.csv", dtype=str, keep_default_na=False)
    text = markup(home, owner, name)
    shown = html.unescape(re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL))
    shown += " ".join(part for figure in figures(text) for part in figure)
    assert re.findall(r"\b[A-Z]{3}:(?:national|local)", shown) == []
    if name == "1-fieldwork":  # who is heard may be told there, not what was said
        return
    for wave in SURVEYS:  # a citation names governments
        for source in open_wave(wave, home).manifest.sources:
            shown = " ".join(shown.split()).replace(" ".join(source.citation.split()), "")
    named = {one for one in (*members["member"], *members["name"]) if one and one in shown}
    coded = set(re.findall(r"\b[A-Z]{3}\b", shown)) & set(members["country"])
    assert (named, coded) == (set(), set())


@pytest.fixture(scope="module")
def said(home: Home) -> dict[str, str]:
    """What each file says that was made from the simulated exports."""
    return {
        path.relative_to(home.root).as_posix(): told(path)
        for place in (home.processed, home.reports, home.restricted)
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("wave", SURVEYS)
def test_nobody_who_was_simulated_stands_in_anything_that_was_made(
    home: Home, said: dict[str, str], wave: str
) -> None:
    folder = home.rehearsals / wave
    [export] = folder.glob("*.csv")
    text = export.read_text(encoding="utf-8-sig")
    known = pd.read_csv(folder / "truth" / "personal.csv", dtype=str)
    people = {one for one in known["value"] if one in text}
    people |= set(re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text))
    people |= set(re.findall(r"\+?[0-9][0-9 ().-]*555[0-9 .-]*[0-9]", text))
    assert len(people) > 75
    assert any("555" in one for one in people)
    assert len(said) > 60
    wrong = {(name, one) for name, words in said.items() for one in people if one in words}
    assert wrong == set()


def test_a_run_leaves_the_notebooks_as_they_are_kept(home: Home) -> None:
    kept = {
        name: content
        for name, content in snapshot(HOME / "notebooks").items()
        if "/" not in name and name.endswith(".ipynb")
    }
    assert {name: snapshot(home.notebooks)[name] for name in kept} == kept


@pytest.mark.browser
@pytest.mark.parametrize(
    ("owner", "name"),
    [("poc-2019", "1-fieldwork"), ("cso-2019", "1-fieldwork"), ("compare", "5-compare")],
)
def test_on_a_phone_no_rule_of_accessibility_is_broken_and_nothing_scrolls_sideways(
    browser: Browser, home: Home, owner: str, name: str
) -> None:
    page, _, _ = opened(
        browser,
        path_of(home, owner, name),
        bypass_csp=True,
        viewport={"width": 360, "height": 900},
    )
    found = Axe().run(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.context.close()
    broken = [
        (rule["id"], [node["html"][:120] for node in rule["nodes"]])
        for rule in found.response["violations"]
    ]
    assert broken == []
    assert len(found.response["passes"]) > 15
    assert wide <= 360


def _hashes(home: Home) -> dict[str, str]:
    places = (home.processed, home.reports, home.restricted, home.rehearsals)
    return {
        f"{place.name}/{name}": hashlib.sha256(content).hexdigest()
        for place in places
        for name, content in snapshot(place).items()
    }


@pytest.mark.slow
def test_a_second_run_by_force_gives_the_same_bytes(
    home: Home, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def again(folder: Path) -> list[Outcome]:
        copied = copy_checkout(folder)
        for place in ("processed", "rehearsal", "restricted"):
            source, target = home.root / "data" / place, folder / "data" / place
            _copy(source, target)
        _copy(home.reports, copied.reports)
        return run(copied, [*SURVEYS, "irm-2016"], force=True)

    folder, outcomes = once(tmp_path_factory, "surveys-again", again)
    assert [one.error for one in outcomes] == [None] * len(outcomes)
    assert all(one.skipped == () for one in outcomes)
    assert _hashes(Home(folder)) == _hashes(home)


def _copy(source: Path, target: Path) -> None:
    for name, content in snapshot(source).items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)
