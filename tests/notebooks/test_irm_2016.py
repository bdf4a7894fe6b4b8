"""The real wave of the repository, from its raw files to the brief."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from msfresearch import __version__
from msfresearch.files import sha256_of
from msfresearch.home import Home
from msfresearch.wave import open_wave
from tests.notebooks.checkout import STAGES, Page, read_pages
from tests.notebooks.conftest import Twice

pytestmark = pytest.mark.notebooks

# The table of the design: outcome, rows, effect, p of naive rows and clustered by country.
REFERENCE = [
    ("Specificity (0-3)", "1,461", "0.224", "< 0.001", "0.115", "77", "52"),
    ("Potential impact (0-3)", "1,461", "−0.107", "0.014", "0.206", "77", "52"),
    ("Completion at least substantial", "1,445", "0.125", "0.236", "0.479", "76", "51"),
    ("Starred commitment", "1,432", "−0.229", "0.117", "0.470", "75", "51"),
]


@pytest.fixture(scope="module")
def pages(irm_home: Home) -> dict[str, Page]:
    return read_pages(irm_home, "irm-2016")


def test_every_stage_has_a_page_and_the_run_was_good(
    irm_twice: Twice, pages: dict[str, Page]
) -> None:
    assert [outcome.error for outcome in irm_twice.outcomes] == [None, None]
    assert tuple(pages) == STAGES
    for page in pages.values():
        assert len(page.markup.encode("utf-8")) < 400_000
        [title] = [words for tag, words in page.headings if tag == "h1"]
        assert title.endswith("?")


def test_a_second_run_leaves_the_same_bytes(irm_twice: Twice) -> None:
    first, second = irm_twice.files
    assert irm_twice.outcomes[1].ran == ("clean", "themes", "success", "report")
    kinds = {Path(name).suffix for name in first}
    assert kinds == {".html", ".ipynb", ".json", ".parquet"}
    assert len(first) > 25
    assert second == first


def test_what_was_left_tells_nothing_of_clock_computer_or_papermill(irm_home: Home) -> None:
    folder = irm_home.reports / "irm-2016" / "en"
    files = [*folder.glob("*.html"), *folder.glob("notebooks/*.ipynb"), folder / "manifest.json"]
    assert len(files) == 9
    for path in files:
        text = path.read_text("utf-8")
        assert str(irm_home.root) not in text
        assert str(Path.home()) not in text
        assert not re.search(r"/(?:tmp|home|Users|usr|var)/", text), path.name
        assert not re.search(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text), path.name
        if path.suffix == ".ipynb":
            notebook = json.loads(text)
            assert "papermill" not in notebook["metadata"]
            assert all(
                not {"papermill", "execution"} & set(c["metadata"]) for c in notebook["cells"]
            )


@pytest.mark.parametrize("row", REFERENCE, ids=lambda row: row[0])
def test_the_reference_figures_stand_on_the_page_of_success(
    pages: dict[str, Page], row: tuple[str, ...]
) -> None:
    outcome, n, effect, naive, clustered, plans, countries = row
    table = pages["3-success"].table("The same comparison seen three ways")
    for view, p in (("rows as if independent", naive), ("rows, clustered by country", clustered)):
        [found] = [
            cells
            for cells in table.rows
            if cells["Outcome"] == outcome and cells["View and model"].startswith(view)
        ]
        assert found["Estimate (95% interval)"].startswith(f"{effect} (")
        assert found["p (normal)"] == p
        assert (found["Rows"], found["Plans"], found["Countries"]) == (n, plans, countries)


def test_a_minus_is_a_minus_and_no_hyphen(pages: dict[str, Page]) -> None:
    table = pages["3-success"].table("The same comparison seen three ways")
    estimates = " ".join(cells["Estimate (95% interval)"] for cells in table.rows)
    assert estimates.count("−") >= 10
    assert "-" not in estimates


def test_null_results_are_told_in_words(pages: dict[str, Page]) -> None:
    for page in (pages["3-success"], pages["4-report"]):
        for outcome in ("Specificity (0-3)", "Potential impact (0-3)"):
            assert f"No clear difference in {outcome}" in page.text
        assert page.text.count("the interval includes 0") >= 5
        assert "these data show neither a difference nor its absence" in page.text
        assert "Rows taken as independent would have called this a difference" in page.text


def test_predictors_that_the_data_cannot_bear_are_refused_on_the_page(
    pages: dict[str, Page],
) -> None:
    for page in (pages["3-success"], pages["4-report"]):
        assert re.search(
            r"steps of the process followed \(0-6\) and year of the plan were asked for as "
            r"further predictors and refused; 15 cases in the smaller class bear 1 in all",
            page.text,
        )


def test_the_brief_begins_with_what_was_found(pages: dict[str, Page]) -> None:
    brief = pages["4-report"].markup
    body = brief[brief.index("</h1>") :]
    first = body[: body.index("<h2")]
    for words in (
        "36 of the 77 action plans with an answer on it (47%",
        "17 of the 46 action plans with an answer on it (37%",
        "944 of the 1,836 commitments with an answer on it (51%",
        "No clear difference is seen in specificity (0-3): 0.22 (−0.06 to 0.51)",
    ):
        assert words in first
    asked = [words for tag, words in pages["4-report"].headings if tag == "h2"]
    assert asked.index("What was asked, and who answered?") < asked.index("What is not known?")


def test_the_brief_tells_who_was_counted(pages: dict[str, Page]) -> None:
    found = pages["4-report"].table("Who answered: independent reviewers").rows
    assert found == [
        {"What is counted": "Action plans", "Number": "116", "Countries": "61"},
        {"What is counted": "Commitments", "Number": "1,927", "Countries": "61"},
    ]


def test_no_comparison_is_told_as_proof_or_cause(pages: dict[str, Page]) -> None:
    for page in (pages["3-success"], pages["4-report"]):
        assert not re.search(r"\b(prove[sn]?|significant\w*|caused?|causes)\b", page.text)


def test_the_page_of_themes_says_that_there_is_no_open_text(pages: dict[str, Page]) -> None:
    assert "This wave holds no open answers" in pages["2-themes"].text
    assert pages["2-themes"].tables == []
    assert "data:image" not in pages["2-themes"].markup
    assert "This wave holds no open answers" in pages["4-report"].text


@pytest.mark.parametrize("stage", STAGES)
def test_a_page_prints_how_it_was_made(irm_home: Home, pages: dict[str, Page], stage: str) -> None:
    page = pages[stage].text
    wave = open_wave("irm-2016", irm_home)
    made = page[page.rindex("How this page was made") :]
    assert len(wave.manifest.sources) == 2
    for source in wave.manifest.sources:
        assert f"irm-2016/{source.file}" in made
        assert sha256_of(wave.path(source)) in made
    for words in ("116 rows", "1,927 rows", f"msfresearch {__version__}", "Commit", "Seeds"):
        assert words in made
    for package in ("pandas", "statsmodels", "python"):
        assert re.search(rf"\b{package}: \d+\.\d+", made)
    assert "lang: en wave: irm-2016" in made


def test_every_figure_has_words_and_every_table_a_caption(pages: dict[str, Page]) -> None:
    figures = 0
    for page in pages.values():
        for image in re.findall(r"<img [^>]*>", page.markup):
            figures += 1
            [alt] = re.findall(r'alt="([^"]*)"', image)
            assert len(alt) > 40
            assert "No description" not in alt
        assert all(table.caption and table.head for table in page.tables)
    assert figures >= 8


def test_no_page_asks_anything_of_the_network(pages: dict[str, Page]) -> None:
    for page in pages.values():
        assert "<script" not in page.markup
        assert not re.search(r'(?:src|href)="(?!data:|#|\.\./\.\./index\.html)', page.markup)
        assert re.search(r"default-src &#39;none&#39;|default-src 'none'", page.markup)
