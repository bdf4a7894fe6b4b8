"""The project's code frame and the three public corpora it was read against."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from msfresearch.themes import Codebook, load_codebook

CORPORA = {
    "odb": ("en", "en_odb2014_expert_justifications.csv", "Justification", "Country"),
    "madrid": ("es", "es_decide_madrid_comments.csv", "text", "proposalId"),
    "lille": ("fr", "fr_grand_debat_mel_comments.csv", "body", "respondent"),
}


@pytest.fixture(scope="session")
def codebook(home: Path) -> Codebook:
    return load_codebook(home / "codebook" / "themes.yml")


@pytest.fixture(params=sorted(CORPORA))
def corpus(request: pytest.FixtureRequest, shared: Path) -> pd.DataFrame:
    language, file, text, member = CORPORA[request.param]
    raw = pd.read_csv(shared / "data" / file, dtype="str", keep_default_na=False)
    raw = raw[raw[text].str.strip() != ""]
    return pd.DataFrame(
        {
            "answer_id": [f"{request.param}-{row}" for row in raw.index],
            "text": raw[text],
            "language": language,
            "member": raw[member],
        }
    ).reset_index(drop=True)


@pytest.fixture
def words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A learned coder without sentence vectors, whatever is installed: quick, and good enough."""
    monkeypatch.setattr("msfresearch.themes.coder.vectors.available", lambda: False)
