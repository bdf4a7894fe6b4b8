"""Columns meet items by map, by name and by text; what is in doubt stops."""

from __future__ import annotations

from dataclasses import replace

import pytest

from msfresearch.errors import SourceError
from msfresearch.survey.matching import MatchError
from msfresearch.survey.matching.targets import folded, stem
from msfresearch.survey.readers.export import Column, Export
from tests.survey.matching import (
    ANSWER,
    QUESTIONNAIRE,
    declared,
    export_of,
    matched,
    replaced,
)

TABLE = QUESTIONNAIRE.tables["answers"]
#: The form in Spanish as SurveyMonkey or Google Forms head it: the question's text alone.
SPANISH = {
    "¿Acepta participar?": "Sí",
    "País miembro de OGP": "Canadá",
    "¿Nacional o local?": "Nacional",
    "¿Existe un foro?": "No",
    "Me siento informado": "De acuerdo",
    "Los compromisos son ambiciosos": "En desacuerdo",
    "El proceso aumentó la confianza": "No sabe",
    "¿Cómo se toman las decisiones?": "Por consenso",
    "Temas en los que trabaja": "Acceso a la información",
    "Porcentaje de miembros no gubernamentales": "50",
    "¿Cuáles son las principales barreras?": "Muy poca gente",
}


def spanish() -> Export:
    return export_of([Column(name) for name in SPANISH], [list(SPANISH.values())], "google_forms")


def meets(export: Export, **options: object) -> dict[str, tuple[str, str]]:
    pairs = matched(export, options).pairs
    return {row.column: (row.meets, row.how) for row in pairs.itertuples()}


def renamed(export: Export, **names: str) -> Export:
    """The export with columns under other names, their group with them."""
    columns = [
        replace(one, name=names.get(one.name, one.name), group=names.get(one.name, one.group))
        for one in export.columns
    ]
    return replace(export, table=export.table.rename(columns=names), columns=tuple(columns))


def test_declared_names_meet_their_items() -> None:
    found = matched(declared())
    assert set(found.pairs["how"]) == {"declared name"}
    assert list(found.pairs["meets"][:4]) == ["consent", "country", "level", "msf_exists"]
    wanted = [name for name in TABLE.columns() if not name.startswith("_")]
    assert list(found.raw.columns) == wanted
    assert found.raw.index.name == "line"
    assert set(found.raw.dtypes.astype(str)) == {"str"}


def test_the_lines_of_the_file_stay() -> None:
    export = export_of([Column(name) for name in ANSWER], [list(ANSWER.values())] * 3, first_line=4)
    assert list(matched(export).raw.index) == [4, 5, 6]


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("about_you/MSF_EXISTS", "declared name"),
        ("a/b/MSF_EXISTS", "declared name"),
        ("a-MSF_EXISTS", "declared name"),
        ("MSFEXISTS", "declared name, spelled otherwise"),
        ("msf_exists", "declared name, spelled otherwise"),
        ("grp/Msf-Exists", "declared name, spelled otherwise"),
    ],
)
def test_groups_of_a_form_case_and_separators_do_not_hide_a_declared_name(
    name: str, how: str
) -> None:
    assert meets(renamed(declared(), MSF_EXISTS=name))[name] == ("msf_exists", how)


def test_a_separator_between_digits_tells_two_names_apart() -> None:
    assert folded("Q1_1") != folded("Q11")
    assert folded("TOPICS[access]") == folded("TOPICS_access") == folded("topics/access")


@pytest.mark.parametrize(
    "names",
    [
        {"TOPICS_access": "TOPICS/access", "TOPICS_budget": "TOPICS/budget"},
        {"TOPICS_access": "grp/TOPICS/access", "TOPICS_budget": "grp/TOPICS/budget"},
        {"TOPICS_access": "TOPICS[access]", "TOPICS_budget": "TOPICS[budget]"},
        {"TOPICS_access": "TOPICS.access", "TOPICS_budget": "TOPICS.budget"},
        {"TOPICS_access": "topics__access", "TOPICS_budget": "topics__budget"},
    ],
)
def test_boxes_are_known_by_the_names_that_platforms_make(names: dict[str, str]) -> None:
    found = meets(renamed(declared(), **names))
    assert [found[name][0] for name in names.values()] == ["topics__access", "topics__budget"]


