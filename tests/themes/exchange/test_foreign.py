"""Projects as other programs write them are taken; what cannot be placed is listed."""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pandas as pd
import pytest

from msfresearch.errors import AnswerError, CodebookError
from msfresearch.themes.exchange.names import guid
from msfresearch.themes.exchange.qda_in import read_qdc, read_qdpx
from msfresearch.themes.exchange.shapes import Imported
from tests.themes.exchange import frames

AT = "2026-01-31"
TEXT = "No funding for 👩\u200d🔬\r\nand no trust at all"
ANSWERS = frames.answers({"a1": TEXT, "a2": "trust"})
LF = TEXT.replace("\r\n", "\n")
ANA, BEN, CODE, OTHER = (str(uuid.UUID(int=at)) for at in range(1, 5))
CODES = (
    f'<Code guid="{CODE}" name="Confianza" isCodable="true"><Description>d</Description></Code>'
    f'<Code guid="{OTHER}" name="Weather" isCodable="true"/>'
)
USERS = f'<Users><User guid="{ANA}" name="Ana Müller"/><User guid="{BEN}" name="ben"/></Users>'


def coding(code: str = CODE, user: str | None = ANA, guid_: str | None = None) -> str:
    made = f' creatingUser="{user}"' if user else ""
    return (
        f'<Coding guid="{guid_ or uuid.uuid4()}"{made} creationDateTime="2021-05-06T07:08:09Z">'
        f'<CodeRef targetGUID="{code}"/></Coding>'
    )


def selection(start: object, end: object, inside: str | None = None, name: str = "") -> str:
    return (
        f'<PlainTextSelection guid="{uuid.uuid4()}" name={quoteattr(name)} startPosition="{start}" '
        f'endPosition="{end}">{coding() if inside is None else inside}</PlainTextSelection>'
    )


def source(inside: str, name: str = "a1.txt", path: str = "internal://T.txt", **more: str) -> str:
    told = "".join(f" {key}={quoteattr(value)}" for key, value in more.items())
    path = f' plainTextPath="{path}"' if path else ""
    return f'<TextSource guid="{uuid.uuid4()}" name="{name}"{path}{told}>{inside}</TextSource>'


def project(
    sources: str,
    codes: str = CODES,
    users: str = USERS,
    extra: str = "",
    namespace: str = "urn:QDA-XML:project:1.0",
) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Project xmlns="{namespace}" name="p" '
        f'origin="Other 1.0">{users}<CodeBook><Codes>{codes}</Codes></CodeBook>'
        f"<Sources>{sources}</Sources>{extra}</Project>"
    ).encode()


def take(
    folder: Path,
    content: bytes,
    texts: Mapping[str, bytes] | None = None,
    answers: pd.DataFrame = ANSWERS,
    coders: Mapping[str, str] | None = None,
) -> Imported:
    path = folder / "other.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", content)
        for name, text in ({"sources/T.txt": LF.encode()} if texts is None else texts).items():
            archive.writestr(name, text)
    return read_qdpx(path, answers, frames.frame(), AT, coders)


def spans(found: Imported) -> list[tuple[object, ...]]:
    rows = found.codings.itertuples(index=False, name=None)
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in rows]


def word(text: str, words: str = "trust") -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


OURS = [("a1", "ana_muller", "trust", *word(TEXT))]


def test_a_label_in_any_language_is_the_theme_and_the_span_is_that_of_our_answer(
    tmp_path: Path,
) -> None:
    found = take(tmp_path, project(source(selection(*word(LF)))))
    assert spans(found) == OURS
    assert found.log.values.tolist() == [
        ["2021-05-06", "ana_muller", "1.2.0", "imported", "a1", f"trust[{OURS[0][3]}-{OURS[0][4]}]"]
    ]
    assert found.codes[["name", "theme", "matched_by"]].values.tolist() == [
        ["Confianza", "trust", "label"],
        ["Weather", "", ""],
    ]
    assert ["user Ana Müller", "called ana_muller here"] in found.left.values.tolist()
    assert ["code Weather", "no theme of the frame: not matched"] in found.left.values.tolist()


