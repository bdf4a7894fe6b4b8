"""The figure of members: one tile each, below its region, filled or empty."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from msfresearch.errors import MsfResearchError
from msfresearch.report import figures, style

STAMP = "#8a3b00"
EDGE = f"stroke:{style.INK};stroke-width:0.6"
GROUPS = ("no answer", "answered")
MEMBERS = pd.DataFrame(
    {
        "code": ["CAN", "USA", "FRA", "ITA", "ESP", "FRA"],
        "region": ["North America"] * 2 + ["Europe"] * 3 + ["Local members"],
        "heard": ["answered", "no answer", "answered", "answered", "no answer", "no answer"],
    }
)


def drawn(members: pd.DataFrame = MEMBERS, status: str = "real") -> figures.Figure:
    return figures.tile_grid(
        members,
        "code",
        "region",
        "heard",
        groups=GROUPS,
        title="Members heard",
        caption="By region.",
        status=status,
    )


def tiles(figure: figures.Figure, colour: str = "") -> list[tuple[float, float]]:
    """Where the tiles of a colour stand, from the upper left."""
    found = re.findall(
        rf'<path d="M([\d.]+) ([\d.]+)[^"]*"[^>]*style="fill:{colour or "#[0-9a-f]+"};{EDGE}',
        figure.svg,
    )
    return [(float(x), float(y)) for x, y in found]


def test_every_member_has_a_tile_even_where_two_have_the_same_letters() -> None:
    places = tiles(drawn())
    assert len(places) == len(set(places)) == len(MEMBERS)


def test_tiles_are_filled_for_those_who_were_heard_and_for_no_others() -> None:
    figure = drawn()
    assert len(tiles(figure, style.COLOURS[0])) == (MEMBERS["heard"] == "answered").sum()
    assert len(tiles(figure, "#ffffff")) == (MEMBERS["heard"] == "no answer").sum()


def test_no_tile_leaves_the_drawing_when_a_region_has_many_members() -> None:
    many = pd.DataFrame(
        {"code": [f"A{i:02}" for i in range(40)], "region": "R", "heard": "answered"}
    )
    figure = drawn(many)
    places = tiles(figure)
    assert len(set(places)) == 40
    assert max(x for x, _ in places) < 72 * style.WIDTH
    assert len({y for _, y in places}) == 4


def test_the_alt_text_counts_tiles_in_all_and_by_region() -> None:
    alt = drawn().alt
    assert "6 tiles: no answer 3, answered 3" in alt
    for region in ("North America: 1 / 2", "Europe: 2 / 3", "Local members: 0 / 1"):
        assert region in alt


def test_a_group_that_nobody_is_in_is_told_as_none() -> None:
    assert "no answer 0, answered 6" in drawn(MEMBERS.assign(heard="answered")).alt


def test_regions_keep_the_order_of_the_table() -> None:
    alt = drawn(MEMBERS.iloc[::-1].reset_index(drop=True)).alt
    assert alt.index("Local") < alt.index("Europe") < alt.index("North")


@pytest.mark.parametrize("status", ["real", "rehearsal"])
def test_only_a_rehearsal_is_stamped(status: str) -> None:
    figure = drawn(status=status)
    assert (STAMP in figure.svg) is (status == "rehearsal")
    assert figure.alt.startswith("Rehearsal, simulated answers. ") is (status == "rehearsal")


def test_a_tile_of_no_group_is_an_error_and_not_an_empty_tile() -> None:
    with pytest.raises(MsfResearchError, match="a tile of no group") as wrong:
        drawn(MEMBERS.assign(heard="perhaps"))
    assert "no answer, answered" in str(wrong.value)


def test_a_frame_without_members_is_an_error_that_says_so() -> None:
    with pytest.raises(MsfResearchError, match="no rows"):
        drawn(MEMBERS.head(0))


@pytest.mark.parametrize("label", ["", "$x$", "<b>", "日本", "a\x00b", "x" * 80])
def test_any_label_gives_a_drawing_that_parses(label: str) -> None:
    figure = drawn(MEMBERS.assign(code=label, region=label))
    ElementTree.fromstring(figure.svg)
    assert "<b>" not in figure._repr_html_()
