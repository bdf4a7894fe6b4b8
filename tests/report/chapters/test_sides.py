"""Government and civil society side by side: what the page tells, and whom it never names."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd
import pytest

from msfresearch.errors import PlanError
from msfresearch.home import Home
from msfresearch.report.chapters import agreed, outsiders, sides
from msfresearch.report.chapters.sides import Faced
from msfresearch.success.plan import load_plan
from msfresearch.survey.standards import Standards, load_standards
from msfresearch.wave import open_wave
from tests.report import sample
from tests.report.chapters.surveyed import (
    CIVIL_SOCIETY,
    GOVERNMENT,
    REVIEWERS,
    Row,
    Shown,
    answer,
    arrived,
    flat,
    frame_members,
    grid,
    keep_answers,
    keep_plans,
    markup,
    pictures,
    read_sides,
    surveys_home,
    two_sides,
    words,
)

STAMP = "#8a3b00"
CHAPTERS: tuple[Callable[[Faced, str], Shown | Iterable[Shown]], ...] = (
    *(sides.headlines, sides.overlap, sides.few, sides.gap_figure, sides.gap_table),
    *(agreed.agreement_table, agreed.eye_to_eye_words, agreed.face_to_face),
    *(outsiders.witness_table, outsiders.found),
)
QUALITY = "Quality of the process for developing the action plan"
LEVELS = ("Very poor", "Poor", "Fair", "Good", "Excellent")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """The codebook and manifests, with the reviewers' view of every second country."""
    made = surveys_home(tmp_path / "checkout")
    seen = ("Inform", "Consult", "Involve")
    keep_plans(
        made,
        (
            (country, str(i % 2), seen[i % 3])
            for i, (country, level) in enumerate(frame_members(open_wave(GOVERNMENT, made)))
            if level == "national" and i % 2
        ),
    )
    return made


@pytest.fixture
def units(home: Home) -> list[tuple[str, str]]:
    """Country and level of every member of 2019."""
    return frame_members(open_wave(GOVERNMENT, home))


def answers(units: Sequence[tuple[str, str]], shift: int = 0) -> list[Row]:
    """An answer for each member; those of a shift are like those of the next member."""
    return [
        answer(
            *unit,
            proc_quality=str((i * 3 + shift) % 5 + 1),
            trust=str(i * 2 % 5 + 1),
            ambition=str(max(1, i % 5 + 1 - shift)),
            iap2_dev=str((i + shift) % 6),
            msf_remote=str((i + shift) % 3 % 2),
            notice_days=str(i % 20 + shift * (i % 3)),
        )
        for i, unit in enumerate(units)
    ]


def standards_of(home: Home) -> Standards:
    return load_standards(home.codebook / "standards.yml")


def shown(one: Faced, standards: Standards) -> list[Shown]:
    """All that the page shows."""
    met = outsiders.standards_met(one, standards)
    return [
        *[thing for chapter in CHAPTERS for thing in flat(chapter(one, "en"))],
        *outsiders.standards_shown(one, met, standards, "en"),
        *outsiders.standards_words(one, met, standards, "en"),
        *outsiders.witness_words(one),
    ]


# Nobody is named.


def test_no_output_holds_a_member_a_country_or_a_person(
    home: Home, units: list[tuple[str, str]]
) -> None:
    two_sides(home, answers(units[:40]), answers(units[:40], 1) + answers(units[5:25]))
    marks = {unit: f"XQ{i:02}Q" for i, unit in enumerate(units)}
    for wave in (GOVERNMENT, CIVIL_SOCIETY):
        opened = open_wave(wave, home)
        table = opened.table("clean", "answers")
        own = [marks[unit] for unit in zip(table["country"], table["level"], strict=True)]
        person = [f"XQperson{i}Q" for i in range(len(table))]
        table = table.assign(
            country=own, member=own, row_id=person, resp_id=person, ot_barriers=person
        )
        opened.save("clean", {"answers": table})
    keep_plans(home, ((code, "1", "Consult") for code in marks.values()))
    one = read_sides(home)
    told = markup(shown(one, standards_of(home)))
    assert "Both sides answered in 40 members" in told
    assert (grid(outsiders.witness_table(one, "en")).data["members"] > 10).any()
    assert "XQ" not in told


