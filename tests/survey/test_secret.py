"""The key of the pseudonyms lies outside the repository, and is never shown."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import StageError
from msfresearch.home import Home
from msfresearch.survey.secret import (
    SECRET_VARIABLE,
    Secret,
    load_secret,
    make_secret,
    rehearsal_secret,
    secret_path,
)

KEY = bytes(range(32))


@pytest.fixture
def repository(tmp_path: Path) -> Home:
    root = tmp_path / "checkout"
    root.mkdir()
    return Home(root)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "elsewhere" / "secret"
    monkeypatch.setenv(SECRET_VARIABLE, str(path))
    return path


def written(path: Path, key: bytes = KEY, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(key)
    path.chmod(mode)
    return path


def test_a_secret_is_made_once_and_loaded(repository: Home, file: Path) -> None:
    assert make_secret(repository) == file
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    first = load_secret(repository, "cso-2019", "real")
    before = file.read_bytes()
    with pytest.raises(StageError, match="stays"):
        make_secret(repository)
    assert file.read_bytes() == before
    assert load_secret(repository, "cso-2019", "real") == first


def test_two_secrets_differ(repository: Home, file: Path) -> None:
    make_secret(repository)
    first = load_secret(repository, "w", "real")
    file.unlink()
    make_secret(repository)
    assert load_secret(repository, "w", "real").fingerprint != first.fingerprint


def test_an_absent_secret_says_how_to_make_one(repository: Home, file: Path) -> None:
    with pytest.raises(StageError, match="msfresearch secret") as wrong:
        load_secret(repository, "cso-2019", "real")
    assert wrong.value.file == str(file)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o644])
def test_a_secret_that_others_can_read_is_refused(repository: Home, file: Path, mode: int) -> None:
    written(file, mode=mode)
    with pytest.raises(StageError, match=f"{mode:04o}"):
        load_secret(repository, "w", "real")


@pytest.mark.parametrize(
    "key", [b"", KEY[:31], bytes(64), b"ab" * 40, KEY * 200], ids=["empty", "31", "0", "ab", "long"]
)
def test_what_is_no_key_is_refused_and_not_repeated(
    repository: Home, file: Path, key: bytes
) -> None:
    written(file, key)
    with pytest.raises(StageError, match="does not hold a secret") as wrong:
        load_secret(repository, "w", "real")
    assert "abab" not in str(wrong.value)


def test_a_folder_is_no_secret(repository: Home, file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(StageError, match="no file"):
        load_secret(repository, "w", "real")


def test_a_secret_in_the_repository_is_refused(
    repository: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = repository.root / "secret"
    monkeypatch.setenv(SECRET_VARIABLE, str(inside))
    with pytest.raises(StageError, match="lies in the repository"):
        make_secret(repository)
    assert not inside.exists()
    written(inside)
    with pytest.raises(StageError, match="lies in the repository"):
        load_secret(repository, "w", "real")


def test_a_link_into_the_repository_or_out_of_it_is_refused(
    repository: Home, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.parent.mkdir()
    file.symlink_to(written(repository.root / "hidden"))
    with pytest.raises(StageError, match="lies in the repository"):
        load_secret(repository, "w", "real")
    link = repository.root / "link"
    link.symlink_to(written(tmp_path / "outside"))
    monkeypatch.setenv(SECRET_VARIABLE, str(link))
    with pytest.raises(StageError, match="lies in the repository"):
        load_secret(repository, "w", "real")


def test_the_file_is_among_a_person_s_settings_unless_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert secret_path() == tmp_path / "msfresearch" / "secret"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert secret_path() == tmp_path / ".config" / "msfresearch" / "secret"


def test_a_rehearsal_needs_no_file_and_is_the_same_everywhere(repository: Home, file: Path) -> None:
    assert not file.exists()
    found = load_secret(repository, "cso-2019", "rehearsal")
    assert found == rehearsal_secret("cso-2019")
    assert found != rehearsal_secret("poc-2019")
    assert found.pseudonym("respondent", "cso-2019", "1") == "fzkm48ktwaq4"


def test_a_secret_is_shown_nowhere() -> None:
    key = b"a very secret key of 32 bytes ok"
    secret = Secret(key)
    assert repr(secret) == str(secret) == f"{secret}" == "<Secret>"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert not hasattr(secret, "__dict__")
    with pytest.raises(ValueError, match="32") as wrong:
        Secret(key[:10])
    assert "very" not in str(wrong.value)
    assert re.fullmatch("[0-9a-f]{12}", secret.fingerprint)


@given(st.text(), st.text())
def test_pseudonyms_are_twelve_plain_characters_and_depend_on_all_their_parts(
    one: str, other: str
) -> None:
    secret = Secret(KEY)
    found = secret.pseudonym("respondent", one, other)
    assert re.fullmatch("[0-9a-hjkmnp-tv-z]{12}", found)
    assert found == Secret(KEY).pseudonym("respondent", one, other)
    assert found != secret.pseudonym("person", one, other)
    assert found != Secret(KEY[::-1]).pseudonym("respondent", one, other)
    assert found != secret.pseudonym("respondent", one + other)
    if one:
        assert found != secret.pseudonym("respondent", one[:-1], one[-1] + other)


def test_a_derived_key_is_rfc_5869_s() -> None:
    # Worked out by hand from the definition: extract with no salt, expand once.
    import hashlib
    import hmac

    extracted = hmac.digest(bytes(32), KEY, hashlib.sha256)
    expanded = hmac.digest(extracted, b"msfresearch a purpose\x01", hashlib.sha256)
    assert Secret(KEY).derived("a purpose", 32) == expanded
