from __future__ import annotations

import copy
import re
from html.parser import HTMLParser

import pytest
from nbformat import v4

from msfresearch.errors import MsfResearchError, ReleaseError
from msfresearch.report import tables
from msfresearch.report.check import PLACEHOLDER, policy
from msfresearch.report.index import IndexEntry, LeftOut, render_index
from msfresearch.report.page import Input, Provenance, check_page, render_notebook
from tests.report import sample
from tests.report.sample import markdown, notebook, page, printed, shown

TABLES = ("Table 5", "Table 6")  # without a caption
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def whole() -> str:
    return page(sample.report())


def test_the_same_notebook_gives_the_same_bytes(whole: str) -> None:
    assert page(sample.report()) == whole


def test_the_notebook_stays_as_it_was() -> None:
    content = sample.report()
    before = copy.deepcopy(content)
    page(content)
    assert content == before


def test_the_page_fits_in_a_mail(whole: str) -> None:
    assert len(whole.encode()) < 300_000


def test_title_language_and_contents_come_from_the_notebook(whole: str) -> None:
    assert whole.startswith('<!DOCTYPE html>\n<html lang="en">')
    title = re.search(r"<title>(.*)</title>", whole)
    assert title
    assert title[1].startswith("Do forums that meet regularly go with better plans? · Independent")
    anchors = re.findall(r'<li class="level-[23]"><a href="#([^"]+)">', whole)
    assert anchors[:5] == ["what-was-found", "levels", "effects", "what-is-not-known", "provenance"]
    for anchor in anchors:
        assert whole.count(f'id="{anchor}"') == 1


def test_two_headings_of_one_name_have_two_anchors() -> None:
    text = page(notebook(markdown("# A"), markdown("## B"), markdown("## B"), markdown("## ¿?")))
    assert re.findall(r'<h2 id="([^"]+)"', text) == ["b", "b-2", "section", "provenance"]


def test_neither_code_nor_parameters_are_shown(whole: str) -> None:
    assert "wave = " not in whole
    assert "print()" not in whole
    assert "In&nbsp;[" not in whole


def test_printed_text_is_shown_and_messages_are_counted(whole: str) -> None:
    assert "<pre>116 plans\n46 coded\n</pre>" in whole
    assert "a warning" not in whole
    assert "messages of programs: 1 (" in whole


def test_an_output_that_a_page_cannot_hold_is_counted() -> None:
    text = page(notebook(markdown("# A"), shown({"application/javascript": "x"})))
    assert "outputs that a page cannot hold" not in text  # its text/plain is shown instead
    cell = v4.new_code_cell("")
    cell.outputs = [v4.new_output("display_data", {"text/vnd.mermaid": "graph"})]
    assert "outputs that a page cannot hold: 1 (" in page(notebook(markdown("# A"), cell))


def test_the_policy_allows_one_style_and_images_in_the_page(whole: str) -> None:
    style = re.search(r"<style>(.*?)</style>", whole, re.DOTALL)
    assert style
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy(style[1])}">' in whole
    assert re.fullmatch(
        r"default-src 'none'; img-src data:; style-src 'sha256-[A-Za-z0-9+/]{43}='; "
        r"base-uri 'none'; form-action 'none'",
        policy(style[1]),
    )


def test_a_plain_dataframe_gets_what_a_table_needs(whole: str) -> None:
    bare = whole[whole.rindex("<table>") :]
    assert bare.startswith("<table>")
    assert "<th></th>" not in whole
    assert '<th scope="col">region</th>' in whole
    assert '<th scope="row">0</th>' in whole


def test_regions_of_tables_have_names_of_their_own(whole: str) -> None:
    names = re.findall(
        r'<div class="scroll" role="region" tabindex="0" aria-label="([^"]+)">', whole
    )
    assert names == ["Effects of a regular forum", "Levels", "Levels (2)", "Sources", *TABLES]


def test_notes_follow_the_region_of_their_table_and_describe_it(whole: str) -> None:
    for first, last, notes in (
        ("Plans coded by reviewers.", "3 of 8 rows shown.", 2),
        ("Kept as found.", "Kept as found.", 1),
    ):
        start = whole.rindex("<table", 0, whole.index(first + "<"))
        described = re.match(r'<table [^>]*aria-describedby="([^"]+)"', whole[start:])
        assert described
        end = whole.index("</table></div>", start)
        below = re.match(
            r'\s*((?:<p class="table-note" id="[^"]+">[^<]*</p>\s*)+)', whole[end + 14 :]
        )
        assert below
        assert re.findall(r'id="([^"]+)"', below[1]) == described[1].split()
        assert len(described[1].split()) == notes
        assert first in below[1]
        assert last in below[1]
    assert whole.count("aria-describedby") == 2
    anchors = re.findall(r' id="([^"]+)"', whole)
    assert len(set(anchors)) == len(anchors)