def test_the_other_of_kobo_is_a_box_and_the_other_of_limesurvey_a_text() -> None:
    kobo = renamed(
        declared({"TOPICS_other_ticked": ["1"], "TOPICS_other": ["Parks"]}),
        TOPICS_other_ticked="TOPICS/other",
    )
    assert meets(kobo)["TOPICS/other"][0] == "topics__other"
    without_box = {name: cell for name, cell in ANSWER.items() if name != "TOPICS_other_ticked"}
    lime = export_of(
        [*map(Column, without_box), Column("TOPICS[other]"), Column("MSFDECIDE[other]")],
        [[*without_box.values(), "Parks", ""]],
        "limesurvey",
    )
    found = matched(lime)
    assert list(found.pairs["meets"][-2:]) == ["topics_other", "decide_other"]
    assert list(found.raw.loc[2, ["TOPICS_other_ticked", "TOPICS_other"]]) == ["1", "Parks"]


def test_numbered_boxes_of_qualtrics_meet_by_the_words_of_their_options() -> None:
    kept = {name: cell for name, cell in ANSWER.items() if not name.startswith("TOPICS")}
    question = "Topics you work on"
    columns = [
        *(Column(name, group=name) for name in kept),
        Column("TOPICS_1", question, "Access to information", "TOPICS"),
        Column("TOPICS_2", question, "Budget, spending and audit", "TOPICS"),
        Column("TOPICS_3", question, "Other", "TOPICS"),
        Column("TOPICS_3_TEXT", question, "Other - Text", "TOPICS"),
        Column("MSF_DECIDE_3_TEXT", "How are decisions taken? - Other - Text", group="MSF_DECIDE"),
    ]
    rows = [[*kept.values(), "Access to information", "", "Other", "Parks", ""]]
    found = matched(export_of(columns, rows, "qualtrics"), {"cells": "codes"})
    assert list(found.pairs["meets"][-5:]) == [
        "topics__access",
        "topics__budget",
        "topics__other",
        "topics_other",
        "decide_other",
    ]
    boxes = found.raw.filter(like="TOPICS").loc[2]
    assert list(boxes) == ["1", "0", "1", "Parks"]


def test_what_qualtrics_sets_before_an_option_is_no_part_of_its_words() -> None:
    kept = {name: cell for name, cell in ANSWER.items() if not name.startswith("TOPICS")}
    question = "Topics you work on"
    parts = ["Access to information", "Budget, spending and audit", "Other"]
    columns = [
        *(Column(name, group=name) for name in kept),
        *(
            Column(f"TOPICS_{number}", question, f"Selected Choice - {part}", "TOPICS")
            for number, part in enumerate(parts, start=1)
        ),
        Column("TOPICS_3_TEXT", question, "Other - Text", "TOPICS"),
    ]
    for cells in (["", "1", "1", "Parks"], ["", parts[1], "Other", "Parks"], ["", "1", "", ""]):
        found = matched(export_of(columns, [[*kept.values(), *cells]]))
        assert list(found.pairs["meets"][-4:]) == [
            "topics__access",
            "topics__budget",
            "topics__other",
            "topics_other",
        ]
        assert found.raw.loc[2, "TOPICS_budget"] == "1"


def test_question_texts_meet_their_items_in_any_language() -> None:
    found = meets(spanish())
    assert found["¿Existe un foro?"] == ("msf_exists", "question text (es)")
    assert found["Temas en los que trabaja"] == ("topics", "question text (es)")
    assert {how for _, how in found.values()} == {"question text (es)"}


def test_a_further_wording_and_one_the_manifest_accepts_meet_too() -> None:
    export = renamed(spanish(), **{"¿Existe un foro?": "Do you have a forum?"})
    with pytest.raises(MatchError, match="meets no item"):
        matched(export)
    found = meets(export, wording={"msf_exists": "Do you have a forum?"})
    assert found["Do you have a forum?"] == ("msf_exists", "question text (manifest)")
    items = tuple(
        one.model_copy(update={"wordings": ("do you have a forum",)})
        if one.id == "msf_exists"
        else one
        for one in TABLE.items
    )
    table = TABLE.model_copy(update={"items": items})
    on = QUESTIONNAIRE.model_copy(update={"tables": {"answers": table}})
    pairs = matched(export, on=on).pairs.set_index("column")
    assert pairs.loc["Do you have a forum?", "how"] == "question text (further wording)"