@pytest.mark.parametrize("folder", ["sources", "Sources", "SOURCES"])
def test_the_folder_of_texts_may_be_written_in_any_case(tmp_path: Path, folder: str) -> None:
    found = take(tmp_path, project(source(selection(*word(LF)))), {f"{folder}/t.TXT": LF.encode()})
    assert spans(found) == OURS


def test_a_byte_order_mark_is_taken_off(tmp_path: Path) -> None:
    texts = {"sources/T.txt": b"\xef\xbb\xbf" + LF.encode()}
    found = take(tmp_path, project(source(selection(*word(LF)))), texts)
    assert spans(found) == OURS
    assert not found.left["reason"].str.contains("count").any()


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        (TEXT.encode(), word(TEXT)),
        (TEXT.encode(), word(LF)),
        (TEXT.encode("utf-16"), word(LF)),
        (LF.encode(), tuple(place + 2 for place in word(LF))),
    ],
    ids=["CRLF counted as two", "CRLF counted as one", "UTF-16 file", "UTF-16 units"],
)
def test_however_places_are_counted_the_words_are_found(
    tmp_path: Path, text: bytes, counted: tuple[int, int]
) -> None:
    content = project(source(selection(*counted, name="trust")))
    assert spans(take(tmp_path, content, {"sources/T.txt": text})) == OURS


def test_an_inline_text_and_a_rich_one_beside_it_are_read(tmp_path: Path) -> None:
    inside = f"<PlainTextContent>{LF}</PlainTextContent>{selection(*word(LF))}"
    content = project(source(inside, path="", richTextPath="internal://T.docx"))
    assert spans(take(tmp_path, content, {})) == OURS


def test_a_code_on_the_text_itself_is_one_of_the_whole_answer(tmp_path: Path) -> None:
    found = take(tmp_path, project(source(coding(), path="absolute://C:/T.txt")))
    assert spans(found) == [("a1", "ana_muller", "trust", None, None)]


def test_a_selection_of_all_the_text_is_the_whole_answer(tmp_path: Path) -> None:
    found = take(tmp_path, project(source(selection(0, len(LF)))))
    assert spans(found) == [("a1", "ana_muller", "trust", None, None)]


@pytest.mark.parametrize("namespace", ["urn:QDA-XML:project:1.5", "http://example.org/other"])
def test_another_namespace_does_not_matter(tmp_path: Path, namespace: str) -> None:
    found = take(tmp_path, project(source(selection(*word(LF))), namespace=namespace))
    assert spans(found) == OURS


def test_identifiers_in_braces_and_capitals_are_the_same(tmp_path: Path) -> None:
    inside = coding("{" + CODE.upper() + "}", "{" + ANA.upper() + "}")
    assert spans(take(tmp_path, project(source(selection(*word(LF), inside))))) == OURS


def test_the_coder_is_that_of_the_coding_then_of_the_selection_then_unnamed(
    tmp_path: Path,
) -> None:
    nobody = selection(*word(LF), coding(user=None))
    somebody = nobody.replace("<PlainTextSelection", f'<PlainTextSelection creatingUser="{BEN}"')
    assert spans(take(tmp_path, project(source(somebody))))[0][1] == "ben"
    found = take(tmp_path, project(source(nobody), users=""))
    assert spans(found)[0][1] == "imported"


def test_whoever_knows_the_coders_names_them(tmp_path: Path) -> None:
    content = project(source(selection(*word(LF))))
    assert spans(take(tmp_path, content, coders={"Ana Müller": "am"}))[0][1] == "am"
    with pytest.raises(AnswerError, match="log cannot hold"):
        take(tmp_path, content, coders={"Ana Müller": "A M"})