def test_words_between_a_table_and_a_note_part_them() -> None:
    table = tables.table(sample.LEVELS, "Levels")
    note = {"text/html": '<p class="table-note">stray</p>'}
    joined = page(notebook(markdown("# A"), shown(table, note)))
    assert "aria-describedby" in joined
    for between in (markdown("words"), shown({"text/html": "<ul><li>words</li></ul>"})):
        text = page(notebook(markdown("# A"), shown(table), between, shown(note)))
        assert "aria-describedby" not in text


def test_cells_of_records_carry_the_label_of_their_column(whole: str) -> None:
    start = whole.index('<table class="gt_table records"')
    records = whole[start : whole.index("</table>", start)]
    assert re.findall(r'data-label="([^"]+)"', records) == [
        "Citation", "Licence &amp; terms", "Rows"] * 2  # fmt: skip
    for tag, role in (("tr", "row"), ("td", "cell"), ("thead", "rowgroup"), ("tbody", "rowgroup")):
        parts = re.findall(rf"<{tag}\b[^>]*>", records)
        assert parts
        assert all(f'role="{role}"' in part for part in parts)
    heads = re.findall(r"<th\b[^>]*>", records)
    assert sum('role="columnheader"' in head for head in heads) == 4
    assert sum('role="rowheader"' in head for head in heads) == 2
    assert whole.count('data-label="') == 6  # and in no other table


def test_only_the_first_quotation_is_the_box_of_findings(whole: str) -> None:
    assert whole.count('<blockquote class="findings">') == 1
    assert "<blockquote>" in whole
    text = page(notebook(markdown("# A\n\n> 37% reach Involve.\n\n> no")))
    assert text.count('<blockquote class="findings">') == 1


def test_provenance_is_printed(whole: str) -> None:
    footer = whole[whole.index("<footer>") :]
    for words in (
        "data/raw/irm-2016/process.csv: 116 rows, SHA-256 <code>" + "ab" * 32,
        "msfresearch 0.1.0",
        "0123456789abcdef0123456789abcdef01234567",
        "outcomes: <code>[&#34;specificity&#34;]</code>",
        "resampling: <code>20190301</code>",
        "pandas: <code>3.0.0</code>",
        "real answers",
    ):
        assert words in footer


def test_a_rehearsal_says_so_in_title_banner_and_provenance() -> None:
    text = page(sample.report("rehearsal"), "rehearsal")
    assert "<title>Rehearsal, simulated answers: " in text
    assert "This is a rehearsal, simulated answers" in text[: text.index("<main")]
    assert "rehearsal, simulated answers" in text[text.index("<footer>") :]


@pytest.mark.parametrize(("figures", "status"), [("real", "rehearsal"), ("rehearsal", "real")])
def test_a_figure_without_the_right_stamp_stops_the_page(figures: str, status: str) -> None:
    with pytest.raises(ReleaseError, match="stamp does not fit"):
        page(sample.report(figures), status)


def test_page_and_provenance_must_agree_on_the_status() -> None:
    with pytest.raises(ReleaseError, match="disagree on the status"):
        render_notebook(
            notebook(markdown("# A")),
            lang="en",
            status="rehearsal",
            wave_title="w",
            provenance=sample.provenance("real"),
            home_link="index.html",
        )


@pytest.mark.parametrize("lang", ["es", "fr"])
def test_a_language_that_is_not_offered_stops_the_page(lang: str) -> None:
    with pytest.raises(MsfResearchError, match="language"):
        render_notebook(
            notebook(markdown("# A")),
            lang=lang,
            status="real",
            wave_title="w",
            provenance=sample.provenance(),
            home_link="index.html",
        )


@pytest.mark.parametrize("place", ["/home/someone/x.csv", "../x.csv"])
def test_an_input_is_named_by_its_place_in_the_repository(place: str) -> None:
    wrong = Provenance("w", "real", (Input(place, "ab", None),), "0.1.0", None)
    with pytest.raises(ReleaseError, match="place on one machine"):
        render_notebook(
            notebook(markdown("# A")),
            lang="en",
            status="real",
            wave_title="w",
            provenance=wrong,
            home_link="index.html",
        )


