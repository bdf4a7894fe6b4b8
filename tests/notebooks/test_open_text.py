"""Real open answers in three languages: coded with their own words, and quoted nowhere."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser

from msfresearch.batch.run import Outcome, run
from msfresearch.home import Home
from msfresearch.report.chapters import coders
from msfresearch.themes import load_codebook
from msfresearch.wave import open_wave
from tests.batch.once import once
from tests.notebooks.checkout import Page, copy_checkout, read_pages

pytestmark = pytest.mark.notebooks

# Wave, language, table, and where the words stand in the published file.
WAVES = {
    "odb-2014": ("en", "justifications", "en_odb2014_expert_justifications.csv", "Justification"),
    "madrid-2019": ("es", "comments", "es_decide_madrid_comments.csv", "text"),
    "lille-2019": ("fr", "comments", "fr_grand_debat_mel_comments.csv", "body"),
}
LONG = 40
# Longer than the question's own words, which stand on the page and which some answers repeat.
QUOTED = 60


def _run(folder: Path, mirror: Path, irm: Home) -> dict[str, Outcome]:
    home = copy_checkout(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MSFRESEARCH_MIRROR", str(mirror))
        outcomes = run(home, list(WAVES), to="themes", jobs=2)
    clean = Path("irm-2016") / "clean"
    shutil.copytree(irm.processed / clean, home.processed / clean)
    outcomes += run(home, [])
    return {outcome.owner: outcome for outcome in outcomes}


@pytest.fixture(scope="module")
def ran(
    shared: Path, irm_home: Home, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, dict[str, Outcome]]:
    folder, outcomes = once(
        tmp_path_factory, "open-text-run", lambda root: _run(root, shared / "data", irm_home)
    )
    return Home(folder), outcomes


@pytest.fixture(scope="module")
def home(ran: tuple[Home, dict[str, Outcome]]) -> Home:
    return ran[0]


def published(shared: Path, wave: str) -> set[str]:
    _, _, file, column = WAVES[wave]
    raw = pd.read_csv(shared / "data" / file, dtype="str", keep_default_na=False)
    return set(raw[column])


def one_line(text: str) -> str:
    return " ".join(text.split()).lower()


def windows(text: str) -> set[str]:
    """Every stretch of a text that is long enough to be a quotation."""
    line = one_line(text)
    return {line[start : start + QUOTED] for start in range(len(line) - QUOTED + 1)}


def seen_of(page: Page) -> str:
    return f"{page.text} {html.unescape(page.markup)}"


@pytest.mark.parametrize("wave", WAVES)
def test_a_wave_comes_from_the_mirror_and_runs_to_its_themes(
    ran: tuple[Home, dict[str, Outcome]], wave: str
) -> None:
    home, outcomes = ran
    assert outcomes[wave].error is None
    assert outcomes[wave].ran == ("clean", "themes")
    assert set(read_pages(home, wave)) == {"1-clean", "2-themes"}


@pytest.mark.parametrize("wave", WAVES)
def test_every_evidence_is_cut_from_the_answer_as_it_was_published(
    home: Home, shared: Path, wave: str
) -> None:
    language, table, _, _ = WAVES[wave]
    opened = open_wave(wave, home)
    hits = opened.table("themes", "hits")
    asked = opened.open_answers().set_index("answer_id")
    texts = published(shared, wave)
    assert len(hits) > 50
    assert set(hits["language"]) == {language}
    tables = {name: rows.set_index("row_id") for name, rows in opened.clean_tables().items()}
    for hit in hits.to_dict("records"):
        where, row, item = hit["answer_id"].split(":")
        original = tables[where].loc[row, item]
        if where == table:
            assert original in texts
        assert original[hit["start"] : hit["end"]] == hit["words"]
        assert hit["words"].strip() == hit["words"] != ""
        assert original.startswith(asked.loc[hit["answer_id"], "text"])


@pytest.mark.parametrize("wave", WAVES)
def test_no_answer_is_quoted_on_a_page(home: Home, wave: str) -> None:
    answers = open_wave(wave, home).open_answers()["text"]
    long = [text for text in answers if len(one_line(text)) >= LONG]
    assert len(long) > 500
    shown = one_line(" ".join(seen_of(page) for page in read_pages(home, wave).values()))
    assert [text for text in long if one_line(text) in shown] == []
    stretches = windows(shown)
    assert len(stretches) > 1000
    assert set().union(*(windows(text) & stretches for text in long)) == set()


@pytest.mark.parametrize("wave", WAVES)
def test_the_page_says_how_many_answers_carry_a_theme(home: Home, wave: str) -> None:
    opened = open_wave(wave, home)
    hits, n = opened.table("themes", "hits"), len(opened.open_answers())
    page = read_pages(home, wave)["2-themes"]
    assert f"{hits['answer_id'].nunique():,} of the {n:,}" in page.text or (
        f"{hits['answer_id'].nunique():,} of {n:,}" in page.text
    )
    assert "No person has checked them" in page.text


@pytest.mark.parametrize("wave", WAVES)
def test_where_nobody_coded_the_page_says_so_and_stays_small(home: Home, wave: str) -> None:
    page = read_pages(home, wave)["2-themes"]
    assert coders.NOBODY in page.text
    assert "Coded by machine, corrected" not in page.text
    assert "None is shown, because nobody has approved one" in page.text
    assert len(page.markup.encode("utf-8")) < 400_000


@pytest.mark.parametrize("wave", WAVES)
def test_the_shares_of_all_themes_fit_a_phone(browser: Browser, home: Home, wave: str) -> None:
    opened = browser.new_page(viewport={"width": 360, "height": 800})
    opened.goto((home.reports / wave / "en" / "2-themes.html").as_uri())
    widths = opened.evaluate(
        "[...document.querySelectorAll('.scroll')].map(e =>"
        " [e.querySelector('caption').textContent, e.scrollWidth - e.clientWidth])"
    )
    opened.close()
    mine = ("Every theme of the frame", "Themes that go with", "Pairs of themes")
    beyond = {caption: over for caption, over in widths if caption.startswith(mine)}
    assert beyond
    assert set(beyond.values()) == {0}


def test_what_experts_write_of_civil_society_is_tied_to_their_scores(home: Home) -> None:
    opened = open_wave("odb-2014", home)
    clean = opened.clean_tables()["justifications"].set_index("row_id")
    answers = opened.open_answers().set_index("answer_id")["row_id"]
    asked = answers[answers.map(clean["question"]) == "csoc"]
    hits = opened.table("themes", "hits")
    barriers = set(hits.loc[hits["family"] == "co_creation_barriers", "answer_id"])
    share = len(barriers & set(asked.index)) / len(asked)
    page = read_pages(home, "odb-2014")["2-themes"]
    found = page.text[page.text.rindex("What this notebook found") :]
    assert "86 answers are about “Civil society's engagement with government”, from 86" in found
    assert f"barriers to co-creation in {100 * share:.0f}% (95% interval" in found
    assert "Pattern hits, not yet checked by people." in found
    assert "“Civil society's engagement with government (score)”" in found
    kept = opened.table("themes", "features")
    told = kept[(kept["only"] != "") & kept["p"].notna()].sort_values("p", kind="stable")
    nearest = told.iloc[0]
    assert nearest["n_answers"] == len(asked) == 86
    spoken = asked.index.isin(set(hits.loc[hits["theme"] == nearest["theme"], "answer_id"]))
    scores = asked.map(clean["response"]).astype(float)
    apart = scores[spoken].mean() - scores[~spoken].mean()
    assert float(nearest["value"]) == pytest.approx(apart)
    label = load_codebook(home.codebook / "themes.yml").themes[nearest["theme"]].labels["en"]
    assert re.search(rf"{label.lower()}, (by )?{abs(apart):.1f} points \(95% interval", found)


def test_two_waves_are_laid_side_by_side(ran: tuple[Home, dict[str, Outcome]]) -> None:
    home, outcomes = ran
    assert outcomes["reviewers"].error is None
    assert outcomes["reviewers"].ran == ("reviewers",)
    page = read_pages(home, "reviewers")["5-reviewers"]
    assert "waves: irm-2016, odb-2014" in page.text
    assert "seed: 2016" in page.text
    countries = max(page.tables, key=lambda table: len(table.rows))
    assert len(countries.rows) >= 30
    assert len(page.markup.encode("utf-8")) < 400_000