@pytest.mark.parametrize(
    "column",
    [
        Column("x", "I feel informed"),
        Column("x", "<b>I feel</b> informed :"),
        Column("x", "5. I feel informed"),
        Column("x", "How far do you agree?", "I feel informed"),
        Column("x", "How far do you agree? - I feel informed"),
        Column("How far do you agree? [I feel informed]"),
        Column("x", "I feel informed", "Response"),
    ],
)
def test_a_row_of_a_matrix_and_a_dressed_question_meet_by_their_text(column: Column) -> None:
    kept = {name: cell for name, cell in ANSWER.items() if name != "INFORMED"}
    export = export_of([*map(Column, kept), column], [[*kept.values(), "Agree"]])
    assert meets(export)[column.name][0] == "informed"
    assert matched(export).raw.loc[2, "INFORMED"] == "4"


@pytest.mark.parametrize("joint", [" - ", "/", ": ", " — "])
def test_a_box_headed_with_question_and_option_meets_by_both(joint: str) -> None:
    kept = {name: cell for name, cell in ANSWER.items() if not name.startswith("TOPICS")}
    options = ["Access to information", "Budget, spending and audit", "Other"]
    columns = [*map(Column, kept), *(Column(f"Topics you work on?{joint}{one}") for one in options)]
    found = matched(export_of(columns, [[*kept.values(), "1", "0", "0"]]))
    assert list(found.pairs["meets"][-3:]) == ["topics__access", "topics__budget", "topics__other"]


def test_the_map_of_the_manifest_comes_first() -> None:
    export = renamed(declared(), INFORMED="Q7", AMBITION="INFORMED")
    found = meets(export, columns={"Q7": "informed", "INFORMED": "ambition"})
    assert found["INFORMED"] == ("ambition", "map of the manifest")
    assert found["Q7"] == ("informed", "map of the manifest")


@pytest.mark.parametrize(
    ("columns", "problem", "named"),
    [
        ({"Q99": "informed"}, "does not have", "Q99"),
        ({"INFORMED": "infromed"}, "nothing that is known", "INFORMED"),
        ({"INFORMED": "role:shoe_size"}, "nothing that is known", "INFORMED"),
        ({"INFORMED": "member"}, "nothing that is known", "INFORMED"),
    ],
)
def test_a_map_that_names_what_is_not_there_is_refused(
    columns: dict[str, str], problem: str, named: str
) -> None:
    with pytest.raises(SourceError, match=problem) as refused:
        matched(declared(), {"columns": columns})
    assert refused.value.column == named


def test_an_accepted_wording_of_no_item_is_refused() -> None:
    with pytest.raises(SourceError, match="wording of an item that is not there"):
        matched(declared(), {"wording": {"infromed": "I am informed"}})


def test_the_platform_s_own_columns_need_no_item_and_keep_their_cells() -> None:
    export = replaced(
        declared(),
        Column("submitdate", role="submitted"),
        Column("Email", role="email"),
        Column("seed", role="administrative"),
        cells=[["2019-04-02 10:00:00"], ["a@example.org"], ["17"]],
    )
    found = matched(export)
    assert found.raw.loc[2, "role:submitted"] == "2019-04-02 10:00:00"
    assert found.raw.loc[2, "role:email"] == "a@example.org"
    assert "role:administrative" not in found.raw
    assert list(found.pairs["how"][-3:]) == ["the platform's own"] * 3


def test_of_two_columns_of_one_role_the_second_fills_what_the_first_leaves() -> None:
    changes = {name: [cell] * 3 for name, cell in ANSWER.items()}
    export = replaced(
        declared(changes),
        Column("mail", role="email"),
        Column("E-mail", role="email"),
        cells=[["a@example.org", "", "c@example.org"], ["", "b@example.org", "d@example.org"]],
    )
    found = matched(export)
    emails = ["a@example.org", "b@example.org", "c@example.org"]
    assert list(found.raw["role:email"]) == emails
    second = [step for step in found.account if step.rule.startswith("a second column")]
    assert [step.count for step in second] == [1]
    assert "example" not in second[0].detail


def test_a_column_the_manifest_ignores_is_left_out_and_counted() -> None:
    export = replaced(declared(), Column("colour"), cells=[["blue"]])
    found = matched(export, {"columns": {"colour": "ignore"}})
    assert "colour" not in found.raw
    left = [step for step in found.account if step.rule.startswith("columns left out")]
    assert [(step.count, step.detail) for step in left] == [(1, "colour")]


def test_a_column_that_meets_no_item_stops() -> None:
    export = replaced(declared(), Column("colour", "Your colour?"), cells=[["blue"]])
    with pytest.raises(MatchError, match="a column that meets no item") as refused:
        matched(export)
    assert refused.value.column == "colour"
    assert refused.value.found == "Your colour?"


