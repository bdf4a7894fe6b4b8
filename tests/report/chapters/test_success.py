"""From the plan to the tables of the chapter on success, on data made to differ or not to."""

from __future__ import annotations

import pandas as pd
import pytest

from msfresearch.report.chapters import success, verdicts
from tests.report.chapters.conftest import MakeWave, rows
from tests.report.chapters.planned import analysed, noisy, plan_of, read


def test_a_wave_that_the_plan_leaves_out_ends_well(make_wave: MakeWave) -> None:
    wave = make_wave(rows(5))
    assert success.planned(read(wave), wave) is None
    assert success.stored(wave, None) == []
    assert success.results([]) == {}
    assert success.facts([], None)["planned"] is False
    assert verdicts.found([], "en") == []
    assert verdicts.pages([], "real", "en") == []


def test_what_is_stored_says_the_same(make_wave: MakeWave) -> None:
    done, wave = analysed(make_wave, rows(60, agree=noisy(0)), plan_of())
    plan = success.planned(read(wave), wave)
    wave.save("success", success.results(done), success.facts(done, plan))
    again = success.stored(wave, plan)
    assert verdicts.found(again, "en") == verdicts.found(done, "en")
    assert [verdicts.said(one, "en") for one in again] == [verdicts.said(one, "en") for one in done]
    assert wave.facts("success")["analyses"] == ["forum"]


def test_a_null_and_a_difference_are_told_apart(make_wave: MakeWave) -> None:
    null, _ = analysed(make_wave, rows(60, agree=noisy(0)), plan_of())
    clear, _ = analysed(make_wave, rows(60, agree=noisy(2)), plan_of())
    assert "No clear difference is seen in meets" in verdicts.found(null, "en")[0]
    assert "neither a difference nor its absence is shown" in verdicts.found(null, "en")[0]
    assert "A difference is seen in meets" in verdicts.found(clear, "en")[0]
    assert "No clear difference" not in verdicts.found(clear, "en")[0]


@pytest.mark.parametrize("model", ["logit", "linear"])
@pytest.mark.parametrize("n", [4, 12])
def test_a_wave_too_small_for_the_exposure_is_said_not_to_be_estimated(
    make_wave: MakeWave, model: str, n: int
) -> None:
    [one], _ = analysed(make_wave, rows(n, agree=noisy(1)), plan_of(model, ("steps",)))
    [told] = verdicts.said(one, "en")
    assert told.startswith("Meets: not estimated (")
    assert verdicts.found([one], "en")[0].startswith("Does a forum help? Not estimated: Meets (")
    assert success.forests(one, "real", "en", {"clustered": "rows"}) == []


def test_refused_predictors_are_named_with_what_the_data_bear(make_wave: MakeWave) -> None:
    given = rows(28, agree=lambda i: 5 if i % 5 < 2 else 2)
    [one], _ = analysed(make_wave, given, plan_of(predictors=("steps",)))
    [limit] = one.limits.to_dict("records")
    assert (limit["allowed"], limit["entered"]) == (1, 1)
    told = verdicts.said(one, "en")[-1]
    assert told.startswith("Meets: steps were asked for as further predictors and refused;")
    assert f"{limit['n_events']} cases in the smaller class bear 1 in all" in told
    assert told.endswith("The comparison is not adjusted for them.")


def test_where_a_linear_model_bears_too_few_the_plans_or_countries_are_told(
    make_wave: MakeWave,
) -> None:
    plan = plan_of("linear", ("steps",))
    [one], _ = analysed(make_wave, rows(28, agree=noisy(0)), plan)
    assert "28 plans or countries bear 1 in all" in verdicts.said(one, "en")[-1]


def test_predictors_that_the_data_bear_are_not_called_refused(make_wave: MakeWave) -> None:
    [one], _ = analysed(make_wave, rows(60, agree=noisy(0)), plan_of(predictors=("steps",)))
    assert one.limits["entered"].tolist() == [2]
    assert verdicts.limits(one, "en") == []


def test_every_row_left_out_is_in_the_account_with_its_reason(make_wave: MakeWave) -> None:
    given = rows(
        60,
        agree=lambda i: "NR" if i < 3 else noisy(0, i)(i),
        regular=lambda i: "97" if 3 <= i < 8 else i % 2,
    )
    [one], _ = analysed(make_wave, given, plan_of())
    [row] = success.account_table(one, "en").data.to_dict("records")
    assert (row["before"], row["n_rows"], row["n_members"]) == (60, 52, 52)
    assert row["left_out"] == "5 without regular (don't know); 3 without agree (not reviewed)"


def test_an_answer_that_the_plan_leaves_out_is_in_the_account(make_wave: MakeWave) -> None:
    plan = plan_of()
    [outcome] = plan["waves"]["small"]["analyses"][0]["outcomes"]
    outcome["valid"]["range"] = [2, 5]
    given = rows(60, agree=lambda i: 1 if i < 4 else max(2, int(str(noisy(0, i)(i)))))
    [one], _ = analysed(make_wave, given, plan)
    [row] = success.account_table(one, "en").data.to_dict("records")
    assert row["left_out"] == "4 with agree coded 1, which the plan leaves out"


def test_every_view_is_in_the_table_and_its_failure_in_the_notes(make_wave: MakeWave) -> None:
    plan = plan_of(policy={"units_per_predictor": 5})
    [one], _ = analysed(make_wave, rows(60, members=8, agree=noisy(0)), plan)
    shown = success.view_table(one, "en")
    assert len(shown.data) == 2
    assert "8 members; an interval by member needs 10" in shown.markup
    assert "seen two ways" in shown.caption
    assert "Plans" not in shown.markup


def test_a_figure_per_scale_holds_the_views_that_are_asked_for(make_wave: MakeWave) -> None:
    [one], _ = analysed(make_wave, rows(60, agree=noisy(0)), plan_of())
    [drawn] = success.forests(one, "rehearsal", "en")
    assert set(drawn.data["view"]) == {success.VIEWS["naive"], success.VIEWS["clustered"]}
    assert drawn.alt.startswith("Rehearsal, simulated answers.")
    assert "2 of 2 intervals include 0" in drawn.alt
    [plain] = success.forests(one, "real", "en", {"clustered": "each row"})
    assert set(plain.data["view"]) == {"each row"}


def test_percentage_points_are_those_of_the_rows(make_wave: MakeWave) -> None:
    given = rows(60, agree=noisy(0))
    [one], _ = analysed(make_wave, given, plan_of())
    shown = success.effect_table(one, "en").data
    frame = pd.DataFrame(given)
    share = frame["agree"].ge(4).groupby(frame["regular"]).mean()
    assert shown["p_unexposed"].tolist() == pytest.approx([share[0]] * 2)
    assert shown["p_exposed"].tolist() == pytest.approx([share[1]] * 2)
    assert shown["mde"].between(10, 100).all()


def test_the_page_of_an_analysis_holds_question_rows_views_and_verdict(
    make_wave: MakeWave,
) -> None:
    done, _ = analysed(make_wave, rows(60, agree=noisy(0)), plan_of())
    markup = [one._repr_html_() for one in verdicts.pages(done, "real", "en")]
    assert markup[0] == "<p><strong>Does a forum help?</strong></p>"
    assert "with a forum against without" in markup[1]
    assert any("From all rows to those that were fitted" in one for one in markup)
    assert sum("<figure" in one for one in markup) == 1
    assert "<li>" in markup[-1]
