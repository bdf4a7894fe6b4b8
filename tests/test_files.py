"""A folder or file is the old one or the new one, whatever happens while it is written."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from msfresearch.errors import StageError
from msfresearch.files import recover, sha256_of, staged_folder, write_bytes


def fill(folder: Path, word: str) -> None:
    (folder / "a.txt").write_text(word, encoding="utf-8")


def fail_midway(target: Path) -> None:
    with staged_folder(target) as staging:
        fill(staging, "new")
        raise RuntimeError("midway")


def test_a_new_folder_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "pages"
    for word in ("old", "new"):
        with staged_folder(target) as staging:
            fill(staging, word)
    assert (target / "a.txt").read_text("utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]


def test_an_error_leaves_the_old_folder_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "pages"
    with staged_folder(target) as staging:
        fill(staging, "old")
    with pytest.raises(RuntimeError, match="midway"):
        fail_midway(target)
    assert (target / "a.txt").read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]


def test_where_folders_cannot_be_exchanged_two_renames_do_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("msfresearch.files._exchange", lambda *_: False)
    target = tmp_path / "pages"
    for word in ("old", "new"):
        with staged_folder(target) as staging:
            fill(staging, word)
    assert (target / "a.txt").read_text("utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["pages"]


def test_a_kill_between_two_renames_is_mended_on_the_next_look(tmp_path: Path) -> None:
    target, aside = tmp_path / "pages", tmp_path / ".pages.old"
    aside.mkdir()
    fill(aside, "old")
    recover(target)
    assert (target / "a.txt").read_text("utf-8") == "old"
    assert not aside.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_refusal_of_the_disk_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    path = tmp_path / "page.html"
    write_bytes(path, b"old")

    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StageError, match="make room"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["page.html"]


FILL = """
import resource, sys
from pathlib import Path
from msfresearch.errors import StageError
from msfresearch.files import staged_folder, write_bytes
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
target = Path(sys.argv[1])
told = 0
try:
    write_bytes(target / "page.html", b"x" * 1_000_000)
except StageError:
    told += 1
try:
    with staged_folder(target / "pages") as staging:
        (staging / "big").write_bytes(b"x" * 1_000_000)
except StageError:
    told += 1
sys.exit(told)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a file's size are of POSIX")
def test_a_write_that_truly_finds_no_room_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(b"old")
    (tmp_path / "pages").mkdir()
    fill(tmp_path / "pages", "old")
    done = subprocess.run([sys.executable, "-c", FILL, str(tmp_path)], check=False)
    assert done.returncode == 2
    assert (tmp_path / "page.html").read_bytes() == b"old"
    assert (tmp_path / "pages" / "a.txt").read_text("utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html", "pages"]


def mounted(folder: Path) -> bool:
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_a_full_disk_leaves_the_earlier_file_whole(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    if os.name != "posix" or not mounted(disk):
        pytest.skip("a small disk cannot be mounted here")
    try:
        write_bytes(disk / "page.html", b"old")
        with pytest.raises(StageError, match="No space left"):
            write_bytes(disk / "page.html", os.urandom(200_000))
        assert (disk / "page.html").read_bytes() == b"old"
        assert [one.name for one in disk.iterdir()] == ["page.html"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_fingerprint_is_the_sha256_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    assert sha256_of(path) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
