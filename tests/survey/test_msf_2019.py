"""The two instruments of 2019 ask what was proposed, in three languages, along sound routes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from msfresearch.survey.items import Item
from msfresearch.survey.manifest import Manifest, load_manifest
from msfresearch.survey.questionnaire import Questionnaire, Table, load_questionnaire
from msfresearch.survey.respondents import PARADATA
from msfresearch.survey.source import Text
from tests.conftest import HOME

QUESTIONNAIRES = HOME / "codebook" / "questionnaires"
INSTRUMENTS = {
    "POC": load_questionnaire(QUESTIONNAIRES / "msf-poc-2019.yml"),
    "CSO": load_questionnaire(QUESTIONNAIRES / "msf-cso-2019.yml"),
}
EVIDENCE = {"F": "found", "A": "adapted", "I": "inferred"}
TYPES = {"string": "id"}
#: Item of the proposal to that of the instruments, where the id is another.
NAMES = {"wave": "wave_window"}
WAVES = {"poc-2019": "POC", "cso-2019": "CSO"}
#: Words that one of the languages has and the two others have not.
TELLTALE = {
    "en": re.compile(r"\b(the|of|and|with|is|are|not|how|who|did|or)\b", re.IGNORECASE),
    "es": re.compile(r"\b(el|los|las|del|con|una|qué|cómo|y|su|sus|por)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(le|les|des|du|avec|une|dans|pour|vos|votre|et|été)\b", re.IGNORECASE),
}
#: French words that the list of another language has too.
ALSO_FRENCH = re.compile(r"\b(il y a|pour y|or)\b", re.IGNORECASE)

both = pytest.mark.parametrize("side", ["POC", "CSO"])


@pytest.fixture(scope="module")
def proposed(shared: Path) -> list[dict[str, str]]:
    path = shared / "codebook" / "questions_proposed.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, strict=True))


def table_of(side: str) -> Table:
    return INSTRUMENTS[side].tables["answers"]


def item_of(row: dict[str, str], table: Table) -> Item:
    name = row["id"].lower()
    return table.item(NAMES.get(name, name))


def pairs(rows: list[dict[str, str]]) -> Iterator[tuple[dict[str, str], str, Item]]:
    """Every proposed item with every instrument that has to ask it."""
    for row in rows:
        for side in ("POC", "CSO") if row["instrument"] == "both" else (row["instrument"],):
            yield row, side, item_of(row, table_of(side))


def choices(side: str) -> Iterator[tuple[str, list[Text]]]:
    """The words of every list of answers: levels, options, what the form offers beside."""
    questionnaire = INSTRUMENTS[side]
    for item in table_of(side).items:
        words = [level.label for level in questionnaire.levels(item)]
        words += [option.label for option in item.options]
        words += [questionnaire.missing_labels[code] for code in item.offers]
        if words:
            yield item.id, words


def test_there_are_42_proposed_items_and_each_is_asked_where_it_should_be(
    proposed: list[dict[str, str]],
) -> None:
    assert len(proposed) == 42
    assert len(list(pairs(proposed))) == 2 * 42 - sum(r["instrument"] != "both" for r in proposed)
    only = {side: [r["id"] for r in proposed if r["instrument"] == side] for side in INSTRUMENTS}
    for side, other in (("POC", "CSO"), ("CSO", "POC")):
        asked = {item.id for item in table_of(side).items}
        assert not asked & {name.lower() for name in only[other]}


def test_items_bear_the_words_of_the_proposal(proposed: list[dict[str, str]]) -> None:
    for row, _, item in pairs(proposed):
        for language in ("en", "es", "fr"):
            assert item.label.in_language(language) == row[f"label_{language}"], item.id


def test_items_keep_where_they_come_from(proposed: list[dict[str, str]]) -> None:
    for row, _, item in pairs(proposed):
        assert item.evidence == EVIDENCE[row["evidence"]], item.id
        assert item.source_note, item.id


def test_items_keep_their_section_and_column(proposed: list[dict[str, str]]) -> None:
    for row, _, item in pairs(proposed):
        assert item.section == row["section"], item.id
        if item.column and not item.column.startswith("_"):
            assert item.column == row["id"]
        for option in item.options:
            assert option.column.startswith(f"{row['id']}_")


def test_items_have_the_type_of_the_proposal(proposed: list[dict[str, str]]) -> None:
    for row, side, item in pairs(proposed):
        if item.id == "country":
            assert item.type == "country"
        elif (side, item.id) == ("POC", "wave_window"):
            assert item.type == "numeric"  # a scale needs two levels, and this wave has one window
        else:
            assert item.type == TYPES.get(row["type"], row["type"]), item.id


def test_numbered_answers_have_the_numbers_of_the_proposal(
    proposed: list[dict[str, str]],
) -> None:
    """``1 Yes; 0 No; 97 Don't know; 2 Being set up``: codes, their order, what the form offers."""
    checked = 0
    for row, side, item in pairs(proposed):
        if ".." in row["scale"]:
            numbers = ["1", "2", "3", "4", "5"]
            numbers += re.findall(r"\b(?:97|98|99)\b", row["scale"])
        else:
            numbers = re.findall(r"(?:^|; )([0-9]+)(?= )", row["scale"])
        if item.type not in ("single", "ordinal") or not numbers:
            continue
        codes = [level.code for level in INSTRUMENTS[side].levels(item)]
        assert codes == [n for n in numbers if n not in ("97", "98", "99")], item.id
        assert list(item.offers) == [n for n in numbers if n in ("97", "98", "99")], item.id
        checked += 1
    assert checked > 35


