"""Hostile strings in every place that respondent text could reach: text they stay."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import ReleaseError
from msfresearch.report import figures, tables
from msfresearch.report.sanitize import clean_body, clean_output
from tests.report.sample import LISTED, hostile, markdown, notebook, page, payloads, shown


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag not in LISTED or not names <= LISTED[tag] | {"lang", "dir"}:
            self.wrong.append(self.get_starttag_text() or tag)
        self.addresses |= {value or "" for name, value in attrs if name in {"src", "href"}}

    def handle_comment(self, data: str) -> None:
        self.wrong.append(data)

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(decl)


def seen(markup: str) -> Seen:
    reader = Seen()
    reader.feed(markup)
    reader.close()
    return reader


def body(text: str) -> str:
    found = re.search(r"<main [^>]*>(.*)</main>", text, re.DOTALL)
    assert found
    return found[1]


def naughty(shared: Path) -> list[str]:
    strings: list[str] = json.loads((shared / "bad/blns/blns.json").read_text(encoding="utf-8"))
    return list(dict.fromkeys(text for text in strings if text.strip()))


def test_payloads_in_every_place_leave_only_listed_markup() -> None:
    reader = seen(body(page(hostile(payloads()))))
    assert reader.wrong == []
    assert all(address.startswith("data:image/png;base64,") for address in reader.addresses)


def test_naughty_strings_in_every_place_leave_only_listed_markup(shared: Path) -> None:
    strings = naughty(shared)
    assert len(strings) > 450
    for start in range(0, len(strings), 100):
        reader = seen(body(page(hostile(strings[start : start + 100]))))
        assert reader.wrong == []
        assert all(address.startswith("data:image/png;base64,") for address in reader.addresses)


def test_payloads_as_columns_and_notes_of_records_stay_text() -> None:
    for text in payloads():
        frame = pd.DataFrame({"file": ["a", "b"], text: [text, "x"]})
        table = tables.table(frame, text, stub="file", notes=text, layout="records")
        markup = page(notebook(markdown("# A"), shown(table)))
        assert seen(body(markup)).wrong == []
        assert markup.count("data-label=") == 2


def test_naughty_strings_can_be_read_in_a_table_as_they_were_written(shared: Path) -> None:
    strings = naughty(shared)
    reader = Cells()
    reader.feed(tables.table(pd.DataFrame({"answer": strings}), "Answers").markup)
    printable = {text for text in strings if text.isprintable()}
    assert len(printable) > 350
    assert printable <= set(reader.found)


class Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag == "td":
            self.found.append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data


def test_naughty_strings_as_labels_give_drawings_that_parse(shared: Path) -> None:
    strings = [*payloads(), *naughty(shared)]
    for start in range(0, len(strings), 60):
        labels = strings[start : start + 60]
        table = pd.DataFrame({"label": labels, "n": range(len(labels))})
        title = labels[0]
        figure = figures.count_bars(table, "label", "n", title=title, caption=" ".join(labels))
        ElementTree.fromstring(figure.svg)
        assert "script" not in figure.svg
        assert seen(figure._repr_html_()).wrong == []


def test_a_link_or_heading_in_an_output_becomes_text_but_one_of_ours_stays() -> None:
    text = "[a](https://example.org/x)\n\n## heading"
    ours, theirs = body(page(notebook(markdown(f"# T\n\n{text}")))), clean_output
    assert '<a href="https://example.org/x" rel="noopener noreferrer">a</a>' in ours
    assert '<h2 id="heading">heading</h2>' in ours
    output = body(page(notebook(markdown("# T"), shown({"text/markdown": text}))))
    assert "<a " not in output
    assert "<h2" not in output
    assert theirs("<h2>x</h2>") == "<p>x</p>"


def test_provenance_and_titles_are_escaped() -> None:
    with pytest.raises(ReleaseError, match="exactly one heading"):
        page(notebook(markdown("<h2>x</h2>")))
    text = page(notebook(markdown("# <b>A</b> &lt;script&gt;")))
    assert "<title>A &lt;script&gt; · " in text


fragments = st.lists(
    st.sampled_from(
        ["<table>", "</table>", "<th>", "</th>", "<tr>", "<h2>", "</h2>", "<h1 id=x>", "<caption>",
         "</caption>", "<blockquote>", "<img src=x alt='<th>'>", "<svg>", "<math>", "<style>",
         "</style>", "<!--", "-->", "<a href='//x'>", "text", "&lt;script&gt;",
         '"', "<td onclick=x>"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(fragments, st.text(max_size=60)))
def test_any_tangle_of_markup_comes_out_on_the_list(markup: str) -> None:
    assert seen(clean_output(markup)).wrong == []
    text, _ = clean_body(markup, "en")
    assert seen(text).wrong == []
    assert "<th></th>" not in text
