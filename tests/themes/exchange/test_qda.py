"""What we write as REFI-QDA is valid, and keeps the rules that real readers need."""

from __future__ import annotations

import re
import uuid
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from hypothesis import given, settings
from xmlschema import XMLSchema

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes import Codebook
from msfresearch.themes.exchange.qda import write_qdc, write_qdpx
from msfresearch.themes.exchange.qda_in import read_qdc
from msfresearch.themes.exchange.shapes import Exported, gather
from tests.themes.exchange import frames

NS = "{urn:QDA-XML:project:1.0}"
TEXTS = {
    "odb/1": "No funding at all.\r\nTrust grows.",
    "a.b": "We trust them 👩\u200d🔬, funding too",
    "A.B": "Nothing",
    "empty": "",
}
CODED = frames.codings(
    ("odb/1", "ana", "funding", 3, 10),
    ("odb/1", "ana", "trust", 20, 25),
    ("odb/1", "ben", "trust", None, None),
    ("a.b", "ana", "funding", None, None),
    ("empty", "ana", "funding", None, None),
)
DECIDED = frames.decisions(
    *(("odb/1", "ana"), ("odb/1", "ben"), ("a.b", "ana"), ("A.B", "ana"), ("empty", "ana"))
)
HITS = frames.hits(("odb/1", "funding", 3, 10, "funding"), ("a.b", "trust", 3, 8, "trust"))


def project(
    path: Path, texts: dict[str, str] = TEXTS, hits: pd.DataFrame | None = HITS
) -> tuple[Exported, ET.Element, zipfile.ZipFile]:
    answers = frames.answers(texts, wave="odb-2014", score=range(len(texts)), weight=1e-7)
    material = gather(answers, frames.frame(), CODED, DECIDED, hits, ("wave", "score", "weight"))
    written = write_qdpx(path, material, "en", "2026-01-31")
    archive = zipfile.ZipFile(BytesIO(path.read_bytes()))
    return written, ET.fromstring(archive.read("project.qde")), archive


def codes_by_name(root: ET.Element) -> dict[str, ET.Element]:
    return {code.get("name", ""): code for code in root.iter(f"{NS}Code")}


def sources_by_name(root: ET.Element) -> dict[str, ET.Element]:
    return {one.get("name", ""): one for one in root.iter(f"{NS}TextSource")}


def test_a_project_is_valid_and_the_same_bytes_each_time(
    tmp_path: Path, project_schema: XMLSchema
) -> None:
    project(tmp_path / "one.qdpx")
    _, _, archive = project(tmp_path / "two.qdpx")
    project_schema.validate(archive.read("project.qde").decode())
    assert (tmp_path / "one.qdpx").read_bytes() == (tmp_path / "two.qdpx").read_bytes()
    assert [entry.date_time for entry in archive.infolist()] == [(1980, 1, 1, 0, 0, 0)] * 4


@pytest.mark.parametrize("lang", frames.LANGUAGES)
def test_a_codebook_is_valid_in_each_language(
    tmp_path: Path, small: Codebook, codebook_schema: XMLSchema, lang: str
) -> None:
    write_qdc(tmp_path / "book.qdc", small, lang)
    content = (tmp_path / "book.qdc").read_bytes()
    codebook_schema.validate(content.decode())
    assert not content.startswith(b"\xef\xbb\xbf")
    assert small.themes["funding"].labels[lang] in content.decode()


@pytest.mark.parametrize("lang", frames.LANGUAGES)
def test_the_projects_own_frame_goes_out_valid_and_comes_back_matched(
    tmp_path: Path, codebook: Codebook, codebook_schema: XMLSchema, lang: str
) -> None:
    written = write_qdc(tmp_path / "book.qdc", codebook, lang)
    assert written.remarks.empty
    content = (tmp_path / "book.qdc").read_text(encoding="utf-8")
    codebook_schema.validate(content)
    # Another program keeps names and makes identifiers of its own.
    renamed = re.sub(r'guid="[^"]*"', lambda _: f'guid="{uuid.uuid4()}"', content)
    (tmp_path / "other.qdc").write_text(renamed, encoding="utf-8")
    for name, by in (("book.qdc", "guid"), ("other.qdc", "label")):
        codes = read_qdc(tmp_path / name, codebook).codes
        matched = codes[codes["theme"] != ""]
        assert list(matched["theme"]) == [
            *sorted(codebook.themes, key=_families(codebook)),
            "-",
        ]
        assert set(matched["matched_by"]) == {by}


