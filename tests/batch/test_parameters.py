"""A notebook's parameters are checked before a kernel starts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from msfresearch.batch.parameters import checked, declared
from msfresearch.errors import ParameterError
from tests.conftest import HOME

NOTEBOOK = Path("n.ipynb")


def cells(source: str, tags: list[str] | None = None) -> list[dict[str, Any]]:
    tags = ["parameters"] if tags is None else tags
    return [{"cell_type": "code", "metadata": {"tags": tags}, "source": source}]


GOOD = cells('wave: str = "irm-2016"\nn: int = 3\nwaves: list[str] = ["a"]\nx: str | None = None')


def test_given_values_stand_over_the_defaults() -> None:
    found = checked({"n": 4}, declared(GOOD, NOTEBOOK), NOTEBOOK)
    assert found == {"wave": "irm-2016", "n": 4, "waves": ["a"], "x": None}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"wav": "irm-2016"}, ["no such parameter", "wav", "wave, n, waves, x"]),
        ({"n": "4"}, ["wrong type", "'4' (str)", "int"]),
        ({"n": True}, ["wrong type", "True (bool)"]),
        ({"n": 4.0}, ["wrong type"]),
        ({"wave": Path("x")}, ["wrong type"]),
        ({"waves": "a"}, ["wrong type"]),
        ({"waves": [1]}, ["wrong type"]),
        ({"x": 3}, ["wrong type"]),
    ],
)
def test_an_unknown_name_or_another_type_is_an_error(
    given: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(ParameterError) as wrong:
        checked(given, declared(GOOD, NOTEBOOK), NOTEBOOK)
    for word in ["n.ipynb", *words]:
        assert word in str(wrong.value)


def test_a_numpy_number_would_change_its_type_and_is_refused() -> None:
    import numpy as np

    with pytest.raises(ParameterError, match="int64"):
        checked({"n": np.int64(4)}, declared(GOOD, NOTEBOOK), NOTEBOOK)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (cells("n: int = 3", []), ["0 cells tagged"]),
        (cells("n: int = 3") * 2, ["2 cells tagged"]),
        (cells("n = 3"), ["no typed parameter", "n = 3"]),
        (cells("n: int = 1 + 1"), ["no typed parameter"]),
        (cells('n: int = "3"'), ["wrong type"]),
        (cells("n: dict = 3"), ["type that cannot be checked", "dict"]),
        (cells("import os"), ["no typed parameter"]),
        (cells("n: int ="), ["not Python"]),
    ],
)
def test_a_parameters_cell_that_declares_no_types_is_an_error(
    found: list[dict[str, Any]], words: list[str]
) -> None:
    with pytest.raises(ParameterError) as wrong:
        declared(found, NOTEBOOK)
    for word in words:
        assert word in str(wrong.value)


@pytest.mark.parametrize(
    "path", sorted((HOME / "notebooks").glob("[1-9]-*.ipynb")), ids=lambda p: p.stem
)
def test_every_notebook_of_the_batch_declares_its_parameters(path: Path) -> None:
    found = declared(json.loads(path.read_text("utf-8"))["cells"], path)
    assert found["lang"].type == "str"
    assert "waves" in found if path.stem.startswith("5-") else found["wave"].type == "str"
