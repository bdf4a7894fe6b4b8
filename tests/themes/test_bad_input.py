"""Frames, answers and commands of a hostile mind: refused or counted, no more.

What is refused is refused with an error of the project that names the file, and leaves every
folder as it was. What is taken is taken exactly, however long or strange it is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from msfresearch.errors import AnswerError, CodebookError, MsfResearchError, ReleaseError
from msfresearch.release.quotes import NAME, load_quotes
from msfresearch.themes import load_codebook, match
from msfresearch.themes.matching import parquet, stream
from msfresearch.themes.matching.matcher import Matcher
from tests.conftest import Call
from tests.themes import plain, rounds
from tests.themes.matching.frames import FRAME, frame
from tests.themes.test_codebook import SMALL

AT = "2026-01-31"
MILLION = 1_000_000
#: What is changed in a small frame, and the line and words of the error.
FRAMES = {
    "a star that catches a common word": ("financiación", '"par*"', 22, "match everything"),
    "the same in capitals and with accents": ("financiación", '"PÁR*"', 22, "match everything"),
    "common words with hyphens": ("financiación", "De-La-PARA", 22, "match everything"),
    "a neighbour of one letter and a star": (
        "financiación",
        '{pattern: fondos, near: ["d*"]}',
        22,
        "at least 3 letters",
    ),
    "an exception of one letter and a star": (
        "financiación",
        '{pattern: fondos, not: ["d*"]}',
        22,
        "at least 3 letters",
    ),
    "a negator of one letter and a star": ("es: [sin]", 'es: ["s*"]', 4, "at least 3 letters"),
    "a negator of blanks": ("es: [sin]", 'es: ["  "]', 4, "at least one word"),
    "a version of two lines": ('"1"', '"1\\n2"', 1, "a line of text"),
    "a version of a blank": ('"1"', '" "', 1, "a line of text"),
    "a version with NUL": ('"1"', '"1\\0"', 1, "a line of text"),
    "a language twice": ("[en, es]", "[en, es, es]", 3, "each language once"),
    "a label of blanks": ("es: Dinero", 'es: "  "', 11, "not blanks alone"),
    "a family's label of blanks": ("es: Brechas", 'es: "  "', 7, "not blanks alone"),
    "an id that leaves its folder": ("  funding:", "  ../funding:", 9, "../funding"),
    "an id with NUL": ("  funding:", '  "funding\\0":', 9, "funding"),
    "a label that holds itself": ("{en: Funding, es: Dinero}", "&a {en: A, es: *a}", 11, "recurs"),
    "a mapping that takes itself in": ("themes:\n", "themes: &a\n  <<: *a\n", 9, "merge"),
    "a family twice": ("families:\n", "families:\n  gaps: {en: A, es: B}\n", 8, "twice"),
    "an object of another language": ('"1"', "!!python/name:os.system x", 1, "python"),
}
#: One answer to be repeated, the words found in it, by how often.
TEXTS = {
    "zalgo": "c" + "\u0301\u0316\u0489" * 20 + "apacity ",
    "joiners": "c\u200da\u200dp\u200dacity ",
    "NUL": "capacity\0",
    "lone surrogates": "\ud800capacity\udfff ",
    "marks of direction": "\u202ecapacity\u202c ",
    "signs beyond the first plane": "\U0001f600capacity ",
    "a link between": "www.capacity.org capacity ",
}


def state(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def told(wrong: MsfResearchError, path: Path) -> None:
    """The error names the file, in few words whatever stood in it."""
    assert wrong.file == str(path)
    assert len(str(wrong)) < 2_000


def said(*texts: str, language: str = "en") -> pd.DataFrame:
    return plain.answers(list(texts), language)


@pytest.mark.parametrize("fault", FRAMES)
def test_a_hostile_frame_is_refused_with_its_line(tmp_path: Path, fault: str) -> None:
    before, after, line, expected = FRAMES[fault]
    good = SMALL.replace("es: [de, la]", "es: [de, la, para]")
    assert good.count(before) == 1
    path = tmp_path / "frame.yml"
    path.write_text(good.replace(before, after), encoding="utf-8")
    with pytest.raises(CodebookError) as caught:
        load_codebook(path)
    told(caught.value, path)
    assert caught.value.row == line
    assert expected in str(caught.value)


def test_aliases_that_multiply_are_refused_in_few_words(tmp_path: Path) -> None:
    lists = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lists += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    path = tmp_path / "frame.yml"
    path.write_text("\n".join(lists) + "\n" + SMALL.replace("- financiación", "- *a29"))
    with pytest.raises(CodebookError) as caught:
        load_codebook(path)
    told(caught.value, path)


@pytest.mark.parametrize("deep", ["[" * 200_000, "{a: " * 200_000, "- " * 200_000], ids="[{-")
def test_a_frame_that_is_nested_too_deeply_does_not_end_the_process(
    tmp_path: Path, deep: str
) -> None:
    path = tmp_path / "frame.yml"
    path.write_text(f"themes:\n  {deep}", encoding="utf-8")
    # In a process of its own: what recurses in C takes everything down with it.
    program = "import sys; from pathlib import Path; from msfresearch.themes import load_codebook"
    program += "\nfrom msfresearch.errors import CodebookError"
    program += (
        "\ntry: load_codebook(Path(sys.argv[1]))\nexcept CodebookError as wrong: print(wrong)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"{path}:2: ")
    assert "100 levels within each other" in done.stdout


def test_five_thousand_patterns_are_told_apart() -> None:
    many = [f"word{n} key{n % 97} other{n}*" for n in range(5_000)]
    codebook = frame({"many": {"en": many, "fr": ["x"]}})
    hits = match(said(*(f"A word{n} key{n % 97} other{n}s." for n in range(5_000))), codebook)
    assert hits["pattern"].tolist() == many


def test_a_frame_may_hold_thousands_of_negators() -> None:
    negators = {"en": [f"never{n}" for n in range(5_000)], "fr": ["pas"]}
    patterns = {"en": [{"pattern": "trust", "negation": "cancel"}], "fr": ["x"]}
    codebook = frame({"trust": patterns}, negators=negators)
    text = ". ".join(f"never{n} trust" for n in range(5_000)) + ". trust" * 7
    assert len(match(said(text), codebook)) == 7


@pytest.mark.parametrize("kind", TEXTS)
def test_no_sign_hides_a_word_or_moves_its_place(kind: str) -> None:
    text = TEXTS[kind] * 20_000
    hits = match(said(text), FRAME)
    assert len(hits) == 20_000
    spans = zip(hits["start"], hits["end"], hits["words"], strict=True)
    assert all(text[start:end] == words for start, end, words in spans)
    assert hits["start"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", 0),
        (" " * 5 * MILLION, 0),
        ("\n" * 5 * MILLION, 0),
        ("capacity" * 625_000, 1),  # one word of five million letters: capacit*
        ("capacity " * 555_555, 555_555),
        ("report " * MILLION, 0),  # none of its neighbours is there
        ("late report " * 400_000, 400_000),
        ("no trust " * 500_000, 0),
        ("https://capacity.org/" * 200_000, 0),
        ("guinea-bissau " * 300_000, 0),
    ],
)
def test_five_million_letters_are_read_to_the_last_in_one_go(text: str, found: int) -> None:
    assert len(match(said(text), FRAME)) == found


def test_an_answer_in_three_languages_is_read_in_its_own_or_in_those_asked_for() -> None:
    text = "The capacity of Guinea. La capacité de la Guinée. Mise en œuvre."
    own = match(said(text), FRAME)
    assert set(own["language"]) == {"en"}
    both = match(said(text), FRAME, ["en", "fr"])
    assert set(both["language"]) == {"en", "fr"}
    assert {"Guinea", "Guinée", "Mise en œuvre"} <= set(both["words"])


TABLE: dict[str, Any] = {
    "answer_id": ["a", "b"],
    "text": ["capacity", "trust"],
    "language": ["en", "en"],
}
_NO_UTF_8 = pa.StringArray.from_buffers(
    2, pa.array([0, 2, 3], pa.int32()).buffers()[1], pa.py_buffer(b"x\xffy")
)
TABLES: dict[str, pa.Table] = {
    "a text column twice": pa.Table.from_arrays(
        [pa.array(cells) for cells in (*TABLE.values(), TABLE["text"])], names=[*TABLE, "text"]
    ),
    "no text at all": pa.table(TABLE | {"text": pa.nulls(2)}),
    "lists of text": pa.table(TABLE | {"text": [["x"], ["y"]]}),
    "bytes": pa.table(TABLE | {"text": [b"x", b"y"]}),
    "a dictionary of numbers": pa.table(TABLE | {"text": pa.array([1, 2]).dictionary_encode()}),
    "text that is no UTF-8": pa.table(TABLE | {"text": _NO_UTF_8}),
    "an id that is no UTF-8": pa.table(TABLE | {"answer_id": _NO_UTF_8}),
    "an id twice": pa.table(TABLE | {"answer_id": ["a", "a"]}),
    "an id missing": pa.table(TABLE | {"answer_id": ["a", None]}),
    "no columns": pa.table({}),
}


@pytest.mark.parametrize("fault", TABLES)
def test_a_table_that_cannot_be_coded_leaves_the_hits_as_they_were(
    tmp_path: Path, fault: str
) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "hits.parquet"
    pq.write_table(TABLES[fault], source)
    target.write_bytes(b"the hits of yesterday")
    before = state(tmp_path)
    with pytest.raises(AnswerError) as caught:
        stream.code_file(source, target, FRAME)
    told(caught.value, source)
    assert state(tmp_path) == before


def test_words_kept_once_for_many_answers_are_coded_in_portions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    n, text = 400, "capacity " * 1_000
    shared = pa.DictionaryArray.from_arrays(pa.array([0] * n), pa.array([text]))
    ids = [f"a{at}" for at in range(n)]
    pq.write_table(
        pa.table({"answer_id": ids, "text": shared, "language": ["en"] * n}),
        tmp_path / "in.parquet",
    )
    assert (tmp_path / "in.parquet").stat().st_size < 20_000
    sizes: list[int] = []
    find_in = Matcher.find_in
    monkeypatch.setattr(parquet, "_AT_ONCE", 100_000)
    monkeypatch.setattr(
        Matcher,
        "find_in",
        lambda self, texts, spoken: (
            sizes.append(sum(map(len, texts))) or find_in(self, texts, spoken)
        ),
    )
    account = stream.code_file(tmp_path / "in.parquet", tmp_path / "hits.parquet", FRAME)
    assert (account.answers, account.coded, account.hits) == (n, n, 1_000 * n)
    assert max(sizes) <= 100_000
    assert pq.read_table(tmp_path / "hits.parquet")["answer_id"].unique().to_pylist() == ids


def test_a_pipe_in_place_of_the_answers_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "in.parquet")
    program = "import sys; from pathlib import Path; from tests.themes.matching.frames import FRAME"
    program += "\nfrom msfresearch.themes.matching.stream import code_file"
    program += "\ncode_file(Path(sys.argv[1]), Path(sys.argv[2]), FRAME)"
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "in.parquet", tmp_path / "out"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "AnswerError" in done.stderr
    assert "not an ordinary file" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("text: good words", 'text: " "'),
        ("approved_by: Ana", 'approved_by: " "'),
        ("approved_by: Ana, ", ""),
        ("2019-09-01", "2019-02-30"),
        ("2019-09-01", "20190901"),
        ("wave: w", "wave: w, wave: v"),
        ("wave: w", "colour: red, wave: w"),
        ("wave: w", "wave: [w]"),
    ],
)
def test_an_approval_with_a_fault_names_its_line(tmp_path: Path, before: str, after: str) -> None:
    entry = "wave: w, answer: a, text: good words, approved_by: Ana, approved_on: 2019-09-01"
    path = tmp_path / NAME
    path.write_text("quotes:\n  - {" + entry.replace(before, after) + "}\n", encoding="utf-8")
    with pytest.raises(ReleaseError) as caught:
        load_quotes(tmp_path)
    told(caught.value, path)
    assert caught.value.row == 2


@pytest.fixture
def coded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call) -> Path:
    """A repository with a coded wave and a sheet that is out, as the commands find it."""
    home = rounds.plain_home(tmp_path / "checkout", monkeypatch)
    rounds.coded_by_two(rounds.clean(home, "small", rounds.answers(60)))
    call("themes", "sheet", "small", "--coder", "cy", "--csv")
    return home.root


@pytest.mark.parametrize(
    "command",
    [
        "sheet ../small --coder bo",
        "sheet small --coder ../bo",
        "sheet small --coder bo --lang pt",
        "sheet small --coder bo --reads pt",
        "sheet small --coder bo --draw all",
        "collect small /dev/null",
        "collect small {root}",
        "collect small {root}/codebook/themes.yml",
        "import small {root}/none.qdpx",
        "import small {root}/codebook/themes.yml",
        "import small {root}/t.csv --on 2019-02-30",
        "import small {root}/t.csv --coder ana=../ana",
        "export small --to exe --out {root}/x",
        "export small --to xlsx --out {root}/x --lang pt",
        "export small --to csv --out {root}",
        "export small --to csv --out {root}/" + "x" * 300,
        "export small --to csv --out {root}/x --created 2019-02-30",
        "diff {root}/t.csv",
        "code {root}/t.csv {root}/x",
        "code {root}/t.csv {root}/t.csv",
    ],
)
def test_a_command_that_is_refused_writes_nothing(coded: Path, call: Call, command: str) -> None:
    (coded / "t.csv").write_text("answer_id,coder,theme\nanswers:r1:why,ana,trust\n", "utf-8")
    before = state(coded)
    found = call("themes", *command.format(root=coded).split())
    assert found.code == 1
    assert found.err.count("\n") < 12
    assert state(coded) == before
