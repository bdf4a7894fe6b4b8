"""A browser, where the machine has one, and pages in a folder of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from msfresearch.report.index import IndexEntry, LeftOut, render_index
from tests.report import sample


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report, its rehearsal, the index, and a report of hostile strings, as files."""
    entries = [
        IndexEntry(
            "irm-2016",
            "Independent reviewers' coding of action plans",
            "independent reviewers",
            "real",
            "2016",
            116,
            "action plans",
            "irm-2016/en/4-report.html",
            (("Cleaning", "irm-2016/en/1-clean.html"), ("Success", "irm-2016/en/3-success.html")),
        ),
        IndexEntry("poc-2019", "Points of Contact", "government", "rehearsal", "2019", 78),
    ]
    left_out = [LeftOut("odb-2014", "Open Data Barometer", "no file", "msfresearch fetch odb-2014")]
    texts = {
        "report": sample.page(sample.report()),
        "rehearsal": sample.page(sample.report("rehearsal"), "rehearsal"),
        "index": render_index(entries, left_out),
        "hostile": sample.page(sample.hostile(sample.payloads())),
    }
    folder = tmp_path_factory.mktemp("pages")
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}
