"""The steps for the real file, in each platform's layout: no line of code is touched."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import yaml

from msfresearch.cli import main
from msfresearch.home import HOME_VARIABLE
from msfresearch.report.chapters.fieldwork import study
from msfresearch.survey.cleaning import Cleaned
from msfresearch.survey.rehearsal.truth import differences
from msfresearch.survey.secret import SECRET_VARIABLE
from msfresearch.survey.source import Platform
from msfresearch.wave import Wave, open_wave
from tests.survey.arrived import put, simulated, survey_home, write_secret

LAYOUTS: list[tuple[Platform, str]] = [
    ("qualtrics", "csv"),
    ("surveymonkey", "csv"),
    ("limesurvey", "csv"),
    ("limesurvey", "csv-full"),
    ("kobo", "csv"),
    ("kobo", "xlsx"),
    ("google_forms", "csv"),
    ("spss", "sav"),
    ("plain", "csv"),
    ("plain", "xlsx"),
]
#: Layouts whose columns no platform fixes: there a proposal is needed, at most so many times.
PASTED = {"spss": 1, "plain": 2}
#: What only a person can know of a file that somebody made: columns no proposal can guess.
KNOWN = {
    "answer": "role:response_id",
    "sent": "role:submitted",
    "begun": "role:started",
    "seconds": "role:duration",
    "through": "role:finished",
    "tongue": "role:language",
    "kind": "role:status",
    "given_name": "role:first_name",
}
HEAD = (
    "To paste into wave.yml in place of the source's `export:`, or as its last key, "
    "below `citation:`:\n"
)


@dataclass
class Checked:
    """What ``msfresearch check`` said, and the clean tables it saw."""

    good: bool
    out: str
    proposal: str
    cleaned: Cleaned | None


def check(
    wave: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Checked:
    seen: list[Cleaned] = []
    clean = Wave.clean

    def noted(self: Wave) -> Cleaned:
        seen.append(clean(self))
        return seen[-1]

    with monkeypatch.context() as patched:
        patched.setattr(Wave, "clean", noted)
        patched.setattr(sys, "argv", ["msfresearch", "check", wave])
        with pytest.raises(SystemExit) as left:
            main()
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    good = left.value.code == 0
    assert good or HEAD in err, err
    return Checked(good, out, "" if good else err.split(HEAD)[1], seen[0] if seen else None)


def corrected(proposal: str) -> str:
    """The proposal with the lines that a person reads and mends, as it says to."""
    for column, role in KNOWN.items():
        proposal = proposal.replace(f"    {column}: ignore", f"    {column}: {role}")
    return proposal


@pytest.mark.parametrize("wave", ["poc-2019", "cso-2019"])
@pytest.mark.parametrize(("platform", "file_format"), LAYOUTS)
def test_a_file_that_is_dropped_in_is_read_checked_and_studied(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wave: str,
    platform: Platform,
    file_format: str,
) -> None:
    home = survey_home(tmp_path / "checkout", wave)
    monkeypatch.setenv(HOME_VARIABLE, str(home.root))
    monkeypatch.setenv(SECRET_VARIABLE, str(write_secret(tmp_path / "secret")))
    made = simulated(home, wave, tmp_path / "made", platform, file_format)
    export = put(home, wave, made)
    content = export.read_bytes()
    manifest = home.raw / wave / "wave.yml"
    text = manifest.read_text(encoding="utf-8")
    assert open_wave(wave, home).manifest.status == "real"

    pasted = 0
    while not (checked := check(wave, monkeypatch, capsys)).good:
        pasted += 1
        assert pasted <= PASTED[platform], checked.proposal
        # Literally, under the source, which is the last of the file.
        block = corrected(checked.proposal)
        manifest.write_text(text + block, encoding="utf-8")
        [source] = yaml.safe_load(text + block)["sources"]
        assert set(source) == {"table", "licence", "citation", "export"}
    assert pasted == PASTED.get(platform, 0)
    assert checked.out.splitlines()[-1] == f"{wave}: good"
    assert f"answers: {platform}: " in checked.out

    cleaned = checked.cleaned
    assert cleaned is not None
    opened = open_wave(wave, home)
    truth = pd.read_parquet(made.truth / "clean.parquet")
    answers, reasons = cleaned.tables["answers"], cleaned.reasons["answers"]
    table = opened.questionnaire.tables["answers"]
    wrong = differences(truth, answers, reasons, table, opened.questionnaire)
    assert wrong.empty, wrong.head(20).to_string()
    assert len(answers) == made.facts["kept"] >= 20

    opened.save("clean", {"answers": answers, "answers_missing": reasons})
    found = study(opened)
    assert len(found.answers) + found.unplaced == len(answers)
    assert len(found.units) > 80
    assert found.participation["n"].sum() >= len(answers)
    assert export.read_bytes() == content


def test_what_only_a_person_knows_is_left_out_when_the_proposal_is_pasted_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = survey_home(tmp_path / "checkout", "cso-2019")
    monkeypatch.setenv(HOME_VARIABLE, str(home.root))
    monkeypatch.setenv(SECRET_VARIABLE, str(write_secret(tmp_path / "secret")))
    put(home, "cso-2019", simulated(home, "cso-2019", tmp_path / "made", "plain"))
    manifest = home.raw / "cso-2019" / "wave.yml"
    text = manifest.read_text(encoding="utf-8")
    while not (checked := check("cso-2019", monkeypatch, capsys)).good:
        assert checked.proposal not in manifest.read_text(encoding="utf-8")
        manifest.write_text(text + checked.proposal, encoding="utf-8")
    pasted = manifest.read_text(encoding="utf-8")
    proposed = {column for column, role in KNOWN.items() if f"{column}: {role}" in pasted}
    assert proposed >= {"sent", "begun", "seconds"}
    [told] = [line for line in checked.out.splitlines() if "columns left out" in line]
    assert all(column in told for column in set(KNOWN) - proposed)
