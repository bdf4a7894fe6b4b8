"""What a reader's browser makes of the pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.report import sample

pytestmark = pytest.mark.browser

NAMES = ["report", "rehearsal", "index"]
ALL_ELEMENTS = """() => [...document.querySelectorAll('main *')].map(element =>
    [element.localName, ...[...element.attributes].map(a => a.name)])"""


# Of each row of records: left and right edge, label and what is written before each cell.
RECORDS = """() => [...document.querySelectorAll('.records tbody tr')].map(row =>
    [...row.children].map(cell => { const box = cell.getBoundingClientRect();
        return [Math.round(box.left), Math.round(box.right), cell.dataset.label || '',
            getComputedStyle(cell, '::before').content]; }))"""


def opened(browser: Browser, path: Path, **options: object) -> tuple[Page, list[str], list[str]]:
    """The page, and the lists in which its requests and complaints gather."""
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    return page, requests, complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_no_rule_of_accessibility_is_broken(
    browser: Browser, pages: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    # The policy would stop axe's own script: only this test sets it aside.
    page, _, _ = opened(
        browser,
        pages[name],
        bypass_csp=True,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    found = Axe().run(page)
    page.context.close()
    broken = [
        (rule["id"], [node["html"][:120] for node in rule["nodes"]])
        for rule in found.response["violations"]
    ]
    assert broken == []
    assert len(found.response["passes"]) > 15


@pytest.mark.parametrize("name", [*NAMES, "hostile"])
def test_a_page_asks_nobody_for_anything_and_breaks_no_policy(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    page, requests, complaints = opened(browser, pages[name])
    page.wait_for_load_state("networkidle")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    outside = [url for url in requests if not url.startswith("data:")]
    page.context.close()
    assert outside == [pages[name].as_uri()]
    assert complaints == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("name", [*NAMES, "hostile"])
def test_a_page_never_scrolls_sideways(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    # 320 pixels is also what remains of 1280 at a zoom of 400%.
    page, _, _ = opened(browser, pages[name], viewport={"width": width, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.context.close()
    assert wide <= width


def test_figures_are_drawn_and_text_in_them_is_large_enough_on_a_phone(
    browser: Browser, pages: dict[str, Path]
) -> None:
    page, _, _ = opened(browser, pages["report"], viewport={"width": 360, "height": 800})
    images = page.evaluate(
        "[...document.images].map(i => [i.naturalWidth, i.getBoundingClientRect().width])"
    )
    page.context.close()
    assert len(images) == 6
    for natural, shown in images:
        # Labels are 12 points, the smallest text 10.5, of a drawing that is 5.2 inches wide.
        assert natural > 0
        assert shown == 360
        assert 12 * (96 / 72) * (shown - 8) / (5.2 * 96) > 11
        assert 10.5 * (96 / 72) * (shown - 8) / (5.2 * 96) > 9.8


@pytest.mark.parametrize("name", ["report", "index"])
def test_a_row_of_records_is_a_block_on_a_phone_and_a_row_where_there_is_room(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    seen = {}
    for width in (320, 360, 768):
        page, _, _ = opened(browser, pages[name], viewport={"width": width, "height": 800})
        seen[width] = page.evaluate(RECORDS)
        page.context.close()
    for width in (320, 360):
        assert len(seen[width]) > 1
        for cells in seen[width]:
            assert [left for left, *_ in cells] == [16] * len(cells)
            assert all(right <= width - 16 for _, right, *_ in cells)
            assert all(f'{label}: "' in said for _, _, label, said in cells if label)
    for cells in seen[768]:
        assert len({left for left, *_ in cells}) == len(cells)
        assert {said for *_, said in cells} == {"none"}


@pytest.mark.parametrize("width", [360, 1280])
def test_records_are_a_table_to_those_who_listen(
    browser: Browser, pages: dict[str, Path], width: int
) -> None:
    page, _, _ = opened(browser, pages["index"], viewport={"width": width, "height": 800})
    waves = page.get_by_role("table").first
    assert waves.get_by_role("columnheader").all_inner_texts() == [
        "Wave", "Pages", "Data from", "n"]  # fmt: skip
    assert waves.get_by_role("row").count() == 3
    assert waves.get_by_role("rowheader").count() == 2
    assert waves.get_by_role("cell", name="116 action plans", exact=True).count() == 1
    page.context.close()


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_notes_of_a_wide_table_stay_on_the_screen(
    browser: Browser, pages: dict[str, Path], width: int
) -> None:
    page, _, _ = opened(browser, pages["report"], viewport={"width": width, "height": 800})
    notes = page.evaluate(
        """[...document.querySelectorAll('.table-note')].map(e => {
            const box = e.getBoundingClientRect();
            return [e.closest('.scroll') === null, box.left >= 0, box.right]; })"""
    )
    page.context.close()
    assert len(notes) == 3
    assert all(outside and begins and end <= width for outside, begins, end in notes)


def test_contents_lead_to_headings_and_the_skip_link_to_the_text(
    browser: Browser, pages: dict[str, Path]
) -> None:
    page, _, _ = opened(browser, pages["report"], viewport={"width": 360, "height": 800})
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.click("summary")
    page.click(".narrow a[href='#effects']")
    assert abs(page.evaluate("document.getElementById('effects').getBoundingClientRect().top")) < 40
    page.context.close()


def test_contents_stand_beside_the_text_where_there_is_room(
    browser: Browser, pages: dict[str, Path]
) -> None:
    seen = []
    for width in (360, 768, 1280):
        page, _, _ = opened(browser, pages["report"], viewport={"width": width, "height": 800})
        seen.append((page.is_visible("nav.wide"), page.is_visible("nav.narrow")))
        page.context.close()
    assert seen == [(False, True), (False, True), (True, False)]


def test_lines_are_of_a_length_that_reads_well(browser: Browser, pages: dict[str, Path]) -> None:
    page, _, _ = opened(browser, pages["report"], viewport={"width": 1280, "height": 800})
    width = page.evaluate("document.querySelector('main').getBoundingClientRect().width / 16")
    page.context.close()
    assert 38 <= width <= 44


@pytest.mark.parametrize("bypass", [False, True])
def test_no_payload_runs_even_without_the_policy(
    browser: Browser, pages: dict[str, Path], bypass: bool
) -> None:
    page, requests, _ = opened(browser, pages["hostile"], bypass_csp=bypass)
    page.wait_for_load_state("networkidle")
    page.evaluate(
        """() => { for (const element of document.querySelectorAll('*'))
        for (const kind of ['mouseover', 'focus', 'toggle', 'error', 'load'])
            element.dispatchEvent(new Event(kind, {bubbles: true})); }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran === undefined")
    elements = page.evaluate(ALL_ELEMENTS)
    outside = [url for url in requests if not url.startswith("data:")]
    page.context.close()
    assert outside == [pages["hostile"].as_uri()]
    assert len(elements) > 500
    assert {tag for tag, *_ in elements} <= set(sample.LISTED)
    unlisted = [
        (tag, name)
        for tag, *names in elements
        for name in names
        if name not in sample.LISTED[tag] | {"lang", "dir"}
    ]
    assert unlisted == []