def test_an_item_without_a_column_stops() -> None:
    kept = {name: cell for name, cell in ANSWER.items() if name != "TRUST"}
    with pytest.raises(MatchError, match="trust finds no column") as refused:
        matched(export_of([*map(Column, kept)], [list(kept.values())]))
    assert refused.value.column == "TRUST"


def test_a_box_without_a_column_stops_unless_its_text_tells() -> None:
    kept = {name: cell for name, cell in ANSWER.items() if name != "TOPICS_budget"}
    with pytest.raises(MatchError, match="topics__budget finds no column"):
        matched(export_of([*map(Column, kept)], [list(kept.values())]))


def test_two_columns_for_one_item_stop() -> None:
    export = replaced(declared(), Column("x", "I feel informed"), cells=[["4"]])
    with pytest.raises(MatchError, match="two columns for informed") as refused:
        matched(export)
    assert refused.value.found == "INFORMED (declared name), x (question text (en))"


def test_one_text_of_two_items_stops() -> None:
    same = TABLE.item("informed").label
    items = tuple(
        one.model_copy(update={"label": same}) if one.id == "trust" else one for one in TABLE.items
    )
    table = TABLE.model_copy(update={"items": items})
    on = QUESTIONNAIRE.model_copy(update={"tables": {"answers": table}})
    kept = {name: cell for name, cell in ANSWER.items() if name not in ("INFORMED", "TRUST")}
    columns = [*map(Column, kept), Column("x", same.en), Column("y", same.en)]
    with pytest.raises(MatchError, match="meets two items"):
        matched(export_of(columns, [[*kept.values(), "4", "4"]]), on=on)


def test_a_joined_column_beside_a_column_per_box_is_passed_over() -> None:
    export = replaced(declared(), Column("TOPICS"), cells=[["access budget"]])
    found = matched(export)
    assert found.pairs.set_index("column").loc["TOPICS", "meets"] == "ignored"
    assert found.raw.loc[2, "TOPICS_budget"] == "0"
    assert any(step.rule.endswith("every box has a column of its own") for step in found.account)


def test_a_text_that_changed_under_its_name_stops_until_it_is_accepted() -> None:
    export = replaced(declared(), Column("INFORMED", "I feel well informed", group="INFORMED"))
    with pytest.raises(MatchError, match="none of those of informed") as refused:
        matched(export)
    assert refused.value.found == "I feel well informed"
    assert "I feel informed" in str(refused.value.expected)
    matched(export, {"wording": {"informed": "I feel well informed"}})


@pytest.mark.parametrize(
    "question", ["I feel informed", "ME SIENTO INFORMADO.", "INFORMED", "", "I feel infor…"]
)
def test_a_text_in_a_known_wording_or_none_at_all_is_no_change(question: str) -> None:
    export = replaced(declared(), Column("INFORMED", question, group="INFORMED"))
    assert matched(export).raw.loc[2, "INFORMED"] == "4"


def test_a_box_whose_words_are_another_option_s_stops() -> None:
    export = replaced(
        declared(), Column("TOPICS_budget", "Topics you work on", "Access to information")
    )
    with pytest.raises(MatchError, match="none of those of topics__budget") as refused:
        matched(export)
    assert refused.value.expected == (
        "Budget, spending and audit | Presupuesto, gasto y auditoría | Budget, dépenses et audit"
    )


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("Topics you work on", "Budget, spending and audit"),
        ("Topics you work on", "SQ002"),
        ("Topics you work on - Budget, spending and audit", ""),
        ("Budget, dépenses et audit", ""),
    ],
)
def test_a_box_is_known_by_question_by_option_or_by_both(question: str, part: str) -> None:
    export = replaced(declared(), Column("TOPICS_budget", question, part))
    assert matched(export).raw.loc[2, "TOPICS_budget"] == "0"


def test_names_that_change_their_places_are_told_by_their_texts() -> None:
    export = replaced(
        declared(),
        Column("INFORMED", "The process increased trust"),
        Column("TRUST", "I feel informed"),
    )
    with pytest.raises(MatchError) as refused:
        matched(export)
    assert "INFORMED: trust" in refused.value.proposal
    assert "TRUST: informed" in refused.value.proposal


def test_what_columns_of_a_question_share_is_found_in_its_options() -> None:
    assert stem(TABLE.item("topics")) == "TOPICS"
    assert stem(TABLE.item("decide")) == "MSF_DECIDE"
