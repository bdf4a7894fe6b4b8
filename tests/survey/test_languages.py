"""The language of an open answer is told where it can be, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.survey.languages import classify, detect, identifier, joined

SPANISH = "Los funcionarios no tienen tiempo para el foro y la sociedad civil está dividida"
FRENCH = "Les fonctionnaires n'ont pas le temps de répondre aux organisations de la société civile"
ENGLISH = "Civil servants have no time for the forum and civil society is divided"
PORTUGUESE = "Os funcionários públicos não têm tempo nem recursos para o fórum de diálogo"


def one(text: str, stated: str = "en") -> dict[str, object]:
    found = detect(pd.Series([text], dtype="str"), pd.Series([stated], dtype="str"))
    return dict(found.iloc[0])


@pytest.mark.parametrize(
    ("text", "language"),
    [(SPANISH, "es"), (FRENCH, "fr"), (ENGLISH, "en"), (SPANISH.upper(), "es")],
)
@pytest.mark.parametrize("stated", ["en", "es", "fr", ""])
def test_a_long_answer_is_in_its_own_language_whatever_the_form_s(
    text: str, language: str, stated: str
) -> None:
    assert one(text, stated) == {
        "stated": stated,
        "detected": language,
        "written": language,
        "sure": True,
    }


@pytest.mark.parametrize(
    "text", ["", "   ", "no", "nada", "Tiempo y dinero", "12345 " * 20, "¿?¡!"]
)
def test_a_short_answer_is_in_the_form_s_language(text: str) -> None:
    assert one(text, "fr") == {"stated": "fr", "detected": "", "written": "fr", "sure": False}


def test_an_answer_in_a_fourth_language_stays_with_the_form_s_and_is_known() -> None:
    assert one(PORTUGUESE, "es") == {
        "stated": "es",
        "detected": "pt",
        "written": "es",
        "sure": True,
    }


def test_addresses_and_masks_tell_no_language() -> None:
    words = "https://www.gouvernement.example/les-organisations-de-la-societe [telephone] [number]"
    assert one(words)["detected"] == ""
    assert one(f"{SPANISH} {words}")["written"] == "es"


def test_a_name_in_another_language_does_not_change_an_answer() -> None:
    assert one(f"{SPANISH}, como dice el Open Government Partnership")["written"] == "es"


def test_answers_are_told_one_by_one_by_their_index() -> None:
    texts = pd.Series([SPANISH, "", ENGLISH, SPANISH], index=[9, 3, 5, 2], dtype="str")
    stated = pd.Series(["en", "fr", "en", "en"], index=texts.index, dtype="str")
    found = detect(texts, stated)
    assert list(found.index) == [9, 3, 5, 2]
    assert list(found["written"]) == ["es", "fr", "en", "es"]


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), max_size=12))
def test_many_at_once_are_told_as_the_library_tells_them_one_by_one(texts: list[str]) -> None:
    languages, probability = classify(texts)
    for text, language, p in zip(texts, languages, probability, strict=True):
        if text:
            alone, likely = identifier().classify(text)
            assert p == pytest.approx(likely, abs=1e-4)
            # Where two are equally likely, rounding may take either.
            scores = dict(identifier().rank(text))
            assert language == alone or scores[language] == pytest.approx(likely, abs=1e-4)
        else:
            assert (language, p) == ("", 0)


def test_what_a_respondent_wrote_is_read_together() -> None:
    frame = pd.DataFrame({"a": ["x", ""], "b": ["y", ""]}, index=[4, 5], dtype="str")
    assert list(joined(frame)) == ["x\ny", ""]
    assert list(joined(frame[[]])) == ["", ""]


@pytest.mark.parametrize(
    ("file", "column", "language", "least_sure", "least_right"),
    [
        ("data/en_odb2014_expert_justifications.csv", "Justification", "en", 0.97, 0.999),
        ("data/es_decide_madrid_comments.csv", "text", "es", 0.92, 0.9995),
        ("data/fr_grand_debat_mel_comments.csv", "body", "fr", 0.94, 0.9985),
        ("text/sib200_en.csv", "text", "en", 0.99, 0.9985),
        ("text/sib200_es.csv", "text", "es", 0.98, 0.9985),
        ("text/sib200_fr.csv", "text", "fr", 0.99, 0.9985),
    ],
)
def test_real_texts_are_told_as_well_as_documented(
    shared: Path, file: str, column: str, language: str, least_sure: float, least_right: float
) -> None:
    path = shared / file
    first = path.read_text(encoding="utf-8-sig").splitlines()[0]
    texts = pd.read_csv(
        path, dtype="str", keep_default_na=False, sep=";" if first.count(";") > 2 else ","
    )[column]
    texts = texts[texts != ""]
    found = detect(texts, pd.Series("", index=texts.index, dtype="str"))
    assert found["sure"].mean() >= least_sure
    assert (found.loc[found["sure"], "detected"] == language).mean() >= least_right


def test_a_text_in_capitals_is_told_like_any_other() -> None:
    text = "LA CONSULTA ES UN MERO TRÁMITE Y LOS FUNCIONARIOS NO SABEN CONDUCIR UNA CONSULTA."
    found = detect(pd.Series([text]), pd.Series([""]))
    assert found.loc[0, ["written", "sure"]].tolist() == ["es", True]
