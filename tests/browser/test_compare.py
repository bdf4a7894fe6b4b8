"""Whether the comparison's tables have room on a page, with two surveys written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from msfresearch.report.chapters import agreed, outsiders, sides
from msfresearch.success.plan import load_plan
from msfresearch.survey.standards import load_standards
from msfresearch.wave import open_wave
from tests.browser.test_pages import opened
from tests.report import sample
from tests.report.chapters.surveyed import (
    GOVERNMENT,
    answer,
    frame_members,
    keep_plans,
    surveys_home,
    two_sides,
)

pytestmark = pytest.mark.browser

#: Regions whose content is wider than themselves: what they are called, and both widths.
CLIPPED = """() => [...document.querySelectorAll('.scroll')]
    .filter(region => region.scrollWidth > region.clientWidth)
    .map(region => [region.innerText.slice(0, 60), region.scrollWidth, region.clientWidth])"""


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with every table of the comparison; many members, so that counts are long."""
    folder = tmp_path_factory.mktemp("compared")
    home = surveys_home(folder / "checkout")
    units = frame_members(open_wave(GOVERNMENT, home))
    keep_plans(home, ((country, 1, "Consult") for country, level in units if level == "national"))

    opened_wave = open_wave(GOVERNMENT, home)
    table = opened_wave.questionnaire.tables["answers"]
    [pair] = load_plan(home.codebook / "plan.yml").sides
    levels = {
        name: [level.value for level in opened_wave.questionnaire.levels(table.item(name))]
        or list(range(0, 100, 7))
        for name in pair.items
    }

    one, other = (
        [
            answer(
                *unit,
                **{
                    name: str(values[(i * (3 + k % 2) + shift * (1 + i % 2)) % len(values)])
                    for k, (name, values) in enumerate(levels.items())
                },
            )
            for i, unit in enumerate(units)
        ]
        for shift in (0, 1)
    )
    faced = two_sides(home, one, other)
    assert len(faced.shown) > 12
    standards = load_standards(home.codebook / "standards.yml")
    met = outsiders.standards_met(faced, standards)
    page = sample.page(
        sample.notebook(
            sample.markdown("# Two sides\n\n## Tables"),
            sample.shown(
                *(sides.gap_table(faced, "en"), agreed.agreement_table(faced, "en")),
                *agreed.face_to_face(faced, "en"),
                *outsiders.standards_shown(faced, met, standards, "en"),
                outsiders.witness_table(faced, "en"),
            ),
        )
    )
    path = folder / "compare.html"
    path.write_text(page, encoding="utf-8")
    return path


def clipped(page: Page) -> list[list[object]]:
    found: list[list[object]] = page.evaluate(CLIPPED)
    return found


@pytest.mark.parametrize("width", [800, 1200])
def test_no_table_of_the_comparison_is_wider_than_its_region(
    browser: Browser, compared: Path, width: int
) -> None:
    page, _, _ = opened(browser, compared, viewport={"width": width, "height": 900})
    regions = page.locator(".scroll").count()
    found = clipped(page)
    page.context.close()
    assert regions == 6
    assert found == []


def test_a_table_too_wide_for_its_region_would_be_found(browser: Browser, compared: Path) -> None:
    page, _, _ = opened(browser, compared, viewport={"width": 1200, "height": 900})
    page.evaluate("document.querySelector('.scroll table').style.width = '900px'")
    found = clipped(page)
    page.context.close()
    assert len(found) == 1