def test_lists_of_words_are_as_long_as_proposed(proposed: list[dict[str, str]]) -> None:
    for row, side, item in pairs(proposed):
        if item.type in ("single", "multi") and item.id not in ("wave_window", "lang"):
            parts = row["scale"].split("; ")
            offered = [code for code in item.offers if code in ("97", "98", "99")]
            answers = INSTRUMENTS[side].levels(item) or item.options
            assert len(answers) + len(offered) == len(parts), item.id


def test_whoever_may_answer_other_can_write_what(proposed: list[dict[str, str]]) -> None:
    for row, _, item in pairs(proposed):
        ends_in_other = row["scale"].split("; ")[-1] == "other"
        assert (item.other is not None) == ends_in_other, item.id
        if item.other is not None:
            assert item.other.column == f"{row['id']}_other"
            assert item.other.code == "other"


@both
def test_values_of_ordinal_answers_are_whole_numbers_that_rise(side: str) -> None:
    for item in table_of(side).items:
        values = [level.value for level in INSTRUMENTS[side].levels(item)]
        if item.type == "ordinal":
            assert all(isinstance(value, int) for value in values), item.id
            assert values == sorted(values), item.id  # type: ignore[type-var]


@both
def test_every_list_of_answers_is_complete_and_distinct_in_each_language(side: str) -> None:
    for item, words in choices(side):
        for language in ("en", "es", "fr"):
            said = [" ".join(word.in_language(language).casefold().split()) for word in words]
            assert len(set(said)) == len(said), (item, language)


@both
def test_no_long_label_is_left_in_another_language(side: str) -> None:
    labels = [(item.id, item.label) for item in table_of(side).items]
    labels += [(item, word) for item, words in choices(side) for word in words]
    labels += [(mark.item, mark.label) for mark in table_of(side).highlights]
    for item, text in labels:
        three = {text.en.casefold(), text.es.casefold(), text.fr.casefold()}
        assert len(three) == 3 or max(map(len, three)) <= 3, (item, text)
        for language, others in (("en", "es fr"), ("es", "en fr"), ("fr", "en es")):
            words = ALSO_FRENCH.sub("", text.in_language(language))
            for other in others.split():
                assert not TELLTALE[other].search(words), (item, language, words)


@both
def test_questions_end_alike_in_the_three_languages(side: str) -> None:
    for item in table_of(side).items:
        asks = [item.label.in_language(language).endswith("?") for language in ("en", "es", "fr")]
        assert len(set(asks)) == 1, item.id
        assert item.label.es.count("¿") == asks[1], item.id


@both
def test_typography_is_that_of_the_language(side: str) -> None:
    """In French a space stands before ``?`` and ``:``, in Spanish and English none does."""
    labels = [item.label for item in table_of(side).items]
    labels += [word for _, words in choices(side) for word in words]
    for text in labels:
        assert not re.search(r"\s[?:;!]", text.en + text.es), text
        assert not re.search(r"\S[?!]", text.fr), text


@both
def test_every_paradata_column_is_read_by_an_item_of_the_first_section(side: str) -> None:
    readers = {item.column: item for item in table_of(side).items}
    for column in PARADATA:
        assert readers[column].section == "id"
    assert table_of(side).respondent == "resp_id"
    assert readers["_respondent"].id == "resp_id"


@both
def test_an_item_stands_behind_those_that_route_to_it(side: str) -> None:
    order = [item.id for item in table_of(side).items]
    for item in table_of(side).items:
        for gate in item.asked_if:
            assert order.index(gate) < order.index(item.id)


@both
def test_only_a_forum_that_exists_or_is_being_set_up_is_asked_about(side: str) -> None:
    for item in table_of(side).items:
        about = item.id.startswith("msf_") and item.id != "msf_exists"
        assert set(item.asked_if) == ({"msf_exists"} if about else set()), item.id
        if about:
            assert set(item.asked_if["msf_exists"]) <= {"1", "2"}
            assert "1" in item.asked_if["msf_exists"]
    routes = {item.id: item.asked_if.get("msf_exists") for item in table_of(side).items}
    assert routes["msf_freq"] == ("1",)  # what is being set up has not met
    assert routes["msf_member"] == ("1", "2")