def failed() -> object:
    cell = v4.new_code_cell("")
    cell.outputs = [v4.new_output("error", ename="KeyError", evalue="x", traceback=["x"])]
    return cell


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([markdown("text")], "exactly one heading"),
        ([markdown("# A\n\n# B")], "exactly one heading"),
        ([markdown("# A\n\n### B")], "level is skipped"),
        ([markdown("# A"), failed()], "cell 2 ended in an error"),
        ([markdown("# A"), shown({"image/png": PIXEL})], "alternative text in cell 2"),
        ([markdown(f"# A\n\n![](data:image/png;base64,{PIXEL})")], "without alternative text"),
        (
            [markdown("# A"), shown({"text/html": f'<img src="data:image/png;base64,{PIXEL}">'})],
            "without alternative text",
        ),
        (
            [
                markdown("# A"),
                shown(
                    {"text/html": f'<img src="data:image/png;base64,{PIXEL}" alt="{PLACEHOLDER}">'}
                ),
            ],
            "without alternative text",
        ),
        ([markdown("# A"), shown({"text/html": "<table><td>1</td></table>"})], "without headers"),
        ([markdown("# A"), printed("x" * 400_000)], "too large"),
    ],
)
def test_a_page_with_a_fault_does_not_leave(cells: list[object], message: str) -> None:
    with pytest.raises(ReleaseError, match=message):
        page(notebook(*cells))  # type: ignore[arg-type]


def test_an_image_of_a_notebook_keeps_its_alt_text() -> None:
    cell = v4.new_code_cell("")
    meta = {"image/png": {"alt": 'a "map"'}}
    cell.outputs = [v4.new_output("display_data", {"image/png": PIXEL + "\n"}, metadata=meta)]
    assert 'alt="a &quot;map&quot;"' in page(notebook(markdown("# A"), cell))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</main>", "<script>1</script></main>", "element"),
        ("</main>", '<iframe src="x"></iframe></main>', "element"),
        ("<main ", '<main onclick="x" ', "attribute"),
        ("<main ", '<main style="color:red" ', "attribute"),
        ("</main>", '<img src="https://x.org/a.png" alt="a"></main>', "outside the page"),
        ("</main>", '<a href="javascript:x">a</a></main>', "link"),
        ("</main>", '<a href="//x.org/a.html">a</a></main>', "link"),
        ('href="data:,"', 'href="https://x.org/i.ico"', "link to a file"),
        ("</main>", '<meta http-equiv="refresh" content="0"></main>', "instruct"),
        ("form-action", "frame-src", "policy"),
        ("</style>", "p{}</style>", "policy"),
        ("</main>", "<table><tr><th>a</th></tr></table></main>", "without scope"),
        ("</main>", "<h4>a</h4></main>", "skipped"),
    ],
)
def test_the_last_look_finds_what_was_slipped_in(old: str, new: str, message: str) -> None:
    text = page(notebook(markdown("# A\n\n## B")))
    check_page(text)
    assert old in text
    with pytest.raises(ReleaseError, match=message):
        check_page(text.replace(old, new, 1))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")


def entries() -> list[IndexEntry]:
    pages = (("Cleaning", "irm-2016/en/1-clean.html"),)
    return [
        IndexEntry("irm-2016", "Coding", "independent_reviewers", "real", "2016", 1116, "plans",
                   "irm-2016/en/4-report.html", pages),
        IndexEntry("poc-2019", "Points <b>of</b> Contact", "government", "rehearsal", "2019", 78),
    ]  # fmt: skip


def test_the_index_lists_waves_and_what_is_left_out() -> None:
    gone = LeftOut("odb-2014", "Barometer", "no file", "msfresearch fetch odb-2014")
    text = render_index(entries(), [gone], across=[("Compare", "across/en/5-compare.html", "real")])
    reader = _Links()
    reader.feed(text)
    assert reader.links[1:] == [
        "irm-2016/en/4-report.html",
        "irm-2016/en/1-clean.html",
        "across/en/5-compare.html",
    ]
    for words in ("1,116 plans", "independent reviewers", "rehearsal, simulated answers", "no file",
                  "<code>msfresearch fetch odb-2014</code>", "Points &lt;b&gt;of"):  # fmt: skip
        assert words in text
    assert render_index(entries(), [gone]) == render_index(entries(), [gone])


def test_every_cell_of_the_index_says_what_it_is() -> None:
    text = render_index(entries(), [LeftOut("odb-2014", "Barometer", "no file", "fetch")])
    cells = re.findall(r"<td\b([^>]*)>", text)
    labels = [re.findall(r'role="cell" data-label="([^"]+)"', cell) for cell in cells]
    assert labels == [[x] for x in [*["Pages", "Data from", "n"] * 2, "Why", "To get it"]]


def test_an_index_without_waves_says_so() -> None:
    assert "No wave has a report yet." in render_index([])
