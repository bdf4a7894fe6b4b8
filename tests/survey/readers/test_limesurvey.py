"""LimeSurvey: headings in every form, partial answers, the structure in three languages."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import SourceError
from msfresearch.survey.readers.export import Export
from msfresearch.survey.readers.headings import form_of, meanings
from msfresearch.survey.readers.limesurvey import read_limesurvey
from msfresearch.survey.readers.lss import Structure, read_structure
from msfresearch.survey.source import ExportOptions, Layout

LANGUAGES = ("en", "es", "fr")
#: Question code, type, other, texts, subquestions (code to texts), answers (code to texts).
FORM: list[
    tuple[str, str, str, Sequence[str], dict[str, Sequence[str]], dict[str, Sequence[str]]]
] = [
    (
        "exists",
        "Y",
        "N",
        ("Is there a forum?", "¿Hay un foro?", "Existe-t-il un forum ?"),
        {},
        {},
    ),
    (
        "decide",
        "L",
        "Y",
        (
            "Who takes the <strong>decisions</strong> of the forum in the end?",
            "¿Quién toma las <strong>decisiones</strong> del foro al final?",
            "Qui prend finalement les <strong>décisions</strong> du forum ?",
        ),
        {},
        {"A1": ("Government", "Gobierno", "Gouvernement"), "A2": ("All", "Todos", "Tous")},
    ),
    (
        "topics",
        "M",
        "Y",
        (
            "Which topics has the forum treated?",
            "¿Qué temas ha tratado el foro?",
            "Quels sujets le forum a-t-il traités ?",
        ),
        {
            "budget": ("Budget transparency", "Transparencia del presupuesto", "Budget"),
            "health": ("Health and care", "Salud y cuidados", "Santé et soins"),
        },
        {},
    ),
    (
        "agree",
        "F",
        "N",
        (
            "How far do you agree that the forum …",
            "¿Hasta qué punto está de acuerdo en que el foro …",
            "Dans quelle mesure le forum …",
        ),
        {
            "SQ001": ("listens", "escucha", "écoute"),
            "SQ002": ("decides", "decide", "décide"),
        },
        {"1": ("Not at all", "Nada", "Pas du tout"), "5": ("Fully", "Del todo", "Tout à fait")},
    ),
    ("why", "T", "N", ("Why?", "¿Por qué?", "Pourquoi ?"), {}, {}),
]
#: What stands in the same place, headings as codes.
OWN = ["id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp"]
SAID = {
    "en": [
        "Response ID",
        "Date submitted",
        "Last page",
        "Start language",
        "Seed",
        "Access code",
        "Date started",
        "Date last action",
    ],
    "es": [
        "ID de respuesta",
        "Fecha de envío",
        "Última página",
        "Lenguaje inicial",
        "Semilla",
        "Código de acceso",
        "Fecha de inicio",
        "Fecha de la última acción",
    ],
    "fr": [
        "ID de la réponse",
        "Date de soumission",
        "Dernière page",
        "Langue de départ",
        "Tête de série",
        "Code d'accès",
        "Date de lancement",
        "Date de la dernière action",
    ],
}
CODES = [
    "exists",
    "decide",
    "decide[other]",
    "topics[budget]",
    "topics[health]",
    "topics[other]",
    "agree[SQ001]",
    "agree[SQ002]",
    "why",
]
OTHER = ("Other", "Otro", "Autre")
#: Two answers, one finished and one not; the second in words.
FIRST = [
    "7",
    "2019-04-03 12:30:05",
    "3",
    "es",
    "11",
    "tok1",
    "2019-04-03 12:00:00",
    "2019-04-03 12:30:05",
]
SECOND = ["8", "", "1", "fr", "12", "tok2", "2019-04-04 09:00:00", "2019-04-04 09:10:00"]
ANSWERS = [["Y", "-oth-", "by lot", "Y", "", "tax; courts", "1", "5", 'said "no"\nand left']]
ANSWERS.append(["N", "A2", "", "", "Y", "", "", "", ""])


def structure_text(old: bool = False) -> str:
    """A structure file as LimeSurvey writes it: texts apart since version 4, in the rows before."""
    tables: dict[str, list[dict[str, object]]] = {
        "groups": [{"gid": 1, "group_order": 1}],
        "questions": [],
        "question_l10ns": [],
        "subquestions": [],
        "answers": [],
        "answer_l10ns": [],
        "surveys": [{"sid": 1, "language": "en", "additional_languages": "es fr"}],
    }

    def add(table: str, row: dict[str, object], key: str, text: str, texts: Sequence[str]) -> None:
        if old:
            for language, said in zip(LANGUAGES, texts, strict=True):
                tables[table].append({**row, text: said, "language": language})
            return
        tables[table].append(row)
        l10n = "answer_l10ns" if table == "answers" else "question_l10ns"
        for language, said in zip(LANGUAGES, texts, strict=True):
            tables[l10n].append({key: row[key], text: said, "language": language})

    number = 0
    for order, (code, kind, other, texts, parts, answers) in enumerate(FORM):
        number += 1
        qid = number
        row = {"qid": qid, "parent_qid": 0, "gid": 1, "type": kind, "title": code}
        row |= {"other": other, "question_order": order, "scale_id": 0}
        add("questions", row, "qid", "question", texts)
        for place, (part, said) in enumerate(parts.items()):
            number += 1
            row = {"qid": number, "parent_qid": qid, "gid": 1, "type": "T", "title": part}
            row |= {"question_order": place, "scale_id": 0}
            add("subquestions", row, "qid", "question", said)
        for place, (answer, said) in enumerate(answers.items()):
            number += 1
            row = {"aid": number, "qid": qid, "code": answer, "sortorder": place, "scale_id": 0}
            add("answers", row, "aid", "answer", said)
    body = "".join(
        f"<languages>{''.join(f'<language>{one}</language>' for one in LANGUAGES)}</languages>"
    )
    for name, rows in tables.items():
        cells = "".join(
            "<row>" + "".join(f"<{k}>{escape(str(v))}</{k}>" for k, v in row.items()) + "</row>"
            for row in rows
        )
        body += f"<{name}><fields/><rows>{cells}</rows></{name}>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?><document>'
        f"<LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>641</DBVersion>{body}</document>"
    )


@pytest.fixture
def lss(tmp_path: Path) -> Path:
    path = tmp_path / "survey.lss"
    path.write_text(structure_text(), encoding="utf-8")
    return path


def written(
    folder: Path, headings: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str = ";"
) -> Path:
    """A CSV as LimeSurvey writes it: a byte order mark, every cell quoted, a blank line last."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([headings, *rows])
    path = folder / "results-survey1.csv"
    path.write_bytes(b"\xef\xbb\xbf" + (text.getvalue() + "\r\n").encode())
    return path