def test_two_users_whose_names_are_spelled_alike_stay_two(tmp_path: Path) -> None:
    users = f'<Users><User guid="{ANA}" name="Zoë"/><User guid="{BEN}" name="Zoé"/></Users>'
    inside = selection(*word(LF), coding(user=ANA)) + selection(*word(LF), coding(user=BEN))
    found = take(tmp_path, project(source(inside), users=users))
    assert sorted(row[1] for row in spans(found)) == ["zoe", "zoe_2"]


def test_the_identifier_of_a_theme_counts_more_than_its_name(tmp_path: Path) -> None:
    codes = f'<Code guid="{guid("theme", "funding").upper()}" name="Renamed" isCodable="true"/>'
    inside = selection(*word(LF, "funding"), coding(guid("theme", "funding")))
    found = take(tmp_path, project(source(inside), codes=codes))
    assert [row[2] for row in spans(found)] == ["funding"]
    assert found.codes["matched_by"].tolist() == ["guid"]


def test_an_id_or_label_in_another_spelling_is_still_the_theme(tmp_path: Path) -> None:
    codes = "".join(
        f'<Code guid="{uuid.uuid4()}" name={quoteattr(name)} isCodable="true"/>'
        for name in ("staff_time", "STAFF TIME", "personal y  tiempo", "Staff")
    )
    found = take(tmp_path, project("", codes=codes))
    assert found.codes["theme"].tolist() == ["staff_time", "", "staff_time", ""]
    assert found.codes["matched_by"].tolist() == ["id", "", "label", ""]


def test_a_label_that_two_themes_share_matches_neither(tmp_path: Path) -> None:
    book = frames.frame(
        themes={
            "one": frames.theme("gaps", "One", "Igual", "Un"),
            "two": frames.theme("gaps", "Two", "Igual", "Deux"),
        }
    )
    path = tmp_path / "b.qdc"
    code = f'<Code guid="{CODE}" name="Igual" isCodable="true"/>'
    path.write_text(f'<CodeBook xmlns="x"><Codes>{code}</Codes><Sets/></CodeBook>')
    found = read_qdc(path, book)
    assert found.codes["theme"].tolist() == [""]
    assert found.left.values.tolist() == [["code Igual", "the label of 2 themes: not matched"]]


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        (selection(3, 999), "a place outside the text, 3-999"),
        (selection(-3, 4), "a place outside the text, -3-4"),
        (selection(9, 4), "a place outside the text, 9-4"),
        (selection(4, 4), "an empty place"),
        (selection("x", 4), "without a place"),
        (selection(*word(LF), ""), "without a code"),
        (selection(*word(LF), coding(OTHER)), "1 codings not taken: no theme of the frame"),
        (selection(*word(LF), coding(BEN)), "1 codings not taken"),
    ],
)
def test_a_place_that_cannot_be_taken_is_listed(tmp_path: Path, inside: str, reason: str) -> None:
    found = take(tmp_path, project(source(inside)))
    assert found.codings.empty
    assert found.left["reason"].str.contains(reason, regex=False).any()


def test_a_text_that_is_none_of_our_answers_is_listed(tmp_path: Path) -> None:
    found = take(tmp_path, project(source(selection(0, 2), name="interview")))
    assert found.codings.empty
    assert ["text interview", "none of these answers: its codings were not taken"] in (
        found.left.values.tolist()
    )


@pytest.mark.parametrize(
    "path", ["internal://other.txt", "relative:///T.txt", "internal://../T.txt"]
)
def test_a_text_outside_the_archive_is_listed(tmp_path: Path, path: str) -> None:
    found = take(tmp_path, project(source(selection(*word(LF)), path=path)))
    assert found.codings.empty
    assert found.left["reason"].str.contains("its text is not in the file: 1 places").any()


