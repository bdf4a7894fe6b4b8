"""Every instrument and manifest of the repository, and the registered waves as they clean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from pydantic import BaseModel

from msfresearch.errors import AnswerError
from msfresearch.files import sha256_of
from msfresearch.home import Home
from msfresearch.survey.cleaning import Cleaned, clean
from msfresearch.survey.context import tidy
from msfresearch.survey.countries import load_countries
from msfresearch.survey.fetch import verify
from msfresearch.survey.manifest import load_manifest
from msfresearch.survey.questionnaire import load_questionnaire
from msfresearch.survey.readers import read_source
from msfresearch.survey.source import Text
from msfresearch.wave import load_context

HOME = Home(Path(__file__).resolve().parents[2])
INSTRUMENTS = sorted((HOME.codebook / "questionnaires").glob("*.yml"))
MANIFESTS = sorted(HOME.raw.glob("*/wave.yml"))
COUNTRIES = load_countries(HOME.codebook / "countries.yml")

# Words that are spelled alike in two of the languages.
ALIKE = {"no", "justification", "justifications"}
FOREIGN = {
    "es": re.compile(r"\b(the|of|and|with|is|not|by|le|des|une|et|du|avec)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(the|of|and|with|is|not|by|el|los|las|una|del|con)\b", re.IGNORECASE),
    "en": re.compile(r"\b(el|los|las|una|y|del|con|des|une|et|du|avec|und)\b", re.IGNORECASE),
}


def _texts(part: object, where: str = "") -> Iterator[tuple[str, Text]]:
    if isinstance(part, Text):
        yield where, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _texts(getattr(part, name), f"{where}.{name}")
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from _texts(value, f"{where}.{name}")
    elif isinstance(part, tuple):
        for number, value in enumerate(part):
            yield from _texts(value, f"{where}.{getattr(value, 'id', number)}")


def _untranslated(text: Text) -> list[str]:
    faults = [
        f"{one} and {other} are the same: {text.in_language(one)!r}"
        for one, other in (("en", "es"), ("en", "fr"))
        if text.in_language(one).lower() == text.in_language(other).lower()
        and text.in_language(one).lower() not in ALIKE
    ]
    return faults + [
        f"{language} reads like another language: {text.in_language(language)!r}"
        for language, words in FOREIGN.items()
        if words.search(text.in_language(language))
    ]


@pytest.mark.parametrize("path", INSTRUMENTS, ids=lambda path: path.stem)
def test_every_label_is_there_in_three_languages(path: Path) -> None:
    labels = list(_texts(load_questionnaire(path)))
    assert len(labels) > 10
    faults = {where: _untranslated(text) for where, text in labels}
    assert {where: found for where, found in faults.items() if found} == {}


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_every_title_is_there_in_three_languages(path: Path) -> None:
    manifest = load_manifest(path)
    assert [_untranslated(text) for text in (manifest.title, manifest.asked)] == [[], []]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (Text(en="Advance notice", es="Advance notice", fr="Préavis"), "the same"),
        (Text(en="Country", es="País", fr="Name of the country"), "another language"),
    ],
)
def test_a_label_left_in_english_is_noticed(text: Text, fault: str) -> None:
    assert len(_untranslated(text)) == 1
    assert fault in _untranslated(text)[0]


@pytest.mark.parametrize("path", INSTRUMENTS, ids=lambda path: path.stem)
def test_a_column_that_is_left_out_has_a_reason(path: Path) -> None:
    for table in load_questionnaire(path).tables.values():
        assert bool(table.ignore) == bool(table.ignore_reason)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_a_wave_has_its_instrument_and_every_table_is_in_it(path: Path) -> None:
    manifest = load_manifest(path)
    instrument = load_questionnaire(HOME.codebook / "questionnaires" / f"{manifest.instrument}.yml")
    assert {source.table for source in manifest.sources} == set(instrument.tables)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_a_committed_file_is_the_one_registered(path: Path) -> None:
    for source in load_manifest(path).sources:
        if source.committed:
            assert sha256_of(path.parent / source.file) == source.sha256


def test_every_public_source_is_pinned_to_a_revision() -> None:
    sources = [source for path in MANIFESTS for source in load_manifest(path).sources]
    for source in (*sources, *load_context(HOME).sources):
        assert source.file is None or re.fullmatch(
            r"https://raw\.githubusercontent\.com/[\w-]+/[\w-]+/[0-9a-f]{40}/\S+", source.url
        )
        assert source.licence
        assert source.citation


def test_only_the_scores_of_the_barometer_can_be_downloaded_as_they_are() -> None:
    sources = [source for path in MANIFESTS for source in load_manifest(path).sources]
    as_published = [
        s
        for s in (*sources, *load_context(HOME).sources)
        if s.file is not None and not s.changed_since_published
    ]
    assert [source.mirror_file for source in as_published] == [
        "odb2014_ODB-2014-Survey-Ordered.csv"
    ]


# The registered waves, cleaned from the mirror


@pytest.fixture(scope="module")
def mirror(shared: Path) -> Path:
    return shared / "data"


def _cleaned(wave: str, mirror: Path) -> Cleaned:
    manifest = load_manifest(HOME.raw / wave / "wave.yml")
    files = {source.table: mirror / str(source.mirror_file) for source in manifest.sources}
    for source in manifest.sources:
        verify(source, files[source.table])
    return clean(
        {source.table: read_source(source, files[source.table]) for source in manifest.sources},
        files,
        load_questionnaire(HOME.codebook / "questionnaires" / f"{manifest.instrument}.yml"),
        COUNTRIES,
    )


@pytest.fixture(scope="module")
def odb(mirror: Path) -> Cleaned:
    return _cleaned("odb-2014", mirror)


@pytest.fixture(scope="module")
def madrid(mirror: Path) -> Cleaned:
    return _cleaned("madrid-2019", mirror)


@pytest.fixture(scope="module")
def lille(mirror: Path) -> Cleaned:
    return _cleaned("lille-2019", mirror)


def _missing(cleaned: Cleaned, table: str) -> dict[tuple[str, str], int]:
    """Missing answers by item and reason."""
    reasons = cleaned.reasons[table].drop(columns="row_id")
    return {
        (item, str(reason)): int(n)
        for item in reasons
        for reason, n in reasons[item].value_counts().items()
    }


def test_the_barometer_has_thirteen_justified_scores_for_each_of_86_countries(
    odb: Cleaned,
) -> None:
    justifications, scores = odb.tables["justifications"], odb.tables["scores"]
    assert len(justifications) == 1118
    assert len(scores) == 86
    assert set(justifications.groupby("country")["question"].nunique()) == {13}
    assert set(justifications["country"]) == set(scores["country"])
    assert _missing(odb, "justifications") == {("justification", "blank"): 14}
    assert _missing(odb, "scores") == {}
    assert odb.unmatched.empty


def test_namibia_is_a_country_and_not_a_gap(odb: Cleaned) -> None:
    scores = odb.tables["scores"].set_index("country")
    assert scores.loc["NAM", "iso2"] == "NA"
    assert (odb.tables["justifications"]["country"] == "NAM").sum() == 13
    assert (scores.index == scores["iso3"]).all()


def test_a_country_outside_the_g20_is_an_answer(odb: Cleaned) -> None:
    assert dict(odb.tables["scores"]["g20"].value_counts()) == {"no": 67, "yes": 19}


def test_published_scores_differ_from_the_expert_s_in_102_cases(odb: Cleaned) -> None:
    scores = odb.tables["scores"].set_index("country")
    justifications = odb.tables["justifications"]
    published = [
        scores.loc[row.country, row.question]
        for row in justifications[["country", "question"]].itertuples()
    ]
    assert int((justifications["response"] != pd.array(published, dtype="Int64")).sum()) == 102


def test_region_and_income_come_with_each_justification(odb: Cleaned) -> None:
    justifications = odb.tables["justifications"]
    assert justifications[["region", "income"]].notna().all(axis=None)
    chile = justifications[justifications["country"] == "CHL"]
    assert set(chile["region"]) == {"latin_america_caribbean"}


def test_the_comments_of_madrid_keep_every_row_and_say_which_have_no_text(
    madrid: Cleaned,
) -> None:
    comments = madrid.tables["comments"]
    assert len(comments) == 5633
    assert comments["proposal"].nunique() == 80
    assert comments["text"].notna().sum() == 5571
    assert _missing(madrid, "comments") == {
        ("reply_to", "not_applicable"): 2663,
        ("author_kind", "blank"): 4805,
        ("text", "blank"): 62,
    }
    assert (comments["votes"] == comments["votes_for"] + comments["votes_against"]).all()
    assert str(comments["date"].min().date()) == "2015-09-15"
    assert str(comments["date"].max().date()) == "2019-08-30"


def test_the_contributions_of_lille_keep_every_row(lille: Cleaned) -> None:
    comments, proposals = lille.tables["comments"], lille.tables["proposals"]
    assert len(comments) == 693
    assert comments["respondent"].nunique() == 118
    assert comments["question"].nunique() == 29
    assert len(proposals) == 196
    assert _missing(lille, "comments") == {
        ("question", "not_applicable"): 148,
        ("theme", "not_applicable"): 148,
    }
    assert _missing(lille, "proposals") == {("theme", "blank"): 34}


def test_a_debate_s_question_and_theme_are_missing_for_replies_and_for_them_alone(
    lille: Cleaned,
) -> None:
    comments = lille.tables["comments"]
    replies = comments["answers"] == "comment"
    assert comments["question"].isna().equals(replies)
    assert comments["theme"].isna().equals(replies)


def test_line_ends_inside_an_answer_survive(lille: Cleaned, odb: Cleaned) -> None:
    proposals = lille.tables["proposals"]["text"]
    assert proposals.str.contains("\r\n", regex=False).sum() == 117
    assert lille.tables["comments"]["text"].str.contains("\n", regex=False).sum() == 293
    justifications = odb.tables["justifications"]["justification"].dropna()
    assert justifications.str.contains("\n", regex=False).sum() > 500


def test_a_time_is_read_with_its_zone(lille: Cleaned) -> None:
    comments = lille.tables["comments"].set_index("comment")
    assert str(comments.loc["515", "created_at"]) == "2019-01-17 09:38:20+00:00"


def test_cleaning_changes_no_text(madrid: Cleaned, mirror: Path) -> None:
    source = load_manifest(HOME.raw / "madrid-2019" / "wave.yml").sources[0]
    raw = read_source(source, mirror / str(source.mirror_file))["text"]
    assert madrid.tables["comments"]["text"].fillna("").tolist() == raw.tolist()


# Context tables


@pytest.mark.parametrize(
    ("table", "countries", "years", "variables"),
    [
        ("membership", 79, (2011, 2019), 3),
        ("vdem", 175, (2005, 2019), 3),
        ("wgi", 213, (2005, 2019), 2),
        ("wgi_effectiveness", 213, (1996, 2019), 1),
        ("gdp", 216, (2010, 2019), 1),
    ],
)
def test_a_context_table_has_one_row_per_country_and_year(
    mirror: Path, table: str, countries: int, years: tuple[int, int], variables: int
) -> None:
    (source,) = [s for s in load_context(HOME).sources if s.table == table]
    path = mirror / str(source.mirror_file)
    verify(source, path)
    tidied, _ = tidy(source, read_source(source, path), COUNTRIES, path)
    assert tidied["country"].nunique() == countries
    assert (tidied["year"].min(), tidied["year"].max()) == years
    assert len(tidied.columns) == 2 + variables
    assert not tidied.duplicated(["country", "year"]).any()


def test_a_country_under_an_unknown_name_stops_the_wave(mirror: Path) -> None:
    manifest = load_manifest(HOME.raw / "odb-2014" / "wave.yml")
    source = next(s for s in manifest.sources if s.table == "scores")
    path = mirror / str(source.mirror_file)
    raw = read_source(source, path)
    raw.loc[raw.index[3], "Country"] = "Atlantis"
    with pytest.raises(AnswerError, match="an unknown country") as wrong:
        clean(
            {"scores": raw},
            {"scores": path},
            load_questionnaire(HOME.codebook / "questionnaires" / "odb-2014.yml"),
            COUNTRIES,
        )
    assert wrong.value.row == raw.index[3]
