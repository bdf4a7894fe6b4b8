"""A proposal is YAML that can be pasted as it stands, and then works."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import ManifestError, SourceError
from msfresearch.survey.manifest import Manifest
from msfresearch.survey.matching import CellError, Matched, MatchError
from msfresearch.survey.matching.proposal import Proposal, masked, may_be_personal, nearest, quoted
from msfresearch.survey.readers.export import Column, Export
from msfresearch.survey.source import ExportOptions, Strict
from msfresearch.yamlfile import load_model
from tests.survey.forum import FOLDER
from tests.survey.matching import ANSWER, declared, export_of, matched, replaced


class Pasted(Strict):
    """A file that holds a proposal and nothing else."""

    export: ExportOptions


def pasted(proposal: str, folder: Path) -> dict[str, object]:
    """What a manifest says of an export once the proposal is pasted under its source."""
    source = "{table: answers, licence: restricted, citation: none}"
    text = (FOLDER / "wave.yml").read_text(encoding="utf-8")
    assert f"  - {source}" in text
    lines = ["table: answers", "licence: restricted", "citation: none", *proposal.splitlines()]
    indented = "\n".join(("  - " if n == 0 else "    ") + line for n, line in enumerate(lines))
    path = folder / "wave.yml"
    path.write_text(text.replace(f"  - {source}", indented), encoding="utf-8")
    manifest = load_model(path, Manifest, ManifestError)
    return manifest.sources[0].export.model_dump(exclude_defaults=True)


def accepted(
    export: Export, folder: Path, error: type[Exception], options: Mapping[str, object] = {}
) -> Matched:
    """The export refused, its proposal pasted, the export matched."""
    with pytest.raises(error) as refused:
        matched(export, options)
    assert isinstance(refused.value, MatchError | CellError)
    return matched(export, pasted(refused.value.proposal, folder))


def renamed(names: Mapping[str, str]) -> Export:
    columns = [Column(names.get(name, name)) for name in ANSWER]
    return export_of(columns, [list(ANSWER.values())])


def test_renamed_columns_are_proposed_by_likeness_and_then_meet(tmp_path: Path) -> None:
    names = {
        "INFORMED": "Do you feel informed?",
        "OT_BARRIERS": "Which are the main barriers: yes/no # 1?",
        "MSF_SHARE_NG": "SHARE_NG",
        "TOPICS_budget": "TOPICS_budgets",
    }
    found = accepted(renamed(names), tmp_path, MatchError)
    pairs = found.pairs.set_index("column")["meets"]
    assert [pairs[name] for name in names.values()] == [
        "informed",
        "ot_barriers",
        "share_ng",
        "topics__budget",
    ]


def test_what_is_near_nothing_is_proposed_to_be_ignored(tmp_path: Path) -> None:
    odd = ["Qz", "yes", "1e5", "a: b", "#", "null", "- x", '"', "\u2028", "2019-01-01", "été", "~"]
    export = replaced(declared(), *map(Column, odd), cells=[["x"]] * len(odd))
    found = accepted(export, tmp_path, MatchError)
    assert list(found.pairs["meets"][-len(odd) :]) == ["ignored"] * len(odd)


def test_a_column_that_tells_of_a_person_is_proposed_as_the_platform_s_own(tmp_path: Path) -> None:
    export = replaced(declared(), Column("E-mail address"), cells=[["a@example.org"]])
    found = accepted(export, tmp_path, MatchError)
    assert found.raw.loc[2, "role:email"] == "a@example.org"


def test_of_two_columns_for_one_item_the_first_is_proposed(tmp_path: Path) -> None:
    export = replaced(declared(), Column("x", "I feel informed"), cells=[["5"]])
    found = accepted(export, tmp_path, MatchError)
    assert found.raw.loc[2, "INFORMED"] == "4"


def test_changed_texts_are_proposed_and_then_accepted(tmp_path: Path) -> None:
    export = replaced(
        declared(),
        Column("INFORMED", 'I feel "well": informed # now', group="INFORMED"),
        Column("TOPICS_budget", "Topics you work on", "Money and audit"),
        Column("TOPICS_access", "Your topics", "Access to information"),
    )
    with pytest.raises(MatchError) as refused:
        matched(export)
    said = yaml.safe_load(refused.value.proposal)["export"]["wording"]
    assert said == {
        "informed": 'I feel "well": informed # now',
        "topics__budget": "Money and audit",
        "topics": "Your topics",
    }
    assert matched(export, pasted(refused.value.proposal, tmp_path)).raw.loc[2, "INFORMED"] == "4"


def test_texts_in_exchanged_places_are_proposed_by_what_was_asked(tmp_path: Path) -> None:
    export = replaced(
        declared({"INFORMED": ["1"], "TRUST": ["5"]}),
        Column("INFORMED", "The process increased trust"),
        Column("TRUST", "I feel informed"),
    )
    found = accepted(export, tmp_path, MatchError)
    assert list(found.raw.loc[2, ["INFORMED", "TRUST"]]) == ["5", "1"]


def test_unknown_cells_are_proposed_all_at_once_and_then_read(tmp_path: Path) -> None:
    changes = {"INFORMED": ["Agreed", "agree!", "Agree"], "TRUST": ["Agree", "Disagreed", ""]}
    found = accepted(declared(changes), tmp_path, CellError)
    assert list(found.raw["INFORMED"]) == ["4", "4", "4"]
    assert list(found.raw["TRUST"]) == ["4", "2", ""]


def test_a_cell_near_nothing_is_left_open_and_refused_until_a_person_decides(
    tmp_path: Path,
) -> None:
    export = declared({"TRUST": ["A1", "A2", "A1"]})
    with pytest.raises(CellError) as refused:
        matched(export)
    proposal = refused.value.proposal
    assert 'A1: "?"  # 2 rows, first on line 2: which answer is it?' in proposal
    assert "trust:  # 1 (Strongly disagree), 2 (Disagree)" in proposal
    with pytest.raises(SourceError, match=r"'A1': '\?'") as open_still:
        matched(export, pasted(proposal, tmp_path))
    assert 'by a code, or by "" to read the cell as blank' in str(open_still.value)
    decided = proposal.replace('A1: "?"', 'A1: "4"').replace('A2: "?"', 'A2: ""')
    assert list(matched(export, pasted(decided, tmp_path)).raw["TRUST"]) == ["4", "", "4"]


def test_a_number_is_not_left_open_either() -> None:
    with pytest.raises(SourceError, match="leaves open what a cell means"):
        matched(declared(), {"values": {"share_ng": {"about half": " ? "}}})


def test_the_platform_s_own_numbers_can_be_filled_in_by_the_words_they_mean(
    tmp_path: Path,
) -> None:
    in_words = {"CONSENT": ["Yes"], "LEVEL": ["National"], "MSF_EXISTS": ["Yes"]}
    rest = {"AMBITION": ["Disagree"], "TRUST": ["Agree"], "MSF_DECIDE": ["By consensus"]}
    export = declared({**in_words, **rest, "INFORMED": ["1"]}, "qualtrics")
    with pytest.raises(MatchError, match="bare numbers") as refused:
        matched(export)
    proposal = refused.value.proposal
    assert yaml.safe_load(proposal) == {"export": {"cells": "codes"}}
    lines = proposal.replace("  cells: codes\n", "").splitlines()
    at = lines.index("  # values:")
    skeleton = "\n".join([*lines[:at], *(line.replace("# ", "", 1) for line in lines[at:])])
    with pytest.raises(MatchError, match="bare numbers"):
        matched(export, pasted(skeleton, tmp_path))
    filled = skeleton.replace("number of 5, Strongly agree", "1")
    assert filled != skeleton
    assert matched(export, pasted(filled, tmp_path)).raw.loc[2, "INFORMED"] == "5"


def test_a_proposed_column_is_shown_with_the_words_of_its_header_masked() -> None:
    words = "Any thing\u2028else? Write to 555-0100"
    export = replaced(declared(), Column("Qz", words, "ana@example.org"), cells=[["x"]])
    with pytest.raises(MatchError) as refused:
        matched(export)
    assert "nothing is near; it says: Any thing else? Write to ###-####" in refused.value.proposal
    assert "/ ana#example.org" in refused.value.proposal


@pytest.mark.parametrize(
    ("question", "role"),
    [
        ("Leave your name and phone", "role:phone"),
        ("¿Cuál es su nombre?", "role:first_name"),
        ("Si désiré, vos coordonnées pour la suite", "role:email"),
        ("Please give us an e-mail to send you the report", "role:email"),
        ("given_name", "role:first_name"),
        ("What is the name of the forum?", "ignore"),
    ],
)
def test_a_question_for_a_contact_is_proposed_as_a_person_s_own(question: str, role: str) -> None:
    export = replaced(declared(), Column("Q30", question), cells=[["x"]])
    with pytest.raises(MatchError) as refused:
        matched(export)
    assert yaml.safe_load(refused.value.proposal)["export"]["columns"] == {"Q30": role}


def test_bare_numbers_are_proposed_to_be_codes(tmp_path: Path) -> None:
    found = accepted(declared(platform="qualtrics"), tmp_path, MatchError)
    assert found.raw.loc[2, "INFORMED"] == "4"


def test_what_the_manifest_said_before_stands_in_the_proposal(tmp_path: Path) -> None:
    before = {
        "platform": "kobo",
        "columns": {"colour": "ignore"},
        "timezone": "America/Toronto",
        "day_first": False,
        "values": {"trust": {"dunno": "97"}},
    }
    export = replaced(
        declared({"TRUST": ["dunno"]}), Column("colour"), Column("size"), cells=[["red"], ["9"]]
    )
    with pytest.raises(MatchError) as refused:
        matched(export, before)
    after = pasted(refused.value.proposal, tmp_path)
    assert after == {**before, "columns": {"colour": "ignore", "size": "ignore"}}


def test_an_item_without_any_column_is_named_in_the_proposal() -> None:
    kept = {name: cell for name, cell in ANSWER.items() if name != "TRUST"}
    export = export_of([*map(Column, kept), Column("Qz")], [[*kept.values(), ""]])
    with pytest.raises(MatchError) as refused:
        matched(export)
    assert "absent: [trust]" in refused.value.proposal


def test_a_proposal_lists_some_cells_and_says_how_many_more_there_are() -> None:
    cells = [f"nonsense {'x' * n}" for n in range(1, 71)]
    with pytest.raises(CellError, match="and 69 more") as refused:
        matched(declared({"TRUST": cells}))
    assert "10 more such cells" in refused.value.proposal
    assert len(yaml.safe_load(refused.value.proposal)["export"]["values"]["trust"]) == 60


def test_a_cell_that_may_tell_of_a_person_is_masked_and_left_out() -> None:
    assert masked("ana@example.org") == "ana#example.org"
    assert masked("55 50 10 02") == "## ## ## ##"
    assert masked("Agreed 4") == "Agreed 4"
    assert may_be_personal("555-0100")
    assert may_be_personal("x" * 81)
    assert not may_be_personal("1,234")


def test_the_nearest_name_is_proposed_or_none() -> None:
    known = {"strongly agree": "5", "agree": "4"}
    assert nearest(["Agreed"], known) == ("4", pytest.approx(10 / 11))
    assert nearest(["zzz", ""], known) is None


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_a_header_or_a_cell_holds_the_proposal_says_it_exactly(
    said: dict[str, str],
) -> None:
    proposal = Proposal(columns=said, values={"trust": said}, notes=dict.fromkeys(said, "a note"))
    text = proposal.text("answers", ExportOptions())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wave.yml"
        path.write_text(text, encoding="utf-8", newline="")
        read = load_model(path, Pasted, ManifestError).export
    assert read.values == {"trust": said}
    assert read.columns == said
    assert yaml.safe_load(text)["export"]["columns"] == said
    assert all(yaml.safe_load(quoted(one)) == one for one in [*said, *said.values()])


def test_a_note_stands_behind_the_key_it_is_about() -> None:
    proposal = Proposal(columns={"Q7": "informed"}, notes={"Q7": "the nearest"})
    lines = proposal.text("answers", ExportOptions(cells="codes")).splitlines()
    assert "    Q7: informed  # the nearest" in lines
    assert "  cells: codes" in lines
    assert replace(proposal, notes={}).text("answers", ExportOptions()).count("#") == 1
