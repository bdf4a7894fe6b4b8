"""Two spellings of one text are one text; two texts stay two."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.survey.matching.wording import cut_off, known_wordings, normalise, without_number
from tests.survey.matching import QUESTIONNAIRE

TABLE = QUESTIONNAIRE.tables["answers"]
LABELS = sorted(
    {
        label.in_language(language)
        for label in (
            *(item.label for item in TABLE.items),
            *(option.label for item in TABLE.items for option in item.options),
            *(level.label for scale in QUESTIONNAIRE.scales.values() for level in scale.levels),
        )
        for language in ("en", "es", "fr")
    }
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acceptez-vous de participer ?", "Acceptez-vous de participer\u202f?"),
        ("Acceptez-vous de participer ?", "acceptez‑vous de PARTICIPER?"),
        ("¿Existe un foro?", "Existe un foro"),
        ("D'accord", "D’accord."),
        ("Is there a forum?", "<p>Is there a <strong>forum</strong>?&nbsp;</p>"),
        ("Is there a forum?", "* Is there a forum?*:"),
        ("Is there a forum?", "Is  there\r\na\tforum"),
        ("Name « of » the forum", 'Name "of" the forum'),
        ("R&D, then", "R&amp;D , then"),
        ("½ of them", "1⁄2 of them"),
        ("Part (%)", "Part ( % )"),
        ("Is there a forum?", "Is there a fo\u00adrum\u200b?"),
    ],
)
def test_markup_case_spaces_and_closing_marks_make_no_difference(one: str, other: str) -> None:
    assert normalise(one) == normalise(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Less than a month", "More than a month"),
        ("< 1 month", "> 1 month"),
        ("<1 month", "1 month"),
        ("1-3 months", "13 months"),
        ("Pêche", "Péché"),
        ("Yes", "No"),
        ("Is there a forum?", "Is there no forum?"),
        ("$0 - $24", "$0 - $25"),
    ],
)
def test_words_accents_numbers_and_signs_make_a_difference(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


def test_no_two_labels_of_the_questionnaire_fall_together_unless_they_are_the_same() -> None:
    kept = {normalise(label) for label in LABELS}
    assert len(kept) == len({label.casefold() for label in LABELS})


@given(
    st.sampled_from(LABELS),
    st.sampled_from(["{}", "<b>{}</b>", " {} ", "{}:", "{} *", "\ufeff{}", "<p>{}<br/></p>"]),
    st.sampled_from([str, str.upper, str.lower, str.title]),
    st.sampled_from([" ", "\u00a0", "  ", "\n", "\u2009", " \t"]),
)
def test_a_label_is_known_however_a_platform_dresses_it(
    label: str, dress: str, case: object, space: str
) -> None:
    assert callable(case)
    assert normalise(dress.format(case(label).replace(" ", space))) == normalise(label)


@given(st.text(max_size=200))
def test_any_text_is_normalised_to_one_line_without_space_around_it(text: str) -> None:
    words = normalise(text)
    assert words == words.strip()
    assert not {"\n", "\t", "\u00a0", "  "} & {a + b for a, b in itertools.pairwise(words)}
    assert "\n" not in words


def test_a_number_before_a_question_is_taken_off_and_one_in_an_answer_is_not() -> None:
    assert without_number("12. Is there a forum?") == "Is there a forum?"
    assert without_number("3) Is there a forum?") == "Is there a forum?"
    assert without_number("12 months ago") == "12 months ago"
    assert without_number("1.5 days") == "1.5 days"


def test_a_wording_is_known_with_where_it_comes_from() -> None:
    item = TABLE.item("msf_exists").model_copy(update={"wordings": ("Does a forum exist?",)})
    assert known_wordings(item, "Do you have a forum?") == {
        "is there a forum": "en",
        "existe un foro": "es",
        "existe-t-il un forum": "fr",
        "does a forum exist": "further wording",
        "do you have a forum": "manifest",
    }


def test_a_text_that_a_platform_cut_is_known_by_its_sign_or_by_its_length_in_spss() -> None:
    long = normalise("How often did the forum meet " + "in the last twelve months " * 6)
    assert cut_off("How often did the forum…", [long], "qualtrics")
    assert cut_off("How often did the forum...", [long], "surveymonkey")
    assert cut_off(long[:120], [long], "spss")
    assert not cut_off(long[:120], [long], "qualtrics")
    assert not cut_off(long[:60], [long], "spss")
    assert not cut_off("How often did the council…", [long], "qualtrics")
    assert not cut_off("…", [long], "qualtrics")