def heading_texts(language: str) -> list[tuple[str, str]]:
    """Text and part of each question's column, in one language."""
    at = LANGUAGES.index(language)
    found = []
    for code, kind, other, texts, parts, _ in FORM:
        text = texts[at].replace("<strong>", "").replace("</strong>", "")
        found += [(text, said[at]) for said in parts.values()] or [(text, "")]
        found += [(text, OTHER[at])] if other == "Y" else []
        assert code
        assert kind
    return found


def full(language: str) -> list[str]:
    return [f"{text} [{part}]" if part else text for text, part in heading_texts(language)]


def abbreviated(language: str, length: int = 15) -> list[str]:
    def cut(text: str) -> str:
        return text if len(text) <= length else f"{text[:length]}.. "

    return [
        f"{cut(text)} [{cut(part)}]" if part else cut(text)
        for text, part in heading_texts(language)
    ]


def read(path: Path, structure: Path | None = None, **options: object) -> Export:
    return read_limesurvey(path, ExportOptions.model_validate(options), None, structure)


def rows() -> list[list[str]]:
    return [[*FIRST, *ANSWERS[0]], [*SECOND, *ANSWERS[1]]]


EXPECTED = [
    ["7", "2019-04-03T12:30:05", "3", "es", "11", "tok1", "2019-04-03T12:00:00", FIRST[7]],
    ["8", "2019-04-04T09:10:00", "1", "fr", "12", "tok2", "2019-04-04T09:00:00", SECOND[7]],
]
ROLES = [
    "response_id",
    "submitted",
    "last_page",
    "language",
    "administrative",
    "token",
    "started",
    "administrative",
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_headings_as_codes_are_read_without_a_structure(tmp_path: Path, delimiter: str) -> None:
    found = read(written(tmp_path, [*OWN, *CODES], rows(), delimiter))
    assert found.platform == "limesurvey"
    assert found.reason == "columns id, submitdate, lastpage, startlanguage: LimeSurvey"
    assert list(found.table.columns) == [*OWN, *CODES, "submitdate (finished)"]
    assert found.table.values.tolist() == [
        [*EXPECTED[0], *ANSWERS[0], "1"],
        [*EXPECTED[1], *ANSWERS[1], "0"],
    ]
    assert found.table.index.tolist() == [2, 4]
    assert [one.role for one in found.columns] == [*ROLES, *[None] * 9, "finished"]
    parts = {one.name: (one.group, one.part, one.question) for one in found.columns[8:17]}
    assert parts["topics[budget]"] == ("topics", "budget", "")
    assert parts["decide[other]"] == ("decide", "other", "")
    assert parts["exists"] == ("exists", "", "")


def test_the_table_has_the_dtype_and_no_missing_values(tmp_path: Path) -> None:
    found = read(written(tmp_path, [*OWN, *CODES], rows()))
    assert set(map(str, found.table.dtypes)) == {"str"}
    assert not found.table.isna().any(axis=None)
    assert [one.name for one in found.columns] == list(found.table.columns)


@pytest.mark.parametrize("old", [False, True])
def test_a_structure_of_either_version_tells_texts_parts_and_labels(
    tmp_path: Path, old: bool
) -> None:
    path = tmp_path / "survey.lss"
    path.write_text(structure_text(old), encoding="utf-8")
    structure = read_structure(path)
    assert structure.languages == ("en", "es", "fr")
    assert [one.code for one in structure.fields] == CODES
    decide = structure.fields[1]
    assert decide.text == {
        "en": "Who takes the decisions of the forum in the end?",
        "es": "¿Quién toma las decisiones del foro al final?",
        "fr": "Qui prend finalement les décisions du forum ?",
    }
    assert decide.labels["A1"] == {"en": "Government", "es": "Gobierno", "fr": "Gouvernement"}
    assert decide.labels["-oth-"]["fr"] == "Autre"
    assert structure.fields[3].parts == (
        {"en": "Budget transparency", "es": "Transparencia del presupuesto", "fr": "Budget"},
    )
    assert [one.closed for one in structure.fields] == [True] * 2 + [False] + [True] * 2 + [
        False,
        True,
        True,
        False,
    ]


def test_codes_meet_the_structure(tmp_path: Path, lss: Path) -> None:
    found = read(written(tmp_path, [*OWN, *CODES], rows()), lss)
    by_name = {one.name: one for one in found.columns}
    assert by_name["topics[health]"].question == "Which topics has the forum treated?"
    assert by_name["topics[health]"].part == "Health and care"
    assert by_name["topics[health]"].labels == {"Y": "Yes", "N": "No"}
    assert by_name["agree[SQ002]"].labels == {"1": "Not at all", "5": "Fully"}
    assert by_name["decide"].labels == {"A1": "Government", "A2": "All", "-oth-": "Other"}
    assert by_name["decide[other]"].labels == {}
    assert by_name["why"].labels == {}
    counts = {step.rule: step.count for step in found.account}
    assert counts["columns described by a structure file"] == 9
    assert counts["columns that the structure file does not have"] == 0


def test_the_expression_managers_spelling_of_codes_meets_the_structure(
    tmp_path: Path, lss: Path
) -> None:
    spelled = [code.replace("[", "_").replace("]", "") for code in CODES]
    found = read(written(tmp_path, [*OWN, *spelled], rows()), lss)
    assert [one.group for one in found.columns[8:17]] == [code.partition("[")[0] for code in CODES]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["full", "abbreviated", "codetext", "cut to 25"])