@both
def test_97_to_99_are_numbers_where_a_number_is_asked(side: str) -> None:
    for item in table_of(side).items:
        codes = INSTRUMENTS[side].missing_codes(item)
        number = item.type == "numeric" and item.id != "wave_window"
        if number:
            assert not {"97", "98", "99"} & set(codes), item.id
        elif item.scale and not str(item.column).startswith("_"):
            assert codes == {
                "": "blank",
                "97": "dont_know",
                "98": "refused",
                "99": "not_applicable",
            }
    assert INSTRUMENTS[side].missing_codes(table_of(side).item("notice_days"))["Unclear"] == (
        "unclear"
    )


@both
def test_open_answers_are_in_the_language_in_which_they_are_written(side: str) -> None:
    open_items = [item for item in table_of(side).items if item.type == "text"]
    assert [item.id for item in open_items] == [
        "ot_barriers",
        "ot_capacity",
        "ot_success",
        "ot_support",
    ]
    assert {item.language_item for item in open_items} == {"written_in"}
    assert all(not item.asked_if for item in open_items)


@both
def test_a_battery_is_of_items_whose_answers_run_the_same_way(side: str) -> None:
    asked = table_of(side).respondents
    assert asked is not None
    for battery in asked.batteries:
        assert len(battery) >= asked.battery_answers
        scales = [INSTRUMENTS[side].levels(table_of(side).item(one)) for one in battery]
        assert {tuple(level.value for level in levels) for levels in scales} == {(1, 2, 3, 4, 5)}


@both
def test_the_brief_begins_with_the_forum_and_ends_with_what_came_of_it(side: str) -> None:
    marks = [mark.item for mark in table_of(side).highlights]
    assert marks[:8] == [
        "msf_exists",
        "msf_freq",
        "msf_remit",
        "msf_public",
        "reasoned",
        "proc_quality",
        "trust",
        "msf_effect",
    ]


def test_what_both_are_asked_is_written_once() -> None:
    poc = {item.id: item for item in table_of("POC").items}
    cso = {item.id: item for item in table_of("CSO").items}
    shared = set(poc) & set(cso) - {"wave_window"}
    assert len(shared) == 40
    assert all(poc[one] == cso[one] for one in shared)
    assert set(poc) - shared == {"wave_window", "msf_legal", "last_met"}
    assert set(cso) - shared == {
        *("wave_window", "org_type", "topics", "capital", "exposure", "informed"),
        *("right_gov", "priorities"),
    }


# The waves


def manifest_of(wave: str) -> Manifest:
    return load_manifest(HOME / "data" / "raw" / wave / "wave.yml")


def instrument_of(wave: str) -> Questionnaire:
    return INSTRUMENTS[WAVES[wave]]


@pytest.mark.parametrize("wave", list(WAVES))
def test_a_wave_of_2019_awaits_its_export_and_says_that_nothing_is_public(wave: str) -> None:
    manifest = manifest_of(wave)
    assert manifest.status == "awaited"
    assert manifest.standards == "2016"
    assert manifest.instrument == instrument_of(wave).id
    assert manifest.denominator is None
    said = " ".join(manifest.limits)
    awaited = " ".join(manifest.limits_awaited)
    assert "No answer, response count or result of this survey is public." in awaited
    assert "simulated" in awaited
    assert "simulated" not in said
    assert "proposals" in said
    assert [source.table for source in manifest.sources] == list(instrument_of(wave).tables)


def test_windows_are_those_that_are_known() -> None:
    poc, cso = manifest_of("poc-2019"), manifest_of("cso-2019")
    assert [(w.start, w.end) for w in poc.fieldwork] == [("2019-01", "2019-01")]
    assert poc.rules.late == "keep"  # its close is not public
    assert cso.fieldwork[0].start == "2019-04"
    assert cso.fieldwork[-1].end == "2019-08-31"
    assert "assumed" in str(cso.fieldwork[-1].note)


@pytest.mark.parametrize("wave", list(WAVES))
def test_the_item_of_the_window_has_an_answer_for_each_window(wave: str) -> None:
    questionnaire = instrument_of(wave)
    item = questionnaire.tables["answers"].item("wave_window")
    numbers = [str(n + 1) for n in range(len(manifest_of(wave).fieldwork))]
    codes = [level.code for level in questionnaire.levels(item)]
    assert codes == numbers or (item.maximum == len(numbers) and item.minimum == 1)


def test_a_wave_says_nothing_in_the_language_of_another() -> None:
    for wave in WAVES:
        for text in (manifest_of(wave).title, manifest_of(wave).asked):
            assert len({text.en, text.es, text.fr}) == 3
            for language, others in (("en", "es fr"), ("es", "en fr"), ("fr", "en es")):
                for other in others.split():
                    assert not TELLTALE[other].search(text.in_language(language)), (wave, language)