def _families(book: Codebook) -> Callable[[str], int]:
    families = list(book.families)
    return lambda theme: families.index(book.themes[theme].family)


def test_identifiers_are_made_of_names_and_are_never_given_twice(tmp_path: Path) -> None:
    _, root, _ = project(tmp_path / "p.qdpx")
    found = [one.get("guid", "") for one in root.iter() if one.get("guid")]
    assert len(found) == len(set(found)) > 30
    assert {uuid.UUID(one).version for one in found} == {5}


def test_families_hold_their_themes_and_cannot_be_assigned(tmp_path: Path) -> None:
    _, root, _ = project(tmp_path / "p.qdpx")
    codes = codes_by_name(root)
    assert [one.get("name") for one in codes["Gaps"].findall(f"{NS}Code")] == [
        "Funding",
        "Staff & time",
    ]
    assert [name for name, code in codes.items() if code.get("isCodable") == "false"] == [
        "Gaps",
        "Enablers",
    ]
    assert codes["Funding"].findtext(f"{NS}Description") == (
        "Definition of Funding\nInclude: What counts of Funding\n"
        "Exclude: What does not count of Funding"
    )


def test_each_answer_is_a_text_of_its_own_named_by_identifier(tmp_path: Path) -> None:
    _, root, archive = project(tmp_path / "p.qdpx")
    for source in root.iter(f"{NS}TextSource"):
        assert source.get("plainTextPath") == f"internal://{source.get('guid')}.txt"
        assert source.find(f"{NS}PlainTextContent") is None
        content = archive.read(f"sources/{source.get('guid')}.txt")
        assert not content.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in content
        content.decode("utf-8")
    assert sorted(archive.namelist()) == archive.namelist()


def test_names_of_texts_are_file_names_that_differ_whatever_the_case(tmp_path: Path) -> None:
    _, root, _ = project(tmp_path / "p.qdpx")
    names = list(sources_by_name(root))
    assert len(names) == 3
    assert all(re.fullmatch(r"[\w-]{1,100}", name) for name in names)
    assert len({name.casefold() for name in names}) == 3


def test_origin_users_and_dates_are_always_there_and_no_clock_is_asked(tmp_path: Path) -> None:
    _, root, _ = project(tmp_path / "p.qdpx")
    assert root.get("origin") == "msfresearch"
    assert root.get("creationDateTime") == "2026-01-31T00:00:00Z"
    users = {one.get("guid"): one.get("name") for one in root.iter(f"{NS}User")}
    assert list(users.values()) == ["ana", "ben", "patterns"]
    for tag in ("TextSource", "PlainTextSelection", "Coding"):
        for element in root.iter(f"{NS}{tag}"):
            assert element.get("creatingUser") in users
            assert re.fullmatch(r"[0-9-]{10}T00:00:00Z", element.get("creationDateTime", ""))


def test_a_project_without_codings_still_has_a_user(
    tmp_path: Path, small: Codebook, project_schema: XMLSchema
) -> None:
    write_qdpx(tmp_path / "p.qdpx", gather(frames.answers({"a": "b"}), small), "fr", "2026-01-31")
    content = zipfile.ZipFile(tmp_path / "p.qdpx").read("project.qde").decode()
    project_schema.validate(content)
    assert len(list(ET.fromstring(content).iter(f"{NS}User"))) == 1


def test_no_empty_list_is_written(
    tmp_path: Path, small: Codebook, project_schema: XMLSchema
) -> None:
    write_qdpx(tmp_path / "p.qdpx", gather(frames.answers({"a": ""}), small), "en", "2026-01-31")
    content = zipfile.ZipFile(tmp_path / "p.qdpx").read("project.qde").decode()
    project_schema.validate(content)
    assert "<Sources" not in content
    assert "<Sets" not in content


