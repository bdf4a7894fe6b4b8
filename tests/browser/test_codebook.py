"""What a reader's browser makes of the codebook page."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from msfresearch.report.codebook_page import codebook_page
from msfresearch.survey.questionnaire import load_questionnaire
from tests.browser.test_pages import opened
from tests.conftest import HOME

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def codebooks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("codebooks")
    found: dict[str, Path] = {}
    for name in ("msf-cso-2019", "irm-2016"):
        questionnaire = load_questionnaire(HOME / "codebook" / "questionnaires" / f"{name}.yml")
        found[name] = folder / f"{name}.html"
        text = codebook_page(
            questionnaire,
            lang="fr",
            status="rehearsal",
            wave_title="Une vague",
            files=[("answers.schema.json", "les colonnes")],
            facts=[("Vague", "", name)],
            home_link="../../index.html",
        )
        found[name].write_text(text, encoding="utf-8")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("name", ["msf-cso-2019", "irm-2016"])
def test_no_rule_of_accessibility_is_broken(
    browser: Browser, codebooks: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    # The policy would stop axe's own script: only this test sets it aside.
    page, _, _ = opened(
        browser,
        codebooks[name],
        bypass_csp=True,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    found = Axe().run(page)
    page.context.close()
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found.response["violations"]] == []
    assert len(found.response["passes"]) > 15


@pytest.mark.parametrize("width", [320, 360, 768, 1200])
@pytest.mark.parametrize("name", ["msf-cso-2019", "irm-2016"])
def test_the_page_asks_nobody_breaks_no_policy_and_never_scrolls_sideways(
    browser: Browser, codebooks: dict[str, Path], name: str, width: int
) -> None:
    page, requests, complaints = opened(
        browser, codebooks[name], viewport={"width": width, "height": 800}
    )
    page.wait_for_load_state("networkidle")
    wide = page.evaluate("document.documentElement.scrollWidth")
    outside = [url for url in requests if not url.startswith("data:")]
    page.context.close()
    assert wide <= width
    assert outside == [codebooks[name].as_uri()]
    assert complaints == []
