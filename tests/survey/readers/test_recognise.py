"""Whose file it is, and by what that is seen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from msfresearch.errors import SourceError
from msfresearch.survey.readers.recognise import LOOKED_FOR, recognise
from msfresearch.survey.source import Layout, Platform


def write(folder: Path, text: str) -> Path:
    path = folder / "export.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("file", "platform", "reason"),
    [
        ("qualtrics_sample_3header_de.csv", "qualtrics", "ImportIds"),
        ("surveymonkey_StarWars_first121.csv", "surveymonkey", "RespondentID"),
        ("surveymonkey_MIDWEST_first200.csv", "surveymonkey", "RespondentID"),
        ("surveymonkey_masculinity_coded_first100.csv", "surveymonkey", "q0001"),
        ("kobo_robotoolbox_data_ml_default.csv", "kobo", "_uuid"),
        ("kobo_robotoolbox_data_sm_label.csv", "kobo", "_uuid"),
        ("spss_pyreadstat_sample.sav", "spss", "$FL2"),
    ],
)
def test_each_sample_is_known_for_what_it_is(
    shared: Path, file: str, platform: Platform, reason: str
) -> None:
    layout = Layout(encoding="mac_roman") if "StarWars" in file else None
    found, why = recognise(shared / "exports" / file, layout)
    assert found == platform
    assert reason in why


@pytest.mark.parametrize(
    ("header", "platform"),
    [
        ("id,submitdate,lastpage,startlanguage,seed,Q1", "limesurvey"),
        ('"Response ID","Date submitted","Last page","Start language","Why?"', "limesurvey"),
        ('"ID de respuesta","Fecha de envío","Última página","¿Qué?"', "limesurvey"),
        ('"id. ID de la réponse","submitdate. Date de soumission","lastpage. x"', "limesurvey"),
        ("start;end;Q1;_id;_uuid;_submission_time", "kobo"),
        ("SubmissionDate,Q1,meta-instanceID,KEY", "kobo"),
        ("Marca temporal,¿Qué?", "google_forms"),
        ("Respondent ID,Collector ID,Q", "surveymonkey"),
        ("ResponseId,StartDate,Q1", "qualtrics"),
        ("country,level,why", "plain"),
    ],
)
def test_a_platform_is_known_by_its_own_columns(
    tmp_path: Path, header: str, platform: Platform
) -> None:
    blank = ";" if ";" in header else ","
    path = write(tmp_path, f"{header}\n{blank * header.count(blank)}x\n")
    found, reason = recognise(path)
    assert found == platform
    assert reason


def test_a_file_that_two_platforms_could_have_written_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "Respondent ID,_id,_uuid,Why?\n1,2,3,x\n")
    with pytest.raises(SourceError) as wrong:
        recognise(path)
    assert "surveymonkey" in str(wrong.value.expected)
    assert "kobo" in str(wrong.value.expected)
    assert "export: {platform:" in str(wrong.value.action)


def test_a_file_that_none_has_written_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as wrong:
        recognise(write(tmp_path, "a,,c\n1,2,3\n"))
    assert wrong.value.found == "no name for column 2 of 3"
    assert all(what in str(wrong.value.expected) for what in LOOKED_FOR.values())


def test_answers_do_not_make_a_platform(tmp_path: Path) -> None:
    path = write(tmp_path, "country,why\nTimestamp,_id and _uuid\nRespondent ID,q0001_0001\n")
    assert recognise(path)[0] == "plain"


def test_reading_starts_without_the_libraries_of_other_platforms() -> None:
    said = (
        "import sys, msfresearch.survey.readers; "
        "print([m for m in ('pyreadstat', 'python_calamine', 'defusedxml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