def test_no_name_of_a_country_of_the_frame_stands_in_any_output(
    home: Home, units: list[tuple[str, str]]
) -> None:
    one = two_sides(home, answers(units), answers(units, 1))
    told = re.sub(r'src="data:[^"]*"', "", markup(shown(one, standards_of(home))))
    told = re.sub("<svg.*?</svg>", "", told, flags=re.DOTALL)
    members = open_wave(GOVERNMENT, home).members()
    assert members is not None
    named = [
        name
        for name in {*members["name"], *members["country"], *members["member"]}
        if re.search(rf"\b{re.escape(name)}\b", told)
    ]
    assert named == []


# Few members, or none.


@pytest.mark.parametrize(("here", "there"), [(0, 0), (1, 1), (40, 0), (9, 9)])
def test_too_few_members_in_common_are_told_and_nothing_is_estimated(
    home: Home, units: list[tuple[str, str]], here: int, there: int
) -> None:
    one = two_sides(home, answers(units[:here]), answers(units[:there], 1))
    for chapter in CHAPTERS:
        assert markup(chapter(one, "en"))
    both = min(here, there)
    [first] = sides.headlines(one, "en")
    [second] = agreed.eye_to_eye_words(one, "en")
    assert first.startswith(f"Both sides answered in {both} member{'' if both == 1 else 's'};")
    assert "0 of 16 planned items" in first
    assert "Too few members" in second
    tabled = (sides.gap_figure, sides.gap_table, agreed.agreement_table, agreed.face_to_face)
    for chapter in tabled:
        assert words(chapter(one, "en")).startswith("No item has enough members")
    assert "Too few members are coded" in words(outsiders.found(one, "en"))
    assert f"In {both} both sides answered" in sides.overlap(one, "en")


def test_an_item_of_nine_members_is_held_back_and_one_of_ten_is_told(
    home: Home, units: list[tuple[str, str]]
) -> None:
    def given(shift: int) -> list[Row]:
        return [
            answer(
                *unit,
                proc_quality=str((i + shift * (i % 3)) % 5 + 1),
                trust=str((i + shift * (i % 3)) % 5 + 1) if i < 9 else "",
            )
            for i, unit in enumerate(units[:10])
        ]

    one = two_sides(home, given(0), given(1))
    assert "1 of 16 planned items" in sides.headlines(one, "en")[0]
    table = grid(agreed.face_to_face(one, "en"))
    assert table.data["item"].tolist() == [QUALITY]
    assert "Held back" in table.notes[-1]
    assert table.notes[-1].endswith(": 13 items.")
    trust = f"“{one.item('trust').label.en}”"
    assert trust in sides.few(one, "en")
    assert trust not in " ".join(sides.headlines(one, "en"))


def test_an_item_on_which_all_gaps_are_alike_is_in_no_figure_and_no_list(
    home: Home, units: list[tuple[str, str]]
) -> None:
    """Whoever knows one answer of such an item would know the other."""
    same = [answer(*unit, trust=str(i % 5 + 1)) for i, unit in enumerate(units[:20])]
    other = [{**row, "proc_quality": str(i % 5 + 1)} for i, row in enumerate(same)]
    moved = [{**row, "proc_quality": str(i % 4 + 1)} for i, row in enumerate(same)]
    one = two_sides(home, other, moved)
    label = one.item("trust").label.en
    assert one.found.set_index("item").loc["trust", "status"] == "constant"
    for chapter in (sides.gap_figure, sides.gap_table, agreed.agreement_table):
        assert label not in markup(chapter(one, "en"))
    for said in (sides.headlines, agreed.eye_to_eye_words):
        assert label not in " ".join(said(one, "en"))
    assert label not in markup(agreed.face_to_face(one, "en"))
    assert f"“{label}”" in sides.few(one, "en")
    assert "20" not in sides.few(one, "en")


# What is told.


