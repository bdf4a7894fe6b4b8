"""Personal data on disk open with the secret alone, and not in the stages that do not need them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import StageError
from msfresearch.survey.restricted import RESTRICTED, read_restricted, write_restricted
from msfresearch.survey.secret import Secret

SECRET = Secret(bytes(range(32)))


def frame(*values: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "respondent": [f"r{n}" for n in range(len(values))],
            "line": range(2, len(values) + 2),
            "kind": "email",
            "value": values,
        }
    ).astype({"respondent": "str", "line": "int64", "kind": "str", "value": "str"})


def test_what_is_kept_is_read_back_and_stands_nowhere_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "restricted" / "personal.bin"
    kept = frame("ana@ong.org", "línea 1\r\nlínea 2", "", '"quoted"')
    write_restricted(path, kept, SECRET)
    pd.testing.assert_frame_equal(read_restricted(path, SECRET), kept)
    content = path.read_bytes()
    assert b"ana" not in content
    assert b"email" not in content
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["personal.bin"]


def test_nothing_to_keep_is_kept_too(tmp_path: Path) -> None:
    write_restricted(tmp_path / "f", frame(), SECRET)
    assert len(read_restricted(tmp_path / "f", SECRET)) == 0


def test_the_same_data_give_the_same_bytes_and_others_do_not(tmp_path: Path) -> None:
    for name, values, secret in (
        ("a", "x", SECRET),
        ("b", "x", SECRET),
        ("c", "y", SECRET),
        ("d", "x", Secret(bytes(range(1, 33)))),
    ):
        write_restricted(tmp_path / name, frame(values), secret)
    a, b, c, d = ((tmp_path / name).read_bytes() for name in "abcd")
    assert a == b
    assert len({a, c, d}) == 3


def test_another_secret_and_a_changed_file_do_not_open(tmp_path: Path) -> None:
    path = tmp_path / "f"
    write_restricted(path, frame("ana@ong.org"), SECRET)
    with pytest.raises(StageError, match="do not open"):
        read_restricted(path, Secret(bytes(range(1, 33))))
    content = path.read_bytes()
    for place in (0, 30, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(StageError, match="do not open"):
            read_restricted(path, SECRET)
    path.write_bytes(content[:40])
    with pytest.raises(StageError, match="do not open"):
        read_restricted(path, SECRET)
    path.unlink()
    with pytest.raises(StageError, match="no restricted data"):
        read_restricted(path, SECRET)


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f"
    write_restricted(path, frame("old"), SECRET)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StageError, match="cannot be written"):
        write_restricted(path, frame("new"), SECRET)
    assert read_restricted(path, SECRET)["value"].tolist() == ["old"]
    assert [one.name for one in tmp_path.iterdir()] == ["f"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_any_text_comes_back(values: list[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f"
        write_restricted(path, frame(*values), SECRET)
        assert read_restricted(path, SECRET)["value"].tolist() == values
        assert list(RESTRICTED.columns) == list(read_restricted(path, SECRET).columns)


ATTEMPTS = {
    "open": "open(file)",
    "write": "open(file, 'a')",
    "bytes": "open(os.fsencode(file), 'rb')",
    "os.open": "os.open(file, os.O_RDONLY)",
    "Path": "pathlib.Path(file).read_bytes()",
    "relative": "(os.chdir(os.path.dirname(os.path.dirname(file))), open('closed/personal.bin'))",
    "dots": "open(os.path.join(os.path.dirname(file), '..', 'closed', 'personal.bin'))",
    "link": "open(link)",
    "new link": "os.symlink(file, link + '2')",
    "hard link": "os.link(file, link + '3')",
    "rename": "os.rename(file, link + '4')",
    "copy": "shutil.copyfile(file, link + '5')",
    "listdir": "os.listdir(os.path.dirname(file))",
    "scandir": "list(os.scandir(os.path.dirname(file)))",
    "iterdir": "list(pathlib.Path(file).parent.iterdir())",
    "remove": "os.remove(file)",
    "secret": "open(secret)",
    "pandas": "pd.read_csv(file)",
    "pickle": "pd.read_pickle(file)",
    "numpy": "np.fromfile(file)",
}


@pytest.fixture(scope="module")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What comes of each attempt in a process with the guard, and of three that it does not see."""
    folder = tmp_path_factory.mktemp("guard")
    file = folder / "closed" / "personal.bin"
    write_restricted(file, frame("ana@ong.org"), SECRET)
    (folder / "secret").write_bytes(bytes(range(32)))
    (folder / "link").symlink_to(file)
    (folder / "closed-not").write_text("free")
    script = f"""
import json, os, pathlib, shutil
import numpy as np, pandas as pd, pyarrow as pa
from msfresearch.errors import StageError
from msfresearch.survey.restricted import forbid
folder = {str(folder)!r}
file, link, secret = (os.path.join(folder, n) for n in ("closed/personal.bin", "link", "secret"))
forbid([pathlib.Path(folder) / "closed", pathlib.Path(secret)])
found = {{}}
for name, attempt in {ATTEMPTS!r}.items():
    try:
        eval(attempt)
        found[name] = "passed"
    except StageError as wrong:
        found[name] = wrong.problem
    except Exception as wrong:
        found[name] = repr(wrong)
found["beside"] = open(os.path.join(folder, "closed-not")).read()
found["number"] = str(len(os.listdir(os.open(folder, os.O_RDONLY))))
content = pa.OSFile(file).read()
found["in C"] = "sealed" if b"ana@ong.org" not in content and len(content) > 50 else "in clear"
print(json.dumps(found))
"""
    import json

    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    return dict(json.loads(run.stdout))


@pytest.mark.parametrize("attempt", list(ATTEMPTS))
def test_a_later_stage_does_not_open_what_is_closed(attempts: dict[str, str], attempt: str) -> None:
    assert "closed to this stage" in attempts[attempt]


def test_what_lies_beside_stays_open(attempts: dict[str, str]) -> None:
    assert attempts["beside"] == "free"
    assert int(attempts["number"]) >= 4


def test_what_opens_files_without_python_finds_them_sealed(attempts: dict[str, str]) -> None:
    assert attempts["in C"] == "sealed"
