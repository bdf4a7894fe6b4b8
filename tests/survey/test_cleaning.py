"""Cleaning keeps missing reasons apart, counts every change, stops at what it cannot mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from msfresearch.errors import (
    AnswerError,
    ManifestError,
    MsfResearchError,
    QuestionnaireError,
    SourceError,
)
from msfresearch.home import Home
from msfresearch.wave import Wave, open_wave
from tests.conftest import INSTRUMENT, WORDS

MakeHome = Callable[..., Home]


def wave_of(make: MakeHome, text: str | bytes, **changes: Any) -> Wave:
    content = text if isinstance(text, bytes) else text.encode()
    return open_wave("small", make(content, **changes))


def edit_instrument(home: Home, change: Callable[[dict[str, Any]], None]) -> None:
    content = yaml.safe_load(yaml.safe_dump(INSTRUMENT))
    change(content)
    path = home.codebook / "questionnaires" / "small.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")


def test_missing_reasons_stay_apart(small_home: MakeHome) -> None:
    text = "id,country,agree,why\n" + "".join(
        f"{n},FR,{code},x\n" for n, code in enumerate(["97", "98", "99", "", "NR", "4"])
    )
    cleaned = wave_of(small_home, text).clean()
    reasons = cleaned.reasons["answers"]["agree"]
    assert reasons[:5].tolist() == [
        "dont_know",
        "refused",
        "not_applicable",
        "blank",
        "not_reviewed",
    ]
    assert pd.isna(reasons[5])
    assert cleaned.tables["answers"]["agree"].tolist()[5] == 4
    assert cleaned.tables["answers"]["agree"].isna().sum() == 5


def test_an_open_answer_may_be_the_word_na_and_namibia_is_a_country(small_home: MakeHome) -> None:
    table = wave_of(small_home, "id,country,agree,why\n1,NA,1,NA\n").clean().tables["answers"]
    assert table.loc[0, "country"] == "NAM"
    assert table.loc[0, "why"] == "NA"


def test_an_open_answer_keeps_its_spaces_and_line_ends(small_home: MakeHome) -> None:
    table = (
        wave_of(small_home, 'id,country,agree,why\n1,FR,1," a\r\nb "\n').clean().tables["answers"]
    )
    assert table.loc[0, "why"] == " a\r\nb "


def test_spaces_and_spellings_are_mended_and_counted(small_home: MakeHome) -> None:
    cleaned = wave_of(small_home, "id,country,agree,why\n1,FR,five ,x\n2,FR,5,y\n").clean()
    assert cleaned.tables["answers"]["agree"].tolist() == [5, 5]
    log = cleaned.log.set_index(["rule", "item"])["cells_changed"]
    assert log["spaces around a code removed", "agree"] == 1
    assert log["spelling made one", "agree"] == 1
    assert log["country known by an alias only", "country"] == 0


def test_the_log_counts_rows_in_and_out(small_home: MakeHome) -> None:
    log = open_wave("small", small_home()).clean().log
    row = log[log["rule"] == "rows read"].iloc[0]
    assert (row["rows_in"], row["rows_out"]) == (3, 3)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (
            "id,country,agree,why\n1,FR,6,x\n",
            AnswerError,
            ["answers.csv:2", "outside its scale", "agree", "'6'", "1 | 2 | 3 | 4 | 5"],
        ),
        (
            "id,country,agree,why\n1,FR,1,x\n2,Freedonia,1,x\n",
            AnswerError,
            ["answers.csv:3", "unknown country", "'Freedonia'", "countries.yml"],
        ),
        (
            "id,country,agree,why\n1,FR,1,x\n2,FR,1,x\n1,FR,2,x\n",
            AnswerError,
            ["answers.csv:4", "duplicate id", "lines 2, 4"],
        ),
        (
            "id,country,agree,why\n,FR,1,x\n",
            AnswerError,
            ["answers.csv:2", "without its key"],
        ),
        (
            "id,country,agree,why,shoe\n1,FR,1,x,44\n",
            SourceError,
            ["answers.csv:1", "unknown column", "shoe", "ignore:"],
        ),
        (
            "id,country,why\n1,FR,x\n",
            SourceError,
            ["answers.csv:1", "column is missing", "agree"],
        ),
    ],
)
def test_what_cannot_be_meant_stops_the_run_with_its_row(
    small_home: MakeHome, text: str, error: type[MsfResearchError], words: list[str]
) -> None:
    with pytest.raises(error) as wrong:
        wave_of(small_home, text).clean()
    for word in words:
        assert word in str(wrong.value)


def test_an_ignored_column_is_left_out_and_counted(small_home: MakeHome) -> None:
    home = small_home(b"id,country,agree,why,shoe\n1,FR,1,x,44\n")

    def ignore(content: dict[str, Any]) -> None:
        content["tables"]["answers"] |= {"ignore": ["shoe"], "ignore_reason": "not asked by us"}

    edit_instrument(home, ignore)
    cleaned = open_wave("small", home).clean()
    assert "shoe" not in cleaned.tables["answers"]
    row = cleaned.log[cleaned.log["rule"] == "column left out"].iloc[0]
    assert row["detail"] == "shoe: not asked by us"
    assert row["cells_changed"] == 1


def test_a_changed_raw_file_is_refused(small_home: MakeHome) -> None:
    wave = open_wave("small", small_home())
    path = wave.raw_folder / "answers.csv"
    path.write_bytes(path.read_bytes() + b"4,FR,1,x\n")
    with pytest.raises(SourceError, match="the raw file changed"):
        wave.raw()


def test_a_truncated_raw_file_is_refused_even_where_it_still_reads(small_home: MakeHome) -> None:
    wave = open_wave("small", small_home())
    path = wave.raw_folder / "answers.csv"
    path.write_bytes(path.read_bytes()[:45])
    with pytest.raises(SourceError, match="SHA-256"):
        wave.clean()


def test_a_missing_raw_file_is_named(small_home: MakeHome) -> None:
    wave = open_wave("small", small_home())
    (wave.raw_folder / "answers.csv").unlink()
    with pytest.raises(SourceError, match="no such file"):
        wave.raw()


def test_raw_files_are_never_written(small_home: MakeHome) -> None:
    wave = open_wave("small", small_home())
    path = wave.raw_folder / "answers.csv"
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    wave.save("clean", dict(wave.clean().tables))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "made up"}, ["wave.yml", "status", "'real', 'rehearsal' or 'awaited'"]),
        ({"surprise": 1}, ["wave.yml", "unknown key", "surprise", "one of:"]),
        ({"title": {"en": "only"}}, ["wave.yml", "missing", "title.es"]),
        ({"languages": []}, ["wave.yml", "languages"]),
        (
            {"fieldwork": [{"start": "2019-08", "end": "2019-04"}]},
            ["wave.yml", "ends (2019-04) before it starts"],
        ),
        ({"id": "other"}, ["wave.yml", "folder's name", "other", "small"]),
        ({"id": "../up"}, ["wave.yml", "id"]),
    ],
)
def test_a_manifest_with_a_fault_is_told_by_file_line_and_key(
    small_home: MakeHome, change: dict[str, Any], words: list[str]
) -> None:
    home = small_home(**change)
    with pytest.raises(ManifestError) as wrong:
        open_wave("small", home)
    for word in words:
        assert word in str(wrong.value)


def test_a_manifest_error_names_the_line(small_home: MakeHome) -> None:
    home = small_home()
    path = home.raw / "small" / "wave.yml"
    lines = path.read_text("utf-8").splitlines()
    number = next(i for i, line in enumerate(lines) if line.startswith("status:"))
    lines[number] = "status: guessed"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ManifestError, match=rf"wave\.yml:{number + 1}:"):
        open_wave("small", home)


def test_a_key_written_twice_in_a_manifest_is_an_error(small_home: MakeHome) -> None:
    home = small_home()
    path = home.raw / "small" / "wave.yml"
    path.write_text(path.read_text("utf-8") + "\nstatus: real\n", encoding="utf-8")
    with pytest.raises(ManifestError, match="'status' stands twice"):
        open_wave("small", home)


@pytest.mark.parametrize(
    "wave", ["../etc", "a/b", "", "A", "x" * 33, "irm-2016\n", "..", ".hidden"]
)
def test_what_is_no_wave_id_never_reaches_the_file_system(small_home: MakeHome, wave: str) -> None:
    with pytest.raises(ManifestError, match="not a wave's id"):
        open_wave(wave, small_home())


def test_an_unknown_wave_is_told_with_the_known_ones(small_home: MakeHome) -> None:
    with pytest.raises(ManifestError, match=r"no such wave(.|\n)*poc-1999(.|\n)*small"):
        open_wave("poc-1999", small_home())


def items(content: dict[str, Any]) -> list[dict[str, Any]]:
    return content["tables"]["answers"]["items"]


LEVEL = {"code": "1", "value": 9, "label": WORDS}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: items(c)[2].pop("scale"), ["item agree", "needs a scale"]),
        (lambda c: items(c)[2].update(scale="nope"), ["no scale nope"]),
        (lambda c: c["tables"]["answers"].update(key=["nope"]), ["key", "nope"]),
        (lambda c: items(c).append(items(c)[0]), ["two items"]),
        (lambda c: c["missing"].update({"96": "forgot"}), ["missing", "forgot"]),
        (lambda c: items(c)[3].pop("column"), ["item why", "column"]),
        (lambda c: c["scales"]["agreement"]["levels"].append(LEVEL), ["two levels"]),
    ],
)
def test_a_questionnaire_error_names_file_and_item(
    small_home: MakeHome, change: Callable[[dict[str, Any]], None], words: list[str]
) -> None:
    home = small_home()
    edit_instrument(home, change)
    with pytest.raises(QuestionnaireError) as wrong:
        open_wave("small", home).clean()
    assert "small.yml" in str(wrong.value)
    for word in words:
        assert word in str(wrong.value)


def test_naughty_strings_survive_from_the_raw_file_to_parquet(
    small_home: MakeHome, shared: Path
) -> None:
    import csv
    import io
    import json

    strings = json.loads((shared / "bad" / "blns" / "blns.json").read_text("utf-8"))
    assert len(strings) > 500
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["id", "country", "agree", "why"])
    for number, text in enumerate(strings):
        writer.writerow([f"n{number}", "FR", "1", text])
    wave = wave_of(small_home, out.getvalue().encode("utf-8"))
    wave.save("clean", dict(wave.clean().tables))
    found = wave.table("clean", "answers")["why"]
    assert ["" if pd.isna(text) else text for text in found] == strings
    assert found.isna().sum() == strings.count("")


@pytest.mark.parametrize("wave", ["compare", "context"])
def test_a_wave_cannot_take_the_name_of_another_folder(small_home: MakeHome, wave: str) -> None:
    with pytest.raises(ManifestError, match="names something else here"):
        open_wave(wave, small_home(wave=wave))


def test_an_export_that_is_published_nowhere_needs_no_address(small_home: MakeHome) -> None:
    home = small_home()
    path = home.raw / "small" / "wave.yml"
    lines = [line for line in path.read_text("utf-8").splitlines() if "url:" not in line]
    path.write_text("\n".join(lines), encoding="utf-8")
    wave = open_wave("small", home)
    assert len(wave.raw()) == 3
    (wave.raw_folder / "answers.csv").unlink()
    (fetched,) = wave.fetch(mirror=None, download=True)
    assert "published nowhere" in fetched.reason


NOMINAL = {
    "levels": [{"code": c, "value": c.lower(), "label": WORDS} for c in ("Yes", "No", "Perhaps")]
}


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ({"item": "agree"}, ["say which answer is counted"]),
        ({"item": "agree", "at_least": "9"}, ["no answer has the code '9'"]),
        ({"item": "agree", "at_least": "4", "equals": "5"}, ["not both"]),
        ({"item": "agree", "equals": "5", "leave_out": ["0"]}, ["no answer has the code '0'"]),
        ({"item": "nominal", "at_least": "Yes"}, ["have no order"]),
        ({"item": "why", "at_least": "x"}, ["a scale or a number"]),
    ],
)
def test_a_highlight_that_could_be_counted_wrongly_is_refused(
    small_home: MakeHome, mark: dict[str, Any], words: list[str]
) -> None:
    home = small_home()

    def change(content: dict[str, Any]) -> None:
        content["scales"]["nominal"] = NOMINAL
        nominal = {"id": "nominal", "type": "single", "scale": "nominal", "column": "n"}
        items(content).append({**nominal, "label": WORDS})
        content["tables"]["answers"]["highlights"] = [{**mark, "label": WORDS}]

    edit_instrument(home, change)
    with pytest.raises(QuestionnaireError) as wrong:
        _ = open_wave("small", home).questionnaire
    for word in words:
        assert word in str(wrong.value)