def test_there_is_one_selection_per_place_code_and_coder(tmp_path: Path) -> None:
    _, root, _ = project(tmp_path / "p.qdpx")
    for source in root.iter(f"{NS}TextSource"):
        assert not source.findall(f"{NS}Coding")
        seen = []
        for selection in source.findall(f"{NS}PlainTextSelection"):
            (coding,) = selection.findall(f"{NS}Coding")
            assert coding.get("creatingUser") == selection.get("creatingUser")
            (reference,) = coding.findall(f"{NS}CodeRef")
            place = (selection.get("startPosition"), selection.get("endPosition"))
            seen.append((*place, reference.get("targetGUID"), coding.get("creatingUser")))
        assert len(seen) == len(set(seen))


def test_a_code_of_the_answer_selects_all_of_it_and_meets_no_other(
    tmp_path: Path, small: Codebook
) -> None:
    rows = frames.codings(("x", "ana", "trust", 0, 5), ("x", "ana", "trust", None, None))
    material = gather(frames.answers({"x": "trust"}), small, rows)
    written = write_qdpx(tmp_path / "p.qdpx", material, "en", "2026-01-31")
    assert written.codings == 1
    assert list(written.remarks["reason"]) == ["two codings of one place in the file: written once"]
    root = ET.fromstring(zipfile.ZipFile(tmp_path / "p.qdpx").read("project.qde"))
    (selection,) = root.iter(f"{NS}PlainTextSelection")
    assert (selection.get("startPosition"), selection.get("endPosition")) == ("0", "5")


def test_selections_cut_from_the_file_give_the_words_that_were_coded(tmp_path: Path) -> None:
    _, root, archive = project(tmp_path / "p.qdpx")
    words = []
    for source in root.iter(f"{NS}TextSource"):
        text = archive.read(f"sources/{source.get('guid')}.txt").decode()
        for one in source.findall(f"{NS}PlainTextSelection"):
            start, end = int(one.get("startPosition", "")), int(one.get("endPosition", ""))
            words.append(text[start:end])
            assert one.get("name") == f"line:{text[:start].count(chr(10))}"
    whole = [TEXTS["odb/1"].replace("\r", ""), TEXTS["a.b"]]
    assert sorted(words) == sorted(["funding", "funding", "Trust", "trust", "Nothing", *whole])


def test_the_hits_of_patterns_are_a_user_of_their_own_and_say_which_pattern(
    tmp_path: Path,
) -> None:
    _, root, _ = project(tmp_path / "p.qdpx")
    (machine,) = [
        one.get("guid") for one in root.iter(f"{NS}User") if one.get("name") == "patterns"
    ]
    found = [
        one.findtext(f"{NS}Description")
        for one in root.iter(f"{NS}PlainTextSelection")
        if one.get("creatingUser") == machine
    ]
    assert found == ["fund* (en)", "fund* (en)"]


def test_columns_go_along_as_values_on_the_text_not_on_a_case(tmp_path: Path) -> None:
    _, root, _ = project(tmp_path / "p.qdpx")
    kinds = {one.get("name"): one.get("typeOfVariable") for one in root.iter(f"{NS}Variable")}
    assert kinds == {
        "answer_id": "Text",
        "language": "Text",
        "wave": "Text",
        "score": "Integer",
        "weight": "Float",
    }
    assert root.find(f"{NS}Cases") is None
    first = next(root.iter(f"{NS}TextSource"))
    values = [value[1].text for value in first.findall(f"{NS}VariableValue")]
    assert values == ["odb/1", "en", "odb-2014", "0", "0.0000001"]


def test_a_decision_for_no_theme_is_a_code_that_readers_see(tmp_path: Path) -> None:
    _, root, _ = project(tmp_path / "p.qdpx", hits=None)
    none = codes_by_name(root)["No theme of the frame"].get("guid")
    texts = [
        source.get("name")
        for source in root.iter(f"{NS}TextSource")
        if any(one.get("targetGUID") == none for one in source.iter(f"{NS}CodeRef"))
    ]
    assert len(texts) == 1
    assert str(texts[0]).startswith("A_B-")


