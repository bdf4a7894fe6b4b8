"""A registered source comes from the mirror or the network, checked, or is said to be absent."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from msfresearch.errors import SourceError
from msfresearch.home import Home
from msfresearch.survey.fetch import fetch
from msfresearch.survey.source import Source
from msfresearch.wave import open_wave
from tests.conftest import GOOD, manifest_of

MakeHome = Callable[..., Home]


def source(content: bytes = GOOD.encode(), **changes: Any) -> Source:
    return Source.model_validate({**manifest_of(content)["sources"][0], **changes})


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[[bytes], str]]:
    """Serve bytes on loopback; gives the address."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(folder))

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def serve(content: bytes) -> str:
        (folder / "answers.csv").write_bytes(content)
        return f"http://127.0.0.1:{server.server_address[1]}/answers.csv"

    yield serve
    server.shutdown()
    server.server_close()


def test_the_mirror_is_taken_first_and_checked(tmp_path: Path) -> None:
    mirror, folder = tmp_path / "mirror", tmp_path / "raw"
    mirror.mkdir()
    (mirror / "published.csv").write_bytes(GOOD.encode())
    one = source(mirror_file="published.csv")
    assert fetch(one, folder, mirror=mirror, download=False).how == "mirror"
    assert (folder / "answers.csv").read_bytes() == GOOD.encode()
    assert fetch(one, folder, mirror=mirror, download=False).how == "present"


def test_a_wrong_file_in_the_mirror_is_refused_and_not_taken(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_bytes(b"something else")
    with pytest.raises(SourceError, match="changed"):
        fetch(source(), tmp_path / "raw", mirror=tmp_path, download=False)
    assert not (tmp_path / "raw" / "answers.csv").exists()


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "answers.csv").write_bytes(b"edited by hand")
    with pytest.raises(SourceError, match="the raw file changed"):
        fetch(source(), folder, mirror=None, download=True)
    assert (folder / "answers.csv").read_bytes() == b"edited by hand"


def test_a_download_is_checked_by_its_hash(tmp_path: Path, served: Callable[[bytes], str]) -> None:
    url = served(GOOD.encode())
    one = source().model_copy(update={"url": url})
    assert fetch(one, tmp_path / "raw", mirror=None, download=True).how == "download"
    assert (tmp_path / "raw" / "answers.csv").read_bytes() == GOOD.encode()


def test_a_download_that_is_not_the_registered_file_leaves_nothing(
    tmp_path: Path, served: Callable[[bytes], str]
) -> None:
    one = source().model_copy(update={"url": served(b"id\n1\n")})
    with pytest.raises(SourceError, match="not the one registered"):
        fetch(one, tmp_path / "raw", mirror=None, download=True)
    assert list((tmp_path / "raw").iterdir()) == []


def test_offline_is_said_in_one_line(tmp_path: Path) -> None:
    one = source().model_copy(update={"url": "http://127.0.0.1:9/answers.csv"})
    found = fetch(one, tmp_path / "raw", mirror=None, download=True)
    assert found.how == "absent"
    assert "\n" not in found.reason
    assert "MSFRESEARCH_MIRROR" in found.reason


def test_a_file_changed_since_it_was_published_is_not_downloaded(
    tmp_path: Path, served: Callable[[bytes], str]
) -> None:
    one = source(changed_since_published="e-mails masked").model_copy(
        update={"url": served(GOOD.encode())}
    )
    found = fetch(one, tmp_path / "raw", mirror=None, download=True)
    assert found.how == "absent"
    assert "e-mails masked" in found.reason


def test_a_wave_knows_which_files_it_lacks(small_home: MakeHome) -> None:
    wave = open_wave("small", small_home())
    assert wave.missing_files() == ()
    (wave.raw_folder / "answers.csv").unlink()
    assert wave.missing_files() == ("answers.csv",)
