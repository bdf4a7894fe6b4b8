from __future__ import annotations

import re

import pandas as pd
import pytest

from msfresearch.errors import MsfResearchError
from msfresearch.report import prose, tables
from tests.report.sample import EFFECTS, LEVELS


def test_a_table_has_a_caption_and_a_scope_for_every_header() -> None:
    markup = tables.table(EFFECTS, "Effects", stub="outcome").markup
    assert '<caption><span class="caption-text">Effects</span></caption>' in markup
    heads = re.findall(r"<th\b[^>]*>", markup)
    assert len(heads) == len(EFFECTS.columns) + len(EFFECTS)
    assert all('scope="col"' in head or 'scope="row"' in head for head in heads)
    assert " id=" not in markup
    assert "style" not in markup


def test_each_column_has_its_format() -> None:
    df = pd.DataFrame(
        {"a": [1461], "b": [0.37], "c": [0.2246], "d": [2e-7], "e": [-0.1], "f": ["x"]}
    )
    markup = tables.table(
        df, "Formats", formats={"b": "share", "c": "3dp", "d": "p", "e": "1dp"}
    ).markup
    cells = re.findall(r'<td class="([^"]*)">([^<]*)</td>', markup)
    assert [text for _, text in cells] == ["1,461", "37%", "0.225", "&lt; 0.001", "−0.1", "x"]
    assert ["gt_right" in kind for kind, _ in cells] == [True] * 5 + [False]


def test_a_missing_cell_says_so_to_those_who_listen() -> None:
    df = pd.DataFrame({"a": [None, "x", ""], "b": [1.0, float("nan"), float("inf")]})
    markup = tables.table(df, "Missing").markup
    assert markup.count('<span aria-hidden="true">–</span>') == 4
    assert markup.count('<span class="hidden-text">no value</span>') == 4


def test_rows_that_are_not_shown_are_counted() -> None:
    shown = tables.table(LEVELS, "Levels", max_rows=3)
    assert "3 of 8 rows shown." in shown.markup
    assert len(shown.data) == 3
    assert "rows shown" not in tables.table(LEVELS, "Levels", max_rows=8).markup


def test_a_named_index_comes_first() -> None:
    grouped = LEVELS.groupby("level")[["n"]].sum()
    assert list(tables.table(grouped, "Levels", stub="level").data.columns) == ["level", "n"]


def test_a_wide_table_scrolls_in_a_region_of_its_own() -> None:
    markup = tables.table(LEVELS, 'Levels "all"')._repr_html_()
    assert markup.startswith(
        '<div class="gt_scroll" tabindex="0" role="region" aria-label="Levels &quot;all&quot;">'
    )


def test_notes_stand_outside_the_region_that_scrolls_and_describe_the_table() -> None:
    shown = tables.table(LEVELS, "Levels", max_rows=3, notes="Plans coded.")
    assert shown.notes == ("Plans coded.", "3 of 8 rows shown.")
    assert "Plans coded." not in shown.element
    markup = shown._repr_html_()
    inside, below = markup.split("</table></div>")
    found = re.search(r'<table aria-describedby="(notes-[0-9a-f]{12})"', inside)
    assert found
    assert below == (
        f'<div id="{found[1]}"><p class="table-note">Plans coded.</p>'
        '<p class="table-note">3 of 8 rows shown.</p></div>'
    )
    other = tables.table(LEVELS, "Levels", notes="Plans coded.")._repr_html_()
    assert found[1] not in other


def test_an_empty_note_is_no_note() -> None:
    assert tables.table(LEVELS, "Levels", notes=["", " "]).notes == ()


def test_a_table_of_long_texts_says_that_its_rows_are_records() -> None:
    records = tables.table(LEVELS, "Levels", layout="records").element
    assert re.match(r'<table\s+class="gt_table records"', records)
    assert "records" not in tables.table(LEVELS, "Levels").element


@pytest.mark.parametrize("text", ["<b>x</b>", "{{<script>}}", "**x**", "a{{m^2}}", "&amp;", '"'])
def test_text_stays_text_in_cell_header_stub_caption_and_note(text: str) -> None:
    df = pd.DataFrame({text: [text], "n": [1]})
    markup = tables.table(df, text, stub=text, columns={"n": text + "!"}, notes=text).markup
    inside = re.sub(r"</?(?:table|caption|span|thead|tbody|tr|th|td|p)\b[^<>]*>", "", markup)
    assert "<" not in inside
    assert inside.count(__import__("html").escape(text)) == 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stub": "absent"}, "lacks a column"),
        ({"formats": {"n": "money"}}, "unknown format"),
        ({"formats": {"item": "share"}}, "column of text"),
        ({"columns": {"n": "level"}}, "under one label"),
        ({"caption": " "}, "without a caption"),
        ({"layout": "cards"}, "unknown layout"),
        ({"lang": "fr"}, "language"),
    ],
)
def test_wrong_calls_say_what_is_wrong(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(MsfResearchError, match=message):
        tables.table(LEVELS, **{"caption": "Levels", **arguments})


def test_an_empty_table_is_an_error() -> None:
    with pytest.raises(MsfResearchError, match="table of nothing"):
        tables.table(LEVELS.head(0), "Levels")


def test_findings_are_text_in_a_box() -> None:
    markup = prose.findings("p < 0.001 & <b>more</b>")._repr_html_()
    assert markup == (
        '<blockquote class="findings"><ul><li>p &lt; 0.001 &amp; &lt;b&gt;more&lt;/b&gt;</li>'
        "</ul></blockquote>"
    )
    assert prose.paragraph("One.", "Two.")._repr_html_() == "<p>One. Two.</p>"
    assert prose.bullets("One.")._repr_html_() == "<ul><li>One.</li></ul>"
    with pytest.raises(MsfResearchError, match="paragraph of nothing"):
        prose.findings()