def test_questions_stand_in_quotation_marks_within_sentences(
    home: Home, units: list[tuple[str, str]]
) -> None:
    one = two_sides(home, answers(units[:30]), answers(units[:30], 1))
    labels = [one.item(name).label.en for name in one.sides.items]
    told = [
        *sides.headlines(one, "en"),
        sides.few(one, "en"),
        *agreed.eye_to_eye_words(one, "en"),
        *outsiders.found(one, "en"),
    ]
    named = 0
    for sentence in told:
        assert "?," not in sentence
        for label in labels:
            for at in re.finditer(re.escape(label), sentence, flags=re.IGNORECASE):
                assert sentence[at.start() - 1] == "“"
                assert sentence[at.end()] == "”"
                assert at[0] == label
                named += 1
    assert named > 10


def test_a_row_of_the_table_holds_each_sides_answers_from_low_to_high(
    home: Home, units: list[tuple[str, str]]
) -> None:
    steps = {
        GOVERNMENT: (1, 1, 2, 4, 4, 4, 4, 5, 5, 5),
        CIVIL_SOCIETY: (1, 1, 1, 1, 2, 3, 3, 4, 4, 5),
    }
    government, civil_society = (
        [answer(*unit, proc_quality=str(n)) for unit, n in zip(units[:10], own, strict=True)]
        for own in steps.values()
    )
    # A member without a partner counts on neither side.
    government.append(answer(*units[30], proc_quality="3"))
    table = grid(agreed.face_to_face(two_sides(home, government, civil_society), "en"))
    [row] = table.data.to_dict("records")
    assert row["government"] == "Very poor 20%, Poor 10%, Fair 0%, Good 40%, Excellent 30%"
    assert row["civil_society"] == "Very poor 40%, Poor 10%, Fair 20%, Good 20%, Excellent 10%"
    assert row["item"] == QUALITY
    assert "records" in table.markup


def test_the_item_least_agreed_on_is_drawn_with_its_levels_in_order(
    home: Home, units: list[tuple[str, str]]
) -> None:
    one = two_sides(home, answers(units[:40]), answers(units[:40], 2))
    [figure] = pictures(agreed.face_to_face(one, "en"))
    estimated = one.found[one.found["status"] == "estimated"].dropna(subset=["kappa"])
    least = str(estimated.sort_values("kappa")["item"].iloc[0])
    assert f"Least agreed on: {one.item(least).label.en}" in figure.alt
    assert set(figure.data["side"]) == {"Government", "Civil society"}
    [total] = set(figure.data.groupby("side")["n"].sum())
    assert total == estimated.set_index("item").loc[least, "dyads"]


# Standards and reviewers.


def test_a_rule_that_was_asked_is_never_called_unasked(
    home: Home, units: list[tuple[str, str]]
) -> None:
    standards = standards_of(home)
    one = two_sides(home, answers(units[:12]), answers(units[:3], 1))
    met = outsiders.standards_met(one, standards)
    told = outsiders.standards_words(one, met, standards, "en")
    [unasked, *_] = [words for words in told if words.startswith("Not asked") and "2016" in words]
    [few, *_] = [words for words in told if words.startswith("Not told") and "2016" in words]
    assert "1c The remit is jointly developed" in few
    assert "1c The remit is jointly developed" not in unasked
    assert "5a There is a repository" in unasked
    assert "1a A forum is established" in few
    assert not [words for words in told if "furthest apart" in words]


def test_rules_come_with_their_members_and_the_versions_date(
    home: Home, units: list[tuple[str, str]]
) -> None:
    standards = standards_of(home)
    one = two_sides(home, answers(units[:30]), answers(units[:30], 1))
    met = outsiders.standards_met(one, standards)
    drawn = outsiders.standards_shown(one, met, standards, "en")
    assert len(pictures(drawn)) == 1
    table = grid(drawn, "Members that meet each rule of 2016")
    rules = table.data.set_index("rule")
    assert "30 members" in rules.loc["1a A forum is established", "government"]
    assert rules.loc["1a A forum is established", "government"].startswith("100%")
    told = " ".join(outsiders.standards_words(one, met, standards, "en"))
    assert "The standards of 2021 came into force on 2022-01-01, after both surveys" in told
    assert "from memory" in told