def test_words_of_a_changed_text_are_found_again_where_they_stand_once(tmp_path: Path) -> None:
    changed = "Edited. " + LF
    content = project(source(selection(*word(changed))))
    found = take(tmp_path, content, {"sources/T.txt": changed.encode()})
    assert spans(found) == OURS
    assert found.left["reason"].str.contains("the text was changed there").any()
    twice = project(source(selection(*word(changed, "no "))))
    answers = frames.answers({"a1": "no trust, no funding"})
    found = take(tmp_path, twice, {"sources/T.txt": changed.encode()}, answers)
    assert found.codings.empty
    assert found.left["reason"].str.contains("not in the answer").any()


def test_a_text_that_is_no_utf_8_is_listed(tmp_path: Path) -> None:
    found = take(tmp_path, project(source(selection(0, 2))), {"sources/T.txt": b"\xe9\xe8"})
    assert found.codings.empty
    assert found.left["reason"].str.contains("its text is not in the file").any()


def test_what_says_nothing_of_codes_on_texts_is_counted(tmp_path: Path) -> None:
    extra = "<Cases><Case/><Case/></Cases><Notes><Note/></Notes><Sets/>"
    found = take(tmp_path, project("<PDFSource name='scan'/>", extra=extra))
    assert found.left.values.tolist()[-3:] == [
        ["Cases", "2 in the file: not read"],
        ["Notes", "1 in the file: not read"],
        ["source scan", "PDFSource: only texts are read"],
    ]


def test_the_code_for_none_is_a_decision_unless_a_theme_stands_beside_it(tmp_path: Path) -> None:
    none = f'<Code guid="{BEN}" name="Ningún tema del marco" isCodable="true"/>'
    alone = source(selection(0, 5, coding(BEN)), name="a2", path="internal://U.txt")
    both = source(selection(0, 2, coding(BEN)) + selection(*word(LF)))
    texts = {"sources/T.txt": LF.encode(), "sources/U.txt": b"trust"}
    found = take(tmp_path, project(alone + both, codes=CODES + none), texts)
    assert dict(found.log[["answer_id", "codes"]].values.tolist())["a2"] == "-"
    assert spans(found) == OURS
    assert found.left["reason"].str.contains("the theme was taken").any()


def test_an_answer_is_known_by_the_variable_with_its_id(tmp_path: Path) -> None:
    value = (
        f'<VariableValue><VariableRef targetGUID="{OTHER}"/><TextValue>a1</TextValue>'
        "</VariableValue>"
    )
    variables = (
        f'<Variables><Variable guid="{OTHER}" name="answer_id" typeOfVariable="Text"/></Variables>'
    )
    found = take(
        tmp_path, project(source(selection(*word(LF)) + value, name="renamed"), extra=variables)
    )
    assert spans(found) == OURS


@pytest.mark.parametrize(
    ("codes", "users", "error", "problem"),
    [
        (CODES + CODES, USERS, CodebookError, "two codes with one identifier"),
        (
            CODES + CODES.replace(CODE, ANA).replace(OTHER, BEN),
            USERS,
            CodebookError,
            "two codes of one name",
        ),
        (CODES.replace('name="Weather"', 'name=" "'), USERS, CodebookError, "without a name"),
        (CODES.replace(OTHER, "x"), USERS, CodebookError, "without a name or an identifier"),
        (CODES, USERS.replace(BEN, ANA), AnswerError, "two users with one identifier"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(
    tmp_path: Path, codes: str, users: str, error: type[Exception], problem: str
) -> None:
    with pytest.raises(error, match=problem):
        take(tmp_path, project("", codes=codes, users=users))


def test_two_texts_with_one_identifier_are_refused(tmp_path: Path) -> None:
    one = source(selection(0, 2))
    with pytest.raises(AnswerError, match="two texts with one identifier"):
        take(tmp_path, project(one + one))


def test_one_name_in_two_places_of_a_codebook_is_taken(tmp_path: Path) -> None:
    nested = f'<Code guid="{ANA}" name="Confianza" isCodable="false">{CODES}</Code>'
    found = take(tmp_path, project(source(selection(*word(LF))), codes=nested))
    assert spans(found) == OURS
    assert found.codes["parent"].tolist() == ["", "Confianza", "Confianza"]
