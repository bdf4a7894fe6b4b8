"""Exports of the small survey made by hand, and a home in which they are cleaned."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from msfresearch.errors import MsfResearchError
from msfresearch.home import Home
from msfresearch.survey.cleaning import Cleaned
from msfresearch.wave import open_wave
from tests.survey.arrived import FORUM, forum_home, write_secret
from tests.survey.canonical import COMPLETE

NAMES = {
    "answer": "role:response_id",
    "sent": "role:submitted",
    "begun": "role:started",
    "seconds": "role:duration",
    "tongue": "role:language",
    "kind": "role:status",
    "address": "role:ip",
    "mail": "role:email",
}
COLUMNS = (*NAMES, *COMPLETE, "MSF_DECIDE_other", "TOPICS_other")


def export(n: int = 3, **cells: str) -> pd.DataFrame:
    """Complete answers of different people, with a column changed throughout."""
    rows = [
        {
            **dict.fromkeys(COLUMNS, ""),
            **COMPLETE,
            "answer": f"A{one:05}",
            "sent": "2019-04-03T10:20:00Z",
            "begun": "2019-04-03T10:00:00Z",
            "seconds": "1200",
            "tongue": "en",
            "mail": f"person.{one}@example.org",
            **cells,
        }
        for one in range(n)
    ]
    return pd.DataFrame(rows, dtype="str")


def written(table: pd.DataFrame) -> bytes:
    """As a careful program writes CSV; what is no character is written as a question mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.to_numpy().tolist())
    return text.getvalue().encode("utf-8", "replace")


@dataclass(frozen=True)
class Forum:
    """A home with the small survey, whose export is put in and taken out again."""

    home: Home

    @property
    def folder(self) -> Path:
        return self.home.raw / FORUM

    @property
    def file(self) -> Path:
        return self.folder / "export.csv"

    def says(self, **changes: Any) -> None:
        """Write the manifest; ``export`` is added to what it says of the columns."""
        manifest = yaml.safe_load((Path(__file__).parent / "forum" / "wave.yml").read_text("utf-8"))
        told = {"platform": "plain", "cells": "codes", "columns": NAMES}
        manifest["sources"][0]["export"] = told | changes.pop("export", {})
        text = yaml.safe_dump(manifest | changes, allow_unicode=True)
        (self.folder / "wave.yml").write_text(text, encoding="utf-8")

    def cleaned(self, content: pd.DataFrame | bytes) -> Cleaned:
        """The wave cleaned, with this export."""
        given = content if isinstance(content, bytes) else written(content)
        self.file.write_bytes(given)
        return open_wave(FORUM, self.home).clean()

    def refused(self, content: pd.DataFrame | bytes, kind: type[MsfResearchError]) -> Any:
        """The error that the export ends in; it names the file and says what to do."""
        with pytest.raises(kind) as caught:
            self.cleaned(content)
        assert Path(str(caught.value.file)) == self.file
        assert caught.value.action or caught.value.expected
        return caught.value


def a_forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forum]:
    """A home for the tests of one file, with a secret of its own."""
    folder = tmp_path_factory.mktemp("forum")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MSFRESEARCH_SECRET_FILE", str(write_secret(folder / "secret")))
        yield Forum(forum_home(folder / "home"))


def rows(found: Cleaned) -> pd.DataFrame:
    return found.tables["answers"]


def aside(found: Cleaned) -> list[str]:
    return sorted(found.intake["answers"].set_aside["rule"])