def test_sides_that_say_the_same_of_every_rule_are_not_called_apart(
    home: Home, units: list[tuple[str, str]]
) -> None:
    standards = standards_of(home)
    given = [answer(*unit) for unit in units[:12]]
    one = two_sides(home, given, given)
    met = outsiders.standards_met(one, standards)
    assert "furthest" not in " ".join(outsiders.standards_words(one, met, standards, "en"))


def test_reviewers_stand_beside_both_sides_with_what_limits_the_comparison(
    home: Home, units: list[tuple[str, str]]
) -> None:
    one = two_sides(home, answers(units), answers(units, 1))
    table = grid(outsiders.witness_table(one, "en"))
    assert table.data["side"].tolist() == ["government", "civil society"] * 3
    assert len(outsiders.witness_words(one)) == 1
    bare = dataclasses.replace(one, sides=one.sides.model_copy(update={"witness": None}))
    assert words(outsiders.witness_table(bare, "en")) == "The plan names no third view."
    assert outsiders.witness_words(bare) == []


# Status and declaration.


@pytest.mark.parametrize(
    "statuses",
    [("real", "real"), ("rehearsal", "real"), ("real", "rehearsal"), ("rehearsal", "rehearsal")],
)
def test_one_rehearsal_makes_the_comparison_one(
    home: Home, units: list[tuple[str, str]], statuses: tuple[str, str]
) -> None:
    one = two_sides(home, answers(units[:20]), answers(units[:20], 1), statuses)
    status = "real" if set(statuses) == {"real"} else "rehearsal"
    assert one.status == status
    told = sides.overlap(one, "en")
    as_words = {"real": "real answers", "rehearsal": "rehearsal, simulated answers"}
    each = (
        f"government ({GOVERNMENT}): {as_words[statuses[0]]}; "
        f"civil society ({CIVIL_SOCIETY}): {as_words[statuses[1]]}; "
        f"independent reviewers ({REVIEWERS}): real answers."
    )
    assert (each in told) is (status == "rehearsal")
    assert ("Not all waves are alike" in told) is (status == "rehearsal")
    drawn = pictures(shown(one, standards_of(home)))
    assert len(drawn) == 3
    for figure in drawn:
        assert figure.alt.startswith("Rehearsal, simulated answers. ") is (status == "rehearsal")
        assert (STAMP in figure.svg) is (status == "rehearsal")
    page = sample.page(
        sample.notebook(sample.markdown("# Two sides"), sample.shown(*drawn)), status
    )
    text = re.sub("<style.*?</style>", "", page, flags=re.DOTALL).lower()
    assert ("rehearsal" in text) is (status == "rehearsal")
    assert ("real answers" in text) is (status == "real")


def test_waves_that_the_plan_does_not_pair_are_refused(home: Home) -> None:
    plan = load_plan(home.codebook / "plan.yml")
    opened = [open_wave(wave, home) for wave in (GOVERNMENT, REVIEWERS)]
    with pytest.raises(PlanError, match="no two sides of these waves") as wrong:
        sides.declared(plan, opened)
    assert CIVIL_SOCIETY in str(wrong.value)


@pytest.mark.parametrize(
    ("item", "problem"),
    [("msf_decide", "neither numbers nor ordered"), ("msf_exists", "neither numbers nor ordered")],
)
def test_an_item_without_an_order_cannot_be_paired(home: Home, item: str, problem: str) -> None:
    opened = [open_wave(wave, home) for wave in (GOVERNMENT, CIVIL_SOCIETY, REVIEWERS)]
    for wave in (GOVERNMENT, CIVIL_SOCIETY):
        keep_answers(arrived(home, wave), [answer()])
    declared = sides.declared(load_plan(home.codebook / "plan.yml"), opened)
    with pytest.raises(PlanError, match=problem):
        sides.faced(declared.model_copy(update={"items": (item,)}), opened)


def test_the_same_answers_give_the_same_page(home: Home, units: list[tuple[str, str]]) -> None:
    one = two_sides(home, answers(units[:20]), answers(units[:20], 1))
    again = read_sides(home)
    pd.testing.assert_frame_equal(one.found, again.found)
    assert markup(agreed.face_to_face(one, "en")) == markup(agreed.face_to_face(again, "en"))
