"""What the cleaning notebook shows of a survey's export is what was done to it, and no more."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from msfresearch.home import Home
from msfresearch.report.chapters import intake
from msfresearch.report.prose import Prose
from msfresearch.survey.cleaning import Cleaned
from msfresearch.survey.contacts import MASKS
from msfresearch.survey.privacy import UNKNOWN_TEST
from msfresearch.survey.respondents import PARADATA, PERSONAL
from msfresearch.survey.secret import SECRET_VARIABLE
from msfresearch.wave import Wave, open_wave
from tests.conftest import HOME
from tests.report.chapters.conftest import MakeWave, rows
from tests.report.chapters.surveyed import grid, markup, words
from tests.survey.canonical import COLUMNS, COMPLETE
from tests.survey.forum import FOLDER

ROLES = {"ID": "response_id", "DAY": "submitted", "FORM": "language", "MAIL": "email"}
EXPORT = {
    "platform": "plain",
    "cells": "codes",
    "columns": {name: f"role:{role}" for name, role in ROLES.items()},
}
Take = Callable[..., Cleaned]


def given(*changed: Mapping[str, str]) -> list[dict[str, str]]:
    """Complete answers, each of another person, changed as told."""
    plain = [
        COMPLETE
        | {
            "ID": f"R{i}",
            "DAY": f"2019-04-{i % 28 + 1:02}",
            "FORM": "en",
            "MAIL": f"person{i}@example.org",
            "MSF_SHARE_NG": str(i),
            "OT_BARRIERS": f"Officials have no time for forum number {i} of the year",
        }
        for i in range(len(changed))
    ]
    return [row | dict(change) for row, change in zip(plain, changed, strict=True)]


@pytest.fixture
def survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Wave]:
    """The small survey of forums with a plain file of answers in its folder."""
    key = tmp_path / "secret"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    monkeypatch.setenv(SECRET_VARIABLE, str(key))

    def make(answers: list[dict[str, str]], **manifest: Any) -> Wave:
        home = Home(tmp_path / "checkout")
        (home.codebook / "questionnaires").mkdir(parents=True)
        form = yaml.safe_load((FOLDER / "small-forum.yml").read_text(encoding="utf-8"))
        table = form["tables"]["answers"]
        read = {item.get("column") for item in table["items"]}
        table["ignore"] = [column for column in PARADATA if column not in read]
        table["ignore_reason"] = "The small form has no item for it."
        path = home.codebook / "questionnaires" / "small-forum.yml"
        path.write_text(yaml.safe_dump(form), encoding="utf-8")
        for name in ("countries.yml", "members.csv"):
            shutil.copy(HOME / "codebook" / name, home.codebook)
        folder = home.raw / "small-2019"
        folder.mkdir(parents=True)
        told = yaml.safe_load((FOLDER / "wave.yml").read_text(encoding="utf-8"))
        told["sources"][0]["export"] = EXPORT
        (folder / "wave.yml").write_text(yaml.safe_dump(told | manifest), encoding="utf-8")
        frame = pd.DataFrame(answers, columns=[*ROLES, *COLUMNS])
        frame.to_csv(folder / "answers.csv", index=False)
        return open_wave("small-2019", home)

    return make


@pytest.fixture
def take(survey: Callable[..., Wave]) -> Take:
    """Read and clean such a file."""
    return lambda *changed, **manifest: survey(given(*changed), **manifest).clean()


def changed(cleaned: Cleaned, **parts: Any) -> Cleaned:
    """The same with other parts of its intake."""
    [(name, one)] = cleaned.intake.items()
    return dataclasses.replace(cleaned, intake={name: dataclasses.replace(one, **parts)})


# How the file was read.


def test_the_platform_is_named_with_the_reason(take: Take) -> None:
    shown = words(intake.reading(take({}), "en"))
    assert "read as an export of a plain table: the manifest says" in shown


@pytest.mark.parametrize(
    ("platform", "reason", "told"),
    [
        ("qualtrics", "ImportIds: Qualtrics", "an export of Qualtrics: ImportIds."),
        ("spss", "it begins with $FL2", "an export of SPSS: it begins with $FL2."),
    ],
)
def test_a_platform_is_not_named_twice(take: Take, platform: str, reason: str, told: str) -> None:
    cleaned = changed(take({}), platform=platform, reason=reason)
    assert words(intake.reading(cleaned, "en")).endswith(told)


def test_steps_that_did_nothing_are_named_below_those_that_did(take: Take) -> None:
    cleaned = take({})
    [one] = cleaned.intake.values()
    shown = grid(intake.reading(cleaned, "en"))
    assert (shown.data["n"] > 0).all()
    assert set(shown.data["rule"]) == {step.rule for step in one.account if step.count}
    assert shown.data["n"].sum() == sum(step.count for step in one.account)
    idle = [step.rule for step in one.account if not step.count]
    assert idle
    assert all(rule in shown.markup for rule in idle[:8])


def test_a_sheet_that_was_not_read_is_told_with_its_rows(take: Take) -> None:
    told = words(intake.reading(changed(take({}), unread={"visits": 1200}), "en"))
    assert "the sheet visits with 1,200 rows" in told


def test_every_column_of_the_file_is_counted_by_how_it_met_its_item(take: Take) -> None:
    shown = grid(intake.matched(take({}), "en"))
    assert shown.data["n"].sum() == len(ROLES) + len(COLUMNS)


# Who is set aside.


def test_rows_add_up_and_each_rule_says_how_many_it_met(take: Take) -> None:
    cleaned = take({}, {"CONSENT": "0"}, {}, {"CONSENT": "0"})
    assert intake.kept(cleaned, "en") == "Rows in the file: 4; set aside: 2; analysed: 2."
    shown = grid(intake.screening(cleaned, "en")).data.set_index("rule")
    assert shown.loc["consent not given", ["n", "rows_in", "rows_out"]].tolist() == [2, 4, 2]
    assert shown["rows_out"].iloc[-1] == 2


def test_a_flag_that_drops_no_row_shows_how_many_it_met(take: Take) -> None:
    straight = dict.fromkeys(("INFORMED", "AMBITION", "TRUST"), "4")
    shown = grid(intake.screening(take(straight, {}, straight), "en"))
    row = shown.data.set_index("rule").loc["same answer down a battery"]
    assert row[["n", "rows_in", "rows_out"]].tolist() == [2, 3, 3]
    assert "Rows it met" in shown.markup


def test_rows_that_are_odd_and_kept_are_told_by_what_is_odd(take: Take) -> None:
    cleaned = take({"DAY": "2019-03-01"}, {"DAY": "2019-03-02"}, {})
    told = intake.kept(cleaned, "en")
    assert told.startswith("Rows in the file: 3; set aside: 0; analysed: 3.")
    assert told.endswith("since something about them is odd: before the first window: 2.")
    [one] = cleaned.intake.values()
    twice = pd.concat([one.listed, one.listed.assign(rule="nearly the same answers").head(1)])
    told = intake.kept(changed(cleaned, listed=twice), "en")
    assert told.endswith("before the first window: 2; nearly the same answers: 1.")


def test_a_file_of_which_nobody_is_left_says_so(take: Take) -> None:
    cleaned = take({"CONSENT": "0"}, {"CONSENT": ""})
    assert intake.kept(cleaned, "en").endswith("set aside: 2; analysed: 0.")
    for chapter in (intake.reading, intake.matched, intake.screening, intake.personal):
        assert markup(chapter(cleaned, "en"))
    assert intake.facts(cleaned)["answers"]["analysed"] == 0


# Personal data.


def test_what_was_split_off_is_counted_and_never_shown(take: Take) -> None:
    secret = "escriba a ana.ejemplo@example.org o al +34 612 345 678"
    cleaned = take({"OT_BARRIERS": secret}, {})
    told = words(intake.personal(cleaned, "en"))
    assert "e-mail addresses (2)" in told
    assert "e-mail addresses within answers (1)" in told
    assert "telephone numbers within answers (1)" in told
    everything = "\n".join(
        markup(chapter(cleaned, "en"))
        for chapter in (intake.reading, intake.matched, intake.screening, intake.personal)
    )
    kept = "\n".join(table.to_csv() for table in intake.results(cleaned).values())
    for words_of_a_person in ("ana.ejemplo", "612 345", "person0", "person1", "example.org", "R0"):
        assert words_of_a_person not in everything
        assert words_of_a_person not in kept


def test_every_kind_of_personal_data_has_a_name_for_readers() -> None:
    assert set(intake.KINDS) == {"response_id", *PERSONAL, *MASKS}


def test_a_file_without_personal_data_says_so(take: Take) -> None:
    nothing = pd.DataFrame({"kind": ["cells searched"], "column": ["WHY"], "n": [3]})
    told = words(intake.personal(changed(take({}), masked=nothing), "en"))
    assert told.startswith("No e-mail address")
    assert "cells searched" not in told


def test_an_unknown_id_of_a_test_is_no_personal_data(take: Take) -> None:
    cleaned = take({}, {})
    [one] = cleaned.intake.values()
    unknown = pd.DataFrame({"kind": [UNKNOWN_TEST], "column": ["role:response_id"], "n": [1]})
    told = intake.personal(changed(cleaned, masked=pd.concat([one.masked, unknown])), "en")
    split, tests, *_ = told.sentences
    assert UNKNOWN_TEST not in split
    assert tests == "Ids that wave.yml names as tests and no row has: 1."


# Results, and waves that are no surveys.


def test_what_later_readers_need_is_kept_under_its_name(take: Take) -> None:
    cleaned = take({}, {"CONSENT": "0"})
    kept = intake.results(cleaned)
    assert set(kept) == {
        *("reading", "matching", "screening", "set_aside", "listed", "split_off", "recoded")
    }
    assert len(kept["set_aside"]) == 1
    assert intake.facts(cleaned) == {
        "answers": {"platform": "plain", "set_aside": 1, "analysed": 1}
    }


def test_hostile_headers_and_reasons_are_escaped(take: Take) -> None:
    cleaned = changed(take({}), reason="<img src=x onerror=ran()>", unread={"<script>": 2})
    assert "<img" not in markup(intake.reading(cleaned, "en"))
    assert "<script>" not in markup(intake.reading(cleaned, "en"))


def test_a_wave_that_is_no_survey_says_so_in_every_place(make_wave: MakeWave) -> None:
    cleaned = make_wave(rows(3)).clean()
    [told] = intake.reading(cleaned, "en")
    assert isinstance(told, Prose)
    assert "no survey of people" in told.sentences[0]
    assert intake.matched(cleaned, "en") == intake.screening(cleaned, "en") == []
    assert "none is screened" in intake.kept(cleaned, "en")
    assert "no respondent" in words(intake.personal(cleaned, "en"))
    assert intake.results(cleaned) == intake.facts(cleaned) == {}
