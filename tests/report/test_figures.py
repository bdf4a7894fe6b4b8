from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from msfresearch.errors import MsfResearchError
from msfresearch.report import figures
from tests.report import sample

KINDS = sorted(sample.all_figures())
WORDS = {"title": "A title", "caption": "A caption."}


@pytest.fixture(scope="module")
def drawn() -> dict[str, figures.Figure]:
    return sample.all_figures()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_data_give_the_same_bytes(drawn: dict[str, figures.Figure], kind: str) -> None:
    again = sample.all_figures()[kind]
    assert again.svg == drawn[kind].svg
    assert again.alt == drawn[kind].alt


def test_another_process_gives_the_same_bytes(drawn: dict[str, figures.Figure], home: Path) -> None:
    code = (
        "from tests.report.sample import all_figures; import hashlib;"
        "print(hashlib.sha256(''.join(f.svg for f in all_figures().values()).encode()).hexdigest())"
    )
    here = hashlib.sha256("".join(f.svg for f in drawn.values()).encode()).hexdigest()
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=home,
    )
    assert done.stdout.strip() == here


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawing_is_plain_svg_without_date_script_or_text_nodes(
    drawn: dict[str, figures.Figure], kind: str
) -> None:
    tree = ElementTree.fromstring(drawn[kind].svg)
    names = {element.tag.split("}")[1] for element in tree.iter()}
    assert names <= {"svg", "defs", "style", "g", "path", "use", "clipPath", "rect", "pattern"}
    assert "<!--" not in drawn[kind].svg
    assert len(drawn[kind].svg) < 60_000


@pytest.mark.parametrize("kind", KINDS)
def test_the_image_carries_its_alt_text_and_caption(
    drawn: dict[str, figures.Figure], kind: str
) -> None:
    markup = drawn[kind]._repr_html_()
    found = re.fullmatch(
        r'<figure><img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)" width="\d+" '
        r'height="\d+"><figcaption>(.+)</figcaption></figure>',
        markup,
    )
    assert found
    assert base64.b64decode(found[1]).decode() == drawn[kind].svg
    assert found[2].startswith("What was seen. ")
    assert found[3] == "Plans that were coded."


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "share_bars",
            "Americas 50% (40% to 60%); Africa 37% (25% to 50%); Asia and the Pacific no",
        ),
        ("share_bars", "Base: 0 to 31 per bar."),
        ("count_bars", "Inform 3; Consult 26; Involve 8; Collaborate 9"),
        (
            "stacked_levels",
            "Development (n = 46): Inform 7%, Consult 57%, Involve 17%, Collaborate 20%",
        ),
        ("missing_bars", "46 cells without an answer over 2 items; most in Level (30)"),
        ("forest", "Specificity, clustered by country: 0.22 (−0.06 to 0.50)"),
        ("forest", "2 of 4 intervals include 0"),
        ("scatter", "3 points: x from 1 to 3, y from 1 to 4. Rank correlation 0.50."),
        ("scatter", "1 point without both values not shown."),
    ],
)
def test_the_alt_text_says_what_the_data_say(
    drawn: dict[str, figures.Figure], kind: str, words: str
) -> None:
    assert words in drawn[kind].alt


def test_a_long_list_of_bars_is_told_by_its_ends() -> None:
    many = pd.DataFrame({"code": [f"code {i}" for i in range(20)], "n": range(20)})
    figure = figures.count_bars(many, "code", "n", **WORDS)
    assert "20 bars, from code 19 (19) down to code 0 (0)" in figure.alt


@pytest.mark.parametrize("kind", KINDS)
def test_a_rehearsal_is_stamped_in_drawing_and_alt_text(
    drawn: dict[str, figures.Figure], kind: str
) -> None:
    stamped = sample.all_figures("rehearsal")[kind]
    assert stamped.alt == "Rehearsal, simulated answers. " + drawn[kind].alt
    assert "#8a3b00" in stamped.svg
    assert "#8a3b00" not in drawn[kind].svg


def test_the_settings_of_matplotlib_stay_as_they_were() -> None:
    import matplotlib.pyplot as plt

    before = dict(mpl.rcParams)
    sample.all_figures()
    assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    "label", ["$\\frac{1}$ and $", "x" * 300, "a\x00b\x1b[0m", "\ud800", "", "日本 🏛", "-->", "<b>"]
)
@pytest.mark.parametrize("kind", ["bars", "points"])
def test_any_label_gives_a_drawing_that_parses(label: str, kind: str) -> None:
    labels = pd.Series([label, "other"], dtype="object")  # a str column holds no half code point
    table = pd.DataFrame({"label": labels, "n": [3, 4], "m": [1, 2]})
    if kind == "bars":
        figure = figures.count_bars(table, "label", "n", title=label or "t", caption=label)
    else:
        figure = figures.scatter(table, "n", "m", "label", xlabel=label, **WORDS)
    ElementTree.fromstring(figure.svg)
    figure._repr_html_().encode("utf-8")


def test_levels_keep_their_order_and_an_unknown_one_is_an_error() -> None:
    order = ["Collaborate", "Involve", "Consult", "Inform"]
    figure = figures.stacked_levels(sample.LEVELS, "item", "level", "n", levels=order, **WORDS)
    assert "Levels from Collaborate to Inform" in figure.alt
    with pytest.raises(MsfResearchError, match="outside the scale"):
        figures.stacked_levels(sample.LEVELS, "item", "level", "n", levels=order[:3], **WORDS)


def test_an_ordered_category_brings_its_own_order() -> None:
    kind = pd.CategoricalDtype(["Collaborate", "Consult", "Inform", "Involve", "Empower"], True)
    table = sample.LEVELS.assign(level=sample.LEVELS["level"].astype(kind))
    assert (
        "from Collaborate to Empower"
        in figures.stacked_levels(table, "item", "level", "n", **WORDS).alt
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"share": [0.1, 37.0, 0.2]}, "outside its range"),
        ({"share": ["a", "b", "c"]}, "holds no numbers"),
    ],
)
def test_a_share_that_is_no_share_is_an_error(change: dict[str, object], message: str) -> None:
    with pytest.raises(MsfResearchError, match=message):
        figures.share_bars(sample.SHARES.assign(**change), "region", "share", **WORDS)


def test_wrong_calls_say_what_is_wrong() -> None:
    with pytest.raises(MsfResearchError, match="lacks a column"):
        figures.count_bars(sample.LEVELS, "absent", "n", **WORDS)
    with pytest.raises(MsfResearchError, match="no rows"):
        figures.count_bars(sample.LEVELS.head(0), "level", "n", **WORDS)
    many = pd.DataFrame({"a": np.arange(200).astype(str), "n": 1})
    with pytest.raises(MsfResearchError, match="too many rows"):
        figures.count_bars(many, "a", "n", **WORDS)
    with pytest.raises(MsfResearchError, match="status"):
        figures.count_bars(sample.LEVELS, "level", "n", status="pilot", **WORDS)
    with pytest.raises(MsfResearchError, match="alternative text"):
        figures.Figure("<svg>", " ", "", sample.LEVELS)


def test_all_zero_counts_and_a_single_row_can_be_drawn() -> None:
    zero = pd.DataFrame({"item": ["a"], "reason": ["blank"], "n": [0]})
    assert "a 0" in figures.count_bars(zero, "item", "n", **WORDS).alt.replace(":", "")
    assert "0 cells" in figures.missing_bars(zero, "item", "reason", "n", **WORDS).alt
    assert "no value" in figures.stacked_levels(zero, "item", "reason", "n", **WORDS).alt