def test_headings_in_words_mean_the_same_columns(
    tmp_path: Path, lss: Path, language: str, form: str
) -> None:
    texts = {
        "full": full(language),
        "abbreviated": abbreviated(language),
        "cut to 25": abbreviated(language, 25),
        "codetext": [f"{c}. {t}" for c, t in zip(CODES, full(language), strict=True)],
    }[form]
    own = SAID[language]
    if form == "codetext":
        own = [f"{code}. {said}" for code, said in zip(OWN, own, strict=True)]
    found = read(written(tmp_path, [*own, *texts], rows()), lss)
    assert [one.role for one in found.columns] == [*ROLES, *[None] * 9, "finished"]
    questions = found.columns[8:17]
    assert [one.group for one in questions] == [code.partition("[")[0] for code in CODES]
    if form != "codetext":
        assert [(one.question, one.part) for one in questions] == heading_texts(language)
    assert found.table.iloc[:, :17].values.tolist() == [
        [*EXPECTED[0], *ANSWERS[0]],
        [*EXPECTED[1], *ANSWERS[1]],
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_full_headings_alone_tell_questions_and_parts(tmp_path: Path, language: str) -> None:
    found = read(written(tmp_path, [*SAID[language], *full(language)], rows()))
    assert [(one.question, one.part) for one in found.columns[8:17]] == heading_texts(language)
    topics = found.columns[11:14]
    assert len({one.group for one in topics}) == 1


def test_code_and_text_headings_alone_tell_both(tmp_path: Path) -> None:
    own = [f"{code}. {said}" for code, said in zip(OWN, SAID["en"], strict=True)]
    texts = [f"{c}. {t}" for c, t in zip(CODES, full("en"), strict=True)]
    found = read(written(tmp_path, [*own, *texts], rows()))
    assert [(one.group, one.question, one.part) for one in found.columns[8:17]] == [
        (code.partition("[")[0], *said)
        for code, said in zip(CODES, heading_texts("en"), strict=True)
    ]


def test_two_questions_of_one_wording_stay_apart(tmp_path: Path) -> None:
    found = read(
        written(tmp_path, [*SAID["en"][:4], "Why?", "Why?"], [["1", "", "1", "en", "a", "b"]])
    )
    assert [one.name for one in found.columns[4:6]] == ["Why?", "Why? (2)"]
    assert [found.table[name].tolist() for name in ("Why?", "Why? (2)")] == [["a"], ["b"]]


def test_a_blank_submit_date_is_an_unfinished_answer(tmp_path: Path) -> None:
    found = read(
        written(tmp_path, OWN[:4], [["1", "2019-04-03 12:00:00", "3", "en"], ["2", " ", "1", "en"]])
    )
    assert found.table["submitdate"].tolist() == ["2019-04-03T12:00:00", ""]
    assert found.table["submitdate (finished)"].tolist() == ["1", "0"]
    counts = {step.rule: step.count for step in found.account}
    assert counts["answers without a time of submission: not finished"] == 1


def test_the_last_action_dates_an_unfinished_answer_and_is_counted(tmp_path: Path) -> None:
    found = read(written(tmp_path, [*OWN, *CODES], rows()))
    counts = {step.rule: step.count for step in found.account}
    assert counts["times of submission taken from the last action instead"] == 1
    assert found.table["submitdate"].tolist()[1] == "2019-04-04T09:10:00"


def test_1980_is_a_finished_answer_of_unknown_date(tmp_path: Path) -> None:
    found = read(written(tmp_path, OWN[:4], [["1", "1980-01-01 00:00:00", "3", "en"]]))
    assert found.table["submitdate"].tolist() == [""]
    assert found.table["submitdate (finished)"].tolist() == ["1"]


def test_not_shown_is_blank_in_closed_questions_and_stays_in_open_ones(
    tmp_path: Path, lss: Path
) -> None:
    answer = [*FIRST, "N/A", "N/A", "", "N/A", "N/A", "", "N/A", "", "N/A"]
    found = read(written(tmp_path, [*OWN, *CODES], [answer]), lss)
    assert found.table.loc[2, CODES].tolist() == ["", "", "", "", "", "", "", "", "N/A"]
    step = next(one for one in found.account if one.rule.startswith("cells N/A"))
    assert (step.count, step.detail) == (5, "5 columns")


def test_without_a_structure_few_and_short_answers_make_a_closed_question(tmp_path: Path) -> None:
    answers = [
        ["1", "", "1", "en", "Yes", "a long answer " * 10],
        ["2", "", "1", "en", "N/A", "N/A"],
    ]
    found = read(written(tmp_path, [*OWN[:4], "exists", "why"], answers))
    assert found.table["exists"].tolist() == ["Yes", ""]
    assert found.table["why"].tolist() == ["a long answer " * 10, "N/A"]


def test_timings_and_participants_get_their_roles(tmp_path: Path) -> None:
    headings = [*OWN, "ipaddr", "refurl", "firstname", "lastname", "email", "exists"]
    headings += ["interviewtime", "groupTime12", "existsTime"]
    answer = [*FIRST, "192.0.2.7", "", "A", "B", "a@example.org", "Y", "61.5", "30.2", "31.3"]
    found = read(written(tmp_path, headings, [answer]))
    roles = {one.name: one.role for one in found.columns}
    assert roles["ipaddr"] == "ip"
    assert (roles["firstname"], roles["lastname"], roles["email"]) == (
        "first_name",
        "last_name",
        "email",
    )
    assert roles["exists"] is None
    assert roles["interviewtime"] == "duration"
    assert roles["groupTime12"] == roles["existsTime"] == "administrative"
    assert found.table["interviewtime"].tolist() == ["61"]


def test_a_question_called_email_is_a_question_where_no_participants_are_linked(
    tmp_path: Path,
) -> None:
    found = read(written(tmp_path, [*OWN[:4], "email"], [["1", "", "1", "en", "a@example.org"]]))
    assert found.column("email").role is None


def test_a_workbook_of_limesurvey_reads_like_its_csv(tmp_path: Path, lss: Path) -> None:
    path = tmp_path / "results.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("results")
        for number, row in enumerate([[*OWN, *CODES], *rows()]):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    table = read(path, lss).table
    expected = read(written(tmp_path, [*OWN, *CODES], rows()), lss).table
    pd.testing.assert_frame_equal(table.reset_index(drop=True), expected.reset_index(drop=True))


def test_the_sample_structure_is_read_whole(shared: Path) -> None:
    found = read_structure(shared / "exports" / "limesurvey_citric_survey.lss")
    assert (found.language, found.languages) == ("en", ("en",))
    assert [(one.code, one.text["en"], one.closed) for one in found.fields] == [
        ("G01Q01", "Text for first question", False),
        ("G01Q02", "Text for second question", True),
        ("G02Q03", "Please upload a text file", False),
        ("G02Q03[filecount]", "Please upload a text file", False),
        ("G02Q04", "Do you like this survey?", True),
    ]


def test_answers_to_the_sample_structure_are_described_by_it(shared: Path, tmp_path: Path) -> None:
    headings = [*OWN[:4], "G01Q01", "G01Q02", "G02Q03", "G02Q03[filecount]", "G02Q04"]
    path = written(
        tmp_path, headings, [["1", "2019-04-03 12:00:00", "2", "en", "x", "5", "", "0", "Y"]]
    )
    found = read(path, shared / "exports" / "limesurvey_citric_survey.lss")
    assert found.column("G02Q04").question == "Do you like this survey?"
    assert found.column("G02Q04").labels == {"Y": "Yes", "N": "No"}
    assert found.column("G02Q03[filecount]").part == "filecount"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<document><LimeSurveyDocType>Group</LimeSurveyDocType></document>", "not a LimeSurvey"),
        ("<survey/>", "not a LimeSurvey structure file"),
        ("<document><LimeSurveyDocType>Survey", "not well-formed XML"),
    ],
)
def test_what_is_no_structure_file_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "survey.lss"
    path.write_text(f'<?xml version="1.0"?>{content}', encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        read_structure(path)


def test_a_table_without_limesurveys_columns_is_refused_unless_the_manifest_says_so(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, ["a", "b"], [["1", "2"]])
    with pytest.raises(SourceError, match="not an export of LimeSurvey"):
        read(path)
    assert read(path, platform="limesurvey").reason == "the manifest says so"


def test_a_declared_delimiter_and_encoding_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_bytes("id|submitdate|lastpage|why\n1||2|cañón;x\n".encode("latin-1"))
    layout = Layout(encoding="latin-1", delimiter="|")
    found = read_limesurvey(path, ExportOptions(), layout)
    assert found.table["why"].tolist() == ["cañón;x"]


def test_csv_spectrum_reads_exactly(shared: Path) -> None:
    folder = shared / "bad" / "csv-spectrum"
    paths = sorted((folder / "csvs").glob("*.csv"))
    assert len(paths) >= 10
    for path in paths:
        expected = json.loads((folder / "json" / f"{path.stem}.json").read_text("utf-8"))
        wanted = expected if isinstance(expected, list) else [expected]
        table = read(path, platform="limesurvey").table
        if path.stem == "location_coordinates":
            # The set itself has another telephone number in its JSON than in its CSV.
            table["Contact Phone Number"] = wanted[0]["Contact Phone Number"]
        assert table.to_dict("records") == wanted, path.name


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=8))
def test_no_heading_makes_the_lookup_fail(headings: list[str]) -> None:
    structure = Structure("en", ("en",), ())
    for known in (None, structure):
        assert len(meanings(headings, form_of(headings), known)) == len(headings)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(TEXT.filter(lambda text: text.strip() != "" and text != "N/A"), min_size=1, max_size=5)
)
def test_an_open_answer_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, answers: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("open")
    path = written(folder, [*OWN[:4], "why"], [["1", "", "1", "en", one] for one in answers])
    assert read(path).table["why"].tolist() == answers
