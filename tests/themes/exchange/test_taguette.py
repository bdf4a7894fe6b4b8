"""Taguette itself takes our codebook, and we take its own."""

from __future__ import annotations

import csv
import io
import os
import re
import socket
import subprocess
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from msfresearch.themes import Codebook
from msfresearch.themes.exchange.names import code_names, description, no_theme, one_line
from msfresearch.themes.exchange.qda_in import read_qdc
from msfresearch.themes.exchange.tables import write_taguette

_PATIENCE = 60
#: As its own command starts it, without asking its makers for news.
_START = """
from taguette.web.base import Application
Application.check_messages = lambda self: None
from taguette.main import main
main()
"""


@dataclass
class Site:
    """A browser of one running Taguette: keeps its cookies, sends its token against forgery."""

    url: str
    jar: CookieJar

    def ask(self, path: str, body: bytes | None = None, kind: str = "") -> str:
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )
        request = urllib.request.Request(self.url + path, body)
        if body is not None:
            request.add_header("Content-Type", kind or "application/x-www-form-urlencoded")
        with opener.open(request, timeout=_PATIENCE) as answer:
            return str(answer.read().decode())

    def xsrf(self) -> str:
        return next(str(one.value) for one in self.jar if one.name == "_xsrf")

    def send(self, path: str, **fields: str) -> str:
        body = urllib.parse.urlencode({"_xsrf": self.xsrf(), **fields})
        return self.ask(path, body.encode())

    def upload(self, path: str, content: bytes) -> str:
        parts = [
            b'--x\r\nContent-Disposition: form-data; name="_xsrf"\r\n\r\n' + self.xsrf().encode(),
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="codebook.csv"\r\n'
            b"Content-Type: text/csv\r\n\r\n" + content,
            b"--x--\r\n",
        ]
        return self.ask(path, b"\r\n".join(parts), "multipart/form-data; boundary=x")


class _Fields(HTMLParser):
    """What a browser would send of a form: ticked boxes and texts, without line ends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name = told.get("name") or ""
        ticked = told.get("type") != "checkbox" or "checked" in told
        if tag == "input" and name.startswith("tag") and ticked:
            value = told.get("value")
            self.found[name] = "on" if value is None else re.sub(r"[\r\n]", "", value)


@pytest.fixture(scope="module")
def site(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    python = home / ".venv-taguette" / "bin" / "python"
    if not python.exists():
        pytest.skip("no Taguette here: python3 tools/peers.py taguette")
    folder = tmp_path_factory.mktemp("taguette")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    options = ["--no-browser", "--bind", "127.0.0.1", "--port", port]
    running = subprocess.Popen(
        [str(python), "-c", _START, *options, "--database", str(folder / "taguette.sqlite3")],
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    # Whatever happens, it does not outlive its time, and nobody waits for a line for ever.
    stop = threading.Timer(_PATIENCE, running.kill)
    stop.start()
    try:
        assert running.stdout is not None
        told = next((line for line in running.stdout if "?token=" in line), "")
        token = told.strip().rpartition("?token=")[2]
        assert token, "Taguette did not start"
        here = Site(f"http://127.0.0.1:{port}", CookieJar())
        here.ask(f"/?token={token}")
        yield here
    finally:
        stop.cancel()
        running.kill()
        running.wait(timeout=_PATIENCE)


def new_project(site: Site, name: str) -> str:
    site.ask("/project/new")
    page = site.send("/project/new", name=name, description="")
    found = re.search(r"/project/([0-9]+)", page)
    assert found
    return found[0]


def take(site: Site, path: str, content: bytes) -> list[dict[str, str]]:
    """Upload a codebook, confirm it, and read the tags back."""
    confirm = site.upload(f"{path}/import_codebook", content)
    site.send(f"{path}/import_codebook", **_Fields(confirm).found)
    exported = site.ask(f"{path}/export/codebook.csv")
    return list(csv.DictReader(io.StringIO(exported, newline="")))


@pytest.mark.parametrize("lang", ["en", "es", "fr"])
def test_taguette_takes_every_theme_with_its_description(
    site: Site, tmp_path: Path, codebook: Codebook, lang: str
) -> None:
    write_taguette(tmp_path / "book.csv", codebook, lang)
    path = new_project(site, f"frame {lang}")
    tags = take(site, path, (tmp_path / "book.csv").read_bytes())
    names = code_names(codebook, lang)
    expected = {
        names[f"theme {theme_id}"]: one_line(description(theme, lang))
        for theme_id, theme in codebook.themes.items()
    }
    # A project of Taguette begins with a tag of its own.
    found = {tag["tag"]: tag["description"] for tag in tags if tag["tag"] != "interesting"}
    assert found == {**expected, names["-"]: no_theme(lang)[1]}


def test_we_take_the_codebook_that_taguette_writes(
    site: Site, tmp_path: Path, codebook: Codebook
) -> None:
    write_taguette(tmp_path / "book.csv", codebook, "es")
    path = new_project(site, "back")
    take(site, path, (tmp_path / "book.csv").read_bytes())
    (tmp_path / "back.qdc").write_text(site.ask(f"{path}/export/codebook.qdc"), encoding="utf-8")
    found = read_qdc(tmp_path / "back.qdc", codebook)
    assert set(found.codes["theme"]) - {""} == {*codebook.themes, "-"}
    assert found.codes.loc[found.codes["theme"] == "", "name"].tolist() == ["interesting"]
    assert found.left.values.tolist() == [
        ["code interesting", "no theme of the frame: not matched"]
    ]
