"""The codebook page and the files beside it."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
import yaml
from pyxform.xls2xform import convert

from msfresearch.errors import ParameterError
from msfresearch.home import Home
from msfresearch.report.check import LIMIT, check_page
from msfresearch.report.codebook import PAGE, countries_of, write_questionnaire
from msfresearch.report.codebook_page import codebook_page
from msfresearch.report.codebook_words import WORDS
from msfresearch.survey.forms.labels import all_countries
from msfresearch.survey.questionnaire import Questionnaire, load_questionnaire
from msfresearch.wave import Wave, open_wave
from tests.conftest import HOME
from tests.survey.forum import FOLDER, small_forum

LANGUAGES = ("en", "es", "fr")


def instruments() -> list[Path]:
    return sorted((HOME / "codebook" / "questionnaires").glob("*.yml"))


def page(questionnaire: Questionnaire | None = None, lang: Any = "en", **options: Any) -> str:
    settings = {"status": "real", "wave_title": "A wave", **options}
    return codebook_page(questionnaire or small_forum(), lang=lang, **settings)


def entry(text: str, item: str) -> str:
    """What the page says of an item, without markup."""
    start = text.index(f'id="item-answers-{item}"')
    end = re.compile(r"<h[23] |<footer").search(text, start)
    assert end
    words = re.sub(r"<[^>]+>", " ", text[text.index(">", start) + 1 : end.start()])
    return " ".join(unescape(words).split())


def wave_at(tmp_path: Path, **changes: Any) -> Wave:
    """The small wave in a repository of its own."""
    root = tmp_path / "checkout"
    raw, questionnaires = root / "data" / "raw" / "small-2019", root / "codebook/questionnaires"
    raw.mkdir(parents=True)
    questionnaires.mkdir(parents=True)
    manifest = yaml.safe_load((FOLDER / "wave.yml").read_text(encoding="utf-8"))
    (raw / "wave.yml").write_text(yaml.safe_dump({**manifest, **changes}), encoding="utf-8")
    shutil.copy(FOLDER / "small-forum.yml", questionnaires)
    return open_wave("small-2019", Home(root))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", instruments(), ids=lambda path: path.stem)
def test_every_instrument_has_a_page_that_may_leave(path: Path, lang: Any) -> None:
    questionnaire = load_questionnaire(path)
    text = page(questionnaire, lang)
    check_page(text)
    assert len(text.encode()) < LIMIT / 2
    assert f'<html lang="{lang}">' in text
    for name, table in questionnaire.tables.items():
        for item in table.items:
            assert text.count(f'id="item-{name}-{item.id}"') == 1
    anchors = re.findall(r' id="([^"]+)"', text)
    assert len(set(anchors)) == len(anchors)
    links = re.findall(r'href="#([^"]+)"', text)
    assert set(links) <= set(anchors)


def test_a_question_stands_in_the_pages_language_with_the_others_below() -> None:
    for lang in LANGUAGES:
        told = entry(page(lang=lang), "msf_exists")
        label = small_forum().tables["answers"].item("msf_exists").label
        others = [label.in_language(one) for one in LANGUAGES if one != lang]
        assert told.startswith(f"4. {label.in_language(lang)} {others[0]} {others[1]}")
    assert '<span lang="fr">Existe-t-il un forum ?</span>' in page()


def test_answers_stand_with_their_codes_and_codes_for_no_answer_apart() -> None:
    told = entry(page(), "informed")
    assert "Answers 1 Strongly disagree · Muy en desacuerdo · Pas du tout d'accord 2 " in told
    assert "No answer 97 Don't know (offered by the form) · No sabe · Ne sait pas 99 " in told
    assert "empty = Not answered; 98 = Refused" in told
    topics = entry(page(), "topics")
    assert "TOPICS_budget → topics__budget Budget, spending and audit" in topics
    assert "In words TOPICS_other" in topics


def test_routing_is_told_in_words() -> None:
    assert "only if “Is there a forum?” is answered: Yes" in entry(page(), "decide")
    assert "seulement si la réponse à « Existe-t-il un forum ? » est : Oui" in entry(
        page(lang="fr"), "decide"
    )
    assert "only if" not in entry(page(), "trust")


def test_evidence_notes_and_the_other_instrument_are_told() -> None:
    whole = small_forum().model_dump(exclude_unset=True)
    for item in whole["tables"]["answers"]["items"]:
        if item["id"] == "trust":
            item.update(evidence="adapted", source_note="The survey of 2013.", note="Read twice.")
        if item["id"] == "informed":
            item.update(evidence="found")
    text = page(Questionnaire.model_validate(whole), "es", shared={"trust": ("msf-poc-2019",)})
    told = entry(text, "trust")
    assert "Procedencia adaptada The survey of 2013." in told
    assert '<span lang="en">The survey of 2013.</span>' in text
    assert "Nota Read twice." in told
    assert "También en msf-poc-2019" in told
    assert "Aquí: encontrada 1, adaptada 1." in text
    assert "También en" not in entry(text, "informed")


def test_what_was_not_asked_stands_apart_from_what_was() -> None:
    text = page()
    headings = re.findall(r"<h2[^>]*>([^<]+)</h2>", text)
    assert headings == [
        "How to read this page", "Answer", "The forum", "In your words",
        "Noted without being asked", "Made of other items", "How this page was made"]  # fmt: skip
    noted = text.index(">Noted without being asked</h2>")
    assert (
        text.index('id="item-answers-lang"') > noted > text.index('id="item-answers-ot_barriers"')
    )
    assert "Made of joined by a colon country level" in entry(text, "member")
    numbers = re.findall(r"<h3[^>]*>([0-9]+)\. ", text)
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]


def test_a_real_column_that_begins_with_an_underscore_is_no_paradata() -> None:
    text = page(load_questionnaire(HOME / "codebook/questionnaires/irm-2016.yml"))
    assert "Noted without being asked" not in text
    assert "Commitments: made of other items" in text


def test_hostile_words_of_a_questionnaire_stay_words() -> None:
    whole = small_forum().model_dump(exclude_unset=True)
    evil = "<script>alert(1)</script>{{ 7*7 }}\x1b[31m"
    for item in whole["tables"]["answers"]["items"]:
        item["label"] = {"en": evil, "es": evil, "fr": evil}
        item.update(note=evil, source_note=evil)
    text = page(Questionnaire.model_validate(whole), wave_title=evil)
    assert "<script" not in text
    assert "{{ 7*7 }}" in text
    assert "\x1b" not in text


def test_every_word_of_the_page_is_there_in_three_languages() -> None:
    for key, text in WORDS.items():
        fields = [set(re.findall(r"{(\w+)}", text.in_language(lang))) for lang in LANGUAGES]
        assert fields[0] == fields[1] == fields[2], key


def test_a_rehearsal_says_so_on_the_page_and_a_real_wave_does_not() -> None:
    assert "This is a rehearsal" in page(status="rehearsal")
    assert "This is a rehearsal" not in page()


def test_an_awaited_wave_gets_page_form_and_schema(tmp_path: Path) -> None:
    wave = wave_at(tmp_path)
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "kept.txt").write_text("kept", encoding="utf-8")
    written = write_questionnaire(wave, folder, "fr")
    names = [PAGE, "small-forum.xlsx", "answers.schema.json"]
    assert [path.name for path in written] == names
    assert sorted(path.name for path in folder.iterdir()) == sorted([*names, "kept.txt"])
    assert convert(written[1]).warnings == []
    schema = json.loads(written[2].read_text(encoding="utf-8"))
    assert schema["title"].startswith("Petite enquête")
    text = written[0].read_text(encoding="utf-8")
    for name in names[1:]:
        assert f"<code>{name}</code>" in text
    assert "codebook/questionnaires/small-forum.yml, SHA-256" in text
    assert str(tmp_path) not in text
    before = [path.read_bytes() for path in written]
    assert [path.read_bytes() for path in write_questionnaire(wave, folder, "fr")] == before


def test_a_cleaned_wave_gets_its_data_for_spss_too(tmp_path: Path) -> None:
    wave = wave_at(tmp_path)
    table = pd.DataFrame({"row_id": ["a"], "line": [2], "informed": pd.array([None], "Int64")})
    reasons = pd.DataFrame({"row_id": ["a"], "informed": ["dont_know"]})
    wave.save("clean", {"answers": table, "answers_missing": reasons})
    written = write_questionnaire(wave, tmp_path / "out", "es")
    assert [path.name for path in written][-2:] == ["answers.sav", "answers.labels.csv"]
    data, meta = pyreadstat.read_sav(written[-2], user_missing=True)
    assert data["informed"].tolist() == [97.0]
    assert meta.variable_value_labels["informed"][97.0] == "No sabe"
    assert "<code>answers.sav</code>" in written[0].read_text(encoding="utf-8")


def test_a_page_among_the_reports_leads_to_the_list_of_waves(tmp_path: Path) -> None:
    wave = wave_at(tmp_path)
    inside = write_questionnaire(wave, wave.home.reports / wave.id / "en", "en")
    assert 'href="../../index.html"' in inside[0].read_text(encoding="utf-8")
    outside = write_questionnaire(wave, tmp_path / "out", "en")
    assert "index.html" not in outside[0].read_text(encoding="utf-8")


def test_a_language_without_words_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="not written in"):
        write_questionnaire(wave_at(tmp_path), tmp_path / "out", "de")
    assert not (tmp_path / "out").exists()


def test_a_form_offers_the_frames_countries_and_all_where_there_is_no_frame(tmp_path: Path) -> None:
    wave = wave_at(tmp_path)
    assert countries_of(wave) == all_countries()
    shutil.copy(HOME / "codebook" / "members.csv", wave.home.codebook)
    offered = countries_of(wave)
    assert "CAN" in offered
    assert len(offered) < 100
    other = wave_at(tmp_path / "other", frame={"description": "nobody in particular"})
    shutil.copy(HOME / "codebook" / "members.csv", other.home.codebook)
    assert countries_of(other) == all_countries()


def test_an_item_names_the_other_instrument_that_shares_it(tmp_path: Path) -> None:
    root = tmp_path / "checkout"
    shutil.copytree(HOME / "codebook", root / "codebook")
    (root / "data/raw/poc-2019").mkdir(parents=True)
    shutil.copy(HOME / "data/raw/poc-2019/wave.yml", root / "data/raw/poc-2019")
    written = write_questionnaire(open_wave("poc-2019", Home(root)), tmp_path / "out", "en")
    text = written[0].read_text(encoding="utf-8")
    assert "Also in msf-cso-2019" in entry(text, "trust")
    assert "Also in" not in entry(text, "msf_legal")
    assert text.count("SHA-256") == 2
