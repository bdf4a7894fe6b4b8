"""A plan with a fault is refused with its file and line."""

import datetime
from pathlib import Path

import pytest
import yaml
from tests.conftest import HOME

from msfresearch.errors import PlanError
from msfresearch.success.plan import Plan, load_plan
from msfresearch.survey.questionnaire import load_questionnaire


@pytest.fixture
def broken(home: Path, tmp_path: Path):
    """The real plan with one piece of text replaced; gives the file and the line replaced."""
    text = (home / "codebook" / "plan.yml").read_text("utf-8")

    def breaks(old: str, new: str) -> tuple[Path, int]:
        assert old in text
        path = tmp_path / "plan.yml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path, text[: text.index(old)].count("\n") + 1

    return breaks


def test_the_plan_says_that_it_came_after_the_data(plan: Plan):
    assert plan.date == datetime.date(2026, 11, 22)
    for name in ("irm-2016", "odb-2014"):
        wave = plan.wave(name)
        assert wave.written == "after data"
        assert "no preregistration" in wave.note
        assert {analysis.family for analysis in wave.analyses} == {"exploratory"}


def test_the_plan_of_the_surveys_came_before_anyone_saw_an_answer(plan: Plan):
    for name in ("poc-2019", "cso-2019"):
        assert plan.wave(name).written == "before data"
        families = {one.id: one.family for one in plan.wave(name).analyses}
        assert families == {
            "regularity": "confirmatory",
            "reasoned_response": "exploratory",
            "public_rules": "exploratory",
        }


def test_every_item_that_the_two_sides_are_compared_on_is_shared_and_ordered(plan: Plan):
    folder = HOME / "codebook" / "questionnaires"
    (sides,) = plan.sides
    for name in (sides.government, sides.civil_society):
        table = load_questionnaire(folder / f"msf-{name}.yml").tables[sides.table]
        assert set(sides.items) <= {item.id for item in table.items}


def test_the_plan_holds_the_analyses_of_the_registered_waves(plan: Plan):
    found = {wave: [one.id for one in part.analyses] for wave, part in plan.waves.items()}
    assert found["irm-2016"] == ["regular_forum", "involve"]
    assert found["odb-2014"] == ["civil_society"]
    forum = plan.analysis("irm-2016", "regular_forum")
    assert forum.outcome("completion_without_unclear").sensitivity_of == "completion"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("written: after data", "written: before lunch", "before data"),
        ("          kind: numeric", "          sort: numeric", "unknown key"),
        ("model: linear", "model: probit", "linear"),
        ("kind: numeric", "kind: vague", "binary"),
        ("version: 1", "version: 0", "greater than or equal to 1"),
        ("units_per_predictor: 15", "units_per_predictor: 0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(broken, old, new, said):
    path, line = broken(old, new)
    with pytest.raises(PlanError) as wrong:
        load_plan(path)
    assert f"plan.yml:{line}:" in str(wrong.value)
    assert said in str(wrong.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("family: exploratory", "family: confirmatory", "cannot be confirmatory"),
        ("sensitivity_of: completion", "sensitivity_of: progress", "no main outcome"),
        ("success: {at_least: Involve}", "success: {at_least: Advise}", "not among valid"),
        ("success: {at_least: Involve}", "success: {at_least: No consultation}", "every valid"),
        ("            success: {at_least: 1}\n", "", "needs a success rule"),
        ("valid: {range: [2, 5]}", "valid: {range: [5, 2]}", "does not ascend"),
        ("valid: {range: [2, 5]}", "valid: {}", "either a range"),
        ("id: potential_impact", "id: specificity", "two outcomes are called"),
        ("id: involve\n        question", "id: regular_forum\n        question", "two analyses"),
        ("- item: number_of_steps", "- item: regular_forum", "both sides"),
        ("- item: number_of_steps", "- item: outcome", "no item may be called"),
        ("views: [naive, clustered]", "views: [naive, aggregated]", "nothing to aggregate"),
        ("views: [naive, clustered]", "views: [naive, naive]", "declared twice"),
    ],
)
def test_parts_that_do_not_fit_together_are_named(broken, old, new, said):
    path, _ = broken(old, new)
    with pytest.raises(PlanError, match=said) as wrong:
        load_plan(path)
    assert wrong.value.row is not None


def test_an_analysis_that_is_not_planned_is_refused(plan: Plan):
    with pytest.raises(PlanError, match=r"(?s)no such analysis.*regular_forum, involve"):
        plan.analysis("irm-2016", "notice")
    with pytest.raises(PlanError, match="no analysis is planned for this wave"):
        plan.wave("cso-2024")
    with pytest.raises(PlanError, match="no such outcome"):
        plan.analysis("irm-2016", "involve").outcome("starred")


def test_a_plan_survives_a_round_trip(plan: Plan, tmp_path: Path):
    path = tmp_path / "plan.yml"
    path.write_text(
        yaml.safe_dump(plan.model_dump(mode="json"), allow_unicode=True).replace(
            "'2026-11-22'", "2026-11-22"
        ),
        encoding="utf-8",
    )
    assert load_plan(path) == plan
