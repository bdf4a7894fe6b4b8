"""Alpha and kappa against published and recomputed values."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from msfresearch.errors import AnswerError
from msfresearch.themes.agreement import kappa_of_table, krippendorff_alpha

NAN = float("nan")


def reference(shared: Path, name: str) -> dict:
    return json.loads((shared / "reference" / "expected" / f"{name}.json").read_text())


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_is_the_published_one(shared: Path, scale: str):
    expected = reference(shared, "krippendorff")
    ratings = np.array(expected["ratings"], dtype=float)
    assert krippendorff_alpha(ratings, scale) == pytest.approx(expected["alpha"][scale], abs=1e-9)
    assert round(krippendorff_alpha(ratings, scale), 3) == expected["published"][scale]


def test_kappa_weighted_and_not_is_the_published_one(shared: Path):
    expected = reference(shared, "misc_stats")["cohen1968_kappa"]
    table, weights = expected["table"], expected["weights_disagreement"]
    assert kappa_of_table(table) == pytest.approx(expected["kappa"], abs=1e-9)
    assert kappa_of_table(table, weights) == pytest.approx(expected["weighted_kappa"], abs=1e-9)


@pytest.mark.parametrize(
    "codes",
    [
        [[1, 1, 1], [1, 1, 1]],
        [[1, 2, 1]],
        [[1, NAN], [NAN, 2]],
        [[NAN, NAN], [NAN, NAN]],
        np.empty((2, 0)),
    ],
    ids=["one category", "one coder", "no overlap", "nothing", "no units"],
)
def test_alpha_without_variation_or_overlap_is_not_a_number(codes: list[list[float]]):
    assert np.isnan(krippendorff_alpha(codes))


def test_codes_that_are_no_array_of_coders_and_units_are_refused():
    with pytest.raises(AnswerError, match="coders x units"):
        krippendorff_alpha([1.0, 2.0])
    with pytest.raises(AnswerError, match="finite"):
        krippendorff_alpha([[1.0, float("inf")], [1.0, 2.0]])


def test_a_table_that_is_not_square_is_refused():
    with pytest.raises(AnswerError, match="categories x categories"):
        kappa_of_table([[1, 2]])
    with pytest.raises(AnswerError, match="none negative"):
        kappa_of_table([[1, -1], [1, 1]])


def test_kappa_of_one_category_is_not_a_number():
    assert np.isnan(kappa_of_table([[7, 0], [0, 0]]))


CODES = hnp.arrays(
    float,
    st.tuples(st.integers(2, 4), st.integers(1, 9)),
    elements=st.sampled_from([0.0, 1.0, 2.0, NAN]),
)


def plain_alpha(codes: np.ndarray) -> float:
    """Alpha one pair at a time, as its definition reads."""
    units = [[v for v in unit if not np.isnan(v)] for unit in codes.T]
    units = [unit for unit in units if len(unit) > 1]
    every = [value for unit in units for value in unit]
    observed = sum(
        sum(a != b for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units
    )
    expected = sum(a != b for a, b in permutations(every, 2))
    return 1 - (len(every) - 1) * observed / expected if expected else NAN


@given(CODES)
def test_alpha_is_its_definition_pair_by_pair(codes: np.ndarray):
    expected = plain_alpha(codes)
    assert krippendorff_alpha(codes) == pytest.approx(expected, abs=1e-12, nan_ok=True)
