"""The small frame and a project of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from xmlschema import XMLSchema

from msfresearch.themes import Codebook
from tests.themes.exchange.frames import frame


@pytest.fixture(scope="session")
def small() -> Codebook:
    return frame()


@pytest.fixture(scope="session")
def project_schema(shared: Path) -> XMLSchema:
    return XMLSchema(shared / "refi" / "Project-mrt2019_with_MIT_notice.xsd")


@pytest.fixture(scope="session")
def codebook_schema(shared: Path) -> XMLSchema:
    return XMLSchema(shared / "refi" / "Codebook.xsd")
