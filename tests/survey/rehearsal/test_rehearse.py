from __future__ import annotations

import json

import pandas as pd
import pytest

from msfresearch.survey.rehearsal import rehearse
from msfresearch.survey.respondents import Rules
from tests.survey.forum import small_forum, small_manifest
from tests.survey.rehearsal import small_frame

FORUM = small_forum()


def _rehearsed(folder, platform, manifest=None, **more):
    return rehearse(
        FORUM, manifest or small_manifest(), small_frame(), folder, seed=11, answers=90,
        platform=platform, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("platform", "missing"),
    [
        ("plain", set()),
        ("surveymonkey", {"preview answer", "test answer"}),
        ("kobo", {"preview answer", "test answer", "exact duplicate", "same person twice"}),
    ],
)
def test_every_trap_a_platform_can_show_is_planted_and_listed(tmp_path, platform, missing):
    made = _rehearsed(tmp_path, platform)
    dirt = pd.read_csv(made.truth / "dirt.csv")
    expected = {
        *("preview answer", "test answer", "exact duplicate", "same person twice", "late answer"),
        *("no consent", "nothing answered", "straight-lined", "speeding"),
        *("contact in an open answer", "formula-looking cell"),
        *("line end, quotes and delimiters in a cell", "written in another language"),
    } - missing
    assert expected <= set(dirt.rule)
    assert not missing & set(dirt.rule)
    assert made.facts["dirt"] == dirt.rule.value_counts().to_dict()


def test_rows_are_kept_but_for_those_that_are_listed_as_set_aside(tmp_path):
    made = _rehearsed(tmp_path, "plain")
    dirt = pd.read_csv(made.truth / "dirt.csv")
    kept = pd.read_parquet(made.truth / "clean.parquet")
    aside = set(dirt.loc[dirt.outcome == "set aside", "line"])
    assert len(kept) == made.facts["rows"] - len(aside) == made.facts["kept"]
    assert not aside & set(kept.line)


def test_a_line_of_the_truth_is_the_line_of_the_file(tmp_path):
    made = _rehearsed(tmp_path, "plain")
    lines = made.file.read_text(encoding="utf-8").split("\n")
    for row in pd.read_parquet(made.truth / "clean.parquet").itertuples():
        assert lines[row.line - 1].startswith(f"{row.id},")


def test_a_contact_stands_in_the_file_and_not_in_the_truth(tmp_path):
    made = _rehearsed(tmp_path, "plain")
    text = made.file.read_text(encoding="utf-8")
    truth = pd.read_parquet(made.truth / "clean.parquet").ot_barriers.str.cat()
    assert "555 01" in text or "foro@example.org" in text or "forum@example.org" in text
    assert "[e-mail]" in truth or "[telephone]" in truth
    assert "555 01" not in truth
    assert "@example.org" not in truth


def test_late_answers_stay_where_the_wave_keeps_them(tmp_path):
    keeps = small_manifest().model_copy(update={"rules": Rules(late="keep")})
    strict, lax = _rehearsed(tmp_path / "a", "plain"), _rehearsed(tmp_path / "b", "plain", keeps)
    late = lax.facts["dirt"]["late answer"]
    assert lax.facts["kept"] == strict.facts["kept"] + late


def test_a_test_that_the_manifest_names_has_that_id(tmp_path):
    named = small_manifest().model_copy(update={"rules": Rules(tests=("7",))})
    made = _rehearsed(tmp_path, "limesurvey", named)
    dirt = pd.read_csv(made.truth / "dirt.csv", dtype={"id": str})
    assert list(dirt.loc[dirt.rule == "test answer by its id", "id"]) == ["7"]


def test_no_two_people_share_an_address_or_a_name_of_their_own(tmp_path):
    made = _rehearsed(tmp_path, "plain")
    rows = pd.read_csv(made.file, dtype=str, keep_default_na=False)
    twice = rows[rows.duplicated("mail", keep=False)]
    assert len(twice) >= 4  # exact duplicates and people who came back
    assert (rows.groupby("address").mail.nunique() == 1).all()
    assert rows.address.str.match(r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|2001:db8::").all()
    assert rows.mail.str.endswith("@example.org").all()


def test_themes_are_told_for_answers_that_are_kept(tmp_path):
    made = _rehearsed(tmp_path, "plain")
    themes = pd.read_csv(made.truth / "themes.csv", keep_default_na=False)
    kept = pd.read_parquet(made.truth / "clean.parquet").set_index("line")
    assert set(themes.line) == set(kept.index[kept.ot_barriers != ""])
    assert set(themes.stated) == {0, 1}
    assert (themes.theme == "").any()


def test_the_estimands_are_numbers_with_the_facts_beside_them(tmp_path):
    made = _rehearsed(tmp_path, "plain")
    found = json.loads((made.truth / "estimands.json").read_text(encoding="utf-8"))
    assert found["facts"] == made.facts
    assert {"truth", "these_members", "expected_unweighted", "gap"} <= set(found["items"][0])
