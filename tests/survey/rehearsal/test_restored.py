"""What was planted in an export is what cleaning finds, and the rest comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, product

import pytest

from msfresearch.survey.rehearsal.platforms import vendor
from msfresearch.survey.screening import rules
from tests.survey.rehearsal.restored import Restored, restored

PLATFORMS = ("qualtrics", "surveymonkey", "limesurvey", "kobo", "google_forms", "spss", "plain")
FORMATS = [(platform, name) for platform in PLATFORMS for name in vendor(platform).formats]
WAVES = ("poc-2019", "cso-2019")
#: The rule by which each trap has to be set aside.
MEETS = {
    "preview answer": rules.TEST,
    "test answer": rules.TEST,
    "no consent": rules.REFUSED,
    "nothing answered": rules.EMPTY,
    "late answer": rules.LATE,
    "exact duplicate": rules.EXACT,
    "same person twice": rules.SAME_PERSON,
}
FLAGS = {"straight-lined": "straight_lined", "speeding": "speeding", "late answer": "late"}


def _traps_met_their_rules(found: Restored) -> None:
    dirt = found.dirt
    aside = dirt[dirt["outcome"] == "set aside"]
    wanted = dict(zip(aside["line"], aside["rule"].map(MEETS), strict=True))
    met = found.intake.set_aside
    assert dict(zip(met["line"], met["rule"], strict=True)) == wanted
    listed = found.intake.listed
    near = listed[listed["rule"] == rules.NEAR]
    planted = set(dirt.loc[dirt["rule"] == "near duplicate", "line"])
    assert len(planted) == 1
    assert planted <= set(near["line"]) & set(near["other_line"])
    assert set(listed["rule"]) == {rules.NEAR}
    for rule, flag in FLAGS.items():
        lines = dirt.loc[(dirt["rule"] == rule) & (dirt["outcome"] != "set aside"), "line"]
        assert (found.answers.loc[lines, flag] == 1).all(), rule


def _language_is_the_true_one_or_the_form_s(found: Restored) -> None:
    """Where too little was written to tell, what the form was in is taken, and never a third."""
    truth = found.truth
    guess = found.answers["written_in"].astype("str").reindex(truth.index).fillna("")
    right = guess == truth["written_in"]
    assert (right | (guess == truth["lang"])).all()
    opens = [name for name in truth if name.startswith("ot_")]
    letters = truth[opens].agg("".join, axis=1).map(lambda text: sum(map(str.isalpha, text)))
    told = right[letters >= 40]
    assert len(told) > 40
    assert told.mean() > 0.9


def _restores(found: Restored) -> None:
    assert found.made.facts["kept"] == len(found.answers) > 40
    assert set(found.answers) - set(found.truth) == {"row_id", "resp_id"}
    wrong = found.wrong()
    assert wrong.empty, wrong.head(20).to_string()
    _traps_met_their_rules(found)
    _language_is_the_true_one_or_the_form_s(found)


@pytest.mark.parametrize(
    ("wave", "platform", "file_format", "language"),
    [
        ("poc-2019", "plain", "csv", "en"),
        ("poc-2019", "qualtrics", "csv", "en"),
        ("cso-2019", "qualtrics", "xlsx", "fr"),
        ("cso-2019", "qualtrics", "csv-legacy", "es"),
        ("cso-2019", "plain", "xlsx", "en"),
        ("cso-2019", "limesurvey", "csv", "fr"),
        ("cso-2019", "limesurvey", "csv-full", "en"),
        ("cso-2019", "kobo", "csv", "en"),
        ("poc-2019", "kobo", "xlsx", "en"),
        ("poc-2019", "surveymonkey", "csv", "es"),
        ("cso-2019", "surveymonkey", "csv-expanded", "en"),
        ("cso-2019", "surveymonkey", "csv-condensed", "en"),
        ("cso-2019", "google_forms", "csv", "es"),
        ("poc-2019", "spss", "sav", "fr"),
        ("cso-2019", "spss", "zsav", "en"),
    ],
)
def test_cleaning_restores_the_table_from_a_platform_s_export(
    home, tmp_path, wave, platform, file_format, language
):
    _restores(restored(home, tmp_path, wave, platform, file_format, language))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "language"),
    list(zip(product(WAVES, FORMATS), cycle(("en", "es", "fr")), strict=False)),
    ids=lambda part: "-".join([part[0], *part[1]]) if isinstance(part, tuple) else part,
)
def test_cleaning_restores_whatever_people_were_drawn(home, tmp_path, case, language):
    wave, (platform, file_format) = case
    for seed in (1, 2, 3):
        folder = tmp_path / str(seed)
        _restores(restored(home, folder, wave, platform, file_format, language, seed))


def test_a_cell_or_a_row_that_differs_is_found(home, tmp_path):
    found = restored(home, tmp_path, "poc-2019", "plain", "csv", "en")
    first, second, *_ = found.truth.index
    other = found.truth.drop(index=second)
    other.loc[first, "trust"] = "98"
    wrong = replace(found, truth=other).wrong()
    assert [tuple(row) for row in wrong[["line", "column"]].to_numpy()] == [
        (second, ""),
        (first, "trust"),
    ]
