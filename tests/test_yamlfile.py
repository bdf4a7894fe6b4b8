"""Files that people edit are read as they are written, and a fault is told with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from msfresearch.errors import ManifestError
from msfresearch.yamlfile import load_model


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Level(Strict):
    code: str
    value: int | str


class Thing(Strict):
    word: str = ""
    codes: dict[str, str] = {}
    levels: tuple[Level, ...] = ()
    nested: dict[str, dict[str, Level]] = {}


Load = Callable[[str | bytes], Thing]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def read(text: str | bytes) -> Thing:
        path = tmp_path / "thing.yml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return load_model(path, Thing, ManifestError)

    return read


@pytest.mark.parametrize(
    "written", ["yes", "no", "Yes", "NO", "on", "off", "2019-04-01", "2019-04-01 10:00:00"]
)
def test_what_yaml_would_turn_into_a_truth_or_a_date_stays_text(load: Load, written: str) -> None:
    assert load(f"word: {written}").word == written


def test_norway_and_the_answer_no_are_keys_as_they_stand(load: Load) -> None:
    assert load("codes: {NO: NOR, no: refused, on: a}").codes == {
        "NO": "NOR",
        "no": "refused",
        "on": "a",
    }


@pytest.mark.parametrize("written", ["97", "true", "1.5", "~", "[a]", "{a: b}"])
def test_what_is_no_text_is_not_made_text(load: Load, written: str) -> None:
    with pytest.raises(ManifestError) as told:
        load(f"word: {written}")
    assert (told.value.row, told.value.column) == (1, "word")


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("word: a\nword: b\n", 2, "word"),
        ("codes:\n  '97': a\n  '98': b\n  '97': c\n", 4, "97"),
        ("nested:\n  a:\n    b: {code: x, value: 1, code: y}\n", 3, "code"),
    ],
)
def test_a_key_written_twice_is_refused_with_its_line(
    load: Load, text: str, line: int, key: str
) -> None:
    with pytest.raises(ManifestError) as told:
        load(text)
    assert told.value.row == line
    assert f"'{key}' stands twice" in str(told.value)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("\n\nunknown: 1\n", 3, "unknown"),
        ("codes:\n  a: b\n  c: 3\n", 3, "codes.c"),
        ("levels:\n  - {code: a, value: 1}\n  - code: b\n    value: []\n", 4, "levels.1.value.int"),
        ("levels:\n  - {code: a, value: 1}\n  - code: b\n", 3, "levels.1.value"),
        ("nested:\n  a:\n    b:\n      code: x\n      value: 1\n      c: 2\n", 6, "nested.a.b.c"),
    ],
)
def test_a_fault_is_told_with_its_line_at_any_depth(
    load: Load, text: str, line: int, column: str
) -> None:
    with pytest.raises(ManifestError) as told:
        load(text)
    assert (told.value.row, told.value.column) == (line, column)


def test_an_unknown_key_is_told_beside_the_known_ones(load: Load) -> None:
    with pytest.raises(ManifestError) as told:
        load("wrod: a")
    assert told.value.expected == "one of: word, codes, levels, nested"


def test_several_faults_are_counted(load: Load) -> None:
    with pytest.raises(ManifestError, match=r"\(and 2 more\)"):
        load("word: 1\ncodes: {a: 1}\nunknown: x\n")


def test_a_few_bytes_of_aliases_are_not_spelled_out_as_billions(load: Load) -> None:
    """Told in full, the value would hold 9**12 words; the error has to come, and short."""
    lines = ["l0: &l0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"l{n}: &l{n} [{','.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(ManifestError) as told:
        load("\n".join([*lines, "word: *l11"]))
    assert told.value.column == "word"
    assert len(str(told.value)) < 1000


def test_an_anchor_may_be_used_again(load: Load) -> None:
    found = load("nested:\n  a: {x: &one {code: c, value: 1}}\n  b: {y: *one}\n")
    assert found.nested["a"]["x"] == found.nested["b"]["y"]


@pytest.mark.parametrize(
    "text",
    [
        "word: !!python/object/apply:pathlib.Path.touch [{path}]",
        "word: !!python/object/new:pathlib.Path [{path}]",
        "!!python/name:os.system",
    ],
)
def test_a_tag_of_python_makes_nothing_and_runs_nothing(
    load: Load, tmp_path: Path, text: str
) -> None:
    trace = tmp_path / "trace"
    with pytest.raises(ManifestError, match="not readable as YAML"):
        load(text.replace("{path}", str(trace)))
    assert not trace.exists()


@pytest.mark.parametrize(
    "text",
    [
        "word: " + "[" * 4000 + "]" * 4000,
        "".join(" " * depth + "word:\n" for depth in range(2000)),
        "word: &a [*a]",
        "codes: &a {b: *a}",
        "? [a, b]\n: c",
        "? {a: b}\n: c",
        "word: !!int x",
        "word: !!timestamp x",
        "!!map [a]",
        "word: " + "9" * 5000,
        "word: a\n---\nword: b\n",
        "word: [",
        "word:\n\t- a",
        b"word: \x00",
        b"word: \xff",
        "word: x".encode("utf-16"),
    ],
    ids=lambda text: repr(text)[:24],
)
def test_a_file_that_is_none_is_refused_and_not_with_a_traceback(
    load: Load, text: str | bytes
) -> None:
    with pytest.raises(ManifestError, match=r"not readable as YAML|not UTF-8|holds no mapping"):
        load(text)


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "a word"])
def test_a_file_without_a_mapping_is_refused(load: Load, text: str) -> None:
    with pytest.raises(ManifestError, match="holds no mapping"):
        load(text)


def test_a_folder_in_a_files_place_and_no_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "folder.yml").mkdir()
    with pytest.raises(ManifestError, match="cannot be read"):
        load_model(tmp_path / "folder.yml", Thing, ManifestError)
    with pytest.raises(ManifestError, match="no such file"):
        load_model(tmp_path / "absent.yml", Thing, ManifestError)


def test_a_byte_order_mark_is_no_part_of_the_first_key(load: Load) -> None:
    assert load("\ufeffword: a").word == "a"


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text("&*!|>[]{}:?-, \n\t'\"a1~=<", max_size=60)))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yml"
    path.write_bytes(text.encode("utf-8"))
    told: object
    try:
        told = load_model(path, Thing, ManifestError)
    except ManifestError as wrong:
        told = wrong.file
    assert isinstance(told, Thing) or told == str(path)
