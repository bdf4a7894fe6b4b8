"""What a form did not ask is kept apart from what nobody answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from msfresearch.errors import ManifestError
from msfresearch.survey.absent import asked_table, clean_names, conditions_left, with_absent
from msfresearch.survey.cleaning import Cleaned, clean
from msfresearch.survey.countries import load_countries
from msfresearch.survey.matching import MatchError
from msfresearch.survey.screening import rules
from msfresearch.wave import open_wave
from tests.conftest import HOME
from tests.survey.arrived import FORUM, forum_home, simulated, write_secret
from tests.survey.canonical import HOLLOW, QUESTIONNAIRE, TABLE, n_of, screened

FILE = Path("export.csv")
COUNTRIES = load_countries(HOME / "codebook" / "countries.yml")


def without(*absent: str, rows: tuple[dict[str, str], ...] = ({}, {})) -> Cleaned:
    """Rows screened and cleaned as those of a form that had not these items."""
    table = asked_table(TABLE, absent, FILE)
    found = screened(*rows, table=table)
    raw = with_absent(found.raw[[*table.columns()]], TABLE)
    names = {"answers": clean_names(TABLE, absent)}
    return clean({"answers": raw}, {"answers": FILE}, QUESTIONNAIRE, COUNTRIES, names)


def reasons(found: Cleaned, column: str) -> set[Any]:
    return set(found.reasons["answers"][column])


def test_a_form_that_asked_everything_is_left_as_it_is() -> None:
    assert asked_table(TABLE, (), FILE) is TABLE
    assert clean_names(TABLE, ()) == ()


def test_an_item_that_was_not_asked_is_missing_for_that_reason() -> None:
    found = without("trust")
    assert found.tables["answers"]["trust"].isna().all()
    assert reasons(found, "trust") == {"not_asked"}
    assert list(found.tables["answers"]["ambition"]) == [3, 3]
    assert len(found.tables["answers"].columns) == len(without().tables["answers"].columns)


def test_an_option_that_was_not_offered_is_no_option_left_unticked() -> None:
    found = without("topics__budget")
    assert reasons(found, "topics__budget") == {"not_asked"}
    assert list(found.tables["answers"]["topics__access"]) == [1, 1]


def test_with_a_question_go_its_options_and_its_text() -> None:
    names = ("topics__access", "topics__budget", "topics__other", "topics_other")
    assert clean_names(TABLE, ["topics"]) == names
    assert clean_names(TABLE, ["decide"]) == ("decide", "decide_other")
    found = without("topics", "decide")
    for name in (*names, "decide", "decide_other"):
        assert reasons(found, name) == {"not_asked"}


def test_a_question_whose_options_are_all_absent_was_not_asked() -> None:
    options = ["topics__access", "topics__budget", "topics__other"]
    assert clean_names(TABLE, options) == clean_names(TABLE, ["topics"])
    asked = asked_table(TABLE, options, FILE)
    assert "topics" not in [item.id for item in asked.items]
    assert reasons(without(*options), "topics_other") == {"not_asked"}


def test_without_the_option_other_there_is_no_text_beside_it() -> None:
    assert clean_names(TABLE, ["topics__other"]) == ("topics__other", "topics_other")
    assert asked_table(TABLE, ["topics__other"], FILE).item("topics").other is None
    assert reasons(without("topics__other"), "topics_other") == {"not_asked"}


def test_a_question_that_depends_on_an_absent_one_was_put_to_all() -> None:
    blank = {"MSF_DECIDE": "", "MSF_SHARE_NG": ""}
    found = without("msf_exists", rows=({}, blank))
    assert list(found.reasons["answers"]["share_ng"].fillna("answered")) == ["answered", "blank"]
    assert len(found.disagreements) == 0


def test_of_two_conditions_the_one_that_was_asked_still_holds() -> None:
    item = TABLE.item("decide").model_copy(
        update={"asked_if": {"msf_exists": ("1",), "topics": ("access", "budget")}}
    )
    assert conditions_left(item, ["msf_exists"]) == {"topics": ("access", "budget")}
    assert conditions_left(item, ["topics__access"]) == {
        "msf_exists": ("1",),
        "topics": ("budget",),
    }
    assert conditions_left(item, clean_names(TABLE, ["topics", "msf_exists"])) == {}


def test_rules_do_not_ask_for_what_the_form_had_not() -> None:
    asked = asked_table(TABLE, ["informed", "trust", "ot_barriers", "topics__budget"], FILE)
    assert asked.respondents is not None
    assert asked.respondents.substance == ("msf_exists", "ambition", "decide")
    assert asked.respondents.batteries == ()
    asked = asked_table(TABLE, ["trust"], FILE)
    assert asked.respondents is not None
    assert asked.respondents.batteries == (("informed", "ambition"),)


def test_a_form_that_did_not_ask_for_consent_sets_nobody_aside_for_it() -> None:
    table = asked_table(TABLE, ["consent"], FILE)
    found = screened({"CONSENT": "0"}, {"CONSENT": ""}, table=table)
    assert len(found.raw) == 2
    assert n_of(found, rules.REFUSED) == 0
    assert reasons(without("consent"), "consent") == {"not_asked"}


def test_a_form_without_items_of_substance_sets_no_row_aside_as_empty() -> None:
    assert TABLE.respondents is not None
    table = asked_table(TABLE, [*TABLE.respondents.substance], FILE)
    found = screened(HOLLOW, table=table)
    assert len(found.raw) == 1
    assert n_of(found, rules.EMPTY) == 0


@pytest.mark.parametrize(
    "name", ["nothing", "topics__nothing", "topics_other", "TRUST", "__", "trust__1"]
)
def test_a_name_that_the_questionnaire_has_not_is_refused(name: str) -> None:
    with pytest.raises(ManifestError) as refused:
        asked_table(TABLE, ["trust", name], FILE)
    assert refused.value.found == name
    assert refused.value.column == "export.absent"


@pytest.mark.parametrize(
    "name", ["resp_id", "member", "country", "level", "submit_dt", "lang", "written_in"]
)
def test_what_names_an_answer_cannot_be_absent(name: str) -> None:
    with pytest.raises(ManifestError, match="no item that a form may leave out") as refused:
        asked_table(TABLE, [name], FILE)
    assert refused.value.found == name


def test_the_proposal_of_an_export_without_an_item_makes_it_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MSFRESEARCH_SECRET_FILE", str(write_secret(tmp_path / "secret")))
    home = forum_home(tmp_path / "home")
    made = simulated(home, FORUM, tmp_path / "export", "plain")
    table = pd.read_csv(made.file, dtype="str", na_filter=False)
    gone = ["TRUST", "TOPICS_budget"]
    table.drop(columns=gone).to_csv(home.raw / FORUM / "export.csv", index=False)
    path = home.raw / FORUM / "wave.yml"
    manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
    manifest["sources"][0]["export"] = made.facts["export"]
    path.write_text(yaml.safe_dump(manifest, allow_unicode=True), encoding="utf-8")
    with pytest.raises(MatchError) as refused:
        open_wave(FORUM, home).clean()
    proposed = yaml.safe_load(refused.value.proposal)
    manifest["sources"][0]["export"] = proposed["export"]
    assert manifest["sources"][0]["export"]["absent"] == ["trust", "topics__budget"]
    path.write_text(yaml.safe_dump(manifest, allow_unicode=True), encoding="utf-8")
    found = open_wave(FORUM, home).clean()
    assert len(found.tables["answers"]) > 20
    for name in ("trust", "topics__budget"):
        assert found.tables["answers"][name].isna().all()
        assert reasons(found, name) == {"not_asked"}
    assert found.tables["answers"]["ambition"].notna().any()