def test_an_empty_answer_is_left_out_and_said(tmp_path: Path) -> None:
    written, _, _ = project(tmp_path / "p.qdpx")
    assert written.answers == 3
    assert written.codings == 7
    assert written.remarks.values.tolist() == [["answer empty", "empty: left out with its codes"]]


def test_names_of_codes_differ_whatever_the_case(tmp_path: Path) -> None:
    same = frames.frame(
        families={"gaps": dict.fromkeys(frames.LANGUAGES, "Funding")},
        themes={
            "funding": frames.theme("gaps", "funding", "Fondos", "Fonds"),
            "money": frames.theme("gaps", "FUNDING", "Fondos", "Argent"),
            "no": frames.theme("gaps", "No theme of the frame", "No", "Non"),
        },
    )
    for lang in frames.LANGUAGES:
        write_qdc(tmp_path / "book.qdc", same, lang)
        root = ET.parse(tmp_path / "book.qdc").getroot()
        names = [one.get("name", "") for one in root.iter("{urn:QDA-XML:codebook:1.0}Code")]
        assert len(names) == 5
        assert len({name.casefold() for name in names}) == 5


def test_a_name_above_63_signs_is_warned_of(tmp_path: Path) -> None:
    for length, warned in ((63, 0), (64, 1)):
        book = frames.frame(
            themes={"long": frames.theme("gaps", "x" * length, "y", "z")},
        )
        written = write_qdc(tmp_path / "book.qdc", book, "en")
        assert len(written.remarks) == warned


def test_a_language_that_the_frame_has_not_writes_nothing(tmp_path: Path, small: Codebook) -> None:
    with pytest.raises(CodebookError, match="language"):
        write_qdc(tmp_path / "book.qdc", small, "de")
    assert not list(tmp_path.iterdir())


@settings(max_examples=25)
@given(frames.coded())
def test_any_answers_and_codings_make_a_valid_project(
    tmp_path_factory: pytest.TempPathFactory,
    project_schema: XMLSchema,
    coded: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> None:
    path = tmp_path_factory.mktemp("any") / "p.qdpx"
    answers, codings, decisions = coded
    columns = {"note": answers["text"], "n": 1.5}
    material = gather(
        answers.assign(**columns), frames.frame(), codings, decisions, None, ("note", "n")
    )
    write_qdpx(path, material, "es", "2026-01-31")
    project_schema.validate(zipfile.ZipFile(path).read("project.qde").decode())


@pytest.mark.parametrize(
    ("coding", "problem"),
    [
        (("b", "ana", "trust", None, None), "belongs to no answer"),
        (("a", "ana", "trust", 0, 9), "outside its answer"),
        (("a", "ana", "trust", 2, 2), "outside its answer"),
        (("a", "ana", "trust", None, 1), "outside its answer"),
        (("a", "ben", "trust", None, None), "without a decision"),
    ],
)
def test_codings_that_fit_no_answer_are_refused(
    small: Codebook, coding: frames.Row, problem: str
) -> None:
    decided = frames.decisions(("a", "ana"), ("b", "ana"))
    with pytest.raises(AnswerError, match=problem):
        gather(
            frames.answers({"a": "text"}),
            small,
            frames.codings(coding),
            decided[decided["answer_id"] == "a"],
        )


def test_a_code_that_the_frame_has_not_is_refused(small: Codebook) -> None:
    with pytest.raises(CodebookError, match="frame has not"):
        gather(frames.answers({"a": "text"}), small, frames.codings(("a", "ana", "x", None, None)))


@pytest.mark.parametrize("answer_id", ["", "a\nb", "a\x00", "\ud800"])
def test_an_id_that_no_program_can_hold_is_refused(small: Codebook, answer_id: str) -> None:
    table = frames.answers({"a": "b"}).astype("object")
    table.loc[0, "answer_id"] = answer_id
    with pytest.raises(AnswerError, match="no other program"):
        gather(table, small)