def test_the_browser_would_have_run_the_payloads(browser: Browser, tmp_path: Path) -> None:
    bare = tmp_path / "bare.html"
    bare.write_text("<img src=x onerror=window.ran=1>", encoding="utf-8")
    page, _, _ = opened(browser, bare)
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") == 1
    page.context.close()


def test_a_page_prints_without_its_contents_and_without_cutting_figures(
    browser: Browser, pages: dict[str, Path]
) -> None:
    page, _, _ = opened(browser, pages["rehearsal"])
    page.emulate_media(media="print")
    assert not page.is_visible("nav.wide")
    assert not page.is_visible("nav.narrow")
    assert page.is_visible(".rehearsal")
    broken = page.evaluate(
        """[...document.querySelectorAll('figure, table:not(.records), tr, footer')].map(
            e => getComputedStyle(e).breakInside).filter(value => value !== 'avoid')"""
    )
    assert broken == []
    parted = page.evaluate(
        """[...document.querySelectorAll('h1, h2, h3, h4, caption')].map(
            e => getComputedStyle(e).breakAfter).filter(value => value !== 'avoid')"""
    )
    assert parted == []
    colours = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colours == "rgb(255, 255, 255)"
    printed = page.pdf(format="A4")
    page.context.close()
    assert printed.startswith(b"%PDF")
    assert len(printed) > 20_000


def test_nothing_is_wider_than_the_sheet_and_records_are_blocks_on_it(
    browser: Browser, pages: dict[str, Path]
) -> None:
    # A4 less its margins is 178 millimetres wide; what is wider would shrink the whole page.
    page, _, _ = opened(browser, pages["report"], viewport={"width": 672, "height": 950})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") == 672
    wide = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => !e.closest('thead') && "
        "e.getBoundingClientRect().right > 672).map(e => e.outerHTML.slice(0, 80))"
    )
    assert wide == []
    records = page.evaluate(RECORDS)
    assert len(records) == 2
    for cells in records:
        assert len({left for left, *_ in cells}) == 1
        assert [said for *_, said in cells] == [
            "none",
            *(f'"{label}: "' for _, _, label, _ in cells[1:]),
        ]
    page.context.close()


def test_how_a_page_was_made_is_compact_on_paper(browser: Browser, pages: dict[str, Path]) -> None:
    page, _, _ = opened(browser, pages["report"], viewport={"width": 672, "height": 950})
    kinds = "[...document.querySelectorAll('.short span')].map(e => getComputedStyle(e).display)"
    assert set(page.evaluate(kinds)) == {"block"}
    page.emulate_media(media="print")
    assert set(page.evaluate(kinds)) == {"inline"}
    assert page.evaluate("document.querySelector('footer').offsetHeight") < 300
    page.context.close()
