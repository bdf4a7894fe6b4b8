"""The repository holds together: one set of versions, nothing that should not be committed."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import msfresearch
from tests.conftest import HOME

LOCKS = ("requirements.lock", "requirements-dev.lock")
PYTHONS = ("3.11.9", "3.12.9", "3.13.2", "3.14.0")
CONDA_NAMES = {"matplotlib-base": "matplotlib"}
SKIPPED = re.compile(
    r"(^|/)(\.git|\.venv|__pycache__|\.[a-z_]+_cache|\.hypothesis|[^/]+\.egg-info|"
    r"\.ipynb_checkpoints)/|^(reports|data/processed|data/rehearsal|data/restricted)/|^data/raw/(?!irm-2016/|[^/]+/\w+\.yml)"
)
# In parts, so that this file does not hold what it looks for.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("pypi", "python", "org"),
        ("anaconda", "org"),
        ("anaconda", "com"),
        ("prefix", "dev"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("proxy", "golang", "org"),
        ("docker", "io"),
    )
)
FOLDERS_OF_A_MACHINE = re.compile(
    r"(?<![\w.:/<-])(?:/(?:" + "|".join(("work", "root", "home", "Users")) + r")/|[A-Z]:\\Users\\)"
    r"(?!someone\b)\w"
)


@cache
def committed() -> tuple[Path, ...]:
    """Files under version control; without git, those that would be."""
    try:
        listed = subprocess.run(
            ["git", "-C", str(HOME), "ls-files", "-z"], check=True, capture_output=True, text=True
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        walked = (path.relative_to(HOME).as_posix() for path in HOME.rglob("*"))
        listed = [name for name in walked if not SKIPPED.search(name)]
    return tuple(HOME / name for name in listed if name and (HOME / name).is_file())


def texts() -> dict[str, str]:
    """Committed files that are text, by name."""
    found: dict[str, str] = {}
    for path in committed():
        content = path.read_bytes()
        if b"\0" not in content:
            found[path.relative_to(HOME).as_posix()] = content.decode("utf-8", "replace")
    return found


def pinned(lock: str) -> list[tuple[Requirement, list[str]]]:
    """Every entry of a lock file with its hashes."""
    text = (HOME / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return [
        (Requirement(entry.split("--hash")[0].strip()), re.findall(r"--hash=(\S+)", entry))
        for entry in entries
    ]


@cache
def versions(lock: str, python: str) -> dict[str, str]:
    """Package to version, as installed by one version of Python on Linux."""
    here = {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    found: dict[str, str] = {}
    for entry, _ in pinned(lock):
        if entry.marker is None or entry.marker.evaluate(here):
            name = canonicalize_name(entry.name)
            assert name not in found, f"{lock}: {name} stands twice for Python {python}"
            [pin] = entry.specifier
            assert pin.operator == "=="
            found[name] = pin.version
    return found


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))


def direct(group: str | None = None) -> list[Requirement]:
    """Direct dependencies of the package, or of a group."""
    listed = (
        project()["dependency-groups"][group] if group else project()["project"]["dependencies"]
    )
    return [Requirement(line) for line in listed]


def conda() -> dict[str, str]:
    """Package to version in environment.yml, under the names of the Python index."""
    listed = yaml.safe_load((HOME / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    by_pip = [line for part in listed if isinstance(part, dict) for line in part["pip"]]
    lines = [line for line in (*listed, *by_pip) if isinstance(line, str)]
    pairs = (line.replace("==", "=").partition("=") for line in lines if not line.startswith("--"))
    return {canonicalize_name(CONDA_NAMES.get(name, name)): version for name, _, version in pairs}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_of_a_lock_is_pinned_and_hashed(lock: str) -> None:
    entries = pinned(lock)
    assert len(entries) > 50
    for entry, hashes in entries:
        assert re.fullmatch(r"==[\w.!+]+", str(entry.specifier)), entry
        assert entry.url is None
        assert hashes, entry
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_packages_and_nothing_else(lock: str) -> None:
    lines = (HOME / lock).read_text(encoding="utf-8").splitlines()
    known = re.compile(r"[A-Za-z0-9][\w.-]*(\[[\w,]+\])?==|    --hash=sha256:|    # via|    #   ")
    assert [line for line in lines if not known.match(line)] == []


@pytest.mark.parametrize("python", PYTHONS)
def test_every_direct_dependency_is_locked_within_its_bounds(python: str) -> None:
    for lock, group in ((LOCKS[0], None), (LOCKS[0], "build"), (LOCKS[1], "dev")):
        locked = versions(lock, python)
        for wanted in direct(group):
            name = canonicalize_name(wanted.name)
            assert name in locked, f"{name} is not in {lock} for Python {python}"
            assert locked[name] in wanted.specifier, f"{name} {locked[name]} in {lock}"


@pytest.mark.parametrize("python", PYTHONS)
def test_both_locks_have_one_version_of_what_they_share(python: str) -> None:
    run, dev = (versions(lock, python) for lock in LOCKS)
    shared = run.keys() & dev.keys()
    assert len(shared) > 10
    assert {name: run[name] for name in shared} == {name: dev[name] for name in shared}


def test_conda_users_get_the_direct_dependencies_in_the_locked_versions() -> None:
    given = conda()
    python = given.pop("python")
    assert given.pop("pip") == ""
    wanted = {canonicalize_name(one.name) for one in (*direct(), *direct("build"))}
    assert set(given) == wanted
    locked = versions("requirements.lock", f"{python}.9")
    assert given == {name: locked[name] for name in wanted}
    assert python in {".".join(one.split(".")[:2]) for one in PYTHONS}


def test_every_direct_dependency_has_a_reason_in_one_line() -> None:
    lines = (HOME / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    names = [one.name for one in (*direct(), *direct("dev"), *direct("build"))]
    asked = [line for line in lines if re.match(r'\s*(build = \[)?"[\w.-]+>=', line)]
    asked = [line for line in asked if "requires =" not in line]
    assert len(asked) == len(names)
    for line in asked:
        assert re.search(r"#\s+\w+(\W+\w+)*", line), line


def test_no_committed_file_names_the_host_of_a_package_registry() -> None:
    found = [
        f"{name} names {host}"
        for name, text in texts().items()
        for host in REGISTRIES
        if host in text
    ]
    assert found == []


def test_no_committed_file_holds_a_path_of_somebodys_machine() -> None:
    found = [
        f"{name}: {match[0]}"
        for name, text in texts().items()
        for match in FOLDERS_OF_A_MACHINE.finditer(text)
    ]
    assert found == []


def test_what_is_looked_for_would_be_found() -> None:
    assert FOLDERS_OF_A_MACHINE.search("in /" + "home/jane/x")
    assert FOLDERS_OF_A_MACHINE.search('"/' + 'root/x"')
    assert FOLDERS_OF_A_MACHINE.search("C:\\" + "Users\\jane")
    assert not FOLDERS_OF_A_MACHINE.search("https://example.org/work/paper ../work/x data/root/x")
    assert len(texts()) > 50
    assert "tests/conftest.py" in texts()


def test_no_committed_file_is_large() -> None:
    assert [path.name for path in committed() if path.stat().st_size > 1_000_000] == []


def test_one_version_is_told_everywhere() -> None:
    version = msfresearch.__version__
    citation = yaml.safe_load((HOME / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == version == project()["project"]["version"]
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert set(citation["license"]) == {"BSD-3-Clause", "CC-BY-4.0"}
    changes = (HOME / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(version)}\b", changes, re.MULTILINE)


def test_the_licence_names_that_of_the_code_and_that_of_the_reports() -> None:
    licence = (HOME / "LICENSE").read_text(encoding="utf-8")
    assert "BSD 3-Clause" in licence
    assert "CC BY 4.0" in licence
    assert project()["project"]["license"] == "BSD-3-Clause"
    assert "Attribution 4.0" in (HOME / "LICENSE-CC-BY-4.0.md").read_text(encoding="utf-8")


def modules() -> list[Path]:
    return sorted((HOME / "src" / "msfresearch").rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(HOME).as_posix())
def test_a_module_says_what_it_is_for_and_keeps_to_one_idea(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text)) or ""
    assert said.splitlines()[0].endswith(".")
    assert len(text.splitlines()) < 400


def test_nothing_public_is_without_a_docstring() -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    silent = [
        f"{path.name}: {node.name}"
        for path in modules()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, kinds) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_make_has_the_two_commands_and_what_ci_calls() -> None:
    targets = set(
        re.findall(
            r"^([a-z][a-z-]*):", (HOME / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    assert {"report", "test", "lint", "types", "floors", "lab", "lock"} <= targets
    ci = HOME / ".ci" / "run"
    assert os.access(ci, os.X_OK)
    for line in re.findall(r"^make (.+)$", ci.read_text(encoding="utf-8"), re.MULTILINE):
        assert set(line.split()) <= targets
    assert "make report" in ci.read_text(encoding="utf-8")
